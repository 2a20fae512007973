//! Words: tantivy on a sealed directory.
//!
//! One document per item, so that words that fall into different passages still meet. Nothing is stored but postings and
//! a few columns: an answer is a list of item ids, best first.
//!
//! - `analyzer`: text to terms, the same for documents, queries and highlights
//! - `schema`: the fields, and a [`Document`] as the engine's
//! - `query`, `wildcard`, `expand`: a [`KeywordQuery`] as the engine's
//! - `forms`, `segment`: inflections, and words of scripts without spaces
//! - `facets`: what the matches of a query are, counted; and values that the index knows
//! - `writer`: changes and commits
//! - `head`: which commit this is
//! - `sealed`, `cache`: every file encrypted and authenticated, blocks decrypted once
//!
//! Terms are not stemmed. A [`KeywordQuery::Word`] also finds other forms of the word that the index holds, in English and
//! in the languages of its documents, at a lower weight; a [`KeywordQuery::Phrase`] of one word finds exactly that word.
//! Completions of a prefix all match, the most frequent are scored; only one-letter prefixes, where they are too many,
//! match in bodies through the most frequent alone.
//! Recency, opening habits and the fusion with vector search are not here: they belong to the caller.

mod analyzer;
mod cache;
mod expand;
mod facets;
#[cfg(test)]
mod faults;
mod forms;
mod head;
mod query;
mod schema;
mod sealed;
mod segment;
mod wildcard;
mod writer;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use atom_core::{IndexHead, ItemId, Kind, SourceId};
use atom_vault::SealRoot;
use tantivy::collector::{Collector, Count, TopDocs};
use tantivy::columnar::Column;
use tantivy::directory::RamDirectory;
use tantivy::query::{EnableScoring, Query};
use tantivy::tokenizer::Language;
use tantivy::{DocAddress, Index, IndexReader, Order, ReloadPolicy, Searcher, TERMINATED, TantivyError};

pub use self::analyzer::Token;
pub use self::facets::{Facets, Values};
pub use self::writer::KeywordWriter;

use self::expand::Vocabulary;
use self::query::{EXACT_NAME, Translator, looks_for_text};
use self::schema::{Fields, ITEM, MODIFIED, ORDERED_NAME, SIZE};
use self::sealed::{MANAGED, META, SealedDirectory, Trouble, io_error, is_full};
use crate::{Error, Result};

/// Decrypted blocks that an index keeps, bytes, if nothing else is said.
pub const DEFAULT_BLOCK_CACHE: usize = 32 << 20;
/// Words that [`KeywordIndex::similar`] answers with.
const SIMILAR: usize = 10;
/// From this length on, two typing errors are forgiven where one finds nothing.
const TWO_ERRORS_FROM: usize = 8;
const OPENING: &str = "opening";

/// What is indexed of one item.
#[derive(Debug, Clone)]
pub struct Document {
    /// The item; a document replaces the one with the same item.
    pub item: ItemId,
    /// Where the item comes from.
    pub source: SourceId,
    /// File name or subject.
    pub name: String,
    /// Title inside the document.
    pub title: Option<String>,
    /// Author, sender or creator.
    pub author: Option<String>,
    /// Others that it names, such as those a message went to.
    pub people: Option<String>,
    /// Language of the text, as a code of two or three letters.
    pub language: Option<String>,
    /// Labels, tags, keywords.
    pub labels: Vec<String>,
    /// Names of what it is or has, as [`KeywordQuery::Trait`] looks for them.
    pub traits: Vec<&'static str>,
    /// Absolute path, as shown.
    pub path: String,
    /// Text; empty where only the name is known.
    pub body: String,
    /// Coarse type.
    pub kind: Kind,
    /// Extension without its dot; may be empty.
    pub ext: String,
    /// Media type; may be empty.
    pub mime: String,
    /// Unix time in milliseconds.
    pub modified_ms: i64,
    /// Bytes.
    pub size: u64,
}

/// Where a word is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Name, title, path and body, with falling weights.
    Any,
    /// File name or subject.
    Name,
    /// Title inside the document.
    Title,
    /// Absolute path, the name included.
    Path,
    /// Text.
    Body,
    /// Author, sender or creator.
    Author,
    /// Others that the document names.
    People,
}

