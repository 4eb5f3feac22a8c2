//! Files that a user names: what is no file is refused at once, and what has no end is read to a bound.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Workplace, repository};

const SETTINGS: &str = "organization = \"Example Ltd\"\nframeworks = [\"soc2\"]\n[period]\nquarter = \"2026-Q3\"\n";

/// Exit code and everything said; a command that waits for a pipe is a fault.
fn ended(command: &mut Command, input: &[u8]) -> (Option<i32>, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses does not read it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it waits: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

fn run(place: &Workplace, arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut command = place.auditpack();
    ended(command.args(arguments).env("AUDITPACK_NOW", "2026-10-05T09:00:00Z"), input)
}

fn place() -> Workplace {
    let place = Workplace::new();
    place.write("auditpack.toml", SETTINGS);
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    place
}

#[test]
fn a_named_pipe_is_refused_wherever_a_file_is_named() {
    let place = place();
    let pack = repository().join("tests/old/pack.zip");
    let pack = pack.to_str().unwrap();
    for arguments in [
        &["calendar", "--config", "pipe"][..],
        &["verify", "pipe"],
        &["verify", pack, "--trust", "pipe"],
        &["attest", "add", "pipe", "--for", "soc2/CC1.1", "--owner", "Jo"],
    ] {
        let (code, said) = run(&place, arguments, b"");
        assert_eq!(code, Some(1), "{arguments:?}: {said}");
        assert!(said.contains("pipe") && said.contains("it is a named pipe, not a file"), "{arguments:?}: {said}");
    }
    fs::rename(place.path("pipe"), place.path("exceptions.toml")).unwrap();
    place.write("auditpack.toml", &format!("exceptions = \"exceptions.toml\"\n{SETTINGS}"));
    let (code, said) = run(&place, &["calendar"], b"");
    assert!(code == Some(1) && said.contains("it is a named pipe, not a file"), "{said}");
    let signing = "[signing]\nkey = \"key.pem\"\ncertificate = \"exceptions.toml\"\n";
    place.write("auditpack.toml", &format!("{SETTINGS}{signing}"));
    let (code, said) = run(&place, &["calendar"], b"");
    assert!(code == Some(1) && said.contains("it is a named pipe, not a file"), "{said}");
}

#[test]
fn what_has_no_end_is_refused() {
    let place = place();
    let huge = |name: &str| fs::File::create(place.path(name)).unwrap().set_len(1 << 33).unwrap();
    huge("huge.toml");
    let (code, said) = run(&place, &["calendar", "--config", "huge.toml"], b"");
    assert!(code == Some(1) && said.contains("huge.toml"), "{said}");
    let pack = repository().join("tests/old/pack.zip");
    for trust in ["huge.toml", "/dev/zero"] {
        let (code, said) = run(&place, &["verify", pack.to_str().unwrap(), "--trust", trust], b"");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("it is larger than 1 MiB") || said.contains("it is a device, not a file"), "{said}");
    }
    let (code, said) = run(&place, &["attest", "add", "huge.toml", "--for", "soc2/CC1.1", "--owner", "Jo"], b"");
    assert!(code == Some(1) && said.contains("is larger than 512 MiB"), "{said}");
}

#[test]
fn a_certificate_and_a_document_come_through_the_standard_input_too() {
    let place = place();
    let old = repository().join("tests/old");
    let certificate = fs::read(old.join("certificate.pem")).unwrap();
    for stdin in ["-", "/dev/stdin"] {
        let (code, said) =
            run(&place, &["verify", old.join("pack.zip").to_str().unwrap(), "--trust", stdin], &certificate);
        assert_eq!(code, Some(0), "{stdin}: {said}");
    }
    let add = ["attest", "add", "-", "--for", "soc2/CC1.1", "--owner", "Jo"];
    let (code, said) = run(&place, &add, b"the code of conduct");
    assert!(code == Some(1) && said.contains("give it a `--title`"), "{said}");
    let (code, said) = run(&place, &[&add[..], &["--title", "Code"]].concat(), b"the code of conduct");
    assert!(code == Some(0) && said.contains("19 bytes"), "{said}");
}
