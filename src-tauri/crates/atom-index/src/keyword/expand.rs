//! Words to the terms of the index: completions, near misses and inflections, looked up in the term dictionaries.

use std::collections::{HashMap, HashSet};

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field as EngineField;
use tantivy::termdict::TermDictionary;
use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer};
use tantivy::{Searcher, Term};

/// How many completions of a prefix are scored by themselves.
pub(crate) const COMPLETIONS: usize = 32;
/// How many near misses of a word are searched.
const NEAR_MISSES: usize = 16;
/// How many terms of one dictionary are looked at for one word.
const SCAN: usize = 4096;
/// A word must be as long as this to be inflected.
const INFLECTED_FROM: usize = 4;

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

    /// The forms of an English word that the index holds, without itself.
    pub(crate) fn inflections(&self, word: &str) -> tantivy::Result<Vec<Expansion>> {
        let mut found = Vec::new();
        for form in inflections(word) {
            let expansion = self.exact(&form)?;
            if expansion.total() > 0 {
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

/// Candidate forms of an English word: made by the regular endings, kept when they share its stem.
fn inflections(word: &str) -> Vec<String> {
    if word.len() < INFLECTED_FROM || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Vec::new();
    }
    let mut stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build();
    let mut stem = |word: &str| {
        let mut stream = stemmer.token_stream(word);
        stream.next().map(|token| token.text.clone()).unwrap_or_default()
    };
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
    use super::inflections;

    #[test]
    fn regular_inflections_are_found_both_ways() {
        let check = |word: &str, form: &str| {
            let forms = inflections(word);
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
            assert!(inflections(word).is_empty(), "{word}");
        }
    }
}
