//! Backing up, losing everything, and bringing it back; export and import.

use super::place::{Place, files_below, names, wait_for};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const QUERIES: [&str; 3] = ["cucumbers", "accountant", "bicycle workshop"];
const PLANTED: &str = "zanzibarquartz";
/// How often to kill; a long run sets more.
const KILLS: &str = "ATOM_TEST_KILLS";

fn filled(place: &Place) {
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning.");
    place.write("taxes.md", "# Annual tax return\n\nKeep every receipt for the accountant.\n");
    place.write("minutes.html", "<title>Minutes</title><p>The board approved the budget for the bicycle workshop.</p>");
    place.write("planted-zanzibarquartz.txt", format!("The word is {PLANTED}."));
}

/// A vault with documents, and its recovery code.
fn indexed() -> (Place, String) {
    let place = Place::bare();
    let code = place.run(&["init"]).well().out.trim().to_owned();
    filled(&place);
    place.index();
    (place, code)
}

fn disk(place: &Place) -> String {
    place.at("disk").to_str().unwrap().to_owned()
}

/// Everything that has to be the same after a restore: every file with its state, and the answers by words and by meaning.
#[derive(Debug, PartialEq)]
struct Facts {
    states: Vec<(String, String, String)>,
    answers: Vec<Vec<(String, Value)>>,
}

fn facts(place: &Place) -> Facts {
    let both = ["words", "meaning"].map(|mode| place.answers(mode, &QUERIES));
    let answers = both.iter().flatten().map(|answer| {
        let ids = answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].clone());
        names(answer).into_iter().zip(ids).collect()
    });
    Facts { states: place.states(), answers: answers.collect() }
}

fn backup(place: &Place) -> Value {
    let done = place.run(&["backup", &disk(place), "--json"]).well().json();
    assert_eq!(done["event"], "done", "{done}");
    done
}

fn remove_data(place: &Place) {
    std::fs::remove_dir_all(place.data()).unwrap();
}

#[test]
fn everything_is_back_on_a_new_machine_with_the_recovery_code() {
    let (place, code) = indexed();
    let before = facts(&place);
    let done = backup(&place);
    assert_eq!(done["snapshot"]["indexes"], true, "{done}");
    for path in files_below(&place.at("disk")) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes()), "{}", path.display());
    }
    remove_data(&place);
    place.private("passphrase", &code);
    let restored = place.run(&["restore", &disk(&place), "--json"]).well().json();
    assert_eq!((&restored["previous"], &restored["id"]), (&Value::Null, &done["snapshot"]["id"]), "{restored}");
    // The indexes came along: nothing has to be built again.
    place.assert_sound();
    assert_eq!(facts(&place), before);
    let beside: Vec<_> = std::fs::read_dir(place.at(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().contains("restor")), "{beside:?}");
}

#[test]
fn without_indexes_they_are_built_again() {
    let (place, _) = indexed();
    let before = facts(&place);
    let small = place.run(&["backup", &disk(&place), "--without-indexes", "--json"]).well().json();
    assert_eq!(small["snapshot"]["indexes"], false);
    remove_data(&place);
    place.run(&["restore", &disk(&place)]).well();
    place.index();
    assert_eq!(facts(&place), before);
    place.assert_sound();
}

#[test]
fn an_older_moment_comes_back_and_what_was_there_is_kept() {
    let (place, _) = indexed();
    let then = facts(&place);
    let first = backup(&place)["snapshot"]["id"].as_str().unwrap().to_owned();
    place.write("later.txt", "Written after the backup, about cucumbers.");
    place.index();
    let later = facts(&place);
    assert_ne!(then, later);
    let added = |done: &Value| done["snapshot"]["added_bytes"].as_u64().unwrap();
    let (second, third) = (backup(&place), backup(&place));
    // Nothing has changed in between but what Atom notes of the backup itself.
    assert!(added(&third) * 4 < added(&second), "{second} {third}");
    let listed = place.run(&["backup", "list", &disk(&place), "--json"]).well().json();
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 3);
    assert_eq!(listed["snapshots"][2]["id"], first.as_str(), "newest first");
    let restored = place.run(&["restore", &disk(&place), "--snapshot", &first]).well();
    let kept = place.at("data.before-restore");
    assert!(restored.out.contains(kept.to_str().unwrap()), "{}", restored.out);
    assert_eq!(facts(&place), then);
    // What was there before is a vault of its own still.
    std::fs::rename(place.data(), place.at("restored")).unwrap();
    std::fs::rename(kept, place.data()).unwrap();
    assert_eq!(facts(&place), later);
}

