//! What may be asked: calls that read. No mapping can make auditpack change an account or fetch a secret.

use crate::model::{Parameter, Parameters};

/// Verbs of operations and of IAM actions that read.
const VERBS: [&str; 6] = ["Get", "List", "Describe", "BatchGet", "Lookup", "Select"];

/// Reading, but what comes back is a secret or lets its holder act.
const SECRETS: [&str; 14] = [
    "BatchGetSecretValue",
    "GetAuthorizationToken",
    "GetClusterCredentials",
    "GetClusterCredentialsWithIAM",
    "GetCredentials",
    "GetFederationToken",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetParametersByPath",
    "GetPasswordData",
    "GetRandomPassword",
    "GetSecretValue",
    "GetSessionToken",
];

/// The help of a refusal.
pub(super) const HELP: &str =
    "only calls that read may be made: `Get… List… Describe… BatchGet… Lookup… Select… Generate…Report`";

/// Where AWS's own parameters lie, which every user may read.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html>
const PUBLIC_PARAMETERS: &str = "/aws/service/";

/// Whether a call reads AWS's public parameters and no others, whichever of its variations is made.
pub(super) fn reads_public_parameters(operation: &str, parameters: &Parameters, variations: &[Parameters]) -> bool {
    let path = |of: &Parameters| match of.get("Path").or_else(|| parameters.get("Path")) {
        Some(Parameter::Text(path)) => path.fill(|_| None).is_ok_and(|path| path.starts_with(PUBLIC_PARAMETERS)),
        _ => false,
    };
    let varied = if variations.is_empty() { path(parameters) } else { variations.iter().all(path) };
    operation == "GetParametersByPath" && varied
}

/// Why an operation may not be called.
pub(super) fn refuse_operation(operation: &str) -> Option<&'static str> {
    let verb = VERBS.iter().any(|verb| starts_with_verb(operation, verb));
    // What IAM generates here is a report too, whatever it is called.
    let report = operation.starts_with("Generate") && operation.ends_with("Report")
        || operation == "GenerateServiceLastAccessedDetails";
    if !operation.chars().all(|c| c.is_ascii_alphanumeric()) || !(verb || report) {
        return Some("does not only read");
    }
    SECRETS.contains(&operation).then_some("reads secrets")
}

/// Why an IAM action may not be asked for. API Gateway's actions are HTTP methods.
pub(super) fn refuse_action(action: &str) -> Option<&'static str> {
    let Some((service, operation)) = action.split_once(':') else {
        return Some("has no service before a colon");
    };
    if service.is_empty() || !service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Some("has no service before a colon");
    }
    if (service, operation) == ("apigateway", "GET") {
        return None;
    }
    refuse_operation(operation)
}

/// Why an HTTP method may not be used: POST reads where AWS reads by POST, the operation's name is the judge.
pub(super) fn refuse_method(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD" | "POST")
}

/// `GetBucketAcl` but not `Getaway`.
fn starts_with_verb(operation: &str, verb: &str) -> bool {
    operation.strip_prefix(verb).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::{reads_public_parameters, refuse_action, refuse_operation};
    use crate::model::{Parameter, Parameters};
    use serde_json::json;

    #[test]
    fn only_aws_s_own_parameters_are_read_by_path() {
        let call = |path: &str| -> Parameters { [("Path".to_owned(), Parameter::parse(&json!(path)).unwrap())].into() };
        let (public, own, templated) = (call("/aws/service/x"), call("/prod/database"), call("{Path}"));
        let reads = |parameters: &Parameters, varied: &[Parameters]| {
            reads_public_parameters("GetParametersByPath", parameters, varied)
        };
        assert!(reads(&public, &[]) && reads(&Parameters::new(), std::slice::from_ref(&public)));
        for (parameters, varied) in [
            (&own, vec![]),
            (&templated, vec![]),
            (&Parameters::new(), vec![]),
            (&Parameters::new(), vec![public.clone(), own.clone()]),
            (&public, vec![own.clone()]),
            (&own, vec![Parameters::new()]),
        ] {
            assert!(!reads(parameters, &varied), "{parameters:?} {varied:?}");
        }
        assert!(!reads_public_parameters("GetParameter", &public, &[]));
    }

    #[test]
    fn operations_that_read_pass() {
        for operation in [
            "GetBucketAcl",
            "ListKeys",
            "DescribeKey",
            "BatchGetProjects",
            "LookupEvents",
            "GenerateCredentialReport",
            "GenerateServiceLastAccessedDetails",
        ] {
            assert_eq!(refuse_operation(operation), None, "{operation}");
        }
    }

    #[test]
    fn operations_that_write_or_reveal_are_refused() {
        for operation in ["DeleteBucket", "PutBucketAcl", "Getaway", "Get", "GenerateDataKey", "GetSecretValue", ""] {
            assert!(refuse_operation(operation).is_some(), "{operation}");
        }
    }

    #[test]
    fn actions_that_write_or_are_too_wide_are_refused() {
        for action in
            ["s3:*", "s3:Get*", "*", "iam:PassRole", "kms:Decrypt", "apigateway:POST", "GetBucketAcl", ":GetX"]
        {
            assert!(refuse_action(action).is_some(), "{action}");
        }
        for action in ["s3:ListAllMyBuckets", "apigateway:GET", "application-autoscaling:DescribeScalableTargets"] {
            assert_eq!(refuse_action(action), None, "{action}");
        }
    }
}
