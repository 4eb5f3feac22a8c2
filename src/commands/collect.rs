//! `collect`: snapshot the evidence into the vault.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use miette::{IntoDiagnostic as _, miette};
use serde::Serialize;

use super::context::{Context, vault_fault};
use super::exit::Exit;
use super::fault::fault;
use super::progress::Bars;
use super::table::{Table, visible};
pub(super) use crate::case::TOOL;
use crate::case::{CaseError, Timeline, Yardstick};
use crate::cli::Collect;
use crate::collect::{self, Clock, Collected, Concurrency, Mode, Plan, Recordings};
use crate::model::{Coverage, Definitions, Gap, Period, Settings, Snapshot, SnapshotId, SourceId, with_causes};
use crate::vault::{Journal, Resumed, Vault};

pub(super) fn run(flags: &Collect, context: &mut Context<'_>) -> miette::Result<Exit> {
    let yardstick = context.yardstick()?;
    let vault = Vault::create(&context.options.vault)?;
    let (journal, mode) = journal(flags, context, &vault, &yardstick.settings)?;
    let concurrency = Concurrency { calls: usize::from(flags.concurrency), ..Concurrency::default() };
    let taken = take(&yardstick, journal, mode, concurrency, context)?;
    if let Err(error) = keep_judgement(&yardstick, &vault) {
        context.note(&format!("note: the snapshot is safe, but it is not judged yet: {}", with_causes(&error)));
    }
    report(&taken, context)
}

/// A finished collection.
pub(super) struct Taken {
    pub(super) id: SnapshotId,
    pub(super) snapshot: Snapshot,
}

fn journal(
    flags: &Collect,
    context: &Context<'_>,
    vault: &Vault,
    settings: &Settings,
) -> miette::Result<(Journal, Mode)> {
    if flags.resume {
        let Resumed { journal, exchanges } = vault.resume(settings.period).map_err(vault_fault)?;
        context.note(&format!(
            "going on with the collection of {}: {} replies are here already",
            journal.started().time.format("%Y-%m-%d %H:%M UTC"),
            exchanges.len()
        ));
        let mut replies = Vec::with_capacity(exchanges.len());
        for exchange in exchanges {
            let body = vault.get(&exchange.body).map_err(vault_fault)?;
            replies.push((exchange, body));
        }
        return Ok((journal, Mode::Resume(Arc::new(Recordings::from_exchanges(replies)))));
    }
    if vault.unfinished().map_err(vault_fault)?.is_some() {
        context
            .note("note: an unfinished collection is in the vault; `--resume` would go on with it, this begins anew");
    }
    let journal = vault.begin(context.now, settings.period, &settings.organization).map_err(vault_fault)?;
    Ok((journal, Mode::Live))
}

/// Runs a collection to its snapshot.
pub(super) fn take(
    yardstick: &Yardstick,
    journal: Journal,
    mode: Mode,
    concurrency: Concurrency,
    context: &Context<'_>,
) -> miette::Result<Taken> {
    let journal = Arc::new(journal);
    let bars = Arc::new(Bars::new(context.options.quiet));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().into_diagnostic()?;
    let began = std::time::Instant::now();
    let start = context.now;
    let clock: Clock = Arc::new(move || start + chrono::Duration::from_std(began.elapsed()).unwrap_or_default());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let plan = Plan {
        catalog: Arc::clone(&yardstick.catalog),
        settings: Arc::clone(&yardstick.settings),
        time: journal.started().time,
        sink: Arc::clone(&journal) as _,
        progress: Arc::clone(&bars) as _,
        clock: Arc::clone(&clock),
        mode,
        concurrency,
        stop: stopped,
    };
    let collected = runtime.block_on(async {
        let watch = tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                let _ = stop.send(true);
            }
            std::future::pending::<()>().await;
        });
        let collected = collect::collect(plan).await;
        watch.abort();
        collected
    });
    bars.clear();
    runtime.shutdown_background();
    let collected = collected.map_err(|error| fault(error, None))?;
    let definitions = yardstick.keep(&|bytes| journal.keep(bytes))?;
    finish(collected, definitions, journal, &yardstick.settings, &clock)
}