/// What to look for. Parts without a letter or digit are left out, as if they were not there.
#[derive(Debug, Clone, PartialEq)]
pub enum KeywordQuery {
    /// Every document.
    All,
    /// A word; what the analyzer takes apart (`std::fs`, `foo-bar`) is a phrase.
    Word {
        /// As typed.
        text: String,
        /// Where.
        field: Field,
        /// Longer words that begin so match too.
        prefix: bool,
        /// Words one edit away match too.
        fuzzy: bool,
    },
    /// Words next to each other, in their exact forms.
    Phrase {
        /// As typed.
        words: Vec<String>,
        /// Where.
        field: Field,
        /// The last may be the beginning of a word.
        last_prefix: bool,
        /// Moves allowed, in words.
        slop: u32,
    },
    /// `*` and `?` in names, words, and, with a separator, paths.
    Wildcard {
        /// As typed.
        pattern: String,
        /// Where.
        field: Field,
    },
    /// All of these.
    And(Vec<KeywordQuery>),
    /// One of these.
    Or(Vec<KeywordQuery>),
    /// Not this.
    Not(Box<KeywordQuery>),
    /// One of these kinds.
    Kind(Vec<Kind>),
    /// One of these extensions, with or without the dot.
    Ext(Vec<String>),
    /// One of these media types.
    Mime(Vec<String>),
    /// Documents whose text is in one of these languages, by code.
    Language(Vec<String>),
    /// Documents with one of these traits.
    Trait(Vec<String>),
    /// Documents with a label, without regard to case, or one below it (`work` has `work/taxes`).
    Label {
        /// As typed.
        value: String,
        /// Whether it is only the beginning of one.
        prefix: bool,
    },
    /// Names and words that a regular expression matches somewhere in them; see [`is_regex`].
    Regex(String),
    /// From one of these sources.
    Source(Vec<SourceId>),
    /// Modified in a span, Unix milliseconds.
    Modified {
        /// First, inclusive.
        from: Option<i64>,
        /// End, exclusive.
        to: Option<i64>,
    },
    /// Size in a span, bytes.
    Size {
        /// Smallest, inclusive.
        from: Option<u64>,
        /// End, exclusive.
        to: Option<u64>,
    },
    /// One of these items.
    Items(Vec<ItemId>),
    /// In this folder or below it, or the item at this path; exact.
    Under(String),
}

/// The order of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first; newest first where there is nothing to rank by.
    #[default]
    Best,
    /// Changed last first.
    Newest,
    /// Changed first first.
    Oldest,
    /// Most bytes first.
    Largest,
    /// Fewest bytes first.
    Smallest,
    /// By name, in any case.
    Name,
}

/// The words of a text that is written without spaces, a Korean noun without its particle; nothing where it is one word or none.
#[must_use]
pub fn words_of_run(text: &str) -> Option<Vec<&str>> {
    forms::without_particle(text).map(|noun| vec![noun]).or_else(|| segment::words(text))
}

/// A name as [`Sort::Name`] puts it in order: in one case, without accents.
#[must_use]
pub fn ordered_name(name: &str) -> String {
    schema::whole_name(name)
}

/// Whether a regular expression can be looked for: it can be read, and is not too intricate.
#[must_use]
pub fn is_regex(pattern: &str) -> bool {
    wildcard::is_pattern(pattern)
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeywordHit {
    /// What was found.
    pub item: ItemId,
    /// Larger is better; comparable within one search only. Zero where nothing was looked for but constraints.
    pub score: f32,
    /// The name, without regard to case, accents, separators and extension, is what was asked for.
    pub exact_name: bool,
}

/// Answers, best first; newest first where the query has constraints only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeywordHits {
    /// The best.
    pub hits: Vec<KeywordHit>,
    /// How many documents match; exact.
    pub total: usize,
}

/// The keyword index. Cheap to clone; searches run on any thread, beside a writer.
#[derive(Clone)]
pub struct KeywordIndex {
    shared: Arc<Shared>,
}

