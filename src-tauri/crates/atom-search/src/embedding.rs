//! Queries as vectors, the recent ones remembered: typing goes back and forth over the same words.

use crate::Result;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Queries remembered; in memory only, a vector each of 1.5 KB.
const REMEMBERED: usize = 64;

/// Turns a query into a vector of the length that the vector index was opened with.
pub trait QueryEmbedder: Send + Sync {
    /// The vector of `text`. Runs the model: milliseconds of work on the calling thread.
    ///
    /// # Errors
    /// [`crate::Error::Embedding`] if the model is missing or fails.
    fn embed_blocking(&self, text: &str) -> Result<Vec<f32>>;
}

/// An embedder with a memory.
#[derive(Clone)]
pub(crate) struct Remembering {
    embedder: Arc<dyn QueryEmbedder>,
    recent: Arc<Mutex<Recent>>,
}

impl Remembering {
    pub(crate) fn new(embedder: Arc<dyn QueryEmbedder>) -> Self {
        Self { embedder, recent: Arc::default() }
    }

    pub(crate) fn embed_blocking(&self, text: &str) -> Result<Arc<Vec<f32>>> {
        if let Some(vector) = self.recent().get(text) {
            return Ok(vector);
        }
        // The model runs without the lock: another query may be remembered already.
        let vector = Arc::new(self.embedder.embed_blocking(text)?);
        self.recent().put(text, Arc::clone(&vector));
        Ok(vector)
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The latest at the back.
#[derive(Default)]
struct Recent {
    entries: VecDeque<(String, Arc<Vec<f32>>)>,
}

impl Recent {
    fn get(&mut self, text: &str) -> Option<Arc<Vec<f32>>> {
        let at = self.entries.iter().position(|(known, _)| known == text)?;
        let entry = self.entries.remove(at)?;
        let vector = Arc::clone(&entry.1);
        self.entries.push_back(entry);
        Some(vector)
    }

    fn put(&mut self, text: &str, vector: Arc<Vec<f32>>) {
        if self.entries.len() >= REMEMBERED {
            self.entries.pop_front();
        }
        self.entries.push_back((text.to_owned(), vector));
    }
}

#[cfg(test)]
mod tests {
    use super::{QueryEmbedder, REMEMBERED, Remembering};
    use crate::Result;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl QueryEmbedder for Counting {
        fn embed_blocking(&self, text: &str) -> Result<Vec<f32>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(vec![text.len() as f32])
        }
    }

    #[test]
    fn a_recent_query_is_not_embedded_again_and_an_old_one_is() {
        let counting = Arc::new(Counting::default());
        let embedder = Remembering::new(counting.clone());
        let calls = || counting.0.load(Ordering::Relaxed);
        for text in ["one", "three", "one"] {
            assert_eq!(*embedder.embed_blocking(text).unwrap(), [text.len() as f32]);
        }
        assert_eq!(calls(), 2);
        for i in 0..REMEMBERED - 1 {
            embedder.embed_blocking(&format!("query {i}")).unwrap();
        }
        let before = calls();
        embedder.embed_blocking("one").unwrap();
        assert_eq!(calls(), before, "used last, so kept");
        embedder.embed_blocking("three").unwrap();
        assert_eq!(calls(), before + 1, "not used since, so forgotten");
    }
}
