use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::model::{AccountScope, Answer, Caller, Exchange, Period, Scope, Sha256, Sink as _, Snapshot, SnapshotId};

pub(super) fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
}

pub(super) fn period() -> Period {
    Period { start: NaiveDate::from_ymd_opt(2026, 7, 1).unwrap(), end: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap() }
}

pub(super) fn exchange(body: &[u8]) -> Exchange {
    Exchange {
        source: "kms.keys".into(),
        service: "kms".into(),
        operation: "ListKeys".into(),
        parameters: BTreeMap::new(),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        item: None,
        page: 0,
        of: None,
        answer: Answer::Content,
        status: 200,
        request_id: Some("r-1".into()),
        content_type: Some("application/x-amz-json-1.1".into()),
        headers: BTreeMap::new(),
        time: time(1),
        body: Sha256::of(body),
        size: body.len() as u64,
        request: Sha256::of(b"request"),
        withheld: Vec::new(),
    }
}

pub(super) fn account(id: &str) -> AccountScope {
    let partition = "aws".into();
    let (regions, disabled_regions, excluded_regions) = (Vec::new(), Vec::new(), Vec::new());
    AccountScope {
        id: id.into(),
        alias: None,
        partition,
        regions,
        disabled_regions,
        excluded_regions,
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    }
}

pub(super) fn snapshot(journal: &Journal) -> Snapshot {
    let (exchanges, gaps) = journal.gathered();
    Snapshot {
        format: Snapshot::FORMAT,
        tool: "auditpack test".into(),
        previous: journal.previous(),
        organization: "Example".into(),
        period: period(),
        time: journal.started().time,
        finished: time(9),
        caller: Caller {
            account: "123456789012".into(),
            arn: "arn:aws:iam::123456789012:user/a".into(),
            user_id: "A".into(),
        },
        scope: Scope { accounts: vec![account("123456789012")], sources: Vec::new() },
        exchanges,
        gaps,
        coverage: BTreeMap::new(),
        also_after: journal.also_after(),
        attestations: journal.attested(),
        definitions: None,
    }
}

pub(super) fn collect(vault: &Vault, at: i64, body: &[u8]) -> SnapshotId {
    let journal = vault.begin(time(at), period(), "Example").unwrap();
    journal.exchange(exchange(body), body).unwrap();
    let snapshot = snapshot(&journal);
    journal.finish(&snapshot).unwrap()
}

#[test]
fn snapshots_chain_and_load_by_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let first = collect(&vault, 0, b"{}");
    let second = collect(&vault, 60, b"{\"Keys\":[]}");
    let stored = vault.load(&Selector::Latest).unwrap();
    assert_eq!(stored.id, second);
    assert_eq!(stored.snapshot.previous, Some(first));
    assert_eq!(Sha256::of(&stored.bytes), second);
    let by_prefix = vault.load(&first.short().parse().unwrap()).unwrap();
    assert_eq!(by_prefix.id, first);
    assert_eq!(vault.get(&stored.snapshot.exchanges[0].body).unwrap(), b"{\"Keys\":[]}");
    assert!(matches!(vault.load(&"0000".parse().unwrap()), Err(VaultError::Unknown { .. })));
    assert_eq!(vault.unfinished().unwrap(), None);
}

#[test]
fn altered_evidence_and_snapshots_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    collect(&vault, 0, b"some evidence");
    let hash = Sha256::of(b"some evidence");
    let blob = folder.path().join("blobs").join(&hash.to_string()[..2]).join(format!("{hash}.zst"));
    fs::write(&blob, zstd::encode_all(&b"other evidence"[..], 3).unwrap()).unwrap();
    assert!(matches!(vault.get(&hash), Err(VaultError::Altered { .. })));
    assert_eq!(vault.put(b"some evidence").unwrap(), hash, "a put mends a broken blob");
    assert_eq!(vault.get(&hash).unwrap(), b"some evidence");
    fs::remove_file(&blob).unwrap();
    assert!(matches!(vault.get(&hash), Err(VaultError::Missing(_))));

    let file = vault.snapshot_folders().unwrap()[0].manifest().unwrap();
    let text = String::from_utf8(zstd::decode_all(&fs::read(&file).unwrap()[..]).unwrap()).unwrap();
    fs::write(&file, zstd::encode_all(text.replace("Example", "Exampel").as_bytes(), 3).unwrap()).unwrap();
    let said = vault.load(&Selector::Latest).unwrap_err().to_string();
    assert!(said.contains("snapshot-altered: the manifest was altered: its content hashes to"), "{said}");
}

