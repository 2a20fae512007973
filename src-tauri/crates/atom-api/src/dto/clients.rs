//! Programs that may ask.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A program that may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it sees all folders, those to come included.
    pub all: bool,
    /// Paths of the folders that it sees otherwise; none are left when they were removed.
    pub sources: Vec<String>,
    /// When it was added.
    #[specta(type = i32)]
    pub created_at: i64,
    /// When it was last answered, to the minute; null before the first time.
    #[specta(type = Option<i32>)]
    pub used_at: Option<i64>,
}

/// Lets a program ask.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientAddRequest {
    /// What to call it.
    pub name: String,
    /// Whether it sees all folders, those to come included.
    pub all: bool,
    /// Ids of the folders that it sees otherwise.
    pub sources: Vec<String>,
}

/// A program may ask now.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientAddResponse {
    /// The program.
    pub client: ClientView,
    /// What it shows to be answered: shown once, kept nowhere.
    pub token: String,
    /// What an assistant starts to ask over MCP, with the token in `ATOM_TOKEN`: the program, then its arguments.
    pub command: Vec<String>,
}
