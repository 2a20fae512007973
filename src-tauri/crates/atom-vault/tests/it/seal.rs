//! Round trips of sealed files, and everything that must not open.

use std::io::{self, Write};
use std::sync::OnceLock;

use atom_vault::seal::{HEADER_LEN, TAG_LEN, ciphertext_len_with, plaintext_len_with};
use atom_vault::{Error, Keys, SealRoot};
use proptest::collection::vec;
use proptest::prelude::*;

const OBJECT: &str = "t_1/data/part-0";
const LOG2: u8 = 12;
const BLOCK: usize = 1 << LOG2;
const SEALED_BLOCK: usize = BLOCK + TAG_LEN;

fn root() -> &'static SealRoot {
    static ROOT: OnceLock<SealRoot> = OnceLock::new();
    ROOT.get_or_init(|| Keys::ephemeral().unwrap().seal_root("test/root"))
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8)) as u8).collect()
}

fn seal(plaintext: &[u8]) -> Vec<u8> {
    let mut writer = root().writer(Vec::new(), OBJECT, LOG2).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap()
}

/// Opens and reads every byte.
fn read_all(sealed: Vec<u8>) -> Result<Vec<u8>, Error> {
    let len = sealed.len() as u64;
    let reader = root().open(sealed, len, OBJECT)?;
    reader.read_at(0..reader.len())
}

/// A damaged file must fail both ways of opening it.
fn assert_refused(sealed: Vec<u8>, what: &str) {
    assert!(root().open_bytes(OBJECT, &sealed).is_err(), "whole: {what}");
    assert!(read_all(sealed).is_err(), "streamed: {what}");
}

#[test]
fn every_size_around_block_edges_round_trips() {
    for edge in [0, BLOCK, 2 * BLOCK, 5 * BLOCK] {
        for len in edge.saturating_sub(2)..edge + 3 {
            let plaintext = bytes(len);
            let sealed = seal(&plaintext);
            assert_eq!(ciphertext_len_with(len as u64, LOG2), Some(sealed.len() as u64));
            assert_eq!(plaintext_len_with(sealed.len() as u64, LOG2), Some(len as u64));
            assert_eq!(root().open_bytes(OBJECT, &sealed).unwrap(), plaintext, "{len}");
            assert_eq!(read_all(sealed).unwrap(), plaintext, "{len}");
        }
    }
}

#[test]
fn every_block_size_round_trips() {
    let plaintext = bytes(3 << 20);
    for log2 in 12..=20 {
        let mut writer = root().writer(Vec::new(), OBJECT, log2).unwrap();
        writer.write_all(&plaintext).unwrap();
        let sealed = writer.finish().unwrap();
        assert_eq!(root().open_bytes(OBJECT, &sealed).unwrap(), plaintext, "2^{log2}");
    }
    for log2 in [0, 11, 21, 64, 255] {
        let refused = root().writer(Vec::new(), OBJECT, log2);
        assert!(matches!(refused, Err(Error::InvalidSealRequest { .. })), "2^{log2}");
    }
}

#[test]
fn blocks_tile_the_plaintext() {
    let plaintext = bytes(3 * BLOCK + 7);
    let sealed = seal(&plaintext);
    let len = sealed.len() as u64;
    let reader = root().open(sealed, len, OBJECT).unwrap();
    assert_eq!(reader.block_count(), 4);
    let joined: Vec<u8> = (0..4).flat_map(|i| reader.read_block(i).unwrap()).collect();
    assert_eq!(joined, plaintext);
    assert!(matches!(reader.read_block(4), Err(Error::OutOfRange { .. })));
    assert!(matches!(reader.read_block(u64::MAX), Err(Error::OutOfRange { .. })));
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "reversed ranges are what is tested")]
fn ranges_outside_the_object_are_refused() {
    let sealed = seal(&bytes(100));
    let len = sealed.len() as u64;
    let reader = root().open(sealed, len, OBJECT).unwrap();
    for range in [0..101, 101..101, 101..102, 7..3, u64::MAX..u64::MAX, 0..u64::MAX] {
        assert!(matches!(reader.read_at(range.clone()), Err(Error::OutOfRange { .. })), "{range:?}");
    }
    assert!(reader.read_at(100..100).unwrap().is_empty());
}

