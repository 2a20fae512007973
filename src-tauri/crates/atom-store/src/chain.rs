//! The chain inside the database: one link for every write transaction.
//!
//! `link(n) = HMAC-SHA256(key, domain | link before | seq | txid)`, with a random txid, so that two histories that went
//! apart never meet again. A link is in the same transaction as what it stands for: both are durable, or neither.
//! Sequence numbers rise; they skip only where a loss was accepted.
//!
//! The last [`KEPT`] links stay, and all that the anchor still names: the database can show that it continues from what the
//! anchor knows, however many commits came after it.

use crate::anchor::{AnchorKey, IndexHeads, IndexName};
use crate::error::{During, Error, Result};
use atom_core::IndexHead;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Links that are kept behind the newest one: the copy of the anchor in the keychain is up to ten minutes old, and bulk
/// indexing commits about ten times a second. 80 bytes each.
const KEPT: u64 = 8_192;
/// Old links are removed once in so many commits.
const PRUNE_EVERY: u64 = 256;
const CHAIN_DOMAIN: &[u8] = b"atom/chain/v1";
const ADVANCING: &str = "advancing the chain of commits";
const READING: &str = "reading the chain of commits";

/// One link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// Number of the write transaction.
    pub(crate) seq: u64,
    pub(crate) value: [u8; 32],
}

/// The first link of a new chain, and the id that it was made with.
pub(crate) fn genesis(key: &AnchorKey) -> Result<(Link, [u8; 16])> {
    let txid = random_id()?;
    Ok((link(key, &[0; 32], 0, &txid), txid))
}

fn link(key: &AnchorKey, before: &[u8; 32], seq: u64, txid: &[u8; 16]) -> Link {
    Link { seq, value: key.mac(&[CHAIN_DOMAIN, before, &seq.to_be_bytes(), txid]) }
}

/// A random id.
///
/// # Errors
/// [`Error::Io`] if the system gives no random bytes.
pub(crate) fn random_id() -> Result<[u8; 16]> {
    let mut id = [0; 16];
    getrandom::fill(&mut id)
        .map_err(|error| Error::Io { operation: "drawing random bytes", source: std::io::Error::other(error) })?;
    Ok(id)
}

/// The newest link; none in a database without a chain.
pub(crate) fn head(db: &Connection) -> Result<Option<Link>> {
    let mut statement = db.prepare_cached("SELECT seq, link FROM chain ORDER BY seq DESC LIMIT 1").during(READING)?;
    statement.query_row([], link_of).optional().during(READING)
}

/// The newest link of a database whose schema may be older than chains.
pub(crate) fn head_if_any(db: &Connection) -> Result<Option<Link>> {
    let known: bool = db
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'chain')", [], |row| row.get(0))
        .during(READING)?;
    if known { head(db) } else { Ok(None) }
}

fn link_of(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link { seq: row.get::<_, i64>(0)?.cast_unsigned(), value: row.get(1)? })
}

/// Begins the chain.
pub(crate) fn begin(db: &Connection, first: Link, txid: [u8; 16]) -> Result<()> {
    insert(db, first, txid)
}

/// Adds the next link; its number is at least `at_least`.
pub(crate) fn advance(db: &Connection, key: &AnchorKey, at_least: u64) -> Result<Link> {
    let last = head(db)?.ok_or(Error::Damaged { operation: ADVANCING })?;
    let txid = random_id()?;
    let next = link(key, &last.value, last.seq.saturating_add(1).max(at_least), &txid);
    insert(db, next, txid)?;
    Ok(next)
}

fn insert(db: &Connection, link: Link, txid: [u8; 16]) -> Result<()> {
    db.prepare_cached("INSERT INTO chain (seq, txid, link) VALUES (?1, ?2, ?3)")
        .during(ADVANCING)?
        .execute(params![link.seq.cast_signed(), txid, link.value])
        .during(ADVANCING)?;
    Ok(())
}

/// Removes links that nothing can ask for any more; `floor` is the oldest that an anchor names.
pub(crate) fn prune(db: &Connection, head: Link, floor: u64) -> Result<()> {
    if !head.seq.is_multiple_of(PRUNE_EVERY) {
        return Ok(());
    }
    let bound = head.seq.saturating_sub(KEPT).min(floor);
    db.prepare_cached("DELETE FROM chain WHERE seq < ?1")
        .during(ADVANCING)?
        .execute([bound.cast_signed()])
        .during(ADVANCING)?;
    Ok(())
}

/// Whether `named` is a link of this chain, and every later one follows from it.
pub(crate) fn continues_from(db: &Connection, key: &AnchorKey, named: Link) -> Result<bool> {
    let mut statement =
        db.prepare_cached("SELECT seq, link, txid FROM chain WHERE seq >= ?1 ORDER BY seq").during(READING)?;
    let mut rows = statement.query([named.seq.cast_signed()]).during(READING)?;
    let mut last: Option<Link> = None;
    while let Some(row) = rows.next().during(READING)? {
        let found = link_of(row).during(READING)?;
        let expected = match last {
            None => named,
            Some(last) => link(key, &last.value, found.seq, &row.get(2).during(READING)?),
        };
        if found != expected {
            return Ok(false);
        }
        last = Some(found);
    }
    Ok(last.is_some())
}

