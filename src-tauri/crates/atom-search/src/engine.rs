//! One search from text to hits: parse, ask both indexes at once, fuse, look up, cut snippets.
//!
//! - `words`: the keyword side, with the correction of typing errors and the search for some of the words
//! - `meaning`: the vector side under the same constraints
//! - `present`: facts, boosts or another order, one hit per content, snippets
//! - `similar`: what is like an item or a text
//! - `passages`: where in one item a query matches
//!
//! Blocking work (indexes, store, model) runs on blocking threads, the two sides at the same time.
//! A side that fails by meaning does not fail the search: the answer says so, and carries the error for the caller to act on.

mod meaning;
mod passages;
mod present;
mod similar;
mod words;

use crate::embedding::Remembering;
use crate::fusion::{self, Boost, Candidates};
use crate::query::{self, Chip, Context, Notice, NoticeCode, Plan};
use crate::snippet::{Snippet, Terms};
use crate::{Error, Library, QueryEmbedder, Result};
use atom_core::{Clock, ItemId, SourceId};
use atom_index::keyword::{Facets, KeywordIndex, KeywordQuery, Sort};
use atom_index::vector::VectorIndex;
use atom_store::ItemFacts;
use chrono::{DateTime, Local};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

pub use passages::Passage;
pub use similar::Like;

/// Which indexes are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Both.
    #[default]
    Hybrid,
    /// The keyword index.
    Words,
    /// The vector index; constraints still hold.
    Meaning,
}

impl Mode {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::Words => "words",
            Self::Meaning => "meaning",
        }
    }

    /// The mode with that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Hybrid, Self::Words, Self::Meaning].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// What to search for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The query as typed.
    pub text: String,
    /// Which indexes are asked.
    pub mode: Mode,
    /// Hits wanted.
    pub limit: usize,
    /// Hits to leave out at the beginning.
    pub offset: usize,
    /// Whether the last word may still be growing.
    pub typing: bool,
    /// The order of hits.
    pub sort: Sort,
    /// Whether to count what the matches are.
    pub facets: bool,
    /// Searches these sources only, as if there were no others; all of them when none.
    pub within: Option<Vec<SourceId>>,
    /// What the caller knows about the state of the indexes; put before the search's own notices.
    pub notices: Vec<Notice>,
}

impl Request {
    /// A finished query in hybrid mode.
    pub fn new(text: impl Into<String>, limit: usize) -> Self {
        Self {
            text: text.into(),
            mode: Mode::Hybrid,
            limit,
            offset: 0,
            typing: false,
            sort: Sort::Best,
            facets: false,
            within: None,
            notices: Vec::new(),
        }
    }
}

/// Why a hit is where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Place by words, from 1.
    pub words_rank: Option<usize>,
    /// Whether it has only some of the words.
    pub some_words: bool,
    /// Place by meaning, from 1.
    pub meaning_rank: Option<usize>,
    /// Cosine similarity of its nearest passage.
    pub similarity: Option<f32>,
    /// What was added.
    pub boosts: Vec<Boost>,
}

/// One content that matches.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Place in the results, from 1.
    pub rank: usize,
    /// The item.
    pub facts: ItemFacts,
    /// What to call it: the document's title, or the file's name.
    pub title: String,
    /// Byte ranges of the title to mark.
    pub title_highlights: Vec<Range<usize>>,
    /// Comparable within one search only.
    pub score: f32,
    /// The best passage; none where there is no text.
    pub snippet: Option<Snippet>,
    /// Other places of the same content.
    pub locations: Vec<PathBuf>,
    /// Why it is here.
    pub explanation: Explanation,
}

/// Days before now whose changes [`Answer::facets`] counts.
pub const SPANS_DAYS: [i64; 4] = [1, 7, 30, 365];

