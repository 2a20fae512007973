//! What exists only while the vault is open.

use super::anchor::{self, Opening};
use super::audit::Log;
use super::clients::Tally;
use super::downloads::Downloads;
use super::pages::PageReaders;
use super::reserve::Reserve;
use super::runs::Runs;
use super::{App, Indexing, governor, lock, meaning_sets, saved, settings_of};
use crate::caller::Caller;
use crate::dto::{IndexBudget, SizeView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_core::{Clock, IndexHead, ItemId, SourceId, Standing, SystemClock};
use atom_extract::{Extractor, Limits, PDFIUM_ENV, WorkerCommand};
use atom_index::keyword::{self, KeywordIndex};
use atom_ingest::{Budget, Ingest, Machine, Models, Notice, Parts, Sets};
use atom_net::Gate;
use atom_search::{Meaning, QueryEmbedder, Searcher};
use atom_store::{Anchoring, AuditAction, Counts, IndexName, RawKey, Store};
use atom_vault::Keys;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedMutexGuard};

/// File and folders of the vault, inside the data folder.
pub(super) const DATABASE: &str = "vault.db";
pub(super) const KEYWORD: &str = "keyword";
pub(super) const VECTORS: &str = "vectors";
/// Setting: whether work is paused.
pub(super) const PAUSED: &str = "paused";
/// Counts are taken at most this often; a search may see them this old.
const COUNTS_AGE: Duration = Duration::from_millis(700);
/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(300);
const SIZES_AGE: Duration = Duration::from_secs(5);
/// Workers stop within this time; what takes longer is worth a line in the log.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// The open vault.
pub(super) struct Session {
    pub(super) keys: Keys,
    pub(super) opening: Opening,
    pub(super) store: Arc<Store>,
    pub(super) keyword: KeywordIndex,
    pub(super) sets: Arc<Sets>,
    pub(super) searcher: Searcher,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) log: Log,
    /// The one way for anything of Atom to reach a network.
    pub(super) gate: Gate,
    /// What was mended when the vault was opened, for a person.
    pub(super) mended: Vec<String>,
    /// Backups, checks, exports and changes of the master key.
    pub(super) runs: Runs,
    /// Keys that the vault is to have, while a change to them was begun.
    pub(super) next_keys: Mutex<Option<Keys>>,
    /// Set once those keys count: whoever asks for the session then waits for the one that has them.
    pub(super) changing_keys: Arc<AtomicBool>,
    /// Models that are fetched.
    pub(super) downloads: Downloads,
    /// Readers that draw pages for a person.
    pub(super) pages: PageReaders,
    /// Answers to programs that the log does not have yet.
    pub(super) tally: Tally,
    ingest: Mutex<Option<Arc<Ingest>>>,
    counts: Mutex<Option<(Instant, Counts)>>,
    sizes: Mutex<Option<(Instant, Vec<SizeView>)>>,
    news: Arc<News>,
}

/// What happened since it was last told, collected without blocking anyone.
#[derive(Default)]
pub(super) struct News {
    progressed: AtomicBool,
    sources: AtomicBool,
    jobs: AtomicBool,
    ready: Mutex<Vec<SourceId>>,
    damaged: Mutex<Option<&'static str>>,
    model_changed: AtomicBool,
    any: Notify,
    findable: Notify,
    over: AtomicBool,
}

impl News {
    fn take(&self, notice: Notice) {
        match notice {
            Notice::Progressed => {
                self.progressed.store(true, Ordering::Relaxed);
                self.findable.notify_one();
            }
            Notice::SourcesChanged => self.sources.store(true, Ordering::Relaxed),
            Notice::JobsChanged => self.jobs.store(true, Ordering::Relaxed),
            Notice::FolderReady(source) => lock(&self.ready).push(source),
            Notice::IndexDamaged(stage) => *lock(&self.damaged) = Some(stage),
            Notice::ModelChanged => self.model_changed.store(true, Ordering::Relaxed),
        }
        self.any.notify_one();
    }

    /// Waits until something else may be findable than before; false once the session is over.
    pub(super) async fn findable(&self) -> bool {
        self.findable.notified().await;
        !self.over.load(Ordering::Relaxed)
    }
}

