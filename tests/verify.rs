//! Packs as an auditor gets them: plain tools accept a sound one, `verify` names what is wrong with a broken one.
//!
//! Needs `openssl`, `unzip`, `sha256sum` and `pdfsig` (poppler-utils).
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests; what was tried is counted")]
#![expect(clippy::disallowed_methods, reason = "OpenSSL and pyHanko judge by the real clock")]

#[path = "verify/bounds.rs"]
mod bounds;
#[path = "verify/faults.rs"]
mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use auditpack::bundle::{
    Content, EVIDENCE_INDEX, Limits, Member, PackError, PackReadError, ProblemKind, REPORT, Readme, SIGNATURE, SUMS,
    Verification, evidence_index, readme, verify, verify_bytes, write_pack,
};
use auditpack::model::{
    Answer, Caller, Exchange, Gap, GapReason, LogMark, Period, Scope, Sha256, Snapshot, evidence_files, with_causes,
};
use auditpack::seal::{PdfSignature, SigningIdentity, SystemRandom, Trust, Trusted, generate, sign_detached, sign_pdf};
use chrono::{DateTime, NaiveDate, Utc};
use lopdf::{Document, Object, dictionary};
use tempfile::TempDir;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

type Files = Vec<(String, Vec<u8>)>;

/// OpenSSL judges by the real clock, so these tests sign now.
fn now() -> DateTime<Utc> {
    static NOW: OnceLock<DateTime<Utc>> = OnceLock::new();
    *NOW.get_or_init(|| DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap())
}

/// A signer and its certificate.
struct Someone {
    identity: SigningIdentity,
    certificate: String,
}

impl Someone {
    fn new(name: &str) -> Self {
        let made = generate(name, None, now(), YEAR, &SystemRandom::new()).unwrap();
        let (key, chain) = (made.key_pem.as_bytes(), made.certificate_pem.as_bytes());
        let identity = SigningIdentity::from_pem(key, chain, None, now()).unwrap();
        Self { identity, certificate: made.certificate_pem }
    }

    fn trust(&self) -> Trust {
        let mut trust = Trust::none();
        trust.add_pem(self.certificate.as_bytes()).unwrap();
        trust
    }
}

fn signer() -> &'static Someone {
    static SIGNER: OnceLock<Someone> = OnceLock::new();
    SIGNER.get_or_init(|| Someone::new("Example Ltd"))
}

fn exchange(source: &str, operation: &str, media: &str, body: &[u8]) -> Exchange {
    Exchange {
        source: source.into(),
        service: "kms".to_owned(),
        operation: operation.to_owned(),
        parameters: BTreeMap::new(),
        account: "111122223333".into(),
        region: "eu-central-1".into(),
        item: None,
        page: 0,
        of: None,
        answer: Answer::Content,
        status: 200,
        request_id: Some("=1+1".to_owned()),
        content_type: Some(media.to_owned()),
        headers: BTreeMap::new(),
        time: now(),
        body: Sha256::of(body),
        size: body.len() as u64,
        request: Sha256::of(b"request"),
        withheld: Vec::new(),
    }
}

const KEYS: &[u8] = br#"{"Keys":[]}"#;
const DOCUMENT: &[u8] = b"%PDF-1.7 an AWS report";
const REFUSAL: &[u8] = br#"{"__type":"AccessDenied"}"#;

fn snapshot() -> Snapshot {
    let day = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    Snapshot {
        format: Snapshot::FORMAT,
        tool: "auditpack test".to_owned(),
        previous: None,
        organization: "Example Ltd".to_owned(),
        period: Period { start: day, end: day },
        time: now(),
        finished: now(),
        caller: Caller { account: "111122223333".into(), arn: "arn".to_owned(), user_id: "id".to_owned() },
        scope: Scope { accounts: Vec::new(), sources: Vec::new() },
        exchanges: vec![
            exchange("kms.keys", "ListKeys", "application/json", KEYS),
            exchange("artifact.documents", "GetReport", "application/pdf", DOCUMENT),
        ],
        gaps: vec![Gap {
            source: "rds.instances".into(),
            account: "111122223333".into(),
            region: "eu-central-1".into(),
            operation: Some("DescribeDBInstances".to_owned()),
            item: None,
            reason: GapReason::AccessDenied,
            remedy: auditpack::model::Remedy::grant(["rds:DescribeDBInstances"]),
            message: "denied".to_owned(),
            code: None,
            request_id: None,
            body: Some(Sha256::of(REFUSAL)),
            time: now(),
        }],
        coverage: BTreeMap::new(),
        also_after: Vec::new(),
        attestations: None,
        definitions: None,
    }
}

