//! The child's side: lock oneself in, then read one file after the other.
//!
//! The socket to the parent is standard input. Nothing is written anywhere else; standard output and standard
//! error may carry a library's words about a document, so the parent drops them.

use crate::formats::Readers;
use crate::limits::Limits;
use crate::outcome::{FileHint, Outcome, ScannedPage};
use crate::page::Drawn;
use crate::sandbox::{self, SandboxStatus};
use crate::wire::{Answer, Job, MAX_JOB, Task, write_answer};
use crate::{LIMITS_ENV, PARSER_VERSION, PDFIUM_ENV};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use std::fs::File;
use std::io::{self, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a test does in place of reading; `None` reads as usual.
pub type Hook = fn(&FileHint, &File) -> Option<Outcome>;

/// Runs a worker until the parent closes the socket, or becomes a recogniser where it was started as one. For a program that was started with the arguments of a
/// [`crate::WorkerCommand`]; call it before anything else, on the only thread.
pub fn worker_main() -> ExitCode {
    worker_main_with(|_, _| None)
}

/// [`worker_main`] with a hook before every file; for the tests of the isolation.
#[doc(hidden)]
pub fn worker_main_with(hook: Hook) -> ExitCode {
    if let Some(code) = crate::recognise::launch_main() {
        return code;
    }
    match run(hook) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(hook: Hook) -> io::Result<()> {
    let socket = File::from(rustix::stdio::stdin().try_clone_to_owned()?);
    let limits: Limits = match std::env::var(LIMITS_ENV) {
        Ok(json) => serde_json::from_str(&json).map_err(io::Error::other)?,
        Err(_) => Limits::default(),
    };
    // A panic message may quote the document.
    std::panic::set_hook(Box::new(|_| {}));
    let memory = File::open("/proc/self/statm").ok();
    let pdfium = std::env::var_os(PDFIUM_ENV).map(PathBuf::from);
    let (readers, pdf) = Readers::load(limits.clone(), pdfium.as_deref());
    let process = sandbox::limit_process(limits.memory);
    let files = sandbox::close_files();
    let calls = sandbox::close_calls();
    let sandbox = SandboxStatus { files, calls, limits: process, pdf };
    write_answer(&mut &socket, &Answer::Ready { version: PARSER_VERSION, sandbox })?;

    while let Some((job, file)) = receive(&socket)? {
        sandbox::allow_cpu(job.cpu_seconds);
        let read = AssertUnwindSafe(|| match hook(&job.hint, &file) {
            Some(outcome) => Done::Read(outcome),
            None => work(&readers, &job, &file),
        });
        // A panic may leave a library in a bad state: answer, then make way for a fresh worker.
        let (done, fit) = match catch_unwind(read) {
            Ok(done) => (done, true),
            Err(_) => {
                let reason = "Damaged, or built in a way that Atom cannot read.".to_owned();
                (Done::Read(Outcome::Unreadable { reason }), false)
            }
        };
        drop(file);
        let resident = if fit { resident_memory(memory.as_ref()) } else { u64::MAX };
        let answer = match done {
            Done::Read(outcome) => Answer::Done { outcome, resident },
            Done::Scanned(page) => Answer::Page { page, resident },
            Done::Drawn(drawn) => Answer::Drawn { drawn, resident },
        };
        write_answer(&mut &socket, &answer)?;
    }
    Ok(())
}

/// What came of a job.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are the large one")]
enum Done {
    Read(Outcome),
    Scanned(Option<ScannedPage>),
    Drawn(Drawn),
}

fn work(readers: &Readers, job: &Job, file: &File) -> Done {
    let failed = |outcome: Box<Outcome>| Done::Read(*outcome);
    match job.task {
        Task::Read => Done::Read(readers.read(file, &job.hint)),
        Task::Scan(from) => readers.scanned_page(file, from).map_or_else(failed, Done::Scanned),
        Task::Draw(request) => readers.page(file, request).map_or_else(failed, Done::Drawn),
    }
}

/// The next job; `None` when the parent is gone.
fn receive(socket: &File) -> io::Result<Option<(Job, File)>> {
    let mut length = [0u8; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(socket.as_fd(), &mut [IoSliceMut::new(&mut length)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let file: Option<OwnedFd> = ancillary
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(files) => Some(files),
            _ => None,
        })
        .flatten()
        .next();
    let file = file.ok_or_else(|| io::Error::other("a job without a file"))?;
    (&mut &*socket).read_exact(length.get_mut(received.bytes..).unwrap_or_default())?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_JOB {
        return Err(io::Error::other("a job beyond the limit"));
    }
    let mut json = vec![0; length];
    (&mut &*socket).read_exact(&mut json)?;
    let job = serde_json::from_slice(&json).map_err(io::Error::other)?;
    Ok(Some((job, File::from(file))))
}

/// Resident memory in bytes; 0 where unknown.
fn resident_memory(statm: Option<&File>) -> u64 {
    let mut line = [0u8; 128];
    let Some(length) = statm.and_then(|file| file.read_at(&mut line, 0).ok()) else {
        return 0;
    };
    let pages = std::str::from_utf8(line.get(..length).unwrap_or_default())
        .ok()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|word| word.parse::<u64>().ok());
    pages.unwrap_or(0).saturating_mul(rustix::param::page_size() as u64)
}
