//! Log files: fetched, hashed, and written down in a record of our own.

use std::sync::atomic::Ordering;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::calls::Calls;
use crate::collect::object::{Answered, Ask};
use crate::collect::run::blocking;
use crate::collect::{CollectError, Reply};
use crate::model::{Answer, DocumentSink, Exchange, GapReason, LogFiles, OWN_RECORD, Remedy, Sha256};
use crate::trail::{FETCHED_LOGS, FetchedLog, FoundLog, MAX_LOG, line, parameters};

/// Log files in memory at once, each of at most [`MAX_LOG`] bytes.
const LOGS_AHEAD: usize = 4;

impl Calls<'_> {
    /// Begins the record of log files.
    pub(super) async fn begin(&self) -> Result<Box<dyn DocumentSink>, CollectError> {
        let sink = std::sync::Arc::clone(&self.topic.account.run.sink);
        blocking(move || sink.document()).await
    }

    /// Fetches log files and writes down what was found where they should be.
    pub(super) async fn fetch(
        &self,
        mut record: Box<dyn DocumentSink>,
        keys: Vec<String>,
    ) -> Result<Box<dyn DocumentSink>, CollectError> {
        let mut found = std::pin::pin!(stream::iter(keys).map(|key| self.log(key)).buffered(LOGS_AHEAD));
        while let Some(log) = found.try_next().await? {
            let Some(log) = log else { continue };
            let line = line(&log).map_err(|error| CollectError::Defect(error.into()))?;
            // The disk's cache takes it; nothing is synced before the end.
            record.write(&line)?;
        }
        Ok(record)
    }

    /// Keeps the record as an exchange of our own.
    pub(super) async fn keep_record(&self, record: Box<dyn DocumentSink>, logs: LogFiles) -> Result<(), CollectError> {
        let account = self.topic.account;
        let (body, length) = blocking(move || record.finish()).await?;
        let label = self.label(FETCHED_LOGS, "logs");
        let identity = format!("{FETCHED_LOGS}\n{}\n{}\n{}", account.account, self.chain.trail.arn, self.chain.region);
        let exchange = Exchange {
            source: label.source,
            service: OWN_RECORD.to_owned(),
            operation: label.operation,
            parameters: parameters(logs),
            account: account.account.clone(),
            region: label.region,
            item: label.item,
            of: None,
            withheld: Vec::new(),
            page: 0,
            answer: Answer::Content,
            status: 200,
            request_id: None,
            content_type: Some("application/json".to_owned()),
            headers: Default::default(),
            time: account.now(),
            body,
            size: length,
            request: Sha256::of(identity.as_bytes()),
        };
        // The sink has the bytes already.
        account.run.keep_exchange(exchange, bytes::Bytes::new()).await
    }

    /// Fetches a log file and hashes it; `None` when it did not come, which is a gap and never tampering.
    async fn log(&self, key: String) -> Result<Option<FetchedLog>, CollectError> {
        if self.denied.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let ask = Ask::object(self.chain.bucket(), &key, Some(MAX_LOG));
        let Answered { label, result, captured } = self.ask(self.label("GetObject", "log"), &ask).await?;
        let account = self.topic.account;
        let empty = result.as_ref().is_err_and(|failure| failure.code.as_deref() == Some("InvalidRange"));
        let found = match (&result, &captured.response) {
            (Ok(()), Some(received)) if received.body.len() as u64 >= MAX_LOG => {
                let message = format!("the log file {key} is larger than {MAX_LOG} bytes");
                account.gap(label, GapReason::TooLarge, Remedy::Report, message).await?;
                return Ok(None);
            }
            (Ok(()), Some(received)) => {
                account.count_read(&label.source);
                let body = received.body.clone();
                blocking(move || Ok(FoundLog::of(&body))).await?
            }
            _ if empty => {
                account.count_read(&label.source);
                FoundLog::empty()
            }
            _ => {
                let (etag, request_id) = (None, None);
                let reply = account.settle(label, result, captured).await?;
                self.note(&reply);
                let Reply::Absent(_) = reply else { return Ok(None) };
                let (bucket, time, found) = (self.chain.bucket().to_owned(), account.now(), FoundLog::Missing);
                return Ok(Some(FetchedLog { bucket, key, time, request_id, etag, found }));
            }
        };
        let (request_id, etag) =
            captured.response.map(|received| (received.request_id, received.etag)).unwrap_or_default();
        let (bucket, time) = (self.chain.bucket().to_owned(), account.now());
        Ok(Some(FetchedLog { bucket, key, time, request_id, etag, found }))
    }
}
