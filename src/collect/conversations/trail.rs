//! CloudTrail's log files: of each trail with log file validation the digests of the period, the public keys that they
//! are signed with, and the lists of the log files.
//!
//! The log files themselves are gigabytes a quarter and full of personal data, so they are not kept: those that the
//! settings choose are fetched, and what is kept is our own record of the hash of each ([`FetchedLog`]). Nothing is
//! judged here.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudtrail::Client;
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::cloudtrail::{Home, home};
use super::{MAX_PAGES, Topic, side_by_side, topics};
use crate::collect::object::{Answered, Ask, Buckets};
use crate::collect::run::blocking;
use crate::collect::{AccountContext, CollectError, Label, Reply};
use crate::model::{
    Answer, Collector, Digest, DocumentSink, Exchange, FETCHED_LOGS, FetchedLog, FoundLog, GapReason, LogFiles,
    LogSample, MAX_DIGEST, MAX_LOG, NamedLog, OWN_RECORD, Region, Remedy, Sha256, TrailFolders, TrailSummary,
    TrailWindow, day_folder, hash_log, inflate_digest, is_backfill, is_beyond, select, text_of,
};
use crate::walk::read_body;

/// Objects that are prepared at once; how many are in flight is bounded elsewhere.
const AHEAD: usize = 16;
/// Log files in memory at once, each of at most [`MAX_LOG`] bytes.
const LOGS_AHEAD: usize = 4;
/// Times of digests that came later, for each of which the public keys are asked: no trail has more.
const MAX_BACKFILLS: usize = 100;

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    let buckets = Buckets::default();
    let elsewhere = Mutex::new(BTreeSet::new());
    side_by_side(&account.regions, |region| {
        let (buckets, elsewhere) = (&buckets, &elsewhere);
        async move {
            for topic in topics(account, Collector::Trail, region) {
                trails(topic, buckets, elsewhere).await?;
            }
            Ok(())
        }
    })
    .await?;
    for (source, home, trail) in elsewhere.into_inner().unwrap_or_default() {
        let label = Label::new(source.as_str(), "DescribeTrails", &home);
        let message = format!("the trail {trail} lives in {home}, which the settings leave out");
        account
            .gap(
                label,
                GapReason::NotAttempted,
                Remedy::setting("regions", format!("`{home}` in `regions` of the settings")),
                message,
            )
            .await?;
    }
    Ok(())
}

type Elsewhere = Mutex<BTreeSet<(String, Region, String)>>;

/// The trails that live in a region, each with its digests in all regions that are asked.
async fn trails(topic: Topic<'_>, buckets: &Buckets, elsewhere: &Elsewhere) -> Result<(), CollectError> {
    let account = topic.account;
    let label = topic.label("DescribeTrails");
    let Some(window) = TrailWindow::of(account.settings().period, account.run.time) else {
        let action = Remedy::CollectAgain { after: Some(account.settings().period.start.to_string()) };
        return account.gap(label, GapReason::OutOfRange, action, "the period has not begun").await;
    };
    let client = account.cloudtrail(topic.region);
    let call = client.describe_trails().include_shadow_trails(true);
    let Some(reply) = topic.ask(label, call.send()).await? else { return Ok(()) };
    let mut here = Vec::new();
    for trail in reply.trail_list.unwrap_or_default() {
        let Some(arn) = trail.trail_arn.clone() else { continue };
        match home(trail.home_region.as_deref(), topic.region, &account.regions) {
            Home::Here if trail.log_file_validation_enabled == Some(true) => here.extend(summary(trail)),
            Home::Here | Home::Asked => {}
            Home::NotAsked(home) => {
                if let Ok(mut elsewhere) = elsewhere.lock() {
                    elsewhere.insert((topic.id().to_owned(), home, arn));
                }
            }
        }
    }
    side_by_side(here, |trail| {
        let client = &client;
        async move {
            let label = topic.label("GetTrailStatus").item("status", &trail.arn);
            topic.ask(label, client.get_trail_status().name(&trail.arn).send()).await?;
            let organization = match trail.is_organization_trail {
                false => None,
                true => match organization(topic, buckets, &trail).await? {
                    Some(folder) => Some(folder),
                    None => return Ok(()),
                },
            };
            let one = std::slice::from_ref(topic.region);
            let regions = if trail.is_multi_region_trail { account.regions.as_slice() } else { one };
            side_by_side(regions, |region| {
                let folders = TrailFolders::new(&trail, organization.as_deref(), &account.account, region);
                let chain =
                    Chain { topic, buckets, trail: &trail, region, folders, window, denied: AtomicBool::new(false) };
                async move { chain.collect().await }
            })
            .await
        }
    })
    .await
}

