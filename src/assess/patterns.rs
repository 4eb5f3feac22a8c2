//! Regular expressions of checks: compiled once, and charged by what they cost at worst.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cel::ExecutionError;
use regex::{Regex, RegexBuilder};

use super::meter::Meter;

/// Patterns that a thread keeps compiled.
const KEPT: usize = 8;

/// How large a pattern may be compiled, in bytes: the last is what CEL's own `matches` takes. A pattern is charged by the
/// least that it fits: its states, which each byte of the text may have to be held against.
const SIZES: [usize; 7] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 10 << 20];

/// Bytes of a compiled pattern that one step pays for at each byte of the text.
const SIZE_A_STEP: usize = 1 << 10;

/// Bytes that compiling fills in one step.
const COMPILED_A_STEP: u64 = 16;

/// The lazy automaton's cache of one pattern: the library's own is 2 MB, for each of several.
const CACHE: usize = 512 << 10;

/// A compiled pattern, and the steps that a byte of the text costs.
#[derive(Clone)]
struct Pattern {
    regex: Arc<Regex>,
    steps: u64,
}

/// The patterns that a thread met last.
#[derive(Default)]
pub(super) struct Patterns(Mutex<HashMap<String, Pattern>>);

impl Patterns {
    /// Whether the pattern is found in the text.
    pub(super) fn matches(&self, meter: &Meter, text: &str, pattern: &str) -> Result<bool, ExecutionError> {
        meter.steps(1 + pattern.len() as u64 / 32)?;
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
        let compiled = match found {
            Some(compiled) => compiled,
            None => self.compiled(meter, pattern)?,
        };
        meter.steps(compiled.steps.saturating_mul(1 + text.len() as u64))?;
        Ok(compiled.regex.is_match(text))
    }

    fn compiled(&self, meter: &Meter, pattern: &str) -> Result<Pattern, ExecutionError> {
        // What it takes to parse it.
        meter.steps(4 * pattern.len() as u64)?;
        meter.bytes(64 * pattern.len() as u64)?;
        let mut last = None;
        for size in SIZES {
            meter.steps(size as u64 / COMPILED_A_STEP)?;
            match RegexBuilder::new(pattern).size_limit(size).dfa_size_limit(CACHE).build() {
                Ok(regex) => {
                    let compiled = Pattern { regex: Arc::new(regex), steps: (size / SIZE_A_STEP) as u64 };
                    let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                    if kept.len() >= KEPT {
                        kept.clear();
                    }
                    kept.insert(pattern.to_owned(), compiled.clone());
                    return Ok(compiled);
                }
                Err(error @ regex::Error::CompiledTooBig(_)) => last = Some(error),
                Err(error) => {
                    last = Some(error);
                    break;
                }
            }
        }
        let why = last.map(|error| error.to_string()).unwrap_or_default();
        Err(ExecutionError::function_error("matches", format!("'{pattern}' not a valid regex:\n{why}")))
    }
}
