//! `demo`: the whole flow on an embedded sample account: the first thing a newcomer runs.

mod documents;
mod moments;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miette::IntoDiagnostic as _;

use super::bundle::{self, AwsDocuments};
use super::collect;
use super::context::{Context, vault_fault};
use super::diff;
use super::exit::Exit;
use super::fault::fault;
use super::trend;
use super::verify;
use crate::bundle::Limits;
use crate::case::{Past, Yardstick};
use crate::cli::{Demo, Format};
use crate::collect::{Concurrency, Mode, Recordings, Tape};
use crate::model::Catalog;
use crate::report;
use crate::seal::{self, SigningIdentity, SystemRandom, Trust};
use crate::vault::{Selector, Vault};
use documents::Documents;
use moments::Moment;

/// What AWS answered for the sample account at each of its moments: JSON lines, compressed.
const RECORDING: &[u8] = include_bytes!("../../demo/account.jsonl.zst");
/// The sample company's settings.
const SETTINGS: &[u8] = include_bytes!("../../demo/auditpack.toml");
/// The deviations that it approved, which the settings name.
const EXCEPTIONS: &[u8] = include_bytes!("../../demo/exceptions.toml");
/// The quarter that the settings are for.
const PRESENT: &str = "2026-Q3";
/// More than the recording has, so that a broken build does not fill the memory.
const RECORDING_LIMIT: usize = 256 << 20;

pub(super) fn run(flags: &Demo, context: &mut Context<'_>) -> miette::Result<Exit> {
    let out = &flags.out;
    let config = out.join("auditpack.toml");
    context.write(&config, SETTINGS)?;
    context.write(&out.join("exceptions.toml"), EXCEPTIONS)?;
    context.options.config = config;
    context.options.vault = out.join("vault");
    live_through(out, context)?;
    let case = context.case()?;
    context.note(&format!(
        "judged {} checks, {} requirements",
        case.assessment.checks.len(),
        case.assessment.requirements.iter().filter(|one| one.parent.is_none()).count()
    ));

    let (identity, certificate) = throw_away_signer(&case.yardstick.settings.organization, context.now)?;
    let (pack, trust_file) = (out.join("evidence-pack.zip"), out.join("signer-certificate.pem"));
    context.write(&trust_file, certificate.as_bytes())?;
    let past = Past::of(&case);
    context.notes(&past.notes);
    bundle::write(&pack, &case, &past, &identity, AwsDocuments::Withheld, context)?;
    let mut trust = Trust::none();
    trust.add_pem(certificate.as_bytes()).map_err(|error| fault(error, None))?;
    let verified = crate::bundle::verify(&pack, &trust, &Limits::default()).map_err(|error| fault(error, None))?;
    if let Some(pack) = &verified.pack {
        for member in ["report.pdf", "report.html", report::SPREADSHEET] {
            context.write(&out.join(member), &pack.read(member).map_err(|error| fault(error, None))?)?;
        }
    }
    pages(out, context)?;
    let found = verified.found;
    context.say(&verify::summary(&pack, &found, false))?;
    context.say(&where_to_look(out, &pack, &trust_file))?;
    Ok(if found.ok { Exit::Ok } else { Exit::Unverified })
}

/// The dashboard and the last quarter's changes, as they stood when the last snapshot was taken.
fn pages(out: &Path, context: &mut Context<'_>) -> miette::Result<()> {
    let moments = moments::moments()?;
    let Some(Moment { time, quarter, .. }) = moments.last() else { return Ok(()) };
    let before = moments.iter().rev().find(|one| one.quarter != *quarter).map_or(quarter, |one| &one.quarter);
    let mut options = context.options.clone();
    options.format = Format::Html;
    options.quiet = true;
    let mut nowhere = std::io::sink();
    let then = Context::new(options, *time, &mut nowhere);
    for (name, document) in
        [("dashboard.html", trend::dashboard(&then)?), ("what-changed.html", diff::changes(before, quarter, &then)?)]
    {
        let page = report::page(&document, &then.templates()?).map_err(|error| fault(error, None))?;
        then.write(&out.join(name), &page)?;
    }
    Ok(())
}

