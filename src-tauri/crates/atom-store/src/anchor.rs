//! The anchor: outside of the database, what its last durable commit was.
//!
//! SQLCipher cannot tell an older state of the database from the newest one: whoever puts yesterday's file in its place, or
//! flips a bit in the log, gets a database that is sound and has less in it.
//! So every write transaction advances a chain inside the database (`chain`), and a small file beside it names a link that
//! is durable. A database that does not have that link has lost something.
//!
//! ```text
//! anchor.bin      slot 0 at byte 0, slot 1 at byte 4096, 8192 bytes in all
//! slot 256 bytes: "ATAN" | version 1 | flags 1 | zero 2 | generation 8 | seq 8 | written 8 | link 32
//!                 words head 56 | meaning head 56 | zero 48 | HMAC-SHA256 32
//! head  56 bytes: series 16 | version 8 | digest 32, all zero without its flag (1 words, 2 meaning)
//! ```
//! Numbers are big-endian. The newest slot is the one of the highest generation, and a write goes into the other one, in
//! place, followed by `fdatasync`: a torn write costs the older slot, and the newer one still names a durable commit.
//! The slots lie in blocks of their own, so that no sector holds a part of both.

use crate::chain::Link;
use crate::error::{Error, Result};
use atom_core::IndexHead;
use atom_vault::LockedKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the file, beside the database.
pub const ANCHOR_FILE: &str = "anchor.bin";
/// Bytes of one slot, and of the copy that is kept elsewhere.
pub const ANCHOR_LEN: usize = 256;
const SLOT_STRIDE: usize = 4096;
const FILE_LEN: usize = 2 * SLOT_STRIDE;
const MAGIC: [u8; 4] = *b"ATAN";
const VERSION: u8 = 1;
const MAC_LEN: usize = 32;
const SIGNED_LEN: usize = ANCHOR_LEN - MAC_LEN;
const HAS_WORDS: u8 = 1;
const HAS_MEANING: u8 = 2;
const ANCHOR_DOMAIN: &[u8] = b"atom/anchor/v1";
const SHA256_BLOCK: usize = 64;

/// Authenticates the chain and the anchor. Wiped when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct AnchorKey(Arc<LockedKey<SHA256_BLOCK>>);

impl AnchorKey {
    /// The key for a database with this raw key.
    pub(crate) fn derive(database_key: &[u8; 32]) -> Self {
        let derived = Self::padded(database_key).mac(&[b"atom/v1/anchor"]);
        Self::padded(&derived)
    }

    fn padded(key: &[u8; 32]) -> Self {
        let mut padded = LockedKey::zeroed();
        padded.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Arc::new(padded))
    }

    /// HMAC-SHA256 of the pieces, one after the other.
    pub(crate) fn mac(&self, pieces: &[&[u8]]) -> [u8; MAC_LEN] {
        self.begin(pieces).finalize().into_bytes().into()
    }

    fn verifies(&self, pieces: &[&[u8]], tag: &[u8]) -> bool {
        self.begin(pieces).verify_slice(tag).is_ok()
    }

    fn begin(&self, pieces: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&**self.0).into());
        for piece in pieces {
            mac.update(piece);
        }
        mac
    }
}

/// One of the two derived indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexName {
    /// The keyword index.
    Words,
    /// The vector index.
    Meaning,
}

impl IndexName {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Meaning => "meaning",
        }
    }
}

/// Both heads, as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct IndexHeads {
    pub(crate) words: Option<IndexHead>,
    pub(crate) meaning: Option<IndexHead>,
}

/// What an anchor says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// Counts writes of the anchor: the highest is the newest statement.
    pub(crate) generation: u64,
    /// A link that was durable when this was written.
    pub(crate) link: Link,
    /// When it was written, Unix milliseconds.
    pub(crate) written_ms: i64,
    pub(crate) heads: IndexHeads,
}

