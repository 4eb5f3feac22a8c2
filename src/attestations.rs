//! The log of attestations: JSON lines, each naming the hash of the line before it, so that nothing is changed or taken
//! out of its middle unseen. The vault appends to it, a pack carries it, and both read it here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Attestation, AttestationId, LogMark, Sha256};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    format: u32,
    /// The SHA-256 of the line before it, without its line end; none for the first.
    previous: Option<Sha256>,
    event: LogEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum LogEvent {
    /// A document was attested, perhaps in the place of another.
    Attested(Attestation),
    /// An attestation was taken back; its document counts no more, its history stays.
    Withdrawn {
        /// Which.
        id: AttestationId,
        /// Why.
        reason: String,
        /// When.
        recorded: DateTime<Utc>,
    },
}

/// What became of an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AttestationState {
    /// It counts.
    Active,
    /// Another one took its place.
    Replaced {
        /// Which.
        by: AttestationId,
    },
    /// It was taken back.
    Withdrawn {
        /// Why.
        reason: String,
        /// When.
        recorded: DateTime<Utc>,
    },
}

/// A log, read whole and found sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttestationLog {
    attestations: BTreeMap<AttestationId, (Attestation, AttestationState)>,
    /// The SHA-256 of each line, without its end.
    lines: Vec<Sha256>,
    complete: usize,
}

/// How a log stands to a mark that was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStand {
    /// It goes as far, or further.
    Reaches,
    /// It ends before.
    Short,
    /// It has other lines there.
    Other,
}

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// Written by a later version.
    #[error("line {line} has format {found}")]
    Newer {
        /// The line, from 1.
        line: usize,
        /// Its format.
        found: u32,
    },
    /// Not what was written.
    #[error("line {line}")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// How it shows.
        #[source]
        what: LogDefect,
    },
}

/// Why a line cannot be in a log, or an event cannot join it.
#[derive(Debug, thiserror::Error)]
pub enum LogDefect {
    /// Not an event.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The chain of lines is broken.
    #[error("it does not name the line before it: the log was changed")]
    Unlinked,
    /// Numbers run without a gap.
    #[error("it is numbered {found}, and {due} is due")]
    Number {
        /// Its number.
        found: AttestationId,
        /// The number after the last one.
        due: AttestationId,
    },
    /// What was replaced does not count any more.
    #[error("{id} was replaced by {by} already")]
    Replaced {
        /// The attestation.
        id: AttestationId,
        /// The one in its place.
        by: AttestationId,
    },
    /// What was withdrawn does not count any more.
    #[error("{0} was withdrawn already")]
    Withdrawn(AttestationId),
    /// Nothing has this number.
    #[error("there is no attestation {0}")]
    Unknown(AttestationId),
}

impl AttestationLog {
    /// The format of the log that this build reads and writes.
    pub const FORMAT: u32 = 1;

