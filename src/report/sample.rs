//! A small company's assessment for tests: every part, gaps, findings, exceptions, hostile names.

mod trend;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Input, SignerLine};
use crate::expression::Expression;
use crate::model::*;

/// Everything that an input borrows.
pub(super) struct Sample {
    pub(super) catalog: Catalog,
    pub(super) settings: Settings,
    pub(super) snapshot: Snapshot,
    pub(super) assessment: Assessment,
    pub(super) files: Vec<EvidenceFile>,
    pub(super) trend: Option<Trend>,
}

/// A bucket whose name is an attack on three formats.
pub(super) const HOSTILE: &str = "arn:aws:s3:::\"><script>alert(1)</script>'&\u{202E}gpj.exe";

impl Sample {
    pub(super) fn new() -> Self {
        let snapshot: Snapshot = serde_json::from_value(snapshot()).unwrap();
        let files = evidence_files(&snapshot);
        let assessment = serde_json::from_value(assessment(&snapshot)).unwrap();
        Self { catalog: catalog(), settings: settings(), snapshot, assessment, files, trend: Some(trend::trend()) }
    }

    pub(super) fn input(&self) -> Input<'_> {
        Input {
            catalog: &self.catalog,
            settings: &self.settings,
            snapshot: &self.snapshot,
            id: Sha256::of(b"snapshot"),
            assessment: &self.assessment,
            files: &self.files,
            signer: Some(SignerLine {
                name: "Example GmbH evidence signing".to_owned(),
                fingerprint: vec!["AB"; 32].join(":"),
            }),
            tool: "auditpack 0.1.0",
            trend: self.trend.as_ref(),
            trend_note: "",
        }
    }
}

fn settings() -> Settings {
    Settings {
        organization: "Example GmbH".to_owned(),
        period: Period { start: "2026-07-01".parse().unwrap(), end: "2026-09-30".parse().unwrap() },
        scope: ScopeSettings::default(),
        frameworks: vec!["soc2".into(), "iso27001-2022".into(), "gdpr".into()],
        sources: Default::default(),
        params: BTreeMap::new(),
        artifact: ArtifactSettings::default(),
        trail: crate::model::TrailSettings::default(),
        signing: None,
        splits: Vec::new(),
        premises: None,
        not_applicable: Vec::new(),
        owners: Default::default(),
        calendar: Default::default(),
        exceptions: Vec::new(),
        exceptions_file: None,
        file: b"organization = \"Example GmbH\"\n".to_vec(),
    }
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let frameworks = [
        ("soc2", "SOC 2 (2017 Trust Services Criteria)", "61 criteria"),
        ("iso27001-2022", "ISO/IEC 27001:2022", "93 Annex A controls and 30 clauses"),
        ("gdpr", "GDPR", "40 articles"),
    ];
    for (id, title, counts) in frameworks {
        let (title, counts) = (title.to_owned(), counts.to_owned());
        catalog
            .frameworks
            .insert(id.into(), Framework { id: id.into(), title, counts, core: None, requirements: Vec::new() });
    }
    for (id, title) in
        [("s3.buckets", "S3 buckets"), ("kms.keys", "KMS keys"), ("guardduty.detectors", "GuardDuty detectors")]
    {
        catalog.sources.insert(id.into(), source(id, title));
    }
    for (id, title) in
        [("s3.bucket-no-public-read", "Buckets are not public"), ("kms.key-rotation", "Customer keys rotate")]
    {
        catalog.checks.insert(id.into(), check(id, title));
    }
    let title = "Storage is closed to the world".to_owned();
    catalog.controls.insert("storage".into(), Control { id: "storage".into(), title, checks: Vec::new() });
    let report = ReportDefinition {
        kind: "SOC2".into(),
        title: "AWS SOC 2 Type II report".to_owned(),
        origin: ReportOrigin::Artifact,
        names: Vec::new(),
        names_without: Vec::new(),
        bridges: None,
        agreements: Vec::new(),
    };
    catalog.reports.insert("SOC2".into(), report);
    catalog
}

