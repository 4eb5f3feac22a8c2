//! What a result leaves aside or judges by other thresholds: changed parameters, lists that age, exceptions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CheckId;

/// A threshold that differs from the catalog's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParamChange {
    /// The name.
    pub name: String,
    /// What it means.
    pub title: String,
    /// Our value.
    pub default: Value,
    /// The user's.
    pub value: Value,
    /// The direction.
    pub change: Direction,
    /// The checks that use it.
    pub checks: Vec<CheckId>,
}

/// A threshold that says what others do, and was written long before the snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgedList {
    /// The name.
    pub name: String,
    /// What it means.
    pub title: String,
    /// The day of which it is.
    pub dated: NaiveDate,
    /// Its age at the snapshot's time.
    pub days: i64,
    /// The checks that use it.
    pub checks: Vec<CheckId>,
}

/// Whether a changed threshold asks for more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Asks for more.
    Tightened,
    /// Asks for less.
    Loosened,
    /// Asks for something else.
    Changed,
}

/// An exception and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExceptionUse {
    /// The check.
    pub check: CheckId,
    /// The patterns.
    pub resources: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// Since when, if the settings say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// Until when.
    pub until: NaiveDate,
    /// What became of it.
    pub state: ExceptionState,
    /// How many failing findings it covers.
    pub covers: usize,
    /// For how long it runs.
    #[serde(default)]
    pub term: ExceptionTerm,
}

/// For how long an exception runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionTerm {
    /// At most a year.
    #[default]
    WithinAYear,
    /// Longer than a year: a warning, as what is never reviewed is not an exception but the rule.
    LongerThanAYear,
}

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It covers at least one failing finding.
    Used,
    /// It covers none.
    Unused,
    /// Its day has passed.
    Expired,
}
