//! What people are asked for: the requests of a requirement, and those that an assessment leaves open (the list that
//! auditors call "prepared by client").

use std::collections::BTreeMap;

use serde::Serialize;

use super::catalog::REVIEW;
use super::{
    Assessment, AttestationUse, Catalog, FrameworkId, ManualEvidence, ManualState, Premises, ReportCoverage,
    ReportKind, ReportRole, Requirement, RequirementId, RequirementResult, Responsibility, Sites, Status, Target,
};

/// A review is due again with AWS's next report, which is a year later at most.
const REVIEW_DAYS: u32 = 365;
/// Who has contracts with AWS.
const HOLDS_CONTRACTS: &str = "legal";

impl Requirement {
    /// What people are asked for. What is inherited rests on AWS's reports, and these count only when a person has
    /// reviewed them: a framework that does not ask for that review itself is asked it here. An organization that says
    /// what it has of its own is not asked for anything of what it has not, nor of what is AWS's alone.
    pub fn requests(&self, responsibility: Responsibility, own: Option<Sites>) -> Vec<ManualEvidence> {
        let is_awss = responsibility == Responsibility::Inherited;
        let has = |what: &Premises| !is_awss && own.is_none_or(|sites| sites.has(*what));
        let asked = self.manual.iter().filter(|request| request.premises.as_ref().is_none_or(has));
        let mut requests: Vec<ManualEvidence> = asked.cloned().collect();
        if responsibility == Responsibility::Inherited {
            requests.extend(self.review());
        }
        requests
    }

    /// The request that follows from inheriting, `<requirement>-report-review`; none where nothing can be inherited, or
    /// where the framework asks for it itself.
    pub fn review(&self) -> Option<ManualEvidence> {
        let asked = self.manual.iter().any(|request| request.id.ends_with(REVIEW));
        (!asked && !self.reports.is_empty()).then(|| ManualEvidence {
            id: format!("{}-{REVIEW}", plain(self.id.as_str())),
            ask: format!(
                "Please attach the dated note of who reviewed the AWS audit report about this point ({}) and what was found.",
                self.title
            ),
            owner: "security".to_owned(),
            valid_days: REVIEW_DAYS,
            premises: None,
            same_as: None,
        })
    }
}

/// `Art.32(1)(b)` to `art.32-1-b`.
fn plain(id: &str) -> String {
    let plain = |character: char| match character.to_ascii_lowercase() {
        character if character.is_ascii_alphanumeric() || character == '.' => character,
        _ => '-',
    };
    let id: String = id.chars().map(plain).collect();
    id.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// A request that no valid document answers yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OpenRequest {
    /// Who is asked.
    pub owner: String,
    /// What to attest: `soc2/cc1.1-code-of-conduct`, `report/DPA`.
    pub id: String,
    /// The requirements that wait for it.
    pub requirements: Vec<OpenRequirement>,
    /// The request, in words that an employee understands.
    pub ask: String,
    /// Why it is open: never answered, or the answer's validity has ended.
    #[cfg_attr(test, schemars(extend("not" = { "const": "present" })))]
    pub state: ManualState,
    /// The answers whose validity has ended.
    pub expired: Vec<AttestationUse>,
}

/// A requirement that waits for a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OpenRequirement {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement.
    pub id: RequirementId,
    /// Its title.
    pub title: String,
}

/// The requests that an assessment leaves open, by owner, then in the frameworks' order.
pub fn open_requests(assessment: &Assessment, catalog: &Catalog) -> Vec<OpenRequest> {
    let mut open: Vec<Asked> = Vec::new();
    for request in assessment.requirements.iter().flat_map(of_requirement) {
        match open.iter_mut().find(|known| known.once == request.once) {
            Some(known) => known.join(request),
            None => open.push(request),
        }
    }
    let mut open: Vec<OpenRequest> = open.into_iter().map(|asked| asked.open).collect();
    open.extend(of_reports(assessment, catalog));
    open.sort_by(|a, b| a.owner.cmp(&b.owner));
    open
}

/// An open request, and the one of those answered by the same document that is to be asked for.
struct Asked {
    once: Target,
    open: OpenRequest,
}

impl Asked {
    /// The same document answers another request: the words are those of the one to ask for, where it is among them.
    fn join(&mut self, other: Self) {
        let mut requirements = std::mem::take(&mut self.open.requirements);
        requirements.extend(
            other.open.requirements.iter().filter(|one| !requirements.contains(one)).cloned().collect::<Vec<_>>(),
        );
        if other.open.id == other.once.to_string() {
            self.open = other.open;
        }
        self.open.requirements = requirements;
    }
}

