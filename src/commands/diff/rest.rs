//! The rest of a comparison for people: deviations, definitions, resources, evidence.

use super::cells::{CHECK_HEADS, REQUIREMENT_HEADS, check, requirement};
use crate::compare::{Difference, Known};
use crate::document::{Cell, Document};

pub(super) fn deviations(difference: &Difference, page: &mut Document, shown: usize) {
    if !difference.exceptions.is_empty() {
        page.heading("Exceptions");
        let row = |one: &crate::compare::ExceptionChange| {
            vec![
                Cell::from(one.change.words()),
                Cell::code(one.check.as_str()),
                Cell::from(one.until.to_string()),
                Cell::from(one.approver.as_str()),
                Cell::code(one.resources.join(", ")),
            ]
        };
        let heads = ["change", "check", "until", "approver", "resources"];
        page.table("Exceptions", &heads, difference.exceptions.iter().map(row).collect(), shown);
    }
    if !difference.attestations.is_empty() {
        page.heading("Documents");
        let row = |one: &crate::compare::AttestationChange| {
            vec![
                Cell::from(one.change.words()),
                Cell::from(one.id.to_string()),
                Cell::from(one.title.as_str()),
                Cell::from(one.valid_until.to_string()),
                Cell::from(one.owner.as_str()),
                Cell::code(one.targets.join(", ")),
            ]
        };
        let heads = ["change", "id", "document", "valid until", "owner", "for"];
        page.table("Documents", &heads, difference.attestations.iter().map(row).collect(), shown);
    }
}

pub(super) fn definitions(difference: &Difference, page: &mut Document, shown: usize) {
    let definitions = &difference.definitions;
    let unknown = matches!(definitions.known, Known::Unknown(_));
    if definitions.changes.is_empty() && !unknown {
        return;
    }
    page.heading("Mappings and settings");
    if let Known::Unknown(why) = &definitions.known {
        page.alarm(format!("Those of the earlier side are not known: {why}. Today's judge both sides."));
    } else {
        page.line("Both sides are judged by the later side's, so nothing above comes from these changes.");
    }
    let row = |one: &crate::compare::DefinitionChange| {
        vec![Cell::from(one.kind.words()), Cell::code(&one.id), Cell::from(one.change.as_str())]
    };
    let rows = definitions.changes.iter().map(row).collect();
    page.table("Definitions that differ", &["what", "id", "change"], rows, shown);
    let rows = definitions.checks.iter().map(check).collect();
    page.table("Checks that these changes alone turn, on the earlier evidence", &CHECK_HEADS, rows, shown);
    let rows = definitions.requirements.iter().map(requirement).collect();
    page.table("Requirements that these changes alone turn, on the earlier evidence", &REQUIREMENT_HEADS, rows, shown);
}

pub(super) fn resources(difference: &Difference, page: &mut Document, shown: usize) {
    if difference.resources.is_empty() {
        return;
    }
    page.heading(format!("Resources ({})", difference.resources.len()));
    let row = |one: &crate::compare::ResourceChange| {
        let was = one.was.as_ref().map(|was| format!("was {was}; ")).unwrap_or_default();
        vec![
            Cell::from(one.cause.words()),
            Cell::code(one.resource.as_str()),
            Cell::from(format!("{} {}", one.account, one.region)),
            Cell::from(format!("{was}{}", one.note)),
        ]
    };
    let rows = difference.resources.iter().map(row).collect();
    page.table(
        "Resources that came, went or are not what they were",
        &["change", "resource", "where", "note"],
        rows,
        shown,
    );
}

pub(super) fn evidence(difference: &Difference, page: &mut Document, shown: usize) {
    if difference.evidence.is_empty() {
        return;
    }
    page.heading("Evidence");
    let row = |one: &crate::compare::EvidenceChange| {
        let mut members: Vec<(&String, &usize)> = one.members.iter().collect();
        members.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let named: Vec<String> = members.iter().take(5).map(|(name, count)| format!("{name} {count}")).collect();
        vec![
            Cell::code(one.source.as_str()),
            Cell::number(one.came),
            Cell::number(one.gone),
            Cell::number(one.changed),
            Cell::number(one.same),
            Cell::number(one.other_replies),
            Cell::number(one.same_replies),
            Cell::from(named.join(", ")),
        ]
    };
    let heads =
        ["source", "came", "gone", "changed", "same", "other replies", "same replies", "members that differ, rows"];
    page.table("What AWS answered, row by row", &heads, difference.evidence.iter().map(row).collect(), shown);
}
