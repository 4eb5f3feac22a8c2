use std::collections::BTreeSet;

use serde_json::json;

use super::fixtures::*;
use crate::model::*;

pub(super) fn requirement(id: &str) -> Requirement {
    Requirement {
        id: id.into(),
        title: id.into(),
        group: "g".into(),
        parent: None,
        responsibility: Responsibility::Customer,
        layers: vec![],
        aws_part: "AWS does".into(),
        customer_part: "you do".into(),
        reports: vec![],
        supporting: vec![],
        controls: vec![],
        manual: vec![],
        premises: None,
        category: None,
        duty: Duty::Excludable,
    }
}

impl Estate {
    pub(super) fn framework(mut self, requirements: Vec<Requirement>) -> Self {
        let framework =
            Framework { id: "f".into(), title: "F".into(), counts: String::new(), core: None, requirements };
        self.catalog.frameworks.insert("f".into(), framework);
        self
    }

    pub(super) fn report(mut self, kind: &str, names: &[&str], bridges: Option<&str>) -> Self {
        let definition = ReportDefinition {
            kind: kind.into(),
            title: String::new(),
            origin: if names.is_empty() { ReportOrigin::Attached } else { ReportOrigin::Artifact },
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            names_without: vec![],
            bridges: bridges.map(ReportKind::from),
            agreements: vec![],
        };
        self.catalog.reports.insert(kind.into(), definition);
        self
    }

    pub(super) fn service(mut self, key: &str, layers: &[(&str, Owner)]) -> Self {
        let service = Service {
            key: key.into(),
            title: key.to_uppercase(),
            model: String::new(),
            event_source: format!("{key}.amazonaws.com"),
            config_type: format!("AWS::{key}::"),
            layers: layers.iter().map(|(layer, owner)| ((*layer).to_owned(), *owner)).collect(),
            decides: BTreeSet::new(),
            seen: vec![],
            variants: vec![],
        };
        self.catalog.services.insert(key.into(), service);
        self
    }

    /// A source whose rows show that a service is in use.
    pub(super) fn shows(mut self, key: &str, rows: usize) -> Self {
        let id = format!("{key}.list");
        self = self.source(&id, SourceScope::Region);
        self.catalog.sources.get_mut(&SourceId::new(&id)).unwrap().shows_service = Some(key.to_owned());
        for number in 0..rows {
            self = self.row(&id, ONE, "eu-west-1", json!({"Id": number.to_string()}));
        }
        self
    }

    pub(super) fn first(&self) -> RequirementResult {
        self.assess().requirements.remove(0)
    }
}

/// Artifact with a SOC 2 report and other documents: name, first day, last day.
fn artifact(documents: &[(&str, &str, &str)]) -> Estate {
    let mut shared = requirement("R");
    shared.responsibility = Responsibility::Shared;
    shared.reports = vec!["SOC2".into(), "DPA".into()];
    let mut world = world()
        .source("artifact.reports", SourceScope::Account)
        .report("SOC2", &["SOC 2"], None)
        .report("SOC-BRIDGE", &["Continued Operations"], Some("SOC2"))
        .report("DPA", &[], None)
        .framework(vec![shared]);
    for (name, start, end) in documents {
        let data = json!({"Id": name, "id": format!("report-{name}"), "name": name, "version": 3, "state": "PUBLISHED",
            "periodStart": format!("{start}T00:00:00Z"), "periodEnd": format!("{end}T00:00:00Z")});
        world = world.row("artifact.reports", ONE, "us-east-1", data);
    }
    world
}

