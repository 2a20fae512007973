//! The vector side, under the same constraints as the keyword side.

use super::{Shared, blocking};
use crate::Result;
use crate::fusion::Near;
use crate::query::Plan;
use atom_core::ItemId;
use atom_index::keyword::KeywordQuery;
use std::collections::HashSet;
use std::sync::Arc;

/// Passages asked for.
const PASSAGES: usize = 100;

/// Passages asked for where constraints are applied afterwards.
const PASSAGES_TO_FILTER: usize = 400;

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
        let hits = match &among {
            Among::All => vectors.search(&vector, PASSAGES, None).await?,
            Among::Only(items) if items.is_empty() => return Ok(Vec::new()),
            Among::Only(items) => vectors.search(&vector, PASSAGES, Some(items)).await?,
            Among::Many(_) => vectors.search(&vector, PASSAGES_TO_FILTER, None).await?,
        };
        let mut near: Vec<Near> =
            hits.into_iter().map(|hit| Near { item: hit.item, chunk: hit.chunk, similarity: hit.similarity }).collect();
        if let Among::Many(constraints) = among {
            let shared = Arc::clone(self);
            near = blocking("filtering", move || shared.keep(near, &constraints)).await?;
        }
        Ok(near)
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
