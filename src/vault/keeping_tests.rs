use std::fs;
use std::path::PathBuf;

use super::history_tests::{collect_as, folder_of, kept_on, reply, vault};
use super::tests::{account, attested, collect, exchange, period, time};
use super::*;
use crate::model::{Keeping, ProblemKind, Sha256, Sink as _, Snapshot, SnapshotId};

fn problems(vault: &Vault) -> Vec<(ProblemKind, String)> {
    vault.check_all().unwrap().problems.into_iter().map(|one| (one.kind, one.message)).collect()
}

fn prune(vault: &Vault, policy: &str) -> Pruning {
    vault.prune(&policy.parse().unwrap(), time(1_000), Prune::Do).unwrap()
}

/// Four weeks of a reply.
fn four_weeks(vault: &Vault) -> Vec<SnapshotId> {
    (0..4).map(|week| collect(vault, i64::from(week) * 7 * 86_400, &reply(week, 40))).collect()
}

fn blob(vault: &Vault, week: u32) -> PathBuf {
    vault.blob_path(&Sha256::of(&reply(week, 40)))
}

#[test]
fn a_sound_vault_is_found_sound_and_what_nothing_names_is_counted() {
    let (_folder, vault) = vault();
    four_weeks(&vault);
    vault.put(b"left over").unwrap();
    let checked = vault.check_all().unwrap();
    assert_eq!(checked.problems, []);
    assert_eq!((checked.snapshots, checked.pruned, checked.blobs, checked.unnamed.blobs), (4, 0, 4, 1));
    assert_eq!(checked.bytes, (0..4).map(|week| reply(week, 40).len() as u64).sum::<u64>());
    assert!(checked.stored < checked.bytes && checked.unnamed.altered == 0);
}

#[test]
fn every_kind_of_broken_blob_is_named_in_one_run() {
    let (_folder, vault) = vault();
    four_weeks(&vault);
    collect_as(&vault, time(30 * 86_400), b"other", |_| {});
    let mut attesting = vault.attesting().unwrap();
    let kept = attesting.keep(&b"policy"[..]).unwrap().unwrap();
    attesting.record(attested(attesting.log(), Some(kept))).unwrap();
    drop(attesting);
    fs::remove_file(blob(&vault, 0)).unwrap();
    fs::copy(blob(&vault, 2), vault.blob_path(&Sha256::of(b"other"))).unwrap();
    fs::remove_file(vault.blob_path(&kept.0)).unwrap();
    let found = problems(&vault);
    let has = |kind, words: &str| found.iter().filter(|one| one.0 == kind && one.1.contains(words)).count();
    assert_eq!(has(ProblemKind::BlobMissing, "it is missing: the snapshot"), 1, "{found:?}");
    assert_eq!(has(ProblemKind::BlobMissing, "the log of attestations names it"), 1, "{found:?}");
    assert_eq!(has(ProblemKind::BlobAltered, "is kept as a patch on"), 4, "{found:?}");
    assert_eq!(found.len(), 6, "{found:?}");
    let log = vault.root().join("attestations.jsonl");
    let lines = fs::read_to_string(&log).unwrap();
    fs::write(&log, lines.replace("null", "\"x\"")).unwrap();
    assert!(problems(&vault).iter().any(|one| one.0 == ProblemKind::AttestationLogBroken));
}

#[test]
fn a_pruned_snapshot_leaves_its_manifest_and_what_others_need() {
    let (_folder, vault) = vault();
    let ids = four_weeks(&vault);
    fs::write(folder_of(&vault, ids[1]).join("judgement-1.json"), "{}").unwrap();
    let policy: KeepPolicy = "last 2".parse().unwrap();
    let shown = vault.prune(&policy, time(1_000), Prune::Show).unwrap();
    assert_eq!((shown.pruned.len(), shown.kept.len(), shown.blobs), (2, 2, 1));
    assert_eq!(vault.check_all().unwrap().pruned, 0, "nothing was changed");
    assert_eq!(prune(&vault, "last 2"), shown);
    assert!(blob(&vault, 0).exists(), "others are kept as patches on it");
    assert!(!blob(&vault, 1).exists() && blob(&vault, 2).exists());
    assert_eq!(kept_on(&vault, &reply(2, 40)), Some(Sha256::of(&reply(0, 40))));
    let checked = vault.check_all().unwrap();
    assert_eq!((checked.snapshots, checked.pruned, checked.unnamed.blobs), (2, 2, 0));
    assert_eq!(checked.problems, [], "the chain holds");
    let chain = vault.chain_checked().unwrap();
    assert_eq!(chain.links.iter().map(|link| link.id).collect::<Vec<_>>(), ids);
    assert_eq!(chain.links[0].keeping, Keeping::Manifest);
    let said = vault.load(&ids[0].to_string().parse().unwrap()).unwrap_err();
    assert!(said.to_string().contains("was pruned 2026-09-21 14:30:00 UTC by the policy `last 2`"), "{said}");
    assert!(said.remedy().contains("choose another snapshot"));
    assert_eq!((prune(&vault, "last 2").blobs, vault.find(&Selector::Latest).unwrap().id), (0, ids[3]));
    let judgement = folder_of(&vault, ids[1]).join("judgement-1.json");
    fs::write(&judgement, "{ }").unwrap();
    assert_eq!(problems(&vault)[0].0, ProblemKind::DerivedAltered);
    fs::remove_file(&judgement).unwrap();
    assert!(problems(&vault)[0].1.contains("is missing"));
    fs::write(&judgement, "{}").unwrap();
    fs::write(judgement.with_file_name("judgement-2.json"), "{}").unwrap();
    assert!(problems(&vault)[0].1.contains("nothing vouches for it"));
}

