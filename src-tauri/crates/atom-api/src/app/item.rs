//! Handing an item on: its file to a program, its text to the clipboard.

use super::session::item_id;
use super::{App, blocking, search};
use crate::dto::IdRequest;
use crate::error::{ApiError, ApiResult, ErrorCode};
use std::path::PathBuf;

/// More text than this is not for a clipboard, bytes.
const MAX_TEXT: usize = 10_000_000;
/// Passages read at once.
const PAGE: usize = 500;

/// A file to hand to a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFile {
    /// Where it is; of an item in an archive, the archive.
    pub path: PathBuf,
    /// Its media type as Atom knows it; empty when unknown, and for an archive that holds the item.
    pub mime: String,
}

impl App {
    /// The file of an item, for the shell to hand to a program. Counts as use when `opened`.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the item or its file is gone.
    pub async fn item_file(&self, request: IdRequest, opened: bool) -> ApiResult<ItemFile> {
        let (session, id) = (self.session().await?, item_id(&request.id)?);
        let path = self.item_path(request, opened).await?;
        blocking(move || {
            let facts = session.store.item_facts(&[id])?.into_iter().next();
            let mime = facts.filter(|facts| facts.container.is_none()).map(|facts| facts.mime).unwrap_or_default();
            Ok(ItemFile { path, mime })
        })
        .await
    }

    /// All text of an item, for the clipboard.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the item is gone or has no text; [`ErrorCode::InvalidInput`] when it has too much.
    pub async fn item_text(&self, request: IdRequest) -> ApiResult<String> {
        self.touch();
        let session = self.session().await?;
        let id = item_id(&request.id)?;
        blocking(move || {
            if session.store.item_facts(&[id])?.is_empty() {
                return Err(search::gone());
            }
            let (mut text, mut next) = (String::new(), 0);
            loop {
                let page = session.store.chunks_from(id, next, PAGE)?;
                let Some(last) = page.last() else { break };
                next = last.ordinal + 1;
                text.extend(page.iter().map(|passage| passage.text.as_str()));
                if text.len() > MAX_TEXT {
                    let message = "this text is longer than 10 MB, which is too much to copy: open the file instead";
                    return Err(ApiError::new(ErrorCode::InvalidInput, message));
                }
            }
            match text.trim().is_empty() {
                true => Err(ApiError::new(ErrorCode::NotFound, "there is no text in this item to copy")),
                false => Ok(text),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests;
