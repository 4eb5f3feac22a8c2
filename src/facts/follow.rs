//! Sources that are asked for each row of another.

use std::collections::BTreeMap;

use super::{Place, Reader, gap_in};
use crate::model::{AccountId, Catalog, Facts, Gap, GapReason, Reading, Region, RowData, Sha256, Source};

/// A row that another source is asked for.
pub(super) struct Parent {
    pub(super) data: RowData,
    /// Why a part of it is missing, if one is.
    pub(super) unread: Option<Gap>,
    pub(super) evidence: Vec<Sha256>,
}

/// The rows of a source that others follow, by the place of their list and by their key among all of the place.
pub(super) type Parents = BTreeMap<(AccountId, Region), BTreeMap<String, Parent>>;

/// A source that follows another comes after it.
pub(super) fn parents_first(catalog: &Catalog) -> Vec<&Source> {
    let depth = |source: &Source| {
        let next = |source: &&Source| catalog.sources.get(&source.from.as_ref()?.source);
        std::iter::successors(Some(source), next).take(catalog.sources.len()).count()
    };
    let mut sources: Vec<&Source> = catalog.sources.values().collect();
    sources.sort_by_key(|source| depth(source));
    sources
}

impl Reader<'_> {
    /// The row that a list of a place was asked for.
    pub(super) fn parent(&self, place: Place<'_>, key: Option<&str>) -> Option<&Parent> {
        self.parents?.get(&(place.0.clone(), place.1.clone()))?.get(key?)
    }

    /// Rows of the source followed for which nothing was asked in a place.
    pub(super) fn unasked(&self, place: Place<'_>) -> Vec<Gap> {
        let Some(lists) = self.lists.get(&place) else { return Vec::new() };
        let Some(any) = lists.values().flatten().next() else { return Vec::new() };
        let asked = |key: &str| lists.keys().filter(|question| question.first() == Some(&("", key))).count();
        let gap = |key: &str| gap_in(any.exchange, GapReason::NotAttempted, &format!("it was not asked for `{key}`"));
        let missing = self.wanted(place).filter(|key| asked(key) < self.source.call.vary.len());
        missing.map(gap).collect()
    }

    /// The keys of the rows that this source is to be asked for.
    fn wanted(&self, place: Place<'_>) -> impl Iterator<Item = &str> {
        let rows = self.parents.and_then(|parents| parents.get(&(place.0.clone(), place.1.clone())));
        let follows = |parent: &Parent| self.source.follows(&parent.data.read());
        rows.into_iter().flatten().filter(move |(_, parent)| follows(parent)).map(|(key, _)| key.as_str())
    }

    /// Where there was nothing to ask for, because the source followed was read and has no such rows there.
    pub(super) fn nothing_to_ask(&self, facts: &Facts) -> Vec<Reading> {
        let Some(from) = &self.source.from else { return Vec::new() };
        let empty = |reading: &&Reading| {
            let place = (&reading.account, &reading.region);
            let touched = self.lists.contains_key(&place) || self.list_gaps.contains_key(&place);
            !touched && self.wanted(place).next().is_none()
        };
        facts.read.get(&from.source).into_iter().flatten().filter(empty).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::tests::{Kept, call, kept, source};
    use crate::model::*;

    /// Parts of `x.things`, asked for each of them that is large.
    fn parts() -> Source {
        let mut parts = Source { id: "x.parts".into(), each: Vec::new(), key: "Name".into(), ..source() };
        parts.call = Call { page: None, ..call("ListParts") };
        parts.call.parameters = BTreeMap::from([("Thing".to_owned(), json!("{from.Id}"))]);
        parts.items[0].path = "Parts".into();
        parts.resource = "{from.Id}/{Name}".into();
        let when = ("Size".to_owned(), ["large".to_owned()].into());
        parts.from = Some(FanOut { source: "x.things".into(), when: Some(when) });
        parts.each = vec![Each {
            part: "detail".into(),
            call: Call { page: None, ..call("DescribePart") },
            select: String::new(),
            region: None,
            when: None,
        }];
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

    const THINGS: &str =
        r#"{"Things":[{"Id":"a","Size":"large"},{"Id":"b","Size":"large"},{"Id":"c","Size":"small"}]}"#;

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
        assert!(!facts.read.contains_key(&SourceId::from("x.parts")), "nobody knows what to ask for");
    }
}
