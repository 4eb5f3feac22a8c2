//! The answers to calls made for an item join the item's row.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bodies::{Content, Reply};
use super::{Place, Reader, gap_in, last_page_missing};
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
            let (replies, gap) = (self.parts.get(&at), self.part_gaps.get(&at).copied());
            let replies = replies.map(Vec::as_slice).unwrap_or_default();
            evidence.extend(replies.iter().map(|reply| reply.exchange.body));
            evidence.extend(gap.and_then(|gap| gap.body));
            if let Some(template) = &each.region {
                let asked = replies.first().map(|reply| reply.exchange.region.clone());
                let named = || self.fill(place, &region, template, data).filter(|name| !name.is_empty());
                if let Some(known) = asked.or(gap.map(|gap| gap.region.clone())).or_else(|| named().map(Region::new)) {
                    region = known;
                }
            }
            match self.part(each, replies, gap, data, unread) {
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

    fn part(
        &self,
        each: &Each,
        replies: &[Reply<'_>],
        gap: Option<&Gap>,
        data: &Map<String, Value>,
        unread: &BTreeMap<String, Gap>,
    ) -> Part {
        if let Some(gap) = gap {
            return Part::Unread(Box::new(gap.clone()));
        }
        let Some(first) = replies.first() else {
            return match blocked_by(each, unread) {
                Some(gap) => Part::Unread(Box::new(gap.clone())),
                None if !is_wanted(each, data) || self.source.collector != Collector::Generic => Part::NotThere,
                None => Part::NotAsked,
            };
        };
        let broken =
            |reply: &Reply<'_>, reason, what: &str| Part::Broken(Box::new(gap_in(reply.exchange, reason, what)));
        let mut values = Vec::new();
        for reply in replies {
            match &reply.content {
                Content::Absent => return Part::Is(Value::Null),
                Content::Broken(error) => return broken(reply, GapReason::Unreadable, &error.to_string()),
                Content::Document => return Part::Is(document(reply)),
                Content::Read(value) => values.push(value),
            }
        }
        if let Some(what) = last_page_missing(&each.call, replies) {
            return broken(first, GapReason::Failed, &what);
        }
        let value =
            if each.call.page.is_some() { joined(&values, &each.select) } else { member(&values, &each.select) };
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
            && let Some(reply) = self.parts.get(&at).and_then(|replies| replies.last())
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

/// A part over several pages is one list.
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
