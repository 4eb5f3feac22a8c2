//! CloudTrail's digests and log files to rows: one for each trail with log file validation and each region.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::asked::{Asked, Key, by_trail, unreadable};
use super::chain::Chain;
use super::collected::Collected;
use super::digests::Digests;
use super::logs::Named;
use super::place::TrailSummary;
use super::window::TrailWindow;
use crate::model::{AccountId, Exchange, Facts, Gap, Reading, Sha256, Snapshot, Source};

/// The trails that an account has, as the lists of all regions show them.
#[derive(Default)]
struct Trails<'a> {
    validated: BTreeMap<(&'a AccountId, String), TrailSummary>,
    /// The buckets and roots of those without digests.
    unvalidated: BTreeSet<(&'a AccountId, String)>,
    readings: Vec<Reading>,
}

#[derive(Deserialize)]
struct Described {
    #[serde(rename = "trailList", default)]
    trails: Vec<TrailSummary>,
}

/// Reads the facts of a source whose collector is `trail`. `body` gives a kept body by its hash.
pub fn read<E>(
    source: &Source,
    snapshot: &Snapshot,
    exchanges: &[&Exchange],
    gaps: &[&Gap],
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    facts: &mut Facts,
) -> Result<(), E> {
    let Some(window) = TrailWindow::of(snapshot.period, snapshot.time) else { return Ok(()) };
    let asked = by_trail(exchanges, gaps);
    let trails = trails(exchanges, body, facts)?;
    // Trails that share a folder of log files vouch for them together.
    let mut folders: BTreeMap<(&AccountId, String), Vec<Collected<'_>>> = BTreeMap::new();
    for ((account, _), trail) in &trails.validated {
        let Some(scope) = snapshot.scope.accounts.iter().find(|scope| scope.id == **account) else { continue };
        let shared = trails.unvalidated.contains(&(*account, root(trail)));
        let (status, status_gap) = status(&asked, account, trail);
        for region in trail.regions(&scope.regions) {
            let asked = asked.get(&(*account, trail.arn.as_str(), region));
            let chain = Chain::new(trail, organization(trail, asked), account, region, window);
            let partition = &scope.partition;
            let collected =
                Collected { source, snapshot, account, partition, chain, asked, status, status_gap, shared };
            folders.entry((*account, collected.log_folder())).or_default().push(collected);
        }
    }
    let mut rows = Vec::new();
    for chains in folders.into_values() {
        let mut read = Vec::new();
        for collected in chains {
            read.push((Digests::of(&collected, body)?, collected));
        }
        let mut named = Named::default();
        read.iter().for_each(|(digests, _)| named.extend(&digests.named));
        for (digests, collected) in read {
            rows.push(collected.row(digests, &named, body, facts)?);
        }
    }
    if !rows.is_empty() {
        facts.rows.insert(source.id.clone(), rows);
    }
    if !trails.readings.is_empty() {
        facts.read.insert(source.id.clone(), trails.readings);
    }
    Ok(())
}

fn trails<'a, E>(
    exchanges: &[&'a Exchange],
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    facts: &mut Facts,
) -> Result<Trails<'a>, E> {
    let mut trails = Trails::default();
    let lists = exchanges.iter().copied().filter(|one| one.item.is_none() && one.operation == "DescribeTrails");
    for list in lists {
        let described: Described = match serde_json::from_slice(&body(&list.body)?) {
            Ok(described) => described,
            Err(error) => {
                facts.gaps.push(unreadable(list, &error));
                continue;
            }
        };
        let (account, region) = (list.account.clone(), list.region.clone());
        trails.readings.push(Reading { account, region, evidence: vec![list.body] });
        for trail in described.trails {
            if !trail.log_file_validation_enabled {
                trails.unvalidated.insert((&list.account, root(&trail)));
            } else if trail.home_region == list.region {
                trails.validated.insert((&list.account, trail.arn.clone()), trail);
            }
        }
    }
    Ok(trails)
}

/// The bucket, and what all keys of the trail begin with.
fn root(trail: &TrailSummary) -> String {
    format!("{}/{}", trail.bucket, trail.root())
}

/// The trail's status is asked where it lives: the reply, and why there is none.
fn status<'a>(
    asked: &HashMap<Key<'_>, Asked<'a>>,
    account: &AccountId,
    trail: &TrailSummary,
) -> (Option<&'a Exchange>, Option<&'a Gap>) {
    let home = asked.get(&(account, trail.arn.as_str(), &trail.home_region));
    let status = home.and_then(|asked| asked.of("status").last()).copied();
    (status, home.and_then(|asked| asked.gaps.get("status")).copied())
}

/// Of an organization's trail the collection found the organization's folder: its question has it.
fn organization<'a>(trail: &TrailSummary, asked: Option<&Asked<'a>>) -> Option<&'a str> {
    let list = asked?.of("digests").first().copied()?;
    let folder = list.parameters.get("prefix")?.strip_prefix(&trail.root())?.split('/').next();
    folder.filter(|_| trail.is_organization_trail)
}
