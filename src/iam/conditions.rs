//! Conditions of policy statements: which of them keep strangers out.

use serde_json::Value;

use super::glob::{Dialect, matches};
use super::network::cidr_wide;
use super::stranger::{Stranger, account_of};

/// One operator on one key.
pub(super) struct Condition<'a> {
    /// Lower case, without `ForAnyValue:`; `ForAllValues:` and `…IfExists` hold for callers who lack the key.
    operator: String,
    holds_without_key: bool,
    /// `ForAnyValue:`: a negated operator, too, fails for callers who lack the key.
    needs_a_value: bool,
    /// Lower case.
    key: String,
    values: Vec<&'a Value>,
}

/// All conditions of a statement: every one must hold.
pub(super) fn conditions(value: &Value) -> Result<Vec<Condition<'_>>, String> {
    let wrong = || "a condition of the policy is not an object".to_owned();
    let mut found = Vec::new();
    for (operator, keys) in value.as_object().ok_or_else(wrong)? {
        let needs_a_value = operator.to_ascii_lowercase().starts_with("foranyvalue:");
        let (operator, holds_without_key) = read_operator(operator);
        for (key, values) in keys.as_object().ok_or_else(wrong)? {
            let values = match values {
                Value::Array(values) => values.iter().collect(),
                single => vec![single],
            };
            found.push(Condition {
                operator: operator.clone(),
                holds_without_key,
                needs_a_value,
                key: key.to_ascii_lowercase(),
                values,
            });
        }
    }
    Ok(found)
}

fn read_operator(operator: &str) -> (String, bool) {
    let lower = operator.to_ascii_lowercase();
    let (lower, all) = match lower.split_once(':') {
        Some((quantifier, rest)) => (rest.to_owned(), quantifier == "forallvalues"),
        None => (lower, false),
    };
    match lower.strip_suffix("ifexists") {
        Some(plain) => (plain.to_owned(), true),
        None => (lower, all),
    }
}

/// A value as IAM compares it; a list or an object is none, and fits no one principal.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// What a condition key says of the caller.
enum Key {
    Account,
    Arn,
    Organization,
    Network,
    Address,
    UserId,
    AwsService,
}

