//! Alarms on what a trail logs: which kinds of events set none off.
//!
//! A kind of events is raised where a metric filter on the trail's log group counts every one of them, an alarm stands on
//! that metric alone, and its topic has a confirmed subscriber. Several filters may count the kind together, value by value.

use std::collections::BTreeSet;

use serde_json::Value;

use super::event_rules::{Heard, Rules, list, text};
use super::filter_pattern::{Event, counts, events};

/// What is asked, as CEL hands it over: rows of AWS's answers.
pub(super) struct Question<'a> {
    /// By name: `{'IAM changes': {'eventName': ['A', 'B']}}`.
    pub(super) kinds: &'a Value,
    pub(super) account: &'a str,
    /// The log groups that a trail of all Regions has delivered to in the last day.
    pub(super) groups: &'a Value,
    pub(super) filters: &'a Value,
    pub(super) alarms: &'a Value,
    pub(super) topics: &'a Value,
    /// EventBridge's rules; none if they were not asked for.
    pub(super) rules: &'a Value,
    /// Whether one event must be enough.
    pub(super) at_first: bool,
}

/// Why a kind is not raised, in the order in which a person mends it; none: all are.
pub(super) fn missing(question: &Question<'_>) -> Result<Vec<String>, String> {
    let seen = Seen::of(question)?;
    let rules = Rules::of(question.rules, question.topics);
    let mut silent = Vec::new();
    let mut elsewhere = false;
    for (kind, event) in asked(question.kinds)? {
        if seen.counted(&event, Heard::Surely) || rules.raise(&event) == Heard::Surely {
            continue;
        }
        elsewhere |= seen.counted(&event, Heard::Perhaps);
        if rules.raise(&event) == Heard::Perhaps {
            return Err(format!(
                "an EventBridge rule raises {kind} in a Region or by a target of which it is not seen here who hears it"
            ));
        }
        silent.push((kind, event));
    }
    if silent.is_empty() {
        return Ok(Vec::new());
    }
    let all_elsewhere = silent.iter().all(|(_, event)| seen.counted(event, Heard::Perhaps));
    if elsewhere && all_elsewhere {
        return Err("an alarm notifies a topic of another account, whose subscribers are not seen from here: collect \
                    that account"
            .to_owned());
    }
    Ok(vec![seen.reason(&silent, question.at_first)])
}

/// The kinds' events, each with the name by which a person knows it: a list of names of calls is asked name by name.
fn asked(kinds: &Value) -> Result<Vec<(String, Event<'_>)>, String> {
    let kinds = kinds.as_object().ok_or("the kinds of events are not a map")?;
    let mut asked = Vec::new();
    for (name, kind) in kinds {
        let listed = kind.get("eventName").is_some_and(Value::is_array);
        for event in events(kind)? {
            let own = event.get("eventName").copied().flatten().filter(|_| listed);
            asked.push((own.unwrap_or(name).to_owned(), event));
        }
    }
    Ok(asked)
}

struct Seen<'a> {
    groups: BTreeSet<&'a str>,
    filters: Vec<Filter<'a>>,
}

struct Filter<'a> {
    name: &'a str,
    pattern: &'a str,
    /// On a log group that the trail delivers to, counting each event as one at least.
    counts: bool,
    /// Whether an alarm stands on a metric of that name anywhere.
    has_alarm: bool,
    heard: Heard,
}

impl<'a> Seen<'a> {
    fn of(question: &Question<'a>) -> Result<Self, String> {
        let groups = list(question.groups).filter_map(Value::as_str).collect::<BTreeSet<_>>();
        let alarms = Alarm::all(question)?;
        let filter = |row: &'a Value| {
            let pattern = text(row, "filterPattern")?;
            let group = text(row, "_resource").and_then(|arn| arn.split(":metric-filter:").next());
            let own = row.get("metricTransformations").and_then(|all| all.get(0));
            let metric = Metric {
                region: text(row, "_region"),
                namespace: own.and_then(|own| text(own, "metricNamespace")),
                name: own.and_then(|own| text(own, "metricName")),
            };
            let bare = own.is_some_and(|own| is_empty(own.get("dimensions")) && counts_one(own.get("metricValue")));
            let delivered = group.is_some_and(|group| groups.contains(format!("{group}:*").as_str()));
            let heard = alarms.iter().filter(|alarm| alarm.metrics.contains(&metric)).map(|alarm| alarm.heard);
            Some(Filter {
                name: text(row, "filterName").unwrap_or_default(),
                pattern,
                counts: bare && delivered,
                has_alarm: list(question.alarms)
                    .any(|alarm| metric.name.is_some() && text(alarm, "MetricName") == metric.name),
                heard: heard.max().unwrap_or(Heard::No),
            })
        };
        let filters = list(question.filters).filter_map(filter).collect();
        Ok(Self { groups, filters })
    }

    fn counted(&self, event: &Event<'_>, heard: Heard) -> bool {
        self.filters.iter().any(|one| one.counts && one.heard >= heard && counts(one.pattern, event))
    }

    fn reason(&self, silent: &[(String, Event<'_>)], at_first: bool) -> String {
        if self.groups.is_empty() {
            return "no multi-Region trail has delivered to CloudWatch Logs in the last day".to_owned();
        }
        let mut uncounted: Vec<&str> = Vec::new();
        for (name, event) in silent {
            if !uncounted.contains(&name.as_str()) && !self.filters.iter().any(|one| counts(one.pattern, event)) {
                uncounted.push(name);
            }
        }
        if let Some((first, more)) = uncounted.split_first() {
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            return format!("no metric filter for {first}{more}");
        }
        let of_silent = |one: &&Filter<'_>| silent.iter().any(|(_, event)| counts(one.pattern, event));
        if let Some(bare) = self.filters.iter().filter(of_silent).find(|one| !one.has_alarm) {
            return format!("no alarm on what the metric filter {} counts", bare.name);
        }
        let end = if at_first {
            "has no enabled action with a confirmed subscriber, or does not go off at the first event"
        } else {
            "has no enabled action with a confirmed subscriber"
        };
        let or = if at_first { "" } else { "or " };
        format!(
            "there are metric filters and alarms, but one is on a log group that no multi-Region trail delivers to, {or}{end}"
        )
    }
}

/// A metric without dimensions: what a filter counts.
#[derive(PartialEq)]
struct Metric<'a> {
    region: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

struct Alarm<'a> {
    metrics: Vec<Metric<'a>>,
    heard: Heard,
}