fn summary(trail: aws_sdk_cloudtrail::types::Trail) -> Option<TrailSummary> {
    Some(TrailSummary {
        name: trail.name?,
        arn: trail.trail_arn?,
        bucket: trail.s3_bucket_name?,
        prefix: trail.s3_key_prefix,
        home_region: Region::new(trail.home_region?),
        is_multi_region_trail: trail.is_multi_region_trail.unwrap_or_default(),
        is_organization_trail: trail.is_organization_trail.unwrap_or_default(),
        log_file_validation_enabled: trail.log_file_validation_enabled.unwrap_or_default(),
    })
}

/// The folder of the organization in the bucket, `o-exampleorgid`: only the bucket tells it without further permissions.
async fn organization(
    topic: Topic<'_>,
    buckets: &Buckets,
    trail: &TrailSummary,
) -> Result<Option<String>, CollectError> {
    let label = topic.label("ListObjectsV2").item("organization", &trail.arn);
    let prefix = format!("{}o-", trail.root());
    let ask = Ask::list(&trail.bucket, &[("delimiter", "/"), ("prefix", &prefix)]);
    let Answered { label, result, captured } =
        topic.account.ask_bucket(topic.source, buckets, label, topic.region, &ask).await?;
    let body = captured.response.as_ref().map(|response| response.body.clone());
    let Reply::Content(()) = topic.account.settle(label.clone(), result, captured).await? else { return Ok(None) };
    let page = read(topic, &body.unwrap_or_default()).unwrap_or_default();
    let folders = select(&page, "CommonPrefixes.Prefix").into_iter().filter_map(text_of);
    let ids: Vec<String> = folders
        .filter_map(|folder| Some(folder.strip_prefix(&trail.root())?.trim_end_matches('/').to_owned()))
        .collect();
    if let [one] = ids.as_slice() {
        return Ok(Some(one.clone()));
    }
    let message = format!("the bucket {} holds the folders of {} organizations, not of one", trail.bucket, ids.len());
    topic
        .account
        .gap(
            label,
            GapReason::Unreadable,
            Remedy::setting("trail.bucket", "a bucket with one organization's trail"),
            message,
        )
        .await?;
    Ok(None)
}

fn read(topic: Topic<'_>, body: &[u8]) -> Option<Value> {
    read_body(topic.source.protocol, "ListObjectsV2", &topic.source.call.shape, body).ok()
}

/// The digests of a trail in a region, and the log files that they name.
struct Chain<'a> {
    topic: Topic<'a>,
    buckets: &'a Buckets,
    trail: &'a TrailSummary,
    region: &'a Region,
    folders: TrailFolders,
    window: TrailWindow,
    /// What was refused once is not asked two thousand times.
    denied: AtomicBool,
}

