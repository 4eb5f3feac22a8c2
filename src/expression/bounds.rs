//! What bounds the cost of an expression: how deep it loops, and that its lists pay.

use cel::common::ast::{CallExpr, EntryExpr, Expr};
use cel::parser::Expression as Ast;

use super::reads::children;

/// The function that every list passes before it is walked through: CEL cannot be interrupted, so the lists that an
/// expression walks pay from a budget. No CEL text can name it.
pub const CHARGE: &str = "@charge";

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

/// Wraps each list that is walked through, by a comprehension or by `in`, in a call of [`CHARGE`].
pub(super) fn charge_lists(ast: &mut Ast) {
    match &mut ast.expr {
        Expr::Call(call) => {
            let target = call.target.as_deref_mut().into_iter();
            target.chain(&mut call.args).for_each(charge_lists);
            if call.func_name == "@in"
                && let Some(list) = call.args.get_mut(1)
            {
                charge(list);
            }
        }
        Expr::Comprehension(loops) => {
            let parts = [&mut loops.accu_init, &mut loops.loop_cond, &mut loops.loop_step, &mut loops.result];
            parts.into_iter().for_each(charge_lists);
            charge_lists(&mut loops.iter_range);
            charge(&mut loops.iter_range);
        }
        Expr::List(list) => list.elements.iter_mut().for_each(charge_lists),
        Expr::Map(map) => map.entries.iter_mut().for_each(|entry| charge_entry(&mut entry.expr)),
        Expr::Struct(item) => item.entries.iter_mut().for_each(|entry| charge_entry(&mut entry.expr)),
        Expr::Select(select) => charge_lists(&mut select.operand),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
    }
}

fn charge_entry(entry: &mut EntryExpr) {
    match entry {
        EntryExpr::StructField(field) => charge_lists(&mut field.value),
        EntryExpr::MapEntry(entry) => {
            charge_lists(&mut entry.key);
            charge_lists(&mut entry.value);
        }
    }
}

fn charge(list: &mut Ast) {
    if matches!(list.expr, Expr::List(_)) {
        return; // as long as the text, which is bounded
    }
    let inner = std::mem::take(list);
    *list = Ast {
        id: inner.id,
        expr: Expr::Call(CallExpr { func_name: CHARGE.to_owned(), target: None, args: vec![inner] }),
    };
}
