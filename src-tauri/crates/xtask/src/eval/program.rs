//! The real program around a throw-away vault, by its command line.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::process::{Failure, command, failed, run as run_command, say};
use crate::project::Project;

/// Hits asked for.
const LIMIT: &str = "100";

/// A vault below a folder, and the program that opens it.
pub(super) struct Atom<'a> {
    project: &'a Project,
    folder: &'a Path,
}

impl<'a> Atom<'a> {
    /// The vault that is there.
    pub(super) const fn open(project: &'a Project, folder: &'a Path) -> Self {
        Self { project, folder }
    }

    /// Makes the vault.
    pub(super) fn new(project: &'a Project, folder: &'a Path) -> Result<Self, Failure> {
        let atom = Self::open(project, folder);
        write_private(&atom.passphrase(), "judged sets only\n")?;
        // The recovery code is printed, and nobody needs it.
        run_command(atom.command(&["init"]).stdout(Stdio::null()))?;
        Ok(atom)
    }

    /// Makes the documents below `folder` findable by words and by meaning.
    pub(super) fn index(&self, folder: &Path) -> Result<(), Failure> {
        let mut index = self.command(&["index", "--wait", "meaning", "--json"]);
        index.arg(folder);
        let output = index.stderr(Stdio::inherit()).output().map_err(failed("start the program"))?;
        let report = String::from_utf8_lossy(&output.stdout);
        let done: Value = report.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let figure = |key: &str| done.get(key).and_then(Value::as_f64);
        match figure("meaning_seconds") {
            Some(seconds) if output.status.success() => {
                let count = |key| figure(key).unwrap_or_default();
                say(format_args!(
                    "eval: {} documents of {} passages indexed in {seconds:.0} s",
                    count("files_indexed"),
                    count("chunks")
                ));
                Ok(())
            }
            _ => Err(Failure::new("indexing failed, or there is no model: run `cargo xtask setup`")),
        }
    }

    /// The answer to each query.
    pub(super) fn search(&self, mode: &str, queries: &[&str]) -> Result<Vec<Answer>, Failure> {
        let mut search = self.command(&["search", "--stdin", "--json", "--explain", "--mode", mode, "--limit", LIMIT]);
        let mut child =
            search.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed("start the program"))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new("the program has no input and output"));
        };
        let text = queries.join("\n") + "\n";
        let answers = std::thread::scope(|scope| {
            // It answers while it is still asked: both pipes would be full.
            let asking = scope.spawn(move || input.write_all(text.as_bytes()));
            let answers: Result<Vec<Answer>, Failure> = BufReader::new(output).lines().map(answer).collect();
            asking.join().map_err(|_| Failure::new("asking was cut short"))?.map_err(failed("ask the program"))?;
            answers
        })?;
        let status = child.wait().map_err(failed("wait for the program"))?;
        if !status.success() || answers.len() != queries.len() {
            let (given, asked) = (answers.len(), queries.len());
            return Err(Failure::new(format!(
                "{given} of {asked} queries were answered, and the search ended with {status}"
            )));
        }
        Ok(answers)
    }

    fn passphrase(&self) -> PathBuf {
        self.folder.join("passphrase")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.project.program("debug"), self.folder);
        if std::env::var_os("ATOM_ASSETS").is_none() {
            command.env("ATOM_ASSETS", self.project.assets());
        }
        command
            .args(args)
            .env("ATOM_DATA_DIR", self.folder.join("data"))
            .env("ATOM_PASSPHRASE_FILE", self.passphrase());
        command
    }
}

/// What came back for a query.
pub(super) struct Answer {
    /// Places of each hit, best first.
    hits: Vec<Vec<PathBuf>>,
}

impl Answer {
    /// The rank of a document, from 1.
    pub(super) fn rank_of(&self, target: &Path) -> Option<usize> {
        self.hits.iter().position(|places| places.iter().any(|place| place == target)).map(|at| at + 1)
    }
}

fn answer(line: std::io::Result<String>) -> Result<Answer, Failure> {
    let line = line.map_err(failed("read the program's answers"))?;
    let answer: Value =
        serde_json::from_str(&line).map_err(|error| Failure::new(format!("read the program's answers: {error}")))?;
    let by_words_alone = |notice: &Value| notice.get("code").and_then(Value::as_str) == Some("meaning-off");
    if list(&answer, "notices").iter().any(by_words_alone) {
        return Err(Failure::new("meaning did not answer: run `cargo xtask setup`"));
    }
    let hits = list(&answer, "hits").iter().map(|hit| {
        let first = hit.get("path").into_iter();
        first.chain(list(hit, "locations")).filter_map(Value::as_str).map(PathBuf::from).collect()
    });
    Ok(Answer { hits: hits.collect() })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A file that only its owner can read: the program takes no other for a passphrase.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(failed(format_args!("write {}", path.display())))
}
