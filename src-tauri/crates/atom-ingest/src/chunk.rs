//! Text to passages: the unit of meaning search and of snippets.
//!
//! Passages follow one another without a gap, so that their texts put together are the whole text.
//! Each ends at the strongest boundary near its size: a heading, a blank line (in code, where the next definition begins), the end of a
//! line or sentence, a word; inside a word only where there is nothing else to cut at, never inside a character.
//!
//! Overlap is not stored: it is added by [`embedding_text`] when a passage is embedded.
//! Stored passages without overlap keep the text once, make offsets unambiguous and keep a phrase from being counted twice;
//! the model still sees how the passage before ended, and under which heading and title it stands.
//!
//! Cutting reads each byte a bounded number of times, also in a text of one line.

use atom_core::Kind;

/// Tokens that a passage aims at: with overlap, title and heading it stays within the model's 256.
const TARGET_TOKENS: usize = 200;

/// Bytes that a passage never exceeds.
const MAX_BYTES: usize = 1_600;

/// Costs are counted in quarters of a token.
const TARGET: usize = TARGET_TOKENS * 4;

/// A passage may run this far over its size when the text ends there.
const WITH_TAIL: usize = TARGET + TARGET / 4;

/// A passage may be this small when a heading follows.
const MIN_SECTION: usize = TARGET / 4;

/// A passage may be this small when a boundary weaker than a heading follows.
const MIN_PASSAGE: usize = TARGET / 2;

/// Words of the passage before that are embedded along.
const OVERLAP_WORDS: usize = 30;

/// Bytes of overlap, for scripts without spaces and for words without end.
const OVERLAP_BYTES: usize = 200;

/// Bytes of a title or heading that are embedded along.
const CONTEXT_BYTES: usize = 120;

/// One passage of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkSpan {
    /// First byte, at a character boundary.
    pub start: usize,
    /// The byte after the last, at a character boundary.
    pub end: usize,
    /// The heading under which its text begins.
    pub heading: Option<String>,
}

/// How good a place is for a cut, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    Word,
    Line,
    Sentence,
    Block,
    Definition,
}

const BOUNDARIES: usize = 5;

/// Cuts `text` into passages; `sections` are headings and the bytes where they begin, in order.
///
/// The same text always gives the same passages. An empty text has none.
pub fn chunk(text: &str, sections: &[(usize, String)], kind: Kind) -> Vec<ChunkSpan> {
    let sections = section_starts(text, sections);
    let mut spans = Vec::new();
    let mut start = 0;
    let mut section = 0;
    while start < text.len() {
        let end = cut(text, start, &sections, kind);
        let visible = start + leading_whitespace(text.get(start..end).unwrap_or_default());
        while sections.get(section + 1).is_some_and(|(at, _)| *at <= visible) {
            section += 1;
        }
        let heading = sections.get(section).filter(|(at, heading)| *at <= visible && !heading.is_empty());
        spans.push(ChunkSpan { start, end, heading: heading.map(|(_, heading)| (*heading).to_owned()) });
        start = end;
    }
    spans
}

/// What the model reads for passage `i`: title and heading, the tail of the passage before, the passage.
///
/// The tail is left out where a heading lies between the two passages: it would be about something else.
pub fn embedding_text(text: &str, chunks: &[ChunkSpan], i: usize, title: Option<&str>) -> String {
    let Some(chunk) = chunks.get(i) else { return String::new() };
    let body = text.get(chunk.start..chunk.end).unwrap_or_default().trim();
    let heading =
        chunk.heading.as_deref().map(str::trim).filter(|heading| !heading.is_empty() && !body.starts_with(heading));
    let title =
        title.map(str::trim).filter(|title| !title.is_empty() && Some(*title) != heading && !body.starts_with(title));
    let mut out = String::with_capacity(body.len() + OVERLAP_BYTES + 2 * CONTEXT_BYTES);
    for context in [title, heading].into_iter().flatten() {
        out.push_str(clip(context, CONTEXT_BYTES));
        out.push('\n');
    }
    let before =
        i.checked_sub(1).and_then(|before| chunks.get(before)).filter(|before| before.heading == chunk.heading);
    if let Some(before) = before.and_then(|before| text.get(before.start..before.end)) {
        let tail = tail(before);
        if !tail.is_empty() {
            out.push_str(tail);
            out.push(' ');
        }
    }
    out.push_str(body);
    out
}

