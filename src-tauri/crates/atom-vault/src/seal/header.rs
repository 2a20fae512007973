//! The 96-byte header: parse, write, verify, bind to a path.

use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::layout::block_size;
use super::{HEADER_LEN, MAGIC};
use crate::{Error, Result};

const VERSION: u8 = 1;
const ALGORITHM: u8 = 1;
const EPOCH: u16 = 0;
const TAGGED_LEN: usize = 80;

/// Fields of a header that vary.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) block_log2: u8,
    pub(super) file_id: [u8; 16],
    salt: [u8; 32],
}

/// Keys of one file.
pub(super) struct FileKeys {
    pub(super) cipher: Aes256Gcm,
    header_key: Zeroizing<[u8; 32]>,
}

impl Header {
    /// A header with a new identity and salt, so that its file key has never been used.
    pub(super) fn random(block_log2: u8) -> Result<Self> {
        let (mut file_id, mut salt) = ([0; 16], [0; 32]);
        getrandom::fill(&mut file_id).map_err(Error::random)?;
        getrandom::fill(&mut salt).map_err(Error::random)?;
        Ok(Self { block_log2, file_id, salt })
    }

    #[cfg(any(test, fuzzing))]
    pub(super) fn fixed(block_log2: u8, file_id: [u8; 16], salt: [u8; 32]) -> Self {
        Self { block_log2, file_id, salt }
    }

    pub(super) fn keys(&self, root: &[u8; 32]) -> FileKeys {
        let mut material = Zeroizing::new([0; 64]);
        let expanded = Hkdf::<Sha256>::new(Some(&self.salt), root)
            .expand_multi_info(&[b"atom/lance/v1", &self.file_id], &mut material[..]);
        debug_assert!(expanded.is_ok(), "64 bytes are within the limit of HKDF-SHA256");
        let (mut block_key, mut header_key) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        let both = block_key.iter_mut().chain(header_key.iter_mut());
        both.zip(material.iter()).for_each(|(to, from)| *to = *from);
        FileKeys { cipher: Aes256Gcm::new((&*block_key).into()), header_key }
    }

    /// The header's bytes, bound to `object`.
    pub(super) fn encode(&self, keys: &FileKeys, object: &str) -> [u8; HEADER_LEN] {
        let tagged = self.tagged_bytes();
        let mut bytes = [0; HEADER_LEN];
        let tag = header_mac(keys, &tagged, object).finalize().into_bytes();
        bytes.iter_mut().zip(tagged.iter().chain(tag.iter())).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// Reads and verifies the header of `object`.
    pub(super) fn decode(bytes: &[u8], root: &[u8; 32], object: &str) -> Result<(Self, FileKeys)> {
        let unsupported = |reason| Error::UnsupportedSeal { object: object.to_owned(), reason };
        let tampered = || Error::Tampered { object: object.to_owned(), part: "the header" };
        if !bytes.starts_with(&MAGIC) {
            return Err(Error::NotSealed { object: object.to_owned() });
        }
        let mut rest = Fields(bytes.get(MAGIC.len()..HEADER_LEN).ok_or_else(tampered)?);
        let [version, algorithm] = rest.take().ok_or_else(tampered)?;
        let epoch = u16::from_be_bytes(rest.take().ok_or_else(tampered)?);
        let [block_log2] = rest.take().ok_or_else(tampered)?;
        let reserved: [u8; 23] = rest.take().ok_or_else(tampered)?;
        let file_id = rest.take().ok_or_else(tampered)?;
        let salt = rest.take().ok_or_else(tampered)?;
        let tag: [u8; 16] = rest.take().ok_or_else(tampered)?;
        match () {
            () if version != VERSION => return Err(unsupported("version")),
            () if algorithm != ALGORITHM => return Err(unsupported("algorithm")),
            () if epoch != EPOCH => return Err(unsupported("key epoch")),
            () if block_size(block_log2).is_none() => return Err(unsupported("block size")),
            () if reserved != [0; 23] => return Err(unsupported("reserved bytes")),
            () => {}
        }
        let header = Self { block_log2, file_id, salt };
        let keys = header.keys(root);
        header_mac(&keys, &header.tagged_bytes(), object).verify_truncated_left(&tag).map_err(|_| tampered())?;
        Ok((header, keys))
    }

    fn tagged_bytes(&self) -> [u8; TAGGED_LEN] {
        let mut bytes = [0; TAGGED_LEN];
        let fields = MAGIC
            .iter()
            .chain(&[VERSION, ALGORITHM])
            .copied()
            .chain(EPOCH.to_be_bytes())
            .chain([self.block_log2])
            .chain([0; 23])
            .chain(self.file_id)
            .chain(self.salt);
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
        bytes
    }
}

fn header_mac(keys: &FileKeys, tagged: &[u8; TAGGED_LEN], object: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new((&keys.header_key_block()).into());
    mac.update(tagged);
    mac.update(object.as_bytes());
    mac
}

impl FileKeys {
    /// The header key padded to HMAC's block size, which is how HMAC itself treats a short key.
    fn header_key_block(&self) -> [u8; 64] {
        let mut block = [0; 64];
        block.iter_mut().zip(self.header_key.iter()).for_each(|(to, from)| *to = *from);
        block
    }
}

/// Takes fixed-size fields from the front of a slice.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }
}