/// A session that nobody can use any more and that is not closed yet; no other opens meanwhile.
pub(super) struct Closing {
    pub(super) session: Option<Arc<Session>>,
    turn: OwnedMutexGuard<()>,
    reserve: Reserve,
}

impl Closing {
    /// Waits until the workers have stopped, and forgets keys, handles and caches with the last query that is running. The next session may open once the guard is dropped.
    pub(super) async fn finish(self) -> OwnedMutexGuard<()> {
        let Some(session) = self.session else { return self.turn };
        let started = Instant::now();
        // Joining threads blocks.
        let stopped = Arc::clone(&session);
        let _ = tokio::task::spawn_blocking(move || stopped.stop_blocking()).await;
        if session.opening.with_keychain {
            anchor::renew_witness(&session.keys, Arc::clone(&session.store)).await;
        }
        // Closing the database gives back what its log took.
        drop(session);
        let _ = tokio::task::spawn_blocking(move || self.reserve.keep_blocking()).await;
        if started.elapsed() > STOP_WITHIN {
            tracing::warn!(took = ?started.elapsed(), "locking took long");
        }
        self.turn
    }
}

/// The query side of the model.
struct Querying(Arc<Models>);

impl QueryEmbedder for Querying {
    fn embed_blocking(&self, text: &str) -> atom_search::Result<Vec<f32>> {
        let failed = |error: atom_embed::Error| atom_search::Error::Embedding { reason: error.to_string() };
        self.0.querying().and_then(|model| model.query(text)).map_err(failed)
    }
}

/// Searching by the set that answers now.
fn by_meaning(sets: &Sets) -> Meaning {
    let current = sets.current();
    Meaning { vectors: current.vector, embedder: Arc::new(Querying(current.models)) }
}

impl Session {
    pub(super) fn ingest(&self) -> Option<Arc<Ingest>> {
        lock(&self.ingest).clone()
    }

    /// Counts of everything, at most a moment old.
    pub(super) fn counts(&self) -> ApiResult<Counts> {
        if let Some((at, counts)) = &*lock(&self.counts)
            && at.elapsed() < COUNTS_AGE
        {
            return Ok(counts.clone());
        }
        let counts = self.store.counts()?;
        *lock(&self.counts) = Some((Instant::now(), counts.clone()));
        Ok(counts)
    }

    /// Counts however old, without waiting for the store when there are any.
    pub(super) fn recent_counts(&self) -> ApiResult<Counts> {
        let known = lock(&self.counts).as_ref().map(|(_, counts)| counts.clone());
        known.map_or_else(|| self.counts(), Ok)
    }

    pub(super) fn forget_counts(&self) {
        *lock(&self.counts) = None;
    }

    pub(super) fn sizes(&self, data_dir: &Path) -> Vec<SizeView> {
        let mut sizes = lock(&self.sizes);
        match &*sizes {
            Some((at, sizes)) if at.elapsed() < SIZES_AGE => sizes.clone(),
            _ => {
                let folder = |name: &str| SizeView { name: name.to_owned(), bytes: folder_bytes(&data_dir.join(name)) };
                let vault = SizeView { name: "vault".to_owned(), bytes: self.store.size_bytes() };
                let fresh = vec![vault, folder(KEYWORD), folder(VECTORS)];
                *sizes = Some((Instant::now(), fresh.clone()));
                fresh
            }
        }
    }

    /// Stops the workers and cuts connections; blocks until each worker finished its batch.
    fn stop_blocking(&self) {
        // Nothing goes in or out for a vault that is being locked.
        self.gate.set_air_gap(true);
        self.news.over.store(true, Ordering::Relaxed);
        self.news.any.notify_one();
        self.news.findable.notify_one();
        // Before the workers: it may be waiting for one of them to pause.
        self.runs.stop_blocking();
        self.downloads.stop_blocking();
        self.pages.end();
        let ingest = lock(&self.ingest).take();
        drop(ingest);
        self.log_programs_blocking();
        if let Err(error) = self.store.anchor_now() {
            tracing::warn!(%error, "the anchor does not name the last commits");
        }
    }
}

