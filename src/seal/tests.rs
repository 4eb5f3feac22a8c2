use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use lopdf::{Document, Object, dictionary};

use super::*;
use crate::model::causes;

const DAY: Duration = Duration::from_secs(86_400);

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 30, 12, 0, 0).unwrap()
}

fn generated(name: &str) -> (Generated, SigningIdentity) {
    let made = generate(name, None, now(), 365 * DAY, &SystemRandom::new()).unwrap();
    let identity = identity(&made, now()).unwrap();
    (made, identity)
}

fn identity(made: &Generated, time: DateTime<Utc>) -> Result<SigningIdentity, KeyError> {
    SigningIdentity::from_pem(made.key_pem.as_bytes(), made.certificate_pem.as_bytes(), None, time)
}

/// A PDF of one empty page.
fn small_pdf() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages,
        "MediaBox" => vec![0.into(), 0.into(), 100.into(), 100.into()],
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

const WORDS: PdfSignature<'_> = PdfSignature { name: "Example Ltd", reason: "Audit evidence" };

#[test]
fn a_signature_says_who_and_when() {
    let (made, identity) = generated("Example, \"Ltd\" & Söhne");
    let der = sign_detached(b"content", &identity, now()).unwrap();
    let facts = verify_detached(&der, b"content").unwrap();
    assert_eq!(facts.signing_time, Some(now()));
    assert_eq!(facts.signer.pem(), made.certificate_pem);
    assert!(facts.signer.subject().contains("Söhne"), "{}", facts.signer.subject());
    assert_eq!(verify_detached(&der, b"Content"), Err(SignatureFault::Digest));
}

#[test]
fn every_changed_byte_of_a_signature_is_noticed() {
    let (_, identity) = generated("Example Ltd");
    let der = sign_detached(b"content", &identity, now()).unwrap();
    for at in 0..der.len() {
        for mask in [0x01, 0x02, 0x10, 0x20, 0x80, 0xff] {
            let mut broken = der.clone();
            broken[at] ^= mask;
            assert!(verify_detached(&broken, b"content").is_err(), "byte {at} xor {mask:#x}");
        }
        assert!(verify_detached(&der[..at], b"content").is_err(), "cut at {at}");
    }
    assert!(verify_detached(&[der, vec![0]].concat(), b"content").is_err());
}

