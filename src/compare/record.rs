//! What history keeps of an assessment.

use std::collections::{BTreeMap, BTreeSet};

use super::resources::identities;
use crate::model::{
    Assessment, Catalog, CheckRecord, CheckResult, Coverage, Facts, Finding, FindingRecord, Judgement, Lasting, Sha256,
    Sight, Snapshot, SourceId, Verdict,
};

/// What judged.
#[derive(Debug, Clone, Copy)]
pub struct JudgedBy<'a> {
    /// Mappings, thresholds, frameworks, as one hash.
    pub definitions: Sha256,
    /// The documents that counted, as one hash.
    pub documents: Sha256,
    /// The definitions by which the evidence was collected, as one hash of the same kind.
    pub collected: Option<Sha256>,
    /// The tool.
    pub tool: &'a str,
}

/// Keeps what is needed to follow findings and counts: what is in order is only counted.
pub fn record(
    catalog: &Catalog,
    snapshot: &Snapshot,
    facts: &Facts,
    assessment: &Assessment,
    by: JudgedBy<'_>,
) -> Judgement {
    let identities = identities(catalog, facts);
    let finding = |finding: &Finding| FindingRecord {
        account: finding.account.clone(),
        region: finding.region.clone(),
        resource: finding.resource.clone(),
        verdict: finding.verdict,
        identity: identities.get(&(finding.account.clone(), finding.resource.clone())).cloned().unwrap_or_default(),
    };
    let open = |verdict: Verdict| matches!(verdict, Verdict::Fail | Verdict::Undetermined);
    let check = |check: &CheckResult| CheckRecord {
        severity: check.severity,
        verdict: check.verdict,
        lasting: Lasting::of(catalog, &check.id),
        open: check.findings.iter().filter(|one| open(one.verdict)).map(finding).collect(),
    };
    let accounts = snapshot.scope.accounts.iter();
    Judgement {
        format: Judgement::FORMAT,
        snapshot: assessment.snapshot,
        yardstick: by.definitions,
        documents: by.documents,
        tool: by.tool.to_owned(),
        time: snapshot.time,
        period: snapshot.period,
        collected_by: by.collected,
        places: accounts.map(|account| (account.id.clone(), account.regions.iter().cloned().collect())).collect(),
        checks: assessment.checks.iter().map(|one| (one.id.clone(), check(one))).collect(),
        totals: assessment.totals.clone(),
        sources: sights(snapshot, assessment),
    }
}

/// How completely each source could be read. What AWS keeps no longer (events of more than 90 days ago) is not a refusal.
fn sights(snapshot: &Snapshot, assessment: &Assessment) -> BTreeMap<SourceId, Sight> {
    let gaps: BTreeSet<&SourceId> = assessment
        .gaps
        .iter()
        .filter(|gap| gap.reason != crate::model::GapReason::OutOfRange)
        .map(|gap| &gap.source)
        .collect();
    let sight = |source: &SourceId| {
        let answered = |coverage: &Coverage| coverage.succeeded + coverage.absent > 0;
        match (gaps.contains(source), snapshot.coverage.get(source).is_some_and(answered)) {
            (false, _) => Sight::Whole,
            (true, true) => Sight::Partial,
            (true, false) => Sight::None,
        }
    };
    snapshot.scope.sources.iter().map(|source| (source.clone(), sight(source))).collect()
}
