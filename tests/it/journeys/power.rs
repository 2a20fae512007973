//! The power goes at every sync of the real program: whatever the disk may have then opens without help, and everything
//! that the program had said is there.
//!
//! Each chapter of a story is recorded, and its record replayed (`atom_testkit::power`). Before every sync three disks are
//! put together: with what was durable, with all but a part of the last write, and with anything of what was not durable.
//! Then the real program looks at them (`image`).

pub(super) mod image;

use super::place::Outcome;
use super::recorded::{Recorder, can_record, interrupt};
use atom_api::Call;
use atom_api::dto::{IdRequest, Settings, SourceView, VaultUnlockRequest};
use atom_testkit::noise::{Noise, count_from};
use atom_testkit::power::{Cut, Disk, Moment};
use image::{Ack, Lookers, Promise, log_of};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;

/// Of a hundred syncs so many are looked at.
const POWER: &str = "ATOM_TEST_POWER";
const SHORT: u32 = 2;
const LONG: u32 = 100;

/// A part of the story, with a vault of its own.
struct Chapter {
    name: &'static str,
    recorder: Recorder,
    noise: Noise,
    promise: Promise,
    code: Option<PathBuf>,
    /// Documents that were written so far.
    written: usize,
    operations: usize,
    turns: Turns,
    looked: Vec<Result<&'static str, String>>,
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
            operations: 0,
            turns: Turns::default(),
            looked: Vec::new(),
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
        self.operations += 1;
    }

    fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (self.docs().join(from), self.docs().join(to));
        std::fs::rename(&from, &to).unwrap();
        let word = self.promise.coming.remove(&from).unwrap();
        self.promise.coming.insert(to, word);
        self.operations += 1;
    }

    fn delete(&mut self, name: &str) {
        let path = self.docs().join(name);
        std::fs::remove_file(&path).unwrap();
        self.promise.coming.remove(&path).unwrap();
        self.operations += 1;
    }

    fn index(&mut self) {
        let docs = self.recorder.place.docs_text();
        let done = self.step(&["index", &docs, "--json"], "").json();
        assert!(!done["meaning_seconds"].is_null(), "these tests need the model: run `cargo xtask setup`");
    }

    /// Has the log shown: from here on its entries are promised.
    fn look_at_log(&mut self) {
        let shown = self.step(&["audit", "--json"], "");
        self.promise.log = log_of(&shown);
    }

    /// Runs one command, and looks at what a power cut at its syncs leaves.
    fn step(&mut self, args: &[&str], input: &str) -> Outcome {
        self.operations += 1;
        self.follow(args, VecDeque::new(), |recorder, watch| recorder.run(args, input, watch)).well()
    }

    /// Keeps Atom running while `work` asks it for things, in the order of `acks`.
    fn running(&mut self, acks: &[Ack], work: impl FnOnce(&Path)) {
        self.operations += acks.len();
        let data = self.recorder.data();
        let drive = |child: &mut Child| {
            let mut err = BufReader::new(child.stderr.take().unwrap());
            let mut said = String::new();
            err.read_line(&mut said).unwrap();
            assert!(said.contains("keeping the index live"), "{said}");
            work(&data);
            interrupt(child.id());
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
        self.recorder.code.clone_from(&self.code);
        let (percent, what) = (count_from(POWER, SHORT), format!("{}: {args:?}", self.name));
        let place = Arc::clone(&self.recorder.place);
        let lookers = Lookers::new(&place, self.code.as_deref(), self.looked.len());
        let Self { recorder, promise, turns, noise, .. } = self;
        let (outcome, looked) = lookers.at_work(|images| {
            run(recorder, &mut |disk, moment| match moment {
                Moment::BeforeSync => {
                    let sync = turns.syncs + 1;
                    for cut in turns.next(percent) {
                        let what = format!("{what}, sync {sync}, {cut:?}");
                        images.take(disk, cut, noise, promise, what);
                    }
                }
                Moment::Said(said) => promise.hear(&said, &mut acks),
                Moment::Refused => {}
            })
        });
        self.looked.extend(looked);
        outcome
    }

    /// Looks at the end of the story as well, and prints the figures for `cargo xtask faults`.
    fn end(mut self) {
        let lookers = Lookers::new(&self.recorder.place, self.code.as_deref(), self.looked.len());
        let ((), looked) = lookers.at_work(|images| {
            for cut in Cut::ALL {
                let what = format!("{}: the end, {cut:?}", self.name);
                images.take(self.recorder.disk(), cut, &mut self.noise, &self.promise, what);
            }
        });
        self.looked.extend(looked);
        let (images, mut outcomes, mut failures) = (self.looked.len(), BTreeMap::<_, usize>::new(), Vec::new());
        for looked in self.looked {
            match looked {
                Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
                Err(problem) => failures.push(problem),
            }
        }
        let outcomes: Vec<_> = outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        eprintln!(
            "power {}: {images} images at {} of {} syncs of {} operations: {}",
            self.name,
            self.turns.taken,
            self.turns.syncs,
            self.operations,
            outcomes.join(", ")
        );
        assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    }
}

/// Which syncs are looked at.
#[derive(Default)]
struct Turns {
    syncs: usize,
    taken: usize,
    /// Hundredths of a sync that are to be looked at.
    due: u32,
}

impl Turns {
    /// The cuts to try at the next sync: all of them in the long form, else one now and then, each in its turn.
    fn next(&mut self, percent: u32) -> Vec<Cut> {
        self.syncs += 1;
        self.due += percent;
        if self.due < 100 {
            return Vec::new();
        }
        self.due -= 100;
        self.taken += 1;
        if percent < LONG { vec![Cut::ALL[self.taken % Cut::ALL.len()]] } else { Cut::ALL.to_vec() }
    }
}

/// How often something happens in the short and in the long form of the story.
fn times(short: usize, long: usize) -> usize {
    if count_from(POWER, SHORT) == SHORT { short } else { long }
}

/// A word that is in no language and like no other.
fn word(number: usize) -> String {
    let letters = b"bcdfghjkmp";
    let digits = (0..4).rev().map(|place| char::from(letters[number / 10_usize.pow(place) % 10]));
    "zq".chars().chain(digits).collect()
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
    // The long one has more than five hundred operations.
    for part in 0..times(1, 2) {
        for number in 0..times(8, 250) {
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
    for number in 0..6 {
        chapter.write(&format!("note-{number}.txt"));
    }
    chapter.index();
    for round in 0..times(1, 3) {
        chapter.write(&format!("note-{round}.txt"));
        chapter.write(&format!("new-{round}.md"));
        chapter.rename(&format!("note-{}.txt", 3 + round), &format!("renamed-{round}.txt"));
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
    chapter.write("note.txt");
    chapter.index();
    let hotkey = |round: usize| Settings { hotkey: format!("F{round}"), ..Settings::default() };
    let settings = times(1, 12);
    chapter.running(&vec![Ack::Setting; settings], |data| {
        (1..=settings).for_each(|round| drop(ask::<Settings>(data, Call::SettingsSet(hotkey(round)))));
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
    for round in 0..1 + times(1, 2) {
        for number in 0..2 {
            chapter.write(&format!("note-{}.txt", round + number));
        }
        chapter.index();
        if round == 1 {
            // The older ones go in this step, and the newest always stays.
            chapter.promise.snapshots.clear();
            chapter.step(&["backup", &disk, "--keep-last", "1", "--json"], "");
        } else {
            chapter.step(&["backup", &disk, "--json"], "");
        }
    }
    chapter.end();
}
