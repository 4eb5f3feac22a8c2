//! Replies to rows: what each kept body says about each resource. Pure; a body that cannot be read becomes a gap,
//! never an empty list.

mod bodies;
mod follow;
mod lists;
mod parts;
#[cfg(test)]
mod tests;
mod trail;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::model::{
    AccountId, Call, Catalog, Collector, Exchange, Facts, Gap, GapReason, Paging, Partition, Region, Row, Sha256,
    Snapshot, Source, SourceId, has_member, select, text_of,
};
use bodies::{Reply, replies};
use follow::{Parents, parents_first};

/// Reads all facts of a snapshot. `body` gives a kept body by its hash; that one is missing is the caller's error.
pub fn read<E>(
    catalog: &Catalog,
    snapshot: &Snapshot,
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
) -> Result<Facts, E> {
    let mut facts = Facts { gaps: snapshot.gaps.clone(), ..Facts::default() };
    let mut exchanges: BTreeMap<&SourceId, Vec<&Exchange>> = BTreeMap::new();
    for exchange in &snapshot.exchanges {
        exchanges.entry(&exchange.source).or_default().push(exchange);
    }
    let mut gaps: HashMap<&SourceId, Vec<&Gap>> = HashMap::new();
    for gap in &snapshot.gaps {
        gaps.entry(&gap.source).or_default().push(gap);
    }
    let followed: BTreeSet<&SourceId> =
        catalog.sources.values().filter_map(|source| source.from.as_ref()).map(|from| &from.source).collect();
    let mut parents: BTreeMap<&SourceId, Parents> = BTreeMap::new();
    for source in parents_first(catalog) {
        let asked = exchanges.get(&source.id).map(Vec::as_slice).unwrap_or_default();
        if asked.is_empty() && source.from.is_none() {
            continue;
        }
        let known = gaps.get(&source.id).map(Vec::as_slice).unwrap_or_default();
        if source.collector == Collector::Trail {
            trail::read(source, snapshot, asked, known, body, &mut facts)?;
            continue;
        }
        let replies = replies(source, asked, body)?;
        let of = source.from.as_ref().and_then(|from| parents.get(&from.source));
        let mut reader = Reader::new(source, snapshot, replies, known);
        reader.parents = of;
        let rows = reader.read(&mut facts, followed.contains(&source.id));
        parents.insert(&source.id, rows);
    }
    for rows in facts.rows.values_mut() {
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    facts.gaps.sort();
    facts.gaps.dedup();
    Ok(facts)
}

fn order(row: &Row) -> (&AccountId, &Region, &str, &str) {
    (&row.account, &row.region, &row.resource, &row.key)
}

/// One list in one place.
type Place<'a> = (&'a AccountId, &'a Region);

/// The pages of each of a place's lists, by what was asked besides the page.
type Lists<'a> = BTreeMap<Vec<(&'a str, &'a str)>, Vec<Reply<'a>>>;

/// The calls made for one item: account, the list's region, key, part.
type PartKey<'a> = (&'a AccountId, &'a Region, &'a str, &'a str);

/// Everything known about one source.
struct Reader<'a> {
    source: &'a Source,
    partitions: BTreeMap<&'a AccountId, &'a Partition>,
    snapshot: &'a Snapshot,
    /// The list call's replies by place.
    lists: BTreeMap<Place<'a>, Lists<'a>>,
    parts: HashMap<PartKey<'a>, Lists<'a>>,
    list_gaps: BTreeMap<Place<'a>, &'a Gap>,
    part_gaps: HashMap<PartKey<'a>, &'a Gap>,
    /// The rows of the source that this one follows.
    parents: Option<&'a Parents>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source, snapshot: &'a Snapshot, replies: Vec<Reply<'a>>, gaps: &[&'a Gap]) -> Self {
        let accounts = snapshot.scope.accounts.iter();
        let mut reader = Self {
            source,
            partitions: accounts.map(|account| (&account.id, &account.partition)).collect(),
            snapshot,
            lists: BTreeMap::new(),
            parts: HashMap::new(),
            list_gaps: BTreeMap::new(),
            part_gaps: HashMap::new(),
            parents: None,
        };
        for reply in replies {
            let exchange = reply.exchange;
            if let Some(item) = &exchange.item {
                let key = (&exchange.account, &item.region, reader.part_key(&item.key), item.part.as_str());
                let asked = variation(source, exchange);
                reader.parts.entry(key).or_default().entry(asked).or_default().push(reply);
            } else if exchange.operation == source.call.operation {
                let place = reader.lists.entry((&exchange.account, &exchange.region)).or_default();
                place.entry(question(&source.call, exchange)).or_default().push(reply);
            }
        }
        for gap in gaps.iter().copied() {
            if let Some(item) = &gap.item {
                let key = (&gap.account, &item.region, reader.part_key(&item.key), item.part.as_str());
                reader.part_gaps.insert(key, gap);
            } else {
                reader.list_gaps.insert((&gap.account, &gap.region), gap);
            }
        }
        let lists = reader.lists.values_mut().flat_map(BTreeMap::values_mut);
        lists.chain(reader.parts.values_mut().flat_map(BTreeMap::values_mut)).for_each(in_order);
        reader
    }

    /// A source without a key has one item, or items that are their own names: the calls for a single item belong to
    /// it whatever they are called.
    fn part_key<'k>(&self, key: &'k str) -> &'k str {
        if self.source.key.is_empty() && self.source.items.is_empty() { "" } else { key }
    }

    fn partition(&self, account: &AccountId) -> Partition {
        self.partitions.get(account).map_or_else(|| Partition::new("aws"), |partition| (*partition).clone())
    }
}

