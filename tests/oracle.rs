//! botocore as the oracle of the generic signed call: operations, names and paging of the catalog against its service
//! models, endpoints against its rule sets, signatures against its signers.
//!
//! Needs a Python with botocore (`AUDITPACK_VENV`); `tests/oracle/compare.py` compares.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use auditpack::catalog;
use auditpack::collect::{Context, EndpointSettings, Variant, endpoint, signed_request};
use auditpack::model::{
    Call, Catalog, Collector, Content, Each, Name, Parameter, Parameters, Path, Region, Source, SourceScope, Template,
};
use auditpack::walk::prepare;
use chrono::DateTime;
use serde_json::{Value, json};

/// Stands for every member of a row: all that a path, a query string and a form must encode.
const TEXT: &str = "a b+c%20~*'()ü/=&?x, as long as names must be";
const ACCOUNT: &str = "111122223333";
/// The id of a job as AWS makes them.
const JOB: &str = "c6b8f4e0-1d2a-4b3c-9e5f-0a1b2c3d4e5f";
/// A page token as AWS makes them.
const TOKEN: &str = "AAMA+/==&x y";

fn lookup(name: &Name) -> Option<String> {
    Some(match name.slot.to_string().as_str() {
        "account" => ACCOUNT.to_owned(),
        "region" => "eu-central-1".to_owned(),
        // The one template that fills a number: of a report.
        "version" => "3".to_owned(),
        "period.start" => "2026-07-01T00:00:00Z".to_owned(),
        "period.end" => "2026-10-01T00:00:00Z".to_owned(),
        // AWS names all values that these may have.
        "ServiceNamespace" => "ecs".to_owned(),
        "ScalableDimension" => "ecs:service:DesiredCount".to_owned(),
        _ => TEXT.to_owned(),
    })
}

/// The embedded catalog and the worked example of own content. What digests of trails are asked by is Rust on three
/// services, not data: `aws cloudtrail validate-logs` is their oracle (docs/trail.md).
fn embedded() -> Catalog {
    let example = catalog::read_folder(&common::repository().join("docs/example")).unwrap();
    let mut catalog = catalog::load(catalog::with_own(example, catalog::embedded())).unwrap();
    catalog.sources.retain(|_, source| source.collector != Collector::Trail);
    catalog
}

/// Runs the comparison and returns how many things of each kind were compared; differences fail the test.
fn compare(what: &str, ours: &Value) -> BTreeMap<String, u64> {
    let found = python(what, ours);
    let differences = found["differences"].as_array().unwrap();
    let lines: Vec<&str> = differences.iter().map(|difference| difference.as_str().unwrap()).collect();
    assert!(lines.is_empty(), "{} differences from botocore:\n{}", lines.len(), lines.join("\n"));
    serde_json::from_value(found["compared"].clone()).unwrap()
}

