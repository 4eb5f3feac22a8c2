//! Progress on stderr: a bar per account on a terminal, silence elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::{AccountId, Progress};

/// A bar per account: calls done of those known, and gaps.
pub(super) struct Bars {
    all: MultiProgress,
    accounts: Mutex<BTreeMap<AccountId, (ProgressBar, u64)>>,
}

impl Bars {
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { all: MultiProgress::with_draw_target(target), accounts: Mutex::default() }
    }

    /// Removes the bars from the terminal.
    pub(super) fn clear(&self) {
        let _ = self.all.clear();
    }

    fn with(&self, account: &AccountId, act: impl FnOnce(&ProgressBar, &mut u64)) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let (bar, gaps) = accounts.entry(account.clone()).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(0));
            let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} calls {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_prefix(account.to_string());
            (bar, 0)
        });
        act(bar, gaps);
    }
}

impl Progress for Bars {
    fn planned(&self, account: &AccountId, calls: u64) {
        self.with(account, |bar, _| bar.inc_length(calls));
    }

    fn done(&self, account: &AccountId) {
        self.with(account, |bar, _| bar.inc(1));
    }

    fn gap(&self, account: &AccountId) {
        self.with(account, |bar, gaps| {
            *gaps += 1;
            bar.set_message(format!("{gaps} gaps"));
            bar.inc(1);
        });
    }
}
