//! `README.txt` of a pack: how anyone checks it without us.

use crate::model::{Sha256, visible};

/// What the text says about this pack.
#[derive(Debug, Clone, Copy)]
pub struct Readme<'a> {
    /// The organization whose evidence it is.
    pub organization: &'a str,
    /// The subject of the signer's certificate.
    pub signer: &'a str,
    /// The SHA-256 of the signer's certificate.
    pub fingerprint: Sha256,
    /// The tool and its version, `auditpack 0.1.0`.
    pub tool: &'a str,
}

/// Writes the text.
pub fn readme(about: &Readme<'_>) -> Vec<u8> {
    TEXT.replace("{organization}", &visible(about.organization))
        .replace("{signer}", &visible(about.signer))
        .replace("{tool}", &visible(about.tool))
        .replace("{fingerprint}", &about.fingerprint.to_string())
        .replace("{colons}", &colons(&about.fingerprint))
        .into_bytes()
}

/// The form in which OpenSSL prints a fingerprint.
fn colons(digest: &Sha256) -> String {
    digest.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

const TEXT: &str = "\
AUDIT EVIDENCE OF {organization}
Made by {tool}

This pack can be checked without the tool that made it, without AWS and without the
internet. You need the signer's certificate, here called trust.pem. Take it from the
signer, not from this pack or its message: whoever could alter the pack could enclose
a certificate of their own.


1. WHOSE CERTIFICATE IS IT?

   Signer:               {signer}
   SHA-256 fingerprint:  {fingerprint}

   Compare the fingerprint over a separate channel, for example by phone, with
   a person you know at {organization}:

     openssl x509 -in trust.pem -noout -fingerprint -sha256

   must print
     {colons}

   If the certificate was issued by a certification authority of the organization,
   trust.pem is the certificate of that authority instead.


2. UNPACK

     unzip -t PACK.zip
     unzip PACK.zip -d pack
     cd pack


3. IS THE LIST OF FILES THE SIGNER'S?

     openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS \\
       -CAfile trust.pem -out /dev/null

   must print 'CMS Verification successful' (older versions: 'Verification
   successful'). OpenSSL compares the certificate's validity with today's date: for a
   pack whose signer's certificate has expired since, add
   -attime SECONDS, the time of signing in seconds since 1970.


4. ARE THE FILES THOSE OF THE LIST?

     sha256sum -c --quiet SHA256SUMS

   must print nothing and end with exit code 0. (macOS: shasum -a 256 -c SHA256SUMS.)
   Only SHA256SUMS and SHA256SUMS.p7s are not in the list; a file besides these that
   the list does not name was not signed:

     find . -type f | sed 's|^./||' | sort > /tmp/found
     { cut -c67- SHA256SUMS; echo SHA256SUMS; echo SHA256SUMS.p7s; } | sort | diff - /tmp/found


5. THE REPORT

   report.pdf carries a signature of its own (PAdES) that covers the whole file. Any
   PDF reader that knows signatures shows it; on the command line: pdfsig report.pdf


6. ALL OF IT AT ONCE

     auditpack verify PACK.zip --trust trust.pem
     auditpack verify PACK.zip --trust trust.pem --reperform

   The second line also judges the raw evidence again and compares the verdicts.


WHAT LIES WHERE

   report.pdf, report.html   the report
   control-matrix.xlsx       the same as sheets to filter: the responsibility matrix with
                             columns for the auditor, every finding, the evidence, the
                             requests. Its links open files of this pack once it is
                             unpacked; what is written into it changes its digest, so
                             work on a copy in the same folder
   assessment.json           every verdict, for machines
   history.json              readiness over time: counts of this snapshot, the last point,
                             and of those before it in the same vault, which rest on
                             evidence that is not in this pack; --reperform holds the
                             last point against the evidence. Not in every pack: the
                             report says why
   snapshot.json             what was asked, what AWS answered, what is missing; its
                             SHA-256 is the id of the snapshot
   evidence/                 AWS's answers byte for byte; evidence/index.csv lists them.
                             Values that may be secrets are not in them: where one stood,
                             'withheld: ...' says what was found in it (what opens a document
                             of AWS's is '(removed)'), and
                             'withheld' in snapshot.json names the place
   attestations/             documents that people attested; index.json lists those that
                             count, log.jsonl is the whole history in a chain of hashes
   mappings/, config/        the rules and settings that the verdicts come from
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_turn_the_text_around() {
        let fingerprint = Sha256::of(b"");
        let about =
            Readme { organization: "Ex\u{202E}elpma", signer: "O=a\u{2066}b\nc", fingerprint, tool: "auditpack" };
        let text = String::from_utf8(readme(&about)).unwrap();
        assert!(
            text.starts_with("AUDIT EVIDENCE OF Ex\\u{202e}elpma\n") && text.contains("O=a\\u{2066}b\\u{a}c"),
            "{text}"
        );
        assert!(!text.contains(['\u{202E}', '\u{2066}']));
    }
}
