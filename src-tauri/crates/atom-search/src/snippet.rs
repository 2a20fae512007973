//! The passage that answers, cut to a few lines, with what matched marked in it.
//!
//! Matching uses the keyword index's own analysis, passed in, so that what is marked is what was found: also inside identifiers,
//! in scripts without spaces and across accents.
//! Marks are byte ranges of plain text, never markup; [`utf16`] converts them for a web view.

mod excerpt;
mod terms;

pub use excerpt::{Snippet, utf16};
pub use terms::Terms;

use atom_index::keyword::Token;
use std::ops::Range;
use terms::Match;

/// The keyword index's analysis of a text.
pub type Analyze<'a> = &'a dyn Fn(&str) -> Vec<Token>;

/// Characters of a snippet, about.
pub(crate) const SNIPPET_CHARS: usize = 240;

/// Characters that matches may lie apart in one snippet: the rest is for what stands around them.
const WINDOW_CHARS: usize = 200;

/// Counts of one term beyond this add nothing.
const REPEATS: usize = 4;

/// Ranges of `text` that match, in order and apart from one another.
pub fn marks(text: &str, terms: &Terms, analyze: Analyze<'_>) -> Vec<Range<usize>> {
    merged(terms.find(text, analyze).into_iter().map(|found| found.range).collect())
}

/// The beginning of a text, for a hit that no word explains.
pub fn lead(text: &str) -> Option<Snippet> {
    excerpt::cut(text, 0..0, &[])
}

/// Looks for the best passage of an item, one text at a time.
pub struct Finder<'a> {
    terms: &'a Terms,
    analyze: Analyze<'a>,
    best: Option<Found>,
}

struct Found {
    score: f32,
    /// Of the terms that it has.
    weight: f32,
    text: String,
    window: Range<usize>,
    matches: Vec<Range<usize>>,
}

impl<'a> Finder<'a> {
    /// A finder of `terms`.
    pub fn new(terms: &'a Terms, analyze: Analyze<'a>) -> Self {
        Self { terms, analyze, best: None }
    }

    /// Considers a text; true when no other one can be better: it has every term close together.
    pub fn offer(&mut self, text: &str) -> bool {
        // Taking a text apart costs far more than this look, and one with no more of the terms is hardly better.
        if self.terms.weight_at_most(text) <= self.best.as_ref().map_or(0.0, |best| best.weight) {
            return false;
        }
        let matches = self.terms.find(text, self.analyze);
        let Some((score, weight, window, complete)) = self.densest(text, &matches) else { return false };
        if self.best.as_ref().is_none_or(|best| score > best.score) {
            let matches = matches.into_iter().map(|found| found.range).collect();
            self.best = Some(Found { score, weight, text: text.to_owned(), window, matches });
        }
        complete
    }

    /// The best passage offered, if any matched.
    pub fn finish(self) -> Option<Snippet> {
        let Found { text, window, matches, .. } = self.best?;
        excerpt::cut(&text, window, &merged(matches))
    }

    /// The stretch of a snippet's length with the most and the weightiest terms: its score, the weight of its terms, and whether
    /// it has all of them.
    fn densest(&self, text: &str, matches: &[Match]) -> Option<(f32, f32, Range<usize>, bool)> {
        let width = WINDOW_CHARS * text.len() / text.chars().count().max(1);
        let mut counts = vec![0_usize; self.terms.len()];
        let mut best: Option<(f32, f32, Range<usize>, bool)> = None;
        let mut first = 0;
        for last in matches {
            if let Some(count) = counts.get_mut(last.term) {
                *count += 1;
            }
            while let Some(begin) = matches
                .get(first)
                .filter(|begin| last.range.end > begin.range.start + width && begin.range.start < last.range.start)
            {
                if let Some(count) = counts.get_mut(begin.term) {
                    *count -= 1;
                }
                first += 1;
            }
            let Some(begin) = matches.get(first) else { continue };
            let window = begin.range.start..last.range.end;
            let closeness = 1.0 - (window.len() as f32 / (width.max(1) as f32 * 2.0)).min(0.5);
            let present = || counts.iter().enumerate().filter(|(_, count)| **count > 0);
            let score: f32 = present()
                .map(|(term, count)| self.terms.weight(term) * (1.0 + 0.05 * (*count).min(REPEATS) as f32))
                .sum::<f32>()
                * (0.9 + 0.1 * closeness);
            if best.as_ref().is_none_or(|(known, ..)| score > *known) {
                let weight = present().map(|(term, _)| self.terms.weight(term)).sum();
                best = Some((score, weight, window, counts.iter().all(|count| *count > 0)));
            }
        }
        best
    }
}

/// Ranges in order; those that overlap or touch are one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests;
