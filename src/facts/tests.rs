use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::model::*;
use crate::walk::testing::{self, each, only, parameters, path, template, when};

pub(super) fn call(operation: &str) -> Call {
    let (next, more) = (path("Next"), Some(path("More")));
    let page = Some(Paging { next, send: "Next".into(), more, size: None });
    Call { page, ..testing::call(operation) }
}

pub(super) fn source() -> Source {
    let resource = template("arn:{partition}:x:{region}:{account}:{meta.Name}");
    Source { call: call("List"), each: vec![each("meta", "Describe")], resource, ..testing::source() }
}

/// A snapshot in the making, with the bodies.
pub(super) struct Kept {
    pub(super) snapshot: Snapshot,
    bodies: HashMap<Sha256, Vec<u8>>,
}

pub(super) fn kept() -> Kept {
    let day = |day| NaiveDate::from_ymd_opt(2026, 9, day).unwrap();
    let account = AccountScope {
        id: "111111111111".into(),
        alias: None,
        partition: "aws".into(),
        regions: vec!["eu-west-1".into()],
        disabled_regions: vec![],
        excluded_regions: vec![],
        not_offered: Default::default(),
        offers_known_by: Default::default(),
    };
    let snapshot = Snapshot {
        format: 1,
        tool: "t".into(),
        previous: None,
        organization: "o".into(),
        period: Period { start: day(1), end: day(30) },
        time: time(),
        finished: time(),
        caller: Caller { account: "111111111111".into(), arn: "a".into(), user_id: "u".into() },
        scope: Scope { accounts: vec![account], sources: vec!["x.things".into(), "x.parts".into()] },
        exchanges: vec![],
        gaps: vec![],
        coverage: BTreeMap::new(),
        also_after: Vec::new(),
        attestations: None,
        definitions: None,
    };
    Kept { snapshot, bodies: HashMap::new() }
}

fn time() -> DateTime<Utc> {
    "2026-09-30T00:00:00Z".parse().unwrap()
}

fn item(part: &str, key: &str) -> Option<Item> {
    Some(Item { part: part.into(), key: key.into(), region: "eu-west-1".into() })
}

impl Kept {
    pub(super) fn reply(mut self, operation: &str, item: Option<Item>, page: u32, body: &str) -> Self {
        let hash = Sha256::of(body.as_bytes());
        self.bodies.insert(hash, body.as_bytes().to_vec());
        let parameters = match page {
            0 => BTreeMap::new(),
            page => BTreeMap::from([("Next".to_owned(), page.to_string())]),
        };
        self.snapshot.exchanges.push(Exchange {
            source: "x.things".into(),
            service: "x".into(),
            operation: operation.into(),
            parameters,
            account: "111111111111".into(),
            region: "eu-west-1".into(),
            item,
            page,
            of: None,
            answer: Answer::Content,
            status: 200,
            request_id: None,
            content_type: None,
            headers: BTreeMap::new(),
            time: time(),
            body: hash,
            size: body.len() as u64,
            request: hash,
            withheld: Vec::new(),
        });
        self
    }

    fn absent(mut self, operation: &str, item: Option<Item>) -> Self {
        self = self.reply(operation, item, 0, "<Error>none</Error>");
        if let Some(last) = self.snapshot.exchanges.last_mut() {
            last.answer = Answer::Absent { code: "NoSuchThing".into() };
        }
        self
    }

    fn gap(mut self, item: Option<Item>) -> Self {
        self.snapshot.gaps.push(Gap {
            source: "x.things".into(),
            account: "111111111111".into(),
            region: "eu-west-1".into(),
            operation: Some("Any".into()),
            item,
            reason: GapReason::AccessDenied,
            remedy: Remedy::grant(["x:Any"]),
            message: "no".into(),
            code: None,
            request_id: None,
            body: None,
            time: time(),
        });
        self
    }

    fn read(&self, source: Source) -> Facts {
        self.read_all([source])
    }

    pub(super) fn read_all(&self, sources: impl IntoIterator<Item = Source>) -> Facts {
        let sources = sources.into_iter().map(|source| (source.id.clone(), source)).collect();
        let catalog = Catalog { sources, ..Catalog::default() };
        let mut body = |hash: &Sha256| Ok::<_, Infallible>(self.bodies.get(hash).unwrap().clone());
        super::read(&catalog, &self.snapshot, &mut body).unwrap()
    }
}

fn rows(facts: &Facts) -> &[Row] {
    facts.rows.get(&SourceId::from("x.things")).map(Vec::as_slice).unwrap_or_default()
}

fn reasons(facts: &Facts) -> Vec<GapReason> {
    facts.gaps.iter().map(|gap| gap.reason).collect()
}

