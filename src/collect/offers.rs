//! Before everything else: in which of the regions AWS does not offer a service, so that it is not asked there.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{OffersKnownBy, Region};
use crate::walk::{Event, Tree};

use super::CollectError;
use super::account::AccountContext;
use super::source_run::run_tree;

/// The source of AWS's public parameters.
const PARAMETERS: &str = "ssm.service-regions";

/// By service, the account's regions in which AWS does not offer it. The dated list of the mappings says so, and where it
/// names one, AWS's public parameters are asked in the region of the credentials whether that has changed since.
pub(super) async fn not_offered(
    ctx: &AccountContext,
    session_region: &Region,
) -> Result<(BTreeMap<String, BTreeSet<Region>>, OffersKnownBy), CollectError> {
    let listed = ctx.run.catalog.offers.missing(&ctx.regions);
    let Some(source) = ctx.wanted(PARAMETERS).filter(|_| !listed.is_empty()) else {
        return Ok((listed, OffersKnownBy::List));
    };
    let mut offers = ctx.run.catalog.offers.clone();
    let mut known_by = OffersKnownBy::List;
    let tree = Tree::new(source, &|_| Vec::new());
    let see = |event: &Event<'_>| match event {
        Event::Row(_, row) => offers.learn(&row.key),
        Event::Read(..) => known_by = OffersKnownBy::Parameters,
        Event::Ask(_) | Event::Gap(_) => {}
    };
    run_tree(ctx, &tree, session_region, see).await?;
    Ok((offers.missing(&ctx.regions), known_by))
}
