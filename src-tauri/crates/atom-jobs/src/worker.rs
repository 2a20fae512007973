//! Threads that someone owns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A worker at rest wakes no laptop more often than this, and misses a request without a ring no longer.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Wakes workers that wait for something to do.
///
/// A ring is never lost: one that comes before the wait ends it at once.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<(Mutex<u64>, Condvar)>);

impl Bell {
    /// Wakes everyone who waits.
    pub fn ring(&self) {
        let (count, changed) = &*self.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        changed.notify_all();
    }

    /// The number of rings so far: what [`Bell::wait`] compares with.
    pub fn rings(&self) -> u64 {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there was a ring after `seen`, or `timeout` passed.
    pub fn wait(&self, seen: u64, timeout: Duration) {
        let (count, changed) = &*self.0;
        let guard = count.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it rang or timed out: the caller looks for work either way.
        let _ = changed.wait_timeout_while(guard, timeout, |count| *count == seen);
    }
}

/// Tells a worker to end; cheap to ask.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether the worker should end.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Asks the worker to end.
    pub fn request(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// The flag itself, for code that polls one.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// Sleeps on `bell` until `until`, a ring after `seen`, or the request to stop; who asks a worker to end rings its bell.
    pub fn wait_until(&self, bell: &Bell, seen: u64, until: Instant) {
        while !self.requested() && bell.rings() == seen {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            bell.wait(seen, left.min(LONGEST_SLEEP));
        }
    }
}

/// A running thread. Dropping it asks it to stop and waits until it did.
pub struct Worker {
    stop: Stop,
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts `work` on a thread of its own; `bell` is rung to wake it when it has to stop.
    ///
    /// `work` is called again after a panic, after a pause: one bad item must not end all indexing.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(name: &str, bell: Bell, mut work: impl FnMut(&Stop) + Send + 'static) -> std::io::Result<Self> {
        let stop = Stop::default();
        let (thread_stop, thread_bell, label) = (stop.clone(), bell.clone(), name.to_owned());
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while catch_unwind(AssertUnwindSafe(|| work(&thread_stop))).is_err() {
                tracing::error!(worker = label, "worker panicked, starting it again");
                if thread_stop.requested() {
                    return;
                }
                let seen = thread_bell.rings();
                thread_stop.wait_until(&thread_bell, seen, Instant::now() + Duration::from_secs(2));
            }
        })?;
        Ok(Self { stop, bell, thread: Some(thread) })
    }

    /// Asks the worker to stop without waiting for it.
    pub fn request_stop(&self) {
        self.stop.request();
        self.bell.ring();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.request_stop();
        if let Some(thread) = self.thread.take() {
            // Panics were caught inside.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bell, Worker};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, mpsc};
    use std::time::{Duration, Instant};

    #[test]
    fn a_ring_before_the_wait_is_not_lost() {
        let bell = Bell::default();
        let seen = bell.rings();
        bell.ring();
        let started = Instant::now();
        bell.wait(seen, Duration::from_secs(30));
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn dropping_a_worker_ends_it() {
        let bell = Bell::default();
        let (sender, ended) = mpsc::channel();
        let inner = bell.clone();
        let worker = Worker::spawn("test", bell, move |stop| {
            while !stop.requested() {
                let seen = inner.rings();
                stop.wait_until(&inner, seen, Instant::now() + Duration::from_secs(60));
            }
            sender.send(()).unwrap();
        })
        .unwrap();
        drop(worker);
        ended.try_recv().unwrap();
    }

    #[test]
    fn a_panic_is_survived() {
        let runs = Arc::new(AtomicU32::new(0));
        let (sender, second) = mpsc::channel();
        let (counter, bell) = (runs.clone(), Bell::default());
        let ringer = bell.clone();
        let _worker = Worker::spawn("test", bell, move |_| {
            if counter.fetch_add(1, Ordering::SeqCst) == 0 {
                ringer.ring();
                panic!("once");
            }
            sender.send(()).unwrap();
        })
        .unwrap();
        second.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}
