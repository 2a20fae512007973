//! How a query may go on at the cursor: operators, their values, past searches.
//!
//! Pure but for the [`Vocabulary`], which knows what there is. What is proposed never changes what was typed before the
//! word at the cursor.

use crate::query::{OPERATORS, known_values, quoted, takes_folders};
use std::ops::Range;

/// Proposals of one kind.
const EACH: usize = 8;
/// Past searches proposed beside others.
const PAST: usize = 3;

/// What there is to complete with. All calls may read the index.
pub trait Vocabulary {
    /// Values of an operator that begin with `prefix`, best first.
    fn values(&self, of: Completion, prefix: &str) -> Vec<String>;

    /// Folders whose names begin with `prefix`, by path.
    fn folders(&self, prefix: &str) -> Vec<String>;

    /// Past searches that go on with what was typed, the last one first.
    fn history(&self, typed: &str) -> Vec<String>;
}

/// What the values of an operator are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Authors and senders.
    People,
    /// Labels.
    Labels,
    /// Languages.
    Languages,
    /// Extensions.
    Extensions,
    /// Names of sources.
    Sources,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// For display.
    pub label: String,
    /// What it is, in a few words; may be empty.
    pub detail: String,
    /// `operator`, `value` or `history`.
    pub kind: &'static str,
    /// Bytes of the query that are replaced.
    pub span: Range<usize>,
    /// What takes their place.
    pub insert: String,
}

/// Ways for `query` to go on at byte `cursor`, best first.
pub fn complete(query: &str, cursor: usize, vocabulary: &dyn Vocabulary) -> Vec<Suggestion> {
    let cursor = query.floor_char_boundary(cursor);
    let before = query.get(..cursor).unwrap_or_default();
    let start = behind_last(before, char::is_whitespace);
    let word = before.get(start..).unwrap_or_default();
    let signed = word.trim_start_matches(['-', '(']);
    let start = start + (word.len() - signed.len());
    let mut found = match signed.split_once(':') {
        Some((name, values)) => values_of(name, values, cursor, vocabulary),
        None if signed.is_empty() => Vec::new(),
        None => operators(signed, start..cursor),
    };
    if cursor == query.len() && !before.trim().is_empty() {
        let past = vocabulary.history(before).into_iter().filter(|past| past != before).take(PAST);
        found.extend(past.map(|past| Suggestion {
            label: past.clone(),
            detail: String::new(),
            kind: "history",
            span: 0..cursor,
            insert: past,
        }));
    }
    found
}

