//! Sizes that say where a type is hiding, and names that say what they mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::src;

/// A longer file holds two things.
const LONGEST: usize = 400;

/// The model is types, folds and ids; what a room does stands in the room.
const MODEL: usize = 5500;

/// Names that say nothing of what they name.
const BARRED: [&str; 6] = ["Said", "Desk", "Shelf", "Beside", "Hearing", "World"];

/// Words that may name one thing only.
const ONCE: [&str; 5] = ["Place", "Line", "Known", "Judged", "Part"];

/// The Rust files of a folder, and of those in it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in [src(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")] {
        files(&folder, &mut found);
    }
    found.into_iter().map(|file| (file.clone(), fs::read_to_string(file).expect("a text"))).collect()
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = all()
        .iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| format!("{}: {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines:\n{}", long.join("\n"));
}

#[test]
fn the_model_stays_small() {
    let mut model = Vec::new();
    files(&src().join("model"), &mut model);
    let lines: usize = model.iter().map(|file| fs::read_to_string(file).expect("a text").lines().count()).sum();
    assert!(lines <= MODEL, "src/model has {lines} lines, more than {MODEL}: what does a room do in it?");
}

#[test]
fn a_name_means_one_thing() {
    let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, text) in all() {
        for (number, line) in text.lines().enumerate() {
            if let Some(name) = defines(line) {
                defined.entry(name.to_owned()).or_default().push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
    let of = |name: &&str| defined.get(*name).cloned().unwrap_or_default();
    let barred: Vec<String> = BARRED.iter().flat_map(of).collect();
    assert!(barred.is_empty(), "say what these are:\n{}", barred.join("\n"));
    for name in ONCE {
        let places = of(&name);
        assert!(places.len() <= 1, "`{name}` means several things:\n{}", places.join("\n"));
    }
}

/// The type that a line defines.
fn defines(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub") || word.starts_with("in"));
    matches!(words.next()?, "struct" | "enum" | "trait" | "type" | "union").then_some(())?;
    let name = words.next()?;
    Some(&name[..name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len())])
}
