//! The patterns of CloudWatch Logs' metric filters: whether one counts every event of a kind.
//!
//! A kind says what is known of its events; all else may be anything. A pattern counts every event of the kind only if it
//! holds whatever the rest is: `&& $.eventSource = "s3.amazonaws.com"` narrows it, unless the kind says so itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::iam::{Dialect, matches};

/// What is known of the events: by path, `userIdentity.type`, one of some values; none of them: the member is not there.
pub(super) type Event<'a> = BTreeMap<&'a str, Option<&'a str>>;

/// So many combinations of values, no more.
const MAX_EVENTS: usize = 256;

/// No pattern of AWS's is longer than this.
const MAX_PATTERN: usize = 4096;

/// Whether a pattern matches every event of a kind: a map of paths to a text, to several that it may be, or to null where
/// the member is not there. What is not a pattern that events of CloudTrail can match, matches none.
pub(super) fn counts_every(pattern: &str, kind: &Value) -> Result<bool, String> {
    Ok(events(kind)?.iter().all(|event| counts(pattern, event)))
}

/// Whether a pattern matches all events that are alike in what is known.
pub(super) fn counts(pattern: &str, event: &Event<'_>) -> bool {
    let pattern = Some(pattern.trim()).filter(|pattern| pattern.len() <= MAX_PATTERN).and_then(Pattern::parse);
    pattern.is_some_and(|pattern| pattern.holds(event) == Truth::Yes)
}

/// Every event of a kind, as far as it is known.
pub(super) fn events(kind: &Value) -> Result<Vec<Event<'_>>, String> {
    let members = kind.as_object().ok_or("the kind of events is not a map")?;
    let mut events = vec![Event::new()];
    for (path, values) in members {
        let values: Option<Vec<Option<&str>>> = match values {
            Value::Array(values) => values.iter().map(|value| value.as_str().map(Some)).collect(),
            Value::Null => Some(vec![None]),
            Value::String(text) => Some(vec![Some(text)]),
            _ => None,
        };
        let values = values.ok_or_else(|| format!("`{path}` of the kind of events is not a text"))?;
        if events.len().saturating_mul(values.len()) > MAX_EVENTS {
            return Err("the kind of events has too many values".to_owned());
        }
        let mut longer = Vec::new();
        for event in events {
            longer.extend(values.iter().map(|value| {
                let mut event = event.clone();
                event.insert(path, *value);
                event
            }));
        }
        events = longer;
    }
    Ok(events)
}

/// Whether something holds for all events that are alike in what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    /// For some of them it may.
    Perhaps,
    Yes,
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::Yes } else { Self::No }
    }
}

enum Pattern {
    /// `{ … }`
    Json(Test),
    /// Words of the line: all of these, and one of the optional ones if there are any.
    Words { all: Vec<String>, any: Vec<String> },
}

/// A test of a JSON pattern.
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    One { path: String, is: Is },
}

enum Is {
    Equal(String),
    Different(String),
    Less(f64, bool),
    Greater(f64, bool),
    There,
    NotThere,
    Null,
    Word(&'static str),
    /// A regular expression: AWS's are not read here.
    Unknown,
}

impl Pattern {
    /// `None`: not a pattern, or one for lines that are not JSON.
    fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('{') {
            let mut reader = Reader { rest: inner.strip_suffix('}')?, depth: 0 };
            let test = reader.any()?;
            return reader.rest.trim().is_empty().then_some(Self::Json(test));
        }
        if text.starts_with('[') {
            return None;
        }
        let (mut all, mut any) = (Vec::new(), Vec::new());
        let mut reader = Reader { rest: text, depth: 0 };
        while !reader.rest.trim_start().is_empty() {
            let (optional, without) = (reader.takes("?"), reader.takes("-"));
            let word = reader.value()?;
            // What a line must not have, any line may have; a regular expression is not read here.
            if without || word.starts_with('%') {
                return None;
            }
            if optional { any.push(word) } else { all.push(word) }
        }
        // AWS leaves optional words out of account beside others.
        Some(Self::Words { any: if all.is_empty() { any } else { Vec::new() }, all })
    }

    fn holds(&self, event: &Event<'_>) -> Truth {
        match self {
            Self::Json(test) => test.holds(event),
            Self::Words { all, any } => {
                let lines: Vec<String> = event
                    .iter()
                    .filter_map(|(path, value)| Some(format!("\"{}\":\"{}\"", path.rsplit('.').next()?, (*value)?)))
                    .collect();
                let has = |word: &String| lines.iter().any(|line| line.contains(word.as_str()));
                let held = all.iter().all(has) && (any.is_empty() || any.iter().any(has));
                if held { Truth::Yes } else { Truth::Perhaps }
            }
        }
    }
}

