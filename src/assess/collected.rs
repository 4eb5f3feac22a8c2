//! What was to be asked, where, and whether the answer came.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AccountId, AccountScope, Catalog, Edition, Facts, Gap, GapReason, Reading, Region, Remedy, Sha256, Snapshot,
    SourceId, SourceScope,
};

/// The source that lists an account's regions.
const REGIONS: &str = "account.regions";

/// Whether a source's list was read in a place.
#[derive(Clone, Copy)]
pub(super) enum Read<'a> {
    /// To its last page.
    Whole,
    /// Not, or not whole.
    Gap(&'a Gap),
    /// Nothing came and nothing says why.
    NotCollected,
    /// The account may have regions that were not asked: AWS did not list them, for the gap's reason if there is one.
    Unlisted(Option<&'a Gap>),
}

impl Read<'_> {
    /// Why the list cannot be relied on; `None` if it can.
    pub(super) fn problem(self, source: &SourceId) -> Option<String> {
        match self {
            Read::Whole => None,
            Read::Gap(gap) => Some(gap_reason(source, gap)),
            Read::NotCollected => Some(format!("`{source}` was not collected")),
            Read::Unlisted(gap) => {
                let why = gap.map_or_else(|| format!("`{REGIONS}` was not collected"), |gap| gap_reason(REGIONS, gap));
                Some(format!("{why}: `{source}` may exist in further regions, which were not asked"))
            }
        }
    }
}

/// A gap in one sentence: what, why, and what closes it.
pub(super) fn gap_reason(what: &(impl std::fmt::Display + ?Sized), gap: &Gap) -> String {
    let action = match gap.remedy.to_string() {
        none if none.is_empty() => none,
        remedy => format!(" ({remedy})"),
    };
    // What follows a refused call was not asked for because of it: the cause is the reason.
    let why = match (gap.reason, &gap.remedy) {
        (GapReason::NotAttempted, Remedy::Grant(_)) => "the call before it was refused",
        (reason, _) => reason.words(),
    };
    format!("`{what}` could not be read: {why}{action}")
}

/// A place where a source is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskedPlace<'a> {
    pub(super) account: &'a AccountId,
    /// `None`: the source is asked once for the account; of a source that is asked region by region, the regions that
    /// are not known.
    pub(super) region: Option<&'a Region>,
}

/// The snapshot's scope with its answers.
pub(super) struct Collected<'a> {
    pub(super) accounts: &'a [AccountScope],
    /// The regions that the settings name: then no others are wanted.
    named: &'a [Region],
    asked: BTreeSet<&'a SourceId>,
    scopes: BTreeMap<&'a SourceId, SourceScope>,
    services: BTreeMap<&'a SourceId, &'a str>,
    gaps: BTreeMap<(&'a SourceId, &'a AccountId), Vec<&'a Gap>>,
    readings: BTreeMap<(&'a SourceId, &'a AccountId), Vec<&'a Reading>>,
    /// By which rules the mappings are judged.
    pub(super) edition: Edition,
}

impl<'a> Collected<'a> {
    /// `named`: the regions that the settings name; none of them: all that are enabled.
    pub(super) fn new(catalog: &'a Catalog, named: &'a [Region], snapshot: &'a Snapshot, facts: &'a Facts) -> Self {
        let mut collected = Self {
            accounts: &snapshot.scope.accounts,
            named,
            asked: snapshot.scope.sources.iter().collect(),
            scopes: catalog.sources.values().map(|source| (&source.id, source.scope)).collect(),
            services: catalog.sources.values().map(|source| (&source.id, source.service.as_str())).collect(),
            gaps: BTreeMap::new(),
            readings: BTreeMap::new(),
            edition: catalog.edition,
        };
        for gap in facts.gaps.iter().filter(|gap| gap.item.is_none()) {
            collected.gaps.entry((&gap.source, &gap.account)).or_default().push(gap);
        }
        for (source, readings) in &facts.read {
            for reading in readings {
                collected.readings.entry((source, &reading.account)).or_default().push(reading);
            }
        }
        collected
    }

    /// Whether the collection set out to ask this source at all.
    pub(super) fn was_asked(&self, source: &SourceId) -> bool {
        self.asked.contains(source)
    }

    /// Whether a source is asked region by region.
    pub(super) fn is_regional(&self, source: &SourceId) -> bool {
        self.scopes.get(source) == Some(&SourceScope::Region)
    }

    /// Whether a source is about the whole organization: what one account was told holds for all of its accounts.
    pub(super) fn is_organizational(&self, source: &SourceId) -> bool {
        self.scopes.get(source) == Some(&SourceScope::Organization)
    }

