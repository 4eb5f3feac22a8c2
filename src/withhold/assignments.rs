//! `NAME=value`, `name: value`, `--name value` in a line of a script, of a configuration or of a connection string.

/// A name and the value that a line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Assignment<'l> {
    pub(super) name: &'l str,
    pub(super) value: &'l str,
}

/// All assignments of a line.
pub(super) fn of_line(line: &str) -> Vec<Assignment<'_>> {
    let signs = line.char_indices().filter(|(_, sign)| matches!(sign, '=' | ':'));
    let mut found: Vec<Assignment<'_>> = signs.filter_map(|(at, sign)| at_sign(line, at, sign)).collect();
    found.extend(options(line));
    found
}

/// Longer names and values are cut: a secret shows in its beginning, and a hostile line costs no more than a long one.
const MAX_NAME: usize = 200;
const MAX_VALUE: usize = 400;

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn at_sign(line: &str, at: usize, sign: char) -> Option<Assignment<'_>> {
    let (before, after) = (line.get(..at)?, line.get(at + 1..)?);
    // `==`, `!=`, `=~` compare; `::` and `://` belong to names and addresses.
    if before.ends_with(['=', '!', '<', '>', ':', '~']) && sign == '=' && !before.ends_with(':')
        || after.starts_with(['=', '~'])
        || before.ends_with(':') && sign == ':'
    {
        return None;
    }
    if sign == ':' && !after.starts_with([' ', '\t', '"', '\'', '=', '\\']) {
        return None;
    }
    let before = before.trim_end().trim_end_matches([':', '+', '?']).trim_end();
    let before = before.strip_suffix("\\\"").or_else(|| before.strip_suffix(['"', '\''])).unwrap_or(before);
    let name = before.char_indices().rev().take(MAX_NAME).take_while(|(_, c)| is_of_name(*c));
    let start = name.last().map(|(start, _)| start)?;
    let name = before.get(start..)?;
    let value = after.trim_start();
    let value = value.strip_prefix(['=']).unwrap_or(value).trim_start();
    Some(Assignment { name, value: value_at_start(value) })
}

/// What stands in quotes, or up to the next separator.
fn value_at_start(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_VALUE).map_or(text.len(), |(end, _)| end);
    let text = text.get(..end).unwrap_or_default();
    for quote in ["\\\"", "\"", "'"] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split(quote).next().unwrap_or_default();
        }
    }
    if text.starts_with("$(") || text.starts_with('`') {
        return text;
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | ',' | '"' | '\'' | ')' | '}' | '|'))
        .next()
        .unwrap_or_default()
}

/// `--password VALUE`; and the short ones of a few programs that everyone uses.
fn options(line: &str) -> Vec<Assignment<'_>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is = |word: &str, program: &str| word.rsplit('/').next().is_some_and(|name| name.starts_with(program));
    let runs = |program: &str| words.iter().any(|word| is(word, program));
    let (sshpass, fetches) = (runs("sshpass"), runs("curl") || runs("wget"));
    let mut found = Vec::new();
    for (word, next) in words.iter().zip(words.iter().skip(1)) {
        let value = value_at_start(next);
        if let Some(name) = word.strip_prefix("--").filter(|name| name.chars().all(is_of_name)) {
            found.extend((!next.starts_with('-')).then_some(Assignment { name, value }));
        }
        if *word == "-p" && sshpass {
            found.push(Assignment { name: "password", value });
        }
        if matches!(*word, "-u" | "--user") && fetches {
            found.extend(value.split_once(':').map(|(_, value)| Assignment { name: "password", value }));
        }
    }
    if runs("mysql") {
        let glued = words.iter().filter_map(|word| word.strip_prefix("-p")).filter(|value| !value.is_empty());
        found.extend(glued.map(|value| Assignment { name: "password", value: value_at_start(value) }));
    }
    if runs("chpasswd") {
        let pairs = words.iter().filter_map(|word| word.trim_matches(['"', '\'', '|']).split_once(':'));
        found.extend(pairs.map(|(_, value)| Assignment { name: "password", value }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_of_scripts_and_configurations_are_found() {
        let table = [
            ("export DB_PASSWORD=hunter2", ("DB_PASSWORD", "hunter2")),
            ("DB_PASSWORD=\"hunter two\"; run", ("DB_PASSWORD", "hunter two")),
            ("  password: hunter2", ("password", "hunter2")),
            ("{\"user\":\"a\",\"password\":\"hunter2\"}", ("password", "hunter2")),
            ("{\\\"password\\\":\\\"hunter2\\\"}", ("password", "hunter2")),
            ("Server=db;User Id=a;Password=hunter2;", ("Password", "hunter2")),
            ("password = 'hunter2'", ("password", "hunter2")),
            ("$env:TOKEN = 'hunter2'", ("TOKEN", "hunter2")),
            ("password := \"hunter2\"", ("password", "hunter2")),
            ("run --db-password hunter2 --verbose", ("db-password", "hunter2")),
            ("mysql -uroot -phunter2 app", ("password", "hunter2")),
            ("curl -u admin:hunter2 https://x", ("password", "hunter2")),
            ("echo 'admin:hunter2' | chpasswd", ("password", "hunter2")),
            ("sshpass -p hunter2 ssh x", ("password", "hunter2")),
            ("https://x/?token=hunter2&b=c", ("token", "hunter2")),
            ("TOKEN=$(curl -s http://x)", ("TOKEN", "$(curl -s http://x)")),
        ];
        for (line, (name, value)) in table {
            assert!(of_line(line).contains(&Assignment { name, value }), "{line}: {:?}", of_line(line));
        }
    }

    #[test]
    fn comparisons_and_addresses_are_none() {
        for line in ["if [ \"$PASSWORD\" == \"x\" ]", "std::token::x", "user:password:x", "a != b", "https://x/token"] {
            let named: Vec<_> =
                of_line(line).into_iter().filter(|one| crate::withhold::names::is_secret(one.name)).collect();
            assert_eq!(named, [], "{line}");
        }
    }
}
