//! From ranked items to what a person sees.

use super::{Explanation, Hit, Shared};
use crate::Result;
use crate::fusion::{self, Fused, Signals};
use crate::query::Plan;
use crate::snippet::{self, Finder, Snippet, Terms};
use atom_core::ItemId;
use atom_index::keyword::{self, Field, KeywordQuery, Sort};
use atom_store::ItemFacts;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;

/// Items looked up beyond those asked for: some are gone, some are copies, some rise.
const SPARE: usize = 30;

/// Words in a row are looked for in queries of so many words.
const IN_A_ROW: std::ops::RangeInclusive<usize> = 2..=8;

/// Passages read in search of the best one: the first few, then more at a time, then no more.
const FIRST_PASSAGES: usize = 8;
const MORE_PASSAGES: usize = 64;
const MOST_PASSAGES: u64 = 600;
/// Passages read for all hits of a page together, besides the first few of each: the best hits come first.
const PASSAGES_OF_A_PAGE: u64 = 2_000;

impl Shared {
    pub(super) fn present(
        &self,
        plan: &Plan,
        mut fused: Vec<Fused>,
        exact_names: &HashSet<ItemId>,
        sort: Sort,
        page: Range<usize>,
    ) -> Result<Vec<Hit>> {
        if sort == Sort::Best {
            fused.truncate(page.end.saturating_mul(2).saturating_add(SPARE));
        }
        let items: Vec<ItemId> = fused.iter().map(|hit| hit.item).collect();
        let known = self.library.items(&items)?.into_iter();
        // The store knows where an item lies now; an index may not have heard of it yet.
        let mut facts: HashMap<ItemId, ItemFacts> =
            known.filter(|facts| plan.covers(facts.source)).map(|facts| (facts.id, facts)).collect();
        fused.retain(|hit| facts.contains_key(&hit.item));
        if sort != Sort::Best {
            order(&mut fused, &facts, sort);
        } else if !plan.is_listing() {
            let in_a_row = self.in_a_row(plan, &items)?;
            let now_ms = self.clock.now_ms();
            fusion::boost(&mut fused, |item| {
                let Some(facts) = facts.get(&item) else { return Signals::default() };
                Signals {
                    exact_name: exact_names.contains(&item),
                    in_a_row: in_a_row.contains(&item),
                    age_ms: now_ms.saturating_sub(facts.modified_ms),
                    opened_count: facts.opened_count,
                    opened_age_ms: facts.opened_ms.map(|opened| now_ms.saturating_sub(opened)),
                }
            });
        }
        let distinct = distinct(fused, &facts);
        let words = self.terms(plan);
        let meaning = plan
            .meaning_text
            .as_deref()
            .map(|text| Terms::of_text(text, &|text| self.keyword.analyze(text)))
            .unwrap_or_default();
        let (mut hits, mut left) = (Vec::new(), PASSAGES_OF_A_PAGE);
        for (index, (fused, locations)) in distinct.into_iter().enumerate().skip(page.start).take(page.len()) {
            let Some(facts) = facts.remove(&fused.item) else { continue };
            let terms = if fused.words_rank.is_some() { &words } else { &meaning };
            let snippet = self.snippet(&fused, &facts, terms, &mut left)?;
            let title = title(&facts);
            hits.push(Hit {
                rank: index + 1,
                title_highlights: snippet::marks(&title, &words, &|text| self.keyword.analyze(text)),
                title,
                facts,
                score: fused.score,
                snippet,
                locations,
                explanation: Explanation {
                    // Places by words are those of the order asked for.
                    words_rank: fused.words_rank.filter(|_| sort == Sort::Best),
                    some_words: fused.some_words,
                    meaning_rank: fused.meaning_rank,
                    similarity: fused.near.map(|near| near.similarity),
                    boosts: fused.boosts,
                },
            });
        }
        Ok(hits)
    }

    /// Which of `items` have the plain words of the query in a row.
    fn in_a_row(&self, plan: &Plan, items: &[ItemId]) -> Result<HashSet<ItemId>> {
        if !IN_A_ROW.contains(&plan.words.len()) {
            return Ok(HashSet::new());
        }
        let phrase = KeywordQuery::Phrase {
            words: plan.words.iter().map(|word| word.text.clone()).collect(),
            field: Field::Any,
            last_prefix: plan.last_word_prefix,
            slop: 0,
        };
        let (found, _) = self.keyword.filter(&phrase, Some(items), items.len())?;
        Ok(found.into_iter().collect())
    }

