//! Damage on disk: derived indexes are built again and say so, the database is never overwritten.

use super::place::{Place, files_below, names};
use std::path::{Path, PathBuf};

const QUERIES: [&str; 3] = ["cucumbers", "accountant", "bicycle workshop"];

fn indexed() -> Place {
    let place = Place::with_vault();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning.");
    place.write("taxes.md", "# Annual tax return\n\nKeep every receipt for the accountant.\n");
    place.write("minutes.html", "<title>Minutes</title><p>The board approved the budget for the bicycle workshop.</p>");
    place.index();
    place
}

/// The best hit for each query, by words and by meaning.
fn answers(place: &Place) -> Vec<Option<String>> {
    let both = ["words", "meaning"].map(|mode| place.answers(mode, &QUERIES));
    both.iter().flatten().map(|answer| names(answer).into_iter().next()).collect()
}

/// The largest file below a folder of the data.
fn largest(place: &Place, folder: &str) -> PathBuf {
    let size = |path: &PathBuf| path.metadata().unwrap().len();
    files_below(&place.data().join(folder)).into_iter().max_by_key(size).unwrap()
}

fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(path, bytes).unwrap();
}

fn truncate(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

/// After `harm`, a check of everything says that something was mended, and the answers are as before.
fn check(harm: impl FnOnce(&Place)) {
    let place = indexed();
    let before = answers(&place);
    assert_eq!(before[..3], before[3..], "words and meaning agree on these");
    assert!(before.iter().all(Option::is_some), "{before:?}");
    harm(&place);
    let doctor = place.run(&["doctor", "--json"]).well().json();
    let mended = doctor["checks"].as_array().unwrap().iter().filter(|check| check["mended"] == true).count();
    assert!(doctor["ok"] == true && mended > 0, "{doctor}");
    place.index();
    assert_eq!(answers(&place), before);
    place.assert_sound();
}

#[test]
fn a_flipped_bit_in_the_keyword_index_is_mended() {
    check(|place| flip(&largest(place, "keyword")));
}

#[test]
fn a_truncated_file_of_the_keyword_index_is_mended() {
    check(|place| truncate(&largest(place, "keyword")));
}

#[test]
fn a_flipped_bit_in_the_vector_index_is_mended() {
    check(|place| flip(&largest(place, "vectors")));
}

#[test]
fn a_truncated_file_of_the_vector_index_is_mended() {
    check(|place| truncate(&largest(place, "vectors")));
}

#[test]
fn indexes_that_are_gone_are_built_again() {
    check(|place| std::fs::remove_dir_all(place.data().join("keyword")).unwrap());
    check(|place| std::fs::remove_dir_all(place.data().join("vectors")).unwrap());
}

#[test]
fn a_search_that_meets_damage_gives_no_wrong_answer() {
    for folder in ["keyword", "vectors"] {
        let place = indexed();
        let before = answers(&place);
        for path in files_below(&place.data().join(folder)) {
            if path.metadata().unwrap().len() > 0 {
                flip(&path);
            }
        }
        let mode = if folder == "keyword" { "words" } else { "meaning" };
        let met = place.run(&["search", "cucumbers", "--mode", mode, "--json"]);
        match met.code {
            Some(0) => {
                let names = names(&met.json());
                assert!(names.is_empty() || names == ["tomatoes.txt"], "{folder}: {met:?}");
            }
            code => assert!(code == Some(1) && met.err.contains("damaged"), "{folder}: {met:?}"),
        }
        place.index();
        assert_eq!(answers(&place), before, "{folder}");
        place.assert_sound();
    }
}

#[test]
fn a_database_that_is_not_the_vaults_is_refused_and_left_alone() {
    let place = indexed();
    let database = place.data().join("vault.db");
    let own = std::fs::read(&database).unwrap();
    let mut foreign = b"SQLite format 3\0".to_vec();
    foreign.resize(4096, 0);
    for (bytes, word) in [(foreign, "unencrypted"), (vec![0x5a; 8192], "does not open")] {
        std::fs::write(&database, &bytes).unwrap();
        let refused = place.run(&["search", "cucumbers"]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains(word), "{}", refused.err);
        assert!(std::fs::read(&database).unwrap() == bytes, "the file was changed");
    }
    std::fs::write(&database, own).unwrap();
    assert_eq!(names(&place.answers("words", &["cucumbers"])[0]), ["tomatoes.txt"]);
}

#[test]
fn key_slots_that_are_gone_are_named_and_no_new_vault_is_made_over_the_old_one() {
    let place = indexed();
    let kept = place.at("keyslots");
    std::fs::copy(place.data().join("keyslots.v1"), &kept).unwrap();
    for name in ["keyslots.v1", "keyslots.v1.bak"] {
        std::fs::remove_file(place.data().join(name)).unwrap();
    }
    for args in [&["search", "cucumbers"][..], &["status"], &["init"]] {
        let refused = place.run(args);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("key slots") && refused.err.contains("backup"), "{}", refused.err);
    }
    assert!(!place.data().join("keyslots.v1").exists(), "new keys for old data");
    std::fs::copy(&kept, place.data().join("keyslots.v1")).unwrap();
    assert_eq!(names(&place.answers("words", &["cucumbers"])[0]), ["tomatoes.txt"]);
    place.assert_sound();
}
