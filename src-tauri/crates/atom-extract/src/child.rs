//! The parent's side of one worker process: start it, hand it a file, wait no longer than the limit, say how
//! it died.

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome, ScannedPage};
use crate::page::{Drawn, PageRequest};
use crate::sandbox::SandboxStatus;
use crate::wire::{Answer, Job, MAX_JOB, Task, answer_lengths, answer_of};
use crate::{LIMITS_ENV, PARSER_VERSION, WorkerCommand};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::net::{
    AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv,
    sendmsg, socketpair,
};
use std::fs::File;
use std::io::{self, IoSlice, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a wait for an answer looks whether the pool ends.
const LOOK: Duration = Duration::from_millis(200);
/// How long a worker may take to start; a cold start from a slow disk is slow.
const START: Duration = Duration::from_secs(30);
/// What of a dying worker's words is looked at, in bytes.
const LAST_WORDS: usize = 64 * 1024;

/// One running worker. Dropping it ends it.
pub(crate) struct Worker {
    child: Child,
    socket: OwnedFd,
    /// Standard error: only searched for the runtime's fixed phrases, never shown or kept.
    errors: File,
    files_read: u32,
    /// How it is locked in.
    pub(crate) sandbox: SandboxStatus,
}

/// What a job did to its worker.
pub(crate) enum After {
    /// It can take the next file.
    Fit,
    /// It is to be replaced.
    Spent,
}

/// What a worker answered.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are the large one")]
enum Asked {
    Outcome(Outcome),
    Page(Option<ScannedPage>),
    Drawn(Drawn),
}

impl Worker {
    /// Starts a worker and waits until it is ready.
    ///
    /// The worker dies with the thread that calls this.
    pub(crate) fn start(command: &WorkerCommand, limits: &Limits) -> Result<Self> {
        let system = |error: rustix::io::Errno| Error::Start(error.into());
        let (socket, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).map_err(system)?;
        let (errors, their_errors) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(system)?;
        // Neither side ever waits on this pipe: a worker that talks too much loses the rest.
        for end in [&errors, &their_errors] {
            let flags = fcntl_getfl(end).map_err(system)?;
            fcntl_setfl(end, flags | OFlags::NONBLOCK).map_err(system)?;
        }
        let json = serde_json::to_string(limits).map_err(|error| Error::Start(error.into()))?;
        let mut program = Command::new(&command.program);
        program.args(&command.args).env_clear().env(LIMITS_ENV, json);
        // A bundle may bring its libraries along.
        program.envs(std::env::var_os("LD_LIBRARY_PATH").map(|paths| ("LD_LIBRARY_PATH", paths)));
        program.envs(command.env.iter().map(|(name, value)| (name, value)));
        program.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::from(their_errors));
        let child = program.spawn().map_err(Error::Start)?;
        drop(program);
        let mut worker =
            Self { child, socket, errors: File::from(errors), files_read: 0, sandbox: SandboxStatus::default() };
        match worker.receive(Instant::now() + START, &AtomicBool::new(false)) {
            Ok(Answer::Ready { version: PARSER_VERSION, sandbox }) => {
                worker.sandbox = sandbox;
                Ok(worker)
            }
            Ok(Answer::Ready { version, .. }) => Err(Error::Version { ours: PARSER_VERSION, theirs: version }),
            Ok(Answer::Done { .. } | Answer::Page { .. } | Answer::Drawn { .. }) => {
                Err(Error::NoAnswer("it spoke out of turn".to_owned()))
            }
            Err(Silence::TimedOut | Silence::Ending) => Err(Error::NoAnswer("it took too long".to_owned())),
            Err(Silence::Gone) => Err(Error::NoAnswer(worker.end().unwrap_or_else(|| "it ended".to_owned()))),
        }
    }

    /// Has the worker read one file.
    pub(crate) fn read(
        &mut self,
        file: &File,
        hint: &FileHint,
        wall: Duration,
        limits: &Limits,
        ending: &AtomicBool,
    ) -> (Outcome, After) {
        match self.ask(Task::Read, file, hint, wall, limits, ending) {
            (Asked::Outcome(outcome), after) => (outcome, after),
            (Asked::Page(_) | Asked::Drawn(_), _) => (out_of_turn(), After::Spent),
        }
    }

    /// Has the worker draw the first scanned page of a PDF from page `from` on; an outcome says why it cannot.
    pub(crate) fn scan(
        &mut self,
        file: &File,
        hint: &FileHint,
        from: u32,
        limits: &Limits,
        ending: &AtomicBool,
    ) -> (Result<Option<ScannedPage>, Box<Outcome>>, After) {
        match self.ask(Task::Scan(from), file, hint, limits.wall_pdf, limits, ending) {
            (Asked::Page(page), after) => (Ok(page), after),
            (Asked::Outcome(outcome), after) => (Err(Box::new(outcome)), after),
            (Asked::Drawn(_), _) => (Err(Box::new(out_of_turn())), After::Spent),
        }
    }

    /// Has the worker draw a page as it looks; an outcome says why it cannot.
    pub(crate) fn draw(
        &mut self,
        file: &File,
        hint: &FileHint,
        request: PageRequest,
        limits: &Limits,
        ending: &AtomicBool,
    ) -> (Result<Drawn, Box<Outcome>>, After) {
        match self.ask(Task::Draw(request), file, hint, limits.wall_page, limits, ending) {
            (Asked::Drawn(drawn), after) => (Ok(drawn), after),
            (Asked::Outcome(outcome), after) => (Err(Box::new(outcome)), after),
            (Asked::Page(_), _) => (Err(Box::new(out_of_turn())), After::Spent),
        }
    }

    fn ask(
        &mut self,
        task: Task,
        file: &File,
        hint: &FileHint,
        wall: Duration,
        limits: &Limits,
        ending: &AtomicBool,
    ) -> (Asked, After) {
        self.files_read += 1;
        let job = Job { hint: hint.clone(), cpu_seconds: wall.as_secs().max(1), task };
        if let Err(error) = self.send(&job, file) {
            let reason = format!("The reader did not take the file: {error}.");
            return (Asked::Outcome(Outcome::Unavailable { reason }), After::Spent);
        }
        let (asked, resident) = match self.receive(Instant::now() + wall, ending) {
            Ok(Answer::Done { outcome, resident }) => (Asked::Outcome(outcome), resident),
            Ok(Answer::Page { page, resident }) => (Asked::Page(page), resident),
            Ok(Answer::Drawn { drawn, resident }) => (Asked::Drawn(drawn), resident),
            Ok(Answer::Ready { .. }) => return (Asked::Outcome(out_of_turn()), After::Spent),
            Err(Silence::TimedOut) => return (Asked::Outcome(Outcome::TimedOut), After::Spent),
            Err(Silence::Ending) => {
                return (
                    Asked::Outcome(Outcome::Unavailable { reason: "Reading was stopped.".to_owned() }),
                    After::Spent,
                );
            }
            Err(Silence::Gone) => {
                let outcome = match self.end() {
                    Some(reason) => Outcome::Crashed { reason },
                    None => Outcome::TimedOut,
                };
                return (Asked::Outcome(outcome), After::Spent);
            }
        };
        let spent = self.files_read >= limits.recycle_files || resident > limits.recycle_memory;
        (asked, if spent { After::Spent } else { After::Fit })
    }

    fn send(&self, job: &Job, file: &File) -> io::Result<()> {
        let json = serde_json::to_vec(job)?;
        if json.len() > MAX_JOB {
            return Err(io::Error::other("its name is too long"));
        }
        let mut frame = u32::try_from(json.len()).map_err(io::Error::other)?.to_le_bytes().to_vec();
        frame.extend_from_slice(&json);
        let files = [file.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(&files)) {
            return Err(io::Error::other("the descriptor does not fit"));
        }
        let sent = sendmsg(&self.socket, &[IoSlice::new(&frame)], &mut ancillary, SendFlags::NOSIGNAL)?;
        let mut rest = frame.get(sent..).unwrap_or_default();
        while !rest.is_empty() {
            let sent = rustix::net::send(&self.socket, rest, SendFlags::NOSIGNAL)?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    fn receive(&self, deadline: Instant, ending: &AtomicBool) -> std::result::Result<Answer, Silence> {
        let mut frame = [0u8; 8];
        self.receive_exactly(&mut frame, deadline, ending)?;
        let (head, text) = answer_lengths(frame).ok_or(Silence::Gone)?;
        let mut json = vec![0; head];
        self.receive_exactly(&mut json, deadline, ending)?;
        let mut bytes = vec![0; text];
        self.receive_exactly(&mut bytes, deadline, ending)?;
        answer_of(&json, bytes).ok_or(Silence::Gone)
    }

    fn receive_exactly(
        &self,
        buffer: &mut [u8],
        deadline: Instant,
        ending: &AtomicBool,
    ) -> std::result::Result<(), Silence> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Silence::TimedOut);
            }
            if ending.load(Ordering::Relaxed) {
                return Err(Silence::Ending);
            }
            let timeout = Timespec::try_from(left.min(LOOK)).map_err(|_| Silence::TimedOut)?;
            let mut ready = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut ready, Some(&timeout)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(_) => return Err(Silence::Gone),
            }
            match recv(&self.socket, rest, RecvFlags::DONTWAIT) {
                Ok((0, _)) => return Err(Silence::Gone),
                Ok((count, _)) => filled += count,
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(_) => return Err(Silence::Gone),
            }
        }
        Ok(())
    }

    /// Ends the process and says how it died in plain words; `None` when its processor time was up.
    fn end(&mut self) -> Option<String> {
        // A process that closed its socket by dying has its status already: the signal cannot change it.
        let _ = self.child.kill();
        let Ok(status) = self.child.wait() else {
            return Some("The reader vanished.".to_owned());
        };
        let mut words = Vec::new();
        // The pipe does not block: this takes what is there and no more.
        let _ = (&mut self.errors).take(LAST_WORDS as u64).read_to_end(&mut words);
        death(status, &words)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn out_of_turn() -> Outcome {
    Outcome::Crashed { reason: "The reader spoke out of turn.".to_owned() }
}

enum Silence {
    TimedOut,
    /// The pool ends and waits for nothing.
    Ending,
    Gone,
}

fn death(status: ExitStatus, words: &[u8]) -> Option<String> {
    let said = |phrase: &str| words.windows(phrase.len()).any(|window| window == phrase.as_bytes());
    let signal = status.signal().and_then(rustix::process::Signal::from_named_raw);
    let reason = match signal {
        Some(rustix::process::Signal::XCPU) => return None,
        _ if said("memory allocation of") => "The reader needed more memory than it may have.",
        _ if said("has overflowed its stack") => "The file is nested too deeply for the reader.",
        Some(rustix::process::Signal::SEGV | rustix::process::Signal::BUS) => "The reader failed on it (memory fault).",
        Some(rustix::process::Signal::ABORT) => "The reader gave up on it (abort).",
        Some(rustix::process::Signal::KILL) => "The reader was killed, most likely for want of memory.",
        Some(rustix::process::Signal::TRAP | rustix::process::Signal::ILL) => {
            "The reader stopped itself, most likely for want of memory."
        }
        Some(rustix::process::Signal::SYS) => "The reader tried something that it may not do.",
        Some(_) => "The reader was ended by a signal.",
        None => "The reader ended without an answer.",
    };
    Some(reason.to_owned())
}
