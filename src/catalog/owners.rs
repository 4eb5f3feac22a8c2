//! Who has to act and when something is due: `[owners]` and `[calendar]` of the settings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ledger::remedy;
use super::table::Table;
use crate::model::{CalendarSettings, Catalog, CheckId, OwnerSettings};

/// Who has to act where the mappings name no owner: on what a check fails on, and on what the collector may not read.
const ROLES: [&str; 2] = ["engineering", "security"];

/// `"s3.*" = "Data team"`, `security = "Jane Doe"`: a name that fits nothing is a slip.
pub(super) fn read_owners(table: &Table<'_>, catalog: &Catalog) -> OwnerSettings {
    let manual = catalog.frameworks.values().flat_map(|framework| &framework.requirements).flat_map(|one| &one.manual);
    let roles: BTreeSet<&str> = manual.map(|request| request.owner.as_str()).chain(ROLES).collect();
    let checks = || catalog.checks.keys().map(CheckId::as_str);
    let mut names = BTreeMap::new();
    for word in table.keys() {
        if matches!(table.json(&word.text), Some(Value::Object(_))) {
            // TOML reads `s3.logging = "x"` as a table `s3`.
            let message = format!("`{}` is a table, not an owner", word.text);
            let help = format!("an id with dots stands in quotes: `\"{}.…\" = \"NAME\"`", word.text);
            table.ledger.fault(&word.place, message, "without quotes", help);
            continue;
        }
        let fits = match word.text.strip_suffix('*') {
            Some(begin) => checks().any(|id| id.starts_with(begin)),
            None => roles.contains(word.text.as_str()) || checks().any(|id| id == word.text),
        };
        if !fits {
            let message = format!("`{}` is not a check, not the beginning of checks' ids and not a role", word.text);
            let help = remedy(&word.text, roles.iter().copied().chain(checks()));
            table.ledger.fault(&word.place, message, "fits nothing", help);
        }
        if let Some(name) = table.need(&word.text) {
            names.insert(word.text, name.text);
        }
    }
    OwnerSettings::new(names)
}

/// `snapshot_days = 7`: how far snapshots are apart.
pub(super) fn read_calendar(table: Table<'_>) -> CalendarSettings {
    let table = table.only(&["snapshot_days"]);
    let days = table.count("snapshot_days").unwrap_or(CalendarSettings::default().snapshot_days);
    if !(1..=366).contains(&days) {
        let help = "7 for a snapshot a week; at least 1, at most 366";
        let place = table.place_of("snapshot_days");
        table.ledger.fault(&place, format!("a snapshot every {days} days"), "out of range", help);
    }
    CalendarSettings { snapshot_days: days }
}
