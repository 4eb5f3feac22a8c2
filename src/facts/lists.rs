//! Pages to items, items to rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bodies::{Content, Reply};
use super::{Place, Reader, gap_in, last_page_missing};
use crate::model::{
    Facts, Gap, GapReason, ItemList, Protocol, Reading, Region, Row, Sha256, SourceScope, fill, has_member, select,
    text_of,
};

/// An item before its parts join it.
pub(super) struct Found {
    pub(super) data: Map<String, Value>,
    pub(super) key: String,
    pub(super) evidence: Sha256,
}

impl Reader<'_> {
    /// Reads all places' lists.
    pub(super) fn read(&self, facts: &mut Facts) {
        let mut rows = Vec::new();
        let mut readings = Vec::new();
        for (place, lists) in &self.lists {
            let mut gaps = Vec::new();
            for pages in lists.values() {
                self.read_list(*place, pages, &mut rows, &mut gaps, facts);
            }
            if lists.len() < self.source.call.vary.len()
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
        if !rows.is_empty() {
            facts.rows.insert(self.source.id.clone(), rows);
        }
        if !readings.is_empty() {
            facts.read.insert(self.source.id.clone(), readings);
        }
    }

    fn read_list(
        &self,
        place: Place<'_>,
        pages: &[Reply<'_>],
        rows: &mut Vec<Row>,
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
                        rows.extend(items.into_iter().map(|found| self.row(place, found, facts)));
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
        Ok(Found { data, key, evidence: reply.exchange.body })
    }

    fn row(&self, place: Place<'_>, found: Found, facts: &mut Facts) -> Row {
        let Found { mut data, key, evidence } = found;
        let mut evidence = vec![evidence];
        let mut unread = BTreeMap::new();
        let region = self.join_parts(place, &key, &mut data, &mut unread, &mut evidence, facts);
        let named = self.fill(place, &region, &self.source.resource, &data).filter(|name| !name.is_empty());
        let resource = named.unwrap_or_else(|| match self.source.scope {
            _ if !key.is_empty() => key.clone(),
            SourceScope::Region => region.to_string(),
            SourceScope::Account | SourceScope::Organization => place.0.to_string(),
        });
        evidence.sort();
        evidence.dedup();
        Row {
            account: place.0.clone(),
            partition: self.partition(place.0),
            region,
            resource,
            key,
            data: Value::Object(data).into(),
            unread,
            evidence,
        }
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
