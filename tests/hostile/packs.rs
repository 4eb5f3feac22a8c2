//! Checks that ask for too much, and what our own take.

use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use auditpack::assess;
use auditpack::bundle::{SIGNATURE, SUMS};
use auditpack::catalog;
use auditpack::model::Sha256;
use auditpack::seal::{SigningIdentity, sign_detached};
use auditpack::vault::{Selector, Vault};
use serde_json::Value;

use super::measured::measure;
use crate::common::Workplace;
use crate::common::demonstration::demonstration;

const NOW: &str = "2026-10-05T09:00:00Z";
const PASSPHRASE: &str = "correct horse battery staple";
const STRANGER: [&str; 4] = ["--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];
const TRUST: [&str; 2] = ["--trust", "auditpack-certificate.pem"];

const COSTLY: &str = r#"
id = "iam.costly"
title = "Costs much"
severity = "low"
source = "iam.authorization-details"
controls = ["least-privilege"]
none = "not-applicable"
why = "-"
remedy = "-"
pass = "size(['a'].map(x, x + x).map(x, x + x).map(x, x + x)REST) > 0"
[[example]]
case = "pass"
row = { Arn = "a" }
[[example]]
case = "fail"
row = { Arn = "a" }
[[example]]
case = "absent"
verdict = "undetermined"
row = {}
"#;

fn run(place: &Workplace, code: i32, arguments: &[&str]) -> Output {
    let mut command = place.auditpack();
    command.env("AUDITPACK_KEY_PASSPHRASE", PASSPHRASE).env("AUDITPACK_NOW", NOW);
    let output = command.args(arguments).output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).join("\n");
    assert_eq!(output.status.code(), Some(code), "auditpack {}\n{said}", arguments.join(" "));
    output
}

#[test]
fn checks_that_ask_for_too_much_are_named_and_our_own_do_not() {
    let place = Workplace::new();
    demonstration(&place.path("demo"));
    let trust = ["--trust", "demo/signer-certificate.pem", "--format", "json"];
    let own = run(&place, 0, &[&["verify", "demo/evidence-pack.zip", "--reperform"], &trust[..]].concat());
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!(own["reperformed"]["identical"], true, "{own}");
    our_own_checks_leave_nine_tenths(&place);

    std::fs::create_dir_all(place.path("own/checks/iam")).unwrap();
    place.write("own/checks/iam/costly.toml", &COSTLY.replace("REST", &".map(x, x + x)".repeat(40)));
    run(&place, 0, &["keygen", "--organization", "Stranger", "--config", "demo/auditpack.toml"]);
    let refused = run(&place, 1, &bundled(&["--mappings", "own"]));
    let refused = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.contains("check iam.costly") && refused.contains("--limit"), "{refused}");

    a_stranger_seals_them_all_the_same(&place);
}

/// The stranger's pack of the demonstration.
fn bundled<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let of = ["bundle", "--out", "pack.zip", "--config", "demo/auditpack.toml", "--vault", "demo/vault"];
    [&of[..], &STRANGER, more].concat()
}

