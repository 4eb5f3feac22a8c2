//! What the templates see: everything sorted, counted and formatted, so that a template only loops and shows. The HTML
//! and the PDF are made from the same view.
//!
//! A badge's `class` is one of `pass`, `fail`, `undetermined`, `na`, `awaiting`; its `word` always says the same, so
//! that color never stands alone. An `href` is an anchor of the report (`#check-kms.key-rotation`) or a path in the pack.

mod attestations;
mod custody;
mod deviations;
mod evidence;
mod findings;
mod page;
mod parts;
mod plot;
mod scope;
mod summary;
mod text;
mod trend;
mod witness;

use serde::Serialize;

use super::Input;
use evidence::Numbers;
pub(crate) use page::Page;
pub(crate) use text::Text;

/// How many failing or undetermined findings of one check are listed; the others are counted aloud.
pub(crate) const FINDINGS_LISTED: usize = 200;
/// How many gaps are listed; the others are counted aloud.
pub(crate) const GAPS_LISTED: usize = 1_000;
/// How many evidence files are listed, besides those that a listed finding cites.
pub(crate) const EVIDENCE_LISTED: usize = 5_000;

/// The whole report.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    cover: summary::Cover,
    verify: custody::Verify,
    scope: scope::Scope,
    /// A summary per framework, in the order of the settings.
    frameworks: Vec<summary::Framework>,
    /// Where they stood before.
    trend: trend::Section,
    /// Part A (inherited), B (shared), C (customer): each requirement stands in exactly one.
    parts: Vec<parts::Part>,
    findings: findings::Findings,
    exceptions: deviations::Exceptions,
    thresholds: deviations::Thresholds,
    splits: Vec<deviations::SetSplit>,
    second_witness: witness::SecondWitness,
    /// AWS's own reports as found in AWS Artifact.
    reports: Vec<evidence::Report>,
    /// The services really in use.
    services: Vec<evidence::Service>,
    /// Documents that people attached.
    attestations: attestations::Attestations,
    /// What they are still asked for.
    requests: attestations::Requests,
    evidence: evidence::Index,
    custody: custody::Custody,
}

/// A status, verdict or state: its word, and the class that colors it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub(crate) struct Badge {
    word: &'static str,
    class: &'static str,
}

/// A counted thing and its share of a bar, in thousandths of the whole.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Count {
    word: &'static str,
    class: &'static str,
    count: usize,
    /// Where its segment of the bar begins, 0 to 1000.
    start: usize,
    /// How wide its segment is, 0 to 1000.
    width: usize,
}

/// A place elsewhere in the report or the pack.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Link {
    label: Text,
    href: String,
}

/// A line of a key-value table.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    label: &'static str,
    value: Text,
    /// `text`, or `code` for ids and hashes.
    class: &'static str,
}

impl View {
    /// Prepares the report.
    pub(crate) fn new(input: &Input<'_>) -> Self {
        let mut numbers = Numbers::new(input);
        let scope = scope::Scope::new(input, &mut numbers);
        let findings = findings::Findings::new(input, &mut numbers);
        let second_witness = witness::SecondWitness::new(input, &mut numbers);
        let reports = evidence::reports(input, &mut numbers);
        Self {
            cover: summary::Cover::new(input),
            verify: custody::Verify::new(input),
            scope,
            frameworks: summary::frameworks(input),
            trend: trend::Section::new(input),
            parts: parts::parts(input),
            findings,
            exceptions: deviations::Exceptions::new(input),
            thresholds: deviations::Thresholds::new(input),
            splits: deviations::splits(input),
            second_witness,
            reports,
            services: evidence::services(input),
            attestations: attestations::Attestations::new(input),
            requests: attestations::Requests::new(input),
            evidence: evidence::Index::new(input, &numbers),
            custody: custody::Custody::new(input),
        }
    }
}
