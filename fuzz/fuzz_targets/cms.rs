//! A detached signature in CMS, its certificates, and whether to trust them; a file of certificates in PEM.

#![no_main]

use std::sync::LazyLock;

use auditpack::seal::{Certificate, Trust, sign_detached, verify_detached};
use auditpack_fuzz::{file, moment, seed, signer};
use libfuzzer_sys::fuzz_target;

const CONTENT: &[u8] = b"content";

/// One that is told to trust another signer looks for a chain.
static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let mut trust = Trust::none();
    trust.add_pem(&file("tests/old/certificate.pem")).expect("it is a certificate");
    trust
});

fuzz_target!(
    init: seed("cms", seeds()),
    |bytes: &[u8]| {
        if let Ok(facts) = verify_detached(bytes, CONTENT) {
            let _ = TRUST.decide(&facts, moment());
        }
        let _ = Certificate::from_der(bytes);
        let _ = Certificate::from_pem(bytes);
        if let Ok(text) = std::str::from_utf8(bytes) {
            let _ = Trust::none().add_fingerprint(text);
        }
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let signature = sign_detached(CONTENT, &signer(), moment()).expect("it can be signed");
    let pem = file("tests/old/certificate.pem");
    let der = Certificate::from_pem(&pem).expect("it is a certificate").remove(0).der().to_vec();
    vec![signature, pem, der]
}
