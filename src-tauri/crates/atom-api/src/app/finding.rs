//! Beside the search itself: what is like an item, where one item matches, how a query goes on, what the matches are.

use super::session::{Session, item_id};
use super::{App, blocking, search, views};
use crate::dto::{
    CompleteRequest, CompletionView, FacetView, FacetsView, PassageView, PassagesRequest, PassagesView, SearchMode,
    SearchResponse, SearchSort, SimilarRequest,
};
use crate::error::{ApiError, ApiResult, ErrorCode};
use atom_core::{Kind, SourceId};
use atom_index::keyword::{Field, KeywordQuery, Values};
use atom_search::query::quoted;
use atom_search::snippet::utf16;
use atom_search::{Completion, Facets, Like, SPANS_DAYS, Sort, Vocabulary, complete};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Hits that are like something, at most.
const MAX_SIMILAR: u32 = 200;
/// Bytes of a text that others are compared with.
const MAX_TEXT: usize = 64 << 10;
/// Values looked up to complete one.
const VALUES: usize = 8;
/// Past searches looked at for one that goes on with what was typed.
const PAST: usize = 200;

impl App {
    /// What is like an item, or like a text.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`], [`ErrorCode::NotFound`] when the item is gone, [`ErrorCode::InvalidInput`] without either.
    pub async fn search_similar(&self, request: SimilarRequest) -> ApiResult<SearchResponse> {
        self.touch();
        let session = self.session().await?;
        let _first = session.ingest().map(|ingest| ingest.search_first());
        let like = match (&request.id, &request.text) {
            (Some(id), _) => Like::Item(item_id(id)?),
            (None, Some(text)) => Like::Text(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text).to_owned()),
            (None, None) => {
                return Err(ApiError::new(ErrorCode::InvalidInput, "name a file or give a text to compare with"));
            }
        };
        let answer = session.searcher.similar(like, request.limit.clamp(1, MAX_SIMILAR) as usize).await?;
        search::response(&session, String::new(), SearchMode::Meaning, answer, true).await
    }

    /// The passages of an item that match a query.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn search_passages(&self, request: PassagesRequest) -> ApiResult<PassagesView> {
        self.touch();
        let session = self.session().await?;
        let (passages, total) = session.searcher.passages(item_id(&request.id)?, &request.query).await?;
        let passages = passages.into_iter().map(|passage| PassageView {
            highlights: utf16(&passage.snippet.text, &passage.snippet.highlights),
            text: passage.snippet.text,
            start: passage.start as u64,
        });
        Ok(PassagesView { passages: passages.collect(), total: u32::try_from(total).unwrap_or(u32::MAX) })
    }

    /// How a query may go on at the cursor.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`].
    pub async fn search_complete(&self, request: CompleteRequest) -> ApiResult<Vec<CompletionView>> {
        self.touch();
        let session = self.session().await?;
        blocking(move || {
            let query = &request.query;
            let found = complete(query, byte_at(query, request.cursor), &Known { session: &session });
            Ok(found
                .into_iter()
                .map(|one| {
                    let (start, end) = utf16_span(query, &one.span);
                    let (label, detail, insert) = (one.label, one.detail, one.insert);
                    CompletionView { label, detail, kind: one.kind.to_owned(), start, end, insert }
                })
                .collect())
        })
        .await
    }
}

pub(super) const fn sort(sort: SearchSort) -> Sort {
    match sort {
        SearchSort::Best => Sort::Best,
        SearchSort::Newest => Sort::Newest,
        SearchSort::Oldest => Sort::Oldest,
        SearchSort::Largest => Sort::Largest,
        SearchSort::Smallest => Sort::Smallest,
        SearchSort::Name => Sort::Name,
    }
}

/// Counts with the operators that narrow to them.
pub(super) fn facets(facets: &Facets, sources: &HashMap<SourceId, String>) -> FacetsView {
    let one = |label: &str, query: String, count: u64| FacetView { label: label.to_owned(), query, count };
    let kind = |(kind, count): &(Kind, u64)| one(kind.as_str(), format!("type:{}", kind.as_str()), *count);
    let valued = |operator: &str, counts: &[(String, u64)]| -> Vec<FacetView> {
        counts.iter().map(|(value, count)| one(value, format!("{operator}:{}", quoted(value)), *count)).collect()
    };
    // The operator says which of two folders of one name it is.
    let named = |path: &str, operator: &str, count: u64| {
        one(&views::name(Path::new(path)), format!("{operator}:{}", quoted(path)), count)
    };
    let source = |(id, count): &(SourceId, u64)| Some(named(sources.get(id)?, "in", *count));
    let spans = SPANS_DAYS.iter().zip(&facets.since).filter(|(_, count)| (1..facets.total).contains(count));
    FacetsView {
        kinds: facets.kinds.iter().map(kind).collect(),
        sources: facets.sources.iter().filter_map(source).collect(),
        folders: facets.folders.iter().map(|(path, count)| named(path, "path", *count)).collect(),
        people: valued("from", &facets.people),
        labels: valued("label", &facets.labels),
        times: spans.map(|(days, count)| one(&span(*days), format!("newer_than:{days}d"), *count)).collect(),
    }
}

