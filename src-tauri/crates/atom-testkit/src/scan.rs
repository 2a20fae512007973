//! Pictures with words in them, drawn here: what a scanner or a screenshot gives, as BMP and as a PDF without text.

/// A small alphabet, five by seven: rows of a letter from top to bottom, the leftmost dot in the highest of five bits.
const LETTERS: [(char, [u8; 7]); 22] = [
    ('A', [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11]),
    ('B', [0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e]),
    ('C', [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e]),
    ('D', [0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e]),
    ('E', [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f]),
    ('F', [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10]),
    ('G', [0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0e]),
    ('H', [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11]),
    ('I', [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e]),
    ('L', [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f]),
    ('M', [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11]),
    ('N', [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11]),
    ('O', [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e]),
    ('P', [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10]),
    ('Q', [0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d]),
    ('R', [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11]),
    ('S', [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e]),
    ('T', [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04]),
    ('U', [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e]),
    ('V', [0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04]),
    ('W', [0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11]),
    ('Y', [0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04]),
];
/// Dots of the picture for a dot of a letter: what Tesseract reads best.
const SCALE: usize = 3;
const MARGIN: usize = 4;
const ACROSS: usize = 6;
const DOWN: usize = 11;

/// A picture in shades of grey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Rows from top to bottom; 0 is black.
    pub grey: Vec<u8>,
}

/// Lines of capital letters, black on white.
///
/// # Panics
/// At a letter that is not in the alphabet.
pub fn draw(lines: &[&str]) -> Drawn {
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let (width, height) = ((longest * ACROSS + 2 * MARGIN) * SCALE, (lines.len() * DOWN + 2 * MARGIN) * SCALE);
    let is_black = |x: usize, y: usize| {
        let (x, y) = ((x / SCALE).checked_sub(MARGIN)?, (y / SCALE).checked_sub(MARGIN)?);
        let letter = lines.get(y / DOWN)?.chars().nth(x / ACROSS).filter(|&letter| letter != ' ')?;
        let (_, rows) = LETTERS.iter().find(|(known, _)| *known == letter).expect("a letter that can be drawn");
        let row = rows.get(y % DOWN)?;
        Some((x % ACROSS) < 5 && (row >> (4 - x % ACROSS)) & 1 == 1)
    };
    let dots = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let grey = dots.map(|(x, y)| if is_black(x, y) == Some(true) { 0 } else { 255 }).collect();
    Drawn { width, height, grey }
}

impl Drawn {
    /// As a BMP of 256 shades.
    pub fn bmp(&self) -> Vec<u8> {
        let stride = self.width.next_multiple_of(4);
        let head = 14 + 40 + 4 * 256;
        let number = |value: usize| u32::try_from(value).expect("a small picture").to_le_bytes();
        let mut bmp = b"BM".to_vec();
        for value in [head + stride * self.height, 0, head, 40, self.width, self.height] {
            bmp.extend(number(value));
        }
        bmp.extend([1, 0, 8, 0]);
        for value in [0, stride * self.height, 2835, 2835, 256, 0] {
            bmp.extend(number(value));
        }
        bmp.extend((0..=255).flat_map(|shade| [shade, shade, shade, 0]));
        // From bottom to top.
        for row in self.grey.chunks(self.width).rev() {
            bmp.extend_from_slice(row);
            bmp.resize(bmp.len() + stride - row.len(), 255);
        }
        bmp
    }
}

/// A PDF with a page for each picture and no text at all.
pub fn pdf(pages: &[Drawn]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 3 + 3 * page)).collect();
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")).into_bytes(),
    ];
    for (page, drawn) in pages.iter().enumerate() {
        let (width, height) = (drawn.width, drawn.height);
        // At 300 dots per inch.
        let (across, down) = (width as f32 * 0.24, height as f32 * 0.24);
        let next = 3 + 3 * page;
        let (contents, image) = (next + 1, next + 2);
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across} {down}] /Contents {contents} 0 R \
                 /Resources << /XObject << /Im {image} 0 R >> >> >>"
            )
            .into_bytes(),
        );
        let paint = format!("q {across} 0 0 {down} 0 0 cm /Im Do Q");
        objects.push(format!("<< /Length {} >>\nstream\n{paint}\nendstream", paint.len()).into_bytes());
        let mut stream = format!(
            "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray \
             /BitsPerComponent 8 /Length {} >>\nstream\n",
            drawn.grey.len()
        )
        .into_bytes();
        stream.extend_from_slice(&drawn.grey);
        stream.extend_from_slice(b"\nendstream");
        objects.push(stream);
    }
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let table = pdf.len();
    pdf.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for offset in offsets {
        pdf.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    pdf.extend_from_slice(trailer.as_bytes());
    pdf
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn rows_of_a_bmp_are_padded() {
        let drawn = draw(&["LI"]);
        let bmp = drawn.bmp();
        assert_eq!(bmp.len(), 14 + 40 + 1024 + drawn.width.next_multiple_of(4) * drawn.height);
    }
}
