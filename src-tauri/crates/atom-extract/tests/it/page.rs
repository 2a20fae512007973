//! Pages and pictures as they look, drawn by a boxed reader.

use super::fixtures;
use super::support::{file, pdfium, pool};
use atom_core::ItemState;
use atom_extract::{Extractor, FileHint, Limits, Outcome, Page, PageRequest, Place};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;
use std::time::{Duration, Instant};

fn ask(extractor: &Extractor, name: &str, content: &[u8], page: u32, width: u32) -> Result<Page, Box<Outcome>> {
    extractor.page(&file(content), &FileHint::new(name, content.len() as u64), PageRequest { page, width })
}

fn seen(page: &Page) -> RgbaImage {
    let picture = image::load_from_memory_with_format(&page.png, ImageFormat::Png).unwrap();
    assert_eq!((picture.width(), picture.height()), (page.width, page.height));
    picture.into_rgba8()
}

/// Whether there is ink in a place of a page.
fn has_ink(picture: &RgbaImage, [left, top, right, bottom]: Place) -> bool {
    let at = |part: u16, side: u32| (u64::from(part) * u64::from(side) / 65_535) as u32;
    let (width, height) = picture.dimensions();
    (at(top, height)..at(bottom, height).min(height))
        .flat_map(|y| (at(left, width)..at(right, width).min(width)).map(move |x| (x, y)))
        .any(|(x, y)| picture.get_pixel(x, y).0[0] < 128)
}

/// Red on the left, blue on the right.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([230, 0, 0]) } else { Rgb([0, 0, 230]) })
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[track_caller]
fn assert_color(picture: &RgbaImage, x: u32, y: u32, expect: [u8; 3]) {
    let found = picture.get_pixel(x, y).0;
    let near = found.iter().zip(expect).all(|(found, expect)| found.abs_diff(expect) < 40);
    assert!(near, "{found:?} at {x}, {y}");
}

const RED: [u8; 3] = [230, 0, 0];
const BLUE: [u8; 3] = [0, 0, 230];

#[test]
fn pages_of_a_pdf_are_drawn_with_the_places_of_their_letters() {
    if pdfium().is_none() {
        println!("skipped: the PDF library is not set up");
        return;
    }
    let extractor = pool(Limits::default(), 1);
    let content = fixtures::pdf(&["first page", "second page"]);
    let page = ask(&extractor, "a.pdf", &content, 1, 600).unwrap();
    assert_eq!((page.index, page.pages, page.width, page.height), (1, 2, 600, 800));
    assert_eq!(page.text.trim_end(), "second page");
    assert_eq!(page.places.len(), page.text.chars().count());
    let picture = seen(&page);
    for (letter, place) in page.text.chars().zip(&page.places).filter(|(letter, _)| letter.is_alphabetic()) {
        assert!(has_ink(&picture, *place), "no ink for {letter} at {place:?}");
    }
    let [left, top, ..] = page.places[0];
    assert!(left.abs_diff(65_535 / 12) < 200 && (6_000..8_200).contains(&top), "{left}, {top}");
    assert!(!has_ink(&picture, [0, 10_000, 65_535, 65_535]));
    let beyond = ask(&extractor, "a.pdf", &content, 99, 600).unwrap();
    assert_eq!(beyond.index, 1);
}

#[test]
fn letters_of_a_turned_page_are_where_they_are_seen() {
    if pdfium().is_none() {
        println!("skipped: the PDF library is not set up");
        return;
    }
    let upright = String::from_utf8(fixtures::pdf(&["sideways"])).unwrap();
    let content = upright.replace("/Type /Page /Parent", "/Rotate 90  /Parent");
    let page = ask(&pool(Limits::default(), 1), "a.pdf", content.as_bytes(), 0, 1000).unwrap();
    assert_eq!((page.width, page.height), (1000, 750));
    let picture = seen(&page);
    for (letter, place) in page.text.chars().zip(&page.places).filter(|(letter, _)| letter.is_alphabetic()) {
        assert!(has_ink(&picture, *place), "no ink for {letter} at {place:?}");
    }
}

#[test]
fn pictures_of_every_form_are_shown() {
    let extractor = pool(Limits::default(), 1);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
        let page = ask(&extractor, "a.dat", &encoded(two_halves(80, 40), format), 0, 800).unwrap();
        assert_eq!((page.pages, page.width, page.height), (1, 80, 40), "{format:?}");
        let picture = seen(&page);
        assert_color(&picture, 10, 20, RED);
        assert_color(&picture, 70, 20, BLUE);
        assert!(page.text.is_empty() && page.places.is_empty());
    }
}

