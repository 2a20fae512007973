//! Opening the vectors of a vault: those that answer, and while the model changes those that will.
//!
//! Both are tables in one folder (`atom_index::vector`). The store says which is which, so that a copy of the vault says it
//! too; the head that the anchor knows is that of the table that answers. The new table is compared with the store row by
//! row when it is opened, which is what a head would spare: only a change that was interrupted pays for it.

use super::session::{VECTORS, discard, odd};
use super::{AppConfig, blocking};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::{EMBEDDING_DIMENSIONS, Standing};
use atom_embed::catalogue::BUILT_IN;
use atom_index::vector::{VectorIndex, new_table_name, remove_table, tables};
use atom_ingest::{Models, Set, Sets};
use atom_store::{IndexName, ModelChange, ModelInUse, ModelSet, Store};
use atom_vault::Keys;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DAMAGED: &str = "the vector index was damaged and is built again from the vault";

/// Folder of the models that a person brought, in the data folder.
pub(super) fn models_dir(config: &AppConfig) -> PathBuf {
    config.data_dir.join("models")
}

/// The model that a person chose by this name; whether it is there shows at the first use.
pub(super) fn models_of(config: &AppConfig, choice: &str) -> Arc<Models> {
    Arc::new(match choice {
        BUILT_IN => Models::new(&config.assets_dir),
        other => Models::installed(&config.assets_dir, models_dir(config).join(other)),
    })
}

/// What was opened.
pub(super) struct OpenedSets {
    pub(super) sets: Arc<Sets>,
    /// What had to be built again, for a person.
    pub(super) rebuilt: Option<String>,
    /// Why a change of the model does not go on, for a person.
    pub(super) gave_up: Option<String>,
}

/// Opens both sets.
pub(super) async fn open(store: &Arc<Store>, keys: &Keys, config: &AppConfig, lossy: bool) -> ApiResult<OpenedSets> {
    let place = Place { store: Arc::clone(store), keys: keys.clone(), dir: config.data_dir.join(VECTORS) };
    let in_use = store.model_in_use()?;
    let models = models_of(config, in_use.choice.as_deref().unwrap_or(BUILT_IN));
    let changed = place.start_over_if_other(&models, &in_use).await?;
    let in_use = store.model_in_use()?;
    let (vector, note) = place.open_current(&in_use, lossy).await?;
    let rebuilt = changed.then(|| "another embedding model is installed: meaning is built again".to_owned()).or(note);
    let mut gave_up = None;
    let next = match store.model_change()? {
        Some(change) => match place.open_next(config, &change).await? {
            Some(next) => Some(next),
            None => {
                store.abandon_model_change()?;
                let name = &change.set.choice;
                gave_up =
                    Some(format!("the change to the embedding model {name} was given up: it is not installed here"));
                None
            }
        },
        None => None,
    };
    place.remove_others([Some(vector.name()), next.as_ref().map(|next| next.vector.name())])?;
    Ok(OpenedSets { sets: Arc::new(Sets::new(Set { models, vector }, next)), rebuilt, gave_up })
}

struct Place {
    store: Arc<Store>,
    keys: Keys,
    dir: PathBuf,
}

impl Place {
    async fn table(&self, dims: usize, name: &str) -> atom_index::Result<atom_index::vector::Opened> {
        VectorIndex::open_table(&self.dir, self.keys.seal_root("lance/root"), dims, name).await
    }

    /// Throws vectors away that another model made under the same name; whether it did.
    async fn start_over_if_other(&self, models: &Arc<Models>, in_use: &ModelInUse) -> ApiResult<bool> {
        let Ok(now) = models.id() else { return Ok(false) };
        match &in_use.model {
            None => self.store.set_model(&now)?,
            Some(before) if *before != now => {
                // A damaged list of checksums looks like another model; no vectors are thrown away for one that cannot be used.
                let checked = Arc::clone(models);
                if blocking(move || Ok(checked.verify_blocking())).await?.is_err() {
                    return Ok(false);
                }
                let choice = in_use.choice.clone().unwrap_or_else(|| BUILT_IN.to_owned());
                let set = ModelSet { choice, model: now, dims: models.dims()?, table: new_table_name() };
                self.store.start_over_with_model(&set)?;
                discard(&self.dir);
                return Ok(true);
            }
            Some(_) => {}
        }
        Ok(false)
    }

