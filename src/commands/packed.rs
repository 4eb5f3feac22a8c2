//! The history that a pack has: of its own snapshot and those before it, as seen from its own snapshot's time.
//!
//! Nothing of it depends on the day on which the pack is made: the same snapshot in the same vault gives the same bytes.

use miette::miette;

use super::context::{Context, Judged, vault_fault};
use super::history::{Fresh, History, Judge};
use crate::compare;
use crate::model::{Chain, ChainProblem, Facts, Trend};

/// Problems of a chain that a report names.
const NAMED: usize = 3;

/// What a pack says of the time before its snapshot.
pub(super) struct Past {
    /// The history, if there can be one.
    pub(super) trend: Option<Trend>,
    /// What is missing in it, or why there is none; empty: nothing is missing.
    pub(super) note: String,
}

impl Past {
    fn none(note: String) -> Self {
        Self { trend: None, note }
    }
}

/// The past of a judged snapshot. What cannot be read of it is said in the pack: the snapshot itself was verified with
/// all that it stands on before it was judged, so that its pack is made without a history rather than not at all.
pub(super) fn past(judged: &Judged, facts: &Facts, context: &Context<'_>) -> Past {
    match read(judged, facts, context) {
        Ok(past) => past,
        Err(error) => {
            context.note(&format!("note: the pack has no history: {error}"));
            // The fault's own words name folders of this machine, which are nobody's business.
            Past::none(
                "The snapshots before this one could not be judged: what the vault keeps of them cannot be read. \
                 `auditpack vault check` names what is wrong with it."
                    .to_owned(),
            )
        }
    }
}

fn read(judged: &Judged, facts: &Facts, context: &Context<'_>) -> miette::Result<Past> {
    let chain = judged.vault.chain().map_err(vault_fault)?;
    if !chain.problems.is_empty() {
        let note = broken(&chain);
        context.note(&format!("note: the pack has no history. {note}"));
        return Ok(Past::none(note));
    }
    let judge = Judge {
        catalog: &judged.catalog,
        settings: &judged.settings,
        vault: &judged.vault,
        log: &judged.attested.log,
        chain: &chain,
    };
    let stored = &judged.stored;
    let fresh = Fresh { stored, facts, assessment: &judged.assessment };
    let History { entries, yardstick, lost } = judge.until(fresh, context)?;
    let entries: Vec<_> = entries.iter().map(|(judgement, keeping)| (judgement, *keeping)).collect();
    let snapshot = &stored.snapshot;
    let trend = compare::trend(&snapshot.organization, &entries, yardstick, snapshot.period, snapshot.time);
    let trend = trend.ok_or_else(|| miette!("no snapshot was judged"))?;
    Ok(Past { trend: Some(trend), note: left_out(lost) })
}

/// Why nothing is said over a chain that does not hold.
fn broken(chain: &Chain) -> String {
    let messages: Vec<&str> =
        chain.problems.iter().take(NAMED).map(|one: &ChainProblem| one.message.as_str()).collect();
    let more = chain.problems.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!(
        "The vault's chain of snapshots is not whole, so nothing is said of the time before: {}{more}.",
        messages.join("; ")
    )
}

/// What was pruned before it was judged.
fn left_out(lost: usize) -> String {
    match lost {
        0 => String::new(),
        1 => "1 earlier snapshot is left out: its evidence was pruned before it had been judged.".to_owned(),
        _ => format!("{lost} earlier snapshots are left out: their evidence was pruned before they had been judged."),
    }
}
