//! Which snapshot is meant, and its loading.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};

use super::chain::moment;
use super::pruned::Pruned;
use super::{Alteration, Vault, VaultError};
use crate::model::{
    Chain, ChainProblem, Keeping, Link, Period, ProblemKind, Sha256, Snapshot, SnapshotId, did_you_mean,
};

/// Which snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The newest.
    Latest,
    /// The one before the newest.
    Previous,
    /// The newest whose period is this quarter; if there is none, the newest taken within it.
    Quarter(Quarter),
    /// The newest taken until the end of this day, UTC.
    Day(NaiveDate),
    /// The one whose id begins with these hex digits.
    Prefix(String),
}

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    year: i32,
    /// From 1 to 4.
    number: u32,
}

impl Quarter {
    fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once("-Q")?;
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit());
        let number: u32 = number.parse().ok().filter(|_| digits(number, 1))?;
        let year = year.parse().ok().filter(|_| digits(year, 4))?;
        (1..=4).contains(&number).then_some(Self { year, number })
    }

    fn is(self, period: Period) -> bool {
        let first = NaiveDate::from_ymd_opt(self.year, self.number * 3 - 2, 1);
        let (year, month) = if self.number == 4 { (self.year + 1, 1) } else { (self.year, self.number * 3 + 1) };
        let last = NaiveDate::from_ymd_opt(year, month, 1).and_then(|day| day.pred_opt());
        (Some(period.start), Some(period.end)) == (first, last)
    }

    fn holds(self, day: NaiveDate) -> bool {
        (day.year(), day.month0() / 3 + 1) == (self.year, self.number)
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => return Ok(Self::Latest),
            "previous" => return Ok(Self::Previous),
            _ => {}
        }
        if let Some(quarter) = Quarter::parse(text) {
            return Ok(Self::Quarter(quarter));
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Day(day));
        }
        match (4..=64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            true => Ok(Self::Prefix(text.to_ascii_lowercase())),
            false => Err(format!(
                "{}expected `latest`, `previous`, a quarter like `2026-Q3`, a date like `2026-09-30`, or at least 4 \
                 hex digits of a snapshot's id",
                did_you_mean(text, ["latest", "previous"])
            )),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Previous => f.write_str("previous"),
            Self::Quarter(Quarter { year, number }) => write!(f, "{year:04}-Q{number}"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Prefix(prefix) => f.write_str(prefix),
        }
    }
}

/// A snapshot as it lies in the vault.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: SnapshotId,
    /// What it says.
    pub snapshot: Snapshot,
    /// Its bytes, as they were hashed.
    pub bytes: Vec<u8>,
}

impl Vault {
    /// Whether there is any snapshot, or should be.
    pub fn has_snapshots(&self) -> Result<bool, VaultError> {
        Ok(self.anchor()?.heads.is_some_and(|heads| !heads.is_empty()) || !self.snapshot_folders()?.is_empty())
    }

    /// The newest snapshot's id.
    pub fn newest(&self) -> Result<Option<SnapshotId>, VaultError> {
        Ok(self.chain()?.newest().map(|link| link.id))
    }

    /// Finds a snapshot, whole or pruned. Its manifest and those of all that it stands on are hashed; it is refused when
    /// they do not hold, or when what is broken could be the one that is meant.
    pub fn find(&self, selector: &Selector) -> Result<Link, VaultError> {
        self.find_in(&self.chain()?, selector)
    }

    /// The same in a chain that was read before.
    pub fn find_in(&self, chain: &Chain, selector: &Selector) -> Result<Link, VaultError> {
        let found = self.select(&chain.links, selector);
        let touches: Box<dyn Fn(&&ChainProblem) -> bool> = match (selector, &found) {
            (Selector::Prefix(_), Ok(link)) => {
                let below: Vec<String> = chain.ancestry(link.id).iter().map(Sha256::short).collect();
                // Which end is the newest does not matter to who names a snapshot by its id.
                let touched = move |id: &String| below.contains(id);
                Box::new(move |one| one.kind != ProblemKind::Branched && one.snapshot.as_ref().is_none_or(&touched))
            }
            (Selector::Prefix(prefix), Err(_)) => Box::new(move |one| {
                one.snapshot.as_ref().is_some_and(|id| id.starts_with(prefix) || prefix.starts_with(id))
            }),
            _ => Box::new(|_| true),
        };
        let hiding = chain.problems.iter().filter(|one| one.kind.hides_history()).filter(touches);
        let problems: Vec<ChainProblem> = hiding.cloned().collect();
        match problems.is_empty() {
            true => found,
            false => Err(VaultError::Chain { root: self.root().to_owned(), problems }),
        }
    }

