//! Every embedded source, walked both ways: what the collection asks, finds and misses is what is read from its snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::run::{Gate, Pauses, Run};
use super::super::source_run::run_tree;
use super::super::*;
use crate::model::*;
use crate::walk::{Event, Tree, flat};

const ACCOUNT: &str = "123456789012";
const TIME: &str = "2026-11-22T18:00:00Z";

/// How AWS, or what answers in its place, misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Odd {
    Nothing,
    /// Every list is a web page.
    NotAReply,
    /// The list has another name.
    NoItems,
    /// Items lack what names them.
    NoKey,
    /// Items lack what the calls for them need.
    NoMember,
    /// Lists are refused.
    ListsRefused,
    /// Calls for items are refused.
    PartsRefused,
    /// A page names a further one and leaves out the member that says whether there is one.
    TokenAlone,
    /// The reply says that there is more and not how to ask for it.
    MoreAlone,
}

const ODDITIES: [Odd; 9] = [
    Odd::Nothing,
    Odd::NotAReply,
    Odd::NoItems,
    Odd::NoKey,
    Odd::NoMember,
    Odd::ListsRefused,
    Odd::PartsRefused,
    Odd::TokenAlone,
    Odd::MoreAlone,
];

/// A request as far as it is told from others: of the REST protocols the path tells it, else the operation.
type Request = (String, BTreeMap<String, String>);

/// A recorded reply.
#[derive(Debug, Clone)]
struct Recorded {
    source: SourceId,
    part: Option<String>,
    status: u16,
    media: String,
    body: String,
}

/// Answers from the recorded examples, oddly.
#[derive(Debug, Clone)]
struct Answers {
    by_request: Arc<BTreeMap<Request, Recorded>>,
    sources: Arc<BTreeMap<SourceId, Source>>,
    odd: Odd,
}

impl HttpClient for Answers {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answers {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let form = String::from_utf8_lossy(body).into_owned();
        let action = form.split('&').find_map(|pair| pair.strip_prefix("Action="));
        let operation = action.or(header("x-amz-target").rsplit_once('.').map(|(_, name)| name)).unwrap_or_default();
        let asked = flat(request.uri(), header("content-type"), body);
        let found = self.by_request.get(&(operation.to_owned(), asked));
        let denied = || (403, "text/plain".to_owned(), "<Error><Code>AccessDenied</Code></Error>".to_owned());
        let (status, media, body) = found.map_or_else(denied, |found| self.odd(found).unwrap_or_else(denied));
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", media);
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl Answers {
    /// The reply as it is twisted; none: it is refused.
    fn odd(&self, found: &Recorded) -> Option<(u16, String, String)> {
        let source = &self.sources[&found.source];
        let (is_list, body) = (found.part.is_none(), found.body.clone());
        let renamed = |names: Vec<String>| {
            names.iter().filter(|name| !name.is_empty()).fold(body.clone(), |body, name| {
                let body = body.replace(&format!("\"{name}\":"), &format!("\"{name}X\":"));
                body.replace(&format!("<{name}>"), "<Odd>").replace(&format!("</{name}>"), "</Odd>")
            })
        };
        let last = |path: &Path| path.to_string().rsplit('.').next().unwrap_or_default().to_owned();
        let body = match self.odd {
            Odd::Nothing => body,
            _ if !is_list && self.odd != Odd::PartsRefused => body,
            Odd::NotAReply => "<html>maintenance</html>".to_owned(),
            Odd::NoItems => renamed(source.items.iter().map(|list| list.path.first().to_owned()).collect()),
            Odd::NoKey => renamed(vec![last(&source.key)]),
            Odd::NoMember => {
                let names = source.each.iter().flat_map(|each| each.call.names());
                renamed(
                    names
                        .filter_map(|name| name.member())
                        .map(last)
                        .filter(|name| *name != last(&source.key))
                        .collect(),
                )
            }
            Odd::ListsRefused => return None,
            Odd::PartsRefused if !is_list => return None,
            Odd::PartsRefused => body,
            Odd::TokenAlone | Odd::MoreAlone => self.paged(source, body),
        };
        Some((found.status, found.media.clone(), body))
    }

    fn paged(&self, source: &Source, body: String) -> String {
        let (Some(page), Ok(Value::Object(mut reply))) = (&source.call.page, serde_json::from_str(&body)) else {
            return body;
        };
        let name = page.next.to_string();
        let more = page.more.as_ref().map(ToString::to_string);
        match (self.odd, more) {
            (Odd::TokenAlone, more) => {
                more.iter().for_each(|more| drop(reply.remove(more)));
                reply.insert(name, "further".into());
            }
            (_, Some(more)) => {
                reply.remove(&name);
                reply.insert(more, true.into());
            }
            (_, None) => {}
        }
        Value::Object(reply).to_string()
    }
}

/// Keeps everything in memory.
#[derive(Default)]
struct Memory {
    exchanges: Mutex<Vec<Exchange>>,
    bodies: Mutex<BTreeMap<Sha256, Vec<u8>>>,
    gaps: Mutex<Vec<Gap>>,
}

impl Sink for Memory {
    fn exchange(&self, exchange: Exchange, body: &[u8]) -> Result<(), SinkError> {
        self.bodies.lock().unwrap().insert(exchange.body, body.to_vec());
        self.exchanges.lock().unwrap().push(exchange);
        Ok(())
    }

