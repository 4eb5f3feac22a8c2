//! A page of a bucket's list: ListObjectsV2.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use serde_json::Value;

use crate::model::{Source, select, text_of};
use crate::walk::{WireError, read_body};

/// A page of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The keys and their sizes in bytes.
    pub objects: Vec<(String, u64)>,
    /// The token of the page after it; `None` where there is none, or none that is wanted.
    pub next: Option<String>,
}

impl Listing {
    /// Reads a page. A list runs in the order of its keys: behind the last day's folder it has ended for us.
    pub fn read(source: &Source, body: &[u8], last_day: &str) -> Result<Self, WireError> {
        let page = read(source, body)?;
        let objects: Vec<(String, u64)> = select(&page, "Contents")
            .into_iter()
            .filter_map(|item| {
                let size = member(item, "Size").and_then(|size| size.parse().ok()).unwrap_or_default();
                Some((member(item, "Key")?, size))
            })
            .collect();
        let ended = objects.last().is_some_and(|(key, _)| is_beyond(last_day, key));
        let next = member(&page, "NextContinuationToken").filter(|_| !ended);
        Ok(Self { objects, next })
    }
}

/// The folders that a list with a delimiter names, whole.
pub fn folders(source: &Source, body: &[u8]) -> Result<Vec<String>, WireError> {
    let page = read(source, body)?;
    Ok(select(&page, "CommonPrefixes.Prefix").into_iter().filter_map(text_of).collect())
}

fn read(source: &Source, body: &[u8]) -> Result<Value, WireError> {
    read_body(source.protocol, "ListObjectsV2", &source.call.shape, body)
}

fn member(item: &Value, name: &str) -> Option<String> {
    select(item, name).into_iter().find_map(text_of)
}

fn is_beyond(last_day: &str, key: &str) -> bool {
    key > last_day && !key.starts_with(last_day)
}
