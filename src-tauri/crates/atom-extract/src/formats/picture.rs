//! Pictures: what they say about themselves. EXIF by kamadak-exif; comments, XMP and IPTC, and the size in pixels, by
//! a look at the head of the file. Nothing is decoded.

use super::bytes::{find, slice, u16_be, u16_le, u32_be, u32_le};
use super::date;
use super::input::Input;
use super::objects::unhexed;
use super::xml::{Piece, Walk, walk};
use crate::draft::{Draft, Failure};
use crate::encoding::decode;
use crate::outcome::Scan;
use exif::{Exif, In, Tag, Value};
use flate2::read::ZlibDecoder;
use std::io::{BufReader, Read};

/// Bytes at the head that are searched for what is not EXIF.
const HEAD: u64 = 2 * 1024 * 1024;
/// Largest file that EXIF is read from, in bytes: a TIFF is read as a whole.
const MAX_EXIF: u64 = 100 * 1024 * 1024;
/// Largest comment, in bytes.
const MAX_COMMENT: u64 = 64 * 1024;
/// Largest profile in the text of a PNG, in bytes of text, and how many are read.
const MAX_PROFILE: u64 = 1024 * 1024;
const MAX_PROFILES: usize = 16;

/// Reads the description of a picture.
pub(crate) fn read(input: Input<'_>, draft: &mut Draft) -> Result<(), Failure> {
    let damaged = |_| Failure::damaged("The picture cannot be read from the disk.");
    let head = input.head(HEAD).map_err(damaged)?;
    if input.size() <= MAX_EXIF {
        let mut source = BufReader::new(input.source());
        describe_any(exif::Reader::new().continue_on_error(true).read_from_container(&mut source), draft);
    }
    if head.starts_with(b"\x89PNG") {
        png(&head, draft);
    } else if head.starts_with(b"GIF8") {
        gif(&head, draft);
    } else if head.starts_with(b"\xff\xd8") {
        jpeg(&head, draft);
    }
    xmp(&head, draft);
    iptc(&head, draft);
    if let Some((width, height)) = size(&head) {
        draft.fact("Picture size", &format!("{width} x {height}"));
        draft.scan = Some(Scan::Picture { width, height });
    }
    Ok(())
}

/// Describes what was read, of which a part that is broken leaves the rest.
fn describe_any(read: Result<Exif, exif::Error>, draft: &mut Draft) {
    if let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| {})) {
        describe(&exif, draft);
    }
}

fn describe(exif: &Exif, draft: &mut Draft) {
    let text = |tag: Tag| exif.get_field(tag, In::PRIMARY).map(|field| ascii(&field.value)).unwrap_or_default();
    let wide = |tag: u16| match exif.get_field(Tag(exif::Context::Tiff, tag), In::PRIMARY).map(|field| &field.value) {
        Some(Value::Byte(bytes)) => {
            encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.trim_end_matches('\0').to_owned()
        }
        _ => String::new(),
    };
    draft.set_title(&wide(0x9c9b));
    draft.set_author(&text(Tag::Artist));
    draft.set_author(&wide(0x9c9d));
    draft.fact("Document name", &text(Tag(exif::Context::Tiff, 0x010d)));
    draft.fact("Description", &text(Tag::ImageDescription));
    draft.fact("Comment", &wide(0x9c9c));
    draft.fact("Keywords", &wide(0x9c9e).replace(';', ", "));
    draft.fact("Subject", &wide(0x9c9f));
    if let Some(Value::Undefined(comment, _)) = exif.get_field(Tag::UserComment, In::PRIMARY).map(|field| &field.value)
    {
        // Eight bytes name the encoding.
        let (code, words) = comment.split_at_checked(8).unwrap_or((&[], comment));
        let words = if code.starts_with(b"UNICODE") {
            encoding_rs::UTF_16LE.decode_without_bom_handling(words).0
        } else {
            decode(words, None)
        };
        draft.fact("Comment", words.trim_matches(['\0', ' ']));
    }
    draft.fact("Camera", &camera(&text(Tag::Make), &text(Tag::Model)));
    draft.fact("Lens", &text(Tag::LensModel));
    let taken = [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
        .into_iter()
        .find_map(|tag| date::parse_any(&text(tag)));
    if let Some(taken) = taken {
        draft.set_created(Some(taken));
        draft.fact("Taken", &date::spoken(taken));
    }
    if let (Some(latitude), Some(longitude)) = (
        degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S"),
        degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W"),
    ) {
        draft.fact("Place", &format!("{latitude:.5}, {longitude:.5}"));
    }
    draft.fact("Copyright", &text(Tag::Copyright));
    draft.fact("Software", &text(Tag::Software));
}

/// Maker and model, the maker once.
fn camera(make: &str, model: &str) -> String {
    if model.starts_with(make) { model.to_owned() } else { format!("{make} {model}") }
}

fn ascii(value: &Value) -> String {
    match value {
        Value::Ascii(parts) => {
            let parts: Vec<_> =
                parts.iter().map(|part| decode(part, None).trim().to_owned()).filter(|part| !part.is_empty()).collect();
            parts.join(", ")
        }
        _ => String::new(),
    }
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: &str) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.get(..3)? else {
        return None;
    };
    let value = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    let sign = exif.get_field(reference, In::PRIMARY).is_some_and(|field| ascii(&field.value) == negative);
    (value.is_finite() && value.abs() <= 180.0).then_some(if sign { -value } else { value })
}

