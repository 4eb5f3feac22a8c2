//! A fault of the program's own in reading one source must not end the reading of all others.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::model::{Exchange, Facts, Gap, GapReason, Remedy, SourceId, Unanswered, panic_words};

/// Reads a source and those that follow it. Where that breaks off, nothing of them is read: each place that answered has a gap.
pub(super) fn read_guarded<E>(
    facts: &mut Facts,
    sources: &[(&SourceId, &[&Exchange])],
    read: impl FnOnce(&mut Facts) -> Result<(), E>,
) -> Result<(), E> {
    let panic = match catch_unwind(AssertUnwindSafe(|| read(facts))) {
        Ok(read) => return read,
        Err(panic) => panic_words(panic.as_ref()),
    };
    for (source, exchanges) in sources {
        facts.rows.remove(*source);
        facts.read.remove(*source);
        let mut places = BTreeSet::new();
        for exchange in exchanges.iter().filter(|one| places.insert((&one.account, &one.region))) {
            let about = Unanswered {
                source: (*source).clone(),
                account: exchange.account.clone(),
                region: exchange.region.clone(),
                operation: Some(exchange.operation.clone()),
                item: None,
                time: exchange.time,
            };
            let message = format!("the replies of source `{source}` could not be read: auditpack broke off: {panic}");
            facts.gaps.push(Gap::new(about, GapReason::Unreadable, Remedy::Report, message));
        }
    }
    Ok(())
}
