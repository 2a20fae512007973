//! Syncs and writes that fail, one after the other, in the real program: what it tells all the same is on the disk, and the
//! next run goes on from there.
//!
//! A failed `fsync` gives up what it was to write, and the next one succeeds without it. So each run is replayed into a
//! disk that does just that (`atom_testkit::power`), and the power goes at its end.

use super::place::{Outcome, finish};
use super::power::image::{Image, Promise};
use super::recorded::{Recorder, can_record};
use atom_testkit::noise::{Noise, count_from};
use atom_testkit::power::{Cut, Moment};
use std::collections::VecDeque;
use std::fs;
use std::time::Duration;

/// How many calls of each command fail, one in each run; a long run takes all.
const SYNCS: &str = "ATOM_TEST_SYNCS";
const SHORT: u32 = 2;
/// Every way to make something durable.
const SYNC: &str = "fsync,fdatasync,syncfs";
/// What fails whenever it is tried again is tried again for so long; then somebody presses Ctrl-C.
///
/// The calls are those of each thread, and threads that wait between two tries come and go.
const LONGEST: Duration = Duration::from_secs(60);
/// Exit code after Ctrl-C.
const INTERRUPTED: Option<i32> = Some(130);
/// How the database writes, and nothing else does.
const DATABASE_WRITE: &str = "pwrite64,ftruncate";

/// A vault before a command that fails, and what was promised by then.
struct Scene {
    recorder: Recorder,
    promise: Promise,
    noise: Noise,
}

impl Scene {
    fn new() -> Self {
        let mut scene = Self { recorder: Recorder::new(), promise: Promise::default(), noise: Noise::new(61) };
        let code = scene.run(&[], &["init"], "").0.well().out;
        scene.recorder.place.private("code", code.trim());
        scene.recorder.code = Some(scene.recorder.place.at("code"));
        scene.write(&[0, 1, 2, 3, 4, 5]);
        let docs = scene.recorder.place.docs_text();
        scene.run(&[], &["index", &docs, "--json"], "").0.well();
        scene.write(&[0, 2, 6]);
        scene
    }

    /// Writes documents, each with a word of its own in place of the one that it had.
    fn write(&mut self, numbers: &[usize]) {
        let docs = self.recorder.place.docs().canonicalize().unwrap();
        for number in numbers {
            let name = format!("note-{number}.txt");
            let word = format!("zq{}", ["bcd", "fgh", "jkm", "pbc", "dfg", "hjk", "mpb"][*number]);
            let word = if self.promise.told.is_empty() { word } else { format!("{word}x") };
            self.recorder.place.write(&name, format!("A note about the harvest, {word}. ").repeat(20));
            self.promise.coming.insert(docs.join(name), word);
        }
    }

    /// Runs a command; how it ended, and how many calls failed.
    fn run(&mut self, options: &[String], args: &[&str], input: &str) -> (Outcome, usize) {
        let (promise, mut failed) = (&mut self.promise, 0);
        let longest = if options.is_empty() { Duration::MAX } else { LONGEST };
        let outcome = self.recorder.run_with(options, args, input, longest, |_, moment| match moment {
            Moment::Said(said) => promise.hear(&said, &mut VecDeque::new()),
            Moment::Refused => failed += 1,
            Moment::BeforeSync => {}
        });
        (outcome, failed)
    }

