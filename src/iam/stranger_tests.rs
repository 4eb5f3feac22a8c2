//! Whom policies let in: what Denies take back, who is named, and which services are bound to a source.

use serde_json::{Value, json};

use super::principals::{principals, public, public_allows, trust_open, trusted, unbound_services};

fn document(statements: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn trust(principal: Value, condition: Value) -> Value {
    document(json!([{ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition }]))
}

/// A Deny of everything, for everyone, under a condition.
fn deny_if(condition: Value) -> Value {
    json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition })
}

#[test]
fn denies_with_a_condition_take_back_what_strangers_were_given() {
    let open = || json!({ "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*" });
    let organization = || json!({ "aws:PrincipalOrgID": ["o-ours"] });
    let services = |operator: &str| json!({ "StringNotEqualsIfExists": organization(), operator: { "aws:PrincipalIsAWSService": "false" } });
    let table = [
        (json!({ "StringNotEquals": organization() }), false, "all but the organization"),
        (json!({ "StringNotEqualsIfExists": organization() }), false, "all but the organization, who lack it too"),
        (json!({ "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": ["o-ours/r-1/*"] } }), false, "paths"),
        (
            json!({ "ForAnyValue:StringNotLike": { "aws:PrincipalOrgPaths": ["o-ours/*"] } }),
            true,
            "the anonymous have none",
        ),
        (json!({ "StringNotEquals": { "aws:PrincipalAccount": ["111122223333"] } }), false, "all but the account"),
        (json!({ "ArnNotLike": { "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/*"] } }), false, "all but roles"),
        (json!({ "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24"] } }), false, "all but an address"),
        (json!({ "NotIpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }), true, "no address at all"),
        (json!({ "StringNotEquals": { "aws:SourceVpce": ["vpce-1"] } }), false, "all but an endpoint"),
        (services("BoolIfExists"), false, "AWS's services apart"),
        (services("Bool"), true, "the anonymous are not said to be no service"),
        (json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-evil"] } }), true, "one organization only"),
        (json!({ "StringNotLike": { "aws:PrincipalOrgID": ["o-*"] } }), true, "any organization may"),
        (json!({ "StringNotEquals": { "aws:PrincipalTag/team": ["blue"] } }), true, "strangers tag themselves"),
        (json!({ "Bool": { "aws:SecureTransport": ["false"] } }), true, "who speaks TLS may"),
        (json!({ "Null": { "aws:PrincipalOrgID": ["true"] } }), true, "who is of any organization may"),
        (json!({ "StringNotEquals": organization(), "Bool": { "aws:SecureTransport": ["false"] } }), true, "both"),
    ];
    for (condition, expected, why) in table {
        assert_eq!(public(&document(json!([open(), deny_if(condition)]))), Ok(expected), "{why}");
    }
    let all_but =
        |name: &str| json!({ "Effect": "Deny", "NotPrincipal": { "AWS": [name] }, "Action": "sqs:*", "Resource": "*" });
    assert_eq!(public(&document(json!([open(), all_but("arn:aws:iam::111122223333:root")]))), Ok(false));
    assert_eq!(public(&document(json!([open(), all_but("*")]))), Ok(true));
}

#[test]
fn denies_add_up_and_do_not_reach_further_than_they_say() {
    let (bucket, objects) = ("arn:aws:s3:::b", "arn:aws:s3:::b/*");
    let open =
        |action: &str| json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": [bucket, objects] });
    let deny = |member: &str, action: &str, resource: &str| json!({ "Effect": "Deny", "Principal": "*", member: action, "Resource": resource });
    let table = [
        (json!([open("s3:*"), deny("Action", "s3:*", bucket), deny("Action", "*", objects)]), false, "together"),
        (json!([open("s3:*"), deny("Action", "s3:*", bucket)]), true, "half"),
        (json!([open("s3:*"), deny("NotAction", "s3:Get*", "*")]), true, "what is excepted is left"),
        (json!([open("s3:Put*"), deny("NotAction", "s3:Get*", "*")]), false, "nothing is excepted of it"),
        (json!([open("s3:Get*"), deny("Action", "s3:Get?", "*")]), true, "one character is not a run"),
    ];
    for (statements, expected, why) in table {
        assert_eq!(public(&document(statements)), Ok(expected), "{why}");
    }
    let writes = ["s3:Put*", "s3:Delete*"];
    let table = [
        (json!([open("s3:Get*")]), false),
        (json!([open("s3:PutObjectTagging")]), true),
        (json!([open("s3:*")]), true),
        (json!([open("s3:PutObject"), deny("Action", "s3:Put*", "*")]), false),
        (json!([{ "Effect": "Allow", "Principal": "*", "NotAction": "s3:Get*", "Resource": "*" }]), true),
    ];
    for (statements, expected) in table {
        assert_eq!(public_allows(&document(statements.clone()), &writes), Ok(expected), "{statements}");
    }
}

#[test]
fn whom_a_policy_lets_in_is_named() {
    let (own, other) = ("111122223333", "999988887777");
    let let_in = |principal: Value, condition: Value| json!({ "Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*", "Condition": condition });
    let root = |account: &str| json!({ "AWS": format!("arn:aws:iam::{account}:root") });
    let table = [
        (json!([let_in(root(own), json!({}))]), vec![own]),
        (json!([let_in(json!({ "AWS": [own, format!("arn:aws:iam::{other}:role/x")] }), json!({}))]), vec![own, other]),
        (json!([let_in(json!("*"), json!({}))]), vec!["*"]),
        (json!([let_in(json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } }))]), vec!["o-ours"]),
        (json!([let_in(json!("*"), json!({ "StringEquals": { "aws:SourceAccount": other } }))]), vec![other]),
        (json!([let_in(json!("*"), json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:::bucket" } }))]), vec![]),
        (
            json!([let_in(
                json!("*"),
                json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-ours/r-1/*" } })
            )]),
            vec!["o-ours"],
        ),
        (json!([let_in(root(other), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } }))]), vec!["o-ours"]),
        (json!([let_in(root(other), json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }))]), vec![other]),
        (json!([let_in(root(other), json!({ "StringEquals": { "aws:PrincipalAccount": own } }))]), vec![]),
        (json!([let_in(json!({ "Service": "sns.amazonaws.com" }), json!({}))]), vec![]),
        (
            json!([
                let_in(root(other), json!({})),
                deny_if(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-ours" } }))
            ]),
            vec![],
        ),
        (
            json!([
                let_in(root(other), json!({})),
                deny_if(json!({ "StringNotEquals": { "aws:PrincipalAccount": [own, other] } }))
            ]),
            vec![other],
        ),
    ];
    for (statements, expected) in table {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(principals(&document(statements.clone())), Ok(expected), "{statements}");
    }
    let assume = |principal: Value, condition: Value| trust(principal, condition);
    let external = || json!({ "StringEquals": { "sts:ExternalId": "k3y" } });
    assert_eq!(trusted(&assume(root(other), json!({}))), Ok(vec![other.to_owned()]));
    assert_eq!(trusted(&assume(root(other), external())), Ok(vec![]));
    let trusting = json!({ "Effect": "Allow", "Principal": root(other), "Action": "sts:AssumeRole" });
    let denied = document(json!([trusting, deny_if(json!({ "StringNotEquals": { "sts:ExternalId": "k3y" } }))]));
    assert_eq!(trusted(&denied), Ok(vec![]), "who lacks the id is denied");
}

#[test]
fn services_are_bound_to_what_they_act_for_or_not() {
    let service = |condition: Value| {
        document(json!([{ "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" },
        "Action": "sqs:SendMessage", "Resource": "*", "Condition": condition }]))
    };
    let table = [
        (json!({}), true),
        (json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:orders" } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:events:*:*:rule/*" } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:::our-bucket" } }), false),
        (json!({ "StringEquals": { "aws:SourceOrgID": "o-ours" } }), false),
        (json!({ "StringEquals": { "aws:SourceAccount": "*" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:SourceAccount": "111122223333" } }), true),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), true),
        (
            json!({ "ArnLike": { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:*" } }),
            false,
        ),
    ];
    for (condition, unbound) in table {
        let expected = if unbound { vec!["sns.amazonaws.com".to_owned()] } else { Vec::new() };
        assert_eq!(unbound_services(&service(condition.clone())), Ok(expected), "{condition}");
    }
}

#[test]
fn denies_may_leave_in_one_subject_of_a_provider() {
    let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let sub = "token.actions.githubusercontent.com:sub";
    let with = |condition: Value| {
        let mut trusting = trust(json!({ "Federated": github }), json!({}));
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": condition });
        let allow = trusting["Statement"][0].take();
        document(json!([allow, deny]))
    };
    let table = [
        (json!({ "StringNotLike": { sub: "repo:acme/shop:*" } }), false),
        (json!({ "StringNotLike": { sub: "repo:*" } }), true),
        (json!({ "StringLike": { sub: "repo:evil/*" } }), true),
    ];
    for (condition, open) in table {
        assert_eq!(trust_open(&with(condition.clone())), Ok(open), "{condition}");
    }
}
