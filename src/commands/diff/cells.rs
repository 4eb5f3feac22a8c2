//! Changes as the cells of a table.

use crate::compare::{CheckChange, RequirementChange, Turn};
use crate::document::{Cell, Look};
use crate::model::{Status, Verdict};

pub(super) const CHECK_HEADS: [&str; 6] = ["turn", "check", "severity", "was", "is", "why"];

pub(super) fn check(change: &CheckChange) -> Vec<Cell> {
    vec![
        turn(change.turn),
        Cell::code(change.id.as_str()),
        Cell::from(change.severity.words()),
        verdict(change.before),
        verdict(change.after),
        Cell::from(change.reason.as_str()),
    ]
}

pub(super) const REQUIREMENT_HEADS: [&str; 6] = ["turn", "framework", "requirement", "was", "is", "because"];

pub(super) fn requirement(change: &RequirementChange) -> Vec<Cell> {
    vec![
        change.turn.map_or_else(|| Cell::from("owner changed"), turn),
        Cell::from(change.framework.as_str()),
        Cell::from(format!("{} {}", change.id, change.title)),
        status(change.before),
        status(change.after),
        Cell::from(change.because.join("; ")),
    ]
}

pub(super) fn turn(turn: Turn) -> Cell {
    let look = match turn {
        Turn::Worse => Look::Fail,
        Turn::SightLost => Look::Undetermined,
        Turn::Better => Look::Pass,
        Turn::SightGained | Turn::Aside => Look::Aside,
    };
    Cell::new(turn.words(), look)
}

/// A verdict as a cell.
pub(in crate::commands) fn verdict(verdict: Verdict) -> Cell {
    let look = match verdict {
        Verdict::Pass => Look::Pass,
        Verdict::Fail => Look::Fail,
        Verdict::Undetermined => Look::Undetermined,
        Verdict::NotApplicable => Look::Aside,
    };
    Cell::new(verdict.words(), look)
}

fn status(status: Status) -> Cell {
    let look = match status {
        Status::Satisfied => Look::Pass,
        Status::Gap => Look::Fail,
        Status::Undetermined => Look::Undetermined,
        Status::AwaitingEvidence => Look::Awaiting,
        Status::NotApplicable => Look::Aside,
    };
    Cell::new(status.words(), look)
}
