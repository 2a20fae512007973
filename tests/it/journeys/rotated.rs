//! Another master key: what was indexed is found as before, whenever the change is killed, and the old ways in open nothing.

use super::place::{Outcome, PASSPHRASE, Place, files_below, finish, names, wait_for};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often to kill; a long run sets more.
const KILLS: &str = "ATOM_TEST_KILLS";
const QUERIES: [&str; 4] = ["cucumbers", "accountant", "bicycle workshop", "growing vegetables"];
const NEW: &str = "another quiet place";
const LOCKED: Option<i32> = Some(3);

fn filled(place: &Place) {
    place.write("tomatoes.txt", "Tomatoes and cucumbers thrive in a sunny bed when they are watered every morning.");
    place.write("taxes.md", "# Annual tax return\n\nKeep every receipt for the accountant.\n");
    place.write("minutes.html", "<title>Minutes</title><p>The board approved the budget for the bicycle workshop.</p>");
    for index in 0..30 {
        place
            .write(&format!("notes/{index}.txt"), format!("Note {index} on the violin and the ledger.\n\n").repeat(20));
    }
}

/// A vault with documents, and its recovery code.
fn indexed() -> (Place, String) {
    let place = Place::bare();
    let code = place.run(&["init"]).well().out.trim().to_owned();
    filled(&place);
    place.index();
    (place, code)
}

/// Everything that has to be the same: every file with its state, and the answers by words and by meaning.
#[derive(Debug, PartialEq)]
struct Facts {
    states: Vec<(String, String, String)>,
    answers: Vec<Vec<(String, Value)>>,
}

fn facts(place: &Place) -> Facts {
    let both = ["words", "meaning"].map(|mode| place.answers(mode, &QUERIES));
    let answers = both.iter().flatten().map(|answer| {
        let ids = answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].clone());
        let mut found: Vec<_> = names(answer).into_iter().zip(ids).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    });
    Facts { states: place.states(), answers: answers.collect() }
}

/// A `vault rotate` under way.
struct Rotating {
    child: Child,
    told: BufReader<std::process::ChildStderr>,
    out: BufReader<std::process::ChildStdout>,
    /// The recovery code that it showed; none when it goes on with what was begun.
    code: Option<String>,
}

/// Starts it with what the file `proof` says and types what it asks for.
fn rotating(place: &Place, proof: &str, args: &[&str], passphrase: Option<&str>) -> Rotating {
    let mut command = place.command(&[&["vault", "rotate"], args].concat());
    let command = command.stdin(Stdio::piped()).env("ATOM_PASSPHRASE_FILE", place.at(proof));
    let mut child = command.spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    if let Some(passphrase) = passphrase {
        writeln!(child.stdin.as_mut().unwrap(), "{passphrase}").unwrap();
    }
    let mut said = String::new();
    told.read_line(&mut said).unwrap();
    if said.starts_with("Going on") {
        return Rotating { child, told, out, code: None };
    }
    assert!(said.contains("Write down the new recovery code"), "{said}");
    let mut code = String::new();
    out.read_line(&mut code).unwrap();
    let code = code.trim().to_owned();
    let asked = said.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse::<usize>().ok());
    for number in asked {
        writeln!(child.stdin.as_mut().unwrap(), "{}", code.split('-').nth(number - 1).unwrap()).unwrap();
    }
    Rotating { child, told, out, code: Some(code) }
}

impl Rotating {
    /// Waits for its end; the new recovery code and what it printed after it.
    #[track_caller]
    fn end(mut self) -> (Option<String>, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.told.read_to_string(&mut err).unwrap();
        assert!(self.child.wait().unwrap().success(), "{out}{err}");
        (self.code, out)
    }

    /// Kills it after `patience`, unless it ends before; whether it was killed.
    fn kill_after(mut self, patience: Duration) -> bool {
        // Its end shows at the end of its output.
        self.child.stdout = Some(self.out.into_inner());
        self.child.stderr = Some(self.told.into_inner());
        let ended = wait_for(&mut self.child, patience);
        ended.map(Outcome::well).is_none()
    }
}

