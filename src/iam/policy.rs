//! Policy documents: what they allow and what they deny, whoever it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::conditions::{Condition, conditions};
use super::glob::{Dialect, matches};

/// One statement of a policy document.
pub(super) struct Statement<'a> {
    pub(super) effect: Effect,
    pub(super) actions: Scope<'a>,
    pub(super) resources: Scope<'a>,
    pub(super) principals: Principals<'a>,
    pub(super) conditions: Vec<Condition<'a>>,
}

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// The actions or resources of a statement.
pub(super) enum Scope<'a> {
    /// Those that match one of the patterns.
    Only(Vec<&'a str>),
    /// All but those that match one of the patterns.
    AllBut(Vec<&'a str>),
}

/// Which principals a statement speaks of.
pub(super) enum Principals<'a> {
    /// The kind, `AWS`, and the name.
    Only(Vec<(&'a str, &'a str)>),
    /// Everyone but these.
    AllBut(Vec<(&'a str, &'a str)>),
    /// None is named: the policy of an identity.
    Unnamed,
}

/// No real policy has more members (the largest may have 20 kB); a hostile one is refused instead of weighed.
const MAX_NODES: usize = 20_000;

/// The statements of a document; null is AWS saying that there is no policy.
pub(super) fn statements(document: &Value) -> Result<Vec<Statement<'_>>, String> {
    if document.is_null() {
        return Ok(Vec::new());
    }
    if nodes(document) > MAX_NODES {
        return Err("the policy document is too large to judge".to_owned());
    }
    let listed = document.get("Statement").ok_or("not a policy document: it has no `Statement`")?;
    let statements = match listed {
        Value::Array(statements) => statements.iter().collect(),
        single => vec![single],
    };
    statements.into_iter().map(statement).collect()
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

fn statement(value: &Value) -> Result<Statement<'_>, String> {
    let members = value.as_object().ok_or("a statement of the policy is not an object")?;
    let effect = match members.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err("a statement of the policy neither allows nor denies".to_owned()),
    };
    Ok(Statement {
        effect,
        actions: scope(members, "Action", "NotAction")?,
        resources: scope(members, "Resource", "NotResource")?,
        principals: principals(members)?,
        conditions: members.get("Condition").map_or(Ok(Vec::new()), conditions)?,
    })
}

/// A trust policy has no `Resource`: it speaks of its own role.
fn scope<'a>(members: &'a Map<String, Value>, only: &str, all_but: &str) -> Result<Scope<'a>, String> {
    match (members.get(only), members.get(all_but)) {
        (Some(patterns), _) => Ok(Scope::Only(texts(patterns)?)),
        (None, Some(patterns)) => Ok(Scope::AllBut(texts(patterns)?)),
        (None, None) if only == "Resource" => Ok(Scope::Only(vec!["*"])),
        (None, None) => Err(format!("a statement of the policy has neither `{only}` nor `{all_but}`")),
    }
}

fn principals(members: &Map<String, Value>) -> Result<Principals<'_>, String> {
    match (members.get("NotPrincipal"), members.get("Principal")) {
        (Some(listed), _) => Ok(Principals::AllBut(named(listed)?)),
        (None, Some(listed)) => Ok(Principals::Only(named(listed)?)),
        (None, None) => Ok(Principals::Unnamed),
    }
}

fn named(listed: &Value) -> Result<Vec<(&str, &str)>, String> {
    let Value::Object(kinds) = listed else {
        return Ok(texts(listed)?.into_iter().map(|name| ("AWS", name)).collect());
    };
    let mut names = Vec::new();
    for (kind, listed) in kinds {
        names.extend(texts(listed)?.into_iter().map(|name| (kind.as_str(), name)));
    }
    Ok(names)
}

/// One text or a list of texts.
pub(crate) fn texts(value: &Value) -> Result<Vec<&str>, String> {
    let wrong = || "a policy lists something that is not text".to_owned();
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(items) => items.iter().map(|item| item.as_str().ok_or_else(wrong)).collect(),
        _ => Err(wrong()),
    }
}

impl<'a> Scope<'a> {
    /// The patterns, whichever way they are meant.
    pub(super) fn patterns(&self) -> &[&'a str] {
        let (Self::Only(patterns) | Self::AllBut(patterns)) = self;
        patterns
    }
}

