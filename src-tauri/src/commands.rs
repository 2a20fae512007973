//! Adapters from IPC to `atom-api`: one call each, no conditions, no file system. What they decide is decided below them.
//!
//! [`crate::ipc`] lists them; a command that is missing from `src-tauri/permissions` is refused at run time and by a test.

pub mod activity;
pub mod audit;
pub mod backup;
pub mod files;
pub mod item;
pub mod models;
pub mod network;
pub mod personal;
pub mod programs;
pub mod search;
pub mod settings;
pub mod sources;
pub mod status;
pub mod vault;
pub mod window;

use crate::desktop::Desktop;
use std::sync::Arc;
use tauri::State;

/// The use cases.
pub(crate) type Api<'a> = State<'a, Arc<atom_api::App>>;
/// The person's desktop.
pub(crate) type Host<'a> = State<'a, Arc<dyn Desktop>>;
