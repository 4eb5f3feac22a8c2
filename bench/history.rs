//! A vault of two years: 104 weekly snapshots of about 300 MB each, written through the journal as `collect` does.
//!
//! What changes in a week is modelled on what AWS answers: replies of the XML protocols differ in their request id, of
//! the JSON ones three in a hundred change at one place, a credential report changes in each line, and event pages
//! (15 % of the bytes) are new. `BENCH_WEEKS` sets another number of weeks.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Instant;

use auditpack::model::{
    AccountScope, Answer, Caller, Exchange, Item, Keeping, Period, Scope, Sha256, Sink as _, Snapshot,
};
use auditpack::vault::{Prune, Selector, Vault};
use chrono::{DateTime, Duration, Utc};
use common::{line, peak_mb, seconds};

const XML: u32 = 5_000;
const JSON: u32 = 6_000;
const EVENT_PAGES: u32 = 450;

/// A reply as it is this week.
struct Reply {
    kind: &'static str,
    number: u32,
    body: Vec<u8>,
}

fn main() {
    let weeks: u32 = std::env::var("BENCH_WEEKS").ok().and_then(|weeks| weeks.parse().ok()).unwrap_or(104);
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(folder.path()).unwrap();
    let mut replies = first_week();
    let (mut bytes, mut longest) = (0, 0.0_f64);
    let began = Instant::now();
    for week in 0..weeks {
        change(&mut replies, week);
        bytes += replies.iter().map(|reply| reply.body.len() as u64).sum::<u64>();
        let began = Instant::now();
        take(&vault, &replies, week);
        longest = longest.max(began.elapsed().as_secs_f64());
    }
    let written = began.elapsed().as_secs_f64();
    drop(replies);
    let each = format!("{} replies, {} MB each", exchanges(), bytes / u64::from(weeks) / 1_000_000);
    println!("{weeks} weekly snapshots: {each}\t\t{written:.0} s to write, {longest:.1} s the slowest week\t");
    let of_goal = 2_000 * u64::from(weeks) / 104;
    let (length, blocks, files) = on_disk(folder.path());
    line(
        "… their files' bytes",
        &format!("{of_goal} MB"),
        &format!("{} MB in {files} files", length / 1_000_000),
        length / 1_000_000 < of_goal,
    );
    line(
        "… their room on the disk (`du`)",
        &format!("{of_goal} MB"),
        &format!("{} MB", blocks / 1_000_000),
        blocks / 1_000_000 < of_goal,
    );
    let chain = seconds(|| vault.chain_checked().unwrap());
    line("every manifest hashed and the chain read", "1 s", &format!("{chain:.2} s"), chain < 1.0);
    let load = seconds(|| vault.load(&Selector::Latest).unwrap());
    println!("… and the newest snapshot loaded\t\t{load:.2} s\t");
    let began = Instant::now();
    let checked = vault.check_all().unwrap();
    assert!(checked.problems.is_empty() && checked.unnamed.blobs == 0);
    let took = began.elapsed().as_secs_f64();
    println!("vault check: {} blobs, {} MB\t\t{took:.1} s\t", checked.blobs, checked.bytes / 1_000_000);
    let began = Instant::now();
    let pruning = vault.prune(&"weekly 13, quarterly 8".parse().unwrap(), day(weeks), Prune::Do).unwrap();
    let took = began.elapsed().as_secs_f64();
    let (_, blocks, files) = on_disk(folder.path());
    let chain = vault.chain_checked().unwrap();
    let whole = chain.links.iter().filter(|link| link.keeping == Keeping::Whole).count();
    println!(
        "vault prune --keep \"weekly 13, quarterly 8\": {whole} of {weeks} stay\t\t{took:.1} s, {} blobs gone, {} MB in {files} files left\t",
        pruning.blobs,
        blocks / 1_000_000
    );
    println!("peak memory\t\t{:.0} MB, of which the benchmark's own replies 300 MB\t", peak_mb());
}

