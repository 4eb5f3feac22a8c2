//! `auditpack.toml`: what the user wants, checked against the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use chrono::{Months, NaiveDate};
use serde_json::Value;

use super::applicability::{read_categories, read_not_applicable, read_premises, read_split};
use super::exceptions::{self, ReadFile, read_exceptions};
use super::fault::{Fault, Faults};
use super::ledger::{Ledger, Word, must_be_known, remedy};
use super::owners::{read_calendar, read_owners};
use super::secrets::secrets;
use super::table::{Table, distinct};
use crate::expression::MAX_DAYS;
use crate::model::{
    AccountId, AccountSettings, ArtifactSettings, Catalog, Check, Documents, FrameworkId, LogFiles, Period, Region,
    ScopeSettings, Settings, SigningSettings, SourceId, TrailSettings,
};

/// Reads settings that name no other file; `name` is what messages call the file.
pub fn load_settings(name: &str, bytes: &[u8], catalog: &Catalog) -> Result<Settings, Faults> {
    let alone = &mut |_: &str| Err(io::Error::other("these settings stand alone"));
    load_settings_beside(name, bytes, catalog, alone)
}

/// Reads settings; `beside` gives the files that they name, by their path from the settings file's folder.
pub fn load_settings_beside(
    name: &str,
    bytes: &[u8],
    catalog: &Catalog,
    beside: ReadFile<'_>,
) -> Result<Settings, Faults> {
    let ledger = Ledger::default();
    let settings = read(&ledger, name, bytes, catalog, beside);
    let faults: Vec<Fault> = ledger.faults();
    match settings {
        Some(settings) if faults.is_empty() => Ok(settings),
        _ => Err(Faults::new(faults)),
    }
}

fn read(ledger: &Ledger, name: &str, bytes: &[u8], catalog: &Catalog, beside: ReadFile<'_>) -> Option<Settings> {
    let file = super::open(ledger, name, bytes)?;
    let Some(tree) = super::parse(ledger, &file) else {
        ledger.conceal(&file, &secrets(file.inner(), catalog));
        return None;
    };
    let root = Table::root(ledger, &file, &tree).only(&[
        "organization",
        "frameworks",
        "sources",
        "period",
        "scope",
        "params",
        "artifact",
        "trail",
        "signing",
        "owners",
        "calendar",
        "exceptions",
        "exception",
        "split",
        "premises",
        "not-applicable",
    ]);
    for key in ["frameworks", "period"] {
        root.demand(key);
    }
    let organization = root.need("organization");
    let frameworks = named(&root, "frameworks", "framework", catalog.frameworks.keys().map(FrameworkId::as_str));
    if root.is_list("frameworks") && root.words("frameworks").is_empty() {
        let help = remedy("", catalog.frameworks.keys().map(FrameworkId::as_str));
        ledger.fault(&root.place_of("frameworks"), "no framework is chosen", "empty", help);
    }
    let sources = named(&root, "sources", "source", catalog.sources.keys().map(SourceId::as_str));
    let period = root.table("period").and_then(read_period);
    let scope = root.table("scope").map(|table| read_scope(table, catalog)).unwrap_or_default();
    let params = root.table("params").map(|table| read_params(&table, catalog)).unwrap_or_default();
    let artifact = root.table("artifact").map(read_artifact).unwrap_or_default();
    let trail = root.table("trail").map(read_trail).unwrap_or_default();
    let signing = root.table("signing").and_then(read_signing);
    let owners = root.table("owners").map(|table| read_owners(&table, catalog)).unwrap_or_default();
    let calendar = root.table("calendar").map(read_calendar).unwrap_or_default();
    let mut exceptions = read_exceptions(&root, catalog);
    let exceptions_file = exceptions::read_file(&root, catalog, beside, &mut exceptions);
    let splits = root.tables("split").into_iter().filter_map(|row| read_split(row, catalog)).collect();
    let premises = root.table("premises").and_then(read_premises);
    let not_applicable = read_not_applicable(&root, catalog);
    ledger.conceal(&file, &secrets(file.inner(), catalog));
    Some(Settings {
        organization: organization?.text,
        period: period?,
        scope,
        frameworks: frameworks.into_iter().map(FrameworkId::new).collect(),
        sources: sources.into_iter().map(SourceId::new).collect(),
        params,
        artifact,
        trail,
        signing,
        exceptions,
        splits,
        premises,
        not_applicable,
        owners,
        calendar,
        exceptions_file,
        file: bytes.to_vec(),
    })
}

