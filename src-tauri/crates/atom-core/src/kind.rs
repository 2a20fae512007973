//! Kinds: the coarse type of an item, for filters (`type:`) and icons.

use std::path::Path;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: [$($ext:literal),* $(,)?]),* $(,)?) => {
        /// Coarse type of an item.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name, as filters and the database have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Extensions, in lower case without the dot, that mean this kind.
            pub const fn extensions(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($ext),*]),* }
            }
        }
    };
}

kinds! {
    /// A folder.
    Folder = "folder": [],
    /// Plain text, logs, subtitles.
    Text = "text": ["txt", "text", "log", "vtt", "srt", "asc", "nfo", "me", "ass", "ssa", "sub", "sbv", "lrc"],
    /// Markdown and its kin.
    Markdown = "markdown": ["md", "markdown", "mdx", "rst", "adoc", "asciidoc", "org", "textile"],
    /// Source code and scripts.
    Code = "code": ["rs", "py", "pyi", "js", "mjs", "cjs", "ts", "tsx", "jsx", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "cs", "java", "kt", "kts", "swift", "go", "rb", "php", "pl", "pm", "sh", "bash", "zsh", "fish", "ps1", "bat", "sql", "r", "jl", "lua", "scala", "clj", "ex", "exs", "erl", "hs", "ml", "mli", "fs", "dart", "vue", "svelte", "css", "scss", "sass", "less", "asm", "s", "m", "mm", "zig", "nim", "d", "v", "vhdl", "proto", "graphql", "cmake", "mk", "gradle", "tf", "el", "lisp", "scm", "vim", "awk", "tcl", "pas", "f90", "f", "groovy", "ksh", "c++", "hxx", "csx", "cljs", "cljc", "hrl", "fsx", "gd", "gleam", "glsl", "gql", "hcl", "mak", "nasm", "nix", "mts", "cts", "psm1", "purs", "pyw", "rake", "rkt", "raku", "scad", "sol", "sv", "svh", "bzl", "thrift", "vala", "vb", "vbs", "vhd", "wat", "wgsl", "xquery", "coffee", "cr", "cu", "elm", "agda", "lean", "idr", "ads", "adb", "cob", "cbl", "f95", "f77"],
    /// Web pages.
    Web = "web": ["html", "htm", "xhtml", "mhtml", "mht", "webarchive", "warc", "xht"],
    /// PDF.
    Pdf = "pdf": ["pdf"],
    /// Word-processor documents.
    Document = "document": ["doc", "docx", "docm", "dotx", "dotm", "odt", "ott", "fodt", "rtf", "pages", "wpd", "wps", "tex", "abw", "wp", "dot", "odm", "fodg", "sxw", "one", "hwp"],
    /// Spreadsheets.
    Spreadsheet = "spreadsheet": ["xls", "xlsx", "xlsm", "xlsb", "xltx", "ods", "ots", "fods", "csv", "tsv", "numbers", "wk1", "wk3", "wk4", "wks", "wq1", "wb1", "wb2", "dbf", "xlt", "xltm", "sxc", "tab"],
    /// Slides.
    Presentation = "presentation": ["ppt", "pptx", "pptm", "ppsx", "pps", "odp", "otp", "fodp", "key", "potx", "ppsm", "potm", "sxi"],
    /// Books.
    Ebook = "ebook": ["epub", "mobi", "azw", "azw3", "fb2", "djvu", "chm", "prc"],
    /// Mail.
    Email = "email": ["eml", "msg", "mbox", "emlx", "pst", "ost", "p7m"],
    /// Structured data and settings.
    Data = "data": ["json", "jsonl", "ndjson", "yaml", "yml", "toml", "xml", "ini", "cfg", "conf", "properties", "env", "plist", "lock", "parquet", "sqlite", "db", "mdb", "geojson", "kml", "ics", "vcf", "po", "pot", "bib", "ipynb", "ical", "ifb", "vcs", "vcard", "opml", "enex", "rss", "atom", "gpx", "kmz", "xliff", "xlf", "tmx", "bplist", "sqlite3", "ldif", "ttl", "reg", "jsonld", "har"],
    /// Pictures.
    Image = "image": ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "svg", "ico", "heic", "heif", "avif", "jxl", "psd", "raw", "dng", "nef", "cr2", "xcf", "ai", "eps", "bpg", "wmf", "emf", "jp2", "jpx", "qoi", "pcx", "indd", "arw", "cr3", "orf", "rw2"],
    /// Sound.
    Audio = "audio": ["mp3", "wav", "flac", "ogg", "oga", "opus", "m4a", "aac", "wma", "aiff", "mid", "midi", "amr", "m4b", "ape", "wv", "mpc", "mka", "aif"],
    /// Moving pictures.
    Video = "video": ["mp4", "mkv", "mov", "avi", "webm", "wmv", "flv", "m4v", "mpg", "mpeg", "3gp", "asf", "m2ts"],
    /// Archives and disk images.
    Archive = "archive": ["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "jar", "war", "deb", "rpm", "iso", "dmg", "cab", "ar", "whl", "crate", "lz4", "tbz2", "txz", "tzst", "lz", "lzma", "cpio", "sz", "z", "xpi", "apk", "ipa", "nupkg", "wacz"],
    /// Everything else.
    Other = "other": [],
}

impl Kind {
    /// The kind with that stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// The kind that a file's name says; [`Kind::Other`] where it says nothing.
    pub fn from_path(path: &Path) -> Self {
        let extension = path.extension().and_then(|ext| ext.to_str()).map(str::to_lowercase);
        match extension {
            Some(extension) => Self::from_extension(&extension),
            None => Self::from_bare_name(path),
        }
    }

    /// The kind of an extension in lower case without the dot.
    pub fn from_extension(extension: &str) -> Self {
        Self::ALL.iter().copied().find(|kind| kind.extensions().contains(&extension)).unwrap_or(Self::Other)
    }

    fn from_bare_name(path: &Path) -> Self {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("Makefile" | "Dockerfile" | "Rakefile" | "Gemfile" | "Justfile" | "CMakeLists") => Self::Code,
            Some(
                "README" | "LICENSE" | "LICENCE" | "COPYING" | "CHANGELOG" | "NEWS" | "AUTHORS" | "TODO" | "INSTALL"
                | "copyright",
            ) => Self::Text,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use std::collections::HashSet;
    use std::path::Path;

    #[test]
    fn every_kind_parses_back_and_no_extension_has_two_kinds() {
        let mut seen = HashSet::new();
        for &kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            for extension in kind.extensions() {
                assert!(seen.insert(*extension), "{extension} is listed twice");
            }
        }
    }

    #[test]
    fn names_decide_without_regard_to_case() {
        let check = |name: &str, kind| assert_eq!(Kind::from_path(Path::new(name)), kind, "{name}");
        check("Report.PDF", Kind::Pdf);
        check("src/main.rs", Kind::Code);
        check("Makefile", Kind::Code);
        check("README", Kind::Text);
        check("archive.tar.gz", Kind::Archive);
        check(".profile", Kind::Other);
        check("unknown.qqq", Kind::Other);
    }
}
