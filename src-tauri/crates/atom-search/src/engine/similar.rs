//! What is like an item or a text, by meaning.
//!
//! Some passages of it stand for the whole. An item is as near as its nearest passage is to each of these, on average.

use super::{Answer, Searcher, Shared, blocking};
use crate::fusion::{Fused, NOISE, Near};
use crate::query::{Context, Notice, NoticeCode, plan};
use crate::{Error, Result};
use atom_core::ItemId;
use atom_index::keyword::Sort;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

/// Passages that stand for an item or a text.
const PASSAGES: usize = 8;
/// Hits looked for by each.
const HITS: usize = 60;
/// Characters of a passage of a text.
const PASSAGE_CHARS: usize = 800;
/// Passages of an item looked at, at most.
const LOOKED_AT: usize = 2_000;

/// What to look for the like of.
#[derive(Debug, Clone)]
pub enum Like {
    /// An item; it is not among the answers, nor are its copies.
    Item(ItemId),
    /// A text.
    Text(String),
}

impl Searcher {
    /// What is like an item or a text.
    ///
    /// # Errors
    /// If the store or the vector index fails, or the item is gone.
    ///
    /// # Cancel safety
    /// As [`Searcher::search`].
    pub async fn similar(&self, like: Like, limit: usize) -> Result<Answer> {
        let begun = Instant::now();
        let mut answer = Answer::default();
        let Some((vectors, embedder)) = self.shared.by_meaning() else {
            let text = "Nothing can be compared: meaning search is not set up";
            answer.notices.push(Notice::new(NoticeCode::MeaningOff, text));
            return Ok(answer);
        };
        let (shared, asked) = (Arc::clone(&self.shared), like.clone());
        let (passages, not) = blocking("reading what to compare with", move || shared.sample(&asked)).await?;
        if passages.is_empty() {
            let text = "There is no text to compare with";
            answer.notices.push(Notice::new(NoticeCode::EmptyQuery, text));
            return Ok(answer);
        }
        let count = passages.len() as f32;
        let mut likeness: HashMap<ItemId, (f32, Near)> = HashMap::new();
        for passage in passages {
            let embedder = embedder.clone();
            let vector = blocking("embedding", move || embedder.embed_blocking(&passage)).await?;
            let mut nearest: HashMap<ItemId, Near> = HashMap::new();
            for hit in vectors.search(&vector, HITS, None).await? {
                let near = Near { item: hit.item, chunk: hit.chunk, similarity: hit.similarity };
                nearest.entry(hit.item).or_insert(near);
            }
            for (item, near) in nearest {
                let (sum, best) = likeness.entry(item).or_insert((0.0, near));
                *sum += (near.similarity - NOISE).max(0.0) / count;
                if near.similarity > best.similarity {
                    *best = near;
                }
            }
        }
        likeness.retain(|item, (sum, _)| *sum > 0.0 && !not.contains(item));
        let fused = ranked(likeness);
        let total = fused.len();
        let shared = Arc::clone(&self.shared);
        answer.hits = blocking("reading hits", move || {
            let nothing = plan("", &Context { now: shared.now(), typing: false, sources: &|_| Vec::new() });
            let hits = shared.present(&nothing, fused, &HashSet::new(), Sort::Best, 0..limit.saturating_add(1))?;
            // Its copies are one hit, which has its very content.
            let mut hits = shared.without_copies(hits, &like)?;
            hits.truncate(limit);
            Ok(hits)
        })
        .await?;
        answer.total = if answer.hits.len() < limit { answer.hits.len() } else { total };
        answer.took_ms = begun.elapsed().as_secs_f64() * 1_000.0;
        Ok(answer)
    }
}

fn ranked(likeness: HashMap<ItemId, (f32, Near)>) -> Vec<Fused> {
    let mut fused: Vec<Fused> = likeness
        .into_iter()
        .map(|(item, (score, near))| Fused {
            item,
            score,
            words_rank: None,
            some_words: false,
            meaning_rank: None,
            near: Some(near),
            boosts: Vec::new(),
        })
        .collect();
    fused.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    for (rank, hit) in (1..).zip(&mut fused) {
        hit.meaning_rank = Some(rank);
    }
    fused
}

impl Shared {
    /// Passages that stand for the whole, and what must not be among the answers.
    fn sample(&self, like: &Like) -> Result<(Vec<String>, HashSet<ItemId>)> {
        Ok(match like {
            Like::Item(item) => {
                if self.library.items(&[*item])?.is_empty() {
                    return Err(Error::Gone);
                }
                let all = self.library.chunks_from(*item, 0, LOOKED_AT)?;
                (spread(all.into_iter().map(|chunk| chunk.text).collect()), HashSet::from([*item]))
            }
            Like::Text(text) => (spread(cut(text)), HashSet::new()),
        })
    }

    /// Hits without those that have the very content of the item asked for.
    fn without_copies(&self, mut hits: Vec<super::Hit>, like: &Like) -> Result<Vec<super::Hit>> {
        if let Like::Item(item) = like
            && let Some(hash) = self.library.items(&[*item])?.into_iter().find_map(|facts| facts.content_hash)
        {
            hits.retain(|hit| hit.facts.content_hash.as_ref() != Some(&hash));
        }
        for (rank, hit) in (1..).zip(&mut hits) {
            hit.rank = rank;
        }
        Ok(hits)
    }
}

/// The first passages, which say what it is about, and others from all over it.
fn spread(all: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = all.into_iter().filter(|text| text.chars().any(char::is_alphanumeric)).collect();
    if all.len() <= PASSAGES {
        return all;
    }
    let first = PASSAGES / 4;
    let rest = all.split_off(first);
    let wanted = PASSAGES - first;
    let step = rest.len() as f32 / wanted as f32;
    let chosen: HashSet<usize> = (0..wanted).map(|at| (at as f32 * step) as usize).collect();
    all.extend(rest.into_iter().enumerate().filter(|(at, _)| chosen.contains(at)).map(|(_, text)| text));
    all
}

/// A text in passages of some sentences, cut between words.
fn cut(text: &str) -> Vec<String> {
    let (mut passages, mut passage, mut length) = (Vec::new(), String::new(), 0);
    for word in text.split_whitespace() {
        let more: String = word.chars().take(PASSAGE_CHARS).collect();
        if length > PASSAGE_CHARS {
            passages.push(std::mem::take(&mut passage));
            length = 0;
        }
        if !passage.is_empty() {
            passage.push(' ');
        }
        length += more.chars().count() + 1;
        passage.push_str(&more);
    }
    passages.push(passage);
    passages
}

#[cfg(test)]
mod tests {
    use super::{PASSAGES, cut, spread};

    #[test]
    fn a_long_text_is_represented_from_its_beginning_to_its_end() {
        let all: Vec<String> = (0..100).map(|at| at.to_string()).collect();
        let chosen = spread(all);
        assert_eq!(chosen.len(), PASSAGES);
        assert_eq!(chosen.get(..2).unwrap(), ["0", "1"]);
        assert!(chosen.last().unwrap().parse::<usize>().unwrap() > 80);
        assert_eq!(spread(vec!["a".to_owned(), " . ".to_owned()]), ["a"]);
    }

    #[test]
    fn a_text_is_cut_between_words_and_keeps_all_of_them() {
        let text = "word ".repeat(1_000);
        let passages = cut(&text);
        assert!(passages.len() > 4);
        assert_eq!(passages.join(" "), text.trim());
        assert_eq!(spread(cut("  ")), Vec::<String>::new());
    }
}
