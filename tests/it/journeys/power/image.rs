//! One disk after a power cut, and the real program that is asked what is there.

use super::super::place::{Outcome, Place, finish};
use atom_testkit::noise::Noise;
use atom_testkit::power::{Cut, Disk};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Every so many images are indexed to the end and compared with the documents.
const COMPLETED: usize = 8;
/// Images that are looked at at the same time.
const LOOKERS: usize = 2;

/// What somebody was told, and what was under way: what an image has to have.
#[derive(Clone, Default)]
pub(in super::super) struct Promise {
    /// The recovery code was shown.
    pub(in super::super) is_made: bool,
    /// The word in each document, as of the last time that indexing was done…
    pub(in super::super) told: BTreeMap<PathBuf, String>,
    /// …and as the documents are now.
    pub(in super::super) coming: BTreeMap<PathBuf, String>,
    /// Whether the documents may be gone from the index: their folder was removed.
    pub(in super::super) is_removed: bool,
    /// Action and subject of the log's entries, as it was last shown.
    pub(in super::super) log: Vec<(Value, Value)>,
    /// Settings that were changed.
    pub(in super::super) settings: usize,
    /// Backups that were reported.
    pub(in super::super) snapshots: Vec<Value>,
}

/// What the next answer over the socket promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Ack {
    Nothing,
    Setting,
}

impl Promise {
    /// What the program has said on its standard output or over its socket.
    pub(in super::super) fn hear(&mut self, said: &[u8], acks: &mut VecDeque<Ack>) {
        let said = String::from_utf8_lossy(said);
        if said.starts_with("{\"ok\":") {
            self.settings += usize::from(acks.pop_front() == Some(Ack::Setting));
        } else if let Some(line) = said.lines().find(|line| line.contains("\"event\":\"done\"")) {
            let done: Value = serde_json::from_str(line).unwrap();
            match done.get("snapshot") {
                Some(snapshot) => self.snapshots.push(snapshot["id"].clone()),
                None => {
                    self.told = self.coming.clone();
                    self.is_removed = false;
                }
            }
        } else if !self.is_made && !said.contains('{') {
            self.is_made = true;
        }
    }
}

/// Action and subject of each entry of the log.
pub(in super::super) fn log_of(shown: &Outcome) -> Vec<(Value, Value)> {
    shown.lines().iter().map(|entry| (entry["action"].clone(), entry["subject"].clone())).collect()
}

/// A disk, and the documents as they are.
pub(in super::super) struct Image<'a> {
    pub(in super::super) place: &'a Place,
    pub(in super::super) folder: PathBuf,
    /// Opens the vault at once where it is known.
    pub(in super::super) code: Option<&'a Path>,
}

/// Look at images beside the replay that makes them.
pub(super) struct Lookers<'a> {
    place: &'a Place,
    code: Option<&'a Path>,
    /// Images that were looked at before.
    before: usize,
}

/// Images that wait to be looked at.
pub(super) struct Images {
    folder: PathBuf,
    number: usize,
    waiting: SyncSender<Waiting>,
}

struct Waiting {
    folder: PathBuf,
    promise: Promise,
    completes: bool,
    what: String,
}

impl<'a> Lookers<'a> {
    pub(super) const fn new(place: &'a Place, code: Option<&'a Path>, before: usize) -> Self {
        Self { place, code, before }
    }

    /// Does `work`, and meanwhile looks at the images that it takes; what became of each.
    pub(super) fn at_work<T>(&self, work: impl FnOnce(&mut Images) -> T) -> (T, Vec<Checked<&'static str>>) {
        let (send, receive) = sync_channel(1);
        let receive = Mutex::new(receive);
        std::thread::scope(|scope| {
            let lookers = [(); LOOKERS].map(|()| scope.spawn(|| self.look(&receive)));
            let mut images = Images { folder: self.place.at("image"), number: self.before, waiting: send };
            let done = work(&mut images);
            drop(images);
            (done, lookers.into_iter().flat_map(|looker| looker.join().unwrap()).collect())
        })
    }