/// Where the passage that begins at `start` ends; always after `start`.
fn cut(text: &str, start: usize, sections: &[(usize, &str)], kind: Kind) -> usize {
    let mut scan = Scan::new(text, start, kind);
    let next_section = sections.partition_point(|(at, _)| *at <= start);
    let mut headings = sections.get(next_section..).unwrap_or_default().iter().map(|(at, _)| *at).peekable();
    let mut heading = None;
    while scan.step() {
        while headings.peek().is_some_and(|at| *at < scan.at) {
            headings.next();
        }
        if heading.is_none() && headings.peek() == Some(&scan.at) && scan.cost >= MIN_SECTION {
            heading = Some((scan.at, scan.cost));
        }
    }
    let finished = scan.at == text.len() && scan.cost <= WITH_TAIL;
    if let Some((at, cost)) = heading
        && !(finished && scan.cost - cost < MIN_SECTION / 2)
    {
        return at;
    }
    if finished { scan.at } else { scan.best().unwrap_or(scan.last) }
}

/// Reads forward from the beginning of a passage and remembers where it could end.
struct Scan<'a> {
    text: &'a str,
    start: usize,
    code: bool,
    markdown: bool,
    /// The byte after what has been read.
    at: usize,
    /// Cost of what has been read, and of what fits.
    cost: usize,
    /// The last character boundary within size.
    last: usize,
    best: [Option<usize>; BOUNDARIES],
    previous: char,
    sentence_ended: bool,
    blank_lines: usize,
    line_is_blank: bool,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, start: usize, kind: Kind) -> Self {
        Self {
            text,
            start,
            code: matches!(kind, Kind::Code | Kind::Data),
            markdown: matches!(kind, Kind::Markdown),
            at: start,
            cost: 0,
            last: start,
            best: [None; BOUNDARIES],
            previous: '\n',
            sentence_ended: false,
            blank_lines: 0,
            line_is_blank: true,
        }
    }

    /// Reads one character; false when the passage is full or the text at its end.
    fn step(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return false };
        let cost = self.cost + cost(c, self.previous);
        if self.at + c.len_utf8() - self.start > MAX_BYTES || cost > WITH_TAIL {
            return false;
        }
        self.boundary_before(c, rest);
        self.cost = cost;
        self.at += c.len_utf8();
        if self.cost <= TARGET {
            self.last = self.at;
        }
        match c {
            '\n' => {
                self.blank_lines = if self.line_is_blank { self.blank_lines + 1 } else { 0 };
                self.line_is_blank = true;
            }
            '\u{c}' => self.blank_lines += 1,
            c if c.is_whitespace() => {}
            '.' | '!' | '?' | '…' | '。' | '！' | '？' => {
                self.sentence_ended = true;
                self.line_is_blank = false;
            }
            // Closing signs belong to the sentence that they close.
            ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '」' | '』' => self.line_is_blank = false,
            _ => {
                self.sentence_ended = false;
                self.line_is_blank = false;
            }
        }
        self.previous = c;
        true
    }

    /// Notes whether the text may be cut before `c`.
    fn boundary_before(&mut self, c: char, rest: &str) {
        if self.at == self.start || self.cost > TARGET {
            return;
        }
        let line_start = self.previous == '\n';
        // Indentation belongs to the line that it begins, so a line is only judged at its first byte.
        let next = if line_start { rest.trim_start_matches([' ', '\t']).chars().next().unwrap_or('\n') } else { c };
        if matches!(next, '\n' | '\r') || (c.is_whitespace() && !line_start) {
            return;
        }
        let boundary =
            if line_start && self.blank_lines > 0 && (self.code && !c.is_whitespace() || self.markdown && c == '#') {
                Boundary::Definition
            } else if line_start
                && (self.blank_lines > 0 || self.markdown && c == '#' || self.code && begins_definition(rest))
                || self.previous == '\u{c}'
            {
                Boundary::Block
            } else if self.sentence_ended
                && !c.is_lowercase()
                && (self.previous.is_whitespace() || is_wide(self.previous))
                && !self.code
            {
                Boundary::Sentence
            } else if line_start {
                Boundary::Line
            } else if self.previous.is_whitespace() || is_wide(self.previous) {
                Boundary::Word
            } else {
                return;
            };
        let enough = if boundary == Boundary::Word { self.cost > 0 } else { self.cost >= MIN_PASSAGE };
        if enough && let Some(best) = self.best.get_mut(boundary as usize) {
            *best = Some(self.at);
        }
    }

    /// The last of the strongest boundaries within size.
    fn best(&self) -> Option<usize> {
        let strong = self.best.iter().rev().find_map(|at| *at);
        strong.filter(|at| *at > self.start)
    }
}