/// Nothing but the check that asks for too much is wrong with the pack: it is signed by a key that is trusted.
fn a_stranger_seals_them_all_the_same(place: &Workplace) {
    run(place, 0, &bundled(&[]));
    let unzip = Command::new("unzip").args(["-q", "pack.zip", "-d", "pack"]).current_dir(place.path("")).status();
    assert!(unzip.unwrap().success());
    let costly = place.path("pack/mappings/own/checks/iam/costly.toml");
    fs::create_dir_all(costly.parent().unwrap()).unwrap();
    fs::copy(place.path("own/checks/iam/costly.toml"), costly).unwrap();
    let old = fs::read_to_string(place.path("pack").join(SUMS)).unwrap();
    let names = old.lines().map(|line| line.split_once("  ").unwrap().1);
    let mut names: Vec<&str> = names.chain(["mappings/own/checks/iam/costly.toml"]).collect();
    names.sort_unstable();
    let mut sums = String::new();
    for name in names {
        writeln!(sums, "{}  {name}", Sha256::of(&fs::read(place.path("pack").join(name)).unwrap())).unwrap();
    }
    let [key, chain] = [STRANGER[1], STRANGER[3]].map(|name| fs::read(place.path(name)).unwrap());
    let now = NOW.parse().unwrap();
    let identity = SigningIdentity::from_pem(&key, &chain, Some(PASSPHRASE), now).unwrap();
    fs::write(place.path("pack").join(SIGNATURE), sign_detached(sums.as_bytes(), &identity, now).unwrap()).unwrap();
    fs::write(place.path("pack").join(SUMS), sums).unwrap();

    for arguments in [&["verify", "pack", TRUST[0], TRUST[1], "--reperform"][..], &["diff", "pack", "pack.zip"]] {
        let mut command = place.auditpack();
        let found = measure({
            command.args(arguments).env("AUDITPACK_NOW", NOW);
            command
        });
        assert!(found.seconds < 60.0 && found.megabytes < 800, "{} s, {} MB", found.seconds, found.megabytes);
        assert_ne!(found.code, Some(0), "{}", found.said);
        assert!(found.said.contains("iam.costly") && found.said.contains("--limit"), "{}", found.said);
        println!(
            "tried 1 pack that asks for too much: {}, {:.1} s, {} MB",
            arguments[0], found.seconds, found.megabytes
        );
    }
    let said = run(place, 5, &["verify", "pack", TRUST[0], TRUST[1], "--reperform"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("intact, but not judged again: its checks ask for too much"), "{said}");
}

/// The process that another began, once it has taken its limits on.
fn confined_child_of(parent: &Child) -> String {
    let parent = parent.id();
    for _ in 0..500 {
        let begun = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        if let Some(child) = begun.split_whitespace().next() {
            let limits = fs::read_to_string(format!("/proc/{child}/limits")).unwrap_or_default();
            let time = limits.lines().find(|line| line.starts_with("Max cpu time"));
            if time.is_some_and(|line| line.split_whitespace().nth(3) == Some("300")) {
                return child.to_owned();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    unreachable!("it began none that has limits");
}

#[test]
fn what_the_system_ends_is_told_with_its_limit() {
    let place = Workplace::new();
    demonstration(&place.path("demo"));
    let judge = || {
        let mut command = place.auditpack();
        command.args(["verify", "demo/evidence-pack.zip", "--reperform", "--trust", "demo/signer-certificate.pem"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    for (limit, says) in [
        ("--cpu=1", "it took more than 300 seconds of processor time"),
        ("--data=30000000", "MB of memory, or an expression is nested too deep"),
    ] {
        let parent = judge();
        let child = confined_child_of(&parent);
        // The limits that the child took on would only bite where our own meter has a hole: these bite at once.
        let set = Command::new("prlimit").args(["--pid", &child, limit]).status().unwrap();
        assert!(set.success(), "{limit}");
        let output = parent.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{limit}: {said}");
        assert!(said.contains("Error: judging was ended") && said.contains(says), "{limit}: {said}");
        assert!(said.contains("--limit 10"), "{said}");
    }
    println!("tried 2 judgings that the system ends");
}

/// The largest estate that is recorded, judged by what is embedded.
fn our_own_checks_leave_nine_tenths(place: &Workplace) {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let settings = std::fs::read(place.path("demo/auditpack.toml")).unwrap();
    let beside = &mut |name: &str| std::fs::read(place.path("demo").join(name));
    let settings = catalog::load_settings_beside("auditpack.toml", &settings, &catalog, beside).unwrap();
    let vault = Vault::open(&place.path("demo/vault")).unwrap();
    let stored = vault.load(&Selector::Latest).unwrap();
    let facts = auditpack::facts::read(&catalog, &stored.snapshot, &mut |hash| vault.get(hash)).unwrap();
    let cost = assess::cost(&catalog, &settings, stored.id, &stored.snapshot, &facts);
    println!("{cost:?}");
    assert!(cost.evaluation > 0.0 && cost.evaluation < 0.1, "one evaluation: {cost:?}");
    assert!(cost.all > 0.0 && cost.all < 0.1, "all together: {cost:?}");
}
