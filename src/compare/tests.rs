//! Histories told by hand: what the words must be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::lives::{Ended, Life};
use super::{Ages, lives, trend};
use crate::model::*;

const ACCOUNT: &str = "111111111111";
const OTHER: &str = "222222222222";
const REGION: &str = "eu-central-1";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T06:00:00Z").parse().unwrap()
}

fn quarter() -> Period {
    Period { start: day("2026-07-01"), end: day("2026-09-30") }
}

/// A judgement of one check.
struct Told(Judgement);

impl Told {
    fn on(date: &str) -> Self {
        let places = BTreeMap::from([(ACCOUNT.into(), BTreeSet::from([Region::from(REGION)]))]);
        Self(Judgement {
            format: Judgement::FORMAT,
            snapshot: Sha256::of(date.as_bytes()),
            yardstick: Sha256::of(b"yardstick"),
            documents: Sha256::of(b"documents"),
            tool: "auditpack test".to_owned(),
            time: at(date),
            period: quarter(),
            collected_by: None,
            places,
            checks: BTreeMap::from([("iam.user-console-mfa".into(), record(Lasting::State))]),
            totals: Totals::default(),
            sources: BTreeMap::from([("iam.users".into(), Sight::Whole)]),
        })
    }

    fn check(mut self, change: impl FnOnce(&mut CheckRecord)) -> Self {
        self.0.checks.values_mut().for_each(|check| check.lasting = Lasting::State);
        change(self.0.checks.get_mut(&CheckId::from("iam.user-console-mfa")).unwrap());
        self
    }

    fn fails(self, resource: &str) -> Self {
        self.fails_as(resource, Identity::default())
    }

    fn fails_as(self, resource: &str, identity: Identity) -> Self {
        self.finding(resource, Verdict::Fail, identity)
    }

    fn unseen(self, resource: &str) -> Self {
        self.finding(resource, Verdict::Undetermined, Identity::default())
    }

    fn finding(self, resource: &str, verdict: Verdict, identity: Identity) -> Self {
        let finding = FindingRecord {
            account: ACCOUNT.into(),
            region: REGION.into(),
            resource: resource.to_owned(),
            verdict,
            identity,
        };
        self.check(|check| {
            check.verdict = verdict;
            check.open.push(finding);
        })
    }
}

fn record(lasting: Lasting) -> CheckRecord {
    CheckRecord { severity: Severity::High, verdict: Verdict::Pass, lasting, open: Vec::new() }
}

fn unique(id: &str) -> Identity {
    Identity { unique: Some(id.to_owned()), ..Identity::default() }
}

fn created(time: &str, caveat: &str) -> Identity {
    Identity { unique: None, created: Some(time.to_owned()), caveat: caveat.to_owned() }
}

fn told(history: &[Told]) -> Vec<Life> {
    let judgements: Vec<&Judgement> = history.iter().map(|told| &told.0).collect();
    lives(&judgements)
}

/// A life in words: `name since age end`.
fn words(history: &[Told]) -> Vec<String> {
    let word = |life: &Life| {
        let end = match life.end {
            None => "open".to_owned(),
            Some(end) => format!("{:?} {}", end.how, end.time.date_naive()).to_lowercase(),
        };
        format!("{} since {} {:?}: {end}", life.resource, life.since.date_naive(), life.age)
    };
    let mut words: Vec<String> = told(history).iter().map(word).collect();
    words.sort();
    words
}

#[test]
fn a_finding_lives_from_the_first_snapshot_that_shows_it_to_the_first_that_shows_it_fixed() {
    let history = [
        Told::on("2026-07-01").fails("ann"),
        Told::on("2026-07-08").fails("ann").fails("bob"),
        Told::on("2026-07-15").fails("bob"),
        Told::on("2026-07-22"),
    ];
    assert_eq!(
        words(&history),
        ["ann since 2026-07-01 AtLeast: fixed 2026-07-15", "bob since 2026-07-08 Seen: fixed 2026-07-22",]
    );
}

