//! Searches that are kept, and what is new among their matches.
//!
//! New is what matches by words and did not when the search was last looked at. Matches by meaning alone do not count: every
//! text is like every other a little.

use super::session::{News, Session};
use super::{App, blocking};
use crate::dto::{IdRequest, SavedPutRequest, SavedSearchView};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::event::Event;
use atom_core::ItemId;
use atom_search::Library;
use atom_search::query::{Context, plan};
use atom_store::{SavedSearch, Seen};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Kept searches are looked through at most so often while the index grows.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Matches that are remembered one by one; of a search with more only those in newer items count as new.
const MAX_KNOWN: usize = 10_000;
/// New matches that are counted.
const MAX_FRESH: usize = 10_000;
const MAX_SAVED: usize = 200;
const MAX_NAME_CHARS: usize = 200;
const MAX_QUERY_BYTES: usize = 10_000;

impl App {
    /// Searches that are kept, by name.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`], [`ErrorCode::IndexCorrupt`].
    pub async fn saved_list(&self) -> ApiResult<Vec<SavedSearchView>> {
        let session = self.session().await?;
        blocking(move || {
            let kept = session.store.saved_searches()?;
            kept.into_iter().map(|search| fresh(&session, &search).map(|count| view(count, search))).collect()
        })
        .await
    }

    /// Keeps a search, or changes a kept one. What matches a new query now is not new.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`] without a name or a query, or with too much; [`ErrorCode::NotFound`] when it is gone.
    pub async fn saved_put(&self, request: SavedPutRequest) -> ApiResult<SavedSearchView> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let (name, query) = checked(&request)?;
            let id = match &request.id {
                Some(id) => change(&session, saved_id(id)?, name, query, request.notify)?,
                None => add(&session, name, query, request.notify)?,
            };
            let search = session.store.saved_search(id)?.ok_or_else(gone)?;
            Ok(view(fresh(&session, &search)?, search))
        })
        .await
    }

    /// Forgets a kept search.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is gone.
    pub async fn saved_remove(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let is_removed = session.store.remove_saved_search(saved_id(&request.id)?)?;
            is_removed.then_some(()).ok_or_else(gone)
        })
        .await
    }

    /// The new matches of a kept search were seen.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is gone.
    pub async fn saved_seen(&self, request: IdRequest) -> ApiResult<()> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let search = session.store.saved_search(saved_id(&request.id)?)?.ok_or_else(gone)?;
            let is_seen = session.store.see_saved_search(search.id, &look(&session, &search.query)?)?;
            is_seen.then_some(()).ok_or_else(gone)
        })
        .await
    }

    /// Tells of new matches of the kept searches that ask for it, each number of them once.
    pub(super) async fn tell_of_saved(&self) {
        let Ok(session) = self.session().await else { return };
        let looking = Arc::clone(&session);
        let (news, is_whole) = match blocking(move || Ok((grown(&looking)?, is_whole(&looking)?))).await {
            Ok(news) => news,
            Err(error) => return tracing::warn!(%error, "kept searches cannot be looked through"),
        };
        for (search, count) in news {
            let told = session.clone();
            // While the words are indexed anew, what is missing is no loss, and no news when it is back.
            if count < search.told && !is_whole {
                continue;
            }
            // Whoever locks meanwhile is not told, and is when the vault is open again; nor is a process without a window.
            if count > search.told && (self.session().await.is_err() || !self.has_listener()) {
                continue;
            }
            let noted = blocking(move || Ok(told.store.tell_saved_search(search.id, count)?)).await;
            if noted.is_ok() && count > search.told {
                self.emit(Event::SavedSearchFound { name: search.name, count });
            }
        }
    }

    fn has_listener(&self) -> bool {
        self.events.receiver_count() > 0
    }
}

