//! The power goes at every sync of the real program: whatever the disk may have then opens without help, and everything
//! that the program had said is there.
//!
//! Each chapter of a story is recorded, and its record replayed (`atom_testkit::power`). Before every sync three disks are
//! put together: with what was durable, with all but a part of the last write, and with anything of what was not durable.
//! Then the real program looks at them (`image`).

pub(super) mod image;

use super::place::Outcome;
use super::recorded::{Recorder, can_record};
use atom_api::Call;
use atom_api::dto::{IdRequest, Settings, SourceView, VaultUnlockRequest};
use atom_testkit::noise::{Noise, count_from};
use atom_testkit::power::{Cut, Disk, Moment};
use image::{Ack, Image, Promise, log_of};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// Of a hundred syncs so many are looked at; a long run takes all of them.
const POWER: &str = "ATOM_TEST_POWER";
const SHORT: u32 = 3;
/// Every so many images are indexed to the end and compared with the documents.
const COMPLETED: usize = 8;
/// More failures than this are not needed to find out.
const ENOUGH: usize = 5;

/// A part of the story, with a vault of its own.
struct Chapter {
    name: &'static str,
    recorder: Recorder,
    noise: Noise,
    promise: Promise,
    code: Option<PathBuf>,
    /// Documents that were written so far.
    written: usize,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    operations: usize,
    syncs: usize,
    images: usize,
    outcomes: BTreeMap<String, usize>,
    failures: Vec<String>,
    /// Hundredths of a sync that are to be looked at.
    due: u32,
}

impl Chapter {
    /// A new vault; its making is a part of the story.
    fn begin(name: &'static str, seed: u64) -> Self {
        let mut chapter = Self {
            name,
            recorder: Recorder::new(),
            noise: Noise::new(seed),
            promise: Promise::default(),
            code: None,
            written: 0,
            tally: Tally::default(),
        };
        let made = chapter.step(&["init"], "");
        // Opens the vault without the work that a passphrase takes.
        chapter.recorder.place.private("code", made.out.trim());
        chapter.code = Some(chapter.recorder.place.at("code"));
        chapter
    }

    fn docs(&self) -> PathBuf {
        self.recorder.place.docs().canonicalize().unwrap()
    }

    /// Writes a document with a word of its own, in place of what is there.
    fn write(&mut self, name: &str) {
        let word = word(self.written);
        let topic = ["the harvest", "the accounts", "the concert", "the mountain hut"][self.written % 4];
        let text = format!("A note about {topic}, {word}. ").repeat(1 + self.written % 3 * 40);
        self.recorder.place.write(name, text);
        self.promise.coming.insert(self.docs().join(name), word);
        self.written += 1;
        self.tally.operations += 1;
    }

    fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (self.docs().join(from), self.docs().join(to));
        std::fs::rename(&from, &to).unwrap();
        let word = self.promise.coming.remove(&from).unwrap();
        self.promise.coming.insert(to, word);
        self.tally.operations += 1;
    }

    fn delete(&mut self, name: &str) {
        let path = self.docs().join(name);
        std::fs::remove_file(&path).unwrap();
        self.promise.coming.remove(&path).unwrap();
        self.tally.operations += 1;
    }

    fn index(&mut self) {
        let docs = self.recorder.place.docs_text();
        let done = self.step(&["index", &docs, "--json"], "").json();
        assert!(!done["meaning_seconds"].is_null(), "this test needs the model: run `cargo xtask setup`");
    }

    /// Has the log shown: from here on its entries are promised.
    fn look_at_log(&mut self) {
        let shown = self.step(&["audit", "--json"], "");
        self.promise.log = log_of(&shown);
    }

    /// Runs one command, and looks at what a power cut at its syncs leaves.
    fn step(&mut self, args: &[&str], input: &str) -> Outcome {
        self.tally.operations += 1;
        self.follow(args, VecDeque::new(), |recorder, watch| recorder.run(args, input, watch)).well()
    }

    /// Keeps Atom running while `work` asks it for things, in the order of `acks`.
    fn running(&mut self, acks: &[Ack], work: impl FnOnce(&Path)) {
        self.tally.operations += acks.len();
        let data = self.recorder.data();
        let drive = |child: &mut Child| {
            let mut err = BufReader::new(child.stderr.take().unwrap());
            let mut said = String::new();
            err.read_line(&mut said).unwrap();
            assert!(said.contains("keeping the index live"), "{said}");
            work(&data);
            interrupt(child);
            // It may still want to say something.
            err.read_to_string(&mut said).unwrap();
        };
        let acks = acks.iter().copied().collect();
        let outcome = self.follow(&["watch"], acks, |recorder, watch| recorder.drive(&["watch"], drive, watch));
        outcome.well();
    }

    fn follow(
        &mut self,
        args: &[&str],
        mut acks: VecDeque<Ack>,
        run: impl FnOnce(&mut Recorder, &mut dyn FnMut(&Disk, Moment)) -> Outcome,
    ) -> Outcome {
        let place = std::rc::Rc::clone(&self.recorder.place);
        let image = Image { place: &place, folder: place.at("image"), code: self.code.clone() };
        self.recorder.code.clone_from(&self.code);
        let (percent, what) = (count_from(POWER, SHORT), format!("{}: {args:?}", self.name));
        let (promise, tally, noise) = (&mut self.promise, &mut self.tally, &mut self.noise);
        run(&mut self.recorder, &mut |disk, moment| match moment {
            Moment::BeforeSync => tally.sync(&image, disk, promise, noise, percent, &what),
            Moment::Said(said) => promise.hear(&said, &mut acks),
            Moment::SyncFailed => {}
        })
    }

    /// Looks at the end of the story as well, and prints the figures for `cargo xtask faults`.
    fn end(mut self) {
        let place = std::rc::Rc::clone(&self.recorder.place);
        let image = Image { place: &place, folder: place.at("image"), code: self.code.clone() };
        for cut in Cut::ALL {
            self.tally.look(&image, self.recorder.disk(), cut, &self.promise, &mut self.noise, "the end");
        }
        let Tally { operations, syncs, images, outcomes, failures, .. } = self.tally;
        let outcomes: Vec<_> = outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        eprintln!(
            "power {}: {images} images at {syncs} syncs of {operations} operations: {}",
            self.name,
            outcomes.join(", ")
        );
        assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    }
}

impl Tally {
    /// A sync is about to take effect: looks at what a power cut leaves now, if it is this one's turn.
    fn sync(&mut self, image: &Image<'_>, disk: &Disk, promise: &Promise, noise: &mut Noise, percent: u32, what: &str) {
        self.syncs += 1;
        self.due += percent;
        if self.due < 100 {
            return;
        }
        self.due -= 100;
        // The short form takes turns.
        let cuts = if percent < 100 { &Cut::ALL[self.images % 3..][..1] } else { &Cut::ALL[..] };
        for cut in cuts {
            let what = format!("{what}, sync {}", self.syncs);
            self.look(image, disk, *cut, promise, noise, &what);
        }
    }

    fn look(&mut self, image: &Image<'_>, disk: &Disk, cut: Cut, promise: &Promise, noise: &mut Noise, what: &str) {
        if self.failures.len() >= ENOUGH {
            return;
        }
        // Nothing may be left of the image before.
        let _ = std::fs::remove_dir_all(&image.folder);
        std::fs::create_dir(&image.folder).unwrap();
        disk.write_to(&image.folder, cut, noise);
        self.images += 1;
        match image.look(promise, self.images.is_multiple_of(COMPLETED)) {
            Ok(outcome) => *self.outcomes.entry(outcome.to_owned()).or_default() += 1,
            Err(problem) => self.failures.push(format!("{what}, {cut:?}: {problem}")),
        }
    }
}

/// A word that is in no language and like no other.
fn word(number: usize) -> String {
    let letters = b"bcdfghjkmp";
    let digits = (0..4).rev().map(|place| char::from(letters[number / 10_usize.pow(place) % 10]));
    "zq".chars().chain(digits).collect()
}

/// As Ctrl-C does, to the whole group: the recorder goes on until its program has ended.
fn interrupt(child: &Child) {
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
}

