//! A fact: what one reply (and the calls made for its item) says about one resource.

use std::collections::BTreeMap;

use super::{AccountId, Gap, Partition, Region, RowData, Sha256, SourceId};

/// One resource as AWS described it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The account.
    pub account: AccountId,
    /// The account's partition.
    pub partition: Partition,
    /// The region it lies in (of a bucket: the bucket's own).
    pub region: Region,
    /// The ARN where AWS has one, else the id.
    pub resource: String,
    /// The item's key within its source.
    pub key: String,
    /// AWS's members by AWS's names; parts of calls per item under their names; a part that AWS says does not exist is `null`.
    pub data: RowData,
    /// The parts that could not be read, with the gap; such a part is missing from `data`.
    pub unread: BTreeMap<String, Gap>,
    /// The bodies that say so.
    pub evidence: Vec<Sha256>,
}

/// All facts of a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// By source, sorted by account, region, resource.
    pub rows: BTreeMap<SourceId, Vec<Row>>,
    /// The snapshot's gaps and those found in reading: replies that do not parse, lists whose last page is missing.
    pub gaps: Vec<Gap>,
    /// The bodies of the list calls that were read completely, also those that hold no item: the evidence for "none".
    pub read: BTreeMap<SourceId, Vec<Reading>>,
}

/// A source's list in one place, read to its last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The account.
    pub account: AccountId,
    /// The region in which the list was asked.
    pub region: Region,
    /// The bodies of its pages.
    pub evidence: Vec<Sha256>,
}
