//! The log on stderr that `-v` asks for.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::collect::LOG_LEVELS;

/// Starts the log; without `-v` there is none.
pub(super) fn start(verbose: u8) {
    let Some(levels) = verbose.checked_sub(1).map(|more| LOG_LEVELS[usize::from(more.min(1))]) else { return };
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(levels)).with_writer(io::stderr);
    let _ = log.with_target(true).try_init();
}