fn exchanges() -> u32 {
    XML + JSON + EVENT_PAGES + 1
}

fn day(week: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_730_700_000, 0).unwrap() + Duration::weeks(i64::from(week))
}

/// Hex digits that no packer foresees.
fn noise(of: &str, number: u64) -> String {
    Sha256::of(format!("{of} {number}").as_bytes()).to_string()
}

fn first_week() -> Vec<Reply> {
    let mut replies = Vec::new();
    for number in 0..XML {
        // Some lists are long, most answers are short.
        let members = if number % 10 == 0 { 200 } else { 12 };
        replies.push(Reply { kind: "xml", number, body: xml(number, members) });
    }
    for number in 0..JSON {
        let members = if number % 10 == 0 { 330 } else { 33 };
        replies.push(Reply { kind: "json", number, body: json(number, members) });
    }
    replies.extend((0..EVENT_PAGES).map(|number| Reply { kind: "events", number, body: Vec::new() }));
    replies.push(Reply { kind: "report", number: 0, body: Vec::new() });
    replies
}

/// The request id stands at the end, where `change` writes over it.
fn xml(number: u32, members: u64) -> Vec<u8> {
    let mut text =
        String::from("<DescribeVolumesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><volumeSet>");
    for member in 0..members {
        let id = noise("volume", u64::from(number) << 16 | member);
        text.push_str(&format!(
            "<item><volumeId>vol-0{}</volumeId><size>{}</size><snapshotId>snap-0{}</snapshotId><availabilityZone>eu-central-1a\
             </availabilityZone><status>in-use</status><createTime>2024-{:02}-{:02}T09:{:02}:11.000Z</createTime><attachmentSet>\
             <item><volumeId>vol-0{}</volumeId><instanceId>i-0{}</instanceId><device>/dev/xvda</device><status>attached</status>\
             <deleteOnTermination>true</deleteOnTermination></item></attachmentSet><volumeType>gp3</volumeType><encrypted>true\
             </encrypted></item>",
            &id[..16], member % 500, &id[16..32], member % 12 + 1, member % 28 + 1, member % 60, &id[..16], &id[32..48],
        ));
    }
    text.push_str(&format!(
        "</volumeSet><requestId>{}</requestId></DescribeVolumesResponse>",
        &noise("request", 0)[..36]
    ));
    text.into_bytes()
}

fn json(number: u32, members: u64) -> Vec<u8> {
    let mut text = String::from("{\"Functions\":[");
    for member in 0..members {
        let id = noise("function", u64::from(number) << 16 | member);
        text.push_str(&format!(
            "{{\"FunctionName\":\"worker-{member}\",\"FunctionArn\":\"arn:aws:lambda:eu-central-1:111122223333:function:worker-{member}\",\
             \"Runtime\":\"python3.13\",\"Role\":\"arn:aws:iam::111122223333:role/service-role/worker-{}\",\"Handler\":\"app.handler\",\
             \"CodeSize\":{},\"Timeout\":30,\"MemorySize\":256,\"LastModified\":\"2025-{:02}-{:02}T10:00:00.000+0000\",\"CodeSha256\":\"{}\",\
             \"Version\":\"$LATEST\",\"TracingConfig\":{{\"Mode\":\"PassThrough\"}},\"PackageType\":\"Zip\",\"Architectures\":[\"arm64\"]}},",
            &id[..8], member * 977, member % 12 + 1, member % 28 + 1, &id[..44],
        ));
    }
    text.push_str("{}]}");
    text.into_bytes()
}

