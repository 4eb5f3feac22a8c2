//! Reading one member out of an archive, in bounded memory, with everything checked that its records promise.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use flate2::{Decompress, FlushDecompress, Status};

use super::layout::{Entry, Method};

const CHUNK: usize = 256 * 1024;

/// The bytes of an archive; several threads read from one open file, so that it cannot be exchanged in between.
#[derive(Debug)]
pub(super) enum Source<'a> {
    File(Mutex<File>),
    Memory(&'a [u8]),
}

impl Source<'_> {
    pub(super) fn length(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.lock().unwrap_or_else(PoisonError::into_inner).metadata()?.len()),
            Self::Memory(bytes) => u64::try_from(bytes.len()).map_err(io::Error::other),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                file.read(buffer)
            }
            Self::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
                let length = rest.len().min(buffer.len());
                buffer[..length].copy_from_slice(&rest[..length]);
                Ok(length)
            }
        }
    }

    /// Exactly `length` bytes at `offset`.
    pub(super) fn exact(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            match self.read_at(offset + done as u64, &mut bytes[done..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => done += read,
            }
        }
        Ok(bytes)
    }
}

/// The content of a member. After the last byte, an error says what does not fit the records.
pub(super) struct Unpack<'a> {
    source: &'a Source<'a>,
    entry: &'a Entry,
    position: u64,
    left: u64,
    input: Vec<u8>,
    used: usize,
    inflate: Option<Decompress>,
    ended: bool,
    produced: u64,
    content_crc: crc32fast::Hasher,
    packed_crc: crc32fast::Hasher,
}

impl<'a> Unpack<'a> {
    /// Reads the member whose packed bytes begin at `position`.
    pub(super) fn new(source: &'a Source<'a>, entry: &'a Entry, position: u64) -> Self {
        Self {
            source,
            entry,
            position,
            left: entry.packed,
            input: Vec::new(),
            used: 0,
            inflate: (entry.method == Method::Deflated).then(|| Decompress::new(false)),
            ended: false,
            produced: 0,
            content_crc: crc32fast::Hasher::new(),
            packed_crc: crc32fast::Hasher::new(),
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let length = usize::try_from(self.left).unwrap_or(CHUNK).min(CHUNK);
        if self.input.len() != length {
            self.input = vec![0; length];
        }
        let read = self.source.read_at(self.position, &mut self.input)?;
        if read == 0 && length > 0 {
            return Err(damaged("the archive ends inside it"));
        }
        self.input.truncate(read);
        self.used = 0;
        self.position += read as u64;
        self.left -= read as u64;
        if self.inflate.is_some() {
            self.packed_crc.update(&self.input);
        }
        Ok(())
    }

    fn inflate(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.used == self.input.len() && self.left > 0 {
                self.refill()?;
            }
            let Some(inflate) = self.inflate.as_mut() else { return Ok(0) };
            let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
            let status = inflate
                .decompress(&self.input[self.used..], buffer, FlushDecompress::None)
                .map_err(|_| damaged("its packed bytes are not valid"))?;
            self.used += usize::try_from(inflate.total_in() - before_in).unwrap_or_default();
            let made = usize::try_from(inflate.total_out() - before_out).unwrap_or_default();
            self.ended = status == Status::StreamEnd;
            if made > 0 || self.ended {
                return Ok(made);
            }
            if self.left == 0 && self.used == self.input.len() {
                return Err(damaged("its packed bytes end too early"));
            }
        }
    }

    fn finish(&self) -> io::Result<()> {
        let unread = self.left > 0 || self.used < self.input.len();
        if unread {
            return Err(damaged("bytes follow the end of its packed content"));
        }
        if self.produced != self.entry.size {
            return Err(damaged("it is shorter than its records say"));
        }
        if self.content_crc.clone().finalize() != self.entry.crc {
            return Err(damaged("its CRC-32 differs from its records"));
        }
        if self.inflate.is_some() && self.packed_crc.clone().finalize() != self.entry.packed_crc {
            return Err(damaged("its packed bytes were altered, though not its content"));
        }
        Ok(())
    }
}

impl Read for Unpack<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let made = if self.inflate.is_some() {
            if self.ended { 0 } else { self.inflate(buffer)? }
        } else {
            if self.used == self.input.len() && self.left > 0 {
                self.refill()?;
            }
            let length = (self.input.len() - self.used).min(buffer.len());
            buffer[..length].copy_from_slice(&self.input[self.used..self.used + length]);
            self.used += length;
            length
        };
        if made == 0 {
            return self.finish().map(|()| 0);
        }
        self.produced += made as u64;
        if self.produced > self.entry.size {
            return Err(damaged("it is larger than its records say"));
        }
        self.content_crc.update(&buffer[..made]);
        Ok(made)
    }
}

fn damaged(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
