//! The calls about a chain of digests.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudtrail::Client;
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::collect::conversations::{MAX_PAGES, Topic};
use crate::collect::object::{Answered, Ask, Buckets};
use crate::collect::{CollectError, Label, Reply};
use crate::model::{GapReason, Remedy};
use crate::trail::{Chain, Days, Listing};

/// A chain of digests, and how calls about it are made.
pub(super) struct Calls<'a> {
    pub(super) topic: Topic<'a>,
    pub(super) buckets: &'a Buckets,
    pub(super) chain: Chain<'a>,
    /// What was refused once is not asked two thousand times.
    pub(super) denied: AtomicBool,
}

impl Calls<'_> {
    /// A call about this chain: its answer joins the row of the trail in this region.
    pub(super) fn label(&self, operation: &str, part: &str) -> Label {
        Label::new(self.topic.id(), operation, self.chain.region).item(part, &self.chain.trail.arn)
    }

    pub(super) async fn ask(&self, label: Label, ask: &Ask) -> Result<Answered, CollectError> {
        self.topic.account.ask_bucket(self.topic.source, self.buckets, label, &self.chain.trail.home_region, ask).await
    }

    pub(super) fn note<T>(&self, reply: &Reply<T>) {
        if matches!(reply, Reply::Gap(GapReason::AccessDenied)) {
            self.denied.store(true, Ordering::Relaxed);
        }
    }

    /// The public keys of some time: CloudTrail has one for a while, in each region others.
    pub(super) async fn keys(&self, (from, until): (DateTime<Utc>, DateTime<Utc>)) -> Result<(), CollectError> {
        let client: Client = self.topic.account.cloudtrail(self.chain.region);
        let (from, until) = (SdkTime::from_secs(from.timestamp()), SdkTime::from_secs(until.timestamp()));
        let send = |token| client.list_public_keys().start_time(from).end_time(until).set_next_token(token).send();
        self.topic.pages(self.label("ListPublicKeys", "keys"), send, |page| page.next_token).await
    }

    /// The keys of a folder and their sizes; `None` when they did not come whole.
    pub(super) async fn list(&self, part: &str, days: &Days) -> Result<Option<Vec<(String, u64)>>, CollectError> {
        let (mut keys, mut token): (_, Option<String>) = (Vec::new(), None);
        for number in 0..MAX_PAGES {
            let mut parameters = vec![("prefix", days.folder.as_str())];
            match &token {
                None => parameters.push(("start-after", days.first.as_str())),
                Some(token) => parameters.push(("continuation-token", token.as_str())),
            }
            let ask = Ask::list(self.chain.bucket(), &parameters);
            let answered = self.ask(self.label("ListObjectsV2", part).page(number), &ask).await?;
            let body = answered.captured.response.as_ref().map(|response| response.body.clone()).unwrap_or_default();
            let label = answered.label.clone();
            let reply = self.topic.account.settle(answered.label, answered.result, answered.captured).await?;
            let Reply::Content(()) = reply else { return Ok(None) };
            let Ok(page) = Listing::read(self.topic.source, &body, &days.last) else {
                let message = format!("the list of {} is not the XML that S3 documents", self.chain.bucket());
                self.topic.account.gap(label, GapReason::Unreadable, Remedy::Report, message).await?;
                return Ok(None);
            };
            // Log files are as many as events make them: their names are read from what is kept.
            if part == "digests" {
                keys.extend(page.objects);
            }
            token = page.next;
            if token.is_none() {
                return Ok(Some(keys));
            }
        }
        let message = format!("the list of {} never comes to its last page", self.chain.bucket());
        let label = self.label("ListObjectsV2", part);
        self.topic
            .account
            .gap(label, GapReason::Unreadable, Remedy::setting("period", "a shorter period"), message)
            .await?;
        Ok(None)
    }
}
