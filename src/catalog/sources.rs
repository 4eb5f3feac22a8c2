//! `sources/*.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::cli;
use super::identity;
use super::ledger::{Kind, Ledger, Word};
use super::readonly;
use super::replies::{read_items, read_page, read_shape};
use super::source_examples;
use super::table::Table;
use super::template::{self, Follows, Items, TemplateNames};
use crate::model::{
    Call, Collector, Each, FROM, FanOut, Only, Path, Protocol, Source, SourceExample, SourceId, SourceScope, Template,
    When,
};

const CALL_KEYS: [&str; 20] = [
    "cli",
    "operation",
    "method",
    "path",
    "vary",
    "headers",
    "host_prefix",
    "page",
    "lists",
    "structures",
    "booleans",
    "integers",
    "documents",
    "json",
    "content",
    "withhold",
    "withhold_encoded",
    "absent",
    "not_subscribed",
    "actions",
];
const LIST_KEYS: [&str; 21] = [
    "id",
    "title",
    "shows_service",
    "service",
    "signing",
    "endpoint_variable",
    "cli_service",
    "protocol",
    "version",
    "target",
    "scope",
    "collector",
    "from",
    "parameters",
    "items",
    "optional_items",
    "key",
    "resource",
    "config_ids",
    "only",
    "kept_for",
];
const EACH_KEYS: [&str; 5] = ["as", "send", "select", "region", "when"];

const PROTOCOLS: [(&str, Protocol); 5] = [
    ("json", Protocol::Json),
    ("rest-json", Protocol::RestJson),
    ("query", Protocol::Query),
    ("ec2", Protocol::Ec2),
    ("rest-xml", Protocol::RestXml),
];
const SCOPES: [(&str, SourceScope); 3] =
    [("region", SourceScope::Region), ("account", SourceScope::Account), ("organization", SourceScope::Organization)];
const COLLECTORS: [(&str, Collector); 7] = [
    ("generic", Collector::Generic),
    ("iam", Collector::Iam),
    ("cloudtrail", Collector::Cloudtrail),
    ("config", Collector::Config),
    ("artifact", Collector::Artifact),
    ("trail", Collector::Trail),
    ("identity", Collector::Identity),
];

/// Reads the sources of a file, each with its examples.
pub(super) fn read(root: &Table<'_>) -> Vec<(Source, Vec<SourceExample>)> {
    let tables = root.clone().only(&["source"]).tables("source").into_iter();
    tables.filter(|one| !one.is_replaced(&Kind::Source, "id")).filter_map(read_source_and_examples).collect()
}

fn read_source_and_examples(table: Table<'_>) -> Option<(Source, Vec<SourceExample>)> {
    let source = read_source(table.clone())?;
    let examples = source_examples::read(&table, &source);
    Some((source, examples))
}

