//! E-mail: one message, or a mailbox of many. The head is part of the text, for who wrote what to whom when is
//! what people search by.

use super::bytes::find;
use super::html;
use super::nest::{Nest, says_something};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use crate::outcome::Outcome;
use encoding_rs::Encoding;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// Deepest forwarded message inside a message.
const MAX_DEPTH: u32 = 3;
/// What a message in a mailbox of Foxmail begins after, on a line of its own.
pub(crate) const FOXMAIL: &[u8] = b"\x10\x10\x10\x10\x10\x10\x10\x11\x11\x11\x11\x11\x11S";
/// Shortest line that tells base64 from words.
const MIN_BASE64: usize = 40;

/// Reads one message.
pub(crate) fn read_message(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    // Apple Mail begins with the length of the message in a line of its own.
    let bytes = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(end)
            if bytes.get(..end).is_some_and(|line| {
                !line.is_empty() && line.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_whitespace())
            }) =>
        {
            bytes.get(end + 1..).unwrap_or_default()
        }
        _ => bytes,
    };
    let message = MessageParser::default().parse(bytes).ok_or_else(|| Failure::damaged("The message is damaged."))?;
    draft.set_title(message.subject().unwrap_or_default());
    if let Some(from) = message.from() {
        draft.set_author(&addresses(from));
    }
    draft.created_ms = message.date().map(|date| date.to_timestamp() * 1000);
    for people in [message.to(), message.cc()].into_iter().flatten() {
        addresses(people).split(", ").for_each(|person| draft.person(person));
    }
    write_message(&message, nest, draft, 0);
    Ok(())
}

/// Reads a mailbox message by message; each is a section.
pub(crate) fn read_mailbox(bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let messages = if bytes.starts_with(FOXMAIL) { foxmail_messages(bytes) } else { messages(bytes).collect() };
    for raw in messages {
        if draft.is_full() {
            break;
        }
        let Some(message) = MessageParser::default().parse(raw) else {
            continue;
        };
        draft.section(message.subject().unwrap_or("Message"));
        write_message(&message, nest, draft, 0);
    }
    Ok(())
}

