//! Several processes with the same data folder: one has the vault, the others are answered, and nothing is lost.

use super::place::{Outcome, Place, finish, names, wait_for};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many processes to start, kill, or have race; a long run sets more.
const STARTS: &str = "ATOM_TEST_INSTANCES";
const PATIENCE: Duration = Duration::from_secs(120);
/// Nobody opens and closes a vault within this time.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// What runs at once, beside one `watch`.
const AT_ONCE: [&str; 4] = ["search", "index", "status", "search"];

fn count(default: usize) -> usize {
    std::env::var(STARTS).map_or(default, |count| count.parse().unwrap())
}

/// A vault with a few documents.
fn filled() -> Place {
    let place = Place::with_vault();
    for index in 0..6 {
        place.write(&format!("{index}.txt"), format!("Note {index}: tomatoes and cucumbers thrive in a sunny bed."));
    }
    place.index();
    place
}

/// Processes that have a file of the database locked at this moment, as the kernel lists them. Every open database in this
/// mode holds a lock on its `-shm` for as long as it is open.
fn having_the_database_open(place: &Place) -> BTreeSet<String> {
    let files = ["vault.db", "vault.db-shm"].map(|name| place.data().join(name));
    let inodes: Vec<_> = files.iter().filter_map(|path| Some(format!(":{}", path.metadata().ok()?.ino()))).collect();
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let holder = |line: &str| {
        // 1: POSIX  ADVISORY  READ 1234 fd:00:5678 128 128
        let words: Vec<_> = line.split_whitespace().filter(|word| *word != "->").collect();
        let place = words.get(5)?;
        inodes.iter().any(|inode| place.ends_with(inode)).then(|| words[4].to_owned())
    };
    locks.lines().filter_map(holder).collect()
}

/// Looks who has the database open until `over`; returns how often somebody had, and who had it together.
fn watch_owners(place: &Place, over: &AtomicBool) -> (u64, Vec<BTreeSet<String>>) {
    let (mut seen, mut together, mut before) = (0, Vec::new(), BTreeSet::new());
    while !over.load(Ordering::Relaxed) {
        let now = having_the_database_open(place);
        seen += u64::from(!now.is_empty());
        // The list is not read at one instant: one that ends and one that begins may both be in it, once.
        if now.len() > 1 && now == before {
            together.push(now.clone());
        }
        before = now;
        std::thread::sleep(LOOK_EVERY);
    }
    (seen, together)
}

/// Ends the watching of owners, also when the test fails meanwhile.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends a process Ctrl-C.
fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The first line that a process says on its standard error.
fn first_line(child: &mut Child) -> String {
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    said
}

fn start(place: &Place, what: &str) -> Outcome {
    let docs = place.docs_text();
    let args: &[&str] = match what {
        "search" => &["search", "cucumbers", "--mode", "words", "--limit", "50", "--json"],
        "index" => &["index", &docs, "--wait", "words", "--json"],
        "status" => &["status", "--json"],
        other => panic!("{other} is not started here"),
    };
    finish(&mut place.command(args), "")
}

#[test]
fn of_processes_that_start_at_once_one_has_the_vault_and_all_are_answered() {
    let starts = count(5);
    let place = filled();
    let (mut started, mut files, mut seen) = (0, 6, 0);
    while started < starts {
        place.write(&format!("{files}.txt"), format!("Note {files} about cucumbers, written before a start."));
        files += 1;
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let owners = scope.spawn(|| watch_owners(&place, &over));
            let looking = Over(&over);
            let mut watch = place.command(&["watch"]).spawn().unwrap();
            let others = AT_ONCE.map(|what| (what, scope.spawn(|| start(&place, what))));
            for (what, outcome) in others {
                let outcome = outcome.join().unwrap();
                assert_eq!(outcome.code, Some(0), "{what}: {outcome:?}");
                match what {
                    "search" => assert!(names(&outcome.json()).len() >= files - 1, "{outcome:?}"),
                    "index" => assert_eq!(outcome.json()["files_indexed"], files, "{outcome:?}"),
                    _ => assert!(outcome.json()["items"].as_u64().unwrap() >= files as u64 - 1, "{outcome:?}"),
                }
            }
            let said = first_line(&mut watch);
            assert!(said.contains("the index live"), "{said}");
            interrupt(&watch);
            let ended = wait_for(&mut watch, PATIENCE).expect("watch did not end");
            // One that found the index kept live already has ended by itself.
            assert!(ended.code == Some(0) || said.contains("already"), "{ended:?}");
            drop(looking);
            let (times, together) = owners.join().unwrap();
            assert_eq!(together, Vec::<BTreeSet<String>>::new(), "two processes had the vault open");
            seen += times;
        });
        started += 1 + AT_ONCE.len();
    }
    assert!(seen > 0, "nobody was seen with the database open, so this says nothing");
    assert_eq!(place.states().iter().filter(|(_, state, _)| state == "indexed").count(), files);
    place.assert_sound();
    assert_eq!(place.run(&["audit", "--verify"]).well().code, Some(0));
    eprintln!("instances started at once: {started} starts, all answered");
}

#[test]
fn what_a_killed_owner_leaves_behind_hinders_nobody() {
    let kills = count(3);
    let place = filled();
    let socket = place.data().join("atom.sock");
    for kill in 0..kills {
        let mut watch = place.command(&["watch"]).spawn().unwrap();
        let said = first_line(&mut watch);
        assert!(said.contains("keeping the index live"), "kill {kill}: {said}");
        // Some are killed while they are quiet, the others while somebody talks to them.
        let talking = (kill % 2 == 1).then(|| place.command(&["status", "--json"]).spawn().unwrap());
        watch.kill().unwrap();
        watch.wait().unwrap();
        assert!(socket.exists(), "nothing was left behind, so this says nothing");
        if let Some(mut talking) = talking {
            let outcome = wait_for(&mut talking, PATIENCE).expect("it waits for ever").well();
            assert_eq!(outcome.json()["items"], 6, "kill {kill}");
        }
        assert_eq!(place.run(&["status", "--json"]).well().json()["items"], 6, "kill {kill}");
        assert!(!socket.exists(), "who ended in order leaves nothing");
    }
    place.assert_sound();
    eprintln!("instances killed: {kills} owners, each replaced by the next process");
}

#[test]
fn of_processes_that_make_a_vault_at_once_one_does() {
    let races = count(2).div_ceil(4);
    for _ in 0..races {
        let place = Place::bare();
        let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
            let racing: Vec<_> = (0..4).map(|_| scope.spawn(|| place.run(&["init"]))).collect();
            racing.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.code == Some(0));
        assert_eq!(made.len(), 1, "{outcomes:?}");
        for outcome in refused {
            let said = &outcome.err;
            assert!(outcome.code == Some(1) && outcome.out.is_empty(), "{outcome:?}");
            assert!(said.contains("there is a vault here already") || said.contains("running"), "{said}");
        }
        // Both ways in open the one that was made.
        place.run(&["status"]).well();
        place.private("passphrase", made[0].out.trim());
        place.run(&["status"]).well();
        place.assert_sound();
    }
    eprintln!("instances making a vault: {} starts, one vault each four", races * 4);
}
