//! The AWS CLI itself reads the command that shows each check's fact again; nothing is sent.
//!
//! Needs a Python with awscli (`AUDITPACK_VENV`); `tests/oracle/command_lines.py` asks it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use auditpack::awscli::{only_reads, show_again};
use auditpack::catalog;
use auditpack::model::{Case, Catalog, Check, CheckId, Collector, Per, Region, Row, Source, Template};
use common::recorded::{example, read};
use serde_json::{Value, json};

/// Checks whose fact no single AWS CLI command shows, and why.
const NONE: &[(&str, &str)] = &[
    ("cloudtrail.digest-chain-valid", "`aws cloudtrail validate-logs` needs the period"),
    ("cloudtrail.management-events-all", "the selectors of all trails, one call each"),
    ("cloudtrail.s3-data-events", "the selectors of all trails, one call each"),
    ("cloudwatch.alarm-iam-changes", "filters, alarms and topics together"),
    ("cloudwatch.alarm-logging-changes", "filters, alarms and topics together"),
    ("cloudwatch.alarm-network-changes", "filters, alarms and topics together"),
    ("cloudwatch.alarm-root-usage", "filters, alarms and topics together"),
    ("cloudwatch.alarm-signin-anomalies", "filters, alarms and topics together"),
    ("ecr.scanning-and-findings", "how images are scanned, and what was found in them"),
    ("events.access-denied-burst", "counts of the period of each filter"),
    ("guardduty.no-stale-high-findings", "a detector's id, which findings of a Region do not name"),
    ("iam.roles-in-use", "IAM makes the report first, and then it is fetched"),
    ("identitycenter.administrators-approved", "permission sets and assignments together"),
    ("inventory.approved-regions", "all Regions"),
    ("org.scp-protects-logging", "the text of all policies, one call each"),
    ("org.scp-region-restriction", "the text of all policies, one call each"),
    ("securityhub.findings-triaged", "filters that templates cannot write, and thousands of findings without them"),
];

