//! What `diff`, `trend`, `next`, `calendar` and `assess` print, held against readers that we did not write, with hostile
//! names; and what they say of wrong input.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "formats/documents.rs"]
mod documents;
#[path = "formats/hostile.rs"]
mod hostile;
#[path = "formats/readers.rs"]
mod readers;
#[path = "formats/refusals.rs"]
mod refusals;
#[path = "formats/spreadsheet.rs"]
mod spreadsheet;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use auditpack::model::{
    AccountScope, Answer, Caller, Coverage, Exchange, Item, Period, Scope, Sha256, Sink as _, Snapshot,
};
use auditpack::vault::Vault;
use chrono::{DateTime, Utc};
use common::demonstration::demonstration;
use common::{Workplace, copy_folder, repository};
use serde_json::{Value, json};

const NOW: &str = "2026-10-05T09:00:00Z";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code, stdout and stderr in one text, its lines joined as miette broke them.
fn shown(output: &Output) -> String {
    let code = output.status.code().unwrap();
    let all = format!("exit {code}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    all.replace(['│', '×'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The demonstration's folder, made once for all tests of this file, which only read it; each makes its own changes in a
/// copy.
fn demo() -> &'static Path {
    static DEMO: OnceLock<PathBuf> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats-demo");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        demonstration(&folder);
        folder
    })
}

fn in_demo(folder: &Path, now: &str, arguments: &[&str]) -> Output {
    let mut command = Workplace::new().auditpack();
    command.current_dir(folder).args(arguments).env("AUDITPACK_NOW", now).output().unwrap()
}

/// The result of a command in the demonstration's folder.
fn printed(arguments: &[&str]) -> Vec<u8> {
    let output = in_demo(demo(), NOW, arguments);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?} {}", shown(&output));
    output.stdout
}

fn run(place: &Workplace, arguments: &[&str]) -> Output {
    place.auditpack().args(arguments).env("AUDITPACK_NOW", NOW).output().unwrap()
}

/// What a command says that ends with this code.
fn said(place: &Workplace, code: i32, arguments: &[&str]) -> String {
    let output = run(place, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?} {}", shown(&output));
    shown(&output)
}

fn good(place: &Workplace, arguments: &[&str]) -> Vec<u8> {
    let output = run(place, arguments);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?} {}", shown(&output));
    output.stdout
}

