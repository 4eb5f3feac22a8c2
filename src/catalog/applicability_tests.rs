//! What can never be satisfied is refused, and so is a view of the user's that could not hold.

use std::collections::BTreeMap;

use super::{Faults, embedded, load, load_settings};
use crate::model::{Responsibility, Settings, Sites};

const SERVICES: &str = r#"
[[service]]
key = "s3"
title = "S3"
model = "abstract"
layers = { guest_os = "aws", application = "customer" }
"#;

fn catalog(edition: &str, requirements: &str) -> Result<crate::model::Catalog, Faults> {
    let framework = format!("id = \"own\"\ntitle = \"Own\"\ncounts = \"some\"\n{requirements}");
    let files = [
        ("catalog.toml", edition.to_owned()),
        ("services.toml", SERVICES.to_owned()),
        ("frameworks/own.toml", framework),
        ("artifact-reports.toml", "[[report]]\nkind = \"DPA\"\ntitle = \"Terms\"\norigin = \"attached\"\n".to_owned()),
    ];
    load(files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into_iter().collect::<BTreeMap<_, _>>())
}

fn row(id: &str, members: &str) -> String {
    format!("[[requirement]]\nid = \"{id}\"\ntitle = \"{id}\"\ngroup = \"g\"\n{members}\n")
}

fn messages(faults: &Faults) -> Vec<String> {
    faults.list().iter().map(|fault| format!("{} [{}] {}", fault.line(), fault.word(), fault.message())).collect()
}

#[test]
fn a_row_that_can_become_awss_names_its_reports() {
    let rows = [
        row("fixed", "responsibility = \"customer\""),
        row("ours", "responsibility = \"customer\"\nlayers = [\"application\"]"),
        row("moves", "responsibility = \"customer\"\nlayers = [\"guest_os\"]"),
        row("said", "responsibility = \"shared\""),
        row("proved", "responsibility = \"shared\"\nlayers = [\"guest_os\"]\nreports = [\"DPA\"]"),
        row("whole", "responsibility = \"shared\""),
        row("part", "responsibility = \"customer\"\nparent = \"whole\""),
    ]
    .concat();
    let faults = catalog("edition = 2", &rows).unwrap_err();
    let said: Vec<&str> = faults.list().iter().map(|fault| fault.message()).collect();
    let refused = [
        "`moves` can become inherited or shared, and no AWS report evidences it",
        "`said` can become shared, and no AWS report evidences it",
    ];
    assert_eq!(said, refused);
    assert!(catalog("", &rows).is_ok(), "packs of that time are read for ever");
    assert_eq!(catalog("edition = 3", "").unwrap_err().list()[0].message(), "edition 3 of the rules is not known");
}

#[test]
fn one_document_answers_requests_that_ask_for_it_for_as_long() {
    let ask = |id: &str, days: u32, more: &str| {
        format!("manual = [{{ id = \"{id}\", ask = \"Please.\", owner = \"legal\", valid_days = {days}{more} }}]")
    };
    let with = |id: &str, manual: String| row(id, &format!("responsibility = \"customer\"\n{manual}"));
    let same = |id: &str| format!(", same_as = \"own/{id}\"");
    let rows = [
        with("A", ask("a", 365, "")),
        with("B", ask("b", 365, &same("a"))),
        with("C", ask("c", 92, &same("a"))),
        with("D", ask("d", 365, &same("b"))),
        with("E", ask("e", 365, &same("nothing"))),
        with("F", ask("f", 365, ", same_as = \"a\"")),
    ]
    .concat();
    insta::assert_snapshot!(messages(&catalog("edition = 2", &rows).unwrap_err()).join("\n"), @r#"
    21 ["c"] a document for `c` counts for 92 days, for `a` for 365
    27 ["d"] `b` is itself the same as another request
    33 ["e"] there is no request `nothing` in `own`
    39 ["a"] `a` names no request of a framework
    "#);
}

fn settings(more: &str) -> Result<Settings, Faults> {
    let text =
        format!("organization = \"Example\"\nframeworks = [\"soc2\"]\n{more}\n[period]\nquarter = \"2026-Q4\"\n");
    load_settings("auditpack.toml", text.as_bytes(), &load(embedded()).unwrap())
}

#[test]
fn the_users_own_view_is_read() {
    let settings = settings(
        r#"
[premises]
sites = "equipment"
reason = "All staff work from home"
[scope]
categories = ["security", "availability"]
[[not-applicable]]
framework = "gdpr"
requirement = "Art.8"
reason = "No service for children"
approver = "Jane Doe, DPO"
date = 2026-02-01
"#,
    )
    .unwrap();
    assert_eq!(settings.premises.map(|own| own.sites), Some(Sites::Equipment));
    assert_eq!(settings.not_applicable[0].requirement.as_str(), "Art.8");
    assert_eq!(settings.scope.categories.map(|some| some.len()), Some(2));
}

#[test]
fn a_view_that_could_not_hold_is_refused() {
    let faults = settings(
        r#"
[premises]
sites = "home"
[scope]
categories = ["privcy"]
[[not-applicable]]
framework = "iso27001-2022"
requirement = "cl.9.2.1"
reason = "No time"
approver = "Jane Doe"
date = 2026-02-01
[[not-applicable]]
framework = "soc2"
requirement = "P1.1"
[[split]]
framework = "soc2"
requirement = "PI1.1"
responsibility = "shared"
reason = "AWS computes"
"#,
    )
    .unwrap_err();
    insta::assert_snapshot!(messages(&faults).join("\n"), @r#"
    4 [[premises]] `reason` is missing
    5 ["home"] `home` is not a valid `sites`
    7 ["privcy"] there is no category `privcy`
    10 ["cl.9.2.1"] `cl.9.2.1` cannot be left out: the framework demands it of everyone
    14 [[[not-applicable]]] `approver` is missing
    14 [[[not-applicable]]] `date` is missing
    14 [[[not-applicable]]] `reason` is missing
    19 ["PI1.1"] no AWS report evidences `PI1.1`: AWS's half of it could never be satisfied
    "#);
}

#[test]
fn no_row_of_ours_waits_for_a_report_that_does_not_exist() {
    let catalog = load(embedded()).unwrap();
    let customer = |framework: &str, id: &str| {
        let rows = &catalog.frameworks[&framework.into()].requirements;
        rows.iter()
            .any(|row| row.id.as_str() == id && row.responsibility == Responsibility::Customer && row.layers.is_empty())
    };
    for id in ["PI1.1", "PI1.2", "PI1.3", "PI1.4"] {
        assert!(customer("soc2", id), "{id}");
    }
    for id in ["A.8.4", "A.8.25", "A.8.26", "A.8.27", "A.8.28", "A.8.29", "A.8.31"] {
        assert!(customer("iso27001-2022", id), "{id}");
    }
    assert!(customer("gdpr", "Art.25(1)"));
    let proofs =
        |row: &crate::model::Requirement| row.reports.iter().all(|kind| ["SOC2", "C5"].contains(&kind.as_str()));
    let shared = catalog.frameworks[&"soc2".into()].requirements.iter();
    let weak: Vec<_> = shared.filter(|row| row.responsibility != Responsibility::Customer && !proofs(row)).collect();
    assert!(weak.is_empty(), "{weak:?}");
}