#[test]
fn what_is_damaged_foreign_or_in_use_is_refused_and_the_data_stays() {
    let (place, _) = indexed();
    let before = facts(&place);
    backup(&place);
    let refused = |args: &[&str], word: &str| {
        let outcome = place.run(args);
        assert!(outcome.code != Some(0) && outcome.err.contains(word), "{word}: {outcome:?}");
    };
    let disk = disk(&place);
    let chunks = files_below(&place.at("disk/chunks"));
    for path in [&chunks[0], &chunks[chunks.len() / 2], &files_below(&place.at("disk/snapshots"))[0]] {
        let sound = std::fs::read(path).unwrap();
        let mut bytes = sound.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        std::fs::write(path, bytes).unwrap();
        refused(&["restore", &disk], "damaged");
        let check = place.run(&["backup", "check", &disk, "--json"]);
        assert!(check.code == Some(1) && check.json()["ok"] == false, "{check:?}");
        std::fs::write(path, sound).unwrap();
    }
    assert_eq!(place.run(&["backup", "check", &disk, "--json"]).well().json()["ok"], true);

    let other = Place::with_vault();
    let theirs = other.run(&["restore", &disk]);
    assert!(theirs.code == Some(1) && theirs.err.contains("another vault"), "{theirs:?}");
    let mixed = other.run(&["backup", &disk]);
    assert!(mixed.code == Some(1) && mixed.err.contains("another vault"), "{mixed:?}");
    refused(&["backup", place.data().join("inside").to_str().unwrap()], "each other");
    refused(&["backup", place.at("docs").to_str().unwrap()], "not empty");
    refused(&["backup", "/no/such/disk/folder"], "plug in");
    refused(&["restore", place.at("home").to_str().unwrap()], "no backups");
    refused(&["restore", &disk, "--snapshot", "../x"], "no snapshot");

    place.private("passphrase", "not this one at all");
    let locked = place.run(&["restore", &disk]);
    assert_eq!(locked.code, Some(3), "{locked:?}");
    place.private("passphrase", super::place::PASSPHRASE);

    let mut watch = place.command(&["watch"]).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(watch.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("keeping the index live"), "{said}");
    refused(&["restore", &disk], "running");
    // The running Atom backs up when it is asked.
    let remote = place.run(&["backup", &disk, "--json"]).well().json();
    assert_eq!(remote["event"], "done");
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(facts(&place), before);
}

#[test]
fn a_disk_that_is_not_plugged_in_is_named_and_nothing_is_written_where_it_belongs() {
    let (place, _) = indexed();
    backup(&place);
    std::fs::rename(place.at("disk"), place.at("in the drawer")).unwrap();
    std::fs::create_dir(place.at("disk")).unwrap();
    let refused = place.run(&["backup", &disk(&place)]);
    assert!(refused.code == Some(1) && refused.err.contains("plug in its disk"), "{}", refused.err);
    assert_eq!(files_below(&place.at("disk")), Vec::<std::path::PathBuf>::new());
    std::fs::remove_dir(place.at("disk")).unwrap();
    std::fs::rename(place.at("in the drawer"), place.at("disk")).unwrap();
    assert_eq!(backup(&place)["snapshot"]["items"], 4);
}

