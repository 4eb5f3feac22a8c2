//! One check on one snapshot: what it judged, and what it saw there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::checks::{CHUNK, in_parallel, looked_into};
use super::collected::{Collected, gap_reason};
use super::judge::{Fixed, Judge, Outcome, Prepared};
use super::meter::Account;
use super::others::Others;
use super::settings;
use crate::expression::{Expression, Members};
use crate::model::{
    Catalog, Check, CheckId, CheckResult, Facts, Finding, Per, Row, Settings, Snapshot, SnapshotId, SourceId, Verdict,
};

/// What a check says of a snapshot, with what it saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The verdict and all findings, as the assessment has them.
    pub result: CheckResult,
    /// The rows of its source.
    pub rows: usize,
    /// Those that it judged one by one; the others are none of its business (`when` is false).
    pub judged: usize,
    /// The findings, the worst first, as many as were asked for, each with what the check saw.
    pub shown: Vec<(Finding, Vec<Seen>)>,
}

/// A member that an expression reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The row's resource.
    pub row: String,
    /// The way to the member, `rotation.KeyRotationEnabled`; empty for the whole row.
    pub member: String,
    /// What is there.
    pub sight: Sight,
}

/// What is where an expression looks.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// This value; null where AWS says that there is none.
    Value(Value),
    /// Nothing: AWS left it out.
    Absent,
    /// Not known: the call was refused or failed.
    Unread(String),
}

/// Judges one check again and shows what it saw for at most `limit` findings and, of a place, rows. `None`: there is no
/// such check.
pub fn explain(
    catalog: &Catalog,
    settings: &Settings,
    (id, snapshot): (SnapshotId, &Snapshot),
    facts: &Facts,
    check: &CheckId,
    limit: usize,
) -> Option<Explained> {
    let check = catalog.checks.get(check)?;
    let alone = Catalog {
        checks: BTreeMap::from([(check.id.clone(), check.clone())]),
        sources: catalog.sources.clone(),
        params: catalog.params.clone(),
        ..Catalog::default()
    };
    let result = super::assess(&alone, settings, id, snapshot, facts, &[]).checks.pop()?;
    let rows = facts.rows.get(&check.source).map(Vec::as_slice).unwrap_or_default();
    let collected = Collected::new(&alone, &settings.scope.regions, snapshot, facts);
    let (accounts, params) = (snapshot.scope.account_ids(), settings::params(catalog, settings));
    let account = Account::new(None);
    let fixed = Fixed { now: snapshot.time, period: snapshot.period, accounts, params, account };
    let judged = match check.per {
        Per::Row => judged_rows(check, &fixed, facts, &collected, rows),
        Per::Region | Per::Account => Vec::new(),
    };
    let count = judged.len();
    let mut by_name: BTreeMap<_, VecDeque<&Row>> = BTreeMap::new();
    for row in judged {
        by_name.entry((&row.account, &row.region, &row.resource)).or_default().push_back(row);
    }
    // The findings of rows stand in the rows' order, before those of places of the same name.
    let mut found: Vec<(&Finding, Option<&Row>)> = Vec::with_capacity(result.findings.len());
    for finding in &result.findings {
        let own = by_name.get_mut(&(&finding.account, &finding.region, &finding.resource));
        found.push((finding, own.and_then(VecDeque::pop_front)));
    }
    found.sort_by_key(|(finding, _)| rank(finding.verdict));
    let reads = Reads::of(check);
    let regional = collected.is_regional(&check.source);
    let seen = |(finding, row): (&Finding, Option<&Row>)| {
        let seen: Vec<Seen> = match (row, check.per) {
            (Some(row), _) => reads.of_row(row),
            (None, Per::Row) => Vec::new(),
            (None, per) => {
                let whole = per == Per::Account || !regional;
                let here = |row: &&Row| row.account == finding.account && (whole || row.region == finding.region);
                rows.iter().filter(here).take(limit).flat_map(|row| reads.of_one_of_many(row)).collect()
            }
        };
        (finding.clone(), seen)
    };
    let shown = found.into_iter().take(limit).map(seen).collect();
    Some(Explained { rows: rows.len(), judged: count, shown, result })
}

