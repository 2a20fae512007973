//! Compiled help (CHM): its pages as HTML, each a section under its title. Unpacked by lzxd.

use super::bytes::{slice, u16_le, u32_le, u64_le};
use super::nest::{Members, Nest, Packed};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use crate::outcome::Outcome;
use lzxd::{Lzxd, WindowSize};

/// Bytes that are packed at once.
const BLOCK: usize = 0x8000;
/// Where the tables of the packed part stand.
const PACKED: &str = "::DataSpace/Storage/MSCompressed/";

/// A file inside: which part it lies in, where, and how long it is.
struct Entry {
    name: String,
    part: u64,
    offset: usize,
    length: usize,
}

/// Reads a help file.
pub(crate) fn read(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The help file is damaged.");
    let (entries, content) = directory(bytes).ok_or_else(damaged)?;
    let plain = |entry: &Entry| slice(bytes, content.checked_add(entry.offset)?, entry.length);
    let named = |name: &str| entries.iter().find(|entry| entry.name == name && entry.part == 0).and_then(plain);
    if let Some(system) = named("/#SYSTEM") {
        describe(system, draft);
    }
    let unpacked = unpack(&named, nest).unwrap_or_default();
    nest.spend(unpacked.len() as u64);
    let mut others = Members::pages(*nest);
    for entry in entries.iter().filter(|entry| is_page(&entry.name)) {
        let page = if entry.part == 0 { plain(entry) } else { slice(&unpacked, entry.offset, entry.length) };
        let name = entry.name.trim_start_matches('/');
        match page.and_then(|page| nest.read(name, page, draft.room())) {
            Some(Outcome::Text(part)) => {
                draft.section(part.title.as_deref().unwrap_or(name));
                draft.append(&part);
            }
            _ if page.is_none() => {
                draft.mark_cut();
                others.add_name(Packed::new(name, 0), draft);
            }
            _ => {}
        }
        if draft.is_full() {
            break;
        }
    }
    others.finish(draft);
    Ok(())
}

fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('/')
        && (name.ends_with(".htm") || name.ends_with(".html") || name.ends_with(".xhtml") || name.ends_with(".txt"))
}

/// Title and language.
fn describe(system: &[u8], draft: &mut Draft) {
    let mut at = 4;
    while let (Some(code), Some(length)) = (u16_le(system, at), u16_le(system, at + 2)) {
        if let (3, Some(title)) = (code, slice(system, at + 4, usize::from(length))) {
            draft.set_title(decode(title, None).trim_end_matches('\0'));
        }
        at += 4 + usize::from(length);
    }
}

/// The list of files, and where the content begins.
fn directory(bytes: &[u8]) -> Option<(Vec<Entry>, usize)> {
    let list = usize::try_from(u64_le(bytes, 0x48)?).ok()?;
    let list_length = usize::try_from(u64_le(bytes, 0x50)?).ok()?;
    let content = match u32_le(bytes, 4)? {
        3.. => usize::try_from(u64_le(bytes, 0x58)?).ok()?,
        _ => list.checked_add(list_length)?,
    };
    (slice(bytes, list, 4)? == b"ITSP").then_some(())?;
    let head = u32_le(bytes, list + 8)? as usize;
    let chunk_size = u32_le(bytes, list + 16)? as usize;
    let chunks = bytes.get(list.checked_add(head)?..)?;
    let chunks = chunks.get(..list_length.checked_sub(head)?).unwrap_or(chunks);
    let mut entries = Vec::new();
    for chunk in chunks.chunks_exact(chunk_size.max(64)).filter(|chunk| chunk.starts_with(b"PMGL")) {
        let end = chunk.len().checked_sub(u32_le(chunk, 4)? as usize)?;
        let mut at = 20;
        while at < end && entries.len() < 50_000 {
            let Some(length) = number(chunk, &mut at) else { break };
            let Some(name) = slice(chunk, at, usize::try_from(length).ok()?) else { break };
            at += name.len();
            let (Some(part), Some(offset), Some(length)) =
                (number(chunk, &mut at), number(chunk, &mut at), number(chunk, &mut at))
            else {
                break;
            };
            entries.push(Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                part,
                offset: usize::try_from(offset).ok()?,
                length: usize::try_from(length).ok()?,
            });
        }
    }
    Some((entries, content))
}

/// A number of seven bits a byte, the largest first.
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for _ in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Unpacks the packed part; what is damaged is filled with zeros to the next point where it can begin anew.
fn unpack<'a>(named: &dyn Fn(&str) -> Option<&'a [u8]>, nest: &Nest<'_>) -> Option<Vec<u8>> {
    let content = named(&format!("{PACKED}Content"))?;
    let control = named(&format!("{PACKED}ControlData"))?;
    let table = named(&format!("{PACKED}Transform/{{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}}/InstanceData/ResetTable"))?;
    let unit = if u32_le(control, 8)? >= 2 { BLOCK } else { 1 };
    let interval = ((u32_le(control, 12)? as usize).checked_mul(unit)? / BLOCK).max(1);
    let window = match (u32_le(control, 16)? as usize).checked_mul(unit)? {
        0x8000 => WindowSize::KB32,
        0x1_0000 => WindowSize::KB64,
        0x2_0000 => WindowSize::KB128,
        0x4_0000 => WindowSize::KB256,
        0x8_0000 => WindowSize::KB512,
        0x10_0000 => WindowSize::MB1,
        0x20_0000 => WindowSize::MB2,
        _ => return None,
    };
    let blocks = u32_le(table, 4)? as usize;
    let offsets = u32_le(table, 12)? as usize;
    let limit = nest.limits().expanded.min(nest.limits().part);
    let total = usize::try_from(u64_le(table, 16)?.min(limit)).ok()?;
    let offset = |block: usize| {
        u64_le(table, offsets.checked_add(block.checked_mul(8)?)?).and_then(|at| usize::try_from(at).ok())
    };
    let mut plain = Vec::new();
    let mut decoder = Lzxd::new(window);
    let mut broken = false;
    for block in 0..blocks {
        let wanted = BLOCK.min(total.saturating_sub(plain.len()));
        if wanted == 0 {
            break;
        }
        if block % interval == 0 {
            decoder = Lzxd::new(window);
            broken = false;
        }
        let end = if block + 1 < blocks { offset(block + 1) } else { None }.unwrap_or(content.len());
        let chunk = offset(block).and_then(|start| content.get(start..end.min(content.len())));
        let start = plain.len();
        if !broken && let Some(Ok(part)) = chunk.map(|chunk| decoder.decompress_next(chunk, wanted)) {
            plain.extend_from_slice(part);
        } else {
            broken = true;
        }
        plain.resize(start + wanted, 0);
    }
    Some(plain)
}
