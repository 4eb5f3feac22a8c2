//! What the organization says of itself: its premises, what does not apply, and documents that answer several requests.

use serde_json::json;

use super::attested_tests::request;
use super::fixtures::*;
use super::requirement_tests::requirement;
use crate::model::*;

/// Physical access with S3 in use, which AWS guards; asked for a visitor log.
fn rooms(what: Premises) -> Estate {
    let mut rooms = requirement("rooms");
    rooms.layers = vec!["physical".into()];
    rooms.reports = vec!["SOC2".into()];
    rooms.premises = Some(what);
    rooms.manual = vec![ManualEvidence { premises: Some(what), ..request("visitor-log") }];
    world().framework(vec![rooms]).service("s3", &[("physical", Owner::Aws)]).shows("s3", 1)
}

#[test]
fn own_premises_are_not_awss() {
    use Responsibility::{Inherited, Shared};
    let with = |what, sites: Option<Sites>| {
        let mut world = rooms(what);
        world.settings.premises = sites.map(|sites| PremisesSetting { sites, reason: "so it is".into() });
        world.first()
    };
    for (what, sites, owner, asked) in [
        (Premises::Sites, None, Shared, true),
        (Premises::Sites, Some(Sites::Offices), Shared, true),
        (Premises::Sites, Some(Sites::Equipment), Inherited, false),
        (Premises::Sites, Some(Sites::None), Inherited, false),
        (Premises::Equipment, None, Shared, true),
        (Premises::Equipment, Some(Sites::Offices), Shared, true),
        (Premises::Equipment, Some(Sites::Equipment), Shared, true),
        (Premises::Equipment, Some(Sites::None), Inherited, false),
    ] {
        let result = with(what, sites);
        assert_eq!(result.responsibility, owner, "{what:?} {sites:?}: {:?}", result.split);
        let ids: Vec<_> = result.customer_part.manual.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.contains(&"visitor-log"), asked, "{what:?} {sites:?}: {ids:?}");
        assert_eq!(ids.contains(&"rooms-report-review"), owner == Inherited, "{ids:?}");
    }
    let line = with(Premises::Sites, Some(Sites::None)).split.pop().unwrap();
    assert_eq!(line, "own sites: none (no sites and no equipment: so it is)");
}

#[test]
fn what_does_not_apply_is_counted_apart() {
    let mut privacy = requirement("privacy");
    privacy.category = Some("privacy".into());
    privacy.manual = vec![request("notice")];
    let part =
        Requirement { parent: Some("children".into()), manual: vec![request("ages")], ..requirement("children-1") };
    let mut world = world().framework(vec![privacy, requirement("children"), part, requirement("other")]);
    world.settings.scope.categories = Some(["security".to_owned()].into());
    world.settings.not_applicable = vec![NotApplicable {
        framework: "f".into(),
        requirement: "children".into(),
        reason: "no service for children".into(),
        approver: "Jane Doe".into(),
        date: day("2026-02-01"),
    }];
    let assessment = world.assess();
    let left_out: Vec<_> =
        assessment.requirements.iter().map(|one| (one.id.as_str(), one.exclusion.is_some())).collect();
    assert_eq!(left_out, [("privacy", true), ("children", true), ("children-1", true), ("other", false)]);
    let totals = &assessment.totals.frameworks[&"f".into()];
    assert_eq!((totals.requirements, totals.excluded), (1, 2), "parts are not counted");
    assert_eq!(totals.status.iter().map(|(_, count)| count).sum::<usize>(), 1);
    let [privacy, children, ..] = assessment.requirements.as_slice() else { unreachable!() };
    assert_eq!(
        privacy.reason,
        "does not apply: the report does not speak of privacy: the settings' `categories` do not name it"
    );
    assert_eq!(
        (children.status, children.reason.as_str()),
        (Status::NotApplicable, "does not apply: no service for children")
    );
    assert!(open_requests(&assessment, &world.catalog).is_empty());
}

