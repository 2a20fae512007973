//! Text with light markup: Org, reStructuredText, AsciiDoc, TeX. As it is, with its headings as sections; of TeX
//! the words without the commands.

use super::date;
use crate::draft::Draft;
use crate::encoding::decode;

/// Reads an Org file.
pub(crate) fn read_org(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    for line in text.split_inclusive('\n') {
        if draft.is_full() {
            return;
        }
        let bare = line.trim_end();
        if let Some((name, value)) = bare.strip_prefix("#+").and_then(|rest| rest.split_once(':')) {
            describe(name, value, draft);
        }
        let after = bare.trim_start_matches('*');
        if after.len() < bare.len() && after.starts_with(' ') {
            let (heading, tags) = org_tags(after.trim());
            if !tags.is_empty() {
                draft.note("Tags", &tags);
            }
            let start = draft.text().len();
            draft.record_at(start, heading);
        }
        draft.push(line);
    }
    title_by_heading(draft);
}

/// `Heading :one:two:` to the heading and `one, two`.
fn org_tags(heading: &str) -> (&str, String) {
    let Some((before, tags)) = heading.rsplit_once(char::is_whitespace) else {
        return (heading, String::new());
    };
    match tags.strip_prefix(':').and_then(|tags| tags.strip_suffix(':')) {
        Some(tags) if !tags.is_empty() => (before.trim_end(), tags.replace(':', ", ")),
        _ => (heading, String::new()),
    }
}

/// Takes what a document says about itself in a line of its own.
fn describe(name: &str, value: &str, draft: &mut Draft) {
    let value = value.trim().trim_matches(['"', '\'']);
    match name.trim().to_ascii_lowercase().as_str() {
        "title" => draft.set_title(value),
        "author" | "authors" => draft.set_author(value),
        "date" => draft.set_created(date::parse_iso(value.trim_matches(['[', ']', '<', '>']))),
        "language" | "lang" => draft.set_language(value),
        "filetags" | "tags" | "keywords" => draft.note("Tags", &value.replace(':', " ")),
        "description" | "subtitle" => draft.note("Description", value),
        _ => {}
    }
}

/// Reads a reStructuredText file.
pub(crate) fn read_rst(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    let mut previous: Option<(usize, &str)> = None;
    for line in text.split_inclusive('\n') {
        if draft.is_full() {
            return;
        }
        let bare = line.trim_end();
        if let Some((name, value)) = bare.strip_prefix(':').and_then(|rest| rest.split_once(": ")) {
            describe(name, value, draft);
        }
        if is_rule(bare) {
            if let Some((start, heading)) =
                previous.take().filter(|(_, heading)| heading.chars().count() <= bare.len() + 1)
            {
                draft.record_at(start, heading);
            }
        } else {
            previous = (!bare.is_empty() && !bare.starts_with([' ', '.', ':'])).then(|| (draft.text().len(), bare));
        }
        draft.push(line);
    }
    title_by_heading(draft);
}

/// Whether a line is the same mark again and again, as under a title.
fn is_rule(line: &str) -> bool {
    let mut chars = line.chars();
    let Some(first) = chars.next() else { return false };
    line.len() >= 3 && "=-~^\"'`#*+<>_:.".contains(first) && chars.all(|c| c == first)
}

/// Reads an AsciiDoc file.
pub(crate) fn read_asciidoc(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    let mut in_head = false;
    for line in text.split_inclusive('\n') {
        if draft.is_full() {
            return;
        }
        let bare = line.trim_end();
        let after = bare.trim_start_matches('=');
        let level = bare.len() - after.len();
        if (1..=6).contains(&level) && after.starts_with(' ') {
            let start = draft.text().len();
            draft.record_at(start, after.trim());
            in_head = level == 1;
        } else if let Some((name, value)) = bare.strip_prefix(':').and_then(|rest| rest.split_once(':')) {
            describe(name, value, draft);
        } else if bare.is_empty() {
            in_head = false;
        } else if in_head && bare.starts_with(char::is_alphabetic) && draft.author.is_none() {
            // The line under the title is the author's.
            draft.set_author(bare);
        }
        draft.push(line);
    }
    title_by_heading(draft);
}

fn title_by_heading(draft: &mut Draft) {
    if let Some(heading) = draft.first_heading().map(str::to_owned) {
        draft.set_title(&heading);
    }
}

/// Reads a TeX file: the words that are set, without commands and comments.
pub(crate) fn read_tex(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    let mut rest: &str = &text;
    while let Some(at) = rest.find(['\\', '%', '{', '}', '~', '$', '&']) {
        if draft.is_full() {
            return;
        }
        let (words, after) = rest.split_at(at);
        draft.push(words);
        rest = tex_mark(after, draft);
    }
    draft.push(rest);
    title_by_heading(draft);
}

/// Takes a mark and what belongs to it; gives back what follows.
fn tex_mark<'a>(text: &'a str, draft: &mut Draft) -> &'a str {
    let mut chars = text.chars();
    match chars.next() {
        Some('%') => text.find('\n').and_then(|end| text.get(end + 1..)).unwrap_or_default(),
        Some('\\') => tex_command(chars.as_str(), draft),
        Some('~') => {
            draft.push(" ");
            chars.as_str()
        }
        Some('&') => {
            draft.cell_break();
            chars.as_str()
        }
        _ => chars.as_str(),
    }
}

