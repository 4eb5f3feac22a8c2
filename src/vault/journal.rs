//! The journal of a collection: one JSON line per reply, so that a killed run can go on where it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::chain::moment;
use super::{FORMAT, Lock, Vault, VaultError, check_format, fault, files};
use crate::model::{
    Chain, DocumentSink, Exchange, Gap, Keeping, LogMark, Period, Sha256, Sink, SinkError, Snapshot, SnapshotId,
};

/// What a collection was begun for; a resumed one keeps its time, so that its requests are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The format of the journal.
    pub format: u32,
    /// When the collection began.
    pub time: DateTime<Utc>,
    /// The audit's period.
    pub period: Period,
    /// The organization.
    pub organization: String,
}

/// The ends of the chain, and the replies of the newest snapshot: bodies by requests.
type Before = (Vec<SnapshotId>, BTreeMap<Sha256, Sha256>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum JournalLine {
    Exchange(Exchange),
    Gap(Gap),
}

/// What came so far.
#[derive(Default)]
struct Gathered {
    exchanges: Vec<Exchange>,
    gaps: Vec<Gap>,
}

/// An open collection: takes evidence and ends as a snapshot.
pub struct Journal {
    vault: Vault,
    path: PathBuf,
    started: Started,
    file: Mutex<File>,
    gathered: Mutex<Gathered>,
    /// The ends of the chain, newest first: the snapshot will stand on all of them.
    heads: Vec<SnapshotId>,
    /// What each request was answered with in the newest whole snapshot: new bodies are kept as patches on those.
    before: BTreeMap<Sha256, Sha256>,
    /// Where the log of attestations stands: none is attested while the lock is held.
    attested: Option<LogMark>,
    _lock: Lock,
}

/// A collection taken up again, and the replies that it has.
pub struct Resumed {
    /// The journal, open for more.
    pub journal: Journal,
    /// The replies that need not be asked for again.
    pub exchanges: Vec<Exchange>,
}

impl Vault {
    /// Begins a collection. The lock is held until the journal ends.
    pub fn begin(&self, time: DateTime<Utc>, period: Period, organization: &str) -> Result<Journal, VaultError> {
        let lock = self.lock()?;
        self.sweep()?;
        let started = Started { format: FORMAT, time, period, organization: organization.to_owned() };
        let (heads, before) = self.before(&started)?;
        let name = format!("{}.jsonl", time.format("%Y%m%dT%H%M%S%3fZ"));
        let path = self.root().join("journal").join(name);
        let file = files::private().create(true).append(true).open(&path).map_err(|error| fault(&path, error))?;
        let journal = Journal {
            vault: self.clone(),
            path,
            started,
            file: Mutex::new(file),
            gathered: Mutex::default(),
            heads,
            before,
            attested: self.log_mark()?,
            _lock: lock,
        };
        journal.append(&journal.started)?;
        Ok(journal)
    }

    /// Takes up the newest unfinished collection. Its replies stand; its gaps are tried again.
    pub fn resume(&self, period: Period) -> Result<Resumed, VaultError> {
        let lock = self.lock()?;
        self.sweep()?;
        let path = self.unfinished()?.ok_or_else(|| VaultError::NothingToResume(self.root().to_owned()))?;
        let (started, exchanges) = self.read_journal(&path)?;
        if started.period != period {
            return Err(VaultError::Changed("period"));
        }
        let (heads, before) = self.before(&started)?;
        let file = files::private().append(true).open(&path).map_err(|error| fault(&path, error))?;
        // A run that was killed in the middle of a line leaves it without an end.
        (&file).write_all(b"\n").map_err(|error| fault(&path, error))?;
        let gathered = Mutex::new(Gathered { exchanges: exchanges.clone(), gaps: Vec::new() });
        let journal = Journal {
            vault: self.clone(),
            path,
            started,
            file: Mutex::new(file),
            gathered,
            heads,
            before,
            attested: self.log_mark()?,
            _lock: lock,
        };
        Ok(Resumed { journal, exchanges })
    }

    /// The newest unfinished collection's journal.
    pub fn unfinished(&self) -> Result<Option<PathBuf>, VaultError> {
        let folder = self.root().join("journal");
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(|error| fault(&folder, error))?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        // A run that failed before the first reply must not hide one that has some.
        paths.sort();
        let has_replies =
            |path: &&PathBuf| File::open(path).is_ok_and(|file| BufReader::new(file).split(b'\n').take(2).count() > 1);
        Ok(paths.iter().rev().find(has_replies).or(paths.last()).cloned())
    }

    /// The ends of the chain that a collection will follow, and the newest replies. A collection that would stand before
    /// those ends, or that is of another organization, is refused before anything is asked.
    fn before(&self, started: &Started) -> Result<Before, VaultError> {
        let chain = self.chain()?;
        let heads = chain.heads();
        if let Some(newest) = heads.iter().max_by_key(|link| link.time).filter(|link| link.time > started.time) {
            return Err(VaultError::Backwards {
                now: moment(started.time),
                newest: moment(newest.time),
                id: newest.id,
            });
        }
        match chain.organization() {
            Some(organization) if organization != started.organization => {
                Err(VaultError::Organization { vault: organization.to_owned(), settings: started.organization.clone() })
            }
            _ => Ok((heads.iter().map(|link| link.id).collect(), self.replies(&chain))),
        }
    }

    /// The bodies of the newest whole snapshot by their requests. They only save room: what cannot be read is left out.
    fn replies(&self, chain: &Chain) -> BTreeMap<Sha256, Sha256> {
        #[derive(Deserialize)]
        struct Replies {
            exchanges: Vec<Reply>,
        }
        #[derive(Deserialize)]
        struct Reply {
            request: Sha256,
            body: Sha256,
        }
        let newest = chain.links.iter().rev().find(|link| link.keeping == Keeping::Whole);
        let bytes = newest.and_then(|link| self.snapshot_folder(link.time, &link.id).bytes().ok()).unwrap_or_default();
        let replies = serde_json::from_slice(&bytes).map(|Replies { exchanges }| exchanges).unwrap_or_default();
        replies.into_iter().map(|reply| (reply.request, reply.body)).collect()
    }

    fn read_journal(&self, path: &PathBuf) -> Result<(Started, Vec<Exchange>), VaultError> {
        let file = File::open(path).map_err(|error| fault(path, error))?;
        let mut lines = BufReader::new(file).lines();
        let head = lines.next().unwrap_or(Ok(String::new())).map_err(|error| fault(path, error))?;
        check_format(path, head.as_bytes())?;
        let altered = |error: serde_json::Error| VaultError::Altered { path: path.clone(), what: error.into() };
        let started = serde_json::from_str(&head).map_err(altered)?;
        let mut exchanges = Vec::new();
        for line in lines {
            let line = match line {
                Ok(line) => line,
                // The torn end of a killed run may stop inside a character.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => continue,
                Err(error) => return Err(fault(path, error)),
            };
            if let Ok(JournalLine::Exchange(exchange)) = serde_json::from_str(&line)
                && self.check(&exchange.body).is_ok()
            {
                exchanges.push(exchange);
            }
        }
        Ok((started, exchanges))
    }
}

impl Journal {
    /// What the collection was begun for.
    pub fn started(&self) -> &Started {
        &self.started
    }

    /// The vault's newest snapshot: the one that this collection will follow.
    pub fn previous(&self) -> Option<SnapshotId> {
        self.heads.first().copied()
    }

    /// The newest snapshots of the other branches, after a merge: the collection will stand on them too.
    pub fn also_after(&self) -> Vec<SnapshotId> {
        self.heads.iter().skip(1).copied().collect()
    }

    /// Where the log of attestations stands.
    pub fn attested(&self) -> Option<LogMark> {
        self.attested
    }

    /// What came so far, sorted as a snapshot has it.
    pub fn gathered(&self) -> (Vec<Exchange>, Vec<Gap>) {
        let gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut exchanges, mut gaps) = (gathered.exchanges.clone(), gathered.gaps.clone());
        exchanges.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        gaps.sort();
        (exchanges, gaps)
    }

    /// Keeps bytes that are not a reply: the definitions that the collection went by.
    pub fn keep(&self, bytes: &[u8]) -> Result<Sha256, VaultError> {
        self.vault.put(bytes)
    }

    /// Ends the collection: syncs the evidence, writes the snapshot, removes the journals it replaces.
    pub fn finish(self, snapshot: &Snapshot) -> Result<SnapshotId, VaultError> {
        let mut hashes: Vec<Sha256> = snapshot.exchanges.iter().map(|exchange| exchange.body).collect();
        hashes.extend(snapshot.gaps.iter().filter_map(|gap| gap.body));
        hashes.extend(snapshot.definitions.iter().flat_map(|definitions| [definitions.mappings, definitions.settings]));
        hashes.sort();
        hashes.dedup();
        self.vault.pack_small(&hashes)?;
        self.vault.sync_blobs(&hashes)?;
        let id = self.vault.write_snapshot(snapshot)?;
        self.vault.anchor_heads(&[id], &self.heads)?;
        let folder = self.vault.root().join("journal");
        let entries = fs::read_dir(&folder).map_err(|error| fault(&folder, error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            fs::remove_file(&path).map_err(|error| fault(&path, error))?;
        }
        Ok(id)
    }

    fn append(&self, line: &impl Serialize) -> Result<(), VaultError> {
        let altered = |error: serde_json::Error| VaultError::Altered { path: self.path.clone(), what: error.into() };
        let mut text = serde_json::to_vec(line).map_err(altered)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text).map_err(|error| fault(&self.path, error))
    }
}

