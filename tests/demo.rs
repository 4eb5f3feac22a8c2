//! The demonstration, as a newcomer runs it, and its pack as validators and people see it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "demo/history.rs"]
mod history;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use auditpack::model::Sha256;
use auditpack::vault::Vault;
use common::{Workplace, repository};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn must(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed (./test.sh installs it): {error}"));
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}\n{out}\n{err}");
    output
}

/// The demo, run once for the tests of this file, and a copy of it for each: a run takes many seconds without optimizing.
fn demo() -> Workplace {
    static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
        drop(std::fs::remove_dir_all(&folder));
        must("cp", &["-a", run().path("").to_str().unwrap(), folder.to_str().unwrap()], repository());
        folder
    });
    let place = Workplace::new();
    must("cp", &["-a", "auditpack-demo", "pack", place.path("").to_str().unwrap()], &RUN);
    place
}

/// Runs the demo and unpacks its pack to `pack/`.
fn run() -> Workplace {
    let place = Workplace::new();
    let output = place.auditpack().arg("demo").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
    must("unzip", &["-q", "auditpack-demo/evidence-pack.zip", "-d", "pack"], &place.path(""));
    place
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_pack_stands_before_plain_tools() {
    let place = demo();
    let pack = place.path("pack");
    must("sha256sum", &["--check", "--quiet", "--strict", "SHA256SUMS"], &pack);
    let trust = "../auditpack-demo/signer-certificate.pem";
    let signed = ["-binary", "-inform", "DER", "-in", "SHA256SUMS.p7s", "-content", "SHA256SUMS", "-CAfile", trust];
    must("openssl", &[&["cms", "-verify"], &signed[..], &["-out", "/dev/null"]].concat(), &pack);
    must("openssl", &[&["cms", "-verify", "-cades"], &signed[..], &["-out", "/dev/null"]].concat(), &pack);
    must("qpdf", &["--check", "report.pdf"], &pack);
    let signature = text(&must("pdfsig", &["-nocert", "report.pdf"], &pack).stdout);
    assert!(signature.contains("Signature is Valid") && signature.contains("Total document signed"), "{signature}");
    let about = text(&must("pdfinfo", &["report.pdf"], &pack).stdout);
    assert!(about.contains("Tagged:          yes") && about.contains("PDF version:     1.7"), "{about}");
    let fonts = text(&must("pdffonts", &["report.pdf"], &pack).stdout);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(fonts.len() >= 3);
    for font in fonts {
        assert!(font.contains("yes yes yes"), "embedded, subset, with a map to Unicode: {font}");
    }
    for certificate in std::fs::read_dir(&pack).unwrap() {
        let name = certificate.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".pem"), "a pack brings no key and no certificate to trust: {name}");
    }
}

#[test]
fn the_pack_can_be_reperformed_and_trust_comes_from_outside() {
    let place = demo();
    let pack = "auditpack-demo/evidence-pack.zip";
    let run = |arguments: &[&str]| place.auditpack().arg("verify").args(arguments).output().unwrap();
    let trusted = run(&[pack, "--trust", "auditpack-demo/signer-certificate.pem", "--reperform", "--format", "json"]);
    assert_eq!(trusted.status.code(), Some(0), "{}", text(&trusted.stdout));
    let found: Value = serde_json::from_slice(&trusted.stdout).unwrap();
    assert_eq!(found["reperformed"]["identical"], true);
    let untrusted = run(&[pack]);
    assert_eq!(untrusted.status.code(), Some(5));
    assert!(text(&untrusted.stdout).contains("intact, signer not trusted"), "{}", text(&untrusted.stdout));
    let fingerprint = found["signer"]["fingerprint"].as_str().unwrap();
    assert_eq!(run(&["pack", "--fingerprint", fingerprint]).status.code(), Some(0), "unpacked, by fingerprint");

    // A verdict improved by hand, hashed and signed again by a stranger: reperforming shows it.
    let assessment = place.path("pack/assessment.json");
    let better =
        std::fs::read_to_string(&assessment).unwrap().replacen("\"verdict\": \"fail\"", "\"verdict\": \"pass\"", 1);
    std::fs::write(&assessment, better).unwrap();
    let altered = run(&["pack", "--fingerprint", fingerprint, "--format", "json"]);
    assert_eq!(altered.status.code(), Some(5));
    assert!(text(&altered.stdout).contains("member-altered"), "{}", text(&altered.stdout));
}

