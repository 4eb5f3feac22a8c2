//! From a source's call to an HTTP request, in each of AWS's protocols. Pure.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::model::{Call, Name, Parameters, Protocol, Source, filled};

/// RFC 3986's unreserved characters stay, as SigV4 wants it: a space is `%20`, `+` is `%2B`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same for a greedy label such as an S3 key, whose slashes are the path's.
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// A request without its endpoint and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The HTTP method.
    pub method: String,
    /// The path and the query, percent-encoded: `/bucket?policy`.
    pub path: String,
    /// The host label before the endpoint's: `111122223333.`.
    pub host_prefix: String,
    /// Headers besides the host's and the signature's.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Finds the value of a template's name.
pub type Lookup<'a> = &'a dyn Fn(&Name) -> Option<String>;

/// Builds the request of a call. `vary` is one of the call's variations, `paging` what AWS gave to ask for the next page:
/// the only parameters that are never templates. An `Err` is the name that nothing fills.
pub fn prepare(
    source: &Source,
    call: &Call,
    vary: &Parameters,
    paging: &BTreeMap<String, Value>,
    lookup: Lookup<'_>,
) -> Result<Prepared, Name> {
    let mut parameters = filled(&call.parameters, lookup)?;
    parameters.extend(filled(vary, lookup)?);
    parameters.extend(paging.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut headers = BTreeMap::new();
    for (name, value) in &call.headers {
        headers.insert(name.to_ascii_lowercase(), value.fill(lookup)?);
    }
    let host_prefix = call.host_prefix.fill(lookup)?;
    let (method, path, body) = match source.protocol {
        Protocol::Json => {
            headers.insert("content-type".to_owned(), format!("application/x-amz-json-{}", source.version));
            headers.insert("x-amz-target".to_owned(), format!("{}.{}", source.target, call.operation));
            ("POST".to_owned(), "/".to_owned(), Value::Object(parameters).to_string())
        }
        Protocol::Query | Protocol::Ec2 => {
            headers.insert("content-type".to_owned(), "application/x-www-form-urlencoded; charset=utf-8".to_owned());
            ("POST".to_owned(), "/".to_owned(), form(source, call, &parameters))
        }
        Protocol::RestJson | Protocol::RestXml => {
            let in_body = source.protocol == Protocol::RestJson && matches!(call.method.as_str(), "POST" | "PUT");
            let mut body = String::new();
            if in_body {
                headers.insert("content-type".to_owned(), "application/json".to_owned());
                body = Value::Object(std::mem::take(&mut parameters)).to_string();
            }
            (call.method.clone(), rest_path(call, &parameters, lookup)?, body)
        }
    };
    Ok(Prepared { method, path, host_prefix, headers, body: body.into_bytes() })
}

fn rest_path(call: &Call, query: &Map<String, Value>, lookup: Lookup<'_>) -> Result<String, Name> {
    let encoded = |name: &Name| match name.greedy {
        true => lookup(name).map(|text| encode_path(&text)),
        // An empty label would ask for something else altogether: a list instead of its item.
        false => lookup(name).filter(|text| !text.is_empty()).map(|text| encode(&text)),
    };
    let mut path = call.path.fill(encoded)?;
    let mut pairs = Vec::new();
    query.iter().for_each(|(name, value)| query_pairs(name, value, &mut pairs));
    for (name, value) in pairs {
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&format!("{}={}", encode(&name), encode(&value)));
    }
    Ok(path)
}

/// Parameters as a form or a query string has them; none: they stand in a JSON body.
pub(super) fn pairs_of(source: &Source, call: &Call, parameters: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (name, value) in parameters {
        match source.protocol {
            Protocol::Json => return None,
            Protocol::RestJson if matches!(call.method.as_str(), "POST" | "PUT") => return None,
            Protocol::Query | Protocol::Ec2 => form_pairs(source.protocol, name, value, &mut pairs),
            Protocol::RestJson | Protocol::RestXml => query_pairs(name, value, &mut pairs),
        }
    }
    Some(pairs)
}

/// A list in a query string repeats its name.
fn query_pairs(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| query_pairs(name, item, pairs)),
        Value::Object(members) => members.iter().for_each(|(key, value)| query_pairs(key, value, pairs)),
        Value::Null => {}
        other => pairs.push((name.to_owned(), scalar(other))),
    }
}

fn form(source: &Source, call: &Call, parameters: &Map<String, Value>) -> String {
    let mut pairs = vec![("Action".to_owned(), call.operation.clone()), ("Version".to_owned(), source.version.clone())];
    parameters.iter().for_each(|(name, value)| form_pairs(source.protocol, name, value, &mut pairs));
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A list's members are `Name.member.1` in the query protocol and `Name.1` in EC2's.
fn form_pairs(protocol: Protocol, name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (item, number) in items.iter().zip(1..) {
                let name = match protocol {
                    Protocol::Ec2 => format!("{name}.{number}"),
                    _ => format!("{name}.member.{number}"),
                };
                form_pairs(protocol, &name, item, pairs);
            }
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| form_pairs(protocol, &format!("{name}.{key}"), value, pairs));
        }
        Value::Null => {}
        other => pairs.push((name.to_owned(), scalar(other))),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Percent-encodes a text as SigV4 wants it.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// An S3 key as a path.
