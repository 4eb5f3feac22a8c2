//! Checks that ask for too much, and what our own take.

use std::process::Output;

use auditpack::assess;
use auditpack::catalog;
use auditpack::vault::{Selector, Vault};
use serde_json::Value;

use crate::common::Workplace;

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
    command.env("AUDITPACK_KEY_PASSPHRASE", "correct horse battery staple");
    let output = command.args(arguments).output().unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).join("\n");
    assert_eq!(output.status.code(), Some(code), "auditpack {}\n{said}", arguments.join(" "));
    output
}

#[test]
fn checks_that_ask_for_too_much_are_named_and_our_own_do_not() {
    let place = Workplace::new();
    run(&place, 0, &["demo", "--out", "demo"]);
    let trust = ["--trust", "demo/signer-certificate.pem", "--format", "json"];
    let own = run(&place, 0, &[&["verify", "demo/evidence-pack.zip", "--reperform"], &trust[..]].concat());
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!(own["reperformed"]["identical"], true, "{own}");
    our_own_checks_leave_nine_tenths(&place);

    std::fs::create_dir_all(place.path("own/checks/iam")).unwrap();
    place.write("own/checks/iam/costly.toml", &COSTLY.replace("REST", &".map(x, x + x)".repeat(40)));
    run(&place, 0, &["keygen", "--organization", "Stranger", "--config", "demo/auditpack.toml"]);
    let bundle = [
        "bundle",
        "--out",
        "pack.zip",
        "--mappings",
        "own",
        "--config",
        "demo/auditpack.toml",
        "--vault",
        "demo/vault",
        "--key",
        "auditpack-key.pem",
        "--certificate",
        "auditpack-certificate.pem",
    ];
    let refused = run(&place, 1, &bundle);
    let refused = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.contains("check iam.costly") && refused.contains("--limit"), "{refused}");
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
