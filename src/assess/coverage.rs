//! What a catalog can evidence at most, before anything is collected: which requirement has checks, which rests on AWS's
//! reports, which on people, and which has nothing; and each control as all frameworks see it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{
    ByWord, Catalog, CheckId, ControlId, Framework, FrameworkId, ReportKind, Requirement, RequirementId,
    Responsibility, Words,
};

/// The format of a [`Coverage`] that this build writes.
const FORMAT: u32 = 1;

/// The whole cross-walk; its JSON is a contract (`docs/schema/coverage.schema.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coverage {
    /// The format of this result, 1.
    pub format: u32,
    /// By framework and requirement.
    pub frameworks: Vec<FrameworkCoverage>,
    /// By control.
    pub controls: Vec<ControlCoverage>,
}

/// A framework's counts and requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FrameworkCoverage {
    /// Its id.
    pub id: FrameworkId,
    /// Its name.
    pub title: String,
    /// How many requirements count; parts belong to theirs.
    pub requirements: usize,
    /// How many of them are of each class, every class named.
    pub classes: ByWord<Class>,
    /// The checks that support any of them, each once.
    pub checks: usize,
    /// The controls that support any of them, each once.
    pub controls: usize,
    /// Every requirement and every part, in the framework's order.
    pub list: Vec<RequirementCoverage>,
}

/// What there is for a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequirementCoverage {
    /// The framework's id of it.
    pub id: RequirementId,
    /// Our title.
    pub title: String,
    /// The requirement that it is a part of.
    pub parent: Option<RequirementId>,
    /// Who owns it when nothing is known of the services in use.
    pub responsibility: Responsibility,
    /// What its evidence rests on.
    pub class: Class,
    /// The controls that support it; of a whole, here and below, those of its parts too.
    pub controls: BTreeSet<ControlId>,
    /// The checks of these controls.
    pub checks: BTreeSet<CheckId>,
    /// The AWS reports that evidence AWS's half.
    pub reports: BTreeSet<ReportKind>,
    /// The manual evidence that is asked for.
    pub manual: BTreeSet<String>,
}

/// What a requirement's evidence rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// At least one check judges it. People may still be asked for more.
    Automated,
    /// It is AWS's alone, and AWS's reports evidence it.
    Inherited,
    /// People attach the evidence of the customer's half.
    Manual,
    /// No evidence of the customer's half is defined.
    Nothing,
}

impl Words for Class {
    const ALL: &'static [Self] = &[Self::Automated, Self::Inherited, Self::Manual, Self::Nothing];
}

impl Class {
    /// The class in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::Inherited => "inherited",
            Self::Manual => "manual",
            Self::Nothing => "nothing",
        }
    }
}

/// One control, seen from all frameworks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ControlCoverage {
    /// Its id.
    pub id: ControlId,
    /// What it is.
    pub title: String,
    /// The checks that support it.
    #[cfg_attr(test, schemars(with = "BTreeSet<CheckId>"))]
    pub checks: Vec<CheckId>,
    /// The requirements it supports, every framework named.
    #[cfg_attr(test, schemars(with = "BTreeMap<FrameworkId, BTreeSet<RequirementId>>"))]
    pub requirements: BTreeMap<FrameworkId, Vec<RequirementId>>,
}

/// The cross-walk of a catalog.
pub fn coverage(catalog: &Catalog) -> Coverage {
    Coverage {
        format: FORMAT,
        frameworks: catalog.frameworks.values().map(|framework| of_framework(framework, catalog)).collect(),
        controls: catalog.controls.values().map(|control| of_control(&control.id, catalog)).collect(),
    }
}

