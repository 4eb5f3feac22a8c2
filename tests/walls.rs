//! Holds the walls between the rooms.
//! Textual, so a re-export could slip through; it is a guard rail, not a proof.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, each with those that it may use. A new room is a new line here.
const ROOMS: [(&str, &[&str]); 21] = [
    ("model", &[]),
    ("embedded", &[]),
    ("iam", &[]),
    ("typeset", &[]),
    ("withhold", &["model"]),
    ("seal", &["model"]),
    ("walk", &["model"]),
    ("trail", &["model", "walk"]),
    ("awscli", &["model"]),
    ("document", &["model"]),
    ("catalog", &["model", "embedded", "awscli"]),
    ("collect", &["model", "walk", "trail", "withhold"]),
    ("vault", &["model"]),
    ("facts", &["model", "walk", "trail"]),
    ("assess", &["model", "walk", "iam"]),
    ("compare", &["model"]),
    ("report", &["model", "embedded", "document", "typeset"]),
    ("bundle", &["model", "seal"]),
    ("case", &["model", "catalog", "vault", "facts", "assess", "compare", "seal", "bundle"]),
    ("cli", &["model", "vault"]),
    ("commands", &[]),
];

/// The room that joins the others.
const JOINS: &str = "commands";

/// Names that only some rooms may speak.
const OUTSIDE: [(&str, &[&str]); 15] = [
    ("aws_config", &["collect"]),
    ("aws_sdk_", &["collect"]),
    ("aws_smithy_", &["collect"]),
    ("aws_runtime", &["collect"]),
    ("aws_types", &["collect"]),
    ("aws_credential_types", &["collect"]),
    ("tera::", &["report"]),
    ("std::fs", &["vault", "catalog", "bundle", "commands"]),
    ("tokio::", &["collect", "commands"]),
    ("printpdf::", &["typeset"]),
    ("rustybuzz::", &["typeset"]),
    ("subsetter::", &["typeset"]),
    ("unicode_bidi::", &["typeset"]),
    ("unicode_linebreak::", &["typeset"]),
    ("lopdf::", &["typeset", "seal"]),
];

/// The crate's own files: they hold no room.
const ROOTS: [&str; 2] = ["lib", "main"];

/// A source file of a room, without its tests.
struct Module {
    file: PathBuf,
    code: String,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// What stands in `src/`: a room is a folder, a file, or both.
fn rooms() -> BTreeSet<String> {
    let entries = fs::read_dir(src()).expect("src is readable").map(|entry| entry.expect("an entry").path());
    let names = entries.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    names.filter(|name| !ROOTS.contains(&name.as_str())).collect()
}

/// A module and those below it, without the ones that only tests have.
fn modules(folder: &Path, found: &mut Vec<Module>) {
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
            modules(&folder.join(name), found);
        }
        is_test = line == "#[cfg(test)]";
    }
    found.push(Module { file, code });
}

fn modules_of(room: &str) -> Vec<Module> {
    let mut found = Vec::new();
    modules(&src().join(room), &mut found);
    found
}

/// The lines that are code, numbered from 1.
fn code(module: &Module) -> impl Iterator<Item = (usize, &str)> {
    module
        .code
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

#[test]
fn every_room_is_listed() {
    let listed: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms(), listed, "src/ and the table of rooms differ");
}

#[test]
fn rooms_keep_their_walls() {
    let mut broken = Vec::new();
    for (room, uses) in ROOMS {
        for module in modules_of(room) {
            for (number, line) in code(&module) {
                let place = format!("{}:{number}: {}", module.file.display(), line.trim());
                for (other, _) in
                    ROOMS.iter().filter(|(other, _)| !(*other == room || room == JOINS || uses.contains(other)))
                {
                    if speaks(line, other) {
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

/// Whether a line names a room, alone or in a group.
fn speaks(line: &str, room: &str) -> bool {
    let names = |text: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == room);
    let alone = line.split("crate::").skip(1).any(|rest| {
        rest.strip_prefix(room).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    alone || line.split_once("crate::{").is_some_and(|(_, group)| names(group))
}
