//! A pack that was unpacked into a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::path::PackPath;
use super::problem::{Limits, Problem, ProblemKind};
use crate::files;

/// Deeper than any pack goes.
const MAX_DEPTH: usize = 32;

/// The members of a folder, by path, with their sizes.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    files: BTreeMap<PackPath, u64>,
}

impl Folder {
    /// Lists the files below `root`; links and special files become problems and are never followed.
    pub(super) fn open(root: &Path, limits: &Limits, problems: &mut Vec<Problem>) -> io::Result<Self> {
        let mut folder = Self { root: root.to_owned(), files: BTreeMap::new() };
        let mut waiting = vec![(root.to_owned(), String::new(), 0)];
        let mut total: u64 = 0;
        while let Some((path, prefix, depth)) = waiting.pop() {
            for found in fs::read_dir(&path)? {
                let found = found?;
                let name = format!("{prefix}{}", found.file_name().to_string_lossy());
                let kind = found.file_type()?;
                if kind.is_dir() && depth < MAX_DEPTH {
                    waiting.push((found.path(), format!("{name}/"), depth + 1));
                } else if kind.is_file() {
                    let size = found.metadata()?.len();
                    total = total.saturating_add(size);
                    folder.add(&name, size, problems);
                } else {
                    let message = "it is a link, a special file, or nested too deeply";
                    problems.push(Problem::new(ProblemKind::PathEscapes, &name, message));
                }
                if folder.files.len() > limits.members || total > limits.total {
                    let message = "it has more members or bytes than the limits allow";
                    problems.push(Problem::new(ProblemKind::TooLarge, "", message));
                    return Ok(folder);
                }
            }
        }
        Ok(folder)
    }

    fn add(&mut self, name: &str, size: u64, problems: &mut Vec<Problem>) {
        match PackPath::parse(name) {
            Ok(path) => drop(self.files.insert(path, size)),
            Err(fault) => problems.push(Problem::new(ProblemKind::PathEscapes, name, fault.to_string())),
        }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&PackPath, u64)> {
        self.files.iter().map(|(path, size)| (path, *size))
    }

    /// A file that grows while it is read is cut off one byte beyond what was listed: it is not what was signed either way.
    pub(super) fn reader(&self, path: &PackPath) -> Option<io::Result<io::Take<File>>> {
        let size = self.files.get(path)?;
        let file = files::open(&self.root.join(path.as_str())).map_err(io::Error::from);
        Some(file.map(|file| file.take(size.saturating_add(1))))
    }
}
