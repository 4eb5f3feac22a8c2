//! Along a chain: its keys, its digests, and which log files they name.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::calls::Calls;
use crate::collect::object::{Answered, Ask};
use crate::collect::{CollectError, Reply};
use crate::model::LogFiles;
use crate::trail::{Digest, InFolder, LogSample, NamedLog, TrailWindow, inflate_digest, is_backfill};

/// Objects that are prepared at once; how many are in flight is bounded elsewhere.
const AHEAD: usize = 16;
/// Times of digests that came later, for each of which the public keys are asked: no trail has more.
const MAX_BACKFILLS: usize = 100;

impl Calls<'_> {
    pub(super) async fn collect(&self) -> Result<(), CollectError> {
        self.keys(self.chain.window.keys()).await?;
        let (backfills, logs) = (Mutex::new(BTreeSet::new()), self.topic.account.settings().trail.logs);
        let Some(keys) = self.list("digests", &self.chain.digest_days()).await? else { return Ok(()) };
        // One that is too large is not fetched: whoever reads the list says what is wrong with it.
        let ours = |key: &str, size| matches!(self.chain.in_digests(key, size), InFolder::Digest(_));
        let wanted: Vec<String> = keys.into_iter().filter(|(key, size)| ours(key, *size)).map(|(key, _)| key).collect();
        let mut sample = match logs {
            LogFiles::Sample(size) => Some(LogSample::new(self.topic.account.run.time, size)),
            LogFiles::None | LogFiles::All => None,
        };
        let mut record = match logs {
            LogFiles::None => None,
            LogFiles::Sample(_) | LogFiles::All => Some(self.begin().await?),
        };
        // Batch by batch: a digest on its way holds a permit that a log file would wait for.
        // The first goes alone: if it is refused, so are the others.
        let (first, others) = wanted.split_at(wanted.len().min(1));
        for batch in first.chunks(1).chain(others.chunks(AHEAD)) {
            let digests = stream::iter(batch.to_vec()).map(|key| self.digest(key, &backfills)).buffered(AHEAD);
            let named: Vec<Vec<NamedLog>> = digests.try_collect().await?;
            let named = named.into_iter().flatten().map(|log| log.s3_object);
            match (&mut sample, record.take()) {
                (Some(sample), kept) => {
                    named.for_each(|key| sample.offer(&key));
                    record = kept;
                }
                (None, Some(kept)) => record = Some(self.fetch(kept, named.collect()).await?),
                (None, None) => {}
            }
        }
        if let Some(mut record) = record {
            if let Some(sample) = sample {
                record = self.fetch(record, sample.keys().into_iter().collect()).await?;
            }
            self.keep_record(record, logs).await?;
        }
        for time in backfills.into_inner().unwrap_or_default().into_iter().take(MAX_BACKFILLS) {
            self.keys(TrailWindow::keys_of_backfill(time)).await?;
        }
        if logs != LogFiles::None {
            self.list("log-lists", &self.chain.log_days()).await?;
        }
        Ok(())
    }

    /// Keeps a digest; gives the log files that it names, whoever signed it.
    async fn digest(
        &self,
        key: String,
        backfills: &Mutex<BTreeSet<DateTime<Utc>>>,
    ) -> Result<Vec<NamedLog>, CollectError> {
        if self.denied.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        let ask = Ask::object(self.chain.bucket(), &key, None);
        let Answered { label, result, captured } = self.ask(self.label("GetObject", "digest"), &ask).await?;
        let received = captured.response.clone();
        match (self.topic.account.settle(label, result, captured).await?, received) {
            (Reply::Content(()), Some(received)) => {
                let generated = received.headers.get("x-amz-meta-backfill-generation-timestamp");
                let generated = generated.and_then(|text| text.parse::<DateTime<Utc>>().ok());
                if let (true, Some(time), Ok(mut known)) = (is_backfill(&key), generated, backfills.lock()) {
                    known.insert(time);
                }
                let digest = inflate_digest(&received.body).and_then(|inflated| Digest::read(&inflated.content));
                let named = digest.map(|digest| digest.log_files).unwrap_or_default();
                Ok(named.into_iter().filter(|log| self.chain.holds(log)).collect())
            }
            (reply, _) => {
                self.note(&reply);
                Ok(Vec::new())
            }
        }
    }
}