/// Looks through the kept searches whenever something became findable, until the session ends.
pub(super) async fn follow(app: Weak<App>, news: Arc<News>) {
    while news.findable().await {
        let Some(app) = app.upgrade() else { return };
        app.tell_of_saved().await;
        drop(app);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Kept searches to notify of whose number of new matches is another than what was told, with that number.
fn grown(session: &Session) -> ApiResult<Vec<(SavedSearch, u64)>> {
    let mut grown = Vec::new();
    for search in session.store.saved_searches()?.into_iter().filter(|search| search.notify) {
        let count = fresh(session, &search)?;
        if count != search.told {
            grown.push((search, count));
        }
    }
    Ok(grown)
}

fn add(session: &Session, name: &str, query: &str, notify: bool) -> ApiResult<i64> {
    if session.store.saved_searches()?.len() >= MAX_SAVED {
        let message = format!("there are {MAX_SAVED} kept searches already; remove one first");
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    let seen = look(session, query)?;
    Ok(session.store.add_saved_search(name, query, notify, &seen, session.clock.now_ms())?)
}

fn change(session: &Session, id: i64, name: &str, query: &str, notify: bool) -> ApiResult<i64> {
    let before = session.store.saved_search(id)?.ok_or_else(gone)?;
    if !session.store.change_saved_search(id, name, query, notify)? {
        return Err(gone());
    }
    if before.query != query {
        session.store.see_saved_search(id, &look(session, query)?)?;
    } else if notify && !before.notify {
        // What is new already is in sight of whoever switches this on.
        session.store.tell_saved_search(id, fresh(session, &before)?)?;
    }
    Ok(id)
}

/// What matches now.
fn look(session: &Session, query: &str) -> ApiResult<Seen> {
    // Before the search: what comes in between is new.
    let newest = session.store.newest_item()?;
    let (known, is_all) = matching(session, query, None, MAX_KNOWN)?;
    Ok(Seen { newest, known: (is_all && is_whole(session)?).then_some(known) })
}

/// Whether all words can be searched: a search of less does not tell what matches.
fn is_whole(session: &Session) -> ApiResult<bool> {
    Ok(session.recent_counts()?.total.words_left() == 0)
}

/// How many matches are new.
fn fresh(session: &Session, search: &SavedSearch) -> ApiResult<u64> {
    let count = match &search.seen.known {
        Some(known) => {
            let (now, _) = matching(session, &search.query, None, known.len() + MAX_FRESH)?;
            now.iter().filter(|item| known.binary_search(item).is_err()).count()
        }
        None => {
            let newer = session.store.items_newer_than(search.seen.newest, MAX_FRESH)?;
            if newer.is_empty() { 0 } else { matching(session, &search.query, Some(&newer), MAX_FRESH)?.0.len() }
        }
    };
    Ok(count as u64)
}

/// Items that match by words, of those in `among` if given, in order of their ids, and whether these are all.
fn matching(session: &Session, query: &str, among: Option<&[ItemId]>, limit: usize) -> ApiResult<(Vec<ItemId>, bool)> {
    let sources = |name: &str| session.store.sources_named(name).unwrap_or_default();
    let context = Context { now: chrono::Local::now(), typing: false, sources: &sources };
    match plan(query, &context).keyword {
        Some(words) => Ok(session.keyword.filter(&words, among, limit)?),
        None => Ok((Vec::new(), true)),
    }
}

fn view(fresh: u64, search: SavedSearch) -> SavedSearchView {
    SavedSearchView {
        id: search.id.to_string(),
        name: search.name,
        query: search.query,
        notify: search.notify,
        fresh: u32::try_from(fresh).unwrap_or(u32::MAX),
        at: search.created_ms,
    }
}

/// Name and query, without white space around them.
fn checked(request: &SavedPutRequest) -> ApiResult<(&str, &str)> {
    let invalid = |message: &str| Err(ApiError::new(ErrorCode::InvalidInput, message));
    let (name, query) = (request.name.trim(), request.query.trim());
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return invalid("give the search a name of at most 200 characters");
    }
    if query.is_empty() || query.len() > MAX_QUERY_BYTES {
        return invalid("there is nothing to search for, or more than a search can have");
    }
    Ok((name, query))
}

fn saved_id(text: &str) -> ApiResult<i64> {
    text.parse().map_err(|_| ApiError::new(ErrorCode::InvalidInput, "this is no id of a kept search"))
}

fn gone() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "this search is not kept any more")
}

#[cfg(test)]
mod tests;
