//! Where the bytes of a document are: in an open file, or in memory as a part of another document.

use super::package::{FileSource, Source};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor};
use std::os::unix::fs::FileExt;

/// Bytes to read from.
#[derive(Clone, Copy)]
pub(crate) enum Input<'a> {
    /// An open file and its size.
    File(&'a File, u64),
    /// A part of another document.
    Memory(&'a [u8]),
}

impl<'a> Input<'a> {
    /// All bytes there are.
    pub(crate) const fn size(self) -> u64 {
        match self {
            Self::File(_, size) => size,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// The first bytes, fewer where there are fewer.
    pub(crate) fn head(self, length: u64) -> io::Result<Cow<'a, [u8]>> {
        self.range(0, length)
    }

    /// All of it.
    pub(crate) fn bytes(self) -> io::Result<Cow<'a, [u8]>> {
        self.range(0, self.size())
    }

    /// So many bytes from there on, fewer where there are fewer. Does not move the file's position.
    pub(crate) fn range(self, start: u64, length: u64) -> io::Result<Cow<'a, [u8]>> {
        let length = length.min(self.size().saturating_sub(start));
        let length = usize::try_from(length).map_err(io::Error::other)?;
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                Ok(Cow::Borrowed(bytes.get(start..).and_then(|rest| rest.get(..length)).unwrap_or_default()))
            }
            Self::File(file, _) => read_at(file, start, length).map(Cow::Owned),
        }
    }

    /// A reader with a position of its own.
    pub(crate) fn source(self) -> Box<dyn Source + 'a> {
        match self {
            Self::File(file, size) => Box::new(FileSource::new(file, size)),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes)),
        }
    }

    /// [`Input::source`] with zeros to the end of what an OLE container may list.
    pub(crate) fn padded(self) -> Box<dyn Source + 'a> {
        match self {
            Self::File(file, size) => Box::new(FileSource::padded(file, size)),
            Self::Memory(bytes) => {
                let mut bytes = bytes.to_vec();
                bytes.resize(512 + bytes.len().saturating_sub(512).next_multiple_of(128 * 512), 0);
                Box::new(Cursor::new(bytes))
            }
        }
    }
}

fn read_at(file: &File, start: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, start + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
