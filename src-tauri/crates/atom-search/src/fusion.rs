//! One ranking out of two: by words and by meaning.
//!
//! Weighted reciprocal rank fusion, with two departures that keep the weak side from spoiling the strong one:
//! a hit by meaning counts as much as its similarity is worth, and below [`NOISE`] not at all;
//! a hit that has only some of the words counts less than one that has all.
//! Then what people expect before anything else: the thing whose name was typed, then the words in a row;
//! and last a small boost for what is recent and what the person opens.
//!
//! Pure: what is known about an item comes in as [`Signals`].

use atom_core::{ChunkId, ItemId};
use std::collections::HashMap;

/// Cosine similarity below which a hit of the shipped model (all-MiniLM-L6-v2) says nothing, when there are words to go by.
pub const NOISE: f32 = 0.25;

/// The same where meaning is all there is.
pub const NOISE_ALONE: f32 = 0.15;

/// Similarity from which on a hit by meaning counts in full. Fitted on judged sets together with [`HALF_RANK`], see
/// `src-tauri/docs/adr/0014-fusion-fitted-on-judged-sets.md`.
const CERTAIN: f32 = 0.7;

/// The least that a hit by meaning above the noise counts.
const DOUBTFUL: f32 = 0.3;

/// So many ranks below the first, a hit counts half of it. With a slower fall, what both sides have somewhere comes
/// before what one of them has first.
const HALF_RANK: f32 = 6.0;

/// What each side weighs.
const WORDS: f32 = 1.0;
const SOME_WORDS: f32 = 0.8;
const MEANING: f32 = 1.0;

/// As much as being first on another list.
const IN_A_ROW: f32 = 1.0;

/// More than everything else together.
const EXACT_NAME: f32 = 10.0;

/// Shares by which recency and use can raise a score, at most: by one rank and by three at the top, where the second
/// hit is a seventh below the first.
const RECENT: f32 = 0.17;
const OPENED: f32 = 0.65;

const DAY_MS: f32 = 86_400_000.0;

/// A passage near the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The passage's item.
    pub item: ItemId,
    /// The passage.
    pub chunk: ChunkId,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}

/// What each side found, best first.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// Items with all of the words.
    pub words: Vec<ItemId>,
    /// Items with some of the words; those with all may be among them.
    pub some_words: Vec<ItemId>,
    /// Passages by meaning.
    pub meaning: Vec<Near>,
}

/// What is known about an item apart from the query's words.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signals {
    /// Its name or title is what was typed.
    pub exact_name: bool,
    /// It has the words in a row.
    pub in_a_row: bool,
    /// Milliseconds since it changed.
    pub age_ms: i64,
    /// How often it was opened from Atom.
    pub opened_count: u64,
    /// Milliseconds since it was last opened from Atom.
    pub opened_age_ms: Option<i64>,
}

/// Why a hit is where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Boost {
    /// Its name or title is what was typed.
    ExactName,
    /// It has the words in a row.
    InARow,
    /// It changed lately: the share added.
    Recent(f32),
    /// The person opens it: the share added.
    Opened(f32),
}

impl std::fmt::Display for Boost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ExactName => f.write_str("exact name"),
            Self::InARow => f.write_str("words in a row"),
            Self::Recent(share) => write!(f, "recent +{:.0} %", share * 100.0),
            Self::Opened(share) => write!(f, "opened often +{:.0} %", share * 100.0),
        }
    }
}

/// A hit with its place on each side.
#[derive(Debug, Clone, PartialEq)]
pub struct Fused {
    /// The item.
    pub item: ItemId,
    /// Comparable within one search only.
    pub score: f32,
    /// Place by words, from 1.
    pub words_rank: Option<usize>,
    /// Whether it has only some of the words.
    pub some_words: bool,
    /// Place by meaning, from 1.
    pub meaning_rank: Option<usize>,
    /// The passage nearest by meaning.
    pub near: Option<Near>,
    /// What was added.
    pub boosts: Vec<Boost>,
}

