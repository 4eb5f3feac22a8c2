//! What stands in a parsed expression.

use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::Expression as Ast;

pub(super) fn path(ast: &Ast) -> Option<Vec<String>> {
    match &ast.expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) => {
            let mut path = path(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        _ => None,
    }
}

pub(super) fn is_variable(ast: &Ast, variable: &str) -> bool {
    matches!(&ast.expr, Expr::Ident(name) if name == variable)
}

pub(super) fn literal_index(call: &CallExpr) -> Option<String> {
    call.args.get(1).and_then(text_literal)
}

pub(super) fn text_literal(ast: &Ast) -> Option<String> {
    match &ast.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

/// The expressions directly inside one; those of a comprehension in the order range, start, condition, step, result.
pub(super) fn children(ast: &Ast) -> Vec<&Ast> {
    match &ast.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(loops) => {
            vec![&loops.iter_range, &loops.accu_init, &loops.loop_cond, &loops.loop_step, &loops.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_children(&entry.expr)).collect(),
        Expr::Struct(item) => item.entries.iter().flat_map(|entry| entry_children(&entry.expr)).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn entry_children(entry: &EntryExpr) -> Vec<&Ast> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

pub(super) fn walk<'a>(ast: &'a Ast, visit: &mut impl FnMut(&'a Ast)) {
    visit(ast);
    for child in children(ast) {
        walk(child, visit);
    }
}

pub(super) fn free_variables<'a>(ast: &'a Ast, bound: &mut Vec<&'a str>, found: &mut BTreeSet<String>) {
    match &ast.expr {
        Expr::Ident(name) if !bound.contains(&name.as_str()) => {
            found.insert(name.clone());
        }
        Expr::Comprehension(loops) => {
            free_variables(&loops.iter_range, bound, found);
            free_variables(&loops.accu_init, bound, found);
            let outer = bound.len();
            bound.extend([loops.iter_var.as_str(), loops.accu_var.as_str()]);
            bound.extend(loops.iter_var2.as_deref());
            for inner in [&loops.loop_cond, &loops.loop_step, &loops.result] {
                free_variables(inner, bound, found);
            }
            bound.truncate(outer);
        }
        _ => children(ast).into_iter().for_each(|child| free_variables(child, bound, found)),
    }
}
