//! What the settings change: thresholds and exceptions.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use serde_json::Value;

use crate::iam::{Dialect, matches};
use crate::model::{
    AgedList, Catalog, CheckResult, Direction, Exception, ExceptionState, ExceptionTerm, ExceptionUse, Finding, Param,
    ParamChange, Settings, Stricter, Verdict,
};

/// The thresholds that count, by name.
pub(super) fn params(catalog: &Catalog, settings: &Settings) -> BTreeMap<String, Value> {
    let value = |param: &Param| settings.params.get(&param.name).unwrap_or(&param.default).clone();
    catalog.params.values().map(|param| (param.name.clone(), value(param))).collect()
}

/// The thresholds that differ from the catalog's.
pub(super) fn param_changes(catalog: &Catalog, settings: &Settings) -> Vec<ParamChange> {
    let change = |param: &Param| {
        let value = settings.params.get(&param.name).filter(|value| **value != param.default)?;
        let users = catalog.checks.values().filter(|check| check.params.contains(&param.name));
        Some(ParamChange {
            name: param.name.clone(),
            title: param.title.clone(),
            default: param.default.clone(),
            value: value.clone(),
            change: direction(param, value),
            checks: users.map(|check| check.id.clone()).collect(),
        })
    };
    catalog.params.values().filter_map(change).collect()
}

/// What others do changes within this many days.
const AGED_DAYS: i64 = 180;

/// The lists of the catalog that count and are too old; one of the settings is its author's to keep.
pub(super) fn aged(catalog: &Catalog, settings: &Settings, today: NaiveDate) -> Vec<AgedList> {
    let old = |param: &Param| {
        let dated = param.dated.filter(|_| !settings.params.contains_key(&param.name))?;
        let days = (today - dated).num_days();
        let users = catalog.checks.values().filter(|check| check.params.contains(&param.name));
        (days > AGED_DAYS).then(|| AgedList {
            name: param.name.clone(),
            title: param.title.clone(),
            dated,
            days,
            checks: users.map(|check| check.id.clone()).collect(),
        })
    };
    catalog.params.values().filter_map(old).collect()
}

/// A list is stricter when it is shorter.
fn direction(param: &Param, value: &Value) -> Direction {
    let size = |value: &Value| match value {
        Value::Array(items) => Some(items.len() as f64),
        value => value.as_f64(),
    };
    let (Some(old), Some(new)) = (size(&param.default), size(value)) else { return Direction::Changed };
    let stricter = match param.stricter {
        Stricter::Neither => return Direction::Changed,
        _ if value.is_array() => new < old,
        Stricter::Lower => new < old,
        Stricter::Higher => new > old,
    };
    match () {
        () if old == new => Direction::Changed,
        () if stricter => Direction::Tightened,
        () => Direction::Loosened,
    }
}

/// Sets each exception beside the failing findings it covers, and says what became of it. No verdict changes.
pub(super) fn exceptions(settings: &Settings, today: NaiveDate, checks: &mut [CheckResult]) -> Vec<ExceptionUse> {
    let mut uses = Vec::new();
    for (number, exception) in settings.exceptions.iter().enumerate() {
        let expired = exception.until < today;
        let begun = exception.since.is_none_or(|since| since <= today);
        let results = checks.iter_mut().filter(|check| begun && check.id == exception.check);
        let mut covers = 0;
        for finding in results.flat_map(|check| &mut check.findings).filter(|finding| covered(exception, finding)) {
            covers += 1;
            if !expired && finding.exception.is_none() {
                finding.exception = Some(number);
            }
        }
        let state = match covers {
            _ if expired => ExceptionState::Expired,
            0 => ExceptionState::Unused,
            _ => ExceptionState::Used,
        };
        uses.push(ExceptionUse {
            check: exception.check.clone(),
            resources: exception.resources.clone(),
            reason: exception.reason.clone(),
            approver: exception.approver.clone(),
            since: exception.since,
            until: exception.until,
            state,
            covers,
            term: term(exception, today),
        });
    }
    uses
}

/// From its first day, or from the snapshot's when it is not given, to its last.
fn term(exception: &Exception, today: NaiveDate) -> ExceptionTerm {
    let start = exception.since.unwrap_or(today);
    match start.checked_add_months(Months::new(12)) {
        Some(year) if exception.until > year => ExceptionTerm::LongerThanAYear,
        _ => ExceptionTerm::WithinAYear,
    }
}

fn covered(exception: &Exception, finding: &Finding) -> bool {
    let named = |pattern: &String| matches(Dialect::Plain, pattern, &finding.resource);
    finding.verdict == Verdict::Fail && exception.resources.iter().any(named)
}
