//! The text of a file while a format module writes it: one place that normalises, records headings and
//! keeps to the size limit.

use crate::outcome::{Extracted, Fact, Member, Scan, Section};
use std::ops::Range;

/// Longest heading or title that is kept, in bytes.
const MAX_HEADING: usize = 300;
/// Most headings that are kept.
const MAX_SECTIONS: usize = 20_000;
/// Longest value of a fact, in bytes.
const MAX_FACT: usize = 2_000;
/// Most facts that are kept.
const MAX_FACTS: usize = 100;
/// Most that is kept of the members of an archive beside their text, in bytes.
const MAX_MEMBERS: usize = 3 * 1024 * 1024;
/// Most people that are kept.
const MAX_PEOPLE: usize = 200;

/// Why a format module could not go on. Text written before it stays in the [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Needs a password.
    Encrypted,
    /// Damaged; plain words.
    Damaged(String),
    /// Cannot be read by this build; plain words.
    Unsupported(String),
    /// Too large once unpacked; plain words.
    TooLarge(String),
    /// It has neither text nor anything to say about itself.
    Nothing,
}

impl Failure {
    pub(crate) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged(reason.into())
    }
}

/// A text being written.
pub(crate) struct Draft {
    text: String,
    limit: usize,
    truncated: bool,
    /// Something was left out, and more can still be written.
    cut: bool,
    /// Line feeds at the end of `text`.
    trailing_newlines: usize,
    /// A space is due before the next word (inline text only).
    space_due: bool,
    /// A carriage return ended the last piece.
    after_return: bool,
    heading_start: Option<usize>,
    sections: Vec<Section>,
    /// Title, where the format has one.
    pub(crate) title: Option<String>,
    /// Author or sender.
    pub(crate) author: Option<String>,
    /// When written or sent, in Unix milliseconds.
    pub(crate) created_ms: Option<i64>,
    /// Language that the file names, as a code such as `de`.
    pub(crate) language: Option<String>,
    people: Vec<String>,
    facts: Vec<Fact>,
    /// Facts whose words stand in the text already.
    notes: Vec<Fact>,
    /// What the file shows that may hold text.
    pub(crate) scan: Option<Scan>,
    members: Vec<Member>,
    /// Bytes that the members take on their way to the parent, about.
    members_size: usize,
}

