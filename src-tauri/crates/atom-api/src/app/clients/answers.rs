//! What programs are answered: only of the sources that they see.

use super::invalid;
use crate::app::session::Session;
use crate::app::{finding, search, views};
use crate::dto::{HitView, SearchMode, SearchSort};
use crate::error::ApiResult;
use atom_core::{ItemId, SourceId};
use atom_search::Request;
use atom_store::SourceStatus;
use chrono::{DateTime, SecondsFormat};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Results in one answer, at most.
const MAX_LIMIT: u32 = 50;
const MAX_QUERY_BYTES: usize = 10_000;
/// Characters of text in one answer, if nothing else is said, and at most.
const TEXT_CHARS: usize = 20_000;
const MAX_TEXT_CHARS: usize = 100_000;
/// Passages read at once.
const PAGE: usize = 500;

/// Asks for what matches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchParams {
    query: String,
    #[serde(default = "ten")]
    limit: u32,
    #[serde(default)]
    mode: SearchMode,
    #[serde(default)]
    sort: SearchSort,
}

/// Asks for the text of an item.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FetchParams {
    id: String,
    #[serde(default)]
    offset: usize,
    max_chars: Option<usize>,
}

/// Asks for the folders.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourcesParams {}

const fn ten() -> u32 {
    10
}

pub(super) async fn search(
    session: &Arc<Session>,
    sees: Option<Vec<SourceId>>,
    params: SearchParams,
) -> ApiResult<Value> {
    if params.query.len() > MAX_QUERY_BYTES {
        return Err(invalid("this query is longer than a search can have"));
    }
    let limit = params.limit.clamp(1, MAX_LIMIT) as usize;
    let request = Request {
        mode: search::engine_mode(params.mode),
        sort: finding::sort(params.sort),
        within: sees,
        ..Request::new(params.query, limit)
    };
    let answer = session.searcher.search(request).await?;
    if let Some(error) = &answer.meaning_error {
        tracing::warn!(%error, "searching by meaning failed");
    }
    let notices: Vec<&str> = answer.notices.iter().map(|notice| notice.message.as_str()).collect();
    let total = answer.total;
    Ok(json!({
        "total": total,
        "notices": notices,
        "results": answer.hits.into_iter().map(|hit| result(views::hit(hit, "", false))).collect::<Vec<_>>(),
    }))
}

fn result(hit: HitView) -> Value {
    json!({
        "id": hit.id,
        "title": hit.title,
        "url": hit.uri,
        "text": hit.snippet.map(|snippet| snippet.text).unwrap_or_default(),
        "path": hit.path,
        "kind": hit.kind,
        "modified": moment(hit.modified),
        "also_at": hit.locations,
    })
}

/// One that lies elsewhere is not found, in the same words as one that never was.
pub(super) fn fetch(session: &Session, sees: Option<&[SourceId]>, params: &FetchParams) -> ApiResult<Value> {
    let id: ItemId = params.id.parse().map_err(|_| search::gone())?;
    let known = session.store.item_facts(&[id])?.into_iter().next();
    let facts = known.filter(|facts| is_seen(sees, facts.source)).ok_or_else(search::gone)?;
    let max = params.max_chars.unwrap_or(TEXT_CHARS).clamp(1, MAX_TEXT_CHARS);
    let (text, total) = text_of(session, id, params.offset, max)?;
    let end = params.offset.saturating_add(max);
    let view = views::item(&facts, "");
    Ok(json!({
        "id": view.id,
        "title": view.title,
        "url": view.uri,
        "text": text,
        "metadata": {
            "path": view.path,
            "kind": view.kind,
            "mime": view.mime,
            "modified": moment(view.modified),
            "size": view.size,
            "state": view.state,
            "total_chars": total,
            "next_offset": (end < total).then_some(end),
        },
    }))
}

pub(super) fn sources(session: &Session, sees: Option<&[SourceId]>) -> ApiResult<Value> {
    let sources = session.store.sources()?.into_iter();
    let seen = sources.filter(|source| source.status != SourceStatus::Removing && is_seen(sees, source.id));
    Ok(json!({ "sources": seen.map(|source| json!({ "path": views::display(&source.path) })).collect::<Vec<_>>() }))
}

fn is_seen(sees: Option<&[SourceId]>, source: SourceId) -> bool {
    sees.is_none_or(|sees| sees.contains(&source))
}

/// So many characters of an item's text from one on, and how many it has in all.
fn text_of(session: &Session, id: ItemId, offset: usize, max: usize) -> ApiResult<(String, usize)> {
    let (mut text, mut taken, mut total, mut next) = (String::new(), 0, 0, 0);
    loop {
        let page = session.store.chunks_from(id, next, PAGE)?;
        let Some(last) = page.last() else { return Ok((text, total)) };
        next = last.ordinal + 1;
        for passage in &page {
            let before = text.len();
            text.extend(passage.text.chars().skip(offset.saturating_sub(total)).take(max - taken));
            taken += text.get(before..).map_or(0, |added| added.chars().count());
            total += passage.text.chars().count();
        }
    }
}

fn moment(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}
