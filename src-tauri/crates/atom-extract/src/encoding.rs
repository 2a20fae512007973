//! Bytes to characters: which encoding a text is in, or that it is no text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Bytes that the decision between text and binary looks at.
const PROBE: usize = 64 * 1024;

/// Whether the beginning of a file looks like text in some encoding.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    let probe = head.get(..PROBE).unwrap_or(head);
    if probe.is_empty() || Encoding::for_bom(probe).is_some() || utf16_without_bom(probe).is_some() {
        return true;
    }
    if probe.contains(&0) {
        return false;
    }
    let controls = probe
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08))
        .count();
    let utf8 = match std::str::from_utf8(probe) {
        Ok(_) => true,
        // The probe may end inside a character.
        Err(error) => error.error_len().is_none() && error.valid_up_to() + 4 > probe.len(),
    };
    if utf8 {
        return controls * 50 <= probe.len();
    }
    let high = probe.iter().filter(|&&byte| byte >= 0x80).count();
    let words = probe.iter().filter(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace()).count();
    // Eight-bit text has next to no control characters; packed data has an eighth of them.
    controls * 200 <= probe.len() && (words * 10 >= probe.len() * 3 || high * 2 >= probe.len())
}

/// The encoding of UTF-16 text without a byte order mark, told by where the zero bytes are.
fn utf16_without_bom(probe: &[u8]) -> Option<&'static Encoding> {
    let probe = probe.get(..4096).unwrap_or(probe);
    if probe.len() < 8 {
        return None;
    }
    let (mut even, mut odd, mut controls) = (0usize, 0usize, 0usize);
    for pair in probe.chunks_exact(2) {
        if let [first, second] = *pair {
            even += usize::from(first == 0);
            odd += usize::from(second == 0);
            let low = first.max(second);
            controls += usize::from(low < 0x20 && !matches!(low, b'\t' | b'\n' | b'\r'));
        }
    }
    let pairs = probe.len() / 2;
    if controls * 20 > pairs {
        return None;
    }
    match () {
        () if odd * 10 >= pairs * 7 && even * 20 <= pairs => Some(UTF_16LE),
        () if even * 10 >= pairs * 7 && odd * 20 <= pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Decodes text of unknown encoding; `declared` is what the file itself says, for where bytes alone do not tell.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022 escapes and UTF-16 are valid UTF-8 too: the rare cases that need another look.
        if !bytes.iter().any(|&byte| byte == 0 || byte == 0x1b) {
            return Cow::Borrowed(text);
        }
    }
    if let Some(encoding) = utf16_without_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Some(encoding) = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        && encoding != UTF_8
        && encoding != UTF_16LE
        && encoding != UTF_16BE
    {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..1024 * 1024).unwrap_or(bytes), true);
    detector.guess(None, Utf8Detection::Allow).decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::{decode, looks_like_text};

    #[test]
    fn text_is_decoded_whatever_its_encoding() {
        let check = |bytes: &[u8], declared: Option<&str>, expect: &str| {
            assert!(looks_like_text(bytes), "{expect}");
            assert_eq!(decode(bytes, declared), expect);
        };
        check("plain".as_bytes(), None, "plain");
        check("Grüße, мир, 世界".as_bytes(), None, "Grüße, мир, 世界");
        check(b"\xef\xbb\xbfmarked", None, "marked");
        check(b"\xff\xfeh\0i\0", None, "hi");
        check(b"\xfe\xff\0h\0i", None, "hi");
        check(b"w\0i\0t\0h\0o\0u\0t\0", None, "without");
        check(b"\0w\0i\0t\0h\0o\0u\0t", None, "without");
        check(b"Gr\xfc\xdfe aus M\xfcnchen, sch\xf6ne Stra\xdfe", None, "Grüße aus München, schöne Straße");
        check(
            b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0! \xca\xe0\xea \xe4\xe5\xeb\xe0?",
            None,
            "Привет, мир! Как дела?",
        );
        check(b"caf\xe9", Some("iso-8859-1"), "café");
    }

    #[test]
    fn binary_is_not_text() {
        let check = |bytes: &[u8]| assert!(!looks_like_text(bytes), "{bytes:?}");
        check(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
        check(b"abc\0def");
        let mixed: Vec<u8> = (0u32..4096).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        check(&mixed);
    }
}
