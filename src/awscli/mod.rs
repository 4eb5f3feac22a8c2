//! The AWS CLI command with which a reader sees a check's fact again. Everything that comes from AWS is hostile: a value
//! that a shell, a terminal or the AWS CLI would take for something else gives no command at all.

mod shell;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::expression::Members;
use crate::model::{Call, Check, Collector, Each, FROM, Per, Protocol, Region, Row, Source, Template, select, text_of};
use shell::{is_plain, kebab, quoted, value};

/// The names in a text of templates.
fn names(text: &str) -> BTreeSet<String> {
    let template = Template::parse(text).unwrap_or_default();
    template.names().map(|name| name.slot.to_string()).collect()
}

/// Fills the names of a text; `None`: nothing fills one of them.
fn fill(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Option<String> {
    Template::parse(text).ok()?.fill(|name| lookup(&name.slot.to_string())).ok()
}

/// Verbs of commands that only read.
const VERBS: [&str; 6] = ["get-", "list-", "describe-", "batch-get-", "lookup-", "select-"];

/// Functions with which an expression reads other sources than the check's own.
const OTHERS: [&str; 3] = ["find", "rows", "rows_where"];

/// Options of the AWS CLI itself.
const ITS_OWN: [&str; 8] = ["color", "debug", "endpoint", "output", "profile", "query", "region", "version"];

/// Services that have one endpoint in a partition, which the AWS CLI finds without a region.
const GLOBAL: [&str; 3] = ["cloudfront", "iam", "organizations"];

/// The region that those sign for in the AWS CLI's own partition; elsewhere the region determines the partition.
const GLOBAL_REGION: &str = "us-east-1";

/// The AWS CLI command that shows a check's fact again: of the row that it judged, or of all rows of the place.
/// `None`: none is known for sure. It only reads, and names neither profile nor credentials.
pub fn show_again(source: &Source, check: &Check, row: Option<&Row>, region: &Region) -> Option<String> {
    let data = row.map(|row| row.data.read());
    let shown = Shown { source, row, data: data.as_ref(), region };
    if let Some(command) = &check.cli {
        return shown.finish(shown.written(command)?, region);
    }
    // What trails deliver is judged as a whole chain, and what other sources say is shown by other calls.
    let functions = check.pass.functions();
    if source.collector == Collector::Trail || OTHERS.iter().any(|name| functions.contains(*name)) {
        return None;
    }
    match shown.part(check)? {
        Some(each) => {
            let place = row.filter(|_| each.region.is_some()).map_or(region, |row| &row.region);
            shown.finish(shown.command(&each.call)?, place)
        }
        None => shown.finish(shown.command(&source.call)?, region),
    }
}

/// Whether an AWS CLI operation only reads.
pub fn only_reads(operation: &str) -> bool {
    let report = operation.starts_with("generate-") && operation.ends_with("-report");
    report || VERBS.iter().any(|verb| operation.starts_with(verb))
}

/// Whether a word may name a service, an operation or a region.
pub fn is_name(word: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !word.is_empty() && !word.starts_with('-') && word.chars().all(letters)
}

struct Shown<'a> {
    source: &'a Source,
    row: Option<&'a Row>,
    data: Option<&'a Value>,
    region: &'a Region,
}

