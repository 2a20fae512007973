//! From what the core has to what a shell shows.

use crate::dto::{Chip, ExplainView, FileView, HitView, Notice, Progress, Snippet, StateCount};
use atom_core::ItemState;
use atom_search::fusion::Boost;
use atom_search::snippet::utf16;
use atom_search::{Explanation, Hit};
use atom_store::{FileRow, ItemFacts, SourceCounts};
use std::path::Path;

pub(super) fn hit(hit: Hit, source: &str, explain: bool) -> HitView {
    let title_highlights = utf16(&hit.title, &hit.title_highlights);
    let snippet = hit
        .snippet
        .map(|snippet| Snippet { highlights: utf16(&snippet.text, &snippet.highlights), text: snippet.text });
    HitView {
        rank: u32::try_from(hit.rank).unwrap_or(u32::MAX),
        title: hit.title,
        title_highlights,
        snippet,
        locations: hit.locations.iter().map(|path| display(path)).collect(),
        score: hit.score,
        explain: explain.then(|| explanation(&hit.explanation)),
        ..item(&hit.facts, source)
    }
}

/// An item as a hit without a query.
pub(super) fn item(facts: &ItemFacts, source: &str) -> HitView {
    HitView {
        rank: 0,
        id: facts.id.to_string(),
        title: facts.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| name(&facts.path)),
        title_highlights: Vec::new(),
        uri: uri(facts),
        path: display(&facts.path),
        folder: facts.container.as_deref().or_else(|| facts.path.parent()).map(name).unwrap_or_default(),
        archive: facts.container.as_deref().map(display),
        source: source.to_owned(),
        kind: facts.kind.as_str().to_owned(),
        mime: facts.mime.clone(),
        modified: facts.modified_ms,
        size: facts.size,
        score: 0.0,
        snippet: None,
        locations: Vec::new(),
        state: facts.state.as_str().to_owned(),
        explain: None,
    }
}

fn explanation(explanation: &Explanation) -> ExplainView {
    let rank = |rank: Option<usize>| rank.and_then(|rank| u32::try_from(rank).ok());
    let mut boosts: Vec<String> = explanation.boosts.iter().map(boost).collect();
    if explanation.some_words {
        boosts.push("only some of the words".to_owned());
    }
    if let Some(similarity) = explanation.similarity {
        boosts.push(format!("similarity {similarity:.2}"));
    }
    ExplainView { words_rank: rank(explanation.words_rank), meaning_rank: rank(explanation.meaning_rank), boosts }
}

fn boost(boost: &Boost) -> String {
    boost.to_string()
}

pub(super) fn notice(notice: &atom_search::query::Notice) -> Notice {
    Notice { code: notice.code.as_str().to_owned(), message: notice.message.clone() }
}

pub(super) fn chip(query: &str, chip: &atom_search::query::Chip) -> Option<Chip> {
    let (start, end) = utf16(query, std::slice::from_ref(&(chip.start..chip.end))).first().copied()?;
    Some(Chip {
        text: query.get(chip.start..chip.end)?.to_owned(),
        start,
        end,
        operator: chip.operator.clone(),
        value: chip.value.clone(),
    })
}

pub(super) fn file(row: &FileRow) -> FileView {
    let stage = if row.unread || row.words_pending {
        "names"
    } else if row.meaning_pending || row.facts.chunk_count == 0 {
        "words"
    } else {
        "meaning"
    };
    FileView {
        id: row.facts.id.to_string(),
        path: display(&row.facts.path),
        name: name(&row.facts.path),
        state: row.facts.state.as_str().to_owned(),
        stage: stage.to_owned(),
        mime: row.facts.mime.clone(),
        size: row.facts.size,
        modified: row.facts.modified_ms,
        reason: row.facts.reason.clone(),
        ocr: row.ocr.map(|state| state.as_str().to_owned()),
        archive: row.facts.container.as_deref().map(display),
        members: row.members,
    }
}

pub(super) fn state_counts(counts: &SourceCounts) -> Vec<StateCount> {
    ItemState::ALL
        .into_iter()
        .filter_map(|state| counts.states.get(&state).map(|count| (state, *count)))
        .map(|(state, count)| StateCount { state: state.as_str().to_owned(), count })
        .collect()
}

pub(super) fn progress(left: u64, total: u64, per_second: Option<f32>) -> Progress {
    let moving = per_second.filter(|speed| left > 0 && *speed > 0.0);
    Progress {
        done: total.saturating_sub(left),
        total,
        per_second: moving,
        eta_seconds: moving.map(|speed| left as f32 / speed),
    }
}

pub(super) fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Where a program finds it; the place in an archive stands behind a `#`.
fn uri(facts: &ItemFacts) -> String {
    let file = facts.container.as_ref().unwrap_or(&facts.path);
    let Ok(mut uri) = url::Url::from_file_path(file) else { return String::new() };
    if let Ok(inside) = facts.path.strip_prefix(file)
        && facts.container.is_some()
    {
        uri.set_fragment(Some(&display(inside)));
    }
    uri.into()
}