impl Anchor {
    pub(crate) fn encode(&self, key: &AnchorKey) -> [u8; ANCHOR_LEN] {
        let flags =
            u8::from(self.heads.words.is_some()) * HAS_WORDS + u8::from(self.heads.meaning.is_some()) * HAS_MEANING;
        let mut signed = Vec::with_capacity(ANCHOR_LEN);
        signed.extend(MAGIC);
        signed.extend([VERSION, flags, 0, 0]);
        signed.extend(self.generation.to_be_bytes());
        signed.extend(self.link.seq.to_be_bytes());
        signed.extend(self.written_ms.to_be_bytes());
        signed.extend(self.link.value);
        for head in [self.heads.words, self.heads.meaning] {
            let head = head.unwrap_or(IndexHead { series: [0; 16], version: 0, digest: [0; 32] });
            signed.extend(head.series);
            signed.extend(head.version.to_be_bytes());
            signed.extend(head.digest);
        }
        signed.resize(SIGNED_LEN, 0);
        let tag = key.mac(&[ANCHOR_DOMAIN, &signed]);
        let mut bytes = [0; ANCHOR_LEN];
        bytes.iter_mut().zip(signed.iter().chain(&tag)).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// The anchor in `bytes`; none unless every bit is as it was written with this key.
    pub(crate) fn decode(bytes: &[u8], key: &AnchorKey) -> Option<Self> {
        let bytes: &[u8; ANCHOR_LEN] = bytes.try_into().ok()?;
        let (signed, tag) = bytes.split_last_chunk::<MAC_LEN>()?;
        if !key.verifies(&[ANCHOR_DOMAIN, signed], tag) {
            return None;
        }
        let mut rest = signed;
        let [magic @ .., version, flags, _, _] = take::<8>(&mut rest)?;
        if magic != MAGIC || version != VERSION {
            return None;
        }
        let generation = u64::from_be_bytes(take(&mut rest)?);
        let seq = u64::from_be_bytes(take(&mut rest)?);
        let written_ms = i64::from_be_bytes(take(&mut rest)?);
        let value = take(&mut rest)?;
        let mut head = |flag: u8| {
            let series = take(&mut rest)?;
            let version = u64::from_be_bytes(take(&mut rest)?);
            let digest = take(&mut rest)?;
            Some((flags & flag != 0).then_some(IndexHead { series, version, digest }))
        };
        let heads = IndexHeads { words: head(HAS_WORDS)?, meaning: head(HAS_MEANING)? };
        Some(Self { generation, link: Link { seq, value }, written_ms, heads })
    }
}

/// The slots in the bytes of the file; none where one does not verify.
pub(crate) fn slots_of(file: &[u8], key: &AnchorKey) -> [Option<Anchor>; 2] {
    let mut slots = [None; 2];
    for (slot, bytes) in slots.iter_mut().zip(file.chunks(SLOT_STRIDE)) {
        *slot = bytes.get(..ANCHOR_LEN).and_then(|bytes| Anchor::decode(bytes, key));
    }
    slots
}

/// Puts a valid code over whatever a slot holds.
#[cfg(any(test, fuzzing))]
pub(crate) fn sign(slot: &mut [u8; ANCHOR_LEN], key: &AnchorKey) {
    if let Some((signed, tag)) = slot.split_last_chunk_mut::<MAC_LEN>() {
        *tag = key.mac(&[ANCHOR_DOMAIN, signed]);
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*first)
}

/// What is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is no file.
    Missing,
    /// There is one, and neither slot verifies.
    Damaged,
    /// The newest slot that verifies.
    Valid(Anchor),
}

/// The file with the two slots. Opened anew for each write: the file may have been replaced meanwhile.
pub(crate) struct AnchorFile {
    path: PathBuf,
    key: AnchorKey,
    slots: [Option<Anchor>; 2],
    found: Found,
}

