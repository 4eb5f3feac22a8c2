//! Verdicts and how they fold.

use serde::{Deserialize, Serialize};

use super::Words;

/// What a check says of a resource, of a place, or of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The evidence shows the good state.
    Pass,
    /// The evidence shows the bad state.
    Fail,
    /// There is nothing to judge, and the evidence shows that.
    NotApplicable,
    /// The evidence does not show which.
    Undetermined,
}

impl Words for Verdict {
    const ALL: &'static [Self] = &[Self::Pass, Self::Fail, Self::NotApplicable, Self::Undetermined];
}

impl Verdict {
    /// Any Fail is Fail; else any Undetermined is Undetermined; else any Pass is Pass; all NotApplicable is
    /// NotApplicable; nothing at all is Undetermined.
    pub fn fold(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        let rank = |verdict: Verdict| match verdict {
            Verdict::Fail => 3,
            Verdict::Undetermined => 2,
            Verdict::Pass => 1,
            Verdict::NotApplicable => 0,
        };
        verdicts.into_iter().max_by_key(|verdict| rank(*verdict)).unwrap_or(Verdict::Undetermined)
    }

    /// The verdict in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not applicable",
            Self::Undetermined => "undetermined",
        }
    }
}

/// How bad a Fail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Act today.
    Critical,
    /// Act this week.
    High,
    /// Act this quarter.
    Medium,
    /// Good practice.
    Low,
}

impl Words for Severity {
    const ALL: &'static [Self] = &[Self::Critical, Self::High, Self::Medium, Self::Low];
}

impl Severity {
    /// The severity in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Where a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every part is evidenced.
    Satisfied,
    /// A check fails.
    Gap,
    /// The manual part is missing or has expired.
    AwaitingEvidence,
    /// The evidence does not show where it stands: a refused call, an AWS report that does not cover the period.
    Undetermined,
    /// Does not apply, with a reason.
    NotApplicable,
}

impl Words for Status {
    const ALL: &'static [Self] =
        &[Self::Satisfied, Self::Gap, Self::AwaitingEvidence, Self::Undetermined, Self::NotApplicable];
}

impl Status {
    /// The status in words; JSON says `gap` where people read that a requirement is not met.
    pub fn words(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Gap => "not met",
            Self::AwaitingEvidence => "awaiting evidence",
            Self::Undetermined => "undetermined",
            Self::NotApplicable => "not applicable",
        }
    }

    /// The worst of several parts: not met, then undetermined, then awaiting evidence, then satisfied; parts that do not
    /// apply count for nothing unless there are no others; no parts at all are undetermined.
    pub fn fold(parts: impl IntoIterator<Item = Status>) -> Status {
        let rank = |status: Status| match status {
            Status::Gap => 4,
            Status::Undetermined => 3,
            Status::AwaitingEvidence => 2,
            Status::Satisfied => 1,
            Status::NotApplicable => 0,
        };
        parts.into_iter().max_by_key(|status| rank(*status)).unwrap_or(Status::Undetermined)
    }
}

/// Who owns a requirement under the shared responsibility model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Responsibility {
    /// AWS alone: its object exists only on the AWS side.
    Inherited,
    /// Both: each does its own half.
    Shared,
    /// The customer alone.
    Customer,
}

impl Words for Responsibility {
    const ALL: &'static [Self] = &[Self::Inherited, Self::Shared, Self::Customer];
}

impl Responsibility {
    /// The responsibility in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Inherited => "inherited",
            Self::Shared => "shared",
            Self::Customer => "customer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, Verdict};

    #[test]
    fn verdicts_fold_as_the_table_says() {
        use Verdict::{Fail, NotApplicable, Pass, Undetermined};
        let table: [(&[Verdict], Verdict); 11] = [
            (&[], Undetermined),
            (&[Pass], Pass),
            (&[Fail], Fail),
            (&[NotApplicable], NotApplicable),
            (&[Undetermined], Undetermined),
            (&[Pass, NotApplicable], Pass),
            (&[Pass, Undetermined], Undetermined),
            (&[NotApplicable, Undetermined], Undetermined),
            (&[Undetermined, Fail], Fail),
            (&[Fail, Pass, NotApplicable], Fail),
            (&[NotApplicable, NotApplicable], NotApplicable),
        ];
        for (verdicts, folded) in table {
            assert_eq!(Verdict::fold(verdicts.iter().copied()), folded, "{verdicts:?}");
            assert_eq!(Verdict::fold(verdicts.iter().rev().copied()), folded, "{verdicts:?} reversed");
        }
    }

    #[test]
    fn statuses_fold_as_the_table_says() {
        use Status::{AwaitingEvidence, Gap, NotApplicable, Satisfied, Undetermined};
        let table: [(&[Status], Status); 8] = [
            (&[], Undetermined),
            (&[Satisfied, Satisfied], Satisfied),
            (&[Satisfied, NotApplicable], Satisfied),
            (&[NotApplicable], NotApplicable),
            (&[Satisfied, AwaitingEvidence], AwaitingEvidence),
            (&[AwaitingEvidence, Undetermined], Undetermined),
            (&[Undetermined, Gap], Gap),
            (&[Gap, Satisfied, AwaitingEvidence], Gap),
        ];
        for (statuses, folded) in table {
            assert_eq!(Status::fold(statuses.iter().copied()), folded, "{statuses:?}");
            assert_eq!(Status::fold(statuses.iter().rev().copied()), folded, "{statuses:?} reversed");
        }
    }
}
