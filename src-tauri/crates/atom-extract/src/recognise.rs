//! Text in pictures, by Tesseract where a person has installed it.
//!
//! A reader may start no program, so this is not done by readers. For every picture the program of a [`WorkerCommand`] is
//! started once more; it locks itself in, in `launch`, and then becomes Tesseract, which has the picture as its standard input
//! and says words and how sure it is of each on its standard output. Neither ever lies in a file.
//!
//! [`Recogniser`] is the side of the parent: it hands over the picture, waits no longer than the limits, and says how it ended.

mod launch;
mod words;

pub(crate) use launch::main as launch_main;

use crate::WorkerCommand;
use launch::{Launch, NO_BOX, NO_PROGRAM};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Environment variable that makes a worker the launcher of a recogniser.
pub(crate) const LAUNCH_ENV: &str = "ATOM_RECOGNISE";
/// Environment variable in which Tesseract is told where its languages are.
pub(crate) const DATA_ENV: &str = "TESSDATA_PREFIX";
/// Name of the program.
const PROGRAM: &str = "tesseract";
/// What tells which way up a page is; no language.
const ORIENTATION: &str = "osd";
/// How Tesseract divides a page (`--psm`): as it stands…
const UPRIGHT: &str = "3";
/// …or after telling which way up it is. That errs where there are few letters, so it comes second.
const ANY_WAY_UP: &str = "1";
/// How often a wait looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// Largest answer, in bytes.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// Limits of recognising one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecogniseLimits {
    /// Wall time.
    pub wall: Duration,
    /// Processor seconds.
    pub cpu_seconds: u64,
    /// Address space, in bytes.
    pub memory: u64,
}

impl Default for RecogniseLimits {
    fn default() -> Self {
        Self { wall: Duration::from_secs(240), cpu_seconds: 90, memory: 2 << 30 }
    }
}

/// A picture as PNG, JPEG, TIFF, GIF, BMP, WebP or PNM.
#[derive(Debug)]
pub enum Picture<'a> {
    /// In a file.
    File(File),
    /// In memory, where it stays.
    Bytes(&'a [u8]),
}

/// What became of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition {
    /// There are words in it; empty where there are none that it is sure of.
    Text(String),
    /// It is damaged, or of a kind that Tesseract does not decode.
    Unreadable,
    /// It took longer than the limit.
    TimedOut,
    /// Tesseract died on it, or said nonsense.
    Crashed {
        /// How, in plain words.
        reason: String,
    },
    /// The caller no longer wants to know.
    Stopped,
    /// Tesseract could not be started; says nothing about the picture.
    Unavailable {
        /// Why, in plain words.
        reason: String,
    },
}

/// Tesseract, as it is installed on this machine.
#[derive(Debug, Clone)]
pub struct Recogniser {
    command: WorkerCommand,
    program: PathBuf,
    version: String,
    languages: Vec<String>,
    tells_orientation: bool,
    limits: RecogniseLimits,
}

/// How a process ended.
enum Run {
    Ended(ExitStatus, Vec<u8>),
    TimedOut,
    TooMuch,
    Stopped,
    Failed(io::Error),
}

impl Recogniser {
    /// The program in the folders of a search path such as `PATH`.
    pub fn find(search_path: &OsStr) -> Option<PathBuf> {
        let is_program = |path: &PathBuf| {
            std::fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
        };
        std::env::split_paths(search_path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(PROGRAM))
            .find(is_program)
    }

