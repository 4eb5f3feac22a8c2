//! What the demonstration's weeks tell: what was found, what was mended, what people showed.

use std::collections::BTreeMap;

use auditpack::model::Sha256;
use auditpack::vault::Vault;
use serde_json::Value;

use super::common::Workplace;
use super::{demo, json, text};

/// The snapshots of the demonstration's vault, oldest first: id, and what stands there.
fn snapshots(place: &Workplace) -> Vec<(String, Value)> {
    let folder = place.path("auditpack-demo/vault/snapshots");
    let mut folders: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: &std::path::PathBuf| {
        let bytes = std::fs::read(folder.join("snapshot.json"))
            .or_else(|_| zstd::decode_all(std::fs::File::open(folder.join("snapshot.json.zst"))?));
        let bytes = bytes.unwrap();
        (auditpack::model::Sha256::of(&bytes).to_string(), serde_json::from_slice(&bytes).unwrap())
    };
    folders.iter().map(read).collect()
}

/// Judges one of them with the settings of its quarter.
fn judged(place: &Workplace, snapshot: &str, quarter: &str) -> Value {
    let settings = std::fs::read_to_string(place.path("auditpack-demo/auditpack.toml")).unwrap();
    place.write("auditpack-demo/then.toml", &settings.replace("2026-Q3", quarter));
    let flags = ["--vault", "auditpack-demo/vault", "--config", "auditpack-demo/then.toml", "--format", "json"];
    let output = place.auditpack().args(["assess", "--snapshot", snapshot]).args(flags).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// A check's verdict, and the last parts of the names of what fails.
pub(super) fn check(assessment: &Value, id: &str) -> (String, Vec<String>) {
    let check = assessment["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap();
    let failing = check["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == "fail");
    let name = |finding: &Value| {
        let resource = finding["resource"].as_str().unwrap();
        resource.rsplit([':', '/']).next().unwrap().to_owned()
    };
    (check["verdict"].as_str().unwrap().to_owned(), failing.map(name).collect())
}

/// The checks that fail.
fn failing(assessment: &Value) -> Vec<&str> {
    let checks = assessment["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "fail");
    checks.map(|check| check["id"].as_str().unwrap()).collect()
}

#[test]
fn weeks_tell_a_story() {
    let place = demo();
    let snapshots = snapshots(&place);
    let days: Vec<&str> = snapshots.iter().map(|(_, snapshot)| &snapshot["time"].as_str().unwrap()[..10]).collect();
    assert_eq!(days.len(), 16);
    assert_eq!((days[0], days[1], days[2], days[15]), ("2026-03-31", "2026-06-30", "2026-07-06", "2026-09-30"));
    let mut before = None;
    for (id, snapshot) in &snapshots {
        assert_eq!(snapshot["previous"].as_str(), before);
        before = Some(id);
    }
    let at = |day: &str, quarter: &str| {
        let number = days.iter().position(|one| *one == day).unwrap();
        judged(&place, &snapshots[number].0[..12], quarter)
    };
    let spring = [at("2026-03-31", "2026-Q1"), at("2026-06-30", "2026-Q2")];
    let august = ["2026-08-10", "2026-08-17", "2026-08-24"].map(|day| at(day, "2026-Q3"));
    let autumn = ["2026-09-28", "2026-09-30"].map(|day| at(day, "2026-Q3"));

    // Ever fewer things fail, and those that do are of every severity.
    let counts = [&spring[0], &spring[1], &august[0], &autumn[1]].map(|assessment| failing(assessment).len());
    assert!(counts.is_sorted_by(|earlier, later| earlier > later), "{counts:?}");
    let last = &autumn[1];
    let severe = |severity: &str| last["totals"]["failing"][severity].as_u64().unwrap();
    assert!((10..=15).contains(&failing(last).len()), "{:?}", failing(last));
    assert!(["critical", "high", "medium", "low"].iter().all(|one| severe(one) > 0), "{}", last["totals"]);

    let verdicts = |all: &[Value], id: &str| -> Vec<String> { all.iter().map(|one| check(one, id).0).collect() };
    for id in
        ["ec2.sg-no-open-rdp", "ebs.encryption-by-default", "iam.password-policy-length", "s3.bucket-no-public-read"]
    {
        assert_eq!(verdicts(&spring, id), ["fail", "pass"], "{id}");
        assert_eq!(check(last, id).0, "pass", "{id}");
    }
    assert_eq!(check(&spring[0], "iam.user-console-mfa").1.len(), 9);
    assert_eq!(check(&spring[0], "s3.bucket-no-public-read").1, ["lindenhof-marketing-drop"]);
    assert_eq!(verdicts(&august, "ec2.sg-no-open-ssh"), ["pass", "fail", "pass"]);
    assert_eq!(check(last, "iam.user-console-mfa").1, ["hanna.wirth"]);
    assert_eq!(check(&august[0], "lambda.no-secrets-in-env").0, "pass");
    assert_eq!(check(last, "lambda.no-secrets-in-env").1, ["erp-bridge-sync"]);
    let keys = |assessment| check(assessment, "iam.access-keys-rotated").1;
    assert!(keys(&spring[1]).contains(&"svc-backup".to_owned()) && keys(last) == ["svc-erp-bridge"]);
    // What is refused is lost, not mended.
    assert_eq!(verdicts(&autumn, "macie.policy-findings-closed"), ["pass", "undetermined"]);
    for assessment in spring.iter().chain(&august).chain(&autumn[..1]) {
        let lost = |gap: &&Value| gap["reason"] != "out-of-range";
        let gaps: Vec<&Value> = assessment["gaps"].as_array().unwrap().iter().filter(lost).collect();
        assert!(gaps.is_empty(), "{gaps:?}");
    }
}

#[test]
fn most_of_what_is_required_is_shown_or_waits_for_a_named_document() {
    let place = demo();
    let assessment = json(&place.path("pack/assessment.json"));
    let requirements = assessment["requirements"].as_array().unwrap();
    for framework in ["soc2", "iso27001-2022", "gdpr"] {
        let all = requirements.iter().filter(|one| one["framework"] == framework && one["parent"].is_null());
        let statuses: Vec<&str> = all.map(|one| one["status"].as_str().unwrap()).collect();
        let of = |status: &str| statuses.iter().filter(|one| **one == status).count();
        assert!(3 * (of("satisfied") + of("awaiting-evidence")) > 2 * statuses.len(), "{framework}: {statuses:?}");
        assert!(of("gap") > 0 && of("undetermined") > 0, "not all is well: {statuses:?}");
    }
    // The AWS half of all rests on a report or an agreement that is there.
    for one in requirements {
        let (id, aws) = (&one["id"], &one["aws_part"]["status"]);
        assert!(aws == "satisfied" || aws == "not-applicable", "{id}: {}", one["aws_part"]);
    }
    let manual = requirements.iter().flat_map(|one| one["customer_part"]["manual"].as_array().unwrap());
    let old = manual.into_iter().find(|one| one["state"] == "expired").unwrap();
    assert_eq!(old["attestations"][0]["title"], "Penetration test of the kiosk API, 2025");
}

#[test]
fn people_stay_who_they_are_by_their_ids() {
    let place = demo();
    let report = |snapshot: &Value| -> BTreeMap<String, String> {
        let is_it = |exchange: &&Value| exchange["source"] == "iam.authorization-details";
        let hash = snapshot["exchanges"].as_array().unwrap().iter().find(is_it).unwrap()["body"].as_str().unwrap();
        let vault = Vault::open(&place.path("auditpack-demo/vault")).unwrap();
        let body = text(&vault.get(&Sha256::parse(hash).unwrap()).unwrap());
        let of = |user: &str, tag: &str| {
            let (_, rest) = user.split_once(&format!("<{tag}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        body.split("<UserDetailList>")
            .nth(1)
            .unwrap()
            .split("</UserDetailList>")
            .next()
            .unwrap()
            .split("<UserName>")
            .skip(1)
            .map(|user| (user.split_once('<').unwrap().0.to_owned(), of(user, "UserId")))
            .collect()
    };
    let snapshots = snapshots(&place);
    let [first, second, third] = [0, 1, 15].map(|number: usize| report(&snapshots[number].1));
    assert_eq!(first["anke.bremer"], third["anke.bremer"]);
    assert_eq!(first["olga.petrova"], third["olga.sidorova"], "renamed");
    assert!(!third.contains_key("olga.petrova"));
    assert_eq!(first["rosa.delgado"], second["rosa.delgado"]);
    assert_ne!(second["rosa.delgado"], third["rosa.delgado"], "made anew");
    assert!(!first.contains_key("peter.falk") && second.contains_key("peter.falk"));
}

#[test]
fn a_second_run_keeps_what_is_there() {
    let place = demo();
    let before: Vec<String> = snapshots(&place).into_iter().map(|(id, _)| id).collect();
    let log = std::fs::read(place.path("auditpack-demo/vault/attestations.jsonl")).unwrap();
    let again = place.auditpack().arg("demo").output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let after: Vec<String> = snapshots(&place).into_iter().map(|(id, _)| id).collect();
    assert_eq!(before, after);
    assert!(log == std::fs::read(place.path("auditpack-demo/vault/attestations.jsonl")).unwrap());
    // Each document was attested when it came, between the snapshots around it, and four have taken an earlier one's place.
    let lines = String::from_utf8(log).unwrap();
    assert_eq!((lines.lines().count(), lines.matches("\"replaces\":\"A").count()), (45, 4));
    let recorded: Vec<&str> = lines.split("\"recorded\":\"").skip(1).map(|rest| &rest[..10]).collect();
    assert!(recorded.is_sorted() && recorded.first() == Some(&"2025-08-14") && recorded.last() == Some(&"2026-09-28"));
}
