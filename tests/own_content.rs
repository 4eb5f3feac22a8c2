//! Own content: the worked example of `docs/example`, what a pack makes of it, and what the catalog covers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use common::demonstration::demonstration;
use common::{Workplace, repository};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn example() -> String {
    repository().join("docs/example").display().to_string()
}

fn run(place: &Workplace, code: i32, arguments: &[&str]) -> Output {
    let output = place.auditpack().args(arguments).output().unwrap();
    let said = format!("{}\n{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "auditpack {}\n{said}", arguments.join(" "));
    output
}

fn json(place: &Workplace, arguments: &[&str]) -> Value {
    let output = run(place, 0, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Holds a result against its published schema.
fn assert_schema(name: &str, instance: &Value) {
    let schema = repository().join("docs/schema").join(format!("{name}.schema.json"));
    let program = "import json, sys, jsonschema\n\
                   schema = json.load(open(sys.argv[1]))\n\
                   jsonschema.Draft202012Validator(schema).validate(json.load(sys.stdin))";
    let mut python = Command::new(common::python());
    python.args(["-c", program]).arg(schema).stdin(Stdio::piped());
    let mut python = python.spawn().unwrap();
    python.stdin.take().unwrap().write_all(instance.to_string().as_bytes()).unwrap();
    assert!(python.wait().unwrap().success(), "{name}: the result is not what its schema says");
}

#[test]
fn the_example_adds_to_what_is_embedded_and_its_checks_hold() {
    let place = Workplace::new();
    let tested = run(&place, 0, &["checks", "test", "--mappings", &example()]);
    assert!(text(&tested.stderr).contains(" 0 wrong"), "{}", text(&tested.stderr));
    let embedded = json(&place, &["checks", "list"])["checks"].as_array().unwrap().len();
    let with_own = json(&place, &["checks", "list", "--mappings", &example()])["checks"].as_array().unwrap().len();
    assert_eq!(with_own, embedded + 1);
    let policy = text(&run(&place, 0, &["iam-policy", "--mappings", &example()]).stdout);
    assert!(policy.contains("workspaces:DescribeWorkspaces"));
}

#[test]
fn the_example_s_framework_and_attachments_are_in_the_cross_walk() {
    let place = Workplace::new();
    let coverage = json(&place, &["checks", "coverage", "--mappings", &example()]);
    assert_schema("coverage", &coverage);
    let frameworks = coverage["frameworks"].as_array().unwrap();
    let ours = frameworks.iter().find(|framework| framework["id"] == "cis-aws-3").unwrap();
    let mut lines = format!("{}\n", ours["classes"]);
    for one in ours["list"].as_array().unwrap() {
        lines.push_str(&format!("{} {} {}\n", one["id"], one["class"], one["checks"]));
    }
    insta::assert_snapshot!(lines);
    // `supports` put the control into ISO 27001, `controls` the check into an embedded control and so into SOC 2.
    let find = |framework: &str, id: &str| {
        let framework = frameworks.iter().find(|one| one["id"] == framework).unwrap();
        framework["list"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone()
    };
    let check = Value::from("workspaces.volumes-encrypted");
    let devices = find("iso27001-2022", "A.8.1");
    assert!(devices["controls"].as_array().unwrap().contains(&Value::from("desktop-encryption")));
    assert!(devices["checks"].as_array().unwrap().contains(&check));
    let controls = coverage["controls"].as_array().unwrap();
    let at_rest = controls.iter().find(|control| control["id"] == "encryption-at-rest").unwrap();
    assert!(at_rest["checks"].as_array().unwrap().contains(&check));
    let supported = at_rest["requirements"]["soc2"].as_array().unwrap();
    assert!(find("soc2", supported[0].as_str().unwrap())["checks"].as_array().unwrap().contains(&check));
}

/// A check that is lost, or a requirement that loses its evidence, shows here.
#[test]
fn the_coverage_does_not_fall_unnoticed() {
    let place = Workplace::new();
    insta::assert_snapshot!("coverage", text(&run(&place, 0, &["checks", "coverage"]).stdout));
    insta::assert_snapshot!("controls", text(&run(&place, 0, &["checks", "coverage", "--by", "control"]).stdout));
}

#[test]
fn coverage_for_spreadsheets_holds_no_formula() {
    let place = Workplace::new();
    std::fs::create_dir_all(place.path("own/controls")).unwrap();
    place.write(
        "own/controls/x.toml",
        "[[control]]\nid = \"x\"\ntitle = '=HYPERLINK(\"http://example.com\")'\nchecks = [\"kms.key-rotation\"]\n\
         supports = [\"soc2:CC1.1\"]\n",
    );
    let flags = ["checks", "coverage", "--mappings", "own", "--format", "csv", "--by"];
    let by_control = text(&run(&place, 0, &[&flags[..], &["control"]].concat()).stdout);
    let line = by_control.lines().find(|line| line.starts_with("x,")).unwrap();
    assert_eq!(line, "x,\"'=HYPERLINK(\"\"http://example.com\"\")\",kms.key-rotation,,,CC1.1");
    let by_requirement = text(&run(&place, 0, &[&flags[..], &["requirement"]].concat()).stdout);
    let line = by_requirement.lines().find(|line| line.starts_with("soc2,CC1.1,")).unwrap();
    assert!(line.contains(",automated,customer,x,kms.key-rotation,,"), "{line}");
    let mut columns = by_requirement.lines().map(|line| line.split(",\"").next().unwrap().split(',').count());
    assert_eq!(columns.next(), Some(10));
    let other = run(&place, 2, &["checks", "list", "--format", "csv"]);
    assert!(text(&other.stderr).contains("[possible values: table, json]"), "{}", text(&other.stderr));
}

#[test]
fn a_pack_carries_both_layers_and_is_judged_again_with_them_alone() {
    let place = Workplace::new();
    run(&place, 0, &["demo", "--mappings", &example(), "--out", "demo"]);
    let verified = ["verify", "demo/evidence-pack.zip", "--trust", "demo/signer-certificate.pem", "--reperform"];
    let found = json(&place, &verified);
    assert_eq!(found["reperformed"]["identical"], true);
    let mut unzip = Command::new("unzip");
    unzip.args(["-q", "demo/evidence-pack.zip", "-d", "pack"]).current_dir(place.path(""));
    assert!(unzip.status().unwrap().success());
    let own = |name: &str| std::fs::read(place.path("pack/mappings/own").join(name)).unwrap();
    for name in ["sources/workspaces.toml", "checks/workspaces/volumes-encrypted.toml", "frameworks/cis-aws-3.toml"] {
        assert_eq!(own(name), std::fs::read(repository().join("docs/example").join(name)).unwrap());
    }
    // The pack's mappings are whole: they load as they are, and nothing embedded comes back.
    std::fs::remove_file(place.path("pack/mappings/own/frameworks/cis-aws-3.toml")).unwrap();
    let framework = place.path("pack/mappings/frameworks/gdpr.toml");
    std::fs::remove_file(framework).unwrap();
    let coverage = json(&place, &["checks", "coverage", "--mappings", "pack/mappings"]);
    let ids: Vec<&str> =
        coverage["frameworks"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["iso27001-2022", "soc2"]);
}

#[test]
fn explain_shows_what_the_check_saw() {
    let place = Workplace::new();
    let alone = json(&place, &["checks", "explain", "kms.key-rotation"]);
    assert_eq!(alone["snapshot"], Value::Null);
    assert_schema("explain", &alone);
    let missing = run(&place, 1, &["checks", "explain", "kms.key-rotation", "--snapshot", "abcd"]);
    assert!(text(&missing.stderr).contains("no vault"), "{}", text(&missing.stderr));

    demonstration(&place.path("demo"));
    let flags = ["--vault", "demo/vault", "--config", "demo/auditpack.toml"];
    let explain = |id: &str, more: &[&str]| {
        let arguments = [&["checks", "explain", id], &flags[..], more].concat();
        text(&run(&place, 0, &arguments).stdout)
    };
    let after = |text: &str| text.split_once("\nSnapshot ").unwrap().1.split_once('\n').unwrap().1.to_owned();
    insta::assert_snapshot!("explained_row", after(&explain("secretsmanager.rotation", &[])));
    insta::assert_snapshot!("explained_place", after(&explain("guardduty.enabled", &[])));
    // The same verdicts as `assess`, for every check.
    let assessed = place.auditpack().args(["assess", "--format", "json"]).args(flags).output().unwrap();
    let assessed: Value = serde_json::from_slice(&assessed.stdout).unwrap();
    for id in ["kms.key-rotation", "s3.bucket-tls-only", "iam.user-console-mfa", "cloudtrail.multi-region-trail"] {
        let all: Value = serde_json::from_str(&explain(id, &["--format", "json", "--all"])).unwrap();
        assert_schema("explain", &all);
        let check = assessed["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
        assert_eq!(all["snapshot"]["verdict"], check["verdict"], "{id}");
        let findings = all["snapshot"]["findings"].as_array().unwrap();
        assert_eq!(findings.len(), check["findings"].as_array().unwrap().len(), "{id}");
        for finding in findings {
            let mut plain = finding.clone();
            plain.as_object_mut().unwrap().remove("seen");
            assert!(check["findings"].as_array().unwrap().contains(&plain), "{id}: {plain}");
        }
    }
}

/// A source of one's own with everything that can be wrong: parts, pages, templates.
const PIPES: &str = r#"
[[source]]
id = "pipes.pipes"
title = "Pipes"
protocol = "rest-json"
scope = "region"
operation = "ListPipes"
path = "/v1/pipes"
items = "Pipes"
key = "Name"
resource = "{Arn}"
page = { next = "NextToken", send = "NextToken" }
actions = ["pipes:ListPipes"]

[[source.each]]
as = "detail"
operation = "DescribePipe"
path = "/v1/pipes/{Name}"
select = "Pipe"
absent = ["NotFoundException"]
actions = ["pipes:DescribePipe"]

[[source.example]]
name = "two pages and their pipes"
rows = [
  { Name = "a", _resource = "arn:a", detail = { State = "RUNNING" } },
  { Name = "b", detail = nan },
]

[[source.example.call]]
operation = "ListPipes"
reply = { Pipes = [{ Name = "a", Arn = "arn:a" }], NextToken = "two" }

[[source.example.call]]
operation = "ListPipes"
asks = { NextToken = "two" }
reply = { Pipes = [{ Name = "b", Arn = "arn:b" }] }

[[source.example.call]]
operation = "DescribePipe"
asks = { path = "/v1/pipes/a" }
reply = { Pipe = { State = "RUNNING" } }

[[source.example.call]]
operation = "DescribePipe"
asks = { path = "/v1/pipes/b" }
error = "NotFoundException: no such pipe"
"#;

#[test]
fn a_source_s_examples_show_what_is_wrong_with_its_description() {
    let place = Workplace::new();
    std::fs::create_dir_all(place.path("own/sources")).unwrap();
    std::fs::create_dir_all(place.path("alone/sources")).unwrap();
    // Without what is embedded the tests are quick.
    place.write("alone/catalog.toml", "complete = true\n");
    let tried = |folder: &str, code: i32, source: &str| {
        place.write(&format!("{folder}/sources/pipes.toml"), source);
        let output = run(&place, code, &["checks", "test", "--mappings", folder]);
        let notes = notes_of_sources(&text(&output.stderr));
        format!("{}{notes}", text(&output.stdout))
    };
    let mut shown = format!("## right\n{}", tried("alone", 0, PIPES));
    for (what, right, wrong) in [
        ("wrong items", "items = \"Pipes\"", "items = \"Pipe\""),
        ("wrong key", "key = \"Name\"", "key = \"PipeName\""),
        ("wrong template", "/v1/pipes/{Name}\"\nselect", "/v1/pipes/{PipeName}\"\nselect"),
        ("wrong path of the part", "select = \"Pipe\"", "select = \"Pipes\""),
        ("wrong resource", "resource = \"{Arn}\"", "resource = \"{PipeArn}\""),
        ("wrong token", "next = \"NextToken\"", "next = \"Token\""),
        ("wrong parameter of the token", "send = \"NextToken\"", "send = \"Token\""),
        ("a `more` that never comes", "send = \"NextToken\" }", "send = \"NextToken\", more = \"Truncated\" }"),
        ("an error that is not expected", "absent = [\"NotFoundException\"]", "absent = [\"Gone\"]"),
        ("another value", "{ State = \"RUNNING\" } },\n", "{ State = \"STOPPED\" } },\n"),
        ("a row too few", "  { Name = \"b\", detail = nan },\n", ""),
        ("a row too many", "rows = [\n", "rows = [\n  { Name = \"c\" },\n"),
    ] {
        assert!(PIPES.contains(right), "{right}");
        shown += &format!("\n## {what}\n{}", tried("alone", 1, &PIPES.replacen(right, wrong, 1)));
    }
    shown += "\n## no example\n";
    shown += &tried("own", 0, PIPES.split("[[source.example]]").next().unwrap());
    let faults = PIPES
        .replacen("rows = [", "row = [", 1)
        .replacen("operation = \"DescribePipe\"\nasks", "operation = \"GetPipe\"\nasks", 1)
        .replacen("error =", "body = \"\"\nerror =", 1);
    place.write("own/sources/pipes.toml", &faults);
    let output = run(&place, 1, &["checks", "test", "--mappings", "own"]);
    shown += &format!("\n## faults\n{}", text(&output.stderr));
    insta::assert_snapshot!(shown);
}

/// The notes about sources: how many examples the embedded ones have is not this test's matter.
fn notes_of_sources(notes: &str) -> String {
    notes.lines().filter(|line| line.contains("of your own")).map(|line| format!("{line}\n")).collect()
}

/// What may be wrong in an embedded source: its file, its id, what, the right words, and wrong ones.
const MISTAKES: [(&str, &str, &str, &str, &str); 29] = [
    ("rds", "rds.snapshots", "items", "items = \"DBSnapshots\"", "items = \"Snapshots\""),
    ("rds", "rds.snapshots", "a list", "\"AttributeValues.AttributeValue\", ", ""),
    ("rds", "rds.snapshots", "a boolean", "\"Encrypted\", ", ""),
    ("rds", "rds.snapshots", "path of the part", "\"DBSnapshotAttributesResult\"", "\"Attributes\""),
    ("rds", "rds.snapshots", "when", "is = [\"manual\"]", "is = [\"shared\"]"),
    ("cloudwatch", "cloudwatch.alarms", "items", "path = \"CompositeAlarms\"", "path = \"Composites\""),
    ("cloudwatch", "cloudwatch.alarms", "parameter", "\"AlarmTypes.member.2\"", "\"AlarmTypes.2\""),
    ("ec2", "ec2.security-groups", "a list", "\"ipv6Ranges.item\",", ""),
    ("ec2", "ec2.security-groups", "an integer", "\"fromPort\", ", ""),
    ("cloudfront", "cloudfront.vpc-origins", "template", "vpc-origin/{Id}", "vpc-origin/{Arn}"),
    ("cloudfront", "cloudfront.vpc-origins", "the token", "send = \"Marker\"", "send = \"NextMarker\""),
    ("s3control", "s3.account-public-access-block", "path", "path = \"/v20180820/", "path = \"/2018-08-20/"),
    ("s3control", "s3.account-public-access-block", "absent", "[\"NoSuchPublic", "[\"NoPublic"),
    ("sqs", "sqs.queues", "a document", "documents = [\"Policy\"]\n", ""),
    ("sqs", "sqs.queues", "resource", "\"{attributes.QueueArn}\"", "\"{attributes.Arn}\""),
    ("dynamodb", "dynamodb.tables", "unique_id", "\"table.TableId\"", "\"table.Id\""),
    ("dynamodb", "dynamodb.tables", "send", "send = { TableName", "send = { Name"),
    ("acm", "acm.certificates", "expires", "\"certificate.NotAfter\"", "\"certificate.Until\""),
    ("guardduty", "guardduty.detectors", "path", "path = \"/detector\"", "path = \"/detectors\""),
    ("guardduty", "guardduty.findings", "template", "{from._item}/findings\"", "{from.detector.status}/findings\""),
    ("guardduty", "guardduty.findings", "path of the part", "select = \"findings\"", "select = \"finding\""),
    ("ecs", "ecs.services", "items", "items = \"serviceArns\"", "items = \"services\""),
    ("ecs", "ecs.services", "parameter", "parameters = { cluster =", "parameters = { clusterArn ="),
    ("ecs", "ecs.services", "template", "{details.services.taskDefinition}", "{details.service.taskDefinition}"),
    ("elb", "elb.listeners", "template", "\"{from.LoadBalancerArn}\"", "\"{from.Type}\""),
    ("elb", "elb.listeners", "when", "is = [\"HTTP\"]", "is = [\"HTTPS\"]"),
    ("apigateway", "apigateway.stages", "template", "path = \"/restapis/{from.id}", "path = \"/restapis/{from.name}"),
    ("apigateway", "apigateway.stages", "items", "items = \"item\"", "items = \"items\""),
    ("reviews", "wellarchitected.workloads", "only", "is = \"{account}\"", "is = \"{region}\""),
];

#[test]
fn the_embedded_examples_show_what_is_wrong_with_their_sources() {
    let place = Workplace::new();
    std::fs::create_dir_all(place.path("alone/sources")).unwrap();
    place.write("alone/catalog.toml", "complete = true\n");
    let read = |name: &str| {
        let file = repository().join("mappings/sources").join(name).with_extension("toml");
        std::fs::read_to_string(file).unwrap()
    };
    // The services lie elsewhere.
    let write = |name: &str, source: &str| {
        let lines = source.lines().filter(|line| !line.starts_with("shows_service"));
        place.write(name, &lines.map(|line| format!("{line}\n")).collect::<String>());
    };
    let tried = |code: i32, source: &str| {
        write("alone/sources/tried.toml", source);
        text(&run(&place, code, &["checks", "test", "--mappings", "alone"]).stdout)
    };
    // One of CloudWatch's sources follows one of these.
    write("alone/sources/logs.toml", &read("logs"));
    let mut shown = String::new();
    for (file, id, what, right, wrong) in MISTAKES {
        let source = read(file);
        let (others, own) = source.split_at(source.find(&format!("id = \"{id}\"")).unwrap());
        assert_eq!(tried(0, &source), "", "{id}");
        assert!(own.contains(right), "{id}: {right}");
        let faults = tried(1, &format!("{others}{}", own.replacen(right, wrong, 1)));
        let (_, first) = faults.lines().next().unwrap().split_once(": ").unwrap();
        assert!(faults.lines().all(|line| line.contains(&format!(": {id}"))), "{faults}");
        shown += &format!("## {what}, faults: {}\n{first}\n", faults.lines().count());
    }
    insta::assert_snapshot!(shown);
}
