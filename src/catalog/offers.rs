//! `offers.toml`: where AWS offers the services that it does not offer everywhere.

use std::collections::BTreeSet;

use super::table::Table;
use crate::model::{Offer, Offers, Region};

/// Reads the list into what is known; what is known already goes before.
pub(super) fn read(root: &Table<'_>, offers: &mut Offers) {
    let root = root.clone().only(&["date", "regions", "offer"]);
    for key in ["date", "regions"] {
        root.demand(key);
    }
    let date = root.date("date").map(|(date, _)| date);
    offers.date = offers.date.min(date).or(offers.date).or(date);
    offers.regions.extend(regions(&root));
    for table in root.tables("offer") {
        let table = table.only(&["service", "parameter", "regions"]);
        table.demand("regions");
        if let Some(service) = table.need("service") {
            let parameter = table.word("parameter").map_or_else(|| service.text.clone(), |word| word.text);
            offers.services.entry(service.text).or_insert_with(|| Offer { parameter, regions: regions(&table) });
        }
    }
}

fn regions(table: &Table<'_>) -> BTreeSet<Region> {
    table.texts::<Vec<String>>("regions").into_iter().map(Region::new).collect()
}
