//! The folders of snapshots and the manifests in them: `snapshot.json.zst`, or `snapshot.json` as older versions wrote it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{Vault, VaultError, fault, files};
use crate::model::{Sha256, Snapshot, SnapshotId};

/// The manifest of a snapshot.
pub(super) const PACKED: &str = "snapshot.json.zst";
/// The manifest as it was written before snapshots were compressed.
const PLAIN: &str = "snapshot.json";
/// A manifest is written once and read on each use: level 9 saves a third of level 3's bytes and costs a moment.
const LEVEL: i32 = 9;
/// No manifest is larger; what claims to be would fill the memory.
const LARGEST: u64 = 1 << 30;
/// How the name of a snapshot's folder begins.
pub(super) const FOLDER_TIME: &str = "%Y%m%dT%H%M%SZ";
/// How the name of a snapshot's folder ends until all of it is there.
const UNFINISHED: &str = "tmp";

/// A snapshot's folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Folder {
    /// Where it is.
    pub(super) path: PathBuf,
}

impl Folder {
    /// The digits of the snapshot's id that its name ends with.
    pub(super) fn short(&self) -> Option<&str> {
        let (_, id) = self.path.file_name()?.to_str()?.rsplit_once('-')?;
        (id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(id)
    }

    /// The manifest, if there is one.
    pub(super) fn manifest(&self) -> Option<PathBuf> {
        [PACKED, PLAIN].into_iter().map(|name| self.path.join(name)).find(|path| path.is_file())
    }

    /// The manifest's bytes as they were hashed.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, VaultError> {
        let path = self.manifest().unwrap_or_else(|| self.path.join(PACKED));
        let file = File::open(&path).map_err(|error| fault(&path, error))?;
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| fault(&path, error))?;
        match path.ends_with(PACKED) {
            true => unpack(&bytes).map_err(|error| VaultError::Altered { path, what: error.into() }),
            false => Ok(bytes),
        }
    }

    /// The names of the other files: what was derived from the snapshot, and what says that it was pruned.
    pub(super) fn beside(&self) -> Result<Vec<String>, VaultError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(|error| fault(&self.path, error))? {
            let entry = entry.map_err(|error| fault(&self.path, error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if ![PACKED, PLAIN].contains(&name.as_str()) && !name.ends_with(".tmp") && entry.path().is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// In one go where the frame says how long its content is, as ours do: every command unpacks all manifests.
fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    match zstd::bulk::Decompressor::upper_bound(packed).filter(|length| *length as u64 <= LARGEST) {
        Some(length) => zstd::bulk::decompress(packed, length),
        None => {
            let mut bytes = Vec::new();
            zstd::Decoder::new(packed)?.take(LARGEST).read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }
}

impl Vault {
    /// The folders of all snapshots, by name.
    pub(super) fn snapshot_folders(&self) -> Result<Vec<Folder>, VaultError> {
        let folder = self.root().join("snapshots");
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| fault(&folder, error))?.path();
            if path.is_dir() && path.extension().is_none_or(|extension| extension != UNFINISHED) {
                folders.push(Folder { path });
            }
        }
        folders.sort();
        Ok(folders)
    }

    /// Where the snapshot of an id lies, or would lie.
    pub(super) fn snapshot_folder(&self, time: DateTime<Utc>, id: &SnapshotId) -> Folder {
        let name = format!("{}-{}", time.format(FOLDER_TIME), id.short());
        Folder { path: self.root().join("snapshots").join(name) }
    }

    /// Writes a snapshot; it is there whole or not at all.
    pub(super) fn write_snapshot(&self, snapshot: &Snapshot) -> Result<SnapshotId, VaultError> {
        let mut bytes = serde_json::to_vec_pretty(snapshot)
            .map_err(|error| VaultError::Altered { path: self.root().to_owned(), what: error.into() })?;
        bytes.push(b'\n');
        let id = Sha256::of(&bytes);
        let folder = self.snapshot_folder(snapshot.time, &id);
        let packed = zstd::bulk::compress(&bytes, LEVEL).map_err(|error| fault(&folder.path, error))?;
        self.write_folder(&folder, &[(PACKED.to_owned(), packed)])?;
        Ok(id)
    }

    /// Gives a snapshot's folder its name when every file of it is on the disk.
    pub(super) fn write_folder(&self, folder: &Folder, contents: &[(String, Vec<u8>)]) -> Result<(), VaultError> {
        let path = &folder.path;
        if folder.manifest().is_some() {
            return Ok(());
        }
        let mut temporary = path.clone().into_os_string();
        temporary.push(format!(".{UNFINISHED}"));
        let temporary = PathBuf::from(temporary);
        remove_all(&temporary)?;
        files::make_folder(&temporary)?;
        for (name, bytes) in contents {
            files::write_whole(&temporary.join(name), bytes)?;
        }
        files::sync_folder(&temporary)?;
        fs::rename(&temporary, path).map_err(|error| fault(path, error))?;
        files::sync_folder(&self.root().join("snapshots"))
    }

    /// Removes the folders of snapshots that a killed process did not finish; only the holder of the lock may.
    pub(super) fn sweep_snapshots(&self) -> Result<(), VaultError> {
        let folder = self.root().join("snapshots");
        for entry in fs::read_dir(&folder).map_err(|error| fault(&folder, error))? {
            let path = entry.map_err(|error| fault(&folder, error))?.path();
            if path.extension().is_some_and(|extension| extension == UNFINISHED) {
                remove_all(&path)?;
            }
        }
        Ok(())
    }
}

fn remove_all(path: &Path) -> Result<(), VaultError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(path, error)),
        _ => Ok(()),
    }
}
