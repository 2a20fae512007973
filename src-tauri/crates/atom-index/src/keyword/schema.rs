//! The fields of a document and what each is for.
//!
//! Nothing is stored: an answer is an item id, read from a column, and all text stays in the store.
//! Text fields hold positions for phrases. The other terms are whole values: kinds, extensions, names, folders.
//! A change here is a change of format: an index with another schema is refused, and rebuilt by the caller.

use std::path::is_separator;

use tantivy::schema::{FAST, Field as EngineField, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{RawTokenizer, TextAnalyzer, TokenizerManager};
use tantivy::{TantivyDocument, Term};

use super::Document;
use super::analyzer::{AtomTokenizer, fold_into, name_key};

const TEXT: &str = "atom";
const WHOLE: &str = "raw";

/// Column of item ids.
pub(crate) const ITEM: &str = "item";
/// Column of modification times.
pub(crate) const MODIFIED: &str = "modified";
/// Column of sizes.
pub(crate) const SIZE: &str = "size";
/// Column of names as they are put in order.
pub(crate) const ORDERED_NAME: &str = "ordered_name";
/// Column of kinds.
pub(crate) const KIND: &str = "kind";
/// Column of sources.
pub(crate) const SOURCE: &str = "source";
/// Column of authors, as [`shown`].
pub(crate) const PERSON: &str = "person";
/// Column of labels, as [`shown`].
pub(crate) const LABEL: &str = "label";
/// Column of the folders that items lie in.
pub(crate) const PARENT: &str = "parent";

/// Stands between a value as it is looked for and as it is shown; no text has it.
pub(crate) const SHOWN: char = '\u{1}';

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) item: EngineField,
    pub(crate) source: EngineField,
    pub(crate) name: EngineField,
    pub(crate) title: EngineField,
    pub(crate) path: EngineField,
    pub(crate) body: EngineField,
    pub(crate) kind: EngineField,
    pub(crate) ext: EngineField,
    pub(crate) mime: EngineField,
    pub(crate) modified: EngineField,
    pub(crate) size: EngineField,
    /// The item's own path and every folder above it, as they are.
    pub(crate) folder: EngineField,
    /// The folded name as one term: wildcards.
    pub(crate) whole_name: EngineField,
    /// Letters and digits of the name, with and without extension, and of the title: exact-name matches.
    pub(crate) name_key: EngineField,
    pub(crate) author: EngineField,
    pub(crate) people: EngineField,
    pub(crate) language: EngineField,
    /// The author as one value, to be completed and counted.
    pub(crate) person: EngineField,
    pub(crate) label: EngineField,
    /// Names of what a document is or has, from a fixed list.
    pub(crate) traits: EngineField,
    /// The folder that it lies in: counted, not looked for.
    pub(crate) parent: EngineField,
    /// The folded name: put in order, not looked for.
    pub(crate) ordered_name: EngineField,
}

