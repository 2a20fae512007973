//! From the record of a program to a disk.

use super::disk::{Disk, Named, Node};
use super::trace::{Call, Lines, Target, bytes, target, text, vector};
use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

/// Ends the name of a file that is memory of SQLite's connections and no data.
const MEMORY: &str = "-shm";

/// A moment of the recorded run that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// A sync is about to take effect: what it covers is not durable yet.
    BeforeSync,
    /// A sync has failed, or any call that was made to.
    Refused,
    /// The program has written something to standard output or to a socket: somebody may rely on it from here on.
    Said(Vec<u8>),
}

/// Replays recorded runs, one after the other, of programs that work below one folder.
#[derive(Debug, Clone)]
pub struct Replay {
    top: String,
    disk: Disk,
    /// Number of lines of all records before this one.
    lines_before: usize,
}

/// An open file.
#[derive(Debug, Clone, Copy)]
struct Open {
    node: Node,
    position: usize,
    appends: bool,
}

impl Replay {
    /// Of programs that work below `top`, which is empty; `top` is a path without links.
    pub fn new(top: &Path) -> Self {
        Self { top: top.to_string_lossy().into_owned(), disk: Disk::new(), lines_before: 0 }
    }

    /// The disk as it is after all that was replayed.
    pub const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Replays one record, and tells `watch` what happens.
    ///
    /// # Errors
    /// What the record says and the model does not know: then nothing can be concluded from it.
    pub fn run(&mut self, record: impl BufRead, mut watch: impl FnMut(&Disk, Moment)) -> Result<(), String> {
        let mut lines = Lines::default();
        let mut open = HashMap::new();
        let mut count = 0;
        for line in record.split(b'\n') {
            let line = line.map_err(|error| format!("the record cannot be read: {error}"))?;
            count += 1;
            if let Some(mut call) = lines.call(&String::from_utf8_lossy(&line))? {
                call.began += self.lines_before;
                call.ended += self.lines_before;
                let name = call.name.clone();
                let done = self.call(&call, &mut open, &mut watch);
                done.map_err(|problem| format!("{name} on line {count}: {problem}"))?;
            }
        }
        self.lines_before += count;
        Ok(())
    }

    fn call(
        &mut self,
        call: &Call,
        open: &mut HashMap<i64, Open>,
        watch: &mut impl FnMut(&Disk, Moment),
    ) -> Result<(), String> {
        let failed = call.result < 0;
        match call.name.as_str() {
            "fsync" | "fdatasync" | "syncfs" => self.synced(call, watch),
            "sync" => {
                self.disk.sync(None, call.began);
                Ok(())
            }
            _ if failed => {
                if call.is_injected {
                    watch(&self.disk, Moment::Refused);
                }
                Ok(())
            }
            "open" | "openat" | "openat2" | "creat" => self.opened(call, open),
            "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2" | "sendto" | "sendmsg" => {
                self.written(call, open, watch)
            }
            "lseek" => {
                if let Some(file) = self.open_file(call, open)? {
                    file.position = size(call.result)?;
                }
                Ok(())
            }
            "ftruncate" => self.length(call, open, false),
            "fallocate" => self.length(call, open, true),
            "rename" | "renameat" | "renameat2" => self.renamed(call),
            "link" | "linkat" => self.linked(call),
            "unlink" | "unlinkat" | "rmdir" => {
                let (path, _) = self.path(call, 0)?;
                self.name_changes(call, &[(path, None)])
            }
            "mkdir" | "mkdirat" => {
                let (path, _) = self.path(call, 0)?;
                let node = path.is_some().then(|| self.disk.make(true));
                self.name_changes(call, &[(path, node)])
            }
            "mmap" => self.mapped(call),
            "io_uring_setup" => Err("what goes through a ring is not in the record".to_owned()),
            // Calls that the model does not know, where they touch what it is about.
            _ => match call.args.iter().any(|arg| self.is_ours(arg)) {
                true => Err("is not part of the model".to_owned()),
                false => Ok(()),
            },
        }
    }

