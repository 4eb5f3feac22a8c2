//! The signer: from the flags or the settings, its pass phrase from the environment or the terminal.

use std::path::{Path, PathBuf};

use miette::miette;

use super::context::Context;
use super::fault::{fault_in, unread};
use super::passphrase;
use crate::cli::Signing;
use crate::files;
use crate::model::Settings;
use crate::seal::{KeyError, SigningIdentity};

/// Loads the signing key and its chain.
pub(super) fn load(flags: &Signing, settings: &Settings, context: &Context<'_>) -> miette::Result<SigningIdentity> {
    let home = context.options.config.parent().unwrap_or(Path::new("")).to_owned();
    let from_settings = |path: &PathBuf| home.join(path);
    let signing = settings.signing.as_ref();
    let key = flags.key.clone().or_else(|| signing.map(|signing| from_settings(&signing.key)));
    let certificate = flags.certificate.clone().or_else(|| signing.map(|signing| from_settings(&signing.certificate)));
    let (Some(key), Some(certificate)) = (key, certificate) else {
        return Err(miette!(
            help = "`auditpack keygen` makes a key; name it under `[signing]` in the settings, or with `--key` and `--certificate`",
            "a pack needs a signer"
        ));
    };
    let (pem, chain) = (read(&key)?, read(&certificate)?);
    let identity = match SigningIdentity::from_pem(&pem, &chain, None, context.now) {
        Err(KeyError::PassphraseNeeded) => {
            let passphrase = passphrase::ask(&format!("Pass phrase of {}", key.display()))?;
            SigningIdentity::from_pem(&pem, &chain, Some(&passphrase), context.now)
        }
        identity => identity,
    };
    identity.map_err(|error| fault_in(&[&key, &certificate], error))
}

fn read(path: &Path) -> miette::Result<Vec<u8>> {
    files::read_or_stdin(path, files::SMALL).map_err(|error| unread(path, error))
}