#[test]
fn a_vault_with_plain_manifests_still_works() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let first = collect(&vault, 0, b"{}");
    let packed = vault.snapshot_folders().unwrap()[0].manifest().unwrap();
    assert!(packed.ends_with("snapshot.json.zst"));
    fs::write(packed.with_extension(""), zstd::decode_all(&fs::read(&packed).unwrap()[..]).unwrap()).unwrap();
    fs::remove_file(&packed).unwrap();
    let second = collect(&vault, 60, b"{\"Keys\":[]}");
    assert_eq!(vault.load(&Selector::Latest).unwrap().snapshot.previous, Some(first));
    assert_eq!(vault.load(&first.short().parse().unwrap()).unwrap().id, first);
    assert_ne!(first, second);
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let journal = vault.begin(time(0), period(), "Example").unwrap();
    assert!(matches!(vault.begin(time(1), period(), "Example"), Err(VaultError::Locked(_))));
    drop(journal);
    assert!(vault.begin(time(2), period(), "Example").is_ok());
}

#[test]
fn a_killed_run_resumes_with_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let journal = vault.begin(time(0), period(), "Example").unwrap();
    journal.exchange(exchange(b"one"), b"one").unwrap();
    journal.exchange(exchange(b"two"), b"two").unwrap();
    drop(journal);
    let path = vault.unfinished().unwrap().unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();

    let resumed = vault.resume(period()).unwrap();
    assert_eq!(resumed.exchanges.len(), 1, "the torn line is asked for again");
    assert_eq!(resumed.journal.started().time, time(0), "and the time stays, so that requests are the same");
    resumed.journal.exchange(exchange(b"two"), b"two").unwrap();
    let snapshot = snapshot(&resumed.journal);
    assert_eq!(snapshot.exchanges.len(), 2);
    resumed.journal.finish(&snapshot).unwrap();
    assert!(matches!(vault.resume(period()), Err(VaultError::NothingToResume(_))));
}

#[test]
fn a_failed_start_does_not_hide_an_unfinished_run() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let journal = vault.begin(time(0), period(), "Example").unwrap();
    journal.exchange(exchange(b"one"), b"one").unwrap();
    drop(journal);
    drop(vault.begin(time(60), period(), "Example").unwrap());
    let resumed = vault.resume(period()).unwrap();
    assert_eq!((resumed.exchanges.len(), resumed.journal.started().time), (1, time(0)));
}

#[test]
fn a_resume_for_another_period_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    drop(vault.begin(time(0), period(), "Example").unwrap());
    let other = Period { start: period().start, end: period().start };
    assert!(matches!(vault.resume(other), Err(VaultError::Changed("period"))));
}

#[test]
fn newer_and_foreign_folders_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vault.json"), "{\"format\": 2}").unwrap();
    match Vault::create(folder.path()) {
        Err(VaultError::Newer { found: 2, .. }) => {}
        other => panic!("{other:?}"),
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    assert!(matches!(Vault::create(folder.path()), Err(VaultError::Foreign(_))));
    assert!(matches!(Vault::open(&folder.path().join("nowhere")), Err(VaultError::None(_))));
}

#[test]
fn a_folder_that_a_killed_process_began_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("blobs")).unwrap();
    let left = folder.path().join(".tmpAbC123.tmp");
    fs::write(&left, "{\"for").unwrap();
    assert!(matches!(Vault::open(folder.path()), Err(VaultError::None(_))));
    Vault::create(folder.path()).unwrap();
    assert!(!left.exists() && Vault::open(folder.path()).is_ok());
}

#[test]
fn a_small_blob_that_unpacks_to_much_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let hash = vault.put(b"some evidence").unwrap();
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), (256 << 20) + 1), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 64 << 10, "{} bytes", bomb.len());
    fs::write(vault.blob_path(&hash), bomb).unwrap();
    let refused = crate::model::with_causes(&vault.get(&hash).unwrap_err());
    assert!(refused.contains("it unpacks to more than 256 MiB"), "{refused}");
}

#[test]
fn a_document_dropped_unfinished_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let mut document: Box<dyn crate::model::DocumentSink> = Box::new(vault.document().unwrap());
    document.write(b"half").unwrap();
    drop(document);
    assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
    let mut document: Box<dyn crate::model::DocumentSink> = Box::new(vault.document().unwrap());
    document.write(b"who").unwrap();
    document.write(b"le").unwrap();
    assert_eq!(document.finish().unwrap(), (Sha256::of(b"whole"), 5));
    assert_eq!(vault.get(&Sha256::of(b"whole")).unwrap(), b"whole");
}

