//! What Tesseract says about a picture, as text: the words that it is sure of.
//!
//! In a photograph it sees letters in leaves and roof tiles. It says how sure it is of each word, in per cent: real words have
//! 80 and more, such letters mostly less than 50. A line is kept when its letters are likely as a whole, so that one smudged
//! word in it is kept too.

/// Likelihood that the letters of a line need on average, in per cent.
const LINE: f32 = 60.0;
/// Likelihood that a word in such a line needs, in per cent.
const WORD: f32 = 35.0;
/// Letters and digits, in words of at least two, that a picture needs to have text.
const LEAST: usize = 3;

/// Where a line stands: page, block, paragraph, line.
type Place<'a> = [&'a str; 4];

#[derive(Default)]
struct Line<'a> {
    place: Place<'a>,
    words: Vec<(&'a str, f32)>,
}

/// What a picture says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// The words that Tesseract is sure of.
    pub(super) text: String,
    /// Characters that it saw…
    seen: usize,
    /// …and those in lines that were kept.
    kept: usize,
}

impl Reading {
    /// Whether there are letters, and most of them make no sense: the picture may be upside down.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.kept * 2 < self.seen
    }

    /// Whether it makes more sense than another.
    pub(super) const fn is_better_than(&self, other: &Self) -> bool {
        self.kept > other.kept
    }
}

/// Reads an answer in columns (`tsv`).
pub(super) fn read(answer: &str) -> Reading {
    let (mut text, mut seen, mut kept) = (String::new(), 0, 0);
    let mut last: Option<Place<'_>> = None;
    for line in lines(answer) {
        let length = line.words.iter().map(|(word, _)| word.chars().count()).sum::<usize>();
        seen += length;
        let Some(words) = line.sure_words() else { continue };
        kept += length;
        if let Some(last) = last {
            text.push('\n');
            if last.get(..3) != line.place.get(..3) {
                text.push('\n');
            }
        }
        text.push_str(&words);
        last = Some(line.place);
    }
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count();
    let found: usize = text.split_whitespace().map(letters).filter(|&count| count > 1 || has_ideograph(&text)).sum();
    if found < LEAST {
        text.clear();
    }
    Reading { text, seen, kept }
}

fn lines(answer: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for row in answer.lines() {
        let mut columns = row.splitn(12, '\t');
        let mut next = || columns.next().unwrap_or_default();
        let level = next();
        let place = [next(), next(), next(), next()];
        let sure = columns.nth(5).and_then(|sure| sure.parse::<f32>().ok());
        let (Some(sure), Some(word)) = (sure, columns.next()) else { continue };
        let word = word.trim();
        if level != "5" || word.is_empty() {
            continue;
        }
        match lines.last_mut() {
            Some(line) if line.place == place => line.words.push((word, sure)),
            _ => lines.push(Line { place, words: vec![(word, sure)] }),
        }
    }
    lines
}

impl Line<'_> {
    fn sure_words(&self) -> Option<String> {
        let weight = |word: &str| word.chars().count() as f32;
        let all: f32 = self.words.iter().map(|(word, _)| weight(word)).sum();
        let sure: f32 = self.words.iter().map(|(word, sure)| weight(word) * sure).sum();
        if sure < all * LINE {
            return None;
        }
        let mut text = String::new();
        for (word, _) in self.words.iter().filter(|(_, sure)| *sure >= WORD) {
            let joined =
                text.chars().next_back().is_some_and(is_ideograph) && word.chars().next().is_some_and(is_ideograph);
            if !text.is_empty() && !joined {
                text.push(' ');
            }
            // No control character comes out of a picture.
            text.extend(word.chars().filter(|c| !c.is_control()));
        }
        text.chars().any(char::is_alphanumeric).then_some(text)
    }
}

/// Scripts without spaces between words; Tesseract puts some all the same.
const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

fn has_ideograph(text: &str) -> bool {
    text.chars().any(is_ideograph)
}

#[cfg(test)]
mod tests {
    use super::{Reading, read};

    /// Words as (block, line, likelihood, word).
    fn answer(words: &[(u32, u32, i32, &str)]) -> String {
        let mut answer =
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                          1\t1\t0\t0\t0\t0\t0\t0\t136\t66\t-1\t\n"
                .to_owned();
        for (block, line, sure, word) in words {
            answer.push_str(&format!("5\t1\t{block}\t1\t{line}\t1\t17\t14\t40\t11\t{sure}.5\t{word}\n"));
        }
        answer
    }

    fn check(words: &[(u32, u32, i32, &str)], expect: &str) {
        assert_eq!(read(&answer(words)).text, expect, "{words:?}");
    }

    #[test]
    fn lines_and_blocks_are_kept_apart() {
        check(
            &[(1, 1, 96, "Apache"), (1, 1, 97, "Tika"), (1, 2, 95, "OCR"), (2, 1, 95, "Testing")],
            "Apache Tika\nOCR\n\nTesting",
        );
    }

    #[test]
    fn what_is_seen_in_a_photograph_is_dropped() {
        // As Tesseract 5.3 reads a picture of coins.
        check(
            &[(2, 1, 10, "(@00080"), (2, 2, 0, "ee0e@ea@"), (2, 3, 47, "6"), (2, 3, 76, "@@"), (2, 3, 31, "@986")],
            "",
        );
        check(&[(1, 1, 91, "|"), (1, 2, 88, "a"), (1, 3, 93, "—")], "");
    }

    #[test]
    fn letters_that_make_no_sense_are_doubtful_and_clear_ones_or_none_are_not() {
        let reading = |sure| read(&answer(&[(1, 1, sure, "youep"), (1, 1, sure, "SEM"), (1, 2, sure, "TLPOZ")]));
        assert!(reading(21).is_doubtful() && !reading(96).is_doubtful() && !read("").is_doubtful());
        assert!(reading(96).is_better_than(&reading(21)) && !reading(21).is_better_than(&read("")));
    }

    #[test]
    fn a_smudged_word_stays_in_a_line_that_is_clear() {
        check(&[(1, 1, 96, "Invoice"), (1, 1, 41, "No."), (1, 1, 96, "20471"), (1, 1, 12, "~;")], "Invoice No. 20471");
    }

    #[test]
    fn ideographs_are_not_torn_apart() {
        check(&[(1, 1, 90, "東"), (1, 1, 90, "京"), (1, 1, 90, "都"), (1, 1, 90, "Tokyo")], "東京都 Tokyo");
    }

    #[test]
    fn nonsense_is_survived() {
        assert_eq!(read(""), Reading::default());
        assert_eq!(read("5\t1\n\t\t\t\n5\t1\t1\t1\t1\t1\t1\t1\t1\t1\tx\tword\n"), Reading::default());
    }
}
