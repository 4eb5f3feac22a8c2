use std::path::PathBuf;
use std::{fs, io};

use chrono::{DateTime, NaiveDate, Utc};

use super::tests::{collect, exchange, period, snapshot, time};
use super::*;
use crate::model::{Keeping, Period, ProblemKind, Sha256, Sink as _, Snapshot, SnapshotId};

/// Collects one reply; the snapshot is changed before it is written.
pub(super) fn collect_as(
    vault: &Vault,
    at: DateTime<Utc>,
    body: &[u8],
    change: impl FnOnce(&mut Snapshot),
) -> SnapshotId {
    let journal = vault.begin(at, period(), "Example").unwrap();
    journal.exchange(exchange(body), body).unwrap();
    let mut snapshot = snapshot(&journal);
    change(&mut snapshot);
    journal.finish(&snapshot).unwrap()
}

pub(super) fn vault() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault")).unwrap();
    (folder, vault)
}

fn kinds(vault: &Vault) -> Vec<ProblemKind> {
    vault.chain().unwrap().problems.into_iter().map(|one| one.kind).collect()
}

fn said(vault: &Vault, selector: &str) -> String {
    vault.load(&selector.parse().unwrap()).unwrap_err().to_string()
}

/// The folder of a snapshot.
pub(super) fn folder_of(vault: &Vault, id: SnapshotId) -> PathBuf {
    let folders = vault.snapshot_folders().unwrap();
    folders.into_iter().find(|folder| folder.short() == Some(id.short().as_str())).unwrap().path
}

#[test]
fn the_chain_has_the_order_of_its_links_not_of_its_folders() {
    let (_folder, vault) = vault();
    let first = collect(&vault, 0, b"one");
    let same_time: Vec<SnapshotId> = [&b"two"[..], b"three", b"four"].map(|body| collect(&vault, 0, body)).to_vec();
    let last = collect(&vault, 9, b"five");
    let chain = vault.chain_checked().unwrap();
    let ids: Vec<SnapshotId> = chain.links.iter().map(|link| link.id).collect();
    assert_eq!(ids, [&[first][..], &same_time, &[last]].concat());
    assert_eq!(chain.newest().unwrap().id, last);
    assert_eq!(chain.organization(), Some("Example"));
    assert_eq!(chain.accounts().len(), 1);
    assert!(chain.links.iter().all(|link| link.keeping == Keeping::Whole));
    assert_eq!(vault.find(&Selector::Previous).unwrap().id, same_time[2]);
}

#[test]
fn a_missing_manifest_hides_what_stands_on_it_and_nothing_else() {
    let (_folder, vault) = vault();
    let ids: Vec<SnapshotId> = (0..4).map(|at| collect(&vault, at, format!("{at}").as_bytes())).collect();
    fs::remove_dir_all(folder_of(&vault, ids[1])).unwrap();
    assert_eq!(kinds(&vault), [ProblemKind::SnapshotMissing]);
    let missing = format!("the snapshot {} is missing: {} stands on it", ids[1].short(), ids[2].short());
    for selector in ["latest", "previous", "2026-Q3", "2030-01-01", &ids[2].short(), &ids[3].to_string()] {
        assert!(said(&vault, selector).contains(&missing), "{selector}: {}", said(&vault, selector));
    }
    assert_eq!(vault.load(&ids[0].short().parse().unwrap()).unwrap().id, ids[0], "it stands on nothing that is gone");
    assert!(vault.chain_checked().unwrap_err().to_string().contains("restore its folder from a backup"));
}

