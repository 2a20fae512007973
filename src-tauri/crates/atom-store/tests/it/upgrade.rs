//! Databases of earlier versions: brought up to date through any number of kills, and never down again.

use super::{key, raw};
use atom_store::{ANCHOR_FILE, Error, SCHEMA_VERSION, Store};
use atom_testkit::damage::{copy_folder, files_below};
use atom_testkit::noise::{Noise, count_from};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often to kill; a long run sets more.
const KILLS: &str = "ATOM_TEST_KILLS";
/// Where the child finds its database.
const CHILD: &str = "ATOM_TEST_UPGRADE";
/// Released migrations, oldest first; a new one belongs here.
const MIGRATIONS: [&str; 13] = [
    include_str!("../../src/migrations/0001_first.sql"),
    include_str!("../../src/migrations/0002_audit.sql"),
    include_str!("../../src/migrations/0003_secret.sql"),
    include_str!("../../src/migrations/0004_connection.sql"),
    include_str!("../../src/migrations/0005_anchor.sql"),
    include_str!("../../src/migrations/0006_vanished.sql"),
    include_str!("../../src/migrations/0007_people.sql"),
    include_str!("../../src/migrations/0008_ocr.sql"),
    include_str!("../../src/migrations/0009_model_change.sql"),
    include_str!("../../src/migrations/0010_members.sql"),
    include_str!("../../src/migrations/0011_labels.sql"),
    include_str!("../../src/migrations/0012_personal.sql"),
    include_str!("../../src/migrations/0013_clients.sql"),
];
/// What takes each migration back that came after the anchor, in the same order.
const TAKEN_BACK: [&str; 8] = [
    "ALTER TABLE source DROP COLUMN vanished_ms; ALTER TABLE source DROP COLUMN vanished;",
    "ALTER TABLE item DROP COLUMN people; ALTER TABLE item DROP COLUMN language;",
    "DROP TABLE recognised; DROP INDEX item_ocr; ALTER TABLE item DROP COLUMN ocr;
     ALTER TABLE chunk DROP COLUMN recognised;",
    "DROP TABLE model_change; DROP TABLE meaning_next;",
    "DROP INDEX item_container; ALTER TABLE item DROP COLUMN container;",
    "ALTER TABLE item DROP COLUMN labels;",
    "DROP TABLE search_log; DROP TABLE past_search; DROP TABLE saved_search;",
    "DROP TABLE client_source; DROP TABLE client;",
];
/// The first version with an anchor; without one its databases are refused.
const ANCHORED: usize = MIGRATIONS.len() - TAKEN_BACK.len();
const SETTINGS: usize = 3_000;

/// A database as the Atom of schema `version` left it, killed with a part of it still in the log.
fn old(dir: &Path, version: usize) {
    let live = dir.join("live");
    fs::create_dir_all(&live).unwrap();
    if version >= ANCHORED {
        drop(Store::open(&live.join("vault.db"), key(1)).unwrap());
    }
    let db = raw(&live.join("vault.db"));
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;").unwrap();
    if version >= ANCHORED {
        TAKEN_BACK[version - ANCHORED..].iter().rev().for_each(|sql| db.execute_batch(sql).unwrap());
    } else {
        MIGRATIONS[..version].iter().for_each(|sql| db.execute_batch(sql).unwrap());
    }
    db.execute_batch(&format!(
        "PRAGMA user_version = {version};
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {SETTINGS} / 2)
         INSERT INTO setting SELECT 'number ' || i, 'value ' || i FROM n;
         PRAGMA wal_checkpoint(FULL);
         WITH RECURSIVE n(i) AS (SELECT {SETTINGS} / 2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {SETTINGS})
         INSERT INTO setting SELECT 'number ' || i, 'value ' || i FROM n;"
    ))
    .unwrap();
    copy_folder(&live, &dir.join(format!("v{version}")));
    drop(db);
    fs::remove_dir_all(live).unwrap();
}

