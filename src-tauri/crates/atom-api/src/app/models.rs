//! Choosing the embedding model.
//!
//! Another model makes other vectors, which takes as long as the first ones took. Until they are complete the old ones
//! answer; see [`super::meaning_sets`] and `atom_store`'s `model_change`.

use super::meaning_sets::{models_dir, models_of, open_new, unknown};
use super::session::{Session, VECTORS, discard};
use super::{App, blocking};
use crate::dto::{IdRequest, ModelChangeView, ModelEntryView, ModelImportRequest, ModelsView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_embed::catalogue::{BUILT_IN, KNOWN, Known};
use atom_index::vector::new_table_name;
use atom_ingest::{Models, Set};
use atom_store::{AuditAction, ModelSet};
use std::path::Path;
use std::sync::Arc;

/// What the activity log calls a change of the model, and of the models that are installed.
const IN_USE: &str = "embeddingModel";
pub(super) const INSTALLED: &str = "installedModels";
/// With vectors of less than one passage in so many there is little to go on with.
const LEAST_SHARE: u64 = 4;

impl App {
    /// The models that there are.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn model_list(&self) -> ApiResult<ModelsView> {
        let session = self.session().await?;
        let models = models_dir(&self.config);
        blocking(move || {
            let rates = session.ingest().map(|ingest| ingest.rates()).unwrap_or_default();
            let change = change(&session, rates.chunks)?;
            let in_use = session.store.model_in_use()?.choice.unwrap_or_else(|| BUILT_IN.to_owned());
            let coming = change.as_ref().map(|change| change.id.clone());
            let download = session.downloads.view();
            Ok(ModelsView { models: entries(&models, &session, &in_use, coming.as_deref()), change, download })
        })
        .await
    }

    /// Takes another model into use: its vectors are made beside those that answer, which go on until then. Where there are
    /// few of those, it starts over at once. The model that is in use gives a change up that is under way.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a model that is not installed, [`ErrorCode::InvalidInput`] for one that is damaged.
    pub async fn model_use(self: &Arc<Self>, request: IdRequest) -> ApiResult<ModelsView> {
        self.touch();
        let session = self.session().await?;
        let id = request.id;
        let in_use = session.store.model_in_use()?.choice.unwrap_or_else(|| BUILT_IN.to_owned());
        let under_way = session.store.model_change()?;
        if id == in_use {
            return self.model_cancel().await;
        }
        if under_way.is_some_and(|change| change.set.choice == id) {
            return self.model_list().await;
        }
        let models = self.usable(&id).await?;
        let set = ModelSet { choice: id, model: models.id()?, dims: models.dims()?, table: new_table_name() };
        let open = Arc::clone(&session);
        let answers = session.sets.current().models.id().is_ok() && blocking(move || are_worth_keeping(&open)).await?;
        if answers {
            self.begin_change(&session, models, set).await?;
        } else {
            if session.downloads.view().is_some_and(|download| download.state == "running") {
                let message = "a model is being downloaded: wait for its end or cancel it, then choose again";
                return Err(ApiError::new(ErrorCode::Busy, message).retryable());
            }
            drop(session);
            self.start_over_with(set).await?;
        }
        let session = self.session().await?;
        self.log(&session, AuditAction::SettingChanged, IN_USE).await;
        drop(session);
        self.tell_progress().await;
        self.model_list().await
    }

    /// Gives up the change that is under way, if there is one; the vectors that answer go on.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn model_cancel(&self) -> ApiResult<ModelsView> {
        self.touch();
        let session = self.session().await?;
        let open = Arc::clone(&session);
        let was_under_way = blocking(move || {
            while_quiet(&open, || {
                let is_under_way = open.store.model_change()?.is_some();
                open.store.abandon_model_change()?;
                open.sets.set_next(None);
                Ok(is_under_way)
            })
        })
        .await?;
        if was_under_way {
            self.log(&session, AuditAction::SettingChanged, IN_USE).await;
        }
        drop(session);
        self.tell_progress().await;
        self.model_list().await
    }

    /// Brings a model in from a folder. It is tried before it counts, and not taken into use.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] names what is missing or wrong, [`ErrorCode::DiskFull`].
    pub async fn model_import(&self, request: ModelImportRequest) -> ApiResult<ModelsView> {
        self.touch();
        let session = self.session().await?;
        let (models, assets) = (models_dir(&self.config), self.config.assets_dir.clone());
        blocking(move || {
            atom_vault::make_private_folder(&models)
                .map_err(|error| ApiError::unwritten(&models, &error, ErrorCode::Internal))?;
            let id = request.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
            Ok(atom_embed::import(Path::new(&request.path), id, &models, &assets)?)
        })
        .await?;
        self.log(&session, AuditAction::SettingChanged, INSTALLED).await;
        self.model_list().await
    }

    /// Removes a model that is neither in use nor coming.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::InvalidInput`] for one that is needed.
    pub async fn model_remove(&self, request: IdRequest) -> ApiResult<ModelsView> {
        self.touch();
        let session = self.session().await?;
        let (open, models, id) = (Arc::clone(&session), models_dir(&self.config), request.id);
        blocking(move || {
            let refuse = |reason: &str| Err(ApiError::new(ErrorCode::InvalidInput, format!("{id} {reason}")));
            if id == BUILT_IN {
                return refuse("comes with Atom and stays");
            }
            if open.store.model_in_use()?.choice.as_ref() == Some(&id) {
                return refuse("is in use: choose another model first, and wait until its vectors are made");
            }
            if open.store.model_change()?.is_some_and(|change| change.set.choice == id) {
                return refuse("is being taken into use: give that up first");
            }
            atom_embed::remove(&models, &id).map_err(|error| match error {
                atom_embed::Error::NotInstalled { .. } => unknown(&id),
                other => other.into(),
            })
        })
        .await?;
        self.log(&session, AuditAction::SettingChanged, INSTALLED).await;
        self.model_list().await
    }

    /// A model that is here and as it was when it was installed.
    async fn usable(&self, id: &str) -> ApiResult<Arc<Models>> {
        if id != BUILT_IN && !atom_embed::is_id(id) {
            return Err(unknown(id));
        }
        let models = models_of(&self.config, id);
        let checked = Arc::clone(&models);
        let verified = blocking(move || Ok(checked.verify_blocking())).await?;
        match verified {
            Ok(()) => Ok(models),
            Err(atom_embed::Error::NotInstalled { .. }) => Err(unknown(id)),
            Err(error) => Err(error.into()),
        }
    }

    async fn begin_change(&self, session: &Arc<Session>, models: Arc<Models>, set: ModelSet) -> ApiResult<()> {
        let vector = open_new(&session.keys, &self.config.data_dir, set.dims, &set.table).await?;
        let open = Arc::clone(session);
        blocking(move || {
            while_quiet(&open, || {
                let current = open.sets.current().vector.name().to_owned();
                open.store.begin_model_change(&set, &current, open.clock.now_ms())?;
                open.sets.set_next(Some(Set { models, vector }));
                Ok(())
            })
        })
        .await
    }

    /// Closes everything, throws the vectors away and opens again with the other model.
    async fn start_over_with(self: &Arc<Self>, set: ModelSet) -> ApiResult<()> {
        let data_dir = self.config.data_dir.clone();
        self.reopen(move |store| {
            store.start_over_with_model(&set)?;
            discard(&data_dir.join(VECTORS));
            Ok(())
        })
        .await
    }

    async fn tell_progress(&self) {
        if let Ok(status) = self.status_get().await {
            self.emit(Event::IndexProgressed(Box::new(status)));
        }
    }
}

