//! Manual evidence and exceptions from the command line to the pack, and what a pack says when they were exchanged.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "attest/exceptions.rs"]
mod exceptions;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::{Emulator, Workplace};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code, stdout and stderr in one text.
fn shown(output: &Output) -> String {
    let code = output.status.code().unwrap();
    format!("exit {code}\n--- stdout\n{}--- stderr\n{}", text(&output.stdout), text(&output.stderr))
}

fn run(place: &Workplace, arguments: &[&str]) -> Output {
    let mut command = place.auditpack();
    command.args(arguments).env("AUDITPACK_NOW", "2026-10-05T09:00:00Z").env("AUDITPACK_KEY_PASSPHRASE", "x");
    command.output().unwrap()
}

fn good(place: &Workplace, arguments: &[&str]) -> String {
    let output = run(place, arguments);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}\n{}", shown(&output));
    text(&output.stdout)
}

const SETTINGS: &str = "organization = \"Kiosk & <Sons>\"\nframeworks = [\"mini\"]\n[period]\nquarter = \"2026-Q3\"\n";

/// A framework of four requirements: of the customer, inherited twice, shared with a contract.
const MINI: &str = r#"
id = "mini"
title = "Mini"
counts = "4 points"

[[requirement]]
id = "M.1"
title = "Conduct"
group = "People"
responsibility = "customer"
customer_part = "Rules for people."
manual = [
  { id = "m.1-code", ask = "Please attach the code of conduct that is in force.", owner = "people", valid_days = 365 },
  { id = "m.1-review", ask = "Please attach this quarter's review | with =SUM(A1).", owner = "security", valid_days = 92 },
]

[[requirement]]
id = "M.2"
title = "Buildings"
group = "Places"
responsibility = "inherited"
aws_part = "Guards."
reports = ["SOC2"]

[[requirement]]
id = "M.3"
title = "Fences"
group = "Places"
responsibility = "inherited"
aws_part = "Fences."
reports = ["SOC2"]
manual = [{ id = "m.3-aws-report-review", ask = "=Please attach the review of AWS's report.", owner = "security", valid_days = 365 }]

[[requirement]]
id = "M.4"
title = "Contract"
group = "Law"
responsibility = "shared"
aws_part = "Processes data as agreed."
customer_part = "Agrees."
reports = ["DPA"]
manual = [{ id = "m.4-list", ask = "Please attach the list of contracts.", owner = "legal", valid_days = 365 }]
"#;

const REPORTS: &str = r#"
[[report]]
kind = "SOC2"
title = "SOC 2"
origin = "artifact"
names = ["SOC 2"]

[[report]]
kind = "DPA"
title = "data processing terms"
origin = "attached"
"#;

/// A folder with settings and the small framework; nothing is collected.
fn small() -> Workplace {
    let place = Workplace::new();
    place.write("auditpack.toml", SETTINGS);
    fs::create_dir_all(place.path("mini/frameworks")).unwrap();
    place.write("mini/frameworks/mini.toml", MINI);
    place.write("mini/artifact-reports.toml", REPORTS);
    place
}

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--mappings", "mini"]].concat()
}

