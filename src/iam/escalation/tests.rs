use serde_json::{Value, json};

use super::{administers, escalations};

const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const USER: &str = "arn:aws:iam::111122223333:user/team/jane";

/// What is found, or how the error begins.
type Expected = Result<Vec<&'static str>, &'static str>;

fn allow(action: Value, resource: Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: Value, resource: Value) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn role(statements: &[Value]) -> Value {
    json!({"kind": "role", "Arn": ROLE, "AttachedManagedPolicies": [],
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": document(statements)}]})
}

fn of_role(statements: &[Value]) -> Result<Vec<String>, String> {
    escalations(&role(statements), &json!([]), &json!([]), &|_| Ok(()))
}

fn managed(arn: &str, statements: &[Value]) -> Value {
    let old = json!({"IsDefaultVersion": false, "Document": document(&[allow(json!("*"), json!("*"))])});
    json!({"kind": "policy", "Arn": arn, "PolicyVersionList": [old, {"IsDefaultVersion": true, "Document": document(statements)}]})
}

#[test]
fn known_combinations_are_found_and_narrow_permissions_are_not() {
    let star = || json!("*");
    let pass = |resource: &str| allow(json!("iam:PassRole"), json!(resource));
    let with = |mut statement: Value, condition: Value| {
        statement["Condition"] = condition;
        statement
    };
    let lambda = || allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), star());
    let run = || allow(json!("ec2:RunInstances"), star());
    let lambda_found = "iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction";
    let table: Vec<(&str, Vec<Value>, Expected)> = vec![
        ("nothing", vec![], Ok(vec![])),
        ("reading", vec![allow(json!(["s3:Get*", "iam:List*"]), star())], Ok(vec![])),
        ("classic", vec![pass("*"), lambda()], Ok(vec![lambda_found])),
        ("half", vec![lambda()], Ok(vec![])),
        ("other half", vec![pass("*")], Ok(vec![])),
        ("one role only", vec![pass("arn:aws:iam::111122223333:role/worker"), lambda()], Ok(vec![])),
        ("roles of a prefix", vec![pass("arn:aws:iam::111122223333:role/app-*"), lambda()], Ok(vec![])),
        ("all roles", vec![pass("arn:aws:iam::111122223333:role/*"), lambda()], Ok(vec![lambda_found])),
        ("all roles of all", vec![pass("arn:aws:iam::*:role/*"), lambda()], Ok(vec![lambda_found])),
        ("roles of another account", vec![pass("arn:aws:iam::999988887777:role/*"), lambda()], Ok(vec![])),
        (
            "one function's name is enough",
            vec![pass("*"), allow(json!(["lambda:*"]), json!("arn:aws:lambda:*:*:function:x"))],
            Ok(vec![
                lambda_found,
                "iam:PassRole + lambda:CreateFunction + lambda:AddPermission",
                "iam:PassRole + lambda:CreateFunction + lambda:CreateEventSourceMapping",
                "iam:PassRole + lambda:CreateFunction + lambda:CreateFunctionUrlConfig",
            ]),
        ),
        (
            "wildcards and case",
            vec![allow(json!(["IAM:pass*", "EC2:Run?nstances"]), star())],
            Ok(vec!["iam:PassRole + ec2:RunInstances"]),
        ),
        (
            "passed to another service",
            vec![with(pass("*"), json!({"StringEquals": {"iam:PassedToService": ["ecs-tasks.amazonaws.com"]}})), run()],
            Ok(vec![]),
        ),
        (
            "passed to this service",
            vec![with(pass("*"), json!({"StringLike": {"iam:PassedToService": ["ec2.*"]}})), run()],
            Ok(vec!["iam:PassRole + ec2:RunInstances"]),
        ),
        (
            "on condition of the caller",
            vec![with(
                allow(json!("iam:PutRolePolicy"), star()),
                json!({"Bool": {"aws:MultiFactorAuthPresent": ["true"]}}),
            )],
            Ok(vec!["iam:PutRolePolicy"]),
        ),
        (
            "on condition of the deed",
            vec![with(
                allow(json!("iam:PutRolePolicy"), star()),
                json!({"StringEquals": {"iam:PermissionsBoundary": ["arn:x"]}}),
            )],
            Err("iam:PutRolePolicy is allowed under a condition"),
        ),
        (
            "certain beside uncertain",
            vec![
                with(
                    allow(json!("iam:PutRolePolicy"), star()),
                    json!({"StringEquals": {"iam:PermissionsBoundary": ["arn:x"]}}),
                ),
                pass("*"),
                run(),
            ],
            Ok(vec!["iam:PassRole + ec2:RunInstances"]),
        ),
        ("denied", vec![pass("*"), run(), deny(json!("iam:PassRole"), star())], Ok(vec![])),
        (
            "all denied but",
            vec![pass("*"), run(), json!({"Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*"})],
            Ok(vec![]),
        ),
        (
            "one role denied",
            vec![pass("*"), run(), deny(json!("iam:PassRole"), json!("arn:aws:iam::111122223333:role/admin"))],
            Ok(vec!["iam:PassRole + ec2:RunInstances"]),
        ),
        (
            "denied without MFA",
            vec![
                pass("*"),
                run(),
                with(deny(json!("*"), star()), json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": ["false"]}})),
            ],
            Ok(vec!["iam:PassRole + ec2:RunInstances"]),
        ),
        (
            "denied without a boundary",
            vec![
                allow(json!("iam:AttachRolePolicy"), star()),
                with(deny(json!("iam:*"), star()), json!({"StringNotEquals": {"iam:PermissionsBoundary": ["arn:x"]}})),
            ],
            Err("iam:AttachRolePolicy is allowed"),
        ),
        (
            "all but IAM",
            vec![json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*", "lambda:*"], "Resource": "*"})],
            Ok(vec![]),
        ),
        (
            "all but S3 on all but buckets",
            vec![json!({"Effect": "Allow", "NotAction": ["s3:*"], "NotResource": ["arn:aws:s3:::*"]})],
            Ok(vec![
                "iam:AttachUserPolicy",
                "iam:AttachGroupPolicy",
                "iam:AttachRolePolicy",
                "iam:PutUserPolicy",
                "iam:PutGroupPolicy",
                "iam:PutRolePolicy",
                "44 more",
            ]),
        ),
        ("itself", vec![allow(json!("iam:PutRolePolicy"), json!(ROLE))], Ok(vec!["iam:PutRolePolicy"])),
        (
            "another one",
            vec![allow(json!("iam:PutRolePolicy"), json!("arn:aws:iam::111122223333:role/other"))],
            Ok(vec![]),
        ),
        ("assume one", vec![allow(json!("sts:AssumeRole"), json!("arn:aws:iam::111122223333:role/other"))], Ok(vec![])),
        ("assume any", vec![allow(json!("sts:AssumeRole"), star())], Ok(vec!["sts:AssumeRole"])),
        (
            "functions of a team",
            vec![allow(json!("lambda:UpdateFunctionCode"), json!("arn:aws:lambda:*:111122223333:function:team-*"))],
            Ok(vec![]),
        ),
        (
            "all functions of a region",
            vec![allow(json!("lambda:UpdateFunctionCode"), json!("arn:aws:lambda:eu-west-1:111122223333:function:*"))],
            Ok(vec!["lambda:UpdateFunctionCode"]),
        ),
    ];
    for (what, statements, expected) in table {
        let found = of_role(&statements);
        match expected {
            Ok(expected) => assert_eq!(
                found.as_deref(),
                Ok(expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().as_slice()),
                "{what}"
            ),
            Err(expected) => {
                assert!(found.as_ref().is_err_and(|error| error.starts_with(expected)), "{what}: {found:?}")
            }
        }
    }
}

#[test]
fn a_user_has_what_the_groups_have_within_the_boundary() {
    let group = |name: &str, statements: &[Value], attached: &[&str]| {
        let attached: Vec<Value> = attached.iter().map(|arn| json!({"PolicyArn": arn})).collect();
        json!({"kind": "group", "GroupName": name, "Arn": format!("arn:aws:iam::111122223333:group/{name}"),
            "GroupPolicyList": [{"PolicyDocument": document(statements)}], "AttachedManagedPolicies": attached})
    };
    let own = "arn:aws:iam::111122223333:policy/own";
    let edge = "arn:aws:iam::111122223333:policy/edge";
    let user = |groups: &[&str], attached: &[&str], boundary: Option<&str>| {
        let attached: Vec<Value> = attached.iter().map(|arn| json!({"PolicyArn": arn})).collect();
        let mut user = json!({"kind": "user", "Arn": USER, "GroupList": groups, "AttachedManagedPolicies": attached});
        if let Some(arn) = boundary {
            user["PermissionsBoundary"] =
                json!({"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn});
        }
        user
    };
    let itself = "arn:aws:iam::*:user/team/${aws:username}";
    let change = managed(own, &[allow(json!("iam:CreatePolicyVersion"), json!(own))]);
    let half = group("half", &[allow(json!("iam:PassRole"), json!("*"))], &[]);
    let rest = group("rest", &[allow(json!("ec2:*"), json!("*"))], &[own]);
    let of_group = group("g", &[allow(json!("iam:PutGroupPolicy"), json!("arn:aws:iam::111122223333:group/g"))], &[]);
    let self_service =
        group("s", &[allow(json!(["iam:CreateAccessKey", "iam:UpdateLoginProfile"]), json!(itself))], &[]);
    let put_self = group("p", &[allow(json!("iam:PutUserPolicy"), json!(itself))], &[]);
    let only_s3 = managed(edge, &[allow(json!("s3:*"), json!("*"))]);
    let wide = managed(edge, &[allow(json!("*"), json!("*"))]);
    let run = "iam:PassRole + ec2:RunInstances";
    let table: Vec<(Value, Value, Value, Expected)> = vec![
        (user(&[], &[], None), json!([]), json!([]), Ok(vec![])),
        (user(&["half"], &[], None), json!([[half]]), json!([]), Ok(vec![])),
        (
            user(&["half", "rest"], &[], None),
            json!([[half], [rest]]),
            json!([[null], [[change]]]),
            Ok(vec![
                "iam:CreatePolicyVersion",
                run,
                "iam:PassRole + ec2:AssociateIamInstanceProfile",
                "iam:PassRole + ec2:ReplaceIamInstanceProfileAssociation",
            ]),
        ),
        (user(&[], &[own], None), json!([]), json!([change]), Ok(vec!["iam:CreatePolicyVersion"])),
        (user(&[], &[own], Some(edge)), json!([]), json!([change, only_s3]), Ok(vec![])),
        (user(&[], &[own], Some(edge)), json!([]), json!([change, wide]), Ok(vec!["iam:CreatePolicyVersion"])),
        (user(&["g"], &[], None), json!([of_group]), json!([]), Ok(vec!["iam:PutGroupPolicy"])),
        (user(&["s"], &[], None), json!([self_service]), json!([]), Ok(vec![])),
        (user(&["p"], &[], None), json!([put_self]), json!([]), Ok(vec!["iam:PutUserPolicy"])),
        // What is not known is not guessed.
        (user(&["half"], &[], None), json!([]), json!([]), Err("the group half is not in AWS's answer")),
        (
            user(&[], &[own], None),
            json!([]),
            json!([null]),
            Err("the policy arn:aws:iam::111122223333:policy/own is not"),
        ),
        (
            user(&[], &[], Some(edge)),
            json!([]),
            json!([]),
            Err("the policy arn:aws:iam::111122223333:policy/edge is not"),
        ),
        (json!({"kind": "user", "Arn": USER, "AttachedManagedPolicies": []}), json!([]), json!([]), Err("`GroupList`")),
        (json!({"kind": "role", "Arn": ROLE}), json!([]), json!([]), Err("`AttachedManagedPolicies`")),
        (json!({"kind": "group", "Arn": ROLE}), json!([]), json!([]), Err("only users and roles")),
    ];
    for (user, groups, policies, expected) in table {
        let found = escalations(&user, &groups, &policies, &|_| Ok(()));
        match expected {
            Ok(expected) => assert_eq!(
                found.as_deref(),
                Ok(expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().as_slice()),
                "{user}"
            ),
            Err(expected) => {
                assert!(found.as_ref().is_err_and(|error| error.starts_with(expected)), "{user}: {found:?}")
            }
        }
    }
}

#[test]
fn judging_large_policies_ends() {
    let actions: Vec<String> = (0..3000).map(|number| format!("s3:Get{number}*")).collect();
    let patterns: Vec<String> = (0..200).map(|number| format!("lambda:*{number}*a*b*c*")).collect();
    // Comparing by backtracking would take years.
    assert_eq!(of_role(&[allow(json!(actions), json!("*")), allow(json!(patterns), json!("*"))]), Ok(vec![]));
}

#[test]
fn administrators_are_judged_by_what_their_policies_allow() {
    let all = || allow(json!("*"), json!("*"));
    let read = || allow(json!(["s3:Get*"]), json!("*"));
    let own = "arn:aws:iam::111122223333:policy/everything";
    let (aws_admin, aws_read) =
        ("arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let attached = |arns: &[&str]| arns.iter().map(|arn| json!({ "PolicyArn": arn })).collect::<Vec<_>>();
    let user = |arns: &[&str]| json!({ "kind": "user", "Arn": USER, "GroupList": ["ops"], "AttachedManagedPolicies": attached(arns) });
    let group = |arns: &[&str], inline: Value| {
        json!({ "kind": "group", "GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops",
        "AttachedManagedPolicies": attached(arns), "GroupPolicyList": [{ "PolicyDocument": document(&[inline]) }] })
    };
    let power = json!({ "Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*" });
    let bounded = |mut user: Value| {
        user["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/bound" });
        user
    };
    let bound = managed("arn:aws:iam::111122223333:policy/bound", &[read()]);
    type Case = (&'static str, Value, Value, Value, Result<bool, ()>);
    let table: Vec<Case> = vec![
        ("none", user(&[]), group(&[], read()), json!([]), Ok(false)),
        ("inline of a group", user(&[]), group(&[], all()), json!([]), Ok(true)),
        ("own policy of a group", user(&[]), group(&[own], read()), managed(own, &[all()]), Ok(true)),
        ("own policy that is small", user(&[]), group(&[own], read()), managed(own, &[read()]), Ok(false)),
        ("own policy that is not there", user(&[own]), group(&[], read()), json!([]), Err(())),
        ("by AWS's name", user(&[aws_admin]), group(&[], read()), json!([]), Ok(true)),
        (
            "by AWS's name, which is there",
            user(&[aws_admin]),
            group(&[], read()),
            managed(aws_admin, &[all()]),
            Ok(true),
        ),
        ("AWS's policy that is not there", user(&[aws_read]), group(&[], read()), json!([]), Ok(false)),
        ("two halves", user(&[own]), group(&[], power), managed(own, &[allow(json!("iam:*"), json!("*"))]), Ok(true)),
        ("taken back", user(&[own]), group(&[], deny(json!("iam:*"), json!("*"))), managed(own, &[all()]), Ok(false)),
        ("bounded", bounded(user(&[])), group(&[], all()), bound, Ok(false)),
        ("the group itself", group(&[own], read()), json!([]), managed(own, &[all()]), Ok(true)),
    ];
    for (why, principal, groups, policies, expected) in table {
        assert_eq!(administers(&principal, &groups, &policies, &|_| Ok(())).map_err(|_| ()), expected, "{why}");
    }
}

#[test]
fn functions_of_whatever_region_a_policy_names_count() {
    for region in ["ap-south-1", "us-*", "*"] {
        let update = allow(
            json!("lambda:UpdateFunctionCode"),
            json!(format!("arn:aws:lambda:{region}:111122223333:function:*")),
        );
        assert_eq!(of_role(&[update]), Ok(vec!["lambda:UpdateFunctionCode".to_owned()]), "{region}");
    }
}

#[test]
fn what_is_asked_is_paid_for_first() {
    use std::cell::Cell;
    let cost = |pattern: &str, count: usize| {
        let spent = Cell::new(0);
        let statement = allow(json!(vec![pattern; count]), json!("*"));
        let pay = |steps| {
            spent.set(spent.get() + steps);
            if spent.get() > 1_000_000 { Err("spent".to_owned()) } else { Ok(()) }
        };
        escalations(&role(&[statement]), &json!([]), &json!([]), &pay).map(|_| spent.get())
    };
    // What speaks of other services is read once, what is looked for within a text at each question.
    let (others, few) = (cost("s3:Get*", 5_000).unwrap(), cost("iam:Get*", 5_000).unwrap());
    assert!((5_000..6_000).contains(&others) && few > 5 * others && few < 200_000, "{others} {few}");
    assert_eq!(cost(&format!("iam:{}", "*a".repeat(200)), 5_000), Err("spent".to_owned()));
}
