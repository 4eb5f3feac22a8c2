//! `verify`: everything that is wrong with a pack, in one run, offline.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::digests::Digested;
use super::hashed::Hashed;
use super::pack::{Pack, PackReadError};
use super::path::PackPath;
use super::problem::{Limits, Problem, ProblemKind, SignerFacts, Verification, VerifyError};
use super::verified::Verified;
use super::{EVIDENCE_INDEX, REPORT, SIGNATURE, SUMS, attestations, evidence, sums};
use crate::model::{Sha256, with_causes};
use crate::seal::{PdfFault, SignatureFacts, Trust, Trusted, verify_detached, verify_pdf};

/// Without each of these, what is signed is not an audit's evidence and what was made of it; a name that ends in `/` is a
/// folder that is not empty.
const REQUIRED: [&str; 7] =
    ["assessment.json", "config/auditpack.toml", EVIDENCE_INDEX, "mappings/", "report.html", REPORT, "snapshot.json"];

/// Verifies a pack: a zip, or the folder that it was unpacked into.
pub fn verify(path: &Path, trust: &Trust, limits: &Limits) -> Result<Verified, VerifyError> {
    let mut problems = Vec::new();
    let pack = Pack::open(path, limits, &mut problems)?;
    clashes(&pack, &mut problems);
    let pack = Hashed::of(pack);
    let found = examine(&pack, trust, problems);
    Ok(Verified::new(pack, found))
}

/// Verifies a zip in memory.
pub fn verify_bytes(bytes: &[u8], trust: &Trust, limits: &Limits) -> Result<Verification, VerifyError> {
    let mut problems = Vec::new();
    let pack = Pack::of_bytes(bytes, limits, &mut problems)
        .map_err(|source| VerifyError::Unreadable { path: "(memory)".into(), source })?;
    clashes(&pack, &mut problems);
    Ok(examine(&Hashed::of(pack), trust, problems))
}

fn examine(pack: &Hashed<'_>, trust: &Trust, mut problems: Vec<Problem>) -> Verification {
    let found = pack.digests();
    let listed = read_sums(pack, &mut problems);
    match &listed {
        Some((_, listed)) => compare(found, listed, &mut problems),
        None => problems.push(Problem::new(ProblemKind::SumsMissing, SUMS, "the pack lists no digests")),
    }
    records(found, &mut problems);
    let signature = listed.as_ref().and_then(|(bytes, _)| signature(pack, bytes, &mut problems));
    let signer = signature.as_ref().map(|facts| SignerFacts::of(facts, decide(facts, trust, &mut problems)));
    report(pack, signature.as_ref(), &mut problems);
    evidence::check(pack, &mut problems);
    attestations::check(pack, &mut problems);
    complete(found, listed.as_ref().map(|(_, listed)| listed), &mut problems);
    problems.sort();
    problems.dedup();
    let signed_at = signature.and_then(|facts| facts.signing_time);
    let ok = problems.is_empty();
    Verification { format: 1, ok, problems, signer, signed_at, timestamp: None, reperformed: None }
}

/// Members that one folder cannot hold on every system: names that differ by case, a file where a folder is needed.
fn clashes(pack: &Pack<'_>, problems: &mut Vec<Problem>) {
    let members = pack.members();
    let folded: BTreeSet<String> = members.iter().map(|(path, _)| path.folded()).collect();
    let mut seen: BTreeMap<String, &PackPath> = BTreeMap::new();
    for (path, _) in &members {
        if let Some(other) = seen.insert(path.folded(), path) {
            let message = format!("it differs from `{other}` by case only");
            problems.push(Problem::new(ProblemKind::PathEscapes, path.as_str(), message));
        }
        let name = path.folded();
        let parents = name.match_indices('/').map(|(at, _)| &name[..at]);
        if parents.into_iter().any(|parent| folded.contains(parent)) {
            let message = "a part of its path is a file in the same pack";
            problems.push(Problem::new(ProblemKind::PathEscapes, path.as_str(), message));
        }
    }
}

type Sums = (Vec<u8>, BTreeMap<PackPath, Sha256>);

fn read_sums(pack: &Hashed<'_>, problems: &mut Vec<Problem>) -> Option<Sums> {
    match pack.read(SUMS) {
        Ok(bytes) => {
            let listed = sums::read(&bytes, problems);
            Some((bytes, listed))
        }
        Err(PackReadError::Missing(_)) => None,
        Err(error) => {
            problems.push(Problem::new(ProblemKind::SumsMalformed, SUMS, with_causes(&error)));
            Some((Vec::new(), BTreeMap::new()))
        }
    }
}

fn compare(found: &BTreeMap<PackPath, Digested>, listed: &BTreeMap<PackPath, Sha256>, problems: &mut Vec<Problem>) {
    for (path, wanted) in listed {
        match found.get(path) {
            None => problems.push(Problem::new(
                ProblemKind::MemberMissing,
                path.as_str(),
                "it was signed and is not in the pack",
            )),
            Some(Digested { sha256: Some(digest), .. }) if digest == wanted => {}
            Some(Digested { sha256: Some(digest), .. }) => {
                let message = format!("its SHA-256 is {digest}, the signed one is {wanted}");
                problems.push(Problem::new(ProblemKind::MemberAltered, path.as_str(), message));
            }
            Some(Digested { sha256: None, fault }) => {
                let message = format!("it cannot be read: {}", fault.as_deref().unwrap_or("unknown"));
                problems.push(Problem::new(ProblemKind::MemberAltered, path.as_str(), message));
            }
        }
    }
    for path in found.keys().filter(|path| !listed.contains_key(path) && ![SUMS, SIGNATURE].contains(&path.as_str())) {
        problems.push(Problem::new(ProblemKind::MemberExtra, path.as_str(), "it is in the pack and was not signed"));
    }
}

