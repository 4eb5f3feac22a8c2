//! Documents inside replies: the credential report, policy documents, JSON as text.

use serde_json::{Map, Value};

use super::error::{ReportFault, WireError, beginning};
use crate::model::Shape;

pub(super) fn credential_report(value: &Value) -> Result<Value, WireError> {
    let content = value.get("Content").and_then(Value::as_str);
    let content = content.ok_or_else(|| WireError::NoItems("Content".to_owned()))?;
    let compact: String = content.chars().filter(|character| !character.is_whitespace()).collect();
    let rows = report_rows(&compact)?;
    Ok(serde_json::json!({ "rows": rows, "GeneratedTime": value.get("GeneratedTime") }))
}

fn report_rows(encoded: &str) -> Result<Vec<Value>, ReportFault> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded)?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let heads = reader.headers()?.clone();
    if !heads.iter().any(|head| head == "user") {
        return Err(ReportFault::NoUser);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let row: Map<String, Value> =
            heads.iter().zip(record.iter()).map(|(head, text)| (head.to_owned(), Value::from(text))).collect();
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

pub(super) fn read_documents(shape: &Shape, value: &mut Value) -> Result<(), WireError> {
    if shape.documents.is_empty() && shape.json.is_empty() {
        return Ok(());
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| read_documents(shape, item)),
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| match member {
            // OpenSearch and SQS write an empty text where there is no policy.
            Value::String(text) if shape.documents.contains(name) && text.is_empty() => {
                *member = Value::Null;
                Ok(())
            }
            Value::String(text) if shape.documents.contains(name) => {
                *member = policy_document(name, text)?;
                Ok(())
            }
            Value::String(text) if shape.json.contains(name) => {
                *member = serde_json::from_str(text).map_err(|_| WireError::Member {
                    member: name.clone(),
                    expected: "JSON",
                    text: beginning(text),
                })?;
                Ok(())
            }
            other => read_documents(shape, other),
        }),
        _ => Ok(()),
    }
}

/// Reads a policy document, percent-encoded (as IAM sends it) or not, and normalizes it. `Statement`, `Action`,
/// `NotAction`, `Resource`, `NotResource` and condition values are lists; `Principal: "*"` is `{"AWS": ["*"]}`.
pub fn policy_document(member: &str, text: &str) -> Result<Value, WireError> {
    let wrong =
        || WireError::Member { member: member.to_owned(), expected: "a policy document", text: beginning(text) };
    let parsed: Result<Value, _> = serde_json::from_str(text);
    let mut document = match parsed {
        Ok(document) => document,
        Err(_) => {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| wrong())?;
            serde_json::from_str(&decoded).map_err(|_| wrong())?
        }
    };
    let members = document.as_object_mut().ok_or_else(wrong)?;
    let statements = members.remove("Statement").unwrap_or(Value::Array(Vec::new()));
    let mut statements = listed(statements);
    for statement in &mut statements {
        normalize_statement(statement.as_object_mut().ok_or_else(wrong)?);
    }
    members.insert("Statement".to_owned(), Value::Array(statements));
    Ok(document)
}

fn normalize_statement(statement: &mut Map<String, Value>) {
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        if let Some(value) = statement.get_mut(name) {
            *value = Value::Array(listed(value.take()));
        }
    }
    for name in ["Principal", "NotPrincipal"] {
        match statement.get_mut(name) {
            Some(Value::Object(kinds)) => {
                kinds.iter_mut().for_each(|(_, value)| *value = Value::Array(listed(value.take())))
            }
            Some(value) => *value = serde_json::json!({ "AWS": listed(value.take()) }),
            None => {}
        }
    }
    if let Some(Value::Object(operators)) = statement.get_mut("Condition") {
        for keys in operators.values_mut().filter_map(Value::as_object_mut) {
            keys.iter_mut().for_each(|(_, value)| *value = Value::Array(listed(value.take())));
        }
    }
}

fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        single => vec![single],
    }
}
