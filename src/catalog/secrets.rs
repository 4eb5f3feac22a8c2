//! Secrets that stand where none should.

use crate::model::Catalog;

/// Texts that messages must not show, should they stand here: values of keys that sound like secrets and
/// are not thresholds (`min_password_length` is one).
pub(super) fn secrets(text: &str, catalog: &Catalog) -> Vec<std::ops::Range<usize>> {
    const SOUNDS: [&str; 5] = ["pass", "secret", "token", "credential", "access_key"];
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = line.split_once('=') {
            let key = key.trim().to_lowercase();
            if !catalog.params.contains_key(&key) && SOUNDS.iter().any(|sound| key.contains(sound)) {
                found.push(start + line.len() - value.len()..start + line.trim_end().len());
            }
        }
        start += line.len();
    }
    found
}
