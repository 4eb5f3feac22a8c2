//! Bodies as patches on the body that the same request had before: most replies of one week differ from last week's in a
//! request id or a time only.
//!
//! ```text
//! <sha256>.zst    a zstd frame                                          plain
//! <sha256>.zst    a skippable frame with the base's SHA-256 (32 bytes),
//!                 then a zstd frame made with the base as its prefix    a patch
//! ```
//!
//! A base is written plain, so that a blob needs one other at most.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use crate::model::Sha256;

/// The magic number of the skippable frame, as RFC 8878 reserves sixteen of them, and the length of its content.
const MAGIC: [u8; 8] = [0x50, 0x2A, 0x4D, 0x18, 32, 0, 0, 0];
/// How long the skippable frame is.
const HEAD: usize = MAGIC.len() + 32;
/// Shorter bodies gain nothing by it.
const SMALLEST: usize = 256;
/// Longer bodies, and longer bases, would cost too much memory.
pub(super) const LARGEST: usize = 4 << 20;
/// A patch must be clearly smaller: it takes two files to read.
const WORTH_PERCENT: usize = 60;
/// Bases from this length on are searched by zstd's matcher for long distances too.
const LONG: usize = 128 << 10;
/// A patch is read through its base, which costs more than any level does.
const LEVEL: i32 = 3;

/// Whether a body is of a length that patches are made for.
pub(super) fn fits(length: usize) -> bool {
    (SMALLEST..=LARGEST).contains(&length)
}

/// The base that a blob's file names; `None`: it is plain.
pub(super) fn base_of(packed: &[u8]) -> Option<Sha256> {
    let content = packed.strip_prefix(&MAGIC)?.first_chunk::<32>()?;
    Some(Sha256::from_bytes(*content))
}

/// The same of a file, of which it reads the first bytes only.
pub(super) fn base_of_file(path: &Path) -> io::Result<Option<Sha256>> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(base_of(&head))
}

/// A body as a patch on its base, if that is worth it beside the plain form.
pub(super) fn patch(body: &[u8], base: &Sha256, before: &[u8], plain: usize) -> io::Result<Option<Vec<u8>>> {
    let mut packed = Vec::with_capacity(HEAD + 64);
    packed.extend(MAGIC);
    packed.extend(base.as_bytes());
    let mut encoder = zstd::Encoder::with_ref_prefix(packed, LEVEL, before)?;
    encoder.set_pledged_src_size(Some(body.len() as u64))?;
    encoder.window_log(window_log(body.len() + before.len()))?;
    // The level's own tables forget the beginning of a long base.
    encoder.long_distance_matching(before.len() > LONG)?;
    encoder.write_all(body)?;
    let packed = encoder.finish()?;
    Ok((packed.len() * 100 < plain * WORTH_PERCENT).then_some(packed))
}

/// The body that a patch makes of its base.
pub(super) fn apply(packed: &[u8], before: &[u8]) -> io::Result<Vec<u8>> {
    let frame = packed.get(HEAD..).unwrap_or_default();
    let mut body = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_ref_prefix(frame, before)?;
    decoder.take(LARGEST as u64 + 1).read_to_end(&mut body)?;
    Ok(body)
}

/// The window that reaches from the end of the body to the beginning of the base.
fn window_log(bytes: usize) -> u32 {
    const SMALLEST: u32 = 10;
    bytes.next_power_of_two().trailing_zeros().max(SMALLEST)
}
