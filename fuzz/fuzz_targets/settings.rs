//! `auditpack.toml`, and the file of exceptions that it may name.

#![no_main]

use auditpack::catalog::load_settings_beside;
use auditpack_fuzz::{CATALOG, file, parts, seed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: seed("settings", seeds()),
    |bytes: &[u8]| {
        let parts = parts(bytes);
        let beside = parts.get(1).copied().unwrap_or_default();
        match load_settings_beside("auditpack.toml", parts[0], &CATALOG, &mut |_| Ok(beside.to_vec())) {
            Ok(settings) => assert_eq!(settings.file, parts[0]),
            // Faults are shown with the lines that they are in.
            Err(faults) => drop(format!("{:?}", miette::Report::new(faults))),
        }
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let demo = [file("demo/auditpack.toml"), file("demo/exceptions.toml")].join(&b"\n----\n"[..]);
    vec![demo, file("tests/old/auditpack.toml"), file("src/commands/init.toml")]
}
