//! Three quarters of the small company: mended, worse, and one thing that is no longer visible.

use serde_json::{Value, json};

use super::HOSTILE;
use crate::model::{Sha256, Trend};

/// The last point's snapshot is the report's own.
pub(in crate::report) fn trend() -> Trend {
    let trend = json!({
        "format": 1, "organization": "Example GmbH", "now": "2026-10-01T08:00:00Z", "yardstick": Sha256::of(b"yardstick"),
        "points": [
            point(b"first", "2026-04-01", ["2026-01-01", "2026-03-31"], [5, 1, 2, 0], [0, 0]),
            point(b"second", "2026-07-01", ["2026-04-01", "2026-06-30"], [2, 1, 0, 0], [1, 6]),
            point(b"snapshot", "2026-10-01", ["2026-07-01", "2026-09-30"], [2, 0, 0, 0], [1, 2]),
        ],
        "open": [
            open("s3.bucket-no-public-read", "critical", HOSTILE, ["2026-04-01", "2026-10-01"], 183, "at-least"),
            open("kms.key-rotation", "medium", "arn:aws:kms:eu-west-1:111122223333:key/2", ["2026-07-01", "2026-07-01"], 92, "seen"),
            open("gone.check", "low", "an old thing", ["2026-10-01", "2026-10-01"], 0, "seen"),
        ],
        "fixes": {
            "critical": { "fixed": 4, "mean_days": 45.5, "measured": 2, "open": 1, "oldest_days": 183 },
            "high": { "fixed": 1, "measured": 0, "open": 0 },
            "medium": { "fixed": 2, "measured": 0, "open": 1, "oldest_days": 92 },
            "low": { "fixed": 0, "measured": 0, "open": 1, "oldest_days": 0 },
        },
        "freshness": {
            "newest": "2026-10-01T08:00:00Z", "days": 0, "sources": 3,
            "stale": [
                { "source": "guardduty.detectors", "sight": "none" },
                { "source": "kms.keys", "sight": "partial", "whole": "2026-07-01T08:00:00Z" },
            ],
        },
        "periods": [
            { "period": { "start": "2026-04-01", "end": "2026-06-30" }, "weeks": 13, "begun": 13, "covered": 13, "missing": [] },
            {
                "period": { "start": "2026-07-01", "end": "2026-09-30" }, "weeks": 13, "begun": 13, "covered": 12,
                "missing": ["2026-08-05"],
            },
        ],
    });
    let mut trend: Trend = serde_json::from_value(trend).unwrap();
    trend.points[0].evidence = crate::model::Keeping::Manifest;
    trend.points[0].judged = crate::model::Judged::Then;
    trend.points[1].definitions = crate::model::Steadiness::Changed;
    trend
}

fn point(id: &[u8], day: &str, period: [&str; 2], failing: [usize; 4], moved: [usize; 2]) -> Value {
    let [critical, high, medium, low] = failing;
    let framework = |satisfied: usize, gap: usize, all: usize| {
        json!({
            "requirements": all, "responsibility": {},
            "status": {
                "satisfied": satisfied, "awaiting-evidence": all - satisfied - gap, "undetermined": 0, "gap": gap,
                "not-applicable": 0,
            },
        })
    };
    json!({
        "snapshot": Sha256::of(id), "time": format!("{day}T08:00:00Z"), "period": { "start": period[0], "end": period[1] },
        "judged": "today", "evidence": "whole", "definitions": "same",
        "frameworks": { "gdpr": framework(0, 1, 2), "soc2": framework(moved[0], 1, 3) },
        "checks": { "fail": 1, "not-applicable": 1, "pass": 0, "undetermined": 2 },
        "failing": { "critical": critical, "high": high, "medium": medium, "low": low },
        "new": moved[0], "fixed": moved[1], "gaps": 2,
    })
}

fn open(check: &str, severity: &str, resource: &str, [since, seen]: [&str; 2], days: i64, age: &str) -> Value {
    json!({
        "check": check, "severity": severity, "resource": resource, "account": "111122223333", "region": "eu-west-1",
        "since": format!("{since}T08:00:00Z"), "age": age, "days": days, "seen": format!("{seen}T08:00:00Z"),
    })
}
