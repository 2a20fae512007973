//! What encrypting the database costs: the same rows in SQLCipher and in SQLite, in turns in one process.
//!
//! `cargo build --workspace --example sealing_of_rows`, then `target/…/examples/sealing_of_rows FOLDER [EXTENSION] [ROUNDS]`: the
//! texts of FOLDER are cut into passages and written as Atom writes them, 16 files a transaction, with the settings of the
//! store; then read by id and in order, with a reader's cache. One library does both: without a key SQLCipher is SQLite.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::indexing_slicing)]

use atom_testkit::cost::{Costs, files_with, turns};
use rusqlite::{Connection, params};
use std::fs;
use std::path::Path;
use std::time::Instant;

const FILES_A_COMMIT: usize = 16;
const PASSAGE: usize = 1_000;
const MOST_BYTES: usize = 64 << 20;
const READS: u64 = 20_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: sealing_of_rows FOLDER [EXTENSION] [ROUNDS]");
    let extension = arguments.next().unwrap_or_else(|| "md".to_owned());
    let rounds: usize = arguments.next().map_or(3, |number| number.parse().unwrap());
    let paths = files_with(Path::new(&folder), &extension);
    let mut bytes = 0;
    let texts: Vec<(String, String)> = paths
        .iter()
        .filter_map(|path| Some((path.to_str()?.to_owned(), fs::read_to_string(path).ok()?)))
        .take_while(|(_, text)| {
            bytes += text.len();
            bytes < MOST_BYTES
        })
        .collect();
    println!("{} files, {} MB of text, {rounds} rounds", texts.len(), bytes >> 20);
    let place = tempfile::tempdir().unwrap();
    let mut costs = Costs::default();
    for round in 0..rounds {
        for side in turns(round) {
            let path = place.path().join(format!("{side}-{round}.db"));
            for (what, ms) in measure(&path, &texts, side == "sealed") {
                costs.add_ms(what, side, ms);
            }
        }
    }
    println!("{}", costs.table());
}

fn open(path: &Path, sealed: bool, cache_kib: u32) -> Connection {
    let db = Connection::open(path).unwrap();
    if sealed {
        db.execute_batch(&format!("PRAGMA key = \"x'{}{}'\";", "5a".repeat(32), "a5".repeat(16))).unwrap();
    }
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -{cache_kib};"
    ))
    .unwrap();
    db
}

fn measure(path: &Path, texts: &[(String, String)], sealed: bool) -> Vec<(&'static str, f64)> {
    let ms = |begun: Instant| begun.elapsed().as_secs_f64() * 1e3;
    let mut measured = Vec::new();
    let begun = Instant::now();
    let mut db = open(path, sealed, 32 * 1024);
    db.execute_batch(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, size INTEGER NOT NULL);
         CREATE TABLE chunk (id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES item (id), ordinal INTEGER NOT NULL,
                             start INTEGER NOT NULL, heading TEXT, text TEXT NOT NULL, UNIQUE (item_id, ordinal));",
    )
    .unwrap();
    measured.push(("open and make", ms(begun)));
    let begun = Instant::now();
    for some in texts.chunks(FILES_A_COMMIT) {
        let tx = db.transaction().unwrap();
        for (path, text) in some {
            tx.prepare_cached("INSERT INTO item (path, size) VALUES (?1, ?2)")
                .unwrap()
                .execute(params![path.as_bytes(), text.len() as i64])
                .unwrap();
            let item = tx.last_insert_rowid();
            let mut insert =
                tx.prepare_cached("INSERT INTO chunk (item_id, ordinal, start, text) VALUES (?1, ?2, ?3, ?4)").unwrap();
            let letters: Vec<char> = text.chars().collect();
            for (ordinal, passage) in letters.chunks(PASSAGE).enumerate() {
                insert
                    .execute(params![
                        item,
                        ordinal as i64,
                        (ordinal * PASSAGE) as i64,
                        passage.iter().collect::<String>()
                    ])
                    .unwrap();
            }
        }
        tx.commit().unwrap();
    }
    measured.push(("write everything", ms(begun)));
    let begun = Instant::now();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    measured.push(("write the log back", ms(begun)));
    drop(db);

    let begun = Instant::now();
    let db = open(path, sealed, 12 * 1024);
    let rows: i64 = db.query_row("SELECT max(id) FROM chunk", [], |row| row.get(0)).unwrap();
    measured.push(("open again", ms(begun)));
    let begun = Instant::now();
    let mut read = db.prepare("SELECT text, heading, item_id FROM chunk WHERE id = ?1").unwrap();
    let (mut at, mut length) = (7_u64, 0);
    for _ in 0..READS {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        length += read.query_row([(at >> 33) as i64 % rows + 1], |row| row.get::<_, String>(0)).unwrap().len();
    }
    assert!(length > 0);
    measured.push(("read 20,000 passages at random", ms(begun)));
    let begun = Instant::now();
    let sum: i64 = db.query_row("SELECT sum(length(text)) FROM chunk", [], |row| row.get(0)).unwrap();
    assert!(sum > 0);
    measured.push(("read everything", ms(begun)));
    let begun = Instant::now();
    // What a page of hits needs: the passages around one, of twenty items.
    let mut page =
        db.prepare("SELECT text FROM chunk WHERE item_id = ?1 AND ordinal >= ?2 ORDER BY ordinal LIMIT 3").unwrap();
    for number in 0..20_i64 {
        let rows: Vec<String> =
            page.query_map([number * 31 % rows + 1, 0], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(rows.len() <= 3);
    }
    measured.push(("read the passages of 20 hits", ms(begun)));
    measured
}
