//! Files that a user names: opened once, refused when they are not regular, read to a bound.
//!
//! A named pipe without a writer would hang whoever opens it, `/dev/zero` would fill the memory. So a file is opened
//! without waiting, the open file is what is looked at and read, and no more of it than its use allows.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Keys, certificates and what else is a page of text.
pub(crate) const SMALL: u64 = 1 << 20;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// The system does not give it.
    #[error("{0}")]
    System(io::Error),
    /// It is not a regular file.
    #[error("it is {0}, not a file")]
    Kind(&'static str),
    /// It is larger than anything of its use.
    #[error("it is larger than {}", size(*.0))]
    TooLarge(u64),
}

impl Unread {
    /// Whether there is no such file.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// What the user can do about it.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::System(_) => "check the path and who may read it",
            Self::Kind(_) => "name a plain file; what comes through a pipe is saved as a file first",
            Self::TooLarge(_) => "name another file: this one is not what is read here",
        }
    }
}

impl From<Unread> for io::Error {
    fn from(error: Unread) -> Self {
        match error {
            Unread::System(error) => error,
            other => Self::other(other),
        }
    }
}

/// Opens a regular file.
pub(crate) fn open(path: &Path) -> Result<File, Unread> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A pipe without a writer is opened at once, and a terminal does not become ours.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(Unread::System)?;
    let kind = file.metadata().map_err(Unread::System)?.file_type();
    match kind.is_file() {
        true => Ok(file),
        false => Err(Unread::Kind(words(kind))),
    }
}

/// A regular file's bytes, if they are not more than `most`.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    bounded(open(path)?, most)
}

/// The same, and one byte beyond `most`, for whoever says in words of its own that the file is too large.
pub(crate) fn read_beyond(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(Unread::System)?;
    Ok(bytes)
}

/// The same of what may come through a pipe too: `-` and `/dev/stdin` are the standard input.
pub(crate) fn read_or_stdin(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    match is_stdin(path) {
        true => bounded(io::stdin().lock(), most),
        false => read(path, most),
    }
}

/// Whether a path means the standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdin")
}

fn bounded(from: impl Read, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(Unread::System)?;
    match bytes.len() as u64 > most {
        true => Err(Unread::TooLarge(most)),
        false => Ok(bytes),
    }
}

/// What is not a file, in words.
fn words(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    match kind.is_dir() {
        true => "a folder",
        false => "something else",
    }
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mib => format!("{mib} MiB"),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    fn said(path: &Path) -> String {
        read(path, 10).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_regular_file_is_refused_and_nothing_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(said(&pipe), "it is a named pipe, not a file");
        for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
            let error = read(Path::new(device), 10).unwrap_err();
            assert!(matches!(error, Unread::Kind("a device") | Unread::System(_)), "{device}: {error}");
        }
        assert_eq!(said(folder.path()), "it is a folder, not a file");
        assert!(read(&folder.path().join("none"), 10).unwrap_err().is_absent());
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [1; 11]).unwrap();
        assert_eq!(said(&path), "it is larger than 10 bytes");
        assert_eq!(read_beyond(&path, 5).unwrap().len(), 6);
        assert_eq!(read(&path, 11).unwrap().len(), 11);
        assert_eq!(Unread::TooLarge(SMALL).to_string(), "it is larger than 1 MiB");
        // A sparse file says that it is large; one of /proc says that it has nothing, and has more.
        fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(read(&path, SMALL), Err(Unread::TooLarge(SMALL))));
        assert!(matches!(read(Path::new("/proc/self/status"), 10), Err(Unread::TooLarge(10)) | Err(Unread::System(_))));
    }
}
