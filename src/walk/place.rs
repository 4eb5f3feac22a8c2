//! Where a source is asked, and what its templates know of that.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::model::{AccountId, Name, Partition, Path, Period, Region, Slot};

/// One account, one region, for one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    /// The region in which the list is asked.
    pub region: Region,
    /// The audit's period.
    pub period: Period,
}

impl Place {
    /// What a name of a template stands for, where the call goes to `region`.
    pub(super) fn fill(
        &self,
        name: &Name,
        region: &Region,
        member: impl Fn(&Path) -> Option<String>,
    ) -> Option<String> {
        let time = |time: DateTime<Utc>| Some(time.to_rfc3339_opts(SecondsFormat::Secs, true));
        match &name.slot {
            Slot::Account => Some(self.account.to_string()),
            Slot::Partition => Some(self.partition.to_string()),
            Slot::Region => Some(region.to_string()),
            Slot::PeriodStart => time(self.period.start_time()),
            Slot::PeriodEnd => time(self.period.end_time()),
            Slot::Member(path) => member(path),
        }
    }

    /// The region that S3 means: it says nothing for its first one and `EU` for its second.
    pub(super) fn region_named(&self, name: &str) -> Region {
        match name {
            "" | "null" => self.partition.home(),
            "EU" => Region::from("eu-west-1"),
            name => Region::from(name),
        }
    }
}
