//! Dates as people write them, as spans of time in the local zone of the person who asks.
//!
//! A date means the whole of what it names: `2024` the year, `2024-05` the month, `today` the day.
//! Relative lengths (`7d`) count back from now, calendar-wise for months and years.

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

/// From inclusive, to exclusive, both in milliseconds since the Unix epoch; open where `None`.
pub(super) type Bounds = (Option<i64>, Option<i64>);

/// What `text` names, `None` where it is not a date.
pub(super) fn period<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> Option<(i64, i64)> {
    let text = fold(text);
    if let Some((first, last)) = days(&text, now.naive_local().date()) {
        return Some((midnight(first, now)?, midnight(last, now)?));
    }
    Some((ago(&text, now)?, now.timestamp_millis().saturating_add(1)))
}

/// `a`, `a..b`, `a..`, `..b`, `>a`, `>=a`, `<a`, `<=a`.
pub(super) fn bounds<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> Option<Bounds> {
    if let Some((from, to)) = text.split_once("..") {
        let to = to.trim_start_matches('.');
        if from.is_empty() && to.is_empty() {
            return None;
        }
        let from = if from.is_empty() { None } else { Some(period(from, now)?.0) };
        let to = if to.is_empty() { None } else { Some(period(to, now)?.1) };
        return Some(match (from, to) {
            (Some(from), Some(to)) if from >= to => {
                let (swapped_from, swapped_to) = (period_start(text, now)?, period_end(text, now)?);
                (Some(swapped_from), Some(swapped_to))
            }
            bounds => bounds,
        });
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return Some((Some(period(rest, now)?.0), None));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Some((None, Some(period(rest, now)?.1)));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Some((Some(period(rest, now)?.1), None));
    }
    if let Some(rest) = text.strip_prefix('<') {
        return Some((None, Some(period(rest, now)?.0)));
    }
    let (from, to) = period(text, now)?;
    Some((Some(from), Some(to)))
}

/// The moment `text` (`7d`, `2w`, `3m`, `1y`, `12h`) before now.
pub(super) fn ago<Tz: TimeZone>(text: &str, now: &DateTime<Tz>) -> Option<i64> {
    let text = fold(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count: u32 = text.get(..digits)?.parse().ok()?;
    let days = |days: u64| now.clone().checked_sub_days(Days::new(days));
    let months = |months: u32| now.clone().checked_sub_months(Months::new(months));
    let hours = |hours: i64| now.clone().checked_sub_signed(Duration::hours(hours));
    let then = match text.get(digits..)? {
        "h" | "hour" | "hours" => hours(i64::from(count)),
        "d" | "day" | "days" => days(u64::from(count)),
        "w" | "week" | "weeks" => days(u64::from(count) * 7),
        "m" | "mo" | "month" | "months" => months(count),
        "y" | "year" | "years" => months(count.checked_mul(12)?),
        _ => return None,
    };
    Some(then?.timestamp_millis())
}

/// The reversed range `b..a` means the same days as `a..b`.
fn period_start<Tz: TimeZone>(range: &str, now: &DateTime<Tz>) -> Option<i64> {
    Some(period(range.split_once("..")?.1.trim_start_matches('.'), now)?.0)
}

fn period_end<Tz: TimeZone>(range: &str, now: &DateTime<Tz>) -> Option<i64> {
    Some(period(range.split_once("..")?.0, now)?.1)
}

fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_lowercase).collect()
}

/// First day and the day after the last.
fn days(text: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    named(text, today).or_else(|| numeric(text))
}

fn named(text: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let week = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let month = today.with_day(1)?;
    let year = month.with_month(1)?;
    Some(match text.replace('-', "").as_str() {
        "today" => one_day(today)?,
        "yesterday" => (today.pred_opt()?, today),
        "tomorrow" => one_day(today.succ_opt()?)?,
        "thisweek" => (week, week + Days::new(7)),
        "lastweek" => (week - Days::new(7), week),
        "thismonth" => (month, month.checked_add_months(Months::new(1))?),
        "lastmonth" => (month.checked_sub_months(Months::new(1))?, month),
        "thisyear" => (year, year.checked_add_months(Months::new(12))?),
        "lastyear" => (year.checked_sub_months(Months::new(12))?, year),
        name => match (weekday(name), month_number(name)) {
            (Some(weekday), _) => {
                let back = (today.weekday().num_days_from_monday() + 7 - weekday) % 7;
                one_day(today - Days::new(u64::from(back)))?
            }
            (None, Some(number)) => {
                let this_year = month.with_month(number)?;
                let first = if this_year > today { this_year.checked_sub_months(Months::new(12))? } else { this_year };
                (first, first.checked_add_months(Months::new(1))?)
            }
            (None, None) => return None,
        },
    })
}

/// `2024`, `2024-05`, `2024-05-01`, with `-`, `/` or `.`; `01.05.2024`; `20240501`.
fn numeric(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u32 = text.parse().ok()?;
        return one_day(NaiveDate::from_ymd_opt(
            i32::try_from(number / 10_000).ok()?,
            number / 100 % 100,
            number % 100,
        )?);
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let small = |part: &str| (1..=2).contains(&part.len()).then(|| part.parse::<u32>().ok()).flatten();
    let year = |part: &str| {
        let year =
            (part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i32>().ok());
        year.flatten().filter(|year| (1900..=2200).contains(year))
    };
    match parts.as_slice() {
        [only] => Some((NaiveDate::from_ymd_opt(year(only)?, 1, 1)?, NaiveDate::from_ymd_opt(year(only)? + 1, 1, 1)?)),
        [first, second] => {
            let first = NaiveDate::from_ymd_opt(year(first)?, small(second)?, 1)?;
            Some((first, first.checked_add_months(Months::new(1))?))
        }
        [first, second, third] => match year(first) {
            Some(year) => one_day(NaiveDate::from_ymd_opt(year, small(second)?, small(third)?)?),
            None if text.contains('.') => {
                one_day(NaiveDate::from_ymd_opt(year(third)?, small(second)?, small(first)?)?)
            }
            None => None,
        },
        _ => None,
    }
}

fn one_day(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    Some((day, day.succ_opt()?))
}

fn weekday(name: &str) -> Option<u32> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    (0..).zip(names).find(|(_, full)| name == *full || full.get(..3) == Some(name)).map(|(number, _)| number)
}

fn month_number(name: &str) -> Option<u32> {
    let names = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    (1..).zip(names).find(|(_, full)| name == *full || full.get(..3) == Some(name)).map(|(number, _)| number)
}

/// The first moment of a day in the zone of `now`: where summer time skips midnight, the moment after the gap.
fn midnight<Tz: TimeZone>(day: NaiveDate, now: &DateTime<Tz>) -> Option<i64> {
    let start = NaiveDateTime::new(day, NaiveTime::MIN);
    let zone = now.timezone();
    (0..4)
        .find_map(|hours| zone.from_local_datetime(&(start + Duration::hours(hours))).earliest())
        .map(|at| at.timestamp_millis())
}
