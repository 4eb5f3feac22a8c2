//! Talks to AWS, read-only: the only room that does. Every reply becomes an `Exchange`, every reply that did not come a
//! `Gap`, both through one recorder.

mod account;
mod classify;
mod conversations;
mod error;
mod label;
mod parameters;
mod recorder;
mod replay;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use account::AccountContext;
pub use error::CollectError;
pub use label::{Label, Reply};
pub use replay::{Recordings, RequestKey};

/// Tells the time; read in `main` or fixed by a test.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How many calls may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// In the whole run.
    pub calls: usize,
    /// In each (account, region, service).
    pub per_service: usize,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { calls: 32, per_service: 8 }
    }
}
