//! The sample company's documents, attested as a user attests them. `demo/documents.toml` says when and for what.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use miette::{IntoDiagnostic as _, miette};
use serde::Deserialize;

use crate::cli::NewDocument;
use crate::commands::attest::add;
use crate::commands::context::{Context, vault_fault};
use crate::embedded;
use crate::model::{Attestation, AttestationId, AttestedDocument, Catalog};

/// What the company says that its documents show.
const LIST: &str = include_str!("../../../demo/documents.toml");
/// The hour of the day.
const ATTESTED_AT: TimeDelta = TimeDelta::hours(16);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    document: Vec<Sample>,
}

/// A sample document, and what it is evidence for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    /// Its name in `demo/documents`.
    file: String,
    title: String,
    owner: String,
    /// The document's own date, on which it is attested too; it counts for as long as what it is for says.
    date: NaiveDate,
    /// The file of the earlier document in whose place it is.
    replaces: Option<String>,
    #[serde(rename = "for")]
    targets: Vec<String>,
}

/// All documents, in the order of their dates.
pub(super) struct Documents {
    samples: Vec<Sample>,
    catalog: Arc<Catalog>,
    /// Where they are written.
    folder: PathBuf,
}

impl Documents {
    pub(super) fn new(catalog: &Arc<Catalog>, folder: PathBuf) -> miette::Result<Self> {
        let List { mut document } = toml::from_str(LIST).into_diagnostic()?;
        document.sort_by_key(|one| one.date);
        Ok(Self { samples: document, catalog: Arc::clone(catalog), folder })
    }

    /// Attests those that came between two moments, each on the day of its date.
    pub(super) fn attest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        context: &Context<'_>,
    ) -> miette::Result<()> {
        let (mut nowhere, mut options) = (io::sink(), context.options.clone());
        options.quiet = true;
        let mut silent = Context::new(options, context.now, &mut nowhere);
        for sample in &self.samples {
            let moment = (sample.date.and_time(NaiveTime::MIN) + ATTESTED_AT).and_utc();
            if moment > after && moment <= until {
                silent.now = moment;
                self.add(sample, &mut silent)?;
            }
        }
        Ok(())
    }

    fn add(&self, sample: &Sample, context: &mut Context<'_>) -> miette::Result<()> {
        let known = embedded::DOCUMENTS.iter().find(|(name, _)| *name == sample.file);
        let (_, text) = known.ok_or_else(|| miette!("demo/documents has no {}", sample.file))?;
        let file = self.folder.join(&sample.file);
        context.write(&file, text)?;
        let document = NewDocument {
            file: Some(file),
            url: None,
            targets: sample.targets.clone(),
            owner: sample.owner.clone(),
            title: Some(sample.title.clone()),
            date: Some(sample.date),
            valid_until: None,
            note: None,
            replaces: sample.replaces.as_ref().map(|name| attested_as(name, context)).transpose()?.flatten(),
        };
        add::attest(&document, &self.catalog, context).map(drop)
    }
}

/// The attestation of a document of this name that counts.
fn attested_as(name: &str, context: &Context<'_>) -> miette::Result<Option<AttestationId>> {
    let known = context.open_vault()?.attestations().map_err(vault_fault)?;
    let is_it = |one: &Attestation| matches!(&one.document, AttestedDocument::File { name: file, .. } if file == name);
    Ok(known.log.active().into_iter().find(is_it).map(|one| one.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_listed_and_every_line_has_its_document() {
        let List { document } = toml::from_str(LIST).unwrap();
        let mut listed: Vec<&str> = document.iter().map(|one| one.file.as_str()).collect();
        listed.sort_unstable();
        let there: Vec<&str> = embedded::DOCUMENTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, there);
        for one in &document {
            let before = one.replaces.as_ref().map(|file| document.iter().find(|other| other.file == *file).unwrap());
            assert!(before.is_none_or(|before| before.date < one.date), "{}", one.file);
        }
    }
}
