//! The recorded examples of sources, `tests/recorded/<source>.jsonl`, read as a live account's replies are.

use std::collections::HashMap;
use std::convert::Infallible;

use auditpack::catalog;
use auditpack::facts;
use auditpack::model::{Catalog, Collector, Exchange, Facts, Sha256, Snapshot, Source, SourceId};
use serde_json::{Value, json};

/// All sources but the digests of trails: those are read as whole chains, which the tests of `trail` make in code.
pub(crate) fn embedded() -> Catalog {
    let mut catalog = catalog::load(catalog::embedded()).unwrap();
    catalog.sources.retain(|_, source| source.collector != Collector::Trail);
    catalog
}

pub(crate) fn lines(source: &SourceId) -> Vec<Value> {
    let file = super::repository().join(format!("tests/recorded/{source}.jsonl"));
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run tests/emulator/record_examples.py", file.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A snapshot of a source's lines and of those that it follows, with the bodies.
pub(crate) struct Example {
    pub(crate) snapshot: Snapshot,
    bodies: HashMap<Sha256, Vec<u8>>,
}

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const TIME: &str = "2026-11-22T18:00:00Z";

pub(crate) fn example(catalog: &Catalog, source: &Source) -> Example {
    let next = |source: &&Source| catalog.sources.get(&source.from.as_ref()?.source);
    let chain = std::iter::successors(Some(source), next).take(catalog.sources.len());
    let mut bodies = HashMap::new();
    let exchanges: Vec<Exchange> =
        chain.flat_map(|source| lines(&source.id)).map(|line| exchange(catalog, &line, &mut bodies)).collect();
    let snapshot = json!({
        "format": 1, "tool": "auditpack", "previous": null, "organization": "Example", "time": TIME, "finished": TIME,
        "period": { "start": "2026-09-03", "end": "2026-11-22" },
        "caller": { "account": ACCOUNT, "arn": "arn:aws:iam::123456789012:user/x", "user_id": "x" },
        "scope": { "accounts": [{
            "id": ACCOUNT, "partition": "aws", "regions": ["eu-central-1", "eu-west-1", "us-east-1"],
            "disabled_regions": [], "excluded_regions": [],
        }], "sources": [source.id] },
        "exchanges": exchanges, "gaps": [], "coverage": {},
    });
    Example { snapshot: serde_json::from_value(snapshot).unwrap(), bodies }
}

pub(crate) fn exchange(catalog: &Catalog, line: &Value, bodies: &mut HashMap<Sha256, Vec<u8>>) -> Exchange {
    let body = line["body"].as_str().unwrap().as_bytes();
    let hash = Sha256::of(body);
    bodies.insert(hash, body.to_vec());
    let source: SourceId = serde_json::from_value(line["source"].clone()).unwrap();
    let answer = match &line["absent"] {
        Value::Null => json!("content"),
        code => json!({ "absent": { "code": code } }),
    };
    let mut made = json!({
        "source": source, "service": catalog.sources[&source].service, "operation": line["operation"],
        "parameters": line["parameters"], "account": ACCOUNT, "region": line["region"], "page": line["page"],
        "answer": answer, "status": line["status"], "content_type": line["content_type"], "time": TIME,
        "body": hash, "size": body.len(), "request": hash, "of": line["of"],
    });
    if line["part"].is_string() {
        made["item"] = json!({ "part": line["part"], "key": line["key"], "region": line["listed_in"] });
    }
    serde_json::from_value(made).unwrap()
}

pub(crate) fn read(catalog: &Catalog, example: &Example) -> Facts {
    let mut body = |hash: &Sha256| Ok::<_, Infallible>(example.bodies[hash].clone());
    facts::read(catalog, &example.snapshot, &mut body).unwrap()
}
