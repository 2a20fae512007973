//! The keyword index.

mod durability;
mod facets;
mod heads;
mod killed;
mod sealing;
mod semantics;

use atom_core::{ItemId, Kind, SourceId};
use atom_index::keyword::{Document, Field, KeywordIndex, KeywordQuery};
use atom_vault::{Keys, SealRoot};

/// A sealing key that nobody else has.
fn root() -> SealRoot {
    Keys::ephemeral().unwrap().seal_root("tantivy/root")
}

/// A document of a file, with the kind and extension that its name says.
fn document(item: i64, path: &str, body: &str) -> Document {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ext = name.rsplit_once('.').map_or("", |(_, ext)| ext);
    Document {
        item: ItemId::new(item),
        source: SourceId::new(1),
        name: name.to_owned(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: Vec::new(),
        traits: Vec::new(),
        path: path.to_owned(),
        body: body.to_owned(),
        kind: Kind::from_path(path.as_ref()),
        ext: ext.to_lowercase(),
        mime: String::new(),
        modified_ms: item * 1000,
        size: body.len() as u64,
    }
}

fn word(text: &str) -> KeywordQuery {
    word_in(text, Field::Any)
}

fn word_in(text: &str, field: Field) -> KeywordQuery {
    KeywordQuery::Word { text: text.to_owned(), field, prefix: false, fuzzy: false }
}

fn prefix(text: &str) -> KeywordQuery {
    KeywordQuery::Word { text: text.to_owned(), field: Field::Any, prefix: true, fuzzy: false }
}

fn fuzzy(text: &str) -> KeywordQuery {
    KeywordQuery::Word { text: text.to_owned(), field: Field::Any, prefix: false, fuzzy: true }
}

fn phrase(text: &str, last_prefix: bool, slop: u32) -> KeywordQuery {
    KeywordQuery::Phrase {
        words: text.split_whitespace().map(str::to_owned).collect(),
        field: Field::Any,
        last_prefix,
        slop,
    }
}

fn wildcard(pattern: &str, field: Field) -> KeywordQuery {
    KeywordQuery::Wildcard { pattern: pattern.to_owned(), field }
}

fn and<const N: usize>(all: [KeywordQuery; N]) -> KeywordQuery {
    KeywordQuery::And(all.into())
}

fn or<const N: usize>(any: [KeywordQuery; N]) -> KeywordQuery {
    KeywordQuery::Or(any.into())
}

fn not(query: KeywordQuery) -> KeywordQuery {
    KeywordQuery::Not(Box::new(query))
}

/// Adds documents and commits.
fn fill(index: &KeywordIndex, documents: &[Document]) {
    let mut writer = index.writer().unwrap();
    for document in documents {
        writer.upsert(document).unwrap();
    }
    writer.commit().unwrap();
}

/// Ids of the answers, best first.
fn found(index: &KeywordIndex, query: &KeywordQuery) -> Vec<i64> {
    let hits = index.search(query, 100).unwrap();
    assert_eq!(hits.hits.len(), hits.total, "{query:?}");
    hits.hits.iter().map(|hit| hit.item.get()).collect()
}

/// Ids of the answers, in order of the ids.
fn matches(index: &KeywordIndex, query: &KeywordQuery) -> Vec<i64> {
    let mut ids = found(index, query);
    ids.sort_unstable();
    ids
}
