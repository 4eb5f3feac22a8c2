//! What judges.

use std::sync::Arc;

use crate::assess::Allowance;
use crate::catalog;
use crate::model::{Catalog, Settings};

/// What judges: mappings and settings, and what they may cost.
#[derive(Debug, Clone)]
pub struct Yardstick {
    /// The mappings.
    pub catalog: Arc<Catalog>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The steps that judging may take.
    pub allowance: Allowance,
}

impl Yardstick {
    /// By the program's own mappings judging may take what it takes; by others so many times the usual bound.
    pub fn new(catalog: Arc<Catalog>, settings: Arc<Settings>, times: u32) -> Self {
        let allowance = match catalog::is_embedded(&catalog) {
            true => Allowance::Unbounded,
            false => Allowance::Times(times),
        };
        Self { catalog, settings, allowance }
    }
}
