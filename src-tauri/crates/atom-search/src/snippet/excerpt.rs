//! Cutting a few lines out of a text, at places where a reader would.

use super::SNIPPET_CHARS;
use std::ops::Range;

/// Characters before the first match, at most.
const BEFORE_CHARS: usize = 90;

/// A few lines of text with what matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Plain text, one line, about 240 characters.
    pub text: String,
    /// Byte ranges of `text` to mark, in order and apart from one another.
    pub highlights: Vec<Range<usize>>,
}

/// Cuts the surroundings of `window` out of `text`; `None` where nothing is visible.
pub(super) fn cut(text: &str, window: Range<usize>, marks: &[Range<usize>]) -> Option<Snippet> {
    let window_chars = text.get(window.clone())?.chars().take(SNIPPET_CHARS).count();
    let spare = SNIPPET_CHARS - window_chars;
    let (start, whole_start) = begin(text, window.start, spare.min(BEFORE_CHARS));
    let used = text.get(start..window.start)?.chars().count();
    let (end, whole_end) = finish(text, window.start, used, window.end);
    let mut snippet = collapse(text, start..end, marks);
    if snippet.text.is_empty() {
        return None;
    }
    if !whole_start {
        let mark = "… ";
        snippet.text.insert_str(0, mark);
        for range in &mut snippet.highlights {
            *range = range.start + mark.len()..range.end + mark.len();
        }
    }
    if !whole_end {
        snippet.text.push_str(" …");
    }
    Some(snippet)
}

/// Byte ranges of `text` as ranges of UTF-16 code units, which web views count in.
///
/// Ranges are in order; what does not fit the text is left out.
pub fn utf16(text: &str, ranges: &[Range<usize>]) -> Vec<(u32, u32)> {
    let mut out = Vec::with_capacity(ranges.len());
    let (mut byte, mut unit) = (0_usize, 0_usize);
    let mut advance = |to: usize| {
        let units = text.get(byte..to)?.chars().map(char::len_utf16).sum::<usize>();
        byte = to;
        unit += units;
        u32::try_from(unit).ok()
    };
    for range in ranges {
        if let Some(start) = advance(range.start)
            && let Some(end) = advance(range.end)
        {
            out.push((start, end));
        }
    }
    out
}

/// Where to begin so that a sentence, a line or at least a word is whole; and whether it is more than a word.
fn begin(text: &str, at: usize, room: usize) -> (usize, bool) {
    let before = text.get(..at).unwrap_or_default();
    let from = before.char_indices().rev().take(room).last().map_or(at, |(at, _)| at);
    if from == 0 {
        return (0, true);
    }
    let stretch = before.get(from..).unwrap_or_default();
    let mut sentence = None;
    let mut line = None;
    let mut word = None;
    let mut ended = false;
    for (offset, c) in stretch.char_indices() {
        let next = from + offset + c.len_utf8();
        match c {
            '.' | '!' | '?' | '…' => ended = true,
            '。' | '！' | '？' => sentence = sentence.or(Some(next)),
            '\n' => {
                line = Some(next);
                word = word.or(Some(next));
            }
            c if c.is_whitespace() => {
                if ended {
                    sentence = sentence.or(Some(next));
                }
                word = word.or(Some(next));
                ended = false;
            }
            _ => ended = false,
        }
    }
    match (sentence, line, word) {
        (Some(at), ..) | (None, Some(at), _) => (at, true),
        (None, None, Some(at)) => (at, false),
        (None, None, None) => (from, false),
    }
}

/// Where to end: after a sentence, else after a word; and whether it is after a sentence or the end.
fn finish(text: &str, from: usize, used: usize, least: usize) -> (usize, bool) {
    let room = SNIPPET_CHARS.saturating_sub(used);
    let rest = text.get(from..).unwrap_or_default();
    let mut sentence = None;
    let mut word = None;
    let mut previous = ' ';
    let mut spaces = 0;
    let mut seen = 0;
    for (offset, c) in rest.char_indices() {
        let at = from + offset;
        // Runs of white space will be one space.
        if c.is_whitespace() && previous.is_whitespace() {
            spaces += 1;
            if spaces > SNIPPET_CHARS * 4 {
                return (at, false);
            }
            continue;
        }
        if seen >= room {
            return match (sentence, word) {
                (Some(end), _) => (end, true),
                (None, Some(end)) => (end, false),
                (None, None) => (at, false),
            };
        }
        seen += 1;
        if c.is_whitespace() && at >= least {
            word = Some(at);
            if matches!(previous, '.' | '!' | '?' | '…') && seen * 2 > room {
                sentence = Some(at);
            }
        }
        if matches!(c, '。' | '！' | '？') && at >= least && seen * 2 > room {
            sentence = Some(at + c.len_utf8());
        }
        previous = c;
    }
    (text.len(), true)
}

/// Copies a range with its white space collapsed, without control characters, and moves the marks along.
fn collapse(text: &str, range: Range<usize>, marks: &[Range<usize>]) -> Snippet {
    let mut out = String::with_capacity(range.len());
    let mut highlights: Vec<Range<usize>> = Vec::new();
    let mut marks = marks.iter().filter(|mark| mark.start >= range.start && mark.end <= range.end).peekable();
    let mut open: Option<(usize, usize)> = None;
    let slice = text.get(range.clone()).unwrap_or_default();
    let mut close = |open: &mut Option<(usize, usize)>, at: usize, out: &str| {
        if let Some((start, end)) = *open
            && at >= end
        {
            let end = out.trim_end().len();
            if start < end {
                highlights.push(start..end);
            }
            *open = None;
        }
    };
    for (offset, c) in slice.char_indices() {
        let at = range.start + offset;
        close(&mut open, at, &out);
        if let Some(mark) = marks.next_if(|mark| mark.start == at) {
            open = Some((out.len(), mark.end));
        }
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_direction_control(c) {
            out.push(c);
        }
    }
    close(&mut open, range.end, &out);
    out.truncate(out.trim_end().len());
    Snippet { text: out, highlights }
}

/// Characters that could make a passage look like something else.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
