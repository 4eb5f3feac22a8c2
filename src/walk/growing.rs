//! An item that grows into a row: its parts are asked for in waves, and join it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{Each, FROM, Gap, Name, Region, Row, Sha256, Source, SourceScope, filled, item_key};

use super::items::Found;
use super::part::{Asking, PartValue};
use super::place::Place;
use super::request::{Prepared, prepare};
use super::tree::{Branch, holds, needs};

/// An item and the parts that joined it.
#[derive(Debug)]
pub(super) struct Growing {
    data: Map<String, Value>,
    key: String,
    /// Its key among all items of its source in a place.
    pub(super) item: String,
    /// The parts that could not be read: what needs them cannot be asked.
    pub(super) unread: BTreeMap<String, Gap>,
    evidence: Vec<Sha256>,
    /// Where it lies: of a bucket not where the list was asked.
    region: Region,
    /// The wave that comes next.
    wave: usize,
    pub(super) asking: BTreeMap<usize, Asking>,
}

/// A row that other sources are asked for.
#[derive(Debug)]
pub(super) struct Parent {
    pub(super) item: String,
    pub(super) data: Map<String, Value>,
    unread: Option<Gap>,
    evidence: Vec<Sha256>,
}

impl Parent {
    /// A row that was read elsewhere.
    pub(super) fn of(data: Map<String, Value>) -> Self {
        Self { item: String::new(), data, unread: None, evidence: Vec::new() }
    }
}

impl Growing {
    pub(super) fn new(found: Found, of: Option<&Arc<Parent>>, body: Sha256, place: &Place) -> Self {
        let Found { mut data, key } = found;
        let item = item_key(of.map(|of| of.item.as_str()), &key);
        let (mut unread, mut evidence) = (BTreeMap::new(), vec![body]);
        if let Some(of) = of {
            evidence.extend(&of.evidence);
            data.insert(FROM.to_owned(), Value::Object(of.data.clone()));
            unread.extend(of.unread.clone().map(|gap| (FROM.to_owned(), gap)));
        }
        let region = place.region.clone();
        Self { data, key, item, unread, evidence, region, wave: 0, asking: BTreeMap::new() }
    }

    /// Begins the next wave in which there is something to ask; false: there is none.
    pub(super) fn next_wave(&mut self, branch: &Branch<'_>, place: &Place) -> bool {
        while self.asking.is_empty() {
            let Some(wave) = branch.waves.get(self.wave) else { return false };
            self.wave += 1;
            for index in wave {
                self.begin(branch.source, *index, place);
            }
        }
        true
    }

    /// Begins to ask for a part, unless there is nothing to ask.
    fn begin(&mut self, source: &Source, index: usize, place: &Place) {
        let Some(each) = source.each.get(index) else { return };
        let needed = needs(each);
        // The row that the list was asked for is at hand, whatever part of it is missing.
        if let Some((_, gap)) = self.unread.iter().find(|(part, _)| *part != FROM && needed.contains(part.as_str())) {
            let gap = gap.clone();
            self.unread.insert(each.part.clone(), gap);
            return;
        }
        if !source.collector.is_walked() {
            // The conversation that made the calls knew which ones to make.
            self.asking.insert(index, Asking::new(place.region.clone()));
            return;
        }
        if !each.when.as_ref().is_none_or(|when| holds(when, &self.data)) {
            return;
        }
        let Some(region) = self.region_of(each, place) else { return };
        let asking = Asking::new(region.clone());
        // What AWS leaves out of the item it does not have: there is nothing to ask.
        if self.request(source, each, &asking, place).is_ok() {
            if each.region.is_some() {
                self.region = region;
            }
            self.asking.insert(index, asking);
        }
    }

    /// The region that a call goes to, if it is known.
    fn region_of(&self, each: &Each, place: &Place) -> Option<Region> {
        let Some(template) = &each.region else { return Some(place.region.clone()) };
        let named = template.fill(|name| self.fill(name, place, &place.region)).ok()?;
        Some(place.region_named(&named))
    }

    /// The request for a part.
    pub(super) fn request(
        &self,
        source: &Source,
        each: &Each,
        asking: &Asking,
        place: &Place,
    ) -> Result<Prepared, Name> {
        let none = BTreeMap::new();
        let vary = each.call.vary.get(asking.variation).unwrap_or(&none);
        let lookup = |name: &Name| self.fill(name, place, &asking.region);
        prepare(source, &each.call, vary, &asking.pages.parameters(&each.call), &lookup)
    }

    /// What distinguishes a variation from the others.
    pub(super) fn varied(&self, each: &Each, asking: &Asking, place: &Place) -> Map<String, Value> {
        let vary = each.call.vary.get(asking.variation).filter(|_| each.call.vary.len() > 1);
        let filled = vary.map(|vary| filled(vary, &|name| self.fill(name, place, &asking.region)));
        filled.and_then(Result::ok).unwrap_or_default()
    }

    fn fill(&self, name: &Name, place: &Place, region: &Region) -> Option<String> {
        place.fill(name, region, |path| path.text_in(&self.data))
    }

    /// A body that says something about it.
    pub(super) fn heard(&mut self, body: Sha256) {
        self.evidence.push(body);
    }

    /// Takes a part that is done with.
    pub(super) fn join(&mut self, each: &Each, part: PartValue) {
        match part {
            PartValue::Is(value) => drop(self.data.insert(each.part.clone(), value)),
            PartValue::NotThere => {}
            PartValue::Unread(gap) => drop(self.unread.insert(each.part.clone(), *gap)),
        }
    }

    /// Whether a source is asked for this row; `Err`: a part that its call needs could not be read.
    pub(super) fn is_followed_by(&self, follower: &Branch<'_>) -> Result<bool, &str> {
        match follower.needs_one_of(self.unread.keys()) {
            Some(part) => Err(part),
            None => Ok(follower.follows(&self.data)),
        }
    }

    /// The same as other sources see it.
    pub(super) fn parent(&self) -> Parent {
        let (item, data, evidence) = (self.item.clone(), self.data.clone(), self.evidence.clone());
        Parent { item, data, unread: self.unread.values().next().cloned(), evidence }
    }

    /// The row.
    pub(super) fn row(mut self, source: &Source, place: &Place) -> Row {
        let named = source.resource.fill(|name| self.fill(name, place, &self.region)).ok();
        let resource = named.filter(|name| !name.is_empty()).unwrap_or_else(|| match source.scope {
            _ if !self.key.is_empty() => self.key.clone(),
            SourceScope::Region => self.region.to_string(),
            SourceScope::Account | SourceScope::Organization => place.account.to_string(),
        });
        self.evidence.sort();
        self.evidence.dedup();
        Row {
            account: place.account.clone(),
            partition: place.partition.clone(),
            region: self.region,
            resource,
            key: self.key,
            data: Value::Object(self.data).into(),
            unread: self.unread,
            evidence: self.evidence,
        }
    }
}
