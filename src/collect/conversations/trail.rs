//! CloudTrail's log files: for each trail with log file validation the digests of the period, the public keys that they
//! are signed with, and the lists of the log files.
//!
//! The log files themselves are gigabytes a quarter and full of personal data, so they are not kept. Those that the
//! settings choose are fetched; what is kept is our own record of the hash of each ([`crate::trail::FetchedLog`]).
//! Nothing is judged here.

mod along;
mod calls;
mod fetch;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::cloudtrail::{Home, home};
use super::{Topic, side_by_side, topics};
use crate::collect::object::{Answered, Ask, Buckets};
use crate::collect::{AccountContext, CollectError, Label, Reply};
use crate::model::{Collector, GapReason, Region, Remedy};
use crate::trail::{Chain, TrailSummary, TrailWindow, folders};
use calls::Calls;

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
            side_by_side(trail.regions(&account.regions), |region| {
                let chain = Chain::new(&trail, organization.as_deref(), &account.account, region, window);
                let calls = Calls { topic, buckets, chain, denied: AtomicBool::new(false) };
                async move { calls.collect().await }
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
    let folders = folders(topic.source, &body.unwrap_or_default()).unwrap_or_default().into_iter();
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