    fn synced(&mut self, call: &Call, watch: &mut impl FnMut(&Disk, Moment)) -> Result<(), String> {
        let Some(place) = self.target(call.args.first())? else { return Ok(()) };
        let node = if call.name == "syncfs" { None } else { Some(self.node(&place)) };
        if let Some(None) = node {
            // Without a name it is on no image.
            return Ok(());
        }
        watch(&self.disk, Moment::BeforeSync);
        if call.result < 0 {
            self.disk.fail(node.flatten(), call.began);
            watch(&self.disk, Moment::Refused);
        } else {
            self.disk.sync(node.flatten(), call.began);
        }
        Ok(())
    }

    fn opened(&mut self, call: &Call, open: &mut HashMap<i64, Open>) -> Result<(), String> {
        let Some(target) = &call.opened else { return Err("no descriptor".to_owned()) };
        let Some(path) = self.below(&target.path) else { return Ok(()) };
        let flags = if call.name == "open" { call.args.get(1) } else { call.args.get(2) }.cloned().unwrap_or_default();
        let has = |flag: &str| flags.split('|').any(|set| set.trim_start_matches("{flags=") == flag);
        if has("O_TMPFILE") {
            return Err("a file without a name is not part of the model".to_owned());
        }
        let found = self.disk.find(&path);
        let node = match found {
            Some(node) => node,
            None if has("O_CREAT") || call.name == "creat" => {
                let node = self.disk.make(false);
                self.name_changes(call, &[(Some(path), Some(node))])?;
                node
            }
            None => return Err(format!("{path} was opened and never made")),
        };
        if found.is_some() && (has("O_TRUNC") || call.name == "creat") && self.disk.length(node) > 0 {
            self.disk.set_length(node, 0, call.ended);
        }
        open.insert(target.fd, Open { node, position: 0, appends: has("O_APPEND") });
        Ok(())
    }

    fn written(
        &mut self,
        call: &Call,
        open: &mut HashMap<i64, Open>,
        watch: &mut impl FnMut(&Disk, Moment),
    ) -> Result<(), String> {
        let Some(place) = call.args.first().and_then(|arg| target(arg)) else { return Ok(()) };
        let is_ours = self.below(&place.path).is_some();
        let is_heard = place.fd == 1 || place.path.starts_with("socket:") || place.path.starts_with("UNIX");
        if !is_ours && !is_heard {
            return Ok(());
        }
        let argument = call.args.get(1).map_or("", String::as_str);
        let content = if argument.starts_with('"') { bytes(argument) } else { vector(argument) };
        let mut content = content.ok_or("what was written is not in the record")?;
        content.truncate(size(call.result)?);
        if !is_ours {
            watch(&self.disk, Moment::Said(content));
            return Ok(());
        }
        let (disk_length, given) = (|disk: &Disk, node| disk.length(node), call.args.get(3));
        let offset = match (call.name.as_str(), given) {
            ("pwrite64" | "pwritev" | "pwritev2", Some(offset)) => {
                Some(offset.parse().map_err(|_| format!("strange offset {offset}"))?)
            }
            _ => None,
        };
        let node = match (self.open_file(call, open)?, offset) {
            (Some(file), None) => {
                let at = if file.appends { disk_length(&self.disk, file.node) } else { file.position };
                file.position = at + content.len();
                Some((file.node, at))
            }
            (Some(file), Some(offset)) => Some((file.node, offset)),
            (None, _) => None,
        };
        if let Some((node, at)) = node {
            self.disk.write(node, at, content, call.ended);
        }
        Ok(())
    }

