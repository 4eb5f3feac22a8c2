//! All digests of a chain: which there are, what each shows, and whether they follow each other.

use std::collections::BTreeSet;

use super::asked::unreadable;
use super::chain::InFolder;
use super::collected::Collected;
use super::cover::{Cover, Status, cover};
use super::digest::{Keys, ReadDigest, judge, read_keys};
use super::links::{Listed, links};
use super::logs::Named;
use super::object::MAX_DIGEST;
use super::problem::{Kind, Problem};
use crate::model::{Answer, Gap, Sha256};

/// What the digests of a chain show.
#[derive(Default)]
pub(super) struct Digests {
    pub(super) listed: usize,
    pub(super) read: Vec<ReadDigest>,
    pub(super) problems: Vec<Problem>,
    pub(super) cover: Option<Cover>,
    pub(super) named: Named,
    pub(super) evidence: Vec<Sha256>,
    /// Why not all of it could be read.
    pub(super) unread: Option<Gap>,
}

impl Digests {
    /// Reads and judges the digests that were collected.
    pub(super) fn of<E>(
        collected: &Collected<'_>,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let unread = collected.gap_of("keys").or_else(|| collected.gap_of("digests"));
        let mut digests = Self { unread, ..Self::default() };
        let mut keys = Keys::new();
        for page in collected.part("keys") {
            digests.evidence.push(page.body);
            if let Err(why) = read_keys(&body(&page.body)?, &mut keys) {
                digests.unread.get_or_insert_with(|| unreadable(page, &why));
            }
        }
        if collected.part("keys").is_empty() || collected.part("digests").is_empty() {
            digests.unread.get_or_insert_with(|| collected.not_asked("digests", "its digests were not asked for"));
        }
        if digests.unread.is_some() {
            return Ok(digests);
        }
        let (listed, too_large) = digests.list(collected, body)?;
        let objects = collected.objects();
        for (end, key) in &listed {
            if too_large.contains(key) {
                let message = format!("it is larger than {MAX_DIGEST} bytes");
                digests.problems.push(collected.problem(Kind::DigestUnreadable, key, message, *end));
                continue;
            }
            match objects.get(key.as_str()) {
                None => {
                    let gap = collected.gap_of("digest");
                    digests.unread.get_or_insert_with(|| {
                        gap.unwrap_or_else(|| collected.not_asked("digest", "a digest was not asked for"))
                    });
                }
                Some(exchange) if matches!(exchange.answer, Answer::Absent { .. }) => {
                    let message = "it was listed, and a moment later it was not there".to_owned();
                    digests.problems.push(collected.problem(Kind::DigestMissing, key, message, *end));
                }
                Some(exchange) => {
                    let bucket = collected.chain.bucket();
                    let (read, wrong) = judge(bucket, key, exchange, &body(&exchange.body)?, &keys);
                    if let Some(wrong) = wrong {
                        digests.evidence.push(exchange.body);
                        digests.problems.push(Problem { time: wrong.time.or(Some(*end)), ..wrong });
                    }
                    digests.read.extend(read);
                }
            }
        }
        digests.link(collected, &listed, body)?;
        Ok(digests)
    }

    /// The digests of the window that S3 lists, and those of them that are too large to be one.
    fn list<E>(
        &mut self,
        collected: &Collected<'_>,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    ) -> Result<(Listed, BTreeSet<String>), E> {
        let (mut listed, mut too_large) = (Listed::new(), BTreeSet::new());
        let chain = &collected.chain;
        let whole = collected.pages("digests", &chain.digest_days(), body, &mut |key, size| {
            let end = match chain.in_digests(key, size) {
                InFolder::Other => return,
                InFolder::Digest(end) => end,
                InFolder::TooLarge(end) => {
                    too_large.insert(key.to_owned());
                    end
                }
            };
            listed.insert((end, key.to_owned()));
        })?;
        if let Err(why) = whole {
            self.unread.get_or_insert_with(|| collected.not_asked("digests", &why));
        }
        self.listed = listed.len();
        self.evidence.extend(collected.part("digests").iter().map(|page| page.body));
        Ok((listed, too_large))
    }

    /// The chain, once every digest is read.
    fn link<E>(
        &mut self,
        collected: &Collected<'_>,
        listed: &Listed,
        body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
    ) -> Result<(), E> {
        let status: Option<Status> = match collected.status {
            Some(exchange) => serde_json::from_slice(&body(&exchange.body)?).ok(),
            None => None,
        };
        let chain = &collected.chain;
        self.read.sort_by(|a, b| (a.end, &a.key).cmp(&(b.end, &b.key)));
        self.problems.extend(links(chain, listed, &self.read));
        if self.unread.is_none() {
            let mut cover = cover(chain, &self.read, status, &self.problems);
            self.problems.append(&mut cover.problems);
            self.cover = Some(cover);
        }
        let valid = self.read.iter().filter(|one| one.valid);
        for log in valid.flat_map(|one| &one.logs).filter(|log| chain.holds(log)) {
            self.named.add(&log.s3_object, &log.hash_value);
        }
        // The newest digest stands for the whole chain.
        self.evidence.extend(self.read.iter().rev().find(|one| one.valid).map(|one| one.body));
        Ok(())
    }
}
