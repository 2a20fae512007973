//! Calendars (iCalendar, vCalendar) and contacts (vCard): each event and each person under a heading, in words.

use super::date;
use crate::draft::Draft;
use crate::encoding::decode;

/// A line `NAME;PARAMETER=x:value`.
struct Line<'a> {
    name: String,
    parameters: &'a str,
    value: String,
}

/// Reads a calendar.
pub(crate) fn read_calendar(bytes: &[u8], draft: &mut Draft) {
    let mut open: Vec<Line<'_>> = Vec::new();
    let text = unfolded(bytes);
    for line in text.lines().filter_map(parse) {
        if draft.is_full() {
            return;
        }
        match line.name.as_str() {
            "BEGIN" if is_entry(&line.value) => open.clear(),
            "END" if is_entry(&line.value) => write_entry(&std::mem::take(&mut open), draft),
            "X-WR-CALNAME" => draft.set_title(&line.value),
            "X-WR-CALDESC" => draft.fact("Description", &line.value),
            _ if open.len() < 2000 => open.push(line),
            _ => {}
        }
    }
    // Some programs forget to end the last one.
    if open.iter().any(|line| line.name == "SUMMARY") {
        write_entry(&open, draft);
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name.to_ascii_uppercase().as_str(), "VEVENT" | "VTODO" | "VJOURNAL")
}

fn write_entry(lines: &[Line<'_>], draft: &mut Draft) {
    let value = |name: &str| lines.iter().find(|line| line.name == name).map(|line| line.value.as_str());
    draft.begin_heading();
    draft.push_inline(value("SUMMARY").unwrap_or("Without a name"));
    draft.end_heading();
    let start = value("DTSTART").map(spoken_time);
    let end = value("DTEND").or_else(|| value("DUE")).map(spoken_time);
    let when = [start, end].into_iter().flatten().collect::<Vec<_>>().join(" to ");
    write_line("When", &when, draft);
    for line in lines {
        let person = || person(line);
        match line.name.as_str() {
            "LOCATION" => write_line("Where", &line.value, draft),
            "DESCRIPTION" | "COMMENT" => {
                draft.push(&line.value);
                draft.line_break();
            }
            "ORGANIZER" => {
                draft.set_author(&person());
                draft.person(&person());
                write_line("Organizer", &person(), draft);
            }
            "ATTENDEE" => {
                draft.person(&person());
                write_line("With", &person(), draft);
            }
            "CATEGORIES" => write_line("Categories", &line.value, draft),
            "RRULE" => write_line("Repeats", &line.value, draft),
            "STATUS" => write_line("Status", &line.value, draft),
            "URL" => write_line("Link", &line.value, draft),
            "X-ALT-DESC" if value("DESCRIPTION").is_none() => super::html::read_str(&line.value, draft),
            _ => {}
        }
    }
    draft.paragraph_break();
}

/// The name and the address of who takes part.
fn person(line: &Line<'_>) -> String {
    let address =
        line.value.strip_prefix("mailto:").or_else(|| line.value.strip_prefix("MAILTO:")).unwrap_or(&line.value);
    match parameter(line.parameters, "CN") {
        Some(name) if name != address => format!("{name} <{address}>"),
        _ => address.to_owned(),
    }
}

/// Reads contacts.
pub(crate) fn read_contacts(bytes: &[u8], draft: &mut Draft) {
    let text = unfolded(bytes);
    let mut card: Vec<Line<'_>> = Vec::new();
    for line in text.lines().filter_map(parse) {
        if draft.is_full() {
            return;
        }
        match line.name.as_str() {
            "BEGIN" => card.clear(),
            "END" => write_card(&std::mem::take(&mut card), draft),
            _ if card.len() < 2000 => card.push(line),
            _ => {}
        }
    }
}

fn write_card(lines: &[Line<'_>], draft: &mut Draft) {
    let value = |name: &str| lines.iter().find(|line| line.name == name).map(|line| parts(&line.value));
    let Some(name) = value("FN").or_else(|| value("N")).or_else(|| value("ORG")) else {
        return;
    };
    draft.set_title(&name);
    draft.person(&name);
    draft.begin_heading();
    draft.push_inline(&name);
    draft.end_heading();
    for line in lines {
        let label = match line.name.as_str() {
            "EMAIL" => "E-mail",
            "TEL" => "Phone",
            "ADR" | "LABEL" => "Address",
            "ORG" => "Organization",
            "TITLE" | "ROLE" => "Role",
            "BDAY" => "Birthday",
            "NICKNAME" => "Nickname",
            "URL" => "Link",
            "CATEGORIES" => "Categories",
            "IMPP" => "Chat",
            "NOTE" => "Note",
            _ => continue,
        };
        write_line(label, &parts(&line.value), draft);
    }
    draft.paragraph_break();
}

/// The parts of a structured value, in one line.
fn parts(value: &str) -> String {
    value.split(';').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn write_line(label: &str, value: &str, draft: &mut Draft) {
    if !value.trim().is_empty() {
        draft.push(label);
        draft.push(": ");
        draft.push_inline(value);
        draft.line_break();
    }
}

/// `20240229T120000Z` as `2024-02-29 12:00`.
fn spoken_time(value: &str) -> String {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    if date::parse_pdf(&digits).is_none() {
        return value.to_owned();
    }
    let day = format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8));
    if digits.len() >= 12 { format!("{day} {}:{}", part(8, 10), part(10, 12)) } else { day }
}

/// The text with its folded lines put together.
fn unfolded(bytes: &[u8]) -> String {
    let text = decode(bytes, None);
    let mut unfolded = String::with_capacity(text.len());
    let mut quoted = false;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix([' ', '\t']) {
            unfolded.push_str(rest);
        } else if quoted {
            unfolded.push_str(line);
        } else {
            unfolded.push('\n');
            unfolded.push_str(line);
        }
        // Quoted-printable of the old versions goes on after an equals sign.
        quoted = line.ends_with('=') && unfolded.rsplit('\n').next().is_some_and(has_quoted_printable);
        if quoted {
            unfolded.pop();
        }
    }
    unfolded
}

