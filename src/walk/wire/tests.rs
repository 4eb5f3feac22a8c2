use std::collections::BTreeSet;
use std::error::Error as _;

use serde_json::json;

use crate::model::{select, with_causes};

use super::*;

fn shape(lists: &[&str], booleans: &[&str], integers: &[&str]) -> Shape {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Shape { lists: set(lists), booleans: set(booleans), integers: set(integers), ..Shape::default() }
}

#[test]
fn query_replies_lose_their_wrappers_and_keep_their_lists() {
    let body = br#"<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">
        <DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>a &amp; b</DBInstanceIdentifier>
        <MultiAZ>true</MultiAZ><AllocatedStorage>20</AllocatedStorage><TagList/></DBInstance></DBInstances>
        </DescribeDBInstancesResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeDBInstancesResponse>"#;
    let shape = shape(&["DBInstances.DBInstance", "TagList.Tag"], &["MultiAZ"], &["AllocatedStorage"]);
    let value = read_body(Protocol::Query, "DescribeDBInstances", &shape, body).unwrap();
    let one = json!({"DBInstanceIdentifier": "a & b", "MultiAZ": true, "AllocatedStorage": 20, "TagList": []});
    assert_eq!(value, json!({ "DBInstances": [one] }));
    let empty = br#"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>"#;
    let value = read_body(Protocol::Query, "DescribeDBInstances", &shape, empty).unwrap();
    assert_eq!(value, json!({ "DBInstances": [] }));
}

#[test]
fn flattened_lists_of_one_stay_lists_and_empty_roots_are_what_the_shape_says() {
    let body = b"<LifecycleConfiguration><Rule><ID>x</ID><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>";
    let value =
        read_body(Protocol::RestXml, "GetBucketLifecycleConfiguration", &shape(&["Rule"], &[], &["Days"]), body);
    assert_eq!(value.unwrap(), json!({"Rule": [{"ID": "x", "Expiration": {"Days": 30}}]}));
    let location = b"<LocationConstraint xmlns=\"x\">eu-west-1</LocationConstraint>";
    assert_eq!(
        read_body(Protocol::RestXml, "GetBucketLocation", &Shape::default(), location).unwrap(),
        json!("eu-west-1")
    );
    let none = Shape { structures: BTreeSet::from(["VersioningConfiguration".to_owned()]), ..Shape::default() };
    for body in [
        "<VersioningConfiguration/>",
        "<Versioning xmlns=\"x\"></Versioning>",
        "<GetBucketVersioningOutput> </GetBucketVersioningOutput>",
    ] {
        let value = read_body(Protocol::RestXml, "GetBucketVersioning", &none, body.as_bytes());
        assert_eq!(value.unwrap(), json!({}), "{body}");
    }
    let nowhere = read_body(Protocol::RestXml, "GetBucketLocation", &Shape::default(), b"<LocationConstraint/>");
    assert_eq!(nowhere.unwrap(), json!(""), "the first Region");
}

#[test]
fn what_is_no_reply_is_an_error_and_never_empty() {
    let bad: [(Protocol, &[u8]); 8] = [
        (Protocol::Json, b"<html>"),
        (Protocol::Json, b"{\"Keys\":"),
        (Protocol::Query, b"<html><body>Service Unavailable</body></html>"),
        (Protocol::Ec2, b"<ListKeysResponse><a>"),
        (Protocol::RestXml, b"<Error><Code>x</Code></Error>"),
        (Protocol::RestXml, b""),
        (Protocol::RestXml, b"<a>&unknown;</a>"),
        (Protocol::RestXml, b"\xff\xfe"),
    ];
    for (protocol, body) in bad {
        let read = read_body(protocol, "ListKeys", &Shape::default(), body);
        assert!(read.is_err(), "{protocol:?} {}: {read:?}", String::from_utf8_lossy(body));
    }
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    let read = read_body(Protocol::RestXml, "X", &Shape::default(), deep.as_bytes());
    assert!(matches!(read, Err(WireError::TooDeep)), "{read:?}");
    let wrong = read_body(Protocol::RestXml, "X", &shape(&[], &["On"], &[]), b"<a><On>maybe</On></a>");
    assert!(matches!(wrong, Err(WireError::Member { .. })), "{wrong:?}");
}

