//! `attest add`: the bytes into the vault first, then the line that names them.

use std::io::Read;
use std::path::Path;

use chrono::{Days, NaiveDate};
use miette::miette;
use serde::Serialize;

use super::targets::Targets;
use super::words;
use crate::attestations::LogEvent;
use crate::cli::NewDocument;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::commands::fault::{fault_at, unread};
use crate::commands::table::visible;
use crate::files::{self, Unread};
use crate::model::{Attestation, AttestationId, AttestedDocument, Catalog, Target};
use crate::vault::{Attesting, KeepError, LARGEST_DOCUMENT, Vault};

/// `attest add`
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct AddResult<'a> {
    format: u32,
    attested: &'a Attestation,
}

pub(in crate::commands) fn run(flags: &NewDocument, context: &mut Context<'_>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    attest(flags, &catalog, context)
}

/// Attests what is evidence for something that these mappings know.
pub(in crate::commands) fn attest(
    flags: &NewDocument,
    catalog: &Catalog,
    context: &mut Context<'_>,
) -> miette::Result<Exit> {
    let known = Targets::new(catalog);
    let mut targets = Vec::new();
    for text in &flags.targets {
        let target = known.find(text)?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let owner = words::line("--owner", &flags.owner)?;
    let note = flags.note.as_deref().map(|note| words::line("--note", note)).transpose()?.unwrap_or_default();
    let url = flags.url.as_deref().map(words::url).transpose()?;
    let title = title(flags, url.as_deref())?;
    let mut attesting =
        Vault::create(&context.options.vault).and_then(|vault| vault.attesting()).map_err(vault_fault)?;
    if let Some(replaced) = flags.replaces {
        let old = active(&attesting, replaced)?;
        if targets.is_empty() {
            targets = old.targets;
        }
    }
    let (date, valid_until) = days(flags, context.now.date_naive(), &targets, &known)?;
    let document = match (&flags.file, url) {
        (Some(path), _) => keep(&attesting, path)?,
        (None, Some(url)) => AttestedDocument::Url(url),
        (None, None) => return Err(miette!("name a file, or an address with `--url`")),
    };
    let attestation = Attestation {
        id: attesting.log().next(),
        title,
        document,
        targets,
        owner,
        date,
        valid_until,
        note,
        recorded: context.now,
        replaces: flags.replaces,
    };
    notes(&attestation, &attesting, &known, context);
    attesting.record(LogEvent::Attested(attestation.clone())).map_err(vault_fault)?;
    if context.json() {
        context.print_json(&AddResult { format: 1, attested: &attestation })?;
    } else {
        context.say(&summary(&attestation))?;
    }
    Ok(Exit::Ok)
}

/// The document's date and its last day.
fn days(
    flags: &NewDocument,
    today: NaiveDate,
    targets: &[Target],
    known: &Targets<'_>,
) -> miette::Result<(NaiveDate, NaiveDate)> {
    let date = flags.date.unwrap_or(today);
    if date > today {
        let help = "a document is attested when it is there; omit `--date` for today's";
        return Err(miette!(help = help, "`--date {date}` is in the future: today is {today} (UTC)"));
    }
    let term = Days::new(known.shortest(targets).into());
    let until = flags.valid_until.or_else(|| date.checked_add_days(term)).unwrap_or(NaiveDate::MAX);
    if until < date {
        let help = "write a later day, or omit it: the request's own term then counts";
        return Err(miette!(help = help, "`--valid-until {until}` is before the document's date {date}"));
    }
    Ok((date, until))
}

fn title(flags: &NewDocument, url: Option<&str>) -> miette::Result<String> {
    match (&flags.title, &flags.file) {
        (Some(title), _) => words::line("--title", title),
        (None, Some(path)) if files::is_stdin(path) => {
            Err(miette!(help = "give it a `--title`", "what comes from the standard input has no name"))
        }
        (None, Some(path)) => words::line("--title", &visible(&file_name(path)))
            .map_err(|_| miette!(help = "give it a `--title`", "the file's name cannot be a title")),
        (None, None) => Ok(url.unwrap_or_default().to_owned()),
    }
}

fn file_name(path: &Path) -> String {
    if files::is_stdin(path) {
        return "stdin".to_owned();
    }
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn active(attesting: &Attesting, id: AttestationId) -> miette::Result<Attestation> {
    let found = attesting.log().active().into_iter().find(|one| one.id == id);
    found.ok_or_else(|| {
        miette!(help = "`auditpack attest list` names them", "no attestation that counts is called {id}")
    })
}

/// Takes the bytes of a plain file or of the standard input; a folder, a named pipe or a device is none.
fn keep(attesting: &Attesting, path: &Path) -> miette::Result<AttestedDocument> {
    let from: Box<dyn Read> = match files::is_stdin(path) {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(files::open(path).map_err(|error| match error {
            Unread::Kind("a folder") => {
                let help = "name a file; a folder is attested as one file, zipped";
                miette!(help = help, "`{}` is not a file", path.display())
            }
            error => unread(path, error),
        })?),
    };
    let kept = attesting.keep(from).map_err(|error| match error {
        KeepError::Read(error) => fault_at(path, error),
        KeepError::Vault(error) => vault_fault(error),
    })?;
    match kept {
        Some((_, 0)) => Err(miette!(help = "attest the document itself", "`{}` is empty", path.display())),
        Some((sha256, size)) => Ok(AttestedDocument::File { name: file_name(path), sha256, size }),
        None => {
            let help = "attest an extract, or the document's address with `--url`";
            Err(miette!(help = help, "`{}` is larger than {} MiB", path.display(), LARGEST_DOCUMENT >> 20))
        }
    }
}

/// What the user might not expect, on stderr.
fn notes(attestation: &Attestation, attesting: &Attesting, known: &Targets<'_>, context: &Context<'_>) {
    if attestation.document.url().is_some() {
        context.note("note: what stands at an address is not in packs, and may change; attest the file where you can");
    }
    for target in &attestation.targets {
        let requests = known.requests_of(target);
        if requests.len() > 1 {
            let ids: Vec<&str> = requests.iter().map(|request| request.id.as_str()).collect();
            context.note(&format!(
                "note: {target} asks for {} documents, so this one supports it and answers none; name those that it \
                 answers: {}",
                requests.len(),
                ids.join(", ")
            ));
        }
        if let Target::Control(_) = target {
            context.note(&format!("note: {target} supports requirements and answers no request of theirs"));
        }
        let asked = known.valid_days(target).and_then(|days| attestation.date.checked_add_days(Days::new(days.into())));
        if let Some(asked) = asked.filter(|asked| *asked < attestation.valid_until) {
            context.note(&format!("note: {target} asks for a newer document after {asked}"));
        }
        let same = attesting.log().active();
        let same = same.iter().filter(|one| Some(one.id) != attestation.replaces && one.targets.contains(target));
        for other in same {
            context.note(&format!("note: {} is for {target} too; `--replaces {}` would retire it", other.id, other.id));
        }
    }
}

fn summary(attestation: &Attestation) -> String {
    let Attestation { id, title, targets, owner, date, valid_until, .. } = attestation;
    let targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
    let kept = match &attestation.document {
        AttestedDocument::File { sha256, size, .. } => format!("{size} bytes, SHA-256 {sha256}"),
        AttestedDocument::Url(url) => format!("{} (its content is not kept)", visible(url)),
    };
    let replaced = attestation.replaces.map(|old| format!("\n  in place of {old}")).unwrap_or_default();
    format!(
        "{id}  {}\n  for {}\n  of {date}, valid until {valid_until}, {} answers for it\n  {kept}{replaced}",
        visible(title),
        targets.join(", "),
        visible(owner)
    )
}
