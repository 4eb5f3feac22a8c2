//! The calls for one item of a list, in the order that their templates need.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde_json::{Map, Value};

use crate::model::{Each, FROM, Partition, Region, Source, fill, item_key, names, select, text_of};

use super::CollectError;
use super::account::AccountContext;
use super::label::Label;
use super::request::Lookup;
use super::source_run::{Asked, Ended, pages};

/// An item and the parts that joined it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RowSoFar {
    data: Value,
    key: String,
    /// The key of the row that it was asked for.
    of: Option<String>,
    place: Region,
    /// The parts that could not be read: what needs them cannot be asked.
    unread: BTreeSet<String>,
}

impl RowSoFar {
    /// The items of a page that the source takes; `parent` is the row that it was asked for.
    pub(crate) fn of_page(
        source: &Source,
        reply: &Value,
        place: &Region,
        parent: Option<&Self>,
        lookup: Lookup<'_>,
    ) -> Vec<Self> {
        let mut rows = Vec::new();
        let mut take = |item: &Value| {
            let mut row = Self::of_item(source, item, place);
            if let Some(parent) = parent {
                row.of = Some(parent.item_key());
                row.join(FROM, Part::Read(parent.data.clone()));
            }
            let taken = source.only.as_ref().is_none_or(|(member, wanted)| {
                let wanted = fill(wanted, lookup).ok();
                wanted.is_some() && row.member(member) == wanted
            });
            rows.extend(taken.then_some(row));
        };
        if source.items.is_empty() {
            take(reply);
        }
        for list in &source.items {
            select(reply, &list.path).into_iter().filter(|item| !is_nothing(item)).for_each(&mut take);
        }
        rows
    }

    /// An item that is a text is its own key, and templates know it as `{_item}`.
    fn of_item(source: &Source, item: &Value, place: &Region) -> Self {
        let data = match item {
            Value::Object(_) => item.clone(),
            item => Value::Object(Map::from_iter([("_item".to_owned(), item.clone())])),
        };
        let own = if source.key.is_empty() { text_of(item) } else { None };
        let mut row = Self { data, key: String::new(), of: None, place: place.clone(), unread: BTreeSet::new() };
        row.key = own.or_else(|| row.member(&source.key)).unwrap_or_default();
        row
    }

    /// Its key among all items of its source in a place.
    pub(crate) fn item_key(&self) -> String {
        item_key(self.of.as_deref(), &self.key)
    }

    /// Whether another source is asked for this row; `Err`: a part that its call needs could not be read.
    pub(crate) fn is_followed_by(&self, source: &Source) -> Result<bool, String> {
        let mut names = source.call.names().into_iter();
        let unread = names.find_map(|name| {
            let part = name.strip_prefix(FROM)?.strip_prefix('.')?.split('.').next()?.to_owned();
            self.unread.contains(&part).then_some(part)
        });
        unread.map_or_else(|| Ok(source.follows(&self.data)), Err)
    }

    /// A member's text.
    pub(crate) fn member(&self, path: &str) -> Option<String> {
        if path.is_empty() { None } else { select(&self.data, path).into_iter().find_map(text_of) }
    }

    fn join(&mut self, part: &str, answer: Part) {
        match (answer, &mut self.data) {
            (Part::Unread, _) => drop(self.unread.insert(part.to_owned())),
            (Part::Skipped, _) => {}
            (Part::Read(value), Value::Object(members)) => drop(members.insert(part.to_owned(), value)),
            (Part::Read(_), _) => {}
        }
    }
}

/// `<Buckets/>` is an empty list that XML writes like an empty text.
fn is_nothing(item: &Value) -> bool {
    item.is_null() || item.as_str().is_some_and(|text| text.trim().is_empty())
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// It came, or AWS says that there is none (null).
    Read(Value),
    /// It is missing; the gap is kept.
    Unread,
    /// The source does not want it for this item.
    Skipped,
}

