//! Judging a pack's raw evidence again, with the mappings and settings in the pack, and comparing.

mod history;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use miette::{IntoDiagnostic as _, miette};
use serde::Serialize;

use crate::bundle::{self, Limits, Pack, open_pack};
use crate::model::{Assessment, Catalog, Settings, Sha256, Snapshot, evidence_files};
use crate::{assess, catalog, facts};

/// Differences named before the rest is only counted.
const NAMED: usize = 100;

/// What judging again gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Reperformed {
    identical: bool,
    checks: usize,
    requirements: usize,
    differences: Vec<String>,
    /// The members that do not say what the evidence shows.
    #[serde(skip)]
    members: Vec<&'static str>,
}

impl Reperformed {
    /// The members that do not follow from the pack's evidence.
    pub(super) fn differing(&self) -> &[&'static str] {
        &self.members
    }
}

/// Judges again. The pack was verified before: its members are what was signed.
pub(super) fn run(path: &Path, limits: &Limits) -> miette::Result<Reperformed> {
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

fn compare(claimed: &Assessment, again: &Assessment, history: Vec<String>) -> Reperformed {
    let mut differences = differing(&verdicts(claimed), &verdicts(again));
    if differences.is_empty() && claimed != again {
        differences.push("reasons or evidence references differ".to_owned());
    }
    let wrong = [("assessment.json", claimed != again), (bundle::HISTORY, !history.is_empty())];
    let members: Vec<&str> = wrong.iter().filter(|(_, wrong)| *wrong).map(|(member, _)| *member).collect();
    differences.extend(history);
    if differences.len() > NAMED {
        let more = differences.len() - NAMED;
        differences.truncate(NAMED);
        differences.push(format!("and {more} more"));
    }
    Reperformed {
        identical: members.is_empty(),
        checks: again.checks.len(),
        requirements: again.requirements.iter().filter(|one| one.parent.is_none()).count(),
        differences,
        members,
    }
}

/// What two sides say otherwise of the same, in the order of the first.
fn differing(claimed: &BTreeMap<String, String>, again: &BTreeMap<String, String>) -> Vec<String> {
    let names = claimed.keys().chain(again.keys().filter(|name| !claimed.contains_key(*name)));
    let word = |side: Option<&String>| side.map_or("nothing", String::as_str).to_owned();
    names
        .filter(|name| claimed.get(*name) != again.get(*name))
        .map(|name| {
            let (claimed, again) = (word(claimed.get(name)), word(again.get(name)));
            format!("{name}: the pack says {claimed}, its evidence shows {again}")
        })
        .collect()
}

/// Every verdict of an assessment by what it is about.
fn verdicts(assessment: &Assessment) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for check in &assessment.checks {
        found.insert(format!("check {}", check.id), check.verdict.words().to_owned());
        for finding in &check.findings {
            let name = format!("{} of {} in {} {}", check.id, finding.resource, finding.account, finding.region);
            found.insert(name, finding.verdict.words().to_owned());
        }
    }
    for requirement in &assessment.requirements {
        let name = format!("requirement {} {}", requirement.framework, requirement.id);
        found.insert(name, requirement.status.words().to_owned());
    }
    found
}
