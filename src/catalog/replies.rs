//! How the replies of a source are read: pages, shape, what is withheld, items.

use std::collections::BTreeSet;

use super::ledger::Word;
use super::table::Table;
use super::template;
use crate::model::{Content, Form, ItemList, Paging, Shape, Withhold};

pub(super) fn read_page(table: Table<'_>) -> Option<Paging> {
    let table = table.only(&["next", "send", "more", "size"]);
    let (next, send) = (table.need("next"), table.need("send"));
    let size = table.table("size").and_then(|size| {
        let names = size.keys();
        if let Some(second) = names.get(1) {
            table.ledger.fault(&second.place, "a page has one size", "second", "keep one");
        }
        let name = names.into_iter().next()?;
        Some((name.text.clone(), size.count(&name.text)?))
    });
    let path = |word: Word| template::path(table.ledger, &word);
    Some(Paging { next: path(next?)?, send: send?.text, more: table.word("more").and_then(path), size })
}

pub(super) fn read_shape(table: &Table<'_>) -> Shape {
    const CONTENTS: [(&str, Content); 2] =
        [("policy", Content::Policy), ("credential-report", Content::CredentialReport)];
    Shape {
        lists: table.texts("lists"),
        structures: table.texts("structures"),
        booleans: table.texts("booleans"),
        integers: table.texts("integers"),
        documents: table.texts("documents"),
        json: table.texts("json"),
        content: table.choice("content", &CONTENTS).unwrap_or_default(),
        withhold: read_withhold(table),
    }
}

/// The values that must not be kept.
fn read_withhold(table: &Table<'_>) -> BTreeSet<Withhold> {
    let mut rules = BTreeSet::new();
    for (key, form) in [("withhold", Form::Text), ("withhold_encoded", Form::Base64)] {
        for Word { text: path, place } in table.words(key) {
            if path.split('.').any(|name| name.trim().is_empty() || (name != "*" && name.contains('*'))) {
                let help = "write names with dots between them; `*` alone stands for every member";
                table.ledger.fault(&place, format!("`{path}` is not a path"), "not a path", help);
            }
            rules.insert(Withhold { path, form });
        }
    }
    rules
}

/// `items` is a path, or a list of tables where a reply has several lists.
pub(super) fn read_items(table: &Table<'_>) -> Vec<ItemList> {
    let may_be_missing = table.flag("optional_items");
    let list =
        |path: Word, kind: String| Some(ItemList { path: template::path(table.ledger, &path)?, kind, may_be_missing });
    if table.is_list("items") {
        let tables = table.tables("items").into_iter().map(|items| items.only(&["path", "kind"]));
        return tables.filter_map(|items| list(items.need("path")?, items.text("kind").unwrap_or_default())).collect();
    }
    let only = table.has("items").then(|| table.need("items")).flatten();
    only.and_then(|path| list(path, String::new())).into_iter().collect()
}
