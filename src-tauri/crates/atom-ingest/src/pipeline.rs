//! The workers and what they share.

use crate::error::{Error, Result};
use crate::governor::{Governor, SearchFirst};
use crate::machine::Machine;
use crate::ocr::{self, OcrChoice, OcrDesk, OcrFacts};
use crate::pace::{Manners, Pace};
use crate::sets::Sets;
use crate::{folders, gone, meaning, read, words};
use atom_core::{Clock, JobId, SourceId};
use atom_extract::{Extractor, WorkerCommand};
use atom_index::keyword::KeywordIndex;
use atom_jobs::{Bell, Meter, Stop, Worker};
use atom_store::{JobKind, Store};
use atom_watch::{WatchState, Watcher};
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// A worker that failed tries again after this, then after twice as long, and so on.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(60);
/// Whether there is room again is looked at this often.
const ROOM_RETRY: Duration = Duration::from_secs(5);
/// Bytes that texts and indexes leave on the disk: for what a person does, and for other programs.
pub const ROOM_LEFT: u64 = 32 << 20;

const FOLDERS: &str = "folders";

/// How much of the machine background work may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// One core, resting as long as it works.
    Gentle,
    /// Half of the cores.
    Half,
    /// Every core.
    Full,
}

impl Budget {
    const fn code(self) -> u8 {
        match self {
            Self::Gentle => 0,
            Self::Half => 1,
            Self::Full => 2,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            0 => Self::Gentle,
            1 => Self::Half,
            _ => Self::Full,
        }
    }

    /// Threads that may work at once.
    pub fn threads(self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        match self {
            Self::Gentle => 1,
            Self::Half => (cores / 2).max(1),
            Self::Full => cores,
        }
    }
}

/// What the owner of the pipeline wants to know at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Counts moved.
    Progressed,
    /// Sources changed state.
    SourcesChanged,
    /// Jobs changed.
    JobsChanged,
    /// Every file of this source is findable by its words, for the first time.
    FolderReady(SourceId),
    /// A derived index is damaged: close everything, rebuild, open again.
    IndexDamaged(&'static str),
    /// Another model answers from now on, with its own vectors.
    ModelChanged,
}

/// What keeps a worker from working, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Which stage: `read`, `words`, `meaning`, `folders`, `ocr`.
    pub stage: &'static str,
    /// What happened and what to do.
    pub message: String,
    /// Whether the disk is full.
    pub disk_full: bool,
    /// Whether it is the embedding model that is missing or cannot be used.
    pub model_failure: bool,
}

/// Current speeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// Files read per second.
    pub files: Option<f32>,
    /// Passages embedded per second.
    pub chunks: Option<f32>,
    /// Pictures per second in which text is recognised.
    pub pictures: Option<f32>,
}

/// What the pipeline is made of.
pub struct Parts {
    /// The source of truth.
    pub store: Arc<Store>,
    /// Words.
    pub keyword: KeywordIndex,
    /// Meaning: the models, loaded when needed, and their vectors.
    pub sets: Arc<Sets>,
    /// Runtime on which the vector index runs.
    pub runtime: tokio::runtime::Handle,
    /// The box that reads files.
    pub extractor: Arc<Extractor>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Atom's own folder, never indexed.
    pub data_dir: PathBuf,
    /// More ignore rules, in the syntax of `.gitignore`.
    pub ignore_rules: String,
    /// How much to take of the machine.
    pub budget: Budget,
    /// Whether to start paused.
    pub paused: bool,
    /// Told what happens; must not block.
    pub observer: Box<dyn Fn(Notice) + Send + Sync>,
    /// What is asked how the machine is.
    pub machine: Machine,
    /// When to hold back.
    pub manners: Manners,
    /// Whether a person waits for this process itself, so that it never holds back.
    pub anyway: bool,
    /// How to start what locks Tesseract in: the command of the readers.
    pub recogniser: WorkerCommand,
    /// Folders in which Tesseract is looked for, as in `PATH`.
    pub search_path: OsString,
    /// What a person wants of it.
    pub ocr: OcrChoice,
    /// Called when a model was let go of because there is nothing to do.
    pub at_rest: fn(),
}

/// Bells of the workers: rung when there may be something to do.
#[derive(Default)]
pub(crate) struct Bells {
    pub(crate) jobs: Bell,
    pub(crate) read: Bell,
    pub(crate) words: Bell,
    pub(crate) meaning: Bell,
    pub(crate) ocr: Bell,
}

#[derive(Default)]
struct Meters {
    files: Meter,
    chunks: Meter,
    pictures: Meter,
}

