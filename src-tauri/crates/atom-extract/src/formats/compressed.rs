//! Single compressed files and compressed tar archives: what is in them is read as if it lay there unpacked.

use super::archive::{MEMORY_KIB, read_tar};
use super::input::Input;
use super::nest::Nest;
use crate::draft::{Draft, Failure};
use crate::outcome::{FileHint, Outcome};
use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::{LzipReader, LzmaReader, XzReader};
use ruzstd::decoding::StreamingDecoder;
use std::io::{BufReader, Read};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Lzma,
    Lzip,
    Snappy,
    Compress,
}

/// Reads what is packed; `hint` names the packed file.
pub(crate) fn read(
    input: Input<'_>,
    packing: Packing,
    hint: &FileHint,
    nest: &Nest<'_>,
    draft: &mut Draft,
) -> Result<(), Failure> {
    let damaged = |_: std::io::Error| Failure::damaged("What is packed in it is damaged.");
    let source = BufReader::new(input.source());
    let mut stream: Box<dyn Read + '_> = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(source)),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(source)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(source, true, MEMORY_KIB)),
        Packing::Zstd => {
            Box::new(StreamingDecoder::new(source).map_err(|_| Failure::damaged("What is packed in it is damaged."))?)
        }
        Packing::Lzma => Box::new(LzmaReader::new_mem_limit(source, MEMORY_KIB, None).map_err(damaged)?),
        Packing::Lzip => Box::new(LzipReader::new(source)),
        Packing::Snappy => Box::new(snap::read::FrameDecoder::new(source)),
        Packing::Compress => {
            let bytes = input.bytes().map_err(damaged)?;
            let limit = nest.limits().part.min(nest.limits().expanded);
            let plain = unpack_lzw(&bytes, usize::try_from(limit).unwrap_or(usize::MAX));
            nest.spend(plain.len() as u64);
            Box::new(std::io::Cursor::new(plain))
        }
    };
    let mut head = Vec::new();
    let result = (&mut stream).take(512).read_to_end(&mut head);
    if head.is_empty() {
        result.map_err(damaged)?;
        return Err(Failure::Nothing);
    }
    let name = inner_name(hint);
    let limits = nest.limits();
    if is_tar(&head) {
        let most = input.size().max(limits.ratio_from).saturating_mul(limits.ratio).min(limits.expanded);
        return read_tar((&head[..]).chain(stream).take(most), nest, draft);
    }
    let bytes = nest.unpack((&head[..]).chain(stream), Some(input.size()))?;
    match nest.read(&name, &bytes, draft.room()) {
        Some(Outcome::Text(part)) => {
            draft.append(&part);
            draft.set_title(part.title.as_deref().unwrap_or_default());
            draft.set_author(part.author.as_deref().unwrap_or_default());
            draft.set_created(part.created_ms);
            Ok(())
        }
        Some(Outcome::Encrypted { .. }) => Err(Failure::Encrypted),
        Some(Outcome::TooLarge { reason, .. }) => Err(Failure::TooLarge(reason)),
        Some(Outcome::Unreadable { reason }) => Err(Failure::Damaged(reason)),
        _ => Err(Failure::Nothing),
    }
}

/// The name of what is packed: `notes.txt` of `notes.txt.gz`.
fn inner_name(hint: &FileHint) -> String {
    match hint.name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => hint.name.clone(),
    }
}

/// Whether bytes begin with the head of a tar archive: by its mark, or by its checksum.
pub(crate) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    if block.get(257..262) == Some(b"ustar") {
        return true;
    }
    let stated = String::from_utf8_lossy(block.get(148..156).unwrap_or_default()).into_owned();
    let Ok(stated) = u32::from_str_radix(stated.trim_matches(['\0', ' ']), 8) else { return false };
    let sum: u32 =
        block.iter().enumerate().map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u32::from(byte) }).sum();
    stated == sum && block.first() != Some(&0)
}

/// Codes of up to 16 bits, lowest bit first, in groups of eight.
struct Codes<'a> {
    rest: std::slice::Iter<'a, u8>,
    buffer: u32,
    /// Bits in the buffer.
    held: u32,
    in_group: u32,
}