/// Where what is behind the last of some characters begins; those between quotes do not count.
fn behind_last(text: &str, ends: impl Fn(char) -> bool) -> usize {
    let (mut start, mut in_quotes) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => in_quotes = !in_quotes,
            c if !in_quotes && ends(c) => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

fn operators(word: &str, span: Range<usize>) -> Vec<Suggestion> {
    let word = word.to_lowercase();
    let named = OPERATORS.iter().filter(|(name, _)| name.starts_with(&word)).take(EACH);
    named
        .map(|(name, detail)| Suggestion {
            label: format!("{name}:"),
            detail: (*detail).to_owned(),
            kind: "operator",
            span: span.clone(),
            insert: format!("{name}:"),
        })
        .collect()
}

fn values_of(name: &str, values: &str, cursor: usize, vocabulary: &dyn Vocabulary) -> Vec<Suggestion> {
    let name = name.to_lowercase();
    let typed = values.get(behind_last(values, |c| c == ',')..).unwrap_or_default();
    let span = cursor - typed.len()..cursor;
    let prefix = typed.trim_start_matches('"');
    let lower = prefix.to_lowercase();
    let value = |label: String, detail: String, inserted: &str| Suggestion {
        insert: format!("{} ", quoted(inserted)),
        label,
        detail,
        kind: "value",
        span: span.clone(),
    };
    let fixed = known_values(&name).iter().filter(|known| known.starts_with(&lower) && **known != lower);
    let mut found: Vec<Suggestion> =
        fixed.take(EACH).map(|known| value((*known).to_owned(), String::new(), known)).collect();
    if let Some(of) = vocabulary_of(&name) {
        for one in vocabulary.values(of, prefix).into_iter().take(EACH) {
            if found.iter().all(|known| known.label != one) {
                found.push(value(one.clone(), String::new(), &one));
            }
        }
    }
    if takes_folders(&name) && !prefix.is_empty() {
        for path in vocabulary.folders(prefix).into_iter().take(EACH) {
            let (above, folder) = path.rsplit_once(std::path::is_separator).unwrap_or(("", &path));
            found.push(value(folder.to_owned(), above.to_owned(), &path));
        }
    }
    found
}

fn vocabulary_of(name: &str) -> Option<Completion> {
    Some(match name {
        "from" | "author" | "to" => Completion::People,
        "label" | "tag" => Completion::Labels,
        "lang" | "language" => Completion::Languages,
        "ext" => Completion::Extensions,
        "in" | "source" => Completion::Sources,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Completion, Vocabulary, complete};
    use proptest::prelude::*;

    struct Known;

    impl Vocabulary for Known {
        fn values(&self, of: Completion, prefix: &str) -> Vec<String> {
            let all: &[&str] = match of {
                Completion::People => &["Ann Lee", "anna@example.org"],
                Completion::Labels => &["work", "work/taxes"],
                Completion::Sources => &["Docs"],
                _ => &[],
            };
            let begins = |value: &&&str| value.to_lowercase().starts_with(&prefix.to_lowercase());
            all.iter().filter(begins).map(|&value| value.to_owned()).collect()
        }

        fn folders(&self, prefix: &str) -> Vec<String> {
            ["/home/ann/my tax"].into_iter().filter(|_| "my tax".starts_with(prefix)).map(str::to_owned).collect()
        }

        fn history(&self, typed: &str) -> Vec<String> {
            ["lease garden"].into_iter().filter(|past| past.starts_with(typed)).map(str::to_owned).collect()
        }
    }

    /// The query after the first proposal is taken.
    fn first(query: &str) -> String {
        let found = complete(query, query.len(), &Known);
        let Some(best) = found.first() else { return String::new() };
        let mut query = query.to_owned();
        query.replace_range(best.span.clone(), &best.insert);
        query
    }

    #[test]
    fn operators_values_and_past_searches_are_proposed() {
        assert_eq!(first("rent ty"), "rent type:");
        assert_eq!(first("rent -ty"), "rent -type:");
        assert_eq!(first("type:sp"), "type:spreadsheet ");
        assert_eq!(first("type:pdf,au"), "type:pdf,audio ");
        assert_eq!(first("from:ann"), "from:\"Ann Lee\" ");
        assert_eq!(first("from:\"ann l"), "from:\"Ann Lee\" ");
        assert_eq!(first("from:\"Lee, ann"), "", "a comma in quotes does not end a value");
        assert_eq!(first("from:\"Lee, Ann\",ann"), "from:\"Lee, Ann\",\"Ann Lee\" ");
        assert_eq!(first("label:wor"), "label:work ");
        assert_eq!(first("in:do"), "in:Docs ");
        assert_eq!(first("path:my"), "path:\"/home/ann/my tax\" ");
        assert_eq!(first("date:yes"), "date:yesterday ");
        assert_eq!(first("is:un"), "is:unread ");
        assert_eq!(first("leas"), "lease garden");
        assert_eq!(first("nothing like it"), "");
        assert_eq!(first(""), "");
    }

    #[test]
    fn only_the_word_at_the_cursor_is_replaced() {
        let found = complete("ty rent", 2, &Known);
        assert_eq!((found[0].span.clone(), found[0].insert.as_str()), (0..2, "type:"));
        assert!(found.iter().all(|one| one.kind != "history"));
    }

    proptest! {
        #[test]
        fn no_query_breaks_the_proposals(query in "\\PC{0,40}|[a-z:,\"( -]{0,40}", cursor in 0_usize..50) {
            for one in complete(&query, cursor, &Known) {
                prop_assert!(query.get(one.span).is_some());
            }
        }
    }
}
