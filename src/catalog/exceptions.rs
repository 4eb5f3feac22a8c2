//! Exceptions: in `auditpack.toml`, or in a file beside it that it names.

use std::io;

use super::ledger::{Word, must_be_known};
use super::secrets::secrets;
use super::table::Table;
use crate::model::{Catalog, CheckId, Exception, SettingsFile};

/// Gives a file by its path from the settings file's folder; it never leads out of that folder.
pub type ReadFile<'a> = &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// What the settings are called in a pack.
const SETTINGS: &str = "auditpack.toml";

/// The exceptions of a file.
pub(super) fn read_exceptions(root: &Table<'_>, catalog: &Catalog) -> Vec<Exception> {
    root.tables("exception").into_iter().filter_map(|row| read_exception(row, catalog)).collect()
}

/// The file that `exceptions = "…"` names; what it says is added to `exceptions`.
pub(super) fn read_file(
    root: &Table<'_>,
    catalog: &Catalog,
    beside: ReadFile<'_>,
    exceptions: &mut Vec<Exception>,
) -> Option<SettingsFile> {
    let ledger = root.ledger;
    let word = root.word("exceptions")?;
    if let Err((message, help)) = plain_path(&word) {
        ledger.fault(&word.place, message, "here", help);
        return None;
    }
    let bytes = match beside(&word.text) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("cannot read `{}`: {error}", word.text);
            ledger.fault(&word.place, message, "named here", "its path counts from the folder of the settings file");
            return None;
        }
    };
    let file = super::open(ledger, &word.text, &bytes)?;
    let hidden = secrets(file.inner(), catalog);
    if let Some(tree) = super::parse(ledger, &file) {
        let table = Table::root(ledger, &file, &tree).only(&["exception"]);
        exceptions.extend(read_exceptions(&table, catalog));
    }
    ledger.conceal(&file, &hidden);
    Some(SettingsFile { path: word.text, bytes })
}

/// A path that stays in its folder on every system, and that is not another file of a pack's `config/`.
fn plain_path(word: &Word) -> Result<(), (String, &'static str)> {
    let path = word.text.as_str();
    let parts = || path.split('/');
    let plain = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.chars().all(allowed)
    };
    if !parts().all(plain) || path.len() > 200 {
        let help = "name a file in the folder of the settings, like `exceptions.toml`; letters, digits, `.`, `-`, `_`";
        return Err((format!("`{path}` is not a plain path below the settings file's folder"), help));
    }
    if !path.ends_with(".toml") || path.eq_ignore_ascii_case(SETTINGS) {
        return Err((format!("`{path}` is not a file of exceptions"), "name it like `exceptions.toml`"));
    }
    Ok(())
}

/// An exception without a reason, an approver and an end is not valid.
fn read_exception(table: Table<'_>, catalog: &Catalog) -> Option<Exception> {
    let table = table.only(&["check", "resources", "reason", "approver", "since", "until"]);
    let (check, reason, approver) = (table.need("check"), table.need("reason"), table.need("approver"));
    if let Some(word) = &check {
        must_be_known(table.ledger, word, "check", catalog.checks.keys().map(CheckId::as_str));
    }
    table.demand("resources");
    let resources: Vec<String> = table.texts("resources");
    if table.is_list("resources") && resources.is_empty() {
        let help = "name the resources, `\"*\"` for all";
        table.ledger.fault(&table.place_of("resources"), "the exception covers nothing", "empty", help);
    }
    table.demand("until");
    let (since, until) = (table.date("since"), table.date("until"));
    if let (Some((since, _)), Some((until, place))) = (&since, &until)
        && until < since
    {
        let help = format!("it begins on {since}; write a later end");
        table.ledger.fault(place, "the exception ends before it begins", "too early", help);
    }
    Some(Exception {
        check: CheckId::new(check?.text),
        resources,
        reason: reason?.text,
        approver: approver?.text,
        since: since.map(|(since, _)| since),
        until: until?.0,
    })
}
