//! Asking, recording, refusing.

use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::{Connection, Error, Result};

/// Bytes of the longest name of a host.
const MAX_HOST: usize = 253;

/// Where connections are recorded. Implemented over the encrypted store.
pub trait Ledger: Send + Sync {
    /// Records that `host` was asked for, durably, and returns the record's number.
    ///
    /// # Errors
    /// Why it cannot be recorded, in plain words; the connection is then not made.
    fn asked(&self, host: &str, reason: &str, allowed: bool) -> std::result::Result<i64, String>;

    /// Records how many bytes went and came, once the connection is over.
    fn ended(&self, record: i64, sent: u64, received: u64);
}

/// Decides whether a connection may be made. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    air_gap: AtomicBool,
    ledger: Box<dyn Ledger>,
    /// What is connected, to be cut when the gap closes.
    streams: Mutex<Vec<Weak<TcpStream>>>,
}

impl Gate {
    /// A gate; nothing may pass when `air_gap` is on.
    pub fn new(air_gap: bool, ledger: impl Ledger + 'static) -> Self {
        Self(Arc::new(Shared {
            air_gap: AtomicBool::new(air_gap),
            ledger: Box::new(ledger),
            streams: Mutex::default(),
        }))
    }

    /// Whether nothing may pass.
    pub fn air_gap(&self) -> bool {
        self.0.air_gap.load(Ordering::SeqCst)
    }