/// Text chunks of a PNG.
fn png(bytes: &[u8], draft: &mut Draft) {
    let (mut at, mut profiles) = (8, 0);
    while let (Some(length), Some(kind)) = (u32_be(bytes, at), slice(bytes, at + 4, 4)) {
        let Some(body) = slice(bytes, at + 8, length as usize) else { return };
        let mut parts = body.splitn(2, |&byte| byte == 0);
        let (key, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let packed = rest.get(1..).unwrap_or_default();
        let words = match kind {
            b"tEXt" | b"zTXt" if key.starts_with(b"Raw profile type ") => {
                profiles += 1;
                if profiles <= MAX_PROFILES {
                    let text = if kind == b"zTXt" { &inflated(packed, MAX_PROFILE) } else { rest };
                    profile(text, draft);
                }
                String::new()
            }
            b"tEXt" => encoding_rs::mem::decode_latin1(rest).into_owned(),
            b"zTXt" => encoding_rs::mem::decode_latin1(&inflated(packed, MAX_COMMENT)).into_owned(),
            b"iTXt" => international(rest),
            _ => String::new(),
        };
        if !words.is_empty() && key != b"XML:com.adobe.xmp" && words.len() < MAX_COMMENT as usize {
            match key {
                b"Title" => draft.set_title(&words),
                b"Author" => draft.set_author(&words),
                _ => draft.fact(&String::from_utf8_lossy(key), &words),
            }
        }
        at = at.saturating_add(12).saturating_add(length as usize);
    }
}

fn international(rest: &[u8]) -> String {
    let packed = rest.first() == Some(&1);
    let text = rest.get(2..).unwrap_or_default().splitn(3, |&byte| byte == 0).nth(2).unwrap_or_default();
    let text = if packed { &inflated(text, MAX_COMMENT) } else { text };
    decode(text, None).into_owned()
}

/// What ImageMagick keeps of another format: name and length in lines of their own, then hexadecimal digits.
fn profile(text: &[u8], draft: &mut Draft) {
    let digits = text.trim_ascii_start().splitn(3, |&byte| byte == b'\n').nth(2).unwrap_or_default();
    let bytes = unhexed(digits);
    if let Some(exif) = bytes.strip_prefix(b"Exif\0\0") {
        describe_any(exif::Reader::new().continue_on_error(true).read_raw(exif.to_vec()), draft);
    } else if bytes.starts_with(&[0x1c, 2]) {
        press(&bytes, draft);
    }
    xmp(&bytes, draft);
    iptc(&bytes, draft);
}

fn inflated(packed: &[u8], limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A damaged end leaves the beginning.
    let _ = ZlibDecoder::new(packed).take(limit).read_to_end(&mut bytes);
    bytes
}

/// Comments of a GIF.
fn gif(bytes: &[u8], draft: &mut Draft) {
    let mut from = 0;
    while let Some(at) = find(bytes, b"\x21\xfe", from) {
        let length = usize::from(bytes.get(at + 2).copied().unwrap_or(0));
        if let Some(comment) = slice(bytes, at + 3, length).filter(|comment| crate::encoding::looks_like_text(comment))
        {
            draft.fact("Comment", &decode(comment, None));
        }
        from = at + 2;
    }
}

/// Comments of a JPEG.
fn jpeg(bytes: &[u8], draft: &mut Draft) {
    let mut at = 2;
    while let (Some(marker), Some(length)) = (u16_be(bytes, at), u16_be(bytes, at + 2)) {
        if marker & 0xff00 != 0xff00 || marker == 0xffda {
            return;
        }
        if marker == 0xfffe
            && let Some(comment) = slice(bytes, at + 4, usize::from(length).saturating_sub(2))
        {
            draft.fact("Comment", &decode(comment, None));
        }
        at += 2 + usize::from(length);
    }
}

/// Adobe's description in XML, wherever in the head it stands.
pub(crate) fn xmp(bytes: &[u8], draft: &mut Draft) {
    let Some(start) = find(bytes, b"<x:xmpmeta", 0) else { return };
    let Some(end) = find(bytes, b"</x:xmpmeta>", start) else { return };
    let packet = bytes.get(start..end + 12).unwrap_or_default();
    let mut open = String::new();
    let (mut make, mut model) = (None, None);
    let _ = walk(packet, |piece| {
        match piece {
            Piece::Start("Description", attributes) => {
                make = make.take().or_else(|| attributes.get("Make"));
                model = model.take().or_else(|| attributes.get("Model"));
                for (name, label) in XMP {
                    if let Some(value) = attributes.get(name) {
                        draft.fact(label, &value);
                    }
                }
            }
            Piece::Start("li" | "Alt" | "Bag" | "Seq", _) => {}
            Piece::Start(name, _) => open = name.to_owned(),
            Piece::Text(text) if !text.trim().is_empty() => match open.as_str() {
                "title" => draft.set_title(text),
                "creator" => {
                    draft.set_author(text);
                    draft.person(text);
                }
                "description" => draft.fact("Description", text),
                "subject" => draft.fact("Keywords", text),
                "PersonInImage" => {
                    draft.person(text);
                    draft.fact("People", text);
                }
                "CreateDate" | "DateCreated" => draft.set_created(date::parse_any(text)),
                "rights" => draft.fact("Copyright", text),
                "Make" if make.is_none() => make = Some(text.to_owned()),
                "Model" if model.is_none() => model = Some(text.to_owned()),
                name => {
                    if let Some((_, label)) = XMP.iter().find(|(known, _)| *known == name) {
                        draft.fact(label, text);
                    }
                }
            },
            Piece::End("Description") => open.clear(),
            _ => {}
        }
        Walk::On
    });
    if !draft.has_fact("Camera") {
        draft.fact("Camera", &camera(&make.unwrap_or_default(), &model.unwrap_or_default()));
    }
}

/// Properties of XMP that are words, and what to call them.
const XMP: [(&str, &str); 7] = [
    ("City", "City"),
    ("State", "State"),
    ("Country", "Country"),
    ("Location", "Place"),
    ("Headline", "Headline"),
    ("Label", "Label"),
    ("CreatorTool", "Software"),
];

/// The description of the press, in Photoshop's resources.
fn iptc(bytes: &[u8], draft: &mut Draft) {
    let Some(resource) = find(bytes, b"8BIM\x04\x04", 0) else { return };
    // The name is a counted string, padded to an even length.
    let name = usize::from(bytes.get(resource + 6).copied().unwrap_or(0));
    let data = resource + 6 + (name + 1).next_multiple_of(2) + 4;
    press(bytes.get(data..).unwrap_or_default(), draft);
}

/// The fields of the description of the press.
fn press(bytes: &[u8], draft: &mut Draft) {
    let mut at = 0;
    while let (Some([0x1c, record, dataset]), Some(length)) = (slice(bytes, at, 3), u16_be(bytes, at + 3)) {
        let Some(value) = slice(bytes, at + 5, usize::from(length)) else { return };
        if *record == 2 {
            let value = decode(value, None);
            match dataset {
                5 => draft.set_title(&value),
                25 => draft.fact("Keywords", &value),
                80 => draft.set_author(&value),
                90 => draft.fact("City", &value),
                92 => draft.fact("Place", &value),
                95 => draft.fact("State", &value),
                101 => draft.fact("Country", &value),
                105 => draft.fact("Headline", &value),
                116 => draft.fact("Copyright", &value),
                120 => draft.fact("Description", &value),
                _ => {}
            }
        }
        at += 5 + usize::from(length);
    }
}

/// Width and height in pixels.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let found = match () {
        () if bytes.starts_with(b"\x89PNG") => u32_be(bytes, 16).zip(u32_be(bytes, 20)),
        () if bytes.starts_with(b"GIF8") => wide(u16_le(bytes, 6), u16_le(bytes, 8)),
        () if bytes.starts_with(b"BM") => {
            u32_le(bytes, 18).zip(u32_le(bytes, 22).map(|height| height.cast_signed().unsigned_abs()))
        }
        () if bytes.starts_with(b"8BPS") => u32_be(bytes, 18).zip(u32_be(bytes, 14)),
        () if bytes.starts_with(b"qoif") => u32_be(bytes, 4).zip(u32_be(bytes, 8)),
        () if bytes.starts_with(b"RIFF") => webp_size(bytes),
        () if bytes.starts_with(b"\xff\xd8") => jpeg_size(bytes),
        () if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => tiff_size(bytes),
        () if bytes.starts_with(b"\0\0\x01\0") => {
            let side = |at: usize| bytes.get(at).map(|&side| if side == 0 { 256 } else { u32::from(side) });
            side(6).zip(side(7))
        }
        () if matches!(bytes, [0x0a, 0..=5, 1, ..]) => {
            let side =
                |from: usize, to: usize| Some(u32::from(u16_le(bytes, to)?.checked_sub(u16_le(bytes, from)?)?) + 1);
            side(4, 8).zip(side(6, 10))
        }
        () => {
            // HEIF, AVIF and JPEG 2000 name it in a box.
            let head = bytes.get(..64 * 1024).unwrap_or(bytes);
            let extent = find(head, b"ispe", 0).and_then(|at| u32_be(head, at + 8).zip(u32_be(head, at + 12)));
            let header = || find(head, b"ihdr", 0).and_then(|at| u32_be(head, at + 8).zip(u32_be(head, at + 4)));
            extent.or_else(header)
        }
    };
    found.filter(|&(width, height)| width > 0 && height > 0 && width < 1 << 20 && height < 1 << 20)
}

