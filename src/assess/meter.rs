//! What judging may cost: each evaluation has a budget of steps and of memory, and all of them together another.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use cel::ExecutionError;
use cel::common::value::Val;

use super::values::{Weight, weigh};
use crate::model::CheckId;

/// The function that an error of the meter names.
pub(super) const SPENT: &str = "@spent";

/// The steps of one evaluation: some two seconds' work; real rows cost some hundreds.
pub(super) const BUDGET: u64 = 16_000_000;

/// The bytes that one evaluation may make, what it has let go of included.
const MEMORY: u64 = 256 << 20;

/// The bytes that an evaluation may make beside others; one that makes more waits until no other does.
const BESIDE: u64 = 32 << 20;

/// What one evaluation has left.
pub(super) struct Meter {
    left: AtomicU64,
    made: AtomicU64,
    spent: AtomicBool,
    alone: AtomicBool,
}

impl Meter {
    pub(super) fn new() -> Arc<Self> {
        let (left, made) = (AtomicU64::new(BUDGET), AtomicU64::new(0));
        Arc::new(Self { left, made, spent: AtomicBool::new(false), alone: AtomicBool::new(false) })
    }

    /// Fills the budget up for an evaluation.
    pub(super) fn start(&self) {
        self.left.store(BUDGET, Ordering::Relaxed);
        self.made.store(0, Ordering::Relaxed);
        self.spent.store(false, Ordering::Relaxed);
    }

    /// Ends an evaluation, and gives the steps that it took.
    pub(super) fn end(&self) -> u64 {
        if self.alone.swap(false, Ordering::Relaxed) {
            LARGE.leave();
        }
        BUDGET - self.left.load(Ordering::Relaxed)
    }

    /// Whether an evaluation was ended: what it says then means nothing, whatever `||` made of the error.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed)
    }

    /// Takes steps.
    pub(super) fn steps(&self, steps: u64) -> Result<(), ExecutionError> {
        let left = self.left.load(Ordering::Relaxed).saturating_sub(steps);
        self.left.store(left, Ordering::Relaxed);
        if left == 0 { Err(self.spend()) } else { Ok(()) }
    }

    /// Takes memory that will be filled.
    pub(super) fn bytes(&self, bytes: u64) -> Result<(), ExecutionError> {
        let made = self.made.load(Ordering::Relaxed).saturating_add(bytes);
        self.made.store(made, Ordering::Relaxed);
        if made > MEMORY {
            return Err(self.spend());
        }
        if made > BESIDE && !self.alone.swap(true, Ordering::Relaxed) {
            LARGE.enter();
        }
        Ok(())
    }

    /// Weighs a value, as far as there are steps left to do so, and takes the steps.
    pub(super) fn weighed(&self, value: &dyn Val) -> Result<Weight, ExecutionError> {
        let weight = weigh(value, self.left.load(Ordering::Relaxed));
        self.steps(weight.steps)?;
        Ok(weight)
    }

    /// Takes what it costs to copy a value.
    pub(super) fn copied(&self, value: &dyn Val) -> Result<Weight, ExecutionError> {
        let weight = self.weighed(value)?;
        self.bytes(weight.bytes)?;
        Ok(weight)
    }

    fn spend(&self) -> ExecutionError {
        self.left.store(0, Ordering::Relaxed);
        self.spent.store(true, Ordering::Relaxed);
        ExecutionError::function_error(SPENT, "too large to judge")
    }
}

/// Lets one evaluation after the other make much. The verdict never depends on who comes first: each has its own budget.
struct Large {
    taken: Mutex<bool>,
    free: Condvar,
}

static LARGE: Large = Large { taken: Mutex::new(false), free: Condvar::new() };

impl Large {
    fn enter(&self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken {
            taken = self.free.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken = true;
    }

    fn leave(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.free.notify_one();
    }
}

/// How many steps judging may take in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// Mappings of our own: each evaluation has its budget, all together have none.
    Unbounded,
    /// Mappings of others: so many times the usual bound.
    Times(u32),
}