fn python(what: &str, ours: &Value) -> Value {
    let python = common::python();
    let mut process = Command::new(&python)
        .arg("-B")
        .arg(common::repository().join("tests/oracle/compare.py"))
        .arg(what)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the oracle needs {}: {error}", python.display()));
    process.stdin.take().unwrap().write_all(ours.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "compare.py {what} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn calls(source: &Source) -> impl Iterator<Item = (Option<&Each>, &Call)> {
    std::iter::once((None, &source.call)).chain(source.each.iter().map(|each| (Some(each), &each.call)))
}

fn protocol(source: &Source) -> Value {
    serde_json::to_value(source.protocol).unwrap()
}

#[test]
fn the_catalog_s_calls_are_those_of_the_service_models() {
    let catalog = embedded();
    let ours: Vec<Value> = catalog.sources.values().map(|source| described(&catalog, source)).collect();
    let requests: usize = ours.iter().flat_map(|source| source["calls"].as_array().unwrap()).map(requests_of).sum();
    let calls: usize = catalog.sources.values().map(|source| calls(source).count()).sum();
    let compared = compare("calls", &Value::from(ours));
    let count = |kind: &str| usize::try_from(compared.get(kind).copied().unwrap_or(0)).unwrap();
    assert_eq!(count("service"), catalog.sources.len());
    assert_eq!(count("operation"), calls);
    assert_eq!(count("read-only"), calls, "every list and every part");
    assert_eq!(count("path"), requests);
    assert_eq!(count("body"), requests);
    let kinds = [
        "items",
        "key",
        "select",
        "template",
        "unique id",
        "created",
        "page token",
        "page size",
        "booleans named",
        "integers named",
    ];
    let more = ["lists named", "structures", "document", "error code", "parameters valid", "header", "query", "target"];
    for kind in kinds.into_iter().chain(more) {
        assert!(count(kind) > 0, "no `{kind}` was compared: {compared:?}");
    }
}

fn requests_of(call: &Value) -> usize {
    call["requests"].as_array().unwrap().len()
}

fn described(catalog: &Catalog, source: &Source) -> Value {
    let checks = catalog.checks.values().filter(|check| check.source == source.id || check.reads.contains(&source.id));
    let expressions = checks.flat_map(|check| [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()]);
    let reads: BTreeSet<String> = expressions.flatten().flat_map(|expression| expression.names()).collect();
    json!({
        "id": source.id, "service": source.service, "signing": source.signing,
        "endpoint_variable": source.endpoint_variable, "protocol": protocol(source),
        "version": source.version, "target": source.target,
        "items": source.items.iter().map(|list| json!({ "path": list.path })).collect::<Vec<_>>(),
        "key": source.key, "only": source.only.as_ref().map(|only| &only.member), "reads": reads,
        "resource_names": source.resource.names().map(Name::to_string).collect::<BTreeSet<_>>(), "unique_id": source.unique_id,
        "created": source.created.as_ref().map(|created| &created.member),
        "from": source.from.as_ref().map(|from| &from.source),
        "from_names": source.from.iter().filter_map(|from| from.when.as_ref()).map(|when| &when.member).collect::<Vec<_>>(),
        "calls": calls(source).map(|(each, call)| described_call(source, each, call)).collect::<Vec<_>>(),
    })
}

fn described_call(source: &Source, each: Option<&Each>, call: &Call) -> Value {
    let page = call.page.as_ref().map(|page| {
        let size = page.size.as_ref().map(|(name, _)| name);
        json!({ "next": page.next, "send": page.send, "more": page.more, "size": size })
    });
    let lists: Vec<&Path> = match each {
        Some(each) => vec![&each.select],
        None => source.items.iter().map(|list| &list.path).collect(),
    };
    let content = match call.shape.content {
        Content::Protocol => "protocol",
        Content::Policy => "policy",
        Content::CredentialReport => "credential-report",
    };
    json!({
        "operation": call.operation, "part": each.map(|each| &each.part), "select": each.map(|each| each.select.to_string()).unwrap_or_default(),
        "lists": lists, "page": page, "content": content, "absent": call.absent, "not_subscribed": call.not_subscribed,
        "template_names": template_names(each, call), "requests": requests(source, call),
        "shape": {
            "lists": call.shape.lists, "structures": call.shape.structures, "booleans": call.shape.booleans,
            "integers": call.shape.integers, "documents": call.shape.documents, "json": call.shape.json,
        },
    })
}

fn template_names(each: Option<&Each>, call: &Call) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = call.names().into_iter().map(Name::to_string).collect();
    if let Some(each) = each {
        found.extend(each.region.iter().flat_map(Template::names).map(Name::to_string));
        found.extend(each.when.iter().map(|when| when.member.to_string()));
    }
    found
}

fn parameter(value: impl Into<Value>) -> Parameter {
    Parameter::parse(&value.into()).unwrap()
}

fn parameters(value: &Value) -> Parameters {
    let members = value.as_object().unwrap().iter();
    members.map(|(name, value)| (name.clone(), Parameter::Plain(value.clone()))).collect()
}

