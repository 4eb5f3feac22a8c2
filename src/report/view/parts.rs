//! Parts A, B and C: every requirement of every framework in exactly one of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::attestations::{self, Attached};
use super::summary::{RESPONSIBILITIES, framework_ids, framework_title, letter};
use super::text::{anchor, number, requirement_anchor};
use super::{Badge, Link, Text, evidence, findings, text};
use crate::model::{
    AwsPart, CheckId, CheckResult, CustomerPart, FrameworkId, ReportRole, RequirementId, RequirementResult,
    Responsibility, Status, Verdict,
};
use crate::report::Input;

/// The requirements of one responsibility.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    /// `A`.
    letter: &'static str,
    /// `part-a`.
    anchor: String,
    title: &'static str,
    text: &'static str,
    /// How many requirements stand here, parts of others not counted: `12 requirements`.
    counted: String,
    frameworks: Vec<PartFramework>,
}

/// A framework's share of a part; a framework without any is left out.
#[derive(Debug, Serialize)]
struct PartFramework {
    anchor: String,
    title: Text,
    count: usize,
    groups: Vec<Group>,
}

/// A group of requirements, in the framework's order.
#[derive(Debug, Serialize)]
struct Group {
    title: Text,
    requirements: Vec<Requirement>,
}

/// One requirement.
#[derive(Debug, Serialize)]
struct Requirement {
    anchor: String,
    id: Text,
    title: Text,
    status: Badge,
    responsibility: &'static str,
    reason: Text,
    /// What made the split so.
    split: Vec<Text>,
    /// AWS's half; none when AWS has no part.
    aws: Option<AwsHalf>,
    /// The customer's half; none when the customer has no part.
    customer: Option<CustomerHalf>,
    /// GDPR's paragraphs under their article.
    children: Vec<Requirement>,
}

#[derive(Debug, Serialize)]
struct AwsHalf {
    status: Badge,
    reason: Text,
    text: Text,
    reports: Vec<ReportLine>,
}

/// A kind of AWS report and whether it covers the period.
#[derive(Debug, Serialize)]
struct ReportLine {
    kind: Text,
    title: Text,
    coverage: Badge,
    /// The report's id in Artifact.
    id: Option<Text>,
    /// Its number in the list of AWS's reports.
    number: Option<Link>,
    reason: Text,
    /// `supporting`, where it proves nothing.
    role: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct CustomerHalf {
    status: Badge,
    reason: Text,
    text: Text,
    /// The titles of the common controls.
    controls: Vec<Text>,
    checks: Vec<CheckLine>,
    /// Those that fail and those that are undetermined, by verdict.
    faults: Vec<Faults>,
    /// Those without a fault, as a count: `14 checks pass, 2 do not apply`.
    sound: Option<String>,
    manual: Vec<ManualLine>,
    /// The documents that count, each once, whatever it answers.
    documents: Vec<Link>,
    /// Documents that answer no request.
    supporting: Vec<Attached>,
}

/// The checks of a requirement that have the same fault.
#[derive(Debug, Serialize)]
struct Faults {
    verdict: Badge,
    checks: Vec<CheckLine>,
}

/// A check that supports a requirement.
#[derive(Debug, Serialize)]
struct CheckLine {
    id: Text,
    title: Text,
    verdict: Badge,
    /// `2 fail, 14 pass`.
    counts: String,
    href: String,
}

/// A piece of evidence that a human must attach.
#[derive(Debug, Serialize)]
struct ManualLine {
    id: Text,
    ask: Text,
    owner: Text,
    state: Badge,
    attached: Vec<Attached>,
    /// The request that the same document answers.
    same_as: Option<Text>,
}

/// What the parts are built from, looked up once.
struct Builder<'a> {
    input: &'a Input<'a>,
    checks: BTreeMap<&'a CheckId, &'a CheckResult>,
    children: BTreeMap<(&'a FrameworkId, &'a RequirementId), Vec<&'a RequirementResult>>,
    tops: Vec<&'a RequirementResult>,
}

