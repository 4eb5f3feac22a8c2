//! Where a collection puts what it gets, and where it reports: `collect` knows neither the vault nor the terminal.

use std::error::Error;

use super::{AccountId, Exchange, Gap, Sha256};

/// Takes evidence as it comes. Each call returns when the thing is safe.
pub trait Sink: Send + Sync {
    /// Keeps a reply and its body.
    fn exchange(&self, exchange: Exchange, body: &[u8]) -> Result<(), SinkError>;
    /// Keeps a gap and, if AWS answered, its body.
    fn gap(&self, gap: Gap, body: Option<&[u8]>) -> Result<(), SinkError>;
    /// Begins a document that is too large for memory.
    fn document(&self) -> Result<Box<dyn DocumentSink>, SinkError>;
}

/// A document on its way to the vault.
pub trait DocumentSink: Send {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError>;
    /// Ends the document; its hash and its length in bytes. A document that is dropped unfinished leaves nothing.
    fn finish(self: Box<Self>) -> Result<(Sha256, u64), SinkError>;
}

/// The evidence could not be kept: a full disk, a vault that went away. The keeper's own error says which.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SinkError(Box<dyn Error + Send + Sync>);

impl SinkError {
    /// The keeper's error.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// Receives progress; silent implementations serve tests and pipes.
pub trait Progress: Send + Sync {
    /// So many more calls are known for an account.
    fn planned(&self, account: &AccountId, calls: u64);
    /// A call is done.
    fn done(&self, account: &AccountId);
    /// A call ended as a gap (it is done too).
    fn gap(&self, account: &AccountId);
}
