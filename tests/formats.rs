//! What `diff`, `trend`, `next`, `calendar` and `assess` print, held against readers that we did not write, with hostile
//! names; and what they say of wrong input.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

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
use common::{Workplace, repository};
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
        let output = Workplace::new().auditpack().arg("demo").arg("--out").arg(&folder).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        // The verdicts of all snapshots are kept beside them from here on.
        in_demo(&folder, NOW, &["trend"]);
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

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
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
    assert_eq!(evidence, ["manifest", "manifest", "whole"]);
}

// ---------------------------------------------------------------------------------------------------------------------
// JUnit, iCalendar, Markdown, CSV, HTML

#[test]
fn junit_results_are_read_by_others_as_they_were_meant() {
    let verdicts = |assessment: &[u8]| -> BTreeMap<String, Value> {
        let assessment: Value = serde_json::from_slice(assessment).unwrap();
        let checks = assessment["checks"].as_array().unwrap().iter();
        checks.map(|check| (check["id"].as_str().unwrap().to_owned(), check["verdict"].clone())).collect()
    };
    let place = hostile();
    for (json, junit) in [
        (printed(&["assess", "--format", "json"]), printed(&["assess", "--format", "junit"])),
        (good(&place, &["assess", "--format", "json"]), good(&place, &["assess", "--format", "junit"])),
    ] {
        let found = read_well(&["junit"], &junit);
        let cases = found["cases"].as_object().unwrap().iter();
        let cases: BTreeMap<String, Value> = cases.map(|(id, one)| (id.clone(), one["verdict"].clone())).collect();
        let wanted = verdicts(&json);
        assert_eq!(cases, wanted);
        let count = |word: &str| wanted.values().filter(|verdict| *verdict == word).count();
        let sums = [wanted.len(), count("fail"), count("undetermined"), count("not-applicable")];
        assert_eq!(found["sums"], json!(sums));
    }
    let found = read_well(&["junit"], &good(&place, &["assess", "--format", "junit"]));
    let told = found["cases"]["acm.certificate-not-expiring"]["text"].as_str().unwrap();
    for name in HOSTILE {
        assert!(told.contains(&visible(name)), "{name:?} in {told}");
    }
    assert!(told.contains("(covered by an exception)"), "{told}");
}

#[test]
fn calendar_programs_read_the_events_and_know_them_again() {
    let dates = |now: &str, days: &str| {
        let arguments = ["calendar", "--days", days, "--format", "ics"];
        read_well(&["ics"], &in_demo(demo(), now, &arguments).stdout)
    };
    let uids = |found: &Value| -> BTreeSet<String> {
        let events = found["events"].as_array().unwrap();
        let uids: BTreeSet<String> = events.iter().map(|event| event["uid"].as_str().unwrap().to_owned()).collect();
        assert_eq!(uids.len(), events.len(), "an id stands for one event");
        uids
    };
    let (first, second) = (dates(NOW, "200"), dates("2026-10-15T09:00:00Z", "190"));
    assert!(uids(&first).len() > 8);
    assert_eq!(uids(&first), uids(&second));

    let place = hostile();
    let calendar: Value = serde_json::from_slice(&good(&place, &["calendar", "--format", "json"])).unwrap();
    let found = read_well(&["ics"], &good(&place, &["calendar", "--format", "ics"]));
    assert_eq!(uids(&found).len(), calendar["dues"].as_array().unwrap().len(), "an exception that is there twice too");
    for (event, due) in found["events"].as_array().unwrap().iter().zip(calendar["dues"].as_array().unwrap()) {
        let title = visible(due["title"].as_str().unwrap());
        assert!(event["summary"].as_str().unwrap().ends_with(&title), "{event} {title}");
        assert_eq!(event["day"], due["date"]);
    }
    let summaries: String =
        found["events"].as_array().unwrap().iter().map(|event| event["summary"].to_string()).collect();
    assert!(summaries.contains(TITLE) && summaries.contains("BEGIN:VEVENT"), "{summaries}");
}