impl Condition<'_> {
    /// Whether it keeps callers out that the customer does not know.
    pub(super) fn narrows(&self) -> bool {
        let Some(kind) = self.kind() else { return false };
        self.is_positive() && !self.values.is_empty() && self.texts().all(|value| fixed(&kind, &value))
    }

    /// Whether it asks for an external id that is not a pattern for all.
    pub(super) fn names_external_id(&self) -> bool {
        let secret = |value: String| is_secret(&value);
        self.key == "sts:externalid" && self.is_positive() && !self.values.is_empty() && self.texts().all(secret)
    }

    /// Whether it asks for a subject or an application of an identity provider: `token.actions.githubusercontent.com:sub`.
    /// The audience alone is the same for everyone who uses the provider's standard one, but names the application at
    /// consumer providers and Cognito.
    pub(super) fn names_subject(&self) -> bool {
        self.is_positive() && self.is_of_subjects()
    }

    /// Whether a Deny under it leaves in only those that it names so.
    pub(super) fn excepts_subject(&self) -> bool {
        let negated = ["stringnotequals", "stringnotequalsignorecase", "stringnotlike"];
        !self.needs_a_value && negated.contains(&self.operator.as_str()) && self.is_of_subjects()
    }

    fn is_of_subjects(&self) -> bool {
        // `repo:acme/*` and `system:serviceaccount:shop:*` name one caller; `repo:*` names them all.
        let narrow = |value: String| match value.find(['*', '?', '$']) {
            None => !value.is_empty(),
            Some(end) => value[..end].contains('/') || value[..end].matches(':').count() >= 2,
        };
        let (provider, claim) = self.key.rsplit_once(':').unwrap_or_default();
        let consumer =
            ["accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"];
        let claims: &[&str] = if consumer.contains(&provider) { &["sub", "aud", "app_id", "oaud"] } else { &["sub"] };
        claims.contains(&claim) && !self.values.is_empty() && self.texts().all(narrow)
    }

    /// Which of a stranger's principals an Allow lets in under it. One that says from where a call comes leaves those in
    /// whom the policy names: it keeps out only who is not named.
    pub(super) fn keeps(&self, stranger: &Stranger) -> Vec<Stranger> {
        let organizations = || self.texts().map(|value| Stranger::Organization(organization_of(&value)));
        let accounts = || self.texts().filter_map(|value| account_of(&value).map(str::to_owned)).map(Stranger::Account);
        match (self.kind(), stranger) {
            (Some(Key::Organization), Stranger::Anyone | Stranger::Account(_)) => organizations().collect(),
            (Some(Key::Organization), _) => organizations().filter(|one| one == stranger).collect(),
            (Some(Key::Account | Key::Arn), Stranger::Anyone) => accounts().collect(),
            // A caller named in the policy may act through whatever AWS names as the source.
            (Some(Key::Account | Key::Arn), Stranger::Account(_)) if self.is_about_principal() => {
                accounts().filter(|one| one == stranger).collect()
            }
            (_, Stranger::Anyone) => Vec::new(),
            _ => vec![stranger.clone()],
        }
    }

    fn is_about_principal(&self) -> bool {
        matches!(self.key.as_str(), "aws:principalaccount" | "aws:principalarn" | "kms:calleraccount")
    }

    /// Whether a Deny's condition holds for every call of a stranger: a negated operator holds for callers who lack the
    /// key and for those whose value is another.
    pub(super) fn always_meets(&self, stranger: &Stranger) -> bool {
        let negated = [
            "stringnotequals",
            "stringnotequalsignorecase",
            "stringnotlike",
            "arnnotequals",
            "arnnotlike",
            "notipaddress",
        ];
        if self.values.is_empty() {
            return false;
        }
        if matches!(self.key.as_str(), "aws:principalisawsservice" | "aws:viaawsservice") {
            // The anonymous lack the first; everyone with an account may act through a service.
            let lacked = self.holds_without_key || *stranger != Stranger::Anyone;
            let no = self.texts().all(|value| value.eq_ignore_ascii_case("false"));
            return self.key == "aws:principalisawsservice" && self.operator == "bool" && no && lacked;
        }
        if self.needs_a_value || !negated.contains(&self.operator.as_str()) {
            return false;
        }
        let other = |value: &str| match stranger {
            Stranger::Account(id) => account_of(value) != Some(id),
            Stranger::Organization(id) => organization_of(value) != *id,
            Stranger::Anyone => true,
        };
        match self.kind() {
            Some(kind) => self.texts().all(|value| fixed(&kind, &value) && other(&value)),
            None => self.key == "sts:externalid" && self.texts().all(|value| is_secret(&value)),
        }
    }

    /// Whether it ties one of AWS's services to an account, an organization or a resource for which it acts.
    pub(super) fn ties_service(&self) -> bool {
        let named = |value: String| !value.is_empty() && !value.chars().all(|one| matches!(one, '*' | '?'));
        let by_context = self.key.starts_with("kms:encryptioncontext:")
            || matches!(
                self.key.as_str(),
                "kms:viaservice" | "lambda:eventsourcetoken" | "lambda:sourcefunctionarn" | "sts:externalid"
            );
        self.narrows() && !matches!(self.kind(), Some(Key::AwsService))
            || by_context && self.is_positive() && !self.values.is_empty() && self.texts().all(named)
            || self.is_wide_source()
    }

    /// A pattern that leaves the account out but names the resource, as AWS writes for buckets and trails.
    fn is_wide_source(&self) -> bool {
        let names = |value: String| {
            let (account, name) = (value.split(':').nth(4), value.splitn(6, ':').nth(5));
            account.is_some_and(|account| !account.is_empty() && !account.contains(['*', '?']))
                || name.is_some_and(|name| {
                    let own = name.rsplit(['/', ':']).next().unwrap_or_default();
                    !own.is_empty() && !own.starts_with(['*', '?'])
                })
        };
        self.key == "aws:sourcearn" && self.is_positive() && !self.values.is_empty() && self.texts().all(names)
    }

    /// Whether it lets a role be passed to this service; `None` if it speaks of something else.
    pub(super) fn passes_to(&self, service: &str) -> Option<bool> {
        if self.key != "iam:passedtoservice" || service.is_empty() {
            return None;
        }
        let hit = |value: String| matches(Dialect::Iam, &value.to_ascii_lowercase(), service);
        match self.operator.as_str() {
            "stringequals" | "stringequalsignorecase" | "stringlike" => Some(self.texts().any(hit)),
            "stringnotequals" | "stringnotequalsignorecase" | "stringnotlike" => Some(!self.texts().any(hit)),
            _ => None,
        }
    }

    /// Whether it asks who calls, from where, when and how: one and the same caller may meet it for every deed.
    pub(super) fn is_about_caller(&self) -> bool {
        let keys = [
            "aws:currenttime",
            "aws:epochtime",
            "aws:multifactorauthage",
            "aws:multifactorauthpresent",
            "aws:principalaccount",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:principaltype",
            "aws:referer",
            "aws:requestedregion",
            "aws:securetransport",
            "aws:sourceidentity",
            "aws:sourceip",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:tokenissuetime",
            "aws:useragent",
            "aws:userid",
            "aws:username",
            "aws:vpcsourceip",
            "aws:principalisawsservice",
        ];
        keys.contains(&self.key.as_str()) || self.key.starts_with("aws:principaltag/")
    }

    /// Whether it excepts AWS's own services from a Deny, and no other caller: those always use TLS.
    pub(super) fn excepts_services(&self) -> bool {
        self.key == "aws:principalisawsservice" && self.always_meets(&Stranger::Anyone)
    }

    /// Whether it holds for calls without TLS.
    pub(super) fn is_without_tls(&self) -> bool {
        let (no, yes) = (|value: String| value.eq_ignore_ascii_case("false"), |value: String| value == "true");
        let without = match self.operator.as_str() {
            "bool" | "stringequals" | "stringequalsignorecase" => self.texts().all(no),
            "stringnotequals" | "stringnotequalsignorecase" => self.texts().all(yes),
            _ => false,
        };
        self.key == "aws:securetransport" && !self.values.is_empty() && without
    }

    fn is_positive(&self) -> bool {
        let positive =
            ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress", "bool"];
        !self.holds_without_key && positive.contains(&self.operator.as_str())
    }

    fn texts(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| text(value))
    }

    fn kind(&self) -> Option<Key> {
        Some(match self.key.as_str() {
            "aws:sourceaccount"
            | "aws:sourceowner"
            | "aws:principalaccount"
            | "kms:calleraccount"
            | "s3:dataaccesspointaccount" => Key::Account,
            "aws:sourcearn" | "aws:principalarn" | "s3:dataaccesspointarn" => Key::Arn,
            "aws:principalorgid" | "aws:principalorgpaths" | "aws:sourceorgid" | "aws:sourceorgpaths" => {
                Key::Organization
            }
            "aws:sourcevpc" | "aws:sourcevpce" => Key::Network,
            "aws:sourceip" => Key::Address,
            "aws:userid" => Key::UserId,
            "aws:principalisawsservice" => Key::AwsService,
            _ => return None,
        })
    }
}