impl Draft {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
            truncated: false,
            cut: false,
            trailing_newlines: 2,
            space_due: false,
            after_return: false,
            heading_start: None,
            sections: Vec::new(),
            title: None,
            author: None,
            created_ms: None,
            language: None,
            people: Vec::new(),
            facts: Vec::new(),
            notes: Vec::new(),
            scan: None,
            members: Vec::new(),
            members_size: 0,
        }
    }

    /// Whether the limit is reached and nothing more is taken.
    pub(crate) const fn is_full(&self) -> bool {
        self.truncated
    }

    /// Marks the text as cut, for a module that stopped on a limit of its own.
    pub(crate) const fn mark_truncated(&mut self) {
        self.truncated = true;
    }

    /// Notes that something was left out; more can still be written.
    pub(crate) const fn mark_cut(&mut self) {
        self.cut = true;
    }

    /// Whether there is anything but white space.
    pub(crate) fn has_text(&self) -> bool {
        self.text.bytes().any(|byte| !byte.is_ascii_whitespace())
    }

    /// Whether the file says anything about itself.
    pub(crate) const fn is_described(&self) -> bool {
        self.title.is_some() || self.author.is_some() || !self.facts.is_empty()
    }

    /// Adds text whose white space matters: line feeds kept, line ends unified, control characters dropped,
    /// blank lines in a row collapsed into one.
    pub(crate) fn push(&mut self, piece: &str) {
        if self.space_due {
            self.space_due = false;
            self.push_raw(" ");
        }
        let mut rest = piece;
        while !rest.is_empty() && !self.truncated {
            let plain = rest.find(is_special).unwrap_or(rest.len());
            let (run, after) = rest.split_at(plain);
            if !run.is_empty() {
                self.after_return = false;
                self.push_raw(run);
            }
            let mut chars = after.chars();
            if let Some(special) = chars.next() {
                self.push_special(special);
            }
            rest = chars.as_str();
        }
    }

    fn push_special(&mut self, special: char) {
        match special {
            '\r' => {
                self.newline();
                self.after_return = true;
                return;
            }
            '\n' if self.after_return => {}
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.newline(),
            '\u{a0}' => self.push_raw(" "),
            _ => {}
        }
        self.after_return = false;
    }

    /// Adds text in which every run of white space means one space, as in HTML.
    pub(crate) fn push_inline(&mut self, piece: &str) {
        if piece.starts_with(|c: char| c.is_whitespace()) {
            self.space_due = true;
        }
        let mut first = true;
        for word in piece.split_whitespace() {
            if !first {
                self.space_due = true;
            }
            first = false;
            if self.space_due {
                self.space_due = false;
                if self.trailing_newlines == 0 && !self.text.ends_with('\t') {
                    self.push_raw(" ");
                }
            }
            self.push(word);
        }
        if !first && piece.ends_with(|c: char| c.is_whitespace()) {
            self.space_due = true;
        }
    }

    fn newline(&mut self) {
        // White space at a line's end carries no meaning and would hide blank lines.
        let trimmed = self.text.trim_end_matches([' ', '\t']).len();
        if trimmed < self.text.len() {
            self.text.truncate(trimmed);
            if let Some(start) = &mut self.heading_start {
                *start = (*start).min(trimmed);
            }
            self.trailing_newlines = self.text.bytes().rev().take(2).take_while(|&byte| byte == b'\n').count();
            if self.text.is_empty() {
                self.trailing_newlines = 2;
            }
        }
        if self.trailing_newlines < 2 {
            self.push_raw("\n");
        }
    }

    fn push_raw(&mut self, run: &str) {
        let room = self.limit.saturating_sub(self.text.len());
        let taken = if run.len() > room {
            self.truncated = true;
            run.get(..run.floor_char_boundary(room)).unwrap_or_default()
        } else {
            run
        };
        self.text.push_str(taken);
        self.trailing_newlines = if taken == "\n" { self.trailing_newlines + 1 } else { 0 };
    }

    /// Ends the line, if one is begun.
    pub(crate) fn line_break(&mut self) {
        self.space_due = false;
        if self.trailing_newlines == 0 {
            self.newline();
        }
    }

    /// Ends the paragraph: a blank line follows.
    pub(crate) fn paragraph_break(&mut self) {
        self.line_break();
        if self.trailing_newlines == 1 {
            self.newline();
        }
    }

    /// Ends the cell of a table's row; empty cells leave no trace.
    pub(crate) fn cell_break(&mut self) {
        self.space_due = false;
        if self.trailing_newlines == 0 && !self.text.ends_with('\t') {
            self.push_raw("\t");
        }
    }

    /// Begins a heading: what is written until [`Draft::end_heading`] is its text.
    pub(crate) fn begin_heading(&mut self) {
        self.paragraph_break();
        self.heading_start = Some(self.text.len());
    }

    /// Ends a heading and records it.
    pub(crate) fn end_heading(&mut self) {
        let Some(start) = self.heading_start.take() else {
            return;
        };
        let heading = one_line(self.text.get(start..).unwrap_or_default());
        self.record(start, heading);
        self.line_break();
    }

    /// Begins a section whose name is not part of the text, such as a page or a sheet.
    pub(crate) fn section(&mut self, heading: &str) {
        self.paragraph_break();
        self.record(self.text.len(), one_line(heading));
    }

    /// Records a heading for text that was written already.
    pub(crate) fn record_at(&mut self, start: usize, heading: &str) {
        self.record(start, one_line(heading));
    }

    fn record(&mut self, start: usize, heading: String) {
        if !heading.is_empty() && !self.truncated && self.sections.len() < MAX_SECTIONS {
            self.sections.push(Section { start, heading });
        }
    }

    /// First heading so far.
    pub(crate) fn first_heading(&self) -> Option<&str> {
        self.sections.first().map(|section| section.heading.as_str())
    }

    /// Notes a file inside this one; `false` when there are too many.
    pub(crate) fn member(&mut self, member: Member) -> bool {
        let words = [&member.title, &member.author, &member.reason].into_iter().flatten();
        let size = 300 + member.path.len() + words.chain(&member.people).map(|word| word.len() + 4).sum::<usize>();
        let fits = self.members_size + size <= MAX_MEMBERS;
        if fits {
            self.members_size += size;
            self.members.push(member);
        }
        fits
    }

    /// The text so far.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Sets the title unless it is blank or there is one.
    pub(crate) fn set_title(&mut self, title: &str) {
        set_once(&mut self.title, title);
    }

    /// Sets the author unless it is blank or there is one.
    pub(crate) fn set_author(&mut self, author: &str) {
        set_once(&mut self.author, author);
    }

    /// Sets when it was written unless that is known.
    pub(crate) fn set_created(&mut self, created_ms: Option<i64>) {
        self.created_ms = self.created_ms.or(created_ms);
    }

    /// Sets the language, of a code such as `en` or `en-US`, unless there is one.
    pub(crate) fn set_language(&mut self, code: &str) {
        let code = code.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        if self.language.is_none() && matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_lowercase()) {
            self.language = Some(code);
        }
    }

    /// Notes a person whom the file names beside its author.
    pub(crate) fn person(&mut self, name: &str) {
        let name = one_line(name);
        if !name.is_empty() && self.people.len() < MAX_PEOPLE && !self.people.contains(&name) {
            self.people.push(name);
        }
    }

    /// Notes something that the file says about itself, such as keywords or a camera; a blank value is none.
    pub(crate) fn fact(&mut self, name: &str, value: &str) {
        add_fact(&mut self.facts, name, value);
    }

    /// Whether something of that name is said.
    pub(crate) fn has_fact(&self, name: &str) -> bool {
        self.facts.iter().any(|fact| fact.name == name)
    }

    /// Notes a fact whose words stand in the text, so that they are not said again.
    pub(crate) fn note(&mut self, name: &str, value: &str) {
        add_fact(&mut self.notes, name, value);
    }

    /// Bytes that can still be written.
    pub(crate) const fn room(&self) -> usize {
        if self.truncated { 0 } else { self.limit.saturating_sub(self.text.len()) }
    }

    /// Adds a text that was read from a part of the file, with its sections; returns where it stands.
    pub(crate) fn append(&mut self, part: &Extracted) -> Range<usize> {
        self.line_break();
        let start = self.text.len();
        let mut end = start;
        self.push_raw(&part.text);
        if self.text.len() > start {
            end = self.text.len();
            self.trailing_newlines = self.text.bytes().rev().take(2).take_while(|&byte| byte == b'\n').count();
        }
        for section in &part.sections {
            let at = start.saturating_add(section.start);
            if at < end && self.sections.len() < MAX_SECTIONS {
                self.sections.push(Section { start: at, heading: section.heading.clone() });
            }
        }
        self.cut |= part.truncated;
        self.paragraph_break();
        start..end
    }

    /// The finished text, with the facts at its end; `None` where there is neither text nor fact.
    pub(crate) fn finish(mut self, mime: &str) -> Option<Extracted> {
        let mut end = self.text.trim_end().len();
        self.text.truncate(end);
        let only_facts = self.text.is_empty();
        let mut lines = String::new();
        if only_facts {
            for (name, value) in [("Title", &self.title), ("Author", &self.author)] {
                if let Some(value) = value {
                    lines.push_str(&format!("{name}: {value}\n"));
                }
            }
        }
        for Fact { name, value } in &self.facts {
            lines.push_str(&format!("{name}: {value}\n"));
        }
        let mut lines = lines.trim_end();
        if !lines.is_empty() {
            lines = lines.get(..lines.floor_char_boundary(self.limit)).unwrap_or_default();
            if !only_facts {
                let room = self.limit.saturating_sub(lines.len() + 2);
                if end > room {
                    self.truncated = true;
                    self.text.truncate(self.text.floor_char_boundary(room));
                }
                end = self.text.trim_end().len();
                self.text.truncate(end);
                if end > 0 {
                    self.text.push_str("\n\n");
                }
            }
            self.text.push_str(lines);
        }
        if self.text.trim().is_empty() {
            return None;
        }
        self.sections.retain(|section| section.start < end);
        for member in &mut self.members {
            for offset in [&mut member.from, &mut member.start, &mut member.end] {
                *offset = (*offset).min(end);
            }
        }
        self.facts.append(&mut self.notes);
        Some(Extracted {
            text: self.text,
            title: self.title,
            mime: mime.to_owned(),
            author: self.author,
            created_ms: self.created_ms,
            language: self.language,
            people: self.people,
            facts: self.facts,
            only_facts,
            sections: self.sections,
            truncated: self.truncated || self.cut,
            scan: self.scan,
            members: self.members,
        })
    }
}

