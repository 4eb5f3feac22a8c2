//! What closes a gap.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What closes a gap. Stored as its words, which every format 1 has had under `action`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Let the caller make these calls: IAM actions, `kms:ListKeys`.
    Grant(BTreeSet<String>),
    /// Change this setting of `auditpack.toml`.
    Setting(Setting),
    /// The same again, at once or from some moment on, as `after` writes it.
    CollectAgain {
        /// RFC 3339, or a date.
        after: Option<String>,
    },
    /// Set this variable of the environment: `AWS_MAX_ATTEMPTS`.
    Environment(String),
    /// Change a policy that stands above the caller's own, or accept what it keeps out: its words name policy and call.
    Policy(String),
    /// AWS does not offer it here, whatever is done.
    NotOffered,
    /// AWS keeps it no longer: it stands in the trail's log files alone.
    LogFiles,
    /// Tell auditpack's authors what AWS answered.
    Report,
    /// What an auditpack of another age wrote.
    Other(String),
}

/// A setting, and what to do with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// Its name: `regions`.
    pub name: &'static str,
    /// What to do, in words.
    pub words: String,
}

/// The settings that close gaps, each with a phrase that its words have.
const SETTINGS: [(&str, &str); 6] = [
    ("accept_terms", "`accept_terms`"),
    ("regions", "`regions`"),
    ("sources", "`sources`"),
    ("trail.logs", "`[trail]`"),
    ("trail.bucket", "a bucket with one"),
    ("period", "period"),
];

const KEEPS: &str = " that keeps ";
const AGAIN: &str = "collecting again";
const AFTER: &str = "collect again after ";
const ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
const RETRY: &str = "a higher AWS_MAX_ATTEMPTS, or fewer calls at once (--concurrency)";
const REPORT: &str = "report the answer to auditpack's authors";
const LOG_FILES: &str = "the log files in the trail's S3 bucket";
const NOT_OFFERED: &str = "AWS's reports, attached by hand or collected from an account of the partition `aws`";

impl Remedy {
    /// Lets the caller make calls.
    pub fn grant(actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Grant(actions.into_iter().map(Into::into).collect())
    }

    /// Collects again at once.
    pub fn again() -> Self {
        Self::CollectAgain { after: None }
    }

    /// Changes the policy above the caller, `the service control policy p-1`, that keeps a call out.
    pub fn policy(policy: &str, call: &str, region: &str) -> Self {
        Self::Policy(format!("{policy}{KEEPS}{call} from the collecting role in {region}"))
    }

    /// The name of the policy that keeps a call out.
    pub fn policy_name(words: &str) -> String {
        let name = words.split(KEEPS).next().unwrap_or_default();
        name.strip_prefix("the ").unwrap_or(name).replace(' ', "-")
    }

    /// Makes fewer or more patient calls.
    pub fn retry() -> Self {
        Self::Environment(ATTEMPTS.to_owned())
    }

    /// Changes the setting `name`; the words say how.
    pub fn setting(name: &'static str, words: impl Into<String>) -> Self {
        Self::Setting(Setting { name, words: words.into() })
    }

