//! MP4 and QuickTime video: length, size, and what the camera and its owner wrote; also the events of MIDI that are
//! text. Tags of sound in the same container are lofty's.

use super::bytes::{find, slice, u16_be, u32_be};
use super::date;
use super::input::Input;
use crate::draft::{Draft, Failure};
use crate::encoding::decode;

/// Largest list of facts that is read, in bytes.
const MAX_FACTS: u64 = 32 * 1024 * 1024;
/// Most boxes that are looked at.
const MAX_BOXES: usize = 10_000;
/// Deepest box.
const MAX_DEPTH: u32 = 10;

/// Reads the list of facts, wherever in the file it stands.
pub(crate) fn read(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = |_| Failure::damaged("The video cannot be read from the disk.");
    let mut at = 0u64;
    for _ in 0..MAX_BOXES {
        let head = input.range(at, 16).map_err(damaged)?;
        let (Some(size), Some(kind)) = (u32_be(&head, 0), slice(&head, 4, 4)) else { break };
        let size = match size {
            0 => input.size().saturating_sub(at),
            1 => super::bytes::u64_be(&head, 8).unwrap_or(0),
            size => u64::from(size),
        };
        if size < 8 {
            break;
        }
        if kind == b"moov" {
            let body = input.range(at + 8, size.saturating_sub(8).min(MAX_FACTS)).map_err(damaged)?;
            let mut walker = Walker { draft, keys: Vec::new(), boxes: 0 };
            walker.walk(&body, 0);
            return Ok(());
        }
        at = at.saturating_add(size);
    }
    Ok(())
}

struct Walker<'a> {
    draft: &'a mut Draft,
    /// Names that the items of a list refer to by number.
    keys: Vec<String>,
    boxes: usize,
}

impl Walker<'_> {
    fn walk(&mut self, bytes: &[u8], depth: u32) {
        let mut at = 0;
        while let (Some(size), Some(kind)) = (u32_be(bytes, at), slice(bytes, at + 4, 4)) {
            self.boxes += 1;
            let size = size as usize;
            if size < 8 || self.boxes > MAX_BOXES || depth > MAX_DEPTH {
                return;
            }
            let body = bytes.get(at + 8..).unwrap_or_default();
            let body = body.get(..size - 8).unwrap_or(body);
            at = at.saturating_add(size);
            match kind {
                b"trak" | b"mdia" | b"udta" => self.walk(body, depth + 1),
                // A box with a version in MP4, without one in QuickTime.
                b"meta" => {
                    self.walk(body.get(if u32_be(body, 0) == Some(0) { 4 } else { 0 }..).unwrap_or_default(), depth + 1)
                }
                b"mvhd" => self.movie(body),
                b"tkhd" => {
                    let end = body.len().saturating_sub(8);
                    if let (Some(width), Some(height)) = (u16_be(body, end), u16_be(body, end + 4))
                        && width > 0
                        && height > 0
                    {
                        self.draft.fact("Picture size", &format!("{width} x {height}"));
                    }
                }
                b"keys" => self.list_keys(body),
                b"ilst" => self.items(body),
                [0xa9, name @ ..] => {
                    if let Some(value) = u16_be(body, 0).and_then(|length| slice(body, 4, usize::from(length))) {
                        let name = String::from_utf8_lossy(name).into_owned();
                        self.fact(&name, &decode(value, None));
                    }
                }
                _ => {}
            }
        }
    }

    fn movie(&mut self, body: &[u8]) {
        // Of version 1 the times have eight bytes; their upper halves are 0.
        let wide = body.first() == Some(&1);
        let (made, scale, length) = if wide { (8, 20, 28) } else { (4, 12, 16) };
        if let Some(seconds) = u32_be(body, made).filter(|&seconds| seconds > 0) {
            // Seconds since 1904.
            self.draft.set_created(Some((i64::from(seconds) - 2_082_844_800) * 1000));
        }
        if let (Some(scale), Some(length)) = (u32_be(body, scale), u32_be(body, length))
            && let Some(seconds) = length.checked_div(scale).filter(|&seconds| seconds > 0)
        {
            self.draft.fact("Length", &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
        }
    }

    fn list_keys(&mut self, body: &[u8]) {
        let mut at = 8;
        while let Some(size) =
            u32_be(body, at).map(|size| size as usize).filter(|&size| size >= 8 && self.keys.len() < 500)
        {
            let name = slice(body, at + 8, size - 8).unwrap_or_default();
            self.keys.push(String::from_utf8_lossy(name).into_owned());
            at += size;
        }
    }

    fn items(&mut self, body: &[u8]) {
        let mut at = 0;
        while let Some(size) = u32_be(body, at).map(|size| size as usize).filter(|&size| size >= 8) {
            let item = slice(body, at + 8, size - 8).unwrap_or_default();
            let number = u32_be(body, at + 4).unwrap_or(0) as usize;
            let name = match slice(body, at + 4, 4) {
                Some([0xa9, name @ ..]) => String::from_utf8_lossy(name).into_owned(),
                _ => number.checked_sub(1).and_then(|index| self.keys.get(index).cloned()).unwrap_or_default(),
            };
            // A box of data: its kind 1 is text.
            if let (Some(b"data"), Some(1), Some(length)) = (slice(item, 4, 4), u32_be(item, 8), u32_be(item, 0))
                && let Some(value) = (length as usize).checked_sub(16).and_then(|length| slice(item, 16, length))
            {
                self.fact(&name, &decode(value, None));
            }
            at += size;
            self.boxes += 1;
            if self.boxes > MAX_BOXES {
                return;
            }
        }
    }

    fn fact(&mut self, name: &str, value: &str) {
        let draft = &mut *self.draft;
        match name.rsplit('.').next().unwrap_or(name) {
            "nam" | "title" | "displayname" => draft.set_title(value),
            "ART" | "aut" | "artist" | "author" | "director" => {
                draft.set_author(value);
                draft.person(value);
            }
            "xyz" | "ISO6709" => draft.fact("Place", &place(value)),
            "day" | "creationdate" => {
                draft.set_created(date::parse_any(value));
                draft.fact("Taken", value);
            }
            "mak" | "make" => draft.fact("Camera maker", value),
            "mod" | "model" => draft.fact("Camera", value),
            "cmt" | "comment" | "inf" => draft.fact("Comment", value),
            "des" | "description" => draft.fact("Description", value),
            "key" | "keywords" => draft.fact("Keywords", value),
            "alb" | "album" => draft.fact("Album", value),
            "gen" | "genre" => draft.fact("Genre", value),
            "cpy" | "copyright" => draft.fact("Copyright", value),
            "too" | "swr" | "software" => draft.note("Software", value),
            _ => {}
        }
    }
}