    fn length(&mut self, call: &Call, open: &mut HashMap<i64, Open>, is_only_longer: bool) -> Result<(), String> {
        let Some(node) = self.open_file(call, open)?.map(|file| file.node) else { return Ok(()) };
        let number = |index: usize| call.args.get(index).and_then(|arg| arg.parse::<usize>().ok());
        let wanted = if is_only_longer {
            match (call.args.get(1).map(String::as_str), number(2), number(3)) {
                (Some("0"), Some(from), Some(length)) => (from + length).max(self.disk.length(node)),
                _ => return Err("is not part of the model".to_owned()),
            }
        } else {
            number(1).ok_or("strange length")?
        };
        if wanted != self.disk.length(node) {
            self.disk.set_length(node, wanted, call.ended);
        }
        Ok(())
    }

    fn renamed(&mut self, call: &Call) -> Result<(), String> {
        let (from, next) = self.path(call, 0)?;
        let (to, _) = self.path(call, next)?;
        let exchanges = call.args.last().is_some_and(|flags| flags.contains("RENAME_EXCHANGE"));
        let node = |path: &Option<String>| path.as_ref().and_then(|path| self.disk.find(path));
        let (moved, replaced) = (node(&from), node(&to));
        if from.is_none() != to.is_none() {
            return Err("a file moves in or out".to_owned());
        }
        if moved.is_some() && moved == replaced {
            // Two names of one file: a rename does nothing.
            return Ok(());
        }
        self.name_changes(call, &[(to, moved), (from, if exchanges { replaced } else { None })])
    }

    fn linked(&mut self, call: &Call) -> Result<(), String> {
        let (from, next) = self.path(call, 0)?;
        let (to, _) = self.path(call, next)?;
        match (&from, &to) {
            (None, None) => Ok(()),
            (Some(from), Some(_)) => {
                let node = self.disk.find(from);
                self.name_changes(call, &[(to, node)])
            }
            _ => Err("a file gets a name in or out".to_owned()),
        }
    }

    fn mapped(&self, call: &Call) -> Result<(), String> {
        let is_writable = call.args.get(2).is_some_and(|protection| protection.contains("PROT_WRITE"));
        let is_shared = call.args.get(3).is_some_and(|kind| kind.contains("MAP_SHARED"));
        match is_writable && is_shared && call.args.get(4).is_some_and(|arg| self.is_ours(arg)) {
            true => Err("a file is written through memory".to_owned()),
            false => Ok(()),
        }
    }

    /// Changes names that are ours, all at once.
    fn name_changes(&mut self, call: &Call, changes: &[(Option<String>, Option<Node>)]) -> Result<(), String> {
        let mut names = Vec::new();
        for (path, node) in changes {
            let Some(path) = path else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let folder = self.disk.find(folder).ok_or_else(|| format!("{folder} was never made"))?;
            names.push(Named { folder, name: name.to_owned(), node: *node });
        }
        if !names.is_empty() {
            self.disk.set_names(names, call.ended);
        }
        Ok(())
    }

    /// The path in the arguments from `index` on, alone or after the folder that it starts from, if it is ours; and the
    /// index of the argument behind it.
    fn path(&self, call: &Call, index: usize) -> Result<(Option<String>, usize), String> {
        let first = call.args.get(index).ok_or("an argument is missing")?;
        let (start, path, next) = match text(first) {
            Some(path) => (None, path, index + 1),
            None => {
                let start = target(first).ok_or("a folder is not in the record")?;
                let path = call.args.get(index + 1).and_then(|arg| text(arg)).ok_or("a path is not in the record")?;
                (Some(start.path), path, index + 2)
            }
        };
        let whole = match start {
            Some(start) if !path.starts_with('/') => format!("{start}/{path}"),
            None if !path.starts_with('/') => return Err(format!("a path from an unknown folder: {path}")),
            _ => path,
        };
        Ok((self.below(&whole), next))
    }