struct Shared {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
    /// None in memory.
    directory: Option<SealedDirectory>,
}

/// One commit, with the columns that every search reads.
struct Snapshot {
    searcher: Searcher,
    items: Vec<Column<i64>>,
    /// Read when something is counted for the first time.
    counted: OnceLock<Vec<facets::Columns>>,
    /// Languages of the documents, read with the first query.
    languages: OnceLock<Vec<Language>>,
}

/// Opens the index in `dir`, made if there is none.
///
/// # Errors
/// [`Error::Corrupt`] if it is damaged or of another version: delete the folder and index again.
pub fn open(dir: &Path, root: SealRoot) -> Result<KeywordIndex> {
    open_with_cache(dir, root, DEFAULT_BLOCK_CACHE)
}

/// Opens the index in `dir` with at most `block_cache` bytes of decrypted blocks in memory.
///
/// # Errors
/// As [`open`].
pub fn open_with_cache(dir: &Path, root: SealRoot, block_cache: usize) -> Result<KeywordIndex> {
    guarded(None, OPENING, || {
        let directory = SealedDirectory::open(dir, root, block_cache)?;
        KeywordIndex::build(Box::new(directory.clone()), Some(directory))
    })
}

/// The same index without encryption, in the engine's own directory: what sealing is measured against.
///
/// # Errors
/// As [`open`].
#[cfg(feature = "plain")]
pub fn open_plain(dir: &Path) -> Result<KeywordIndex> {
    guarded(None, OPENING, || {
        std::fs::create_dir_all(dir).map_err(|error| io_error("making the folder of the keyword index", error))?;
        let directory = tantivy::directory::MmapDirectory::open(dir)
            .map_err(|error| engine_error(None, OPENING, &TantivyError::OpenDirectoryError(error)))?;
        KeywordIndex::build(Box::new(directory), None)
    })
}

impl KeywordIndex {
    /// An empty index that is never written to a disk.
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub fn in_memory() -> Result<Self> {
        guarded(None, OPENING, || Self::build(Box::new(RamDirectory::create()), None))
    }