/// The messages of a mailbox: each begins after a line that begins with `From `.
fn messages(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let after = bytes.get(at + line.len()..).unwrap_or_default();
        if at > 0 && line.starts_with(b"From ") && blank_before(bytes, at) && is_header(after) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([bytes.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| {
        let message = bytes.get(start..end).unwrap_or_default();
        match message.iter().position(|&byte| byte == b'\n') {
            Some(line) if message.starts_with(b"From ") => message.get(line + 1..).unwrap_or_default(),
            _ => message,
        }
    })
}

/// The messages of a mailbox of Foxmail.
fn foxmail_messages(bytes: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    let mut start = FOXMAIL.len();
    while let Some(rest) = bytes.get(start..) {
        let length = find(rest, FOXMAIL, 0).unwrap_or(rest.len());
        messages.extend(rest.get(..length).map(<[u8]>::trim_ascii_start));
        start += length + FOXMAIL.len();
    }
    messages
}

/// Whether text begins with a header line, which a sentence that begins with `From` is not followed by.
fn is_header(text: &[u8]) -> bool {
    let name = text.iter().take(80).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name > 0 && text.get(name) == Some(&b':') || text.starts_with(b">From ")
}

fn blank_before(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    before.ends_with(b"\n\n") || before.ends_with(b"\r\n\r\n")
}

fn write_message(message: &Message<'_>, nest: &Nest<'_>, draft: &mut Draft, depth: u32) {
    write_head(message, draft);
    for &index in &message.text_body {
        let Some(part) = message.parts.get(index as usize) else {
            continue;
        };
        write_text(part, nest, draft);
        draft.paragraph_break();
    }
    for attachment in message.attachments() {
        if draft.is_full() {
            return;
        }
        if let Some(name) = attachment.attachment_name() {
            draft.line_break();
            draft.push(&format!("Attachment: {name}\n"));
        }
        match &attachment.body {
            PartType::Message(inner) if depth < MAX_DEPTH => {
                draft.paragraph_break();
                write_message(inner, nest, draft, depth + 1);
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                write_attachment(attachment.attachment_name().unwrap_or_default(), bytes, nest, draft);
            }
            _ => write_text(attachment, nest, draft),
        }
        draft.paragraph_break();
    }
}

/// Writes a part that is text, or was taken for it.
fn write_text(part: &MessagePart<'_>, nest: &Nest<'_>, draft: &mut Draft) {
    match &part.body {
        PartType::Text(text) => match undecoded(part, text) {
            Some(bytes) => write_undecoded(part, &bytes, nest, draft),
            None => draft.push(text),
        },
        PartType::Html(text) => html::read_str(text, draft),
        _ => {}
    }
}

/// What is in a part that was left in base64, as one that is cut off or has a letter too many.
fn undecoded(part: &MessagePart<'_>, text: &str) -> Option<Vec<u8>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let line = text.trim_start().lines().next().unwrap_or_default().trim_end();
    let is_base64 = part.is_encoding_problem
        && part.content_transfer_encoding().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"))
        && line.len() >= MIN_BASE64
        && line.trim_end_matches('=').bytes().all(|byte| is_letter(&byte));
    let letters = || text.bytes().filter(is_letter).chain([b'=']).collect::<Vec<_>>();
    is_base64.then(|| base64_decode(&letters()).unwrap_or_default())
}

fn write_undecoded(part: &MessagePart<'_>, bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) {
    let kind = part.content_type();
    let charset = kind.and_then(|kind| Encoding::for_label(kind.attribute("charset")?.as_bytes()));
    let text = || charset.map_or_else(|| decode(bytes, None), |encoding| encoding.decode(bytes).0);
    match kind.map_or(("text", ""), |kind| (kind.ctype(), kind.subtype().unwrap_or_default())) {
        ("text", "html") => html::read_str(&text(), draft),
        ("text", _) => draft.push(&text()),
        _ => write_attachment(part.attachment_name().unwrap_or_default(), bytes, nest, draft),
    }
}

/// Writes what is in an attachment, under its name as a section; the name itself stands in the text already.
pub(crate) fn write_attachment(name: &str, bytes: &[u8], nest: &Nest<'_>, draft: &mut Draft) {
    let limits = nest.limits();
    if bytes.len() as u64 > limits.part.min(limits.expanded) || !nest.count_member() {
        draft.mark_cut();
        return;
    }
    nest.spend(bytes.len() as u64);
    if let Some(Outcome::Text(part)) = nest.read(name, bytes, draft.room())
        && says_something(&part)
    {
        draft.section(if name.is_empty() { "Attachment" } else { name });
        draft.append(&part);
    }
}

fn write_head(message: &Message<'_>, draft: &mut Draft) {
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            draft.push(name);
            draft.push(": ");
            draft.push_inline(value);
            draft.line_break();
        }
    };
    line("Subject", message.subject().unwrap_or_default());
    line("From", &message.from().map(addresses).unwrap_or_default());
    line("To", &message.to().map(addresses).unwrap_or_default());
    line("Cc", &message.cc().map(addresses).unwrap_or_default());
    line("Date", &message.date().map(|date| date.to_rfc3339()).unwrap_or_default());
    draft.paragraph_break();
}

