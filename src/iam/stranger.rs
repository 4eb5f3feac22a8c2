//! Callers that a policy lets in.

/// A caller that the customer may not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stranger {
    /// Whoever calls, without credentials too.
    Anyone,
    /// Every principal of an account.
    Account(String),
    /// Every account of an organization.
    Organization(String),
}

impl Stranger {
    /// `None` for AWS's services, for deleted principals and for names that are not an account's.
    pub(super) fn of(kind: &str, name: &str) -> Option<Self> {
        match kind {
            "AWS" | "*" if is_everyone(name) => Some(Self::Anyone),
            // An identity provider of another account vouches for that account's people.
            "AWS" | "Federated" => account_of(name).map(|account| Self::Account(account.to_owned())),
            _ => None,
        }
    }

    /// As checks see it.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Anyone => "*".to_owned(),
            Self::Account(id) | Self::Organization(id) => id.clone(),
        }
    }
}

/// The account of a principal: twelve digits, bare or in an ARN. The unique ids of deleted principals, AWS's own
/// `cloudfront` and canonical users name none.
pub(super) fn account_of(name: &str) -> Option<&str> {
    let account = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(account)
}

/// `*`, or an ARN of any account.
pub(super) fn is_everyone(name: &str) -> bool {
    name == "*" || name.split(':').nth(4).is_some_and(|account| account.contains(['*', '?']))
}