    /// What to do, as an order to a person.
    pub fn order(&self) -> String {
        match self {
            Self::Grant(_) => format!("let the collecting role do `{self}`"),
            Self::Setting(setting) => format!("change `{}`: {}", setting.name, setting.words),
            Self::CollectAgain { after: None } => "collect again".to_owned(),
            Self::CollectAgain { after: Some(time) } => format!("{AFTER}{time}"),
            Self::Environment(name) if name == ATTEMPTS => "raise AWS_MAX_ATTEMPTS or lower --concurrency".to_owned(),
            Self::Environment(name) => format!("set {name}"),
            Self::NotOffered => "AWS does not offer it here: attach what it would show by hand".to_owned(),
            Self::LogFiles => format!("read {LOG_FILES}"),
            Self::Report => REPORT.to_owned(),
            Self::Policy(words) => format!("change {words}, or accept that it is not seen"),
            Self::Other(words) => words.clone(),
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant(actions) => f.write_str(&actions.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            Self::Setting(setting) => f.write_str(&setting.words),
            Self::CollectAgain { after: None } => f.write_str(AGAIN),
            Self::CollectAgain { after: Some(time) } => write!(f, "{AFTER}{time}"),
            Self::Environment(name) if name == ATTEMPTS => f.write_str(RETRY),
            Self::Environment(name) | Self::Policy(name) | Self::Other(name) => f.write_str(name),
            Self::NotOffered => f.write_str(NOT_OFFERED),
            Self::LogFiles => f.write_str(LOG_FILES),
            Self::Report => f.write_str(REPORT),
        }
    }
}

impl FromStr for Remedy {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_action = |word: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            word.split_once(':').is_some_and(|(service, name)| {
                !service.is_empty() && service.chars().all(plain) && !name.is_empty() && name.chars().all(plain)
            })
        };
        let actions: BTreeSet<String> = text.split(", ").map(str::to_owned).collect();
        let setting = || SETTINGS.iter().find(|(_, phrase)| text.contains(phrase)).map(|(name, _)| *name);
        Ok(match text {
            AGAIN | "auditpack collect" => Self::again(),
            RETRY => Self::retry(),
            REPORT | "report it to auditpack's authors" => Self::Report,
            LOG_FILES => Self::LogFiles,
            NOT_OFFERED => Self::NotOffered,
            _ if text.starts_with("the ") && text.contains(KEEPS) => Self::Policy(text.to_owned()),
            _ if actions.iter().all(|action| is_action(action)) => Self::Grant(actions),
            _ => match (text.strip_prefix(AFTER), setting()) {
                (Some(after), _) => Self::CollectAgain { after: Some(after.to_owned()) },
                (None, Some(name)) => Self::setting(name, text),
                (None, None) => Self::Other(text.to_owned()),
            },
        })
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Remedy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.parse().unwrap_or_else(|never: Infallible| match never {}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every form of words that a snapshot may have, and what it means.
    #[test]
    fn old_words_are_read_and_written_again() {
        let table = [
            ("kms:ListKeys", Remedy::grant(["kms:ListKeys"])),
            ("iam:GetUser, iam:ListUsers", Remedy::grant(["iam:GetUser", "iam:ListUsers"])),
            ("collecting again", Remedy::again()),
            (
                "collect again after 2026-10-01T00:00:00Z",
                Remedy::CollectAgain { after: Some("2026-10-01T00:00:00Z".to_owned()) },
            ),
            ("a higher AWS_MAX_ATTEMPTS, or fewer calls at once (--concurrency)", Remedy::retry()),
            ("report the answer to auditpack's authors", Remedy::Report),
            ("the log files in the trail's S3 bucket", Remedy::LogFiles),
            (NOT_OFFERED, Remedy::NotOffered),
            (
                "the service control policy p-1 that keeps kms:ListKeys from the collecting role in eu-west-1",
                Remedy::policy("the service control policy p-1", "kms:ListKeys", "eu-west-1"),
            ),
            ("something else", Remedy::Other("something else".to_owned())),
            ("", Remedy::Other(String::new())),
            ("kms:List Keys", Remedy::Other("kms:List Keys".to_owned())),
        ];
        for (words, remedy) in table {
            assert_eq!(words.parse(), Ok(remedy.clone()), "{words}");
            assert_eq!(remedy.to_string(), words);
        }
        let settings = [
            ("enable eu-south-1 or leave it out of `regions`", "regions"),
            ("`eu-west-1` in `regions` of the settings", "regions"),
            ("subscribe, or leave `macie.session` out of `sources`", "sources"),
            ("`report-x` in `accept_terms` of the settings", "accept_terms"),
            ("`logs = \"sample\"` under `[trail]` in the settings, and collecting again", "trail.logs"),
            ("a bucket with one organization's trail", "trail.bucket"),
            ("a shorter period", "period"),
        ];
        for (words, name) in settings {
            assert_eq!(words.parse(), Ok(Remedy::setting(name, words)), "{words}");
        }
        assert_eq!("auditpack collect".parse(), Ok(Remedy::again()));
    }
}
