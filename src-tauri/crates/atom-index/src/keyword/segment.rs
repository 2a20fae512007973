//! Words of scripts that are written without spaces, by a dictionary.
//!
//! The index has pairs of characters, which miss nothing; a query is taken apart into words, so that these may stand
//! apart from one another. A mistake of the dictionary then costs a worse order, never a document.

use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

use super::analyzer::is_run;

/// Longer runs are not taken apart: nobody types them.
const MAX_RUN: usize = 200;

/// The words of a run; nothing where it is one word or no run at all.
pub(crate) fn words(run: &str) -> Option<Vec<&str>> {
    if !is_run(run) || run.len() > MAX_RUN {
        return None;
    }
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    let segmenter = SEGMENTER.get_or_init(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));
    let breaks: Vec<usize> = segmenter.segment_str(run).collect();
    let words = breaks.windows(2).filter_map(|pair| run.get(*pair.first()?..*pair.last()?));
    let words: Vec<&str> = words.filter(|word| says_something(word)).collect();
    (words.len() > 1 || words.first().is_some_and(|word| *word != run)).then_some(words)
}

/// A lone hiragana is a particle or an ending.
fn says_something(word: &str) -> bool {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some('\u{3040}'..='\u{309f}'), None) | (None, _) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn runs_are_taken_apart_into_words() {
        assert_eq!(words("東京の図書館"), Some(vec!["東京", "図書館"]));
        assert_eq!(words("我们的合同"), Some(vec!["我们", "的", "合同"]));
        assert_eq!(words("สวัสดีชาวโลก").map(|words| words.len() > 1), Some(true));
        assert_eq!(words("図書館"), None);
        assert_eq!(words("hello"), None);
        assert_eq!(words(""), None);
    }
}