#[test]
fn a_file_opens_only_under_its_own_path_and_root() {
    let sealed = seal(b"text");
    let other = Keys::ephemeral().unwrap();
    for (root, object) in
        [(root().clone(), "t_1/data/part-1"), (root().clone(), ""), (other.seal_root("test/root"), OBJECT)]
    {
        let opened = root.open_bytes(object, &sealed);
        assert!(matches!(opened, Err(Error::Tampered { part: "the header", .. })), "{object}");
    }
    let keys = Keys::ephemeral().unwrap();
    let sealed = keys.seal_root("one").seal_bytes(OBJECT, b"text").unwrap();
    assert!(keys.seal_root("two").open_bytes(OBJECT, &sealed).is_err());
}

#[test]
fn rebinding_moves_a_file_without_touching_its_blocks() {
    let plaintext = bytes(2 * BLOCK);
    let mut sealed = seal(&plaintext);
    let header = root().rebind(&sealed, OBJECT, "t_1/data/renamed").unwrap();
    assert!(root().rebind(&sealed, "t_1/other", "t_1/data/renamed").is_err());
    sealed[..HEADER_LEN].copy_from_slice(&header);
    assert_eq!(root().open_bytes("t_1/data/renamed", &sealed).unwrap(), plaintext);
    assert!(root().open_bytes(OBJECT, &sealed).is_err());
}

#[test]
fn every_header_bit_matters() {
    let sealed = seal(b"some text");
    for bit in 0..HEADER_LEN * 8 {
        let mut damaged = sealed.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_refused(damaged, &format!("header bit {bit}"));
    }
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let sealed = seal(&bytes(2 * BLOCK));
    for len in (0..200).chain(sealed.len() - 200..sealed.len()) {
        assert_refused(sealed[..len].to_vec(), &format!("cut to {len}"));
    }
    for blocks in 0..2 {
        let len = HEADER_LEN + blocks * SEALED_BLOCK;
        assert_refused(sealed[..len].to_vec(), &format!("cut to {blocks} whole blocks"));
    }
    for extra in [1, 15, 16, 17, BLOCK, SEALED_BLOCK, SEALED_BLOCK + 1] {
        let mut longer = sealed.clone();
        longer.resize(sealed.len() + extra, 0);
        assert_refused(longer, &format!("{extra} zeros appended"));
    }
    let mut doubled = sealed.clone();
    doubled.extend_from_slice(&sealed[sealed.len() - SEALED_BLOCK..]);
    assert_refused(doubled, "last block appended again");
}

#[test]
fn a_cut_at_a_block_edge_fails_at_open_not_at_read() {
    let sealed = seal(&bytes(3 * BLOCK));
    let cut = sealed[..HEADER_LEN + 2 * SEALED_BLOCK].to_vec();
    let len = cut.len() as u64;
    assert!(matches!(root().open(cut, len, OBJECT), Err(Error::Tampered { .. })));
}

#[test]
fn swapped_and_foreign_blocks_are_refused() {
    let plaintext = vec![7; 4 * BLOCK];
    let sealed = seal(&plaintext);
    let block = |i: usize| HEADER_LEN + i * SEALED_BLOCK..HEADER_LEN + (i + 1) * SEALED_BLOCK;
    for (a, b) in [(0, 1), (1, 2), (2, 3), (0, 3)] {
        let mut swapped = sealed.clone();
        swapped[block(a)].copy_from_slice(&sealed[block(b)]);
        swapped[block(b)].copy_from_slice(&sealed[block(a)]);
        assert_refused(swapped, &format!("blocks {a} and {b} swapped"));
    }
    // The same text under the same path, sealed once more: nothing may be exchanged between the two.
    let again = seal(&plaintext);
    for i in 0..4 {
        let mut mixed = sealed.clone();
        mixed[block(i)].copy_from_slice(&again[block(i)]);
        assert_refused(mixed, &format!("block {i} of another file"));
    }
    let mut mixed = sealed;
    mixed[..HEADER_LEN].copy_from_slice(&again[..HEADER_LEN]);
    assert_refused(mixed, "header of another file");
}

#[test]
fn a_writer_that_was_dropped_leaves_nothing_that_opens() {
    for len in [0, 10, BLOCK, 2 * BLOCK + 1] {
        let mut file = Vec::new();
        let mut writer = root().writer(&mut file, OBJECT, LOG2).unwrap();
        writer.write_all(&bytes(len)).unwrap();
        drop(writer);
        assert_refused(file, &format!("unfinished after {len}"));
    }
}

