//! From the views of the core to what the command line prints.

use atom_api::{ApiError, ApiResult, ErrorCode};
use serde::Serialize;
use serde_json::{Map, Value};

/// A view as JSON with keys in snake case: the command line's stable names.
pub(super) fn snake(view: &impl Serialize) -> ApiResult<Value> {
    let value = serde_json::to_value(view)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("writing JSON: {error}")))?;
    Ok(renamed(value))
}

fn renamed(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object.into_iter().map(|(key, value)| (snake_key(&key), renamed(value))).collect::<Map<_, _>>(),
        ),
        Value::Array(values) => Value::Array(values.into_iter().map(renamed).collect()),
        other => other,
    }
}

fn snake_key(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Ranges of UTF-16 units as ranges of characters, which scripts count in.
pub(super) fn characters(text: &str, ranges: &[(u32, u32)]) -> Vec<(usize, usize)> {
    let at = |unit: u32| {
        let mut units = 0;
        text.chars()
            .take_while(|c| {
                let before = units;
                units += c.len_utf16();
                before < unit as usize
            })
            .count()
    };
    ranges.iter().map(|&(start, end)| (at(start), at(end))).collect()
}

/// A number of things as people read it: `1 file`, `12,400 passages`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1 + thing.len() + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push(' ');
    text.push_str(thing);
    if count != 1 {
        text.push('s');
    }
    text
}

/// A size as people read it.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    while value >= 1000.0
        && let Some(larger) = units.next()
    {
        value /= 1000.0;
        unit = larger;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") }
}

/// The day of a time in milliseconds since the Unix epoch, as `2026-03-01`, in UTC.
pub(super) fn date(ms: i64) -> String {
    // Days since 1 March of year 0, in eras of 400 years, so that a leap day is the last day of its year.
    let days = ms.div_euclid(86_400_000) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Text that cannot act on the terminal: control characters shown, not sent.
pub(super) fn printable(text: &str) -> String {
    let acts =
        |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    text.chars().flat_map(|c| if acts(c) { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::{bytes, characters, counted, date, printable, snake_key};

    #[test]
    fn keys_become_snake_case() {
        assert_eq!(snake_key("etaSeconds"), "eta_seconds");
        assert_eq!(snake_key("path"), "path");
    }

    #[test]
    fn ranges_count_characters() {
        assert_eq!(characters("a😀bc", &[(3, 4), (0, 1)]), [(2, 3), (0, 1)]);
        assert_eq!(characters("abc", &[(1, 3)]), [(1, 3)]);
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let day = |days: i64| date(days * 86_400_000);
        assert_eq!((day(0), day(-1)), ("1970-01-01".to_owned(), "1969-12-31".to_owned()));
        assert_eq!((day(11_016), day(11_017)), ("2000-02-29".to_owned(), "2000-03-01".to_owned()));
        assert_eq!(date(1_795_219_199_999), "2026-11-20");
        assert_eq!(date(1_795_219_200_000), "2026-11-21");
    }

    #[test]
    fn counts_read_well() {
        let texts = [0, 1, 999, 1_000, 12_400, 1_234_567].map(|count| counted(count, "file"));
        assert_eq!(texts, ["0 files", "1 file", "999 files", "1,000 files", "12,400 files", "1,234,567 files"]);
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_500), "1.5 kB");
        assert_eq!(bytes(2_340_000_000), "2.3 GB");
    }

    #[test]
    fn names_cannot_act_on_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
    }
}
