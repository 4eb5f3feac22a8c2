//! What judges.

use std::sync::Arc;

use crate::model::{Catalog, Settings};

/// What judges: mappings and settings.
#[derive(Debug, Clone)]
pub struct Yardstick {
    /// The mappings.
    pub catalog: Arc<Catalog>,
    /// The settings.
    pub settings: Arc<Settings>,
}
