//! `bundle`: render, gather, sign.

use std::collections::BTreeSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::context::Context;
use super::exit::Exit;
use super::fault::fault;
use super::identity;
use crate::bundle::{self, Content, Member, Readme, Written};
use crate::case::{Case, Past, StoredSnapshot, TOOL};
use crate::cli::Bundle;
use crate::model::{
    AttestedFile, EvidenceFile, Origin, Sha256, Snapshot, attested_files, evidence_files, panic_words, visible_json,
};
use crate::report::{self, Input, SignerLine};
use crate::seal::{Certificate, PdfSignature, Signer, sign_pdf};

pub(super) fn run(flags: &Bundle, context: &mut Context<'_>) -> miette::Result<Exit> {
    let case = context.case()?;
    let identity = identity::load(&flags.signing, &case.yardstick.settings, context)?;
    let out = flags.out.clone().unwrap_or_else(|| default_name(&case));
    let documents = if flags.include_aws_reports { AwsDocuments::Included } else { AwsDocuments::Withheld };
    let past = Past::of(&case);
    context.notes(&past.notes);
    let written = write(&out, &case, &past, &identity, documents, context)?;
    context.say(&format!("{}  {} members, {} bytes", out.display(), written.members, written.size))?;
    context.say(&format!("SHA256SUMS {}", written.sums))?;
    if let Some(certificate) = identity.chain().first() {
        context.say(&format!("signed by {}, fingerprint {}", certificate.subject(), certificate.fingerprint()))?;
    }
    Ok(Exit::Ok)
}

/// Whether AWS's confidential documents go into the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AwsDocuments {
    Included,
    Withheld,
}

fn default_name(case: &Case<StoredSnapshot>) -> PathBuf {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
    let name: String = case.yardstick.settings.organization.chars().map(plain).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    PathBuf::from(format!("auditpack-{}-{}.zip", words.join("-"), case.assessment.period.end))
}

/// Renders, gathers and signs a pack.
pub(super) fn write(
    out: &Path,
    case: &Case<StoredSnapshot>,
    past: &Past,
    signer: &dyn Signer,
    documents: AwsDocuments,
    context: &Context<'_>,
) -> miette::Result<Written> {
    let files = evidence_files(&case.holdings.stored.snapshot);
    let leaf = signer.chain().first().ok_or_else(|| miette!("the signer has no certificate"))?;
    let withheld = match documents {
        AwsDocuments::Included => BTreeSet::new(),
        AwsDocuments::Withheld => aws_documents(&case.holdings.stored.snapshot),
    };
    let mut members = rendered(case, past, leaf, signer, (&files, &withheld), context)?;
    let index = bundle::evidence_index(&case.holdings.stored.snapshot, &withheld).into_diagnostic()?;
    members.push(Member { path: bundle::EVIDENCE_INDEX.to_owned(), content: Content::Bytes(index) });
    for (path, bytes) in &case.yardstick.catalog.files {
        members.push(Member { path: format!("mappings/{path}"), content: Content::Bytes(bytes.clone()) });
    }
    members.extend(attested(case)?);
    for file in files.iter().filter(|file| !withheld.contains(&file.sha256)) {
        members.push(Member { path: file.path.clone(), content: evidence(case, file) });
    }
    bundle::write_pack(out, members, signer, context.now).map_err(|error| fault(error, None))
}

