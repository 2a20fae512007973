//! Searching, previewing, opening.

use super::session::{Session, item_id};
use super::{App, blocking, finding, views};
use crate::dto::{HitView, IdRequest, Notice, PreviewRequest, PreviewView, SearchMode, SearchRequest, SearchResponse};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::SourceId;
use atom_search::query::{Context, plan};
use atom_search::snippet::{Terms, marks, utf16};
use atom_search::{Answer, Mode, Request};
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes of text in a preview.
const PREVIEW_BYTES: usize = 200_000;
/// Bytes before the first match, when a preview does not begin at the start.
const PREVIEW_LEAD: usize = 4_000;
/// Hits in one answer.
const MAX_LIMIT: u32 = 1_000;
const RECENT: usize = 30;

impl App {
    /// Searches.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`], [`ErrorCode::IndexCorrupt`].
    pub async fn search_query(&self, request: SearchRequest) -> ApiResult<SearchResponse> {
        self.touch();
        let session = self.session().await?;
        let _first = session.ingest().map(|ingest| ingest.search_first());
        let mode = engine_mode(request.mode);
        let answer = session
            .searcher
            .search(Request {
                mode,
                offset: request.offset as usize,
                typing: true,
                sort: finding::sort(request.sort),
                facets: request.facets,
                ..Request::new(request.query.clone(), request.limit.clamp(1, MAX_LIMIT) as usize)
            })
            .await?;
        response(&session, request.query, request.mode, answer, request.explain).await
    }

    /// Text of an item with highlights.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the item is gone.
    pub async fn search_preview(&self, request: PreviewRequest) -> ApiResult<PreviewView> {
        self.touch();
        let session = self.session().await?;
        let id = item_id(&request.id)?;
        blocking(move || {
            let Some(facts) = session.store.item_facts(&[id])?.into_iter().next() else { return Err(gone()) };
            let text: String = session.store.chunks(id)?.into_iter().map(|chunk| chunk.text).collect();
            let found = highlight(&session, &terms(&session, &request.query), &text);
            let (start, end) = match request.start {
                Some(start) => window_from(&text, usize::try_from(start).unwrap_or(usize::MAX)),
                None => window(&text, found.first().map_or(0, |range| range.start)),
            };
            let shown = text.get(start..end).unwrap_or_default();
            let inside: Vec<Range<usize>> = found
                .into_iter()
                .filter(|range| range.start >= start && range.end <= end)
                .map(|range| range.start - start..range.end - start)
                .collect();
            let view = views::item(&facts, "");
            Ok(PreviewView {
                id: view.id,
                title: view.title,
                path: view.path,
                kind: view.kind,
                mime: view.mime,
                modified: view.modified,
                size: view.size,
                state: view.state,
                reason: facts.reason,
                highlights: utf16(shown, &inside),
                text: shown.to_owned(),
                text_start: start as u64,
                truncated: start > 0 || end < text.len(),
            })
        })
        .await
    }

    /// Items opened or changed last.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn search_recent(&self) -> ApiResult<Vec<HitView>> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let sources = source_names(&session)?;
            let items = session.store.recent_items(RECENT)?;
            let source = |id: &SourceId| sources.get(id).map_or("", String::as_str);
            Ok(items.iter().map(|facts| views::item(facts, source(&facts.source))).collect())
        })
        .await
    }

    /// The path of an item, for the shell to open or reveal: of a file in an archive the archive's. Counts as use when
    /// `opened`.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the item or its file is gone.
    pub async fn item_path(&self, request: IdRequest, opened: bool) -> ApiResult<PathBuf> {
        self.touch();
        let session = self.session().await?;
        let id = item_id(&request.id)?;
        blocking(move || {
            let Some(facts) = session.store.item_facts(&[id])?.into_iter().next() else { return Err(gone()) };
            let path = facts.container.unwrap_or(facts.path);
            if opened {
                if !path.exists() {
                    return Err(ApiError::new(
                        ErrorCode::NotFound,
                        format!("{} is not there any more; look for changes in Sources", path.display()),
                    ));
                }
                session.store.note_opened(id, session.clock.now_ms())?;
            }
            Ok(path)
        })
        .await
    }
}

