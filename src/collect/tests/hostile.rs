//! What answers in AWS's place: bodies without end, bodies that trickle, names that no request can carry.

use std::io::{Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use super::super::bounds::{BoundedClient, Memory as Held};
use super::super::run::{Gate, Pauses, Run};
use super::super::session::https_client;
use super::super::source_run;
use super::*;

/// What the server does with a call.
#[derive(Clone)]
enum Answer {
    /// A reply.
    Json(String),
    /// A reply of so many bytes, without its length.
    Chunked(usize),
    /// The announcement of a reply of so many bytes.
    Announced(u64),
    /// A byte now and then.
    Trickle,
    /// The bytes of gzip that would become the reply.
    Packed(Vec<u8>),
}

/// A server; its URL and how often it was asked.
fn serve(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (answer, calls) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (answer, calls) = (Arc::clone(&answer), Arc::clone(&counted));
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                calls.fetch_add(1, Ordering::SeqCst);
                // A client that has enough hangs up.
                let _ = write(&mut stream, answer(&request));
            });
        }
    });
    (url, calls)
}

fn read_request(stream: &mut TcpStream) -> String {
    let (mut request, mut piece) = (Vec::new(), [0; 65_536]);
    loop {
        let length = stream.read(&mut piece).unwrap_or_default();
        request.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(length > 0, "a request");
            continue;
        };
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() >= wanted || length == 0 {
            return text.into_owned();
        }
    }
}

