//! Documents inside documents: members of archives, attachments of mails, objects in office files.
//!
//! Every level shares one budget of unpacked bytes and of members, so that nothing grows by being wrapped again.

use super::Readers;
use super::input::Input;
use crate::draft::{Draft, Failure};
use crate::limits::ArchiveLimits;
use crate::outcome::{Extracted, FileHint, Member, MemberState, Outcome};
use atom_core::Kind;
use std::cell::Cell;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

/// Deepest document inside a document.
const MAX_DEPTH: u32 = 3;
/// Bytes of text that a member may have for its own; a long one must not crowd out the others.
const MAX_MEMBER_TEXT: usize = 4 * 1024 * 1024;
/// Bytes of text after which an archive adds names only: a folder of packed sources would fill the indexes otherwise.
const MAX_ARCHIVE_TEXT: usize = 4 * 1024 * 1024;

/// What has been unpacked of one file so far, at all levels.
pub(crate) struct Budget {
    bytes: Cell<u64>,
    members: Cell<usize>,
    begun: Instant,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: Cell::default(), members: Cell::default(), begun: Instant::now() }
    }
}

/// Longest path of a file in an archive, in bytes.
const MAX_PATH: usize = 1024;

/// A level inside a file.
#[derive(Clone, Copy)]
pub(crate) struct Nest<'a> {
    readers: &'a Readers,
    budget: &'a Budget,
    depth: u32,
}

impl<'a> Nest<'a> {
    /// The level of a file itself.
    pub(crate) const fn top(readers: &'a Readers, budget: &'a Budget) -> Self {
        Self { readers, budget, depth: 0 }
    }

    /// Rules of unpacking, with what is left of the budget.
    pub(crate) fn limits(&self) -> ArchiveLimits {
        let limits = self.readers.limits.archive;
        ArchiveLimits { expanded: limits.expanded.saturating_sub(self.budget.bytes.get()), ..limits }
    }

    /// Takes bytes off the budget.
    pub(crate) fn spend(&self, bytes: u64) {
        self.budget.bytes.set(self.budget.bytes.get().saturating_add(bytes));
    }

    /// Whether there is time to look into one more member: half of what the file may take, so that a large archive
    /// ends with names in place of being stopped.
    pub(crate) fn has_time(&self) -> bool {
        self.budget.begun.elapsed() < self.readers.limits.wall / 2
    }

    /// Takes a member off the budget; `false` when there were too many.
    pub(crate) fn count_member(&self) -> bool {
        self.budget.members.set(self.budget.members.get().saturating_add(1));
        self.budget.members.get() <= self.readers.limits.archive.entries
    }

    /// Unpacks what comes out of a reader, within the budget; `packed` is what goes in, where that is known.
    pub(crate) fn unpack(&self, reader: impl Read, packed: Option<u64>) -> Result<Vec<u8>, Failure> {
        let limits = self.limits();
        let by_ratio = packed.map_or(u64::MAX, |packed| packed.max(limits.ratio_from).saturating_mul(limits.ratio));
        let limit = limits.part.min(limits.expanded).min(by_ratio);
        let mut bytes = Vec::new();
        let result = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        self.spend(bytes.len() as u64);
        match result {
            _ if bytes.len() as u64 > limit => {
                Err(Failure::TooLarge("It grows beyond all measure when unpacked.".to_owned()))
            }
            // A damaged end leaves the beginning.
            Err(_) if bytes.is_empty() => Err(Failure::damaged("What is packed in it is damaged.")),
            _ => Ok(bytes),
        }
    }

    /// What a part of the file is; `None` beyond the deepest level.
    pub(crate) fn read(&self, name: &str, bytes: &[u8], room: usize) -> Option<Outcome> {
        if self.depth >= MAX_DEPTH || bytes.is_empty() || !self.has_time() {
            return None;
        }
        let inner = Nest { depth: self.depth + 1, ..*self };
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let hint = FileHint::new(name, bytes.len() as u64);
        self.readers.read_input(Input::Memory(bytes), &hint, &inner, room.min(MAX_MEMBER_TEXT)).ok()
    }
}

/// Whether a part says more than its size: logos and icons are no text.
pub(crate) fn says_something(part: &Extracted) -> bool {
    const BARE: [&str; 3] = ["Picture size", "Sample rate", "Length"];
    !part.only_facts || part.title.is_some() || part.facts.iter().any(|fact| !BARE.contains(&fact.name.as_str()))
}

/// A file in an archive, before it is looked into.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    /// Its path in the archive, as that has it.
    pub(crate) name: &'a str,
    /// Bytes, unpacked.
    pub(crate) size: u64,
    /// When it was changed last, in Unix milliseconds.
    pub(crate) modified_ms: Option<i64>,
}

impl<'a> Packed<'a> {
    /// One of which the archive tells no time.
    pub(crate) const fn new(name: &'a str, size: u64) -> Self {
        Self { name, size, modified_ms: None }
    }
}

/// Members of an archive: those with text under their names, then the names of the others.
pub(crate) struct Members<'a> {
    nest: Nest<'a>,
    others: Vec<String>,
    /// Whether they are files that a person would call so, each to be found as one.
    as_files: bool,
}

impl<'a> Members<'a> {
    /// Members that are files.
    pub(crate) const fn new(nest: Nest<'a>) -> Self {
        Self { nest, others: Vec::new(), as_files: true }
    }

