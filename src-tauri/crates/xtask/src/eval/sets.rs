//! Judged sets: queries, and for each the one document that answers it.
//!
//! Somebody who documents a thing says in a sentence what it is and then goes on about it. The sentence is the query,
//! and the thing without the sentence is the document to find. Nobody has to judge anything by hand, and the words of
//! query and document differ as those of a person and a text do. All documents of all sets are searched at once.
//! To add a set, write a function that collects [`Pair`]s and add a line to `SOURCES`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::text::{self, shuffled};
use super::{crates, derived, manual, npm, python};
use crate::process::{Failure, failed, say};
use crate::project::Project;

/// A thing and what is said of it.
pub(super) struct Pair {
    /// Names it; decides by chance, and always in the same way, whether it is taken.
    pub(super) key: String,
    /// What it belongs to: no more than [`OF_ONE_GROUP`] of the same are taken.
    pub(super) group: String,
    /// What is said of it.
    pub(super) said: String,
    /// All of it.
    pub(super) text: String,
    /// The file's name, or only its extension where the name would give the answer away.
    pub(super) file: File,
}

/// What a document is called.
pub(super) enum File {
    /// A number with this extension.
    Extension(&'static str),
    /// A name that is what is asked for.
    Name(String),
}

/// How much is taken.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    /// Queries of a set.
    pub(super) queries: usize,
    /// Characters of a document.
    pub(super) characters: usize,
}

/// Documents beside those that are asked for, by which they can be taken wrongly: so many for ten of them.
const DOCUMENTS_FOR_TEN: usize = 16;
/// Things of one crate, module or package.
const OF_ONE_GROUP: usize = 3;
/// Fewer words say too little, more are no query.
const WORDS_OF_A_QUERY: std::ops::RangeInclusive<usize> = 3..=30;
/// Fewer words are no document.
const LEAST_WORDS: usize = 40;

/// A query and where its answer is.
#[derive(Clone)]
pub(super) struct Judged {
    pub(super) query: String,
    pub(super) target: PathBuf,
}

/// Queries of one kind.
pub(super) struct Set {
    pub(super) name: &'static str,
    pub(super) judged: Vec<Judged>,
}

type Collect = fn(&Project, usize) -> Result<Vec<Pair>, Failure>;

/// Name and where it comes from; no fewer pairs than asked for, if there are so many.
const SOURCES: &[(&str, Collect)] = &[
    ("crates", crates::descriptions),
    ("python", python::docstrings),
    ("rust", crates::items),
    ("npm", npm::descriptions),
    ("manual", manual::pages),
    ("names", crates::files),
];

/// Made from the queries of the others, see [`derived`].
const DERIVED: &[&str] = &["keywords", "typos"];

/// The names of all sets.
pub(super) fn names() -> Vec<&'static str> {
    SOURCES.iter().map(|(name, _)| *name).chain(DERIVED.iter().copied()).collect()
}

/// Collects the sets that `wants` wants and writes their documents below `folder`.
pub(super) fn make(
    project: &Project,
    folder: &Path,
    amount: Amount,
    wants: impl Fn(&str) -> bool,
) -> Result<Vec<Set>, Failure> {
    let mut sets = Vec::new();
    let mut texts = Vec::new();
    let mut described = Vec::new();
    let documents = amount.queries * DOCUMENTS_FOR_TEN / 10;
    for (number, (name, collect)) in SOURCES.iter().enumerate().filter(|(_, (name, _))| wants(name)) {
        let pairs = usable(collect(project, documents)?, amount.characters);
        if pairs.is_empty() {
            say(format_args!("eval: nothing to make the set {name} of here"));
            continue;
        }
        let folder = folder.join(format!("{number:02}"));
        std::fs::create_dir_all(&folder).map_err(failed(format_args!("make {}", folder.display())))?;
        let mut judged = Vec::new();
        for pair in pairs.into_iter().take(documents) {
            let file = match pair.file {
                File::Extension(extension) => format!("{:08}.{extension}", shuffled(&pair.key) % 100_000_000),
                File::Name(file) => file,
            };
            let target = folder.join(file);
            std::fs::write(&target, &pair.text).map_err(failed(format_args!("write {}", target.display())))?;
            texts.push(pair.text);
            judged.push(Judged { query: pair.said, target });
        }
        judged.truncate(amount.queries);
        if *name != "names" {
            described.push(judged.clone());
        }
        sets.push(Set { name, judged });
    }
    for set in derived::make(&described, &texts, amount.queries) {
        if wants(set.name) {
            sets.push(set);
        }
    }
    Ok(sets)
}

/// The pairs that make a query and a document, in their order by chance.
fn usable(mut pairs: Vec<Pair>, characters: usize) -> Vec<Pair> {
    pairs.sort_by_cached_key(|pair| (shuffled(&pair.key), pair.key.clone()));
    let mut said: HashMap<String, usize> = HashMap::new();
    for pair in &mut pairs {
        let rest = text::without(&pair.text, &pair.said);
        pair.text = text::cut(rest.trim(), characters).to_owned();
        pair.said = text::query(&pair.said);
        *said.entry(pair.said.to_lowercase()).or_default() += 1;
    }
    let mut groups: HashMap<String, usize> = HashMap::new();
    let mut texts = HashSet::new();
    let mut files = HashSet::new();
    pairs.retain(|pair| {
        let is_name = matches!(pair.file, File::Name(_));
        let fits = is_name || WORDS_OF_A_QUERY.contains(&pair.said.split(' ').count());
        let is_new = match &pair.file {
            File::Name(file) => files.insert(file.clone()),
            File::Extension(_) => files.insert((shuffled(&pair.key) % 100_000_000).to_string()),
        };
        fits && is_new
            && said.get(&pair.said.to_lowercase()) == Some(&1)
            && text::words(&pair.text).len() >= LEAST_WORDS
            && texts.insert(pair.text.clone())
            && take(&mut groups, &pair.group)
    });
    pairs
}

fn take(groups: &mut HashMap<String, usize>, group: &str) -> bool {
    let taken = groups.entry(group.to_owned()).or_default();
    *taken += 1;
    *taken <= OF_ONE_GROUP
}

#[cfg(test)]
mod tests {
    use super::{File, Pair, usable};

    fn pair(key: &str, said: &str, text: &str) -> Pair {
        let file = File::Extension("md");
        Pair { key: key.to_owned(), group: key.to_owned(), said: said.to_owned(), text: text.to_owned(), file }
    }

    #[test]
    fn a_document_does_not_say_what_is_asked_for() {
        let text = format!("Reads *lines* quickly. {}", "And more of it. ".repeat(20));
        let pairs = usable(vec![pair("a", "Reads lines: quickly!", &text)], 10_000);
        assert_eq!(pairs.iter().map(|pair| pair.said.as_str()).collect::<Vec<_>>(), ["Reads lines quickly"]);
        assert!(pairs.iter().all(|pair| !pair.text.contains("Reads") && pair.text.contains("And more of it")));
    }

    #[test]
    fn what_is_said_twice_too_short_or_of_nothing_is_no_query() {
        let (one, two, short) = ("one ".repeat(60), "two ".repeat(60), "three ".repeat(9));
        let pairs = vec![
            pair("a", "said of two things", &one),
            pair("b", "Said of two things.", &two),
            pair("c", "too short", &one),
            pair("d", "said of next to nothing", &short),
        ];
        assert!(usable(pairs, 10_000).is_empty());
    }
}