    /// Asks the program for its version and its languages.
    ///
    /// `command` starts a program that calls [`crate::worker_main`], as for readers.
    ///
    /// # Errors
    /// In plain words, when it cannot be locked in, does not start, or is not Tesseract.
    pub fn ask(command: WorkerCommand, program: &Path, limits: RecogniseLimits) -> Result<Self, String> {
        let mut asked = Self {
            command,
            program: program.to_owned(),
            version: String::new(),
            languages: Vec::new(),
            tells_orientation: false,
            limits,
        };
        let version = asked.answer("--version")?;
        let first = version.lines().next().unwrap_or_default();
        asked.version = first.strip_prefix("tesseract").map(str::trim).unwrap_or_default().to_owned();
        if asked.version.is_empty() {
            return Err(format!("{} does not say which version of Tesseract it is", program.display()));
        }
        let all = asked.answer("--list-langs")?;
        // The first line tells how many there are.
        let mut languages: Vec<String> =
            all.lines().skip(1).map(str::trim).filter(|name| is_language(name)).map(str::to_owned).collect();
        asked.tells_orientation = languages.iter().any(|name| name == ORIENTATION);
        languages.retain(|name| name != ORIENTATION);
        languages.sort();
        if languages.is_empty() {
            return Err(format!("{} has no languages installed", program.display()));
        }
        asked.languages = languages;
        Ok(asked)
    }

    /// Its version, such as `5.3.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Codes of the languages that are installed, such as `eng`.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Recognises the words in a picture. Blocks until that is done or given up; given up within a moment once `goes_on`
    /// says so.
    pub fn recognise(&self, picture: Picture<'_>, languages: &[String], goes_on: &dyn Fn() -> bool) -> Recognition {
        let picture = match picture {
            Picture::File(file) => Ok(file),
            Picture::Bytes(bytes) => in_memory(bytes),
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(error) => return unavailable(&error),
        };
        let first = match self.read(&picture, languages, UPRIGHT, goes_on) {
            Ok(reading) => reading,
            Err(outcome) => return outcome,
        };
        if !(self.tells_orientation && first.is_doubtful()) {
            return Recognition::Text(first.text);
        }
        match self.read(&picture, languages, ANY_WAY_UP, goes_on) {
            Ok(second) if second.is_better_than(&first) => Recognition::Text(second.text),
            Err(Recognition::Stopped) => Recognition::Stopped,
            _ => Recognition::Text(first.text),
        }
    }

    /// Reads a picture from its start.
    fn read(
        &self,
        picture: &File,
        languages: &[String],
        mode: &str,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<words::Reading, Recognition> {
        let stdin = rustix::fs::seek(picture, rustix::fs::SeekFrom::Start(0)).map_err(io::Error::from);
        let stdin = stdin.and_then(|_| picture.try_clone()).map_err(|error| unavailable(&error))?;
        let args = ["stdin", "stdout", "-l", &languages.join("+"), "--psm", mode, "tsv"];
        match self.run(&args, stdin.into(), goes_on) {
            Run::Ended(status, answer) if status.success() => match std::str::from_utf8(&answer) {
                Ok(answer) => Ok(words::read(answer)),
                Err(_) => Err(Recognition::Crashed { reason: "Tesseract said something that is no text.".to_owned() }),
            },
            Run::Ended(status, _) => Err(outcome_of(status)),
            Run::TimedOut => Err(Recognition::TimedOut),
            Run::TooMuch => {
                Err(Recognition::Crashed { reason: "Tesseract said more than a picture can hold.".to_owned() })
            }
            Run::Stopped => Err(Recognition::Stopped),
            Run::Failed(error) => Err(unavailable(&error)),
        }
    }

    /// What it says to a question that takes no picture.
    fn answer(&self, question: &str) -> Result<String, String> {
        let unusable = |what: &str| Err(format!("{} {what}", self.program.display()));
        match self.run(&[question], Stdio::null(), &|| true) {
            Run::Ended(status, answer) if status.success() => Ok(String::from_utf8_lossy(&answer).into_owned()),
            Run::Ended(status, _) => match outcome_of(status) {
                Recognition::Unavailable { reason } | Recognition::Crashed { reason } => Err(reason),
                _ => unusable("is not Tesseract"),
            },
            Run::Failed(error) => unusable(&format!("cannot be started: {error}")),
            Run::TimedOut | Run::TooMuch | Run::Stopped => unusable("is not Tesseract"),
        }
    }

    fn run(&self, args: &[&str], stdin: Stdio, goes_on: &dyn Fn() -> bool) -> Run {
        let launch = Launch {
            program: self.program.clone(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            memory: self.limits.memory,
            cpu_seconds: self.limits.cpu_seconds,
        };
        match start(&self.command, &launch, stdin) {
            Ok(mut process) => process.follow(Instant::now() + self.limits.wall, goes_on),
            Err(error) => Run::Failed(error),
        }
    }
}

fn unavailable(error: &io::Error) -> Recognition {
    Recognition::Unavailable { reason: format!("Tesseract did not start: {error}.") }
}

fn is_language(name: &str) -> bool {
    !name.is_empty()
        && name.len() < 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte))
}

