//! Query trees to the engine's queries.
//!
//! A word is looked for in all of its fields at once: a document matches when each word is in some field, and its score
//! is the sum over words of the weighted BM25 of the fields. All terms that stand for one word share one inverse document
//! frequency, so that a rare completion or misspelling does not outrank the word itself.
//! Words that hold nothing to look for (punctuation) are left out, as if they were not typed.

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, InvertedIndexRangeQuery, Occur, PhrasePrefixQuery,
    PhraseQuery, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as EngineField, IndexRecordOption};
use tantivy::tokenizer::Language;
use tantivy::{Searcher, Term};

use std::ops::Bound;

use super::analyzer::{Role, Scanner, name_key};
use super::expand::{Coverage, Expansion, Vocabulary};
use super::schema::{Fields, SHOWN, extension, looked_for, trimmed_folder};
use super::{Field, KeywordQuery, forms, segment, wildcard};

type Boxed = Box<dyn Query>;

/// Weights of the fields under [`Field::Any`].
const NAME: f32 = 4.0;
const TITLE: f32 = 3.0;
const PATH: f32 = 1.5;
const BODY: f32 = 1.0;

/// What a form counts that is not the word itself.
const INFLECTION: f32 = 0.6;
const COMPLETION: f32 = 0.7;
const NEAR_MISS: f32 = 0.4;
const SPELLED_APART: f32 = 0.6;
/// Score of a match that only a completion outside the list makes, before the field's weight.
const UNLISTED: f32 = 0.2;
/// What a phrase counts beside its words, when all of them stand in a row.
const IN_A_ROW: f32 = 0.7;
/// Added where the name is what was asked for: more than any BM25 sum.
pub(crate) const EXACT_NAME: f32 = 1000.0;
/// Expansions of the last word of a phrase with slop.
const PHRASE_COMPLETIONS: usize = 16;
/// Expansions of the last word of a phrase.
const PHRASE_EXPANSIONS: u32 = 1024;
/// Words of a phrase that may be one identifier.
const JOINED: std::ops::RangeInclusive<usize> = 2..=6;
/// Longer prefixes are completed without bound.
const SHORT_PREFIX: usize = 2;

/// One word of a text as the query side sees it.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) term: String,
    parts: Vec<String>,
    role: Role,
}

/// The words of `text`, one per position.
pub(crate) fn slots(text: &str) -> Vec<Slot> {
    let mut scanner = Scanner::new(text);
    let mut term = String::new();
    let mut slots: Vec<Slot> = Vec::new();
    while let Some((_, _, _, role)) = scanner.next_into(&mut term) {
        match role {
            // A word that is too long has no whole; its parts are not there either.
            Role::Part => {
                if let Some(slot) = slots.last_mut() {
                    slot.parts.push(term.clone());
                }
            }
            Role::Last => {}
            Role::Word | Role::Pair | Role::Single => slots.push(Slot { term: term.clone(), parts: Vec::new(), role }),
        }
    }
    slots
}

/// Translates trees against one state of the index.
pub(crate) struct Translator<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    documents: u64,
    /// Languages whose forms of words are looked for, besides English.
    languages: &'a [Language],
}

impl<'a> Translator<'a> {
    pub(crate) fn new(searcher: &'a Searcher, fields: Fields, languages: &'a [Language]) -> Self {
        let documents = searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        Self { searcher, fields, documents, languages }
    }

