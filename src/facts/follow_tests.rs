use std::collections::BTreeMap;

use serde_json::json;

use super::tests::{Kept, call, kept, source};
use crate::model::*;
use crate::walk::testing::{each, parameters, path, template, when};

/// Parts of `x.things`, asked for each of them that is large.
fn parts() -> Source {
    let mut parts = Source { id: "x.parts".into(), each: Vec::new(), key: path("Name"), ..source() };
    parts.call = Call { page: None, ..call("ListParts") };
    parts.call.parameters = parameters(json!({ "Thing": "{from.Id}" }));
    parts.items[0].path = path("Parts");
    parts.resource = template("{from.Id}/{Name}");
    parts.from = Some(FanOut { source: "x.things".into(), when: when("Size", "large") });
    parts.each = vec![each("detail", "DescribePart")];
    parts
}

fn things() -> Source {
    Source { each: Vec::new(), ..source() }
}

trait Follow {
    fn parts(self, of: &str, body: &str) -> Kept;
    fn detail(self, key: &str, body: &str) -> Kept;
}

impl Follow for Kept {
    fn parts(self, of: &str, body: &str) -> Kept {
        let mut kept = self.reply("ListParts", None, 0, body);
        let last = kept.snapshot.exchanges.last_mut().unwrap();
        (last.source, last.of) = ("x.parts".into(), Some(of.to_owned()));
        last.parameters = BTreeMap::from([("Thing".to_owned(), of.to_owned())]);
        kept
    }

    fn detail(self, key: &str, body: &str) -> Kept {
        let item = Item { part: "detail".into(), key: key.into(), region: "eu-west-1".into() };
        let mut kept = self.reply("DescribePart", Some(item), 0, body);
        kept.snapshot.exchanges.last_mut().unwrap().source = "x.parts".into();
        kept
    }
}

const THINGS: &str = r#"{"Things":[{"Id":"a","Size":"large"},{"Id":"b","Size":"large"},{"Id":"c","Size":"small"}]}"#;

fn of<'f>(facts: &'f Facts, source: &str) -> &'f [Row] {
    facts.rows.get(&SourceId::from(source)).map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn rows_carry_the_row_they_were_asked_for_and_names_may_repeat() {
    let kept = kept().reply("List", None, 0, THINGS);
    let kept = kept.parts("a", r#"{"Parts":[{"Name":"x"}]}"#).parts("b", r#"{"Parts":[{"Name":"x"}]}"#);
    let facts = kept.detail("a x", r#"{"n":1}"#).detail("b x", r#"{"n":2}"#).read_all([parts(), things()]);
    let found: Vec<_> = of(&facts, "x.parts").iter().map(|row| (row.resource.as_str(), row.data.read())).collect();
    let row = |id: &str, n: u8| json!({ "Name": "x", "from": { "Id": id, "Size": "large" }, "detail": { "n": n } });
    assert_eq!(found, [("a/x", row("a", 1)), ("b/x", row("b", 2))]);
    assert_eq!(facts.gaps, []);
    assert_eq!(of(&facts, "x.parts")[0].evidence.len(), 3, "the thing's list, its parts' list, the detail");
}

#[test]
fn a_row_that_nothing_was_asked_for_is_a_gap() {
    let kept = kept().reply("List", None, 0, THINGS).parts("a", r#"{"Parts":[]}"#);
    let facts = kept.read_all([parts(), things()]);
    let gaps: Vec<_> = facts.gaps.iter().map(|gap| (gap.source.as_str(), gap.reason)).collect();
    assert_eq!(gaps, [("x.parts", GapReason::NotAttempted)]);
    assert!(!facts.read.contains_key(&SourceId::from("x.parts")));
}

#[test]
fn where_there_is_nothing_to_ask_for_the_list_is_read_whole() {
    for (things_reply, read) in [(r#"{"Things":[{"Id":"c","Size":"small"}]}"#, true), (THINGS, false)] {
        let facts = kept().reply("List", None, 0, things_reply).read_all([parts(), things()]);
        assert_eq!(facts.read.contains_key(&SourceId::from("x.parts")), read, "{things_reply}");
    }
    let facts = kept().reply("List", None, 0, "not json").read_all([parts(), things()]);
    assert!(!facts.read.contains_key(&SourceId::from("x.parts")), "what to ask for is not known");
}
