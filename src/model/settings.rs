//! `auditpack.toml`, valid.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AccountId, CheckId, FrameworkId, Period, Premises, Region, RequirementId, Responsibility, SourceId};

/// What the user wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The organization's name, as the pack prints it.
    pub organization: String,
    /// The audit's period.
    pub period: Period,
    /// Where to look.
    pub scope: ScopeSettings,
    /// The frameworks of the report, in this order.
    pub frameworks: Vec<FrameworkId>,
    /// Sources to collect; empty: all.
    pub sources: BTreeSet<SourceId>,
    /// Thresholds that differ from the catalog's.
    pub params: BTreeMap<String, Value>,
    /// AWS Artifact.
    pub artifact: ArtifactSettings,
    /// CloudTrail's log files.
    pub trail: TrailSettings,
    /// Signing.
    pub signing: Option<SigningSettings>,
    /// Exceptions: the file's own, then those of the file that it names.
    pub exceptions: Vec<Exception>,
    /// Who owns a requirement in the user's own view.
    pub splits: Vec<SplitSetting>,
    /// What the organization has of its own, if it says so.
    pub premises: Option<PremisesSetting>,
    /// Requirements that do not apply.
    pub not_applicable: Vec<NotApplicable>,
    /// Who has to act.
    pub owners: OwnerSettings,
    /// When something is due.
    pub calendar: CalendarSettings,
    /// The file of exceptions that the settings name; it goes into the pack too.
    pub exceptions_file: Option<SettingsFile>,
    /// The file's bytes: they go into the pack.
    pub file: Vec<u8>,
}

/// A file that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFile {
    /// Its path from the settings file's folder, with `/` between its parts; never out of that folder.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Accounts and regions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeSettings {
    /// Accounts to enter by a role; empty: the account of the credentials.
    pub accounts: Vec<AccountSettings>,
    /// Regions to ask; empty: all that are enabled for the account.
    pub regions: Vec<Region>,
    /// The optional parts of frameworks that the report speaks of; without it: all.
    pub categories: Option<BTreeSet<String>>,
}

/// An account entered by a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// The account.
    pub id: AccountId,
    /// The role to assume; none: the credentials' own account.
    pub role_arn: Option<String>,
    /// The role's external id.
    pub external_id: Option<String>,
}

/// What to take from AWS Artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArtifactSettings {
    /// Whether the documents themselves are fetched.
    pub documents: Documents,
    /// Reports, by Artifact report id, whose terms the user accepts: a legal act, one by one.
    pub accept_terms: BTreeSet<String>,
}

/// Whether AWS's documents are fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Documents {
    /// Metadata only.
    #[default]
    MetadataOnly,
    /// Those whose terms the settings accept.
    Download,
}

/// Which of CloudTrail's log files are fetched and held against their digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailSettings {
    /// Which.
    pub logs: LogFiles,
}

/// A choice of log files, for each trail and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFiles {
    /// None: the digests alone prove that they are a chain, not that the log files match it.
    None,
    /// So many, drawn so that anyone can draw them again.
    Sample(u32),
    /// Each that a digest names.
    All,
}

impl Default for TrailSettings {
    fn default() -> Self {
        Self { logs: LogFiles::Sample(Self::SAMPLE) }
    }
}

impl TrailSettings {
    /// The size of a sample, as auditors draw them.
    pub const SAMPLE: u32 = 25;
    /// The largest sample; beyond it, `all` is meant.
    pub const MAX_SAMPLE: u32 = 10_000;
}

/// The signing key; a pass phrase comes from the environment or the terminal, never from this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSettings {
    /// PKCS#8 PEM, encrypted or not; relative paths count from the settings file's folder.
    pub key: PathBuf,
    /// The signer's certificate and its chain, PEM.
    pub certificate: PathBuf,
}

/// Who has to act: for checks by their ids, for everything else by the role that the mappings name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerSettings(BTreeMap<String, String>);

