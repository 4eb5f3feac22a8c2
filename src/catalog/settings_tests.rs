//! `auditpack.toml` as users write it, rightly and wrongly.

use super::{Faults, embedded, load, load_settings};
use crate::model::{Catalog, Documents, Framework, FrameworkId, Param, Stricter};

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for id in ["soc2", "gdpr"] {
        let id = FrameworkId::new(id);
        let framework = Framework {
            id: id.clone(),
            title: String::new(),
            counts: String::new(),
            core: None,
            requirements: Vec::new(),
        };
        catalog.frameworks.insert(id, framework);
    }
    let param = Param {
        name: "max_key_age_days".to_owned(),
        default: 90.into(),
        stricter: Stricter::Lower,
        title: "Oldest an access key may be, in days".to_owned(),
        dated: None,
    };
    catalog.params.insert(param.name.clone(), param);
    catalog
}

fn lines(faults: &Faults) -> String {
    let line = |fault: &super::Fault| {
        let place = format!("{} [{}]", fault.line(), fault.word());
        format!("{place}\n  {}\n  > {}", fault.message(), fault.remedy().unwrap_or("-"))
    };
    faults.list().iter().map(line).collect::<Vec<_>>().join("\n")
}

const GOOD: &str = r#"
organization = "Example GmbH"
frameworks = ["soc2", "gdpr"]
[period]
quarter = "2026-Q4"
[scope]
regions = ["eu-central-1", "us-gov-west-1"]
[[scope.account]]
id = "123456789012"
role_arn = "arn:aws:iam::123456789012:role/audit"
external_id = "x1"
[params]
max_key_age_days = 60
[artifact]
download = true
accept_terms = ["report-abcdefghij012345"]
[signing]
key = "key.pem"
certificate = "certificate.pem"
"#;

#[test]
fn good_settings_load() {
    let settings = load_settings("auditpack.toml", GOOD.as_bytes(), &catalog()).unwrap();
    assert_eq!(settings.period.start.to_string(), "2026-10-01");
    assert_eq!(settings.period.end.to_string(), "2026-12-31");
    assert_eq!(settings.frameworks[0].as_str(), "soc2");
    assert_eq!(settings.scope.accounts[0].external_id.as_deref(), Some("x1"));
    assert_eq!(settings.params["max_key_age_days"], 60);
    assert_eq!(settings.artifact.documents, Documents::Download);
    assert_eq!(settings.file, GOOD.as_bytes());
}

#[test]
fn a_period_may_be_two_dates_of_either_kind() {
    let dates = GOOD.replace("quarter = \"2026-Q4\"", "start = 2026-01-01\nend = \"2026-06-30\"");
    let settings = load_settings("auditpack.toml", dates.as_bytes(), &catalog()).unwrap();
    assert_eq!(settings.period.end.to_string(), "2026-06-30");
    for wrong in ["2026-Q5", "2026-Q0", "26-Q1", "2026Q1", "2026-Q04", "+026-Q1"] {
        let text = GOOD.replace("2026-Q4", wrong);
        assert!(load_settings("auditpack.toml", text.as_bytes(), &catalog()).is_err(), "{wrong}");
    }
}

