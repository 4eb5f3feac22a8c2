//! AWS Config beside our verdicts: the rules that ask what our checks ask, and every contradiction.

use serde::Serialize;

use super::evidence::{Numbers, Refs};
use super::text::{counted, number};
use super::{Badge, FINDINGS_LISTED, Link, Text};
use crate::model::{CheckResult, ConfigWord, Finding, Standing, Witness};
use crate::report::Input;

/// The second witness.
#[derive(Debug, Serialize)]
pub(super) struct SecondWitness {
    /// `12 findings agree; 1 contradicts; …`, none if no equivalent rule is deployed.
    note: Option<String>,
    contradictions: Vec<Contradiction>,
    /// Says how many more there are and where.
    more: Option<String>,
    rules: Vec<RuleRow>,
}

/// A finding of which AWS Config says the opposite.
#[derive(Debug, Serialize)]
struct Contradiction {
    check: Link,
    resource: Text,
    account: Text,
    region: Text,
    verdict: Badge,
    reason: Text,
    word: Word,
    evidence: Refs,
}

/// A deployed rule.
#[derive(Debug, Serialize)]
struct RuleRow {
    rule: Text,
    identifier: Text,
    account: Text,
    region: Text,
    parameters: Option<Text>,
    compliant: String,
    non_compliant: String,
    check: Link,
}

/// AWS Config's word beside a finding.
#[derive(Debug, Serialize)]
pub(super) struct Word {
    compliance: &'static str,
    rules: Vec<Text>,
    standing: Badge,
}

impl Word {
    pub(super) fn new(word: &ConfigWord) -> Self {
        Self {
            compliance: word.compliance.words(),
            rules: word.rules.iter().map(|rule| Text::name(rule)).collect(),
            standing: word.standing.into(),
        }
    }
}

impl From<Standing> for Badge {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Agrees => Self::new("agrees", "pass"),
            Standing::Contradicts => Self::new("contradicts", "fail"),
            Standing::Beside => Self::new("beside", "na"),
            Standing::Decides => Self::new("decides", "awaiting"),
        }
    }
}

impl SecondWitness {
    pub(super) fn new(input: &Input<'_>, numbers: &mut Numbers<'_>) -> Self {
        let checks = || input.assessment.checks.iter();
        let contradicts =
            |finding: &&Finding| finding.config.as_ref().is_some_and(|word| word.standing == Standing::Contradicts);
        let all: Vec<(&CheckResult, &Finding)> = checks()
            .flat_map(|check| check.findings.iter().filter(contradicts).map(move |finding| (check, finding)))
            .collect();
        let more = all.len().saturating_sub(FINDINGS_LISTED);
        let shown = all.iter().take(FINDINGS_LISTED);
        let contradictions = shown.filter_map(|(check, finding)| {
            let word = finding.config.as_ref()?;
            let bodies: Vec<_> = finding.evidence.iter().chain(&word.evidence).copied().collect();
            Some(Contradiction {
                check: Link::to_check(check.id.as_str()),
                resource: Text::name(&finding.resource),
                account: Text::name(finding.account.as_str()),
                region: Text::name(finding.region.as_str()),
                verdict: finding.verdict.into(),
                reason: Text::name(&finding.reason),
                word: Word::new(word),
                evidence: numbers.cite(&bodies, Some((&finding.account, &finding.region))),
            })
        });
        let contradictions: Vec<Contradiction> = contradictions.collect();
        contradictions.iter().for_each(|row| numbers.print(&row.evidence));
        let rules = checks().flat_map(|check| check.witnesses.iter().map(|witness| rule(check, witness)));
        let rules: Vec<RuleRow> = rules.collect();
        Self {
            contradictions,
            more: (more > 0)
                .then(|| format!("And {} in assessment.json.", counted(more, "contradiction", "contradictions"))),
            note: (!rules.is_empty()).then(|| note(input)),
            rules,
        }
    }
}

fn note(input: &Input<'_>) -> String {
    let count = |standing: Standing| input.assessment.totals.config.of(standing);
    format!(
        "{} with AWS Config; {}; {} only in part or beside an open verdict; {} by its word, because our own call was \
         refused.",
        counted(count(Standing::Agrees), "finding agrees", "findings agree"),
        counted(count(Standing::Contradicts), "contradicts it", "contradict it"),
        counted(count(Standing::Beside), "is answered", "are answered"),
        counted(count(Standing::Decides), "is decided", "are decided"),
    )
}

fn rule(check: &CheckResult, witness: &Witness) -> RuleRow {
    RuleRow {
        rule: Text::name(&witness.rule),
        identifier: Text::name(&witness.identifier),
        account: Text::name(witness.account.as_str()),
        region: Text::name(witness.region.as_str()),
        parameters: Some(&witness.parameters).filter(|text| !text.is_empty()).map(|text| Text::name(text)),
        compliant: number(witness.compliant),
        non_compliant: number(witness.non_compliant),
        check: Link::to_check(check.id.as_str()),
    }
}
