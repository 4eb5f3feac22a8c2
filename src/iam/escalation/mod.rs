//! Which principals can escalate their own permissions: their effective statements against the known ways.
//!
//! Policies of the organization and session policies are not looked at: they can only take away, so what is found here may
//! be less in practice, never more. A role's trust policy does not matter: whoever has assumed it has its permissions.

mod combinations;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::glob::{Dialect, matches};
use super::policy::{Effect, Scope, Statement, have_iam, place_of, statements};
use combinations::{COMBINATIONS, Combination, Kind, Target};

/// So many are named; an administrator has them all.
const MAX_NAMED: usize = 6;

/// The combinations that a principal has: `iam:PassRole + ec2:RunInstances`.
///
/// `principal` is a row of a user or a role, `groups` the rows of a user's groups. `policies` are the rows of all managed
/// policies that are attached to it, to its groups, or as its boundary. Both are lists of any depth. What is attached and
/// not there is an error: what it allows is not known. So is what is allowed under a condition about the deed, if nothing
/// else is found.
pub(crate) fn escalations(principal: &Value, groups: &Value, policies: &Value) -> Result<Vec<String>, String> {
    let known = PermissionRows::of(groups, policies);
    let who = Who::of(principal, &known)?;
    let mut judge = Judge { identity: parsed(&who.documents)?, boundary: None, who: &who, asked: HashMap::new() };
    if let Some(boundary) = who.boundary {
        judge.boundary = Some(parsed(&[boundary])?);
    }
    let (mut found, mut perhaps) = (Vec::new(), Vec::new());
    for combination in &COMBINATIONS {
        match judge.has(combination) {
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
pub(crate) fn administers(principal: &Value, groups: &Value, policies: &Value) -> Result<bool, String> {
    let known = PermissionRows::of(groups, policies);
    let who = Who::of_any(principal, &known, true)?;
    let by_name = who.attached.iter().any(|arn| arn.ends_with(":iam::aws:policy/AdministratorAccess"));
    let all = |documents: &[&Value]| -> Result<bool, String> {
        let mut together = Vec::new();
        for document in documents {
            together.extend(statements(document)?);
        }
        Ok(have_iam(&together))
    };
    let unlisted = by_name && !known.policies.keys().any(|arn| arn.ends_with(":iam::aws:policy/AdministratorAccess"));
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

/// The rows that a principal's permissions come from.
struct PermissionRows<'v> {
    groups: BTreeMap<&'v str, &'v Value>,
    policies: BTreeMap<&'v str, &'v Value>,
}

impl<'v> PermissionRows<'v> {
    fn of(groups: &'v Value, policies: &'v Value) -> Self {
        let mut known = Self { groups: BTreeMap::new(), policies: BTreeMap::new() };
        each(groups, &mut |row| known.groups.extend(text(row, "GroupName").map(|name| (name, row))));
        each(policies, &mut |row| known.policies.extend(text(row, "Arn").map(|arn| (arn, row))));
        known
    }

    /// The document that is in force of a managed policy.
    fn document(&self, arn: &str) -> Result<&'v Value, String> {
        let row = self.policies.get(arn).ok_or_else(|| format!("the policy {arn} is not in AWS's answer"))?;
        let versions = row.get("PolicyVersionList").and_then(Value::as_array);
        let in_force = |version: &&Value| version.get("IsDefaultVersion") == Some(&Value::Bool(true));
        let document = versions.and_then(|versions| versions.iter().find(in_force)?.get("Document"));
        document.ok_or_else(|| format!("AWS's answer has no version in force of the policy {arn}"))
    }
}

fn each<'v>(rows: &'v Value, take: &mut impl FnMut(&'v Value)) {
    match rows {
        Value::Array(items) => items.iter().for_each(|item| each(item, take)),
        Value::Object(_) => take(rows),
        _ => {}
    }
}

fn text<'v>(row: &'v Value, name: &str) -> Option<&'v str> {
    row.get(name).and_then(Value::as_str)
}

fn list<'v>(row: &'v Value, name: &str) -> &'v [Value] {
    row.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A principal and all that it is allowed by.