/// Merges the sides: best first, each item once. Boosts come later, see [`boost`].
///
/// With no hits by words, those by meaning keep their order; the other way round likewise.
pub fn fuse(candidates: &Candidates) -> Vec<Fused> {
    let mut fused: HashMap<ItemId, Fused> = HashMap::new();
    let entry = |item| Fused {
        item,
        score: 0.0,
        words_rank: None,
        some_words: false,
        meaning_rank: None,
        near: None,
        boosts: Vec::new(),
    };
    let words = candidates.words.iter().map(|item| (*item, false));
    let some_words = candidates.some_words.iter().map(|item| (*item, true));
    let mut rank = 0;
    for (item, some_words) in words.chain(some_words) {
        let hit = fused.entry(item).or_insert_with(|| entry(item));
        if hit.words_rank.is_none() {
            rank += 1;
            hit.words_rank = Some(rank);
            hit.some_words = some_words;
            hit.score += reciprocal(rank) * if some_words { SOME_WORDS } else { WORDS };
        }
    }
    let alone = fused.is_empty();
    let mut rank = 0;
    for near in &candidates.meaning {
        if near.similarity < if alone { NOISE_ALONE } else { NOISE } {
            continue;
        }
        let hit = fused.entry(near.item).or_insert_with(|| entry(near.item));
        if hit.near.is_none() {
            rank += 1;
            hit.meaning_rank = Some(rank);
            hit.near = Some(*near);
            hit.score += MEANING * confidence(near.similarity) * reciprocal(rank);
        }
    }
    let mut hits: Vec<Fused> = fused.into_values().collect();
    sort(&mut hits);
    hits
}

/// Adds what `signals` says and puts the hits in their final order.
pub fn boost(hits: &mut [Fused], signals: impl Fn(ItemId) -> Signals) {
    for hit in hits.iter_mut() {
        let signals = signals(hit.item);
        if signals.exact_name {
            hit.score += EXACT_NAME * reciprocal(1);
            hit.boosts.push(Boost::ExactName);
        }
        if signals.in_a_row {
            hit.score += IN_A_ROW * reciprocal(1);
            hit.boosts.push(Boost::InARow);
        }
        let recent = RECENT * fading(signals.age_ms, 30.0);
        let opened = signals.opened_age_ms.map_or(0.0, |age| {
            let often = (1.0 + signals.opened_count.min(20) as f32).ln() / 21.0_f32.ln();
            OPENED * often * fading(age, 60.0)
        });
        hit.score *= 1.0 + recent + opened;
        hit.boosts.extend((recent >= 0.01).then_some(Boost::Recent(recent)));
        hit.boosts.extend((opened >= 0.01).then_some(Boost::Opened(opened)));
    }
    sort(hits);
}

fn sort(hits: &mut [Fused]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
}

/// What a rank is worth; the first counts 1.
fn reciprocal(rank: usize) -> f32 {
    HALF_RANK / (HALF_RANK + rank as f32 - 1.0)
}

/// How much a similarity is to be trusted, 0 to 1.
fn confidence(similarity: f32) -> f32 {
    let share = ((similarity - NOISE) / (CERTAIN - NOISE)).clamp(0.0, 1.0);
    DOUBTFUL + (1.0 - DOUBTFUL) * share
}

/// 1 now, a half after `days`.
fn fading(age_ms: i64, days: f32) -> f32 {
    0.5_f32.powf(age_ms.max(0) as f32 / DAY_MS / days)
}

#[cfg(test)]
mod tests {
    use super::{Boost, Candidates, Fused, Near, Signals, boost, fuse};
    use atom_core::{ChunkId, ItemId};
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn ids(raw: &[i64]) -> Vec<ItemId> {
        raw.iter().map(|id| ItemId::new(*id)).collect()
    }

    fn near(raw: &[(i64, f32)]) -> Vec<Near> {
        let chunks = 100..;
        chunks
            .zip(raw)
            .map(|(chunk, (item, similarity))| Near {
                item: ItemId::new(*item),
                chunk: ChunkId::new(chunk),
                similarity: *similarity,
            })
            .collect()
    }

    fn order(hits: &[Fused]) -> Vec<i64> {
        hits.iter().map(|hit| hit.item.get()).collect()
    }

    fn old() -> Signals {
        Signals { age_ms: 4_000 * DAY, ..Signals::default() }
    }

    #[test]
    fn both_sides_together_beat_one() {
        let hits = fuse(&Candidates {
            words: ids(&[1, 2, 3]),
            meaning: near(&[(4, 0.6), (3, 0.58)]),
            ..Candidates::default()
        });
        assert_eq!(hits[0].item.get(), 3);
        assert_eq!((hits[0].words_rank, hits[0].meaning_rank), (Some(3), Some(2)));
    }

    #[test]
    fn one_side_alone_keeps_its_order() {
        let words = fuse(&Candidates { words: ids(&[5, 1, 9]), ..Candidates::default() });
        assert_eq!(order(&words), [5, 1, 9]);
        let meaning =
            fuse(&Candidates { meaning: near(&[(5, 0.7), (1, 0.4), (9, 0.2), (8, 0.1)]), ..Candidates::default() });
        assert_eq!(order(&meaning), [5, 1, 9]);
    }

