//! Pages to items, items to rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bodies::{Content, Reply};
use super::follow::{Parent, Parents};
use super::{Place, Reader, gap_in, last_page_missing};
use crate::model::{
    FROM, Facts, Gap, GapReason, ItemList, Protocol, Reading, Region, Row, Sha256, SourceScope, fill, has_member,
    item_key, select, text_of,
};

/// An item before its parts join it.
pub(super) struct Found {
    pub(super) data: Map<String, Value>,
    pub(super) key: String,
    /// The key of the row that its list was asked for.
    of: Option<String>,
    evidence: Sha256,
}

/// The rows of a source.
struct Rows {
    list: Vec<Row>,
    parents: Option<Parents>,
}

impl Rows {
    fn keep(&mut self, place: Place<'_>, (key, row): (String, Row)) {
        if let Some(parents) = &mut self.parents {
            let (unread, evidence) = (row.unread.values().next().cloned(), row.evidence.clone());
            let parent = Parent { data: row.data.clone(), unread, evidence };
            parents.entry((place.0.clone(), place.1.clone())).or_default().insert(key, parent);
        }
        self.list.push(row);
    }
}

impl Reader<'_> {
    /// Reads all places' lists; gives the rows if another source is asked for them.
    pub(super) fn read(&self, facts: &mut Facts, followed: bool) -> Parents {
        let mut rows = Rows { list: Vec::new(), parents: followed.then(Parents::new) };
        let mut readings = self.nothing_to_ask(facts);
        for (place, lists) in &self.lists {
            let mut gaps = Vec::new();
            for pages in lists.values() {
                self.read_list(*place, pages, &mut rows, &mut gaps, facts);
            }
            gaps.append(&mut self.unasked(*place));
            if lists.len() < self.source.call.vary.len()
                && self.source.from.is_none()
                && !self.list_gaps.contains_key(place)
                && let Some(reply) = lists.values().flatten().next()
            {
                let what = format!("{} of its {} calls were made", lists.len(), self.source.call.vary.len());
                gaps.push(gap_in(reply.exchange, GapReason::NotAttempted, &what));
            }
            if gaps.is_empty() && !self.list_gaps.contains_key(place) {
                let evidence = lists.values().flatten().map(|reply| reply.exchange.body).collect();
                readings.push(Reading { account: place.0.clone(), region: place.1.clone(), evidence });
            }
            facts.gaps.append(&mut gaps);
        }
        if !rows.list.is_empty() {
            facts.rows.insert(self.source.id.clone(), rows.list);
        }
        if !readings.is_empty() {
            facts.read.insert(self.source.id.clone(), readings);
        }
        rows.parents.unwrap_or_default()
    }

    fn read_list(
        &self,
        place: Place<'_>,
        pages: &[Reply<'_>],
        rows: &mut Rows,
        gaps: &mut Vec<Gap>,
        facts: &mut Facts,
    ) {
        if !self.list_gaps.contains_key(&place)
            && let Some(what) = last_page_missing(&self.source.call, pages)
            && let Some(last) = pages.last()
        {
            gaps.push(gap_in(last.exchange, GapReason::Failed, &what));
        }
        for reply in pages {
            let wrong = match &reply.content {
                Content::Read(value) => match self.items(place, reply, value) {
                    Ok(items) => {
                        items.into_iter().for_each(|found| rows.keep(place, self.row(place, found, facts)));
                        continue;
                    }
                    Err(wrong) => wrong,
                },
                Content::Broken(error) => error.to_string(),
                Content::Absent => continue,
                Content::Document => "the reply is a document".to_owned(),
            };
            gaps.push(gap_in(reply.exchange, GapReason::Unreadable, &wrong));
        }
    }

    /// The items of a page.
    fn items(&self, place: Place<'_>, reply: &Reply<'_>, page: &Value) -> Result<Vec<Found>, String> {
        let whole = [ItemList { path: String::new(), kind: String::new(), may_be_missing: false }];
        let lists = if self.source.items.is_empty() { &whole[..] } else { &self.source.items[..] };
        let mut found = Vec::new();
        for list in lists {
            let missing = !has_member(page, &list.path) || select(page, &list.path).iter().any(|item| item.is_null());
            if !list.path.is_empty() && missing {
                match list.may_be_missing {
                    true => continue,
                    false => return Err(format!("the reply has no `{}`", list.path)),
                }
            }
            for item in select(page, &list.path) {
                if !self.is_empty_element(item) && self.takes(place, item) {
                    found.push(self.found(reply, list, item)?);
                }
            }
        }
        Ok(found)
    }

    /// `<Users/>` is an empty list that XML writes like an empty text.
    fn is_empty_element(&self, item: &Value) -> bool {
        let xml = matches!(self.source.protocol, Protocol::Query | Protocol::Ec2 | Protocol::RestXml);
        xml && item.as_str().is_some_and(|text| text.trim().is_empty())
    }

    fn takes(&self, place: Place<'_>, item: &Value) -> bool {
        self.source.only.as_ref().is_none_or(|(member, template)| {
            let wanted = self.fill(place, place.1, template, &Map::new());
            let have = select(item, member).first().and_then(|value| text_of(value));
            wanted.is_some() && have == wanted
        })
    }

    fn found(&self, reply: &Reply<'_>, list: &ItemList, item: &Value) -> Result<Found, String> {
        let mut data = match (item, text_of(item)) {
            (Value::Object(members), _) => members.clone(),
            (_, Some(text)) => Map::from_iter([("_item".to_owned(), Value::String(text))]),
            _ => return Err(format!("an item of `{}` is neither an object nor a text", list.path)),
        };
        let key = if self.source.key.is_empty() {
            data.get("_item").and_then(Value::as_str).unwrap_or_default().to_owned()
        } else {
            let named = select(item, &self.source.key).first().and_then(|value| text_of(value));
            named.ok_or_else(|| format!("an item of `{}` has no `{}`", list.path, self.source.key))?
        };
        if !list.kind.is_empty() {
            data.insert("kind".to_owned(), json!(list.kind));
        }
        Ok(Found { data, key, of: reply.exchange.of.clone(), evidence: reply.exchange.body })
    }

    /// The row of an item, and its key among all of the place.
    fn row(&self, place: Place<'_>, found: Found, facts: &mut Facts) -> (String, Row) {
        let Found { mut data, key, of, evidence } = found;
        let mut evidence = vec![evidence];
        let mut unread = BTreeMap::new();
        let item = item_key(of.as_deref(), &key);
        if let Some(parent) = self.parent(place, of.as_deref()) {
            evidence.extend(&parent.evidence);
            data.insert(FROM.to_owned(), parent.data.read());
            unread.extend(parent.unread.clone().map(|gap| (FROM.to_owned(), gap)));
        }
        let region = self.join_parts(place, &item, &mut data, &mut unread, &mut evidence, facts);
        let named = self.fill(place, &region, &self.source.resource, &data).filter(|name| !name.is_empty());
        let resource = named.unwrap_or_else(|| match self.source.scope {
            _ if !key.is_empty() => key.clone(),
            SourceScope::Region => region.to_string(),
            SourceScope::Account | SourceScope::Organization => place.0.to_string(),
        });
        evidence.sort();
        evidence.dedup();
        let (account, partition) = (place.0.clone(), self.partition(place.0));
        let data = Value::Object(data).into();
        (item, Row { account, partition, region, resource, key, data, unread, evidence })
    }

    /// Fills a template from the place and the row's members; `None` if a member is missing.
    pub(super) fn fill(
        &self,
        place: Place<'_>,
        region: &Region,
        template: &str,
        data: &Map<String, Value>,
    ) -> Option<String> {
        let member = |path: &str| {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            select(data.get(first)?, rest).first().and_then(|value| text_of(value))
        };
        let lookup = |name: &str| match name {
            "account" => Some(place.0.to_string()),
            "region" => Some(region.to_string()),
            "partition" => Some(self.partition(place.0).to_string()),
            "period.start" => Some(self.snapshot.period.start.to_string()),
            "period.end" => Some(self.snapshot.period.end.to_string()),
            name => member(name),
        };
        fill(template, lookup).ok()
    }
}
