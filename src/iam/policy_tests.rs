//! Policy documents as AWS writes them, and as attackers and careless people do.

use serde_json::{Value, json};

use super::policy::{admin, allows_every, denies, requires_tls};
use super::principals::{public, trust_foreign_unguarded, trust_open};

fn document(statements: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn allow(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

#[test]
fn administrators_are_found() {
    let all = || allow(json!("*"), json!("*"));
    let deny = |action: &str| json!({ "Effect": "Deny", "Action": [action], "Resource": ["*"] });
    let table = [
        (json!([all()]), true, "plain"),
        (all(), true, "a Statement that is an object"),
        (json!([allow(json!(["s3:Get*", "*:*"]), json!(["arn:aws:s3:::x", "*"]))]), true, "among others"),
        (json!([allow(json!("*"), json!("arn:aws:*:*:*:*"))]), true, "every ARN"),
        (json!([allow(json!("*"), json!("arn:aws:s3:::*"))]), false, "one service's resources"),
        (json!([allow(json!("iam:*"), json!("*"))]), false, "one service's actions"),
        (json!([allow(json!("*"), json!("*")), deny("*")]), false, "all taken back"),
        (json!([all(), deny("IAM:*")]), false, "IAM taken back"),
        (json!([all(), deny("s3:*")]), true, "S3 taken back"),
        (
            json!([all(), { "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "false" } } }]),
            true,
            "taken back under a condition only",
        ),
        (json!([{ "Effect": "Allow", "NotAction": ["s3:DeleteBucket"], "Resource": "*" }]), true, "all but one"),
        (
            json!([{ "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*" }]),
            false,
            "power user",
        ),
        (json!([{ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x" }]), true, "all but one resource"),
        (json!([{ "Effect": "Deny", "Action": "*", "Resource": "*" }]), false, "a Deny alone"),
        (json!([]), false, "empty"),
    ];
    for (statements, expected, why) in table {
        assert_eq!(admin(&document(statements)), Ok(expected), "{why}");
    }
    assert_eq!(admin(&Value::Null), Ok(false), "AWS says that there is no policy");
}

#[test]
fn what_is_no_policy_is_an_error() {
    let huge = document(json!(vec![allow(json!("s3:*"), json!("*")); 10_000]));
    let wrong = [
        json!("text"),
        json!({}),
        document(json!([{ "Action": "*", "Resource": "*" }])),
        document(json!([{ "Effect": "allow", "Action": "*", "Resource": "*" }])),
        document(json!([{ "Effect": "Allow", "Resource": "*" }])),
        document(json!([{ "Effect": "Allow", "Action": [1], "Resource": "*" }])),
        huge,
    ];
    for document in wrong {
        let shown: String = document.to_string().chars().take(80).collect();
        assert!(admin(&document).is_err() && public(&document).is_err(), "{shown}");
    }
}

fn open_with(condition: Value) -> Value {
    document(
        json!([{ "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"], "Condition": condition }]),
    )
}

#[test]
fn conditions_narrow_or_do_not() {
    let table = [
        (json!({}), true),
        (json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-abcd123456"] } }), false),
        (json!({ "stringequals": { "AWS:principalorgid": "o-abcd123456" } }), false),
        (json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": ["o-abcd123456"] } }), true),
        (json!({ "StringNotEquals": { "aws:PrincipalOrgID": ["o-abcd123456"] } }), true),
        (json!({ "StringLike": { "aws:PrincipalOrgID": ["*"] } }), true),
        (json!({ "StringLike": { "aws:PrincipalOrgID": ["o-*"] } }), true),
        (json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-abcd123456/*"] } }), false),
        (json!({ "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": ["o-abcd123456/*"] } }), true),
        (json!({ "StringEquals": { "aws:SourceOrgID": "o-abcd123456" } }), false),
        (json!({ "StringEquals": { "aws:SourceAccount": ["111122223333"] } }), false),
        (json!({ "StringLike": { "aws:SourceAccount": ["111122223333", "*"] } }), true),
        (json!({ "StringEquals": { "aws:PrincipalAccount": "${aws:ResourceAccount}" } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": ["arn:aws:sns:eu-west-1:111122223333:*"] } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": ["arn:aws:sns:*:*:*"] } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": ["arn:aws:s3:::my-bucket"] } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": ["arn:aws:s3:::*"] } }), true),
        (json!({ "StringEquals": { "aws:SourceVpce": ["vpce-1a2b"] } }), false),
        (json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24"] } }), false),
        (json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"] } }), true),
        (json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }), true),
        (json!({ "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24"] } }), true),
        (json!({ "Bool": { "aws:SecureTransport": ["true"] } }), true),
        (json!({ "StringEquals": { "aws:PrincipalTag/team": ["blue"] } }), true),
        (json!({ "Null": { "aws:PrincipalOrgID": ["false"] } }), true),
    ];
    for (condition, expected) in table {
        assert_eq!(public(&open_with(condition.clone())), Ok(expected), "{condition}");
    }
}

#[test]
fn principals_are_public_or_not() {
    let with = |principal: Value| {
        let mut statement = allow(json!("s3:*"), json!("*"));
        statement["Principal"] = principal;
        document(json!([statement]))
    };
    let table = [
        (json!("*"), true),
        (json!({ "AWS": "*" }), true),
        (json!({ "AWS": ["arn:aws:iam::111122223333:root", "*"] }), true),
        (json!({ "AWS": ["arn:aws:iam::*:root"] }), true),
        (json!({ "AWS": ["arn:aws:iam::111122223333:root"] }), false),
        (json!({ "AWS": ["arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"] }), false),
        (json!({ "Service": ["cloudtrail.amazonaws.com"] }), false),
        (json!({ "CanonicalUser": ["79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"] }), false),
    ];
    for (principal, expected) in table {
        assert_eq!(public(&with(principal.clone())), Ok(expected), "{principal}");
    }
    let mut all_but = allow(json!("s3:*"), json!("*"));
    all_but["NotPrincipal"] = json!({ "AWS": ["arn:aws:iam::111122223333:root"] });
    assert_eq!(public(&document(json!([all_but]))), Ok(true), "everyone but one");
    assert_eq!(public(&document(json!([allow(json!("*"), json!("*"))]))), Ok(false), "an identity's policy");
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" });
    let open = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" });
    assert_eq!(public(&document(json!([open, deny]))), Ok(false), "all taken back");
    let partly =
        json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/secret/*" });
    assert_eq!(public(&document(json!([open, partly]))), Ok(true), "partly taken back");
}

fn trust(principal: Value, condition: Value) -> Value {
    document(json!([{ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition }]))
}

const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

#[test]
fn strangers_in_trust_policies() {
    let own = "111122223333";
    let id = || json!({ "StringEquals": { "sts:ExternalId": ["k3y"] } });
    let organization = || json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abcd123456" } });
    let mfa = || json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let table = [
        (json!({ "AWS": "arn:aws:iam::111122223333:root" }), json!({}), false, false),
        (json!({ "AWS": "111122223333" }), json!({}), false, false),
        (json!({ "AWS": "arn:aws:iam::999999999999:root" }), json!({}), false, true),
        (json!({ "AWS": "999999999999" }), json!({}), false, true),
        (json!({ "AWS": ["111122223333", "arn:aws:iam::999999999999:role/x"] }), mfa(), false, true),
        (json!({ "AWS": "999999999999" }), id(), false, false),
        (json!({ "AWS": "999999999999" }), json!({ "StringLike": { "sts:ExternalId": "*" } }), false, true),
        (json!({ "AWS": "999999999999" }), json!({ "StringEqualsIfExists": { "sts:ExternalId": "k" } }), false, true),
        (json!({ "AWS": "999999999999" }), organization(), false, false),
        (json!({ "AWS": "*" }), json!({}), true, true),
        (json!("*"), organization(), false, false),
        (json!({ "AWS": "*" }), id(), true, false),
        (json!({ "AWS": "*" }), json!({ "StringEquals": { "aws:PrincipalAccount": own } }), false, false),
        (json!({ "AWS": "*" }), json!({ "StringEquals": { "aws:PrincipalAccount": "999999999999" } }), false, true),
        (json!({ "Service": "ec2.amazonaws.com" }), json!({}), false, false),
        (json!({ "Federated": "arn:aws:iam::111122223333:saml-provider/idp" }), json!({}), false, false),
        (json!({ "Federated": "arn:aws:iam::999999999999:saml-provider/idp" }), json!({}), false, true),
        (
            json!({ "Federated": GITHUB }),
            json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } }),
            true,
            false,
        ),
        (
            json!({ "Federated": GITHUB }),
            json!({ "StringLike": { "token.actions.githubusercontent.com:sub": "repo:*" } }),
            true,
            false,
        ),
        (
            json!({ "Federated": GITHUB }),
            json!({ "StringLike": { "token.actions.githubusercontent.com:sub": "repo:acme/shop:*" } }),
            false,
            false,
        ),
        (json!({ "Federated": "accounts.google.com" }), json!({}), true, false),
        (
            json!({ "Federated": "accounts.google.com" }),
            json!({ "StringEquals": { "accounts.google.com:aud": "123.apps.googleusercontent.com" } }),
            false,
            false,
        ),
        (json!({ "AWS": "AROAEXAMPLEDELETEDROLE" }), json!({}), false, false),
    ];
    for (principal, condition, open, foreign) in table {
        let document = trust(principal.clone(), condition.clone());
        assert_eq!(trust_open(&document), Ok(open), "open: {principal} {condition}");
        assert_eq!(trust_foreign_unguarded(&document, own), Ok(foreign), "foreign: {principal} {condition}");
    }
}

#[test]
fn denies_are_whole_or_do_not_count() {
    let deny = |more: Value| {
        let mut statement = json!({ "Effect": "Deny", "Action": ["organizations:Leave*"], "Resource": "*" });
        for (name, value) in more.as_object().into_iter().flatten() {
            statement[name] = value.clone();
        }
        document(json!([statement]))
    };
    let leave = "organizations:LeaveOrganization";
    assert_eq!(denies(&deny(json!({})), leave), Ok(true));
    assert_eq!(denies(&deny(json!({})), "iam:CreateUser"), Ok(false));
    assert_eq!(denies(&deny(json!({ "Resource": "arn:aws:s3:::x" })), leave), Ok(false));
    let condition = json!({ "Condition": { "StringNotEquals": { "aws:PrincipalArn": "x" } } });
    assert_eq!(denies(&deny(condition), leave), Ok(false));
    let all_but = document(json!([{ "Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*" }]));
    assert_eq!(denies(&all_but, leave), Ok(true));
    assert_eq!(denies(&all_but, "iam:CreateUser"), Ok(false));
}

#[test]
fn plain_http_is_denied_or_not() {
    let bucket = json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]);
    let deny = |principal: Value, action: Value, resource: Value, condition: Value| {
        document(
            json!([{ "Effect": "Deny", "Principal": principal, "Action": action, "Resource": resource, "Condition": condition }]),
        )
    };
    let no_tls = || json!({ "Bool": { "aws:SecureTransport": ["false"] } });
    let everyone = || json!({ "AWS": ["*"] });
    let whole = deny(everyone(), json!("s3:*"), bucket.clone(), no_tls());
    assert_eq!(requires_tls(&whole), Ok(true));
    let truth = json!({ "Bool": { "aws:SecureTransport": false } });
    assert_eq!(requires_tls(&deny(json!("*"), json!("*"), json!("arn:aws:s3:::b*"), truth)), Ok(true));
    let queue = json!("arn:aws:sqs:eu-west-1:111122223333:q");
    assert_eq!(requires_tls(&deny(everyone(), json!("sqs:*"), queue, no_tls())), Ok(true));
    let wrong = [
        deny(everyone(), json!("s3:GetObject"), bucket.clone(), no_tls()),
        deny(everyone(), json!("s3:*"), json!("arn:aws:s3:::b/*"), no_tls()),
        deny(everyone(), json!("s3:*"), json!("arn:aws:s3:::b"), no_tls()),
        deny(json!({ "AWS": "111122223333" }), json!("s3:*"), bucket.clone(), no_tls()),
        deny(everyone(), json!("s3:*"), bucket.clone(), json!({ "Bool": { "aws:SecureTransport": "true" } })),
        deny(
            everyone(),
            json!("s3:*"),
            bucket,
            json!({ "Bool": { "aws:SecureTransport": "false" }, "StringEquals": { "aws:SourceVpc": "vpc-1" } }),
        ),
        Value::Null,
    ];
    for document in wrong {
        assert_eq!(requires_tls(&document), Ok(false), "{document}");
    }
}

#[test]
fn plain_http_is_denied_by_several_statements_together() {
    let deny = |resource: &str, condition: Value| json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource, "Condition": condition });
    let (bucket, objects) = ("arn:aws:s3:::b", "arn:aws:s3:::b/*");
    let no_tls = || json!({ "Bool": { "aws:SecureTransport": "false" } });
    let but_services = || json!({ "Bool": { "aws:SecureTransport": "false" }, "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } });
    let named =
        || json!({ "Bool": { "aws:SecureTransport": "false" }, "StringEquals": { "aws:PrincipalAccount": "1" } });
    let table = [
        (json!([deny(bucket, no_tls()), deny(objects, no_tls())]), true),
        (json!([deny(bucket, no_tls()), deny(objects, but_services())]), true),
        (json!([deny(bucket, no_tls()), deny(objects, named())]), false),
        (json!([deny(objects, no_tls()), deny("arn:aws:s3:::b/x/*", no_tls())]), false),
        (json!([deny("*", json!({ "StringNotEquals": { "aws:SecureTransport": "true" } }))]), true),
    ];
    for (statements, expected) in table {
        assert_eq!(requires_tls(&document(statements.clone())), Ok(expected), "{statements}");
    }
}

#[test]
fn all_keys_are_all_keys_of_some_place() {
    let on = |resource: Value| document(json!([allow(json!("kms:Decrypt"), resource)]));
    let table = [
        (json!("*"), true),
        (json!("arn:aws:kms:*:111122223333:key/*"), true),
        (json!("arn:aws-us-gov:kms:*:111122223333:key/*"), true),
        (json!("arn:aws-cn:kms:cn-north-1:111122223333:key/*"), true),
        (json!("arn:aws:kms:eu-central-1:111122223333:key/*"), true),
        (json!("arn:aws:kms:us-east-1:111122223333:key/?*"), true),
        (json!("arn:aws:kms:us-*:999988887777:*"), true),
        (json!("arn:*:kms:*"), true),
        (json!(["arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9"]), false),
        (json!("arn:aws:kms:eu-west-1:111122223333:key/mrk-*"), false),
        (json!("arn:aws:kms:eu-west-1:111122223333:alias/*"), false),
        (json!("arn:aws:s3:::*"), false),
    ];
    for (resource, expected) in table {
        assert_eq!(allows_every(&on(resource.clone()), "kms:Decrypt", "kms", "key/"), Ok(expected), "{resource}");
    }
    let but = |resource: &str| document(json!([{ "Effect": "Allow", "Action": "kms:*", "NotResource": resource }]));
    assert_eq!(allows_every(&but("arn:aws:s3:::*"), "kms:Decrypt", "kms", "key/"), Ok(true));
    assert_eq!(allows_every(&but("arn:aws:kms:*"), "kms:Decrypt", "kms", "key/"), Ok(false));
    let taken_back = document(json!([
        allow(json!("kms:*"), json!("*")), { "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*" },
    ]));
    assert_eq!(allows_every(&taken_back, "kms:Decrypt", "kms", "key/"), Ok(false));
}

#[test]
fn statements_make_an_administrator_together() {
    let but_iam = json!({ "Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*" });
    let iam = || allow(json!("iam:*"), json!("*"));
    assert_eq!(admin(&document(json!([but_iam, iam()]))), Ok(true));
    assert_eq!(admin(&document(json!([but_iam]))), Ok(false));
    assert_eq!(admin(&document(json!([iam()]))), Ok(false));
}
