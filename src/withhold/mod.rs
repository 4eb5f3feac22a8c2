//! Takes values that may be secrets out of a reply before it is kept: the vault, the journal and the packs never see
//! them. Each is replaced by a text that says what was found in it (`model::Withheld`); every other byte stays.
//!
//! A reply in which the values cannot be found for sure is not kept at all. Writing it anew from what could be read would
//! keep more of it, but it could not be said of such a body what AWS had written.

mod assignments;
mod detect;
mod encoded;
mod error;
mod names;
mod spans;
#[cfg(test)]
mod tests;

use crate::model::{Content, Form, Protocol, Shape, Withheld, Withhold};

pub(crate) use error::Unsearchable;
use spans::{Kind, Node};

/// Stands where a text stood that opens a document.
const REMOVED: &str = "(removed)";
const OVERLAP: Unsearchable = Unsearchable::Form("its values overlap");

/// A body without the values, and the paths at which there were some.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) body: Vec<u8>,
    pub(crate) paths: Vec<String>,
}

/// What a body is written in.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) operation: &'a str,
    pub(crate) shape: &'a Shape,
}

/// Takes the values out. Values that are taken out already stay as they are. An `Err` says why the body may not be kept,
/// without a word of it.
pub(crate) fn withhold(body: &[u8], written: Written<'_>, rules: &[Withhold]) -> Result<Kept, Unsearchable> {
    let (new, paths) = replace(body, written, rules)?;
    let Some(new) = new else { return Ok(Kept { body: body.to_vec(), paths }) };
    // Whoever reads the new body must find nothing left to take out, or the places were not where we thought.
    match replace(&new, written, rules)? {
        (None, _) => Ok(Kept { body: new, paths }),
        (Some(_), _) => Err(Unsearchable::Form("values that may be secrets could not be taken out of it")),
    }
}

fn replace(
    body: &[u8],
    written: Written<'_>,
    rules: &[Withhold],
) -> Result<(Option<Vec<u8>>, Vec<String>), Unsearchable> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok((None, Vec::new()));
    }
    let json =
        matches!(written.protocol, Protocol::Json | Protocol::RestJson) || written.shape.content == Content::Policy;
    let root = if json { spans::json(body)? } else { xml_content(body, written)? };
    let mut found: Vec<(&Node, Form)> = Vec::new();
    let mut texts: Vec<(usize, usize, String)> = Vec::new();
    let mut paths = Vec::new();
    for rule in rules {
        let names: Vec<&str> = rule.path.split('.').collect();
        let mut walk = Walk { form: rule.form, found: Vec::new() };
        walk.follow(&root, &names, None);
        if !walk.found.is_empty() {
            paths.push(rule.path.clone());
        }
        for (node, text) in walk.found {
            // Of two rules for one value the first counts.
            if found.iter().any(|(known, _)| std::ptr::eq(*known, node)) {
                continue;
            }
            found.push((node, rule.form));
            if let Some(text) = text {
                texts.push((node.span.start, node.span.end, text));
            }
        }
    }
    paths.sort();
    paths.dedup();
    if texts.is_empty() {
        return Ok((None, paths));
    }
    texts.sort_unstable();
    let mut new = Vec::with_capacity(body.len());
    let mut at = 0;
    for (start, end, text) in texts {
        new.extend_from_slice(body.get(at..start).ok_or(OVERLAP)?);
        new.extend_from_slice(written_as(&text, json).as_bytes());
        at = end;
    }
    new.extend_from_slice(body.get(at..).ok_or(OVERLAP)?);
    Ok((Some(new), paths))
}

fn written_as(text: &str, json: bool) -> String {
    if json { serde_json::Value::from(text).to_string() } else { quick_xml::escape::escape(text).into_owned() }
}

