//! Where the user deviates: exceptions that stand beside a verdict, thresholds that differ from the catalog's.

use serde::Serialize;

use super::summary::framework_title;
use super::text::counted;
use super::{Badge, Link, Text};
use crate::model::{Direction, ExceptionState, ExceptionTerm};
use crate::report::Input;

/// Exceptions and what became of them.
#[derive(Debug, Serialize)]
pub(super) struct Exceptions {
    /// Says how many are expired or unused, if any.
    note: Option<String>,
    rows: Vec<ExceptionRow>,
}

#[derive(Debug, Serialize)]
struct ExceptionRow {
    /// `exception-1`.
    anchor: String,
    number: usize,
    check: Link,
    resources: Vec<Text>,
    reason: Text,
    approver: Text,
    since: Option<String>,
    until: String,
    /// Marks one that runs for longer than a year.
    long: Option<Badge>,
    state: Badge,
    /// `covers 2 failing findings`.
    covers: String,
}

/// What became of an exception, as a badge.
pub(crate) fn state(state: ExceptionState) -> Badge {
    match state {
        ExceptionState::Used => Badge::new("in use", "awaiting"),
        ExceptionState::Unused => Badge::new("unused", "na"),
        ExceptionState::Expired => Badge::new("expired", "fail"),
    }
}

impl Exceptions {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let exceptions = &input.assessment.exceptions;
        let count = |state| exceptions.iter().filter(|exception| exception.state == state).count();
        let (expired, unused) = (count(ExceptionState::Expired), count(ExceptionState::Unused));
        let long = exceptions.iter().filter(|exception| exception.term == ExceptionTerm::LongerThanAYear).count();
        let rows = exceptions.iter().enumerate().map(|(index, exception)| ExceptionRow {
            anchor: format!("exception-{}", index + 1),
            number: index + 1,
            check: Link::to_check(exception.check.as_str()),
            resources: exception.resources.iter().map(|pattern| Text::name(pattern)).collect(),
            reason: Text::prose(&exception.reason),
            approver: Text::prose(&exception.approver),
            since: exception.since.map(|since| since.to_string()),
            until: exception.until.to_string(),
            long: (exception.term == ExceptionTerm::LongerThanAYear).then(|| Badge::new("over a year", "undetermined")),
            state: state(exception.state),
            covers: counted(exception.covers, "failing finding", "failing findings"),
        });
        Self {
            note: (expired + unused + long > 0).then(|| {
                let mut note = format!(
                    "{} expired; {} unused.",
                    counted(expired, "exception has", "exceptions have"),
                    counted(unused, "is", "are")
                );
                if long > 0 {
                    let runs = counted(long, "runs", "run");
                    note.push_str(&format!(" {runs} for longer than a year: it should be approved again each year."));
                }
                note
            }),
            rows: rows.collect(),
        }
    }
}

/// A requirement whose owner the settings set.
#[derive(Debug, Serialize)]
pub(super) struct SetSplit {
    requirement: Text,
    framework: Text,
    computed: &'static str,
    responsibility: &'static str,
    reason: Text,
}

/// The requirements whose owner the settings set.
pub(super) fn splits(input: &Input<'_>) -> Vec<SetSplit> {
    let set = input.assessment.overrides.iter().map(|set| SetSplit {
        requirement: Text::name(set.requirement.as_str()),
        framework: framework_title(input, &set.framework),
        computed: set.computed.words(),
        responsibility: set.responsibility.words(),
        reason: Text::prose(&set.reason),
    });
    set.collect()
}

/// What the organization has of its own, in the settings' words.
#[derive(Debug, Serialize)]
pub(super) struct Premises {
    words: &'static str,
    reason: Text,
}

/// What the settings say of the organization's own sites and equipment; nothing where they say nothing.
pub(super) fn premises(input: &Input<'_>) -> Option<Premises> {
    let own = input.assessment.premises.as_ref()?;
    Some(Premises { words: own.sites.words(), reason: Text::prose(&own.reason) })
}

/// A requirement that does not apply.
#[derive(Debug, Serialize)]
pub(super) struct LeftOut {
    requirement: Text,
    title: Text,
    framework: Text,
    reason: Text,
    /// Who approved it when.
    approved: Option<Text>,
}

/// The statement of applicability: what does not apply, and why.
pub(super) fn not_applicable(input: &Input<'_>) -> Vec<LeftOut> {
    let left_out = input.assessment.requirements.iter().filter_map(|one| Some((one, one.exclusion.as_ref()?)));
    let left_out = left_out.map(|(one, why)| LeftOut {
        requirement: Text::name(one.id.as_str()),
        title: Text::prose(&one.title),
        framework: framework_title(input, &one.framework),
        reason: Text::prose(&why.reason),
        approved: why.approver.as_ref().map(|approver| match why.date {
            Some(date) => Text::prose(&format!("{approver}, {date}")),
            None => Text::prose(approver),
        }),
    });
    left_out.collect()
}

/// Thresholds that differ from the catalog's.
#[derive(Debug, Serialize)]
pub(super) struct Thresholds {
    /// Says how many are loosened, if any.
    note: Option<String>,
    /// Loosened ones first.
    rows: Vec<Threshold>,
}

#[derive(Debug, Serialize)]
struct Threshold {
    name: Text,
    title: Text,
    default: Text,
    value: Text,
    change: Badge,
    checks: Vec<Link>,
}

impl Thresholds {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let rank = |change: Direction| match change {
            Direction::Loosened => 0,
            Direction::Changed => 1,
            Direction::Tightened => 2,
        };
        let mut params: Vec<_> = input.assessment.params.iter().collect();
        params.sort_by_key(|param| (rank(param.change), &param.name));
        let loosened = params.iter().filter(|param| param.change == Direction::Loosened).count();
        let rows = params.into_iter().map(|param| Threshold {
            name: Text::name(&param.name),
            title: Text::prose(&param.title),
            default: Text::name(&param.default.to_string()),
            value: Text::name(&param.value.to_string()),
            change: match param.change {
                Direction::Tightened => Badge::new("tightened", "pass"),
                Direction::Loosened => Badge::new("loosened", "fail"),
                Direction::Changed => Badge::new("changed", "undetermined"),
            },
            checks: param.checks.iter().map(|check| Link::to_check(check.as_str())).collect(),
        });
        let less = (loosened > 0).then(|| {
            let asks = counted(loosened, "threshold asks", "thresholds ask");
            format!("{asks} for less than the catalog: a pass means less than it says there.")
        });
        let old = input.assessment.aged.iter().map(|list| {
            format!(
                "The list {} is of {}, {} days before the evidence: it may miss what is newer.",
                list.name, list.dated, list.days
            )
        });
        let notes: Vec<String> = less.into_iter().chain(old).collect();
        Self { note: (!notes.is_empty()).then(|| notes.join(" ")), rows: rows.collect() }
    }
}
