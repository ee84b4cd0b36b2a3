//! Dates as they are written elsewhere: `20 May 1990`, `May 20, 1990`, `20/5/1990`.

/// What such a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Western {
    /// Year, month, day; not checked against any calendar.
    Date([u32; 3]),
    /// Day first or month first: nobody can tell.
    Ambiguous,
    NotADate,
}

const MONTHS: [&str; 12] = [
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

/// Reads small letters; the year has four digits and does not stand in front of numbers alone.
pub(super) fn read(text: &str) -> Western {
    let between = [' ', ',', '.', '/', '-'];
    let words: Vec<&str> = text.split(between).filter(|word| !word.is_empty()).collect();
    let Ok([first, second, third]) = <[&str; 3]>::try_from(words) else { return Western::NotADate };
    let date = match (month(first), month(second)) {
        (Some(month), _) => year(third).zip(day(second)).map(|(year, day)| [year, month, day]),
        (None, Some(month)) => {
            let day_first = year(third).zip(day(first));
            let year_first = || year(first).zip(day(third));
            day_first.or_else(year_first).map(|(year, day)| [year, month, day])
        }
        (None, None) => return numbers(first, second, third),
    };
    date.map_or(Western::NotADate, Western::Date)
}

/// Two numbers and a year: only one of them can be a month, or both are the same.
fn numbers(first: &str, second: &str, third: &str) -> Western {
    let (Some(year), Some(first), Some(second)) = (year(third), day(first), day(second)) else {
        return Western::NotADate;
    };
    match (first, second) {
        (1..=12, 1..=12) if first != second => Western::Ambiguous,
        (day, month @ 1..=12) | (month @ 1..=12, day) => Western::Date([year, month, day]),
        _ => Western::NotADate,
    }
}

/// By its name or a beginning of at least three letters.
fn month(word: &str) -> Option<u32> {
    let found = MONTHS.iter().zip(1..).find(|(name, _)| word.len() >= 3 && name.starts_with(word));
    found.map(|(_, number)| number).or((word == "sept").then_some(9))
}

fn year(word: &str) -> Option<u32> {
    word.parse().ok().filter(|_year| word.len() == 4)
}

/// `5`, `05`, `5th`.
fn day(word: &str) -> Option<u32> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
    let digits = bare.unwrap_or(word);
    digits.parse().ok().filter(|day| digits.len() <= 2 && (1..=31).contains(day))
}