/// `+48.8583+002.2945+035/` as `48.8583, 2.2945`.
fn place(value: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for c in value.chars() {
        match c {
            '+' | '-' => parts.push(if c == '-' { "-".to_owned() } else { String::new() }),
            c if c.is_ascii_digit() || c == '.' => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
            _ => {}
        }
    }
    let numbers: Vec<String> =
        parts.iter().take(2).filter_map(|part| part.parse::<f64>().ok()).map(|number| number.to_string()).collect();
    if numbers.len() == 2 { numbers.join(", ") } else { value.to_owned() }
}

/// Reads the texts of a MIDI file: titles, words of songs, names of tracks.
pub(crate) fn read_midi(bytes: &[u8], draft: &mut Draft) {
    let mut at = 0;
    while let Some(event) = find(bytes, b"\xff", at) {
        at = event + 1;
        let (Some(&kind @ 1..=7), Some(&length @ 1..=127)) = (bytes.get(event + 1), bytes.get(event + 2)) else {
            continue;
        };
        let Some(raw) =
            slice(bytes, event + 3, usize::from(length)).filter(|raw| crate::encoding::looks_like_text(raw))
        else {
            continue;
        };
        at = event + 3 + raw.len();
        let text = decode(raw, None);
        match kind {
            2 => draft.fact("Copyright", &text),
            3 if draft.title.is_none() => draft.set_title(&text),
            3 | 4 => draft.fact("Track", &text),
            // Words of a song come syllable by syllable.
            5 => draft.push(&text.replace(['/', '\\'], "\n")),
            _ => draft.fact("Text", &text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::Input;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat()
    }

    fn facts(bytes: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        super::read(Input::Memory(bytes), &mut draft).unwrap();
        draft.finish("video/mp4").map(|found| found.text).unwrap_or_default()
    }

    #[test]
    fn place_title_and_length_are_found() {
        let mut movie = vec![0u8; 100];
        movie[12..16].copy_from_slice(&1000u32.to_be_bytes());
        movie[16..20].copy_from_slice(&65_000u32.to_be_bytes());
        let place = boxed(b"\xa9xyz", b"\0\x17\x15\xc7+48.8583+002.2945+035/ ");
        let title = boxed(b"\xa9nam", b"\0\x07\x15\xc7A title");
        let moov = boxed(b"moov", &[boxed(b"mvhd", &movie), boxed(b"udta", &[place, title].concat())].concat());
        let bytes = [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[0; 50]), moov].concat();
        assert_eq!(facts(&bytes), "Title: A title\nLength: 0:01:05\nPlace: 48.8583, 2.2945");
    }

    #[test]
    fn words_of_a_song_are_found() {
        let mut draft = Draft::new(1000);
        super::read_midi(
            b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x10\0\xff\x03\x06A song\0\xff\x05\x03la \x10\xff\x05\x02la",
            &mut draft,
        );
        assert_eq!((draft.title.as_deref(), draft.text()), (Some("A song"), "la la"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            facts(&boxed(b"moov", &noise));
            facts(&boxed(b"moov", &boxed(b"meta", &noise)));
            super::read_midi(&noise, &mut Draft::new(1000));
        }
    }
}
