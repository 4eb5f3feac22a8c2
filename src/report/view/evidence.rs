//! The evidence index, which findings cite by number; AWS's own reports; services in use.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::text::{counted, days, moment, number, size};
use super::{Badge, EVIDENCE_LISTED, Link, Text};
use crate::model::{
    AccountId, Answer, EvidenceFile, Exchange, Gap, LayerVariant, Origin, Owner, Region, ReportKind, ReportUse,
    ServiceInUse, Sha256,
};
use crate::report::Input;

/// How many evidence files one finding cites by number.
const CITED: usize = 8;

/// The numbers of the evidence files: their place in the pack's evidence index, from 1.
pub(super) struct Numbers<'a> {
    input: &'a Input<'a>,
    by_body: BTreeMap<&'a Sha256, Vec<usize>>,
    by_gap: BTreeMap<&'a Gap, usize>,
    cited: BTreeSet<usize>,
    /// Those that a page of the PDF cites.
    printed: BTreeSet<usize>,
}

/// What a line cites.
#[derive(Debug, Serialize)]
pub(super) struct Refs {
    numbers: Vec<Ref>,
    /// `and 12 more`.
    more: Option<String>,
}

/// One evidence file, by number.
#[derive(Debug, Serialize)]
struct Ref {
    number: usize,
    /// `#evidence-12`.
    href: String,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let mut by_body: BTreeMap<&Sha256, Vec<usize>> = BTreeMap::new();
        let mut by_gap = BTreeMap::new();
        for (index, file) in input.files.iter().enumerate() {
            by_body.entry(&file.sha256).or_default().push(index);
            if let Origin::Gap(gap) = file.origin
                && let Some(gap) = input.snapshot.gaps.get(gap)
            {
                by_gap.insert(gap, index);
            }
        }
        Self { input, by_body, by_gap, cited: BTreeSet::new(), printed: BTreeSet::new() }
    }

    /// Cites bodies; of several files with the same body the one of the given place.
    pub(super) fn cite(&mut self, bodies: &[Sha256], place: Option<(&AccountId, &Region)>) -> Refs {
        let mut found: Vec<usize> = bodies.iter().filter_map(|body| self.find(body, place)).collect();
        let lost = bodies.len() - found.len();
        found.sort_unstable();
        found.dedup();
        let more = found.len().saturating_sub(CITED);
        found.truncate(CITED);
        self.cited.extend(&found);
        let listed = (more > 0).then(|| format!("and {} more", number(more)));
        let lost = (lost > 0).then(|| format!("{} not in this pack", number(lost)));
        let more: Vec<String> = listed.into_iter().chain(lost).collect();
        Refs { numbers: found.into_iter().map(Ref::to).collect(), more: (!more.is_empty()).then(|| more.join("; ")) }
    }

    /// Cites the refusal behind a gap of the snapshot, if AWS answered.
    pub(super) fn cite_gap(&mut self, gap: &Gap) -> Refs {
        let file = self.by_gap.get(gap).copied();
        self.cited.extend(file);
        Refs { numbers: file.into_iter().map(Ref::to).collect(), more: None }
    }

    /// Notes what a page of the PDF cites: its index lists nothing else.
    pub(super) fn print(&mut self, refs: &Refs) {
        self.printed.extend(refs.numbers.iter().map(|one| one.number - 1));
    }

    fn find(&self, body: &Sha256, place: Option<(&AccountId, &Region)>) -> Option<usize> {
        let files = self.by_body.get(body)?;
        let there = |index: &&usize| {
            let origin = self.input.files.get(**index).and_then(|file| origin(self.input, file));
            origin.is_some_and(|origin| place == Some((origin.account, origin.region)))
        };
        files.iter().find(there).or_else(|| files.first()).copied()
    }
}

impl Ref {
    fn to(index: usize) -> Self {
        Self { number: index + 1, href: format!("#evidence-{}", index + 1) }
    }
}

/// What exchanges and gaps have in common.
struct OriginFields<'a> {
    source: &'a str,
    operation: &'a str,
    account: &'a AccountId,
    region: &'a Region,
    item: Option<&'a str>,
    time: String,
    request_id: Option<&'a str>,
    answer: Text,
}

