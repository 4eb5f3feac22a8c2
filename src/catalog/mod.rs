//! The mappings: from `mappings/*.toml` to a [`Catalog`], or to all faults at once, each with its place and a remedy.
//!
//! A TOML file becomes a tree with spans once. [`table`] reads it member by member into valid types. Every fault goes
//! into the [`ledger`], which also knows what is defined and used where.

mod applicability;
#[cfg(test)]
mod applicability_tests;
mod attach;
mod checks;
mod cli;
mod exceptions;
mod expressions;
mod fault;
mod folder;
mod frameworks;
mod identity;
mod ids;
mod layers;
mod ledger;
mod offers;
#[cfg(test)]
mod own_tests;
mod owners;
mod readonly;
mod replies;
mod satisfiable;
mod secrets;
mod services;
mod settings;
#[cfg(test)]
mod settings_tests;
mod source_examples;
mod sources;
mod table;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::NamedSource;
use toml::de::DeTable;

pub use exceptions::ReadFile;
pub use fault::{Fault, Faults};
pub use folder::{FolderError, embedded, is_embedded, read_folder};
pub use layers::{is_complete, with_own};
pub use ledger::remedy;
pub use settings::{load_settings, load_settings_beside};

use crate::model::Catalog;
use fault::{File, FilePlace};
use layers::{Layer, layer_of};
use ledger::{Kind, Ledger};
use table::Table;

/// No mapping file is larger.
const MAX_FILE: usize = 1 << 20;
/// No catalog has more files.
const MAX_FILES: usize = 5_000;

/// Reads all mapping files, by path relative to the mappings folder.
pub fn load(files: BTreeMap<String, Vec<u8>>) -> Result<Catalog, Faults> {
    load_shown(files, "own")
}

/// The same; messages call the folder of the own layer so.
pub fn load_shown(files: BTreeMap<String, Vec<u8>>, own_folder: &str) -> Result<Catalog, Faults> {
    let ledger = Ledger::default();
    let mut catalog = Catalog::default();
    if files.len() > MAX_FILES {
        let place = FilePlace { file: source("mappings", String::new()), span: 0..0 };
        let message = format!("{} files, and at most {MAX_FILES} are read", files.len());
        ledger.fault(&place, message, "here", "is this the mappings folder?");
        return Err(Faults::new(ledger.faults()));
    }
    let all = || files.iter().map(|(path, bytes)| (layer_of(path), bytes));
    let own = || all().filter(|((layer, _), _)| *layer == Layer::Own).map(|((_, path), bytes)| (path, bytes));
    let base = all().filter(|((layer, _), _)| *layer == Layer::Base).map(|((_, path), bytes)| (path, bytes));
    let layered = own().next().is_some();
    // The layer above first: what it defines does not count below.
    for (path, bytes) in own() {
        read_file(&ledger, &mut catalog, path, &format!("{own_folder}/{path}"), bytes);
    }
    catalog.own_sources = catalog.sources.keys().cloned().collect();
    if layered {
        ledger.close_own_layer();
    }
    for (path, bytes) in base {
        let shown = if layered { format!("<embedded>/{path}") } else { path.to_owned() };
        read_file(&ledger, &mut catalog, path, &shown, bytes);
    }
    ledger.settle_references();
    sources::settle(&ledger, &catalog.sources);
    if ledger.is_defined(&Kind::Control) {
        ledger.settle_unused(&Kind::Check, "add it to the `checks` of a control, or name one in its own `controls`");
    }
    if ledger.is_defined(&Kind::Framework) {
        let help = "add it to the `controls` of a requirement in `frameworks/`, or name one in its own `supports`";
        ledger.settle_unused(&Kind::Control, help);
    }
    if ledger.is_defined(&Kind::Check) {
        ledger.settle_unused(&Kind::Param, "delete it, or name it in the `params` of the check that reads it");
    }
    satisfiable::settle(&ledger, &catalog);
    attach::attach(&mut catalog, ledger.attachments());
    let faults = ledger.faults();
    if !faults.is_empty() {
        return Err(Faults::new(faults));
    }
    catalog.files = files;
    Ok(catalog)
}