struct Who<'v> {
    arn: &'v str,
    name: &'v str,
    kind: Kind,
    groups: Vec<&'v str>,
    attached: Vec<&'v str>,
    documents: Vec<&'v Value>,
    boundary: Option<&'v Value>,
}

impl<'v> Who<'v> {
    fn of(row: &'v Value, known: &PermissionRows<'v>) -> Result<Self, String> {
        match text(row, "kind") {
            Some("user" | "role") => Self::of_any(row, known, false),
            _ => Err("only users and roles have permissions of their own".to_owned()),
        }
    }

    /// `known_by_name`: what is not there of AWS's own policies is left out.
    fn of_any(row: &'v Value, known: &PermissionRows<'v>, known_by_name: bool) -> Result<Self, String> {
        let missing = |name: &str| format!("`{name}` is not in AWS's answer");
        let arn = text(row, "Arn").ok_or_else(|| missing("Arn"))?;
        let kind = match text(row, "kind") {
            Some("user") => Kind::User,
            Some("role") => Kind::Role,
            Some("group") => Kind::Group,
            _ => return Err("only users, groups and roles have permissions".to_owned()),
        };
        let name = arn.rsplit('/').next().unwrap_or_default();
        let mut who =
            Self { arn, name, kind, groups: Vec::new(), attached: Vec::new(), documents: Vec::new(), boundary: None };
        who.add(row, known, known_by_name)?;
        if kind == Kind::User && row.get("GroupList").is_none() {
            return Err(missing("GroupList"));
        }
        for group in list(row, "GroupList").iter().filter_map(Value::as_str) {
            let row = known.groups.get(group).ok_or_else(|| format!("the group {group} is not in AWS's answer"))?;
            who.groups.extend(text(row, "Arn"));
            who.add(row, known, known_by_name)?;
        }
        if let Some(boundary) = row.get("PermissionsBoundary").filter(|boundary| boundary.is_object()) {
            let arn = text(boundary, "PermissionsBoundaryArn").ok_or_else(|| missing("PermissionsBoundaryArn"))?;
            who.boundary = Some(known.document(arn)?);
        }
        Ok(who)
    }

    /// The policies in a row and those attached to it.
    fn add(&mut self, row: &'v Value, known: &PermissionRows<'v>, known_by_name: bool) -> Result<(), String> {
        for inline in ["UserPolicyList", "RolePolicyList", "GroupPolicyList"] {
            for policy in list(row, inline) {
                self.documents.push(policy.get("PolicyDocument").ok_or("an inline policy has no document")?);
            }
        }
        if row.get("AttachedManagedPolicies").is_none() {
            return Err("`AttachedManagedPolicies` is not in AWS's answer".to_owned());
        }
        for policy in list(row, "AttachedManagedPolicies") {
            let arn = text(policy, "PolicyArn").ok_or("an attached policy has no ARN")?;
            self.attached.push(arn);
            match known.document(arn) {
                Err(_) if known_by_name && arn.contains(":iam::aws:policy/") => {}
                document => self.documents.push(document?),
            }
        }
        Ok(())
    }
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

fn parsed<'v>(documents: &[&'v Value]) -> Result<Vec<Rule<'v>>, String> {
    let mut rules = Vec::new();
    for document in documents {
        for statement in statements(document)? {
            let (Scope::Only(patterns) | Scope::AllBut(patterns)) = &statement.actions;
            let patterns =
                patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).filter(|pattern| may_hit(pattern));
            rules.push(Rule { patterns: patterns.collect(), statement });
        }
    }
    Ok(rules)
}

/// Whether a pattern speaks of a service that any combination names: policies have thousands that do not.
fn may_hit(pattern: &str) -> bool {
    let service = pattern.split(':').next().unwrap_or_default();
    let of_service = |action: &str| {
        matches(Dialect::Iam, service, &action.split(':').next().unwrap_or_default().to_ascii_lowercase())
    };
    of_service("iam:")
        || COMBINATIONS.iter().flat_map(|combination| combination.actions).any(|action| of_service(action))
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
    identity: Vec<Rule<'v>>,
    boundary: Option<Vec<Rule<'v>>>,
    who: &'v Who<'v>,
    asked: HashMap<(&'static str, String, &'static str), Answer>,
}