fn addresses(address: &Address<'_>) -> String {
    let people: Vec<String> = address
        .iter()
        .map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (Some(only), None) | (None, Some(only)) => only.to_owned(),
            (None, None) => String::new(),
        })
        .filter(|person| !person.is_empty())
        .collect();
    people.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::nest::with_nest;
    use crate::draft::Draft;

    #[test]
    fn mailbox_is_split_at_its_from_lines() {
        let mailbox =
            b"From a@b Mon Jan 1\nSubject: One\n\nfirst\n\nFrom here on\ntext\n\nFrom c@d Tue\nSubject: Two\n\nmore\n";
        let mut draft = Draft::new(1000);
        with_nest(|nest| super::read_mailbox(mailbox, nest, &mut draft).unwrap());
        let found = draft.finish("application/mbox").unwrap();
        assert_eq!(found.text, "Subject: One\n\nfirst\n\nFrom here on\ntext\n\nSubject: Two\n\nmore");
        let headings: Vec<_> = found.sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(headings, ["One", "Two"]);
    }

    #[test]
    fn mailbox_of_foxmail_is_split_at_its_marks() {
        let one = b"Subject: One\r\n\r\nfirst\r\n";
        let two = b"Subject: Two\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nbW9yZQ==\n";
        let mailbox = [super::FOXMAIL, b"\r\n", one, super::FOXMAIL, b"\n", two].concat();
        let mut draft = Draft::new(1000);
        with_nest(|nest| super::read_mailbox(&mailbox, nest, &mut draft).unwrap());
        assert_eq!(draft.text().trim(), "Subject: One\n\nfirst\n\nSubject: Two\n\nmore");
    }

    #[test]
    fn base64_that_is_cut_off_is_decoded_as_far_as_it_goes() {
        let read = |kind: &str, body: &str| {
            let message = format!(
                "Subject: S\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: {kind}\n\
                 Content-Transfer-Encoding: base64\n\n{body}"
            );
            let mut draft = Draft::new(1000);
            with_nest(|nest| super::read_message(message.as_bytes(), nest, &mut draft).unwrap());
            draft.text().trim().to_owned()
        };
        // "some words that are packed in letters, and more of them, which are cut of"
        let words =
            "c29tZSB3b3JkcyB0aGF0IGFyZSBwYWNrZWQgaW4gbGV0dGVycywgYW5k\nIG1vcmUgb2YgdGhlbSwgd2hpY2ggYXJlIGN1dCBvZg";
        let expect = "some words that are packed in letters, and more of them, which are cut of";
        assert_eq!(read("text/plain; charset=utf-8", words), format!("Subject: S\n\n{expect}"));
        let words = "VmllbGUgR3LDvMOfZSwgdW5kIHNjaMO2bmUgV8O2cnRlciwgZGllIGluIGRlciBNaXR0ZSBlbmRlbjogww==";
        let expect = "Subject: S\n\nViele Grüße, und schöne Wörter, die in der Mitte enden: \u{fffd}";
        assert_eq!(read("text/html; charset=utf-8", words), expect);
        let picture = "/9j/4AAQSkZJRgABAQEASABIAAD//gATQ3JlYXRlZCB3aXRoIEdJTVD/2wBDAAMCAgMCAgMDAwME";
        let found = read("image/jpeg; name=a.jpg", picture);
        assert_eq!(found, "Subject: S\n\nAttachment: a.jpg\n\nComment: Created with GIMP");
        assert_eq!(read("text/plain", "these are words."), "Subject: S\n\nthese are words.");
    }

    #[test]
    fn message_is_head_body_and_attachments() {
        let message = b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: a@example.org, B <b@example.org>\r\nSubject: Hello\r\n\
            Date: Thu, 29 Feb 2024 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi <b>there</b><style>a{}</style>\r\n\
            --x\r\nContent-Type: application/pdf; name=\"bill.pdf\"\r\nContent-Disposition: attachment; filename=\"bill.pdf\"\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--x--\r\n";
        let mut draft = Draft::new(1000);
        with_nest(|nest| super::read_message(message, nest, &mut draft).unwrap());
        let found = draft.finish("message/rfc822").unwrap();
        assert_eq!(found.title.as_deref(), Some("Hello"));
        assert_eq!(found.author.as_deref(), Some("Jürgen <j@example.org>"));
        assert_eq!(found.created_ms, Some(1_709_208_000_000));
        assert_eq!(
            found.text,
            "Subject: Hello\nFrom: Jürgen <j@example.org>\nTo: a@example.org, B <b@example.org>\nDate: 2024-02-29T12:00:00Z\n\n\
             Hi there\n\nAttachment: bill.pdf"
        );
    }
}