#[test]
fn another_organization_s_events_have_ids_of_their_own() {
    let place = Workplace::new();
    let mut uids = BTreeSet::new();
    for organization in ["One", "Other"] {
        let settings =
            format!("organization = \"{organization}\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q4\"\n");
        place.write("auditpack.toml", &settings);
        let found = read_well(&["ics"], &good(&place, &["calendar", "--format", "ics"]));
        uids.extend(found["events"].as_array().unwrap().iter().map(|event| event["uid"].to_string()));
    }
    assert_eq!(uids.len(), 4, "a snapshot and a period's end each");
}

/// What Markdown of ours is made of; hostile names add nothing to it.
const MARKS: [&str; 8] = ["bullet_list", "list_item", "heading", "paragraph", "strong", "table", "inline", "text"];

#[test]
fn hostile_names_are_text_in_markdown() {
    let place = hostile();
    let everything = |command: &[&str]| {
        let markdown = good(&place, &[command, &["--format", "markdown", "-v"]].concat());
        let found = read(&["markdown"], &markdown);
        for kind in strings(&found["kinds"]) {
            let name = kind.trim_end_matches("_open").trim_end_matches("_close");
            let known = MARKS.contains(&name) || ["thead", "tbody", "tr", "th", "td"].contains(&name);
            assert!(known, "{command:?}: {kind} in {}", text(&markdown));
        }
        let tables = found["tables"].as_array().unwrap();
        let rows: usize = tables.iter().map(|table| table.as_array().unwrap().len()).sum();
        // Of a table that breaks off, the rest is read as text; the line below the heads is no row.
        assert_eq!(found["rows"], rows + tables.len(), "{command:?}: {}", text(&markdown));
        for table in tables.iter().map(|table| table.as_array().unwrap()) {
            assert!(table.iter().all(|row| row.as_array().unwrap().len() == table[0].as_array().unwrap().len()));
        }
        found
    };
    let cells = |found: &Value| -> Vec<String> {
        let rows = found["tables"].as_array().unwrap().iter().flat_map(|table| table.as_array().unwrap());
        rows.flat_map(|row| strings(row)).map(str::to_owned).collect()
    };
    // A diff names each twice, a plan the first five; a calendar in its titles.
    let diff = everything(&["diff"]);
    for name in HOSTILE {
        assert!(cells(&diff).contains(&visible(name)), "{name:?} in {:?}", cells(&diff));
    }
    assert!(cells(&diff).contains(&TITLE.to_owned()));
    assert_eq!(diff["headings"][0], format!("What changed at {ORGANIZATION}"));
    let calendar = everything(&["calendar"]);
    for name in HOSTILE {
        let title = format!("The certificate {} expires", visible(name));
        assert!(cells(&calendar).contains(&title), "{title} in {:?}", cells(&calendar));
    }
    everything(&["trend"]);
    everything(&["next", "--top", "0"]);
    assert_eq!(everything(&["assess"])["headings"][0], format!("Audit readiness of {ORGANIZATION}"));
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    let place = hostile();
    for command in [&["next", "--top", "0"][..], &["trend"], &["calendar"]] {
        let arguments = [command, &["--format", "csv"]].concat();
        read_well(&["csv"], &printed(&arguments));
        let found = read_well(&["csv"], &good(&place, &arguments));
        let cells: Vec<&str> = found["rows"].as_array().unwrap().iter().flat_map(strings).collect();
        match command[0] {
            "calendar" => {
                for name in ["=HYPERLINK", "-1+1|cmd", "@everyone", "=cmd|", "+1", "=1+1"] {
                    assert!(cells.iter().any(|cell| cell.starts_with(&format!("'{name}"))), "{name} in {cells:?}");
                }
            }
            "next" => assert!(cells.contains(&"'=1+1|<i>owner</i>"), "{cells:?}"),
            _ => assert!(cells.len() > 20),
        }
    }
}

