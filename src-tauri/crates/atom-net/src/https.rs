//! Fetching a file over HTTPS, through the gate.
//!
//! What an HTTP client needs for that and nothing more: one request a connection, redirections, a range to go on from.
//! No cookies, no cache, no proxies, and no names that tell one copy of Atom from another. Plain HTTP goes to this machine
//! only, for a mirror that runs here.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::{Connection, Error, Gate, Result};

/// No address and no answer takes longer than this.
const PATIENCE: Duration = Duration::from_secs(30);
/// A file is sent on to another host so often, at most.
const REDIRECTIONS: usize = 5;
/// Bytes of the longest head of an answer, and fields in it.
const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 128;

/// Whom to trust. Cheap to clone.
#[derive(Clone)]
pub struct Https(Arc<ClientConfig>);

impl Https {
    /// Trusts whom the system trusts.
    ///
    /// # Errors
    /// [`Error::Trust`] when the system names nobody.
    pub fn of_the_system() -> Result<Self> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if added == 0 {
            return Err(Error::Trust { reason: "this system has no list of certificates to trust".to_owned() });
        }
        Self::trusting(roots)
    }

    fn trusting(roots: RootCertStore) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Trust { reason: error.to_string() })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Asks `gate` for the file at `url`, from byte `from` on, for `reason`; follows it to other hosts, each of which is
    /// asked for and recorded as well. Blocks.
    ///
    /// # Errors
    /// Those of [`Gate::connect`] and [`crate::Permit::tcp`]; [`Error::Url`], [`Error::Status`], [`Error::Answer`].
    pub fn get(&self, gate: &Gate, url: &str, from: u64, reason: &str) -> Result<Body> {
        let mut target = Target::parse(url)?;
        for _ in 0..=REDIRECTIONS {
            let (head, stream) = self.ask(gate, &target, from, reason)?;
            match head.status {
                200 | 206 => return Body::of(head, stream, &target.host, from),
                301 | 302 | 303 | 307 | 308 => {
                    let odd =
                        || Error::Answer { host: target.host.clone(), reason: "it sends on to nowhere".to_owned() };
                    target = target.sent_to(head.location.as_deref().ok_or_else(odd)?)?;
                }
                status => return Err(Error::Status { host: target.host, status }),
            }
        }
        Err(Error::Answer { host: target.host, reason: "it sends on and on".to_owned() })
    }

    fn ask(&self, gate: &Gate, target: &Target, from: u64, reason: &str) -> Result<(Head, BufReader<Stream>)> {
        let failed = |source| Error::Io { host: target.host.clone(), source };
        let connection = gate.connect(&target.host, reason)?.tcp(target.port, PATIENCE)?;
        connection.set_patience(Some(PATIENCE)).map_err(failed)?;
        let mut stream = if target.is_plain { Stream::Plain(connection) } else { self.secured(connection, target)? };
        let range = if from > 0 { format!("Range: bytes={from}-\r\n") } else { String::new() };
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: atom\r\nAccept: */*\r\nAccept-Encoding: identity\r\n{range}\
             Connection: close\r\n\r\n",
            target.path,
            target.authority()
        );
        stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).map_err(failed)?;
        let mut stream = BufReader::new(stream);
        let head = Head::read(&mut stream, &target.host)?;
        Ok((head, stream))
    }

    fn secured(&self, connection: Connection, target: &Target) -> Result<Stream> {
        let refused = |reason: String| Error::Answer { host: target.host.clone(), reason };
        let name = ServerName::try_from(target.host.clone()).map_err(|error| refused(error.to_string()))?;
        let session = ClientConnection::new(Arc::clone(&self.0), name).map_err(|error| refused(error.to_string()))?;
        Ok(Stream::Secured(Box::new(StreamOwned::new(session, connection))))
    }
}

/// Bytes that come in and go out.
enum Stream {
    Plain(Connection),
    Secured(Box<StreamOwned<ClientConnection, Connection>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Secured(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Secured(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Secured(stream) => stream.flush(),
        }
    }
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    host: String,
    port: u16,
    path: String,
    is_plain: bool,
}

impl Target {
    fn parse(url: &str) -> Result<Self> {
        let odd = || Error::Url { url: url.to_owned() };
        let (is_plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(odd()),
        };
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| odd())?),
            None => (authority, if is_plain { 80 } else { 443 }),
        };
        let is_clean = url.bytes().all(|byte| byte.is_ascii_graphic());
        if host.is_empty() || host.contains(['@', '[', ']']) || !is_clean || is_plain && !is_this_machine(host) {
            return Err(odd());
        }
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        Ok(Self { host: host.to_owned(), port, path: path.to_owned(), is_plain })
    }

    /// Where an answer from here sends on to: never from an encrypted place to an open one.
    fn sent_to(&self, location: &str) -> Result<Self> {
        if location.starts_with('/') && !location.starts_with("//") {
            let scheme = if self.is_plain { "http" } else { "https" };
            return Self::parse(&format!("{scheme}://{}{location}", self.authority()));
        }
        let next = Self::parse(location)?;
        if next.is_plain && !self.is_plain { Err(Error::Url { url: location.to_owned() }) } else { Ok(next) }
    }

    fn authority(&self) -> String {
        match (self.is_plain, self.port) {
            (true, 80) | (false, 443) => self.host.clone(),
            _ => format!("{}:{}", self.host, self.port),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The head of an answer.
struct Head {
    status: u16,
    location: Option<String>,
    length: Option<u64>,
    is_chunked: bool,
    /// Where the bytes of a partial answer begin.
    begins: Option<u64>,
}

impl Head {
    fn read(stream: &mut impl BufRead, host: &str) -> Result<Self> {
        let odd = |reason: &str| Error::Answer { host: host.to_owned(), reason: reason.to_owned() };
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let left = (MAX_HEAD - bytes.len()) as u64;
            let read = stream.by_ref().take(left).read_until(b'\n', &mut bytes);
            match read.map_err(|source| Error::Io { host: host.to_owned(), source })? {
                0 => return Err(odd("it ended before it began, or is no HTTP")),
                _ if bytes == b"\r\n" => bytes.clear(),
                _ => {}
            }
        }
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut answer = httparse::Response::new(&mut fields);
        if !answer.parse(&bytes).is_ok_and(|parsed| parsed.is_complete()) {
            return Err(odd("it is no HTTP"));
        }
        let field = |name: &str| {
            let found = answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(found.value).ok().map(str::trim)
        };
        if field("content-encoding").is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Err(odd("it comes packed, which nobody asked for"));
        }
        // bytes 200-999/1000
        let begins = field("content-range").and_then(|range| range.strip_prefix("bytes ")?.split_once('-'));
        Ok(Self {
            status: answer.code.unwrap_or_default(),
            location: field("location").map(str::to_owned),
            length: field("content-length").and_then(|length| length.parse().ok()),
            is_chunked: field("transfer-encoding").is_some_and(|kind| kind.eq_ignore_ascii_case("chunked")),
            begins: begins.and_then(|(from, _)| from.parse().ok()),
        })
    }
}

/// The bytes of a file, as they come.
pub struct Body {
    stream: BufReader<Stream>,
    from: u64,
    rest: Rest,
}

/// How the end of the bytes is known.
enum Rest {
    /// So many are left.
    Bytes(u64),
    /// So many are left of this piece; none before the first.
    Chunk(Option<u64>),
    /// All pieces were read.
    Over,
    /// When the other side closes.
    Close,
}

impl Body {
    fn of(head: Head, stream: BufReader<Stream>, host: &str, asked: u64) -> Result<Self> {
        let from = if head.status == 206 { head.begins.unwrap_or(asked) } else { 0 };
        if from != 0 && from != asked {
            let reason = "it begins at another place than it was asked to".to_owned();
            return Err(Error::Answer { host: host.to_owned(), reason });
        }
        let rest = match (head.is_chunked, head.length) {
            (true, _) => Rest::Chunk(None),
            (false, Some(length)) => Rest::Bytes(length),
            (false, None) => Rest::Close,
        };
        Ok(Self { stream, from, rest })
    }

    /// The place in the file of the first byte: where it was asked to begin, or 0 if the other side begins anew.
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// The length of the next piece; 0 for the end.
    fn next_chunk(&mut self, is_first: bool) -> io::Result<u64> {
        let odd = || io::Error::new(io::ErrorKind::InvalidData, "a piece of the answer has no length");
        let mut line = Vec::new();
        if !is_first {
            // The end of the line after the piece before.
            self.stream.by_ref().take(2).read_until(b'\n', &mut line)?;
            line.clear();
        }
        self.stream.by_ref().take(1024).read_until(b'\n', &mut line)?;
        let text = std::str::from_utf8(&line).map_err(|_| odd())?;
        let digits = text.split([';', '\r', '\n']).next().unwrap_or_default().trim();
        u64::from_str_radix(digits, 16).map_err(|_| odd())
    }

    fn read_at_most(&mut self, buffer: &mut [u8], left: u64) -> io::Result<u64> {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        match self.stream.read(buffer)? {
            0 if most > 0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ended too early")),
            count => Ok(count as u64),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.rest {
            _ if buffer.is_empty() => return Ok(0),
            Rest::Over | Rest::Bytes(0) => return Ok(0),
            Rest::Close => return self.stream.read(buffer),
            Rest::Bytes(left) => {
                let count = self.read_at_most(buffer, left)?;
                self.rest = Rest::Bytes(left - count);
                count
            }
            Rest::Chunk(before) => {
                let left = match before {
                    None | Some(0) => self.next_chunk(before.is_none())?,
                    Some(left) => left,
                };
                if left == 0 {
                    self.rest = Rest::Over;
                    return Ok(0);
                }
                let count = self.read_at_most(buffer, left)?;
                self.rest = Rest::Chunk(Some(left - count));
                count
            }
        };
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests;
