//! A page or a picture as it looks, to be seen before anything is opened.
//!
//! The worker decodes and draws, and answers with bare pixels; the parent makes a PNG of them. So nothing that a
//! hostile file could have a worker say reaches a decoder of pictures elsewhere: pixels have no form to attack.
//!
//! Left out on purpose: words to mark. The worker says where each letter of a page stands, and whoever asked knows
//! which of them match, by the rules of search.

use crate::draft::Failure;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ColorType, DynamicImage, ImageEncoder, RgbImage, RgbaImage};
use serde::{Deserialize, Serialize};

/// Widest page or picture, in pixels.
const MAX_WIDTH: u32 = 2_000;
/// Highest page or picture, in pixels.
const MAX_HEIGHT: u32 = 4_000;
/// Most pixels: their bytes, four each, are fewer than [`crate::wire::MAX_TEXT`].
const MAX_PIXELS: f64 = 6_000_000.0;
/// Narrowest that is worth drawing, in pixels.
const MIN_WIDTH: u32 = 64;
/// Largest PNG, in bytes; a larger one is made smaller.
const MAX_PNG: usize = 8 * 1024 * 1024;
/// Most letters of a page whose places are told.
pub(crate) const MAX_LETTERS: usize = 20_000;
/// Places are told in parts of the page, of which a side has this many.
const PARTS: f32 = 65_535.0;

/// Which page, and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The page, counted from 0; the last one where there are fewer. A picture has one.
    pub page: u32,
    /// Wanted width in pixels; a picture that is narrower stays as it is.
    pub width: u32,
}

/// Where a letter stands on its page, in parts of it: left, top, right, bottom, each from 0 to 65,535.
pub type Place = [u16; 4];

/// A page or a picture as it looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Which page it is, counted from 0.
    pub index: u32,
    /// How many pages the file has.
    pub pages: u32,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// The picture; empty where this page cannot be drawn.
    pub png: Vec<u8>,
    /// The letters on it, as far as it has a layer of text.
    pub text: String,
    /// Where each letter of the text stands.
    pub places: Vec<Place>,
}

/// What a worker answers: a [`Page`] before it is packed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Drawn {
    pub(crate) index: u32,
    pub(crate) pages: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Whether a pixel has four bytes instead of three.
    pub(crate) has_alpha: bool,
    /// Rows from the top; they follow the answer. None where the page cannot be drawn.
    #[serde(skip)]
    pub(crate) pixels: Vec<u8>,
    pub(crate) text: String,
    pub(crate) places: Vec<Place>,
}

impl Drawn {
    /// A picture that was decoded.
    pub(crate) fn of_picture(picture: DynamicImage) -> Self {
        let (width, height) = (picture.width(), picture.height());
        let has_alpha = picture.color().has_alpha();
        let pixels = if has_alpha { picture.into_rgba8().into_raw() } else { picture.into_rgb8().into_raw() };
        Self { index: 0, pages: 1, width, height, has_alpha, pixels, ..Self::default() }
    }

    /// Whether it is what it says, within the limits: the worker is not trusted.
    pub(crate) fn makes_sense(&self) -> bool {
        let bytes = u64::from(self.width) * u64::from(self.height) * if self.has_alpha { 4 } else { 3 };
        self.index < self.pages
            && self.width <= MAX_WIDTH
            && self.height <= MAX_HEIGHT
            && bytes == self.pixels.len() as u64
            && self.places.len() <= MAX_LETTERS
            && self.places.len() == self.text.chars().count()
    }

    /// Packs it.
    pub(crate) fn pack(self) -> Page {
        let Self { index, pages, width, height, has_alpha, pixels, text, places } = self;
        let picture = if has_alpha {
            RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8)
        } else {
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
        };
        let (png, width, height) = picture.and_then(packed).unwrap_or_default();
        Page { index, pages, width, height, png, text, places }
    }
}

