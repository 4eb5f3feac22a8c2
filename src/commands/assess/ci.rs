//! An assessment for continuous integration: JUnit's XML, and a summary in Markdown.

use std::collections::BTreeMap;

use miette::IntoDiagnostic as _;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::left_out;
use crate::case::{Case, StoredSnapshot, Yardstick};
use crate::commands::collect::incomplete;
use crate::commands::diff::verdict;
use crate::commands::table::visible;
use crate::document::{Cell, Document};
use crate::model::{Assessment, CheckResult, Finding, Status, Verdict, Words as _};

/// Findings named of a check in a test's message.
const NAMED: usize = 20;

/// A test suite a service, a test a check: a fail is a failure, what is undetermined an error, what does not apply is
/// skipped.
pub(super) fn junit(assessment: &Assessment) -> miette::Result<Vec<u8>> {
    let mut suites: BTreeMap<&str, Vec<&CheckResult>> = BTreeMap::new();
    for check in &assessment.checks {
        let service = check.id.as_str().split('.').next().unwrap_or_default();
        suites.entry(service).or_default().push(check);
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).into_diagnostic()?;
    let counts = counts(assessment.checks.iter());
    let root = writer.create_element("testsuites").with_attribute(("name", "auditpack"));
    // The format that Jenkins publishes has no sum of what was skipped here, only in each suite.
    let sums = counts.iter().filter(|(name, _)| *name != "skipped");
    let root = root.with_attributes(sums.map(|(name, count)| (*name, count.as_str())));
    root.write_inner_content(|writer| {
        suites.iter().try_for_each(|(service, checks)| suite(writer, assessment, service, checks))
    })
    .into_diagnostic()?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn counts<'a>(checks: impl Iterator<Item = &'a CheckResult> + Clone) -> [(&'static str, String); 4] {
    let of = |verdict: Verdict| checks.clone().filter(|check| check.verdict == verdict).count();
    [
        ("tests", checks.clone().count().to_string()),
        ("failures", of(Verdict::Fail).to_string()),
        ("errors", of(Verdict::Undetermined).to_string()),
        ("skipped", of(Verdict::NotApplicable).to_string()),
    ]
}

fn suite(
    writer: &mut Writer<Vec<u8>>,
    assessment: &Assessment,
    service: &str,
    checks: &[&CheckResult],
) -> std::io::Result<()> {
    let time = assessment.time.format("%Y-%m-%dT%H:%M:%S").to_string();
    let counts = counts(checks.iter().copied());
    let element = writer.create_element("testsuite").with_attributes([("name", service), ("timestamp", &time)]);
    let element = element.with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())));
    element.write_inner_content(|writer| checks.iter().try_for_each(|check| test(writer, service, check)))?;
    Ok(())
}

fn test(writer: &mut Writer<Vec<u8>>, service: &str, check: &CheckResult) -> std::io::Result<()> {
    let class = format!("auditpack.{service}");
    let attributes = [("classname", class.as_str()), ("name", check.id.as_str()), ("time", "0")];
    let element = writer.create_element("testcase").with_attributes(attributes);
    let kind = match check.verdict {
        Verdict::Pass => return element.write_empty().map(drop),
        Verdict::Fail => "failure",
        Verdict::Undetermined => "error",
        Verdict::NotApplicable => "skipped",
    };
    let message = visible(&format!("{} ({})", check.title, check.severity.words()));
    element.write_inner_content(|writer| {
        let result = writer.create_element(kind).with_attribute(("message", message.as_str()));
        match check.verdict {
            Verdict::NotApplicable => result.write_empty().map(drop),
            _ => {
                let typed = result.with_attribute(("type", check.severity.words()));
                typed.write_text_content(BytesText::new(&told(check))).map(drop)
            }
        }
    })?;
    Ok(())
}

/// The findings that decide, a line each.
fn told(check: &CheckResult) -> String {
    let deciding: Vec<&Finding> = check.findings.iter().filter(|finding| finding.verdict == check.verdict).collect();
    let line = |finding: &&Finding| {
        let excepted = if finding.exception.is_some() { " (covered by an exception)" } else { "" };
        format!(
            "{} in {} {}: {}{excepted}",
            visible(&finding.resource),
            finding.account,
            finding.region,
            visible(&finding.reason)
        )
    };
    let mut lines: Vec<String> = deciding.iter().take(NAMED).map(line).collect();
    if deciding.len() > NAMED {
        lines.push(format!("and {} more", deciding.len() - NAMED));
    }
    lines.extend(check.reason.as_deref().map(visible));
    lines.join("\n")
}

/// Where everything stands, short enough for a pull request.
pub(super) fn summary(case: &Case<StoredSnapshot>, shown: usize) -> Document {
    let Assessment { snapshot, period, time, checks, gaps, totals, .. } = &case.assessment;
    let Yardstick { catalog, settings, .. } = &case.yardstick;
    let mut page = Document::new(
        format!("Audit readiness of {}", settings.organization),
        vec![
            format!("snapshot {} of {}", snapshot.short(), time.format("%Y-%m-%d %H:%M UTC")),
            format!("period {} to {}", period.start, period.end),
        ],
    );
    let count = |verdict: Verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    page.line(format!(
        "Checks: {} pass, {} fail, {} undetermined, {} not applicable, of {}",
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::Undetermined),
        count(Verdict::NotApplicable),
        checks.len()
    ));
    if !gaps.is_empty() {
        page.alarm(incomplete(gaps));
    }
    let frameworks = settings.frameworks.iter().filter_map(|id| {
        let (framework, counts) = (catalog.frameworks.get(id)?, totals.frameworks.get(id)?);
        let mut row = vec![Cell::from(framework.title.as_str())];
        row.extend(Status::ALL.iter().map(|status| Cell::number(counts.status.of(*status))));
        row.push(Cell::number(counts.requirements));
        Some(row)
    });
    page.heading("Requirements");
    let heads = ["framework", "satisfied", "not met", "awaiting evidence", "undetermined", "not applicable", "of"];
    page.table("By status", &heads, frameworks.collect(), usize::MAX);
    left_out::lines(&case.assessment, catalog).into_iter().for_each(|line| page.line(line));
    let mut open: Vec<&CheckResult> =
        checks.iter().filter(|check| matches!(check.verdict, Verdict::Fail | Verdict::Undetermined)).collect();
    open.sort_by_key(|check| (check.verdict != Verdict::Fail, check.severity, check.id.clone()));
    let row = |check: &&CheckResult| {
        let findings = check.findings.iter().filter(|finding| finding.verdict == check.verdict).count();
        vec![
            verdict(check.verdict),
            Cell::from(check.severity.words()),
            Cell::code(check.id.as_str()),
            Cell::from(check.title.as_str()),
            Cell::number(findings),
        ]
    };
    page.heading("Checks that fail or are undetermined");
    let heads = ["verdict", "severity", "check", "what is good", "findings"];
    page.table("Worst first", &heads, open.iter().map(row).collect(), shown);
    page
}
