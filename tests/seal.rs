//! Signatures as others see them: `openssl cms -verify`, pdfsig and pyHanko accept ours and refuse what was altered.
//!
//! Needs `openssl`, `pdfsig` (poppler-utils) and a Python with pyHanko (`AUDITPACK_VENV`).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "OpenSSL and pyHanko judge by the real clock")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use auditpack::seal::{
    KeyKind, PdfSignature, Signer, SigningIdentity, SystemRandom, Trust, Trusted, generate, sign_detached, sign_pdf,
    verify_detached, verify_pdf,
};
use chrono::{DateTime, Utc};
use lopdf::{Document, Object, dictionary};
use tempfile::TempDir;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// OpenSSL and pyHanko judge by the real clock, so these tests sign now.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap()
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("`{program}` is needed for this test: {error}"))
}

fn must(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = run(program, arguments, folder);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    text
}

fn openssl(folder: &Path, arguments: &str) -> String {
    must("openssl", &arguments.split(' ').collect::<Vec<_>>(), folder)
}

fn load(folder: &Path, key: &str, chain: &[&str]) -> SigningIdentity {
    let chain: Vec<u8> = chain.iter().flat_map(|name| fs::read(folder.join(name)).unwrap()).collect();
    SigningIdentity::from_pem(&fs::read(folder.join(key)).unwrap(), &chain, Some("secret"), now()).unwrap()
}

/// A key with a self-signed certificate of ours.
fn keygen(folder: &Path) -> SigningIdentity {
    let made = generate("Example Ltd", Some("secret"), now(), YEAR, &SystemRandom::new()).unwrap();
    fs::write(folder.join("key.pem"), made.key_pem).unwrap();
    fs::write(folder.join("trust.pem"), made.certificate_pem).unwrap();
    load(folder, "key.pem", &["trust.pem"])
}

/// A root, an issuer below it and a signer below that, with a key of `algorithm`, made by OpenSSL.
fn company(folder: &Path, algorithm: &str) -> SigningIdentity {
    let extensions = "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
        [leaf]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n";
    fs::write(folder.join("x.cnf"), extensions).unwrap();
    let newkey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(folder, &format!("req -x509 {newkey} -keyout root.key -out trust.pem -subj /O=Root -days 30"));
    openssl(folder, &format!("req {newkey} -keyout issuer.key -out issuer.csr -subj /O=Issuer"));
    openssl(
        folder,
        "x509 -req -in issuer.csr -CA trust.pem -CAkey root.key -CAcreateserial -days 30 -out issuer.pem -extfile x.cnf -extensions ca",
    );
    openssl(folder, &format!("req {algorithm} -passout pass:secret -keyout old.key -out leaf.csr -subj /O=Leaf/CN=Jo"));
    openssl(folder, "pkcs8 -topk8 -v2 aes-256-cbc -in old.key -passin pass:secret -passout pass:secret -out leaf.key");
    openssl(
        folder,
        "x509 -req -in leaf.csr -CA issuer.pem -CAkey issuer.key -CAcreateserial -days 20 -out leaf.pem -extfile x.cnf -extensions leaf",
    );
    load(folder, "leaf.key", &["leaf.pem", "issuer.pem"])
}

const VERIFY: &str =
    "cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -CAfile trust.pem -out out";

/// OpenSSL and we agree on a signature by `identity`, trusted by `trust.pem`.
fn accepted(folder: &Path, identity: &SigningIdentity) {
    let content = b"0000  a\n";
    let der = sign_detached(content, identity, now()).unwrap();
    fs::write(folder.join("SHA256SUMS"), content).unwrap();
    fs::write(folder.join("SHA256SUMS.p7s"), &der).unwrap();
    openssl(folder, VERIFY);
    openssl(folder, &VERIFY.replace("-verify", "-verify -cades"));
    let facts = verify_detached(&der, content).unwrap();
    let mut trust = Trust::none();
    trust.add_pem(&fs::read(folder.join("trust.pem")).unwrap()).unwrap();
    assert_eq!(trust.decide(&facts, now()), Ok(Trusted::ByCertificate));
    fs::write(folder.join("SHA256SUMS"), b"0000  b\n").unwrap();
    assert!(!run("openssl", &VERIFY.split(' ').collect::<Vec<_>>(), folder).status.success());
}

#[test]
fn openssl_accepts_a_generated_key_without_extra_flags() {
    let folder = TempDir::new().unwrap();
    let identity = keygen(folder.path());
    accepted(folder.path(), &identity);
    // OpenSSL opens the encrypted key too.
    openssl(folder.path(), "pkey -in key.pem -passin pass:secret -noout");
}

#[test]
fn openssl_accepts_rsa_and_p384_below_a_company_root() {
    for (algorithm, kind) in [
        ("-newkey rsa:3072", KeyKind::Rsa),
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-384", KeyKind::P384),
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-256", KeyKind::P256),
    ] {
        let folder = TempDir::new().unwrap();
        let identity = company(folder.path(), algorithm);
        assert_eq!(identity.kind(), kind);
        accepted(folder.path(), &identity);
    }
}

#[test]
fn a_company_root_vouches_only_through_an_unbroken_chain() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    company(folder, "-newkey rsa:2048");
    let alone = load(folder, "leaf.key", &["leaf.pem"]);
    let facts = verify_detached(&sign_detached(b"x", &alone, now()).unwrap(), b"x").unwrap();
    let mut trust = Trust::none();
    trust.add_pem(&fs::read(folder.join("trust.pem")).unwrap()).unwrap();
    assert!(trust.decide(&facts, now()).is_err(), "the issuer's certificate is missing");
    trust.add_pem(&fs::read(folder.join("issuer.pem")).unwrap()).unwrap();
    assert_eq!(trust.decide(&facts, now()), Ok(Trusted::ByCertificate));
    assert!(trust.decide(&facts, now() + YEAR).is_err(), "the issuer has expired");
}

