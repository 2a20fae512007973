//! What an item is or has, as `is:` and `has:` look for it.
//!
//! Made from what the store holds, each time an item goes into the keyword index. The names are those that
//! `atom_search::query` knows.

use atom_core::{ItemState, Kind};
use atom_store::WordsTask;
use std::path::Path;

/// Of tasks in notes, so many lines are looked at.
const LINES: usize = 20_000;

/// Every trait of an item.
pub(crate) fn traits(task: &WordsTask) -> Vec<&'static str> {
    let mut traits = Vec::new();
    let mut add = |holds: bool, name| {
        if holds {
            traits.push(name);
        }
    };
    let body = task.body.as_str();
    let is_mail = task.kind == Kind::Email || task.mime == "message/rfc822";
    let attached = if is_mail { attachments(body) } else { Vec::new() };
    let is_picture = |name: &&str| Kind::from_path(Path::new(name)) == Kind::Image;
    add(task.kind == Kind::Folder, "folder");
    add(task.kind != Kind::Folder, "file");
    add(task.in_archive, "archived");
    add(is_failure(task.state), "failed");
    add(task.state == ItemState::Encrypted, "encrypted");
    add(!body.is_empty(), "text");
    add(task.title.is_some(), "title");
    add(task.author.is_some(), "author");
    add(task.labels.is_some(), "label");
    add(!attached.is_empty(), "attachment");
    add(task.kind == Kind::Image || task.shows_text || attached.iter().any(is_picture), "image");
    add(["https://", "http://", "www."].iter().any(|link| body.contains(link)), "link");
    if let Some(flags) = maildir_flags(&task.path) {
        add(!flags.contains('S'), "unread");
        add(flags.contains('S'), "read");
        add(flags.contains('F'), "starred");
        add(flags.contains('R'), "answered");
    }
    if matches!(task.kind, Kind::Markdown | Kind::Text | Kind::Document) {
        let (open, done) = tasks(body);
        add(open > 0, "open");
        add(open == 0 && done > 0, "done");
    }
    traits
}

const fn is_failure(state: ItemState) -> bool {
    matches!(state, ItemState::TimedOut | ItemState::Crashed | ItemState::Unreadable)
}

/// Names of what is attached to a mail, as its reader tells them.
fn attachments(body: &str) -> Vec<&str> {
    body.lines().filter_map(|line| line.strip_prefix("Attachment: ")).collect()
}

/// What a mail program notes in the names of a Maildir: `NAME:2,FLAGS` in `cur`; what lies in `new` has none.
fn maildir_flags(path: &Path) -> Option<String> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let name = path.file_name()?.to_string_lossy();
    match folder {
        "cur" => Some(name.rsplit_once(":2,")?.1.to_owned()),
        "new" => is_message(&name).then(String::new),
        _ => None,
    }
}

/// Whether a name is one that Maildir gives: a time, then what makes it the only one, then a host.
fn is_message(name: &str) -> bool {
    let time = name.bytes().take_while(u8::is_ascii_digit).count();
    time >= 9 && name.as_bytes().get(time) == Some(&b'.')
}

/// Tasks of a note that are open and done: `- [ ]`, `- [x]`, and headings of Org.
fn tasks(body: &str) -> (usize, usize) {
    let (mut open, mut done) = (0, 0);
    for line in body.lines().take(LINES) {
        let line = line.trim_start();
        let rest = line.trim_start_matches(['-', '+', '*', ' ']);
        if rest.len() == line.len() {
            continue;
        }
        if rest.starts_with("[ ] ") || line.starts_with('*') && rest.starts_with("TODO ") {
            open += 1;
        } else if rest.starts_with("[x] ")
            || rest.starts_with("[X] ")
            || line.starts_with('*') && rest.starts_with("DONE ")
        {
            done += 1;
        }
    }
    (open, done)
}

#[cfg(test)]
mod tests {
    use super::{maildir_flags, tasks, traits};
    use atom_core::{ItemId, ItemState, Kind, SourceId};
    use atom_store::WordsTask;
    use std::path::Path;

    fn task(kind: Kind, path: &str, body: &str) -> WordsTask {
        WordsTask {
            item: ItemId::new(1),
            source: SourceId::new(1),
            revision: 1,
            path: path.into(),
            title: None,
            author: None,
            people: None,
            language: None,
            labels: None,
            state: ItemState::Indexed,
            in_archive: false,
            shows_text: false,
            kind,
            mime: String::new(),
            size: 1,
            modified_ms: 0,
            body: body.to_owned(),
        }
    }

    #[test]
    fn a_mail_tells_its_attachments_and_pictures() {
        let mail = task(Kind::Email, "/m/a.eml", "Subject: x\n\nsee https://example.org\n\nAttachment: a.jpg");
        assert_eq!(traits(&mail), ["file", "text", "attachment", "image", "link"]);
        let maildir = WordsTask { mime: "message/rfc822".to_owned(), ..task(Kind::Other, "/m/x", "Attachment: a.pdf") };
        assert_eq!(traits(&maildir), ["file", "text", "attachment"]);
        let note = task(Kind::Text, "/m/a.txt", "Attachment: a.jpg");
        assert_eq!(traits(&note), ["file", "text"]);
    }

    #[test]
    fn items_tell_where_they_lie_and_what_became_of_them() {
        let mut packed = task(Kind::Pdf, "/a.zip/b.pdf", "");
        (packed.in_archive, packed.state) = (true, ItemState::Encrypted);
        assert_eq!(traits(&packed), ["file", "archived", "encrypted"]);
        packed.state = ItemState::Crashed;
        assert_eq!(traits(&packed), ["file", "archived", "failed"]);
        assert_eq!(traits(&task(Kind::Folder, "/a", "")), ["folder"]);
    }

    #[test]
    fn maildir_says_what_was_read() {
        let flags = |path: &str| maildir_flags(Path::new(path));
        assert_eq!(flags("/m/cur/1700000000.M1.host:2,FS").as_deref(), Some("FS"));
        assert_eq!(flags("/m/new/1700000000.M1.host").as_deref(), Some(""));
        assert_eq!(flags("/m/new/letter.txt"), None);
        assert_eq!(flags("/m/other/1700000000.M1.host:2,S"), None);
        assert!(traits(&task(Kind::Email, "/m/cur/1700000000.a.b:2,F", "x")).contains(&"unread"));
        assert!(traits(&task(Kind::Email, "/m/cur/1700000000.a.b:2,FS", "x")).contains(&"starred"));
    }

    #[test]
    fn notes_tell_open_and_done_tasks() {
        assert_eq!(tasks("- [ ] buy\n  * [x] paid\n** TODO call\n* DONE sent\n[ ] no list\nTODO no heading"), (2, 2));
        assert!(traits(&task(Kind::Markdown, "/a.md", "- [x] all")).contains(&"done"));
        assert!(traits(&task(Kind::Markdown, "/a.md", "- [x] all\n- [ ] but one")).contains(&"open"));
    }
}