/// Each variation's first page, and a further page.
fn requests(source: &Source, call: &Call) -> Vec<Value> {
    let mut made = Vec::new();
    for vary in &call.vary {
        let mut vary = vary.clone();
        if call.operation == "GetReport" {
            // The conversation adds it: it is known only once the terms are read.
            vary.insert("termToken".to_owned(), parameter(TEXT));
        }
        let mut call = call.clone();
        if call.operation == "GetServiceLastAccessedDetails" {
            // The conversation begins a job with these, and asks for what it found by its id.
            call.parameters = BTreeMap::from([("JobId".to_owned(), parameter(JOB))]);
        }
        for paging in pages(&call) {
            let prepared = prepare(source, &call, &vary, &paging, &lookup).unwrap();
            let body = String::from_utf8(prepared.body).unwrap();
            let (method, path, headers) = (prepared.method, prepared.path, prepared.headers);
            made.push(json!({ "method": method, "path": path, "headers": headers, "body": body }));
        }
    }
    made
}

fn pages(call: &Call) -> Vec<BTreeMap<String, Value>> {
    let Some(page) = &call.page else { return vec![BTreeMap::new()] };
    let first: BTreeMap<String, Value> =
        page.size.iter().map(|(name, size)| (name.clone(), Value::from(*size))).collect();
    let mut next = first.clone();
    next.insert(page.send.clone(), Value::from(TOKEN));
    vec![first, next]
}

/// Services of no mapping of ours yet, which a partition has once; IAM too, whose typed client finds its own endpoint.
/// Prefix, variable, the partitions that have it and whose hosts are known.
const ONCE: [(&str, &str, &[&str]); 6] = [
    ("budgets", "BUDGETS", &["aws", "aws-cn"]),
    ("ce", "COST_EXPLORER", &["aws", "aws-cn", "aws-us-gov"]),
    ("cloudfront", "CLOUDFRONT", &["aws", "aws-cn"]),
    ("iam", "IAM", &["aws", "aws-cn", "aws-us-gov"]),
    ("networkmanager", "NETWORKMANAGER", &["aws", "aws-cn", "aws-us-gov"]),
    ("route53", "ROUTE_53", &["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"]),
];

#[test]
fn endpoints_are_those_of_the_rule_sets() {
    let partitions: BTreeMap<String, Vec<String>> = serde_json::from_value(python("regions", &Value::Null)).unwrap();
    let all: Vec<&str> = partitions.keys().map(String::as_str).collect();
    let catalog = embedded();
    let mut services: BTreeMap<&str, (Source, &[&str])> = BTreeMap::new();
    for source in catalog.sources.values() {
        services.insert(&source.endpoint_variable, (source.clone(), &all));
    }
    let template = services["KMS"].0.clone();
    for (service, variable, there) in ONCE {
        let (service, endpoint_variable) = (service.to_owned(), variable.to_owned());
        services.insert(variable, (Source { service, endpoint_variable, ..template.clone() }, there));
    }
    let mut ours = Vec::new();
    for (source, there) in services.values() {
        for region in partitions.iter().filter(|(id, _)| there.contains(&id.as_str())).flat_map(|(_, regions)| regions)
        {
            let variants = [Variant::Plain, Variant::Fips, Variant::DualStack, Variant::FipsDualStack];
            ours.extend(variants.map(|variant| found_endpoint(source, &Region::from(region.as_str()), variant)));
        }
    }
    let expected = u64::try_from(ours.len()).unwrap();
    assert!(partitions.len() >= 8 && services.len() >= 20, "{all:?}, {} services", services.len());
    let compared = compare("endpoints", &Value::from(ours));
    assert_eq!(compared["endpoint"] + compared["refused"], expected);
    assert!(compared["refused"] * 5 < expected, "{compared:?}");
}

fn found_endpoint(source: &Source, region: &Region, variant: Variant) -> Value {
    let settings = EndpointSettings { override_url: None, variant };
    let found = match endpoint(source, region, &settings) {
        Ok(found) => {
            let prefixed = found.url.replace("https://", &format!("https://{}", source.call.host_prefix));
            json!({ "url": prefixed.replace("{account}", ACCOUNT), "signing_region": found.signing_region })
        }
        Err(error) => json!({ "error": error.to_string() }),
    };
    json!({
        "service": source.service, "endpoint_variable": source.endpoint_variable, "region": region, "found": found,
        "fips": matches!(variant, Variant::Fips | Variant::FipsDualStack),
        "dual_stack": matches!(variant, Variant::DualStack | Variant::FipsDualStack),
    })
}

