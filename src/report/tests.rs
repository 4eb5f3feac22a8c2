//! What people read in the report, and what must never get into it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use serde_json::Value;

use super::sample::Sample;
use super::view::{FINDINGS_LISTED, View};
use super::{ReportError, Templates, html};
use crate::model::{Finding, Sha256, Verdict};

fn page(sample: &Sample) -> String {
    let page = html(&sample.input(), &Templates::embedded().unwrap()).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn write_sample() {
    if let Ok(path) = std::env::var("SAMPLE_HTML") {
        std::fs::write(path, page(&Sample::new())).unwrap();
    }
}