#[test]
fn an_interrupted_prune_is_finished_by_the_next() {
    let (_folder, vault) = vault();
    let ids = four_weeks(&vault);
    let folder = vault.snapshot_folder(time(7 * 86_400), &ids[1]);
    pruned::Pruned::write(&folder, time(9), "last 1").unwrap();
    assert_eq!(vault.check_all().unwrap().unnamed.blobs, 1);
    let pruning = prune(&vault, "last 9");
    assert_eq!((pruning.pruned.len(), pruning.blobs, pruning.kept.len()), (0, 1, 3));
    assert_eq!(vault.check_all().unwrap().unnamed.blobs, 0);
}

#[test]
fn what_an_unfinished_collection_has_is_not_pruned() {
    let (_folder, vault) = vault();
    collect(&vault, 0, b"one");
    let journal = vault.begin(time(60), period(), "Example").unwrap();
    journal.exchange(exchange(b"half done"), b"half done").unwrap();
    assert!(matches!(vault.prune(&"last 1".parse().unwrap(), time(0), Prune::Do), Err(VaultError::Locked(_))));
    drop(journal);
    prune(&vault, "last 1");
    assert_eq!(vault.resume(period()).unwrap().exchanges.len(), 1);
}

/// A second vault with all that the first holds.
fn copy(vault: &Vault, name: &str) -> Vault {
    let root = vault.root().with_file_name(name);
    Vault::merge(&root, vault).unwrap();
    Vault::open(&root).unwrap()
}

#[test]
fn a_copy_holds_the_same_and_merging_twice_changes_nothing() {
    let (_folder, vault) = vault();
    let ids = four_weeks(&vault);
    prune(&vault, "last 3");
    let copy = copy(&vault, "copy");
    assert_eq!(copy.chain_checked().unwrap(), vault.chain_checked().unwrap());
    let mut checked = vault.check_all().unwrap();
    checked.unnamed = Unnamed::default();
    assert_eq!(copy.check_all().unwrap(), checked);
    let again = Vault::merge(copy.root(), &vault).unwrap();
    assert_eq!((again.snapshots.len(), again.blobs, again.derived, again.log), (0, 0, 0, LogMerge::Kept));
    collect(&vault, 40 * 86_400, b"new");
    let merged = Vault::merge(copy.root(), &vault).unwrap();
    assert_eq!((merged.snapshots.len(), merged.blobs, merged.heads), (1, 1, 1), "one side went on");
    fs::write(folder_of(&vault, ids[3]).join("judgement-1.json"), "{}").unwrap();
    assert_eq!(Vault::merge(copy.root(), &vault).unwrap().derived, 1);
    fs::write(folder_of(&vault, ids[3]).join("judgement-1.json"), "{ }").unwrap();
    assert_eq!(Vault::merge(copy.root(), &vault).unwrap().derived, 0, "what is here stays");
    assert!(matches!(Vault::merge(&vault.root().join("../vault"), &vault), Err(VaultError::Merge { .. })));
}

#[test]
fn branches_are_kept_and_the_next_collection_joins_them() {
    let (_folder, vault) = vault();
    four_weeks(&vault);
    let copy = copy(&vault, "copy");
    let ours = collect(&vault, 30 * 86_400, b"ours");
    let theirs = collect(&copy, 31 * 86_400, b"theirs");
    let merged = Vault::merge(vault.root(), &copy).unwrap();
    assert_eq!((merged.snapshots.len(), merged.heads), (1, 2));
    assert_eq!(vault.check_all().unwrap().problems, [], "so it is right after a merge");
    let joined = collect(&vault, 32 * 86_400, b"joined");
    let link = vault.find(&Selector::Latest).unwrap();
    assert_eq!((link.id, link.previous, link.also_after), (joined, Some(theirs), vec![ours]));
    fs::remove_dir_all(folder_of(&vault, ours)).unwrap();
    assert_eq!(problems(&vault)[0].0, ProblemKind::SnapshotMissing, "no branch goes unseen");
}