    fn build(engine: Box<dyn tantivy::Directory>, directory: Option<SealedDirectory>) -> Result<Self> {
        let (schema, fields) = Fields::schema();
        let failed = |error: &TantivyError| engine_error(directory.as_ref(), OPENING, error);
        let index = Index::builder()
            .schema(schema)
            .tokenizers(Fields::tokenizers())
            .open_or_create(engine)
            .map_err(|error| failed(&error))?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|error: TantivyError| failed(&error))?;
        let snapshot = Snapshot::of(&reader).map_err(|error| failed(&error))?;
        Ok(Self {
            shared: Arc::new(Shared { index, fields, reader, snapshot: RwLock::new(Arc::new(snapshot)), directory }),
        })
    }

    /// The writer; there is one at a time.
    ///
    /// # Errors
    /// [`Error::Engine`] while another is open.
    pub fn writer(&self) -> Result<KeywordWriter> {
        KeywordWriter::open(self.shared.clone())
    }

    /// The best `limit` answers, and how many there are.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if what must be read is damaged.
    pub fn search(&self, query: &KeywordQuery, limit: usize) -> Result<KeywordHits> {
        self.search_sorted(query, Sort::Best, limit)
    }

    /// The first `limit` answers in that order, and how many there are.
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn search_sorted(&self, query: &KeywordQuery, sort: Sort, limit: usize) -> Result<KeywordHits> {
        self.shared.guarded("searching", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.search(self.shared.fields, query, sort, limit);
            found.map_err(|error| self.shared.error("searching", &error))
        })
    }

    /// What the answers are, counted; items in `beside` count as answers too.
    ///
    /// `since` are moments in Unix milliseconds, for [`Facets::since`].
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn facets(&self, query: &KeywordQuery, beside: &[ItemId], since: &[i64]) -> Result<Facets> {
        self.shared.guarded("counting", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.facets(self.shared.fields, query, beside, since);
            found.map_err(|error| self.shared.error("counting", &error))
        })
    }

    /// Values that begin with `prefix`, as they are shown, those that most documents have first.
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn values(&self, of: Values, prefix: &str, limit: usize) -> Result<Vec<String>> {
        self.shared.guarded("looking for values", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.values(self.shared.fields, of, prefix, limit);
            found.map_err(|error| self.shared.error("looking for values", &error))
        })
    }

    /// Items that satisfy a query, of those in `among` if given, in order of their ids; at most `limit`, and whether
    /// these are all.
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn filter(&self, query: &KeywordQuery, among: Option<&[ItemId]>, limit: usize) -> Result<(Vec<ItemId>, bool)> {
        self.shared.guarded("filtering", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.filter(self.shared.fields, query, among, limit);
            found.map_err(|error| self.shared.error("filtering", &error))
        })
    }

    /// Words of the index that `word` may be a misspelling of, with the number of documents, most frequent first.
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn similar(&self, word: &str) -> Result<Vec<(String, u64)>> {
        self.shared.guarded("looking for similar words", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.similar(self.shared.fields, word);
            found.map_err(|error| self.shared.error("looking for similar words", &error))
        })
    }

    /// Other forms of a word that a search for it finds.
    ///
    /// # Errors
    /// As [`KeywordIndex::search`].
    pub fn forms(&self, word: &str) -> Result<Vec<String>> {
        self.shared.guarded("looking for forms", || {
            let snapshot = self.shared.snapshot();
            let found = snapshot.forms(self.shared.fields, word);
            found.map_err(|error| self.shared.error("looking for forms", &error))
        })
    }

    /// Terms of `text` as the index has them, with the bytes that they stand for.
    #[must_use]
    pub fn analyze(&self, text: &str) -> Vec<Token> {
        analyzer::analyze(text)
    }

    /// Number of documents of the last commit.
    #[must_use]
    pub fn doc_count(&self) -> u64 {
        self.shared.snapshot().searcher.num_docs()
    }

    /// Which commit this is; none before the first.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the head cannot be read.
    pub fn head(&self) -> Result<Option<IndexHead>> {
        self.shared.guarded("reading the head", || self.shared.head())
    }

    /// Bytes on the disk; zero in memory.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be listed.
    pub fn size_bytes(&self) -> Result<u64> {
        self.shared.directory.as_ref().map_or(Ok(0), SealedDirectory::size_bytes)
    }

    /// Reads every byte of the last commit.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a file is not what was written.
    pub fn verify(&self) -> Result<()> {
        self.shared.guarded("verifying", || {
            let Some(directory) = &self.shared.directory else { return Ok(()) };
            let living = || -> Result<HashSet<PathBuf>> {
                let metas = self.shared.index.load_metas();
                let metas = metas.map_err(|error| self.shared.error("verifying", &error))?;
                Ok(metas.list_segment_files())
            };
            for name in [META, MANAGED] {
                directory.verify(Path::new(name))?;
            }
            for file in living()? {
                // Parts that a segment need not have; and a merge may have replaced the segment meanwhile.
                let optional = file.to_str().is_some_and(|name| name.ends_with(".temp") || name.ends_with(".0.del"));
                if !directory.verify(&file)? && !optional && living()?.contains(&file) {
                    return Err(Error::Corrupt { index: "keyword", reason: format!("{} is missing", file.display()) });
                }
            }
            Ok(())
        })
    }
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn head(&self) -> Result<Option<IndexHead>> {
        let metas = self.index.load_metas().map_err(|error| self.error("reading the head", &error))?;
        Ok(metas.payload.as_deref().and_then(|payload| head::read(payload, metas.opstamp)))
    }

    fn reload(&self) -> Result<()> {
        let reloaded = self.reader.reload().and_then(|()| Snapshot::of(&self.reader));
        let snapshot = Arc::new(reloaded.map_err(|error| self.error("reloading", &error))?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }

    fn guarded<T>(&self, operation: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        guarded(self.directory.as_ref(), operation, work)
    }

    fn error(&self, operation: &'static str, error: &TantivyError) -> Error {
        engine_error(self.directory.as_ref(), operation, error)
    }
}