    /// The passage with most of the words; else the nearest by meaning, else the beginning. Takes what it reads from `left`.
    fn snippet(&self, hit: &Fused, facts: &ItemFacts, terms: &Terms, left: &mut u64) -> Result<Option<Snippet>> {
        if facts.chunk_count == 0 {
            return Ok(None);
        }
        let analyze = |text: &str| self.keyword.analyze(text);
        let near = match hit.near {
            Some(near) => self.library.chunk(near.chunk)?.filter(|chunk| chunk.item == hit.item),
            None => None,
        };
        let mut finder = Finder::new(terms, &analyze);
        let mut complete = near.as_ref().is_some_and(|near| finder.offer(&near.text));
        let mut first = None;
        // Words are anywhere in the item, what was found by meaning is in the passage that was near.
        let most = match (hit.words_rank, &near) {
            (None, Some(_)) => 0,
            _ if terms.is_empty() => 1,
            _ => MOST_PASSAGES.min(FIRST_PASSAGES as u64 + *left),
        };
        let mut ordinal = 0;
        while !complete && ordinal < most {
            let wanted = if ordinal == 0 { FIRST_PASSAGES } else { MORE_PASSAGES }
                .min(usize::try_from(most - ordinal).unwrap_or(MORE_PASSAGES));
            let passages = self.library.chunks_from(hit.item, ordinal, wanted)?;
            complete = passages.iter().any(|passage| finder.offer(&passage.text)) || passages.len() < wanted;
            if ordinal != 0 {
                *left = left.saturating_sub(passages.len() as u64);
            }
            ordinal = passages.last().map_or(most, |passage| passage.ordinal + 1);
            first = first.or_else(|| passages.into_iter().next());
        }
        let found = finder.finish();
        Ok(found.or_else(|| snippet::lead(&near.or(first)?.text)))
    }
}

/// Puts hits in an order that is not that of their scores; equals stay as they are.
fn order(hits: &mut [Fused], facts: &HashMap<ItemId, ItemFacts>, sort: Sort) {
    let modified = |hit: &Fused| facts.get(&hit.item).map(|facts| facts.modified_ms);
    let size = |hit: &Fused| facts.get(&hit.item).map(|facts| facts.size);
    let name = |hit: &Fused| {
        let name = facts.get(&hit.item)?.path.file_name()?;
        Some(keyword::ordered_name(&name.to_string_lossy()))
    };
    match sort {
        Sort::Best => {}
        Sort::Newest => hits.sort_by_key(|hit| Reverse(modified(hit))),
        Sort::Oldest => hits.sort_by_key(modified),
        Sort::Largest => hits.sort_by_key(|hit| Reverse(size(hit))),
        Sort::Smallest => hits.sort_by_key(size),
        Sort::Name => hits.sort_by_cached_key(name),
    }
}

/// The best hit of each content, with the other places where it lies.
fn distinct(fused: Vec<Fused>, facts: &HashMap<ItemId, ItemFacts>) -> Vec<(Fused, Vec<PathBuf>)> {
    let mut by_content: HashMap<&[u8], usize> = HashMap::new();
    let mut distinct: Vec<(Fused, Vec<PathBuf>)> = Vec::with_capacity(fused.len());
    for hit in fused {
        let Some(known) = facts.get(&hit.item) else { continue };
        let content = known.content_hash.as_deref().filter(|hash| !hash.is_empty() && known.size > 0);
        match content.and_then(|content| by_content.get(content)).and_then(|at| distinct.get_mut(*at)) {
            Some((kept, locations)) => {
                let shown = facts.get(&kept.item);
                // A file on the disk is more to a person than the same one in an archive.
                match shown.filter(|shown| shown.container.is_some() && known.container.is_none()) {
                    Some(shown) => {
                        locations.push(shown.path.clone());
                        *kept = Fused { score: kept.score, ..hit };
                    }
                    None => locations.push(known.path.clone()),
                }
            }
            None => {
                if let Some(content) = content {
                    by_content.insert(content, distinct.len());
                }
                distinct.push((hit, Vec::new()));
            }
        }
    }
    distinct
}

fn title(facts: &ItemFacts) -> String {
    match facts.title.as_deref().map(str::trim) {
        Some(title) if !title.is_empty() => title.to_owned(),
        _ => facts.path.file_name().unwrap_or(facts.path.as_os_str()).to_string_lossy().into_owned(),
    }
}
