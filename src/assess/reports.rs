//! AWS's own assurance reports: which there are, and whether their periods cover ours.

use chrono::NaiveDate;
use serde_json::Value;

use super::attested::Attested;
use super::collected::Collected;
use crate::model::{
    Catalog, Facts, Period, ReportCoverage, ReportDefinition, ReportFound, ReportKind, ReportOrigin, ReportRole,
    ReportUse, Row, Sha256, SourceId, Term, day_of, text_of,
};

/// Where Artifact's list of reports is.
const SOURCE: &str = "artifact.reports";
/// Where its list of accepted agreements is.
const AGREEMENTS: &str = "artifact.agreements";

/// The reports found, and whether the list of them can be relied on.
pub(super) struct Reports<'a> {
    pub(super) found: Vec<ReportFound>,
    /// Why Artifact could not be read; it is enough to have read it in one account, as all see AWS's reports.
    problem: Option<String>,
    catalog: &'a Catalog,
    period: Period,
    attested: Attested<'a>,
    agreements: Vec<Agreement>,
}

/// An agreement with AWS that is in force.
struct Agreement {
    name: String,
    id: String,
    start: NaiveDate,
    end: Option<NaiveDate>,
}

impl Agreement {
    fn of(row: &Row) -> Option<Self> {
        let data = row.data.read();
        let text = |name| member(&data, name).and_then(text_of).unwrap_or_default();
        let day = |name| member(&data, name).and_then(day_of);
        let active = text("state").eq_ignore_ascii_case("active");
        active.then_some(Self {
            name: text("name"),
            id: text("id"),
            start: day("effectiveStart")?,
            end: day("effectiveEnd"),
        })
    }
}