impl Codes<'_> {
    fn next(&mut self, bits: u32) -> Option<u16> {
        while self.held < bits {
            self.buffer |= u32::from(*self.rest.next()?) << self.held;
            self.held += 8;
        }
        self.in_group = (self.in_group + 1) % 8;
        let code = u16::try_from(self.buffer & ((1 << bits) - 1)).ok();
        self.drop_held(bits);
        code
    }

    /// Passes over what is left of a group, which is filling.
    fn end_group(&mut self, bits: u32) -> Option<()> {
        let mut filling = (8 - self.in_group) % 8 * bits;
        while filling > 0 {
            if self.held == 0 {
                (self.buffer, self.held) = (u32::from(*self.rest.next()?), 8);
            }
            let step = filling.min(self.held);
            self.drop_held(step);
            filling -= step;
        }
        self.in_group = 0;
        Some(())
    }

    const fn drop_held(&mut self, bits: u32) {
        self.buffer >>= bits;
        self.held -= bits;
    }
}

/// Unpacks what the old `compress` packed (LZW), up to a limit; a damaged end leaves the beginning.
fn unpack_lzw(bytes: &[u8], limit: usize) -> Vec<u8> {
    let mut plain = Vec::new();
    let Some(&flags) = bytes.get(2) else { return plain };
    let (most_bits, block_mode) = (u32::from(flags & 0x1f).clamp(9, 16), flags & 0x80 != 0);
    let first = if block_mode { 257 } else { 256 };
    // What each code beyond the bytes adds: the code before it, and one more byte.
    let mut table: Vec<(u16, u8)> = vec![(0, 0); first];
    let mut codes = Codes { rest: bytes.get(3..).unwrap_or_default().iter(), buffer: 0, held: 0, in_group: 0 };
    let mut bits = 9;
    let mut previous: Option<u16> = None;
    let mut first_byte = 0u8;
    let mut turned = Vec::new();
    'codes: while let Some(code) = codes.next(bits) {
        let full = table.len() >= 1 << most_bits;
        if block_mode && code == 256 {
            // Codes come in groups of eight; the rest of this one is filling.
            if codes.end_group(bits).is_none() {
                break;
            }
            table.truncate(first);
            (bits, previous) = (9, None);
            continue;
        }
        turned.clear();
        let mut at = code;
        if usize::from(code) >= table.len() {
            // Only the code that is about to be made may be ahead.
            let Some(before) = previous.filter(|_| usize::from(code) == table.len()) else { break };
            turned.push(first_byte);
            at = before;
        }
        while at >= 256 {
            let Some(&(before, byte)) = table.get(usize::from(at)) else { break 'codes };
            if turned.len() > 1 << 16 {
                break 'codes;
            }
            turned.push(byte);
            at = before;
        }
        first_byte = u8::try_from(at).unwrap_or(0);
        turned.push(first_byte);
        plain.extend(turned.iter().rev());
        if plain.len() >= limit {
            break;
        }
        if let Some(before) = previous
            && !full
        {
            table.push((before, first_byte));
        }
        if table.len() >= 1 << bits && bits < most_bits {
            // A change of width begins a new group as well.
            if codes.end_group(bits).is_none() {
                break;
            }
            bits += 1;
        }
        previous = Some(code);
    }
    plain.truncate(limit);
    plain
}

#[cfg(test)]
mod tests {
    use super::{is_tar, unpack_lzw};
    use proptest::prelude::*;

    #[test]
    fn old_compress_is_unpacked() {
        // "aaaa" as codes of nine bits: a, 257 (aa), a.
        let codes = [97u32, 257, 97];
        let bits = codes.iter().enumerate().fold(0u64, |bits, (index, &code)| bits | u64::from(code) << (index * 9));
        let packed = [&[0x1f, 0x9d, 0x90][..], &bits.to_le_bytes()[..4]].concat();
        assert_eq!(unpack_lzw(&packed, 100), b"aaaa");
        assert_eq!(unpack_lzw(&packed, 2), b"aa");
    }

    #[test]
    fn tar_is_told_by_mark_or_checksum() {
        assert!(!is_tar(&[0; 512]));
        assert!(!is_tar(b"short"));
        let mut block = [0u8; 512];
        block[..5].copy_from_slice(b"a.txt");
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        assert!(is_tar(&block));
    }

    proptest! {
        #[test]
        fn any_bytes_are_unpacked_or_not(noise in prop::collection::vec(any::<u8>(), 0..400), flags: u8) {
            unpack_lzw(&[&[0x1f, 0x9d, flags][..], &noise[..]].concat(), 1 << 16);
        }
    }
}