/// What the workers share.
pub(crate) struct Shared {
    pub(crate) store: Arc<Store>,
    pub(crate) keyword: KeywordIndex,
    pub(crate) sets: Arc<Sets>,
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) extractor: Arc<Extractor>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) data_dir: PathBuf,
    pub(crate) bells: Bells,
    pub(crate) cancelled: Arc<Mutex<HashSet<JobId>>>,
    pub(crate) hints: Mutex<Vec<atom_watch::Hint>>,
    pub(crate) dispatch: Mutex<read::Dispatch>,
    pub(crate) gone_lately: Mutex<gone::Lately>,
    pub(crate) words_writer: words::WordsWriter,
    pub(crate) governor: Governor,
    ignore_rules: Mutex<String>,
    budget: AtomicU8,
    paused: AtomicBool,
    /// As if paused, while a [`Hold`] lasts.
    held: AtomicBool,
    meters: Mutex<Meters>,
    troubles: Mutex<BTreeMap<&'static str, Trouble>>,
    /// Read by a worker that changes an index and then says so in the store, written by who needs both as one.
    quiet: RwLock<()>,
    observer: Box<dyn Fn(Notice) + Send + Sync>,
    pub(crate) ocr: OcrDesk,
    pub(crate) at_rest: fn(),
}

impl Shared {
    pub(crate) fn budget(&self) -> Budget {
        Budget::of(self.budget.load(Ordering::Relaxed))
    }