impl<'a> Reports<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        period: Period,
        facts: &Facts,
        collected: &Collected<'_>,
        attested: Attested<'a>,
    ) -> Self {
        let source = SourceId::from(SOURCE);
        let rows = facts.rows.get(&source).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<ReportFound> = rows.iter().map(|row| report(catalog, row)).collect();
        found.sort_by(|a, b| (&a.name, &a.id, &a.version).cmp(&(&b.name, &b.id, &b.version)));
        found.dedup_by(|a, b| a.id == b.id && a.version == b.version && !a.id.is_empty());
        let problems: Vec<Option<String>> =
            collected.accounts.iter().map(|account| collected.problem(&source, &account.id, None)).collect();
        let problem = match problems.iter().any(Option::is_none) {
            true => None,
            false => problems.into_iter().flatten().next().or(Some("AWS Artifact was not collected".to_owned())),
        };
        let agreements = facts.rows.get(&SourceId::from(AGREEMENTS)).map(Vec::as_slice).unwrap_or_default();
        let agreements = agreements.iter().filter_map(Agreement::of).collect();
        Self { found, problem, catalog, period, attested, agreements }
    }

    /// What Artifact has of a kind, and how that relates to the audit's period.
    pub(super) fn of(&self, kind: &ReportKind, role: ReportRole) -> ReportUse {
        ReportUse { role, ..self.found(kind) }
    }

    fn found(&self, kind: &ReportKind) -> ReportUse {
        let definition = self.catalog.reports.get(kind);
        if let Some(definition) = definition.filter(|report| report.origin == ReportOrigin::Attached) {
            return self.accepted(definition).unwrap_or_else(|| self.attached(kind));
        }
        let own = self.spans(|found| found.kind.as_ref() == Some(kind));
        let bridges = self.spans(|found| {
            let definition = found.kind.as_ref().and_then(|kind| self.catalog.reports.get(kind));
            definition.is_some_and(|definition| definition.bridges.as_ref() == Some(kind))
        });
        let (coverage, reason) = self.coverage(kind, &own, &bridges);
        let latest = own.iter().filter(|span| span.touches(&self.period)).max_by_key(|span| span.end);
        let latest = latest.or(own.iter().max_by_key(|span| span.end));
        let id = latest.map(|span| span.id.clone());
        ReportUse { kind: kind.clone(), coverage, id, reason, role: ReportRole::default() }
    }

    /// A document that AWS Artifact does not have: what was attested as a copy of it.
    fn attached(&self, kind: &ReportKind) -> ReportUse {
        let copies = self.attested.report(kind);
        let (coverage, reason) = match copies.first() {
            Some(copy) if copy.term != Term::Expired => {
                let (id, date, until) = (copy.id, copy.date, copy.valid_until);
                let late = if copy.term == Term::DatedAfterPeriod { " (after the period's end)" } else { "" };
                (ReportCoverage::Covers, format!("{kind} attached as {id}, dated {date}{late}, valid until {until}"))
            }
            Some(copy) => {
                let reason = format!("{kind} attached as {}, valid until {} only", copy.id, copy.valid_until);
                (ReportCoverage::ToAttach, format!("{reason}: attach a newer copy"))
            }
            None => (ReportCoverage::ToAttach, format!("{kind} is not an Artifact document: attach a dated copy")),
        };
        ReportUse { kind: kind.clone(), coverage, id: None, reason, role: ReportRole::default() }
    }

    /// A contract that the organization accepted in AWS Artifact, and that is in force through the whole period.
    fn accepted(&self, definition: &ReportDefinition) -> Option<ReportUse> {
        let agreement = self.agreements.iter().find(|agreement| {
            let named = definition.agreements.iter().any(|text| contains_word(&agreement.name, text));
            named && agreement.start <= self.period.start && agreement.end.is_none_or(|end| end >= self.period.end)
        })?;
        let Agreement { name, start, id, .. } = agreement;
        let reason =
            format!("{} accepted in AWS Artifact as \u{201c}{name}\u{201d}, in force since {start}", definition.kind);
        let (kind, id) = (definition.kind.clone(), Some(id.clone()));
        Some(ReportUse { kind, coverage: ReportCoverage::Covers, id, reason, role: ReportRole::default() })
    }

    fn spans(&self, wanted: impl Fn(&ReportFound) -> bool) -> Vec<Span> {
        let published = |found: &&ReportFound| found.state.is_empty() || found.state.eq_ignore_ascii_case("published");
        let span = |found: &ReportFound| Some(Span { start: found.start?, end: found.end?, id: found.id.clone() });
        self.found.iter().filter(published).filter(|found| wanted(found)).filter_map(span).collect()
    }

    fn coverage(&self, kind: &ReportKind, own: &[Span], bridges: &[Span]) -> (ReportCoverage, String) {
        let Period { start, end } = self.period;
        let Some(last) = own.iter().map(|span| span.end).max() else {
            return self.without_period(kind);
        };
        if covers(self.period, own.iter()) {
            return (ReportCoverage::Covers, format!("{kind} covers {start} to {end}"));
        }
        // A bridge letter speaks for the time after a report only, so it must begin where one ends.
        let begins =
            |letter: &&Span| own.iter().any(|report| report.end < letter.end && follows(report.end, letter.start));
        let letters: Vec<&Span> = bridges.iter().filter(begins).collect();
        if covers(self.period, own.iter().chain(letters.iter().copied())) {
            let reason = format!("{kind} report ends {last}; {LETTER}, covers the rest until {end}");
            return (ReportCoverage::Bridged, reason);
        }
        let bridge = match letters.iter().map(|letter| letter.end).max() {
            Some(bridged) => format!("the letter of continued operations ends {bridged}"),
            None => "no letter of continued operations".to_owned(),
        };
        let touching = own.iter().filter(|span| span.touches(&self.period));
        match touching.max_by_key(|span| span.end) {
            Some(span) if span.end < end => {
                let reason = format!("{kind} report ends {}, the period ends {end}; {bridge}", span.end);
                (ReportCoverage::Partial, reason)
            }
            Some(span) => {
                let reason = format!("{kind} report begins {}, the period begins {start}", span.start);
                (ReportCoverage::Partial, reason)
            }
            None => {
                let reason = format!("no {kind} report touches {start} to {end} (the last ends {last}); {bridge}");
                (ReportCoverage::Outside, reason)
            }
        }
    }

    fn without_period(&self, kind: &ReportKind) -> (ReportCoverage, String) {
        if self.found.iter().any(|found| found.kind.as_ref() == Some(kind)) {
            return (ReportCoverage::Unknown, format!("Artifact states no period for {kind}, or it is not published"));
        }
        match &self.problem {
            Some(problem) => (ReportCoverage::Unknown, format!("could not read AWS Artifact: {problem}")),
            None => (ReportCoverage::Missing, format!("AWS Artifact has no {kind} report")),
        }
    }
}

