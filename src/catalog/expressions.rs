//! CEL in a check: it compiles, and all that it names is there.

use std::collections::BTreeSet;
use std::ops::Range;

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue};

use super::fault::FilePlace;
use super::ledger::{Word, listed, remedy};
use super::table::Table;
use crate::expression::{Expression, FUNCTIONS};
use crate::model::Per;

/// Nothing interrupts a running expression: lists inside lists inside lists are enough.
const MAX_NESTED: usize = 3;
/// Longer is not an expression that a person can review.
const MAX_LENGTH: usize = 8_192;

/// CEL's own functions.
const STANDARD: [&str; 26] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "int",
    "matches",
    "max",
    "min",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
];
/// Macros, for "did you mean": the parser has replaced them.
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "filter", "has", "map"];
const TYPES: [&str; 8] = ["bool", "bytes", "double", "int", "list", "map", "string", "uint"];

/// What the check gives its expressions.
pub(super) struct Given<'a> {
    pub(super) per: Per,
    pub(super) params: Vec<&'a str>,
    pub(super) sources: Vec<&'a str>,
}

/// What its expressions use.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) params: BTreeSet<String>,
    pub(super) sources: BTreeSet<String>,
}

/// Compiles an expression and notes what is wrong with it.
pub(super) fn read(table: &Table<'_>, word: &Word, given: &Given<'_>, seen: &mut Seen) -> Option<Expression> {
    if word.text.len() > MAX_LENGTH {
        table.ledger.fault(&word.place, "the expression is too long", "here", format!("at most {MAX_LENGTH} bytes"));
        return None;
    }
    let Ok(program) = cel::Program::compile(&word.text) else {
        does_not_compile(table, word);
        return None;
    };
    let mut walk = Walk { table, word, given, seen, program: &program, scope: Vec::new(), nested: 0, too_deep: false };
    walk.expression(program.expression());
    let too_deep = walk.too_deep;
    match Expression::parsed(&word.text, program.expression().clone()) {
        Ok(expression) => Some(expression),
        Err(_) if too_deep => None,
        Err(error) => {
            table.ledger.fault(&word.place, error.to_string(), "here", "write it shorter");
            None
        }
    }
}

/// Says each syntax error where it is.
fn does_not_compile(table: &Table<'_>, word: &Word) {
    let help = "see the CEL language definition, and `docs/checks.md` for what is known here";
    let Err(errors) = cel::Program::compile(&word.text) else { return };
    for error in errors.errors.iter().take(3) {
        let (line, column) = (error.pos.0.max(1) as usize, error.pos.1.max(0) as usize);
        let start = word.text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
        let rest = word.text.get(start..).unwrap_or_default();
        let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        let place = inside(word, start + offset..start + offset + 1);
        let reason: String = error.msg.lines().next().unwrap_or_default().chars().take(160).collect();
        table.ledger.fault(&place, format!("not a CEL expression: {reason}"), "here", help);
    }
}

/// The place of a part of an expression; the whole of it where TOML escapes move the bytes.
fn inside(word: &Word, part: Range<usize>) -> FilePlace {
    let written = word.place.file.inner().get(word.place.span.clone()).unwrap_or_default();
    let Some(start) = written.find(&word.text).map(|at| word.place.span.start + at) else {
        return word.place.clone();
    };
    let part = part.start.min(word.text.len())..part.end.min(word.text.len());
    FilePlace { file: word.place.file.clone(), span: start + part.start..start + part.end }
}

struct Walk<'a> {
    table: &'a Table<'a>,
    word: &'a Word,
    given: &'a Given<'a>,
    seen: &'a mut Seen,
    program: &'a cel::Program,
    scope: Vec<String>,
    nested: usize,
    too_deep: bool,
}

