//! Mail folders of Outlook (PST, OST) by outlook-pst: every message a section, with what is in its attachments.

use super::bytes::u32_le;
use super::input::Input;
use super::mail::write_attachment;
use super::nest::Nest;
use super::package::FileSource;
use super::{date, html};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use outlook_pst::ltp::prop_context::PropertyValue;
use outlook_pst::messaging::attachment::{AnsiAttachment, Attachment, AttachmentData, UnicodeAttachment};
use outlook_pst::messaging::folder::{AnsiFolder, Folder, UnicodeFolder};
use outlook_pst::messaging::message::{AnsiMessage, Message, MessageProperties, UnicodeMessage};
use outlook_pst::messaging::store::{AnsiStore, Store, UnicodeStore};
use outlook_pst::ndb::node_id::NodeId;
use outlook_pst::{AnsiPstFile, PstReader, UnicodePstFile};
use std::fs::File;
use std::io::{self, Cursor};
use std::rc::Rc;

/// Most folders that are visited.
const MAX_FOLDERS: usize = 10_000;
/// Most messages that are read.
const MAX_MESSAGES: usize = 100_000;

/// Bytes of our own to read from: the library wants to keep them.
fn owned(input: Input<'_>) -> io::Result<Box<dyn PstReader>> {
    Ok(match input {
        Input::Memory(bytes) => Box::new(Cursor::new(bytes.to_vec())),
        Input::File(file, size) => {
            let file = File::from(rustix::io::dup(file)?);
            Box::new(FileSource::new(file, size))
        }
    })
}

/// Reads all folders.
pub(crate) fn read(input: Input<'_>, nest: &Nest<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = |_: io::Error| Failure::damaged("The mail folders are damaged.");
    // The version tells the form: from 21 on with characters of two bytes.
    let head = input.head(16).map_err(damaged)?;
    let is_unicode = u32_le(&head, 10).is_some_and(|version| version & 0xffff >= 21);
    let reader = owned(input).map_err(damaged)?;
    if is_unicode { read_unicode(reader, nest, draft) } else { read_ansi(reader, nest, draft) }.map_err(damaged)
}

macro_rules! read_folders {
    ($name:ident, $file:ty, $store:ty, $folder:ty, $message:ty, $attachment:ty) => {
        fn $name(reader: Box<dyn PstReader>, nest: &Nest<'_>, draft: &mut Draft) -> io::Result<()> {
            let store = <$store>::read(Rc::new(<$file>::read_from(reader)?))?;
            let entry = |id: u32| store.properties().make_entry_id(NodeId::from(id));
            let mut folders = vec![(String::new(), store.properties().ipm_sub_tree_entry_id()?)];
            let (mut seen, mut messages) = (0, 0);
            while let Some((path, id)) = folders.pop() {
                seen += 1;
                if seen > MAX_FOLDERS || draft.is_full() {
                    break;
                }
                // A folder that is broken leaves the others.
                let Ok(folder) = <$folder>::read(Rc::clone(&store), &id) else { continue };
                let name = folder.properties().display_name().unwrap_or_default();
                let path = if path.is_empty() || name.is_empty() { name } else { format!("{path}/{name}") };
                for row in folder.hierarchy_table().iter().flat_map(|table| table.rows_matrix()) {
                    folders.extend(entry(u32::from(row.id())).ok().map(|id| (path.clone(), id)));
                }
                for row in folder.contents_table().iter().flat_map(|table| table.rows_matrix()) {
                    messages += 1;
                    if draft.is_full() || messages > MAX_MESSAGES {
                        break;
                    }
                    let Ok(id) = entry(u32::from(row.id())) else { continue };
                    let Ok(message) = <$message>::read(Rc::clone(&store), &id, None) else { continue };
                    write_message(message.properties(), &path, draft);
                    for row in message.attachment_table().iter().flat_map(|table| table.rows_matrix()) {
                        let id = NodeId::from(u32::from(row.id()));
                        let Ok(attachment) = <$attachment>::read(Rc::clone(&message), id, None) else { continue };
                        let name =
                            [0x3707, 0x3704].into_iter().find_map(|id| attachment.properties().get(id).map(text));
                        let name = name.unwrap_or_default();
                        draft.line_break();
                        draft.push(&format!("Attachment: {name}\n"));
                        match attachment.data() {
                            Some(AttachmentData::Binary(data)) => write_attachment(&name, data.buffer(), nest, draft),
                            Some(AttachmentData::Message(inner)) => write_message(inner.properties(), "", draft),
                            None => {}
                        }
                    }
                }
            }
            Ok(())
        }
    };
}

read_folders!(read_unicode, UnicodePstFile, UnicodeStore, UnicodeFolder, UnicodeMessage, UnicodeAttachment);
read_folders!(read_ansi, AnsiPstFile, AnsiStore, AnsiFolder, AnsiMessage, AnsiAttachment);

fn write_message(properties: &MessageProperties, folder: &str, draft: &mut Draft) {
    let value = |id: u16| properties.get(id).map(text).unwrap_or_default();
    // A subject may begin with a mark and the length of its prefix.
    let subject = value(0x37);
    let subject = subject
        .strip_prefix('\u{1}')
        .map_or(subject.as_str(), |rest| rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default());
    draft.section(if subject.is_empty() { "Message" } else { subject });
    let from = [value(0x0c1a), value(0x0c1f)].join(" ");
    let sent = [0x0e06, 0x39].into_iter().find_map(|id| match properties.get(id) {
        // Tenths of microseconds since 1601.
        Some(PropertyValue::Time(ticks)) => Some(date::spoken(ticks / 10_000 - 11_644_473_600_000)),
        _ => None,
    });
    for (name, value) in [
        ("Subject", subject),
        ("From", from.trim()),
        ("To", value(0x0e04).as_str()),
        ("Cc", value(0x0e03).as_str()),
        ("Date", sent.as_deref().unwrap_or_default()),
        ("Folder", folder),
    ] {
        if !value.is_empty() {
            draft.push(&format!("{name}: "));
            draft.push_inline(value);
            draft.line_break();
        }
    }
    draft.person(from.trim());
    draft.paragraph_break();
    let body = value(0x1000);
    if body.trim().is_empty() {
        match properties.get(0x1013) {
            Some(PropertyValue::Binary(page)) => html::read(page.buffer(), draft),
            Some(page) => html::read_str(&text(page), draft),
            None => {}
        }
    } else {
        draft.push(&body);
    }
    draft.paragraph_break();
}

fn text(value: &PropertyValue) -> String {
    match value {
        PropertyValue::Unicode(text) => String::from_utf16_lossy(text.buffer()),
        PropertyValue::String8(text) => decode(text.buffer(), None).into_owned(),
        _ => String::new(),
    }
}
