//! Numbers below ten thousand, in digits or in Chinese.

/// Whether a character can be part of a number.
pub(super) fn is_part(character: char) -> bool {
    digit(character).is_some() || matches!(character, '十' | '廿' | '卅')
}

/// Reads `1990`, `一九九〇`, `五`, `十五`, `二十三`, `廿六`, `卅`; `None` for anything else.
pub(super) fn read(text: &str) -> Option<u32> {
    let text = text.replace('廿', "二十").replace('卅', "三十");
    match text.split_once('十') {
        None => positional(&text),
        Some((tens, units)) => {
            let tens = if tens.is_empty() { 1 } else { single(tens)? };
            let units = if units.is_empty() { 0 } else { single(units)? };
            Some(tens * 10 + units)
        }
    }
}

fn positional(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().nth(4).is_some() {
        return None;
    }
    text.chars().try_fold(0, |number, character| Some(number * 10 + digit(character)?))
}

fn single(text: &str) -> Option<u32> {
    let mut characters = text.chars();
    let value = digit(characters.next()?)?;
    characters.next().is_none().then_some(value)
}

fn digit(character: char) -> Option<u32> {
    let value = match character {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' | '两' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        other => return other.to_digit(10),
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_usual_spelling() {
        for (text, value) in [
            ("1990", 1990),
            ("一九九〇", 1990),
            ("十", 10),
            ("十五", 15),
            ("二十", 20),
            ("二十三", 23),
            ("廿六", 26),
            ("廿", 20),
            ("卅", 30),
            ("零五", 5),
            ("两", 2),
        ] {
            assert_eq!(read(text), Some(value), "{text}");
        }
        for text in ["", "十十", "一二十", "12345", "二x", "廿廿"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
