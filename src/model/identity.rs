//! What distinguishes a resource that lives on from another that took its name, as AWS itself says it.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::{Path, Source, text_of};

impl Source {
    /// AWS's own id of the row's thing, which survives a new name and never returns; `None`: the row has none.
    pub fn unique_id_of(&self, row: &Value) -> Option<String> {
        self.unique_id.iter().find_map(|path| text_at(row, path))
    }

    /// When AWS says that the row's thing was made, as AWS writes it: RFC 3339, or seconds or milliseconds since 1970.
    pub fn created_of(&self, row: &Value) -> Option<String> {
        text_at(row, &self.created.as_ref()?.member)
    }

    /// The day on which the row's thing expires.
    pub fn expires_of(&self, row: &Value) -> Option<NaiveDate> {
        match self.expires.as_ref()?.member.select(row).as_slice() {
            [one] => day_of(one),
            _ => None,
        }
    }
}

/// The day of a time as AWS writes it: RFC 3339, a plain date, or seconds since 1970.
pub fn day_of(value: &Value) -> Option<NaiveDate> {
    if let Some(seconds) = value.as_f64() {
        return DateTime::from_timestamp(seconds as i64, 0).map(|time| time.date_naive());
    }
    let text = value.as_str()?;
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().date_naive());
    time.ok().or_else(|| text.get(..10)?.parse().ok())
}

/// The one text at a path; of several none is the thing's own.
fn text_at(row: &Value, path: &Path) -> Option<String> {
    match path.select(row).as_slice() {
        [one] => text_of(one).filter(|text| !text.is_empty()),
        _ => None,
    }
}