    /// Reads a log. A last line without its end was never finished, and is not read.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogFault> {
        let mut log = Self::default();
        let complete = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines = bytes.get(..complete).unwrap_or_default().split_inclusive(|byte| *byte == b'\n');
        for (index, line) in lines.enumerate() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            log.read(line).map_err(|wrong| wrong.at(index + 1))?;
        }
        Ok(log)
    }

    fn read(&mut self, line: &[u8]) -> Result<(), Wrong> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let Head { format } = serde_json::from_slice(line).map_err(LogDefect::from)?;
        if format > Self::FORMAT {
            return Err(Wrong::Newer(format));
        }
        let entry: Entry = serde_json::from_slice(line).map_err(LogDefect::from)?;
        if entry.previous != self.head() {
            return Err(LogDefect::Unlinked.into());
        }
        self.apply(entry.event)?;
        self.lines.push(Sha256::of(line));
        self.complete += line.len() + 1;
        Ok(())
    }

    fn apply(&mut self, event: LogEvent) -> Result<(), LogDefect> {
        match event {
            LogEvent::Attested(attestation) => {
                let id = attestation.id;
                if id != self.next() {
                    return Err(LogDefect::Number { found: id, due: self.next() });
                }
                if let Some(old) = attestation.replaces {
                    self.retire(old, AttestationState::Replaced { by: id })?;
                }
                self.attestations.insert(id, (attestation, AttestationState::Active));
                Ok(())
            }
            LogEvent::Withdrawn { id, reason, recorded } => {
                self.retire(id, AttestationState::Withdrawn { reason, recorded })
            }
        }
    }

    fn retire(&mut self, id: AttestationId, to: AttestationState) -> Result<(), LogDefect> {
        match self.attestations.get_mut(&id) {
            Some((_, state @ AttestationState::Active)) => {
                *state = to;
                Ok(())
            }
            Some((_, AttestationState::Replaced { by })) => Err(LogDefect::Replaced { id, by: *by }),
            Some((_, AttestationState::Withdrawn { .. })) => Err(LogDefect::Withdrawn(id)),
            None => Err(LogDefect::Unknown(id)),
        }
    }

    /// The line that an event adds, with its end, and the log with it; nothing is written.
    pub fn line(&self, event: LogEvent) -> Result<(Vec<u8>, Self), LogDefect> {
        let entry = Entry { format: Self::FORMAT, previous: self.head(), event: event.clone() };
        let mut line = serde_json::to_vec(&entry)?;
        let mut next = self.clone();
        next.apply(event)?;
        next.lines.push(Sha256::of(&line));
        line.push(b'\n');
        next.complete += line.len();
        Ok((line, next))
    }

    /// The id of the next attestation.
    pub fn next(&self) -> AttestationId {
        AttestationId::new(u32::try_from(self.attestations.len()).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// The SHA-256 of the last line: it names the whole log. None for an empty one.
    pub fn head(&self) -> Option<Sha256> {
        self.lines.last().copied()
    }

    /// Where it stands.
    pub fn mark(&self) -> LogMark {
        LogMark { lines: self.lines.len() as u64, head: self.head() }
    }

    /// How it stands to a mark that was made of it before.
    pub fn stands(&self, mark: LogMark) -> LogStand {
        let Some(head) = mark.head else { return LogStand::Reaches };
        let at = mark.lines.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| self.lines.get(at)) {
            Some(line) if *line == head => LogStand::Reaches,
            Some(_) => LogStand::Other,
            None => LogStand::Short,
        }
    }

    /// How many bytes the finished lines have.
    pub fn complete(&self) -> usize {
        self.complete
    }

    /// Every attestation ever made and what became of it, in order.
    pub fn all(&self) -> impl Iterator<Item = (&Attestation, &AttestationState)> {
        self.attestations.values().map(|(attestation, state)| (attestation, state))
    }

    /// Those that counted just before a moment, in order.
    pub fn active_before(&self, moment: DateTime<Utc>) -> Vec<Attestation> {
        let made = |id: &AttestationId| self.attestations.get(id).is_some_and(|(one, _)| one.recorded < moment);
        let counted = |(one, state): &(&Attestation, &AttestationState)| {
            made(&one.id)
                && match state {
                    AttestationState::Active => true,
                    AttestationState::Replaced { by } => !made(by),
                    AttestationState::Withdrawn { recorded, .. } => *recorded >= moment,
                }
        };
        self.all().filter(counted).map(|(attestation, _)| attestation.clone()).collect()
    }

    /// Those that count, in order.
    pub fn active(&self) -> Vec<Attestation> {
        let active = self.all().filter(|(_, state)| **state == AttestationState::Active);
        active.map(|(attestation, _)| attestation.clone()).collect()
    }
}

/// A fault whose line is not known yet.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("it has format {0}")]
    Newer(u32),
    #[error(transparent)]
    Broken(#[from] LogDefect),
}

