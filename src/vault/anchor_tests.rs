use std::fs;
use std::path::PathBuf;

use super::history_tests::{collect_as, folder_of, vault};
use super::tests::{attested, collect, time};
use super::*;
use crate::model::{ProblemKind, Sha256, SnapshotId};

fn attest(vault: &Vault, bytes: &[u8]) -> Sha256 {
    let mut attesting = vault.attesting().unwrap();
    let kept = attesting.keep(bytes).unwrap().unwrap();
    attesting.record(attested(attesting.log(), Some(kept))).unwrap();
    kept.0
}

fn log(vault: &Vault) -> PathBuf {
    vault.root().join("attestations.jsonl")
}

fn prune(vault: &Vault) -> Result<Pruning, VaultError> {
    vault.prune(&"last 1".parse().unwrap(), time(1_000), Prune::Do)
}

fn problems(vault: &Vault) -> Vec<(ProblemKind, String)> {
    vault.check_all().unwrap().problems.into_iter().map(|one| (one.kind, one.message)).collect()
}

/// As an older version left it: nothing says what the vault must hold.
fn forget_anchor(vault: &Vault) {
    fs::write(vault.root().join("vault.json"), "{\"format\":1}").unwrap();
}

/// A document, a snapshot, a second document.
fn attested_twice() -> (tempfile::TempDir, Vault, [Sha256; 2], SnapshotId) {
    let (folder, vault) = vault();
    let first = attest(&vault, b"policy");
    let id = collect(&vault, 0, b"one");
    let second = attest(&vault, b"training");
    (folder, vault, [first, second], id)
}

#[test]
fn a_log_that_is_gone_is_found_and_its_documents_stay() {
    let (_folder, vault, documents, _) = attested_twice();
    assert_eq!(vault.check_all().unwrap().problems, []);
    fs::remove_file(log(&vault)).unwrap();
    let message = "the log of attestations is missing: `vault.json` names its line 2".to_owned();
    assert_eq!(problems(&vault), [(ProblemKind::AttestationLogMissing, message.clone())]);
    let refused = prune(&vault).unwrap_err();
    assert_eq!(refused.to_string(), format!("nothing is pruned: {message}"));
    assert!(documents.iter().all(|hash| vault.has(hash)));
    let refused = vault.attestations().unwrap_err();
    assert!(refused.to_string().starts_with(&message) && refused.remedy().contains("merge a copy"), "{refused}");
    assert!(matches!(vault.attesting().err(), Some(VaultError::Log { .. })), "no second log is begun over the first");
}

#[test]
fn a_log_that_lost_its_last_line_is_found() {
    let (_folder, vault, documents, _) = attested_twice();
    let whole = fs::read_to_string(log(&vault)).unwrap();
    fs::write(log(&vault), whole.split_inclusive('\n').next().unwrap()).unwrap();
    let message = "the log of attestations ends after line 1: `vault.json` names its line 2".to_owned();
    assert_eq!(problems(&vault), [(ProblemKind::AttestationLogMissing, message)]);
    assert!(prune(&vault).is_err() && vault.has(&documents[1]));
    fs::write(log(&vault), whole).unwrap();
    assert_eq!(prune(&vault).unwrap().blobs, 0);
}

#[test]
fn a_manifest_names_where_the_log_stood_whatever_became_of_the_rest() {
    let (_folder, vault, documents, id) = attested_twice();
    let link = vault.find(&Selector::Latest).unwrap();
    assert_eq!(link.attestations.map(|mark| mark.lines), Some(1));
    forget_anchor(&vault);
    fs::remove_file(log(&vault)).unwrap();
    let message = format!(
        "the log of attestations is missing: the snapshot {} of 2026-09-21 14:13:20 UTC names its line 1",
        id.short()
    );
    assert_eq!(problems(&vault), [(ProblemKind::AttestationLogMissing, message.clone())]);
    assert_eq!(prune(&vault).unwrap_err().to_string(), format!("nothing is pruned: {message}"));
    assert!(vault.has(&documents[0]));
    assert!(vault.attestations_named_by(&[link]).is_err() && vault.attestations().is_ok());
}

#[test]
fn a_collection_over_a_lost_log_names_what_was_there() {
    let (_folder, vault, ..) = attested_twice();
    fs::remove_file(log(&vault)).unwrap();
    collect(&vault, 60, b"two");
    assert_eq!(vault.find(&Selector::Latest).unwrap().attestations.map(|mark| mark.lines), Some(2));
}

