//! EventBridge's rules on what CloudTrail logs: whether one raises every event of a kind.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::filter_pattern::Event;
use crate::iam::{Dialect, matches};

/// Whether someone hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Heard {
    No,
    /// Whoever does is not seen from here.
    Perhaps,
    Surely,
}

/// Rules that are on, of the default bus: the only one that AWS's events come to.
pub(super) struct Rules<'a> {
    rules: Vec<(&'a str, Value, Heard)>,
}

/// Where the events of services that have no Region come in, partition by partition.
const HOME: [&str; 3] = ["us-east-1", "cn-north-1", "us-gov-west-1"];

impl<'a> Rules<'a> {
    /// `rows` of rules with their targets; a rule without an event pattern follows a clock.
    pub(super) fn of(rows: &'a Value, topics: &'a Value) -> Self {
        let silent: BTreeSet<&str> = list(topics)
            .filter(|topic| !topic.get("subscriptions").into_iter().flat_map(list).any(is_confirmed))
            .filter_map(|topic| text(topic, "TopicArn"))
            .collect();
        let known: BTreeSet<&str> = list(topics).filter_map(|topic| text(topic, "TopicArn")).collect();
        let heard = |arn: &str| match arn.contains(":sns:") {
            true if silent.contains(arn) => Heard::No,
            true if !known.contains(arn) => Heard::Perhaps,
            _ => Heard::Surely,
        };
        let rule = |row: &'a Value| {
            let on = text(row, "State").is_some_and(|state| state.starts_with("ENABLED"));
            let own =
                text(row, "EventBusName").is_none_or(|bus| bus == "default" || bus.ends_with("event-bus/default"));
            let pattern = serde_json::from_str(text(row, "EventPattern")?).ok()?;
            let targets = row.get("targets").into_iter().flat_map(list).filter_map(|target| text(target, "Arn"));
            let best = targets.map(heard).max().unwrap_or(Heard::No);
            (on && own).then_some((text(row, "_region")?, pattern, best))
        };
        Self { rules: list(rows).filter_map(rule).collect() }
    }

    /// Whether a rule raises an event. Those of services without a Region come in one only; a rule in one Region says
    /// nothing of the others.
    pub(super) fn raise(&self, event: &Event<'_>) -> Heard {
        let source = event.get("eventSource").copied().flatten();
        let global = source.is_some_and(|source| matches!(source, "iam.amazonaws.com" | "signin.amazonaws.com"));
        let raises = |(region, pattern, heard): &(&str, Value, Heard)| match covers(pattern, event) {
            false => Heard::No,
            true if global && source == Some("iam.amazonaws.com") => {
                if HOME.contains(region) {
                    *heard
                } else {
                    Heard::No
                }
            }
            true => (*heard).min(Heard::Perhaps),
        };
        self.rules.iter().map(raises).max().unwrap_or(Heard::No)
    }
}

fn is_confirmed(subscription: &Value) -> bool {
    text(subscription, "SubscriptionArn").is_some_and(|arn| arn.starts_with("arn:"))
}

/// Whether a pattern takes every event that is alike in what is known.
fn covers(pattern: &Value, event: &Event<'_>) -> bool {
    let Some(members) = pattern.as_object() else { return false };
    members.iter().all(|(name, wanted)| match name.as_str() {
        "source" => {
            let source = event.get("eventSource").copied().flatten().and_then(|source| source.split('.').next());
            source.is_some_and(|source| takes(wanted, Some(&format!("aws.{source}"))))
        }
        "detail-type" => {
            let signed_in = event.get("eventName") == Some(&Some("ConsoleLogin"))
                || event.get("eventType") == Some(&Some("AwsConsoleSignIn"));
            let kind = if signed_in { "AWS Console Sign In via CloudTrail" } else { "AWS API Call via CloudTrail" };
            takes(wanted, Some(kind))
        }
        "detail" => wanted.as_object().is_some_and(|members| details(members, "", event)),
        _ => false,
    })
}

fn details(members: &Map<String, Value>, above: &str, event: &Event<'_>) -> bool {
    members.iter().all(|(name, wanted)| {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match wanted {
            Value::Object(inner) => details(inner, &path, event),
            _ => event.get(path.as_str()).is_some_and(|value| takes(wanted, *value)),
        }
    })
}