    pub(crate) fn paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed) || self.held.load(Ordering::Relaxed)
    }

    pub(crate) fn ignore_rules(&self) -> String {
        lock(&self.ignore_rules).clone()
    }

    pub(crate) fn notify(&self, notice: Notice) {
        (self.observer)(notice);
    }

    pub(crate) fn count_files(&self, count: u64) {
        lock(&self.meters).files.add(count, Instant::now());
    }

    pub(crate) fn count_chunks(&self, count: u64) {
        lock(&self.meters).chunks.add(count, Instant::now());
    }

    pub(crate) fn count_picture(&self) {
        lock(&self.meters).pictures.add(1, Instant::now());
    }

    /// Whether that stage cannot work at present.
    pub(crate) fn is_stuck(&self, stage: &str) -> bool {
        lock(&self.troubles).contains_key(stage)
    }

    /// Rests after `worked`, when the pace asks for it.
    pub(crate) fn rest(&self, pace: &Pace, worked: Duration, stop: &Stop, bell: &Bell) {
        if pace.rests {
            stop.wait_until(bell, bell.rings(), Instant::now() + worked.min(Duration::from_secs(2)));
        }
    }

    /// An error where the disk has too little room to work on it.
    fn check_room(&self, operation: &'static str) -> Result<()> {
        let facts = rustix::fs::statvfs(&self.data_dir).ok();
        match facts.map(|facts| facts.f_bavail.saturating_mul(facts.f_frsize)) {
            Some(free) if free < ROOM_LEFT => Err(atom_store::Error::DiskFull { operation }.into()),
            _ => Ok(()),
        }
    }

    fn trouble(&self, stage: &'static str, error: Option<&Error>) {
        let changed = {
            let mut troubles = lock(&self.troubles);
            match error {
                None => troubles.remove(stage).is_some(),
                Some(error) => {
                    let (disk_full, model_failure) = (error.is_disk_full(), error.is_model_failure());
                    let trouble = Trouble { stage, message: error.to_string(), disk_full, model_failure };
                    troubles.insert(stage, trouble.clone()) != Some(trouble)
                }
            }
        };
        if changed {
            if let Some(error) = error {
                tracing::warn!(stage, %error, "indexing waits");
            }
            self.notify(Notice::Progressed);
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running pipeline. Dropping it stops every worker at the end of its batch.
pub struct Ingest {
    shared: Arc<Shared>,
    watcher: Mutex<Option<Watcher>>,
    workers: Vec<Worker>,
}

impl Ingest {
    /// Starts the workers; what the last process left unfinished goes on.
    ///
    /// # Errors
    /// When the store fails or the system gives no thread.
    pub fn start(parts: Parts) -> Result<Self> {
        parts.store.requeue_interrupted()?;
        parts.store.reread_older_than(atom_extract::PARSER_VERSION)?;
        let shared = Arc::new(Shared {
            store: parts.store,
            keyword: parts.keyword,
            sets: parts.sets,
            runtime: parts.runtime,
            extractor: parts.extractor,
            clock: parts.clock,
            data_dir: parts.data_dir,
            bells: Bells::default(),
            cancelled: Arc::default(),
            hints: Mutex::default(),
            dispatch: Mutex::default(),
            gone_lately: Mutex::default(),
            words_writer: words::WordsWriter::default(),
            governor: Governor::new(parts.machine, parts.manners, parts.anyway),
            ignore_rules: Mutex::new(parts.ignore_rules),
            budget: AtomicU8::new(parts.budget.code()),
            paused: AtomicBool::new(parts.paused),
            held: AtomicBool::new(false),
            meters: Mutex::default(),
            troubles: Mutex::default(),
            quiet: RwLock::new(()),
            observer: parts.observer,
            ocr: OcrDesk::new(parts.recogniser, parts.search_path, parts.ocr),
            at_rest: parts.at_rest,
        });
        let mut workers = vec![
            worker("atom-folders", &shared, shared.bells.jobs.clone(), FOLDERS, folders::step)?,
            worker("atom-words", &shared, shared.bells.words.clone(), "words", |shared, stop| {
                let _busy = shared.quiet.read().unwrap_or_else(PoisonError::into_inner);
                words::step(shared, stop)
            })?,
            worker("atom-meaning", &shared, shared.bells.meaning.clone(), "meaning", |shared, stop| {
                let _busy = shared.quiet.read().unwrap_or_else(PoisonError::into_inner);
                meaning::step(shared, stop)
            })?,
            worker("atom-ocr", &shared, shared.bells.ocr.clone(), ocr::STAGE, ocr::step)?,
        ];
        for index in 0..Budget::Full.threads() {
            workers.push(worker(
                &format!("atom-read-{index}"),
                &shared,
                shared.bells.read.clone(),
                "read",
                move |shared, stop| read::step(shared, stop, index),
            )?);
        }
        let ingest = Self { shared, watcher: Mutex::default(), workers };
        ingest.watch_again();
        Ok(ingest)
    }

    /// Queues a comparison of a source with the disk.
    ///
    /// # Errors
    /// As every write of the store.
    pub fn scan(&self, source: SourceId) -> Result<()> {
        self.queue(JobKind::Scan, source, "Look for changes")
    }

    /// Queues the removal of a source.
    ///
    /// # Errors
    /// As every write of the store.
    pub fn remove(&self, source: SourceId) -> Result<()> {
        self.queue(JobKind::Remove, source, "Remove folder")?;
        self.watch_again();
        Ok(())
    }

    fn queue(&self, kind: JobKind, source: SourceId, title: &str) -> Result<()> {
        self.shared.store.queue_job(kind, Some(source), title, self.shared.clock.now_ms())?;
        self.shared.bells.jobs.ring();
        self.shared.notify(Notice::JobsChanged);
        Ok(())
    }

    /// Cancels a job at its next step.
    pub fn cancel(&self, job: JobId) {
        lock(&self.shared.cancelled).insert(job);
        self.shared.bells.jobs.ring();
    }

    /// Tells the readers that items were marked to be read again.
    pub fn wake(&self) {
        self.shared.bells.read.ring();
        self.shared.bells.words.ring();
        self.shared.bells.meaning.ring();
        self.shared.bells.ocr.ring();
    }

    /// Pauses or resumes all background work.
    pub fn set_paused(&self, paused: bool) {
        self.shared.paused.store(paused, Ordering::Relaxed);
        if paused {
            self.shared.words_writer.let_go();
        }
        self.shared.bells.jobs.ring();
        self.wake();
        self.shared.notify(Notice::JobsChanged);
    }

    /// Lets every worker rest, each from the end of its step on, until the guard is dropped. One guard at a time.
    pub fn hold(&self) -> Hold {
        self.shared.held.store(true, Ordering::Relaxed);
        self.shared.words_writer.let_go();
        Hold { shared: Arc::clone(&self.shared) }
    }

    /// Runs `work` while nothing changes the indexes: what the store says of them is then true. Waits for the batches
    /// under way, some seconds at most unless a long document is being embedded.
    pub fn while_quiet<T>(&self, work: impl FnOnce() -> T) -> T {
        let _quiet = self.shared.quiet.write().unwrap_or_else(PoisonError::into_inner);
        self.shared.words_writer.let_go();
        work()
    }

    /// Sets how much of the machine to take.
    pub fn set_budget(&self, budget: Budget) {
        self.shared.budget.store(budget.code(), Ordering::Relaxed);
        self.wake();
    }

    /// Sets when to hold back.
    pub fn set_manners(&self, manners: Manners) {
        self.shared.governor.set_manners(manners);
        self.wake();
    }

    /// How fast it goes now, and why; free while a source goes first.
    pub fn pace(&self) -> Pace {
        self.shared.reading_pace()
    }

    /// Holds nothing back until everything is done, whatever the battery, the heat and other people say.
    pub fn go_on_anyway(&self) {
        self.shared.governor.set_anyway(true);
        self.wake();
    }

    /// Whether it goes on anyway.
    pub fn is_anyway(&self) -> bool {
        self.shared.governor.is_anyway()
    }

    /// Compares a source with the disk; what is to do in it goes before all else and is not held back, until it is done.
    ///
    /// # Errors
    /// As every write of the store.
    pub fn index_now(&self, source: SourceId) -> Result<()> {
        self.scan(source)?;
        self.shared.governor.put_first(source);
        lock(&self.shared.dispatch).forget_queued();
        self.wake();
        Ok(())
    }

    /// Sources that go first.
    pub fn first(&self) -> Vec<SourceId> {
        self.shared.governor.first()
    }

    /// A search begins: embedding waits until the guard is dropped, and a moment longer, but never for long.
    pub fn search_first(&self) -> SearchFirst {
        self.shared.governor.search_first()
    }

    /// Sets what a person wants of recognising text in pictures.
    pub fn set_ocr(&self, choice: OcrChoice) {
        self.shared.ocr.choose(choice);
        self.shared.bells.ocr.ring();
    }

    /// Whether and with what text in pictures is recognised.
    pub fn ocr(&self) -> OcrFacts {
        self.shared.ocr.facts()
    }

    /// Sets more ignore rules; the caller scans again.
    pub fn set_ignore_rules(&self, rules: &str) {
        rules.clone_into(&mut lock(&self.shared.ignore_rules));
        self.watch_again();
    }

    /// Current speeds.
    pub fn rates(&self) -> Rates {
        let (meters, now) = (lock(&self.shared.meters), Instant::now());
        Rates {
            files: meters.files.per_second(now),
            chunks: meters.chunks.per_second(now),
            pictures: meters.pictures.per_second(now),
        }
    }

    /// What keeps workers from working.
    pub fn troubles(&self) -> Vec<Trouble> {
        lock(&self.shared.troubles).values().cloned().collect()
    }

    /// What the watcher covers.
    pub fn watch_state(&self) -> WatchState {
        lock(&self.watcher).as_ref().map(Watcher::state).unwrap_or_default()
    }

    /// Watches the present set of sources.
    pub fn watch_again(&self) {
        let watcher = folders::watch(&self.shared);
        *lock(&self.watcher) = watcher;
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        lock(&self.watcher).take();
        // All at once, so that the waits do not add up.
        for worker in &self.workers {
            worker.request_stop();
        }
        self.shared.words_writer.let_go();
        // One of them may be waiting for a long document.
        self.shared.extractor.end();
    }
}

/// Keeps the workers at rest while it lasts.
pub struct Hold {
    shared: Arc<Shared>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.held.store(false, Ordering::Relaxed);
        let bells = &self.shared.bells;
        [&bells.jobs, &bells.read, &bells.words, &bells.meaning, &bells.ocr].into_iter().for_each(Bell::ring);
    }
}

/// What a step found.
pub(crate) enum Step {
    /// It worked: look for more at once.
    Worked,
    /// Nothing to do until the bell rings or the time has passed.
    Idle(Duration),
}

fn worker(
    name: &str,
    shared: &Arc<Shared>,
    bell: Bell,
    stage: &'static str,
    mut step: impl FnMut(&Shared, &Stop) -> Result<Step> + Send + 'static,
) -> Result<Worker> {
    let shared = shared.clone();
    let own_bell = bell.clone();
    Ok(Worker::spawn(name, bell, move |stop| {
        let mut retry = FIRST_RETRY;
        while !stop.requested() {
            let seen = own_bell.rings();
            let wait = if shared.paused() {
                Duration::from_secs(3600)
            } else {
                // Folders are only looked at: that takes little, and one can be removed to make room.
                let room = if stage == FOLDERS { Ok(()) } else { shared.check_room(stage) };
                match room.and_then(|()| step(&shared, stop)) {
                    Ok(Step::Worked) => {
                        retry = FIRST_RETRY;
                        shared.trouble(stage, None);
                        continue;
                    }
                    Ok(Step::Idle(wait)) => {
                        retry = FIRST_RETRY;
                        shared.trouble(stage, None);
                        wait
                    }
                    Err(error) => {
                        if error.is_corrupt_index() {
                            shared.notify(Notice::IndexDamaged(stage));
                        }
                        shared.trouble(stage, Some(&error));
                        let wait = if error.is_disk_full() { retry.min(ROOM_RETRY) } else { retry };
                        retry = (retry * 2).min(LAST_RETRY);
                        wait
                    }
                }
            };
            stop.wait_until(&own_bell, seen, Instant::now() + wait);
        }
    })?)
}

#[cfg(test)]
mod tests;
