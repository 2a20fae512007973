//! Archives: the text of their members under the members' names, then the names of the others. What is packed is
//! unpacked in memory, within the budget of [`Nest`], and only as far as it is read.

use super::bytes::{slice, u16_be, u16_le, u32_be, u32_le};
use super::date;
use super::input::Input;
use super::nest::{Members, Nest, Packed};
use super::package::Package;
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use sevenz_rust2::{ArchiveEntry, ArchiveReader, EncoderMethod, Password};
use std::io::{Read, Seek};

/// Memory that unpacking may take, in KiB.
pub(super) const MEMORY_KIB: u32 = 256 * 1024;
/// Largest path of a member, in bytes.
const MAX_PATH: usize = 4096;

/// Reads a zip archive.
pub(crate) fn read_zip(package: &mut Package<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    if package.is_locked() {
        return Err(Failure::Encrypted);
    }
    let mut members = Members::new(*nest);
    for part in package.parts() {
        if part.name.ends_with('/') {
            continue;
        }
        let packed = Packed { name: &part.name, size: part.size, modified_ms: part.modified_ms };
        package.allow(nest.limits().expanded);
        if !members.wants_text(draft) {
            if !members.add_name(packed, draft) {
                break;
            }
            continue;
        }
        let wants_more = match package.part(&part.name) {
            Ok(Some(bytes)) => {
                nest.spend(bytes.len() as u64);
                members.add(packed, &bytes, draft)
            }
            Err(Failure::TooLarge(_)) => {
                draft.mark_cut();
                members.add_name(packed, draft)
            }
            Err(Failure::Encrypted) => members.add_locked(packed, draft),
            _ => members.add_name(packed, draft),
        };
        if !wants_more {
            break;
        }
    }
    members.finish(draft);
    Ok(())
}

/// Reads a tar archive from a stream.
pub(crate) fn read_tar(source: impl Read, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut archive = tar::Archive::new(source);
    let entries = archive.entries().map_err(|_| Failure::damaged("The archive is damaged."))?;
    write_entries(entries, nest, draft)
}

/// Reads a tar archive whose members can be passed over.
pub(crate) fn read_tar_file(source: impl Read + Seek, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut archive = tar::Archive::new(source);
    let entries = archive.entries_with_seek().map_err(|_| Failure::damaged("The archive is damaged."))?;
    write_entries(entries, nest, draft)
}

fn write_entries<R: Read>(entries: tar::Entries<'_, R>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut members = Members::new(*nest);
    let mut result = Ok(());
    for entry in entries {
        // A damaged end leaves the beginning.
        let Ok(mut entry) = entry else {
            result = Err(Failure::damaged("The archive is cut off or damaged."));
            break;
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let modified_ms =
            entry.header().mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1000));
        let packed = Packed { name: &name, size: entry.size(), modified_ms };
        let small = members.wants_text(draft) && entry.size() <= nest.limits().part.min(nest.limits().expanded);
        let wants_more = match small.then(|| nest.unpack(&mut entry, None)) {
            Some(Ok(bytes)) => members.add(packed, &bytes, draft),
            Some(Err(Failure::Damaged(_))) => members.add_name(packed, draft),
            _ => {
                draft.mark_cut();
                members.add_name(packed, draft)
            }
        };
        if !wants_more {
            break;
        }
    }
    members.finish(draft);
    result
}

