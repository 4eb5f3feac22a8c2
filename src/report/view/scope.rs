//! Scope and completeness: what was to be asked, what came, and every gap.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::evidence::{Numbers, Refs};
use super::text::{counted, moment, number};
use super::{Badge, Fact, GAPS_LISTED, GAPS_PRINTED, Text};
use crate::model::{
    AccountId, AccountScope, Answer, Gap, GapReason, Offers, OffersKnownBy, Region, SourceId, SourceScope,
};
use crate::report::Input;

/// Regions side by side in one matrix; more of them begin a further one, so that it fits a page.
const COLUMNS: usize = 6;

/// The scope section.
#[derive(Debug, Serialize)]
pub(super) struct Scope {
    /// The denominators over all sources.
    totals: Vec<Fact>,
    accounts: Vec<Account>,
    /// A row per source of the scope.
    sources: Vec<SourceRow>,
    /// Sources by region: read, absent and gap counts.
    matrices: Vec<Matrix>,
    /// Gaps by reason.
    reasons: Vec<ReasonRow>,
    gaps: Vec<GapRow>,
    /// Says how many more there are and where.
    more_gaps: Option<String>,
    /// How many of them the PDF prints.
    printed: usize,
    /// Says how many it does not print, and where they are.
    unprinted: Option<String>,
    /// `138 sources were read whole wherever asked`.
    whole: String,
}

#[derive(Debug, Serialize)]
struct Account {
    id: Text,
    alias: Option<Text>,
    partition: Text,
    regions: Vec<Text>,
    disabled: Vec<Text>,
    excluded: Vec<Text>,
    /// What AWS does not offer in some of the regions: `outposts in ap-east-2, eu-central-2`.
    not_offered: Vec<Text>,
    /// What says so: `AWS's public parameters, read for this snapshot`.
    not_offered_by: Text,
}

/// A source and what became of its calls.
#[derive(Debug, Serialize)]
struct SourceRow {
    id: Text,
    title: Text,
    /// `each region`, `each account`, `the organization`.
    asked: &'static str,
    attempted: String,
    succeeded: String,
    absent: String,
    gaps: String,
    state: Badge,
}

/// An account's sources by region, at most six regions wide.
#[derive(Debug, Serialize)]
struct Matrix {
    account: Text,
    regions: Vec<Text>,
    rows: Vec<MatrixRow>,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    id: Text,
    title: Text,
    cells: Vec<Cell>,
}

/// What came of a source in a region.
#[derive(Debug, Clone, Serialize)]
struct Cell {
    read: usize,
    absent: usize,
    gaps: usize,
    /// `3 read, 1 gap`, or a dash when nothing was asked.
    text: String,
    class: &'static str,
}

#[derive(Debug, Serialize)]
struct ReasonRow {
    reason: &'static str,
    count: String,
}

/// A reply that we did not get.
#[derive(Debug, Serialize)]
struct GapRow {
    number: usize,
    source: Text,
    title: Text,
    account: Text,
    region: Text,
    operation: Option<Text>,
    item: Option<Text>,
    reason: &'static str,
    /// The IAM action or the setting that closes it.
    action: Text,
    message: Text,
    code: Option<Text>,
    request_id: Option<Text>,
    time: String,
    evidence: Refs,
}

type Counts<'a> = BTreeMap<(&'a AccountId, &'a SourceId, &'a Region), [usize; 3]>;

impl Scope {
    pub(super) fn new(input: &Input<'_>, numbers: &mut Numbers<'_>) -> Self {
        let gaps = &input.assessment.gaps;
        let counts = counts(input);
        let more = gaps.len().saturating_sub(GAPS_LISTED);
        let rows: Vec<GapRow> =
            gaps.iter().take(GAPS_LISTED).enumerate().map(|(index, gap)| gap_row(input, numbers, index, gap)).collect();
        rows.iter().take(GAPS_PRINTED).for_each(|row| numbers.print(&row.evidence));
        let elsewhere = |count: usize| {
            (count > 0).then(|| format!("And {} in assessment.json.", counted(count, "more gap", "more gaps")))
        };
        Self {
            gaps: rows,
            more_gaps: elsewhere(more),
            printed: GAPS_PRINTED,
            unprinted: elsewhere(gaps.len().saturating_sub(GAPS_PRINTED)),
            whole: sources_read_whole(input),
            totals: totals(input),
            accounts: input
                .snapshot
                .scope
                .accounts
                .iter()
                .map(|own| account(own, gaps, &input.catalog.offers))
                .collect(),
            sources: source_ids(input).into_iter().map(|id| source_row(input, id)).collect(),
            matrices: input.snapshot.scope.accounts.iter().flat_map(|own| matrices(input, &counts, own)).collect(),
            reasons: reasons(gaps),
        }
    }
}