    /// The engine's query for `query`, or nothing where it holds nothing to look for.
    pub(crate) fn translate(&self, query: &KeywordQuery) -> tantivy::Result<Option<Boxed>> {
        let fields = &self.fields;
        Ok(Some(match query {
            KeywordQuery::All => all(),
            KeywordQuery::Word { text, field, prefix, fuzzy } => return self.word(text, *field, *prefix, *fuzzy),
            KeywordQuery::Phrase { words, field, last_prefix, slop } => {
                let slots: Vec<Slot> = words.iter().flat_map(|word| slots(word)).collect();
                return self.phrase(&slots, *field, *last_prefix, *slop);
            }
            KeywordQuery::Wildcard { pattern, field } => return self.wildcard(pattern, *field),
            KeywordQuery::And(children) => return self.and(children),
            KeywordQuery::Or(children) => return self.or(children),
            KeywordQuery::Not(child) => match self.translate(child)? {
                Some(child) => without(vec![(Occur::Must, all())], vec![child]),
                None => return Ok(None),
            },
            KeywordQuery::Kind(kinds) => {
                any_of(kinds.iter().map(|kind| Term::from_field_text(fields.kind, kind.as_str())))
            }
            KeywordQuery::Ext(extensions) => {
                any_of(extensions.iter().map(|ext| Term::from_field_text(fields.ext, &extension(ext))))
            }
            KeywordQuery::Mime(types) => {
                any_of(types.iter().map(|mime| Term::from_field_text(fields.mime, &mime.to_ascii_lowercase())))
            }
            KeywordQuery::Language(codes) => {
                any_of(codes.iter().map(|code| Term::from_field_text(fields.language, &code.to_ascii_lowercase())))
            }
            KeywordQuery::Trait(names) => any_of(names.iter().map(|name| Term::from_field_text(fields.traits, name))),
            KeywordQuery::Label { value, prefix } => self.label(value, *prefix),
            KeywordQuery::Regex(pattern) => self.regex(pattern),
            KeywordQuery::Source(sources) => {
                any_of(sources.iter().map(|source| Term::from_field_i64(fields.source, source.get())))
            }
            KeywordQuery::Items(items) => any_of(items.iter().map(|item| fields.item_term(*item))),
            KeywordQuery::Modified { from, to } => {
                let term = |ms: i64| Term::from_field_i64(fields.modified, ms);
                range(from.map(term), to.map(term))
            }
            KeywordQuery::Size { from, to } => {
                let term = |bytes: u64| Term::from_field_u64(fields.size, bytes);
                range(from.map(term), to.map(term))
            }
            KeywordQuery::Under(folder) => match trimmed_folder(folder) {
                "" => all(),
                folder => any_of([Term::from_field_text(fields.folder, folder)]),
            },
        }))
    }

    /// A label, and those below it where labels have levels.
    fn label(&self, value: &str, prefix: bool) -> Boxed {
        let value = looked_for(value);
        let beginnings = if prefix { vec![value] } else { vec![format!("{value}{SHOWN}"), format!("{value}/")] };
        let labels = beginnings.iter().map(|beginning| {
            let query: Boxed = Box::new(beginning_with(self.fields.label, beginning));
            (Occur::Should, query)
        });
        let labels = union(labels.collect()).unwrap_or_else(|| Box::new(EmptyQuery));
        Box::new(ConstScoreQuery::new(labels, 0.0))
    }

    /// Names and words that a regular expression matches somewhere in them.
    fn regex(&self, pattern: &str) -> Boxed {
        let pattern = wildcard::inside(pattern);
        let mut clauses: Vec<_> = matching(self.fields.whole_name, &pattern, NAME).into_iter().collect();
        for (field, weight) in [(self.fields.title, TITLE), (self.fields.body, BODY)] {
            clauses.extend(matching(field, &pattern, weight));
        }
        union(clauses).unwrap_or_else(|| Box::new(EmptyQuery))
    }

