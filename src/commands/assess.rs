//! `assess`: judge a snapshot.

mod ci;
mod left_out;

use std::collections::BTreeSet;

use super::context::Context;
use super::diff;
use super::document;
use super::exit::Exit;
use super::table::{Table, visible};
use crate::case::{Case, StoredSnapshot, Yardstick};
use crate::cli::{Assess, FailOn, Format};
use crate::model::{
    AgedList, Assessment, AttestationId, CheckResult, ExceptionState, ExceptionTerm, Standing, Status, Target, Verdict,
    open_requests,
};

/// Findings printed a check before the rest is only counted; `-v` prints all.
const FINDINGS_SHOWN: usize = 5;

pub(super) fn run(flags: &Assess, context: &mut Context<'_>) -> miette::Result<Exit> {
    let case = context.case()?;
    match context.options.format {
        Format::Json => context.print_json(&case.assessment)?,
        Format::Junit => context.print(&ci::junit(&case.assessment)?)?,
        Format::Markdown => document::print(&ci::summary(&case, document::rows_shown(context)), context)?,
        _ => context.say(&summary(&case, context.options.verbose > 0))?,
    }
    let assessment = &case.assessment;
    let failing = fails(flags, &case, context)?;
    Ok(match failing {
        true => Exit::Failing,
        false if !assessment.gaps.is_empty() => Exit::Incomplete,
        false => Exit::Ok,
    })
}

/// Whether something is there that the user wants to fail on; what is new, only a comparison shows.
fn fails(flags: &Assess, case: &Case<StoredSnapshot>, context: &Context<'_>) -> miette::Result<bool> {
    if flags.fail_on.iter().any(|which| diff::concerns(&case.assessment.checks, *which)) {
        return Ok(true);
    }
    if !flags.fail_on.contains(&FailOn::New) {
        return Ok(false);
    }
    match case.holdings.stored.snapshot.previous {
        None => {
            context.note("note: there is no snapshot before this one: every failing finding is new");
            Ok(diff::concerns(&case.assessment.checks, FailOn::Any))
        }
        Some(previous) => {
            let (before, after) = (previous.to_string(), case.holdings.stored.id.to_string());
            Ok(diff::shows(&diff::between(&before, &after, context)?, FailOn::New))
        }
    }
}

fn summary(case: &Case<StoredSnapshot>, all: bool) -> String {
    let Assessment { snapshot, period, time, checks, gaps, totals, .. } = &case.assessment;
    let mut text = format!(
        "Snapshot {} of {}, period {} to {}\n",
        snapshot.short(),
        time.format("%Y-%m-%d %H:%M UTC"),
        period.start,
        period.end
    );
    let mut open: Vec<_> =
        checks.iter().filter(|check| matches!(check.verdict, Verdict::Fail | Verdict::Undetermined)).collect();
    open.sort_by_key(|check| (check.verdict != Verdict::Fail, check.severity, check.id.clone()));
    for check in open {
        text.push_str(&check_lines(check, all));
    }
    let count = |verdict: Verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    text.push_str(&format!(
        "\nChecks: {} pass, {} fail, {} undetermined, {} not applicable, of {}\n\n",
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::Undetermined),
        count(Verdict::NotApplicable),
        checks.len()
    ));
    let mut table =
        Table::new(["framework", "satisfied", "not met", "awaiting evidence", "undetermined", "not applicable", "of"]);
    let Yardstick { catalog, settings, .. } = &case.yardstick;
    for id in &settings.frameworks {
        let (Some(framework), Some(counts)) = (catalog.frameworks.get(id), totals.frameworks.get(id)) else {
            continue;
        };
        let of = |status: Status| counts.status.of(status).to_string();
        table.row([
            &framework.title,
            &of(Status::Satisfied),
            &of(Status::Gap),
            &of(Status::AwaitingEvidence),
            &of(Status::Undetermined),
            &of(Status::NotApplicable),
            &counts.requirements.to_string(),
        ]);
    }
    text.push_str(&table.to_string());
    for line in left_out::lines(&case.assessment, catalog) {
        text.push_str(&format!("\n{line}"));
    }
    text.push_str(&second_witness(&case.assessment));
    text.push_str(&exceptions(&case.assessment));
    text.push_str(&aged(&case.assessment));
    text.push_str(&documents(case));
    if !gaps.is_empty() {
        text.push_str(&format!("\n\n{}\n", super::collect::incomplete(gaps)));
        text.push_str(&super::collect::gap_table(gaps));
    }
    text
}

