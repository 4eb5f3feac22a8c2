//! `params.toml`, `controls/*.toml`, `frameworks/*.toml`, `services.toml`, `artifact-reports.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::attach;
use super::expressions::{self, Given, Seen};
use super::ids;
use super::ledger::{Kind, Word};
use super::table::{Table, distinct};
use crate::model::{
    CheckId, Control, ControlId, Expression, Framework, FrameworkId, ManualEvidence, Owner, Param, Per,
    ReportDefinition, ReportKind, ReportOrigin, Requirement, RequirementId, Responsibility, Service, ServiceKey,
    ServiceSign, ServiceVariant, SourceId, Stricter,
};

const OWNERS: [(&str, Owner); 3] = [("aws", Owner::Aws), ("customer", Owner::Customer), ("shared", Owner::Shared)];
pub(super) const RESPONSIBILITIES: [(&str, Responsibility); 3] = [
    ("inherited", Responsibility::Inherited),
    ("shared", Responsibility::Shared),
    ("customer", Responsibility::Customer),
];
/// Who may be asked for manual evidence.
const ASKED: [(&str, ()); 7] = [
    ("security", ()),
    ("people", ()),
    ("legal", ()),
    ("engineering", ()),
    ("management", ()),
    ("privacy", ()),
    ("facilities", ()),
];

/// Reads the parameters.
pub(super) fn read_params(root: &Table<'_>) -> Vec<Param> {
    root.clone()
        .only(&["param"])
        .tables("param")
        .into_iter()
        .filter(|one| !one.is_replaced(&Kind::Param, "name"))
        .filter_map(read_param)
        .collect()
}

fn read_param(table: Table<'_>) -> Option<Param> {
    const STRICTER: [(&str, Stricter); 3] =
        [("lower", Stricter::Lower), ("higher", Stricter::Higher), ("neither", Stricter::Neither)];
    let table = table.only(&["name", "default", "stricter", "title"]);
    let name = table.need("name").filter(|name| ids::snake(table.ledger, Kind::Param, name));
    let title = table.need("title");
    table.demand("default");
    table.demand("stricter");
    let (default, stricter) = (table.json("default"), table.choice("stricter", &STRICTER));
    Some(Param { name: name?.text, title: title?.text, default: default?, stricter: stricter? })
}

/// Reads the controls of a file.
pub(super) fn read_controls(root: &Table<'_>) -> Vec<Control> {
    root.clone()
        .only(&["control"])
        .tables("control")
        .into_iter()
        .filter(|one| !one.is_replaced(&Kind::Control, "id"))
        .filter_map(read_control)
        .collect()
}

fn read_control(table: Table<'_>) -> Option<Control> {
    let table = table.only(&["id", "title", "checks", "supports"]);
    let id = table.need("id").filter(|id| ids::kebab(table.ledger, Kind::Control, id));
    let title = table.need("title");
    table.demand("checks");
    let checks = references(&table, "checks", &Kind::Check);
    if let Some(id) = &id {
        attach::read_supports(&table, id);
    }
    Some(Control { id: ControlId::new(id?.text), title: title?.text, checks: checks.map(CheckId::new).collect() })
}

/// Reads a framework; the file is named after its id.
pub(super) fn read_framework(root: &Table<'_>, stem: &str) -> Option<Framework> {
    if root.is_replaced(&Kind::Framework, "id") {
        return None;
    }
    let table = root.clone().only(&["id", "title", "counts", "requirement"]);
    let id = table.need("id").filter(|id| ids::kebab(table.ledger, Kind::Framework, id));
    let (title, counts) = (table.need("title"), table.need("counts"));
    if let Some(id) = id.as_ref().filter(|id| id.text != stem) {
        let help = format!("rename the file to `{}.toml`, or write `id = \"{stem}\"`", id.text);
        table.ledger.fault(&id.place, format!("the file of `{}` is named `{stem}.toml`", id.text), "other name", help);
    }
    let rows = table.tables("requirement");
    if rows.is_empty() {
        table.ledger.fault(&table.here(), "the framework has no requirements", "here", "add `[[requirement]]` tables");
    }
    no_circles(&table, &rows);
    let requirements = rows.into_iter().filter_map(|row| read_requirement(row, stem)).collect();
    Some(Framework { id: FrameworkId::new(id?.text), title: title?.text, counts: counts?.text, requirements })
}

