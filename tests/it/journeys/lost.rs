//! Saved data that is gone or older than it was: it is named, nothing is changed, and going on is a person's choice.

use super::place::{Place, files_below, names};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const DATABASE: &str = "vault.db";
const LOG: &str = "vault.db-wal";
const ANCHOR: &str = "anchor.bin";

fn indexed() -> Place {
    let place = Place::with_vault();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning.");
    place.write("taxes.md", "# Annual tax return\n\nKeep every receipt for the accountant.\n");
    place.index();
    place
}

fn add(place: &Place) {
    place.write("violin.txt", "The violin section rehearses the slow movement twice before the concert.");
    place.write("tomatoes.txt", "The greenhouse was sold, and the pumpkins went with it.");
    place.index();
}

/// Both documents of the second round are found by word and by meaning, and the text that was replaced is not.
#[track_caller]
fn assert_up_to_date(place: &Place) {
    for mode in ["words", "meaning"] {
        let found = place.answers(mode, &["violin", "pumpkins", "accountant"]);
        let first = found.iter().map(|answer| names(answer).into_iter().next()).collect::<Vec<_>>();
        assert_eq!(first, ["violin.txt", "tomatoes.txt", "taxes.md"].map(|name| Some(name.to_owned())), "{mode}");
    }
    assert!(names(&place.answers("words", &["cucumbers"])[0]).is_empty(), "the replaced text is still found");
    place.assert_sound();
}

fn bytes(place: &Place) -> Vec<Vec<u8>> {
    [DATABASE, LOG, ANCHOR].iter().map(|name| fs::read(place.data().join(name)).unwrap_or_default()).collect()
}

/// Every way in says the same and changes nothing.
#[track_caller]
fn assert_refused(place: &Place, words: &str) {
    let before = bytes(place);
    for args in [&["search", "violin"][..], &["status"], &["doctor"], &["index", &place.docs_text()]] {
        let refused = place.run(args);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains(words) && refused.err.contains("--accept-loss"), "{}", refused.err);
    }
    let doctor = place.run(&["doctor", "--json"]);
    assert_eq!((doctor.code, &doctor.json()["ok"]), (Some(1), &false.into()), "{doctor:?}");
    let check = &doctor.json()["checks"][0];
    assert!(check["name"] == "anchor" && check["message"].as_str().unwrap().contains(words), "{check}");
    assert!(bytes(place) == before, "a refused vault was changed");
}

#[track_caller]
fn accept(place: &Place) {
    let doctor = place.run(&["doctor", "--accept-loss", "--json"]).well().json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    let named = |name: &str| doctor["checks"].as_array().unwrap().iter().any(|check| check["name"] == name);
    assert!(named("loss") && named("opening"), "{doctor}");
}

#[test]
fn an_older_database_is_refused_and_after_a_person_accepts_it_everything_is_derived_again() {
    let place = indexed();
    let database = place.data().join(DATABASE);
    let older = fs::read(&database).unwrap();
    add(&place);
    let newer = fs::read(&database).unwrap();
    fs::write(&database, &older).unwrap();
    assert_refused(&place, "saved changes are missing");
    fs::write(&database, newer).unwrap();
    assert_up_to_date(&place);
    fs::write(&database, older).unwrap();
    accept(&place);
    place.index();
    assert_up_to_date(&place);
}

#[test]
fn a_database_that_is_gone_is_not_quietly_made_anew() {
    let place = indexed();
    fs::remove_file(place.data().join(DATABASE)).unwrap();
    assert_refused(&place, "database is gone");
    assert!(!place.data().join(DATABASE).exists());
    accept(&place);
    add(&place);
    assert_up_to_date(&place);
}

#[test]
fn an_anchor_that_is_gone_or_damaged_is_named() {
    let place = indexed();
    add(&place);
    fs::remove_file(place.data().join(ANCHOR)).unwrap();
    assert_refused(&place, "anchor.bin is missing");
    accept(&place);
    assert_up_to_date(&place);
    // One slot is enough.
    let damage = |slots: &[usize]| {
        let mut anchor = fs::read(place.data().join(ANCHOR)).unwrap();
        slots.iter().for_each(|slot| anchor[slot + 20] ^= 1);
        fs::write(place.data().join(ANCHOR), anchor).unwrap();
    };
    damage(&[0]);
    assert_up_to_date(&place);
    damage(&[0, 4096]);
    assert_refused(&place, "anchor.bin is damaged");
    accept(&place);
    assert_up_to_date(&place);
}

#[test]
fn a_log_that_is_deleted_after_a_kill_is_a_loss_that_is_named() {
    let place = Place::with_vault();
    for number in 0..400 {
        place.write(&format!("{number}.txt"), format!("Note {number} about the harvest. ").repeat(40));
    }
    let data = place.data();
    let anchor = fs::read(data.join(ANCHOR)).unwrap();
    let mut child = place.command(&["index", &place.docs_text(), "--json"]).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(120);
    let grown = || fs::metadata(data.join(LOG)).is_ok_and(|log| log.len() > 40_000);
    while !grown() || fs::read(data.join(ANCHOR)).unwrap() == anchor {
        assert!(Instant::now() < patience, "nothing was committed");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_file(data.join(LOG)).unwrap();
    assert_refused(&place, "saved changes are missing");
    accept(&place);
    place.index();
    assert_eq!(place.states().len(), 400);
    place.assert_sound();
}

fn copy_folder(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

#[test]
fn an_older_copy_of_an_index_is_noticed_and_brought_up_to_date() {
    for folder in ["keyword", "vectors"] {
        let place = indexed();
        let (current, older) = (place.data().join(folder), place.at("older"));
        copy_folder(&current, &older);
        add(&place);
        fs::remove_dir_all(&current).unwrap();
        copy_folder(&older, &current);
        let doctor = place.run(&["doctor", "--json"]).well().json();
        let noticed = doctor["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|check| check["name"] == "opening" && check["message"].as_str().unwrap().contains("older copy"));
        assert!(doctor["ok"] == true && noticed, "{folder}: {doctor}");
        assert_up_to_date(&place);
    }
}
