//! Fetching a model from where its makers publish it, when a person asks for it.
//!
//! One revision of one repository, every file with the checksum that the catalogue knows (`atom_embed::catalogue`), through
//! the gate: each host is recorded before anything is sent, and behind the air gap nothing is. What was fetched stays in
//! `models/.<id>.part` until the model is complete, so that a download goes on where it ended. It does not use the model.

use super::meaning_sets::{models_dir, unknown};
use super::session::Session;
use super::{App, blocking, lock};
use crate::caller::Caller;
use crate::dto::{ModelDownloadRequest, ModelDownloadView, ModelsView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_embed::catalogue::{Fetched, Known, RemoteFile};
use atom_net::{Gate, Https};
use atom_store::{AuditAction, AuditActor, AuditEntry};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Where models are published.
const HUB: &str = "https://huggingface.co";
/// Names a mirror of it: an https address, or an http one on this machine.
const MIRROR: &str = "ATOM_MODEL_HUB";
/// What the list of connections says it was for.
const REASON: &str = "download an embedding model";
const PIECE: usize = 256 * 1024;

/// The one download at a time of a session: what runs, or ran last.
#[derive(Default)]
pub(super) struct Downloads {
    view: Mutex<Option<ModelDownloadView>>,
    cancel: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Downloads {
    pub(super) fn view(&self) -> Option<ModelDownloadView> {
        lock(&self.view).clone()
    }

    /// Interrupts what runs and waits for it; the gate has cut its connection.
    pub(super) fn stop_blocking(&self) {
        self.cancel.store(true, Ordering::Relaxed);
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            // A panic in there is logged by its thread.
            let _ = thread.join();
        }
    }

    fn claim(&self, known: &Known, total: u64) -> ApiResult<()> {
        let mut view = lock(&self.view);
        if let Some(running) = view.as_ref().filter(|view| view.state == "running") {
            let message = format!("{} is being downloaded: wait for its end or cancel it", running.name);
            return Err(ApiError::new(ErrorCode::Busy, message).retryable());
        }
        self.cancel.store(false, Ordering::Relaxed);
        *view = Some(ModelDownloadView {
            id: known.id.to_owned(),
            name: known.name.to_owned(),
            state: "running".to_owned(),
            done: 0,
            total,
            error: None,
        });
        Ok(())
    }

    fn set_done(&self, done: u64) {
        if let Some(view) = &mut *lock(&self.view) {
            view.done = done;
        }
    }

    fn end(&self, outcome: ApiResult<()>) {
        let Some(view) = &mut *lock(&self.view) else { return };
        view.state = match &outcome {
            Ok(()) => "done",
            Err(_) if self.cancel.load(Ordering::Relaxed) => "cancelled",
            Err(_) => "failed",
        }
        .to_owned();
        view.error = outcome.err().filter(|_| view.state == "failed");
    }
}

impl App {
    /// Begins to fetch a known model; the list of models says how far it is.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a model that nobody knows; [`ErrorCode::InvalidInput`] for one that is here or cannot be
    /// fetched, and behind the air gap; [`ErrorCode::Busy`] while another one is fetched; [`ErrorCode::NetworkMetered`] unless
    /// the request says that this does not matter.
    pub async fn model_download(&self, request: ModelDownloadRequest) -> ApiResult<ModelsView> {
        let hub = std::env::var(MIRROR).ok().filter(|hub| !hub.is_empty()).unwrap_or_else(|| HUB.to_owned());
        let known = Known::of(&request.id).ok_or_else(|| unknown(&request.id))?;
        let asks = !request.metered && !self.session().await?.gate.air_gap();
        if let (true, Some(fetched)) = (asks, known.fetched)
            && blocking(|| Ok(atom_net::is_metered_blocking())).await? == Some(true)
        {
            let megabytes = fetched.bytes().div_ceil(1_000_000);
            let message = format!(
                "this network is metered, and {} has {megabytes} MB: download it on another network, or all the same",
                known.name
            );
            return Err(ApiError::new(ErrorCode::NetworkMetered, message).retryable());
        }
        self.fetch_model(known, hub).await
    }

    pub(super) async fn fetch_model(&self, known: &'static Known, hub: String) -> ApiResult<ModelsView> {
        self.touch();
        let session = self.session().await?;
        let (Some(fetched), Some(repository)) = (known.fetched, known.repository) else {
            let message = format!("{} cannot be downloaded: bring it in from a folder", known.name);
            return Err(ApiError::new(ErrorCode::InvalidInput, message));
        };
        let fetch = Fetch {
            known,
            fetched,
            from: format!("{}/{repository}/resolve/{}", hub.trim_end_matches('/'), fetched.revision),
            models: models_dir(&self.config),
            assets: self.config.assets_dir.clone(),
        };
        let actor = Caller::current().actor();
        blocking(move || {
            atom_embed::refuse_taken(known.id, &fetch.models)?;
            if session.gate.air_gap() {
                // Asked all the same, so that the refusal is in the list of connections.
                let host = hub.trim_start_matches("https://").trim_start_matches("http://");
                let host = host.split(['/', ':']).next().unwrap_or_default();
                return match session.gate.connect(host, REASON) {
                    Err(error) => Err(error.into()),
                    Ok(_) => Err(ApiError::new(ErrorCode::Busy, "the air gap was just opened: try again").retryable()),
                };
            }
            session.downloads.claim(known, fetched.bytes())?;
            let own = Arc::clone(&session);
            let started = std::thread::Builder::new().name("atom-download".to_owned()).spawn(move || {
                let outcome = fetch.run(&own);
                if outcome.is_ok() {
                    own.log.append_blocking(entry(&own, actor));
                }
                own.downloads.end(outcome);
            });
            match started {
                Ok(thread) => *lock(&session.downloads.thread) = Some(thread),
                Err(error) => {
                    let error = ApiError::new(ErrorCode::Internal, format!("starting a thread: {error}"));
                    session.downloads.end(Err(error));
                }
            }
            Ok(())
        })
        .await?;
        self.model_list().await
    }

    /// Stops a download; what was fetched stays, and the next one goes on from there.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn model_cancel_download(&self) -> ApiResult<ModelsView> {
        self.touch();
        self.session().await?.downloads.cancel.store(true, Ordering::Relaxed);
        self.model_list().await
    }
}

