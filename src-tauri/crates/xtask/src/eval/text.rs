//! What judged sets need of texts: words, first sentences, and a document without the sentence that describes it.

use std::ops::Range;

/// The runs of letters, digits and underscores of `text` in lower case, and where they are.
pub(super) fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || c == '_';
        match start {
            None if inside => start = Some(at),
            Some(begin) if !inside => {
                found.push((begin..at, text.get(begin..at).unwrap_or_default().to_lowercase()));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// `text` without any place that has the words of `sentence` in a row, whatever stands between them.
pub(super) fn without(text: &str, sentence: &str) -> String {
    let wanted: Vec<String> = words(sentence).into_iter().map(|(_, word)| word).collect();
    let found = words(text);
    let mut rest = String::with_capacity(text.len());
    let mut kept = 0;
    let mut at = 0;
    while let Some(window) = found.get(at..at + wanted.len()).filter(|window| !window.is_empty()) {
        let here = window.iter().map(|(_, word)| word).eq(&wanted);
        if let (true, Some((first, _)), Some((last, _))) = (here, window.first(), window.last()) {
            rest.push_str(text.get(kept..first.start).unwrap_or_default());
            kept = last.end;
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    rest.push_str(text.get(kept..).unwrap_or_default());
    rest
}

/// The first sentence of a documentation comment: it ends with a full stop, or with its paragraph.
pub(super) fn first_sentence(docs: &str) -> String {
    let paragraph: Vec<&str> =
        docs.lines().map(str::trim).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    match paragraph.find(". ") {
        Some(end) => paragraph.get(..end).unwrap_or_default().to_owned(),
        None => paragraph,
    }
}

/// `sentence` as a query without operators: its words, and no sign that a query language reads.
pub(super) fn query(sentence: &str) -> String {
    let plain: String =
        sentence.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '\'' | '-') { c } else { ' ' }).collect();
    let words = plain.split_whitespace().map(|word| word.trim_matches(['-', '\''])).filter(|word| !word.is_empty());
    let lowered = words
        .map(|word| if matches!(word, "OR" | "AND" | "NOT" | "NEAR") { word.to_lowercase() } else { word.to_owned() });
    lowered.collect::<Vec<_>>().join(" ")
}

/// As many whole lines as fit into `most` characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => {
            let head = text.get(..end).unwrap_or_default();
            head.rfind('\n').and_then(|line| head.get(..line)).unwrap_or(head)
        }
    }
}

/// FNV-1a with the bits mixed once more, so that neighbours part: an order that is by chance and the same everywhere.
pub(super) fn shuffled(key: &str) -> u64 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::{cut, first_sentence, query, shuffled, without};

    #[test]
    fn a_sentence_is_taken_out_wherever_its_words_stand_in_a_row() {
        let text = "# Title\n\n> **Reads** lines,\n> quickly!\n\nMore of it. Reads lines slowly.";
        assert_eq!(without(text, "reads lines quickly"), "# Title\n\n> **!\n\nMore of it. Reads lines slowly.");
        assert_eq!(without("nothing of it", "reads lines"), "nothing of it");
        assert_eq!(without("reads lines", ""), "reads lines");
        assert_eq!(without("", "reads"), "");
    }

    #[test]
    fn the_first_sentence_ends_with_a_full_stop_or_its_paragraph() {
        assert_eq!(first_sentence("\nReads a file of\nversion 1.2. And more.\n"), "Reads a file of version 1.2");
        assert_eq!(first_sentence("Reads a file\n\nAnd more."), "Reads a file");
    }

    #[test]
    fn a_query_has_no_operators() {
        assert_eq!(query("A `-fast` \"parser\": one OR two (don't)*"), "A fast parser one or two don't");
    }

    #[test]
    fn a_cut_keeps_whole_lines() {
        assert_eq!(cut("one\ntwo\nthree", 9), "one\ntwo");
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("short", 9), "short");
    }

    #[test]
    fn the_order_by_chance_is_always_the_same() {
        assert_eq!(shuffled("serde"), shuffled("serde"));
        assert_ne!(shuffled("serde"), shuffled("serdf"));
    }
}