    /// What is left when the power goes now, and what goes on when it does not.
    fn check(&mut self, what: &str) {
        let place = std::sync::Arc::clone(&self.recorder.place);
        let image = Image { place: &place, folder: place.at("image"), code: self.recorder.code.as_deref() };
        let _ = fs::remove_dir_all(&image.folder);
        fs::create_dir(&image.folder).unwrap();
        self.recorder.disk().write_to(&image.folder, Cut::Durable, &mut self.noise);
        image.look(&self.promise, true).unwrap_or_else(|problem| panic!("{what}, power cut: {problem}"));
        let image = Image { folder: self.recorder.world().to_owned(), ..image };
        image.look(&self.promise, true).unwrap_or_else(|problem| panic!("{what}, next run: {problem}"));
    }
    /// After a change of the passphrase the new one opens if it was told, and in any case one of the two.
    fn check_ways_in(&self, typed: &str, is_told: bool, what: &str) {
        let place = &self.recorder.place;
        place.private("typed", typed);
        let opens = |file: &str| {
            let mut status = place.command(&["status"]);
            status.env("ATOM_DATA_DIR", self.recorder.data()).env("ATOM_PASSPHRASE_FILE", place.at(file));
            finish(&mut status, "").code == Some(0)
        };
        assert!(opens("typed") || !is_told && opens("passphrase"), "{what}: neither passphrase opens");
    }
}

/// Lets the n-th of these calls of each thread fail, for every n, and looks at what was told.
fn every_call_fails(name: &str, calls: &str, args: &dyn Fn(&Recorder) -> Vec<String>, input: &str) {
    if !can_record() {
        return;
    }
    let mut scene = Scene::new();
    let (args, most) = (args(&scene.recorder), count_from(SYNCS, SHORT));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (kept, promise) = (scene.recorder.keep(), scene.promise.clone());
    let (mut runs, mut told, mut failures) = (0, 0, 0);
    // The first are the most interesting; further ones are those of longer runs.
    let mut nth = 1;
    while runs < most {
        let error = if nth % 3 == 0 { "ENOSPC" } else { "EIO" };
        let fault = format!("--inject={calls}:error={error}:when={nth}");
        scene.recorder.bring_back(&kept);
        scene.promise = promise.clone();
        let (outcome, failed) = scene.run(&[fault], &args, input);
        if failed == 0 {
            break;
        }
        let what = format!("{args:?}, call {nth} of {calls} fails with {error}");
        assert!(!outcome.err.contains("panicked"), "{what}: {outcome:?}");
        assert!(
            matches!(outcome.code, Some(0) | INTERRUPTED) || outcome.code == Some(1) && !outcome.err.trim().is_empty(),
            "{what}: {outcome:?}"
        );
        scene.check(&what);
        if let Some(typed) = input.lines().next() {
            scene.check_ways_in(typed, outcome.code == Some(0), &what);
        }
        runs += 1;
        failures += failed;
        told += usize::from(outcome.code == Some(0));
        // The short form comes past the opening of the vault as well.
        nth += if most > SHORT { 1 } else { 9 };
    }
    assert!(runs > 0, "nothing failed");
    eprintln!("syncs {name}: {runs} runs with {failures} failed calls, {told} ended well all the same");
}

fn owned(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

#[test]
fn when_a_sync_fails_while_indexing_nothing_is_told_that_is_not_on_the_disk() {
    every_call_fails("indexing", SYNC, &|recorder| owned(&["index", &recorder.place.docs_text(), "--json"]), "");
}

#[test]
fn when_a_write_to_the_database_fails_nothing_is_told_that_is_not_on_the_disk() {
    let args = |recorder: &Recorder| owned(&["index", &recorder.place.docs_text(), "--json"]);
    every_call_fails("database", DATABASE_WRITE, &args, "");
}

#[test]
fn when_a_sync_fails_during_a_backup_nothing_is_told_that_is_not_on_the_disk() {
    let args = |recorder: &Recorder| {
        let disk = recorder.world().join("disk");
        owned(&["backup", disk.to_str().unwrap(), "--json"])
    };
    every_call_fails("backup", SYNC, &args, "");
}

#[test]
fn when_a_sync_fails_while_the_ways_in_change_one_of_them_opens() {
    let args = |_: &Recorder| owned(&["vault", "passphrase", "--new-passphrase-stdin"]);
    every_call_fails("passphrase", SYNC, &args, "another horse battery staple\n");
}
