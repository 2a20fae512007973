//! A small desk of documents in both indexes.

use atom_core::{ChunkId, ItemId, ItemState, Kind, ManualClock, SourceId};
use atom_index::keyword::{Document, KeywordIndex};
use atom_index::vector::{Row, VectorIndex};
use atom_search::{Answer, Error, Library, Meaning, Mode, QueryEmbedder, Request, Result, Searcher};
use atom_store::{ChunkText, ItemFacts};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 1 June 2024.
pub(crate) const NOW_MS: i64 = 1_717_200_000_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Words of one subject have one direction, all others have none.
const SUBJECTS: [&[&str]; 4] = [
    &["car", "cars", "automobile", "vehicle", "engine", "garage"],
    &["cook", "cooking", "rice", "food", "recipe", "kitchen"],
    &["money", "budget", "invoice", "tax", "payment"],
    &["ocean", "sea", "whale", "ship"],
];

pub(crate) struct Subjects;

impl QueryEmbedder for Subjects {
    fn embed_blocking(&self, text: &str) -> Result<Vec<f32>> {
        if text.contains("unembeddable") {
            return Err(Error::Embedding { reason: "the model is missing".to_owned() });
        }
        Ok(vector_of(text))
    }
}

fn vector_of(text: &str) -> Vec<f32> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let mut vector: Vec<f32> =
        SUBJECTS.iter().map(|subject| words.iter().filter(|word| subject.contains(word)).count() as f32).collect();
    // What is about nothing in particular is near to nothing in particular.
    vector.push(0.1);
    vector.resize(8, 0.0);
    vector
}

#[derive(Default, Clone)]
pub(crate) struct Shelf {
    items: Vec<(ItemFacts, Vec<ChunkText>)>,
    /// The language of a file is the name of the folder that it lies in.
    pub(crate) language_by_folder: bool,
    /// The source under which the indexes have every file; its own when none.
    pub(crate) filed_under: Option<SourceId>,
}

impl Shelf {
    /// Adds a file of passages; its id is its place, from 1.
    pub(crate) fn add(&mut self, path: &str, passages: &[&str]) -> &mut ItemFacts {
        let id = ItemId::new(self.items.len() as i64 + 1);
        let path = PathBuf::from(path);
        let mut start = 0;
        let chunks: Vec<ChunkText> = (0..)
            .zip(passages)
            .map(|(ordinal, text)| {
                let chunk = ChunkText {
                    id: ChunkId::new(id.get() * 10_000 + ordinal),
                    item: id,
                    ordinal: ordinal as u64,
                    start,
                    heading: None,
                    text: (*text).to_owned(),
                };
                start += text.len();
                chunk
            })
            .collect();
        let facts = ItemFacts {
            id,
            source: SourceId::new(if path.starts_with("/work") { 2 } else { 1 }),
            title: None,
            author: None,
            kind: Kind::from_path(&path),
            mime: String::new(),
            size: 1_000,
            modified_ms: NOW_MS - 400 * DAY_MS,
            state: ItemState::Indexed,
            reason: None,
            content_hash: Some(id.get().to_le_bytes().to_vec()),
            chunk_count: chunks.len() as u64,
            opened_count: 0,
            opened_ms: None,
            container: None,
            path,
        };
        self.items.push((facts, chunks));
        &mut self.items.last_mut().unwrap().0
    }
}

impl Library for Shelf {
    fn items(&self, items: &[ItemId]) -> Result<Vec<ItemFacts>> {
        let find = |id: &ItemId| self.items.iter().find(|(facts, _)| facts.id == *id).map(|(facts, _)| facts.clone());
        Ok(items.iter().filter_map(find).collect())
    }

    fn chunk(&self, chunk: ChunkId) -> Result<Option<ChunkText>> {
        Ok(self.items.iter().flat_map(|(_, chunks)| chunks).find(|known| known.id == chunk).cloned())
    }

    fn chunks_from(&self, item: ItemId, ordinal: u64, limit: usize) -> Result<Vec<ChunkText>> {
        let chunks = self.items.iter().filter(|(facts, _)| facts.id == item).flat_map(|(_, chunks)| chunks);
        Ok(chunks.filter(|chunk| chunk.ordinal >= ordinal).take(limit).cloned().collect())
    }

    fn sources_named(&self, name: &str) -> Result<Vec<SourceId>> {
        Ok(if name.eq_ignore_ascii_case("work") { vec![SourceId::new(2)] } else { Vec::new() })
    }
}

pub(crate) struct Desk {
    pub(crate) searcher: Searcher,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// Indexes the shelf; `gone` are in the indexes, but not on the shelf any more.
    pub(crate) async fn open(shelf: &Shelf, gone: &[i64], meaning: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyword = KeywordIndex::in_memory().unwrap();
        let mut writer = keyword.writer().unwrap();
        let root = atom_vault::Keys::ephemeral().unwrap().seal_root("lance/root");
        let vectors = VectorIndex::open(folder.path(), root, 8).await.unwrap().index;
        let mut rows = Vec::new();
        for (facts, chunks) in &shelf.items {
            writer
                .upsert(&Document {
                    item: facts.id,
                    source: shelf.filed_under.unwrap_or(facts.source),
                    name: name_of(&facts.path),
                    title: facts.title.clone(),
                    author: None,
                    people: None,
                    language: shelf.language_by_folder.then(|| name_of(facts.path.parent().unwrap())),
                    labels: Vec::new(),
                    traits: Vec::new(),
                    path: facts.path.display().to_string(),
                    body: chunks.iter().map(|chunk| chunk.text.as_str()).collect(),
                    kind: facts.kind,
                    ext: facts.path.extension().map(|ext| ext.to_string_lossy().into_owned()).unwrap_or_default(),
                    mime: facts.mime.clone(),
                    modified_ms: facts.modified_ms,
                    size: facts.size,
                })
                .unwrap();
            rows.extend(chunks.iter().map(|chunk| Row {
                chunk: chunk.id,
                item: facts.id,
                source: shelf.filed_under.unwrap_or(facts.source),
                vector: vector_of(&chunk.text),
            }));
        }
        writer.commit().unwrap();
        let items: Vec<ItemId> = shelf.items.iter().map(|(facts, _)| facts.id).collect();
        vectors.replace(&items, rows).await.unwrap();
        let mut library = shelf.clone();
        library.items.retain(|(facts, _)| !gone.contains(&facts.id.get()));
        let meaning = meaning.then(|| Meaning { vectors, embedder: Arc::new(Subjects) });
        let clock = Arc::new(ManualClock::at(NOW_MS));
        Self { searcher: Searcher::new(Arc::new(library), keyword, meaning, clock), _folder: folder }
    }

    pub(crate) async fn search(&self, text: &str, mode: Mode) -> Answer {
        self.searcher.search(Request { mode, ..Request::new(text, 10) }).await.unwrap()
    }

    /// Names of the files found, best first.
    pub(crate) async fn names(&self, text: &str, mode: Mode) -> Vec<String> {
        self.search(text, mode).await.hits.iter().map(|hit| name_of(&hit.facts.path)).collect()
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
