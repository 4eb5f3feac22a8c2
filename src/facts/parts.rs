//! The answers to calls made for an item join the item's row.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bodies::{Content, Reply};
use super::{PartKey, Place, Reader, gap_in, last_page_missing};
use crate::model::{Collector, Each, Facts, Gap, GapReason, Item, Region, Sha256, has_member, select, text_of};

impl Reader<'_> {
    /// Joins an item's parts; gives the region that the item lies in.
    pub(super) fn join_parts(
        &self,
        place: Place<'_>,
        key: &str,
        data: &mut Map<String, Value>,
        unread: &mut BTreeMap<String, Gap>,
        evidence: &mut Vec<Sha256>,
        facts: &mut Facts,
    ) -> Region {
        let mut region = place.1.clone();
        for each in &self.source.each {
            let at = (place.0, place.1, self.part_key(key), each.part.as_str());
            let gap = self.part_gaps.get(&at).copied();
            let variations = self.variations(at);
            evidence.extend(variations.iter().copied().flatten().map(|reply| reply.exchange.body));
            evidence.extend(gap.and_then(|gap| gap.body));
            if let Some(template) = &each.region {
                let asked = variations.iter().copied().flatten().next().map(|reply| reply.exchange.region.clone());
                let named = || self.fill(place, &region, template, data).filter(|name| !name.is_empty());
                if let Some(known) = asked.or(gap.map(|gap| gap.region.clone())).or_else(|| named().map(Region::new)) {
                    region = known;
                }
            }
            match self.part(each, &variations, gap, data, unread) {
                Part::Is(value) => {
                    data.insert(each.part.clone(), value);
                }
                Part::NotThere => {}
                Part::Unread(gap) => {
                    unread.insert(each.part.clone(), *gap);
                }
                Part::NotAsked => {
                    let gap = self.not_asked(place, key, each);
                    facts.gaps.push(gap.clone());
                    unread.insert(each.part.clone(), gap);
                }
                Part::Broken(gap) => {
                    facts.gaps.push((*gap).clone());
                    unread.insert(each.part.clone(), *gap);
                }
            }
        }
        self.join_documents(place, key, data, evidence);
        region
    }

    /// A part's replies by what was asked.
    fn variations<'r>(&'r self, at: PartKey<'r>) -> Vec<&'r [Reply<'r>]> {
        self.parts.get(&at).into_iter().flat_map(|asked| asked.values().map(Vec::as_slice)).collect()
    }

    fn part(
        &self,
        each: &Each,
        variations: &[&[Reply<'_>]],
        gap: Option<&Gap>,
        data: &Map<String, Value>,
        unread: &BTreeMap<String, Gap>,
    ) -> Part {
        if let Some(gap) = gap {
            return Part::Unread(Box::new(gap.clone()));
        }
        if variations.is_empty() {
            return match blocked_by(each, unread) {
                Some(gap) => Part::Unread(Box::new(gap.clone())),
                None if !is_wanted(each, data) || self.source.collector != Collector::Generic => Part::NotThere,
                None => Part::NotAsked,
            };
        }
        if variations.len() < each.call.vary.len() {
            return Part::NotAsked;
        }
        let mut values = Vec::new();
        let mut absent = 0;
        for pages in variations {
            match answer(each, pages) {
                Answered::Values(found) => values.extend(found),
                Answered::Absent => absent += 1,
                Answered::Part(part) => return part,
            }
        }
        if absent == variations.len() {
            return Part::Is(Value::Null);
        }
        let is_list = each.call.page.is_some() || each.call.vary.len() > 1;
        let value = if is_list { joined(&values, &each.select) } else { member(&values, &each.select) };
        value.map_or(Part::NotThere, Part::Is)
    }

    fn not_asked(&self, place: Place<'_>, key: &str, each: &Each) -> Gap {
        let item = Item { part: each.part.clone(), key: key.to_owned(), region: place.1.clone() };
        Gap {
            source: self.source.id.clone(),
            account: place.0.clone(),
            region: place.1.clone(),
            operation: Some(each.call.operation.clone()),
            item: Some(item),
            reason: GapReason::NotAttempted,
            action: each.call.actions.iter().next().cloned().unwrap_or_default(),
            message: format!("{} was not called for `{key}`; collect again", each.call.operation),
            code: None,
            request_id: None,
            body: None,
            time: self.snapshot.finished,
        }
    }

    /// AWS's own documents need no description: their hash is all that is read.
    fn join_documents(&self, place: Place<'_>, key: &str, data: &mut Map<String, Value>, evidence: &mut Vec<Sha256>) {
        let at = (place.0, place.1, self.part_key(key), "document");
        if self.source.collector == Collector::Artifact
            && let Some(reply) = self.variations(at).into_iter().flatten().next_back()
            && matches!(reply.content, Content::Document)
        {
            evidence.push(reply.exchange.body);
            data.insert("document".to_owned(), document(reply));
        }
    }
}

/// What is known of a part.
enum Part {
    Is(Value),
    /// AWS's answer does not have it, or it was not to be asked for.
    NotThere,
    /// It could not be read; the gap is known already.
    Unread(Box<Gap>),
    /// Nothing was asked, and nothing says why.
    NotAsked,
    /// It came and cannot be read.
    Broken(Box<Gap>),
}

/// What the pages of one question say.
enum Answered<'r> {
    Values(Vec<&'r Value>),
    Absent,
    /// It is the whole part, or tells why there is none.
    Part(Part),
}

fn answer<'r>(each: &Each, pages: &'r [Reply<'_>]) -> Answered<'r> {
    let broken = |reply: &Reply<'_>, reason, what: &str| {
        Answered::Part(Part::Broken(Box::new(gap_in(reply.exchange, reason, what))))
    };
    let mut values = Vec::new();
    for reply in pages {
        match &reply.content {
            Content::Absent => return Answered::Absent,
            Content::Broken(error) => return broken(reply, GapReason::Unreadable, &error.to_string()),
            Content::Document => return Answered::Part(Part::Is(document(reply))),
            Content::Read(value) => values.push(value),
        }
    }
    match (last_page_missing(&each.call, pages), pages.first()) {
        (Some(what), Some(first)) => broken(first, GapReason::Failed, &what),
        _ => Answered::Values(values),
    }
}

/// Whether the call was to be made for this item.
fn is_wanted(each: &Each, data: &Map<String, Value>) -> bool {
    let Some((member, values)) = &each.when else { return true };
    let (first, rest) = member.split_once('.').unwrap_or((member, ""));
    let text = data.get(first).and_then(|value| select(value, rest).first().and_then(|value| text_of(value)));
    text.is_some_and(|text| values.contains(&text))
}

/// A call that needs the answer of an earlier one was not made for the reason that one failed.
fn blocked_by<'g>(each: &Each, unread: &'g BTreeMap<String, Gap>) -> Option<&'g Gap> {
    let condition = each.when.iter().map(|(member, _)| format!("{{{member}}}"));
    let call = [each.call.path.clone(), each.region.clone().unwrap_or_default()];
    let parameters = each.call.parameters.values().map(Value::to_string);
    let templates: Vec<String> = condition.chain(call).chain(parameters).collect();
    let reads = |part: &str| {
        let (whole, member) = (format!("{{{part}}}"), format!("{{{part}."));
        templates.iter().any(|template| template.contains(&whole) || template.contains(&member))
    };
    unread.iter().find(|(part, _)| reads(part)).map(|(_, gap)| gap)
}

fn document(reply: &Reply<'_>) -> Value {
    json!({ "sha256": reply.exchange.body.to_string(), "size": reply.exchange.size })
}

/// A part over several pages or variations is one list.
fn joined(pages: &[&Value], path: &str) -> Option<Value> {
    let mut pages = pages.iter().filter(|page| path.is_empty() || has_member(page, path)).peekable();
    pages.peek()?;
    let items = pages.flat_map(|page| select(page, path));
    Some(items.filter(|item| !item.is_null() && item.as_str() != Some("")).cloned().collect())
}

/// A member of a reply as it stands there, a list included.
fn member(pages: &[&Value], path: &str) -> Option<Value> {
    let mut value = *pages.first()?;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        value = value.get(name)?;
    }
    Some(value.clone())
}
