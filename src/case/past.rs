//! The history that a pack has: of its own snapshot and those before it, as seen from its own snapshot's time.
//!
//! Nothing of it depends on the day on which the pack is made: the same snapshot in the same vault gives the same bytes.

use super::{Case, CaseError, History, Note, StoredSnapshot, Timeline};
use crate::model::{Chain, ChainProblem, Trend, with_causes};

/// Problems of a chain that a report names.
const NAMED: usize = 3;

/// What a pack says of the time before its snapshot.
#[derive(Debug)]
pub struct Past {
    /// The history, if there can be one.
    pub trend: Option<Trend>,
    /// What is missing in it, or why there is none, for the pack's reader; empty: nothing is missing.
    pub note: String,
    /// What its maker should know.
    pub notes: Vec<Note>,
}

impl Past {
    fn none(note: String, why: String) -> Self {
        Self { trend: None, note, notes: vec![Note::NoHistory(why)] }
    }

    /// The past of a judged snapshot. What cannot be read of it is said in the pack, which is then made without a history
    /// rather than not at all: the snapshot itself was verified with all that it stands on before it was judged.
    pub fn of(case: &Case<StoredSnapshot>) -> Self {
        read(case).unwrap_or_else(|error| {
            // The fault's own words name folders of this machine, which do not concern the pack's reader.
            let note = "The snapshots before this one could not be judged: what the vault keeps of them cannot be read. \
                        `auditpack vault check` names what is wrong with it.";
            Self::none(note.to_owned(), with_causes(&error))
        })
    }
}

fn read(case: &Case<StoredSnapshot>) -> Result<Past, CaseError> {
    let StoredSnapshot { vault, stored, .. } = &case.holdings;
    let chain = vault.chain()?;
    if !chain.problems.is_empty() {
        let note = broken(&chain);
        return Ok(Past::none(note.clone(), note));
    }
    let history = Timeline::along(chain, vault, &case.yardstick)?.until(case)?;
    let snapshot = &stored.snapshot;
    let trend = history.trend(&snapshot.organization, snapshot.period, snapshot.time);
    let History { lost, notes, .. } = history;
    Ok(Past { trend: Some(trend.ok_or(CaseError::NothingJudged)?), note: left_out(lost), notes })
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
