//! The PDF, from the view to bytes: `cargo bench --bench report -- demo` of the demonstration's pack, `-- index` with an
//! evidence index of 5,000 files.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use auditpack::model::{Sha256, Snapshot, evidence_files};
use auditpack::report::{Input, SignerLine, Templates, pdf};
use common::{Demo, line, peak_mb, seconds};

/// Rows of the large evidence index.
const FILES: usize = 5_000;

fn main() {
    let large = std::env::args().any(|word| word == "index");
    let demo = Demo::open();
    let (catalog, settings, mut stored) = (&demo.catalog, &demo.settings, demo.stored);
    let facts = auditpack::facts::read(catalog, &stored.snapshot, &mut |hash| demo.vault.get(hash)).unwrap();
    let assessment = auditpack::assess::assess(catalog, settings, stored.id, &stored.snapshot, &facts, &[]);
    if large {
        multiply(&mut stored.snapshot);
    }
    let files = evidence_files(&stored.snapshot);
    let input = Input {
        catalog,
        settings,
        snapshot: &stored.snapshot,
        id: stored.id,
        assessment: &assessment,
        files: &files,
        signer: Some(SignerLine { name: settings.organization.clone(), fingerprint: vec!["AB"; 32].join(":") }),
        tool: "auditpack bench",
        trend: None,
        trend_note: "",
    };
    let templates = Templates::embedded().unwrap();
    let mut size = 0;
    let time = seconds(|| size = pdf(&input, &templates).unwrap().len());
    let memory = peak_mb();
    let (name, limit) = if large { ("PDF with an index of", 15.0) } else { ("PDF of the demo pack,", 2.0) };
    let what = format!("{name} {} evidence files ({:.1} MB)", files.len(), size as f64 / 1e6);
    line(&format!("{what}: time"), &format!("< {limit} s"), &format!("{time:.2} s"), time < limit);
    line(&format!("{what}: peak memory"), "< 500 MB", &format!("{memory:.0} MB"), memory < 500.0);
}

/// Repeats the exchanges in other regions until there are enough.
fn multiply(snapshot: &mut Snapshot) {
    let originals = snapshot.exchanges.clone();
    for number in 0.. {
        if snapshot.exchanges.len() >= FILES {
            break;
        }
        let left = FILES - snapshot.exchanges.len();
        snapshot.exchanges.extend(originals.iter().take(left).map(|original| {
            let mut exchange = original.clone();
            exchange.region = format!("{}-copy-{number}", original.region).as_str().into();
            exchange.body = Sha256::of(format!("{} {number}", original.body).as_bytes());
            exchange
        }));
    }
}
