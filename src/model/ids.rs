//! Newtypes for every id: a check id never passes for a control id.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(/// A kind of evidence: one read call with its pages and calls per item, `kms.keys`.
    SourceId);
id!(/// A check, named for the good state: `cloudtrail.log-file-validation`.
    CheckId);
id!(/// One of our common controls, the hub between requirements and checks.
    ControlId);
id!(/// A framework: `soc2`, `iso27001-2022`, `gdpr`.
    FrameworkId);
id!(/// A requirement, by its framework's own id: `CC6.1`, `A.8.24`, `Art.32`.
    RequirementId);
id!(/// A twelve-digit AWS account id.
    AccountId);
id!(/// An AWS region's name, `eu-central-1`.
    Region);
id!(/// An AWS partition: `aws`, `aws-cn`, `aws-us-gov`.
    Partition);
id!(/// The kind of an AWS assurance report, `SOC2`, as `mappings/artifact-reports.toml` names it.
    ReportKind);
id!(/// The key of an AWS service in `mappings/services.toml`, `ec2`.
    ServiceKey);

impl Partition {
    /// Its first region, in which what is asked once an account is asked. From the SDKs' partitions.json.
    pub fn home(&self) -> Region {
        Region::from(match self.as_str() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            "aws-iso" => "us-iso-east-1",
            "aws-iso-b" => "us-isob-east-1",
            "aws-iso-e" => "eu-isoe-west-1",
            "aws-iso-f" => "us-isof-south-1",
            "aws-eusc" => "eusc-de-east-1",
            _ => "us-east-1",
        })
    }
}

/// A SHA-256 digest, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", extend("pattern" = "^[0-9a-f]{64}$")))]
pub struct Sha256([u8; 32]);

/// The SHA-256 of a snapshot's canonical JSON: its identity.
pub type SnapshotId = Sha256;

impl Sha256 {
    /// Hashes bytes that are already in memory.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Takes a digest computed elsewhere, for instance while streaming.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hex digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (hex(pair[0])?, hex(pair[1])?);
            *byte = high << 4 | low;
        }
        Some(Self(bytes))
    }

    /// The first 12 hex digits, enough to tell snapshots apart in a terminal.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected 64 hex digits of a SHA-256"))
    }
}
