//! From a failed call to what it means: a fact, a gap of its kind, or the end of the run.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{Call, GapReason};

use super::CollectError;

/// A call that did not give what was asked, whichever client made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// The HTTP status, if there was a reply.
    pub(crate) status: Option<u16>,
    /// AWS's error code, bare.
    pub(crate) code: Option<String>,
    /// For people.
    pub(crate) message: String,
}

/// Where it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// AWS answered with an error.
    Refused,
    /// AWS answered with something that nobody can read.
    Unreadable,
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Transport,
    /// No credentials to sign with.
    NoCredentials,
    /// The credentials provider was refused: SSO session over, role not to be assumed.
    Credentials,
    /// The request could not be made: a mistake of ours.
    Internal,
}

/// What a failure means.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// AWS says that there is none.
    Absent(String),
    /// The reply is missing.
    Gap(GapReason),
    /// Nothing will work any more.
    Fatal(CollectError),
}

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AccessDeniedForDependencyException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "Forbidden",
    "ForbiddenException",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "UnauthorizedOperation",
];
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "TooManyRequests",
    "TooManyRequestsException",
];
const NOT_SUBSCRIBED: &[&str] = &["OptInRequired", "SubscriptionRequired", "SubscriptionRequiredException"];
const UNKNOWN_CALLER: &[&str] = &[
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "UnrecognizedClient",
    "UnrecognizedClientException",
];
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];
const SKEWED: &[&str] = &["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];
const SIGNATURE: &[&str] = &["SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"];

/// Says what a failure means for a call that its source describes.
pub(crate) fn meaning(failure: &Failure, call: Option<&Call>) -> Meaning {
    let code = failure.code.as_deref().unwrap_or_default();
    let in_call = |codes: fn(&Call) -> &std::collections::BTreeSet<String>| {
        !code.is_empty() && call.is_some_and(|call| codes(call).contains(code))
    };
    if failure.kind == FailureKind::Refused && in_call(|call| &call.absent) {
        return Meaning::Absent(code.to_owned());
    }
    if in_call(|call| &call.not_subscribed) {
        return Meaning::Gap(GapReason::NotSubscribed);
    }
    match failure.kind {
        FailureKind::Refused => refusal(failure, code),
        FailureKind::Unreadable if failure.status.is_some_and(|status| status >= 500) => {
            Meaning::Gap(GapReason::Failed)
        }
        FailureKind::Unreadable => Meaning::Gap(GapReason::Unreadable),
        FailureKind::TimedOut => Meaning::Gap(GapReason::TimedOut),
        FailureKind::Transport => Meaning::Gap(GapReason::Failed),
        FailureKind::NoCredentials => Meaning::Fatal(CollectError::NoCredentials(failure.message.clone())),
        FailureKind::Credentials => Meaning::Fatal(CollectError::ExpiredCredentials(failure.message.clone())),
        FailureKind::Internal => Meaning::Fatal(CollectError::Internal(failure.message.clone())),
    }
}

fn refusal(failure: &Failure, code: &str) -> Meaning {
    let says = |words: &str| failure.message.to_ascii_lowercase().contains(words);
    let skewed = says("signature expired") || says("signature not yet current") || says("time too skewed");
    if SKEWED.contains(&code) || SIGNATURE.contains(&code) && skewed {
        return Meaning::Fatal(CollectError::ClockSkew(line(failure)));
    }
    if EXPIRED.contains(&code) || SIGNATURE.contains(&code) && says("token") && says("expired") {
        return Meaning::Fatal(CollectError::ExpiredCredentials(line(failure)));
    }
    Meaning::Gap(if NOT_SUBSCRIBED.contains(&code) {
        GapReason::NotSubscribed
    } else if UNKNOWN_CALLER.contains(&code) {
        // STS knows the caller, or we would not be here: this region does not.
        GapReason::RegionDisabled
    } else if DENIED.contains(&code) {
        GapReason::AccessDenied
    } else if THROTTLED.contains(&code) || code.starts_with("Throttl") || failure.status == Some(429) {
        GapReason::Throttled
    } else if matches!(code, "RequestTimeout" | "RequestTimeoutException") {
        GapReason::TimedOut
    } else if failure.status == Some(403) {
        GapReason::AccessDenied
    } else {
        GapReason::Failed
    })
}

/// A failure of the very first call: nobody knows the caller yet, and STS must be reachable.
pub(crate) fn first_call(failure: &Failure, region: &crate::model::Region) -> CollectError {
    match meaning(failure, None) {
        Meaning::Fatal(error) => error,
        Meaning::Gap(GapReason::TimedOut) => {
            CollectError::Unreachable { region: region.clone(), message: line(failure) }
        }
        Meaning::Gap(GapReason::Failed) if failure.kind == FailureKind::Transport => {
            CollectError::Unreachable { region: region.clone(), message: line(failure) }
        }
        Meaning::Gap(GapReason::RegionDisabled) => CollectError::InvalidCredentials(line(failure)),
        _ if failure.code.as_deref().is_some_and(|code| SIGNATURE.contains(&code)) => {
            CollectError::InvalidCredentials(line(failure))
        }
        _ => CollectError::NoIdentity(line(failure)),
    }
}

/// The code and the message in one line, bounded, without control characters and without EC2's encoded blob.
pub(crate) fn line(failure: &Failure) -> String {
    let message = failure.message.split("Encoded authorization failure message").next().unwrap_or_default();
    let message: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    match (&failure.code, message.trim()) {
        (Some(code), "") => code.clone(),
        (Some(code), message) if !message.starts_with(code.as_str()) => format!("{code}: {message}"),
        (_, message) => message.to_owned(),
    }
}

/// Reads the SDK's error of any client.
pub(crate) fn failure<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    let (kind, code, message) = match error {
        SdkError::ServiceError(refused) => {
            let code = refused.err().code().map(bare);
            let message = refused.err().message().map_or_else(String::new, str::to_owned);
            let kind = if code.is_none() { FailureKind::Unreadable } else { FailureKind::Refused };
            (kind, code, message)
        }
        SdkError::ResponseError(_) => (FailureKind::Unreadable, None, chain(error)),
        SdkError::TimeoutError(_) => (FailureKind::TimedOut, None, "no answer in time".to_owned()),
        SdkError::DispatchFailure(failed) if failed.is_timeout() => (FailureKind::TimedOut, None, chain(error)),
        SdkError::DispatchFailure(failed) if failed.is_io() => (FailureKind::Transport, None, chain(error)),
        other => (identity_failure(other), None, chain(error)),
    };
    Failure { kind, status, code, message }
}

/// Credentials that cannot be had surface as a dispatch failure with the provider's error somewhere below.
fn identity_failure<E: StdError + 'static>(error: &SdkError<E, HttpResponse>) -> FailureKind {
    let mut next: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(below) = next {
        match below.downcast_ref::<CredentialsError>() {
            Some(CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_)) => {
                return FailureKind::NoCredentials;
            }
            Some(_) => return FailureKind::Credentials,
            None => next = below.source(),
        }
    }
    match error {
        SdkError::DispatchFailure(_) => FailureKind::Transport,
        _ => FailureKind::Internal,
    }
}

/// The causes of an error, outermost first, each once.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(error) = next {
        let word = error.to_string();
        if !words.iter().any(|known| known.contains(&word)) {
            words.push(word);
        }
        next = error.source();
    }
    words.join(": ")
}

/// `aws.protocoltests#NoSuchKey:http://…` is `NoSuchKey`.
pub(crate) fn bare(code: &str) -> String {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code).trim().to_owned()
}
