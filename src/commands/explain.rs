//! `checks explain`: a check, the requirements it supports, and what it said of a snapshot and why.

pub(super) mod result;

use miette::miette;
use serde_json::json;

use super::context::Context;
use super::exit::Exit;
use super::supported::requirements;
use super::table::visible;
use crate::assess::{Explained, Seen, Sight};
use crate::case::{CaseError, StoredSnapshot};
use crate::catalog;
use crate::cli::ChecksExplain;
use crate::model::{Catalog, Check, CheckId, Per, Verdict};
use crate::vault::{Selector, Stored, Vault, VaultError};
use result::{Explanation, cut};

/// Findings, and rows of a place, that are shown without `--all`.
const SHOWN: usize = 20;
/// Characters of a value on the terminal.
const SHORT: usize = 160;

pub(super) fn run(catalog: &Catalog, flags: &ChecksExplain, context: &mut Context<'_>) -> miette::Result<Exit> {
    let id = flags.id.trim();
    let check = catalog.checks.get(&CheckId::from(id)).ok_or_else(|| {
        let near = catalog::remedy(id, catalog.checks.keys().map(|known| known.as_str()));
        let help = format!("{near} (`auditpack checks list` names them all)");
        miette!(help = help, "there is no check `{}`", visible(id))
    })?;
    let limit = if flags.all { usize::MAX } else { SHOWN };
    let judged = judge(catalog, check, limit, context)?;
    if context.json() {
        context.print_json(&Explanation::new(catalog, check, judged.as_ref()))?;
        return Ok(Exit::Ok);
    }
    context.say(&explanation(catalog, check))?;
    if let Some((stored, explained)) = &judged {
        context.say(&in_snapshot(check, stored, explained))?;
    }
    Ok(Exit::Ok)
}

/// Judges the snapshot again, if there is one. `latest` is a flag's default: without a vault, a snapshot or settings
/// there is nothing to show; one that was asked for by its id must be there.
fn judge(
    catalog: &Catalog,
    check: &Check,
    limit: usize,
    context: &Context<'_>,
) -> miette::Result<Option<(Stored, Explained)>> {
    let by_default = context.options.snapshot == Selector::Latest;
    let vault = match Vault::open(&context.options.vault) {
        Err(VaultError::None(_)) if by_default => return Ok(None),
        opened => opened?,
    };
    let snapshot = match StoredSnapshot::find(&vault, &context.options.snapshot) {
        Err(CaseError::Vault(VaultError::Empty(_))) if by_default => return Ok(None),
        found => found?,
    };
    if by_default && !context.options.config.exists() {
        context.note(&format!(
            "no settings file `{}`: what the check said of snapshot {} is not shown",
            context.options.config.display(),
            snapshot.stored.id.short()
        ));
        return Ok(None);
    }
    let settings = context.settings(catalog)?;
    let snapshot = snapshot.must_be_for(settings.period)?;
    let facts = snapshot.facts(catalog)?;
    let stored = snapshot.stored;
    let of = (stored.id, &stored.snapshot);
    let explained = crate::assess::explain(catalog, &settings, of, &facts, &check.id, limit);
    Ok(explained.map(|explained| (stored, explained)))
}

/// What is known of the check itself.
fn explanation(catalog: &Catalog, check: &Check) -> String {
    let mut lines = vec![format!("{}  ({})", check.id, check.severity.words()), visible(&check.title), String::new()];
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            let text: Vec<String> = text.lines().map(visible).collect();
            lines.push(format!("{name:<11}{}", text.join("\n           ")));
        }
    };
    let source = catalog.sources.get(&check.source).map(|source| source.title.as_str()).unwrap_or_default();
    line("source", &format!("{} — {source}", check.source));
    let reads: Vec<_> = check.reads.iter().map(|source| source.as_str()).collect();
    line("reads too", &reads.join(", "));
    line("judges", per(check));
    line("when", check.when.as_ref().map(|when| when.text()).unwrap_or_default());
    line("pass", check.pass.text());
    line("no rows", check.none.words());
    line("why", &check.why);
    line("remedy", &check.remedy);
    line("config", &check.config_rules.join(", "));
    for name in &check.params {
        if let Some(param) = catalog.params.get(name) {
            line("parameter", &format!("{name} = {} — {}", param.default, param.title));
        }
    }
    for (framework, ids) in requirements(catalog, &check.id) {
        line(&format!("{framework} "), &ids.join(", "));
    }
    for example in &check.examples {
        let verdict = example.verdict.map_or("not judged", |verdict| verdict.words());
        let row = if example.row.is_null() { json!(example.rows) } else { example.row.clone() };
        let note = if example.note.is_empty() { String::new() } else { format!(" — {}", example.note) };
        line("example", &format!("{verdict}: {row}{note}"));
    }
    lines.join("\n")
}

