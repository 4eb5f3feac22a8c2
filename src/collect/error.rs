//! What ends a whole collection. Everything less is a gap.

use std::error::Error;

use crate::model::{AccountId, Region, SinkError};

/// Why a collection cannot go on: one clear line and what to do about it. Never carries secrets.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Nothing in the environment, the profile or the instance gives credentials.
    #[error(
        "no AWS credentials: {0}; set AWS_PROFILE, or run `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials(String),
    /// A variable of the environment that the SDK cannot use.
    #[error("the environment's {name} is not usable; {remedy}")]
    Environment {
        /// The variable; its value may be anything and is not shown.
        name: String,
        /// What to do.
        remedy: &'static str,
    },
    /// They were good once.
    #[error("the AWS credentials have expired ({0}); renew them (`aws sso login`) and run `collect --resume`")]
    ExpiredCredentials(String),
    /// AWS does not know them.
    #[error(
        "AWS refuses the credentials ({0}); check AWS_PROFILE, the access key, and that AWS_REGION is in the credentials' partition"
    )]
    InvalidCredentials(String),
    /// AWS's clock and this machine's differ too much to sign anything.
    #[error("this machine's clock differs from AWS's ({0}); set it right (NTP) and run again")]
    ClockSkew(String),
    /// Not even STS answers.
    #[error(
        "cannot reach AWS STS in {region}: {message}; check the network, the proxy, AWS_REGION and AWS_ENDPOINT_URL"
    )]
    Unreachable {
        /// The region whose STS was asked.
        region: Region,
        /// What the connection said.
        message: String,
    },
    /// STS answered, but not with an identity.
    #[error("AWS STS did not say who the caller is: {0}")]
    NoIdentity(String),
    /// The role of an account in the settings cannot be entered.
    #[error(
        "cannot enter account {account} through {role}: {message}; check the role's trust policy and `external_id` in the settings"
    )]
    Role {
        /// The account, as the settings name it.
        account: AccountId,
        /// The role's ARN.
        role: String,
        /// What AWS said.
        message: String,
    },
    /// The settings say one account, the role leads to another.
    #[error("the settings say account {expected}, but the credentials lead to {found}; correct `id` or `role_arn`")]
    WrongAccount {
        /// The account of the settings.
        expected: AccountId,
        /// The account that STS named.
        found: AccountId,
    },
    /// A region in the settings that AWS does not list.
    #[error("account {account} has no region `{region}`; AWS lists {known}")]
    UnknownRegion {
        /// The account.
        account: AccountId,
        /// The region as the settings spell it.
        region: Region,
        /// The regions that AWS lists.
        known: String,
    },
    /// A region in the settings that is not enabled for the account.
    #[error("region `{region}` is not enabled for account {account}; enable it or leave it out of `regions`")]
    DisabledRegion {
        /// The account.
        account: AccountId,
        /// The region.
        region: Region,
    },
    /// A call that cannot be addressed: FIPS or dual stack asked of a service that has none.
    #[error("{0}")]
    Endpoint(String),
    /// A recording that cannot be read.
    #[error("recording, line {line}")]
    Recording {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        fault: RecordingFault,
    },
    /// A mistake in this program: a call that would leave no evidence.
    #[error("internal error: {0}")]
    Internal(String),
    /// A mistake in this program that a library found.
    #[error("internal error")]
    Defect(#[source] Box<dyn Error + Send + Sync>),
    /// The evidence could not be kept.
    #[error("cannot keep the evidence")]
    Sink(#[from] SinkError),
    /// The user ended it.
    #[error("interrupted; what was collected is kept: `collect --resume` goes on from here")]
    Interrupted,
}

/// What is wrong with a line of recordings.
#[derive(Debug, thiserror::Error)]
pub enum RecordingFault {
    /// Not a recording.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A body that is not base64.
    #[error("`body_base64`")]
    Base64(#[from] base64::DecodeError),
    /// Two bodies, or none.
    #[error("a reply has either `body` or `body_base64`")]
    Body,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::causes;

    #[test]
    fn what_the_keeper_says_is_a_cause_of_its_own() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = CollectError::from(SinkError::new(full));
        assert_eq!(causes(&error), ["cannot keep the evidence", "no storage space"]);
        let missing = CollectError::Recording { line: 3, fault: RecordingFault::Body };
        assert_eq!(causes(&missing), ["recording, line 3", "a reply has either `body` or `body_base64`"]);
    }
}
