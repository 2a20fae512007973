//! Writes the anchor behind the commits: at once after a quiet time, at most once a second, and at the end.
//!
//! A commit never waits for it. It only ever names a commit that had returned, so whatever the moment of a crash, the
//! database has what the anchor names; what a crash can cost is that the last second of commits is not named yet.

use crate::anchor::{ANCHOR_LEN, Anchor, AnchorFile, IndexHeads};
use crate::chain::Link;
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The anchor is written at most this often.
const EVERY: Duration = Duration::from_secs(1);

/// Owns the anchor file while the database is open; dropping it writes what is owed and stops the thread.
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    file: Mutex<AnchorFile>,
    owed: Mutex<Owed>,
    bell: Condvar,
    /// The oldest commit that a slot names.
    floor: AtomicU64,
    generation: AtomicU64,
}

struct Owed {
    /// The newest durable commit that the file does not name.
    commit: Option<(Link, IndexHeads)>,
    over: bool,
}

impl Keeper {
    /// Keeps `file`; the next write has a higher generation than `generation` and than any in the file.
    ///
    /// # Errors
    /// [`Error::Io`] if there can be no thread.
    pub(crate) fn start(file: AnchorFile, generation: u64) -> Result<Self> {
        let shared = Arc::new(Shared {
            floor: AtomicU64::new(file.floor()),
            generation: AtomicU64::new(generation.max(file.generation())),
            file: Mutex::new(file),
            owed: Mutex::new(Owed { commit: None, over: false }),
            bell: Condvar::new(),
        });
        let mine = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("atom-anchor".to_owned())
            .spawn(move || mine.run())
            .map_err(|source| Error::Io { operation: "starting the writer of the anchor", source })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Notes a durable commit.
    pub(crate) fn committed(&self, link: Link, heads: IndexHeads) {
        self.shared.owed().commit = Some((link, heads));
        self.shared.bell.notify_one();
    }

    /// Makes the file name the newest commit before this returns.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::DiskFull`]; it is tried again.
    pub(crate) fn flush(&self) -> Result<()> {
        self.shared.flush()
    }

    /// The newest anchor in the file, as bytes.
    pub(crate) fn newest(&self) -> Option<[u8; ANCHOR_LEN]> {
        self.shared.file().newest()
    }

    pub(crate) fn floor(&self) -> u64 {
        self.shared.floor.load(Ordering::Relaxed)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.owed().over = true;
        self.shared.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Err(error) = self.shared.flush() {
            tracing::warn!(%error, "the anchor does not name the last commits");
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut told = false;
        let mut owed = self.owed();
        loop {
            while owed.commit.is_none() && !owed.over {
                owed = self.bell.wait(owed).unwrap_or_else(PoisonError::into_inner);
            }
            if owed.over {
                return;
            }
            drop(owed);
            match self.flush() {
                Ok(()) => told = false,
                Err(error) if !told => {
                    told = true;
                    tracing::warn!(%error, "the anchor cannot be written; trying again");
                }
                Err(_) => {}
            }
            let next = Instant::now() + EVERY;
            owed = self.owed();
            while !owed.over {
                let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                    break;
                };
                owed = self.bell.wait_timeout(owed, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    fn flush(&self) -> Result<()> {
        let mut file = self.file();
        let Some((link, heads)) = self.owed().commit.take() else { return Ok(()) };
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        let written = file.write(Anchor { generation, link, written_ms: now_ms(), heads });
        if written.is_err() {
            // Unless a newer commit came meanwhile.
            self.owed().commit.get_or_insert((link, heads));
        }
        self.floor.store(file.floor(), Ordering::Relaxed);
        written
    }

    fn owed(&self) -> MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> MutexGuard<'_, AnchorFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shown to a person only: nothing is decided by it.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
