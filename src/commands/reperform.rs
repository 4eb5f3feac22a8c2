//! Judging a pack's raw evidence again, with the mappings and settings in the pack, and comparing.

mod history;

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};
use std::io;
use std::path::Path;

use miette::{IntoDiagnostic as _, miette};

use crate::bundle::{self, Limits, Pack, Reperformed, open_pack};
use crate::model::{
    AccountId, Assessment, Catalog, CheckId, Finding, FrameworkId, Region, RequirementId, Settings, Sha256, Snapshot,
    Status, Verdict, evidence_files,
};
use crate::{assess, catalog, facts};

/// Differences named before the rest is only counted.
const NAMED: usize = 100;

/// What judging again gave.
pub(super) struct Again {
    pub(super) result: Reperformed,
    /// The members that do not follow from the pack's evidence.
    pub(super) differing: Vec<&'static str>,
}

/// Judges again. The pack was verified before: its members are what was signed.
pub(super) fn run(path: &Path, limits: &Limits) -> miette::Result<Again> {
    let pack = open_pack(path, limits).into_diagnostic()?;
    let catalog = mappings(&pack)?;
    let settings = settings(&pack, &catalog)?;
    let bytes = pack.read("snapshot.json").into_diagnostic()?;
    let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| miette!("`snapshot.json`: {error}"))?;
    let claimed = pack.read("assessment.json").into_diagnostic()?;
    let claimed: Assessment =
        serde_json::from_slice(&claimed).map_err(|error| miette!("`assessment.json`: {error}"))?;
    let paths: HashMap<Sha256, String> =
        evidence_files(&snapshot).into_iter().map(|file| (file.sha256, file.path)).collect();
    let mut body = |hash: &Sha256| {
        let path = paths.get(hash).ok_or_else(|| miette!("the pack has no evidence {hash}"))?;
        pack.read(path).into_diagnostic()
    };
    let facts = facts::read(&catalog, &snapshot, &mut body)?;
    let attested = bundle::attestation_log(&pack).map_err(|message| miette!("{message}"))?.active();
    let again = assess::assess(&catalog, &settings, Sha256::of(&bytes), &snapshot, &facts, &attested);
    Ok(compare(&claimed, &again, history::differences(&pack, &snapshot, &again)?))
}

pub(super) fn mappings(pack: &Pack<'_>) -> miette::Result<Catalog> {
    let mut files = BTreeMap::new();
    for (path, _) in pack.members() {
        if let Some(name) = path.as_str().strip_prefix("mappings/") {
            files.insert(name.to_owned(), pack.read(path.as_str()).into_diagnostic()?);
        }
    }
    Ok(catalog::load(files)?)
}

pub(super) fn settings(pack: &Pack<'_>, catalog: &Catalog) -> miette::Result<Settings> {
    let name = "config/auditpack.toml";
    let bytes = pack.read(name).into_diagnostic()?;
    let beside = &mut |path: &str| pack.read(&format!("config/{path}")).map_err(io::Error::other);
    Ok(catalog::load_settings_beside(name, &bytes, catalog, beside)?)
}

fn compare(claimed: &Assessment, again: &Assessment, history: Vec<String>) -> Again {
    let mut differences = differing(&conclusions(claimed), &conclusions(again));
    if differences.is_empty() && claimed != again {
        differences.push("reasons or evidence references differ".to_owned());
    }
    let wrong = [("assessment.json", claimed != again), (bundle::HISTORY, !history.is_empty())];
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

/// What two sides say otherwise of the same, in the order of the first.
fn differing<A: Ord + Display, S: PartialEq + Display>(
    claimed: &BTreeMap<A, S>,
    again: &BTreeMap<A, S>,
) -> Vec<String> {
    let abouts = claimed.keys().chain(again.keys().filter(|about| !claimed.contains_key(*about)));
    let words = |side: Option<&S>| side.map_or_else(|| "nothing".to_owned(), S::to_string);
    abouts
        .map(|about| (about, claimed.get(about), again.get(about)))
        .filter(|(_, claimed, again)| claimed != again)
        .map(|(about, claimed, again)| {
            format!("{about}: the pack says {}, its evidence shows {}", words(claimed), words(again))
        })
        .collect()
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
