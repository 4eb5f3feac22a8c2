//! One refused operation after the other on the account where everything is good: whatever depends on it must not pass,
//! the refusal is disclosed with the IAM action that closes it, and nothing else changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use auditpack::model::{
    Catalog, Check, CheckId, Collector, Gap, GapReason, Name, Remedy, Source, SourceId, Template, Verdict,
};
use serde_json::{Value, json};

use crate::common::{Emulator, Workplace};
use crate::support::{SLOW, asked, assess, catalog, collect, quick_sources, settings, shown, snapshot, verdicts};

/// The operations, as the emulator names them (service, operation), by the IAM action that they need.
type Operations = BTreeMap<String, BTreeSet<(String, String)>>;

fn operations(calls: Vec<Value>) -> Operations {
    let mut found = Operations::new();
    for call in calls {
        let text = |name: &str| call[name].as_str().unwrap().to_owned();
        found.entry(text("iam_action")).or_default().insert((text("service"), text("operation")));
    }
    found
}

/// A source that makes the call: for its list, or for a part of each item.
#[derive(Debug)]
struct Use<'c> {
    source: &'c Source,
    part: Option<&'c str>,
}

/// The calls of the catalog that need an IAM action.
fn uses<'c>(catalog: &'c Catalog, sources: &BTreeSet<SourceId>, action: &str) -> Vec<Use<'c>> {
    let mut found = Vec::new();
    for source in catalog.sources.values() {
        if !sources.contains(&source.id) && source.collector != Collector::Identity {
            continue;
        }
        if source.call.actions.contains(action) {
            found.push(Use { source, part: None });
        }
        let parts = source.each.iter().filter(|each| each.call.actions.contains(action));
        found.extend(parts.map(|each| Use { source, part: Some(&each.part) }));
    }
    found
}

/// All sources that a check looks at, and those that they follow.
fn sources_of<'c>(catalog: &'c Catalog, check: &'c Check) -> BTreeSet<&'c SourceId> {
    let parent = |id: &&'c SourceId| catalog.sources.get(*id)?.from.as_ref().map(|from| &from.source);
    let looked_at = check.reads.iter().chain([&check.source]);
    looked_at.flat_map(|source| std::iter::successors(Some(source), parent)).collect()
}

/// Whether a check's verdict hangs on a call: on the list always, on a part when an expression reads it, or reads
/// another part whose call needs it (everything of a bucket is asked in the region that GetBucketLocation names).
fn depends(catalog: &Catalog, check: &Check, used: &Use<'_>) -> bool {
    let looked_at = sources_of(catalog, check);
    if !looked_at.contains(&used.source.id) {
        return false;
    }
    // A row of digests needs all of its calls, whose parts are not the row's.
    if used.source.collector == Collector::Trail {
        return true;
    }
    let Some(part) = used.part else { return true };
    let itself = check.source == used.source.id || check.reads.contains(&used.source.id);
    let expressions = check.when.iter().chain([&check.pass]).chain(&check.detail);
    let names: BTreeSet<String> = expressions.flat_map(|expression| expression.names()).collect();
    let followers = catalog.sources.values().filter(|source| {
        looked_at.contains(&source.id) && source.from.as_ref().is_some_and(|from| from.source == used.source.id)
    });
    let asks =
        |name: &&Name| name.member().and_then(|path| path.after("from")).is_some_and(|path| path.first() == part);
    let mut followers = followers.map(|source| source.call.names().iter().any(asks));
    // A row that carries a row with a missing part says nothing of it.
    if followers.any(|asks| asks || names.contains("from")) {
        return true;
    }
    let follows = used.source.each.iter().filter(|each| {
        let names = each.call.names().into_iter().chain(each.region.iter().flat_map(Template::names));
        let read = names.filter_map(|name| name.member()).chain(each.when.iter().map(|when| &when.member));
        read.into_iter().any(|path| path.first() == part)
    });
    itself && (names.contains(part) || follows.into_iter().any(|each| names.contains(&each.part)))
}