#[test]
fn large_pictures_are_made_smaller_and_stay_transparent() {
    let extractor = pool(Limits::default(), 1);
    let glass = RgbaImage::from_fn(1600, 400, |x, _| if x < 800 { Rgba([230, 0, 0, 255]) } else { Rgba([0, 0, 0, 0]) });
    let page = ask(&extractor, "a.png", &encoded(glass, ImageFormat::Png), 0, 400).unwrap();
    assert_eq!((page.width, page.height), (400, 100));
    let picture = seen(&page);
    assert_eq!(picture.get_pixel(50, 50).0[3], 255);
    assert_eq!(picture.get_pixel(350, 50).0[3], 0);
    let long = ask(&extractor, "a.png", &encoded(two_halves(20, 9000), ImageFormat::Png), 0, 400).unwrap();
    assert!(long.height <= 4000 && long.width >= 8, "{} x {}", long.width, long.height);
}

#[test]
fn a_photo_is_turned_the_way_it_was_taken() {
    let mut jpeg = encoded(two_halves(80, 40), ImageFormat::Jpeg);
    // Orientation 6 in the head of an EXIF block: to be turned by a quarter, clockwise.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let mut segment = vec![0xff, 0xe1, 0, exif.len() as u8 + 2];
    segment.append(&mut exif);
    jpeg.splice(2..2, segment);
    let extractor = pool(Limits::default(), 1);
    let page = ask(&extractor, "a.jpg", &jpeg, 0, 800).unwrap();
    assert_eq!((page.width, page.height), (40, 80));
    let picture = seen(&page);
    assert_color(&picture, 20, 10, RED);
    assert_color(&picture, 20, 70, BLUE);
    let small = ask(&extractor, "a.jpg", &jpeg, 0, 20).unwrap();
    assert_eq!((small.width, small.height), (40, 80), "a small picture stays as it is");
}

#[test]
fn what_cannot_be_shown_says_why() {
    let extractor = pool(Limits::default(), 1);
    let check = |name: &str, content: &[u8], expect: ItemState, said: &str| {
        let outcome = *ask(&extractor, name, content, 0, 400).unwrap_err();
        assert_eq!(outcome.state(), expect, "{name}: {outcome:?}");
        let reason = outcome.reason().unwrap_or_default();
        assert!(reason.contains(said), "{name}: {reason}");
    };
    check("a.png", b"no picture at all", ItemState::Unsupported, "Only pages of PDFs and pictures");
    check("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", ItemState::Unsupported, "Only pages");
    check("a.tif", b"MM\0*\0\0\0\x08\0\0", ItemState::Unsupported, "of a form that cannot be shown");
    check("a.pdf", b"%PDF-1.4 and nothing more", damaged_pdf(), "PDF");
    let mut png = encoded(two_halves(80, 40), ImageFormat::Png);
    png.truncate(60);
    check("a.png", &png, ItemState::Unreadable, "damaged");
    // A head that speaks of more pixels than anybody has memory for.
    let mut bomb = encoded(two_halves(8, 8), ImageFormat::Bmp);
    bomb[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
    check("a.bmp", &bomb, ItemState::TooLarge, "too large");
    assert!(ask(&extractor, "a.png", &encoded(two_halves(8, 8), ImageFormat::Png), 0, 400).is_ok());
}

fn damaged_pdf() -> ItemState {
    if pdfium().is_some() { ItemState::Unreadable } else { ItemState::Unsupported }
}

#[test]
fn a_reader_that_goes_wrong_over_a_page_costs_that_page() {
    let extractor = pool(Limits { wall_page: Duration::from_millis(300), ..Limits::default() }, 1);
    extractor.sandbox().unwrap();
    let begun = Instant::now();
    assert_eq!(ask(&extractor, "a.x-hang", b"x", 0, 400), Err(Box::new(Outcome::TimedOut)));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let patient = pool(Limits::default(), 1);
    let crashed = ask(&patient, "a.x-abort", b"x", 0, 400).unwrap_err();
    assert!(matches!(*crashed, Outcome::Crashed { .. }), "{crashed:?}");
    // Another answer than the one to that question.
    assert!(matches!(*ask(&patient, "a.x-pid", b"x", 0, 400).unwrap_err(), Outcome::Text(_)));
    assert!(ask(&patient, "a.png", &encoded(two_halves(8, 8), ImageFormat::Png), 0, 400).is_ok());
}
