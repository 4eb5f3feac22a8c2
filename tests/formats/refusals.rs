//! What is refused, and with which exit code.

use super::*;

#[test]
fn formats_that_a_command_has_not_are_refused_with_those_that_it_has() {
    let place = Workplace::new();
    for (command, format, known) in [
        ("diff", "junit", "table, json, markdown, html"),
        ("diff", "csv", "table, json, markdown, html"),
        ("trend", "junit", "table, json, csv, markdown, html"),
        ("next", "ics", "table, json, csv, markdown, html"),
        ("calendar", "junit", "table, json, csv, markdown, html, ics"),
        ("assess", "html", "table, json, markdown, junit"),
    ] {
        let said = said(&place, 2, &[command, "--format", format]);
        assert!(said.contains(&format!("invalid value '{format}' for '--format <FORMAT>'")), "{said}");
        assert!(said.contains(&format!("[possible values: {known}]")), "{said}");
    }
    for (wrong, word) in [
        (["diff", "--fail-on", "sometimes"], "invalid value 'sometimes' for '--fail-on"),
        (["diff", "--fail-on", "new,severity>high"], "invalid value 'severity>high' for '--fail-on"),
        (["assess", "--fail-on", "severity>=worst"], "expected `new`, `any` or `severity>=critical|high|medium|low`"),
        (["calendar", "--days", "0"], "0 is not in 1..=3650"),
        (["next", "--top", "all"], "invalid value 'all' for '--top"),
        (["next", "--by", "size"], "possible values: requirements, severity, age, owner"),
        (["assess", "--snapshot", "newest"], "invalid value 'newest' for '--snapshot"),
        (["trend", "--snapshot", "2026-Q2"], "unexpected argument '--snapshot'"),
        (["diff", "--snapshot", "2026-Q2"], "unexpected argument '--snapshot'"),
        (["keygen", "--format", "ics"], "unexpected argument '--format'"),
        (["--vault", "other", "assess"], "'assess --vault' exists"),
        (["assess", "--fail-on", "severity>=hihg"], "did you mean `severity>=high`?"),
        (["assess", "--snapshot", "latst"], "did you mean `latest`?"),
        (["diff", "2026-Q1..2026-Q2", "latest"], "`2026-Q1..2026-Q2` names both sides already; omit `latest`"),
    ] {
        let said = said(&place, 2, &wrong);
        assert!(said.contains(word), "{said}");
    }
    let span = said(&place, 2, &["vault", "prune", "--keep", "weakly 3"]);
    assert!(span.contains("did you mean `weekly`?"), "{span}");
}

