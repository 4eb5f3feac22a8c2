//! Before everything else: who we are, which regions the account has, what it is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use serde_json::Value;

use crate::model::{
    AccountId, AccountScope, AccountSettings, Caller, Collector, Partition, Region, Source, SourceId, text_of,
};

use crate::walk::{Event, Tree};

use super::CollectError;
use super::account::AccountContext;
use super::bounds::{NoSecondTime, Taking};
use super::classify;
use super::endpoint::partition_of;
use super::generic::Callers;
use super::label::{Label, Reply};
use super::offers::not_offered;
use super::recorder::{Captured, Recorder, observe};
use super::run::Run;
use super::session::{Session, account_label, region};
use super::source_run::run_tree;

/// The source of the chain of custody.
const CALLER: &str = "sts.caller-identity";
/// The source of the regions that an account has.
const REGIONS: &str = "account.regions";
/// The source of the account's name.
const ALIASES: &str = "iam.account-aliases";

/// An account that is ready to be asked.
pub(crate) struct ReadyAccount {
    pub(crate) context: AccountContext,
    pub(crate) caller: Caller,
    pub(crate) scope: AccountScope,
}

/// Finds out about one account.
pub(crate) async fn identify(
    session: &Session,
    entered: Option<&AccountSettings>,
    run: &Arc<Run>,
) -> Result<ReadyAccount, CollectError> {
    let sdk = session.account(entered).await?;
    let asked = session.region();
    let client = aws_sdk_sts::Client::from_conf(
        aws_sdk_sts::config::Builder::from(&sdk)
            .region(region(&asked))
            .interceptor(Recorder)
            .retry_classifier(NoSecondTime)
            .build(),
    );
    let (result, captured) = observe(&run.memory, Taking::Whole, client.get_caller_identity().send()).await;
    let output = result.map_err(|error| classify::first_call(&classify::failure(&error), &asked))?;
    let caller = caller(&output)?;
    if let Some(entered) = entered.filter(|entered| entered.id != caller.account) {
        return Err(CollectError::WrongAccount { expected: entered.id.clone(), found: caller.account });
    }
    let partition = caller.arn.split(':').nth(1).filter(|text| !text.is_empty()).map(Partition::from);
    let partition = partition.unwrap_or_else(|| partition_of(&asked));
    // A partition that the table does not know has at least the region that answered.
    let home = if partition == partition_of(&asked) { partition.home() } else { asked.clone() };
    let mut context = AccountContext {
        account: caller.account.clone(),
        partition,
        home,
        regions: Vec::new(),
        not_offered: BTreeMap::new(),
        label: account_label(entered).to_owned(),
        sdk,
        callers: Callers::default(),
        run: Arc::clone(run),
    };
    keep_identity(&context, &asked, captured).await?;
    let regions = regions(&context, &asked).await?;
    context.regions = regions.asked.clone();
    let (not_offered, offers_known_by) = not_offered(&context, &asked).await?;
    context.not_offered = not_offered.clone();
    let scope = AccountScope {
        id: context.account.clone(),
        alias: alias(&context).await?,
        partition: context.partition.clone(),
        not_offered,
        offers_known_by,
        regions: regions.asked,
        disabled_regions: regions.disabled,
        excluded_regions: regions.excluded,
    };
    Ok(ReadyAccount { context, caller, scope })
}

fn caller(output: &GetCallerIdentityOutput) -> Result<Caller, CollectError> {
    let (Some(account), Some(arn)) = (output.account(), output.arn()) else {
        return Err(CollectError::NoIdentity("the answer names neither account nor ARN".to_owned()));
    };
    let user_id = output.user_id().unwrap_or_default().to_owned();
    Ok(Caller { account: AccountId::from(account), arn: arn.to_owned(), user_id })
}

/// The answer came before it was known whose it was.
async fn keep_identity(ctx: &AccountContext, asked: &Region, captured: Captured) -> Result<(), CollectError> {
    ctx.run.progress.planned(&ctx.account, 1);
    let label = Label::new(CALLER, "GetCallerIdentity", asked);
    ctx.settle(label, Ok(()), captured).await.map(drop)
}

/// The regions of an account, each list sorted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Regions {
    asked: Vec<Region>,
    disabled: Vec<Region>,
    excluded: Vec<Region>,
}

async fn regions(ctx: &AccountContext, session_region: &Region) -> Result<Regions, CollectError> {
    let wanted: BTreeSet<&Region> = ctx.settings().scope.regions.iter().collect();
    let listed = match ctx.run.catalog.sources.get(&SourceId::from(REGIONS)) {
        Some(source) => list_regions(ctx, source, session_region).await?,
        None => None,
    };
    let Some(listed) = listed else {
        // The gap is kept; the settings, or the region of the credentials, are all there is to go by.
        let mut asked: Vec<Region> = wanted.into_iter().cloned().collect();
        if asked.is_empty() {
            asked.push(session_region.clone());
        }
        return Ok(Regions { asked, ..Regions::default() });
    };
    choose(&ctx.account, &listed, &wanted)
}

