//! The one way a pack's zip is written. `verify` writes the same records again and compares, so that no field of them
//! is free to vary. Times are fixed, files plain; there are no comments and no data descriptors, and zip64 only where sizes
//! need it.

use super::path::PackPath;

pub(super) const LOCAL_SIGNATURE: u32 = 0x0403_4b50;
pub(super) const CENTRAL_SIGNATURE: u32 = 0x0201_4b50;
pub(super) const END_SIGNATURE: u32 = 0x0605_4b50;
pub(super) const END64_SIGNATURE: u32 = 0x0606_4b50;
pub(super) const LOCATOR_SIGNATURE: u32 = 0x0706_4b50;
pub(super) const END_LENGTH: usize = 22;
pub(super) const END64_LENGTH: usize = 56;
pub(super) const LOCATOR_LENGTH: usize = 20;
pub(super) const CENTRAL_LENGTH: usize = 46;
pub(super) const ZIP64_EXTRA: u16 = 0x0001;
/// Our own extra field: the CRC-32 of a deflated member's packed bytes. Deflate can write the same content in more
/// than one way (unused bits, unused codes), which the content's own CRC cannot see.
pub(super) const PACKED_CRC_EXTRA: u16 = 0x4170;

/// Members from this size on have zip64 sizes: low enough that deflate's worst growth still fits 32 bits below it.
const LARGE: u64 = 0xf000_0000;
const NO_SIZE: u32 = u32::MAX;
/// UTF-8 names.
const FLAGS: u16 = 0x0800;
/// 1980-01-01, the first day that zip can write.
const DATE: u16 = 0x0021;
/// Made on Unix; a regular file with mode 0644.
const UNIX: u16 = 3 << 8;
const MODE: u32 = 0o100_644 << 16;

/// How a member's bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// A member as the records describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: PackPath,
    pub(super) method: Method,
    /// CRC-32 of the content.
    pub(super) crc: u32,
    /// CRC-32 of the packed bytes.
    pub(super) packed_crc: u32,
    /// Length of the content in bytes.
    pub(super) size: u64,
    /// Length of the packed bytes.
    pub(super) packed: u64,
    /// Where its local record begins.
    pub(super) offset: u64,
}

impl Entry {
    fn large(&self) -> bool {
        self.size >= LARGE
    }

    fn far(&self) -> bool {
        self.offset >= u64::from(NO_SIZE)
    }

    fn version(&self, far: bool) -> u16 {
        if self.large() || far { 45 } else { 20 }
    }

    /// What local and central records share, from the flags to the sizes.
    fn common(&self, bytes: &mut Vec<u8>) {
        let method: u16 = if self.method == Method::Stored { 0 } else { 8 };
        let short = |size: u64| if self.large() { NO_SIZE } else { u32::try_from(size).unwrap_or(NO_SIZE) };
        [FLAGS, method, 0, DATE].iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        [self.crc, short(self.packed), short(self.size)].iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        bytes.extend(length(self.path.as_str().len()));
    }

    fn zip64(&self, far: bool) -> Vec<u8> {
        let mut fields = Vec::new();
        if self.large() {
            fields.extend([self.size, self.packed]);
        }
        if far {
            fields.push(self.offset);
        }
        extra(ZIP64_EXTRA, &fields.iter().flat_map(|field| field.to_le_bytes()).collect::<Vec<_>>())
    }

    /// The record in front of the member's bytes.
    pub(super) fn local(&self) -> Vec<u8> {
        let extra = self.zip64(false);
        let mut bytes = LOCAL_SIGNATURE.to_le_bytes().to_vec();
        bytes.extend(self.version(false).to_le_bytes());
        self.common(&mut bytes);
        bytes.extend(length(extra.len()));
        bytes.extend(self.path.as_str().bytes());
        bytes.extend(extra);
        bytes
    }

    /// The record in the central directory.
    pub(super) fn central(&self) -> Vec<u8> {
        let mut extra_fields = self.zip64(self.far());
        if self.method == Method::Deflated {
            extra_fields.extend(extra(PACKED_CRC_EXTRA, &self.packed_crc.to_le_bytes()));
        }
        let version = self.version(self.far());
        let mut bytes = CENTRAL_SIGNATURE.to_le_bytes().to_vec();
        bytes.extend((UNIX | version).to_le_bytes());
        bytes.extend(version.to_le_bytes());
        self.common(&mut bytes);
        bytes.extend(length(extra_fields.len()));
        bytes.extend([0; 6]); // comment, disk, internal attributes
        bytes.extend(MODE.to_le_bytes());
        let offset = if self.far() { NO_SIZE } else { u32::try_from(self.offset).unwrap_or(NO_SIZE) };
        bytes.extend(offset.to_le_bytes());
        bytes.extend(self.path.as_str().bytes());
        bytes.extend(extra_fields);
        bytes
    }

    /// Where its packed bytes end, if it began where it says.
    pub(super) fn end(&self) -> Option<u64> {
        let header = u64::try_from(self.local().len()).ok()?;
        self.offset.checked_add(header)?.checked_add(self.packed)
    }
}

fn extra(id: u16, data: &[u8]) -> Vec<u8> {
    if data.is_empty() {
        return Vec::new();
    }
    [&id.to_le_bytes()[..], &length(data.len()), data].concat()
}

/// Paths and extra fields are far below 64 KiB: [`PackPath`] sees to it.
fn length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

/// The records after the central directory.
pub(super) fn tail(entries: u64, directory: u64, directory_size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let large = entries >= 0xffff || directory >= u64::from(NO_SIZE) || directory_size >= u64::from(NO_SIZE);
    if large {
        bytes.extend(END64_SIGNATURE.to_le_bytes());
        bytes.extend(44_u64.to_le_bytes());
        bytes.extend((UNIX | 45).to_le_bytes());
        bytes.extend(45_u16.to_le_bytes());
        bytes.extend([0; 8]); // disks
        [entries, entries, directory_size, directory].iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        bytes.extend(LOCATOR_SIGNATURE.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend((directory + directory_size).to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
    }
    let short = |value: u64| u32::try_from(value).unwrap_or(NO_SIZE).to_le_bytes();
    let count = u16::try_from(entries).unwrap_or(u16::MAX).to_le_bytes();
    bytes.extend(END_SIGNATURE.to_le_bytes());
    bytes.extend([0; 4]); // disks
    bytes.extend([count, count].concat());
    bytes.extend(short(directory_size));
    bytes.extend(short(directory));
    bytes.extend([0; 2]); // comment
    bytes
}
