//! Policy documents: which principals they let in.

use serde_json::Value;

use super::policy::{Effect, Principals, Scope, Statement, statements};

/// An Allow for everyone that no condition narrows and no Deny takes back.
pub(crate) fn public(document: &Value) -> Result<bool, String> {
    let statements = statements(document)?;
    let denies: Vec<&Statement<'_>> = statements.iter().filter(|one| one.denies_all_callers()).collect();
    let taken_back = |allow: &Statement<'_>| denies.iter().any(|deny| covers(deny, allow));
    Ok(statements.iter().any(|statement| is_open(statement) && !taken_back(statement)))
}

/// An Allow to assume a role for everyone, or for everyone that a web identity provider knows, that no condition narrows.
pub(crate) fn trust_open(document: &Value) -> Result<bool, String> {
    let open = |statement: &Statement<'_>| is_open(statement) || is_open_to_provider(statement);
    Ok(statements(document)?.iter().any(|statement| assumes(statement) && open(statement)))
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
    let unguarded = |statement: &Statement<'_>| {
        let guarded = statement.conditions.iter().any(|condition| {
            condition.names_external_id() || condition.names_organization() || condition.keeps_to(account)
        });
        statement.effect == Effect::Allow && assumes(statement) && lets_in_foreigners(statement, account) && !guarded
    };
    Ok(statements(document)?.iter().any(unguarded))
}

fn is_open(statement: &Statement<'_>) -> bool {
    statement.effect == Effect::Allow
        && names_everyone(statement)
        && !statement.conditions.iter().any(|condition| condition.narrows())
}

fn names_everyone(statement: &Statement<'_>) -> bool {
    match &statement.principals {
        Principals::Only(names) => names.iter().any(|(_, name)| is_everyone(name)),
        Principals::AllBut => true,
        Principals::Unnamed => false,
    }
}

/// `*`, or an ARN of any account.
fn is_everyone(name: &str) -> bool {
    name == "*" || name.split(':').nth(4).is_some_and(|account| account.contains(['*', '?']))
}

fn assumes(statement: &Statement<'_>) -> bool {
    let actions = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    actions.iter().any(|action| statement.actions.has_action(action))
}

fn lets_in_foreigners(statement: &Statement<'_>, own: &str) -> bool {
    let foreign = |(kind, name): &(&str, &str)| {
        let other = || account_of(name).is_some_and(|account| account != own);
        match *kind {
            "AWS" => is_everyone(name) || other(),
            // An identity provider of another account vouches for that account's people.
            "Federated" => other(),
            _ => false,
        }
    };
    match &statement.principals {
        Principals::Only(names) => names.iter().any(foreign),
        Principals::AllBut => true,
        Principals::Unnamed => false,
    }
}

/// The account of a principal: twelve digits, bare or in an ARN. The unique ids of deleted principals, AWS's own
/// `cloudfront` and canonical users name none.
fn account_of(name: &str) -> Option<&str> {
    let account = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(account)
}

/// Whether a Deny takes back all that an Allow gives.
fn covers(deny: &Statement<'_>, allow: &Statement<'_>) -> bool {
    let Scope::Only(actions) = &allow.actions else { return false };
    let resources = match (&deny.resources, &allow.resources) {
        (deny, _) if deny.has_all_resources() => true,
        (Scope::Only(denied), Scope::Only(allowed)) => allowed.iter().all(|resource| denied.contains(resource)),
        _ => false,
    };
    resources && actions.iter().all(|action| deny.actions.has_action(action))
}