impl Snapshot {
    fn of(reader: &IndexReader) -> tantivy::Result<Self> {
        let searcher = reader.searcher();
        let items = searcher
            .segment_readers()
            .iter()
            .map(|segment| segment.fast_fields().i64(ITEM))
            .collect::<tantivy::Result<_>>()?;
        Ok(Self { searcher, items, counted: OnceLock::new(), languages: OnceLock::new() })
    }

    fn languages(&self, fields: Fields) -> tantivy::Result<&[Language]> {
        if let Some(languages) = self.languages.get() {
            return Ok(languages);
        }
        let mut counts: HashMap<String, u64> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(fields.language)?;
            let mut stream = inverted.terms().stream()?;
            while stream.advance() {
                let code = String::from_utf8_lossy(stream.key()).into_owned();
                *counts.entry(code).or_default() += u64::from(stream.value().doc_freq);
            }
        }
        Ok(self.languages.get_or_init(|| forms::languages(counts.into_iter().collect())))
    }

    fn item(&self, address: DocAddress) -> Option<ItemId> {
        let column = self.items.get(usize::try_from(address.segment_ord).ok()?)?;
        column.first(address.doc_id).map(ItemId::new)
    }

    fn search(&self, fields: Fields, query: &KeywordQuery, sort: Sort, limit: usize) -> tantivy::Result<KeywordHits> {
        let translator = Translator::new(&self.searcher, fields, self.languages(fields)?);
        let Some(matched) = translator.translate(query)? else {
            return Ok(KeywordHits::default());
        };
        let limit = limit.min(usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX));
        if limit == 0 {
            let total = self.searcher.search(&matched, &Count)?;
            return Ok(KeywordHits { hits: Vec::new(), total });
        }
        let top = TopDocs::with_limit(limit);
        let sort = if sort == Sort::Best && !looks_for_text(query) { Sort::Newest } else { sort };
        let (found, total): (Vec<(f32, DocAddress)>, usize) = match sort {
            Sort::Best => {
                let scored = translator.with_bonuses(query, matched)?;
                self.searcher.search(&scored, &(top.order_by_score(), Count))?
            }
            Sort::Newest => self.ordered(&matched, top.order_by_fast_field::<i64>(MODIFIED, Order::Desc))?,
            Sort::Oldest => self.ordered(&matched, top.order_by_fast_field::<i64>(MODIFIED, Order::Asc))?,
            Sort::Largest => self.ordered(&matched, top.order_by_fast_field::<u64>(SIZE, Order::Desc))?,
            Sort::Smallest => self.ordered(&matched, top.order_by_fast_field::<u64>(SIZE, Order::Asc))?,
            Sort::Name => self.ordered(&matched, top.order_by_string_fast_field(ORDERED_NAME, Order::Asc))?,
        };
        let hits = found
            .into_iter()
            .filter_map(|(score, address)| {
                Some(KeywordHit { item: self.item(address)?, score, exact_name: score >= EXACT_NAME })
            })
            .collect();
        Ok(KeywordHits { hits, total })
    }

    /// Answers in the order of a column, and how many there are.
    fn ordered<T: Send + 'static>(
        &self,
        matched: &dyn Query,
        collector: impl Collector<Fruit = Vec<(T, DocAddress)>>,
    ) -> tantivy::Result<(Vec<(f32, DocAddress)>, usize)> {
        let (found, total) = self.searcher.search(matched, &(collector, Count))?;
        Ok((found.into_iter().map(|(_, address)| (0.0, address)).collect(), total))
    }

    fn filter(
        &self,
        fields: Fields,
        query: &KeywordQuery,
        among: Option<&[ItemId]>,
        limit: usize,
    ) -> tantivy::Result<(Vec<ItemId>, bool)> {
        let translator = Translator::new(&self.searcher, fields, self.languages(fields)?);
        let matched = match among {
            None => translator.translate(query)?,
            Some(items) => {
                let both = [query.clone(), KeywordQuery::Items(items.to_vec())];
                translator.translate(&KeywordQuery::And(both.into()))?
            }
        };
        let Some(matched) = matched else { return Ok((Vec::new(), true)) };
        let weight = matched.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut items = Vec::new();
        for (segment, column) in self.searcher.segment_readers().iter().zip(&self.items) {
            let mut documents = weight.scorer(segment, 1.0)?;
            let alive = segment.alive_bitset();
            let mut document = documents.doc();
            while document != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(document)) {
                    if items.len() == limit {
                        items.sort_unstable();
                        return Ok((items, false));
                    }
                    items.extend(column.first(document).map(ItemId::new));
                }
                document = documents.advance();
            }
        }
        items.sort_unstable();
        Ok((items, true))
    }

    fn forms(&self, fields: Fields, word: &str) -> tantivy::Result<Vec<String>> {
        let slots = query::slots(word);
        let [slot] = slots.as_slice() else { return Ok(Vec::new()) };
        let text = [fields.name, fields.title, fields.body];
        let found = Vocabulary::new(&self.searcher, &text).inflections(&slot.term, self.languages(fields)?)?;
        Ok(found.into_iter().map(|expansion| expansion.term).collect())
    }

    fn similar(&self, fields: Fields, word: &str) -> tantivy::Result<Vec<(String, u64)>> {
        let slots = query::slots(word);
        let [slot] = slots.as_slice() else { return Ok(Vec::new()) };
        let text = [fields.name, fields.title, fields.body];
        let vocabulary = Vocabulary::new(&self.searcher, &text);
        let mut near = vocabulary.near(&slot.term, 1, false)?;
        if near.is_empty() && slot.term.chars().count() >= TWO_ERRORS_FROM {
            near = vocabulary.near(&slot.term, 2, false)?;
        }
        Ok(near
            .into_iter()
            .take(SIMILAR)
            .map(|expansion| {
                // A document that holds it in two fields counts once at least.
                let documents = expansion.frequency.iter().copied().max().unwrap_or(0);
                (expansion.term, documents)
            })
            .collect())
    }
}

