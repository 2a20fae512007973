//! Queries as people type them, made from the sentences of the other sets: a few words, and a few words with an error.

use std::collections::{HashMap, HashSet};

use super::sets::{Judged, Set};
use super::text::{shuffled, words};

/// Words of a query; the longer ones come from sentences of at least [`LONG`] words.
const FEW: usize = 2;
const MORE: usize = 3;
const LONG: usize = 6;
/// Shorter words are left out, for they mean little alone.
const LEAST_LETTERS: usize = 3;
/// An error in a shorter word makes it another one.
const LEAST_LETTERS_WITH_ERROR: usize = 6;

/// Both sets, from every other sentence each.
pub(super) fn make(described: &[Vec<Judged>], documents: &[String], queries: usize) -> Vec<Set> {
    let mut frequency: HashMap<String, usize> = HashMap::new();
    for document in documents {
        let distinct: HashSet<String> = words(document).into_iter().map(|(_, word)| word).collect();
        distinct.into_iter().for_each(|word| *frequency.entry(word).or_default() += 1);
    }
    let mut sentences: Vec<&Judged> = described.iter().flatten().collect();
    sentences.sort_by_key(|judged| shuffled(&judged.query));
    let mut keywords = Set { name: "keywords", judged: Vec::new() };
    let mut typos = Set { name: "typos", judged: Vec::new() };
    let mut seen = HashSet::new();
    for (at, sentence) in sentences.into_iter().enumerate() {
        let Some(rare) = rarest(&sentence.query, &frequency).filter(|rare| seen.insert(rare.clone())) else { continue };
        let (set, query) =
            if at % 2 == 0 { (&mut keywords, Some(rare.join(" "))) } else { (&mut typos, misspelt(&rare, &frequency)) };
        if let Some(query) = query.filter(|_| set.judged.len() < queries) {
            set.judged.push(Judged { query, target: sentence.target.clone() });
        }
    }
    [keywords, typos].into_iter().filter(|set| !set.judged.is_empty()).collect()
}

/// The rarest words of a sentence that are in any document, in the order of the sentence.
fn rarest(sentence: &str, frequency: &HashMap<String, usize>) -> Option<Vec<String>> {
    let mut known: Vec<(usize, usize, String)> = words(sentence)
        .into_iter()
        .filter(|(_, word)| word.chars().count() >= LEAST_LETTERS && word.chars().all(char::is_alphabetic))
        .enumerate()
        .filter_map(|(at, (_, word))| frequency.get(&word).map(|count| (*count, at, word)))
        .collect();
    let wanted = if known.len() >= LONG { MORE } else { FEW };
    known.sort();
    known.dedup_by(|a, b| a.2 == b.2);
    known.truncate(wanted);
    known.sort_by_key(|(_, at, _)| *at);
    (known.len() >= FEW).then(|| known.into_iter().map(|(_, _, word)| word).collect())
}

/// The query with one error in its longest word: a letter lost, doubled or wrong, or two that change places.
fn misspelt(query: &[String], frequency: &HashMap<String, usize>) -> Option<String> {
    let longest = query.iter().max_by_key(|word| word.chars().count())?;
    let mut letters: Vec<char> = longest.chars().collect();
    if letters.len() < LEAST_LETTERS_WITH_ERROR {
        return None;
    }
    let chance = usize::try_from(shuffled(longest) % 1_000_003).ok()?;
    // The first letter is hardly ever wrong.
    let at = 1 + chance % (letters.len() - 2);
    let letter = *letters.get(at)?;
    match chance % 4 {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letter),
        2 => letters.swap(at, at + 1),
        _ => *letters.get_mut(at)? = if letter == 'e' { 'a' } else { 'e' },
    }
    let wrong: String = letters.into_iter().collect();
    if wrong == *longest || frequency.contains_key(&wrong) {
        return None;
    }
    let words = query.iter().map(|word| if word == longest { wrong.as_str() } else { word.as_str() });
    Some(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::{misspelt, rarest};
    use std::collections::HashMap;

    fn frequency() -> HashMap<String, usize> {
        let counts = [("a", 90), ("library", 80), ("reading", 20), ("compressed", 3), ("archives", 2), ("files", 50)];
        counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
    }

    #[test]
    fn a_few_words_are_the_rarest_that_any_document_has() {
        assert_eq!(
            rarest("a library for reading compressed archives", &frequency()).unwrap(),
            ["compressed", "archives"]
        );
        assert_eq!(rarest("a zorkmid", &frequency()), None);
    }

    #[test]
    fn an_error_changes_the_longest_word_and_no_other() {
        let query = ["compressed".to_owned(), "files".to_owned()];
        let wrong = misspelt(&query, &frequency()).unwrap();
        assert!(wrong.ends_with(" files") && !wrong.starts_with("compressed ") && wrong.starts_with('c'), "{wrong}");
        assert_eq!(misspelt(&["files".to_owned()], &frequency()), None);
    }
}
