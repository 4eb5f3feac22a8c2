//! Who owns a requirement, for the services in use, in each account and in all.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AccountId, AccountSplit, Catalog, FrameworkId, InUse, Owner, Premises, PremisesSetting, Requirement,
    Responsibility, Service, ServiceInAccount, ServiceInUse, Settings, SplitOverride,
};

/// The owner of a requirement and what made it so.
#[derive(Debug, PartialEq)]
pub(super) struct Split {
    pub(super) responsibility: Responsibility,
    pub(super) lines: Vec<String>,
    /// Account by account, where they differ.
    pub(super) accounts: Vec<AccountSplit>,
    /// Set when the settings decide.
    pub(super) set: Option<SplitOverride>,
}

/// The split for the services in use; the settings go before.
pub(super) fn split(
    framework: &FrameworkId,
    requirement: &Requirement,
    catalog: &Catalog,
    settings: &Settings,
    used: &[ServiceInUse],
) -> Split {
    let own_premises = settings.premises.as_ref();
    let computed = known_owners(requirement, catalog, used, None);
    let (computed, mut lines) = with_premises(requirement, own_premises, computed);
    let accounts = by_account(requirement, catalog, used, own_premises);
    let own = |set: &&crate::model::SplitSetting| set.framework == *framework && set.requirement == requirement.id;
    let Some(set) = settings.splits.iter().find(own) else {
        return Split { responsibility: computed, lines, accounts, set: None };
    };
    lines.insert(0, format!("set by the settings: {} ({})", set.responsibility.words(), set.reason));
    let set = SplitOverride {
        framework: framework.clone(),
        requirement: requirement.id.clone(),
        computed,
        responsibility: set.responsibility,
        reason: set.reason.clone(),
    };
    Split { responsibility: set.responsibility, lines, accounts: Vec::new(), set: Some(set) }
}

/// Nothing where all accounts agree.
fn by_account(
    requirement: &Requirement,
    catalog: &Catalog,
    used: &[ServiceInUse],
    own_premises: Option<&PremisesSetting>,
) -> Vec<AccountSplit> {
    let accounts: BTreeSet<&AccountId> =
        used.iter().flat_map(|service| &service.accounts).map(|own| &own.account).collect();
    let of = |account: &AccountId| {
        let computed = known_owners(requirement, catalog, used, Some(account));
        let (responsibility, split) = with_premises(requirement, own_premises, computed);
        AccountSplit { account: account.clone(), responsibility, split }
    };
    let splits: Vec<AccountSplit> = accounts.into_iter().map(of).collect();
    let differ = splits.windows(2).any(|pair| pair[0].responsibility != pair[1].responsibility);
    if differ { splits } else { Vec::new() }
}

/// AWS's data centers are not the only place where work is done: until the organization says that it has nothing of
/// its own, what AWS does for its sites is half of it.
fn with_premises(
    requirement: &Requirement,
    own: Option<&PremisesSetting>,
    (computed, mut lines): (Responsibility, Vec<String>),
) -> (Responsibility, Vec<String>) {
    let Some(what) = requirement.premises else { return (computed, lines) };
    let name = match what {
        Premises::Sites => "own sites",
        Premises::Equipment => "own equipment",
    };
    let (has, line) = match own {
        None => (true, format!("{name}: customer (`[premises]` in the settings does not say that there are none)")),
        Some(own) if own.sites.has(what) => (true, format!("{name}: customer ({}: {})", own.sites.words(), own.reason)),
        Some(own) => (false, format!("{name}: none ({}: {})", own.sites.words(), own.reason)),
    };
    lines.push(line);
    match computed {
        Responsibility::Inherited if has => (Responsibility::Shared, lines),
        _ => (computed, lines),
    }
}

