//! The sample company's documents, attested as a user attests them.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use miette::{IntoDiagnostic as _, miette};

use crate::cli::{Attest, AttestAdd, AttestCommand};
use crate::commands::attest;
use crate::commands::context::{Context, vault_fault};

/// A sample document, and what the company says that it shows.
struct Sample {
    name: &'static str,
    text: &'static str,
    title: &'static str,
    owner: &'static str,
    /// The document's own date; it counts for a year.
    date: &'static str,
    targets: &'static [&'static str],
}

/// One of them has expired before the period's end.
const SAMPLES: [Sample; 5] = [
    Sample {
        name: "information-security-policy.md",
        text: include_str!("../../../demo/documents/information-security-policy.md"),
        title: "Information security policy, version 4",
        owner: "Anke Bremer",
        date: "2026-02-03",
        targets: &[
            "soc2/cc5.3-policies",
            "iso27001-2022/a.5.1-policy-set",
            "gdpr/art.5-1-f-security-policy",
            "gdpr/art.32-1-b-security-policy",
        ],
    },
    Sample {
        name: "aws-report-review-2026.md",
        text: include_str!("../../../demo/documents/aws-report-review-2026.md"),
        title: "Review of AWS's assurance reports 2026",
        owner: "Bashir Nazari",
        date: "2026-09-22",
        targets: &[
            "soc2/cc6.4-report-review",
            "soc2/cc9.2-aws-report-review",
            "iso27001-2022/a.5.22-aws-report-review",
            "iso27001-2022/a.7.2-aws-report-review",
            "iso27001-2022/a.7.3-aws-report-review",
            "iso27001-2022/a.7.4-aws-report-review",
            "iso27001-2022/a.7.5-aws-report-review",
            "iso27001-2022/a.7.8-aws-report-review",
            "iso27001-2022/a.7.11-aws-report-review",
            "iso27001-2022/a.7.12-aws-report-review",
            "iso27001-2022/a.7.13-aws-report-review",
            "iso27001-2022/a.7.14-aws-report-review",
        ],
    },
    Sample {
        name: "access-review-2026-q3.md",
        text: include_str!("../../../demo/documents/access-review-2026-q3.md"),
        title: "Review of access rights, third quarter of 2026",
        owner: "Anke Bremer",
        date: "2026-09-24",
        targets: &[
            "soc2/cc6.3-access-review",
            "iso27001-2022/a.5.18-access-review-sign-off",
            "gdpr/art.32-1-b-access-review",
            "gdpr/art.32-4-access-review",
        ],
    },
    Sample {
        name: "restore-test-2026-09.md",
        text: include_str!("../../../demo/documents/restore-test-2026-09.md"),
        title: "Restore test of 10 September 2026",
        owner: "Dmitri Volkov",
        date: "2026-09-10",
        targets: &[
            "soc2/a1.3-recovery-test",
            "soc2/cc7.5-recovery-test",
            "iso27001-2022/a.5.30-recovery-test-report",
            "iso27001-2022/a.8.13-restore-test-report",
            "gdpr/art.32-1-c-recovery-test",
        ],
    },
    Sample {
        name: "penetration-test-2025.md",
        text: include_str!("../../../demo/documents/penetration-test-2025.md"),
        title: "Penetration test of the kiosk API, 2025",
        owner: "Bashir Nazari",
        date: "2025-08-14",
        targets: &[
            "soc2/cc4.1-penetration-test",
            "iso27001-2022/a.5.35-penetration-test",
            "iso27001-2022/a.8.29-penetration-test",
            "gdpr/art.32-1-d-penetration-test",
        ],
    },
];

/// Writes the documents to `folder` and attests them at `moment`; a vault that has attestations keeps them as they are.
pub(super) fn attest(folder: PathBuf, moment: DateTime<Utc>, context: &Context<'_>) -> miette::Result<()> {
    let known = context.open_vault()?.attestations().map_err(vault_fault)?;
    if known.log.all().next().is_some() {
        return Ok(());
    }
    let (mut nowhere, mut common) = (io::sink(), context.common.clone());
    common.quiet = true;
    let mut silent = Context::new(common, moment, &mut nowhere);
    for sample in &SAMPLES {
        let file = folder.join(sample.name);
        silent.write(&file, sample.text.as_bytes())?;
        let date: NaiveDate = sample.date.parse().into_diagnostic()?;
        let valid_until = date.checked_add_days(chrono::Days::new(365));
        let add = AttestAdd {
            file: Some(file),
            url: None,
            targets: sample.targets.iter().map(|target| (*target).to_owned()).collect(),
            owner: sample.owner.to_owned(),
            title: Some(sample.title.to_owned()),
            date: Some(date),
            valid_until: Some(valid_until.ok_or_else(|| miette!("{date} has no day a year later"))?),
            note: None,
            replaces: None,
        };
        attest::run(&Attest { requests: false, command: Some(AttestCommand::Add(add)) }, &mut silent)?;
    }
    context.note(&format!(
        "attested {} sample documents, one of them out of date; two exceptions, one of them ended",
        SAMPLES.len()
    ));
    Ok(())
}
