//! A pack as a zip: read strictly, with every byte of the archive accounted for.

use std::collections::BTreeMap;
use std::io;

use super::layout::{
    CENTRAL_LENGTH, CENTRAL_SIGNATURE, END_LENGTH, END_SIGNATURE, END64_LENGTH, END64_SIGNATURE, Entry, LOCATOR_LENGTH,
    LOCATOR_SIGNATURE, Method, PACKED_CRC_EXTRA, ZIP64_EXTRA, tail,
};
use super::path::{PackPath, printable};
use super::problem::{Limits, Problem, ProblemKind};
use super::unpack::{Source, Unpack};
use super::{SIGNATURE, SUMS};

/// How far from the end the last record is looked for: its comment has at most 64 KiB.
const SEARCH: u64 = 66_000;
/// Members up to this size may have any ratio.
const RATIO_FREE: u64 = 16 << 20;
/// All members together up to this size may have any ratio.
const TOTAL_FREE: u64 = 256 << 20;
/// No more problems than this are listed for the records of an archive.
const MAX_LISTED: usize = 200;

/// The members of an archive that can be read, by path.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    source: Source<'a>,
    entries: BTreeMap<PackPath, Entry>,
    /// Bytes in front of the archive proper; 0 in every sound pack.
    base: u64,
}

/// What the last records say.
struct End {
    base: u64,
    directory: u64,
    directory_size: u64,
    entries: u64,
}

impl<'a> Archive<'a> {
    /// Reads the records. Whatever is not as a pack is written becomes a problem; what can be read is read.
    pub(super) fn open(source: Source<'a>, limits: &Limits, problems: &mut Vec<Problem>) -> io::Result<Self> {
        let mut archive = Self { source, entries: BTreeMap::new(), base: 0 };
        let mut found = Vec::new();
        if let Err(message) = archive.read(limits, &mut found)? {
            found.push(damaged("", message));
        }
        found.truncate(MAX_LISTED);
        problems.append(&mut found);
        Ok(archive)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&PackPath, u64)> {
        self.entries.iter().map(|(path, entry)| (path, entry.size))
    }

