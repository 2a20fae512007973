//! Every file of both indexes is sealed from its first byte on: what the real program writes, seen by the kernel.

use super::place::{Place, finish};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

/// Every call that makes a file or writes to one, with the paths of descriptors and the first bytes.
const TRACED: [&str; 8] = [
    "strace",
    "--follow-forks",
    "--signal=none",
    "--decode-fds=path",
    "--string-limit=8",
    "--trace=open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,copy_file_range,mmap,\
     io_uring_setup,io_submit",
    "--seccomp-bpf",
    "--output",
];
/// Files of the keyword index that nothing is ever written to.
const LOCKS: &str = ".lock";

/// What a trace says of files below a folder.
#[derive(Debug, Default)]
struct Written {
    /// Files that were made or emptied, and have not been written to since.
    fresh: BTreeSet<String>,
    /// How often the first bytes of a file were those of a sealed one, by what the file is.
    sealed: BTreeMap<String, usize>,
    /// Lines that are not as they have to be.
    odd: Vec<String>,
}

impl Written {
    /// Reads one line of the trace.
    fn take(&mut self, line: &str, folder: &str) {
        // 123 openat(AT_FDCWD</a>, "/data/vectors/x#1", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 12</data/vectors/x#1>
        // 123 write(12</data/vectors/x#1>, "ATL1\1\1\0\0"..., 65536) = 65536
        let Some((call, rest)) = line.split_once('(') else { return };
        let call = call.rsplit(' ').next().unwrap_or_default();
        let Some(path) = path_below(rest, folder) else { return };
        match call {
            "open" | "openat" | "openat2" | "creat" => {
                if rest.contains("O_CREAT") || rest.contains("O_TRUNC") || call == "creat" {
                    self.fresh.insert(path.to_owned());
                }
            }
            "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" => {
                if self.fresh.remove(path) {
                    match rest.contains("\"ATL1") {
                        true => *self.sealed.entry(kind(path)).or_default() += 1,
                        false => self.odd.push(line.to_owned()),
                    }
                }
            }
            "mmap" if !(rest.contains("PROT_WRITE") && rest.contains("MAP_SHARED")) => {}
            _ => self.odd.push(line.to_owned()),
        }
    }
}

/// The first path below `folder` in the arguments of a call, given or behind a descriptor.
fn path_below<'a>(arguments: &'a str, folder: &str) -> Option<&'a str> {
    let at = arguments.find(folder)?;
    let path = arguments.get(at..)?;
    Some(path.split(['"', '>']).next().unwrap_or_default())
}

/// Which folder a file of an index lies in, without what is random in its name.
fn kind(path: &str) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn every_file_of_an_index_begins_sealed() {
    let probe = Command::new(TRACED[0]).args(&TRACED[1..]).args(["/dev/null", "true"]).stdin(Stdio::null()).output();
    if !probe.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this machine does not let tests trace: {probe:?}");
        return;
    }
    let place = Place::with_vault();
    for index in 0..30 {
        place.write(&format!("{index}.txt"), format!("Note {index}: tomatoes and cucumbers thrive in a sunny bed."));
    }
    place.index();
    let docs = place.docs_text();
    let data = place.data().canonicalize().unwrap();
    let (mut words, mut meaning) = (Written::default(), Written::default());
    let steps: [&[&str]; 3] =
        [&["doctor", "--rebuild", "words"], &["doctor", "--rebuild", "meaning"], &["index", &docs, "--json"]];
    for (number, step) in steps.into_iter().enumerate() {
        // Deletions and changes in the last one.
        std::fs::remove_file(place.docs().join(format!("{number}.txt"))).unwrap();
        place.write("9.txt", format!("Round {number}: the violin section rehearses."));
        let trace = place.at(&format!("trace-{number}"));
        let atom = place.command(step);
        let mut command = Command::new(TRACED[0]);
        command
            .args(&TRACED[1..])
            .arg(&trace)
            .arg(atom.get_program())
            .args(atom.get_args())
            .env_clear()
            .envs(atom.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        finish(&mut command, "").well();
        let trace = std::fs::read_to_string(trace).unwrap();
        if !trace.contains(&format!("<{}", data.display())) {
            eprintln!("skipped: only root sees which files a process has open that refuses debuggers");
            return;
        }
        for line in trace.lines() {
            words.take(line, data.join("keyword/").to_str().unwrap());
            meaning.take(line, data.join("vectors/").to_str().unwrap());
        }
    }
    assert_eq!((&words.odd, &meaning.odd), (&vec![], &vec![]));
    let unwritten = |path: &&String| !path.ends_with(LOCKS);
    assert_eq!(words.fresh.iter().find(unwritten), None, "made, and never seen written to");
    for (kind, least) in [("_versions", 3), ("_transactions", 3), ("data", 2), ("_deletions", 1)] {
        assert!(meaning.sealed.get(kind).is_some_and(|seen| *seen >= least), "{kind}: {:?}", meaning.sealed);
    }
    assert!(words.sealed.values().sum::<usize>() >= 10, "{:?}", words.sealed);
    let files: usize = words.sealed.values().chain(meaning.sealed.values()).sum();
    eprintln!("{files} files of both indexes were made, each begins sealed");
    place.assert_sound();
}

#[test]
fn a_file_that_does_not_begin_sealed_is_found_in_a_trace() {
    let lines = "12 openat(AT_FDCWD</>, \"/d/vectors/t/data/a#1\", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 9</d/vectors/t/data/a#1>\n\
                 13 write(9</d/vectors/t/data/a#1>, \"ATL1\\1\\1\\0\\0\"..., 96 <unfinished ...>\n\
                 13 write(9</d/vectors/t/data/a#1>, \"\\3\\4LANC\\5\\6\"..., 70) = 70\n\
                 13 write(8</d/elsewhere>, \"plain\", 5) = 5\n\
                 14 openat(AT_FDCWD</>, \"/d/vectors/t/b\", O_RDWR|O_CREAT, 0666) = 9</d/vectors/t/b>\n\
                 14 pwrite64(9</d/vectors/t/b>, \"LANC\", 4, 0) = 4\n\
                 15 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 9</d/vectors/t/b>, 0) = 0x7f\n\
                 15 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 9</d/vectors/t/b>, 0) = 0x7f";
    let mut written = Written::default();
    lines.lines().for_each(|line| written.take(line, "/d/vectors/"));
    assert_eq!(written.sealed, BTreeMap::from([("data".to_owned(), 1)]));
    assert_eq!(written.odd.len(), 2, "{:?}", written.odd);
}