fn events(page: u32, week: u32) -> Vec<u8> {
    let mut text = String::from("{\"Events\":[");
    for event in 0..50_u64 {
        let id = noise("event", u64::from(week) << 32 | u64::from(page) << 8 | event);
        let address = u64::from_str_radix(&id[..8], 16).unwrap_or_default();
        text.push_str(&format!(
            "{{\"EventId\":\"{}\",\"EventName\":\"AssumeRole\",\"ReadOnly\":\"true\",\"AccessKeyId\":\"ASIA{}\",\"EventTime\":{},\"EventSource\":\
             \"sts.amazonaws.com\",\"Username\":\"worker-{}\",\"Resources\":[{{\"ResourceType\":\"AWS::IAM::Role\",\"ResourceName\":\
             \"arn:aws:iam::111122223333:role/worker-{}\"}}],\"CloudTrailEvent\":\"{{\\\"eventVersion\\\":\\\"1.11\\\",\\\"userIdentity\\\":\
             {{\\\"type\\\":\\\"AssumedRole\\\",\\\"principalId\\\":\\\"AROA{}:session\\\",\\\"accountId\\\":\\\"111122223333\\\"}},\\\"eventTime\\\":\
             \\\"2026-09-01T10:{:02}:{:02}Z\\\",\\\"eventSource\\\":\\\"sts.amazonaws.com\\\",\\\"eventName\\\":\\\"AssumeRole\\\",\\\"awsRegion\\\":\
             \\\"eu-central-1\\\",\\\"sourceIPAddress\\\":\\\"10.{}.{}.{}\\\",\\\"userAgent\\\":\\\"aws-sdk-rust/1.3.3 os/linux lang/rust/1.95\\\",\
             \\\"requestParameters\\\":{{\\\"roleArn\\\":\\\"arn:aws:iam::111122223333:role/worker-{}\\\",\\\"roleSessionName\\\":\\\"session\\\",\
             \\\"durationSeconds\\\":3600}},\\\"responseElements\\\":{{\\\"credentials\\\":{{\\\"accessKeyId\\\":\\\"ASIA{}\\\",\\\"expiration\\\":\
             \\\"Sep 1, 2026, 11:00:00 AM\\\"}}}},\\\"requestID\\\":\\\"{}\\\",\\\"eventID\\\":\\\"{}\\\",\\\"readOnly\\\":true,\\\"eventType\\\":\
             \\\"AwsApiCall\\\",\\\"managementEvent\\\":true,\\\"recipientAccountId\\\":\\\"111122223333\\\",\\\"eventCategory\\\":\\\"Management\\\",\
             \\\"tlsDetails\\\":{{\\\"tlsVersion\\\":\\\"TLSv1.3\\\",\\\"cipherSuite\\\":\\\"TLS_AES_128_GCM_SHA256\\\",\\\"clientProvidedHostHeader\\\":\
             \\\"sts.eu-central-1.amazonaws.com\\\"}}}}\"}},",
            &id[..36], &id[36..52], 1_790_000_000 + u64::from(week) * 604_800 + address % 604_800, address % 400, address % 300,
            &id[4..20], event % 60, address % 60, address % 250, address / 250 % 250, address / 62_500 % 250, address % 300,
            &id[20..36], &id[28..64], &id[..36],
        ));
    }
    text.push_str(&format!("{{}}],\"NextToken\":\"{}\"}}", noise("token", u64::from(week) << 32 | u64::from(page))));
    text.into_bytes()
}

fn report(week: u32) -> Vec<u8> {
    let mut text = String::from("user,arn,password_last_used,access_key_1_last_used_date\n");
    for user in 0..10_000_u64 {
        // One user in three did something this week.
        let seen = if (user + u64::from(week)).is_multiple_of(3) { week } else { week.saturating_sub(1) };
        let id = noise("user", user * 1_000 + u64::from(seen));
        text.push_str(&format!(
            "user-{user},arn:aws:iam::111122223333:user/user-{user},2026-{:02}-01T{}:00+00:00,N/A\n",
            seen % 12 + 1,
            &id[..2]
        ));
    }
    text.into_bytes()
}