    /// Closes or opens the gap. Closing it cuts what is connected.
    pub fn set_air_gap(&self, on: bool) {
        self.0.air_gap.store(on, Ordering::SeqCst);
        if on {
            for stream in self.0.streams().drain(..).filter_map(|stream| stream.upgrade()) {
                // Already closed by the other side is as good.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }

    /// Asks to connect to `host`, a name or an address, for `reason`, a few words for a person.
    ///
    /// Nothing is sent yet; the permit opens the sockets.
    ///
    /// # Errors
    /// [`Error::AirGap`], which is recorded as well; [`Error::InvalidHost`], [`Error::NoReason`], [`Error::NotRecorded`].
    pub fn connect(&self, host: &str, reason: &str) -> Result<Permit> {
        if !is_host(host) {
            return Err(Error::InvalidHost);
        }
        if reason.trim().is_empty() {
            return Err(Error::NoReason { host: host.to_owned() });
        }
        let allowed = !self.air_gap();
        let recorded = self.0.ledger.asked(host, reason, allowed);
        if !allowed {
            return Err(Error::AirGap { host: host.to_owned() });
        }
        let record = recorded.map_err(|reason| Error::NotRecorded { host: host.to_owned(), reason })?;
        let traffic = Traffic {
            shared: Arc::clone(&self.0),
            record,
            host: host.to_owned(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        };
        Ok(Permit(Arc::new(traffic)))
    }
}

impl Shared {
    fn streams(&self) -> MutexGuard<'_, Vec<Weak<TcpStream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to connect to one host. What goes over all its connections is recorded when the last of them is dropped.
pub struct Permit(Arc<Traffic>);

impl Permit {
    /// Opens a connection to `port` of the host. Blocks, at most `patience` for each of its addresses.
    ///
    /// # Errors
    /// [`Error::AirGap`] if the gap was closed meanwhile, [`Error::Io`].
    pub fn tcp(&self, port: u16, patience: Duration) -> Result<Connection> {
        let traffic = &self.0;
        let failed = |source| Error::Io { host: traffic.host.clone(), source };
        traffic.check()?;
        let mut refused = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
        for address in (traffic.host.as_str(), port).to_socket_addrs().map_err(failed)? {
            traffic.check()?;
            match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => return traffic.admit(stream),
                Err(error) => refused = error,
            }
        }
        Err(failed(refused))
    }
}

/// What goes over the connections of one permit.
pub(crate) struct Traffic {
    shared: Arc<Shared>,
    record: i64,
    host: String,
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
}

impl Traffic {
    fn check(&self) -> Result<()> {
        if self.shared.air_gap.load(Ordering::SeqCst) { Err(Error::AirGap { host: self.host.clone() }) } else { Ok(()) }
    }

    /// Lists the stream before the gap is looked at again: either closing it finds the stream, or this finds it closed.
    fn admit(self: &Arc<Self>, stream: TcpStream) -> Result<Connection> {
        let stream = Arc::new(stream);
        {
            let mut streams = self.shared.streams();
            streams.retain(|other| other.strong_count() > 0);
            streams.push(Arc::downgrade(&stream));
        }
        self.check()?;
        Ok(Connection::new(stream, Arc::clone(self)))
    }

    /// An IO error for what was cut by the air gap, so that it is not taken for a fault of the network.
    pub(crate) fn check_io(&self) -> std::io::Result<()> {
        self.check().map_err(|error| std::io::Error::new(std::io::ErrorKind::ConnectionAborted, error))
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        let (sent, received) = (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed));
        self.shared.ledger.ended(self.record, sent, received);
    }
}

/// Whether this is the name or address of a host and nothing more.
fn is_host(host: &str) -> bool {
    let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    !host.is_empty() && host.len() <= MAX_HOST && !host.starts_with(['-', '.']) && (is_name || is_address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[derive(Clone, Default)]
    struct Notes(Arc<Mutex<Vec<String>>>, Arc<AtomicBool>);

    impl Notes {
        fn taken(&self) -> Vec<String> {
            self.0.lock().unwrap().clone()
        }
    }

    impl Ledger for Notes {
        fn asked(&self, host: &str, reason: &str, allowed: bool) -> std::result::Result<i64, String> {
            if self.1.load(Ordering::SeqCst) {
                return Err("the disk is full".to_owned());
            }
            let mut notes = self.0.lock().unwrap();
            notes.push(format!("{host}: {reason}, {}", if allowed { "allowed" } else { "refused" }));
            Ok(i64::try_from(notes.len()).unwrap())
        }
        fn ended(&self, record: i64, sent: u64, received: u64) {
            self.0.lock().unwrap().push(format!("{record}: {sent} out, {received} in"));
        }
    }

    /// A listener that answers each line with itself, twice.
    fn echo() -> (u16, std::thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 64];
            while let Ok(count @ 1..) = stream.read(&mut bytes) {
                let answer = bytes[..count].repeat(2);
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
        });
        (port, thread)
    }

    #[test]
    fn a_connection_is_recorded_before_it_is_made_and_counted_when_it_is_over() {
        let (port, listener) = echo();
        let notes = Notes::default();
        let gate = Gate::new(false, notes.clone());
        let permit = gate.connect("127.0.0.1", "a test").unwrap();
        assert_eq!(notes.taken(), ["127.0.0.1: a test, allowed"]);
        let mut connection = permit.tcp(port, PATIENCE).unwrap();
        drop(permit);
        connection.write_all(b"hello").unwrap();
        let mut answer = [0; 10];
        connection.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hellohello");
        assert_eq!(notes.taken().len(), 1, "it is not over");
        drop(connection);
        listener.join().unwrap();
        assert_eq!(notes.taken()[1], "1: 5 out, 10 in");
    }

    #[test]
    fn behind_the_air_gap_nothing_is_connected_and_the_attempt_is_recorded() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let notes = Notes::default();
        let gate = Gate::new(true, notes.clone());
        let refused = gate.connect("127.0.0.1", "a test").err().unwrap();
        assert!(matches!(&refused, Error::AirGap { host } if host == "127.0.0.1"), "{refused}");
        assert_eq!(notes.taken(), ["127.0.0.1: a test, refused"]);

        gate.set_air_gap(false);
        let permit = gate.connect("127.0.0.1", "a test").unwrap();
        gate.set_air_gap(true);
        let port = listener.local_addr().unwrap().port();
        assert!(matches!(permit.tcp(port, PATIENCE), Err(Error::AirGap { .. })), "an older permit is no way around");
        assert_eq!(listener.accept().err().unwrap().kind(), std::io::ErrorKind::WouldBlock, "nobody connected");
    }

    #[test]
    fn closing_the_gap_cuts_what_is_connected() {
        let (port, listener) = echo();
        let gate = Gate::new(false, Notes::default());
        let mut connection = gate.connect("127.0.0.1", "a test").unwrap().tcp(port, PATIENCE).unwrap();
        connection.write_all(b"x").unwrap();
        let mut answer = [0; 2];
        connection.read_exact(&mut answer).unwrap();
        let reading = std::thread::spawn(move || {
            let ended = connection.read(&mut [0; 8]);
            (ended, connection.write(b"more"))
        });
        gate.set_air_gap(true);
        listener.join().unwrap();
        let (read, written) = reading.join().unwrap();
        assert!(read.is_err() || read.unwrap() == 0, "no byte comes any more");
        assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::ConnectionAborted);
    }

    #[test]
    fn what_cannot_be_recorded_is_not_connected() {
        let notes = Notes::default();
        notes.1.store(true, Ordering::SeqCst);
        let refused = Gate::new(false, notes).connect("example.org", "a test").err().unwrap();
        assert!(refused.to_string().contains("could not be recorded: the disk is full"), "{refused}");
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_a_connection_has_a_reason() {
        let gate = Gate::new(false, Notes::default());
        for host in ["example.org", "a_b.example", "192.0.2.7", "::1", "2001:db8::7", "localhost"] {
            assert!(gate.connect(host, "a test").is_ok(), "{host}");
        }
        for host in
            ["", "https://example.org", "example.org/path", "example.org:80", "a b", "a\nb", "a@b", "-x", ".", "[::1]"]
        {
            assert!(matches!(gate.connect(host, "a test"), Err(Error::InvalidHost)), "{host}");
        }
        assert!(matches!(gate.connect(&"a".repeat(254), "a test"), Err(Error::InvalidHost)));
        assert!(matches!(gate.connect("example.org", " "), Err(Error::NoReason { .. })));
    }
}
