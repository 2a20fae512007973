//! Which commit of the index this is.
//!
//! The engine counts operations, and keeps a text with each commit that merges carry on. In it are the series, drawn at the
//! first commit of an index, and an id drawn at each: so an older commit, and one of another index, can be told from the
//! newest. The sealed head itself is no use for this, because every merge writes it anew.

use atom_core::IndexHead;
use uuid::Uuid;

const MARK: &str = "atom1";

/// The text of the commit that follows `last`.
pub(super) fn next(last: Option<&IndexHead>) -> String {
    let series = last.map_or_else(Uuid::new_v4, |head| Uuid::from_bytes(head.series));
    format!("{MARK} {} {}{}", series.simple(), Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The commit with this text and number of operations.
pub(super) fn read(payload: &str, version: u64) -> Option<IndexHead> {
    let mut words = payload.split(' ');
    if words.next() != Some(MARK) {
        return None;
    }
    let series = Uuid::try_parse(words.next()?).ok()?.into_bytes();
    let (first, second) = words.next()?.split_at_checked(32)?;
    let mut digest = [0; 32];
    let halves = [Uuid::try_parse(first).ok()?, Uuid::try_parse(second).ok()?];
    let bytes = halves.iter().flat_map(|half| half.as_bytes());
    digest.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    words.next().is_none().then_some(IndexHead { series, version, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_of_one_index_share_the_series_and_nothing_else() {
        let first = read(&next(None), 1).unwrap();
        let second = read(&next(Some(&first)), 2).unwrap();
        assert_eq!((first.series, first.version, second.version), (second.series, 1, 2));
        assert_ne!(first.digest, second.digest);
        assert_ne!(read(&next(None), 1).unwrap().series, first.series);
        for text in ["", "atom1", "atom1 x y", "atom2 00 00", &format!("{} z", next(None))] {
            assert_eq!(read(text, 1), None, "{text}");
        }
    }
}