    /// Opens the vectors that answer; what is damaged or foreign is thrown away, what is older is compared with the store.
    async fn open_current(&self, in_use: &ModelInUse, lossy: bool) -> ApiResult<(VectorIndex, Option<String>)> {
        let dims = in_use.dims.unwrap_or(EMBEDDING_DIMENSIONS);
        let Some(name) = self.current_table(in_use)? else {
            return self.fresh(dims, DAMAGED.to_owned()).await;
        };
        let opened = match self.table(dims, &name).await {
            Ok(opened) => opened,
            Err(atom_index::Error::Corrupt { reason, .. }) => {
                tracing::warn!(reason, "the vector index is damaged and is built again");
                return self.fresh(dims, DAMAGED.to_owned()).await;
            }
            Err(error) => return Err(error.into()),
        };
        let standing = match self.store.index_head(IndexName::Meaning)? {
            Some(recorded) => opened.index.standing(recorded).await?,
            None => Standing::Recorded,
        };
        if standing == Standing::Foreign {
            drop(opened);
            let note = odd(standing, "vector index").unwrap_or_else(|| DAMAGED.to_owned());
            return self.fresh(dims, note).await;
        }
        let mut note = match opened.healed {
            true => Some("the newest part of the vector index was damaged and is built again".to_owned()),
            false => odd(standing, "vector index"),
        };
        let index = opened.index;
        let counts = self.store.counts()?.total;
        let missing = index.rows().await? < counts.chunks.saturating_sub(counts.chunks_pending);
        // After a step back the counts may agree by chance.
        if opened.healed || standing == Standing::Behind || lossy || missing {
            match reconcile_vectors(&self.store, &index).await {
                Ok(_) => {}
                // An older version may name files that are gone.
                Err(error) if error.code == ErrorCode::IndexCorrupt => {
                    drop(index);
                    return self.fresh(dims, DAMAGED.to_owned()).await;
                }
                Err(error) => return Err(error),
            }
        }
        if missing {
            note.get_or_insert_with(|| "passages were missing in the vector index and are added again".to_owned());
        }
        Ok((index, note))
    }

    /// The table that answers: the one that is recorded, or the only one beside that of a change; a new name if there is
    /// none, and nothing if nobody can say which of several it is.
    fn current_table(&self, in_use: &ModelInUse) -> ApiResult<Option<String>> {
        let found = tables(&self.dir)?;
        let coming = self.store.model_change()?.map(|change| change.set.table);
        let others: Vec<String> = found.into_iter().filter(|name| Some(name) != coming.as_ref()).collect();
        Ok(match (&in_use.table, others.as_slice()) {
            (Some(recorded), _) if others.contains(recorded) => Some(recorded.clone()),
            (_, []) => Some(new_table_name()),
            (_, [only]) => Some(only.clone()),
            _ => None,
        })
    }

    /// Throws all vectors away and marks every passage for new ones.
    async fn fresh(&self, dims: usize, note: String) -> ApiResult<(VectorIndex, Option<String>)> {
        discard(&self.dir);
        let opened = self.table(dims, &new_table_name()).await?;
        reconcile_vectors(&self.store, &opened.index).await?;
        Ok((opened.index, Some(note)))
    }

    /// Opens the vectors that are being made, and queues what they lack; none if their model is not here.
    async fn open_next(&self, config: &AppConfig, change: &ModelChange) -> ApiResult<Option<Set>> {
        let models = models_of(config, &change.set.choice);
        if models.id().ok().as_ref() != Some(&change.set.model) {
            return Ok(None);
        }
        let vector = match self.compared(&change.set).await {
            Err(error) if error.code == ErrorCode::IndexCorrupt => {
                tracing::warn!("the vectors of the new model are damaged and are made again");
                remove_table(&self.dir, &change.set.table)?;
                self.compared(&change.set).await?
            }
            opened => opened?,
        };
        Ok(Some(Set { models, vector }))
    }

    async fn compared(&self, set: &ModelSet) -> ApiResult<VectorIndex> {
        let vector = self.table(set.dims, &set.table).await?.index;
        let (pairs, store) = (vector.all_pairs().await?, Arc::clone(&self.store));
        let surplus = blocking(move || Ok(store.reconcile_next_meaning(&pairs)?)).await?;
        if !surplus.is_empty() {
            vector.delete(&surplus).await?;
        }
        Ok(vector)
    }

    /// Removes tables that nothing speaks of: what a change left when the process ended.
    fn remove_others(&self, known: [Option<&str>; 2]) -> ApiResult<()> {
        for name in tables(&self.dir)? {
            if !known.contains(&Some(name.as_str())) {
                tracing::info!("vectors of an earlier model are removed");
                remove_table(&self.dir, &name)?;
            }
        }
        Ok(())
    }
}

/// Opens an empty table for the vectors of another model.
pub(super) async fn open_new(keys: &Keys, data_dir: &Path, dims: usize, name: &str) -> ApiResult<VectorIndex> {
    let dir = data_dir.join(VECTORS);
    Ok(VectorIndex::open_table(&dir, keys.seal_root("lance/root"), dims, name).await?.index)
}

/// Marks every item whose passages are not exactly those in the vector index; returns how many.
pub(super) async fn reconcile_vectors(store: &Arc<Store>, index: &VectorIndex) -> ApiResult<usize> {
    let pairs = index.all_pairs().await?;
    let store = Arc::clone(store);
    blocking(move || Ok(store.reconcile_meaning(&pairs)?)).await
}

/// The error for a name that no model has.
pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        format!("there is no embedding model called {id:?} here: `atom model list` shows those that there are"),
    )
}
