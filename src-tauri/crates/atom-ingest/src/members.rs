//! The text of an archive into that of the files in it, and what is left for the archive itself.

use crate::chunk;
use atom_core::Kind;
use atom_extract::{Extracted, Member};
use atom_store::{NewChunk, NewMember};
use std::collections::HashSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// No file is larger, in bytes.
const MOST_SIZE: u64 = 1 << 50;

/// Passages of the text that is the file's own, and the files in it.
pub(crate) fn split(extracted: &Extracted, kind: Kind) -> (Vec<NewChunk>, Vec<NewMember>) {
    let kept = kept(&extracted.members);
    // What is told twice is left out: the parts together are no more than the whole.
    let mut room = extracted.text.len();
    let own = own_text(extracted, 0..extracted.text.len(), &kept, &mut room);
    let chunks = passages(own, kind);
    let mut room = extracted.text.len();
    let members = kept.iter().enumerate().map(|(index, member)| {
        let inside = kept.get(index + 1..).unwrap_or_default();
        let text = own_text(extracted, member.start..member.end, inside, &mut room);
        new_member(member, text)
    });
    (chunks, members.collect())
}

/// Members that lie inside of the archive, whatever a reader says, and of those with the same path the last, as unpacking
/// would leave it. The text of the others stays with the archive.
fn kept(members: &[Member]) -> Vec<&Member> {
    let lies_inside = |path: &str| {
        !path.is_empty()
            && !path.contains('\0')
            && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
    };
    let mut seen = HashSet::new();
    let mut kept: Vec<&Member> =
        members.iter().rev().filter(|member| lies_inside(&member.path) && seen.insert(&member.path)).collect();
    kept.reverse();
    kept
}

/// A text with the headings in it and the bytes where they begin.
type Text = (String, Vec<(usize, String)>);

fn passages((text, sections): Text, kind: Kind) -> Vec<NewChunk> {
    let spans = chunk::chunk(&text, &sections, kind).into_iter();
    spans
        .map(|span| NewChunk {
            start: span.start,
            text: text.get(span.start..span.end).unwrap_or_default().to_owned(),
            heading: span.heading,
        })
        .collect()
}

/// What stands in `range` and in none of `members`, which are in the order in which they begin, those inside another after it.
fn own_text(extracted: &Extracted, range: Range<usize>, members: &[&Member], room: &mut usize) -> Text {
    let (mut text, mut sections) = (String::new(), Vec::new());
    let mut at = range.start;
    let inside = members.iter().take_while(|member| member.from < range.end);
    let pieces = inside.map(|member| (member.from, member.end)).chain([(range.end, range.end)]);
    for (end, next) in pieces {
        if end > at {
            let piece = extracted.text.get(at..end.min(at.saturating_add(*room))).unwrap_or_default();
            let first = extracted.sections.partition_point(|section| section.start < at);
            let own = extracted.sections.get(first..).unwrap_or_default().iter();
            let own = own.take_while(|section| section.start < at + piece.len()).filter(|section| section.start >= at);
            sections.extend(own.map(|section| (text.len() + (section.start - at), section.heading.clone())));
            text.push_str(piece);
            *room -= piece.len();
        }
        at = at.max(next);
    }
    (text, sections)
}

fn new_member(member: &Member, text: Text) -> NewMember {
    let path = PathBuf::from(&member.path);
    NewMember {
        // What an archive says may be a lie.
        size: member.size.min(MOST_SIZE),
        modified_ns: member.modified_ms.and_then(|ms| ms.checked_mul(1_000_000)),
        state: member.state.item_state(),
        reason: member.reason.clone(),
        mime: member.mime.clone(),
        title: member.title.clone(),
        author: member.author.clone(),
        people: (!member.people.is_empty()).then(|| member.people.join("\n")),
        language: member.language.clone(),
        content_hash: member.hash.as_deref().and_then(digest),
        truncated: member.truncated,
        chunks: passages(text, Kind::from_path(&path)),
        path,
    }
}

