//! One check on one row, or on all rows of a place: the only place where expressions run.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cel::common::types::{CelBool, CelList, CelString, CelTimestamp};
use cel::common::value::CowVal;
use cel::{Context, ExecutionError, Value as Cel};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::collected::gap_reason;
use super::functions::{self, UNDETERMINED};
use super::meter::{Account, Meter, SPENT};
use super::others::{self, Asker, OTHERS, Others, Window, list_value, row_members};
use super::prices::ALARMS_MISSING;
use super::values::{cel, map};
use crate::expression::{APPROVAL, Expression, Members};
use crate::model::{AccountId, Check, Gap, Per, Period, Region, Row, Verdict, panic_words};

/// What all expressions see besides the row.
pub(super) struct Fixed {
    pub(super) now: DateTime<Utc>,
    pub(super) period: Period,
    /// The accounts in scope.
    pub(super) accounts: Vec<AccountId>,
    pub(super) params: BTreeMap<String, Value>,
    /// What all evaluations take.
    pub(super) account: Account,
}

/// A check, and what its expressions read.
pub(super) struct Prepared<'a> {
    pub(super) check: &'a Check,
    when: Option<Reads>,
    pass: Reads,
    detail: Option<Reads>,
    names: BTreeSet<String>,
    asks: bool,
}

struct Reads {
    row: Members,
    names: BTreeSet<String>,
    /// The steps of running it once, lists apart.
    size: u64,
    taken: AtomicU64,
}

impl Reads {
    fn of(expression: &Expression) -> Self {
        let (row, names) = (expression.members_of("r"), expression.names());
        Self { row, names, size: expression.size() as u64, taken: AtomicU64::new(0) }
    }
}

impl<'a> Prepared<'a> {
    pub(super) fn new(check: &'a Check) -> Self {
        let expressions = || check.when.iter().chain([&check.pass]).chain(&check.detail);
        Self {
            check,
            when: check.when.as_ref().map(Reads::of),
            pass: Reads::of(&check.pass),
            detail: check.detail.as_ref().map(Reads::of),
            names: expressions().flat_map(Expression::names).collect(),
            asks: expressions()
                .flat_map(Expression::functions)
                .any(|name| matches!(name.as_str(), "find" | "find_anywhere" | "rows" | "rows_where")),
        }
    }

    /// Tells what its expressions took.
    pub(super) fn tell(&self, account: &Account) {
        let whens = self.when.iter().zip(&self.check.when);
        let details = self.detail.iter().zip(&self.check.detail);
        for (reads, expression) in whens.chain([(&self.pass, &self.check.pass)]).chain(details) {
            account.note(&self.check.id, expression.text(), reads.taken.load(Ordering::Relaxed));
        }
    }

    /// Whether it reads a member of the row.
    pub(super) fn reads(&self, name: &str) -> bool {
        let all = self.when.iter().chain([&self.pass]).chain(&self.detail);
        all.into_iter().any(|reads| reads.row.include(name))
    }
}

/// What a check says of one row or place.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    /// It does not judge this one.
    Skipped,
    /// The verdict and its reason.
    Judged(Verdict, String),
    /// It is normal work, in these words: whether it was approved, people have to show.
    Awaits(String),
}

/// Why an expression is neither true nor false.
enum Unknown {
    /// People have to show that it was approved.
    Unapproved(String),
    /// Anything else.
    Because(String),
}

/// What is judged.
#[derive(Clone, Copy)]
enum Subject<'v> {
    Row(&'v Row),
    Rows(&'v [&'v Row]),
}

/// An interpreter, one per thread.
pub(super) struct Judge<'v> {
    root: Context<'v, 'v>,
    meter: Arc<Meter>,
    others: &'v Others<'v>,
    account: &'v Account,
    broken: Option<String>,
}

/// A row whose members are handed over, for all of its checks.
pub(super) struct Handed<'s> {
    scope: Context<'s, 's>,
    row: &'s Row,
}

impl<'v> Judge<'v> {
    pub(super) fn new(fixed: &'v Fixed, others: &'v Others<'v>) -> Self {
        let (mut root, meter) = (Context::default(), Meter::new());
        let added = functions::add(&mut root, &meter, fixed.now).and_then(|()| others::add(&mut root));
        let time = |time: DateTime<Utc>| Box::new(CelTimestamp::from(time.fixed_offset()));
        let (start, end) = (fixed.period.start_time(), fixed.period.end_time());
        root.add_variable_as_val("now", time(fixed.now));
        root.add_variable_as_val(
            "period",
            Box::new(map([("start", time(start) as _), ("end", time(end) as _)].into_iter())),
        );
        let accounts = fixed.accounts.iter().map(|id| cel(Value::from(id.as_str())));
        root.add_variable_as_val("accounts", Box::new(CelList::from(accounts.collect::<Vec<_>>())));
        let params = fixed.params.iter().map(|(name, value)| (name.as_str(), cel(value.clone())));
        root.add_variable_as_val("params", Box::new(map(params)));
        Self { root, meter, others, account: &fixed.account, broken: added.err() }
    }

