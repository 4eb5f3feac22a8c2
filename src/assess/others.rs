//! What `find` and `rows` see: the rows of other sources, indexed once for all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cel::common::traits::Indexer;
use cel::common::types::{CelList, CelMap, CelNull, CelString, DYN_TYPE, Type};
use cel::common::value::{CowVal, Val};
use cel::{Context, ExecutionError};
use serde_json::{Map, Value};

use super::collected::{Collected, gap_reason};
use super::functions::text;
use super::meter::Meter;
use super::values::{Boxed, cel, map};
use crate::expression::Members;
use crate::model::{AccountId, Edition, Facts, Region, Row, SourceId, select, text_of};

/// The hidden variable under which a context holds the index.
pub(super) const OTHERS: &str = "@others";

/// The rows that `find` and `rows` may ask for.
pub(super) struct Others<'v> {
    collected: &'v Collected<'v>,
    sources: BTreeMap<&'v str, Other<'v>>,
    /// By account: one that lists it among the accounts of its organization.
    listed_by: HashMap<&'v str, &'v AccountId>,
}

/// The source that lists an organization's accounts.
const ACCOUNTS: &str = "organizations.accounts";

struct Other<'v> {
    id: &'v SourceId,
    /// The members of its rows that an expression may read.
    members: Members,
    /// By account and key: the place in `rows`.
    keys: HashMap<(&'v str, &'v str), Vec<usize>>,
    /// Each is unpacked when first found: of many, few ever are.
    rows: Vec<(&'v Row, OnceLock<CelMap<'static>>)>,
    /// Those with a part that could not be read.
    unread: Vec<&'v Row>,
    /// By account, and by account and region.
    places: HashMap<(&'v str, Option<&'v str>), PlaceRows<'v>>,
    /// By path, made when first asked for; then by account and text.
    by_member: Mutex<HashMap<String, Arc<Index>>>,
}

/// The rows of a place, and the list that is made of them when first asked for.
#[derive(Default)]
struct PlaceRows<'v> {
    rows: Vec<&'v Row>,
    list: OnceLock<CelList<'static>>,
}

/// Owns its texts: a borrow inside a lock would tie the index to one lifetime.
type Index = HashMap<(String, String), Vec<usize>>;

/// A row as an expression sees it: its data, and where it is from.
pub(super) fn row_value(row: &Row) -> CelMap<'static> {
    row_members(row, |_| true)
}

/// A row's value with only those members that are read.
pub(super) fn row_members(row: &Row, reads: impl Fn(&str) -> bool) -> CelMap<'static> {
    let place = [("_account", row.account.as_str()), ("_region", row.region.as_str()), ("_resource", &row.resource)];
    let place = place.map(|(name, text)| (CelString::from(name), cel(Value::from(text))));
    let data = match row.data.read() {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let data =
        data.into_iter().filter(|(name, _)| reads(name)).map(|(name, value)| (CelString::from(name), cel(value)));
    map(place.into_iter().chain(data))
}

/// The `rows` of a place.
pub(super) fn list_value<'r>(rows: impl Iterator<Item = &'r Row>) -> CelList<'static> {
    CelList::from(rows.map(|row| Box::new(row_value(row)) as Boxed<'static>).collect::<Vec<_>>())
}

impl<'v> Others<'v> {
    /// Indexes the named sources.
    pub(super) fn new(wanted: &BTreeSet<&'v SourceId>, facts: &'v Facts, collected: &'v Collected<'v>) -> Self {
        Self::with(wanted.iter().map(|id| (*id, Members::All)).collect(), facts, collected)
    }

    /// Indexes the named sources, of whose rows only these members are ever read: of many rows the rest weighs most.
    pub(super) fn with(
        wanted: BTreeMap<&'v SourceId, Members>,
        facts: &'v Facts,
        collected: &'v Collected<'v>,
    ) -> Self {
        let other = |(id, members): (&'v SourceId, Members)| {
            let rows = facts.rows.get(id).map(Vec::as_slice).unwrap_or_default();
            (id.as_str(), Other::new(id, members, rows))
        };
        let listed = facts.rows.get(&SourceId::from(ACCOUNTS)).map(Vec::as_slice).unwrap_or_default();
        let listed_by = listed.iter().map(|row| (row.key.as_str(), &row.account)).collect();
        Self { collected, sources: wanted.into_iter().map(other).collect(), listed_by }
    }
}

impl Others<'_> {
    /// Whether a source is asked region by region.
    pub(super) fn is_regional(&self, source: &SourceId) -> bool {
        self.collected.is_regional(source)
    }
}

