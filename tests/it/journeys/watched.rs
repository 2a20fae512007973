//! What people and programs do to a watched folder, in great haste: what is indexed is what is on the disk in the end.

use super::place::{Place, files_below, names, wait_for};
use atom_testkit::noise::count_from;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many files a storm makes; a long run sets 60,000.
const STORM: &str = "ATOM_TEST_STORM";
/// No storm is followed for so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A place whose documents are watched.
struct Watched {
    place: Place,
    watch: Child,
}

impl Watched {
    /// Indexes what `prepare` puts into the documents, then watches them.
    fn begin(prepare: impl FnOnce(&Place)) -> Self {
        Self::begin_with(prepare, |place| place.command(&["watch"]))
    }

    fn begin_with(prepare: impl FnOnce(&Place), command: impl FnOnce(&Place) -> Command) -> Self {
        let place = Place::with_vault();
        prepare(&place);
        place.run(&["index", &place.docs_text(), "--wait", "words"]).well();
        let mut watch = command(&place).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(watch.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains("keeping the index live"), "{said}");
        let this = Self { place, watch };
        this.settled("the beginning");
        this
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.watch.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn known(&self) -> (BTreeSet<String>, usize) {
        let states = self.place.states();
        let pending = states.iter().filter(|(_, state, _)| state == "pending").count();
        (states.into_iter().map(|(name, _, _)| name).collect(), pending)
    }

    fn on_disk(&self) -> BTreeSet<String> {
        let docs = self.place.docs();
        let name = |path: &Path| path.strip_prefix(&docs).unwrap().to_str().unwrap().to_owned();
        files_below(&docs).iter().map(|path| name(path)).collect()
    }

    /// Waits until exactly what is on the disk is indexed, read to its end.
    #[track_caller]
    fn settled(&self, what: &str) {
        let begun = Instant::now();
        let disk = self.on_disk();
        loop {
            let looked = Instant::now();
            let (known, pending) = self.known();
            let took = looked.elapsed();
            if known == disk && pending == 0 {
                eprintln!("{what}: {} files, equal after {:.1} s", disk.len(), begun.elapsed().as_secs_f64());
                return;
            }
            let missing: Vec<_> = disk.difference(&known).take(3).collect();
            let ghosts: Vec<_> = known.difference(&disk).take(3).collect();
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: {} of {}, missing {missing:?}, ghosts {ghosts:?}, {pending} pending",
                known.len(),
                disk.len()
            );
            // A list of all files is work too, for the same process.
            std::thread::sleep(LOOK_EVERY.max(4 * took));
        }
    }

