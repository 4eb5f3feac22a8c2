//! Verifying a signed PDF by its bytes alone. What counts is that one signature covers every byte of the file but its
//! own digits; then the file is exactly what the signer signed, however its objects may be read.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::pdf::find;
use super::verify::{SignatureFacts, SignatureFault, verify_parts};

/// No honest file names more byte ranges.
const MAX_RANGES: usize = 16;

/// Why a PDF's signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfFault {
    /// There is no signature.
    #[error("it carries no signature")]
    Unsigned,
    /// Bytes follow the signed ones.
    #[error("{0} bytes were appended after signing")]
    Appended(usize),
    /// The signed ranges leave something out.
    #[error("its signature does not cover the whole file: {0}")]
    PartlyCovered(&'static str),
    /// The signature itself does not hold.
    #[error("its signature does not hold")]
    Signature(#[from] SignatureFault),
}

/// Verifies that exactly one signature covers the entire file. The time is that of `/M`, which the signature covers.
pub fn verify_pdf(pdf: &[u8]) -> Result<SignatureFacts, PdfFault> {
    let ranges = byte_ranges(pdf);
    let [(at, [first, start, end, rest])] = ranges.as_slice() else {
        let several = PdfFault::PartlyCovered("it names several byte ranges");
        return Err(if ranges.is_empty() { PdfFault::Unsigned } else { several });
    };
    let covered = end.checked_add(*rest).ok_or(PdfFault::PartlyCovered("its byte range is not a range"))?;
    if covered < pdf.len() {
        return Err(PdfFault::Appended(pdf.len() - covered));
    }
    if *first != 0 || covered > pdf.len() || start >= end {
        return Err(PdfFault::PartlyCovered("its byte range is not a range"));
    }
    let hex = match &pdf[*start..*end] {
        [b'<', hex @ .., b'>'] => hex,
        _ => return Err(PdfFault::PartlyCovered("its byte range leaves out more than the signature")),
    };
    let der = contents(hex).ok_or(PdfFault::PartlyCovered("the place of the signature holds something else"))?;
    let mut facts = verify_parts(&der, &[&pdf[..*start], &pdf[*end..]], false)?;
    facts.signing_time = signing_time(pdf, *at, *start, *end);
    Ok(facts)
}

/// Every `/ByteRange [a b c d]` of the file with its place.
fn byte_ranges(pdf: &[u8]) -> Vec<(usize, [usize; 4])> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find(pdf, b"/ByteRange", from) {
        from = at + 1;
        if let Some(numbers) = numbers(&pdf[at + b"/ByteRange".len()..]) {
            found.push((at, numbers));
        }
        if found.len() > MAX_RANGES {
            break;
        }
    }
    found
}

fn numbers(after: &[u8]) -> Option<[usize; 4]> {
    let text = after.get(..after.len().min(80))?;
    let text = &text[..text.iter().position(|&byte| byte == b']')?];
    let text = std::str::from_utf8(text).ok()?.trim_start().strip_prefix('[')?;
    let numbers: Vec<usize> = text.split_ascii_whitespace().map(|word| word.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The DER in the hex digits; what fills the place up after it must be zeros, in digits of one case.
fn contents(hex: &[u8]) -> Option<Vec<u8>> {
    let length = match decode(hex.get(..8)?)?.as_slice() {
        [0x30, 0x82, high, low] => 4 + (usize::from(*high) << 8 | usize::from(*low)),
        [0x30, 0x81, low, _] => 3 + usize::from(*low),
        _ => return None,
    };
    let (der, filling) = hex.split_at_checked(2 * length)?;
    let zeros = filling.first().is_none_or(|&digit| digit == b'0')
        && filling.get(1..).unwrap_or_default() == &filling[..filling.len().saturating_sub(1)];
    if zeros { decode(der) } else { None }
}

fn decode(hex: &[u8]) -> Option<Vec<u8>> {
    let half = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = hex.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(half(*high)? << 4 | half(*low)?)).collect()
}

/// `/M` of the signature dictionary that the byte range belongs to. Only the form that we write is read.
fn signing_time(pdf: &[u8], range: usize, start: usize, end: usize) -> Option<DateTime<Utc>> {
    let before = pdf.get(range.min(start)..start)?;
    let after = pdf.get(end..(end + 4096).min(pdf.len()))?;
    let after = &after[..find(after, b"endobj", 0).unwrap_or(after.len())];
    [after, before].into_iter().find_map(|part| {
        let at = find(part, b"/M(D:", 0)? + b"/M(D:".len();
        let text = std::str::from_utf8(part.get(at..at + 14)?).ok()?;
        Some(NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?.and_utc())
    })
}