/// What is recorded of both indexes.
pub(crate) fn heads(db: &Connection) -> Result<IndexHeads> {
    const OPERATION: &str = "reading the heads of the indexes";
    let mut statement =
        db.prepare_cached("SELECT series, version, digest FROM index_head WHERE name = ?1").during(OPERATION)?;
    let mut one = |name: IndexName| {
        statement
            .query_row([name.as_str()], |row| {
                let version: i64 = row.get(1)?;
                Ok(IndexHead { series: row.get(0)?, version: version.cast_unsigned(), digest: row.get(2)? })
            })
            .optional()
            .during(OPERATION)
    };
    Ok(IndexHeads { words: one(IndexName::Words)?, meaning: one(IndexName::Meaning)? })
}

/// Records where an index stands.
pub(crate) fn record_head(db: &Connection, name: IndexName, head: &IndexHead) -> Result<()> {
    const OPERATION: &str = "recording the head of an index";
    db.prepare_cached(
        "INSERT INTO index_head (name, series, version, digest) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET series = excluded.series, version = excluded.version, digest = excluded.digest",
    )
    .during(OPERATION)?
    .execute(params![name.as_str(), head.series, head.version.cast_signed(), head.digest])
    .during(OPERATION)?;
    Ok(())
}

/// Forgets where an index stood: it is made anew.
pub(crate) fn forget_head(db: &Connection, name: IndexName) -> Result<()> {
    db.execute("DELETE FROM index_head WHERE name = ?1", [name.as_str()]).during("forgetting the head of an index")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AnchorKey {
        AnchorKey::derive(&[7; 32])
    }

    fn chain_of(links: u64) -> (Connection, Vec<Link>) {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("migrations/0005_anchor.sql")).unwrap();
        let (first, txid) = genesis(&key()).unwrap();
        begin(&db, first, txid).unwrap();
        let mut all = vec![first];
        db.execute_batch("BEGIN").unwrap();
        all.extend((0..links).map(|_| advance(&db, &key(), 0).unwrap()));
        db.execute_batch("COMMIT").unwrap();
        (db, all)
    }

    #[test]
    fn a_link_is_the_known_answer() {
        // Computed from the description above by another implementation.
        let value = link(&key(), &[1; 32], 2, &[3; 16]).value;
        let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "fd591f10a7fe392a1afcfbe9a2fed867e8324c37717a708eedd91075ef63870c");
    }

    #[test]
    fn a_chain_continues_from_each_of_its_links_and_from_no_other() {
        let (db, links) = chain_of(20);
        for named in &links {
            assert!(continues_from(&db, &key(), *named).unwrap());
            let mut other = *named;
            other.value[5] ^= 1;
            assert!(!continues_from(&db, &key(), other).unwrap());
        }
        assert!(!continues_from(&db, &key(), Link { seq: 21, value: [0; 32] }).unwrap());
    }

    #[test]
    fn a_changed_link_or_id_breaks_what_comes_before_it_only() {
        for change in ["UPDATE chain SET txid = zeroblob(16) WHERE seq = 10", "DELETE FROM chain WHERE seq = 10"] {
            let (db, links) = chain_of(20);
            db.execute_batch(change).unwrap();
            assert!(!continues_from(&db, &key(), links[9]).unwrap(), "{change}");
            assert!(continues_from(&db, &key(), links[11]).unwrap(), "{change}");
        }
    }

    #[test]
    fn numbers_may_skip_and_the_chain_still_continues() {
        let (db, links) = chain_of(3);
        assert_eq!(advance(&db, &key(), 100).unwrap().seq, 100);
        assert_eq!(advance(&db, &key(), 0).unwrap().seq, 101);
        assert!(continues_from(&db, &key(), links[0]).unwrap());
    }

    #[test]
    fn what_the_anchor_names_is_kept_however_long_the_chain_grows() {
        let (db, links) = chain_of(PRUNE_EVERY * 80);
        let head = *links.last().unwrap();
        let count = || {
            let rows: i64 = db.query_row("SELECT count(*) FROM chain", [], |row| row.get(0)).unwrap();
            rows.cast_unsigned()
        };
        prune(&db, head, 5).unwrap();
        assert!(continues_from(&db, &key(), links[5]).unwrap());
        assert_eq!(count(), head.seq + 1 - 5);
        prune(&db, head, head.seq - 1).unwrap();
        assert_eq!(count(), KEPT + 1);
        assert!(continues_from(&db, &key(), links[usize::try_from(head.seq - KEPT).unwrap()]).unwrap());
    }
}
