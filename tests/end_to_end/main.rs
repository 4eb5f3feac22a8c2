//! The built binary against the local AWS of `tests/emulator`: what a user runs, over HTTP, from the snapshot to the
//! verified pack, with everything that can go wrong on the way.
//!
//! Needs the virtual environment of `tests/emulator/requirements.txt` (`AUDITPACK_VENV`), `openssl`, `unzip`,
//! `sha256sum`, `qpdf` and `pdfsig` (poppler-utils).
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod support;

mod credentials;
mod denied;
mod faults;
mod pack;
mod policy;
mod resume;
mod secrets;
mod seeded;