fn outcome_of(status: ExitStatus) -> Recognition {
    let signal = status.signal().and_then(rustix::process::Signal::from_named_raw);
    let reason = match (status.code(), signal) {
        (Some(NO_BOX), _) => {
            let reason = "Tesseract is not used: this system cannot lock it in (Landlock and seccomp).".to_owned();
            return Recognition::Unavailable { reason };
        }
        (Some(NO_PROGRAM), _) => {
            return Recognition::Unavailable { reason: "Tesseract did not start in its box.".to_owned() };
        }
        (Some(_), _) => return Recognition::Unreadable,
        (_, Some(rustix::process::Signal::XCPU)) => return Recognition::TimedOut,
        (_, Some(rustix::process::Signal::SEGV | rustix::process::Signal::BUS)) => {
            "Tesseract failed on it (memory fault)."
        }
        (_, Some(rustix::process::Signal::ABORT)) => "Tesseract gave up on it, most likely for want of memory.",
        (_, Some(rustix::process::Signal::KILL)) => "Tesseract was killed, most likely for want of memory.",
        _ => "Tesseract was ended by a signal.",
    };
    Recognition::Crashed { reason: reason.to_owned() }
}

/// A file that lies in memory only.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> io::Result<File> {
    use std::io::{Seek, Write};
    let mut file = File::from(rustix::fs::memfd_create("page", rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &[u8]) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A running recogniser. Dropping it ends it.
struct Process(Child);

fn start(command: &WorkerCommand, launch: &Launch, stdin: Stdio) -> io::Result<Process> {
    let mut program = Command::new(&command.program);
    program.args(&command.args).env_clear().env(LAUNCH_ENV, serde_json::to_string(launch)?);
    // A bundle may bring the libraries of the launcher along; Tesseract does not get to see them.
    for name in ["LD_LIBRARY_PATH", DATA_ENV] {
        program.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    // Its standard error may quote the picture.
    program.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(Process(program.spawn()?))
}

impl Process {
    /// Takes what it says until it ends.
    fn follow(&mut self, deadline: Instant, goes_on: &dyn Fn() -> bool) -> Run {
        let Some(mut output) = self.0.stdout.take() else {
            return Run::Failed(io::Error::other("it has no standard output"));
        };
        let mut answer = Vec::new();
        loop {
            if !goes_on() {
                return Run::Stopped;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Run::TimedOut;
            }
            let Ok(timeout) = Timespec::try_from(left.min(LOOK)) else { return Run::TimedOut };
            let mut ready = [PollFd::new(&output, PollFlags::IN)];
            match poll(&mut ready, Some(&timeout)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Run::Failed(error.into()),
            }
            let mut piece = [0; 16 * 1024];
            match output.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Run::Failed(error),
            }
            if answer.len() as u64 > MAX_ANSWER {
                return Run::TooMuch;
            }
        }
        self.end(answer, deadline, goes_on)
    }

    /// Waits for the end of a process that has said all it has to say.
    fn end(&mut self, answer: Vec<u8>, deadline: Instant, goes_on: &dyn Fn() -> bool) -> Run {
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Run::Ended(status, answer),
                Ok(None) if Instant::now() >= deadline => return Run::TimedOut,
                Ok(None) if !goes_on() => return Run::Stopped,
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => return Run::Failed(error),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
