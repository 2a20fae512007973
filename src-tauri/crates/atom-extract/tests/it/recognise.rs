//! Text in pictures: by the real Tesseract where it is installed, and by programs in its place that misbehave.

use super::support::{file, pdfium, pool, worker};
use atom_extract::{FileHint, Limits, Outcome, Picture, RecogniseLimits, Recogniser, Recognition};
use atom_testkit::scan::{draw, pdf};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const LINES: [&str; 6] = [
    "THE PLATYPUS LIVES IN THE RIVER",
    "QUARTERLY HARVEST REPORT",
    "THEODOLITE AND COMPASS",
    "THE GARDENERS FOUND A LETTER",
    "IN THE LIBRARY OF ULM",
    "AND SENT IT TO THE MUSEUM",
];

/// Tesseract as it is installed; none, and a word about it, where it is not.
fn installed() -> Option<Recogniser> {
    let found = Recogniser::find(&std::env::var_os("PATH").unwrap_or_default());
    let Some(program) = found else {
        println!("skipped: Tesseract is not installed");
        return None;
    };
    asked(&program, RecogniseLimits::default())
}

fn asked(program: &Path, limits: RecogniseLimits) -> Option<Recogniser> {
    match Recogniser::ask(worker(), program, limits) {
        Err(reason) if reason.contains("cannot lock it in") => {
            println!("skipped: {reason}");
            None
        }
        asked => Some(asked.unwrap()),
    }
}

/// Whether the data are installed by which Tesseract tells which way up a page is.
fn tesseract_tells_orientation() -> bool {
    let listed = std::process::Command::new("tesseract").arg("--list-langs").output().unwrap();
    String::from_utf8_lossy(&listed.stdout).lines().any(|line| line == "osd")
}

/// A program that answers questions as Tesseract does, and runs those lines for a picture.
fn stand_in(dir: &Path, lines: &str) -> PathBuf {
    let path = dir.join("tesseract");
    let script = format!(
        "#!/bin/sh\nsay() {{ printf '5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t96\\t%s\\n' \"$1\"; }}\ncase \"$1\" in\n\
         --version) echo 'tesseract 9.1';;\n--list-langs) printf 'List (2):\\neng\\nosd\\n';;\n*)\n{lines}\n;;\nesac\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn recognised(recogniser: &Recogniser, picture: &[u8]) -> Recognition {
    recogniser.recognise(Picture::File(file(picture)), &["eng".to_owned()], &|| true)
}

#[track_caller]
fn text(recognition: Recognition) -> String {
    match recognition {
        Recognition::Text(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

#[test]
fn words_in_a_picture_are_recognised() {
    let Some(tesseract) = installed() else { return };
    assert!(tesseract.version().starts_with(|c: char| c.is_ascii_digit()), "{}", tesseract.version());
    assert!(!tesseract.languages().iter().any(|language| language == "osd"));
    let drawn = draw(&LINES);
    assert_eq!(
        text(recognised(&tesseract, &drawn.bmp())).split_whitespace().collect::<Vec<_>>().join(" "),
        LINES.join(" ")
    );
    if tesseract_tells_orientation() {
        let turned = text(recognised(&tesseract, include_bytes!("upside_down.png")));
        assert!(turned.contains("platypus") && turned.contains("museum"), "{turned}");
    }
    assert_eq!(text(recognised(&tesseract, &draw(&["                    "; 9]).bmp())), "");
    assert_eq!(recognised(&tesseract, b"no picture"), Recognition::Unreadable);
}

#[test]
fn a_scan_is_recognised_page_by_page() {
    let Some(tesseract) = installed() else { return };
    if pdfium().is_none() {
        println!("skipped: the PDF library is not set up");
        return;
    }
    let content = pdf(&[draw(&LINES[..3]), draw(&LINES[3..])]);
    let extractor = pool(Limits::default(), 1);
    let hint = FileHint::new("scan.pdf", content.len() as u64);
    let outcome = extractor.extract(file(&content), &hint);
    assert!(matches!(&outcome, Outcome::Empty { .. }) && outcome.shows_text_maybe(), "{outcome:?}");
    let scan = file(&content);
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(page) = extractor.scanned_page(&scan, &hint, next).unwrap() {
        assert_eq!((page.index, page.of), (next, 2));
        next = page.index + 1;
        let words = tesseract.recognise(Picture::Bytes(&page.picture), &["eng".to_owned()], &|| true);
        found.push(text(words).replace('\n', " "));
    }
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("PLATYPUS") && found[1].contains("LIBRARY"), "{found:?}");
}

#[test]
fn pages_with_words_are_not_drawn() {
    if pdfium().is_none() {
        println!("skipped: the PDF library is not set up");
        return;
    }
    let content = super::fixtures::pdf(&["first page", "second page"]);
    let extractor = pool(Limits::default(), 1);
    let hint = FileHint::new("text.pdf", content.len() as u64);
    assert!(!extractor.extract(file(&content), &hint).shows_text_maybe());
    assert_eq!(extractor.scanned_page(&file(&content), &hint, 0), Ok(None));
    let damaged = extractor.scanned_page(&file(b"%PDF-1.4 and nothing more"), &hint, 0);
    assert_eq!(damaged.unwrap_err().state(), atom_core::ItemState::Unreadable);
}

#[test]
fn only_pictures_that_can_hold_words_are_looked_at() {
    let extractor = pool(Limits::default(), 1);
    let check = |name: &str, content: &[u8], expect: bool| {
        let outcome = extractor.extract(file(content), &FileHint::new(name, content.len() as u64));
        assert_eq!(outcome.shows_text_maybe(), expect, "{name}: {outcome:?}");
    };
    check("picture.bmp", &draw(&LINES).bmp(), true);
    check("button.bmp", &draw(&["I"]).bmp(), false);
    check(
        "drawing.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'><text>words</text></svg>",
        false,
    );
    check("note.txt", b"words", false);
}

#[test]
fn a_recogniser_can_open_nothing_of_a_persons_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "a secret\n").unwrap();
    let attempts = format!(
        "if read line < {secret}; then say secret-was-read; else say secret-is-closed; fi\n\
         if read line < /etc/passwd; then say users-were-read; else say users-are-closed; fi\n\
         if echo more > {new}; then say file-was-made; else say file-was-refused; fi\n\
         if echo more >> {secret}; then say file-was-changed; else say change-was-refused; fi\n\
         say \"home-is-${{HOME:-nowhere}}\"; say \"threads-$OMP_THREAD_LIMIT\"",
        secret = secret.display(),
        new = dir.path().join("new").display(),
    );
    let program = stand_in(dir.path(), &attempts);
    let Some(recogniser) = asked(&program, RecogniseLimits::default()) else { return };
    assert_eq!(
        text(recognised(&recogniser, b"x")),
        "secret-is-closed users-are-closed file-was-refused change-was-refused home-is-nowhere threads-1"
    );
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "a secret\n");
    assert!(!dir.path().join("new").exists());
    // A process of its own: the shell ends when it cannot have one.
    let program = stand_in(dir.path(), "say \"$(echo a child ran)\"");
    let recogniser = asked(&program, RecogniseLimits::default()).unwrap();
    assert_eq!(recognised(&recogniser, b"x"), Recognition::Unreadable);
}

