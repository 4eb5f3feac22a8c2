//! `services.toml`: who owns which layer of which AWS service, and what shows one to be in use.

use std::collections::BTreeMap;

use super::expressions::{self, Given, Seen};
use super::frameworks::references;
use super::ids;
use super::ledger::{Kind, Word};
use super::table::Table;
use crate::expression::Expression;
use crate::model::{Owner, Per, Service, ServiceKey, ServiceSign, ServiceVariant, SourceId};

const OWNERS: [(&str, Owner); 3] = [("aws", Owner::Aws), ("customer", Owner::Customer), ("shared", Owner::Shared)];

/// Reads the services and, with them, the layers there are.
pub(super) fn read_services(root: &Table<'_>) -> Vec<Service> {
    root.clone()
        .only(&["service"])
        .tables("service")
        .into_iter()
        .filter(|one| !one.is_replaced(&Kind::Service, "key"))
        .filter_map(read_service)
        .collect()
}

fn read_service(table: Table<'_>) -> Option<Service> {
    const MODELS: [(&str, ()); 3] = [("infrastructure", ()), ("container", ()), ("abstract", ())];
    let table =
        table.only(&["key", "title", "model", "event_source", "config_type", "layers", "decides", "seen", "variant"]);
    let key = table.need("key").filter(|key| ids::plain(table.ledger, Kind::Service, key));
    let (title, model) = (table.need("title"), table.need("model"));
    table.choice("model", &MODELS);
    table.demand("layers");
    let layers = table.table("layers").map(|layers| {
        layers.keys().iter().for_each(|name| table.ledger.define_once(Kind::Layer, name));
        read_owners(&layers)
    });
    Some(Service {
        key: ServiceKey::new(key?.text),
        title: title?.text,
        model: model?.text,
        event_source: table.text("event_source").unwrap_or_default(),
        config_type: table.text("config_type").unwrap_or_default(),
        layers: layers?,
        decides: references(&table, "decides", &Kind::Layer).collect(),
        seen: table.tables("seen").into_iter().filter_map(read_sign).collect(),
        variants: table.tables("variant").into_iter().filter_map(read_variant).collect(),
    })
}

fn read_owners(layers: &Table<'_>) -> BTreeMap<String, Owner> {
    let owner = |name: Word| Some((name.text.clone(), layers.choice(&name.text, &OWNERS)?));
    layers.keys().into_iter().filter_map(owner).collect()
}

fn read_sign(table: Table<'_>) -> Option<ServiceSign> {
    let table = table.only(&["source", "when"]);
    let (source, when) = read_row_test(&table, "when")?;
    Some(ServiceSign { source, when })
}

fn read_variant(table: Table<'_>) -> Option<ServiceVariant> {
    let table = table.only(&["source", "all", "title", "layers"]);
    let title = table.need("title");
    table.demand("layers");
    let layers = table.table("layers")?;
    layers.keys().iter().for_each(|name| table.ledger.refer(Kind::Layer, name));
    let (source, all) = read_row_test(&table, "all")?;
    Some(ServiceVariant { source, all, title: title?.text, layers: read_owners(&layers) })
}

/// A source and a CEL expression of its rows.
fn read_row_test(table: &Table<'_>, key: &str) -> Option<(SourceId, Expression)> {
    let (source, word) = (table.need("source"), table.need(key));
    let source = source?;
    table.ledger.refer(Kind::Source, &source);
    let given = Given { per: Per::Row, params: Vec::new(), sources: vec![&source.text] };
    let expression = expressions::read(table, &word?, &given, &mut Seen::default())?;
    Some((SourceId::new(source.text.clone()), expression))
}
