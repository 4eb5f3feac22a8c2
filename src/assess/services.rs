//! Which services are really in use, and who then owns a requirement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::collected::Collected;
use crate::model::{
    Catalog, Facts, Owner, Requirement, Responsibility, Row, Service, ServiceInUse, ServiceKey, SourceId,
};

/// The services in use, by key, and how we know. A service whose resources could not be listed may be in use, and
/// counts: nobody may lose a duty because a call was refused.
pub(super) fn in_use(catalog: &Catalog, facts: &Facts, collected: &Collected<'_>) -> Vec<ServiceInUse> {
    let mut because: BTreeMap<&ServiceKey, Vec<String>> = BTreeMap::new();
    for source in catalog.sources.values() {
        let shown =
            source.shows_service.as_deref().and_then(|key| catalog.services.get_key_value(&ServiceKey::from(key)));
        let Some((key, _)) = shown else { continue };
        match facts.rows.get(&source.id).map_or(0, Vec::len) {
            0 if collected.was_asked(&source.id) && has_gap(&source.id, collected) => {
                because.entry(key).or_default().push(format!("`{}` could not be read: it may be in use", source.id));
            }
            0 => {}
            rows => because.entry(key).or_default().push(format!("{rows} rows of `{}`", source.id)),
        }
    }
    let inventory: Vec<Value> = rows(facts, "config.inventory").iter().map(|row| row.data.read()).collect();
    let sources = event_sources(facts);
    for service in catalog.services.values() {
        let found = because.entry(&service.key).or_default();
        match discovered(service, &inventory) {
            0 => {}
            count => found.push(format!("{count} resources that AWS Config discovered")),
        }
        if events(service, catalog, &sources) {
            found.push(format!("CloudTrail events of {}", service.event_source));
        }
    }
    let used = because.into_iter().filter(|(_, because)| !because.is_empty());
    let named = |(key, because): (&ServiceKey, Vec<String>)| {
        let title = catalog.services.get(key).map_or_else(|| key.to_string(), |service| service.title.clone());
        ServiceInUse { key: key.clone(), title, because }
    };
    used.map(named).collect()
}

fn has_gap(source: &SourceId, collected: &Collected<'_>) -> bool {
    collected.accounts.iter().any(|account| {
        let places = collected.places(source);
        let here = places.into_iter().filter(|place| *place.account == account.id);
        here.into_iter().any(|place| collected.has_gap(source, place))
    })
}

fn rows<'a>(facts: &'a Facts, source: &str) -> &'a [Row] {
    facts.rows.get(&SourceId::from(source)).map(Vec::as_slice).unwrap_or_default()
}

/// AWS Config counts resources by type.
fn discovered(service: &Service, inventory: &[Value]) -> u64 {
    let count = |row: &Value| {
        let kind = row.get("resourceType").and_then(Value::as_str)?;
        let own = !service.config_type.is_empty() && kind.starts_with(&service.config_type);
        own.then(|| row.get("count").and_then(Value::as_u64)).flatten()
    };
    inventory.iter().filter_map(count).sum()
}

/// Events count only where their source belongs to one service: `ec2.amazonaws.com` speaks for three.
fn events(service: &Service, catalog: &Catalog, sources: &BTreeSet<String>) -> bool {
    let same = |other: &&Service| other.event_source == service.event_source;
    let own = !service.event_source.is_empty() && catalog.services.values().filter(same).count() == 1;
    own && sources.contains(&service.event_source)
}

/// The services that CloudTrail's events name.
fn event_sources(facts: &Facts) -> BTreeSet<String> {
    let of = |row: &Row| row.data.read().get("EventSource").and_then(Value::as_str).map(str::to_owned);
    rows(facts, "cloudtrail.events").iter().filter_map(of).collect()
}

/// Who owns a requirement for the services in use, and why, a line for each layer and owner.
pub(super) fn split(
    requirement: &Requirement,
    catalog: &Catalog,
    used: &[ServiceInUse],
) -> (Responsibility, Vec<String>) {
    if requirement.layers.is_empty() {
        let line = format!("the same for every service: {}", requirement.responsibility.words());
        return (requirement.responsibility, vec![line]);
    }
    let services: Vec<&Service> = used.iter().filter_map(|used| catalog.services.get(&used.key)).collect();
    let mut owners = BTreeSet::new();
    let mut lines = Vec::new();
    for layer in &requirement.layers {
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for service in &services {
            if let Some(owner) = service.layers.get(layer) {
                owners.insert(word(*owner));
                names.entry(word(*owner)).or_default().push(&service.title);
            }
        }
        lines.extend(names.into_iter().map(|(owner, names)| format!("{layer}: {owner} ({})", names.join(", "))));
    }
    let responsibility = match owners.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => {
            let words = requirement.responsibility.words();
            lines.push(format!("no service in use has these layers; for AWS in general: {words}"));
            requirement.responsibility
        }
        ["aws"] => Responsibility::Inherited,
        ["customer"] => Responsibility::Customer,
        _ => Responsibility::Shared,
    };
    (responsibility, lines)
}

fn word(owner: Owner) -> &'static str {
    match owner {
        Owner::Aws => "aws",
        Owner::Customer => "customer",
        Owner::Shared => "shared",
    }
}
