//! The demonstration's folder: made once by each build of the program, by the test that asks first, whatever its file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

use super::Workplace;

/// What the demonstrations of all builds are called.
const NAME: &str = "demonstration-";

/// Copies the demonstration's folder to a place that is not there yet.
pub(crate) fn demonstration(to: &Path) {
    static MADE: LazyLock<PathBuf> = LazyLock::new(made);
    let status = Command::new("cp").arg("-a").arg(&*MADE).arg(to).status().unwrap();
    assert!(status.success(), "cannot copy {} to {}", MADE.display(), to.display());
}

/// The folder of this build, with the verdicts of all snapshots beside them.
fn made() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let built = fs::metadata(env!("CARGO_BIN_EXE_auditpack")).unwrap().modified().unwrap();
    let folder = root.join(format!("{NAME}{}", built.duration_since(UNIX_EPOCH).unwrap().as_nanos()));
    let lock = File::create(root.join("demonstration.lock")).unwrap();
    lock.lock().unwrap();
    if !folder.exists() {
        let older = fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
        for entry in older.filter(|entry| entry.file_name().to_string_lossy().starts_with(NAME)) {
            fs::remove_dir_all(entry.path()).unwrap();
        }
        let place = Workplace::new();
        let output = place.auditpack().arg("demo").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        let half = folder.with_extension("half");
        let moved = Command::new("cp").arg("-a").arg(place.path("auditpack-demo")).arg(&half).status().unwrap();
        assert!(moved.success());
        fs::rename(half, &folder).unwrap();
    }
    folder
}
