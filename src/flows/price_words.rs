//! The discounts of a price in words, one line each: the same on the check card, on the payment
//! card, and in the message that the money has come.

use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::orders::{DiscountKind, DiscountLine, Order};
use crate::platform::texts::{self, Args, Texts};

/// One line of HTML for each discount, in the order of taking them off.
pub fn discounts(texts: &Texts, locale: Locale, lines: &[DiscountLine]) -> Vec<String> {
    lines.iter().map(|line| discount(texts, locale, line)).collect()
}

/// List price and discounts as lines; nothing where there are none.
pub fn with_list_price(
    texts: &Texts,
    locale: Locale,
    (price, lines): (Money, &[DiscountLine]),
) -> Vec<String> {
    if lines.is_empty() {
        return Vec::new();
    }
    let list = Args::new().text("price", texts::money(locale, price));
    let list = texts.format(locale, "check-list-price", &list);
    [list].into_iter().chain(discounts(texts, locale, lines)).collect()
}

/// The same below an order's amount, beginning with a new line.
pub fn below_amount(texts: &Texts, order: &Order) -> String {
    let lines = with_list_price(texts, order.locale, (order.price, &order.discounts));
    if lines.is_empty() { String::new() } else { format!("\n{}", lines.join("\n")) }
}

fn discount(texts: &Texts, locale: Locale, line: &DiscountLine) -> String {
    let args = Args::new().text("amount", texts::money(locale, line.amount));
    match (line.kind, line.label(locale), &line.code) {
        (DiscountKind::Sale, Some(label), _) => {
            texts.format(locale, "discount-sale-named", &args.escaped("label", label))
        }
        (DiscountKind::Sale, None, _) => texts.format(locale, "discount-sale", &args),
        (DiscountKind::Coupon, _, code) => {
            let code = code.as_deref().unwrap_or_default();
            texts.format(locale, "discount-coupon", &args.escaped("code", code))
        }
    }
}
