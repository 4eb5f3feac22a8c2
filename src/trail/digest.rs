//! One digest: is it what CloudTrail signed?

use std::collections::BTreeMap;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::fault::KeysFault;
use super::object::{Digest, NamedLog, inflate_digest};
use super::place::is_backfill;
use super::problem::{Kind, Problem, path, short};
use crate::model::{Exchange, Sha256, with_causes};

/// The only algorithm that CloudTrail documents.
const ALGORITHM: &str = "SHA256withRSA";

/// A digest that can be read; whether it can be trusted is another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadDigest {
    pub(super) key: String,
    pub(super) start: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    pub(super) sha256: Sha256,
    /// Its own signature, in hex.
    pub(super) signature: String,
    pub(super) previous: Option<Previous>,
    pub(super) logs: Vec<NamedLog>,
    pub(super) valid: bool,
    pub(super) body: Sha256,
}

/// The digest before it, as it names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Previous {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) hash: Option<String>,
    pub(super) signature: Option<String>,
}

impl ReadDigest {
    pub(super) fn is_backfill(&self) -> bool {
        is_backfill(&self.key)
    }
}

/// CloudTrail's public keys, PKCS#1 in DER, by fingerprint.
pub(super) type Keys = BTreeMap<String, Vec<u8>>;

/// Adds the keys of a page of ListPublicKeys.
pub(super) fn read_keys(body: &[u8], keys: &mut Keys) -> Result<(), KeysFault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Page {
        #[serde(default)]
        public_key_list: Vec<Key>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Key {
        value: String,
        fingerprint: String,
    }
    let page: Page = serde_json::from_slice(body)?;
    for key in page.public_key_list {
        let der = base64::engine::general_purpose::STANDARD.decode(&key.value)?;
        keys.insert(key.fingerprint, der);
    }
    Ok(())
}

/// Reads and verifies a digest from its object's body and headers.
pub(super) fn judge(
    bucket: &str,
    key: &str,
    exchange: &Exchange,
    body: &[u8],
    keys: &Keys,
) -> (Option<ReadDigest>, Option<Problem>) {
    let problem = |kind, message: String| Some(Problem { kind, path: path(bucket, key), message, time: None });
    let read = inflate_digest(body).and_then(|inflated| Ok((Digest::read(&inflated.content)?, inflated)));
    let (digest, inflated) = match read {
        Ok(read) => read,
        Err(why) => return (None, problem(Kind::DigestUnreadable, with_causes(&why))),
    };
    let Ok(end) = digest.digest_end_time.parse::<DateTime<Utc>>() else {
        let message = format!("`{}` is not a time of an end", short(&digest.digest_end_time));
        return (None, problem(Kind::DigestUnreadable, message));
    };
    let sha256 = Sha256::of(&inflated.content);
    let header = |name: &str| exchange.headers.get(name).map(String::as_str);
    let wrong = match inflated.trailing {
        0 => verify(bucket, key, &digest, sha256, &header, keys).err(),
        trailing => Some((Kind::DigestUnreadable, format!("{trailing} bytes follow the digest's gzip member"))),
    };
    let previous = digest.previous_digest_s3_object.map(|key| Previous {
        bucket: digest.previous_digest_s3_bucket.unwrap_or_default(),
        key,
        hash: digest.previous_digest_hash_value,
        signature: digest.previous_digest_signature,
    });
    let read = ReadDigest {
        key: key.to_owned(),
        start: digest.digest_start_time,
        end,
        sha256,
        signature: header("x-amz-meta-signature").unwrap_or_default().to_owned(),
        previous,
        logs: digest.log_files,
        valid: wrong.is_none(),
        body: exchange.body,
    };
    let wrong = wrong.map(|(kind, message)| Problem { kind, path: path(bucket, key), message, time: Some(end) });
    (Some(read), wrong)
}

fn verify<'h>(
    bucket: &str,
    key: &str,
    digest: &Digest,
    sha256: Sha256,
    header: &impl Fn(&str) -> Option<&'h str>,
    keys: &Keys,
) -> Result<(), (Kind, String)> {
    let invalid = |message: String| (Kind::DigestSignatureInvalid, message);
    if digest.digest_s3_bucket != bucket || digest.digest_s3_object != key {
        let said = path(&digest.digest_s3_bucket, &digest.digest_s3_object);
        return Err(invalid(format!("it says that it lies at {}: it was moved", short(&said))));
    }
    let algorithm = header("x-amz-meta-signature-algorithm");
    if algorithm != Some(ALGORITHM) {
        let said = algorithm.map_or_else(|| "no algorithm".to_owned(), |text| format!("`{}`", short(text)));
        return Err(invalid(format!("its metadata names {said}, not {ALGORITHM}")));
    }
    let signature = header("x-amz-meta-signature").and_then(unhex);
    let signature = signature.ok_or_else(|| invalid("its metadata has no signature".to_owned()))?;
    let fingerprint = &digest.digest_public_key_fingerprint;
    let key_der = keys.get(fingerprint).ok_or_else(|| {
        let message = format!("CloudTrail lists no public key `{}` for this region and time", short(fingerprint));
        (Kind::PublicKeyUnknown, message)
    })?;
    let previous = digest.previous_digest_signature.as_deref().unwrap_or("null");
    let signed = format!("{}\n{bucket}/{key}\n{sha256}\n{previous}", digest.digest_end_time);
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key_der);
    let verified = public.verify(signed.as_bytes(), &signature);
    verified.map_err(|_| invalid("CloudTrail's signature does not fit its content".to_owned()))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
