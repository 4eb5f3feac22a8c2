//! The edge: a room's error becomes a report, with its remedy and all its causes.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, Report};

use crate::case::CaseError;
use crate::vault::VaultError;

/// An error of a room, and what the user can do about it.
#[derive(Debug)]
struct Fault {
    error: Box<dyn Error + Send + Sync>,
    remedy: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl Diagnostic for Fault {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.remedy.as_ref().map(|remedy| Box::new(remedy) as Box<dyn fmt::Display>)
    }
}

/// A report of an error, its causes kept.
pub(super) fn fault(error: impl Error + Send + Sync + 'static, remedy: Option<&str>) -> Report {
    Fault { error: Box::new(error), remedy: remedy.map(str::to_owned) }.into()
}

/// An error about a file of the user's.
#[derive(Debug)]
struct Located {
    path: PathBuf,
    error: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path.display(), self.error)
    }
}

impl Error for Located {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The error itself is said above.
        self.error.source()
    }
}

/// A report of an error about a file, its causes kept.
pub(super) fn fault_at(path: &Path, error: impl Error + Send + Sync + 'static) -> Report {
    fault(Located { path: path.to_owned(), error: Box::new(error) }, None)
}

impl From<VaultError> for Report {
    fn from(error: VaultError) -> Self {
        let remedy = error.remedy();
        fault(error, Some(remedy))
    }
}

impl From<CaseError> for Report {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Vault(error) => error.into(),
            // Its places in the user's files are shown.
            CaseError::Definitions(faults) => faults.into(),
            error => {
                let remedy = error.remedy();
                fault(error, remedy)
            }
        }
    }
}
