//! What a command may ask of the desktop: the seam between commands and Tauri, so that commands run in tests without one.

use atom_api::{ApiResult, ItemFile};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tokio::sync::oneshot;

/// A program that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct ProgramView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is, in a few words; may be empty.
    pub detail: String,
    /// Other words for it.
    pub keywords: Vec<String>,
    /// Whether items of this type open with it by default.
    pub is_default: bool,
}

/// Side effects on the person's desktop.
pub trait Desktop: Send + Sync {
    /// Opens a file with the program that the person chose for it.
    ///
    /// # Errors
    /// When the file is gone, or nothing opens it.
    fn open(&self, path: &Path) -> ApiResult<()>;

    /// Shows a file in its folder.
    ///
    /// # Errors
    /// When the file is gone, or there is no file manager.
    fn reveal(&self, path: &Path) -> ApiResult<()>;

    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When there is no clipboard.
    fn copy(&self, text: &str) -> ApiResult<()>;

    /// Programs that are installed and that the desktop shows, by name.
    fn programs(&self) -> Vec<ProgramView>;

    /// Starts one of them.
    ///
    /// # Errors
    /// When there is none with that id, or it does not start.
    fn launch(&self, program: &str) -> ApiResult<()>;

    /// Programs that open a file, the default one first.
    fn programs_for(&self, file: &ItemFile) -> Vec<ProgramView>;

    /// Opens a file with one of them.
    ///
    /// # Errors
    /// When the file is gone, no program with that id opens it, or it does not start.
    fn open_with(&self, file: &ItemFile, program: &str) -> ApiResult<()>;

    /// Hands a file to the person's mail program, as an attachment of a new message; answers when one has it, or none does.
    fn share(&self, path: &Path) -> oneshot::Receiver<ApiResult<()>>;

    /// Lets the person choose a folder in the system's own dialog; `None` when they do not.
    fn pick_folder(&self) -> oneshot::Receiver<Option<PathBuf>>;

    /// Lets the person choose where to save a file, in the system's own dialog, with a name to begin with; `None` when they do not.
    fn pick_save(&self, name: &str) -> oneshot::Receiver<Option<PathBuf>>;

    /// Makes this the key of quick search, and returns the one that it replaces.
    ///
    /// # Errors
    /// When it is no key, or another program has it; the old key then stays.
    fn bind_hotkey(&self, hotkey: &str) -> ApiResult<String>;

    /// Hides quick search.
    fn hide_quick(&self);

    /// Brings the main window to the front, at a page of it when `route` is not empty.
    fn show_main(&self, route: &str);
}
