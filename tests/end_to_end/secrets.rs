//! Values that may be secrets are judged and never kept: not in the vault, not in a journal, not in a pack, not in what is
//! printed or logged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use auditpack::model::{SourceId, Verdict};

use crate::common::{Emulator, Workplace};
use crate::support::{Printed, assess, catalog, run, settings, snapshot};

/// The values that `tests/emulator/scenarios/services/withheld.py` seeds, whole and as user data encodes them; put
/// together here, so that no scanner takes this file for a leak.
fn secrets() -> Vec<String> {
    vec![
        ["AK", "IAZ7QW3E5RT2Y4U6P7"].concat(),
        ["pX3vTq9LmZ0aRw7Kd", "Y2sHc5UbN8jFg1EoVi6QtB4"].concat(),
        ["correct-", "horse-battery-9"].concat(),
        ["gh", "p_", &"aB3".repeat(12)].concat(),
        // `#!/bin/bash` and the head of gzip in base64: user data as such.
        "IyEvYmluL2Jhc2".to_owned(),
        "H4sIA".to_owned(),
    ]
}

fn sources() -> BTreeSet<SourceId> {
    ["codebuild.projects", "ec2.instances", "ecs.task-definitions", "ecs.services", "lambda.functions"]
        .map(SourceId::from)
        .into()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn assert_clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets() {
        assert!(!text.contains(&secret), "{what} holds `{}…`", &secret[..4]);
    }
}

fn assert_said_clean(what: &str, said: &Printed) {
    assert_clean(what, format!("{}{}", said.out, said.err).as_bytes());
}

#[test]
fn no_secret_is_kept_printed_or_logged() {
    let emulator = Emulator::start("seeded");
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&emulator.expected(), &["us-east-1", "eu-west-1"], &sources()));
    let collected = run(&mut place.against(&emulator), &["-vv", "collect", "--format", "json"]);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    assert_said_clean("collect", &collected);

    let checks = [
        "codebuild.no-plaintext-credentials",
        "ec2.no-secrets-in-user-data",
        "ecs.no-secrets-in-env",
        "lambda.no-secrets-in-env",
    ];
    let (_, assessment) = assess(&place);
    for check in checks {
        let judged = assessment.checks.iter().find(|one| one.id.as_str() == check).unwrap();
        assert_eq!(judged.verdict, Verdict::Fail, "{check}: the values were searched, so the test is not empty");
        assert!(judged.findings.iter().any(|finding| finding.verdict == Verdict::Pass), "{check}");
    }
    let printed = run(&mut place.auditpack(), &["-vv", "assess"]);
    assert_said_clean("assess", &printed);

    let (vault, stored) = snapshot(&place);
    let withheld = |exchange: &&auditpack::model::Exchange| !exchange.withheld.is_empty();
    let paths: BTreeSet<String> =
        stored.snapshot.exchanges.iter().filter(withheld).flat_map(|one| one.withheld.clone()).collect();
    let of_catalog: BTreeSet<String> = sources()
        .iter()
        .flat_map(|id| {
            let source = &catalog().sources[id];
            let calls = std::iter::once(&source.call).chain(source.each.iter().map(|each| &each.call));
            calls.flat_map(|call| call.shape.withhold.iter().map(|rule| rule.path.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(paths, of_catalog, "the snapshot says where");
    let mut blobs = 0;
    for exchange in &stored.snapshot.exchanges {
        assert_clean(&exchange.operation, &vault.get(&exchange.body).unwrap());
        blobs += 1;
    }
    assert!(blobs > 10);
    let mut written = Vec::new();
    files(&place.path("vault"), &mut written);
    for path in written {
        let bytes = fs::read(&path).unwrap();
        assert_clean(&path.display().to_string(), &bytes);
        if path.extension().is_some_and(|extension| extension == "zst") {
            assert_clean(&path.display().to_string(), &zstd::bulk::decompress(&bytes, 64 << 20).unwrap());
        }
    }

    let passphrase = |command: &mut Command, arguments: &[&str]| {
        run(command.env("AUDITPACK_KEY_PASSPHRASE", "a passphrase of the test"), arguments)
    };
    assert_eq!(passphrase(&mut place.auditpack(), &["keygen", "--quiet"]).code, Some(0));
    let bundle =
        ["bundle", "--out", "pack.zip", "--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];
    let bundled = passphrase(&mut place.auditpack(), &bundle);
    assert_eq!(bundled.code, Some(0), "{bundled:?}");
    assert_said_clean("bundle", &bundled);
    let unpacked = Command::new("unzip").args(["-q", "pack.zip", "-d", "pack"]).current_dir(place.path(".")).status();
    assert!(unpacked.unwrap().success());
    let mut packed = Vec::new();
    files(&place.path("pack"), &mut packed);
    assert!(packed.iter().any(|path| path.ends_with("report.html")));
    for path in packed {
        assert_clean(&path.display().to_string(), &fs::read(&path).unwrap());
    }
    let verified =
        run(&mut place.auditpack(), &["verify", "pack.zip", "--trust", "auditpack-certificate.pem", "--reperform"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
