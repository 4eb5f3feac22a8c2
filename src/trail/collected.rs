//! What was collected of one trail in one region.

use std::collections::{BTreeMap, HashMap};

use super::asked::Asked;
use super::chain::{Chain, Days};
use super::listing::Listing;
use super::problem::{Kind, Problem, path};
use crate::model::{
    AccountId, Answer, Exchange, Gap, GapReason, Item, Partition, Remedy, Sha256, Snapshot, Source, Unanswered,
    with_causes,
};
use chrono::{DateTime, Utc};

/// A chain, and what was asked about it.
pub(super) struct Collected<'a> {
    pub(super) source: &'a Source,
    pub(super) snapshot: &'a Snapshot,
    pub(super) account: &'a AccountId,
    pub(super) partition: &'a Partition,
    pub(super) chain: Chain<'a>,
    pub(super) asked: Option<&'a Asked<'a>>,
    pub(super) status: Option<&'a Exchange>,
    /// Why there is none.
    pub(super) status_gap: Option<&'a Gap>,
    /// A trail without digests delivers into the same folder: log files without a digest may be its.
    pub(super) shared: bool,
}

impl Collected<'_> {
    /// The bucket and the folder of the log files: trails that share it vouch for them together.
    pub(super) fn log_folder(&self) -> String {
        format!("{}/{}", self.chain.bucket(), self.chain.folders().logs)
    }

    /// The replies of a part.
    pub(super) fn part(&self, part: &str) -> &[&Exchange] {
        self.asked.map(|asked| asked.of(part)).unwrap_or_default()
    }

    /// Why a part has no reply, or not all.
    pub(super) fn gap_of(&self, part: &str) -> Option<Gap> {
        self.asked.and_then(|asked| asked.gaps.get(part)).map(|gap| (*gap).clone())
    }

    /// Reads a list of keys page by page; the inner `Err` says why it is not whole.
    pub(super) fn pages<E>(
        &self,
        part: &str,
        days: &Days,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
        take: &mut dyn FnMut(&str, u64),
    ) -> Result<Result<(), String>, E> {
        let mut whole = Err("its list was not asked for".to_owned());
        let mut pages: BTreeMap<u32, &Exchange> = BTreeMap::new();
        pages.extend(self.part(part).iter().map(|page| (page.page, *page)));
        for (number, (page, exchange)) in pages.into_iter().enumerate() {
            if usize::try_from(page).ok() != Some(number) {
                return Ok(Err(format!("page {} of its list is missing", number + 1)));
            }
            if matches!(exchange.answer, Answer::Absent { .. }) {
                return Ok(Ok(()));
            }
            let listing = match Listing::read(self.source, &body(&exchange.body)?, &days.last) {
                Ok(listing) => listing,
                Err(error) => return Ok(Err(with_causes(&error))),
            };
            listing.objects.iter().for_each(|(key, size)| take(key, *size));
            whole = if listing.next.is_some() { Err("its list has further pages".to_owned()) } else { Ok(()) };
        }
        Ok(whole)
    }

    /// The digests' replies by their keys.
    pub(super) fn objects(&self) -> HashMap<&str, &Exchange> {
        let begin = format!("/{}/", self.chain.bucket());
        let named = self.part("digest").iter().filter_map(|exchange| {
            let key = exchange.parameters.get("path")?.strip_prefix(&begin)?;
            Some((key, *exchange))
        });
        named.collect()
    }

    pub(super) fn problem(&self, kind: Kind, key: &str, message: String, time: DateTime<Utc>) -> Problem {
        Problem { kind, path: path(self.chain.bucket(), key), message, time: Some(time) }
    }

    pub(super) fn gap(&self, part: &str, reason: GapReason, remedy: Remedy, message: String) -> Gap {
        let key = self.chain.trail.arn.clone();
        let item = Item { part: part.to_owned(), key, region: self.chain.region.clone() };
        let about = Unanswered {
            source: self.source.id.clone(),
            account: self.account.clone(),
            region: self.chain.region.clone(),
            operation: None,
            item: Some(item),
            time: self.snapshot.finished,
        };
        Gap::new(about, reason, remedy, message)
    }

    pub(super) fn not_asked(&self, part: &str, what: &str) -> Gap {
        let message = format!("{} in {}: {what}; collect again", self.chain.trail.arn, self.chain.region);
        self.gap(part, GapReason::NotAttempted, Remedy::again(), message)
    }
}