#[test]
fn what_cannot_be_seen_is_not_fixed() {
    // The user's own part was refused, the region's list, the account's list, or the check was not judged at all.
    for blind in [
        Told::on("2026-07-08").unseen("ann"),
        Told::on("2026-07-08").unseen(REGION),
        Told::on("2026-07-08").unseen(ACCOUNT),
        Told::on("2026-07-08").check(|check| check.verdict = Verdict::Undetermined),
    ] {
        let history = [Told::on("2026-07-01").fails("ann"), blind, Told::on("2026-07-15").fails("ann")];
        assert_eq!(words(&history), ["ann since 2026-07-01 AtLeast: open"]);
    }
    let history = [Told::on("2026-07-01"), Told::on("2026-07-08").unseen(REGION), Told::on("2026-07-15").fails("ann")];
    assert_eq!(words(&history), ["ann since 2026-07-15 AtLeast: open"], "it may have failed while it was not visible");
}

#[test]
fn a_renamed_resource_goes_on_and_a_recreated_one_begins_anew() {
    let history = [
        Told::on("2026-07-01").fails_as("olga.petrova", unique("AIDA1")),
        Told::on("2026-07-08").fails_as("olga.sidorova", unique("AIDA1")),
    ];
    assert_eq!(words(&history), ["olga.sidorova since 2026-07-01 AtLeast: open"]);
    let history = [
        Told::on("2026-07-01").fails_as("rosa", unique("AIDA1")),
        Told::on("2026-07-08").fails_as("rosa", unique("AIDA2")),
    ];
    assert_eq!(
        words(&history),
        ["rosa since 2026-07-01 AtLeast: fixed 2026-07-08", "rosa since 2026-07-08 Seen: open"]
    );
    let history = [
        Told::on("2026-07-01").fails_as("queue", created("1780000000", "")),
        Told::on("2026-07-08").fails_as("queue", created("1790000000", "")),
    ];
    assert_eq!(words(&history).len(), 2, "another creation time is another thing");
    let moves = "S3 moves it when the policy is edited";
    let history = [
        Told::on("2026-07-01").fails_as("bucket", created("2026-01-01", moves)),
        Told::on("2026-07-08").fails_as("bucket", created("2026-07-05", moves)),
    ];
    assert_eq!(
        words(&history),
        ["bucket since 2026-07-01 AtLeast: open"],
        "a date that moves by itself proves nothing"
    );
}

#[test]
fn two_names_that_are_swapped_are_not_renamed() {
    let history = [
        Told::on("2026-07-01").fails_as("a", unique("1")).fails_as("b", unique("2")),
        Told::on("2026-07-08").fails_as("a", unique("2")).fails_as("b", unique("1")),
    ];
    let lives = told(&history);
    assert_eq!(lives.iter().filter(|life| life.end.is_none()).count(), 2, "{:?}", words(&history));
}

#[test]
fn what_leaves_the_scope_is_not_fixed_and_what_joins_it_may_be_old() {
    let mut narrowed = Told::on("2026-07-08");
    narrowed.0.places = BTreeMap::from([(OTHER.into(), BTreeSet::from([Region::from(REGION)]))]);
    let lives = told(&[Told::on("2026-07-01").fails("ann"), narrowed]);
    assert_eq!(lives[0].end.unwrap().how, Ended::Left);

    let mut before = Told::on("2026-07-01");
    before.0.places = BTreeMap::from([(OTHER.into(), BTreeSet::from([Region::from(REGION)]))]);
    assert_eq!(words(&[before, Told::on("2026-07-08").fails("ann")]), ["ann since 2026-07-08 AtLeast: open"]);

    let mut regions = Told::on("2026-07-08");
    regions.0.places = BTreeMap::from([(ACCOUNT.into(), BTreeSet::from([Region::from("eu-west-1")]))]);
    let lives = told(&[Told::on("2026-07-01").fails("ann"), regions]);
    assert_eq!(lives[0].end.unwrap().how, Ended::Left);
}