/// Names that the catalog knows.
fn named<'a>(table: &Table<'_>, key: &str, kind: &str, known: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let words = table.words(key);
    distinct(table.ledger, &words);
    words.iter().for_each(|word| must_be_known(table.ledger, word, kind, known.clone()));
    words.into_iter().map(|word| word.text).collect()
}

fn read_period(table: Table<'_>) -> Option<Period> {
    let table = table.only(&["quarter", "start", "end"]);
    if let Some(word) = table.word("quarter") {
        for key in ["start", "end"].into_iter().filter(|key| table.has(key)) {
            let help = "keep `quarter`, or `start` and `end`";
            table.ledger.fault(&table.place_of(key), "the period is given twice", "second", help);
        }
        let period = quarter(&word.text);
        if period.is_none() {
            let message = format!("`{}` is not a quarter", word.text);
            table.ledger.fault(&word.place, message, "malformed", "write it like `2026-Q4`");
        }
        return period;
    }
    if table.has("quarter") {
        return None;
    }
    table.demand("start");
    table.demand("end");
    let (start, end) = (table.date("start"), table.date("end"));
    let ((start, _), (end, place)) = (start?, end?);
    if start > end {
        let help = format!("the period starts on {start}; write a later end");
        table.ledger.fault(&place, "the period ends before it starts", "too early", help);
        return None;
    }
    Some(Period { start, end })
}

/// `2026-Q4`.
fn quarter(text: &str) -> Option<Period> {
    let (year, number) = text.split_once("-Q")?;
    let (year, number): (i32, u32) = (year.parse().ok().filter(|_| year.len() == 4)?, number.parse().ok()?);
    if !(1..=4).contains(&number) || text.len() != 7 || text.starts_with('+') {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(year, number * 3 - 2, 1)?;
    Some(Period { start, end: start.checked_add_months(Months::new(3))?.pred_opt()? })
}

fn read_scope(table: Table<'_>, catalog: &Catalog) -> ScopeSettings {
    let table = table.only(&["regions", "account", "categories"]);
    let regions = table.words("regions");
    distinct(table.ledger, &regions);
    for word in regions.iter().filter(|word| !is_region(&word.text)) {
        let message = format!("`{}` is not a valid region", word.text);
        table.ledger.fault(&word.place, message, "malformed", "write it like `eu-central-1`");
    }
    let rows = table.tables("account");
    let ids: Vec<Word> = rows.iter().filter_map(|row| row.word("id")).collect();
    distinct(table.ledger, &ids);
    ScopeSettings {
        accounts: rows.into_iter().filter_map(read_account).collect(),
        regions: regions.into_iter().map(|word| Region::new(word.text)).collect(),
        categories: read_categories(&table, catalog),
    }
}

/// `eu-central-1`, `us-gov-west-1`: letters, hyphens, and a number at the end.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let letters = |part: &&str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    (2..=4).contains(&words.len())
        && words.iter().all(letters)
        && (1..=2).contains(&number.len())
        && number.chars().all(|c| c.is_ascii_digit())
}

