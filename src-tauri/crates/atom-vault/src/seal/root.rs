//! The root key of one store of sealed files, and the ways to make and open them.

use std::io::Write;
use std::sync::Arc;

use super::header::Header;
use super::layout::{Layout, block_size};
use super::object::SealObject;
use super::reader::{ReadAt, SealReader, read_exact};
use super::writer::SealWriter;
use super::{DEFAULT_BLOCK_LOG2, HEADER_LEN};
use crate::{Error, LockedKey, Result};

/// Root key of a store of sealed files, locked into memory. Cheap to clone; wiped when the last clone is dropped.
///
/// `object` is the path of a file inside its store, with `/` between parts: a file opens only under the path it was sealed for.
#[derive(Clone)]
pub struct SealRoot {
    key: Arc<LockedKey>,
}

impl SealRoot {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { key: Arc::new(key.into()) }
    }

    /// Starts a sealed file: writes its header to `inner`.
    ///
    /// # Errors
    /// [`Error::InvalidSealRequest`] for a block size outside 2^12 to 2^20, [`Error::Io`] or [`Error::DiskFull`] if the header cannot be written.
    pub fn writer<W: Write>(&self, inner: W, object: &str, block_log2: u8) -> Result<SealWriter<W>> {
        let block = block_size(block_log2).and_then(|block| usize::try_from(block).ok()).ok_or_else(|| {
            Error::InvalidSealRequest {
                object: object.to_owned(),
                reason: "the block size is not between 4 KiB and 1 MiB",
            }
        })?;
        let header = Header::random(block_log2)?;
        SealWriter::start(inner, &self.key, &header, block, object)
    }

    /// Opens a sealed file of `ciphertext_len` bytes: verifies its header, path and final block.
    ///
    /// # Errors
    /// [`Error::NotSealed`], [`Error::UnsupportedSeal`] or [`Error::Tampered`] if it is not the file that was sealed for this path, [`Error::Io`] if it cannot be read.
    pub fn open(&self, source: impl ReadAt + 'static, ciphertext_len: u64, object: &str) -> Result<SealReader> {
        let mut header = [0; HEADER_LEN];
        read_exact(&source, 0, &mut header, object)?;
        let object = self.open_header(&header, ciphertext_len, object)?;
        SealReader::new(Box::new(source), object)
    }

    /// Opens a sealed file from its first 96 bytes and its length, for callers that fetch the rest in their own way.
    ///
    /// The caller must pass the last block to [`SealObject::verify_final`] before it trusts the length.
    ///
    /// # Errors
    /// As [`SealRoot::open`].
    pub fn open_header(&self, header: &[u8], ciphertext_len: u64, object: &str) -> Result<SealObject> {
        let (header, keys) = Header::decode(header, &self.key, object)?;
        let layout = Layout::of_ciphertext(ciphertext_len, header.block_log2)
            .ok_or_else(|| Error::Tampered { object: object.to_owned(), part: "the length" })?;
        Ok(SealObject { cipher: keys.cipher, file_id: header.file_id, layout, object: object.to_owned() })
    }

    /// Seals a small object in memory.
    ///
    /// # Errors
    /// [`Error::Random`] if the system gives no random bytes.
    pub fn seal_bytes(&self, object: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut writer = self.writer(Vec::new(), object, DEFAULT_BLOCK_LOG2)?;
        writer.write_all(plaintext).map_err(|error| Error::io("seal", object, error))?;
        writer.finish()
    }

    /// Plaintext of a small object in memory.
    ///
    /// # Errors
    /// As [`SealRoot::open`].
    pub fn open_bytes(&self, object: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let ciphertext_len = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        let opened = self.open_header(sealed, ciphertext_len, object)?;
        // Decrypting every block, the last with its final flag, verifies the length as well.
        let body = sealed.get(HEADER_LEN..).unwrap_or_default();
        if opened.is_empty() {
            opened.verify_final(body)?;
            return Ok(Vec::new());
        }
        opened.decrypt_range(&(0..opened.len()), body.to_vec())
    }

    /// The header of a file that is renamed or copied from `from` to `to`; its blocks stay as they are.
    ///
    /// # Errors
    /// As [`SealRoot::open`], if `header` is not the header of `from`.
    pub fn rebind(&self, header: &[u8], from: &str, to: &str) -> Result<[u8; HEADER_LEN]> {
        let (header, keys) = Header::decode(header, &self.key, from)?;
        Ok(header.encode(&keys, to))
    }
}
