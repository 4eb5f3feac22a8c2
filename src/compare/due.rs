//! What is due: the result of `calendar`, and its JSON is a contract (`docs/schema/calendar.schema.json`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What is due, soonest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Calendar {
    /// The format of this result, 1.
    pub format: u32,
    /// The organization.
    pub organization: String,
    /// Today.
    pub today: NaiveDate,
    /// The last day looked at; what is overdue is always shown.
    pub until: NaiveDate,
    /// What is due.
    pub dues: Vec<Due>,
    /// What is due after `until`, only counted.
    pub later: usize,
}

/// Something that is due on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Due {
    /// The day: the last on which all is well.
    pub date: NaiveDate,
    /// Whether the day has passed.
    pub state: DueState,
    /// What it is about.
    pub kind: DueKind,
    /// Distinguishes it from others of its kind, the same in every run.
    pub id: String,
    /// In one line.
    pub title: String,
    /// Who has to act, if that is known.
    pub owner: String,
    /// What to do.
    pub remedy: String,
}

/// Whether a day has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DueState {
    /// It has.
    Overdue,
    /// It has not.
    Due,
}

/// What something that is due is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DueKind {
    /// A document that ceases to count.
    Attestation,
    /// An exception that ends.
    Exception,
    /// A certificate or another thing in AWS that expires.
    Resource,
    /// The certificate that signs packs.
    SigningCertificate,
    /// A report of AWS whose period ends.
    Report,
    /// The next snapshot.
    Snapshot,
    /// The audit period's end.
    Period,
}

impl DueKind {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Attestation => "document",
            Self::Exception => "exception",
            Self::Resource => "in AWS",
            Self::SigningCertificate => "signing certificate",
            Self::Report => "AWS report",
            Self::Snapshot => "snapshot",
            Self::Period => "period",
        }
    }
}