    /// The open file of the first argument, if it is ours.
    fn open_file<'a>(&self, call: &Call, open: &'a mut HashMap<i64, Open>) -> Result<Option<&'a mut Open>, String> {
        let Some(place) = self.target(call.args.first())? else { return Ok(None) };
        let found = open.get_mut(&place.fd).ok_or_else(|| format!("{} was never opened", place.path))?;
        // A descriptor that was copied would stand for another file.
        match self.node(&place) {
            Some(node) if !place.deleted && node != found.node => Err(format!("{} is another file", place.path)),
            _ => Ok(Some(found)),
        }
    }

    fn target(&self, arg: Option<&String>) -> Result<Option<Target>, String> {
        let place = arg.and_then(|arg| target(arg)).ok_or("a descriptor is not in the record")?;
        Ok(self.below(&place.path).map(|path| Target { path, ..place }))
    }

    fn node(&self, place: &Target) -> Option<Node> {
        if place.deleted { None } else { self.disk.find(&place.path) }
    }

    fn is_ours(&self, arg: &str) -> bool {
        let path = target(arg).map(|target| target.path).or_else(|| text(arg));
        path.is_some_and(|path| self.below(&path).is_some())
    }

    /// The path below the top, if it is there and is data.
    fn below(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(&self.top)?;
        let is_below = rest.is_empty() || rest.starts_with('/');
        (is_below && !rest.ends_with(MEMORY)).then(|| rest.trim_start_matches('/').to_owned())
    }
}

