//! Every kind of damage to every file of the database: an error that names it, or everything that was saved.

use super::key;
use atom_store::{ANCHOR_FILE, Error, Store};
use atom_testkit::damage::{HARMS, Results, cases, copy_folder, files_below};
use atom_testkit::noise::Noise;
use std::fs;
use std::path::{Path, PathBuf};

const CLASSES: [(&str, &str); 4] =
    [("database", "vault.db"), ("log", "vault.db-wal"), ("log index", "vault.db-shm"), ("anchor", ANCHOR_FILE)];
const SETTINGS: u64 = 90;

fn open(dir: &Path) -> Result<Store, Error> {
    Store::open(&dir.join("vault.db"), key(1))
}

fn value(number: u64) -> String {
    format!("{number}").repeat(60)
}

/// A folder as a killed process leaves it, with much in the database and much in its log; and how it was twice before.
fn killed(root: &Path) -> (PathBuf, [PathBuf; 2]) {
    let [live, early, later, last] = ["live", "early", "later", "last"].map(|name| root.join(name));
    fs::create_dir(&live).unwrap();
    let store = open(&live).unwrap();
    let commit = |numbers: std::ops::Range<u64>| {
        numbers.for_each(|number| store.set_setting(&format!("number {number}"), &value(number)).unwrap());
    };
    commit(0..20);
    store.checkpoint().unwrap();
    commit(20..30);
    store.anchor_now().unwrap();
    copy_folder(&live, &early);
    commit(30..50);
    store.checkpoint().unwrap();
    commit(50..60);
    store.anchor_now().unwrap();
    copy_folder(&live, &later);
    commit(60..SETTINGS);
    store.anchor_now().unwrap();
    copy_folder(&live, &last);
    (last, [early, later])
}

/// What is wrong with what is read; none where everything is as it was saved.
fn missing_or_wrong(store: &Store) -> Result<Option<String>, Error> {
    for number in 0..SETTINGS {
        match store.setting(&format!("number {number}"))? {
            Some(found) if found == value(number) => {}
            Some(_) => return Ok(Some(format!("number {number} is another"))),
            None => return Ok(Some(format!("number {number} is missing"))),
        }
    }
    Ok(None)
}

const fn names_damage(error: &Error) -> bool {
    matches!(error, Error::Lost(_) | Error::Damaged { .. } | Error::WrongKey | Error::Plaintext)
}

#[test]
fn every_damage_to_the_database_is_named_or_harmless() {
    let root = tempfile::tempdir().unwrap();
    let (sound, older) = killed(root.path());
    let dir = root.path().join("case");
    let (mut noise, mut results) = (Noise::new(5), Results::default());
    for (class, name) in CLASSES {
        let mut done = 0;
        for turn in 0.. {
            if done == cases(36) {
                break;
            }
            copy_folder(&sound, &dir);
            let older = &older[turn / HARMS.len() % older.len()];
            let harm = HARMS[turn % HARMS.len()];
            let Some(what) = harm.done_to(&dir.join(name), &files_below(&dir), Some(&older.join(name)), &mut noise)
            else {
                continue;
            };
            done += 1;
            let before: Vec<_> = files_below(&dir).iter().map(|path| fs::read(path).unwrap()).collect();
            match open(&dir) {
                Err(error) => {
                    assert!(names_damage(&error), "{what}: {error}");
                    results.add(class, "refused");
                    let kept = ["vault.db", ANCHOR_FILE].iter().filter_map(|name| fs::read(dir.join(name)).ok());
                    kept.for_each(|kept| assert!(before.contains(&kept), "{what}: a refused database was changed"));
                }
                Ok(store) => match (store.verify(), missing_or_wrong(&store)) {
                    (Ok(()), Ok(None)) => results.add(class, "harmless"),
                    (Err(error), Ok(None)) | (_, Err(error)) => {
                        assert!(names_damage(&error), "{what}: {error}");
                        results.add(class, "found");
                    }
                    (Err(_), Ok(Some(wrong))) => {
                        eprintln!("{what}: {wrong}, found by a check only");
                        results.add(class, "found by a check");
                    }
                    (Ok(()), Ok(Some(wrong))) => panic!("{what}: {wrong}, and nothing says so"),
                },
            }
        }
    }
    results.print();
    assert!(results.of("refused") > 30, "{results:?}");
}
