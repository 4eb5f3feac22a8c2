//! The edge: a room's error becomes a report, with its remedy and all its causes.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, Report};

use crate::case::CaseError;
use crate::files::Unread;
use crate::model::causes;
use crate::vault::VaultError;

/// A message, and the one that says why. A cause that its message has said already is left out.
#[derive(Debug)]
struct Because {
    message: String,
    cause: Option<Box<Because>>,
}

impl Because {
    fn of(error: &dyn Error) -> Option<Box<Self>> {
        let chain = |cause, message| Some(Box::new(Self { message, cause }));
        causes(error).into_iter().rev().fold(None, chain)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Because {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// An error of a room, and what the user can do about it.
#[derive(Debug)]
struct Fault {
    error: Box<dyn Error + Send + Sync>,
    cause: Option<Box<Because>>,
    remedy: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl Diagnostic for Fault {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.remedy.as_ref().map(|remedy| Box::new(remedy) as Box<dyn fmt::Display>)
    }
}

/// A report of an error, its causes kept.
pub(super) fn fault(error: impl Error + Send + Sync + 'static, remedy: Option<&str>) -> Report {
    let cause = Because::of(&error).and_then(|said| said.cause);
    Fault { error: Box::new(error), cause, remedy: remedy.map(str::to_owned) }.into()
}

/// An error about files of the user's.
#[derive(Debug)]
struct Located {
    paths: Vec<PathBuf>,
    error: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<String> = self.paths.iter().map(|path| format!("`{}`", path.display())).collect();
        write!(f, "{}: {}", paths.join(", "), self.error)
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
    fault_in(&[path], error)
}

/// A report of an error about files that belong together, its causes kept.
pub(super) fn fault_in(paths: &[&Path], error: impl Error + Send + Sync + 'static) -> Report {
    fault(Located { paths: paths.iter().map(|path| (*path).to_owned()).collect(), error: Box::new(error) }, None)
}

/// A report of a file that is not read, with its remedy.
pub(super) fn unread(path: &Path, error: Unread) -> Report {
    let remedy = error.remedy();
    fault(Located { paths: vec![path.to_owned()], error: Box::new(error) }, Some(remedy))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("syntax error: {0}")]
    struct Foreign(#[source] std::io::Error);

    #[test]
    fn a_chain_keeps_its_causes_and_says_each_once() {
        let report =
            fault_in(&[Path::new("key.pem"), Path::new("chain.pem")], Foreign(std::io::Error::other("no end")));
        let chain: Vec<String> = report.chain().map(ToString::to_string).collect();
        assert_eq!(chain, ["`key.pem`, `chain.pem`: syntax error: no end"]);
        let report = fault(crate::seal::SignatureFault::Malformed(crate::seal::Malformation::Signers), Some("look"));
        let chain: Vec<String> = report.chain().map(ToString::to_string).collect();
        assert_eq!(chain, ["it is not a detached CMS signature in DER", "expected one signer"]);
        assert_eq!(report.help().map(|help| help.to_string()).as_deref(), Some("look"));
    }
}
