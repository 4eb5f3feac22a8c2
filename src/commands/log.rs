//! The log on stderr that `-v` asks for.

use std::io;

use tracing_subscriber::EnvFilter;

/// What is logged by `-v`, and by `-vv`. The SDK writes requests with their signatures at its finer levels, so those stay
/// closed: a log must be fit to be pasted into a ticket.
const LEVELS: [&str; 2] = ["info", "info,aws_config=debug,aws_smithy_runtime::client::retries=debug"];

/// Starts the log; without `-v` there is none.
pub(super) fn start(verbose: u8) {
    let Some(levels) = verbose.checked_sub(1).map(|more| LEVELS[usize::from(more.min(1))]) else { return };
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(levels)).with_writer(io::stderr);
    let _ = log.with_target(true).try_init();
}
