//! Answers a walk from kept replies.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{AccountId, Exchange, Facts, Gap, GapReason, Item, Partition, Region, Snapshot, Source, SourceId};
use crate::walk::{Ask, Event, Heard, Outcome, Place, Tree, Walk, varied};

use super::bodies::{Content, Reply};

/// A source in a place.
type Spot<'a> = (&'a SourceId, &'a AccountId, &'a Region);

/// What a reply answers, its page and its variation left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question<'a> {
    spot: Spot<'a>,
    of: Option<&'a str>,
    /// Part and key.
    item: Option<(&'a str, &'a str)>,
    page: u32,
    /// Of a conversation: which of its questions.
    number: usize,
}

/// What was asked besides the page: the pages of one list ask the same.
type Parameters<'a> = Vec<(&'a str, &'a str)>;

/// The replies and gaps of the sources of a tree.
pub(super) struct Kept<'a> {
    /// Where in `replies` those to a question are.
    index: HashMap<Question<'a>, usize>,
    replies: Vec<Vec<Reply<'a>>>,
    /// The questions of a conversation in each place.
    questions: BTreeMap<(&'a AccountId, &'a Region), BTreeSet<Parameters<'a>>>,
    list_gaps: HashMap<Spot<'a>, &'a Gap>,
    part_gaps: HashMap<(Spot<'a>, &'a str, &'a str), &'a Gap>,
}

impl<'a> Kept<'a> {
    /// Of the root's replies come the places.
    pub(super) fn new(root: &'a Source, gaps: impl Iterator<Item = &'a Gap>) -> Self {
        let mut kept = Self {
            index: HashMap::new(),
            replies: Vec::new(),
            questions: BTreeMap::new(),
            list_gaps: HashMap::new(),
            part_gaps: HashMap::new(),
        };
        for gap in gaps {
            match &gap.item {
                Some(item) => {
                    let spot = (&gap.source, &gap.account, &item.region);
                    kept.part_gaps.insert((spot, item.part.as_str(), key(root, item)), gap);
                }
                None => drop(kept.list_gaps.insert((&gap.source, &gap.account, &gap.region), gap)),
            }
        }
        kept
    }

    /// Takes the replies of a source.
    pub(super) fn add(&mut self, source: &'a Source, replies: Vec<Reply<'a>>) {
        // A conversation's steps are not lists.
        let is_list = |exchange: &Exchange| exchange.item.is_none() && exchange.operation == source.call.operation;
        if source.from.is_none() {
            for exchange in replies.iter().map(|reply| reply.exchange).filter(|exchange| is_list(exchange)) {
                let asked = self.questions.entry((&exchange.account, &exchange.region)).or_default();
                asked.insert(parameters(source, exchange));
            }
        }
        for reply in replies {
            let exchange = reply.exchange;
            let region = exchange.item.as_ref().map_or(&exchange.region, |item| &item.region);
            let number = match source.collector {
                collector if collector.is_walked() => 0,
                _ if is_list(exchange) => {
                    let (asked, own) = (self.questions.get(&(&exchange.account, region)), parameters(source, exchange));
                    asked.and_then(|asked| asked.iter().position(|one| *one == own)).unwrap_or(0)
                }
                _ => 0,
            };
            let item = exchange.item.as_ref().map(|item| (item.part.as_str(), key(source, item)));
            if item.is_none() && !is_list(exchange) {
                continue;
            }
            let spot = (&exchange.source, &exchange.account, region);
            let question = Question { spot, of: exchange.of.as_deref(), item, page: exchange.page, number };
            let at = *self.index.entry(question).or_insert_with(|| {
                self.replies.push(Vec::new());
                self.replies.len() - 1
            });
            self.replies[at].push(reply);
        }
    }