pub fn encode_path(key: &str) -> String {
    utf8_percent_encode(key, ENCODED_PATH).to_string()
}

/// Puts a host label before an endpoint's host, but never before an IP address or `localhost`.
pub fn with_host_prefix(url: &str, prefix: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let local = host == "localhost" || host.ends_with(".localhost") || host.parse::<std::net::IpAddr>().is_ok();
    if prefix.is_empty() || local { url.to_owned() } else { format!("{scheme}://{prefix}{rest}") }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, parameters, template};
    use super::*;
    use serde_json::json;

    fn lookup(name: &Name) -> Option<String> {
        match name.slot.to_string().as_str() {
            "Name" => Some("a b+c/ü".to_owned()),
            "account" => Some("111122223333".to_owned()),
            "Empty" => Some(String::new()),
            _ => None,
        }
    }

    fn prepared(protocol: Protocol, change: impl FnOnce(&mut Source)) -> Result<Prepared, String> {
        let mut source = testing::source();
        source.protocol = protocol;
        change(&mut source);
        let made = prepare(&source, &source.call, &Parameters::new(), &BTreeMap::new(), &lookup);
        made.map_err(|name| name.to_string())
    }

    #[test]
    fn json_has_a_target_and_fills_templates_at_any_depth() {
        let made = prepared(Protocol::Json, |source| {
            source.call.parameters = parameters(json!({ "A": [{ "B": "x-{account}" }], "N": 7 }));
        });
        let made = made.unwrap();
        assert_eq!(made.headers["x-amz-target"], "X.List");
        assert_eq!(made.headers["content-type"], "application/x-amz-json-1.1");
        assert_eq!(made.body, br#"{"A":[{"B":"x-111122223333"}],"N":7}"#);
    }

    #[test]
    fn query_and_ec2_number_their_lists_differently() {
        let given = parameters(json!({ "Filter": [{ "Name": "n", "Value": ["a b", "c&d"] }], "All": true }));
        let query = prepared(Protocol::Query, |source| source.call.parameters = given.clone()).unwrap();
        assert_eq!(
            String::from_utf8(query.body).unwrap(),
            "Action=List&Version=1.1&All=true&Filter.member.1.Name=n\
             &Filter.member.1.Value.member.1=a%20b&Filter.member.1.Value.member.2=c%26d"
        );
        let ec2 = prepared(Protocol::Ec2, |source| source.call.parameters = given).unwrap();
        assert!(
            String::from_utf8(ec2.body)
                .unwrap()
                .ends_with("Filter.1.Name=n&Filter.1.Value.1=a%20b&Filter.1.Value.2=c%26d")
        );
    }

    #[test]
    fn paths_encode_labels_and_keep_a_greedy_one_s_slashes() {
        let path = |path: &str| {
            let (method, path) = ("GET".to_owned(), template(path));
            prepared(Protocol::RestXml, |source| (source.call.method, source.call.path) = (method, path))
        };
        assert_eq!(path("/{Name}?policy").unwrap().path, "/a%20b%2Bc%2F%C3%BC?policy");
        assert_eq!(path("/b/{Name+}").unwrap().path, "/b/a%20b%2Bc/%C3%BC");
        assert_eq!(path("/{Empty}").unwrap_err(), "Empty");
        assert_eq!(path("/{Unknown}").unwrap_err(), "Unknown");
    }

    #[test]
    fn rest_puts_parameters_into_query_or_body_by_method() {
        let with = |method: &str| {
            let method = method.to_owned();
            prepared(Protocol::RestJson, |source| {
                source.call.method = method;
                source.call.path = template("/things");
                source.call.parameters = parameters(json!({ "max": 5, "state": ["A", "B"] }));
            })
        };
        let get = with("GET").unwrap();
        assert_eq!((get.path.as_str(), get.body.len()), ("/things?max=5&state=A&state=B", 0));
        let post = with("POST").unwrap();
        assert_eq!(
            (post.path.as_str(), post.body.as_slice()),
            ("/things", br#"{"max":5,"state":["A","B"]}"#.as_slice())
        );
    }

    #[test]
    fn a_page_token_is_never_a_template() {
        let source = testing::source();
        let extra = BTreeMap::from([("Marker".to_owned(), json!("{account}"))]);
        let made = prepare(&source, &source.call, &Parameters::new(), &extra, &lookup).unwrap();
        assert_eq!(made.body, br#"{"Marker":"{account}"}"#);
    }

    #[test]
    fn host_labels_stay_off_addresses() {
        assert_eq!(with_host_prefix("https://s3-control.x.test", "1."), "https://1.s3-control.x.test");
        for local in ["http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000"] {
            assert_eq!(with_host_prefix(local, "1."), local);
        }
    }
}