    /// `query` with what lifts the better matches: the exact name, and the words in a row.
    pub(crate) fn with_bonuses(&self, query: &KeywordQuery, matched: Boxed) -> tantivy::Result<Boxed> {
        let mut words = Vec::new();
        collect_words(query, &mut words);
        let mut clauses = vec![(Occur::Must, matched)];
        let key = name_key(&words.concat());
        if !key.is_empty() {
            let term = Term::from_field_text(self.fields.name_key, &key);
            let named = TermQuery::new(term, IndexRecordOption::Basic);
            clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(Box::new(named), EXACT_NAME))));
        }
        if words.len() > 1 {
            let slots: Vec<Slot> = words.iter().flat_map(|word| slots(word)).collect();
            if slots.len() > 1 {
                for (field, weight) in self.weighted(Field::Any) {
                    if field == self.fields.path {
                        continue;
                    }
                    clauses.push((Occur::Should, boosted(phrase_of(field, &slots, 0), weight * IN_A_ROW)));
                }
            }
        }
        Ok(match clauses.len() {
            1 => clauses.remove(0).1,
            _ => Box::new(BooleanQuery::new(clauses)),
        })
    }

    fn weighted(&self, field: Field) -> Vec<(EngineField, f32)> {
        let fields = &self.fields;
        match field {
            Field::Any => vec![(fields.name, NAME), (fields.title, TITLE), (fields.path, PATH), (fields.body, BODY)],
            Field::Name => vec![(fields.name, NAME)],
            Field::Title => vec![(fields.title, TITLE)],
            Field::Path => vec![(fields.path, PATH)],
            Field::Body => vec![(fields.body, BODY)],
            Field::Author => vec![(fields.author, NAME)],
            Field::People => vec![(fields.people, NAME)],
        }
    }

    fn and(&self, children: &[KeywordQuery]) -> tantivy::Result<Option<Boxed>> {
        let mut wanted = Vec::new();
        let mut unwanted = Vec::new();
        for child in children {
            match child {
                KeywordQuery::Not(inner) => unwanted.extend(self.translate(inner)?),
                _ => wanted.extend(self.translate(child)?.map(|query| (Occur::Must, query))),
            }
        }
        if wanted.is_empty() {
            if unwanted.is_empty() {
                return Ok(children.is_empty().then(all));
            }
            wanted.push((Occur::Must, all()));
        }
        Ok(Some(without(wanted, unwanted)))
    }

    fn or(&self, children: &[KeywordQuery]) -> tantivy::Result<Option<Boxed>> {
        let mut alternatives = Vec::new();
        for child in children {
            alternatives.extend(self.translate(child)?.map(|query| (Occur::Should, query)));
        }
        Ok(union(alternatives))
    }

    fn word(&self, text: &str, field: Field, prefix: bool, fuzzy: bool) -> tantivy::Result<Option<Boxed>> {
        let slots = slots(text);
        let slot = match slots.as_slice() {
            [] => return Ok(None),
            [slot] => slot,
            _ => return self.run(text, &slots, field, prefix),
        };
        // The last character of a run is in the index alone, every other one begins a pair.
        let prefix = prefix || slot.role == Role::Single;
        let weighted = self.weighted(field);
        let engine_fields: Vec<EngineField> = weighted.iter().map(|(field, _)| *field).collect();
        let vocabulary = Vocabulary::new(self.searcher, &engine_fields);
        let mut group = vec![(vocabulary.exact(&slot.term)?, 1.0)];
        let mut coverage = Coverage::Listed;
        if prefix {
            let (completions, covered) = vocabulary.completions(&slot.term)?;
            coverage = covered;
            extend(&mut group, completions, COMPLETION);
        }
        if slot.role == Role::Word {
            extend(&mut group, vocabulary.inflections(&slot.term, self.languages)?, INFLECTION);
        }
        if fuzzy && slot.role == Role::Word {
            extend(&mut group, vocabulary.near(&slot.term, 1, prefix)?, NEAR_MISS);
        }
        let mut clauses = self.group(&weighted, &group);
        for (field, weight) in &weighted {
            if slot.parts.len() > 1 {
                let parts = terms_in_a_row(*field, slot.parts.iter().map(String::as_str), 0);
                clauses.push((Occur::Should, boosted(parts, weight * SPELLED_APART)));
            }
            let short = slot.term.chars().count() < SHORT_PREFIX && slot.role == Role::Word;
            let rest = match coverage {
                Coverage::Listed => false,
                Coverage::Seen => true,
                Coverage::Partial => *field != self.fields.body || !short,
            };
            if rest {
                clauses.push((
                    Occur::Should,
                    Box::new(ConstScoreQuery::new(Box::new(beginning_with(*field, &slot.term)), weight * UNLISTED)),
                ));
            }
        }
        Ok(Some(union(clauses).unwrap_or_else(|| Box::new(EmptyQuery))))
    }

    /// What is more than one term: a run of a script without spaces is looked for by its words, which count more when they
    /// stand as they were typed; all else is a phrase.
    fn run(&self, text: &str, slots: &[Slot], field: Field, prefix: bool) -> tantivy::Result<Option<Boxed>> {
        let whole = self.phrase(slots, field, prefix, 0)?;
        if let Some(noun) = forms::without_particle(text) {
            let noun = self.phrase(&self::slots(noun), field, false, 0)?.map(|noun| boosted(noun, INFLECTION));
            return Ok(union([whole, noun].into_iter().flatten().map(|query| (Occur::Should, query)).collect()));
        }
        let Some(words) = segment::words(text) else { return Ok(whole) };
        let mut clauses = Vec::new();
        for (at, word) in (1..).zip(&words) {
            let slots = self::slots(word);
            clauses.extend(self.phrase(&slots, field, prefix && at == words.len(), 0)?.map(|word| (Occur::Must, word)));
        }
        clauses.extend(whole.map(|whole| (Occur::Should, whole)));
        Ok(Some(Box::new(BooleanQuery::new(clauses))))
    }

    /// One clause for each term in each field that holds it; the terms of a field share one inverse document frequency.
    fn group(&self, weighted: &[(EngineField, f32)], group: &[(Expansion, f32)]) -> Vec<(Occur, Boxed)> {
        let mut clauses = Vec::new();
        for (slot, (field, weight)) in weighted.iter().enumerate() {
            let frequency = |expansion: &Expansion| expansion.frequency.get(slot).copied().unwrap_or(0);
            let together: u64 = group.iter().map(|(expansion, _)| frequency(expansion)).sum();
            let shared = self.inverse_frequency(together);
            for (expansion, share) in group {
                let documents = frequency(expansion);
                if documents == 0 {
                    continue;
                }
                let own = self.inverse_frequency(documents);
                let query =
                    TermQuery::new(Term::from_field_text(*field, &expansion.term), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, boosted(Box::new(query), weight * share * shared / own)));
            }
        }
        clauses
    }

    /// The inverse document frequency of BM25.
    #[allow(clippy::cast_precision_loss, reason = "a weight, not a count")]
    fn inverse_frequency(&self, documents: u64) -> f32 {
        let all = self.documents.max(1) as f32;
        let with = documents.min(self.documents) as f32;
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    fn phrase(&self, slots: &[Slot], field: Field, last_prefix: bool, slop: u32) -> tantivy::Result<Option<Boxed>> {
        let Some(last) = slots.last() else { return Ok(None) };
        let last_prefix = last_prefix || last.role == Role::Single;
        let mut clauses = Vec::new();
        for (field, weight) in self.weighted(field) {
            if slots.len() == 1 {
                let query: Boxed = if last_prefix {
                    Box::new(ConstScoreQuery::new(Box::new(beginning_with(field, &last.term)), 1.0))
                } else {
                    term(field, &last.term)
                };
                clauses.push((Occur::Should, boosted(query, weight)));
                continue;
            }
            if !last_prefix {
                clauses.push((Occur::Should, boosted(phrase_of(field, slots, slop), weight)));
            } else if slop == 0 {
                let terms = slots.iter().map(|slot| Term::from_field_text(field, &slot.term));
                let mut query = PhrasePrefixQuery::new(terms.collect());
                query.set_max_expansions(PHRASE_EXPANSIONS);
                clauses.push((Occur::Should, boosted(Box::new(query), weight)));
            } else {
                let engine_fields = [field];
                let vocabulary = Vocabulary::new(self.searcher, &engine_fields);
                let (completions, _) = vocabulary.completions(&last.term)?;
                let exact = vocabulary.exact(&last.term)?;
                for completion in std::iter::once(exact).chain(completions.into_iter().take(PHRASE_COMPLETIONS)) {
                    let before = slots.iter().take(slots.len() - 1).map(|slot| slot.term.as_str());
                    let terms = before.chain(std::iter::once(completion.term.as_str()));
                    clauses.push((Occur::Should, boosted(terms_in_a_row(field, terms, slop), weight)));
                }
            }
            // `"read to string"` is what someone types for `read_to_string`, too.
            if slop == 0 && JOINED.contains(&slots.len()) && slots.iter().all(|slot| slot.role == Role::Word) {
                let joined: String = slots.iter().map(|slot| slot.term.as_str()).collect();
                clauses.push((Occur::Should, boosted(term(field, &joined), weight * SPELLED_APART)));
            }
        }
        Ok(union(clauses))
    }

    fn wildcard(&self, pattern: &str, field: Field) -> tantivy::Result<Option<Boxed>> {
        let Some(plan) = wildcard::plan(pattern, field) else {
            return Ok(None);
        };
        let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
        match plan {
            wildcard::Plan::Everything => return Ok(Some(all())),
            wildcard::Plan::Word { text, prefix } => return self.word(&text, field, prefix, false),
            wildcard::Plan::Path(regex) => clauses.extend(matching(self.fields.folder, &regex, PATH)),
            wildcard::Plan::Pieces { whole_name, words } => {
                if let Some(regex) = whole_name {
                    clauses.extend(matching(self.fields.whole_name, &regex, NAME));
                }
                for (field, weight) in self.weighted(field) {
                    let pieces: Vec<_> = words
                        .iter()
                        .map(|word| match word {
                            wildcard::Piece::Word(word) => (Occur::Must, term(field, word)),
                            wildcard::Piece::Pattern(regex) => {
                                matching(field, regex, weight).unwrap_or_else(|| (Occur::Must, Box::new(EmptyQuery)))
                            }
                        })
                        .map(|(_, query)| (Occur::Must, query))
                        .collect();
                    match pieces.len() {
                        0 => {}
                        _ => clauses.push((Occur::Should, Box::new(BooleanQuery::new(pieces)))),
                    }
                }
            }
        }
        Ok(Some(union(clauses).unwrap_or_else(|| Box::new(EmptyQuery))))
    }
}

