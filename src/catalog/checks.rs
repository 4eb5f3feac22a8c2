//! `checks/<service>/<rest>.toml`: one check a file, with the examples that pin it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::attach;
use super::cli;
use super::expressions::{self, Given, Seen};
use super::frameworks::ASKED;
use super::ids;
use super::ledger::{Kind, Word, listed};
use super::table::{Table, distinct};
use super::template::TemplateNames;
use crate::expression::{APPROVAL, Expression};
use crate::model::{Case, Check, CheckId, Example, Per, Population, Severity, SourceId, Verdict};

const KEYS: [&str; 20] = [
    "id",
    "title",
    "severity",
    "source",
    "reads",
    "reads_at_need",
    "one_is_enough",
    "per",
    "when",
    "pass",
    "none",
    "detail",
    "why",
    "remedy",
    "cli",
    "config_rules",
    "params",
    "controls",
    "population",
    "example",
];
const SEVERITIES: [(&str, Severity); 4] =
    [("critical", Severity::Critical), ("high", Severity::High), ("medium", Severity::Medium), ("low", Severity::Low)];
const PLACES: [(&str, Per); 3] = [("row", Per::Row), ("region", Per::Region), ("account", Per::Account)];
const NONE: [(&str, Verdict); 4] = [
    ("not-applicable", Verdict::NotApplicable),
    ("fail", Verdict::Fail),
    ("pass", Verdict::Pass),
    ("undetermined", Verdict::Undetermined),
];
const CASES: [(&str, Case); 4] =
    [("pass", Case::Pass), ("fail", Case::Fail), ("absent", Case::Absent), ("other", Case::Other)];
const VERDICTS: [(&str, Option<Verdict>); 5] = [
    ("pass", Some(Verdict::Pass)),
    ("fail", Some(Verdict::Fail)),
    ("not-applicable", Some(Verdict::NotApplicable)),
    ("undetermined", Some(Verdict::Undetermined)),
    ("skipped", None),
];

/// Reads a check; `name` is its path below `checks/` without the suffix: the id with a slash for its first dot.
pub(super) fn read(root: &Table<'_>, name: &str) -> Option<Check> {
    if root.is_replaced(&Kind::Check, "id") {
        return None;
    }
    let table = root.clone().only(&KEYS);
    let id = table.need("id").filter(|id| ids::dotted(table.ledger, Kind::Check, id));
    if let Some(id) = &id {
        at_home(&table, id, name);
        attach::read_controls(&table, id);
    }
    let (title, why, remedy) = (table.need("title"), table.need("why"), table.need("remedy"));
    for key in ["severity", "none"] {
        table.demand(key);
    }
    let (severity, none) = (table.choice("severity", &SEVERITIES), table.choice("none", &NONE));
    let source = table.need("source");
    let per = if table.has("per") { table.choice("per", &PLACES) } else { Some(Per::Row) };
    let at_need = table.words("reads_at_need");
    let reads: Vec<Word> = table.words("reads").into_iter().chain(at_need.iter().cloned()).collect();
    for word in source.iter().chain(&reads) {
        table.ledger.refer(Kind::Source, word);
    }
    let params = table.words("params");
    for word in &params {
        table.ledger.refer(Kind::Param, word);
    }
    distinct(table.ledger, &reads);
    distinct(table.ledger, &params);
    let given = Given {
        per: per.unwrap_or(Per::Row),
        params: params.iter().map(|word| word.text.as_str()).collect(),
        sources: source.iter().chain(&reads).map(|word| word.text.as_str()).collect(),
    };
    let mut seen = Seen::default();
    let pass = table.need("pass").and_then(|word| expressions::read(&table, &word, &given, &mut seen));
    let when = optional(&table, "when", &given, &mut seen);
    let detail = optional(&table, "detail", &given, &mut seen);
    let population = table.table("population").map(|table| read_population(&table));
    if let Some(pass) = &pass {
        asks_for_approval(&table, population.is_some(), pass);
        nothing_idle(&table, &params, &reads, &seen);
    }
    let examples = read_examples(&table, given.per, &reads);
    Some(Check {
        id: CheckId::new(id?.text),
        title: title?.text,
        severity: severity?,
        source: SourceId::new(source?.text),
        reads: reads.into_iter().map(|word| SourceId::new(word.text)).collect(),
        reads_at_need: at_need.into_iter().map(|word| SourceId::new(word.text)).collect(),
        one_is_enough: table.flag("one_is_enough"),
        per: per?,
        when,
        pass: pass?,
        none: none?,
        detail,
        why: why?.text,
        remedy: remedy?.text,
        cli: cli::read(&table, &TemplateNames::row()),
        config_rules: table.texts("config_rules"),
        params: params.into_iter().map(|word| word.text).collect(),
        population: population.flatten(),
        examples,
    })
}

fn optional(table: &Table<'_>, key: &str, given: &Given<'_>, seen: &mut Seen) -> Option<Expression> {
    table.word(key).and_then(|word| expressions::read(table, &word, given, seen))
}

/// The file lies where its id says.
fn at_home(table: &Table<'_>, id: &Word, name: &str) {
    let home = id.text.replacen('.', "/", 1);
    if home != name {
        let message = format!("the check `{}` lies in `checks/{name}.toml`", id.text);
        let help = match name.split_once('/') {
            Some((service, rest)) => format!("move it to `checks/{home}.toml`, or write `id = \"{service}.{rest}\"`"),
            None => format!("move it to `checks/{home}.toml`"),
        };
        table.ledger.fault(&id.place, message, "not its file's name", help);
    }
}

