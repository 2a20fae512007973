//! A temporary place with a vault, folders to index, and the program to run there.

use serde_json::Value;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

/// Opens every vault of these tests.
pub(super) const PASSPHRASE: &str = "correct horse battery staple";
/// The first bytes of a picture.
pub(super) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
/// No step of these journeys takes so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// Home, data, documents and temporary files of one journey.
pub(super) struct Place {
    root: TempDir,
}

/// How a process ended and what it said.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Exit code; none when a signal ended it.
    pub(super) code: Option<i32>,
    /// Standard output.
    pub(super) out: String,
    /// Standard error.
    pub(super) err: String,
}

impl Outcome {
    /// The output as JSON lines.
    pub(super) fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(parse).collect()
    }

    /// The only or last line of output as JSON.
    pub(super) fn json(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("no output: {self:?}"))
    }

    /// Fails the test unless the process ended well.
    #[track_caller]
    pub(super) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self
    }
}

impl Place {
    /// Folders and a passphrase file, without a vault.
    pub(super) fn bare() -> Self {
        let place = Self { root: tempfile::tempdir().unwrap() };
        for folder in ["home", "docs", "tmp"] {
            std::fs::create_dir(place.at(folder)).unwrap();
        }
        place.private("passphrase", PASSPHRASE);
        place
    }

    /// The same with a vault.
    pub(super) fn with_vault() -> Self {
        let place = Self::bare();
        let made = place.run(&["init"]).well();
        assert!(made.out.trim().len() > 20, "no recovery code was shown");
        place
    }

    /// A path in this place.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Atom's own folder.
    pub(super) fn data(&self) -> PathBuf {
        self.at("data")
    }

    /// Where temporary files of the program go.
    pub(super) fn temporary(&self) -> PathBuf {
        self.at("tmp")
    }

    /// The folder that is indexed, as a path…
    pub(super) fn docs(&self) -> PathBuf {
        self.at("docs")
    }

    /// …and as text.
    pub(super) fn docs_text(&self) -> String {
        self.docs().to_str().unwrap().to_owned()
    }

    /// Writes a document, with the folders above it.
    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.docs().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes a file that only its owner can read.
    pub(super) fn private(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), format!("{text}\n")).unwrap();
        std::fs::set_permissions(self.at(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Model and libraries, as set-up installs them.
    pub(super) fn assets(&self) -> PathBuf {
        std::env::var_os("ATOM_ASSETS")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"), PathBuf::from)
    }

    /// The program with this place around it.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        self.around(env!("CARGO_BIN_EXE_atom"), args)
    }

    /// Another program with this place around it.
    pub(super) fn around(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.at("home"))
            .env("TMPDIR", self.temporary())
            .env("ATOM_ASSETS", self.assets())
            .env("ATOM_DATA_DIR", self.data())
            .env("ATOM_PASSPHRASE_FILE", self.at("passphrase"))
            .current_dir(self.root.path())
            // Its readers die with it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(super) fn run(&self, args: &[&str]) -> Outcome {
        finish(&mut self.command(args), "")
    }

    /// Indexes the documents to the end and returns the last line of the report.
    pub(super) fn index(&self) -> Value {
        let done = self.run(&["index", &self.docs_text(), "--json"]).well().json();
        assert_eq!(done["event"], "done", "{done}");
        assert!(!done["meaning_seconds"].is_null(), "these tests need the model: run `cargo xtask setup`");
        done
    }

    /// The answers to `queries`, in order, from one process.
    pub(super) fn answers(&self, mode: &str, queries: &[&str]) -> Vec<Value> {
        // All of them: where scores are equal, which ones come first depends on the order of indexing.
        let limit = ["--limit", "200"];
        let mut command =
            self.command(&["search", "--stdin", "--json", "--mode", mode, "--explain", limit[0], limit[1]]);
        let answers = finish(command.stdin(Stdio::piped()), &format!("{}\n", queries.join("\n"))).well().lines();
        assert_eq!(answers.len(), queries.len(), "one answer a query");
        answers
    }

    /// Paths of all files with their states, sorted, relative to the documents.
    pub(super) fn states(&self) -> Vec<(String, String, String)> {
        let docs = self.docs().canonicalize().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut states: Vec<_> = self
            .run(&["files", "--json"])
            .well()
            .lines()
            .iter()
            .map(|file| {
                let path = PathBuf::from(text(&file["path"]));
                let name = path.strip_prefix(&docs).unwrap().to_str().unwrap().to_owned();
                (name, text(&file["state"]), text(&file["stage"]))
            })
            .collect();
        states.sort();
        states
    }

    /// Asserts that a check of everything finds nothing wrong and nothing to mend.
    #[track_caller]
    pub(super) fn assert_sound(&self) {
        let doctor = self.run(&["doctor", "--json"]).well().json();
        let odd: Vec<_> =
            doctor["checks"].as_array().unwrap().iter().filter(|c| c["ok"] != true || c["mended"] != false).collect();
        assert!(doctor["ok"] == true && odd.is_empty(), "{odd:?}");
    }
}

/// File names of the hits, best first.
pub(super) fn names(answer: &Value) -> Vec<String> {
    let name = |hit: &Value| {
        let path = PathBuf::from(hit["path"].as_str().unwrap());
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    answer["hits"].as_array().unwrap().iter().map(name).collect()
}

/// Every file below a folder; files that vanish meanwhile are left out.
pub(super) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Runs a process to its end with `input`; kills it and fails when it does not end.
pub(super) fn finish(command: &mut Command, input: &str) -> Outcome {
    let described = format!("{command:?}");
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{described}: {error}"));
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.as_bytes()).unwrap();
    }
    let outcome = wait_for(&mut child, PATIENCE);
    outcome.unwrap_or_else(|| panic!("did not end within {PATIENCE:?}: {described}"))
}

/// Waits for the end of a child at most `patience`; then kills it with its readers and returns none.
pub(super) fn wait_for(child: &mut Child, patience: Duration) -> Option<Outcome> {
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let err = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    // The child's own end cannot be waited for with a limit; its output ends with it.
    let (ended, end) = mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let texts = (out.join().unwrap(), err.join().unwrap());
        let _ = ended.send(());
        texts
    });
    let in_time = end.recv_timeout(patience).is_ok();
    if !in_time {
        let _ = child.kill();
    }
    let code = child.wait().unwrap().code();
    let (out, err) = waiter.join().unwrap();
    in_time.then_some(Outcome { code, out, err })
}
