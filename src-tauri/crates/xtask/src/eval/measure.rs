//! Figures of rankings: with one right answer to each query, all follow from its rank.

/// Ranks that count at the top.
const TOP: usize = 10;
/// How often signs are drawn for the test of a difference.
const DRAWS: u32 = 10_000;

/// Where the right answer was, query by query; `None` where it was not among the hits.
pub(super) type Ranks = [Option<usize>];

/// Means over queries.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) ndcg_10: f64,
    pub(super) mrr_10: f64,
    pub(super) recall_10: f64,
    pub(super) recall_100: f64,
}

pub(super) fn figures(ranks: &Ranks) -> Figures {
    Figures {
        ndcg_10: mean(ranks, gain),
        mrr_10: mean(ranks, reciprocal),
        recall_10: mean(ranks, |rank| within(rank, TOP)),
        recall_100: mean(ranks, |rank| within(rank, 100)),
    }
}

/// How likely a difference of the mean reciprocal ranks as large as this is by chance: the paired randomisation test.
///
/// Under the hypothesis that both rankings are alike, which of them a query's rank belongs to is by chance.
pub(super) fn chance(one: &Ranks, other: &Ranks) -> f64 {
    let differences: Vec<f64> =
        one.iter().zip(other).map(|(one, other)| reciprocal(*one) - reciprocal(*other)).collect();
    let differences: Vec<f64> = differences.into_iter().filter(|difference| *difference != 0.0).collect();
    let seen = differences.iter().sum::<f64>().abs() - 1e-9;
    let mut random = Random(0x853c_49e6_748f_ea9b);
    let as_large = (0..DRAWS)
        .filter(|_| {
            differences
                .iter()
                .map(|difference| if random.next() { *difference } else { -difference })
                .sum::<f64>()
                .abs()
                >= seen
        })
        .count();
    (as_large as f64 + 1.0) / (f64::from(DRAWS) + 1.0)
}

/// Discounted gain of the one right answer; the ideal is 1.
fn gain(rank: Option<usize>) -> f64 {
    rank.filter(|rank| *rank <= TOP).map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0).log2())
}

fn reciprocal(rank: Option<usize>) -> f64 {
    rank.filter(|rank| *rank <= TOP).map_or(0.0, |rank| 1.0 / rank as f64)
}

fn within(rank: Option<usize>, top: usize) -> f64 {
    f64::from(u8::from(rank.is_some_and(|rank| rank <= top)))
}

fn mean(ranks: &Ranks, value: impl Fn(Option<usize>) -> f64) -> f64 {
    ranks.iter().map(|rank| value(*rank)).sum::<f64>() / (ranks.len().max(1) as f64)
}

/// Xorshift from a fixed beginning: the same data give the same figure.
struct Random(u64);

impl Random {
    fn next(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 63 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::{chance, figures};

    #[test]
    fn figures_are_means_of_what_a_rank_is_worth() {
        let figures = figures(&[Some(1), Some(3), Some(11), None]);
        assert!((figures.ndcg_10 - 0.375).abs() < 1e-9);
        assert!((figures.mrr_10 - 1.0 / 3.0).abs() < 1e-9);
        assert!((figures.recall_10 - 0.5).abs() < 1e-9);
        assert!((figures.recall_100 - 0.75).abs() < 1e-9);
        assert_eq!(super::figures(&[]).ndcg_10, 0.0);
    }

    #[test]
    fn only_a_steady_difference_is_unlikely_by_chance() {
        let (first, second) = ([Some(1); 40], [Some(2); 40]);
        assert!(chance(&first, &second) < 0.001);
        assert!(chance(&first, &first) > 0.99);
        let (one, other) = ([Some(1), Some(2), Some(1), Some(2)], [Some(2), Some(1), Some(2), Some(1)]);
        assert!(chance(&one, &other) > 0.5);
    }
}
