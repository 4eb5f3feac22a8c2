//! Where mapping files come from: the binary itself, or a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{MAX_FILE, MAX_FILES};
use crate::files;
use crate::model::Catalog;

/// Why a mappings folder cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum FolderError {
    /// A file or folder.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Too many for mappings.
    #[error("`{path}` holds more than {MAX_FILES} files")]
    #[diagnostic(help("is this the mappings folder?"))]
    TooMany {
        /// The folder.
        path: PathBuf,
    },
    /// A link, which may lead anywhere: left out in silence, its checks would be missed.
    #[error("`{path}` is a symbolic link, which a mappings folder must not have")]
    #[diagnostic(help("put the file or folder itself in its place"))]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Nothing there.
    #[error("`{path}` holds no mapping file")]
    #[diagnostic(help("a mappings folder has `sources`, `checks`, `controls` or `frameworks` with `.toml` files"))]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// The mappings inside this binary.
pub fn embedded() -> BTreeMap<String, Vec<u8>> {
    let toml = crate::embedded::MAPPINGS.iter().filter(|(name, _)| name.ends_with(".toml"));
    toml.map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
}

/// The `.toml` files below a folder, by path relative to it. Symbolic links are refused: none leads out.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, FolderError> {
    let mut found = BTreeMap::new();
    gather(folder, folder, &mut found)?;
    if found.is_empty() {
        return Err(FolderError::Empty { path: folder.to_owned() });
    }
    Ok(found)
}

fn gather(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) -> Result<(), FolderError> {
    let broken = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Read { path, source }
    };
    for entry in fs::read_dir(folder).map_err(broken(folder))? {
        let entry = entry.map_err(broken(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(broken(&path))?;
        let is_mapping = path.extension().is_some_and(|extension| extension == "toml");
        if kind.is_symlink() && (is_mapping || path.is_dir()) {
            return Err(FolderError::Link { path });
        } else if kind.is_dir() {
            gather(root, &path, found)?;
        } else if kind.is_file() && is_mapping {
            if found.len() >= MAX_FILES {
                return Err(FolderError::TooMany { path: root.to_owned() });
            }
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            // One byte more than may be: `load` then says that the file is too large.
            let bytes = files::read_beyond(&path, MAX_FILE as u64).map_err(|error| broken(&path)(error.into()))?;
            found.insert(name, bytes);
        }
    }
    Ok(())
}

/// Whether a catalog was read from the embedded files and nothing else.
pub fn is_embedded(catalog: &Catalog) -> bool {
    catalog.files == embedded()
}
