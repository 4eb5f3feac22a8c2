//! Own content over the embedded catalog.

use std::collections::BTreeMap;

use super::{Faults, embedded, is_complete, load, load_shown, with_own};
use crate::model::{Catalog, ControlId};

fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn over_embedded(own: &[(&str, &str)]) -> Result<Catalog, Faults> {
    load_shown(with_own(files(own), embedded()), "ours")
}

fn faults(own: &[(&str, &str)]) -> String {
    let faults = over_embedded(own).unwrap_err();
    let line = |fault: &super::Fault| {
        let place = format!("{}:{} [{}]", fault.file(), fault.line(), fault.word());
        format!("{place}\n  {}\n  > {}", fault.message(), fault.remedy().unwrap_or("-"))
    };
    faults.list().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn check(id: &str, more: &str) -> String {
    format!(
        r#"id = "{id}"
title = "Keys are ours"
severity = "low"
source = "kms.keys"
pass = "r.metadata.KeyManager == 'CUSTOMER'"
none = "not-applicable"
why = "Ours."
remedy = "Make it ours."
{more}
[[example]]
case = "pass"
row = {{ metadata = {{ KeyManager = "CUSTOMER" }} }}
[[example]]
case = "fail"
row = {{ metadata = {{ KeyManager = "AWS" }} }}
[[example]]
case = "absent"
verdict = "undetermined"
row = {{ metadata = {{}} }}
"#
    )
}

const DETECTORS: &str = r#"
[[source]]
id = "guardduty.detectors"
title = "Our own way to read detectors"
protocol = "rest-json"
scope = "region"
operation = "ListDetectors"
path = "/detector"
items = "detectorIds"
actions = ["guardduty:ListDetectors"]
[[source]]
id = "guardduty.filters"
title = "Filters"
protocol = "rest-json"
scope = "region"
operation = "ListFilters"
path = "/filter"
items = "filterNames"
actions = ["guardduty:ListFilters"]
"#;

fn controls_of<'a>(catalog: &'a Catalog, framework: &str, requirement: &str) -> Vec<&'a str> {
    let requirements = &catalog.frameworks[&framework.into()].requirements;
    let one = requirements.iter().find(|one| one.id.as_str() == requirement).unwrap();
    one.controls.iter().map(ControlId::as_str).collect()
}

#[test]
fn own_content_adds_and_replaces_single_items() {
    let before = load(embedded()).unwrap();
    let rotation = check("kms.key-rotation", "");
    let ours = check("kms.keys-are-ours", "controls = [\"log-encryption\"]");
    let catalog = over_embedded(&[
        ("sources/guardduty.toml", DETECTORS),
        ("checks/kms/key-rotation.toml", &rotation),
        ("checks/kms/keys-are-ours.toml", &ours),
        (
            "controls/ours.toml",
            "[[control]]\nid = \"our-keys\"\ntitle = \"Ours\"\nchecks = [\"kms.keys-are-ours\"]\n\
             supports = [\"soc2:CC1.1\", \"gdpr:Art.32\"]",
        ),
        ("params.toml", "[[param]]\nname = \"max_key_age_days\"\ndefault = 30\nstricter = \"lower\"\ntitle = \"Ours\""),
        ("artifact-reports.toml", "[[report]]\nkind = \"C5\"\ntitle = \"Ours\"\norigin = \"attached\""),
        ("services.toml", "[[service]]\nkey = \"ours\"\ntitle = \"Ours\"\nmodel = \"abstract\"\nlayers = {}"),
    ])
    .unwrap();
    assert_eq!(catalog.sources.len(), before.sources.len() + 1);
    assert_eq!(catalog.sources[&"guardduty.detectors".into()].title, "Our own way to read detectors");
    assert_eq!(catalog.checks.len(), before.checks.len() + 1);
    assert_eq!(catalog.checks[&"kms.key-rotation".into()].title, "Keys are ours");
    assert_eq!(catalog.params.len(), before.params.len());
    assert_eq!(catalog.params["max_key_age_days"].default, 30);
    assert_eq!(catalog.reports.len(), before.reports.len());
    assert_eq!(catalog.reports[&"C5".into()].title, "Ours");
    assert_eq!(catalog.services.len(), before.services.len() + 1);
    // The control that was there got the check, the requirements got the control, each at the end.
    let control = &catalog.controls[&"log-encryption".into()];
    assert_eq!(control.checks.last(), Some(&"kms.keys-are-ours".into()));
    assert_eq!(control.checks.len(), before.controls[&control.id].checks.len() + 1);
    assert_eq!(controls_of(&catalog, "soc2", "CC1.1"), ["our-keys"]);
    let article = controls_of(&catalog, "gdpr", "Art.32");
    assert_eq!(article.len(), controls_of(&before, "gdpr", "Art.32").len() + 1);
}

#[test]
fn a_framework_is_replaced_as_a_whole_and_leaves_its_controls_without_a_fault() {
    let framework = "id = \"soc2\"\ntitle = \"Short\"\ncounts = \"1 criterion\"\n[[requirement]]\nid = \"CC1.1\"\n\
                     title = \"One\"\ngroup = \"All\"\nresponsibility = \"customer\"\n";
    let gdpr = framework.replace("soc2", "gdpr");
    let iso = framework.replace("soc2", "iso27001-2022");
    let catalog = over_embedded(&[
        ("frameworks/soc2.toml", framework),
        ("frameworks/gdpr.toml", &gdpr),
        ("frameworks/iso27001-2022.toml", &iso),
    ])
    .unwrap();
    assert!(catalog.frameworks.values().all(|framework| framework.requirements.len() == 1));
    assert!(!catalog.files.contains_key("frameworks/soc2.toml"), "the pack carries what is used");
    assert!(catalog.files.contains_key("own/frameworks/soc2.toml"));
}