    fn found(&self, word: &str) -> Vec<(String, Value)> {
        let answer = self.place.answers("words", &[word]).remove(0);
        let ids = answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].clone());
        names(&answer).into_iter().zip(ids).collect()
    }

    /// Waits until `word` is found in exactly these files.
    #[track_caller]
    fn until_found(&self, word: &str, expect: &[&str]) {
        let begun = Instant::now();
        loop {
            let found: BTreeSet<String> = self.found(word).into_iter().map(|(name, _)| name).collect();
            if found == expect.iter().map(|name| (*name).to_owned()).collect() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{word} is found in {found:?}, not in {expect:?}");
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// What the only source says of files that are gone in great number.
    fn vanished(&self) -> Value {
        self.place.run(&["status", "--json"]).well().json()["sources"][0]["vanished"].clone()
    }

    fn end(mut self) {
        self.signal("-INT");
        assert_eq!(wait_for(&mut self.watch, PATIENCE).expect("watch did not end").code, Some(0));
        self.place.assert_sound();
    }
}

#[test]
fn what_is_gone_in_great_number_is_forgotten_at_once_where_that_was_asked() {
    let place = Place::with_vault();
    (0..60).for_each(|number| place.write(&format!("old/{number}.txt"), "Elderberry."));
    place.write("stays.txt", "Rowan.");
    place.run(&["index", &place.docs_text(), "--wait", "words"]).well();
    fs::remove_dir_all(place.docs().join("old")).unwrap();
    let done = place.run(&["index", &place.docs_text(), "--wait", "words", "--forget-gone", "--json"]).well();
    assert!(done.json()["files_seen"] == 1 && !done.err.contains("gone from"), "{done:?}");
}

#[test]
fn a_storm_that_nobody_listened_to_is_caught_up_with() {
    let files = count_from(STORM, 600);
    let watched = Watched::begin(|place| place.write("first.txt", "The calm before."));
    // The kernel drops events when nobody takes them.
    watched.signal("-STOP");
    for number in 0..files {
        watched.place.write(&format!("storm/{}/{number}.txt", number % 40), format!("Drop {number} of the storm."));
    }
    watched.signal("-CONT");
    watched.settled("a storm while the process stood still");
    for number in 0..files {
        let path = watched.place.docs().join(format!("storm/{}/{number}.txt", number % 40));
        if number % 3 == 0 {
            fs::write(path, format!("Drop {number}, rewritten while everybody listened.")).unwrap();
        }
    }
    watched.settled("a storm of edits");
    watched.until_found("\"the calm before\"", &["first.txt"]);
    watched.end();
}

#[test]
fn with_64_watches_for_300_folders_the_rest_is_looked_at_in_turn() {
    const LIMIT: &str = "echo 64 >/proc/sys/user/max_inotify_watches";
    let may = Command::new("unshare").args(["-Ur", "sh", "-c", LIMIT]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this system does not let a test set the number of watches");
        return;
    }
    let fill = |place: &Place| {
        (0..300).for_each(|number| place.write(&format!("{number}/old.txt"), format!("Walrus {number}.")));
    };
    let watched = Watched::begin_with(fill, |place| {
        // A user namespace has a limit of its own.
        let script = format!("{LIMIT} && exec {} watch", env!("CARGO_BIN_EXE_atom"));
        place.around("unshare", &["-Ur", "sh", "-c", &script])
    });
    let watching = watched.place.run(&["status", "--json"]).well().json()["watching"].clone();
    assert!(watching["folders"].as_u64() <= Some(64) && watching["polled"].as_u64() >= Some(237), "{watching}");
    for number in 0..300 {
        match number % 3 {
            0 => watched.place.write(&format!("{number}/old.txt"), "An ibex, or a hundred."),
            1 => watched.place.write(&format!("{number}/new/deep/new.txt"), "Okapi."),
            // So few that nobody is asked.
            _ if number < 100 => fs::remove_dir_all(watched.place.docs().join(number.to_string())).unwrap(),
            _ => {}
        }
    }
    watched.settled("300 folders with 64 watches");
    let ibex = || watched.place.run(&["search", "ibex", "--mode", "words", "--json"]).well().json()["total"].clone();
    let begun = Instant::now();
    while ibex() != 100 {
        assert!(begun.elapsed() < PATIENCE, "{}", ibex());
        std::thread::sleep(LOOK_EVERY);
    }
    watched.end();
}

#[test]
fn trees_that_are_made_moved_and_renamed_in_haste_are_followed() {
    let rounds = count_from(STORM, 600) / 200;
    let watched = Watched::begin(|place| {
        for number in 0..100 {
            place.write(&format!("renamed/{number}.txt"), format!("A file that is renamed often, {number}."));
        }
        place.write("Case.txt", "Only the case of its name changes: marzipan.");
        place.write("Folder/inside.txt", "Inside of a folder whose case changes: nougat.");
        place.write("one/deep/er/tree.txt", "A whole tree that moves: pistachio.");
    });
    let docs = watched.place.docs();
    for round in 0..rounds {
        let deep = docs.join(format!("made/{round}/b/c"));
        fs::create_dir_all(&deep).unwrap();
        for file in 0..3 {
            fs::write(deep.join(format!("{file}.txt")), "made in a hurry").unwrap();
        }
    }
    let outside = watched.place.at("outside");
    for number in 0..50 {
        fs::create_dir_all(outside.join("moved in")).unwrap();
        fs::write(outside.join(format!("moved in/{number}.txt")), "moved in with its folder").unwrap();
    }
    fs::rename(outside.join("moved in"), docs.join("moved in")).unwrap();
    watched.settled("trees made and moved in");

    let before = watched.found("pistachio");
    for round in 0..rounds.max(3) {
        for number in 0..100 {
            let name = |round: u32| match round {
                0 => docs.join(format!("renamed/{number}.txt")),
                _ => docs.join(format!("renamed/{number}-{round}.txt")),
            };
            fs::rename(name(round), name(round + 1)).unwrap();
        }
    }
    fs::rename(docs.join("Case.txt"), docs.join("case.txt")).unwrap();
    fs::rename(docs.join("Folder"), docs.join("folder")).unwrap();
    // To where it is listed before, and after, the place that it left.
    fs::create_dir(docs.join("a")).unwrap();
    fs::rename(docs.join("one/deep"), docs.join("a/deep")).unwrap();
    watched.settled("a storm of renames");
    fs::create_dir(docs.join("z")).unwrap();
    fs::rename(docs.join("a/deep"), docs.join("z/deep")).unwrap();
    watched.settled("a tree moved on");
    watched.until_found("marzipan", &["case.txt"]);
    watched.until_found("nougat", &["inside.txt"]);
    assert_eq!(watched.found("pistachio"), before, "what moved is the same item as before");
    watched.end();
}

#[test]
fn every_way_of_saving_is_findable_by_its_last_words() {
    let watched = Watched::begin(|place| {
        for way in ["rename", "backup", "truncate", "delete", "link", "across"] {
            place.write(&format!("{way}.txt"), "Before saving: oats.");
        }
    });
    let docs = watched.place.docs();
    // Not the same: equal contents are one hit.
    let text = |way: &str| format!("After saving by {way}: buckwheat.");
    let at = |name: &str| docs.join(name);
    fs::write(at(".rename.txt.swp"), text("rename")).unwrap();
    fs::rename(at(".rename.txt.swp"), at("rename.txt")).unwrap();
    fs::rename(at("backup.txt"), at("backup.txt~")).unwrap();
    fs::write(at("backup.txt"), text("backup")).unwrap();
    fs::remove_file(at("backup.txt~")).unwrap();
    fs::write(at("truncate.txt"), text("truncate")).unwrap();
    fs::remove_file(at("delete.txt")).unwrap();
    fs::write(at("delete.txt"), text("delete")).unwrap();
    fs::write(at("link.tmp"), text("link")).unwrap();
    fs::remove_file(at("link.txt")).unwrap();
    fs::hard_link(at("link.tmp"), at("link.txt")).unwrap();
    fs::remove_file(at("link.tmp")).unwrap();
    let elsewhere = watched.place.at("elsewhere.txt");
    fs::write(&elsewhere, text("across")).unwrap();
    fs::rename(&elsewhere, at("across.txt")).unwrap();
    let all = ["rename.txt", "backup.txt", "truncate.txt", "delete.txt", "link.txt", "across.txt"];
    watched.until_found("buckwheat", &all);
    watched.until_found("oats", &[]);
    watched.settled("six ways of saving");
    watched.end();
}

#[test]
fn links_and_files_that_turn_into_links_lead_nowhere_outside() {
    let swaps = count_from(STORM, 600).min(1_000);
    let watched = Watched::begin(|place| {
        fs::create_dir(place.at("private")).unwrap();
        fs::write(place.at("private/secret.txt"), "The secret word is zanzibarquartz.").unwrap();
        place.write("real.txt", "A real file: rhubarb.");
    });
    let docs = watched.place.docs();
    symlink(watched.place.at("private"), docs.join("escape")).unwrap();
    symlink("/etc", docs.join("etc")).unwrap();
    symlink(&docs, docs.join("loop")).unwrap();
    fs::create_dir(docs.join("swapped")).unwrap();
    let (over, swapped) = (AtomicBool::new(false), docs.join("swapped/note.txt"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Told again and again that there is something to read.
            while !over.load(Ordering::Relaxed) {
                let _ = fs::File::open(docs.join("swapped")).and_then(|folder| folder.sync_all());
                fs::write(docs.join("swapped/other.txt"), "something else").unwrap();
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        for turn in 0..swaps {
            fs::write(&swapped, format!("An innocent note, version {turn}.")).unwrap();
            let aside = docs.join("swapped/aside");
            symlink(watched.place.at("private/secret.txt"), &aside).unwrap();
            fs::rename(&aside, &swapped).unwrap();
            fs::remove_file(&swapped).unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    fs::write(&swapped, "The note at last: gooseberry.").unwrap();
    watched.until_found("gooseberry", &["note.txt"]);
    watched.settled("links and swaps");
    assert_eq!(watched.found("zanzibarquartz"), Vec::new());
    watched.end();
}

#[test]
fn what_vanishes_all_at_once_is_kept_until_a_person_says_so() {
    let watched = Watched::begin(|place| {
        for number in 0..60 {
            place.write(&format!("archive/{number}.txt"), format!("Kept paper {number}: elderberry."));
        }
        place.write("note.txt", "A note that somebody deletes: quince.");
    });
    let docs = watched.place.docs();
    fs::remove_file(docs.join("note.txt")).unwrap();
    watched.settled("one deletion");
    assert_eq!(watched.vanished(), Value::Null);

    let aside = watched.place.at("aside");
    fs::rename(docs.join("archive"), &aside).unwrap();
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < PATIENCE, "{what}");
            std::thread::sleep(LOOK_EVERY);
        }
    };
    until("nobody noticed that everything is gone", &|| !watched.vanished().is_null());
    assert_eq!(watched.found("elderberry").len(), 60, "kept for now");
    fs::rename(&aside, docs.join("archive")).unwrap();
    watched.place.run(&["index", &watched.place.docs_text(), "--wait", "words"]).well();
    until("nobody noticed that it is back", &|| watched.vanished().is_null());
    assert_eq!(watched.found("elderberry").len(), 60);

    fs::remove_dir_all(docs.join("archive")).unwrap();
    until("nobody noticed the second time", &|| !watched.vanished().is_null());
    let told = watched.place.run(&["status"]).well().out;
    assert!(told.contains("gone from") && told.contains("--forget-gone"), "{told}");
    watched.place.run(&["index", &watched.place.docs_text(), "--wait", "words", "--forget-gone"]).well();
    watched.settled("all is forgotten");
    assert_eq!((watched.found("elderberry"), watched.vanished()), (Vec::new(), Value::Null));
    watched.end();
}

#[test]
fn a_folder_whose_disk_is_away_keeps_its_index() {
    let watched = Watched::begin(|place| place.write("on the disk.txt", "On a disk that is unplugged: damson."));
    let (docs, away) = (watched.place.docs(), watched.place.at("away"));
    fs::rename(&docs, &away).unwrap();
    // Where a disk is mounted there is an empty folder without it.
    fs::create_dir(&docs).unwrap();
    let missing = || {
        let status = watched.place.run(&["status", "--json"]).well().json();
        status["sources"][0]["state"] == "missing"
    };
    let begun = Instant::now();
    while !missing() {
        assert!(begun.elapsed() < PATIENCE, "nobody noticed that the disk is away");
        let _ = watched.place.run(&["index", &watched.place.docs_text(), "--wait", "words"]);
    }
    assert_eq!(watched.found("damson").len(), 1);
    fs::remove_dir(&docs).unwrap();
    fs::rename(&away, &docs).unwrap();
    watched.place.run(&["index", &watched.place.docs_text(), "--wait", "words"]).well();
    assert!(!missing());
    watched.until_found("damson", &["on the disk.txt"]);
    watched.end();
}