/// Steps that are allowed whatever there is to judge: some ten seconds of one core.
const BASE: u64 = 80_000_000;

/// Further steps for each row of evidence: all our checks together take a small part of them.
const PER_ROW: u64 = 2_000;

impl Allowance {
    /// The steps for so many rows; none: unbounded.
    pub(super) fn steps(self, rows: usize) -> Option<u64> {
        match self {
            Self::Unbounded => None,
            Self::Times(times) => {
                let usual = BASE.saturating_add(PER_ROW.saturating_mul(rows as u64));
                Some(usual.saturating_mul(u64::from(times)))
            }
        }
    }
}

/// What all evaluations took together.
pub(super) struct Account {
    limit: Option<u64>,
    taken: AtomicU64,
    most: AtomicU64,
    costliest: Mutex<Option<Costliest>>,
}

/// The expression that took most, and what it took.
struct Costliest {
    check: CheckId,
    expression: String,
    taken: u64,
}

impl Account {
    pub(super) fn new(limit: Option<u64>) -> Self {
        Self { limit, taken: AtomicU64::new(0), most: AtomicU64::new(0), costliest: Mutex::default() }
    }

    /// Books what an evaluation took.
    pub(super) fn take(&self, steps: u64) {
        self.taken.fetch_add(steps, Ordering::Relaxed);
        self.most.fetch_max(steps, Ordering::Relaxed);
    }

    /// What was taken, of what is there for so many rows.
    pub(super) fn cost(self, rows: usize) -> Cost {
        let allowed = Allowance::Times(1).steps(rows).unwrap_or(0);
        let costliest = self.costliest.into_inner().unwrap_or_else(PoisonError::into_inner);
        Cost {
            evaluation: self.most.into_inner() as f64 / BUDGET as f64,
            all: self.taken.into_inner() as f64 / allowed as f64,
            check: costliest.map(|most| most.check),
        }
    }

    /// Whether more was taken than there is.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.limit.is_some_and(|limit| self.taken.load(Ordering::Relaxed) > limit)
    }

    /// Remembers what an expression took, if it is the most so far.
    pub(super) fn note(&self, check: &CheckId, expression: &str, taken: u64) {
        let mut costliest = self.costliest.lock().unwrap_or_else(PoisonError::into_inner);
        if costliest.as_ref().is_none_or(|most| taken > most.taken) {
            *costliest = Some(Costliest { check: check.clone(), expression: expression.to_owned(), taken });
        }
    }

    /// Who took too much, if that is what happened.
    pub(super) fn overdraft(self) -> Option<TooCostly> {
        let limit = self.limit.filter(|_| self.is_overdrawn())?;
        let Costliest { check, expression, taken } =
            self.costliest.into_inner().unwrap_or_else(PoisonError::into_inner)?;
        let mut words = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = words.char_indices().nth(MAX_SHOWN) {
            words.truncate(end);
            words.push('…');
        }
        Some(TooCostly { check, expression: words, taken, limit })
    }
}

/// Characters of an expression that a message shows.
const MAX_SHOWN: usize = 200;

/// What judging took, as parts of what it may.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The costliest evaluation, of what one has.
    pub evaluation: f64,
    /// All evaluations, of what all have together.
    pub all: f64,
    /// The check that took most in all.
    pub check: Option<CheckId>,
}

/// Judging took more steps than it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooCostly {
    /// The check that took most of them.
    pub check: CheckId,
    /// The expression of it that did.
    pub expression: String,
    /// What it took, in steps.
    pub taken: u64,
    /// What all checks together may take.
    pub limit: u64,
}

impl fmt::Display for TooCostly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let million = |steps: u64| steps.div_ceil(1_000_000);
        write!(
            f,
            "judging takes more than the {} million steps that it may: check {} alone took {} million, with the \
             expression `{}`",
            million(self.limit),
            self.check,
            million(self.taken),
            self.expression,
        )
    }
}

impl std::error::Error for TooCostly {}
