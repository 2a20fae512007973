//! Pictures as they look: decoded, the right way up, made smaller.

use super::input::Input;
use crate::draft::Failure;
use crate::page::{self, Drawn};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::io::BufReader;

/// Most pixels that are decoded: more take more memory than a worker may have.
const MAX_PIXELS: u64 = 100_000_000;
/// Most memory that decoding may take, in bytes.
const MAX_DECODED: u64 = 600 * 1024 * 1024;

/// Decodes a picture, of an animation the first frame, and makes it as wide as wanted where it is wider.
pub(crate) fn picture(input: Input<'_>, wanted: u32) -> Result<Drawn, Failure> {
    let from_disk = |_| Failure::damaged("The picture cannot be read from the disk.");
    let mut reader = ImageReader::new(BufReader::new(input.source())).with_guessed_format().map_err(from_disk)?;
    if reader.format().is_none() {
        return Err(Failure::Unsupported("Only pages of PDFs and pictures can be shown as they look.".to_owned()));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| page::failure_of(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(Failure::TooLarge(format!("A picture of {width} x {height} pixels: too large to be shown here.")));
    }
    // What says nothing of its orientation, or nothing that makes sense, stands upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| page::failure_of(&error))?;
    let mut small = shrunk(decoded, wanted, lies_on_its_side(orientation));
    small.apply_orientation(orientation);
    Ok(Drawn::of_picture(small))
}

/// Whether width and height change places.
const fn lies_on_its_side(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

fn shrunk(picture: DynamicImage, wanted: u32, turned: bool) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let (across, down) = if turned { (height, width) } else { (width, height) };
    let Some((to_across, to_down)) = page::fit(across.into(), down.into(), wanted.min(across)) else {
        return picture;
    };
    if to_across >= across && to_down >= down {
        return picture;
    }
    let (to_width, to_height) = if turned { (to_down, to_across) } else { (to_across, to_down) };
    picture.thumbnail_exact(to_width, to_height)
}
