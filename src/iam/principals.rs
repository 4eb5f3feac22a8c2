//! Policy documents: which principals they let in.

use std::collections::BTreeSet;

use serde_json::Value;

use super::glob::{includes, overlaps};
use super::policy::{Effect, Principals, Scope, Statement, statements};
use super::stranger::{Stranger, account_of, is_everyone};

/// An Allow for everyone that no condition narrows and no Deny takes back.
pub(crate) fn public(document: &Value) -> Result<bool, String> {
    public_of(document, &|_| true)
}

/// Whether an Allow for everyone lets them do what one of the patterns names: `s3:Put*`.
pub(crate) fn public_allows(document: &Value, patterns: &[&str]) -> Result<bool, String> {
    let wanted: Vec<String> = patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect();
    public_of(document, &|action| wanted.iter().any(|pattern| overlaps(pattern, action)))
}

fn public_of(document: &Value, wanted: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let statements = statements(document)?;
    Ok(statements.iter().any(|one| is_open(one) && leaves(one, &statements, &Stranger::Anyone, wanted)))
}

/// An Allow to assume a role for everyone, or for everyone that a web identity provider knows, that no condition narrows.
pub(crate) fn trust_open(document: &Value) -> Result<bool, String> {
    let statements = statements(document)?;
    let left = |one: &Statement<'_>| leaves_role(one, &statements, &Stranger::Anyone);
    let subjects = |one: &Statement<'_>| one.effect == Effect::Deny && assumes(one) && denies_other_subjects(one);
    let by_provider = |one: &Statement<'_>| is_open_to_provider(one) && !statements.iter().any(subjects);
    let open = |one: &Statement<'_>| is_open(one) && left(one) || by_provider(one);
    Ok(statements.iter().any(|statement| assumes(statement) && open(statement)))
}

/// A provider such as GitHub vouches for all its users; only the subject names one.
fn is_open_to_provider(statement: &Statement<'_>) -> bool {
    let web = |kind: &str, name: &str| kind == "Federated" && !name.contains(":saml-provider/");
    let Principals::Only(names) = &statement.principals else { return false };
    statement.effect == Effect::Allow
        && names.iter().any(|(kind, name)| web(kind, name))
        && !statement.conditions.iter().any(|condition| condition.names_subject() || condition.narrows())
}

/// Whether a principal outside the account may assume the role: without an external id, and without belonging to an
/// organization that the policy names.
pub(crate) fn trust_foreign_unguarded(document: &Value, account: &str) -> Result<bool, String> {
    let unguarded = |stranger: &Stranger| match stranger {
        Stranger::Anyone => true,
        Stranger::Account(other) => other != account,
        Stranger::Organization(_) => false,
    };
    Ok(trust_strangers(document)?.iter().any(unguarded))
}

/// Who may assume a role without an external id: `*` for anyone, accounts, and organizations by their ids. The account
/// that the role belongs to is among them where the policy names it.
pub(crate) fn trusted(document: &Value) -> Result<Vec<String>, String> {
    Ok(trust_strangers(document)?.iter().map(Stranger::word).collect())
}

fn trust_strangers(document: &Value) -> Result<BTreeSet<Stranger>, String> {
    let statements = statements(document)?;
    let mut found = BTreeSet::new();
    for one in statements.iter().filter(|one| one.effect == Effect::Allow && assumes(one)) {
        if !one.conditions.iter().any(|condition| condition.names_external_id()) {
            found.extend(let_in(one).into_iter().filter(|stranger| leaves_role(one, &statements, stranger)));
        }
    }
    Ok(found)
}

/// Whom a resource's policy lets in: `*` for anyone, accounts, and organizations by their ids. The account that the
/// resource belongs to is among them where the policy names it.
pub(crate) fn principals(document: &Value) -> Result<Vec<String>, String> {
    let statements = statements(document)?;
    let mut found = BTreeSet::new();
    for one in statements.iter().filter(|one| one.effect == Effect::Allow) {
        found.extend(let_in(one).into_iter().filter(|stranger| leaves(one, &statements, stranger, &|_| true)));
    }
    Ok(found.iter().map(Stranger::word).collect())
}

