//! A blob's own file: a zstd frame, or a patch on another blob.

#![no_main]

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use auditpack::model::Sha256;
use auditpack::vault::Vault;
use auditpack_fuzz::{file, seed, vault};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// The bodies of two weeks: the later one is kept as a patch on the earlier.
static BODIES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let before = file("tests/recorded/kms.keys.jsonl");
    let after = [&before[..], b"and a line more"].concat();
    [before, after]
});

static VAULT: LazyLock<(TempDir, Vault, PathBuf)> = LazyLock::new(|| {
    let (folder, vault) = vault();
    let [before, after] = &*BODIES;
    let base = vault.put(before).expect("the vault takes it");
    let hash = vault.put_after(after, Some(&base)).expect("the vault takes it").to_string();
    let path = folder.path().join("blobs").join(&hash[..2]).join(format!("{hash}.zst"));
    (folder, vault, path)
});

fuzz_target!(
    init: seed("patch", seeds()),
    |bytes: &[u8]| {
        let (_, vault, path) = &*VAULT;
        fs::write(path, bytes).expect("the vault can be written");
        let hash = Sha256::of(&BODIES[1]);
        let read = vault.get(&hash).ok();
        assert!(read.is_none_or(|body| body == BODIES[1]), "what is read has its hash");
        let _ = vault.check(&hash);
        if let Ok(reader) = vault.reader(&hash) {
            let _ = reader.take(64 << 20).read_to_end(&mut Vec::new());
        }
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let patch = fs::read(&VAULT.2).expect("the vault was made a moment ago");
    assert!(patch.starts_with(&[0x50, 0x2a, 0x4d, 0x18]), "the vault keeps it as a patch");
    vec![patch, zstd::bulk::compress(&BODIES[1], 3).expect("it can be packed")]
}