/// Reads a 7z archive.
pub(crate) fn read_sevenz(input: Input<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut archive = ArchiveReader::new_with_memory_limit(input.source(), Password::empty(), MEMORY_KIB as usize)
        .map_err(|error| sevenz_failure(&error))?;
    archive.set_thread_count(1);
    let list = archive.archive();
    // With a password for the contents only, the names could be told; half an archive is still a locked one.
    let methods = list.blocks.iter().flat_map(|block| &block.coders);
    if methods.clone().any(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256) {
        return Err(Failure::Encrypted);
    }
    let packed = input.size();
    let total: u64 = list.files.iter().map(|file| file.size()).fold(0, u64::saturating_add);
    let limits = nest.limits();
    let bomb = total > packed.max(limits.ratio_from).saturating_mul(limits.ratio);
    let mut members = Members::new(*nest);
    if bomb || total > limits.expanded {
        draft.mark_cut();
        for file in list.files.iter().filter(|file| !file.is_directory()) {
            if !members.add_name(packed_in_sevenz(file), draft) {
                break;
            }
        }
        members.finish(draft);
        return Ok(());
    }
    let (mut stopped, mut taken) = (false, 0);
    let result = archive.for_each_entries(|file, reader| {
        if !stopped && !file.is_directory() {
            stopped = !members.wants_text(draft);
            if !stopped {
                taken += 1;
                stopped = !match nest.unpack(reader, None) {
                    Ok(bytes) => members.add(packed_in_sevenz(file), &bytes, draft),
                    Err(_) => members.add_name(packed_in_sevenz(file), draft),
                };
            }
        }
        Ok(!stopped)
    });
    for file in archive.archive().files.iter().filter(|file| !file.is_directory()).skip(taken) {
        draft.mark_cut();
        if !members.add_name(packed_in_sevenz(file), draft) {
            break;
        }
    }
    members.finish(draft);
    result.map_err(|error| sevenz_failure(&error))
}

fn packed_in_sevenz(file: &ArchiveEntry) -> Packed<'_> {
    let modified_ms = date::of_filetime(u64::from(file.last_modified_date()));
    Packed { name: file.name(), size: file.size(), modified_ms }
}

fn sevenz_failure(error: &sevenz_rust2::Error) -> Failure {
    use sevenz_rust2::Error::{MaxMemLimited, MaybeBadPassword, PasswordRequired, UnsupportedCompressionMethod};
    match error {
        PasswordRequired | MaybeBadPassword(_) => Failure::Encrypted,
        MaxMemLimited { .. } => Failure::TooLarge("Unpacking it would take too much memory.".to_owned()),
        // The header itself is locked: the method is compiled out.
        UnsupportedCompressionMethod(method) if method.contains("AES") => Failure::Encrypted,
        UnsupportedCompressionMethod(_) => {
            Failure::Unsupported("It is packed in a way that Atom does not know.".to_owned())
        }
        _ => Failure::damaged("The archive is cut off or damaged."),
    }
}

/// Reads an archive of `ar`, which Debian packages are.
pub(crate) fn read_ar(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut members = Members::new(*nest);
    // Long names stand in a member of their own.
    let mut long: &[u8] = &[];
    let mut at = 8;
    while let Some(head) = slice(bytes, at, 60) {
        let field =
            |from: usize, to: usize| String::from_utf8_lossy(head.get(from..to).unwrap_or_default()).trim().to_owned();
        let Ok(size) = field(48, 58).parse::<usize>() else { break };
        let body = bytes.get(at + 60..).unwrap_or_default();
        let body = body.get(..size).unwrap_or(body);
        let raw = field(0, 16);
        at = at.saturating_add(60).saturating_add(size).saturating_add(size % 2);
        if raw == "//" {
            long = body;
            continue;
        }
        if raw == "/" || raw == "/SYM64/" || raw.starts_with("__.SYMDEF") {
            continue;
        }
        let (name, body) = match raw.strip_prefix("#1/").and_then(|length| length.parse::<usize>().ok()) {
            Some(length) => {
                let (name, body) = body.split_at_checked(length.min(MAX_PATH)).unwrap_or((body, &[]));
                (String::from_utf8_lossy(name).trim_end_matches('\0').to_owned(), body)
            }
            None => match raw.strip_prefix('/').and_then(|offset| offset.parse::<usize>().ok()) {
                Some(offset) => {
                    let name = long.get(offset..).unwrap_or_default().split(|&byte| byte == b'\n').next();
                    (String::from_utf8_lossy(name.unwrap_or_default()).trim_end_matches('/').to_owned(), body)
                }
                None => (raw.trim_end_matches('/').to_owned(), body),
            },
        };
        let seconds = field(16, 28).parse::<i64>().ok();
        let modified_ms = seconds.and_then(|seconds| seconds.checked_mul(1000));
        if !members.add(Packed { name: &name, size: body.len() as u64, modified_ms }, body, draft) {
            break;
        }
    }
    members.finish(draft);
    Ok(())
}