/// Region name to whether it is enabled.
type Listed = BTreeMap<Region, Enabled>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enabled {
    Yes,
    No,
}

async fn list_regions(
    ctx: &AccountContext,
    source: &Source,
    session_region: &Region,
) -> Result<Option<Listed>, CollectError> {
    let (mut listed, mut whole) = (Listed::new(), false);
    let tree = Tree::new(source, &|_| Vec::new());
    let see = |event: &Event<'_>| match event {
        Event::Row(_, row) => listed.extend(region_item(&row.data.read())),
        Event::Read(..) => whole = true,
        Event::Ask(_) | Event::Gap(_) => {}
    };
    run_tree(ctx, &tree, session_region, see).await?;
    Ok((whole && !listed.is_empty()).then_some(listed))
}

/// EC2 writes `regionName` and `optInStatus`, the Account service `RegionName` and `RegionOptStatus`.
fn region_item(item: &Value) -> Option<(Region, Enabled)> {
    let text = |names: [&str; 2]| names.iter().find_map(|name| item.get(name).and_then(text_of));
    let name = text(["regionName", "RegionName"])?;
    let enabled = match text(["optInStatus", "RegionOptStatus"]).as_deref() {
        Some("not-opted-in" | "DISABLED" | "DISABLING" | "ENABLING") => Enabled::No,
        _ => Enabled::Yes,
    };
    Some((Region::new(name), enabled))
}

fn choose(account: &AccountId, listed: &Listed, wanted: &BTreeSet<&Region>) -> Result<Regions, CollectError> {
    for region in wanted {
        match listed.get(region) {
            Some(Enabled::Yes) => {}
            Some(Enabled::No) => {
                return Err(CollectError::DisabledRegion { account: account.clone(), region: (*region).clone() });
            }
            None => {
                let known = listed.keys().map(Region::as_str).collect::<Vec<_>>().join(", ");
                return Err(CollectError::UnknownRegion { account: account.clone(), region: (*region).clone(), known });
            }
        }
    }
    let mut regions = Regions::default();
    for (region, enabled) in listed {
        let list = match enabled {
            Enabled::No => &mut regions.disabled,
            Enabled::Yes if wanted.is_empty() || wanted.contains(region) => &mut regions.asked,
            Enabled::Yes => &mut regions.excluded,
        };
        list.push(region.clone());
    }
    Ok(regions)
}

/// The account's alias, when the settings want that source; IAM's conversation leaves it to us.
async fn alias(ctx: &AccountContext) -> Result<Option<String>, CollectError> {
    if ctx.wanted(ALIASES).is_none_or(|source| source.collector != Collector::Identity) {
        return Ok(None);
    }
    let label = Label::new(ALIASES, "ListAccountAliases", &ctx.home);
    let reply = ctx.call(label, ctx.iam().list_account_aliases().send()).await?;
    let Reply::Content(output) = reply else { return Ok(None) };
    Ok(output.account_aliases().first().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn listed() -> Listed {
        [("eu-west-1", "opt-in-not-required"), ("eu-south-1", "not-opted-in"), ("us-east-1", "opted-in")]
            .iter()
            .filter_map(|(name, status)| region_item(&json!({ "regionName": name, "optInStatus": status })))
            .collect()
    }

    fn names(regions: &[Region]) -> Vec<&str> {
        regions.iter().map(Region::as_str).collect()
    }

    #[test]
    fn disabled_and_excluded_regions_are_named() {
        let account = AccountId::from("1");
        let all = choose(&account, &listed(), &BTreeSet::new()).unwrap();
        assert_eq!((names(&all.asked), names(&all.disabled)), (vec!["eu-west-1", "us-east-1"], vec!["eu-south-1"]));
        let ireland = Region::from("eu-west-1");
        let one = choose(&account, &listed(), &[&ireland].into()).unwrap();
        assert_eq!((names(&one.asked), names(&one.excluded)), (vec!["eu-west-1"], vec!["us-east-1"]));
    }

    #[test]
    fn unknown_and_disabled_regions_of_the_settings_are_refused() {
        let refused = |name: &str| {
            let region = Region::from(name);
            choose(&AccountId::from("1"), &listed(), &[&region].into()).unwrap_err().to_string()
        };
        assert!(refused("eu-wst-1").contains("no region `eu-wst-1`; AWS lists eu-south-1, eu-west-1, us-east-1"));
        assert!(refused("eu-south-1").contains("is not enabled"));
    }
}
