//! Which model and which vectors answer, and which are being made to take their place.

use crate::models::Models;
use crate::pipeline::lock;
use atom_index::vector::VectorIndex;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// A model and the vectors that it made.
#[derive(Clone)]
pub struct Set {
    /// The model.
    pub models: Arc<Models>,
    /// Its vectors.
    pub vector: VectorIndex,
}

/// The set that answers and, while the model changes, the next one.
pub struct Sets {
    current: RwLock<Set>,
    next: Mutex<Option<Set>>,
    /// Vectors that nobody asks any more, but a query may still be reading.
    retired: Mutex<Vec<VectorIndex>>,
}

impl Sets {
    /// Sets with no change under way, or with one that goes on.
    pub fn new(current: Set, next: Option<Set>) -> Self {
        Self { current: RwLock::new(current), next: Mutex::new(next), retired: Mutex::default() }
    }

    /// The set that answers.
    pub fn current(&self) -> Set {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The set that is being made.
    pub fn next(&self) -> Option<Set> {
        lock(&self.next).clone()
    }

    /// Makes another set, or none; the vectors of the one before are removed.
    pub fn set_next(&self, next: Option<Set>) {
        let before = std::mem::replace(&mut *lock(&self.next), next);
        lock(&self.retired).extend(before.map(|set| set.vector));
        self.remove_retired();
    }

    /// Lets the next set answer; the store says so already.
    pub(crate) fn switch(&self) {
        let Some(next) = lock(&self.next).take() else { return };
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, next);
        drop(current);
        before.models.unload();
        lock(&self.retired).push(before.vector);
    }

    /// Removes vectors that nobody asks and nobody reads any more.
    pub(crate) fn remove_retired(&self) {
        let mut retired = lock(&self.retired);
        let kept = retired.drain(..).filter_map(|vector| {
            vector.remove_if_last().unwrap_or_else(|error| {
                // The next start removes it.
                tracing::warn!(%error, "old vectors cannot be removed");
                None
            })
        });
        *retired = kept.collect::<Vec<_>>();
    }

    /// Gives memory back that was not used for `idle`.
    pub(crate) fn unload_if_idle(&self, idle: Duration) -> bool {
        let current = self.current().models.unload_if_idle(idle);
        let next = self.next().is_some_and(|next| next.models.unload_if_idle(idle));
        current || next
    }
}
