//! A pack made of the seeded account, as strangers' tools see it; hostile names stay text.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use auditpack::model::SourceId;
use serde_json::Value;

use crate::common::{Emulator, Workplace, python};
use crate::support::{Printed, assert_schema, collect, run, settings};

/// The user whose name HTML, CSV and file systems must survive.
const HOSTILE: &str = "=cmd+o'neil@example.com";

const PASSPHRASE: &str = "correct horse battery staple";

/// Collects a part of the seeded account and packs it as `pack.zip`.
fn packed() -> Workplace {
    let emulator = Emulator::start("seeded");
    let sources = [
        "artifact.reports",
        "iam.account-summary",
        "iam.authorization-details",
        "iam.credential-report",
        "iam.mfa-devices",
        "iam.password-policy",
        "kms.keys",
        "organizations.policies",
        "s3.account-public-access-block",
        "s3.bucket-config",
    ];
    let sources: BTreeSet<SourceId> = sources.map(SourceId::from).into();
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&emulator.expected(), &["us-east-1"], &sources));
    let collected = collect(&place, &emulator);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    let keyed = run(with_passphrase(&mut place.auditpack()), &["keygen", "--quiet"]);
    assert_eq!(keyed.code, Some(0), "{keyed:?}");
    let bundled = run(
        with_passphrase(&mut place.auditpack()),
        &["bundle", "--out", "pack.zip", "--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"],
    );
    assert_eq!(bundled.code, Some(0), "{bundled:?}");
    place
}

fn with_passphrase(command: &mut Command) -> &mut Command {
    command.env("AUDITPACK_KEY_PASSPHRASE", PASSPHRASE)
}

/// Runs a stranger's tool, which must be content.
fn must(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let said = Printed::of(command.args(arguments).current_dir(folder).output().unwrap());
    assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
    said.out + &said.err
}

#[test]
fn strangers_tools_accept_the_pack() {
    let place = packed();
    let folder = place.path("");
    must(&folder, "unzip", &["-tqq", "pack.zip"]);
    must(&folder, "unzip", &["-q", "pack.zip", "-d", "pack"]);
    let pack = place.path("pack");
    must(&pack, "sha256sum", &["--check", "--strict", "--quiet", "SHA256SUMS"]);
    let openssl = "cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS \
        -CAfile ../auditpack-certificate.pem -purpose any -out /dev/null";
    must(&pack, "openssl", &openssl.split_whitespace().collect::<Vec<_>>());
    assert!(must(&pack, "qpdf", &["--check", "report.pdf"]).contains("No syntax or stream encoding errors"));
    let seen = must(&pack, "pdfsig", &["-nocert", "report.pdf"]);
    assert!(seen.contains("Signature is Valid") && seen.contains("Total document signed"), "{seen}");
    let pyhanko = python().with_file_name("pyhanko");
    let seen = must(
        &pack,
        pyhanko,
        &["sign", "validate", "--no-revocation-check", "--trust", "../auditpack-certificate.pem", "report.pdf"],
    );
    assert!(seen.contains("UNTOUCHED"), "{seen}");

    verify_says(&place);
    hostile_names_stay_text(&pack);
}

fn verify_says(place: &Workplace) {
    let trusted = ["verify", "pack.zip", "--trust", "auditpack-certificate.pem", "--reperform", "--format", "json"];
    let said = run(&mut place.auditpack(), &trusted);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_schema("verify", &said.out);
    assert_eq!(said.json()["reperformed"]["differences"], Value::Array(vec![]));
    let folder = run(&mut place.auditpack(), &["verify", "pack", "--trust", "auditpack-certificate.pem"]);
    assert_eq!(folder.code, Some(0), "the unpacked folder: {folder:?}");

    let stranger = run(&mut place.auditpack(), &["verify", "pack.zip"]);
    assert_eq!(stranger.code, Some(5));
    assert!(stranger.out.contains("intact, signer not trusted"), "{stranger:?}");
    assert_schema("verify", &run(&mut place.auditpack(), &["verify", "pack.zip", "--format", "json"]).out);

    // One verdict turned round in the unpacked pack.
    let path = place.path("pack/assessment.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"fail\"", "\"pass\"", 1)).unwrap();
    let altered = run(&mut place.auditpack(), &["verify", "pack", "--trust", "auditpack-certificate.pem"]);
    assert_eq!(altered.code, Some(5));
    assert!(altered.out.contains("NOT what was signed") && altered.out.contains("assessment.json"), "{altered:?}");
    fs::write(&path, text).unwrap();
}

fn hostile_names_stay_text(pack: &Path) {
    let html = fs::read_to_string(pack.join("report.html")).unwrap();
    assert!(html.contains("=cmd+o&#x27;neil@example.com") || html.contains("=cmd+o&#39;neil@example.com"), "escaped");
    assert!(!html.contains(HOSTILE), "as it came");
    let index = fs::read_to_string(pack.join("evidence/index.csv")).unwrap();
    assert!(index.contains("cmd+o'neil@example.com"), "the user is in the index");
    let formula = |cell: &str| cell.trim_matches('"').starts_with(['=', '+', '-', '@']);
    for line in index.lines() {
        assert!(!line.split(',').any(formula), "a spreadsheet would compute this: {line}");
    }
    let names = must(pack, "find", &[".", "-name", "*cmd*"]);
    assert!(!names.is_empty() && !names.contains(['=', '\'', '@', '+']), "{names}");
}
