//! The texts of faults, as a mapping author reads them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use super::{Faults, load};

fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn render(faults: &Faults) -> String {
    let mut text = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor()).with_width(110);
    handler.render_report(&mut text, faults).unwrap();
    text
}

const SOURCE: &str = r#"
[[source]]
id = "kms.keys"
title = "KMS keys"
protocol = "json"
version = "1.1"
target = "TrentService"
scope = "region"
operation = "ListKeys"
items = "Keys"
key = "KeyId"
resource = "{metadata.Arn}"
page = { next = "NextMarker", send = "Marker", more = "Truncated", size = { Limit = 100 } }
actions = ["kms:ListKeys"]
[[source.each]]
as = "metadata"
operation = "DescribeKey"
send = { KeyId = "{KeyId}" }
select = "KeyMetadata"
actions = ["kms:DescribeKey"]
"#;

const CHECK: &str = r#"
id = "kms.key-rotation"
title = "Customer keys rotate"
severity = "medium"
source = "kms.keys"
when = "r.metadata.KeyManager == 'CUSTOMER'"
pass = "r.rotation.KeyRotationEnabled"
none = "not-applicable"
why = "Old keys leak."
remedy = "Turn rotation on."
[[example]]
case = "pass"
row = { rotation = { KeyRotationEnabled = true } }
[[example]]
case = "fail"
row = { rotation = { KeyRotationEnabled = false } }
[[example]]
case = "absent"
verdict = "undetermined"
row = { rotation = nan }
"#;

#[test]
fn a_small_catalog_loads() {
    let catalog = load(files(&[("sources/kms.toml", SOURCE), ("checks/kms/key-rotation.toml", CHECK)])).unwrap();
    let source = &catalog.sources[&"kms.keys".into()];
    assert_eq!(source.endpoint_variable, "KMS");
    assert_eq!(source.each[0].part, "metadata");
    let check = &catalog.checks[&"kms.key-rotation".into()];
    assert_eq!(check.examples[2].row["rotation"], serde_json::Value::Null);
}

#[test]
fn faults() {
    let bad =
        SOURCE.replace("\"ListKeys\"", "\"DeleteKeys\"").replace("title =", "titel =").replace("{KeyId}", "{period.x}");
    let check = CHECK.replace("'CUSTOMER'", "params.x && foo.all(x, lowr(x) == y)").replace("medium", "meduim");
    let faults = load(files(&[("sources/kms.toml", &bad), ("checks/kms/key-rotatio.toml", &check)])).unwrap_err();
    assert_eq!(faults.list().len(), 10, "{}", render(&faults));
}

/// Until every part is there, the names that `services.toml` would define are taken from the sources themselves.
#[test]
fn the_embedded_catalog_loads() {
    let files = super::embedded();
    let started = std::time::Instant::now();
    match load(files) {
        Ok(catalog) => assert!(!catalog.sources.is_empty()),
        Err(faults) => unreachable!("{}", render(&faults)),
    }
    eprintln!("{:?}", started.elapsed());
}

#[test]
fn the_embedded_catalog_is_complete() {
    let catalog = load(super::embedded()).unwrap_or_else(|faults| panic!("{:?}", miette::Report::new(faults)));
    let counted = |framework: &str| {
        let requirements = &catalog.frameworks[&framework.into()].requirements;
        requirements.iter().filter(|requirement| requirement.parent.is_none()).count()
    };
    assert_eq!((counted("soc2"), counted("iso27001-2022"), counted("gdpr")), (61, 123, 40));
    assert!(catalog.checks.len() >= 91, "{}", catalog.checks.len());
}