fn origin<'a>(input: &Input<'a>, file: &EvidenceFile) -> Option<OriginFields<'a>> {
    match file.origin {
        Origin::Exchange(index) => input.snapshot.exchanges.get(index).map(|exchange: &Exchange| OriginFields {
            source: exchange.source.as_str(),
            operation: &exchange.operation,
            account: &exchange.account,
            region: &exchange.region,
            item: exchange.item.as_ref().map(|item| item.key.as_str()),
            time: moment(exchange.time),
            request_id: exchange.request_id.as_deref(),
            answer: match &exchange.answer {
                Answer::Content => Text::name("answer"),
                Answer::Absent { code } => Text::name(&format!("there is none: {code}")),
                Answer::Step => Text::name("step on the way"),
            },
        }),
        Origin::Gap(index) => input.snapshot.gaps.get(index).map(|gap: &Gap| OriginFields {
            source: gap.source.as_str(),
            operation: gap.operation.as_deref().unwrap_or_default(),
            account: &gap.account,
            region: &gap.region,
            item: gap.item.as_ref().map(|item| item.key.as_str()),
            time: moment(gap.time),
            request_id: gap.request_id.as_deref(),
            answer: Text::name(&format!("refused: {}", gap.reason.words())),
        }),
    }
}

/// The evidence index.
#[derive(Debug, Serialize)]
pub(super) struct Index {
    /// `5,120 files, 12.4 MB`.
    total: String,
    /// `412 files`: how many of them pages cite.
    printed: String,
    rows: Vec<Row>,
    /// Says how many more there are and where.
    more: Option<String>,
}

/// One evidence file.
#[derive(Debug, Serialize)]
struct Row {
    number: usize,
    /// `evidence-12`.
    anchor: String,
    /// Whether a page of the PDF cites it.
    printed: bool,
    /// The file in the pack.
    path: Text,
    /// The path below its account: `eu-central-1/kms.keys/ListKeys.json`.
    place: Text,
    href: String,
    source: Text,
    operation: Text,
    account: Text,
    region: Text,
    /// The item that the call was made for.
    item: Option<Text>,
    /// What kind of answer it is.
    answer: Text,
    time: String,
    /// AWS's request id, to be found in the customer's own CloudTrail.
    request_id: Text,
    size: String,
    sha256: String,
    /// The first sixteen digits of it.
    short: String,
}

impl Index {
    pub(super) fn new(input: &Input<'_>, numbers: &Numbers<'_>) -> Self {
        let listed = |index: usize| index < EVIDENCE_LISTED || numbers.cited.contains(&index);
        let rows: Vec<Row> = input
            .files
            .iter()
            .enumerate()
            .filter(|(index, _)| listed(*index))
            .filter_map(|(index, file)| Some(row(index, file, origin(input, file)?, numbers.printed.contains(&index))))
            .collect();
        let more = input.files.len() - rows.len();
        let bytes = input.files.iter().map(|file| file.size).sum();
        Self {
            printed: counted(numbers.printed.len(), "file", "files"),
            total: format!("{}, {}", counted(input.files.len(), "file", "files"), size(bytes)),
            rows,
            more: (more > 0)
                .then(|| format!("And {} in evidence/index.csv.", counted(more, "more file", "more files"))),
        }
    }
}

fn row(index: usize, file: &EvidenceFile, origin: OriginFields<'_>, printed: bool) -> Row {
    let below = format!("evidence/{}/", origin.account);
    let sha256 = file.sha256.to_string();
    Row {
        number: index + 1,
        anchor: format!("evidence-{}", index + 1),
        printed,
        path: Text::name(&file.path),
        place: Text::name(file.path.strip_prefix(&below).unwrap_or(&file.path)),
        href: file.path.clone(),
        source: Text::name(origin.source),
        operation: Text::name(origin.operation),
        account: Text::name(origin.account.as_str()),
        region: Text::name(origin.region.as_str()),
        item: origin.item.map(Text::name),
        answer: origin.answer,
        time: origin.time,
        request_id: Text::name(origin.request_id.unwrap_or("none given")),
        size: match file.origin {
            Origin::Exchange(_) => size(file.size),
            Origin::Gap(_) => "\u{2014}".to_owned(),
        },
        short: sha256.get(..16).unwrap_or(&sha256).to_owned(),
        sha256,
    }
}

