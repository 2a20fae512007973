//! Grouping texts into batches of similar length.
//!
//! A batch is padded to its longest text, so mixing lengths wastes most of the
//! work: texts are taken in order of length, and a batch ends when it would hold
//! more padded tokens than it may.

/// Groups of indices into `lengths`, longest texts first, each of at most `budget` padded tokens.
///
/// Every index is in exactly one group; a text longer than the budget is a group of its own.
pub(crate) fn group_by_length(lengths: &[usize], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<(usize, usize)> = lengths.iter().copied().enumerate().collect();
    // Longest first: the first batch then shows the most memory that will be needed.
    order.sort_by_key(|&(index, length)| (std::cmp::Reverse(length), index));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut widest = 0;
    for (index, length) in order {
        match groups.last_mut() {
            Some(group) if (group.len() + 1) * widest <= budget => group.push(index),
            _ => {
                widest = length.max(1);
                groups.push(vec![index]);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_exactly_one_group() {
        let lengths: Vec<usize> = (0..500).map(|i| (i * 7919) % 257).collect();
        let mut seen: Vec<usize> = group_by_length(&lengths, 1024).concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
    }

    #[test]
    fn no_group_is_wider_than_its_budget() {
        let lengths: Vec<usize> = (0..500).map(|i| (i * 104_729) % 257).collect();
        for group in group_by_length(&lengths, 1024) {
            let widest = group.iter().map(|&index| lengths[index]).max().unwrap();
            assert!(group.len() * widest <= 1024, "{} texts of {widest}", group.len());
        }
    }

    #[test]
    fn text_longer_than_the_budget_goes_alone() {
        assert_eq!(group_by_length(&[10, 5000, 10], 1024), vec![vec![1], vec![0, 2]]);
    }

    #[test]
    fn empty_texts_are_grouped_too() {
        assert_eq!(group_by_length(&[0, 0], 1024), vec![vec![0, 1]]);
        assert!(group_by_length(&[], 1024).is_empty());
    }
}