/// An external id that not everyone has.
fn is_secret(value: &str) -> bool {
    !value.is_empty() && !value.contains('*') && !value.contains("${")
}

/// The organization of an id or a path: `o-abc/r-1/ou-2/*`.
fn organization_of(value: &str) -> String {
    value.split('/').next().unwrap_or_default().to_owned()
}

/// Whether a value stands for one principal: policy variables and patterns for all do not.
fn fixed(kind: &Key, value: &str) -> bool {
    let open = |text: &str| text.is_empty() || text.contains(['*', '?']) || text.contains("${");
    match kind {
        Key::Account | Key::Network => !open(value),
        Key::Arn => {
            let (account, name) = (value.split(':').nth(4), value.splitn(6, ':').nth(5));
            match (account, name) {
                // A bucket's ARN has no account; its name is unique in the world.
                (Some(""), Some(name)) => {
                    value.starts_with("arn:") && !open(name.split('/').next().unwrap_or_default())
                }
                (Some(account), Some(_)) => value.starts_with("arn:") && !open(account),
                _ => false,
            }
        }
        Key::Organization => value.starts_with("o-") && !open(value.split('/').next().unwrap_or_default()),
        Key::Address => !cidr_wide(value),
        Key::UserId => value.find(['*', '?', '$']).unwrap_or(value.len()) >= 12,
        Key::AwsService => value == "true",
    }
}
