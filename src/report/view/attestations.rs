//! What people attached, and what they are still asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::text::{anchor, counted, moment, requirement_anchor, size};
use super::{Badge, Link, Text};
use crate::model::{
    Attestation, AttestationId, AttestationUse, AttestedDocument, ManualState, OpenRequest, RequirementResult, Term,
    attested_files, open_requests,
};
use crate::report::Input;

/// A document where a requirement relies on it.
#[derive(Debug, Serialize)]
pub(super) struct Attached {
    /// `A7`, its line in the list of attestations.
    link: Link,
    title: Text,
    owner: Text,
    date: String,
    valid_until: String,
    /// The first digits of its SHA-256; none for an address.
    hash: Option<String>,
    url: Option<Text>,
    /// Why it does not count; none of a document that does.
    term: Option<Badge>,
}

impl Attached {
    pub(super) fn all(uses: &[AttestationUse]) -> Vec<Self> {
        uses.iter().map(Self::new).collect()
    }

    /// The documents that count, each once, by number.
    pub(super) fn counting<'a>(uses: impl Iterator<Item = &'a AttestationUse>) -> Vec<Link> {
        let counting: BTreeSet<AttestationId> = uses.filter(|one| one.term == Term::Valid).map(|one| one.id).collect();
        counting.iter().map(|id| Self::link_to(&id.to_string())).collect()
    }

    fn link_to(id: &str) -> Link {
        Link::new(id, format!("#{}", anchor("attestation", id)))
    }

    fn new(one: &AttestationUse) -> Self {
        let id = one.id.to_string();
        Self {
            link: Self::link_to(&id),
            title: Text::prose(&one.title),
            owner: Text::prose(&one.owner),
            date: one.date.to_string(),
            valid_until: one.valid_until.to_string(),
            hash: one.sha256.map(|hash| hash.short()),
            url: one.url.as_deref().map(Text::name),
            term: (one.term != Term::Valid).then(|| one.term.into()),
        }
    }
}

impl From<Term> for Badge {
    fn from(term: Term) -> Self {
        let class = match term {
            Term::Valid => "pass",
            Term::DatedAfterPeriod => "undetermined",
            Term::Expired => "awaiting",
        };
        Self::new(term.words(), class)
    }
}

/// The state of a request, as a badge.
pub(crate) fn state(state: ManualState) -> Badge {
    match state {
        ManualState::Missing => Badge::new("awaiting evidence", "awaiting"),
        ManualState::Present => Badge::new("present", "pass"),
        ManualState::Expired => Badge::new("expired", "awaiting"),
    }
}

/// Every attestation that counts.
#[derive(Debug, Serialize)]
pub(super) struct Attestations {
    /// `3 documents`.
    counted: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    anchor: String,
    id: String,
    title: Text,
    targets: Vec<Text>,
    owner: Text,
    date: String,
    valid_until: String,
    recorded: String,
    term: Badge,
    note: Text,
    /// The attestation in whose place it is.
    replaces: Option<String>,
    /// The document's place in the pack.
    path: Option<Text>,
    sha256: Option<String>,
    size: Option<String>,
    /// An address is shown and never linked: where it leads is its writer's choice.
    url: Option<Text>,
}

impl Attestations {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let all = &input.assessment.attestations;
        let files = attested_files(all);
        let paths: BTreeMap<AttestationId, &str> =
            files.iter().flat_map(|file| file.of.iter().map(|id| (*id, file.path.as_str()))).collect();
        Self {
            counted: counted(all.len(), "document", "documents"),
            rows: all.iter().map(|attestation| row(input, attestation, &paths)).collect(),
        }
    }
}

fn row(input: &Input<'_>, attestation: &Attestation, paths: &BTreeMap<AttestationId, &str>) -> Row {
    let id = attestation.id.to_string();
    let path = paths.get(&attestation.id).map(|path| Text::name(path));
    let (sha256, bytes, url) = match &attestation.document {
        AttestedDocument::File { sha256, size: bytes, .. } => (Some(sha256.to_string()), Some(size(*bytes)), None),
        AttestedDocument::Url(url) => (None, None, Some(Text::name(url))),
    };
    Row {
        anchor: anchor("attestation", &id),
        id,
        title: Text::prose(&attestation.title),
        targets: attestation.targets.iter().map(|target| Text::name(&target.to_string())).collect(),
        owner: Text::prose(&attestation.owner),
        date: attestation.date.to_string(),
        valid_until: attestation.valid_until.to_string(),
        recorded: moment(attestation.recorded),
        term: attestation.term(input.assessment.period).into(),
        note: Text::prose(&attestation.note),
        replaces: attestation.replaces.map(|old| old.to_string()),
        path,
        sha256,
        size: bytes,
        url,
    }
}

/// What people are still asked for.
#[derive(Debug, Serialize)]
pub(super) struct Requests {
    /// `12 requests are open`.
    counted: String,
    owners: Vec<Owner>,
}

/// The open requests of one owner.
#[derive(Debug, Serialize)]
struct Owner {
    owner: Text,
    count: usize,
    rows: Vec<Request>,
}

#[derive(Debug, Serialize)]
struct Request {
    id: Text,
    /// The requirements that wait for it.
    requirements: Vec<Link>,
    state: Badge,
    ask: Text,
    /// The answers whose validity has ended.
    expired: Vec<Attached>,
}

impl Requests {
    pub(super) fn new(input: &Input<'_>) -> Self {
        let open = open_requests(input.assessment, input.catalog);
        let results: BTreeMap<_, &RequirementResult> =
            input.assessment.requirements.iter().map(|one| ((&one.framework, &one.id), one)).collect();
        let mut owners: BTreeMap<&str, Vec<&OpenRequest>> = BTreeMap::new();
        for request in &open {
            owners.entry(&request.owner).or_default().push(request);
        }
        let requirements = |request: &OpenRequest| {
            let waiting = request.requirements.iter().filter_map(|one| results.get(&(&one.framework, &one.id)));
            waiting
                .map(|one| Link::new(&format!("{} {}", one.framework, one.id), format!("#{}", requirement_anchor(one))))
                .collect()
        };
        let line = |request: &OpenRequest| Request {
            id: Text::name(&request.id),
            requirements: requirements(request),
            state: state(request.state),
            ask: Text::prose(&request.ask),
            expired: Attached::all(&request.expired),
        };
        Self {
            counted: counted(open.len(), "request is open", "requests are open"),
            owners: owners
                .into_iter()
                .map(|(owner, requests)| Owner {
                    owner: Text::prose(owner),
                    count: requests.len(),
                    rows: requests.into_iter().map(line).collect(),
                })
                .collect(),
        }
    }
}