impl<'v> Other<'v> {
    fn new(id: &'v SourceId, members: Members, rows: &'v [Row]) -> Self {
        let mut keys: HashMap<_, Vec<usize>> = HashMap::new();
        let mut places: HashMap<(&str, Option<&str>), PlaceRows<'v>> = HashMap::new();
        for (number, row) in rows.iter().enumerate() {
            let (account, region) = (row.account.as_str(), row.region.as_str());
            keys.entry((account, row.key.as_str())).or_default().push(number);
            places.entry((account, None)).or_default().rows.push(row);
            places.entry((account, Some(region))).or_default().rows.push(row);
        }
        Self {
            id,
            members,
            keys,
            rows: rows.iter().map(|row| (row, OnceLock::new())).collect(),
            unread: rows.iter().filter(|row| !row.unread.is_empty()).collect(),
            places,
            by_member: Mutex::default(),
        }
    }

    /// A row with the members that may be read.
    fn value(&self, row: &Row) -> CelMap<'static> {
        row_members(row, |name| self.members.include(name))
    }

    fn list<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> CelList<'static> {
        CelList::from(rows.map(|row| Box::new(self.value(row)) as Boxed<'static>).collect::<Vec<_>>())
    }

    fn index(&self, path: &str) -> Arc<Index> {
        let mut made = self.by_member.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut index = Index::new();
            for (number, (row, _)) in self.rows.iter().enumerate() {
                let data = row.data.read();
                let texts = select(&data, path).into_iter().filter_map(text_of);
                let texts: BTreeSet<String> = texts.collect();
                for text in texts {
                    index.entry((row.account.to_string(), text)).or_default().push(number);
                }
            }
            Arc::new(index)
        };
        Arc::clone(made.entry(path.to_owned()).or_insert_with(make))
    }
}

/// What an expression reads of the rows that it finds: a part of them that could not be read makes it undetermined.
pub(super) struct Asker<'v> {
    pub(super) others: &'v Others<'v>,
    pub(super) meter: &'v Meter,
    pub(super) names: &'v BTreeSet<String>,
    pub(super) account: &'v AccountId,
    pub(super) region: Option<&'v Region>,
    /// `rows` gives the region's rows only.
    pub(super) by_region: bool,
    /// The check's sources of which a gap matters only at need.
    pub(super) at_need: &'v BTreeSet<SourceId>,
    /// What is judged stands in a region, and so does what belongs to it.
    pub(super) is_regional: bool,
    /// What came is looked into, though not all of it came.
    pub(super) partly: bool,
}

impl<'v> Asker<'v> {
    fn source(&self, name: &str) -> Result<&'v Other<'v>, String> {
        self.others.sources.get(name).ok_or_else(|| format!("`{name}` is not among the check's `reads`"))
    }

