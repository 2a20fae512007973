//! XML of known vocabularies: the words between the tags, and those in attributes where a vocabulary keeps them
//! there; titles as sections. What is not known stays as it is, with its tags.

use super::xml::{Attributes, Piece, Walk, walk};
use super::{date, html};
use crate::draft::{Draft, Failure};

/// How a vocabulary is read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vocabulary {
    /// Local name of the root element.
    root: &'static str,
    /// Media type.
    pub(crate) mime: &'static str,
    /// Attributes whose values are words.
    attributes: &'static [&'static str],
    /// Elements whose words are headings.
    headings: &'static [&'static str],
    /// Elements whose words nobody reads.
    hidden: &'static [&'static str],
    /// Elements that hold HTML as text.
    html: &'static [&'static str],
}

const NONE: &[&str] = &[];
/// Elements inside a line.
const INLINE: [&str; 23] = [
    "span", "tspan", "t", "r", "a", "strong", "emphasis", "em", "b", "i", "u", "xref", "ph", "bpt", "ept", "g", "link",
    "sub", "sup", "code", "codeph", "filename", "x",
];

/// The vocabularies that are known.
pub(crate) const VOCABULARIES: &[Vocabulary] = &[
    Vocabulary {
        root: "opml",
        mime: "text/x-opml",
        attributes: &["text", "title", "_note", "xmlUrl"],
        headings: NONE,
        hidden: &["expansionState"],
        html: NONE,
    },
    Vocabulary {
        root: "en-export",
        mime: "application/enex+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: &["resource", "data", "recognition"],
        html: &["content"],
    },
    Vocabulary {
        root: "FictionBook",
        mime: "application/x-fictionbook+xml",
        attributes: NONE,
        headings: &["title", "subtitle"],
        hidden: &["binary", "stylesheet"],
        html: NONE,
    },
    Vocabulary {
        root: "rss",
        mime: "application/rss+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: &["description", "encoded"],
    },
    Vocabulary {
        root: "RDF",
        mime: "application/rdf+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: &["description", "encoded"],
    },
    Vocabulary {
        root: "feed",
        mime: "application/atom+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: &["content", "summary"],
    },
    Vocabulary {
        root: "kml",
        mime: "application/vnd.google-earth.kml+xml",
        attributes: NONE,
        headings: &["name"],
        hidden: &["coordinates", "Style", "StyleMap", "LookAt", "Camera", "styleUrl", "visibility", "open"],
        html: &["description"],
    },
    Vocabulary {
        root: "gpx",
        mime: "application/gpx+xml",
        attributes: NONE,
        headings: &["name"],
        hidden: &["trkpt", "extensions"],
        html: NONE,
    },
    Vocabulary {
        root: "xliff",
        mime: "application/xliff+xml",
        attributes: &["original", "resname"],
        headings: NONE,
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "tmx",
        mime: "application/x-tmx+xml",
        attributes: NONE,
        headings: NONE,
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "TS",
        mime: "text/vnd.trolltech.linguist",
        attributes: NONE,
        headings: &["name"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary { root: "tt", mime: "application/ttml+xml", attributes: NONE, headings: NONE, hidden: NONE, html: NONE },
    Vocabulary {
        root: "book",
        mime: "application/docbook+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "article",
        mime: "application/docbook+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "topic",
        mime: "application/dita+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "concept",
        mime: "application/dita+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "task",
        mime: "application/dita+xml",
        attributes: NONE,
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "map",
        mime: "application/dita+xml",
        attributes: &["title", "navtitle", "href", "TEXT"],
        headings: &["title"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "score-partwise",
        mime: "application/vnd.recordare.musicxml+xml",
        attributes: NONE,
        headings: &["work-title", "part-name"],
        hidden: &[
            "note-type",
            "pitch",
            "duration",
            "type",
            "stem",
            "voice",
            "divisions",
            "defaults",
            "midi-instrument",
        ],
        html: NONE,
    },
    Vocabulary {
        root: "TEI",
        mime: "application/tei+xml",
        attributes: NONE,
        headings: &["head"],
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "xmpmeta",
        mime: "application/rdf+xml",
        attributes: NONE,
        headings: NONE,
        hidden: &["Thumbnails"],
        html: NONE,
    },
    Vocabulary {
        root: "abiword",
        mime: "application/x-abiword",
        attributes: NONE,
        headings: NONE,
        hidden: &["data", "styles", "lists", "history"],
        html: NONE,
    },
    Vocabulary {
        root: "Workbook",
        mime: "application/vnd.ms-excel.spreadsheet+xml",
        attributes: &["Name"],
        headings: NONE,
        hidden: &["Styles", "ExcelWorkbook", "WorksheetOptions"],
        html: NONE,
    },
    Vocabulary {
        root: "smil",
        mime: "application/smil+xml",
        attributes: &["alt", "title"],
        headings: NONE,
        hidden: NONE,
        html: NONE,
    },
    Vocabulary {
        root: "xdp",
        mime: "application/vnd.adobe.xdp+xml",
        attributes: NONE,
        headings: NONE,
        hidden: &["chunk", "script", "config"],
        html: NONE,
    },
    Vocabulary {
        root: "collada",
        mime: "model/vnd.collada+xml",
        attributes: &["name"],
        headings: NONE,
        hidden: &["float_array", "p"],
        html: NONE,
    },
];

impl Vocabulary {
    /// Local name of the root element.
    pub(crate) const fn root(&self) -> &'static str {
        self.root
    }
}

/// The vocabulary of that root element.
pub(crate) fn vocabulary(root: &str) -> Option<&'static Vocabulary> {
    VOCABULARIES.iter().find(|vocabulary| vocabulary.root == root)
}

/// The name of the first element, without its prefix.
pub(crate) fn root_of(start: &str) -> Option<&str> {
    let mut rest = start;
    loop {
        let (_, after) = rest.split_once('<')?;
        if after.starts_with(['?', '!']) {
            rest = match after.strip_prefix("!--") {
                Some(comment) => comment.split_once("-->")?.1,
                None => after,
            };
            continue;
        }
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
        let name = after.get(..end)?;
        return Some(name.rsplit(':').next().unwrap_or(name));
    }
}

/// Reads a document of a vocabulary.
pub(crate) fn read(bytes: &[u8], vocabulary: &'static Vocabulary, draft: &mut Draft) -> Result<(), Failure> {
    let mut walker = Walker { vocabulary, draft, hidden: 0, html: None, heading: false, said: None, path: Vec::new() };
    let result = walk(bytes, |piece| walker.take(piece));
    walker.draft.end_heading();
    result
}

/// Reads the words between the tags of any XML, for where the tags are noise.
pub(crate) fn read_any(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    const ANY: &Vocabulary = &Vocabulary {
        root: "",
        mime: "application/xml",
        attributes: NONE,
        headings: NONE,
        hidden: &[
            "style",
            "script",
            "binary",
            "binData",
            // Of a Word document in one piece: what is packed, fields as instructions, and where drawings stand.
            "binaryData",
            "instrText",
            "posOffset",
            "pctPosHOffset",
            "pctPosVOffset",
            "pctWidth",
            "pctHeight",
        ],
        html: NONE,
    };
    read(bytes, ANY, draft)
}

struct Walker<'a> {
    vocabulary: &'static Vocabulary,
    draft: &'a mut Draft,
    hidden: u32,
    /// HTML that is being collected.
    html: Option<String>,
    heading: bool,
    /// Words of an element that says something about the document.
    said: Option<String>,
    path: Vec<String>,
}