/// Collects at each moment, and attests each document when it came. What the vault has stays as it is, and nothing is
/// done before its newest entry.
fn live_through(out: &Path, context: &mut Context<'_>) -> miette::Result<()> {
    let catalog = Arc::new(context.catalog()?);
    let vault = Vault::create(&context.options.vault).map_err(vault_fault)?;
    let documents = Documents::new(&catalog, out.join("documents"))?;
    let mut reached = newest_entry(&vault)?;
    let moments = moments::moments()?;
    let tape = match moments.iter().any(|one| one.time > reached) {
        true => tape()?,
        false => Tape::default(),
    };
    for Moment { name, time, quarter } in moments {
        if time <= reached {
            context.note(&format!("{name}: in the vault already"));
            continue;
        }
        documents.attest(reached, time, context)?;
        context.write(&context.options.config, &settings_of(&quarter)?)?;
        let taken = collect_recorded(&catalog, tape.at(name), &vault, time, context)?;
        let (replies, gaps) = (taken.snapshot.exchanges.len(), taken.snapshot.gaps.len());
        let documents = vault.attestations().map_err(vault_fault)?.log.active().len();
        context.note(&format!(
            "{name}: {replies} recorded replies, {gaps} gaps, {documents} documents, snapshot {}",
            taken.id.short()
        ));
        reached = time;
    }
    context.write(&context.options.config, SETTINGS)
}

fn tape() -> miette::Result<Tape> {
    let lines = zstd::bulk::decompress(RECORDING, RECORDING_LIMIT).into_diagnostic()?;
    Tape::from_json_lines(&lines).map_err(|error| fault(error, None))
}

/// When the newest snapshot was begun or the newest document attested, whichever was later.
fn newest_entry(vault: &Vault) -> miette::Result<DateTime<Utc>> {
    let attested = vault.attestations().map_err(vault_fault)?;
    let attested = attested.log.all().map(|(one, _)| one.recorded).max();
    let collected = match vault.newest().map_err(vault_fault)? {
        Some(_) => Some(vault.load(&Selector::Latest).map_err(vault_fault)?.snapshot.time),
        None => None,
    };
    Ok(attested.max(collected).unwrap_or(DateTime::UNIX_EPOCH))
}

/// The settings of a quarter: the period aside, they never changed.
fn settings_of(quarter: &str) -> miette::Result<Vec<u8>> {
    let text = std::str::from_utf8(SETTINGS).into_diagnostic()?;
    Ok(text.replace(PRESENT, quarter).into_bytes())
}

fn collect_recorded(
    catalog: &Arc<Catalog>,
    recordings: Recordings,
    vault: &Vault,
    end: DateTime<Utc>,
    context: &mut Context<'_>,
) -> miette::Result<collect::Taken> {
    let settings = Arc::new(context.settings(catalog)?);
    let yardstick = Yardstick::new(Arc::clone(catalog), Arc::clone(&settings), context.options.limit);
    let journal = vault.begin(end, settings.period, &settings.organization).map_err(vault_fault)?;
    let now = std::mem::replace(&mut context.now, end);
    let mode = Mode::Replay(Arc::new(recordings));
    let taken = collect::take(&yardstick, journal, mode, Concurrency::default(), context);
    context.now = now;
    taken
}

/// A key that is never written down: whoever wants to sign makes one with `keygen`.
fn throw_away_signer(organization: &str, now: DateTime<Utc>) -> miette::Result<(SigningIdentity, String)> {
    let validity = Duration::from_secs(2 * 365 * 24 * 60 * 60);
    let name = format!("{organization} demo (throw-away key)");
    let made = seal::generate(&name, None, now, validity, &SystemRandom::new()).map_err(|error| fault(error, None))?;
    let identity = SigningIdentity::from_pem(made.key_pem.as_bytes(), made.certificate_pem.as_bytes(), None, now);
    Ok((identity.map_err(|error| fault(error, None))?, made.certificate_pem))
}

fn where_to_look(out: &Path, pack: &Path, trust: &Path) -> String {
    format!(
        "\nAn invented company: its AWS account at the end of two quarters and in each week of the third, the documents that \
         it attested meanwhile, its exceptions, and what AWS Config says\n\nLook at\n  {}  (all of it)\n  {}  (the last quarter)\n  {}\n  {}\n  {}  (to filter)\n  {}  (everything, signed)\nCheck it yourself\n  auditpack verify {} --trust {} --reperform",
        out.join("dashboard.html").display(),
        out.join("what-changed.html").display(),
        out.join("report.html").display(),
        out.join("report.pdf").display(),
        out.join(report::SPREADSHEET).display(),
        pack.display(),
        pack.display(),
        trust.display()
    )
}