    /// Walks a tree in all places in which its root was asked.
    pub(super) fn walk(
        mut self,
        tree: &Tree<'a>,
        root: &Source,
        snapshot: &Snapshot,
        facts: &mut Facts,
        see: &mut dyn FnMut(&Event<'_>),
    ) {
        let accounts = snapshot.scope.accounts.iter();
        let partitions: BTreeMap<_, _> = accounts.map(|account| (&account.id, &account.partition)).collect();
        let known: BTreeSet<_> = snapshot.gaps.iter().map(identity).collect();
        for ((account, region), asked) in std::mem::take(&mut self.questions) {
            let partition = partitions.get(account).map_or_else(|| Partition::new("aws"), |one| (*one).clone());
            let (account, region) = (account.clone(), region.clone());
            let place = Place { account, partition, region, period: snapshot.period };
            let mut walk = match root.collector.is_walked() {
                true => Walk::new(tree, place, snapshot.finished),
                false => Walk::asking(tree, place, snapshot.finished, asked.len().max(root.call.vary.len())),
            };
            while let Some(event) = walk.poll() {
                see(&event);
                match event {
                    Event::Ask(ask) => {
                        let outcome = self.outcome(&ask, &walk);
                        walk.answer(ask.ticket, outcome);
                    }
                    Event::Row(source, row) => facts.rows.entry(source.clone()).or_default().push(*row),
                    // What a conversation misses beside its replies: a time that AWS keeps no events of.
                    Event::Read(source, reading)
                        if self.list_gaps.contains_key(&(source, &reading.account, &reading.region)) => {}
                    Event::Read(source, reading) => facts.read.entry(source.clone()).or_default().push(reading),
                    // What the collection knew already is said in its own words.
                    Event::Gap(gap) if known.contains(&identity(&gap)) => {}
                    Event::Gap(gap) => facts.gaps.push(*gap),
                }
            }
        }
    }

    fn outcome(&mut self, ask: &Ask<'_>, walk: &Walk<'_>) -> Outcome {
        let place = walk.place();
        let spot = (&ask.source.id, &place.account, &place.region);
        let item = ask.item.as_ref().map(|item| (item.part.as_str(), key(ask.source, item)));
        let number = if ask.source.collector.is_walked() || item.is_some() { 0 } else { ask.variation };
        let question = Question { spot, of: ask.of.as_deref(), item, page: ask.page, number };
        let replies = self.index.get(&question).and_then(|at| self.replies.get_mut(*at));
        let reply = replies.and_then(|replies| pick(replies, ask));
        let gap = match item {
            None => self.list_gaps.get(&spot),
            Some((part, key)) => self.part_gaps.get(&(spot, part, key)),
        };
        match (reply, gap) {
            (Some(reply), _) => answered(reply),
            (None, Some(gap)) => Outcome::Refused(Box::new((*gap).clone())),
            (None, None) => Outcome::NotAsked,
        }
    }
}

/// What makes two gaps one: the words and the time may differ.
fn identity(gap: &Gap) -> (&SourceId, &AccountId, &Region, Option<&str>, Option<&Item>, GapReason) {
    (&gap.source, &gap.account, &gap.region, gap.operation.as_deref(), gap.item.as_ref(), gap.reason)
}

/// A source without a key has one item, or items that are their own names: the calls for a single item belong to it
/// whatever they are called.
fn key<'k>(source: &Source, item: &'k Item) -> &'k str {
    let single = source.key.is_whole() && source.items.is_empty() && source.from.is_none();
    if single { "" } else { &item.key }
}

fn parameters<'a>(source: &Source, exchange: &'a Exchange) -> Parameters<'a> {
    let of_page = |name: &str| {
        source.call.page.as_ref().is_some_and(|page| {
            let size = page.size.as_ref().is_some_and(|(size, _)| size.eq_ignore_ascii_case(name));
            size || page.send.eq_ignore_ascii_case(name)
        })
    };
    let asked = exchange.parameters.iter().filter(|(name, _)| !of_page(name));
    asked.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The reply to an ask: of several variations the one that was asked with its parameters and the fewest others; of a page
/// that was asked twice (a run that was resumed) the later one.
fn pick<'a>(replies: &mut Vec<Reply<'a>>, ask: &Ask<'_>) -> Option<Reply<'a>> {
    let wanted = varied(ask.source, ask.call, &ask.varied);
    let fits =
        |reply: &Reply<'_>| wanted.iter().all(|(name, value)| reply.exchange.parameters.get(name) == Some(value));
    let rank = |reply: &Reply<'_>| (std::cmp::Reverse(reply.exchange.parameters.len()), reply.exchange.time);
    let fitting = replies.iter().enumerate().filter(|(_, reply)| fits(reply));
    let (index, _) = fitting.max_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)))?;
    Some(replies.swap_remove(index))
}

fn answered(reply: Reply<'_>) -> Outcome {
    let exchange = reply.exchange;
    let heard = Heard { body: exchange.body, request_id: exchange.request_id.clone(), time: exchange.time };
    match reply.content {
        Content::Read(value) => Outcome::Content(value, heard),
        Content::Document => Outcome::Document(heard, exchange.size),
        Content::Absent => Outcome::Absent(heard),
        Content::Broken(error) => Outcome::Unreadable(error, heard),
    }
}
