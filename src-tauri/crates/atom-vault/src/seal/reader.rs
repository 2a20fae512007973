//! Random access to a sealed file.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::object::SealObject;
use crate::{Error, Result};

/// Bytes that can be read at any place, from any thread.
pub trait ReadAt: Send + Sync {
    /// Fills `buf` with the bytes from `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if there are fewer bytes.
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;
}

impl ReadAt for std::fs::File {
    #[cfg(unix)]
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, buf, offset)
    }

    #[cfg(windows)]
    fn read_exact_at(&self, mut offset: u64, mut buf: &mut [u8]) -> io::Result<()> {
        while !buf.is_empty() {
            let read = std::os::windows::fs::FileExt::seek_read(self, buf, offset)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            offset = offset.saturating_add(read as u64);
            buf = buf.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }
}

impl ReadAt for [u8] {
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..start.checked_add(buf.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(bytes);
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_exact_at(offset, buf)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Arc<T> {
    fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        (**self).read_exact_at(offset, buf)
    }
}

/// A sealed file open for reading: header and final block are verified.
///
/// Keeps no plaintext: callers that read the same blocks again keep their own bounded cache of [`SealReader::read_block`].
pub struct SealReader {
    source: Box<dyn ReadAt>,
    object: SealObject,
}

impl SealReader {
    /// Verifies the final block of a file whose header is verified.
    pub(super) fn new(source: Box<dyn ReadAt>, object: SealObject) -> Result<Self> {
        let reader = Self { source, object };
        let last = reader.fetch(reader.object.final_range())?;
        reader.object.verify_final(&last)?;
        Ok(reader)
    }

    /// Plaintext length, bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.object.len()
    }

    /// Whether the plaintext is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.object.is_empty()
    }

    /// Size of every plaintext block but the last, bytes.
    #[must_use]
    pub fn block_size(&self) -> u64 {
        self.object.block_size()
    }

    /// Number of blocks, at least one.
    #[must_use]
    pub fn block_count(&self) -> u64 {
        self.object.block_count()
    }

    /// Plaintext of block `index`: bytes `index * block_size` on.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if there is no such block, [`Error::Tampered`] if it does not verify, [`Error::Io`] if it cannot be read.
    pub fn read_block(&self, index: u64) -> Result<Vec<u8>> {
        let sealed = self.fetch(self.object.block_range(index)?)?;
        self.object.decrypt_block(index, sealed)
    }

    /// Plaintext of `range`; decrypts only the blocks it touches.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if the range is reversed or ends after [`SealReader::len`], [`Error::Tampered`] if a block does not verify, [`Error::Io`] if it cannot be read.
    pub fn read_at(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let sealed = self.fetch(self.object.ciphertext_range(&range)?)?;
        self.object.decrypt_range(&range, sealed)
    }

    fn fetch(&self, place: Range<u64>) -> Result<Vec<u8>> {
        let len =
            usize::try_from(place.end.saturating_sub(place.start)).map_err(|_| self.object.out_of_range(&place))?;
        let mut bytes = vec![0; len];
        read_exact(&*self.source, place.start, &mut bytes, &self.object.object)?;
        Ok(bytes)
    }
}

/// Reads, and reports a file shorter than it claimed to be as damaged.
pub(super) fn read_exact(source: &dyn ReadAt, offset: u64, bytes: &mut [u8], object: &str) -> Result<()> {
    source.read_exact_at(offset, bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Tampered { object: object.to_owned(), part: "the length" },
        _ => Error::io("read", object, error),
    })
}
