//! The demonstration, as a newcomer runs it, and its pack as validators and people see it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "demo/history.rs"]
mod history;
#[path = "demo/sheet.rs"]
mod sheet;
#[path = "demo/story.rs"]
mod story;

use std::path::Path;
use std::process::{Command, Output};

use common::demonstration::demonstration;
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

/// The demo in `auditpack-demo`, and its pack in `pack`.
fn demo() -> Workplace {
    let place = Workplace::new();
    demonstration(&place.path("auditpack-demo"));
    unpacked(place)
}

/// The same, run anew.
fn run() -> Workplace {
    let place = Workplace::new();
    let output = place.auditpack().arg("demo").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
    unpacked(place)
}

fn unpacked(place: Workplace) -> Workplace {
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
    let pages = about.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
    assert!(pages.trim().parse::<usize>().unwrap() <= 60, "people read it: {pages} pages");
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
    let mut denied: Vec<&str> =
        gaps.iter().filter(|gap| gap["reason"] == "access-denied").map(|gap| gap["action"].as_str().unwrap()).collect();
    denied.sort_unstable();
    assert_eq!(denied, ["kms:GetKeyRotationStatus", "macie2:GetFindingStatistics"]);
    for action in denied {
        assert!(html.contains(action) && pdf.contains(action), "{action}");
    }
    // What was refused is never a pass, and AWS Config's word stands beside where its rule answers a part of the question.
    assert_eq!(story::check(&assessment, "macie.policy-findings-closed").0, "undetermined");
    let rotation = assessment["checks"].as_array().unwrap().iter().find(|check| check["id"] == "kms.key-rotation");
    let findings = rotation.unwrap()["findings"].as_array().unwrap();
    let beside: Vec<&Value> = findings.iter().filter(|one| one["config"]["standing"] == "beside").collect();
    assert_eq!(beside.len(), 1);
    assert_eq!((&beside[0]["region"], &beside[0]["verdict"]), (&"eu-west-1".into(), &"undetermined".into()));
}

#[test]
fn the_sample_company_shows_what_people_and_aws_config_say() {
    let place = demo();
    let assessment = json(&place.path("pack/assessment.json"));
    let states: Vec<&Value> =
        assessment["exceptions"].as_array().unwrap().iter().map(|exception| &exception["state"]).collect();
    assert_eq!(states, ["used", "used", "used", "used", "expired"]);
    assert_eq!(assessment["overrides"].as_array().unwrap().len(), 1);
    assert_eq!(json(&place.path("pack/attestations/index.json"))["attestations"].as_array().unwrap().len(), 41);
    let standings: Vec<&str> = assessment["checks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|check| check["findings"].as_array().unwrap())
        .filter_map(|finding| finding["config"]["standing"].as_str())
        .collect();
    let counted = |wanted: &str| standings.iter().filter(|standing| **standing == wanted).count();
    assert_eq!((counted("contradicts"), counted("beside")), (1, 1));
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
