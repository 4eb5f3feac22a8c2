//! `[[source.example]]`: recorded replies, and what is to be read of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ledger::listed;
use super::table::Table;
use crate::model::{Protocol, RecordedAnswer, RecordedCall, Source, SourceExample, text_of};

/// Reads the examples of a source.
pub(super) fn read(table: &Table<'_>, source: &Source) -> Vec<SourceExample> {
    let tables = table.tables("example");
    if !tables.is_empty() && !source.collector.is_walked() {
        let help = "delete them: auditpack's own code makes the calls of this source";
        table.ledger.fault(&table.place_of("example"), "a conversation has no examples", "here", help);
        return Vec::new();
    }
    tables.into_iter().filter_map(|example| read_example(example, source)).collect()
}

fn read_example(table: Table<'_>, source: &Source) -> Option<SourceExample> {
    let table = table.only(&["name", "from", "call", "rows", "gaps"]);
    let (name, follows) = (table.need("name"), source.from.is_some());
    table.demand("rows");
    if follows {
        table.demand("from");
    } else if table.has("from") {
        let help = "delete it, or say in the source `from = { source = \"…\" }`";
        table.ledger.fault(&table.place_of("from"), "the source follows no other one", "of no use", help);
    }
    let calls: Vec<_> = table.tables("call").into_iter().filter_map(|call| read_call(call, source)).collect();
    let objects = |value: Value| match value {
        Value::Object(members) => Some(members),
        _ => {
            table.ledger.fault(&table.place_of("rows"), "a row is a table", "not tables", "write `rows = [{ … }]`");
            None
        }
    };
    Some(SourceExample {
        at: table.here().shown(),
        name: name?.text,
        from: follows.then(|| table.json_map("from").into_iter().collect::<Map<_, _>>()),
        calls,
        rows: table.json_list("rows").into_iter().filter_map(objects).collect(),
        gaps: table.texts("gaps"),
    })
}

fn read_call(table: Table<'_>, source: &Source) -> Option<RecordedCall> {
    let table = table.only(&["operation", "asks", "reply", "body", "error"]);
    let operation = match table.has("operation") {
        true => table.need("operation")?,
        false if source.each.is_empty() => return read_answer(&table, source, source.call.operation.clone()),
        false => {
            table.demand("operation");
            return None;
        }
    };
    let calls = || std::iter::once(&source.call).chain(source.each.iter().map(|each| &each.call));
    if !calls().any(|call| call.operation == operation.text) {
        let known: Vec<&str> = calls().map(|call| call.operation.as_str()).collect();
        let message = format!("the source does not call `{}`", operation.text);
        table.ledger.fault(&operation.place, message, "unknown", format!("it calls {}", listed(&known)));
        return None;
    }
    read_answer(&table, source, operation.text)
}

fn read_answer(table: &Table<'_>, source: &Source, operation: String) -> Option<RecordedCall> {
    const ANSWERS: [&str; 3] = ["reply", "body", "error"];
    let given: Vec<&str> = ANSWERS.into_iter().filter(|key| table.has(key)).collect();
    let [given] = given.as_slice() else {
        let help = "write `reply` (JSON as TOML), `body` (the text as AWS sends it), or `error` (\"Code: message\")";
        let message = format!("a call has one of {}", listed(&ANSWERS));
        table.ledger.fault(&table.here(), message, "in here", help);
        return None;
    };
    let answer = match *given {
        "reply" if !matches!(source.protocol, Protocol::Json | Protocol::RestJson) => {
            let help = "write `body = '''<…>'''`, the reply as AWS sends it";
            let message = "the replies of this protocol are XML";
            table.ledger.fault(&table.place_of("reply"), message, "not XML", help);
            return None;
        }
        "reply" => RecordedAnswer::Body(table.json("reply")?.to_string().into_bytes()),
        "body" => RecordedAnswer::Body(table.word("body")?.text.into_bytes()),
        _ => {
            let text = table.need("error")?.text;
            let (code, message) = text.split_once(": ").unwrap_or((&text, ""));
            RecordedAnswer::Error { code: code.to_owned(), message: message.to_owned() }
        }
    };
    let asks: BTreeMap<String, String> =
        table.json_map("asks").into_iter().filter_map(|(name, value)| Some((name, text_of(&value)?))).collect();
    Some(RecordedCall { operation, asks, answer })
}