#[cfg(unix)]
#[test]
fn files_are_private_and_a_full_disk_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let hash = vault.put(b"secret").unwrap().to_string();
    let blob = folder.path().join("blobs").join(&hash[..2]).join(format!("{hash}.zst"));
    assert_eq!(fs::metadata(blob).unwrap().permissions().mode() & 0o777, 0o600);
    let full = fault(Path::new("x"), io::Error::from(io::ErrorKind::StorageFull));
    assert!(full.to_string().contains("disk is full") && full.remedy().contains("--resume"));
}

pub(super) fn attested(
    log: &crate::attestations::AttestationLog,
    hash: Option<(Sha256, u64)>,
) -> crate::attestations::LogEvent {
    use crate::attestations::LogEvent;
    use crate::model::{Attestation, AttestedDocument};
    let document = match hash {
        Some((sha256, size)) => AttestedDocument::File { name: "policy.pdf".into(), sha256, size },
        None => AttestedDocument::Url("https://example.com".into()),
    };
    LogEvent::Attested(Attestation {
        id: log.next(),
        title: "Policy".into(),
        document,
        targets: vec![],
        owner: "Jo".into(),
        date: period().start,
        valid_until: period().end,
        note: String::new(),
        recorded: time(0),
        replaces: None,
    })
}

#[test]
fn a_killed_attestation_leaves_a_readable_log_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault")).unwrap();
    let mut attesting = vault.attesting().unwrap();
    let kept = attesting.keep(&b"policy"[..]).unwrap().unwrap();
    assert_eq!(vault.get(&kept.0).unwrap(), b"policy");
    attesting.record(attested(attesting.log(), Some(kept))).unwrap();
    drop(attesting);
    let path = vault.root().join("attestations.jsonl");
    let whole = fs::read(&path).unwrap();
    let anchor = fs::read(vault.root().join("vault.json")).unwrap();
    for torn in [&b"{"[..], b"{\"format\":1,\"previous\":", &whole[..whole.len() - 1]] {
        fs::write(&path, [whole.as_slice(), torn].concat()).unwrap();
        fs::write(vault.root().join("vault.json"), &anchor).unwrap();
        let stored = vault.attestations().unwrap();
        assert_eq!(
            (stored.log.active().len(), stored.bytes.as_slice()),
            (1, whole.as_slice()),
            "what is torn is not read"
        );
        let mut attesting = vault.attesting().unwrap();
        attesting.record(attested(attesting.log(), None)).unwrap();
        drop(attesting);
        assert_eq!(vault.attestations().unwrap().log.active().len(), 2, "and it does not spoil what comes after");
    }
}

#[test]
fn one_attests_at_a_time_and_a_newer_log_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault")).unwrap();
    assert_eq!(vault.attestations().unwrap(), StoredAttestations::default());
    let attesting = vault.attesting().unwrap();
    assert!(matches!(vault.attesting().err(), Some(VaultError::Locked(_))));
    assert!(matches!(vault.begin(time(0), period(), "Example").err(), Some(VaultError::Locked(_))));
    drop(attesting);
    let path = vault.root().join("attestations.jsonl");
    fs::write(&path, "{\"format\":2,\"novelty\":true}\n").unwrap();
    assert!(matches!(vault.attestations(), Err(VaultError::Newer { found: 2, .. })));
    assert!(vault.attesting().is_err());
    assert_eq!(fs::read(&path).unwrap(), b"{\"format\":2,\"novelty\":true}\n");
    fs::write(&path, "[]\n").unwrap();
    assert!(matches!(vault.attestations(), Err(VaultError::Altered { .. })));
}

#[test]
fn a_blob_is_checked_without_holding_it() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault")).unwrap();
    let (one, other) = (vault.put(b"one").unwrap(), vault.put(b"other").unwrap());
    assert!(vault.check(&one).is_ok());
    fs::copy(vault.blob_path(&other), vault.blob_path(&one)).unwrap();
    assert!(matches!(vault.check(&one), Err(VaultError::Altered { .. })));
    assert!(matches!(vault.check(&Sha256::of(b"gone")), Err(VaultError::Missing(_))));
}