#[test]
fn a_signer_cannot_issue_another_signer() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    company(folder, "-newkey rsa:2048");
    openssl(folder, "req -newkey rsa:2048 -nodes -keyout evil.key -out evil.csr -subj /O=Evil");
    openssl(
        folder,
        "x509 -req -in evil.csr -CA leaf.pem -CAkey leaf.key -passin pass:secret -CAcreateserial -days 9 -out evil.pem -extfile x.cnf -extensions leaf",
    );
    let evil = load(folder, "evil.key", &["evil.pem"]);
    let facts = verify_detached(&sign_detached(b"x", &evil, now()).unwrap(), b"x").unwrap();
    for anchors in [&["trust.pem", "issuer.pem"][..], &["leaf.pem"], &["trust.pem", "issuer.pem", "leaf.pem"]] {
        let mut trust = Trust::none();
        anchors.iter().for_each(|name| trust.add_pem(&fs::read(folder.join(name)).unwrap()).unwrap());
        assert!(trust.decide(&facts, now()).is_err(), "{anchors:?}");
    }
}

#[test]
fn keys_in_old_formats_and_keys_too_weak_are_refused() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    openssl(folder, "req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.pem -subj /O=Weak");
    openssl(folder, "rsa -in weak.key -traditional -out old.key");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let load = |key: &str| SigningIdentity::from_pem(&read(key), &read("weak.pem"), None, now()).unwrap_err();
    assert!(load("weak.key").to_string().contains("RSA of 2048"), "{}", load("weak.key"));
    openssl(folder, "pkcs8 -topk8 -v2 des3 -in weak.key -passout pass:secret -out des.key");
    let des = SigningIdentity::from_pem(&read("des.key"), &read("weak.pem"), Some("secret"), now()).unwrap_err();
    assert!(des.to_string().contains("-v2 aes-256-cbc"), "{des}");
    assert!(load("old.key").to_string().contains("openssl pkcs8 -topk8 -in key.pem"), "{}", load("old.key"));
}

/// A small tagged PDF with text, written with or without object streams.
fn pdf(modern: bool) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let content = lopdf::Stream::new(dictionary! {}, b"BT /F1 12 Tf 20 20 Td (Report) Tj ET".to_vec());
    let content = document.add_object(content);
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 200.into(), 200.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    if modern {
        document.save_modern(&mut bytes).unwrap()
    } else {
        document.save_to(&mut bytes).unwrap()
    }
    bytes
}

const PYHANKO: &str = "
import sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
roots = [load_cert_from_pemder('trust.pem')]
with open(sys.argv[1], 'rb') as file:
    found = PdfFileReader(file, strict=True).embedded_signatures
    assert len(found) == 1, found
    status = validate_pdf_signature(found[0], ValidationContext(trust_roots=roots, allow_fetching=False))
    print(status.pretty_print_details())
    assert status.bottom_line, status.summary()
    assert str(status.coverage) == 'SignatureCoverageLevel.ENTIRE_FILE', status.coverage
";

#[test]
fn pdfsig_and_pyhanko_accept_a_signed_pdf() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let python = std::env::var("AUDITPACK_VENV")
        .map_or_else(|_| ".venv/bin/python".to_owned(), |venv| format!("{venv}/bin/python"));
    let words = PdfSignature { name: "Example Ltd", reason: "Audit evidence, sealed" };
    fs::write(folder.join("check.py"), PYHANKO).unwrap();
    for (identity, chained) in [(keygen(folder), false), (company(folder, "-newkey rsa:2048"), true)] {
        for modern in [false, true] {
            let signed = sign_pdf(&pdf(modern), &identity, now(), &words).unwrap();
            fs::write(folder.join("signed.pdf"), &signed).unwrap();
            let seen = must("pdfsig", &["-nocert", "signed.pdf"], folder);
            assert!(seen.contains("Signature is Valid") && seen.contains("Total document signed"), "{seen}");
            assert!(seen.contains("ETSI.CAdES.detached"), "{seen}");
            // pyHanko asks for nonRepudiation, which the company's leaf does not have.
            if !chained {
                fs::write(folder.join("trust.pem"), identity.chain()[0].pem()).unwrap();
                must(&python, &["check.py", "signed.pdf"], folder);
            }
            let facts = verify_pdf(&signed).unwrap();
            assert_eq!((facts.signer, facts.signing_time), (identity.chain()[0].clone(), Some(now_of(&signed))));
            let mut altered = signed.clone();
            let at = altered.windows(6).position(|window| window == b"MediaB").unwrap_or(100);
            altered[at] ^= 1;
            fs::write(folder.join("altered.pdf"), altered).unwrap();
            let seen = run("pdfsig", &["-nocert", "altered.pdf"], folder);
            assert!(!String::from_utf8_lossy(&seen.stdout).contains("Signature is Valid"));
        }
    }
}

/// The moment that the PDF says in its `/M`, read without our own reader.
fn now_of(signed: &[u8]) -> DateTime<Utc> {
    let at = signed.windows(5).rposition(|window| window == b"/M(D:").expect("a signature date") + 5;
    let text = std::str::from_utf8(&signed[at..at + 14]).unwrap();
    chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").unwrap().and_utc()
}
