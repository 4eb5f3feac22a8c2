//! What is due: documents, exceptions, certificates, AWS's reports, the next snapshot.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{Calendar, Due, DueKind, DueState};
use crate::model::{
    Assessment, Attestation, Catalog, Facts, Period, ReportFound, ReportKind, ReportOrigin, Settings, Source, Term,
};

const FORMAT: u32 = 1;
/// Where AWS's reports are listed.
const REPORTS: &str = "artifact.reports";

/// What dues are worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Dates<'a> {
    /// The mappings.
    pub catalog: &'a Catalog,
    /// The settings.
    pub settings: &'a Settings,
    /// The newest snapshot's rows, and what it says of AWS's reports; none before the first snapshot.
    pub newest: Option<(DateTime<Utc>, &'a Facts, &'a Assessment)>,
    /// The documents that count.
    pub attestations: &'a [Attestation],
    /// The certificate that signs packs: its subject and its last day.
    pub signer: Option<(&'a str, NaiveDate)>,
}

/// What is due until some days from today, and what is overdue.
pub fn calendar(dates: Dates<'_>, today: NaiveDate, days: u16) -> Calendar {
    let until = today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today);
    let mut all: Vec<Draft> = documents(dates).collect();
    all.extend(exceptions(dates));
    all.extend(resources(dates));
    all.extend(reports(dates));
    all.extend(unread(dates, today));
    all.extend(signer(dates));
    all.extend(snapshot(dates, today));
    all.push(period(dates.settings.period));
    apart(&mut all);
    let mut dues: Vec<Due> = all.into_iter().map(|draft| draft.due(today)).collect();
    // A period that has ended is history, not overdue.
    dues.retain(|due| due.kind != DueKind::Period || due.state == DueState::Due);
    dues.sort();
    let later = dues.iter().filter(|due| due.date > until).count();
    dues.retain(|due| due.date <= until);
    Calendar { format: FORMAT, organization: dates.settings.organization.clone(), today, until, dues, later }
}

/// Something due, before it is known whether its day has passed.
struct Draft {
    date: NaiveDate,
    kind: DueKind,
    id: String,
    title: String,
    owner: String,
    remedy: String,
}

impl Draft {
    fn due(self, today: NaiveDate) -> Due {
        let Self { date, kind, id, title, owner, remedy } = self;
        let state = if date < today { DueState::Overdue } else { DueState::Due };
        Due { date, state, kind, id, title, owner, remedy }
    }
}

/// An exception may be there twice, run out and approved again: their days distinguish them. What is the same to the
/// day is listed once.
fn apart(drafts: &mut Vec<Draft>) {
    let mut days: BTreeMap<(DueKind, String), BTreeSet<NaiveDate>> = BTreeMap::new();
    drafts.retain(|draft| days.entry((draft.kind, draft.id.clone())).or_default().insert(draft.date));
    for draft in drafts {
        if days.get(&(draft.kind, draft.id.clone())).is_some_and(|days| days.len() > 1) {
            draft.id = format!("{} {}", draft.id, draft.date);
        }
    }
}

