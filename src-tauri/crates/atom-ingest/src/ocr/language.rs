//! In which languages text is recognised.

/// Tesseract's codes by those of a locale.
const CODES: [(&str, &str); 56] = [
    ("af", "afr"),
    ("ar", "ara"),
    ("be", "bel"),
    ("bg", "bul"),
    ("bn", "ben"),
    ("bs", "bos"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("cy", "cym"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("eo", "epo"),
    ("es", "spa"),
    ("et", "est"),
    ("eu", "eus"),
    ("fa", "fas"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("ga", "gle"),
    ("gl", "glg"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("hy", "hye"),
    ("id", "ind"),
    ("is", "isl"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("ka", "kat"),
    ("ko", "kor"),
    ("la", "lat"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("mk", "mkd"),
    ("ms", "msa"),
    ("nb", "nor"),
    ("nl", "nld"),
    ("nn", "nor"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("sk", "slk"),
    ("sl", "slv"),
    ("sq", "sqi"),
    ("sr", "srp"),
    ("sv", "swe"),
    ("th", "tha"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("vi", "vie"),
    ("zh_CN", "chi_sim"),
    ("zh_TW", "chi_tra"),
];
const ENGLISH: &str = "eng";

/// Languages to use: those chosen that are installed, else those of the system, else English, else the first one.
pub(super) fn of(chosen: &[String], installed: &[String]) -> Vec<String> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let locales = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"].map(variable).join(":");
    choose(chosen, installed, &locales)
}

fn choose(chosen: &[String], installed: &[String], locales: &str) -> Vec<String> {
    let mut languages = those_of(chosen.iter().map(String::as_str), installed);
    if languages.is_empty() {
        languages = those_of(locales.split(':').filter_map(code), installed);
    }
    if languages.is_empty() {
        let english = installed.iter().find(|language| *language == ENGLISH);
        languages.extend(english.or(installed.first()).cloned());
    }
    languages
}

/// Those that are installed, each once.
fn those_of<'a>(wanted: impl Iterator<Item = &'a str>, installed: &[String]) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    for language in wanted {
        if installed.iter().any(|known| known == language) && !languages.iter().any(|known| known == language) {
            languages.push(language.to_owned());
        }
    }
    languages
}

/// Tesseract's code for a locale such as `de_AT.UTF-8`.
fn code(locale: &str) -> Option<&'static str> {
    let name = locale.split(['.', '@']).next().unwrap_or_default();
    let language = name.split('_').next().unwrap_or_default();
    CODES.iter().find(|(known, _)| *known == name || *known == language).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::choose;

    fn check(chosen: &[&str], installed: &[&str], locales: &str, expect: &[&str]) {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(choose(&owned(chosen), &owned(installed), locales), expect, "{chosen:?} {locales}");
    }

    #[test]
    fn what_is_chosen_and_installed_is_used() {
        check(&["deu", "fra"], &["deu", "eng"], "fr_FR.UTF-8", &["deu"]);
        check(&["deu", "eng", "deu"], &["deu", "eng"], "", &["deu", "eng"]);
    }

    #[test]
    fn without_a_choice_it_is_the_languages_of_the_system() {
        check(&[], &["deu", "eng", "fra"], "de_AT.UTF-8:fr:de_AT.UTF-8", &["deu", "fra"]);
        check(&[], &["chi_sim", "eng"], "::zh_CN.UTF-8", &["chi_sim"]);
    }

    #[test]
    fn otherwise_it_is_english_or_what_there_is() {
        check(&["deu"], &["eng", "fra"], "C.UTF-8", &["eng"]);
        check(&[], &["fra"], "de_DE", &["fra"]);
    }
}
