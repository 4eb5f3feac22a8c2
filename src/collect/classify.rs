//! From a failed call to what it means: a fact, a gap of its kind, or the end of the run.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{Call, GapReason, with_causes};
use crate::{walk::WireError, withhold::Unsearchable};

use super::CollectError;
use super::bounds::TooLarge;
use super::codes::{DENIED, EXPIRED, NOT_SUBSCRIBED, SIGNATURE, SKEWED, THROTTLED, UNKNOWN_CALLER};
use super::recorder::Unlabelled;

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

impl Failure {
    /// A reply that must not be kept as it is.
    pub(crate) fn unkeepable(why: &Unsearchable) -> Self {
        let message = "the reply was not kept, for values in it may be secrets and were not found";
        let message = format!("{message}: {}", with_causes(why));
        Self { kind: FailureKind::Unreadable, status: None, code: None, message }
    }

    /// A reply that cannot be read.
    pub(crate) fn unreadable(error: &WireError, status: u16) -> Self {
        Self { kind: FailureKind::Unreadable, status: Some(status), code: None, message: with_causes(error) }
    }

    /// A reply that was not taken.
    pub(crate) fn too_large(why: TooLarge) -> Self {
        let kind = match why {
            TooLarge::Reply(_) => FailureKind::TooLarge,
            TooLarge::Run(_) => FailureKind::NoMemory,
        };
        Self { kind, status: None, code: None, message: why.to_string() }
    }

    /// A call that cannot be made of what AWS says.
    pub(crate) fn unaskable(message: String) -> Self {
        Self { kind: FailureKind::Unaskable, status: None, code: None, message }
    }
}

/// Where it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// AWS answered with an error.
    Refused,
    /// AWS answered with something that cannot be read.
    Unreadable,
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Transport,
    /// No credentials to sign with.
    NoCredentials,
    /// The credentials provider was refused: SSO session over, role not to be assumed.
    Credentials,
    /// The reply is larger than any may be.
    TooLarge,
    /// There is no room for the reply beside the others in memory.
    NoMemory,
    /// The request cannot be made of what AWS said before: a name that is too long for an address.
    Unaskable,
    /// A mistake of ours, whatever AWS says.
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

/// Says what a failure means for a call that its source describes.
pub(crate) fn meaning(failure: &Failure, call: Option<&Call>) -> Meaning {
    let code = failure.code.as_deref().unwrap_or_default();
    let message = failure.message.as_str();
    if failure.kind == FailureKind::Refused && call.is_some_and(|call| call.says_absent(code, message)) {
        return Meaning::Absent(code.to_owned());
    }
    if call.is_some_and(|call| call.says_not_subscribed(code, message)) {
        return Meaning::Gap(GapReason::NotSubscribed);
    }
    match failure.kind {
        FailureKind::Refused => refusal(failure, code),
        FailureKind::Unreadable if failure.status.is_some_and(|status| status >= 500) => {
            Meaning::Gap(GapReason::Failed)
        }
        FailureKind::Unreadable => Meaning::Gap(GapReason::Unreadable),
        FailureKind::TooLarge | FailureKind::NoMemory => Meaning::Gap(GapReason::TooLarge),
        FailureKind::Unaskable => Meaning::Gap(GapReason::NotAttempted),
        FailureKind::TimedOut => Meaning::Gap(GapReason::TimedOut),
        FailureKind::Transport => Meaning::Gap(GapReason::Failed),
        FailureKind::NoCredentials => {
            // The SDK goes on with a paragraph on each provider that it tried.
            let message = failure.message.split(" Attempted:").next().unwrap_or_default();
            let message = message.rsplit("was not enabled: ").next().unwrap_or_default().trim_end_matches('.');
            Meaning::Fatal(CollectError::NoCredentials(message.to_owned()))
        }
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

/// The kinds of policies above a role, as AWS names them in a refusal.
const ABOVE: [&str; 5] = [
    "service control policy",
    "resource control policy",
    "permissions boundary",
    "session policy",
    "VPC endpoint policy",
];

/// The policy that AWS names as what refused a call, where it is not one of the role's own: `the service control policy
/// p-1a2b3c4d`.
pub(crate) fn denying_policy(message: &str) -> Option<String> {
    let named = |kind: &&&str| {
        let refuses = [format!("explicit deny in a {kind}"), format!("no {kind} allows")];
        refuses.iter().any(|words| message.contains(words.as_str()))
    };
    let kind = ABOVE.iter().find(named)?;
    let id = message.split_once(&format!("{kind}: ")).and_then(|(_, after)| after.split_whitespace().next());
    let id = id.and_then(|arn| arn.rsplit('/').next()).map(|id| id.trim_end_matches(['.', ',']));
    let plain =
        |id: &&str| !id.is_empty() && id.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'));
    Some(id.filter(plain).map_or_else(|| format!("the {kind}"), |id| format!("the {kind} {id}")))
}

/// A failure of the very first call: the caller is not known yet, and STS must be reachable.
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
        (None, "") => match failure.status {
            Some(status) => format!("HTTP {status} with an answer that cannot be read"),
            None => "no answer".to_owned(),
        },
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
            None if below.is::<Unlabelled>() => return FailureKind::Internal,
            None => next = below.source(),
        }
    }
    match error {
        SdkError::DispatchFailure(_) => FailureKind::Transport,
        // All that a request is made of besides our own words is what AWS said.
        _ => FailureKind::Unaskable,
    }
}

