//! What was asked about a trail, and what became of it.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;

use crate::model::{AccountId, Exchange, Gap, GapReason, Region, Remedy, Unanswered, with_causes};

/// The calls made for one trail in one region.
#[derive(Default)]
pub(super) struct Asked<'a> {
    by_part: BTreeMap<&'a str, Vec<&'a Exchange>>,
    pub(super) gaps: BTreeMap<&'a str, &'a Gap>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(&self, part: &str) -> &[&'a Exchange] {
        self.by_part.get(part).map(Vec::as_slice).unwrap_or_default()
    }
}

pub(super) type Key<'a> = (&'a AccountId, &'a str, &'a Region);

/// The calls and gaps of each trail in each region.
pub(super) fn by_trail<'a>(exchanges: &[&'a Exchange], gaps: &[&'a Gap]) -> HashMap<Key<'a>, Asked<'a>> {
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

/// A gap that shows only when a reply is read.
pub(super) fn unreadable(exchange: &Exchange, error: &dyn Error) -> Gap {
    let what = with_causes(error);
    let message = format!(
        "{} of source `{}`: {what}; collect again, and if it stays, the source's description must be corrected",
        exchange.operation, exchange.source
    );
    let about = Unanswered {
        source: exchange.source.clone(),
        account: exchange.account.clone(),
        region: exchange.region.clone(),
        operation: Some(exchange.operation.clone()),
        item: exchange.item.clone(),
        time: exchange.time,
    };
    let (request_id, body) = (exchange.request_id.clone(), Some(exchange.body));
    Gap { request_id, body, ..Gap::new(about, GapReason::Unreadable, Remedy::again(), message) }
}
