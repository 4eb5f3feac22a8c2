//! Mappings of anyone: a check, a source, a framework or another file of a catalog, beside small ones that are sound. The
//! first byte says which it is. What loads runs its examples.

#![no_main]

use std::collections::BTreeMap;

use auditpack::{assess, catalog, facts};
use auditpack_fuzz::seed;
use libfuzzer_sys::fuzz_target;

const FILES: [(&str, &str); 9] = [
    ("catalog.toml", "complete = true\n"),
    ("sources/x.toml", SOURCE),
    ("checks/x/y.toml", CHECK),
    ("controls/x.toml", "[[control]]\nid = \"c\"\ntitle = \"C\"\nchecks = [\"x.y\"]\n"),
    ("frameworks/f.toml", FRAMEWORK),
    ("params.toml", "[[param]]\nname = \"limit\"\ntitle = \"A limit\"\ndefault = 90\nstricter = \"lower\"\n"),
    ("services.toml", ""),
    ("offers.toml", ""),
    ("artifact-reports.toml", ""),
];

/// Seeds are not longer.
const LONG: usize = 4_000;

fuzz_target!(
    init: seed("mappings", seeds()),
    |bytes: &[u8]| {
        let Some((first, text)) = bytes.split_first() else { return };
        let place = usize::from(*first) % FILES.len();
        let mut files: BTreeMap<String, Vec<u8>> =
            FILES.iter().filter(|(_, text)| !text.is_empty()).map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        files.insert(FILES[place].0.to_owned(), text.to_vec());
        match catalog::load(files) {
            Ok(catalog) => {
                let _ = facts::run_examples(&catalog);
                let _ = assess::run_examples(&catalog);
                let _ = assess::coverage(&catalog);
            }
            Err(faults) => drop(format!("{:?}", miette::Report::new(faults))),
        }
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let own = FILES.iter().zip(0..).map(|((_, text), place)| (place, text.as_bytes().to_vec()));
    let shipped = [
        (1, "sources/kms.toml"),
        (1, "sources/iam.toml"),
        (1, "sources/s3.toml"),
        (2, "checks/iam/admin-mfa.toml"),
        (3, "controls/access.toml"),
        (4, "frameworks/gdpr.toml"),
        (5, "params.toml"),
        (6, "services.toml"),
        (7, "offers.toml"),
        (8, "artifact-reports.toml"),
    ];
    let mut embedded = catalog::embedded();
    let shipped = shipped.into_iter().filter_map(|(place, path)| Some((place, beginning(embedded.remove(path)?))));
    own.chain(shipped.collect::<Vec<_>>()).map(|(place, text)| [vec![place], text].concat()).collect()
}

/// The first tables of a long file.
fn beginning(mut text: Vec<u8>) -> Vec<u8> {
    if text.len() > LONG {
        let table = text[..LONG].windows(3).rposition(|window| window == b"\n[[");
        text.truncate(table.unwrap_or(LONG));
    }
    text
}

const SOURCE: &str = r#"
[[source]]
id = "x.things"
title = "Things"
service = "x"
protocol = "json"
version = "2020-01-01"
target = "X"
scope = "region"
operation = "ListThings"
items = "Things"
key = "Id"
actions = ["x:ListThings"]
"#;

const CHECK: &str = r#"
id = "x.y"
title = "Y"
severity = "low"
source = "x.things"
params = ["limit"]
none = "not-applicable"
why = "-"
remedy = "-"
pass = "r.Age < params.limit"
[[example]]
case = "pass"
row = { Id = "a", Age = 1 }
[[example]]
case = "fail"
row = { Id = "b", Age = 100 }
[[example]]
case = "absent"
verdict = "undetermined"
row = {}
"#;

const FRAMEWORK: &str = r#"
id = "f"
title = "F"
counts = "1 article"
[[requirement]]
id = "1"
title = "One"
responsibility = "customer"
aws_part = ""
customer_part = "Do it."
reports = []
manual = []
controls = ["c"]
"#;