fn of_requirement(requirement: &RequirementResult) -> impl Iterator<Item = Asked> + '_ {
    let open = requirement.customer_part.manual.iter().filter(|manual| manual.state != ManualState::Present);
    open.map(|manual| {
        let own = match &manual.same_as {
            // A population is asked for by its own name, however many requirements rest on its check.
            Some(population @ Target::Population(_)) => population.clone(),
            _ => Target::Request { framework: requirement.framework.clone(), id: manual.id.clone() },
        };
        Asked {
            once: manual.same_as.clone().unwrap_or_else(|| own.clone()),
            open: OpenRequest {
                owner: manual.owner.clone(),
                id: own.to_string(),
                requirements: vec![waiting(requirement)],
                ask: manual.ask.clone(),
                state: manual.state,
                expired: manual.attestations.clone(),
            },
        }
    })
}

/// Documents of AWS that AWS Artifact does not have, each once, for the requirements that nothing else evidences.
fn of_reports(assessment: &Assessment, catalog: &Catalog) -> Vec<OpenRequest> {
    let mut wanted: BTreeMap<&ReportKind, Vec<OpenRequirement>> = BTreeMap::new();
    let open = assessment.requirements.iter().filter(|requirement| requirement.aws_part.status != Status::Satisfied);
    for requirement in open {
        let proofs = requirement.aws_part.reports.iter().filter(|one| one.role == ReportRole::Proves);
        let missing = proofs.filter(|one| one.coverage == ReportCoverage::ToAttach);
        for report in missing {
            wanted.entry(&report.kind).or_default().push(waiting(requirement));
        }
    }
    let request = |(kind, requirements): (&ReportKind, Vec<OpenRequirement>)| {
        let title = catalog.reports.get(kind).map_or(kind.as_str(), |report| report.title.as_str());
        OpenRequest {
            owner: HOLDS_CONTRACTS.to_owned(),
            id: Target::Report(kind.clone()).to_string(),
            requirements,
            ask: format!("Please attach a dated copy of this document of AWS, as we agreed to it: {title}."),
            state: ManualState::Missing,
            expired: Vec::new(),
        }
    };
    wanted.into_iter().map(request).collect()
}

fn waiting(requirement: &RequirementResult) -> OpenRequirement {
    OpenRequirement {
        framework: requirement.framework.clone(),
        id: requirement.id.clone(),
        title: requirement.title.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Duty;

    fn requirement(id: &str, reports: &[&str], manual: &[&str]) -> Requirement {
        let request = |id: &&str| ManualEvidence {
            id: (*id).to_owned(),
            ask: String::new(),
            owner: String::new(),
            valid_days: 92,
            premises: None,
            same_as: None,
        };
        Requirement {
            id: id.into(),
            title: "Physical access".to_owned(),
            group: String::new(),
            parent: None,
            responsibility: Responsibility::Shared,
            layers: vec![],
            aws_part: String::new(),
            customer_part: String::new(),
            reports: reports.iter().map(|kind| ReportKind::from(*kind)).collect(),
            controls: vec![],
            manual: manual.iter().map(request).collect(),
            supporting: vec![],
            premises: None,
            category: None,
            duty: Duty::Excludable,
        }
    }

    #[test]
    fn what_is_inherited_asks_for_the_review_of_awss_report_once() {
        let ids = |requirement: &Requirement, responsibility| {
            requirement.requests(responsibility, None).into_iter().map(|request| request.id).collect::<Vec<_>>()
        };
        let none = requirement("Art.32(1)(b)", &["SOC2"], &[]);
        assert_eq!(ids(&none, Responsibility::Inherited), ["art.32-1-b-report-review"]);
        assert!(ids(&none, Responsibility::Shared).is_empty());
        assert!(none.review().unwrap().ask.contains("Physical access"));
        let own = requirement("A.7.1", &["SOC2"], &["a.7.1-aws-report-review", "a.7.1-offices"]);
        assert_eq!(ids(&own, Responsibility::Inherited).len(), 2, "the framework asks for it itself");
        let nothing = requirement("A.1", &[], &[]);
        assert!(ids(&nothing, Responsibility::Inherited).is_empty(), "there is no report to review");
    }
}