    /// Hands a row over, with the members that its checks read.
    pub(super) fn hand<'s>(&'s self, row: &'s Row, checks: &[&Prepared<'_>]) -> Handed<'s> {
        let mut scope = self.place(&row.account, Some(&row.region));
        let value = row_members(row, |name| checks.iter().any(|check| check.reads(name)));
        scope.add_variable_as_val("r", Box::new(value));
        Handed { scope, row }
    }

    fn place<'s>(&'s self, account: &'s AccountId, region: Option<&'s Region>) -> Context<'s, 's> {
        let root: &'s Context<'s, 's> = &self.root;
        let mut scope = root.new_inner_scope();
        scope.add_variable_as_val("account", Box::new(CelString::from(account.as_str())));
        let region = region.map(Region::as_str).unwrap_or_default();
        scope.add_variable_as_val("region", Box::new(CelString::from(region)));
        scope
    }

    /// Judges a row.
    pub(super) fn row(&self, check: &Prepared<'_>, handed: &Handed<'_>) -> Outcome {
        let row = handed.row;
        self.judge(check, &handed.scope, (Subject::Row(row), false), &row.account, Some(&row.region))
    }

    /// Judges all rows of an account, or of one region of it.
    pub(super) fn rows(
        &self,
        check: &Prepared<'_>,
        account: &AccountId,
        region: Option<&Region>,
        rows: &[&Row],
    ) -> Outcome {
        self.rows_of(check, account, region, rows, false)
    }

    /// Whether what came is enough for a Pass, though not all of it came.
    pub(super) fn is_enough(&self, check: &Prepared<'_>, account: &AccountId, rows: &[&Row]) -> bool {
        let outcome = self.rows_of(check, account, None, rows, true);
        matches!(outcome, Outcome::Judged(Verdict::Pass, _))
    }

    fn rows_of(
        &self,
        check: &Prepared<'_>,
        account: &AccountId,
        region: Option<&Region>,
        rows: &[&Row],
        partly: bool,
    ) -> Outcome {
        let mut scope = self.place(account, region);
        let handed = rows.len() as u64 * HANDED;
        check.pass.taken.fetch_add(handed, Ordering::Relaxed);
        self.account.take(handed);
        if self.account.is_overdrawn() {
            return Outcome::Judged(Verdict::Undetermined, TOO_LARGE.to_owned());
        }
        scope.add_variable_as_val("rows", Box::new(list_value(rows.iter().copied())));
        self.judge(check, &scope, (Subject::Rows(rows), partly), account, region)
    }

    fn judge(
        &self,
        prepared: &Prepared<'_>,
        scope: &Context<'_, '_>,
        (subject, partly): (Subject<'_>, bool),
        account: &AccountId,
        region: Option<&Region>,
    ) -> Outcome {
        let undetermined = |reason| Outcome::Judged(Verdict::Undetermined, reason);
        if let Some(broken) = &self.broken {
            return undetermined(broken.clone());
        }
        // Where too much was taken, the judging ends with an error that names who did.
        if self.account.is_overdrawn() {
            return undetermined(TOO_LARGE.to_owned());
        }
        let by_region = prepared.check.per == Per::Region;
        let (names, at_need) = (&prepared.names, &prepared.check.reads_at_need);
        let is_regional = self.others.is_regional(&prepared.check.source);
        let (others, meter) = (self.others, self.meter.as_ref());
        let asker = Asker { others, meter, names, account, region, by_region, at_need, is_regional, partly };
        let mut scope = scope.new_inner_scope();
        if prepared.asks {
            scope.add_variable_as_val(OTHERS, Box::new(Window(&asker)));
        }
        if let (Some(when), Some(reads)) = (&prepared.check.when, &prepared.when) {
            match self.truth(when, reads, &scope, subject) {
                Ok(true) => {}
                Ok(false) => return Outcome::Skipped,
                Err(Unknown::Unapproved(reason) | Unknown::Because(reason)) => return undetermined(reason),
            }
        }
        match self.truth(&prepared.check.pass, &prepared.pass, &scope, subject) {
            Ok(true) => Outcome::Judged(Verdict::Pass, String::new()),
            Ok(false) => Outcome::Judged(Verdict::Fail, self.detail(prepared, &scope)),
            Err(Unknown::Unapproved(reason)) => Outcome::Awaits(reason),
            Err(Unknown::Because(reason)) => undetermined(reason),
        }
    }

    /// Why it fails; a detail that cannot be worked out must not hide the Fail.
    fn detail(&self, prepared: &Prepared<'_>, scope: &Context<'_, '_>) -> String {
        let told = prepared.check.detail.as_ref().and_then(|detail| {
            let value = self.run(detail, prepared.detail.as_ref()?, scope).ok()?;
            let text = value.downcast_ref::<CelString>()?.inner();
            (!text.is_empty()).then(|| text.chars().take(MAX_DETAIL).collect())
        });
        told.unwrap_or_else(|| format!("expected: {}", prepared.check.title))
    }

    fn truth(
        &self,
        expression: &Expression,
        reads: &Reads,
        scope: &Context<'_, '_>,
        subject: Subject<'_>,
    ) -> Result<bool, Unknown> {
        if let Some((part, gap)) = unread(reads, subject) {
            return Err(Unknown::Because(gap_reason(part, gap)));
        }
        let explained = |error| {
            let data = match subject {
                Subject::Row(row) => Some(row.data.read()),
                Subject::Rows(_) => None,
            };
            match error {
                ExecutionError::FunctionError { function, message } if function == APPROVAL => {
                    Unknown::Unapproved(message.chars().take(MAX_DETAIL).collect())
                }
                error => Unknown::Because(explain(&error, expression, data.as_ref())),
            }
        };
        let value = self.run(expression, reads, scope).map_err(explained)?;
        let truth = value.downcast_ref::<CelBool>().map(|truth| *truth.inner());
        let kind = || format!("the expression failed: it gives a {}, not true or false", value.get_type().name());
        truth.ok_or_else(|| Unknown::Because(kind()))
    }

    fn run<'e, 's>(
        &self,
        expression: &'e Expression,
        reads: &Reads,
        scope: &'e Context<'_, 's>,
    ) -> Result<CowVal<'e, 's>, ExecutionError> {
        self.meter.start();
        let evaluate = || {
            self.meter.steps(reads.size)?;
            Cel::resolve_val(expression.charged(), scope)
        };
        // A hole in the interpreter must not end the whole judging.
        let value = catch_unwind(AssertUnwindSafe(evaluate)).unwrap_or_else(|panic| Err(broken_off(panic.as_ref())));
        let taken = self.meter.end();
        reads.taken.fetch_add(taken, Ordering::Relaxed);
        self.account.take(taken);
        if self.meter.is_spent() { Err(ExecutionError::function_error(SPENT, "")) } else { value }
    }
}

