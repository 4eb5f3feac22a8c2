//! A file of the bucket, unpacked: a digest and what it says, the hash of a log file.

use std::io::Read as _;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::fault::ObjectFault;
use crate::model::Sha256;

/// A digest of ten thousand log files inflates to 5 MB; no input may make us hold more than this.
pub const MAX_DIGEST: u64 = 32 << 20;
/// CloudTrail cuts its log files far below; a packed one is fetched up to this size.
pub const MAX_LOG: u64 = 64 << 20;
/// A log file's inflated bytes are hashed up to this many.
const MAX_INFLATED_LOG: u64 = 2 << 30;

/// What a digest says, as far as anything is read from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// From when on.
    pub digest_start_time: DateTime<Utc>,
    /// Until when, as written: it is part of what is signed.
    pub digest_end_time: String,
    /// Where it says that it lies.
    pub digest_s3_bucket: String,
    /// Its key, as it says.
    pub digest_s3_object: String,
    /// The key that signed it.
    pub digest_public_key_fingerprint: String,
    /// The digest before it; null for the first of a chain.
    pub previous_digest_s3_bucket: Option<String>,
    /// Its key.
    pub previous_digest_s3_object: Option<String>,
    /// The SHA-256 of its inflated bytes.
    pub previous_digest_hash_value: Option<String>,
    /// Its signature in hex.
    pub previous_digest_signature: Option<String>,
    /// The log files delivered in its hour.
    #[serde(default)]
    pub log_files: Vec<NamedLog>,
}

/// A log file as its digest names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedLog {
    /// The bucket.
    pub s3_bucket: String,
    /// The key.
    pub s3_object: String,
    /// The SHA-256 of its inflated bytes, in hex.
    pub hash_value: String,
}

impl Digest {
    /// Reads a digest's inflated bytes.
    pub fn read(inflated: &[u8]) -> Result<Self, ObjectFault> {
        serde_json::from_slice(inflated).map_err(ObjectFault::Digest)
    }
}

/// What a file of the bucket holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated<T> {
    /// The content.
    pub content: T,
    /// How many bytes follow the gzip member: nothing vouches for them.
    pub trailing: u64,
}

/// Inflates a digest. A body that something on the way inflated already is taken as it is.
pub fn inflate_digest(body: &[u8]) -> Result<Inflated<Vec<u8>>, ObjectFault> {
    let mut content = Vec::new();
    let trailing = inflate(body, MAX_DIGEST, |bytes| content.extend_from_slice(bytes))?;
    Ok(Inflated { content, trailing })
}

/// Inflates a log file and keeps nothing but the hash and the length of what is inside.
pub(super) fn hash_log(body: &[u8]) -> Result<Inflated<(Sha256, u64)>, ObjectFault> {
    use sha2::Digest as _;
    let (mut hash, mut length) = (sha2::Sha256::new(), 0);
    let trailing = inflate(body, MAX_INFLATED_LOG, |bytes| {
        hash.update(bytes);
        length += bytes.len() as u64;
    })?;
    Ok(Inflated { content: (Sha256::from_bytes(hash.finalize().into()), length), trailing })
}

fn inflate(body: &[u8], limit: u64, mut take: impl FnMut(&[u8])) -> Result<u64, ObjectFault> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        if body.is_empty() {
            return Err(ObjectFault::Empty);
        }
        take(body);
        return Ok(0);
    }
    let mut reader = flate2::bufread::GzDecoder::new(body);
    let (mut buffer, mut total) = (vec![0; 64 << 10], 0u64);
    loop {
        match reader.read(&mut buffer).map_err(ObjectFault::Gzip)? {
            0 => return Ok(reader.into_inner().len() as u64),
            count => {
                total += count as u64;
                if total > limit {
                    return Err(ObjectFault::TooLarge(limit));
                }
                take(&buffer[..count]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_follows_the_gzip_member_is_seen_and_bombs_are_not_held() {
        let packed = |bytes: &[u8]| {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        };
        let mut body = packed(b"{}");
        assert_eq!(inflate_digest(&body).unwrap(), Inflated { content: b"{}".to_vec(), trailing: 0 });
        assert_eq!(hash_log(&body).unwrap().content, (Sha256::of(b"{}"), 2));
        body.extend(packed(b"more"));
        assert!(inflate_digest(&body).unwrap().trailing > 4);
        assert_eq!(inflate_digest(b"{}").unwrap().content, b"{}", "inflated on the way");
        assert!(inflate_digest(&body[..12]).is_err() && inflate_digest(b"").is_err());
        let bomb = packed(&vec![0; MAX_DIGEST as usize + 1]);
        assert!(matches!(inflate_digest(&bomb), Err(ObjectFault::TooLarge(MAX_DIGEST))));
    }
}
