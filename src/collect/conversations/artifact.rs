//! AWS Artifact: AWS's own assurance reports, what they say about themselves, and, for reports whose terms the settings
//! accept one by one, the documents.
//!
//! Two replies hold secrets: GetTermForReport a token that accepts the terms and a presigned URL, GetReport a presigned
//! URL. Whoever has them has the document, so they are not evidence to hand to an auditor: both replies are kept without
//! the token and without the URL's query. Facts read neither. The document itself is kept whole.

use std::error::Error as StdError;

use aws_sdk_artifact::Client;
use aws_sdk_artifact::operation::list_reports::ListReportsOutput;
use aws_sdk_artifact::types::ReportSummary;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Topic, side_by_side, topics};
use crate::collect::recorder::Origin;
use crate::collect::{AccountContext, CollectError, Label, classify};
use crate::model::{ArtifactSettings, Collector, Documents, GapReason, Remedy};

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    let client = account.artifact();
    side_by_side(topics(account, Collector::Artifact, &account.home), |topic| one(topic, &client)).await
}

async fn one(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let account = topic.account;
    let list = topic.label(&topic.source.call.operation);
    if account.partition.as_str() != "aws" {
        let message = format!("AWS Artifact's API is not offered in the partition {}", account.partition);
        let action = Remedy::NotOffered;
        return account.gap(list, GapReason::NotAttempted, action, message).await;
    }
    match topic.id() {
        "artifact.reports" => reports(topic, list, client).await,
        "artifact.agreements" => {
            let send = |token| {
                let call = client.list_customer_agreements().set_max_results(topic.size());
                call.set_next_token(token).send()
            };
            topic.pages(list, send, |page| page.next_token).await
        }
        _ => topic.unknown().await,
    }
}

/// The list, then each report's metadata, terms and, if that is wanted, document.
async fn reports(topic: Topic<'_>, list: Label, client: &Client) -> Result<(), CollectError> {
    let mut reports = Vec::new();
    let send = |token| client.list_reports().set_max_results(topic.size()).set_next_token(token).send();
    let take = |page: ListReportsOutput| {
        reports.extend(page.reports.unwrap_or_default().into_iter().filter_map(Report::of));
        page.next_token
    };
    topic.pages(list, send, take).await?;
    side_by_side(reports, |report| async move {
        let metadata = client.get_report_metadata().report_id(&report.id).set_report_version(report.version);
        let label = topic.label("GetReportMetadata").item("metadata", &report.id);
        topic.ask(label, metadata.send()).await?;
        let (token, origin) = term(topic, client, &report).await?;
        document(topic, client, &report, token, origin).await
    })
    .await
}

/// A report by its name in the API.
struct Report {
    id: String,
    version: Option<i64>,
}

impl Report {
    fn of(summary: ReportSummary) -> Option<Self> {
        Some(Self { id: summary.id?, version: summary.version })
    }
}

/// Asks for a report's terms; the reply is kept without its secrets. Returns the token that accepts them.
async fn term(topic: Topic<'_>, client: &Client, report: &Report) -> Result<(Option<String>, Origin), CollectError> {
    let label = topic.label("GetTermForReport").item("term", &report.id);
    let call = client.get_term_for_report().report_id(&report.id).set_report_version(report.version);
    let (reply, origin) = quiet(topic, label, call.send()).await?;
    Ok((reply.and_then(|reply| reply.term_token), origin))
}