/// The causes of an error, outermost first, each once.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(error) = next {
        let word = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        // The SDK's own wrapping says nothing: "other", "dispatch failure".
        if word != "other" && !words.iter().any(|known| known.contains(&word)) {
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

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::model::Region;

    fn refused(status: u16, code: &str, message: &str) -> Failure {
        Failure {
            kind: FailureKind::Refused,
            status: Some(status),
            code: Some(code.to_owned()),
            message: message.to_owned(),
        }
    }

    fn said(failure: &Failure) -> String {
        match meaning(failure, Some(&testing::call("Get"))) {
            Meaning::Absent(code) => format!("absent {code}"),
            Meaning::Gap(reason) => reason.words().to_owned(),
            Meaning::Fatal(error) => error.to_string(),
        }
    }

    #[test]
    fn refusals_have_their_reasons() {
        let cases = [
            (400, "NotFoundException", "absent NotFoundException"),
            (403, "InvalidAccessException", "service not subscribed"),
            (403, "AccessDenied", "access denied"),
            (400, "AccessDeniedException", "access denied"),
            (403, "UnauthorizedOperation", "access denied"),
            (403, "SomethingElse", "access denied"),
            (401, "AuthFailure", "region disabled"),
            (400, "UnrecognizedClientException", "region disabled"),
            (403, "InvalidClientTokenId", "region disabled"),
            (401, "OptInRequired", "service not subscribed"),
            (400, "ThrottlingException", "throttled"),
            (503, "SlowDown", "throttled"),
            (503, "RequestLimitExceeded", "throttled"),
            (429, "Whatever", "throttled"),
            (400, "RequestTimeout", "timed out"),
            (500, "InternalError", "service failed"),
            (400, "ValidationException", "service failed"),
        ];
        for (status, code, expected) in cases {
            assert_eq!(said(&refused(status, code, "")), expected, "{code}");
        }
    }

    #[test]
    fn words_may_tell_what_a_code_does_not() {
        let mut call = testing::call("GetMacieSession");
        call.absent = ["AccessDeniedException: Macie is not enabled".to_owned()].into();
        let said = |message: &str| meaning(&refused(403, "AccessDeniedException", message), Some(&call));
        assert!(matches!(said("Macie is not enabled."), Meaning::Absent(_)));
        assert!(matches!(said("User x is not authorized"), Meaning::Gap(GapReason::AccessDenied)));
    }

    #[test]
    fn failures_without_a_code_have_theirs() {
        let failed = |kind, status| said(&Failure { kind, status, code: None, message: String::new() });
        assert_eq!(failed(FailureKind::TimedOut, None), "timed out");
        assert_eq!(failed(FailureKind::Transport, None), "service failed");
        assert_eq!(failed(FailureKind::Unreadable, Some(200)), "unreadable answer");
        assert_eq!(failed(FailureKind::Unreadable, Some(502)), "service failed");
    }

    #[test]
    fn expired_credentials_and_a_wrong_clock_end_the_run() {
        assert!(said(&refused(400, "ExpiredTokenException", "m")).starts_with("the AWS credentials have expired"));
        assert!(said(&refused(403, "RequestTimeTooSkewed", "m")).starts_with("this machine's clock differs"));
        let old = refused(403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than");
        assert!(said(&old).starts_with("this machine's clock differs"));
    }

    #[test]
    fn the_first_call_tells_bad_credentials_from_a_bad_network() {
        let region = Region::from("eu-west-1");
        let bad = first_call(&refused(403, "InvalidClientTokenId", "The security token is invalid"), &region);
        assert!(matches!(bad, CollectError::InvalidCredentials(_)), "{bad}");
        let wrong = first_call(&refused(403, "SignatureDoesNotMatch", "does not match"), &region);
        assert!(matches!(wrong, CollectError::InvalidCredentials(_)), "{wrong}");
        let transport =
            Failure { kind: FailureKind::Transport, status: None, code: None, message: "refused".to_owned() };
        assert!(matches!(first_call(&transport, &region), CollectError::Unreachable { .. }));
    }

    #[test]
    fn a_line_is_one_line_without_ec2_s_blob() {
        let failure = refused(403, "UnauthorizedOperation", "No.\nEncoded authorization failure message: AbCd");
        assert_eq!(line(&failure), "UnauthorizedOperation: No.");
        assert_eq!(line(&refused(403, "AccessDenied", "")), "AccessDenied");
        assert_eq!(bare("com.amazonaws.kms#NotFoundException:http://x"), "NotFoundException");
    }

    #[test]
    fn the_policy_that_refused_is_named() {
        let start = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: kms:ListKeys";
        let table = [
            ("with an explicit deny in a service control policy", Some("the service control policy")),
            (
                "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/service_control_policy/p-1a2b3c4d",
                Some("the service control policy p-1a2b3c4d"),
            ),
            ("because no service control policy allows the kms:ListKeys action", Some("the service control policy")),
            ("with an explicit deny in a permissions boundary", Some("the permissions boundary")),
            ("because no identity-based policy allows the kms:ListKeys action", None),
            ("with an explicit deny in an identity-based policy", None),
        ];
        for (end, policy) in table {
            assert_eq!(super::denying_policy(&format!("{start} {end}")).as_deref(), policy, "{end}");
        }
    }
}
