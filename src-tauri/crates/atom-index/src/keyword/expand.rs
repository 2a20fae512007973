//! Words to the terms of the index: completions, near misses and inflections, looked up in the term dictionaries.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field as EngineField;
use tantivy::termdict::TermDictionary;
use tantivy::tokenizer::Language;
use tantivy::{Searcher, Term};

use super::forms;

/// How many completions of a prefix are scored by themselves.
pub(crate) const COMPLETIONS: usize = 32;
/// How many near misses of a word are searched.
const NEAR_MISSES: usize = 16;
/// How many terms of one dictionary are looked at for one word.
const SCAN: usize = 4096;
/// How many terms of one dictionary are looked at for other forms of one word.
const FORMS_SCAN: usize = 1024;
/// How many other forms of a word are searched.
const FORMS: usize = 16;

/// A term that stands for a word of the query, with the number of documents that hold it in each field.
#[derive(Debug, Clone)]
pub(crate) struct Expansion {
    pub(crate) term: String,
    pub(crate) frequency: Vec<u64>,
}

impl Expansion {
    fn total(&self) -> u64 {
        self.frequency.iter().sum()
    }
}

/// Looks terms up in the dictionaries of some fields.
pub(crate) struct Vocabulary<'a> {
    searcher: &'a Searcher,
    fields: &'a [EngineField],
}

type Counts = HashMap<Vec<u8>, Vec<u64>>;

impl<'a> Vocabulary<'a> {
    pub(crate) fn new(searcher: &'a Searcher, fields: &'a [EngineField]) -> Self {
        Self { searcher, fields }
    }

    /// The term itself, with zeroes where it is not.
    pub(crate) fn exact(&self, term: &str) -> tantivy::Result<Expansion> {
        let frequency = self
            .fields
            .iter()
            .map(|&field| self.searcher.doc_freq(&Term::from_field_text(field, term)))
            .collect::<tantivy::Result<_>>()?;
        Ok(Expansion { term: term.to_owned(), frequency })
    }

    /// The most frequent terms that begin with `prefix` and are not it; and whether every term was looked at.
    pub(crate) fn completions(&self, prefix: &str) -> tantivy::Result<(Vec<Expansion>, Coverage)> {
        let mut coverage = Coverage::Listed;
        let end = format!("{prefix}\u{10ffff}");
        let counts = self.collect(|dictionary, add| {
            let mut stream = dictionary.range().ge(prefix).lt(&end).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() {
                looked_at += 1;
                if looked_at > SCAN {
                    coverage = Coverage::Partial;
                    break;
                }
                add(stream.key(), stream.value().doc_freq);
            }
            Ok(())
        })?;
        if coverage == Coverage::Listed && counts.len() > COMPLETIONS + 1 {
            coverage = Coverage::Seen;
        }
        Ok((ranked(counts, prefix, COMPLETIONS), coverage))
    }

    /// The most frequent terms within `distance` edits of `word` (of its beginning, for a prefix), without itself.
    pub(crate) fn near(&self, word: &str, distance: u8, prefix: bool) -> tantivy::Result<Vec<Expansion>> {
        let Some(&field) = self.fields.first() else {
            return Ok(Vec::new());
        };
        let term = Term::from_field_text(field, word);
        let query = if prefix {
            FuzzyTermQuery::new_prefix(term, distance, true)
        } else {
            FuzzyTermQuery::new(term, distance, true)
        };
        let counts = self.collect(|dictionary, add| {
            let mut stream = dictionary.search(query.automaton()?).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() && looked_at < SCAN {
                looked_at += 1;
                add(stream.key(), stream.value().doc_freq);
            }
            Ok(())
        })?;
        Ok(ranked(counts, word, NEAR_MISSES))
    }

    /// The forms of a word that the index holds, in English and in these languages, without itself.
    pub(crate) fn inflections(&self, word: &str, languages: &[Language]) -> tantivy::Result<Vec<Expansion>> {
        let mut found = Vec::new();
        for form in forms::english(word).into_iter().chain(forms::with_particles(word)) {
            let expansion = self.exact(&form)?;
            if expansion.total() > 0 {
                found.push(expansion);
            }
        }
        let Some((begin, mut stems)) = forms::stems(word, languages) else { return Ok(found) };
        let end = format!("{begin}\u{10ffff}");
        let counts = self.collect(|dictionary, add| {
            let mut stream = dictionary.range().ge(&begin).lt(&end).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() && looked_at < FORMS_SCAN {
                looked_at += 1;
                if std::str::from_utf8(stream.key()).is_ok_and(|term| forms::is_form(term, word, &mut stems)) {
                    add(stream.key(), stream.value().doc_freq);
                }
            }
            Ok(())
        })?;
        for expansion in ranked(counts, word, FORMS) {
            if found.iter().all(|known| known.term != expansion.term) {
                found.push(expansion);
            }
        }
        Ok(found)
    }

    fn collect(
        &self,
        mut read: impl FnMut(&TermDictionary, &mut dyn FnMut(&[u8], u32)) -> tantivy::Result<()>,
    ) -> tantivy::Result<Counts> {
        let mut counts = Counts::new();
        for segment in self.searcher.segment_readers() {
            for (slot, &field) in self.fields.iter().enumerate() {
                let inverted = segment.inverted_index(field)?;
                read(inverted.terms(), &mut |term, documents| {
                    let frequency = match counts.get_mut(term) {
                        Some(frequency) => frequency,
                        None => counts.entry(term.to_vec()).or_insert_with(|| vec![0; self.fields.len()]),
                    };
                    if let Some(count) = frequency.get_mut(slot) {
                        *count += u64::from(documents);
                    }
                })?;
            }
        }
        Ok(counts)
    }
}

/// How much of what a prefix stands for is in its list of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// Every term is in the list.
    Listed,
    /// Every term was counted, the list holds the most frequent.
    Seen,
    /// There are too many terms to look at.
    Partial,
}

/// The most frequent terms but `word`, at most `limit`.
fn ranked(counts: Counts, word: &str, limit: usize) -> Vec<Expansion> {
    let mut expansions: Vec<Expansion> = counts
        .into_iter()
        .filter(|(term, _)| term.as_slice() != word.as_bytes())
        .filter_map(|(term, frequency)| {
            let term = String::from_utf8(term).ok()?;
            Some(Expansion { term, frequency })
        })
        .collect();
    let by_frequency = |a: &Expansion, b: &Expansion| b.total().cmp(&a.total()).then_with(|| a.term.cmp(&b.term));
    if expansions.len() > limit {
        expansions.select_nth_unstable_by(limit, by_frequency);
        expansions.truncate(limit);
    }
    expansions.sort_by(by_frequency);
    expansions
}
