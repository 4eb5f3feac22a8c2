//! Two layers of mappings in one set of files: what auditpack ships, and above it, below `own/`, what the user brings.
//! A pack carries both as they are, so that whoever checks it sees which content is the customer's own.

use std::collections::BTreeMap;

/// The folder of the user's own layer in a set of files.
const OWN: &str = "own/";
/// Says whether a folder is a whole catalog.
const MARKER: &str = "catalog.toml";

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// The user's.
    Own,
    /// Below it, or all there is.
    Base,
}

/// A file's layer and its path within that layer.
pub(super) fn layer_of(path: &str) -> (Layer, &str) {
    path.strip_prefix(OWN).map_or((Layer::Base, path), |path| (Layer::Own, path))
}

/// A user's files over the embedded ones. A file with one item, a check or a framework, takes the place of the embedded
/// one; where a file has many, both stay, and the items of the own layer go before.
pub fn with_own(own: BTreeMap<String, Vec<u8>>, embedded: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let one_item = |path: &str| path.starts_with("checks/") || path.starts_with("frameworks/");
    let mut files = embedded;
    files.retain(|path, _| !(one_item(path) && own.contains_key(path)));
    files.extend(own.into_iter().map(|(path, bytes)| (format!("{OWN}{path}"), bytes)));
    files
}

/// Whether files say that they are a whole catalog; what is wrong with the file that says it, `load` says.
pub fn is_complete(files: &BTreeMap<String, Vec<u8>>) -> bool {
    let text = files.get(MARKER).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let marker = text.and_then(|text| text.parse::<toml::Table>().ok());
    marker.and_then(|marker| marker.get("complete")?.as_bool()) == Some(true)
}
