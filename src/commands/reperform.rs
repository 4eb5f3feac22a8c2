//! Judging a pack's raw evidence again, with the mappings and settings in the pack, and comparing.

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
}

impl Reperformed {
    /// Whether the pack's assessment follows from the pack's evidence.
    pub(super) fn identical(&self) -> bool {
        self.identical
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
    Ok(compare(&claimed, &again))
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

fn compare(claimed: &Assessment, again: &Assessment) -> Reperformed {
    let mut differences = Vec::new();
    let mut differ = |what: String, claimed: Option<String>, again: Option<String>| {
        if claimed != again {
            let word = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_owned());
            differences.push(format!("{what}: the pack says {}, its evidence shows {}", word(claimed), word(again)));
        }
    };
    let (before, after) = (verdicts(claimed), verdicts(again));
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        differ(name.clone(), before.get(name).cloned(), after.get(name).cloned());
    }
    if differences.is_empty() && claimed != again {
        differences.push("reasons or evidence references differ".to_owned());
    }
    if differences.len() > NAMED {
        let more = differences.len() - NAMED;
        differences.truncate(NAMED);
        differences.push(format!("and {more} more"));
    }
    Reperformed {
        identical: claimed == again,
        checks: again.checks.len(),
        requirements: again.requirements.iter().filter(|one| one.parent.is_none()).count(),
        differences,
    }
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