impl Walker<'_> {
    fn take(&mut self, piece: Piece<'_>) -> Walk {
        match piece {
            Piece::Start(name, attributes) => self.start(name, attributes),
            Piece::End(name) => self.end(name),
            Piece::Text(_) if self.hidden > 0 => {}
            Piece::Text(text) => {
                if let Some(html) = &mut self.html {
                    html.push_str(text);
                    return Walk::On;
                }
                if let Some(said) = self.said.as_mut().filter(|said| said.len() < 4096) {
                    said.push_str(text);
                }
                self.draft.push_inline(text);
            }
        }
        if self.draft.is_full() { Walk::Stop } else { Walk::On }
    }

    fn start(&mut self, name: &str, attributes: &Attributes<'_>) {
        if self.path.len() < 64 {
            self.path.push(name.to_owned());
        }
        if self.vocabulary.hidden.contains(&name) {
            self.hidden += 1;
        }
        if self.hidden > 0 {
            return;
        }
        if self.html.is_some() {
            return;
        }
        if self.vocabulary.html.contains(&name) {
            self.html = Some(String::new());
            return;
        }
        if self.vocabulary.headings.contains(&name) && !self.heading {
            self.draft.begin_heading();
            self.heading = true;
        }
        if tells(name) {
            self.said = Some(String::new());
        }
        if let Some(said) = self.said.as_mut().filter(|_| name == "br") {
            said.push(' ');
        }
        for attribute in self.vocabulary.attributes {
            if let Some(words) = attributes.get(attribute) {
                self.draft.push_inline(&words);
                self.draft.push_inline(" ");
            }
        }
        if let Some(language) = attributes.get("lang") {
            self.draft.set_language(&language);
        }
        if !INLINE.contains(&name) && !self.heading {
            self.draft.line_break();
        }
    }

    fn end(&mut self, name: &str) {
        if self.path.last().is_some_and(|last| last == name) {
            self.path.pop();
        }
        if self.vocabulary.hidden.contains(&name) {
            self.hidden = self.hidden.saturating_sub(1);
        }
        if self.hidden > 0 {
            return;
        }
        if self.vocabulary.html.contains(&name) {
            if let Some(words) = self.html.take() {
                self.draft.paragraph_break();
                html::read_str(&words, self.draft);
                self.draft.paragraph_break();
            }
            return;
        }
        if self.html.is_some() {
            return;
        }
        if tells(name)
            && let Some(said) = self.said.take()
        {
            self.describe(name, &said);
        }
        if self.heading && self.vocabulary.headings.contains(&name) {
            self.draft.end_heading();
            self.heading = false;
            return;
        }
        match name {
            _ if INLINE.contains(&name) => {}
            "br" if self.heading => self.draft.push_inline(" "),
            "p" | "section" | "title" | "note" | "item" | "entry" | "para" => self.draft.paragraph_break(),
            _ => self.draft.line_break(),
        }
    }

    fn describe(&mut self, name: &str, said: &str) {
        let said = said.trim();
        match name {
            "title" | "book-title" | "work-title" | "name" => self.draft.set_title(said),
            "tag" | "category" | "genre" | "subject" | "keyword" => self.draft.note("Keywords", said),
            "lang" | "language" => self.draft.set_language(said),
            "first-name" => self.draft.note("Given name", said),
            "created" | "pubDate" | "published" | "date" => {
                self.draft.set_created(date::parse_any(said));
            }
            // The author of an entry is not that of the feed, but the first is better than none.
            _ => {
                self.draft.set_author(said);
                self.draft.person(said);
            }
        }
    }
}

