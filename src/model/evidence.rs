//! Where each reply lies in a pack: `evidence/<account>/<region>/<source>/<operation>[…].json|xml|csv`.

use std::collections::BTreeMap;

use super::{Answer, Exchange, Sha256, Snapshot};

/// One evidence file of a pack; several exchanges with the same body have a file each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// The path inside the pack.
    pub path: String,
    /// The body.
    pub sha256: Sha256,
    /// The length in bytes.
    pub size: u64,
    /// The index into the snapshot's exchanges, or gaps.
    pub origin: Origin,
}

/// What an evidence file is the body of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `snapshot.exchanges[i]`.
    Exchange(usize),
    /// `snapshot.gaps[i]`: the refusal.
    Gap(usize),
}

/// The evidence files of a snapshot, sorted by path. Names come from AWS and are hostile: only letters, digits, `.`,
/// `-` and `_` pass, the rest becomes `_`, and doubles get a number.
pub fn evidence_files(snapshot: &Snapshot) -> Vec<EvidenceFile> {
    let mut files: BTreeMap<String, EvidenceFile> = BTreeMap::new();
    // Names are told apart without regard to case, for file systems that do so.
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut add = |stem: String, suffix: &str, sha256, size, origin| {
        let count = taken.entry(format!("{stem}{suffix}").to_ascii_lowercase()).or_default();
        *count += 1;
        let path = if *count == 1 { format!("{stem}{suffix}") } else { format!("{stem}~{count}{suffix}") };
        files.insert(path.clone(), EvidenceFile { path, sha256, size, origin });
    };
    for (index, exchange) in snapshot.exchanges.iter().enumerate() {
        let item = exchange.item.as_ref().map(|item| item.key.as_str());
        let mut stem = stem(
            [exchange.account.as_str(), exchange.region.as_str(), exchange.source.as_str()],
            &exchange.operation,
            item,
        );
        if exchange.page > 0 {
            stem.push_str(&format!(".page-{}", exchange.page + 1));
        }
        add(stem, suffix(exchange), exchange.body, exchange.size, Origin::Exchange(index));
    }
    for (index, gap) in snapshot.gaps.iter().enumerate() {
        let Some(body) = gap.body else { continue };
        let item = gap.item.as_ref().map(|item| item.key.as_str());
        let operation = gap.operation.as_deref().unwrap_or("call");
        let stem = stem([gap.account.as_str(), gap.region.as_str(), gap.source.as_str()], operation, item);
        add(stem, ".refused.txt", body, 0, Origin::Gap(index));
    }
    files.into_values().collect()
}

fn stem(folders: [&str; 3], operation: &str, item: Option<&str>) -> String {
    let [account, region, source] = folders.map(safe_name);
    let mut stem = format!("evidence/{account}/{region}/{source}/{}", safe_name(operation));
    if let Some(item) = item {
        stem.push('.');
        stem.push_str(&safe_name(item));
    }
    stem
}

/// A file's name that means nothing to any file system; never empty, never `.` or `..`, at most 80 bytes.
fn safe_name(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let name: String = text.chars().map(|character| if plain(character) { character } else { '_' }).take(80).collect();
    if name.trim_matches('.').is_empty() { format!("_{name}") } else { name }
}

fn suffix(exchange: &Exchange) -> &'static str {
    let media = exchange.content_type.as_deref().unwrap_or_default();
    match exchange.answer {
        Answer::Absent { .. } => ".absent.txt",
        _ if exchange.parameters.get("path").is_some_and(|path| path.ends_with(".json.gz")) => ".json.gz",
        _ if media.contains("json") => ".json",
        _ if media.contains("xml") => ".xml",
        _ if media.contains("pdf") => ".pdf",
        _ if media.contains("zip") => ".zip",
        _ => ".txt",
    }
}