#[track_caller]
fn assert_whole(dir: &Path) {
    let store = Store::open(&dir.join("vault.db"), key(1)).unwrap();
    store.verify().unwrap();
    store.verify_anchor().unwrap();
    for number in 0..SETTINGS {
        assert_eq!(store.setting(&format!("number {number}")).unwrap(), Some(format!("value {number}")));
    }
    drop(store);
    let version: u32 = raw(&dir.join("vault.db")).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, SCHEMA_VERSION);
}

/// Also the child that is killed: it opens what the environment names.
#[test]
fn databases_of_every_version_are_brought_up_to_date() {
    if let Some(dir) = std::env::var_os(CHILD) {
        println!("begun");
        drop(Store::open(&Path::new(&dir).join("vault.db"), key(1)).unwrap());
        println!("done");
        return;
    }
    assert_eq!(MIGRATIONS.len(), SCHEMA_VERSION as usize, "a new migration is not tested here");
    let root = tempfile::tempdir().unwrap();
    for version in 1..MIGRATIONS.len() {
        old(root.path(), version);
        assert_whole(&root.path().join(format!("v{version}")));
    }
}

/// Opens `dir` in a process of its own, which is killed `after` it has begun; how long that took, if it was done before.
fn open_and_kill(dir: &Path, after: Option<Duration>) -> Option<Duration> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "upgrade::databases_of_every_version_are_brought_up_to_date", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    while !said.ends_with(b"begun\n") {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "the child did not begin");
        said.push(byte[0]);
    }
    let begun = Instant::now();
    match after {
        Some(after) => {
            while begun.elapsed() < after {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
        }
        None => {
            while !said.ends_with(b"done\n") {
                assert_eq!(out.read(&mut byte).unwrap(), 1, "the child did not end");
                said.push(byte[0]);
            }
        }
    }
    let took = begun.elapsed();
    out.read_to_end(&mut said).unwrap();
    child.wait().unwrap();
    said.windows(5).any(|window| window == b"done\n").then_some(took)
}

#[test]
fn a_migration_that_is_killed_at_random_moments_loses_nothing() {
    let kills = count_from(KILLS, 12);
    let root = tempfile::tempdir().unwrap();
    let case = root.path().join("case");
    let mut longest = Duration::ZERO;
    for version in 1..MIGRATIONS.len() {
        old(root.path(), version);
        copy_folder(&root.path().join(format!("v{version}")), &case);
        longest = longest.max(open_and_kill(&case, None).unwrap());
    }
    let mut noise = Noise::new(22);
    let (mut killed, mut half) = (0, 0);
    while killed < kills {
        let version = 1 + killed as usize % (MIGRATIONS.len() - 1);
        copy_folder(&root.path().join(format!("v{version}")), &case);
        // Some are killed again and again, before anyone looks.
        for _ in 0..=noise.below(2) {
            let moment = longest.mul_f64(noise.below(1_000) as f64 / 1_000.0);
            if open_and_kill(&case, Some(moment)).is_none() {
                killed += 1;
            }
        }
        let version: u32 = {
            copy_folder(&case, &root.path().join("look"));
            let db = raw(&root.path().join("look/vault.db"));
            db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
        };
        half += u32::from(version != SCHEMA_VERSION);
        assert_whole(&case);
    }
    eprintln!("kills migration: {killed} kills within {longest:?}, {half} databases were on their way");
    assert!(half > 0, "no kill came before the end");
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.db");
    drop(Store::open(&path, key(1)).unwrap());
    raw(&path).execute_batch(&format!("PRAGMA user_version = {}", SCHEMA_VERSION + 1)).unwrap();
    let bytes = || [path.clone(), root.path().join(ANCHOR_FILE)].map(|path| fs::read(path).unwrap());
    let before = bytes();
    for _ in 0..2 {
        match Store::open(&path, key(1)) {
            Err(Error::NewerSchema { found, known }) => {
                assert_eq!((found, known), (SCHEMA_VERSION + 1, SCHEMA_VERSION))
            }
            other => panic!("{:?}", other.err()),
        }
        assert!(bytes() == before, "a refused database was changed");
    }
    assert!(files_below(root.path()).len() <= 4);
}
