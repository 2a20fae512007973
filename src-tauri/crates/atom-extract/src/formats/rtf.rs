//! RTF: one pass over its control words. Groups are kept on a heap stack, so depth costs nothing.

use super::date;
use crate::draft::{Draft, Failure};
use encoding_rs::{Encoding, WINDOWS_1252};

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 10_000;

/// What the words of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Body,
    /// Font table: no text, but the encodings of the fonts.
    Fonts,
    Title,
    Author,
    Subject,
    Keywords,
    Created,
    /// Style sheet, pictures, settings.
    Skipped,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    destination: Destination,
    /// Characters that stand in for one `\u` and are passed over.
    substitutes: usize,
    encoding: &'static Encoding,
    hidden: bool,
}

/// Reads an RTF file.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(Failure::damaged("It is called RTF and is not."));
    }
    let mut parser = Parser {
        draft,
        rest: bytes,
        group: Group { destination: Destination::Body, substitutes: 1, encoding: WINDOWS_1252, hidden: false },
        stack: Vec::new(),
        pending: Vec::new(),
        skip: 0,
        surrogate: None,
        default_encoding: WINDOWS_1252,
        fonts: Vec::new(),
        font: 0,
        property: String::new(),
        date: [0; 5],
    };
    parser.run();
    Ok(())
}

struct Parser<'a> {
    draft: &'a mut Draft,
    rest: &'a [u8],
    group: Group,
    stack: Vec<Group>,
    /// Bytes in the group's encoding, not decoded yet.
    pending: Vec<u8>,
    /// Substitutes still to pass over.
    skip: usize,
    surrogate: Option<u16>,
    default_encoding: &'static Encoding,
    fonts: Vec<(i32, &'static Encoding)>,
    /// Font that the font table describes at the moment.
    font: i32,
    property: String,
    date: [i32; 5],
}

impl Parser<'_> {
    fn run(&mut self) {
        while let [first, after @ ..] = self.rest {
            self.rest = after;
            match first {
                b'{' => self.open(),
                b'}' => self.close(),
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(*byte),
            }
            if self.draft.is_full() {
                return;
            }
        }
        self.flush();
    }

    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(self.group);
        }
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        let left = self.group.destination;
        if let Some(outer) = self.stack.pop() {
            self.group = outer;
        }
        if left == self.group.destination {
            return;
        }
        let property = std::mem::take(&mut self.property);
        match left {
            Destination::Title => self.draft.set_title(&property),
            Destination::Author => self.draft.set_author(&property),
            Destination::Subject => self.draft.fact("Subject", &property),
            Destination::Keywords => self.draft.fact("Keywords", &property),
            Destination::Created => {
                let [year, month, day, hour, minute] = self.date;
                self.draft.created_ms =
                    date::parse_iso(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"));
            }
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if self.group.destination != Destination::Skipped && !self.group.hidden {
            self.pending.push(byte);
        }
    }

    /// Decodes the bytes gathered so far; a character may be of two, so not byte by byte.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let bytes = std::mem::take(&mut self.pending);
            let (text, _) = self.group.encoding.decode_without_bom_handling(&bytes);
            self.write(&text);
        }
    }

    fn write(&mut self, text: &str) {
        match self.group.destination {
            Destination::Body if !self.group.hidden => self.draft.push(text),
            Destination::Title | Destination::Author | Destination::Subject | Destination::Keywords
                if self.property.len() < 4096 =>
            {
                self.property.push_str(text);
            }
            _ => {}
        }
    }

    fn control(&mut self) {
        let Some((&first, after)) = self.rest.split_first() else {
            return;
        };
        if !first.is_ascii_alphabetic() {
            self.rest = after;
            self.symbol(first);
            return;
        }
        let length = self.rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, after) = self.rest.split_at(length);
        let negative = after.first() == Some(&b'-');
        let after = after.get(usize::from(negative)..).unwrap_or_default();
        let digits = after.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, after) = after.split_at(digits);
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<i32>().ok());
        let number = number.map(|number| if negative { -number } else { number });
        self.rest = after.strip_prefix(b" ").unwrap_or(after);
        let word = std::str::from_utf8(word).unwrap_or_default();
        self.word(word, number);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                if let [high, low, after @ ..] = self.rest
                    && let (Some(high), Some(low)) = (char::from(*high).to_digit(16), char::from(*low).to_digit(16))
                {
                    self.rest = after;
                    self.byte((high * 16 + low) as u8);
                }
            }
            b'*' => self.group.destination = Destination::Skipped,
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'~' => self.byte(b' '),
            b'_' => self.byte(b'-'),
            b'\r' | b'\n' => self.line("\n"),
            _ => {}
        }
    }

    fn line(&mut self, text: &str) {
        self.flush();
        self.write(text);
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match word {
            "u" => return self.unicode(number.unwrap_or(0)),
            "bin" => {
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                self.rest = self.rest.get(length..).unwrap_or_default();
            }
            "par" | "sect" | "page" | "line" | "row" | "nestrow" => self.line("\n"),
            "tab" | "cell" | "nestcell" => self.line("\t"),
            "emdash" => self.line("—"),
            "endash" => self.line("–"),
            "bullet" => self.line("•"),
            "lquote" => self.line("‘"),
            "rquote" => self.line("’"),
            "ldblquote" => self.line("“"),
            "rdblquote" => self.line("”"),
            "emspace" | "enspace" | "qmspace" => self.line(" "),
            "uc" => self.group.substitutes = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "v" => {
                self.flush();
                self.group.hidden = number != Some(0);
            }
            "plain" => {
                self.flush();
                self.group.hidden = false;
                self.group.encoding = self.default_encoding;
            }
            "ansicpg" => {
                if let Some(encoding) = number.and_then(code_page) {
                    self.default_encoding = encoding;
                    self.group.encoding = encoding;
                }
            }
            "mac" => {
                self.default_encoding = encoding_rs::MACINTOSH;
                self.group.encoding = self.default_encoding;
            }
            "f" if self.group.destination == Destination::Fonts => self.font = number.unwrap_or(0),
            "f" => {
                self.flush();
                let font = number.unwrap_or(0);
                let found = self.fonts.iter().find(|(id, _)| *id == font).map(|(_, encoding)| *encoding);
                self.group.encoding = found.unwrap_or(self.default_encoding);
            }
            "fcharset" if self.group.destination == Destination::Fonts && self.fonts.len() < 10_000 => {
                if let Some(encoding) = number.and_then(character_set) {
                    self.fonts.push((self.font, encoding));
                }
            }
            "yr" | "mo" | "dy" | "hr" | "min" if self.group.destination == Destination::Created => {
                let [year, month, day, hour, minute] = &mut self.date;
                let place = match word {
                    "yr" => year,
                    "mo" => month,
                    "dy" => day,
                    "hr" => hour,
                    _ => minute,
                };
                *place = number.unwrap_or(0);
            }
            _ => self.destination(word),
        }
        self.skip = 0;
    }

    fn destination(&mut self, word: &str) {
        let destination = match word {
            "fonttbl" => Destination::Fonts,
            "title" if self.group.destination == Destination::Skipped => Destination::Title,
            "author" if self.group.destination == Destination::Skipped => Destination::Author,
            "subject" if self.group.destination == Destination::Skipped => Destination::Subject,
            "keywords" if self.group.destination == Destination::Skipped => Destination::Keywords,
            "creatim" if self.group.destination == Destination::Skipped => Destination::Created,
            // What a text box shows sits inside what is else for machines only.
            "shptxt" => Destination::Body,
            "colortbl" | "stylesheet" | "pict" | "object" | "objdata" | "info" | "themedata" | "colorschememapping"
            | "datastore" | "latentstyles" | "listtable" | "listoverridetable" | "revtbl" | "rsidtbl" | "generator"
            | "fldinst" | "bkmkstart" | "bkmkend" | "xmlnstbl" | "filetbl" | "falt" | "nonshppict" | "listtext"
            | "mmathPr" | "pgptbl" | "private" => Destination::Skipped,
            _ => return,
        };
        self.flush();
        self.group.destination = destination;
    }

    fn unicode(&mut self, value: i32) {
        self.flush();
        // Values above 32767 are written as negative.
        let unit = (value & 0xffff) as u16;
        let units = self.surrogate.take().into_iter().chain([unit]);
        if (0xd800..0xdc00).contains(&unit) {
            self.surrogate = Some(unit);
        } else {
            let text: String = char::decode_utf16(units).flatten().collect();
            self.write(&text);
        }
        self.skip = self.group.substitutes;
    }
}