    fn select(&self, links: &[Link], selector: &Selector) -> Result<Link, VaultError> {
        if links.is_empty() {
            return Err(VaultError::Empty(self.root().to_owned()));
        }
        let found = match selector {
            Selector::Latest => links.last(),
            Selector::Previous => links.iter().rev().nth(1),
            Selector::Quarter(quarter) => {
                let of_it = links.iter().rev().find(|link| quarter.is(link.period));
                of_it.or_else(|| links.iter().rev().find(|link| quarter.holds(link.time.date_naive())))
            }
            Selector::Day(day) => links.iter().rev().find(|link| link.time.date_naive() <= *day),
            Selector::Prefix(prefix) => {
                let matching: Vec<&Link> =
                    links.iter().filter(|link| link.id.to_string().starts_with(prefix)).collect();
                if matching.len() > 1 {
                    let names = matching.iter().map(|link| link.id.short()).collect();
                    return Err(VaultError::Ambiguous(prefix.clone(), names));
                }
                matching.first().copied()
            }
        };
        found.cloned().ok_or_else(|| VaultError::Unknown { wanted: wanted(selector), there: there(links) })
    }

    /// Loads a snapshot with its exchanges; a pruned one is refused.
    pub fn load(&self, selector: &Selector) -> Result<Stored, VaultError> {
        self.load_link(&self.find(selector)?)
    }

    /// Loads the snapshot of a link with its exchanges; a pruned one is refused.
    pub fn load_link(&self, link: &Link) -> Result<Stored, VaultError> {
        let folder = self.snapshot_folder(link.time, &link.id);
        if link.keeping == Keeping::Manifest {
            let (time, policy) = match Pruned::read(&folder)? {
                Some(pruned) => (moment(pruned.time), pruned.policy),
                None => ("an unknown time".to_owned(), "an unknown policy".to_owned()),
            };
            return Err(VaultError::Pruned { id: link.id, taken: moment(link.time), time, policy });
        }
        let bytes = folder.bytes()?;
        let id = Sha256::of(&bytes);
        let altered = |what: Alteration| VaultError::Altered {
            path: folder.manifest().unwrap_or_else(|| folder.path.clone()),
            what,
        };
        if id != link.id {
            return Err(altered(format!("its content hashes to {}", id.short()).into()));
        }
        let snapshot = serde_json::from_slice(&bytes).map_err(|error| altered(error.into()))?;
        Ok(Stored { id, snapshot, bytes })
    }
}

fn wanted(selector: &Selector) -> String {
    match selector {
        Selector::Latest | Selector::Previous => "there is no snapshot before the newest".to_owned(),
        Selector::Quarter(_) => format!("no snapshot is of the quarter {selector}, and none was taken within it"),
        Selector::Day(_) => format!("no snapshot was taken until {selector}"),
        Selector::Prefix(prefix) => format!("no snapshot begins with `{prefix}`"),
    }
}

/// What there is, for whoever named something else.
fn there(links: &[Link]) -> String {
    const SHOWN: usize = 8;
    let newest = links.iter().rev().take(SHOWN);
    let mut names: Vec<String> =
        newest.map(|link| format!("{} of {}", link.id.short(), link.time.date_naive())).collect();
    if links.len() > SHOWN {
        let oldest = links.first().map(|link| link.time.date_naive().to_string()).unwrap_or_default();
        names.push(format!("and {} more since {oldest}", links.len() - SHOWN));
    }
    names.join(", ")
}
