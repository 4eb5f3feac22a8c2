//! Results as the programs of others read them.

use super::*;

#[test]
fn junit_results_are_read_by_others_as_they_were_meant() {
    let verdicts = |assessment: &[u8]| -> BTreeMap<String, Value> {
        let assessment: Value = serde_json::from_slice(assessment).unwrap();
        let checks = assessment["checks"].as_array().unwrap().iter();
        checks.map(|check| (check["id"].as_str().unwrap().to_owned(), check["verdict"].clone())).collect()
    };
    let place = hostile();
    for (json, junit) in [
        (printed(&["assess", "--format", "json"]), printed(&["assess", "--format", "junit"])),
        (good(&place, &["assess", "--format", "json"]), good(&place, &["assess", "--format", "junit"])),
    ] {
        let found = read_well(&["junit"], &junit);
        let cases = found["cases"].as_object().unwrap().iter();
        let cases: BTreeMap<String, Value> = cases.map(|(id, one)| (id.clone(), one["verdict"].clone())).collect();
        let wanted = verdicts(&json);
        assert_eq!(cases, wanted);
        let count = |word: &str| wanted.values().filter(|verdict| *verdict == word).count();
        let sums = [wanted.len(), count("fail"), count("undetermined"), count("not-applicable")];
        assert_eq!(found["sums"], json!(sums));
    }
    let found = read_well(&["junit"], &good(&place, &["assess", "--format", "junit"]));
    let told = found["cases"]["acm.certificate-not-expiring"]["text"].as_str().unwrap();
    for name in HOSTILE {
        assert!(told.contains(&visible(name)), "{name:?} in {told}");
    }
    assert!(told.contains("(covered by an exception)"), "{told}");
}

#[test]
fn calendar_programs_read_the_events_and_know_them_again() {
    let dates = |now: &str, days: &str| {
        let arguments = ["calendar", "--days", days, "--format", "ics"];
        read_well(&["ics"], &in_demo(demo(), now, &arguments).stdout)
    };
    let uids = |found: &Value| -> BTreeSet<String> {
        let events = found["events"].as_array().unwrap();
        let uids: BTreeSet<String> = events.iter().map(|event| event["uid"].as_str().unwrap().to_owned()).collect();
        assert_eq!(uids.len(), events.len(), "an id stands for one event");
        uids
    };
    let (first, second) = (dates(NOW, "200"), dates("2026-10-15T09:00:00Z", "190"));
    assert!(uids(&first).len() > 8);
    assert_eq!(uids(&first), uids(&second));

    let place = hostile();
    let calendar: Value = serde_json::from_slice(&good(&place, &["calendar", "--format", "json"])).unwrap();
    let found = read_well(&["ics"], &good(&place, &["calendar", "--format", "ics"]));
    assert_eq!(uids(&found).len(), calendar["dues"].as_array().unwrap().len(), "an exception that is there twice too");
    for (event, due) in found["events"].as_array().unwrap().iter().zip(calendar["dues"].as_array().unwrap()) {
        let title = visible(due["title"].as_str().unwrap());
        assert!(event["summary"].as_str().unwrap().ends_with(&title), "{event} {title}");
        assert_eq!(event["day"], due["date"]);
    }
    let summaries: String =
        found["events"].as_array().unwrap().iter().map(|event| event["summary"].to_string()).collect();
    assert!(summaries.contains(TITLE) && summaries.contains("BEGIN:VEVENT"), "{summaries}");
}

#[test]
fn another_organization_s_events_have_ids_of_their_own() {
    let place = Workplace::new();
    let mut uids = BTreeSet::new();
    for organization in ["One", "Other"] {
        let settings =
            format!("organization = \"{organization}\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q4\"\n");
        place.write("auditpack.toml", &settings);
        let found = read_well(&["ics"], &good(&place, &["calendar", "--format", "ics"]));
        uids.extend(found["events"].as_array().unwrap().iter().map(|event| event["uid"].to_string()));
    }
    assert_eq!(uids.len(), 4, "a snapshot and a period's end each");
}