fn check(id: &str, title: &str) -> Check {
    Check {
        id: id.into(),
        title: title.to_owned(),
        severity: Severity::High,
        source: "s3.buckets".into(),
        reads: Default::default(),
        reads_at_need: Default::default(),
        one_is_enough: false,
        per: Per::Row,
        when: None,
        pass: Expression::parse("true").unwrap(),
        none: Verdict::NotApplicable,
        detail: None,
        why: "What anyone can read,\n  anyone will read.".to_owned(),
        remedy: "Switch the account's public access block on.".to_owned(),
        cli: None,
        config_rules: vec!["S3_BUCKET_PUBLIC_READ_PROHIBITED".to_owned()],
        population: None,
        params: Default::default(),
        examples: Vec::new(),
    }
}

fn source(id: &str, title: &str) -> Source {
    let call = Call {
        operation: "List".to_owned(),
        method: "GET".to_owned(),
        path: Default::default(),
        parameters: BTreeMap::new(),
        vary: Vec::new(),
        headers: BTreeMap::new(),
        host_prefix: Default::default(),
        page: None,
        shape: Shape::default(),
        absent: Default::default(),
        not_subscribed: Default::default(),
        cli: None,
        actions: Default::default(),
    };
    Source {
        id: id.into(),
        title: title.to_owned(),
        shows_service: None,
        service: "s3".to_owned(),
        signing: "s3".to_owned(),
        endpoint_variable: "S3".to_owned(),
        cli_service: String::new(),
        protocol: Protocol::RestXml,
        version: String::new(),
        target: String::new(),
        scope: SourceScope::Region,
        collector: Collector::Generic,
        from: None,
        call,
        each: Vec::new(),
        items: Vec::new(),
        key: Default::default(),
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

fn exchange(source: &str, operation: &str, region: &str, body: &[u8]) -> Value {
    json!({
        "source": source, "service": "s3", "operation": operation, "parameters": {}, "account": "111122223333",
        "region": region, "page": 0, "answer": "content", "status": 200, "request_id": format!("REQ-{operation}-{region}"),
        "content_type": "application/xml", "time": "2026-10-01T08:00:01Z", "body": Sha256::of(body), "size": body.len(),
        "request": Sha256::of(operation.as_bytes()),
    })
}

fn gaps() -> Value {
    json!([
        {
            "source": "guardduty.detectors", "account": "111122223333", "region": "us-east-1",
            "operation": "ListDetectors", "reason": "access-denied", "action": "guardduty:ListDetectors",
            "message": "the caller may not call ListDetectors", "code": "AccessDeniedException", "request_id": "REQ-DENIED",
            "body": Sha256::of(b"denied"), "time": "2026-10-01T08:00:02Z",
        },
        {
            "source": "kms.keys", "account": "111122223333", "region": "eu-west-1", "operation": "GetKeyRotationStatus",
            "item": { "part": "rotation", "key": "</code><img src=x onerror=alert(1)>", "region": "eu-west-1" },
            "reason": "throttled", "action": "slow down: fewer calls at once", "message": "AWS kept saying \"slow down\"",
            "time": "2026-10-01T08:00:03Z",
        },
    ])
}

fn snapshot() -> Value {
    json!({
        "format": 1, "tool": "auditpack 0.1.0", "previous": null, "organization": "Example GmbH",
        "period": { "start": "2026-07-01", "end": "2026-09-30" },
        "time": "2026-10-01T08:00:00Z", "finished": "2026-10-01T08:04:30Z",
        "caller": { "account": "111122223333", "arn": "arn:aws:sts::111122223333:assumed-role/auditor/jo", "user_id": "AROAEXAMPLE:jo" },
        "scope": {
            "accounts": [{
                "id": "111122223333", "alias": "example-prod", "partition": "aws",
                "regions": ["eu-central-1", "eu-west-1", "us-east-1"], "disabled_regions": ["af-south-1"],
                "excluded_regions": ["sa-east-1"],
            }],
            "sources": ["guardduty.detectors", "kms.keys", "s3.buckets"],
        },
        "exchanges": [
            exchange("kms.keys", "ListKeys", "eu-central-1", b"keys"),
            exchange("kms.keys", "ListKeys", "eu-west-1", b"keys"),
            exchange("s3.buckets", "ListBuckets", "us-east-1", b"buckets"),
        ],
        "gaps": gaps(),
        "coverage": {
            "guardduty.detectors": { "attempted": 1, "succeeded": 0, "absent": 0, "gaps": 1 },
            "kms.keys": { "attempted": 3, "succeeded": 2, "absent": 0, "gaps": 1 },
            "s3.buckets": { "attempted": 1, "succeeded": 1, "absent": 0, "gaps": 0 },
        },
    })
}

fn requirement(framework: &str, id: &str, title: &str, group: &str, responsibility: &str, status: &str) -> Value {
    let aws = responsibility != "customer";
    let customer = responsibility != "inherited";
    let report =
        json!({ "kind": "SOC2", "coverage": "covers", "id": "report-1", "reason": "covers 2026-07-01 to 2026-09-30" });
    let manual = json!({ "id": format!("{id}-policy"), "ask": "Attach the policy in force.", "owner": "security", "state": "missing" });
    let checks = json!([
        { "id": "s3.bucket-no-public-read", "verdict": "fail" }, { "id": "kms.key-rotation", "verdict": "undetermined" },
    ]);
    json!({
        "framework": framework, "id": id, "title": title, "group": group, "responsibility": responsibility,
        "split": if aws && customer { json!(["guest_os: customer (Amazon EC2)"]) } else { json!([]) },
        "status": status, "reason": format!("{status} because of the sample"),
        "aws_part": {
            "status": if aws { "satisfied" } else { "not-applicable" }, "reason": "",
            "text": if aws { "Runs the buildings." } else { "" }, "reports": if aws { json!([report]) } else { json!([]) },
        },
        "customer_part": {
            "status": if customer { status } else { "not-applicable" }, "reason": "",
            "text": if customer { "Configures the service." } else { "" },
            "controls": if customer { json!(["storage"]) } else { json!([]) },
            "checks": if customer { checks } else { json!([]) }, "manual": if customer { json!([manual]) } else { json!([]) },
        },
    })
}

/// Two documents: one with a name that is an attack, which ran out, and an address.
fn attestations() -> Value {
    json!([
        {
            "id": "A1", "title": "</td><script>alert(1)</script>\u{202E}fdp", "owner": "Jo <b>Doe</b>", "date": "2025-08-01",
            "document": { "file": { "name": "../../=code.html", "sha256": Sha256::of(b"code"), "size": 1_234 } },
            "for": [{ "request": { "framework": "soc2", "id": "CC1.1-policy" } }], "valid_until": "2026-08-01",
            "note": "approved\nby the board", "recorded": "2026-10-01T09:00:00Z",
        },
        {
            "id": "A3", "title": "Wiki page", "owner": "Jo Doe", "date": "2026-10-02",
            "document": { "url": "javascript:alert('&\"')" },
            "for": [{ "requirement": { "framework": "soc2", "id": "CC1.1" } }, { "control": "storage" }],
            "valid_until": "2027-10-02", "recorded": "2026-10-02T09:00:00Z", "replaces": "A2",
        },
    ])
}

/// The documents where a requirement relies on them.
fn attach(requirement: &mut Value) {
    let all: Vec<Attestation> = serde_json::from_value(attestations()).unwrap();
    let period: Period = settings().period;
    let used = |one: &Attestation| {
        json!({
            "id": one.id, "title": one.title, "owner": one.owner, "date": one.date, "valid_until": one.valid_until,
            "sha256": one.document.sha256(), "url": one.document.url(), "term": one.term(period),
        })
    };
    requirement["customer_part"]["manual"][0]["state"] = json!("expired");
    requirement["customer_part"]["manual"][0]["attestations"] = json!([used(&all[0])]);
    requirement["customer_part"]["supporting"] = json!([used(&all[1])]);
}

fn requirements() -> Value {
    let mut paragraph = requirement("gdpr", "Art.32(1)(b)", "Ongoing security", "Security", "customer", "gap");
    paragraph["parent"] = json!("Art.32");
    let mut all = json!([
        requirement("soc2", "CC6.4", "Physical access", "Logical and physical access", "inherited", "satisfied"),
        requirement("soc2", "CC6.1", "Logical access", "Logical and physical access", "shared", "gap"),
        requirement(
            "soc2",
            "CC1.1",
            "Integrity and ethical values",
            "Control environment",
            "customer",
            "awaiting-evidence"
        ),
        requirement("iso27001-2022", "A.7.1", "Physical perimeters", "Physical", "inherited", "undetermined"),
        requirement("iso27001-2022", "A.8.24", "Use of cryptography", "Technological", "shared", "undetermined"),
        requirement("iso27001-2022", "A.5.1", "Policies", "Organizational", "customer", "not-applicable"),
        requirement("gdpr", "Art.32", "Security of processing", "Security", "shared", "gap"),
        paragraph,
        requirement("gdpr", "Art.30", "Records of processing", "Accountability", "customer", "awaiting-evidence"),
    ]);
    attach(&mut all[2]);
    all
}

fn finding(resource: &str, region: &str, verdict: &str, reason: &str, body: &[u8]) -> Value {
    json!({
        "resource": resource, "account": "111122223333", "region": region, "verdict": verdict, "reason": reason,
        "evidence": [Sha256::of(body)],
    })
}

fn checks() -> Value {
    let mut covered = finding("arn:aws:s3:::website", "us-east-1", "fail", "bucket website is public", b"buckets");
    covered["exception"] = json!(0);
    json!([
        {
            "id": "guardduty.enabled", "title": "GuardDuty runs in every region", "severity": "critical", "verdict": "undetermined",
            "reason": "guardduty.detectors has a gap in us-east-1", "findings": [],
        },
        {
            "id": "kms.key-rotation", "title": "Customer keys rotate", "severity": "medium", "verdict": "undetermined",
            "findings": [
                finding("arn:aws:kms:eu-central-1:111122223333:key/1", "eu-central-1", "pass", "", b"keys"),
                finding("arn:aws:kms:eu-west-1:111122223333:key/2", "eu-west-1", "undetermined", "rotation could not be read", b"keys"),
            ],
        },
        {
            "id": "rds.encrypted", "title": "Databases are encrypted", "severity": "high", "verdict": "not-applicable",
            "reason": "there are no databases", "findings": [],
        },
        {
            "id": "s3.bucket-no-public-read", "title": "Buckets are not public", "severity": "critical", "verdict": "fail",
            "findings": [
                finding(HOSTILE, "us-east-1", "fail", "javascript:alert('x') is public", b"buckets"),
                finding("arn:aws:s3:::logs", "us-east-1", "pass", "", b"buckets"),
                covered,
            ],
        },
    ])
}

fn assessment(snapshot: &Snapshot) -> Value {
    json!({
        "format": 1, "snapshot": Sha256::of(b"snapshot"), "period": snapshot.period, "time": snapshot.time,
        "checks": checks(), "requirements": requirements(), "gaps": snapshot.gaps,
        "reports": [{
            "kind": "SOC2", "id": "report-1", "name": "SOC 2 Type II <b>2026</b>", "version": "3", "state": "PUBLISHED",
            "start": "2025-10-01", "end": "2026-09-30", "sha256": Sha256::of(b"document"), "evidence": [Sha256::of(b"buckets")],
        }],
        "services": [{ "key": "s3", "title": "Amazon S3", "because": ["3 rows of s3.buckets"] }],
        "params": [
            { "name": "min_password_length", "title": "Shortest password", "default": 14, "value": 16, "change": "tightened", "checks": [] },
            { "name": "max_key_age_days", "title": "Oldest access key, in days", "default": 90, "value": 365, "change": "loosened", "checks": ["kms.key-rotation"] },
        ],
        "exceptions": [
            { "check": "s3.bucket-no-public-read", "resources": ["arn:aws:s3:::website"], "reason": "The public website.", "approver": "Jo Doe, CISO", "until": "2026-12-31", "state": "used", "covers": 1 },
            { "check": "kms.key-rotation", "resources": ["*"], "reason": "Old.", "approver": "Jo Doe, CISO", "until": "2026-01-31", "state": "expired", "covers": 0 },
            { "check": "kms.key-rotation", "resources": ["*/old"], "reason": "Legacy.", "approver": "Jo Doe, CISO", "since": "2025-01-01", "until": "2027-01-31", "state": "unused", "covers": 0, "term": "longer-than-a-year" },
        ],
        "attestations": attestations(),
        "totals": { "checks": {}, "findings": {}, "failing": {}, "frameworks": {}, "gaps": {} },
    })
}
