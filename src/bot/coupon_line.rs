//! A coupon as an operator types it in one line: `SPRING20 20% min=50 cap=30 until=2026-12-31
//! total=100 per-user=1 for=bazi-full`. Pure.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money};
use crate::promotions::{CouponCode, NewCoupon, Worth, rules};

/// What a line is read with.
#[derive(Debug, Clone)]
pub(super) struct Shop {
    /// Of the amounts in the line.
    pub(super) currency: Currency,
    /// Where its days begin.
    pub(super) zone: Tz,
    pub(super) skus: Vec<Sku>,
}

/// `None`: it is not written like that, or names a product that there is not.
pub(super) fn read(line: &str, shop: &Shop) -> Option<NewCoupon> {
    let mut words = line.split_whitespace();
    let code = CouponCode::parse(words.next()?)?;
    let worth = worth(words.next()?, shop.currency)?;
    let currency = matches!(worth, Worth::Amount(_)).then_some(shop.currency);
    let mut new = NewCoupon {
        code,
        worth,
        currency,
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit: None,
        per_user_limit: None,
    };
    for word in words {
        let (name, value) = word.split_once('=')?;
        set(&mut new, (name, value), shop)?;
    }
    Some(new)
}

fn worth(word: &str, currency: Currency) -> Option<Worth> {
    match word.strip_suffix(['%', '％']) {
        Some(percent) => Some(Worth::Percent(percent.parse().ok()?)),
        None => Some(Worth::Amount(Money::parse_typed(word, currency).ok()?)),
    }
}

fn set(new: &mut NewCoupon, (name, value): (&str, &str), shop: &Shop) -> Option<()> {
    let day = || value.parse::<NaiveDate>().ok();
    match name {
        "min" => {
            new.minimum_minor = Money::parse_typed(value, shop.currency).ok()?.minor;
            new.currency = Some(shop.currency);
        }
        "cap" => {
            new.cap_minor = Some(Money::parse_typed(value, shop.currency).ok()?.minor);
            new.currency = Some(shop.currency);
        }
        "from" => new.starts_at = Some(rules::beginning_of(day()?, shop.zone)),
        // The last day is included.
        "until" => new.ends_at = Some(rules::beginning_of(day()?.succ_opt()?, shop.zone)),
        "total" => new.total_limit = Some(value.parse().ok().filter(|limit| *limit > 0)?),
        "per-user" => new.per_user_limit = Some(value.parse().ok().filter(|limit| *limit > 0)?),
        "for" => {
            new.skus = value.split(',').map(Sku::from).collect();
            new.skus.iter().all(|sku| shop.skus.contains(sku)).then_some(())?;
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Shop {
        let skus = vec![Sku::from("bazi-full"), Sku::from("year-luck")];
        Shop { currency: Currency::CNY, zone: Tz::Asia__Shanghai, skus }
    }

    #[test]
    fn a_line_says_everything_about_a_coupon() {
        let line = "spring20 20% min=50 cap=30 until=2026-12-31 total=100 per-user=1 for=bazi-full";
        let new = read(line, &shop()).unwrap();
        assert_eq!((new.code.as_str(), new.worth), ("SPRING20", Worth::Percent(20)));
        assert_eq!((new.minimum_minor, new.cap_minor), (5_000, Some(3_000)));
        assert_eq!((new.total_limit, new.per_user_limit), (Some(100), Some(1)));
        assert_eq!(new.skus, [Sku::from("bazi-full")]);
        // The first moment of 2027 in Shanghai.
        assert_eq!(new.ends_at.unwrap().seconds(), 1_798_732_800);
        let plain = read("FIVE ¥5", &shop()).unwrap();
        assert_eq!(plain.worth, Worth::Amount(Money::new(500, Currency::CNY)));
        assert_eq!(plain.currency, Some(Currency::CNY));
        assert_eq!(read("HALF 50%", &shop()).unwrap().currency, None, "good for every currency");
    }

    #[test]
    fn what_is_not_understood_is_no_coupon() {
        for line in [
            "",
            "AB 20%",
            "SPRING",
            "SPRING x%",
            "SPRING 20% until=tomorrow",
            "SPRING 20% total=0",
            "SPRING 20% colour=red",
            "SPRING 20% nonsense",
            "SPRING 20% for=no-such-product",
        ] {
            assert_eq!(read(line, &shop()), None, "{line}");
        }
    }
}
