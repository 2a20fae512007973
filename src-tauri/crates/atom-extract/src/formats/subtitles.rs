//! Subtitles and lyrics: what is said, without numbers, times and styles; every five minutes are a section.

use crate::draft::Draft;
use crate::encoding::decode;

/// Length of a section, in seconds.
const SECTION: u64 = 300;

/// Reads SubRip, WebVTT, SubViewer, MicroDVD, SubStation Alpha or LRC, told by its lines.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    let mut section = None;
    // After WEBVTT's head, notes and styles run to a blank line.
    let mut skipping = false;
    for line in text.lines() {
        if draft.is_full() {
            return;
        }
        let line = line.trim();
        if line.is_empty() {
            skipping = false;
            continue;
        }
        if line.starts_with("WEBVTT") || line == "STYLE" || line == "REGION" || line.starts_with("NOTE") {
            skipping = line != "NOTE" && !line.starts_with("NOTE ");
            continue;
        }
        if skipping || line.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let (seconds, said) = cue(line, draft);
        if let Some(seconds) = seconds {
            let now = seconds / SECTION;
            if section != Some(now) {
                section = Some(now);
                draft.section(&format!("{}:{:02}:00", now * SECTION / 3600, now * SECTION / 60 % 60));
            }
        }
        if let Some(said) = said {
            draft.push_inline(&plain(said));
            draft.line_break();
        }
    }
}

/// When something is said, and what, as far as the line tells.
fn cue<'a>(line: &'a str, draft: &mut Draft) -> (Option<u64>, Option<&'a str>) {
    if let Some((from, _)) = line.split_once("-->") {
        return (clock(from.trim()), None);
    }
    // SubStation Alpha: the tenth field of a Dialogue line.
    if let Some(fields) = line.strip_prefix("Dialogue:") {
        let mut fields = fields.splitn(10, ',');
        let time = fields.nth(1).and_then(|time| clock(time.trim()));
        return (time, fields.nth(7));
    }
    if let Some(title) = line.strip_prefix("Title:") {
        draft.set_title(title);
        return (None, None);
    }
    if is_directive(line) {
        return (None, None);
    }
    // MicroDVD: frames in braces.
    if let Some((_, after)) = line.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        && let Some((_, said)) = after.strip_prefix('{').and_then(|rest| rest.split_once('}'))
    {
        return (None, Some(said));
    }
    // LRC: the time or a fact in brackets.
    if let Some((inside, said)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        match inside.split_once(':') {
            Some(("ti", title)) => draft.set_title(title),
            Some(("ar", artist)) => draft.set_author(artist),
            Some(("al", album)) => draft.fact("Album", album),
            _ if clock(inside).is_some() => return (clock(inside), Some(said)),
            _ => {}
        }
        return (None, Some(said).filter(|said| !said.trim().is_empty()));
    }
    // SubViewer: a line of two times.
    if let Some((from, to)) = line.split_once(',')
        && let (Some(from), Some(_)) = (clock(from), clock(to))
    {
        return (Some(from), None);
    }
    (None, Some(line))
}

/// Lines of SubStation Alpha that are not said.
fn is_directive(line: &str) -> bool {
    const NAMES: [&str; 14] = [
        "Format:",
        "Style:",
        "ScriptType:",
        "PlayResX:",
        "PlayResY:",
        "WrapStyle:",
        "ScaledBorderAndShadow:",
        "Comment:",
        "Collisions:",
        "Timer:",
        "Audio File:",
        "Video File:",
        "YCbCr Matrix:",
        "Original Script:",
    ];
    NAMES.iter().any(|name| line.starts_with(name))
        || matches!(line, "[Script Info]" | "[Events]" | "[V4+ Styles]" | "[V4 Styles]")
}

/// `01:02:03,456` and its kin in seconds.
fn clock(text: &str) -> Option<u64> {
    let text = text.split([' ', ',', '.']).next()?;
    let mut seconds = 0u64;
    let mut parts = 0;
    for part in text.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
        parts += 1;
    }
    (2..=3).contains(&parts).then_some(seconds)
}

/// Without `<i>`, `{\an8}` and the marks for a new line.
fn plain(said: &str) -> String {
    let mut plain = String::with_capacity(said.len());
    let mut closing = None;
    let mut chars = said.chars().peekable();
    while let Some(c) = chars.next() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (Some(_), _) => {}
            (None, '<') => closing = Some('>'),
            (None, '{') => closing = Some('}'),
            (None, '|') => plain.push(' '),
            (None, '\\') if chars.next_if(|next| matches!(next, 'N' | 'n' | 'h')).is_some() => plain.push(' '),
            (None, c) => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;

    fn read(text: &str) -> (String, Vec<String>) {
        let mut draft = Draft::new(10_000);
        super::read(text.as_bytes(), &mut draft);
        let found = draft.finish("text/plain").unwrap_or_default();
        (found.text, found.sections.into_iter().map(|section| section.heading).collect())
    }

    #[test]
    fn only_what_is_said_is_text() {
        let check = |text: &str, expect: &str| assert_eq!(read(text).0, expect, "{text}");
        check(
            "1\n00:00:01,000 --> 00:00:02,000\n<i>Hello</i> there\n\n2\n00:00:03,000 --> 00:00:04,000\nagain\n",
            "Hello there\nagain",
        );
        check("WEBVTT\nKind: captions\n\nSTYLE\n::cue { }\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hi\n", "Hi");
        check(
            "[Script Info]\nTitle: T\n[Events]\nFormat: a, b\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\an8}Well, yes\\Nno\n",
            "Well, yes no",
        );
        check("{0}{25}one|two\n", "one two");
        check("[ti:Song]\n[00:12.00]la la\n", "la la");
        check("00:00:01.00,00:00:02.00\nsaid\n", "said");
    }

    #[test]
    fn five_minutes_are_a_section() {
        let (_, sections) = read("00:00:01,0 --> 0\na\n\n00:01:00,0 --> 0\nb\n\n01:05:01,0 --> 0\nc\n");
        assert_eq!(sections, ["0:00:00", "1:05:00"]);
    }
}
