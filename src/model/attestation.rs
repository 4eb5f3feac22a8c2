//! Manual evidence: a document or a URL that a person says shows something, with an owner and a term.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{CheckId, ControlId, FrameworkId, Period, ReportKind, RequirementId, Sha256};

/// The number of an attestation in its log, written `A7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", extend("pattern" = "^A[1-9][0-9]*$")))]
pub struct AttestationId(u32);

impl AttestationId {
    /// The n-th attestation of a log, from 1.
    pub fn new(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for AttestationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{}", self.0)
    }
}

impl FromStr for AttestationId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix(['A', 'a']).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| *number > 0);
        number.map(Self).ok_or_else(|| "expected the id of an attestation, like `A7`; `attest list` names them".into())
    }
}

impl Serialize for AttestationId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AttestationId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A document or a URL, and what its owner says that it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Its number in the log.
    pub id: AttestationId,
    /// What it is, for people.
    pub title: String,
    /// The document itself, or where it is.
    pub document: AttestedDocument,
    /// What it is evidence for.
    #[serde(rename = "for")]
    pub targets: Vec<Target>,
    /// Who answers for it.
    pub owner: String,
    /// The document's own date.
    pub date: NaiveDate,
    /// The last day on which it counts.
    pub valid_until: NaiveDate,
    /// What the reader should know besides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it was attested.
    pub recorded: DateTime<Utc>,
    /// The attestation that it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<AttestationId>,
}

impl Attestation {
    /// How its days relate to an audit's period: it counts when it is valid through the period's end.
    pub fn term(&self, period: Period) -> Term {
        match () {
            () if self.valid_until < period.end => Term::Expired,
            () if self.date > period.end => Term::DatedAfterPeriod,
            () => Term::Valid,
        }
    }
}

/// What was attested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AttestedDocument {
    /// Bytes, kept under their SHA-256.
    File {
        /// The file's name as it was given: hostile.
        name: String,
        /// The hash of its bytes.
        sha256: Sha256,
        /// The length in bytes.
        size: u64,
    },
    /// An address; what stands there is not in the pack, and may change.
    Url(String),
}

impl AttestedDocument {
    /// The hash of the bytes, if there are bytes.
    pub fn sha256(&self) -> Option<Sha256> {
        match self {
            Self::File { sha256, .. } => Some(*sha256),
            Self::Url(_) => None,
        }
    }

    /// The address, if it is one.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::File { .. } => None,
            Self::Url(url) => Some(url),
        }
    }
}

/// What a document is evidence for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Target {
    /// A request of a requirement: the document answers it.
    Request {
        /// The framework.
        framework: FrameworkId,
        /// The request, `cc1.1-code-of-conduct`.
        id: String,
    },
    /// A requirement: the document supports it, and answers its request where it has exactly one.
    Requirement {
        /// The framework.
        framework: FrameworkId,
        /// The requirement.
        id: RequirementId,
    },
    /// A common control: the document supports every requirement that rests on it, and answers no request.
    Control(ControlId),
    /// A report of AWS that AWS Artifact does not have: the document is a dated copy of it.
    Report(ReportKind),
    /// The population that a check lists: the document shows that a sample of it was approved.
    Population(CheckId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { framework, id } => write!(f, "{framework}/{id}"),
            Self::Requirement { framework, id } => write!(f, "{framework}/{id}"),
            Self::Control(id) => write!(f, "control/{id}"),
            Self::Report(kind) => write!(f, "report/{kind}"),
            Self::Population(check) => write!(f, "population/{check}"),
        }
    }
}

/// A document where an assessment relies on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AttestationUse {
    /// The attestation.
    pub id: AttestationId,
    /// Its title.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// Its own date.
    pub date: NaiveDate,
    /// The last day on which it counts.
    pub valid_until: NaiveDate,
    /// The hash of its bytes; none for a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// The address, whose content is not in the pack; none for a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it counts for the audit's period.
    pub term: Term,
}

/// How a document's date and validity relate to the audit's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// Dated within or before the period, and valid through its end.
    Valid,
    /// Valid, but dated after the period's end: results say so.
    DatedAfterPeriod,
    /// Its validity ends before the period does.
    Expired,
}

