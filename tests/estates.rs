//! Eight estates as AWS would describe them, and who owns each requirement in them: what is AWS's, what is the customer's.
//! Each line of the snapshots was read before it was accepted.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use auditpack::assess::assess;
use auditpack::catalog;
use auditpack::model::{
    AccountScope, Assessment, Catalog, Facts, Gap, GapReason, InUse, OffersKnownBy, Reading, Region, Remedy,
    Responsibility, Row, Settings, Sha256, Snapshot, SourceId, SourceScope, Unanswered,
};
use serde_json::{Value, json};

const ACCOUNT: &str = "123456789012";
const FRANKFURT: &str = "eu-central-1";
/// The regions of every account.
const DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    FRANKFURT,
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
/// Regions that an account opts in to.
const OPT_IN: [&str; 13] = [
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// What an account has, and what could not be read of it.
struct Estate {
    name: &'static str,
    regions: Vec<&'static str>,
    rows: Vec<(&'static str, Value)>,
    refused: Vec<(&'static str, &'static str)>,
}

fn estate(name: &'static str, rows: &[&[(&'static str, Value)]]) -> Estate {
    Estate { name, regions: vec![FRANKFURT, "us-east-1"], rows: rows.concat(), refused: Vec::new() }
}

/// Rows of sources that show a service by being there.
fn there(sources: &[&'static str]) -> Vec<(&'static str, Value)> {
    sources.iter().map(|source| (*source, json!({}))).collect()
}

/// A kind of resource that AWS Config counted.
fn counted(kinds: &[&str]) -> Vec<(&'static str, Value)> {
    kinds.iter().map(|kind| ("config.inventory", json!({ "resourceType": kind, "count": 2 }))).collect()
}

fn ecs_service(launch: &str) -> (&'static str, Value) {
    ("ecs.services", json!({ "details": { "services": [{ "launchType": launch }] } }))
}

fn estates() -> Vec<Estate> {
    let everywhere =
        there(&["iam.authorization-details", "kms.keys", "cloudtrail.trails", "config.recorders", "s3.bucket-config"]);
    let serverless = there(&[
        "lambda.functions",
        "apigateway.http-apis",
        "dynamodb.tables",
        "sqs.queues",
        "sns.topics",
        "cognito.user-pools",
    ]);
    let instance = ("ec2.instances", json!({ "instanceId": "i-1", "tagSet": [] }));
    let shop = there(&[
        "ec2.volumes",
        "autoscaling.groups",
        "elb.load-balancers",
        "rds.instances",
        "cloudfront.distributions",
        "backup.plans",
    ]);
    let database = ("rds.instances", json!({ "Engine": "postgres" }));
    let containers = there(&["elb.load-balancers", "ecr.repositories", "secretsmanager.secrets"]);
    let node = (
        "ec2.instances",
        json!({ "instanceId": "i-2", "tagSet": [
        { "key": "kubernetes.io/cluster/shop", "value": "owned" }, { "key": "eks:nodegroup-name", "value": "blue" },
    ] }),
    );
    let cluster = ("eks.clusters", json!({ "cluster": { "name": "shop" } }));
    let lake = counted(&["AWS::Glue::Job", "AWS::Athena::WorkGroup", "AWS::Kinesis::Stream"]);
    let on_premises =
        ("ec2.instances", json!({ "instanceId": "i-3", "outpostArn": "arn:aws:outposts:eu-central-1:1:outpost/op-1" }));
    let shop = [shop, vec![instance.clone(), database]].concat();
    let thirty = [&DEFAULT[..], &OPT_IN[..]].concat();
    vec![
        estate("serverless", &[&everywhere, &serverless]),
        estate("shop on EC2", &[&everywhere, &shop]),
        estate(
            "containers on Fargate",
            &[&everywhere, &containers, &[ecs_service("FARGATE")], &there(&["rds.instances"])],
        ),
        estate("EKS with managed nodes", &[&everywhere, &containers, &[cluster, node], &there(&["ec2.volumes"])]),
        estate("data lake", &[&everywhere, &lake, &there(&["redshift.clusters", "opensearch.domains"])]),
        estate("with an Outpost", &[&everywhere, &shop, &there(&["outposts.outposts"]), &[on_premises]]),
        Estate {
            // A member account is not told who else is in the organization, and a policy of it denies Outposts.
            refused: vec![("organizations.accounts", "us-east-1"), ("outposts.outposts", FRANKFURT)],
            ..estate("member account", &[&everywhere, &serverless, &there(&["organizations.organization"])])
        },
        Estate { regions: thirty, ..estate("shop on EC2, 30 regions", &[&everywhere, &shop]) },
    ]
}

fn settings(catalog: &Catalog) -> Settings {
    let text = r#"
        organization = "Example"
        frameworks = ["soc2", "iso27001-2022", "gdpr"]
        period.quarter = "2026-Q3"
        premises = { sites = "none", reason = "Everybody works at home" }
    "#;
    catalog::load_settings("auditpack.toml", text.as_bytes(), catalog).unwrap()
}

/// The estate as a snapshot that was read: each source in each place where AWS offers it.
fn read(catalog: &Catalog, estate: &Estate) -> (Snapshot, Facts) {
    let regions: Vec<Region> = estate.regions.iter().map(|region| Region::from(*region)).collect();
    let account = AccountScope {
        id: ACCOUNT.into(),
        alias: None,
        partition: "aws".into(),
        not_offered: catalog.offers.missing(&regions),
        offers_known_by: OffersKnownBy::List,
        regions: regions.clone(),
        disabled_regions: Vec::new(),
        excluded_regions: Vec::new(),
    };
    let mut facts = Facts::default();
    for source in catalog.sources.values() {
        let places = match source.scope {
            SourceScope::Region => regions.clone(),
            SourceScope::Account | SourceScope::Organization => vec!["us-east-1".into()],
        };
        for region in places.into_iter().filter(|region| !catalog.offers.lack(&source.service, region)) {
            if estate.refused.contains(&(source.id.as_str(), region.as_str())) {
                facts.gaps.push(refused(&source.id, region));
            } else {
                let reading = Reading { account: ACCOUNT.into(), region, evidence: vec![Sha256::of(b"{}")] };
                facts.read.entry(source.id.clone()).or_default().push(reading);
            }
        }
    }
    for (number, (source, data)) in estate.rows.iter().enumerate() {
        let row = Row {
            account: ACCOUNT.into(),
            partition: "aws".into(),
            region: FRANKFURT.into(),
            resource: format!("{source} {number}"),
            key: number.to_string(),
            data: data.clone().into(),
            unread: BTreeMap::new(),
            evidence: vec![Sha256::of(b"{}")],
        };
        assert!(catalog.sources.contains_key(&SourceId::from(*source)), "{}: no source {source}", estate.name);
        facts.rows.entry(SourceId::from(*source)).or_default().push(row);
    }
    let time = "2026-09-30T18:00:00Z";
    let snapshot = json!({
        "format": 1, "tool": "auditpack", "previous": null, "organization": "Example", "time": time, "finished": time,
        "period": { "start": "2026-07-01", "end": "2026-09-30" },
        "caller": { "account": ACCOUNT, "arn": "arn:aws:iam::123456789012:user/x", "user_id": "x" },
        "scope": { "accounts": [account], "sources": catalog.sources.keys().collect::<Vec<_>>() },
        "exchanges": [], "gaps": facts.gaps, "coverage": {},
    });
    (serde_json::from_value(snapshot).unwrap(), facts)
}

fn refused(source: &SourceId, region: Region) -> Gap {
    let about = Unanswered {
        source: source.clone(),
        account: ACCOUNT.into(),
        region,
        operation: None,
        item: None,
        time: "2026-09-30T18:00:00Z".parse().unwrap(),
    };
    Gap::new(about, GapReason::AccessDenied, Remedy::Report, "an explicit deny in a service control policy")
}

fn judged(catalog: &Catalog, estate: &Estate) -> Assessment {
    let (snapshot, facts) = read(catalog, estate);
    let id = Sha256::of(estate.name.as_bytes());
    assess(catalog, &settings(catalog), id, &snapshot, &facts, &[])
}

/// `inherited` as `i`: a table of eight columns is read at a look.
fn letter(responsibility: Responsibility) -> &'static str {
    match responsibility {
        Responsibility::Inherited => "i",
        Responsibility::Shared => "s",
        Responsibility::Customer => "c",
    }
}

