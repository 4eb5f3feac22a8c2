//! The journal of a collection that was killed.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use auditpack::model::Period;
use auditpack::vault::Vault;
use auditpack_fuzz::{TIME, seed, snapshot, vault};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tempfile::TempDir;

static VAULT: LazyLock<(TempDir, Vault)> = LazyLock::new(|| {
    let (folder, vault) = vault();
    vault.put(b"").expect("the vault takes it");
    (folder, vault)
});

fuzz_target!(
    init: seed("journal", seeds()),
    |bytes: &[u8]| {
        let (folder, vault) = &*VAULT;
        fs::write(folder.path().join("journal/20261122T180000000Z.jsonl"), bytes).expect("the vault can be written");
        let _ = vault.unfinished();
        if let Ok(resumed) = vault.resume(period()) {
            let _ = resumed.journal.gathered();
        }
    }
);

fn period() -> Period {
    snapshot().period
}

fn seeds() -> Vec<Vec<u8>> {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let started = json!({ "format": 1, "time": TIME, "period": period(), "organization": "Example" });
    let exchange = json!({ "exchange": {
        "source": "kms.keys", "service": "kms", "operation": "ListKeys", "parameters": { "Limit": "100" },
        "account": "123456789012", "region": "eu-west-1", "item": { "part": "a", "key": "b", "region": "eu-west-1" },
        "page": 0, "answer": { "absent": { "code": "x" } }, "status": 200, "request_id": "r", "time": TIME,
        "body": empty, "size": 0, "request": empty, "withheld": ["a"],
    }});
    let gap = json!({ "gap": {
        "source": "kms.keys", "account": "123456789012", "region": "eu-west-1", "operation": "ListKeys", "item": null,
        "reason": "access-denied", "message": "no", "time": TIME,
    }});
    vec![format!("{started}\n{exchange}\n{gap}\n{exchange}").into_bytes()]
}