/// Whether one of the matchers of a list takes a value, or its being absent.
fn takes(wanted: &Value, value: Option<&str>) -> bool {
    list(wanted).any(|matcher| match (matcher, value) {
        (Value::String(text), Some(value)) => text == value,
        (Value::Object(one), value) => one.iter().all(|(name, operand)| match (name.as_str(), operand, value) {
            ("exists", Value::Bool(there), value) => *there == value.is_some(),
            ("prefix", Value::String(start), Some(value)) => value.starts_with(start.as_str()),
            ("suffix", Value::String(end), Some(value)) => value.ends_with(end.as_str()),
            ("equals-ignore-case", Value::String(same), Some(value)) => value.eq_ignore_ascii_case(same),
            ("wildcard", Value::String(pattern), Some(value)) => matches(Dialect::Plain, pattern, value),
            ("anything-but", Value::String(other), Some(value)) => other != value,
            ("anything-but", Value::Array(others), Some(value)) => {
                others.iter().all(|other| other.as_str().is_some_and(|other| other != value))
            }
            _ => false,
        }),
        _ => false,
    })
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::{Heard, Rules};
    use crate::assess::filter_pattern::events;
    use serde_json::{Value, json};

    #[test]
    fn a_rule_raises_every_event_of_a_kind_or_not() {
        let kind = json!({ "eventName": "DeletePolicy", "eventSource": "iam.amazonaws.com", "errorCode": null });
        let topics = json!([
            { "TopicArn": "arn:aws:sns:us-east-1:1:heard", "subscriptions": [{ "SubscriptionArn": "arn:aws:sns:us-east-1:1:heard:1" }] },
            { "TopicArn": "arn:aws:sns:us-east-1:1:silent", "subscriptions": [{ "SubscriptionArn": "PendingConfirmation" }] },
        ]);
        let calls = |detail: Value| json!({ "source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail });
        let (heard, silent, other) =
            ("arn:aws:sns:us-east-1:1:heard", "arn:aws:sns:us-east-1:1:silent", "arn:aws:sns:us-east-1:2:theirs");
        let table = [
            (calls(json!({})), "us-east-1", heard, Heard::Surely),
            (calls(json!({ "eventName": ["DeletePolicy", "x"] })), "us-east-1", heard, Heard::Surely),
            (calls(json!({ "eventName": [{ "prefix": "Delete" }] })), "us-east-1", heard, Heard::Surely),
            (calls(json!({ "eventName": [{ "anything-but": ["GetPolicy"] }] })), "us-east-1", heard, Heard::Surely),
            (calls(json!({ "errorCode": [{ "exists": false }] })), "us-east-1", heard, Heard::Surely),
            (calls(json!({ "eventName": ["x"] })), "us-east-1", heard, Heard::No),
            (calls(json!({ "userIdentity": { "type": ["Root"] } })), "us-east-1", heard, Heard::No),
            (calls(json!({})), "eu-west-1", heard, Heard::No),
            (calls(json!({})), "us-east-1", silent, Heard::No),
            (calls(json!({})), "us-east-1", other, Heard::Perhaps),
            (calls(json!({})), "us-east-1", "arn:aws:lambda:us-east-1:1:function:page", Heard::Surely),
            (json!({ "source": ["aws.ec2"] }), "us-east-1", heard, Heard::No),
        ];
        for (pattern, region, target, expected) in table {
            let row = json!([{ "Name": "r", "State": "ENABLED", "EventBusName": "default", "_region": region,
                "EventPattern": pattern.to_string(), "targets": [{ "Arn": target }] }]);
            let event = events(&kind).unwrap().remove(0);
            assert_eq!(Rules::of(&row, &topics).raise(&event), expected, "{pattern} in {region} to {target}");
        }
        let off = json!([{ "State": "DISABLED", "_region": "us-east-1", "EventPattern": "{}", "targets": [{ "Arn": heard }] }]);
        assert_eq!(Rules::of(&off, &topics).raise(&events(&kind).unwrap().remove(0)), Heard::No);
    }
}