fn has_quoted_printable(line: &str) -> bool {
    line.get(..line.floor_char_boundary(200)).is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

fn parse(line: &str) -> Option<Line<'_>> {
    let mut in_quotes = false;
    let colon = line.char_indices().find_map(|(at, c)| {
        in_quotes ^= c == '"';
        (c == ':' && !in_quotes).then_some(at)
    })?;
    let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    // Properties of a group, such as `item1.EMAIL`.
    let name = name.rsplit('.').next().unwrap_or(name).trim().to_ascii_uppercase();
    let value = if has_quoted_printable(head) { quoted_printable(value) } else { unescaped(value) };
    Some(Line { name, parameters, value })
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let found = parameters.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })?;
    Some(found.trim().trim_matches('"')).filter(|value| !value.is_empty())
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

fn quoted_printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
        }
    }
    decode(&bytes, None).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use proptest::prelude::*;

    #[test]
    fn events_are_told_in_words() {
        let text = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Work\r\nBEGIN:VEVENT\r\nSUMMARY:Meet\\, eat\r\nDTSTART;TZID=Europe/Berlin:20240229T120000\r\n\
            DTEND:20240229T130000Z\r\nLOCATION:Room 5\r\nATTENDEE;CN=\"Person: A\":mailto:a@exam\r\n ple.org\r\nDESCRIPTION:one\\ntwo\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let mut draft = Draft::new(1000);
        super::read_calendar(text.as_bytes(), &mut draft);
        let found = draft.finish("text/calendar").unwrap();
        assert_eq!(found.title.as_deref(), Some("Work"));
        assert_eq!(
            found.text,
            "Meet, eat\nWhen: 2024-02-29 12:00 to 2024-02-29 13:00\nWhere: Room 5\nWith: Person: A <a@example.org>\none\ntwo"
        );
        assert_eq!(found.people, ["Person: A <a@example.org>"]);
        assert_eq!(found.sections[0].heading, "Meet, eat");
    }

    #[test]
    fn contacts_are_told_in_words() {
        let text = "BEGIN:VCARD\nVERSION:3.0\nN:Person;Anna;;;\nFN:Anna Person\nitem1.EMAIL;type=HOME:a@example.org\nADR:;;Street 1;Town;;12345;\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrgen=\n Wolf\nEND:VCARD\n";
        let mut draft = Draft::new(1000);
        super::read_contacts(text.as_bytes(), &mut draft);
        let found = draft.finish("text/vcard").unwrap();
        assert_eq!(found.text, "Anna Person\nE-mail: a@example.org\nAddress: Street 1 Town 12345\n\nJürgenWolf");
        assert_eq!(found.title.as_deref(), Some("Anna Person"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(BEGIN:VEVENT|END:VEVENT|FN|SUMMARY|DTSTART|[;:=\"\\\\a-z0-9\\n ]){0,80}") {
            super::read_calendar(text.as_bytes(), &mut Draft::new(1000));
            super::read_contacts(text.as_bytes(), &mut Draft::new(1000));
        }
    }
}
