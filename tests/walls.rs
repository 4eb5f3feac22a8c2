//! Holds the walls between the rooms: a room imports `model` only, `commands` knows them all, `bundle` may use `seal`.
//! Textual, so a re-export could slip through; it is a guard rail, not a proof.

#![expect(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: [&str; 10] =
    ["catalog", "collect", "vault", "facts", "assess", "compare", "report", "seal", "bundle", "commands"];

/// Which rooms a room may use besides `model`.
fn neighbours(room: &str) -> Vec<&'static str> {
    match room {
        "commands" => ROOMS.iter().copied().chain(["cli", "embedded"]).collect(),
        "bundle" => vec!["seal"],
        "catalog" | "report" => vec!["embedded"],
        _ => vec![],
    }
}

/// Names that only some rooms may speak.
const OUTSIDE: [(&str, &[&str]); 10] = [
    ("aws_config", &["collect"]),
    ("aws_sdk_", &["collect"]),
    ("aws_smithy_", &["collect"]),
    ("aws_runtime", &["collect"]),
    ("aws_types", &["collect"]),
    ("aws_credential_types", &["collect"]),
    ("tera::", &["report"]),
    ("std::fs", &["vault", "catalog", "bundle", "commands"]),
    ("tokio::", &["collect", "commands"]),
    ("printpdf::", &["report"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn rooms_keep_their_walls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for room in ROOMS.iter().copied().chain(["model"]) {
        let mut files = Vec::new();
        sources(&root.join(room), &mut files);
        assert!(!files.is_empty(), "the room {room} has no files: is this test looking in the right place?");
        for file in files {
            let is_test =
                file.file_stem().is_some_and(|stem| stem == "tests") || file.iter().any(|part| part == "tests");
            let text = fs::read_to_string(&file).expect("a source file");
            let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                if is_test || line.trim_start().starts_with("//") {
                    continue;
                }
                let place = format!("{}:{}: {}", file.display(), number + 1, line.trim());
                for other in ROOMS.iter().copied().chain(["cli"]) {
                    let named = line.contains(&format!("crate::{other}"))
                        || (line.contains("use crate::{") && line.contains(&format!("{other}::")));
                    if named && other != room && !neighbours(room).contains(&other) {
                        broken.push(format!("{room} uses {other}: {place}"));
                    }
                }
                for (name, rooms) in OUTSIDE {
                    if line.contains(name) && !rooms.contains(&room) {
                        broken.push(format!("{room} speaks {name}: {place}"));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}