#[test]
fn a_document_that_answers_several_requests_is_asked_for_once() {
    let asks = |id: &str, manual: ManualEvidence| Requirement { manual: vec![manual], ..requirement(id) };
    let same = RequestId { framework: "f".into(), id: "pen-test".into() };
    let requirements = vec![
        asks("A", ManualEvidence { same_as: Some(same), ..request("pen-test-again") }),
        asks("B", request("pen-test")),
        asks("C", request("other")),
    ];
    let mut world = world().framework(requirements);
    let open = open_requests(&world.assess(), &world.catalog);
    let asked: Vec<_> = open.iter().map(|one| (one.id.as_str(), one.requirements.len())).collect();
    assert_eq!(asked, [("f/pen-test", 2), ("f/other", 1)]);
    for target in ["pen-test", "pen-test-again"] {
        world.attestations = vec![attestation(1, &[target], "2026-09-01", "2027-09-01")];
        let present: Vec<_> = world
            .assess()
            .requirements
            .iter()
            .map(|one| one.customer_part.manual[0].state == ManualState::Present)
            .collect();
        assert_eq!(present, [true, true, false], "{target}");
    }
}

#[test]
fn a_certificate_supports_and_does_not_prove() {
    let mut shared = requirement("R");
    shared.responsibility = Responsibility::Shared;
    shared.reports = vec!["SOC2".into()];
    shared.supporting = vec!["ISO27001".into()];
    let report = |name: &str| {
        json!({"Id": name, "id": name, "name": name, "companyName": "Amazon Web Services", "state": "PUBLISHED",
            "periodStart": "2025-10-01", "periodEnd": "2027-03-31"})
    };
    let world = world()
        .source("artifact.reports", SourceScope::Account)
        .report("SOC2", &["SOC 2", "(SOC) 2"], None)
        .report("ISO27001", &["27001"], None)
        .framework(vec![shared])
        .row("artifact.reports", ONE, "us-east-1", report("ISO 27001 Certificate"));
    let part = world.first().aws_part;
    assert_eq!((part.status, part.reason.as_str()), (Status::Undetermined, "AWS Artifact has no SOC2 report"));
    let roles: Vec<_> = part.reports.iter().map(|one| (one.role, one.coverage)).collect();
    assert_eq!(roles, [(ReportRole::Proves, ReportCoverage::Missing), (ReportRole::Supports, ReportCoverage::Covers)]);
    let named = world.row("artifact.reports", ONE, "us-east-1", report("Service Organization Controls (SOC) 2 Report"));
    assert_eq!(named.first().aws_part.status, Status::Satisfied);
}

#[test]
fn an_agreement_that_artifact_lists_is_read() {
    let with = |state: &str, start: &str, end: Option<&str>| {
        let mut shared = requirement("R");
        shared.responsibility = Responsibility::Shared;
        shared.reports = vec!["DPA".into()];
        let world = world().source("artifact.agreements", SourceScope::Account).report("DPA", &[], None);
        let mut world = world.framework(vec![shared]);
        let terms = world.catalog.reports.get_mut(&ReportKind::from("DPA")).unwrap();
        terms.agreements = vec!["Data Processing Addendum".into()];
        let data = json!({"Id": "a", "id": "agreement-1", "name": "AWS Data Processing Addendum", "state": state,
            "effectiveStart": start, "effectiveEnd": end});
        world.row("artifact.agreements", ONE, "us-east-1", data).first().aws_part
    };
    let part = with("ACTIVE", "2025-01-10", None);
    assert_eq!(part.status, Status::Satisfied);
    assert_eq!(
        part.reason,
        "DPA accepted in AWS Artifact as \u{201c}AWS Data Processing Addendum\u{201d}, in force since 2025-01-10"
    );
    for (state, start, end) in [
        ("CUSTOMER_TERMINATED", "2025-01-10", None),
        ("ACTIVE", "2026-08-01", None),
        ("ACTIVE", "2025-01-10", Some("2026-08-01")),
    ] {
        assert_eq!(with(state, start, end).status, Status::AwaitingEvidence, "{state} {start} {end:?}");
    }
}
