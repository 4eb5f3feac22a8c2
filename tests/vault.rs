//! The vault's history as a user meets it: what is wrong is said in plain words, and refused where a result would lie.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "vault/kept.rs"]
mod kept;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use auditpack::model::{
    AccountScope, Answer, Caller, Coverage, Exchange, Period, Scope, Sha256, Sink as _, Snapshot, SnapshotId,
};
use auditpack::vault::{Journal, Vault, VaultError};
use chrono::{DateTime, Utc};
use common::{Workplace, copy_folder, repository};
use serde_json::Value;

const SETTINGS: &str = "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q3\"\n";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code, stdout and stderr in one text, its lines joined as miette broke them.
fn shown(output: &Output) -> String {
    let code = output.status.code().unwrap();
    let all = format!("exit {code}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    all.replace(['│', '×'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(place: &Workplace, arguments: &[&str]) -> Output {
    place.auditpack().args(arguments).env("AUDITPACK_NOW", "2026-10-05T09:00:00Z").output().unwrap()
}

/// What a command says that ends with this code.
fn said(place: &Workplace, code: i32, arguments: &[&str]) -> String {
    let output = run(place, arguments);
    let said = shown(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    said
}

fn json(place: &Workplace, code: i32, arguments: &[&str]) -> Value {
    let output = run(place, &[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{}", shown(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_schema(name: &str, instance: &Value) {
    let schema = repository().join("docs/schema").join(format!("{name}.schema.json"));
    let program = "import json, sys, jsonschema\n\
                   schema = json.load(open(sys.argv[1]))\n\
                   jsonschema.Draft202012Validator.check_schema(schema)\n\
                   jsonschema.Draft202012Validator(schema).validate(json.load(sys.stdin))";
    let mut python = Command::new(common::python());
    python.args(["-c", program]).arg(schema).stdin(Stdio::piped());
    let mut python = python.spawn().unwrap();
    python.stdin.take().unwrap().write_all(instance.to_string().as_bytes()).unwrap();
    assert!(python.wait().unwrap().success(), "{name}: the result is not what its schema says\n{instance:#}");
}

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T09:00:00Z").parse().unwrap()
}

/// A list of users: all but its request id stays from week to week.
fn reply(number: u32) -> Vec<u8> {
    let mut text =
        String::from("<ListUsersResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListUsersResult>");
    text.push_str("<IsTruncated>false</IsTruncated><Users>");
    for user in 0..20_u32 {
        let id = Sha256::of(&user.to_le_bytes()).short();
        text.push_str(&format!(
            "<member><Path>/</Path><UserName>user-{user}</UserName><Arn>arn:aws:iam::123456789012:user/user-{user}</Arn>\
             <UserId>{id}</UserId><CreateDate>2025-01-01T00:00:00Z</CreateDate></member>"
        ));
    }
    text.push_str(&format!(
        "</Users></ListUsersResult><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></ListUsersResponse>",
        Sha256::of(&number.to_le_bytes())
    ));
    text.into_bytes()
}

fn exchange(time: DateTime<Utc>, body: &[u8]) -> Exchange {
    Exchange {
        source: "iam.users".into(),
        service: "iam".into(),
        operation: "ListUsers".into(),
        parameters: BTreeMap::new(),
        account: "123456789012".into(),
        region: "us-east-1".into(),
        item: None,
        of: None,
        page: 0,
        answer: Answer::Content,
        status: 200,
        request_id: None,
        content_type: Some("text/xml".into()),
        headers: BTreeMap::new(),
        time,
        body: Sha256::of(body),
        size: body.len() as u64,
        request: Sha256::of(b"ListUsers"),
        withheld: Vec::new(),
    }
}

fn account(id: &str) -> AccountScope {
    AccountScope {
        id: id.into(),
        alias: None,
        partition: "aws".into(),
        regions: vec!["us-east-1".into()],
        disabled_regions: Vec::new(),
        excluded_regions: Vec::new(),
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    }
}

/// Begins a collection. A command that another test starts at this moment holds a copy of our lock until it runs, so
/// that the lock may be free a moment later.
fn begin(vault: &Vault, time: DateTime<Utc>, period: Period) -> Journal {
    for _ in 0..500 {
        match vault.begin(time, period, "Example") {
            Err(VaultError::Locked(_)) => std::thread::sleep(std::time::Duration::from_millis(10)),
            begun => return begun.unwrap(),
        }
    }
    vault.begin(time, period, "Example").unwrap()
}

/// Takes a snapshot as `collect` does; it is changed before it is written.
fn collect(vault: &Vault, date: &str, number: u32, change: impl FnOnce(&mut Snapshot)) -> SnapshotId {
    collect_all(vault, date, &[reply(number)], change)
}

/// The same with several replies.
fn collect_all(vault: &Vault, date: &str, bodies: &[Vec<u8>], change: impl FnOnce(&mut Snapshot)) -> SnapshotId {
    let period = Period { start: "2026-07-01".parse().unwrap(), end: "2026-09-30".parse().unwrap() };
    let time = day(date);
    let journal = begin(vault, time, period);
    for (body, number) in bodies.iter().zip(0_u32..) {
        let request = Sha256::of(&number.to_le_bytes());
        journal.exchange(Exchange { request, ..exchange(time, body) }, body).unwrap();
    }
    let (exchanges, gaps) = journal.gathered();
    let caller = "arn:aws:iam::123456789012:user/auditor".to_owned();
    let mut snapshot = Snapshot {
        format: Snapshot::FORMAT,
        tool: "auditpack 0.1.0".into(),
        previous: journal.previous(),
        also_after: journal.also_after(),
        attestations: journal.attested(),
        organization: "Example".into(),
        period,
        time,
        finished: time,
        caller: Caller { account: "123456789012".into(), arn: caller, user_id: "A".into() },
        definitions: None,
        scope: Scope { accounts: vec![account("123456789012")], sources: vec!["iam.users".into()] },
        exchanges,
        gaps,
        coverage: BTreeMap::from([("iam.users".into(), Coverage { attempted: 1, succeeded: 1, absent: 0, gaps: 0 })]),
    };
    change(&mut snapshot);
    journal.finish(&snapshot).unwrap()
}

/// A workplace whose vault has four weekly snapshots.
fn four_weeks() -> (Workplace, Vault, Vec<SnapshotId>) {
    let place = Workplace::new();
    place.write("auditpack.toml", SETTINGS);
    let vault = Vault::create(&place.path("vault")).unwrap();
    let dates = ["2026-09-07", "2026-09-14", "2026-09-21", "2026-09-28"];
    let ids = dates.iter().zip(0..).map(|(date, number)| collect(&vault, date, number, |_| {})).collect();
    (place, vault, ids)
}

fn folder(vault: &Path, id: SnapshotId) -> PathBuf {
    let folders = fs::read_dir(vault.join("snapshots")).unwrap().map(|entry| entry.unwrap().path());
    folders.into_iter().find(|path| path.to_str().unwrap().ends_with(&id.short())).unwrap()
}

fn manifest(vault: &Path, id: SnapshotId) -> PathBuf {
    folder(vault, id).join("snapshot.json.zst")
}

fn blob(vault: &Path, number: u32) -> PathBuf {
    let name = Sha256::of(&reply(number)).to_string();
    vault.join("blobs").join(&name[..2]).join(format!("{name}.zst"))
}

#[test]
fn a_sound_vault_is_listed_and_checked() {
    let (place, _vault, ids) = four_weeks();
    let list = said(&place, 0, &["vault", "list"]);
    assert!(
        list.contains(&format!("2026-09-28 09:00 UTC {} 2026-07-01 to 2026-09-30 whole", ids[3].short())),
        "{list}"
    );
    let list = json(&place, 0, &["vault", "list"]);
    assert_schema("vault-list", &list);
    assert_eq!(list["snapshots"][1]["previous"], Value::from(ids[0].to_string()));
    let check = said(&place, 0, &["vault", "check"]);
    assert!(check.contains("4 snapshots with evidence, 0 pruned; 4 sound blobs hold"), "{check}");
    assert!(check.contains("Every link and every blob is what it was."), "{check}");
    let check = json(&place, 0, &["vault", "check"]);
    assert_schema("vault-check", &check);
    assert_eq!((&check["ok"], &check["blobs"]), (&Value::from(true), &Value::from(4)));
    said(&place, 0, &["assess", "--snapshot", "2026-Q3"]);
    let none = said(&place, 1, &["assess", "--snapshot", "2026-09-01"]);
    assert!(none.contains("no snapshot was taken until 2026-09-01; the vault has"), "{none}");
    let wrong = said(&place, 2, &["assess", "--snapshot", "2026-Q7"]);
    assert!(wrong.contains("a quarter like `2026-Q3`"), "{wrong}");
    let nowhere = said(&place, 1, &["vault", "check", "--vault", "nowhere"]);
    assert!(nowhere.contains("there is no vault at `nowhere`"), "{nowhere}");
}

#[test]
fn an_altered_manifest_is_named_and_nothing_is_judged_over_it() {
    let (place, vault, ids) = four_weeks();
    let path = manifest(vault.root(), ids[1]);
    let json_text = text(&zstd::decode_all(fs::File::open(&path).unwrap()).unwrap());
    fs::write(&path, zstd::encode_all(json_text.replace("ListUsers", "ListUsery").as_bytes(), 3).unwrap()).unwrap();
    let check = json(&place, 5, &["vault", "check"]);
    assert_schema("vault-check", &check);
    assert_eq!(check["problems"][0]["kind"], "snapshot-altered");
    assert_eq!(check["problems"].as_array().unwrap().len(), 1, "{check:#}");
    let judged = said(&place, 1, &["assess"]);
    assert!(judged.contains("snapshot-altered: the manifest was altered: its content hashes to"), "{judged}");
    assert!(judged.contains("restore it from a backup"), "{judged}");
    said(&place, 0, &["assess", "--snapshot", &ids[0].short()]);
    let pruned = said(&place, 1, &["vault", "prune", "--keep", "last 1"]);
    assert!(pruned.contains("snapshot-altered") && blob(vault.root(), 0).exists(), "{pruned}");
}

#[test]
fn a_missing_snapshot_in_the_middle_is_named() {
    let (place, vault, ids) = four_weeks();
    fs::remove_dir_all(folder(vault.root(), ids[2])).unwrap();
    let check = said(&place, 5, &["vault", "check"]);
    let missing = format!("the snapshot {} is missing: {} stands on it", ids[2].short(), ids[3].short());
    assert!(check.contains("snapshot-missing") && check.contains(&missing), "{check}");
    let judged = said(&place, 1, &["assess"]);
    assert!(judged.contains(&missing) && judged.contains("merge a copy of the vault that has it"), "{judged}");
    let packed = said(&place, 1, &["bundle"]);
    assert!(packed.contains("is missing") || packed.contains("key"), "{packed}");
    let list = said(&place, 0, &["vault", "list"]);
    assert!(list.contains("the chain does not hold, 1 problem"), "{list}");
}

#[test]
fn a_foreign_snapshot_copied_in_is_named() {
    let (place, vault, _) = four_weeks();
    let other = Vault::create(&place.path("other")).unwrap();
    let journal_of_other = |snapshot: &mut Snapshot| snapshot.organization = "Other & Sons".into();
    let foreign = collect(&other, "2026-10-01", 9, journal_of_other);
    let from = folder(other.root(), foreign);
    copy_folder(&from, &vault.root().join("snapshots").join(from.file_name().unwrap()));
    let check = json(&place, 5, &["vault", "check"]);
    let kinds: Vec<&str> =
        check["problems"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["snapshot-foreign", "blob-missing"], "{check:#}");
    let judged = said(&place, 1, &["assess"]);
    assert!(judged.contains("is of \"Other & Sons\", the others are of \"Example\""), "{judged}");
}

#[test]
fn a_vault_copied_half_is_named_and_not_merged() {
    let (place, vault, ids) = four_weeks();
    copy_folder(vault.root(), &place.path("half"));
    let half = place.path("half");
    fs::remove_file(blob(&half, 3)).unwrap();
    let check = json(&place, 5, &["vault", "check", "--vault", "half"]);
    assert_schema("vault-check", &check);
    assert_eq!(check["problems"][0]["kind"], "blob-missing");
    let words = format!("it is missing: the snapshot {} of 2026-09-28 09:00:00 UTC names it", ids[3].short());
    assert_eq!(check["problems"][0]["message"], Value::from(words));
    let merged = said(&place, 1, &["vault", "merge", "half", "--vault", "new"]);
    assert!(merged.contains("the vault `half` was copied half: 1 of 4 blobs are missing"), "{merged}");
    assert!(merged.contains("copy it again, whole") && !place.path("new").exists(), "{merged}");
    fs::write(blob(&half, 3), "not zstd").unwrap();
    let merged = said(&place, 1, &["vault", "merge", "half", "--vault", "new"]);
    assert!(merged.contains("nothing was merged"), "{merged}");
    let good = said(&place, 0, &["vault", "merge", "vault", "--vault", "new"]);
    assert!(good.contains("Merged: 4 snapshots and 4 blobs."), "{good}");
    said(&place, 0, &["vault", "check", "--vault", "new"]);
    let again = json(&place, 0, &["vault", "merge", "vault", "--vault", "new"]);
    assert_schema("vault-merge", &again);
    let again = said(&place, 0, &["vault", "merge", "vault", "--vault", "new"]);
    assert!(again.contains("Nothing is new"), "{again}");
}

#[test]
fn a_clock_before_the_newest_snapshot_is_refused_before_anything_is_asked() {
    let (place, vault, _) = four_weeks();
    let mut command = place.auditpack();
    command.arg("collect").env("AUDITPACK_NOW", "2026-09-20T00:00:00Z");
    let output = command.output().unwrap();
    let refused = shown(&output);
    assert_eq!(output.status.code(), Some(1), "{refused}");
    assert!(refused.contains("the clock says 2026-09-20 00:00:00 UTC, but the newest snapshot"), "{refused}");
    assert!(refused.contains("is of 2026-09-28 09:00:00 UTC") && refused.contains("set the clock right"), "{refused}");
    collect(&vault, "2026-09-29", 9, |snapshot| snapshot.time = day("2026-09-01"));
    let check = said(&place, 5, &["vault", "check"]);
    assert!(check.contains("clock-backwards") && check.contains("the clock ran backwards"), "{check}");
}

#[test]
fn another_organization_is_refused_when_collecting_and_merging() {
    let (place, _vault, _) = four_weeks();
    place.write("auditpack.toml", &SETTINGS.replace("Example", "Other & Sons"));
    let refused = said(&place, 1, &["collect"]);
    assert!(
        refused.contains("the vault holds the evidence of \"Example\", the settings are of \"Other & Sons\""),
        "{refused}"
    );
    let other = Vault::create(&place.path("other")).unwrap();
    collect(&other, "2026-09-28", 3, |snapshot| snapshot.organization = "Other & Sons".into());
    let refused = said(&place, 1, &["vault", "merge", "other"]);
    assert!(refused.contains("\"Example\"") && refused.contains("\"Other & Sons\": they are not merged"), "{refused}");
    let estate = Vault::create(&place.path("estate")).unwrap();
    collect(&estate, "2026-09-28", 3, |snapshot| snapshot.scope.accounts = vec![account("999999999999")]);
    let refused = said(&place, 1, &["vault", "merge", "estate"]);
    assert!(refused.contains("123456789012") && refused.contains("999999999999: they share none"), "{refused}");
    assert!(refused.contains("keep a vault for each estate"), "{refused}");
    let itself = said(&place, 1, &["vault", "merge", "./vault"]);
    assert!(itself.contains("cannot be merged into itself"), "{itself}");
}
