//! The local socket: how a second process talks to the one that has the vault.
//!
//! One JSON document a line, a [`Call`] in, a [`Reply`] out. The socket lies in the data folder, for its owner only, and the
//! other side's user is checked. That is for the command line and the second start of the app; other programs speak JSON-RPC,
//! which is in [`crate::rpc`].

use crate::app::{App, Indexing};
use crate::call::Call;
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::rpc::{self, Program};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Its name in the data folder.
pub(crate) const NAME: &str = "atom.sock";
/// A socket's path has to fit into 108 bytes.
const MAX_PATH: usize = 100;
/// One request may be this long.
const MAX_REQUEST: u64 = 1 << 20;
/// So many other programs may be connected at once.
const MAX_PROGRAMS: usize = 32;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Ok(serde_json::Value),
    Err(ApiError),
}

/// A connection to the running Atom.
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects to the Atom that has `data_dir`.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when it does not answer: it is just starting or ending.
    pub async fn connect(data_dir: &Path) -> ApiResult<Self> {
        let stream = connect(data_dir).await.map_err(|error| silent(&error))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Calls a use case over there.
    ///
    /// # Errors
    /// Those of the use case, or [`ErrorCode::Busy`] when the other side goes away.
    pub async fn call(&mut self, call: &Call) -> ApiResult<serde_json::Value> {
        // Calls carry passphrases, and answers recovery codes.
        let mut line = Zeroizing::new(serde_json::to_vec(call).map_err(|error| silent(&error.into()))?);
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).await.map_err(|error| silent(&error))?;
        let mut answer = Zeroizing::new(String::new());
        self.stream.read_line(&mut answer).await.map_err(|error| silent(&error))?;
        match serde_json::from_str(&answer) {
            Ok(Reply::Ok(value)) => Ok(value),
            Ok(Reply::Err(error)) => Err(error),
            Err(error) => Err(silent(&error.into())),
        }
    }
}

/// One call of the Atom that has `data_dir`.
///
/// # Errors
/// As [`Client::connect`] and [`Client::call`].
pub async fn call(data_dir: &Path, call: Call) -> ApiResult<serde_json::Value> {
    Client::connect(data_dir).await?.call(&call).await
}

/// A connection to the Atom that has `data_dir`.
pub(crate) async fn connect(data_dir: &Path) -> io::Result<UnixStream> {
    let address = Address::of(data_dir)?;
    UnixStream::connect(&address.path).await
}

fn silent(error: &io::Error) -> ApiError {
    ApiError::new(ErrorCode::Busy, "the running Atom does not answer; try again in a moment")
        .retryable()
        .with_details(error.to_string())
}

/// Listens until the app is gone.
pub(crate) fn serve(app: Weak<App>) -> ApiResult<tokio::task::JoinHandle<()>> {
    let Some(owner) = app.upgrade() else { return Ok(tokio::spawn(async {})) };
    let data_dir = owner.config().data_dir.clone();
    drop(owner);
    // Left by a process that was killed: whoever has the lock owns the name.
    remove(&data_dir);
    let failed = |error: io::Error| ApiError::new(ErrorCode::Internal, format!("opening the local socket: {error}"));
    let address = Address::of(&data_dir).map_err(failed)?;
    let listener = UnixListener::bind(&address.path).map_err(failed)?;
    std::fs::set_permissions(&address.path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let places = Arc::new(Semaphore::new(MAX_PROGRAMS));
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) if is_ours(&stream) => {
                    tokio::spawn(answer(stream, app.clone(), Arc::clone(&places)));
                }
                Ok(_) => tracing::warn!("another user tried to connect"),
                Err(error) => {
                    tracing::warn!(%error, "the local socket failed");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
            if app.strong_count() == 0 {
                return;
            }
        }
    }))
}

/// Removes the socket's name.
pub(crate) fn remove(data_dir: &Path) {
    // Absent is fine.
    let _ = std::fs::remove_file(data_dir.join(NAME));
}

fn is_ours(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

async fn answer(stream: UnixStream, app: Weak<App>, places: Arc<Semaphore>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let Some(mut line) = next_line(&mut reader).await else { return };
    let mut program = rpc::is_meant(&line).then(|| Program::new(places.try_acquire_owned().ok()));
    loop {
        let Some(app) = app.upgrade() else { return };
        let (answer, is_last) = match &mut program {
            Some(program) => {
                let (answer, is_last) = Box::pin(program.answer(&app, &line)).await;
                (answer.map(|answer| serde_json::to_vec(&answer)), is_last)
            }
            None => (Some(serde_json::to_vec(&reply(&app, &line).await)), is_cut(&line)),
        };
        drop(app);
        drop(line);
        if let Some(bytes) = answer {
            let Ok(mut bytes) = bytes.map(Zeroizing::new) else { return };
            bytes.push(b'\n');
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
        if is_last {
            return;
        }
        let Some(next) = next_line(&mut reader).await else { return };
        line = next;
    }
}

async fn reply(app: &Arc<App>, line: &[u8]) -> Reply {
    match serde_json::from_slice::<Call>(line) {
        // Another command wants this one, which only looks, to index.
        Ok(Call::SourcesAdd(_)) if app.config().indexing == Indexing::Off => Reply::Err(
            ApiError::new(ErrorCode::Busy, "another command has the vault open, and does not index").retryable(),
        ),
        Ok(call) => Caller::Terminal.asks(app.call(call)).await.map_or_else(Reply::Err, Reply::Ok),
        Err(_) => Reply::Err(ApiError::new(ErrorCode::InvalidInput, "this request is not understood")),
    }
}

/// The next line, or the beginning of one that is longer than a request may be; none at the end.
async fn next_line(reader: &mut BufReader<OwnedReadHalf>) -> Option<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::new());
    match reader.take(MAX_REQUEST).read_until(b'\n', &mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line),
    }
}

/// Whether a line is longer than a request may be.
pub(crate) fn is_cut(line: &[u8]) -> bool {
    line.len() as u64 >= MAX_REQUEST && !line.ends_with(b"\n")
}

/// A path that fits: by way of the folder's descriptor where the real one is too long.
struct Address {
    path: PathBuf,
    _folder: Option<OwnedFd>,
}

impl Address {
    fn of(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(NAME);
        if path.as_os_str().len() <= MAX_PATH || !cfg!(target_os = "linux") {
            return Ok(Self { path, _folder: None });
        }
        let folder = OwnedFd::from(std::fs::File::open(data_dir)?);
        let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd()));
        Ok(Self { path, _folder: Some(folder) })
    }
}
