//! Attestations to the requests they answer and the requirements they support.
//!
//! A document counts when it is valid **through the end of the audit's period**. The period is what the pack speaks
//! for, so neither today nor the moment of collecting matters. A policy that ran out in August says nothing of
//! September, though it may have been valid when AWS was asked. A document dated after the period's end counts, as
//! reviews of a quarter are written when it is over. It is marked as such wherever it is shown: whether it speaks for
//! the period is the auditor's to judge.

use crate::model::{
    Attestation, AttestationUse, Catalog, CheckId, ControlId, FrameworkId, ManualEvidence, ManualState, ManualUse,
    Period, Population, ReportKind, RequestId, Requirement, RequirementId, Target, Term,
};

/// The attestations that count.
#[derive(Clone, Copy)]
pub(super) struct Attested<'a> {
    attestations: &'a [Attestation],
    period: Period,
    catalog: &'a Catalog,
}

impl<'a> Attested<'a> {
    pub(super) fn new(attestations: &'a [Attestation], period: Period, catalog: &'a Catalog) -> Self {
        Self { attestations, period, catalog }
    }

    /// Each request with what answers it.
    pub(super) fn manual(
        &self,
        framework: &FrameworkId,
        requirement: &RequirementId,
        requests: &[ManualEvidence],
    ) -> Vec<ManualUse> {
        let answer = |request: &ManualEvidence| {
            let alone = requests.len() == 1;
            let wanted = self.catalog.asked_once(&RequestId { framework: framework.clone(), id: request.id.clone() });
            let attestations = self.uses(|target| match target {
                Target::Request { framework, id } => {
                    self.catalog.asked_once(&RequestId { framework: framework.clone(), id: id.clone() }) == wanted
                }
                // A requirement's own id answers where it has no other request: anything else would let one document
                // for a requirement settle all that is asked for it.
                Target::Requirement { framework: of, id } => of == framework && id == requirement && alone,
                // A control serves requirements of several frameworks that ask for different documents.
                Target::Control(_) | Target::Report(_) | Target::Population(_) => false,
            });
            ManualUse {
                id: request.id.clone(),
                ask: request.ask.clone(),
                owner: request.owner.clone(),
                state: state(&attestations),
                same_as: (wanted.id != request.id || wanted.framework != *framework).then(|| wanted.target()),
                attestations,
            }
        };
        requests.iter().map(answer).collect()
    }

    /// What people are asked about a check's population, with what answers it.
    pub(super) fn population(&self, check: &CheckId, population: &Population) -> ManualUse {
        let attestations = self.uses(|target| matches!(target, Target::Population(of) if of == check));
        ManualUse {
            id: Target::Population(check.clone()).to_string(),
            ask: population.ask.clone(),
            owner: population.owner.clone(),
            state: state(&attestations),
            same_as: Some(Target::Population(check.clone())),
            attestations,
        }
    }

    /// The documents that support a requirement without answering a request of it.
    pub(super) fn supporting(
        &self,
        framework: &FrameworkId,
        requirement: &Requirement,
        requests: &[ManualEvidence],
    ) -> Vec<AttestationUse> {
        let about = |target: &Target| match target {
            Target::Requirement { framework: of, id } => {
                of == framework && *id == requirement.id && requests.len() != 1
            }
            Target::Control(id) => supports(requirement, id),
            Target::Request { .. } | Target::Report(_) | Target::Population(_) => false,
        };
        self.uses(about)
    }

    /// The dated copies of a document of AWS.
    pub(super) fn report(&self, kind: &ReportKind) -> Vec<AttestationUse> {
        self.uses(|target| matches!(target, Target::Report(of) if of == kind))
    }

    /// All that count.
    pub(super) fn all(&self) -> &'a [Attestation] {
        self.attestations
    }

    /// Those with a fitting target: valid ones first, then those of the latest date.
    fn uses(&self, fits: impl Fn(&Target) -> bool) -> Vec<AttestationUse> {
        let fitting = self.attestations.iter().filter(|attestation| attestation.targets.iter().any(&fits));
        let mut uses: Vec<AttestationUse> = fitting.map(|attestation| self.used(attestation)).collect();
        uses.sort_by_key(|one| (one.term, std::cmp::Reverse(one.date), one.id));
        uses
    }

    fn used(&self, attestation: &Attestation) -> AttestationUse {
        AttestationUse {
            id: attestation.id,
            title: attestation.title.clone(),
            owner: attestation.owner.clone(),
            date: attestation.date,
            valid_until: attestation.valid_until,
            sha256: attestation.document.sha256(),
            url: attestation.document.url().map(str::to_owned),
            term: attestation.term(self.period),
        }
    }
}

fn supports(requirement: &Requirement, control: &ControlId) -> bool {
    requirement.controls.contains(control)
}

/// One valid document is enough.
fn state(attestations: &[AttestationUse]) -> ManualState {
    match attestations {
        [] => ManualState::Missing,
        all if all.iter().all(|one| one.term == Term::Expired) => ManualState::Expired,
        _ => ManualState::Present,
    }
}