#[test]
fn the_cause_of_an_unreadable_reply_is_kept_and_said_once() {
    let report = Shape { content: Content::CredentialReport, ..Shape::default() };
    let bad: [(Protocol, &Shape, &str, &str); 7] = [
        (
            Protocol::Json,
            &Shape::default(),
            "{\"a\":",
            "the reply is not JSON: EOF while parsing a value at line 1 column 5",
        ),
        (Protocol::RestXml, &Shape::default(), "", "the reply is not XML: the reply is empty"),
        (Protocol::RestXml, &Shape::default(), "<a>&b;</a>", "the reply is not XML: unknown entity `&b;`"),
        (
            Protocol::RestXml,
            &Shape::default(),
            "<a></b>",
            "the reply is not XML: ill-formed document: expected `</a>`, but `</b>` was found",
        ),
        (
            Protocol::RestXml,
            &Shape::default(),
            "<a>&#xZ;</a>",
            "the reply is not XML: invalid character reference: invalid digit found in string",
        ),
        (
            Protocol::RestXml,
            &Shape::default(),
            "<a b=c/>",
            "the reply is not XML: position 4: attribute value must be enclosed in `\"` or `'`",
        ),
        (
            Protocol::Json,
            &report,
            "{\"Content\":\"bm8gY3N2\"}",
            "the credential report cannot be read: it has no column `user`",
        ),
    ];
    for (protocol, shape, body, words) in bad {
        let error = read_body(protocol, "Get", shape, body.as_bytes()).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(!error.to_string().contains(&cause), "{error}: {cause}");
        assert_eq!(with_causes(&error), words, "{body}");
    }
}

#[test]
fn policy_documents_are_read_encoded_or_not_and_normalized() {
    let plain = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}"#;
    let encoded = percent_encoding::utf8_percent_encode(plain, percent_encoding::NON_ALPHANUMERIC).to_string();
    let expected = json!({"Statement": [{
        "Effect": "Allow", "Action": ["*"], "Resource": ["*"], "Principal": {"AWS": ["*"]},
        "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
    }]});
    assert_eq!(policy_document("p", plain).unwrap(), expected);
    assert_eq!(policy_document("p", &encoded).unwrap(), expected);
    for bad in ["", "[]", "{\"Statement\": [1]}", "%7B%22", "null"] {
        assert!(policy_document("p", bad).is_err(), "{bad}");
    }
}

#[test]
fn the_credential_report_is_a_csv_in_base64() {
    use base64::Engine as _;
    let csv = "user,arn,mfa_active\n<root_account>,arn:aws:iam::1:root,false\n\"a,b\",arn:aws:iam::1:user/x,true\n";
    let content = base64::engine::general_purpose::STANDARD.encode(csv);
    let body = format!(
        "<GetCredentialReportResponse><GetCredentialReportResult><Content>{content}</Content></GetCredentialReportResult></GetCredentialReportResponse>"
    );
    let shape = Shape { content: Content::CredentialReport, ..Shape::default() };
    let value = read_body(Protocol::Query, "GetCredentialReport", &shape, body.as_bytes()).unwrap();
    assert_eq!(select(&value, "rows").len(), 2);
    assert_eq!(value["rows"][1]["user"], "a,b");
    for bad in ["%%%", "bm8gY3N2"] {
        let body = body.replace(&content, bad);
        assert!(read_body(Protocol::Query, "GetCredentialReport", &shape, body.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn null_is_unset_in_json_replies_and_stays_in_documents_inside_them() {
    let body = br#"{"Functions":[{"Name":"a","Environment":null,"Nested":{"Error":null,"Keep":0}}],"Doc":"{\"A\":null}","Next":null}"#;
    let shape = Shape { json: ["Doc".to_owned()].into(), ..Shape::default() };
    let value = read_body(Protocol::RestJson, "ListFunctions", &shape, body).unwrap();
    assert_eq!(value, json!({ "Functions": [{ "Name": "a", "Nested": { "Keep": 0 } }], "Doc": { "A": null } }));
}