fn wide(width: Option<u16>, height: Option<u16>) -> Option<(u32, u32)> {
    width.map(u32::from).zip(height.map(u32::from))
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let three = |at: usize| Some(u32::from(u16_le(bytes, at)?) | u32::from(*bytes.get(at + 2)?) << 16);
    match slice(bytes, 12, 4)? {
        b"VP8X" => Some(three(24)? + 1).zip(Some(three(27)? + 1)),
        b"VP8 " => wide(u16_le(bytes, 26).map(|side| side & 0x3fff), u16_le(bytes, 28).map(|side| side & 0x3fff)),
        b"VP8L" => u32_le(bytes, 21).map(|bits| ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)),
        _ => None,
    }
}

fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (marker, length) = (u16_be(bytes, at)?, u16_be(bytes, at + 2)?);
        if matches!(marker, 0xffc0..=0xffc3 | 0xffc5..=0xffc7 | 0xffc9..=0xffcb | 0xffcd..=0xffcf) {
            return wide(u16_be(bytes, at + 7), u16_be(bytes, at + 5));
        }
        if marker & 0xff00 != 0xff00 {
            return None;
        }
        at += 2 + usize::from(length);
    }
}

fn tiff_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = bytes.starts_with(b"II");
    let short = |at: usize| if little { u16_le(bytes, at) } else { u16_be(bytes, at) };
    let long = |at: usize| if little { u32_le(bytes, at) } else { u32_be(bytes, at) };
    let directory = long(4)? as usize;
    let (mut width, mut height) = (None, None);
    for index in 0..usize::from(short(directory)?) {
        let at = directory.checked_add(2 + index * 12)?;
        let value = if short(at + 2)? == 3 { short(at + 8).map(u32::from) } else { long(at + 8) };
        match short(at)? {
            256 => width = value,
            257 => height = value,
            _ => {}
        }
    }
    width.zip(height)
}

