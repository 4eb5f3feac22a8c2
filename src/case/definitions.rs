//! The mappings and settings of a snapshot, as the vault keeps them beside its evidence.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::{CaseError, Yardstick};
use crate::catalog;
use crate::model::{Definitions, Sha256};
use crate::vault::{Vault, VaultError};

/// What the settings file is called among them.
const SETTINGS: &str = "auditpack.toml";

impl Yardstick {
    /// Keeps the mappings and settings; `keep` takes bytes and gives their hash.
    pub fn keep(&self, keep: &dyn Fn(&[u8]) -> Result<Sha256, VaultError>) -> Result<Definitions, CaseError> {
        let keep = |files: BTreeMap<&str, &[u8]>| -> Result<Sha256, CaseError> {
            let texts: BTreeMap<&str, _> =
                files.into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(bytes))).collect();
            Ok(keep(&serde_json::to_vec(&texts).map_err(CaseError::Json)?)?)
        };
        let beside = self.settings.exceptions_file.iter().map(|file| (file.path.as_str(), file.bytes.as_slice()));
        let mappings = self.catalog.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        Ok(Definitions {
            mappings: keep(mappings.collect())?,
            settings: keep(beside.chain([(SETTINGS, self.settings.file.as_slice())]).collect())?,
        })
    }
}

/// The mappings and settings that a snapshot was collected by.
pub(super) fn of_snapshot(vault: &Vault, named: &Definitions) -> Result<Yardstick, CaseError> {
    let files = |hash: &Sha256| -> Result<BTreeMap<String, Vec<u8>>, CaseError> {
        let texts: BTreeMap<String, String> = serde_json::from_slice(&vault.get(hash)?).map_err(CaseError::Json)?;
        Ok(texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect())
    };
    let catalog = catalog::load(files(&named.mappings)?)?;
    let mut settings = files(&named.settings)?;
    let own = settings.remove(SETTINGS).ok_or(CaseError::NoSettings)?;
    let beside = &mut |path: &str| settings.get(path).cloned().ok_or_else(|| io::Error::other("it was not kept"));
    let settings = catalog::load_settings_beside(SETTINGS, &own, &catalog, beside)?;
    Ok(Yardstick::new(Arc::new(catalog), Arc::new(settings), 1))
}
