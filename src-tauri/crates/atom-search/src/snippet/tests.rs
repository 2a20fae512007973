use super::{Finder, Snippet, Terms, lead, marks, utf16};
use crate::query::HighlightTerm;
use atom_index::keyword::Token;
use proptest::prelude::*;

/// Words of letters and digits, in lower case; the index's own analysis is tested with the index.
fn analyze(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                tokens.push(Token {
                    text: text[from..at].to_lowercase(),
                    start: from,
                    end: at,
                    position: tokens.len(),
                });
                start = None;
            }
            _ => {}
        }
    }
    tokens
}

fn terms(spec: &str) -> Terms {
    let terms: Vec<HighlightTerm> = spec
        .split('|')
        .map(|term| HighlightTerm {
            words: term.trim_end_matches('*').split_whitespace().map(str::to_owned).collect(),
            prefix: term.ends_with('*'),
        })
        .collect();
    Terms::new(&terms, &analyze)
}

fn find(passages: &[&str], spec: &str) -> Option<Snippet> {
    let terms = terms(spec);
    let mut finder = Finder::new(&terms, &analyze);
    let _ = passages.iter().any(|passage| finder.offer(passage));
    finder.finish()
}

/// The snippet with its marks in brackets.
fn shown(snippet: &Snippet) -> String {
    let mut out = snippet.text.clone();
    for range in snippet.highlights.iter().rev() {
        out.insert(range.end, ']');
        out.insert(range.start, '[');
    }
    out
}

#[test]
fn what_matched_is_marked() {
    let check = |text: &str, spec: &str, expect: &str| {
        let terms = terms(spec);
        let snippet = Snippet { text: text.to_owned(), highlights: marks(text, &terms, &analyze) };
        assert_eq!(shown(&snippet), expect);
    };
    check("The quick brown fox", "quick|fox", "The [quick] brown [fox]");
    check("The quick brown fox", "quick brown", "The [quick brown] fox");
    check("quick, brown", "quick brown", "[quick, brown]");
    check("brown quick", "quick brown", "brown quick");
    check("budget budgets budgeting budgeted bud", "budget", "[budget] [budgets] [budgeting] [budgeted] bud");
    check("Reports and a reporter", "rep*", "[Reports] and a [reporter]");
    check("annual report plan", "annual rep*", "[annual report] plan");
    check("nothing here", "absent", "nothing here");
    check("queries query", "query", "[queries] [query]");
    check("classes class", "classes", "[classes] [class]");
    check("Köln Ümlaut", "ümlaut", "Köln [Ümlaut]");
}

#[test]
fn the_passage_with_the_most_terms_wins() {
    let passages = ["alpha alone here", "then beta and alpha together", "beta alone"];
    let snippet = find(&passages, "alpha|beta").unwrap();
    assert_eq!(shown(&snippet), "then [beta] and [alpha] together");
}

#[test]
fn rare_looking_words_count_more_than_short_ones() {
    let passages = ["how to do it, and how to do it again", "we configure the thing"];
    let snippet = find(&passages, "how|to|configure").unwrap();
    assert_eq!(shown(&snippet), "we [configure] the thing");
}

#[test]
fn a_finder_stops_at_the_first_passage_with_everything() {
    let terms = terms("alpha|beta");
    let mut finder = Finder::new(&terms, &analyze);
    assert!(!finder.offer("alpha only"));
    assert!(!finder.offer("neither"));
    assert!(finder.offer("alpha beta"));
}

#[test]
fn no_match_is_no_snippet_but_a_lead_can_be_had() {
    assert_eq!(find(&["some text"], "absent"), None);
    assert_eq!(lead("  Some\n\n text\t here ").unwrap().text, "Some text here");
    assert_eq!(lead(" \n "), None);
}

#[test]
fn long_texts_are_cut_at_sentences_and_words() {
    let before = "An earlier sentence that goes on for quite a while and says nothing at all. ".repeat(5);
    let after = "A later sentence follows here, and it is of no interest to anybody. ".repeat(8);
    let text = format!("{before}The needle is in this one. {after}");
    let snippet = find(&[&text], "needle").unwrap();
    assert!(snippet.text.starts_with("The ") || snippet.text.starts_with("An earlier"), "{}", snippet.text);
    assert!(snippet.text.ends_with('.'), "{}", snippet.text);
    assert!(shown(&snippet).contains("The [needle] is"));
    assert!((150..=244).contains(&snippet.text.chars().count()), "{}", snippet.text.chars().count());
}

#[test]
fn where_a_sentence_goes_on_dots_say_so() {
    let text = format!(
        "{} needle {}",
        "many words without an end".split(' ').cycle().take(100).collect::<Vec<_>>().join(" "),
        "and so on ".repeat(100)
    );
    let snippet = find(&[&text], "needle").unwrap();
    assert!(snippet.text.starts_with("… ") && snippet.text.ends_with(" …"), "{}", snippet.text);
    assert!(shown(&snippet).contains(" [needle] "));
}

#[test]
fn control_and_direction_characters_do_not_reach_the_screen() {
    let snippet = find(&["a\u{0}b \u{202e}needle\u{202c} c\u{1b}[31m"], "needle").unwrap();
    assert_eq!(shown(&snippet), "a b [needle] c [31m");
}

#[test]
fn ranges_count_in_utf_16_for_the_web_view() {
    let text = "a🎉é東 b";
    assert_eq!(utf16(text, &[0..1, 1..5, 5..7, 7..10, 11..12]), [(0, 1), (1, 3), (3, 4), (4, 5), (6, 7)]);
    assert_eq!(utf16(text, &[0..1, 3..400]), [(0, 1)]);
}

proptest! {
    #[test]
    fn snippets_are_short_clean_and_marked_within(
        words in prop::collection::vec("[a-z]{1,9}[ .\n\t!]{1,3}|東京。|é\u{301} |🎉", 1..120),
        wanted in prop::collection::vec(0_usize..120, 1..4),
    ) {
        let text = words.concat();
        let spec: Vec<String> = wanted.iter().filter_map(|at| words.get(*at)).map(|word| word.trim_end_matches(['.', '\n', '\t', '!', ' ']).to_owned()).collect();
        prop_assume!(!spec.is_empty());
        if let Some(snippet) = find(&[&text], &spec.join("|")) {
            prop_assert!(snippet.text.chars().count() <= 260, "{}", snippet.text.chars().count());
            prop_assert!(!snippet.text.contains(['\n', '\t']) && !snippet.text.contains("  "));
            prop_assert_eq!(snippet.text.trim(), snippet.text.as_str());
            prop_assert!(!snippet.highlights.is_empty());
            for pair in snippet.highlights.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for range in &snippet.highlights {
                prop_assert!(snippet.text.get(range.clone()).is_some_and(|text| !text.trim().is_empty()));
            }
            prop_assert_eq!(utf16(&snippet.text, &snippet.highlights).len(), snippet.highlights.len());
        }
    }

    #[test]
    fn any_text_can_be_cut(text in any::<String>(), spec in "[a-z]{1,3}") {
        let _ = (find(&[&text], &spec), lead(&text));
    }
}
