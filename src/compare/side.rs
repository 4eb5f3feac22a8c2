//! One side of a comparison: what was collected, and what was made of it.

use super::SideName;
use crate::model::{Assessment, Facts, Snapshot};

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What it is called.
    pub name: &'a SideName,
    /// What was collected.
    pub snapshot: &'a Snapshot,
    /// Its rows.
    pub facts: &'a Facts,
    /// Judged by the later side's mappings and settings.
    pub assessment: &'a Assessment,
    /// Judged by its own: the exceptions that held then are those.
    pub own: &'a Assessment,
}