impl Judge<'_> {
    fn has(&mut self, combination: &Combination) -> Answer {
        let passes = match combination.passed_to {
            "" => Answer::Yes,
            service => self.allowed_on_any("iam:PassRole", Target::Every(Kind::Role), service),
        };
        let actions = combination.actions.iter();
        // One that is not allowed ends it.
        let mut least = passes;
        for action in actions {
            if least == Answer::No {
                break;
            }
            least = least.min(self.allowed_on_any(action, combination.target, ""));
        }
        least
    }

    /// Whether an action is allowed on one of the resources that a target stands for.
    fn allowed_on_any(&mut self, action: &'static str, target: Target, service: &'static str) -> Answer {
        let resources = self.who.resources(target);
        resources.into_iter().map(|resource| self.allowed(action, resource, service)).max().unwrap_or(Answer::No)
    }

    /// `None` for the resource: on any.
    fn allowed(&mut self, action: &'static str, resource: Option<String>, service: &'static str) -> Answer {
        let key = (action, resource.clone().unwrap_or_default(), service);
        if let Some(known) = self.asked.get(&key) {
            return *known;
        }
        let lower = action.to_ascii_lowercase();
        let of = |rules: &[Rule<'_>]| decided(rules, &lower, resource.as_deref(), self.who, service);
        let own = of(&self.identity);
        let answer = self.boundary.as_deref().map_or(own, |boundary| own.min(of(boundary)));
        self.asked.insert(key, answer);
        answer
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

/// Nothing is named so: only a pattern for all of them has it.
const ANY_NAME: &str = "Zq7-any-of-them-x9";

/// AWS has fewer Regions.
const MAX_REGIONS: usize = 64;

impl Who<'_> {
    /// The resources that stand for a target; `None` for any.
    fn resources(&self, target: Target) -> Vec<Option<String>> {
        let every = |kind: &str| Some(self.of_account("iam", &format!("{kind}/{ANY_NAME}")));
        let own = |owned: &[&str]| owned.iter().map(|arn| Some((*arn).to_owned())).collect::<Vec<_>>();
        match target {
            Target::Any => vec![None],
            Target::Itself(kind) if kind == self.kind => vec![Some(self.arn.to_owned()), every(kind.word())],
            Target::Itself(kind) | Target::Every(kind) => vec![every(kind.word())],
            Target::OwnGroup => [own(&self.groups), vec![every("group")]].concat(),
            Target::OwnPolicy => {
                let ours: Vec<&str> = self.attached.iter().copied().filter(|arn| !arn.contains(":iam::aws:")).collect();
                [own(&ours), vec![every("policy")]].concat()
            }
            // In any Region that a policy names: the others are as good as this one.
            Target::EveryFunction => {
                let function = self.of_account("lambda", &format!("function:{ANY_NAME}"));
                let of = |region: &String| Some(function.replacen(":lambda::", &format!(":lambda:{region}:"), 1));
                self.regions().iter().map(of).collect()
            }
        }
    }

    /// The Regions that its policies name, and one that they may not.
    fn regions(&self) -> BTreeSet<String> {
        let mut regions = BTreeSet::from(["eu-west-1".to_owned()]);
        for statement in self.documents.iter().filter_map(|document| statements(document).ok()).flatten() {
            let (Scope::Only(patterns) | Scope::AllBut(patterns)) = &statement.resources;
            let functions = patterns.iter().filter(|pattern| pattern.split(':').nth(2) == Some("lambda"));
            regions.extend(functions.map(|pattern| {
                let [_, region, _] = place_of(pattern);
                region
            }));
        }
        regions.into_iter().take(MAX_REGIONS).collect()
    }

    fn of_account(&self, service: &str, name: &str) -> String {
        let mut parts = self.arn.split(':').skip(1);
        let partition = parts.next().unwrap_or("aws");
        let account = parts.nth(2).unwrap_or_default();
        format!("arn:{partition}:{service}::{account}:{name}")
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }
}
