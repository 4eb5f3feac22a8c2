//! Comparing snapshots of an account that changes under our hands: the built binary against the emulator, whose account
//! the AWS CLI changes in between.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::process::{Command, Output};

use auditpack::model::{AccountScope, Exchange, Scope, Sink as _, Snapshot};
use auditpack::vault::{Selector, Vault};
use common::{Emulator, Workplace, python};
use serde_json::{Value, json};

const SETTINGS: &str = r#"
organization = "Example"
frameworks = ["soc2", "iso27001-2022", "gdpr"]
sources = ["iam.authorization-details", "iam.account-summary", "s3.bucket-config", "kms.keys"]
[period]
quarter = "2026-Q3"
[scope]
regions = ["us-east-1"]
"#;

/// An account and a vault that looks at it week after week.
struct Watch {
    place: Workplace,
    emulator: Emulator,
}

impl Watch {
    fn new() -> Self {
        let watch = Self { place: Workplace::new(), emulator: Emulator::start("clean") };
        watch.place.write("auditpack.toml", SETTINGS);
        watch
    }

    /// Changes the account as its owner would.
    fn aws(&self, arguments: &[&str]) -> Value {
        let output = Command::new(python().with_file_name("aws"))
            .args(arguments)
            .args(["--output", "json", "--endpoint-url", &self.emulator.url])
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("HOME", self.place.path("home"))
            .output()
            .unwrap();
        assert!(output.status.success(), "aws {arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn collect(&self, date: &str) -> Output {
        let mut command = self.place.against(&self.emulator);
        let output = command.args(["collect", "--quiet"]).env("AUDITPACK_NOW", format!("{date}T06:00:00Z")).output();
        let output = output.unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", text(&output.stderr));
        output
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.place.auditpack().args(arguments).env("AUDITPACK_NOW", "2026-08-20T06:00:00Z").output().unwrap()
    }

    fn diff(&self, before: &str, after: &str) -> Value {
        let output = self.run(&["diff", before, after, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `cause resource` of each resource that changed.
fn resources(difference: &Value) -> Vec<String> {
    let word = |one: &Value| {
        let was = one["was"].as_str().map(|was| format!(" was {}", last(was))).unwrap_or_default();
        format!("{} {}{was}", one["cause"].as_str().unwrap(), last(one["resource"].as_str().unwrap()))
    };
    difference["resources"].as_array().unwrap().iter().map(word).collect()
}

fn last(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap()
}

/// `check cause resource` of a group of findings.
fn findings(difference: &Value, group: &str) -> Vec<String> {
    let word = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("check"), text("cause"), last(&text("resource")))
    };
    difference["findings"][group].as_array().unwrap().iter().map(word).collect()
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == word)
}

#[test]
fn renamed_recreated_new_and_deleted_resources_are_told_apart() {
    let watch = Watch::new();
    for user in ["olga.petrova", "rosa", "gone"] {
        watch.aws(&["iam", "create-user", "--user-name", user]);
        let policy =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
        watch.aws(&[
            "iam",
            "put-user-policy",
            "--user-name",
            user,
            "--policy-name",
            "own",
            "--policy-document",
            policy,
        ]);
    }
    watch.aws(&["s3api", "create-bucket", "--bucket", "old-exports"]);
    watch.collect("2026-08-03");

    let itself = watch.diff("latest", "latest");
    for name in ["checks", "requirements", "resources", "evidence", "exceptions", "attestations"] {
        assert_eq!(itself[name], json!([]), "{name}");
    }
    for group in ["new", "fixed", "open", "unseen", "left"] {
        assert_eq!(itself["findings"][group], json!([]), "{group}");
    }
    assert_eq!(itself["definitions"], json!({ "known": "same", "changes": [], "checks": [], "requirements": [] }));
    assert!(text(&watch.run(&["diff", "latest", "latest"]).stdout).contains("Nothing changed."));

    watch.aws(&["iam", "update-user", "--user-name", "olga.petrova", "--new-user-name", "olga.sidorova"]);
    for user in ["rosa", "gone"] {
        watch.aws(&["iam", "delete-user-policy", "--user-name", user, "--policy-name", "own"]);
        watch.aws(&["iam", "delete-user", "--user-name", user]);
    }
    watch.aws(&["iam", "create-user", "--user-name", "rosa"]);
    watch.aws(&["s3api", "delete-bucket", "--bucket", "old-exports"]);
    watch.aws(&["s3api", "create-bucket", "--bucket", "new-exports"]);
    watch.collect("2026-08-10");

    let difference = watch.diff("previous", "latest");
    let changed = resources(&difference);
    for word in [
        "renamed olga.sidorova was olga.petrova",
        "recreated rosa",
        "resource-gone gone",
        "resource-gone old-exports",
        "resource-came new-exports",
    ] {
        assert!(has(&changed, word), "`{word}` in {changed:#?}");
    }
    let direct = "iam.users-no-direct-policies";
    let (open, fixed) = (findings(&difference, "open"), findings(&difference, "fixed"));
    assert!(has(&open, &format!("{direct} renamed olga.sidorova")), "{open:#?}");
    assert!(has(&fixed, &format!("{direct} recreated rosa")), "{fixed:#?}");
    assert!(has(&fixed, &format!("{direct} resource-gone gone")), "{fixed:#?}");
    let olga = difference["findings"]["open"].as_array().unwrap().iter().find(|one| one["cause"] == "renamed").unwrap();
    assert_eq!((&olga["days"], &olga["age"]), (&json!(7), &json!("at-least")), "its age goes on");
    assert!(olga["reason"].as_str().unwrap().contains("renamed from"), "{olga}");

    let table = text(&watch.run(&["diff"]).stdout);
    for words in ["deleted and recreated under the same name", "renamed", "the resource is gone", "new resource"] {
        assert!(table.contains(words), "`{words}` in {table}");
    }
}

#[test]
fn a_refused_source_is_a_loss_and_fixes_nothing() {
    let watch = Watch::new();
    watch.aws(&["s3api", "create-bucket", "--bucket", "exports"]);
    watch.collect("2026-08-03");
    watch.emulator.faults(&json!([{
        "service": "s3", "operation": "ListBuckets", "kind": "error", "code": "AccessDenied", "message": "no", "status": 403,
        "times": -1,
    }]));
    assert_eq!(watch.collect("2026-08-10").status.code(), Some(3));

    let difference = watch.diff("previous", "latest");
    let lost = &difference["coverage"]["lost"];
    assert_eq!(lost[0]["source"], "s3.bucket-config", "{lost}");
    assert_eq!((&lost[0]["reason"], &lost[0]["action"]), (&json!("access-denied"), &json!("s3:ListAllMyBuckets")));
    assert_eq!(findings(&difference, "fixed"), Vec::<String>::new());
    let unseen = findings(&difference, "unseen");
    assert!(has(&unseen, "s3.bucket-versioning sight-lost exports"), "{unseen:#?}");
    assert!(has(&resources(&difference), "sight-lost exports"), "{:#?}", resources(&difference));
    let turned = difference["checks"].as_array().unwrap();
    assert!(turned.iter().all(|check| check["turn"] == "sight-lost"), "{turned:#?}");
    assert!(!turned.is_empty());
    let table = text(&watch.run(&["diff"]).stdout);
    assert!(table.contains("No longer readable") && table.contains("s3:ListAllMyBuckets"), "{table}");

    // A week later it can be read again: nothing is new that was there before.
    watch.emulator.reset();
    watch.collect("2026-08-17");
    let again = watch.diff("previous", "latest");
    assert_eq!(again["coverage"]["gained"][0]["source"], "s3.bucket-config");
    let new = findings(&again, "new");
    assert!(has(&new, "s3.bucket-versioning sight-gained exports"), "{new:#?}");
    let trend: Value = serde_json::from_slice(&watch.run(&["trend", "--format", "json"]).stdout).unwrap();
    let open = trend["open"].as_array().unwrap();
    let bucket = open
        .iter()
        .find(|one| one["check"] == "s3.bucket-versioning" && last(one["resource"].as_str().unwrap()) == "exports");
    assert_eq!(bucket.unwrap()["since"], "2026-08-03T06:00:00Z", "its age goes on over the week without sight");
    assert_eq!(trend["points"].as_array().unwrap().len(), 3);
    assert_eq!(trend["points"][1]["fixed"], 0);
}

/// The newest snapshot once more, at another time and perhaps with a second account that has what the first one has.
fn again(watch: &Watch, date: &str, accounts: &[&str]) {
    let vault = Vault::open(&watch.place.path("vault")).unwrap();
    let stored = vault.load(&Selector::Latest).unwrap().snapshot;
    let time = format!("{date}T06:00:00Z").parse().unwrap();
    let journal = vault.begin(time, stored.period, &stored.organization).unwrap();
    let first = stored.scope.accounts[0].clone();
    let exchanges: Vec<Exchange> = stored.exchanges.iter().filter(|one| one.account == first.id).cloned().collect();
    for account in accounts {
        for exchange in &exchanges {
            let body = vault.get(&exchange.body).unwrap();
            journal.exchange(Exchange { account: (*account).into(), time, ..exchange.clone() }, &body).unwrap();
        }
    }
    let scope = |id: &&str| AccountScope { id: (*id).into(), ..first.clone() };
    let (exchanges, gaps) = journal.gathered();
    let snapshot = Snapshot {
        previous: journal.previous(),
        time,
        finished: time,
        scope: Scope { accounts: accounts.iter().map(scope).collect(), ..stored.scope.clone() },
        exchanges,
        gaps,
        ..stored
    };
    journal.finish(&snapshot).unwrap();
}

#[test]
fn an_account_that_joins_the_scope_brings_findings_that_nobody_made() {
    let watch = Watch::new();
    watch.aws(&["s3api", "create-bucket", "--bucket", "exports"]);
    watch.collect("2026-08-03");
    let own = watch.emulator.expected()["account"].as_str().unwrap().to_owned();
    again(&watch, "2026-08-10", &[&own, "210987654321"]);
    let difference = watch.diff("previous", "latest");
    let scope = &difference["coverage"]["scope"];
    assert_eq!(*scope, json!([{ "change": "joined", "kind": "account", "name": "210987654321" }]));
    let new = difference["findings"]["new"].as_array().unwrap();
    assert!(!new.is_empty());
    for finding in new {
        let said = (&finding["account"], &finding["cause"]);
        assert_eq!(said, (&json!("210987654321"), &json!("account-joined")), "{finding}");
        assert_eq!(finding["age"], "at-least", "nobody knows since when");
    }
    assert!(text(&watch.run(&["diff"]).stdout).contains("the account joined the scope"));

    again(&watch, "2026-08-17", &[&own]);
    let left = watch.diff("previous", "latest");
    assert_eq!(findings(&left, "fixed"), Vec::<String>::new(), "what is asked no more is not fixed");
    let all = left["findings"]["left"].as_array().unwrap();
    assert!(!all.is_empty() && all.iter().all(|finding| finding["cause"] == "account-left"), "{all:#?}");
    assert!(text(&watch.run(&["diff"]).stdout).contains("the account left the scope"));
}

const CHECK: &str = r#"
id = "own.bucket-names"
title = "Buckets are named as agreed"
severity = "low"
source = "s3.bucket-config"
controls = ["encryption-at-rest"]
none = "not-applicable"
pass = "PASS"
why = "Names say what a bucket is for."
remedy = "Name it anew."
[[example]]
case = "pass"
row = { Name = "team-wiki" }
[[example]]
case = "fail"
row = { Name = "" }
[[example]]
case = "absent"
verdict = "undetermined"
row = { }
"#;

#[test]
fn a_check_whose_definition_changed_is_no_change_of_the_estate() {
    let watch = Watch::new();
    watch.aws(&["s3api", "create-bucket", "--bucket", "team-exports"]);
    let own = watch.place.path("own/checks/own");
    std::fs::create_dir_all(&own).unwrap();
    let collect = |date: &str, pass: &str| {
        std::fs::write(own.join("bucket-names.toml"), CHECK.replace("PASS", pass)).unwrap();
        let mut command = watch.place.against(&watch.emulator);
        command.args(["collect", "--quiet", "--mappings", "own"]).env("AUDITPACK_NOW", format!("{date}T06:00:00Z"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    };
    collect("2026-08-03", "size(r.Name) > 0");
    collect("2026-08-10", "size(r.Name) > 0 && !r.Name.endsWith('exports')");
    let output = watch.run(&["diff", "--mappings", "own", "--format", "json"]);
    let difference: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(difference["checks"], json!([]), "the estate is as it was");
    assert_eq!(difference["findings"]["new"], json!([]));
    let definitions = &difference["definitions"];
    assert_eq!(
        definitions["changes"],
        json!([{ "kind": "check", "id": "own.bucket-names", "change": "changed: what is good" }])
    );
    let turned = &definitions["checks"][0];
    assert_eq!(
        (&turned["id"], &turned["before"], &turned["after"]),
        (&json!("own.bucket-names"), &json!("pass"), &json!("fail"))
    );
    let table = text(&watch.run(&["diff", "--mappings", "own"]).stdout);
    assert!(
        table.contains("Mappings and settings") && table.contains("nothing above comes from these changes"),
        "{table}"
    );
    let trend: Value =
        serde_json::from_slice(&watch.run(&["trend", "--mappings", "own", "--format", "json"]).stdout).unwrap();
    assert_eq!(trend["points"][1]["definitions"], "changed");
    assert_eq!(
        (&trend["points"][0]["failing"], &trend["points"][1]["new"]),
        (&trend["points"][1]["failing"], &json!(0))
    );
}

#[test]
fn continuous_integration_fails_on_what_is_new() {
    let watch = Watch::new();
    watch.collect("2026-08-03");
    let code = |arguments: &[&str]| watch.run(arguments).status.code();
    assert_eq!(
        code(&["assess", "--fail-on", "severity>=low", "--quiet"]),
        Some(0),
        "the tidy account has nothing to fail on"
    );
    watch.aws(&["s3api", "create-bucket", "--bucket", "exports"]);
    watch.collect("2026-08-10");
    assert_eq!(code(&["diff"]), Some(0), "without --fail-on it only tells");
    assert_eq!(code(&["diff", "--fail-on", "new"]), Some(4));
    assert_eq!(code(&["assess", "--fail-on", "new"]), Some(4));
    assert_eq!(code(&["assess", "--fail-on", "severity>=critical"]), Some(0));
    watch.collect("2026-08-17");
    assert_eq!(code(&["assess", "--fail-on", "new"]), Some(0), "it is not new any more");
    assert_eq!(code(&["assess", "--fail-on", "any"]), Some(4));
    assert_eq!(code(&["assess", "--fail-on", "severity>=critical,new"]), Some(0));
}
