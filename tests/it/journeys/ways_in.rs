//! The ways into the vault are changed from the command line, and what was indexed is found by each new one and by no old one.

use super::place::{Outcome, PASSPHRASE, Place, finish, names, wait_for};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

const NEW: &str = "another quiet place";
const LOCKED: Option<i32> = Some(3);

/// Searches with what the file `name` says.
fn search(place: &Place, name: &str) -> Outcome {
    let mut command = place.command(&["search", "cucumbers", "--mode", "words", "--json"]);
    finish(command.env("ATOM_PASSPHRASE_FILE", place.at(name)), "")
}

fn assert_finds(place: &Place, name: &str) {
    assert_eq!(names(&search(place, name).well().json()), ["tomatoes.txt"], "{name}");
}

/// A vault with one document, and the recovery code.
fn indexed() -> (Place, String) {
    let place = Place::bare();
    let code = place.run(&["init"]).well().out.trim().to_owned();
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed.");
    place.run(&["index", &place.docs_text(), "--wait", "words"]).well();
    place.private("new", NEW);
    place.private("code", &code);
    (place, code)
}

fn kinds(place: &Place) -> Vec<String> {
    let slots = place.run(&["vault", "slots", "--json"]).well().json();
    assert!(slots["locks_in_seconds"].is_null(), "{slots}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    slots["slots"].as_array().unwrap().iter().map(|slot| text(&slot["kind"])).collect()
}

#[test]
fn a_changed_passphrase_opens_everything_and_the_old_one_nothing() {
    let (place, _) = indexed();
    let change = ["vault", "passphrase", "--new-passphrase-stdin"];
    let with = |file: &str, typed: &str| {
        let mut command = place.command(&change);
        finish(command.stdin(Stdio::piped()).env("ATOM_PASSPHRASE_FILE", place.at(file)), &format!("{typed}\n"))
    };
    let wrong = with("new", NEW);
    assert_eq!(wrong.code, LOCKED);
    assert!(wrong.err.contains("wrong passphrase"), "{}", wrong.err);
    let weak = with("passphrase", "short");
    assert_eq!(weak.code, Some(1));
    assert!(weak.err.contains("too weak"), "{}", weak.err);
    assert_finds(&place, "passphrase");

    let done = with("passphrase", NEW).well();
    assert!(done.out.is_empty() && done.err.contains("changed"), "{done:?}");
    assert!(![PASSPHRASE, NEW].iter().any(|secret| done.err.contains(secret)));
    assert_finds(&place, "new");
    assert_eq!(search(&place, "passphrase").code, LOCKED);
    assert_finds(&place, "code");

    // Forgotten: the recovery code sets another one.
    with("code", PASSPHRASE).well();
    assert_finds(&place, "passphrase");
    assert_eq!(search(&place, "new").code, LOCKED);
    place.assert_sound();
}

/// Makes a new recovery code and answers its questions with `typed`, given the code.
fn renew(place: &Place, typed: impl FnOnce(&[&str], [usize; 2]) -> String) -> (String, Outcome) {
    let mut command = place.command(&["vault", "recovery"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut code = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut code).unwrap();
    let mut first = String::new();
    told.read_line(&mut first).unwrap();
    let numbers: Vec<usize> = first.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let groups: Vec<&str> = code.trim().split('-').collect();
    let answer = typed(&groups, [numbers[0] - 1, numbers[1] - 1]);
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let mut outcome = wait_for(&mut child, Duration::from_secs(60)).expect("it ends when its input does");
    told.read_line(&mut outcome.err).unwrap();
    (code.trim().to_owned(), outcome)
}

#[test]
fn a_new_recovery_code_counts_only_once_it_was_typed_again() {
    let (place, _) = indexed();
    // Nobody typed anything: the old code stays.
    let (_, ended) = renew(&place, |_, _| String::new());
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("the old one still works"), "{}", ended.err);
    let (unused, ended) = renew(&place, |_, _| "AAAA\nBBBB\n".to_owned());
    assert_eq!(ended.code, LOCKED);
    assert!(ended.err.contains("old code still works"), "{}", ended.err);
    place.private("unused", &unused);
    assert_eq!(search(&place, "unused").code, LOCKED);
    assert_finds(&place, "code");

    let (code, ended) = renew(&place, |groups, asked| format!("{}\n{}\n", groups[asked[0]], groups[asked[1]]));
    ended.well();
    place.private("renewed", &code);
    assert_finds(&place, "renewed");
    assert_eq!(search(&place, "code").code, LOCKED);
    assert_finds(&place, "passphrase");
}

#[test]
fn a_keychain_that_is_not_there_changes_nothing_and_is_named() {
    let (place, _) = indexed();
    assert_eq!(kinds(&place), ["passphrase", "recovery"]);
    let refused = place.run(&["vault", "keychain", "add"]);
    assert_eq!(refused.code, LOCKED);
    assert!(refused.err.contains("keychain"), "{}", refused.err);
    assert_eq!(kinds(&place), ["passphrase", "recovery"]);
    let people = place.run(&["vault", "slots"]).well().out;
    assert!(
        people.contains("passphrase") && people.contains("recovery code") && people.contains("since 20"),
        "{people}"
    );
    assert_finds(&place, "passphrase");
}

#[test]
fn tampered_key_slots_are_refused_at_once_and_by_name() {
    let (place, _) = indexed();
    let paths = ["keyslots.v1", "keyslots.v1.bak"].map(|name| place.data().join(name));
    let good = std::fs::read(&paths[0]).unwrap();
    let check = |change: &dyn Fn(&mut Value), expect: &str| {
        let mut json: Value = serde_json::from_slice(&good).unwrap();
        change(&mut json);
        for path in &paths {
            std::fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
        }
        let refused = search(&place, "passphrase");
        assert!(matches!(refused.code, Some(1 | 3)), "{refused:?}");
        assert!(refused.err.contains(expect), "{expect}: {}", refused.err);
        assert_eq!(std::fs::read(&paths[0]).unwrap(), serde_json::to_vec(&json).unwrap(), "it was written to");
    };
    let method = |json: &mut Value, field: &str, value: u64| json["slots"][0]["method"][field] = value.into();
    // In 64 GiB of memory; it would not end in this lifetime, so that it ends is the test.
    check(&|json| method(json, "memoryKib", 64 << 20), "more than 2 GiB");
    check(&|json| method(json, "memoryKib", 8 << 10), "less than 19 MiB");
    check(&|json| method(json, "passes", 1 << 30), "more than 16 passes");
    check(&|json| json["version"] = 2.into(), "update Atom");
    check(&|json| drop(json["slots"].as_array_mut().unwrap().remove(1)), "impossible number of slots");
    check(
        &|json| {
            let copy = json["slots"][1].clone();
            json["slots"].as_array_mut().unwrap().push(copy);
        },
        "changed by someone",
    );
    std::fs::write(&paths[0], &good).unwrap();
    std::fs::write(&paths[1], &good).unwrap();
    assert_finds(&place, "passphrase");
}
