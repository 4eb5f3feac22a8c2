//! How much is taken of what answers, whoever it is: a bound on each reply, and one on all that a run holds in memory.
//!
//! The bounds stand in the HTTP client, below all that reads replies, credentials included. A body is counted as it comes:
//! its announced length may be a lie, and a chunked one announces none.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::{Error as BodyError, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::trail::MAX_LOG;

/// The largest reply that is taken; AWS's own have some MB.
const MAX_REPLY: u64 = 64 << 20;
/// The replies of a run that are in memory at once.
const MAX_HELD: u64 = 512 << 20;

const _: () = assert!(MAX_LOG <= MAX_REPLY, "a log file is a reply");

/// Why a reply was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooLarge {
    /// It is larger than any may be.
    #[error("the reply has more than {} MiB", .0 >> 20)]
    Reply(u64),
    /// It would be, with the others that are in memory.
    #[error("this reply and the others in memory have more than {} MiB", .0 >> 20)]
    Run(u64),
}

/// How the body of a reply is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// Whole, into memory.
    Whole,
    /// Piece by piece by the caller, who counts; an error's body whole.
    Streamed,
}

tokio::task_local! {
    static CALL: Arc<Call>;
}

/// What the call that is being made may take, and what its last reply took.
#[derive(Debug)]
struct Call {
    memory: Arc<Memory>,
    taking: Taking,
    held: Mutex<Option<Arc<Held>>>,
}

/// Makes a call whose replies are bounded; gives what its last reply holds in memory beside its result.
pub(crate) async fn bounded<T>(
    memory: &Arc<Memory>,
    taking: Taking,
    call: impl Future<Output = T>,
) -> (T, Option<Arc<Held>>) {
    let own = Arc::new(Call { memory: Arc::clone(memory), taking, held: Mutex::default() });
    let result = CALL.scope(Arc::clone(&own), call).await;
    let held = own.held.lock().unwrap_or_else(PoisonError::into_inner).take();
    (result, held)
}

/// The bytes of replies that a run holds, and how many they may be.
#[derive(Debug)]
pub(crate) struct Memory {
    held: AtomicU64,
    reply: u64,
    run: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(MAX_REPLY, MAX_HELD)
    }
}

impl Memory {
    /// So many bytes of a reply, so many of all.
    pub(crate) fn of(reply: u64, run: u64) -> Self {
        Self { held: AtomicU64::new(0), reply, run }
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }
}

/// The bytes of one reply, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    bytes: AtomicU64,
    refused: OnceLock<TooLarge>,
}

impl Held {
    fn new(memory: Arc<Memory>) -> Self {
        Self { memory, bytes: AtomicU64::new(0), refused: OnceLock::new() }
    }

    /// Why the reply was not taken, if it was not.
    pub(crate) fn refused(&self) -> Option<TooLarge> {
        self.refused.get().copied()
    }

    fn take(&self, bytes: u64) -> Result<(), TooLarge> {
        let Memory { held, reply, run } = self.memory.as_ref();
        let mine = self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let all = held.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        match (mine > *reply, all > *run) {
            (true, _) => Err(self.refuse(TooLarge::Reply(*reply))),
            (false, true) => Err(self.refuse(TooLarge::Run(*run))),
            (false, false) => Ok(()),
        }
    }

    fn refuse(&self, why: TooLarge) -> TooLarge {
        *self.refused.get_or_init(|| why)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.held.fetch_sub(self.bytes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// A body that ends in an error where it becomes too large.
struct Counted {
    body: SdkBody,
    held: Arc<Held>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        // One that says beforehand that it is too large is not waited for.
        if self.body.size_hint().lower() > self.held.memory.reply {
            let why = self.held.refuse(TooLarge::Reply(self.held.memory.reply));
            return Poll::Ready(Some(Err(why.into())));
        }
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => frame,
            other => return other,
        };
        let bytes = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        Poll::Ready(Some(self.held.take(bytes).map(|()| frame).map_err(BodyError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}

/// An HTTP client whose replies are bounded.
#[derive(Debug)]
pub(crate) struct BoundedClient(SharedHttpClient);

impl BoundedClient {
    pub(crate) fn around(client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self(client))
    }
}

impl HttpClient for BoundedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(BoundedConnector(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct BoundedConnector(SharedHttpConnector);

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // A call for credentials belongs to no run.
        let call = CALL.try_with(Arc::clone).ok();
        let (memory, taking) = match &call {
            Some(call) => (Arc::clone(&call.memory), call.taking),
            None => (Arc::default(), Taking::Whole),
        };
        let reply = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = reply.await?;
            if taking == Taking::Whole || !response.status().is_success() {
                let held = Arc::new(Held::new(memory));
                if let Some(call) = call {
                    *call.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&held));
                }
                let body = response.take_body();
                *response.body_mut() = SdkBody::from_body_1_x(Counted { body, held });
            }
            Ok(response)
        })
    }
}

/// What was too large once is so again.
#[derive(Debug)]
pub(crate) struct NoSecondTime;

impl ClassifyRetry for NoSecondTime {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        let refused = |call: &Arc<Call>| {
            let held = call.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.as_ref().and_then(|held| held.refused()).is_some()
        };
        match CALL.try_with(refused) {
            Ok(true) => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Too Large"
    }
}
