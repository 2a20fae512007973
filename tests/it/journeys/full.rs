//! A disk that runs full under the real program: what does not fit is refused with a sentence that says what to do,
//! searches go on, and so does everything else by itself once there is room; nothing that was told is lost.

use super::place::{Outcome, PASSPHRASE, Place, finish, names, wait_for};
use super::recorded::{missing, within};
use atom_api::dto::{SearchMode, SearchRequest, SearchResponse, Settings, SourcesAddRequest, StatusView};
use atom_api::{ApiError, Call, ErrorCode};
use atom_testkit::noise::count_from;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs its arguments where file systems may be mounted that nobody else sees.
const APART: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];
/// Bytes that are left on the disk.
const ROOMS: [u64; 4] = [0, 1 << 20, 4 << 10, 10 << 20];
/// How many of them are tried; a long run takes all.
const FULL: &str = "ATOM_TEST_FULL";
const SHORT: u32 = 2;
/// New documents on each full disk.
const FILES: usize = 10;
const DISK_BYTES: u64 = 256 << 20;
/// Nothing here takes so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// A place whose data folder is on a disk of its own.
struct SmallDisk {
    place: Place,
    /// Keeps the disk there.
    holder: Child,
    /// The disk, as its own processes see it…
    at: PathBuf,
    /// …and as everybody else does.
    seen: PathBuf,
}

impl SmallDisk {
    /// None where this machine does not let tests have one, which is said.
    fn new() -> Option<Self> {
        if let Some(what) = missing(&APART).or_else(|| missing(&["nsenter"])) {
            eprintln!("skipped: this machine does not let tests mount a disk: {what}");
            return None;
        }
        let place = Place::bare();
        let at = place.at("disk");
        fs::create_dir(&at).unwrap();
        let mount = format!("mount -t tmpfs -o size={DISK_BYTES},mode=700 tmpfs \"$1\" && echo mounted && exec cat");
        let mut command = Command::new(APART[0]);
        command.args(&APART[1..]).args(["sh", "-c", &mount, "sh"]).arg(&at);
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said.trim() != "mounted" {
            holder.wait().unwrap();
            eprintln!("skipped: this machine does not let tests mount a disk");
            return None;
        }
        let seen = PathBuf::from(format!("/proc/{}/root{}", holder.id(), at.display()));
        Some(Self { place, holder, at, seen })
    }

    /// With a vault in which a few documents are found.
    fn with_vault() -> Option<Self> {
        let disk = Self::new()?;
        disk.run(&["init"]).well();
        for number in 0..12 {
            disk.place.write(&format!("note-{number}.txt"), format!("Note {number} of the harvest, {}.", word(number)));
        }
        disk.index();
        Some(disk)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut atom = self.place.command(args);
        atom.env("ATOM_DATA_DIR", self.at.join("data"));
        let pid = self.holder.id().to_string();
        let front = ["--target", &pid, "--user", "--mount", "--preserve-credentials", "--"];
        within(&atom, "nsenter", front.map(Into::into))
    }

    fn run(&self, args: &[&str]) -> Outcome {
        let outcome = finish(&mut self.command(args), "");
        assert!(!outcome.err.contains("panicked"), "{args:?}: {outcome:?}");
        outcome
    }

    fn index(&self) {
        self.run(&["index", &self.place.docs_text(), "--json"]).well();
    }

    /// A path on the disk, for a command.
    fn on_disk(&self, name: &str) -> String {
        self.at.join(name).to_str().unwrap().to_owned()
    }

    /// Fills the disk until so many bytes are left.
    fn leave(&self, room: u64) {
        self.make_room();
        let mut filler = File::create(self.seen.join("filler")).unwrap();
        let mut length = 0;
        for size in [1 << 20, 4 << 10] {
            let piece = vec![1; size];
            loop {
                match filler.write(&piece) {
                    Ok(written) => length += written as u64,
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        filler.set_len(length - room).unwrap();
    }

    fn make_room(&self) {
        match fs::remove_file(self.seen.join("filler")) {
            Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
            _ => {}
        }
    }

    /// Starts an Atom that goes on running.
    fn start(&self) -> Running<'_> {
        let mut child = self.command(&["watch"]).spawn().unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        err.read_line(&mut said).unwrap();
        assert!(said.contains("keeping the index live"), "{said}");
        // Read to the end, or what it wants to say breaks it.
        std::thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()));
        Running { disk: self, child }
    }