pub(super) const fn engine_mode(mode: SearchMode) -> Mode {
    match mode {
        SearchMode::Hybrid => Mode::Hybrid,
        SearchMode::Words => Mode::Words,
        SearchMode::Meaning => Mode::Meaning,
    }
}

/// An answer as the windows show it, with what is not searched yet.
pub(super) async fn response(
    session: &Arc<Session>,
    query: String,
    mode: SearchMode,
    answer: Answer,
    explain: bool,
) -> ApiResult<SearchResponse> {
    let mut notices: Vec<Notice> = answer.notices.iter().map(views::notice).collect();
    if let Some(error) = &answer.meaning_error {
        tracing::warn!(%error, "searching by meaning failed");
        if let Some(notice) = notices.iter_mut().find(|notice| notice.code == "meaning-off") {
            notice.message = format!("Searched by words only: {error}");
        }
    }
    let facts = Arc::clone(session);
    let asked = engine_mode(mode);
    let (sources, partial) = blocking(move || Ok((source_names(&facts)?, partial(&facts, asked)?))).await?;
    notices.extend(partial);
    let hits = answer.hits.into_iter().map(|hit| {
        let source = sources.get(&hit.facts.source).map_or("", String::as_str);
        views::hit(hit, source, explain)
    });
    Ok(SearchResponse {
        mode,
        took_ms: answer.took_ms as f32,
        total: u32::try_from(answer.total).unwrap_or(u32::MAX),
        hits: hits.collect(),
        notices,
        chips: answer.chips.iter().filter_map(|chip| views::chip(&query, chip)).collect(),
        facets: answer.facets.as_ref().map(|facets| finding::facets(facets, &sources)),
        query,
    })
}

pub(super) fn gone() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "this item is not in the index any more")
}

fn source_names(session: &Session) -> ApiResult<HashMap<SourceId, String>> {
    Ok(session.store.sources()?.into_iter().map(|source| (source.id, views::display(&source.path))).collect())
}

/// What is not searched yet.
fn partial(session: &Session, mode: Mode) -> ApiResult<Vec<Notice>> {
    let counts = session.recent_counts()?.total;
    let mut notices = Vec::new();
    let percent = |left: u64, all: u64| 100 * all.saturating_sub(left) / all.max(1);
    let words_left = counts.words_left();
    if words_left > 0 && mode != Mode::Meaning {
        notices.push(Notice {
            code: "words-partial".to_owned(),
            message: format!("words: {} %, the rest is still being read", percent(words_left, counts.items())),
        });
    }
    if counts.chunks_left() > 0 && mode != Mode::Words {
        notices.push(Notice {
            code: "meaning-partial".to_owned(),
            message: format!("meaning: {} %", percent(counts.chunks_left(), counts.chunks)),
        });
    }
    Ok(notices)
}

/// What a query marks in the text of an item.
pub(super) fn terms(session: &Session, query: &str) -> Terms {
    let context = Context { now: chrono::Local::now(), typing: true, sources: &|_| Vec::new() };
    let analyze = |text: &str| session.keyword.analyze(text);
    let forms = |word: &str| session.keyword.forms(word).unwrap_or_default();
    Terms::new(&plan(query, &context).highlight_terms, &analyze).with_forms(&forms)
}

pub(super) fn highlight(session: &Session, terms: &Terms, text: &str) -> Vec<Range<usize>> {
    if terms.is_empty() { Vec::new() } else { marks(text, terms, &|text: &str| session.keyword.analyze(text)) }
}

/// The part of a text that begins where a passage does.
fn window_from(text: &str, start: usize) -> (usize, usize) {
    let start = text.floor_char_boundary(start.min(text.len()));
    (start, text.floor_char_boundary(start.saturating_add(PREVIEW_BYTES)))
}

/// The part of a text that a preview shows: all of it, or from a little before the first match.
fn window(text: &str, first: usize) -> (usize, usize) {
    let whole = text.len() <= PREVIEW_BYTES || first < PREVIEW_BYTES / 2;
    let start = if whole { 0 } else { text.floor_char_boundary(first.saturating_sub(PREVIEW_LEAD)) };
    (start, text.floor_char_boundary(start.saturating_add(PREVIEW_BYTES)))
}