impl<'a> Alarm<'a> {
    /// The alarms that go off, and that are or may be heard.
    fn all(question: &Question<'a>) -> Result<Vec<Self>, String> {
        let confirmed = |topic: &&Value| {
            let listed = topic.get("subscriptions").into_iter().flat_map(list);
            listed.filter_map(|one| text(one, "SubscriptionArn")).any(|arn| arn.starts_with("arn:"))
        };
        let heard: BTreeSet<&str> =
            list(question.topics).filter(confirmed).filter_map(|topic| text(topic, "TopicArn")).collect();
        let composites: Vec<&Value> = of_kind(question.alarms, "composite")
            .filter(|one| is_on(one) && actions(one).any(|action| heard.contains(action)) && speaks_for_each(one))
            .collect();
        let mut alarms = Vec::new();
        for one in of_kind(question.alarms, "metric") {
            if !goes_off(one, question.at_first)? {
                continue;
            }
            let surely = is_on(one) && actions(one).any(|action| heard.contains(action))
                || composites.iter().any(|composite| names(composite, one));
            let abroad = |action: &str| action.contains(":sns:") && action.split(':').nth(4) != Some(question.account);
            let heard = match surely {
                true => Heard::Surely,
                false if is_on(one) && actions(one).any(abroad) => Heard::Perhaps,
                false => Heard::No,
            };
            alarms.push(Self { metrics: metrics(one), heard });
        }
        Ok(alarms)
    }
}

fn of_kind<'a>(alarms: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    list(alarms).filter(move |one| text(one, "kind") == Some(kind))
}

fn is_on(alarm: &Value) -> bool {
    alarm.get("ActionsEnabled") == Some(&Value::Bool(true))
}

fn actions(alarm: &Value) -> impl Iterator<Item = &str> {
    alarm.get("AlarmActions").into_iter().flat_map(list).filter_map(Value::as_str)
}

/// One that needs several alarms at once, or one not to be there, says nothing of each.
fn speaks_for_each(composite: &Value) -> bool {
    text(composite, "AlarmRule").is_some_and(|rule| !rule.contains("AND ") && !rule.contains("NOT "))
}

fn names(composite: &Value, alarm: &Value) -> bool {
    let (rule, here) = (text(composite, "AlarmRule").unwrap_or_default(), text(alarm, "_region"));
    let named = |id: &str| rule.contains(&format!("ALARM(\"{id}\")")) || rule.contains(&format!("ALARM({id})"));
    text(composite, "_region") == here
        && [text(alarm, "AlarmName"), text(alarm, "AlarmArn")].into_iter().flatten().any(named)
}

/// Whether a count above zero sets it off; at the first event, if that is asked.
fn goes_off(alarm: &Value, at_first: bool) -> Result<bool, String> {
    let missing = || "`ComparisonOperator` is not in AWS's answer".to_owned();
    let operator = text(alarm, "ComparisonOperator").ok_or_else(missing)?;
    let limit = if operator == "GreaterThanThreshold" { 0.9 } else { 1.0 };
    let low = || number(alarm.get("Threshold")).is_none_or(|threshold| threshold <= limit);
    // Out of several periods one with an event must do.
    let periods = alarm.get("DatapointsToAlarm").or_else(|| alarm.get("EvaluationPeriods"));
    let soon = || number(periods).is_none_or(|periods| periods <= 1.0);
    Ok(operator.contains("GreaterThan") && (!at_first || low() && soon()))
}

fn metrics(alarm: &Value) -> Vec<Metric<'_>> {
    let region = text(alarm, "_region");
    let of = |metric: &Value| is_empty(metric.get("Dimensions"));
    let made = |metric| Metric { region, namespace: text(metric, "Namespace"), name: text(metric, "MetricName") };
    if text(alarm, "MetricName").is_some() {
        return Some(alarm).filter(|alarm| of(alarm)).map(made).into_iter().collect();
    }
    let asked = alarm.get("Metrics").into_iter().flat_map(list).filter_map(|one| one.get("MetricStat")?.get("Metric"));
    asked.filter(|metric| of(metric)).map(made).collect()
}

/// Whether each event counts: a filter may add nothing, or what a field of the event says.
fn counts_one(value: Option<&Value>) -> bool {
    value.is_none() || number(value).is_some_and(|value| value >= 1.0)
}

fn number(value: Option<&Value>) -> Option<f64> {
    value.and_then(|value| value.as_f64().or_else(|| value.as_str()?.parse().ok()))
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        _ => true,
    }
}
