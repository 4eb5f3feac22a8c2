//! Talks to AWS, read-only: the only room that does. Every reply becomes an `Exchange`, every reply that did not come a
//! `Gap`, both through one recorder.
//!
//! `conversations` are Rust on the typed SDK clients for the services at the heart; every other source is data, and one
//! generic signed call makes it.

mod account;
mod bounds;
mod classify;
mod codes;
mod conversations;
mod describe;
mod download;
mod endpoint;
mod environment;
mod error;
mod generic;
mod identity;
mod label;
mod object;
mod offers;
mod plan;
mod recorder;
mod remedy;
mod replay;
mod run;
mod session;
mod source_run;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod withheld;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, try_join_all};

use crate::model::{Collector, Region, Scope, Source, SourceId, SourceScope};

pub use account::AccountContext;
pub use describe::{Context, signed_request};
pub use endpoint::{Endpoint, EndpointSettings, Variant, endpoint};
pub use error::{CollectError, RecordingFault};
pub use label::{Label, Reply};
pub use plan::{Clock, Collected, Concurrency, Mode, Plan};
pub use replay::{Recordings, RequestKey, Tape};

use run::{Gate, Pauses, Run};
use session::Session;

/// What is logged by `-v`, and by `-vv`. The SDK writes requests with their signatures at its finer levels, so those stay
/// closed: a log must be fit to be pasted into a ticket.
pub const LOG_LEVELS: [&str; 2] = ["info", "info,aws_config=debug,aws_smithy_runtime::client::retries=debug"];

/// Collects everything that the plan wants. Gaps are evidence, not errors; an `Err` means that the run could not go on,
/// and what the sink has by then can be resumed.
pub async fn collect(plan: Plan) -> Result<Collected, CollectError> {
    let mut stop = plan.stop.clone();
    let stopped = async move {
        // A sender that is gone will never stop anything.
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = stopped => Err(CollectError::Interrupted),
        result = gather(plan) => result,
    }
}

async fn gather(plan: Plan) -> Result<Collected, CollectError> {
    let session = Session::load(&plan.mode).await?;
    let sources: Vec<Source> = plan.catalog.chosen(&plan.settings.sources).into_iter().cloned().collect();
    let run = Arc::new(Run {
        settings: plan.settings,
        catalog: plan.catalog,
        followers: followers(&sources),
        sink: plan.sink,
        progress: plan.progress,
        clock: plan.clock,
        time: plan.time,
        coverage: Mutex::default(),
        gate: Gate::new(plan.concurrency),
        memory: Arc::default(),
        pauses: if matches!(plan.mode, Mode::Replay(_)) { Pauses::Skipped } else { Pauses::Real },
    });
    let settings = Arc::clone(&run.settings);
    let entered = &settings.scope.accounts;
    let known = if entered.is_empty() {
        vec![identity::identify(&session, None, &run).await?]
    } else {
        try_join_all(entered.iter().map(|account| identity::identify(&session, Some(account), &run))).await?
    };
    try_join_all(known.iter().map(|known| account(&known.context, &sources))).await?;
    let Some(caller) = known.first().map(|known| known.caller.clone()) else {
        return Err(CollectError::NoIdentity("the settings name no account".to_owned()));
    };
    let scope = Scope {
        accounts: known.into_iter().map(|known| known.scope).collect(),
        sources: sources.into_iter().map(|source| source.id).collect(),
    };
    let coverage = std::mem::take(&mut *run.coverage.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Collected { caller, scope, coverage })
}

fn followers(sources: &[Source]) -> BTreeMap<SourceId, Vec<Source>> {
    let mut found: BTreeMap<SourceId, Vec<Source>> = BTreeMap::new();
    for source in sources {
        if let Some(from) = &source.from {
            found.entry(from.source.clone()).or_default().push(source.clone());
        }
    }
    found
}

/// All of an account's sources side by side: what bounds the run is the longest chain of calls, not their number.
async fn account(ctx: &AccountContext, sources: &[Source]) -> Result<(), CollectError> {
    let mut work: Vec<BoxFuture<'_, Result<(), CollectError>>> = Vec::new();
    let first = |source: &&Source| source.collector == Collector::Generic && source.from.is_none();
    for source in sources.iter().filter(first) {
        let regional = source.scope == SourceScope::Region;
        let lacking = ctx.not_offered.get(&source.service).filter(|_| regional);
        let offered = |place: &Region| lacking.is_none_or(|regions| !regions.contains(place));
        for place in endpoint::places(source, &ctx.home, &ctx.regions).into_iter().filter(offered) {
            work.push(Box::pin(async move { source_run::run(ctx, source, &place).await }));
        }
    }
    work.push(Box::pin(conversations::converse(ctx)));
    try_join_all(work).await.map(drop)
}