fn per(check: &Check) -> &'static str {
    match check.per {
        Per::Row => "each row",
        Per::Region => "all rows of a region at once",
        Per::Account => "all rows of an account at once",
    }
}

/// What it said of the snapshot: the worst first.
fn in_snapshot(check: &Check, stored: &Stored, explained: &Explained) -> String {
    let result = &explained.result;
    let mut text = format!(
        "\nSnapshot {} of {}: {}\n",
        stored.id.short(),
        stored.snapshot.time.format("%Y-%m-%d %H:%M UTC"),
        result.verdict.words()
    );
    let of_rows = match check.per {
        Per::Row => format!("{} of {} rows judged", explained.judged, explained.rows),
        Per::Region | Per::Account => format!("{} rows, judged by place", explained.rows),
    };
    let count = |verdict: Verdict| result.findings.iter().filter(|finding| finding.verdict == verdict).count();
    text.push_str(&format!(
        "{of_rows}; findings: {} fail, {} undetermined, {} pass, {} not applicable\n",
        count(Verdict::Fail),
        count(Verdict::Undetermined),
        count(Verdict::Pass),
        count(Verdict::NotApplicable)
    ));
    if let Some(reason) = &result.reason {
        text.push_str(&format!("{}\n", visible(reason)));
    }
    for (finding, seen) in &explained.shown {
        let word = finding.verdict.words().to_uppercase();
        let place = format!("{} {}", finding.account, finding.region);
        let exception = if finding.exception.is_some() { " (exception)" } else { "" };
        text.push_str(&format!("\n{word:<13}{}  {}{exception}\n", visible(&finding.resource), visible(&place)));
        if !finding.reason.is_empty() {
            text.push_str(&format!("             {}\n", visible(&finding.reason)));
        }
        for one in seen {
            let row = if check.per == Per::Row { String::new() } else { format!("{}: ", visible(&one.row)) };
            text.push_str(&format!("             {row}{}\n", sight(one)));
        }
    }
    let left = result.findings.len() - explained.shown.len();
    if left > 0 {
        text.push_str(&format!("\nand {left} more (--all shows them)\n"));
    }
    text.trim_end().to_owned()
}

fn sight(seen: &Seen) -> String {
    let what = match &seen.sight {
        Sight::Value(value) => {
            let text = value.to_string();
            format!("= {}", visible(&cut(&text, SHORT).unwrap_or(text)))
        }
        Sight::Absent => "is not in AWS's answer".to_owned(),
        Sight::Unread(reason) => format!("is unknown: {}", visible(reason)),
    };
    let member = if seen.member.is_empty() { "row".to_owned() } else { visible(&seen.member) };
    format!("{member} {what}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SHORT, sight};
    use crate::assess::{Seen, Sight};

    fn seen(sight: Sight) -> Seen {
        Seen { row: "arn".to_owned(), member: "na\u{1b}[31mme".to_owned(), sight }
    }

    #[test]
    fn hostile_values_are_shown_and_not_obeyed_and_long_ones_end() {
        let shown = sight(&seen(Sight::Value(json!("\u{1b}[2J\u{202e}txt.exe\r\n"))));
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\r', '\n']), "{shown}");
        assert!(shown.contains("\\u{202e}txt.exe"), "{shown}");
        let reason = sight(&seen(Sight::Unread("\u{9b}0m".to_owned())));
        assert!(!reason.contains('\u{9b}'), "{reason}");
        let long = seen(Sight::Value(json!("ä".repeat(10_000))));
        assert!(sight(&long).chars().count() < SHORT + 60);
    }
}