/// Reads commands with the AWS CLI.
fn ask(commands: &[&String]) -> Vec<Value> {
    let mut process = Command::new(common::python())
        .arg("-B")
        .arg(common::repository().join("tests/oracle/command_lines.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the AWS CLI needs {}: {error}", common::python().display()));
    process.stdin.take().unwrap().write_all(json!(commands).to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A check's failing example, with the members of a recorded row where the example leaves them out.
fn failing(catalog: &Catalog, source: &Source, check: &Check) -> Option<Row> {
    let shown = check.examples.iter().filter(|shown| shown.row.is_object());
    let shown = shown.max_by_key(|shown| shown.case == Case::Fail);
    if check.per != Per::Row {
        return None;
    }
    // The digests of trails are read as whole chains, which nothing records.
    let is_recorded = source.collector != Collector::Trail;
    let found = is_recorded.then(|| read(catalog, &example(catalog, source)).rows.remove(&source.id)).flatten();
    let found = found.unwrap_or_default();
    let like = |row: &&Row| shown.is_none_or(|shown| row.data.read()["kind"] == shown.row["kind"]);
    let mut row = found.iter().find(like).or(found.first()).cloned().unwrap_or_else(unrecorded);
    let mut data = row.data.read();
    let key = source.key.to_string();
    let named = ["_item", key.as_str()].map(|name| (name.to_owned(), at_aws(&data[name])));
    merge(&mut data, shown.map_or(&Value::Null, |shown| &shown.row));
    // Examples call things as they like.
    named.into_iter().filter(|(_, name)| name.is_string()).for_each(|(member, name)| data[member] = name);
    if !key.is_empty() && data[&key].is_null() {
        data[&key] = "not-recorded".into();
    }
    row.data = data.into();
    Some(row)
}

/// Of a source of which the emulator has no item: only what the example says is known.
fn unrecorded() -> Row {
    Row {
        account: common::recorded::ACCOUNT.into(),
        partition: "aws".into(),
        region: "eu-central-1".into(),
        resource: String::new(),
        key: String::new(),
        data: json!({}).into(),
        unread: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

/// A queue's address is only said where it is AWS's.
fn at_aws(name: &Value) -> Value {
    match name.as_str() {
        Some(text) => text.replace("https://emulator.example/", "https://sqs.us-east-1.amazonaws.com/").into(),
        None => Value::Null,
    }
}

fn merge(whole: &mut Value, part: &Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().for_each(|(name, value)| merge(whole.entry(name).or_insert(Value::Null), value));
        }
        (_, Value::Null) => {}
        (whole, part) => *whole = part.clone(),
    }
}

#[test]
fn the_aws_cli_reads_the_command_of_each_check() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let mut commands: BTreeMap<&str, String> = BTreeMap::new();
    let mut without = Vec::new();
    for check in catalog.checks.values() {
        let source = &catalog.sources[&check.source];
        let row = failing(&catalog, source, check);
        let region = row.as_ref().map_or(Region::from("eu-central-1"), |row| row.region.clone());
        match show_again(source, check, row.as_ref(), &region) {
            Some(command) => drop(commands.insert(check.id.as_str(), command)),
            None => without.push(check.id.as_str()),
        }
    }
    let asked: Vec<&String> = commands.values().collect();
    let answers = ask(&asked);
    assert_eq!(answers.len(), asked.len());
    let mut wrong = Vec::new();
    for ((check, command), answer) in commands.iter().zip(&answers) {
        let operation = command.split(' ').nth(2).unwrap_or_default();
        if !answer["refused"].is_null() || !only_reads(operation) {
            wrong.push(format!("{check}: {command}\n    {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(without, NONE.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    let shown: Vec<String> = commands.iter().map(|(check, command)| format!("{check}\n  {command}")).collect();
    insta::assert_snapshot!("each_check", shown.join("\n"));
    assert!(commands.len() > 170 && commands.len() + NONE.len() == catalog.checks.len());
}

#[test]
fn every_command_that_the_mappings_write_is_one_of_the_aws_cli() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let calls = |source: &Source| {
        let each = source.each.iter().map(|each| each.call.cli.clone());
        std::iter::once(source.call.cli.clone()).chain(each).flatten().collect::<Vec<_>>()
    };
    let written = catalog.sources.values().flat_map(calls).chain(catalog.checks.values().filter_map(|c| c.cli.clone()));
    // Whatever a template becomes, it is one word.
    let filled =
        |text: &str| Template::parse(text).unwrap().fill(|_| Some("a-name-that-is-long-enough".to_owned())).unwrap();
    let commands: Vec<String> = written
        .filter(|text| !text.is_empty())
        .map(|text| format!("aws {} --region eu-west-1", filled(&text)))
        .collect();
    let answers = ask(&commands.iter().collect::<Vec<_>>());
    let refused = commands.iter().zip(&answers).filter(|(_, answer)| !answer["refused"].is_null());
    let refused: Vec<String> = refused.map(|(command, answer)| format!("{command}\n    {answer}")).collect();
    assert!(refused.is_empty(), "{} are refused:\n{}", refused.len(), refused.join("\n"));
    assert!(commands.len() > 100, "{}", commands.len());
}

#[test]
fn what_aws_says_stays_one_word_or_gives_no_command() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let shown = |check: &str, member: &str, name: &str| {
        let check = &catalog.checks[&CheckId::from(check)];
        let source = &catalog.sources[&check.source];
        let mut row = failing(&catalog, source, check).unwrap();
        let mut data = row.data.read();
        data[member] = name.into();
        row.data = data.into();
        show_again(source, check, Some(&row), &Region::from("eu-west-1"))
    };
    let names = ["'; id #", "$(id)", "a b", "`id`", "\"quoted\" \\", "!!", "a&b|c>d", "~", "*", "@file", "name,x=y"];
    let commands: Vec<String> = names.iter().map(|name| shown("kms.key-rotation", "KeyId", name).unwrap()).collect();
    let answers = ask(&commands.iter().collect::<Vec<_>>());
    for ((name, command), answer) in names.iter().zip(&commands).zip(&answers) {
        assert_eq!(answer["parameters"], json!({ "KeyId": name }), "{command}: {answer}");
    }
    for name in
        ["", "-x", "--endpoint-url", "file:///etc/passwd", "https://x.example", "[\"a\"]", "{}", "a\nb", "\u{1b}[2J"]
    {
        assert_eq!(shown("kms.key-rotation", "KeyId", name), None, "{name:?}");
    }
    // Inside the AWS CLI's own short form commas and equal signs mean something.
    for name in ["a,AttributeKey=Username", "a b", "a'b"] {
        assert_eq!(shown("events.root-activity", "EventId", name), None, "{name:?}");
    }
    // Older clients send the signed request to the queue's address, wherever it is.
    assert_eq!(shown("sqs.encrypted", "_item", "https://sqs.example.org/1/q"), None);
}

#[test]
fn the_region_is_said_but_where_the_service_has_none() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let shown = |check: &str, region: &str| {
        let check = &catalog.checks[&CheckId::from(check)];
        show_again(&catalog.sources[&check.source], check, None, &Region::from(region))
    };
    assert_eq!(shown("iam.root-mfa-enabled", "us-east-1").as_deref(), Some("aws iam get-account-summary"));
    let china = "aws iam get-account-summary --region cn-north-1";
    assert_eq!(shown("iam.root-mfa-enabled", "cn-north-1").as_deref(), Some(china), "it tells the partition");
    let here = "aws guardduty list-detectors --region eu-west-1";
    assert_eq!(shown("guardduty.enabled", "eu-west-1").as_deref(), Some(here));
    // Without a row the list is shown whole, or nothing where it is asked for a row.
    assert_eq!(
        shown("rds.not-public", "eu-west-1").as_deref(),
        Some("aws rds describe-db-instances --region eu-west-1")
    );
    assert_eq!(shown("elb.tls-listeners", "eu-west-1"), None);
    assert_eq!(shown("rds.not-public", "eu-west-1; id"), None);
}
