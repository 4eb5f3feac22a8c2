//! Each source's recorded example, `tests/recorded/<source>.jsonl`, is read as a live account's replies are, and fits
//! AWS's own model of the reply. `tests/emulator/record_examples.py` writes them.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use auditpack::model::{GapReason, Inventory, Source, SourceId};
use chrono::DateTime;
use common::recorded::{embedded, example, lines, read};
use serde_json::{Value, json};

/// Sources of which the emulator's account has no item, and why.
const EMPTY: &[(&str, &str)] = &[
    ("cloudfront.vpc-origins", "a distribution's origins there are public"),
    ("directconnect.connections", "it has no premises"),
    ("ec2.images", "it owns no image"),
    ("ec2.vpc-endpoints", "it has no endpoint of a VPC"),
    ("iam.oidc-providers", "nobody signs in by OpenID Connect"),
    ("organizations.delegated-admins", "the organization has delegated nothing"),
    ("outposts.outposts", "it has no premises"),
    ("outposts.sites", "it has no premises"),
    ("rds.cluster-parameter-groups", "it has instances, no clusters"),
    ("rds.cluster-snapshots", "it has instances, no clusters"),
    ("rds.clusters", "it has instances, no clusters"),
];

#[test]
fn each_source_s_example_gives_a_row_and_no_gap() {
    let catalog = embedded();
    let mut wrong = Vec::new();
    for source in catalog.sources.values() {
        let found = read(&catalog, &example(&catalog, source));
        // One item of a list is recorded with its parts: of the others nothing was asked.
        let unreadable = found.gaps.iter().filter(|gap| gap.reason != GapReason::NotAttempted);
        wrong.extend(unreadable.map(|gap| format!("{}: {}", source.id, gap.message)));
        let rows = found.rows.get(&source.id).map(Vec::as_slice).unwrap_or_default();
        let whole = rows.iter().filter(|row| row.unread.is_empty()).count();
        match EMPTY.iter().any(|(id, _)| source.id.as_str() == *id) {
            true if !rows.is_empty() => wrong.push(format!("{}: there are rows: name it no longer", source.id)),
            true if !found.read.contains_key(&source.id) => wrong.push(format!("{}: not even read", source.id)),
            false if whole == 0 => wrong.push(format!("{}: no whole row of {}", source.id, rows.len())),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    assert!(catalog.sources.len() > 100 && EMPTY.len() * 10 < catalog.sources.len());
}

/// Members that the emulator leaves out, though AWS's model has them: there `tests/oracle.rs` alone vouches for the name.
const LEFT_OUT: &[(&str, &str)] = &[
    ("dynamodb.tables", "table.TableId"),
    ("iam.authorization-details", "PolicyId"),
    ("identitycenter.users", "CreatedAt"),
];

#[test]
fn each_example_says_what_tells_its_rows_apart() {
    let catalog = embedded();
    let mut wrong = Vec::new();
    for source in catalog.sources.values().filter(|source| EMPTY.iter().all(|(id, _)| source.id.as_str() != *id)) {
        let found = read(&catalog, &example(&catalog, source));
        let whole = found.rows.get(&source.id).into_iter().flatten().filter(|row| row.unread.is_empty());
        let rows: Vec<Value> = whole.map(|row| row.data.read()).collect();
        let ids = source.unique_id.iter().map(|path| (path, rows.iter().any(|row| !path.select(row).is_empty())));
        let date = |row| source.created_of(row).is_some_and(|date| is_date(&date));
        let dated = source.created.iter().map(|created| (&created.member, rows.iter().any(date)));
        for (path, is_there) in ids.chain(dated) {
            if is_there == LEFT_OUT.contains(&(source.id.as_str(), path.to_string().as_str())) {
                wrong.push(format!("{}: `{path}` is there: {is_there}", source.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// RFC 3339, what AWS's forms and JSON write of it, or seconds or milliseconds since 1970.
fn is_date(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| number > 1e9) || DateTime::parse_from_rfc3339(text).is_ok()
}

#[test]
fn rows_are_things_records_or_events() {
    let catalog = embedded();
    let is = |id: &str| catalog.sources[&SourceId::from(id)].inventory;
    let things = ["s3.bucket-config", "iam.authorization-details", "ec2.instances", "ecs.services", "securityhub.hub"];
    assert!(things.iter().all(|id| is(id) == Inventory::Resources));
    let events = ["cloudtrail.events", "cloudtrail.root-events"];
    assert!(events.iter().all(|id| is(id) == Inventory::Events));
    let records = [
        "config.compliance",
        "iam.credential-report",
        "iam.password-policy",
        "artifact.reports",
        "sts.caller-identity",
        "ec2.account-defaults",
        "dynamodb.backups",
    ];
    assert!(records.iter().all(|id| is(id) == Inventory::Records));
    // A source that is asked for a time only forgets what is older.
    let asked_by_time =
        |source: &&Source| source.call.names().iter().any(|name| name.to_string().starts_with("period."));
    assert!(catalog.sources.values().filter(asked_by_time).all(|source| source.inventory != Inventory::Resources));
}

#[test]
fn no_example_is_of_a_source_that_there_is_not() {
    let known: BTreeSet<String> = embedded().sources.keys().map(|id| format!("{id}.jsonl")).collect();
    let files = std::fs::read_dir(common::repository().join("tests/recorded")).unwrap();
    let found: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, known);
}

#[test]
fn examples_fit_botocore_s_models() {
    let catalog = embedded();
    let all: Vec<Value> = catalog
        .sources
        .values()
        .flat_map(|source| {
            lines(&source.id).into_iter().map(move |line| {
        let variable = &source.endpoint_variable;
        json!({ "endpoint_variable": variable, "service": source.service, "protocol": source.protocol, "line": line })
    })
        })
        .collect();
    let expected = all.len();
    let mut process = Command::new(common::python())
        .arg("-B")
        .arg(common::repository().join("tests/oracle/compare.py"))
        .arg("recorded")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(json!(all).to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let differences: Vec<&str> =
        found["differences"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    let compared: BTreeMap<String, usize> = serde_json::from_value(found["compared"].clone()).unwrap();
    assert_eq!(compared["reply"] + compared["error"], expected);
}

/// What the program itself reads, besides the expressions and templates of the mappings; `*`: all.
const PROGRAM: &[(&str, &str)] = &[
    ("account.regions", "*"),
    ("artifact.reports", "*"),
    ("config.compliance", "*"),
    ("config.inventory", "*"),
    ("config.rules", "*"),
    ("ec2.prefix-lists", "*"),
    ("events.rules", "*"),
    ("iam.account-aliases", "*"),
    ("sts.caller-identity", "*"),
];

/// Every source, part and member that no check, population, split, template or report reads. Sources and parts say in
/// `kept_for` why they are collected all the same; members stand in the snapshot, for whoever writes the next check.
#[test]
fn what_nothing_reads_is_known() {
    let catalog = embedded();
    let mut read: BTreeMap<&SourceId, BTreeSet<String>> = BTreeMap::new();
    for check in catalog.checks.values() {
        let expressions = [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()];
        let names: BTreeSet<String> = expressions.into_iter().flatten().flat_map(|one| words(one.text())).collect();
        for source in check.reads.iter().chain(&check.reads_at_need).chain([&check.source]) {
            let commanded = check.cli.iter().flat_map(|cli| words(cli));
            read.entry(source).or_default().extend(names.iter().cloned().chain(commanded));
            // `r.from` is the row that this one was asked for.
            let of = catalog.sources.get(source).and_then(|one| one.from.as_ref());
            let followed = of.filter(|_| names.contains("from"));
            if let Some(from) = followed {
                read.entry(&from.source).or_default().extend(names.iter().cloned());
            }
        }
    }
    for service in catalog.services.values() {
        let signs = service.seen.iter().map(|sign| (&sign.source, &sign.when));
        let variants = service.variants.iter().map(|variant| (&variant.source, &variant.all));
        for (source, expression) in signs.chain(variants) {
            read.entry(source).or_default().extend(words(expression.text()));
        }
    }
    let (mut unexplained, mut listed) = (Vec::new(), String::new());
    for source in catalog.sources.values() {
        let by_program = PROGRAM.iter().any(|(id, _)| source.id.as_str() == *id);
        let mut names = read.remove(&source.id).unwrap_or_default();
        let is_read = !names.is_empty() || source.shows_service.is_some() || by_program;
        let follows = |one: &&Source| one.from.as_ref().is_some_and(|from| from.source == source.id);
        let followers: Vec<&Source> = catalog.sources.values().filter(follows).collect();
        let calls = source.each.iter().map(|each| &each.call).chain(followers.iter().map(|one| &one.call));
        let templates = calls.flat_map(|call| call.names()).map(|name| name.to_string());
        names.extend(templates.flat_map(|name| name.split('.').map(str::to_owned).collect::<Vec<_>>()));
        let places = [&source.key].into_iter().chain(&source.unique_id).map(ToString::to_string);
        names.extend(places.chain(source.created.iter().map(|one| one.member.to_string())));
        names.extend(
            source.each.iter().filter_map(|each| each.region.as_ref()).flat_map(|region| words(&region.to_string())),
        );
        let explained = |name: &str| source.kept_for.contains_key(name) || source.kept_for.contains_key("*");
        if !is_read && followers.is_empty() && !explained("*") {
            unexplained.push(format!("{}: nothing reads it", source.id));
        }
        let parts: BTreeSet<&str> = source.each.iter().map(|each| each.part.as_str()).collect();
        let unread = |part: &&&str| !by_program && !names.contains(**part);
        for part in parts.iter().filter(unread).filter(|part| !explained(part)) {
            unexplained.push(format!("{}: nothing reads its part `{part}`", source.id));
        }
        let known = |name: &str| parts.contains(name) || names.contains(name);
        let found = read_members(&catalog, source);
        let idle: Vec<&String> = found.iter().filter(|name| !by_program && !known(name)).collect();
        if !idle.is_empty() {
            let idle: Vec<&str> = idle.into_iter().map(String::as_str).collect();
            listed.push_str(&format!("{}: {}\n", source.id, idle.join(", ")));
        }
    }
    assert!(unexplained.is_empty(), "{} faults:\n{}", unexplained.len(), unexplained.join("\n"));
    insta::assert_snapshot!("members_that_nothing_reads", listed);
}

/// The names in an expression, those in its texts included: `rows_where` takes paths.
fn words(text: &str) -> Vec<String> {
    text.split(|one: char| !one.is_alphanumeric() && one != '_').map(str::to_owned).collect()
}

/// The members of a source's rows in its example.
fn read_members(catalog: &auditpack::model::Catalog, source: &Source) -> BTreeSet<String> {
    let found = read(catalog, &example(catalog, source));
    let rows = found.rows.get(&source.id).into_iter().flatten().map(|row| row.data.read());
    let names = |row: Value| row.as_object().map(|row| row.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    rows.flat_map(names).collect()
}
