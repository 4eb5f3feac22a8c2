//! Conversations: the four services at the heart, asked in Rust on the typed SDK crates where one answer decides what is
//! asked next. How the replies are read stands in their sources, as for every other service.

mod artifact;
mod cloudtrail;
mod config;
mod iam;
mod last_accessed;
mod lookup;
#[cfg(test)]
mod tests;
mod topic;
mod trail;

use futures_util::future::try_join5;

use super::{AccountContext, CollectError};
use topic::{MAX_PAGES, Topic, side_by_side, topics};

/// Holds all conversations of an account, about those of their sources that the settings choose.
pub(crate) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    try_join5(
        iam::converse(account),
        cloudtrail::converse(account),
        config::converse(account),
        artifact::converse(account),
        trail::converse(account),
    )
    .await?;
    Ok(())
}