const DAY_MS: i64 = 86_400_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Answer {
    /// The hits asked for, best first.
    pub hits: Vec<Hit>,
    /// How many items match; an estimate where meaning is asked.
    pub total: usize,
    /// What to know about them.
    pub notices: Vec<Notice>,
    /// Operators found in the query.
    pub chips: Vec<Chip>,
    /// What the matches are, where that was asked; [`Facets::since`] goes by [`SPANS_DAYS`].
    pub facets: Option<Facets>,
    /// Time from query text to snippets, milliseconds.
    pub took_ms: f64,
    /// Why the search by meaning failed, if it did; a damaged index has to be rebuilt.
    pub meaning_error: Option<Error>,
}

/// Searches by meaning need both.
pub struct Meaning {
    /// The vectors of all passages.
    pub vectors: VectorIndex,
    /// What turns the query into one.
    pub embedder: Arc<dyn QueryEmbedder>,
}

impl Meaning {
    fn remembering(self) -> (VectorIndex, Remembering) {
        (self.vectors, Remembering::new(self.embedder))
    }
}

/// The search engine. Cheap to clone.
#[derive(Clone)]
pub struct Searcher {
    shared: Arc<Shared>,
}

struct Shared {
    library: Arc<dyn Library>,
    keyword: KeywordIndex,
    /// Changed as one: a query is compared with vectors of the model that embedded it.
    meaning: RwLock<Option<(VectorIndex, Remembering)>>,
    clock: Arc<dyn Clock>,
}

impl Searcher {
    /// An engine over those indexes; without `meaning`, only words are searched, and answers say so.
    pub fn new(
        library: Arc<dyn Library>,
        keyword: KeywordIndex,
        meaning: Option<Meaning>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let meaning = RwLock::new(meaning.map(Meaning::remembering));
        Self { shared: Arc::new(Shared { library, keyword, meaning, clock }) }
    }

    /// Searches by another model's vectors from now on; a search that runs ends with those it began with.
    pub fn set_meaning(&self, meaning: Meaning) {
        *self.shared.meaning.write().unwrap_or_else(PoisonError::into_inner) = Some(meaning.remembering());
    }

    /// Searches.
    ///
    /// # Errors
    /// If the keyword index or the store fails; a failure by meaning is in the answer.
    ///
    /// # Cancel safety
    /// Dropping the future leaves nothing behind; work on blocking threads ends by itself.
    pub async fn search(&self, request: Request) -> Result<Answer> {
        let begun = Instant::now();
        let mut answer = self.answer(request).await?;
        answer.took_ms = begun.elapsed().as_secs_f64() * 1_000.0;
        Ok(answer)
    }