#[cfg(test)]
mod tests {
    use super::super::input::Input;
    use crate::draft::Draft;
    use proptest::prelude::*;
    use std::io::Write;

    fn facts(bytes: &[u8]) -> String {
        let mut draft = Draft::new(10_000);
        super::read(Input::Memory(bytes), &mut draft).unwrap();
        draft.finish("image/x").map(|found| found.text).unwrap_or_default()
    }

    #[test]
    fn sizes_and_comments_are_found() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0abcd".to_vec();
        png.extend_from_slice(b"\0\0\0\x10tEXtAuthor\0A. Personcrc1");
        assert_eq!(facts(&png), "Author: A. Person\nPicture size: 640 x 480");
        assert_eq!(facts(b"GIF89a\x10\0\x08\0\0\0\0\x21\xfe\x05words\0"), "Comment: words\nPicture size: 16 x 8");
        let jpeg = b"\xff\xd8\xff\xfe\0\x07words\xff\xc0\0\x0b\x08\0\x08\0\x10\x01\0\0\0\xff\xda";
        assert_eq!(facts(jpeg), "Comment: words\nPicture size: 16 x 8");
    }

    #[test]
    fn xmp_and_iptc_are_found() {
        let xmp = b"\xff\xd8 <x:xmpmeta><rdf:RDF><rdf:Description photoshop:City='Ulm'><dc:title><rdf:Alt><rdf:li>A title</rdf:li></rdf:Alt></dc:title>\
            <dc:subject><rdf:Bag><rdf:li>one</rdf:li><rdf:li>two</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>";
        assert_eq!(facts(xmp), "Title: A title\nCity: Ulm\nKeywords: one\nKeywords: two");
        let iptc = b"8BPS\0\x018BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x19\0\x03sea\x1c\x02\x5a\0\x03Ulm";
        assert!(facts(iptc).contains("Keywords: sea\nCity: Ulm"), "{}", facts(iptc));
    }

    /// A PNG with a profile that was packed into text.
    fn png_with_profile(name: &str, profile: &[u8]) -> Vec<u8> {
        let digits: String = profile.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = format!("\n{name}\n{:>8}\n{}\n{}\n", profile.len(), &digits[..10], &digits[10..]);
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        let body = [format!("Raw profile type {name}\0\0").as_bytes(), &packed.finish().unwrap()].concat();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&b"\x89PNG\r\n\x1a\n"[..], &length, b"zTXt", &body, b"crc1"].concat()
    }

    #[test]
    fn profiles_in_the_text_of_a_png_are_found() {
        let press = b"\x1c\x02\x50\0\x09A. Person\x1c\x02\x69\0\x03sun";
        let resource = [&b"8BIM\x04\x04\0\0\0\0\0\x16"[..], press].concat();
        assert_eq!(facts(&png_with_profile("8bim", &resource)), "Author: A. Person\nHeadline: sun");
        assert_eq!(facts(&png_with_profile("iptc", press)), "Author: A. Person\nHeadline: sun");
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0d\x01\x02\0\x04\0\0\0abc\0\0\0\0\0";
        assert_eq!(facts(&png_with_profile("exif", exif)), "Document name: abc");
        let xmp = b"<x:xmpmeta><rdf:Description photoshop:City='Ulm'/></x:xmpmeta>";
        assert_eq!(facts(&png_with_profile("xmp", xmp)), "City: Ulm");
        assert_eq!(facts(&png_with_profile("iptc", &[0; 20])), "");
    }

    #[test]
    fn camera_is_told_by_xmp_where_exif_does_not() {
        let xmp = b"\xff\xd8 <x:xmpmeta><rdf:Description tiff:Make='Nokia'><tiff:Model>N78</tiff:Model></rdf:Description></x:xmpmeta>";
        assert_eq!(facts(xmp), "Camera: Nokia N78");
        let tiff = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\x04\0\0\0X1 \0\0\0\0\0";
        assert_eq!(facts(&[&tiff[..], xmp].concat()), "Camera: X1");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(which in 0..10usize, noise in prop::collection::vec(any::<u8>(), 0..300)) {
            const HEADS: [&[u8]; 10] = [b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"8BPS", b"RIFF    WEBPVP8X", b"\xff\xd8", b"II*\0\x08\0\0\0", b"MM\0*", b"\0\0\0\x18ftypheic", b"8BIM\x04\x04"];
            facts(&[HEADS[which], &noise[..]].concat());
        }
    }
}
