//! Text to terms: the one analyzer of every text field, of queries and of highlights.
//!
//! Terms are compatibility-normalised, in lower case and without diacritics (`Café` is `cafe`, `Straße` is `strasse`).
//! A word is a run of letters, digits and their marks; underscores and apostrophes inside it do not end it.
//! An identifier gives itself without its joints and its parts, all at one position: `HashMap` and `hash_map` give
//! `hashmap`, `hash` and `map`. So plain phrases around an identifier match, whichever way it was typed.
//! Scripts that are written without spaces (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese) give overlapping pairs of
//! characters, and the last character of a run alone: a single character is then a prefix query that misses nothing.
//! Nothing is stemmed here: inflections are looked up when a query is made (see `expand`), so that an exact word stays
//! exact and prefixes are those of real words.

use std::collections::VecDeque;

use tantivy::tokenizer::{Token as EngineToken, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer runs of letters (encoded blobs) are skipped; counted in bytes of the text.
const MAX_WORD_BYTES: usize = 256;
/// An identifier of more parts than this is indexed whole only.
const MAX_PARTS: usize = 12;
/// A word that changes between letters and digits more often (hashes, serial numbers) is not split there.
const MAX_DIGIT_BOUNDARIES: usize = 2;

/// One term of a text, with the bytes of the text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The term as it is in the index.
    pub text: String,
    /// First byte in the analyzed text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Number of the word in the text; an identifier and its parts share one.
    pub position: usize,
}

/// What a piece of text is to its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A whole word.
    Word,
    /// A part of an identifier.
    Part,
    /// Two neighbours of an unspaced script.
    Pair,
    /// The only character of a run of an unspaced script.
    Single,
    /// The last character of a longer run, which is in a [`Role::Pair`] too.
    Last,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
    position: usize,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Break,
    Letter,
    Joint,
    /// Continues a word or a character, begins none: combining marks, soft hyphens, joiners.
    Extend,
    Unspaced,
    Symbol,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Letter,
            '_' | '\'' => Class::Joint,
            _ => Class::Break,
        };
    }
    match c {
        '\u{2019}' => Class::Joint,
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ff9e}' | '\u{ff9f}' => Class::Extend,
        _ if is_unspaced(c) => {
            if is_combining_mark(c) {
                Class::Extend
            } else if c.is_alphanumeric() {
                Class::Unspaced
            } else {
                Class::Break
            }
        }
        _ if is_combining_mark(c) => Class::Extend,
        _ if c.is_alphanumeric() => Class::Letter,
        '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' => Class::Symbol,
        _ => Class::Break,
    }
}

/// Whether a text is two characters or more of a script without spaces, and nothing else.
pub(crate) fn is_run(text: &str) -> bool {
    text.chars().nth(1).is_some() && text.chars().all(|c| matches!(class(c), Class::Unspaced | Class::Extend))
}

fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff        // Thai, Lao
        | 0x1000..=0x109f      // Burmese
        | 0x1100..=0x11ff      // Hangul jamo
        | 0x1780..=0x17ff      // Khmer
        | 0x2e80..=0x2fdf      // radicals
        | 0x3005..=0x3007
        | 0x3040..=0x30ff      // kana
        | 0x3100..=0x318f
        | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xa960..=0xa97f
        | 0xac00..=0xd7ff      // Hangul
        | 0xf900..=0xfaff
        | 0xff66..=0xff9f      // half-width kana
        | 0x20000..=0x3ffff)
}

/// Marks that do not tell words apart for someone who searches: accents, Arabic and Hebrew vowel points.
fn is_dropped(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036f | 0x0591..=0x05c7 | 0x0640 | 0x064b..=0x065f | 0x0670 | 0xad | 0x200c | 0x200d | 0x2060 | 0xfeff)
}

/// Letters that no normalisation form takes apart.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

/// Appends `text` in its index form: normalised, in lower case, without diacritics and without joints.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(
            text.bytes().filter(|byte| !matches!(byte, b'_' | b'\'')).map(|byte| char::from(byte.to_ascii_lowercase())),
        );
        return;
    }
    let plain = text
        .chars()
        .filter(|&c| class(c) != Class::Joint)
        .nfkd()
        .filter(|&c| !is_dropped(c))
        .flat_map(char::to_lowercase)
        .filter(|&c| !is_dropped(c));
    let mut spelled = String::with_capacity(text.len());
    for c in plain {
        match spelled_out(c) {
            Some(letters) => spelled.push_str(letters),
            None => spelled.push(c),
        }
    }
    out.extend(spelled.nfc());
}

