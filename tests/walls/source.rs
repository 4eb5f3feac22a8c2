//! Reads `src/` as modules: the files of a room with their place in it, without tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// The crate's own files: they hold no room.
const ROOTS: [&str; 2] = ["lib", "main"];

/// A source file of a room, without its tests.
pub(crate) struct Module {
    /// Its names from the room down, such as `collect::conversations::lookup`.
    pub(crate) path: Vec<String>,
    pub(crate) file: PathBuf,
    pub(crate) code: String,
}

impl Module {
    /// The lines that are code, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.code.lines().enumerate().map(|(at, line)| (at + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn src() -> PathBuf {
    root().join("src")
}

/// What stands in `src/`: a room is a folder, a file, or both.
pub(crate) fn rooms() -> BTreeSet<String> {
    let entries = fs::read_dir(src()).expect("src is readable").map(|entry| entry.expect("an entry").path());
    let names = entries.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    names.filter(|name| !ROOTS.contains(&name.as_str())).collect()
}

pub(crate) fn modules_of(room: &str) -> Vec<Module> {
    let mut found = Vec::new();
    modules(vec![room.to_owned()], &mut found);
    found
}

/// A module and those below it, without the ones that only tests have.
fn modules(path: Vec<String>, found: &mut Vec<Module>) {
    let folder = path.iter().fold(src(), |folder, name| folder.join(name));
    let (inner, outer) = (folder.join("mod.rs"), folder.with_extension("rs"));
    let file = if inner.exists() { inner } else { outer };
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    let mut is_test = false;
    for line in code.lines() {
        let module = line.trim_start_matches("pub").trim_start_matches("(crate)").trim_start_matches("(super)").trim();
        if let Some(name) = module.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
            && !is_test
        {
            modules(path.iter().cloned().chain([name.to_owned()]).collect(), found);
        }
        is_test = line == "#[cfg(test)]";
    }
    found.push(Module { path, file, code });
}
