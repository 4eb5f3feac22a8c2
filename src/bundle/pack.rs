//! A pack opened for reading: `verify` looks at all of it, `--reperform` at the raw evidence.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;

use super::archive::Archive;
use super::folder::Folder;
use super::path::PackPath;
use super::problem::{Limits, Problem, VerifyError};
use super::unpack::Source;
use crate::files;

/// A pack, as a zip or unpacked. Opening it says nothing about whether it is sound: [`super::verify`] does.
#[derive(Debug)]
pub(super) struct Pack<'a> {
    form: Form<'a>,
    memory: u64,
}

#[derive(Debug)]
enum Form<'a> {
    Archive(Archive<'a>),
    Folder(Folder),
}

/// Why a member cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackReadError {
    /// It is not there.
    #[error("the pack has no `{0}`")]
    Missing(String),
    /// It is larger than may be held in memory.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// The member.
        path: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Its bytes cannot be unpacked.
    #[error("cannot read `{path}`")]
    Damaged {
        /// The member.
        path: String,
        /// What is wrong.
        source: io::Error,
    },
    /// Its bytes are others than those that were verified a moment ago.
    #[error("`{0}` was changed while the pack was read")]
    Changed(String),
}

impl<'a> Pack<'a> {
    pub(super) fn open(
        path: &Path,
        limits: &Limits,
        problems: &mut Vec<Problem>,
    ) -> Result<Pack<'static>, VerifyError> {
        let open = |problems: &mut Vec<Problem>| -> io::Result<Form<'static>> {
            if fs::metadata(path)?.is_dir() {
                return Ok(Form::Folder(Folder::open(path, limits, problems)?));
            }
            let source = Source::File(Mutex::new(files::open(path)?));
            Ok(Form::Archive(Archive::open(source, limits, problems)?))
        };
        match open(problems) {
            Ok(form) => Ok(Pack { form, memory: limits.memory }),
            Err(source) => Err(VerifyError::Unreadable { path: path.to_owned(), source }),
        }
    }

    pub(super) fn of_bytes(bytes: &'a [u8], limits: &Limits, problems: &mut Vec<Problem>) -> io::Result<Self> {
        let archive = Archive::open(Source::Memory(bytes), limits, problems)?;
        Ok(Self { form: Form::Archive(archive), memory: limits.memory })
    }

    /// The members that can be read and their sizes in bytes, sorted by path.
    pub(super) fn members(&self) -> Vec<(&PackPath, u64)> {
        match &self.form {
            Form::Archive(archive) => archive.paths().collect(),
            Form::Folder(folder) => folder.paths().collect(),
        }
    }

    /// Streams a member. An error after its last byte says that it is not what the archive's records promise.
    pub(super) fn reader(&self, path: &PackPath) -> Option<io::Result<Box<dyn Read + '_>>> {
        match &self.form {
            Form::Archive(archive) => archive.reader(path).map(|reader| Ok(Box::new(reader) as Box<dyn Read>)),
            Form::Folder(folder) => folder.reader(path).map(|file| file.map(|file| Box::new(file) as Box<dyn Read>)),
        }
    }

    /// A whole member, if it is there and not larger than the limits allow.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, PackReadError> {
        let missing = || PackReadError::Missing(path.to_owned());
        let damaged = |source| PackReadError::Damaged { path: path.to_owned(), source };
        let name = PackPath::parse(path).map_err(|_| missing())?;
        let reader = self.reader(&name).ok_or_else(missing)?.map_err(damaged)?;
        let mut bytes = Vec::new();
        reader.take(self.memory + 1).read_to_end(&mut bytes).map_err(damaged)?;
        if bytes.len() as u64 > self.memory {
            return Err(PackReadError::TooLarge { path: path.to_owned(), limit: self.memory });
        }
        Ok(bytes)
    }
}
