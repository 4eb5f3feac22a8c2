//! Answers from recordings: the demo account's, or an interrupted run's journal.
//!
//! A request is known by the SHA-256 of seven lines: account label, signing service, signing region, method, path with
//! its query, `x-amz-target`, SHA-256 of the body in hex. The host does not count. An unsigned request (a presigned
//! download, whose query is a signature) has neither service nor region, and its query does not count either. The
//! account label is the account's id where the settings enter it by a role, else empty.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use bytes::Bytes;
use serde::Deserialize;

use crate::model::{Answer, Exchange, Region, Sha256};

use crate::walk::path_and_query;

use super::{CollectError, RecordingFault};

/// Marks an answer that the interrupted run kept already.
pub(crate) const REPLAYED: &str = "x-auditpack-replayed";

/// What identifies a request, its account aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The signing service, `s3`; empty for an unsigned request.
    pub service: String,
    /// The signing region; empty for an unsigned request.
    pub region: String,
    /// The HTTP method.
    pub method: String,
    /// The path as sent, with its query unless the request is unsigned.
    pub path: String,
    /// `X-Amz-Target`, or empty.
    pub target: String,
    /// The body's hash.
    pub body: Sha256,
}

impl RequestKey {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        let scope = signing_scope(request.headers().get("authorization").unwrap_or_default());
        let (path, query) = path_and_query(request.uri());
        let path = match (scope, query) {
            (Some(_), Some(query)) => format!("{path}?{query}"),
            _ => path.to_owned(),
        };
        let (region, service) = scope.unwrap_or_default();
        Self {
            service: service.to_owned(),
            region: region.to_owned(),
            method: request.method().to_owned(),
            path,
            target: header("x-amz-target"),
            body: Sha256::of(request.body().bytes().unwrap_or_default()),
        }
    }

    /// The request's identity in the account with this label.
    pub fn identity(&self, account_label: &str) -> Sha256 {
        let Self { service, region, method, path, target, body } = self;
        let text = format!("{account_label}\n{service}\n{region}\n{method}\n{path}\n{target}\n{body}");
        Sha256::of(text.as_bytes())
    }
}

/// Region and service out of `AWS4-HMAC-SHA256 Credential=AKID/20260930/eu-west-1/kms/aws4_request, …`.
fn signing_scope(authorization: &str) -> Option<(&str, &str)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut parts = credential.split([',', ' ']).next()?.rsplit('/').skip(1);
    let service = parts.next()?;
    Some((parts.next()?, service))
}

/// Recorded answers, by request.
#[derive(Debug, Default)]
pub struct Recordings {
    answers: HashMap<Sha256, Mutex<Queue>>,
    sts_region: Option<Region>,
}

#[derive(Debug, Default)]
struct Queue {
    answers: Vec<Recorded>,
    next: usize,
}

#[derive(Debug, Clone)]
struct Recorded {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Bytes,
}

/// One line of a recordings file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedLine {
    service: String,
    region: String,
    method: String,
    path: String,
    #[serde(default)]
    target: String,
    body_sha256: Sha256,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The reply, where it is text.
    body: Option<String>,
    /// The reply, where it is not.
    body_base64: Option<String>,
    /// The moments at which it was so answered; none named: at all of them.
    #[serde(default)]
    moments: Vec<String>,
}

impl RecordedLine {
    fn body(&mut self) -> Result<Bytes, RecordingFault> {
        match (self.body.take(), self.body_base64.take()) {
            (Some(text), None) => Ok(text.into()),
            (None, Some(coded)) => Ok(base64::engine::general_purpose::STANDARD.decode(&coded)?.into()),
            _ => Err(RecordingFault::Body),
        }
    }
}

/// What was recorded of one account at several moments, read once for all of them.
#[derive(Debug, Default)]
pub struct Tape {
    /// The request, its answer, and the moments at which it was so answered; none named: at all of them.
    lines: Vec<(Sha256, Recorded, Vec<String>)>,
    sts_region: Option<Region>,
}

impl Tape {
    /// Reads JSON lines, not compressed. Each is `{service, region, method, path, target, body_sha256, status, headers,
    /// body or body_base64, moments}`.
    pub fn from_json_lines(bytes: &[u8]) -> Result<Self, CollectError> {
        let mut tape = Self::default();
        for (text, line) in bytes.split(|byte| *byte == b'\n').zip(1..) {
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let broken = |fault: RecordingFault| CollectError::Recording { line, fault };
            let mut recorded: RecordedLine = serde_json::from_slice(text).map_err(|error| broken(error.into()))?;
            let body = recorded.body().map_err(broken)?;
            if recorded.service == "sts" {
                tape.sts_region.get_or_insert_with(|| Region::new(recorded.region.clone()));
            }
            let RecordedLine { service, region, method, path, target, body_sha256, status, headers, moments, .. } =
                recorded;
            let key = RequestKey { service, region, method, path, target, body: body_sha256 };
            tape.lines.push((key.identity(""), Recorded { status, headers, body }, moments));
        }
        Ok(tape)
    }

