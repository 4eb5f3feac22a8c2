//! Documents behind presigned URLs: unsigned, streamed into the vault, never whole in memory.

use std::time::{Duration, Instant};

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{DocumentSink, GapReason, Remedy, Sha256};

use super::CollectError;
use super::account::AccountContext;
use super::bounds::{NoSecondTime, Taking};
use super::classify::{Failure, FailureKind, failure};
use super::label::{Label, Reply};
use super::recorder::{Captured, Received, Recorder};
use super::run::blocking;

/// How long a document may take, and how large it may be.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// A connection that gives nothing for so long is dead.
    stalled: Duration,
    /// One that gives a byte now and then would hold the run for ever.
    whole: Duration,
    /// No report of AWS comes near.
    most: u64,
}

const PATIENCE: Patience =
    Patience { stalled: Duration::from_secs(60), whole: Duration::from_secs(30 * 60), most: 512 << 20 };

impl AccountContext {
    /// Fetches a document from a presigned URL and streams it to the sink, which is handed the exchange with an empty
    /// body: it has the bytes already. Returns the document's hash and length. The URL itself is a secret and is not kept.
    pub async fn download(&self, label: Label, url: &str) -> Result<Reply<(Sha256, u64)>, CollectError> {
        let Some((origin, path)) = split(url) else {
            let message = format!("{} gave no address to fetch it from", label.operation);
            self.gap(label, GapReason::Unreadable, Remedy::Report, message).await?;
            return Ok(Reply::Gap(GapReason::Unreadable));
        };
        let operation = self.unsigned(origin);
        let path = path.to_owned();
        let call = async move { operation.invoke(path).await };
        let (result, mut captured) = self.send_taking(&label, Taking::Streamed, call).await;
        let document = match result {
            Ok(Document(body, received)) => {
                captured.response = Some(received);
                self.stream(body).await?
            }
            Err(error) => Err(failure(&error)),
        };
        let document = match (document, &captured) {
            (Ok(document), Captured { request: Some(sent), response: Some(received), .. }) => {
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
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime);
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
        let sink = std::sync::Arc::clone(&self.run.sink);
        let document = blocking(move || sink.document()).await?;
        copy(body, document, PATIENCE).await
    }
}

/// Copies a body into a document.
async fn copy(
    body: SdkBody,
    mut document: Box<dyn DocumentSink>,
    Patience { stalled, whole, most }: Patience,
) -> Result<Result<(Sha256, u64), Failure>, CollectError> {
    let mut stream = ByteStream::new(body);
    let end = Instant::now() + whole;
    let mut length = 0u64;
    loop {
        let broken = |kind, message: String| Ok(Err(Failure { kind, status: Some(200), code: None, message }));
        let left = end.saturating_duration_since(Instant::now());
        let chunk = match tokio::time::timeout(stalled.min(left), stream.next()).await {
            Err(_) if left <= stalled => {
                let message = format!("the document did not come whole in {} minutes", whole.as_secs() / 60);
                return broken(FailureKind::TimedOut, message);
            }
            Err(_) => return broken(FailureKind::TimedOut, "the document stopped coming".to_owned()),
            Ok(None) => break,
            Ok(Some(Err(error))) => return broken(FailureKind::Transport, error.to_string()),
            Ok(Some(Ok(chunk))) => chunk,
        };
        length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if length > most {
            return broken(FailureKind::TooLarge, format!("the document is larger than {} MiB", most >> 20));
        }
        document = blocking(move || document.write(&chunk).map(|()| document)).await?;
    }
    Ok(Ok(blocking(move || document.finish()).await?))
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

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body::{Body, Frame};

    use super::*;
    use crate::model::SinkError;

    /// A byte every so often, so many times.
    struct Trickle(tokio::time::Interval, u32);

    impl Body for Trickle {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            if self.1 == 0 {
                return Poll::Ready(None);
            }
            self.0.poll_tick(context).map(|_| {
                self.1 -= 1;
                Some(Ok(Frame::data(Bytes::from_static(b"x"))))
            })
        }
    }

    struct Counting(u64);

    impl DocumentSink for Counting {
        fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
            self.0 += bytes.len() as u64;
            Ok(())
        }

        fn finish(self: Box<Self>) -> Result<(Sha256, u64), SinkError> {
            Ok((Sha256::of(b""), self.0))
        }
    }

    async fn copied(every: u64, bytes: u32) -> Result<u64, String> {
        let milliseconds = Duration::from_millis;
        let patience = Patience { stalled: milliseconds(200), whole: milliseconds(400), most: 100 };
        let body = SdkBody::from_body_1_x(Trickle(tokio::time::interval(milliseconds(every)), bytes));
        let copied = copy(body, Box::new(Counting(0)), patience).await.unwrap();
        copied.map(|(_, length)| length).map_err(|failure| format!("{:?}: {}", failure.kind, failure.message))
    }

    #[tokio::test]
    async fn a_document_has_a_length_and_a_time() {
        assert_eq!(copied(1, 20).await, Ok(20));
        assert_eq!(copied(1, 101).await, Err("TooLarge: the document is larger than 0 MiB".to_owned()));
        assert_eq!(copied(1_000, 5).await, Err("TimedOut: the document stopped coming".to_owned()));
        assert_eq!(copied(20, 90).await, Err("TimedOut: the document did not come whole in 0 minutes".to_owned()));
    }
}