fn sort_key(exchange: &Exchange) -> impl Ord + '_ {
    let Exchange { source, account, region, item, operation, parameters, page, time, .. } = exchange;
    (source, account, region, item, operation, parameters, page, time)
}

impl Sink for Journal {
    fn exchange(&self, exchange: Exchange, body: &[u8]) -> Result<(), SinkError> {
        let keep = || {
            if !body.is_empty() || exchange.size == 0 {
                self.vault.put_after(body, self.before.get(&exchange.request))?;
            }
            self.append(&JournalLine::Exchange(exchange.clone()))
        };
        keep().map_err(|error: VaultError| SinkError::new(error))?;
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner).exchanges.push(exchange);
        Ok(())
    }

    fn gap(&self, gap: Gap, body: Option<&[u8]>) -> Result<(), SinkError> {
        let keep = || {
            if let Some(body) = body {
                self.vault.put(body)?;
            }
            self.append(&JournalLine::Gap(gap.clone()))
        };
        keep().map_err(|error: VaultError| SinkError::new(error))?;
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner).gaps.push(gap);
        Ok(())
    }

    fn document(&self) -> Result<Box<dyn DocumentSink>, SinkError> {
        match self.vault.document() {
            Ok(document) => Ok(Box::new(document)),
            Err(error) => Err(SinkError::new(error)),
        }
    }
}