#[test]
fn old_backups_go_as_asked_and_the_rest_stays_sound() {
    let (place, _) = indexed();
    for round in 0..4 {
        place.write("changing.txt", format!("round {round} of the cucumbers"));
        place.index();
        backup(&place);
    }
    let done = place.run(&["backup", &disk(&place), "--keep-last", "2", "--json"]).well().json();
    assert_eq!(done["removed_snapshots"].as_array().unwrap().len(), 3, "{done}");
    let found = place.run(&["backup", "check", &disk(&place), "--json"]).well().json();
    assert_eq!((&found["ok"], &found["snapshots"]), (&Value::Bool(true), &Value::from(2)));
    let before = facts(&place);
    remove_data(&place);
    place.run(&["restore", &disk(&place)]).well();
    assert_eq!(facts(&place), before);
}

#[test]
fn backups_that_are_killed_leave_every_older_one_whole() {
    let kills: u32 = std::env::var(KILLS).map_or(6, |count| count.parse().unwrap());
    let (place, _) = indexed();
    let disk = disk(&place);
    let begun = Instant::now();
    backup(&place);
    let whole_run = begun.elapsed();
    let mut killed = 0;
    while killed < kills {
        place.write("changing.txt", format!("{killed} cucumbers {}", "and more ".repeat(killed as usize * 50)));
        place.index();
        let args = ["backup", &disk, "--keep-last", "2", "--json"];
        let mut child = place.command(&args).spawn().unwrap();
        killed += u32::from(wait_for(&mut child, moment(whole_run)).is_none());
        let found = place.run(&["backup", "check", &disk, "--json"]).well().json();
        assert_eq!(found["ok"], true, "{found}");
    }
    backup(&place);
    let before = facts(&place);
    remove_data(&place);
    place.run(&["restore", &disk]).well();
    assert_eq!(facts(&place), before);
    eprintln!("kills backup and clean-up: {killed} kills within {whole_run:?} of the start each");
}

/// A moment between now and `longest`, from the clock's own noise.
fn moment(longest: Duration) -> Duration {
    let noise = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mixed = (noise ^ (noise >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    longest.mul_f64(mixed as f64 / (1u64 << 24) as f64)
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn an_export_is_readable_private_and_can_be_taken_in_elsewhere() {
    let (place, _) = indexed();
    let kept = place.run(&["saved", "add", "The garden", "cucumbers", "--json"]).well().json();
    assert_eq!((&kept["name"], &kept["fresh"]), (&Value::from("The garden"), &Value::from(0)));
    let folder = place.at("export");
    let text = folder.to_str().unwrap();
    let done = place.run(&["export", text]).well();
    assert!(done.out.contains("can be read by anyone"), "{}", done.out);
    assert_eq!(mode(&folder), 0o700);
    let files = files_below(&folder);
    assert!(files.iter().all(|path| mode(path) == 0o600), "{files:?}");
    assert!(std::fs::read_to_string(folder.join("README.txt")).unwrap().contains("plain text"));
    let items = std::fs::read_to_string(folder.join("items.jsonl")).unwrap();
    let items: Vec<Value> = items.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let planted = items.iter().find(|item| item["path"].as_str().unwrap().contains(PLANTED)).unwrap();
    assert!(planted["passages"][0]["text"].as_str().unwrap().contains(PLANTED), "{planted}");
    let markdown = files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "md"));
    assert_eq!(markdown.clone().count(), 4);
    assert!(markdown.map(|path| std::fs::read_to_string(path).unwrap()).any(|text| text.contains(PLANTED)));

    let again = place.run(&["export", text]);
    assert!(again.code == Some(1) && again.err.contains("not empty"), "{again:?}");
    let inside = place.run(&["export", place.data().join("x").to_str().unwrap()]);
    assert!(inside.code == Some(1) && inside.err.contains("plain text"), "{inside:?}");

    let before = place.states();
    remove_data(&place);
    place.run(&["init"]).well();
    let taken = place.run(&["import", text, "--json"]).well().json();
    assert_eq!(taken["added"].as_array().unwrap().len(), 1, "{taken}");
    place.run(&["import", text, "--json"]).well();
    let kept = place.run(&["saved", "--json"]).well().json();
    assert_eq!(kept["query"], "cucumbers", "once, however often it is taken in");
    place.index();
    assert_eq!(place.states(), before);
    let none = place.run(&["import", place.at("home").to_str().unwrap()]);
    assert!(none.code == Some(1) && none.err.contains("no export"), "{none:?}");
}
