//! A pack of a stranger: its bytes as they are, or its members in a pack that is signed and sound.

#![no_main]

use std::sync::LazyLock;

use auditpack::bundle::{
    ATTESTATION_INDEX, ATTESTATION_LOG, Content, EVIDENCE_INDEX, Limits, Member, verify, verify_bytes, write_pack,
};
use auditpack::seal::{SigningIdentity, Trust};
use auditpack_fuzz::{file, folder, moment, parts, seed, signer, snapshot};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

const LIMITS: Limits = Limits { members: 100, total: 256 << 20, ratio: 250, total_ratio: 100, memory: 64 << 20 };
/// What a sound pack is made of; an input has their contents in this order, where its first byte says so.
const MEMBERS: [&str; 8] = [
    "assessment.json",
    "snapshot.json",
    EVIDENCE_INDEX,
    ATTESTATION_INDEX,
    ATTESTATION_LOG,
    "config/auditpack.toml",
    "report.html",
    "mappings/params.toml",
];
const SOUND: u8 = b'S';

static SIGNER: LazyLock<SigningIdentity> = LazyLock::new(signer);
static FOLDER: LazyLock<TempDir> = LazyLock::new(folder);

fuzz_target!(
    init: seed("pack", seeds()),
    |bytes: &[u8]| {
        if let Some(members) = bytes.strip_prefix(&[SOUND]) {
            write(&parts(members));
            verify(&path(), &Trust::none(), &LIMITS).expect("the pack was written a moment ago");
        } else {
            let _ = verify_bytes(bytes, &Trust::none(), &LIMITS);
        }
    }
);

fn path() -> std::path::PathBuf {
    FOLDER.path().join("pack.zip")
}

fn write(contents: &[&[u8]]) {
    let member =
        |(path, bytes): (&&str, &&[u8])| Member { path: (*path).to_owned(), content: Content::Bytes(bytes.to_vec()) };
    write_pack(&path(), MEMBERS.iter().zip(contents).map(member), &*SIGNER, moment()).expect("a pack can be written");
}

fn seeds() -> Vec<Vec<u8>> {
    let snapshot = serde_json::to_vec_pretty(&snapshot()).expect("a snapshot is JSON");
    let named = auditpack::model::Sha256::of(&snapshot);
    let assessment = format!("{{\"snapshot\": \"{named}\"}}").into_bytes();
    let log = file("tests/old/vault/attestations.jsonl");
    let contents: [&[u8]; 8] = [
        &assessment,
        &snapshot,
        b"path,sha256,size,included,source,account,region,operation,item,page,status,time,request_id\n",
        b"",
        &log,
        b"organization = 'x'",
        b"<html>",
        b"",
    ];
    write(&contents);
    let raw = std::fs::read(path()).expect("the pack was written a moment ago");
    let mut sound = vec![SOUND];
    sound.extend(contents.join(&b"\n----\n"[..]));
    vec![raw, sound]
}
