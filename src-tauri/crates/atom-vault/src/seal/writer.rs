//! Streaming into a sealed file.

use std::io::{self, Write};

use aes_gcm::aead::AeadInOut;
use zeroize::Zeroizing;

use super::TAG_LEN;
use super::header::{FileKeys, Header};
use super::object::{block_aad, block_nonce};
use crate::{Error, Result};

/// Writes a sealed file from front to back.
///
/// Only [`SealWriter::finish`] writes the final block: a file whose writer was dropped does not open.
/// [`Write::flush`] cannot write a partial block; it flushes what is sealed so far.
pub struct SealWriter<W: Write> {
    inner: W,
    keys: FileKeys,
    file_id: [u8; 16],
    object: String,
    /// Plaintext of the current block, never longer than `block`.
    pending: Zeroizing<Vec<u8>>,
    block: usize,
    index: u64,
    failed: bool,
}

impl<W: Write> SealWriter<W> {
    pub(super) fn start(mut inner: W, root: &[u8; 32], header: &Header, block: usize, object: &str) -> Result<Self> {
        let keys = header.keys(root);
        inner.write_all(&header.encode(&keys, object)).map_err(|error| Error::io("seal", object, error))?;
        Ok(Self {
            inner,
            keys,
            file_id: header.file_id,
            object: object.to_owned(),
            pending: Zeroizing::new(Vec::new()),
            block,
            index: 0,
            failed: false,
        })
    }

    /// Writes the final block and gives back the inner writer, flushed but not synced.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::DiskFull`] if this or any earlier write failed; the file is then incomplete and does not open.
    pub fn finish(mut self) -> Result<W> {
        let written = self.seal_pending(true).and_then(|()| self.inner.flush());
        written.map_err(|error| Error::io("seal", &self.object, error))?;
        Ok(self.inner)
    }

    fn seal_pending(&mut self, is_final: bool) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("an earlier write of this sealed file failed"));
        }
        // Until the block is out, so that an error or a panic of the inner writer leaves a dead writer.
        self.failed = true;
        let nonce = block_nonce(self.index, is_final);
        let aad = block_aad(&self.file_id, self.index);
        let tag = self
            .keys
            .cipher
            .encrypt_inout_detached(&nonce, &aad, self.pending.as_mut_slice().into())
            .map_err(|_| io::Error::other("the block is too long for its cipher"))?;
        self.pending.extend_from_slice(&tag);
        self.inner.write_all(&self.pending)?;
        self.pending.clear();
        self.index =
            self.index.checked_add(1).ok_or_else(|| io::Error::other("the sealed file has too many blocks"))?;
        self.failed = false;
        Ok(())
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        // A full block is kept back until more arrives, because it may be the final one.
        if self.pending.len() >= self.block {
            self.seal_pending(false)?;
        }
        let room = self.block.saturating_sub(self.pending.len());
        let taken = buf.get(..room).unwrap_or(buf);
        if self.pending.capacity() == 0 && taken.len() == room {
            self.pending.reserve_exact(self.block.saturating_add(TAG_LEN));
        }
        self.pending.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
