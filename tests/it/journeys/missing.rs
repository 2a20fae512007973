//! What is missing or cannot be read is named, with a way on, and nothing else stops for it.

use super::place::{Place, finish, names};
use std::os::unix::fs::PermissionsExt;

#[test]
fn without_the_model_words_work_and_meaning_catches_up_later() {
    let place = Place::with_vault();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    std::fs::create_dir(place.at("nothing")).unwrap();
    let bare = |args: &[&str]| finish(place.command(args).env("ATOM_ASSETS", place.at("nothing")), "");

    let indexed = bare(&["index", &place.docs_text(), "--json"]).well();
    assert!(indexed.err.contains("model is missing") && indexed.err.contains("cargo xtask setup"), "{}", indexed.err);
    assert!(indexed.json()["meaning_seconds"].is_null(), "{}", indexed.out);
    let found = bare(&["search", "cucumbers", "--json"]).well().json();
    assert_eq!(names(&found), ["tomatoes.txt"], "{found}");
    let notices = found["notices"].to_string();
    assert!(notices.contains("meaning"), "nothing says that meaning is not searched: {notices}");
    let status = bare(&["status", "--json"]).well().json();
    assert_eq!(status["model"]["state"], "missing", "{status}");

    place.index();
    let found = place.answers("meaning", &["vegetables growing"]);
    assert_eq!(names(&found[0]), ["tomatoes.txt"]);
    place.assert_sound();
}

#[test]
fn a_damaged_model_is_named_and_words_work() {
    let place = Place::with_vault();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    let assets = place.at("assets");
    let folder = assets.join("models/all-MiniLM-L6-v2");
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(place.assets().join("runtime"), assets.join("runtime")).unwrap();
    for entry in std::fs::read_dir(place.assets().join("models/all-MiniLM-L6-v2")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    std::fs::write(folder.join("tokenizer.json"), "{}").unwrap();
    let damaged = |args: &[&str]| finish(place.command(args).env("ATOM_ASSETS", &assets), "");

    let indexed = damaged(&["index", &place.docs_text(), "--json"]).well();
    assert!(indexed.err.contains("tokenizer.json") && indexed.err.contains("cargo xtask setup"), "{}", indexed.err);
    assert!(indexed.json()["meaning_seconds"].is_null(), "{}", indexed.out);
    assert_eq!(names(&damaged(&["search", "cucumbers", "--json"]).well().json()), ["tomatoes.txt"]);

    place.index();
    assert_eq!(names(&place.answers("meaning", &["vegetables growing"])[0]), ["tomatoes.txt"]);
}

#[test]
fn a_folder_that_is_not_there_is_refused_by_name() {
    let place = Place::with_vault();
    let missing = place.run(&["index", place.at("nowhere").to_str().unwrap()]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.err.contains("nowhere") && missing.err.contains("not there"), "{}", missing.err);
    place.write("a.txt", "text");
    let file = place.run(&["index", place.docs().join("a.txt").to_str().unwrap()]);
    assert_eq!(file.code, Some(1));
    assert!(file.err.contains("not a folder"), "{}", file.err);
    let own = place.run(&["index", place.data().to_str().unwrap()]);
    assert_eq!(own.code, Some(1));
    assert!(own.err.contains("its own data"), "{}", own.err);
}

#[test]
fn a_folder_that_vanishes_keeps_its_index() {
    let place = Place::with_vault();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    place.index();
    std::fs::rename(place.docs(), place.at("elsewhere")).unwrap();
    let gone = place.run(&["index", &place.docs_text()]);
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert_eq!(names(&place.answers("words", &["cucumbers"])[0]), ["tomatoes.txt"]);
    std::fs::rename(place.at("elsewhere"), place.docs()).unwrap();
    assert_eq!(place.index()["files_indexed"], 1);
    place.assert_sound();
}

#[test]
fn what_may_not_be_read_is_named_and_the_rest_is_indexed() {
    let place = Place::with_vault();
    place.write("open.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    place.write("closed.txt", "a secret");
    place.write("cellar/under.txt", "another secret");
    let deny = |name: &str| {
        std::fs::set_permissions(place.docs().join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    };
    deny("closed.txt");
    deny("cellar");
    if std::fs::read(place.docs().join("closed.txt")).is_ok() {
        eprintln!("skipped: this user reads everything, permissions do not apply");
        return;
    }
    let indexed = place.run(&["index", &place.docs_text()]).well();
    assert!(indexed.err.contains("cellar") || indexed.out.contains("could not be read"), "{indexed:?}");
    let failed = place.run(&["files", "--state", "failed", "--json"]).well().json();
    assert_eq!(
        (failed["state"].as_str(), failed["reason"].as_str()),
        (Some("unreadable"), Some("no permission to read this file"))
    );
    assert_eq!(names(&place.answers("words", &["cucumbers"])[0]), ["open.txt"]);
    std::fs::set_permissions(place.docs().join("cellar"), std::fs::Permissions::from_mode(0o700)).unwrap();
}
