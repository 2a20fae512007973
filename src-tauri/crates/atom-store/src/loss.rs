//! What was lost, in words, and going on without it.
//!
//! A loss is found before anything is written, and nothing is written until a person says so: a backup can still be put
//! back. Going on is recorded here, and stays unsettled until what derives from the database has been compared with it.

use crate::anchor::{Anchor, AnchorKey, Found};
use crate::chain::{self, Link};
use crate::connection::Store;
use crate::error::{During, Result};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::fmt;

/// Ids go on this far behind the last known one, so that none of the lost part comes back for something else.
const SKIPPED_IDS: i64 = 1 << 32;

/// What is wrong with the database, as the anchor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossKind {
    /// The newest commits are not there: an older copy, or a log that was cut or damaged.
    Tail,
    /// The commits are not those that the anchor knows: a copy that went its own way.
    Fork,
    /// There is no database at all.
    Gone,
    /// The anchor is not there: nothing can be said about the newest commits.
    AnchorMissing,
    /// Neither slot of the anchor can be read.
    AnchorDamaged,
}

impl LossKind {
    const ALL: [Self; 5] = [Self::Tail, Self::Fork, Self::Gone, Self::AnchorMissing, Self::AnchorDamaged];

    /// `tail`, `fork`, `gone`, `anchor-missing` or `anchor-damaged`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tail => "tail",
            Self::Fork => "fork",
            Self::Gone => "gone",
            Self::AnchorMissing => "anchor-missing",
            Self::AnchorDamaged => "anchor-damaged",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Committed data that is not there any more, or cannot be shown to be there. Its text is for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// What was found.
    pub kind: LossKind,
    /// Number of the last write transaction in the database.
    pub have: u64,
    /// Number of the last write transaction that the anchor knows to have been durable; `have` where there is no anchor.
    pub want: u64,
    /// When the anchor was written, Unix milliseconds.
    pub anchored_ms: Option<i64>,
}

impl Loss {
    /// How many write transactions are missing, where that can be counted.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.want.saturating_sub(self.have)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { have, want, .. } = self;
        match self.kind {
            LossKind::Tail => write!(
                f,
                "the vault's database is older than it was: the last {} saved changes are missing (it ends at change {have}, and change {want} had been saved)",
                self.missing()
            ),
            LossKind::Fork => write!(
                f,
                "the vault's database is not the one that was saved last: its changes differ from those that were saved (it ends at change {have}, and change {want} of another history had been saved)"
            ),
            LossKind::Gone => write!(f, "the vault's database is gone: {want} changes had been saved in it"),
            LossKind::AnchorMissing => write!(
                f,
                "the file anchor.bin is missing, so that nobody can tell whether the vault's database is the newest one (it ends at change {have})"
            ),
            LossKind::AnchorDamaged => write!(
                f,
                "the file anchor.bin is damaged, so that nobody can tell whether the vault's database is the newest one (it ends at change {have})"
            ),
        }
    }
}

/// A loss that a person chose to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptedLoss {
    /// What was found.
    pub loss: Loss,
    /// When it was accepted, Unix milliseconds.
    pub accepted_ms: i64,
}

/// Compares the chain in the database with the newest anchor, of the file or of the copy kept elsewhere.
pub(crate) fn judge(
    db: &Connection,
    key: &AnchorKey,
    head: Option<Link>,
    found: Found,
    witness: Option<Anchor>,
) -> Result<Option<Loss>> {
    let have = head.map_or(0, |head| head.seq);
    let in_file = if let Found::Valid(anchor) = found { Some(anchor) } else { None };
    let Some(newest) = in_file.into_iter().chain(witness).max_by_key(|anchor| anchor.generation) else {
        let kind = match (found, head) {
            // A database from before there were anchors, or a new one.
            (Found::Missing, None) => return Ok(None),
            (Found::Missing, Some(_)) => LossKind::AnchorMissing,
            (Found::Damaged | Found::Valid(_), _) => LossKind::AnchorDamaged,
        };
        return Ok(Some(Loss { kind, have, want: have, anchored_ms: None }));
    };
    let want = newest.link.seq;
    let loss = |kind| Some(Loss { kind, have, want, anchored_ms: Some(newest.written_ms) });
    let Some(head) = head else {
        // The anchor of a new database is written before its chain begins.
        return Ok(if want == 0 { None } else { loss(LossKind::Tail) });
    };
    if head.seq < want {
        return Ok(loss(LossKind::Tail));
    }
    if !chain::continues_from(db, key, newest.link)? {
        return Ok(loss(LossKind::Fork));
    }
    // At the same commit the recorded heads are those of that commit: an old page in their place is noticed.
    if head.seq == want && chain::heads(db)? != newest.heads {
        return Ok(loss(LossKind::Fork));
    }
    Ok(None)
}