/// AWS's services that may call whoever's resource they act for: no condition ties them to an account, an organization
/// or a resource. `sns.amazonaws.com`.
pub(crate) fn unbound_services(document: &Value) -> Result<Vec<String>, String> {
    let mut found = BTreeSet::new();
    for one in statements(document)?.iter().filter(|one| one.effect == Effect::Allow) {
        let Principals::Only(names) = &one.principals else { continue };
        if !one.conditions.iter().any(|condition| condition.ties_service()) {
            found
                .extend(names.iter().filter(|(kind, _)| *kind == "Service").map(|(_, name)| name.to_ascii_lowercase()));
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether a Deny leaves in only those users of a provider whose subject it names.
fn denies_other_subjects(deny: &Statement<'_>) -> bool {
    let everyone = |(_, name): &(&str, &str)| *name == "*";
    let speaks = match &deny.principals {
        Principals::Only(names) => names.iter().any(|one| everyone(one) || one.0 == "Federated"),
        Principals::AllBut(_) => false,
        Principals::Unnamed => true,
    };
    speaks && matches!(deny.conditions.as_slice(), [only] if only.excepts_subject())
}

fn is_open(statement: &Statement<'_>) -> bool {
    statement.effect == Effect::Allow
        && names_everyone(statement)
        && !statement.conditions.iter().any(|condition| condition.narrows())
}

fn names_everyone(statement: &Statement<'_>) -> bool {
    match &statement.principals {
        Principals::Only(names) => names.iter().any(|(_, name)| is_everyone(name)),
        Principals::AllBut(_) => true,
        Principals::Unnamed => false,
    }
}

const ASSUME: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

fn assumes(statement: &Statement<'_>) -> bool {
    ASSUME.iter().any(|action| statement.actions.has_action(action))
}

/// Whom an Allow speaks of, as far as its conditions let them.
fn let_in(statement: &Statement<'_>) -> BTreeSet<Stranger> {
    let named = match &statement.principals {
        Principals::Only(names) => names.iter().filter_map(|(kind, name)| Stranger::of(kind, name)).collect(),
        Principals::AllBut(_) => BTreeSet::from([Stranger::Anyone]),
        Principals::Unnamed => BTreeSet::new(),
    };
    let mut left = named;
    for condition in statement.conditions.iter().filter(|condition| condition.narrows()) {
        left = left.into_iter().flat_map(|stranger| condition.keeps(&stranger)).collect();
    }
    left
}

/// Whether the Denies leave a stranger one of the roads by which a role is assumed.
fn leaves_role(allow: &Statement<'_>, statements: &[Statement<'_>], stranger: &Stranger) -> bool {
    let denies: Vec<&Statement<'_>> = statements.iter().filter(|one| denies(one, stranger)).collect();
    let denied = |action: &str| denies.iter().any(|deny| deny.actions.has_action(action));
    ASSUME.iter().any(|action| allow.actions.has_action(action) && !denied(action))
}

/// Whether the Denies, each alone or several together, leave a stranger something of what an Allow gives.
fn leaves(
    allow: &Statement<'_>,
    statements: &[Statement<'_>],
    stranger: &Stranger,
    wanted: &dyn Fn(&str) -> bool,
) -> bool {
    let denies: Vec<&Statement<'_>> = statements.iter().filter(|one| denies(one, stranger)).collect();
    let given = |scope: &Scope<'_>| match scope {
        Scope::Only(patterns) => patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
        // All but some is as much as all.
        Scope::AllBut(_) => vec!["*".to_owned()],
    };
    let (actions, resources) = (given(&allow.actions), given(&allow.resources));
    let mut wanted = actions.iter().map(|action| action.to_ascii_lowercase()).filter(|action| wanted(action));
    wanted.any(|action| {
        resources.iter().any(|resource| {
            !denies.iter().any(|deny| has_actions(&deny.actions, &action) && has_resources(&deny.resources, resource))
        })
    })
}

/// Whether a Deny holds for all of a stranger's calls.
fn denies(deny: &Statement<'_>, stranger: &Stranger) -> bool {
    let speaks = || match &deny.principals {
        Principals::Unnamed => true,
        Principals::Only(names) => {
            let is = |(kind, name): &(&str, &str)| match stranger {
                _ if *name == "*" => true,
                // The root of an account stands for all its principals.
                Stranger::Account(id) => {
                    *kind == "AWS" && account_of(name) == Some(id) && (*name == *id || name.ends_with(":root"))
                }
                Stranger::Anyone | Stranger::Organization(_) => false,
            };
            names.iter().any(is)
        }
        // Whoever is excepted by name is not a stranger to the policy.
        Principals::AllBut(names) => names.iter().all(|(_, name)| {
            !is_everyone(name) && !matches!(stranger, Stranger::Account(id) if account_of(name) == Some(id))
        }),
    };
    deny.effect == Effect::Deny && speaks() && deny.conditions.iter().all(|condition| condition.always_meets(stranger))
}

/// Whether all actions that a pattern (in lower case) stands for are in a scope.
fn has_actions(scope: &Scope<'_>, action: &str) -> bool {
    match scope {
        Scope::Only(patterns) => patterns.iter().any(|pattern| includes(&pattern.to_ascii_lowercase(), action)),
        Scope::AllBut(patterns) => !patterns.iter().any(|pattern| overlaps(&pattern.to_ascii_lowercase(), action)),
    }
}

fn has_resources(scope: &Scope<'_>, resource: &str) -> bool {
    match scope {
        _ if scope.has_all_resources() => true,
        Scope::Only(patterns) => patterns.iter().any(|pattern| includes(pattern, resource)),
        Scope::AllBut(patterns) => !patterns.iter().any(|pattern| overlaps(pattern, resource)),
    }
}
