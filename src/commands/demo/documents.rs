//! The sample company's documents, attested as a user attests them.

use std::io;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use miette::{IntoDiagnostic as _, miette};

use crate::cli::NewDocument;
use crate::commands::attest::add;
use crate::commands::context::{Context, vault_fault};
use crate::model::{Attestation, AttestationId, AttestedDocument};

/// The hour of the day.
const ATTESTED_AT: TimeDelta = TimeDelta::hours(16);

/// A sample document, and what the company says that it shows.
struct Sample {
    name: &'static str,
    text: &'static str,
    title: &'static str,
    owner: &'static str,
    /// The document's own date; it counts for a year.
    date: &'static str,
    /// The file of the earlier document in whose place it is.
    replaces: Option<&'static str>,
    targets: &'static [&'static str],
}

/// In the order of their dates. One of those that nothing replaced has expired before the present period's end.
const SAMPLES: [Sample; 9] = [
    Sample {
        name: "penetration-test-2025.md",
        text: include_str!("../../../demo/documents/penetration-test-2025.md"),
        title: "Penetration test of the kiosk API, 2025",
        owner: "Bashir Nazari",
        date: "2025-08-14",
        replaces: None,
        targets: PENETRATION_TEST,
    },
    Sample {
        name: "restore-test-2025-09.md",
        text: include_str!("../../../demo/documents/restore-test-2025-09.md"),
        title: "Restore test of 11 September 2025",
        owner: "Dmitri Volkov",
        date: "2025-09-11",
        replaces: None,
        targets: RESTORE_TEST,
    },
    Sample {
        name: "aws-report-review-2025.md",
        text: include_str!("../../../demo/documents/aws-report-review-2025.md"),
        title: "Review of AWS's assurance reports 2025",
        owner: "Bashir Nazari",
        date: "2025-09-16",
        replaces: None,
        targets: AWS_REPORT_REVIEW,
    },
    Sample {
        name: "information-security-policy.md",
        text: include_str!("../../../demo/documents/information-security-policy.md"),
        title: "Information security policy, version 4",
        owner: "Anke Bremer",
        date: "2026-02-03",
        replaces: None,
        targets: POLICY,
    },
    Sample {
        name: "access-review-2026-q1.md",
        text: include_str!("../../../demo/documents/access-review-2026-q1.md"),
        title: "Review of access rights, first quarter of 2026",
        owner: "Anke Bremer",
        date: "2026-03-24",
        replaces: None,
        targets: ACCESS_REVIEW,
    },
    Sample {
        name: "access-review-2026-q2.md",
        text: include_str!("../../../demo/documents/access-review-2026-q2.md"),
        title: "Review of access rights, second quarter of 2026",
        owner: "Anke Bremer",
        date: "2026-06-23",
        replaces: Some("access-review-2026-q1.md"),
        targets: ACCESS_REVIEW,
    },
    Sample {
        name: "restore-test-2026-09.md",
        text: include_str!("../../../demo/documents/restore-test-2026-09.md"),
        title: "Restore test of 10 September 2026",
        owner: "Dmitri Volkov",
        date: "2026-09-10",
        replaces: Some("restore-test-2025-09.md"),
        targets: RESTORE_TEST,
    },
    Sample {
        name: "aws-report-review-2026.md",
        text: include_str!("../../../demo/documents/aws-report-review-2026.md"),
        title: "Review of AWS's assurance reports 2026",
        owner: "Bashir Nazari",
        date: "2026-09-22",
        replaces: Some("aws-report-review-2025.md"),
        targets: AWS_REPORT_REVIEW,
    },
    Sample {
        name: "access-review-2026-q3.md",
        text: include_str!("../../../demo/documents/access-review-2026-q3.md"),
        title: "Review of access rights, third quarter of 2026",
        owner: "Anke Bremer",
        date: "2026-09-24",
        replaces: Some("access-review-2026-q2.md"),
        targets: ACCESS_REVIEW,
    },
];

// Each is named once: requests that the same document answers know of each other.
const PENETRATION_TEST: &[&str] = &["soc2/cc4.1-penetration-test"];
const RESTORE_TEST: &[&str] = &["soc2/a1.3-recovery-test", "iso27001-2022/a.8.13-restore-test-report"];
const AWS_REPORT_REVIEW: &[&str] = &["soc2/cc9.2-aws-report-review"];
const POLICY: &[&str] = &["iso27001-2022/a.5.1-policy-set", "iso27001-2022/cl.5.2-signed-policy"];
const ACCESS_REVIEW: &[&str] = &["soc2/cc6.3-access-review"];

/// Writes the documents to `folder`, and attests those that came between two moments on the day of their date.
pub(super) fn attest(
    folder: &Path,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
    context: &Context<'_>,
) -> miette::Result<()> {
    let (mut nowhere, mut options) = (io::sink(), context.options.clone());
    options.quiet = true;
    let mut silent = Context::new(options, context.now, &mut nowhere);
    for sample in &SAMPLES {
        let date: NaiveDate = sample.date.parse().into_diagnostic()?;
        let moment = (date.and_time(NaiveTime::MIN) + ATTESTED_AT).and_utc();
        if moment <= after || moment > until {
            continue;
        }
        let file = folder.join(sample.name);
        silent.write(&file, sample.text.as_bytes())?;
        let valid_until = date.checked_add_days(chrono::Days::new(365));
        let document = NewDocument {
            file: Some(file),
            url: None,
            targets: sample.targets.iter().map(|target| (*target).to_owned()).collect(),
            owner: sample.owner.to_owned(),
            title: Some(sample.title.to_owned()),
            date: Some(date),
            valid_until: Some(valid_until.ok_or_else(|| miette!("{date} has no day a year later"))?),
            note: None,
            replaces: sample.replaces.map(|name| attested_as(name, &silent)).transpose()?.flatten(),
        };
        silent.now = moment;
        add::run(&document, &mut silent)?;
    }
    Ok(())
}

/// The attestation of a document of this name that counts.
fn attested_as(name: &str, context: &Context<'_>) -> miette::Result<Option<AttestationId>> {
    let known = context.open_vault()?.attestations().map_err(vault_fault)?;
    let is_it = |one: &Attestation| matches!(&one.document, AttestedDocument::File { name: file, .. } if file == name);
    Ok(known.log.active().into_iter().find(is_it).map(|one| one.id))
}