fn tex_command<'a>(text: &'a str, draft: &mut Draft) -> &'a str {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    let after = after.strip_prefix('*').unwrap_or(after);
    match name {
        // A mark that is meant as such, or an accent over what follows.
        "" => {
            let mut chars = after.chars();
            match chars.next() {
                Some(c @ ('%' | '$' | '&' | '#' | '_' | '{' | '}')) => draft.push(c.encode_utf8(&mut [0; 4])),
                Some('\\') => draft.push("\n"),
                _ => {}
            }
            chars.as_str()
        }
        "begin" | "end" | "label" | "ref" | "cite" | "citep" | "citet" | "eqref" | "pageref" | "usepackage"
        | "documentclass" | "input" | "include" | "includegraphics" | "bibliographystyle" | "vspace" | "hspace"
        | "newcommand" | "renewcommand" | "setlength" | "pagestyle" | "graphicspath" => {
            draft.push_inline(" ");
            skip_argument(skip_option(after))
        }
        "part" | "chapter" | "section" | "subsection" | "subsubsection" | "paragraph" | "title" | "author" | "date" => {
            let after = skip_option(after);
            let (argument, rest) = argument(after).unwrap_or(("", after));
            let mut words = Draft::new(2000);
            read_tex_words(argument, &mut words);
            let words = crate::draft::one_line(words.text());
            match name {
                "title" => draft.set_title(&words),
                "author" => draft.set_author(&words),
                "date" => {}
                _ => {
                    draft.begin_heading();
                    draft.push_inline(&words);
                    draft.end_heading();
                    return rest;
                }
            }
            draft.push(&words);
            draft.paragraph_break();
            rest
        }
        "par" | "newline" | "item" | "bibitem" => {
            draft.line_break();
            after.trim_start_matches(' ')
        }
        "ss" => {
            draft.push("ß");
            after.strip_prefix(' ').unwrap_or(after)
        }
        _ => skip_option(after),
    }
}

/// The words of an argument, which may hold commands but no headings.
fn read_tex_words(argument: &str, draft: &mut Draft) {
    let mut chars = argument.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut named = false;
                while chars.next_if(char::is_ascii_alphabetic).is_some() {
                    named = true;
                }
                if !named {
                    chars.next();
                }
                draft.push(" ");
            }
            '{' | '}' | '$' => {}
            '~' => draft.push(" "),
            c => draft.push(c.encode_utf8(&mut [0; 4])),
        }
    }
}

/// What stands between the next braces, and what follows them.
fn argument(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix('{')?;
    let mut depth = 1u32;
    for (at, c) in inner.char_indices().take(20_000) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inner.get(..at).zip(inner.get(at + 1..));
        }
    }
    None
}

fn skip_argument(text: &str) -> &str {
    argument(text).map_or(text, |(_, rest)| rest)
}

fn skip_option(text: &str) -> &str {
    match text.strip_prefix('[') {
        Some(inner) => inner
            .get(..inner.floor_char_boundary(500))
            .and_then(|near| near.find(']'))
            .and_then(|end| inner.get(end + 1..))
            .unwrap_or(text),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::outcome::Extracted;
    use proptest::prelude::*;

    fn read(reader: fn(&[u8], &mut Draft), text: &str) -> Extracted {
        let mut draft = Draft::new(10_000);
        reader(text.as_bytes(), &mut draft);
        draft.finish("text/plain").unwrap_or_default()
    }

    fn headings(found: &Extracted) -> Vec<&str> {
        found.sections.iter().map(|section| section.heading.as_str()).collect()
    }

    #[test]
    fn org_headings_tags_and_title_are_found() {
        let text = "#+TITLE: My notes\n#+AUTHOR: A. Person\n* First  :work:home:\nwords\n** TODO Second\n*bold* text\n";
        let found = read(super::read_org, text);
        assert_eq!(found.title.as_deref(), Some("My notes"));
        assert_eq!(found.author.as_deref(), Some("A. Person"));
        assert_eq!(headings(&found), ["First", "TODO Second"]);
        assert_eq!(found.facts[0].value, "work, home");
        assert_eq!(found.text, text.trim_end());
    }

    #[test]
    fn rst_and_asciidoc_headings_are_found() {
        let found = read(
            super::read_rst,
            "=====\nTitle\n=====\n:Author: A. Person\n\nSection\n-------\nwords\n\nnot one\n\n---\n",
        );
        assert_eq!(headings(&found), ["Title", "Section"]);
        assert_eq!(found.author.as_deref(), Some("A. Person"));
        let found = read(
            super::read_asciidoc,
            "= Title\nA. Person <a@example.org>\n:keywords: one, two\n\n== Section\nwords == no\n",
        );
        assert_eq!(headings(&found), ["Title", "Section"]);
        assert_eq!(found.author.as_deref(), Some("A. Person <a@example.org>"));
    }

    #[test]
    fn tex_is_read_without_its_commands() {
        let text = "\\documentclass[a4]{article} % a comment\n\\title{The \\emph{great} title}\\author{A. Person}\n\\begin{document}\n\
            \\section*{Intro} Words \\textbf{in bold} and 50\\%~more.\\\\Next \\cite{x} line\\end{document}";
        let found = read(super::read_tex, text);
        assert_eq!(found.title.as_deref(), Some("The great title"));
        assert_eq!(found.author.as_deref(), Some("A. Person"));
        assert_eq!(headings(&found), ["Intro"]);
        assert!(found.text.contains("Words in bold and 50% more.\nNext"), "{}", found.text);
        assert!(!found.text.contains("documentclass") && !found.text.contains("comment"), "{}", found.text);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\\\{}\\[\\]%~&$*=:#a-z \\n]{0,300}") {
            for reader in [super::read_org, super::read_rst, super::read_asciidoc, super::read_tex] {
                read(reader, &text);
            }
        }
    }
}