impl Test {
    fn holds(&self, event: &Event<'_>) -> Truth {
        match self {
            Self::All(tests) => tests.iter().map(|test| test.holds(event)).min().unwrap_or(Truth::Yes),
            Self::Any(tests) => tests.iter().map(|test| test.holds(event)).max().unwrap_or(Truth::No),
            Self::One { path, is } => match event.get(path.as_str()) {
                Some(Some(value)) => is.holds(value),
                Some(None) => Truth::from(matches!(is, Is::NotThere)),
                None => Truth::Perhaps,
            },
        }
    }
}

impl Is {
    fn holds(&self, value: &str) -> Truth {
        let number = || value.parse::<f64>().ok();
        match self {
            Self::Equal(pattern) => matches(Dialect::Plain, pattern, value).into(),
            Self::Different(pattern) => (!matches(Dialect::Plain, pattern, value)).into(),
            Self::Less(limit, or_equal) => {
                number().is_some_and(|number| number < *limit || *or_equal && number == *limit).into()
            }
            Self::Greater(limit, or_equal) => {
                number().is_some_and(|number| number > *limit || *or_equal && number == *limit).into()
            }
            Self::There => Truth::Yes,
            Self::NotThere | Self::Null => Truth::No,
            Self::Word(word) => (value == *word).into(),
            Self::Unknown => Truth::Perhaps,
        }
    }
}

/// Reads a pattern from left to right.
struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

/// Parentheses in parentheses, no deeper.
const MAX_DEPTH: usize = 64;