impl App {
    /// Opens everything that the keys open and starts the workers.
    pub(super) async fn open_session(self: &Arc<Self>, keys: Keys, opening: Opening) -> ApiResult<()> {
        // After a lock, its workers may still be writing: two sessions at once would fight for the indexes.
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.open_in_turn(keys, opening, &turn).await
    }

    pub(super) async fn open_in_turn(
        self: &Arc<Self>,
        keys: Keys,
        opening: Opening,
        _turn: &OwnedMutexGuard<()>,
    ) -> ApiResult<()> {
        self.refuse_when_ending()?;
        let mut slot = self.session.write().await;
        if slot.is_some() {
            return Ok(());
        }
        self.refuse_old_keys().await?;
        let session = self.make_or_make_room(keys, opening).await?;
        if opening.with_keychain {
            let keeping = anchor::keep_witness(session.keys.clone(), Arc::downgrade(&session.store));
            self.background().push(tokio::spawn(keeping));
        }
        *slot = Some(Arc::clone(&session));
        *lock(&self.change_failed) = None;
        drop(slot);
        self.touch();
        let follower = tokio::spawn(saved::follow(Arc::downgrade(self), Arc::clone(&session.news)));
        let teller = tokio::spawn(tell(Arc::downgrade(self), session));
        self.background().extend([follower, teller]);
        Ok(())
    }

    /// Takes the session away: every call is refused from here on. What was open is closed by [`Closing::finish`].
    pub(super) async fn take_session(&self) -> Closing {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let session = self.session.write().await.take();
        Closing { session, turn, reserve: self.reserve.clone() }
    }

    /// Stops the workers and forgets keys, handles and caches.
    pub(super) async fn close_session(&self) {
        drop(self.take_session().await.finish().await);
    }

    /// A session, on a full disk in the room that was kept for it.
    async fn make_or_make_room(&self, keys: Keys, opening: Opening) -> ApiResult<Arc<Session>> {
        match self.make_session(keys.clone(), opening).await {
            Err(error) if error.code == ErrorCode::DiskFull => {
                let reserve = self.reserve.clone();
                if !super::blocking(move || Ok(reserve.give_up_blocking())).await? {
                    return Err(error);
                }
                tracing::warn!("the disk is full: the vault is opened in the room that was kept for that");
                self.make_session(keys, opening).await
            }
            made => made,
        }
    }