fn read_source(table: Table<'_>) -> Option<Source> {
    let known: Vec<&str> =
        LIST_KEYS.into_iter().chain(identity::KEYS).chain(CALL_KEYS).chain(["each", "example"]).collect();
    let table = table.only(&known);
    let id = table.need("id").filter(|id| super::ids::dotted(table.ledger, Kind::Source, id));
    let title = table.need("title");
    let shows_service = table.word("shows_service");
    if let Some(word) = &shows_service {
        table.ledger.refer(Kind::Service, word);
    }
    let collector =
        if table.has("collector") { table.choice("collector", &COLLECTORS) } else { Some(Collector::Generic) };
    let (protocol, scope) = how_and_where(&table, collector);
    let from = read_from(&table, id.as_ref());
    let follows = if table.has("from") { Follows::Another } else { Follows::None };
    let row = row_of(&table, follows);
    let call = read_call(&table, "parameters", protocol, &TemplateNames::list(follows), &row);
    let each = read_each(&table, protocol, collector, follows);
    let items = read_items(&table);
    let only = table.table("only").and_then(|only| {
        let only = only.only(&["member", "is"]);
        let (member, is) = (only.need("member")?, only.need("is")?);
        let is = TemplateNames::list(Follows::None).template(only.ledger, &is)?;
        Some(Only { member: template::path(only.ledger, &member)?, is })
    });
    let own = id.as_ref().map_or("", |id| id.text.split('.').next().unwrap_or_default());
    let service = table.text("service").unwrap_or_else(|| own.to_owned());
    Some(Source {
        signing: table.text("signing").unwrap_or_else(|| service.clone()),
        endpoint_variable: table.text("endpoint_variable").unwrap_or_else(|| variable(&service)),
        cli_service: cli::service(&table, &service),
        version: table.text("version").unwrap_or_default(),
        target: table.text("target").unwrap_or_default(),
        key: template::path_of(&table, "key"),
        resource: template::read(&table, "resource", &row).unwrap_or_default(),
        shows_service: shows_service.map(|word| word.text),
        id: SourceId::new(id?.text),
        title: title?.text,
        service,
        protocol: protocol?,
        scope: scope?,
        collector: collector?,
        from,
        call: call?,
        each,
        items,
        config_ids: table.words("config_ids").iter().filter_map(|word| template::path(table.ledger, word)).collect(),
        unique_id: identity::read_unique_id(&table),
        created: identity::read_created(&table),
        expires: identity::read_expires(&table),
        inventory: identity::read_inventory(&table),
        only,
        kept_for: read_kept_for(&table),
    })
}

/// Why what nothing reads is collected: `kept_for = { insights = "…" }`.
fn read_kept_for(table: &Table<'_>) -> BTreeMap<String, String> {
    let Some(table) = table.table("kept_for") else { return BTreeMap::new() };
    let reason = |word: Word| Some((word.text.clone(), table.text(&word.text)?));
    table.keys().into_iter().filter_map(reason).collect()
}

/// The source for each of whose rows this one is asked.
fn read_from(table: &Table<'_>, id: Option<&Word>) -> Option<FanOut> {
    let from = table.table("from")?.only(&["source", "when"]);
    let source = from.need("source")?;
    table.ledger.refer(Kind::Source, &source);
    if id.is_some_and(|id| id.text == source.text) {
        let help = "name the source that lists what this one is asked for";
        table.ledger.fault(&source.place, format!("`{}` follows itself", source.text), "itself", help);
    }
    Some(FanOut { source: SourceId::new(source.text), when: read_when(&from, None) })
}

/// `when = { member = "…", is = ["…"] }`.
fn read_when(table: &Table<'_>, known: Option<&TemplateNames>) -> Option<When> {
    let when = table.table("when")?.only(&["member", "is"]);
    when.demand("is");
    let word = when.need("member")?;
    let member = match known {
        Some(known) => known.path(when.ledger, &word),
        None => template::path(when.ledger, &word),
    };
    Some(When { member: member?, is: when.texts("is") })
}

/// What is known when the row is complete.
fn row_of(table: &Table<'_>, follows: Follows) -> TemplateNames {
    TemplateNames::item(Items::of(table), parts_of(table), Vec::new(), follows)
}

/// The names of a source's parts.
fn parts_of(table: &Table<'_>) -> Vec<String> {
    table.tables("each").iter().filter_map(|each| each.text("as")).collect()
}

/// Notes sources that follow one which is asked elsewhere, by a conversation, or in the end after themselves.
pub(super) fn settle(ledger: &Ledger, sources: &BTreeMap<SourceId, Source>) {
    for source in sources.values() {
        let mut chain = vec![&source.id];
        let mut at = source;
        while let Some(next) = at.from.as_ref().and_then(|from| sources.get(&from.source)) {
            let wrong = match next {
                _ if chain.contains(&&next.id) => Some("is asked after itself"),
                _ if next.collector != Collector::Generic => Some("is a conversation, which nothing can follow"),
                _ if next.scope != at.scope => Some("has another scope"),
                _ => None,
            };
            if at.id == source.id
                && let Some((name, help)) = never_fits(source, next)
            {
                let message = format!("nothing fills `{{from.{name}}}` of `{}`", source.id);
                ledger.fault_of(&Kind::Source, source.id.as_str(), message, &help);
            }
            if let Some(wrong) = wrong {
                let help = "follow a generic source of the same scope";
                let message = format!("`{}` cannot follow `{}`, which {wrong}", at.id, next.id);
                ledger.fault_of(&Kind::Source, at.id.as_str(), message, help);
                break;
            }
            chain.push(&next.id);
            at = next;
        }
    }
}