/// The bytes of 64 hexadecimal digits.
fn digest(hex: &str) -> Option<Vec<u8>> {
    let hash = blake3::Hash::from_hex(hex).ok()?;
    Some(hash.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use atom_extract::Section;

    fn member(path: &str, text: &str, from: &str, words: &str, after: &str) -> Member {
        let find = |needle: &str| text.find(needle).unwrap();
        Member { path: path.to_owned(), from: find(from), start: find(words), end: find(after), ..Member::default() }
    }

    fn texts(chunks: &[NewChunk]) -> String {
        chunks.iter().map(|chunk| chunk.text.as_str()).collect()
    }

    #[test]
    fn each_file_has_its_own_text_and_the_archive_the_rest() {
        let text = "a.txt\none\n\nb.zip\nc.txt\ntwo\n\nd.bin\n\ne.bin";
        let members = vec![
            member("a.txt", text, "a.txt", "one", "b.zip"),
            member("b.zip", text, "b.zip", "c.txt", "e.bin"),
            member("b.zip/c.txt", text, "c.txt", "two", "d.bin"),
        ];
        let sections = ["a.txt", "b.zip", "c.txt", "d.bin", "e.bin"];
        let sections =
            sections.map(|name| Section { start: text.find(name).unwrap(), heading: name.to_owned() }).to_vec();
        let extracted = Extracted { text: text.to_owned(), members, sections, ..Extracted::default() };
        let (own, members) = split(&extracted, Kind::Archive);
        assert_eq!(texts(&own), "e.bin");
        assert_eq!(own[0].heading.as_deref(), Some("e.bin"));
        let found: Vec<_> =
            members.iter().map(|member| (member.path.to_str().unwrap(), texts(&member.chunks))).collect();
        let expect = [("a.txt", "one\n\n"), ("b.zip", "d.bin\n\n"), ("b.zip/c.txt", "two\n\n")]
            .map(|(path, text)| (path, text.to_owned()));
        assert_eq!(found, expect);
        assert_eq!(members[1].chunks[0].heading.as_deref(), Some("d.bin"));
    }

    #[test]
    fn of_two_with_one_path_the_last_is_the_file_and_none_leaves_the_archive() {
        let text = "a\nold words\na\nnew words\nb\nelsewhere";
        let members = vec![
            member("a", text, "a\nold", "old", "a\nnew"),
            member("a", text, "a\nnew", "new", "b\n"),
            member("/etc/b", text, "b\n", "else", "where"),
            member("../b", text, "b\n", "else", "where"),
            member("b\0", text, "b\n", "else", "where"),
            Member { size: u64::MAX, ..member("c", text, "where", "where", "where") },
        ];
        let extracted = Extracted { text: text.to_owned(), members, ..Extracted::default() };
        let (own, members) = split(&extracted, Kind::Archive);
        assert_eq!(texts(&own), "a\nold words\nb\nelsewhere");
        let found: Vec<_> =
            members.iter().map(|member| (member.path.to_str().unwrap(), texts(&member.chunks))).collect();
        assert_eq!(found, [("a", "new words\n".to_owned()), ("c", String::new())]);
        assert_eq!(members[1].size, MOST_SIZE);
    }

    #[test]
    fn what_a_worker_tells_many_times_is_taken_once() {
        let text = "words ".repeat(100);
        let same = Member { path: "a".to_owned(), end: text.len(), ..Member::default() };
        let member = |number: usize| Member { path: number.to_string(), ..same.clone() };
        let members = (0..50).map(member).collect();
        let extracted = Extracted { members, text: text.clone(), ..Extracted::default() };
        let (own, members) = split(&extracted, Kind::Archive);
        let total: usize = members.iter().map(|member| texts(&member.chunks).len()).sum();
        assert!(own.is_empty() && total <= text.len(), "{total}");
    }
}
