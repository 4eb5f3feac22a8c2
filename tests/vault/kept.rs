//! Pruned, old and plain vaults.

use super::*;

#[test]
fn a_pruned_snapshot_is_refused_by_name_and_the_chain_holds() {
    let (place, vault, ids) = four_weeks();
    let dry = said(&place, 0, &["vault", "prune", "--keep", "keep weekly 2", "--dry-run"]);
    assert!(dry.contains(&format!("2026-09-07 09:00 UTC {}", ids[0].short())), "{dry}");
    assert!(dry.contains("Would go: the evidence of 2 snapshots and 1 blob"), "{dry}");
    assert!(blob(vault.root(), 1).exists(), "nothing went");
    let gone = json(&place, 0, &["vault", "prune", "--keep", "weekly 2"]);
    assert_schema("vault-prune", &gone);
    assert_eq!((&gone["pruned"][0]["id"], &gone["blobs"]), (&Value::from(ids[0].to_string()), &Value::from(1)));
    assert!(!blob(vault.root(), 1).exists() && manifest(vault.root(), ids[1]).exists());
    let refused = said(&place, 1, &["assess", "--snapshot", &ids[1].short()]);
    assert!(refused.contains("was pruned 2026-10-05 09:00:00 UTC by the policy `weekly 2`"), "{refused}");
    assert!(refused.contains("choose another snapshot"), "{refused}");
    said(&place, 0, &["assess"]);
    let check = said(&place, 0, &["vault", "check"]);
    assert!(check.contains("2 snapshots with evidence, 2 pruned; 3 sound blobs"), "{check}");
    let list = said(&place, 0, &["vault", "list"]);
    assert!(list.contains("pruned auditpack 0.1.0"), "{list}");
    let nothing = said(&place, 0, &["vault", "prune", "--keep", "weekly 2"]);
    assert!(nothing.contains("Nothing goes: the policy keeps 2 snapshots."), "{nothing}");
    let wrong = said(&place, 2, &["vault", "prune", "--keep", "fortnightly 2"]);
    assert!(
        wrong.contains("`fortnightly` is not a span of time: expected rules like `weekly 13, quarterly 8`"),
        "{wrong}"
    );
}

#[test]
fn an_older_vault_with_plain_manifests_and_blobs_works() {
    let (place, vault, ids) = four_weeks();
    for (id, number) in ids.iter().zip(0..) {
        let path = manifest(vault.root(), *id);
        let bytes = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
        fs::write(path.with_extension(""), bytes).unwrap();
        fs::remove_file(path).unwrap();
        fs::write(blob(vault.root(), number), zstd::encode_all(&reply(number)[..], 3).unwrap()).unwrap();
    }
    said(&place, 0, &["vault", "check"]);
    said(&place, 0, &["assess"]);
    collect(&vault, "2026-10-01", 9, |_| {});
    let check = said(&place, 0, &["vault", "check"]);
    assert!(check.contains("5 snapshots with evidence"), "{check}");
    let merged = said(&place, 0, &["vault", "merge", "vault", "--vault", "copy"]);
    assert!(merged.contains("5 snapshots"), "{merged}");
    said(&place, 0, &["vault", "check", "--vault", "copy"]);
}

#[test]
fn plain_tools_read_what_the_vault_holds() {
    let (_place, vault, ids) = four_weeks();
    let shell = |script: &str| {
        let output = Command::new("bash").args(["-euc", script]).current_dir(vault.root()).output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
        text(&output.stdout)
    };
    let hash = shell(&format!("zstd -dc snapshots/*-{}/snapshot.json.zst | sha256sum | cut -c -64", ids[2].short()));
    assert_eq!(hash.trim(), ids[2].to_string());
    let name = |number| Sha256::of(&reply(number)).to_string();
    let (base, patch) = (name(0), name(3));
    let found =
        shell(&format!("head -c 40 blobs/{}/{patch}.zst | tail -c 32 | od -An -v -tx1 | tr -d ' \\n'", &patch[..2]));
    assert_eq!(found.trim(), base, "a patch names its base");
    let hash = shell(&format!(
        "zstd -dqc blobs/{}/{base}.zst >base; zstd -dqc --patch-from=base blobs/{}/{patch}.zst | sha256sum | cut -c -64; rm base",
        &base[..2],
        &patch[..2]
    ));
    assert_eq!(hash.trim(), patch);
}

#[test]
fn a_blob_is_taken_out_of_a_pack_as_the_manual_says() {
    let (_place, vault, _) = four_weeks();
    let week = |week: u32| (0..80).map(|number| reply(1_000 * week + number)).collect::<Vec<_>>();
    collect_all(&vault, "2026-10-01", &week(1), |_| {});
    collect_all(&vault, "2026-10-02", &week(2), |_| {});
    let manual = fs::read_to_string(repository().join("docs/vault.md")).unwrap();
    let (_, script) = manual.split_once("<<'END'").unwrap();
    let (_, script) = script.split_once('\n').unwrap();
    let (script, _) = script.split_once("\nEND\n").unwrap();
    let hash = Sha256::of(&reply(2_033));
    let packs = fs::read_dir(vault.root().join("packs")).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<Vec<u8>> = packs
        .map(|pack| {
            let mut python = Command::new(common::python());
            let output = python.args(["-c", script]).arg(pack).arg(hash.to_string()).output().unwrap();
            assert!(output.status.success(), "{}", shown(&output));
            output.stdout
        })
        .filter(|blob| !blob.is_empty())
        .collect();
    assert_eq!(found.len(), 1);
    fs::write(vault.root().join("blob.zst"), &found[0]).unwrap();
    let base = Sha256::parse(&found[0][8..40].iter().map(|byte| format!("{byte:02x}")).collect::<String>()).unwrap();
    fs::write(vault.root().join("base"), vault.get(&base).unwrap()).unwrap();
    let zstd = Command::new("zstd").args(["-dqc", "--patch-from=base", "blob.zst"]).current_dir(vault.root()).output();
    assert_eq!(Sha256::of(&zstd.unwrap().stdout), hash);
}