    fn look(&self, waiting: &Mutex<Receiver<Waiting>>) -> Vec<Checked<&'static str>> {
        let mut looked = Vec::new();
        loop {
            let next = waiting.lock().unwrap().recv();
            let Ok(Waiting { folder, promise, completes, what }) = next else { return looked };
            let image = Image { place: self.place, folder, code: self.code };
            let outcome = image.look(&promise, completes);
            std::fs::remove_dir_all(&image.folder).unwrap();
            looked.push(outcome.map_err(|problem| format!("{what}: {problem}")));
        }
    }
}

impl Images {
    /// Puts an image together, and has it looked at.
    pub(super) fn take(&mut self, disk: &Disk, cut: Cut, noise: &mut Noise, promise: &Promise, what: String) {
        self.number += 1;
        let folder = self.folder.with_extension(self.number.to_string());
        std::fs::create_dir(&folder).unwrap();
        disk.write_to(&folder, cut, noise);
        let completes = self.number.is_multiple_of(COMPLETED);
        self.waiting.send(Waiting { folder, promise: promise.clone(), completes, what }).unwrap();
    }
}

type Checked<T> = Result<T, String>;

impl Image<'_> {
    fn run(&self, args: &[&str], input: &str) -> Checked<Outcome> {
        let mut command = self.place.command(args);
        command.env("ATOM_DATA_DIR", self.folder.join("data")).stdin(Stdio::piped());
        if let Some(code) = self.code {
            command.env("ATOM_PASSPHRASE_FILE", code);
        }
        let outcome = finish(&mut command, input);
        match outcome.err.contains("panicked") || outcome.code.is_none() {
            true => Err(format!("{args:?}: {outcome:?}")),
            false => Ok(outcome),
        }
    }

    fn well(&self, args: &[&str], input: &str) -> Checked<Outcome> {
        let outcome = self.run(args, input)?;
        if outcome.code == Some(0) { Ok(outcome) } else { Err(format!("{args:?}: {outcome:?}")) }
    }

    /// What became of the vault in this image; an error where it is less than was promised.
    pub(in super::super) fn look(&self, promise: &Promise, completes: bool) -> Checked<&'static str> {
        if !promise.is_made && !self.is_there()? {
            self.well(&["init"], "")?;
            return Ok("without a vault, which could be made");
        }
        let missing = self.search(promise)?;
        if !promise.log.is_empty() || promise.settings > 0 {
            self.check_log(promise)?;
        }
        if !missing.is_empty() {
            self.check_known(&missing)?;
        }
        let doctor = self.well(&["doctor", "--json"], "")?.json();
        let checks = doctor["checks"].as_array().ok_or("no checks")?;
        if doctor["ok"] != true || checks.iter().any(|check| check["name"] == "loss") {
            return Err(format!("doctor: {doctor}"));
        }
        let is_mended = !missing.is_empty() || checks.iter().any(|check| check["mended"] == true);
        if !promise.snapshots.is_empty() {
            self.check_backups(promise)?;
        }
        if completes || !missing.is_empty() {
            self.complete(promise)?;
        }
        Ok(if is_mended { "mended" } else { "whole" })
    }

    /// Whether there is a vault. Nobody was told of it yet.
    fn is_there(&self) -> Checked<bool> {
        std::fs::create_dir_all(self.folder.join("data")).map_err(|error| error.to_string())?;
        let status = self.run(&["status", "--json"], "")?;
        match status.code {
            Some(0) => Ok(true),
            _ if status.err.contains("there is no vault") => Ok(false),
            _ => Err(format!("{status:?}")),
        }
    }

    /// Documents that were told to be found and are not; an error for an answer that was never right.
    fn search(&self, promise: &Promise) -> Checked<BTreeSet<PathBuf>> {
        let found = self.found(promise)?;
        let paths: BTreeSet<_> = promise.told.keys().chain(promise.coming.keys()).chain(found.keys()).collect();
        let mut missing = BTreeSet::new();
        for path in paths {
            let allowed = [promise.told.get(path), promise.coming.get(path)];
            match found.get(path).map_or(&[][..], Vec::as_slice) {
                [] if promise.is_removed || allowed.contains(&None) => {}
                [] => drop(missing.insert(path.clone())),
                [word] if allowed.contains(&Some(word)) => {}
                words => return Err(format!("{} is found by {words:?}, not {allowed:?}", path.display())),
            }
        }
        Ok(missing)
    }

    /// By which words each document is found.
    fn found(&self, promise: &Promise) -> Checked<BTreeMap<PathBuf, Vec<String>>> {
        let words: BTreeSet<&String> = promise.told.values().chain(promise.coming.values()).collect();
        let queries: String = words.iter().map(|word| format!("\"{word}\"\n")).collect();
        let args = ["search", "--stdin", "--json", "--mode", "words", "--limit", "100"];
        let answers = self.well(&args, &queries)?.lines();
        if answers.len() != words.len() {
            return Err(format!("{} answers to {} queries", answers.len(), words.len()));
        }
        let mut found: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (word, answer) in words.into_iter().zip(&answers) {
            for hit in answer["hits"].as_array().ok_or("no hits")? {
                let path = hit["path"].as_str().ok_or("no path")?;
                found.entry(path.into()).or_default().push(word.clone());
            }
        }
        Ok(found)
    }

    /// What is not found is known to the vault, and that it is not findable too.
    fn check_known(&self, missing: &BTreeSet<PathBuf>) -> Checked<()> {
        let files = self.well(&["files", "--json"], "")?.lines();
        let stage = |path: &PathBuf| files.iter().find(|file| file["path"].as_str().map(Path::new) == Some(path));
        for path in missing {
            match stage(path) {
                Some(file) if file["stage"] == "names" => {}
                other => return Err(format!("{} is not found, and said to be {other:?}", path.display())),
            }
        }
        Ok(())
    }

    fn check_log(&self, promise: &Promise) -> Checked<()> {
        let log = log_of(&self.well(&["audit", "--json"], "")?);
        if !log.starts_with(&promise.log) {
            return Err(format!("the log has {log:?}, not {:?}", promise.log));
        }
        let settings = log.iter().filter(|(action, _)| action == "setting-changed").count();
        if settings < promise.settings {
            return Err(format!("{settings} settings were changed, not {}", promise.settings));
        }
        Ok(())
    }

    fn check_backups(&self, promise: &Promise) -> Checked<()> {
        let disk = self.folder.join("disk");
        let disk = disk.to_str().ok_or("no text")?;
        let check = self.well(&["backup", "check", disk, "--json"], "")?.json();
        let listed = self.well(&["backup", "list", disk, "--json"], "")?.json();
        let ids: Vec<_> = listed["snapshots"].as_array().ok_or("no list")?.iter().map(|one| &one["id"]).collect();
        match check["ok"] == true && promise.snapshots.iter().all(|id| ids.contains(&id)) {
            true => Ok(()),
            false => Err(format!("promised {:?}: {check} {listed}", promise.snapshots)),
        }
    }

    /// Goes on to the end: every document is found as it is now, and nothing is left to mend.
    fn complete(&self, promise: &Promise) -> Checked<()> {
        if promise.coming.is_empty() {
            return Ok(());
        }
        self.well(&["index", &self.place.docs_text(), "--json"], "")?;
        let done = Promise { told: promise.coming.clone(), is_removed: false, ..promise.clone() };
        let (found, missing) = (self.found(&done)?, self.search(&done)?);
        if !missing.is_empty() || found.len() != done.coming.len() {
            return Err(format!("after indexing to the end {missing:?} are missing: {found:?}"));
        }
        let doctor = self.well(&["doctor", "--json"], "")?.json();
        let odd = |check: &&Value| check["ok"] != true || check["mended"] != false;
        match doctor["checks"].as_array().ok_or("no checks")?.iter().find(odd) {
            Some(check) => Err(format!("after indexing to the end: {check}")),
            None => Ok(()),
        }
    }
}