/// A PDF of one empty page, unsigned.
fn pdf() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn report(someone: &Someone) -> Vec<u8> {
    sign_pdf(&pdf(), &someone.identity, now(), &PdfSignature { name: "Example Ltd", reason: "Evidence" }).unwrap()
}

/// The files of a sound pack, without its digests and signature.
fn files() -> Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(make_files).clone()
}

fn make_files() -> Files {
    let snapshot = snapshot();
    let withheld = BTreeSet::from([Sha256::of(DOCUMENT)]);
    let json = serde_json::to_vec(&snapshot).unwrap();
    let assessment = format!(r#"{{"format":1,"snapshot":"{}"}}"#, Sha256::of(&json));
    let about = Readme {
        organization: "Example Ltd",
        signer: "O=Example Ltd",
        fingerprint: Sha256::of(b""),
        tool: "auditpack",
    };
    let mut files = vec![
        ("README.txt".to_owned(), readme(&about)),
        (EVIDENCE_INDEX.to_owned(), evidence_index(&snapshot, &withheld).unwrap()),
        ("assessment.json".to_owned(), assessment.into_bytes()),
        ("config/auditpack.toml".to_owned(), b"organization = \"Example Ltd\"".to_vec()),
        ("mappings/catalog.toml".to_owned(), b"name = \"example\"".to_vec()),
        ("report.html".to_owned(), b"<!doctype html>".to_vec()),
        ("snapshot.json".to_owned(), json),
        (REPORT.to_owned(), report(signer())),
    ];
    for file in evidence_files(&snapshot) {
        let body = [KEYS, REFUSAL].into_iter().find(|body| Sha256::of(body) == file.sha256);
        files.extend(body.map(|body| (file.path.clone(), body.to_vec())));
    }
    files.sort();
    files
}

/// Adds the digests and the signature over them.
fn sealed(mut files: Files, someone: &Someone, time: DateTime<Utc>) -> Files {
    files.sort();
    let sums: String = files.iter().map(|(path, bytes)| format!("{}  {path}\n", Sha256::of(bytes))).collect();
    let signature = sign_detached(sums.as_bytes(), &someone.identity, time).unwrap();
    files.push((SUMS.to_owned(), sums.into_bytes()));
    files.push((SIGNATURE.to_owned(), signature));
    files
}

fn sound() -> Files {
    sealed(files(), signer(), now())
}

/// A zip in the layout of a pack, nothing deflated; `mode` are the external attributes.
fn zip_with(files: &Files, mode: u32) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (path, content) in files {
        let offset = u32::try_from(bytes.len()).unwrap();
        let length = u32::try_from(content.len()).unwrap();
        let mut common = Vec::new();
        [20_u16, 0x0800, 0, 0, 0x21].iter().for_each(|field| common.extend(field.to_le_bytes()));
        [crc32fast::hash(content), length, length].iter().for_each(|field| common.extend(field.to_le_bytes()));
        common.extend([u16::try_from(path.len()).unwrap(), 0].iter().flat_map(|field| field.to_le_bytes()));
        bytes.extend([b"PK\x03\x04", &common[..], path.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02", &(3_u16 << 8 | 20).to_le_bytes()[..], &common, &[0; 6]].concat());
        directory.extend([mode << 16, offset].iter().flat_map(|field| field.to_le_bytes()));
        directory.extend(path.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let sizes = [directory.len(), bytes.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes());
    let end = [b"PK\x05\x06", &[0; 4][..], &count, &count, &sizes[0], &sizes[1], &[0; 2]].concat();
    [bytes, directory, end].concat()
}

fn zip(files: &Files) -> Vec<u8> {
    zip_with(files, 0o100_644)
}

fn check(bytes: &[u8]) -> Verification {
    verify_bytes(bytes, &signer().trust(), &Limits::default()).unwrap()
}

fn kinds(verification: &Verification) -> Vec<(ProblemKind, &str)> {
    verification.problems.iter().map(|problem| (problem.kind, problem.path.as_str())).collect()
}

/// The pack that `write_pack` makes of the sound files, in a folder.
fn written(folder: &Path) -> Vec<u8> {
    let path = folder.join("pack.zip");
    write_whole(&path, []);
    fs::read(path).unwrap()
}

/// Writes the sound files and more as a pack.
fn write_whole<'a>(path: &Path, more: impl IntoIterator<Item = Member<'a>>) {
    let files = files().into_iter().rev().map(|(path, bytes)| Member { path, content: Content::Bytes(bytes) });
    write_pack(path, files.chain(more), &signer().identity, now()).unwrap();
}

fn must(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("`{}` is needed for this test: {error}", words[0]));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{line}: {text}");
    text
}

#[test]
fn plain_tools_accept_a_pack() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    written(folder);
    fs::write(folder.join("trust.pem"), &signer().certificate).unwrap();
    must(folder, "unzip -t pack.zip");
    must(folder, "unzip -q pack.zip -d pack");
    let pack = folder.join("pack");
    must(&pack, "sha256sum -c --strict SHA256SUMS");
    let line = "openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -CAfile ../trust.pem -out /dev/null";
    must(&pack, line);
    must(&pack, &line.replace("-verify", "-verify -cades"));
    assert!(must(&pack, "pdfsig -nocert report.pdf").contains("Total document signed"));
    for path in [folder.join("pack.zip"), pack] {
        let verification = verify(&path, &signer().trust(), &Limits::default()).unwrap().found;
        assert_eq!(kinds(&verification), []);
        assert_eq!(verification.signed_at, Some(now()));
        assert_eq!(verification.signer.unwrap().trusted, Trusted::ByCertificate);
    }
}

#[test]
fn the_readme_tells_commands_that_work() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    written(folder);
    must(folder, "unzip -q pack.zip -d pack");
    fs::write(folder.join("pack/trust.pem"), &signer().certificate).unwrap();
    let text = fs::read_to_string(folder.join("pack/README.txt")).unwrap();
    let at = text.find("openssl cms").expect("the command");
    let command = &text[at..at + text[at..].find("\n\n").unwrap()];
    let at = text.find("{ cut").expect("the listing");
    let listing = &text[at..at + text[at..].find("\n\n").unwrap()];
    fs::write(
        folder.join("check.sh"),
        format!("set -e\n{command}\nrm trust.pem\nfind . -type f | sed 's|^./||' | sort > /tmp/found\n{listing}\n")
            .replace("/tmp/found", "../found"),
    )
    .unwrap();
    must(&folder.join("pack"), "sh ../check.sh");
}

