//! Sizes as people write them: `1mb`, `>500k`, `1.5gib..2gib`.
//!
//! `kb`, `mb`, `gb` count in thousands and `kib`, `mib`, `gib` in 1,024s.
//! A size without a comparison means what a file manager would show as that number, so `size:1mb` is half a unit to either side.

/// From inclusive, to exclusive, in bytes; open where `None`.
pub(super) type Bounds = (Option<u64>, Option<u64>);

/// `a`, `a..b`, `>a`, `>=a`, `<a`, `<=a`, `empty`.
pub(super) fn bounds(text: &str) -> Option<Bounds> {
    let text = text.trim().to_ascii_lowercase();
    if text == "empty" {
        return Some((None, Some(1)));
    }
    if let Some((from, to)) = text.split_once("..") {
        let to = to.trim_start_matches('.');
        if from.is_empty() && to.is_empty() {
            return None;
        }
        // `1..5mb` means megabytes on both sides.
        let from = if from.is_empty() { None } else { Some(bytes_like(from, to)?) };
        let to = if to.is_empty() { None } else { Some(bytes(to)?) };
        return Some(match (from, to) {
            (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to).saturating_add(1))),
            (from, to) => (from, to.map(|to| to.saturating_add(1))),
        });
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return Some((Some(bytes(rest)?), None));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Some((None, Some(bytes(rest)?.saturating_add(1))));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Some((Some(bytes(rest)?.saturating_add(1)), None));
    }
    if let Some(rest) = text.strip_prefix('<') {
        return Some((None, Some(bytes(rest)?)));
    }
    let size = bytes(&text)?;
    let half = split(&text).map_or(1, |(_, unit)| unit) / 2;
    Some((Some(size.saturating_sub(half)), Some(size.saturating_add(half.max(1)))))
}

/// A number with a unit, in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    in_bytes(number, unit)
}

fn bytes_like(text: &str, other: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let bare = text.trim().ends_with(|c: char| c.is_ascii_digit());
    let unit = if bare { split(other).map_or(unit, |(_, unit)| unit) } else { unit };
    in_bytes(number, unit)
}

// A cast from float to integer saturates, which is what a size beyond all files should do.
fn in_bytes(number: f64, unit: u64) -> Option<u64> {
    (number.is_finite() && number >= 0.0).then_some((number * unit as f64).round() as u64)
}

fn split(text: &str) -> Option<(f64, u64)> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number = text.get(..digits)?.parse().ok()?;
    let unit = match text.get(digits..)?.trim() {
        "" | "b" | "byte" | "bytes" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        "t" | "tb" => 1_000_000_000_000,
        "tib" => 1 << 40,
        _ => return None,
    };
    Some((number, unit))
}