/// What was asked, the page's token and size left out: the pages of one list ask the same.
fn question<'a>(call: &Call, exchange: &'a Exchange) -> Vec<(&'a str, &'a str)> {
    let of = exchange.of.iter().map(|of| ("", of.as_str()));
    let of_page = |name: &str| {
        call.page.as_ref().is_some_and(|page| {
            let size = page.size.as_ref().is_some_and(|(size, _)| size.eq_ignore_ascii_case(name));
            size || page.send.eq_ignore_ascii_case(name)
        })
    };
    let asked = exchange.parameters.iter().filter(|(name, _)| !of_page(name));
    of.chain(asked.map(|(name, value)| (name.as_str(), value.as_str()))).collect()
}

/// What was asked for an item, where a part is asked in several ways.
fn variation<'a>(source: &Source, exchange: &'a Exchange) -> Vec<(&'a str, &'a str)> {
    let call = source.call_of(exchange.item.as_ref().map(|item| item.part.as_str()));
    call.filter(|call| call.vary.len() > 1).map_or_else(Vec::new, |call| question(call, exchange))
}

/// By page; of a page that was asked twice (a run that was resumed) the later answer counts.
fn in_order(replies: &mut Vec<Reply<'_>>) {
    replies.sort_by(|a, b| (a.exchange.page, b.exchange.time).cmp(&(b.exchange.page, a.exchange.time)));
    replies.dedup_by_key(|reply| reply.exchange.page);
}

/// Whether a list's pages run from the first to one that names no further page; else what is wrong.
fn last_page_missing(call: &Call, replies: &[Reply<'_>]) -> Option<String> {
    let gap = replies.iter().zip(0..).find(|(reply, number)| reply.exchange.page != *number);
    if let Some((_, number)) = gap {
        return Some(format!("page {} is missing", number + 1));
    }
    let (paging, last) = (call.page.as_ref()?, replies.last()?);
    let further = last.content().is_some_and(|value| further(paging, value));
    further.then(|| format!("page {} says that there are more, but none follows", replies.len()))
}

fn further(paging: &Paging, reply: &Value) -> bool {
    if let Some(more) = &paging.more
        && has_member(reply, more)
    {
        return select(reply, more).first().and_then(|value| text_of(value)).is_some_and(|text| text == "true");
    }
    select(reply, &paging.next).first().and_then(|value| text_of(value)).is_some_and(|token| !token.is_empty())
}

/// A gap that shows only when a reply is read.
fn gap_in(exchange: &Exchange, reason: GapReason, what: &str) -> Gap {
    let message = format!(
        "{} of source `{}`: {what}; collect again, and if it stays, the source's description must be corrected",
        exchange.operation, exchange.source
    );
    Gap {
        source: exchange.source.clone(),
        account: exchange.account.clone(),
        region: exchange.region.clone(),
        operation: Some(exchange.operation.clone()),
        item: exchange.item.clone(),
        reason,
        action: "auditpack collect".to_owned(),
        message,
        code: None,
        request_id: exchange.request_id.clone(),
        body: Some(exchange.body),
        time: exchange.time,
    }
}