/// Reads a cpio archive: the new form and the old binary one.
pub(crate) fn read_cpio(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut members = Members::new(*nest);
    let mut at = 0;
    while let Some((name, body, next)) = cpio_member(bytes, at) {
        at = next;
        if name == "TRAILER!!!" {
            break;
        }
        if !body.is_empty() && !members.add(Packed::new(&name, body.len() as u64), body, draft) {
            break;
        }
    }
    members.finish(draft);
    if at == 0 { Err(Failure::damaged("The archive is damaged.")) } else { Ok(()) }
}

fn cpio_member(bytes: &[u8], at: usize) -> Option<(String, &[u8], usize)> {
    let magic = slice(bytes, at, 6)?;
    let number = |from: usize, length: usize, radix: u32| {
        let digits = std::str::from_utf8(slice(bytes, at + from, length)?).ok()?;
        usize::from_str_radix(digits, radix).ok()
    };
    let (head, name_length, size, align) = match magic {
        b"070701" | b"070702" => (110, number(94, 8, 16)?, number(54, 8, 16)?, 4),
        b"070707" => (76, number(59, 6, 8)?, number(65, 11, 8)?, 1),
        [0xc7, 0x71, ..] => {
            let size = usize::from(u16_le(bytes, at + 22)?) << 16 | usize::from(u16_le(bytes, at + 24)?);
            (26, usize::from(u16_le(bytes, at + 20)?), size, 2)
        }
        [0x71, 0xc7, ..] => (26, usize::from(u16_be(bytes, at + 20)?), u32_be(bytes, at + 22)? as usize, 2),
        _ => return None,
    };
    let name = slice(bytes, at + head, name_length.min(MAX_PATH))?;
    let name = decode(name.strip_suffix(b"\0").unwrap_or(name), None).into_owned();
    let start = at.checked_add(head + name_length)?.checked_next_multiple_of(align)?;
    let body = slice(bytes, start, size)?;
    Some((name, body, start.checked_add(size)?.checked_next_multiple_of(align)?))
}

/// Reads the head of an RPM package: what it is and what for. Its files stay packed.
pub(crate) fn read_rpm(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The package is damaged.");
    // A lead of 96 bytes, a signature padded to eight, then the head.
    let (entries, store) = rpm_header(bytes, 96).ok_or_else(damaged)?;
    let signature = 96 + 16 + entries * 16 + store;
    let head = signature.next_multiple_of(8);
    let (entries, _) = rpm_header(bytes, head).ok_or_else(damaged)?;
    let strings = head + 16 + entries * 16;
    for index in 0..entries.min(1000) {
        let entry = head + 16 + index * 16;
        let (Some(tag), Some(offset)) = (u32_be(bytes, entry), u32_be(bytes, entry + 8)) else { break };
        let value = bytes.get(strings + offset as usize..).unwrap_or_default().split(|&byte| byte == 0).next();
        let value = decode(value.unwrap_or_default(), None);
        match tag {
            1000 => draft.set_title(&value),
            1001 => draft.fact("Version", &value),
            1004 => draft.fact("Summary", &value),
            1005 => {
                draft.push(&value);
                draft.paragraph_break();
            }
            1011 => draft.set_author(&value),
            1014 => draft.fact("Licence", &value),
            1020 => draft.fact("Link", &value),
            _ => {}
        }
    }
    Ok(())
}

