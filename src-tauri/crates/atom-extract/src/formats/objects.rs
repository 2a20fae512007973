//! Objects that lie in a rich text as hexadecimal digits: documents, and files packed by the shell.

use super::bytes::{find, slice, u32_le};
use super::legacy::native;
use super::mail::write_attachment;
use super::nest::Nest;
use crate::draft::Draft;

/// Most objects that are read.
const MAX_OBJECTS: usize = 100;
/// Largest object, in bytes.
const MAX_OBJECT: usize = 32 * 1024 * 1024;
const MARK: &[u8] = b"\\objdata";

/// Writes what is in the objects of a rich text.
pub(crate) fn read_rich_objects(rich: &[u8], nest: &Nest<'_>, draft: &mut Draft) {
    let mut from = 0;
    for _ in 0..MAX_OBJECTS {
        let Some(at) = find(rich, MARK, from) else { return };
        let digits = rich.get(at + MARK.len()..).unwrap_or_default();
        let object = unhexed(digits);
        from = at + MARK.len() + object.len();
        if let Some((class, data)) = embedded(&object) {
            draft.paragraph_break();
            if class.starts_with(b"Package") {
                // The shell's own form, without the length that comes before it elsewhere.
                let whole = [&[0; 4], data].concat();
                let (name, content) = native(&whole);
                write_attachment(&name, content, nest, draft);
            } else {
                write_attachment("", data, nest, draft);
            }
        }
        if draft.is_full() {
            return;
        }
    }
}

/// The bytes of digits that run to the end of their group.
pub(super) fn unhexed(digits: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut high = None;
    for &digit in digits {
        let Some(value) = char::from(digit).to_digit(16) else {
            if digit.is_ascii_whitespace() {
                continue;
            }
            break;
        };
        let value = u8::try_from(value).unwrap_or(0);
        match high.take() {
            None => high = Some(value),
            Some(high) => bytes.push(high << 4 | value),
        }
        if bytes.len() >= MAX_OBJECT {
            break;
        }
    }
    bytes
}

/// Class and data of an object that is embedded: version and kind, three names behind their lengths, the data.
fn embedded(object: &[u8]) -> Option<(&[u8], &[u8])> {
    (u32_le(object, 4)? == 2).then_some(())?;
    let mut at = 8;
    let mut next = || {
        let length = u32_le(object, at)? as usize;
        let value = slice(object, at + 4, length)?;
        at += 4 + length;
        Some(value)
    };
    let class = next()?;
    next()?;
    next()?;
    let length = u32_le(object, at)? as usize;
    let data = object.get(at + 4..)?;
    Some((class, data.get(..length).unwrap_or(data)))
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn read(rich: &[u8]) -> String {
        let mut draft = Draft::new(1000);
        with_nest(|nest| super::read_rich_objects(rich, nest, &mut draft));
        draft.text().trim().to_owned()
    }

    fn object(class: &str, data: &[u8]) -> String {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let whole =
            [&[1, 5, 0, 0, 2, 0, 0, 0][..], &length(class.as_bytes()), class.as_bytes(), &[0; 8], &length(data), data]
                .concat();
        let digits: String = whole.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{{\\rtf1 {{\\object{{\\*\\objdata {}\n{}}}}}}}", &digits[..20], &digits[20..])
    }

    #[test]
    fn objects_are_read() {
        assert_eq!(read(object("Some.Document", b"{\\rtf1 inner words}").as_bytes()), "inner words");
        let packed =
            [&[2, 0][..], b"a.txt\0C:\\a.txt\0", &[0, 0, 3, 0, 2, 0, 0, 0], b"a\0", &[5, 0, 0, 0], b"words"].concat();
        assert_eq!(read(object("Package", &packed).as_bytes()), "words");
    }

    proptest! {
        #[test]
        fn any_digits_are_survived(digits in "[0-9a-f \n}]{0,300}") {
            read(format!("\\objdata {digits}").as_bytes());
        }
    }
}