/// What AWS Config says beside us; nothing where it is silent.
fn second_witness(assessment: &Assessment) -> String {
    let count = |standing: Standing| assessment.totals.config.of(standing);
    let (agrees, contradicts, decides) =
        (count(Standing::Agrees), count(Standing::Contradicts), count(Standing::Decides));
    if agrees + contradicts + decides == 0 {
        return String::new();
    }
    let mut text =
        format!("\n\nAWS Config beside us: {agrees} agree, {contradicts} contradict, {decides} decided by it");
    for check in &assessment.checks {
        for finding in &check.findings {
            if let Some(word) = finding.config.as_ref().filter(|word| word.standing == Standing::Contradicts) {
                let (ours, resource) = (finding.verdict.words(), visible(&finding.resource));
                let theirs = word.compliance.words();
                text.push_str(&format!("\n    {}: {resource}: we say {ours}, AWS Config says {theirs}", check.id));
            }
        }
    }
    text
}

/// Lists that are too old to be relied on.
fn aged(assessment: &Assessment) -> String {
    let line = |list: &AgedList| {
        let AgedList { name, dated, days, .. } = list;
        format!("\n    {name}: of {dated}, {days} days old; use a newer auditpack, or set it in `[params]`")
    };
    match assessment.aged.as_slice() {
        [] => String::new(),
        lists => format!("\n\nWarning: lists that have grown old{}", lists.iter().map(line).collect::<String>()),
    }
}

/// Exceptions to review: run out, covering nothing, or running for longer than a year.
fn exceptions(assessment: &Assessment) -> String {
    let mut table = Table::new(["exception", "until", "state", "approver", "resources"]);
    let mut lines = 0;
    for exception in &assessment.exceptions {
        let mut words = vec![match exception.state {
            ExceptionState::Used => "in use",
            ExceptionState::Unused => "unused",
            ExceptionState::Expired => "expired",
        }];
        if exception.term == ExceptionTerm::LongerThanAYear {
            words.push("longer than a year");
        }
        if words == ["in use"] {
            continue;
        }
        lines += 1;
        let until = exception.until.to_string();
        let resources = exception.resources.join(", ");
        table.row([exception.check.as_str(), &until, &words.join(", "), &exception.approver, &resources]);
    }
    match lines {
        0 => String::new(),
        _ => format!("\n\nWarning: {lines} of {} exceptions to look at again\n{table}", assessment.exceptions.len()),
    }
}

/// What people attached and are still asked for, and the documents that no requirement of the chosen frameworks uses.
fn documents(case: &Case<StoredSnapshot>) -> String {
    let assessment = &case.assessment;
    let open = match open_requests(assessment, &case.yardstick.catalog).len() {
        0 => "no request is open".to_owned(),
        1 => "1 request is open (`auditpack attest requests`)".to_owned(),
        several => format!("{several} requests are open (`auditpack attest requests`)"),
    };
    let parts = assessment.requirements.iter().map(|requirement| &requirement.customer_part);
    let uses =
        parts.flat_map(|part| part.manual.iter().flat_map(|manual| &manual.attestations).chain(&part.supporting));
    let used: BTreeSet<AttestationId> = uses.map(|one| one.id).collect();
    let of_aws = |target: &Target| matches!(target, Target::Report(_));
    let idle = assessment.attestations.iter().filter(|one| !used.contains(&one.id) && !one.targets.iter().any(of_aws));
    let idle: Vec<String> = idle.map(|one| one.id.to_string()).collect();
    let mut text = format!("\n\nDocuments: {} attached, {open}", assessment.attestations.len());
    if !idle.is_empty() {
        text.push_str(&format!("\n  for nothing in the chosen frameworks: {}", idle.join(", ")));
    }
    text
}

fn check_lines(check: &CheckResult, all: bool) -> String {
    let word = console::style(format!("{:<13}", check.verdict.words().to_uppercase())).bold();
    let word = if check.verdict == Verdict::Fail { word.red() } else { word.yellow() };
    let mut text = format!("\n{word} {:<9} {}  {}\n", check.severity.words(), check.id, check.title);
    if let Some(reason) = &check.reason {
        text.push_str(&format!("    {}\n", visible(reason)));
    }
    let findings: Vec<_> = check.findings.iter().filter(|finding| finding.verdict == check.verdict).collect();
    let shown = if all { findings.len() } else { FINDINGS_SHOWN };
    for finding in findings.iter().take(shown) {
        let exception = if finding.exception.is_some() { " (exception)" } else { "" };
        text.push_str(&format!("    {}{exception}: {}\n", visible(&finding.resource), visible(&finding.reason)));
    }
    if findings.len() > shown {
        text.push_str(&format!("    and {} more (-v shows them)\n", findings.len() - shown));
    }
    text
}