impl<'a> Shown<'a> {
    /// The call whose part shows the fact; `Some(None)` is the list call, `None`: it is not known.
    fn part(&self, check: &Check) -> Option<Option<&'a Each>> {
        if self.row.is_none() {
            return self.part_of_the_place(check);
        }
        for expression in [Some(&check.pass), check.when.as_ref()].into_iter().flatten() {
            let Members::Named(members) = expression.members_of("r") else { return None };
            let mut read = self.source.each.iter().filter(|each| members.contains(&each.part)).peekable();
            let reads_parts = read.peek().is_some();
            if let Some(each) = read.find(|each| self.is_asked(each)) {
                return Some(Some(each));
            }
            if members.iter().any(|name| self.is_listed(name)) {
                return Some(None);
            }
            if reads_parts || !members.is_empty() {
                return None;
            }
        }
        Some(None)
    }

    /// Of all rows of a place: a part that is asked for no row of its own, or the list where no part is read.
    fn part_of_the_place(&self, check: &Check) -> Option<Option<&'a Each>> {
        let read = if check.per == Per::Row { BTreeSet::new() } else { check.pass.names() };
        match self.source.each.iter().find(|each| read.contains(&each.part)) {
            Some(each) if each.call.names().is_empty() && each.call.cli.is_none() => Some(Some(each)),
            Some(_) => None,
            None => Some(None),
        }
    }

    /// Whether a member is the list's own: no part, and not of the row that the list was asked for.
    fn is_listed(&self, name: &str) -> bool {
        name != FROM && self.source.each.iter().all(|each| each.part != name)
    }

    fn is_asked(&self, each: &Each) -> bool {
        each.when
            .as_ref()
            .is_none_or(|when| self.member(&when.member.to_string()).is_some_and(|text| when.is.contains(&text)))
    }

    fn command(&self, call: &Call) -> Option<Vec<String>> {
        let is_list = std::ptr::eq(call, &self.source.call);
        match &call.cli {
            Some(text) if is_list && self.row.is_none() && self.needs_a_row(text) => self.derived(call),
            Some(text) => self.written(text),
            None => self.derived(call),
        }
    }

    fn needs_a_row(&self, text: &str) -> bool {
        names(text).iter().any(|name| name != "region")
    }

    /// A command that the mappings write, with its templates filled; an empty one says that there is none.
    fn written(&self, text: &str) -> Option<Vec<String>> {
        let mut words: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let filled = fill(word, |name| self.lookup(name))?;
            let is_one = word.starts_with('{') && word.find('}') == Some(word.len() - 1);
            let made = match names(word) {
                names if names.is_empty() => quoted(word),
                _ if is_one => value(&filled, words.last().map(String::as_str))?,
                names if names.iter().all(|name| self.lookup(name).is_some_and(|text| is_plain(&text))) => {
                    quoted(&filled)
                }
                _ => return None,
            };
            words.push(made);
        }
        (!words.is_empty()).then_some(words)
    }

    /// The command as the AWS CLI derives its own from the same service model.
    fn derived(&self, call: &Call) -> Option<Vec<String>> {
        let [vary] = call.vary.as_slice() else { return None };
        let mut words = vec![self.source.cli_service.clone(), kebab(&call.operation)];
        let pages = |name: &str| {
            let page = call.page.as_ref();
            page.is_some_and(|page| page.send == name || page.size.as_ref().is_some_and(|(size, _)| size == name))
        };
        let parameters: Vec<_> = call.parameters.iter().chain(vary).filter(|(name, _)| !pages(name)).collect();
        // The names in a path are not those of the AWS CLI's options.
        let is_rest = matches!(self.source.protocol, Protocol::RestJson | Protocol::RestXml);
        if is_rest && !(parameters.is_empty() && call.names().is_empty() && !call.path.to_string().contains('?')) {
            return None;
        }
        for (name, parameter) in parameters {
            words.extend(self.option(name, &parameter.written())?);
        }
        Some(words)
    }

    fn option(&self, name: &str, parameter: &Value) -> Option<Vec<String>> {
        // A form's `Owner.1` is a list of another name, and the AWS CLI renames what it means itself by `--version`.
        if !name.chars().all(|c| c.is_ascii_alphanumeric()) || ITS_OWN.contains(&kebab(name).as_str()) {
            return None;
        }
        let option = format!("--{}", kebab(name));
        let is_json = self.source.protocol == Protocol::Json;
        match parameter {
            Value::Bool(true) => Some(vec![option]),
            Value::Bool(false) => Some(vec![format!("--no-{}", kebab(name))]),
            Value::Number(number) => Some(vec![option, number.to_string()]),
            // Forms have texts only: whether this one is a flag is not known.
            Value::String(text) if !is_json && matches!(text.as_str(), "true" | "false") => None,
            Value::String(template) => {
                let filled = fill(template, |name| self.lookup(name))?;
                let word = value(&filled, Some(&option))?;
                Some(vec![option, word])
            }
            Value::Array(_) | Value::Object(_) if is_json => {
                let filled = self.filled(parameter)?;
                let mut words = vec![option];
                match plain_texts(&filled) {
                    Some(texts) => words.extend(texts),
                    None => words.push(quoted(&printable(filled.to_string())?)),
                }
                Some(words)
            }
            _ => None,
        }
    }

    fn filled(&self, parameter: &Value) -> Option<Value> {
        Some(match parameter {
            Value::String(template) => Value::from(fill(template, |name| self.lookup(name))?),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.filled(item)).collect::<Option<_>>()?),
            Value::Object(members) => {
                let members = members.iter().map(|(name, item)| Some((name.clone(), self.filled(item)?)));
                Value::Object(members.collect::<Option<_>>()?)
            }
            Value::Null => return None,
            other => other.clone(),
        })
    }

    fn lookup(&self, name: &str) -> Option<String> {
        match name {
            "region" => Some(self.region.to_string()),
            "account" => self.row.map(|row| row.account.to_string()),
            "partition" => self.row.map(|row| row.partition.to_string()),
            // The period is not the fact's.
            _ if name.starts_with("period.") => None,
            _ => self.member(name),
        }
    }

    /// A row's one text at a path: of several it is not known which.
    fn member(&self, path: &str) -> Option<String> {
        match select(self.data?, path).as_slice() {
            [one] => text_of(one),
            _ => None,
        }
    }

    fn finish(&self, words: Vec<String>, region: &Region) -> Option<String> {
        let (service, operation) = (words.first()?, words.get(1)?);
        let region = region.as_str();
        if !(only_reads(operation) && is_name(service) && is_name(operation) && is_name(region)) {
            return None;
        }
        let mut command = format!("aws {}", words.join(" "));
        if region != GLOBAL_REGION || !GLOBAL.contains(&service.as_str()) {
            command += &format!(" --region {region}");
        }
        Some(command)
    }
}

/// A list of texts that the AWS CLI takes as they are; it would look into others.
fn plain_texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter().map(|item| item.as_str().filter(|text| is_plain(text)).map(quoted));
    texts.collect::<Option<Vec<_>>>().filter(|texts| !texts.is_empty())
}

fn printable(json: String) -> Option<String> {
    json.chars().all(|c| c == ' ' || c.is_ascii_graphic()).then_some(json)
}
