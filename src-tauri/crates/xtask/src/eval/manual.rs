//! A set out of the manual pages, where there are any: the line that says what a page is about, and the page.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::sets::{File, Pair};
use super::text::shuffled;
use crate::process::{Failure, command, output};
use crate::project::{Project, files_below};

const PAGES: &str = "/usr/share/man";
/// Commands, formats, overviews, administration: what people read, in few enough pages of one kind.
const SECTIONS: &[&str] = &["man1", "man5", "man7", "man8"];
/// Pages taken of one program, before it is known whether they say what they are about.
const OF_ONE_PROGRAM: usize = 4;

pub(super) fn pages(project: &Project, wanted: usize) -> Result<Vec<Pair>, Failure> {
    let mut pages: Vec<PathBuf> =
        SECTIONS.iter().flat_map(|section| files_below(&Path::new(PAGES).join(section))).collect();
    pages.sort_by_cached_key(|page| shuffled(&page.to_string_lossy()));
    let mut taken: HashMap<String, usize> = HashMap::new();
    pages.retain(|page| {
        let taken = taken.entry(program(page)).or_default();
        *taken += 1;
        *taken <= OF_ONE_PROGRAM
    });
    // Some are no more than another name, or say the same as others.
    Ok(pages.iter().filter_map(|page| pair(project, page)).take(wanted * 2).collect())
}

/// What a page is called begins with what it belongs to.
fn program(page: &Path) -> String {
    let name = page.file_name().unwrap_or_default().to_string_lossy();
    name.split(['-', '.', '_', ':']).next().unwrap_or_default().to_owned()
}

fn pair(project: &Project, page: &Path) -> Option<Pair> {
    let source = if page.extension().is_some_and(|kind| kind == "gz") {
        output(command("gzip", &project.root).arg("-dc").arg(page))?
    } else {
        std::fs::read_to_string(page).ok()?
    };
    let (said, text) = parts(&source)?;
    let key = page.to_string_lossy().into_owned();
    Some(Pair { key, group: program(page), said, text, file: File::Extension("txt") })
}

/// What the section NAME says after the dash, and the page after that section.
fn parts(source: &str) -> Option<(String, String)> {
    let text = plain(source);
    let (_, after) = text.split_once("\n# NAME\n")?;
    let (name, page) = after.split_once("\n# ")?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, said) = name.split_once(" - ")?;
    Some((said.to_owned(), page.to_owned()))
}

/// A page's text from its source: sections as headings, other markup left out.
fn plain(source: &str) -> String {
    let mut text = String::from("\n");
    let mut in_definition = false;
    for line in source.lines() {
        in_definition |= line.starts_with(".de");
        if in_definition {
            in_definition = line != "..";
            continue;
        }
        let (name, rest) = match line.strip_prefix(['.', '\'']) {
            Some(request) => request.split_once(' ').unwrap_or((request, "")),
            None => ("", line),
        };
        let words = || unescaped(&rest.replace("\\\"", "\u{1}").replace('"', "").replace('\u{1}', "\\\""));
        match name {
            "" if line.starts_with(['.', '\'']) => {}
            "" => text.push_str(&unescaped(rest)),
            "SH" | "Sh" => text.push_str(&format!("\n# {}", words())),
            "SS" | "Ss" => text.push_str(&format!("\n## {}", words())),
            "B" | "I" | "BR" | "BI" | "IB" | "IR" | "RB" | "RI" | "SM" | "IP" => text.push_str(&words()),
            "Nd" => text.push_str(&format!("- {}", words())),
            "Nm" | "Fl" | "Ar" | "Op" | "Xr" | "Pa" | "Dv" | "Va" | "Ic" | "Cm" | "It" => text.push_str(&words()),
            _ if name.starts_with("\\\"") => continue,
            _ => {}
        }
        text.push('\n');
    }
    text
}

/// Text without its escapes.
fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            // A comment.
            Some('"') | None => break,
            Some('e') => text.push('\\'),
            Some(same @ ('-' | '.' | '\'')) => text.push(same),
            Some(' ' | '~' | '0') => text.push(' '),
            // The names of a font, a string and a character.
            Some('f' | '*') => named(&mut chars, 0),
            Some('(') => named(&mut chars, 2),
            Some('[') => drop(chars.by_ref().find(|c| *c == ']')),
            Some('s') => named(&mut chars, 1),
            _ => {}
        }
    }
    text
}

/// Goes over a name of one letter, of two behind a parenthesis, or of any in brackets; or over so many letters.
fn named(chars: &mut std::str::Chars<'_>, letters: usize) {
    if letters > 0 {
        chars.by_ref().take(letters).for_each(drop);
        return;
    }
    match chars.next() {
        Some('(') => chars.by_ref().take(2).for_each(drop),
        Some('[') => drop(chars.by_ref().find(|c| *c == ']')),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_page_is_parted_from_what_it_is_about() {
        let source = ".\\\" A comment\n.TH LS 1\n.SH NAME\nls \\- list \\fBdirectory\\fR contents\n.SH SYNOPSIS\n.B ls\n[\\fI\\,OPTION\\/\\fR]\n.de XX\nnothing\n..\n.SH \"SEE ALSO\"\n.BR dir (1)";
        let (said, page) = parts(source).unwrap();
        assert_eq!(said, "list directory contents");
        assert_eq!(page, "SYNOPSIS\nls\n[OPTION]\n\n# SEE ALSO\ndir (1)\n");
        assert_eq!(parts(".so man1/other.1"), None);
    }
}
