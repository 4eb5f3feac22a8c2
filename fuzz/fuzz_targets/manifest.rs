//! `snapshot.json` as a pack or a vault has it: read, written again, and judged.

#![no_main]

use std::collections::{BTreeSet, HashMap};

use auditpack::bundle::evidence_index;
use auditpack::model::{Snapshot, evidence_files};
use auditpack_fuzz::{file, judge, seed, snapshot};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: seed("manifest", seeds()),
    |bytes: &[u8]| {
        let Ok(snapshot) = serde_json::from_slice::<Snapshot>(bytes) else { return };
        let written = serde_json::to_vec(&snapshot).expect("what was read can be written");
        assert_eq!(serde_json::from_slice::<Snapshot>(&written).ok().as_ref(), Some(&snapshot));
        let _ = evidence_files(&snapshot);
        let _ = evidence_index(&snapshot, &BTreeSet::new());
        judge(&snapshot, &HashMap::new());
    }
);

/// A snapshot without replies, and one with the first replies and gaps of the old vault.
fn seeds() -> Vec<Vec<u8>> {
    let packed = file("tests/old/vault/snapshots/20261128T203358Z-93c65828bb51/snapshot.json.zst");
    let old = zstd::decode_all(packed.as_slice()).expect("the old vault is sound");
    let mut old: Snapshot = serde_json::from_slice(&old).expect("the old vault is sound");
    let mut sources = BTreeSet::new();
    old.exchanges.retain(|exchange| sources.insert(exchange.source.clone()));
    old.exchanges.truncate(8);
    old.gaps.truncate(3);
    [snapshot(), old].iter().map(|one| serde_json::to_vec(one).expect("a snapshot is JSON")).collect()
}
