//! How CloudTrail's log files are proved: by the digests that vouch for them, and the chain of these over the hours. No
//! I/O, no clock, no threads. `collect` asks S3 and CloudTrail along a [`Chain`]. `facts` reads what was kept with
//! [`read()`], and whoever has a pack does the same offline.
//!
//! A pack shows by itself: the digests, CloudTrail's signatures of them, its public keys, and the chain; the hours
//! without a digest, and the log files that no digest names. That a log file matched its digest shows our own record of its
//! hash, for the log files are not in the pack. A refusal or a network fault is a gap and never tampering.

mod asked;
mod chain;
mod collected;
mod cover;
mod digest;
mod digests;
mod fault;
mod links;
mod listing;
mod log_files;
mod logs;
mod object;
mod place;
mod problem;
mod read;
mod record;
mod row;
mod sample;
#[cfg(test)]
mod tests;
mod window;

pub use chain::{Chain, Days, InFolder};
pub use fault::ObjectFault;
pub use listing::{Listing, folders};
pub use object::{Digest, Inflated, MAX_DIGEST, MAX_LOG, NamedLog, inflate_digest};
pub use place::{TrailFolders, TrailSummary, is_backfill};
pub use read::read;
pub use record::{FETCHED_LOGS, FetchedLog, FoundLog, line, parameters};
pub use sample::LogSample;
pub use window::TrailWindow;
