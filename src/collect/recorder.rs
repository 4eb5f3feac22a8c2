//! The one recorder: an interceptor on every client that copies what went out and what came back, byte for byte.
//!
//! The copy goes into a slot of the task that makes the call (see `AccountContext::call`). So a call needs nothing but
//! its label; one without a label fails before it leaves the machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;

use crate::model::{Sha256, Withhold};
use crate::withhold::{Unsearchable, Written, withhold};

use crate::walk::flat;

use super::bounds::{Held, Memory, Taking, TooLarge, bounded};
use super::replay::{REPLAYED, RequestKey};

tokio::task_local! {
    static SLOT: Arc<Mutex<Captured>>;
}

/// What the last attempt of a call sent and got.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured {
    pub(crate) request: Option<Sent>,
    pub(crate) response: Option<Received>,
    /// The reply's bytes in memory, counted until this is dropped.
    pub(crate) held: Option<Arc<Held>>,
}

/// What was sent, without its signature.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) key: RequestKey,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) content_type: Option<String>,
    /// Those of [`KEPT`] that came.
    pub(crate) headers: BTreeMap<String, String>,
    /// Of S3.
    pub(crate) etag: Option<String>,
    /// Where the bucket lies, when S3 says that it lies elsewhere.
    pub(crate) bucket_region: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) origin: Origin,
    /// The paths at which values were taken out of the body.
    pub(crate) withheld: Vec<String>,
    /// Why the body may not be kept: values had to be taken out of it, and could not be found.
    pub(crate) unkeepable: Option<Arc<Unsearchable>>,
}

/// Whether a header may be the name of a region: it becomes part of a host.
fn is_region(name: &str) -> bool {
    (1..=63).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

/// The headers that are evidence beside the body: a digest's signature lies in them.
const KEPT: [&str; 3] =
    ["x-amz-meta-signature", "x-amz-meta-signature-algorithm", "x-amz-meta-backfill-generation-timestamp"];

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// AWS (or the demo's recordings, which are evidence of their own).
    Aws,
    /// The journal of the interrupted run: kept already.
    Journal,
}

impl Received {
    /// Copies a reply whose body is in memory.
    pub(crate) fn of(response: &HttpResponse) -> Self {
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        Self {
            status: response.status().as_u16(),
            request_id: ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"].into_iter().find_map(header),
            content_type: header("content-type"),
            headers: KEPT.into_iter().filter_map(|name| Some((name.to_owned(), header(name)?))).collect(),
            etag: header("etag"),
            bucket_region: header("x-amz-bucket-region").filter(|name| is_region(name)),
            body: response.body().bytes().map(Bytes::copy_from_slice).unwrap_or_default(),
            origin: if response.headers().contains_key(REPLAYED) { Origin::Journal } else { Origin::Aws },
            withheld: Vec::new(),
            unkeepable: None,
        }
    }

    /// Takes values out of the body. A body in which they cannot be found is forgotten. A refusal has none.
    pub(crate) fn withhold(&mut self, written: Written<'_>, rules: &[Withhold]) {
        if rules.is_empty() || !(200..300).contains(&self.status) {
            return;
        }
        match withhold(&self.body, written, rules) {
            Ok(kept) => {
                self.body = kept.body.into();
                self.withheld = kept.paths;
            }
            Err(why) => {
                self.body = Bytes::new();
                self.unkeepable = Some(Arc::new(why));
            }
        }
    }
}

impl Sent {
    /// Copies a signed request, but neither its signature nor its session token.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let key = RequestKey::of(request);
        // An unsigned request carries its signature in its query.
        let parameters = if key.service.is_empty() {
            BTreeMap::new()
        } else {
            {
                let media = request.headers().get("content-type").unwrap_or_default();
                flat(request.uri(), media, request.body().bytes().unwrap_or_default())
            }
        };
        Self { key, parameters }
    }

    /// The request's identity in a replay.
    pub(crate) fn identity(&self, account_label: &str) -> Sha256 {
        self.key.identity(account_label)
    }
}

/// Runs a call and returns what its last attempt sent and got beside its own result.
pub(crate) async fn observe<T>(memory: &Arc<Memory>, taking: Taking, call: impl Future<Output = T>) -> (T, Captured) {
    let slot = Arc::new(Mutex::new(Captured::default()));
    let (result, held) = bounded(memory, taking, SLOT.scope(Arc::clone(&slot), call)).await;
    let captured = std::mem::take(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner));
    (result, Captured { held, ..captured })
}

fn with_slot(work: impl FnOnce(&mut Captured)) -> Result<(), Unlabelled> {
    SLOT.try_with(|slot| work(&mut slot.lock().unwrap_or_else(PoisonError::into_inner))).map_err(|_| Unlabelled)
}

/// A call that is not observed: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("an AWS call without a label: it would leave no evidence")]
pub(crate) struct Unlabelled;

impl Captured {
    /// Why the reply was not taken, if it was too large.
    pub(crate) fn refused(&self) -> Option<TooLarge> {
        self.held.as_ref().and_then(|held| held.refused())
    }
}

/// The interceptor; stateless, one for all clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recorder;

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let sent = Sent::of(context.request());
        with_slot(|slot| *slot = Captured { request: Some(sent), ..Captured::default() })?;
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let received = Received::of(context.response());
        with_slot(|slot| slot.response = Some(received))?;
        Ok(())
    }
}
