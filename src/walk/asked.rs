//! What was asked, flat and without secrets, read off the request itself: so it can never differ from what was sent.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::model::{Call, Source};

use super::request::pairs_of;

/// Longer values (page tokens, mostly) are cut: the request's identity covers them whole.
const MAX_VALUE: usize = 1024;

/// The parameters of a request: its path unless it is `/`, its query, its form or JSON body (`media`: its type).
pub fn flat(uri: &str, media: &str, body: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let (path, query) = path_and_query(uri);
    if path != "/" {
        keep(&mut found, "path", &decode(path, Plus::Literal));
    }
    pairs(&mut found, query.unwrap_or_default(), Plus::Literal);
    if media.contains("x-www-form-urlencoded") {
        pairs(&mut found, &String::from_utf8_lossy(body), Plus::Space);
        found.remove("Action");
        found.remove("Version");
    } else if media.contains("json")
        && let Ok(value) = serde_json::from_slice::<Value>(body)
    {
        flatten(&mut found, "", &value);
    }
    found
}

/// The same of some parameters of a call.
pub fn varied(source: &Source, call: &Call, parameters: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match pairs_of(source, call, parameters) {
        Some(pairs) => pairs.iter().for_each(|(name, value)| keep(&mut found, name, value)),
        None => parameters.iter().for_each(|(name, value)| flatten(&mut found, name, value)),
    }
    found
}

/// The path and the query of a URI, absolute or not.
pub fn path_and_query(uri: &str) -> (&str, Option<&str>) {
    let rest = match uri.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or("/", |at| &rest[at..]),
        None => uri,
    };
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    (if path.is_empty() { "/" } else { path }, query)
}

/// What `+` means: a space in a form, itself in a path.
#[derive(Clone, Copy)]
enum Plus {
    Space,
    Literal,
}

fn decode(text: &str, plus: Plus) -> String {
    let text = match plus {
        Plus::Space => text.replace('+', " "),
        Plus::Literal => text.to_owned(),
    };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

fn pairs(found: &mut BTreeMap<String, String>, text: &str, plus: Plus) {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        keep(found, &decode(name, plus), &decode(value, plus));
    }
}

fn flatten(found: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    let below = |child: &str| if name.is_empty() { child.to_owned() } else { format!("{name}.{child}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(child, value)| flatten(found, &below(child), value));
        }
        Value::Array(items) => {
            items.iter().zip(1..).for_each(|(value, number)| flatten(found, &below(&number.to_string()), value));
        }
        Value::String(text) => keep(found, name, text),
        other => keep(found, name, &other.to_string()),
    }
}

fn keep(found: &mut BTreeMap<String, String>, name: &str, value: &str) {
    let lower = name.to_ascii_lowercase();
    let secret = ["secret", "password", "externalid", "termtoken", "x-amz-security-token", "x-amz-signature"];
    let value = if secret.iter().any(|word| lower.contains(word)) {
        "(not kept)".to_owned()
    } else if value.len() > MAX_VALUE {
        value.chars().take(MAX_VALUE).chain(['…']).collect()
    } else {
        value.to_owned()
    };
    found.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_loses_its_action_and_keeps_the_rest() {
        let flat = flat(
            "https://iam.amazonaws.com/",
            "application/x-www-form-urlencoded",
            b"Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa+b%2F",
        );
        assert_eq!(flat, BTreeMap::from([("PathPrefix".to_owned(), "/a b/".to_owned())]));
    }

    #[test]
    fn json_is_flat_and_secrets_stay_away() {
        let flat = flat(
            "https://x.test/v1/report/get?a=1+2",
            "application/x-amz-json-1.1",
            br#"{"Filters":[{"Name":"n"}],"Max":5,"termToken":"very secret"}"#,
        );
        let expected = [
            ("Filters.1.Name", "n"),
            ("Max", "5"),
            ("a", "1+2"),
            ("path", "/v1/report/get"),
            ("termToken", "(not kept)"),
        ];
        assert_eq!(flat, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn paths_are_found_in_absolute_uris() {
        assert_eq!(path_and_query("https://host/p?q=1"), ("/p", Some("q=1")));
        assert_eq!(path_and_query("https://host"), ("/", None));
        assert_eq!(path_and_query("/p"), ("/p", None));
        assert_eq!(path_and_query("http://host?q"), ("/", Some("q")));
    }
}