#[test]
fn another_log_in_the_place_of_one_is_found_until_the_first_is_set_aside() {
    let (_folder, vault, documents, _) = attested_twice();
    let (_other_folder, other) = super::history_tests::vault();
    attest(&other, b"other");
    attest(&other, b"others");
    let own = fs::read(log(&vault)).unwrap();
    fs::copy(log(&other), log(&vault)).unwrap();
    let found = problems(&vault);
    assert!(found.iter().any(|(kind, message)| *kind == ProblemKind::AttestationLogBroken
        && message == "line 2 of the log of attestations is not the one that `vault.json` names: it is another log"));
    fs::write(vault.root().join("attestations-1.jsonl"), &own).unwrap();
    for hash in [b"other".as_slice(), b"others"] {
        vault.put(hash).unwrap();
    }
    assert_eq!(problems(&vault), []);
    assert_eq!(prune(&vault).unwrap().blobs, 0);
    assert!(documents.iter().all(|hash| vault.has(hash)), "a log that was set aside names its documents");
}

#[test]
fn the_newest_snapshot_cannot_be_taken_away_unseen() {
    let (_folder, vault) = vault();
    collect(&vault, 0, b"one");
    let newest = collect(&vault, 60, b"two");
    let copy = vault.root().with_file_name("copy");
    Vault::merge(&copy, &vault).unwrap();
    fs::remove_dir_all(folder_of(&vault, newest)).unwrap();
    let message = format!("the snapshot {} is missing: `vault.json` names it among the newest", newest.short());
    let found = problems(&vault);
    assert_eq!(found, [(ProblemKind::SnapshotMissing, message.clone())]);
    assert!(prune(&vault).unwrap_err().to_string().contains(&message));
    assert!(vault.has(&Sha256::of(b"two")), "its evidence stays for the day it is restored");
    collect(&vault, 90, b"three");
    assert!(problems(&vault).iter().any(|(_, found)| *found == message), "what is missing stays named");
}

#[test]
fn a_copy_gives_back_what_a_vault_lost() {
    let (_folder, vault, _, _) = attested_twice();
    let newest = collect(&vault, 60, b"two");
    let copy = vault.root().with_file_name("copy");
    Vault::merge(&copy, &vault).unwrap();
    let copy = Vault::open(&copy).unwrap();
    fs::remove_dir_all(folder_of(&vault, newest)).unwrap();
    fs::remove_file(log(&vault)).unwrap();
    let merged = Vault::merge(vault.root(), &copy).unwrap();
    assert_eq!((merged.snapshots.len(), merged.log), (1, LogMerge::Taken));
    assert_eq!(vault.check_all().unwrap().problems, []);
    fs::remove_file(log(&copy)).unwrap();
    assert!(matches!(Vault::merge(vault.root(), &copy), Err(VaultError::Log { .. })), "half a copy is refused");
}

#[test]
fn where_nothing_says_what_must_be_there_only_that_goes_which_a_manifest_names() {
    let (_folder, vault) = vault();
    collect_as(&vault, time(0), b"one", |snapshot| snapshot.attestations = None);
    collect_as(&vault, time(60), b"two", |snapshot| snapshot.attestations = None);
    let document = attest(&vault, b"policy");
    forget_anchor(&vault);
    assert_eq!(vault.check_all().unwrap().log, LogKnown::Unknown);
    fs::remove_file(log(&vault)).unwrap();
    let pruning = prune(&vault).unwrap();
    assert_eq!((pruning.blobs, pruning.unknown), (1, 1));
    assert!(!vault.has(&Sha256::of(b"one")) && vault.has(&document));
}

#[test]
fn nothing_is_pruned_while_a_patch_is_missing_that_may_need_a_base() {
    let (_folder, vault) = vault();
    let replies = [1, 2].map(|week| super::history_tests::reply(week, 40));
    collect(&vault, 0, &replies[0]);
    collect(&vault, 60, &replies[1]);
    let (base, patch) = (Sha256::of(&replies[0]), Sha256::of(&replies[1]));
    let moved = vault.root().join("moved");
    fs::rename(vault.blob_path(&patch), &moved).unwrap();
    let refused = prune(&vault).unwrap_err().to_string();
    assert!(refused.contains(&format!("the blob {patch} is missing")), "{refused}");
    fs::rename(&moved, vault.blob_path(&patch)).unwrap();
    prune(&vault).unwrap();
    assert!(vault.has(&base));
    assert_eq!(vault.get(&patch).unwrap(), replies[1]);
}

#[test]
fn a_journal_of_a_newer_version_is_not_taken_for_an_empty_one() {
    let (_folder, vault) = vault();
    collect(&vault, 0, b"one");
    let journal = vault.root().join("journal/20300101T000000000Z.jsonl");
    fs::write(&journal, "{\"format\":2}\n{\"reply\":1}\n").unwrap();
    assert!(matches!(prune(&vault), Err(VaultError::Newer { found: 2, .. })));
    fs::write(&journal, "{\"form").unwrap();
    assert!(prune(&vault).is_ok(), "a killed run's first line");
}
