//! Whole conversations against a server that answers as AWS does.

mod known;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};

use super::*;
use crate::collect::Concurrency;
use crate::collect::run::{Gate, Pauses, Run};
use crate::model::*;

/// Keeps everything in memory.
#[derive(Default)]
struct Memory {
    exchanges: Mutex<Vec<(Exchange, Vec<u8>)>>,
    gaps: Mutex<Vec<Gap>>,
    documents: Arc<Mutex<Vec<Vec<u8>>>>,
}

struct MemoryDocument(Vec<u8>, Arc<Mutex<Vec<Vec<u8>>>>);

impl Sink for Memory {
    fn exchange(&self, exchange: Exchange, body: &[u8]) -> Result<(), SinkError> {
        self.exchanges.lock().unwrap().push((exchange, body.to_vec()));
        Ok(())
    }

    fn gap(&self, gap: Gap, _body: Option<&[u8]>) -> Result<(), SinkError> {
        self.gaps.lock().unwrap().push(gap);
        Ok(())
    }

    fn document(&self) -> Result<Box<dyn DocumentSink>, SinkError> {
        Ok(Box::new(MemoryDocument(Vec::new(), Arc::clone(&self.documents))))
    }
}

impl DocumentSink for MemoryDocument {
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(Sha256, u64), SinkError> {
        let result = (Sha256::of(&self.0), self.0.len() as u64);
        self.1.lock().unwrap().push(self.0);
        Ok(result)
    }
}

impl Progress for Memory {
    fn planned(&self, _account: &AccountId, _calls: u64) {}
    fn done(&self, _account: &AccountId) {}
    fn gap(&self, _account: &AccountId) {}
}

/// A server that gives each request line its answer; returns its URL.
fn serve(answer: impl Fn(&str, &str) -> (u16, &'static str, Vec<u8>) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = url.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream);
            let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, content, body) = answer(&own, &target);
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: {content}\r\ncontent-length: {}\r\nx-amzn-requestid: r-1\r\n{}connection: close\r\n\r\n",
                body.len(),
                if status == 403 { "x-amzn-errortype: AccessDeniedException\r\n" } else { "" },
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body);
        }
    });
    url
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(read) if read > 0 => request.extend_from_slice(&piece[..read]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    // A server that hangs up on an unread body resets the connection.
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let _ = stream.read_exact(&mut vec![0; length.unwrap_or(0_usize).saturating_sub(body.len())]);
    text
}

fn source(id: &str, collector: Collector, protocol: Protocol, operation: &str) -> Source {
    let service = id.split('.').next().unwrap().to_owned();
    Source {
        id: id.into(),
        title: id.to_owned(),
        shows_service: None,
        signing: service.clone(),
        endpoint_variable: service.to_uppercase(),
        cli_service: String::new(),
        service,
        protocol,
        version: String::new(),
        target: String::new(),
        scope: SourceScope::Account,
        collector,
        from: None,
        call: Call {
            operation: operation.to_owned(),
            method: "GET".to_owned(),
            path: crate::walk::testing::template("/"),
            parameters: BTreeMap::new(),
            vary: vec![BTreeMap::new()],
            headers: BTreeMap::new(),
            host_prefix: Default::default(),
            page: None,
            shape: Shape::default(),
            absent: Default::default(),
            not_subscribed: Default::default(),
            cli: None,
            actions: [format!("x:{operation}")].into(),
        },
        each: Vec::new(),
        items: Vec::new(),
        key: Default::default(),
        resource: Default::default(),
        config_ids: Default::default(),
        unique_id: Vec::new(),
        created: None,
        expires: None,
        inventory: crate::model::Inventory::Resources,
        only: None,
        kept_for: Default::default(),
    }
}

fn settings(artifact: ArtifactSettings) -> Settings {
    let day = |text: &str| text.parse().unwrap();
    Settings {
        organization: "Test".to_owned(),
        period: Period { start: day("2026-01-01"), end: day("2026-12-31") },
        scope: ScopeSettings::default(),
        frameworks: Vec::new(),
        sources: Default::default(),
        params: BTreeMap::new(),
        artifact,
        trail: crate::model::TrailSettings::default(),
        signing: None,
        splits: Vec::new(),
        premises: None,
        not_applicable: Vec::new(),
        owners: Default::default(),
        calendar: Default::default(),
        exceptions: Vec::new(),
        exceptions_file: None,
        file: Vec::new(),
    }
}