fn ask<T: serde::de::DeserializeOwned>(data: &Path, call: Call) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(atom_api::socket::call(data, call)).unwrap();
    serde_json::from_value(answer).unwrap()
}

#[test]
fn whenever_the_power_goes_while_a_vault_is_filled_everything_that_was_told_is_there() {
    if !can_record() {
        return;
    }
    let mut chapter = Chapter::begin("filling", 41);
    for part in 0..6 {
        for number in 0..8 {
            chapter.write(&format!("part-{part}/note-{number}.txt"));
        }
        chapter.index();
    }
    chapter.look_at_log();
    chapter.end();
}

#[test]
fn whenever_the_power_goes_while_documents_change_everything_that_was_told_is_there() {
    if !can_record() {
        return;
    }
    let mut chapter = Chapter::begin("changes", 43);
    for number in 0..20 {
        chapter.write(&format!("note-{number}.txt"));
    }
    chapter.index();
    for round in 0..6 {
        for number in 0..4 {
            chapter.write(&format!("note-{}.txt", (round * 4 + number) % 10));
        }
        chapter.write(&format!("new-{round}.md"));
        chapter.rename(&format!("note-{}.txt", 10 + round), &format!("renamed-{round}.txt"));
        if round > 0 {
            chapter.delete(&format!("new-{}.md", round - 1));
        }
        chapter.index();
    }
    chapter.end();
}

#[test]
fn whenever_the_power_goes_in_a_running_atom_every_answer_that_was_given_holds() {
    if !can_record() {
        return;
    }
    let mut chapter = Chapter::begin("running", 47);
    for number in 0..8 {
        chapter.write(&format!("note-{number}.txt"));
    }
    chapter.index();
    let hotkey = |round: usize| Settings { hotkey: format!("F{round}"), ..Settings::default() };
    chapter.running(&[Ack::Setting; 20], |data| {
        (1..=20).for_each(|round| drop(ask::<Settings>(data, Call::SettingsSet(hotkey(round)))));
    });
    chapter.look_at_log();
    // Every part of an Atom that ran is begun and ended anew by a lock and an unlock.
    let code = std::fs::read_to_string(chapter.code.clone().unwrap()).unwrap().trim().to_owned();
    chapter.running(&[Ack::Nothing, Ack::Nothing, Ack::Setting, Ack::Nothing, Ack::Nothing], |data| {
        ask::<serde_json::Value>(data, Call::VaultLock);
        ask::<serde_json::Value>(data, Call::VaultUnlock(VaultUnlockRequest { passphrase: code }));
        ask::<Settings>(data, Call::SettingsSet(hotkey(30)));
        let sources: Vec<SourceView> = ask(data, Call::SourcesList);
        assert_eq!(sources.len(), 1);
        ask::<serde_json::Value>(data, Call::SourcesList);
    });
    chapter.step(&["vault", "passphrase", "--new-passphrase-stdin"], "another horse battery staple\n");
    chapter.promise.is_removed = true;
    chapter.running(&[Ack::Nothing, Ack::Nothing], |data| {
        let sources: Vec<SourceView> = ask(data, Call::SourcesList);
        ask::<serde_json::Value>(data, Call::SourcesRemove(IdRequest { id: sources[0].id.clone() }));
    });
    chapter.look_at_log();
    chapter.index();
    chapter.end();
}

#[test]
fn whenever_the_power_goes_during_a_backup_every_backup_that_was_reported_is_there() {
    if !can_record() {
        return;
    }
    let mut chapter = Chapter::begin("backups", 53);
    let disk = chapter.recorder.world().join("disk");
    let disk = disk.to_str().unwrap().to_owned();
    for round in 0..5 {
        for number in 0..4 {
            chapter.write(&format!("note-{}.txt", round * 2 + number));
        }
        chapter.index();
        if round == 3 {
            // The older ones go in this step, and the newest always stays.
            chapter.promise.snapshots.clear();
            chapter.step(&["backup", &disk, "--keep-last", "1", "--json"], "");
        } else {
            chapter.step(&["backup", &disk, "--json"], "");
        }
    }
    chapter.end();
}