#[test]
fn an_emptied_folder_and_a_torn_manifest_are_named() {
    let (_folder, vault) = vault();
    let ids: Vec<SnapshotId> = (0..3).map(|at| collect(&vault, at, format!("{at}").as_bytes())).collect();
    fs::remove_file(folder_of(&vault, ids[2]).join("snapshot.json.zst")).unwrap();
    assert_eq!(kinds(&vault), [ProblemKind::SnapshotMissing], "the newest is missed too, by its folder");
    assert!(said(&vault, "latest").contains("has no manifest"));
    let manifest = folder_of(&vault, ids[1]).join("snapshot.json.zst");
    let bytes = fs::read(&manifest).unwrap();
    fs::write(&manifest, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(kinds(&vault), [ProblemKind::SnapshotUnreadable, ProblemKind::SnapshotMissing]);
    fs::write(&manifest, bytes).unwrap();
    let renamed = folder_of(&vault, ids[1]).with_file_name(format!("20300101T000000Z-{}", ids[1].short()));
    fs::rename(folder_of(&vault, ids[1]), renamed).unwrap();
    let problems = vault.chain().unwrap().problems;
    assert!(problems[0].message.contains("was renamed"), "{problems:?}");
}

#[test]
fn a_foreign_snapshot_is_named_and_hides_the_newest() {
    let (_folder, vault) = vault();
    let own = collect(&vault, 0, b"one");
    collect(&vault, 1, b"two");
    collect_as(&vault, time(2), b"three", |snapshot| snapshot.organization = "Other".into());
    assert_eq!(kinds(&vault), [ProblemKind::SnapshotForeign]);
    let said = said(&vault, "latest");
    assert!(said.contains("is of \"Other\", the others are of \"Example\""), "{said}");
    assert!(vault.load(&own.to_string().parse().unwrap()).is_ok());
}

#[test]
fn a_clock_that_ran_backwards_is_refused_before_and_named_after() {
    let (_folder, vault) = vault();
    collect(&vault, 60, b"one");
    let refused = vault.begin(time(0), period(), "Example").err().unwrap();
    let said = refused.to_string();
    assert!(said.contains("the clock says 2026-09-21 14:13:20 UTC"), "{said}");
    assert!(said.contains("is of 2026-09-21 14:14:20 UTC") && refused.remedy().contains("set the clock right"));
    assert_eq!(vault.unfinished().unwrap(), None, "nothing was begun");
    assert!(vault.begin(time(60), period(), "Example").is_ok(), "the same time is allowed");
    let other = vault.begin(time(70), period(), "Other").err().unwrap().to_string();
    assert!(other.contains("holds the evidence of \"Example\", the settings are of \"Other\""), "{other}");
    let back = collect_as(&vault, time(70), b"two", |snapshot| snapshot.time = time(5));
    assert_eq!(kinds(&vault), [ProblemKind::ClockBackwards]);
    let chain = vault.chain().unwrap();
    assert!(chain.problems[0].message.contains("the clock ran backwards"), "{:?}", chain.problems);
    assert_eq!(chain.newest().unwrap().id, back, "the order is the chain's");
    assert!(vault.chain_checked().is_err());
}

#[test]
fn a_branch_that_was_copied_in_by_hand_is_named() {
    let (_folder, one) = vault();
    collect(&one, 0, b"one");
    let (_other_folder, other) = vault();
    let foreign = collect(&other, 5, b"two");
    let folder = folder_of(&other, foreign);
    let target = one.root().join("snapshots").join(folder.file_name().unwrap());
    fs::rename(folder, target).unwrap();
    assert_eq!(kinds(&one), [ProblemKind::Branched]);
    assert!(said(&one, "latest").contains("the chain has 2 ends, and no vaults were merged"));
    assert!(one.load(&foreign.to_string().parse().unwrap()).is_ok());
}

#[test]
fn selectors_say_what_they_mean_and_what_there_is() {
    let (_folder, vault) = vault();
    assert!(matches!(vault.find(&Selector::Latest), Err(VaultError::Empty(_))));
    let day = |text: &str| -> DateTime<Utc> { format!("{text}:00Z").parse().unwrap() };
    let quarter = |snapshot: &mut Snapshot, from: (i32, u32, u32), to: (i32, u32, u32)| {
        let date = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        snapshot.period = Period { start: date(from), end: date(to) };
    };
    let old = collect_as(&vault, day("2026-02-10T09:00"), b"0", |one| quarter(one, (2025, 10, 1), (2025, 12, 31)));
    let june = collect_as(&vault, day("2026-06-30T23:59"), b"1", |one| quarter(one, (2026, 1, 1), (2026, 6, 30)));
    let july = collect_as(&vault, day("2026-07-01T00:00"), b"2", |one| quarter(one, (2026, 4, 1), (2026, 6, 30)));
    let last = collect_as(&vault, day("2026-07-02T00:00"), b"3", |_| {});
    let table = [
        ("latest", Some(last)),
        ("previous", Some(july)),
        ("2025-Q4", Some(old)),
        ("2026-Q1", Some(old)),  // taken within it
        ("2026-Q2", Some(july)), // its period, though it was taken later
        ("2026-Q3", Some(last)),
        ("2026-Q4", None),
        ("2026-06-30", Some(june)),
        ("2026-07-01", Some(july)),
        ("2030-01-01", Some(last)),
        ("2026-02-09", None),
        ("ffffffff0000", None),
    ];
    for (selector, expected) in table {
        let selector: Selector = selector.parse().unwrap();
        assert_eq!(vault.find(&selector).ok().map(|link| link.id), expected, "{selector}");
    }
    assert_eq!(
        said(&vault, "2026-Q4"),
        format!(
            "no snapshot is of the quarter 2026-Q4, and none was taken within it; the vault has {} of 2026-07-02, {} of \
             2026-07-01, {} of 2026-06-30, {} of 2026-02-10",
            last.short(),
            july.short(),
            june.short(),
            old.short()
        )
    );
    assert!(said(&vault, "2026-02-09").starts_with("no snapshot was taken until 2026-02-09; the vault has"));
    for wrong in ["2026-Q5", "2026-Q0", "26-Q1", "2026-02-30", "newest", "abc", "+026-Q1", "xyzw"] {
        let said = wrong.parse::<Selector>().unwrap_err();
        assert!(said.contains("a quarter like `2026-Q3`"), "{wrong}: {said}");
    }
}

/// A reply of AWS's query protocol: all but its request id stays from week to week.
pub(super) fn reply(week: u32, users: u32) -> Vec<u8> {
    let mut text = String::from("<ListUsersResponse><ListUsersResult><Users>");
    for user in 0..users {
        let id = Sha256::of(&user.to_le_bytes());
        text.push_str(&format!("<member><UserName>user-{user}</UserName><UserId>{}</UserId></member>", id.short()));
    }
    let id = Sha256::of(&week.to_le_bytes());
    text.push_str(&format!("</Users></ListUsersResult><RequestId>{id}</RequestId></ListUsersResponse>"));
    text.into_bytes()
}

pub(super) fn kept_on(vault: &Vault, body: &[u8]) -> Option<Sha256> {
    patches::base_of_file(&vault.blob_path(&Sha256::of(body))).unwrap()
}

#[test]
fn replies_are_kept_as_patches_on_plain_ones() {
    let (_folder, vault) = vault();
    let weeks: Vec<Vec<u8>> = (0..4).map(|week| reply(week, 40)).collect();
    for (week, body) in weeks.iter().enumerate() {
        collect(&vault, week as i64, body);
    }
    let first = Sha256::of(&weeks[0]);
    assert_eq!(kept_on(&vault, &weeks[0]), None);
    for body in &weeks[1..] {
        assert_eq!(kept_on(&vault, body), Some(first), "a patch is never put on a patch");
        let hash = Sha256::of(body);
        assert_eq!(vault.get(&hash).unwrap(), *body);
        vault.check(&hash).unwrap();
        let mut read = Vec::new();
        io::Read::read_to_end(&mut vault.reader(&hash).unwrap(), &mut read).unwrap();
        assert_eq!(read, *body);
        let [plain, patch] = [&first, &hash].map(|hash| fs::metadata(vault.blob_path(hash)).unwrap().len());
        assert!(patch * 4 < plain, "{patch} of {plain}");
    }
    let grown = reply(9, 4_000);
    collect(&vault, 9, &grown);
    assert_eq!(kept_on(&vault, &grown), None, "what is mostly new is plain");
    collect(&vault, 10, b"short");
    assert_eq!(kept_on(&vault, b"short"), None);
}

#[test]
fn large_bodies_are_patched_over_their_whole_length() {
    let (_folder, vault) = vault();
    let noise: Vec<u8> = (0..120_000_u32).flat_map(|n| *Sha256::of(&n.to_le_bytes()).as_bytes()).collect();
    assert!(noise.len() > 3 << 20 && noise.len() < patches::LARGEST);
    let first = vault.put(&noise).unwrap();
    let second = [b"new", noise.as_slice()].concat();
    let hash = vault.put_after(&second, Some(&first)).unwrap();
    let length = fs::metadata(vault.blob_path(&hash)).unwrap().len();
    assert!(length < noise.len() as u64 / 50, "{length}");
    assert_eq!(vault.get(&hash).unwrap(), second);
}

#[test]
fn a_base_that_is_gone_or_altered_is_named() {
    let (_folder, vault) = vault();
    let [first, second, third] = [0, 1, 2].map(|week| reply(week, 40));
    collect(&vault, 0, &first);
    collect(&vault, 1, &second);
    let (base, patch) = (vault.blob_path(&Sha256::of(&first)), Sha256::of(&second));
    let packed = fs::read(&base).unwrap();
    fs::write(&base, zstd::encode_all(&b"other"[..], 3).unwrap()).unwrap();
    let shown = base.display().to_string();
    let altered = vault.get(&patch).unwrap_err().to_string();
    assert!(altered.contains(&format!("is kept as a patch on `{shown}`, which was altered")), "{altered}");
    fs::remove_file(&base).unwrap();
    let gone = vault.get(&patch).unwrap_err().to_string();
    assert!(gone.contains(&format!("is kept as a patch on `{shown}`, which is missing")), "{gone}");
    assert!(vault.check(&patch).is_err() && vault.reader(&patch).is_err());
    collect(&vault, 2, &third);
    assert_eq!(kept_on(&vault, &third), None, "a new reply does not rest on what is broken");
    fs::write(&base, packed).unwrap();
    assert_eq!(vault.get(&patch).unwrap(), second);
    let file = vault.blob_path(&patch);
    let bytes = fs::read(&file).unwrap();
    for length in [0, 4, 39, 40, bytes.len() - 1] {
        fs::write(&file, &bytes[..length]).unwrap();
        let error = vault.get(&patch).unwrap_err();
        assert!(matches!(&error, VaultError::Altered { .. }), "{length}: {error}");
    }
}
