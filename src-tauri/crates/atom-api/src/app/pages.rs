//! Pages and pictures as they look.
//!
//! What is shown is the file as it is now, opened beneath its source as for reading, and drawn by boxed readers of
//! their own, so that a person does not wait for files that are being read. Nothing of it is kept here.

use super::session::{Session, item_id};
use super::{App, blocking, search};
use crate::dto::{PreviewPageRequest, PreviewPageView};
use crate::error::ApiResult;
use atom_core::{ItemId, Kind};
use atom_extract::{Extractor, FileHint, Limits, Outcome, Page, PageRequest, Place, WorkerCommand};
use atom_search::snippet::Terms;
use atom_store::ItemFacts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many pages are drawn at the same time.
const READERS: usize = 2;
/// A reader that drew nothing for this long is ended.
const REST_AFTER: Duration = Duration::from_secs(30);
/// Most marks of a page.
const MAX_MARKS: usize = 2_000;
/// Most pages that are told to match.
const MAX_MATCHING: usize = 10_000;

/// Readers that draw for a person. They start when they are first needed.
pub(super) struct PageReaders {
    extractor: Extractor,
    asked: AtomicU64,
}

impl PageReaders {
    pub(super) fn new(command: WorkerCommand) -> Self {
        Self { extractor: Extractor::new(command, Limits::default(), READERS), asked: AtomicU64::new(0) }
    }

    /// Gives up what is being drawn, for good.
    pub(super) fn end(&self) {
        self.extractor.end();
    }

    fn page(&self, file: &File, hint: &FileHint, request: PageRequest) -> Result<Page, Box<Outcome>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.extractor.page(file, hint, request)
    }
}

impl App {
    /// A page of a PDF, or a picture, as it looks.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotFound`] when the item is gone.
    pub async fn preview_page(&self, request: PreviewPageRequest) -> ApiResult<PreviewPageView> {
        self.touch();
        let session = self.session().await?;
        let id = item_id(&request.id)?;
        let shown = Arc::clone(&session);
        let view = blocking(move || view(&shown, id, &request)).await?;
        rest_later(&session);
        Ok(view)
    }
}

/// Ends the readers once nobody asked for a page for a while.
fn rest_later(session: &Arc<Session>) {
    let asked = session.pages.asked.load(Ordering::Relaxed);
    // Whoever locks the vault waits for nobody who holds its session.
    let session = Arc::downgrade(session);
    tokio::spawn(async move {
        tokio::time::sleep(REST_AFTER).await;
        if let Some(session) = session.upgrade()
            && session.pages.asked.load(Ordering::Relaxed) == asked
        {
            session.pages.extractor.rest();
        }
    });
}

fn view(session: &Session, id: ItemId, request: &PreviewPageRequest) -> ApiResult<PreviewPageView> {
    let Some(facts) = session.store.item_facts(&[id])?.into_iter().next() else { return Err(search::gone()) };
    if facts.container.is_some() {
        return Ok(unseen("It lies in an archive: open the archive to see it.".to_owned()));
    }
    let terms = search::terms(session, &request.query);
    let matching = match request.page {
        None if facts.kind == Kind::Pdf => matching_pages(session, id, &terms)?,
        _ => Vec::new(),
    };
    let Some(file) = open(session, &facts)? else {
        return Ok(unseen("Its file is not there any more, or cannot be opened.".to_owned()));
    };
    let name = facts.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let page = request.page.or_else(|| matching.first().copied()).unwrap_or(0);
    let asked = PageRequest { page, width: request.width };
    Ok(match session.pages.page(&file, &FileHint::new(&name, facts.size), asked) {
        Ok(page) => {
            let found = search::highlight(session, &terms, &page.text);
            PreviewPageView {
                marks: marks(&page, &found),
                reason: page.png.is_empty().then(|| "This page cannot be shown.".to_owned()),
                png: (!page.png.is_empty()).then(|| STANDARD.encode(&page.png)),
                page: page.index,
                pages: page.pages,
                width: page.width,
                height: page.height,
                matching,
            }
        }
        Err(outcome) => unseen(outcome.reason().unwrap_or_else(|| "It cannot be shown.".to_owned())),
    })
}

fn unseen(reason: String) -> PreviewPageView {
    PreviewPageView { reason: Some(reason), ..PreviewPageView::default() }
}

