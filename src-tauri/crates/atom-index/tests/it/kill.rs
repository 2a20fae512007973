//! Processes of their own that write until they are killed, or beside each other, and say what they have done.

use atom_testkit::noise::{Noise, count_from};
use atom_vault::{Keys, NewSlots, Unlock, Vault};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Where the child works.
const FOLDER: &str = "ATOM_TEST_CHILD";
/// Its recovery code: of a vault that lives as long as the test.
const CODE: &str = "ATOM_TEST_CHILD_CODE";
/// Which of several children it is.
const NUMBER: &str = "ATOM_TEST_CHILD_NUMBER";

/// How often to kill; a long run sets more.
pub(crate) fn kills(default: u32) -> u32 {
    count_from("ATOM_TEST_KILLS", default)
}

/// Keys that parent and child share.
pub(crate) struct Shared {
    pub(crate) folder: PathBuf,
    pub(crate) keys: Keys,
    code: String,
    noise: Noise,
}

impl Shared {
    pub(crate) fn new(folder: &Path) -> Self {
        // The memory keychain makes the second slot that a vault has to have, without a password hash.
        let keychain = atom_vault::MemoryKeychain::default();
        let slots = NewSlots {
            passphrase: None,
            cost: atom_vault::KdfCost::MINIMUM,
            keychain: Some(&keychain),
            recovery: true,
        };
        let (keys, code) = Vault::create(folder, slots).unwrap();
        Self { folder: folder.to_owned(), keys, code: code.unwrap().reveal().to_string(), noise: Noise::new(26) }
    }

    /// In the child: what to work on. None in a test run.
    pub(crate) fn of_child() -> Option<(PathBuf, Keys)> {
        let folder = PathBuf::from(std::env::var_os(FOLDER)?);
        let code = std::env::var(CODE).unwrap();
        let keys = Vault::unlock(&folder, Unlock::Recovery(&code)).unwrap();
        Some((folder, keys))
    }

    /// In the child: which of several it is.
    pub(crate) fn number_of_child() -> i64 {
        std::env::var(NUMBER).unwrap().parse().unwrap()
    }

    /// Starts `test` as the child with this number.
    pub(crate) fn start(&self, test: &str, number: i64) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(FOLDER, &self.folder)
            .env(CODE, &self.code)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Starts `test` as the child and kills it at some moment up to `longest` after its first line; the lines it said.
    pub(crate) fn kill(&mut self, test: &str, longest: Duration) -> Vec<String> {
        let mut child = self.start(test, 0);
        let out = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = channel();
        let reader = std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok).filter(|line| line.starts_with("say "));
            lines.for_each(|line| drop(tell.send(line[4..].to_owned())));
        });
        let mut said = vec![told.recv_timeout(Duration::from_secs(120)).expect("the child says nothing")];
        let moment = longest.mul_f64(self.noise.below(10_000) as f64 / 10_000.0);
        let begun = Instant::now();
        while let Some(left) = moment.checked_sub(begun.elapsed()) {
            match told.recv_timeout(left) {
                Ok(line) => said.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => break,
                Err(gone) => panic!("the child ended by itself: {gone}"),
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        said.extend(told.try_iter());
        said
    }
}
