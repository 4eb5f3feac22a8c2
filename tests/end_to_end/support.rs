//! An account, a workplace with its settings, and what the commands said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};

use auditpack::catalog;
use auditpack::model::{Assessment, Catalog, CheckId, Exchange, Facts, Gap, Row, SourceId, Verdict};
use auditpack::vault::{Selector, Stored, Vault};
use serde_json::Value;

use crate::common::{Emulator, Workplace, python, repository};

/// CloudTrail answers two lookups a second: these two sources alone take 22 seconds.
pub(crate) const SLOW: [&str; 2] = ["cloudtrail.events", "cloudtrail.root-events"];

/// The embedded mappings.
pub(crate) fn catalog() -> Catalog {
    catalog::load(catalog::embedded()).unwrap()
}

/// Every source but the slow ones.
pub(crate) fn quick_sources(catalog: &Catalog) -> BTreeSet<SourceId> {
    catalog.sources.keys().filter(|id| !SLOW.contains(&id.as_str())).cloned().collect()
}

/// The settings that the scenario was made for; no `regions`: the scenario's; no `sources`: all.
pub(crate) fn settings(expected: &Value, regions: &[&str], sources: &BTreeSet<SourceId>) -> String {
    let settings = &expected["settings"];
    let regions = match (regions, &settings["regions"]) {
        ([], Value::Null) => Value::Array(Vec::new()),
        ([], regions) => regions.clone(),
        (regions, _) => regions.into(),
    };
    let mut text = "organization = \"Example\"\nframeworks = [\"soc2\", \"iso27001-2022\", \"gdpr\"]\n".to_owned();
    if !sources.is_empty() {
        let names: Vec<&str> = sources.iter().map(SourceId::as_str).collect();
        writeln!(text, "sources = {}", serde_json::json!(names)).unwrap();
    }
    let period = &settings["period"];
    writeln!(text, "[period]\nstart = {}\nend = {}\n[scope]\nregions = {regions}", period[0], period[1]).unwrap();
    if let Some(params) = settings["params"].as_object() {
        text.push_str("[params]\n");
        params.iter().for_each(|(name, value)| writeln!(text, "{name} = {value}").unwrap());
    }
    text
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Printed {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The message as one line: the frame and the breaks of the terminal are taken out.
    pub(crate) fn line(&self) -> String {
        let plain = self.err.replace(['│', '×'], " ");
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command, arguments: &[&str]) -> Printed {
    Printed::of(command.args(arguments).output().unwrap())
}

/// `collect` into the workplace's vault.
pub(crate) fn collect(place: &Workplace, emulator: &Emulator) -> Printed {
    run(&mut place.against(emulator), &["collect", "--quiet", "--format", "json"])
}

/// `assess`, offline: the exit code and the result.
pub(crate) fn assess(place: &Workplace) -> (Option<i32>, Assessment) {
    let said = run(&mut place.auditpack(), &["assess", "--format", "json"]);
    let Ok(assessment) = serde_json::from_str(&said.out) else { panic!("{said:?}") };
    (said.code, assessment)
}

/// Every check's verdict.
pub(crate) fn verdicts(assessment: &Assessment) -> BTreeMap<CheckId, Verdict> {
    assessment.checks.iter().map(|check| (check.id.clone(), check.verdict)).collect()
}

/// The newest snapshot of the workplace.
pub(crate) fn snapshot(place: &Workplace) -> (Vault, Stored) {
    let vault = Vault::open(&place.path("vault")).unwrap();
    let stored = vault.load(&Selector::Latest).unwrap();
    (vault, stored)
}

/// All rows of the newest snapshot, but for the bodies that show them for dates (the emulator's are
/// relative to now) and for request ids.
pub(crate) fn rows(place: &Workplace, catalog: &Catalog) -> BTreeMap<SourceId, Vec<Row>> {
    let (vault, stored) = snapshot(place);
    let facts: Facts = auditpack::facts::read(catalog, &stored.snapshot, &mut |hash| vault.get(hash)).unwrap();
    let mut rows = facts.rows;
    for row in rows.values_mut().flatten() {
        row.evidence.clear();
        let mut data = row.data.read();
        without_moments(&mut data);
        row.data = data.into();
    }
    rows
}

fn without_moments(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_moments),
        Value::Object(members) => {
            members.retain(|name, _| {
                !["time", "date", "delivered", "requestid"].iter().any(|word| name.to_lowercase().contains(word))
            });
            members.values_mut().for_each(without_moments);
        }
        _ => {}
    }
}

/// Gaps in words, for messages.
pub(crate) fn shown(gaps: &[Gap]) -> Vec<String> {
    gaps.iter().map(|gap| format!("{} {:?} {}: {}", gap.source, gap.reason, gap.remedy, gap.message)).collect()
}

/// What was asked, without the time.
pub(crate) fn asked(exchanges: &[Exchange]) -> Vec<String> {
    let one = |e: &Exchange| format!("{} {} {:?} {:?} {}", e.source, e.operation, e.region, e.item, e.page);
    exchanges.iter().map(one).collect()
}

/// Holds a result against its published schema, as a stranger's tool would.
pub(crate) fn assert_schema(name: &str, instance: &str) {
    let schema = repository().join("docs/schema").join(format!("{name}.schema.json"));
    let program = "import json, sys, jsonschema\n\
        schema = json.load(open(sys.argv[1]))\n\
        jsonschema.Draft202012Validator.check_schema(schema)\n\
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(sys.stdin)))\n\
        print('\\n'.join(f'{error.json_path}: {error.message[:300]}' for error in errors[:10]))\n\
        sys.exit(bool(errors))";
    let mut command = Command::new(python());
    command.args(["-c", program]).arg(schema).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), instance.as_bytes()).unwrap();
    let said = Printed::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(0), "{name}: {}{}", said.out, said.err);
}