/// What a character adds, in quarters of a token of a word-piece vocabulary made for English.
fn cost(c: char, previous: char) -> usize {
    match c {
        c if c.is_whitespace() => usize::from(!previous.is_whitespace()),
        'a'..='z' | 'A'..='Z' => 1,
        '0'..='9' => 2,
        '\0'..='\u{7f}' => 3,
        // Accents are stripped before the vocabulary is asked.
        '\u{c0}'..='\u{24f}' => 1,
        '\u{300}'..='\u{36f}' => 0,
        c if is_wide(c) => 4,
        _ => 3,
    }
}

/// Whether a script writes without spaces, so that any character may end a word.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a line of code looks like the first of a function, type or the like.
fn begins_definition(rest: &str) -> bool {
    const WORDS: [&str; 26] = [
        "fn ",
        "pub ",
        "impl ",
        "struct ",
        "enum ",
        "trait ",
        "mod ",
        "def ",
        "class ",
        "async ",
        "func ",
        "type ",
        "function ",
        "export ",
        "interface ",
        "namespace ",
        "public ",
        "private ",
        "protected ",
        "static ",
        "void ",
        "module ",
        "sub ",
        "create ",
        "CREATE ",
        "@",
    ];
    let line = rest.trim_start_matches([' ', '\t']);
    WORDS.iter().any(|word| line.starts_with(word))
}

/// Headings in order of where they begin, each at a character boundary of the text.
fn section_starts<'a>(text: &str, sections: &'a [(usize, String)]) -> Vec<(usize, &'a str)> {
    let mut starts: Vec<(usize, &str)> = sections
        .iter()
        .filter(|(at, _)| *at < text.len())
        .map(|(at, heading)| (text.floor_char_boundary(*at), heading.as_str()))
        .collect();
    starts.sort_by_key(|(at, _)| *at);
    starts
}

fn leading_whitespace(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The beginning of `text`, at most `bytes` of it.
fn clip(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// The last words of a passage.
fn tail(text: &str) -> &str {
    let text = text.trim_end();
    let from = text.ceil_char_boundary(text.len().saturating_sub(OVERLAP_BYTES));
    let window = text.get(from..).unwrap_or_default();
    let starts = window.char_indices().rev().filter(|(at, c)| {
        !c.is_whitespace()
            && (*at == 0 || window.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace)))
    });
    let mut first = None;
    for (at, _) in starts.take(OVERLAP_WORDS) {
        // The first word of a window inside the passage may be the end of a longer one.
        if at > 0 || from == 0 || first.is_none() {
            first = Some(at);
        }
    }
    first.and_then(|at| window.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
