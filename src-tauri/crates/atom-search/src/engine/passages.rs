//! Where in one item a query matches, in the order of its text.

use super::{Searcher, Shared, blocking};
use crate::Result;
use crate::fusion::NOISE;
use crate::query::Plan;
use crate::snippet::{self, Finder, Snippet};
use atom_core::ItemId;
use std::sync::Arc;

/// Passages told of one item.
const MOST: usize = 200;
/// Passages by meaning, where no word matches.
const BY_MEANING: usize = 10;
/// Passages read at a time.
const READ: usize = 256;

/// A passage that matches.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Where it begins in the whole text, in bytes.
    pub start: usize,
    /// What stands around the match.
    pub snippet: Snippet,
}

impl Searcher {
    /// The passages of an item that match, and how many there are: by words, or else the nearest by meaning.
    ///
    /// # Errors
    /// If the store fails.
    ///
    /// # Cancel safety
    /// As [`Searcher::search`].
    pub async fn passages(&self, item: ItemId, query: &str) -> Result<(Vec<Passage>, usize)> {
        let (shared, text) = (Arc::clone(&self.shared), query.to_owned());
        let plan = blocking("reading the query", move || Ok(shared.plan(&text, true, None))).await?;
        let plan = Arc::new(plan);
        let (shared, asked) = (Arc::clone(&self.shared), Arc::clone(&plan));
        let found = blocking("reading passages", move || shared.passages(item, &asked)).await?;
        if found.1 > 0 {
            return Ok(found);
        }
        let (Some((vectors, embedder)), Some(text)) = (self.shared.by_meaning(), plan.meaning_text.clone()) else {
            return Ok(found);
        };
        let vector = blocking("embedding the query", move || embedder.embed_blocking(&text)).await?;
        let near = vectors.search(&vector, BY_MEANING, Some(&[item])).await?;
        let shared = Arc::clone(&self.shared);
        blocking("reading passages", move || {
            let mut passages = Vec::new();
            for hit in near.into_iter().filter(|hit| hit.similarity >= NOISE) {
                let Some(chunk) = shared.library.chunk(hit.chunk)? else { continue };
                let lead = snippet::lead(&chunk.text);
                passages.extend(lead.map(|snippet| Passage { start: chunk.start, snippet }));
            }
            passages.sort_by_key(|passage| passage.start);
            let total = passages.len();
            Ok((passages, total))
        })
        .await
    }
}

impl Shared {
    fn passages(&self, item: ItemId, plan: &Plan) -> Result<(Vec<Passage>, usize)> {
        let analyze = |text: &str| self.keyword.analyze(text);
        let terms = self.terms(plan);
        let (mut passages, mut total, mut ordinal) = (Vec::new(), 0, 0);
        if terms.is_empty() {
            return Ok((passages, total));
        }
        loop {
            let chunks = self.library.chunks_from(item, ordinal, READ)?;
            let Some(last) = chunks.last() else { break };
            ordinal = last.ordinal + 1;
            for chunk in &chunks {
                let mut finder = Finder::new(&terms, &analyze);
                finder.offer(&chunk.text);
                if let Some(snippet) = finder.finish() {
                    total += 1;
                    if passages.len() < MOST {
                        passages.push(Passage { start: chunk.start, snippet });
                    }
                }
            }
            if chunks.len() < READ {
                break;
            }
        }
        Ok((passages, total))
    }
}