#[test]
fn every_requirement_and_every_gap_is_in_both_reports() {
    let place = demo();
    let assessment = json(&place.path("pack/assessment.json"));
    let html = std::fs::read_to_string(place.path("pack/report.html")).unwrap();
    must("pdftotext", &["-layout", "report.pdf", "report.txt"], &place.path("pack"));
    let pdf = std::fs::read_to_string(place.path("pack/report.txt")).unwrap();
    let requirements = assessment["requirements"].as_array().unwrap();
    let counted = requirements.iter().filter(|requirement| requirement["parent"].is_null()).count();
    assert_eq!(counted, 61 + 123 + 40);
    for requirement in requirements {
        let id = requirement["id"].as_str().unwrap();
        assert!(html.contains(id) && pdf.contains(id), "{id}");
    }
    let gaps = assessment["gaps"].as_array().unwrap();
    let denied: Vec<&str> =
        gaps.iter().filter(|gap| gap["reason"] == "access-denied").map(|gap| gap["action"].as_str().unwrap()).collect();
    assert!(
        denied.contains(&"organizations:ListPolicies") && denied.contains(&"rds:DescribeDBInstances"),
        "{denied:?}"
    );
    for action in denied {
        assert!(html.contains(action) && pdf.contains(action), "{action}");
    }
    // What was refused is never a pass.
    for check in assessment["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        let reads_policies = matches!(id, "org.scp-region-restriction" | "org.scp-protects-logging" | "org.ai-opt-out");
        if reads_policies || id == "rds.not-public" {
            assert_ne!(check["verdict"], "pass", "{id}");
        }
        // But where an equivalent rule of AWS Config answers, and then it is said who says so.
        for finding in check["findings"].as_array().unwrap() {
            if id == "rds.storage-encrypted" && finding["region"] == "us-east-1" {
                assert_eq!(finding["config"]["standing"], "decides", "{finding}");
            }
        }
    }
}