/// A member that the templates of a source name in the rows of the one that it follows, where these cannot have it.
fn never_fits(source: &Source, followed: &Source) -> Option<(Path, String)> {
    let calls = std::iter::once(&source.call).chain(source.each.iter().map(|each| &each.call));
    let regions = source.each.iter().filter_map(|each| each.region.as_ref());
    let names = calls.flat_map(Call::names).chain(regions.chain([&source.resource]).flat_map(Template::names));
    let parts: Vec<String> = followed.each.iter().map(|each| each.part.clone()).collect();
    let items = if followed.items.is_empty() || !followed.key.is_whole() { Items::Objects } else { Items::Texts };
    let mut members = names.filter_map(|name| name.member()?.after(FROM)).filter(|path| path.first() != FROM);
    members.find_map(|path| items.refuse(path.first(), &parts).map(|help| (path, help)))
}

/// The protocol and the scope; a generic source must say all that its protocol needs.
fn how_and_where(table: &Table<'_>, collector: Option<Collector>) -> (Option<Protocol>, Option<SourceScope>) {
    let mut protocol = table.choice("protocol", &PROTOCOLS);
    let mut scope = table.choice("scope", &SCOPES);
    if collector.is_none_or(|collector| collector == Collector::Generic) {
        table.demand("protocol");
        table.demand("scope");
        match protocol {
            Some(Protocol::Json) => {
                table.demand("target");
                table.demand("version");
            }
            Some(Protocol::Query | Protocol::Ec2) => table.demand("version"),
            Some(Protocol::RestJson | Protocol::RestXml) => table.demand("path"),
            None => {}
        }
        return (protocol, scope);
    }
    if !table.has("protocol") {
        protocol = match collector {
            Some(Collector::Iam | Collector::Identity) => Some(Protocol::Query),
            Some(Collector::Artifact) => Some(Protocol::RestJson),
            Some(Collector::Trail) => Some(Protocol::RestXml),
            _ => Some(Protocol::Json),
        };
    }
    if !table.has("scope") {
        scope = match collector {
            Some(Collector::Cloudtrail | Collector::Config | Collector::Trail) => Some(SourceScope::Region),
            _ => Some(SourceScope::Account),
        };
    }
    (protocol, scope)
}

/// `guardduty` is `GUARDDUTY` in `AWS_ENDPOINT_URL_…`, `s3-control` is `S3_CONTROL`.
fn variable(service: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    service.chars().map(upper).collect()
}

