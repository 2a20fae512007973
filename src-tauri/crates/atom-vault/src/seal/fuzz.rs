//! Sealed files of hostile bytes, with and without a valid header tag.

use super::header::Header;
use super::{HEADER_LEN, SealRoot};

const OBJECT: &str = "folder/file";
const ROOT: [u8; 32] = [7; 32];

/// Sealed files: the header, and blocks at any place of a file of any length.
///
/// # Panics
/// When a file opens that must not.
pub fn seal(data: &[u8]) {
    let root = SealRoot::new(&ROOT);
    assert!(root.open_bytes(OBJECT, data).is_err(), "a file opened that nobody sealed");
    let _ = root.rebind(data, OBJECT, "another");
    // As if whoever wrote the bytes had the key: block size, id and salt from the input, with their tag.
    let Some((fields, rest)) = data.split_first_chunk::<HEADER_LEN>() else { return };
    let [log2, _, _, _, _, _, _, _, ids @ ..] = fields;
    let Some((file_id, ids)) = ids.split_first_chunk::<16>() else { return };
    let Some(salt) = ids.first_chunk::<32>() else { return };
    let header = Header::fixed(*log2, *file_id, *salt);
    let header = header.encode(&header.keys(&ROOT), OBJECT);
    let Some((numbers, blocks)) = rest.split_first_chunk::<24>() else { return };
    let number = |at: usize| {
        let bytes = numbers.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        u64::from_be_bytes(bytes.unwrap_or_default())
    };
    let Ok(object) = root.open_header(&header, number(0), OBJECT) else { return };
    let range = number(8)..number(16);
    if let Ok(place) = object.ciphertext_range(&range) {
        assert!(place.start <= place.end && place.end <= number(0), "blocks outside of the file");
    }
    let _ = object.block_range(range.start);
    assert!(object.final_range().end == number(0), "the last block does not end the file");
    assert!(object.verify_final(blocks).is_err(), "a block verified that nobody sealed");
    assert!(object.decrypt_block(range.start, blocks.to_vec()).is_err(), "a block opened that nobody sealed");
    if let Ok(plain) = object.decrypt_range(&range, blocks.to_vec()) {
        assert!(plain.is_empty() && range.is_empty(), "a range opened that nobody sealed");
    }
}
