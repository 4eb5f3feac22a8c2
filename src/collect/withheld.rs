//! Which values of a reply are taken out.

use std::collections::BTreeSet;

use super::account::AccountContext;
use super::label::Label;
use super::recorder::Received;
use crate::model::{Form, Shape, Source, Withhold};
use crate::withhold::Written;

impl AccountContext {
    /// Takes out of a reply what must not be kept: here, so that no keeper or reader of replies sees it.
    pub(crate) fn withhold(&self, label: &Label, received: &mut Received) {
        let Some(source) = self.run.catalog.sources.get(&label.source) else { return };
        let shape = &self.described(label).unwrap_or(&source.call).shape;
        let every = || Withhold { path: "*".to_owned(), form: Form::Key };
        let rules = if label.opens { vec![every()] } else { self.rules(source, label, shape) };
        let written = Written { protocol: source.protocol, operation: &label.operation, shape };
        received.withhold(written, &rules);
    }

    /// What one source withholds of an operation's replies no other keeps.
    fn rules(&self, source: &Source, label: &Label, shape: &Shape) -> Vec<Withhold> {
        let same_service = self.run.catalog.sources.values().filter(|other| other.service == source.service);
        let calls = same_service
            .flat_map(|other| std::iter::once(&other.call).chain(other.each.iter().map(|each| &each.call)))
            .filter(|call| call.operation == label.operation);
        let rules = calls.map(|call| &call.shape).chain([shape]).flat_map(|shape| shape.withhold.iter().cloned());
        rules.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
