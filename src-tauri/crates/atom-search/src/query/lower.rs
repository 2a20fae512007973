//! Tree to plan: which part each index gets.
//!
//! Plain words are soft: they rank, and a hit by meaning need not contain them.
//! Everything with a sign or an operator is hard: a constraint on every hit.

use super::ast::{Node, Operator, Syntax};
use super::notice::{Notice, NoticeCode};
use super::{Chip, Context, HighlightTerm, PlainWord, Plan, kinds, period, size};
use atom_index::keyword::{self, Field, KeywordQuery};
use chrono::TimeZone;

/// A beginning of one ASCII letter would match a good part of every index.
const MIN_PREFIX_BYTES: usize = 2;

pub(super) fn lower<Tz: TimeZone>(
    text: &str,
    tree: Option<Node>,
    notices: Vec<Notice>,
    context: &Context<'_, Tz>,
) -> Plan {
    let mut lowering = Lowering {
        text,
        context,
        notices,
        chips: Vec::new(),
        highlights: Vec::new(),
        words: Vec::new(),
        meaning: Vec::new(),
    };
    let lowered = tree.as_ref().map(|node| lowering.node(node, Sign::Positive)).unwrap_or_default();
    let Lowering { notices, chips, highlights, words, meaning, .. } = lowering;
    let last_word_prefix = words.last().is_some_and(|word| word.prefix);
    let meaning_text = (!meaning.is_empty()).then(|| meaning.join(" "));
    let relaxed = (words.len() > 1).then(|| {
        let any = KeywordQuery::Or(words.iter().map(|word| plain(&word.text, word.prefix)).collect());
        all([Some(any), lowered.hard.clone()].into_iter().flatten().collect())
    });
    Plan {
        keyword: lowered.full.map(standalone),
        constraints: lowered.hard.map(standalone),
        relaxed: relaxed.flatten(),
        meaning_text,
        chips,
        notices,
        highlight_terms: highlights,
        words,
        last_word_prefix,
        within: None,
    }
}

/// From so many words on, fillers among them are not looked for.
const SENTENCE_WORDS: usize = 4;
/// English words that a question needs and an answer need not have.
const FILLERS: [&str; 44] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "did", "for", "from", "has", "have", "how",
    "i", "in", "is", "it", "its", "of", "on", "or", "should", "that", "the", "there", "this", "to", "was", "were",
    "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
];

fn is_filler(word: &str) -> bool {
    FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word))
}

/// What a part of the tree asks for: all of it, and only what is not negotiable. `None` asks for nothing.
#[derive(Default)]
struct Lowered {
    full: Option<KeywordQuery>,
    hard: Option<KeywordQuery>,
}

impl Lowered {
    fn soft(query: KeywordQuery) -> Self {
        Self { full: Some(query), hard: None }
    }

    fn hard(query: KeywordQuery) -> Self {
        Self { full: Some(query.clone()), hard: Some(query) }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Positive,
    Negative,
}

struct Lowering<'a, Tz: TimeZone> {
    text: &'a str,
    context: &'a Context<'a, Tz>,
    notices: Vec<Notice>,
    chips: Vec<Chip>,
    highlights: Vec<HighlightTerm>,
    words: Vec<PlainWord>,
    meaning: Vec<String>,
}

