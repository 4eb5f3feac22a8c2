//! Documents behind presigned URLs: unsigned, streamed into the vault, never whole in memory.

use std::time::Duration;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::Sha256;

use super::CollectError;
use super::account::AccountContext;
use super::classify::{Failure, FailureKind, failure};
use super::label::{Label, Reply};
use super::recorder::{Captured, Received, Recorder};
use super::run::blocking;

/// No report of AWS comes near.
const MAX_BYTES: u64 = 512 * 1024 * 1024;
/// A connection that gives nothing for so long is dead.
const STALLED: Duration = Duration::from_secs(60);

impl AccountContext {
    /// Fetches a document from a presigned URL and streams it to the sink, which is handed the exchange with an empty
    /// body: it has the bytes already. Returns the document's hash and length. The URL itself is a secret and is not kept.
    pub async fn download(&self, label: Label, url: &str) -> Result<Reply<(Sha256, u64)>, CollectError> {
        let Some((origin, path)) = split(url) else {
            return Err(CollectError::Internal(format!("{} gave no URL", label.operation)));
        };
        let operation = self.unsigned(origin);
        let path = path.to_owned();
        let (result, mut captured) = self.send(&label, async move { operation.invoke(path).await }).await;
        let document = match result {
            Ok(Document(body, received)) => {
                captured.response = Some(received);
                self.stream(body).await?
            }
            Err(error) => Err(failure(&error)),
        };
        let document = match (document, &captured) {
            (Ok(document), Captured { request: Some(sent), response: Some(received) }) => {
                let exchange = self.exchange(&label, label.answer(), sent, received, document);
                self.keep_exchange(exchange, received).await?;
                return Ok(Reply::Content(document));
            }
            (document, _) => document,
        };
        self.settle(label, document, captured).await
    }

    fn unsigned(&self, origin: &str) -> Operation<String, Document, NoDocument> {
        let mut builder = Operation::builder()
            .service_name("download")
            .operation_name("download")
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(origin)
            .no_auth()
            .interceptor(Recorder);
        if let Some(client) = self.sdk.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(retries) = self.sdk.retry_config() {
            builder = builder.standard_retry(retries);
        }
        if let Some(timeouts) = self.sdk.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = self.sdk.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        builder.serializer(get).deserializer_impl(Streaming).build()
    }

    async fn stream(&self, body: SdkBody) -> Result<Result<(Sha256, u64), Failure>, CollectError> {
        let mut stream = ByteStream::new(body);
        let sink = std::sync::Arc::clone(&self.run.sink);
        let mut document = blocking(move || sink.document()).await?;
        let mut length = 0u64;
        loop {
            let broken = |kind, message: String| Ok(Err(Failure { kind, status: Some(200), code: None, message }));
            let chunk = match tokio::time::timeout(STALLED, stream.next()).await {
                Err(_) => return broken(FailureKind::TimedOut, "the document stopped coming".to_owned()),
                Ok(None) => break,
                Ok(Some(Err(error))) => return broken(FailureKind::Transport, error.to_string()),
                Ok(Some(Ok(chunk))) => chunk,
            };
            length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if length > MAX_BYTES {
                return broken(FailureKind::Unreadable, "the document is larger than 512 MiB".to_owned());
            }
            document = blocking(move || document.write(&chunk).map(|()| document)).await?;
        }
        Ok(Ok(blocking(move || document.finish()).await?))
    }
}

/// `https://host/path?query` in two.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http"))?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    Some((&url[..scheme.len() + "://".len() + at], &rest[at..]))
}

fn get(path: String) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method("GET")?;
    request.set_uri(if path.is_empty() { "/".to_owned() } else { path })?;
    Ok(request)
}

/// The body on its way, and the reply without it.
#[derive(Debug)]
struct Document(SdkBody, Received);

#[derive(Debug)]
struct Streaming;

impl DeserializeResponse for Streaming {
    fn deserialize_streaming(&self, response: &mut HttpResponse) -> Option<Result<Output, OrchestratorError<Error>>> {
        response.status().is_success().then(|| {
            let received = Received::of(response);
            Ok(Output::erase(Document(response.take_body(), received)))
        })
    }

    fn deserialize_nonstreaming(&self, response: &HttpResponse) -> Result<Output, OrchestratorError<Error>> {
        let code = match response.status().as_u16() {
            403 => "ExpiredDocumentUrl",
            404 => "NoSuchDocument",
            _ => "DocumentNotServed",
        };
        let meta = ErrorMetadata::builder().code(code).message("the presigned URL gave no document").build();
        Err(OrchestratorError::operation(Error::erase(NoDocument(meta))))
    }
}

/// The URL answered with something else.
#[derive(Debug)]
struct NoDocument(ErrorMetadata);

impl std::fmt::Display for NoDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoDocument {}

impl ProvideErrorMetadata for NoDocument {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}
