//! Other forms of a word.
//!
//! English ones are made and looked up. For other languages that the index has, terms that begin alike are compared by
//! their stems, which needs no list of endings. Arabic, Hebrew and Korean words also carry particles, which are put before
//! and taken off.
//! Terms are without accents, so that stems are those of the bare letters: near enough, and the same on both sides.

use std::collections::HashSet;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer};

/// A word must be as long as this to be inflected.
const INFLECTED_FROM: usize = 4;
/// Letters that a word has in common with its other forms, at least.
const COMMON: usize = 3;
/// Other forms are longer than the word by no more letters.
const LONGER: usize = 6;
/// Languages taken into account, those with the most documents.
const LANGUAGES: usize = 6;
/// A language with fewer documents is a mistake of the guess, or not worth the look-ups.
const DOCUMENTS: u64 = 3;

/// Words that stand joined before others: articles, conjunctions and prepositions.
const ARABIC: [&str; 8] = [
    "\u{627}\u{644}",
    "\u{648}\u{627}\u{644}",
    "\u{628}\u{627}\u{644}",
    "\u{643}\u{627}\u{644}",
    "\u{641}\u{627}\u{644}",
    "\u{644}\u{644}",
    "\u{648}",
    "\u{628}",
];
const HEBREW: [&str; 9] =
    ["\u{5d5}\u{5d4}", "\u{5e9}\u{5d4}", "\u{5d4}", "\u{5d5}", "\u{5d1}", "\u{5dc}", "\u{5db}", "\u{5de}", "\u{5e9}"];
/// Particles that stand joined after Korean nouns, longest first.
const KOREAN: [&str; 19] = [
    "에서는",
    "에서",
    "에게",
    "으로",
    "까지",
    "부터",
    "처럼",
    "보다",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "와",
    "과",
    "도",
];

/// Languages with a stemmer of which there are documents, most first; English has rules of its own.
pub(crate) fn languages(mut counts: Vec<(String, u64)>) -> Vec<Language> {
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let with_stemmer = counts.iter().filter(|(_, documents)| *documents >= DOCUMENTS);
    let mut found: Vec<Language> = Vec::new();
    for language in with_stemmer.filter_map(|(code, _)| language(code)) {
        if !found.contains(&language) && found.len() < LANGUAGES {
            found.push(language);
        }
    }
    found
}

fn language(code: &str) -> Option<Language> {
    Some(match code {
        "da" | "dan" => Language::Danish,
        "de" | "deu" => Language::German,
        "el" | "ell" => Language::Greek,
        "es" | "spa" => Language::Spanish,
        "fi" | "fin" => Language::Finnish,
        "fr" | "fra" => Language::French,
        "hu" | "hun" => Language::Hungarian,
        "it" | "ita" => Language::Italian,
        "nl" | "nld" => Language::Dutch,
        "no" | "nb" | "nob" | "nn" | "nno" => Language::Norwegian,
        "pt" | "por" => Language::Portuguese,
        "ro" | "ron" => Language::Romanian,
        "ru" | "rus" => Language::Russian,
        "sv" | "swe" => Language::Swedish,
        "ta" | "tam" => Language::Tamil,
        "tr" | "tur" => Language::Turkish,
        _ => return None,
    })
}

/// The stem of a word in each language in which it has one.
pub(crate) struct Stems(Vec<(TextAnalyzer, String)>);

fn stem(stemmer: &mut TextAnalyzer, word: &str) -> String {
    let mut stream = stemmer.token_stream(word);
    stream.next().map(|token| token.text.clone()).unwrap_or_default()
}

fn stemmer(language: Language) -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(language)).build()
}

/// How every other form of a word begins, and its stems; nothing where it has none.
pub(crate) fn stems(word: &str, languages: &[Language]) -> Option<(String, Stems)> {
    if languages.is_empty() || word.chars().count() < INFLECTED_FROM || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let mut stems = Vec::new();
    let mut common = usize::MAX;
    for language in languages {
        let mut stemmer = stemmer(*language);
        let stem = stem(&mut stemmer, word);
        let alike = stem.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        if alike >= COMMON {
            common = common.min(alike);
            stems.push((stemmer, stem));
        }
    }
    let begin: String = word.chars().take(common).collect();
    (!stems.is_empty()).then(|| (begin, Stems(stems)))
}

/// Whether a term is another form of the word that has these stems.
pub(crate) fn is_form(term: &str, word: &str, stems: &mut Stems) -> bool {
    let plausible =
        term != word && term.chars().all(char::is_alphabetic) && term.chars().count() <= word.chars().count() + LONGER;
    plausible && stems.0.iter_mut().any(|(stemmer, wanted)| stem(stemmer, term) == *wanted)
}

/// A word with other particles joined to it, or without its own.
pub(crate) fn with_particles(word: &str) -> Vec<String> {
    let joined: &[&str] = match word.chars().next() {
        Some('\u{620}'..='\u{64a}') => &ARABIC,
        Some('\u{5d0}'..='\u{5ea}') => &HEBREW,
        _ => return Vec::new(),
    };
    let bare =
        joined.iter().find_map(|particle| word.strip_prefix(particle)).filter(|bare| bare.chars().count() >= COMMON);
    let mut forms: Vec<String> = joined.iter().map(|particle| format!("{particle}{word}")).collect();
    if let Some(bare) = bare {
        forms.push(bare.to_owned());
        forms.extend(joined.iter().map(|particle| format!("{particle}{bare}")));
    }
    forms.retain(|form| form != word);
    forms
}

