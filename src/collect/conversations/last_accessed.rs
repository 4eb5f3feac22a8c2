//! Which services each user and role may use, and when it last did: a job of IAM's for each principal.
//!
//! A job is begun, asked for until it is done, and its pages are read. Service-linked roles are left out: only their
//! service can use them. So many principals at a time, so that an account with thousands of roles is asked as gently as
//! one with ten.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::operation::get_service_last_accessed_details::GetServiceLastAccessedDetailsOutput;
use aws_sdk_iam::types::{EntityType, JobStatusType};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Topic;
use crate::collect::{CollectError, Label, classify};
use crate::model::{GapReason, Remedy};

/// Principals whose jobs run at once.
const AT_ONCE: usize = 8;
/// How many seconds we wait before asking again whether a job is done; after the last we give up.
const WAITS: [u64; 9] = [1, 1, 2, 4, 8, 15, 30, 30, 30];
/// No principal may use so many services that they fill more pages.
const MAX_PAGES: u32 = 100;
/// The part of a row that the answers are.
const PART: &str = "services";

pub(super) async fn converse(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let mut principals = Vec::new();
    let send = |marker| {
        let call = client.get_account_authorization_details().set_max_items(topic.size());
        call.filter(EntityType::User).filter(EntityType::Role).set_marker(marker).send()
    };
    let take = |page: GetAccountAuthorizationDetailsOutput| {
        principals.extend(page.user_detail_list.unwrap_or_default().into_iter().filter_map(|user| user.arn));
        let roles = page.role_detail_list.unwrap_or_default().into_iter().filter_map(|role| role.arn);
        principals.extend(roles.filter(|arn| !is_service_linked(arn)));
        page.marker
    };
    topic.pages(topic.label(&topic.source.call.operation), send, take).await?;
    let jobs = stream::iter(principals).map(Ok);
    jobs.try_for_each_concurrent(AT_ONCE, |arn| async move { principal(topic, client, &arn).await }).await
}

fn is_service_linked(arn: &str) -> bool {
    arn.contains(":role/aws-service-role/")
}

async fn principal(topic: Topic<'_>, client: &Client, arn: &str) -> Result<(), CollectError> {
    let begin = topic.label("GenerateServiceLastAccessedDetails").item(PART, arn).step();
    let begun = topic.ask(begin, client.generate_service_last_accessed_details().arn(arn).send()).await?;
    let Some(job) = begun.and_then(|begun| begun.job_id) else { return Ok(()) };
    let label = topic.label("GetServiceLastAccessedDetails").item(PART, arn);
    for attempt in 0_u32.. {
        let Some(first) = page(topic, client, label.clone(), (&job, attempt, None)).await? else { return Ok(()) };
        match progress(&first.job_status, attempt) {
            Progress::Done => return rest(topic, client, label, &job, first.marker).await,
            Progress::Wait(pause) => topic.account.pause(pause).await,
            Progress::Failed => {
                let message = format!("IAM could not find out which services {arn} used");
                return topic.account.gap(label, GapReason::Failed, Remedy::again(), message).await;
            }
            Progress::GiveUp => {
                let message = format!("IAM was still finding out which services {arn} used when our time was up");
                return topic.account.gap(label, GapReason::TimedOut, Remedy::again(), message).await;
            }
        }
    }
    Ok(())
}

/// The pages after the first.
async fn rest(
    topic: Topic<'_>,
    client: &Client,
    label: Label,
    job: &str,
    mut marker: Option<String>,
) -> Result<(), CollectError> {
    for number in 1..MAX_PAGES {
        let Some(asked) = marker.filter(|marker| !marker.is_empty()) else { return Ok(()) };
        let at = (job, number, Some(asked));
        let Some(next) = page(topic, client, label.clone(), at).await? else { return Ok(()) };
        marker = next.marker;
    }
    let message = "GetServiceLastAccessedDetails never comes to its last page";
    topic.account.gap(label, GapReason::Unreadable, Remedy::Report, message).await
}

/// One reply. While the job runs it is only a step on the way: facts are read from the pages of one that is done.
async fn page(
    topic: Topic<'_>,
    client: &Client,
    label: Label,
    (job, number, marker): (&str, u32, Option<String>),
) -> Result<Option<GetServiceLastAccessedDetailsOutput>, CollectError> {
    let first = marker.is_none();
    let call = client.get_service_last_accessed_details().job_id(job).set_max_items(topic.size_of(PART));
    let (result, captured) = topic.account.send(&label, call.set_marker(marker).send()).await;
    let done = result.as_ref().is_ok_and(|reply| reply.job_status == JobStatusType::Completed);
    let label = match (done, first) {
        (true, true) => label.page(0),
        (true, false) => label.page(number),
        (false, _) => label.page(number).step(),
    };
    let result = result.map_err(|error| classify::failure(&error));
    Ok(topic.account.settle(label, result, captured).await?.content())
}

/// What to do with a job.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Wait(Duration),
    Failed,
    GiveUp,
}

fn progress(status: &JobStatusType, attempt: u32) -> Progress {
    match status {
        JobStatusType::Completed => Progress::Done,
        JobStatusType::Failed => Progress::Failed,
        _ => {
            let wait = usize::try_from(attempt).ok().and_then(|attempt| WAITS.get(attempt));
            wait.map_or(Progress::GiveUp, |seconds| Progress::Wait(Duration::from_secs(*seconds)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_awaited_with_growing_pauses_and_not_for_ever() {
        assert_eq!(progress(&JobStatusType::Completed, 0), Progress::Done);
        assert_eq!(progress(&JobStatusType::InProgress, 0), Progress::Wait(Duration::from_secs(1)));
        assert_eq!(progress(&JobStatusType::InProgress, 8), Progress::Wait(Duration::from_secs(30)));
        assert_eq!(progress(&JobStatusType::InProgress, 9), Progress::GiveUp);
        assert_eq!(progress(&JobStatusType::Failed, 0), Progress::Failed);
        assert_eq!(progress(&JobStatusType::from("NEW"), 9), Progress::GiveUp, "an unknown state is not done");
    }

    #[test]
    fn service_linked_roles_are_left_out() {
        assert!(is_service_linked(
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
        ));
        assert!(!is_service_linked("arn:aws:iam::111122223333:role/service-role/x"));
    }
}
