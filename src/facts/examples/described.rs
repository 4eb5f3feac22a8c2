//! What the description of a source names, and none of its examples has: a wrong name is never found otherwise.

use serde_json::Value;

use crate::model::{Call, Path, Source};

const NONE: &str = "none";

/// What the examples of a source showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The replies that were read; of a part, its name.
    pub(super) replies: Vec<(Option<String>, Value)>,
    /// The data of the rows.
    pub(super) rows: Vec<Value>,
}

/// What is missing, each as what was expected and what was found.
pub(super) fn missing(source: &Source, seen: &Seen) -> Vec<(String, &'static str)> {
    let mut missing = Vec::new();
    pages(&source.call, None, seen, &mut missing);
    for each in &source.each {
        pages(&each.call, Some(&each.part), seen, &mut missing);
        if !seen.rows.iter().any(|row| row.get(&each.part).is_some()) {
            missing.push((format!("a row with the part `{}`", each.part), NONE));
        }
    }
    for list in source.items.iter().filter(|list| list.may_be_missing) {
        if !replies(seen, None).any(|reply| list.path.is_in(reply)) {
            missing.push((format!("a reply with `{}` (`items`)", list.path), NONE));
        }
    }
    for (key, path) in members(source) {
        if !path.is_whole() && !seen.rows.iter().any(|row| path.is_in(row) || path.text(row).is_some()) {
            missing.push((format!("a row with `{path}` (`{key}`)"), NONE));
        }
    }
    missing
}

fn replies<'s>(seen: &'s Seen, part: Option<&'s str>) -> impl Iterator<Item = &'s Value> {
    seen.replies.iter().filter(move |(of, _)| of.as_deref() == part).map(|(_, reply)| reply)
}

/// A list over one page shows nothing of how the next one is asked for.
fn pages(call: &Call, part: Option<&str>, seen: &Seen, missing: &mut Vec<(String, &'static str)>) {
    let Some(rules) = &call.page else { return };
    for (key, path) in [("page.next", Some(&rules.next)), ("page.more", rules.more.as_ref())] {
        if let Some(path) = path
            && !replies(seen, part).any(|reply| path.text(reply).is_some())
        {
            missing.push((format!("a reply to {} with `{path}` (`{key}`)", call.operation), NONE));
        }
    }
}

/// The members of rows that the description names.
fn members(source: &Source) -> Vec<(&'static str, &Path)> {
    let mut members: Vec<(&str, &Path)> =
        source.resource.names().filter_map(|name| Some(("resource", name.member()?))).collect();
    members.extend(source.config_ids.iter().map(|path| ("config_ids", path)));
    members.extend(source.unique_id.iter().map(|path| ("unique_id", path)));
    members.extend(source.created.iter().map(|created| ("created", &created.member)));
    members.extend(source.expires.iter().map(|expires| ("expires", &expires.member)));
    members
}
