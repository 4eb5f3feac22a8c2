//! The examples of checks, through the very code that judges evidence.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use serde_json::{Map, Value};

use super::checks::looked_into;
use super::collected::Collected;
use super::judge::{Fixed, Judge, Outcome, Prepared};
use super::meter::Account;
use super::others::Others;
use crate::model::{
    AccountId, AccountScope, Caller, Catalog, Check, CheckId, Example, Facts, Partition, Per, Period, Reading, Region,
    Row, Scope, Snapshot, SourceId, Verdict, text_of,
};

/// An example that does not get the verdict it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFault {
    /// The check.
    pub check: CheckId,
    /// The example's place in the check's file, from 0.
    pub example: usize,
    /// What it states; `None`: not judged.
    pub expected: Option<Verdict>,
    /// What it gets.
    pub found: Option<Verdict>,
    /// The reason that came with it.
    pub reason: String,
}

impl std::fmt::Display for ExampleFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |verdict: Option<Verdict>| verdict.map_or("not judged", Verdict::words);
        let (expected, found) = (word(self.expected), word(self.found));
        write!(f, "{}, example {}: expected {expected}, got {found}", self.check, self.example + 1)?;
        if self.reason.is_empty() { Ok(()) } else { write!(f, " ({})", self.reason) }
    }
}

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";

/// Runs all examples of all checks.
pub fn run_examples(catalog: &Catalog) -> Vec<ExampleFault> {
    let mut faults = Vec::new();
    for check in catalog.checks.values() {
        for (number, example) in check.examples.iter().enumerate() {
            let (found, reason) = match run(catalog, check, example) {
                Ok(Outcome::Skipped) => (None, String::new()),
                Ok(Outcome::Judged(verdict, reason)) => (Some(verdict), reason),
                Ok(Outcome::Awaits(reason)) => (Some(Verdict::Undetermined), reason),
                Err(reason) => (None, reason),
            };
            if found != example.verdict || (found.is_none() && !reason.is_empty()) {
                let (check, expected) = (check.id.clone(), example.verdict);
                faults.push(ExampleFault { check, example: number, expected, found, reason });
            }
        }
    }
    faults
}

fn run(catalog: &Catalog, check: &Check, example: &Example) -> Result<Outcome, String> {
    let now = example.now.as_deref().unwrap_or("2026-09-30T00:00:00Z");
    let now = DateTime::parse_from_rfc3339(now).map_err(|error| format!("`now` is not a time: {error}"))?.to_utc();
    let today = now.date_naive();
    let period = Period { start: today.checked_sub_days(Days::new(90)).unwrap_or(today), end: today };
    let mut params: BTreeMap<String, Value> =
        catalog.params.values().map(|param| (param.name.clone(), param.default.clone())).collect();
    params.extend(example.params.clone());
    let facts = facts(catalog, check, example);
    let snapshot = snapshot(catalog, now, period);
    let named = [Region::from(REGION)];
    let collected = Collected::new(catalog, &named, &snapshot, &facts);
    let reads: BTreeSet<&SourceId> = looked_into(check).collect();
    let (fixed, others) = (
        Fixed { now, period, accounts: vec![AccountId::from(ACCOUNT)], params, account: Account::new(None) },
        Others::new(&reads, &facts, &collected),
    );
    let (judge, prepared) = (Judge::new(&fixed, &others), Prepared::new(check));
    Ok(match check.per {
        Per::Row => {
            let row = row(catalog, &check.source, &example.row);
            judge.row(&prepared, &judge.hand(&row, &[&prepared]))
        }
        per => {
            let rows: Vec<Row> = example.rows.iter().map(|data| row(catalog, &check.source, data)).collect();
            let rows: Vec<&Row> = rows.iter().collect();
            let region = Region::from(REGION);
            judge.rows(&prepared, &AccountId::from(ACCOUNT), (per == Per::Region).then_some(&region), &rows)
        }
    })
}

/// Every source was read whole; those that the example names have its rows.
fn facts(catalog: &Catalog, check: &Check, example: &Example) -> Facts {
    let mut facts = Facts::default();
    for source in check.reads.iter().chain([&check.source]) {
        let reading = Reading { account: ACCOUNT.into(), region: REGION.into(), evidence: Vec::new() };
        facts.read.insert(source.clone(), vec![reading]);
        let rows = example.others.get(source).map(Vec::as_slice).unwrap_or_default();
        facts.rows.insert(source.clone(), rows.iter().map(|data| row(catalog, source, data)).collect());
    }
    facts
}

fn row(catalog: &Catalog, source: &SourceId, data: &Value) -> Row {
    let key = catalog.sources.get(source).map(|source| &source.key).filter(|key| !key.is_whole());
    let text = |name: &str| data.get(name).and_then(text_of);
    let key = key.map_or_else(|| text("_item"), |key| key.text(data)).unwrap_or_default();
    Row {
        account: AccountId::new(text("_account").unwrap_or(ACCOUNT.to_owned())),
        partition: Partition::from("aws"),
        region: Region::new(text("_region").unwrap_or(REGION.to_owned())),
        resource: text("_resource").unwrap_or_else(|| key.clone()),
        key,
        data: if data.is_object() { data.clone() } else { Value::Object(Map::new()) }.into(),
        unread: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

fn snapshot(catalog: &Catalog, now: DateTime<Utc>, period: Period) -> Snapshot {
    let account = AccountScope {
        id: ACCOUNT.into(),
        alias: None,
        partition: Partition::from("aws"),
        regions: vec![REGION.into()],
        disabled_regions: Vec::new(),
        excluded_regions: Vec::new(),
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    };
    Snapshot {
        format: Snapshot::FORMAT,
        tool: String::new(),
        previous: None,
        organization: String::new(),
        period,
        time: now,
        finished: now,
        caller: Caller { account: ACCOUNT.into(), arn: String::new(), user_id: String::new() },
        scope: Scope { accounts: vec![account], sources: catalog.sources.keys().cloned().collect() },
        exchanges: Vec::new(),
        gaps: Vec::new(),
        coverage: BTreeMap::new(),
        also_after: Vec::new(),
        attestations: None,
        definitions: None,
    }
}