#[test]
fn a_recogniser_that_hangs_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let program = stand_in(dir.path(), "while :; do :; done");
    let limits = |wall| RecogniseLimits { wall, ..RecogniseLimits::default() };
    let Some(patient) = asked(&program, limits(Duration::from_secs(300))) else { return };
    let wanted = AtomicBool::new(true);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let hanging = scope
            .spawn(|| patient.recognise(Picture::Bytes(b"x"), &["eng".to_owned()], &|| wanted.load(Ordering::Relaxed)));
        wanted.store(false, Ordering::Relaxed);
        assert_eq!(hanging.join().unwrap(), Recognition::Stopped);
    });
    assert!(begun.elapsed() < Duration::from_secs(100));
    let impatient = RecogniseLimits { cpu_seconds: 1, ..RecogniseLimits::default() };
    let impatient = asked(&program, impatient).unwrap();
    assert_eq!(recognised(&impatient, b"x"), Recognition::TimedOut);
}

#[test]
fn a_recogniser_that_says_too_much_is_not_heard_out() {
    let dir = tempfile::tempdir().unwrap();
    let program = stand_in(
        dir.path(),
        "line=0123456789abcdef\nfor double in 1 2 3 4 5 6 7 8 9 10; do line=$line$line; done\nwhile :; do say $line; done",
    );
    let Some(recogniser) = asked(&program, RecogniseLimits::default()) else { return };
    assert!(matches!(recognised(&recogniser, b"x"), Recognition::Crashed { .. }));
}

#[test]
fn what_is_not_tesseract_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let program = stand_in(dir.path(), "");
    if asked(&program, RecogniseLimits::default()).is_none() {
        return;
    }
    let refused =
        |program: &str| Recogniser::ask(worker(), Path::new(program), RecogniseLimits::default()).unwrap_err();
    assert!(refused("/bin/true").contains("/bin/true"), "{}", refused("/bin/true"));
    assert!(refused("/nonexistent/tesseract").contains("did not start"), "{}", refused("/nonexistent/tesseract"));
    let path = std::env::join_paths([Path::new("/nonexistent"), dir.path()]).unwrap();
    assert_eq!(Recogniser::find(&path), Some(program));
    assert_eq!(Recogniser::find("relative:".as_ref()), None);
}
