//! What happens to a reader that goes wrong happens to one file.

use crate::support::{file, pool, read};
use atom_core::ItemState;
use atom_extract::{Error, Extractor, FileHint, Limits, Outcome, WorkerCommand};
use std::time::{Duration, Instant};

const PATIENT: Duration = Duration::from_secs(120);

fn text_of(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Text(extracted) => &extracted.text,
        other => panic!("no text but {other:?}"),
    }
}

fn assert_alive(extractor: &Extractor) {
    assert_eq!(text_of(&read(extractor, "a.txt", b"still here")), "still here");
}

#[test]
fn sandbox_is_reported_and_tight() {
    let sandbox = pool(Limits::default(), 1).sandbox().unwrap();
    assert!(sandbox.limits.is_on(), "{sandbox:?}");
    if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        assert!(sandbox.is_tight(), "{sandbox:?}");
    }
}

#[test]
fn boxed_reader_reaches_nothing() {
    let extractor = pool(Limits::default(), 1);
    if !extractor.sandbox().unwrap().is_tight() {
        println!("skipped: this system has no sandbox");
        return;
    }
    let outcome = read(&extractor, "a.x-escape", b"x");
    for line in text_of(&outcome).lines() {
        let (attempt, result) = line.split_once(": ").unwrap();
        // EPERM by seccomp, EACCES by Landlock.
        assert!(matches!(result, "1" | "13"), "{attempt} came to {result}");
    }
    assert_eq!(text_of(&outcome).lines().count(), 12);
    assert_alive(&extractor);
}

#[test]
fn death_of_a_reader_is_told_in_plain_words() {
    let limits = Limits { wall: PATIENT, memory: 256 << 20, ..Limits::default() };
    let extractor = pool(limits, 1);
    let check = |ext: &str, expect: &str| {
        let outcome = read(&extractor, &format!("a.{ext}"), b"x");
        assert_eq!(outcome, Outcome::Crashed { reason: expect.to_owned() }, "{ext}");
        assert!(outcome.is_poison());
        assert_alive(&extractor);
    };
    check("x-abort", "The reader gave up on it (abort).");
    check("x-overflow", "The file is nested too deeply for the reader.");
    check("x-memory", "The reader needed more memory than it may have.");
    check("x-exit", "The reader ended without an answer.");
    check("x-garbage", "The reader was killed, most likely for want of memory.");
}

#[test]
fn panic_of_a_reader_is_a_damaged_file() {
    let extractor = pool(Limits::default(), 1);
    let outcome = read(&extractor, "a.x-panic", b"x");
    assert_eq!(outcome.state(), ItemState::Unreadable, "{outcome:?}");
    assert_alive(&extractor);
}

#[test]
fn ending_the_pool_gives_up_what_is_being_read() {
    let extractor = pool(Limits { wall: PATIENT, ..Limits::default() }, 1);
    extractor.sandbox().unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| read(&extractor, "a.x-hang", b"x"));
        // The other reading waits for the one worker of the pool, and is given up as well.
        let waiting = scope.spawn(|| read(&extractor, "a.x-hang", b"x"));
        extractor.end();
        for reading in [hanging, waiting] {
            let outcome = reading.join().unwrap();
            assert!(matches!(outcome, Outcome::Unavailable { .. }) && !outcome.is_poison(), "{outcome:?}");
        }
    });
    assert!(begun.elapsed() < PATIENT / 4, "{:?}", begun.elapsed());
}

#[test]
fn hanging_reader_is_stopped() {
    let extractor = pool(Limits { wall: Duration::from_millis(200), ..Limits::default() }, 1);
    extractor.sandbox().unwrap();
    let begun = Instant::now();
    assert_eq!(read(&extractor, "a.x-hang", b"x"), Outcome::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(20));
    let patient = pool(Limits::default(), 1);
    assert_alive(&patient);
}

#[test]
fn reader_that_talks_too_much_is_not_heard_and_not_stuck() {
    let extractor = pool(Limits { wall: PATIENT, ..Limits::default() }, 1);
    assert_eq!(text_of(&read(&extractor, "a.x-chatter", b"x")), "said");
}

#[test]
fn descriptors_do_not_pile_up() {
    let extractor = pool(Limits::default(), 1);
    let free = |extractor: &Extractor| text_of(&read(extractor, "a.x-descriptors", b"x")).to_owned();
    let before = free(&extractor);
    assert_ne!(before, "0");
    for _ in 0..40 {
        assert_alive(&extractor);
    }
    assert_eq!(free(&extractor), before);
}

#[test]
fn reader_is_replaced_after_its_share_of_files() {
    let extractor = pool(Limits { recycle_files: 3, ..Limits::default() }, 1);
    let pids: Vec<String> = (0..7).map(|_| text_of(&read(&extractor, "a.x-pid", b"x")).to_owned()).collect();
    assert_eq!(pids[0], pids[2]);
    assert_ne!(pids[2], pids[3]);
    assert_eq!(pids[3], pids[5]);
    assert_ne!(pids[5], pids[6]);
}

#[test]
fn threads_share_the_pool() {
    let extractor = pool(Limits::default(), 2);
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let extractor = &extractor;
            scope.spawn(move || {
                for number in 0..20 {
                    let content = format!("{thread} and {number}");
                    assert_eq!(text_of(&read(extractor, "a.txt", content.as_bytes())), content);
                }
            });
        }
    });
}

#[test]
fn reader_leaves_the_position_of_the_file_alone() {
    use std::io::{Read, Seek, SeekFrom};
    let extractor = pool(Limits::default(), 1);
    let mut mine = file(b"0123456789");
    mine.seek(SeekFrom::Start(4)).unwrap();
    let outcome = extractor.extract(mine.try_clone().unwrap(), &FileHint::new("a.txt", 10));
    assert_eq!(text_of(&outcome), "0123456789");
    let mut rest = String::new();
    mine.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "456789");
}

#[test]
fn missing_worker_is_nobodys_fault() {
    let command = WorkerCommand { program: "/nonexistent/atom".into(), ..WorkerCommand::default() };
    let extractor = Extractor::new(command, Limits::default(), 1);
    let outcome = read(&extractor, "a.txt", b"x");
    assert_eq!(outcome.state(), ItemState::Pending);
    assert!(!outcome.is_poison());
    assert!(matches!(extractor.sandbox(), Err(Error::Start(_))));
}

#[test]
fn program_that_is_no_worker_is_refused() {
    let command = WorkerCommand { program: "/bin/true".into(), ..WorkerCommand::default() };
    assert!(matches!(Extractor::new(command, Limits::default(), 1).sandbox(), Err(Error::NoAnswer(_))));
}

#[test]
fn what_is_no_file_is_not_read() {
    let extractor = pool(Limits::default(), 1);
    let folder = std::fs::File::open("/").unwrap();
    assert_eq!(extractor.extract(folder, &FileHint::new("x", 0)).state(), ItemState::NameOnly);
    let endless = std::fs::File::open("/dev/zero").unwrap();
    assert_eq!(extractor.extract(endless, &FileHint::new("zero.txt", 0)).state(), ItemState::NameOnly);
}