/// What no pack may lack. What was signed and is not there is named as missing already.
fn complete(
    found: &BTreeMap<PackPath, Digested>,
    listed: Option<&BTreeMap<PackPath, Sha256>>,
    problems: &mut Vec<Problem>,
) {
    let names = || found.keys().chain(listed.into_iter().flat_map(BTreeMap::keys)).map(PackPath::as_str);
    let there =
        |required: &str| names().any(|name| name == required || required.ends_with('/') && name.starts_with(required));
    for required in REQUIRED {
        if !there(required) && !problems.iter().any(|problem| problem.path == required) {
            let message = "it is neither in the pack nor in the list that was signed, and no pack is whole without it";
            problems.push(Problem::new(ProblemKind::Incomplete, required, message));
        }
    }
}

/// Members whose content is right, but whose packing is not.
fn records(found: &BTreeMap<PackPath, Digested>, problems: &mut Vec<Problem>) {
    let known: BTreeSet<String> = problems.iter().map(|problem| problem.path.clone()).collect();
    for (path, digested) in found {
        if let Some(fault) = &digested.fault
            && !known.contains(path.as_str())
        {
            problems.push(Problem::new(ProblemKind::ArchiveDamaged, path.as_str(), fault.clone()));
        }
    }
}

fn signature(pack: &Hashed<'_>, sums: &[u8], problems: &mut Vec<Problem>) -> Option<SignatureFacts> {
    let der = match pack.read(SIGNATURE) {
        Ok(der) => der,
        Err(PackReadError::Missing(_)) => {
            problems.push(Problem::new(ProblemKind::SignatureMissing, SIGNATURE, "the pack is not signed"));
            return None;
        }
        Err(error) => {
            problems.push(Problem::new(ProblemKind::SignatureInvalid, SIGNATURE, with_causes(&error)));
            return None;
        }
    };
    match verify_detached(&der, sums) {
        Ok(facts) => Some(facts),
        Err(fault) => {
            let message = format!("the signature over {SUMS} does not hold: {}", with_causes(&fault));
            problems.push(Problem::new(ProblemKind::SignatureInvalid, SIGNATURE, message));
            None
        }
    }
}

fn decide(facts: &SignatureFacts, trust: &Trust, problems: &mut Vec<Problem>) -> Trusted {
    let signer = &facts.signer;
    let Some(time) = facts.signing_time else { return Trusted::NotTrusted };
    let mut add = |kind, message: String| problems.push(Problem::new(kind, SIGNATURE, message));
    if time < signer.not_before() {
        let from = signer.not_before();
        add(ProblemKind::SignerNotYetValid, format!("signed at {time}, but its certificate is valid only from {from}"));
    }
    if signer.not_after() < time {
        let until = signer.not_after();
        add(ProblemKind::SignerExpired, format!("signed at {time}, but its certificate expired at {until}"));
    }
    match trust.decide(facts, time) {
        Ok(Trusted::NotTrusted) => {
            let message = format!(
                "signed by {} (SHA-256 fingerprint {}): you have not told auditpack to trust this signer: pass --trust or --fingerprint",
                signer.subject(),
                signer.fingerprint()
            );
            add(ProblemKind::SignerUntrusted, message);
            Trusted::NotTrusted
        }
        Ok(trusted) => trusted,
        Err(foreign) => {
            add(ProblemKind::SignatureForeign, foreign.to_string());
            Trusted::NotTrusted
        }
    }
}

fn report(pack: &Hashed<'_>, signature: Option<&SignatureFacts>, problems: &mut Vec<Problem>) {
    let mut add = |kind, message: String| problems.push(Problem::new(kind, REPORT, message));
    let pdf = match pack.read(REPORT) {
        Ok(pdf) => pdf,
        Err(PackReadError::Missing(_)) => return,
        Err(error @ PackReadError::TooLarge { .. }) => return add(ProblemKind::TooLarge, error.to_string()),
        Err(error) => return add(ProblemKind::PdfSignatureInvalid, with_causes(&error)),
    };
    match verify_pdf(&pdf) {
        Ok(facts) => {
            if let Some(pack) = signature.filter(|pack| pack.signer != facts.signer) {
                let (own, other) = (facts.signer.subject(), pack.signer.subject());
                let fingerprint = facts.signer.fingerprint();
                add(
                    ProblemKind::PdfSignerDiffers,
                    format!("signed by {own} (SHA-256 fingerprint {fingerprint}), the pack by {other}"),
                );
            }
        }
        Err(fault) => {
            let kind = match fault {
                PdfFault::Unsigned => ProblemKind::PdfUnsigned,
                PdfFault::Appended(_) => ProblemKind::PdfAppended,
                PdfFault::PartlyCovered(_) => ProblemKind::PdfPartiallyCovered,
                PdfFault::Signature(_) => ProblemKind::PdfSignatureInvalid,
            };
            add(kind, with_causes(&fault));
        }
    }
}
