//! Where mapping files come from: the binary itself, or a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{MAX_FILE, MAX_FILES};

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

/// The `.toml` files below a folder, by path relative to it. Symbolic links are not followed: none leads out.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, FolderError> {
    let mut files = BTreeMap::new();
    gather(folder, folder, &mut files)?;
    if files.is_empty() {
        return Err(FolderError::Empty { path: folder.to_owned() });
    }
    Ok(files)
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), FolderError> {
    let broken = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Read { path, source }
    };
    for entry in fs::read_dir(folder).map_err(broken(folder))? {
        let entry = entry.map_err(broken(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(broken(&path))?;
        if kind.is_dir() {
            gather(root, &path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "toml") {
            if files.len() >= MAX_FILES {
                return Err(FolderError::TooMany { path: root.to_owned() });
            }
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, read_bounded(&path).map_err(broken(&path))?);
        }
    }
    Ok(())
}

/// One byte more than may be: `load` then says that the file is too large.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