fn of_framework(framework: &Framework, catalog: &Catalog) -> FrameworkCoverage {
    let list: Vec<RequirementCoverage> =
        framework.requirements.iter().map(|one| of_requirement(one, framework, catalog)).collect();
    let counted = || list.iter().filter(|one| one.parent.is_none());
    FrameworkCoverage {
        id: framework.id.clone(),
        title: framework.title.clone(),
        requirements: counted().count(),
        classes: ByWord::count(counted().map(|one| one.class)),
        checks: counted().flat_map(|one| &one.checks).collect::<BTreeSet<_>>().len(),
        controls: counted().flat_map(|one| &one.controls).collect::<BTreeSet<_>>().len(),
        list,
    }
}

fn of_requirement(requirement: &Requirement, framework: &Framework, catalog: &Catalog) -> RequirementCoverage {
    let whole = with_parts(requirement, framework);
    let controls: BTreeSet<ControlId> = whole.iter().flat_map(|one| &one.controls).cloned().collect();
    let known = controls.iter().filter_map(|id| catalog.controls.get(id));
    let checks: BTreeSet<CheckId> = known.flat_map(|control| &control.checks).cloned().collect();
    let reports: BTreeSet<ReportKind> = whole.iter().flat_map(|one| &one.reports).cloned().collect();
    let manual: BTreeSet<String> = whole.iter().flat_map(|one| &one.manual).map(|one| one.id.clone()).collect();
    let class = class(requirement.responsibility, checks.len(), reports.len(), manual.len());
    RequirementCoverage {
        id: requirement.id.clone(),
        title: requirement.title.clone(),
        parent: requirement.parent.clone(),
        responsibility: requirement.responsibility,
        class,
        controls,
        checks,
        reports,
        manual,
    }
}

/// AWS's reports evidence AWS's half: of what is shared, the customer's half needs evidence of its own.
fn class(responsibility: Responsibility, checks: usize, reports: usize, manual: usize) -> Class {
    match (responsibility, checks, reports, manual) {
        (_, 1.., _, _) => Class::Automated,
        (Responsibility::Inherited, 0, 1.., _) => Class::Inherited,
        (_, 0, _, 1..) => Class::Manual,
        (_, 0, _, 0) => Class::Nothing,
    }
}

/// A requirement, its parts, and theirs; `catalog` refuses circles.
fn with_parts<'a>(requirement: &'a Requirement, framework: &'a Framework) -> Vec<&'a Requirement> {
    let mut found = vec![requirement];
    let mut next = 0;
    while let Some(one) = found.get(next) {
        let parts = framework.requirements.iter().filter(|part| part.parent.as_ref() == Some(&one.id));
        let parts: Vec<&Requirement> = parts.collect();
        found.extend(parts);
        next += 1;
    }
    found
}

fn of_control(id: &ControlId, catalog: &Catalog) -> ControlCoverage {
    let control = catalog.controls.get(id);
    let supported = |framework: &Framework| {
        let requirements = framework.requirements.iter().filter(|one| one.controls.contains(id));
        (framework.id.clone(), requirements.map(|one| one.id.clone()).collect())
    };
    ControlCoverage {
        id: id.clone(),
        title: control.map(|control| control.title.clone()).unwrap_or_default(),
        checks: control.map(|control| control.checks.clone()).unwrap_or_default(),
        requirements: catalog.frameworks.values().map(supported).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, class};
    use crate::model::Responsibility::{Customer, Inherited, Shared};

    #[test]
    fn the_class_says_what_the_customers_evidence_rests_on() {
        let table = [
            ((Customer, 2, 0, 1), Class::Automated),
            ((Inherited, 1, 1, 0), Class::Automated),
            ((Inherited, 0, 1, 1), Class::Inherited),
            ((Inherited, 0, 0, 1), Class::Manual),
            ((Inherited, 0, 0, 0), Class::Nothing),
            ((Shared, 0, 2, 1), Class::Manual),
            ((Shared, 0, 2, 0), Class::Nothing),
            ((Customer, 0, 0, 3), Class::Manual),
            ((Customer, 0, 1, 0), Class::Nothing),
        ];
        for (of, wanted) in table {
            assert_eq!(class(of.0, of.1, of.2, of.3), wanted, "{of:?}");
        }
    }
}
