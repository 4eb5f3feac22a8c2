//! Objects of a bucket and their lists, by the generic signed call: path-style, in the bucket's own region, which S3 tells
//! even those who may not read the bucket.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::model::{Region, Source};

use crate::walk::{Prepared, encode, encode_path};

use super::CollectError;
use super::account::AccountContext;
use super::classify::{Failure, failure};
use super::label::Label;
use super::recorder::Captured;

/// The regions of buckets, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Buckets(Mutex<HashMap<String, Region>>);

/// What is asked of a bucket.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    bucket: String,
    prepared: Prepared,
}

impl Ask {
    /// A list of keys.
    pub(crate) fn list(bucket: &str, parameters: &[(&str, &str)]) -> Self {
        let pairs = parameters.iter().map(|(name, value)| format!("&{name}={}", encode(value)));
        let query: String = std::iter::once("?list-type=2".to_owned()).chain(pairs).collect();
        Self::new(bucket, query, BTreeMap::new())
    }

    /// An object, at most so many of its first bytes.
    pub(crate) fn object(bucket: &str, key: &str, most: Option<u64>) -> Self {
        let range = most.map(|most| ("range".to_owned(), format!("bytes=0-{}", most.saturating_sub(1))));
        Self::new(bucket, format!("/{}", encode_path(key)), range.into_iter().collect())
    }

    fn new(bucket: &str, rest: String, headers: BTreeMap<String, String>) -> Self {
        let path = format!("/{}{rest}", encode(bucket));
        Self {
            bucket: bucket.to_owned(),
            prepared: Prepared {
                method: "GET".to_owned(),
                path,
                host_prefix: String::new(),
                headers,
                body: Vec::new(),
            },
        }
    }
}

/// How it ended; nothing is kept yet.
pub(crate) struct Answered {
    pub(crate) label: Label,
    pub(crate) result: Result<(), Failure>,
    pub(crate) captured: Captured,
}

impl AccountContext {
    /// Asks a bucket, first where it is known or believed to lie, then where S3 says that it does.
    pub(crate) async fn ask_bucket(
        &self,
        source: &Source,
        buckets: &Buckets,
        label: Label,
        believed: &Region,
        ask: &Ask,
    ) -> Result<Answered, CollectError> {
        let mut place = buckets.lock().get(&ask.bucket).unwrap_or(believed).clone();
        let mut moved = false;
        loop {
            let label = label.clone().asked_in(&place);
            let caller = self.callers.get(&self.sdk, &self.label, source, &place, "")?;
            let prepared = ask.prepared.clone();
            let (called, captured) = self.send(&label, async move { caller.invoke(prepared).await }).await;
            let Err(error) = called else {
                buckets.lock().insert(ask.bucket.clone(), place);
                return Ok(Answered { label, result: Ok(()), captured });
            };
            let named = captured.response.as_ref().and_then(|response| response.bucket_region.clone());
            match named.map(Region::new).filter(|named| *named != place && !moved) {
                Some(named) => {
                    self.run.progress.done(&self.account);
                    (place, moved) = (named, true);
                }
                None => return Ok(Answered { label, result: Err(failure(&error)), captured }),
            }
        }
    }
}

impl Buckets {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Region>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_in_their_place() {
        let ask = Ask::list("a/b?c", &[("prefix", "x y&z=1")]);
        assert_eq!(ask.prepared.path, "/a%2Fb%3Fc?list-type=2&prefix=x%20y%26z%3D1");
        let ask = Ask::object("b", "p/k?x#y", Some(100));
        assert_eq!(ask.prepared.path, "/b/p/k%3Fx%23y");
        assert_eq!(ask.prepared.headers["range"], "bytes=0-99");
    }
}
