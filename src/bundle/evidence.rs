//! The chain inside a pack: assessment → snapshot → evidence files, and the index that lists them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::hashed::Hashed;
use super::pack::PackReadError;
use super::path::PackPath;
use super::problem::{Problem, ProblemKind};
use crate::model::{EvidenceFile, Origin, Sha256, Snapshot, evidence_files, harmless, with_causes};

/// Where the index of the evidence lies in a pack.
pub const EVIDENCE_INDEX: &str = "evidence/index.csv";
const SNAPSHOT: &str = "snapshot.json";
const ASSESSMENT: &str = "assessment.json";
/// AWS's own documents are confidential: only these may be listed without being in the pack.
const WITHHOLDABLE: &str = "artifact.";

/// A line of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct IndexLine {
    path: String,
    sha256: Sha256,
    size: Option<u64>,
    included: Included,
    source: String,
    account: String,
    region: String,
    operation: String,
    item: String,
    page: Option<u32>,
    status: Option<u16>,
    time: String,
    request_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Included {
    Yes,
    Withheld,
}

/// Writes the index of a snapshot's evidence as CSV; `withheld` are the bodies that the pack leaves out.
pub fn evidence_index(snapshot: &Snapshot, withheld: &BTreeSet<Sha256>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for file in evidence_files(snapshot) {
        if let Some(line) = line(snapshot, &file, withheld) {
            writer.serialize(line)?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn line(snapshot: &Snapshot, file: &EvidenceFile, withheld: &BTreeSet<Sha256>) -> Option<IndexLine> {
    let included = if withheld.contains(&file.sha256) { Included::Withheld } else { Included::Yes };
    let item = |item: &Option<crate::model::Item>| harmless(item.as_ref().map_or("", |item| &item.key));
    let common = |source: &str, account: &str, region: &str| IndexLine {
        path: file.path.clone(),
        sha256: file.sha256,
        size: None,
        included,
        source: harmless(source),
        account: harmless(account),
        region: harmless(region),
        operation: String::new(),
        item: String::new(),
        page: None,
        status: None,
        time: String::new(),
        request_id: String::new(),
    };
    match file.origin {
        Origin::Exchange(index) => snapshot.exchanges.get(index).map(|exchange| IndexLine {
            size: Some(file.size),
            operation: harmless(&exchange.operation),
            item: item(&exchange.item),
            page: Some(exchange.page + 1),
            status: Some(exchange.status),
            time: exchange.time.to_rfc3339(),
            request_id: harmless(exchange.request_id.as_deref().unwrap_or_default()),
            ..common(exchange.source.as_str(), exchange.account.as_str(), exchange.region.as_str())
        }),
        Origin::Gap(index) => snapshot.gaps.get(index).map(|gap| IndexLine {
            operation: harmless(gap.operation.as_deref().unwrap_or_default()),
            item: item(&gap.item),
            time: gap.time.to_rfc3339(),
            request_id: harmless(gap.request_id.as_deref().unwrap_or_default()),
            ..common(gap.source.as_str(), gap.account.as_str(), gap.region.as_str())
        }),
    }
}

/// Checks the chain as far as the pack has it. Members already known to be altered are not reported again.
pub(super) fn check(pack: &Hashed<'_>, problems: &mut Vec<Problem>) {
    let mismatch = |message: String| Problem::new(ProblemKind::SnapshotMismatch, ASSESSMENT, message);
    match (named_snapshot(pack), pack.digest(SNAPSHOT)) {
        (Ok(Some(named)), Some(found)) if named != found => {
            problems.push(mismatch(format!("it judges the snapshot {named}; the one in the pack is {found}")));
        }
        (Ok(Some(named)), None) => problems.push(mismatch(format!("the snapshot {named} that it judges is missing"))),
        (Err(message), _) => problems.push(mismatch(message)),
        _ => {}
    }
    match pack.read(SNAPSHOT).map(|bytes| serde_json::from_slice::<Snapshot>(&bytes)) {
        Ok(Ok(snapshot)) => check_files(pack, &snapshot, problems),
        Ok(Err(error)) => {
            let message = format!("it is not a snapshot: {error}");
            problems.push(Problem::new(ProblemKind::SnapshotMismatch, SNAPSHOT, message));
        }
        Err(PackReadError::Missing(_)) => {}
        Err(error) => problems.push(Problem::new(ProblemKind::SnapshotMismatch, SNAPSHOT, with_causes(&error))),
    }
}

/// The snapshot that the assessment says to judge.
fn named_snapshot(pack: &Hashed<'_>) -> Result<Option<Sha256>, String> {
    #[derive(Deserialize)]
    struct Named {
        snapshot: Sha256,
    }
    match pack.read(ASSESSMENT) {
        Ok(bytes) => {
            let named: Named =
                serde_json::from_slice(&bytes).map_err(|error| format!("it names no snapshot: {error}"))?;
            Ok(Some(named.snapshot))
        }
        Err(PackReadError::Missing(_)) => Ok(None),
        Err(error) => Err(with_causes(&error)),
    }
}

fn check_files(pack: &Hashed<'_>, snapshot: &Snapshot, problems: &mut Vec<Problem>) {
    let digests = pack.digests();
    let known: BTreeSet<String> = problems.iter().map(|problem| problem.path.clone()).collect();
    let mut found = Vec::new();
    let mut add = |path: &str, message: &str| {
        if !known.contains(path) {
            found.push(Problem::new(ProblemKind::EvidenceMismatch, path, message));
        }
    };
    let index = read_index(pack).unwrap_or_else(|message| {
        add(EVIDENCE_INDEX, &message);
        BTreeMap::new()
    });
    let files = evidence_files(snapshot);
    for file in &files {
        let member = PackPath::parse(&file.path).ok().and_then(|path| digests.get(&path));
        let listed = index.get(&file.path);
        match listed {
            None => add(&file.path, "the snapshot names it, the index of the evidence does not"),
            Some(line) if line.sha256 != file.sha256 => add(&file.path, "the index of the evidence has another digest"),
            Some(_) => {}
        }
        let withheld = listed.is_some_and(|line| line.included == Included::Withheld);
        match member.map(|member| member.sha256) {
            Some(digest) if digest != Some(file.sha256) => add(&file.path, "it is not what the snapshot recorded"),
            Some(_) if withheld => add(&file.path, "the index says that it is withheld, and yet it is there"),
            None if !withheld => add(&file.path, "the snapshot recorded it, and it is not in the pack"),
            None if !may_be_withheld(snapshot, file) => add(&file.path, "evidence of this kind must not be withheld"),
            _ => {}
        }
    }
    let names: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let members = digests.keys().map(PackPath::as_str).filter(|path| path.starts_with("evidence/"));
    for path in members.filter(|path| *path != EVIDENCE_INDEX).chain(index.keys().map(String::as_str)) {
        if !names.contains(path) {
            add(path, "the snapshot does not name it");
        }
    }
    problems.append(&mut found);
}

fn may_be_withheld(snapshot: &Snapshot, file: &EvidenceFile) -> bool {
    match file.origin {
        Origin::Exchange(index) => {
            snapshot.exchanges.get(index).is_some_and(|exchange| exchange.source.as_str().starts_with(WITHHOLDABLE))
        }
        Origin::Gap(_) => false,
    }
}

fn read_index(pack: &Hashed<'_>) -> Result<BTreeMap<String, IndexLine>, String> {
    let bytes = pack.read(EVIDENCE_INDEX).map_err(|error| with_causes(&error))?;
    let mut lines = BTreeMap::new();
    for line in csv::Reader::from_reader(bytes.as_slice()).deserialize() {
        let line: IndexLine = line.map_err(|error| format!("it is not an index of evidence: {error}"))?;
        lines.insert(line.path.clone(), line);
    }
    Ok(lines)
}
