//! HTML: the words as a reader sees them, from a stream of tokens.
//!
//! The tokenizer is the browser's (html5ever), so broken markup comes out as a browser would have it; no tree is
//! built, so neither depth nor size of a document costs more than its bytes.

use crate::draft::{Draft, one_line};
use crate::encoding::decode;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;

/// Where a declaration of the encoding must be, in bytes; browsers look no further either.
const CHARSET_WITHIN: usize = 2048;
/// Bytes that are handed to the tokenizer at once.
const STEP: usize = 1024 * 1024;

/// Reads an HTML file.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) {
    let declared = declared_charset(bytes);
    read_str(&decode(bytes, declared.as_deref()), draft);
}

/// Reads HTML that is decoded already.
pub(crate) fn read_str(html: &str, draft: &mut Draft) {
    let limit_draft = std::mem::replace(draft, Draft::new(0));
    let sink = Sink { state: RefCell::new(State::new(limit_draft)) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() && !tokenizer.sink.state.borrow().draft.is_full() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP.min(rest.len())));
        queue.push_back(StrTendril::from_slice(step));
        // The tokenizer stops early where a document names its encoding, which is settled here: feed until all is eaten.
        for _ in 0..=step.len() {
            if queue.is_empty() {
                break;
            }
            let _ = tokenizer.feed(&queue);
        }
        rest = after;
    }
    tokenizer.end();
    let mut state = tokenizer.sink.state.into_inner();
    state.draft.end_heading();
    let heading = state.draft.first_heading().map(str::to_owned);
    for title in [state.named_title, heading].into_iter().flatten() {
        state.draft.set_title(&title);
    }
    *draft = state.draft;
}

struct Sink {
    state: RefCell<State>,
}

struct State {
    draft: Draft,
    /// Inside an element whose words nobody sees.
    hidden: Option<&'static str>,
    in_title: bool,
    title: String,
    /// The title that the head names beside its element for one.
    named_title: Option<String>,
    /// Open elements that keep their white space.
    preformatted: u32,
}

impl State {
    fn new(draft: Draft) -> Self {
        Self { draft, hidden: None, in_title: false, title: String::new(), named_title: None, preformatted: 0 }
    }