fn search(place: &Place, proof: &str) -> Outcome {
    let mut command = place.command(&["search", "cucumbers", "--mode", "words", "--limit", "100", "--json"]);
    finish(command.env("ATOM_PASSPHRASE_FILE", place.at(proof)), "")
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files_below(folder).iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Nothing of the old set lies in the data folder any more, whole or in part.
#[track_caller]
fn assert_nothing_old(place: &Place, old: &BTreeMap<String, Vec<u8>>) {
    let salt = &old["vault.db"][..16];
    for (path, bytes) in contents(&place.data()) {
        assert!(!path.starts_with("rotat"), "{path}");
        // What is empty or nothing but zeroes belongs to no key.
        let is_something = bytes.len() > 16 && bytes.iter().any(|byte| *byte != 0);
        let is_old = is_something && old.values().any(|other| *other == bytes);
        assert!(!is_old && !bytes.starts_with(salt), "{path} is as it was under the old key");
    }
    let slots: Value = serde_json::from_slice(&old["keyslots.v1"]).unwrap();
    for wrapped in slots["slots"].as_array().unwrap() {
        let wrapped = wrapped["wrapped"]["key"].as_str().unwrap();
        for (path, bytes) in contents(&place.data()) {
            assert!(!bytes.windows(wrapped.len()).any(|window| window == wrapped.as_bytes()), "{path}");
        }
    }
}

#[test]
fn everything_is_found_as_before_and_the_old_ways_in_open_nothing() {
    let (place, old_code) = indexed();
    let before = facts(&place);
    let old = contents(&place.data());
    let (code, said) = rotating(&place, "passphrase", &[], None).end();
    assert!(said.contains("new master key") && said.contains("backups too"), "{said}");
    assert_nothing_old(&place, &old);
    place.assert_sound();
    assert_eq!(facts(&place), before);
    place.private("old-code", &old_code);
    place.private("code", &code.unwrap());
    assert_eq!(search(&place, "old-code").code, LOCKED);
    assert_eq!(names(&search(&place, "code").well().json()), ["tomatoes.txt"]);
    let log = place.run(&["audit", "--json"]).well().lines();
    assert_eq!(log.iter().filter(|entry| entry["action"] == "key-rotated" && entry["actor"] == "cli").count(), 1);
    assert_eq!(place.run(&["audit", "--verify", "--json"]).well().json()["ok"], true);

    // Indexing goes on where it was, and nothing has to be read again.
    place.write("later.txt", "Planted after the change, with cucumbers.");
    let done = place.index();
    assert_eq!(done["files_indexed"], 34, "{done}");
    assert_eq!(search(&place, "passphrase").well().json()["hits"].as_array().unwrap().len(), 2);

    // A copy that was made before is what it was: that is why there is the advice to back up.
    let copy = Place::bare();
    for (path, bytes) in &old {
        let path = copy.data().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    copy.private("old-code", &old_code);
    search(&copy, "old-code").well();
}

#[test]
fn a_new_passphrase_takes_the_place_of_the_old_one() {
    let (place, code) = indexed();
    place.private("code", &code);
    place.private("new", NEW);
    let mut command = place.command(&["vault", "rotate"]);
    let needed = finish(command.env("ATOM_PASSPHRASE_FILE", place.at("code")), "");
    assert_eq!(needed.code, Some(1));
    assert!(needed.err.contains("new passphrase is needed"), "{}", needed.err);
    // Nobody typed the groups: nothing was begun.
    let ended = place.run(&["vault", "rotate"]);
    assert!(ended.code == Some(1) && ended.err.contains("nothing was begun"), "{}", ended.err);
    assert!(!place.data().join("rotation").exists());
    let (_, said) = rotating(&place, "code", &["--new-passphrase-stdin", "--json"], Some(NEW)).end();
    let done: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!((&done["event"], &done["warnings"]), (&Value::from("done"), &Value::from(Vec::<Value>::new())));
    for (proof, opens) in [("new", true), ("passphrase", false), ("code", false)] {
        assert_eq!(search(&place, proof).code == Some(0), opens, "{proof}");
    }
    assert_ne!(PASSPHRASE, NEW);
}

#[test]
fn the_running_atom_changes_over_without_a_word() {
    let (place, _) = indexed();
    let before = facts(&place);
    let old = contents(&place.data());
    let mut watch = place.command(&["watch"]).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(watch.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("keeping the index live"), "{said}");
    let rotating = rotating(&place, "passphrase", &[], None);
    // Asked all the time, it answers all the time.
    let answered = std::thread::scope(|scope| {
        let asking = scope.spawn(|| (0..12).map(|_| search(&place, "passphrase").code).collect::<Vec<_>>());
        rotating.end();
        asking.join().unwrap()
    });
    assert_eq!(answered, [Some(0); 12]);
    assert_eq!(facts(&place), before);
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_nothing_old(&place, &old);
    place.assert_sound();
    assert_eq!(facts(&place), before);
}

#[test]
fn what_was_begun_may_be_given_up() {
    let (place, code) = indexed();
    let before = facts(&place);
    place.private("code", &code);
    let begun = rotating(&place, "passphrase", &[], None);
    let slots = place.data().join("rotation/keyslots.v1");
    let since = Instant::now();
    while !slots.exists() {
        assert!(since.elapsed() < Duration::from_secs(60), "nothing was begun");
        std::thread::yield_now();
    }
    assert!(begun.kill_after(Duration::ZERO));
    // It may have come as far as the decision.
    if slots.exists() {
        let refused = place.run(&["vault", "keychain", "remove"]);
        assert!(refused.code == Some(1) && refused.err.contains("being changed"), "{refused:?}");
    }
    let was_begun = slots.exists();
    place.run(&["vault", "rotate", "--cancel"]).well();
    assert!(!place.data().join("rotation").exists());
    assert_eq!(facts(&place), before);
    assert_eq!(search(&place, "code").code == Some(0), was_begun);
    place.assert_sound();
}

/// A moment between now and `longest`, from the clock's own noise.
fn moment(longest: Duration) -> Duration {
    let noise = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mixed = (noise ^ (noise >> 7)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    longest.mul_f64(mixed as f64 / (1u64 << 24) as f64)
}

#[test]
fn a_rotation_that_is_killed_at_random_moments_loses_nothing() {
    let kills: u32 = std::env::var(KILLS).map_or(5, |count| count.parse().unwrap());
    let (place, _) = indexed();
    let begun = rotating(&place, "passphrase", &[], None);
    let since = Instant::now();
    begun.end();
    let whole_run = since.elapsed();
    let (mut killed, mut went_on, mut rounds, mut found) = (0, 0, 1, 1);
    let mut before = facts(&place);
    while killed < kills {
        let rotating = rotating(&place, "passphrase", &[], None);
        went_on += u32::from(rotating.code.is_none());
        if !rotating.kill_after(moment(whole_run)) {
            rounds += 1;
            assert!(!place.data().join("rotation").exists());
            assert_eq!(facts(&place), before, "after {killed} kills");
            continue;
        }
        killed += 1;
        // Opened without help, by the passphrase that was always the same.
        assert_eq!(search(&place, "passphrase").well().json()["hits"].as_array().unwrap().len(), found, "{killed}");
        if killed % 5 == 0 {
            // What is acknowledged between two attempts is not lost either.
            place.write(&format!("between/{killed}.txt"), format!("Between: {killed} cucumbers."));
            place.index();
            found += 1;
            before = facts(&place);
        }
    }
    rotating(&place, "passphrase", &[], None).end();
    assert_eq!(facts(&place), before);
    place.assert_sound();
    eprintln!(
        "kills rotating: {killed} kills, of which {went_on} rotations went on, in {rounds} whole ones, within {whole_run:?} of the start each"
    );
}
