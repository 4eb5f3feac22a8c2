//! What bounds the cost of an expression: how deep it loops, and that all that it copies, walks through and reads pays.
//!
//! CEL cannot be interrupted, so what costs time or memory passes functions that charge a budget before it happens. Their
//! names begin with `@`: no CEL text can have them. Literals pay nothing: they are as long as the text, which is bounded.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators};
use cel::parser::Expression as Ast;

use super::functions::FUNCTIONS;
use super::reads::{children, walk};

/// The functions that a charged expression calls; the interpreter's context must have them all.
pub mod charges {
    /// A value that is copied: an item of a list, an entry of a map.
    pub const COPIED: &str = "@copied";
    /// A value that is held against another.
    pub const COMPARED: &str = "@compared";
    /// A text that is read by a function of CEL's own.
    pub const READ: &str = "@read";
    /// A list that is walked through; the second argument says how much runs for each of its items.
    pub const WALKED: &str = "@walked";
    /// `+`, which makes texts and lists, and panics where CEL's own leaves the range of time.
    pub const ADD: &str = "@add";
    /// `-`, likewise.
    pub const SUBTRACT: &str = "@subtract";
    /// `matches`: CEL's own compiles the pattern each time.
    pub const MATCHES: &str = "@matches";
}

use charges::{ADD, COMPARED, COPIED, MATCHES, READ, SUBTRACT, WALKED};

/// How deep comprehensions stand in the bodies of others; a range is walked before, not inside.
pub(super) fn nested(ast: &Ast) -> usize {
    let deepest = |asts: Vec<&Ast>| asts.into_iter().map(nested).max().unwrap_or(0);
    match &ast.expr {
        Expr::Comprehension(loops) => {
            let inside = 1 + deepest(vec![&loops.loop_cond, &loops.loop_step, &loops.result]);
            inside.max(nested(&loops.iter_range)).max(nested(&loops.accu_init))
        }
        _ => deepest(children(ast)),
    }
}

/// How many levels there are.
pub(super) fn depth(ast: &Ast) -> usize {
    1 + children(ast).into_iter().map(depth).max().unwrap_or(0)
}

/// How many steps it takes to run it once, lists apart.
pub(super) fn size(ast: &Ast) -> usize {
    let mut count = 0;
    walk(ast, &mut |_| count += 1);
    count
}

/// The expression with its charges.
pub(super) fn charged(ast: &Ast) -> Ast {
    let mut ast = ast.clone();
    charge_all(&mut ast);
    ast
}

fn charge_all(ast: &mut Ast) {
    match &mut ast.expr {
        Expr::Call(call) => charge_call(call),
        Expr::Comprehension(loops) => charge_loop(loops),
        Expr::List(list) => list.elements.iter_mut().for_each(|item| charge(item, COPIED)),
        Expr::Map(map) => map.entries.iter_mut().for_each(|entry| charge_entry(&mut entry.expr)),
        Expr::Struct(item) => item.entries.iter_mut().for_each(|entry| charge_entry(&mut entry.expr)),
        Expr::Select(select) => charge_all(&mut select.operand),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
    }
}

fn charge_entry(entry: &mut EntryExpr) {
    match entry {
        EntryExpr::StructField(field) => charge(&mut field.value, COPIED),
        EntryExpr::MapEntry(entry) => {
            charge(&mut entry.key, COPIED);
            charge(&mut entry.value, COPIED);
        }
    }
}

fn charge_loop(loops: &mut ComprehensionExpr) {
    let body = size(&loops.loop_cond) + size(&loops.loop_step);
    [&mut loops.accu_init, &mut loops.loop_cond, &mut loops.loop_step, &mut loops.result]
        .into_iter()
        .for_each(charge_all);
    charge_all(&mut loops.iter_range);
    let list = std::mem::take(&mut loops.iter_range);
    let body = Ast { id: list.id, expr: Expr::Literal(LiteralValue::Int((body as i64).into())) };
    loops.iter_range = call(WALKED, list.id, vec![list, body]);
}