impl<Tz: TimeZone> Lowering<'_, Tz> {
    fn node(&mut self, node: &Node, sign: Sign) -> Lowered {
        match &node.syntax {
            Syntax::Word(text) => {
                let prefix = self.unfinished(node) && text.len() >= MIN_PREFIX_BYTES;
                if sign == Sign::Positive {
                    self.highlight(vec![text.clone()], prefix);
                    let apart = keyword::words_of_run(text).unwrap_or_default();
                    for (at, word) in (1..).zip(&apart) {
                        self.highlight(vec![(*word).to_owned()], prefix && at == apart.len());
                    }
                    self.meaning.push(text.clone());
                    self.words.push(PlainWord { text: text.clone(), span: node.span.clone(), prefix });
                }
                Lowered::soft(plain(text, prefix && sign == Sign::Positive))
            }
            Syntax::Exact(text) => {
                self.mark(sign, vec![text.clone()], false);
                // Only single words are also looked for in their other forms.
                Lowered::hard(phrase(std::slice::from_ref(text), Field::Any, false, 0))
            }
            Syntax::Wildcard(pattern) => self.wildcard(pattern, sign),
            Syntax::Everything => Lowered::hard(KeywordQuery::All),
            Syntax::Phrase { words, slop, closed } => {
                let prefix = !closed && self.unfinished(node);
                if *slop == 0 {
                    self.mark(sign, words.clone(), prefix);
                } else {
                    words.iter().for_each(|word| self.mark(sign, vec![word.clone()], false));
                }
                Lowered::hard(phrase(words, Field::Any, prefix, *slop))
            }
            Syntax::Meaning(text) => {
                if sign == Sign::Positive {
                    self.meaning.push(text.clone());
                }
                Lowered::default()
            }
            Syntax::Operator { operator, values } => self.operator(node, *operator, values, sign),
            Syntax::All(nodes) => {
                let words = nodes.iter().filter(|node| matches!(node.syntax, Syntax::Word(_))).count();
                // Fewer words are rather a name, or a phrase that somebody remembers.
                let is_sentence = words >= SENTENCE_WORDS
                    && nodes.iter().any(|node| matches!(&node.syntax, Syntax::Word(word) if !is_filler(word)));
                let parts: Vec<Lowered> = nodes
                    .iter()
                    .map(|node| match &node.syntax {
                        Syntax::Word(word) if is_sentence && is_filler(word) && !self.unfinished(node) => {
                            self.filler(word, sign)
                        }
                        _ => self.node(node, sign),
                    })
                    .collect();
                let (full, hard): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.full, part.hard)).unzip();
                Lowered {
                    full: all(full.into_iter().flatten().collect()),
                    hard: all(hard.into_iter().flatten().collect()),
                }
            }
            Syntax::Any(nodes) => {
                let parts: Vec<Lowered> = nodes.iter().map(|node| self.node(node, sign)).collect();
                let (full, hard): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.full, part.hard)).unzip();
                // One alternative that asks for nothing hard makes the whole choice negotiable.
                Lowered {
                    full: any(full.into_iter().flatten().collect()),
                    hard: hard.into_iter().collect::<Option<Vec<_>>>().and_then(any),
                }
            }
            Syntax::Not(inner) => {
                let opposite = if sign == Sign::Positive { Sign::Negative } else { Sign::Positive };
                match self.node(inner, opposite).full {
                    Some(query) => Lowered::hard(not(query)),
                    None => Lowered::default(),
                }
            }
        }
    }

    /// A word that only makes a sentence of the others: it tells what is meant and is not looked for.
    fn filler(&mut self, word: &str, sign: Sign) -> Lowered {
        if sign == Sign::Positive {
            self.meaning.push(word.to_owned());
        }
        Lowered::default()
    }

    /// Whether the person may still be typing it: it ends where the text ends.
    fn unfinished(&self, node: &Node) -> bool {
        self.context.typing && node.span.end == self.text.len()
    }

    /// A word that must be there: it is marked, and part of what is meant.
    fn mark(&mut self, sign: Sign, words: Vec<String>, prefix: bool) {
        if sign == Sign::Positive {
            self.meaning.push(words.join(" "));
            self.highlight(words, prefix);
        }
    }

    fn highlight(&mut self, words: Vec<String>, prefix: bool) {
        let term = HighlightTerm { words, prefix };
        if !self.highlights.contains(&term) {
            self.highlights.push(term);
        }
    }

    fn wildcard(&mut self, pattern: &str, sign: Sign) -> Lowered {
        if let Some(extension) = pattern.strip_prefix("*.")
            && extension.chars().all(char::is_alphanumeric)
        {
            return Lowered::hard(KeywordQuery::Ext(vec![extension.to_lowercase()]));
        }
        if let Some(stem) = stem_of(pattern) {
            if sign == Sign::Positive {
                self.highlight(vec![stem.to_owned()], true);
            }
            return Lowered::hard(plain(stem, true));
        }
        Lowered::hard(KeywordQuery::Wildcard { pattern: pattern.to_owned(), field: Field::Any })
    }

    fn operator(&mut self, node: &Node, operator: Operator, values: &[String], sign: Sign) -> Lowered {
        let prefix = sign == Sign::Positive && self.unfinished(node) && !self.text.ends_with('"');
        let count = values.len();
        let mut alternatives = Vec::new();
        for (index, value) in values.iter().enumerate() {
            match self.filter(operator, value, prefix && index + 1 == count) {
                Some(query) => alternatives.push(query),
                None => self.notices.push(Notice::new(
                    NoticeCode::UnknownOperator,
                    format!(
                        "{}:{value} cannot be read as {} and is left out",
                        operator.as_str(),
                        expectation(operator)
                    ),
                )),
            }
        }
        let Some(query) = any(alternatives) else { return Lowered::default() };
        let dash = if sign == Sign::Negative { "-" } else { "" };
        let start =
            node.span.start - usize::from(self.text.get(..node.span.start).is_some_and(|before| before.ends_with('-')));
        self.chips.push(Chip {
            start: if sign == Sign::Negative { start } else { node.span.start },
            end: node.span.end,
            operator: format!("{dash}{}", operator.as_str()),
            value: values.join(","),
        });
        if operator == Operator::Name && sign == Sign::Positive {
            for value in values {
                let words: Vec<String> =
                    value.split_whitespace().filter(|word| !word.contains(['*', '?'])).map(str::to_owned).collect();
                if !words.is_empty() {
                    self.highlight(words, prefix);
                }
            }
        }
        Lowered::hard(query)
    }

    fn filter(&mut self, operator: Operator, value: &str, prefix: bool) -> Option<KeywordQuery> {
        let now = &self.context.now;
        match operator {
            Operator::Type => kinds::by_type(value),
            Operator::Extension => kinds::by_extension(value),
            Operator::Mime => kinds::by_mime(value),
            Operator::Source => Some(self.source(value, prefix)),
            Operator::Path => path(value, prefix),
            Operator::Name => name(value, prefix),
            Operator::Author => in_field(words_of(value), Field::Author, prefix),
            Operator::People => in_field(words_of(value), Field::People, prefix),
            Operator::Language => kinds::by_language(value),
            Operator::Has => kinds::by_possession(value),
            Operator::Is => kinds::by_state(value),
            Operator::Label => Some(KeywordQuery::Label { value: value.to_owned(), prefix }),
            Operator::Regex => keyword::is_regex(value).then(|| KeywordQuery::Regex(value.to_owned())),
            Operator::After => Some(modified(period::period(value, now)?.0, None)),
            Operator::Before => Some(modified(None, period::period(value, now)?.0)),
            Operator::On => {
                let (from, to) = period::bounds(value, now)?;
                Some(modified(from, to))
            }
            Operator::NewerThan => Some(modified(period::ago(value, now)?, None)),
            Operator::OlderThan => Some(modified(None, period::ago(value, now)?)),
            Operator::Size => {
                let (from, to) = size::bounds(value)?;
                Some(KeywordQuery::Size { from, to })
            }
            Operator::Larger => {
                Some(KeywordQuery::Size { from: Some(size::bytes(value)?.saturating_add(1)), to: None })
            }
            Operator::Smaller => Some(KeywordQuery::Size { from: None, to: Some(size::bytes(value)?) }),
        }
    }

    /// A source by name; a name that no source has is taken for a folder's.
    fn source(&mut self, value: &str, prefix: bool) -> KeywordQuery {
        let sources = (self.context.sources)(value);
        if !sources.is_empty() {
            return KeywordQuery::Source(sources);
        }
        match path(value, prefix) {
            Some(query) => {
                self.notices.push(Notice::new(
                    NoticeCode::UnknownOperator,
                    format!("No source is called {value}; searching in folders of that name"),
                ));
                query
            }
            None => KeywordQuery::Source(Vec::new()),
        }
    }
}

