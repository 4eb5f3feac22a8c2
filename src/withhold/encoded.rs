//! Text in base64, packed or not: user data, and the parts of it that are encoded again.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::detect;
use crate::model::{Sighting, Withheld};

/// EC2 takes 16 kB of user data; packed it may be larger, a bomb is.
const MAX_BYTES: u64 = 4 << 20;
/// Shorter runs of base64 are words.
const MIN_INNER: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What is found in a text that is encoded.
pub(super) fn judge(encoded: &str) -> Withheld {
    if let Some(known) = Withheld::parse(encoded) {
        return known;
    }
    let Some(bytes) = decode(encoded).and_then(unpack) else {
        // Not base64 after all: what can be searched is.
        return or_unreadable(detect::scan(encoded));
    };
    match String::from_utf8(bytes) {
        Ok(text) => Withheld::of(search(&text)),
        Err(error) => or_unreadable(search(&String::from_utf8_lossy(error.as_bytes()))),
    }
}

/// Of something that is not text, that nothing was found says nothing.
fn or_unreadable(sightings: Vec<Sighting>) -> Withheld {
    if sightings.is_empty() { Withheld::Unreadable } else { Withheld::of(sightings) }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    BASE64.decode(compact).ok()
}

/// Unpacks gzip; `None` if it is broken or too large.
fn unpack(bytes: Vec<u8>) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(bytes);
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(MAX_BYTES + 1).read_to_end(&mut unpacked).ok()?;
    (unpacked.len() as u64 <= MAX_BYTES).then_some(unpacked)
}

/// Searches a text, and once more what is encoded in it: parts of a MIME message, files of cloud-config. What is found in
/// those is said to be in the line where they begin.
fn search(text: &str) -> Vec<Sighting> {
    let mut sightings = detect::scan(text);
    for (line, encoded) in inner(text) {
        let decoded = decode(&encoded).and_then(unpack).and_then(|bytes| String::from_utf8(bytes).ok());
        let found = decoded.map(|text| detect::scan(&text)).unwrap_or_default();
        sightings.extend(found.into_iter().map(|sighting| Sighting { line: Some(line), ..sighting }));
    }
    sightings
}

/// The runs of base64 in a text: whole lines together, and long words.
fn inner(text: &str) -> Vec<(u32, String)> {
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut run: Option<(u32, String)> = None;
    let mut end =
        |run: &mut Option<(u32, String)>| found.extend(run.take().filter(|(_, text)| text.len() >= MIN_INNER));
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if !line.is_empty() && line.chars().all(of_base64) {
            run.get_or_insert_with(|| (number, String::new())).1.push_str(line);
            continue;
        }
        end(&mut run);
        for word in line.split(|c| !of_base64(c)).map(|word| word.trim_start_matches('=')) {
            run = Some((number, word.to_owned()));
            end(&mut run);
        }
    }
    end(&mut run);
    found
}