/// Whether the vectors there are answer for a good part of the passages. The rest would be embedded by both models, one
/// after the other: on the first day of a large folder that is nearly all of it.
fn are_worth_keeping(session: &Session) -> ApiResult<bool> {
    let total = session.store.counts()?.total;
    Ok(total.chunks.saturating_sub(total.chunks_pending) >= total.chunks / LEAST_SHARE)
}

/// Runs `work` while no worker touches the vectors, and lets them look for more afterwards.
fn while_quiet<T>(session: &Session, work: impl FnOnce() -> ApiResult<T>) -> ApiResult<T> {
    let Some(ingest) = session.ingest() else { return work() };
    // Whoever embeds a long document stops at its next passage.
    let hold = ingest.hold();
    let done = ingest.while_quiet(work);
    drop(hold);
    ingest.wake();
    done
}

/// The change that is under way; `per_second` passages are embedded.
pub(super) fn change(session: &Session, per_second: Option<f32>) -> ApiResult<Option<ModelChangeView>> {
    let Some(change) = session.store.model_change()? else { return Ok(None) };
    let eta_seconds = per_second.filter(|rate| *rate > 0.0).map(|rate| change.left as f32 / rate);
    Ok(Some(ModelChangeView {
        name: Known::of(&change.set.choice).map_or(&*change.set.choice, |known| known.name).to_owned(),
        id: change.set.choice,
        done: change.total - change.left,
        total: change.total,
        eta_seconds,
    }))
}

fn entries(models: &Path, session: &Session, in_use: &str, coming: Option<&str>) -> Vec<ModelEntryView> {
    let state = |id: &str, otherwise: &str| {
        let is_here = session.sets.current().models.id().is_ok();
        match (id == in_use, coming == Some(id)) {
            (true, _) if !is_here => "missing",
            (true, _) => "in-use",
            (_, true) => "coming",
            _ => otherwise,
        }
        .to_owned()
    };
    let installed = atom_embed::list(models);
    let mut entries: Vec<ModelEntryView> = KNOWN
        .iter()
        .take(1)
        .map(|known| ModelEntryView { state: state(known.id, "installed"), built_in: true, ..known_entry(known) })
        .collect();
    entries.extend(installed.iter().map(|(id, manifest)| {
        let known = Known::of(id);
        ModelEntryView {
            id: id.clone(),
            name: manifest.name.clone(),
            languages: known.map(|known| known.languages.to_owned()),
            dims: u32::try_from(manifest.spec.dims).ok(),
            bytes: Some(manifest.bytes),
            state: state(id, "installed"),
            built_in: false,
            repository: known.and_then(|known| known.repository).map(str::to_owned),
            download_bytes: None,
        }
    }));
    let is_listed = |entries: &[ModelEntryView], id: &str| entries.iter().any(|entry| entry.id == id);
    for known in KNOWN {
        if !is_listed(&entries, known.id) {
            entries.push(ModelEntryView { state: state(known.id, "available"), ..known_entry(known) });
        }
    }
    if !is_listed(&entries, in_use) {
        entries.push(ModelEntryView {
            id: in_use.to_owned(),
            name: in_use.to_owned(),
            languages: None,
            dims: None,
            bytes: None,
            state: state(in_use, "missing"),
            built_in: false,
            repository: None,
            download_bytes: None,
        });
    }
    entries
}

fn known_entry(known: &Known) -> ModelEntryView {
    ModelEntryView {
        id: known.id.to_owned(),
        name: known.name.to_owned(),
        languages: Some(known.languages.to_owned()),
        dims: u32::try_from(known.dims).ok(),
        bytes: None,
        state: String::new(),
        built_in: false,
        repository: known.repository.map(str::to_owned),
        download_bytes: known.fetched.map(|fetched| fetched.bytes()),
    }
}