fn write(stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
    let head =
        |more: &str| format!("HTTP/1.1 200 X\r\ncontent-type: application/json\r\nconnection: close\r\n{more}\r\n");
    match answer {
        Answer::Json(body) => write!(stream, "{}{body}", head(&format!("content-length: {}\r\n", body.len()))),
        Answer::Packed(body) => {
            let more = format!("content-encoding: gzip\r\ncontent-length: {}\r\n", body.len());
            stream.write_all(head(&more).as_bytes())?;
            stream.write_all(&body)
        }
        Answer::Chunked(bytes) => {
            stream.write_all(head("transfer-encoding: chunked\r\n").as_bytes())?;
            let chunk = [b"1000\r\n".as_slice(), &[b' '; 4096], b"\r\n"].concat();
            for _ in 0..bytes / 4096 {
                stream.write_all(&chunk)?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        Answer::Announced(bytes) => {
            stream.write_all(head(&format!("content-length: {bytes}\r\n")).as_bytes())?;
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        Answer::Trickle => {
            stream.write_all(head("content-length: 1000000\r\n").as_bytes())?;
            loop {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Asks for a source at a server, two attempts of a second each.
async fn ask(source: &Source, url: &str, held: &Arc<Held>) -> Vec<String> {
    let credentials = Credentials::new("AKIDTEST", "secret", None, None, "test");
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(1))
        .operation_timeout(Duration::from_secs(4))
        .build();
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts)
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .http_client(BoundedClient::around(https_client()))
        .endpoint_url(url)
        .build();
    let (plan, memory, _stop) = plan(vec![source.clone()], &[], &[]);
    let account = AccountContext {
        account: "111122223333".into(),
        partition: "aws".into(),
        home: "us-east-1".into(),
        regions: vec!["eu-west-1".into()],
        label: String::new(),
        not_offered: Default::default(),
        sdk,
        callers: Default::default(),
        run: Arc::new(Run {
            followers: BTreeMap::new(),
            settings: plan.settings,
            catalog: plan.catalog,
            sink: plan.sink,
            progress: plan.progress,
            clock: plan.clock,
            time: plan.time,
            coverage: Mutex::default(),
            gate: Gate::new(Concurrency::default()),
            memory: Arc::clone(held),
            pauses: Pauses::Skipped,
        }),
    };
    source_run::run(&account, source, &"eu-west-1".into()).await.unwrap();
    memory.of("things.things: ")
}

const REPORT: &str = "[report the answer to auditpack's authors]";

/// A list of things, a detail of each.
fn listed(names: &[&str]) -> String {
    let things: Vec<_> = names.iter().map(|name| json!({ "Id": name })).collect();
    json!({ "Things": things }).to_string()
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_gap_however_it_comes_and_is_not_asked_for_twice() {
    let held = Arc::new(Held::of(100_000, 1_000_000));
    let bodies = [
        ("chunked", Answer::Chunked(10_000_000)),
        ("announced", Answer::Announced(1 << 40)),
        ("whole", Answer::Json(" ".repeat(100_001))),
    ];
    for (name, body) in bodies {
        let (url, calls) = serve(move |_| body.clone());
        let begun = Instant::now();
        assert_eq!(
            ask(&things_source(), &url, &held).await,
            [format!("gap eu-west-1 reply too large {REPORT}")],
            "{name}"
        );
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{name}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}");
        assert_eq!(held.held(), 0, "{name}: what is dropped is given back");
    }
    let (url, _) = serve(|_| Answer::Chunked(40_960));
    let lines = ask(&things_source(), &url, &held).await;
    assert!(lines[0].starts_with("ListThings"), "one that fits is taken: {lines:?}");
}

#[tokio::test]
async fn the_replies_of_a_run_have_a_bound_together_and_its_remedy_is_fewer_at_once() {
    let held = Arc::new(Held::of(100_000, 150_000));
    let names: Vec<String> = (0..8).map(|number| format!("thing-{number}")).collect();
    let (url, _) = serve(move |request| match request.contains("ListThings") {
        true => Answer::Json(listed(&names.iter().map(String::as_str).collect::<Vec<_>>())),
        false => {
            // All come at once.
            std::thread::sleep(Duration::from_millis(200));
            Answer::Json(json!({ "Size": " ".repeat(90_000) }).to_string())
        }
    });
    let lines = ask(&things_source(), &url, &held).await;
    let remedy = "reply too large [a higher AWS_MAX_ATTEMPTS, or fewer calls at once (--concurrency)]";
    let count = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
    assert!(count(remedy) > 0, "{lines:?}");
    assert_eq!(count(remedy) + count("content"), 9, "{lines:?}");
    assert_eq!(held.held(), 0);
}

#[tokio::test]
async fn a_body_that_trickles_ends_with_its_attempts() {
    let (url, calls) = serve(|_| Answer::Trickle);
    let begun = Instant::now();
    let lines = ask(&things_source(), &url, &Arc::default()).await;
    assert_eq!(lines, ["gap eu-west-1 timed out [collecting again]"]);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let bomb = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 100 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let (url, _) = serve(move |_| Answer::Packed(bomb.clone()));
    let lines = ask(&things_source(), &url, &Arc::default()).await;
    assert_eq!(lines, [format!("gap eu-west-1 unreadable answer {REPORT}")]);
}

#[tokio::test]
async fn one_odd_name_is_a_gap_of_its_own() {
    let mut source = things_source();
    source.protocol = Protocol::RestJson;
    source.call.path = crate::walk::testing::template("/ListThings");
    source.each[0].call.path = crate::walk::testing::template("/DescribeThing/{Id}");
    source.each[0].call.parameters = BTreeMap::new();
    let long = "a".repeat(1 << 20);
    for odd in [long.as_str(), "line\nbreak", "\u{202e}\u{0}", "../..", "a b#c?d%"] {
        let list = listed(&["one", odd, "two"]);
        let (url, _) = serve(move |request| match request.contains("ListThings") {
            true => Answer::Json(list.clone()),
            false => Answer::Json("{}".to_owned()),
        });
        let lines = ask(&source, &url, &Arc::default()).await;
        assert_eq!(lines.len(), 4, "{}", odd.len());
        for name in ["one", "two"] {
            let kept = format!("DescribeThing {name}.detail eu-west-1 page 0 content");
            assert!(lines.contains(&kept), "{kept}");
        }
        if odd.len() > 1_000 {
            let gap = |line: &&String| line.starts_with("gap ") && line.ends_with(&format!("not attempted {REPORT}"));
            assert_eq!(lines.iter().filter(gap).count(), 1);
        }
    }
}
