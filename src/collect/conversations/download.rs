//! A document from its presigned URL to the vault, a piece at a time.
//!
//! The URL opens the document to whoever reads it: it is in no exchange, no log and no error. What fails is told in our
//! own words, never in those of the HTTP client.

use std::fmt;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;

use crate::collect::account::blocking;
use crate::collect::recorder::{Origin, Received, Sent};
use crate::collect::replay::{REPLAYED, RequestKey};
use crate::collect::{AccountContext, CollectError, Label};
use crate::model::{Answer, GapReason, Sha256};

/// No report of AWS comes near.
const MAX_BYTES: u64 = 512 << 20;
/// For the whole document.
const TIME_OUT: Duration = Duration::from_secs(600);

/// Why there is no document.
#[derive(Debug)]
enum Lost {
    Gap(GapReason, String),
    Fatal(CollectError),
}

/// A document that is in the vault.
struct Kept {
    digest: Sha256,
    size: u64,
    status: u16,
    content_type: Option<String>,
    origin: Origin,
}

/// Where a document lies: the URL in two parts. Its `Debug` keeps the secret.
struct Place {
    endpoint: String,
    path_and_query: String,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(secret)")
    }
}

impl Place {
    /// Takes HTTPS URLs, and plain ones of this machine, which are a test's.
    fn parse(url: &str) -> Option<Self> {
        let uri: http::Uri = url.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let local = matches!(authority.host(), "127.0.0.1" | "localhost" | "[::1]");
        if !(scheme == "https" || scheme == "http" && local) || authority.as_str().contains('@') {
            return None;
        }
        let path_and_query = uri.path_and_query().map_or("/", |both| both.as_str()).to_owned();
        Some(Self { endpoint: format!("{scheme}://{authority}"), path_and_query })
    }

    /// The path without what follows it.
    fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or("/")
    }
}

/// Fetches the document that GetReport's answer points to and keeps it as that call's exchange: the request id is the
/// one that the customer's CloudTrail has, the request's identity that of the unsigned download without its query.
pub(super) async fn document(
    account: &AccountContext,
    label: Label,
    sent: Sent,
    request_id: Option<String>,
    url: Option<&str>,
) -> Result<(), CollectError> {
    let fetched = match url.and_then(Place::parse) {
        Some(place) => {
            let key = RequestKey { path: place.path().to_owned(), ..unsigned() };
            let fetched = tokio::time::timeout(TIME_OUT, fetch(account, place)).await;
            let late = || Lost::Gap(GapReason::TimedOut, format!("no end after {} seconds", TIME_OUT.as_secs()));
            fetched.unwrap_or_else(|_| Err(late())).map(|kept| (key, kept))
        }
        None => Err(Lost::Gap(GapReason::Unreadable, "AWS named no HTTPS address for it".to_owned())),
    };
    account.run.progress.done(&account.account);
    match fetched {
        Ok((key, kept)) => {
            let received = Received {
                status: kept.status,
                request_id,
                content_type: kept.content_type,
                body: Bytes::new(),
                origin: kept.origin,
            };
            if received.origin == Origin::Journal {
                return Ok(());
            }
            let sent = Sent { key, parameters: sent.parameters };
            let exchange = account.exchange(&label, Answer::Step, &sent, &received, (kept.digest, kept.size));
            account.run.keep_exchange(exchange, Bytes::new()).await
        }
        Err(Lost::Fatal(error)) => Err(error),
        Err(Lost::Gap(reason, why)) => {
            let message = format!("the document of {} was not fetched: {why}", report(&label));
            account.gap(label, reason, "`collect --resume`", message).await
        }
    }
}

fn report(label: &Label) -> &str {
    label.item.as_ref().map_or("a report", |item| item.key.as_str())
}

fn unsigned() -> RequestKey {
    RequestKey {
        service: String::new(),
        region: String::new(),
        method: "GET".to_owned(),
        path: String::new(),
        target: String::new(),
        body: Sha256::of(b""),
    }
}

