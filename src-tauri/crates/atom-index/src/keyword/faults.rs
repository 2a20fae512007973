//! A disk that fills up, for tests.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// How many bytes may still be written.
#[derive(Debug, Clone)]
pub(crate) struct Faults(Arc<AtomicI64>);

impl Default for Faults {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }
}

impl Faults {
    /// Lets `bytes` more be written.
    pub(crate) fn allow(&self, bytes: i64) {
        self.0.store(bytes, Ordering::SeqCst);
    }

    pub(crate) fn spend(&self, bytes: usize) -> io::Result<()> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if self.0.load(Ordering::SeqCst) < bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.fetch_sub(bytes, Ordering::SeqCst);
        Ok(())
    }
}
