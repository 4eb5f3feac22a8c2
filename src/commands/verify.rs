//! `verify`: a pack, offline, by the reader's own trust.

use std::path::Path;

use super::context::Context;
use super::exit::Exit;
use super::fault::{fault, fault_at, unread};
use super::table::visible;
use crate::bundle::{self, Limits, Problem, ProblemKind, Verification, Verified};
use crate::case::{self, CaseError};
use crate::cli::Verify;
use crate::files;
use crate::seal::Trust;

pub(super) fn run(flags: &Verify, context: &mut Context<'_>) -> miette::Result<Exit> {
    let trust = trust(flags)?;
    let limits = Limits::default();
    let Verified { mut found, pack } = bundle::verify(&flags.pack, &trust, &limits).map_err(|e| fault(e, None))?;
    if let Some(pack) = pack.filter(|_| flags.reperform) {
        found = match case::reperform(pack, context.options.limit) {
            Ok(again) => found.with_reperformed(&again.differing, again.result),
            Err(CaseError::TooCostly(why)) => {
                let message = format!("{why}; `--limit` raises what it may take");
                found.with_too_costly(&format!("check {}", why.check), &message)
            }
            Err(error) => return Err(error.into()),
        };
    }
    if context.json() {
        context.print_json(&found)?;
    } else {
        context.say(&summary(&flags.pack, &found, flags.reperform))?;
    }
    Ok(if found.ok { Exit::Ok } else { Exit::Unverified })
}

fn trust(flags: &Verify) -> miette::Result<Trust> {
    let mut trust = Trust::none();
    for path in &flags.trust {
        let pem = files::read_or_stdin(path, files::SMALL).map_err(|error| unread(path, error))?;
        trust.add_pem(&pem).map_err(|error| fault_at(path, error))?;
    }
    for fingerprint in &flags.fingerprint {
        trust.add_fingerprint(fingerprint).map_err(|error| fault(error, None))?;
    }
    Ok(trust)
}

/// The result for people: the verdict first, then each problem.
pub(super) fn summary(pack: &Path, found: &Verification, reperform: bool) -> String {
    let mut text = format!("{}: {}\n", pack.display(), verdict(found));
    if let Some(signer) = &found.signer {
        text.push_str(&format!("  signed by    {}\n", visible(&signer.subject)));
        text.push_str(&format!("  fingerprint  {}\n", signer.fingerprint));
        text.push_str(&format!(
            "  certificate  {} to {}\n",
            signer.not_before.date_naive(),
            signer.not_after.date_naive()
        ));
    }
    if let Some(time) = found.signed_at {
        text.push_str(&format!("  signed at    {} (as the signer says)\n", time.format("%Y-%m-%d %H:%M:%S UTC")));
    }
    match &found.reperformed {
        Some(again) => text.push_str(&format!(
            "  reperformed  {} checks and {} requirements judged again from the raw evidence\n",
            again.checks, again.requirements
        )),
        None if found.problems.iter().any(|one| one.kind == ProblemKind::JudgingTooCostly) => {
            text.push_str("  reperformed  no: judging takes too much\n");
        }
        None if reperform => text.push_str("  reperformed  no: the pack is not intact or not whole\n"),
        None => {}
    }
    for problem in &found.problems {
        let kind = serde_json::to_value(problem.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default();
        let path = if problem.path.is_empty() { "the pack" } else { problem.path.as_str() };
        text.push_str(&format!("  {kind}  {}: {}\n", visible(path), visible(&problem.message)));
    }
    text.truncate(text.trim_end().len());
    text
}

fn is_about_trust(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::SignerUntrusted | ProblemKind::SignatureForeign)
}

fn is_about_cost_or_trust(problem: &Problem) -> bool {
    problem.kind == ProblemKind::JudgingTooCostly || is_about_trust(problem.kind)
}

fn is_of_history(problem: &Problem) -> bool {
    problem.kind == ProblemKind::AssessmentDiffers && problem.path == bundle::HISTORY
}

fn verdict(found: &Verification) -> &'static str {
    match found {
        found if found.ok => "intact, signer trusted",
        found if found.problems.iter().all(|problem| is_about_trust(problem.kind)) => "intact, signer not trusted",
        found if found.problems.iter().all(|one| one.kind == ProblemKind::Incomplete || is_about_trust(one.kind)) => {
            "incomplete: what is signed is not a whole pack"
        }
        found if found.problems.iter().all(is_of_history) => {
            "intact, but the end of its history does not follow from its evidence"
        }
        found if found.problems.iter().all(is_about_cost_or_trust) => {
            "intact, but not judged again: its checks ask for too much"
        }
        found if found.problems.iter().all(|problem| problem.kind == ProblemKind::AssessmentDiffers) => {
            "intact, but its assessment does not follow from its evidence"
        }
        _ => "NOT what was signed",
    }
}
