//! Which principals can escalate their own permissions: their effective statements against the known ways.
//!
//! Policies of the organization and session policies are not looked at: they can only take away, so what is found here may
//! be less in practice, never more. A role's trust policy does not matter: whoever has assumed it has its permissions.

mod combinations;
#[cfg(test)]
mod tests;
mod who;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde_json::Value;

use super::glob::{Dialect, matches};
use super::policy::{Effect, MAKES_ADMINISTRATORS, Scope, Statement, have_iam, statements};
use super::work::{Pay, Work};
use combinations::{COMBINATIONS, Combination, Kind, Target};
use who::{PermissionRows, Who};

/// So many are named; an administrator has them all.
const MAX_NAMED: usize = 6;

/// The combinations that a principal has: `iam:PassRole + ec2:RunInstances`.
///
/// `principal` is a row of a user or a role, `groups` the rows of a user's groups. `policies` are the rows of all managed
/// policies that are attached to it, to its groups, or as its boundary. Both are lists of any depth. What is attached and
/// not there is an error: what it allows is not known. So is what is allowed under a condition about the deed, if nothing
/// else is found. What it costs is paid first: a document may have thousands of patterns, and few of them matter.
pub(crate) fn escalations(
    principal: &Value,
    groups: &Value,
    policies: &Value,
    pay: Pay<'_>,
) -> Result<Vec<String>, String> {
    let known = PermissionRows::of(groups, policies);
    let who = Who::of(principal, &known)?;
    let identity = Rules::of(&who.documents, pay)?;
    let boundary = who.boundary.map(|boundary| Rules::of(&[boundary], pay)).transpose()?;
    let mut judge = Judge { identity, boundary, who: &who, pay, asked: HashMap::new() };
    let (mut found, mut perhaps) = (Vec::new(), Vec::new());
    for combination in &COMBINATIONS {
        match judge.has(combination)? {
            Answer::Yes => found.push(named(combination)),
            Answer::Perhaps => perhaps.push(named(combination)),
            Answer::No => {}
        }
    }
    match (found.is_empty(), perhaps.first()) {
        (true, Some(first)) => Err(format!("{first} is allowed under a condition that has to be looked at")),
        _ => Ok(shortened(found)),
    }
}

/// Whether a user, a role or a group is an administrator: all that its policies, those of its groups included, allow
/// together is everything, or all of IAM, and a boundary does not keep that back. Policies of AWS's that are not among
/// the rows are known by name; others that are not are an error.
pub(crate) fn administers(principal: &Value, groups: &Value, policies: &Value, pay: Pay<'_>) -> Result<bool, String> {
    let known = PermissionRows::of(groups, policies);
    let who = Who::of_any(principal, &known, true)?;
    let by_name = who.attached.iter().any(|arn| arn.ends_with(":iam::aws:policy/AdministratorAccess"));
    let all = |documents: &[&Value]| -> Result<bool, String> {
        let mut together = Vec::new();
        for document in documents {
            together.extend(statements(document)?);
        }
        let work = Work::of(together.iter().flat_map(|one| one.actions.patterns().iter().copied()));
        MAKES_ADMINISTRATORS.iter().try_for_each(|action| pay(work.steps(action.len())))?;
        Ok(have_iam(&together))
    };
    let unlisted = by_name && !known.has_policy(":iam::aws:policy/AdministratorAccess");
    let own = unlisted || all(&who.documents)?;
    Ok(own && who.boundary.map_or(Ok(true), |boundary| all(&[boundary]))?)
}

fn named(combination: &Combination) -> String {
    let passed = (!combination.passed_to.is_empty()).then_some("iam:PassRole");
    passed.into_iter().chain(combination.actions.iter().copied()).collect::<Vec<_>>().join(" + ")
}

fn shortened(mut found: Vec<String>) -> Vec<String> {
    if let Some(more) = found.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        found.truncate(MAX_NAMED);
        found.push(format!("{more} more"));
    }
    found
}

/// A statement with only those patterns that can hit an action of ours.
struct Rule<'v> {
    statement: Statement<'v>,
    /// In lower case.
    patterns: Vec<String>,
}

impl Rule<'_> {
    fn has_action(&self, action: &str) -> bool {
        let hit = self.patterns.iter().any(|pattern| matches(Dialect::Iam, pattern, action));
        match self.statement.actions {
            Scope::Only(_) => hit,
            Scope::AllBut(_) => !hit,
        }
    }
}

/// All rules of some documents, and what it costs to ask them once.
struct Rules<'v> {
    rules: Vec<Rule<'v>>,
    work: Work,
}

impl<'v> Rules<'v> {
    fn of(documents: &[&'v Value], pay: Pay<'_>) -> Result<Self, String> {
        let mut rules = Vec::new();
        for document in documents {
            for statement in statements(document)? {
                let patterns = statement.actions.patterns();
                pay(patterns.len() as u64)?;
                let patterns =
                    patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).filter(|pattern| may_hit(pattern));
                rules.push(Rule { patterns: patterns.collect(), statement });
            }
        }
        let of_rule = |rule: &Rule<'_>| {
            let resources = rule.statement.resources.patterns().iter().copied();
            Work::of(rule.patterns.iter().map(String::as_str).chain(resources))
        };
        let work = rules.iter().map(of_rule).sum();
        Ok(Self { rules, work })
    }
}