#[test]
fn what_a_pack_carries_gives_the_same_catalog() {
    let ours = check("kms.keys-are-ours", "controls = [\"log-encryption\"]");
    let catalog =
        over_embedded(&[("sources/guardduty.toml", DETECTORS), ("checks/kms/keys-are-ours.toml", &ours)]).unwrap();
    let again = load(catalog.files.clone()).unwrap();
    let whole = |catalog: &Catalog| format!("{catalog:?}");
    assert_eq!(whole(&again), whole(&catalog));
    // A pack's folder given with `--mappings` is taken as it is, and so is a copy of the embedded ones.
    assert!(is_complete(&catalog.files) && is_complete(&embedded()));
    for marker in ["complete = false", "complete = 'yes'", "complete", ""] {
        assert!(!is_complete(&files(&[("catalog.toml", marker)])), "{marker}");
    }
}

#[test]
fn faults_name_the_users_file_and_the_remedy() {
    let lonely = check("kms.lonely", "");
    let wrong = check("kms.wrong", "controls = [\"log-encrypton\"]").replace("metadata.KeyManager ==", "x.y ===");
    insta::assert_snapshot!(faults(&[
        ("checks/kms/lonely.toml", &lonely),
        ("checks/kms/wrong.toml", &wrong),
        (
            "controls/ours.toml",
            "[[control]]\nid = \"unused\"\ntitle = \"Ours\"\nchecks = []\n\n[[control]]\nid = \"ours\"\n\
             title = \"Ours\"\nchecks = [\"kms.key-rotaton\"]\n\
             supports = [\"soc2:CC11.1\", \"soc3:CC1.1\", \"CC1.1\", \"gdpr:Art.32\"]",
        ),
        ("catalog.toml", "complet = true"),
        ("notes/x.toml", ""),
    ]), @r#"
    ours/catalog.toml:1 [complet]
      unknown key `complet`
      > did you mean `complete`?
    ours/checks/kms/lonely.toml:1 ["kms.lonely"]
      nothing uses the check `kms.lonely`
      > add it to the `checks` of a control, or name one in its own `controls`
    ours/checks/kms/wrong.toml:5 [=]
      not a CEL expression: Syntax error: token recognition error at: '= '
      > see the CEL language definition, and `docs/checks.md` for what is known here
    ours/checks/kms/wrong.toml:9 ["log-encrypton"]
      there is no control `log-encrypton`
      > did you mean `log-encryption`?
    ours/controls/ours.toml:2 ["unused"]
      nothing uses the control `unused`
      > add it to the `controls` of a requirement in `frameworks/`, or name one in its own `supports`
    ours/controls/ours.toml:9 ["kms.key-rotaton"]
      there is no check `kms.key-rotaton`
      > did you mean `kms.key-rotation`?
    ours/controls/ours.toml:10 [CC11.1]
      there is no requirement `CC11.1`
      > did you mean `CC1.1`?
    ours/controls/ours.toml:10 [soc3]
      there is no framework `soc3`
      > did you mean `soc2`?
    ours/controls/ours.toml:10 ["CC1.1"]
      `CC1.1` names no requirement of a framework
      > write `framework:requirement`, `soc2:CC6.1`
    ours/notes/x.toml:1 []
      `notes/x.toml` is in no known place
      > known: `catalog.toml`, `params.toml`, `services.toml`, `offers.toml`, `artifact-reports.toml`, and the folders `sources`, `checks`, `controls`, `frameworks`
    "#);
    // Twice in one layer is a fault still.
    let twice = "[[control]]\nid = \"log-encryption\"\ntitle = \"A\"\nchecks = [\"kms.key-rotation\"]\n".repeat(2);
    insta::assert_snapshot!(faults(&[("controls/ours.toml", &twice)]), @r#"
    ours/controls/ours.toml:6 ["log-encryption"]
      the control `log-encryption` is defined twice
      > give one of the two controls another id, or delete it
    "#);
}

#[test]
fn a_source_says_what_the_aws_cli_calls_its_service() {
    let one = |named: &str| DETECTORS.replacen("protocol =", &format!("{named}\nprotocol ="), 1);
    let name = |text: &str| {
        over_embedded(&[("sources/ours.toml", text)]).unwrap().sources[&"guardduty.detectors".into()]
            .cli_service
            .clone()
    };
    assert_eq!(name(DETECTORS), "guardduty");
    assert_eq!(name(&one("cli_service = \"gd\"")), "gd");
    let fault = faults(&[("sources/ours.toml", &one("cli_service = \"gd; rm\""))]);
    assert!(
        fault.starts_with("ours/sources/ours.toml:5 [\"gd; rm\"]\n  the AWS CLI has no service `gd; rm`"),
        "{fault}"
    );
    assert!(over_embedded(&[("sources/ours.toml", &one("cli_service = \"aws\""))]).is_err());
}