impl Scope<'_> {
    /// Whether an action is in it; IAM ignores the case of actions.
    pub(super) fn has_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let hit = |pattern: &&str| matches(Dialect::Iam, &pattern.to_ascii_lowercase(), &action);
        match self {
            Scope::Only(patterns) => patterns.iter().any(hit),
            Scope::AllBut(patterns) => !patterns.iter().any(hit),
        }
    }

    /// Whether actions of IAM that make an administrator are all in it.
    fn has_iam(&self) -> bool {
        MAKES_ADMINISTRATORS.iter().all(|action| self.has_action(action))
    }

    /// Whether a resource is in it; `*` stands for every one.
    fn has_resource(&self, resource: &str) -> bool {
        let hit = |pattern: &&str| matches(Dialect::Iam, pattern, resource);
        match self {
            _ if resource == "*" => self.has_all_resources(),
            Scope::Only(patterns) => patterns.iter().any(hit),
            Scope::AllBut(patterns) => !patterns.iter().any(hit),
        }
    }

    /// Whether every resource is in it.
    pub(super) fn has_all_resources(&self) -> bool {
        match self {
            Scope::Only(patterns) => patterns.iter().any(|pattern| is_every_resource(pattern)),
            Scope::AllBut(patterns) => !patterns.iter().any(|pattern| is_every_resource(pattern)),
        }
    }
}

/// `*`, `*:*`, `**`.
fn is_everything(pattern: &str) -> bool {
    pattern.contains('*') && pattern.chars().all(|character| matches!(character, '*' | ':' | '?'))
}

fn is_every_resource(pattern: &str) -> bool {
    let everywhere = |partition: &str| {
        ["iam::111122223333:role/q", "s3:::q", "ec2:eu-west-1:111122223333:instance/i-0"]
            .iter()
            .all(|rest| matches(Dialect::Iam, pattern, &format!("arn:{partition}:{rest}")))
    };
    let [own, ..] = place_of(pattern);
    everywhere(&own)
}

impl Statement<'_> {
    /// Whether a Deny holds for everyone and always.
    pub(super) fn denies_all_callers(&self) -> bool {
        self.effect == Effect::Deny && self.conditions.is_empty() && self.is_for_everyone()
    }

    /// Whether it speaks of everyone, or of the one identity that the policy belongs to.
    fn is_for_everyone(&self) -> bool {
        match &self.principals {
            Principals::Unnamed => true,
            Principals::AllBut(_) => false,
            Principals::Only(names) => names.iter().any(|(kind, name)| *kind == "AWS" && *name == "*"),
        }
    }
}

/// Allow of everything on everything that no Deny takes back.
pub(crate) fn admin(document: &Value) -> Result<bool, String> {
    Ok(are_admin(&statements(document)?))
}

/// Whether statements together allow everything: one alone, or all but IAM by one and IAM by others.
pub(super) fn are_admin(statements: &[Statement<'_>]) -> bool {
    let allows =
        |statement: &&Statement<'_>| statement.effect == Effect::Allow && statement.resources.has_all_resources();
    let all = |scope: &Scope<'_>| match scope {
        Scope::Only(patterns) => patterns.iter().any(|pattern| is_everything(pattern)),
        Scope::AllBut(_) => scope.has_action("any-service:AnyAction"),
    };
    let everything = statements.iter().filter(allows).any(|statement| all(&statement.actions));
    everything && have_iam(statements)
}

/// Whether statements together allow what makes an administrator of anyone, and no Deny takes it back.
pub(super) fn have_iam(statements: &[Statement<'_>]) -> bool {
    let on_all = |statement: &&Statement<'_>| statement.resources.has_all_resources();
    let allowed = |action: &&str| {
        let mut allows = statements.iter().filter(|one| one.effect == Effect::Allow).filter(on_all);
        allows.any(|one| one.actions.has_action(action))
    };
    let takes_back = |one: &Statement<'_>| one.denies_all_callers() && one.actions.has_iam() && on_all(&one);
    MAKES_ADMINISTRATORS.iter().all(allowed) && !statements.iter().any(takes_back)
}

/// Actions of IAM by which a principal gives itself or others every right.
pub(super) const MAKES_ADMINISTRATORS: [&str; 4] =
    ["iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:CreatePolicyVersion", "iam:AttachUserPolicy"];

/// Whether an action is allowed on a resource (`*`: on every one) and no Deny takes that back. Conditions of an Allow are
/// taken as met: what may be allowed counts.
pub(crate) fn allows(document: &Value, action: &str, resource: &str) -> Result<bool, String> {
    let statements = statements(document)?;
    let speaks =
        |statement: &Statement<'_>| statement.actions.has_action(action) && statement.resources.has_resource(resource);
    let allowed = |statement: &Statement<'_>| statement.effect == Effect::Allow && speaks(statement);
    let taken_back = |statement: &Statement<'_>| statement.denies_all_callers() && speaks(statement);
    Ok(statements.iter().any(allowed) && !statements.iter().any(taken_back))
}

/// Whether an action is allowed on every resource of a kind, `kms` and `key/`: in one place at least, whatever partition,
/// Region and account that is, and no Deny takes it back there. Conditions of an Allow are taken as met.
pub(crate) fn allows_every(document: &Value, action: &str, service: &str, kind: &str) -> Result<bool, String> {
    let statements = statements(document)?;
    let of = |effect: Effect| {
        statements.iter().filter(move |one| one.effect == effect).filter(|one| one.actions.has_action(action))
    };
    let named = |scope: &Scope<'_>| match scope {
        Scope::Only(patterns) => patterns.iter().map(|pattern| place_of(pattern)).collect(),
        Scope::AllBut(_) => vec![place_of("*")],
    };
    let places: BTreeSet<[String; 3]> = of(Effect::Allow).flat_map(|one| named(&one.resources)).collect();
    Ok(places.iter().any(|[partition, region, account]| {
        ANY_NAMES.iter().all(|name| {
            let resource = format!("arn:{partition}:{service}:{region}:{account}:{kind}{name}");
            let has = |one: &Statement<'_>| one.resources.has_resource(&resource);
            of(Effect::Allow).any(has) && !of(Effect::Deny).any(|one| one.denies_all_callers() && has(one))
        })
    }))
}