/// Elements that say something about the document, wherever they stand.
fn tells(name: &str) -> bool {
    matches!(
        name,
        "title"
            | "book-title"
            | "work-title"
            | "name"
            | "tag"
            | "category"
            | "genre"
            | "subject"
            | "keyword"
            | "lang"
            | "language"
            | "created"
            | "pubDate"
            | "published"
            | "date"
            | "creator"
            | "author"
            | "ownerName"
            | "last-name"
            | "nickname"
    )
}

#[cfg(test)]
mod tests {
    use super::{read, root_of, vocabulary};
    use crate::draft::Draft;
    use crate::outcome::Extracted;

    fn words(xml: &str) -> Extracted {
        let mut draft = Draft::new(10_000);
        read(xml.as_bytes(), vocabulary(root_of(xml).unwrap()).unwrap(), &mut draft).unwrap();
        draft.finish("application/xml").unwrap_or_default()
    }

    #[test]
    fn root_is_found_behind_declarations_and_comments() {
        let check = |xml: &str, expect: Option<&str>| assert_eq!(root_of(xml), expect, "{xml}");
        check("<?xml version='1.0'?><!DOCTYPE a [ <!ENTITY x 'y'> ]><!-- <b> --><x:root a='1'>", Some("root"));
        check("<rss>", Some("rss"));
        check("no xml", None);
    }