fn read_account(table: Table<'_>) -> Option<AccountSettings> {
    let table = table.only(&["id", "role_arn", "external_id"]);
    let id = table.need("id");
    if let Some(word) = id.as_ref().filter(|word| !is_account(&word.text)) {
        let message = format!("`{}` is not a valid account id", word.text);
        table.ledger.fault(&word.place, message, "malformed", "an account id has twelve digits, in quotes");
    }
    let role = table.word("role_arn");
    if let Some(word) = &role {
        match role_account(&word.text) {
            None => {
                let help = "write it like `arn:aws:iam::123456789012:role/audit`";
                table.ledger.fault(&word.place, format!("`{}` is not a valid role ARN", word.text), "malformed", help);
            }
            Some(account) if id.as_ref().is_some_and(|id| id.text != account) => {
                let message = format!("the role is one of account `{account}`");
                table.ledger.fault(&word.place, message, "another account", "name a role of the account in `id`");
            }
            Some(_) => {}
        }
    }
    if table.has("external_id") && role.is_none() {
        let message = "an external id without a role";
        table.ledger.fault(&table.place_of("external_id"), message, "of no use", "add `role_arn`, or delete it");
    }
    let external_id = table.text("external_id");
    Some(AccountSettings { id: AccountId::new(id?.text), role_arn: role.map(|word| word.text), external_id })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

/// The account of a role's ARN.
fn role_account(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let head = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let name = resource.strip_prefix("role/")?;
    let partition = head.1 == "aws" || head.1.starts_with("aws-");
    let good = head.0 == "arn" && partition && head.2 == "iam" && head.3.is_empty() && is_account(account);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    (good && !name.is_empty() && !name.ends_with('/') && name.chars().all(allowed)).then_some(account)
}

/// Thresholds: known ones, of the default's kind.
fn read_params(table: &Table<'_>, catalog: &Catalog) -> BTreeMap<String, Value> {
    for word in table.keys() {
        must_be_known(table.ledger, &word, "parameter", catalog.params.keys().map(String::as_str));
        let Some(param) = catalog.params.get(&word.text) else { continue };
        let Some(value) = table.json(&word.text) else { continue };
        let reckoned = value.as_u64().is_some_and(|days| days > MAX_DAYS) && is_in_days(catalog, &word.text);
        if reckoned {
            let message = format!("`{}` is longer than {MAX_DAYS} days", word.text);
            let help = format!("checks reckon with it, and no time is longer than 292 years; {}", param.title);
            table.ledger.fault(&table.place_of(&word.text), message, "too long", help);
        } else if !same_kind(&param.default, &value) {
            let help = format!("the default is `{}`: {}", param.default, param.title);
            table.ledger.fault(&word.place, format!("`{}` must be {}", word.text, kind(&param.default)), "here", help);
        }
    }
    table.json_members()
}

/// Whether a check adds the parameter, as days, to a moment.
fn is_in_days(catalog: &Catalog, param: &str) -> bool {
    let expressions = |check: &Check| [Some(check.pass.clone()), check.when.clone(), check.detail.clone()];
    let reckons = |check: &&Check| expressions(check).iter().flatten().any(|one| one.params_in_days().contains(param));
    catalog.checks.values().filter(|check| check.params.contains(param)).any(|check| reckons(&check))
}

fn same_kind(default: &Value, value: &Value) -> bool {
    match (default, value) {
        (Value::Number(default), Value::Number(value)) => default.is_f64() || value.as_u64().is_some(),
        (Value::Array(default), Value::Array(values)) => {
            default.first().is_none_or(|default| values.iter().all(|value| same_kind(default, value)))
        }
        (default, value) => std::mem::discriminant(default) == std::mem::discriminant(value),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number from 0",
        Value::String(_) => "a text",
        Value::Bool(_) => "true or false",
        Value::Array(items) => match items.first() {
            Some(Value::Number(_)) => "a list of numbers",
            _ => "a list of texts",
        },
        _ => "a table",
    }
}

fn read_artifact(table: Table<'_>) -> ArtifactSettings {
    let table = table.only(&["download", "accept_terms"]);
    let terms = table.words("accept_terms");
    for word in &terms {
        let id = word.text.strip_prefix("report-").unwrap_or_default();
        if id.len() != 16 || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
            let help = "`report-` and 16 letters or digits, as AWS Artifact's ListReports gives it: terms are accepted \
                        one report at a time";
            table.ledger.fault(&word.place, format!("`{}` is not a valid report id", word.text), "malformed", help);
        }
    }
    distinct(table.ledger, &terms);
    ArtifactSettings {
        documents: if table.flag("download") { Documents::Download } else { Documents::MetadataOnly },
        accept_terms: terms.into_iter().map(|word| word.text).collect::<BTreeSet<_>>(),
    }
}

/// `logs = "sample"` and its size: CloudTrail's log files are many gigabytes a quarter.
fn read_trail(table: Table<'_>) -> TrailSettings {
    let table = table.only(&["logs", "sample"]);
    let size = table.count("sample").unwrap_or(TrailSettings::SAMPLE);
    if size > TrailSettings::MAX_SAMPLE {
        let help = format!("at most {}, or `logs = \"all\"`", TrailSettings::MAX_SAMPLE);
        table.ledger.fault(&table.place_of("sample"), format!("a sample of {size} log files"), "too many", help);
    }
    let choices = [("none", LogFiles::None), ("sample", LogFiles::Sample(size)), ("all", LogFiles::All)];
    let logs = if table.has("logs") { table.choice("logs", &choices) } else { None };
    TrailSettings { logs: logs.unwrap_or(LogFiles::Sample(size)) }
}

fn read_signing(table: Table<'_>) -> Option<SigningSettings> {
    let table = table.only(&["key", "certificate"]);
    let (key, certificate) = (table.need("key"), table.need("certificate"));
    Some(SigningSettings { key: PathBuf::from(key?.text), certificate: PathBuf::from(certificate?.text) })
}
