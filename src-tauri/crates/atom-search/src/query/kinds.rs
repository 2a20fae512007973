//! The words that people use for kinds of files, and what each of them filters by.

use atom_core::Kind;
use atom_index::keyword::KeywordQuery;

/// What `type:word` means: a kind by its name or by another word for it, else an extension.
pub(super) fn by_type(word: &str) -> Option<KeywordQuery> {
    let word = word.to_lowercase();
    if let Some(query) = synonym(&word) {
        return Some(query);
    }
    if let Some(kind) = Kind::parse(&word).or_else(|| Kind::parse(word.strip_suffix('s')?)) {
        return Some(KeywordQuery::Kind(vec![kind]));
    }
    by_extension(&word)
}

/// What `ext:word` means.
pub(super) fn by_extension(word: &str) -> Option<KeywordQuery> {
    let extension = word.trim_start_matches(['*', '.']).rsplit('.').next()?.to_lowercase();
    let plausible = (1..=16).contains(&extension.chars().count())
        && extension.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+'));
    plausible.then(|| KeywordQuery::Ext(vec![extension]))
}

/// What `mime:type` means; `image/*` and the like are kinds.
pub(super) fn by_mime(mime: &str) -> Option<KeywordQuery> {
    let mime = mime.to_ascii_lowercase();
    let kinds: &[Kind] = match mime.split_once('/') {
        Some(("image", "*")) => &[Kind::Image],
        Some(("audio", "*")) => &[Kind::Audio],
        Some(("video", "*")) => &[Kind::Video],
        Some(("message", "*")) => &[Kind::Email],
        Some(("text", "*")) => &[Kind::Text, Kind::Markdown, Kind::Code, Kind::Web],
        Some((_, "" | "*")) => return None,
        Some(_) => return Some(KeywordQuery::Mime(vec![mime])),
        None => return by_type(&mime),
    };
    Some(KeywordQuery::Kind(kinds.to_vec()))
}

fn synonym(word: &str) -> Option<KeywordQuery> {
    let kinds: &[Kind] = match word {
        "doc" | "docs" | "documents" => &[Kind::Document],
        "sheet" | "sheets" => &[Kind::Spreadsheet],
        "slide" | "slides" | "deck" | "decks" => &[Kind::Presentation],
        "mail" | "mails" | "e-mail" | "e-mails" | "message" | "messages" => &[Kind::Email],
        "book" | "books" => &[Kind::Ebook],
        "picture" | "pictures" | "photo" | "photos" | "pic" | "pics" | "img" => &[Kind::Image],
        "music" | "sound" | "sounds" | "song" | "songs" => &[Kind::Audio],
        "movie" | "movies" | "film" | "films" => &[Kind::Video],
        "dir" | "dirs" | "directory" | "directories" => &[Kind::Folder],
        "note" | "notes" => &[Kind::Markdown, Kind::Text],
        "source" | "script" | "scripts" | "program" | "programs" => &[Kind::Code],
        "webpage" | "webpages" | "website" | "page" => &[Kind::Web],
        "plaintext" => &[Kind::Text],
        "compressed" => &[Kind::Archive],
        "file" | "files" => return Some(KeywordQuery::Not(Box::new(KeywordQuery::Kind(vec![Kind::Folder])))),
        _ => return language(word).map(extensions),
    };
    Some(KeywordQuery::Kind(kinds.to_vec()))
}

/// What `has:word` means, by the names that ingest gives.
pub(super) fn by_possession(word: &str) -> Option<KeywordQuery> {
    let word = word.to_lowercase();
    let named = POSSESSIONS.iter().find(|(name, words)| *name == word || words.contains(&&*word))?.0;
    Some(KeywordQuery::Trait(vec![named.to_owned()]))
}

/// What `is:word` means: a state, by the names that ingest gives, else a kind.
pub(super) fn by_state(word: &str) -> Option<KeywordQuery> {
    let word = word.to_lowercase();
    match STATES.iter().find(|(name, words)| *name == word || words.contains(&&*word)) {
        Some((name, _)) => Some(KeywordQuery::Trait(vec![(*name).to_owned()])),
        None => synonym(&word).or_else(|| Some(KeywordQuery::Kind(vec![Kind::parse(&word)?]))),
    }
}