async fn fetch(account: &AccountContext, place: Place) -> Result<Kept, Lost> {
    let failed = |reason, why: &str| Lost::Gap(reason, why.to_owned());
    let answer = request(account, place).await?;
    let status = answer.status().as_u16();
    match status {
        200 => {}
        403 => return Err(failed(GapReason::AccessDenied, "its address was refused (HTTP 403), it may have expired")),
        other => return Err(Lost::Gap(GapReason::Failed, format!("its address answered HTTP {other}"))),
    }
    let header = |name: &str| answer.headers().get(name).map(str::to_owned);
    if header("content-length").and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > MAX_BYTES) {
        return Err(too_large());
    }
    let content_type = header("content-type");
    let origin = if answer.headers().contains_key(REPLAYED) { Origin::Journal } else { Origin::Aws };
    let sink_lost = |error| Lost::Fatal(CollectError::Sink(error));
    let mut document = account.run.sink.document().map_err(sink_lost)?;
    let mut body = ByteStream::new(answer.into_body());
    let mut length: u64 = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| failed(GapReason::Failed, "the connection broke in the middle"))?;
        length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if length > MAX_BYTES {
            return Err(too_large());
        }
        document.write(&piece).map_err(sink_lost)?;
    }
    if length == 0 {
        return Err(failed(GapReason::Unreadable, "it is empty"));
    }
    let (digest, size) = blocking(move || document.finish()).await.map_err(Lost::Fatal)?;
    Ok(Kept { digest, size, status, content_type, origin })
}

fn too_large() -> Lost {
    Lost::Gap(GapReason::Unreadable, format!("it is larger than {} MB", MAX_BYTES >> 20))
}

/// One unsigned GET through the account's own HTTP client, so that proxies, TLS roots and recordings count here too.
async fn request(account: &AccountContext, place: Place) -> Result<HttpResponse, Lost> {
    let mut operation = Operation::builder()
        .service_name("artifact")
        .operation_name("Download")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&place.endpoint)
        .no_auth()
        .no_retry();
    if let Some(client) = account.sdk.http_client() {
        operation = operation.http_client(client);
    }
    let operation = operation
        .serializer(|place: Place| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(place.path_and_query)?;
            Ok(request)
        })
        .deserializer_impl::<Answered, Never>(TakeBody)
        .build();
    match operation.invoke(place).await {
        Ok(Answered(answer)) => Ok(answer),
        Err(_) => Err(Lost::Gap(GapReason::Failed, "its address does not answer".to_owned())),
    }
}

/// Takes the response before its body is read.
#[derive(Debug)]
struct TakeBody;

/// A response whose body is still on its way. Its `Debug` shows nothing of it.
struct Answered(HttpResponse);

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answered")
    }
}

/// No answer is an error here: its status is looked at later.
#[derive(Debug, thiserror::Error)]
enum Never {}

impl DeserializeResponse for TakeBody {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        _config: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<Error>>> {
        let status = response.status();
        let mut taken = HttpResponse::new(status, std::mem::replace(response.body_mut(), SdkBody::taken()));
        *taken.headers_mut() = std::mem::take(response.headers_mut());
        Some(Ok(Output::erase(Answered(taken))))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_are_fetched_but_a_test_s_own() {
        let place = Place::parse("https://bucket.s3.amazonaws.com/a%20b/r.pdf?X-Amz-Signature=5ec4e7").unwrap();
        assert_eq!(place.endpoint, "https://bucket.s3.amazonaws.com");
        assert_eq!(place.path_and_query, "/a%20b/r.pdf?X-Amz-Signature=5ec4e7");
        assert_eq!(place.path(), "/a%20b/r.pdf");
        assert!(!format!("{place:?}").contains("5ec4e7"));
        assert!(Place::parse("http://127.0.0.1:5000/r.pdf?s=1").is_some());
        for refused in
            ["http://bucket.s3.amazonaws.com/r.pdf", "file:///etc/passwd", "https://user@host/r", "/r.pdf", ""]
        {
            assert!(Place::parse(refused).is_none(), "{refused}");
        }
    }
}
