//! What the activity log says: who did what to what, in names that never change.

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditActor {
    /// A person at the windows.
    App,
    /// A person or script at the command line.
    Cli,
    /// Atom itself.
    System,
    /// A connector; the subject names it.
    Connector,
    /// Another program that asks Atom; the subject names it.
    Program,
}

impl AuditActor {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Cli => "cli",
            Self::System => "system",
            Self::Connector => "connector",
            Self::Program => "program",
        }
    }
}

/// What was done. Closed; names never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// The vault was made.
    VaultMade,
    /// The vault was opened; the subject is the way: `passphrase`, `recovery`, `keychain`.
    VaultUnlocked,
    /// The vault was locked; the subject is the reason: `asked`, `idle`, `quit`.
    VaultLocked,
    /// Something that does not open the vault was tried; the subject is the way.
    UnlockRefused,
    /// The record of refused unlocks was unreadable when the vault was opened: some may be missing.
    UnlockRecordDamaged,
    /// A way to open the vault was added, changed or removed; the subject is the way.
    SlotChanged,
    /// The vault has another master key, and everything in it was encrypted again.
    KeyRotated,
    /// Something left the vault in readable form; the subject says what.
    Exported,
    /// A backup was made.
    BackedUp,
    /// A backup was restored.
    Restored,
    /// A source was added; the subject is its path.
    SourceAdded,
    /// A source was removed; the subject is its path.
    SourceRemoved,
    /// A setting was changed; the subject is its name, never its value.
    SettingChanged,
    /// A program was allowed to ask; the subject names it.
    ClientAdded,
    /// A program may ask no longer; the subject names it.
    ClientRemoved,
    /// An outside program was answered; the subject names it.
    ProgramAnswered,
    /// A program showed a token that is not known.
    ProgramRefused,
    /// An index was thrown away and built again; the subject is `words` or `meaning`.
    IndexRebuilt,
    /// A person accepted data older than what was there before.
    RollbackAccepted,
    /// So many entries could not be written, because the disk was full or the database refused.
    EntriesMissed,
    /// Old rows gave way to this checkpoint; the subject counts them by action.
    LogSealed,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [Self; 21] = [
        Self::VaultMade,
        Self::VaultUnlocked,
        Self::VaultLocked,
        Self::UnlockRefused,
        Self::UnlockRecordDamaged,
        Self::SlotChanged,
        Self::KeyRotated,
        Self::Exported,
        Self::BackedUp,
        Self::Restored,
        Self::SourceAdded,
        Self::SourceRemoved,
        Self::SettingChanged,
        Self::ClientAdded,
        Self::ClientRemoved,
        Self::ProgramAnswered,
        Self::ProgramRefused,
        Self::IndexRebuilt,
        Self::RollbackAccepted,
        Self::EntriesMissed,
        Self::LogSealed,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VaultMade => "vault-made",
            Self::VaultUnlocked => "vault-unlocked",
            Self::VaultLocked => "vault-locked",
            Self::UnlockRefused => "unlock-refused",
            Self::UnlockRecordDamaged => "unlock-record-damaged",
            Self::SlotChanged => "slot-changed",
            Self::KeyRotated => "key-rotated",
            Self::Exported => "exported",
            Self::BackedUp => "backed-up",
            Self::Restored => "restored",
            Self::SourceAdded => "source-added",
            Self::SourceRemoved => "source-removed",
            Self::SettingChanged => "setting-changed",
            Self::ClientAdded => "client-added",
            Self::ClientRemoved => "client-removed",
            Self::ProgramAnswered => "program-answered",
            Self::ProgramRefused => "program-refused",
            Self::IndexRebuilt => "index-rebuilt",
            Self::RollbackAccepted => "rollback-accepted",
            Self::EntriesMissed => "entries-missed",
            Self::LogSealed => "log-sealed",
        }
    }

    /// The action of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// Something to write into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub actor: AuditActor,
    /// What.
    pub action: AuditAction,
    /// To what: an id or a name; empty when the action says it all.
    pub subject: String,
    /// How many times in a row; 1 but for what was only counted.
    pub times: u64,
}

impl AuditEntry {
    /// An entry for something that happened once.
    pub fn once(at_ms: i64, actor: AuditActor, action: AuditAction, subject: impl Into<String>) -> Self {
        Self { at_ms, actor, action, subject: subject.into(), times: 1 }
    }
}

/// A row of the log. Names are as stored, so that what was tampered with can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Name of the actor.
    pub actor: String,
    /// Name of the action.
    pub action: String,
    /// To what.
    pub subject: String,
    /// How many times in a row.
    pub times: u64,
}

/// Which rows to list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only these actions; all when empty.
    pub actions: Vec<AuditAction>,
    /// Only from this time on, Unix milliseconds.
    pub since_ms: Option<i64>,
    /// Only before the row of this number.
    pub before: Option<u64>,
}

/// What verifying the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Rows that are there and verify, up to the first that does not.
    pub sound: u64,
    /// Rows that gave way to checkpoints.
    pub sealed: u64,
    /// The first row that is wrong, and how.
    pub broken: Option<AuditBreak>,
}

/// The first place at which the log is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditBreak {
    /// Number of the row.
    pub seq: u64,
    /// What is wrong with it, in plain words.
    pub what: &'static str,
}

impl AuditVerdict {
    pub(super) fn broken_at(self, seq: u64, what: &'static str) -> Self {
        Self { broken: Some(AuditBreak { seq, what }), ..self }
    }
}