#[test]
fn a_reports_period_covers_ours_or_not() {
    use ReportCoverage::{Bridged, Covers, Missing, Outside, Partial};
    let soc = |start, end| ("AWS SOC 2 Type II", start, end);
    let again = |start, end| ("SOC 2 Fall", start, end);
    let letter = |start, end| ("SOC Continued Operations Letter", start, end);
    // The period is 2026-07-01 to 2026-09-30.
    type Documents = Vec<(&'static str, &'static str, &'static str)>;
    let table: [(Documents, ReportCoverage, &str); 12] = [
        (vec![soc("2026-07-01", "2026-09-30")], Covers, "to the day"),
        (vec![soc("2025-10-01", "2026-12-31")], Covers, "wider"),
        (vec![soc("2026-07-02", "2026-09-30")], Partial, "a day late"),
        (vec![soc("2025-10-01", "2026-09-29")], Partial, "a day short"),
        (vec![soc("2025-10-01", "2026-03-31")], Outside, "before"),
        (vec![soc("2026-01-01", "2026-08-15"), again("2026-08-16", "2026-12-31")], Covers, "one after the other"),
        (vec![soc("2026-01-01", "2026-08-14"), again("2026-08-16", "2026-12-31")], Partial, "a day between"),
        (vec![soc("2025-10-01", "2026-08-31"), letter("2026-09-01", "2026-09-30")], Bridged, "bridged to the day"),
        (
            vec![soc("2025-10-01", "2026-08-31"), letter("2026-09-02", "2026-09-30")],
            Partial,
            "the letter is a day late",
        ),
        (vec![soc("2025-10-01", "2026-06-30"), letter("2026-07-01", "2026-09-30")], Bridged, "bridged all along"),
        (vec![letter("2026-07-01", "2026-09-30")], Missing, "a letter without a report"),
        (vec![], Missing, "nothing"),
    ];
    for (documents, coverage, why) in table {
        let result = artifact(&documents).first();
        assert_eq!(result.aws_part.reports[0].coverage, coverage, "{why}");
        let evidenced = matches!(coverage, Covers | Bridged);
        let status = if evidenced { Status::Satisfied } else { Status::Undetermined };
        assert_eq!(result.aws_part.status, status, "{why}: {}", result.aws_part.reason);
        assert_eq!(result.aws_part.reports[1].coverage, ReportCoverage::ToAttach);
    }
    let short = artifact(&[soc("2025-10-01", "2026-08-31")]).first();
    assert!(
        short
            .aws_part
            .reason
            .starts_with("SOC2 report ends 2026-08-31, the period ends 2026-09-30; no letter of continued")
    );
    assert_eq!(short.aws_part.reports[0].id.as_deref(), Some("report-AWS SOC 2 Type II"));
}

#[test]
fn artifact_that_was_not_read_evidences_nothing() {
    let refused = artifact(&[]).gap("artifact.reports", ONE, "us-east-1").gap("artifact.reports", TWO, "us-east-1");
    let result = refused.first();
    assert_eq!(result.aws_part.reports[0].coverage, ReportCoverage::Unknown);
    assert!(result.aws_part.reason.starts_with("could not read AWS Artifact: "), "{}", result.aws_part.reason);
    assert_eq!(result.aws_part.status, Status::Undetermined);
    let one = artifact(&[]).gap("artifact.reports", ONE, "us-east-1").first();
    assert_eq!(one.aws_part.reports[0].coverage, ReportCoverage::Missing, "the other account sees the same reports");
}

#[test]
fn other_companies_and_other_names_are_not_awss_report() {
    let with = |name: &str, company: &str, state: &str| {
        let data = json!({"Id": "x", "id": "x", "name": name, "companyName": company, "state": state,
            "periodStart": 1_767_225_600, "periodEnd": "2026-12-31"});
        artifact(&[]).row("artifact.reports", ONE, "us-east-1", data).first().aws_part.reports[0].coverage
    };
    assert_eq!(
        with("SOC 2 Report", "Amazon Web Services", "PUBLISHED"),
        ReportCoverage::Covers,
        "epoch and plain date"
    );
    assert_eq!(with("SOC 2 Report", "Acme Backup Inc.", "PUBLISHED"), ReportCoverage::Missing);
    assert_eq!(with("SOC 2 Report", "Lawson Data Inc.", "PUBLISHED"), ReportCoverage::Missing, "no word AWS in it");
    assert_eq!(with("SOC 20 Report", "", "PUBLISHED"), ReportCoverage::Missing);
    assert_eq!(with("SOC 2 Report", "", "UNPUBLISHED"), ReportCoverage::Unknown);
}

#[test]
fn the_split_follows_the_services_in_use() {
    use Owner::{Aws, Customer, Shared};
    let world = |used: &[(&str, usize)]| {
        let mut both = requirement("R");
        both.layers = vec!["guest_os".into(), "physical".into()];
        let mut guest = requirement("G");
        guest.layers = vec!["guest_os".into()];
        guest.responsibility = Responsibility::Shared;
        let mut world = world()
            .framework(vec![guest, both])
            .service("ec2", &[("guest_os", Customer), ("physical", Aws)])
            .service("lambda", &[("guest_os", Aws), ("physical", Aws)])
            .service("s3", &[("physical", Aws)])
            .service("outposts", &[("physical", Customer), ("guest_os", Shared)]);
        for (key, rows) in used {
            world = world.shows(key, *rows);
        }
        world
    };
    let split = |used: &[(&str, usize)]| {
        let results = world(used).assess().requirements;
        (results[0].responsibility, results[1].responsibility)
    };
    use Responsibility::{Customer as Ours, Inherited, Shared as Both};
    assert_eq!(split(&[("ec2", 2)]), (Ours, Both));
    assert_eq!(split(&[("lambda", 1), ("s3", 3)]), (Inherited, Inherited));
    assert_eq!(split(&[("s3", 1)]), (Both, Inherited), "S3 has no guest: the general answer stands");
    assert_eq!(split(&[("ec2", 1), ("lambda", 1)]), (Both, Both));
    assert_eq!(split(&[("ec2", 1), ("outposts", 1)]), (Both, Both));
    assert_eq!(split(&[("outposts", 1)]), (Both, Both));
    assert_eq!(split(&[("ec2", 0)]), (Both, Ours), "nothing in use: the requirements' own");
    let lines = world(&[("ec2", 2), ("lambda", 1)]).first().split;
    assert_eq!(lines, ["guest_os: aws (LAMBDA)", "guest_os: customer (EC2)"]);
    let refused = world(&[("lambda", 1), ("ec2", 0)]).gap("ec2.list", ONE, "eu-west-1");
    assert_eq!(refused.first().responsibility, Both, "a refused list takes no duty away");
    let services = refused.assess().services;
    assert_eq!(services[0].because, ["111111111111: `ec2.list` could not be read: it may be in use"]);
}

#[test]
fn config_and_cloudtrail_show_services_too() {
    let world = world()
        .service("ec2", &[])
        .service("s3", &[])
        .source("config.inventory", SourceScope::Region)
        .source("cloudtrail.events", SourceScope::Region)
        .row("config.inventory", ONE, "eu-west-1", json!({"resourceType": "AWS::ec2::Instance", "count": 4}))
        .row("config.inventory", ONE, "eu-west-1", json!({"resourceType": "AWS::s3::Bucket", "count": 0}))
        .row("cloudtrail.events", ONE, "eu-west-1", json!({"EventSource": "ec2.amazonaws.com"}));
    let services = world.assess().services;
    assert_eq!(services.len(), 1);
    assert_eq!(
        services[0].because,
        [
            "111111111111: 4 resources that AWS Config discovered",
            "111111111111: CloudTrail events of ec2.amazonaws.com"
        ]
    );
}

#[test]
fn the_customers_part_folds_checks_and_manual_evidence() {
    let passes = |verdicts: &[Verdict], manual: usize, responsibility| {
        let mut world = world();
        let mut one = requirement("R");
        one.responsibility = responsibility;
        let ask = |number: usize| ManualEvidence {
            id: number.to_string(),
            ask: String::new(),
            owner: String::new(),
            valid_days: 1,
            premises: None,
            same_as: None,
        };
        one.manual = (0..manual).map(ask).collect();
        one.controls = vec!["c".into(), "c2".into()];
        let mut ids = vec![];
        for (number, verdict) in verdicts.iter().enumerate() {
            let (id, source) = (format!("x.{number}"), format!("s.{number}"));
            world = world.source(&source, SourceScope::Account);
            world = match verdict {
                Verdict::NotApplicable => world,
                Verdict::Undetermined => world.gap(&source, ONE, "us-east-1"),
                _ => world.row(&source, ONE, "us-east-1", json!({"Id": "a", "Fine": *verdict == Verdict::Pass})),
            };
            world = world.check(check(&id, &source, "r.Fine"));
            ids.push(CheckId::new(id));
        }
        for control in ["c", "c2"] {
            let control = Control { id: control.into(), title: String::new(), checks: ids.clone() };
            world.catalog.controls.insert(control.id.clone(), control);
        }
        let part = world.framework(vec![one]).first().customer_part;
        assert_eq!(part.checks.len(), verdicts.len(), "each check once");
        part.status
    };
    use Responsibility::{Customer, Inherited};
    use Verdict::{Fail, NotApplicable, Pass, Undetermined};
    let table: [(&[Verdict], usize, Responsibility, Status); 12] = [
        (&[Pass], 0, Customer, Status::Satisfied),
        (&[Pass, NotApplicable], 0, Customer, Status::Satisfied),
        (&[Pass, Undetermined], 0, Customer, Status::Undetermined),
        (&[Undetermined, Fail], 3, Customer, Status::Gap),
        (&[Pass], 1, Customer, Status::AwaitingEvidence),
        (&[], 1, Customer, Status::AwaitingEvidence),
        (&[NotApplicable], 0, Customer, Status::NotApplicable),
        (&[NotApplicable], 1, Customer, Status::AwaitingEvidence),
        (&[], 0, Customer, Status::Undetermined),
        (&[Pass], 0, Inherited, Status::NotApplicable),
        (&[Pass], 1, Inherited, Status::AwaitingEvidence),
        (&[Fail], 0, Inherited, Status::Gap),
    ];
    for (verdicts, manual, responsibility, status) in table {
        assert_eq!(passes(verdicts, manual, responsibility), status, "{verdicts:?} {manual} {responsibility:?}");
    }
}

#[test]
fn an_article_folds_its_paragraphs_and_counts_once() {
    let ask = super::attested_tests::request("m");
    let article = Requirement { responsibility: Responsibility::Shared, ..requirement("Art.5") };
    let part = |id: &str, manual| Requirement { parent: Some("Art.5".into()), manual, ..requirement(id) };
    let paragraphs = [part("Art.5(1)", vec![ask.clone()]), part("Art.5(2)", vec![])];
    let [first, second] = paragraphs.clone();
    let world = world().framework(vec![article.clone(), first, second]);
    let assessment = world.assess();
    let statuses: Vec<Status> = assessment.requirements.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Status::Undetermined, Status::AwaitingEvidence, Status::Undetermined]);
    assert_eq!(assessment.requirements[0].reason, "undetermined: Art.5(2)");
    let [first, _] = paragraphs;
    let awaiting = super::fixtures::world().framework(vec![article.clone(), first.clone()]).first();
    assert_eq!(awaiting.status, Status::AwaitingEvidence, "its text alone makes nothing undetermined");
    assert_eq!(
        (awaiting.aws_part.status, awaiting.customer_part.status),
        (Status::NotApplicable, Status::NotApplicable)
    );
    let own = Requirement { manual: vec![ask], ..article.clone() };
    let own = super::fixtures::world().framework(vec![own, first]).first();
    assert_eq!(own.customer_part.status, Status::AwaitingEvidence, "what an article asks for itself counts");
    let alone = super::fixtures::world().framework(vec![article]).first();
    assert_eq!(alone.status, Status::Undetermined, "without parts nothing stands in them");
    let totals = &assessment.totals.frameworks[&FrameworkId::from("f")];
    assert_eq!(totals.requirements, 1);
    assert_eq!(totals.status.of(Status::Undetermined), 1);
    assert_eq!(totals.responsibility.of(Responsibility::Shared).of(Status::Undetermined), 1);
    let none = json!({ "satisfied": 0, "gap": 0, "awaiting-evidence": 0, "undetermined": 0, "not-applicable": 0 });
    assert_eq!(json!(totals.responsibility)["inherited"], none, "every word is named");
}

#[test]
fn an_inherited_requirement_rests_on_awss_report_and_its_review() {
    let mut world = artifact(&[("SOC 2", "2026-01-01", "2026-12-31")]);
    world.catalog.frameworks.get_mut(&FrameworkId::from("f")).unwrap().requirements[0].responsibility =
        Responsibility::Inherited;
    let result = world.first();
    assert_eq!((result.status, result.aws_part.status), (Status::AwaitingEvidence, Status::Satisfied));
    assert!(
        result.reason.starts_with("customer's part: awaiting 1 of 1 document: Please attach the dated note of who")
    );
    world.attestations = vec![attestation(1, &["r-report-review"], "2026-09-01", "2027-09-01")];
    let result = world.first();
    assert_eq!((result.status, result.customer_part.status), (Status::Satisfied, Status::Satisfied));
    assert!(result.reason.contains("AWS's part: SOC2 covers 2026-07-01 to 2026-09-30"), "{}", result.reason);
    world.facts.rows.clear();
    assert_eq!(world.first().status, Status::Undetermined, "inherited is not free");
}
