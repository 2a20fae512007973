//! Patterns with `*` and `?` to regular expressions over the terms of the index.
//!
//! A pattern is matched against whole file names and against single words; one with a separator against paths.

use std::path::is_separator;

use tantivy::query::RegexQuery;
use tantivy::schema::Field as EngineField;

use super::Field;
use super::analyzer::fold_into;
use super::schema::whole_name;

/// Longer patterns are cut.
const MAX_PATTERN: usize = 256;

/// How to look for a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// It matches any name.
    Everything,
    /// It is a word or the beginning of one.
    Word { text: String, prefix: bool },
    /// A regular expression over paths.
    Path(String),
    /// Over whole names, and over the words of one field, all of which must be there.
    Pieces { whole_name: Option<String>, words: Vec<Piece> },
}

/// One word of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A plain word.
    Word(String),
    /// A regular expression.
    Pattern(String),
}

/// Plans a pattern; nothing where it holds nothing to look for.
pub(crate) fn plan(pattern: &str, field: Field) -> Option<Plan> {
    let pattern: String = pattern.trim().chars().take(MAX_PATTERN).collect();
    if pattern.is_empty() {
        return None;
    }
    if pattern.chars().all(|c| c == '*') {
        return Some(Plan::Everything);
    }
    if !pattern.contains(['*', '?']) {
        return Some(Plan::Word { text: pattern, prefix: false });
    }
    if pattern.contains(is_separator) && matches!(field, Field::Any | Field::Path) {
        return Some(Plan::Path(path_regex(&pattern)));
    }
    if let Some(text) = pattern.strip_suffix('*')
        && text.chars().all(char::is_alphanumeric)
        && text.chars().nth(1).is_some()
    {
        return Some(Plan::Word { text: text.to_owned(), prefix: true });
    }
    let whole_name = matches!(field, Field::Any | Field::Name).then(|| regex(&whole_name(&pattern)));
    let one_word = pattern.chars().all(|c| c.is_alphanumeric() || matches!(c, '*' | '?' | '_' | '\''));
    if whole_name.is_some() && !one_word {
        return Some(Plan::Pieces { whole_name, words: Vec::new() });
    }
    let words: Vec<Piece> = pattern
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '*' | '?' | '_' | '\''))
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .map(|piece| {
            let mut folded = String::new();
            fold_into(piece, &mut folded);
            if folded.contains(['*', '?']) { Piece::Pattern(regex(&folded)) } else { Piece::Word(folded) }
        })
        .collect();
    (whole_name.is_some() || !words.is_empty()).then_some(Plan::Pieces { whole_name, words })
}

/// A regular expression that matches somewhere in a folded term, as one that matches the whole of it.
///
/// `^` and `$` are the ends of the term, in each alternative by itself; letters are small ones, as in the index.
pub(crate) fn inside(pattern: &str) -> String {
    let pattern: String = pattern.chars().take(MAX_PATTERN).collect();
    alternatives(&pattern).map(|alternative| anywhere(alternative).concat()).collect::<Vec<_>>().join("|")
}

/// Whether a regular expression can be looked for.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    let can_be_read = |pattern: &str| RegexQuery::from_pattern(pattern, EngineField::from_field_id(0)).is_ok();
    // Each part by itself, too: what stands around it may close what it left open.
    !pattern.is_empty()
        && alternatives(pattern).all(|alternative| can_be_read(&anywhere(alternative)[2]))
        && can_be_read(&inside(pattern))
}

/// The parts between the `|` that stand in no group and no class.
fn alternatives(pattern: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    pattern.split(move |c| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.saturating_sub(1),
            _ => return c == '|' && !in_class && depth == 0,
        }
        false
    })
}

/// What may stand before, `(`, what was written in small letters, `)`, and what may stand behind.
fn anywhere(alternative: &str) -> [String; 5] {
    let (before, rest) = match alternative.strip_prefix('^') {
        Some(rest) => ("", rest),
        None => (".*", alternative),
    };
    let is_escaped = |rest: &str| rest.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    let (behind, rest) = match rest.strip_suffix('$') {
        Some(rest) if !is_escaped(rest) => ("", rest),
        _ => (".*", rest),
    };
    let mut folded = String::with_capacity(rest.len());
    let mut escaped = false;
    for c in rest.chars() {
        // `\W` is not `\w`.
        if escaped {
            folded.push(c);
        } else {
            folded.extend(c.to_lowercase());
        }
        escaped = c == '\\' && !escaped;
    }
    [before.to_owned(), "(".to_owned(), folded, ")".to_owned(), behind.to_owned()]
}

/// A folded pattern as a regular expression that must match a whole term.
fn regex(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut after_star = false;
    for c in pattern.chars() {
        match c {
            '*' if after_star => {}
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            _ => push_literal(&mut out, c),
        }
        after_star = c == '*';
    }
    out
}

/// A pattern over paths: anywhere below, without regard to case.
fn path_regex(pattern: &str) -> String {
    let mut out = String::new();
    if !pattern.starts_with(is_separator) {
        out.push_str("(.*/)?");
    }
    let mut after_star = false;
    for c in pattern.chars() {
        match c {
            '*' if after_star => {}
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            _ => {
                let (lower, upper): (String, String) = (c.to_lowercase().collect(), c.to_uppercase().collect());
                if lower == upper {
                    push_literal(&mut out, c);
                } else {
                    out.push('(');
                    lower.chars().for_each(|c| push_literal(&mut out, c));
                    out.push('|');
                    upper.chars().for_each(|c| push_literal(&mut out, c));
                    out.push(')');
                }
            }
        }
        after_star = c == '*';
    }
    out
}

fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::{Plan, plan};
    use crate::keyword::Field;

    #[test]
    fn patterns_are_planned_by_what_they_hold() {
        let check = |pattern: &str, expect: Option<Plan>| assert_eq!(plan(pattern, Field::Any), expect, "{pattern}");
        check("", None);
        check("**", Some(Plan::Everything));
        check("Rep*", Some(Plan::Word { text: "Rep".to_owned(), prefix: true }));
        check("*.PDF", Some(Plan::Pieces { whole_name: Some(r".*\.pdf".to_owned()), words: Vec::new() }));
        check("src/*", Some(Plan::Path(r"(.*/)?(s|S)(r|R)(c|C)\/.*".to_owned())));
    }
}
