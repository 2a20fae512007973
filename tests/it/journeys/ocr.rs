//! Text in pictures and scans, from the file to the answer: with the real Tesseract where it is installed, and with a program in
//! its place that says what it is told to say.

use super::place::{Outcome, Place, files_below, finish, names};
use atom_testkit::scan::{draw, pdf};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Nothing here takes so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// A picture that is worth looking at, whatever it says.
fn picture(line: &str) -> Vec<u8> {
    draw(&[line, "HARVEST REPORT"]).bmp()
}

/// A place where programs are looked for in a folder of its own.
struct Desk(Place);

impl Desk {
    fn new() -> Self {
        let place = Place::with_vault();
        fs::create_dir(place.at("bin")).unwrap();
        Self(place)
    }

    /// Installs a Tesseract that runs those lines for each picture; `say WORD` says that it is there.
    fn install(&self, lines: &str) {
        self.install_version("9.1", lines);
    }

    fn install_version(&self, version: &str, lines: &str) {
        let path = self.0.at("bin/tesseract");
        let script = format!(
            "#!/bin/sh\nsay() {{ printf '5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t96\\t%s\\n' \"$1\"; }}\ncase \"$1\" in\n\
             --version) echo 'tesseract {version}';;\n--list-langs) printf 'List (1):\\neng\\n';;\n*)\n{lines}\n;;\nesac\n"
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command(args);
        command.env("PATH", self.0.at("bin"));
        command
    }

    fn run(&self, args: &[&str]) -> Outcome {
        finish(&mut self.command(args), "")
    }

    fn index(&self, wait: &str) -> Outcome {
        self.run(&["index", &self.0.docs_text(), "--wait", wait, "--json"]).well()
    }

    /// State, reason and how far the text in it is, of a document.
    fn file(&self, name: &str) -> (String, String, String) {
        let files = self.run(&["files", "--json"]).well().lines();
        let file = files.iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap().clone();
        let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
        (text("state"), text("reason"), text("ocr"))
    }

    /// Names of the documents in which this word is; equal ones are one answer with several places.
    fn with_word(&self, word: &str) -> Vec<String> {
        let answer = self.run(&["search", word, "--json", "--mode", "words"]).well().json();
        let name = |path: &Value| path.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let places = |hit: &Value| {
            let others = hit["locations"].as_array().unwrap().iter().map(name);
            std::iter::once(name(&hit["path"])).chain(others).collect::<Vec<_>>()
        };
        let mut found: Vec<String> = answer["hits"].as_array().unwrap().iter().flat_map(places).collect();
        found.sort();
        found.dedup();
        found
    }

    /// The one word that the stand-in said of that picture.
    fn said_of(&self, name: &str) -> String {
        let shown = self.run(&["search", "said*", "--json", "--mode", "words"]).well().json();
        let hits = shown["hits"].as_array().unwrap();
        let hit =
            hits.iter().find(|hit| hit["path"].as_str().unwrap().ends_with(name)).unwrap_or_else(|| panic!("{shown}"));
        let text = hit.to_string();
        let start = text.find("said").unwrap_or_else(|| panic!("{hit}"));
        text[start..].chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

/// Whether this machine can lock a recogniser in, and a word where it cannot.
fn has_box() -> bool {
    let launch = r#"{"program":"/bin/true","args":[],"memory":2147483648,"cpu_seconds":10}"#;
    let mut command = Command::new(env!("CARGO_BIN_EXE_atom"));
    let ended = command.arg("--extract-worker").env("ATOM_RECOGNISE", launch).status().unwrap();
    if !ended.success() {
        eprintln!("skipped: this machine cannot lock Tesseract in");
    }
    ended.success()
}

/// Waits until a process runs that was started with this program among its arguments, below that one.
fn wait_for_process(desk: &Desk, child: &mut Child) -> u32 {
    let script = desk.0.at("bin/tesseract");
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        assert!(child.try_wait().unwrap().is_none(), "it ended before a picture was looked at");
        if let Some(process) = processes_with(&script, "stdin").first() {
            return *process;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no picture was looked at");
}

/// Processes with both among their arguments.
fn processes_with(program: &Path, arg: &str) -> Vec<u32> {
    let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let ids = folders.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let mut args = line.split(|&byte| byte == 0);
        args.clone().any(|part| part == program.as_os_str().as_encoded_bytes())
            && args.any(|part| part == arg.as_bytes())
    })
    .collect()
}

#[test]
fn text_in_pictures_and_scans_is_found_with_the_real_tesseract() {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("tesseract").is_file()) {
        eprintln!("skipped: Tesseract is not installed");
        return;
    }
    if !has_box() {
        return;
    }
    let place = Place::with_vault();
    place.write("river.bmp", draw(&["THE PLATYPUS LIVES IN THE RIVER", "QUARTERLY HARVEST REPORT"]).bmp());
    place.write("scan.pdf", pdf(&[draw(&["THEODOLITE AND COMPASS"]), draw(&["SURVEY OF THE HARBOUR"])]));
    place.write("blank.bmp", draw(&["                    ", " ", " "]).bmp());
    place.write("broken.bmp", &draw(&["THE PLATYPUS"]).bmp()[..2000]);
    place.write("note.txt", "An ordinary note about otters.");
    place.run(&["index", &place.docs_text(), "--wait", "ocr", "--json"]).well();
    for (word, name) in [("platypus", "river.bmp"), ("theodolite", "scan.pdf"), ("harbour", "scan.pdf")] {
        assert_eq!(names(&place.answers("words", &[word])[0]), [name], "{word}");
    }
    let by_meaning = names(&place.answers("meaning", &["an animal that swims and lays eggs"])[0]);
    assert!(by_meaning.contains(&"river.bmp".to_owned()), "{by_meaning:?}");
    let files = place.run(&["files", "--json"]).well().lines();
    let ocr_of = |name: &str| {
        let file = files.iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap();
        (file["state"].as_str().unwrap().to_owned(), file["ocr"].as_str().unwrap_or_default().to_owned())
    };
    for (name, state, ocr) in [
        ("river.bmp", "indexed", "text"),
        ("scan.pdf", "indexed", "text"),
        ("blank.bmp", "indexed", "none"),
        ("note.txt", "indexed", ""),
    ] {
        assert_eq!(ocr_of(name), (state.to_owned(), ocr.to_owned()), "{name}");
    }
    let planted: Vec<_> = [place.data(), place.temporary(), place.at("home")]
        .iter()
        .flat_map(|folder| files_below(folder))
        .filter(|path| {
            let bytes = fs::read(path).unwrap_or_default().to_ascii_lowercase();
            ["platypus", "theodolite", "gardeners"]
                .iter()
                .any(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes()))
        })
        .collect();
    assert!(planted.is_empty(), "words in plain in {planted:?}");
    place.assert_sound();
}