impl Walk<'_> {
    /// Every node; the parser bounds the depth.
    fn expression(&mut self, node: &IdedExpr) {
        match &node.expr {
            Expr::Ident(name) => self.variable(node, name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if name == "params" && !self.is_bound(name) => self.param(node, &select.field),
                Expr::Ident(name) if name == "period" && !self.is_bound(name) => self.period(node, &select.field),
                _ => self.expression(&select.operand),
            },
            Expr::Call(call) => {
                self.function(node, &call.func_name, &call.args);
                call.target.iter().for_each(|target| self.expression(target));
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expr::Comprehension(part) => {
                self.expression(&part.iter_range);
                self.expression(&part.accu_init);
                let names = [Some(&part.iter_var), part.iter_var2.as_ref(), Some(&part.accu_var)];
                let before = self.scope.len();
                self.scope.extend(names.into_iter().flatten().cloned());
                self.nested += 1;
                if self.nested == MAX_NESTED + 1 {
                    let message = format!("more than {MAX_NESTED} lists are walked inside one another");
                    self.fault(node, "", &message, "too deep", "split the check, or use a function");
                    self.too_deep = true;
                }
                for inner in [&part.loop_cond, &part.loop_step, &part.result] {
                    self.expression(inner);
                }
                self.nested -= 1;
                self.scope.truncate(before);
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.expression(element)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(made) => {
                let message = format!("there is no type `{}`", made.type_name);
                self.fault(node, &made.type_name, &message, "unknown", "use a map: `{'key': value}`");
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key);
                self.expression(&entry.value);
            }
            EntryExpr::StructField(field) => self.expression(&field.value),
        }
    }

    fn is_bound(&self, name: &str) -> bool {
        self.scope.iter().any(|bound| bound == name)
    }

    fn variable(&mut self, node: &IdedExpr, name: &str) {
        let rows = if self.given.per == Per::Row { "r" } else { "rows" };
        let known = ["account", "accounts", "now", "region", rows];
        if self.is_bound(name) || known.contains(&name) || TYPES.contains(&name) {
            return;
        }
        let help = match name {
            "row" => "the row's name is `r`".to_owned(),
            "r" => "this check judges a place: use `rows`, or drop `per`".to_owned(),
            "rows" => "this check judges each row: use `r`, or write `per = \"region\"`".to_owned(),
            "params" => "name one: `params.max_key_age_days`".to_owned(),
            "period" => "use `period.start` or `period.end`".to_owned(),
            _ => remedy(name, known.into_iter().chain(["params", "period"])),
        };
        self.fault(node, name, &format!("there is no variable `{name}`"), "unknown", &help);
    }

    fn param(&mut self, node: &IdedExpr, name: &str) {
        self.seen.params.insert(name.to_owned());
        if !self.given.params.contains(&name) {
            let help = format!("add it: `params = [\"{name}\"]`");
            self.fault(node, name, &format!("`params` of this check does not list `{name}`"), "not listed", &help);
        }
    }

    fn period(&mut self, node: &IdedExpr, name: &str) {
        if !matches!(name, "start" | "end") {
            let help = "use `period.start` or `period.end`";
            self.fault(node, name, &format!("`period` has no `{name}`"), "unknown", help);
        }
    }

    fn function(&mut self, node: &IdedExpr, name: &str, arguments: &[IdedExpr]) {
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return;
        }
        let known = || FUNCTIONS.into_iter().chain(STANDARD);
        if !known().any(|one| one == name) {
            let help = remedy(name, known().chain(MACROS));
            let help =
                if help.starts_with("did") { help } else { format!("known: {}", listed(&known().collect::<Vec<_>>())) };
            self.fault(node, name, &format!("there is no function `{name}`"), "unknown", &help);
        }
        if !matches!(name, "find" | "find_anywhere" | "rows" | "rows_where") {
            return;
        }
        let Some(Expr::Literal(LiteralValue::String(source))) = arguments.first().map(|argument| &argument.expr) else {
            let help = "write the source's id in quotes, so that it can be seen what the check reads";
            self.fault(node, name, &format!("`{name}` needs a source"), "here", help);
            return;
        };
        let source = source.inner();
        self.seen.sources.insert(source.to_owned());
        if !self.given.sources.contains(&source) {
            let message = format!("the check does not say that it reads `{source}`");
            self.fault(node, source, &message, "not in `reads`", &format!("add it: `reads = [\"{source}\"]`"));
        }
    }

    /// Points at a node; at `name` in or after it, where the node's own place is an operator's or a bracket's.
    fn fault(&self, node: &IdedExpr, name: &str, message: &str, label: &str, help: &str) {
        let text = &self.word.text;
        let start = self.program.source_info().offset_for(node.id).map_or(0, |(start, _)| start as usize);
        let start = text.char_indices().nth(start).map_or(0, |(at, _)| at);
        let found = |from: usize| text.get(from..).and_then(|rest| rest.find(name)).map(|at| from + at);
        let before = text.get(..start).and_then(|before| before.rfind(name));
        let at = if name.is_empty() { Some(start) } else { found(start).or(before).or_else(|| found(0)) };
        let place = at.map_or_else(|| self.word.place.clone(), |at| inside(self.word, at..at + name.len().max(1)));
        self.table.ledger.fault(&place, message, label, help);
    }
}
