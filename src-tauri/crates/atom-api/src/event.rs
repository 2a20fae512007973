//! Facts that shells may want to know at once.

use crate::dto::{Settings, StatusView, VaultView};
use serde::{Deserialize, Serialize};

/// Something happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Event {
    /// The index moved on; at most about four a second.
    IndexProgressed(Box<StatusView>),
    /// Sources were added, removed or changed state.
    SourcesChanged,
    /// Background work changed.
    JobsChanged,
    /// The vault was made, opened or locked.
    VaultChanged(VaultView),
    /// A setting changed.
    SettingsChanged(Settings),
    /// A folder's first indexing is done.
    FolderReady {
        /// The folder.
        path: String,
        /// Files that are findable by their words now.
        files: u64,
    },
    /// A kept search has more new matches than were told of.
    SavedSearchFound {
        /// Its name.
        name: String,
        /// How many are new since it was last looked at.
        count: u64,
    },
    /// A backup that ran by itself failed; told once until one ends well.
    BackupFailed {
        /// Why, and what to do.
        message: String,
    },
    /// Another process asked for the quick-search window.
    ToggleRequested,
    /// Another process asked for the main window.
    ShowRequested,
}
