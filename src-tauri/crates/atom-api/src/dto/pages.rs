//! Pages and pictures as they look.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Asks for a page of a PDF, or for a picture.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPageRequest {
    /// The item.
    pub id: String,
    /// The page, from 0; the first one with a match when null.
    pub page: Option<u32>,
    /// Wanted width in pixels.
    pub width: u32,
    /// The query to mark.
    pub query: String,
}

/// A page or a picture, or why it cannot be shown.
#[derive(Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPageView {
    /// The picture as PNG, in base64; null where there is none.
    pub png: Option<String>,
    /// Which page it is, from 0.
    pub page: u32,
    /// How many pages there are; 0 where that is not known.
    pub pages: u32,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// Where the matches stand: left, top, width and height, in parts of the page, of which a side has 65,535.
    pub marks: Vec<(u16, u16, u16, u16)>,
    /// Pages whose text matches, from 0, in order; told only where no page was asked for.
    pub matching: Vec<u32>,
    /// Why there is no picture, in plain words.
    pub reason: Option<String>,
}