    /// The answers of one moment. Equal requests are answered in their order.
    pub fn at(&self, moment: &str) -> Recordings {
        let mut recordings = Recordings { sts_region: self.sts_region.clone(), ..Recordings::default() };
        let then = |moments: &[String]| moments.is_empty() || moments.iter().any(|one| one == moment);
        for (key, recorded, _) in self.lines.iter().filter(|(_, _, moments)| then(moments)) {
            recordings.push(*key, recorded.clone());
        }
        recordings
    }
}

impl Recordings {
    /// Takes the exchanges of an interrupted run, in the order in which they were kept, with their bodies.
    pub fn from_exchanges(exchanges: impl IntoIterator<Item = (Exchange, Vec<u8>)>) -> Self {
        let mut recordings = Self::default();
        for (exchange, body) in exchanges {
            let mut headers = BTreeMap::from([(REPLAYED.to_owned(), "1".to_owned())]);
            headers.extend(exchange.headers);
            headers.extend(exchange.content_type.map(|text| ("content-type".to_owned(), text)));
            headers.extend(exchange.request_id.map(|text| ("x-amzn-requestid".to_owned(), text)));
            if let Answer::Absent { code } = exchange.answer {
                // Where the REST protocols have it; the others repeat it in the body.
                headers.insert("x-amzn-errortype".to_owned(), code);
            }
            let recorded = Recorded { status: exchange.status, headers, body: body.into() };
            recordings.push(exchange.request, recorded);
        }
        recordings
    }

    /// The region whose STS the recordings know.
    pub(crate) fn sts_region(&self) -> Option<&Region> {
        self.sts_region.as_ref()
    }

    fn push(&mut self, key: Sha256, recorded: Recorded) {
        let queue = self.answers.entry(key).or_default();
        queue.get_mut().unwrap_or_else(PoisonError::into_inner).answers.push(recorded);
    }

    /// The next answer to a request; `end` says what follows the last one.
    fn next(&self, key: &Sha256, end: End) -> Option<Recorded> {
        let mut queue = self.answers.get(key)?.lock().unwrap_or_else(PoisonError::into_inner);
        let index = match end {
            End::RepeatLast => queue.next.min(queue.answers.len().checked_sub(1)?),
            End::AskAws => queue.next,
        };
        let answer = queue.answers.get(index).cloned();
        queue.next = queue.next.saturating_add(1);
        answer
    }
}

/// What follows the last recorded answer.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The demo has no other source of answers.
    RepeatLast,
    /// An interrupted poll goes on with AWS.
    AskAws,
}

/// The HTTP client that answers from recordings, for one account.
#[derive(Debug, Clone)]
pub(crate) struct ReplayClient {
    recordings: std::sync::Arc<Recordings>,
    account_label: String,
    /// Asked when the recordings have no answer; none in a replay.
    live: Option<SharedHttpClient>,
}

impl ReplayClient {
    pub(crate) fn new(
        recordings: std::sync::Arc<Recordings>,
        account_label: &str,
        live: Option<SharedHttpClient>,
    ) -> Self {
        Self { recordings, account_label: account_label.to_owned(), live }
    }
}

impl HttpClient for ReplayClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(ReplayConnector {
            client: self.clone(),
            live: self.live.as_ref().map(|live| live.http_connector(settings, components)),
        })
    }
}

#[derive(Debug)]
struct ReplayConnector {
    client: ReplayClient,
    live: Option<SharedHttpConnector>,
}

impl HttpConnector for ReplayConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let key = RequestKey::of(&request);
        let end = if self.live.is_some() { End::AskAws } else { End::RepeatLast };
        match (self.client.recordings.next(&key.identity(&self.client.account_label), end), &self.live) {
            (Some(recorded), _) => HttpConnectorFuture::ready(response(recorded)),
            (None, Some(live)) => live.call(request),
            (None, None) => {
                let RequestKey { service, region, method, path, target, .. } = key;
                let missing = format!("no recording of {service} {region} {method} {path} {target}");
                HttpConnectorFuture::ready(Err(ConnectorError::user(missing.into())))
            }
        }
    }
}

