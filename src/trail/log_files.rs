//! The log files' half of a row.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::asked::unreadable;
use super::collected::Collected;
use super::digest::ReadDigest;
use super::digests::Digests;
use super::logs::{Checked, Named, check, chosen, undigested};
use super::problem::{Kind, Problem, as_row};
use super::record;
use crate::model::{Gap, GapReason, Remedy, Sha256};

impl Collected<'_> {
    /// The log files' half of the row.
    pub(super) fn logs<E>(
        &self,
        digests: &mut Digests,
        named: &Named,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
        unread: &mut BTreeMap<String, Gap>,
    ) -> Result<Value, E> {
        let record = self.part("logs").last().copied();
        let mode = record::chosen(record.map(|record| &record.parameters));
        let mut lost = digests.unread.clone().or_else(|| self.gap_of("log")).or_else(|| self.gap_of("log-lists"));
        let mut checked = Checked::default();
        let chosen = chosen(mode, self.snapshot.time, &self.chain, &digests.read);
        let count = chosen.len();
        if let Some(record) = record {
            digests.evidence.push(record.body);
            match check(&body(&record.body)?, chosen, named, self.chain.folders()) {
                Ok(found) => checked = found,
                Err(why) => drop(lost.get_or_insert_with(|| unreadable(record, &why))),
            }
        }
        if !checked.unfetched.is_empty() || (record.is_none() && digests.unread.is_none()) {
            let words = "`logs = \"sample\"` under `[trail]` in the settings, and collecting again";
            let action = Remedy::setting("trail.logs", words);
            let message =
                format!("{} in {}: not all chosen log files were fetched", self.chain.trail.arn, self.chain.region);
            lost.get_or_insert_with(|| self.gap("log", GapReason::NotAttempted, action, message));
        }
        let mut present = Named::default();
        if record.is_some() && digests.unread.is_none() {
            let mut problems = Vec::new();
            let ends = digests.cover.as_ref().map_or((None, None), |cover| (cover.begins, cover.ends));
            let whole = self.pages("log-lists", &self.chain.log_days(), body, &mut |key, _| {
                present.add(key, "");
                if !self.shared {
                    let one = std::iter::once(key);
                    problems.extend(undigested(one, &self.chain, ends, named));
                }
            })?;
            match whole {
                Ok(()) => problems.extend(self.gone(&digests.read, &present, &checked)),
                Err(why) => drop(lost.get_or_insert_with(|| self.not_asked("log-lists", &why))),
            }
            checked.problems.append(&mut problems);
        }
        if let Some(gap) = lost {
            unread.insert("logs".to_owned(), gap);
        }
        let (problems, more) = as_row(checked.problems);
        Ok(json!({
            "mode": record::word(mode), "named": digests.named.len(), "chosen": count, "checked": checked.checked, "valid": checked.valid,
            "listed": present.len(), "problems": problems, "more": more,
        }))
    }

    /// The log files of the window that valid digests name and that S3 does not list: all of them, not the chosen alone.
    fn gone(&self, read: &[ReadDigest], present: &Named, checked: &Checked) -> Vec<Problem> {
        let in_window = |time: &DateTime<Utc>| self.chain.window.from <= *time && *time < self.chain.window.until;
        let named = read.iter().filter(|one| one.valid).flat_map(|one| &one.logs);
        let ours = named.filter(|log| self.chain.holds(log) && !present.has(&log.s3_object));
        let gone = ours.filter_map(|log| Some((log, self.chain.folders().log_time(&log.s3_object).filter(in_window)?)));
        let known = |problem: &Problem| checked.problems.iter().any(|other| other.path == problem.path);
        let message = "its digest names it, and S3 does not list it";
        let problems = gone.map(|(log, time)| self.problem(Kind::LogMissing, &log.s3_object, message.to_owned(), time));
        problems.filter(|problem| !known(problem)).collect()
    }
}
