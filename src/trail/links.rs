//! Digests in a row: does each name the one before it, and do they cover the time?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::chain::Chain;
use super::digest::{Previous, ReadDigest};
use super::problem::{Kind, Problem, at, path};
use crate::model::Sha256;

/// The digests that S3 lists, in order: their keys and the ends of their hours.
pub(super) type Listed = BTreeSet<(DateTime<Utc>, String)>;

/// Checks that each digest names the one before it, and that this is the one that is there.
pub(super) fn links(chain: &Chain<'_>, listed: &Listed, digests: &[ReadDigest]) -> Vec<Problem> {
    let bucket = chain.bucket();
    let keys: BTreeSet<&str> = listed.iter().map(|(_, key)| key.as_str()).collect();
    let read: BTreeMap<&str, &ReadDigest> = digests.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut problems = Vec::new();
    let mut named = BTreeSet::new();
    for one in digests.iter().filter(|one| one.valid) {
        let Some(previous) = &one.previous else { continue };
        named.insert(previous.key.as_str());
        let ours = previous.bucket == bucket;
        let end = chain.digest_end(&previous.key).filter(|_| ours);
        match (read.get(previous.key.as_str()).filter(|_| ours), end) {
            (Some(before), _) if before.valid => problems.extend(broken(bucket, one, previous, before)),
            // What is wrong with that one is said of it.
            (Some(_), _) | (None, None) => {}
            (None, Some(_)) if keys.contains(previous.key.as_str()) => {}
            (None, Some(end)) if !one.is_backfill() => problems.push(Problem {
                kind: Kind::DigestMissing,
                path: path(bucket, &previous.key),
                message: format!("the digest of {} names it, and it is not there", at(one.end)),
                time: Some(end),
            }),
            (None, Some(_)) => {}
        }
    }
    let standard = digests.iter().filter(|one| one.valid && !one.is_backfill());
    let nameless = standard.clone().zip(standard.skip(1)).filter(|(one, _)| !named.contains(one.key.as_str()));
    // Where the digest that it names is missing or wrong, that is said already.
    let names_another = |next: &ReadDigest| {
        let previous = next.previous.as_ref().and_then(|previous| read.get(previous.key.as_str()));
        previous.is_some_and(|previous| previous.valid)
    };
    problems.extend(nameless.filter(|(_, next)| names_another(next)).map(|(one, next)| Problem {
        kind: Kind::DigestLinkBroken,
        path: path(bucket, &next.key),
        message: format!("it does not name the digest before it, {}", path(bucket, &one.key)),
        time: Some(next.end),
    }));
    problems
}

/// What a digest says of the one before it, against that one. Its signature stands for its content; the hash beside it
/// is compared when it is one: a published sample of AWS's has 63 digits.
fn broken(bucket: &str, one: &ReadDigest, previous: &Previous, before: &ReadDigest) -> Option<Problem> {
    let other_signature =
        !previous.signature.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(&before.signature));
    let other_hash = previous.hash.as_deref().and_then(Sha256::parse).is_some_and(|hash| hash != before.sha256);
    let what = match (other_signature, other_hash) {
        (true, _) => "signature",
        (false, true) => "hash",
        (false, false) => return None,
    };
    Some(Problem {
        kind: Kind::DigestLinkBroken,
        path: path(bucket, &one.key),
        message: format!("it names another {what} than the digest before it has, {}", path(bucket, &before.key)),
        time: Some(one.end),
    })
}
