//! One refused operation after the other on the account where everything is good: whatever depends on it must not pass,
//! the refusal is disclosed with the IAM action that closes it, and nothing else changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use auditpack::model::{Catalog, Check, CheckId, Collector, Gap, GapReason, Source, SourceId, Verdict};
use serde_json::{Value, json};

use crate::common::{Emulator, Workplace};
use crate::support::{SLOW, asked, assess, catalog, collect, quick_sources, settings, shown, snapshot, verdicts};

/// An operation as the emulator names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Operation {
    service: String,
    name: String,
    action: String,
}

impl Operation {
    fn of(call: &Value) -> Self {
        let text = |name: &str| call[name].as_str().unwrap().to_owned();
        Self { service: text("service"), name: text("operation"), action: text("iam_action") }
    }
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

/// All sources that a check looks at.
fn sources_of(check: &Check) -> BTreeSet<&SourceId> {
    check.reads.iter().chain([&check.source]).collect()
}

/// Whether a check's verdict hangs on a call: on the list always, on a part when an expression reads it, or reads
/// another part whose call needs it (everything of a bucket is asked in the region that GetBucketLocation names).
fn depends(check: &Check, used: &Use<'_>) -> bool {
    if !sources_of(check).contains(&used.source.id) {
        return false;
    }
    // A row of digests needs all of its calls, whose parts are not the row's.
    if used.source.collector == Collector::Trail {
        return true;
    }
    let Some(part) = used.part else { return true };
    let expressions = check.when.iter().chain([&check.pass]).chain(&check.detail);
    let names: BTreeSet<String> = expressions.flat_map(|expression| expression.names()).collect();
    let needs = |text: &str| text.contains(&format!("{{{part}}}")) || text.contains(&format!("{{{part}."));
    let follows = used.source.each.iter().filter(|each| {
        let parameters = json!(each.call.parameters).to_string();
        let when = each.when.as_ref().map(|(member, _)| format!("{{{member}}}")).unwrap_or_default();
        let region = each.region.as_deref().unwrap_or_default();
        [each.call.path.as_str(), &parameters, &when, region].into_iter().any(needs)
    });
    names.contains(part) || follows.into_iter().any(|each| names.contains(&each.part))
}

/// Checks that rightly pass although a call that they could use is refused, and why.
const INDEPENDENT: [(&str, &str, &str); 3] = [
    (
        "s3:GetAccountPublicAccessBlock",
        "s3.bucket-no-public-read",
        "nothing of the bucket is public: no block is needed",
    ),
    (
        "s3:GetAccountPublicAccessBlock",
        "s3.bucket-no-public-write",
        "nothing of the bucket is public: no block is needed",
    ),
    ("s3:GetAccountPublicAccessBlock", "s3.bucket-public-access-block", "the bucket's own block suffices"),
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
                    let Some(operation) = queue.lock().unwrap().pop() else { break };
                    let found = refuse(&catalog, &all, &baseline, emulator, &expected, &operation);
                    let named = found.into_iter().map(|fault| format!("{}: {fault}", operation.action));
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
                && (gap.reason, gap.action.as_str()) == (GapReason::AccessDenied, "cloudtrail:LookupEvents")
        });
        assert!(named, "{source}: {:?}", shown(&assessment.gaps));
    }
}

/// The verdicts with every call answered, and the operations that were called.
fn baseline(
    emulator: &Emulator,
    expected: &Value,
    sources: &BTreeSet<SourceId>,
) -> (BTreeMap<CheckId, Verdict>, BTreeSet<Operation>) {
    emulator.reset();
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(expected, &["us-east-1"], sources));
    let collected = collect(&place, emulator);
    assert_eq!(collected.code, Some(0), "{collected:?}");
    let operations = emulator.calls().into_iter().map(|call| Operation::of(&call));
    let operations = operations.filter(|operation| operation.action != "sts:GetCallerIdentity").collect();
    (verdicts(&assess(&place).1), operations)
}

/// Collects with one operation refused; gives what is wrong with the result.
fn refuse(
    catalog: &Catalog,
    all: &BTreeSet<SourceId>,
    baseline: &BTreeMap<CheckId, Verdict>,
    emulator: &Emulator,
    expected: &Value,
    operation: &Operation,
) -> Vec<String> {
    let uses = uses(catalog, all, &operation.action);
    let affected = |check: &&Check| uses.iter().any(|used| depends(check, used));
    // Only what the affected checks look at, and one source that has nothing to do with it.
    let mut sources: BTreeSet<SourceId> =
        catalog.checks.values().filter(affected).flat_map(sources_of).cloned().collect();
    sources.extend(uses.iter().map(|used| used.source.id.clone()));
    sources.insert(SourceId::from("iam.account-summary"));
    sources.retain(|source| all.contains(source));

    emulator.reset();
    emulator.faults(&json!([
        { "service": operation.service, "operation": operation.name, "kind": "access-denied", "times": -1 }
    ]));
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
    for used in &uses {
        if !stored.snapshot.gaps.iter().any(|gap| discloses(gap, used, &operation.action)) {
            faults.push(format!("no gap of {} {:?}: {:?}", used.source.id, used.part, shown(&stored.snapshot.gaps)));
        }
    }
    let strangers = assessment.gaps.iter().filter(|gap| gap.action != operation.action).cloned().collect::<Vec<_>>();
    if !strangers.is_empty() {
        faults.push(format!("gaps of others: {:?}", shown(&strangers)));
    }
    let found = verdicts(&assessment);
    for check in catalog.checks.values() {
        let (was, is) = (baseline[&check.id], found[&check.id]);
        let allowed = INDEPENDENT.iter().any(|(a, id, _)| *a == operation.action && *id == check.id.as_str());
        let collected = sources_of(check).iter().all(|id| sources.contains(*id));
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
        && gap.action == action
        && (used.source.collector == Collector::Trail || gap.item.as_ref().map(|item| item.part.as_str()) == used.part)
        && gap.code.is_some()
        && gap.body.is_some()
}