impl OwnerSettings {
    /// Names by patterns: the id of a check (`s3.bucket-logging`), the beginning of ids (`s3.*`), a role (`security`).
    pub fn new(names: BTreeMap<String, String>) -> Self {
        Self(names)
    }

    /// Who has to act on something of a role; the closest pattern counts, and the role itself when none fits.
    pub fn of<'a>(&'a self, id: &str, role: &'a str) -> &'a str {
        let begins = |pattern: &str| pattern.strip_suffix('*').is_some_and(|begin| id.starts_with(begin));
        let longest = self.0.iter().filter(|(pattern, _)| begins(pattern)).max_by_key(|(pattern, _)| pattern.len());
        let exact = self.0.get(id).or(longest.map(|(_, name)| name));
        exact.or_else(|| self.0.get(role)).map_or(role, String::as_str)
    }
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarSettings {
    /// A snapshot is due so many days after the last one.
    pub snapshot_days: u32,
}

impl Default for CalendarSettings {
    fn default() -> Self {
        Self { snapshot_days: 7 }
    }
}

/// A requirement whose owner the user sets, against what the services in use say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitSetting {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement.
    pub requirement: RequirementId,
    /// Who owns it.
    pub responsibility: Responsibility,
    /// Why.
    pub reason: String,
}

/// What the organization has of its own besides what it uses of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PremisesSetting {
    /// What it has.
    pub sites: Sites,
    /// How that is known: "all staff work from home, on laptops".
    pub reason: String,
}

/// What an organization has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sites {
    /// Neither rooms nor devices.
    None,
    /// Rooms, and devices in them.
    Offices,
    /// Devices only.
    Equipment,
}

impl Sites {
    /// Whether the organization has any of this.
    pub fn has(self, what: Premises) -> bool {
        match self {
            Self::None => false,
            Self::Offices => true,
            Self::Equipment => what == Premises::Equipment,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no sites and no equipment",
            Self::Offices => "offices",
            Self::Equipment => "equipment, no offices",
        }
    }
}

/// A requirement that does not apply to the organization, as its statement of applicability says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    /// The framework.
    pub framework: FrameworkId,
    /// The requirement; its parts do not apply either.
    pub requirement: RequirementId,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// When.
    pub date: NaiveDate,
}

/// A known and approved deviation; it stands beside a verdict and never changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The check.
    pub check: CheckId,
    /// Patterns of resources, `*` for any run of characters.
    pub resources: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// Since when; without it, its length is measured from the snapshot's time.
    pub since: Option<NaiveDate>,
    /// Until when, this day included.
    pub until: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::OwnerSettings;

    #[test]
    fn the_closest_name_of_an_owner_counts() {
        let names = [
            ("s3.bucket-logging", "check"),
            ("s3.*", "service"),
            ("s3.bucket-*", "longer"),
            ("security", "Jane"),
            ("iam.*", "IAM"),
        ];
        let owners = OwnerSettings::new(names.map(|(pattern, name)| (pattern.to_owned(), name.to_owned())).into());
        for (id, role, owner) in [
            ("s3.bucket-logging", "engineering", "check"),
            ("s3.bucket-logging-2", "engineering", "longer"),
            ("s3.bucket-versioning", "security", "longer"),
            ("s3.public", "engineering", "service"),
            ("s3", "engineering", "engineering"),
            ("kms.key-rotation", "security", "Jane"),
            ("kms.key-rotation", "engineering", "engineering"),
            ("", "security", "Jane"),
            ("", "people", "people"),
        ] {
            assert_eq!(owners.of(id, role), owner, "{id} of {role}");
        }
        let all = OwnerSettings::new([("*".to_owned(), "everyone".to_owned())].into());
        assert_eq!((all.of("kms.key-rotation", "security"), all.of("", "people")), ("everyone", "everyone"));
        assert_eq!(OwnerSettings::default().of("kms.key-rotation", "engineering"), "engineering");
    }
}
