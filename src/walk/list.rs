//! One question of a list: a variation of the call, asked for the place or for a row of another source.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{FROM, Name, Source, filled};

use super::growing::Parent;
use super::pages::Pages;
use super::place::Place;
use super::request::{Prepared, prepare};

/// A list while it is asked for.
#[derive(Debug)]
pub(super) struct List {
    /// Its source among those of the tree.
    pub(super) branch: usize,
    /// The row that it is asked for.
    pub(super) of: Option<Arc<Parent>>,
    pub(super) variation: usize,
    pub(super) pages: Pages,
}

impl List {
    pub(super) fn new(branch: usize, of: Option<Arc<Parent>>, variation: usize) -> Self {
        Self { branch, of, variation, pages: Pages::default() }
    }

    /// The request for the page that comes next.
    pub(super) fn request(&self, source: &Source, place: &Place) -> Result<Prepared, Name> {
        let none = BTreeMap::new();
        let vary = source.call.vary.get(self.variation).unwrap_or(&none);
        let lookup = |name: &Name| self.fill(name, place);
        prepare(source, &source.call, vary, &self.pages.parameters(&source.call), &lookup)
    }

    /// What distinguishes its variation from the others; a conversation has questions of its own.
    pub(super) fn varied(&self, source: &Source, place: &Place) -> Map<String, Value> {
        let is_one_of_many = source.collector.is_walked() && source.call.vary.len() > 1;
        let vary = source.call.vary.get(self.variation).filter(|_| is_one_of_many);
        vary.and_then(|vary| filled(vary, &|name| self.fill(name, place)).ok()).unwrap_or_default()
    }

    fn fill(&self, name: &Name, place: &Place) -> Option<String> {
        place.fill(name, &place.region, |path| path.after(FROM)?.text_in(&self.of.as_ref()?.data))
    }
}
