//! Measures the keyword index on a folder of text: `cargo bench --workspace --bench keyword -- FOLDER [EXTENSION]`.
//!
//! Three times the same index: in memory without encryption, sealed, and sealed without a block cache.
#![allow(clippy::print_stdout, reason = "figures are what it is for")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use atom_core::{ItemId, Kind, SourceId};
use atom_index::keyword::{self, DEFAULT_BLOCK_CACHE, Document, Field, KeywordIndex, KeywordQuery};
use atom_testkit::cost::{QUERIES, files_with};
use atom_vault::Keys;

const ROUNDS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let folder = arguments.next().ok_or("usage: keyword FOLDER [EXTENSION]")?;
    let extension = arguments.next().unwrap_or_else(|| "html".to_owned());
    let paths = files_with(Path::new(&folder), &extension);
    let documents: Vec<Document> = (1..).zip(&paths).filter_map(|(id, path)| read(id, path)).collect();
    let bytes: usize = documents.iter().map(|document| document.body.len()).sum();
    println!("{} documents, {} MB of text", documents.len(), bytes >> 20);

    let memory = KeywordIndex::in_memory()?;
    index("in memory", &memory, &documents, bytes)?;
    queries("in memory", &memory)?;

    let dir = tempfile::tempdir()?;
    let root = Keys::ephemeral()?.seal_root("tantivy/root");
    let sealed = keyword::open(dir.path(), root.clone())?;
    index("sealed", &sealed, &documents, bytes)?;
    println!("  {} MB on the disk", sealed.size_bytes()? >> 20);
    drop(sealed);
    for (name, cache) in [("sealed", DEFAULT_BLOCK_CACHE), ("sealed, no block cache", 0)] {
        let started = Instant::now();
        let sealed = keyword::open_with_cache(dir.path(), root.clone(), cache)?;
        println!("{name}: opened in {:.1} ms", ms(started.elapsed()));
        queries(name, &sealed)?;
    }
    Ok(())
}

fn index(name: &str, index: &KeywordIndex, documents: &[Document], bytes: usize) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut writer = index.writer()?;
    for document in documents {
        writer.upsert(document)?;
    }
    writer.commit()?;
    let took = started.elapsed().as_secs_f64();
    println!(
        "{name}: {:.0} documents/s, {:.1} MB/s",
        documents.len() as f64 / took,
        bytes as f64 / took / f64::from(1 << 20)
    );
    let mut commits = Vec::new();
    for document in documents.iter().take(20) {
        let started = Instant::now();
        writer.upsert(document)?;
        writer.commit()?;
        commits.push(started.elapsed());
    }
    println!("  one changed document to its commit: {}", spread(commits));
    let started = Instant::now();
    writer.close()?;
    println!("  merged in {:.0} ms", ms(started.elapsed()));
    Ok(())
}

fn queries(name: &str, index: &KeywordIndex) -> Result<(), Box<dyn Error>> {
    let word =
        |text: &str, prefix| KeywordQuery::Word { text: text.to_owned(), field: Field::Any, prefix, fuzzy: false };
    let words = |text: &str| text.split(' ').map(|text| word(text, false)).collect::<Vec<_>>();
    type Build<'a> = Box<dyn Fn(&str) -> KeywordQuery + 'a>;
    let shapes: [(&str, Build<'_>); 4] = [
        ("all words", Box::new(|text| KeywordQuery::And(words(text)))),
        ("any word", Box::new(|text| KeywordQuery::Or(words(text)))),
        (
            "last a prefix",
            Box::new(|text| {
                let mut words = words(text);
                let cut = words.pop().map(|_| text.rsplit(' ').next().unwrap_or(text));
                words.extend(cut.map(|last| word(last.get(..3).unwrap_or(last), true)));
                KeywordQuery::And(words)
            }),
        ),
        (
            "phrase",
            Box::new(|text| KeywordQuery::Phrase {
                words: text.split(' ').map(str::to_owned).collect(),
                field: Field::Any,
                last_prefix: false,
                slop: 0,
            }),
        ),
    ];
    for (shape, build) in shapes {
        let mut took = Vec::new();
        let mut answers = 0;
        for round in 0..=ROUNDS {
            for text in QUERIES {
                let query = build(text);
                let started = Instant::now();
                answers += index.search(&query, 50)?.total;
                // The first round warms up.
                if round > 0 {
                    took.push(started.elapsed());
                }
            }
        }
        println!("{name}, {shape}: {}, {answers} answers", spread(took));
    }
    Ok(())
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().map_or(0.0, ms);
    format!("p50 {:.2} ms, p95 {:.2} ms", at(50), at(95))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn read(id: i64, path: &Path) -> Option<Document> {
    let raw = fs::read_to_string(path).ok()?;
    let size = raw.len() as u64;
    Some(Document {
        item: ItemId::new(id),
        source: SourceId::new(1),
        name: path.file_name()?.to_str()?.to_owned(),
        title: None,
        author: None,
        people: None,
        language: None,
        labels: Vec::new(),
        traits: Vec::new(),
        path: path.to_str()?.to_owned(),
        body: without_tags(&raw),
        kind: Kind::from_path(path),
        ext: path.extension()?.to_str()?.to_owned(),
        mime: String::new(),
        modified_ms: id,
        size,
    })
}

fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut tag = false;
    for c in html.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => {
                tag = false;
                text.push(' ');
            }
            _ if !tag => text.push(c),
            _ => {}
        }
    }
    text
}
