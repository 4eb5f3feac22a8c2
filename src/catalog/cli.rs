//! `cli`: the AWS CLI command that shows a fact again, where it does not follow from the call.

use super::ledger::{Ledger, Word};
use super::readonly;
use super::table::Table;
use super::template::TemplateNames;
use crate::awscli::{is_name, only_reads};

/// Options that change where a command goes or whose it is: those are the reader's own.
const NOT_OURS: [&str; 8] = [
    "--ca-bundle",
    "--cli-input-json",
    "--endpoint-url",
    "--no-sign-request",
    "--no-verify-ssl",
    "--output",
    "--profile",
    "--region",
];

/// Reads the command; an empty text says that no command shows the fact.
pub(super) fn read(table: &Table<'_>, known: &TemplateNames) -> Option<String> {
    let word = table.word("cli")?;
    known.template(table.ledger, &word)?;
    if !word.text.is_empty()
        && let Err(reason) = check(&word.text)
    {
        fault(table.ledger, &word, &reason);
    }
    Some(word.text.trim().to_owned())
}

/// Reads the AWS CLI's name of a source's service.
pub(super) fn service(table: &Table<'_>, otherwise: &str) -> String {
    let Some(word) = table.word("cli_service") else { return otherwise.to_owned() };
    if word.text == "aws" || !is_name(&word.text) {
        let help = "write the word that follows `aws` on the command line: `s3api`, `configservice`";
        let message = format!("the AWS CLI has no service `{}`", word.text);
        table.ledger.fault(&word.place, message, "here", help);
    }
    word.text
}

fn check(text: &str) -> Result<(), String> {
    let mut words = text.split_whitespace();
    let (Some(service), Some(operation)) = (words.next(), words.next()) else {
        return Err("has no service and operation".to_owned());
    };
    if service == "aws" || !is_name(service) || !is_name(operation) {
        return Err("does not begin with a service and an operation of the AWS CLI, without `aws`".to_owned());
    }
    if !only_reads(operation) {
        return Err(format!("`{operation}` does not only read"));
    }
    if let Some(reason) = readonly::refuse_operation(&pascal(operation)) {
        return Err(format!("`{operation}` {reason}"));
    }
    let words: Vec<&str> = words.collect();
    if words.first().is_some_and(|first| !first.starts_with("--")) {
        return Err("has a value before its first option".to_owned());
    }
    match words.into_iter().find(|word| is_the_readers(word)) {
        Some(word) => Err(format!("says `{word}`, which is the reader's to say")),
        None => Ok(()),
    }
}

/// The AWS CLI takes the beginning of an option for the whole.
fn is_the_readers(word: &str) -> bool {
    let option = word.split('=').next().unwrap_or_default();
    option.len() > 2 && option.starts_with("--") && NOT_OURS.iter().any(|whole| whole.starts_with(option))
}

/// `get-bucket-policy` as the operation is called, as far as its verb goes.
fn pascal(operation: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    operation.split('-').map(word).collect()
}

fn fault(ledger: &Ledger, word: &Word, reason: &str) {
    let help = "write `service get-something --option {member}`, as after `aws`";
    ledger.fault(&word.place, format!("the command {reason}"), "here", help);
}
