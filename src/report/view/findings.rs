//! What the checks say: every failing and undetermined one with its findings, the others as counts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::evidence::{Numbers, Refs};
use super::text::{anchor, counted, number, requirement_anchor};
use super::witness::Word;
use super::{Badge, FINDINGS_LISTED, FINDINGS_PRINTED, Link, Text, deviations};
use crate::model::{Assessment, CheckId, CheckResult, CheckUse, Finding, RequirementResult, Severity, Verdict};
use crate::report::Input;

pub(crate) const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

/// The findings section.
#[derive(Debug, Serialize)]
pub(super) struct Findings {
    /// A row per severity: checks by verdict, failing resources.
    summary: Vec<SeverityRow>,
    /// Failing and undetermined checks; a severity without any is left out.
    severities: Vec<SeverityGroup>,
    /// Checks that pass or have nothing to judge, as counts.
    others: Vec<CheckRow>,
}

#[derive(Debug, Serialize)]
struct SeverityRow {
    severity: &'static str,
    /// Checks that fail, are undetermined, pass, do not apply, in this order.
    checks: Vec<usize>,
    /// Failing findings.
    failing: String,
}

#[derive(Debug, Serialize)]
struct SeverityGroup {
    /// `severity-critical`.
    anchor: String,
    severity: &'static str,
    /// Failing first, then undetermined.
    checks: Vec<Check>,
}

/// A failing or undetermined check.
#[derive(Debug, Serialize)]
struct Check {
    anchor: String,
    id: Text,
    title: Text,
    severity: &'static str,
    verdict: Badge,
    /// Why, when no finding says it.
    reason: Option<Text>,
    why: Text,
    remedy: Text,
    /// The equivalent AWS Config rules.
    config_rules: Vec<Text>,
    /// `2 fail, 14 pass`.
    counts: String,
    /// The requirements that it supports.
    requirements: Vec<Link>,
    /// Failing, then undetermined ones.
    findings: Vec<FindingLine>,
    /// Those that the PDF prints.
    printed: usize,
    /// Says how many it does not print, and where they are.
    unprinted: Option<String>,
    /// Says how many more there are and where.
    more: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize)]
struct FindingLine {
    resource: Text,
    account: Text,
    region: Text,
    verdict: Badge,
    reason: Text,
    evidence: Refs,
    exception: Option<ShownException>,
    /// What AWS Config says of the same.
    config: Option<Word>,
}

/// The exception beside a finding.
#[derive(Debug, Serialize)]
struct ShownException {
    state: Badge,
    reason: Text,
    approver: Text,
    until: String,
    href: String,
}

/// A check of which only the counts are shown.
#[derive(Debug, Serialize)]
struct CheckRow {
    anchor: String,
    id: Text,
    title: Text,
    severity: &'static str,
    verdict: Badge,
    counts: String,
    reason: Option<Text>,
}