    async fn answer(&self, request: Request) -> Result<Answer> {
        let shared = Arc::clone(&self.shared);
        let (text, typing, within) = (request.text.clone(), request.typing, request.within.clone());
        let plan = blocking("reading the query", move || Ok(shared.plan(&text, typing, within))).await?;
        let mut answer = Answer { notices: request.notices.clone(), chips: plan.chips.clone(), ..Answer::default() };
        answer.notices.extend(plan.notices.iter().cloned());
        if plan.is_empty() {
            answer.notices.push(Notice::new(NoticeCode::EmptyQuery, "There is nothing to search for yet"));
            return Ok(answer);
        }
        let plan = Arc::new(plan);
        let has_meaning = self.shared.by_meaning().is_some();
        let ask_words = request.mode != Mode::Meaning || !has_meaning || plan.meaning_text.is_none();
        let ask_meaning = request.mode != Mode::Words && plan.meaning_text.is_some();

        let words = async {
            if !ask_words {
                return Ok(words::Found::default());
            }
            let (shared, plan, request) = (Arc::clone(&self.shared), Arc::clone(&plan), request.clone());
            blocking("searching words", move || shared.words(&plan, &request)).await
        };
        let meaning = async { if ask_meaning { self.shared.meaning(Arc::clone(&plan)).await } else { Ok(Vec::new()) } };
        let (words, meaning) = tokio::join!(words, meaning);
        let mut words = words?;
        let plan = words.corrected.take().map_or(plan, Arc::new);
        // A corrected query means something else than the one with the error.
        let meaning = match words.notice.take() {
            Some(notice) => {
                answer.notices.push(notice);
                if ask_meaning { self.shared.meaning(Arc::clone(&plan)).await } else { Ok(Vec::new()) }
            }
            None => meaning,
        };
        let meaning = meaning.unwrap_or_else(|error| {
            answer
                .notices
                .push(Notice::new(NoticeCode::MeaningOff, "Searched by words only: meaning search did not answer"));
            answer.meaning_error = Some(error);
            Vec::new()
        });
        if ask_meaning && !has_meaning && answer.notices.iter().all(|notice| notice.code != NoticeCode::MeaningOff) {
            answer
                .notices
                .push(Notice::new(NoticeCode::MeaningOff, "Searched by words only: meaning search is not set up"));
        }

        // In another order the weak matches would stand among the strong ones: they come only where there are no others.
        if request.sort != Sort::Best && !words.all.is_empty() {
            words.some.clear();
        }
        let meaning = if request.sort == Sort::Best || words.all.is_empty() { meaning } else { Vec::new() };
        let candidates = Candidates { words: words.all, some_words: words.some, meaning };
        let fused = fusion::fuse(&candidates);
        if request.facets {
            let query = if ask_words { plan.keyword.clone() } else { None };
            let beside = fused.iter().map(|hit| hit.item).collect();
            let shared = Arc::clone(&self.shared);
            answer.facets = Some(blocking("counting", move || shared.facets(query, beside)).await?);
        }
        let by_meaning_alone = fused.iter().filter(|hit| hit.words_rank.is_none()).count();
        answer.total = words.total.max(candidates.words.len()) + by_meaning_alone;
        let shared = Arc::clone(&self.shared);
        let exact_names = words.exact_names;
        let page = request.offset..request.offset.saturating_add(request.limit);
        answer.hits =
            blocking("reading hits", move || shared.present(&plan, fused, &exact_names, request.sort, page)).await?;
        Ok(answer)
    }
}

impl Shared {
    fn by_meaning(&self) -> Option<(VectorIndex, Remembering)> {
        self.meaning.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a query marks, with the forms of its words that the index holds.
    fn terms(&self, plan: &Plan) -> Terms {
        Terms::new(&plan.highlight_terms, &|text| self.keyword.analyze(text)).with_forms(&|word| {
            self.keyword.forms(word).unwrap_or_else(|error| {
                tracing::warn!(%error, "forms of a word could not be looked up");
                Vec::new()
            })
        })
    }

    fn facets(&self, query: Option<KeywordQuery>, beside: Vec<ItemId>) -> Result<Facets> {
        let query = query.unwrap_or_else(|| KeywordQuery::Items(Vec::new()));
        let since = SPANS_DAYS.map(|days| self.clock.now_ms().saturating_sub(days * DAY_MS));
        Ok(self.keyword.facets(&query, &beside, &since)?)
    }

    fn now(&self) -> DateTime<Local> {
        DateTime::from_timestamp_millis(self.clock.now_ms()).unwrap_or_default().with_timezone(&Local)
    }

    fn plan(&self, text: &str, typing: bool, within: Option<Vec<SourceId>>) -> Plan {
        let sources = |name: &str| {
            let mut named = self.library.sources_named(name).unwrap_or_else(|error| {
                tracing::warn!(%error, "sources could not be looked up");
                Vec::new()
            });
            named.retain(|source| within.as_ref().is_none_or(|within| within.contains(source)));
            named
        };
        let plan = query::plan(text, &Context { now: self.now(), typing, sources: &sources });
        match within {
            Some(within) => plan.restricted(within),
            None => plan,
        }
    }
}

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Error::CutShort { operation }))
}