#[test]
fn writing_is_deterministic_but_for_the_signature() {
    let folder = TempDir::new().unwrap();
    let (one, two) = (written(folder.path()), written(folder.path()));
    // The record before the name has the CRC of the signature.
    let until =
        |bytes: &[u8]| bytes.windows(SIGNATURE.len()).position(|name| name == SIGNATURE.as_bytes()).unwrap() - 30;
    assert!(one[..until(&one)] == two[..until(&two)]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary stays");
}

#[test]
fn a_pack_that_cannot_be_finished_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let sign = &signer().identity;
    let broken: fn() -> io::Result<Vec<u8>> = || Err(io::Error::other("disk full"));
    let later = |path: &str| Member { path: path.to_owned(), content: Content::Later(Box::new(broken)) };
    let bytes = |path: &str| Member { path: path.to_owned(), content: Content::Bytes(vec![1]) };
    let error = write_pack(&path, [bytes("a"), later("b")], sign, now()).unwrap_err();
    assert!(with_causes(&error) == "cannot read `b` for the pack: disk full", "{error}");
    let short = Content::Stream { size: 9, open: Box::new(|| Ok(Box::new(&b"four"[..]))) };
    let error = write_pack(&path, [Member { path: "c".to_owned(), content: short }], sign, now()).unwrap_err();
    assert!(with_causes(&error).contains("4 bytes, not the 9"), "{error}");
    assert!(matches!(write_pack(&path, [bytes("a/../b")], sign, now()), Err(PackError::Path { .. })));
    assert!(matches!(write_pack(&path, [bytes("a"), bytes("A")], sign, now()), Err(PackError::Twice(_))));
    assert!(matches!(write_pack(&path, [bytes(SUMS)], sign, now()), Err(PackError::Twice(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn streamed_members_are_written_as_those_in_memory() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    let stream = || Content::Stream { size: large.len() as u64, open: Box::new(|| Ok(Box::new(&large[..]))) };
    write_whole(&path, ["a.json", "b.zip"].map(|path| Member { path: path.to_owned(), content: stream() }));
    must(folder.path(), "unzip -t pack.zip");
    let verified = verify(&path, &signer().trust(), &Limits::default()).unwrap();
    assert_eq!(kinds(&verified.found), []);
    let pack = verified.pack.unwrap();
    assert!(pack.read("a.json").unwrap() == large && pack.read("b.zip").unwrap() == large);
    assert!(fs::metadata(&path).unwrap().len() < 20_000_000, "a.json is deflated");
}

#[test]
fn what_is_read_after_verifying_is_what_was_verified() {
    let folder = TempDir::new().unwrap();
    let (path, other) = (folder.path().join("pack.zip"), folder.path().join("other.zip"));
    let member = |text: &str| [Member { path: "a.json".to_owned(), content: Content::Bytes(text.into()) }];
    let opened = |path: &Path| verify(path, &Trust::none(), &Limits::default()).unwrap().pack.unwrap();
    write_whole(&path, member("good"));
    write_whole(&other, member("evil"));
    must(folder.path(), "unzip -q pack.zip -d unpacked");

    // Another file takes the pack's name: the one that was verified is still the one that is read.
    let pack = opened(&path);
    fs::rename(&other, &path).unwrap();
    assert_eq!(pack.read("a.json").unwrap(), b"good");

    // The same file is written to, or a member of a folder: what was not verified is not read.
    write_whole(&path, member("good"));
    let pack = opened(&path);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|window| window == b"good").unwrap();
    bytes[at..at + 4].copy_from_slice(b"evil");
    fs::write(&path, &bytes).unwrap();
    assert!(pack.read("a.json").is_err());
    let pack = opened(&folder.path().join("unpacked"));
    assert_eq!(pack.read("a.json").unwrap(), b"good");
    fs::write(folder.path().join("unpacked/a.json"), "evil").unwrap();
    assert!(matches!(pack.read("a.json"), Err(PackReadError::Changed(_))));

    // A pack that is not what was signed is never handed out.
    assert!(verify(&path, &Trust::none(), &Limits::default()).unwrap().pack.is_none());
}

#[test]
fn trust_decides_what_is_said_of_the_signer() {
    let pack = zip(&sound());
    let none = verify_bytes(&pack, &Trust::none(), &Limits::default()).unwrap();
    assert_eq!(kinds(&none), [(ProblemKind::SignerUntrusted, SIGNATURE)]);
    assert!(none.intact() && !none.ok);
    let foreign = verify_bytes(&pack, &Someone::new("Example Ltd").trust(), &Limits::default()).unwrap();
    assert_eq!(kinds(&foreign), [(ProblemKind::SignatureForeign, SIGNATURE)]);
    assert!(!foreign.intact());
    let mut trust = Trust::none();
    trust.add_fingerprint(&none.signer.unwrap().fingerprint.to_string()).unwrap();
    let known = verify_bytes(&pack, &trust, &Limits::default()).unwrap();
    assert!(known.ok);
    let json = serde_json::to_value(&known).unwrap();
    assert_eq!(json["signer"]["trusted"], "by-fingerprint");
    assert_eq!((&json["format"], &json["timestamp"]), (&1.into(), &serde_json::Value::Null));
}