/// What an item can have, with other words for it.
pub(super) const POSSESSIONS: [(&str, &[&str]); 7] = [
    ("attachment", &["attachments", "attached"]),
    ("link", &["links", "url", "urls"]),
    ("image", &["images", "picture", "pictures", "photo", "photos"]),
    ("text", &["words"]),
    ("title", &[]),
    ("author", &["sender"]),
    ("label", &["labels", "tag", "tags", "keyword", "keywords"]),
];

/// What an item can be, with other words for it.
pub(super) const STATES: [(&str, &[&str]); 11] = [
    ("folder", &["dir", "directory"]),
    ("file", &[]),
    ("archived", &["packed", "zipped"]),
    ("unread", &["new", "unseen"]),
    ("read", &["seen"]),
    ("starred", &["flagged", "important"]),
    ("answered", &["replied"]),
    ("open", &["todo"]),
    ("done", &["closed", "completed"]),
    ("encrypted", &["protected", "locked"]),
    ("failed", &["broken", "error"]),
];

/// Languages that have an old and a new code, or that people call by name.
const LANGUAGES: [(&str, &[&str]); 30] = [
    ("ar", &["arabic", "ara"]),
    ("bg", &["bulgarian", "bul"]),
    ("ca", &["catalan", "cat"]),
    ("cs", &["czech", "ces", "cze"]),
    ("da", &["danish", "dan"]),
    ("de", &["german", "deutsch", "deu", "ger"]),
    ("el", &["greek", "ell", "gre"]),
    ("en", &["english", "eng"]),
    ("es", &["spanish", "español", "spa"]),
    ("fa", &["persian", "farsi", "fas", "per"]),
    ("fi", &["finnish", "suomi", "fin"]),
    ("fr", &["french", "français", "fra", "fre"]),
    ("he", &["hebrew", "heb", "iw"]),
    ("hi", &["hindi", "hin"]),
    ("hu", &["hungarian", "magyar", "hun"]),
    ("id", &["indonesian", "ind", "in"]),
    ("it", &["italian", "italiano", "ita"]),
    ("ja", &["japanese", "jpn"]),
    ("ko", &["korean", "kor"]),
    ("nl", &["dutch", "nederlands", "nld", "dut"]),
    ("no", &["norwegian", "nor", "nb", "nob"]),
    ("pl", &["polish", "polski", "pol"]),
    ("pt", &["portuguese", "português", "por"]),
    ("ro", &["romanian", "ron", "rum"]),
    ("ru", &["russian", "rus"]),
    ("sv", &["swedish", "svenska", "swe"]),
    ("tr", &["turkish", "türkçe", "tur"]),
    ("uk", &["ukrainian", "ukr"]),
    ("vi", &["vietnamese", "vie"]),
    ("zh", &["chinese", "zho", "chi", "cmn"]),
];

/// A language by its code or its name.
pub(super) fn by_language(word: &str) -> Option<KeywordQuery> {
    let word = word.to_lowercase();
    let known = LANGUAGES.iter().find(|(code, names)| *code == word || names.contains(&&*word));
    if let Some((code, names)) = known {
        let mut codes = vec![(*code).to_owned()];
        codes.extend(names.iter().filter(|name| matches!(name.len(), 2 | 3)).map(|&name| name.to_owned()));
        return Some(KeywordQuery::Language(codes));
    }
    let is_code = matches!(word.len(), 2 | 3) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then(|| KeywordQuery::Language(vec![word]))
}

fn language(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "word" => &["doc", "docx", "docm"],
        "excel" => &["xls", "xlsx", "xlsm", "xlsb"],
        "powerpoint" => &["ppt", "pptx", "pptm", "pps", "ppsx"],
        "jpg" | "jpeg" => &["jpg", "jpeg"],
        "htm" | "html" => &["htm", "html", "xhtml"],
        "tif" | "tiff" => &["tif", "tiff"],
        "yml" | "yaml" => &["yml", "yaml"],
        "rust" => &["rs"],
        "python" => &["py", "pyi"],
        "javascript" => &["js", "mjs", "cjs", "jsx"],
        "typescript" => &["ts", "tsx"],
        "ruby" => &["rb"],
        "kotlin" => &["kt", "kts"],
        "golang" => &["go"],
        "shell" => &["sh", "bash", "zsh", "fish"],
        "c++" => &["cpp", "cc", "cxx", "hpp", "hh"],
        "c#" => &["cs"],
        _ => return None,
    })
}

fn extensions(list: &[&str]) -> KeywordQuery {
    KeywordQuery::Ext(list.iter().map(|&extension| extension.to_owned()).collect())
}
