//! Holds the walls between the rooms.
//! Textual, so a re-export could slip through; it is a guard rail, not a proof.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

mod circles;
mod sizes;
mod source;

use std::collections::BTreeSet;

use source::{modules_of, rooms};

/// The rooms, each with those that it may use. A new room is a new line here.
const ROOMS: [(&str, &[&str]); 24] = [
    ("expression", &[]),
    ("model", &["expression"]),
    ("embedded", &[]),
    ("files", &[]),
    ("iam", &[]),
    ("typeset", &[]),
    ("attestations", &["model"]),
    ("withhold", &["model"]),
    ("seal", &["model"]),
    ("walk", &["model"]),
    ("trail", &["model", "walk"]),
    ("awscli", &["model", "expression"]),
    ("document", &["model"]),
    ("catalog", &["model", "expression", "embedded", "files", "awscli"]),
    ("collect", &["model", "walk", "trail", "withhold"]),
    ("vault", &["model", "attestations"]),
    ("facts", &["model", "walk", "trail"]),
    ("assess", &["model", "expression", "walk", "iam"]),
    ("compare", &["model"]),
    ("report", &["model", "embedded", "document", "typeset"]),
    ("bundle", &["model", "seal", "attestations", "files"]),
    ("case", &["model", "catalog", "vault", "facts", "assess", "compare", "seal", "bundle"]),
    ("cli", &["model", "vault"]),
    ("commands", &[]),
];

/// The room that joins the others.
const JOINS: &str = "commands";

/// Names that only some rooms may speak.
const OUTSIDE: [(&str, &[&str]); 16] = [
    ("aws_config", &["collect"]),
    ("aws_sdk_", &["collect"]),
    ("aws_smithy_", &["collect"]),
    ("aws_runtime", &["collect"]),
    ("aws_types", &["collect"]),
    ("aws_credential_types", &["collect"]),
    ("tera::", &["report"]),
    ("rust_xlsxwriter", &["report"]),
    ("std::fs", &["files", "vault", "catalog", "bundle", "commands"]),
    ("tokio::", &["collect", "commands"]),
    ("printpdf::", &["typeset"]),
    ("rustybuzz::", &["typeset"]),
    ("subsetter::", &["typeset"]),
    ("unicode_bidi::", &["typeset"]),
    ("unicode_linebreak::", &["typeset"]),
    ("lopdf::", &["typeset", "seal"]),
];

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
            for (number, line) in module.lines() {
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