    async fn make_session(&self, keys: Keys, opening: Opening) -> ApiResult<Arc<Session>> {
        let data_dir = self.config.data_dir.clone();
        let (mut mended, mut rebuilt) = (Vec::new(), Vec::new());
        let store = self.open_store(&keys, opening).await?;
        let loss = store.unsettled_loss()?;
        mended.extend(
            loss.map(|loss| format!("a loss was accepted ({}), and what derived from it is made anew", loss.loss)),
        );
        let keyword = {
            let (store, keys, dir) = (Arc::clone(&store), keys.clone(), data_dir.join(KEYWORD));
            let (keyword, note) = super::blocking(move || open_keyword(&store, &keys, &dir, loss.is_some())).await?;
            rebuilt.extend(note.is_some().then_some("words"));
            mended.extend(note);
            keyword
        };
        let opened = meaning_sets::open(&store, &keys, &self.config, loss.is_some()).await?;
        rebuilt.extend(opened.rebuilt.is_some().then_some("meaning"));
        mended.extend(opened.rebuilt.into_iter().chain(opened.gave_up));
        let sets = opened.sets;
        record(&store, IndexName::Meaning, sets.current().vector.head().await?)?;
        if loss.is_some() {
            store.settle_loss()?;
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let searcher = Searcher::new(store.clone(), keyword.clone(), Some(by_meaning(&sets)), clock.clone());
        let settings = settings_of(&store, &data_dir)?;
        let paused = store.setting(PAUSED)?.as_deref() == Some("yes");
        let news = Arc::new(News::default());
        let ingest = match self.config.indexing {
            Indexing::Off => None,
            indexing => {
                let observer = Arc::clone(&news);
                let person = Arc::clone(&self.person);
                let budget = if indexing == Indexing::Full { Budget::Full } else { budget(settings.index_budget) };
                let parts = Parts {
                    store: Arc::clone(&store),
                    keyword: keyword.clone(),
                    sets: Arc::clone(&sets),
                    runtime: tokio::runtime::Handle::current(),
                    extractor: Arc::new(self.extractor()),
                    clock: clock.clone(),
                    data_dir: data_dir.clone(),
                    ignore_rules: settings.ignore_rules.clone(),
                    budget,
                    paused: paused && indexing != Indexing::Full,
                    observer: Box::new(move |notice| observer.take(notice)),
                    machine: Machine::here(Box::new(move || person.idle())),
                    manners: governor::manners(&settings),
                    anyway: indexing == Indexing::Full,
                    recogniser: self.worker_command(),
                    search_path: super::ocr::search_path(),
                    ocr: super::ocr::choice(&settings.ocr),
                    at_rest: self.config.at_rest,
                };
                Some(Arc::new(start_ingest(parts)?))
            }
        };
        let session = Arc::new(Session {
            log: Log::new(Arc::clone(&store), &keys),
            gate: super::network::gate(settings.air_gap, &store, &clock),
            keys,
            opening,
            store,
            keyword,
            sets,
            searcher,
            clock,
            mended,
            runs: Runs::after(lock(&self.next_run).take()),
            next_keys: Mutex::default(),
            changing_keys: Arc::clone(&self.changing_keys),
            downloads: Downloads::default(),
            pages: PageReaders::new(self.worker_command()),
            tally: Tally::default(),
            ingest: Mutex::new(ingest),
            counts: Mutex::default(),
            sizes: Mutex::default(),
            news,
        });
        tell_unlocked_keys();
        for which in rebuilt {
            Caller::Atom.asks(self.log(&session, AuditAction::IndexRebuilt, which)).await;
        }
        Ok(session)
    }

    /// Opens the store; a loss is told, and the keys wait for a decision.
    async fn open_store(&self, keys: &Keys, opening: Opening) -> ApiResult<Arc<Store>> {
        let witness = if opening.with_keychain { anchor::witness(keys).await } else { None };
        let key = keys.sqlcipher();
        let raw = RawKey { key: key.key, salt: key.salt };
        let path = self.config.data_dir.join(DATABASE);
        let opened = super::blocking(move || {
            let anchoring = match (&witness, opening.accepts_loss) {
                (witness, true) => Anchoring::Accept { witness: witness.as_deref() },
                (Some(witness), false) => Anchoring::Witness(witness),
                (None, false) => Anchoring::Check,
            };
            Ok(Store::open_with(&path, raw, anchoring))
        })
        .await?;
        match opened {
            Ok(store) => Ok(Arc::new(store)),
            Err(atom_store::Error::Lost(loss)) => Err(self.lost(keys, opening, &loss)),
            Err(error) => Err(error.into()),
        }
    }

    fn extractor(&self) -> Extractor {
        Extractor::new(self.worker_command(), Limits::default(), Budget::Full.threads())
    }

    fn worker_command(&self) -> WorkerCommand {
        let pdfium = self.config.assets_dir.join("runtime").join(pdfium_name());
        WorkerCommand {
            program: self.config.worker_program.clone(),
            args: self.config.worker_args.clone(),
            env: vec![(PDFIUM_ENV.into(), pdfium.into())],
        }
    }

    /// Closes everything, throws a damaged index away and opens again: it is built from the store.
    pub(super) async fn rebuild(self: &Arc<Self>, words: bool, meaning: bool) -> ApiResult<()> {
        let data_dir = self.config.data_dir.clone();
        self.reopen(move |store| {
            if words {
                store.restart_words()?;
                discard(&data_dir.join(KEYWORD));
            }
            if meaning {
                store.restart_meaning()?;
                discard(&data_dir.join(VECTORS));
            }
            Ok(())
        })
        .await?;
        if let Ok(session) = self.session().await {
            for (which, is_rebuilt) in [("words", words), ("meaning", meaning)] {
                if is_rebuilt {
                    self.log(&session, AuditAction::IndexRebuilt, which).await;
                }
            }
        }
        Ok(())
    }

    /// Closes everything, does `between` and opens again.
    pub(super) async fn reopen(
        self: &Arc<Self>,
        between: impl FnOnce(&Store) -> ApiResult<()> + Send + 'static,
    ) -> ApiResult<()> {
        let closing = self.take_session().await;
        let Some(session) = &closing.session else {
            drop(closing);
            return self.session().await.map(drop);
        };
        let (keys, store) = (session.keys.clone(), Arc::clone(&session.store));
        let next_keys = lock(&session.next_keys).clone();
        let opening = Opening { accepts_loss: false, ..session.opening };
        // A lock that comes meanwhile waits, and then locks what was opened again.
        let turn = closing.finish().await;
        super::blocking(move || between(&store)).await?;
        self.open_in_turn(keys, opening, &turn).await?;
        drop(turn);
        if next_keys.is_some() {
            self.after_unlock(next_keys).await;
        }
        Ok(())
    }
}

/// Starts the workers, and looks for what changed while Atom was not running.
fn start_ingest(parts: Parts) -> ApiResult<Ingest> {
    let store = Arc::clone(&parts.store);
    let ingest = Ingest::start(parts)?;
    for source in store.sources()? {
        match source.status {
            atom_store::SourceStatus::Removing => ingest.remove(source.id)?,
            atom_store::SourceStatus::Active | atom_store::SourceStatus::Missing => ingest.scan(source.id)?,
        }
    }
    Ok(ingest)
}

const fn pdfium_name() -> &'static str {
    if cfg!(target_os = "windows") {
        "pdfium.dll"
    } else if cfg!(target_os = "macos") {
        "libpdfium.dylib"
    } else {
        "libpdfium.so"
    }
}

