//! Which way a verdict or a status went between two snapshots.

use serde::{Deserialize, Serialize};

use crate::model::{Status, Verdict};

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// It got worse.
    Worse,
    /// It was known, and is not any more: a loss, whatever it was before.
    SightLost,
    /// It was not known before: neither better nor worse.
    SightGained,
    /// It got better.
    Better,
    /// It came to apply, or ceased to.
    Aside,
}

impl Turn {
    /// Every turn, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Worse, Self::SightLost, Self::SightGained, Self::Better, Self::Aside];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::SightLost => "sight lost",
            Self::SightGained => "sight gained",
            Self::Better => "better",
            Self::Aside => "applies or not",
        }
    }

    /// How a verdict turned; none when it did not. A side without the check has no verdict.
    pub fn of_verdicts(before: Option<Verdict>, after: Option<Verdict>) -> Option<Self> {
        use Verdict::{Fail, NotApplicable, Pass, Undetermined};
        match (before?, after?) {
            (before, after) if before == after => None,
            (_, Undetermined) => Some(Self::SightLost),
            (Undetermined, _) => Some(Self::SightGained),
            (Pass | NotApplicable, Fail) => Some(Self::Worse),
            (Fail, Pass | NotApplicable) => Some(Self::Better),
            (Pass, NotApplicable) | (NotApplicable, Pass) => Some(Self::Aside),
            (Pass, Pass) | (Fail, Fail) | (NotApplicable, NotApplicable) => None,
        }
    }

    /// How a status turned; none when it did not.
    pub fn of_statuses(before: Option<Status>, after: Option<Status>) -> Option<Self> {
        use Status::{AwaitingEvidence, Gap, NotApplicable, Satisfied, Undetermined};
        match (before?, after?) {
            (before, after) if before == after => None,
            (_, Undetermined) => Some(Self::SightLost),
            (Undetermined, _) => Some(Self::SightGained),
            (_, Gap) | (Satisfied | NotApplicable, AwaitingEvidence) => Some(Self::Worse),
            (Gap, _) | (AwaitingEvidence, Satisfied | NotApplicable) => Some(Self::Better),
            _ => Some(Self::Aside),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;
    use crate::model::{Status, Verdict};

    #[test]
    fn verdicts_turn_as_the_table_says() {
        use Turn::{Aside, Better, SightGained, SightLost, Worse};
        use Verdict::{Fail, NotApplicable, Pass, Undetermined};
        let table = [
            (Pass, [None, Some(Worse), Some(Aside), Some(SightLost)]),
            (Fail, [Some(Better), None, Some(Better), Some(SightLost)]),
            (NotApplicable, [Some(Aside), Some(Worse), None, Some(SightLost)]),
            (Undetermined, [Some(SightGained), Some(SightGained), Some(SightGained), None]),
        ];
        for (before, turns) in table {
            for (after, turn) in [Pass, Fail, NotApplicable, Undetermined].into_iter().zip(turns) {
                assert_eq!(Turn::of_verdicts(Some(before), Some(after)), turn, "{before:?} to {after:?}");
            }
        }
        assert_eq!(Turn::of_verdicts(None, Some(Fail)), None, "a check that was not there did not turn");
    }

    #[test]
    fn statuses_turn_as_the_table_says() {
        use Status::{AwaitingEvidence, Gap, NotApplicable, Satisfied, Undetermined};
        use Turn::{Aside, Better, SightGained, SightLost, Worse};
        let table = [
            (Satisfied, [None, Some(Worse), Some(Worse), Some(SightLost), Some(Aside)]),
            (Gap, [Some(Better), None, Some(Better), Some(SightLost), Some(Better)]),
            (AwaitingEvidence, [Some(Better), Some(Worse), None, Some(SightLost), Some(Better)]),
            (Undetermined, [Some(SightGained), Some(SightGained), Some(SightGained), None, Some(SightGained)]),
            (NotApplicable, [Some(Aside), Some(Worse), Some(Worse), Some(SightLost), None]),
        ];
        for (before, turns) in table {
            let after = [Satisfied, Gap, AwaitingEvidence, Undetermined, NotApplicable];
            for (after, turn) in after.into_iter().zip(turns) {
                assert_eq!(Turn::of_statuses(Some(before), Some(after)), turn, "{before:?} to {after:?}");
            }
        }
    }
}
