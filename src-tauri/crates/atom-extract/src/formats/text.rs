//! Plain text and its kin: source code, logs, data files, Markdown, subtitles.

use super::xml::{Piece, Walk, walk};
use crate::draft::{Draft, Failure};
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
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if draft.is_full() {
            return;
        }
        let bare = line.trim();
        if number == 0 && bare == "---" {
            front_matter = true;
        } else if front_matter {
            front_matter = bare != "---" && bare != "...";
            if let Some(title) = bare.strip_prefix("title:") {
                draft.set_title(title.trim().trim_matches(['"', '\'']));
            }
            if let Some(author) = bare.strip_prefix("author:") {
                draft.set_author(author.trim().trim_matches(['"', '\'']));
            }
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
        previous =
            (!bare.is_empty() && fence.is_none() && !front_matter).then(|| (draft.text().len(), bare.to_owned()));
        draft.push(line);
    }
    if let Some(heading) = draft.first_heading().map(str::to_owned) {
        draft.set_title(&heading);
    }
}

/// Reads the words between the tags of an XML file, for where the tags are noise; a line for each element with words.
pub(crate) fn read_xml_words(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let mut hidden = 0u32;
    walk(bytes, |piece| {
        match piece {
            Piece::Start("style" | "script" | "binary" | "binData", _) => hidden += 1,
            Piece::End("style" | "script" | "binary" | "binData") => hidden = hidden.saturating_sub(1),
            Piece::Text(text) if hidden == 0 => draft.push_inline(text),
            Piece::End("span" | "tspan" | "t" | "r" | "a" | "strong" | "emphasis" | "em") | Piece::Start(..) => {}
            Piece::End("p" | "section" | "title") => draft.paragraph_break(),
            Piece::End(_) => draft.line_break(),
            Piece::Text(_) => {}
        }
        if draft.is_full() { Walk::Stop } else { Walk::On }
    })
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
}
