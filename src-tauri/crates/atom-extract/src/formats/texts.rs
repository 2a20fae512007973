//! Formats that are text, by extension: what each is called, its media type, and how it is read.

use super::detect::Format;
use super::languages::LANGUAGES;

/// A format that is text.
pub(crate) struct TextFormat {
    pub(crate) name: &'static str,
    pub(crate) mime: &'static str,
    pub(crate) extensions: &'static [&'static str],
    pub(crate) format: Format,
}

const fn text(
    name: &'static str,
    mime: &'static str,
    extensions: &'static [&'static str],
    format: Format,
) -> TextFormat {
    TextFormat { name, mime, extensions, format }
}

/// Text formats but programming languages.
pub(crate) const TEXTS: &[TextFormat] = &[
    text("Plain text", "text/plain", &["txt", "text", "log", "asc", "nfo", "me"], Format::Text),
    text("Markdown", "text/markdown", &["md", "markdown", "mdx", "mkd", "qmd", "rmd"], Format::Markdown),
    text("Org", "text/x-org", &["org"], Format::Org),
    text("reStructuredText", "text/x-rst", &["rst", "rest"], Format::Rst),
    text("AsciiDoc", "text/asciidoc", &["adoc", "asciidoc"], Format::AsciiDoc),
    text("TeX and LaTeX", "text/x-tex", &["tex", "latex", "ltx", "sty"], Format::Tex),
    text("BibTeX", "text/x-bibtex", &["bib"], Format::Text),
    text("Citations (RIS)", "application/x-research-info-systems", &["ris"], Format::Text),
    text("Textile", "text/x-textile", &["textile"], Format::Text),
    text("Wiki text", "text/x-wiki", &["wiki", "mediawiki", "creole"], Format::Text),
    text("Perl documentation", "text/x-pod", &["pod"], Format::Text),
    text("Manual pages", "text/troff", &["man", "roff", "troff"], Format::Text),
    text("Texinfo", "text/x-texinfo", &["texi", "texinfo"], Format::Text),
    text("Mermaid", "text/vnd.mermaid", &["mmd", "mermaid"], Format::Text),
    text("PlantUML", "text/x-plantuml", &["puml", "plantuml"], Format::Text),
    text("PostScript", "application/postscript", &["ps", "eps"], Format::PostScript),
    text("DXF", "image/vnd.dxf", &["dxf"], Format::Dxf),
    text("CSV", "text/csv", &["csv"], Format::Text),
    text("Tables with tabs", "text/tab-separated-values", &["tsv", "tab"], Format::Text),
    text("JSON", "application/json", &["json", "json5", "jsonc"], Format::Text),
    text("JSON lines", "application/x-ndjson", &["jsonl", "ndjson"], Format::Text),
    text("JSON-LD", "application/ld+json", &["jsonld"], Format::Text),
    text("GeoJSON", "application/geo+json", &["geojson"], Format::Text),
    text("Web app manifest", "application/manifest+json", &["webmanifest"], Format::Text),
    text("HTTP archive", "application/x-har+json", &["har"], Format::Text),
    text("YAML", "application/yaml", &["yaml", "yml"], Format::Text),
    text("TOML", "application/toml", &["toml"], Format::Text),
    text("Settings", "text/x-ini", &["ini", "cfg", "conf", "cnf", "env"], Format::Text),
    text("Java properties", "text/x-java-properties", &["properties"], Format::Text),
    text("Windows registry", "text/x-ms-regedit", &["reg"], Format::Text),
    text("Desktop entry", "application/x-desktop", &["desktop"], Format::Text),
    text("Internet shortcut", "application/x-mswinurl", &["url"], Format::Text),
    text("Gettext", "text/x-gettext-translation", &["po", "pot"], Format::Text),
    text("Patch", "text/x-diff", &["diff", "patch"], Format::Text),
    text("LDIF", "text/x-ldif", &["ldif"], Format::Text),
    text("Turtle", "text/turtle", &["ttl"], Format::Text),
    text("N-Triples", "application/n-triples", &["nt"], Format::Text),
    text("Notation 3", "text/n3", &["n3"], Format::Text),
    text("DTD", "application/xml-dtd", &["dtd"], Format::Text),
    text("RELAX NG", "application/relax-ng-compact-syntax", &["rnc"], Format::Text),
    text("G-code", "text/x-gcode", &["gcode"], Format::Text),
    text("Playlist (M3U)", "audio/x-mpegurl", &["m3u", "m3u8"], Format::Text),
    text("Playlist (PLS)", "audio/x-scpls", &["pls"], Format::Text),
    text("Cue sheet", "application/x-cue", &["cue"], Format::Text),
    text("ABC notation", "text/vnd.abc", &["abc"], Format::Text),
    text("LilyPond", "text/x-lilypond", &["ly"], Format::Text),
    text("Font metrics", "application/x-font-afm", &["afm"], Format::Text),
    text("SubRip", "application/x-subrip", &["srt"], Format::Subtitles),
    text("WebVTT", "text/vtt", &["vtt"], Format::Subtitles),
    text("SubStation Alpha", "text/x-ssa", &["ass", "ssa"], Format::Subtitles),
    text("MicroDVD", "text/x-microdvd", &["sub"], Format::Subtitles),
    text("SubViewer", "text/x-subviewer", &["sbv"], Format::Subtitles),
    text("Lyrics", "text/x-lrc", &["lrc"], Format::Subtitles),
    text("SAMI", "application/x-sami", &["smi", "sami"], Format::Html),
    text("iCalendar", "text/calendar", &["ics", "ical", "ifb"], Format::Calendar),
    text("vCalendar", "text/x-vcalendar", &["vcs"], Format::Calendar),
    text("vCard", "text/vcard", &["vcf", "vcard"], Format::Contacts),
    text("HTML", "text/html", &["html", "htm"], Format::Html),
    text("XHTML", "application/xhtml+xml", &["xhtml", "xht"], Format::Html),
    text("Jupyter notebook", "application/x-ipynb+json", &["ipynb"], Format::Notebook),
    text("Flat OpenDocument text", "application/vnd.oasis.opendocument.text-flat-xml", &["fodt"], Format::FlatOdf),
    text(
        "Flat OpenDocument spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
        &["fods"],
        Format::FlatOdf,
    ),
    text(
        "Flat OpenDocument slides",
        "application/vnd.oasis.opendocument.presentation-flat-xml",
        &["fodp"],
        Format::FlatOdf,
    ),
];

/// How text of an extension is read, and as what.
pub(crate) fn by_extension(ext: &str) -> Option<(Format, &'static str)> {
    let text = TEXTS.iter().find(|text| text.extensions.contains(&ext)).map(|text| (text.format, text.mime));
    text.or_else(|| language_of(ext).map(|mime| (Format::Source, mime)))
}

/// Media type of a programming language by extension.
pub(crate) fn language_of(ext: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(_, _, extensions)| extensions.contains(&ext)).map(|(_, mime, _)| *mime)
}

#[cfg(test)]
mod tests {
    use super::{TEXTS, language_of};
    use std::collections::HashSet;

    #[test]
    fn no_extension_has_two_readers() {
        let mut seen = HashSet::new();
        for text in TEXTS {
            for ext in text.extensions {
                assert!(seen.insert(ext) && language_of(ext).is_none(), "{ext}");
            }
        }
    }
}