fn documents(dates: Dates<'_>) -> impl Iterator<Item = Draft> + '_ {
    dates.attestations.iter().map(move |one| {
        let counts = match one.term(dates.settings.period) {
            Term::Expired => ", and does not count for this period any more",
            Term::Valid | Term::DatedAfterPeriod => "",
        };
        Draft {
            date: one.valid_until,
            kind: DueKind::Attestation,
            id: one.id.to_string(),
            title: format!("\u{201c}{}\u{201d} ({}) is valid until then{counts}", one.title, one.id),
            owner: one.owner.clone(),
            remedy: format!("auditpack attest add FILE --replaces {} --owner NAME", one.id),
        }
    })
}

fn exceptions(dates: Dates<'_>) -> impl Iterator<Item = Draft> + '_ {
    dates.settings.exceptions.iter().map(|one| Draft {
        date: one.until,
        kind: DueKind::Exception,
        id: format!("{} {}", one.check, one.resources.join(" ")),
        title: format!("The exception from {} ends: {}", one.check, one.resources.join(", ")),
        owner: one.approver.clone(),
        remedy: "repair what it covers, or approve it again with a new day".to_owned(),
    })
}

/// Certificates and other things in AWS that expire, as their sources say.
fn resources(dates: Dates<'_>) -> Vec<Draft> {
    let Some((_, facts, _)) = dates.newest else { return Vec::new() };
    let mut drafts = Vec::new();
    for source in dates.catalog.sources.values() {
        let Some(expires) = &source.expires else { continue };
        for row in facts.rows.get(&source.id).into_iter().flatten() {
            if let Some(date) = source.expires_of(&row.data.read()) {
                drafts.push(Draft {
                    date,
                    kind: DueKind::Resource,
                    id: row.resource.clone(),
                    title: format!("The {} {} expires", expires.what, row.resource),
                    owner: dates.settings.owners.of(source.id.as_str(), "engineering").to_owned(),
                    remedy: "renew it before that day, or delete it".to_owned(),
                });
            }
        }
    }
    drafts
}

/// For each kind of report that a requirement rests on: the day on which the newest one stops to speak.
fn reports(dates: Dates<'_>) -> Vec<Draft> {
    let Some((_, _, assessment)) = dates.newest else { return Vec::new() };
    let mut kinds: Vec<&ReportKind> =
        assessment.requirements.iter().flat_map(|one| &one.aws_part.reports).map(|report| &report.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds.into_iter().filter_map(|kind| report(dates, assessment, kind)).collect()
}

fn report(dates: Dates<'_>, assessment: &Assessment, kind: &ReportKind) -> Option<Draft> {
    let definition = dates.catalog.reports.get(kind)?;
    if definition.origin == ReportOrigin::Attached {
        return None;
    }
    let published = |one: &&ReportFound| one.state.is_empty() || one.state.eq_ignore_ascii_case("published");
    let ends = |wanted: &dyn Fn(&ReportKind) -> bool| {
        let of_kind = assessment.reports.iter().filter(published).filter(|one| one.kind.as_ref().is_some_and(wanted));
        of_kind.filter_map(|one| one.end).max()
    };
    let report = ends(&|one| one == kind)?;
    let bridges =
        |one: &ReportKind| dates.catalog.reports.get(one).is_some_and(|other| other.bridges.as_ref() == Some(kind));
    let bridge = ends(&bridges).filter(|end| *end > report);
    let title = match bridge {
        Some(_) => format!("AWS's {kind} bridge letter ends on this day; the report's own period ended {report}"),
        None => format!(
            "The period of AWS's {kind} report ends; from then on a bridge letter is needed, until the next report"
        ),
    };
    Some(Draft {
        date: bridge.unwrap_or(report),
        kind: DueKind::Report,
        id: kind.to_string(),
        title,
        owner: dates.settings.owners.of("", "security").to_owned(),
        remedy: "look in AWS Artifact for the next report or a bridge letter, and collect again".to_owned(),
    })
}

/// Sources of dates that could not be read: silence would say that nothing expires there.
fn unread(dates: Dates<'_>, today: NaiveDate) -> Vec<Draft> {
    let Some((_, facts, _)) = dates.newest else { return Vec::new() };
    let with_dates = |source: &&Source| source.expires.is_some() || source.id.as_str() == REPORTS;
    let mut drafts = Vec::new();
    for source in dates.catalog.sources.values().filter(with_dates) {
        let gaps: BTreeSet<String> = facts
            .gaps
            .iter()
            .filter(|gap| gap.source == source.id)
            .map(|gap| format!("{} {}: {} ({})", gap.account, gap.region, gap.reason.words(), gap.remedy))
            .collect();
        let why = match (gaps.first(), facts.read.contains_key(&source.id)) {
            (Some(first), _) if gaps.len() > 1 => format!("{first}, and {} more", gaps.len() - 1),
            (Some(first), _) => first.clone(),
            (None, true) => continue,
            (None, false) => "it was not collected".to_owned(),
        };
        let kind = if source.id.as_str() == REPORTS { DueKind::Report } else { DueKind::Resource };
        drafts.push(Draft {
            date: today,
            kind,
            id: format!("unread {}", source.id),
            title: format!("Dates of {} are not known: {why}", source.id),
            owner: dates.settings.owners.of("", "security").to_owned(),
            remedy: "make it readable, and collect again".to_owned(),
        });
    }
    drafts
}

fn signer(dates: Dates<'_>) -> Option<Draft> {
    let (subject, date) = dates.signer?;
    Some(Draft {
        date,
        kind: DueKind::SigningCertificate,
        id: subject.to_owned(),
        title: format!("The certificate that signs packs expires: {subject}"),
        owner: dates.settings.owners.of("", "security").to_owned(),
        remedy: "auditpack keygen makes a new one; give its fingerprint to the auditor over a separate channel"
            .to_owned(),
    })
}

fn snapshot(dates: Dates<'_>, today: NaiveDate) -> Option<Draft> {
    let days = dates.settings.calendar.snapshot_days;
    let (date, title) = match dates.newest {
        None => (today, "The first snapshot".to_owned()),
        Some((time, ..)) => {
            let last = time.date_naive();
            let title = format!("The next snapshot; the last one was taken {last}, one is due every {days} days");
            (last.checked_add_days(Days::new(u64::from(days)))?, title)
        }
    };
    Some(Draft {
        date,
        kind: DueKind::Snapshot,
        id: "snapshot".to_owned(),
        title,
        owner: dates.settings.owners.of("", "security").to_owned(),
        remedy: "auditpack collect".to_owned(),
    })
}

fn period(period: Period) -> Draft {
    Draft {
        date: period.end,
        kind: DueKind::Period,
        id: format!("{} {}", period.start, period.end),
        title: format!("The audit period {} to {} ends", period.start, period.end),
        owner: String::new(),
        remedy: "collect once more on its last days, then bundle the pack".to_owned(),
    }
}