#[test]
fn each_estate_s_split_is_as_it_was_read() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let estates = estates();
    let judged: Vec<Assessment> = estates.iter().map(|estate| judged(&catalog, estate)).collect();
    let mut text = String::new();
    for (estate, assessment) in estates.iter().zip(&judged) {
        text.push_str(&format!("{}\n", estate.name));
        for service in &assessment.services {
            let known = service.accounts.iter().all(|own| own.in_use == InUse::Known);
            let variants = service.accounts.iter().flat_map(|own| &own.variants);
            let variants: BTreeSet<String> = variants.map(|variant| format!("; {}", variant.because)).collect();
            let known = if known { "" } else { " (not known)" };
            text.push_str(&format!("  {}{known}{}\n", service.title, variants.into_iter().collect::<String>()));
        }
    }
    text.push_str("\nresponsibility, estates in that order: i inherited, s shared, c customer\n");
    let first = &judged[0].requirements;
    for (place, requirement) in first.iter().enumerate() {
        let letters: Vec<&str> = judged.iter().map(|one| letter(one.requirements[place].responsibility)).collect();
        text.push_str(&format!("{} {} {}\n", letters.join(" "), requirement.framework, requirement.id));
        for (estate, assessment) in estates.iter().zip(&judged) {
            let one = &assessment.requirements[place];
            let moved = one.responsibility != requirement.responsibility;
            if moved || one.split.iter().any(|line| line.starts_with("not known")) {
                text.push_str(&format!("                  {}: {}\n", estate.name, one.split.join("; ")));
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_a_region_does_not_offer_leaves_no_gap_and_moves_no_split() {
    let catalog = catalog::load(catalog::embedded()).unwrap();
    let estates = estates();
    let of = |name: &str| judged(&catalog, estates.iter().find(|estate| estate.name == name).unwrap());
    let (two, thirty) = (of("shop on EC2"), of("shop on EC2, 30 regions"));
    let split = |assessment: &Assessment| -> Vec<(String, Responsibility)> {
        assessment.requirements.iter().map(|one| (one.id.to_string(), one.responsibility)).collect()
    };
    assert_eq!(split(&two), split(&thirty));
    assert!(thirty.gaps.is_empty(), "{:?}", thirty.gaps.first());
    let not_offered = thirty.checks.iter().flat_map(|check| &check.findings);
    let not_offered = not_offered.filter(|one| one.reason.starts_with("AWS does not offer it in")).count();
    assert!(not_offered > 0);
}
