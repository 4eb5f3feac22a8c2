//! `SHA256SUMS`: one line a member, `<64 hex digits>  <path>`, sorted by path, as `sha256sum` reads it.

use std::collections::BTreeMap;

use super::SUMS;
use super::path::{PackPath, printable};
use super::problem::{Problem, ProblemKind};
use crate::model::Sha256;

/// Problems of one file beyond this number are counted, not listed.
const MAX_LISTED: usize = 50;

/// Writes the list.
pub(super) fn write(digests: &BTreeMap<PackPath, Sha256>) -> Vec<u8> {
    digests.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect::<String>().into_bytes()
}

/// Reads the list; what is not as [`write`] writes it is a problem.
pub(super) fn read(bytes: &[u8], problems: &mut Vec<Problem>) -> BTreeMap<PackPath, Sha256> {
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.push(Problem::new(ProblemKind::SumsMalformed, SUMS, "it is not UTF-8 text"));
        return found;
    };
    for (index, line) in text.split_terminator('\n').enumerate() {
        match read_line(line) {
            Ok((path, digest)) => {
                if found.insert(path.clone(), digest).is_some() {
                    faults.push(format!("line {}: `{path}` is listed twice", index + 1));
                }
            }
            Err(fault) => faults.push(format!("line {}: {fault}", index + 1)),
        }
    }
    if faults.is_empty() && write(&found) != bytes {
        faults.push("its lines are not sorted by path, or its last line has no end".to_owned());
    }
    let more = faults.len().saturating_sub(MAX_LISTED);
    let listed = faults.into_iter().take(MAX_LISTED);
    problems.extend(listed.map(|fault| Problem::new(ProblemKind::SumsMalformed, SUMS, fault)));
    if more > 0 {
        problems.push(Problem::new(ProblemKind::SumsMalformed, SUMS, format!("and {more} more lines")));
    }
    found
}

fn read_line(line: &str) -> Result<(PackPath, Sha256), String> {
    let wrong = || format!("expected `<64 hex digits>  <path>`, found `{}`", printable(line));
    let (digest, path) = line.split_once("  ").ok_or_else(wrong)?;
    let lower = !digest.bytes().any(|byte| byte.is_ascii_uppercase());
    let digest = Sha256::parse(digest).filter(|_| lower).ok_or_else(wrong)?;
    let path = PackPath::parse(path).map_err(|fault| format!("the path `{}`: {fault}", printable(path)))?;
    Ok((path, digest))
}
