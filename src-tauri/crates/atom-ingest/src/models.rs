//! The embedding model twice: one for indexing, on several threads; one for queries, that nothing holds up.

use atom_embed::{Model, ModelFiles};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::pipeline::lock;

/// Both uses of the model, each loaded when it is first needed.
pub struct Models {
    assets: PathBuf,
    /// Where it is, if a person brought it.
    folder: Option<PathBuf>,
    files: Mutex<Option<ModelFiles>>,
    indexing: Mutex<Option<(usize, Arc<Model>)>>,
    querying: Mutex<Option<Arc<Model>>>,
}

impl Models {
    /// The built-in model below `assets`; whether it is there shows at the first use.
    pub fn new(assets: &Path) -> Self {
        Self::at(assets, None)
    }

    /// A model that a person brought, in its own folder; its runtime is below `assets`.
    pub fn installed(assets: &Path, folder: PathBuf) -> Self {
        Self::at(assets, Some(folder))
    }

    fn at(assets: &Path, folder: Option<PathBuf>) -> Self {
        Self {
            assets: assets.to_owned(),
            folder,
            files: Mutex::default(),
            indexing: Mutex::default(),
            querying: Mutex::default(),
        }
    }

    /// The model's id.
    ///
    /// # Errors
    /// When the model is not installed; it is looked for again at the next call.
    pub fn id(&self) -> Result<String, atom_embed::Error> {
        Ok(self.files()?.id().to_owned())
    }

    /// Values in the model's vectors.
    ///
    /// # Errors
    /// As [`Models::id`].
    pub fn dims(&self) -> Result<usize, atom_embed::Error> {
        Ok(self.files()?.spec().dims)
    }

    /// Checks every file of the model; reads all of them.
    ///
    /// # Errors
    /// When the model is not installed or is damaged.
    pub fn verify_blocking(&self) -> Result<(), atom_embed::Error> {
        self.files()?.verify()
    }

    /// Whether a model is in memory.
    pub fn is_loaded(&self) -> bool {
        let indexing = lock(&self.indexing).as_ref().is_some_and(|(_, model)| model.is_loaded());
        indexing || lock(&self.querying).as_ref().is_some_and(|model| model.is_loaded())
    }

    /// The model for indexing, on `threads` threads.
    ///
    /// # Errors
    /// When the model is not installed.
    pub fn indexing(&self, threads: usize) -> Result<Arc<Model>, atom_embed::Error> {
        let mut slot = lock(&self.indexing);
        match &*slot {
            Some((has, model)) if *has == threads => Ok(model.clone()),
            _ => {
                let model = Arc::new(Model::new(self.files()?, threads));
                *slot = Some((threads, model.clone()));
                Ok(model)
            }
        }
    }

    /// The model for queries: one text at a time, on one thread.
    ///
    /// # Errors
    /// When the model is not installed.
    pub fn querying(&self) -> Result<Arc<Model>, atom_embed::Error> {
        let mut slot = lock(&self.querying);
        if let Some(model) = &*slot {
            return Ok(model.clone());
        }
        let model = Arc::new(Model::new(self.files()?, 1));
        *slot = Some(model.clone());
        Ok(model)
    }

    /// Gives all memory back; the next use loads the model again.
    pub fn unload(&self) {
        self.unload_if_idle(Duration::ZERO);
    }

    /// Gives memory back that was not used for `idle`.
    pub fn unload_if_idle(&self, idle: Duration) -> bool {
        let indexing = lock(&self.indexing).as_ref().is_some_and(|(_, model)| model.unload_if_idle(idle));
        let querying = lock(&self.querying).as_ref().is_some_and(|model| model.unload_if_idle(idle * 5));
        indexing || querying
    }

    /// Gives the memory of the model for indexing back; the next batch loads it again.
    pub fn unload_indexing(&self) {
        if let Some((_, model)) = &*lock(&self.indexing) {
            model.unload();
        }
    }

    fn files(&self) -> Result<ModelFiles, atom_embed::Error> {
        let mut files = lock(&self.files);
        if let Some(files) = &*files {
            return Ok(files.clone());
        }
        let found = match &self.folder {
            Some(folder) => ModelFiles::installed(folder, &self.assets)?,
            None => ModelFiles::locate(&self.assets)?,
        };
        *files = Some(found.clone());
        Ok(found)
    }
}