fn is_read(facts: &Facts) -> bool {
    facts.read.contains_key(&SourceId::from("x.things"))
}

const META: &str = r#"{"Name":"n"}"#;

#[test]
fn joins_parts_over_pages_and_names_the_resource() {
    let kept = kept()
        .reply("List", None, 0, r#"{"Things":[{"Id":"b"}],"More":true,"Next":"1"}"#)
        .reply("List", None, 1, r#"{"Things":[{"Id":"a","N":-1}],"More":false}"#)
        .reply("Describe", item("meta", "a"), 0, r#"{"Name":"first"}"#)
        .reply("Describe", item("meta", "b"), 0, r#"{"Name":"second"}"#);
    let facts = kept.read(source());
    let rows = rows(&facts);
    assert_eq!(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["a", "b"], "sorted by resource");
    assert_eq!(rows[0].resource, "arn:aws:x:eu-west-1:111111111111:first");
    assert_eq!(rows[0].data.read(), json!({"Id": "a", "N": -1, "meta": {"Name": "first"}}));
    assert_eq!(rows[0].evidence.len(), 2, "the list's page and the part");
    assert!(facts.gaps.is_empty());
    assert_eq!(facts.read[&SourceId::from("x.things")][0].evidence.len(), 2, "both pages");
}

#[test]
fn what_breaks_off_while_it_is_read_is_a_gap() {
    let kept = kept().reply("List", None, 0, r#"{"Things":[{"Id":"a"}]}"#);
    let catalog = Catalog { sources: BTreeMap::from([("x.things".into(), source())]), ..Catalog::default() };
    let facts: Result<Facts, Infallible> = super::read(&catalog, &kept.snapshot, &mut |_| panic!("a hole"));
    let facts = facts.unwrap();
    assert_eq!(reasons(&facts), [GapReason::Unreadable]);
    assert!(facts.gaps[0].message.contains("`x.things`") && facts.gaps[0].message.ends_with("a hole"));
    assert!(facts.rows.is_empty() && !is_read(&facts));
}

#[test]
fn an_unfinished_list_is_a_gap_and_not_read() {
    let table = [
        (r#"{"Things":[],"More":true,"Next":"1"}"#, GapReason::Failed, "more pages"),
        ("<html>", GapReason::Unreadable, "no JSON"),
        (r#"{"Stuff":[]}"#, GapReason::Unreadable, "no list"),
        (r#"{"Things":null}"#, GapReason::Unreadable, "null is not a list"),
        (r#"{"Things":[{"Name":"x"}]}"#, GapReason::Unreadable, "no key"),
    ];
    for (body, reason, why) in table {
        let facts = kept().reply("List", None, 0, body).read(source());
        assert_eq!(reasons(&facts), [reason], "{why}");
        assert!(facts.gaps[0].message.contains("`x.things`"), "{}", facts.gaps[0].message);
        assert!(rows(&facts).is_empty() && !is_read(&facts), "{why}");
    }
    let second = kept().reply("List", None, 1, r#"{"Things":[]}"#).read(source());
    assert_eq!(reasons(&second), [GapReason::Failed], "the first page is missing");
}

#[test]
fn an_empty_list_and_an_absent_one_are_read() {
    let empty = kept().reply("List", None, 0, r#"{"Things":[]}"#).read(source());
    let absent = kept().absent("List", None).read(source());
    for facts in [empty, absent] {
        assert!(facts.gaps.is_empty() && rows(&facts).is_empty());
        assert_eq!(facts.read[&SourceId::from("x.things")][0].evidence.len(), 1);
    }
    let mut missing = source();
    missing.items[0].may_be_missing = true;
    assert!(is_read(&kept().reply("List", None, 0, "{}").read(missing)));
}

#[test]
fn a_known_gap_is_not_doubled() {
    let page = r#"{"Things":[{"Id":"a"}],"More":true,"Next":"1"}"#;
    let kept = kept().reply("List", None, 0, page).reply("Describe", item("meta", "a"), 0, META).gap(None);
    let facts = kept.read(source());
    assert_eq!(reasons(&facts), [GapReason::AccessDenied]);
    assert_eq!(rows(&facts).len(), 1, "what came is still shown");
    assert!(!is_read(&facts));
}

#[test]
fn parts_are_absent_unread_or_not_asked() {
    let list = r#"{"Things":[{"Id":"a"}]}"#;
    let absent = kept().reply("List", None, 0, list).absent("Describe", item("meta", "a")).read(source());
    assert_eq!(rows(&absent)[0].data.read()["meta"], Value::Null);
    assert_eq!(rows(&absent)[0].resource, "a", "the template's member is null");

    let denied = kept().reply("List", None, 0, list).gap(item("meta", "a")).read(source());
    assert!(rows(&denied)[0].data.read().get("meta").is_none());
    assert_eq!(rows(&denied)[0].unread["meta"].reason, GapReason::AccessDenied);
    assert!(is_read(&denied), "the list itself is whole");

    let broken = kept().reply("List", None, 0, list).reply("Describe", item("meta", "a"), 0, "<").read(source());
    assert_eq!(rows(&broken)[0].unread["meta"].reason, GapReason::Unreadable);
    assert_eq!(reasons(&broken), [GapReason::Unreadable]);

    let forgotten = kept().reply("List", None, 0, list).read(source());
    assert_eq!(rows(&forgotten)[0].unread["meta"].reason, GapReason::NotAttempted);

    let mut conditional = source();
    conditional.each[0].when = when("Kind", "own");
    let left_out = kept().reply("List", None, 0, list).read(conditional);
    assert!(rows(&left_out)[0].unread.is_empty() && left_out.gaps.is_empty());
}

#[test]
fn a_call_that_needs_a_failed_one_is_unread_for_the_same_reason() {
    let mut both = source();
    let mut second = both.each[0].clone();
    second.part = "more".into();
    second.when = when("meta.Kind", "own");
    both.each.push(second);
    let facts = kept().reply("List", None, 0, r#"{"Things":[{"Id":"a"}]}"#).gap(item("meta", "a")).read(both);
    assert_eq!(rows(&facts)[0].unread["more"].reason, GapReason::AccessDenied);
    assert_eq!(facts.gaps.len(), 1);
}

#[test]
fn paged_parts_are_one_list_and_selected_parts_keep_their_shape() {
    let list = r#"{"Things":[{"Id":"a"}]}"#;
    let mut paged = source();
    paged.each[0].call.page = call("Describe").page;
    paged.each[0].select = path("Rules");
    let kept = kept()
        .reply("List", None, 0, list)
        .reply("Describe", item("meta", "a"), 0, r#"{"Rules":[1],"More":true,"Next":"1"}"#)
        .reply("Describe", item("meta", "a"), 1, r#"{"Rules":[2]}"#);
    assert_eq!(rows(&kept.read(paged.clone()))[0].data.read()["meta"], json!([1, 2]));
    paged.each[0].call.page = None;
    assert_eq!(rows(&kept.read(paged))[0].data.read()["meta"], json!([1]), "a list stays a list");
}

/// `x.things` whose part is asked once for each of two filters.
fn varied(paged: bool) -> Source {
    let mut varied = source();
    let each = &mut varied.each[0];
    each.select = path("Rules");
    each.call.page = call("Describe").page.filter(|_| paged);
    each.call.vary = ["x", "y"].map(|filter| parameters(json!({ "Filter": filter }))).into_iter().collect();
    varied
}

impl Kept {
    /// The last reply was to a call with this filter.
    fn filter(mut self, filter: &str) -> Self {
        let last = self.snapshot.exchanges.last_mut().unwrap();
        last.parameters.insert("Filter".to_owned(), filter.to_owned());
        self
    }
}

#[test]
fn a_varied_part_is_the_list_of_all_its_variations() {
    let meta = || item("meta", "a");
    let kept = || kept().reply("List", None, 0, r#"{"Things":[{"Id":"a"}]}"#);
    let both = kept()
        .reply("Describe", meta(), 0, r#"{"Rules":[3]}"#)
        .filter("y")
        .reply("Describe", meta(), 0, r#"{"Rules":[1],"More":true,"Next":"1"}"#)
        .filter("x")
        .reply("Describe", meta(), 1, r#"{"Rules":[2]}"#)
        .filter("x");
    let facts = both.read(varied(true));
    assert_eq!((rows(&facts)[0].data.read()["meta"].clone(), reasons(&facts)), (json!([1, 2, 3]), vec![]));
    assert_eq!(rows(&facts)[0].evidence.len(), 4, "the list's page and the part's three");

    let single = kept().reply("Describe", meta(), 0, r#"{"Rules":[1]}"#).filter("x");
    let single = single.reply("Describe", meta(), 0, r#"{"Rules":{"n":2}}"#).filter("y").read(varied(false));
    assert_eq!(rows(&single)[0].data.read()["meta"], json!([1, {"n": 2}]), "a thing is a list's item too");
}

#[test]
fn of_a_varied_part_one_may_be_absent_and_none_missing() {
    let meta = || item("meta", "a");
    let kept = || kept().reply("List", None, 0, r#"{"Things":[{"Id":"a"}]}"#);
    let one = || kept().absent("Describe", meta()).filter("x");
    let absent = one().reply("Describe", meta(), 0, r#"{"Rules":[1]}"#).filter("y").read(varied(false));
    assert_eq!((rows(&absent)[0].data.read()["meta"].clone(), reasons(&absent)), (json!([1]), vec![]));
    let all = one().absent("Describe", meta()).filter("y").read(varied(false));
    assert_eq!(rows(&all)[0].data.read()["meta"], Value::Null);
    let cut = one().reply("Describe", meta(), 0, r#"{"Rules":[],"More":true,"Next":"1"}"#).filter("y");
    assert_eq!(reasons(&cut.read(varied(true))), [GapReason::Failed], "a variation's last page is missing");
    let missing = one().read(varied(false));
    assert_eq!(rows(&missing)[0].unread["meta"].reason, GapReason::NotAttempted);
    assert_eq!(reasons(&missing), [GapReason::NotAttempted]);
}

#[test]
fn texts_kinds_owners_and_the_buckets_own_region() {
    let mut texts = source();
    (texts.key, texts.each, texts.resource) = (path(""), vec![], template(""));
    let facts = kept().reply("List", None, 0, r#"{"Things":["a","b"]}"#).read(texts);
    assert_eq!(rows(&facts)[1].data.read(), json!({"_item": "b"}));
    assert_eq!(rows(&facts)[1].resource, "b");

    let mut own = source();
    own.each = vec![];
    own.items[0].kind = "thing".into();
    own.only = Some(only("Owner", "{account}"));
    let body = r#"{"Things":[{"Id":"a","Owner":"111111111111"},{"Id":"b","Owner":"2"}]}"#;
    let facts = kept().reply("List", None, 0, body).read(own);
    assert_eq!(rows(&facts).len(), 1);
    assert_eq!(rows(&facts)[0].data.read()["kind"], "thing");

    let mut bucket = source();
    bucket.each[0].region = Some(template("{Location}"));
    let mut kept = kept().reply("List", None, 0, r#"{"Things":[{"Id":"a","Location":"us-west-2"}]}"#).reply(
        "Describe",
        item("meta", "a"),
        0,
        META,
    );
    kept.snapshot.exchanges[1].region = "us-west-2".into();
    assert_eq!(rows(&kept.read(bucket))[0].region.as_str(), "us-west-2");
}

#[test]
fn a_whole_reply_is_one_item_and_varied_calls_are_all_needed() {
    let mut whole = source();
    (whole.items, whole.key, whole.each, whole.resource) = (vec![], path(""), vec![], template(""));
    let facts = kept().reply("List", None, 0, r#"{"Enabled":true}"#).read(whole.clone());
    assert_eq!(rows(&facts)[0].data.read(), json!({"Enabled": true}));
    assert_eq!(rows(&facts)[0].resource, "eu-west-1");
    whole.call.vary = vec![BTreeMap::new(), parameters(json!({ "Filter": "x" }))];
    let facts = kept().reply("List", None, 0, r#"{"Enabled":true}"#).read(whole);
    assert_eq!(reasons(&facts), [GapReason::NotAttempted]);
    assert!(!is_read(&facts));
}

#[test]
fn a_missing_body_is_the_callers_error() {
    let kept = kept().reply("List", None, 0, r#"{"Things":[]}"#);
    let catalog = Catalog { sources: BTreeMap::from([("x.things".into(), source())]), ..Catalog::default() };
    let read = super::read(&catalog, &kept.snapshot, &mut |hash: &Sha256| Err::<Vec<u8>, Sha256>(*hash));
    assert_eq!(read, Err(Sha256::of(br#"{"Things":[]}"#)));
}

#[test]
fn a_conversation_s_questions_are_all_read_whatever_their_order() {
    let mut events = source();
    (events.collector, events.each, events.resource) = (Collector::Cloudtrail, vec![], template(""));
    events.call.vary = ["z", "a"].map(|name| parameters(json!({ "Filter": name }))).into_iter().collect();
    let thing = |id: &str| format!(r#"{{"Things":[{{"Id":"{id}"}}]}}"#);
    let kept = kept().reply("List", None, 0, &thing("1")).filter("a").reply("List", None, 0, &thing("2")).filter("z");
    let facts = kept.gap(None).read(events.clone());
    assert_eq!(rows(&facts).iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert!(!is_read(&facts), "something is missing beside the replies");
    let half = super::tests::kept().reply("List", None, 0, &thing("1")).filter("a").read(events);
    assert_eq!((rows(&half).len(), reasons(&half)), (1, vec![GapReason::NotAttempted]), "one of two was asked");
}
