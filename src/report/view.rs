//! What the templates see: everything sorted, counted and formatted, so that a template only loops and shows. The HTML
//! and the PDF are made from the same view.
//!
//! A badge's `class` is one of `pass`, `fail`, `undetermined`, `na`, `awaiting`; its `word` always says the same, so
//! that color never stands alone. An `href` is an anchor of the report (`#check-kms.key-rotation`) or a path in the pack.

mod attestations;
mod custody;
mod deviations;
mod evidence;
mod executive;
mod findings;
mod limits;
mod marks;
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
pub(crate) use attestations::state as request_state;
pub(crate) use deviations::state as exception_state;
use evidence::Numbers;
pub(crate) use evidence::report_title;
pub(crate) use executive::check_owner;
pub(crate) use findings::{SEVERITIES, supported};
pub(crate) use limits::{EVIDENCE_LISTED, FINDINGS_LISTED, FINDINGS_PRINTED, GAPS_LISTED, GAPS_PRINTED};
pub(crate) use marks::{Badge, Count, Fact, Link};
pub(crate) use page::Page;
pub(crate) use parts::split_lines;
pub(crate) use scope::{source_title, state as sight};
pub(crate) use summary::{RESPONSIBILITIES, STATUSES, counting, framework_ids, framework_title};
pub(crate) use text::{Text, counted, days, moment, period};

/// The whole report.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    cover: summary::Cover,
    executive: executive::Executive,
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
    premises: Option<deviations::Premises>,
    /// Requirements that do not apply, as the statement of applicability says it.
    not_applicable: Vec<deviations::LeftOut>,
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
            executive: executive::Executive::new(input),
            verify: custody::Verify::new(input),
            scope,
            frameworks: summary::frameworks(input),
            trend: trend::Section::new(input),
            parts: parts::parts(input),
            findings,
            exceptions: deviations::Exceptions::new(input),
            thresholds: deviations::Thresholds::new(input),
            splits: deviations::splits(input),
            premises: deviations::premises(input),
            not_applicable: deviations::not_applicable(input),
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
