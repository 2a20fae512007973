//! The language of a text, told by its letters and their neighbours (whatlang).

use super::languages::LANGUAGES;
use crate::outcome::Extracted;

/// Bytes of a text that are looked at: telling takes a tenth of a millisecond, more would cost more than reading does.
const SAMPLE: usize = 400;
/// Shortest text whose language is told, in bytes.
const MIN: usize = 120;

/// Codes of three letters that have one of two.
const SHORT: [(&str, &str); 46] = [
    ("afr", "af"),
    ("ara", "ar"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("nld", "nl"),
    ("nob", "no"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("vie", "vi"),
    ("hye", "hy"),
];

/// Whether the usual small words are there: asking for all languages takes longer than reading a short text does.
fn is_english(sample: &str) -> bool {
    const SMALL: [&str; 12] =
        ["the", "and", "that", "with", "this", "are", "not", "from", "for", "you", "which", "have"];
    let (mut words, mut small, mut the) = (0, 0, false);
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        words += 1;
        small += usize::from(SMALL.iter().any(|known| word.eq_ignore_ascii_case(known)));
        the |= word.eq_ignore_ascii_case("the");
    }
    the && words >= 15 && small * 8 >= words
}

/// Notes the language of a text that does not name it, where it can be told.
pub(crate) fn tell(extracted: &mut Extracted) {
    let is_code = LANGUAGES.iter().any(|(_, mime, _)| *mime == extracted.mime);
    let is_prose = !extracted.only_facts && !is_code && extracted.text.len() >= MIN;
    if extracted.language.is_some() || !is_prose {
        return;
    }
    // The middle of a beginning: the very first lines are often names and dates.
    let start = extracted.text.floor_char_boundary(extracted.text.len().min(4 * SAMPLE) / 4);
    let end = extracted.text.floor_char_boundary(start + SAMPLE);
    let sample = extracted.text.get(start..end).unwrap_or_default();
    if is_english(sample) {
        extracted.language = Some("en".to_owned());
        return;
    }
    extracted.language = whatlang::detect(sample).filter(whatlang::Info::is_reliable).map(|found| {
        let code = found.lang().code();
        SHORT.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short).to_owned()
    });
}

#[cfg(test)]
mod tests {
    use crate::outcome::Extracted;

    #[test]
    fn language_is_told_where_it_can_be() {
        let check = |text: &str, expect: Option<&str>| {
            let mut extracted = Extracted { text: text.to_owned(), ..Extracted::default() };
            super::tell(&mut extracted);
            assert_eq!(extracted.language.as_deref(), expect, "{text}");
        };
        let german = "Der Hund und die Katze liegen in der Sonne, während der alte Mann die Zeitung liest. ".repeat(5);
        let english = "The dog and the cat are lying in the sun while the old man is reading his newspaper. ".repeat(5);
        check(&german, Some("de"));
        check(&english, Some("en"));
        check("too short", None);
    }
}