impl Chain<'_> {
    async fn collect(&self) -> Result<(), CollectError> {
        let TrailWindow { from, until, digests_until, .. } = self.window;
        self.keys(from, until + TimeDelta::hours(2)).await?;
        let (backfills, logs) = (Mutex::new(BTreeSet::new()), self.topic.account.settings().trail.logs);
        let Some(keys) = self.list("digests", &self.folders.digests, digests_until).await? else { return Ok(()) };
        let wanted = keys.into_iter().filter(|(key, size)| {
            self.folders.digest_time(key).is_some_and(|end| self.window.has_digest(end)) && *size <= MAX_DIGEST
        });
        let wanted: Vec<String> = wanted.map(|(key, _)| key).collect();
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
            self.keys(time - TimeDelta::hours(1), time + TimeDelta::hours(1)).await?;
        }
        if logs != LogFiles::None {
            self.list("log-lists", &self.folders.logs, until).await?;
        }
        Ok(())
    }

    /// A call about this chain: its answer joins the row of the trail in this region.
    fn label(&self, operation: &str, part: &str) -> Label {
        Label::new(self.topic.id(), operation, self.region).item(part, &self.trail.arn)
    }

    /// The public keys of some time: CloudTrail has one for a while, in each region others.
    async fn keys(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), CollectError> {
        let client: Client = self.topic.account.cloudtrail(self.region);
        let (from, until) = (SdkTime::from_secs(from.timestamp()), SdkTime::from_secs(until.timestamp()));
        let send = |token| client.list_public_keys().start_time(from).end_time(until).set_next_token(token).send();
        self.topic.pages(self.label("ListPublicKeys", "keys"), send, |page| page.next_token).await
    }

    /// The keys of a folder from the window's first day to `until`, with their sizes; `None` when they did not come whole.
    async fn list(
        &self,
        part: &str,
        folder: &str,
        until: DateTime<Utc>,
    ) -> Result<Option<Vec<(String, u64)>>, CollectError> {
        let (first, last) = (day_folder(folder, self.window.from), day_folder(folder, until));
        let (mut keys, mut token): (_, Option<String>) = (Vec::new(), None);
        for number in 0..MAX_PAGES {
            let mut parameters = vec![("prefix", folder)];
            match &token {
                None => parameters.push(("start-after", first.as_str())),
                Some(token) => parameters.push(("continuation-token", token.as_str())),
            }
            let ask = Ask::list(&self.trail.bucket, &parameters);
            let answered = self.ask(self.label("ListObjectsV2", part).page(number), &ask).await?;
            let body = answered.captured.response.as_ref().map(|response| response.body.clone()).unwrap_or_default();
            let label = answered.label.clone();
            let reply = self.topic.account.settle(answered.label, answered.result, answered.captured).await?;
            let Reply::Content(()) = reply else { return Ok(None) };
            let Some(page) = read(self.topic, &body) else {
                let message = format!("the list of {} is not the XML that S3 documents", self.trail.bucket);
                self.topic.account.gap(label, GapReason::Unreadable, Remedy::Report, message).await?;
                return Ok(None);
            };
            let member = |item: &Value, name| select(item, name).into_iter().find_map(text_of);
            let found = select(&page, "Contents").into_iter();
            let found: Vec<_> =
                found.filter_map(|item| Some((member(item, "Key")?, member(item, "Size")?.parse().ok()?))).collect();
            let ended = found.last().is_some_and(|(key, _): &(String, u64)| is_beyond(&last, key));
            // Log files are as many as events make them: their names are read from what is kept.
            if part == "digests" {
                keys.extend(found);
            }
            token = member(&page, "NextContinuationToken").filter(|_| !ended);
            if token.is_none() {
                return Ok(Some(keys));
            }
        }
        let message = format!("the list of {} never comes to its last page", self.trail.bucket);
        let label = self.label("ListObjectsV2", part);
        self.topic
            .account
            .gap(label, GapReason::Unreadable, Remedy::setting("period", "a shorter period"), message)
            .await?;
        Ok(None)
    }

    async fn ask(&self, label: Label, ask: &Ask) -> Result<Answered, CollectError> {
        self.topic.account.ask_bucket(self.topic.source, self.buckets, label, &self.trail.home_region, ask).await
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
        let ask = Ask::object(&self.trail.bucket, &key, None);
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
                Ok(named.into_iter().filter(|log| self.folders.holds(&self.trail.bucket, log)).collect())
            }
            (reply, _) => {
                self.note(&reply);
                Ok(Vec::new())
            }
        }
    }

    fn note<T>(&self, reply: &Reply<T>) {
        if matches!(reply, Reply::Gap(GapReason::AccessDenied)) {
            self.denied.store(true, Ordering::Relaxed);
        }
    }

    /// Begins the record of log files.
    async fn begin(&self) -> Result<Box<dyn DocumentSink>, CollectError> {
        let sink = std::sync::Arc::clone(&self.topic.account.run.sink);
        blocking(move || sink.document()).await
    }

    /// Fetches log files and writes down what was found where they should be.
    async fn fetch(
        &self,
        mut record: Box<dyn DocumentSink>,
        keys: Vec<String>,
    ) -> Result<Box<dyn DocumentSink>, CollectError> {
        let mut found = std::pin::pin!(stream::iter(keys).map(|key| self.log(key)).buffered(LOGS_AHEAD));
        while let Some(log) = found.try_next().await? {
            let Some(log) = log else { continue };
            let mut line = serde_json::to_vec(&log).map_err(|error| CollectError::Internal(error.to_string()))?;
            line.push(b'\n');
            // The disk's cache takes it; nothing is synced before the end.
            record.write(&line)?;
        }
        Ok(record)
    }

    /// Keeps the record as an exchange of our own.
    async fn keep_record(&self, record: Box<dyn DocumentSink>, logs: LogFiles) -> Result<(), CollectError> {
        let account = self.topic.account;
        let (body, length) = blocking(move || record.finish()).await?;
        let (mode, size) = match logs {
            LogFiles::Sample(size) => ("sample", Some(size)),
            LogFiles::None | LogFiles::All => ("all", None),
        };
        let label = self.label(FETCHED_LOGS, "logs");
        let mut parameters = std::collections::BTreeMap::from([("logs".to_owned(), mode.to_owned())]);
        parameters.extend(size.map(|size| ("sample".to_owned(), size.to_string())));
        let identity = format!("{FETCHED_LOGS}\n{}\n{}\n{}", account.account, self.trail.arn, self.region);
        let exchange = Exchange {
            source: label.source,
            service: OWN_RECORD.to_owned(),
            operation: label.operation,
            parameters,
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
        let ask = Ask::object(&self.trail.bucket, &key, Some(MAX_LOG));
        let Answered { label, result, captured } = self.ask(self.label("GetObject", "log"), &ask).await?;
        let account = self.topic.account;
        let empty = result.as_ref().is_err_and(|failure| failure.code.as_deref() == Some("InvalidRange"));
        let found = match (&result, &captured.response) {
            (Ok(()), Some(received)) if received.body.len() as u64 >= MAX_LOG => {
                let message = format!("the log file {key} is larger than {MAX_LOG} bytes");
                account.gap(label, GapReason::Unreadable, Remedy::Report, message).await?;
                return Ok(None);
            }
            (Ok(()), Some(received)) => {
                account.count_read(&label.source);
                let body = received.body.clone();
                blocking(move || Ok(hashed(&body))).await?
            }
            _ if empty => {
                account.count_read(&label.source);
                FoundLog::Unreadable("the file is empty".to_owned())
            }
            _ => {
                let (etag, request_id) = (None, None);
                let reply = account.settle(label, result, captured).await?;
                self.note(&reply);
                let Reply::Absent(_) = reply else { return Ok(None) };
                let (bucket, time, found) = (self.trail.bucket.clone(), account.now(), FoundLog::Missing);
                return Ok(Some(FetchedLog { bucket, key, time, request_id, etag, found }));
            }
        };
        let (request_id, etag) =
            captured.response.map(|received| (received.request_id, received.etag)).unwrap_or_default();
        let (bucket, time) = (self.trail.bucket.clone(), account.now());
        Ok(Some(FetchedLog { bucket, key, time, request_id, etag, found }))
    }
}

fn hashed(body: &[u8]) -> FoundLog {
    match hash_log(body) {
        Ok(inflated) => {
            let (sha256, length) = inflated.content;
            FoundLog::File { size: body.len() as u64, inflated: length, sha256, trailing: inflated.trailing }
        }
        Err(why) => FoundLog::Unreadable(why),
    }
}
