//! A clock that is wrong, jumps, or stands still: nothing is lost, nothing is read again, and order is that of what happened.
//!
//! The real program under libfaketime (Debian's package `faketime`); where that is not installed these tests say so and do
//! nothing. Only the wall clock is bent: time that passed stays what it is, as after `date --set`. Readers start with an empty
//! environment and have the true time.

use super::place::{Outcome, Place, finish, names, wait_for};
use rustix::fs::inotify;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

/// Set in a long run: every case instead of a few.
const LONG: &str = "ATOM_TEST_CLOCKS";
const PATIENCE: Duration = Duration::from_secs(120);

/// What the clock says in the four runs of a case, as libfaketime understands it.
const ACROSS_RUNS: [(&str, [&str; 4]); 15] = [
    ("ten years back", ["+0", "-3653d", "-3653d", "+0"]),
    ("ten years ahead", ["+0", "+3653d", "+0", "+0"]),
    ("an hour back", ["+0", "-1h", "-1h", "+0"]),
    ("five seconds to and fro", ["+0", "-5", "+5", "-5"]),
    ("frozen", ["2031-03-01 12:00:00"; 4]),
    ("ten years back and never right again", ["+0", "-3653d", "-3653d", "-3653d"]),
    ("ten years ahead and never right again", ["+0", "+3653d", "+3653d", "+3653d"]),
    ("an hour ahead", ["+0", "+1h", "+1h", "+0"]),
    ("frozen, then right", ["2031-03-01 12:00:00", "2031-03-01 12:00:00", "+0", "+0"]),
    ("further back each time", ["+0", "-1d", "-2d", "-3d"]),
    ("from ahead to behind", ["+3653d", "-3653d", "+3653d", "-3653d"]),
    ("the first day of the epoch", ["+0", "1970-01-01 12:00:00", "1970-01-01 12:00:00", "+0"]),
    ("after the year 2038", ["+0", "2040-01-01 12:00:00", "2040-01-01 12:00:00", "+0"]),
    ("one second back", ["+0", "-1", "-2", "-3"]),
    ("a leap day", ["2028-02-29 23:59:58", "2028-02-29 23:59:59", "2028-03-01 00:00:00", "2028-02-28 23:59:59"]),
];

/// What the clock says one after the other while `atom watch` runs.
const WHILE_RUNNING: [(&str, [&str; 3]); 10] = [
    ("ten years back", ["-3653d", "-3653d", "+0"]),
    ("ten years ahead", ["+3653d", "+3653d", "+0"]),
    ("an hour back", ["-1h", "-1h", "+0"]),
    ("five seconds to and fro", ["-5", "+5", "-5"]),
    ("frozen", ["2031-03-01 12:00:00"; 3]),
    ("an hour ahead", ["+1h", "+1h", "+0"]),
    ("ten years ahead and behind", ["+3653d", "-3653d", "+3653d"]),
    ("a second at a time", ["-1", "-2", "-3"]),
    ("frozen and right again", ["2031-03-01 12:00:00", "+0", "2031-03-01 12:00:00"]),
    ("the first day of the epoch", ["1970-01-01 12:00:00", "1970-01-01 12:00:00", "+0"]),
];

fn library() -> Option<PathBuf> {
    let folders =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
    let names = folders.iter().map(|folder| PathBuf::from(folder).join("faketime/libfaketimeMT.so.1"));
    let found = names.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: libfaketime is not installed (package `faketime`)");
    }
    found
}

/// A place whose programs have another clock.
struct Bent {
    place: Place,
    library: PathBuf,
}

impl Bent {
    fn new(library: PathBuf) -> Self {
        let bent = Self { place: Place::bare(), library };
        bent.set("+0");
        bent
    }

    /// What the clock says from now on, also in programs that run.
    fn set(&self, time: &str) {
        // Replaced as a whole: a program may be reading it.
        std::fs::write(self.place.at("clock.new"), format!("{time}\n")).unwrap();
        std::fs::rename(self.place.at("clock.new"), self.place.at("clock")).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", self.place.at("clock"))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        command
    }

    fn run(&self, args: &[&str]) -> Outcome {
        finish(&mut self.command(args), "")
    }

    /// File names of the hits for a word.
    fn found(&self, word: &str) -> Vec<String> {
        let mut found = names(&self.run(&["search", word, "--mode", "words", "--limit", "50", "--json"]).well().json());
        found.sort();
        found
    }

    fn entries(&self) -> Vec<Value> {
        self.run(&["audit", "--json"]).well().lines()
    }

    /// Nothing that was done is missing, and all of it is in its order.
    fn assert_whole(&self, what: &str) {
        self.run(&["audit", "--verify"]).well();
        let numbers: Vec<_> = self.entries().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        let falls = numbers.windows(2).all(|pair| pair[0] == pair[1] + 1);
        let rises = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
        assert!(falls || rises, "{what}: {numbers:?}");
        let doctor = self.run(&["doctor", "--json"]).well().json();
        let odd: Vec<_> =
            doctor["checks"].as_array().unwrap().iter().filter(|c| c["ok"] != true || c["mended"] != false).collect();
        assert!(odd.is_empty(), "{what}: {odd:?}");
    }
}

/// Which files of the documents were opened.
struct Opened(OwnedFd);

