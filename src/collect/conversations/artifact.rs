//! AWS Artifact: AWS's own assurance reports, what they say about themselves, and, for reports whose terms the settings
//! accept one by one, the documents.
//!
//! Two replies hold secrets: GetTermForReport a token that accepts the terms and a presigned URL, GetReport a presigned
//! URL. Whoever has them has the document, so they are no evidence to hand to an auditor. Of the first the reply is kept
//! without the token and without the URL's query; the second is not kept at all, in its place stands the document that it
//! led to. Facts read neither a term token nor a URL, so nothing that is judged is lost.

use aws_sdk_artifact::Client;
use aws_sdk_artifact::operation::list_reports::ListReportsOutput;
use aws_sdk_artifact::types::ReportSummary;
use serde_json::Value;

use super::{Topic, download, side_by_side, topics};
use crate::collect::recorder::Origin;
use crate::collect::{AccountContext, CollectError, Label, Reply, classify};
use crate::model::{ArtifactSettings, Collector, Documents, GapReason};

/// Stands where a secret stood.
const REMOVED: &str = "(removed)";

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    let client = account.artifact();
    side_by_side(topics(account, Collector::Artifact, &account.home), |topic| one(topic, &client)).await
}

async fn one(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let account = topic.account;
    let list = topic.label(&topic.source.call.operation);
    if account.partition.as_str() != "aws" {
        let message = format!("AWS Artifact's API is not offered in the partition {}", account.partition);
        let action = "AWS's reports, attached by hand or collected from an account of the partition `aws`";
        return account.gap(list, GapReason::NotAttempted, action, message).await;
    }
    match topic.id() {
        "artifact.reports" => reports(topic, list, client).await,
        "artifact.agreements" => {
            let send = |token| {
                let call = client.list_customer_agreements().set_max_results(topic.size());
                call.set_next_token(token).send()
            };
            topic.pages(list, send, |page| page.next_token).await.map(drop)
        }
        _ => Err(topic.unknown()),
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
        let term = term(topic, client, &report).await?;
        document(topic, client, &report, term).await
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

/// What the terms' reply gave.
enum Term {
    /// The token that accepts them.
    Token(String),
    /// The reply came from the journal of an interrupted run, which has no secrets.
    Kept,
    /// None; the gap is kept.
    Missing,
}

/// Asks for a report's terms; the reply is kept without its secrets.
async fn term(topic: Topic<'_>, client: &Client, report: &Report) -> Result<Term, CollectError> {
    let label = topic.label("GetTermForReport").item("term", &report.id);
    let call = client.get_term_for_report().report_id(&report.id).set_report_version(report.version);
    let (result, mut captured) = topic.account.send(&label, call.send()).await;
    let mut journal = false;
    if let (Ok(_), Some(received)) = (&result, &mut captured.response) {
        journal = received.origin == Origin::Journal;
        received.body = without_secrets(&received.body).into();
    }
    let result = result.map_err(|error| classify::failure(&error));
    let reply = topic.account.settle(label, result, captured).await?;
    Ok(match reply.content().and_then(|reply| reply.term_token) {
        Some(_) if journal => Term::Kept,
        Some(token) => Term::Token(token),
        None => Term::Missing,
    })
}

/// The document, if the settings want it and accept its terms.
async fn document(topic: Topic<'_>, client: &Client, report: &Report, term: Term) -> Result<(), CollectError> {
    let account = topic.account;
    let label = topic.label("GetReport").item("document", &report.id);
    match Wish::of(&account.settings().artifact, &report.id) {
        Wish::Metadata => return Ok(()),
        Wish::Terms => {
            let action = format!("`{}` in `accept_terms` of the settings", report.id);
            let message =
                format!("the terms of the report {} are not accepted: its document stays with AWS", report.id);
            return account.gap(label, GapReason::TermsNotAccepted, action, message).await;
        }
        Wish::Document => {}
    }
    let term = match term {
        // The journal's answers are used up: this one is from AWS.
        Term::Kept => self::term(topic, client, report).await?,
        term => term,
    };
    let Term::Token(token) = term else {
        let message = format!("no term token for the report {}: its document cannot be asked for", report.id);
        return account.gap(label, GapReason::NotAttempted, "artifact:GetTermForReport", message).await;
    };
    let call = client.get_report().report_id(&report.id).set_report_version(report.version).term_token(token);
    let (result, captured) = account.send(&label, call.send()).await;
    let reply = match result {
        Ok(reply) => reply,
        Err(error) => {
            let failed: Reply<()> = account.settle(label, Err(classify::failure(&error)), captured).await?;
            debug_assert!(failed.content().is_none(), "a refusal has no content");
            return Ok(());
        }
    };
    let Some(sent) = captured.request else {
        return Err(CollectError::Internal("GetReport was answered but not recorded".to_owned()));
    };
    let request_id = captured.response.and_then(|received| received.request_id);
    download::document(account, label, sent, request_id, reply.document_presigned_url.as_deref()).await
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

/// The reply of GetTermForReport without what opens the document: every string member that is a URL loses its query,
/// the token its text. A body that is no JSON object is not kept at all, for nobody can tell what it holds.
fn without_secrets(body: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    for (name, member) in &mut members {
        let shown = match member.as_str() {
            Some(url) if name == "documentPresignedUrl" => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
            _ => REMOVED.to_owned(),
        };
        *member = Value::String(shown);
    }
    Value::Object(members).to_string().into_bytes()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_kept_without_token_and_signature() {
        let body = br#"{"documentPresignedUrl":"https://b.s3.amazonaws.com/terms.pdf?X-Amz-Signature=5ec4e7#5ec4e7","termToken":"5ec4e7","new":{"token":"5ec4e7"}}"#;
        let kept = String::from_utf8(without_secrets(body)).unwrap();
        assert!(!kept.contains("5ec4e7"), "{kept}");
        assert!(kept.contains(r#""documentPresignedUrl":"https://b.s3.amazonaws.com/terms.pdf""#), "{kept}");
        assert!(kept.contains(r#""termToken":"(removed)""#), "{kept}");
        assert_eq!(without_secrets(b"5ec4e7"), b"");
    }

    #[test]
    fn a_document_needs_the_wish_and_its_own_terms() {
        let accepted = |documents| ArtifactSettings { documents, accept_terms: ["report-1".to_owned()].into() };
        assert_eq!(Wish::of(&accepted(Documents::MetadataOnly), "report-1"), Wish::Metadata);
        assert_eq!(Wish::of(&accepted(Documents::Download), "report-1"), Wish::Document);
        assert_eq!(Wish::of(&accepted(Documents::Download), "report-2"), Wish::Terms);
    }
}
