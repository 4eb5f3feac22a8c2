//! `attest requests`: what is still asked for, by owner; auditors call it the list of what the client prepares.

use std::collections::BTreeMap;

use miette::IntoDiagnostic as _;
use serde::Serialize;

use crate::case::Yardstick;
use crate::cli::Format;
use crate::commands::collect::TOOL;
use crate::commands::context::{Context, vault_fault};
use crate::commands::document::plain;
use crate::commands::exit::Exit;
use crate::commands::table::{Table, visible};
use crate::model::{
    AccountId, Assessment, Caller, Facts, ManualState, OpenRequest, Period, Scope, Sha256, Snapshot, harmless,
    open_requests,
};
use crate::vault::{Vault, VaultError};

/// `attest requests`
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct List {
    format: u32,
    organization: String,
    period: Period,
    #[serde(rename = "requests")]
    open: Vec<OpenRequest>,
}

pub(super) fn run(context: &mut Context<'_>) -> miette::Result<Exit> {
    let list = list(context)?;
    match context.options.format {
        Format::Json => context.print_json(&list)?,
        Format::Csv => context.print(&csv(&list)?)?,
        Format::Markdown => context.print(markdown(&list).as_bytes())?,
        _ => context.say(&table(&list))?,
    }
    Ok(Exit::Ok)
}

fn list(context: &Context<'_>) -> miette::Result<List> {
    let (yardstick, assessment) = match Vault::open(&context.options.vault).and_then(|vault| vault.has_snapshots()) {
        Ok(true) => {
            let case = context.case()?;
            (case.yardstick, case.assessment)
        }
        Ok(false) | Err(VaultError::None(_)) => before_collecting(context)?,
        Err(error) => return Err(vault_fault(error)),
    };
    let open = open_requests(&assessment, &yardstick.catalog);
    let organization = yardstick.settings.organization.clone();
    Ok(List { format: 1, organization, period: assessment.period, open })
}

/// People can be asked before AWS is: nothing is known of the services in use, so that every requirement is split as
/// the framework says for AWS in general.
fn before_collecting(context: &Context<'_>) -> miette::Result<(Yardstick, Assessment)> {
    context.note("note: nothing is collected yet; what AWS takes over is known afterwards");
    let yardstick = context.yardstick()?;
    let Yardstick { catalog, settings, .. } = &yardstick;
    let attestations = match Vault::open(&context.options.vault) {
        Ok(vault) => vault.attestations().map_err(vault_fault)?.log.active(),
        // What cannot be opened is not empty.
        Err(VaultError::None(_)) => Vec::new(),
        Err(error) => return Err(vault_fault(error)),
    };
    let none = AccountId::new("");
    let nothing = Snapshot {
        format: Snapshot::FORMAT,
        tool: TOOL.to_owned(),
        previous: None,
        organization: settings.organization.clone(),
        period: settings.period,
        time: context.now,
        finished: context.now,
        caller: Caller { account: none, arn: String::new(), user_id: String::new() },
        scope: Scope { accounts: Vec::new(), sources: Vec::new() },
        exchanges: Vec::new(),
        gaps: Vec::new(),
        coverage: BTreeMap::new(),
        also_after: Vec::new(),
        attestations: None,
        definitions: None,
    };
    let id = Sha256::of(b"");
    let assessment = crate::assess::assess(catalog, settings, id, &nothing, &Facts::default(), &attestations);
    Ok((yardstick, assessment))
}

/// The requests of each owner.
fn owners(list: &List) -> BTreeMap<&str, Vec<&OpenRequest>> {
    let mut owners: BTreeMap<&str, Vec<&OpenRequest>> = BTreeMap::new();
    for request in &list.open {
        owners.entry(&request.owner).or_default().push(request);
    }
    owners
}

fn head(list: &List) -> String {
    let Period { start, end } = list.period;
    let open = match list.open.len() {
        0 => "No open request".to_owned(),
        1 => "1 open request".to_owned(),
        several => format!("{several} open requests"),
    };
    format!("{open} of {} for {start} to {end}", list.organization)
}

/// `soc2 CC1.1`, several of them with commas.
fn waiting(request: &OpenRequest) -> String {
    let names = request.requirements.iter().map(|one| format!("{} {}", one.framework, one.id));
    names.collect::<Vec<_>>().join(", ")
}

/// Why it is open: `missing`, or what ran out and when.
fn state(request: &OpenRequest) -> String {
    match request.state {
        ManualState::Missing | ManualState::Present => "missing".to_owned(),
        ManualState::Expired => {
            let old = request.expired.iter().map(|one| format!("{} was valid until {}", one.id, one.valid_until));
            format!("expired: {}", old.collect::<Vec<_>>().join(", "))
        }
    }
}

fn table(list: &List) -> String {
    let mut text = visible(&head(list));
    for (owner, requests) in owners(list) {
        text.push_str(&format!("\n\n{} ({})\n", visible(owner), requests.len()));
        let mut table = Table::new(["to attest", "for", "state", "request"]);
        for request in requests {
            table.row([&request.id, &waiting(request), &state(request), &request.ask]);
        }
        text.push_str(&table.to_string());
    }
    text
}

fn csv(list: &List) -> miette::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["owner", "id", "requirements", "state", "request"]).into_diagnostic()?;
    for request in &list.open {
        let cells = [&request.owner, &request.id, &waiting(request), &state(request), &request.ask];
        writer.write_record(cells.map(|cell| harmless(cell))).into_diagnostic()?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error).into_diagnostic()
}

fn markdown(list: &List) -> String {
    let mut text = format!("# {}\n", plain(&head(list)));
    for (owner, requests) in owners(list) {
        text.push_str(&format!("\n## {} ({})\n\n", plain(owner), requests.len()));
        text.push_str("| to attest | for | state | request |\n| --- | --- | --- | --- |\n");
        for request in requests {
            let cells = [&request.id, &waiting(request), &state(request), &request.ask].map(|cell| plain(cell));
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::commands::document::plain;

    #[test]
    fn cells_are_no_markup() {
        assert_eq!(plain("a|b <img src=x> [x](y)"), "a\\|b &lt;img src=x&gt; \\[x\\](y)");
        assert_eq!(plain("a\nb"), "a\\\\u{a}b");
    }
}