fn account(url: &str, memory: &Arc<Memory>, artifact: ArtifactSettings, sources: Vec<Source>) -> AccountContext {
    let sources = sources.into_iter().map(|source| (source.id.clone(), source)).collect();
    let now: DateTime<Utc> = "2026-10-10T12:00:00Z".parse().unwrap();
    let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    AccountContext {
        account: "123456789012".into(),
        partition: "aws".into(),
        home: "us-east-1".into(),
        regions: vec!["us-east-1".into()],
        not_offered: BTreeMap::new(),
        label: String::new(),
        sdk,
        callers: Default::default(),
        run: Arc::new(Run {
            followers: BTreeMap::new(),
            settings: Arc::new(settings(artifact)),
            catalog: Arc::new(Catalog { sources, ..Catalog::default() }),
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

fn artifact_answers(own: &str, target: &str) -> (u16, &'static str, Vec<u8>) {
    let json = "application/json";
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/v1/report/list" if query.contains("nextToken=two") => {
            (200, json, br#"{"reports":[{"id":"report-2","version":1}]}"#.to_vec())
        }
        "/v1/report/list" => (200, json, br#"{"reports":[{"id":"report-1","version":3}],"nextToken":"two"}"#.to_vec()),
        "/v1/report/getMetadata" if query.contains("report-2") => (403, json, br#"{"message":"no"}"#.to_vec()),
        "/v1/report/getMetadata" => (200, json, br#"{"reportDetails":{"id":"report-1"}}"#.to_vec()),
        "/v1/report/getTermForReport" => {
            let body = format!(r#"{{"documentPresignedUrl":"{own}/term.pdf?Sig=5ec4e7","termToken":"5ec4e7"}}"#);
            (200, json, body.into_bytes())
        }
        "/v1/report/get" if query.contains("5ec4e7") && query.contains("reportVersion=3") => {
            (200, json, format!(r#"{{"documentPresignedUrl":"{own}/r.pdf?Sig=5ec4e7"}}"#).into_bytes())
        }
        "/r.pdf" if query == "Sig=5ec4e7" => (200, "application/pdf", [b"%PDF-1.7".as_slice(), &[7; 300_000]].concat()),
        "/v1/customer-agreement/list" => (200, json, br#"{"customerAgreements":[]}"#.to_vec()),
        _ => (404, json, b"{}".to_vec()),
    }
}

fn artifact_sources() -> Vec<Source> {
    let source = |id, operation| source(id, Collector::Artifact, Protocol::RestJson, operation);
    vec![source("artifact.reports", "ListReports"), source("artifact.agreements", "ListCustomerAgreements")]
}

/// What was kept of a part, by item.
fn parts(memory: &Memory, part: &str) -> Vec<(Exchange, Vec<u8>)> {
    let exchanges = memory.exchanges.lock().unwrap();
    let of_part = |exchange: &Exchange| exchange.item.as_ref().is_some_and(|item| item.part == part);
    exchanges.iter().filter(|(exchange, _)| of_part(exchange)).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn artifact_documents_come_whole_and_no_secret_is_kept() {
    let memory = Arc::new(Memory::default());
    let settings = ArtifactSettings { documents: Documents::Download, accept_terms: ["report-1".to_owned()].into() };
    let account = account(&serve(artifact_answers), &memory, settings, artifact_sources());
    // Conversations run on tasks of their own.
    tokio::spawn(async move { converse(&account).await }).await.unwrap().unwrap();

    let documents = memory.documents.lock().unwrap().clone();
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].len(), 300_008);
    let kept = parts(&memory, "document");
    let (address, _) = &kept[0];
    assert_eq!((address.operation.as_str(), address.answer.clone()), ("GetReport", Answer::Step));
    assert_eq!(address.request_id.as_deref(), Some("r-1"));
    assert_eq!(address.parameters.get("reportId").map(String::as_str), Some("report-1"));
    let (exchange, body) = &kept[1];
    assert_eq!((exchange.body, exchange.size), (Sha256::of(&documents[0]), 300_008));
    assert!(body.is_empty(), "the document is in the vault already");
    assert_eq!(exchange.operation, "Document");
    assert_eq!(exchange.answer, Answer::Step);
    assert_eq!(exchange.content_type.as_deref(), Some("application/pdf"));

    assert_eq!(parts(&memory, "term").len(), 2);
    assert_eq!(parts(&memory, "metadata").len(), 1);
    let exchanges = memory.exchanges.lock().unwrap().clone();
    let pages: Vec<u32> = exchanges.iter().filter(|(e, _)| e.operation == "ListReports").map(|(e, _)| e.page).collect();
    assert_eq!(pages, [0, 1]);
    let gaps = memory.gaps.lock().unwrap().clone();
    let found: Vec<_> = gaps.iter().map(|gap| (gap.reason, gap.item.clone().unwrap().part)).collect();
    assert_eq!(found.len(), 2, "{gaps:?}");
    assert!(found.contains(&(GapReason::AccessDenied, "metadata".to_owned())));
    assert!(found.contains(&(GapReason::TermsNotAccepted, "document".to_owned())));

    let everything = format!("{gaps:?}{exchanges:?}");
    let bodies: Vec<u8> = exchanges.iter().flat_map(|(_, body)| body.clone()).collect();
    assert!(!everything.contains("5ec4e7"), "{everything}");
    assert!(!String::from_utf8_lossy(&bodies).contains("5ec4e7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn artifact_documents_stay_with_aws_unless_they_are_wanted() {
    let memory = Arc::new(Memory::default());
    let account = account(&serve(artifact_answers), &memory, ArtifactSettings::default(), artifact_sources());
    converse(&account).await.unwrap();
    assert_eq!(parts(&memory, "document"), []);
    let reasons: Vec<_> = memory.gaps.lock().unwrap().iter().map(|gap| gap.reason).collect();
    assert_eq!(reasons, [GapReason::AccessDenied], "only the metadata that AWS refuses");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_cannot_be_had_is_a_gap_without_its_address() {
    let memory = Arc::new(Memory::default());
    let settings = ArtifactSettings { documents: Documents::Download, accept_terms: ["report-1".to_owned()].into() };
    let expired = |own: &str, target: &str| match target {
        target if target.starts_with("/r.pdf") => (403, "application/xml", b"<Error/>".to_vec()),
        target => artifact_answers(own, target),
    };
    let account = account(&serve(expired), &memory, settings, artifact_sources());
    converse(&account).await.unwrap();
    assert_eq!(memory.documents.lock().unwrap().len(), 0);
    let gaps = memory.gaps.lock().unwrap().clone();
    let of_document = |gap: &&Gap| gap.item.as_ref().is_some_and(|item| item.part == "document");
    let lost: Vec<_> = gaps.iter().filter(of_document).map(|gap| gap.operation.as_deref()).collect();
    assert!(lost.contains(&Some("Document")), "{gaps:?}");
    assert!(!format!("{gaps:?}").contains("r.pdf"));
}

#[tokio::test]
async fn events_are_looked_up_in_the_home_region_too() {
    let table: [(&[&str], &[&str]); 3] = [
        (&["eu-west-1"], &["eu-west-1", "us-east-1"]),
        (&["eu-west-1", "us-east-1"], &["eu-west-1", "us-east-1"]),
        (&["us-east-1"], &["us-east-1"]),
    ];
    for (regions, expected) in table {
        let memory = Arc::new(Memory::default());
        let lookup = |id| {
            let mut source = source(id, Collector::Cloudtrail, Protocol::Json, "LookupEvents");
            let attribute = serde_json::json!([{"AttributeKey": "Username", "AttributeValue": "root"}]);
            source.call.vary =
                vec![crate::walk::testing::parameters(serde_json::json!({ "LookupAttributes": attribute }))];
            source
        };
        let trails = source("cloudtrail.trails", Collector::Cloudtrail, Protocol::Json, "DescribeTrails");
        let sources = vec![lookup("cloudtrail.events"), lookup("cloudtrail.root-events"), trails];
        let answer = |_: &str, _: &str| (200, "application/x-amz-json-1.1", b"{}".to_vec());
        let mut account = account(&serve(answer), &memory, ArtifactSettings::default(), sources);
        account.regions = regions.iter().map(|region| Region::from(*region)).collect();
        converse(&account).await.unwrap();
        let exchanges = memory.exchanges.lock().unwrap().clone();
        let asked = |id: &str| {
            let of_source = exchanges.iter().filter(|(exchange, _)| exchange.source.as_str() == id);
            let mut regions: Vec<&str> = of_source.map(|(exchange, _)| exchange.region.as_str()).collect();
            regions.sort_unstable();
            regions
        };
        assert_eq!(asked("cloudtrail.events"), expected, "{regions:?}");
        assert_eq!(asked("cloudtrail.root-events"), expected, "{regions:?}");
        assert_eq!(asked("cloudtrail.trails"), regions, "trails where the settings say");
    }
}

#[tokio::test]
async fn artifact_outside_the_commercial_partition_is_a_gap() {
    let memory = Arc::new(Memory::default());
    let mut account = account("http://127.0.0.1:9", &memory, ArtifactSettings::default(), artifact_sources());
    account.partition = "aws-us-gov".into();
    converse(&account).await.unwrap();
    let gaps = memory.gaps.lock().unwrap().clone();
    assert_eq!(gaps.len(), 2);
    assert!(gaps.iter().all(|gap| gap.reason == GapReason::NotAttempted && gap.message.contains("aws-us-gov")));
}

/// A generic source of secrets: `{"v": {"password": "…"}}`.
async fn asked_for_secrets(answer: fn(&str, &str) -> (u16, &'static str, Vec<u8>)) -> Arc<Memory> {
    let memory = Arc::new(Memory::default());
    let mut source = source("things.secrets", Collector::Generic, Protocol::RestJson, "GetThings");
    source.call.shape.withhold =
        [crate::model::Withhold { path: "v.*".to_owned(), form: crate::model::Form::Text }].into();
    // The rule is another source's: of the same operation it holds for all.
    let asked = crate::model::Source { id: "things.plain".into(), ..source.clone() };
    let asked = crate::model::Source { call: Call { shape: Shape::default(), ..asked.call.clone() }, ..asked };
    let account = account(&serve(answer), &memory, ArtifactSettings::default(), vec![source, asked.clone()]);
    crate::collect::source_run::run(&account, &asked, &account.home).await.unwrap();
    memory
}

#[tokio::test]
async fn values_are_taken_out_before_anybody_keeps_the_reply() {
    let memory =
        asked_for_secrets(|_, _| (200, "application/json", br#"{"v":{"password":"hunter2"}, "n": 1}"#.to_vec())).await;
    let exchanges = memory.exchanges.lock().unwrap().clone();
    let (exchange, body) = &exchanges[0];
    assert_eq!(
        String::from_utf8_lossy(body),
        r#"{"v":{"password":"withheld: looks like a password or token (named)"}, "n": 1}"#
    );
    assert_eq!((exchange.body, exchange.size), (Sha256::of(body), body.len() as u64));
    assert_eq!(exchange.withheld, ["v.*"]);
}

#[tokio::test]
async fn a_reply_in_which_values_cannot_be_found_is_a_gap_without_a_body() {
    for answer in [
        (|_, _| (200, "application/json", br#"{"v":{"password":"hunter2""#.to_vec())) as fn(&str, &str) -> _,
        |_, _| (200, "text/html", b"<html>hunter2</html>".to_vec()),
    ] {
        let memory = asked_for_secrets(answer).await;
        assert_eq!(memory.exchanges.lock().unwrap().len(), 0);
        let gaps = memory.gaps.lock().unwrap().clone();
        assert_eq!((gaps.len(), gaps[0].reason, gaps[0].body), (1, GapReason::Unreadable, None));
        assert!(gaps[0].message.contains("was not kept") && !format!("{gaps:?}").contains("hunter2"), "{gaps:?}");
    }
}
