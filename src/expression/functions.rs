//! The names of our own functions.

/// Our functions besides CEL's own; `docs/checks.md` says what each gives.
pub const FUNCTIONS: [&str; 36] = [
    "administers",
    "age_days",
    "alarms_missing",
    APPROVAL,
    "cidr_open",
    "days",
    "filter_counts",
    "find",
    "find_anywhere",
    "join",
    "lower",
    "matches_any",
    "network_acl_opens",
    "policy_admin",
    "policy_allows",
    "policy_allows_every",
    "policy_denies",
    "policy_denies_some",
    "policy_principals",
    "policy_public",
    "policy_public_allows",
    "policy_requires_tls",
    "policy_unbound_services",
    "ports_open",
    "privilege_escalations",
    "rows",
    "rows_where",
    "secret_found",
    "secret_reason",
    "secrets_in",
    "split",
    "time",
    "trust_foreign_unguarded",
    "trust_open",
    "trust_principals",
    "undetermined",
];

/// The function that says that a row is normal work, whose approval people have to show.
pub const APPROVAL: &str = "approval";
