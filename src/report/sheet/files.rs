//! Where in the pack a body or a document lies.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Cell, Goal, Shown};
use crate::model::{
    AccountId, AttestationId, AttestationUse, EvidenceFile, Finding, Gap, Origin, Region, Sha256, attested_files,
};
use crate::report::Input;

/// The sheet of the attested documents.
pub(super) const DOCUMENTS: &str = "Documents";

/// The files of the pack by what they are the body of.
pub(super) struct Files<'a> {
    by_place: BTreeMap<(&'a Sha256, &'a AccountId, &'a Region), &'a EvidenceFile>,
    by_body: BTreeMap<&'a Sha256, &'a EvidenceFile>,
    by_gap: BTreeMap<&'a Gap, &'a EvidenceFile>,
    withheld: &'a BTreeSet<Sha256>,
    /// The attested files' paths, and the rows of the sheet of documents.
    documents: BTreeMap<AttestationId, (Option<String>, usize)>,
}

impl<'a> Files<'a> {
    pub(super) fn new(input: &'a Input<'a>, withheld: &'a BTreeSet<Sha256>) -> Self {
        let (mut by_place, mut by_body, mut by_gap) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for file in input.files {
            by_body.entry(&file.sha256).or_insert(file);
            match file.origin {
                Origin::Exchange(index) => {
                    if let Some(exchange) = input.snapshot.exchanges.get(index) {
                        by_place.entry((&file.sha256, &exchange.account, &exchange.region)).or_insert(file);
                    }
                }
                Origin::Gap(index) => {
                    if let Some(gap) = input.snapshot.gaps.get(index) {
                        by_gap.insert(gap, file);
                    }
                }
            }
        }
        let mut paths = BTreeMap::new();
        for file in attested_files(&input.assessment.attestations) {
            paths.extend(file.of.iter().map(|id| (*id, file.path.clone())));
        }
        let rows = input.assessment.attestations.iter().zip(1..);
        let documents = rows.map(|(one, row)| (one.id, (paths.remove(&one.id), row))).collect();
        Self { by_place, by_body, by_gap, withheld, documents }
    }

    pub(super) fn is_withheld(&self, body: &Sha256) -> bool {
        self.withheld.contains(body)
    }

    /// The first file that shows a finding: of several with the same body the one of its place.
    pub(super) fn of_finding(&self, finding: &Finding) -> Cell {
        let there = |body| self.by_place.get(&(body, &finding.account, &finding.region));
        let file = |body| there(body).or_else(|| self.by_body.get(body));
        finding.evidence.iter().find_map(file).map_or(Cell::Empty, |file| self.cell(file))
    }

    /// The refusal behind a gap, if AWS answered.
    pub(super) fn of_gap(&self, gap: &Gap) -> Cell {
        self.by_gap.get(gap).map_or(Cell::Empty, |file| self.cell(file))
    }

    /// A file of the evidence; what is withheld cannot be opened.
    pub(super) fn cell(&self, file: &EvidenceFile) -> Cell {
        match self.is_withheld(&file.sha256) {
            true => Cell::text(&file.path),
            false => Cell::file(&file.path),
        }
    }

    /// An attested document's place in the pack; none of an address.
    pub(super) fn document(&self, id: AttestationId) -> Option<&str> {
        self.documents.get(&id)?.0.as_deref()
    }

    /// Documents where something relies on them, a line each. A single file is opened, several are looked up in their sheet.
    pub(super) fn documents(&self, uses: &[&AttestationUse]) -> Cell {
        let line = |one: &&AttestationUse| {
            let (id, title, until) = (one.id, &one.title, one.valid_until);
            format!("{id} {title} ({}; valid until {until}): {}", one.date, one.term.words())
        };
        let shown = Shown::lines(uses.iter().map(line));
        match uses {
            [] => Cell::Empty,
            [one] if self.document(one.id).is_some() => {
                Cell::Link(shown, Goal::File(self.document(one.id).unwrap_or_default().to_owned()))
            }
            [first, ..] => match self.documents.get(&first.id) {
                Some((_, row)) => Cell::Link(shown, Goal::Row(DOCUMENTS, *row)),
                None => Cell::Text(shown),
            },
        }
    }
}
