//! The real program with every change that it makes to the disk recorded, and the disk that a power cut would leave.

use super::place::{Outcome, Place, wait_for};
use atom_testkit::damage::copy_folder;
use atom_testkit::power::{Disk, Moment, RECORDED, Replay};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// A recorded run takes no longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// Whether this machine lets `program` run; what is missing otherwise.
pub(super) fn missing(program: &[&str]) -> Option<String> {
    let [name, arguments @ ..] = program else { return None };
    match Command::new(name).args(arguments).arg("true").stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Some(format!("{name}: {error}")),
    }
}

/// Whether runs can be recorded here; says so if not.
pub(super) fn can_record() -> bool {
    let missing = missing(&[&RECORDED[..], &["/dev/null"]].concat());
    if let Some(what) = &missing {
        eprintln!("skipped: this machine does not let tests record what a program does: {what}");
    }
    missing.is_none()
}

/// As Ctrl-C does, to a whole group of processes: the recorder goes on until its program has ended.
pub(super) fn interrupt(group: u32) {
    assert!(Command::new("kill").args(["-INT", "--", &format!("-{group}")]).status().unwrap().success());
}

/// A place whose data, and the disk for backups, are in a world of their own that is recorded.
pub(super) struct Recorder {
    pub(super) place: Arc<Place>,
    /// A file with the recovery code, once it is known: it opens the vault without the work that a passphrase takes.
    pub(super) code: Option<PathBuf>,
    world: PathBuf,
    replay: Replay,
}

impl Recorder {
    /// An empty world.
    pub(super) fn new() -> Self {
        let place = Place::bare();
        std::fs::create_dir(place.at("world")).unwrap();
        let world = place.at("world").canonicalize().unwrap();
        let replay = Replay::new(&world);
        Self { place: Arc::new(place), code: None, world, replay }
    }

    /// The folder above everything that is recorded.
    pub(super) fn world(&self) -> &Path {
        &self.world
    }

    /// The data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.world.join("data")
    }

    /// The disk after everything that was recorded.
    pub(super) const fn disk(&self) -> &Disk {
        self.replay.disk()
    }

    /// Runs the program to its end, with more options for the recorder, and replays what it did. Interrupted, as by Ctrl-C, if
    /// it goes on for `longest`.
    pub(super) fn run_with(
        &mut self,
        options: &[String],
        args: &[&str],
        input: &str,
        longest: Duration,
        watch: impl FnMut(&Disk, Moment),
    ) -> Outcome {
        let mut child = self.command(options, args).stdin(Stdio::piped()).spawn().unwrap();
        let group = child.id();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let (ended, end) = mpsc::channel::<()>();
        let patient = std::thread::spawn(move || {
            if end.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
                interrupt(group);
            }
        });
        let outcome = wait_for(&mut child, PATIENCE).unwrap_or_else(|| panic!("did not end: {options:?} {args:?}"));
        drop(ended);
        patient.join().unwrap();
        self.replay(watch);
        outcome
    }

    /// The same without more options.
    pub(super) fn run(&mut self, args: &[&str], input: &str, watch: impl FnMut(&Disk, Moment)) -> Outcome {
        self.run_with(&[], args, input, PATIENCE, watch)
    }

    /// Starts a program that goes on until `work` has ended it, and replays what it did.
    pub(super) fn drive(
        &mut self,
        args: &[&str],
        work: impl FnOnce(&mut Child),
        watch: impl FnMut(&Disk, Moment),
    ) -> Outcome {
        let mut child = self.command(&[], args).spawn().unwrap();
        work(&mut child);
        let outcome = wait_for(&mut child, PATIENCE).unwrap_or_else(|| panic!("did not end: {args:?}"));
        self.replay(watch);
        outcome
    }

    /// Keeps the world as it is now…
    pub(super) fn keep(&self) -> Kept {
        let folder = self.place.at("kept");
        copy_folder(&self.world, &folder);
        Kept { folder, replay: self.replay.clone() }
    }

    /// …and makes it that again.
    pub(super) fn bring_back(&mut self, kept: &Kept) {
        copy_folder(&kept.folder, &self.world);
        self.replay = kept.replay.clone();
    }

    fn record(&self) -> PathBuf {
        self.place.at("record")
    }

    fn command(&self, options: &[String], args: &[&str]) -> Command {
        let mut atom = self.place.command(args);
        atom.env("ATOM_DATA_DIR", self.data());
        if let Some(code) = &self.code {
            atom.env("ATOM_PASSPHRASE_FILE", code);
        }
        let (program, front) = RECORDED.split_first().unwrap();
        let (output, front) = front.split_last().unwrap();
        let before: Vec<&str> = front.iter().copied().chain(options.iter().map(String::as_str)).collect();
        let before = before.into_iter().chain([*output]).map(Into::into);
        within(&atom, program, before.chain([self.record().into_os_string()]))
    }

    fn replay(&mut self, watch: impl FnMut(&Disk, Moment)) {
        let record = BufReader::with_capacity(1 << 20, File::open(self.record()).unwrap());
        self.replay.run(record, watch).unwrap_or_else(|problem| panic!("the record cannot be replayed: {problem}"));
    }
}

/// A world as it was.
pub(super) struct Kept {
    folder: PathBuf,
    replay: Replay,
}

/// The same command, started by another program.
pub(super) fn within(
    command: &Command,
    program: &str,
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Command {
    let mut outer = Command::new(program);
    outer
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    std::os::unix::process::CommandExt::process_group(&mut outer, 0);
    outer
}
