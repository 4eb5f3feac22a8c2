//! One account under collection: its clients, and the one way to call and be recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};

use crate::model::{
    AccountId, Answer, Call, Collector, Exchange, Gap, GapReason, Partition, Region, Remedy, Settings, Sha256, Source,
    SourceId, Unanswered,
};

use crate::walk::{Heard, Place, Replied, misread};

use super::CollectError;
use super::bounds::{NoSecondTime, Taking};
use super::classify::{self, Failure, Meaning};
use super::generic::Callers;
use super::label::{Label, Reply};
use super::recorder::{Captured, Origin, Received, Recorder, Sent, observe};
use super::run::{Pauses, Run};
use super::session::region;

/// One account: who it is, where to ask, and how.
pub struct AccountContext {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    /// The partition's region for what is asked once an account.
    pub home: Region,
    /// The regions to ask, sorted.
    pub regions: Vec<Region>,
    /// By service, those of them in which AWS does not offer it.
    pub(crate) not_offered: BTreeMap<String, BTreeSet<Region>>,
    /// `""` for the account of the credentials, its id for one entered by a role: part of a request's identity.
    pub(crate) label: String,
    pub(crate) sdk: SdkConfig,
    pub(crate) callers: Callers,
    pub(crate) run: Arc<Run>,
}

impl AccountContext {
    /// The user's settings.
    pub fn settings(&self) -> &Settings {
        &self.run.settings
    }

    /// A source of the catalog, if the settings select it.
    pub fn wanted(&self, source: &str) -> Option<&Source> {
        let id = SourceId::from(source);
        let selected = self.run.settings.sources.is_empty() || self.run.settings.sources.contains(&id);
        self.run.catalog.sources.get(&id).filter(|_| selected)
    }

    /// Where a source is asked.
    pub(crate) fn place(&self, region: &Region) -> Place {
        let (account, partition) = (self.account.clone(), self.partition.clone());
        Place { account, partition, region: region.clone(), period: self.run.settings.period }
    }

    /// The time, from the run's clock.
    pub fn now(&self) -> DateTime<Utc> {
        (self.run.clock)()
    }

    /// Waits, to let AWS finish a job or to keep under a rate limit; recordings need no waiting.
    pub async fn pause(&self, time: Duration) {
        if self.run.pauses == Pauses::Real {
            tokio::time::sleep(time).await;
        }
    }

