//! `attest list`: what was attached, and with `--all` what became of the rest.

use serde::Serialize;

use crate::attestations::AttestationState;
use crate::cli::AttestList;
use crate::commands::context::{Context, vault_fault};
use crate::commands::exit::Exit;
use crate::commands::table::Table;
use crate::model::{Attestation, AttestedDocument, Sha256};

/// `attest list`
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct ListResult<'a> {
    format: u32,
    /// The SHA-256 of the log's last line.
    head: Option<Sha256>,
    attestations: Vec<Row<'a>>,
}

/// A document and what became of it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    #[serde(flatten)]
    attestation: &'a Attestation,
    state: &'a AttestationState,
}

pub(super) fn run(flags: &AttestList, context: &mut Context<'_>) -> miette::Result<Exit> {
    let stored = context.open_vault()?.attestations().map_err(vault_fault)?;
    let shown = |state: &AttestationState| flags.all || *state == AttestationState::Active;
    let rows: Vec<_> = stored.log.all().filter(|(_, state)| shown(state)).collect();
    if context.json() {
        let attestations = rows.into_iter().map(|(attestation, state)| Row { attestation, state }).collect();
        context.print_json(&ListResult { format: 1, head: stored.log.head(), attestations })?;
        return Ok(Exit::Ok);
    }
    if rows.is_empty() {
        context.note("nothing is attested; `auditpack attest requests` lists what is asked for");
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(["id", "state", "valid", "owner", "document", "for", "title"]);
    for (attestation, state) in rows {
        let targets: Vec<String> = attestation.targets.iter().map(ToString::to_string).collect();
        table.row([
            &attestation.id.to_string(),
            &words(state),
            &format!("{} to {}", attestation.date, attestation.valid_until),
            &attestation.owner,
            &match &attestation.document {
                AttestedDocument::File { sha256, .. } => sha256.short(),
                AttestedDocument::Url(url) => url.clone(),
            },
            &targets.join(", "),
            &attestation.title,
        ]);
    }
    context.say(&table.to_string())?;
    Ok(Exit::Ok)
}

fn words(state: &AttestationState) -> String {
    match state {
        AttestationState::Active => "counts".to_owned(),
        AttestationState::Replaced { by } => format!("replaced by {by}"),
        AttestationState::Withdrawn { reason, recorded } => {
            format!("withdrawn {}: {reason}", recorded.date_naive())
        }
    }
}