/// Whether a pattern speaks of a service that any combination names: policies have thousands that do not.
fn may_hit(pattern: &str) -> bool {
    static SERVICES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let actions = COMBINATIONS.iter().flat_map(|combination| combination.actions).chain(&["iam:PassRole"]);
        actions.map(|action| action.split(':').next().unwrap_or_default().to_ascii_lowercase()).collect()
    });
    let service = pattern.split(':').next().unwrap_or_default();
    match service.contains(['*', '?']) {
        true => SERVICES.iter().any(|known| matches(Dialect::Iam, service, known)),
        false => SERVICES.contains(service),
    }
}

/// Whether something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    No,
    /// Under a condition about what is done, not about who does it.
    Perhaps,
    Yes,
}

struct Judge<'v> {
    identity: Rules<'v>,
    boundary: Option<Rules<'v>>,
    who: &'v Who<'v>,
    pay: Pay<'v>,
    asked: HashMap<(&'static str, String, &'static str), Answer>,
}

impl Judge<'_> {
    fn has(&mut self, combination: &Combination) -> Result<Answer, String> {
        let passes = match combination.passed_to {
            "" => Answer::Yes,
            service => self.allowed_on_any("iam:PassRole", Target::Every(Kind::Role), service)?,
        };
        let actions = combination.actions.iter();
        // One that is not allowed ends it.
        let mut least = passes;
        for action in actions {
            if least == Answer::No {
                break;
            }
            least = least.min(self.allowed_on_any(action, combination.target, "")?);
        }
        Ok(least)
    }

    /// Whether an action is allowed on one of the resources that a target stands for.
    fn allowed_on_any(
        &mut self,
        action: &'static str,
        target: Target,
        service: &'static str,
    ) -> Result<Answer, String> {
        let mut most = Answer::No;
        for resource in self.who.resources(target) {
            most = most.max(self.allowed(action, resource, service)?);
        }
        Ok(most)
    }

    /// `None` for the resource: on any.
    fn allowed(
        &mut self,
        action: &'static str,
        resource: Option<String>,
        service: &'static str,
    ) -> Result<Answer, String> {
        let key = (action, resource.clone().unwrap_or_default(), service);
        if let Some(known) = self.asked.get(&key) {
            return Ok(*known);
        }
        let lower = action.to_ascii_lowercase();
        let longest = lower.len().max(key.1.len());
        let of = |rules: &Rules<'_>| {
            (self.pay)(rules.work.steps(longest))?;
            Ok::<_, String>(decided(&rules.rules, &lower, resource.as_deref(), self.who, service))
        };
        let mut answer = of(&self.identity)?;
        if let Some(boundary) = &self.boundary {
            answer = answer.min(of(boundary)?);
        }
        self.asked.insert(key, answer);
        Ok(answer)
    }
}

fn decided(rules: &[Rule<'_>], action: &str, resource: Option<&str>, who: &Who<'_>, service: &str) -> Answer {
    let mut answer = Answer::No;
    let mut conditional_deny = false;
    for rule in rules.iter().filter(|rule| rule.has_action(action)) {
        let held = held(&rule.statement, service);
        match rule.statement.effect {
            Effect::Allow if reaches(&rule.statement.resources, resource, who) => answer = answer.max(held),
            Effect::Deny if covers(&rule.statement.resources, resource, who) => match held {
                Answer::Yes if rule.statement.conditions.is_empty() => return Answer::No,
                Answer::Perhaps => conditional_deny = true,
                // A condition on the caller: when it does not hold, nothing is taken back.
                Answer::Yes | Answer::No => {}
            },
            Effect::Allow | Effect::Deny => {}
        }
    }
    if conditional_deny { answer.min(Answer::Perhaps) } else { answer }
}

/// Whether a statement's conditions hold: those about the caller may be met, those about the deed may narrow it.
fn held(statement: &Statement<'_>, service: &str) -> Answer {
    let of = |condition: &super::conditions::Condition<'_>| match condition.passes_to(service) {
        Some(true) => Answer::Yes,
        Some(false) => Answer::No,
        None if condition.is_about_caller() => Answer::Yes,
        None => Answer::Perhaps,
    };
    statement.conditions.iter().map(of).min().unwrap_or(Answer::Yes)
}

/// Whether an Allow speaks of a resource, or of any at all.
fn reaches(scope: &Scope<'_>, resource: Option<&str>, who: &Who<'_>) -> bool {
    match (scope, resource) {
        (Scope::Only(patterns), None) => !patterns.is_empty(),
        (Scope::AllBut(patterns), None) => !patterns.contains(&"*"),
        (_, Some(resource)) => covers(scope, Some(resource), who),
    }
}

/// Whether a Deny speaks of a resource; of every one, when any will do.
fn covers(scope: &Scope<'_>, resource: Option<&str>, who: &Who<'_>) -> bool {
    let Some(resource) = resource else { return scope.has_all_resources() };
    let hit = |pattern: &&str| matches(Dialect::Iam, &pattern.replace("${aws:username}", who.name), resource);
    match scope {
        Scope::Only(patterns) => patterns.iter().any(hit),
        Scope::AllBut(patterns) => !patterns.iter().any(hit),
    }
}