/// The content as paths see it: of the query protocol what stands in `<OperationResult>`.
fn xml_content(body: &[u8], written: Written<'_>) -> Result<Node, Unsearchable> {
    let (root, content) = spans::xml(body, written.shape)?;
    let expected = format!("{}Response", written.operation);
    match (written.protocol, content.kind) {
        (Protocol::Query | Protocol::Ec2, _) if root != expected => {
            Err(Unsearchable::Form("it is not a reply to what was asked"))
        }
        (Protocol::Query, Kind::Members(members)) => {
            let result = format!("{}Result", written.operation);
            let results = members.into_iter().filter(|(name, _)| *name == result).map(|(_, node)| node).collect();
            Ok(Node { span: content.span, kind: Kind::Items(results) })
        }
        (_, kind) => Ok(Node { span: content.span, kind }),
    }
}

/// Follows a path and gathers what stands at its end, with the text that is to stand there instead, if it does not yet.
struct Walk<'n> {
    form: Form,
    found: Vec<(&'n Node, Option<String>)>,
}

/// The object that a value is a member of, and the member's name.
type Owner<'n> = Option<(&'n [(String, Node)], &'n str)>;

impl<'n> Walk<'n> {
    fn follow(&mut self, node: &'n Node, path: &[&str], owner: Owner<'n>) {
        match (&node.kind, path) {
            (Kind::Items(items), path) => items.iter().for_each(|item| self.follow(item, path, owner)),
            (Kind::Members(members), []) => {
                members.iter().for_each(|(name, member)| self.follow(member, &[], Some((members, name))));
            }
            (Kind::Members(members), [first, rest @ ..]) => {
                let named = members.iter().filter(|(name, _)| *first == "*" || name == first);
                named.for_each(|(name, member)| self.follow(member, rest, Some((members, name))));
            }
            (Kind::Text(text), []) if !text.trim().is_empty() => {
                let instead = self.instead(text, owner);
                self.found.push((node, (instead != *text).then_some(instead)));
            }
            (Kind::Text(_) | Kind::Nothing, _) => {}
        }
    }

    fn instead(&self, text: &str, owner: Owner<'_>) -> String {
        let withheld = match self.form {
            Form::Key => return without_key(text, owner.map_or("", |(_, name)| name)),
            Form::Base64 => encoded::judge(text),
            Form::Text if is_reference_by_type(owner) => Withheld::parse(text).unwrap_or(Withheld::Clean),
            Form::Text => detect::judge(&names_of(owner), text),
        };
        withheld.to_string()
    }
}

/// Of a URL what stands before its query stays; of anything else nothing.
fn without_key(text: &str, name: &str) -> String {
    if name.to_ascii_lowercase().ends_with("url") && (text.starts_with("https://") || text.starts_with("http://")) {
        text.split(['?', '#']).next().unwrap_or_default().to_owned()
    } else {
        REMOVED.to_owned()
    }
}

/// A value's own name, and the name that stands beside it: `{"name": "DB_PASSWORD", "value": "…"}`.
fn names_of(owner: Owner<'_>) -> Vec<&str> {
    let Some((members, own)) = owner else { return Vec::new() };
    let stem = own.to_ascii_lowercase();
    let stem = stem.strip_suffix("value").unwrap_or("");
    let beside = |name: &str| {
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "name" | "key")
            || name.strip_suffix("key").or_else(|| name.strip_suffix("name")).is_some_and(|other| other == stem)
    };
    let texts =
        members.iter().filter(|(name, _)| name != own && beside(name)).filter_map(|(_, node)| match &node.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        });
    texts.chain([own]).collect()
}

/// CodeBuild says of a variable that its value is only the name of the place where the secret is.
fn is_reference_by_type(owner: Owner<'_>) -> bool {
    let Some((members, _)) = owner else { return false };
    members.iter().any(|(name, node)| {
        name == "type"
            && matches!(&node.kind, Kind::Text(text) if matches!(text.as_str(), "PARAMETER_STORE" | "SECRETS_MANAGER"))
    })
}