/// Checks that rightly pass although a call that they could use is refused, and why: any of the actions, any of the checks.
const INDEPENDENT: &[(&[&str], &[&str], &str)] = &[
    (
        &["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies"],
        &["dynamodb.scaling"],
        "a table on demand needs no targets",
    ),
    (
        &["cloudformation:DescribeStackResourceDrifts"],
        &["cloudformation.drift"],
        "the stack itself says that it is in sync",
    ),
    (&["cloudfront:ListVpcOrigins"], &["cloudfront.https-only"], "no distribution has an origin inside a VPC"),
    (
        &["cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"],
        &["s3.bucket-logging"],
        "server access logging is on: no data events are needed",
    ),
    (
        &["dynamodb:DescribeContinuousBackups"],
        &["backup.plan-exists", "backup.resources-protected"],
        "AWS Backup has a plan, and recovery points of it",
    ),
    (
        &["ec2:DescribeInstances", "s3:ListAllMyBuckets"],
        &["guardduty.data-and-malware-plans"],
        "the plans are on, whatever they would watch",
    ),
    (
        &[
            "ecs:ListClusters",
            "ecs:ListServices",
            "eks:ListClusters",
            "lambda:ListFunctions",
            "rds:DescribeDBInstances",
        ],
        &["guardduty.workload-plans"],
        "the plans are on, whatever they would watch",
    ),
    (
        &["ec2:DescribeManagedPrefixLists"],
        &[
            "ec2.sg-no-all-ports-open",
            "ec2.sg-no-open-data-ports",
            "ec2.sg-no-open-management-ports",
            "ec2.sg-no-open-rdp",
            "ec2.sg-no-open-ssh",
        ],
        "no group names a prefix list",
    ),
    (&["ec2:DescribeRouteTables"], &["ec2.no-public-ip"], "no instance has an address that a route could make public"),
    (
        &["ec2:GetEbsEncryptionByDefault", "ec2:GetSnapshotBlockPublicAccessState"],
        &["ebs.snapshot-not-public"],
        "no snapshot is shared with everyone: no block is needed",
    ),
    (
        &["events:ListRules"],
        &[
            "cloudwatch.alarm-iam-changes",
            "cloudwatch.alarm-logging-changes",
            "cloudwatch.alarm-network-changes",
            "cloudwatch.alarm-root-usage",
            "cloudwatch.alarm-signin-anomalies",
        ],
        "the alarm stands on a metric filter",
    ),
    (&["lambda:ListFunctions"], &["sqs.dead-letter-queue"], "a queue with a dead-letter queue needs no other"),
    (
        &["network-firewall:ListFirewalls", "network-firewall:ListRuleGroups"],
        &["vpc.dns-firewall"],
        "a DNS Firewall needs no network firewall beside it",
    ),
    (
        &["organizations:DescribeOrganization"],
        &["accessanalyzer.external-enabled", "config.aggregator"],
        "the account's own one is there",
    ),
    (
        &["organizations:DescribeOrganization", "organizations:ListAccounts"],
        &[
            "backup.vault-known-accounts",
            "ebs.snapshot-known-accounts",
            "iam.role-trust-restricted",
            "kms.key-known-accounts",
            "lambda.known-accounts",
            "rds.snapshot-known-accounts",
            "s3.bucket-known-accounts",
            "secretsmanager.known-accounts",
            "sns.known-accounts",
            "sqs.known-accounts",
        ],
        "no account is let in that would have to be looked up",
    ),
    (
        &["s3:GetAccountPublicAccessBlock"],
        &["cloudtrail.bucket-not-public", "s3.bucket-no-public-read", "s3.bucket-no-public-write"],
        "nothing of the bucket is public: no block is needed",
    ),
    (&["s3:GetAccountPublicAccessBlock"], &["s3.bucket-public-access-block"], "the bucket's own block suffices"),
    (&["tag:GetResources"], &["sns.encrypted"], "a topic with a key of its own is encrypted whatever its tags say"),
];