    /// The account whose rows answer: where this one was refused what concerns its organization, the one that lists it.
    fn teller(&self, other: &Other<'v>) -> &'v AccountId {
        let (others, own) = (self.others, self.account);
        let refused = || others.collected.problem(other.id, own, None).is_some();
        let teller = others.listed_by.get(own.as_str());
        match teller {
            Some(teller)
                if self.at_need.contains(other.id) && others.collected.is_organizational(other.id) && refused() =>
            {
                teller
            }
            _ => own,
        }
    }

    /// The region whose gaps matter to a look-up: that of an ARN, else that of what is judged. A region that could not be
    /// read hides nothing of another.
    fn place(&self, other: &Other<'_>, wanted: &str) -> Option<Region> {
        let collected = self.others.collected;
        if collected.edition < Edition::Second || !self.is_regional || !collected.is_regional(other.id) {
            return None;
        }
        let of_arn = wanted.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
        of_arn.filter(|region| !region.is_empty()).map(Region::from).or_else(|| self.region.cloned())
    }

    fn problem(&self, other: &Other<'v>, account: &AccountId, region: Option<&Region>) -> Option<String> {
        if self.partly { None } else { self.others.collected.problem(other.id, account, region) }
    }

    fn find<'b>(&'b self, source: &str, key: &str) -> Result<CowVal<'b, 'v>, String> {
        let other = self.source(source)?;
        let account = self.teller(other);
        let numbers = other.keys.get(&(account.as_str(), key)).map(Vec::as_slice).unwrap_or_default();
        let rows = || numbers.iter().filter_map(|number| other.rows.get(*number));
        let near = rows().find(|(row, _)| Some(&row.region) == self.region).or_else(|| rows().next());
        if let Some((row, value)) = near {
            self.check_parts(row)?;
            return Ok(CowVal::Borrowed(value.get_or_init(|| other.value(row))));
        }
        match self.problem(other, account, self.place(other, key).as_ref()) {
            Some(problem) => Err(problem),
            None => Ok(CowVal::owned(CelNull)),
        }
    }

    /// The row in whatever account in scope it is: what has a name of its own in the world, as buckets have.
    fn find_anywhere<'b>(&'b self, source: &str, key: &str) -> Result<CowVal<'b, 'v>, String> {
        let other = self.source(source)?;
        self.meter.steps(other.rows.len() as u64 / KEYS).map_err(|error| error.to_string())?;
        let elsewhere = other.rows.iter().find(|(row, _)| row.key == key && row.account != *self.account);
        match (self.find(source, key), elsewhere) {
            (Ok(own), None) => Ok(own),
            (Ok(own), Some(_)) if own.downcast_ref::<CelNull>().is_none() => Ok(own),
            (Err(problem), None) => Err(problem),
            (_, Some((row, value))) => {
                self.check_parts(row)?;
                Ok(CowVal::Borrowed(value.get_or_init(|| other.value(row))))
            }
        }
    }

    fn rows<'b>(&'b self, source: &str) -> Result<CowVal<'b, 'v>, String> {
        let other = self.source(source)?;
        let region = self.region.filter(|_| self.by_region);
        let teller = self.teller(other);
        if let Some(problem) = self.problem(other, teller, region) {
            return Err(problem);
        }
        // A source that is asked once for the account has the same rows for every region.
        let region = region.filter(|_| self.others.collected.is_regional(other.id));
        let account = teller.as_str();
        let here = |row: &Row| row.account == *teller && region.is_none_or(|region| row.region == *region);
        other.unread.iter().filter(|row| here(row)).try_for_each(|row| self.check_parts(row))?;
        Ok(match other.places.get(&(account, region.map(Region::as_str))) {
            Some(place) => CowVal::Borrowed(place.list.get_or_init(|| other.list(place.rows.iter().copied()))),
            None => CowVal::owned(CelList::default()),
        })
    }

    /// The rows of the account in which a path leads to a text: what a walk through all of them would find, without it.
    fn rows_where<'b>(&'b self, source: &str, path: &str, wanted: &str) -> Result<CowVal<'b, 'v>, String> {
        let other = self.source(source)?;
        let account = self.teller(other);
        let place = self.place(other, wanted);
        if let Some(problem) = self.problem(other, account, place.as_ref()) {
            return Err(problem);
        }
        // A row of which the part is missing may be among those wanted.
        let part = path.split('.').next().unwrap_or(path);
        let here = |row: &Row| row.account == *account && place.as_ref().is_none_or(|place| row.region == *place);
        let lacks = |row: &&&Row| here(row) && row.unread.contains_key(part);
        if let Some((row, gap)) = other.unread.iter().find(lacks).and_then(|row| Some((row, row.unread.get(part)?))) {
            return Err(format!("{} of {}", gap_reason(part, gap), row.resource));
        }
        let index = other.index(path);
        let numbers = index.get(&(account.to_string(), wanted.to_owned())).map(Vec::as_slice).unwrap_or_default();
        let found: Vec<&'v Row> =
            numbers.iter().filter_map(|number| other.rows.get(*number)).map(|(row, _)| *row).collect();
        found.iter().try_for_each(|row| self.check_parts(row))?;
        let mut list = Vec::with_capacity(found.len());
        for row in found {
            let value = other.value(row);
            self.meter.copied(&value).map_err(|error| error.to_string())?;
            list.push(Box::new(value) as Boxed<'static>);
        }
        Ok(CowVal::owned(CelList::from(list)))
    }

    fn check_parts(&self, row: &Row) -> Result<(), String> {
        let unread = row.unread.iter().find(|(part, _)| self.names.contains(*part));
        unread.map_or(Ok(()), |(part, gap)| Err(format!("{} of {}", gap_reason(part, gap), row.resource)))
    }
}

