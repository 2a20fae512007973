//! What a search reads from the store, as a seam: tests bring their own library.

use crate::Result;
use atom_core::{ChunkId, ItemId, SourceId};
use atom_store::{ChunkText, ItemFacts, Store};

/// The items and texts that hits are made of. All calls block.
pub trait Library: Send + Sync {
    /// Facts of items, in the order asked; those that are gone are left out.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn items(&self, items: &[ItemId]) -> Result<Vec<ItemFacts>>;

    /// One passage.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn chunk(&self, chunk: ChunkId) -> Result<Option<ChunkText>>;

    /// Passages of an item from the one with that ordinal on, in order, at most `limit`.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn chunks_from(&self, item: ItemId, ordinal: u64, limit: usize) -> Result<Vec<ChunkText>>;

    /// Sources that `name` stands for, without regard to case: the last part of their path, or all of it.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn sources_named(&self, name: &str) -> Result<Vec<SourceId>>;
}

impl Library for Store {
    fn items(&self, items: &[ItemId]) -> Result<Vec<ItemFacts>> {
        Ok(self.item_facts(items)?)
    }

    fn chunk(&self, chunk: ChunkId) -> Result<Option<ChunkText>> {
        Ok(Self::chunk(self, chunk)?)
    }

    fn chunks_from(&self, item: ItemId, ordinal: u64, limit: usize) -> Result<Vec<ChunkText>> {
        Ok(Self::chunks_from(self, item, ordinal, limit)?)
    }

    fn sources_named(&self, name: &str) -> Result<Vec<SourceId>> {
        let wanted = name.trim_end_matches('/').to_lowercase();
        let is_named = |path: &std::path::Path| {
            let last = path.file_name().map(|last| last.to_string_lossy().to_lowercase());
            last.as_deref() == Some(wanted.as_str()) || path.to_string_lossy().to_lowercase() == wanted
        };
        Ok(self.sources()?.into_iter().filter(|source| is_named(&source.path)).map(|source| source.id).collect())
    }
}
