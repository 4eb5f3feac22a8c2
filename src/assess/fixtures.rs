//! A small world for the tests: two accounts, two regions, sources that were read whole unless a test says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::assess;
use crate::expression::Expression;
use crate::model::*;

pub(super) const ONE: &str = "111111111111";
pub(super) const TWO: &str = "222222222222";

/// A catalog, a snapshot and facts in the making: two accounts, two regions.
pub(super) struct Estate {
    pub(super) catalog: Catalog,
    pub(super) settings: Settings,
    pub(super) snapshot: Snapshot,
    pub(super) facts: Facts,
    pub(super) attestations: Vec<Attestation>,
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn time() -> DateTime<Utc> {
    "2026-09-30T12:00:00Z".parse().unwrap()
}

pub(super) fn source(id: &str, scope: SourceScope) -> Source {
    let call = Call {
        operation: "List".into(),
        method: "POST".into(),
        path: crate::walk::testing::template("/"),
        parameters: BTreeMap::new(),
        vary: vec![BTreeMap::new()],
        headers: BTreeMap::new(),
        host_prefix: Default::default(),
        page: None,
        shape: Shape::default(),
        absent: BTreeSet::new(),
        not_subscribed: BTreeSet::new(),
        cli: None,
        actions: BTreeSet::new(),
    };
    Source {
        id: id.into(),
        title: id.into(),
        shows_service: None,
        service: "x".into(),
        signing: "x".into(),
        endpoint_variable: "X".into(),
        cli_service: String::new(),
        protocol: Protocol::Json,
        version: String::new(),
        target: String::new(),
        scope,
        collector: Collector::Generic,
        from: None,
        call,
        each: vec![],
        items: vec![],
        key: crate::walk::testing::path("Id"),
        resource: Default::default(),
        config_ids: Default::default(),
        unique_id: Vec::new(),
        created: None,
        expires: None,
        inventory: crate::model::Inventory::Resources,
        only: None,
        kept_for: Default::default(),
    }
}

pub(super) fn check(id: &str, source: &str, pass: &str) -> Check {
    Check {
        id: id.into(),
        title: "All is well".into(),
        severity: Severity::High,
        source: source.into(),
        reads: BTreeSet::new(),
        reads_at_need: BTreeSet::new(),
        one_is_enough: false,
        per: Per::Row,
        when: None,
        pass: Expression::parse(pass).unwrap(),
        none: Verdict::NotApplicable,
        detail: None,
        why: String::new(),
        remedy: String::new(),
        cli: None,
        config_rules: vec![],
        population: None,
        params: BTreeSet::new(),
        examples: vec![],
    }
}

pub(super) fn gap(source: &str, account: &str, region: &str) -> Gap {
    Gap {
        source: source.into(),
        account: account.into(),
        region: region.into(),
        operation: Some("List".into()),
        item: None,
        reason: GapReason::AccessDenied,
        remedy: Remedy::grant(["x:List"]),
        message: "no".into(),
        code: None,
        request_id: None,
        body: None,
        time: time(),
    }
}

pub(super) fn world() -> Estate {
    let account = |id: &str| AccountScope {
        id: id.into(),
        alias: None,
        partition: "aws".into(),
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
        disabled_regions: vec![],
        excluded_regions: vec![],
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    };
    let snapshot = Snapshot {
        format: 1,
        tool: String::new(),
        previous: None,
        organization: String::new(),
        period: Period { start: day("2026-07-01"), end: day("2026-09-30") },
        time: time(),
        finished: time(),
        caller: Caller { account: ONE.into(), arn: String::new(), user_id: String::new() },
        scope: Scope { accounts: vec![account(ONE), account(TWO)], sources: vec![] },
        exchanges: vec![],
        gaps: vec![],
        coverage: BTreeMap::new(),
        also_after: Vec::new(),
        attestations: None,
        definitions: None,
    };
    let settings = Settings {
        organization: String::new(),
        period: snapshot.period,
        scope: ScopeSettings::default(),
        frameworks: vec![],
        sources: BTreeSet::new(),
        params: BTreeMap::new(),
        artifact: ArtifactSettings::default(),
        trail: crate::model::TrailSettings::default(),
        signing: None,
        splits: Vec::new(),
        premises: None,
        not_applicable: Vec::new(),
        owners: Default::default(),
        calendar: Default::default(),
        exceptions: vec![],
        exceptions_file: None,
        file: vec![],
    };
    Estate { catalog: Catalog::default(), settings, snapshot, facts: Facts::default(), attestations: vec![] }
        .source("account.regions", SourceScope::Account)
}

/// A document for requests of the framework `f`, for one of its requirements (`R`), for a control (`control/c`), or for
/// a report (`report/DPA`).
pub(super) fn attestation(id: u32, targets: &[&str], date: &str, valid_until: &str) -> Attestation {
    let target = |text: &&str| match text.split_once('/') {
        Some(("control", id)) => Target::Control(id.into()),
        Some((_, kind)) => Target::Report(kind.into()),
        None if text.starts_with('R') => Target::Requirement { framework: "f".into(), id: (*text).into() },
        None => Target::Request { framework: "f".into(), id: (*text).to_owned() },
    };
    Attestation {
        id: AttestationId::new(id),
        title: format!("Document {id}"),
        document: AttestedDocument::Url(format!("https://example.com/{id}")),
        targets: targets.iter().map(target).collect(),
        owner: "Jo".to_owned(),
        date: day(date),
        valid_until: day(valid_until),
        note: String::new(),
        recorded: time(),
        replaces: None,
    }
}

impl Estate {
    /// A source that was read whole everywhere.
    pub(super) fn source(mut self, id: &str, scope: SourceScope) -> Self {
        self.catalog.sources.insert(id.into(), source(id, scope));
        self.snapshot.scope.sources.push(id.into());
        for account in [ONE, TWO] {
            for region in ["eu-west-1", "us-east-1"] {
                let evidence = vec![Sha256::of(format!("{id} {account} {region}").as_bytes())];
                let reading = Reading { account: account.into(), region: region.into(), evidence };
                if scope == SourceScope::Region || region == "us-east-1" {
                    self.facts.read.entry(id.into()).or_default().push(reading);
                }
            }
        }
        self
    }

    pub(super) fn check(mut self, check: Check) -> Self {
        self.catalog.checks.insert(check.id.clone(), check);
        self
    }

    pub(super) fn row(mut self, source: &str, account: &str, region: &str, data: Value) -> Self {
        let key = data["Id"].as_str().unwrap_or_default().to_owned();
        self.facts.rows.entry(source.into()).or_default().push(Row {
            account: account.into(),
            partition: "aws".into(),
            region: region.into(),
            resource: format!("arn:{key}"),
            key,
            data: data.into(),
            unread: BTreeMap::new(),
            evidence: vec![Sha256::of(b"row")],
        });
        self
    }

    /// A list that was refused.
    pub(super) fn gap(mut self, source: &str, account: &str, region: &str) -> Self {
        self.facts.gaps.push(gap(source, account, region));
        let readings = self.facts.read.entry(source.into()).or_default();
        readings.retain(|one| one.account.as_str() != account || one.region.as_str() != region);
        self
    }

    pub(super) fn assess(&self) -> Assessment {
        assess(&self.catalog, &self.settings, Sha256::of(b"id"), &self.snapshot, &self.facts, &self.attestations)
    }

    pub(super) fn result(&self) -> CheckResult {
        self.assess().checks.into_iter().next().unwrap()
    }
}