/// A Korean noun without its particle.
pub(crate) fn without_particle(word: &str) -> Option<&str> {
    let is_hangul = |c: char| matches!(c, '\u{ac00}'..='\u{d7a3}');
    if !word.chars().all(is_hangul) {
        return None;
    }
    KOREAN.iter().find_map(|particle| word.strip_suffix(particle)).filter(|noun| noun.chars().count() >= 2)
}

/// Candidate forms of an English word: made by the regular endings, kept when they share its stem.
pub(crate) fn english(word: &str) -> Vec<String> {
    if word.len() < INFLECTED_FROM || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Vec::new();
    }
    let mut english = stemmer(Language::English);
    let mut stem = |word: &str| stem(&mut english, word);
    let wanted = stem(word);
    let mut seen = HashSet::new();
    let mut forms = Vec::new();
    for base in bases(word) {
        for form in endings(&base) {
            if form.len() >= 3 && form != word && seen.insert(form.clone()) && stem(&form) == wanted {
                forms.push(form);
            }
        }
    }
    forms
}

/// What a word may be an inflection of, itself first.
fn bases(word: &str) -> Vec<String> {
    let mut bases = vec![word.to_owned()];
    for ending in ["ies", "ied", "es", "ed", "s", "ing", "d"] {
        let Some(base) = word.strip_suffix(ending) else { continue };
        if base.len() < 2 {
            continue;
        }
        match ending {
            "ies" | "ied" => bases.push(format!("{base}y")),
            "es" | "ed" | "ing" => {
                bases.push(base.to_owned());
                bases.push(format!("{base}e"));
                if let Some(single) = undoubled(base) {
                    bases.push(single.to_owned());
                }
            }
            _ => bases.push(base.to_owned()),
        }
    }
    bases
}

/// `stopp` to `stop`.
fn undoubled(base: &str) -> Option<&str> {
    let mut last = base.bytes().rev();
    let (a, b) = (last.next()?, last.next()?);
    (a == b).then(|| base.get(..base.len() - 1)).flatten()
}

/// A base form and its regular inflections.
fn endings(base: &str) -> Vec<String> {
    let mut forms = vec![base.to_owned(), format!("{base}s"), format!("{base}es")];
    if let Some(root) = base.strip_suffix('y') {
        forms.push(format!("{root}ies"));
        forms.push(format!("{root}ied"));
    }
    if let Some(root) = base.strip_suffix('e') {
        forms.push(format!("{root}ing"));
        forms.push(format!("{base}d"));
    } else {
        forms.push(format!("{base}ing"));
        forms.push(format!("{base}ed"));
        if let Some(last) = base.chars().last().filter(|c| !"aeiouwxy".contains(*c)) {
            forms.push(format!("{base}{last}ing"));
            forms.push(format!("{base}{last}ed"));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::{english, is_form, languages, stems, with_particles, without_particle};
    use tantivy::tokenizer::Language;

    #[test]
    fn regular_inflections_are_found_both_ways() {
        let check = |word: &str, form: &str| {
            let forms = english(word);
            assert!(forms.iter().any(|f| f == form), "{word}: {forms:?}");
        };
        check("file", "files");
        check("files", "file");
        check("query", "queries");
        check("queries", "query");
        check("search", "searching");
        check("searching", "searched");
        check("stopped", "stop");
        check("compile", "compiling");
        check("compiling", "compiles");
        check("boxes", "box");
    }

    #[test]
    fn short_and_foreign_words_are_left_alone() {
        for word in ["is", "bus", "straße", "sha256", "検索"] {
            assert!(english(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn forms_of_other_languages_share_their_stem() {
        let check = |language: Language, word: &str, forms: &[&str], others: &[&str]| {
            let (begin, mut stems) = stems(word, &[language]).unwrap();
            for form in forms {
                assert!(form.starts_with(&begin) && is_form(form, word, &mut stems), "{word}: {form}");
            }
            for other in others {
                assert!(!(other.starts_with(&begin) && is_form(other, word, &mut stems)), "{word}: {other}");
            }
        };
        check(Language::German, "vertrag", &["vertrags", "vertrage", "vertragen"], &["vertrauen", "vertreter"]);
        check(Language::French, "contrat", &["contrats"], &["contraste"]);
        check(Language::Spanish, "factura", &["facturas"], &["factor"]);
        check(Language::Russian, "договор", &["договора", "договоры", "договоров"], &["дорога"]);
        check(Language::Italian, "fattura", &["fatture"], &["fatto"]);
        check(Language::Swedish, "faktura", &["fakturor", "fakturorna"], &["fakta"]);
        assert!(stems("bus", &[Language::German]).is_none());
        assert!(stems("vertrag", &[]).is_none());
    }

    #[test]
    fn languages_are_those_of_the_documents() {
        let counts = [("en", 900), ("de", 40), ("deu", 2), ("fr", 1), ("sv", 5), ("xx", 50)];
        let counts = counts.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
        assert_eq!(languages(counts), [Language::German, Language::Swedish]);
    }

    #[test]
    fn particles_are_joined_and_taken_off() {
        assert!(with_particles("كتاب").contains(&"الكتاب".to_owned()));
        assert!(with_particles("الكتاب").contains(&"كتاب".to_owned()));
        assert!(with_particles("ספרים").contains(&"הספרים".to_owned()));
        assert!(with_particles("book").is_empty());
        assert_eq!(without_particle("도서관에서"), Some("도서관"));
        assert_eq!(without_particle("나는"), None);
    }
}