#[test]
fn a_content_is_looked_at_once_however_many_files_have_it() {
    if !has_box() {
        return;
    }
    let desk = Desk::new();
    // Another word each time that it runs.
    desk.install("say \"said$$\"");
    desk.0.write("first.bmp", picture("RIVER"));
    desk.index("ocr");
    let said = desk.said_of("first.bmp");
    assert_eq!(desk.with_word(&said), ["first.bmp"]);
    let (state, reason, ocr) = desk.file("first.bmp");
    assert_eq!((state.as_str(), ocr.as_str()), ("indexed", "text"));
    assert!(reason.contains("recognised"), "{reason}");

    desk.0.write("copy.bmp", picture("RIVER"));
    desk.0.write("other.bmp", picture("LETTER"));
    desk.index("ocr");
    assert_eq!(desk.with_word(&said), ["copy.bmp", "first.bmp"]);
    assert_ne!(desk.said_of("other.bmp"), said);

    // They go, and come again.
    desk.0.write("note.txt", "An ordinary note about otters.");
    for name in ["first.bmp", "copy.bmp"] {
        fs::remove_file(desk.0.docs().join(name)).unwrap();
    }
    desk.index("ocr");
    assert!(desk.with_word(&said).is_empty());
    for name in ["first.bmp", "copy.bmp"] {
        desk.0.write(name, picture("RIVER"));
    }
    desk.index("ocr");
    assert_eq!(desk.with_word(&said), ["copy.bmp", "first.bmp"]);
    // Another content is looked at, also under the same name.
    desk.0.write("copy.bmp", picture("MUSEUM"));
    desk.index("ocr");
    assert_eq!(desk.with_word(&said), ["first.bmp"]);
    desk.0.assert_sound();
}

