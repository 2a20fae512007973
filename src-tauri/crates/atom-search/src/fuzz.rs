//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.

use crate::query::{Context, HighlightTerm, Plan, plan};
use crate::snippet::{Finder, Snippet, Terms, lead, marks, utf16};
use atom_core::SourceId;
use atom_index::keyword::Token;
use chrono::{DateTime, Utc};

fn plan_of(text: &str, typing: bool) -> Plan {
    let sources = |name: &str| if name.len().is_multiple_of(2) { vec![SourceId::new(7)] } else { Vec::new() };
    plan(text, &Context { now: DateTime::<Utc>::UNIX_EPOCH, typing, sources: &sources })
}

/// A query as a person types it.
///
/// # Panics
/// When a part of the plan does not lie in the text.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for typing in [false, true] {
        let plan = plan_of(text, typing);
        assert!(plan.chips.iter().all(|chip| text.get(chip.start..chip.end).is_some()), "a chip outside of the text");
        assert!(plan.words.iter().all(|word| text.get(word.span.clone()).is_some()), "a word outside of the text");
        let _ = (plan.is_empty(), plan.is_listing());
    }
}

/// Words as the index would find them, near enough: runs of letters and digits.
fn analyze(text: &str) -> Vec<Token> {
    let (mut tokens, mut begin) = (Vec::new(), None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), begin) {
            (true, None) => begin = Some(at),
            (false, Some(start)) => {
                let word = text.get(start..at).unwrap_or_default().to_lowercase();
                tokens.push(Token { text: word, start, end: at, position: tokens.len() });
                begin = None;
            }
            _ => {}
        }
    }
    tokens
}

/// The passage of a document that answers: the words of the first line, the passages of the others.
///
/// # Panics
/// When something is marked that is not in the passage.
pub fn snippet(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (first, passages) = text.split_once('\n').unwrap_or((text, text));
    let word = |term: &str| HighlightTerm {
        words: term.trim_end_matches('*').split(' ').map(str::to_owned).collect(),
        prefix: term.ends_with('*'),
    };
    let terms = Terms::new(&first.split('|').map(word).collect::<Vec<_>>(), &analyze);
    let mut finder = Finder::new(&terms, &analyze);
    for passage in passages.split('\u{1}') {
        let marked = marks(passage, &terms, &analyze);
        assert!(marked.iter().all(|range| passage.get(range.clone()).is_some()), "a mark outside of the passage");
        let _ = utf16(passage, &marked);
        check(lead(passage));
        finder.offer(passage);
    }
    check(finder.finish());
}

fn check(snippet: Option<Snippet>) {
    if let Some(snippet) = snippet {
        let inside =
            |range: &std::ops::Range<usize>| snippet.text.get(range.clone()).is_some_and(|part| !part.is_empty());
        assert!(snippet.highlights.iter().all(inside), "a highlight outside of the snippet");
    }
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_text_breaks_the_query_language() {
        hammer("query", 20_000, super::query);
    }

    #[test]
    fn no_text_breaks_a_snippet() {
        hammer("snippet", 20_000, super::snippet);
    }
}
