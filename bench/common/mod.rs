//! What the benchmarks share: the demonstration's evidence, the clock, the memory, a line of the table.
#![allow(dead_code, reason = "each benchmark uses its own part of this")]

use std::path::PathBuf;
use std::time::Instant;

use auditpack::catalog;
use auditpack::model::{Catalog, Settings};
use auditpack::vault::{Selector, Stored, Vault};

/// The evidence that `auditpack demo --out DIR` left in the folder named by `AUDITPACK_DEMO`.
pub(crate) struct Demo {
    pub(crate) vault: Vault,
    pub(crate) stored: Stored,
    pub(crate) catalog: Catalog,
    pub(crate) settings: Settings,
}

impl Demo {
    pub(crate) fn open() -> Self {
        let folder = std::env::var_os("AUDITPACK_DEMO").expect("AUDITPACK_DEMO names what `auditpack demo` wrote");
        let folder = PathBuf::from(folder);
        let catalog = catalog::load(catalog::embedded()).unwrap();
        let file = std::fs::read(folder.join("auditpack.toml")).unwrap();
        let mut beside = |name: &str| std::fs::read(folder.join(name));
        let settings = catalog::load_settings_beside("auditpack.toml", &file, &catalog, &mut beside).unwrap();
        let vault = Vault::open(&folder.join("vault")).unwrap();
        let stored = vault.load(&Selector::Latest).unwrap();
        Self { vault, stored, catalog, settings }
    }
}

/// The median of three runs, in seconds.
pub(crate) fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[1]
}

/// The most memory that this process ever held, in MB (10^6 bytes), the operating system's count.
pub(crate) fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024.0 / 1e6
}

/// A line of the table: what was measured, the goal, the figure, whether the goal is met.
pub(crate) fn line(what: &str, goal: &str, figure: &str, met: bool) {
    println!("{what}\t{goal}\t{figure}\t{}", if met { "met" } else { "NOT MET" });
}
