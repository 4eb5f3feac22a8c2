//! `docs/schema`, derived from the types that are printed. They are committed, so that every change of a contract is seen;
//! `AUDITPACK_SCHEMAS=write cargo test --lib schemas` writes them anew.

use std::fs;
use std::path::PathBuf;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{attest, collect, explain, vault};
use crate::assess::Coverage;
use crate::bundle::Verification;
use crate::compare::{ActionPlan, Calendar, Difference};
use crate::model::{Assessment, Trend};

/// A result's name, title, format and schema.
type Contract = (&'static str, &'static str, u32, fn(&mut SchemaGenerator) -> Schema);

const CONTRACTS: [Contract; 14] = [
    ("assess", "auditpack assess", 1, Assessment::json_schema),
    ("attest", "auditpack attest", 1, attest_results),
    ("calendar", "auditpack calendar", 1, Calendar::json_schema),
    ("collect", "auditpack collect", 1, collect::CollectResult::json_schema),
    ("coverage", "auditpack checks coverage", 1, Coverage::json_schema),
    ("diff", "auditpack diff", 1, Difference::json_schema),
    ("explain", "auditpack checks explain ID", 1, explain::result::Explanation::json_schema),
    ("next", "auditpack next", 1, ActionPlan::json_schema),
    ("trend", "auditpack trend", 1, Trend::json_schema),
    ("vault-check", "auditpack vault check", 1, vault::check::CheckResult::json_schema),
    ("vault-list", "auditpack vault list", 1, vault::list::ListResult::json_schema),
    ("vault-merge", "auditpack vault merge", 1, vault::merge::MergeResult::json_schema),
    ("vault-prune", "auditpack vault prune", 1, vault::prune::PruneResult::json_schema),
    ("verify", "auditpack verify", 1, Verification::json_schema),
];

fn attest_results(generator: &mut SchemaGenerator) -> Schema {
    let results = [
        generator.subschema_for::<attest::add::AddResult<'_>>(),
        generator.subschema_for::<attest::WithdrawResult<'_>>(),
        generator.subschema_for::<attest::list::ListResult<'_>>(),
        generator.subschema_for::<attest::requests::List>(),
    ];
    schemars::json_schema!({ "oneOf": results })
}

/// A contract's schema. What is printed has no member that the schema does not name, and leaves out what is not there.
fn derived((_, command, format, schema): Contract) -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = schema(&mut generator);
    let mut root = Map::from_iter([
        ("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema")),
        ("title".to_owned(), json!(format!("{command} --format json"))),
    ]);
    root.extend(schema.as_object().cloned().unwrap_or_default());
    let definitions = generator.take_definitions(false);
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), definitions.into());
    }
    let mut root = Schema::from(root);
    Closed { format }.transform(&mut root);
    root.to_value()
}

/// What all our contracts have in common and a type does not say.
struct Closed {
    format: u32,
}

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(members) = schema.as_object_mut() else { return };
        members.remove("default");
        if members.get("format").and_then(Value::as_str) == Some("date") {
            members.insert("pattern".to_owned(), json!(r"^\d{4}-\d{2}-\d{2}$"));
        }
        let a_number = members
            .get("type")
            .is_some_and(|kind| kind.to_string().contains("integer") || kind.to_string().contains("number"));
        if a_number {
            members.remove("format");
        }
        if let Some(Value::String(description)) = members.get_mut("description") {
            *description = description.replace('\n', " ");
        }
        let required = members.get("required").cloned().unwrap_or_default();
        let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let Some(Value::Object(properties)) = members.get_mut("properties") else { return };
        for (name, property) in properties.iter_mut() {
            match name.as_str() {
                "format" => *property = json!({ "const": self.format }),
                _ if !is_required(name) => never_null(property),
                _ => {}
            }
        }
        members.entry("additionalProperties").or_insert(false.into());
    }
}

/// What may be left out is never null.
fn never_null(property: &mut Value) {
    if let Some(Value::Array(kinds)) = property.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            property["type"] = only.clone();
        }
    }
    let Some(Value::Array(choices)) = property.get_mut("anyOf") else { return };
    choices.retain(|choice| choice != &json!({ "type": "null" }));
    if let [Value::Object(only)] = choices.as_slice()
        && let only = only.clone()
        && let Value::Object(members) = property
    {
        members.remove("anyOf");
        members.extend(only);
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{name}.schema.json"))
}

#[test]
fn committed_schemas_are_those_of_the_types() {
    let mut stale = Vec::new();
    for contract in CONTRACTS {
        let (name, path) = (contract.0, file(contract.0));
        let derived = format!("{:#}\n", derived(contract));
        if std::env::var_os("AUDITPACK_SCHEMAS").is_some_and(|how| how == "write") {
            fs::write(&path, &derived).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != derived {
            stale.push(name);
        }
    }
    let none: [&str; 0] = [];
    assert_eq!(stale, none, "look at the change, then `AUDITPACK_SCHEMAS=write cargo test --lib schemas`");
    let committed = fs::read_dir(file("x").parent().unwrap()).unwrap().count();
    assert_eq!(committed, CONTRACTS.len(), "a schema that no type has");
}
