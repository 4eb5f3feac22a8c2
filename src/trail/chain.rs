//! The chain of digests of one trail in one region: which files are its own. The collection and the reading ask it the
//! same questions, so that what is fetched is what is judged.

use chrono::{DateTime, Utc};

use super::object::{MAX_DIGEST, NamedLog};
use super::place::{TrailFolders, TrailSummary, day_folder};
use super::window::TrailWindow;
use crate::model::{AccountId, Region};

/// The digests of a trail in a region over a window, and the log files that they name.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// The trail.
    pub trail: &'a TrailSummary,
    /// The region whose events it recorded.
    pub region: &'a Region,
    /// The window.
    pub window: TrailWindow,
    folders: TrailFolders,
}

/// A folder that is listed from its first day to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The folder: what all keys begin with.
    pub folder: String,
    /// The folder of the first day: the list begins after it.
    pub first: String,
    /// The folder of the last day: behind it the list may end.
    pub last: String,
}

/// What a key in the folder of the digests is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InFolder {
    /// A digest of the chain, whose hour ends then.
    Digest(DateTime<Utc>),
    /// One that is too large to be a digest: it is not fetched, and that is a finding.
    TooLarge(DateTime<Utc>),
    /// Another trail's, or of another time.
    Other,
}

impl<'a> Chain<'a> {
    /// `organization`: of an organization's trail the folder of the organization, `o-exampleorgid`.
    pub fn new(
        trail: &'a TrailSummary,
        organization: Option<&str>,
        account: &AccountId,
        region: &'a Region,
        window: TrailWindow,
    ) -> Self {
        Self { trail, region, window, folders: TrailFolders::new(trail, organization, account, region) }
    }

    /// The bucket that the trail delivers to.
    pub fn bucket(&self) -> &str {
        &self.trail.bucket
    }

    /// The folders of the digests and the log files.
    pub fn folders(&self) -> &TrailFolders {
        &self.folders
    }

    /// The days on which digests of the window may lie.
    pub fn digest_days(&self) -> Days {
        self.days(&self.folders.digests, self.window.digests_until)
    }

    /// The days on which log files of the window may lie.
    pub fn log_days(&self) -> Days {
        self.days(&self.folders.logs, self.window.until)
    }

    fn days(&self, folder: &str, until: DateTime<Utc>) -> Days {
        let (first, last) = (day_folder(folder, self.window.from), day_folder(folder, until));
        Days { folder: folder.to_owned(), first, last }
    }

    /// What a key in the folder of the digests is.
    pub fn in_digests(&self, key: &str, size: u64) -> InFolder {
        match self.digest_end(key) {
            None => InFolder::Other,
            Some(end) if size > MAX_DIGEST => InFolder::TooLarge(end),
            Some(end) => InFolder::Digest(end),
        }
    }

    /// The end of a digest's hour, where the key is one of this chain's and of its window.
    pub fn digest_end(&self, key: &str) -> Option<DateTime<Utc>> {
        self.folders.digest_time(key).filter(|end| self.window.has_digest(*end))
    }

    /// Whether a digest of this chain may name such a log file; another may send us anywhere.
    pub fn holds(&self, log: &NamedLog) -> bool {
        log.s3_bucket == self.trail.bucket && self.folders.log_time(&log.s3_object).is_some()
    }
}