/// What the check says it uses, it uses.
fn nothing_idle(table: &Table<'_>, params: &[Word], reads: &[Word], seen: &Seen) {
    for word in params.iter().filter(|word| !seen.params.contains(&word.text)) {
        let message = format!("no expression reads `params.{}`", word.text);
        table.ledger.fault(&word.place, message, "unused", "delete it from `params`");
    }
    for word in reads.iter().filter(|word| !seen.sources.contains(&word.text)) {
        let message = format!("no `find` or `rows` reads `{}`", word.text);
        table.ledger.fault(&word.place, message, "unused", "delete it from `reads`");
    }
}

/// What people are asked about a population.
fn read_population(table: &Table<'_>) -> Option<Population> {
    let table = table.clone().only(&["ask", "owner", "valid_days"]);
    let (ask, owner) = (table.need("ask"), table.need("owner"));
    table.choice("owner", &ASKED);
    table.demand("valid_days");
    let valid_days = table.count("valid_days");
    Some(Population { ask: ask?.text, owner: owner?.text, valid_days: valid_days? })
}

/// A check that says `approval(…)` says whom to ask, and one that says whom to ask has something to approve.
fn asks_for_approval(table: &Table<'_>, has_population: bool, pass: &Expression) {
    let asks = pass.functions().contains(APPROVAL);
    let (message, help) = match (asks, has_population) {
        (true, false) => (
            "the check waits for approvals and asks for none",
            "add a table `[population]` with `ask`, `owner` and `valid_days`",
        ),
        (false, true) => {
            ("nothing in `pass` waits for an approval", "say `approval(\"…\")` where it does, or delete `population`")
        }
        (true, true) | (false, false) => return,
    };
    table.ledger.fault(&table.place_of("pass"), message, "here", help);
}

fn read_examples(table: &Table<'_>, per: Per, reads: &[Word]) -> Vec<Example> {
    let examples: Vec<Example> =
        table.tables("example").into_iter().filter_map(|example| read_example(example, per, reads)).collect();
    let cases: BTreeSet<String> = table.tables("example").iter().filter_map(|example| example.text("case")).collect();
    let missing: Vec<&str> = ["pass", "fail", "absent"].into_iter().filter(|case| !cases.contains(*case)).collect();
    if !missing.is_empty() {
        let message = format!("the check has no example of {}", listed(&missing));
        let help = "add an `[[example]]` of each: what passes, what fails, and what comes of members that AWS left out";
        table.ledger.fault(&table.place_of("id"), message, "this check", help);
    }
    examples
}

fn read_example(table: Table<'_>, per: Per, reads: &[Word]) -> Option<Example> {
    let table = table.only(&["case", "verdict", "row", "rows", "others", "now", "params", "note"]);
    table.demand("case");
    let case = table.choice("case", &CASES);
    let verdict = read_verdict(&table, case);
    let (wanted, unwanted) = if per == Per::Row { ("row", "rows") } else { ("rows", "row") };
    table.demand(wanted);
    if table.has(unwanted) {
        let help = format!("this check judges {}: write `{wanted}`", if per == Per::Row { "rows" } else { "a place" });
        table.ledger.fault(&table.place_of(unwanted), format!("`{unwanted}` is not used"), "of no use", help);
    }
    let row = if per == Per::Row { table.table("row").map(|_| table.json("row")) } else { Some(Some(Value::Null)) };
    let now = table.word("now");
    if let Some(word) = now.as_ref().filter(|word| chrono::DateTime::parse_from_rfc3339(&word.text).is_err()) {
        let help = "write it like `2026-09-30T00:00:00Z`";
        table.ledger.fault(&word.place, format!("`{}` is not a time", word.text), "not RFC 3339", help);
    }
    Some(Example {
        others: read_others(&table, reads),
        case: case?,
        verdict: verdict?,
        row: row??,
        rows: if per == Per::Row { Vec::new() } else { table.json_list("rows") },
        now: now.map(|word| word.text),
        params: table.json_map("params"),
        note: table.text("note").unwrap_or_default(),
    })
}

/// `None`: a fault was noted; `Some(None)`: the row is not judged.
fn read_verdict(table: &Table<'_>, case: Option<Case>) -> Option<Option<Verdict>> {
    let written = table.choice("verdict", &VERDICTS);
    let implied = match case? {
        Case::Pass => Verdict::Pass,
        Case::Fail => Verdict::Fail,
        Case::Absent | Case::Other => {
            table.demand("verdict");
            return written;
        }
    };
    if written.is_some_and(|written| written != Some(implied)) {
        let message = format!("a `{}` example has another verdict", implied.words());
        table.ledger.fault(&table.place_of("verdict"), message, "contradicts `case`", "write `case = \"other\"`");
    }
    Some(Some(implied))
}

fn read_others(table: &Table<'_>, reads: &[Word]) -> BTreeMap<SourceId, Vec<Value>> {
    let Some(others) = table.table("others") else { return BTreeMap::new() };
    let mut rows = BTreeMap::new();
    for word in others.keys() {
        if !reads.iter().any(|read| read.text == word.text) {
            let names: Vec<&str> = reads.iter().map(|read| read.text.as_str()).collect();
            let help = format!(
                "add it to `reads`, which has {}",
                if names.is_empty() { "nothing".to_owned() } else { listed(&names) }
            );
            table.ledger.fault(&word.place, format!("the check does not read `{}`", word.text), "not in `reads`", help);
        }
        rows.insert(SourceId::new(word.text.clone()), others.json_list(&word.text));
    }
    rows
}
