//! Money, instants and foreign text in the form in which people read them.

use chrono_tz::Tz;

use crate::kernel::clock::Timestamp;
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};

/// Deadlines further away than this show their date.
const SAME_DAY_MILLIS: i64 = 12 * 60 * 60 * 1000;

/// `¥19.90`, `US$19.90`, `250 ⭐`. Signs are never ambiguous between currencies; a currency
/// without one is written with its code.
pub fn money(locale: Locale, money: Money) -> String {
    let sign = match money.currency.as_str() {
        "CNY" => "¥",
        "HKD" => "HK$",
        "TWD" => "NT$",
        "USD" => "US$",
        "SGD" => "S$",
        "AUD" => "A$",
        "CAD" => "CA$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "JP¥",
        "KRW" => "₩",
        "MYR" => "RM",
        "THB" => "฿",
        "VND" => "₫",
        _ => return without_sign(locale, money),
    };
    let amount = money.to_major();
    match amount.strip_prefix('-') {
        Some(unsigned) => format!("-{sign}{unsigned}"),
        None => format!("{sign}{amount}"),
    }
}

fn without_sign(locale: Locale, money: Money) -> String {
    let amount = money.to_major();
    if money.currency == Currency::XTR {
        return format!("{amount} ⭐");
    }
    match locale {
        Locale::ZhHans | Locale::ZhHant => format!("{amount} {}", money.currency),
        Locale::En => format!("{} {amount}", money.currency),
    }
}

/// `2026-11-21`, the day it is in `zone`.
pub fn date(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d").to_string()
}

/// `2026-11-21 12:30（北京时间）`, `2026-11-21 12:30 (UTC+1)`.
pub fn date_time(locale: Locale, at: Timestamp, zone: Tz) -> String {
    let moment = at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let zone = zone_name(locale, at, zone);
    match locale {
        Locale::ZhHans | Locale::ZhHant => format!("{moment}（{zone}）"),
        Locale::En => format!("{moment} ({zone})"),
    }
}

/// `北京时间 12:45`, `12:45 (UTC+1)`.
pub fn clock_time(locale: Locale, at: Timestamp, zone: Tz) -> String {
    let moment = at.to_utc().with_timezone(&zone).format("%H:%M");
    let zone = zone_name(locale, at, zone);
    match locale {
        Locale::ZhHans | Locale::ZhHant => format!("{zone} {moment}"),
        Locale::En => format!("{moment} ({zone})"),
    }
}

/// A deadline as clock time when it is near, with its date when it is not.
pub fn deadline(locale: Locale, at: Timestamp, now: Timestamp, zone: Tz) -> String {
    if at.millis().saturating_sub(now.millis()) > SAME_DAY_MILLIS {
        date_time(locale, at, zone)
    } else {
        clock_time(locale, at, zone)
    }
}

/// People know Beijing time by name; elsewhere the offset is plainer than a zone's abbreviation.
fn zone_name(locale: Locale, at: Timestamp, zone: Tz) -> String {
    if zone == Tz::Asia__Shanghai {
        return match locale {
            Locale::ZhHans => "北京时间".to_owned(),
            Locale::ZhHant => "北京時間".to_owned(),
            Locale::En => "Beijing time".to_owned(),
        };
    }
    let offset = at.to_utc().with_timezone(&zone).format("%z").to_string();
    let (hours, minutes) = offset.split_at_checked(3).unwrap_or((&offset, ""));
    let hours = hours.replacen("+0", "+", 1).replacen("-0", "-", 1);
    if minutes == "00" { format!("UTC{hours}") } else { format!("UTC{hours}:{minutes}") }
}

/// Makes text from outside harmless inside Telegram's HTML (reference/telegram.md §A.5).
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 04:45:00 UTC.
    const AT: Timestamp = Timestamp(1_795_236_300_000);

    fn amount(text: &str, currency: &str) -> Money {
        Money::parse_major(text, currency.parse().unwrap()).unwrap()
    }

    #[test]
    fn money_is_read_without_doubt() {
        let show = |text, currency| money(Locale::ZhHans, amount(text, currency));
        assert_eq!(show("19.90", "CNY"), "¥19.90");
        assert_eq!(show("19.9", "USD"), "US$19.90");
        assert_eq!(show("250", "XTR"), "250 ⭐");
        assert_eq!(show("1000", "JPY"), "JP¥1000");
        assert_eq!(show("-5", "CNY"), "-¥5.00");
        assert_eq!(show("7", "CHF"), "7.00 CHF");
        assert_eq!(money(Locale::En, amount("7", "CHF")), "CHF 7.00");
    }

    #[test]
    fn instants_are_shown_with_their_zone() {
        let shanghai = Tz::Asia__Shanghai;
        assert_eq!(clock_time(Locale::ZhHans, AT, shanghai), "北京时间 12:45");
        assert_eq!(clock_time(Locale::En, AT, shanghai), "12:45 (Beijing time)");
        assert_eq!(date_time(Locale::ZhHans, AT, shanghai), "2026-11-21 12:45（北京时间）");
        assert_eq!(date_time(Locale::En, AT, Tz::Europe__Berlin), "2026-11-21 05:45 (UTC+1)");
        assert_eq!(clock_time(Locale::En, AT, Tz::Asia__Kolkata), "10:15 (UTC+5:30)");
        assert_eq!(clock_time(Locale::En, AT, Tz::America__St_Johns), "01:15 (UTC-3:30)");
        assert_eq!(date(AT, Tz::America__Los_Angeles), "2026-11-20");
    }

    #[test]
    fn a_far_deadline_shows_its_date() {
        let day = std::time::Duration::from_secs(24 * 60 * 60);
        let shanghai = Tz::Asia__Shanghai;
        let near = deadline(Locale::En, AT, AT.minus(day / 48), shanghai);
        assert_eq!(near, "12:45 (Beijing time)");
        let far = deadline(Locale::En, AT, AT.minus(day), shanghai);
        assert_eq!(far, "2026-11-21 12:45 (Beijing time)");
    }

    #[test]
    fn foreign_text_cannot_open_a_tag() {
        assert_eq!(escape_html("<b>\"A&B\"</b>"), "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;");
        assert_eq!(escape_html("命书 📜"), "命书 📜");
    }
}