    fn gap(&self, gap: Gap, _body: Option<&[u8]>) -> Result<(), SinkError> {
        self.gaps.lock().unwrap().push(gap);
        Ok(())
    }

    fn document(&self) -> Result<Box<dyn DocumentSink>, SinkError> {
        Err(SinkError::new("no documents here"))
    }
}

impl Progress for Memory {
    fn planned(&self, _: &AccountId, _: u64) {}
    fn done(&self, _: &AccountId) {}
    fn gap(&self, _: &AccountId) {}
}

/// What a walk said, without the order of what is asked side by side.
#[derive(Debug, Default, PartialEq)]
struct Told {
    asked: BTreeSet<String>,
    rows: BTreeSet<String>,
    read: BTreeSet<String>,
}

impl Told {
    fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Ask(ask) => {
                let (item, of) = (ask.item.as_ref(), ask.of.as_ref());
                let request =
                    ask.request.as_ref().map(|request| (&request.path, String::from_utf8_lossy(&request.body)));
                let (source, operation) = (&ask.source.id, &ask.call.operation);
                let line = format!("{source} {operation} {} {item:?} {of:?} {} {request:?}", ask.region, ask.page);
                assert!(self.asked.insert(line.clone()), "asked twice: {line}");
            }
            Event::Row(source, row) => {
                let unread: Vec<_> = row.unread.iter().map(|(part, gap)| (part, gap.reason, &gap.message)).collect();
                let (resource, key, region) = (&row.resource, &row.key, &row.region);
                let line = format!("{source} {resource} {key} {region} {:?} {unread:?} {:?}", row.data, row.evidence);
                self.rows.insert(line);
            }
            Event::Read(source, reading) => drop(self.read.insert(format!("{source} {reading:?}"))),
            Event::Gap(_) => {}
        }
    }
}

fn recorded(tree: &Tree<'_>) -> Vec<(Recorded, Request, Region)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let mut all = Vec::new();
    for source in tree.sources() {
        let text = std::fs::read_to_string(folder.join(format!("{}.jsonl", source.id))).unwrap();
        for line in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let is_rest = matches!(source.protocol, Protocol::RestJson | Protocol::RestXml);
            let operation = if is_rest { "" } else { line["operation"].as_str().unwrap() };
            let parameters = serde_json::from_value(line["parameters"].clone()).unwrap();
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let (part, status) = (line["part"].as_str().map(str::to_owned), line["status"].as_u64().unwrap());
            let (status, media, body) = (u16::try_from(status).unwrap(), text("content_type"), text("body"));
            let one = Recorded { source: source.id.clone(), part, status, media, body };
            all.push((one, (operation.to_owned(), parameters), Region::from(text("region").as_str())));
        }
    }
    all
}

fn account(answers: Answers, memory: &Arc<Memory>, catalog: &Arc<Catalog>) -> AccountContext {
    let now: DateTime<Utc> = TIME.parse().unwrap();
    let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .http_client(answers)
        .build();
    let settings = super::settings(&[]);
    AccountContext {
        account: ACCOUNT.into(),
        partition: "aws".into(),
        home: "us-east-1".into(),
        regions: vec!["eu-west-1".into()],
        not_offered: BTreeMap::new(),
        label: String::new(),
        sdk,
        callers: Default::default(),
        run: Arc::new(Run {
            followers: BTreeMap::new(),
            settings: Arc::new(Settings { period: period(), ..settings }),
            catalog: Arc::clone(catalog),
            sink: Arc::clone(memory) as Arc<dyn Sink>,
            progress: Arc::clone(memory) as Arc<dyn Progress>,
            clock: Arc::new(move || now),
            time: now,
            coverage: Mutex::default(),
            gate: Gate::new(Concurrency::default()),
            memory: Arc::default(),
            pauses: Pauses::Skipped,
        }),
    }
}

