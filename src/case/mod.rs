//! A judged case: what is held (a vault's snapshot, or a verified pack), judged by a yardstick; alone, beside another, and
//! over time. Nothing is printed here: what the user should know comes back as [`Note`]s.

mod definitions;
mod error;
mod history;
mod holdings;
mod note;
mod packed;
mod past;
mod reperform;
mod side;
mod stored;
mod yardstick;

use crate::model::{Assessment, Facts};

pub use error::{CaseError, SideFault};
pub use history::{History, Timeline};
pub use holdings::Holdings;
pub use note::Note;
pub use packed::Packed;
pub use past::Past;
pub use reperform::{Again, reperform};
pub use side::{Asked, Compared, between};
pub use stored::StoredSnapshot;
pub use yardstick::Yardstick;

/// The tool as snapshots and reports name it.
pub const TOOL: &str = concat!("auditpack ", env!("CARGO_PKG_VERSION"));

/// Holdings, judged.
#[derive(Debug)]
pub struct Case<H> {
    /// What judged them.
    pub yardstick: Yardstick,
    /// What is held.
    pub holdings: H,
    /// What is read of them.
    pub facts: Facts,
    /// The verdicts.
    pub assessment: Assessment,
}

impl<H: Holdings> Case<H> {
    /// Judges for the period that the evidence was collected for, with the documents that count for it.
    pub fn judge(yardstick: &Yardstick, holdings: H) -> Result<Self, CaseError> {
        let facts = holdings::facts(&holdings, &yardstick.catalog)?;
        let assessment = holdings::assess(&holdings, yardstick, &facts)?;
        Ok(Self { yardstick: yardstick.clone(), holdings, facts, assessment })
    }
}