fn size(number: i64) -> Result<usize, String> {
    usize::try_from(number).map_err(|_| format!("strange size {number}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Cut;
    use super::*;
    use crate::noise::Noise;
    use std::collections::BTreeMap;
    use std::fs;

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    /// Paths and strings in quotes or angle brackets as `strace` writes them.
    fn record(lines: &[&str]) -> Vec<u8> {
        let mut all = String::new();
        for line in lines {
            let mut rest = *line;
            while let Some(at) = rest.find(['"', '<']) {
                let end = if rest.as_bytes()[at] == b'"' { '"' } else { '>' };
                let length = rest[at + 1..].find(end).unwrap();
                all += &rest[..=at];
                all += &hex(&rest[at + 1..at + 1 + length]);
                all.push(end);
                rest = &rest[at + length + 2..];
            }
            all += rest;
            all.push('\n');
        }
        all.into_bytes()
    }

    fn left(disk: &Disk, cut: Cut) -> BTreeMap<String, String> {
        let dir = tempfile::tempdir().unwrap();
        disk.write_to(dir.path(), cut, &mut Noise::new(1));
        let files = crate::damage::files_below(dir.path()).into_iter();
        let name = |path: &Path| path.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
        files.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
    }

    fn text_of(files: &BTreeMap<String, String>) -> String {
        files.iter().map(|(name, content)| format!("{name}={content} ")).collect()
    }

    const MADE: &str = r#"1 openat(AT_FDCWD</>, "/w/a.new", O_WRONLY|O_CREAT|O_TRUNC, 0600) = 3</w/a.new>"#;

    #[test]
    fn a_file_that_is_replaced_is_durable_after_both_syncs() {
        let lines = [
            MADE,
            r#"1 write(3</w/a.new>, "hello", 5) = 5"#,
            r#"1 lseek(3</w/a.new>, 1, SEEK_SET) = 1"#,
            r#"1 write(3</w/a.new>, "u", 1) = 1"#,
            r#"1 fsync(3</w/a.new>) = 0"#,
            r#"1 rename("/w/a.new", "/w/a") = 0"#,
            r#"1 openat(AT_FDCWD</>, "/w", O_RDONLY|O_CLOEXEC) = 4</w>"#,
            r#"1 fsync(4</w>) = 0"#,
            r#"1 write(1<pipe:[7]>, "done", 4) = 4"#,
        ];
        let (mut replay, mut moments) = (Replay::new(Path::new("/w")), Vec::new());
        let seen = |disk: &Disk, moment| {
            moments.push((text_of(&left(disk, Cut::Durable)), text_of(&left(disk, Cut::Torn)), moment));
        };
        replay.run(record(&lines).as_slice(), seen).unwrap();
        let moment = |durable: &str, torn: &str, moment| (durable.to_owned(), torn.to_owned(), moment);
        assert_eq!(moments[0].0, "");
        assert_eq!(moments[1], moment("", "a=hullo ", Moment::BeforeSync));
        assert_eq!(moments[2], moment("a=hullo ", "a=hullo ", Moment::Said(b"done".to_vec())));
    }

    #[test]
    fn names_come_and_go_as_they_are_asked_to() {
        let lines = [
            r#"1 mkdir("/w/f", 0700) = 0"#,
            r#"1 openat(AT_FDCWD</>, "/w/f", O_RDONLY|O_DIRECTORY) = 5</w/f>"#,
            r#"1 openat(5</w/f>, "a", O_WRONLY|O_CREAT, 0600) = 6</w/f/a>"#,
            r#"1 pwrite64(6</w/f/a>, "xy", 2, 1) = 2"#,
            r#"1 linkat(AT_FDCWD</w>, "f/a", AT_FDCWD</w>, "f/b", 0) = 0"#,
            r#"1 unlinkat(5</w/f>, "a", 0) = 0"#,
            r#"1 write(6</w/f/b>, "q", 1) = 1"#,
            r#"1 mkdirat(AT_FDCWD</w>, "g", 0700) = 0"#,
            r#"1 renameat2(AT_FDCWD</w>, "g", AT_FDCWD</w>, "f", RENAME_EXCHANGE) = 0"#,
            r#"1 unlink("/w/none") = -1 ENOENT (No such file or directory)"#,
            r#"1 openat(AT_FDCWD</w>, "v-shm", O_RDWR|O_CREAT, 0600) = 7</w/v-shm>"#,
            r#"1 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 7</w/v-shm>, 0) = 0x7f"#,
            r#"1 syncfs(5</w/g>) = 0"#,
        ];
        let mut replay = Replay::new(Path::new("/w"));
        replay.run(record(&lines).as_slice(), |_, _| {}).unwrap();
        assert_eq!(text_of(&left(replay.disk(), Cut::Durable)), "g/b=qxy ");
    }

    #[test]
    fn a_write_of_another_thread_after_a_sync_began_is_not_durable() {
        let lines = [MADE, r#"1 openat(AT_FDCWD</>, "/w", O_RDONLY) = 4</w>"#, r#"1 fsync(4</w>) = 0"#];
        let mut bytes = record(&lines);
        bytes.extend(format!("1 fsync(3<{}> <unfinished ...>\n", hex("/w/a.new")).bytes());
        bytes.extend(record(&[r#"2 pwrite64(3</w/a.new>, "x", 1, 0) = 1"#]));
        bytes.extend(b"1 <... fsync resumed>) = 0\n");
        let mut replay = Replay::new(Path::new("/w"));
        replay.run(bytes.as_slice(), |_, _| {}).unwrap();
        assert_eq!(text_of(&left(replay.disk(), Cut::Durable)), "a.new= ");
    }

    #[test]
    fn what_the_model_does_not_know_is_said_and_not_passed_over() {
        for line in [
            r#"1 copy_file_range(3</x>, NULL, 4</w/a>, NULL, 9, 0) = 9"#,
            r#"1 symlink("/x", "/w/a") = 0"#,
            r#"1 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 7</w/a>, 0) = 0x7f"#,
            r#"1 write(3</w/a>, "x"..., 9) = 9"#,
            r#"1 rename("/x", "/w/a") = 0"#,
            r#"1 fallocate(3</w/a>, FALLOC_FL_PUNCH_HOLE, 0, 9) = 0"#,
        ] {
            let mut replay = Replay::new(Path::new("/w"));
            let record = record(&[r#"1 openat(AT_FDCWD</w>, "a", O_RDWR|O_CREAT, 0600) = 3</w/a>"#, line]);
            assert!(replay.run(record.as_slice(), |_, _| {}).is_err(), "{line}");
        }
        let elsewhere = record(&[r#"1 symlink("/x", "/wide/a") = 0"#]);
        assert_eq!(Replay::new(Path::new("/w")).run(elsewhere.as_slice(), |_, _| {}), Ok(()));
    }
}
