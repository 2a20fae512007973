//! Programs that may ask: adding, listing, removing them, and answering them.
//!
//! A program is known by its token, of which only the hash is kept, and is looked up again at every call: what a person changes
//! counts at once. What it sees is decided here and nowhere else; `answers` reads nothing without it.
//! That a program asks is no use of the vault: it neither keeps it from locking itself nor holds indexing back.

mod answers;

pub(crate) use answers::{FetchParams, SearchParams, SourcesParams};

use super::session::Session;
use super::{App, blocking, lock, sources, views};
use crate::dto::{ClientAddRequest, ClientAddResponse, ClientView, IdRequest};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::SourceId;
use atom_store::{AuditAction, AuditActor, AuditEntry, ClientRow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Begins every token, so that one that lies where it should not is recognised.
const TOKEN_PREFIX: &str = "atom_";
const MAX_CLIENTS: usize = 100;
const MAX_NAME_CHARS: usize = 64;
/// A program is logged at most this often, with how many times it asked.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// What is kept of a token. Comparing takes the same time whatever is compared.
#[derive(Clone, Copy)]
pub(crate) struct TokenHash(blake3::Hash);

impl TokenHash {
    pub(crate) fn of(token: &str) -> Self {
        Self(blake3::hash(token.as_bytes()))
    }
}

/// What a program may ask.
pub(crate) enum Ask {
    Search(SearchParams),
    Fetch(FetchParams),
    Sources(SourcesParams),
}

/// Why a program is not answered.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No program may ask.
    Off,
    /// This one may not.
    Unknown,
    /// It may, and the answer failed.
    Failed(ApiError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

/// What programs were answered or refused, as far as the log does not say it yet.
#[derive(Default)]
pub(super) struct Tally(Mutex<HashMap<(AuditAction, String), Count>>);

#[derive(Default)]
struct Count {
    times: u64,
    logged: Option<Instant>,
}

impl Tally {
    /// Counts one more; how many to log, if it is time.
    fn count(&self, action: AuditAction, subject: &str) -> Option<u64> {
        let mut counts = lock(&self.0);
        let count = counts.entry((action, subject.to_owned())).or_default();
        count.times += 1;
        if count.logged.is_some_and(|logged| logged.elapsed() < LOG_EVERY) {
            return None;
        }
        count.logged = Some(Instant::now());
        Some(std::mem::take(&mut count.times))
    }

    /// What is not logged yet.
    fn take(&self) -> Vec<(AuditAction, String, u64)> {
        let mut counts = lock(&self.0);
        let owed = counts.iter_mut().filter(|(_, count)| count.times > 0);
        owed.map(|((action, subject), count)| (*action, subject.clone(), std::mem::take(&mut count.times))).collect()
    }
}

impl Session {
    /// Logs what programs were answered or refused since they were logged last.
    pub(super) fn log_programs_blocking(&self) {
        for (action, subject, times) in self.tally.take() {
            self.log_program_blocking(action, &subject, times);
        }
    }

    /// Counts one answer or refusal; whether it was time to log it.
    fn count_program_blocking(&self, action: AuditAction, subject: &str) -> bool {
        let times = self.tally.count(action, subject);
        if let Some(times) = times {
            self.log_program_blocking(action, subject, times);
        }
        times.is_some()
    }

    fn log_program_blocking(&self, action: AuditAction, subject: &str, times: u64) {
        let once = AuditEntry::once(self.clock.now_ms(), AuditActor::Program, action, subject);
        self.log.append_blocking(AuditEntry { times, ..once });
    }
}

impl App {
    /// Programs that may ask, by name.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn clients_list(&self) -> ApiResult<Vec<ClientView>> {
        let session = self.session().await?;
        blocking(move || views_of(&session)).await
    }

    /// Lets a program ask.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] without a name, with one that is taken, or unless it sees either all folders or some;
    /// [`ErrorCode::NotFound`] for a folder that is gone.
    pub async fn clients_add(&self, request: ClientAddRequest) -> ApiResult<ClientAddResponse> {
        self.touch();
        let session = self.session().await?;
        let open = Arc::clone(&session);
        let data_dir = self.config().data_dir.clone();
        let added = blocking(move || {
            let name = checked(&request.name)?;
            let sources = sources_of(&session, &request)?;
            if session.store.clients()?.len() >= MAX_CLIENTS {
                return Err(invalid(format!("{MAX_CLIENTS} programs may ask already; remove one first")));
            }
            let token = new_token()?;
            let hash = TokenHash::of(&token);
            let now_ms = session.clock.now_ms();
            let added = session.store.add_client(name, hash.0.as_bytes(), sources.as_deref(), now_ms)?;
            let id = added.ok_or_else(|| invalid(format!("there is a program called {name} already")))?.to_string();
            let client = views_of(&session)?.into_iter().find(|client| client.id == id).ok_or_else(gone)?;
            let command = command(&data_dir, &client.name);
            Ok(ClientAddResponse { client, token, command })
        })
        .await?;
        self.log(&open, AuditAction::ClientAdded, added.client.name.clone()).await;
        Ok(added)
    }

    /// Lets a program ask no longer; its next call is refused.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is gone.
    pub async fn clients_remove(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        let open = Arc::clone(&session);
        let removed = blocking(move || {
            let client = session.store.clients()?.into_iter().find(|client| client.id.to_string() == request.id);
            let client = client.ok_or_else(gone)?;
            if !session.store.remove_client(client.id)? {
                return Err(gone());
            }
            Ok(client.name)
        })
        .await?;
        self.log(&open, AuditAction::ClientRemoved, removed).await;
        Ok(())
    }

    /// The name of the program that has this token.
    pub(crate) async fn client_admit(&self, token: TokenHash) -> Result<String, Refusal> {
        Ok(self.admitted(token).await?.1.name)
    }

    /// Answers a program.
    pub(crate) async fn client_call(&self, token: TokenHash, ask: Ask) -> Result<Value, Refusal> {
        let (session, client) = self.admitted(token).await?;
        let (noting, name, id) = (Arc::clone(&session), client.name.clone(), client.id);
        blocking(move || {
            if noting.count_program_blocking(AuditAction::ProgramAnswered, &name)
                && let Err(error) = noting.store.note_client_used(id, noting.clock.now_ms())
            {
                tracing::warn!(%error, "that a program was answered cannot be noted");
            }
            Ok(())
        })
        .await?;
        let sees = client.sources;
        Ok(match ask {
            Ask::Search(params) => answers::search(&session, sees, params).await?,
            Ask::Fetch(params) => blocking(move || answers::fetch(&session, sees.as_deref(), &params)).await?,
            Ask::Sources(SourcesParams {}) => blocking(move || answers::sources(&session, sees.as_deref())).await?,
        })
    }

    async fn admitted(&self, token: TokenHash) -> Result<(Arc<Session>, ClientRow), Refusal> {
        self.refuse_when_ending()?;
        let session = self.session().await?;
        let asked = Arc::clone(&session);
        let client = blocking(move || {
            let clients = asked.store.clients()?;
            let refusal = if clients.is_empty() { Refusal::Off } else { Refusal::Unknown };
            let known = clients.into_iter().find(|client| token.0 == client.token_hash);
            if known.is_none() {
                asked.count_program_blocking(AuditAction::ProgramRefused, "");
            }
            Ok(known.ok_or(refusal))
        })
        .await??;
        Ok((session, client))
    }
}

fn views_of(session: &Session) -> ApiResult<Vec<ClientView>> {
    let paths: HashMap<SourceId, String> =
        session.store.sources()?.into_iter().map(|source| (source.id, views::display(&source.path))).collect();
    let view = |client: ClientRow| ClientView {
        id: client.id.to_string(),
        name: client.name,
        all: client.sources.is_none(),
        sources: client.sources.iter().flatten().filter_map(|source| paths.get(source).cloned()).collect(),
        created_at: client.created_ms,
        used_at: client.used_ms,
    };
    Ok(session.store.clients()?.into_iter().map(view).collect())
}

/// The name, without white space around it.
fn checked(name: &str) -> ApiResult<&str> {
    let name = name.trim();
    let is_usable = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.contains(char::is_control);
    if is_usable {
        Ok(name)
    } else {
        Err(invalid(format!("give the program a name of at most {MAX_NAME_CHARS} characters")))
    }
}

/// What the program is to see; all folders when none.
fn sources_of(session: &Session, request: &ClientAddRequest) -> ApiResult<Option<Vec<SourceId>>> {
    match (request.all, request.sources.as_slice()) {
        (true, []) => Ok(None),
        (true, _) | (false, []) => Err(invalid("say which folders the program sees: some, or all of them")),
        (false, ids) => ids.iter().map(|id| sources::known_source(session, id)).collect::<ApiResult<_>>().map(Some),
    }
}

/// What answers MCP for a program: this very one, wherever it and its data are.
fn command(data_dir: &Path, name: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap_or_else(|_| "atom".into());
    let [program, data_dir] = [&program, data_dir].map(|path| path.to_string_lossy().into_owned());
    vec![program, "--data-dir".to_owned(), data_dir, "mcp".to_owned(), "--client".to_owned(), name.to_owned()]
}

fn new_token() -> ApiResult<String> {
    let mut random = Zeroizing::new([0_u8; 32]);
    getrandom::fill(random.as_mut_slice())
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the system gives no random numbers: {error}")))?;
    Ok(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random.as_slice())))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, message)
}

fn gone() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "this program is not in the list any more")
}

#[cfg(test)]
mod tests;