fn totals(input: &Input<'_>) -> Vec<Fact> {
    let sum = |count: fn(&crate::model::Coverage) -> u64| {
        number(usize::try_from(input.snapshot.coverage.values().map(count).sum::<u64>()).unwrap_or(usize::MAX))
    };
    let scope = &input.snapshot.scope;
    let regions: usize = scope.accounts.iter().map(|account| account.regions.len()).sum();
    vec![
        Fact::text("Accounts asked", &number(scope.accounts.len())),
        Fact::text("Regions asked, over all accounts", &number(regions)),
        Fact::text("Sources asked", &number(scope.sources.len())),
        Fact::text("Calls attempted", &sum(|coverage| coverage.attempted)),
        Fact::text("Answered with content", &sum(|coverage| coverage.succeeded)),
        Fact::text("Answered with \u{201c}there is none\u{201d}", &sum(|coverage| coverage.absent)),
        Fact::text(
            "Not answered",
            &sum(|coverage| coverage.attempted - coverage.succeeded.min(coverage.attempted) - coverage.absent),
        ),
        Fact::text("Gaps in all, with those of no single call", &number(input.assessment.gaps.len())),
    ]
}

/// The source that lists an account's regions.
const REGIONS: &str = "account.regions";

fn account(account: &AccountScope, gaps: &[Gap], offers: &Offers) -> Account {
    let names = |regions: &[Region]| regions.iter().map(|region| Text::name(region.as_str())).collect();
    let unlisted =
        gaps.iter().any(|gap| gap.source.as_str() == REGIONS && gap.account == account.id && gap.item.is_none());
    // No name at all would read as "none".
    let others = |regions: &[Region]| if unlisted { vec![Text::prose("unknown")] } else { names(regions) };
    Account {
        id: Text::name(account.id.as_str()),
        alias: account.alias.as_deref().map(Text::name),
        partition: Text::name(account.partition.as_str()),
        regions: names(&account.regions),
        disabled: others(&account.disabled_regions),
        excluded: others(&account.excluded_regions),
        not_offered: account.not_offered.iter().map(|(service, regions)| not_offered(service, regions)).collect(),
        not_offered_by: Text::prose(&not_offered_by(account.offers_known_by, offers)),
    }
}

fn not_offered_by(known_by: OffersKnownBy, offers: &Offers) -> String {
    match (known_by, offers.date) {
        (OffersKnownBy::Parameters, _) => "AWS's public parameters, read for this snapshot".to_owned(),
        (OffersKnownBy::List, Some(date)) => format!("auditpack's list of {date}"),
        (OffersKnownBy::List, None) => "a list without a date".to_owned(),
    }
}

fn not_offered(service: &str, regions: &BTreeSet<Region>) -> Text {
    let regions: Vec<&str> = regions.iter().map(Region::as_str).collect();
    Text::name(&format!("{service} in {}", regions.join(", ")))
}

/// The sources of the scope, and any other that left a trace.
fn source_ids<'a>(input: &Input<'a>) -> BTreeSet<&'a SourceId> {
    let snapshot = input.snapshot;
    let gaps = input.assessment.gaps.iter().map(|gap| &gap.source);
    snapshot.scope.sources.iter().chain(snapshot.coverage.keys()).chain(gaps).collect()
}

pub(crate) fn source_title(input: &Input<'_>, id: &SourceId) -> Text {
    input.catalog.sources.get(id).map_or_else(|| Text::name(id.as_str()), |source| Text::prose(&source.title))
}

/// `138 sources were read whole where they were asked`.
fn sources_read_whole(input: &Input<'_>) -> String {
    let gaps: BTreeSet<&SourceId> = input.assessment.gaps.iter().map(|gap| &gap.source).collect();
    let whole = source_ids(input).into_iter().filter(|id| !gaps.contains(id)).count();
    format!("{} read whole wherever asked", counted(whole, "source was", "sources were"))
}

fn source_row(input: &Input<'_>, id: &SourceId) -> SourceRow {
    let coverage = input.snapshot.coverage.get(id).copied().unwrap_or_default();
    let gaps = input.assessment.gaps.iter().filter(|gap| gap.source == *id).count();
    let number = |count: u64| number(usize::try_from(count).unwrap_or(usize::MAX));
    SourceRow {
        id: Text::name(id.as_str()),
        title: source_title(input, id),
        asked: match input.catalog.sources.get(id).map(|source| source.scope) {
            Some(SourceScope::Region) => "each region",
            Some(SourceScope::Account) => "each account",
            Some(SourceScope::Organization) => "the organization",
            None => "unknown",
        },
        attempted: number(coverage.attempted),
        succeeded: number(coverage.succeeded),
        absent: number(coverage.absent),
        gaps: super::text::number(gaps),
        state: state(gaps, coverage.succeeded + coverage.absent),
    }
}

