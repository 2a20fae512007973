//! Files in archives are found by themselves, and follow their archive.

use super::place::{Place, names};
use atom_testkit::tar::tar;
use serde_json::Value;
use std::fs;

const HARVEST: &[u8] = b"The harvest of quinces was late that autumn.";

fn paths(answer: &Value) -> Vec<String> {
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_file_in_an_archive_is_found_by_word_by_meaning_and_by_its_name() {
    let place = Place::with_vault();
    let inner = tar(&[("deep/letter.txt", b"Dear neighbour, the violin lessons begin on Thursday.")]);
    let members: [(&str, &[u8]); 4] =
        [("notes/harvest.txt", HARVEST), ("inner.tar", &inner), ("holiday.mp4", b"\0\0"), ("blob.qqq", b"\0\x01\x02")];
    place.write("papers.tar", tar(&members));
    place.write("other.txt", "Nothing of that kind.");
    let done = place.index();
    assert_eq!((&done["files_seen"], &done["files_failed"]), (&2.into(), &0.into()), "what is on the disk is counted");

    let archive = place.docs().join("papers.tar");
    let at = |inside: &str| archive.join(inside).to_string_lossy().into_owned();
    let words = place.answers("words", &["quinces", "violin", "name:holiday", "path:papers.tar/notes autumn", "blob"]);
    assert_eq!(paths(&words[0]), [at("notes/harvest.txt")]);
    let hit = &words[0]["hits"][0];
    assert_eq!(hit["archive"], archive.to_str().unwrap(), "{hit}");
    assert!(hit["uri"].as_str().unwrap().ends_with("/papers.tar#notes/harvest.txt"), "{hit}");
    assert_eq!(hit["modified"], 365 * 86_400_000_i64, "a file in an archive has its own time");
    assert_eq!(paths(&words[1]), [at("inner.tar/deep/letter.txt")]);
    assert_eq!(paths(&words[2]), [at("holiday.mp4")]);
    assert_eq!(paths(&words[3]), [at("notes/harvest.txt")]);
    assert_eq!(names(&words[4]), ["papers.tar"], "what is of no known kind is found by the list of its archive");
    let meant = place.answers("meaning", &["fruit that was picked", "music teacher"]);
    assert_eq!(paths(&meant[0]).first(), Some(&at("notes/harvest.txt")));
    assert_eq!(paths(&meant[1]).first(), Some(&at("inner.tar/deep/letter.txt")));

    assert_eq!(place.run(&["files", "--json"]).well().lines().len(), 2);
    let all = place.run(&["files", "--json", "--in-archives"]).well().lines();
    assert_eq!(all.len(), 6, "{all:?}");
    let why = place.run(&["files", "--why", &at("")]).well().out;
    assert!(why.contains("The 4 files in it are found by themselves."), "{why}");
}

#[test]
fn what_is_in_an_archive_follows_it() {
    let place = Place::with_vault();
    place.write("copy.txt", std::str::from_utf8(HARVEST).unwrap());
    place.write("a.tar", tar(&[("harvest.txt", HARVEST), ("goes.txt", b"a marmot"), ("stays.txt", b"an ibex")]));
    place.index();
    let [same, stays] = ["quinces", "ibex"].map(|word| place.answers("words", &[word]).remove(0));
    let hit = &same["hits"][0];
    assert_eq!((same["hits"].as_array().unwrap().len(), hit["locations"].as_array().unwrap().len()), (1, 1), "{same}");

    // Changed: one goes, one comes, one is what it was.
    place.write("a.tar", tar(&[("stays.txt", b"an ibex"), ("comes.txt", b"a chamois")]));
    place.index();
    let after = place.answers("words", &["marmot", "chamois", "ibex"]);
    assert_eq!((paths(&after[0]).len(), names(&after[1])), (0, vec!["comes.txt".to_owned()]));
    assert_eq!(after[2]["hits"][0]["id"], stays["hits"][0]["id"], "what is the same stays the same item");

    // Moved.
    fs::create_dir(place.docs().join("old")).unwrap();
    fs::rename(place.docs().join("a.tar"), place.docs().join("old/b.tar")).unwrap();
    place.index();
    let moved = place.answers("words", &["ibex"]).remove(0);
    assert_eq!(paths(&moved), [place.docs().join("old/b.tar/stays.txt").to_string_lossy()]);
    assert_eq!(moved["hits"][0]["id"], stays["hits"][0]["id"]);

    // A folder takes the place of the archive, with a file where a member was.
    fs::remove_file(place.docs().join("old/b.tar")).unwrap();
    place.write("old/b.tar/stays.txt", "a real ibex");
    place.index();
    let real = place.answers("words", &["ibex", "chamois"]);
    assert_eq!((real[0]["hits"][0]["archive"].is_null(), paths(&real[0]).len(), paths(&real[1]).len()), (true, 1, 0));

    // And back again.
    fs::remove_dir_all(place.docs().join("old/b.tar")).unwrap();
    place.write("old/b.tar", tar(&[("stays.txt", b"an ibex")]));
    place.index();
    let back = place.answers("words", &["ibex"]).remove(0);
    assert_eq!(paths(&back), [place.docs().join("old/b.tar/stays.txt").to_string_lossy()]);
    assert!(back["hits"][0]["archive"].is_string());

    // Gone.
    fs::remove_file(place.docs().join("old/b.tar")).unwrap();
    place.index();
    assert_eq!(paths(&place.answers("words", &["ibex"])[0]).len(), 0);
    assert_eq!(place.run(&["files", "--json", "--in-archives"]).well().lines().len(), 1);
}