impl Fields {
    /// The schema and its handles.
    pub(crate) fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let text = || {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(TEXT)
                    .set_index_option(IndexRecordOption::WithFreqsAndPositions)
                    .set_fieldnorms(true),
            )
        };
        let whole = || {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(WHOLE)
                    .set_index_option(IndexRecordOption::Basic)
                    .set_fieldnorms(false),
            )
        };
        let counted = || whole().set_fast(WHOLE);
        let column = || TextOptions::default().set_fast(WHOLE);
        let fields = Self {
            item: builder.add_i64_field(ITEM, INDEXED | FAST),
            source: builder.add_i64_field(SOURCE, INDEXED | FAST),
            name: builder.add_text_field("name", text()),
            title: builder.add_text_field("title", text()),
            path: builder.add_text_field("path", text()),
            body: builder.add_text_field("body", text()),
            kind: builder.add_text_field(KIND, counted()),
            ext: builder.add_text_field("ext", whole()),
            mime: builder.add_text_field("mime", whole()),
            modified: builder.add_i64_field(MODIFIED, FAST),
            size: builder.add_u64_field(SIZE, FAST),
            folder: builder.add_text_field("folder", whole()),
            whole_name: builder.add_text_field("whole_name", whole()),
            name_key: builder.add_text_field("name_key", whole()),
            author: builder.add_text_field("author", text()),
            people: builder.add_text_field("people", text()),
            language: builder.add_text_field("language", whole()),
            person: builder.add_text_field(PERSON, counted()),
            label: builder.add_text_field(LABEL, counted()),
            traits: builder.add_text_field("traits", whole()),
            parent: builder.add_text_field(PARENT, column()),
            ordered_name: builder.add_text_field(ORDERED_NAME, column()),
        };
        (builder.build(), fields)
    }

    /// The analyzers that the schema names.
    pub(crate) fn tokenizers() -> TokenizerManager {
        let tokenizers = TokenizerManager::new();
        tokenizers.register(TEXT, TextAnalyzer::from(AtomTokenizer));
        // The engine asks for one for numbers too, and never uses it.
        tokenizers.register("default", TextAnalyzer::from(RawTokenizer::default()));
        tokenizers.register(WHOLE, TextAnalyzer::from(RawTokenizer::default()));
        tokenizers
    }

    /// The engine's form of a document.
    pub(crate) fn document(&self, document: &Document) -> TantivyDocument {
        let mut row = TantivyDocument::default();
        row.add_i64(self.item, document.item.get());
        row.add_i64(self.source, document.source.get());
        row.add_text(self.name, &document.name);
        let mut keys = vec![name_key(&document.name), name_key(stem(&document.name))];
        if let Some(title) = &document.title {
            row.add_text(self.title, title);
            keys.push(name_key(title));
        }
        keys.retain(|key| !key.is_empty());
        keys.sort();
        keys.dedup();
        for key in keys {
            row.add_text(self.name_key, key);
        }
        let more =
            [(self.author, &document.author), (self.people, &document.people), (self.language, &document.language)];
        for (field, value) in more {
            if let Some(value) = value {
                row.add_text(field, value);
            }
        }
        if let Some(author) = document.author.as_deref().map(str::trim).filter(|author| !author.is_empty()) {
            row.add_text(self.person, shown(author));
        }
        for label in &document.labels {
            row.add_text(self.label, shown(label));
        }
        for &named in &document.traits {
            row.add_text(self.traits, named);
        }
        row.add_text(self.path, &document.path);
        row.add_text(self.body, &document.body);
        row.add_text(self.kind, document.kind.as_str());
        if !document.ext.is_empty() {
            row.add_text(self.ext, extension(&document.ext));
        }
        if !document.mime.is_empty() {
            row.add_text(self.mime, document.mime.to_ascii_lowercase());
        }
        row.add_i64(self.modified, document.modified_ms);
        row.add_u64(self.size, document.size);
        let folders = folders(&document.path);
        if let Some(parent) = folders.len().checked_sub(2).and_then(|at| folders.get(at)) {
            row.add_text(self.parent, parent);
        }
        for folder in folders {
            row.add_text(self.folder, folder);
        }
        let whole_name = whole_name(&document.name);
        row.add_text(self.ordered_name, &whole_name);
        row.add_text(self.whole_name, whole_name);
        row
    }

    /// The term that names an item.
    pub(crate) fn item_term(&self, item: atom_core::ItemId) -> Term {
        Term::from_field_i64(self.item, item.get())
    }
}

/// A value that is found without regard to case and accents, and shown as it was written.
fn shown(value: &str) -> String {
    format!("{}{SHOWN}{value}", looked_for(value))
}

/// A value as it is looked for: in one case, without accents, single spaces.
pub(crate) fn looked_for(value: &str) -> String {
    whole_name(&value.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// An extension as it is indexed: lower case, without its dot.
pub(crate) fn extension(ext: &str) -> String {
    ext.trim_start_matches('.').to_lowercase()
}

/// A name as wildcards see it.
pub(crate) fn whole_name(name: &str) -> String {
    // Joints are part of a file's name here, unlike in words.
    let mut out = String::with_capacity(name.len());
    for (at, piece) in name.split('_').enumerate() {
        if at > 0 {
            out.push('_');
        }
        for (at, piece) in piece.split('\'').enumerate() {
            if at > 0 {
                out.push('\'');
            }
            fold_into(piece, &mut out);
        }
    }
    out
}

/// A name without its extension.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// A folder as a prefix: without separators at its end.
pub(crate) fn trimmed_folder(folder: &str) -> &str {
    folder.trim_end_matches(is_separator)
}

/// `path` and every folder above it, shortest first.
fn folders(path: &str) -> Vec<&str> {
    let path = trimmed_folder(path);
    let mut folders: Vec<&str> = path
        .char_indices()
        .filter(|(at, c)| *at > 0 && is_separator(*c))
        .filter_map(|(at, _)| path.get(..at))
        .map(trimmed_folder)
        .filter(|folder| !folder.is_empty())
        .collect();
    if !path.is_empty() {
        folders.push(path);
    }
    folders.dedup();
    folders
}

#[cfg(test)]
mod tests {
    use super::{folders, stem, whole_name};

    #[test]
    fn a_path_has_every_folder_above_it_and_itself() {
        let check = |path: &str, expect: &[&str]| assert_eq!(folders(path), expect, "{path}");
        check("/home/ann/a.txt", &["/home", "/home/ann", "/home/ann/a.txt"]);
        check("/home//ann/", &["/home", "/home//ann"]);
        check("relative/x", &["relative", "relative/x"]);
        check("/", &[]);
        check("", &[]);
    }

    #[test]
    fn names_keep_their_separators_for_wildcards() {
        assert_eq!(whole_name("Résumé_2024's.PDF"), "resume_2024's.pdf");
        assert_eq!(stem("archive.tar.gz"), "archive.tar");
        assert_eq!(stem(".profile"), ".profile");
    }
}
