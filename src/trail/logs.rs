//! Log files against the digests that name them.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::chain::Chain;
use super::digest::ReadDigest;
use super::fault::LineFault;
use super::place::TrailFolders;
use super::problem::{Kind, Problem, path};
use super::record::{FetchedLog, FoundLog, lines};
use super::sample::LogSample;
use super::window::earlier;
use crate::model::{LogFiles, Sha256};

/// What valid digests say about log files: the hash by the hash of the key, for there may be a million. `None`: the
/// digest holds no hash that can be read.
#[derive(Debug, Default)]
pub(super) struct Named(HashMap<[u8; 16], Option<Sha256>>);

impl Named {
    /// Takes what a digest names.
    pub(super) fn add(&mut self, key: &str, hash: &str) {
        self.0.insert(short(key), Sha256::parse(&hash.to_ascii_lowercase()));
    }

    /// Takes what digests of another trail name.
    pub(super) fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    fn get(&self, key: &str) -> Option<Option<Sha256>> {
        self.0.get(&short(key)).copied()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(&short(key))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Half a SHA-256 distinguishes a million keys.
fn short(key: &str) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::of(key.as_bytes()).as_bytes()[..16]);
    half
}

/// The log files that were to be fetched: each that a readable digest names, or the sample of them.
pub(super) fn chosen(
    mode: LogFiles,
    seed: DateTime<Utc>,
    chain: &Chain<'_>,
    digests: &[ReadDigest],
) -> BTreeSet<String> {
    let named = digests.iter().flat_map(|one| &one.logs).filter(|log| chain.holds(log));
    match mode {
        LogFiles::None => BTreeSet::new(),
        LogFiles::All => named.map(|log| log.s3_object.clone()).collect(),
        LogFiles::Sample(size) => {
            let mut sample = LogSample::new(seed, size);
            named.for_each(|log| sample.offer(&log.s3_object));
            sample.keys()
        }
    }
}

/// What the record of fetched log files shows.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) checked: usize,
    pub(super) valid: usize,
    pub(super) problems: Vec<Problem>,
    /// Chosen, and not in the record.
    pub(super) unfetched: BTreeSet<String>,
}

/// Holds the record against the digests; an `Err` is the line that cannot be read.
pub(super) fn check(
    record: &[u8],
    chosen: BTreeSet<String>,
    named: &Named,
    folders: &TrailFolders,
) -> Result<Checked, LineFault> {
    let mut result = Checked { unfetched: chosen, ..Checked::default() };
    for log in lines(record) {
        let log = log?;
        if !result.unfetched.remove(&log.key) {
            continue;
        }
        // A log file that only a digest names which is not valid is no better than that digest.
        let Some(named) = named.get(&log.key) else { continue };
        result.checked += 1;
        match wrong(&log, named) {
            None => result.valid += 1,
            Some((kind, message)) => {
                let (path, time) = (path(&log.bucket, &log.key), folders.log_time(&log.key));
                result.problems.push(Problem { kind, path, message, time });
            }
        }
    }
    Ok(result)
}

fn wrong(log: &FetchedLog, named: Option<Sha256>) -> Option<(Kind, String)> {
    match &log.found {
        FoundLog::Missing => Some((Kind::LogMissing, "its digest names it, and it is not there".to_owned())),
        FoundLog::Unreadable(why) => Some((Kind::LogUnreadable, why.chars().take(200).collect())),
        FoundLog::File { trailing, .. } if *trailing > 0 => {
            Some((Kind::LogModified, format!("{trailing} bytes follow its gzip member")))
        }
        FoundLog::File { sha256, .. } if named != Some(*sha256) => {
            let named = named.map_or_else(|| "no SHA-256".to_owned(), |hash| hash.to_string());
            Some((Kind::LogModified, format!("its content has the SHA-256 {sha256}, its digest names {named}")))
        }
        FoundLog::File { .. } => None,
    }
}

/// The log files that lie in the folder and that no valid digest names. The last hour before the newest digest's end is
/// left out: what CloudTrail delivered after it comes with the next digest.
pub(super) fn undigested<'k>(
    keys: impl Iterator<Item = &'k str>,
    chain: &Chain<'_>,
    (begins, ends): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    named: &Named,
) -> Vec<Problem> {
    let (bucket, folders, window) = (chain.bucket(), chain.folders(), &chain.window);
    let until = ends.map_or(window.due, |ends| earlier(ends, TimeDelta::hours(1)).min(window.until));
    let may_come_before = |time: DateTime<Utc>| {
        begins.is_some_and(|begins| earlier(begins, TimeDelta::hours(1)) <= time && time < begins)
    };
    let judged = |time: DateTime<Utc>| window.from <= time && time < until && !may_come_before(time);
    let found = keys.filter_map(|key| Some((key, folders.log_time(key).filter(|time| judged(*time))?)));
    let nameless = found.filter(|(key, _)| !named.has(key));
    let problems = nameless.map(|(key, time)| Problem {
        kind: Kind::LogUndigested,
        path: path(bucket, key),
        message: "no valid digest names it".to_owned(),
        time: Some(time),
    });
    problems.collect()
}
