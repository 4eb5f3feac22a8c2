//! What can be wrong before the first call, or becomes wrong on the way: one clear line, exit code 1, and no secret.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use auditpack::model::SourceId;
use serde_json::json;

use crate::common::{Emulator, Workplace};
use crate::support::{Printed, run, settings, snapshot};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYSECRETKEY0";
const SESSION: &str = "IQoJb3JpZ2luX2VjSESSIONTOKENEXAMPLE//////////wEaCXVz";

/// A quick collection with secrets that can be told apart from everything else.
fn place(emulator: &Emulator, regions: &[&str]) -> Workplace {
    let place = Workplace::new();
    let sources: BTreeSet<SourceId> =
        ["kms.keys", "artifact.reports", "iam.account-summary"].map(SourceId::from).into();
    place.write("auditpack.toml", &settings(&emulator.expected(), regions, &sources));
    place
}

fn against(place: &Workplace, emulator: &Emulator) -> Command {
    let mut command = place.against(emulator);
    command.env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", SESSION);
    command
}

/// One error of one line, none of a panic, no secret; the vault has no snapshot.
fn assert_one_line(place: &Workplace, said: &Printed, words: &[&str]) {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.out, "", "{said:?}");
    assert_eq!(said.err.matches('×').count(), 1, "{said:?}");
    let line = said.line();
    for word in words {
        assert!(line.contains(word), "no `{word}` in: {line}");
    }
    assert!(line.len() < 500 && !line.contains("panicked"), "{line}");
    assert_no_secret(said, place);
    assert_eq!(run(&mut place.auditpack(), &["assess"]).code, Some(1), "there is no snapshot");
}

fn assert_no_secret(said: &Printed, place: &Workplace) {
    for secret in [SECRET, SESSION] {
        assert!(!said.out.contains(secret) && !said.err.contains(secret), "a secret was printed: {said:?}");
        let mut files = Vec::new();
        files_with(&place.path("vault"), secret.as_bytes(), &mut files);
        assert!(files.is_empty(), "a secret was kept: {files:?}");
    }
}

fn files_with(folder: &Path, secret: &[u8], found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files_with(&path, secret, found);
        } else if fs::read(&path).unwrap().windows(secret.len()).any(|window| window == secret) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn credentials_that_do_not_work_are_one_clear_line() {
    let emulator = Emulator::start("empty");
    let fault = |operation: &str, code: &str, status: u16| json!([{ "operation": operation, "kind": "error", "code": code, "message": "No, not you.", "status": status, "times": -1 }]);

    let lonely = place(&emulator, &[]);
    let said = run(lonely.auditpack().env("AWS_ENDPOINT_URL", &emulator.url), &["collect", "--quiet"]);
    assert_one_line(
        &lonely,
        &said,
        &["no AWS credentials: no credentials found in chain; set AWS_PROFILE", "aws sso login"],
    );
    assert!(emulator.calls().is_empty());

    for (code, status, words) in [
        ("ExpiredToken", 403, ["credentials have expired", "renew them"]),
        ("InvalidClientTokenId", 403, ["AWS refuses the credentials", "check AWS_PROFILE"]),
        ("SignatureDoesNotMatch", 403, ["AWS refuses the credentials", "the access key"]),
        ("AccessDenied", 403, ["did not say who the caller is", "No, not you."]),
    ] {
        emulator.faults(&fault("GetCallerIdentity", code, status));
        let place = place(&emulator, &[]);
        assert_one_line(&place, &run(&mut against(&place, &emulator), &["collect", "--quiet"]), &words);
    }
}

#[test]
fn credentials_that_expire_on_the_way_leave_something_to_resume() {
    let emulator = Emulator::start("clean");
    emulator
        .faults(&json!([{ "service": "kms", "operation": "ListKeys", "kind": "error", "code": "ExpiredTokenException",
        "message": "The security token included in the request is expired", "status": 400, "times": -1 }]));
    let place = place(&emulator, &["us-east-1"]);
    let said = run(&mut against(&place, &emulator), &["collect", "--quiet"]);
    assert_one_line(&place, &said, &["credentials have expired", "collect --resume"]);
    emulator.reset();
    let resumed = run(&mut against(&place, &emulator), &["collect", "--quiet", "--resume"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
}

#[test]
fn an_endpoint_that_is_none_is_one_clear_line() {
    let emulator = Emulator::start("empty");
    let elsewhere = place(&emulator, &[]);
    let mut command = against(&elsewhere, &emulator);
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    let said = run(&mut command, &["collect", "--quiet"]);
    assert_one_line(&elsewhere, &said, &["cannot reach AWS STS in us-east-1", "check the network", "AWS_ENDPOINT_URL"]);

    // A captive portal answers everything with a page.
    emulator.faults(&json!([{ "operation": "GetCallerIdentity", "kind": "html", "status": 200, "times": -1 }]));
    let portal = place(&emulator, &[]);
    let said = run(&mut against(&portal, &emulator), &["collect", "--quiet"]);
    assert_one_line(&portal, &said, &["AWS STS did not say who the caller is"]);
}

#[test]
fn regions_that_cannot_be_asked_are_one_clear_line() {
    let emulator = Emulator::start("clean");
    let unknown = place(&emulator, &["eu-wst-1"]);
    let said = run(&mut against(&unknown, &emulator), &["collect", "--quiet"]);
    assert_one_line(&unknown, &said, &["has no region `eu-wst-1`", "AWS lists"]);
    let disabled = place(&emulator, &["us-east-1", "ap-south-1"]);
    let said = run(&mut against(&disabled, &emulator), &["collect", "--quiet"]);
    assert_one_line(&disabled, &said, &["region `ap-south-1` is not enabled for account"]);
    assert!(emulator.calls().iter().all(|call| call["service"] != "kms"), "nothing else was asked");
}

#[test]
fn secrets_are_neither_printed_nor_kept() {
    let emulator = Emulator::start("seeded");
    let place = place(&emulator, &["us-east-1"]);
    let said = run(&mut against(&place, &emulator), &["collect", "-vv"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_no_secret(&said, &place);
    let (vault, stored) = snapshot(&place);
    let mut terms = 0;
    for exchange in &stored.snapshot.exchanges {
        let body = String::from_utf8_lossy(&vault.get(&exchange.body).unwrap()).into_owned();
        assert!(!body.contains(SECRET) && !body.contains(SESSION));
        if exchange.operation == "GetTermForReport" {
            terms += 1;
            let reply: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert!(!body.contains("X-Amz-Signature="), "a presigned URL opens a document: {reply}");
            let token = reply["termToken"].as_str().unwrap_or_default();
            assert!(token.len() < 32 || token.contains(' '), "the token accepts terms: {reply}");
        }
    }
    assert!(terms > 0);
    let said = run(&mut place.auditpack(), &["assess", "-vv"]);
    assert_no_secret(&said, &place);
}