    /// A document is found by its word.
    #[track_caller]
    fn assert_found(&self, number: usize, when: &str) {
        let found = self.run(&["search", &format!("\"{}\"", word(number)), "--mode", "words", "--json"]).well().json();
        assert_eq!(names(&found), [format!("note-{number}.txt")], "{when}");
    }

    #[track_caller]
    fn assert_sound(&self) {
        let doctor = self.run(&["doctor", "--json"]).well().json();
        let checks = doctor["checks"].as_array().unwrap();
        let odd: Vec<_> = checks.iter().filter(|check| check["ok"] != true || check["mended"] != false).collect();
        assert!(odd.is_empty(), "{odd:?}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A running Atom on a small disk.
struct Running<'a> {
    disk: &'a SmallDisk,
    child: Child,
}

impl Running<'_> {
    fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(atom_api::socket::call(&self.disk.seen.join("data"), call))?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Names of what is found by the word of a document.
    fn found(&self, number: usize) -> Vec<String> {
        let query = format!("\"{}\"", word(number));
        let request = SearchRequest::new(query, SearchMode::Words, 10);
        let found: SearchResponse = self.ask(Call::SearchQuery(request)).unwrap();
        found.hits.into_iter().map(|hit| hit.title).collect()
    }

    /// Asks for the status until it is as wanted; searches have to be answered all the while.
    fn wait(&self, what: &str, wanted: impl Fn(&StatusView) -> bool) {
        let begun = Instant::now();
        loop {
            let status: StatusView = self.ask(Call::StatusGet).unwrap();
            assert_eq!(self.found(0), ["note-0.txt"], "while waiting: {what}");
            if wanted(&status) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} never came: {status:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Without a chance to end in order.
    fn kill(mut self) {
        self.child.kill().unwrap();
        wait_for(&mut self.child, PATIENCE).unwrap();
    }
}

/// A word that is in no language and like no other.
fn word(number: usize) -> String {
    let letters = b"bcdfghjkmp";
    let digits = (0..3).rev().map(|place| char::from(letters[number / 10_usize.pow(place) % 10]));
    "xq".chars().chain(digits).collect()
}

fn rooms() -> impl Iterator<Item = u64> {
    ROOMS.into_iter().take(count_from(FULL, SHORT) as usize)
}

fn is_done(status: &StatusView) -> bool {
    let progress = &status.progress;
    progress.words.done == progress.words.total && progress.meaning.done == progress.meaning.total
}

/// Either it fitted, or it was refused in words that help.
#[track_caller]
fn assert_told(outcome: &Outcome, what: &str) {
    let told = outcome.err.contains("no space left") && outcome.err.contains("free");
    assert!(outcome.code == Some(0) || outcome.code == Some(1) && told, "{what}: {outcome:?}");
}

#[test]
fn a_vault_on_a_full_disk_opens_and_is_searched() {
    let Some(disk) = SmallDisk::with_vault() else { return };
    for room in rooms() {
        disk.leave(room);
        for number in [0, 7] {
            disk.assert_found(number, &format!("{room} bytes left"));
        }
        disk.run(&["status", "--json"]).well();
        disk.make_room();
        disk.assert_sound();
    }
    eprintln!("full start: {} cases, searched with {:?} bytes left", 3 * rooms().count(), rooms().collect::<Vec<_>>());
}

#[test]
fn indexing_on_a_full_disk_waits_and_goes_on_by_itself() {
    let Some(disk) = SmallDisk::with_vault() else { return };
    let mut next = 12;
    let running = disk.start();
    for room in rooms() {
        disk.leave(room);
        for number in next..next + FILES {
            let text = format!("Note {number} of the accounts, {}. ", word(number)).repeat(40);
            disk.place.write(&format!("note-{number}.txt"), text);
        }
        let docs = disk.place.docs_text();
        // Looks for changes at once; where that cannot be written down, the watcher has noticed them as well.
        let asked = running.ask::<serde_json::Value>(Call::SourcesAdd(SourcesAddRequest { path: docs }));
        assert!(
            asked.as_ref().is_ok() || asked.as_ref().is_err_and(|error| error.code == ErrorCode::DiskFull),
            "{asked:?}"
        );
        running.wait("a full disk that is told", |status| {
            status.message.as_ref().is_some_and(|message| message.contains("no space left") && message.contains("free"))
        });
        disk.make_room();
        running.wait("the end", |status| status.items as usize >= next + FILES && is_done(status));
        next += FILES;
        for number in [0, next - FILES, next - 1] {
            assert_eq!(running.found(number), [format!("note-{number}.txt")], "{room} bytes left");
        }
    }
    running.kill();
    for number in 0..next {
        disk.assert_found(number, "after a kill");
    }
    disk.assert_sound();
    eprintln!("full indexing: {} cases, waited and went on by itself", rooms().count());
}

#[test]
fn a_setting_that_was_taken_on_a_full_disk_is_kept() {
    let Some(disk) = SmallDisk::with_vault() else { return };
    let running = disk.start();
    running.wait("the end", is_done);
    let set = |number: usize| {
        let settings = Settings { hotkey: format!("F{number}"), ..Settings::default() };
        running.ask::<Settings>(Call::SettingsSet(settings)).map(|settings| settings.hotkey)
    };
    let (mut kept, mut refused) = (set(1).unwrap(), 0);
    for (round, room) in rooms().enumerate() {
        disk.leave(room);
        // Until it is full, whatever was left.
        for attempt in 0..300 {
            match set(10 + attempt % 10) {
                Ok(hotkey) => kept = hotkey,
                Err(error) => {
                    assert_eq!(error.code, ErrorCode::DiskFull, "{error:?}");
                    assert!(error.retryable && error.message.contains("free"), "{error:?}");
                    refused += 1;
                    break;
                }
            }
        }
        assert_eq!(running.ask::<Settings>(Call::SettingsGet).unwrap().hotkey, kept, "{room} bytes left");
        assert_eq!(running.found(0), ["note-0.txt"]);
        disk.make_room();
        kept = set(20 + round).unwrap();
    }
    disk.leave(0);
    let last = set(9);
    running.kill();
    disk.make_room();
    let running = disk.start();
    assert_eq!(running.ask::<Settings>(Call::SettingsGet).unwrap().hotkey, last.unwrap_or(kept));
    running.kill();
    disk.assert_sound();
    assert!(refused > 0, "the disk was never full");
    eprintln!("full settings: {} cases, {refused} refused", rooms().count());
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::with_vault() else { return };
    let (backups, export) = (disk.on_disk("backups"), disk.on_disk("export"));
    disk.run(&["backup", &backups, "--json"]).well();
    let mut cases = 0;
    for room in rooms() {
        let what = |command: &str| format!("{command} with {room} bytes left");
        disk.place.write("more.txt", format!("Another note, {room}. {}", "More of it. ".repeat(20_000)));
        disk.index();
        disk.leave(room);
        assert_told(&disk.run(&["backup", &backups]), &what("backup"));
        assert_told(&disk.run(&["export", &export]), &what("export"));
        assert_told(&disk.run(&["audit"]), &what("audit"));
        let mut passphrase = disk.command(&["vault", "passphrase", "--new-passphrase-stdin"]);
        let changed = finish(passphrase.stdin(Stdio::piped()), &format!("{PASSPHRASE}\n"));
        assert_told(&changed, &what("vault passphrase"));
        let mut elsewhere = disk.command(&["init"]);
        elsewhere.args(["--data-dir", &disk.on_disk("other")]);
        assert_told(&finish(&mut elsewhere, ""), &what("init"));
        let mut restore = disk.command(&["restore", &backups]);
        restore.args(["--to", &disk.on_disk("restored")]);
        assert_told(&finish(&mut restore, ""), &what("restore"));
        disk.assert_found(3, &what("search"));
        disk.make_room();
        // Where the room was enough for the key slots only, there is a vault that opens.
        let again = finish(disk.command(&["init"]).args(["--data-dir", &disk.on_disk("other")]), "");
        assert!(again.code == Some(0) || again.err.contains("already"), "{room} bytes left: {again:?}");
        finish(disk.command(&["status"]).args(["--data-dir", &disk.on_disk("other")]), "").well();
        for folder in ["other", "restored", "export"] {
            let _ = fs::remove_dir_all(disk.seen.join(folder));
        }
        let found = disk.run(&["backup", "check", &backups, "--json"]).well().json();
        assert_eq!(found["ok"], true, "{found}");
        disk.run(&["backup", &backups]).well();
        disk.assert_sound();
        cases += 7;
    }
    eprintln!("full commands: {cases} cases, each done or refused in words that help");
}