fn read_requirement(table: Table<'_>, framework: &str) -> Option<Requirement> {
    let table = table.only(&[
        "id",
        "title",
        "group",
        "parent",
        "responsibility",
        "layers",
        "aws_part",
        "customer_part",
        "reports",
        "controls",
        "manual",
    ]);
    let kind = Kind::Requirement(framework.to_owned());
    let id = table.need("id").filter(|id| ids::plain(table.ledger, kind.clone(), id));
    let (title, group) = (table.need("title"), table.need("group"));
    let parent = table.word("parent");
    if let Some(parent) = &parent {
        table.ledger.refer(kind, parent);
    }
    table.demand("responsibility");
    let responsibility = table.choice("responsibility", &RESPONSIBILITIES);
    let layers = references(&table, "layers", &Kind::Layer).collect();
    let reports = references(&table, "reports", &Kind::Report).map(ReportKind::new).collect();
    let controls = references(&table, "controls", &Kind::Control).map(ControlId::new).collect();
    let manual = table.tables("manual").into_iter().filter_map(|row| read_manual(row, framework)).collect();
    Some(Requirement {
        id: RequirementId::new(id?.text),
        title: title?.text,
        group: group?.text,
        parent: parent.map(|parent| RequirementId::new(parent.text)),
        responsibility: responsibility?,
        layers,
        aws_part: table.text("aws_part").unwrap_or_default(),
        customer_part: table.text("customer_part").unwrap_or_default(),
        reports,
        controls,
        manual,
    })
}

fn read_manual(table: Table<'_>, framework: &str) -> Option<ManualEvidence> {
    let table = table.only(&["id", "ask", "owner", "valid_days"]);
    let kind = Kind::Manual(framework.to_owned());
    let id = table.need("id").filter(|id| ids::plain(table.ledger, kind, id));
    let (ask, owner) = (table.need("ask"), table.need("owner"));
    table.choice("owner", &ASKED);
    table.demand("valid_days");
    let valid_days = table.count("valid_days");
    Some(ManualEvidence { id: id?.text, ask: ask?.text, owner: owner?.text, valid_days: valid_days? })
}

/// A chain of parents never comes back to its beginning.
fn no_circles(table: &Table<'_>, rows: &[Table<'_>]) {
    let pairs: Vec<(String, Word)> =
        rows.iter().filter_map(|row| Some((row.word("id")?.text, row.word("parent")?))).collect();
    let parents: BTreeMap<&str, &str> = pairs.iter().map(|(id, parent)| (id.as_str(), parent.text.as_str())).collect();
    for (id, parent) in &pairs {
        let mut seen = BTreeSet::from([id.as_str()]);
        let mut next = parents.get(id.as_str());
        while let Some(ancestor) = next {
            if !seen.insert(ancestor) {
                let message = format!("`{id}` is a part of itself, by way of `{}`", parent.text);
                let help = "a paragraph's parent is its article, which has none";
                table.ledger.fault(&parent.place, message, "a circle", help);
                break;
            }
            next = parents.get(ancestor);
        }
    }
}

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

/// Reads the kinds of AWS reports.
pub(super) fn read_reports(root: &Table<'_>) -> Vec<ReportDefinition> {
    root.clone()
        .only(&["report"])
        .tables("report")
        .into_iter()
        .filter(|one| !one.is_replaced(&Kind::Report, "kind"))
        .filter_map(read_report)
        .collect()
}

fn read_report(table: Table<'_>) -> Option<ReportDefinition> {
    const ORIGINS: [(&str, ReportOrigin); 2] =
        [("artifact", ReportOrigin::Artifact), ("attached", ReportOrigin::Attached)];
    let table = table.only(&["kind", "title", "origin", "names", "names_without", "bridges"]);
    let kind = table.need("kind").filter(|kind| ids::plain(table.ledger, Kind::Report, kind));
    let title = table.need("title");
    table.demand("origin");
    let origin = table.choice("origin", &ORIGINS);
    let names: Vec<String> = table.texts("names");
    if origin == Some(ReportOrigin::Artifact) && names.is_empty() {
        let help = "add `names = [\"…\"]`, text that the report's name in Artifact contains";
        table.ledger.fault(&table.here(), "nothing identifies this report in Artifact", "in here", help);
    }
    let bridges = table.word("bridges");
    if let Some(word) = &bridges {
        table.ledger.refer(Kind::Report, word);
    }
    Some(ReportDefinition {
        kind: ReportKind::new(kind?.text),
        title: title?.text,
        origin: origin?,
        names,
        names_without: table.texts("names_without"),
        bridges: bridges.map(|word| ReportKind::new(word.text)),
    })
}

/// A list of names of one kind, each noted as used.
fn references(table: &Table<'_>, key: &str, kind: &Kind) -> impl Iterator<Item = String> + use<> {
    let words = table.words(key);
    distinct(table.ledger, &words);
    for word in &words {
        table.ledger.refer(kind.clone(), word);
    }
    words.into_iter().map(|word| word.text)
}
