//! The words of `strace`, line by line.

use std::collections::HashMap;

/// One call that has returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) args: Vec<String>,
    /// What it returned; negative where it failed.
    pub(super) result: i64,
    /// It was made to fail.
    pub(super) is_injected: bool,
    /// The path of the descriptor that was returned.
    pub(super) opened: Option<Target>,
    /// Number of the line on which it began.
    pub(super) began: usize,
    /// Number of the line on which it ended.
    pub(super) ended: usize,
}

/// What a descriptor stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) fd: i64,
    pub(super) path: String,
    /// Nothing has this name any more.
    pub(super) deleted: bool,
}

/// Puts calls together from lines, also those that other threads have interrupted.
#[derive(Debug, Default)]
pub(super) struct Lines {
    number: usize,
    unfinished: HashMap<String, (usize, String)>,
}

impl Lines {
    /// The call that ends on `line`, if one does.
    pub(super) fn call(&mut self, line: &str) -> Result<Option<Call>, String> {
        self.number += 1;
        let Some((pid, text)) = line.trim_end().split_once(' ') else { return Ok(None) };
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            return Ok(None);
        }
        if let Some(begun) = text.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(pid.to_owned(), (self.number, begun.trim_end().to_owned()));
            return Ok(None);
        }
        if let Some(resumed) = text.strip_prefix("<... ") {
            let Some((_, rest)) = resumed.split_once(" resumed>") else { return Err(strange(line)) };
            let Some((began, begun)) = self.unfinished.remove(pid) else { return Err(strange(line)) };
            return self.whole(began, &format!("{begun}{rest}"));
        }
        self.whole(self.number, text)
    }

    fn whole(&self, began: usize, text: &str) -> Result<Option<Call>, String> {
        let parts = text.rsplit_once(" = ").and_then(|(call, result)| {
            let (name, args) = call.trim_end().strip_suffix(')')?.split_once('(')?;
            Some((name, args, result))
        });
        let Some((name, args, result)) = parts else { return Err(strange(text)) };
        if result.starts_with('?') {
            // The process ended inside of the call.
            return Ok(None);
        }
        let opened = target(result);
        let number = result.split(['<', ' ']).next().unwrap_or_default();
        Ok(Some(Call {
            name: name.to_owned(),
            args: split(args),
            result: number.parse().or_else(|_| hexadecimal(number)).map_err(|_| strange(text))?,
            is_injected: result.ends_with("(INJECTED)"),
            opened,
            began,
            ended: self.number,
        }))
    }
}

fn hexadecimal(number: &str) -> Result<i64, std::num::ParseIntError> {
    i64::from_str_radix(number.trim_start_matches("0x"), 16)
}

fn strange(line: &str) -> String {
    let shown: String = line.chars().take(200).collect();
    format!("not understood in the record: {shown}")
}

