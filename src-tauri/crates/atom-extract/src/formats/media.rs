//! Sound and video: tags, length and size. Sound and MP4 by lofty; Matroska, AVI and Windows Media by their heads.

use super::bytes::{find, slice, u16_le, u32_be, u32_le, u64_le};
use super::date;
use super::input::Input;
use crate::draft::{Draft, Failure};
use encoding_rs::UTF_16LE;
use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use std::io::BufReader;
use std::time::Duration;

/// Bytes at the head that are searched.
const HEAD: u64 = 4 * 1024 * 1024;
/// Deepest element of Matroska that is looked into.
const MAX_ELEMENTS: usize = 20_000;

/// Reads the tags of a sound file, or of an MP4.
pub(crate) fn read_sound(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The recording is cut off or damaged.");
    let options = ParseOptions::new().read_cover_art(false).parsing_mode(ParsingMode::Relaxed);
    let probe = Probe::new(BufReader::new(input.source())).options(options);
    let file = probe.guess_file_type().map_err(|_| damaged())?.read().map_err(|_| damaged())?;
    for tag in file.tags() {
        describe(tag, draft);
    }
    let properties = file.properties();
    length(properties.duration(), draft);
    if let Some(rate) = properties.sample_rate() {
        draft.fact("Sample rate", &format!("{rate} Hz"));
    }
    Ok(())
}

fn describe(tag: &Tag, draft: &mut Draft) {
    let text = |key: ItemKey| tag.get_strings(key).collect::<Vec<_>>().join(", ");
    draft.set_title(&text(ItemKey::TrackTitle));
    draft.set_author(&text(ItemKey::TrackArtist));
    draft.set_author(&text(ItemKey::AlbumArtist));
    for (key, name) in [
        (ItemKey::AlbumTitle, "Album"),
        (ItemKey::AlbumArtist, "Album artist"),
        (ItemKey::Composer, "Composer"),
        (ItemKey::Conductor, "Conductor"),
        (ItemKey::Lyricist, "Lyrics by"),
        (ItemKey::Genre, "Genre"),
        (ItemKey::RecordingDate, "Recorded"),
        (ItemKey::Year, "Year"),
        (ItemKey::ShowName, "Show"),
        (ItemKey::Description, "Description"),
        (ItemKey::PodcastDescription, "Description"),
        (ItemKey::PodcastKeywords, "Keywords"),
        (ItemKey::Comment, "Comment"),
        (ItemKey::Label, "Label"),
        (ItemKey::CopyrightMessage, "Copyright"),
        (ItemKey::Language, "Language"),
        (ItemKey::TrackNumber, "Track"),
    ] {
        draft.fact(name, &text(key));
    }
    draft.set_created(date::parse_any(&text(ItemKey::RecordingDate)));
    draft.set_language(&text(ItemKey::Language));
    for key in [ItemKey::TrackArtist, ItemKey::AlbumArtist, ItemKey::Composer] {
        tag.get_strings(key).for_each(|person| draft.person(person));
    }
    let lyrics = text(ItemKey::UnsyncLyrics);
    if !lyrics.is_empty() {
        draft.push(&lyrics);
        draft.paragraph_break();
    }
}

