//! What the targets share: seeds, a vault to lay files into, replies to be read and judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use auditpack::model::{Assessment, Catalog, Exchange, Settings, Sha256, Snapshot, SourceId};
use auditpack::seal::{SigningIdentity, SystemRandom, generate};
use auditpack::vault::Vault;
use auditpack::{assess, catalog, facts};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The account of all replies, and the moment at which they came.
pub const ACCOUNT: &str = "123456789012";
/// See [`ACCOUNT`].
pub const TIME: &str = "2026-11-22T18:00:00Z";

const SETTINGS: &str = r#"
organization = "Example"
frameworks = ["soc2", "iso27001-2022", "gdpr"]
period = { start = "2026-09-03", end = "2026-11-22" }
"#;

/// The mappings that the program ships.
pub static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| catalog::load(catalog::embedded()).expect("the embedded mappings load"));

static OWN_SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    catalog::load_settings("auditpack.toml", SETTINGS.as_bytes(), &CATALOG).expect("the settings load")
});

/// Lays seeds into a target's corpus; libFuzzer reads it after this.
pub fn seed(target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder).expect("the corpus can be written");
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:03}")), seed).expect("the corpus can be written");
    }
}

/// A file of the repository.
pub fn file(path: &str) -> Vec<u8> {
    fs::read(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder of the repository and of those below it, by path from it, in order.
pub fn files(folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = repository().join(folder);
    let (mut found, mut open) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("a folder can be read").path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let bytes = fs::read(&path).expect("a file can be read");
                    found.insert(path.strip_prefix(&root).expect("it is below").to_owned(), bytes);
                }
            }
        }
    }
    found
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("fuzz/ lies in the repository")
}

/// The parts of an input, with a line `----` between them.
pub fn parts(input: &[u8]) -> Vec<&[u8]> {
    const BETWEEN: &[u8] = b"\n----\n";
    let (mut parts, mut rest) = (Vec::new(), input);
    while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        parts.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}

/// A folder in memory where there is one: each run of a target writes files.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}

/// An empty vault.
pub fn vault() -> (TempDir, Vault) {
    let folder = folder();
    let vault = Vault::create(folder.path()).expect("a vault can be made");
    (folder, vault)
}

/// The moment of all signatures.
pub fn moment() -> DateTime<Utc> {
    TIME.parse().expect("a time")
}

/// A signer, made anew for each run of a target.
pub fn signer() -> SigningIdentity {
    let year = Duration::from_secs(365 * 86_400);
    let made = generate("Example", None, moment(), year, &SystemRandom::new()).expect("a key can be made");
    let (key, chain) = (made.key_pem.as_bytes(), made.certificate_pem.as_bytes());
    SigningIdentity::from_pem(key, chain, None, moment()).expect("the key fits its certificate")
}

/// A snapshot of one account, without a reply.
pub fn snapshot() -> Snapshot {
    let made = json!({
        "format": 1, "tool": "auditpack", "previous": null, "organization": "Example", "time": TIME, "finished": TIME,
        "period": { "start": "2026-09-03", "end": "2026-11-22" },
        "caller": { "account": ACCOUNT, "arn": "arn:aws:iam::123456789012:user/x", "user_id": "x" },
        "scope": { "accounts": [{
            "id": ACCOUNT, "partition": "aws", "regions": ["eu-central-1", "eu-west-1", "us-east-1"],
            "disabled_regions": [], "excluded_regions": [],
        }], "sources": CATALOG.sources.keys().collect::<Vec<_>>() },
        "exchanges": [], "gaps": [], "coverage": {},
    });
    serde_json::from_value(made).expect("a snapshot")
}

/// Replies, and the bodies that belong to them.
#[derive(Default)]
pub struct Replies {
    exchanges: Vec<Exchange>,
    bodies: HashMap<Sha256, Vec<u8>>,
}

impl Replies {
    /// Adds a reply, in the form of a line of `tests/recorded`. One that no source asks for is left out.
    pub fn add(&mut self, line: &Value, body: &[u8]) {
        let Some(source) = line["source"].as_str().and_then(|id| CATALOG.sources.get(&SourceId::from(id))) else {
            return;
        };
        let hash = Sha256::of(body);
        let answer = match &line["absent"] {
            Value::Null => json!("content"),
            code => json!({ "absent": { "code": code } }),
        };
        let mut made = json!({
            "source": source.id, "service": source.service, "operation": line["operation"],
            "parameters": line["parameters"], "headers": line.get("headers").unwrap_or(&json!({})), "account": ACCOUNT,
            "region": line["region"], "page": line["page"], "answer": answer, "status": 200,
            "content_type": line["content_type"], "time": TIME, "body": hash, "size": body.len(), "request": hash,
            "of": line["of"],
        });
        if line["part"].is_string() {
            made["item"] = json!({ "part": line["part"], "key": line["key"], "region": line["listed_in"] });
        }
        if let Ok(exchange) = serde_json::from_value(made) {
            self.exchanges.push(exchange);
            self.bodies.insert(hash, body.to_vec());
        }
    }

    /// Reads them, and judges them by the checks of their sources: all checks would make each run slow.
    pub fn judge(self) {
        if self.exchanges.is_empty() {
            return;
        }
        let sources: BTreeSet<SourceId> = self.exchanges.iter().map(|exchange| exchange.source.clone()).collect();
        let catalog = {
            let mut narrow = NARROW.lock().unwrap_or_else(PoisonError::into_inner);
            // Each takes some megabytes, and inputs find ever new sets of sources.
            if narrow.len() > 100 {
                narrow.clear();
            }
            Arc::clone(narrow.entry(sources).or_insert_with_key(narrowed))
        };
        let snapshot = Snapshot { exchanges: self.exchanges, ..snapshot() };
        judge_by(&catalog, &snapshot, &self.bodies);
    }
}

/// The shipped mappings with the checks of some sources.
static NARROW: Mutex<BTreeMap<BTreeSet<SourceId>, Arc<Catalog>>> = Mutex::new(BTreeMap::new());

fn narrowed(sources: &BTreeSet<SourceId>) -> Arc<Catalog> {
    let mut catalog = CATALOG.clone();
    catalog.checks.retain(|_, check| sources.contains(&check.source));
    catalog.controls.clear();
    catalog.frameworks.clear();
    Arc::new(catalog)
}

/// Reads and judges a snapshot by the mappings that the program ships.
pub fn judge(snapshot: &Snapshot, bodies: &HashMap<Sha256, Vec<u8>>) -> Assessment {
    judge_by(&CATALOG, snapshot, bodies)
}

fn judge_by(catalog: &Catalog, snapshot: &Snapshot, bodies: &HashMap<Sha256, Vec<u8>>) -> Assessment {
    let mut body = |hash: &Sha256| Ok::<_, Infallible>(bodies.get(hash).cloned().unwrap_or_default());
    let Ok(facts) = facts::read(catalog, snapshot, &mut body);
    assess::assess(catalog, &OWN_SETTINGS, Sha256::of(b""), snapshot, &facts, &[])
}