/// What stands in for a report that is not written yet.
const LETTER: &str = "a letter of continued operations, AWS management's word and not an auditor's";

/// The days that a document speaks for, both included.
struct Span {
    start: NaiveDate,
    end: NaiveDate,
    id: String,
}

impl Span {
    fn touches(&self, period: &Period) -> bool {
        self.start <= period.end && self.end >= period.start
    }
}

/// Whether a span that begins on `start` leaves no day out after `end`.
fn follows(end: NaiveDate, start: NaiveDate) -> bool {
    end.succ_opt().is_none_or(|next| start <= next)
}

/// Whether spans together leave no day of the period out.
fn covers<'s>(period: Period, spans: impl Iterator<Item = &'s Span>) -> bool {
    let mut spans: Vec<&Span> = spans.collect();
    spans.sort_by_key(|span| span.start);
    let mut covered: Option<NaiveDate> = None;
    for span in spans {
        let joins = match covered {
            None => span.start <= period.start && span.end >= period.start,
            Some(end) => follows(end, span.start),
        };
        if joins {
            covered = covered.max(Some(span.end));
        }
    }
    covered.is_some_and(|end| end >= period.end)
}

fn report(catalog: &Catalog, row: &Row) -> ReportFound {
    let data = row.data.read();
    let document = data.get("document").and_then(|document| document.get("sha256")).and_then(Value::as_str);
    let text = |name| member(&data, name).and_then(text_of).unwrap_or_default();
    ReportFound {
        kind: kind(catalog, &text("name"), &text("series"), &text("companyName")),
        id: text("id"),
        name: text("name"),
        version: text("version"),
        state: text("state"),
        start: member(&data, "periodStart").and_then(day_of),
        end: member(&data, "periodEnd").and_then(day_of),
        sha256: document.and_then(Sha256::parse),
        evidence: row.evidence.clone(),
    }
}

/// A member of the list's item, or of one of the parts that later calls added.
fn member<'a>(data: &'a Value, name: &str) -> Option<&'a Value> {
    let parts = || data.as_object().into_iter().flat_map(|data| data.values());
    data.get(name).or_else(|| parts().find_map(|part| part.get(name))).filter(|value| !value.is_null())
}

/// Bridge letters first (they name the report they continue), then the kind whose text says most of the name. Artifact
/// lists the reports of other companies too: theirs are not AWS's.
fn kind(catalog: &Catalog, name: &str, series: &str, company: &str) -> Option<ReportKind> {
    if !company.is_empty() && !["amazon", "aws"].iter().any(|name| contains_word(company, name)) {
        return None;
    }
    let said = |text: &String| contains_word(name, text) || contains_word(series, text);
    let fits = |report: &ReportDefinition| {
        let named = report.names.iter().filter(|text| said(text)).map(String::len).max()?;
        let excluded = report.names_without.iter().any(|text| contains_word(name, text));
        (!excluded).then_some((report.bridges.is_some(), named))
    };
    let mut best: Option<((bool, usize), &ReportKind)> = None;
    for report in catalog.reports.values() {
        if let Some(rank) = fits(report)
            && best.is_none_or(|(other, _)| rank > other)
        {
            best = Some((rank, &report.kind));
        }
    }
    best.map(|(_, kind)| kind.clone())
}

/// Whether a text stands in a name, ignoring case, and not inside a longer word or number: `C5` is not in `C50`.
fn contains_word(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    let glued = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => (a.is_ascii_digit() && b.is_ascii_digit()) || (a.is_alphabetic() && b.is_alphabetic()),
        _ => false,
    };
    !text.is_empty()
        && name.match_indices(&text).any(|(at, found)| {
            let (before, after) = (name[..at].chars().next_back(), name[at + found.len()..].chars().next());
            !glued(before, found.chars().next()) && !glued(found.chars().next_back(), after)
        })
}