#[test]
fn sides_that_cannot_be_compared_are_refused_with_the_reason() {
    let place = copied();
    fs::copy(place.path("evidence-pack.zip"), place.path("altered.zip")).unwrap();
    let mut bytes = fs::read(place.path("altered.zip")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(place.path("altered.zip"), bytes).unwrap();
    place.write("text.zip", "no pack");
    fs::create_dir(place.path("folder")).unwrap();
    for (sides, words) in [
        (
            ["2025-Q1", "latest"],
            &["no snapshot is of the quarter 2025-Q1", "the vault has", "`auditpack vault list`"][..],
        ),
        (["ffff0000", "latest"], &["no snapshot begins with `ffff0000`", "`auditpack vault list`"]),
        (["nonsense", "latest"], &["`nonsense`: expected `latest`, `previous`, a quarter like", "a pack is a `.zip`"]),
        (["2026-Q9", "latest"], &["`2026-Q9`: expected"]),
        (["folder", "latest"], &["`folder`: expected", "or the folder that it was unpacked to"]),
        (
            ["latest", "2026-Q1"],
            &["`latest` (2026-09-30 18:00 UTC) is later than `2026-Q1`", "name the earlier one first"],
        ),
        (["nowhere.zip", "latest"], &["`nowhere.zip` cannot be compared", "No such file", "name a pack that is there"]),
        (
            ["text.zip", "latest"],
            &["`text.zip` is not a whole pack as it was signed", "it is not a zip archive", "compare an intact copy"],
        ),
    ] {
        let said = said(&place, 1, &["diff", sides[0], sides[1]]);
        for word in words {
            assert!(said.contains(word), "{word} in {said}");
        }
        assert!(!said.contains(": :"), "{said}");
    }
    let altered = said(&place, 1, &["diff", "2026-Q1", "altered.zip"]);
    assert!(altered.contains("`altered.zip` is not a whole pack as it was signed, and is not compared"), "{altered}");
    assert!(!altered.contains("told auditpack to trust"), "the alteration is the reason, not the signer: {altered}");

    // Packs and a vault of another organization.
    edit(&place, "auditpack.toml", "Lindenhof Kiosk GmbH", "Other GmbH");
    let vault = Vault::create(&place.path("other")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Other GmbH");
    let other = said(&place, 1, &["diff", "evidence-pack.zip", "latest", "--vault", "other"]);
    assert!(other.contains("two organizations have no history in common") && other.contains("Other GmbH"), "{other}");
    edit(&place, "auditpack.toml", "Other GmbH", "Lindenhof Kiosk GmbH");
    let vault = Vault::create(&place.path("same")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Lindenhof Kiosk GmbH");
    let foreign = said(&place, 1, &["diff", "evidence-pack.zip", "latest", "--vault", "same"]);
    assert!(foreign.contains("have no account in common: everything would be new"), "{foreign}");
    let alone = said(&place, 1, &["diff", "--vault", "same"]);
    assert!(alone.contains("help: "), "one snapshot has none before it: {alone}");
}

#[test]
fn exit_codes_say_what_fail_on_asks() {
    let code = |arguments: &[&str]| in_demo(demo(), NOW, arguments).status.code().unwrap();
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2"]), 0);
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2", "--fail-on", "new"]), 4);
    assert_eq!(code(&["diff", "2026-Q1", "2026-Q2", "--fail-on", "any", "--format", "json"]), 4);
    assert_eq!(code(&["diff", "previous", "latest", "--fail-on", "new"]), 0, "nothing new that week");
    assert_eq!(code(&["diff", "2026-Q2", "2026-Q3", "--fail-on", "new,severity>=critical"]), 4);
    assert_eq!(code(&["diff", "latest", "latest", "--fail-on", "new"]), 0, "a snapshot beside itself has nothing new");
    assert_eq!(code(&["assess", "--fail-on", "new", "--quiet"]), 3, "gaps, and nothing new that week");
    assert_eq!(code(&["assess"]), 3, "gaps, and nothing to fail on");
    assert_eq!(code(&["assess", "--format", "junit", "--fail-on", "severity>=low"]), 4);
    for command in ["trend", "next", "calendar"] {
        assert_eq!(code(&[command]), 0, "{command} reports, it does not judge");
    }
}

#[test]
fn a_vault_without_snapshots_and_no_vault_are_told_apart() {
    let place = Workplace::new();
    place.write(
        "auditpack.toml",
        "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q4\"\n",
    );
    place.write("note.txt", "Be kind.");
    for command in ["trend", "next", "diff"] {
        let none = said(&place, 1, &[command]);
        assert!(none.contains("there is no vault at `vault`") && none.contains("`auditpack collect`"), "{none}");
    }
    let first = said(&place, 0, &["calendar"]);
    assert!(first.contains("2026-10-05 today snapshot security The first snapshot auditpack collect"), "{first}");
    good(&place, &["attest", "add", "note.txt", "--for", "cc1.1-code-of-conduct", "--owner", "Jo"]);
    for command in ["trend", "next", "diff"] {
        let empty = said(&place, 1, &[command]);
        let words = "the vault `vault` holds no snapshot yet help: collect evidence first: `auditpack collect`";
        assert!(empty.contains(words), "{empty}");
    }
    assert!(said(&place, 0, &["calendar"]).contains("today snapshot security The first snapshot"));
}

#[test]
fn an_owner_who_has_nothing_to_do_is_told_who_has() {
    let output = in_demo(demo(), NOW, &["next", "--owner", "nobody"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(text(&output.stdout).contains("Nothing to do for this owner."), "{}", shown(&output));
    assert!(text(&output.stderr).contains("`nobody` owns no action; the owners are engineering"), "{}", shown(&output));
    let some: Value = serde_json::from_slice(&printed(&["next", "--owner", "SECURITY", "--format", "json"])).unwrap();
    let owners: BTreeSet<&str> =
        some["actions"].as_array().unwrap().iter().map(|action| action["owner"].as_str().unwrap()).collect();
    assert_eq!(owners, BTreeSet::from(["security"]));
}

// ---------------------------------------------------------------------------------------------------------------------
// What docs/history.md and docs/continuous.md give to copy
