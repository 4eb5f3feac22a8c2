//! `keygen`: a signing key, encrypted, and its certificate.

use std::time::Duration;

use miette::miette;

use super::context::{Context, Privacy, write_new};
use super::exit::Exit;
use super::fault::fault;
use super::passphrase;
use crate::cli::Keygen;
use crate::seal::{self, Certificate, SystemRandom};

pub(super) fn run(flags: &Keygen, context: &mut Context<'_>) -> miette::Result<Exit> {
    let organization = match &flags.organization {
        Some(name) => name.clone(),
        None if context.options.config.exists() => context.settings(&context.catalog()?)?.organization,
        None => {
            return Err(miette!(
                help = "give `--organization NAME`, or write a settings file with `auditpack init`",
                "the certificate needs the organization's name"
            ));
        }
    };
    let help = "move it away first, or name another file with `--key` and `--certificate`";
    for path in [&flags.key, &flags.certificate] {
        if path.exists() {
            return Err(miette!(help = help, "`{}` is there already", path.display()));
        }
    }
    let passphrase = passphrase::choose()?;
    let validity = Duration::from_secs(u64::from(flags.days) * 24 * 60 * 60);
    let made = seal::generate(&organization, Some(&passphrase), context.now, validity, &SystemRandom::new());
    let made = made.map_err(|error| fault(error, None))?;
    write_new(&flags.key, made.key_pem.as_bytes(), Privacy::Owner, help)?;
    if let Err(error) = write_new(&flags.certificate, made.certificate_pem.as_bytes(), Privacy::Anyone, help) {
        // A key whose certificate was never written would only stand in the next one's way.
        let left = std::fs::remove_file(&flags.key).is_err();
        let note = format!("the key `{}` was written and could not be removed again: delete it", flags.key.display());
        return Err(if left { error.wrap_err(note) } else { error });
    }
    let certificate = Certificate::from_pem(made.certificate_pem.as_bytes()).map_err(|error| fault(error, None))?;
    let fingerprint = certificate.first().map(|leaf| leaf.fingerprint().to_string()).unwrap_or_default();
    context.say(&format!("key          {}  (encrypted; keep it)", flags.key.display()))?;
    context.say(&format!("certificate  {}  (give it to those who verify)", flags.certificate.display()))?;
    context.say(&format!("fingerprint  {fingerprint}"))?;
    context.note("give the auditor the fingerprint over a separate channel, for example by phone");
    Ok(Exit::Ok)
}