/// Whether a query looks for text at all; without, order is by time.
pub(crate) fn looks_for_text(query: &KeywordQuery) -> bool {
    match query {
        KeywordQuery::Word { .. }
        | KeywordQuery::Phrase { .. }
        | KeywordQuery::Wildcard { .. }
        | KeywordQuery::Regex(_) => true,
        KeywordQuery::And(children) | KeywordQuery::Or(children) => children.iter().any(looks_for_text),
        _ => false,
    }
}

/// The words that a name must be made of to be what was asked for.
fn collect_words<'q>(query: &'q KeywordQuery, words: &mut Vec<&'q str>) {
    match query {
        KeywordQuery::Word { text, field: Field::Any | Field::Name | Field::Title, .. } => {
            words.push(text);
        }
        KeywordQuery::Phrase { words: phrase, field: Field::Any | Field::Name | Field::Title, .. } => {
            words.extend(phrase.iter().map(String::as_str));
        }
        KeywordQuery::And(children) => children.iter().for_each(|child| collect_words(child, words)),
        _ => {}
    }
}

fn extend(group: &mut Vec<(Expansion, f32)>, more: Vec<Expansion>, share: f32) {
    for expansion in more {
        if !group.iter().any(|(known, _)| known.term == expansion.term) {
            group.push((expansion, share));
        }
    }
}

