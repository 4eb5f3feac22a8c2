//! The key's pass phrase: from the environment or the terminal, never from a flag or a file of settings.

use std::env;

use console::Term;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

/// The variable that holds the pass phrase where it cannot be typed.
const VARIABLE: &str = "AUDITPACK_KEY_PASSPHRASE";

/// The pass phrase of a key that is there.
pub(super) fn ask(question: &str) -> miette::Result<String> {
    if let Some(passphrase) = from_environment()? {
        return Ok(passphrase);
    }
    read(question)
}

/// The pass phrase of a new key, typed twice.
pub(super) fn choose() -> miette::Result<String> {
    if let Some(passphrase) = from_environment()? {
        return Ok(passphrase);
    }
    let first = read("Pass phrase of the new key")?;
    if first != read("Once more")? {
        return Err(miette!(help = "run `auditpack keygen` again", "the two pass phrases differ"));
    }
    Ok(first)
}

fn from_environment() -> miette::Result<Option<String>> {
    match env::var(VARIABLE) {
        Ok(passphrase) => Ok(Some(passphrase)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(miette!("{VARIABLE} is not UTF-8")),
    }
}

fn read(question: &str) -> miette::Result<String> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(miette!(
            help = format!("set {VARIABLE}, or run it in a terminal"),
            "the key's pass phrase is needed and there is no terminal to ask on"
        ));
    }
    let asked = terminal.write_str(&format!("{question}: ")).and_then(|()| terminal.read_secure_line());
    asked.into_diagnostic().wrap_err("cannot read the pass phrase")
}
