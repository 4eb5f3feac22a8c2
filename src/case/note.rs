//! What the user should know besides the result.

use std::fmt;

use chrono::NaiveDate;

use crate::model::SnapshotId;

/// A note; a command prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Snapshots had to be judged.
    Judged,
    /// A snapshot is not part of the history.
    LeftOut {
        /// Which.
        snapshot: SnapshotId,
        /// Of which day.
        day: NaiveDate,
    },
    /// Today's mappings stand in for a snapshot's own.
    MappingsUnread {
        /// Which.
        snapshot: SnapshotId,
        /// Why its own are not used.
        why: String,
    },
    /// The pack says nothing of the time before its snapshot.
    NoHistory(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged => {
                f.write_str("snapshots were judged by today's mappings and settings; the next time this is at hand")
            }
            Self::LeftOut { snapshot, day } => write!(
                f,
                "note: snapshot {} of {day} was pruned before it had been judged: it is left out",
                snapshot.short()
            ),
            Self::MappingsUnread { snapshot, why } => {
                write!(f, "note: the mappings of snapshot {} are not used: {why}", snapshot.short())
            }
            Self::NoHistory(why) => write!(f, "note: the pack has no history: {why}"),
        }
    }
}
