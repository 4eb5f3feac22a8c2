//! Exceptions and documents that came, went or ran out.

use super::{AttestationChange, DeviationChange, ExceptionChange};
use crate::model::{Assessment, Attestation, ExceptionState, ExceptionUse, Term};

/// Exceptions, each side's by its own settings.
pub(super) fn exceptions(before: &Assessment, after: &Assessment) -> Vec<ExceptionChange> {
    let same = |a: &ExceptionUse, b: &ExceptionUse| {
        (&a.check, &a.resources, &a.approver, a.until) == (&b.check, &b.resources, &b.approver, b.until)
    };
    let change = |change, exception: &ExceptionUse| ExceptionChange {
        change,
        check: exception.check.clone(),
        resources: exception.resources.clone(),
        approver: exception.approver.clone(),
        until: exception.until,
        covers: exception.covers,
    };
    let mut changes = Vec::new();
    for exception in &after.exceptions {
        match before.exceptions.iter().find(|old| same(old, exception)) {
            None => changes.push(change(DeviationChange::Added, exception)),
            Some(old) if exception.state == ExceptionState::Expired && old.state != ExceptionState::Expired => {
                changes.push(change(DeviationChange::Expired, exception));
            }
            Some(_) => {}
        }
    }
    let gone = before.exceptions.iter().filter(|old| !after.exceptions.iter().any(|new| same(old, new)));
    changes.extend(gone.map(|old| ExceptionChange { covers: 0, ..change(DeviationChange::Removed, old) }));
    changes
        .sort_by(|a, b| (a.change, &a.check, &a.resources, a.until).cmp(&(b.change, &b.check, &b.resources, b.until)));
    changes
}

/// Documents. One runs out when it was valid for the earlier period and is not for the later one.
pub(super) fn attestations(before: &Assessment, after: &Assessment) -> Vec<AttestationChange> {
    let change = |change, one: &Attestation| AttestationChange {
        change,
        id: one.id,
        title: one.title.clone(),
        owner: one.owner.clone(),
        valid_until: one.valid_until,
        targets: one.targets.iter().map(ToString::to_string).collect(),
    };
    let mut changes = Vec::new();
    for one in &after.attestations {
        match before.attestations.iter().find(|old| old.id == one.id) {
            None => changes.push(change(DeviationChange::Added, one)),
            Some(old) if old.term(before.period) != Term::Expired && one.term(after.period) == Term::Expired => {
                changes.push(change(DeviationChange::Expired, one));
            }
            Some(_) => {}
        }
    }
    let gone = before.attestations.iter().filter(|old| !after.attestations.iter().any(|new| new.id == old.id));
    changes.extend(gone.map(|old| change(DeviationChange::Removed, old)));
    changes.sort_by_key(|change| (change.change, change.id));
    changes
}