#[test]
fn no_check_passes_on_a_refused_call() {
    let catalog = catalog();
    let all = quick_sources(&catalog);
    let emulators = [Emulator::start("clean"), Emulator::start("clean")];
    let expected = emulators[0].expected();
    let (baseline, operations) = baseline(&emulators[0], &expected, &all);
    assert!(operations.len() > 80, "{operations:?}");
    let queue = Mutex::new(operations.into_iter().collect::<Vec<_>>());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for emulator in &emulators {
            scope.spawn(|| {
                loop {
                    let Some((action, operations)) = queue.lock().unwrap().pop() else { break };
                    let found = refuse(&catalog, &all, &baseline, emulator, &expected, (&action, &operations));
                    let named = found.into_iter().map(|fault| format!("{action}: {fault}"));
                    faults.lock().unwrap().extend(named);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The slow sources, on their own: each of CloudTrail's lookups is refused.
#[test]
fn no_event_check_passes_without_the_events() {
    let catalog = catalog();
    let emulator = Emulator::start("clean");
    emulator.faults(&json!([{ "operation": "LookupEvents", "kind": "access-denied", "times": -1 }]));
    let place = Workplace::new();
    let sources = SLOW.map(SourceId::from).into();
    place.write("auditpack.toml", &settings(&emulator.expected(), &["us-east-1"], &sources));
    let collected = collect(&place, &emulator);
    assert_eq!(collected.code, Some(3), "{collected:?}");
    let (code, assessment) = assess(&place);
    assert_eq!(code, Some(3));
    let found = verdicts(&assessment);
    let judged = catalog.checks.values().filter(|check| sources.contains(&check.source));
    let judged: Vec<_> = judged.map(|check| (&check.id, found[&check.id])).collect();
    assert!(judged.len() > 10 && judged.iter().all(|(_, verdict)| *verdict == Verdict::Undetermined), "{judged:?}");
    for source in SLOW {
        let named = assessment.gaps.iter().any(|gap| {
            gap.source.as_str() == source
                && (gap.reason, &gap.remedy) == (GapReason::AccessDenied, &Remedy::grant(["cloudtrail:LookupEvents"]))
        });
        assert!(named, "{source}: {:?}", shown(&assessment.gaps));
    }
}

/// The verdicts with every call answered, and the operations that were called.
fn baseline(
    emulator: &Emulator,
    expected: &Value,
    sources: &BTreeSet<SourceId>,
) -> (BTreeMap<CheckId, Verdict>, Operations) {
    emulator.reset();
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(expected, &["us-east-1"], sources));
    let collected = collect(&place, emulator);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    let mut operations = operations(emulator.calls());
    operations.remove("sts:GetCallerIdentity");
    (verdicts(&assess(&place).1), operations)
}

/// Collects with one action refused; gives what is wrong with the result.
fn refuse(
    catalog: &Catalog,
    all: &BTreeSet<SourceId>,
    baseline: &BTreeMap<CheckId, Verdict>,
    emulator: &Emulator,
    expected: &Value,
    (action, operations): (&str, &BTreeSet<(String, String)>),
) -> Vec<String> {
    let uses = uses(catalog, all, action);
    let affected = |check: &&Check| uses.iter().any(|used| depends(catalog, check, used));
    // Only what the affected checks look at, and one source that has nothing to do with it.
    let mut sources: BTreeSet<SourceId> =
        catalog.checks.values().filter(affected).flat_map(|check| sources_of(catalog, check)).cloned().collect();
    sources.extend(uses.iter().map(|used| used.source.id.clone()));
    sources.insert(SourceId::from("iam.account-summary"));
    sources.retain(|source| all.contains(source));

    emulator.reset();
    let fault = |(service, name): &(String, String)| json!({ "service": service, "operation": name, "kind": "access-denied", "times": -1 });
    emulator.faults(&operations.iter().map(fault).collect());
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(expected, &["us-east-1"], &sources));
    let collected = collect(&place, emulator);
    let mut faults = Vec::new();
    if collected.code != Some(3) {
        faults.push(format!("collect ended with {:?}: {}", collected.code, collected.err));
        return faults;
    }
    let (code, assessment) = assess(&place);
    if code != Some(3) {
        faults.push(format!("assess ended with {code:?}"));
    }
    let (_, stored) = snapshot(&place);
    if uses.is_empty() {
        faults.push(format!("no source of the catalog names it; asked {:?}", asked(&stored.snapshot.exchanges)));
    }
    // Where one action lists and reads, nothing after the list is asked.
    let lists = |source: &Source| source.call.actions.contains(action);
    let comes_to_it = |used: &&Use<'_>| {
        let parent = used.source.from.as_ref().and_then(|from| catalog.sources.get(&from.source));
        !(used.part.is_some() && lists(used.source) || parent.is_some_and(lists))
    };
    for used in uses.iter().filter(comes_to_it) {
        if !stored.snapshot.gaps.iter().any(|gap| discloses(gap, used, action)) {
            faults.push(format!("no gap of {} {:?}: {:?}", used.source.id, used.part, shown(&stored.snapshot.gaps)));
        }
    }
    let strangers = assessment.gaps.iter().filter(|gap| gap.remedy.to_string() != action).cloned().collect::<Vec<_>>();
    if !strangers.is_empty() {
        faults.push(format!("gaps of others: {:?}", shown(&strangers)));
    }
    let found = verdicts(&assessment);
    for check in catalog.checks.values() {
        let (was, is) = (baseline[&check.id], found[&check.id]);
        let allowed =
            INDEPENDENT.iter().any(|(actions, ids, _)| actions.contains(&action) && ids.contains(&check.id.as_str()));
        let collected = sources_of(catalog, check).iter().all(|id| sources.contains(*id));
        match affected(&check) {
            true if is == Verdict::Pass && !allowed => faults.push(format!("{} still passes", check.id)),
            true if is == Verdict::NotApplicable && was == Verdict::Pass => {
                faults.push(format!("{} does not apply any more", check.id));
            }
            false if collected && is != was => faults.push(format!("{} was {was:?}, is {is:?}", check.id)),
            _ => {}
        }
    }
    faults
}

fn discloses(gap: &Gap, used: &Use<'_>, action: &str) -> bool {
    gap.source == used.source.id
        && gap.reason == GapReason::AccessDenied
        && gap.remedy.to_string() == action
        // Of two parts by one action the second may need the first.
        && (used.source.collector == Collector::Trail || gap.item.is_some() == used.part.is_some())
        && gap.code.is_some()
        && gap.body.is_some()
}
