//! What the accounts of a run share: the settings, the sink, the bounds, the counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::{Catalog, Coverage, Exchange, Gap, Progress, Region, Settings, Sink, SinkError, Source, SourceId};

use super::bounds::Memory;
use super::{Clock, CollectError, Concurrency};

/// What all accounts of a run share.
pub(crate) struct Run {
    pub(crate) settings: Arc<Settings>,
    pub(crate) catalog: Arc<Catalog>,
    /// The chosen sources that are asked for each row of another, by that.
    pub(crate) followers: BTreeMap<SourceId, Vec<Source>>,
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) clock: Clock,
    pub(crate) time: DateTime<Utc>,
    pub(crate) coverage: Mutex<BTreeMap<SourceId, Coverage>>,
    pub(crate) gate: Gate,
    /// The replies in memory, bounded.
    pub(crate) memory: Arc<Memory>,
    pub(crate) pauses: Pauses,
}

/// Whether waiting for AWS means waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pauses {
    /// AWS needs its time.
    Real,
    /// Recordings do not.
    Skipped,
}

/// Bounds the calls in flight: all together, and in each (account, region, service, bucket), for a collector must never
/// eat the rate limits of production.
pub(crate) struct Gate {
    all: Arc<Semaphore>,
    places: Mutex<HashMap<Bounded, Arc<Semaphore>>>,
    per_service: usize,
}

/// Account, region, service, and of S3 the bucket.
type Bounded = (String, Region, String, String);

impl Gate {
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        Self {
            all: Arc::new(Semaphore::new(concurrency.calls.max(1))),
            places: Mutex::default(),
            per_service: concurrency.per_service.max(1),
        }
    }

    pub(crate) async fn enter(
        &self,
        account: &str,
        region: &Region,
        (service, bucket): (&str, &str),
    ) -> Option<[OwnedSemaphorePermit; 2]> {
        let place = (account.to_owned(), region.clone(), service.to_owned(), bucket.to_owned());
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(place).or_insert_with(|| Arc::new(Semaphore::new(self.per_service))))
        };
        // The place first: no call that waits for a place holds one of the run's permits.
        let here = place.acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some([here, all])
    }
}

impl Run {
    /// The sources to ask for each row of this one.
    pub(crate) fn followers(&self, source: &SourceId) -> &[Source] {
        self.followers.get(source).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn count(&self, source: &SourceId, change: impl FnOnce(&mut Coverage)) {
        let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
        change(coverage.entry(source.clone()).or_default());
    }

    /// The sink syncs files: not on the threads that talk to AWS.
    pub(crate) async fn keep_exchange(&self, exchange: Exchange, body: bytes::Bytes) -> Result<(), CollectError> {
        let sink = Arc::clone(&self.sink);
        blocking(move || sink.exchange(exchange, &body)).await
    }

    pub(crate) async fn keep_gap(&self, gap: Gap, body: Option<bytes::Bytes>) -> Result<(), CollectError> {
        let sink = Arc::clone(&self.sink);
        blocking(move || sink.gap(gap, body.as_deref())).await
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SinkError> + Send + 'static,
) -> Result<T, CollectError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(CollectError::Defect(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_place_is_bounded_alone_and_all_together() {
        let gate = Gate::new(Concurrency { calls: 3, per_service: 1 });
        let region = Region::from("eu-west-1");
        let enter = |bucket: &'static str| {
            let entering = gate.enter("", &region, ("s3", bucket));
            async { tokio::time::timeout(Duration::from_millis(20), entering).await.ok().flatten() }
        };
        let first = enter("a").await;
        assert!(first.is_some() && enter("a").await.is_none(), "one call in each bucket");
        let others = (enter("b").await, enter("c").await);
        assert!(others.0.is_some() && others.1.is_some(), "other buckets have bounds of their own");
        assert!(enter("d").await.is_none(), "three calls in all");
        drop(first);
        assert!(enter("a").await.is_some());
    }
}