/// The document, if the settings want it and accept its terms.
async fn document(
    topic: Topic<'_>,
    client: &Client,
    report: &Report,
    token: Option<String>,
    origin: Origin,
) -> Result<(), CollectError> {
    let account = topic.account;
    let label = topic.label("GetReport").item("document", &report.id);
    match Wish::of(&account.settings().artifact, &report.id) {
        Wish::Metadata => return Ok(()),
        Wish::Terms => {
            let words = format!("`{}` in `accept_terms` of the settings", report.id);
            let action = Remedy::setting("accept_terms", words);
            let message =
                format!("the terms of the report {} are not accepted: its document stays with AWS", report.id);
            return account.gap(label, GapReason::TermsNotAccepted, action, message).await;
        }
        Wish::Document => {}
    }
    // The journal's answer has no token; it is used up now, and the next is from AWS.
    let token = if origin == Origin::Journal { term(topic, client, report).await?.0 } else { token };
    let Some(token) = token else {
        let message = format!("no term token for the report {}: its document cannot be asked for", report.id);
        return account
            .gap(label, GapReason::NotAttempted, Remedy::grant(["artifact:GetTermForReport"]), message)
            .await;
    };
    let Some(url) = address(topic, client, report, &token).await? else { return Ok(()) };
    if !safe(&url) {
        let message = format!("AWS named no HTTPS address for the document of the report {}", report.id);
        return account.gap(label, GapReason::Unreadable, Remedy::Report, message).await;
    }
    account.download(topic.label("Document").item("document", &report.id).step(), &url).await.map(drop)
}

/// Asks where the document is; the reply is kept without its secrets.
async fn address(
    topic: Topic<'_>,
    client: &Client,
    report: &Report,
    token: &str,
) -> Result<Option<String>, CollectError> {
    let label = topic.label("GetReport").item("document", &report.id).step();
    let ask = async || {
        let call = client.get_report().report_id(&report.id).set_report_version(report.version).term_token(token);
        quiet(topic, label.clone(), call.send()).await
    };
    let (reply, origin) = ask().await?;
    // The journal's answer lost its signature; it is used up now, and the next is from AWS.
    let reply = if origin == Origin::Journal { ask().await?.0 } else { reply };
    Ok(reply.and_then(|reply| reply.document_presigned_url))
}

/// Makes a call whose reply holds secrets, and keeps it without them.
async fn quiet<T, E>(
    topic: Topic<'_>,
    label: Label,
    send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<(Option<T>, Origin), CollectError>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let label = label.opening();
    let (result, captured) = topic.account.send(&label, send).await;
    let origin = captured.response.as_ref().map_or(Origin::Aws, |received| received.origin);
    let reply = topic.account.settle(label, result.map_err(|error| classify::failure(&error)), captured).await?;
    Ok((reply.content(), origin))
}

/// Whether a document may be fetched from there: encrypted, or from this very machine, which is a test.
fn safe(url: &str) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else { return false };
    let Some(authority) = url.authority() else { return false };
    let local = matches!(authority.host(), "127.0.0.1" | "localhost" | "[::1]");
    !authority.as_str().contains('@')
        && (url.scheme_str() == Some("https") || url.scheme_str() == Some("http") && local)
}

/// What the settings want of a report.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// What AWS says about it, no more.
    Metadata,
    /// The document, but its terms are not accepted.
    Terms,
    /// The document.
    Document,
}

impl Wish {
    fn of(settings: &ArtifactSettings, id: &str) -> Self {
        match settings.documents {
            Documents::MetadataOnly => Self::Metadata,
            Documents::Download if settings.accept_terms.contains(id) => Self::Document,
            Documents::Download => Self::Terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_are_fetched_but_a_test_s_own() {
        assert!(safe("https://bucket.s3.amazonaws.com/a%20b/r.pdf?X-Amz-Signature=5ec4e7"));
        assert!(safe("http://127.0.0.1:5000/r.pdf?s=1"));
        for url in ["http://bucket.s3.amazonaws.com/r.pdf", "file:///etc/passwd", "https://user@host/r", "/r.pdf", ""] {
            assert!(!safe(url), "{url}");
        }
    }

    #[test]
    fn a_document_needs_the_wish_and_its_own_terms() {
        let accepted = |documents| ArtifactSettings { documents, accept_terms: ["report-1".to_owned()].into() };
        assert_eq!(Wish::of(&accepted(Documents::MetadataOnly), "report-1"), Wish::Metadata);
        assert_eq!(Wish::of(&accepted(Documents::Download), "report-1"), Wish::Document);
        assert_eq!(Wish::of(&accepted(Documents::Download), "report-2"), Wish::Terms);
    }
}