pub(super) const fn budget(budget: IndexBudget) -> Budget {
    match budget {
        IndexBudget::Gentle => Budget::Gentle,
        IndexBudget::Half => Budget::Half,
        IndexBudget::Full => Budget::Full,
    }
}

/// Throws a derived folder away; what cannot be removed is in the way of the next open, which says so.
pub(super) fn discard(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a damaged index cannot be removed");
    }
}

/// What a comparison with the record says for a person, if the index is not the one that the vault knows.
pub(super) fn odd(standing: Standing, index: &str) -> Option<String> {
    match standing {
        Standing::Recorded | Standing::Ahead => None,
        Standing::Behind => {
            Some(format!("an older copy lay in the place of the {index}: it is brought up to date from the vault"))
        }
        Standing::Foreign => {
            Some(format!("another {index} lay in the place of the vault's own: it is built again from the vault"))
        }
    }
}

/// Records at once where an index stands, if that is news: a step back must not be taken for another one later.
fn record(store: &Store, name: IndexName, head: IndexHead) -> ApiResult<()> {
    if store.index_head(name)? != Some(head) {
        store.note_index(name, head);
        store.anchor_now()?;
    }
    Ok(())
}

/// Says once, if it is so, that keys of this process may be swapped out.
fn tell_unlocked_keys() {
    static TOLD: std::sync::Once = std::sync::Once::new();
    if atom_vault::is_locking_refused() {
        TOLD.call_once(|| {
            tracing::warn!("not every key could be locked into memory: the system lets this process lock too little");
        });
    }
}

/// How the keyword index relates to its record; none where it is damaged.
fn keyword_standing(index: &KeywordIndex, recorded: Option<IndexHead>) -> ApiResult<Option<Standing>> {
    match (recorded, index.head()) {
        (None, Ok(_)) => Ok(Some(Standing::Recorded)),
        (Some(_), Ok(None)) => Ok(None),
        (Some(recorded), Ok(Some(head))) => Ok(Some(head.standing(&recorded))),
        (_, Err(atom_index::Error::Corrupt { .. })) => Ok(None),
        (_, Err(error)) => Err(error.into()),
    }
}

