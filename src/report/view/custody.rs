//! Why the pack may be believed: how anyone checks it, and the chain of custody.

use serde::Serialize;

use super::text::{moment, number, period};
use super::{Fact, Text};
use crate::model::Sha256;
use crate::report::Input;

/// How anyone checks the pack with plain tools.
#[derive(Debug, Serialize)]
pub(super) struct Verify {
    intro: &'static str,
    steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Serialize)]
struct Step {
    title: &'static str,
    text: Text,
    /// Exact shell commands, to be run in the unpacked pack's folder.
    commands: Vec<&'static str>,
    /// What a good pack answers.
    expect: &'static str,
}

impl Verify {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let fingerprint = match &input.signer {
            Some(signer) => format!("The signer's certificate must have the fingerprint {}.", signer.fingerprint),
            None => "This report names no signer: ask the organization.".to_owned(),
        };
        Self {
            intro: "No step needs the network, AWS, or this tool's maker. Unpack the pack and run these in its folder; \
                    trust.pem is the signer's certificate, which the organization gave you over a separate channel.",
            steps: vec![
                Step {
                    title: "Every file is the one that was signed",
                    text: Text::name("Recomputes the SHA-256 of every file and compares it with the signed list."),
                    commands: vec!["sha256sum --check --quiet SHA256SUMS"],
                    expect: "No output, exit code 0. On macOS: shasum -a 256 --check --quiet SHA256SUMS.",
                },
                Step {
                    title: "No file was added",
                    text: Text::name("The list names every file of the pack except itself and its signature."),
                    commands: vec![
                        "diff <(cut -c 67- SHA256SUMS | sort) <(find . -type f ! -path ./SHA256SUMS ! -path ./SHA256SUMS.p7s | cut -c 3- | sort)",
                    ],
                    expect: "No output, exit code 0 (in bash or zsh).",
                },
                Step {
                    title: "The list is the signer's",
                    text: Text::name(
                        "Checks the detached CMS (CAdES) signature over the list against the certificate you trust.",
                    ),
                    commands: vec![
                        "openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -CAfile trust.pem -out /dev/null",
                    ],
                    expect: "CMS Verification successful",
                },
                Step {
                    title: "The signer is who you think",
                    text: Text::name(&format!("Prints the fingerprint of the certificate you trust. {fingerprint}")),
                    commands: vec!["openssl x509 -in trust.pem -noout -subject -fingerprint -sha256"],
                    expect: "The fingerprint that the organization gave you over a separate channel, for example by phone. Never trust one that only the pack gives.",
                },
                Step {
                    title: "The PDF is the signer's",
                    text: Text::name("report.pdf carries a signature (PAdES) of its own, which PDF readers show too."),
                    commands: vec!["pdfsig report.pdf"],
                    expect: "Signature is Valid, Total document signed, and the signer's name.",
                },
                Step {
                    title: "All of it at once",
                    text: Text::name("auditpack does the steps above, offline."),
                    commands: vec!["auditpack verify PACK.zip --trust trust.pem"],
                    expect: "Exit code 0. Every problem is listed otherwise, with exit code 5.",
                },
            ],
        }
    }
}

/// How replies were kept.
fn kept(withheld: usize) -> &'static str {
    match withheld {
        0 => "Each reply was kept byte for byte under its SHA-256 before anything was judged from it.",
        _ => {
            "Each reply was kept byte for byte under its SHA-256 before anything was judged from it. Exceptions: possible \
             secrets, and what opens AWS documents. They were scanned in memory or removed, and never stored; the scan \
             result stands in their place. snapshot.json names each place; every other byte is AWS's."
        }
    }
}

/// Who asked, when, with what, and what ties it together.
#[derive(Debug, Serialize)]
pub(super) struct Custody {
    facts: Vec<Fact>,
    statements: Vec<&'static str>,
}

impl Custody {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let snapshot = input.snapshot;
        let with_id = snapshot.exchanges.iter().filter(|exchange| exchange.request_id.is_some()).count();
        let mut facts = vec![
            Fact::text("Organization", &snapshot.organization),
            Fact::text("Audit period", &period(&input.assessment.period)),
            Fact::code("Asked by (as AWS STS named the caller)", &snapshot.caller.arn),
            Fact::code("Caller's account", snapshot.caller.account.as_str()),
            Fact::code("Caller's unique id", &snapshot.caller.user_id),
            Fact::text("Collecting began", &moment(snapshot.time)),
            Fact::text("Collecting ended", &moment(snapshot.finished)),
            Fact::text("Collected with", &snapshot.tool),
            Fact::text("Judged and rendered with", input.tool),
            Fact::text("Replies kept", &number(snapshot.exchanges.len())),
            Fact::text("Replies with AWS's request id", &number(with_id)),
            Fact::hash("Snapshot (SHA-256 of snapshot.json)", &input.id),
        ];
        let withheld = snapshot.exchanges.iter().filter(|exchange| !exchange.withheld.is_empty()).count();
        if withheld > 0 {
            facts.push(Fact::text("Replies with values withheld", &number(withheld)));
        }
        match &snapshot.previous {
            Some(previous) => facts.push(Fact::hash("Snapshot before it", previous)),
            None => facts.push(Fact::text("Snapshot before it", "none: the first of its vault")),
        }
        facts.push(Fact::hash("Settings file's SHA-256", &Sha256::of(&input.settings.file)));
        if let Some(file) = &input.settings.exceptions_file {
            facts.push(Fact::hash("Exceptions file's SHA-256", &Sha256::of(&file.bytes)));
        }
        match &input.signer {
            Some(signer) => {
                facts.push(Fact::text("Signed by", &signer.name));
                facts.push(Fact::code("Signer's SHA-256 fingerprint", &signer.fingerprint));
            }
            None => facts.push(Fact::text("Signed by", "not signed")),
        }
        Self {
            facts,
            statements: vec![
                "AWS was only read: every call lists, describes or gets.",
                kept(withheld),
                "AWS's request id of a reply finds the same call in the organization's own CloudTrail.",
                "Every verdict follows from the evidence, the attested documents, the mappings and the settings in this pack; the moment of judging is \
                 the moment when collecting began.",
            ],
        }
    }
}
