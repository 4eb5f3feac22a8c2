//! What an assessment counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ByWord, FrameworkId, Responsibility, Severity, SourceId, Standing, Status, Verdict};

/// Counts over stated denominators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Checks by verdict: `{"pass": 40, …}`, every verdict named.
    pub checks: ByWord<Verdict>,
    /// Findings by verdict, every verdict named.
    pub findings: ByWord<Verdict>,
    /// Failing findings by severity, every severity named.
    pub failing: ByWord<Severity>,
    /// Requirements (those that count: no parts) per framework, by status and by responsibility.
    pub frameworks: BTreeMap<FrameworkId, FrameworkTotals>,
    /// Findings by how AWS Config's word stands to them, every standing named.
    #[serde(default)]
    pub config: ByWord<Standing>,
    /// Gaps by source.
    pub gaps: BTreeMap<SourceId, usize>,
}

/// A framework's counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FrameworkTotals {
    /// All requirements that count and apply.
    pub requirements: usize,
    /// Those that the organization left out, each with a reason.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub excluded: usize,
    /// By status, every status named.
    pub status: ByWord<Status>,
    /// By responsibility, then by status, every one named.
    pub responsibility: ByWord<Responsibility, ByWord<Status>>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}