fn response(recorded: Recorded) -> Result<HttpResponse, ConnectorError> {
    let status = recorded.status.try_into().map_err(|_| ConnectorError::user("not an HTTP status".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(recorded.body));
    for (name, value) in recorded.headers {
        response.headers_mut().try_insert(name, value).map_err(|error| ConnectorError::user(error.into()))?;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::with_causes;

    fn request(uri: &str, target: Option<&'static str>, signed: Option<&'static str>, body: &str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").unwrap();
        request.set_uri(uri.to_owned()).unwrap();
        for (name, value) in [("x-amz-target", target), ("authorization", signed)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value);
            }
        }
        request
    }

    const SIGNED: Option<&str> = Some(
        "AWS4-HMAC-SHA256 Credential=AKID/20260930/eu-west-1/config/aws4_request, SignedHeaders=host, Signature=0",
    );

    #[test]
    fn the_identity_is_the_sha256_of_seven_lines() {
        let key = RequestKey::of(&request("https://host/a?b=c", Some("T.Op"), SIGNED, "{}"));
        let body = Sha256::of(b"{}");
        let text = format!("\nconfig\neu-west-1\nPOST\n/a?b=c\nT.Op\n{body}");
        assert_eq!(key.identity(""), Sha256::of(text.as_bytes()));
        assert_ne!(key.identity("111122223333"), key.identity(""));
    }

    #[test]
    fn neither_host_nor_signature_count_but_the_target_does() {
        let of = |uri: &str, target, signed| RequestKey::of(&request(uri, target, signed, "{}"));
        assert_eq!(of("https://a/", Some("T.A"), SIGNED), of("http://127.0.0.1:5000/", Some("T.A"), SIGNED));
        assert_ne!(of("https://a/", Some("T.A"), SIGNED), of("https://a/", Some("T.B"), SIGNED));
        assert_eq!(of("https://a/d.pdf?sig=1", None, None), of("https://a/d.pdf?sig=2", None, None));
    }

    fn line(body: &str) -> String {
        let sent = Sha256::of(b"{}");
        let body = base64::engine::general_purpose::STANDARD.encode(body);
        format!(
            r#"{{"service":"config","region":"eu-west-1","method":"POST","path":"/","target":"T.A","body_sha256":"{sent}","status":200,"body_base64":"{body}"}}"#
        )
    }

    #[test]
    fn equal_requests_get_their_answers_in_order_and_the_last_for_ever() {
        let file = format!("{}\n\n{}\n", line("first"), line("second"));
        let recordings = Tape::from_json_lines(file.as_bytes()).unwrap().at("2026-03-31");
        let key = RequestKey::of(&request("https://a/", Some("T.A"), SIGNED, "{}")).identity("");
        let answers: Vec<Bytes> = (0..3).map(|_| recordings.next(&key, End::RepeatLast).unwrap().body).collect();
        assert_eq!(answers, ["first", "second", "second"]);
        assert!(recordings.next(&key, End::AskAws).is_none());
        assert!(recordings.next(&Sha256::of(b"other"), End::RepeatLast).is_none());
    }

    #[test]
    fn a_broken_recording_is_named_by_its_line() {
        let file = format!("{}\n{{\"service\":1}}\n", line("first"));
        let error = with_causes(&Tape::from_json_lines(file.as_bytes()).unwrap_err());
        assert!(error.starts_with("recording, line 2: "), "{error}");
        let bodiless = format!("{}\n", line("").replace("body_base64", "moments").replace(r#":""}"#, ":[]}"));
        let error = with_causes(&Tape::from_json_lines(bodiless.as_bytes()).unwrap_err());
        assert!(error.contains("either `body` or `body_base64`"), "{error}");
    }

    #[test]
    fn a_line_is_of_the_moments_that_it_names() {
        let of =
            |body: &str, moments: &str| line(body).replace(r#""status""#, &format!(r#""moments":{moments},"status""#));
        let (first, later) = (of("first", r#"["2026-03-31"]"#), of("later", r#"["2026-07-06","2026-07-13"]"#));
        let tape = Tape::from_json_lines([first, later, line("always")].join("\n").as_bytes()).unwrap();
        let key = RequestKey::of(&request("https://a/", Some("T.A"), SIGNED, "{}")).identity("");
        for (moment, expected) in [("2026-03-31", "first"), ("2026-07-13", "later"), ("2026-09-30", "always")] {
            assert_eq!(tape.at(moment).next(&key, End::RepeatLast).unwrap().body, expected);
        }
    }
}
