//! What to collect, from where, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::replay::Recordings;
use crate::model::{Caller, Catalog, Coverage, Progress, Scope, Settings, Sink, SourceId};

/// Tells the time; read in `main` or fixed by a test.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What to collect, where to put it, and how hard to try.
pub struct Plan {
    /// The user's settings.
    pub settings: Arc<Settings>,
    /// The sources.
    pub catalog: Arc<Catalog>,
    /// Where the evidence goes.
    pub sink: Arc<dyn Sink>,
    /// Who is informed.
    pub progress: Arc<dyn Progress>,
    /// What time it is.
    pub clock: Clock,
    /// The snapshot's time: when collecting began; of a resumed run, when it first began, so that it asks the same.
    pub time: DateTime<Utc>,
    /// Where to ask.
    pub mode: Mode,
    /// How many calls at once.
    pub concurrency: Concurrency,
    /// Turns true when the user wants to stop.
    pub stop: watch::Receiver<bool>,
}

/// Where the answers come from.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// AWS.
    #[default]
    Live,
    /// The journal of an interrupted run, then AWS.
    Resume(Arc<Recordings>),
    /// Recordings alone: no credentials, no network.
    Replay(Arc<Recordings>),
}

/// How many calls may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// In the whole run.
    pub calls: usize,
    /// In each (account, region, service), of S3 in each bucket.
    pub per_service: usize,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { calls: 64, per_service: 8 }
    }
}

/// What a finished collection knows besides the evidence in the sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Who asked: of several accounts, the identity of the first.
    pub caller: Caller,
    /// What was asked.
    pub scope: Scope,
    /// The denominators, per source.
    pub coverage: BTreeMap<SourceId, Coverage>,
}