#[test]
fn all_faults_come_at_once() {
    let bad = r#"
organisation = "Example GmbH"
frameworks = ["soc3"]
[period]
start = "2026-12-31"
end = "2026-10-01"
[scope]
regions = ["Frankfurt", "eu-central-1", "eu-central-1"]
[[scope.account]]
id = "1234"
role_arn = "arn:aws:iam::123456789012:user/audit"
[[scope.account]]
id = "210987654321"
role_arn = "arn:aws:iam::123456789012:role/audit"
[params]
max_key_age_day = 60
max_key_age_days = "sixty"
[artifact]
download = "yes"
accept_terms = ["all"]
[[exception]]
check = "s3.gone"
resources = []
reason = ""
until = "soon"
"#;
    let faults = load_settings("auditpack.toml", bad.as_bytes(), &catalog()).unwrap_err();
    insta::assert_snapshot!(lines(&faults), @r###"
    1 []
      `organization` is missing
      > add `organization = …`
    2 [organisation]
      unknown key `organisation`
      > did you mean `organization`?
    3 ["soc3"]
      there is no framework `soc3`
      > did you mean `soc2`?
    6 ["2026-10-01"]
      the period ends before it starts
      > the period starts on 2026-12-31; write a later end
    8 ["Frankfurt"]
      `Frankfurt` is not a valid region
      > write it like `eu-central-1`
    8 ["eu-central-1"]
      `eu-central-1` is listed twice
      > delete one
    10 ["1234"]
      `1234` is not a valid account id
      > an account id has twelve digits, in quotes
    11 ["arn:aws:iam::123456789012:user/audit"]
      `arn:aws:iam::123456789012:user/audit` is not a valid role ARN
      > write it like `arn:aws:iam::123456789012:role/audit`
    14 ["arn:aws:iam::123456789012:role/audit"]
      the role is one of account `123456789012`
      > name a role of the account in `id`
    16 [max_key_age_day]
      there is no parameter `max_key_age_day`
      > did you mean `max_key_age_days`?
    17 [max_key_age_days]
      `max_key_age_days` must be a whole number from 0
      > the default is `90`: Oldest an access key may be, in days
    19 ["yes"]
      `download` must be true or false
      > -
    20 ["all"]
      `all` is not a valid report id
      > `report-` and 16 letters or digits, as AWS Artifact's ListReports gives it: terms are accepted one report at a time
    21 [[[exception]]]
      `approver` is missing
      > add `approver = …`
    22 ["s3.gone"]
      there is no check `s3.gone`
      > none is defined
    23 [resources]
      the exception covers nothing
      > name the resources, `"*"` for all
    24 [""]
      `reason` is empty
      > write a text
    25 ["soon"]
      `until` must be a date like "2026-12-31"
      > -
    "###);
}

#[test]
fn a_secret_written_here_by_mistake_is_not_shown() {
    let bad = GOOD.replace("certificate =", "passphrase = \"hunter2\"\ncertificate =");
    let faults = load_settings("auditpack.toml", bad.as_bytes(), &catalog()).unwrap_err();
    let mut text = String::new();
    let theme = miette::GraphicalTheme::unicode_nocolor();
    miette::GraphicalReportHandler::new_themed(theme).render_report(&mut text, &faults).unwrap();
    assert!(text.contains("unknown key `passphrase`"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

const SHORT: &str = "organization = \"Example\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q4\"\n";

#[test]
fn owners_are_named_by_check_by_beginning_and_by_role() {
    let catalog = load(embedded()).unwrap();
    let text = format!(
        "{SHORT}[owners]\n\"s3.bucket-logging\" = \"Jane Doe\"\n\"s3.*\" = 'Data \"lake\" team'\npeople = \"HR\"\n[calendar]\nsnapshot_days = 1\n"
    );
    let settings = load_settings("auditpack.toml", text.as_bytes(), &catalog).unwrap();
    for (id, role, owner) in [
        ("s3.bucket-logging", "engineering", "Jane Doe"),
        ("s3.bucket-versioning", "engineering", "Data \"lake\" team"),
        ("kms.key-rotation", "engineering", "engineering"),
        ("soc2/cc1.1-code-of-conduct", "people", "HR"),
    ] {
        assert_eq!(settings.owners.of(id, role), owner, "{id}");
    }
    assert_eq!(settings.calendar.snapshot_days, 1);
    let plain = load_settings("auditpack.toml", SHORT.as_bytes(), &catalog).unwrap();
    assert_eq!(plain.owners.of("s3.bucket-logging", "engineering"), "engineering");
    assert_eq!(plain.calendar.snapshot_days, 7, "once a week, if nothing is said");
    for days in [1, 366] {
        let text = format!("{SHORT}[calendar]\nsnapshot_days = {days}\n");
        assert_eq!(load_settings("a", text.as_bytes(), &catalog).unwrap().calendar.snapshot_days, days);
    }
}

#[test]
fn owners_of_nothing_and_impossible_rhythms_are_faults() {
    let bad = r#"
organization = "Example"
frameworks = ["soc2"]
[period]
quarter = "2026-Q4"
[owners]
"s3.bucket-loging" = "Jane Doe"
"nothing.*" = "Jane Doe"
"s*.logging" = "Jane Doe"
peopel = "HR"
security = ""
legal = 7
s3.bucket-logging = "Jane Doe"
[calendar]
snapshot_days = 0
snapshots = 7
"#;
    let faults = load_settings("auditpack.toml", bad.as_bytes(), &load(embedded()).unwrap()).unwrap_err();
    let places: Vec<String> =
        faults.list().iter().map(|fault| format!("{} [{}] {}", fault.line(), fault.word(), fault.message())).collect();
    insta::assert_snapshot!(places.join("\n"), @r#"
    7 ["s3.bucket-loging"] `s3.bucket-loging` is not a check, not the beginning of checks' ids and not a role
    8 ["nothing.*"] `nothing.*` is not a check, not the beginning of checks' ids and not a role
    9 ["s*.logging"] `s*.logging` is not a check, not the beginning of checks' ids and not a role
    10 [peopel] `peopel` is not a check, not the beginning of checks' ids and not a role
    11 [""] `security` is empty
    12 [7] `legal` must be a text
    13 [s3] `s3` is a table, not an owner
    15 [0] `snapshot_days` must be a whole number from 1 on
    16 [snapshots] unknown key `snapshots`
    "#);
    let remedies = lines(&faults);
    for remedy in [
        "did you mean `s3.bucket-logging`?",
        "did you mean `people`?",
        "an id with dots stands in quotes: `\"s3.…\" = \"NAME\"`",
        "known: `snapshot_days`",
    ] {
        assert!(remedies.contains(remedy), "{remedy} in {remedies}");
    }
    let whole = "`snapshot_days` must be a whole number from 1 on";
    for (days, said) in [
        ("367", "a snapshot every 367 days\n  > 7 for a snapshot a week; at least 1, at most 366"),
        ("-1", whole),
        ("1.5", whole),
        ("\"weekly\"", whole),
    ] {
        let text = format!("{SHORT}[calendar]\nsnapshot_days = {days}\n");
        let faults = load_settings("a", text.as_bytes(), &load(embedded()).unwrap()).unwrap_err();
        let lines = lines(&faults);
        assert!(lines.starts_with("6 [") && lines.contains(said), "{days}: {lines}");
    }
}

#[test]
fn a_threshold_that_no_time_can_have_is_a_fault() {
    let mut catalog = catalog();
    let embedded = load(embedded()).unwrap();
    catalog.params.extend(embedded.params.clone());
    catalog.checks.extend(embedded.checks.clone());
    let with = |line: &str| {
        let text = GOOD.replace("max_key_age_days = 60", line);
        load_settings("auditpack.toml", text.as_bytes(), &catalog).map(|_| ()).map_err(|faults| lines(&faults))
    };
    // What is only compared with an age may be anything: somebody's way of writing "never".
    assert_eq!(with("max_key_age_days = 999999"), Ok(()));
    assert_eq!(with("min_certificate_days = 106751"), Ok(()));
    let fault = with("min_certificate_days = 100000000").unwrap_err();
    assert!(fault.contains("`min_certificate_days` is longer than 106751 days"), "{fault}");
    assert!(fault.contains("no time is longer than 292 years"), "{fault}");
    assert!(fault.starts_with("13 [min_certificate_days]"), "{fault}");
}