/// The members that we make: the reports, their data, the settings, the instructions.
fn rendered<'a>(
    case: &Case<StoredSnapshot>,
    past: &Past,
    leaf: &Certificate,
    signer: &dyn Signer,
    (files, withheld): (&[EvidenceFile], &BTreeSet<Sha256>),
    context: &Context<'_>,
) -> miette::Result<Vec<Member<'a>>> {
    let templates = &context.templates()?;
    let organization = case.yardstick.settings.organization.as_str();
    let fingerprint = leaf.fingerprint();
    let name = leaf.subject().to_owned();
    let input = Input {
        catalog: &case.yardstick.catalog,
        settings: &case.yardstick.settings,
        snapshot: &case.holdings.stored.snapshot,
        id: case.holdings.stored.id,
        assessment: &case.assessment,
        files,
        signer: Some(SignerLine { name: name.clone(), fingerprint: colons(&fingerprint) }),
        tool: TOOL,
        trend: past.trend.as_ref(),
        trend_note: &past.note,
    };
    let html = made("report.html", || report::html(&input, templates).map_err(|error| fault(error, None)))?;
    let pdf = made("report.pdf", || report::pdf(&input, templates).map_err(|error| fault(error, None)))?;
    let matrix =
        made(report::SPREADSHEET, || report::spreadsheet(&input, withheld).map_err(|error| fault(error, None)))?;
    let reason = format!("Evidence pack of {organization}");
    let pdf = sign_pdf(&pdf, signer, context.now, &PdfSignature { name: &name, reason: &reason });
    let pdf = pdf.map_err(|error| fault(error, None)).wrap_err("cannot sign the PDF")?;
    let assessment = lines(&case.assessment)?;
    let readme = bundle::readme(&Readme { organization, signer: &name, fingerprint, tool: TOOL });
    let members: [(&str, Vec<u8>); 7] = [
        ("report.pdf", pdf),
        ("report.html", html),
        (report::SPREADSHEET, matrix),
        ("README.txt", readme),
        ("assessment.json", assessment),
        ("snapshot.json", case.holdings.stored.bytes.clone()),
        ("config/auditpack.toml", case.yardstick.settings.file.clone()),
    ];
    let history = past.trend.as_ref().map(lines).transpose()?;
    let history = history.map(|bytes| (bundle::HISTORY.to_owned(), bytes));
    let named = case.yardstick.settings.exceptions_file.iter();
    let named = named.map(|file| (format!("config/{}", file.path), file.bytes.clone()));
    let members = members.map(|(path, bytes)| (path.to_owned(), bytes)).into_iter().chain(history).chain(named);
    Ok(members.map(|(path, bytes)| Member { path, content: Content::Bytes(bytes) }).collect())
}

/// A member, made; a panic on the way is an error that names it.
fn made(member: &str, make: impl FnOnce() -> miette::Result<Vec<u8>>) -> miette::Result<Vec<u8>> {
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| {
        let help = "this is a fault of auditpack's own; please report it";
        Err(miette!(help = help, "`{member}` cannot be made: auditpack broke off: {}", panic_words(panic.as_ref())))
    })
}

/// JSON for people too.
fn lines(value: &impl serde::Serialize) -> miette::Result<Vec<u8>> {
    visible_json(value).into_diagnostic()
}

/// What people attested: the log with its whole history, the index of what counts, and the documents that count.
fn attested(case: &Case<StoredSnapshot>) -> miette::Result<Vec<Member<'_>>> {
    let log = &case.holdings.attested.log;
    if log.head().is_none() {
        return Ok(Vec::new());
    }
    let index = bundle::attestation_index(log).into_diagnostic()?;
    let mut members = vec![
        Member {
            path: bundle::ATTESTATION_LOG.to_owned(),
            content: Content::Bytes(case.holdings.attested.bytes.clone()),
        },
        Member { path: bundle::ATTESTATION_INDEX.to_owned(), content: Content::Bytes(index) },
    ];
    for AttestedFile { path, sha256, size, .. } in attested_files(&log.active()) {
        case.holdings.vault.check(&sha256)?;
        members.push(Member { path, content: kept(case, sha256, size) });
    }
    Ok(members)
}

fn evidence<'a>(case: &'a Case<StoredSnapshot>, file: &EvidenceFile) -> Content<'a> {
    match file.origin {
        Origin::Exchange(_) => kept(case, file.sha256, file.size),
        // The snapshot does not say how long a refusal is.
        Origin::Gap(_) => kept(case, file.sha256, 0),
    }
}

/// Bytes of the vault.
fn kept(case: &Case<StoredSnapshot>, hash: Sha256, size: u64) -> Content<'_> {
    match size > STREAMED {
        true => Content::Stream {
            size,
            open: Box::new(move || {
                Ok(Box::new(case.holdings.vault.reader(&hash).map_err(io::Error::other)?) as Box<dyn io::Read>)
            }),
        },
        false => Content::Later(Box::new(move || case.holdings.vault.get(&hash).map_err(io::Error::other))),
    }
}

/// Larger bodies are streamed into the pack.
const STREAMED: u64 = 8 << 20;

/// The bodies that are AWS's confidential documents; their hash stays in the index.
fn aws_documents(snapshot: &Snapshot) -> BTreeSet<Sha256> {
    let document = |part: &str| part == "document";
    let of_artifact = snapshot.exchanges.iter().filter(|exchange| exchange.source.as_str() == "artifact.reports");
    of_artifact
        .filter(|exchange| exchange.item.as_ref().is_some_and(|item| document(&item.part)))
        .map(|exchange| exchange.body)
        .collect()
}

/// As `openssl x509 -fingerprint -sha256` prints it.
pub(super) fn colons(fingerprint: &Sha256) -> String {
    let pairs: Vec<String> = fingerprint.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}