fn period() -> Period {
    Period { start: "2026-09-03".parse().unwrap(), end: "2026-11-22".parse().unwrap() }
}

fn snapshot(memory: &Memory, tree: &Tree<'_>) -> Snapshot {
    let mut gaps = memory.gaps.lock().unwrap().clone();
    gaps.sort();
    let account = AccountScope {
        id: ACCOUNT.into(),
        alias: None,
        partition: "aws".into(),
        regions: vec![],
        disabled_regions: vec![],
        excluded_regions: vec![],
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    };
    Snapshot {
        format: 1,
        tool: "t".into(),
        previous: None,
        also_after: Vec::new(),
        attestations: None,
        organization: "o".into(),
        period: period(),
        time: TIME.parse().unwrap(),
        finished: TIME.parse().unwrap(),
        caller: Caller { account: ACCOUNT.into(), arn: "a".into(), user_id: "u".into() },
        definitions: None,
        scope: Scope { accounts: vec![account], sources: tree.sources().map(|source| source.id.clone()).collect() },
        exchanges: memory.exchanges.lock().unwrap().clone(),
        gaps,
        coverage: BTreeMap::new(),
    }
}

#[tokio::test]
async fn every_source_is_asked_and_read_alike() {
    let catalog = Arc::new(crate::catalog::load(crate::catalog::embedded()).unwrap());
    let sources = Arc::new(catalog.sources.clone());
    let (mut walked, mut rows, mut gaps) = (0, 0, BTreeSet::new());
    for root in catalog.sources.values().filter(|one| one.from.is_none() && one.collector == Collector::Generic) {
        let follow = |id: &SourceId| {
            let follows = |one: &&Source| one.from.as_ref().is_some_and(|from| from.source == *id);
            catalog.sources.values().filter(follows).collect()
        };
        let tree = Tree::new(root, &follow);
        let recorded = recorded(&tree);
        let places: BTreeSet<Region> = recorded
            .iter()
            .filter(|(one, ..)| one.source == root.id && one.part.is_none())
            .map(|(.., at)| at.clone())
            .collect();
        let by_request = Arc::new(recorded.into_iter().map(|(one, key, _)| (key, one)).collect());
        for (place, odd) in places.iter().flat_map(|place| ODDITIES.map(|odd| (place, odd))) {
            let answers = Answers { by_request: Arc::clone(&by_request), sources: Arc::clone(&sources), odd };
            let memory = Arc::new(Memory::default());
            let account = account(answers, &memory, &catalog);
            let mut collected = Told::default();
            run_tree(&account, &tree, place, |event| collected.see(event)).await.unwrap();
            let snapshot = snapshot(&memory, &tree);
            let bodies = memory.bodies.lock().unwrap();
            let mut read = Told::default();
            let mut body = |hash: &Sha256| Ok::<_, Infallible>(bodies[hash].clone());
            let facts = crate::facts::read_seen(&catalog, &snapshot, &mut body, &mut |event| read.see(event)).unwrap();
            let at = format!("{} {place} {odd:?}", root.id);
            // A place of which nothing was kept is not walked again: its gaps say why.
            if !snapshot.exchanges.iter().any(|exchange| exchange.source == root.id) {
                assert_eq!((&read, facts.rows.len()), (&Told::default(), 0), "{at}");
                assert!(!snapshot.gaps.is_empty(), "{at}");
                continue;
            }
            assert_eq!(collected.asked, read.asked, "{at}");
            assert_eq!(collected.rows, read.rows, "{at}");
            assert_eq!(collected.read, read.read, "{at}");
            let mut known = snapshot.gaps.clone();
            known.dedup();
            assert_eq!(facts.gaps, known, "{at}: the collection knows what is missing");
            rows += read.rows.len();
            gaps.extend(known.into_iter().map(|gap| gap.reason));
            walked += 1;
        }
    }
    assert!(walked > 400 && rows > 500, "{walked} walks, {rows} rows");
    let reasons = [GapReason::AccessDenied, GapReason::Unreadable, GapReason::NotAttempted];
    assert!(reasons.iter().all(|reason| gaps.contains(reason)), "{gaps:?}");
}
