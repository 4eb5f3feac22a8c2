//! All checks on all facts, on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::collected::{AskedPlace, Collected, Read};
use super::judge::{Fixed, Judge, Outcome, Prepared};
use super::others::Others;
use crate::expression::{Expression, Members};
use crate::model::{
    AccountId, Awaits, Catalog, Check, CheckId, CheckResult, Facts, Finding, Per, Region, Row, Sha256, SourceId,
    Verdict,
};

/// Rows that one thread takes at a time.
pub(super) const CHUNK: usize = 256;

/// Threads of their own: CEL's interpreter calls itself for each level of an expression.
static THREADS: LazyLock<Result<ThreadPool, ThreadPoolBuildError>> =
    LazyLock::new(|| ThreadPoolBuilder::new().stack_size(32 << 20).build());

/// List replies that a finding names at most: events are asked in hundreds of pages.
const MAX_REPLIES: usize = 20;

/// Stands for the region of a finding that no single region holds.
const EVERYWHERE: &str = "global";

/// Judges every check.
pub(super) fn check_all<'a>(
    catalog: &'a Catalog,
    fixed: &'a Fixed,
    facts: &'a Facts,
    collected: &'a Collected<'a>,
    others: &'a Others<'a>,
) -> Vec<CheckResult> {
    let prepared: Vec<Prepared<'_>> = catalog.checks.values().map(Prepared::new).collect();
    let mut findings = judge_rows(&prepared, fixed, others, facts);
    let places = Places { fixed, others, facts, collected };
    for one in prepared.iter().filter(|one| one.check.per != Per::Row) {
        findings.insert(&one.check.id, places.judge(one));
    }
    prepared.iter().for_each(|one| one.tell(&fixed.account));
    let finish = |check: &'a Check| result(check, findings.remove(&check.id).unwrap_or_default(), facts, collected);
    catalog.checks.values().map(finish).collect()
}

/// The rows that checks look up in sources other than their own.
pub(super) fn others<'a>(catalog: &'a Catalog, facts: &'a Facts, collected: &'a Collected<'a>) -> Others<'a> {
    let mut asked: BTreeMap<&SourceId, Members> = BTreeMap::new();
    for check in catalog.checks.values() {
        let expressions = || [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()].into_iter().flatten();
        let names: BTreeSet<String> = expressions().flat_map(Expression::names).collect();
        for source in looked_into(check) {
            let known = asked.entry(source).or_insert_with(|| Members::Named(BTreeSet::new()));
            match known {
                _ if expressions().any(Expression::reads_freely) => *known = Members::All,
                Members::Named(known) => known.extend(names.iter().cloned()),
                Members::All => {}
            }
        }
    }
    Others::with(asked, facts, collected)
}

/// The sources that a check's `find` and `rows` look into: its `reads`, and its own if an expression names it.
pub(super) fn looked_into(check: &Check) -> impl Iterator<Item = &SourceId> {
    let own = Some(check.source.as_str().to_owned());
    let names_own = |expression: &Expression| {
        ["find", "find_anywhere", "rows", "rows_where"]
            .iter()
            .any(|function| expression.first_arguments(function).contains(&own))
    };
    let expressions = [Some(&check.pass), check.when.as_ref(), check.detail.as_ref()];
    let itself = expressions.into_iter().flatten().any(names_own).then_some(&check.source);
    check.reads.iter().chain(itself)
}

type Findings<'a> = BTreeMap<&'a CheckId, Vec<Finding>>;

/// Judges the checks that judge rows; a row is handed over once for all of them.
fn judge_rows<'a>(prepared: &[Prepared<'a>], fixed: &Fixed, others: &Others<'_>, facts: &Facts) -> Findings<'a> {
    let mut by_source: BTreeMap<&SourceId, Vec<&Prepared<'a>>> = BTreeMap::new();
    for one in prepared.iter().filter(|one| one.check.per == Per::Row) {
        by_source.entry(&one.check.source).or_default().push(one);
    }
    let mut chunks: Vec<(&[Row], &[&Prepared<'a>])> = Vec::new();
    for (source, checks) in &by_source {
        let rows = facts.rows.get(*source).map(Vec::as_slice).unwrap_or_default();
        chunks.extend(rows.chunks(CHUNK).map(|rows| (rows, checks.as_slice())));
    }
    let done = in_parallel(&chunks, || Judge::new(fixed, others), judge_chunk);
    let mut findings = Findings::new();
    for ((_, checks), found) in chunks.iter().zip(done) {
        for (one, mut found) in checks.iter().zip(found) {
            findings.entry(&one.check.id).or_default().append(&mut found);
        }
    }
    findings
}

fn judge_chunk(judge: &Judge<'_>, (rows, checks): &(&[Row], &[&Prepared<'_>])) -> Vec<Vec<Finding>> {
    let mut findings: Vec<Vec<Finding>> = checks.iter().map(|_| Vec::new()).collect();
    for row in *rows {
        let handed = judge.hand(row, checks);
        for (one, findings) in checks.iter().zip(&mut findings) {
            if let Some(said) = Ruling::of(judge.row(one, &handed)) {
                let resource = row.resource.clone();
                findings.push(finding(&row.account, &row.region, resource, said, row.evidence.clone()));
            }
        }
    }
    findings
}