/// Opens the keyword index; what is damaged, or not what was recorded, is thrown away and built again.
fn open_keyword(store: &Store, keys: &Keys, dir: &Path, lossy: bool) -> ApiResult<(KeywordIndex, Option<String>)> {
    const DAMAGED: &str = "the keyword index was damaged and is built again from the vault";
    let open = || keyword::open(dir, keys.seal_root("tantivy/root"));
    let found = match open() {
        Ok(index) => match keyword_standing(&index, store.index_head(IndexName::Words)?)? {
            None => Err(Some(DAMAGED.to_owned())),
            // It may have what the lost part had put into it.
            Some(_) if lossy => Err(None),
            Some(standing) => odd(standing, "keyword index").map_or(Ok(index), |note| Err(Some(note))),
        },
        Err(atom_index::Error::Corrupt { reason, .. }) => {
            tracing::warn!(reason, "the keyword index is damaged and is built again");
            Err(Some(DAMAGED.to_owned()))
        }
        Err(error) => return Err(error.into()),
    };
    match found {
        Ok(index) => {
            let counts = store.counts()?.total;
            if index.doc_count() < counts.items().saturating_sub(counts.words_pending) {
                store.restart_words()?;
                return Ok((index, Some(DAMAGED.to_owned())));
            }
            if let Some(head) = index.head()? {
                record(store, IndexName::Words, head)?;
            }
            Ok((index, None))
        }
        Err(note) => {
            store.restart_words()?;
            discard(dir);
            Ok((open()?, note))
        }
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(facts) if facts.is_dir() => folder_bytes(&entry.path()),
            Ok(facts) => facts.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Tells the shells what happened, a few times a second at most, until the session ends.
async fn tell(app: std::sync::Weak<App>, session: Arc<Session>) {
    let news = Arc::clone(&session.news);
    drop(session);
    // Counts are kept for a moment, so what was told may have been old: once it is quiet, the last word is a fresh one.
    let mut owed = false;
    loop {
        let quiet = if owed {
            tokio::time::timeout(COUNTS_AGE, news.any.notified()).await.is_err()
        } else {
            news.any.notified().await;
            false
        };
        let Some(app) = app.upgrade() else { return };
        if news.over.load(Ordering::Relaxed) {
            return;
        }
        if quiet {
            owed = false;
            if let Ok(session) = app.session().await {
                session.forget_counts();
            }
            news.progressed.store(true, Ordering::Relaxed);
        }
        if let Some(stage) = lock(&news.damaged).take() {
            let rebuilding = Arc::clone(&app);
            // On its own: rebuilding ends this very task.
            tokio::spawn(rebuild_damaged(rebuilding, stage));
            return;
        }
        if news.model_changed.swap(false, Ordering::Relaxed)
            && let Ok(session) = app.session().await
        {
            session.searcher.set_meaning(by_meaning(&session.sets));
            if let Some(ingest) = session.ingest() {
                // Nobody asks the old vectors any more: they can go.
                ingest.wake();
            }
            news.progressed.store(true, Ordering::Relaxed);
        }
        if news.jobs.swap(false, Ordering::Relaxed) {
            app.emit(Event::JobsChanged);
        }
        if news.sources.swap(false, Ordering::Relaxed) {
            app.emit(Event::SourcesChanged);
        }
        let ready = std::mem::take(&mut *lock(&news.ready));
        for source in ready {
            tell_ready(&app, source).await;
        }
        if news.progressed.swap(false, Ordering::Relaxed)
            && let Ok(status) = app.status_get().await
        {
            app.emit(Event::IndexProgressed(Box::new(status)));
            owed = !quiet;
        }
        drop(app);
        tokio::time::sleep(TELL_EVERY).await;
    }
}

/// Boxed, because opening a session starts the task that may call this.
fn rebuild_damaged(app: Arc<App>, stage: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let rebuilt = Caller::Atom.asks(app.rebuild(stage == "words", stage == "meaning")).await;
        if let Err(error) = rebuilt {
            tracing::error!(%error, stage, "a damaged index cannot be built again");
        }
    })
}

async fn tell_ready(app: &Arc<App>, source: SourceId) {
    let Ok(session) = app.session().await else { return };
    let facts = super::blocking(move || Ok((session.store.source(source)?, session.counts()?))).await;
    if let Ok((Some(row), counts)) = facts {
        let indexed = counts.sources.get(&source).map_or(0, |counts| counts.files);
        app.emit(Event::FolderReady { path: row.path.to_string_lossy().into_owned(), files: indexed });
    }
}

/// An item id as it came over the boundary.
pub(super) fn item_id(text: &str) -> ApiResult<ItemId> {
    text.parse().map_err(|_| ApiError::new(ErrorCode::InvalidInput, "this is no id of an item"))
}
