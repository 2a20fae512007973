//! Every parser of this crate as a function that has to survive any bytes: for the fuzzing targets and the tests.

use crate::anchor::{ANCHOR_LEN, Anchor, AnchorKey, slots_of};
use crate::{Outline, RawKey, Rebuild, TableOutline};
use std::cell::RefCell;
use std::path::Path;

thread_local! {
    static REBUILD: RefCell<Option<Rebuild>> = const { RefCell::new(None) };
}

/// The anchor: its file as it is, and a slot of any content with a valid code.
///
/// # Panics
/// When an anchor is taken that nobody wrote, or is not what was written.
pub fn anchor(data: &[u8]) {
    let key = AnchorKey::derive(&[7; 32]);
    assert!(slots_of(data, &key) == [None; 2], "an anchor that nobody wrote");
    let mut slot = [0; ANCHOR_LEN];
    slot.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
    crate::anchor::sign(&mut slot, &key);
    if let Some(anchor) = Anchor::decode(&slot, &key) {
        assert!(Anchor::decode(&anchor.encode(&key), &key) == Some(anchor), "an anchor is not what was written");
    }
}

/// Rows of a backup.
///
/// # Panics
/// When the database that they go into cannot be made.
pub fn rows(data: &[u8]) {
    REBUILD.with_borrow_mut(|rebuild| {
        let rebuild = rebuild.get_or_insert_with(|| {
            let table = |name: &str, columns: &str| TableOutline {
                name: name.to_owned(),
                sql: format!("CREATE TABLE {name} ({columns})"),
                rows: 0,
            };
            let tables = vec![table("a", "id INTEGER PRIMARY KEY, text TEXT"), table("b", "x, y, z")];
            let outline = Outline { schema_version: 1, bytes: 0, tables, after: Vec::new() };
            let key = RawKey { key: (&[1; 32]).into(), salt: [2; 16] };
            let made = Rebuild::create(Path::new(":memory:"), &key, outline);
            made.unwrap_or_else(|error| unreachable!("a database in memory: {error}"))
        });
        let _ = rebuild.insert(data);
    });
}

#[cfg(test)]
mod tests {
    use atom_testkit::fuzz::hammer;

    #[test]
    fn no_bytes_break_the_anchor() {
        hammer("anchor", 20_000, super::anchor);
    }

    #[test]
    fn no_bytes_break_rows_of_a_backup() {
        hammer("rows", 10_000, super::rows);
    }
}
