//! Plain text and its kin: source code, logs, data files, Markdown, subtitles.

use crate::draft::Draft;
use crate::encoding::decode;

/// Reads a file as it is.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) {
    draft.push(&decode(bytes, None));
}

/// Reads Markdown: as it is, with its headings as sections and the first as title.
pub(crate) fn read_markdown(bytes: &[u8], draft: &mut Draft) {
    read_markdown_str(&decode(bytes, None), draft);
}

/// [`read_markdown`] for text that is decoded already.
pub(crate) fn read_markdown_str(text: &str, draft: &mut Draft) {
    let mut fence: Option<&str> = None;
    let mut front_matter = false;
    let mut previous: Option<(usize, String)> = None;
    let mut list = String::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if draft.is_full() {
            return;
        }
        let bare = line.trim();
        if number == 0 && bare == "---" {
            front_matter = true;
        } else if front_matter {
            front_matter = bare != "---" && bare != "...";
            front_matter_line(line, &mut list, draft);
        } else if let Some(open) = fence {
            if bare.starts_with(open) {
                fence = None;
            }
        } else if bare.starts_with("```") {
            fence = Some("```");
        } else if bare.starts_with("~~~") {
            fence = Some("~~~");
        } else if let Some(heading) = atx_heading(bare) {
            draft.line_break();
            let start = draft.text().len();
            draft.record_at(start, heading);
        } else if let Some((start, heading)) = previous.take().filter(|_| is_underline(bare)) {
            draft.record_at(start, &heading);
        }
        if fence.is_none() && !front_matter {
            note_links_and_tags(bare, draft);
        }
        previous =
            (!bare.is_empty() && fence.is_none() && !front_matter).then(|| (draft.text().len(), bare.to_owned()));
        draft.push(line);
    }
    if let Some(heading) = draft.first_heading().map(str::to_owned) {
        draft.set_title(&heading);
    }
}

/// Takes a line of the head: `title: x`, `tags: [a, b]`, or an item of a list under the name before it.
fn front_matter_line(line: &str, list: &mut String, draft: &mut Draft) {
    let bare = line.trim();
    let (name, value) = match bare.strip_prefix("- ") {
        Some(item) => (list.clone(), item),
        None => match bare.split_once(':') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => (name.trim().to_ascii_lowercase(), value),
            _ => return,
        },
    };
    let value = value.trim().trim_matches(['"', '\'', '[', ']']);
    match name.as_str() {
        "title" => draft.set_title(value),
        "author" | "authors" => draft.set_author(value),
        "date" | "created" => draft.set_created(super::date::parse_iso(value)),
        "lang" | "language" => draft.set_language(value),
        "tags" | "tag" | "keywords" | "categories" => draft.note("Tags", value),
        "alias" | "aliases" => draft.note("Also known as", value),
        "description" | "summary" => draft.note("Description", value),
        _ => {}
    }
    *list = name;
}

/// Notes `[[links]]` to other notes and `#tags`, as Obsidian has them.
fn note_links_and_tags(line: &str, draft: &mut Draft) {
    let mut rest = line;
    while let Some((_, after)) = rest.split_once("[[") {
        let Some((link, after)) = after.split_once("]]") else { break };
        draft.note("Links to", link.split(['|', '#']).next().unwrap_or_default());
        rest = after;
    }
    for word in line.split_whitespace() {
        if let Some(tag) = word.strip_prefix('#')
            && tag.starts_with(char::is_alphabetic)
        {
            draft.note("Tags", tag.trim_end_matches(|c: char| !c.is_alphanumeric()));
        }
    }
}

fn atx_heading(line: &str) -> Option<&str> {
    let after = line.trim_start_matches('#');
    let level = line.len() - after.len();
    if (1..=6).contains(&level) && after.starts_with([' ', '\t']) {
        let heading = after.trim().trim_end_matches('#').trim_end();
        return (!heading.is_empty()).then_some(heading);
    }
    None
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;

    #[test]
    fn markdown_headings_are_sections() {
        let text = "---\ntitle: \"Front\"\n---\n# One\n\ntext\n\n```sh\n# not one\n```\nTwo\n===\n\n## Three ##\n#hashtag\n- a\n- b\n";
        let mut draft = Draft::new(10_000);
        super::read_markdown(text.as_bytes(), &mut draft);
        let extracted = draft.finish("text/markdown").unwrap();
        assert_eq!(extracted.title.as_deref(), Some("Front"));
        let found: Vec<_> = extracted
            .sections
            .iter()
            .map(|s| (s.heading.as_str(), extracted.text[s.start..].lines().next().unwrap()))
            .collect();
        assert_eq!(found, [("One", "# One"), ("Two", "Two"), ("Three", "## Three ##")]);
        assert_eq!(extracted.text, text.trim_end());
    }

    #[test]
    fn tags_and_links_of_notes_are_noted() {
        let text = "---\ntags:\n  - home\n  - \"big plans\"\naliases: [Nest]\n---\nsee [[Other note|it]] and #garden/tree, not # this\n";
        let mut draft = Draft::new(10_000);
        super::read_markdown(text.as_bytes(), &mut draft);
        let extracted = draft.finish("text/markdown").unwrap();
        let facts: Vec<_> = extracted.facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str())).collect();
        assert_eq!(
            facts,
            [
                ("Tags", "home"),
                ("Tags", "big plans"),
                ("Also known as", "Nest"),
                ("Links to", "Other note"),
                ("Tags", "garden/tree")
            ]
        );
        assert_eq!(extracted.text, text.trim_end());
    }
}