#[test]
fn hostile_names_are_text_in_pages() {
    let place = hostile();
    for command in ["diff", "next", "trend", "calendar"] {
        let found = read(&["html"], &good(&place, &[command, "--format", "html"]));
        assert_eq!(found["foreign"], json!([]), "{command}");
        let cells = strings(&found["cells"]);
        let text = found["text"].as_str().unwrap();
        match command {
            "diff" => {
                assert!(HOSTILE.iter().take(5).all(|name| cells.contains(name)), "{cells:?}");
                assert!(cells.contains(&TITLE), "{cells:?}");
            }
            "calendar" => assert!(text.contains("The certificate <script>alert(1)</script> expires"), "{text}"),
            _ => {}
        }
        if command != "next" {
            assert!(found["title"].as_str().unwrap().contains(ORGANIZATION), "{}", found["title"]);
        }
    }
}

#[test]
fn pages_are_accessible_at_every_width_and_ask_for_nothing() {
    let place = hostile();
    let look = |name: &str, page: &[u8], width: &str| {
        let file = place.path(&format!("{name}.html"));
        fs::write(&file, page).unwrap();
        let mut browser = Command::new("node");
        let output = browser.arg(repository().join("tests/browser/axe.mjs")).arg(&file).arg(width).output().unwrap();
        assert!(output.status.success(), "{name} at {width}: {}", shown(&output));
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(seen["violations"], json!([]), "{name} at {width}");
        assert_eq!(seen["requests"].as_array().unwrap().len(), 1, "{name} asks only for itself: {}", seen["requests"]);
        assert_eq!(seen["scroll"], 0, "{name} sticks out sideways at {width}");
    };
    for command in [&["diff", "2026-Q2..2026-Q3"][..], &["trend"], &["next"], &["calendar", "--days", "200"]] {
        let page = printed(&[command, &["--format", "html"]].concat());
        for width in ["1280", "390"] {
            look(command[0], &page, width);
        }
    }
    for command in ["diff", "calendar"] {
        look(&format!("hostile-{command}"), &good(&place, &[command, "--format", "html"]), "390");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Exit codes and wrong input

#[test]
fn formats_that_a_command_has_not_are_refused_with_those_that_it_has() {
    let place = Workplace::new();
    for (command, format, known) in [
        ("diff", "junit", "table, json, markdown, html"),
        ("diff", "csv", "table, json, markdown, html"),
        ("trend", "junit", "table, json, csv, markdown, html"),
        ("next", "ics", "table, json, csv, markdown, html"),
        ("calendar", "junit", "table, json, csv, markdown, html, ics"),
        ("assess", "html", "table, json, markdown, junit"),
    ] {
        let said = said(&place, 2, &[command, "--format", format]);
        assert!(said.contains(&format!("invalid value '{format}' for '--format <FORMAT>'")), "{said}");
        assert!(said.contains(&format!("[possible values: {known}]")), "{said}");
    }
    for (wrong, word) in [
        (["diff", "--fail-on", "sometimes"], "invalid value 'sometimes' for '--fail-on"),
        (["diff", "--fail-on", "new,severity>high"], "invalid value 'severity>high' for '--fail-on"),
        (["assess", "--fail-on", "severity>=worst"], "expected `new`, `any` or `severity>=critical|high|medium|low`"),
        (["calendar", "--days", "0"], "0 is not in 1..=3650"),
        (["next", "--top", "all"], "invalid value 'all' for '--top"),
        (["next", "--by", "size"], "possible values: requirements, severity, age, owner"),
        (["assess", "--snapshot", "newest"], "invalid value 'newest' for '--snapshot"),
        (["trend", "--snapshot", "2026-Q2"], "unexpected argument '--snapshot'"),
        (["diff", "--snapshot", "2026-Q2"], "unexpected argument '--snapshot'"),
        (["keygen", "--format", "ics"], "unexpected argument '--format'"),
        (["--vault", "other", "assess"], "'assess --vault' exists"),
        (["assess", "--fail-on", "severity>=hihg"], "did you mean `severity>=high`?"),
        (["assess", "--snapshot", "latst"], "did you mean `latest`?"),
        (["diff", "2026-Q1..2026-Q2", "latest"], "`2026-Q1..2026-Q2` names both sides already; omit `latest`"),
    ] {
        let said = said(&place, 2, &wrong);
        assert!(said.contains(word), "{said}");
    }
    let span = said(&place, 2, &["vault", "prune", "--keep", "weakly 3"]);
    assert!(span.contains("did you mean `weekly`?"), "{span}");
}

#[test]
fn sides_that_cannot_be_compared_are_refused_with_the_reason() {
    let place = copied();
    fs::copy(place.path("evidence-pack.zip"), place.path("altered.zip")).unwrap();
    let mut bytes = fs::read(place.path("altered.zip")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(place.path("altered.zip"), bytes).unwrap();
    place.write("text.zip", "no pack");
    fs::create_dir(place.path("folder")).unwrap();
    for (sides, words) in [
        (
            ["2025-Q1", "latest"],
            &["no snapshot is of the quarter 2025-Q1", "the vault has", "`auditpack vault list`"][..],
        ),
        (["ffff0000", "latest"], &["no snapshot begins with `ffff0000`", "`auditpack vault list`"]),
        (["nonsense", "latest"], &["`nonsense`: expected `latest`, `previous`, a quarter like", "a pack is a `.zip`"]),
        (["2026-Q9", "latest"], &["`2026-Q9`: expected"]),
        (["folder", "latest"], &["`folder`: expected", "or the folder that it was unpacked to"]),
        (
            ["latest", "2026-Q1"],
            &["`latest` (2026-09-30 18:00 UTC) is later than `2026-Q1`", "name the earlier one first"],
        ),
        (["nowhere.zip", "latest"], &["`nowhere.zip` cannot be compared", "No such file", "name a pack that is there"]),
        (
            ["text.zip", "latest"],
            &["`text.zip` is not a whole pack as it was signed", "it is not a zip archive", "compare an intact copy"],
        ),
    ] {
        let said = said(&place, 1, &["diff", sides[0], sides[1]]);
        for word in words {
            assert!(said.contains(word), "{word} in {said}");
        }
        assert!(!said.contains(": :"), "{said}");
    }
    let altered = said(&place, 1, &["diff", "2026-Q1", "altered.zip"]);
    assert!(altered.contains("`altered.zip` is not a whole pack as it was signed, and is not compared"), "{altered}");
    assert!(!altered.contains("told auditpack to trust"), "the alteration is the reason, not the signer: {altered}");

    // Packs and a vault of another organization.
    edit(&place, "auditpack.toml", "Lindenhof Kiosk GmbH", "Other GmbH");
    let vault = Vault::create(&place.path("other")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Other GmbH");
    let other = said(&place, 1, &["diff", "evidence-pack.zip", "latest", "--vault", "other"]);
    assert!(other.contains("two organizations have no history in common") && other.contains("Other GmbH"), "{other}");
    edit(&place, "auditpack.toml", "Other GmbH", "Lindenhof Kiosk GmbH");
    let vault = Vault::create(&place.path("same")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Lindenhof Kiosk GmbH");
    let foreign = said(&place, 1, &["diff", "evidence-pack.zip", "latest", "--vault", "same"]);
    assert!(foreign.contains("have no account in common: everything would be new"), "{foreign}");
    let alone = said(&place, 1, &["diff", "--vault", "same"]);
    assert!(alone.contains("help: "), "one snapshot has none before it: {alone}");
}

#[test]
fn exit_codes_say_what_fail_on_asks() {
    let code = |arguments: &[&str]| in_demo(demo(), NOW, arguments).status.code().unwrap();
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2"]), 0);
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2", "--fail-on", "new"]), 4);
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2", "--fail-on", "any", "--format", "json"]), 4);
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2", "--fail-on", "new,severity>=critical"]), 4);
    assert_eq!(code(&["diff", "latest", "latest", "--fail-on", "new"]), 0, "a snapshot beside itself has nothing new");
    assert_eq!(code(&["assess", "--fail-on", "new", "--quiet"]), 4);
    assert_eq!(code(&["assess"]), 3, "gaps, and nothing to fail on");
    assert_eq!(code(&["assess", "--format", "junit", "--fail-on", "severity>=low"]), 4);
    for command in ["trend", "next", "calendar"] {
        assert_eq!(code(&[command]), 0, "{command} reports, it does not judge");
    }
}

#[test]
fn a_vault_without_snapshots_and_no_vault_are_told_apart() {
    let place = Workplace::new();
    place.write(
        "auditpack.toml",
        "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q4\"\n",
    );
    place.write("note.txt", "Be kind.");
    for command in ["trend", "next", "diff"] {
        let none = said(&place, 1, &[command]);
        assert!(none.contains("there is no vault at `vault`") && none.contains("`auditpack collect`"), "{none}");
    }
    let first = said(&place, 0, &["calendar"]);
    assert!(first.contains("2026-10-05 today snapshot security The first snapshot auditpack collect"), "{first}");
    good(&place, &["attest", "add", "note.txt", "--for", "cc1.1-code-of-conduct", "--owner", "Jo"]);
    for command in ["trend", "next", "diff"] {
        let empty = said(&place, 1, &[command]);
        let words = "the vault `vault` holds no snapshot yet help: collect evidence first: `auditpack collect`";
        assert!(empty.contains(words), "{empty}");
    }
    assert!(said(&place, 0, &["calendar"]).contains("today snapshot security The first snapshot"));
}

#[test]
fn an_owner_who_has_nothing_to_do_is_told_who_has() {
    let output = in_demo(demo(), NOW, &["next", "--owner", "nobody"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(text(&output.stdout).contains("Nothing to do for this owner."), "{}", shown(&output));
    assert!(text(&output.stderr).contains("`nobody` owns no action; the owners are engineering"), "{}", shown(&output));
    let some: Value = serde_json::from_slice(&printed(&["next", "--owner", "SECURITY", "--format", "json"])).unwrap();
    let owners: BTreeSet<&str> =
        some["actions"].as_array().unwrap().iter().map(|action| action["owner"].as_str().unwrap()).collect();
    assert_eq!(owners, BTreeSet::from(["security"]));
}

// ---------------------------------------------------------------------------------------------------------------------
// What docs/history.md and docs/continuous.md give to copy

fn document(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).unwrap()
}

/// The command lines of `auditpack` in a piece of shell, without redirections and what follows them.
fn command_lines(shell: &str) -> Vec<Vec<String>> {
    let program = "import json, shlex, sys\n\
                   found = []\n\
                   for line in sys.stdin.read().replace('\\\\\\n', ' ').splitlines():\n\
                   \x20   lexer = shlex.shlex(line, posix=True, punctuation_chars='|&;()<>')\n\
                   \x20   lexer.whitespace_split, command = True, None\n\
                   \x20   for word in lexer:\n\
                   \x20       if command is None:\n\
                   \x20           command = [] if word.rsplit('/')[-1] == 'auditpack' else None\n\
                   \x20       elif set(word) <= set('|&;()<>'):\n\
                   \x20           found.append(command)\n\
                   \x20           command = None\n\
                   \x20       else:\n\
                   \x20           command.append(word)\n\
                   \x20   found += [command] if command is not None else []\n\
                   print(json.dumps(found))";
    let mut python = Command::new(common::python());
    let mut python = python.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(shell.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{shell}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Holds command lines against the flags that exist: `--help` at their end reads them first.
fn assert_known(lines: &[Vec<String>]) {
    let place = Workplace::new();
    for line in lines {
        let output = place.auditpack().args(line).arg("--help").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "auditpack {}: {}", line.join(" "), shown(&output));
        assert!(text(&output.stdout).contains(&format!("Usage: auditpack {}", line[0])), "{line:?}");
    }
}

#[test]
fn the_workflow_is_yaml_and_names_only_flags_that_exist() {
    let workflow = read(&["yaml"], document("continuous/github-actions.yml").as_bytes());
    assert_eq!(workflow["permissions"], json!({ "contents": "read", "id-token": "write" }));
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], "false");
    assert!(workflow["on"]["schedule"][0]["cron"].is_string());
    let steps = workflow["jobs"]["evidence"]["steps"].as_array().unwrap();
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    let lines: Vec<Vec<String>> = scripts.iter().flat_map(|script| command_lines(script)).collect();
    // `install auditpack "$RUNNER_TEMP/…"` and the like name the file, not the command.
    let is_command =
        |line: &&Vec<String>| line.first().is_some_and(|word| !word.contains(['/', '.']) && word != "auditpack");
    let own: Vec<Vec<String>> = lines.iter().filter(is_command).cloned().collect();
    let commands: BTreeSet<&str> = own.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(commands, BTreeSet::from(["assess", "calendar", "collect", "diff", "next", "trend", "vault"]));
    assert!(own.len() >= 11, "{own:?}");
    assert_known(&own);
    for script in scripts {
        let checked = Command::new("bash").args(["-n", "-c", script]).output().unwrap();
        assert!(checked.status.success(), "{script}: {}", shown(&checked));
        assert!(!script.contains("--delete"), "what is in the bucket stays there");
    }
}

#[test]
fn the_steps_of_the_workflow_work_on_a_vault_that_came_from_a_bucket() {
    // A bucket has no empty folders, and the lock and the journal are not put into it.
    let place = copied();
    drop(fs::remove_file(place.path("vault/lock")));
    fs::remove_dir_all(place.path("vault/journal")).unwrap();
    good(&place, &["vault", "check"]);
    let vault = Vault::create(&place.path("vault")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Lindenhof Kiosk GmbH");
    let list: Value = serde_json::from_slice(&good(&place, &["vault", "list", "--format", "json"])).unwrap();
    assert_eq!(list["snapshots"].as_array().unwrap().len(), 4);
}

#[test]
fn systemd_takes_the_units_and_their_command_lines_exist() {
    let unit = document("continuous/auditpack.service");
    let lines: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
    // What a shell is given stands in quotes of its own.
    let shell = lines.join("\n").replace("/bin/sh -c '", "").replace(".zip'", ".zip").replace("$$", "$");
    let commands = command_lines(&shell);
    let names: Vec<&str> = commands.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(names, ["collect", "bundle", "assess"], "{commands:?}");
    assert_known(&commands);

    // `verify` wants the program to be there.
    let place = Workplace::new();
    let unit = unit.replace("/usr/local/bin/auditpack", env!("CARGO_BIN_EXE_auditpack"));
    place.write("auditpack.service", &unit);
    place.write("auditpack.timer", &document("continuous/auditpack.timer"));
    let analyze = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).current_dir(place.path("")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{arguments:?} {}", shown(&output));
        shown(&output)
    };
    let said = analyze(&["verify", "--man=no", "./auditpack.service", "./auditpack.timer"]);
    assert!(!said.contains("auditpack."), "{said}");
    // Of 10: what a service without any protection is exposed to.
    analyze(&["security", "--offline=true", "--threshold=20", "--no-pager", "./auditpack.service"]);
    let timer = document("continuous/auditpack.timer");
    assert!(timer.contains("OnCalendar=weekly") && timer.contains("Persistent=true"));
}

#[test]
fn the_commands_of_the_documents_exist() {
    for name in ["history.md", "continuous.md", "vault.md", "attest.md"] {
        let text = document(name);
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| line.starts_with("auditpack ")).collect();
        let shell: String =
            lines.iter().map(|line| format!("{}\n", line.split(" | ").next().unwrap_or(line))).collect();
        assert_known(&command_lines(&shell));
    }
}