const fn expectation(operator: Operator) -> &'static str {
    match operator {
        Operator::Type | Operator::Extension | Operator::Mime => "a type",
        Operator::Source | Operator::Path => "a place",
        Operator::Name | Operator::Author | Operator::People => "a name",
        Operator::Language => "a language",
        Operator::Has => "something that a file can have",
        Operator::Is => "something that a file can be",
        Operator::Label => "a label",
        Operator::Regex => "a pattern",
        Operator::After | Operator::Before | Operator::On => "a date",
        Operator::NewerThan | Operator::OlderThan => "a length of time",
        Operator::Size | Operator::Larger | Operator::Smaller => "a size",
    }
}

fn modified(from: impl Into<Option<i64>>, to: impl Into<Option<i64>>) -> KeywordQuery {
    KeywordQuery::Modified { from: from.into(), to: to.into() }
}

/// An absolute path is the beginning of one; anything else is words in sequence anywhere in it.
fn path(value: &str, prefix: bool) -> Option<KeywordQuery> {
    let drive = value.get(1..3).is_some_and(|rest| matches!(rest, ":\\" | ":/"));
    if value.starts_with('/') || drive {
        return Some(KeywordQuery::Under(value.to_owned()));
    }
    if value.contains(['*', '?']) {
        return Some(KeywordQuery::Wildcard { pattern: value.to_owned(), field: Field::Path });
    }
    // A path has as many words as separators: the whole of it is cut, not only at spaces.
    let words: Vec<String> = value
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '~'))
        .filter(|word| super::parse::has_letters(word))
        .map(str::to_owned)
        .collect();
    in_field(words, Field::Path, prefix)
}

