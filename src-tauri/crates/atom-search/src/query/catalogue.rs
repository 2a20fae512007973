//! The operators as they are proposed while typing, with what they are and the values that are known beforehand.

/// Names with a few words about them, the usual ones first.
pub(crate) const OPERATORS: [(&str, &str); 31] = [
    ("type", "kind of file"),
    ("in", "one of your folders"),
    ("from", "author or sender"),
    ("to", "recipients"),
    ("name", "name or title"),
    ("path", "folder"),
    ("after", "changed since"),
    ("before", "changed before"),
    ("date", "changed then"),
    ("newer_than", "changed within"),
    ("older_than", "not changed within"),
    ("size", "size or range"),
    ("larger", "more than"),
    ("smaller", "less than"),
    ("has", "attachment, link, image"),
    ("is", "unread, folder, archived"),
    ("label", "label or tag"),
    ("lang", "language"),
    ("ext", "extension"),
    ("mime", "media type"),
    ("near", "words between two"),
    ("regex", "pattern"),
    ("kind", "kind of file"),
    ("source", "one of your folders"),
    ("author", "author or sender"),
    ("title", "name or title"),
    ("subject", "name or title"),
    ("filename", "name or title"),
    ("folder", "folder"),
    ("on", "changed then"),
    ("tag", "label or tag"),
];

/// Values that an operator is known to take, the usual ones first.
pub(crate) fn known_values(operator: &str) -> &'static [&'static str] {
    match operator {
        "type" | "kind" => &[
            "pdf",
            "document",
            "spreadsheet",
            "presentation",
            "email",
            "image",
            "audio",
            "video",
            "code",
            "markdown",
            "text",
            "web",
            "ebook",
            "archive",
            "data",
            "folder",
        ],
        "after" | "before" | "on" | "date" | "newer" | "older" => &[
            "today",
            "yesterday",
            "thisweek",
            "lastweek",
            "thismonth",
            "lastmonth",
            "thisyear",
            "lastyear",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        "newer_than" => &["1d", "7d", "30d", "3m", "1y"],
        "older_than" => &["30d", "3m", "1y", "5y"],
        "size" => &[">1mb", ">10mb", ">100mb", ">1gb", "<100kb", "empty"],
        "larger" => &["1mb", "10mb", "100mb", "1gb"],
        "smaller" => &["10kb", "100kb", "1mb"],
        "has" => &["attachment", "link", "image", "text", "title", "author", "label"],
        "is" => &[
            "unread",
            "starred",
            "answered",
            "read",
            "folder",
            "file",
            "archived",
            "open",
            "done",
            "encrypted",
            "failed",
        ],
        "lang" | "language" => &[
            "english",
            "german",
            "french",
            "spanish",
            "italian",
            "portuguese",
            "dutch",
            "polish",
            "russian",
            "chinese",
            "japanese",
            "korean",
            "arabic",
            "hebrew",
        ],
        _ => &[],
    }
}

/// Whether folders are values of an operator.
pub(crate) fn takes_folders(operator: &str) -> bool {
    matches!(operator, "path" | "dir" | "folder" | "in" | "source")
}

#[cfg(test)]
mod tests {
    use super::{OPERATORS, known_values};
    use crate::query::ast::Operator;
    use crate::query::{Context, plan};

    #[test]
    fn what_is_proposed_is_understood() {
        let context = Context { now: chrono::Utc::now(), typing: false, sources: &|_| Vec::new() };
        for (name, _) in OPERATORS {
            assert!(name == "near" || Operator::parse(name).is_some(), "{name}");
            for value in known_values(name) {
                let plan = plan(&format!("{name}:{value}"), &context);
                assert!(plan.notices.is_empty() && plan.chips.len() == 1, "{name}:{value}: {:?}", plan.notices);
            }
        }
    }
}
