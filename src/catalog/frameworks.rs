//! `params.toml`, `controls/*.toml`, `frameworks/*.toml`, `artifact-reports.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::attach;
use super::ids;
use super::ledger::{Kind, Word};
use super::table::{Table, distinct};
use crate::expression::MAX_DAYS;
use crate::model::{
    CheckId, Control, ControlId, Duty, Framework, FrameworkId, ManualEvidence, Param, Premises, ReportDefinition,
    ReportKind, ReportOrigin, RequestId, Requirement, RequirementId, Responsibility, Stricter,
};

pub(super) const RESPONSIBILITIES: [(&str, Responsibility); 3] = [
    ("inherited", Responsibility::Inherited),
    ("shared", Responsibility::Shared),
    ("customer", Responsibility::Customer),
];
/// What an organization may have of its own.
const PREMISES: [(&str, Premises); 2] = [("sites", Premises::Sites), ("equipment", Premises::Equipment)];
/// Who may be asked for manual evidence.
pub(super) const ASKED: [(&str, ()); 7] = [
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
    let table = table.only(&["name", "default", "stricter", "title", "dated"]);
    let name = table.need("name").filter(|name| ids::snake(table.ledger, Kind::Param, name));
    let title = table.need("title");
    table.demand("default");
    table.demand("stricter");
    let (default, stricter) = (table.json("default"), table.choice("stricter", &STRICTER));
    if let (Some(name), Some(days)) = (&name, default.as_ref().and_then(serde_json::Value::as_u64))
        && name.text.ends_with("_days")
        && days > MAX_DAYS
    {
        let message = format!("the default of `{}` is longer than {MAX_DAYS} days", name.text);
        table.ledger.fault(&table.place_of("default"), message, "too long", "no time is longer than 292 years");
    }
    let dated = table.date("dated").map(|(date, _)| date);
    Some(Param { name: name?.text, title: title?.text, default: default?, stricter: stricter?, dated })
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
    let table = root.clone().only(&["id", "title", "counts", "core", "requirement"]);
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
    let core = table.text("core");
    Some(Framework { id: FrameworkId::new(id?.text), title: title?.text, counts: counts?.text, core, requirements })
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
        "supporting",
        "controls",
        "manual",
        "premises",
        "category",
        "mandatory",
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
    let supporting = references(&table, "supporting", &Kind::Report).map(ReportKind::new).collect();
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
        supporting,
        controls,
        manual,
        premises: premises(&table),
        category: table.text("category"),
        duty: if table.flag("mandatory") { Duty::Mandatory } else { Duty::Excludable },
    })
}

fn premises(table: &Table<'_>) -> Option<Premises> {
    if table.has("premises") { table.choice("premises", &PREMISES) } else { None }
}

fn read_manual(table: Table<'_>, framework: &str) -> Option<ManualEvidence> {
    let table = table.only(&["id", "ask", "owner", "valid_days", "premises", "same_as"]);
    let kind = Kind::Manual(framework.to_owned());
    let id = table.need("id").filter(|id| ids::plain(table.ledger, kind, id));
    let (ask, owner) = (table.need("ask"), table.need("owner"));
    table.choice("owner", &ASKED);
    table.demand("valid_days");
    let valid_days = table.count("valid_days");
    Some(ManualEvidence {
        id: id?.text,
        ask: ask?.text,
        owner: owner?.text,
        valid_days: valid_days?,
        premises: premises(&table),
        same_as: read_request(&table, "same_as"),
    })
}

/// A request of a framework, `soc2/cc9.2-vendor-list`; the framework need not be in the catalog.
pub(super) fn read_request(table: &Table<'_>, key: &str) -> Option<RequestId> {
    let word = table.word(key)?;
    let Some((framework, id)) = word.text.split_once('/') else {
        let message = format!("`{}` names no request of a framework", word.text);
        let help = "write `framework/request`, `soc2/cc9.2-vendor-list`";
        table.ledger.fault(&word.place, message, "no slash", help);
        return None;
    };
    Some(RequestId { framework: FrameworkId::from(framework), id: id.to_owned() })
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

/// Reads the kinds of AWS reports.
pub(super) fn read_reports(root: &Table<'_>) -> Vec<ReportDefinition> {
    root.clone()
        .only(&["report", "review"])
        .tables("report")
        .into_iter()
        .filter(|one| !one.is_replaced(&Kind::Report, "kind"))
        .filter_map(read_report)
        .collect()
}

fn read_report(table: Table<'_>) -> Option<ReportDefinition> {
    const ORIGINS: [(&str, ReportOrigin); 2] =
        [("artifact", ReportOrigin::Artifact), ("attached", ReportOrigin::Attached)];
    let table = table.only(&["kind", "title", "origin", "names", "names_without", "bridges", "agreements"]);
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
        agreements: table.texts("agreements"),
    })
}

/// A list of names of one kind, each noted as used.
pub(super) fn references(table: &Table<'_>, key: &str, kind: &Kind) -> impl Iterator<Item = String> + use<> {
    let words = table.words(key);
    distinct(table.ledger, &words);
    for word in &words {
        table.ledger.refer(kind.clone(), word);
    }
    words.into_iter().map(|word| word.text)
}
