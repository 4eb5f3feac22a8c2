//! One trail in one region: from what was asked to its row.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::chain::{Cover, Listed, Status, at, cover, links};
use super::digest::{Judged, Keys, judge, path, read_keys};
use super::logs::{Checked, Named, check, chosen, undigested};
use super::{Asked, Kind, Problem, told};
use crate::model::{
    AccountId, Answer, Exchange, Facts, Gap, GapReason, Item, LogFiles, MAX_DIGEST, Partition, Region, Remedy, Row,
    Sha256, Snapshot, Source, TrailFolders, TrailSettings, TrailSummary, TrailWindow, Unanswered, day_folder,
    is_beyond, select, text_of,
};
use crate::walk::read_body;

/// A trail in a region, and what was asked about it.
pub(super) struct Chain<'a> {
    pub(super) source: &'a Source,
    pub(super) snapshot: &'a Snapshot,
    pub(super) window: TrailWindow,
    pub(super) account: &'a AccountId,
    pub(super) partition: &'a Partition,
    pub(super) trail: &'a TrailSummary,
    pub(super) region: &'a Region,
    pub(super) asked: Option<&'a Asked<'a>>,
    pub(super) status: Option<&'a Exchange>,
    /// Why there is none.
    pub(super) status_gap: Option<&'a Gap>,
    /// A trail without digests delivers into the same folder: log files without a digest may be its.
    pub(super) shared: bool,
}

/// What the digests of a chain show.
#[derive(Default)]
pub(super) struct Digests {
    listed: usize,
    judged: Vec<Judged>,
    problems: Vec<Problem>,
    cover: Option<Cover>,
    pub(super) named: Named,
    evidence: Vec<Sha256>,
    /// Why not all of it could be read.
    unread: Option<Gap>,
}

