//! The command line as a user meets it: help, messages, exit codes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::process::Output;

use common::Workplace;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Exit code, stdout and stderr in one text.
fn shown(output: &Output) -> String {
    let code = output.status.code().unwrap();
    format!("exit {code}\n--- stdout\n{}--- stderr\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_command_has_help() {
    let place = Workplace::new();
    let commands: &[&[&str]] = &[
        &[],
        &["init"],
        &["iam-policy"],
        &["collect"],
        &["attest"],
        &["attest", "add"],
        &["attest", "list"],
        &["attest", "requests"],
        &["attest", "withdraw"],
        &["assess"],
        &["diff"],
        &["trend"],
        &["next"],
        &["calendar"],
        &["bundle"],
        &["verify"],
        &["checks"],
        &["checks", "list"],
        &["checks", "explain"],
        &["checks", "coverage"],
        &["checks", "test"],
        &["vault"],
        &["vault", "list"],
        &["vault", "check"],
        &["vault", "prune"],
        &["vault", "merge"],
        &["keygen"],
        &["demo"],
        &["completions"],
    ];
    let mut all = String::new();
    for command in commands {
        let output = place.auditpack().args(*command).arg("--help").output().unwrap();
        assert!(output.status.success());
        all.push_str(&format!("===== auditpack {}\n{}\n", command.join(" "), text(&output.stdout)));
    }
    insta::assert_snapshot!("help", all);
}

#[test]
fn init_writes_settings_that_work_as_written() {
    let place = Workplace::new();
    let output = place.auditpack().args(["init", "--organization", "Müller \"&\" Söhne"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let policy = place.auditpack().arg("iam-policy").output().unwrap();
    assert_eq!(policy.status.code(), Some(0), "the settings are accepted: {}", shown(&policy));
    let written = std::fs::read_to_string(place.path("auditpack.toml")).unwrap();
    assert!(written.contains("Müller \\\"&\\\" Söhne") || written.contains("'Müller \"&\" Söhne'"), "{written}");
    let again = place.auditpack().arg("init").output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("--force"), "{}", shown(&again));
    let nameless = place.auditpack().args(["init", "--organization", " ", "--config", "other.toml"]).output().unwrap();
    assert_eq!(nameless.status.code(), Some(1));
    assert!(!place.path("other.toml").exists());
}

#[test]
fn files_of_the_user_are_left_alone_when_one_is_written() {
    let place = Workplace::new();
    place.write("notes.toml", "old");
    place.write("notes.tmp", "the user's own");
    let forced = ["init", "--organization", "Example", "--config", "notes.toml", "--force"];
    let output = place.auditpack().args(forced).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(std::fs::read_to_string(place.path("notes.tmp")).unwrap(), "the user's own");
    let names = std::fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".tmp")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| std::fs::metadata(place.path(name)).unwrap().permissions().mode();
        assert_eq!(mode("notes.toml"), mode("notes.tmp"), "as the umask says");
    }
}

#[test]
fn every_fault_of_a_settings_file_is_shown_in_one_run() {
    let place = Workplace::new();
    place.write(
        "auditpack.toml",
        r#"organization = "Example"
frameworks = ["soc2", "iso27002"]
perid = "2026-Q3"

[period]
quarter = "2026-Q5"

[params]
max_key_age_days = "ninety"
max_key_agee = 60
min_password_length = -1

[[exception]]
check = "s3.bucket-loging"
resources = ["*"]
reason = "because"
approver = "Jane"
until = "2026-12-31"
"#,
    );
    let output = place.auditpack().arg("assess").output().unwrap();
    insta::assert_snapshot!("settings_faults", shown(&output));
}

#[test]
fn what_is_missing_is_said_with_its_remedy() {
    let place = Workplace::new();
    let mut all = String::new();
    let mut run = |arguments: &[&str]| {
        let output = place.auditpack().args(arguments).output().unwrap();
        all.push_str(&format!("$ auditpack {}\n{}\n", arguments.join(" "), shown(&output)));
    };
    run(&["assess"]);
    place.write(
        "auditpack.toml",
        "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q3\"\n",
    );
    run(&["assess"]);
    run(&["bundle"]);
    run(&["verify", "nowhere.zip"]);
    run(&["collect", "--resume"]);
    run(&["checks", "explain", "s3.bucket"]);
    run(&["checks", "explain", "iam.root-mfa-enable"]);
    run(&["assess", "--fail-on", "bad"]);
    run(&["assess", "--snapshot", "x"]);
    run(&["keygen", "--organization", "Example"]);
    run(&["assess", "--mappings", "nowhere"]);
    insta::assert_snapshot!("missing", all);
}