/// Reads a call. `known`: what its templates know; `row`: what its command knows.
fn read_call(
    table: &Table<'_>,
    parameters: &str,
    protocol: Option<Protocol>,
    known: &TemplateNames,
    row: &TemplateNames,
) -> Option<Call> {
    let operation = table.need("operation");
    let parameters = template::read_parameters(table, parameters, known);
    let variations = template::read_variations(table, "vary", known);
    let is_public = |operation: &Word| readonly::reads_public_parameters(&operation.text, &parameters, &variations);
    let public = operation.as_ref().is_some_and(is_public);
    if let Some(word) = operation.as_ref().filter(|_| !public) {
        refuse(table.ledger, word, readonly::refuse_operation(&word.text), "operation");
    }
    table.demand("actions");
    let actions = table.words("actions");
    if table.is_list("actions") && actions.is_empty() {
        let help = "name the IAM action that the call needs";
        table.ledger.fault(&table.place_of("actions"), "`actions` is empty", "empty", help);
    }
    for action in actions.iter().filter(|action| !public || action.text != "ssm:GetParametersByPath") {
        refuse(table.ledger, action, readonly::refuse_action(&action.text), "action");
    }
    let (method, path) = read_method(table, protocol, known);
    Some(Call {
        operation: operation?.text,
        method,
        path,
        parameters,
        vary: if variations.is_empty() { vec![BTreeMap::new()] } else { variations },
        headers: template::read_map(table, "headers", known),
        host_prefix: template::read(table, "host_prefix", known).unwrap_or_default(),
        page: table.table("page").and_then(read_page),
        shape: read_shape(table),
        absent: table.texts("absent"),
        not_subscribed: table.texts("not_subscribed"),
        cli: cli::read(table, row),
        actions: actions.into_iter().map(|word| word.text).collect(),
    })
}

fn refuse(ledger: &Ledger, word: &Word, reason: Option<&str>, what: &str) {
    if let Some(reason) = reason {
        ledger.fault(&word.place, format!("the {what} `{}` {reason}", word.text), reason, readonly::HELP);
    }
}

fn read_method(table: &Table<'_>, protocol: Option<Protocol>, known: &TemplateNames) -> (String, Template) {
    let rest = matches!(protocol, Some(Protocol::RestJson | Protocol::RestXml));
    let (method, path) = (table.word("method"), table.word("path"));
    if protocol.is_some() && !rest {
        for word in [&method, &path].into_iter().flatten() {
            let help = "only the REST protocols have a method and a path: delete it";
            table.ledger.fault(&word.place, "this protocol has no method and no path", "of no use", help);
        }
    }
    if let Some(word) = method.as_ref().filter(|word| readonly::refuse_method(&word.text)) {
        table.ledger.fault(&word.place, format!("the method `{}` does not read", word.text), "writes", "use `GET`");
    }
    if let Some(word) = path.as_ref().filter(|word| !word.text.starts_with('/')) {
        table.ledger.fault(&word.place, "a path begins with `/`", "here", format!("write `/{}`", word.text));
    }
    let method = method.map_or_else(|| (if rest { "GET" } else { "POST" }).to_owned(), |word| word.text);
    let root = || Template::parse("/").unwrap_or_default();
    (method, path.and_then(|word| known.template(table.ledger, &word)).unwrap_or_else(root))
}

fn read_each(
    table: &Table<'_>,
    protocol: Option<Protocol>,
    collector: Option<Collector>,
    follows: Follows,
) -> Vec<Each> {
    let generic = collector == Some(Collector::Generic);
    let tables = table.tables("each");
    let (items, named) = (Items::of(table), parts_of(table));
    let row = row_of(table, follows);
    let mut later = named.clone();
    let mut parts = BTreeSet::new();
    let mut list = Vec::new();
    for each in tables {
        let known: Vec<&str> = EACH_KEYS.into_iter().chain(CALL_KEYS).collect();
        let each = each.only(&known);
        let part = each.need("as");
        if let Some(word) = part.as_ref().filter(|word| !parts.insert(word.text.clone())) {
            let help = "give each call of a source a name of its own";
            each.ledger.fault(&word.place, format!("the part `{}` is there twice", word.text), "second", help);
        }
        let known = TemplateNames::item(items, named.clone(), later.clone(), follows);
        if !later.is_empty() {
            later.remove(0);
        }
        if generic && matches!(protocol, Some(Protocol::RestJson | Protocol::RestXml)) {
            each.demand("path");
        }
        let region = template::read(&each, "region", &known);
        let call = read_call(&each, "send", protocol, &known, &row);
        let when = read_when(&each, Some(&known));
        let select = template::path_of(&each, "select");
        if let (Some(part), Some(call)) = (part, call) {
            list.push(Each { part: part.text, call, select, region, when });
        }
    }
    list
}
