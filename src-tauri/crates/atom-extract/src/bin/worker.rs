//! The worker alone, with ways to misbehave that the tests of the isolation ask for by extension. Never shipped.

use atom_extract::{Extracted, FileHint, Outcome};
use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    atom_extract::worker_main_with(misbehave)
}

fn misbehave(hint: &FileHint, _file: &File) -> Option<Outcome> {
    match hint.ext.as_str() {
        "x-hang" => loop {
            std::hint::spin_loop();
        },
        "x-abort" => std::process::abort(),
        #[allow(clippy::disallowed_methods, reason = "to end without an answer is what this is for")]
        "x-exit" => std::process::exit(0),
        "x-overflow" => Some(text(&descend(1).to_string())),
        "x-memory" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 16 * 1024 * 1024]);
            }
        }
        "x-panic" => {
            let none: Option<u8> = hint.name.bytes().find(|&byte| byte == 0);
            #[allow(clippy::unwrap_used, reason = "to panic is what this is for")]
            Some(text(&none.unwrap().to_string()))
        }
        "x-garbage" => {
            let _ = rustix::io::write(rustix::stdio::stdin(), &[0xff; 64]);
            Some(text("said"))
        }
        "x-chatter" => {
            let line = "a document's words ".repeat(50);
            for _ in 0..10_000 {
                let _ = io::stderr().write_all(line.as_bytes());
            }
            Some(text("said"))
        }
        "x-pid" => Some(text(&std::process::id().to_string())),
        "x-descriptors" => Some(text(&free_descriptors().to_string())),
        "x-escape" => Some(text(&attempts())),
        _ => None,
    }
}

fn text(text: &str) -> Outcome {
    Outcome::Text(Extracted { text: text.to_owned(), ..Extracted::default() })
}

#[allow(unconditional_recursion, reason = "to overflow the stack is what this is for")]
fn descend(depth: u64) -> u64 {
    let ballast = std::hint::black_box([depth; 512]);
    let deeper = descend(depth + 1);
    deeper + ballast.iter().sum::<u64>()
}

/// How many descriptors can still be opened before the limit of 16 is met.
fn free_descriptors() -> usize {
    let copies: Vec<_> = std::iter::from_fn(|| rustix::io::dup(rustix::stdio::stdin()).ok()).take(64).collect();
    copies.len()
}

/// Something a reader may not do.
type Attempt = fn() -> io::Result<()>;

/// What a reader under foreign control would try, one line each with what came of it.
fn attempts() -> String {
    let attempts: [(&str, Attempt); 12] = [
        ("open", || File::open("/etc/passwd").map(drop)),
        ("create", || File::create("/tmp/atom-extract-escape").map(drop)),
        ("list", || std::fs::read_dir("/").map(drop)),
        ("stat", || std::fs::metadata("/etc/passwd").map(drop)),
        ("unlink", || std::fs::remove_file("/tmp/atom-extract-escape")),
        ("connect", || TcpStream::connect("127.0.0.1:9").map(drop)),
        ("datagram", || UdpSocket::bind("127.0.0.1:9").map(drop)),
        ("local socket", || UnixStream::connect("/run/dbus/system_bus_socket").map(drop)),
        ("execute", || Command::new("/bin/true").spawn().map(drop)),
        ("thread", || std::thread::Builder::new().spawn(|| {}).map(drop)),
        ("signal", signal_another),
        ("more memory", raise_memory_limit),
    ];
    let said = |result: std::thread::Result<io::Result<()>>| match result {
        Ok(Ok(())) => "done".to_owned(),
        Ok(Err(error)) => error.raw_os_error().unwrap_or(0).to_string(),
        Err(_) => "panicked".to_owned(),
    };
    attempts
        .into_iter()
        .map(|(name, attempt)| format!("{name}: {}\n", said(std::panic::catch_unwind(attempt))))
        .collect()
}

/// Asks whether a signal could be sent, which is refused like the signal itself.
fn signal_another() -> io::Result<()> {
    Ok(rustix::process::test_kill_process(rustix::process::Pid::INIT)?)
}

fn raise_memory_limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    Ok(setrlimit(Resource::As, Rlimit { current: None, maximum: None })?)
}
