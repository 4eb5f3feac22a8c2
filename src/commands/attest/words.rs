//! Texts and addresses as people type them, made fit for a log and a report.

use miette::miette;

/// Longer than any title, shorter than a pasted file.
const LONGEST: usize = 1_000;
/// Longer than any address that people pass on.
const LONGEST_URL: usize = 2_000;
/// Parameters of addresses that open doors; whoever reads the report could walk in.
const SECRETS: [&str; 14] = [
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "code",
    "key",
    "password",
    "secret",
    "sig",
    "signature",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
];

/// One line of text: not empty, not endless, without control characters.
pub(super) fn line(flag: &str, text: &str) -> miette::Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(miette!(help = "write a text", "`{flag}` is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(miette!(help = "write one line of plain text", "`{flag}` has control characters"));
    }
    let length = text.chars().count();
    if length > LONGEST {
        let help = "say the rest in the document itself";
        return Err(miette!(help = help, "`{flag}` has {length} characters, and at most {LONGEST} are kept"));
    }
    Ok(text.to_owned())
}

/// An address that a report may print.
pub(super) fn url(text: &str) -> miette::Result<String> {
    const HELP: &str = "write it like `https://wiki.example.com/policies/7`";
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return Err(miette!(help = HELP, "`--url` takes addresses that begin with `https://` or `http://`"));
    };
    let bad =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`' | '^' | '{' | '}');
    if text.len() > LONGEST_URL || text.chars().any(bad) {
        return Err(miette!(
            help = HELP,
            "`--url` is not a valid address: it is too long or has blanks, quotes or brackets"
        ));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // The address itself is not shown from here on: it may hold what must not be.
    if host.contains('@') {
        let help = "omit the name and the password: the report prints the address";
        return Err(miette!(help = help, "`--url` holds a name or a password"));
    }
    if host.trim_matches(['.', ':']).is_empty() {
        return Err(miette!(help = HELP, "`--url` names no host"));
    }
    let parameters = rest.split(['?', '#', '&', ';']).skip(1).filter_map(|part| part.split_once('='));
    if let Some(name) = parameters.map(|(name, _)| name).find(|name| SECRETS.contains(name)) {
        let help = "attach the file itself, or an address that asks its reader to sign in: the report prints it";
        return Err(miette!(
            help = help,
            "`--url` holds a key: its parameter `{name}` opens the document to every reader"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{line, url};

    #[test]
    fn addresses_that_a_report_may_print() {
        for good in ["https://wiki.example.com/p?id=7#top", "http://intranet:8080", "HTTPS://Example.com/ä"] {
            assert_eq!(url(good).unwrap(), good);
        }
        for (bad, said) in [
            ("javascript:alert(1)", "begin with"),
            ("file:///etc/passwd", "begin with"),
            ("ftp://example.com", "begin with"),
            ("https://", "no host"),
            ("https://?x", "no host"),
            ("https://example.com/a b", "not a valid address"),
            ("https://example.com/\"><script>", "not a valid address"),
            ("https://jo:hunter2@example.com/", "password"),
            ("https://b.s3.amazonaws.com/p.pdf?X-Amz-Expires=9&X-Amz-Signature=hunter2", "x-amz-signature"),
            ("https://example.com/p#access_token=hunter2", "access_token"),
        ] {
            let error = url(bad).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(said), "{bad}: {shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn a_text_is_one_line() {
        assert_eq!(line("--note", "  Approved by the board. ").unwrap(), "Approved by the board.");
        for bad in ["", "  ", "a\nb", "\u{1b}[2J", &"x".repeat(1_001)] {
            assert!(line("--note", bad).is_err(), "{bad:?}");
        }
    }
}