fn entry(session: &Session, actor: AuditActor) -> AuditEntry {
    AuditEntry::once(session.clock.now_ms(), actor, AuditAction::SettingChanged, super::models::INSTALLED)
}

/// What to fetch, and where to.
struct Fetch {
    known: &'static Known,
    fetched: Fetched,
    /// The address that the paths of files come after.
    from: String,
    models: PathBuf,
    assets: PathBuf,
}

impl Fetch {
    fn run(&self, session: &Session) -> ApiResult<()> {
        let folder = self.models.join(format!(".{}.part", self.known.id));
        for folder in [&self.models, &folder] {
            atom_vault::make_private_folder(folder)
                .map_err(|error| ApiError::unwritten(folder, &error, ErrorCode::Internal))?;
        }
        let https = Https::of_the_system()?;
        let mut before = 0;
        for file in self.fetched.files {
            self.file(session, &https, file, &folder, before)?;
            before += file.bytes;
        }
        Ok(atom_embed::adopt(&folder, self.known, &self.models, &self.assets)?)
    }

    /// Fetches what is missing of a file; `before` bytes of the model were fetched before it.
    fn file(&self, session: &Session, https: &Https, file: &RemoteFile, folder: &Path, before: u64) -> ApiResult<()> {
        let (whole, part) = (folder.join(file.name), folder.join(format!("{}.part", file.name)));
        if whole.is_file() {
            if digest_of(&whole)?.1 == file.sha256 {
                session.downloads.set_done(before + file.bytes);
                return Ok(());
            }
            remove(&whole)?;
        }
        let mut hash = Sha256::new();
        let mut have = 0;
        if part.is_file() {
            (have, hash) = hashed(&part)?;
        }
        if have >= file.bytes {
            remove(&part)?;
            (have, hash) = (0, Sha256::new());
        }
        let have = self.append(session, https, file, &part, (have, &mut hash), before)?;
        if have < file.bytes {
            let message = format!("{} ended too early: start the download again, it goes on from there", file.name);
            return Err(ApiError::new(ErrorCode::Internal, message).retryable());
        }
        if have > file.bytes || hex(&hash.finalize()) != file.sha256 {
            remove(&part)?;
            let message = format!(
                "{} is not what was published: its checksum is another one, and nothing of it is kept. Try again later, or \
                 bring the model in from a folder",
                file.name
            );
            return Err(ApiError::new(ErrorCode::DataDamaged, message));
        }
        fs::rename(&part, &whole).map_err(|error| ApiError::unwritten(&whole, &error, ErrorCode::Internal))
    }

    /// Appends what comes to `part`; the bytes that it has then.
    fn append(
        &self,
        session: &Session,
        https: &Https,
        file: &RemoteFile,
        part: &Path,
        (mut have, hash): (u64, &mut Sha256),
        before: u64,
    ) -> ApiResult<u64> {
        let unwritten = |error: std::io::Error| ApiError::unwritten(part, &error, ErrorCode::Internal);
        let gate: &Gate = &session.gate;
        let mut body = https.get(gate, &format!("{}/{}", self.from, file.path), have, REASON)?;
        let mut target = OpenOptions::new().create(true).append(true).open(part).map_err(unwritten)?;
        if body.from() != have {
            target.set_len(0).map_err(unwritten)?;
            (have, *hash) = (0, Sha256::new());
        }
        let mut piece = vec![0; PIECE];
        loop {
            if session.downloads.cancel.load(Ordering::Relaxed) {
                return Err(ApiError::new(ErrorCode::Internal, "the download was stopped").retryable());
            }
            let count = body.read(&mut piece).map_err(|error| interrupted(gate, &error))?;
            let bytes = piece.get(..count).unwrap_or_default();
            if bytes.is_empty() || have + count as u64 > file.bytes {
                target.sync_data().map_err(unwritten)?;
                return Ok(have + count as u64);
            }
            target.write_all(bytes).map_err(unwritten)?;
            hash.update(bytes);
            have += count as u64;
            session.downloads.set_done(before + have);
        }
    }
}

/// Why no more came.
fn interrupted(gate: &Gate, error: &std::io::Error) -> ApiError {
    let message = match gate.air_gap() {
        true => "the air gap was turned on: the download was cut off".to_owned(),
        false => format!("the download was interrupted ({error}): start it again, it goes on from there"),
    };
    ApiError::new(ErrorCode::Internal, message).retryable()
}

/// Length and running hash of a file.
fn hashed(path: &Path) -> ApiResult<(u64, Sha256)> {
    let failed = |error: std::io::Error| {
        ApiError::new(ErrorCode::Internal, format!("{} cannot be read: {error}", path.display()))
    };
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let count = file.read(&mut piece).map_err(failed)?;
        if count == 0 {
            return Ok((length, hash));
        }
        hash.update(piece.get(..count).unwrap_or_default());
        length += count as u64;
    }
}

fn digest_of(path: &Path) -> ApiResult<(u64, String)> {
    let (length, hash) = hashed(path)?;
    Ok((length, hex(&hash.finalize())))
}

fn remove(path: &Path) -> ApiResult<()> {
    fs::remove_file(path).map_err(|error| ApiError::unwritten(path, &error, ErrorCode::Internal))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
