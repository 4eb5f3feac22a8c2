//! A pack of a vault's small blobs.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use auditpack::model::Sha256;
use auditpack::vault::Vault;
use auditpack_fuzz::{seed, vault};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

const HEAD: usize = 12;
const ENTRY: usize = 40;

static VAULT: LazyLock<TempDir> = LazyLock::new(|| {
    let (folder, _) = vault();
    fs::create_dir(folder.path().join("packs")).expect("the vault can be written");
    folder
});

fuzz_target!(
    init: seed("vault_pack", seeds()),
    |bytes: &[u8]| {
        let root = VAULT.path();
        fs::write(root.join(format!("packs/{}.pack", "a".repeat(64))), bytes).expect("the vault can be written");
        let vault = Vault::open(root).expect("the vault was made a moment ago");
        let table = bytes.get(HEAD..).unwrap_or_default();
        for hash in table.chunks_exact(ENTRY).filter_map(|entry| entry.first_chunk()).take(4) {
            let hash = Sha256::from_bytes(*hash);
            let _ = vault.get(&hash);
            let _ = vault.check(&hash);
        }
        vault.check_all().expect("whatever is wrong with a pack is a finding");
    }
);

/// A plain blob and a patch on it, and one that is no blob.
fn seeds() -> Vec<Vec<u8>> {
    let plain = zstd::bulk::compress(b"{}", 3).expect("it can be packed");
    let base = Sha256::of(b"{}");
    let patch = [&[0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0][..], base.as_bytes(), &plain].concat();
    let blobs = [(base, plain), (Sha256::of(b"other"), patch), (Sha256::of(b""), b"no blob".to_vec())];
    let mut pack = b"AUDPACK1".to_vec();
    pack.extend(3_u32.to_le_bytes());
    let mut offset = 0;
    for (hash, blob) in &blobs {
        pack.extend(hash.as_bytes());
        pack.extend(u32::to_le_bytes(offset));
        pack.extend((blob.len() as u32).to_le_bytes());
        offset += blob.len() as u32;
    }
    pack.extend(blobs.iter().flat_map(|(_, blob)| blob));
    vec![pack]
}