/// The file's name or the document's own title.
fn name(value: &str, prefix: bool) -> Option<KeywordQuery> {
    if value.contains(['*', '?']) {
        if let Some(stem) = stem_of(value) {
            return named(vec![stem.to_owned()], true);
        }
        let wildcard = |field| KeywordQuery::Wildcard { pattern: value.to_owned(), field };
        return any(vec![wildcard(Field::Name), wildcard(Field::Title)]);
    }
    named(words_of(value), prefix)
}

fn words_of(value: &str) -> Vec<String> {
    value.split_whitespace().filter(|word| super::parse::has_letters(word)).map(str::to_owned).collect()
}

fn named(words: Vec<String>, prefix: bool) -> Option<KeywordQuery> {
    any([in_field(words.clone(), Field::Name, prefix), in_field(words, Field::Title, prefix)]
        .into_iter()
        .flatten()
        .collect())
}

fn in_field(words: Vec<String>, field: Field, prefix: bool) -> Option<KeywordQuery> {
    match words.as_slice() {
        [] => None,
        [word] => Some(KeywordQuery::Word {
            text: word.clone(),
            field,
            prefix: prefix && word.len() >= MIN_PREFIX_BYTES,
            fuzzy: false,
        }),
        _ => Some(phrase(&words, field, prefix, 0)),
    }
}

/// `rep` of `rep*`: a beginning is cheaper to find than a pattern.
fn stem_of(pattern: &str) -> Option<&str> {
    let stem = pattern.strip_suffix('*')?;
    (stem.len() >= MIN_PREFIX_BYTES && stem.chars().all(char::is_alphanumeric)).then_some(stem)
}

fn plain(text: &str, prefix: bool) -> KeywordQuery {
    KeywordQuery::Word { text: text.to_owned(), field: Field::Any, prefix, fuzzy: false }
}

/// Words in sequence; two words near each other count in either order.
fn phrase(words: &[String], field: Field, last_prefix: bool, slop: u32) -> KeywordQuery {
    match words {
        [first, second] if slop > 0 => {
            let ordered = |a: &String, b: &String| KeywordQuery::Phrase {
                words: vec![a.clone(), b.clone()],
                field,
                last_prefix: false,
                slop,
            };
            KeywordQuery::Or(vec![ordered(first, second), ordered(second, first)])
        }
        _ => KeywordQuery::Phrase { words: words.to_vec(), field, last_prefix, slop },
    }
}

fn all(mut parts: Vec<KeywordQuery>) -> Option<KeywordQuery> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            KeywordQuery::And(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.iter().all(|part| matches!(part, KeywordQuery::Not(_))) {
        flat.insert(0, KeywordQuery::All);
    }
    Some(KeywordQuery::And(flat))
}

fn any(mut parts: Vec<KeywordQuery>) -> Option<KeywordQuery> {
    if parts.len() < 2 {
        return parts.pop();
    }
    Some(KeywordQuery::Or(parts.into_iter().map(standalone).collect()))
}

fn not(query: KeywordQuery) -> KeywordQuery {
    match query {
        KeywordQuery::Not(inner) => *inner,
        other => KeywordQuery::Not(Box::new(other)),
    }
}

/// A negation alone selects nothing in an inverted index: it is taken from everything.
fn standalone(query: KeywordQuery) -> KeywordQuery {
    match query {
        KeywordQuery::Not(_) => KeywordQuery::And(vec![KeywordQuery::All, query]),
        other => other,
    }
}
