//! The keyword side.

use super::{Request, Shared};
use crate::Result;
use crate::query::{Notice, NoticeCode, Plan};
use atom_core::ItemId;
use atom_index::keyword::{Field, KeywordHits, KeywordQuery};
use std::collections::HashSet;

/// Candidates for fusion, at least.
const CANDIDATES: usize = 100;

/// Fewer hits than this call for a look at the spelling.
const LITTLE: usize = 3;

/// A word in more documents than this is not a typing error.
const RARE: usize = 2;

/// How many more documents the likely word must be in than the one that was typed.
const LIKELIER: u64 = 10;

/// Shorter words have too many neighbours to guess from.
const CORRECTED_FROM: usize = 5;

/// Fewer hits than this with all of the words are filled up with those that have some.
const ENOUGH: usize = 10;

/// A query of this many words is a question: an item that has all of them by chance must not lead.
const QUESTION_WORDS: usize = 5;

/// What the keyword index found.
#[derive(Default)]
pub(super) struct Found {
    /// Items with all of the words.
    pub(super) all: Vec<ItemId>,
    /// Items with some of them.
    pub(super) some: Vec<ItemId>,
    /// How many items match.
    pub(super) total: usize,
    /// Those whose name was typed.
    pub(super) exact_names: HashSet<ItemId>,
    /// The plan of the corrected query, where it found more.
    pub(super) corrected: Option<Plan>,
    /// What was corrected.
    pub(super) notice: Option<Notice>,
}

impl Found {
    fn add_all(&mut self, found: KeywordHits) {
        self.exact_names.extend(found.hits.iter().filter(|hit| hit.exact_name).map(|hit| hit.item));
        for hit in found.hits {
            if !self.all.contains(&hit.item) {
                self.all.push(hit.item);
            }
        }
        self.total = self.total.max(found.total);
    }
}

impl Shared {
    pub(super) fn words(&self, plan: &Plan, request: &Request) -> Result<Found> {
        let mut found = Found::default();
        let Some(query) = &plan.keyword else { return Ok(found) };
        let limit = CANDIDATES.max(request.offset.saturating_add(request.limit).saturating_mul(2));
        found.add_all(self.keyword.search_sorted(query, request.sort, limit)?);
        let mut relaxed = plan.relaxed.clone();
        // How words are spelled elsewhere is nothing to somebody who may not look there.
        if found.total < LITTLE
            && plan.within.is_none()
            && let Some((text, notice)) = self.respelled(plan, &request.text)?
        {
            let corrected = self.plan(&text, request.typing, None);
            if let Some(query) = &corrected.keyword {
                let hits = self.keyword.search_sorted(query, request.sort, limit)?;
                if hits.total > found.total || found.total == 0 && corrected.relaxed.is_some() {
                    found.add_all(hits);
                    relaxed.clone_from(&corrected.relaxed);
                    found.corrected = Some(corrected);
                    found.notice = Some(notice);
                }
            }
        }
        if found.total < ENOUGH
            && let Some(query) = relaxed
        {
            let some = self.keyword.search(&query, limit)?;
            found.total = found.total.max(some.total);
            found.some = some.hits.iter().map(|hit| hit.item).collect();
            if plan.words.len() >= QUESTION_WORDS {
                found.all.retain(|item| found.exact_names.contains(item));
            }
        }
        Ok(found)
    }

    /// The query with its likely typing errors corrected, and what to say about it.
    fn respelled(&self, plan: &Plan, text: &str) -> Result<Option<(String, Notice)>> {
        let mut respelled = text.to_owned();
        let mut changes = Vec::new();
        // From the back, so that the spans before stay true.
        for word in plan.words.iter().rev() {
            let plausible = word.text.chars().count() >= CORRECTED_FROM && word.text.chars().all(char::is_alphabetic);
            if !plausible || text.get(word.span.clone()) != Some(word.text.as_str()) {
                continue;
            }
            let known =
                KeywordQuery::Word { text: word.text.clone(), field: Field::Any, prefix: word.prefix, fuzzy: false };
            let documents = self.keyword.search(&known, 0)?.total;
            if documents > RARE {
                continue;
            }
            let likely = self.keyword.similar(&word.text)?.into_iter().next();
            if let Some((likely, _)) =
                likely.filter(|(_, count)| *count >= LIKELIER.saturating_mul(documents as u64).max(1))
            {
                respelled.replace_range(word.span.clone(), &likely);
                changes.push(format!("“{likely}” instead of “{}”", word.text));
            }
        }
        changes.reverse();
        Ok((!changes.is_empty()).then(|| {
            (respelled, Notice::new(NoticeCode::Corrected, format!("Also searched for {}", changes.join(", "))))
        }))
    }
}
