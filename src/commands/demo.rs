//! `demo`: the whole flow on an embedded sample account: the first thing a newcomer runs.

mod documents;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use miette::{IntoDiagnostic as _, miette};

use super::bundle::{self, AwsDocuments};
use super::collect;
use super::context::{Context, vault_fault};
use super::exit::Exit;
use super::verify;
use crate::bundle::{Limits, open_pack};
use crate::cli::Demo;
use crate::collect::{Concurrency, Mode, Recordings};
use crate::seal::{self, SigningIdentity, SystemRandom, Trust};
use crate::vault::Vault;

/// What AWS answered for the sample account: JSON lines, compressed.
const RECORDING: &[u8] = include_bytes!("../../demo/account.jsonl.zst");
/// The sample company's settings.
const SETTINGS: &[u8] = include_bytes!("../../demo/auditpack.toml");
/// The deviations that it approved, which the settings name.
const EXCEPTIONS: &[u8] = include_bytes!("../../demo/exceptions.toml");
/// When the sample account was asked, in Unix seconds: 2026-09-30T18:00:00Z.
const RECORDED_AT: i64 = 1_790_791_200;
/// More than the recording has, so that a broken build does not fill the memory.
const RECORDING_LIMIT: usize = 256 << 20;

pub(super) fn run(flags: &Demo, context: &mut Context<'_>) -> miette::Result<Exit> {
    let out = &flags.out;
    let config = out.join("auditpack.toml");
    context.write(&config, SETTINGS)?;
    context.write(&out.join("exceptions.toml"), EXCEPTIONS)?;
    context.common.config = config;
    context.common.vault = out.join("vault");
    let recorded = DateTime::from_timestamp(RECORDED_AT, 0).ok_or_else(|| miette!("the recording has no time"))?;
    collect_recorded(context, recorded)?;
    documents::attest(out.join("documents"), recorded, context)?;
    let judged = context.judge()?;
    context.note(&format!(
        "judged {} checks, {} requirements",
        judged.assessment.checks.len(),
        judged.assessment.requirements.iter().filter(|one| one.parent.is_none()).count()
    ));

    let (identity, certificate) = throw_away_signer(&judged.settings.organization, context.now)?;
    let (pack, trust_file) = (out.join("evidence-pack.zip"), out.join("signer-certificate.pem"));
    context.write(&trust_file, certificate.as_bytes())?;
    bundle::write(&pack, &judged, &identity, AwsDocuments::Withheld, &context.templates()?, context)?;
    for report in ["report.pdf", "report.html"] {
        let bytes = open_pack(&pack, &Limits::default()).into_diagnostic()?.read(report).into_diagnostic()?;
        context.write(&out.join(report), &bytes)?;
    }
    let mut trust = Trust::none();
    trust.add_pem(certificate.as_bytes()).map_err(|error| miette!("{error}"))?;
    let found = crate::bundle::verify(&pack, &trust, &Limits::default()).into_diagnostic()?;
    context.say(&verify::summary(&pack, &found, false))?;
    context.say(&where_to_look(out, &pack, &trust_file))?;
    Ok(if found.ok { Exit::Ok } else { Exit::Unverified })
}

fn collect_recorded(context: &mut Context<'_>, recorded: DateTime<Utc>) -> miette::Result<()> {
    let catalog = Arc::new(context.catalog()?);
    let settings = Arc::new(context.settings(&catalog)?);
    let lines = zstd::bulk::decompress(RECORDING, RECORDING_LIMIT).into_diagnostic()?;
    let recordings = Recordings::from_json_lines(&lines).map_err(|error| miette!("{error}"))?;
    let vault = Vault::create(&context.common.vault).map_err(vault_fault)?;
    let journal = vault.begin(recorded, settings.period, &settings.organization).map_err(vault_fault)?;
    let now = std::mem::replace(&mut context.now, recorded);
    let mode = Mode::Replay(Arc::new(recordings));
    let taken = collect::take(&catalog, &settings, journal, mode, Concurrency::default(), context);
    context.now = now;
    let taken = taken?;
    context.note(&format!(
        "collected {} recorded replies, {} gaps, snapshot {}",
        taken.snapshot.exchanges.len(),
        taken.snapshot.gaps.len(),
        taken.id.short()
    ));
    Ok(())
}

/// A key that is never written down: whoever wants to sign makes one with `keygen`.
fn throw_away_signer(organization: &str, now: DateTime<Utc>) -> miette::Result<(SigningIdentity, String)> {
    let validity = Duration::from_secs(2 * 365 * 24 * 60 * 60);
    let name = format!("{organization} demo (throw-away key)");
    let made = seal::generate(&name, None, now, validity, &SystemRandom::new()).map_err(|error| miette!("{error}"))?;
    let identity = SigningIdentity::from_pem(made.key_pem.as_bytes(), made.certificate_pem.as_bytes(), None, now);
    Ok((identity.map_err(|error| miette!("{error}"))?, made.certificate_pem))
}

fn where_to_look(out: &Path, pack: &Path, trust: &Path) -> String {
    format!(
        "\nAn invented company: its AWS account as recorded, five documents that it attested, two exceptions, and what AWS \
         Config says\n\nLook at\n  {}\n  {}\n  {}  (everything, signed)\nCheck it yourself\n  auditpack verify {} --trust {} --reperform",
        out.join("report.html").display(),
        out.join("report.pdf").display(),
        pack.display(),
        pack.display(),
        trust.display()
    )
}
