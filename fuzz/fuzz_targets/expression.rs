//! CEL of anyone: read, looked through, and run by the examples of a check under its budget.

#![no_main]

use std::collections::BTreeMap;

use auditpack::expression::Expression;
use auditpack::{assess, catalog};
use auditpack_fuzz::{CATALOG, seed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: seed("expression", seeds()),
    |bytes: &[u8]| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let Ok(expression) = Expression::parse(text) else { return };
        let _ = (expression.variables(), expression.functions(), expression.members_of("r"), expression.params());
        let _ = (expression.params_in_days(), expression.names(), expression.reads_freely(), expression.paths());
        let _ = (expression.first_arguments("find"), expression.size(), expression.charged());
        let check = CHECK.replace("PASS", &serde_json::Value::from(text).to_string());
        let files = [("catalog.toml", "complete = true\n"), ("sources/x.toml", SOURCE), ("checks/x/y.toml", &check)];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        if let Ok(catalog) = catalog::load(BTreeMap::from(files)) {
            let _ = assess::run_examples(&catalog);
        }
    }
);

/// The expressions that the program ships.
fn seeds() -> Vec<Vec<u8>> {
    let checks = CATALOG.checks.values();
    let texts = checks.flat_map(|check| [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()]);
    texts.flatten().map(|expression| expression.text().as_bytes().to_vec()).collect()
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
none = "not-applicable"
why = "-"
remedy = "-"
pass = PASS
[[example]]
case = "pass"
row = { Id = "a", N = 9223372036854775807, F = 1.5, T = "2026-01-01T00:00:00Z", L = ["a", "b", 1, { K = "v" }], Policy = { Statement = [{ Effect = "Allow", Action = ["*"], Resource = ["*"], Principal = { AWS = ["*"] } }] } }
[[example]]
case = "fail"
row = { Id = "b" }
[[example]]
case = "absent"
verdict = "undetermined"
row = {}
"#;