/// The worst first.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Undetermined => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}

/// The rows that the check judges, in their order.
fn judged_rows<'r>(
    check: &Check,
    fixed: &Fixed,
    facts: &Facts,
    collected: &Collected<'_>,
    rows: &'r [Row],
) -> Vec<&'r Row> {
    let asked: BTreeSet<&SourceId> = looked_into(check).collect();
    let (others, prepared) = (Others::new(&asked, facts, collected), Prepared::new(check));
    let chunks: Vec<&'r [Row]> = rows.chunks(CHUNK).collect();
    let judge = |judge: &Judge<'_>, rows: &&'r [Row]| -> Vec<&'r Row> {
        let judged = |row: &&Row| judge.row(&prepared, &judge.hand(row, &[&prepared])) != Outcome::Skipped;
        rows.iter().filter(judged).collect()
    };
    in_parallel(&chunks, || Judge::new(fixed, &others), judge).into_iter().flatten().collect()
}

/// The members that a check's expressions read.
struct Reads {
    /// Of `r`; an empty one is the whole row.
    row: BTreeSet<Vec<String>>,
    /// Of anything else that is not a row's own: of the variables that walk through `rows`.
    walked: BTreeSet<Vec<String>>,
}

impl Reads {
    fn of(check: &Check) -> Self {
        let mut reads = Self { row: BTreeSet::new(), walked: BTreeSet::new() };
        for expression in [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()].into_iter().flatten() {
            reads.add(expression);
        }
        reads.row = longest(&reads.row);
        reads.walked = longest(&reads.walked);
        reads
    }

    fn add(&mut self, expression: &Expression) {
        for path in expression.paths() {
            let Some((variable, members)) = path.split_first() else { continue };
            match variable.as_str() {
                "r" => self.row.insert(members.to_vec()),
                "params" | "period" => false,
                _ => self.walked.insert(members.to_vec()),
            };
        }
        match expression.members_of("r") {
            Members::All => self.row.insert(Vec::new()),
            // Those in brackets are in no path.
            Members::Named(names) => {
                self.row.extend(names.into_iter().map(|name| vec![name]));
                false
            }
        };
    }

    fn of_row(&self, row: &Row) -> Vec<Seen> {
        let data = row.data.read();
        self.row.iter().map(|path| seen(row, &data, path)).collect()
    }

    /// Members that the row does not have belong to something else.
    fn of_one_of_many(&self, row: &Row) -> Vec<Seen> {
        let data = row.data.read();
        let own = |path: &&Vec<String>| {
            path.first().is_some_and(|name| data.get(name).is_some() || row.unread.contains_key(name))
        };
        let found: Vec<Seen> = self.walked.iter().filter(own).map(|path| seen(row, &data, path)).collect();
        match found.is_empty() {
            true => vec![seen(row, &data, &[])],
            false => found,
        }
    }
}

/// Without those that are the beginning of another.
fn longest(paths: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
    let begins = |short: &Vec<String>| paths.iter().any(|long| long.len() > short.len() && long.starts_with(short));
    paths.iter().filter(|path| path.is_empty() || !begins(path)).cloned().collect()
}

fn seen(row: &Row, data: &Value, path: &[String]) -> Seen {
    let unread = path.first().and_then(|part| row.unread.get_key_value(part));
    let sight = match unread {
        Some((part, gap)) => Sight::Unread(gap_reason(part, gap)),
        None => {
            let place = |name: &str| match name {
                "_account" => Some(Value::from(row.account.as_str())),
                "_region" => Some(Value::from(row.region.as_str())),
                "_resource" => Some(Value::from(row.resource.as_str())),
                _ => None,
            };
            let value = path.iter().try_fold(data, |value, name| value.get(name)).cloned();
            let value = value.or_else(|| path.first().and_then(|name| place(name)));
            value.map_or(Sight::Absent, Sight::Value)
        }
    };
    Seen { row: row.resource.clone(), member: path.join("."), sight }
}
