//! What Outlook sends to others as `winmail.dat` (TNEF): subject, text and the attachments in it. Also the packed rich
//! text of Outlook, which messages carry where they have no other text.

use super::bytes::{slice, u16_le, u32_le};
use super::mail::write_attachment;
use super::nest::Nest;
use super::rtf;
use crate::draft::{Draft, Failure};
use crate::encoding::decode;

/// Largest rich text that is unpacked, in bytes.
const MAX_RICH: usize = 32 * 1024 * 1024;
/// What every unpacked text begins with, as far as the packed one refers to it.
const PRIMER: &[u8; 207] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Reads a package.
pub(crate) fn read(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let mut at = 6;
    let mut name = String::new();
    let mut seen = false;
    while let (Some(attribute), Some(length)) = (u32_le(bytes, at + 1), u32_le(bytes, at + 5)) {
        let Some(body) = slice(bytes, at + 9, length as usize) else { break };
        seen = true;
        let text = || decode(body.split(|&byte| byte == 0).next().unwrap_or_default(), None).into_owned();
        match attribute {
            0x0001_8004 => {
                draft.set_title(&text());
                draft.push(&format!("Subject: {}\n\n", text()));
            }
            0x0002_800c => {
                draft.push(&text());
                draft.paragraph_break();
            }
            0x0001_8010 => name = text(),
            0x0006_800f => {
                draft.line_break();
                draft.push(&format!("Attachment: {name}\n"));
                write_attachment(&std::mem::take(&mut name), body, nest, draft);
            }
            0x0006_9003 => {
                if let Some(rich) = rich_property(body) {
                    read_rich(rich, draft);
                    draft.paragraph_break();
                }
            }
            _ => {}
        }
        // A checksum follows.
        at = at.saturating_add(11).saturating_add(length as usize);
        if draft.is_full() {
            break;
        }
    }
    if seen { Ok(()) } else { Err(Failure::damaged("The package is cut off or damaged.")) }
}

/// The packed rich text among the properties of a message.
fn rich_property(body: &[u8]) -> Option<&[u8]> {
    // Kind and number of the property, how many values, the length of the first.
    let at = body.windows(4).position(|window| window == [0x02, 0x01, 0x09, 0x10])?;
    let length = u32_le(body, at + 8)? as usize;
    slice(body, at + 12, length)
}

/// Reads packed rich text.
pub(crate) fn read_rich(packed: &[u8], draft: &mut Draft) {
    if let Some(rich) = unpack(packed) {
        // Damaged rich text leaves what stands before the damage.
        let _ = rtf::read(&rich, draft);
    }
}

/// Unpacks rich text: eight pieces behind each byte of flags, a piece a byte or a place in the last 4096.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let kind = slice(packed, 8, 4)?;
    let mut rest = packed.get(16..)?;
    if kind == b"MELA" {
        return Some(rest.to_vec());
    }
    (kind == b"LZFu").then_some(())?;
    let mut plain = PRIMER.to_vec();
    'flags: while let Some((&flags, after)) = rest.split_first() {
        rest = after;
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some((&byte, after)) = rest.split_first() else { break 'flags };
                plain.push(byte);
                rest = after;
                continue;
            }
            let [high, low, after @ ..] = rest else { break 'flags };
            rest = after;
            let place = usize::from(*high) << 4 | usize::from(*low) >> 4;
            let end = plain.len() % 4096;
            if place == end {
                break 'flags;
            }
            // How far back the place lies in the circle.
            let distance = (end + 4096 - place) % 4096;
            for _ in 0..usize::from(low & 0x0f) + 2 {
                let again = plain.len().checked_sub(distance).and_then(|at| plain.get(at)).copied();
                plain.push(again.unwrap_or(b' '));
            }
        }
        if plain.len() > MAX_RICH {
            break;
        }
    }
    plain.drain(..PRIMER.len());
    Some(plain)
}

/// Whether a file begins like a package.
pub(crate) fn is_package(head: &[u8]) -> bool {
    u32_le(head, 0) == Some(0x223e_9f78) && u16_le(head, 4).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn attribute(id: u32, body: &[u8]) -> Vec<u8> {
        [&[1][..], &id.to_le_bytes(), &u32::try_from(body.len()).unwrap().to_le_bytes(), body, &[0, 0]].concat()
    }

    fn read(attributes: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        let _ =
            with_nest(|nest| super::read(&[&[0x78, 0x9f, 0x3e, 0x22, 1, 0], attributes].concat(), nest, &mut draft));
        draft.finish("application/vnd.ms-tnef").map(|found| found.text).unwrap_or_default()
    }

    #[test]
    fn subject_text_and_attachments_are_read() {
        let attributes = [
            attribute(0x0001_8004, b"Hello\0"),
            attribute(0x0002_800c, b"some text\0"),
            attribute(0x0001_8010, b"a.txt\0"),
            attribute(0x0006_800f, b"attached words"),
        ];
        assert_eq!(read(&attributes.concat()), "Subject: Hello\n\nsome text\n\nAttachment: a.txt\n\nattached words");
    }

    #[test]
    fn packed_rich_text_is_unpacked() {
        // Six bytes, a reference to "\ansi" at 6 of the primer, a space, then bytes behind their own flags.
        let packed = [&[0; 8][..], b"LZFu", &[0; 4], &[0x40], b"{\\rtf1", &[0, 0x63], b" ", &[0], b"hi}"].concat();
        let mut draft = Draft::new(100);
        super::read_rich(&packed, &mut draft);
        assert_eq!(draft.text(), "hi");
        draft.line_break();
        let plain = [&[0; 8][..], b"MELA", &[0; 4], b"{\\rtf1 hello}"].concat();
        super::read_rich(&plain, &mut draft);
        assert_eq!(draft.text(), "hi\nhello");
        assert!(super::unpack(&packed).unwrap().starts_with(b"{\\rtf1\\ansi"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&noise);
            super::unpack(&[&[0; 8][..], b"LZFu", &[0; 4], &noise].concat());
        }
    }
}
