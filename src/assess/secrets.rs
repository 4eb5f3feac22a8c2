//! What was found in values that were withheld: the evidence holds no secret, only what each looked like.

use serde_json::{Map, Value};

use crate::model::Withheld;

/// Whether a withheld value looked like a secret. An empty value is none; one that was not searched gives no answer.
pub(super) fn found(text: &str) -> Result<bool, String> {
    Ok(matches!(read(text)?, Withheld::Found(_)))
}

/// What a withheld value looked like: "looks like a private key, line 3".
pub(super) fn reason(text: &str) -> Result<String, String> {
    read(text).map(|withheld| withheld.words())
}

/// `NAME: looks like …` for each secret among withheld values: the members of an object, or a list of names and values.
pub(super) fn all(value: &Value) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let problem = walk("", value, &mut found).err();
    match problem {
        // One that is found fails whatever else could not be searched.
        Some(problem) if found.is_empty() => Err(problem),
        _ => Ok(found),
    }
}

fn read(text: &str) -> Result<Withheld, String> {
    if text.trim().is_empty() {
        return Ok(Withheld::Clean);
    }
    match Withheld::parse(text) {
        None => Err("the value was not searched for secrets: its source must `withhold` it".to_owned()),
        Some(Withheld::Unreadable) => Err("the value is not text that can be searched for secrets".to_owned()),
        Some(withheld) => Ok(withheld),
    }
}

/// Goes on after a value that gives no answer, and reports the first.
fn walk(name: &str, value: &Value, found: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::String(text) => {
            let withheld = read(text)?;
            if matches!(withheld, Withheld::Found(_)) {
                let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
                found.push(format!("{name}{}", withheld.words()));
            }
            Ok(())
        }
        Value::Array(items) => each(items.iter().map(|item| (name, item)), found),
        Value::Object(members) => match pair(members) {
            Some((name, value)) => walk(name, value, found),
            None => each(members.iter().map(|(name, value)| (name.as_str(), value)), found),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn each<'v>(values: impl Iterator<Item = (&'v str, &'v Value)>, found: &mut Vec<String>) -> Result<(), String> {
    let mut first = Ok(());
    for (name, value) in values {
        // All are walked through, whatever the first says.
        let this = walk(name, value, found);
        first = first.and(this);
    }
    first
}

/// `{"name": …, "value": …}`, `{"ParameterKey": …, "ParameterValue": …}`; what else such an object says is not a value. A map of
/// variables that has `DB_NAME` and `DEFAULT_VALUE` is not a pair.
fn pair(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let stem = |name: &str, end: &str| {
        let at = name.len().checked_sub(end.len())?;
        let (stem, found) = (name.get(..at)?, name.get(at..)?);
        found.eq_ignore_ascii_case(end).then(|| stem.to_owned())
    };
    members.iter().find_map(|(name, value)| {
        let own = stem(name, "value")?;
        let named = |other: &str| ["name", "key"].iter().any(|end| stem(other, end).as_ref() == Some(&own));
        let name = members.iter().find(|(other, _)| named(other)).and_then(|(_, name)| name.as_str())?;
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "withheld: looks like a private key, line 3";
    const CLEAN: &str = "withheld: no secret found";

    #[test]
    fn only_what_was_searched_is_judged() {
        assert_eq!(found(SECRET), Ok(true));
        assert_eq!(found(CLEAN), Ok(false));
        assert_eq!(found(""), Ok(false));
        assert!(found("hunter2").is_err() && found("withheld: cannot be searched").is_err());
        assert_eq!(reason(SECRET).as_deref(), Ok("looks like a private key, line 3"));
    }

    #[test]
    fn secrets_are_named_by_their_variables() {
        let table = [
            (json!({"A": CLEAN, "KEY": SECRET}), Ok(vec!["KEY: looks like a private key, line 3"])),
            (
                json!([{"name": "KEY", "value": SECRET, "type": "PLAINTEXT"}]),
                Ok(vec!["KEY: looks like a private key, line 3"]),
            ),
            (json!([[{"name": "A", "value": CLEAN}], []]), Ok(vec![])),
            (json!({"ParameterKey": "P", "ParameterValue": SECRET}), Ok(vec!["P: looks like a private key, line 3"])),
            (
                json!({"DB_NAME": CLEAN, "DEFAULT_VALUE": CLEAN, "DB_PASSWORD": SECRET}),
                Ok(vec!["DB_PASSWORD: looks like a private key, line 3"]),
            ),
            (json!({}), Ok(vec![])),
            (json!(null), Ok(vec![])),
            (json!({"A": "hunter2"}), Err(())),
            (json!([{"name": "A", "value": "hunter2"}]), Err(())),
            (json!({"A": "withheld: cannot be searched"}), Err(())),
            (
                json!({"A": "withheld: cannot be searched", "KEY": SECRET}),
                Ok(vec!["KEY: looks like a private key, line 3"]),
            ),
        ];
        for (value, expected) in table {
            let expected = expected.map(|texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(all(&value).map_err(|_| ()), expected, "{value}");
        }
    }
}