#[tokio::test]
async fn signatures_are_those_of_botocore_s_signers() {
    let catalog = embedded();
    let mut ours = Vec::new();
    for source in catalog.sources.values() {
        for (_, call) in calls(source) {
            for (vary, paging) in
                call.vary.iter().flat_map(|vary| pages(call).into_iter().map(move |page| (vary, page)))
            {
                ours.push(signed(source, call, vary.clone(), paging, Some("a session's token/+=")).await);
            }
        }
    }
    for (source, call) in hard_cases(&catalog) {
        for token in [None, Some("token")] {
            ours.push(signed(&source, &call, BTreeMap::new(), BTreeMap::new(), token).await);
        }
    }
    let expected = u64::try_from(ours.len()).unwrap();
    assert!(expected > 200, "{expected} requests");
    let protocols: BTreeSet<String> = ours.iter().map(|case| case["protocol"].to_string()).collect();
    assert_eq!(protocols.len(), 5, "{protocols:?}");
    let compared = compare("signatures", &Value::from(ours));
    assert_eq!((compared["signature"], compared["scope"]), (expected, expected));
}

/// Requests that no mapping makes today: what paths and query strings can do to a canonical request.
fn hard_cases(catalog: &Catalog) -> Vec<(Source, Call)> {
    let paths = [
        "/{Name}",
        "/b/{Name+}",
        "/b//{Name+}",
        "/b/./{Name+}/../x",
        "/b/x//",
        "/b/~a-b_c.d",
        "/b?policy",
        "/b?a=",
        "/b?a=&b",
        "/b?b=2&a=1",
        "/b?a=2&a=1",
        "/b?a=1&A=1&a-=1&a0=1",
        "/b?x=%20%2B~%C3%BC",
        "/b/%E2%82%AC%25",
        "/",
    ];
    let lists = json!({ "key": ["z", "a b", "ü", "", "+~%"], "Key": true, "k": 7 });
    let mut found = Vec::new();
    for id in ["s3.bucket-config", "guardduty.detectors"] {
        let source = catalog.sources.values().find(|source| source.id.as_str() == id).unwrap();
        for path in paths {
            for given in [json!({}), lists.clone()] {
                let mut call = source.call.clone();
                (call.path, call.parameters) = (Template::parse(path).unwrap(), parameters(&given));
                found.push((source.clone(), call));
            }
        }
    }
    for id in ["kms.keys", "rds.instances", "ec2.volumes", "account.contacts"] {
        let source = catalog.sources.values().find(|source| source.id.as_str() == id).unwrap();
        let mut call = source.call.clone();
        call.parameters = parameters(&lists);
        call.parameters.insert("Text".to_owned(), Parameter::Plain(Value::from(TEXT)));
        found.push((source.clone(), call));
    }
    found
}

async fn signed(
    source: &Source,
    call: &Call,
    vary: Parameters,
    paging: BTreeMap<String, Value>,
    token: Option<&str>,
) -> Value {
    let region = match source.scope {
        SourceScope::Region => Region::from("eu-central-1"),
        SourceScope::Account | SourceScope::Organization => Region::from("us-east-1"),
    };
    let keys = ("AKIDEXAMPLE".to_owned(), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let context = Context {
        region: region.clone(),
        lookup: &lookup,
        vary,
        paging,
        endpoint_url: None,
        credentials: (keys.0.clone(), keys.1.clone(), token.map(str::to_owned)),
        time: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
    };
    let request = signed_request(source, call, &context).await.unwrap();
    if source.signing == "s3" {
        assert!(request["headers"]["x-amz-content-sha256"].is_string(), "{request}");
    }
    json!({
        "name": format!("{} {}", source.id, call.operation), "protocol": protocol(source), "region": region,
        "signing": source.signing, "credentials": [keys.0, keys.1, token], "request": request,
    })
}