fn add_fact(facts: &mut Vec<Fact>, name: &str, value: &str) {
    let value = line_of(value, MAX_FACT);
    if !value.is_empty() && facts.len() < MAX_FACTS {
        let fact = Fact { name: name.to_owned(), value };
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
}

fn set_once(place: &mut Option<String>, value: &str) {
    if place.is_none() {
        let value = one_line(value);
        if !value.is_empty() {
            *place = Some(value);
        }
    }
}

/// The text as one line of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    line_of(text, MAX_HEADING)
}

fn line_of(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() >= limit {
            let room = limit.saturating_sub(line.len() + 1);
            if line.is_empty() {
                line.extend(word.get(..word.floor_char_boundary(room)));
            }
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
    }
    line
}

/// Characters that [`Draft::push`] does not copy as they are: controls but tab, other line ends,
/// the no-break space, and the invisible ones that only break words (soft hyphen, byte order mark).
fn is_special(c: char) -> bool {
    match c {
        '\t' => false,
        '\u{a0}' | '\u{ad}' | '\u{feff}' | '\u{2028}' | '\u{2029}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use proptest::prelude::*;

    fn pushed(pieces: &[&str]) -> String {
        let mut draft = Draft::new(1000);
        for piece in pieces {
            draft.push(piece);
        }
        draft.finish("text/plain").map(|extracted| extracted.text).unwrap_or_default()
    }

    #[test]
    fn line_ends_and_blank_lines_are_normalised() {
        let check = |pieces: &[&str], expect: &str| assert_eq!(pushed(pieces), expect, "{pieces:?}");
        check(&["a\r\nb\rc\nd"], "a\nb\nc\nd");
        check(&["a\r", "\nb"], "a\nb");
        check(&["\n\na\n\n\n \n\nb\n\n"], "a\n\nb");
        check(&["a  \nb\t\n\n\nc"], "a\nb\n\nc");
        check(&["  indented\n    more"], "  indented\n    more");
        check(&["nu\0ll", "so\u{ad}ft", "a\u{a0}b"], "nullsofta b");
    }

    #[test]
    fn inline_text_has_single_spaces() {
        let mut draft = Draft::new(1000);
        for piece in [" one\n", "two ", " ", "three", "four", " five "] {
            draft.push_inline(piece);
        }
        draft.paragraph_break();
        draft.push_inline(" six");
        assert_eq!(draft.text(), "one two threefour five\n\nsix");
    }

    #[test]
    fn text_is_cut_at_the_limit_on_a_character() {
        let mut draft = Draft::new(4);
        draft.push("abcé and more");
        assert!(draft.is_full());
        let extracted = draft.finish("text/plain").unwrap();
        assert_eq!(extracted.text, "abc");
        assert!(extracted.truncated);
    }

    #[test]
    fn facts_stand_at_the_end_or_alone() {
        let mut draft = Draft::new(1000);
        draft.fact("Keywords", " one,\n two ");
        draft.fact("Keywords", "one, two");
        draft.fact("Nothing", " ");
        draft.push("text");
        let extracted = draft.finish("text/plain").unwrap();
        assert_eq!((extracted.text.as_str(), extracted.only_facts), ("text\n\nKeywords: one, two", false));

        let mut draft = Draft::new(30);
        draft.set_title("A title");
        draft.fact("Camera", "a b");
        let extracted = draft.finish("image/jpeg").unwrap();
        assert_eq!((extracted.text.as_str(), extracted.only_facts), ("Title: A title\nCamera: a b", true));

        let mut draft = Draft::new(20);
        draft.fact("Camera", "a b");
        draft.push("a text that is too long");
        let extracted = draft.finish("text/plain").unwrap();
        assert_eq!((extracted.text.as_str(), extracted.truncated), ("a text\n\nCamera: a b", true));
    }

    #[test]
    fn parts_are_appended_with_their_sections() {
        let mut part = Draft::new(1000);
        part.section("Page 1");
        part.push("inside");
        let part = part.finish("application/pdf").unwrap();
        let mut draft = Draft::new(1000);
        draft.push("before");
        draft.append(&part);
        draft.push("after");
        let extracted = draft.finish("text/plain").unwrap();
        assert_eq!(extracted.text, "before\ninside\n\nafter");
        assert_eq!(extracted.sections[0].start, 7);
    }

    #[test]
    fn headings_point_at_their_text() {
        let mut draft = Draft::new(1000);
        draft.push_inline("before");
        draft.begin_heading();
        draft.push_inline(" A  heading ");
        draft.end_heading();
        draft.push_inline("after");
        draft.section("Page 2");
        draft.push_inline("end");
        let extracted = draft.finish("text/plain").unwrap();
        assert_eq!(extracted.text, "before\n\nA heading\nafter\n\nend");
        let found: Vec<_> =
            extracted.sections.iter().map(|s| (s.heading.as_str(), &extracted.text[s.start..])).collect();
        assert_eq!(found, [("A heading", "A heading\nafter\n\nend"), ("Page 2", "end")]);
    }

    proptest! {
        #[test]
        fn any_pieces_make_clean_text(pieces in prop::collection::vec(any::<String>(), 0..8), inline: bool, limit in 0usize..64) {
            let mut draft = Draft::new(limit);
            for piece in &pieces {
                if inline { draft.push_inline(piece) } else { draft.push(piece) }
                draft.begin_heading();
                draft.push(piece);
                draft.end_heading();
            }
            if let Some(extracted) = draft.finish("text/plain") {
                prop_assert!(extracted.text.len() <= limit);
                prop_assert!(!extracted.text.contains("\n\n\n"));
                prop_assert!(!extracted.text.chars().any(|c| c.is_control() && c != '\t' && c != '\n'));
                for section in &extracted.sections {
                    prop_assert!(extracted.text.is_char_boundary(section.start));
                }
            }
        }
    }
}
