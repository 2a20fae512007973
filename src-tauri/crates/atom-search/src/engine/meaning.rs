//! The vector side, under the same constraints as the keyword side.

use super::{Shared, blocking};
use crate::Result;
use crate::fusion::Near;
use crate::query::Plan;
use atom_core::ItemId;
use atom_index::keyword::KeywordQuery;
use atom_index::vector::VectorHit;
use std::collections::HashSet;
use std::sync::Arc;

/// Passages asked for.
const PASSAGES: usize = 100;

/// Passages asked for where constraints are applied afterwards.
const PASSAGES_TO_FILTER: usize = 400;

/// Passages asked for at most, where only some sources may be searched.
const MOST_PASSAGES_TO_FILTER: usize = 6_400;

/// Constraints that leave no more items than this are applied before; every passage of theirs is then compared.
const FEW_ITEMS: usize = 1_000;

/// What constraints leave.
enum Among {
    /// Everything.
    All,
    /// These items.
    Only(Vec<ItemId>),
    /// Too many to name: filter afterwards.
    Many(KeywordQuery),
}

fn near(hits: Vec<VectorHit>) -> Vec<Near> {
    hits.into_iter().map(|hit| Near { item: hit.item, chunk: hit.chunk, similarity: hit.similarity }).collect()
}

impl Shared {
    pub(super) async fn meaning(self: &Arc<Self>, plan: Arc<Plan>) -> Result<Vec<Near>> {
        let (Some((vectors, embedder)), Some(text)) = (self.by_meaning(), plan.meaning_text.clone()) else {
            return Ok(Vec::new());
        };
        let embedding = blocking("embedding the query", move || embedder.embed_blocking(&text));
        let shared = Arc::clone(self);
        let constraints = plan.constraints.clone();
        let narrowing = async move {
            match constraints {
                None => Ok(Among::All),
                Some(constraints) => blocking("filtering", move || shared.narrow(constraints)).await,
            }
        };
        let (vector, among) = tokio::join!(embedding, narrowing);
        let (vector, among) = (vector?, among?);
        let constraints = match among {
            Among::All => return Ok(near(vectors.search(&vector, PASSAGES, None).await?)),
            Among::Only(items) if items.is_empty() => return Ok(Vec::new()),
            Among::Only(items) => return Ok(near(vectors.search(&vector, PASSAGES, Some(&items)).await?)),
            Among::Many(constraints) => constraints,
        };
        let mut asked = PASSAGES_TO_FILTER;
        loop {
            let found = near(vectors.search(&vector, asked, None).await?);
            let is_all = found.len() < asked;
            let (shared, constraints) = (Arc::clone(self), constraints.clone());
            let mut kept = blocking("filtering", move || shared.keep(found, &constraints)).await?;
            if plan.within.is_none() {
                return Ok(kept);
            }
            // What is nearer in other sources must neither push out what is near in these, nor show in how much is found.
            kept.truncate(PASSAGES);
            if is_all || kept.len() == PASSAGES || asked >= MOST_PASSAGES_TO_FILTER {
                return Ok(kept);
            }
            asked *= 4;
        }
    }

    fn narrow(&self, constraints: KeywordQuery) -> Result<Among> {
        let (items, complete) = self.keyword.filter(&constraints, None, FEW_ITEMS)?;
        Ok(if complete { Among::Only(items) } else { Among::Many(constraints) })
    }

    fn keep(&self, mut near: Vec<Near>, constraints: &KeywordQuery) -> Result<Vec<Near>> {
        let items: HashSet<ItemId> = near.iter().map(|near| near.item).collect();
        let items: Vec<ItemId> = items.into_iter().collect();
        let (kept, _) = self.keyword.filter(constraints, Some(&items), items.len())?;
        let kept: HashSet<ItemId> = kept.into_iter().collect();
        near.retain(|near| kept.contains(&near.item));
        Ok(near)
    }
}