/// Runs a job for each item; the results stand in the items' order, whoever did them.
pub(super) fn in_parallel<T: Sync, W, R: Send>(
    items: &[T],
    worker: impl Fn() -> W + Sync + Send,
    job: impl Fn(&W, &T) -> R + Sync,
) -> Vec<R> {
    match &*THREADS {
        Ok(threads) => {
            threads.install(|| items.par_iter().map_init(&worker, |worker, item| job(worker, item)).collect())
        }
        // Where no thread is to be had, this one does the work.
        Err(_) => {
            let worker = worker();
            items.iter().map(|item| job(&worker, item)).collect()
        }
    }
}

/// Judges checks that judge places.
struct Places<'a> {
    fixed: &'a Fixed,
    others: &'a Others<'a>,
    facts: &'a Facts,
    collected: &'a Collected<'a>,
}

impl<'a> Places<'a> {
    fn judge(&self, one: &Prepared<'a>) -> Vec<Finding> {
        let check = one.check;
        let mut places = Vec::new();
        for account in self.collected.accounts {
            match check.per {
                Per::Region => places.extend(account.regions.iter().map(|region| (&account.id, Some(region)))),
                Per::Account | Per::Row => places.push((&account.id, None)),
            }
        }
        let worker = || Judge::new(self.fixed, self.others);
        let found = in_parallel(&places, worker, |judge, (account, region)| self.one(judge, one, account, *region));
        found.into_iter().flatten().collect()
    }

    fn one(
        &self,
        judge: &Judge<'_>,
        one: &Prepared<'a>,
        account: &'a AccountId,
        region: Option<&'a Region>,
    ) -> Option<Finding> {
        let check = one.check;
        let home = Region::new(EVERYWHERE);
        let resource = region.map_or_else(|| account.to_string(), Region::to_string);
        let scope = self.collected.accounts.iter().find(|scope| scope.id == *account);
        if let Some((region, scope)) = region.zip(scope)
            && self.collected.is_not_offered(&check.source, scope, region)
        {
            let reason = format!("AWS does not offer it in {region}");
            return Some(finding(account, region, resource, Ruling::plain(Verdict::NotApplicable, reason), Vec::new()));
        }
        let all = self.facts.rows.get(&check.source).map(Vec::as_slice).unwrap_or_default();
        let regional = self.collected.is_regional(&check.source);
        let here =
            |row: &&Row| row.account == *account && region.is_none_or(|region| !regional || row.region == *region);
        let rows: Vec<&Row> = all.iter().filter(here).collect();
        let mut evidence = self.collected.evidence(&check.source, account, region);
        evidence.extend(rows.iter().flat_map(|row| row.evidence.iter().copied()));
        evidence.sort();
        evidence.dedup();
        let needed = check.reads.iter().filter(|source| !check.reads_at_need.contains(*source));
        let mut sources = [&check.source].into_iter().chain(needed);
        let problem = sources.find_map(|source| self.collected.problem(source, account, region));
        let outcome = match problem {
            // What is seen stays seen, whatever the regions hold that were not asked.
            Some(_) if check.one_is_enough && region.is_none() && judge.is_enough(one, account, &rows) => {
                Outcome::Judged(Verdict::Pass, String::new())
            }
            Some(problem) => Outcome::Judged(Verdict::Undetermined, problem),
            None => judge.rows(one, account, region, &rows),
        };
        Ruling::of(outcome).map(|said| finding(account, region.unwrap_or(&home), resource, said, evidence))
    }
}

/// What a finding says.
struct Ruling {
    verdict: Verdict,
    reason: String,
    awaits: Option<Awaits>,
}

impl Ruling {
    fn of(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Skipped => None,
            Outcome::Judged(verdict, reason) => Some(Self { verdict, reason, awaits: None }),
            Outcome::Awaits(reason) => {
                Some(Self { verdict: Verdict::Undetermined, reason, awaits: Some(Awaits::Approval) })
            }
        }
    }

    fn plain(verdict: Verdict, reason: String) -> Self {
        Self { verdict, reason, awaits: None }
    }
}

fn finding(account: &AccountId, region: &Region, resource: String, said: Ruling, evidence: Vec<Sha256>) -> Finding {
    let (account, region) = (account.clone(), region.clone());
    let Ruling { verdict, reason, awaits } = said;
    Finding { resource, account, region, verdict, reason, evidence, exception: None, config: None, awaits }
}