impl Wrong {
    fn at(self, line: usize) -> LogFault {
        match self {
            Self::Newer(found) => LogFault::Newer { line, found },
            Self::Broken(what) => LogFault::Broken { line, what },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AttestedDocument, with_causes};

    fn attested(log: &AttestationLog, title: &str, replaces: Option<u32>) -> LogEvent {
        LogEvent::Attested(Attestation {
            id: log.next(),
            title: title.to_owned(),
            document: AttestedDocument::Url("https://example.com/policy".to_owned()),
            targets: vec![],
            owner: "Jo".to_owned(),
            date: "2026-09-01".parse().unwrap(),
            valid_until: "2027-09-01".parse().unwrap(),
            note: String::new(),
            recorded: DateTime::UNIX_EPOCH,
            replaces: replaces.map(AttestationId::new),
        })
    }

    fn withdrawn(id: u32) -> LogEvent {
        let reason = "a draft".to_owned();
        LogEvent::Withdrawn { id: AttestationId::new(id), reason, recorded: DateTime::UNIX_EPOCH }
    }

    /// Three attestations: the first replaced by the second, the third withdrawn.
    fn written() -> (Vec<u8>, AttestationLog) {
        let mut log = AttestationLog::default();
        let mut bytes = Vec::new();
        let steps: [&dyn Fn(&AttestationLog) -> LogEvent; 4] = [
            &|log| attested(log, "one", None),
            &|log| attested(log, "two", Some(1)),
            &|log| attested(log, "three", None),
            &|_| withdrawn(3),
        ];
        for step in steps {
            let (line, next) = log.line(step(&log)).unwrap();
            bytes.extend(line);
            log = next;
        }
        (bytes, log)
    }

    #[test]
    fn a_log_is_read_as_it_was_written() {
        let (bytes, log) = written();
        assert_eq!(AttestationLog::parse(&bytes).unwrap(), log);
        assert_eq!(log.complete(), bytes.len());
        let active: Vec<String> = log.active().into_iter().map(|one| one.title).collect();
        assert_eq!(active, ["two"]);
        let states: Vec<&AttestationState> = log.all().map(|(_, state)| state).collect();
        assert_eq!(states[0], &AttestationState::Replaced { by: AttestationId::new(2) });
        assert!(matches!(states[2], AttestationState::Withdrawn { reason, .. } if reason == "a draft"));
    }

    #[test]
    fn a_torn_end_is_not_read_wherever_it_tore() {
        let (bytes, _) = written();
        let ends: Vec<usize> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        for length in 0..bytes.len() {
            let log = AttestationLog::parse(&bytes[..length]).unwrap();
            let lines = ends.iter().filter(|end| **end < length).count();
            assert_eq!(log.all().count(), lines.min(3), "at {length}");
            assert_eq!(log.complete(), lines.checked_sub(1).map_or(0, |last| ends[last] + 1));
        }
    }

    #[test]
    fn any_change_before_the_last_line_shows() {
        let (bytes, _) = written();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let broken = |lines: &[&str]| {
            let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            AttestationLog::parse(text.as_bytes()).unwrap_err()
        };
        let changed = lines[0].replace("one", "uno");
        assert!(with_causes(&broken(&[&changed, lines[1]])).starts_with("line 2: it does not name"));
        assert!(with_causes(&broken(&[lines[1]])).starts_with("line 1: it does not name"));
        assert!(with_causes(&broken(&[lines[0], lines[2]])).starts_with("line 2: it does not name"));
        assert!(with_causes(&broken(&[lines[0], lines[0]])).starts_with("line 2: it does not name"));
        assert!(matches!(broken(&["{}"]), LogFault::Broken { line: 1, .. }));
        let newer = lines[0].replace("\"format\":1", "\"format\":2");
        assert!(matches!(broken(&[&newer]), LogFault::Newer { line: 1, found: 2 }));
    }

    #[test]
    fn a_mark_tells_a_shorter_log_and_another_one_from_one_that_went_on() {
        let (bytes, log) = written();
        let begun = AttestationLog::parse(&bytes[..=bytes.iter().position(|byte| *byte == b'\n').unwrap()]).unwrap();
        assert_eq!((log.mark().lines, log.mark().head), (4, log.head()));
        assert_eq!(log.stands(begun.mark()), LogStand::Reaches);
        assert_eq!(begun.stands(log.mark()), LogStand::Short);
        assert_eq!(AttestationLog::default().stands(begun.mark()), LogStand::Short);
        assert_eq!(AttestationLog::default().stands(LogMark::default()), LogStand::Reaches);
        let (_, other) = AttestationLog::default().line(attested(&AttestationLog::default(), "other", None)).unwrap();
        assert_eq!(log.stands(other.mark()), LogStand::Other);
    }

    #[test]
    fn what_does_not_count_cannot_be_taken_back_again() {
        let (_, log) = written();
        for (event, message) in [
            (withdrawn(1), "A1 was replaced by A2 already"),
            (withdrawn(3), "A3 was withdrawn already"),
            (withdrawn(9), "there is no attestation A9"),
            (attested(&log, "x", Some(1)), "A1 was replaced by A2 already"),
            (attested(&AttestationLog::default(), "x", None), "it is numbered A1, and A4 is due"),
        ] {
            assert_eq!(log.line(event).unwrap_err().to_string(), message);
        }
    }
}
