//! 100,000 rows judged by all checks: time and peak memory, the rows included.
//!
//! The rows are the demonstration's own (AWS's members, all parts), copied until a large company's mix is reached, in
//! twenty accounts (one may not hold as many users and buckets); each copy has its own key, name and evidence.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use auditpack::model::{AccountId, AccountScope, Facts, Reading, Row, Sha256, SourceId};
use common::{Demo, line, peak_mb, seconds};

/// Accounts that the rows are spread over.
const ACCOUNTS: usize = 20;

/// Rows for each source, in thousands.
const MIX: [(&str, usize); 22] = [
    ("ec2.volumes", 14),
    ("ec2.security-groups", 12),
    ("ec2.instances", 10),
    ("ec2.snapshots", 9),
    ("s3.bucket-config", 8),
    ("iam.authorization-details", 8),
    ("tagging.resources", 6),
    ("logs.groups", 5),
    ("ec2.subnets", 4),
    ("iam.credential-report", 4),
    ("kms.keys", 4),
    ("lambda.functions", 4),
    ("ecr.image-findings", 3),
    ("backup.recovery-points", 2),
    ("cloudwatch.alarms", 2),
    ("ec2.network-acls", 2),
    ("rds.instances", 2),
    ("rds.snapshots", 2),
    ("config.compliance", 1),
    ("dynamodb.tables", 1),
    ("ec2.vpcs", 1),
    ("sqs.queues", 1),
];

fn main() {
    let Demo { catalog, settings, mut stored, vault } = Demo::open();
    let facts = auditpack::facts::read(&catalog, &stored.snapshot, &mut |hash| vault.get(hash)).unwrap();
    // So many rows for each thousand of the mix: with the demonstration's own rows of all other sources 100,000 in all.
    let thousand: usize = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(850);
    let wanted = |source: &SourceId| {
        let mix = MIX.iter().find(|(name, _)| *name == source.as_str());
        mix.map(|(_, thousands)| thousands * thousand / ACCOUNTS)
    };
    let scope = stored.snapshot.scope.accounts[0].clone();
    let accounts: Vec<AccountId> = (0..ACCOUNTS).map(|number| format!("{:012}", 1 + number).as_str().into()).collect();
    stored.snapshot.scope.accounts =
        accounts.iter().map(|account| AccountScope { id: account.clone(), ..scope.clone() }).collect();
    let facts = spread(&facts, &accounts, wanted);
    let rows: usize = facts.rows.values().map(Vec::len).sum();
    let of_rows = peak_mb();
    let assess =
        |facts: &Facts| auditpack::assess::assess(&catalog, &settings, stored.id, &stored.snapshot, facts, &[]);
    let mut findings = 0;
    let time = seconds(|| {
        let assessment = assess(&facts);
        findings = assessment.checks.iter().map(|check| check.findings.len()).sum();
        assessment
    });
    let memory = peak_mb();
    let what = format!("judge {rows} rows x {} checks ({findings} findings)", catalog.checks.len());
    line(&format!("{what}: time"), "< 15 s", &format!("{time:.2} s"), time < 15.0);
    line(
        &format!("{what}: peak memory"),
        "< 600 MB",
        &format!("{memory:.0} MB, {of_rows:.0} MB of it the rows"),
        memory < 600.0,
    );
}

/// The facts again in each account, with so many rows of a source as are wanted there, else as many as there are.
fn spread(facts: &Facts, accounts: &[AccountId], wanted: impl Fn(&SourceId) -> Option<usize>) -> Facts {
    let mut spread = Facts { gaps: facts.gaps.clone(), ..Facts::default() };
    for account in accounts {
        for (source, rows) in &facts.rows {
            let count = wanted(source).unwrap_or(rows.len());
            let copies = (0..count).map(|number| copy(&rows[number % rows.len()], account, number / rows.len()));
            spread.rows.entry(source.clone()).or_default().extend(copies);
        }
        for (source, readings) in &facts.read {
            let copies = readings.iter().map(|reading| Reading { account: account.clone(), ..reading.clone() });
            spread.read.entry(source.clone()).or_default().extend(copies);
        }
    }
    spread
}

fn copy(row: &Row, account: &AccountId, number: usize) -> Row {
    let mut row = Row { account: account.clone(), ..row.clone() };
    // The first keeps its name, by which other rows find it.
    if number > 0 {
        row.key = format!("{}-{number}", row.key);
        row.resource = format!("{}-{number}", row.resource);
    }
    for (part, hash) in row.evidence.iter_mut().enumerate() {
        *hash = Sha256::of(format!("{part} of {number} in {account}").as_bytes());
    }
    row
}
