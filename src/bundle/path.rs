//! Paths inside a pack: relative, plain, and harmless on every file system.

use std::fmt;

use crate::model::{is_hidden, visible};

/// Longer than any path that we write, shorter than what any system refuses.
const MAX_LENGTH: usize = 1024;

/// A path that stays inside the folder it is unpacked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackPath(String);

/// Why a path cannot be a member's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Empty, or with an empty part.
    #[error("it is empty or has an empty part")]
    Empty,
    /// Too long.
    #[error("it is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Absolute.
    #[error("it is absolute")]
    Absolute,
    /// `.` or `..`.
    #[error("it has a part `.` or `..`")]
    Dots,
    /// A backslash or a colon, which lead elsewhere on Windows.
    #[error("it has a backslash or a colon")]
    Windows,
    /// Control characters, and those that no reader sees or that turn their neighbours around.
    #[error("it has a control character or a hidden one")]
    Hidden,
}

impl PackPath {
    /// Takes a path with `/` between its parts.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text.len() > MAX_LENGTH {
            return Err(PathFault::TooLong);
        }
        if text.starts_with('/') {
            return Err(PathFault::Absolute);
        }
        if text.contains(['\\', ':']) {
            return Err(PathFault::Windows);
        }
        if text.chars().any(is_hidden) {
            return Err(PathFault::Hidden);
        }
        for part in text.split('/') {
            match part {
                "" => return Err(PathFault::Empty),
                "." | ".." => return Err(PathFault::Dots),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which file systems that ignore case see it.
    pub(super) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for PackPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text from a hostile pack made fit for a terminal.
pub(super) fn printable(text: &str) -> String {
    visible(&text.chars().take(400).collect::<String>())
}
