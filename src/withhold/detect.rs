//! Finds what looks like a secret in a text: by its form, and by its name.

use std::collections::BTreeSet;

use crate::model::{Secret, Sighting, Withheld};

use super::assignments;
use super::names::{is_harmless, is_secret};

/// A known form of a token.
type Form = (&'static str, usize, fn(char) -> bool, Secret);

/// What a token begins with, how many characters follow at least, and which.
const TOKENS: [Form; 22] = [
    ("ghp_", 30, alphanumeric, Secret::GithubToken),
    ("gho_", 30, alphanumeric, Secret::GithubToken),
    ("ghu_", 30, alphanumeric, Secret::GithubToken),
    ("ghs_", 30, alphanumeric, Secret::GithubToken),
    ("ghr_", 30, alphanumeric, Secret::GithubToken),
    ("github_pat_", 22, word, Secret::GithubToken),
    ("glpat-", 20, url_safe, Secret::GitlabToken),
    ("gldt-", 20, url_safe, Secret::GitlabToken),
    ("glrt-", 20, url_safe, Secret::GitlabToken),
    ("xoxb-", 10, url_safe, Secret::SlackToken),
    ("xoxp-", 10, url_safe, Secret::SlackToken),
    ("xoxa-", 10, url_safe, Secret::SlackToken),
    ("xoxs-", 10, url_safe, Secret::SlackToken),
    ("xapp-", 10, url_safe, Secret::SlackToken),
    ("sk_live_", 16, alphanumeric, Secret::StripeKey),
    ("rk_live_", 16, alphanumeric, Secret::StripeKey),
    ("sk_test_", 16, alphanumeric, Secret::StripeKey),
    ("whsec_", 24, alphanumeric, Secret::StripeKey),
    ("AIza", 35, url_safe, Secret::GoogleKey),
    ("npm_", 36, alphanumeric, Secret::ApiToken),
    ("pypi-AgE", 40, url_safe, Secret::ApiToken),
    ("dop_v1_", 60, alphanumeric, Secret::ApiToken),
];

/// No user with a password is longer.
const MAX_USER: usize = 400;
/// An access key's id and its secret stand together.
const NEAR: usize = 3;

/// What is found in a value with these names. A value that was withheld before is what it was found to be then.
pub(super) fn judge(names: &[&str], text: &str) -> Withheld {
    if let Some(known) = Withheld::parse(text) {
        return known;
    }
    let mut sightings = scan(text);
    if sightings.is_empty() && names.iter().any(|name| is_secret(name)) && !is_harmless(text) {
        sightings.push(Sighting { line: None, kind: Secret::Named });
    }
    Withheld::of(sightings)
}

/// What is found in a text without a name.
pub(super) fn scan(text: &str) -> Vec<Sighting> {
    let lines: Vec<&str> = text.lines().collect();
    let several = lines.len() > 1;
    let mut sightings = Vec::new();
    let mut key_ids = Vec::new();
    for (line, at) in lines.iter().zip(0_usize..) {
        let kinds = kinds(line);
        if kinds.contains(&Secret::AwsKeyId) {
            key_ids.push(at);
        }
        sightings.extend(kinds.into_iter().map(|kind| (at, kind)));
    }
    for at in key_ids {
        let first = at.saturating_sub(NEAR);
        let near = lines.iter().enumerate().skip(first).take(at + NEAR + 1 - first);
        let secrets = near.filter(|(_, line)| has_aws_secret(line));
        sightings.extend(secrets.map(|(at, _)| (at, Secret::AwsSecretKey)));
    }
    let number = |at: usize| if several { u32::try_from(at + 1).ok() } else { None };
    // That a value has a name too says nothing more of one whose form is known.
    let by_form: BTreeSet<usize> =
        sightings.iter().filter(|(_, kind)| *kind != Secret::Named).map(|(at, _)| *at).collect();
    sightings.retain(|(at, kind)| *kind != Secret::Named || !by_form.contains(at));
    sightings.into_iter().map(|(at, kind)| Sighting { line: number(at), kind }).collect()
}

fn kinds(line: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if tokens(line, "AKIA", upper_or_digit).chain(tokens(line, "ASIA", upper_or_digit)).any(|rest| rest.len() == 16) {
        found.push(Secret::AwsKeyId);
    }
    if is_private_key(line) {
        found.push(Secret::PrivateKey);
    }
    for (begin, least, follows, kind) in TOKENS {
        if tokens(line, begin, follows).any(|rest| rest.len() >= least) {
            found.push(kind);
        }
    }
    if line.contains("hooks.slack.com/services/T") {
        found.push(Secret::SlackToken);
    }
    if tokens(line, "eyJ", |c| url_safe(c) || c == '.').any(is_web_token) {
        found.push(Secret::WebToken);
    }
    if tokens(line, "SG.", |c| url_safe(c) || c == '.').any(|rest| rest.len() >= 60 && rest.contains('.'))
        || has_bearer(line)
    {
        found.push(Secret::ApiToken);
    }
    if has_url_password(line) {
        found.push(Secret::UrlPassword);
    }
    found.extend(assigned(line));
    found
}

/// A password that the line gives a name to.
fn assigned(line: &str) -> Option<Secret> {
    let all = assignments::of_line(line);
    let connection = line.contains(';') && all.len() > 1;
    let of_connection = |name: &str| {
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "password" | "pwd" | "accountkey" | "sharedaccesskey" | "sharedaccesssignature")
    };
    let secrets = || all.iter().filter(|one| !is_harmless(one.value));
    if connection && secrets().any(|one| of_connection(one.name)) {
        return Some(Secret::ConnectionString);
    }
    secrets().any(|one| is_secret(one.name)).then_some(Secret::Named)
}