fn charge_call(call: &mut CallExpr) {
    let sides = call.args.len() == 2;
    match call.func_name.as_str() {
        // `map` and `filter` append to their result: the interpreter knows them by this shape and does so in place.
        operators::ADD if appends(call) => call.args.iter_mut().for_each(charge_all),
        operators::ADD if sides => rename(call, ADD),
        operators::SUBSTRACT if sides => rename(call, SUBTRACT),
        operators::EQUALS | operators::NOT_EQUALS if call.args.iter().any(is_small) => {
            call.args.iter_mut().for_each(charge_all);
        }
        operators::EQUALS
        | operators::NOT_EQUALS
        | operators::LESS
        | operators::LESS_EQUALS
        | operators::GREATER
        | operators::GREATER_EQUALS
        // These are not for lists, and tell the whole of one in their error.
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO => call.args.iter_mut().for_each(|side| charge(side, COMPARED)),
        operators::IN => charge_sides(call, None, Some(COMPARED)),
        operators::INDEX => charge_sides(call, None, Some(READ)),
        // What they give is a copy.
        operators::OPT_INDEX | operators::OPT_SELECT => charge_sides(call, Some(COPIED), Some(READ)),
        "matches" => {
            let text = call.target.take().map(|target| *target);
            call.args.splice(0..0, text);
            rename(call, MATCHES);
        }
        name if name.starts_with(|first: char| first.is_ascii_alphabetic()) && !FUNCTIONS.contains(&name) => {
            let kind = if matches!(name, "string" | "bytes") { COPIED } else { READ };
            let target = call.target.as_deref_mut().into_iter();
            target.chain(&mut call.args).for_each(|argument| charge(argument, kind));
        }
        // Our own functions charge for themselves; `&&`, `||`, `!` and `?:` hand on what they are given.
        _ => {
            let target = call.target.as_deref_mut().into_iter();
            target.chain(&mut call.args).for_each(charge_all);
        }
    }
}

fn rename(call: &mut CallExpr, name: &str) {
    call.args.iter_mut().for_each(charge_all);
    name.clone_into(&mut call.func_name);
}

fn charge_sides(call: &mut CallExpr, left: Option<&str>, right: Option<&str>) {
    for (side, kind) in call.args.iter_mut().zip([left, right]) {
        match kind {
            Some(kind) => charge(side, kind),
            None => charge_all(side),
        }
    }
}

/// `@result + [x]`, and `@result + 1` of `exists_one`.
fn appends(call: &CallExpr) -> bool {
    let is_result = |ast: &Ast| matches!(&ast.expr, Expr::Ident(name) if name.starts_with('@'));
    let bounded = |ast: &Ast| matches!(ast.expr, Expr::List(_) | Expr::Literal(_));
    matches!(call.args.as_slice(), [result, item] if is_result(result) && bounded(item))
}

/// Charges for what is inside, and then for the value itself, unless it is surely small.
fn charge(ast: &mut Ast, kind: &str) {
    charge_all(ast);
    if !is_small(ast) {
        let inner = std::mem::take(ast);
        *ast = call(kind, inner.id, vec![inner]);
    }
}

fn call(name: &str, id: u64, args: Vec<Ast>) -> Ast {
    Ast { id, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

/// A literal, or what gives a number, a moment, or true or false, whatever it is given.
fn is_small(ast: &Ast) -> bool {
    match &ast.expr {
        Expr::Literal(_) => true,
        Expr::Select(select) => select.test,
        Expr::Call(call) => {
            matches!(
                call.func_name.as_str(),
                SUBTRACT
                    | MATCHES
                    | operators::SUBSTRACT
                    | operators::EQUALS
                    | operators::NOT_EQUALS
                    | operators::LESS
                    | operators::LESS_EQUALS
                    | operators::GREATER
                    | operators::GREATER_EQUALS
                    | operators::LOGICAL_AND
                    | operators::LOGICAL_OR
                    | operators::LOGICAL_NOT
                    | operators::IN
                    | "age_days"
                    | "days"
                    | "double"
                    | "duration"
                    | "int"
                    | "matches"
                    | "size"
                    | "time"
                    | "timestamp"
                    | "uint"
            )
        }
        _ => false,
    }
}