fn rpm_header(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    (slice(bytes, at, 3)? == b"\x8e\xad\xe8").then_some(())?;
    let (entries, store) = (u32_be(bytes, at + 8)? as usize, u32_be(bytes, at + 12)? as usize);
    (entries < 1 << 16 && store < 1 << 28).then_some((entries, store))
}

/// Reads an ISO 9660 image, with the long names of Joliet where it has them.
pub(crate) fn read_iso(input: Input<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    const SECTOR: u64 = 2048;
    /// Deepest folder and most folders.
    const MAX_FOLDERS: usize = 10_000;
    let read =
        |start: u64, length: u64| input.range(start, length).map_err(|_| Failure::damaged("The image cannot be read."));
    let mut root = None;
    for sector in 16..64 {
        let volume = read(sector * SECTOR, SECTOR)?;
        let joliet = matches!(slice(&volume, 88, 3), Some(b"%/@" | b"%/C" | b"%/E"));
        match volume.first() {
            Some(1) => {
                let text = |from: usize, length: usize| {
                    String::from_utf8_lossy(slice(&volume, from, length).unwrap_or_default()).trim().to_owned()
                };
                draft.set_title(&text(40, 32));
                draft.set_author(&text(318, 128));
                root = iso_extent(&volume, 156).map(|extent| (extent, false));
            }
            Some(2) if joliet => root = iso_extent(&volume, 156).map(|extent| (extent, true)),
            Some(255) | None => break,
            _ => {}
        }
    }
    let Some(((start, length), joliet)) = root else {
        return Err(Failure::damaged("The image is damaged: its list of files cannot be found."));
    };
    let mut members = Members::new(*nest);
    let mut folders = vec![(String::new(), start, length)];
    let mut seen = 0;
    'folders: while let Some((path, start, length)) = folders.pop() {
        seen += 1;
        if seen > MAX_FOLDERS {
            break;
        }
        let folder = read(u64::from(start) * SECTOR, u64::from(length).min(16 << 20))?;
        let mut at = 0usize;
        while at < folder.len() {
            let size = usize::from(folder.get(at).copied().unwrap_or(0));
            if size == 0 {
                // Entries do not cross the end of a sector.
                at = (at + 1).next_multiple_of(SECTOR as usize);
                continue;
            }
            let entry = at;
            at += size;
            let (Some((start, length)), Some(&flags)) = (iso_extent(&folder, entry), folder.get(entry + 25)) else {
                break;
            };
            let name = slice(&folder, entry + 33, usize::from(folder.get(entry + 32).copied().unwrap_or(0)))
                .unwrap_or_default();
            if matches!(name, [] | [0] | [1]) {
                continue;
            }
            let name = if joliet {
                encoding_rs::UTF_16BE.decode_without_bom_handling(name).0
            } else {
                String::from_utf8_lossy(name)
            };
            let name = format!("{path}{}", name.split(';').next().unwrap_or_default());
            if name.len() > MAX_PATH {
                continue;
            }
            if flags & 2 != 0 {
                folders.push((name + "/", start, length));
                continue;
            }
            let packed = Packed::new(&name, u64::from(length));
            let limits = nest.limits();
            let wants_more = if members.wants_text(draft) && u64::from(length) <= limits.part.min(limits.expanded) {
                nest.spend(u64::from(length));
                members.add(packed, &read(u64::from(start) * SECTOR, u64::from(length))?, draft)
            } else {
                members.add_name(packed, draft)
            };
            if !wants_more {
                break 'folders;
            }
        }
    }
    members.finish(draft);
    Ok(())
}

fn iso_extent(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    u32_le(bytes, at + 2).zip(u32_le(bytes, at + 10))
}