#[test]
fn events_are_neither_open_nor_fixed_afterwards() {
    let event = |told: Told| {
        Told(Judgement {
            checks: told
                .0
                .checks
                .into_iter()
                .map(|(id, check)| (id, CheckRecord { lasting: Lasting::Event, ..check }))
                .collect(),
            ..told.0
        })
    };
    let history = [
        event(Told::on("2026-07-01").fails("event-1")),
        event(Told::on("2026-07-08").fails("event-1").fails("event-2")),
        event(Told::on("2026-07-15")),
    ];
    assert_eq!(
        words(&history),
        ["event-1 since 2026-07-01 Seen: past 2026-07-15", "event-2 since 2026-07-08 Seen: past 2026-07-15"]
    );
}

#[test]
fn an_event_that_cannot_be_read_any_more_is_not_past_within_its_period() {
    let event = |mut told: Told| {
        told.0.checks.values_mut().for_each(|check| check.lasting = Lasting::Event);
        told
    };
    let first = event(Told::on("2026-07-01").fails("event-1"));
    let refused = event(Told::on("2026-07-08").unseen(REGION));
    assert_eq!(words(&[first, refused]), ["event-1 since 2026-07-01 Seen: open"]);
}

#[test]
fn a_check_that_a_judgement_does_not_know_says_nothing() {
    let mut without = Told::on("2026-07-08");
    without.0.checks.clear();
    let history = [Told::on("2026-07-01").fails("ann"), without, Told::on("2026-07-15").fails("ann")];
    assert_eq!(words(&history), ["ann since 2026-07-01 AtLeast: open"]);
}

#[test]
fn ages_are_those_of_the_snapshot_that_is_asked() {
    let history = [Told::on("2026-07-01").fails("ann"), Told::on("2026-07-08"), Told::on("2026-07-15").fails("ann")];
    let judgements: Vec<&Judgement> = history.iter().map(|told| &told.0).collect();
    let ids: Vec<SnapshotId> = judgements.iter().map(|judgement| judgement.snapshot).collect();
    let ages = Ages::new(&judgements, &ids);
    let age = |id| ages.get(id, &"iam.user-console-mfa".into(), &ACCOUNT.into(), &REGION.into(), "ann");
    assert_eq!(age(ids[0]), Some((at("2026-07-01"), Age::AtLeast)));
    assert_eq!(age(ids[1]), None);
    assert_eq!(age(ids[2]), Some((at("2026-07-15"), Age::Seen)), "fixed in between: it begins anew");
}

fn of(history: &[Told], now: &str) -> Trend {
    let entries: Vec<_> = history.iter().map(|told| (&told.0, Keeping::Whole)).collect();
    trend("Example", &entries, Sha256::of(b"yardstick"), quarter(), at(now)).unwrap()
}

#[test]
fn the_mean_time_to_fix_is_of_what_was_seen_to_begin() {
    let history = [
        Told::on("2026-07-01").fails("old"),
        Told::on("2026-07-08").fails("ann"),
        Told::on("2026-07-15").fails("ann").fails("bob"),
        Told::on("2026-07-22").fails("bob"),
        Told::on("2026-07-29").fails("cid"),
    ];
    let trend = of(&history, "2026-08-05");
    let high = trend.fixes.of(Severity::High);
    assert_eq!((high.fixed, high.measured, high.open), (3, 2, 1));
    assert_eq!(high.mean_days, Some(14.0), "ann 14 days, bob 14; when the old one began is not known");
    assert_eq!(high.oldest_days, Some(7));
    assert_eq!(trend.fixes.of(Severity::Low), FixTimes::default());
    let came: Vec<(usize, usize)> = trend.points.iter().map(|point| (point.new, point.fixed)).collect();
    assert_eq!(came, [(0, 0), (1, 1), (1, 0), (0, 1), (1, 1)]);
    assert_eq!(trend.open[0].days, 7);
}

