//! Phrases that mislead readers do not come back: not in messages, help, reports, documents or mappings.
//! Textual: what a phrase should be instead stands beside it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

/// Phrases in lower case, and what to write.
const PHRASES: [(&str, &str); 15] = [
    (" is no ", "is not a, is not a valid"),
    (" are no ", "are not"),
    (" was no ", "was not a"),
    (" were no ", "were not"),
    ("nobody", "name who does not: no principal, no user, no owner; or say it passively"),
    ("somebody", "name who does: the owner, a person, another account"),
    ("anybody", "any caller, any AWS account, any principal"),
    ("everybody", "all staff, all principals, every user"),
    ("himself", "itself: a principal is not a man"),
    ("herself", "itself"),
    ("by another way", "over a separate channel"),
    ("leave it away", "omit it"),
    ("` away", "omit"),
    ("left away", "omitted"),
    ("was told to", "name who told whom what"),
];

/// English needs these: existence ("there is no"), and comparison ("is no longer").
const BEFORE: &str = "there";
const AFTER: [&str; 5] = ["longer", "more", "fewer", "better", "finer"];

/// Files that hold a phrase for a reason.
const EXCEPTIONS: [(&str, &str); 1] = [("src/assess/wording.rs", "what packs of older versions say")];

const FOLDERS: [&str; 4] = ["src", "docs", "mappings", "templates"];
const ENDINGS: [&str; 6] = ["rs", "md", "toml", "html", "xml", "json"];

fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|one| ending == *one)) {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}

/// The first misleading phrase of a line, and what to write.
fn misleading(line: &str) -> Option<(&'static str, &'static str)> {
    let line = line.to_lowercase();
    PHRASES.into_iter().find(|(phrase, _)| {
        line.match_indices(phrase).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + phrase.len()..]);
            let needed = phrase.ends_with(" no ")
                && (before.ends_with(BEFORE) || AFTER.iter().any(|word| after.starts_with(word)));
            !needed
        })
    })
}

#[test]
fn misleading_phrases_do_not_come_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md"), root.join("CHANGELOG.md"), root.join("CONTRIBUTING.md")]
        .into_iter()
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    FOLDERS.iter().for_each(|folder| files(&root.join(folder), &mut found));
    found.sort();
    let mut faults = Vec::new();
    for path in found {
        let name = path.strip_prefix(root.to_str().unwrap()).unwrap_or(&path).trim_start_matches('/');
        let is_test = name.starts_with("src") && name.contains("test");
        if is_test || EXCEPTIONS.iter().any(|(file, _)| *file == name) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (line, number) in text.lines().zip(1..) {
            if let Some((phrase, instead)) = misleading(line) {
                faults.push(format!("{name}:{number}: \"{}\": {instead}", phrase.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "misleading phrases:\n{}", faults.join("\n"));
}

#[test]
fn phrases_are_found_and_english_is_left_alone() {
    for line in ["`x` is no region", "Nobody can see it", "leave `--resume` away", "got by another way"] {
        assert!(misleading(line).is_some(), "{line}");
    }
    for line in ["there is no snapshot", "Where there are no rows", "it is no longer asked", "is not a region"] {
        assert_eq!(misleading(line), None, "{line}");
    }
}