fn alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

fn word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn url_safe(character: char) -> bool {
    word(character) || character == '-'
}

fn upper_or_digit(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit()
}

/// What follows a beginning that itself begins a word.
fn tokens<'l>(line: &'l str, begin: &'l str, follows: fn(char) -> bool) -> impl Iterator<Item = &'l str> {
    line.match_indices(begin).filter_map(move |(at, _)| {
        let before = line.get(..at)?.chars().next_back();
        if before.is_some_and(|before| before.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = line.get(at + begin.len()..)?;
        let end = rest.find(|character| !follows(character)).unwrap_or(rest.len());
        let after = rest.get(end..)?.chars().next();
        let whole = after.is_none_or(|after| !after.is_ascii_alphanumeric());
        whole.then(|| rest.get(..end)).flatten()
    })
}

fn is_private_key(line: &str) -> bool {
    let pem = line
        .split("-----BEGIN ")
        .skip(1)
        .any(|rest| rest.split("-----").next().is_some_and(|title| title.len() < 60 && title.contains("PRIVATE KEY")));
    pem || line.contains("PuTTY-User-Key-File-")
}

/// Header, content and signature, each in base64.
fn is_web_token(rest: &str) -> bool {
    let parts: Vec<&str> = rest.split('.').collect();
    matches!(parts.as_slice(), [head, content, signature, ..] if head.len() >= 10 && content.starts_with("eyJ") && signature.len() >= 16)
}

fn has_bearer(line: &str) -> bool {
    let of_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    ["Bearer ", "bearer "].iter().flat_map(|begin| line.split(begin).skip(1)).any(|rest| {
        let end = rest.find(|c| !of_token(c)).unwrap_or(rest.len());
        let token = rest.get(..end).unwrap_or_default();
        token.len() >= 20 && token.chars().any(|c| c.is_ascii_digit())
    })
}

/// 40 characters of base64 with capitals, small letters and digits: a hash in hex has no capitals, a word no digits.
fn has_aws_secret(line: &str) -> bool {
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+');
    line.split(|c| !of_key(c)).any(|part| {
        part.len() == 40
            && part.chars().any(|c| c.is_ascii_uppercase())
            && part.chars().any(|c| c.is_ascii_lowercase())
            && part.chars().any(|c| c.is_ascii_digit())
    })
}

/// `postgres://user:password@host`, and Go's `user:password@tcp(host)`.
fn has_url_password(line: &str) -> bool {
    let in_url = |rest: &str| {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>'));
        let authority = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| is_user_with_password(user))
    };
    let in_go = |before: &str| {
        let begin = before.char_indices().rev().nth(MAX_USER).map_or(0, |(at, _)| at);
        let before = before.get(begin..).unwrap_or_default();
        let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).map_or(0, |at| at + 1);
        before.get(start..).is_some_and(is_user_with_password)
    };
    line.split("://").skip(1).any(in_url)
        || line
            .match_indices("@tcp(")
            .chain(line.match_indices("@unix("))
            .any(|(at, _)| line.get(..at).is_some_and(in_go))
}

fn is_user_with_password(user: &str) -> bool {
    user.split_once(':').is_some_and(|(_, password)| {
        let open = ["$", "{", "<", "%(", "*"].iter().any(|begin| password.starts_with(begin));
        !password.is_empty() && !open
    })
}