/// The findings, those that only the places' gaps and empty lists make included, and their fold.
fn result(check: &Check, mut findings: Vec<Finding>, facts: &Facts, collected: &Collected<'_>) -> CheckResult {
    let source = &check.source;
    let mut reason = None;
    let mut verdict = None;
    if !collected.was_asked(source) {
        reason = Some(format!("`{source}` was not collected"));
        verdict = Some(Verdict::Undetermined);
    } else if collected.places(source).is_empty() {
        reason = Some("no account and no region was asked".to_owned());
        verdict = Some(Verdict::Undetermined);
    } else {
        findings.extend(unread_places(check, collected));
        if findings.is_empty() && check.none != Verdict::Fail {
            reason = Some(nothing(check, facts, None));
            verdict = Some(check.none);
        }
        if matches!(check.none, Verdict::Fail | Verdict::Pass) {
            let judged: BTreeSet<AccountId> = findings.iter().map(|finding| finding.account.clone()).collect();
            let empty = collected.accounts.iter().filter(|account| !judged.contains(&account.id));
            findings.extend(empty.map(|account| empty_account(check, &account.id, facts, collected)));
        }
    }
    findings.sort_by(|a, b| (&a.account, &a.region, &a.resource).cmp(&(&b.account, &b.region, &b.resource)));
    let awaiting = findings.iter().filter(|finding| finding.awaits.is_some()).count();
    let reason = reason.or_else(|| (awaiting > 0).then(|| to_approve(awaiting)));
    CheckResult {
        id: check.id.clone(),
        title: check.title.clone(),
        severity: check.severity,
        verdict: verdict.unwrap_or_else(|| Verdict::fold(findings.iter().map(|finding| finding.verdict))),
        reason,
        findings,
        witnesses: Vec::new(),
    }
}

/// What a population asks for.
fn to_approve(count: usize) -> String {
    match count {
        1 => "1 change: attach its approval".to_owned(),
        several => format!("{several} changes: attach the approvals of a sample"),
    }
}

/// What an account's whole and empty list means, with the replies that show that it is empty.
fn empty_account(check: &Check, account: &AccountId, facts: &Facts, collected: &Collected<'_>) -> Finding {
    let mut evidence = collected.evidence(&check.source, account, None);
    let mut reason = nothing(check, facts, Some(account));
    if evidence.len() > MAX_REPLIES {
        reason = format!("{reason}; {MAX_REPLIES} of the {} replies that show it are named", evidence.len());
        evidence.truncate(MAX_REPLIES);
    }
    let home = evidence_region(&check.source, account, facts);
    finding(account, &home, account.to_string(), Ruling::plain(check.none, reason), evidence)
}

/// A list that was not read may hold anything. A check that judges places has judged those that were asked itself.
fn unread_places(check: &Check, collected: &Collected<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for account in collected.accounts.iter().filter(|_| check.per != Per::Account) {
        let places = collected.places_of(&check.source, account).into_iter();
        let judged = |place: &AskedPlace<'_>| match check.per {
            Per::Row => false,
            Per::Region | Per::Account => {
                !collected.is_regional(&check.source) || place.region.is_some_and(|own| account.regions.contains(own))
            }
        };
        let places = places.filter(|place| !judged(place)).map(|place| (&check.source, place));
        // What the check looks up in other sources may be in regions that are not known.
        let unknown = AskedPlace { account: &account.id, region: None };
        let unlisted = collected.unlisted(account).map(|_| unknown);
        let mut reads = check.reads.iter().filter(|source| collected.is_regional(source));
        let reads = reads.next().filter(|_| !collected.is_regional(&check.source)).zip(unlisted);
        found.extend(places.chain(reads).filter_map(|(source, place)| unread_place(source, place, collected)));
    }
    found
}

fn unread_place(source: &SourceId, place: AskedPlace<'_>, collected: &Collected<'_>) -> Option<Finding> {
    let read = collected.read(source, place);
    let reason = read.problem(source)?;
    let home = Region::new(EVERYWHERE);
    let (region, gap) = match read {
        Read::Gap(gap) => (&gap.region, Some(gap)),
        Read::Unlisted(gap) => (&home, gap),
        Read::Whole | Read::NotCollected => (&home, None),
    };
    let evidence = gap.and_then(|gap| gap.body).into_iter().collect();
    let resource = place.region.map_or_else(|| place.account.to_string(), Region::to_string);
    let region = place.region.unwrap_or(region);
    Some(finding(place.account, region, resource, Ruling::plain(Verdict::Undetermined, reason), evidence))
}

/// The region in which the list was asked that shows that there is nothing.
fn evidence_region(source: &SourceId, account: &AccountId, facts: &Facts) -> Region {
    let mut readings = facts.read.get(source).into_iter().flatten().filter(|reading| reading.account == *account);
    match (readings.next(), readings.next()) {
        (Some(only), None) => only.region.clone(),
        _ => Region::new(EVERYWHERE),
    }
}

fn nothing(check: &Check, facts: &Facts, account: Option<&AccountId>) -> String {
    let rows = facts.rows.get(&check.source).map(Vec::as_slice).unwrap_or_default().iter();
    match rows.filter(|row| account.is_none_or(|account| row.account == *account)).count() {
        0 if check.none == Verdict::Pass => "nothing of the kind in what AWS answered".to_owned(),
        0 => "there are no resources of this kind".to_owned(),
        rows => format!("none of the {rows} resources found is of the kind that is judged"),
    }
}