#[test]
fn a_kill_while_a_picture_is_looked_at_loses_nothing() {
    if !has_box() {
        return;
    }
    let desk = Desk::new();
    desk.install("while :; do :; done");
    desk.0.write("note.txt", "An ordinary note about otters.");
    desk.0.write("river.bmp", picture("RIVER"));
    desk.index("meaning");
    let mut child = desk.command(&["index", &desk.0.docs_text(), "--wait", "ocr"]).spawn().unwrap();
    let process = wait_for_process(&desk, &mut child);
    // Words and meaning do not wait for it.
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = Instant::now();
    while Path::new(&format!("/proc/{process}")).exists() && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!Path::new(&format!("/proc/{process}")).exists(), "the recogniser outlived Atom");
    assert_eq!(desk.with_word("otters"), ["note.txt"]);
    assert_eq!(desk.file("river.bmp").2, "waiting");
    desk.install("say platypus");
    desk.index("ocr");
    assert_eq!(desk.with_word("platypus"), ["river.bmp"]);
    desk.0.assert_sound();
}

#[test]
fn a_picture_that_cannot_be_read_says_so_and_is_tried_again_by_another_version() {
    if !has_box() {
        return;
    }
    let desk = Desk::new();
    desk.install("exit 1");
    desk.0.write("river.bmp", picture("RIVER"));
    desk.index("ocr");
    let (state, reason, ocr) = desk.file("river.bmp");
    assert_eq!((state.as_str(), ocr.as_str()), ("unreadable", "failed"));
    assert!(reason.contains("could not be recognised"), "{reason}");
    // It is found by what it says about itself all the same.
    assert_eq!(desk.with_word("river"), ["river.bmp"]);
    // Another version may read what the last one did not; the same one is not asked again.
    desk.install("say platypus");
    desk.index("ocr");
    assert!(desk.with_word("platypus").is_empty());
    desk.install_version("9.2", "say platypus");
    desk.index("ocr");
    assert_eq!(desk.with_word("platypus"), ["river.bmp"]);
    assert_eq!(desk.file("river.bmp").0, "indexed");
}

#[test]
fn without_tesseract_a_picture_is_found_by_its_name_and_says_what_to_install() {
    let desk = Desk::new();
    desk.0.write("river.bmp", picture("RIVER"));
    desk.0.write("note.txt", "An ordinary note about otters.");
    let done = desk.index("ocr");
    assert!(done.err.contains("tesseract-ocr"), "{}", done.err);
    let status: Value = desk.run(&["status", "--json"]).well().json();
    assert_eq!((status["ocr"]["state"].as_str(), status["ocr"]["waiting"].as_u64()), (Some("missing"), Some(1)));
    assert!(status["progress"]["ocr"].is_null(), "{status}");
    let note = desk.run(&["status"]).well().out;
    assert!(note.contains("1 picture or scan") && note.contains("tesseract-ocr"), "{note}");
    let path = desk.0.docs().join("river.bmp");
    let why = desk.run(&["files", "--why", path.to_str().unwrap()]).well().out;
    assert!(why.contains("found by") && why.contains("tesseract-ocr"), "{why}");
    // Once it is there, nothing has to be asked for.
    desk.install("say platypus");
    desk.index("ocr");
    if has_box() {
        assert_eq!(desk.with_word("platypus"), ["river.bmp"]);
    }
}