    fn words(&mut self, words: &str) {
        if self.in_title {
            if self.title.len() < 4096 {
                self.title.push_str(words);
            }
        } else if self.hidden.is_none() {
            if self.preformatted > 0 {
                self.draft.push(words);
            } else {
                self.draft.push_inline(words);
            }
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match name {
            "title" => {
                self.in_title = self.draft.title.is_none();
                self.hidden = Some("title");
                return TokenSinkResult::RawData(Rcdata);
            }
            "script" => {
                self.hidden = Some("script");
                return TokenSinkResult::RawData(ScriptData);
            }
            "style" => {
                self.hidden = Some("style");
                return TokenSinkResult::RawData(Rawtext);
            }
            "iframe" | "noembed" | "noframes" | "xmp" => return TokenSinkResult::RawData(Rawtext),
            "textarea" => return TokenSinkResult::RawData(Rcdata),
            "meta" => self.meta(tag),
            "html" => {
                if let Some(language) = attribute(tag, "lang") {
                    self.draft.set_language(&language);
                }
                self.draft.line_break();
            }
            "img" | "area" => {
                if let Some(alternative) = attribute(tag, "alt") {
                    self.words(" ");
                    self.words(&alternative);
                    self.words(" ");
                }
            }
            "br" => self.draft.line_break(),
            "hr" => self.draft.paragraph_break(),
            "pre" | "listing" => {
                self.draft.paragraph_break();
                self.preformatted = self.preformatted.saturating_add(1);
            }
            _ if heading(name) => {
                self.draft.end_heading();
                self.draft.begin_heading();
            }
            _ => self.edge(name),
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if self.hidden == Some(name) {
            self.hidden = None;
            if name == "title" && self.in_title {
                self.in_title = false;
                let title = one_line(&self.title);
                self.draft.set_title(&title);
            }
            return;
        }
        match name {
            "pre" | "listing" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.draft.paragraph_break();
            }
            "td" | "th" => self.draft.cell_break(),
            _ if heading(name) => self.draft.end_heading(),
            _ => self.edge(name),
        }
    }

    /// Start and end of a block part the words; those of an inline element do not.
    fn edge(&mut self, name: &str) {
        match name {
            "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "nav" | "aside" | "ul" | "ol"
            | "dl" | "table" | "blockquote" | "figure" | "form" | "fieldset" | "details" | "body" | "address"
            | "center" => {
                self.draft.paragraph_break();
            }
            "li" | "tr" | "dt" | "dd" | "caption" | "figcaption" | "option" | "legend" | "summary" | "thead"
            | "tbody" | "tfoot" | "select" | "optgroup" | "hgroup" | "head" | "html" => self.draft.line_break(),
            "td" | "th" | "label" | "button" | "input" => self.draft.push_inline(" "),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let Some(name) = attribute(tag, "name") else {
            return;
        };
        let Some(content) = attribute(tag, "content") else {
            return;
        };
        if name.eq_ignore_ascii_case("author") || name.eq_ignore_ascii_case("dc.creator") {
            self.draft.set_author(&content);
        }
        match name.to_ascii_lowercase().as_str() {
            "description" | "og:description" => self.draft.fact("Description", &content),
            "keywords" => self.draft.fact("Keywords", &content),
            "title" => self.named_title = Some(content),
            _ => {}
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::CharacterTokens(words) => state.words(&words),
            TagToken(tag) if tag.kind == StartTag => return state.start(&tag),
            TagToken(tag) if tag.kind == EndTag => state.end(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.to_string())
}

/// The encoding that the file's head names.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..CHARSET_WITHIN).unwrap_or(bytes).to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let after = ["charset=", "encoding="].iter().find_map(|key| head.split_once(key).map(|(_, after)| after))?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
        .collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::outcome::Extracted;

    fn read(html: &[u8]) -> Extracted {
        let mut draft = Draft::new(100_000);
        super::read(html, &mut draft);
        draft.finish("text/html").unwrap_or_default()
    }

    #[test]
    fn html_reads_as_a_person_sees_it() {
        let check = |html: &str, expect: &str| assert_eq!(read(html.as_bytes()).text, expect, "{html}");
        check("<p>one <b>two</b>three<p>four", "one twothree\n\nfour");
        check("<ul><li>a<li>b</ul>", "a\nb");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc");
        check("<pre>  fn a() {\n    b\n  }</pre>after", "  fn a() {\n    b\n  }\n\nafter");
        check("a<script>if (1 < 2) { x() }</script><style>b { }</style>c", "ac");
        check("&lt;tag&gt; &amp; &eacute;&#x4e16;", "<tag> & é世");
        check("<img alt='a cat' src=x>sits", "a cat sits");
        check("<div><p>never <i>closed <div>at all", "never closed\n\nat all");
        check("<!-- no --><![CDATA[ x ]]>yes", "yes");
        check("<textarea>kept <b></textarea>", "kept <b>");
        check("a<br>b<br/>c", "a\nb\nc");
    }

    #[test]
    fn title_headings_and_author_are_found() {
        let page = read(
            b"<html><head><title>The &amp; title\n</title><meta name=Author content='A. Person'></head>
            <body><h1>First <em>part</em></h1>text<h2 id=x>Second</h2><p>more</body>",
        );
        assert_eq!(page.title.as_deref(), Some("The & title"));
        assert_eq!(page.author.as_deref(), Some("A. Person"));
        let headings: Vec<_> = page.sections.iter().map(|s| (s.heading.as_str(), &page.text[s.start..][..5])).collect();
        assert_eq!(headings, [("First part", "First"), ("Second", "Secon")]);
        assert_eq!(page.text, "First part\ntext\n\nSecond\n\nmore");
    }

    #[test]
    fn title_of_the_head_is_the_element_then_the_name_then_a_heading() {
        let check = |html: &str, expect: &str| assert_eq!(read(html.as_bytes()).title.as_deref(), Some(expect));
        check("<meta name=title content='Named'><h1>Heading</h1>words", "Named");
        check("<meta name=title content='Named'><title>Element</title>words", "Element");
        check("<meta name=title content=' '><h1>Heading</h1>words", "Heading");
    }

    #[test]
    fn declared_encoding_is_used() {
        let page = read(b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'><p>\xcc\xe8\xf0");
        assert_eq!(page.text, "Мир");
    }

    #[test]
    fn deep_nesting_costs_nothing() {
        let html = "<div>".repeat(300_000) + "bottom";
        assert_eq!(read(html.as_bytes()).text, "bottom");
    }
}
