//! What a conversation is about, and its calls.

use std::collections::HashSet;
use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::lookup::Lane;
use crate::collect::{AccountContext, CollectError, Label, Reply};
use crate::model::{Collector, GapReason, Region, Remedy, Sha256, Source};

/// Sub-calls that are prepared at once; how many are in flight is bounded elsewhere.
const PREPARED: usize = 64;
/// No list of AWS's is longer; a service that repeats itself with ever new tokens is.
pub(super) const MAX_PAGES: u32 = 10_000;

/// What a conversation is about: one source in one region.
#[derive(Clone, Copy)]
pub(super) struct Topic<'a> {
    pub(super) account: &'a AccountContext,
    pub(super) source: &'a Source,
    pub(super) region: &'a Region,
    pub(super) lane: Option<&'a Lane>,
}

/// The chosen sources of a conversation, in a region.
pub(super) fn topics<'a>(account: &'a AccountContext, collector: Collector, region: &'a Region) -> Vec<Topic<'a>> {
    let known = account.run.catalog.sources.values().filter(|source| source.collector == collector);
    let wanted = known.filter_map(|source| account.wanted(source.id.as_str()));
    wanted.map(|source| Topic { account, source, region, lane: None }).collect()
}

impl Topic<'_> {
    /// The source's id.
    pub(super) fn id(&self) -> &str {
        self.source.id.as_str()
    }

    /// The label of a call about this.
    pub(super) fn label(&self, operation: &str) -> Label {
        Label::new(self.source.id.clone(), operation, self.region)
    }

    /// The size of the list's pages that the source asks for.
    pub(super) fn size(&self) -> Option<i32> {
        let (_, size) = self.source.call.page.as_ref()?.size.as_ref()?;
        i32::try_from(*size).ok()
    }

    /// The size of a part's pages that the source asks for.
    pub(super) fn size_of(&self, part: &str) -> Option<i32> {
        let (_, size) = self.source.call_of(Some(part))?.page.as_ref()?.size.as_ref()?;
        i32::try_from(*size).ok()
    }

    /// Makes a call; `None` when there is no content, which is kept as what it is.
    pub(super) async fn ask<T, E>(
        &self,
        label: Label,
        send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<Option<T>, CollectError>
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        if let Some(lane) = self.lane {
            lane.turn(self.account).await;
        }
        self.account.call(label, send).await.map(Reply::content)
    }

    /// Makes a call for page after page; `take` gets each and returns the token of the next.
    pub(super) async fn pages<T, E, F>(
        &self,
        label: Label,
        send: impl Fn(Option<String>) -> F,
        mut take: impl FnMut(T) -> Option<String>,
    ) -> Result<(), CollectError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let mut seen = HashSet::new();
        let mut token = None;
        for page in 0..MAX_PAGES {
            let reply = self.ask(label.clone().page(page), send(token.take())).await?;
            let Some(next) = reply.and_then(&mut take).filter(|next| !next.is_empty()) else {
                return Ok(());
            };
            if !seen.insert(Sha256::of(next.as_bytes())) {
                break;
            }
            token = Some(next);
        }
        let message = format!("{} in {} never comes to its last page", label.operation, label.region);
        let action = Remedy::Report;
        self.account.gap(label, GapReason::Unreadable, action, message).await
    }

    /// A source that its conversation does not know: of mappings that are not ours.
    pub(super) async fn unknown(&self) -> Result<(), CollectError> {
        let message = format!("no conversation collects `{}`: its collector is `generic`", self.id());
        let remedy = Remedy::setting("sources", format!("leave `{}` out of `sources`", self.id()));
        self.account.gap(self.label(&self.source.call.operation), GapReason::NotAttempted, remedy, message).await
    }
}

/// Does something with each of many things, side by side; the first error ends it.
pub(super) async fn side_by_side<T, F>(
    things: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> F,
) -> Result<(), CollectError>
where
    F: Future<Output = Result<(), CollectError>>,
{
    stream::iter(things).map(Ok).try_for_each_concurrent(PREPARED, work).await
}
