//! The two sides of a comparison: snapshots of the vault, or packs, each with the mappings and settings of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::SideFault;
use super::holdings::{Holdings, assess, facts};
use super::{CaseError, Note, Packed, Timeline, Yardstick};
use crate::bundle::{self, Limits, ProblemKind};
use crate::compare::{self, Ages, Difference, Known, SideName};
use crate::model::{AccountId, Assessment, CheckResult, Facts, Settings, with_causes};
use crate::seal::Trust;
use crate::vault::Selector;

/// What the user wants compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A snapshot of the vault.
    Snapshot(Selector),
    /// A pack: a zip, or the folder that it was unpacked to.
    Pack(PathBuf),
}

impl Asked {
    /// A path that is there and that a pack could have is a pack; everything else names a snapshot.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let path = Path::new(text);
        let is_pack = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
            || path.join(bundle::SUMS).is_file();
        if is_pack {
            return Ok(Self::Pack(path.to_owned()));
        }
        let snapshot = text.parse().map(Self::Snapshot);
        Ok(snapshot.map_err(|why| SideFault::NotNamed { asked: text.to_owned(), why })?)
    }
}

/// A comparison.
#[derive(Debug)]
pub struct Compared {
    /// What differs.
    pub difference: Difference,
    /// The later side's checks.
    pub checks: Vec<CheckResult>,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// Compares two sides as the user names them; `timeline` opens the vault's, which two packs do without. Judging by the
/// mappings of others may cost so many times the usual.
pub fn between<E: From<CaseError>>(
    names: [&str; 2],
    times: u32,
    timeline: impl FnOnce() -> Result<Timeline, E>,
) -> Result<Compared, E> {
    let asked = [Asked::parse(names[0])?, Asked::parse(names[1])?];
    let from_vault = asked.iter().any(|one| matches!(one, Asked::Snapshot(_)));
    let timeline = if from_vault { Some(timeline()?) } else { None };
    let mut notes = Vec::new();
    let mut side = |name: &str, asked: &Asked| match (asked, &timeline) {
        (Asked::Snapshot(selector), Some(timeline)) => Side::stored(name, timeline, selector, times, &mut notes),
        (Asked::Pack(path), _) => Side::packed(name, path, times),
        (Asked::Snapshot(_), None) => Err(CaseError::NothingJudged),
    };
    let (before, after) = (side(names[0], &asked[0])?, side(names[1], &asked[1])?);
    Ok(compared(&before, &after, timeline.as_ref(), notes)?)
}

/// A side, with everything to judge it by.
struct Side {
    name: SideName,
    yardstick: Yardstick,
    holdings: Box<dyn Holdings>,
    /// Why its own mappings and settings are not known, if they are not: today's stand in for them.
    unknown: Option<String>,
}

impl Side {
    /// A snapshot of the vault. The newest is judged by today's mappings and settings, an older one by those that it was
    /// collected by.
    fn stored(
        asked: &str,
        timeline: &Timeline,
        selector: &Selector,
        times: u32,
        notes: &mut Vec<Note>,
    ) -> Result<Self, CaseError> {
        let holdings = timeline.snapshot(selector)?;
        let today = timeline.yardstick().clone();
        let (yardstick, unknown) = match timeline.ends_with(holdings.id()) {
            true => (today, None),
            false => match holdings.definitions() {
                Ok(own) => (Yardstick::new(own.catalog, own.settings, times), None),
                Err(error @ CaseError::Unnamed(_)) => (today, Some(error.to_string())),
                Err(error) => {
                    let why = with_causes(&error);
                    notes.push(Note::MappingsUnread { snapshot: holdings.id(), why: why.clone() });
                    (today, Some(format!("this build cannot read them ({why})")))
                }
            },
        };
        Ok(Self { name: name(asked, &holdings), yardstick, holdings: Box::new(holdings), unknown })
    }

    /// A pack: intact, or refused.
    fn packed(asked: &str, path: &Path, times: u32) -> Result<Self, CaseError> {
        let asked_for = || asked.to_owned();
        let verified = bundle::verify(path, &Trust::none(), &Limits::default())
            .map_err(|source| SideFault::NoPack { asked: asked_for(), source })?;
        let Some(pack) = verified.pack else {
            // No trust in the signer is asked for here: its lack is not a reason.
            let mut problems = verified.found.problems.iter();
            let first = problems.find(|problem| problem.kind != ProblemKind::SignerUntrusted);
            let first = first.map(|problem| match problem.path.as_str() {
                "" => problem.message.clone(),
                path => format!("{path}: {}", problem.message),
            });
            return Err(SideFault::Altered { asked: asked_for(), first: first.unwrap_or_default() }.into());
        };
        let holdings = Packed::open(pack, times)?;
        let yardstick = holdings.definitions()?;
        Ok(Self { name: name(asked, &holdings), yardstick, holdings: Box::new(holdings), unknown: None })
    }

