//! What of the frameworks applies and whose it is, in the user's own view: `[[split]]`, `[premises]`, `[[not-applicable]]`
//! and `[scope] categories`. Each says why; without a reason it is a whim.

use std::collections::BTreeSet;

use super::frameworks::RESPONSIBILITIES;
use super::ledger::{Word, must_be_known};
use super::satisfiable::has_evidence;
use super::table::{Table, distinct};
use crate::model::{
    Catalog, Duty, Edition, FrameworkId, NotApplicable, PremisesSetting, Requirement, RequirementId, Responsibility,
    Sites, SplitSetting,
};

/// Who owns a requirement, set against what the services in use say.
pub(super) fn read_split(table: Table<'_>, catalog: &Catalog) -> Option<SplitSetting> {
    let table = table.only(&["framework", "requirement", "responsibility", "reason"]);
    let reason = table.need("reason");
    table.demand("responsibility");
    let responsibility = table.choice("responsibility", &RESPONSIBILITIES);
    let (framework, requirement) = read_requirement(&table, catalog)?;
    let (responsibility, reason) = (responsibility?, reason?.text);
    let known = catalog.frameworks.get(&framework).zip(find(catalog, &framework, &requirement.text));
    let rests_on_nothing = known.is_some_and(|(framework, requirement)| !has_evidence(framework, requirement));
    if catalog.edition >= Edition::Second && responsibility != Responsibility::Customer && rests_on_nothing {
        let message =
            format!("no AWS report evidences `{}`: AWS's half of it could never be satisfied", requirement.text);
        table.ledger.fault(&requirement.place, message, "here", "leave the split out, or say `customer`");
    }
    Some(SplitSetting { framework, requirement: RequirementId::new(requirement.text), responsibility, reason })
}

/// The framework and the requirement that a table names, both known.
fn read_requirement(table: &Table<'_>, catalog: &Catalog) -> Option<(FrameworkId, Word)> {
    let (framework, requirement) = (table.need("framework"), table.need("requirement"));
    if let Some(word) = &framework {
        must_be_known(table.ledger, word, "framework", catalog.frameworks.keys().map(FrameworkId::as_str));
    }
    let (framework, requirement) = (FrameworkId::new(framework?.text), requirement?);
    if let Some(known) = catalog.frameworks.get(&framework) {
        let ids = known.requirements.iter().map(|requirement| requirement.id.as_str());
        must_be_known(table.ledger, &requirement, "requirement", ids);
    }
    Some((framework, requirement))
}

fn find<'a>(catalog: &'a Catalog, framework: &FrameworkId, id: &str) -> Option<&'a Requirement> {
    catalog.frameworks.get(framework)?.requirements.iter().find(|requirement| requirement.id.as_str() == id)
}

/// What the organization has of its own: it decides whose physical security is.
pub(super) fn read_premises(table: Table<'_>) -> Option<PremisesSetting> {
    const SITES: [(&str, Sites); 3] =
        [("none", Sites::None), ("offices", Sites::Offices), ("equipment", Sites::Equipment)];
    let table = table.only(&["sites", "reason"]);
    let reason = table.need("reason");
    table.demand("sites");
    let sites = table.choice("sites", &SITES);
    Some(PremisesSetting { sites: sites?, reason: reason?.text })
}

/// What the statement of applicability leaves out.
pub(super) fn read_not_applicable(root: &Table<'_>, catalog: &Catalog) -> Vec<NotApplicable> {
    let mut seen = BTreeSet::new();
    let mut read = |table: Table<'_>| {
        let table = table.only(&["framework", "requirement", "reason", "approver", "date"]);
        let (reason, approver) = (table.need("reason"), table.need("approver"));
        table.demand("date");
        let date = table.date("date");
        let (framework, requirement) = read_requirement(&table, catalog)?;
        if !seen.insert((framework.clone(), requirement.text.clone())) {
            let message = format!("`{}` is left out twice", requirement.text);
            table.ledger.fault(&requirement.place, message, "second", "keep one of the two");
        }
        if find(catalog, &framework, &requirement.text).is_some_and(|one| one.duty == Duty::Mandatory) {
            let message = format!("`{}` cannot be left out: the framework demands it of everyone", requirement.text);
            table.ledger.fault(&requirement.place, message, "mandatory", "delete this table");
        }
        Some(NotApplicable {
            framework,
            requirement: RequirementId::new(requirement.text),
            reason: reason?.text,
            approver: approver?.text,
            date: date?.0,
        })
    };
    root.tables("not-applicable").into_iter().filter_map(&mut read).collect()
}

/// The optional parts of frameworks that the report speaks of; the part that every report has may be named or not.
pub(super) fn read_categories(scope: &Table<'_>, catalog: &Catalog) -> Option<BTreeSet<String>> {
    if !scope.has("categories") {
        return None;
    }
    let words = scope.words("categories");
    distinct(scope.ledger, &words);
    let optional = catalog.frameworks.values().flat_map(|framework| &framework.requirements);
    let optional = optional.filter_map(|requirement| requirement.category.as_deref());
    let core = catalog.frameworks.values().filter_map(|framework| framework.core.as_deref());
    let known: BTreeSet<&str> = optional.chain(core).collect();
    words.iter().for_each(|word| must_be_known(scope.ledger, word, "category", known.iter().copied()));
    Some(words.into_iter().map(|word| word.text).collect())
}