fn term(field: EngineField, text: &str) -> Boxed {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn boosted(query: Boxed, boost: f32) -> Boxed {
    Box::new(BoostQuery::new(query, boost))
}

fn all() -> Boxed {
    Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))
}

fn without(mut wanted: Vec<(Occur, Boxed)>, unwanted: Vec<Boxed>) -> Boxed {
    if wanted.len() == 1 && unwanted.is_empty() {
        return wanted.remove(0).1;
    }
    wanted.extend(unwanted.into_iter().map(|query| (Occur::MustNot, query)));
    Box::new(BooleanQuery::new(wanted))
}

fn union(mut alternatives: Vec<(Occur, Boxed)>) -> Option<Boxed> {
    match alternatives.len() {
        0 => None,
        1 => Some(alternatives.remove(0).1),
        _ => Some(Box::new(BooleanQuery::new(alternatives))),
    }
}

/// Documents that hold one of some whole values; does not score.
fn any_of(terms: impl IntoIterator<Item = Term>) -> Boxed {
    let mut terms: Vec<Term> = terms.into_iter().collect();
    let query: Boxed = match terms.len() {
        0 => return Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        _ => Box::new(TermSetQuery::new(terms)),
    };
    Box::new(ConstScoreQuery::new(query, 0.0))
}

/// From inclusive, to exclusive; does not score.
fn range(from: Option<Term>, to: Option<Term>) -> Boxed {
    if from.is_none() && to.is_none() {
        return all();
    }
    let from = from.map_or(Bound::Unbounded, Bound::Included);
    let to = to.map_or(Bound::Unbounded, Bound::Excluded);
    Box::new(ConstScoreQuery::new(Box::new(RangeQuery::new(from, to)), 0.0))
}

fn beginning_with(field: EngineField, prefix: &str) -> InvertedIndexRangeQuery {
    InvertedIndexRangeQuery::new(
        Bound::Included(Term::from_field_text(field, prefix)),
        Bound::Included(Term::from_field_text(field, &format!("{prefix}\u{10ffff}"))),
    )
}

fn phrase_of(field: EngineField, slots: &[Slot], slop: u32) -> Boxed {
    terms_in_a_row(field, slots.iter().map(|slot| slot.term.as_str()), slop)
}

fn terms_in_a_row<'t>(field: EngineField, terms: impl Iterator<Item = &'t str>, slop: u32) -> Boxed {
    let mut terms: Vec<Term> = terms.map(|term| Term::from_field_text(field, term)).collect();
    if terms.len() == 1 {
        return Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs));
    }
    let mut query = PhraseQuery::new(terms);
    query.set_slop(slop);
    Box::new(query)
}

/// Documents with a term that the whole of `regex` matches; none where the pattern is too intricate.
fn matching(field: EngineField, regex: &str, weight: f32) -> Option<(Occur, Boxed)> {
    let query = tantivy::query::RegexQuery::from_pattern(regex, field).ok()?;
    Some((Occur::Should, boosted(Box::new(query), weight)))
}
