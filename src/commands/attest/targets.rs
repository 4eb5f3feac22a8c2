//! Ids as people type them: `CC1.1`, `soc2/CC1.1`, `cc1.1-code-of-conduct`, `control/key-rotation`, `report/DPA`.

use std::collections::BTreeSet;

use miette::miette;

use crate::catalog;
use crate::model::{Catalog, Framework, ManualEvidence, ReportOrigin, Requirement, Target};

/// A document for no request in particular counts for a year.
const YEAR: u32 = 365;

/// Everything that a document can be evidence for.
pub(super) struct Targets<'a> {
    catalog: &'a Catalog,
    known: Vec<(String, Target)>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let mut known = Vec::new();
        for framework in catalog.frameworks.values() {
            for requirement in &framework.requirements {
                let of = framework.id.clone();
                let target = Target::Requirement { framework: of.clone(), id: requirement.id.clone() };
                known.push((requirement.id.to_string(), target));
                for request in requests(requirement) {
                    let id = request.id.clone();
                    known.push((request.id, Target::Request { framework: of.clone(), id }));
                }
            }
        }
        known.extend(catalog.controls.keys().map(|id| (id.to_string(), Target::Control(id.clone()))));
        let attached = catalog.reports.values().filter(|report| report.origin == ReportOrigin::Attached);
        known.extend(attached.map(|report| (report.kind.to_string(), Target::Report(report.kind.clone()))));
        let populations = catalog.checks.values().filter(|check| check.population.is_some());
        known.extend(populations.map(|check| (check.id.to_string(), Target::Population(check.id.clone()))));
        Self { catalog, known }
    }

    /// What an id means. Case counts only where ids differ by nothing else.
    pub(super) fn find(&self, text: &str) -> miette::Result<Target> {
        let text = text.trim();
        let full = |target: &Target| target.to_string();
        let fitting = |same: &dyn Fn(&str) -> bool| {
            let fits = self.known.iter().filter(|(id, target)| same(id) || same(&full(target)));
            fits.map(|(_, target)| target).collect::<BTreeSet<_>>()
        };
        let mut found = fitting(&|id| id == text);
        if found.is_empty() {
            found = fitting(&|id| id.eq_ignore_ascii_case(text));
        }
        match found.into_iter().collect::<Vec<_>>().as_slice() {
            [target] => Ok((*target).clone()),
            [] => {
                let ids = self.known.iter().map(|(id, _)| id.as_str());
                let short = text.rsplit('/').next().unwrap_or(text);
                let near = Some(catalog::remedy(short, ids)).filter(|help| !help.is_empty());
                let help = near.unwrap_or_else(|| "`auditpack attest requests` lists what is asked for".to_owned());
                let shown = super::super::table::visible(text);
                Err(miette!(help = help, "there is no request, requirement, control or report `{shown}`"))
            }
            several => {
                let names: Vec<String> = several.iter().map(|target| format!("`{target}`")).collect();
                Err(miette!(help = format!("write one of {}", names.join(", ")), "`{text}` may mean several things"))
            }
        }
    }

    /// For how many days a document counts for a target, if a request says it.
    pub(super) fn valid_days(&self, target: &Target) -> Option<u32> {
        match target {
            Target::Request { framework, id } => {
                let all = self.catalog.frameworks.get(framework)?.requirements.iter().flat_map(requests);
                all.into_iter().find(|request| request.id == *id).map(|request| request.valid_days)
            }
            Target::Requirement { .. } => match self.requests_of(target).as_slice() {
                [only] => Some(only.valid_days),
                _ => None,
            },
            Target::Population(check) => {
                let population = self.catalog.checks.get(check)?.population.as_ref();
                population.map(|population| population.valid_days)
            }
            Target::Control(_) | Target::Report(_) => None,
        }
    }

    /// The shortest term of several targets.
    pub(super) fn shortest(&self, targets: &[Target]) -> u32 {
        targets.iter().filter_map(|target| self.valid_days(target)).min().unwrap_or(YEAR)
    }

    /// What a requirement asks people for; nothing for other targets.
    pub(super) fn requests_of(&self, target: &Target) -> Vec<ManualEvidence> {
        let Target::Requirement { framework, id } = target else { return Vec::new() };
        let of = |framework: &Framework| framework.requirements.iter().find(|one| one.id == *id).cloned();
        let requirement = self.catalog.frameworks.get(framework).and_then(of);
        requirement.map(|requirement| requirement.manual).unwrap_or_default()
    }
}

/// The requests of a requirement, and the review that it asks for where it turns out to be inherited.
fn requests(requirement: &Requirement) -> Vec<ManualEvidence> {
    requirement.manual.iter().cloned().chain(requirement.review()).collect()
}