/// Lists a RAR archive: its members stay packed, for the format is not free.
pub(crate) fn read_rar(input: Input<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut members = Members::new(*nest);
    let mut position = 0u64;
    let read = |start: u64| input.range(start, 64 * 1024).map_err(|_| Failure::damaged("The archive cannot be read."));
    let head = read(0)?;
    if head.starts_with(b"Rar!\x1a\x07\x01\0") {
        position += 8;
        while let Some((next, name)) = rar5_block(&read(position)?)? {
            position = position.saturating_add(next);
            if let Some((name, size)) = name
                && !members.add_name(Packed::new(&name, size), draft)
            {
                break;
            }
        }
    } else {
        position += 7;
        while let Some((next, name)) = rar4_block(&read(position)?)? {
            position = position.saturating_add(next);
            if let Some((name, size)) = name
                && !members.add_name(Packed::new(&name, size), draft)
            {
                break;
            }
        }
    }
    members.finish(draft);
    Ok(())
}

/// How long a block is, and the file it is about with its size.
type RarBlock = Option<(u64, Option<(String, u64)>)>;

fn rar4_block(bytes: &[u8]) -> Result<RarBlock, Failure> {
    let (Some(&kind), Some(flags), Some(size)) = (bytes.get(2), u16_le(bytes, 3), u16_le(bytes, 5)) else {
        return Ok(None);
    };
    // The head itself is locked.
    if kind == 0x73 && flags & 0x80 != 0 {
        return Err(Failure::Encrypted);
    }
    if kind == 0x7b || size < 7 {
        return Ok(None);
    }
    let packed = if flags & 0x8000 != 0 { u32_le(bytes, 7).unwrap_or(0) } else { 0 };
    let length = usize::from(u16_le(bytes, 26).unwrap_or(0));
    let name = (kind == 0x74).then(|| {
        let from = if flags & 0x100 != 0 { 40 } else { 32 };
        let raw = slice(bytes, from, length).unwrap_or_default();
        // What follows a zero is a packed form of the same name.
        let name = decode(raw.split(|&byte| byte == 0).next().unwrap_or_default(), None).replace('\\', "/");
        (name, u64::from(u32_le(bytes, 11).unwrap_or(0)))
    });
    Ok(Some((u64::from(size) + u64::from(packed), name)))
}

fn rar5_block(bytes: &[u8]) -> Result<RarBlock, Failure> {
    let mut at = 4;
    let mut number = || {
        let mut value = 0u64;
        for shift in 0..10 {
            let byte = *bytes.get(at)?;
            at += 1;
            value |= u64::from(byte & 0x7f).checked_shl(shift * 7)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    };
    let Some(size) = number() else { return Ok(None) };
    let (Some(kind), Some(flags)) = (number(), number()) else { return Ok(None) };
    let size_width = (1..10).find(|width| size >> (7 * width) == 0).unwrap_or(10);
    if kind == 4 {
        return Err(Failure::Encrypted);
    }
    if kind == 5 || size == 0 {
        return Ok(None);
    }
    if flags & 1 != 0 {
        number();
    }
    let packed = if flags & 2 != 0 { number().unwrap_or(0) } else { 0 };
    let mut name = None;
    if kind == 2 {
        let file = number().unwrap_or(0);
        let unpacked = number().unwrap_or(0);
        number();
        let skipped = if file & 2 != 0 { 4 } else { 0 } + if file & 4 != 0 { 4 } else { 0 };
        for _ in 0..skipped {
            // Fixed numbers of four bytes: the time and the checksum.
            at += 1;
        }
        let mut number = || {
            let byte = *bytes.get(at)?;
            at += 1;
            Some(usize::from(byte))
        };
        let mut long = || {
            let first = number()?;
            if first & 0x80 == 0 { Some(first) } else { Some(first & 0x7f | number()? << 7) }
        };
        long();
        long();
        if let Some(length) = long() {
            name = slice(bytes, at, length).map(|raw| (String::from_utf8_lossy(raw).into_owned(), unpacked));
        }
    }
    Ok(Some((size.saturating_add(4 + size_width).saturating_add(packed), name)))
}
