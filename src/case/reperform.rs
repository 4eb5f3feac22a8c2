//! Judging a pack's raw evidence again, with the mappings and settings in the pack, and comparing.

mod differing;
mod history;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use self::differing::differing;
use super::packed::parse;
use super::{Case, CaseError, Holdings as _, Packed};
use crate::assess;
use crate::bundle::{self, Reperformed, VerifiedPack};
use crate::model::{AccountId, Assessment, CheckId, Finding, FrameworkId, Region, RequirementId, Status, Verdict};

const ASSESSMENT: &str = "assessment.json";

/// Differences named before the rest is only counted.
const NAMED: usize = 100;

/// What judging again gave.
#[derive(Debug)]
pub struct Again {
    /// The result.
    pub result: Reperformed,
    /// The members that do not follow from the pack's evidence.
    pub differing: Vec<&'static str>,
}

/// Judges a pack's evidence again, by the mappings and settings in it, and compares; it may cost so many times the usual.
pub fn reperform(pack: VerifiedPack, times: u32) -> Result<Again, CaseError> {
    let packed = Packed::open(pack, times)?;
    let again = Case::judge(&packed.definitions()?, packed)?;
    let claimed: Assessment = parse(ASSESSMENT, &again.holdings.pack.read(ASSESSMENT)?)?;
    let history = history::differences(&again)?;
    Ok(compare(&claimed, &again.assessment, history))
}

fn compare(claimed: &Assessment, again: &Assessment, history: Vec<String>) -> Again {
    let mut differences = differing(&conclusions(claimed), &conclusions(again));
    let same = assess::says_the_same(claimed, again);
    if differences.is_empty() && !same {
        differences.push("reasons or evidence references differ".to_owned());
    }
    let wrong = [(ASSESSMENT, !same), (bundle::HISTORY, !history.is_empty())];
    let members: Vec<&'static str> = wrong.iter().filter(|(_, wrong)| *wrong).map(|(member, _)| *member).collect();
    differences.extend(history);
    if differences.len() > NAMED {
        let more = differences.len() - NAMED;
        differences.truncate(NAMED);
        differences.push(format!("and {more} more"));
    }
    let result = Reperformed {
        identical: members.is_empty(),
        checks: again.checks.len(),
        requirements: again.requirements.iter().filter(|one| one.parent.is_none()).count(),
        differences,
    };
    Again { result, differing: members }
}

/// What an assessment says something about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Check(&'a CheckId),
    Finding { check: &'a CheckId, resource: &'a str, account: &'a AccountId, region: &'a Region },
    Requirement(&'a FrameworkId, &'a RequirementId),
}

impl Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(check) => write!(f, "check {check}"),
            Self::Finding { check, resource, account, region } => {
                write!(f, "{check} of {resource} in {account} {region}")
            }
            Self::Requirement(framework, id) => write!(f, "requirement {framework} {id}"),
        }
    }
}

/// What it says.
#[derive(PartialEq, Eq)]
enum Conclusion {
    Verdict(Verdict),
    Status(Status),
}

impl Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verdict(verdict) => verdict.words(),
            Self::Status(status) => status.words(),
        })
    }
}

fn conclusions(assessment: &Assessment) -> BTreeMap<Subject<'_>, Conclusion> {
    let mut found = BTreeMap::new();
    for check in &assessment.checks {
        found.insert(Subject::Check(&check.id), Conclusion::Verdict(check.verdict));
        for Finding { resource, account, region, verdict, .. } in &check.findings {
            let subject = Subject::Finding { check: &check.id, resource, account, region };
            found.insert(subject, Conclusion::Verdict(*verdict));
        }
    }
    for requirement in &assessment.requirements {
        let subject = Subject::Requirement(&requirement.framework, &requirement.id);
        found.insert(subject, Conclusion::Status(requirement.status));
    }
    found
}