#[test]
fn weeks_are_covered_by_the_snapshots_in_them() {
    let weekly = |count: i64| -> Vec<Told> {
        (0..count).map(|week| Told::on(&(day("2026-07-02") + Duration::days(7 * week)).to_string())).collect()
    };
    let coverage = |history: &[Told], now: &str| of(history, now).periods[0].clone();
    let whole = coverage(&weekly(13), "2026-10-05");
    assert_eq!(whole.words(), "snapshots cover 13 of 13 weeks");
    assert!(whole.missing.is_empty());
    let running = coverage(&weekly(3), "2026-07-29");
    assert_eq!(running.words(), "snapshots cover 3 of 5 weeks so far (13 in all)");
    assert_eq!(running.missing, [day("2026-07-22"), day("2026-07-29")]);
    let mut first = Told::on("2026-03-31");
    first.0.period = Period { start: day("2026-01-01"), end: day("2026-03-31") };
    let trend = of(&[first], "2026-04-01");
    assert_eq!(trend.periods[0].words(), "snapshots cover 1 of 13 weeks", "a quarter of 90 days has thirteen too");
    assert_eq!(trend.periods.len(), 1, "a period that has not begun is none");
}

#[test]
fn what_was_judged_by_another_yardstick_says_so() {
    let mut pruned = Told::on("2026-07-01");
    pruned.0.yardstick = Sha256::of(b"older");
    let now = Told::on("2026-07-08");
    let entries = [(&pruned.0, Keeping::Manifest), (&now.0, Keeping::Whole)];
    let trend = trend("Example", &entries, Sha256::of(b"yardstick"), quarter(), at("2026-07-08")).unwrap();
    assert_eq!(trend.points[0].judged, Judged::Then);
    assert_eq!(trend.points[1].judged, Judged::Today);
    assert_eq!(trend.points[1].definitions, Steadiness::Unknown);
}

#[test]
fn a_source_that_is_not_read_whole_says_when_it_last_was() {
    let mut refused = Told::on("2026-07-08");
    refused.0.sources = BTreeMap::from([("iam.users".into(), Sight::None), ("s3.bucket-config".into(), Sight::Whole)]);
    let trend = of(&[Told::on("2026-07-01"), refused], "2026-07-10");
    let stale = &trend.freshness.stale;
    assert_eq!(stale.len(), 1);
    assert_eq!((stale[0].sight, stale[0].whole), (Sight::None, Some(at("2026-07-01"))));
    assert_eq!((trend.freshness.days, trend.freshness.sources), (2, 2));
}

#[test]
fn a_vault_without_snapshots_has_no_trend() {
    assert!(trend("Example", &[], Sha256::of(b""), quarter(), at("2026-07-10")).is_none());
}

#[test]
fn dates_that_cannot_be_read_are_said_to_be_unknown() {
    let catalog = crate::catalog::load(crate::catalog::embedded()).unwrap();
    let (settings, mut facts) = (super::plan_tests::settings(), Facts::default());
    let judged = super::plan_tests::assessment(Vec::new(), Vec::new());
    facts.gaps = serde_json::from_value(serde_json::json!([{
        "source": "acm.certificates", "account": ACCOUNT, "region": "eu-central-1", "operation": "ListCertificates",
        "reason": "access-denied", "action": "acm:ListCertificates", "message": "no", "time": "2026-09-30T06:00:00Z",
    }]))
    .unwrap();
    let newest = Some((judged.time, &facts, &judged));
    let dates = super::Dates { catalog: &catalog, settings: &settings, newest, attestations: &[], signer: None };
    let calendar = super::calendar(dates, "2026-10-01".parse().unwrap(), 30);
    let titles: Vec<&str> = calendar.dues.iter().map(|due| due.title.as_str()).collect();
    let said = |words: &str| titles.iter().any(|title| title.contains(words));
    assert!(said("acm.certificates are not known: 111111111111 eu-central-1: access denied (acm:ListCertificates)"));
    assert!(said("Dates of artifact.reports are not known: it was not collected"), "{titles:?}");
}