/// Ids that no pattern has both of unless it stands for them all.
const ANY_NAMES: [&str; 2] = ["0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9", "fedcba98-7654-4f3e-9d2c-1b0a9f8e7d6c"];

/// A partition, a Region and an account in which a pattern stands for something.
pub(super) fn place_of(pattern: &str) -> [String; 3] {
    let parts: Vec<&str> = pattern.split(':').collect();
    let part = |at: usize, any: &str| match parts.get(at) {
        // Only a whole ARN says what its parts are: a star may stand for several of them.
        Some(part) if parts.len() > 5 && !part.is_empty() => match part.replace(['*', '?'], "") {
            bare if bare.is_empty() => any.to_owned(),
            _ => part.replace('*', "").replace('?', "1"),
        },
        _ => any.to_owned(),
    };
    [part(1, "aws"), part(3, "eu-west-1"), part(4, "111122223333")]
}

/// Whether an action is denied to everyone, always, on every resource.
pub(crate) fn denies(document: &Value, action: &str) -> Result<bool, String> {
    let denied = |statement: &Statement<'_>| {
        statement.denies_all_callers()
            && statement.actions.has_action(action)
            && statement.resources.has_all_resources()
    };
    Ok(statements(document)?.iter().any(denied))
}

/// Whether an action is denied at all: to some, on a condition, or on some resources.
pub(crate) fn denies_some(document: &Value, action: &str) -> Result<bool, String> {
    let denied = |statement: &Statement<'_>| statement.effect == Effect::Deny && statement.actions.has_action(action);
    Ok(statements(document)?.iter().any(denied))
}

/// Whether every call without TLS is denied: to everyone, for all actions of the service, on the whole resource, be it by
/// several statements.
pub(crate) fn requires_tls(document: &Value) -> Result<bool, String> {
    let denied = |statement: &&Statement<'_>| {
        let (tls, others): (Vec<_>, Vec<_>) = statement.conditions.iter().partition(|one| one.is_without_tls());
        statement.effect == Effect::Deny
            && statement.is_for_everyone()
            && !tls.is_empty()
            && others.iter().all(|condition| condition.excepts_services())
            && is_whole_service(&statement.actions)
    };
    let statements = statements(document)?;
    let resources = statements.iter().filter(denied).map(|statement| &statement.resources);
    let mut patterns = Vec::new();
    for scope in resources {
        match scope {
            Scope::Only(named) => patterns.extend(named.iter().copied()),
            Scope::AllBut(_) if scope.has_all_resources() => patterns.push("*"),
            Scope::AllBut(_) => {}
        }
    }
    Ok(is_whole_resource(&patterns))
}

fn is_whole_service(actions: &Scope<'_>) -> bool {
    match actions {
        Scope::Only(patterns) => patterns.iter().any(|pattern| *pattern == "*" || pattern.ends_with(":*")),
        Scope::AllBut(_) => false,
    }
}

/// A bucket's policy must name the bucket and its objects; other resources are one.
fn is_whole_resource(patterns: &[&str]) -> bool {
    let s3 = |pattern: &&&str| pattern.split(':').nth(2) == Some("s3");
    if patterns.iter().any(|pattern| is_every_resource(pattern)) {
        return true;
    }
    let (buckets, others): (Vec<&&str>, Vec<&&str>) = patterns.iter().partition(s3);
    if buckets.is_empty() {
        return !others.is_empty();
    }
    let bucket = buckets.iter().any(|pattern| !pattern.contains('/'));
    let all_objects = |pattern: &&&str| {
        let name = pattern.rsplit(':').next().unwrap_or_default();
        // `bucket/*` or `bucket*`; `bucket/public/*` is a part of it.
        name.split_once('/').map_or(name.ends_with('*'), |(_, objects)| objects == "*")
    };
    bucket && buckets.iter().any(all_objects)
}