#[test]
fn a_newer_vault_a_foreign_folder_and_a_second_writer_are_refused() {
    let place = Workplace::new();
    place.write(
        "auditpack.toml",
        "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q3\"\n",
    );
    std::fs::create_dir(place.path("newer")).unwrap();
    place.write("newer/vault.json", "{\"format\":99}");
    let newer = place.auditpack().args(["collect", "--vault", "newer"]).output().unwrap();
    std::fs::create_dir(place.path("foreign")).unwrap();
    place.write("foreign/thesis.txt", "mine");
    let foreign = place.auditpack().args(["collect", "--vault", "foreign"]).output().unwrap();
    insta::assert_snapshot!("vaults", format!("{}\n{}", shown(&newer), shown(&foreign)));
    assert_eq!(std::fs::read_to_string(place.path("foreign/thesis.txt")).unwrap(), "mine");
}

#[test]
fn keygen_makes_an_encrypted_key_that_openssl_reads() {
    let place = Workplace::new();
    let output = place
        .auditpack()
        .args(["keygen", "--organization", "Example GmbH"])
        .env("AUDITPACK_KEY_PASSPHRASE", "correct horse")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let key = std::fs::read_to_string(place.path("auditpack-key.pem")).unwrap();
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert!(!shown(&output).contains("correct horse"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.path("auditpack-key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let openssl = |arguments: &[&str]| {
        std::process::Command::new("openssl").args(arguments).current_dir(place.path("")).output().unwrap()
    };
    let read = openssl(&["pkey", "-in", "auditpack-key.pem", "-passin", "pass:correct horse", "-noout", "-text"]);
    assert!(text(&read.stdout).contains("prime256v1"), "{}", shown(&read));
    let certificate = openssl(&["x509", "-in", "auditpack-certificate.pem", "-noout", "-subject"]);
    assert!(text(&certificate.stdout).contains("Example GmbH"), "{}", shown(&certificate));
    let again = place
        .auditpack()
        .args(["keygen", "--organization", "Example GmbH"])
        .env("AUDITPACK_KEY_PASSPHRASE", "x")
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1), "a key is never written over");
}

#[test]
fn completions_name_the_commands() {
    let place = Workplace::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = place.auditpack().args(["completions", shell]).output().unwrap();
        assert!(text(&output.stdout).contains("iam-policy"), "{shell}");
    }
}

#[test]
fn all_examples_of_all_checks_hold() {
    let place = Workplace::new();
    let output = place.auditpack().args(["checks", "test"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(text(&output.stderr).contains(" 0 wrong"));
}

#[test]
fn the_iam_policy_reads_only() {
    let place = Workplace::new();
    let output = place.auditpack().arg("iam-policy").output().unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let mut actions = 0;
    for action in statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap()) {
        let action = action.as_str().unwrap();
        let verb = action.split(':').nth(1).unwrap();
        let reads =
            ["Get", "List", "Describe", "BatchGet", "Lookup", "Select"].iter().any(|read| verb.starts_with(read));
        let starts = ["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"].contains(&verb);
        // API Gateway's actions are HTTP methods: `apigateway:GET`.
        assert!(reads || starts || verb == "GET", "{action}");
        actions += 1;
    }
    assert!(actions > 150, "{actions}");
}

#[test]
fn the_iam_policy_comes_in_pieces_that_iam_takes() {
    let place = Workplace::new();
    let statements = |bytes: &[u8]| {
        let policy: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    };
    let whole = statements(&place.auditpack().arg("iam-policy").output().unwrap().stdout);
    let output = place.auditpack().args(["iam-policy", "--split", "policies"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let mut pieces = Vec::new();
    for number in 1..=10 {
        let Ok(bytes) = std::fs::read(place.path(&format!("policies/auditpack-{number}.json"))) else { break };
        assert!(bytes.len() <= 6_144, "IAM: a managed policy has at most 6,144 characters");
        pieces.extend(statements(&bytes));
    }
    assert_eq!(pieces, whole);
}