/// The owner by what is known to be in use, and of what is not known what would make another owner.
fn known_owners(
    requirement: &Requirement,
    catalog: &Catalog,
    used: &[ServiceInUse],
    account: Option<&AccountId>,
) -> (Responsibility, Vec<String>) {
    let all = services(catalog, used, account);
    let (known, not_known): (Vec<Used<'_>>, Vec<Used<'_>>) =
        all.into_iter().partition(|(_, own)| own.in_use == InUse::Known);
    let (responsibility, mut lines) = owners(requirement, catalog, &known);
    for (service, own) in not_known {
        let with: Vec<Used<'_>> = known.iter().copied().chain([(service, own)]).collect();
        let other = owners(requirement, catalog, &with).0;
        if other != responsibility {
            let (title, why) = (&service.title, own.because.join(", "));
            lines.push(format!("not known whether {title} is in use ({why}); if so: {}", other.words()));
        }
    }
    lines.dedup();
    (responsibility, lines)
}

type Used<'a> = (&'a Service, &'a ServiceInAccount);

fn services<'a>(catalog: &'a Catalog, used: &'a [ServiceInUse], account: Option<&AccountId>) -> Vec<Used<'a>> {
    let here = |own: &&ServiceInAccount| account.is_none_or(|account| own.account == *account);
    let all = used.iter().filter_map(|used| Some((catalog.services.get(&used.key)?, used)));
    all.flat_map(|(service, used)| used.accounts.iter().filter(here).map(move |own| (service, own))).collect()
}

/// Takes the owners of the requirement's layers in all services given: one owner owns it, several share it.
fn owners(requirement: &Requirement, catalog: &Catalog, services: &[Used<'_>]) -> (Responsibility, Vec<String>) {
    if requirement.layers.is_empty() {
        let line = format!("the same for every service: {}", requirement.responsibility.words());
        return (requirement.responsibility, vec![line]);
    }
    let mut owners = BTreeSet::new();
    let mut lines = Vec::new();
    for layer in &requirement.layers {
        let deciding = services.iter().any(|(service, _)| service.decides.contains(layer));
        let owned = names(layer, services, catalog);
        let most = owned.values().map(BTreeSet::len).max().unwrap_or_default();
        let alone = owned.len() == 1;
        let listed = |names: &[Name]| match names.len() {
            many if many > MOST_NAMED && many == most && alone => format!("all {many} services in use"),
            many if many > MOST_NAMED && many == most => format!("the other {many} services in use"),
            _ => names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(", "),
        };
        for (owner, names) in owned.clone() {
            let (decides, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.decides || !deciding);
            if !decides.is_empty() {
                owners.insert(owner);
                lines.push(format!("{layer}: {owner} ({})", listed(&decides)));
            }
            if !others.is_empty() {
                lines.push(format!("{layer}, for what runs in AWS Regions: {owner} ({})", listed(&others)));
            }
        }
    }
    let responsibility = match owners.into_iter().collect::<Vec<_>>().as_slice() {
        [] => {
            let words = requirement.responsibility.words();
            lines.push(format!("no service in use has these layers; for AWS in general: {words}"));
            requirement.responsibility
        }
        ["aws"] => Responsibility::Inherited,
        ["customer"] => Responsibility::Customer,
        _ => Responsibility::Shared,
    };
    (responsibility, lines)
}

/// A service that has a layer, as a line names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    text: String,
    decides: bool,
}

/// Of more services only those are named that differ; the report lists all that are in use.
const MOST_NAMED: usize = 6;

/// The services that have a layer, by its owner.
fn names(layer: &String, services: &[Used<'_>], catalog: &Catalog) -> BTreeMap<&'static str, BTreeSet<Name>> {
    let mut names: BTreeMap<&'static str, BTreeSet<Name>> = BTreeMap::new();
    for (service, own) in services {
        let variant = own.variants.iter().find(|variant| variant.layer == *layer);
        let general = catalog.services.get(&service.key).and_then(|service| service.layers.get(layer));
        let Some(owner) = variant.map(|variant| variant.owner).or(general.copied()) else { continue };
        let text = match variant {
            Some(variant) => format!("{}: {}", service.title, variant.because),
            None => service.title.clone(),
        };
        names.entry(word(owner)).or_default().insert(Name { text, decides: service.decides.contains(layer) });
    }
    names
}

fn word(owner: Owner) -> &'static str {
    match owner {
        Owner::Aws => "aws",
        Owner::Customer => "customer",
        Owner::Shared => "shared",
    }
}