/// The three parts.
pub(super) fn parts(input: &Input<'_>) -> Vec<Part> {
    let builder = Builder::new(input);
    RESPONSIBILITIES.map(|responsibility| builder.part(responsibility)).into()
}

/// What made the split so, in all accounts and, where they differ, in each.
pub(crate) fn split_lines(requirement: &RequirementResult) -> Vec<Text> {
    let accounts = requirement
        .accounts
        .iter()
        .map(|own| format!("in {}: {} ({})", own.account, own.responsibility.words(), own.split.join("; ")));
    requirement.split.iter().cloned().chain(accounts).map(|line| Text::name(&line)).collect()
}

/// How many checks pass and how many do not apply; nothing where there are none.
fn sound(part: &CustomerPart) -> Option<String> {
    let of = |verdict: Verdict| part.checks.iter().filter(|check| check.verdict == verdict).count();
    let words = |count: usize, one: &str, more: &str| (count > 0).then(|| text::counted(count, one, more));
    let pass = words(of(Verdict::Pass), "check passes", "checks pass");
    let other = words(of(Verdict::NotApplicable), "check does not apply", "checks do not apply");
    let words: Vec<String> = pass.into_iter().chain(other).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

impl<'a> Builder<'a> {
    fn new(input: &'a Input<'a>) -> Self {
        let all = &input.assessment.requirements;
        let tops: BTreeMap<(&FrameworkId, &RequirementId), &RequirementResult> = all
            .iter()
            .filter(|requirement| requirement.parent.is_none())
            .map(|requirement| ((&requirement.framework, &requirement.id), requirement))
            .collect();
        let mut builder = Self {
            input,
            checks: input.assessment.checks.iter().map(|check| (&check.id, check)).collect(),
            children: BTreeMap::new(),
            tops: Vec::new(),
        };
        for requirement in all {
            // A part whose whole is not there stands by itself: no requirement is ever lost.
            let parent = requirement.parent.as_ref().map(|parent| (&requirement.framework, parent));
            match parent.filter(|parent| tops.contains_key(parent)) {
                Some(parent) => builder.children.entry(parent).or_default().push(requirement),
                None => builder.tops.push(requirement),
            }
        }
        builder
    }

    fn part(&self, responsibility: Responsibility) -> Part {
        let (title, about) = match responsibility {
            Responsibility::Inherited => (
                "Inherited from AWS",
                "AWS alone operates these. They are evidenced by AWS's own assurance reports, and only by reports whose \
                 period covers the audit's period.",
            ),
            Responsibility::Shared => (
                "Shared between AWS and the customer",
                "Each side does its own half. A requirement stands where the worse half stands.",
            ),
            Responsibility::Customer => (
                "The customer's own",
                "The customer alone is responsible. Evidence is the account's configuration and documents of the customer.",
            ),
        };
        let letter = letter(responsibility);
        let frameworks: Vec<PartFramework> = framework_ids(self.input)
            .into_iter()
            .filter_map(|framework| self.framework(letter, responsibility, framework))
            .collect();
        Part {
            letter,
            anchor: format!("part-{}", letter.to_lowercase()),
            title,
            text: about,
            counted: text::counted(
                frameworks.iter().map(|framework| framework.count).sum(),
                "requirement",
                "requirements",
            ),
            frameworks,
        }
    }

    fn framework(&self, letter: &str, owner: Responsibility, framework: &FrameworkId) -> Option<PartFramework> {
        let mut groups: Vec<(&str, Vec<&RequirementResult>)> = Vec::new();
        let own = self.tops.iter().filter(|top| top.framework == *framework && top.responsibility == owner);
        for requirement in own {
            match groups.iter_mut().find(|(group, _)| *group == requirement.group) {
                Some((_, members)) => members.push(requirement),
                None => groups.push((&requirement.group, vec![requirement])),
            }
        }
        (!groups.is_empty()).then(|| PartFramework {
            anchor: anchor(&format!("part-{}", letter.to_lowercase()), framework.as_str()),
            title: framework_title(self.input, framework),
            count: groups.iter().map(|(_, members)| members.len()).sum(),
            groups: groups
                .into_iter()
                .map(|(title, members)| Group {
                    title: Text::prose(title),
                    requirements: members.into_iter().map(|requirement| self.requirement(requirement)).collect(),
                })
                .collect(),
        })
    }

    fn requirement(&self, requirement: &RequirementResult) -> Requirement {
        let children = match requirement.parent {
            Some(_) => &[][..],
            None => self.children.get(&(&requirement.framework, &requirement.id)).map_or(&[][..], Vec::as_slice),
        };
        Requirement {
            anchor: requirement_anchor(requirement),
            id: Text::name(requirement.id.as_str()),
            title: Text::prose(&requirement.title),
            status: requirement.status.into(),
            responsibility: requirement.responsibility.words(),
            reason: Text::prose(&requirement.reason),
            split: split_lines(requirement),
            aws: self.aws(&requirement.aws_part),
            customer: self.customer(&requirement.customer_part),
            children: children.iter().map(|child| self.requirement(child)).collect(),
        }
    }

    fn aws(&self, part: &AwsPart) -> Option<AwsHalf> {
        let empty = part.text.is_empty() && part.reports.is_empty() && part.status == Status::NotApplicable;
        (!empty).then(|| AwsHalf {
            status: part.status.into(),
            reason: Text::prose(&part.reason),
            text: Text::prose(&part.text),
            reports: part
                .reports
                .iter()
                .map(|report| ReportLine {
                    kind: Text::name(report.kind.as_str()),
                    title: evidence::report_title(self.input, &report.kind),
                    coverage: report.coverage.into(),
                    id: report.id.as_deref().map(Text::name),
                    number: report.id.as_deref().and_then(|id| evidence::report_number(self.input, id)),
                    reason: Text::prose(&report.reason),
                    role: (report.role == ReportRole::Supports).then_some("supporting, proves nothing"),
                })
                .collect(),
        })
    }

    fn customer(&self, part: &CustomerPart) -> Option<CustomerHalf> {
        let people = part.manual.len() + part.supporting.len();
        let nothing = part.text.is_empty() && part.checks.is_empty() && people == 0;
        let empty = nothing && part.status == Status::NotApplicable;
        (!empty).then(|| CustomerHalf {
            status: part.status.into(),
            reason: Text::prose(&part.reason),
            text: Text::prose(&part.text),
            controls: part
                .controls
                .iter()
                .map(|id| match self.input.catalog.controls.get(id) {
                    Some(control) => Text::prose(&control.title),
                    None => Text::name(id.as_str()),
                })
                .collect(),
            checks: part.checks.iter().map(|check| self.check(&check.id, check.verdict.into())).collect(),
            faults: [Verdict::Fail, Verdict::Undetermined].into_iter().filter_map(|of| self.faults(part, of)).collect(),
            sound: sound(part),
            manual: part
                .manual
                .iter()
                .map(|manual| ManualLine {
                    id: Text::name(&manual.id),
                    ask: Text::prose(&manual.ask),
                    owner: Text::prose(&manual.owner),
                    state: attestations::state(manual.state),
                    attached: Attached::all(&manual.attestations),
                    same_as: manual.same_as.as_ref().map(|target| Text::name(&target.to_string())),
                })
                .collect(),
            documents: Attached::counting(part.manual.iter().flat_map(|manual| &manual.attestations)),
            supporting: Attached::all(&part.supporting),
        })
    }

    fn faults(&self, part: &CustomerPart, verdict: Verdict) -> Option<Faults> {
        let those = part.checks.iter().filter(|check| check.verdict == verdict);
        let checks: Vec<CheckLine> = those.map(|check| self.check(&check.id, verdict.into())).collect();
        (!checks.is_empty()).then(|| Faults { verdict: verdict.into(), checks })
    }

    fn check(&self, id: &CheckId, verdict: Badge) -> CheckLine {
        let result = self.checks.get(id);
        CheckLine {
            id: Text::name(id.as_str()),
            title: result.map(|check| Text::prose(&check.title)).unwrap_or_default(),
            verdict,
            counts: result.map_or_else(|| number(0), |check| findings::counts(check)),
            href: format!("#{}", anchor("check", id.as_str())),
        }
    }
}