/// Makes the calls for an item: those that need no other's answer side by side, the others after them.
pub(crate) async fn run(ctx: &AccountContext, source: &Source, mut row: RowSoFar) -> Result<RowSoFar, CollectError> {
    for wave in waves(&source.each) {
        let answers = try_join_all(wave.iter().map(|each| ask(ctx, source, each, &row))).await?;
        for (each, answer) in wave.iter().zip(answers) {
            row.join(&each.part, answer);
        }
    }
    Ok(row)
}

/// Groups the calls by how many others they wait for.
fn waves(each: &[Each]) -> Vec<Vec<&Each>> {
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    let mut waves: Vec<Vec<&Each>> = Vec::new();
    for one in each {
        let needed = needs(one);
        let after = levels.iter().filter(|(part, _)| needed.contains(**part)).map(|(_, level)| level + 1);
        let level = after.max().unwrap_or(0);
        levels.insert(&one.part, level);
        if waves.len() <= level {
            waves.resize_with(level + 1, Vec::new);
        }
        waves[level].push(one);
    }
    waves
}

/// The first names of all that a call's templates and its condition read.
fn needs(each: &Each) -> BTreeSet<String> {
    let first = |path: &str| path.split(['.', '+']).next().unwrap_or_default().to_owned();
    let region = each.region.iter().flat_map(|template| names(template));
    let conditions = each.when.iter().map(|(member, _)| member.clone());
    each.call.names().into_iter().chain(region).chain(conditions).map(|name| first(&name)).collect()
}

async fn ask(ctx: &AccountContext, source: &Source, each: &Each, row: &RowSoFar) -> Result<Part, CollectError> {
    let label =
        Label::new(source.id.clone(), each.call.operation.clone(), &row.place).item(&*each.part, row.item_key());
    if !needs(each).is_disjoint(&row.unread) {
        // The gap of the part that it needs says why nothing was asked.
        return Ok(Part::Unread);
    }
    if let Some((member, wanted)) = &each.when
        && !row.member(member).is_some_and(|text| wanted.contains(&text))
    {
        return Ok(Part::Skipped);
    }
    let known = |name: &str| row.member(name).or_else(|| ctx.known(name, &row.place));
    let Ok(place) = place(each, row, &ctx.partition, &known) else { return Ok(Part::Skipped) };
    // What AWS leaves out of the item it does not have: there is nothing to ask.
    if !askable(each, &known) {
        return Ok(Part::Skipped);
    }
    let lookup = |name: &str| row.member(name).or_else(|| ctx.known(name, &place));
    let mut read = Vec::new();
    let mut unread = false;
    for vary in &each.call.vary {
        let asked = Asked { source, call: &each.call, vary, lookup: &lookup };
        let ended = pages(ctx, &asked, label.clone().asked_in(&place), |reply| {
            read.extend(select(reply, &each.select).into_iter().cloned());
        });
        unread |= ended.await? == Ended::Incomplete;
    }
    Ok(match (unread, read.len()) {
        (true, _) => Part::Unread,
        (false, 0) => Part::Read(Value::Null),
        (false, 1) if each.call.page.is_none() => Part::Read(read.remove(0)),
        (false, _) => Part::Read(Value::Array(read)),
    })
}

/// Whether every template of a call has what it needs.
fn askable(each: &Each, known: Lookup<'_>) -> bool {
    let label = |name: &str| known(name.strip_suffix('+').unwrap_or(name)).is_some();
    let path = each.call.path.split('{').skip(1).filter_map(|after| after.split_once('}'));
    let names = path.map(|(name, _)| name);
    names.into_iter().all(label)
        && each.call.parameters.values().all(|value| fillable(value, known))
        && each.call.headers.values().all(|text| fill(text, known).is_ok())
}

fn fillable(value: &Value, known: Lookup<'_>) -> bool {
    match value {
        Value::String(text) => fill(text, known).is_ok(),
        Value::Array(items) => items.iter().all(|item| fillable(item, known)),
        Value::Object(members) => members.values().all(|value| fillable(value, known)),
        _ => true,
    }
}

