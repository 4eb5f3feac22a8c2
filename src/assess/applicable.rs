//! What does not apply: the settings say so, with a reason, and the report says it as the statement of applicability
//! does. It is judged by nothing, asked of no one and counted apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Exclusion, Framework, NotApplicable, Requirement, RequirementResult, Settings, Status, Target};

/// Why a requirement does not apply, if it does not: it or what it is a part of is left out, or its category is.
pub(super) fn exclusion(framework: &Framework, requirement: &Requirement, settings: &Settings) -> Option<Exclusion> {
    let mut next = Some(requirement);
    // Mappings are checked for circles when they are loaded; the bound holds for any.
    for _ in 0..framework.requirements.len() {
        let one = next?;
        if let Some(why) = left_out(framework, one, settings).or_else(|| out_of_category(one, settings)) {
            return Some(why);
        }
        next = framework.requirements.iter().find(|other| one.parent.as_ref() == Some(&other.id));
    }
    None
}

fn left_out(framework: &Framework, requirement: &Requirement, settings: &Settings) -> Option<Exclusion> {
    let own = |one: &&NotApplicable| one.framework == framework.id && one.requirement == requirement.id;
    settings.not_applicable.iter().find(own).map(|one| Exclusion {
        reason: one.reason.clone(),
        approver: Some(one.approver.clone()),
        date: Some(one.date),
    })
}

fn out_of_category(requirement: &Requirement, settings: &Settings) -> Option<Exclusion> {
    let (category, chosen) = (requirement.category.as_ref()?, settings.scope.categories.as_ref()?);
    (!chosen.contains(category)).then(|| Exclusion {
        reason: format!(
            "the report does not speak of {}: the settings' `categories` do not name it",
            category.replace('-', " ")
        ),
        approver: None,
        date: None,
    })
}

/// The result of a requirement that does not apply. What AWS and the customer would do stays to be read.
pub(super) fn excluded(mut result: RequirementResult, why: Exclusion) -> RequirementResult {
    let reason = format!("does not apply: {}", why.reason);
    result.aws_part.status = Status::NotApplicable;
    result.aws_part.reason.clone_from(&reason);
    result.aws_part.reports.clear();
    result.customer_part.status = Status::NotApplicable;
    result.customer_part.reason.clone_from(&reason);
    result.customer_part.checks.clear();
    result.customer_part.manual.clear();
    result.reason = reason;
    result.exclusion = Some(why);
    result
}

/// Of the requests that one document answers, the one to ask for is among those asked: where the mappings name one of
/// a framework that the report does not speak of, the first takes its place.
pub(super) fn lead(requirements: &mut [RequirementResult]) {
    let own =
        |one: &RequirementResult, id: &str| Target::Request { framework: one.framework.clone(), id: id.to_owned() };
    let all = requirements.iter().flat_map(|one| one.customer_part.manual.iter().map(|manual| own(one, &manual.id)));
    let asked: BTreeSet<Target> = all.collect();
    let mut first: BTreeMap<Target, Target> = BTreeMap::new();
    for requirement in requirements.iter_mut() {
        let framework = requirement.framework.clone();
        for manual in &mut requirement.customer_part.manual {
            // A population is asked for by its own name in every framework.
            if matches!(manual.same_as, Some(Target::Population(_))) {
                continue;
            }
            let Some(named) = manual.same_as.take() else { continue };
            let own = Target::Request { framework: framework.clone(), id: manual.id.clone() };
            let lead = match asked.contains(&named) {
                true => named,
                false => first.entry(named).or_insert_with(|| own.clone()).clone(),
            };
            manual.same_as = (lead != own).then_some(lead);
        }
    }
}
