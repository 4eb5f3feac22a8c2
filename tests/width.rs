//! What every command prints fits the terminal: measured on one of 80 and one of 100 columns.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::process::{Command, Output};

use serde_json::json;

use common::{Emulator, Workplace, python, repository};

/// Settings for two sources of the emulated account.
const COLLECT: &str = r#"organization = "Example"
frameworks = ["soc2"]
sources = ["iam.account-summary", "kms.keys"]
[period]
quarter = "2026-Q3"
[scope]
regions = ["us-east-1"]
"#;
const NOW: &str = "2026-10-05T09:00:00Z";

/// A folder with the demonstration's vault, long names in it, and a key.
fn place() -> Workplace {
    let place = Workplace::new();
    let run = |arguments: &[&str]| {
        let mut command = place.auditpack();
        command.args(arguments).env("AUDITPACK_NOW", NOW).env("AUDITPACK_KEY_PASSPHRASE", "correct horse");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?} {said}");
    };
    let shown = on_terminal(&place, &place.auditpack(), 80, &["demo", "--out", "."]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(too_wide(&shown, 80), [""; 0]);
    run(&["keygen", "--organization", "Example"]);
    let url = "https://wiki.example.com/policies/of-the-whole-company/with-a-long-name/access-reviews-of-2026";
    let title = "The sign-off of the review of all access to production, by the head of platform engineering";
    let targets = "soc2/CC6.1,soc2/CC6.2,soc2/CC6.3,iso27001-2022/A.5.18,gdpr/Art.32(1)(b)";
    run(&["attest", "add", "--url", url, "--title", title, "--owner", "Platform", "--for", targets]);
    run(&[
        "attest",
        "withdraw",
        "A1",
        "--reason",
        "the board asked for another one with the signatures of all members",
    ]);
    place
}

/// A command with the environment of another, on a terminal.
fn on_terminal(place: &Workplace, of: &Command, columns: usize, arguments: &[&str]) -> Output {
    let settings: Vec<_> = of.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    let mut command = Command::new(python());
    for (name, value) in settings {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("AUDITPACK_NOW", NOW).env("AUDITPACK_KEY_PASSPHRASE", "correct horse").env("TERM", "xterm-256color");
    command.current_dir(place.path("")).arg(repository().join("tests/terminal.py")).arg(columns.to_string());
    command.arg(of.get_program()).args(arguments).output().unwrap()
}

/// The lines that do not fit, as they stand in the end: a bar of progress was drawn over.
fn too_wide(shown: &str, columns: usize) -> Vec<&str> {
    let lines = shown.lines().filter_map(|line| line.rsplit('\r').find(|part| !part.is_empty()));
    lines.filter(|line| console::measure_text_width(line) > columns && !cannot_be_broken(line)).collect()
}

/// Addresses and JSON are of use only whole, and so is an argument of a command that the reader may run.
fn cannot_be_broken(line: &str) -> bool {
    let word = line.trim().trim_end_matches(" \\");
    word.contains("://") || word.starts_with(['{', '[', '"']) || !word.contains(' ') && word.starts_with("arn:")
}

/// What a command leaves, so that the next run of it finds the folder as it was.
const LEFT: [&str; 6] = ["new.toml", "new-key.pem", "new-certificate.pem", "pack.zip", "other", "note.txt"];

#[test]
fn what_every_command_prints_fits_the_terminal() {
    let place = place();
    let commands: &[&[&str]] = &[
        &["init", "--config", "new.toml"],
        &["iam-policy", "--split", "other/policies"],
        &["collect", "--config", "nowhere.toml"],
        &["attest", "list", "--all"],
        &["attest", "requests"],
        &["attest", "add", "note.txt", "--for", "cc1.1-code-of-conduct", "--owner", "Jo", "--vault", "other/vault"],
        &["assess", "-v"],
        &["diff", "2026-Q1", "2026-Q3", "-v"],
        &["trend", "-v"],
        &["next", "--top", "0"],
        &["next", "--owner", "Platfrom"],
        &["calendar", "--days", "400"],
        &["bundle", "--out", "pack.zip", "--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"],
        &["verify", "evidence-pack.zip"],
        &["verify", "evidence-pack.zip", "--trust", "signer-certificate.pem", "--reperform"],
        &["checks", "list"],
        &["checks", "explain", "iam.no-privilege-escalation"],
        &["checks", "explain", "iam.root-mfa-enable"],
        &["checks", "coverage"],
        &["checks", "coverage", "--by", "control"],
        &["checks", "test"],
        &["vault", "list"],
        &["vault", "check"],
        &["vault", "prune", "--keep", "last 1", "--dry-run"],
        &["vault", "merge", "vault", "--vault", "other/copy"],
        &["keygen", "--organization", "Example", "--key", "new-key.pem", "--certificate", "new-certificate.pem"],
    ];
    let emulator = Emulator::start("clean");
    emulator.faults(&json!([{ "service": "kms", "operation": "ListKeys", "kind": "access-denied", "times": -1 }]));
    place.write("collect.toml", COLLECT);
    let mut wide = Vec::new();
    for columns in [80, 100] {
        for left in LEFT.map(|left| place.path(left)) {
            drop(std::fs::remove_file(&left));
            drop(std::fs::remove_dir_all(&left));
        }
        place.write("note.txt", "Be kind.");
        let collect = ["collect", "--config", "collect.toml", "--vault", "other/collected"];
        let collected = on_terminal(&place, &place.against(&emulator), columns, &collect);
        let shown = String::from_utf8_lossy(&collected.stdout).into_owned();
        assert!(shown.contains("kms:ListKeys"), "{shown}");
        assert_eq!(too_wide(&shown, columns), [""; 0]);
        for command in commands.iter().copied().map(<[_]>::to_vec).chain(helps()) {
            let output = on_terminal(&place, &place.auditpack(), columns, &command);
            let shown = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(!shown.trim().is_empty(), "{command:?} prints nothing");
            assert!(!shown.contains("unexpected argument"), "{command:?}: {shown}");
            let lines = too_wide(&shown, columns);
            wide.extend(lines.iter().map(|line| format!("{columns}: {}: {line}", command.join(" "))));
        }
    }
    what_is_piped_stays_whole(&place);
    assert!(wide.is_empty(), "{} lines are too wide:\n{}", wide.len(), wide.join("\n"));
}

fn helps() -> impl Iterator<Item = Vec<&'static str>> {
    let commands = [
        "",
        "init",
        "iam-policy",
        "collect",
        "attest",
        "attest add",
        "attest list",
        "attest requests",
        "attest withdraw",
        "assess",
        "diff",
        "trend",
        "next",
        "calendar",
        "bundle",
        "verify",
        "checks",
        "checks list",
        "checks explain",
        "checks coverage",
        "checks test",
        "vault",
        "vault list",
        "vault check",
        "vault prune",
        "vault merge",
        "keygen",
        "demo",
        "completions",
    ];
    commands.into_iter().map(|command| command.split_whitespace().chain(["--help"]).collect())
}

fn what_is_piped_stays_whole(place: &Workplace) {
    let output = place.auditpack().args(["attest", "list"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().any(|line| line.contains("access-reviews-of-2026") && line.contains("Art.32(1)(b)")),
        "{text}"
    );
}