/// Runs `work`; a panic of the engine, which damaged files and full disks may cause, is an error like others.
fn guarded<T>(
    directory: Option<&SealedDirectory>,
    operation: &'static str,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(told_trouble(directory, operation).unwrap_or_else(|| Error::Corrupt {
            index: "keyword",
            reason: format!("the engine gave up while {operation}"),
        }))
    })
}

/// What the directory saw go wrong, if anything.
fn told_trouble(directory: Option<&SealedDirectory>, operation: &'static str) -> Option<Error> {
    Some(match directory?.take_trouble()? {
        Trouble::Full => Error::DiskFull { operation },
        Trouble::Damaged(reason) => Error::Corrupt { index: "keyword", reason },
    })
}

/// This crate's error for one of the engine's; what the directory saw below it says more than the engine.
fn engine_error(directory: Option<&SealedDirectory>, operation: &'static str, error: &TantivyError) -> Error {
    use tantivy::directory::error::{OpenReadError, OpenWriteError};
    let corrupt = |reason: String| Error::Corrupt { index: "keyword", reason };
    if let Some(trouble) = told_trouble(directory, operation) {
        return trouble;
    }
    match error {
        TantivyError::IoError(io)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: io, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: io, .. }) => {
            if is_full(io.kind()) {
                return Error::DiskFull { operation };
            }
            io_error(operation, std::io::Error::new(io.kind(), io.to_string()))
        }
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(path)) => {
            corrupt(format!("{} is missing", path.display()))
        }
        TantivyError::OpenReadError(OpenReadError::IncompatibleIndex(_)) | TantivyError::IncompatibleIndex(_) => {
            corrupt("it is of another version of the engine".to_owned())
        }
        TantivyError::DataCorruption(corruption) => corrupt(format!("{corruption:?}")),
        TantivyError::SchemaError(_) if operation == OPENING => corrupt("it is of another version".to_owned()),
        TantivyError::Poisoned => corrupt(format!("the engine gave up while {operation}")),
        TantivyError::LockFailure(..) => {
            Error::Engine { index: "keyword", operation, reason: "another writer is open".to_owned() }
        }
        other => Error::Engine { index: "keyword", operation, reason: other.to_string() },
    }
}