#[test]
fn two_chains_without_a_common_beginning_are_joined() {
    let (_folder, one) = vault();
    let (_other_folder, other) = vault();
    collect(&one, 0, &reply(0, 40));
    collect(&one, 5, &reply(1, 40));
    collect(&other, 3, &reply(1, 40));
    collect(&other, 4, &reply(0, 40));
    assert_eq!(Vault::merge(one.root(), &other).unwrap().heads, 2);
    assert_eq!(one.check_all().unwrap().problems, []);
    collect(&one, 9, b"joined");
    let chain = one.chain_checked().unwrap();
    assert_eq!((chain.heads().len(), chain.links.len()), (1, 5));
}

/// What a merge says that is refused; the target stays as it was.
fn refused(vault: &Vault, from: &Vault) -> String {
    let before = (vault.chain().unwrap(), vault.blob_files().unwrap());
    let error = Vault::merge(vault.root(), from).unwrap_err();
    assert_eq!((vault.chain().unwrap(), vault.blob_files().unwrap()), before);
    let fresh = vault.root().with_file_name("fresh");
    let _ = Vault::merge(&fresh, from);
    let _ = fs::remove_dir_all(fresh);
    format!("{error} {}", error.remedy())
}

#[test]
fn half_copied_and_altered_vaults_are_refused() {
    let (_folder, one) = vault();
    four_weeks(&one);
    let other = copy(&one, "other");
    collect(&other, 40 * 86_400, b"more");
    let file = other.blob_path(&Sha256::of(b"more"));
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let said = refused(&one, &other);
    assert!(said.contains("was copied half: 1 of 5 blobs are missing, the first is `"), "{said}");
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let said = refused(&one, &other);
    assert!(said.contains("is not whole, nothing was merged: `") && said.contains("copy it again"), "{said}");
    let fresh = one.root().with_file_name("fresh");
    assert!(Vault::merge(&fresh, &other).is_err() && !fresh.exists(), "and no new vault is left behind");
    fs::write(&file, bytes).unwrap();
    let manifest = other.snapshot_folders().unwrap()[1].manifest().unwrap();
    fs::remove_file(manifest).unwrap();
    let said = refused(&one, &other);
    assert!(said.contains("snapshot-missing"), "{said}");
}

#[test]
fn vaults_of_others_are_refused() {
    let (_folder, one) = vault();
    collect(&one, 0, b"one");
    let with = |change: &dyn Fn(&mut Snapshot)| {
        let (folder, other) = vault();
        collect_as(&other, time(1), b"two", change);
        (folder, other)
    };
    let (_organization, other) = with(&|snapshot| snapshot.organization = "Other".into());
    let said = refused(&one, &other);
    assert!(said.contains("holds the evidence of \"Example\"") && said.contains("that of \"Other\""), "{said}");
    let (_estate, other) = with(&|snapshot| snapshot.scope.accounts = vec![account("999999999999")]);
    let said = refused(&one, &other);
    assert!(said.contains("they share none") && said.contains("999999999999"), "{said}");
}

#[test]
fn the_longer_log_of_attestations_is_taken_and_two_that_went_apart_are_not() {
    let attest = |vault: &Vault, bytes: &[u8]| {
        let mut attesting = vault.attesting().unwrap();
        let kept = attesting.keep(bytes).unwrap();
        attesting.record(attested(attesting.log(), kept)).unwrap();
    };
    let (_folder, one) = vault();
    collect(&one, 0, b"one");
    attest(&one, b"policy");
    let other = copy(&one, "other");
    attest(&other, b"second");
    let merged = Vault::merge(one.root(), &other).unwrap();
    assert_eq!((merged.log, merged.blobs), (LogMerge::Taken, 1));
    assert_eq!(one.attestations().unwrap(), other.attestations().unwrap());
    assert_eq!(one.check_all().unwrap().problems, []);
    attest(&one, b"third");
    assert_eq!(Vault::merge(one.root(), &other).unwrap().log, LogMerge::Kept);
    attest(&other, b"fourth");
    let said = refused(&one, &other);
    assert!(said.contains("the two logs of attestations cannot be joined"), "{said}");
}

/// A week of many small replies besides; each is kept as a patch.
fn busy_week(vault: &Vault, week: u32) -> SnapshotId {
    let journal = vault.begin(time(i64::from(week) * 7 * 86_400), period(), "Example").unwrap();
    for number in 0..100_u32 {
        let body = busy(week, number);
        let request = Sha256::of(&number.to_le_bytes());
        journal.exchange(crate::model::Exchange { request, ..exchange(&body) }, &body).unwrap();
    }
    let snapshot = super::tests::snapshot(&journal);
    journal.finish(&snapshot).unwrap()
}