/// `2 fail, 1 undetermined, 14 pass`.
pub(super) fn counts(check: &CheckResult) -> String {
    let verdicts = [Verdict::Fail, Verdict::Undetermined, Verdict::Pass, Verdict::NotApplicable];
    let counts: Vec<String> = verdicts
        .into_iter()
        .map(|verdict| (verdict, check.findings.iter().filter(|finding| finding.verdict == verdict).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{} {}", number(count), verdict.words()))
        .collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

impl Findings {
    pub(super) fn new(input: &Input<'_>, numbers: &mut Numbers<'_>) -> Self {
        let supported = supported(input.assessment);
        let mut severities = Vec::new();
        for severity in SEVERITIES {
            let of_verdict = |verdict: Verdict| checks(input, severity).filter(move |check| check.verdict == verdict);
            let checks: Vec<Check> = of_verdict(Verdict::Fail)
                .chain(of_verdict(Verdict::Undetermined))
                .map(|check| self::check(input, numbers, &supported, check))
                .collect();
            if !checks.is_empty() {
                severities.push(SeverityGroup {
                    anchor: anchor("severity", severity.words()),
                    severity: severity.words(),
                    checks,
                });
            }
        }
        let good = |check: &&CheckResult| matches!(check.verdict, Verdict::Pass | Verdict::NotApplicable);
        Self {
            summary: SEVERITIES.iter().map(|severity| severity_row(input, *severity)).collect(),
            severities,
            others: input.assessment.checks.iter().filter(good).map(check_row).collect(),
        }
    }
}

fn checks<'a>(input: &Input<'a>, severity: Severity) -> impl Iterator<Item = &'a CheckResult> + use<'a> {
    input.assessment.checks.iter().filter(move |check| check.severity == severity)
}

fn severity_row(input: &Input<'_>, severity: Severity) -> SeverityRow {
    let verdicts = [Verdict::Fail, Verdict::Undetermined, Verdict::Pass, Verdict::NotApplicable];
    let count = |verdict: Verdict| checks(input, severity).filter(|check| check.verdict == verdict).count();
    let failing = checks(input, severity)
        .map(|check| check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count())
        .sum();
    SeverityRow { severity: severity.words(), checks: verdicts.map(count).into(), failing: number(failing) }
}

/// The requirements that each check supports.
pub(crate) fn supported(assessment: &Assessment) -> BTreeMap<&CheckId, Vec<&RequirementResult>> {
    let mut supported: BTreeMap<&CheckId, Vec<&RequirementResult>> = BTreeMap::new();
    for requirement in &assessment.requirements {
        for CheckUse { id, .. } in &requirement.customer_part.checks {
            supported.entry(id).or_default().push(requirement);
        }
    }
    supported
}

fn check(
    input: &Input<'_>,
    numbers: &mut Numbers<'_>,
    supported: &BTreeMap<&CheckId, Vec<&RequirementResult>>,
    check: &CheckResult,
) -> Check {
    let definition = input.catalog.checks.get(&check.id);
    let of_verdict = |verdict: Verdict| check.findings.iter().filter(move |finding| finding.verdict == verdict);
    let bad: Vec<&Finding> = of_verdict(Verdict::Fail).chain(of_verdict(Verdict::Undetermined)).collect();
    let more = bad.len().saturating_sub(FINDINGS_LISTED);
    let findings: Vec<FindingLine> =
        bad.iter().take(FINDINGS_LISTED).map(|finding| line(input, numbers, finding)).collect();
    findings.iter().take(FINDINGS_PRINTED).for_each(|line| numbers.print(&line.evidence));
    let elsewhere = |count: usize| {
        (count > 0).then(|| format!("And {} in assessment.json.", counted(count, "more finding", "more findings")))
    };
    Check {
        anchor: anchor("check", check.id.as_str()),
        id: Text::name(check.id.as_str()),
        title: Text::prose(&check.title),
        severity: check.severity.words(),
        verdict: check.verdict.into(),
        reason: check.reason.as_deref().map(Text::prose),
        why: definition.map(|check| Text::prose(&check.why)).unwrap_or_default(),
        remedy: definition.map(|check| Text::prose(&check.remedy)).unwrap_or_default(),
        config_rules: definition
            .map(|check| check.config_rules.iter().map(|rule| Text::name(rule)).collect())
            .unwrap_or_default(),
        counts: counts(check),
        requirements: supported
            .get(&check.id)
            .into_iter()
            .flatten()
            .map(|requirement| Link::new(requirement.id.as_str(), format!("#{}", requirement_anchor(requirement))))
            .collect(),
        findings,
        printed: FINDINGS_PRINTED,
        unprinted: elsewhere(bad.len().saturating_sub(FINDINGS_PRINTED)),
        more: elsewhere(more),
    }
}

fn line(input: &Input<'_>, numbers: &mut Numbers<'_>, finding: &Finding) -> FindingLine {
    let exception = finding.exception.and_then(|index| Some((index, input.assessment.exceptions.get(index)?)));
    FindingLine {
        resource: Text::name(&finding.resource),
        account: Text::name(finding.account.as_str()),
        region: Text::name(finding.region.as_str()),
        verdict: finding.verdict.into(),
        reason: Text::name(&finding.reason),
        evidence: numbers.cite(&finding.evidence, Some((&finding.account, &finding.region))),
        exception: exception.map(|(index, exception)| ShownException {
            state: deviations::state(exception.state),
            reason: Text::prose(&exception.reason),
            approver: Text::prose(&exception.approver),
            until: exception.until.to_string(),
            href: format!("#exception-{}", index + 1),
        }),
        config: finding.config.as_ref().map(Word::new),
    }
}

fn check_row(check: &CheckResult) -> CheckRow {
    CheckRow {
        anchor: anchor("check", check.id.as_str()),
        id: Text::name(check.id.as_str()),
        title: Text::prose(&check.title),
        severity: check.severity.words(),
        verdict: check.verdict.into(),
        counts: counts(check),
        reason: check.reason.as_deref().map(Text::prose),
    }
}