/// Reads one file into the catalog; messages name it as it is shown.
fn read_file(ledger: &Ledger, catalog: &mut Catalog, path: &str, shown: &str, bytes: &[u8]) {
    let Some(file) = open(ledger, shown, bytes) else { return };
    let Some(tree) = parse(ledger, &file) else { return };
    read_items(catalog, path, &Table::root(ledger, &file, &tree));
}

/// Reads a file's items; its path says what they are.
fn read_items(catalog: &mut Catalog, path: &str, root: &Table<'_>) {
    let Some(stem) = path.strip_suffix(".toml") else {
        root.ledger.fault(&root.here(), format!("`{path}` is not a TOML file"), "here", "delete it");
        return;
    };
    match stem.split_once('/') {
        None if stem == "params" => {
            catalog.params.extend(frameworks::read_params(root).into_iter().map(|p| (p.name.clone(), p)));
        }
        None if stem == "catalog" => {
            let root = root.clone().only(&["complete", "edition"]);
            root.flag("complete");
            catalog.edition = catalog.edition.max(satisfiable::read_edition(&root));
        }
        None if stem == "offers" => offers::read(root, &mut catalog.offers),
        None if stem == "services" => {
            catalog.services.extend(services::read_services(root).into_iter().map(|s| (s.key.clone(), s)));
        }
        None if stem == "artifact-reports" => {
            catalog.review = catalog.review.take().or_else(|| frameworks::read_request(root, "review"));
            catalog.reports.extend(frameworks::read_reports(root).into_iter().map(|r| (r.kind.clone(), r)));
        }
        Some(("sources", _)) => {
            for (source, examples) in sources::read(root) {
                if !examples.is_empty() {
                    catalog.source_examples.insert(source.id.clone(), examples);
                }
                catalog.sources.insert(source.id.clone(), source);
            }
        }
        Some(("controls", _)) => {
            catalog.controls.extend(frameworks::read_controls(root).into_iter().map(|c| (c.id.clone(), c)));
        }
        Some(("frameworks", name)) => {
            catalog.frameworks.extend(frameworks::read_framework(root, name).map(|f| (f.id.clone(), f)));
        }
        Some(("checks", name)) => catalog.checks.extend(checks::read(root, name).map(|c| (c.id.clone(), c))),
        _ => {
            let help = "known: `catalog.toml`, `params.toml`, `services.toml`, `offers.toml`, `artifact-reports.toml`, and the folders `sources`, \
                        `checks`, `controls`, `frameworks`";
            root.ledger.fault(&root.here(), format!("`{path}` is in no known place"), "this file", help);
        }
    }
}

fn source(name: &str, text: String) -> File {
    Arc::new(NamedSource::new(name, text).with_language("TOML"))
}

/// Bytes to text, bounded.
fn open(ledger: &Ledger, name: &str, bytes: &[u8]) -> Option<File> {
    let refuse = |message: String, help: &str| {
        let place = FilePlace { file: source(name, String::new()), span: 0..0 };
        ledger.fault(&place, message, "here", help);
        None
    };
    if bytes.len() > MAX_FILE {
        return refuse(format!("`{name}` is larger than 1 MiB"), "split it");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(source(name, text.to_owned())),
        Err(error) => refuse(format!("`{name}` is not UTF-8 text at byte {}", error.valid_up_to()), "save it as UTF-8"),
    }
}

/// Text to a tree with spans; every syntax error is noted.
fn parse<'a>(ledger: &Ledger, file: &'a File) -> Option<DeTable<'a>> {
    let (tree, errors) = DeTable::parse_recoverable(file.inner());
    for error in &errors {
        let place = FilePlace { file: file.clone(), span: error.span().unwrap_or(0..0) };
        ledger.fault(&place, format!("not TOML: {}", error.message()), "here", "");
    }
    errors.is_empty().then(|| tree.into_inner())
}
