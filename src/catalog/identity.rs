//! The keys of a source that say what its rows are and what distinguishes them.

use super::table::{self, Table};
use super::template;
use crate::model::{Created, Expires, Inventory, Path};

/// The keys that are read here.
pub(super) const KEYS: [&str; 6] = ["unique_id", "created", "created_caveat", "expires", "expires_as", "rows"];

const ROWS: [(&str, Inventory); 3] =
    [("resources", Inventory::Resources), ("records", Inventory::Records), ("events", Inventory::Events)];

/// `unique_id` is a member, or a list of them where one reply lists several kinds of things.
pub(super) fn read_unique_id(table: &Table<'_>) -> Vec<Path> {
    let words = match table.is_list("unique_id") {
        true => table.words("unique_id"),
        false => table.has("unique_id").then(|| table.need("unique_id")).flatten().into_iter().collect(),
    };
    table::distinct(table.ledger, &words);
    words.iter().filter_map(|word| template::path(table.ledger, word)).collect()
}

/// `created` and its caveat.
pub(super) fn read_created(table: &Table<'_>) -> Option<Created> {
    let caveat = table.has("created_caveat").then(|| table.need("created_caveat")).flatten();
    if let Some(word) = caveat.as_ref().filter(|_| !table.has("created")) {
        let help = "add `created = …`, or delete the caveat";
        table.ledger.fault(&word.place, "a caveat about a date that is not named", "of what", help);
    }
    let member = table.has("created").then(|| table.need("created")).flatten()?;
    let member = template::path(table.ledger, &member)?;
    Some(Created { member, caveat: caveat.map(|word| word.text).unwrap_or_default() })
}

/// `expires` and what it is that expires.
pub(super) fn read_expires(table: &Table<'_>) -> Option<Expires> {
    let named = |key: &str| table.has(key).then(|| table.need(key)).flatten();
    let what = named("expires_as");
    if !table.has("expires") {
        if let Some(word) = what {
            let help = "add `expires = …`, or delete it";
            table.ledger.fault(&word.place, "something expires, and no date is named", "when", help);
        }
        return None;
    }
    table.demand("expires_as");
    let member = named("expires")?;
    let member = template::path(table.ledger, &member)?;
    Some(Expires { member, what: what?.text })
}

/// What the rows are: things, where a source names them one by one, unless it says otherwise.
pub(super) fn read_inventory(table: &Table<'_>) -> Inventory {
    let is_one_of_many = table.has("items") || table.has("key");
    let by_rule = if table.has("resource") && is_one_of_many { Inventory::Resources } else { Inventory::Records };
    table.choice("rows", &ROWS).unwrap_or(by_rule)
}