impl AnchorFile {
    /// Reads the anchor beside the database at `database`.
    ///
    /// # Errors
    /// [`Error::Io`] if there is a file that cannot be read.
    pub(crate) fn read(database: &Path, key: AnchorKey) -> Result<Self> {
        let path = database.with_file_name(ANCHOR_FILE);
        let mut slots = [None; 2];
        let found = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
            Err(source) => return Err(Error::Io { operation: "opening the anchor", source }),
            Ok(file) => {
                let mut bytes = Vec::with_capacity(FILE_LEN);
                file.take(FILE_LEN as u64)
                    .read_to_end(&mut bytes)
                    .map_err(|source| Error::Io { operation: "reading the anchor", source })?;
                slots = slots_of(&bytes, &key);
                let newest = slots.iter().flatten().max_by_key(|anchor| anchor.generation);
                newest.map_or(Found::Damaged, |anchor| Found::Valid(*anchor))
            }
        };
        Ok(Self { path, key, slots, found })
    }

    /// Whether a write would say nothing new: both slots verify, and the newest names `link`.
    pub(crate) fn is_current(&self, link: Link, generation: u64) -> bool {
        let names = |anchor: Anchor| anchor.link == link && anchor.generation >= generation;
        self.slots.iter().all(Option::is_some) && matches!(self.found, Found::Valid(anchor) if names(anchor))
    }

    pub(crate) const fn found(&self) -> Found {
        self.found
    }

    /// The highest generation in the file.
    pub(crate) fn generation(&self) -> u64 {
        self.slots.iter().flatten().map(|anchor| anchor.generation).max().unwrap_or(0)
    }

    /// The oldest commit that a slot names: if the newer slot is torn, the older one has to be found in the chain.
    pub(crate) fn floor(&self) -> u64 {
        self.slots.iter().flatten().map(|anchor| anchor.link.seq).min().unwrap_or(0)
    }

    /// The newest slot as bytes, for the copy that is kept elsewhere.
    pub(crate) fn newest(&self) -> Option<[u8; ANCHOR_LEN]> {
        let newest = self.slots.iter().flatten().max_by_key(|anchor| anchor.generation)?;
        Some(newest.encode(&self.key))
    }

    /// Makes `anchor` durable in the older slot.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::DiskFull`]; the newer slot stays as it was, and the next write goes into the same slot.
    pub(crate) fn write(&mut self, anchor: Anchor) -> Result<()> {
        let bytes = anchor.encode(&self.key);
        let [first, second] = &self.slots;
        let age = |slot: &Option<Anchor>| slot.map_or(0, |anchor| anchor.generation);
        let index = usize::from(age(second) < age(first));
        let written = self.overwrite(index, &bytes).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => self.create(index, &bytes),
            _ => Err(error),
        });
        written.map_err(|source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Error::DiskFull { operation: "writing the anchor" }
            }
            _ => Error::Io { operation: "writing the anchor", source },
        })?;
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Some(anchor);
        }
        self.found = Found::Valid(anchor);
        Ok(())
    }

    fn overwrite(&self, index: usize, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        if file.metadata()?.len() != FILE_LEN as u64 {
            // Cut or foreign: put a whole one in its place.
            return Err(io::ErrorKind::NotFound.into());
        }
        file.seek(SeekFrom::Start((index * SLOT_STRIDE) as u64))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn create(&self, index: usize, bytes: &[u8]) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut whole = vec![0; FILE_LEN];
        whole.iter_mut().skip(index * SLOT_STRIDE).zip(bytes).for_each(|(to, from)| *to = *from);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&whole)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        sync_parent(&self.path)
    }
}

