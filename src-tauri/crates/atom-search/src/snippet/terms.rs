//! The words to mark, analysed as the keyword index does, and where they are in a text.

use super::Analyze;
use crate::query::HighlightTerm;
use atom_index::keyword::Token;
use std::ops::Range;

/// The longest a term can weigh: longer words are not rarer.
const FULL_WEIGHT_CHARS: usize = 8;

/// Words shorter than this have no other forms.
const INFLECTED_FROM: usize = 4;

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    terms: Vec<Term>,
}

/// One word, or words in a row.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    words: Vec<String>,
    /// The parts of an identifier, which may also stand apart.
    parts: Vec<String>,
    prefix: bool,
    /// Other forms of a single word, as the index found them.
    forms: Vec<String>,
    stem: Option<String>,
    /// What a text must have to be looked at; for texts in ASCII only.
    probe: String,
    weight: f32,
}

/// A term in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// Which one.
    pub(super) term: usize,
    /// Bytes in the text.
    pub(super) range: Range<usize>,
}

impl Terms {
    /// The terms of a query.
    pub fn new(terms: &[HighlightTerm], analyze: Analyze<'_>) -> Self {
        let mut all: Vec<Term> = Vec::with_capacity(terms.len());
        for term in terms {
            all.extend(Term::new(&term.words.join(" "), term.prefix, analyze).filter(|term| !all.contains(term)));
        }
        Self { terms: all }
    }

    /// The same terms, of which single words stand for these forms of theirs too.
    #[must_use]
    pub fn with_forms(mut self, forms: &dyn Fn(&str) -> Vec<String>) -> Self {
        for term in &mut self.terms {
            if let [word] = term.words.as_slice() {
                term.forms = forms(word);
            }
        }
        self
    }

    /// Each word of a plain text as a term of its own.
    pub fn of_text(text: &str, analyze: Analyze<'_>) -> Self {
        let words: Vec<HighlightTerm> =
            text.split_whitespace().map(|word| HighlightTerm { words: vec![word.to_owned()], prefix: false }).collect();
        Self::new(&words, analyze)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is nothing to mark.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// How much it tells that a term is there: long words are rarer than short ones.
    pub(super) fn weight(&self, term: usize) -> f32 {
        self.terms.get(term).map_or(0.0, |term| term.weight)
    }

    /// How much the terms weigh that `text` may have; never less than those that it has. Zero where it has none.
    pub(super) fn weight_at_most(&self, text: &str) -> f32 {
        if !text.is_ascii() {
            return self.terms.iter().map(|term| term.weight).sum();
        }
        let folded: String = text
            .bytes()
            .filter(|byte| !matches!(byte, b'_' | b'\''))
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
        let may_be_in =
            |term: &&Term| folded.contains(&term.probe) || term.forms.iter().any(|form| folded.contains(form.as_str()));
        self.terms.iter().filter(may_be_in).map(|term| term.weight).sum()
    }

    /// Every place of every term, in order of where it begins.
    pub(super) fn find(&self, text: &str, analyze: Analyze<'_>) -> Vec<Match> {
        let tokens = analyze(text);
        let mut found = Vec::new();
        for at in 0..tokens.len() {
            for (index, term) in self.terms.iter().enumerate() {
                if let Some(range) = term.at(&tokens, at) {
                    found.push(Match { term: index, range });
                }
            }
        }
        found.sort_by_key(|found| (found.range.start, found.range.end));
        found
    }
}

impl Term {
    fn new(text: &str, prefix: bool, analyze: Analyze<'_>) -> Option<Self> {
        let tokens = analyze(text);
        let mut words: Vec<&Token> = Vec::new();
        for token in &tokens {
            // Parts share a position with their whole; the last character of a run is in the pair before it.
            let inside = words.last().is_some_and(|last| token.position == last.position || token.end <= last.end);
            if !inside {
                words.push(token);
            }
        }
        let last = words.last()?;
        let prefix = prefix || is_lone_character(&last.text);
        let parts: Vec<String> = match words.as_slice() {
            [only] => tokens
                .iter()
                .filter(|token| token.position == only.position)
                .skip(1)
                .map(|token| token.text.clone())
                .collect(),
            _ => Vec::new(),
        };
        let words: Vec<String> = words.iter().map(|token| token.text.clone()).collect();
        let stem = match words.as_slice() {
            [only] => stem(only),
            _ => None,
        };
        let probe = match &stem {
            Some(stem) => stem.trim_end_matches(['y', 'i', 'e']).to_owned(),
            None => words.first().cloned().unwrap_or_default(),
        };
        // An identifier that stands apart has no whole to probe for.
        let probe = parts.first().map_or(probe, String::clone);
        let chars: usize = words.iter().map(|word| word.chars().count()).sum();
        let wide = if text.is_ascii() { 1 } else { 2 };
        let weight = (chars * wide).min(FULL_WEIGHT_CHARS) as f32 * if words.len() > 1 { 1.5 } else { 1.0 };
        Some(Self { words, parts, prefix, forms: Vec::new(), stem, probe, weight })
    }

