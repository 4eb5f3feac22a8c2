//! Which services are really in use in which account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::collected::Collected;
use super::judge::{Fixed, Judge, Outcome, Prepared};
use super::meter::Account;
use super::others::Others;
use crate::expression::Expression;
use crate::model::{
    AccountId, AccountScope, Catalog, Check, CheckId, Edition, Facts, InUse, LayerVariant, Per, Row, Service,
    ServiceInAccount, ServiceInUse, ServiceKey, Severity, SourceId, Verdict,
};

/// The services in use, by key, and how we know. A service whose resources could not be listed may be in use: it is
/// named as not known, and the split says where it would matter. By the first edition it counts as in use.
pub(super) fn in_use(
    catalog: &Catalog,
    facts: &Facts,
    collected: &Collected<'_>,
    fixed: &Fixed,
    others: &Others<'_>,
) -> Vec<ServiceInUse> {
    let signs = Signs { catalog, facts, collected, judge: Judge::new(fixed, others), account: &fixed.account };
    let mut found: BTreeMap<&ServiceKey, Vec<ServiceInAccount>> = BTreeMap::new();
    for account in collected.accounts {
        for (key, shown) in signs.of(account) {
            let variants = signs.variants(&account.id, &catalog.services[key]);
            let account = account.id.clone();
            let in_use = match shown.is_known || catalog.edition < Edition::Second {
                true => InUse::Known,
                false => InUse::NotKnown,
            };
            let because = shown.because;
            found.entry(key).or_default().push(ServiceInAccount { account, because, in_use, variants });
        }
    }
    let one_account = collected.accounts.len() == 1;
    let service = |(key, accounts): (&ServiceKey, Vec<ServiceInAccount>)| {
        let because = |own: &ServiceInAccount| {
            let place = if one_account { String::new() } else { format!("{}: ", own.account) };
            own.because.iter().map(move |line| format!("{place}{line}")).collect::<Vec<_>>()
        };
        let title = catalog.services.get(key).map_or_else(|| key.to_string(), |service| service.title.clone());
        ServiceInUse { key: key.clone(), title, because: accounts.iter().flat_map(because).collect(), accounts }
    };
    found.into_iter().map(service).collect()
}

/// What a source says of a service.
enum Sign {
    Nothing,
    Shows(String),
    MayBe(String),
}

/// What is known of a service in an account.
#[derive(Default)]
struct Shown {
    because: Vec<String>,
    is_known: bool,
}

impl Shown {
    fn know(&mut self, line: String) {
        self.because.push(line);
        self.is_known = true;
    }

    fn add(&mut self, sign: Sign) {
        match sign {
            Sign::Nothing => {}
            Sign::Shows(line) => self.know(line),
            Sign::MayBe(line) => self.because.push(line),
        }
    }
}

/// What shows that services are in use.
struct Signs<'a> {
    catalog: &'a Catalog,
    facts: &'a Facts,
    collected: &'a Collected<'a>,
    judge: Judge<'a>,
    account: &'a Account,
}

