//! Dates as documents write them, to Unix milliseconds.

/// `D:20240131235959+01'00'` of PDF.
pub(crate) fn parse_pdf(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let year = number(0, 4)?;
    let [month, day] = [number(4, 6).unwrap_or(1), number(6, 8).unwrap_or(1)];
    let [hour, minute, second] = [number(8, 10), number(10, 12), number(12, 14)].map(Option::unwrap_or_default);
    let zone: Vec<char> = text.chars().skip(digits.len()).filter(|c| *c != '\'' && *c != ':').collect();
    from_parts([year, month, day, hour, minute, second], offset_minutes(&zone))
}

/// `2024-01-31T23:59:59+01:00` of XML formats; the time and the zone may be missing.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next().flatten().unwrap_or(1), date.next().flatten().unwrap_or(1));
    let (clock, zone) = time.find(['Z', '+', '-']).map_or((time, ""), |at| time.split_at(at));
    let mut clock = clock.split([':', '.']).map(|part| part.parse::<i64>().unwrap_or(0));
    let mut next = || clock.next().unwrap_or(0);
    let parts = [year, month, day, next(), next(), next()];
    let zone: Vec<char> = zone.chars().filter(|c| *c != ':').collect();
    from_parts(parts, offset_minutes(&zone))
}

/// A date in whichever of the usual forms: ISO, digits in a row, EXIF's colons, or a mail's `Thu, 29 Feb 2024 12:00:00 +0000`.
pub(crate) fn parse_any(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.bytes().take(8).all(|byte| byte.is_ascii_digit()) {
        return parse_pdf(&text.replacen('T', "", 1));
    }
    if text.as_bytes().get(4) == Some(&b':') {
        return parse_iso(&text.replacen(':', "-", 2));
    }
    parse_iso(text).or_else(|| parse_mail(text))
}

fn parse_mail(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.split_once(',').map_or(text, |(_, after)| after);
    let mut words = text.split_whitespace();
    let day = words.next()?.parse().ok()?;
    let name = words.next()?.get(..3)?.to_ascii_lowercase();
    let month = i64::try_from(MONTHS.iter().position(|month| *month == name)?).ok()? + 1;
    let year = words.next()?.parse().ok()?;
    let mut clock = words.next().unwrap_or("0:0").split(':').map(|part| part.parse::<i64>().unwrap_or(0));
    let mut next = || clock.next().unwrap_or(0);
    let parts = [year, month, day, next(), next(), next()];
    let zone: Vec<char> = words.next().unwrap_or_default().chars().collect();
    from_parts(parts, offset_minutes(&zone))
}

/// The ticks of Windows, tenths of a microsecond since 1601; none for 0.
pub(crate) fn of_filetime(ticks: u64) -> Option<i64> {
    let ms = i64::try_from(ticks / 10_000).ok().filter(|ms| *ms > 0)?;
    Some(ms - 11_644_473_600_000)
}

/// What a clock without a zone showed, taken for UTC.
pub(crate) fn of_parts(parts: [i64; 6]) -> Option<i64> {
    from_parts(parts, 0)
}

/// A moment as `2024-02-29 12:00`, in UTC.
pub(crate) fn spoken(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let (year, month, day) = atom_core::date_of_days(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

fn offset_minutes(zone: &[char]) -> i64 {
    let [sign @ ('+' | '-'), digits @ ..] = zone else {
        return 0;
    };
    let number = |pair: Option<&[char]>| -> i64 {
        pair.map(|pair| pair.iter().collect::<String>()).and_then(|pair| pair.parse().ok()).unwrap_or(0)
    };
    let minutes = number(digits.get(..2)) * 60 + number(digits.get(2..4));
    if *sign == '-' { -minutes } else { minutes }
}

fn from_parts([year, month, day, hour, minute, second]: [i64; 6], zone: i64) -> Option<i64> {
    let valid = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second)
        && zone.abs() <= 24 * 60;
    if !valid {
        return None;
    }
    // Days since the epoch in the proleptic Gregorian calendar, years beginning in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute - zone) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::{parse_any, parse_iso, parse_pdf, spoken};
    use proptest::prelude::*;

    #[test]
    fn dates_are_read() {
        let check = |found: Option<i64>, expect: Option<i64>| assert_eq!(found, expect);
        check(parse_pdf("D:19700101000000Z"), Some(0));
        check(parse_pdf("D:20240229123456+01'30'"), Some(1_709_204_696_000));
        check(parse_pdf("D:2024"), Some(1_704_067_200_000));
        check(parse_pdf("yesterday"), None);
        check(parse_iso("2024-02-29T12:34:56+01:30"), Some(1_709_204_696_000));
        check(parse_iso("2024-02-29T12:34:56.789Z"), Some(1_709_210_096_000));
        check(parse_iso("2024-02-29"), Some(1_709_164_800_000));
        check(parse_iso("2024-13-29"), None);
        check(parse_iso(""), None);
        check(parse_any("Thu, 29 Feb 2024 12:00:00 +0100"), Some(1_709_204_400_000));
        check(parse_any("2024:02:29 12:34:56"), Some(1_709_210_096_000));
        check(parse_any("20240229T123456Z"), Some(1_709_210_096_000));
        check(parse_any("once"), None);
        assert_eq!(spoken(1_709_210_096_000), "2024-02-29 12:34");
        assert_eq!(spoken(-1000), "1969-12-31 23:59");
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_none(text: String) {
            let _ = parse_pdf(&text);
            let _ = parse_iso(&text);
            let _ = parse_any(&text);
        }
    }
}
