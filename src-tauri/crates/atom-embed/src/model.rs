//! A shared handle on a model that is in memory only while it is used.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::embedder::Embedder;
use crate::error::Result;
use crate::files::ModelFiles;
use crate::spec::Spec;

/// A model that loads itself when it is first needed and can be unloaded at any time.
///
/// One call runs at a time; whoever comes second waits.
#[derive(Debug)]
pub struct Model {
    files: ModelFiles,
    threads: usize,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    embedder: Embedder,
    last_used: Instant,
}

impl Model {
    /// A handle on the model at `files`, to run on `threads` threads; loads nothing yet.
    pub const fn new(files: ModelFiles, threads: usize) -> Self {
        Self { files, threads, loaded: Mutex::new(None) }
    }

    /// Finds the model's files below an assets folder; see [`ModelFiles::locate`].
    ///
    /// # Errors
    /// [`crate::Error::ModelMissing`] when a file is not there.
    pub fn locate(assets: &Path) -> Result<ModelFiles> {
        ModelFiles::locate(assets)
    }

    /// The model's id, known without loading it.
    pub fn id(&self) -> &str {
        self.files.id()
    }

    /// Whether the model is in memory.
    pub fn is_loaded(&self) -> bool {
        self.lock().is_some()
    }

    /// How the model is used, known without loading it.
    pub const fn spec(&self) -> &Spec {
        self.files.spec()
    }

    /// The vector of a query, loading the model first if need be; see [`Embedder::query`].
    ///
    /// # Errors
    /// Those of [`Embedder::load`] and [`Embedder::embed`].
    pub fn query(&self, text: &str) -> Result<Vec<f32>> {
        self.with_loaded(|embedder| embedder.query(text))
    }

    /// The vector of a passage, loading the model first if need be; see [`Embedder::passage`].
    ///
    /// # Errors
    /// Those of [`Embedder::load`] and [`Embedder::embed`].
    pub fn passage(&self, text: &str) -> Result<Vec<f32>> {
        self.with_loaded(|embedder| embedder.passage(text))
    }

    fn with_loaded(&self, work: impl FnOnce(&mut Embedder) -> Result<Vec<f32>>) -> Result<Vec<f32>> {
        let mut slot = self.lock();
        let loaded = match slot.as_mut() {
            Some(loaded) => loaded,
            None => {
                slot.insert(Loaded { embedder: Embedder::load(&self.files, self.threads)?, last_used: Instant::now() })
            }
        };
        let vector = work(&mut loaded.embedder);
        loaded.last_used = Instant::now();
        vector
    }

    /// Gives the model's memory back; the next use loads it again.
    pub fn unload(&self) {
        *self.lock() = None;
    }

    /// Unloads the model if nobody has used it for `idle`; says whether it did.
    pub fn unload_if_idle(&self, idle: Duration) -> bool {
        let mut slot = self.lock();
        let is_idle = slot.as_ref().is_some_and(|loaded| loaded.last_used.elapsed() >= idle);
        if is_idle {
            *slot = None;
        }
        is_idle
    }

    /// A panic inside the runtime leaves nothing half-changed here, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, Option<Loaded>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