/// The region a call goes to. S3 says nothing for its first region and `EU` for its second.
fn place(each: &Each, row: &RowSoFar, partition: &Partition, known: Lookup<'_>) -> Result<Region, String> {
    let Some(template) = &each.region else { return Ok(row.place.clone()) };
    Ok(match (fill(template, known)?.as_str(), partition.as_str()) {
        ("" | "null", "aws") => Region::from("us-east-1"),
        ("" | "null", _) => super::endpoint::home_region(partition),
        ("EU", _) => Region::from("eu-west-1"),
        (name, _) => Region::from(name),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use serde_json::json;

    fn each(part: &str, path: &str) -> Each {
        let mut call = testing::call("Get");
        call.path = path.to_owned();
        Each { part: part.to_owned(), call, select: String::new(), region: None, when: None }
    }

    fn row(data: Value) -> RowSoFar {
        RowSoFar { data, key: String::new(), of: None, place: Region::from("eu-west-1"), unread: BTreeSet::new() }
    }

    #[test]
    fn only_what_needs_another_part_waits_for_it() {
        let mut policy = each("policy", "/{Name}?policy");
        policy.region = Some("{location}".to_owned());
        let mut rotation = each("rotation", "/");
        rotation.when = Some(("policy.State".to_owned(), BTreeSet::new()));
        let all = [each("location", "/{Name}?location"), policy, rotation, each("tags", "/{Name}?tagging")];
        let waves = waves(&all);
        let names: Vec<Vec<&str>> = waves.iter().map(|wave| wave.iter().map(|each| &*each.part).collect()).collect();
        assert_eq!(names, [vec!["location", "tags"], vec!["policy"], vec!["rotation"]]);
    }

    #[test]
    fn bucket_locations_become_regions() {
        let aws = Partition::from("aws");
        let of = |location: Value| {
            let row = row(json!({ "location": location }));
            let mut each = each("policy", "/");
            each.region = Some("{location}".to_owned());
            place(&each, &row, &aws, &|name| row.member(name)).map(|region| region.to_string())
        };
        assert_eq!(of(json!("")), Ok("us-east-1".to_owned()));
        assert_eq!(of(json!("EU")), Ok("eu-west-1".to_owned()));
        assert_eq!(of(json!("eu-central-1")), Ok("eu-central-1".to_owned()));
        assert_eq!(of(json!(null)), Err("location".to_owned()));
    }

    #[test]
    fn items_have_keys_and_texts_are_their_own() {
        let mut source = testing::source("guardduty");
        let lookup = |name: &str| (name == "account").then(|| "1".to_owned());
        let of = |source: &Source, reply: Value| {
            let rows = RowSoFar::of_page(source, &reply, &Region::from("eu-west-1"), None, &lookup);
            rows.into_iter().map(|row| (row.key, row.data)).collect::<Vec<_>>()
        };
        let reply = json!({ "Things": [{ "Id": "a", "Owner": "1" }, { "Id": "b", "Owner": "2" }] });
        assert_eq!(of(&source, reply.clone()).len(), 2);
        source.only = Some(("Owner".to_owned(), "{account}".to_owned()));
        assert_eq!(of(&source, reply), [("a".to_owned(), json!({ "Id": "a", "Owner": "1" }))]);
        source.only = None;
        source.key = String::new();
        assert_eq!(of(&source, json!({ "Things": ["", null] })), []);
        assert_eq!(of(&source, json!({ "Things": ["x"] })), [("x".to_owned(), json!({ "_item": "x" }))]);
        source.items.clear();
        assert_eq!(of(&source, json!({ "A": 1 })), [(String::new(), json!({ "A": 1 }))]);
    }

    #[test]
    fn an_item_without_the_member_is_not_asked_about() {
        let row = row(json!({ "Id": "a" }));
        let known = |name: &str| row.member(name);
        let mut each = each("key", "/");
        each.call.parameters.insert("KeyId".to_owned(), json!("{KmsKeyId}"));
        assert!(!askable(&each, &known));
        each.call.parameters.insert("KeyId".to_owned(), json!("{Id}"));
        assert!(askable(&each, &known));
    }
}