impl Opened {
    fn watch(place: &Place) -> Self {
        let queue = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC).unwrap();
        inotify::add_watch(&queue, place.docs(), inotify::WatchFlags::OPEN).unwrap();
        Self(queue)
    }

    /// Their names since the last call.
    fn since(&self) -> BTreeSet<String> {
        let mut buffer = [MaybeUninit::uninit(); 4_096];
        let mut events = inotify::Reader::new(&self.0, &mut buffer);
        let mut names = BTreeSet::new();
        // Ends when nothing is left to read.
        while let Ok(event) = events.next() {
            names.extend(event.file_name().map(|name| name.to_str().unwrap().to_owned()));
        }
        names
    }
}

/// How many of the cases to take.
fn cases<T: Copy>(all: &[T], short: usize) -> Vec<T> {
    let is_long = std::env::var_os(LONG).is_some();
    all.iter().take(if is_long { all.len() } else { short }).copied().collect()
}

#[test]
fn a_clock_that_jumps_between_runs_loses_nothing_and_nothing_is_read_again() {
    let Some(library) = library() else { return };
    let cases = cases(&ACROSS_RUNS, 1);
    for (what, times) in &cases {
        let bent = Bent::new(library.clone());
        let (place, docs) = (&bent.place, bent.place.docs_text());
        let disk = place.at("disk").to_str().unwrap().to_owned();
        bent.set(times[0]);
        bent.run(&["init"]).well();
        let an_hour_ago = SystemTime::now() - Duration::from_secs(3_600);
        for index in 0..8 {
            let name = format!("{index}.txt");
            place.write(&name, format!("Note {index} about cucumbers."));
            // What was written a moment ago is read a second time, and rightly so.
            std::fs::File::options()
                .write(true)
                .open(place.docs().join(name))
                .unwrap()
                .set_modified(an_hour_ago)
                .unwrap();
        }
        let opened = Opened::watch(place);
        bent.run(&["index", &docs, "--json"]).well();
        assert!(opened.since().len() >= 8, "{what}: reading is not seen, so this says nothing");
        bent.run(&["backup", &disk, "--json"]).well();
        let mut made = Vec::new();
        for (round, time) in times.iter().enumerate().skip(1) {
            bent.set(time);
            // One is new, one is changed; nothing else is read.
            place.write(&format!("new-{round}.txt"), format!("Zucchini number {round}."));
            place.write("0.txt", format!("Note 0 about cucumbers and pumpkin{round}."));
            opened.since();
            bent.run(&["index", &docs, "--json"]).well();
            let again: Vec<_> = opened.since().into_iter().filter(|name| !name.starts_with("new-")).collect();
            assert_eq!(again, ["0.txt"], "{what}, round {round}");
            assert_eq!(bent.found("zucchini").len(), round, "{what}, round {round}");
            assert_eq!(bent.found(&format!("pumpkin{round}")), ["0.txt"], "{what}, round {round}");
            let backup = bent.run(&["backup", &disk, "--keep-last", "2", "--json"]).well().json();
            made.push(backup["snapshot"]["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(bent.found("cucumbers").len(), 8, "{what}");
        let listed = bent.run(&["backup", "list", &disk, "--json"]).well().json();
        let listed: Vec<_> = listed["snapshots"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
        assert_eq!(listed, [made[2].clone(), made[1].clone()], "{what}: the newest are those that were made last");
        bent.assert_whole(what);
        let before = place.states();
        std::fs::remove_dir_all(place.data()).unwrap();
        bent.run(&["restore", &disk]).well();
        assert_eq!(place.states(), before, "{what}");
        assert_eq!(bent.found("pumpkin3"), ["0.txt"], "{what}: the newest backup came back");
    }
    eprintln!("clock between runs: {} cases, nothing lost", cases.len());
}

/// Waits until the running `watch` answers a search with `expect`; every answer is a process that ended.
fn until_found(bent: &Bent, watch: &mut Child, word: &str, expect: &[String], what: &str) {
    let begun = std::time::Instant::now();
    loop {
        assert!(watch.try_wait().unwrap().is_none(), "{what}: watch has ended");
        let found = bent.found(word);
        if found == expect {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {found:?} instead of {expect:?}");
    }
}

#[test]
fn a_clock_that_jumps_while_atom_watches_delays_nothing_for_long() {
    let Some(library) = library() else { return };
    let cases = cases(&WHILE_RUNNING, 1);
    for (what, times) in &cases {
        let bent = Bent::new(library.clone());
        let place = &bent.place;
        bent.run(&["init"]).well();
        for index in 0..8 {
            place.write(&format!("{index}.txt"), format!("Note {index} about cucumbers."));
        }
        bent.run(&["index", &place.docs_text(), "--json"]).well();
        let mut watch = bent.command(&["watch"]).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(watch.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains("keeping the index live"), "{said}");
        let mut expect = Vec::new();
        for (round, time) in times.iter().enumerate() {
            bent.set(time);
            place.write(&format!("new-{round}.txt"), format!("Zucchini number {round}."));
            expect.push(format!("new-{round}.txt"));
            until_found(&bent, &mut watch, "zucchini", &expect, what);
        }
        // A command that waits for the running one ends, though the clock is not what it was when that began.
        let done = bent.run(&["index", &place.docs_text(), "--wait", "words", "--json"]).well().json();
        assert_eq!(done["files_indexed"], 8 + times.len(), "{what}: {done}");
        let sent = Command::new("kill").args(["-INT", &watch.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(wait_for(&mut watch, PATIENCE).expect("watch did not end").code, Some(0), "{what}");
        assert_eq!(bent.found("cucumbers").len(), 8, "{what}");
        bent.assert_whole(what);
    }
    eprintln!("clock while running: {} cases, everything found", cases.len());
}