impl<'a> Signs<'a> {
    /// The services in use in an account, and how we know.
    fn of(&self, account: &'a AccountScope) -> BTreeMap<&'a ServiceKey, Shown> {
        let mut shown: BTreeMap<&ServiceKey, Shown> = BTreeMap::new();
        for source in self.catalog.sources.values() {
            let key = source.shows_service.as_deref().map(ServiceKey::from);
            let Some((key, _)) = key.and_then(|key| self.catalog.services.get_key_value(&key)) else { continue };
            let rows = self.rows(&source.id, &account.id).count();
            shown.entry(key).or_default().add(self.line(&source.id, account, rows));
        }
        let events = self.event_sources(&account.id);
        for service in self.catalog.services.values() {
            let lines = shown.entry(&service.key).or_default();
            for sign in &service.seen {
                let rows = self.count(&sign.source, &sign.when, &account.id);
                lines.add(self.line(&sign.source, account, rows));
            }
            match self.discovered(service, &account.id) {
                0 => {}
                1 => lines.know("1 resource that AWS Config discovered".to_owned()),
                count => lines.know(format!("{count} resources that AWS Config discovered")),
            }
            if self.has_events(service, &events) {
                lines.know(format!("CloudTrail events of {}", service.event_source));
            }
        }
        shown.retain(|_, lines| !lines.because.is_empty());
        shown
    }

    fn line(&self, source: &SourceId, account: &AccountScope, rows: usize) -> Sign {
        match rows {
            0 if self.collected.was_asked(source) && self.has_gap(source, account) => {
                Sign::MayBe(format!("`{source}` could not be read: it may be in use"))
            }
            0 => Sign::Nothing,
            1 => Sign::Shows(format!("1 row of `{source}`")),
            rows => Sign::Shows(format!("{rows} rows of `{source}`")),
        }
    }

    fn has_gap(&self, source: &SourceId, account: &AccountScope) -> bool {
        let mut here = self.collected.places(source).into_iter().filter(|place| *place.account == account.id);
        here.any(|place| self.collected.has_gap(source, place))
    }

    fn rows(&self, source: &SourceId, account: &AccountId) -> impl Iterator<Item = &'a Row> + use<'a> {
        let rows = self.facts.rows.get(source).map(Vec::as_slice).unwrap_or_default();
        let account = account.clone();
        rows.iter().filter(move |row| row.account == account)
    }

    /// How many rows show a service; one of which that cannot be said may.
    fn count(&self, source: &SourceId, when: &Expression, account: &AccountId) -> usize {
        let verdicts = self.judge_rows(source, when, account);
        verdicts.into_iter().filter(|verdict| *verdict != Verdict::Fail).count()
    }

    fn judge_rows(&self, source: &SourceId, expression: &Expression, account: &AccountId) -> Vec<Verdict> {
        let check = row_test(source, expression);
        let prepared = Prepared::new(&check);
        let rows = self.rows(source, account).map(|row| {
            let handed = self.judge.hand(row, &[&prepared]);
            match self.judge.row(&prepared, &handed) {
                Outcome::Judged(verdict, _) => verdict,
                Outcome::Awaits(_) => Verdict::Undetermined,
                Outcome::Skipped => Verdict::NotApplicable,
            }
        });
        let verdicts = rows.collect();
        prepared.tell(self.account);
        verdicts
    }

    /// The layers that an account's way of using a service moves: only where every row is known and shows it.
    fn variants(&self, account: &AccountId, service: &Service) -> Vec<LayerVariant> {
        let holds = |source: &SourceId, all: &Expression| {
            let scope = self.collected.accounts.iter().find(|one| one.id == *account);
            let whole = scope.is_some_and(|scope| self.collected.was_asked(source) && !self.has_gap(source, scope));
            let verdicts = self.judge_rows(source, all, account);
            whole && !verdicts.is_empty() && verdicts.into_iter().all(|verdict| verdict == Verdict::Pass)
        };
        let variants = service.variants.iter().filter(|variant| holds(&variant.source, &variant.all));
        let layers = variants.flat_map(|variant| {
            let because = &variant.title;
            variant.layers.iter().map(|(layer, owner)| LayerVariant {
                layer: layer.clone(),
                owner: *owner,
                because: because.clone(),
            })
        });
        layers.collect()
    }

    /// AWS Config counts resources by type; a type that several services share shows none of them.
    fn discovered(&self, service: &Service, account: &AccountId) -> u64 {
        if service.config_type.is_empty() {
            return 0;
        }
        let count = |row: &Row| {
            let data = row.data.read();
            let kind = data.get("resourceType").and_then(Value::as_str)?;
            let fits = |other: &&Service| !other.config_type.is_empty() && kind.starts_with(&other.config_type);
            let longest = self.catalog.services.values().filter(fits).map(|other| other.config_type.len()).max()?;
            let best = |other: &&Service| fits(other) && other.config_type.len() == longest;
            let mut best = self.catalog.services.values().filter(best);
            let own = best.next().is_some_and(|first| first.key == service.key) && best.next().is_none();
            own.then(|| data.get("count").and_then(Value::as_u64)).flatten()
        };
        self.rows(&SourceId::from("config.inventory"), account).filter_map(count).sum()
    }

    /// Events count only where their source belongs to one service: `ec2.amazonaws.com` speaks for three.
    fn has_events(&self, service: &Service, sources: &BTreeSet<String>) -> bool {
        let same = |other: &&Service| other.event_source == service.event_source;
        let own = !service.event_source.is_empty() && self.catalog.services.values().filter(same).count() == 1;
        own && sources.contains(&service.event_source)
    }

    /// The services that CloudTrail's events name.
    fn event_sources(&self, account: &AccountId) -> BTreeSet<String> {
        let of = |row: &Row| row.data.read().get("EventSource").and_then(Value::as_str).map(str::to_owned);
        self.rows(&SourceId::from("cloudtrail.events"), account).filter_map(of).collect()
    }
}

/// An expression that is judged like a check's.
fn row_test(source: &SourceId, expression: &Expression) -> Check {
    Check {
        id: CheckId::from("service"),
        title: String::new(),
        severity: Severity::Low,
        source: source.clone(),
        reads: BTreeSet::new(),
        reads_at_need: BTreeSet::new(),
        one_is_enough: false,
        per: Per::Row,
        when: None,
        pass: expression.clone(),
        none: Verdict::NotApplicable,
        detail: None,
        why: String::new(),
        remedy: String::new(),
        cli: None,
        config_rules: Vec::new(),
        population: None,
        params: BTreeSet::new(),
        examples: Vec::new(),
    }
}
