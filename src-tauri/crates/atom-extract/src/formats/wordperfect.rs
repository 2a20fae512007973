//! WordPerfect 5 and 6 and later: the words between the codes.

use super::bytes::{u16_le, u32_le};
use crate::draft::{Draft, Failure};

/// Reads a document.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let damaged = || Failure::damaged("The document is cut off or damaged.");
    if u16_le(bytes, 12).is_some_and(|key| key != 0) {
        return Err(Failure::Encrypted);
    }
    let start = u32_le(bytes, 4).ok_or_else(damaged)? as usize;
    let is_new = bytes.get(10).is_some_and(|&version| version >= 2);
    let mut rest = bytes.get(start..).ok_or_else(damaged)?;
    let mut words = String::new();
    while let Some((&code, after)) = rest.split_first() {
        let length = match code {
            0x20..=0x7e => {
                words.push(char::from(code));
                1
            }
            _ if is_new => newer(code, after, &mut words),
            _ => older(code, after, &mut words),
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
        if words.len() > 64 * 1024 {
            draft.push(&words);
            words.clear();
            if draft.is_full() {
                break;
            }
        }
    }
    draft.push(&words);
    Ok(())
}

/// Takes a code of version 6 and later; gives back its length.
fn newer(code: u8, after: &[u8], words: &mut String) -> usize {
    match code {
        0x80 | 0xcd..=0xcf => words.push(' '),
        0x81 => words.push('\u{a0}'),
        0x82..=0x84 => words.push('-'),
        0x87 | 0xb7..=0xb9 | 0xca..=0xcc => words.push('\n'),
        // Groups of any length name it behind their kind.
        0xd0..=0xef => {
            match (code, after.first()) {
                // Ends of lines, columns and pages.
                (0xd0, Some(0..=3 | 20..=26)) => words.push('\n'),
                (0xd0, _) => words.push(' '),
                (0xe0, _) => words.push('\t'),
                _ => {}
            }
            return usize::from(u16_le(after, 1).unwrap_or(0)).max(4);
        }
        0xf0 => {
            extended(after, words);
            return 4;
        }
        0xf1 | 0xf9 | 0xfa => return 5,
        0xf2..=0xf5 => return 3,
        0xf6..=0xf8 => return 4,
        0xfb | 0xfc => return 6,
        0xfd | 0xfe => return 8,
        _ => {}
    }
    1
}

/// Takes a code of version 5; gives back its length.
fn older(code: u8, after: &[u8], words: &mut String) -> usize {
    match code {
        0x0a | 0x0c | 0x8c | 0x99 => words.push('\n'),
        0x0d | 0xa0 => words.push(' '),
        0xa9..=0xac => words.push('-'),
        0xc0 => {
            extended(after, words);
            return 4;
        }
        0xc1 => {
            words.push('\t');
            return 9;
        }
        0xc2 => return 11,
        0xc3 | 0xc4 => return 3,
        0xc5 => return 5,
        0xc6 => return 6,
        0xc7 => return 7,
        0xd0..=0xff => return usize::from(u16_le(after, 1).unwrap_or(0)) + 4,
        _ => {}
    }
    1
}

/// A character of one of WordPerfect's own sets: of the one for Europe, the letters that are most used.
fn extended(after: &[u8], words: &mut String) {
    const EUROPE: [(u8, char); 40] = [
        (23, 'ß'),
        (26, 'Á'),
        (27, 'á'),
        (28, 'Â'),
        (29, 'â'),
        (30, 'Ä'),
        (31, 'ä'),
        (32, 'À'),
        (33, 'à'),
        (34, 'Å'),
        (35, 'å'),
        (36, 'Æ'),
        (37, 'æ'),
        (38, 'Ç'),
        (39, 'ç'),
        (40, 'É'),
        (41, 'é'),
        (42, 'Ê'),
        (43, 'ê'),
        (44, 'Ë'),
        (45, 'ë'),
        (46, 'È'),
        (47, 'è'),
        (48, 'Í'),
        (49, 'í'),
        (50, 'Î'),
        (51, 'î'),
        (52, 'Ï'),
        (53, 'ï'),
        (56, 'Ñ'),
        (57, 'ñ'),
        (58, 'Ó'),
        (59, 'ó'),
        (60, 'Ô'),
        (61, 'ô'),
        (62, 'Ö'),
        (63, 'ö'),
        (66, 'Ú'),
        (67, 'ú'),
        (71, 'ü'),
    ];
    if let [character, set, ..] = after {
        let found = match set {
            0 => Some(char::from(*character)),
            1 => EUROPE.iter().find(|(known, _)| known == character).map(|(_, c)| *c),
            4 => match character {
                28 => Some('\''),
                27 => Some('\''),
                31 | 32 => Some('"'),
                33 | 34 => Some('-'),
                _ => None,
            },
            _ => None,
        };
        words.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn document(version: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = b"\xffWPC\x10\0\0\0\x01\x0a".to_vec();
        bytes.extend_from_slice(&[version, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(body);
        bytes
    }

    fn read(version: u8, body: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        super::read(&document(version, body), &mut draft).unwrap();
        draft.text().trim().to_owned()
    }

    #[test]
    fn words_between_the_codes_are_read() {
        assert_eq!(
            read(0, b"Two\x0dwords\x0aand \xc0\x47\x01\xc0 \xd1\x01\x02\0\0\0b\xc3\x0c\xc3end\xc4\x0c\xc4"),
            "Two words\nand ü bend"
        );
        assert_eq!(read(2, b"Two\x80words\xccand \xf0\x29\x01\xf0\xd4\x1a\x08\0\0\0\0\xd4!"), "Two words\nand é!");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(version in 0u8..3, noise in prop::collection::vec(any::<u8>(), 0..300)) {
            read(version, &noise);
        }
    }
}
