//! `calendar`: what is due.

mod ics;

use std::path::Path;

use miette::IntoDiagnostic as _;

use super::context::Context;
use super::document::{self, rows_shown};
use super::exit::Exit;
use super::fault::{fault_at, unread};
use crate::case::{Case, StoredSnapshot, Timeline, Yardstick};
use crate::cli::{Calendar as Flags, Format};
use crate::compare::{self, Calendar, Dates, Due, DueState};
use crate::document::{Cell, Document, Look};
use crate::files;
use crate::model::{Settings, harmless};
use crate::seal::Certificate;
use crate::vault::{Vault, VaultError};

pub(super) fn run(flags: &Flags, context: &mut Context<'_>) -> miette::Result<Exit> {
    let calendar = dues(flags.days, context)?;
    match context.options.format {
        Format::Json => context.print_json(&calendar)?,
        Format::Csv => context.print(&csv(&calendar)?)?,
        Format::Ics => context.print(ics::ics(&calendar, context.now).as_bytes())?,
        _ => document::print(&page(&calendar, rows_shown(context)), context)?,
    }
    Ok(Exit::Ok)
}

fn dues(days: u16, context: &Context<'_>) -> miette::Result<Calendar> {
    let yardstick = context.yardstick()?;
    let vault = match Vault::open(&context.options.vault) {
        Ok(vault) => Some(vault),
        // Before the first collection the calendar says that one is due.
        Err(VaultError::None(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let attested = match &vault {
        Some(vault) => vault.attestations()?.log.active(),
        None => Vec::new(),
    };
    let newest = match &vault {
        Some(vault) => newest(vault, &yardstick, context)?,
        None => None,
    };
    let Yardstick { catalog, settings, .. } = &yardstick;
    let signer = signer(settings, context)?;
    let dates = Dates {
        catalog,
        settings,
        newest: newest.as_ref().map(|case| (case.assessment.time, &case.facts, &case.assessment)),
        attestations: &attested,
        signer: signer.as_ref().map(|one| (one.subject(), one.not_after().date_naive())),
    };
    Ok(compare::calendar(dates, context.now.date_naive(), days))
}

fn newest(vault: &Vault, yardstick: &Yardstick, context: &Context<'_>) -> miette::Result<Option<Case<StoredSnapshot>>> {
    let found = Timeline::open(vault, yardstick)?.today(&context.options.snapshot)?;
    Ok(found.map(|snapshot| Case::judge(yardstick, snapshot)).transpose()?)
}

/// The certificate that the settings name; one that is not made yet is not a fault here.
fn signer(settings: &Settings, context: &Context<'_>) -> miette::Result<Option<Certificate>> {
    let Some(signing) = &settings.signing else { return Ok(None) };
    let home = context.options.config.parent().unwrap_or(Path::new(""));
    let path = home.join(&signing.certificate);
    let pem = match files::read(&path, files::SMALL) {
        Err(error) if error.is_absent() => {
            context.note(&format!("note: `{}` is not there: its last day is not in the calendar", path.display()));
            return Ok(None);
        }
        read => read.map_err(|error| unread(&path, error))?,
    };
    let chain = Certificate::from_pem(&pem).map_err(|error| fault_at(&path, error))?;
    Ok(chain.into_iter().next())
}

fn page(calendar: &Calendar, shown: usize) -> Document {
    let overdue = calendar.dues.iter().filter(|due| due.state == DueState::Overdue).count();
    let mut page = Document::new(
        format!("What is due at {}", calendar.organization),
        vec![format!("{} to {}", calendar.today, calendar.until)],
    );
    if overdue > 0 {
        page.alarm(format!("{overdue} overdue"));
    }
    if calendar.dues.is_empty() {
        page.line("Nothing is due.");
    }
    let row = |due: &Due| {
        let state = match due.state {
            DueState::Overdue => Cell::new("overdue", Look::Fail),
            DueState::Due => Cell::new(days(calendar, due), Look::Plain),
        };
        vec![
            Cell::from(due.date.to_string()),
            state,
            Cell::from(due.kind.words()),
            Cell::from(due.owner.as_str()),
            Cell::from(due.title.as_str()),
            Cell::from(due.remedy.as_str()),
        ]
    };
    let heads = ["day", "when", "what", "owner", "due", "to do"];
    page.table("Soonest first", &heads, calendar.dues.iter().map(row).collect(), shown);
    if calendar.later > 0 {
        page.line(format!("{} more after {}; `--days` looks further", calendar.later, calendar.until));
    }
    page
}

fn days(calendar: &Calendar, due: &Due) -> String {
    match (due.date - calendar.today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}

fn csv(calendar: &Calendar) -> miette::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["date", "state", "kind", "id", "owner", "title", "remedy"]).into_diagnostic()?;
    for due in &calendar.dues {
        let state = if due.state == DueState::Overdue { "overdue" } else { "due" };
        let date = due.date.to_string();
        let cells = [date.as_str(), state, due.kind.words(), &due.id, &due.owner, &due.title, &due.remedy];
        writer.write_record(cells.map(harmless)).into_diagnostic()?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error).into_diagnostic()
}