impl Term {
    /// The term in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::DatedAfterPeriod => "dated after the period",
            Self::Expired => "expired",
        }
    }
}

/// Where an attested file lies in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedFile {
    /// The path in the pack, `attestations/<sha256>-<name>`.
    pub path: String,
    /// The hash of its bytes.
    pub sha256: Sha256,
    /// The length in bytes.
    pub size: u64,
    /// The attestations that it belongs to.
    pub of: Vec<AttestationId>,
}

/// The files of attestations, sorted by path. The same bytes under names that only differ in what a file system may
/// not distinguish are one file.
pub fn attested_files(attestations: &[Attestation]) -> Vec<AttestedFile> {
    let mut files = std::collections::BTreeMap::<String, AttestedFile>::new();
    for attestation in attestations {
        let AttestedDocument::File { name, sha256, size } = &attestation.document else { continue };
        let path = format!("attestations/{sha256}-{}", plain_name(name));
        let file = files.entry(path.to_ascii_lowercase());
        let new = || AttestedFile { path, sha256: *sha256, size: *size, of: Vec::new() };
        file.or_insert_with(new).of.push(attestation.id);
    }
    let mut files: Vec<AttestedFile> = files.into_values().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A name that means nothing to any file system, with its ending kept. It has at most 80 characters: letters, digits,
/// `.`, `-` and `_`, and no point at the end.
fn plain_name(name: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |character: char| match character {
        character if character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_') => character,
        _ => '_',
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_matches('.');
    match name.rsplit_once('.') {
        _ if name.len() <= LONGEST && !name.is_empty() => name.to_owned(),
        Some((stem, ending)) if ending.len() < 10 => {
            let room = LONGEST - 1 - ending.len();
            format!("{}.{ending}", stem.get(..room.min(stem.len())).unwrap_or_default())
        }
        _ if name.is_empty() => "_".to_owned(),
        _ => name.get(..LONGEST).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: u32, name: &str, bytes: &[u8]) -> Attestation {
        let day: NaiveDate = "2026-09-01".parse().unwrap();
        Attestation {
            id: AttestationId::new(id),
            title: String::new(),
            document: AttestedDocument::File {
                name: name.to_owned(),
                sha256: Sha256::of(bytes),
                size: bytes.len() as u64,
            },
            targets: vec![],
            owner: String::new(),
            date: day,
            valid_until: day,
            note: String::new(),
            recorded: DateTime::UNIX_EPOCH,
            replaces: None,
        }
    }

    #[test]
    fn hostile_names_stay_in_the_folder() {
        let long = format!("{}.tar.gz", "x".repeat(300));
        for (name, plain) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\con.txt", "C__con.txt"),
            ("..", "_"),
            ("", "_"),
            ("Richtlinie Zugriff.PDF", "Richtlinie_Zugriff.PDF"),
            ("a\u{202E}fdp.exe", "a_fdp.exe"),
            ("trailing...", "trailing"),
            (long.as_str(), &format!("{}.gz", "x".repeat(77))),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
            assert!(plain_name(name).len() <= 80);
        }
    }

    #[test]
    fn the_same_bytes_are_one_file_unless_their_names_differ() {
        let all = [
            file(1, "Policy.pdf", b"one"),
            file(2, "policy.PDF", b"one"),
            file(3, "policy.pdf", b"two"),
            file(4, "other.pdf", b"one"),
        ];
        let files = attested_files(&all);
        let of: Vec<Vec<String>> = files.iter().map(|file| file.of.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        assert!(of.contains(&vec!["A1".to_owned(), "A2".to_owned()]), "{of:?}");
        assert!(files.iter().all(|file| file.path.starts_with(&format!("attestations/{}-", file.sha256))));
    }

    #[test]
    fn ids_are_read_as_they_are_written() {
        assert_eq!("A12".parse(), Ok(AttestationId::new(12)));
        assert_eq!("a12".parse(), Ok(AttestationId::new(12)));
        for wrong in ["", "A", "12", "A0", "A-1", "A+1", "A99999999999"] {
            assert!(wrong.parse::<AttestationId>().is_err(), "{wrong}");
        }
    }
}