#[test]
fn open_requests_are_listed_by_owner_in_every_form() {
    let place = small();
    place.write("code.txt", "Be kind.");
    let old = ["attest", "add", "code.txt", "--for", "m.1-code", "--owner", "Jo", "--date", "2025-08-01"];
    good(&place, &with(&old));
    let list = |format: &str| good(&place, &with(&["attest", "requests", "--format", format]));
    insta::assert_snapshot!("requests_table", list("table"));
    insta::assert_snapshot!("requests_csv", list("csv"));
    insta::assert_snapshot!("requests_markdown", list("markdown"));
    let found: Value = serde_json::from_str(&list("json")).unwrap();
    let ids: Vec<&str> = found["requests"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let all = [
        "mini/m.4-list",
        "report/DPA",
        "mini/m.1-code",
        "mini/m.1-review",
        "mini/m.2-report-review",
        "mini/m.3-aws-report-review",
    ];
    assert_eq!(ids, all, "what is inherited waits for a review, whether its framework asks for it or not");
    assert_eq!(list("table"), good(&place, &with(&["attest", "requests"])));
    for answered in ["m.1-review", "m.2-report-review", "m.3-aws-report-review", "DPA", "m.4-list"] {
        good(&place, &with(&["attest", "add", "code.txt", "--for", answered, "--owner", "Jo", "--date", "2026-09-01"]));
    }
    let renewed = ["attest", "add", "code.txt", "--for", "M.1-CODE", "--owner", "Jo", "--replaces", "A1"];
    good(&place, &with(&renewed));
    assert_eq!(list("table"), "No open request of Kiosk & <Sons> for 2026-07-01 to 2026-09-30\n");
}

#[test]
fn history_stays() {
    let place = small();
    place.write("code.txt", "Be kind.");
    place.write("code-2.txt", "Be kind, please.");
    let mut all = String::new();
    let mut step = |arguments: &[&str]| {
        // Only what names something of the mappings takes them.
        let output = match arguments[1] {
            "add" => run(&place, &with(arguments)),
            _ => run(&place, arguments),
        };
        all.push_str(&format!("$ auditpack {}\n{}\n", arguments.join(" "), shown(&output)));
    };
    step(&["attest", "list"]);
    let note = ["--note", "Approved by the board", "--date", "2026-01-15"];
    step(&[&["attest", "add", "code.txt", "--for", "mini/m.1-code", "--owner", "Jo Doe"], &note[..]].concat());
    step(&[
        "attest",
        "add",
        "--url",
        "https://wiki.example.com/m1",
        "--for",
        "M.1",
        "M.2",
        "--owner",
        "Jo",
        "--title",
        "Wiki",
    ]);
    step(&["attest", "add", "code-2.txt", "--owner", "Jo Doe", "--replaces", "A1"]);
    step(&["attest", "add", "code.txt", "--for", "m.1-review", "--owner", "Jo", "--valid-until", "2027-12-31"]);
    step(&["attest", "withdraw", "A4", "--reason", "a draft"]);
    step(&["attest", "list"]);
    step(&["attest", "list", "--all"]);
    step(&["attest", "withdraw", "A1", "--reason", "again"]);
    step(&["attest", "withdraw", "A9", "--reason", "never was"]);
    step(&["attest", "add", "code.txt", "--for", "m.1-cod", "--owner", "Jo"]);
    step(&["attest", "add", "nowhere.txt", "--for", "m.1-code", "--owner", "Jo"]);
    step(&["attest", "add", "mini", "--for", "m.1-code", "--owner", "Jo"]);
    step(&["attest", "add", "code.txt", "--for", "m.1-code", "--owner", "Jo", "--date", "2026-10-06"]);
    step(&["attest", "add", "code.txt", "--for", "m.1-code", "--owner", "Jo", "--valid-until", "2026-10-04"]);
    step(&["attest", "add", "code.txt", "--for", "m.1-code", "--owner", "Jo", "--replaces", "A1"]);
    step(&["attest", "add", "--url", "https://jo:hunter2@example.com/", "--for", "M.1", "--owner", "Jo"]);
    insta::assert_snapshot!("history", all);
    assert!(!all.contains("hunter2") || all.matches("hunter2").count() == 1, "only where it was typed");
    let listed: Value = serde_json::from_str(&good(&place, &["attest", "list", "--all", "--format", "json"])).unwrap();
    assert_eq!(listed["attestations"].as_array().unwrap().len(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.path("vault/attestations.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let log = fs::read_to_string(place.path("vault/attestations.jsonl")).unwrap();
    fs::write(place.path("vault/attestations.jsonl"), log.replacen("Be", "To be", 1).replacen("Jo Doe", "Jane", 1))
        .unwrap();
    let altered = run(&place, &["attest", "list"]);
    assert_eq!(altered.status.code(), Some(1));
    assert!(text(&altered.stderr).contains("was altered"), "{}", shown(&altered));
}

/// A bare account of which a little was asked, in `auditpack-demo`, with settings of our own beside its vault, and a
/// signing key.
fn demo(settings: &str) -> Workplace {
    let place = Workplace::new();
    let emulator = Emulator::start("empty");
    let sources = r#"sources = ["account.regions", "sts.caller-identity", "iam.account-summary", "kms.keys"]"#;
    place.write("collect.toml", &format!("{sources}\n{settings}[scope]\nregions = [\"us-east-1\"]\n"));
    let mut collect = place.against(&emulator);
    collect.args(["collect", "--config", "collect.toml", "--vault", "auditpack-demo/vault"]);
    let collected = collect.env("AUDITPACK_NOW", "2026-09-30T18:00:00Z").output().unwrap();
    assert!(matches!(collected.status.code(), Some(0 | 3)), "{}", shown(&collected));
    place.write("auditpack.toml", settings);
    good(&place, &["keygen", "--organization", "Kiosk"]);
    place
}

const DEMO: [&str; 2] = ["--vault", "auditpack-demo/vault"];
const SIGNER: [&str; 4] = ["--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];

fn pack(place: &Workplace, name: &str) {
    good(place, &[&["bundle", "--out", name], &DEMO[..], &SIGNER].concat());
    let folder = name.trim_end_matches(".zip");
    let unzipped = Command::new("unzip").args(["-q", name, "-d", folder]).current_dir(place.path("")).output().unwrap();
    assert!(unzipped.status.success(), "{}", shown(&unzipped));
}

fn verify(place: &Workplace, pack: &str) -> Value {
    let flags = ["--trust", "auditpack-certificate.pem", "--reperform", "--format", "json"];
    serde_json::from_slice(&run(place, &[&["verify", pack], &flags[..]].concat()).stdout).unwrap()
}

/// The kinds of problems and their members.
fn problems(found: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    found["problems"].as_array().unwrap().iter().map(|one| (word(&one["kind"]), word(&one["path"]))).collect()
}

/// Every file below a folder and its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => drop(found.insert(path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found
}

fn requirement<'a>(assessment: &'a Value, framework: &str, id: &str) -> &'a Value {
    let all = assessment["requirements"].as_array().unwrap();
    all.iter().find(|one| one["framework"] == framework && one["id"] == id).unwrap()
}

const THREE: &str =
    "organization = \"Kiosk\"\nframeworks = [\"soc2\", \"iso27001-2022\", \"gdpr\"]\n[period]\nquarter = \"2026-Q3\"\n";

#[test]
fn documents_travel_in_the_pack_and_are_judged_again() {
    let place = demo(THREE);
    let name = "=cmd|'<script>alert(1)</script>.html";
    place.write("policy.txt", "Be kind.");
    fs::write(place.path("hostile.bin"), vec![0_u8; 3 << 20]).unwrap();
    let hostile = place.path(&name.replace('/', "_"));
    fs::rename(place.path("hostile.bin"), &hostile).unwrap();
    let before = files(&place.path("auditpack-demo/vault/snapshots"));
    let attest = |arguments: &[&str]| good(&place, &[&["attest", "add"], arguments, &DEMO[..]].concat());
    for request in ["cc1.1-code-of-conduct", "cc1.1-acknowledgements", "cc1.1-violations", "cc1.1-reporting-channel"] {
        attest(&["policy.txt", "--for", request, "--owner", "Jo <b>Doe</b>", "--date", "2026-09-01"]);
    }
    attest(&[hostile.to_str().unwrap(), "--for", "a.7.7-policy", "--owner", "Jo"]);
    let url = "https://wiki.example.com/?q='onmouseover=alert(1)";
    attest(&["--url", url, "--for", "soc2/CC1.2", "--owner", "Jo", "--date", "2026-08-01"]);
    assert!(before == files(&place.path("auditpack-demo/vault/snapshots")), "a snapshot never changes");
    let table = good(&place, &[&["assess"], &DEMO[..]].concat());
    assert!(table.contains("\nDocuments: 6 attached, ") && !table.contains("for nothing"), "{table}");
    place.write("auditpack.toml", &THREE.replace(", \"iso27001-2022\"", ""));
    let table = good(&place, &[&["assess"], &DEMO[..]].concat());
    assert!(table.contains("for nothing in the chosen frameworks: A5\n"), "{table}");
    place.write("auditpack.toml", THREE);
    let assessed = good(&place, &[&["assess", "--format", "json"], &DEMO[..]].concat());
    let assessed: Value = serde_json::from_str(&assessed).unwrap();
    let conduct = requirement(&assessed, "soc2", "CC1.1");
    assert_eq!(conduct["status"], "satisfied", "{conduct}");
    let manual = &conduct["customer_part"]["manual"][0];
    assert_eq!((&manual["state"], &manual["attestations"][0]["id"]), (&"present".into(), &"A1".into()));
    let review = &requirement(&assessed, "iso27001-2022", "A.7.7")["customer_part"]["manual"][0];
    assert_eq!(review["attestations"][0]["term"], "dated-after-period", "attested on 2026-10-05");
    let board = requirement(&assessed, "soc2", "CC1.2");
    assert_eq!(
        (&board["status"], &board["customer_part"]["supporting"][0]["url"]),
        (&"awaiting-evidence".into(), &url.into())
    );
    assert!(board["reason"].as_str().unwrap().contains("Please attach the charter"), "{board}");

    pack(&place, "one.zip");
    pack(&place, "two.zip");
    let member = |pack: &str, name: &str| fs::read(place.path(pack).join(name)).unwrap();
    for same in
        ["assessment.json", "report.html", "control-matrix.xlsx", "attestations/index.json", "attestations/log.jsonl"]
    {
        assert!(member("one", same) == member("two", same), "{same}");
    }
    let found = verify(&place, "one.zip");
    assert_eq!((&found["ok"], &found["reperformed"]["identical"]), (&true.into(), &true.into()), "{found}");
    let index: Value = serde_json::from_slice(&member("one", "attestations/index.json")).unwrap();
    let paths: Vec<&str> =
        index["attestations"].as_array().unwrap().iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(paths.len(), 5);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
    assert!(paths.iter().all(|path| path.chars().all(plain) && path.matches('/').count() == 1), "{paths:?}");
    assert_eq!(member("one", paths[0]), b"Be kind.");
    let html = text(&member("one", "report.html"));
    for said in ["Documents from people", "Open requests", "Jo &lt;b&gt;Doe&lt;&#x2F;b&gt;", "policy.txt"] {
        let other = said.replace("&#x2F;", "/");
        assert!(html.contains(said) || html.contains(&other), "{said}");
    }
    assert!(!html.contains("<script") && !html.contains("href=\"https"), "an address is no link");
    Command::new("pdftotext")
        .args(["-layout", "one/report.pdf", "report.txt"])
        .current_dir(place.path(""))
        .status()
        .unwrap();
    let pdf = fs::read_to_string(place.path("report.txt")).unwrap();
    assert!(pdf.contains("Documents from people") && pdf.contains("wiki.example.com") && pdf.contains("Open requests"));

    // Withdrawn, and the requirement waits again; the pack's log keeps what was.
    good(&place, &[&["attest", "withdraw", "A1", "--reason", "wrong file"], &DEMO[..]].concat());
    pack(&place, "three.zip");
    assert_eq!(verify(&place, "three.zip")["ok"], true);
    let again: Value = serde_json::from_slice(&member("three", "assessment.json")).unwrap();
    assert_eq!(requirement(&again, "soc2", "CC1.1")["status"], "awaiting-evidence");
    assert!(text(&member("three", "attestations/log.jsonl")).contains("wrong file"));
}

/// Writes the list of digests anew, as a forger without the key would.
fn hash_again(folder: &Path) {
    let command = "find . -type f ! -name SHA256SUMS ! -name SHA256SUMS.p7s | cut -c 3- | LC_ALL=C sort | xargs -d '\\n' sha256sum > SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS";
    assert!(Command::new("bash").args(["-c", command]).current_dir(folder).status().unwrap().success());
}

#[test]
fn an_exchanged_document_is_told() {
    let place = demo(THREE);
    place.write("policy.txt", "Be kind.");
    let add =
        ["attest", "add", "policy.txt", "--for", "cc1.1-code-of-conduct", "--owner", "Jo", "--date", "2026-09-01"];
    good(&place, &[&add[..], &DEMO].concat());
    pack(&place, "pack.zip");
    let folder = place.path("pack");
    let index: Value = serde_json::from_slice(&fs::read(folder.join("attestations/index.json")).unwrap()).unwrap();
    let document = index["attestations"][0]["path"].as_str().unwrap().to_owned();
    let whole = files(&folder);
    let restore = || whole.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    let kind = |kind: &str, path: &str| (kind.to_owned(), path.to_owned());

    fs::write(folder.join(&document), "Be rude.").unwrap();
    assert_eq!(problems(&verify(&place, "pack")), [kind("member-altered", &document)]);
    hash_again(&folder);
    let forged = problems(&verify(&place, "pack"));
    assert!(forged.contains(&kind("attestation-mismatch", &document)), "{forged:?}");
    assert!(forged.iter().any(|(kind, _)| kind == "signature-invalid"), "{forged:?}");

    restore();
    let log = fs::read_to_string(folder.join("attestations/log.jsonl")).unwrap();
    fs::write(folder.join("attestations/log.jsonl"), log.replace("2027-09-01", "2037-09-01")).unwrap();
    fs::write(folder.join("attestations/stranger.pdf"), "mine").unwrap();
    hash_again(&folder);
    let forged = problems(&verify(&place, "pack"));
    for path in ["attestations/index.json", "attestations/stranger.pdf", "assessment.json"] {
        assert!(forged.contains(&kind("attestation-mismatch", path)), "{path}: {forged:?}");
    }

    fs::remove_file(folder.join("attestations/stranger.pdf")).unwrap();
    restore();
    fs::remove_file(folder.join(&document)).unwrap();
    hash_again(&folder);
    let forged = problems(&verify(&place, "pack"));
    assert!(forged.contains(&kind("attestation-mismatch", &document)), "{forged:?}");

    // The vault itself: a document that is not what it was is never packed.
    let hash = index["attestations"][0]["document"]["file"]["sha256"].as_str().unwrap();
    let blob = place.path("auditpack-demo/vault/blobs").join(&hash[..2]).join(format!("{hash}.zst"));
    fs::write(&blob, "not even packed").unwrap();
    let refused = run(&place, &[&["bundle", "--out", "bad.zip"], &DEMO[..], &SIGNER].concat());
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    assert!(text(&refused.stderr).contains("was altered") && !place.path("bad.zip").exists(), "{}", shown(&refused));
}
