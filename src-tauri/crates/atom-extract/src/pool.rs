//! The pool of workers: what the rest of Atom calls.

use crate::child::{After, Worker};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome, ScannedPage};
use crate::page::{Page, PageRequest};
use crate::sandbox::SandboxStatus;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How to start a worker: a program that calls [`crate::worker_main`] when it sees these arguments.
#[derive(Debug, Clone, Default)]
pub struct WorkerCommand {
    /// The program, as a rule the running one.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment, such as [`crate::PDFIUM_ENV`]; nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
}

/// Reads files in worker processes. Cheap to share by reference between threads; each [`Extractor::extract`]
/// has a worker to itself and waits for a free one. Workers start when they are first needed.
pub struct Extractor {
    limits: Limits,
    workers: usize,
    state: Mutex<State>,
    freed: Condvar,
    ending: AtomicBool,
    spawner: Option<Sender<Sender<Result<Worker>>>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    busy: usize,
    sandbox: Option<SandboxStatus>,
}

impl Extractor {
    /// A pool of at most that many workers, at least one.
    pub fn new(command: WorkerCommand, limits: Limits, workers: usize) -> Self {
        let (spawner, requests) = channel();
        let start_limits = limits.clone();
        // A worker dies with the thread that started it, so one thread that lives as long as the pool starts all.
        let thread = std::thread::Builder::new()
            .name("atom-extract-start".to_owned())
            .spawn(move || start_workers(&requests, &command, &start_limits))
            .ok();
        Self {
            limits,
            workers: workers.max(1),
            state: Mutex::default(),
            freed: Condvar::new(),
            ending: AtomicBool::new(false),
            spawner: Some(spawner),
            thread,
        }
    }

    /// The limits in force.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads one file. Blocks until it is read or given up; at most as long as [`Limits`] say, and the wait for
    /// a free worker. Safe to call from several threads.
    pub fn extract(&self, file: File, hint: &FileHint) -> Outcome {
        match file.metadata() {
            Ok(metadata) if !metadata.is_file() => {
                return Outcome::NameOnly { mime: "inode/other".to_owned() };
            }
            Ok(_) => {}
            Err(error) => {
                return Outcome::Unreadable { reason: format!("It cannot be opened: {error}.") };
            }
        }
        let mut worker = match self.take() {
            Ok(worker) => worker,
            Err(error) => {
                tracing::warn!(%error, "no reader process");
                return Outcome::Unavailable { reason: format!("No reader: {error}.") };
            }
        };
        let wall = self.wall_time(&file, hint);
        let (outcome, after) = worker.read(&file, hint, wall, &self.limits, &self.ending);
        let worker = match after {
            After::Fit => Some(worker),
            After::Spent => None,
        };
        self.give_back(worker);
        outcome
    }

    /// Draws the first page of a PDF from page `from` on, counted from 0, that shows something and has no text; none where
    /// there is no more such page. Blocks as [`Extractor::extract`] does.
    ///
    /// # Errors
    /// What keeps it from being drawn, as an outcome.
    pub fn scanned_page(&self, file: &File, hint: &FileHint, from: u32) -> Result<Option<ScannedPage>, Box<Outcome>> {
        let mut worker =
            self.take().map_err(|error| Outcome::Unavailable { reason: format!("No reader: {error}.") })?;
        let (page, after) = worker.scan(file, hint, from, &self.limits, &self.ending);
        self.give_back(matches!(after, After::Fit).then_some(worker));
        page
    }

    /// Draws a page of a PDF, or a picture, as it looks. Blocks as [`Extractor::extract`] does, for at most
    /// [`Limits::wall_page`].
    ///
    /// # Errors
    /// What keeps it from being shown, as an outcome.
    pub fn page(&self, file: &File, hint: &FileHint, request: PageRequest) -> Result<Page, Box<Outcome>> {
        let mut worker =
            self.take().map_err(|error| Outcome::Unavailable { reason: format!("No reader: {error}.") })?;
        let (drawn, after) = worker.draw(file, hint, request, &self.limits, &self.ending);
        self.give_back(matches!(after, After::Fit).then_some(worker));
        drawn.map(crate::page::Drawn::pack)
    }

    /// How the workers are locked in; starts one to find out if none ran yet.
    ///
    /// # Errors
    ///
    /// When no worker can be started.
    pub fn sandbox(&self) -> Result<SandboxStatus> {
        if let Some(status) = &self.lock().sandbox {
            return Ok(status.clone());
        }
        let worker = self.take()?;
        let status = worker.sandbox.clone();
        self.give_back(Some(worker));
        Ok(status)
    }

    /// Gives up every file that is being read, within a moment and for good: each is [`Outcome::Unavailable`], as is every later one.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Ends the workers that have nothing to do, for when nothing was read for a while.
    pub fn rest(&self) {
        let idle = std::mem::take(&mut self.lock().idle);
        drop(idle);
    }

    fn wall_time(&self, file: &File, hint: &FileHint) -> Duration {
        let mut head = [0u8; 1024];
        let length = file.read_at(&mut head, 0).unwrap_or(0);
        let head = head.get(..length).unwrap_or_default();
        let pdf = hint.ext == "pdf" || head.windows(5).any(|window| window == b"%PDF-");
        if pdf { self.limits.wall_pdf } else { self.limits.wall }
    }

    fn take(&self) -> Result<Worker> {
        let mut state = self.lock();
        while state.idle.is_empty() && state.busy >= self.workers {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy += 1;
        if let Some(worker) = state.idle.pop() {
            return Ok(worker);
        }
        drop(state);
        match self.start() {
            Ok(worker) => {
                self.note(&worker.sandbox);
                Ok(worker)
            }
            Err(error) => {
                self.give_back(None);
                Err(error)
            }
        }
    }

    fn start(&self) -> Result<Worker> {
        let gone = || Error::NoAnswer("its starter is gone".to_owned());
        let (answer, started) = channel();
        self.spawner.as_ref().ok_or_else(gone)?.send(answer).map_err(|_| gone())?;
        started.recv().map_err(|_| gone())?
    }

    fn note(&self, sandbox: &SandboxStatus) {
        let mut state = self.lock();
        if state.sandbox.is_none() {
            if !sandbox.is_tight() {
                tracing::warn!(?sandbox, "readers run without a full sandbox");
            }
            state.sandbox = Some(sandbox.clone());
        }
    }

    fn give_back(&self, worker: Option<Worker>) {
        let mut state = self.lock();
        state.busy = state.busy.saturating_sub(1);
        state.idle.extend(worker);
        drop(state);
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Extractor {
    fn drop(&mut self) {
        self.rest();
        self.spawner = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn start_workers(requests: &Receiver<Sender<Result<Worker>>>, command: &WorkerCommand, limits: &Limits) {
    while let Ok(answer) = requests.recv() {
        // The asker may be gone; then the worker is dropped and ends.
        let _ = answer.send(Worker::start(command, limits));
    }
}