fn span(days: i64) -> String {
    match days {
        1 => "Past day".to_owned(),
        365 => "Past year".to_owned(),
        days => format!("Past {days} days"),
    }
}

/// What there is to complete with.
struct Known<'a> {
    session: &'a Arc<Session>,
}

impl Vocabulary for Known<'_> {
    fn values(&self, of: Completion, prefix: &str) -> Vec<String> {
        let values = match of {
            Completion::People => Values::People,
            Completion::Labels => Values::Labels,
            Completion::Languages => Values::Languages,
            Completion::Extensions => Values::Extensions,
            Completion::Sources => return self.sources(prefix),
        };
        told(self.session.keyword.values(values, prefix, VALUES))
    }

    fn folders(&self, prefix: &str) -> Vec<String> {
        let named = KeywordQuery::Word { text: prefix.to_owned(), field: Field::Name, prefix: true, fuzzy: false };
        let folders = KeywordQuery::And(vec![KeywordQuery::Kind(vec![Kind::Folder]), named]);
        let found = told(self.session.keyword.search(&folders, VALUES).map(|found| found.hits));
        let items: Vec<_> = found.iter().map(|hit| hit.item).collect();
        let facts = told(self.session.store.item_facts(&items));
        facts.iter().map(|facts| views::display(&facts.path)).collect()
    }

    fn history(&self, typed: &str) -> Vec<String> {
        let typed = typed.trim_start().to_lowercase();
        let past = told(self.session.store.past_searches(&typed, PAST)).into_iter().map(|past| past.query);
        past.filter(|query| query.to_lowercase().starts_with(&typed)).collect()
    }
}

impl Known<'_> {
    fn sources(&self, prefix: &str) -> Vec<String> {
        let sources = told(self.session.store.sources());
        let names = sources.iter().map(|source| views::name(&source.path));
        names.filter(|name| name.to_lowercase().starts_with(&prefix.to_lowercase())).collect()
    }
}

/// Nothing to propose is no failure of the search.
fn told<T, E: std::fmt::Display>(found: Result<Vec<T>, E>) -> Vec<T> {
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "nothing could be looked up to complete a query");
        Vec::new()
    })
}

/// The byte of a place that is counted in UTF-16 code units.
fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

fn utf16_span(text: &str, span: &Range<usize>) -> (u32, u32) {
    utf16(text, std::slice::from_ref(span)).first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{byte_at, facets};
    use atom_core::{Kind, SourceId};
    use atom_search::Facets;
    use std::collections::HashMap;

    #[test]
    fn places_are_counted_as_the_web_view_counts() {
        assert_eq!([0, 1, 3, 4, 99].map(|units| byte_at("a🎉é", units)), [0, 1, 5, 7, 7]);
    }

    #[test]
    fn facets_carry_the_operator_that_narrows_to_them() {
        let counted = Facets {
            total: 5,
            kinds: vec![(Kind::Pdf, 3)],
            sources: vec![(SourceId::new(1), 5), (SourceId::new(9), 1)],
            folders: vec![("/home/ann/my tax".to_owned(), 2)],
            people: vec![("Ann \"A\" Lee".to_owned(), 1)],
            labels: vec![("work".to_owned(), 1)],
            since: vec![0, 2, 5, 5],
        };
        let shown = facets(&counted, &HashMap::from([(SourceId::new(1), "/home/ann".to_owned())]));
        let queries = |of: &[crate::dto::FacetView]| of.iter().map(|one| one.query.clone()).collect::<Vec<_>>();
        assert_eq!(queries(&shown.kinds), ["type:pdf"]);
        assert_eq!(queries(&shown.sources), ["in:/home/ann"]);
        assert_eq!(queries(&shown.folders), ["path:\"/home/ann/my tax\""]);
        assert_eq!(queries(&shown.people), ["from:\"Ann  A  Lee\""]);
        assert_eq!(queries(&shown.labels), ["label:work"]);
        assert_eq!(queries(&shown.times), ["newer_than:7d"]);
    }
}