    #[test]
    fn noise_by_meaning_does_not_join_hits_by_words() {
        let hits =
            fuse(&Candidates { words: ids(&[1]), meaning: near(&[(2, 0.24), (1, 0.2)]), ..Candidates::default() });
        assert_eq!(order(&hits), [1]);
        assert_eq!(hits[0].meaning_rank, None);
    }

    #[test]
    fn a_doubtful_likeness_does_not_outrank_the_words() {
        let hits =
            fuse(&Candidates { words: ids(&[1, 2]), meaning: near(&[(3, 0.3), (4, 0.28)]), ..Candidates::default() });
        assert_eq!(order(&hits), [1, 2, 3, 4]);
    }

    #[test]
    fn a_certain_likeness_outranks_some_of_the_words() {
        let hits = fuse(&Candidates { some_words: ids(&[1, 2]), meaning: near(&[(3, 0.7)]), ..Candidates::default() });
        assert_eq!(order(&hits), [3, 1, 2]);
    }

    #[test]
    fn what_one_side_has_first_outranks_what_both_have_far_down() {
        let words: Vec<i64> = (1..=20).collect();
        let meaning: Vec<(i64, f32)> = (31..=50).chain([20]).map(|id| (id, 0.6)).collect();
        let hits = fuse(&Candidates { words: ids(&words), meaning: near(&meaning), ..Candidates::default() });
        assert_eq!(hits[0].item.get(), 1);
        assert_eq!(order(&hits)[..2], [1, 2]);
    }

    #[test]
    fn the_best_passage_stands_for_its_item() {
        let hits = fuse(&Candidates { meaning: near(&[(1, 0.6), (1, 0.59), (2, 0.5)]), ..Candidates::default() });
        assert_eq!(order(&hits), [1, 2]);
        assert_eq!(hits[0].near.unwrap().chunk.get(), 100);
        assert_eq!(hits[1].meaning_rank, Some(2));
    }

    #[test]
    fn items_with_all_words_come_before_those_with_some() {
        let hits = fuse(&Candidates { words: ids(&[7, 8]), some_words: ids(&[9, 8, 7]), ..Candidates::default() });
        assert_eq!(order(&hits), [7, 8, 9]);
        assert_eq!(hits.iter().map(|hit| hit.some_words).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn the_exact_name_comes_first_and_words_in_a_row_next() {
        let mut hits = fuse(&Candidates { words: (1..=50).map(ItemId::new).collect(), ..Candidates::default() });
        boost(&mut hits, |item| Signals { exact_name: item.get() == 40, in_a_row: item.get() == 30, ..old() });
        assert_eq!(order(&hits)[..3], [40, 30, 1]);
        assert_eq!(hits[0].boosts, [Boost::ExactName]);
    }

    #[test]
    fn recency_and_use_decide_between_equals_only() {
        let candidates = Candidates { words: ids(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), ..Candidates::default() };
        let mut hits = fuse(&candidates);
        boost(&mut hits, |item| if item.get() == 2 { Signals::default() } else { old() });
        assert_eq!(order(&hits)[..2], [2, 1]);
        let mut hits = fuse(&candidates);
        boost(&mut hits, |item| if item.get() == 9 { Signals::default() } else { old() });
        assert_eq!(hits[0].item.get(), 1);
        let opened = Signals { opened_count: 20, opened_age_ms: Some(0), ..old() };
        let mut hits = fuse(&candidates);
        boost(&mut hits, |item| if item.get() == 4 { opened } else { old() });
        assert_eq!(hits[0].item.get(), 4);
        assert_eq!(hits[0].boosts[0].to_string(), "opened often +65 %");
    }

    proptest! {
        #[test]
        fn every_candidate_comes_out_once_in_order_of_score(
            words in prop::collection::vec(0_i64..40, 0..30),
            some in prop::collection::vec(0_i64..40, 0..30),
            meaning in prop::collection::vec((0_i64..40, -1.0_f32..1.0), 0..30),
        ) {
            let candidates = Candidates { words: ids(&words), some_words: ids(&some), meaning: near(&meaning) };
            let mut hits = fuse(&candidates);
            boost(&mut hits, |_| old());
            let mut seen = std::collections::HashSet::new();
            prop_assert!(hits.iter().all(|hit| seen.insert(hit.item)));
            prop_assert!(words.iter().chain(&some).all(|id| seen.contains(&ItemId::new(*id))));
            prop_assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
            prop_assert!(hits.iter().all(|hit| hit.score > 0.0 && hit.score.is_finite()));
            prop_assert!(hits.iter().all(|hit| hit.words_rank.is_some() || hit.near.is_some()));
        }
    }
}