    pub(super) fn reader(&self, path: &PackPath) -> Option<Unpack<'_>> {
        let entry = self.entries.get(path)?;
        let position = self.base + entry.offset + entry.local().len() as u64;
        Some(Unpack::new(&self.source, entry, position))
    }

    /// An inner error is a message about the archive as a whole; an outer one means that it cannot be read at all.
    fn read(&mut self, limits: &Limits, problems: &mut Vec<Problem>) -> io::Result<Result<(), String>> {
        let length = self.source.length()?;
        let end = match self.find_end(length, problems)? {
            Ok(end) => end,
            Err(message) => return Ok(Err(message)),
        };
        self.base = end.base;
        if end.entries > limits.members as u64 {
            let message = format!("it has {} members; the limit is {}", end.entries, limits.members);
            problems.push(Problem::new(ProblemKind::TooLarge, "", message));
            return Ok(Ok(()));
        }
        // Each record is bounded by three 16-bit lengths; honest ones are far below.
        let Some(size) = usize::try_from(end.directory_size).ok().filter(|&size| size <= 512 << 20) else {
            return Ok(Err("its central directory is too large".to_owned()));
        };
        let directory = self.source.exact(end.base + end.directory, size)?;
        let entries = match read_directory(&directory, end.entries) {
            Ok(entries) => entries,
            Err(message) => return Ok(Err(message)),
        };
        self.account(entries, &end, &directory, limits, problems)?;
        Ok(Ok(()))
    }

    fn find_end(&self, length: u64, problems: &mut Vec<Problem>) -> io::Result<Result<End, String>> {
        let window = length.min(SEARCH);
        let bytes = self.source.exact(length - window, usize::try_from(window).unwrap_or_default())?;
        let Some(at) = memchr::memmem::rfind(&bytes, &END_SIGNATURE.to_le_bytes()) else {
            return Ok(Err("it is not a zip archive, or its end is missing".to_owned()));
        };
        let Some(record) = bytes.get(at..at + END_LENGTH) else {
            return Ok(Err("its last record is cut off".to_owned()));
        };
        let end_at = length - window + at as u64;
        if end_at + END_LENGTH as u64 != length {
            problems.push(damaged("", "bytes follow its last record"));
        }
        let mut end = End {
            base: 0,
            entries: u64::from(u16_at(record, 10)),
            directory_size: u64::from(u32_at(record, 12)),
            directory: u64::from(u32_at(record, 16)),
        };
        let mut tail_at = end_at;
        let extra = (END64_LENGTH + LOCATOR_LENGTH) as u64;
        if let Some(start) = end_at.checked_sub(extra) {
            let bytes = self.source.exact(start, END64_LENGTH + LOCATOR_LENGTH)?;
            if u32_at(&bytes, 0) == END64_SIGNATURE && u32_at(&bytes, END64_LENGTH) == LOCATOR_SIGNATURE {
                tail_at = start;
                end.entries = u64_at(&bytes, 32);
                end.directory_size = u64_at(&bytes, 40);
                end.directory = u64_at(&bytes, 48);
            }
        }
        let Some(directory_at) = tail_at.checked_sub(end.directory_size) else {
            return Ok(Err("its last record names a directory larger than the archive".to_owned()));
        };
        let Some(base) = directory_at.checked_sub(end.directory) else {
            return Ok(Err("its last record names a directory in the wrong place".to_owned()));
        };
        if base > 0 {
            problems.push(damaged("", format!("{base} bytes that belong to no member are in it or before it")));
        }
        end.base = base;
        let written = self.source.exact(tail_at, usize::try_from(end_at - tail_at).unwrap_or_default() + END_LENGTH)?;
        if written != tail(end.entries, end.directory, end.directory_size) {
            problems.push(damaged("", "its last records are not as a pack is written"));
        }
        Ok(Ok(end))
    }

    /// Compares every record with the one that we would write, and sees that members follow each other without gaps.
    fn account(
        &mut self,
        entries: Vec<Raw>,
        end: &End,
        directory: &[u8],
        limits: &Limits,
        problems: &mut Vec<Problem>,
    ) -> io::Result<()> {
        let mut expected_offset = 0;
        let mut last_place = (0, String::new());
        let mut total: u64 = 0;
        let bound = self.source.length()?.saturating_mul(limits.total_ratio).max(TOTAL_FREE).min(limits.total);
        let mut at = 0;
        for raw in entries {
            let written = directory.get(at..at + raw.length).unwrap_or_default();
            at += raw.length;
            let entry = match raw.entry {
                Ok(entry) => entry,
                Err(problem) => {
                    problems.push(problem);
                    expected_offset = raw.end.unwrap_or(expected_offset);
                    continue;
                }
            };
            let name = entry.path.as_str().to_owned();
            let place = rank(&entry.path);
            if place < last_place {
                problems.push(damaged(&name, "it is not in its place: members are sorted, the signature is last"));
            }
            last_place = place;
            if entry.central() != written {
                problems.push(damaged(&name, "its record in the central directory is not as a pack is written"));
            }
            if entry.offset != expected_offset {
                let overlaps = entry.offset < expected_offset;
                problems.push(if overlaps {
                    Problem::new(ProblemKind::TooLarge, &name, "it overlaps with another member")
                } else {
                    damaged(&name, "bytes that belong to no member lie before it")
                });
                if overlaps {
                    continue;
                }
            }
            let Some(after) = entry.end().filter(|&after| after <= end.directory) else {
                problems.push(damaged(&name, "it reaches beyond the members' part of the archive"));
                continue;
            };
            expected_offset = after;
            let with_it = total.saturating_add(entry.size);
            let ratio_broken = entry.size > RATIO_FREE && entry.size / limits.ratio.max(1) > entry.packed;
            if with_it > bound || ratio_broken {
                let message = match ratio_broken {
                    true => format!("{} bytes unpacked from {} are beyond the limits", entry.size, entry.packed),
                    false => {
                        format!("with it, {with_it} bytes would be unpacked; the limit of this archive is {bound}")
                    }
                };
                problems.push(Problem::new(ProblemKind::TooLarge, &name, message));
                continue;
            }
            total = with_it;
            self.take(entry, problems)?;
        }
        if expected_offset != end.directory {
            problems.push(damaged("", "bytes that belong to no member lie before its central directory"));
        }
        Ok(())
    }

    fn take(&mut self, entry: Entry, problems: &mut Vec<Problem>) -> io::Result<()> {
        let local = entry.local();
        let name = entry.path.as_str();
        if self.source.exact(self.base + entry.offset, local.len())? != local {
            problems.push(damaged(name, "the record before it differs from the central directory"));
        }
        if self.entries.contains_key(&entry.path) {
            problems.push(Problem::new(ProblemKind::MemberDuplicate, name, "it is in the archive more than once"));
        } else {
            self.entries.insert(entry.path.clone(), entry);
        }
        Ok(())
    }
}