#[test]
fn a_failed_write_is_not_forgotten() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(buf.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(buf.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = root().writer(Full(HEADER_LEN + SEALED_BLOCK), OBJECT, LOG2).unwrap();
    writer.write_all(&bytes(2 * BLOCK)).unwrap();
    assert!(writer.write_all(&[1]).is_err());
    assert!(writer.finish().is_err());

    let writer = root().writer(Full(HEADER_LEN), OBJECT, LOG2).unwrap();
    assert!(matches!(writer.finish(), Err(Error::DiskFull { .. })));
}

#[test]
fn a_length_larger_than_the_file_is_an_error() {
    let sealed = seal(b"short");
    for claimed in [0, 95, 112, sealed.len() as u64 + 1, 1 << 40, u64::MAX] {
        assert!(root().open(sealed.clone(), claimed, OBJECT).is_err(), "{claimed}");
    }
}

#[test]
fn a_reader_is_shared_between_threads() {
    let plaintext = bytes(8 * BLOCK);
    let sealed = seal(&plaintext);
    let len = sealed.len() as u64;
    let reader = root().open(sealed, len, OBJECT).unwrap();
    std::thread::scope(|scope| {
        for i in 0..4u64 {
            let (reader, plaintext) = (&reader, &plaintext);
            scope.spawn(move || {
                let (start, end) = (i * 5000, i * 5000 + 9000);
                let read = reader.read_at(start..end).unwrap();
                assert_eq!(read, plaintext[start as usize..end as usize]);
            });
        }
    });
}

#[test]
fn a_real_file_is_read_in_place() {
    let mut file = tempfile::tempfile().unwrap();
    let plaintext = bytes(5 * BLOCK + 1);
    file.write_all(&seal(&plaintext)).unwrap();
    let len = file.metadata().unwrap().len();
    let reader = root().open(file, len, OBJECT).unwrap();
    assert_eq!(reader.read_at(4090..12_300).unwrap(), plaintext[4090..12_300]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_pieces_round_trip(pieces in vec(vec(any::<u8>(), 0..9000), 0..6)) {
        let mut writer = root().writer(Vec::new(), OBJECT, LOG2).unwrap();
        for piece in &pieces {
            writer.write_all(piece).unwrap();
            writer.flush().unwrap();
        }
        let sealed = writer.finish().unwrap();
        prop_assert_eq!(read_all(sealed).unwrap(), pieces.concat());
    }

    #[test]
    fn any_range_reads_what_was_written(len in 0usize..5 * BLOCK, a: prop::sample::Index, b: prop::sample::Index) {
        let plaintext = bytes(len);
        let sealed = seal(&plaintext);
        let total = sealed.len() as u64;
        let reader = root().open(sealed, total, OBJECT).unwrap();
        let (a, b) = (a.index(len + 1), b.index(len + 1));
        let (start, end) = (a.min(b), a.max(b));
        prop_assert_eq!(reader.read_at(start as u64..end as u64).unwrap(), &plaintext[start..end]);
    }

    #[test]
    fn any_flipped_bit_is_refused(len in 0usize..3 * BLOCK, at: prop::sample::Index, bit in 0u8..8) {
        let mut sealed = seal(&bytes(len));
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(root().open_bytes(OBJECT, &sealed).is_err());
        prop_assert!(read_all(sealed).is_err());
    }

    #[test]
    fn any_truncation_is_refused(len in 0usize..3 * BLOCK, at: prop::sample::Index) {
        let mut sealed = seal(&bytes(len));
        sealed.truncate(at.index(sealed.len()));
        prop_assert!(read_all(sealed).is_err());
    }

    #[test]
    fn any_garbage_is_an_error(mut garbage in vec(any::<u8>(), 0..400), magic: bool) {
        if magic && garbage.len() >= 4 {
            garbage[..4].copy_from_slice(b"ATL1");
        }
        prop_assert!(root().open_bytes(OBJECT, &garbage).is_err());
        prop_assert!(root().rebind(&garbage, OBJECT, "other").is_err());
        prop_assert!(read_all(garbage).is_err());
    }
}