fn length(duration: Duration, draft: &mut Draft) {
    let seconds = duration.as_secs();
    if seconds > 0 {
        draft.fact("Length", &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
}

/// Reads Matroska and WebM.
pub(crate) fn read_matroska(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let head = input.head(HEAD).map_err(|_| Failure::damaged("The video cannot be read from the disk."))?;
    let mut scale = 1_000_000u64;
    let mut duration = None;
    let mut name = String::new();
    let (mut width, mut height) = (None, None);
    let mut at = 0;
    for _ in 0..MAX_ELEMENTS {
        let Some((id, length, body)) = element(&head, at) else { break };
        let value = slice(&head, body, length.min(MAX_VALUE)).unwrap_or_default();
        let text = || String::from_utf8_lossy(value).trim_end_matches('\0').to_owned();
        let number = || value.iter().take(8).fold(0u64, |number, &byte| number << 8 | u64::from(byte));
        let mut inside = false;
        match id {
            // Segment, its information, tracks, tags and chapters, and what they are made of.
            0x1853_8067 | 0x1549_a966 | 0x1654_ae6b | 0x1254_c367 | 0x1043_a770 | 0xae | 0xe0 | 0x7373 | 0x67c8
            | 0x45b9 | 0xb6 | 0x80 => inside = true,
            0x7ba9 => draft.set_title(&text()),
            0x4489 => duration = float(value),
            0x2ad7b1 => scale = number(),
            0x4461 => {
                // Nanoseconds since 2001.
                let ms = i64::try_from(number() / 1_000_000).ok().map(|ms| ms.saturating_add(978_307_200_000));
                draft.set_created(ms);
            }
            0x536e => draft.fact("Track", &text()),
            0x22b59c => draft.fact("Language", &text()),
            0x85 => draft.fact("Chapter", &text()),
            0x45a3 => name = text(),
            0x4487 => tag(&name, &text(), draft),
            0xb0 => width = Some(number()),
            0xba => height = Some(number()),
            0x4d80 | 0x5741 => draft.note("Software", &text()),
            _ => {}
        }
        at = if inside { body } else { body.saturating_add(length) };
    }
    if let Some(duration) = duration {
        let seconds = duration * scale as f64 / 1e9;
        length_of(seconds, draft);
    }
    if let (Some(width), Some(height)) = (width, height) {
        draft.fact("Picture size", &format!("{width} x {height}"));
    }
    Ok(())
}

/// Largest value of an element that is looked at, in bytes.
const MAX_VALUE: usize = 64 * 1024;

fn tag(name: &str, value: &str, draft: &mut Draft) {
    match name.to_ascii_uppercase().as_str() {
        "TITLE" => draft.set_title(value),
        "ARTIST" | "DIRECTOR" => {
            draft.set_author(value);
            draft.person(value);
        }
        "DURATION" | "ENCODER" | "NUMBER_OF_BYTES" | "NUMBER_OF_FRAMES" | "BPS" => {}
        _ => draft.fact(name, value),
    }
}

fn length_of(seconds: f64, draft: &mut Draft) {
    if seconds.is_finite() && (1.0..1e7).contains(&seconds) {
        length(Duration::from_secs_f64(seconds), draft);
    }
}

fn float(value: &[u8]) -> Option<f64> {
    match value.len() {
        4 => u32_be(value, 0).map(|bits| f64::from(f32::from_bits(bits))),
        8 => value.try_into().ok().map(f64::from_be_bytes),
        _ => None,
    }
}

/// Id, length and start of the body of an element.
fn element(bytes: &[u8], at: usize) -> Option<(u32, usize, usize)> {
    let first = *bytes.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 4 {
        return None;
    }
    let id = slice(bytes, at, width)?.iter().fold(0u32, |id, &byte| id << 8 | u32::from(byte));
    let at = at + width;
    let first = *bytes.get(at)?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let raw = slice(bytes, at, width)?;
    let mask = 0xffu64 >> width;
    let length = raw.iter().skip(1).fold(u64::from(first) & mask, |length, &byte| length << 8 | u64::from(byte));
    // All ones: as long as it goes.
    let unknown = length == (1u64 << (7 * width)) - 1;
    Some((id, if unknown { usize::MAX / 2 } else { usize::try_from(length).unwrap_or(usize::MAX / 2) }, at + width))
}

/// Reads AVI: the list of facts and the head.
pub(crate) fn read_avi(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let head = input.head(HEAD).map_err(|_| Failure::damaged("The video cannot be read from the disk."))?;
    if let Some(at) = find(&head, b"avih", 0)
        && let (Some(micros), Some(frames)) = (u32_le(&head, at + 8), u32_le(&head, at + 24))
    {
        length_of(f64::from(micros) * f64::from(frames) / 1e6, draft);
        if let (Some(width), Some(height)) = (u32_le(&head, at + 40), u32_le(&head, at + 44)) {
            draft.fact("Picture size", &format!("{width} x {height}"));
        }
    }
    for (id, name) in [
        (b"INAM", ""),
        (b"IART", "Artist"),
        (b"ICMT", "Comment"),
        (b"IKEY", "Keywords"),
        (b"ICRD", "Created"),
        (b"ISBJ", "Subject"),
        (b"ICOP", "Copyright"),
    ] {
        let value = find(&head, id, 0).and_then(|at| slice(&head, at + 8, (u32_le(&head, at + 4)? as usize).min(4096)));
        if let Some(value) = value {
            let value = crate::encoding::decode(value, None);
            let value = value.trim_end_matches('\0');
            match name {
                "" => draft.set_title(value),
                "Artist" => draft.set_author(value),
                _ => draft.fact(name, value),
            }
        }
    }
    Ok(())
}

/// Reads Windows Media: the objects of its head.
pub(crate) fn read_asf(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let head = input.head(HEAD).map_err(|_| Failure::damaged("The recording cannot be read from the disk."))?;
    let mut at = 30;
    for _ in 0..200 {
        let (Some(id), Some(size)) = (slice(&head, at, 4), u64_le(&head, at + 16)) else { break };
        let body = at + 24;
        match id {
            // Content description: five lengths, then the texts.
            [0x33, 0x26, 0xb2, 0x75] => {
                let mut from = body + 10;
                for index in 0..5 {
                    let length = usize::from(u16_le(&head, body + index * 2).unwrap_or(0));
                    let text = slice(&head, from, length).map(utf16).unwrap_or_default();
                    match index {
                        0 => draft.set_title(&text),
                        1 => draft.set_author(&text),
                        2 => draft.fact("Copyright", &text),
                        3 => draft.fact("Description", &text),
                        _ => {}
                    }
                    from += length;
                }
            }
            // Extended content description: names and values.
            [0x40, 0xa4, 0xd0, 0xd2] => asf_values(&head, body, draft),
            // File properties.
            [0xa1, 0xdc, 0xab, 0x8c] => {
                if let Some(play) = u64_le(&head, body + 40) {
                    length_of(play as f64 / 1e7, draft);
                }
            }
            _ => {}
        }
        at = at.saturating_add(usize::try_from(size.max(24)).unwrap_or(usize::MAX));
        if at > head.len() {
            break;
        }
    }
    Ok(())
}

fn asf_values(head: &[u8], body: usize, draft: &mut Draft) {
    let mut at = body + 2;
    for _ in 0..u16_le(head, body).unwrap_or(0).min(200) {
        let length = usize::from(u16_le(head, at).unwrap_or(0));
        let name = slice(head, at + 2, length).map(utf16).unwrap_or_default();
        let kind = u16_le(head, at + 2 + length);
        let size = usize::from(u16_le(head, at + 4 + length).unwrap_or(0));
        if let (Some(0), Some(value)) = (kind, slice(head, at + 6 + length, size)) {
            let value = utf16(value);
            match name.as_str() {
                "WM/AlbumTitle" => draft.fact("Album", &value),
                "WM/AlbumArtist" => draft.fact("Album artist", &value),
                "WM/Genre" => draft.fact("Genre", &value),
                "WM/Composer" => draft.fact("Composer", &value),
                "WM/Year" => draft.fact("Year", &value),
                "WM/Lyrics" => draft.push(&value),
                _ => {}
            }
        }
        at += 6 + length + size;
    }
}

fn utf16(bytes: &[u8]) -> String {
    UTF_16LE.decode_without_bom_handling(bytes).0.trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::input::Input;
    use crate::draft::{Draft, Failure};
    use proptest::prelude::*;

    fn facts(reader: fn(Input<'_>, &mut Draft) -> Result<(), Failure>, bytes: &[u8]) -> String {
        let mut draft = Draft::new(10_000);
        let _ = reader(Input::Memory(bytes), &mut draft);
        draft.finish("video/x").map(|found| found.text).unwrap_or_default()
    }

    #[test]
    fn matroska_title_and_tags_are_found() {
        let mut bytes = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff".to_vec();
        bytes.extend_from_slice(b"\x15\x49\xa9\x66\x8a\x7b\xa9\x87A title");
        bytes.extend_from_slice(b"\x12\x54\xc3\x67\x97\x73\x73\x94\x67\xc8\x91\x45\xa3\x85GENRE\x44\x87\x86Comedy");
        assert_eq!(facts(super::read_matroska, &bytes), "Title: A title\nGENRE: Comedy");
    }

    #[test]
    fn wave_tags_are_found() {
        let mut bytes =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\x04\0\0\0\0\0\0\0"
                .to_vec();
        bytes.extend_from_slice(b"LIST\x12\0\0\0INFOINAM\x06\0\0\0A song");
        let size = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
        bytes[4..8].copy_from_slice(&size);
        assert!(facts(super::read_sound, &bytes).starts_with("Title: A song"), "{}", facts(super::read_sound, &bytes));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            facts(super::read_matroska, &[b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", &noise[..]].concat());
            facts(super::read_avi, &[b"RIFF    AVI avih", &noise[..]].concat());
            facts(super::read_asf, &[&[0; 30][..], b"\x40\xa4\xd0\xd2", &noise[..]].concat());
        }
    }
}
