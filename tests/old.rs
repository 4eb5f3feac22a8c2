//! A pack and a vault of an older auditpack, kept in `tests/old`: they verify, re-perform and are read for ever.
//!
//! Both are of one made-up account, whose second snapshot has pages of three, refused calls and an answer that is not AWS's.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::process::Command;

use common::{Workplace, copy_folder, repository};
use serde_json::Value;

fn old() -> std::path::PathBuf {
    repository().join("tests/old")
}

fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn an_old_pack_verifies_and_reperforms() {
    let (place, old) = (Workplace::new(), old());
    let mut verify = place.auditpack();
    verify.arg("verify").arg(old.join("pack.zip")).arg("--trust").arg(old.join("certificate.pem"));
    let found = json(verify.args(["--reperform", "--format", "json"]));
    assert_eq!((&found["ok"], &found["problems"]), (&Value::Bool(true), &serde_json::json!([])));
    assert_eq!(found["reperformed"]["identical"], true, "{found}");
    assert_eq!((&found["reperformed"]["checks"], &found["reperformed"]["requirements"]), (&188.into(), &101.into()));
}

#[test]
fn an_old_vault_is_read_and_judged() {
    let (place, old) = (Workplace::new(), old());
    copy_folder(&old.join("vault"), &place.path("vault"));
    fs::copy(old.join("auditpack.toml"), place.path("auditpack.toml")).unwrap();
    let checked = json(place.auditpack().args(["vault", "check", "--format", "json"]));
    assert_eq!((&checked["ok"], &checked["blobs"]), (&Value::Bool(true), &339.into()), "{checked}");
    assert_eq!(checked["log"], "unknown", "no older version says how far its log of attestations went");
    let said = String::from_utf8(place.auditpack().args(["vault", "check"]).output().unwrap().stdout).unwrap();
    assert!(said.contains("Not known: whether lines are missing from the end of the log"), "{said}");
    let judged = json(place.auditpack().args(["assess", "--format", "json"]));
    assert_eq!(judged["snapshot"], "93c65828bb51b85198fb30a87da8372160b0b869c0946f9dd2632a5d0db24cb8");
    let gaps = judged["gaps"].as_array().unwrap();
    let closed_by = |action: &str| gaps.iter().filter(|gap| gap["action"] == action).count();
    assert_eq!((gaps.len(), closed_by("kms:GetKeyRotationStatus"), closed_by("sqs:ListQueues")), (12, 10, 1));
    let first = json(place.auditpack().args(["assess", "--format", "json", "--snapshot", "previous"]));
    assert_eq!(first["gaps"], serde_json::json!([]));
    let trend = json(place.auditpack().args(["trend", "--format", "json"]));
    assert_eq!(trend["points"].as_array().map(Vec::len), Some(2), "{trend}");
}

#[test]
fn an_old_vault_is_pruned() {
    let (place, old) = (Workplace::new(), old());
    copy_folder(&old.join("vault"), &place.path("vault"));
    fs::create_dir_all(place.path("vault/journal")).unwrap();
    let pruned = json(place.auditpack().args(["vault", "prune", "--keep", "last 1", "--format", "json"]));
    assert_eq!((pruned["pruned"].as_array().map(Vec::len), &pruned["unknown"]), (Some(1), &0.into()), "{pruned}");
    assert!(pruned["blobs"].as_u64() > Some(0), "{pruned}");
    let checked = json(place.auditpack().args(["vault", "check", "--format", "json"]));
    assert_eq!(checked["ok"], true, "{checked}");
}