/// The file beneath its source: no link on the way is followed.
fn open(session: &Session, facts: &ItemFacts) -> ApiResult<Option<File>> {
    let Some(source) = session.store.source(facts.source)? else { return Ok(None) };
    let relative = facts.path.strip_prefix(&source.path).unwrap_or(&facts.path);
    Ok(atom_watch::open_beneath(&source.path, relative).ok())
}

/// The pages whose text matches, by the headings under which passages stand.
fn matching_pages(session: &Session, id: ItemId, terms: &Terms) -> ApiResult<Vec<u32>> {
    let mut pages: Vec<u32> = Vec::new();
    for chunk in session.store.chunks(id)? {
        let Some(page) = chunk.heading.as_deref().and_then(page_of) else { continue };
        if pages.last() != Some(&page) && !search::highlight(session, terms, &chunk.text).is_empty() {
            pages.push(page);
        }
    }
    pages.sort_unstable();
    pages.dedup();
    pages.truncate(MAX_MATCHING);
    Ok(pages)
}

/// The page, from 0, of a heading that reading gave.
fn page_of(heading: &str) -> Option<u32> {
    heading.strip_prefix("Page ")?.parse::<u32>().ok()?.checked_sub(1)
}

/// Where matches stand on their page, a rectangle for each line of each.
fn marks(page: &Page, found: &[Range<usize>]) -> Vec<(u16, u16, u16, u16)> {
    let mut letters = page.text.char_indices().zip(&page.places).peekable();
    let mut marks: Vec<Place> = Vec::new();
    for range in found {
        let mut line: Option<Place> = None;
        while let Some(((at, _), place)) = letters.next_if(|((at, _), _)| *at < range.end) {
            // What is nowhere to be seen, such as a space at a line's end, has no place.
            if at < range.start || *place == [0; 4] {
                continue;
            }
            match &mut line {
                Some(line) if is_same_line(*line, *place) => *line = joined(*line, *place),
                _ => marks.extend(line.replace(*place)),
            }
        }
        marks.extend(line);
        if marks.len() >= MAX_MARKS {
            break;
        }
    }
    let rectangle =
        |[left, top, right, bottom]: Place| (left, top, right.saturating_sub(left), bottom.saturating_sub(top));
    marks.into_iter().take(MAX_MARKS).map(rectangle).collect()
}

fn is_same_line([_, top, ..]: Place, [_, next_top, _, next_bottom]: Place) -> bool {
    top.abs_diff(next_top) <= (next_bottom - next_top.min(next_bottom)) / 2
}

fn joined(a: Place, b: Place) -> Place {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

#[cfg(test)]
mod tests {
    use super::{marks, page_of};
    use atom_extract::Page;

    /// Letters of 100 by 200, ten to a line.
    fn page(text: &str) -> Page {
        let place = |at: usize| {
            let (left, top) = ((at % 10 * 100) as u16, (at / 10 * 300) as u16);
            [left, top, left + 100, top + 200]
        };
        let places = text.chars().enumerate().map(|(at, c)| if c == ' ' { [0; 4] } else { place(at) }).collect();
        Page { text: text.to_owned(), places, ..Page::default() }
    }

    #[test]
    fn a_match_is_marked_line_by_line() {
        let page = page("zwölf alte Eichen");
        let check = |found: &[std::ops::Range<usize>], expect: &[(u16, u16, u16, u16)]| {
            assert_eq!(marks(&page, found), expect, "{found:?}");
        };
        // Bytes, and the places of characters: ö has two of them.
        check(std::slice::from_ref(&(0..6)), &[(0, 0, 500, 200)]);
        check(std::slice::from_ref(&(7..11)), &[(600, 0, 400, 200)]);
        check(std::slice::from_ref(&(7..18)), &[(600, 0, 400, 200), (100, 300, 600, 200)]);
        check(&[0..6, 12..18], &[(0, 0, 500, 200), (100, 300, 600, 200)]);
        check(&[], &[]);
    }

    #[test]
    fn pages_are_told_by_headings() {
        assert_eq!(page_of("Page 1"), Some(0));
        assert_eq!(page_of("Page 0"), None);
        assert_eq!(page_of("Page of honour"), None);
        assert_eq!(page_of("Bookmarks"), None);
    }
}
