//! Exit codes: a documented contract.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// Could not go on.
    Error,
    /// The command line was wrong (clap exits with this by itself).
    Usage,
    /// Done, but evidence is missing: gaps were disclosed.
    Incomplete,
    /// Done, and checks fail (only with `--fail-on`).
    Failing,
    /// The pack is not what it claims to be, or its signer is not trusted.
    Unverified,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Failing => 4,
            Self::Unverified => 5,
        }
    }
}
