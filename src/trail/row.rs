//! The row of one trail in one region.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::collected::Collected;
use super::digests::Digests;
use super::logs::Named;
use super::problem::{as_row, at};
use crate::model::{Facts, Gap, GapReason, Remedy, Row, Sha256};

impl Collected<'_> {
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
            region: self.chain.region.clone(),
            resource: self.chain.trail.arn.clone(),
            key: self.chain.trail.arn.clone(),
            data: Value::Object(data).into(),
            unread,
            evidence,
        })
    }

    fn data(&self, digests: Digests, logs: Value, unread: &mut BTreeMap<String, Gap>) -> Map<String, Value> {
        let valid = digests.read.iter().filter(|one| one.valid).count();
        let (problems, more) = as_row(digests.problems);
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
            let message =
                format!("{} in {}: {why}; nothing shows the time before", self.chain.trail.arn, self.chain.region);
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
            "Name": self.chain.trail.name,
            "TrailARN": self.chain.trail.arn,
            "HomeRegion": self.chain.trail.home_region,
            "S3BucketName": self.chain.trail.bucket,
            "from": at(self.chain.window.from),
            "until": at(self.chain.window.until),
            "begins": time(digests.cover.as_ref().and_then(|cover| cover.begins)),
            "ends": time(digests.cover.as_ref().and_then(|cover| cover.ends)),
            "hours": hours,
            "digests": { "listed": digests.listed, "checked": digests.read.len(), "valid": valid, "problems": problems, "more": more },
            "logs": logs,
        });
        match data {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}