    /// Whether AWS does not offer the service of a source in a region.
    pub(super) fn is_not_offered(&self, source: &SourceId, account: &AccountScope, region: &Region) -> bool {
        let service = self.services.get(source).and_then(|service| account.not_offered.get(*service));
        self.is_regional(source) && service.is_some_and(|regions| regions.contains(region))
    }

    /// Every place where a source is asked.
    pub(super) fn places(&self, source: &SourceId) -> Vec<AskedPlace<'a>> {
        self.accounts.iter().flat_map(|account| self.places_of(source, account)).collect()
    }

    /// Every place of an account where a source is asked, and every other of which it is known that something there
    /// did not come.
    pub(super) fn places_of(&self, source: &SourceId, account: &'a AccountScope) -> Vec<AskedPlace<'a>> {
        if !self.is_regional(source) {
            return vec![AskedPlace { account: &account.id, region: None }];
        }
        let place = |region| AskedPlace { account: &account.id, region };
        let gaps = self.gaps.get(&(source, &account.id)).map(Vec::as_slice).unwrap_or_default().iter();
        let mut regions: BTreeSet<&'a Region> = gaps.map(|gap| &gap.region).collect();
        regions.retain(|region| !account.regions.contains(region));
        let unlisted = self.unlisted(account).map(|_| place(None));
        let offered = account.regions.iter().filter(|region| !self.is_not_offered(source, account, region));
        offered.chain(regions).map(|region| place(Some(region))).chain(unlisted).collect()
    }

    /// Whether the account may have regions that were not asked, and the gap that says why it is not known.
    pub(super) fn unlisted(&self, account: &AccountScope) -> Option<Option<&'a Gap>> {
        let everything_named = !self.named.is_empty() && self.named.iter().all(|one| account.regions.contains(one));
        if everything_named {
            return None;
        }
        match self.read(&SourceId::from(REGIONS), AskedPlace { account: &account.id, region: None }) {
            Read::Whole => None,
            Read::Gap(gap) => Some(Some(gap)),
            Read::NotCollected | Read::Unlisted(_) => Some(None),
        }
    }

    /// What came of a source in a place. A gap goes before a list that was read: something is missing all the same.
    pub(super) fn read(&self, source: &SourceId, place: AskedPlace<'_>) -> Read<'a> {
        let regional = self.is_regional(source);
        if regional && place.region.is_none() {
            let account = self.accounts.iter().find(|account| account.id == *place.account);
            return Read::Unlisted(account.and_then(|account| self.unlisted(account)).flatten());
        }
        let here = |region: &Region| !regional || place.region.is_none_or(|wanted| wanted == region);
        let key = (source, place.account);
        let gap = self.gaps.get(&key).and_then(|gaps| gaps.iter().find(|gap| here(&gap.region)));
        let reading = self.readings.get(&key).and_then(|readings| readings.iter().find(|one| here(&one.region)));
        match (gap, reading) {
            (Some(gap), _) => Read::Gap(gap),
            (None, Some(_)) => Read::Whole,
            (None, None) => Read::NotCollected,
        }
    }

    /// Whether something was asked in a place and did not come.
    pub(super) fn has_gap(&self, source: &SourceId, place: AskedPlace<'a>) -> bool {
        matches!(self.read(source, place), Read::Gap(_) | Read::Unlisted(_))
    }

    /// The first reason why a source cannot be relied on in an account, or in one region of it.
    pub(super) fn problem(&self, source: &'a SourceId, account: &AccountId, region: Option<&Region>) -> Option<String> {
        if !self.was_asked(source) {
            return Some(format!("`{source}` was not collected"));
        }
        let account = self.accounts.iter().find(|one| one.id == *account)?;
        let places = self.places_of(source, account).into_iter();
        let everywhere = region.is_none() || !self.is_regional(source);
        let mut places = places.filter(|place| everywhere || place.region == region);
        places.find_map(|place| {
            let problem = self.read(source, place).problem(source)?;
            Some(place.region.map_or(problem.clone(), |region| format!("{problem} in {region}")))
        })
    }

    /// The bodies of a source's lists in an account, or in one region of it.
    pub(super) fn evidence(&self, source: &SourceId, account: &AccountId, region: Option<&Region>) -> Vec<Sha256> {
        let regional = self.is_regional(source);
        let readings = self.readings.get(&(source, account)).map(Vec::as_slice).unwrap_or_default().iter();
        let here = readings.filter(|one| !regional || region.is_none_or(|region| *region == one.region));
        let mut evidence: Vec<Sha256> = here.flat_map(|reading| reading.evidence.iter().copied()).collect();
        evidence.sort();
        evidence.dedup();
        evidence
    }
}