/// Arguments at the commas that are in no bracket; strings have no commas, being hexadecimal.
fn split(args: &str) -> Vec<String> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_u32, 0);
    for (at, byte) in args.bytes().enumerate() {
        match byte {
            b'[' | b'{' | b'(' | b'<' => depth += 1,
            b']' | b'}' | b')' | b'>' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.extend(args.get(start..at).map(|arg| arg.trim().to_owned()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(args.get(start..).map(|arg| arg.trim().to_owned()).filter(|arg| !arg.is_empty()));
    found
}

/// `5<\x2f…>` or `AT_FDCWD<\x2f…>`, maybe followed by `(deleted)`; a folder of work has the number -1.
pub(super) fn target(arg: &str) -> Option<Target> {
    let (number, rest) = arg.split_once('<')?;
    let (path, after) = rest.split_once('>')?;
    let fd = number.parse().unwrap_or(-1);
    Some(Target { fd, path: String::from_utf8(unhex(path)?).ok()?, deleted: after.starts_with("(deleted)") })
}

/// The text in a string argument.
pub(super) fn text(arg: &str) -> Option<String> {
    String::from_utf8(bytes(arg)?).ok()
}

/// The bytes in a string argument; none where it was cut short.
pub(super) fn bytes(arg: &str) -> Option<Vec<u8>> {
    unhex(arg.strip_prefix('"')?.strip_suffix('"')?)
}

/// The bytes in the strings of a vector argument, one after the other.
pub(super) fn vector(arg: &str) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for part in arg.split("iov_base=").skip(1) {
        let (string, after) = part.strip_prefix('"')?.split_once('"')?;
        if after.starts_with("...") {
            return None;
        }
        all.extend(unhex(string)?);
    }
    Some(all)
}

/// Bytes of `\x41\x42`; what is not hexadecimal stands for itself, as in `socket:[17]`.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.as_bytes();
    let mut all = Vec::with_capacity(rest.len() / 4);
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    while let Some((first, tail)) = rest.split_first() {
        if let [b'\\', b'x', high, low, tail @ ..] = rest {
            all.push(digit(high)? << 4 | digit(low)?);
            rest = tail;
        } else {
            all.push(*first);
            rest = tail;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn only(line: &str) -> Call {
        Lines::default().call(line).unwrap().unwrap()
    }

    #[test]
    fn a_call_is_taken_apart() {
        let call = only(r#"17 pwrite64(4<\x2f\x77\x2f\x62>, "\x00\x2c\x29", 3, 8272) = 3"#);
        assert_eq!((call.name.as_str(), call.result, call.args.len()), ("pwrite64", 3, 4));
        assert_eq!(target(&call.args[0]), Some(Target { fd: 4, path: "/w/b".to_owned(), deleted: false }));
        assert_eq!(bytes(&call.args[1]), Some(vec![0, 0x2c, 0x29]));
        let call = only(r#"17 openat(AT_FDCWD<\x2f>, "\x77", O_RDWR|O_CREAT, 0600) = 5<\x2f\x77>"#);
        assert_eq!(call.opened, Some(Target { fd: 5, path: "/w".to_owned(), deleted: false }));
        let call = only(r#"17 write(4<\x2f\x77>(deleted), "\x79", 1) = 1"#);
        assert!(target(&call.args[0]).unwrap().deleted);
        let call = only(r"17 mmap(NULL, 9, PROT_READ, MAP_SHARED, 3<\x2f>, 0) = 0x7fcdf3949000");
        assert_eq!(call.result, 0x7fcd_f394_9000);
        let failed = only(r"17 fsync(4<\x2f\x77>) = -1 EIO (Input/output error) (INJECTED)");
        assert!(failed.result == -1 && failed.is_injected && !call.is_injected);
        let many =
            only(r#"1 writev(1<pipe:[7]>, [{iov_base="\x61", iov_len=1}, {iov_base="\x62", iov_len=1}], 2) = 2"#);
        assert_eq!(vector(&many.args[1]), Some(b"ab".to_vec()));
        assert_eq!(target(&many.args[0]).unwrap().path, "pipe:[7]");
    }

    #[test]
    fn calls_that_others_interrupt_are_put_together_and_know_when_they_began() {
        let mut lines = Lines::default();
        let mut call = |line: &str| lines.call(line).unwrap();
        assert_eq!(call(r"7 fsync(4<\x61> <unfinished ...>"), None);
        assert_eq!(call(r#"8 write(5<\x62>, "\x63", 1) = 1"#).unwrap().began, 2);
        let fsync = call(r"7 <... fsync resumed>) = 0").unwrap();
        assert_eq!((fsync.name.as_str(), fsync.began, fsync.ended, fsync.result), ("fsync", 1, 3, 0));
        assert_eq!(target(&fsync.args[0]).unwrap().path, "a");
        assert_eq!(call("7 +++ exited with 0 +++"), None);
    }

    #[test]
    fn what_was_cut_short_or_is_not_understood_is_never_taken_for_whole() {
        assert_eq!(bytes(r#""\x61"..."#), None);
        assert_eq!(vector(r#"[{iov_base="\x61"..., iov_len=9}]"#), None);
        assert!(Lines::default().call("7 <... fsync resumed>) = 0").is_err());
        assert!(Lines::default().call("7 nonsense").is_err());
    }
}
