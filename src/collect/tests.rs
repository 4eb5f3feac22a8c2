//! Whole collections from recordings.

mod both_ways;
mod hostile;
mod offers;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::sync::watch;

use crate::walk::testing::{parameters, path};

use super::bounds::Taking;
use super::recorder::{Recorder, observe};
use super::*;
use crate::model::*;

/// Keeps everything in memory, as lines of text.
#[derive(Default)]
struct Memory(Mutex<Vec<String>>);

impl Memory {
    fn add(&self, line: String) -> Result<(), SinkError> {
        self.0.lock().unwrap().push(line);
        Ok(())
    }

    /// What came for a source, sorted.
    fn of(&self, source: &str) -> Vec<String> {
        let mut lines: Vec<String> =
            self.0.lock().unwrap().iter().filter_map(|line| line.strip_prefix(source)).map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn place(item: &Option<Item>) -> String {
    item.as_ref().map(|item| format!(" {}.{}", item.key, item.part)).unwrap_or_default()
}

impl Sink for Memory {
    fn exchange(&self, exchange: Exchange, body: &[u8]) -> Result<(), SinkError> {
        assert_eq!((exchange.body, exchange.size), (Sha256::of(body), body.len() as u64));
        let answer = match exchange.answer {
            Answer::Content => "content".to_owned(),
            Answer::Absent { code } => format!("absent {code}"),
            Answer::Step => "step".to_owned(),
        };
        let (source, operation, page, item) =
            (exchange.source, exchange.operation, exchange.page, place(&exchange.item));
        self.add(format!("{source}: {operation}{item} {} page {page} {answer}", exchange.region))
    }

    fn gap(&self, gap: Gap, _body: Option<&[u8]>) -> Result<(), SinkError> {
        let (item, reason) = (place(&gap.item), gap.reason.words());
        self.add(format!("{}: gap{item} {} {reason} [{}]", gap.source, gap.region, gap.remedy))
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

/// A recorded answer as a line of a recordings file.
fn answer(service: &str, region: &str, target: &str, sent: &str, status: u16, body: &str) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(body);
    let line = json!({
        "service": service, "region": region, "method": "POST", "path": "/", "target": target,
        "body_sha256": Sha256::of(sent.as_bytes()), "status": status, "body_base64": body,
    });
    line.to_string()
}

fn things(region: &str, operation: &str, sent: &str, status: u16, body: &str) -> String {
    answer("things", region, &format!("Target.{operation}"), sent, status, body)
}

fn identity() -> Vec<String> {
    let caller = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn>\
                  <UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let regions = "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName>\
                   <optInStatus>opt-in-not-required</optInStatus></item><item><regionName>eu-south-1</regionName>\
                   <optInStatus>not-opted-in</optInStatus></item></regionInfo></DescribeRegionsResponse>";
    let (sts, ec2) = ("Action=GetCallerIdentity&Version=2011-06-15", "Action=DescribeRegions&Version=2016-11-15");
    vec![answer("sts", "eu-west-1", "", sts, 200, caller), answer("ec2", "eu-west-1", "", ec2, 200, regions)]
}

fn regions_source() -> Source {
    let mut source = testing::source("ec2");
    source.id = "account.regions".into();
    source.protocol = Protocol::Ec2;
    source.version = "2016-11-15".to_owned();
    source.scope = SourceScope::Account;
    source.collector = Collector::Identity;
    source.call.operation = "DescribeRegions".to_owned();
    source.items[0].path = path("regionInfo");
    source.key = path("regionName");
    source
}

/// Two pages of things, a detail of each.
fn things_source() -> Source {
    let mut source = testing::source("things");
    source.call.page = Some(Paging { next: path("Next"), send: "Token".into(), more: None, size: None });
    let mut call = testing::call("DescribeThing");
    call.parameters = parameters(json!({ "Id": "{Id}" }));
    source.each = vec![Each { part: "detail".to_owned(), call, select: path(""), region: None, when: None }];
    source
}

/// Settings that choose nothing but these regions.
fn settings(regions: &[&str]) -> Settings {
    let day = |text: &str| text.parse().unwrap();
    Settings {
        organization: "Example".to_owned(),
        period: Period { start: day("2026-07-01"), end: day("2026-09-30") },
        scope: ScopeSettings {
            accounts: Vec::new(),
            regions: regions.iter().map(|name| Region::from(*name)).collect(),
            categories: None,
        },
        frameworks: Vec::new(),
        sources: Default::default(),
        params: BTreeMap::new(),
        artifact: ArtifactSettings::default(),
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

fn plan(sources: Vec<Source>, recorded: &[String], regions: &[&str]) -> (Plan, Arc<Memory>, watch::Sender<bool>) {
    let memory = Arc::new(Memory::default());
    let time: DateTime<Utc> = "2026-09-30T18:00:00Z".parse().unwrap();
    let settings = settings(regions);
    let sources = sources.into_iter().map(|source| (source.id.clone(), source)).collect();
    let recordings = Tape::from_json_lines(recorded.join("\n").as_bytes()).unwrap().at("2026-09-30");
    let (sender, stop) = watch::channel(false);
    let plan = Plan {
        settings: Arc::new(settings),
        catalog: Arc::new(Catalog { sources, ..Catalog::default() }),
        sink: Arc::clone(&memory) as Arc<dyn Sink>,
        progress: Arc::clone(&memory) as Arc<dyn Progress>,
        clock: Arc::new(move || time),
        time,
        mode: Mode::Replay(Arc::new(recordings)),
        concurrency: Concurrency::default(),
        stop,
    };
    (plan, memory, sender)
}

#[tokio::test]
async fn pages_are_followed_and_every_item_is_asked_about() {
    let mut recorded = identity();
    recorded.extend([
        things("eu-west-1", "ListThings", "{}", 200, r#"{"Things":[{"Id":"a"}],"Next":"t"}"#),
        things("eu-west-1", "ListThings", r#"{"Token":"t"}"#, 200, r#"{"Things":[{"Id":"b"}]}"#),
        things("eu-west-1", "DescribeThing", r#"{"Id":"a"}"#, 200, r#"{"Size":1}"#),
        things("eu-west-1", "DescribeThing", r#"{"Id":"b"}"#, 400, r#"{"__type":"x#NotFoundException"}"#),
    ]);
    let (plan, memory, _stop) = plan(vec![regions_source(), things_source()], &recorded, &[]);
    let collected = collect(plan).await.unwrap();
    assert_eq!(
        memory.of("things.things: "),
        [
            "DescribeThing a.detail eu-west-1 page 0 content",
            "DescribeThing b.detail eu-west-1 page 0 absent NotFoundException",
            "ListThings eu-west-1 page 0 content",
            "ListThings eu-west-1 page 1 content",
        ]
    );
    assert_eq!(memory.of("sts.caller-identity: "), ["GetCallerIdentity eu-west-1 page 0 content"]);
    assert_eq!(collected.caller.arn, "arn:aws:iam::111122223333:user/a");
    assert_eq!(collected.scope.accounts[0].disabled_regions, [Region::from("eu-south-1")]);
    let counted = collected.coverage[&SourceId::from("things.things")];
    assert_eq!(counted, Coverage { attempted: 4, succeeded: 3, absent: 1, gaps: 0 });
}

/// Parts of things, asked for each thing; a part's name is unique in its thing only.
fn parts_source() -> Source {
    let mut source = testing::source("things");
    source.id = "things.parts".into();
    source.from = Some(FanOut { source: "things.things".into(), when: None });
    source.call.operation = "ListParts".to_owned();
    source.call.parameters = parameters(json!({ "Thing": "{from.Id}" }));
    let mut call = testing::call("DescribePart");
    call.parameters = parameters(json!({ "Thing": "{from.Id}", "Part": "{Id}" }));
    source.each = vec![Each { part: "detail".to_owned(), call, select: path(""), region: None, when: None }];
    source
}

#[tokio::test]
async fn a_source_is_asked_for_each_row_of_the_one_it_follows() {
    let mut recorded = identity();
    recorded.extend([
        things("eu-west-1", "ListThings", "{}", 200, r#"{"Things":[{"Id":"a"},{"Id":"b"}]}"#),
        things("eu-west-1", "ListParts", r#"{"Thing":"a"}"#, 200, r#"{"Things":[{"Id":"x"}]}"#),
        things("eu-west-1", "ListParts", r#"{"Thing":"b"}"#, 200, r#"{"Things":[{"Id":"x"}]}"#),
        things("eu-west-1", "DescribePart", r#"{"Part":"x","Thing":"a"}"#, 200, "{}"),
        things("eu-west-1", "DescribePart", r#"{"Part":"x","Thing":"b"}"#, 200, "{}"),
    ]);
    let mut listed = things_source();
    listed.each.clear();
    let (mut plan, memory, _stop) = plan(vec![regions_source(), listed, parts_source()], &recorded, &[]);
    Arc::get_mut(&mut plan.settings).unwrap().sources = ["things.parts".into()].into();
    let collected = collect(plan).await.unwrap();
    assert_eq!(
        memory.of("things.parts: "),
        [
            "DescribePart a x.detail eu-west-1 page 0 content",
            "DescribePart b x.detail eu-west-1 page 0 content",
            "ListParts eu-west-1 page 0 content",
            "ListParts eu-west-1 page 0 content",
        ]
    );
    assert!(collected.scope.sources.contains(&"things.things".into()), "what it follows is asked too");
}

#[tokio::test]
async fn what_follows_a_refused_list_is_a_gap_too() {
    let mut recorded = identity();
    let refusal = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    recorded.push(things("eu-west-1", "ListThings", "{}", 400, refusal));
    let mut parts_of_parts = parts_source();
    parts_of_parts.id = "things.parts-of-parts".into();
    parts_of_parts.from = Some(FanOut { source: "things.parts".into(), when: None });
    let sources = vec![regions_source(), things_source(), parts_source(), parts_of_parts];
    let (plan, memory, _stop) = plan(sources, &recorded, &[]);
    collect(plan).await.unwrap();
    let why = "gap eu-west-1 not attempted [things:ListThings]";
    assert_eq!(memory.of("things.parts: "), [why]);
    assert_eq!(memory.of("things.parts-of-parts: "), [why]);
}

#[tokio::test]
async fn a_lost_page_and_a_refused_detail_are_gaps_beside_what_came() {
    let mut recorded = identity();
    recorded.extend([
        things("eu-west-1", "ListThings", "{}", 200, r#"{"Things":[{"Id":"a"}],"Next":"t"}"#),
        things("eu-west-1", "ListThings", r#"{"Token":"t"}"#, 200, "<html>busy</html>"),
        things(
            "eu-west-1",
            "DescribeThing",
            r#"{"Id":"a"}"#,
            400,
            r#"{"__type":"AccessDeniedException","message":"no"}"#,
        ),
    ]);
    let (plan, memory, _stop) = plan(vec![regions_source(), things_source()], &recorded, &[]);
    collect(plan).await.unwrap();
    assert_eq!(
        memory.of("things.things: "),
        [
            "ListThings eu-west-1 page 0 content",
            "gap a.detail eu-west-1 access denied [things:DescribeThing]",
            "gap eu-west-1 unreadable answer [report the answer to auditpack's authors]",
        ]
    );
}

#[tokio::test]
async fn a_service_that_repeats_its_token_is_not_followed_for_ever() {
    let mut recorded = identity();
    let page = r#"{"Things":[],"Next":"t"}"#;
    recorded.push(things("eu-west-1", "ListThings", "{}", 200, page));
    recorded.push(things("eu-west-1", "ListThings", r#"{"Token":"t"}"#, 200, page));
    let (plan, memory, _stop) = plan(vec![regions_source(), things_source()], &recorded, &[]);
    collect(plan).await.unwrap();
    let lines = memory.of("things.things: ");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[2].starts_with("gap eu-west-1 unreadable answer"), "{lines:?}");
}

#[tokio::test]
async fn unlisted_regions_are_refused_and_denied_lists_fall_back_to_the_settings() {
    let (refused, _, _stop) = plan(vec![regions_source()], &identity(), &["eu-wst-1"]);
    assert!(matches!(collect(refused).await, Err(CollectError::UnknownRegion { .. })));

    let mut recorded = identity();
    recorded[1] = answer(
        "ec2",
        "eu-west-1",
        "",
        "Action=DescribeRegions&Version=2016-11-15",
        403,
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
    );
    let (denied, memory, _stop) = plan(vec![regions_source()], &recorded, &["eu-north-1"]);
    let collected = collect(denied).await.unwrap();
    assert_eq!(collected.scope.accounts[0].regions, [Region::from("eu-north-1")]);
    assert_eq!(memory.of("account.regions: gap").len(), 1);
}

#[tokio::test]
async fn a_stop_ends_the_run() {
    let (plan, memory, stop) = plan(vec![regions_source()], &identity(), &[]);
    stop.send(true).unwrap();
    assert!(matches!(collect(plan).await, Err(CollectError::Interrupted)));
    assert_eq!(memory.of(""), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_without_a_label_never_leaves() {
    let session = Session::load(&Mode::Replay(Arc::new(Recordings::default()))).await.unwrap();
    let sdk = session.account(None).await.unwrap();
    let config = aws_sdk_sts::config::Builder::from(&sdk).interceptor(Recorder).build();
    let client = aws_sdk_sts::Client::from_conf(config);
    let error = client.get_caller_identity().send().await.unwrap_err();
    assert!(classify::chain(&error).contains("without a label"), "{}", classify::chain(&error));
    let (labelled, _) = observe(&Arc::default(), Taking::Whole, client.get_caller_identity().send()).await;
    assert!(classify::chain(&labelled.unwrap_err()).contains("no recording of sts"));
}