fn finish(
    collected: Collected,
    definitions: Definitions,
    journal: Arc<Journal>,
    settings: &Settings,
    clock: &Clock,
) -> miette::Result<Taken> {
    let journal = Arc::into_inner(journal).ok_or_else(|| miette!("the collection still writes; this is a defect"))?;
    let (exchanges, gaps) = journal.gathered();
    let snapshot = Snapshot {
        format: Snapshot::FORMAT,
        tool: TOOL.to_owned(),
        previous: journal.previous(),
        organization: settings.organization.clone(),
        period: settings.period,
        time: journal.started().time,
        finished: clock(),
        also_after: journal.also_after(),
        attestations: journal.attested(),
        caller: collected.caller,
        definitions: Some(definitions),
        scope: collected.scope,
        exchanges,
        gaps,
        coverage: collected.coverage,
    };
    let id = journal.finish(&snapshot).map_err(vault_fault)?;
    Ok(Taken { id, snapshot })
}

/// Judges what was collected, so that `trend` has it at hand.
fn keep_judgement(yardstick: &Yardstick, vault: &Vault) -> Result<(), CaseError> {
    Timeline::along(vault.chain()?, vault, yardstick)?.judge_newest()
}

/// What `collect` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CollectResult<'a> {
    format: u32,
    snapshot: SnapshotId,
    /// The snapshot before it.
    previous: Option<SnapshotId>,
    time: DateTime<Utc>,
    period: Period,
    /// Replies kept.
    exchanges: usize,
    gaps: &'a [Gap],
    coverage: Calls<'a>,
}

/// Calls: attempted = succeeded + absent + those that ended as a gap.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Calls<'a> {
    #[serde(flatten)]
    total: Coverage,
    sources: &'a BTreeMap<SourceId, Coverage>,
}

fn report(taken: &Taken, context: &mut Context<'_>) -> miette::Result<Exit> {
    let Snapshot { previous, period, time, exchanges, gaps, coverage, .. } = &taken.snapshot;
    let total = total(coverage);
    if context.json() {
        context.print_json(&CollectResult {
            format: 1,
            snapshot: taken.id,
            previous: *previous,
            time: *time,
            period: *period,
            exchanges: exchanges.len(),
            gaps,
            coverage: Calls { total, sources: coverage },
        })?;
    } else {
        context.say(&summary(taken, total))?;
    }
    Ok(if gaps.is_empty() { Exit::Ok } else { Exit::Incomplete })
}

fn total(coverage: &BTreeMap<SourceId, Coverage>) -> Coverage {
    coverage.values().fold(Coverage::default(), |sum, one| Coverage {
        attempted: sum.attempted + one.attempted,
        succeeded: sum.succeeded + one.succeeded,
        absent: sum.absent + one.absent,
        gaps: sum.gaps + one.gaps,
    })
}

/// The snapshot in a few lines, and every gap.
pub(super) fn summary(taken: &Taken, total: Coverage) -> String {
    let Snapshot { scope, exchanges, gaps, caller, .. } = &taken.snapshot;
    let mut text = format!("Snapshot {}\n  asked as {}\n", taken.id, visible(&caller.arn));
    for account in &scope.accounts {
        let alias = account.alias.as_ref().map(|alias| format!(" ({})", visible(alias))).unwrap_or_default();
        let regions: Vec<&str> = account.regions.iter().map(|region| region.as_str()).collect();
        text.push_str(&format!("  account {}{alias} in {}\n", account.id, regions.join(", ")));
    }
    text.push_str(&format!(
        "  {} sources, {} calls: {} answered with content, {} with \"there is none\"; {} replies kept\n",
        scope.sources.len(),
        total.attempted,
        total.succeeded,
        total.absent,
        exchanges.len(),
    ));
    match gaps.is_empty() {
        true => text.push_str("  no gaps"),
        false => {
            text.push_str(&format!("\n{}\n", incomplete(gaps)));
            text.push_str(&gap_table(gaps));
        }
    }
    text
}

/// The line over a list of gaps.
pub(super) fn incomplete(gaps: &[Gap]) -> String {
    match gaps.len() {
        1 => "Evidence is incomplete: 1 gap".to_owned(),
        several => format!("Evidence is incomplete: {several} gaps"),
    }
}

/// The gaps and what closes each; those alike but for their items are one line.
pub(super) fn gap_table(gaps: &[Gap]) -> String {
    let mut lines = BTreeMap::<_, usize>::new();
    for gap in gaps {
        let place = format!("{} {}", gap.account, gap.region);
        *lines.entry((gap.source.as_str(), place, gap.reason.words(), gap.remedy.to_string())).or_default() += 1;
    }
    let mut table = Table::new(["source", "where", "reason", "closed by", "calls"]);
    for ((source, place, reason, action), calls) in lines {
        table.row([source, &place, reason, &action, &calls.to_string()]);
    }
    table.to_string()
}