/// Makes the names beside a file durable.
#[cfg(unix)]
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Windows makes a rename durable by itself and refuses to sync a folder.
#[cfg(not(unix))]
pub(crate) fn sync_parent(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> AnchorKey {
        AnchorKey::derive(&[7; 32])
    }

    fn anchor(generation: u64) -> Anchor {
        Anchor {
            generation,
            link: Link { seq: 10 * generation, value: [3; 32] },
            written_ms: 1_700_000_000_000,
            heads: IndexHeads {
                words: None,
                meaning: Some(IndexHead { series: [4; 16], version: 5, digest: [6; 32] }),
            },
        }
    }

    fn any_head() -> impl Strategy<Value = Option<IndexHead>> {
        proptest::option::of(
            (any::<[u8; 16]>(), any::<u64>(), any::<[u8; 32]>()).prop_map(|(series, version, digest)| IndexHead {
                series,
                version,
                digest,
            }),
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_else(
            (generation, seq, written_ms) in any::<(u64, u64, i64)>(),
            value in any::<[u8; 32]>(),
            (words, meaning) in (any_head(), any_head()),
            bit in 0..ANCHOR_LEN * 8,
        ) {
            let heads = IndexHeads { words, meaning };
            let anchor = Anchor { generation, link: Link { seq, value }, written_ms, heads };
            let mut bytes = anchor.encode(&key());
            prop_assert_eq!(Anchor::decode(&bytes, &key()), Some(anchor));
            prop_assert_eq!(Anchor::decode(&bytes, &AnchorKey::derive(&[8; 32])), None);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(Anchor::decode(&bytes, &key()), None);
        }

        #[test]
        fn foreign_bytes_are_no_anchor(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(Anchor::decode(&bytes, &key()), None);
        }
    }

    #[test]
    fn the_slot_matches_the_known_answer() {
        // Computed from the description above by another implementation.
        let tag = "eea84eaae7acf1b29b7d35ebbe9fc32172f533b326f38157f0367c221d695035";
        let parts = [
            "4154414e01020000",
            "0000000000000001",
            "000000000000000a",
            "0000018bcfe56800",
            &"03".repeat(32),
            &"00".repeat(56),
            &"04".repeat(16),
            "0000000000000005",
            &"06".repeat(32),
            &"00".repeat(48),
            tag,
        ];
        let hex: String = anchor(1).encode(&key()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, parts.concat());
    }

    #[test]
    fn writes_take_turns_and_a_torn_one_costs_the_older_slot() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("vault.db");
        let path = dir.path().join(ANCHOR_FILE);
        let read = || AnchorFile::read(&database, key()).unwrap();
        assert_eq!(read().found(), Found::Missing);
        let mut file = read();
        for generation in 1..=5 {
            file.write(anchor(generation)).unwrap();
            assert_eq!(read().found(), Found::Valid(anchor(generation)));
            assert_eq!(fs::metadata(&path).unwrap().len(), FILE_LEN as u64);
        }
        assert_eq!((read().generation(), read().floor()), (5, 40));
        let whole = fs::read(&path).unwrap();
        // The fifth write went into slot 0: cut it short at every length.
        for written in 0..ANCHOR_LEN {
            let mut torn = whole.clone();
            torn[written..ANCHOR_LEN].fill(0xee);
            fs::write(&path, torn).unwrap();
            assert_eq!(read().found(), Found::Valid(anchor(4)));
        }
        let mut file = read();
        file.write(anchor(6)).unwrap();
        assert_eq!((read().found(), read().floor()), (Found::Valid(anchor(6)), 40));
    }

    #[test]
    fn a_file_without_a_good_slot_is_damaged_and_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("vault.db");
        let path = dir.path().join(ANCHOR_FILE);
        AnchorFile::read(&database, key()).unwrap().write(anchor(1)).unwrap();
        for bytes in [Vec::new(), vec![0; 100], vec![0; FILE_LEN], vec![0xff; 3 * FILE_LEN]] {
            fs::write(&path, bytes).unwrap();
            let mut file = AnchorFile::read(&database, key()).unwrap();
            assert_eq!(file.found(), Found::Damaged);
            file.write(anchor(2)).unwrap();
            assert_eq!(AnchorFile::read(&database, key()).unwrap().found(), Found::Valid(anchor(2)));
        }
    }
}