/// Keys that are looked at in one step.
const KEYS: u64 = 8;

/// The hidden variable: CEL's functions cannot borrow, its variables can.
pub(super) struct Window<'v>(pub(super) &'v Asker<'v>);

impl std::fmt::Debug for Window<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(OTHERS)
    }
}

impl<'v> Val for Window<'v> {
    fn get_type(&self) -> &Type {
        &DYN_TYPE
    }

    fn cel_type() -> &'static Type {
        &DYN_TYPE
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Window(self.0))
    }
}

impl<'v> Indexer for Window<'v> {
    /// The index is `find\0source\0key`, the same with `find_anywhere`, `rows\0source` or `rows_where\0source\0path\0text`.
    fn get<'b, 'w>(&'b self, question: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let question = question.downcast_ref::<CelString>().map(CelString::inner).unwrap_or_default();
        let words: Vec<&str> = question.splitn(4, '\0').collect();
        let function = words.first().copied().unwrap_or_default();
        let answer = match words.as_slice() {
            ["find", source, key @ ..] => self.0.find(source, &key.join("\0")),
            ["find_anywhere", source, key @ ..] => self.0.find_anywhere(source, &key.join("\0")),
            ["rows", source] => self.0.rows(source),
            ["rows_where", source, path, text] => self.0.rows_where(source, path, text),
            _ => Err("no such question".to_owned()),
        };
        answer.map_err(|problem| ExecutionError::function_error(function, problem))
    }

    fn steal<'w>(self: Box<Self>, question: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(question).map(CowVal::into_owned)
    }
}

/// Adds `find`, `find_anywhere`, `rows` and `rows_where` to a context whose rows have [`OTHERS`].
pub(super) fn add(context: &mut Context<'_, '_>) -> Result<(), String> {
    for (name, arguments) in [("find", 2), ("find_anywhere", 2), ("rows", 1), ("rows_where", 3)] {
        let function: super::charging::Function = Box::new(move |call| {
            let wrong = |message: String| ExecutionError::function_error(name, message);
            let mut question = vec![name];
            for number in 0..arguments {
                question.push(text(&call.args, number).map_err(wrong)?);
            }
            let question = CelString::from(question.join("\0"));
            match call.ptx.get_variable(OTHERS) {
                Some(CowVal::Borrowed(window)) => match window.as_indexer() {
                    Some(window) => window.get(&question),
                    None => Err(wrong("no rows to look into".to_owned())),
                },
                _ => Err(wrong("no rows to look into".to_owned())),
            }
        });
        context.add_function(name, function).map_err(|error| error.to_string())?;
    }
    Ok(())
}
