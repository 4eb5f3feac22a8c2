//! `trend` over two years of weekly snapshots, and the judging that it rests on.
//!
//! A snapshot is the demonstration's newest one, copied into several accounts (`BENCH_ACCOUNTS`) until it has about
//! 300 MB; each week (`BENCH_WEEKS`) it is taken again at another time. What AWS says stays the same, so that the vault
//! is small (`history` measures its size); each judgement is as large as a real one, and the ages of its findings grow.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use auditpack::model::{AccountId, AccountScope, Exchange, Scope, Sink as _, Snapshot};
use auditpack::vault::Vault;
use chrono::{DateTime, Duration, Utc};
use common::{Demo, line, seconds};

fn number(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let demo = Demo::open();
    let (accounts, weeks) = (number("BENCH_ACCOUNTS", 34), number("BENCH_WEEKS", 104));
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("vault")).unwrap();
    let (mut size, mut replies) = (0, 0);
    for week in 0..weeks {
        let snapshot = take(&vault, &demo, accounts, week);
        size = snapshot.exchanges.iter().map(|exchange| exchange.size).sum();
        replies = snapshot.exchanges.len();
    }
    let source = std::path::PathBuf::from(std::env::var_os("AUDITPACK_DEMO").expect("AUDITPACK_DEMO"));
    for name in ["auditpack.toml", "exceptions.toml"] {
        std::fs::copy(source.join(name), folder.path().join(name)).unwrap();
    }
    println!("{weeks} weekly snapshots of {accounts} accounts\t\t{replies} replies, {} MB each\t", size / 1_000_000);
    let began = Instant::now();
    trend(folder.path());
    let each = began.elapsed().as_secs_f64() / f64::from(weeks);
    println!("judged by new mappings, once, a snapshot\t\t{each:.1} s\t");
    let took = seconds(|| trend(folder.path()));
    line("`trend --format json` over all of them", "2 s", &format!("{took:.2} s"), took < 2.0);
}

fn trend(folder: &Path) {
    let binary = std::env::var_os("AUDITPACK").expect("AUDITPACK names the binary");
    let mut command = Command::new(binary);
    command.current_dir(folder).args(["trend", "--format", "json", "--quiet"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn take(vault: &Vault, demo: &Demo, accounts: u32, week: u32) -> Snapshot {
    let original = &demo.stored.snapshot;
    let time: DateTime<Utc> = original.time - Duration::weeks(i64::from(104 - week));
    let journal = vault.begin(time, original.period, &original.organization).unwrap();
    let ids: Vec<AccountId> = (0..accounts).map(|number| AccountId::new(format!("{:012}", number + 1))).collect();
    for exchange in &original.exchanges {
        // The bytes are kept once; every account names them.
        let body = demo.vault.get(&exchange.body).unwrap();
        for id in &ids {
            journal.exchange(Exchange { account: id.clone(), time, ..exchange.clone() }, &body).unwrap();
        }
    }
    for hash in original.definitions.iter().flat_map(|definitions| [definitions.mappings, definitions.settings]) {
        journal.keep(&demo.vault.get(&hash).unwrap()).unwrap();
    }
    let template = original.scope.accounts.first().unwrap();
    let scope = |id: &AccountId| AccountScope { id: id.clone(), ..template.clone() };
    let (exchanges, gaps) = journal.gathered();
    let snapshot = Snapshot {
        previous: journal.previous(),
        time,
        finished: time,
        scope: Scope { accounts: ids.iter().map(scope).collect(), ..original.scope.clone() },
        exchanges,
        gaps,
        ..original.clone()
    };
    journal.finish(&snapshot).unwrap();
    snapshot
}