    #[test]
    fn vocabularies_are_read_as_words() {
        let opml = words(
            "<opml><head><title>My list</title></head><body><outline text='One &amp; two' _note='more'><outline text='Three'/></outline></body></opml>",
        );
        assert_eq!(opml.text, "My list\n\nOne & two more\nThree");
        assert_eq!(opml.title.as_deref(), Some("My list"));

        let enex = words(
            "<en-export><note><title>A note</title><content><![CDATA[<?xml version='1.0'?><en-note><div>Hello <b>you</b></div></en-note>]]></content><created>20240229T120000Z</created><tag>home</tag><resource><data>AAAA</data></resource></note></en-export>",
        );
        assert!(
            enex.text.starts_with("A note\nHello you") || enex.text.starts_with("A note\n\nHello you"),
            "{}",
            enex.text
        );
        assert!(!enex.text.contains("AAAA"));
        assert_eq!(enex.created_ms, Some(1_709_208_000_000));
        assert_eq!(enex.facts[0].value, "home");

        let book = words(
            "<FictionBook><description><title-info><author><first-name>Anna</first-name><last-name>Person</last-name></author><book-title>A book</book-title><lang>de</lang></title-info></description><body><section><title><p>Chapter</p></title><p>Words <emphasis>here</emphasis>.</p></section></body><binary>AAAA</binary></FictionBook>",
        );
        assert_eq!(book.title.as_deref(), Some("A book"));
        assert_eq!(book.language.as_deref(), Some("de"));
        assert!(book.text.contains("Words here."), "{}", book.text);
        assert_eq!(book.sections[0].heading, "Chapter");

        let feed = words(
            "<rss><channel><title>News</title><item><title>First</title><description>&lt;p&gt;Bold &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</description></item></channel></rss>",
        );
        assert!(feed.text.contains("Bold words"), "{}", feed.text);
    }

    #[test]
    fn break_ends_the_line_and_parts_the_words_of_a_heading() {
        let subtitles = words("<tt><head><title>Two<br/>words</title></head><body><p>one<br/>line</p></body></tt>");
        assert_eq!(subtitles.text, "Two\nwords\n\none\nline");
        assert_eq!(subtitles.title.as_deref(), Some("Two words"));
        let book = words("<book><title>A<br/>heading</title><para>text</para></book>");
        assert_eq!(book.text, "A heading\ntext");
        assert_eq!(book.title.as_deref(), Some("A heading"));
    }

    #[test]
    fn titles_and_names_in_attributes_are_words() {
        assert_eq!(words("<map title='A map'><topicref href='a.dita'/></map>").text, "A map\na.dita");
        let units = "<xliff><trans-unit id='1' resname='welcome'><source>Hello</source></trans-unit></xliff>";
        assert_eq!(words(units).text, "welcome\nHello");
    }

    #[test]
    fn what_is_packed_in_a_word_document_of_one_piece_is_no_text() {
        let xml = "<?mso-application progid='Word.Document'?><pkg:package><pkg:binaryData>AAAA</pkg:binaryData><w:p>\
            <w:instrText>PAGEREF</w:instrText><wp:posOffset>910590</wp:posOffset><w:t>words</w:t></w:p></pkg:package>";
        let mut draft = Draft::new(1000);
        super::read_any(xml.as_bytes(), &mut draft).unwrap();
        assert_eq!(draft.text().trim(), "words");
    }
}