/// Goes on with what is there: records the loss, and keeps what derives from the lost part from being taken for current.
pub(crate) fn accept(tx: &Transaction<'_>, key: &AnchorKey, loss: &Loss, now_ms: i64) -> Result<()> {
    const OPERATION: &str = "accepting a loss";
    tx.execute(
        "INSERT INTO loss (accepted_ms, kind, have, want, anchored_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![now_ms, loss.kind.as_str(), loss.have.cast_signed(), loss.want.cast_signed(), loss.anchored_ms],
    )
    .during(OPERATION)?;
    for table in ["source", "item", "chunk", "job"] {
        tx.execute("INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)", [table])
            .during(OPERATION)?;
    }
    // The activity log counts without gaps: a gap would say that entries were taken out of what is there.
    tx.execute("UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name <> 'audit'", [SKIPPED_IDS]).during(OPERATION)?;
    tx.execute("DELETE FROM index_head", []).during(OPERATION)?;
    // Behind everything that the lost history had numbered.
    chain::advance(tx, key, loss.want.saturating_add(1))?;
    Ok(())
}

impl Store {
    /// The loss that was accepted and whose consequences are not all dealt with, if there is one.
    ///
    /// Before this is settled, the keyword index has to be made anew and the vector index be compared with the store: both
    /// may hold what the lost part had put there.
    ///
    /// # Errors
    /// As every read.
    pub fn unsettled_loss(&self) -> Result<Option<AcceptedLoss>> {
        const OPERATION: &str = "reading an accepted loss";
        self.read(OPERATION, |tx| {
            tx.query_row(&format!("{SELECT} WHERE settled = 0 ORDER BY id DESC LIMIT 1"), [], accepted)
                .optional()
                .during(OPERATION)
        })
    }

    /// Every loss that was ever accepted, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn accepted_losses(&self) -> Result<Vec<AcceptedLoss>> {
        const OPERATION: &str = "reading accepted losses";
        self.read(OPERATION, |tx| {
            let mut statement = tx.prepare(&format!("{SELECT} ORDER BY id")).during(OPERATION)?;
            let rows = statement.query_map([], accepted).during(OPERATION)?;
            rows.collect::<rusqlite::Result<_>>().during(OPERATION)
        })
    }

    /// Notes that both indexes agree with the store again.
    ///
    /// # Errors
    /// As every write.
    pub fn settle_loss(&self) -> Result<()> {
        const OPERATION: &str = "settling an accepted loss";
        self.write(OPERATION, |tx| {
            tx.execute("UPDATE loss SET settled = 1 WHERE settled = 0", []).during(OPERATION)?;
            Ok(())
        })
    }
}

const SELECT: &str = "SELECT kind, have, want, anchored_ms, accepted_ms FROM loss";

fn accepted(row: &Row<'_>) -> rusqlite::Result<AcceptedLoss> {
    let kind = LossKind::parse(&row.get::<_, String>(0)?).unwrap_or(LossKind::Fork);
    let number = |index| Ok::<_, rusqlite::Error>(row.get::<_, i64>(index)?.cast_unsigned());
    let loss = Loss { kind, have: number(1)?, want: number(2)?, anchored_ms: row.get(3)? };
    Ok(AcceptedLoss { loss, accepted_ms: row.get(4)? })
}