    /// The IAM client. All its calls must go through [`AccountContext::call`].
    pub fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::config::Builder::from(&self.sdk)
            .region(region(&self.home))
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime);
        aws_sdk_iam::Client::from_conf(config.build())
    }

    /// The CloudTrail client of a region. All its calls must go through [`AccountContext::call`].
    pub fn cloudtrail(&self, place: &Region) -> aws_sdk_cloudtrail::Client {
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.sdk)
            .region(region(place))
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime);
        aws_sdk_cloudtrail::Client::from_conf(config.build())
    }

    /// The Config client of a region. All its calls must go through [`AccountContext::call`].
    pub fn config(&self, place: &Region) -> aws_sdk_config::Client {
        let config = aws_sdk_config::config::Builder::from(&self.sdk)
            .region(region(place))
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime);
        aws_sdk_config::Client::from_conf(config.build())
    }

    /// The Artifact client, in the partition's home region. All its calls must go through [`AccountContext::call`].
    pub fn artifact(&self) -> aws_sdk_artifact::Client {
        let config = aws_sdk_artifact::config::Builder::from(&self.sdk)
            .region(region(&self.home))
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime);
        aws_sdk_artifact::Client::from_conf(config.build())
    }

    /// Makes a call under its label and keeps what comes of it: content, "there is none", or a gap. An `Err` ends the run.
    ///
    /// ```ignore
    /// let label = Label::new("iam.users", "ListUsers", &ctx.home).page(1);
    /// let reply = ctx.call(label, ctx.iam().list_users().marker(marker).send()).await?;
    /// ```
    pub async fn call<T, E>(
        &self,
        label: Label,
        send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<Reply<T>, CollectError>
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let (result, captured) = self.send(&label, send).await;
        self.settle(label, result.map_err(|error| classify::failure(&error)), captured).await
    }

    /// Makes a call within the bounds of the run; nothing is kept yet.
    pub(crate) async fn send<T>(&self, label: &Label, call: impl Future<Output = T>) -> (T, Captured) {
        self.send_taking(label, Taking::Whole, call).await
    }

    /// The same, for a reply that may be streamed.
    pub(crate) async fn send_taking<T>(
        &self,
        label: &Label,
        taking: Taking,
        call: impl Future<Output = T>,
    ) -> (T, Captured) {
        self.run.progress.planned(&self.account, 1);
        let service = self.run.catalog.sources.get(&label.source).map_or("", |source| source.service.as_str());
        let _permits = self.run.gate.enter(&self.label, &label.region, bounded(service, label)).await;
        let (result, mut captured) = observe(&self.run.memory, taking, call).await;
        if let Some(received) = &mut captured.response {
            self.withhold(label, received);
        }
        (result, captured)
    }

    /// Keeps what came of a call.
    pub(crate) async fn settle<T>(
        &self,
        label: Label,
        result: Result<T, Failure>,
        captured: Captured,
    ) -> Result<Reply<T>, CollectError> {
        Ok(match self.settled(label, result, captured).await? {
            Settled::Content(content, _) => Reply::Content(content),
            Settled::Absent(code, _) => Reply::Absent(code),
            Settled::Gap(gap) => Reply::Gap(gap.reason),
        })
    }

    /// The same, with what was kept.
    pub(crate) async fn settled<T>(
        &self,
        label: Label,
        result: Result<T, Failure>,
        captured: Captured,
    ) -> Result<Settled<T>, CollectError> {
        let unkeepable = captured.response.as_ref().and_then(|received| received.unkeepable.as_ref());
        let result = match (captured.refused(), unkeepable) {
            (Some(why), _) => Err(Failure::too_large(why)),
            (None, Some(why)) => Err(Failure::unkeepable(why)),
            (None, None) => result,
        };
        let failure = match (result, &captured) {
            (Ok(content), Captured { request: Some(sent), response: Some(received), .. }) => {
                let heard = self.keep(&label, label.answer(), sent, received).await?;
                self.know(&label, &heard, received).await?;
                return Ok(Settled::Content(content, heard));
            }
            (Ok(_), _) => {
                let message = format!("{} was answered but not recorded", label.operation);
                return Err(CollectError::Internal(message));
            }
            (Err(failure), _) => failure,
        };
        match (classify::meaning(&failure, self.described(&label)), &captured) {
            (Meaning::Fatal(error), _) => Err(error),
            (Meaning::Absent(code), Captured { request: Some(sent), response: Some(received), .. }) => {
                let heard = self.keep(&label, Answer::Absent { code: code.clone() }, sent, received).await?;
                Ok(Settled::Absent(code, heard))
            }
            (Meaning::Absent(_), _) => {
                Err(CollectError::Internal(format!("{} was refused but not recorded", label.operation)))
            }
            (Meaning::Gap(reason), _) => {
                let gap = self.lose(label, reason, &failure, captured.response).await?;
                Ok(Settled::Gap(Box::new(gap)))
            }
        }
    }

    /// Keeps the gaps that an assessment will find in a conversation's reply. A walk finds those of its own replies.
    async fn know(&self, label: &Label, heard: &Heard, received: &Received) -> Result<(), CollectError> {
        let source = self.run.catalog.sources.get(&label.source).filter(|_| label.answer() == Answer::Content);
        // Replies about trails are read as whole chains, by `trail`.
        let Some(source) = source.filter(|one| !one.collector.is_walked() && one.collector != Collector::Trail) else {
            return Ok(());
        };
        let place = self.place(label.item.as_ref().map_or(&label.region, |item| &item.region));
        let reply = Replied {
            source,
            place: &place,
            operation: &label.operation,
            region: &label.region,
            item: label.item.as_ref(),
            heard,
            body: &received.body,
        };
        for gap in misread(&reply) {
            self.keep_found(gap).await?;
        }
        Ok(())
    }

    /// Keeps a gap that no refused call caused: a part of the period that AWS does not keep, terms not accepted.
    pub async fn gap(
        &self,
        label: Label,
        reason: GapReason,
        remedy: Remedy,
        message: impl Into<String>,
    ) -> Result<(), CollectError> {
        self.keep_found(Gap::new(self.about(label), reason, remedy, message)).await
    }

    fn about(&self, label: Label) -> Unanswered {
        Unanswered {
            source: label.source,
            account: self.account.clone(),
            region: label.region,
            operation: Some(label.operation),
            item: label.item,
            time: self.now(),
        }
    }

    /// Keeps a gap that shows only when replies are read.
    pub(crate) async fn keep_found(&self, gap: Gap) -> Result<(), CollectError> {
        self.run.count(&gap.source, |coverage| coverage.gaps += 1);
        self.run.keep_gap(gap, None).await
    }

    /// Counts a reply that is not kept, because what is read from it is.
    pub(crate) fn count_read(&self, source: &SourceId) {
        self.run.count(source, |coverage| {
            coverage.attempted += 1;
            coverage.succeeded += 1;
        });
        self.run.progress.done(&self.account);
    }

    async fn keep(
        &self,
        label: &Label,
        answer: Answer,
        sent: &Sent,
        received: &Received,
    ) -> Result<Heard, CollectError> {
        let (body, size) = (Sha256::of(&received.body), received.body.len());
        let exchange = self.exchange(label, answer, sent, received, (body, u64::try_from(size).unwrap_or(u64::MAX)));
        let heard = heard(&exchange);
        self.keep_exchange(exchange, received).await?;
        Ok(heard)
    }

    /// Counts an exchange and hands it to the sink, unless the sink has it from the interrupted run.
    pub(crate) async fn keep_exchange(&self, exchange: Exchange, received: &Received) -> Result<(), CollectError> {
        self.run.count(&exchange.source, |coverage| {
            coverage.attempted += 1;
            match exchange.answer {
                Answer::Absent { .. } => coverage.absent += 1,
                Answer::Content | Answer::Step => coverage.succeeded += 1,
            }
        });
        self.run.progress.done(&self.account);
        if received.origin == Origin::Journal {
            return Ok(());
        }
        self.run.keep_exchange(exchange, received.body.clone()).await
    }

    pub(crate) fn exchange(
        &self,
        label: &Label,
        answer: Answer,
        sent: &Sent,
        received: &Received,
        (body, size): (Sha256, u64),
    ) -> Exchange {
        let service = self.run.catalog.sources.get(&label.source).map(|source| source.service.clone());
        Exchange {
            source: label.source.clone(),
            service: service.unwrap_or_else(|| sent.key.service.clone()),
            operation: label.operation.clone(),
            parameters: sent.parameters.clone(),
            account: self.account.clone(),
            region: label.region.clone(),
            item: label.item.clone(),
            of: label.of.clone(),
            page: label.page,
            answer,
            status: received.status,
            request_id: received.request_id.clone(),
            content_type: received.content_type.clone(),
            headers: received.headers.clone(),
            time: self.now(),
            body,
            size,
            request: sent.identity(&self.label),
            withheld: received.withheld.clone(),
        }
    }

    async fn lose(
        &self,
        label: Label,
        reason: GapReason,
        failure: &Failure,
        received: Option<Received>,
    ) -> Result<Gap, CollectError> {
        self.run.count(&label.source, |coverage| {
            coverage.attempted += 1;
            coverage.gaps += 1;
        });
        self.run.progress.gap(&self.account);
        let (request_id, body) = received.map_or((None, None), |received| {
            let kept = received.unkeepable.is_none() && reason != GapReason::TooLarge;
            (received.request_id, Some(received.body).filter(|_| kept))
        });
        let remedy = self.remedy(&label, reason, failure);
        let message = format!("{} in {}: {}", label.operation, label.region, classify::line(failure));
        let (code, hash) = (failure.code.clone(), body.as_deref().map(Sha256::of));
        let gap = Gap { code, request_id, body: hash, ..Gap::new(self.about(label), reason, remedy, message) };
        self.run.keep_gap(gap.clone(), body).await?;
        Ok(gap)
    }

    /// The part of the source that describes this very call.
    pub(crate) fn described(&self, label: &Label) -> Option<&Call> {
        let source = self.run.catalog.sources.get(&label.source)?;
        let part = label.item.as_ref().map(|item| item.part.as_str());
        let mut calls = std::iter::once(&source.call).chain(source.each.iter().map(|each| &each.call));
        calls.find(|call| call.operation == label.operation).or_else(|| source.call_of(part))
    }
}

/// What became of a call. Whatever it is, it is kept already.
pub(crate) enum Settled<T> {
    /// The thing asked for.
    Content(T, Heard),
    /// AWS says that there is none; its error code.
    Absent(String, Heard),
    /// It is missing, and the gap says why.
    Gap(Box<Gap>),
}

fn heard(exchange: &Exchange) -> Heard {
    Heard { body: exchange.body, request_id: exchange.request_id.clone(), time: exchange.time }
}

/// What AWS limits the rate of, and so do we: S3 each bucket, the others the service.
fn bounded<'l>(service: &'l str, label: &'l Label) -> (&'l str, &'l str) {
    let bucket = label.item.as_ref().filter(|_| service == "s3").map(|item| item.key.as_str());
    (service, bucket.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_s3_is_bounded_by_bucket() {
        let list = Label::new("s3.bucket-config", "ListBuckets", &Region::from("eu-west-1"));
        let item = list.clone().item("policy", "logs");
        assert_eq!(bounded("s3", &list), ("s3", ""));
        assert_eq!(bounded("s3", &item), ("s3", "logs"));
        assert_eq!(bounded("kms", &item), ("kms", ""));
    }
}
