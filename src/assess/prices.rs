//! What our own functions cost, taken before they run: all of them read their arguments, some hold each part of one
//! against each part of another, and some make more than they are given.

use cel::ExecutionError;
use cel::common::types::CelList;
use cel::common::value::CowVal;

use super::meter::Meter;
use super::values::{Weight, length};

/// The function whose errors are reasons: what is not seen from here.
pub(super) const ALARMS_MISSING: &str = "alarms_missing";

/// Bytes of a document that count as one part.
const PART: u64 = 32;

/// Pairs of parts that are held against each other in one step.
const PAIRS: u64 = 64;

/// Pairs of bytes of a text and a pattern that are held against each other in one step.
const BYTE_PAIRS: u64 = 128;

/// The steps in which a byte of a filter pattern is parsed and asked about all events of a kind.
const FILTER: u64 = 16;

/// What a piece of a text takes in a list.
const PIECE: u64 = 80;

/// Takes the price of calling a function with these arguments.
pub(super) fn pay(meter: &Meter, name: &str, args: &[CowVal<'_, '_>]) -> Result<(), ExecutionError> {
    let weights = args.iter().map(|one| meter.copied(one.as_ref())).collect::<Result<Vec<Weight>, ExecutionError>>()?;
    let text = |number: usize| args.get(number).map_or(0, |one| length(one.as_ref()) as u64);
    let bytes = |number: usize| weights.get(number).map_or(0, |one| one.bytes);
    let pairs = |one: u64, other: u64| (one / PART + 1).saturating_mul(other / PART + 1) / PAIRS;
    match name {
        "split" => {
            // Each byte may be a piece: counting those that are would read the text twice.
            let pieces = text(0) / text(1).max(1) + 1;
            meter.steps(pieces)?;
            meter.bytes(pieces.saturating_mul(PIECE))
        }
        "join" => {
            let items =
                args.first().and_then(|list| list.downcast_ref::<CelList>()).map_or(0, |list| list.len() as u64);
            meter.steps(items.saturating_mul(text(1)) / PART)?;
            meter.bytes(items.saturating_mul(text(1)))
        }
        "matches_any" => meter.steps(text(0).saturating_mul(bytes(1)) / BYTE_PAIRS),
        "filter_counts" => meter.steps(text(0).saturating_mul(FILTER)),
        ALARMS_MISSING => {
            let (kinds, filters, alarms) = (bytes(0), bytes(3), bytes(4));
            let (topics, rules) = (bytes(5), bytes(6));
            meter.steps(pairs(kinds, filters + rules))?;
            meter.steps(pairs(filters + topics, alarms) / PAIRS)
        }
        name if is_of_documents(name) => {
            let all: u64 = weights.iter().map(|one| one.bytes).sum();
            meter.steps(pairs(all, all))
        }
        _ => Ok(()),
    }
}

/// Functions that hold statements, rules or ranges against each other.
fn is_of_documents(name: &str) -> bool {
    ["policy_", "trust_"].iter().any(|start| name.starts_with(start))
        || ["network_acl_opens", "ports_open"].contains(&name)
}