/// A week passes.
fn change(replies: &mut [Reply], week: u32) {
    for reply in replies {
        let Reply { kind, number, body } = reply;
        match *kind {
            "xml" => {
                let at = body.len() - "</requestId></DescribeVolumesResponse>".len() - 36;
                let id = noise("request", u64::from(week) << 32 | u64::from(*number));
                body[at..at + 36].copy_from_slice(&id.as_bytes()[..36]);
            }
            "json" if (*number + week * 37).is_multiple_of(33) => {
                let id = noise("change", u64::from(week) << 32 | u64::from(*number));
                let at = body.len() / 2;
                body[at..at + 44].copy_from_slice(&id.as_bytes()[..44]);
            }
            "json" => {}
            "events" => *body = events(*number, week),
            _ => *body = report(week),
        }
    }
}

fn exchange(reply: &Reply, week: u32) -> Exchange {
    let Reply { kind, number, body } = reply;
    // Pages of events are asked for with tokens and times of their own, everything else is the same call each week.
    let asked = if *kind == "events" { format!("{kind} {number} {week}") } else { format!("{kind} {number}") };
    let key = format!("arn:aws:{kind}:eu-central-1:111122223333:resource/worker-{number}");
    Exchange {
        source: format!("{kind}.things").as_str().into(),
        service: (*kind).into(),
        operation: "DescribeThings".into(),
        parameters: BTreeMap::from([("MaxResults".into(), "100".into()), ("ThingArn".into(), key.clone())]),
        account: "111122223333".into(),
        region: "eu-central-1".into(),
        item: Some(Item { part: "detail".into(), key, region: "eu-central-1".into() }),
        of: None,
        page: 0,
        answer: Answer::Content,
        status: 200,
        request_id: Some(noise("id", u64::from(week) << 32 | u64::from(*number))[..36].to_owned()),
        content_type: Some("application/x-amz-json-1.1".into()),
        headers: BTreeMap::new(),
        time: day(week) + Duration::milliseconds(i64::from(*number) * 7),
        body: Sha256::of(body),
        size: body.len() as u64,
        request: Sha256::of(asked.as_bytes()),
        withheld: Vec::new(),
    }
}

fn take(vault: &Vault, replies: &[Reply], week: u32) {
    let today = day(week).date_naive();
    let period = Period { start: today - Duration::days(90), end: today };
    let journal = vault.begin(day(week), period, "Example").unwrap();
    std::thread::scope(|scope| {
        for half in replies.chunks(replies.len().div_ceil(2)) {
            let journal = &journal;
            scope.spawn(move || {
                for reply in half {
                    journal.exchange(exchange(reply, week), &reply.body).unwrap();
                }
            });
        }
    });
    let (exchanges, gaps) = journal.gathered();
    let account = AccountScope {
        id: "111122223333".into(),
        alias: None,
        partition: "aws".into(),
        regions: vec!["eu-central-1".into()],
        disabled_regions: Vec::new(),
        excluded_regions: Vec::new(),
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    };
    let snapshot = Snapshot {
        format: Snapshot::FORMAT,
        tool: "auditpack bench".into(),
        previous: journal.previous(),
        also_after: journal.also_after(),
        attestations: journal.attested(),
        organization: "Example".into(),
        period,
        time: day(week),
        finished: day(week),
        caller: Caller {
            account: "111122223333".into(),
            arn: "arn:aws:iam::111122223333:user/a".into(),
            user_id: "A".into(),
        },
        definitions: None,
        scope: Scope { accounts: vec![account], sources: Vec::new() },
        exchanges,
        gaps,
        coverage: BTreeMap::new(),
    };
    journal.finish(&snapshot).unwrap();
}

/// The lengths of all files below a folder, the room that they take, and their number.
fn on_disk(folder: &Path) -> (u64, u64, u64) {
    let mut sum = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        sum.1 += about.blocks() * 512;
        if about.is_dir() {
            let below = on_disk(&entry.path());
            sum = (sum.0 + below.0, sum.1 + below.1, sum.2 + below.2);
        } else {
            sum = (sum.0 + about.len(), sum.1, sum.2 + 1);
        }
    }
    sum
}