impl Reader<'_> {
    /// `a || b`: weaker than `&&`.
    fn any(&mut self) -> Option<Test> {
        let mut tests = vec![self.all()?];
        while self.takes("||") {
            tests.push(self.all()?);
        }
        Some(Test::Any(tests))
    }

    fn all(&mut self) -> Option<Test> {
        let mut tests = vec![self.one()?];
        while self.takes("&&") {
            tests.push(self.one()?);
        }
        Some(Test::All(tests))
    }

    fn one(&mut self) -> Option<Test> {
        if !self.takes("(") {
            let path = self.path()?;
            return Some(Test::One { path, is: self.is()? });
        }
        self.depth += 1;
        let test = (self.depth <= MAX_DEPTH).then(|| self.any()).flatten()?;
        self.depth -= 1;
        self.takes(")").then_some(test)
    }

    /// `$.userIdentity.type`, `$.['userIdentity'].type`, `$.resources[0].ARN`.
    fn path(&mut self) -> Option<String> {
        self.takes("$").then_some(())?;
        let mut path = String::new();
        loop {
            if let Some(quoted) = self.rest.strip_prefix('[').or_else(|| self.rest.strip_prefix(".[")) {
                let (inner, rest) = quoted.split_once(']')?;
                self.rest = rest;
                path = join(&path, inner.trim().trim_matches(|one| matches!(one, '\'' | '"')));
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|one: char| !one.is_alphanumeric() && !matches!(one, '_' | '-' | ':' | '@'));
                let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
                (!name.is_empty()).then_some(())?;
                self.rest = rest;
                path = join(&path, name);
            } else {
                return (!path.is_empty()).then_some(path);
            }
        }
    }

    fn is(&mut self) -> Option<Is> {
        if self.takes_word("IS") {
            let words = [("NULL", Is::Null), ("TRUE", Is::Word("true")), ("FALSE", Is::Word("false"))];
            return words.into_iter().find(|(word, _)| self.takes_word(word)).map(|(_, is)| is);
        }
        if self.takes_word("NOT") {
            return self.takes_word("EXISTS").then_some(Is::NotThere);
        }
        if self.takes_word("EXISTS") {
            return Some(Is::There);
        }
        let operator = ["!=", "<=", ">=", "=", "<", ">"].into_iter().find(|operator| self.takes(operator))?;
        let value = self.value()?;
        if value.starts_with('%') {
            return Some(Is::Unknown);
        }
        let number = || value.parse::<f64>().ok();
        Some(match operator {
            "=" => Is::Equal(value),
            "!=" => Is::Different(value),
            "<" | "<=" => Is::Less(number()?, operator == "<="),
            _ => Is::Greater(number()?, operator == ">="),
        })
    }

    /// A value or a word, in quotes or up to what ends it.
    fn value(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let (mut text, mut characters) = (String::new(), quoted.char_indices());
            while let Some((at, character)) = characters.next() {
                match character {
                    '"' => {
                        self.rest = quoted.get(at + 1..)?;
                        return Some(text);
                    }
                    '\\' => text.push(characters.next()?.1),
                    _ => text.push(character),
                }
            }
            return None;
        }
        if let Some(expression) = self.rest.strip_prefix('%') {
            let (_, rest) = expression.split_once('%')?;
            self.rest = rest;
            return Some("%".to_owned());
        }
        let end = self.rest.find(|one: char| one.is_whitespace() || matches!(one, '(' | ')' | '&' | '|' | '"' | '}'));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A word of the grammar, in any case and not the beginning of another.
    fn takes_word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let (head, tail) = (rest.get(..word.len()), rest.get(word.len()..));
        let ends = tail.is_some_and(|tail| !tail.starts_with(|one: char| one.is_alphanumeric()));
        let taken = ends && head.is_some_and(|head| head.eq_ignore_ascii_case(word));
        if taken {
            self.rest = tail.unwrap_or_default();
        }
        taken
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::counts_every;
    use serde_json::json;

    #[test]
    fn a_pattern_counts_every_event_of_a_kind_or_not() {
        let root = json!({ "userIdentity.type": "Root", "userIdentity.invokedBy": null,
            "eventType": ["AwsApiCall", "AwsConsoleSignIn"] });
        let delete = json!({ "eventName": "DeletePolicy", "eventSource": "iam.amazonaws.com" });
        let table = [
            (r#"{ $.userIdentity.type = "Root" }"#, &root, true),
            (r#"{$.userIdentity.type=Root}"#, &root, true),
            (r#"{ $.['userIdentity'].type = "Root" }"#, &root, true),
            (r#"{ $.userIdentity.type = "R*t" }"#, &root, true),
            (
                r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
                &root,
                true,
            ),
            (r#"{ $.userIdentity.type = "Root" && $.eventType = "AwsApiCall" }"#, &root, false),
            (r#"{ $.userIdentity.type = "Root" && $.eventSource = "s3.amazonaws.com" }"#, &root, false),
            (r#"{ $.userIdentity.type = "Root" && $.userIdentity.userName = "x" }"#, &root, false),
            (r#"{ $.userIdentity.type = "Root" && $.sourceIPAddress != "203.0.113.*" }"#, &root, false),
            (r#"{ $.userIdentity.type = "Root" || $.eventName = "x" }"#, &root, true),
            (r#"{ $.userIdentity.type != "IAMUser" }"#, &root, true),
            (r#"{ $.userIdentity.type = "root" }"#, &root, false),
            (r#"{ $.userIdentity.type = %Ro+t% }"#, &root, false),
            (r#"{ $.userIdentity.type EXISTS }"#, &root, true),
            (r#"{ $.userIdentity.type IS NULL }"#, &root, false),
            (r"{ ($.eventName = CreatePolicy) || ($.eventName = DeletePolicy) }", &delete, true),
            (r"{ ($.eventName = CreatePolicy) || ($.eventName = DeletePolicyVersion) }", &delete, false),
            (
                r"{ ($.eventSource = iam.amazonaws.com) && ($.eventName = Delete* || $.eventName = Put*) }",
                &delete,
                true,
            ),
            (r"{ $.eventName = DeletePolicy && $.awsRegion = us-east-1 }", &delete, false),
            (r"{ $.eventName = DeletePolicy || $.eventName = x && $.awsRegion = us-east-1 }", &delete, true),
            (r"{ ($.eventName = DeletePolicy || $.eventName = x) && $.awsRegion = us-east-1 }", &delete, false),
            (r"{ $.eventName = DeletePolicy && $.errorCode NOT EXISTS }", &delete, false),
            (r"{ $.eventName = DeletePolicy", &delete, false),
            (r"{ $.eventName = DeletePolicy } }", &delete, false),
            (r"{ $.eventName DeletePolicy }", &delete, false),
            (r"{}", &delete, false),
            ("", &delete, true),
            ("DeletePolicy", &delete, true),
            (r#""DeletePolicy""#, &delete, true),
            ("DeletePolicy visitor", &delete, false),
            ("?CreatePolicy ?DeletePolicy", &delete, true),
            ("DeletePolicy -visitor", &delete, false),
            ("[ip, user, name = DeletePolicy]", &delete, false),
        ];
        for (pattern, kind, expected) in table {
            assert_eq!(counts_every(pattern, kind), Ok(expected), "{pattern}");
        }
        assert!(counts_every("{ $.a = 1 }", &json!({ "a": 1 })).is_err());
        let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(1500), ")".repeat(1500));
        assert_eq!(counts_every(&deep, &json!({ "a": "1" })), Ok(false), "hostile");
    }

    #[test]
    fn numbers_are_compared() {
        let kind = json!({ "status": "403" });
        for (pattern, expected) in [
            ("{ $.status >= 400 }", true),
            ("{ $.status < 400 }", false),
            ("{ $.status > 400 && $.status <= 403 }", true),
        ] {
            assert_eq!(counts_every(pattern, &kind), Ok(expected), "{pattern}");
        }
    }
}