/// The size at which something of that size is drawn: as wide as wanted, within the limits, with the same proportions.
pub(crate) fn fit(width: f64, height: f64, wanted: u32) -> Option<(u32, u32)> {
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return None;
    }
    let wide = f64::from(wanted.clamp(MIN_WIDTH, MAX_WIDTH)) / width;
    let scale = wide.min(f64::from(MAX_HEIGHT) / height).min((MAX_PIXELS / (width * height)).sqrt());
    // Rounding up could pass the limit of pixels.
    Some(((width * scale).floor().max(1.0) as u32, (height * scale).floor().max(1.0) as u32))
}

/// Where something stands on a page of that size, all in pixels from the top left.
pub(crate) fn place(left: f32, top: f32, right: f32, bottom: f32, width: f32, height: f32) -> Place {
    let part = |at: f32, of: f32| (at / of * PARTS).clamp(0.0, PARTS) as u16;
    [part(left, width), part(top, height), part(right, width), part(bottom, height)]
}

/// What there is to say of a picture that does not come to be one.
pub(crate) fn failure_of(error: &image::ImageError) -> Failure {
    match error {
        image::ImageError::Limits(_) => Failure::TooLarge("This picture is too large to be shown.".to_owned()),
        image::ImageError::Unsupported(_) => {
            Failure::Unsupported("A picture of a form that cannot be shown.".to_owned())
        }
        _ => Failure::damaged("The picture is damaged."),
    }
}

/// A picture as PNG with its size; made smaller where it packs badly, as noise does.
fn packed(mut picture: DynamicImage) -> Option<(Vec<u8>, u32, u32)> {
    loop {
        let (width, height) = (picture.width(), picture.height());
        let color = if picture.color().has_alpha() { ColorType::Rgba8 } else { ColorType::Rgb8 };
        let mut png = Vec::new();
        PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
            .write_image(picture.as_bytes(), width, height, color.into())
            .ok()?;
        if png.len() <= MAX_PNG {
            return Some((png, width, height));
        }
        let scale = 0.9 * (MAX_PNG as f64 / png.len() as f64).sqrt();
        let less = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        picture = picture.thumbnail_exact(less(width), less(height));
    }
}

#[cfg(test)]
mod tests {
    use super::{Drawn, MAX_PNG, fit, place};

    #[test]
    fn size_keeps_proportions_and_limits() {
        assert_eq!(fit(612.0, 792.0, 1224), Some((1224, 1584)));
        assert_eq!(fit(100.0, 50.0, 9_000_000), Some((2000, 1000)));
        assert_eq!(fit(10.0, 10_000.0, 800), Some((4, 4000)));
        let (width, height) = fit(100.0, 199.0, 2000).unwrap();
        assert!(u64::from(width) * u64::from(height) <= 6_000_000 && width > 1700, "{width} x {height}");
        assert_eq!(fit(0.0, 10.0, 100), None);
        assert_eq!(fit(f64::NAN, 10.0, 100), None);
    }

    #[test]
    fn places_stay_on_the_page() {
        assert_eq!(place(-5.0, 0.0, 50.0, 400.0, 100.0, 200.0), [0, 0, 32767, 65535]);
    }

    #[test]
    fn noise_is_packed_smaller() {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let pixels: Vec<u8> = (0..2000 * 2000 * 3).map(|_| noise()).collect();
        let drawn = Drawn { pages: 1, width: 2000, height: 2000, pixels, ..Drawn::default() };
        assert!(drawn.makes_sense());
        let page = drawn.pack();
        assert!(page.png.len() <= MAX_PNG && page.width > 1000, "{} bytes, {} wide", page.png.len(), page.width);
    }

    #[test]
    fn answers_that_make_no_sense_are_told() {
        let fine = Drawn { pages: 1, width: 2, height: 1, pixels: vec![0; 6], ..Drawn::default() };
        assert!(fine.makes_sense());
        let check = |change: fn(&mut Drawn)| {
            let mut drawn = fine.clone();
            change(&mut drawn);
            assert!(!drawn.makes_sense(), "{drawn:?}");
        };
        check(|drawn| drawn.has_alpha = true);
        check(|drawn| drawn.pages = 0);
        check(|drawn| drawn.width = u32::MAX);
        check(|drawn| drawn.text.push('a'));
        check(|drawn| drawn.places.push([0; 4]));
    }
}
