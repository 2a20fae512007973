//! A connection that counts what goes over it.

use std::io::{Read, Result, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::gate::Traffic;

/// An open connection, cut when the air gap closes.
pub struct Connection {
    stream: Arc<TcpStream>,
    traffic: Arc<Traffic>,
}

impl Connection {
    pub(crate) const fn new(stream: Arc<TcpStream>, traffic: Arc<Traffic>) -> Self {
        Self { stream, traffic }
    }

    /// How long a read or a write may take; for ever when `None`.
    ///
    /// # Errors
    /// When the patience is zero, or the system refuses.
    pub fn set_patience(&self, patience: Option<Duration>) -> Result<()> {
        self.stream.set_read_timeout(patience)?;
        self.stream.set_write_timeout(patience)
    }

    /// Lets `work` use the stream if it may, and counts the bytes that it reports.
    fn count(&self, counter: &AtomicU64, work: impl FnOnce(&TcpStream) -> Result<usize>) -> Result<usize> {
        self.traffic.check_io()?;
        let count = work(&self.stream)?;
        counter.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(count)
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.count(&self.traffic.received, |mut stream| stream.read(buffer))
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.count(&self.traffic.sent, |mut stream| stream.write(bytes))
    }

    fn flush(&mut self) -> Result<()> {
        (&*self.stream).flush()
    }
}
