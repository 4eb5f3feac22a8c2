//! The end of a pack's history, held against the evidence. What is earlier rests on snapshots that are not in the pack.

use std::collections::BTreeMap;

use miette::IntoDiagnostic as _;

use super::differing;
use crate::bundle::{self, Pack, PackReadError};
use crate::model::{Assessment, FrameworkId, FrameworkTotals, Snapshot, Totals, Trend, Verdict};

/// What the last point and the open findings say otherwise than the evidence; nothing of a pack without a history.
pub(super) fn differences(pack: &Pack<'_>, snapshot: &Snapshot, again: &Assessment) -> miette::Result<Vec<String>> {
    let bytes = match pack.read(bundle::HISTORY) {
        Ok(bytes) => bytes,
        Err(PackReadError::Missing(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error).into_diagnostic(),
    };
    Ok(match serde_json::from_slice::<Trend>(&bytes) {
        Ok(trend) => differing(&claimed(&trend), &shown(snapshot, again)),
        Err(error) => vec![format!("{} is no history: {error}", bundle::HISTORY)],
    })
}

/// Words by what they are about.
#[derive(Default)]
struct Said(BTreeMap<String, String>);

impl Said {
    fn add(&mut self, what: &str, word: impl ToString) {
        self.0.insert(format!("history's last point, {what}"), word.to_string());
    }

    fn counts(&mut self, what: &str, counts: &BTreeMap<String, usize>) {
        counts.iter().for_each(|(word, count)| self.add(&format!("{what} {word}"), count));
    }

    fn frameworks(&mut self, frameworks: &BTreeMap<FrameworkId, FrameworkTotals>) {
        for (id, FrameworkTotals { requirements, status, responsibility }) in frameworks {
            self.add(&format!("{id} requirements"), requirements);
            self.counts(id.as_str(), status);
            responsibility.iter().for_each(|(owner, counts)| self.counts(&format!("{id} {owner}"), counts));
        }
    }

    fn open(&mut self, about: [&str; 4], severity: &str) {
        let [check, resource, account, region] = about;
        self.add(&format!("open {check} of {resource} in {account} {region}"), severity);
    }
}

fn claimed(trend: &Trend) -> BTreeMap<String, String> {
    let mut said = Said::default();
    said.add("organization", &trend.organization);
    said.add("now", trend.now);
    said.add("newest", trend.freshness.newest);
    let Some(last) = trend.points.last() else { return said.0 };
    said.add("snapshot", last.snapshot);
    said.add("time", last.time);
    said.add("period", format!("{} to {}", last.period.start, last.period.end));
    said.frameworks(&last.frameworks);
    said.counts("checks", &last.checks);
    said.counts("failing", &last.failing);
    said.add("gaps", last.gaps);
    // What nobody can see any more is open by what an earlier snapshot shows.
    for one in trend.open.iter().filter(|one| one.seen >= last.time) {
        let about = [one.check.as_str(), &one.resource, one.account.as_str(), one.region.as_str()];
        said.open(about, one.severity.words());
    }
    said.0
}

fn shown(snapshot: &Snapshot, again: &Assessment) -> BTreeMap<String, String> {
    let mut said = Said::default();
    let Totals { checks, failing, frameworks, gaps, .. } = &again.totals;
    said.add("organization", &snapshot.organization);
    said.add("now", snapshot.time);
    said.add("newest", snapshot.time);
    said.add("snapshot", again.snapshot);
    said.add("time", snapshot.time);
    said.add("period", format!("{} to {}", snapshot.period.start, snapshot.period.end));
    said.frameworks(frameworks);
    said.counts("checks", checks);
    said.counts("failing", failing);
    said.add("gaps", gaps.values().sum::<usize>());
    for check in &again.checks {
        for one in check.findings.iter().filter(|finding| finding.verdict == Verdict::Fail) {
            let about = [check.id.as_str(), &one.resource, one.account.as_str(), one.region.as_str()];
            said.open(about, check.severity.words());
        }
    }
    said.0
}
