//! The spreadsheet of the demonstration's pack, read by openpyxl: `tests/demo/sheet.py` looks.

use super::common::python;
use super::{demo, must, repository, text};

const PASSPHRASE: (&str, &str) = ("AUDITPACK_KEY_PASSPHRASE", "correct horse battery staple");
/// What a spreadsheet would compute, call and open.
const HOSTILE: [&str; 2] = ["=HYPERLINK(\"http://x\")", "@SUM(1+1)*cmd|' /C calc'!A0"];

#[test]
fn a_reader_that_we_did_not_write_finds_in_the_sheets_what_the_pack_says() {
    let place = demo();
    let script = repository().join("tests/demo/sheet.py");
    let python = python();
    let look = |hostile: &[&str]| {
        let arguments = [&[script.to_str().unwrap(), "."], hostile].concat();
        must(python.to_str().unwrap(), &arguments, &place.path("pack"));
    };
    look(&[]);

    let run = |arguments: &[&str]| {
        let mut command = place.auditpack();
        command.env("AUDITPACK_NOW", "2026-10-01T09:00:00Z").env(PASSPHRASE.0, PASSPHRASE.1);
        let output = command.args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{}", text(&output.stderr));
    };
    let vault = ["--vault", "auditpack-demo/vault", "--config", "auditpack-demo/auditpack.toml"];
    let signer = ["--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];
    place.write("policy.txt", "A policy.");
    let [title, owner] = HOSTILE;
    let what = ["attest", "add", "policy.txt", "--for", "soc2/CC1.1", "--date", "2026-03-01"];
    run(&[&what[..], &["--title", title, "--owner", owner], &vault[..2]].concat());
    run(&["keygen", "--organization", "Stranger"]);
    run(&[&["bundle", "--out", "hostile.zip"], &vault[..], &signer].concat());
    std::fs::remove_dir_all(place.path("pack")).unwrap();
    must("unzip", &["-q", "hostile.zip", "-d", "pack"], &place.path(""));
    look(&HOSTILE);
}