impl Chain<'_> {
    /// The bucket and the folder of the log files: trails that share it vouch for them together.
    pub(super) fn log_folder(&self) -> String {
        format!("{}/{}", self.trail.bucket, self.folders().logs)
    }

    fn folders(&self) -> TrailFolders {
        // Of an organization's trail the collector found the organization's folder: its question has it.
        let asked = self.part("digests").first().and_then(|list| list.parameters.get("prefix"));
        let folder = asked.and_then(|prefix| prefix.strip_prefix(&self.trail.root())?.split('/').next());
        let organization = folder.filter(|_| self.trail.is_organization_trail);
        TrailFolders::new(self.trail, organization, self.account, self.region)
    }

    fn part(&self, part: &str) -> &[&Exchange] {
        self.asked.map(|asked| asked.of(part)).unwrap_or_default()
    }

    fn gap_of(&self, part: &str) -> Option<Gap> {
        self.asked.and_then(|asked| asked.gaps.get(part)).map(|gap| (*gap).clone())
    }

    fn bucket(&self) -> &str {
        &self.trail.bucket
    }

    /// Reads and judges the digests.
    pub(super) fn digests<E>(&self, body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>) -> Result<Digests, E> {
        let mut read = Digests { unread: self.gap_of("keys").or_else(|| self.gap_of("digests")), ..Digests::default() };
        let mut keys = Keys::new();
        for page in self.part("keys") {
            read.evidence.push(page.body);
            if let Err(why) = read_keys(&body(&page.body)?, &mut keys) {
                read.unread.get_or_insert_with(|| super::gap_in(page, GapReason::Unreadable, &why));
            }
        }
        if self.part("keys").is_empty() || self.part("digests").is_empty() {
            read.unread.get_or_insert_with(|| self.not_asked("digests", "its digests were not asked for"));
        }
        if read.unread.is_some() {
            return Ok(read);
        }
        let (listed, sizes) = self.listed(&mut read, body)?;
        let objects = self.objects();
        for (end, key) in &listed {
            if sizes.get(key).is_some_and(|size| *size > MAX_DIGEST) {
                let message = format!("it is larger than {MAX_DIGEST} bytes");
                read.problems.push(self.problem(Kind::DigestUnreadable, key, message, *end));
                continue;
            }
            match objects.get(key.as_str()) {
                None => {
                    let gap = self.gap_of("digest");
                    read.unread.get_or_insert_with(|| {
                        gap.unwrap_or_else(|| self.not_asked("digest", "a digest was not asked for"))
                    });
                }
                Some(exchange) if matches!(exchange.answer, Answer::Absent { .. }) => {
                    let message = "it was listed, and a moment later it was not there".to_owned();
                    read.problems.push(self.problem(Kind::DigestMissing, key, message, *end));
                }
                Some(exchange) => {
                    let (judged, wrong) = judge(self.bucket(), key, exchange, &body(&exchange.body)?, &keys);
                    if let Some(wrong) = wrong {
                        read.evidence.push(exchange.body);
                        read.problems.push(Problem { time: wrong.time.or(Some(*end)), ..wrong });
                    }
                    read.judged.extend(judged);
                }
            }
        }
        self.link(&mut read, &listed, body)?;
        Ok(read)
    }

    /// The chain, once every digest is read.
    fn link<E>(
        &self,
        read: &mut Digests,
        listed: &Listed,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    ) -> Result<(), E> {
        let status: Option<Status> = match self.status {
            Some(exchange) => serde_json::from_slice(&body(&exchange.body)?).ok(),
            None => None,
        };
        read.judged.sort_by(|a, b| (a.end, &a.key).cmp(&(b.end, &b.key)));
        let folders = self.folders();
        let place = (self.bucket(), &folders);
        read.problems.extend(links(place, &self.window, listed, &read.judged));
        if read.unread.is_none() {
            let mut cover = cover(place, &self.window, &read.judged, status, &read.problems);
            read.problems.append(&mut cover.problems);
            read.cover = Some(cover);
        }
        for log in read.judged.iter().filter(|one| one.valid).flat_map(|one| &one.logs) {
            if folders.holds(self.bucket(), log) {
                read.named.add(&log.s3_object, &log.hash_value);
            }
        }
        // The newest digest stands for the whole chain.
        read.evidence.extend(read.judged.iter().rev().find(|one| one.valid).map(|one| one.body));
        Ok(())
    }

    /// The digests of the window that S3 lists, and their sizes.
    fn listed<E>(
        &self,
        read: &mut Digests,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    ) -> Result<(Listed, BTreeMap<String, u64>), E> {
        let folders = self.folders();
        let (mut listed, mut sizes) = (Listed::new(), BTreeMap::new());
        let last = day_folder(&folders.digests, self.window.digests_until);
        let whole = self.pages("digests", &last, body, &mut |key, size| {
            if let Some(end) = folders.digest_time(key).filter(|end| self.window.has_digest(*end)) {
                listed.insert((end, key.to_owned()));
                sizes.insert(key.to_owned(), size);
            }
        })?;
        if let Err(why) = whole {
            read.unread.get_or_insert_with(|| self.not_asked("digests", &why));
        }
        read.listed = listed.len();
        read.evidence.extend(self.part("digests").iter().map(|page| page.body));
        Ok((listed, sizes))
    }

    /// Reads a list of keys page by page; the inner `Err` says why it is not whole.
    fn pages<E>(
        &self,
        part: &str,
        last_day: &str,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
        take: &mut dyn FnMut(&str, u64),
    ) -> Result<Result<(), String>, E> {
        let mut whole = Err("its list was not asked for".to_owned());
        let mut pages: BTreeMap<u32, &Exchange> = BTreeMap::new();
        pages.extend(self.part(part).iter().map(|page| (page.page, *page)));
        for (number, (page, exchange)) in pages.into_iter().enumerate() {
            if usize::try_from(page).ok() != Some(number) {
                return Ok(Err(format!("page {} of its list is missing", number + 1)));
            }
            if matches!(exchange.answer, Answer::Absent { .. }) {
                return Ok(Ok(()));
            }
            let shape = &self.source.call.shape;
            let value = match read_body(self.source.protocol, "ListObjectsV2", shape, &body(&exchange.body)?) {
                Ok(value) => value,
                Err(error) => return Ok(Err(error.to_string())),
            };
            let member = |item: &Value, name| select(item, name).into_iter().find_map(text_of);
            let mut beyond = false;
            for item in select(&value, "Contents") {
                let Some(key) = member(item, "Key") else { continue };
                beyond = is_beyond(last_day, &key);
                take(&key, member(item, "Size").and_then(|size| size.parse().ok()).unwrap_or_default());
            }
            let further = member(&value, "NextContinuationToken").is_some();
            whole = if further && !beyond { Err("its list has further pages".to_owned()) } else { Ok(()) };
        }
        Ok(whole)
    }

    /// The digests' replies by their keys.
    fn objects(&self) -> HashMap<&str, &Exchange> {
        let begin = format!("/{}/", self.bucket());
        let named = self.part("digest").iter().filter_map(|exchange| {
            let key = exchange.parameters.get("path")?.strip_prefix(&begin)?;
            Some((key, *exchange))
        });
        named.collect()
    }

    fn problem(&self, kind: Kind, key: &str, message: String, time: DateTime<Utc>) -> Problem {
        Problem { kind, path: path(self.bucket(), key), message, time: Some(time) }
    }

    /// The row. What could not be read is missing from it; but what is wrong is never hidden by what is not known.
    pub(super) fn row<E>(
        &self,
        mut digests: Digests,
        named: &Named,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
        facts: &mut Facts,
    ) -> Result<Row, E> {
        let mut unread = BTreeMap::new();
        let logs = self.logs(&mut digests, named, body, &mut unread)?;
        let evidence = std::mem::take(&mut digests.evidence);
        let mut data = self.data(digests, logs, &mut unread);
        let wrong = ["digests", "logs"].into_iter().any(|half| {
            data.get(half).and_then(|half| half["problems"].as_array()).is_some_and(|problems| !problems.is_empty())
        });
        facts.gaps.extend(unread.values().cloned());
        if wrong {
            unread.clear();
        } else {
            unread.keys().for_each(|part| drop(data.remove(part)));
        }
        let mut evidence: Vec<Sha256> = evidence.into_iter().chain(self.status.map(|status| status.body)).collect();
        evidence.sort();
        evidence.dedup();
        Ok(Row {
            account: self.account.clone(),
            partition: self.partition.clone(),
            region: self.region.clone(),
            resource: self.trail.arn.clone(),
            key: self.trail.arn.clone(),
            data: Value::Object(data).into(),
            unread,
            evidence,
        })
    }

    fn data(&self, digests: Digests, logs: Value, unread: &mut BTreeMap<String, Gap>) -> Map<String, Value> {
        let valid = digests.judged.iter().filter(|one| one.valid).count();
        let (problems, more) = told(digests.problems);
        let hours = digests.cover.as_ref().map(|cover| {
            json!({ "covered": cover.covered, "missing": cover.missing, "pending": cover.pending, "not_logging": cover.not_logging })
        });
        if let Some(gap) = digests.unread {
            unread.insert("digests".to_owned(), gap.clone());
            unread.insert("hours".to_owned(), gap);
        } else if let (Some(gap), true) =
            (self.status_gap, digests.cover.as_ref().is_some_and(|cover| cover.untold.is_some()))
        {
            unread.insert("hours".to_owned(), gap.clone());
        } else if let Some(why) = digests.cover.as_ref().and_then(|cover| cover.untold.as_deref()) {
            let message = format!("{} in {}: {why}; nothing shows the time before", self.trail.arn, self.region);
            unread.insert(
                "hours".to_owned(),
                self.gap(
                    "hours",
                    GapReason::OutOfRange,
                    Remedy::setting("period", "digests of the whole period"),
                    message,
                ),
            );
        }
        let time = |time: Option<DateTime<Utc>>| time.map(at);
        let data = json!({
            "Name": self.trail.name,
            "TrailARN": self.trail.arn,
            "HomeRegion": self.trail.home_region,
            "S3BucketName": self.trail.bucket,
            "from": at(self.window.from),
            "until": at(self.window.until),
            "begins": time(digests.cover.as_ref().and_then(|cover| cover.begins)),
            "ends": time(digests.cover.as_ref().and_then(|cover| cover.ends)),
            "hours": hours,
            "digests": { "listed": digests.listed, "checked": digests.judged.len(), "valid": valid, "problems": problems, "more": more },
            "logs": logs,
        });
        match data {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// The log files' half of the row.
    fn logs<E>(
        &self,
        digests: &mut Digests,
        named: &Named,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
        unread: &mut BTreeMap<String, Gap>,
    ) -> Result<Value, E> {
        let folders = self.folders();
        let record = self.part("logs").last().copied();
        let (mode, word) = mode(record);
        let mut lost = digests.unread.clone().or_else(|| self.gap_of("log")).or_else(|| self.gap_of("log-lists"));
        let mut checked = Checked::default();
        let chosen = chosen(mode, self.snapshot.time, (self.bucket(), &folders), &digests.judged);
        let count = chosen.len();
        if let Some(record) = record {
            digests.evidence.push(record.body);
            match check(&body(&record.body)?, chosen, named, &folders) {
                Ok(found) => checked = found,
                Err(why) => drop(lost.get_or_insert_with(|| super::gap_in(record, GapReason::Unreadable, &why))),
            }
        }
        if !checked.unfetched.is_empty() || (record.is_none() && digests.unread.is_none()) {
            let words = "`logs = \"sample\"` under `[trail]` in the settings, and collecting again";
            let action = Remedy::setting("trail.logs", words);
            let message = format!("{} in {}: not all chosen log files were fetched", self.trail.arn, self.region);
            lost.get_or_insert_with(|| self.gap("log", GapReason::NotAttempted, action, message));
        }
        let mut present = Named::default();
        if record.is_some() && digests.unread.is_none() {
            let mut problems = Vec::new();
            let ends = digests.cover.as_ref().map_or((None, None), |cover| (cover.begins, cover.ends));
            let last = day_folder(&folders.logs, self.window.until);
            let whole = self.pages("log-lists", &last, body, &mut |key, _| {
                present.add(key, "");
                if !self.shared {
                    let one = std::iter::once(key);
                    problems.extend(undigested(one, self.bucket(), &folders, &self.window, ends, named));
                }
            })?;
            match whole {
                Ok(()) => problems.extend(self.gone(&digests.judged, &present, &checked)),
                Err(why) => drop(lost.get_or_insert_with(|| self.not_asked("log-lists", &why))),
            }
            checked.problems.append(&mut problems);
        }
        if let Some(gap) = lost {
            unread.insert("logs".to_owned(), gap);
        }
        let (problems, more) = told(checked.problems);
        Ok(json!({
            "mode": word, "named": digests.named.len(), "chosen": count, "checked": checked.checked, "valid": checked.valid,
            "listed": present.len(), "problems": problems, "more": more,
        }))
    }

    /// The log files of the window that valid digests name and that S3 does not list: all of them, not the chosen alone.
    fn gone(&self, judged: &[Judged], present: &Named, checked: &Checked) -> Vec<Problem> {
        let folders = self.folders();
        let in_window = |time: &DateTime<Utc>| self.window.from <= *time && *time < self.window.until;
        let named = judged.iter().filter(|one| one.valid).flat_map(|one| &one.logs);
        let ours = named.filter(|log| folders.holds(self.bucket(), log) && !present.has(&log.s3_object));
        let gone = ours.filter_map(|log| Some((log, folders.log_time(&log.s3_object).filter(in_window)?)));
        let known = |problem: &Problem| checked.problems.iter().any(|other| other.path == problem.path);
        let message = "its digest names it, and S3 does not list it";
        let told = gone.map(|(log, time)| self.problem(Kind::LogMissing, &log.s3_object, message.to_owned(), time));
        told.filter(|problem| !known(problem)).collect()
    }

    fn gap(&self, part: &str, reason: GapReason, remedy: Remedy, message: String) -> Gap {
        let item = Item { part: part.to_owned(), key: self.trail.arn.clone(), region: self.region.clone() };
        let about = Unanswered {
            source: self.source.id.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            operation: None,
            item: Some(item),
            time: self.snapshot.finished,
        };
        Gap::new(about, reason, remedy, message)
    }

    fn not_asked(&self, part: &str, what: &str) -> Gap {
        let message = format!("{} in {}: {what}; collect again", self.trail.arn, self.region);
        self.gap(part, GapReason::NotAttempted, Remedy::again(), message)
    }
}

/// Which log files were to be fetched, as the record says: the settings of the collection.
fn mode(record: Option<&Exchange>) -> (LogFiles, &'static str) {
    let parameter = |name: &str| record.and_then(|record| record.parameters.get(name)).map(String::as_str);
    match parameter("logs") {
        Some("all") => (LogFiles::All, "all"),
        Some(_) => {
            let size = parameter("sample").and_then(|size| size.parse().ok()).unwrap_or(TrailSettings::SAMPLE);
            (LogFiles::Sample(size), "sample")
        }
        None => (LogFiles::None, "none"),
    }
}