#[test]
fn an_encrypted_key_opens_only_with_its_passphrase() {
    let made = generate("Example Ltd", Some("correct horse"), now(), DAY, &SystemRandom::new()).unwrap();
    let (key, chain) = (made.key_pem.as_bytes(), made.certificate_pem.as_bytes());
    assert!(made.key_pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    assert!(SigningIdentity::from_pem(key, chain, Some("correct horse"), now()).is_ok());
    assert_eq!(SigningIdentity::from_pem(key, chain, Some("wrong"), now()).err(), Some(KeyError::Passphrase));
    assert_eq!(SigningIdentity::from_pem(key, chain, None, now()).err(), Some(KeyError::PassphraseNeeded));
    let empty = generate("Example Ltd", Some(""), now(), DAY, &SystemRandom::new());
    assert_eq!(empty.err(), Some(KeygenError::EmptyPassphrase));
}

#[test]
fn the_loader_refuses_what_does_not_fit() {
    let (made, _) = generated("Example Ltd");
    let (other, _) = generated("Other Ltd");
    let load = |key: &str, chain: &str| SigningIdentity::from_pem(key.as_bytes(), chain.as_bytes(), None, now()).err();
    assert!(matches!(load(&made.key_pem, &other.certificate_pem), Some(KeyError::OtherKey(_))));
    assert_eq!(
        load(&made.key_pem, &format!("{}{}", made.certificate_pem, other.certificate_pem)),
        Some(KeyError::Order(2))
    );
    let old = load("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", &made.certificate_pem);
    assert!(old.unwrap().to_string().contains("openssl pkcs8 -topk8"));
    assert_eq!(load("hello", &made.certificate_pem), Some(KeyError::NoKey));
    assert_eq!(load(&made.key_pem, "hello"), Some(KeyError::Certificate(CertificateError::None)));
    let later = identity(&made, now() + 366 * DAY).err();
    assert!(matches!(later, Some(KeyError::Expired(..))), "{later:?}");
    let earlier = identity(&made, now() - DAY).err();
    assert!(matches!(earlier, Some(KeyError::NotYetValid(..))), "{earlier:?}");
}

#[test]
fn names_that_no_certificate_can_hold_are_refused() {
    for name in ["", "  ", "a\u{7}b", &"x".repeat(65)] {
        let made = generate(name, None, now(), DAY, &SystemRandom::new());
        assert_eq!(made.err(), Some(KeygenError::Name), "{name:?}");
    }
}

#[test]
fn trust_comes_from_outside() {
    let (made, identity) = generated("Example Ltd");
    let (other, _) = generated("Example Ltd");
    let facts = verify_detached(&sign_detached(b"x", &identity, now()).unwrap(), b"x").unwrap();
    assert_eq!(Trust::none().decide(&facts, now()), Ok(Trusted::NotTrusted));
    let mut trust = Trust::none();
    trust.add_pem(other.certificate_pem.as_bytes()).unwrap();
    assert!(trust.decide(&facts, now()).is_err());
    trust.add_pem(made.certificate_pem.as_bytes()).unwrap();
    assert_eq!(trust.decide(&facts, now()), Ok(Trusted::ByCertificate));
    let mut trust = Trust::none();
    let colons: Vec<String> = facts.signer.fingerprint().as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    trust.add_fingerprint(&colons.join(":")).unwrap();
    assert_eq!(trust.decide(&facts, now()), Ok(Trusted::ByFingerprint));
    assert!(trust.add_fingerprint("12:34").is_err());
}

#[test]
fn a_pdf_signature_covers_the_whole_file() {
    let (_, identity) = generated("Example Ltd");
    let pdf = small_pdf();
    let rubbish = verify_detached(b"rubbish", b"content").unwrap_err();
    let said = causes(&rubbish);
    assert_eq!((said.len(), said[0].as_str()), (2, "it is not a detached CMS signature in DER"), "{said:?}");
    assert_eq!(verify_pdf(&pdf), Err(PdfFault::Unsigned));
    let signed = sign_pdf(&pdf, &identity, now(), &WORDS).unwrap();
    assert_eq!(signed[..pdf.len()], pdf[..]);
    let facts = verify_pdf(&signed).unwrap();
    assert_eq!(facts.signing_time, Some(now()));
    assert_eq!(verify_pdf(&[&signed[..], b"\n"].concat()), Err(PdfFault::Appended(1)));
    assert!(verify_pdf(&signed[..signed.len() - 1]).is_err());
}

#[test]
fn every_changed_byte_of_a_signed_pdf_is_noticed() {
    let (_, identity) = generated("Example Ltd");
    let signed = sign_pdf(&small_pdf(), &identity, now(), &WORDS).unwrap();
    // Of the 32 KiB of filling zeros every 97th is enough.
    let filling = find_zeros(&signed);
    for at in (0..signed.len()).filter(|at| !filling.contains(at) || at % 97 == 0) {
        let mut broken = signed.clone();
        broken[at] ^= 0x01;
        assert!(verify_pdf(&broken).is_err(), "byte {at}");
    }
}

fn find_zeros(bytes: &[u8]) -> std::ops::Range<usize> {
    let start = bytes.windows(4096).position(|window| window.iter().all(|&byte| byte == b'0')).unwrap();
    start..start + bytes[start..].iter().position(|&byte| byte != b'0').unwrap()
}

#[test]
fn a_signed_pdf_is_not_signed_again_nor_rubbish_at_all() {
    let (_, identity) = generated("Example Ltd");
    let signed = sign_pdf(&small_pdf(), &identity, now(), &WORDS).unwrap();
    assert!(matches!(sign_pdf(&signed, &identity, now(), &WORDS), Err(SignError::Pdf(_))));
    assert!(matches!(sign_pdf(b"%PDF-1.7 rubbish", &identity, now(), &WORDS), Err(SignError::Pdf(_))));
}