    fn facts(&self, yardstick: &Yardstick) -> Result<Facts, CaseError> {
        facts(self.holdings.as_ref(), &yardstick.catalog)
    }

    fn judge(&self, yardstick: &Yardstick, facts: &Facts) -> Result<Assessment, CaseError> {
        assess(self.holdings.as_ref(), yardstick, facts)
    }

    /// Its own mappings and settings.
    fn definitions(&self) -> compare::Definitions<'_> {
        compare::Definitions { catalog: &self.yardstick.catalog, settings: &self.yardstick.settings }
    }

    /// What a comparison looks at.
    fn seen<'a>(&'a self, facts: &'a Facts, assessment: &'a Assessment, own: &'a Assessment) -> compare::Side<'a> {
        compare::Side { name: &self.name, snapshot: self.holdings.snapshot(), facts, assessment, own }
    }

    fn accounts(&self) -> BTreeSet<&AccountId> {
        self.holdings.snapshot().scope.accounts.iter().map(|account| &account.id).collect()
    }
}

fn name(asked: &str, holdings: &dyn Holdings) -> SideName {
    let snapshot = holdings.snapshot();
    SideName {
        asked: asked.to_owned(),
        snapshot: holdings.id(),
        time: snapshot.time,
        period: snapshot.period,
        organization: snapshot.organization.clone(),
    }
}

/// Compares. The first side is judged by its own mappings and settings, and again by the second side's: so what these
/// change is separate from what the estate changed.
fn compared(
    before: &Side,
    after: &Side,
    timeline: Option<&Timeline>,
    mut notes: Vec<Note>,
) -> Result<Compared, CaseError> {
    comparable(before, after)?;
    let yardstick = &after.yardstick;
    let new_facts = after.facts(yardstick)?;
    let new = after.judge(yardstick, &new_facts)?;
    let old_facts = before.facts(yardstick)?;
    let old = before.judge(yardstick, &old_facts)?;
    let own = match judge_alike(&before.yardstick, yardstick) {
        true => old.clone(),
        false => before.judge(&before.yardstick, &before.facts(&before.yardstick)?)?,
    };
    let ages = match timeline {
        Some(timeline) => {
            let mut history = timeline.measured_by(yardstick).history()?;
            notes.append(&mut history.notes);
            let judgements: Vec<_> = history.entries.iter().map(|(judgement, _)| judgement).collect();
            Ages::new(&judgements, &[before.name.snapshot, after.name.snapshot])
        }
        None => Ages::default(),
    };
    let sides = (before.seen(&old_facts, &old, &own), after.seen(&new_facts, &new, &new));
    let mut difference = compare::compare(&yardstick.catalog, sides.0, sides.1, &ages);
    difference.definitions = compare::definition_changes(before.definitions(), after.definitions(), &own, &old);
    if let Some(why) = &before.unknown {
        difference.definitions.known = Known::Unknown(why.clone());
    }
    Ok(Compared { difference, checks: new.checks, notes })
}

/// Whether two yardsticks give the same assessment.
fn judge_alike(one: &Yardstick, other: &Yardstick) -> bool {
    let decides = |settings: &Settings| {
        let Settings { frameworks, scope, params, splits, exceptions, .. } = settings;
        (frameworks.clone(), scope.regions.clone(), params.clone(), splits.clone(), exceptions.clone())
    };
    one.catalog.files == other.catalog.files && decides(&one.settings) == decides(&other.settings)
}

/// Sides that must not be compared: the answer would lie.
fn comparable(before: &Side, after: &Side) -> Result<(), SideFault> {
    let (old, new) = (&before.name, &after.name);
    if old.organization != new.organization {
        let words = [&old.asked, &old.organization, &new.asked, &new.organization];
        return Err(SideFault::Organizations(words.map(String::clone)));
    }
    if old.time > new.time {
        let moment = |side: &SideName| side.time.format("%Y-%m-%d %H:%M UTC").to_string();
        return Err(SideFault::Order([old.asked.clone(), moment(old), new.asked.clone(), moment(new)]));
    }
    match before.accounts().is_disjoint(&after.accounts()) {
        true => Err(SideFault::Accounts([old.asked.clone(), new.asked.clone()])),
        false => Ok(()),
    }
}
