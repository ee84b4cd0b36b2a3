//! Days on which a product costs less: `[[sale]]` in `product.toml`. The best sale in force counts,
//! by itself and without any code.

use chrono::NaiveDate;

use super::local_text::LocalText;
use super::node::Value;
use crate::kernel::money::Money;

/// One sale: from its first day to its last, both included, in the shop's time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    pub cut: Cut,
    pub starts: NaiveDate,
    pub ends: NaiveDate,
    /// What the sale is called.
    pub label: Option<LocalText>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The price during the sale.
    Price(Money),
    /// So many percent off, rounded down to the minor unit.
    Percent(u32),
}

/// What a product costs at some moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceNow<'a> {
    /// Without any sale.
    pub list: Money,
    /// What is paid without a coupon.
    pub now: Money,
    /// The sale that makes the difference.
    pub sale: Option<&'a Sale>,
}

/// The cheapest price of `day`; of equal ones the first sale in the file.
pub fn price_on(list: Money, sales: &[Sale], day: NaiveDate) -> PriceNow<'_> {
    let in_force = sales.iter().filter(|sale| sale.starts <= day && day <= sale.ends);
    let best = in_force.map(|sale| (sale.price(list), sale)).min_by_key(|(price, _)| price.minor);
    match best {
        Some((now, sale)) if now.minor < list.minor => PriceNow { list, now, sale: Some(sale) },
        Some(_) | None => PriceNow { list, now: list, sale: None },
    }
}

impl Sale {
    /// Never more than the list price and never less than nothing.
    fn price(&self, list: Money) -> Money {
        let price = match self.cut {
            Cut::Price(price) => price.minor,
            Cut::Percent(percent) => {
                let off = list.percent(percent).map_or(0, |off| off.minor);
                list.minor.saturating_sub(off)
            }
        };
        Money::new(price.clamp(0, list.minor.max(0)), list.currency)
    }
}

/// Reads the list of sales of a product that costs `list`.
pub(super) fn read_sales(value: Option<&Value<'_>>, list: Money) -> Vec<Sale> {
    let items = value.and_then(Value::list).unwrap_or_default();
    items.iter().filter_map(|item| read_sale(item, list)).collect()
}

fn read_sale(value: &Value<'_>, list: Money) -> Option<Sale> {
    const DAY: &str = "a day in quotes such as \"2026-11-11\"";

    let table = value.table()?;
    let cut = match (table.find("price"), table.find("percent")) {
        (Some(price), None) => read_price(&price, list).map(Cut::Price),
        (None, Some(percent)) => percent.count(1..=100).map(Cut::Percent),
        (None, None) | (Some(_), Some(_)) => {
            value.wrong("expected either price or percent");
            None
        }
    };
    let starts = table.get("starts", DAY).and_then(|day| read_day(&day));
    let ends = table.get("ends", DAY).and_then(|day| read_day(&day));
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        value.wrong(format!("ends on {ends}, before it starts on {starts}"));
    }
    let label = table.find("label").map(|label| LocalText::read(Some(&label), 30));
    table.finish();
    Some(Sale { cut: cut?, starts: starts?, ends: ends?, label })
}

fn read_price(value: &Value<'_>, list: Money) -> Option<Money> {
    let text = value.text()?;
    match Money::parse_major(text, list.currency) {
        Ok(price) if (0..list.minor).contains(&price.minor) => Some(price),
        Ok(price) => {
            value.wrong(format!("{price} is not between nothing and the price, {list}"));
            None
        }
        Err(error) => {
            value.wrong(error.to_string().replace('`', "\""));
            None
        }
    }
}

fn read_day(value: &Value<'_>) -> Option<NaiveDate> {
    let text = value.text()?;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if day.is_none() {
        value.wrong(format!("\"{text}\" is no day, expected one such as \"2026-11-11\""));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;

    fn cny(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn sale(cut: Cut, starts: &str, ends: &str) -> Sale {
        Sale { cut, starts: day(starts), ends: day(ends), label: None }
    }

    #[test]
    fn a_sale_counts_from_its_first_day_to_its_last() {
        let sales = [sale(Cut::Price(cny(1500)), "2026-11-11", "2026-11-13")];
        let price = |text: &str| price_on(cny(1990), &sales, day(text)).now.minor;
        assert_eq!(price("2026-11-10"), 1990);
        assert_eq!(price("2026-11-11"), 1500);
        assert_eq!(price("2026-11-13"), 1500);
        assert_eq!(price("2026-11-14"), 1990);
    }

    #[test]
    fn the_best_sale_in_force_counts() {
        let sales = [
            sale(Cut::Percent(20), "2026-11-01", "2026-11-30"),
            sale(Cut::Price(cny(1000)), "2026-11-11", "2026-11-11"),
            sale(Cut::Price(cny(3000)), "2026-11-01", "2026-11-30"),
        ];
        let on = |text: &str| price_on(cny(1999), &sales, day(text));
        // 20 % of 19.99 are 3.998: the discount is rounded down to 3.99.
        assert_eq!(on("2026-11-01").now, cny(1600));
        assert_eq!(on("2026-11-01").sale, Some(&sales[0]));
        assert_eq!(on("2026-11-11").now, cny(1000));
        assert_eq!(on("2026-12-01").sale, None);
        let dearer = [sale(Cut::Price(cny(3000)), "2026-11-01", "2026-11-30")];
        assert_eq!(price_on(cny(1999), &dearer, day("2026-11-05")).sale, None);
    }
}