/// Reads pieces off a text, one at a time, without holding more than one word's worth.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    /// First byte not read yet.
    at: usize,
    /// Position of the next word.
    position: usize,
    pending: VecDeque<Piece>,
    /// The last character of the current run of an unspaced script, and whether it already is in a pair.
    run: Option<(usize, usize, bool)>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, position: 0, pending: VecDeque::new(), run: None }
    }

    /// Reads the next term into `term` (cleared first); its bytes, position and role.
    pub(crate) fn next_into(&mut self, term: &mut String) -> Option<(usize, usize, usize, Role)> {
        loop {
            let piece = self.next_piece()?;
            term.clear();
            if let Some(text) = self.text.get(piece.start..piece.end) {
                fold_into(text, term);
            }
            if !term.is_empty() {
                return Some((piece.start, piece.end, piece.position, piece.role));
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next_piece(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.pending.pop_front() {
                return Some(piece);
            }
            if let Some(run) = self.run.take() {
                return Some(self.step_run(run));
            }
            let c = self.rest().chars().next()?;
            match class(c) {
                Class::Break | Class::Joint | Class::Extend => self.at += c.len_utf8(),
                Class::Letter => self.read_word(),
                Class::Unspaced => {
                    let start = self.at;
                    self.at = self.character_end();
                    self.run = Some((start, self.at, false));
                }
                Class::Symbol => {
                    let start = self.at;
                    self.at += c.len_utf8();
                    self.push(start, self.at, Role::Word);
                    self.position += 1;
                }
            }
        }
    }

    fn push(&mut self, start: usize, end: usize, role: Role) {
        self.pending.push_back(Piece { start, end, position: self.position, role });
    }

    /// End of the character at `at` with the marks that follow it.
    fn character_end(&self) -> usize {
        let mut chars = self.rest().chars();
        let mut end = self.at + chars.next().map_or(0, char::len_utf8);
        for c in chars {
            if class(c) != Class::Extend {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    fn step_run(&mut self, (start, end, paired): (usize, usize, bool)) -> Piece {
        let position = self.position;
        self.position += 1;
        let goes_on = self.rest().chars().next().map(class) == Some(Class::Unspaced);
        if goes_on {
            let next = self.at;
            self.at = self.character_end();
            self.run = Some((next, self.at, true));
            Piece { start, end: self.at, position, role: Role::Pair }
        } else {
            let role = if paired { Role::Last } else { Role::Single };
            Piece { start, end, position, role }
        }
    }

    fn read_word(&mut self) {
        let start = self.at;
        let (end, plain) = self.word_end();
        self.at = end;
        if end - start <= MAX_WORD_BYTES {
            let suffixed = self.suffixed_end(start, end);
            self.push(start, suffixed, Role::Word);
            if suffixed > end {
                self.push(start, end, Role::Part);
                self.at = suffixed;
            } else if !plain {
                self.push_parts(start, end);
            }
        }
        self.position += 1;
    }

    /// End of the word at `at`, and whether it is too simple to have parts.
    fn word_end(&self) -> (usize, bool) {
        let mut end = self.at;
        let mut plain = true;
        let mut first = true;
        let mut offset = self.at;
        let mut joined = false;
        let mut seen_lower = false;
        let mut seen_digit = false;
        let mut seen_letter = false;
        let mut uppers = 0_usize;
        for c in self.rest().chars() {
            let next = offset + c.len_utf8();
            match class(c) {
                Class::Letter => {
                    plain &= !joined;
                    joined = false;
                    let digit = c.is_numeric();
                    let upper = !digit && c.is_uppercase();
                    seen_digit |= digit;
                    seen_letter |= !digit;
                    uppers += usize::from(upper);
                    // `Word` and `WORD` are plain; `wOrd`, `WOrd` and `word2` are not.
                    plain &= !(upper && seen_lower || seen_digit && seen_letter);
                    if !digit && !upper {
                        plain &= uppers <= 1;
                        seen_lower = true;
                    }
                    end = next;
                }
                Class::Extend if !first => end = if joined { end } else { next },
                Class::Joint => joined = true,
                _ => break,
            }
            first = false;
            offset = next;
        }
        (end, plain)
    }

    /// `C++`, `C#`, `F#`: a name of one or two letters whose signs tell it from another.
    fn suffixed_end(&self, start: usize, end: usize) -> usize {
        let word = self.text.get(start..end).unwrap_or_default();
        if word.len() > 2 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return end;
        }
        let rest = self.text.get(end..).unwrap_or_default();
        let (sign, after) = if let Some(after) = rest.strip_prefix("++") {
            (2, after)
        } else if let Some(after) = rest.strip_prefix('#') {
            (1, after)
        } else {
            return end;
        };
        let ends_there = after.chars().next().is_none_or(|c| class(c) == Class::Break && !matches!(c, '+' | '#'));
        if ends_there { end + sign } else { end }
    }

    fn push_parts(&mut self, start: usize, end: usize) {
        let Some(word) = self.text.get(start..end) else { return };
        let (mut parts, digit_boundaries) = split(word, true);
        if digit_boundaries > MAX_DIGIT_BOUNDARIES {
            parts = split(word, false).0;
        }
        if parts.len() < 2 || parts.len() > MAX_PARTS {
            return;
        }
        for (from, to) in parts {
            let one = word.get(from..to).is_none_or(|part| part.chars().nth(1).is_none());
            if !one {
                self.push(start + from, start + to, Role::Part);
            }
        }
    }
}

/// Byte ranges of the parts of an identifier, and how many boundaries lie between a letter and a digit.
fn split(word: &str, at_digits: bool) -> (Vec<(usize, usize)>, usize) {
    #[derive(Clone, Copy, PartialEq)]
    enum Case {
        Upper,
        Lower,
        Digit,
    }
    let mut parts = Vec::new();
    let mut digit_boundaries = 0;
    let mut begin: Option<usize> = None;
    let mut last: Option<(usize, Case)> = None;
    for (at, c) in word.char_indices() {
        match class(c) {
            Class::Joint => {
                if let Some(from) = begin.take() {
                    parts.push((from, at));
                }
                last = None;
                continue;
            }
            Class::Extend => continue,
            _ => {}
        }
        let case = if c.is_numeric() {
            Case::Digit
        } else if c.is_uppercase() {
            Case::Upper
        } else {
            Case::Lower
        };
        let cut = match (last, case) {
            (None, _) => None,
            (Some((_, Case::Lower)), Case::Upper) => Some(at),
            // The last capital of a run begins the next part: `HTTPServer`.
            (Some((previous, Case::Upper)), Case::Lower) => Some(previous),
            (Some((_, before)), now) if (before == Case::Digit) != (now == Case::Digit) => {
                digit_boundaries += 1;
                at_digits.then_some(at)
            }
            _ => None,
        };
        if let (Some(cut), Some(from)) = (cut, begin)
            && cut > from
        {
            parts.push((from, cut));
            begin = Some(cut);
        }
        if begin.is_none() {
            begin = Some(at);
        }
        last = Some((at, case));
    }
    if let Some(from) = begin {
        parts.push((from, word.len()));
    }
    (parts, digit_boundaries)
}

/// Every term of `text`, in order.
pub(crate) fn analyze(text: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(text);
    let mut term = String::new();
    let mut tokens = Vec::new();
    while let Some((start, end, position, _)) = scanner.next_into(&mut term) {
        tokens.push(Token { text: term.clone(), start, end, position });
    }
    tokens
}

/// Letters and digits of a name and nothing else: what an exact-name match compares.
pub(crate) fn name_key(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    fold_into(name, &mut folded);
    folded.retain(char::is_alphanumeric);
    folded
}

/// The analyzer as the engine wants it.
#[derive(Clone, Default)]
pub(crate) struct AtomTokenizer;

impl Tokenizer for AtomTokenizer {
    type TokenStream<'a> = AtomTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> AtomTokenStream<'a> {
        AtomTokenStream { scanner: Scanner::new(text), token: EngineToken::default() }
    }
}

/// The terms of one text, for the engine.
pub(crate) struct AtomTokenStream<'a> {
    scanner: Scanner<'a>,
    token: EngineToken,
}

impl TokenStream for AtomTokenStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((start, end, position, _)) = self.scanner.next_into(&mut self.token.text) else {
            return false;
        };
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.position = position;
        true
    }

    fn token(&self) -> &EngineToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut EngineToken {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::{analyze, name_key};
    use proptest::prelude::*;

    #[test]
    fn no_text_breaks_the_analysis() {
        atom_testkit::fuzz::hammer("snippet", 20_000, |data| {
            let text = String::from_utf8_lossy(data);
            for token in analyze(&text) {
                assert!(text.get(token.start..token.end).is_some_and(|part| !part.is_empty()), "{token:?}");
            }
            let _ = name_key(&text);
        });
    }

    /// Terms of one position joined by `|`, positions by a space.
    fn shown(text: &str) -> String {
        let mut out = String::new();
        let mut last = None;
        for token in analyze(text) {
            match last {
                None => {}
                Some(position) if position == token.position => out.push('|'),
                Some(_) => out.push(' '),
            }
            last = Some(token.position);
            out.push_str(&token.text);
        }
        out
    }

    #[test]
    fn words_identifiers_and_scripts_become_terms() {
        let check = |text: &str, expect: &str| assert_eq!(shown(text), expect, "{text}");
        check("The quick, brown fox.", "the quick brown fox");
        check("Café CAFE\u{301} café", "cafe cafe cafe");
        check("Straße Łódź Ærø", "strasse lodz aero");
        check("ﬁle ＡＢＣ", "file abc");
        check("HashMap", "hashmap|hash|map");
        check("hash_map", "hashmap|hash|map");
        check("read_to_string", "readtostring|read|to|string");
        check("HTTPServer", "httpserver|http|server");
        check("parseJSON2Text", "parsejson2text|parse|json|text");
        check("utf8 sha256", "utf8|utf sha256|sha|256");
        check("a1b2c3d4e5", "a1b2c3d4e5");
        check("__init__", "init");
        check("user's don't l'homme", "users|user dont|don lhomme|homme");
        check("std::fs::File", "std fs file");
        check("foo-bar.txt 3.14", "foo bar txt 3 14");
        check("C++ and C# and c", "c++|c and c#|c and c");
        check("co\u{ad}operate", "cooperate");
        check("検索エンジン", "検索 索エ エン ンジ ジン ン");
        check("字", "字");
        check("Rust言語 入門", "rust 言語 語 入門 門");
        check("ｶﾞｽ", "ガス ス");
        check("한국어", "한국 국어 어");
        check("สวัสดี", "สวั วัส สดี ดี");
        check("हिन्दी", "हिन्दी");
        check("ёлка Йод", "елка иод");
        check("σοφός ΣΟΦΌΣ", "σοφοσ σοφοσ");
        check("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul");
        check("go 🎉 party", "go 🎉 party");
        check("", "");
        check("-- ... ''", "");
    }

    #[test]
    fn offsets_name_the_bytes_that_a_term_stands_for() {
        let text = "Öl im HashMap: 検索!";
        let spans: Vec<(&str, &str)> =
            analyze(text).iter().map(|token| (text.get(token.start..token.end).unwrap(), "").to_owned()).collect();
        let spans: Vec<&str> = spans.iter().map(|(span, _)| *span).collect();
        assert_eq!(spans, ["Öl", "im", "HashMap", "Hash", "Map", "検索", "索"]);
    }

    #[test]
    fn a_blob_without_breaks_is_skipped_and_still_takes_a_position() {
        let tokens = analyze(&format!("before {} after", "x".repeat(10_000)));
        let seen: Vec<(&str, usize)> = tokens.iter().map(|t| (t.text.as_str(), t.position)).collect();
        assert_eq!(seen, [("before", 0), ("after", 2)]);
    }

    #[test]
    fn name_keys_ignore_separators_case_and_accents() {
        assert_eq!(name_key("Résumé_2024-final.pdf"), "resume2024finalpdf");
        assert_eq!(name_key("resume 2024 FINAL.pdf"), "resume2024finalpdf");
    }

    proptest! {
        #[test]
        fn any_text_gives_terms_inside_it_in_order(text in "\\PC{0,80}|[a-zA-Z0-9_'+# \u{301}\u{ad}検ｶﾞสั]{0,60}") {
            let mut last = 0;
            for token in analyze(&text) {
                prop_assert!(token.start < token.end);
                prop_assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                prop_assert!(text.get(token.start..token.end).is_some());
                prop_assert!(!token.text.is_empty());
                prop_assert!(token.position >= last);
                last = token.position;
            }
        }

        #[test]
        fn case_does_not_change_the_whole_words(words in prop::collection::vec("[a-z]{1,12}", 1..6)) {
            let lower = words.join(" ");
            let upper = lower.to_uppercase();
            prop_assert_eq!(shown(&lower), shown(&upper));
        }
    }
}