fn busy(week: u32, number: u32) -> Vec<u8> {
    [reply(week * 1_000 + number, 400).as_slice(), number.to_string().as_bytes()].concat()
}

fn packs(vault: &Vault) -> Vec<PathBuf> {
    let entries = fs::read_dir(vault.root().join("packs")).into_iter().flatten();
    let mut packs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    packs.sort();
    packs
}

fn loose(vault: &Vault) -> usize {
    let folders = fs::read_dir(vault.root().join("blobs")).unwrap();
    folders.map(|entry| fs::read_dir(entry.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn many_small_blobs_lie_in_packs() {
    let (_folder, vault) = vault();
    let ids: Vec<SnapshotId> = (0..3).map(|week| busy_week(&vault, week)).collect();
    assert_eq!((packs(&vault).len(), loose(&vault)), (2, 100), "bases are files, patches are packed");
    for path in packs(&vault) {
        let name = Sha256::of(&fs::read(&path).unwrap()).to_string();
        assert_eq!(path.file_stem().unwrap().to_str(), Some(name.as_str()));
    }
    let again = Vault::open(vault.root()).unwrap();
    for (week, number) in [(0, 0), (1, 7), (2, 99)] {
        let hash = Sha256::of(&busy(week, number));
        assert_eq!(again.get(&hash).unwrap(), busy(week, number));
        assert_eq!(again.check(&hash).unwrap(), busy(week, number).len() as u64);
        assert_eq!(again.put(&busy(week, number)).unwrap(), hash);
    }
    assert_eq!(loose(&vault), 100, "what is packed is there");
    assert_eq!(vault.check_all().unwrap().problems, []);
    let copy = copy(&vault, "copy");
    assert_eq!(copy.check_all().unwrap().blobs, 300);
    assert_eq!((packs(&copy).len(), loose(&copy)), (1, 100));
    assert_eq!(Vault::merge(copy.root(), &vault).unwrap().blobs, 0);
    let pruning = prune(&vault, "last 1");
    assert_eq!((pruning.blobs, packs(&vault).len(), loose(&vault)), (100, 1, 100));
    assert_eq!(vault.check_all().unwrap().problems, []);
    assert_eq!(again.get(&Sha256::of(&busy(2, 5))).unwrap(), busy(2, 5), "another process finds it");
    assert!(matches!(again.get(&Sha256::of(&busy(1, 5))), Err(VaultError::Missing(_))));
    let kept = vault.load(&ids[2].to_string().parse().unwrap()).unwrap();
    assert_eq!(kept.snapshot.exchanges.len(), 100);
}

#[test]
fn a_pack_keeps_what_others_name() {
    let (_folder, vault) = vault();
    for week in 0..2 {
        busy_week(&vault, week);
    }
    let copy = copy(&vault, "copy");
    busy_week(&copy, 2);
    Vault::merge(vault.root(), &copy).unwrap();
    // One pack for two weeks, of which one goes.
    let both = Vault::merge(&vault.root().with_file_name("both"), &vault).unwrap();
    assert_eq!(both.blobs, 300);
    let both = Vault::open(&vault.root().with_file_name("both")).unwrap();
    assert_eq!(packs(&both).len(), 1);
    prune(&both, "last 1");
    assert_eq!(packs(&both).len(), 1);
    assert_eq!((both.check_all().unwrap().problems.len(), both.check_all().unwrap().unnamed.blobs), (0, 0));
}

#[test]
fn packs_that_are_torn_or_altered_are_named() {
    let (_folder, vault) = vault();
    for week in 0..2 {
        busy_week(&vault, week);
    }
    let path = packs(&vault).remove(0);
    let bytes = fs::read(&path).unwrap();
    let shown = path.display().to_string();
    for length in [0, 11, 12, 2_000, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let problems = vault.check_all().unwrap().problems;
        assert_eq!(problems.len(), 101, "{length}");
        assert!(problems.iter().any(|one| one.path == shown && one.message.contains("the pack was altered")));
    }
    let mut altered = bytes.clone();
    *altered.last_mut().unwrap() ^= 1;
    fs::write(&path, &altered).unwrap();
    let problems = vault.check_all().unwrap().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].path == shown && problems[0].kind == ProblemKind::BlobAltered);
    altered = bytes.clone();
    altered[8..12].fill(0xFF);
    fs::write(&path, &altered).unwrap();
    let problems = vault.check_all().unwrap().problems;
    assert!(problems.iter().any(|one| one.message.contains("for which it is too short")), "{problems:?}");
    fs::write(&path, bytes).unwrap();
    assert_eq!(vault.check_all().unwrap().problems, []);
}