/// The function that an error names where the interpreter panicked.
const BROKEN_OFF: &str = "@broken";

fn broken_off(panic: &(dyn Any + Send)) -> ExecutionError {
    ExecutionError::function_error(BROKEN_OFF, panic_words(panic))
}

/// Steps in which a row is handed over.
const HANDED: u64 = 50;

const TOO_LARGE: &str = "AWS's answer is too large to be judged by this check";

/// A reason stands in a table's cell.
const MAX_DETAIL: usize = 600;

/// A part that the expression reads (be it only in `has`) and that could not be read.
fn unread<'v>(reads: &Reads, subject: Subject<'v>) -> Option<(&'v str, &'v Gap)> {
    let named = |(part, gap): (&'v String, &'v Gap)| (part.as_str(), gap);
    match subject {
        Subject::Row(row) => row.unread.iter().find(|(part, _)| reads.row.include(part)).map(named),
        Subject::Rows(rows) => {
            let mut parts = rows.iter().flat_map(|row| &row.unread);
            parts.find(|(part, _)| reads.names.contains(*part)).map(named)
        }
    }
}

/// An error in words that a person understands who knows AWS, not CEL.
fn explain(error: &ExecutionError, expression: &Expression, data: Option<&Value>) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("`{}` is not in AWS's answer", missing(key, expression, data)),
        ExecutionError::IndexOutOfBounds(_) => "a list in AWS's answer is shorter than the check expects".to_owned(),
        ExecutionError::FunctionError { function, .. } if function == SPENT => TOO_LARGE.to_owned(),
        ExecutionError::FunctionError { function, message } if function == BROKEN_OFF => {
            format!("the expression failed: the interpreter broke off: {message}").chars().take(MAX_DETAIL).collect()
        }
        ExecutionError::FunctionError { function, message }
            if matches!(
                function.as_str(),
                "find" | "find_anywhere" | "rows" | "rows_where" | ALARMS_MISSING | UNDETERMINED
            ) =>
        {
            message.clone()
        }
        ExecutionError::FunctionError { function, message } => {
            format!("the expression failed: {function}: {message}").chars().take(MAX_DETAIL).collect()
        }
        other => format!("the expression failed: {other}").chars().take(MAX_DETAIL).collect(),
    }
}

/// The path to a missing member: CEL names its last word only.
fn missing(key: &str, expression: &Expression, data: Option<&Value>) -> String {
    let paths = expression.paths();
    let broken_at = |path: &&Vec<String>| {
        let mut value = data;
        let first = path.iter().skip(1).position(|name| {
            value = value.and_then(|value| value.get(name));
            value.is_none()
        });
        first.filter(|at| path.get(at + 1).is_some_and(|name| name == key))
    };
    let of_row = paths.iter().filter(|path| data.is_some() && path.first().is_some_and(|name| name == "r"));
    let exact = of_row.filter_map(|path| Some((path, broken_at(&path)?))).next();
    let any = || paths.iter().find_map(|path| Some((path, path.iter().skip(1).position(|name| name == key)?)));
    match exact.or_else(any) {
        Some((path, at)) => path.get(1..=at + 1).unwrap_or_default().join("."),
        None => key.to_owned(),
    }
}
