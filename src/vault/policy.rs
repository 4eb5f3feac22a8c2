//! Which snapshots are kept: `weekly 13, quarterly 8`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::Datelike as _;

use crate::model::{Keeping, Link, SnapshotId, did_you_mean};

const EXPECTED: &str = "expected rules like `weekly 13, quarterly 8`; the words are `last`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly`";

/// A policy: what any of its rules keeps is kept, and the newest snapshot always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepPolicy {
    rules: Vec<Rule>,
}

/// The newest snapshot of each of so many spans of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    each: Each,
    count: u32,
}

/// A span of time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Each {
    Snapshot,
    Day,
    /// ISO 8601: it begins on Monday.
    Week,
    Month,
    Quarter,
    Year,
}

impl Each {
    const ALL: [Self; 6] = [Self::Snapshot, Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    fn word(self) -> &'static str {
        match self {
            Self::Snapshot => "last",
            Self::Day => "daily",
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Quarter => "quarterly",
            Self::Year => "yearly",
        }
    }

    /// Names the span that a snapshot falls into; those of one span have one name.
    fn span(self, link: &Link) -> (i32, u32, SnapshotId) {
        let day = link.time.date_naive();
        let none = SnapshotId::from_bytes([0; 32]);
        match self {
            Self::Snapshot => (0, 0, link.id),
            Self::Day => (day.year(), day.ordinal(), none),
            Self::Week => (day.iso_week().year(), day.iso_week().week(), none),
            Self::Month => (day.year(), day.month(), none),
            Self::Quarter => (day.year(), day.month0() / 3, none),
            Self::Year => (day.year(), 0, none),
        }
    }
}

impl KeepPolicy {
    /// The ids of the whole snapshots that stay, of links in the chain's order.
    pub fn kept(&self, links: &[Link]) -> BTreeSet<SnapshotId> {
        let newest_first = || links.iter().rev().filter(|link| link.keeping == Keeping::Whole);
        let mut kept: BTreeSet<SnapshotId> = newest_first().take(1).map(|link| link.id).collect();
        for rule in &self.rules {
            let mut spans = BTreeSet::new();
            for link in newest_first() {
                let span = rule.each.span(link);
                if spans.contains(&span) {
                    continue;
                }
                if spans.len() == rule.count as usize {
                    break;
                }
                spans.insert(span);
                kept.insert(link.id);
            }
        }
        kept
    }
}

impl FromStr for KeepPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let text = text.strip_prefix("keep ").unwrap_or(text);
        let mut rules: Vec<Rule> = Vec::new();
        for part in text.split(',') {
            let words: Vec<&str> = part.split_whitespace().collect();
            let [word, count] = words.as_slice() else {
                return Err(format!("`{}` is not a valid rule: {EXPECTED}", part.trim()));
            };
            let Some(each) = Each::ALL.into_iter().find(|each| each.word() == *word) else {
                let near = did_you_mean(word, Each::ALL.map(Each::word));
                return Err(format!("`{word}` is not a span of time: {near}{EXPECTED}"));
            };
            let count = match count.parse() {
                Ok(0) | Err(_) => return Err(format!("`{count}` after `{word}` is not a number from 1: {EXPECTED}")),
                Ok(count) => count,
            };
            if rules.iter().any(|rule| rule.each == each) {
                return Err(format!("`{word}` is there twice: name each span once"));
            }
            rules.push(Rule { each, count });
        }
        Ok(Self { rules })
    }
}

impl fmt::Display for KeepPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Rule { each, count }) in self.rules.iter().enumerate() {
            write!(f, "{}{} {count}", if number == 0 { "" } else { ", " }, each.word())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Period;
    use chrono::{DateTime, Utc};

    fn link(time: &str, keeping: Keeping) -> Link {
        let time: DateTime<Utc> = format!("{time}:00Z").parse().unwrap();
        let day = time.date_naive();
        Link {
            id: SnapshotId::of(time.to_string().as_bytes()),
            time,
            finished: time,
            period: Period { start: day, end: day },
            organization: "Example".to_owned(),
            accounts: BTreeSet::new(),
            previous: None,
            also_after: Vec::new(),
            attestations: None,
            tool: "auditpack test".to_owned(),
            keeping,
        }
    }

    fn kept(policy: &str, links: &[Link]) -> Vec<String> {
        let kept = policy.parse::<KeepPolicy>().unwrap().kept(links);
        let kept = links.iter().filter(|link| kept.contains(&link.id));
        kept.map(|link| link.time.format("%Y-%m-%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn the_newest_of_each_span_stays() {
        use Keeping::Whole;
        let links = [
            link("2025-12-28T23:59", Whole), // Sunday of week 52
            link("2025-12-29T00:00", Whole), // Monday of week 1 of 2026
            link("2026-01-04T23:59", Whole), // its Sunday, another year
            link("2026-01-05T00:00", Whole),
            link("2026-03-31T09:00", Whole),
            link("2026-04-01T09:00", Whole),
            link("2026-04-01T18:00", Whole),
        ];
        let table: [(&str, &[&str]); 8] = [
            ("last 1", &["2026-04-01T18:00"]),
            ("last 3", &["2026-03-31T09:00", "2026-04-01T09:00", "2026-04-01T18:00"]),
            ("daily 2", &["2026-03-31T09:00", "2026-04-01T18:00"]),
            ("weekly 4", &["2025-12-28T23:59", "2026-01-04T23:59", "2026-01-05T00:00", "2026-04-01T18:00"]),
            ("monthly 2", &["2026-03-31T09:00", "2026-04-01T18:00"]),
            ("quarterly 8", &["2025-12-29T00:00", "2026-03-31T09:00", "2026-04-01T18:00"]),
            ("yearly 1", &["2026-04-01T18:00"]),
            ("keep weekly 2,  yearly 2", &["2025-12-29T00:00", "2026-01-05T00:00", "2026-04-01T18:00"]),
        ];
        for (policy, expected) in table {
            assert_eq!(kept(policy, &links), expected, "{policy}");
        }
    }

    #[test]
    fn the_newest_stays_and_pruned_ones_take_no_place() {
        let links = [
            link("2026-01-01T00:00", Keeping::Whole),
            link("2026-01-09T00:00", Keeping::Manifest),
            link("2026-01-20T00:00", Keeping::Whole),
        ];
        assert_eq!(kept("weekly 2", &links), ["2026-01-01T00:00", "2026-01-20T00:00"]);
        assert_eq!(kept("yearly 1", &links), ["2026-01-20T00:00"]);
        assert!(kept("last 1", &[]).is_empty());
    }

    #[test]
    fn what_is_no_policy_is_said() {
        let table = [
            ("", "`` is not a valid rule: expected rules like `weekly 13, quarterly 8`"),
            ("weekly", "`weekly` is not a valid rule"),
            ("weekly 13 quarterly 8", "`weekly 13 quarterly 8` is not a valid rule"),
            ("fortnightly 2", "`fortnightly` is not a span of time: expected rules like"),
            ("weekly 0", "`0` after `weekly` is not a number from 1"),
            ("weekly many", "`many` after `weekly` is not a number from 1"),
            ("weekly 1, weekly 2", "`weekly` is there twice"),
        ];
        for (text, says) in table {
            let said = text.parse::<KeepPolicy>().unwrap_err();
            assert!(said.starts_with(says), "{text}: {said}");
        }
        assert_eq!("keep  weekly 13 ,quarterly 8".parse::<KeepPolicy>().unwrap().to_string(), "weekly 13, quarterly 8");
    }
}
