//! CloudTrail's digests and log files to rows: one for each trail with log file validation and each region. Pure: whoever
//! has the pack validates its digests again, offline.
//!
//! What the pack shows by itself: the digests, CloudTrail's signatures of them, its public keys, the chain, the hours
//! without a digest, the log files that no digest names. That a log file matched its digest shows our own record of its
//! hash, for the log files are not in the pack. A refusal or a network fault is a gap and never tampering.

mod chain;
mod digest;
mod logs;
mod region;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::gap_in;
use crate::model::{
    AccountId, Exchange, Facts, Gap, GapReason, Partition, Reading, Region, Sha256, Snapshot, Source, TrailSummary,
    TrailWindow,
};
use logs::Named;
use region::Chain;

/// What can be wrong, by the names that `auditpack trail` uses too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    LogModified,
    LogMissing,
    LogUnreadable,
    LogUndigested,
    DigestMissing,
    DigestSignatureInvalid,
    DigestLinkBroken,
    DigestUnreadable,
    PublicKeyUnknown,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::LogModified => "log-modified",
            Self::LogMissing => "log-missing",
            Self::LogUnreadable => "log-unreadable",
            Self::LogUndigested => "log-undigested",
            Self::DigestMissing => "digest-missing",
            Self::DigestSignatureInvalid => "digest-signature-invalid",
            Self::DigestLinkBroken => "digest-link-broken",
            Self::DigestUnreadable => "digest-unreadable",
            Self::PublicKeyUnknown => "public-key-unknown",
        }
    }
}

/// Something that is not as CloudTrail left it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    kind: Kind,
    path: String,
    message: String,
    time: Option<DateTime<Utc>>,
}

/// A row names so many problems of each half; the rest is counted.
const NAMED: usize = 100;

/// Problems as a row has them, with the count of those that it does not name.
fn told(mut problems: Vec<Problem>) -> (Value, usize) {
    problems.sort_by(|a, b| (a.time, &a.path, a.kind).cmp(&(b.time, &b.path, b.kind)));
    let more = problems.len().saturating_sub(NAMED);
    let one =
        |problem: &Problem| json!({ "kind": problem.kind.word(), "path": problem.path, "message": problem.message });
    (problems.iter().take(NAMED).map(one).collect(), more)
}

#[derive(Deserialize)]
struct Described {
    #[serde(rename = "trailList", default)]
    trails: Vec<TrailSummary>,
}

/// The calls made for one trail in one region.
#[derive(Default)]
struct Asked<'a> {
    by_part: BTreeMap<&'a str, Vec<&'a Exchange>>,
    gaps: BTreeMap<&'a str, &'a Gap>,
}

impl<'a> Asked<'a> {
    fn of(&self, part: &str) -> &[&'a Exchange] {
        self.by_part.get(part).map(Vec::as_slice).unwrap_or_default()
    }
}

type Key<'a> = (&'a AccountId, &'a str, &'a Region);

/// Reads the facts of a source whose collector is `trail`.
pub(super) fn read<E>(
    source: &Source,
    snapshot: &Snapshot,
    exchanges: &[&Exchange],
    gaps: &[&Gap],
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    facts: &mut Facts,
) -> Result<(), E> {
    let Some(window) = TrailWindow::of(snapshot.period, snapshot.time) else { return Ok(()) };
    let asked = by_trail(exchanges, gaps);
    let (mut rows, mut readings) = (Vec::new(), Vec::new());
    let lists = exchanges.iter().copied().filter(|one| one.item.is_none() && one.operation == "DescribeTrails");
    let mut validated: BTreeMap<(&AccountId, String), TrailSummary> = BTreeMap::new();
    let mut unvalidated: BTreeSet<(&AccountId, String)> = BTreeSet::new();
    for list in lists {
        let described: Described = match serde_json::from_slice(&body(&list.body)?) {
            Ok(described) => described,
            Err(error) => {
                facts.gaps.push(gap_in(list, GapReason::Unreadable, &error.to_string()));
                continue;
            }
        };
        readings.push(Reading {
            account: list.account.clone(),
            region: list.region.clone(),
            evidence: vec![list.body],
        });
        for trail in described.trails {
            if !trail.log_file_validation_enabled {
                unvalidated.insert((&list.account, format!("{}/{}", trail.bucket, trail.root())));
            } else if trail.home_region == list.region {
                validated.insert((&list.account, trail.arn.clone()), trail);
            }
        }
    }
    // Trails that share a folder of log files vouch for them together.
    let mut folders: BTreeMap<(&AccountId, String), Vec<Chain<'_>>> = BTreeMap::new();
    for ((account, arn), trail) in &validated {
        let scope = snapshot.scope.accounts.iter().find(|scope| scope.id == **account);
        let Some(scope) = scope else { continue };
        let partition: &Partition = &scope.partition;
        let one = std::slice::from_ref(&trail.home_region);
        let regions = if trail.is_multi_region_trail { scope.regions.as_slice() } else { one };
        let status =
            asked.get(&(*account, arn.as_str(), &trail.home_region)).and_then(|asked| asked.of("status").last());
        let home = asked.get(&(*account, arn.as_str(), &trail.home_region));
        let status_gap = home.and_then(|asked| asked.gaps.get("status")).copied();
        for region in regions {
            let asked = asked.get(&(*account, arn.as_str(), region));
            let shared = unvalidated.contains(&(*account, format!("{}/{}", trail.bucket, trail.root())));
            let chain = Chain {
                source,
                snapshot,
                window,
                account,
                partition,
                trail,
                region,
                asked,
                status: status.copied(),
                status_gap,
                shared,
            };
            folders.entry((*account, chain.log_folder())).or_default().push(chain);
        }
    }
    for chains in folders.into_values() {
        let mut read = Vec::new();
        for chain in chains {
            read.push((chain.digests(body)?, chain));
        }
        let mut named = Named::default();
        read.iter().for_each(|(digests, _)| named.extend(&digests.named));
        for (digests, chain) in read {
            rows.push(chain.row(digests, &named, body, facts)?);
        }
    }
    if !rows.is_empty() {
        facts.rows.insert(source.id.clone(), rows);
    }
    if !readings.is_empty() {
        facts.read.insert(source.id.clone(), readings);
    }
    Ok(())
}

fn by_trail<'a>(exchanges: &[&'a Exchange], gaps: &[&'a Gap]) -> HashMap<Key<'a>, Asked<'a>> {
    let mut asked: HashMap<Key<'a>, Asked<'a>> = HashMap::new();
    for exchange in exchanges.iter().copied() {
        let Some(item) = &exchange.item else { continue };
        let of = asked.entry((&exchange.account, item.key.as_str(), &item.region)).or_default();
        of.by_part.entry(item.part.as_str()).or_default().push(exchange);
    }
    for gap in gaps.iter().copied() {
        let Some(item) = &gap.item else { continue };
        asked.entry((&gap.account, item.key.as_str(), &item.region)).or_default().gaps.insert(item.part.as_str(), gap);
    }
    for of in asked.values_mut().flat_map(|asked| asked.by_part.values_mut()) {
        // Of what was asked twice (a run that was resumed) the later answer counts: it comes last.
        of.sort_by_key(|one| (one.page, one.time));
    }
    asked
}