    /// Members that are pages of one thing.
    pub(crate) const fn pages(nest: Nest<'a>) -> Self {
        Self { nest, others: Vec::new(), as_files: false }
    }

    /// Whether the text of one more member is wanted, in place of its name only.
    pub(crate) fn wants_text(&self, draft: &mut Draft) -> bool {
        let wants = self.nest.has_time() && draft.text().len() < MAX_ARCHIVE_TEXT;
        if !wants {
            draft.mark_cut();
        }
        wants
    }

    /// Adds a member with what is in it; `false` when no more are wanted.
    pub(crate) fn add(&mut self, packed: Packed<'_>, bytes: &[u8], draft: &mut Draft) -> bool {
        let outcome = if self.wants_text(draft) { self.nest.read(packed.name, bytes, draft.room()) } else { None };
        let Some(outcome) = outcome else { return self.add_name(packed, draft) };
        let mut member = Member::of(safe_path(packed.name), &outcome);
        let mut inner = Vec::new();
        match outcome {
            Outcome::Text(part) if says_something(&part) => {
                draft.paragraph_break();
                member.from = draft.text().len();
                draft.begin_heading();
                draft.push_inline(packed.name);
                draft.end_heading();
                let place = draft.append(&part);
                (member.start, member.end) = (place.start, place.end);
                inner = part.members;
            }
            _ => {
                if member.state == MemberState::Text {
                    member.state = MemberState::NameOnly;
                }
                self.others.push(packed.name.to_owned());
                (member.from, member.start, member.end) = (draft.text().len(), draft.text().len(), draft.text().len());
            }
        }
        member.hash = Some(blake3::hash(bytes).to_hex().to_string());
        self.note(packed, member, inner, draft);
        self.wants_more(draft)
    }

    /// Adds a member by its name; `false` when no more are wanted.
    pub(crate) fn add_name(&mut self, packed: Packed<'_>, draft: &mut Draft) -> bool {
        self.add_unread(packed, Member { path: safe_path(packed.name), ..Member::default() }, draft)
    }

    /// Adds a member that needs a password by its name; `false` when no more are wanted.
    pub(crate) fn add_locked(&mut self, packed: Packed<'_>, draft: &mut Draft) -> bool {
        let locked = Outcome::Encrypted { mime: String::new() };
        self.add_unread(packed, Member::of(safe_path(packed.name), &locked), draft)
    }

    fn add_unread(&mut self, packed: Packed<'_>, mut member: Member, draft: &mut Draft) -> bool {
        self.others.push(packed.name.to_owned());
        let at = draft.text().len();
        (member.from, member.start, member.end) = (at, at, at);
        self.note(packed, member, Vec::new(), draft);
        self.wants_more(draft)
    }

    /// Notes a member as a file of its own, and those inside it. What has no text and is of no known kind is none that
    /// somebody looks for by itself: a library of a program has thousands of those.
    fn note(&self, packed: Packed<'_>, mut member: Member, inner: Vec<Member>, draft: &mut Draft) {
        let is_known = Kind::from_path(Path::new(&member.path)) != Kind::Other;
        if !self.as_files || member.path.is_empty() || member.state != MemberState::Text && !is_known {
            return;
        }
        (member.size, member.modified_ms) = (packed.size, packed.modified_ms);
        let (path, start, end) = (member.path.clone(), member.start, member.end);
        let mut fits = draft.member(member);
        for mut member in inner {
            member.path = format!("{path}/{}", member.path);
            for offset in [&mut member.from, &mut member.start, &mut member.end] {
                *offset = offset.saturating_add(start).min(end);
            }
            fits = fits && member.path.len() <= MAX_PATH && draft.member(member);
        }
        if !fits {
            draft.mark_cut();
        }
    }

    fn wants_more(&self, draft: &mut Draft) -> bool {
        let more = self.nest.count_member();
        if !more {
            draft.mark_cut();
        }
        more && !draft.is_full()
    }

    /// Writes the names of the members that have no text.
    pub(crate) fn finish(self, draft: &mut Draft) {
        if self.others.is_empty() {
            return;
        }
        draft.section("Other members");
        for name in self.others {
            draft.push_inline(&name);
            draft.line_break();
        }
    }
}

/// A path in an archive as one that leads nowhere else; empty where nothing is left of it.
fn safe_path(name: &str) -> String {
    // Before the parts are looked at: what is left of one must not become another.
    let name = name.replace(char::is_control, "").replace('\\', "/");
    let parts = name.split('/').map(str::trim).filter(|part| !matches!(*part, "" | "." | ".."));
    let path = parts.collect::<Vec<_>>().join("/");
    if path.len() > MAX_PATH { String::new() } else { path }
}

/// A level for a test, with the limits there are by default.
#[cfg(test)]
pub(crate) fn with_nest<T>(test: impl FnOnce(&Nest<'_>) -> T) -> T {
    let (readers, _) = Readers::load(crate::Limits::default(), None);
    test(&Nest::top(&readers, &Budget::default()))
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn no_path_leads_out_of_an_archive() {
        let check = |name: &str, expect: &str| assert_eq!(safe_path(name), expect, "{name:?}");
        check("./notes/a.txt", "notes/a.txt");
        check("C:\\notes\\a.txt", "C:/notes/a.txt");
        check("/etc/passwd", "etc/passwd");
        check("../../a", "a");
        check("\u{1}/etc/passwd", "etc/passwd");
        check(".\u{1}./a", "a");
        check("a\0b", "ab");
        check("..", "");
    }
}
