//! The local AWS of the tests, and the binary as a user starts it.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

pub(crate) mod demonstration;
pub(crate) mod recorded;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

/// A running emulator, stopped when dropped.
pub(crate) struct Emulator {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    process: Child,
}

impl Emulator {
    /// Starts `tests/emulator/server.py` with a scenario: `seeded`, `clean`, `empty` or `demo`.
    pub(crate) fn start(scenario: &str) -> Self {
        let folder = repository().join("tests/emulator");
        let mut process = Command::new(python())
            .arg(folder.join("server.py"))
            .args(["--port", "0", "--seed", scenario])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the emulator needs {}: {error}", python().display()));
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            panic!("the emulator did not start: {line}");
        };
        Self { url: url.to_owned(), process }
    }

    /// Faults to inject from now on, a JSON list as `tests/emulator/README.md` describes.
    pub(crate) fn faults(&self, faults: &Value) {
        self.post("faults", faults);
    }

    /// Cuts every list answer into pages of `size` items.
    pub(crate) fn page_size(&self, size: u32) {
        self.post("page-size", &serde_json::json!({ "size": size }));
    }

    /// Milliseconds added to each reply.
    pub(crate) fn delay(&self, milliseconds: u32) {
        self.post("delay", &serde_json::json!({ "ms": milliseconds }));
    }

    /// The calls seen since the start or the last reset: service, operation, region, `iam_action`, status, at.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let Value::Array(calls) = self.request("GET", "calls", "") else {
            panic!("the emulator's list of calls is no list");
        };
        calls
    }

    /// What the scenario must give: `account`, `now`, `regions`, `settings`, `checks`.
    pub(crate) fn expected(&self) -> Value {
        self.request("GET", "expected", "")
    }

    /// Forgets faults, pages, delays and calls; the account stays as seeded.
    pub(crate) fn reset(&self) {
        self.request("POST", "reset", "");
    }

    fn post(&self, name: &str, body: &Value) {
        self.request("POST", name, &body.to_string());
    }

    fn request(&self, method: &str, name: &str, body: &str) -> Value {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let mut request = format!("{method} /_overlay/{name} HTTP/1.0\r\nHost: {address}\r\n");
        write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{method} {name}: {head}");
        serde_json::from_str(body).unwrap()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A folder for one test: vault, settings, home.
pub(crate) struct Workplace {
    folder: TempDir,
}

impl Workplace {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `auditpack` with nothing of the caller's AWS in its environment, run in this folder.
    pub(crate) fn auditpack(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditpack"));
        let foreign =
            |name: &str| name.starts_with("AWS_") || name.starts_with("AUDITPACK_") || name.ends_with("_PROXY");
        for (name, _) in std::env::vars().filter(|(name, _)| foreign(&name.to_uppercase())) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).env("HOME", self.path("home")).env("NO_COLOR", "1");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    /// The same, with fake credentials, talking to the emulator.
    pub(crate) fn against(&self, emulator: &Emulator) -> Command {
        let mut command = self.auditpack();
        command
            .env("AWS_ENDPOINT_URL", &emulator.url)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_REGION", "us-east-1");
        command
    }
}

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python of the tests: in `$AUDITPACK_VENV`, else where `test.sh` makes it.
pub(crate) fn python() -> PathBuf {
    let target = || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from);
    let venv = std::env::var_os("AUDITPACK_VENV").map_or_else(|| target().join("venv"), PathBuf::from);
    venv.join("bin/python")
}
