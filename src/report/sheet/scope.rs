//! What was to be asked and what came: a line for each account, source and region.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Cell, Column, Table};
use crate::model::{AccountId, AccountScope, Answer, Item, Region, SourceId, SourceScope};
use crate::report::Input;
use crate::report::view::{Badge, sight, source_title};

const COLUMNS: &[Column] = &[
    Column::new("Account", 14),
    Column::new("Alias", 20),
    Column::new("Source", 32),
    Column::new("What it is", 44),
    Column::new("Region", 15),
    Column::new("State", 18),
    Column::new("Calls answered", 11),
    Column::new("Pages of lists", 11),
    Column::new("Answers for one item", 12),
    Column::new("Items asked for", 11),
    Column::new("Answered \u{201c}there is none\u{201d}", 14),
    Column::new("Gaps", 9),
    Column::new("Bytes", 13),
];

/// A source in a region of an account; without a region where it was not asked and has none of its own.
type Spot<'a> = (&'a AccountId, &'a SourceId, Option<&'a Region>);

/// What came of it.
#[derive(Debug, Default)]
struct Tally<'a> {
    answers: u64,
    pages: u64,
    items: BTreeSet<&'a Item>,
    for_items: u64,
    absent: u64,
    bytes: u64,
    gaps: usize,
}

pub(super) fn table<'a>(input: &'a Input<'a>) -> Table<'a> {
    let tallies = tallies(input);
    let mut spots: BTreeSet<Spot<'a>> = tallies.keys().copied().collect();
    for source in &input.snapshot.scope.sources {
        spots.extend(unasked(input, source, &tallies));
    }
    let accounts: BTreeMap<&AccountId, &AccountScope> =
        input.snapshot.scope.accounts.iter().map(|own| (&own.id, own)).collect();
    let row = move |spot: Spot<'a>| {
        let none = Tally::default();
        row(input, spot, accounts.get(spot.0).copied(), tallies.get(&spot).unwrap_or(&none))
    };
    Table {
        name: "Scope",
        about: "What was to be asked of each account, source and region, and what came: calls that AWS answered (a page \
                each), calls for one item of a list, and gaps. How many things a page lists is in the page itself.",
        columns: COLUMNS,
        frozen: 3,
        empty: "Nothing was asked.",
        rows: Box::new(spots.into_iter().map(row)),
    }
}

fn tallies<'a>(input: &'a Input<'a>) -> BTreeMap<Spot<'a>, Tally<'a>> {
    let mut tallies: BTreeMap<Spot<'a>, Tally<'a>> = BTreeMap::new();
    for one in &input.snapshot.exchanges {
        let tally = tallies.entry((&one.account, &one.source, Some(&one.region))).or_default();
        tally.answers += 1;
        tally.bytes += one.size;
        match &one.item {
            Some(item) => {
                tally.for_items += 1;
                tally.items.insert(item);
            }
            None => tally.pages += 1,
        }
        if let Answer::Absent { .. } = one.answer {
            tally.absent += 1;
        }
    }
    for gap in &input.assessment.gaps {
        tallies.entry((&gap.account, &gap.source, Some(&gap.region))).or_default().gaps += 1;
    }
    tallies
}

/// Where a source of the scope may be asked.
fn unasked<'a>(input: &'a Input<'a>, id: &'a SourceId, tallies: &BTreeMap<Spot<'a>, Tally<'a>>) -> Vec<Spot<'a>> {
    let accounts = &input.snapshot.scope.accounts;
    let asked: BTreeSet<&AccountId> =
        tallies.keys().filter(|(_, source, _)| *source == id).map(|(account, ..)| *account).collect();
    let left = accounts.iter().filter(|own| !asked.contains(&own.id)).map(|own| (&own.id, id, None));
    match input.catalog.sources.get(id).map(|source| source.scope) {
        Some(SourceScope::Region) => {
            accounts.iter().flat_map(|own| own.regions.iter().map(move |region| (&own.id, id, Some(region)))).collect()
        }
        Some(SourceScope::Account) | None => left.collect(),
        // One account of them is asked for all.
        Some(SourceScope::Organization) => left.take(usize::from(asked.is_empty())).collect(),
    }
}

fn row(input: &Input<'_>, spot: Spot<'_>, account: Option<&AccountScope>, tally: &Tally<'_>) -> Vec<Cell> {
    let (id, source, region) = spot;
    let state = match tally.answers {
        0 if tally.gaps == 0 && is_not_offered(input, source, region, account) => {
            Badge::new("not offered by AWS", "na")
        }
        answers => sight(tally.gaps, answers),
    };
    vec![
        Cell::text(id.as_str()),
        Cell::maybe(account.and_then(|own| own.alias.as_deref())),
        Cell::text(source.as_str()),
        Cell::prose(source_title(input, source).as_str()),
        Cell::maybe(region.map(Region::as_str)),
        Cell::Badge(state),
        Cell::Count(tally.answers),
        Cell::Count(tally.pages),
        Cell::Count(tally.for_items),
        Cell::count(tally.items.len()),
        Cell::Count(tally.absent),
        Cell::count(tally.gaps),
        Cell::Count(tally.bytes),
    ]
}

/// Whether the snapshot says that AWS has no such service there.
fn is_not_offered(input: &Input<'_>, id: &SourceId, region: Option<&Region>, account: Option<&AccountScope>) -> bool {
    let service = input.catalog.sources.get(id).map(|source| source.service.as_str());
    let regions = service.and_then(|service| account?.not_offered.get(service));
    regions.zip(region).is_some_and(|(regions, region)| regions.contains(region))
}