    /// The bytes of this term where it begins with the token at `at`.
    fn at(&self, tokens: &[Token], at: usize) -> Option<Range<usize>> {
        let token = tokens.get(at)?;
        self.in_a_row(&self.words, tokens, at, self.prefix)
            .or_else(|| (self.parts.len() > 1).then(|| self.in_a_row(&self.parts, tokens, at, false)).flatten())
            .or_else(|| {
                let other_form =
                    self.stem.is_some() && shares_beginning(&token.text, &self.probe) && stem(&token.text) == self.stem;
                // `"read to string"` is `read_to_string`, too.
                let joined = self.words.len() > 1
                    && token.text.len() == self.words.iter().map(String::len).sum::<usize>()
                    && token.text == self.words.concat();
                (other_form || joined || self.forms.contains(&token.text)).then_some(token.start..token.end)
            })
    }

    fn in_a_row(&self, words: &[String], tokens: &[Token], at: usize, prefix: bool) -> Option<Range<usize>> {
        let begin = tokens.get(at)?;
        let mut end = begin.start;
        let mut from = at;
        for (nth, word) in words.iter().enumerate() {
            let position = begin.position + nth;
            let prefix = prefix && nth + 1 == words.len();
            let candidates = tokens.get(from..)?.iter().enumerate().skip_while(|(_, token)| token.position < position);
            let mut here = candidates.take_while(|(_, token)| token.position == position);
            let is_it = |token: &Token| token.text == *word || prefix && token.text.starts_with(word.as_str());
            let (offset, token) = if nth == 0 {
                here.next().filter(|(_, token)| is_it(token))?
            } else {
                here.find(|(_, token)| is_it(token))?
            };
            // A character alone is found as the beginning of a pair, and only it is marked.
            let is_half = prefix && is_lone_character(word) && token.text != *word;
            let is_unfolded = token.text.len() == token.end - token.start;
            end = end.max(if is_half && is_unfolded { token.start + word.len() } else { token.end });
            from += offset;
        }
        Some(begin.start..end)
    }
}

fn shares_beginning(token: &str, probe: &str) -> bool {
    !probe.is_empty() && token.starts_with(probe)
}

fn is_lone_character(word: &str) -> bool {
    !word.is_ascii() && word.chars().nth(1).is_none()
}

/// What the regular forms of an English word have in common; near enough to mark them.
fn stem(word: &str) -> Option<String> {
    if word.len() < INFLECTED_FROM || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let base = ["ing", "ed", "es", "s"]
        .into_iter()
        .find_map(|ending| word.strip_suffix(ending))
        .filter(|base| base.len() >= 3);
    let base = match base {
        Some(_) if word.ends_with("ss") => word,
        Some(base) => base,
        None => word,
    };
    let mut bytes = base.bytes().rev();
    let doubled = matches!((bytes.next(), bytes.next()), (Some(a), Some(b)) if a == b && !b"aeiouls".contains(&a));
    let base = if doubled { base.get(..base.len() - 1).unwrap_or(base) } else { base };
    let base = base.strip_suffix('e').unwrap_or(base);
    Some(match base.strip_suffix('y') {
        Some(root) => format!("{root}i"),
        None => base.to_owned(),
    })
}
