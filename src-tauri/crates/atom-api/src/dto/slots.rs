//! The ways into the vault, and changing them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A kind of way into the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SlotKind {
    /// A passphrase that a person types.
    Passphrase,
    /// A random key in the system's keychain.
    Keychain,
    /// A code on paper.
    Recovery,
}

/// One way into the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SlotView {
    /// How it opens the vault.
    pub kind: SlotKind,
    /// When it was made.
    #[specta(type = i32)]
    pub created_at: i64,
    /// Which keychain holds its key; none for the other kinds.
    pub backend: Option<String>,
}

/// Every way into the vault, and when it closes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SlotsView {
    /// The ways in.
    pub slots: Vec<SlotView>,
    /// Seconds until the vault locks if nothing is done with it; none when it is locked or never locks by itself.
    pub locks_in_seconds: Option<u32>,
    /// Whether a change of the master key was begun and is not done: the ways in cannot be changed meanwhile.
    pub rotating: bool,
}

/// Shows that the one who asks may change how the vault opens: an open window is not enough for that.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultProof {
    /// The present passphrase or the recovery code; none to ask the system's keychain.
    pub secret: Option<String>,
}

/// Changes the passphrase.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultPassphraseRequest {
    /// Shows that the change is allowed.
    pub proof: VaultProof,
    /// The new passphrase.
    pub passphrase: String,
}

/// A new recovery code that is not in force yet.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultRecoveryView {
    /// The code: shown once, kept nowhere.
    pub code: String,
    /// The two groups to type again, from 1, in order.
    pub groups: (u32, u32),
}

/// Puts the new recovery code in force.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultRecoveryConfirmRequest {
    /// The two groups, as typed.
    pub groups: (String, String),
}

/// Gives the vault another master key, and makes every way in anew.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultRotateRequest {
    /// Shows that the change is allowed.
    pub proof: VaultProof,
    /// A new passphrase; without one the present one stays, if it was the proof.
    pub passphrase: Option<String>,
}
