//! What makes a command exit with 4.

use crate::model::{Severity, did_you_mean};

/// What makes a command exit with 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Any failing check.
    Any,
    /// A failing finding that was not there before.
    New,
    /// Failing checks of this severity or worse.
    Severity(Severity),
}

const WORDS: [&str; 6] = ["any", "new", "severity>=critical", "severity>=high", "severity>=medium", "severity>=low"];

impl std::str::FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "any" => Ok(Self::Any),
            "new" => Ok(Self::New),
            "severity>=critical" => Ok(Self::Severity(Severity::Critical)),
            "severity>=high" => Ok(Self::Severity(Severity::High)),
            "severity>=medium" => Ok(Self::Severity(Severity::Medium)),
            "severity>=low" => Ok(Self::Severity(Severity::Low)),
            _ => {
                let near = did_you_mean(text, WORDS);
                Err(format!("{near}expected `new`, `any` or `severity>=critical|high|medium|low`"))
            }
        }
    }
}