/// How completely something was read, by its gaps and its answers.
pub(crate) fn state(gaps: usize, answers: u64) -> Badge {
    match (gaps, answers) {
        (0, 0) => Badge::new("not asked", "na"),
        (0, _) => Badge::new("complete", "pass"),
        (_, 0) => Badge::new("missing", "fail"),
        _ => Badge::new("incomplete", "undetermined"),
    }
}

fn counts<'a>(input: &Input<'a>) -> Counts<'a> {
    let mut counts = Counts::new();
    for exchange in &input.snapshot.exchanges {
        let count = counts.entry((&exchange.account, &exchange.source, &exchange.region)).or_default();
        match exchange.answer {
            Answer::Absent { .. } => count[1] += 1,
            Answer::Content | Answer::Step => count[0] += 1,
        }
    }
    for gap in &input.assessment.gaps {
        counts.entry((&gap.account, &gap.source, &gap.region)).or_default()[2] += 1;
    }
    counts
}

fn matrices(input: &Input<'_>, counts: &Counts<'_>, account: &AccountScope) -> Vec<Matrix> {
    let traces = counts.keys().filter(|(own, ..)| **own == account.id).map(|(_, _, region)| *region);
    let regions: BTreeSet<&Region> = account.regions.iter().chain(traces).collect();
    let regions: Vec<&Region> = regions.into_iter().collect();
    let matrix = |regions: &[&Region]| Matrix {
        account: Text::name(account.id.as_str()),
        regions: regions.iter().map(|region| Text::name(region.as_str())).collect(),
        rows: source_ids(input)
            .into_iter()
            .map(|source| MatrixRow {
                id: Text::name(source.as_str()),
                title: source_title(input, source),
                cells: regions
                    .iter()
                    .map(|region| cell(counts.get(&(&account.id, source, *region)).copied().unwrap_or_default()))
                    .collect(),
            })
            .collect(),
    };
    regions.chunks(COLUMNS).map(matrix).collect()
}

fn cell([read, absent, gaps]: [usize; 3]) -> Cell {
    let words = [(read, "read"), (absent, "absent"), (gaps, if gaps == 1 { "gap" } else { "gaps" })];
    let text: Vec<String> = words
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(*count)))
        .collect();
    let class = match (gaps, read + absent) {
        (0, 0) => "na",
        (0, _) => "pass",
        (_, 0) => "fail",
        _ => "undetermined",
    };
    let text = if text.is_empty() { "\u{2014}".to_owned() } else { text.join(", ") };
    Cell { read, absent, gaps, text, class }
}

fn reasons(gaps: &[Gap]) -> Vec<ReasonRow> {
    let mut counts: BTreeMap<GapReason, usize> = BTreeMap::new();
    for gap in gaps {
        *counts.entry(gap.reason).or_default() += 1;
    }
    counts.into_iter().map(|(reason, count)| ReasonRow { reason: reason.words(), count: number(count) }).collect()
}

fn gap_row(input: &Input<'_>, numbers: &mut Numbers<'_>, index: usize, gap: &Gap) -> GapRow {
    GapRow {
        number: index + 1,
        source: Text::name(gap.source.as_str()),
        title: source_title(input, &gap.source),
        account: Text::name(gap.account.as_str()),
        region: Text::name(gap.region.as_str()),
        operation: gap.operation.as_deref().map(Text::name),
        item: gap.item.as_ref().map(|item| Text::name(&item.key)),
        reason: gap.reason.words(),
        action: Text::name(&gap.remedy.to_string()),
        message: Text::name(&gap.message),
        code: gap.code.as_deref().map(Text::name),
        request_id: gap.request_id.as_deref().map(Text::name),
        time: moment(gap.time),
        evidence: numbers.cite_gap(gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn regions_that_aws_did_not_list_are_unknown_not_none() {
        let own: AccountScope = serde_json::from_value(json!({
            "id": "111111111111", "partition": "aws", "regions": ["us-east-1"], "disabled_regions": [],
        }))
        .unwrap();
        let gap = |account: &str| -> Gap {
            serde_json::from_value(json!({
                "source": REGIONS, "account": account, "region": "us-east-1", "reason": "access-denied",
                "action": "ec2:DescribeRegions", "message": "no", "time": "2026-09-30T00:00:00Z",
            }))
            .unwrap()
        };
        let shown = |gaps: &[Gap]| {
            let shown = serde_json::to_value(account(&own, gaps, &Offers::default())).unwrap();
            (shown["disabled"].clone(), shown["excluded"].clone())
        };
        assert_eq!(shown(&[gap("222222222222")]), (json!([]), json!([])));
        let unknown = serde_json::to_value([Text::prose("unknown")]).unwrap();
        assert_eq!(shown(&[gap("111111111111")]), (unknown.clone(), unknown));
    }
}