fn code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        866 => encoding_rs::IBM866,
        10_000 => encoding_rs::MACINTOSH,
        65_001 => encoding_rs::UTF_8,
        874 | 1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()),
        _ => return None,
    })
}

fn character_set(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        77 => 10_000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    fn read(rtf: &[u8]) -> crate::Extracted {
        let mut draft = Draft::new(10_000);
        super::read(rtf, &mut draft).unwrap();
        draft.finish("application/rtf").unwrap_or_default()
    }

    #[test]
    fn rtf_reads_as_a_person_sees_it() {
        let check = |rtf: &[u8], expect: &str| assert_eq!(read(rtf).text, expect, "{}", String::from_utf8_lossy(rtf));
        check(b"{\\rtf1\\ansi one \\b two\\b0  three\\par four}", "one two three\nfour");
        check(b"{\\rtf1 {\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red1;}{\\*\\generator X;}text}", "text");
        check(b"{\\rtf1 caf\\'e9 \\u8364 ? \\u-10179 ?\\u-8704 ?.}", "café € 😀.");
        check(b"{\\rtf1\\ansicpg1251 \\'cc\\'e8\\'f0}", "Мир");
        check(b"{\\rtf1{\\fonttbl{\\f1\\fcharset128 X;}}\\f1 \\'93\\'fa\\'96\\'7b}", "日本");
        check(b"{\\rtf1 a\\{b\\}c\\\\d\\~e}", "a{b}c\\d e");
        check(b"{\\rtf1 shown {\\v hidden}again}", "shown again");
        check(b"{\\rtf1 {\\pict 0102abcd}{\\bin3 }}}x}", "x");
        check(b"{\\rtf1 cut off {\\b here", "cut off here");
    }

    #[test]
    fn title_author_and_date_are_found() {
        let found = read(
            b"{\\rtf1{\\info{\\title The Title}{\\author A. Person}{\\keywords one two}{\\creatim\\yr2024\\mo2\\dy29\\hr12\\min0}}text}",
        );
        assert_eq!(found.title.as_deref(), Some("The Title"));
        assert_eq!(found.author.as_deref(), Some("A. Person"));
        assert_eq!(found.created_ms, Some(1_709_208_000_000));
        assert_eq!(found.text, "text\n\nKeywords: one two");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[{}\\\\'a-z0-9 *-]{0,100}") {
            let _ = super::read(&bytes, &mut Draft::new(1000));
            let mut rtf = b"{\\rtf1 ".to_vec();
            rtf.extend_from_slice(text.as_bytes());
            rtf.extend_from_slice(&bytes);
            let _ = super::read(&rtf, &mut Draft::new(1000));
        }
    }
}