/// What a reader of `tests/formats/validate.py` makes of some bytes.
fn read(reader: &[&str], bytes: &[u8]) -> Value {
    let mut python = Command::new(common::python());
    python.arg(repository().join("tests/formats/validate.py")).args(reader);
    let mut python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    let output = python.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success(), "{reader:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Without faults.
fn read_well(reader: &[&str], bytes: &[u8]) -> Value {
    let found = read(reader, bytes);
    assert_eq!(found["faults"], json!([]), "{reader:?}");
    found
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// A copy of the demonstration's folder.
fn copied() -> Workplace {
    let place = Workplace::new();
    copy_folder(demo(), &place.path(""));
    place
}

/// Replaces words of a file.
fn edit(place: &Workplace, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(place.path(name)).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(place.path(name), text.replacen(from, to, 1)).unwrap();
}

// ---------------------------------------------------------------------------------------------------------------------
// An account whose owner chose every name to do harm.

/// Names of certificates: markup, formulas, line ends, writing that turns around, what no XML may have.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "cert|with|bars and `ticks` and \\",
    "@everyone",
    "=HYPERLINK(\"https://example.com\")",
    "-1+1|cmd",
    "two\r\nlines\nBEGIN:VEVENT",
    "*bold* _em_ ~~gone~~ [link](https://example.com) ![image](https://example.com/x.png) # head",
    "&lt;b&gt; semi;colon, comma",
    "turned \u{202e}around \u{ffff} \u{1b}[31m",
];
const ORGANIZATION: &str = "<b>Kiosk</b> | & \"Söhne\" `x`";
const TITLE: &str = "<script>alert(2)</script>|`@everyone`";

const SETTINGS: &str = r#"
organization = "<b>Kiosk</b> | & \"Söhne\" `x`"
frameworks = ["soc2"]
[period]
quarter = "2026-Q3"
[owners]
"acm.*" = "=1+1|<i>owner</i>"
[[exception]]
check = "acm.certificate-not-expiring"
resources = ["@every*"]
reason = "<img src=x onerror=alert(3)> | `x` @everyone"
approver = "=cmd|' /C calc'!A0"
until = 2026-10-31
[[exception]]
check = "acm.certificate-not-expiring"
resources = ["@every*"]
reason = "the same again, for longer"
approver = "+1"
until = 2026-12-31
"#;

/// As our results show a name: what nobody could see is written out.
fn visible(name: &str) -> String {
    let escape = |character: char| match character {
        '\r' | '\n' | '\u{202e}' | '\u{ffff}' | '\u{1b}' => character.escape_unicode().to_string(),
        _ => character.to_string(),
    };
    name.chars().map(escape).collect()
}

/// A vault with two snapshots of the period: in the second all certificates are about to run out and have hostile names.
fn hostile() -> Workplace {
    let place = Workplace::new();
    place.write("auditpack.toml", SETTINGS);
    place.write("note.txt", "Be kind.");
    let vault = Vault::create(&place.path("vault")).unwrap();
    collect(&vault, "2026-09-21", &["plain"], ORGANIZATION);
    collect(&vault, "2026-09-28", &HOSTILE, ORGANIZATION);
    let add = ["attest", "add", "note.txt", "--for", "cc1.1-code-of-conduct", "--owner", "@owner", "--title", TITLE];
    good(&place, &[&add[..], &["--date", "2026-09-29", "--valid-until", "2026-12-01"]].concat());
    place
}

fn exchange(time: DateTime<Utc>, operation: &str, key: Option<&str>, body: &Value) -> (Exchange, Vec<u8>) {
    let body = body.to_string().into_bytes();
    let item = key.map(|key| Item { part: "certificate".into(), key: key.into(), region: "us-east-1".into() });
    let exchange = Exchange {
        source: "acm.certificates".into(),
        service: "acm".into(),
        operation: operation.into(),
        parameters: BTreeMap::new(),
        account: "123456789012".into(),
        region: "us-east-1".into(),
        item,
        of: None,
        page: 0,
        answer: Answer::Content,
        status: 200,
        request_id: None,
        content_type: Some("application/x-amz-json-1.1".into()),
        headers: BTreeMap::new(),
        time,
        body: Sha256::of(&body),
        size: body.len() as u64,
        request: Sha256::of(format!("{operation}{key:?}").as_bytes()),
        withheld: Vec::new(),
    };
    (exchange, body)
}

/// Takes a snapshot of an account with these certificates, as `collect` does.
fn collect(vault: &Vault, date: &str, names: &[&str], organization: &str) {
    let time: DateTime<Utc> = format!("{date}T09:00:00Z").parse().unwrap();
    let period = Period { start: "2026-07-01".parse().unwrap(), end: "2026-09-30".parse().unwrap() };
    let row = |name: &&str| json!({ "CertificateArn": name, "DomainName": "example.com", "CreatedAt": 1_769_450_683 });
    let list = json!({ "CertificateSummaryList": names.iter().map(row).collect::<Vec<_>>() });
    let mut replies = vec![exchange(time, "ListCertificates", None, &list)];
    for (name, day) in names.iter().zip(1_i64..) {
        // From 5 October 2026 on, a day apart.
        let ends = 1_791_158_400 + 86_400 * day;
        let certificate = json!({ "Certificate": {
            "CertificateArn": name, "DomainName": name, "Status": "ISSUED", "Type": "IMPORTED",
            "NotAfter": if *name == "plain" { 1_900_000_000 } else { ends }, "InUseBy": ["lb"],
        } });
        replies.push(exchange(time, "DescribeCertificate", Some(name), &certificate));
    }
    let journal = vault.begin(time, period, organization).unwrap();
    for (exchange, body) in &replies {
        journal.exchange(exchange.clone(), body).unwrap();
    }
    let (exchanges, gaps) = journal.gathered();
    let calls = exchanges.len() as u64;
    let snapshot = Snapshot {
        format: Snapshot::FORMAT,
        tool: "auditpack 0.1.0".into(),
        previous: journal.previous(),
        also_after: journal.also_after(),
        attestations: journal.attested(),
        organization: organization.into(),
        period,
        time,
        finished: time,
        caller: Caller {
            account: "123456789012".into(),
            arn: "arn:aws:iam::123456789012:user/x".into(),
            user_id: "x".into(),
        },
        definitions: None,
        scope: Scope {
            accounts: vec![AccountScope {
                id: "123456789012".into(),
                alias: None,
                partition: "aws".into(),
                regions: vec!["us-east-1".into()],
                disabled_regions: Vec::new(),
                excluded_regions: Vec::new(),
                not_offered: Default::default(),
                offers_known_by: Default::default(),
            }],
            sources: vec!["acm.certificates".into()],
        },
        exchanges,
        gaps,
        coverage: BTreeMap::from([(
            "acm.certificates".into(),
            Coverage { attempted: calls, succeeded: calls, absent: 0, gaps: 0 },
        )]),
    };
    journal.finish(&snapshot).unwrap();
}

// ---------------------------------------------------------------------------------------------------------------------
// JSON

/// Holds a result against its schema, and the schema against members that no result has.
fn assert_schema(name: &str, result: &[u8]) -> Value {
    let schema = repository().join(format!("docs/schema/{name}.schema.json"));
    let found = read_well(&["schema", schema.to_str().unwrap()], result);
    assert_eq!(found["accepts_surplus"], json!([]), "{name}: objects that take any member");
    assert!(found["shapes"].as_u64().unwrap() > 1);
    serde_json::from_slice(result).unwrap()
}

#[test]
fn results_are_what_their_schemas_say_and_nothing_else() {
    for sides in [["2026-Q1", "2026-Q2"], ["2026-Q2", "2026-Q3"], ["2026-Q1", "evidence-pack.zip"]] {
        assert_schema("diff", &printed(&["diff", sides[0], sides[1], "--format", "json"]));
    }
    assert_schema("trend", &printed(&["trend", "--format", "json"]));
    assert_schema("next", &printed(&["next", "--top", "0", "--format", "json"]));
    assert_schema("calendar", &printed(&["calendar", "--days", "400", "--format", "json"]));

    let place = hostile();
    let diff = assert_schema("diff", &good(&place, &["diff", "--format", "json"]));
    assert!(diff["definitions"]["known"]["unknown"].is_string(), "{}", diff["definitions"]);
    for command in ["trend", "next", "calendar"] {
        assert_schema(command, &good(&place, &[command, "--format", "json"]));
    }

    // Other settings, and snapshots whose evidence was given up.
    let place = copied();
    edit(&place, "auditpack.toml", "[params]\n", "[params]\nmax_key_age_days = 1\n");
    let diff = assert_schema("diff", &good(&place, &["diff", "--format", "json"]));
    assert_eq!(diff["definitions"]["known"], "different");
    assert_eq!(diff["definitions"]["changes"][0]["id"], "params.max_key_age_days");
    good(&place, &["vault", "prune", "--keep", "last 1"]);
    let trend = assert_schema("trend", &good(&place, &["trend", "--format", "json"]));
    let evidence: Vec<&Value> = trend["points"].as_array().unwrap().iter().map(|point| &point["evidence"]).collect();
    let (last, before) = evidence.split_last().unwrap();
    assert!(*last == "whole" && before.len() == 15 && before.iter().all(|one| *one == "manifest"), "{evidence:?}");
}

// ---------------------------------------------------------------------------------------------------------------------
// JUnit, iCalendar, Markdown, CSV, HTML