/// Where a member belongs: what is signed first, then the list of it, then the signature.
fn rank(path: &PackPath) -> (u8, String) {
    let rank = match path.as_str() {
        SUMS => 1,
        SIGNATURE => 2,
        _ => 0,
    };
    (rank, path.as_str().to_owned())
}

/// A record of the central directory: its length there, and what it says if it can be a member.
struct Raw {
    length: usize,
    end: Option<u64>,
    entry: Result<Entry, Problem>,
}

fn read_directory(bytes: &[u8], count: u64) -> Result<Vec<Raw>, String> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let raw =
            read_record(rest).ok_or_else(|| format!("record {} of its directory is broken", entries.len() + 1))?;
        rest = rest.get(raw.length..).unwrap_or_default();
        entries.push(raw);
    }
    if entries.len() as u64 == count {
        Ok(entries)
    } else {
        Err(format!("its directory has {} records, not {count}", entries.len()))
    }
}

fn read_record(bytes: &[u8]) -> Option<Raw> {
    let fixed = bytes.get(..CENTRAL_LENGTH).filter(|fixed| u32_at(fixed, 0) == CENTRAL_SIGNATURE)?;
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(fixed, at)));
    let length = CENTRAL_LENGTH + name + extra + comment;
    let variable = bytes.get(CENTRAL_LENGTH..length)?;
    let (name, rest) = variable.split_at_checked(name)?;
    let extra = rest.get(..extra)?;
    let method = match u16_at(fixed, 10) {
        0 => Some(Method::Stored),
        8 => Some(Method::Deflated),
        _ => None,
    };
    let mut size = u64::from(u32_at(fixed, 24));
    let mut packed = u64::from(u32_at(fixed, 20));
    let mut offset = u64::from(u32_at(fixed, 42));
    if let Some(wide) = field(extra, ZIP64_EXTRA) {
        let mut wide = wide.chunks_exact(8).map(|bytes| u64_at(bytes, 0));
        for place in [&mut size, &mut packed, &mut offset] {
            if *place == u64::from(u32::MAX) {
                *place = wide.next()?;
            }
        }
    }
    let crc = u32_at(fixed, 16);
    let packed_crc =
        field(extra, PACKED_CRC_EXTRA).filter(|bytes| bytes.len() == 4).map_or(crc, |bytes| u32_at(bytes, 0));
    let end = offset.checked_add(packed).and_then(|end| end.checked_add(30 + name.len() as u64));
    let text = String::from_utf8_lossy(name).into_owned();
    let link = u32_at(fixed, 38) >> 28 == 0xa;
    let entry = match (PackPath::parse(&text), method) {
        _ if link => Err(Problem::new(ProblemKind::PathEscapes, &text, "it is a symbolic link")),
        (Err(fault), _) => Err(Problem::new(ProblemKind::PathEscapes, &text, fault.to_string())),
        (Ok(_), None) => Err(damaged(&text, "it is packed by a method that packs do not use")),
        (Ok(path), Some(method)) => Ok(Entry { path, method, crc, packed_crc, size, packed, offset }),
    };
    Some(Raw { length, end, entry })
}

/// The data of an extra field.
fn field(mut extra: &[u8], id: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2));
        let data = extra.get(4..4 + length)?;
        if u16_at(extra, 0) == id {
            return Some(data);
        }
        extra = &extra[4 + length..];
    }
    None
}

fn damaged(path: &str, message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::ArchiveDamaged, path, printable(&message.into()))
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes_at(bytes, at))
}