/// One of AWS's reports in Artifact.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// `R3`, by which requirements cite it.
    number: String,
    /// `report-3`.
    anchor: String,
    /// What it covers of the period, where a requirement rests on it.
    coverage: Option<Badge>,
    /// In words: `bridged to 2026-09-30`.
    reason: Text,
    /// `SOC2`, or a dash when our table does not know it.
    kind: Text,
    id: Text,
    name: Text,
    version: Text,
    state: Text,
    period: String,
    /// The document's hash; none when it was not fetched.
    sha256: Option<String>,
    evidence: Refs,
}

/// A kind of AWS report by name; nothing when the catalog does not know it.
pub(crate) fn report_title(input: &Input<'_>, kind: &ReportKind) -> Text {
    input.catalog.reports.get(kind).map(|report| Text::prose(&report.title)).unwrap_or_default()
}

/// The number of a report by its id in Artifact.
pub(super) fn report_number(input: &Input<'_>, id: &str) -> Option<Link> {
    let place = input.assessment.reports.iter().position(|report| report.id == id)? + 1;
    Some(Link::new(&format!("R{place}"), format!("#report-{place}")))
}

/// What a requirement says of a report that it rests on: the same, whichever says it.
fn used<'a>(input: &Input<'a>, id: &str) -> Option<&'a ReportUse> {
    let mut lines = input.assessment.requirements.iter().flat_map(|requirement| &requirement.aws_part.reports);
    lines.find(|line| line.id.as_deref() == Some(id))
}

/// The reports that Artifact lists.
pub(super) fn reports(input: &Input<'_>, numbers: &mut Numbers<'_>) -> Vec<Report> {
    let reports = input.assessment.reports.iter().enumerate();
    reports
        .map(|(index, report)| Report {
            number: format!("R{}", index + 1),
            anchor: format!("report-{}", index + 1),
            coverage: used(input, &report.id).map(|line| line.coverage.into()),
            reason: used(input, &report.id).map(|line| Text::prose(&line.reason)).unwrap_or_default(),
            kind: Text::name(report.kind.as_ref().map_or("\u{2014}", ReportKind::as_str)),
            id: Text::name(&report.id),
            name: Text::name(&report.name),
            version: Text::name(&report.version),
            state: Text::name(&report.state),
            period: days(report.start, report.end),
            sha256: report.sha256.map(|hash| hash.to_string()),
            evidence: {
                let refs = numbers.cite(&report.evidence, None);
                numbers.print(&refs);
                refs
            },
        })
        .collect()
}

/// A service in use.
#[derive(Debug, Serialize)]
pub(super) struct Service {
    key: Text,
    title: Text,
    because: Vec<Text>,
}

/// What the way a service is used moves to another owner.
fn variants(service: &ServiceInUse) -> impl Iterator<Item = String> {
    service.accounts.iter().flat_map(|own| {
        let owner = |owner| match owner {
            Owner::Aws => "AWS",
            Owner::Customer => "the customer",
            Owner::Shared => "both",
        };
        let line = move |variant: &LayerVariant| {
            format!("{} belongs to {} in {}: {}", variant.layer, owner(variant.owner), own.account, variant.because)
        };
        own.variants.iter().map(line)
    })
}

/// The services really in use.
pub(super) fn services(input: &Input<'_>) -> Vec<Service> {
    let services = input.assessment.services.iter();
    services
        .map(|service| Service {
            key: Text::name(service.key.as_str()),
            title: match service.is_known() {
                true => Text::prose(&service.title),
                false => Text::prose(&format!("{} (not known to be in use)", service.title)),
            },
            because: service.because.iter().cloned().chain(variants(service)).map(|line| Text::name(&line)).collect(),
        })
        .collect()
}
