//! IAM, once an account: everything is read side by side; the credential report is made first.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::ReportStateType;

use super::{Topic, last_accessed, side_by_side, topics};
use crate::collect::{AccountContext, CollectError};
use crate::model::{Collector, GapReason, Remedy};

/// How many seconds we wait before asking again whether the report is ready; after the last we give up.
const WAITS: [u64; 10] = [1, 1, 2, 4, 8, 15, 15, 30, 30, 30];

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    let client = account.iam();
    side_by_side(topics(account, Collector::Iam, &account.home), |topic| one(topic, &client)).await
}

async fn one(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let list = topic.label(&topic.source.call.operation);
    match topic.id() {
        "iam.credential-report" => credential_report(topic, client).await,
        "iam.mfa-devices" => mfa_devices(topic, client).await,
        "iam.last-accessed" => last_accessed::converse(topic, client).await,
        "iam.account-summary" => topic.ask(list, client.get_account_summary().send()).await.map(drop),
        "iam.password-policy" => topic.ask(list, client.get_account_password_policy().send()).await.map(drop),
        "iam.saml-providers" => topic.ask(list, client.list_saml_providers().send()).await.map(drop),
        "iam.oidc-providers" => topic.ask(list, client.list_open_id_connect_providers().send()).await.map(drop),
        "iam.authorization-details" => {
            let send = |marker| {
                let call = client.get_account_authorization_details().set_max_items(topic.size());
                call.set_marker(marker).send()
            };
            topic.pages(list, send, |page| page.marker).await
        }
        "iam.virtual-mfa-devices" => {
            let send = |marker| client.list_virtual_mfa_devices().set_marker(marker).send();
            topic.pages(list, send, |page| page.marker).await
        }
        "iam.account-aliases" => {
            let send = |marker| client.list_account_aliases().set_marker(marker).send();
            topic.pages(list, send, |page| page.marker).await
        }
        _ => topic.unknown().await,
    }
}

/// Has the report made, waits for it, and gets it. A report that cannot be made is not read either: what lies there
/// may be hours old.
async fn credential_report(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let mut attempt = 0;
    loop {
        let label = topic.label("GenerateCredentialReport").step().page(attempt);
        let Some(reply) = topic.ask(label.clone(), client.generate_credential_report().send()).await? else {
            return Ok(());
        };
        match making(reply.state(), attempt) {
            Making::Ready => break,
            Making::Wait(pause) => topic.account.pause(pause).await,
            Making::GiveUp => {
                let message = "AWS was still making the credential report when our time was up";
                return topic.account.gap(label, GapReason::TimedOut, Remedy::again(), message).await;
            }
        }
        attempt += 1;
    }
    topic.ask(topic.label("GetCredentialReport"), client.get_credential_report().send()).await.map(drop)
}

/// What to do while AWS makes the report.
#[derive(Debug, PartialEq, Eq)]
enum Making {
    Ready,
    Wait(Duration),
    GiveUp,
}

fn making(state: Option<&ReportStateType>, attempt: u32) -> Making {
    if state == Some(&ReportStateType::Complete) {
        return Making::Ready;
    }
    let wait = usize::try_from(attempt).ok().and_then(|attempt| WAITS.get(attempt));
    wait.map_or(Making::GiveUp, |seconds| Making::Wait(Duration::from_secs(*seconds)))
}

/// The users, then each user's devices.
async fn mfa_devices(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let mut names = Vec::new();
    let send = |marker| client.list_users().set_max_items(topic.size()).set_marker(marker).send();
    let take = |page: aws_sdk_iam::operation::list_users::ListUsersOutput| {
        names.extend(page.users.into_iter().map(|user| user.user_name));
        page.marker
    };
    topic.pages(topic.label("ListUsers"), send, take).await?;
    side_by_side(names, |name| async move {
        let send = |marker| client.list_mfa_devices().user_name(&name).set_marker(marker).send();
        let label = topic.label("ListMFADevices").item("devices", &name);
        topic.pages(label, send, |page| page.marker).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_awaited_with_growing_pauses_and_not_for_ever() {
        assert_eq!(making(Some(&ReportStateType::Complete), 0), Making::Ready);
        assert_eq!(making(Some(&ReportStateType::Started), 0), Making::Wait(Duration::from_secs(1)));
        assert_eq!(making(Some(&ReportStateType::Inprogress), 9), Making::Wait(Duration::from_secs(30)));
        assert_eq!(making(Some(&ReportStateType::Inprogress), 10), Making::GiveUp);
        assert_eq!(making(Some(&ReportStateType::Complete), 10), Making::Ready);
        assert_eq!(making(None, 10), Making::GiveUp, "a reply without a state is not a ready report");
    }
}