#[test]
fn the_sample_company_shows_what_people_and_aws_config_say() {
    let place = demo();
    let assessment = json(&place.path("pack/assessment.json"));
    let states: Vec<&Value> =
        assessment["exceptions"].as_array().unwrap().iter().map(|exception| &exception["state"]).collect();
    assert_eq!(states, ["used", "expired"]);
    assert_eq!(assessment["overrides"].as_array().unwrap().len(), 1);
    assert_eq!(json(&place.path("pack/attestations/index.json"))["attestations"].as_array().unwrap().len(), 5);
    let standings: Vec<&str> = assessment["checks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|check| check["findings"].as_array().unwrap())
        .filter_map(|finding| finding["config"]["standing"].as_str())
        .collect();
    let counted = |wanted: &str| standings.iter().filter(|standing| **standing == wanted).count();
    assert_eq!((counted("contradicts"), counted("decides")), (1, 2));
    assert!(counted("agrees") > 50);
    let unanswered: Vec<&Value> = assessment["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|gap| gap["reason"] != "access-denied" && gap["reason"] != "out-of-range")
        .collect();
    assert!(unanswered.is_empty(), "the recording lacks {unanswered:?}");
    // The function with a password in its variables is found, and the password is nowhere.
    let checks = assessment["checks"].as_array().unwrap();
    let leaky = checks.iter().find(|check| check["id"] == "lambda.no-secrets-in-env").unwrap();
    assert_eq!(leaky["verdict"], "fail");
    let snapshot = json(&place.path("pack/snapshot.json"));
    let withheld = |exchange: &Value| exchange["source"] == "lambda.functions" && exchange["withheld"].is_array();
    assert!(snapshot["exchanges"].as_array().unwrap().iter().any(withheld));
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let (one, other) = (demo(), run());
    for name in ["assessment.json", "snapshot.json", "evidence/index.csv"] {
        let read = |place: &Workplace| std::fs::read(place.path("pack").join(name)).unwrap();
        let (mut first, mut second) = (read(&one), read(&other));
        if name == "snapshot.json" || name == "assessment.json" || name == "evidence/index.csv" {
            // Times of replies differ by the milliseconds that the replay took.
            first = without_times(&first, &own_records(&one));
            second = without_times(&second, &own_records(&other));
        }
        assert!(first == second, "{name} differs between two runs");
    }
}

/// The snapshots of the demonstration's vault, oldest first: id, and what stands there.
fn snapshots(place: &Workplace) -> Vec<(String, Value)> {
    let folder = place.path("auditpack-demo/vault/snapshots");
    let mut folders: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: &std::path::PathBuf| {
        let bytes = std::fs::read(folder.join("snapshot.json"))
            .or_else(|_| zstd::decode_all(std::fs::File::open(folder.join("snapshot.json.zst"))?));
        let bytes = bytes.unwrap();
        (auditpack::model::Sha256::of(&bytes).to_string(), serde_json::from_slice(&bytes).unwrap())
    };
    folders.iter().map(read).collect()
}

/// Judges one of them with the settings of its quarter.
fn judged(place: &Workplace, snapshot: &str, quarter: &str) -> Value {
    let settings = std::fs::read_to_string(place.path("auditpack-demo/auditpack.toml")).unwrap();
    place.write("auditpack-demo/then.toml", &settings.replace("2026-Q3", quarter));
    let flags = ["--vault", "auditpack-demo/vault", "--config", "auditpack-demo/then.toml", "--format", "json"];
    let output = place.auditpack().args(["assess", "--snapshot", snapshot]).args(flags).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// A check's verdict, and the last parts of the names of what fails.
fn check(assessment: &Value, id: &str) -> (String, Vec<String>) {
    let check = assessment["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
    let failing = check["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == "fail");
    let name = |finding: &Value| {
        let resource = finding["resource"].as_str().unwrap();
        resource.rsplit([':', '/']).next().unwrap().to_owned()
    };
    (check["verdict"].as_str().unwrap().to_owned(), failing.map(name).collect())
}

#[test]
fn three_quarters_tell_a_story() {
    let place = demo();
    let quarters = ["2026-Q1", "2026-Q2", "2026-Q3"];
    let snapshots = snapshots(&place);
    let times: Vec<&str> = snapshots.iter().map(|(_, snapshot)| snapshot["time"].as_str().unwrap()).collect();
    assert_eq!(times, ["2026-03-31T18:00:00Z", "2026-06-30T18:00:00Z", "2026-09-30T18:00:00Z"]);
    let before = |number: usize| snapshots[number].1["previous"].as_str();
    assert_eq!([before(0), before(1), before(2)], [None, Some(&*snapshots[0].0), Some(&*snapshots[1].0)]);
    let [first, second, third] = [0, 1, 2].map(|number| judged(&place, &snapshots[number].0[..12], quarters[number]));

    let verdicts = |id: &str| [&first, &second, &third].map(|assessment| check(assessment, id).0);
    assert_eq!(verdicts("iam.user-console-mfa"), ["fail", "pass", "fail"]);
    assert_eq!(check(&first, "iam.user-console-mfa").1.len(), 9);
    assert_eq!(check(&third, "iam.user-console-mfa").1, ["hanna.wirth", "peter.falk", "rosa.delgado"]);
    for id in ["ec2.sg-no-open-rdp", "ebs.encryption-by-default", "iam.password-policy-length", "iam.root-not-used"] {
        assert_eq!(verdicts(id), ["fail", "pass", "pass"], "{id}");
    }
    assert_eq!(verdicts("s3.bucket-no-public-read"), ["pass", "pass", "fail"]);
    assert_eq!(check(&third, "s3.bucket-no-public-read").1, ["lindenhof-public-site", "lindenhof-marketing-drop"]);
    assert_eq!(verdicts("kms.no-pending-deletion"), ["pass", "pass", "fail"]);
    let keys = |assessment| check(assessment, "iam.access-keys-rotated").1;
    assert!(keys(&first).contains(&"svc-metrics".to_owned()) && !keys(&second).contains(&"svc-metrics".to_owned()));
    // What is refused is lost, not mended.
    assert_eq!(verdicts("rds.not-public"), ["pass", "pass", "undetermined"]);
    assert_eq!(verdicts("org.scp-protects-logging"), ["pass", "pass", "undetermined"]);
    assert_eq!(verdicts("backup.plan-exists"), ["pass", "pass", "undetermined"]);
    for assessment in [&first, &second] {
        let lost = |gap: &&Value| gap["reason"] != "out-of-range";
        let gaps: Vec<&Value> = assessment["gaps"].as_array().unwrap().iter().filter(lost).collect();
        assert!(gaps.is_empty(), "{gaps:?}");
    }
}

#[test]
fn people_stay_who_they_are_by_their_ids() {
    let place = demo();
    let report = |snapshot: &Value| -> BTreeMap<String, String> {
        let is_it = |exchange: &&Value| exchange["source"] == "iam.authorization-details";
        let hash = snapshot["exchanges"].as_array().unwrap().iter().find(is_it).unwrap()["body"].as_str().unwrap();
        let vault = Vault::open(&place.path("auditpack-demo/vault")).unwrap();
        let body = text(&vault.get(&Sha256::parse(hash).unwrap()).unwrap());
        let of = |user: &str, tag: &str| {
            let (_, rest) = user.split_once(&format!("<{tag}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        body.split("<UserDetailList>")
            .nth(1)
            .unwrap()
            .split("</UserDetailList>")
            .next()
            .unwrap()
            .split("<UserName>")
            .skip(1)
            .map(|user| (user.split_once('<').unwrap().0.to_owned(), of(user, "UserId")))
            .collect()
    };
    let [first, second, third] = <[_; 3]>::try_from(snapshots(&place)).unwrap().map(|(_, snapshot)| report(&snapshot));
    assert_eq!(first["anke.bremer"], third["anke.bremer"]);
    assert_eq!(first["olga.petrova"], third["olga.sidorova"], "renamed");
    assert!(!third.contains_key("olga.petrova"));
    assert_eq!(first["rosa.delgado"], second["rosa.delgado"]);
    assert_ne!(second["rosa.delgado"], third["rosa.delgado"], "made anew");
    assert!(!first.contains_key("peter.falk") && second.contains_key("peter.falk"));
}

#[test]
fn a_second_run_keeps_what_is_there() {
    let place = demo();
    let before: Vec<String> = snapshots(&place).into_iter().map(|(id, _)| id).collect();
    let log = std::fs::read(place.path("auditpack-demo/vault/attestations.jsonl")).unwrap();
    let again = place.auditpack().arg("demo").output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let after: Vec<String> = snapshots(&place).into_iter().map(|(id, _)| id).collect();
    assert_eq!(before, after);
    assert!(log == std::fs::read(place.path("auditpack-demo/vault/attestations.jsonl")).unwrap());
    // Each document was attested when it came, between the snapshots around it, and four have taken an earlier one's place.
    let lines = String::from_utf8(log).unwrap();
    assert_eq!((lines.lines().count(), lines.matches("\"replaces\":").count()), (9, 4));
    let recorded: Vec<&str> = lines.split("\"recorded\":\"").skip(1).map(|rest| &rest[..10]).collect();
    assert!(recorded.is_sorted() && recorded.first() == Some(&"2025-08-14") && recorded.last() == Some(&"2026-09-24"));
    assert_eq!(lines.matches("\"replaces\":\"A").count() + lines.matches("\"replaces\":\"").count(), 8, "{lines}");
}

/// The records of our own, which name the time of each file that was fetched: their hashes differ.
fn own_records(place: &Workplace) -> Vec<String> {
    let snapshot = json(&place.path("pack/snapshot.json"));
    let own = |exchange: &&Value| exchange["service"] == "auditpack";
    let exchanges = snapshot["exchanges"].as_array().unwrap();
    exchanges.iter().filter(own).map(|exchange| exchange["body"].as_str().unwrap().to_owned()).collect()
}

fn without_times(bytes: &[u8], own: &[String]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.split("2026-09-30T18:0").next().unwrap_or_default();
        if own.iter().any(|hash| line.contains(hash)) {
            if line.trim_start().starts_with("\"body\"") {
                lines.next(); // its size, which changes with the digits of those times
            }
            continue;
        }
        let line = line.trim_end_matches(',');
        let is_id = ["\"snapshot\"", "\"previous\""].iter().any(|name| line.trim_start().starts_with(name));
        kept.push_str(if is_id { "snapshot" } else { line });
        kept.push('\n');
    }
    kept.into_bytes()
}

#[test]
fn the_html_report_is_accessible_and_asks_for_nothing() {
    let place = demo();
    let report = place.path("pack/report.html");
    for width in ["1280", "390"] {
        let script = repository().join("tests/browser/axe.mjs");
        let output = must("node", &[script.to_str().unwrap(), report.to_str().unwrap(), width], repository());
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(seen["violations"], serde_json::json!([]), "at {width}: {}", seen["violations"]);
        assert_eq!(seen["requests"].as_array().unwrap().len(), 1, "only the file itself: {}", seen["requests"]);
        assert_eq!(seen["scroll"], 0, "nothing sticks out sideways at {width}");
    }
}
