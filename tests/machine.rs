//! A disk that fails, at one write after the other: what is there is the state before or the state after, the program says
//! where it failed, and the same command succeeds once the disk works again. And several processes at once.
//!
//! Needs a C compiler and Linux: `tests/machine/shim.c` stands before the C library's calls. What Rust crates ask the
//! kernel without it (`rustix`, in `tempfile`) does not fail here.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests; what was tried is counted")]

mod common;
#[path = "machine/processes.rs"]
mod processes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use common::{Emulator, Workplace, copy_folder, repository};

const NO_SPACE: i32 = 28;
const IO_ERROR: i32 = 5;

fn shim() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("failing-disk-{}.so", std::process::id()));
        let source = repository().join("tests/machine/shim.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(compiler.status().unwrap().success(), "the C compiler makes the shim");
        library
    })
}

/// Runs a command on a disk whose `at`-th change fails, and every one after it; `0`: on a sound disk.
fn on_disk(place: &Workplace, mut command: Command, at: u64, error: i32) -> (Output, u64) {
    let folder = place.path("").canonicalize().unwrap();
    // Beside the folder, where nothing fails.
    let count = folder.with_file_name(format!("changes-of-{}", folder.file_name().unwrap().display()));
    command.env("LD_PRELOAD", shim()).env("FAILING_FOLDER", &folder);
    command.env("FAILING_AT", at.to_string()).env("FAILING_ERROR", error.to_string()).env("FAILING_COUNT", &count);
    let output = command.output().unwrap();
    let changes = fs::read_to_string(&count).unwrap().trim().parse().unwrap();
    fs::remove_file(&count).unwrap();
    (output, changes)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A command, what it begins with, and how the state is looked at.
struct Tried {
    name: &'static str,
    prepare: fn(&Workplace),
    command: fn(&Workplace) -> Command,
    /// The same once the disk works again: the command itself, or what takes up an interrupted one.
    again: fn(&Workplace) -> Command,
    holds: fn(&Workplace),
    /// How many of the writes fail in turn; the others are of the same kinds.
    samples: u64,
}

fn try_all(tried: &Tried) {
    let place = Workplace::new();
    (tried.prepare)(&place);
    let (sound, changes) = on_disk(&place, (tried.command)(&place), 0, 0);
    assert!(sound.status.success() || sound.status.code() == Some(3), "{}: {}", tried.name, said(&sound));
    assert!(changes > 1, "{}: {changes} changes of files", tried.name);
    let step = changes.div_ceil(tried.samples).max(1);
    println!("tried {} failing disks: {}", changes.div_ceil(step) * 2, tried.name);
    for at in (1..=changes).step_by(usize::try_from(step).unwrap()) {
        for error in [NO_SPACE, IO_ERROR] {
            let place = Workplace::new();
            (tried.prepare)(&place);
            let (failed, _) = on_disk(&place, (tried.command)(&place), at, error);
            let what = format!("{} with change {at} of {changes} failing ({error}): {}", tried.name, said(&failed));
            let code = failed.status.code();
            assert!(code.is_some_and(|code| code != 101), "{what}");
            // What may be missing (records that are worked out again) is noted, what may not is an error.
            let words =
                if error == NO_SPACE { ["No space left", "the disk is full"] } else { ["Input/output error"; 2] };
            let names_it = words.iter().any(|word| said(&failed).contains(word));
            assert!(code == Some(0) || code == Some(3) || names_it, "{what}");
            (tried.holds)(&place);
            let (again, _) = on_disk(&place, (tried.again)(&place), 0, 0);
            let fine = again.status.success() || again.status.code() == Some(3);
            assert!(fine, "{what}\nagain: {}", said(&again));
            (tried.holds)(&place);
        }
    }
}

fn old(place: &Workplace) {
    copy_folder(&repository().join("tests/old/vault"), &place.path("vault"));
    fs::create_dir_all(place.path("vault/journal")).unwrap();
    fs::copy(repository().join("tests/old/auditpack.toml"), place.path("auditpack.toml")).unwrap();
    place.write("policy.md", "# Policy\n");
}

fn with(place: &Workplace, arguments: &[&str]) -> Command {
    let mut command = place.auditpack();
    command.args(arguments);
    command
}

/// The vault is whole: what it names is there, whatever came of the command.
fn vault_holds(place: &Workplace) {
    let checked = with(place, &["vault", "check"]).output().unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
}

#[test]
fn attest_add_leaves_a_whole_log() {
    let add = |place: &Workplace| {
        let target = "soc2/cc1.1-code-of-conduct";
        with(place, &["attest", "add", "policy.md", "--for", target, "--owner", "Ann", "--valid-until", "2027-01-31"])
    };
    try_all(&Tried { name: "attest add", prepare: old, command: add, again: add, holds: vault_holds, samples: 9 });
}

#[test]
fn prune_leaves_a_whole_vault() {
    let prune = |place: &Workplace| with(place, &["vault", "prune", "--keep", "last 1"]);
    try_all(&Tried { name: "vault prune", prepare: old, command: prune, again: prune, holds: vault_holds, samples: 6 });
}

#[test]
fn merge_leaves_a_whole_vault() {
    let prepare = |place: &Workplace| {
        old(place);
        fs::rename(place.path("vault"), place.path("other")).unwrap();
    };
    let merge = |place: &Workplace| with(place, &["vault", "merge", "other"]);
    let holds = |place: &Workplace| {
        if place.path("vault/vault.json").exists() {
            vault_holds(place);
        }
    };
    try_all(&Tried { name: "vault merge", prepare, command: merge, again: merge, holds, samples: 6 });
}

#[test]
fn init_and_keygen_write_all_or_nothing() {
    let nothing = |_: &Workplace| {};
    let init = |place: &Workplace| with(place, &["init"]);
    let whole = |place: &Workplace| {
        if let Ok(text) = fs::read_to_string(place.path("auditpack.toml")) {
            assert!(text.contains("[period]") && text.ends_with('\n'), "{text}");
        }
    };
    let force = |place: &Workplace| with(place, &["init", "--force"]);
    try_all(&Tried { name: "init", prepare: nothing, command: init, again: force, holds: whole, samples: 6 });
    let keygen = |place: &Workplace| {
        let mut command = with(place, &["keygen", "--organization", "Example"]);
        command.env("AUDITPACK_KEY_PASSPHRASE", "correct horse");
        command
    };
    let whole = |place: &Workplace| {
        for name in ["auditpack-key.pem", "auditpack-certificate.pem"] {
            if let Ok(text) = fs::read_to_string(place.path(name)) {
                assert!(text.trim_end().ends_with("-----"), "{name} is torn: {text}");
            }
        }
    };
    let again = |place: &Workplace| {
        // Where not even removing works, the program says that the key is to be deleted.
        for name in ["auditpack-key.pem", "auditpack-certificate.pem"] {
            fs::remove_file(place.path(name)).unwrap_or_default();
        }
        let mut command = with(place, &["keygen", "--organization", "Example"]);
        command.env("AUDITPACK_KEY_PASSPHRASE", "correct horse");
        command
    };
    try_all(&Tried { name: "keygen", prepare: nothing, command: keygen, again, holds: whole, samples: 6 });
}

#[test]
fn a_pack_is_there_whole_or_not_at_all() {
    let prepare = |place: &Workplace| {
        static KEY: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
        let names = ["auditpack-key.pem", "auditpack-certificate.pem"];
        let key = KEY.get_or_init(|| {
            let place = Workplace::new();
            let mut keygen = with(&place, &["keygen", "--organization", "Old Example"]);
            assert!(keygen.env("AUDITPACK_KEY_PASSPHRASE", "correct horse").status().unwrap().success());
            names.map(|name| fs::read(place.path(name)).unwrap())
        });
        old(place);
        for (name, bytes) in names.iter().zip(key) {
            fs::write(place.path(name), bytes).unwrap();
        }
    };
    let bundle = |place: &Workplace| {
        let key = ["--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];
        let mut command = with(place, &[&["bundle", "--out", "pack.zip"], &key[..]].concat());
        command.env("AUDITPACK_KEY_PASSPHRASE", "correct horse");
        command
    };
    let holds = |place: &Workplace| {
        vault_holds(place);
        if place.path("pack.zip").exists() {
            let verify = ["verify", "pack.zip", "--trust", "auditpack-certificate.pem"];
            let verified = with(place, &verify).output().unwrap();
            assert!(verified.status.success(), "{}", said(&verified));
        }
    };
    try_all(&Tried { name: "bundle", prepare, command: bundle, again: bundle, holds, samples: 3 });
}

#[test]
fn a_collection_is_taken_up_where_the_disk_failed() {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    let emulator = || EMULATOR.get_or_init(|| Emulator::start("empty"));
    emulator();
    let settings = |place: &Workplace| {
        let text = "organization = \"Example\"\nframeworks = [\"soc2\"]\nsources = [\"kms.keys\", \"iam.account-summary\", \"sqs.queues\"]\n\
                    [period]\nquarter = \"2026-Q3\"\n[scope]\nregions = [\"us-east-1\"]\n";
        place.write("auditpack.toml", text);
    };
    let collect = |place: &Workplace| {
        let mut command = place.against(EMULATOR.get().unwrap());
        command.args(["collect", "-q"]);
        command
    };
    let again = |place: &Workplace| {
        let mut command = place.against(EMULATOR.get().unwrap());
        command.args(["collect", "-q"]);
        if fs::read_dir(place.path("vault/journal")).is_ok_and(|mut entries| entries.next().is_some()) {
            command.arg("--resume");
        }
        command
    };
    let holds = |place: &Workplace| {
        if place.path("vault/snapshots").exists()
            && fs::read_dir(place.path("vault/snapshots")).unwrap().next().is_some()
        {
            vault_holds(place);
        }
    };
    try_all(&Tried { name: "collect", prepare: settings, command: collect, again, holds, samples: 6 });
}
