//! What `checks explain` prints for machines.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::assess::{Explained, Seen, Sight};
use crate::commands::supported::requirements;
use crate::model::{
    Case, Catalog, Check, CheckId, Example, Finding, Per, Period, Severity, SnapshotId, SourceId, Verdict,
};
use crate::vault::Stored;

/// Characters of a value.
const LONG: usize = 4_000;

/// A check, the requirements that it supports, and what it said of a snapshot.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Explanation<'a> {
    format: u32,
    id: &'a CheckId,
    title: &'a str,
    severity: Severity,
    source: &'a SourceId,
    /// Other sources that it looks into.
    reads: &'a BTreeSet<SourceId>,
    per: Per,
    /// Which rows it judges; null: all.
    when: Option<&'a str>,
    pass: &'a str,
    /// What no rows at all mean.
    none: Verdict,
    why: &'a str,
    remedy: &'a str,
    config_rules: &'a [String],
    params: &'a BTreeSet<String>,
    /// By framework.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, BTreeSet<String>>"))]
    requirements: BTreeMap<&'a str, Vec<&'a str>>,
    examples: Vec<ShownExample<'a>>,
    /// What it said of the snapshot, if there is one.
    snapshot: Option<OfSnapshot<'a>>,
}

/// A row, or the rows of a place, and the verdict they must get.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ShownExample<'a> {
    case: Case,
    verdict: ExampleVerdict,
    row: &'a Value,
    rows: &'a [Value],
    note: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum ExampleVerdict {
    Pass,
    Fail,
    NotApplicable,
    Undetermined,
    /// `when` is false: the row is not judged.
    Skipped,
}

impl From<Option<Verdict>> for ExampleVerdict {
    fn from(verdict: Option<Verdict>) -> Self {
        match verdict {
            Some(Verdict::Pass) => Self::Pass,
            Some(Verdict::Fail) => Self::Fail,
            Some(Verdict::NotApplicable) => Self::NotApplicable,
            Some(Verdict::Undetermined) => Self::Undetermined,
            None => Self::Skipped,
        }
    }
}

/// What it said of a snapshot.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OfSnapshot<'a> {
    id: SnapshotId,
    time: DateTime<Utc>,
    period: Period,
    verdict: Verdict,
    reason: Option<&'a str>,
    /// The rows of its source.
    rows: usize,
    /// Those judged one by one; 0 for a check that judges places.
    judged: usize,
    /// All findings; `findings` has the worst first, 20 of them without `--all`.
    findings_of: usize,
    findings: Vec<ShownFinding<'a>>,
}

/// A finding and what the check saw.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ShownFinding<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    seen: Vec<SeenMember<'a>>,
}

/// A member that the check reads.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SeenMember<'a> {
    /// The row's resource.
    row: &'a str,
    /// The way to it; empty for the whole row.
    member: &'a str,
    state: SeenState,
    /// What AWS says, the beginning of it as text, or why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum SeenState {
    /// `value` is AWS's.
    There,
    /// `value` is the beginning of its JSON, as text.
    Cut,
    /// AWS left it out.
    Absent,
    /// `value` says why it is not known.
    Unread,
}

impl<'a> Explanation<'a> {
    pub(super) fn new(catalog: &'a Catalog, check: &'a Check, judged: Option<&'a (Stored, Explained)>) -> Self {
        Self {
            format: 1,
            id: &check.id,
            title: &check.title,
            severity: check.severity,
            source: &check.source,
            reads: &check.reads,
            per: check.per,
            when: check.when.as_ref().map(|when| when.text()),
            pass: check.pass.text(),
            none: check.none,
            why: &check.why,
            remedy: &check.remedy,
            config_rules: &check.config_rules,
            params: &check.params,
            requirements: requirements(catalog, &check.id),
            examples: check.examples.iter().map(ShownExample::new).collect(),
            snapshot: judged.map(|(stored, explained)| OfSnapshot::new(stored, explained)),
        }
    }
}

impl<'a> ShownExample<'a> {
    fn new(example: &'a Example) -> Self {
        let Example { case, verdict, row, rows, note, .. } = example;
        Self { case: *case, verdict: (*verdict).into(), row, rows, note }
    }
}

impl<'a> OfSnapshot<'a> {
    fn new(stored: &'a Stored, explained: &'a Explained) -> Self {
        let finding = |(finding, seen): &'a (Finding, Vec<Seen>)| ShownFinding {
            finding,
            seen: seen.iter().map(SeenMember::new).collect(),
        };
        Self {
            id: stored.id,
            time: stored.snapshot.time,
            period: stored.snapshot.period,
            verdict: explained.result.verdict,
            reason: explained.result.reason.as_deref(),
            rows: explained.rows,
            judged: explained.judged,
            findings_of: explained.result.findings.len(),
            findings: explained.shown.iter().map(finding).collect(),
        }
    }
}

impl<'a> SeenMember<'a> {
    pub(super) fn new(seen: &'a Seen) -> Self {
        let (state, value) = match &seen.sight {
            Sight::Value(value) => match cut(&value.to_string(), LONG) {
                Some(beginning) => (SeenState::Cut, Some(Value::String(beginning))),
                None => (SeenState::There, Some(value.clone())),
            },
            Sight::Absent => (SeenState::Absent, None),
            Sight::Unread(reason) => (SeenState::Unread, Some(Value::String(reason.clone()))),
        };
        Self { row: &seen.row, member: &seen.member, state, value }
    }
}

/// The beginning of a text that is longer.
pub(super) fn cut(text: &str, limit: usize) -> Option<String> {
    text.char_indices().nth(limit).map(|(end, _)| format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONG, SeenMember};
    use crate::assess::{Seen, Sight};

    fn shown(sight: Sight) -> serde_json::Value {
        json!(SeenMember::new(&Seen { row: "arn".to_owned(), member: "na\u{1b}[31mme".to_owned(), sight }))
    }

    #[test]
    fn a_value_is_whole_or_said_to_be_cut() {
        let long = shown(Sight::Value(json!("ä".repeat(LONG * 2))));
        assert_eq!(long["state"], "cut");
        assert_eq!(long["value"].as_str().unwrap().chars().count(), LONG + 1);
        assert_eq!(
            shown(Sight::Value(json!(null))),
            json!({"row": "arn", "member": "na\u{1b}[31mme", "state": "there", "value": null})
        );
        assert_eq!(shown(Sight::Absent)["state"], "absent");
    }
}
