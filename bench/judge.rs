//! 100,000 rows judged by all checks: time and peak memory, the rows included.
//!
//! The rows are the demonstration's own (AWS's members, all parts), copied until a large company's mix is reached; each
//! copy has its own key, name and evidence.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use auditpack::model::{Facts, Row, Sha256};
use common::{Demo, line, peak_mb, seconds};

/// Rows for each source, in thousands.
const MIX: [(&str, usize); 15] = [
    ("ec2.volumes", 18),
    ("ec2.security-groups", 15),
    ("ec2.instances", 12),
    ("ec2.snapshots", 10),
    ("ec2.subnets", 4),
    ("ec2.network-acls", 2),
    ("ec2.vpcs", 1),
    ("s3.bucket-config", 10),
    ("kms.keys", 5),
    ("rds.instances", 3),
    ("rds.snapshots", 3),
    ("rds.parameter-groups", 1),
    ("iam.authorization-details", 10),
    ("iam.credential-report", 5),
    ("config.compliance", 1),
];

fn main() {
    let demo = Demo::open();
    let mut facts =
        auditpack::facts::read(&demo.catalog, &demo.stored.snapshot, &mut |hash| demo.vault.get(hash)).unwrap();
    for (source, thousands) in MIX {
        let rows = facts.rows.get_mut(&source.into()).expect("the demonstration has rows of each kind");
        multiply(rows, thousands * 1_000);
    }
    let rows: usize = facts.rows.values().map(Vec::len).sum();
    let of_rows = peak_mb();
    let assess = |facts: &Facts| {
        auditpack::assess::assess(&demo.catalog, &demo.settings, demo.stored.id, &demo.stored.snapshot, facts)
    };
    let mut findings = 0;
    let time = seconds(|| {
        let assessment = assess(&facts);
        findings = assessment.checks.iter().map(|check| check.findings.len()).sum();
        assessment
    });
    let memory = peak_mb();
    let what = format!("judge {rows} rows x {} checks ({findings} findings)", demo.catalog.checks.len());
    line(&format!("{what}: time"), "< 10 s", &format!("{time:.2} s"), time < 10.0);
    line(
        &format!("{what}: peak memory"),
        "< 500 MB",
        &format!("{memory:.0} MB, {of_rows:.0} MB of it the rows"),
        memory < 500.0,
    );
}

fn multiply(rows: &mut Vec<Row>, wanted: usize) {
    let originals = std::mem::take(rows);
    rows.extend((0..wanted).map(|number| {
        let mut row = originals[number % originals.len()].clone();
        row.key = format!("{}-{number}", row.key);
        row.resource = format!("{}-{number}", row.resource);
        for (part, hash) in row.evidence.iter_mut().enumerate() {
            *hash = Sha256::of(format!("{part} of {number}").as_bytes());
        }
        row
    }));
}
