//! What stands behind a button: at most 64 bytes, never trusted (reference/telegram.md §A.6).
//!
//! Buttons of a form name the draft and the question they belong to, so that a button of another
//! draft or an earlier question is recognised. Buttons about an order name the order; whose it is,
//! is checked where it is used. The formats `pay:…` and `order:…` are shared with the messages
//! that the worker sends.

use super::after::AfterPress;
use super::desk::DeskPress;
use super::people::ProfilePress;
use crate::flows::alert_buttons::AlertDeed;
use crate::kernel::ids::{OrderNo, Sku};
use crate::kernel::locale::Locale;
use crate::kernel::switch::Switch;

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum Press {
    Home,
    Products,
    Product(Sku),
    /// Begin the form of a product.
    Begin(Sku),
    Agree,
    PrivacyFull,
    Decline,
    Resume,
    Restart,
    Forget,
    ForgetSurely,
    ForgetKeep,
    Help,
    Support,
    Affiliate(AffiliateButton),
    /// A button of the screen of kept births.
    Profiles(ProfilePress),
    /// A button about a delivered order.
    After(AfterPress, OrderNo),
    Languages,
    Language(Locale),
    Form(FormButton),
    /// The list of orders; the page counts from 0.
    Orders(usize),
    OrderOpen(OrderNo),
    OrderReceipt(OrderNo),
    OrderAgain(OrderNo),
    OrderResend(OrderNo),
    /// Close the links to the page of the report.
    OrderUnlink(OrderNo),
    PayShow(OrderNo),
    PayCheck(OrderNo),
    PayCancel(OrderNo),
    /// Choose another way to pay.
    PayMethods(OrderNo),
    /// Pay by this method; whether there is such a method is asked where it is used.
    PayBy(OrderNo, String),
    /// Cancel for a reason, one of [`CANCEL_REASONS`].
    CancelFor(OrderNo, &'static str),
    CancelKeep(OrderNo),
    OperatorOpen(OrderNo),
    /// A button below an alert, which stays as it is.
    FromAlert(AlertDeed, OrderNo),
    OperatorRetry(OrderNo),
    OperatorResend(OrderNo),
    OperatorRefund(OrderNo),
    /// The card of a payment that an operator may confirm.
    OperatorConfirm(OrderNo),
    /// The second tap on the card with this id, about this order.
    OperatorSurely(String, OrderNo),
    /// Leaves the card with this id.
    OperatorKeep(String, OrderNo),
    Stats(&'static str),
    /// No more news of the shop, or again.
    News(Switch),
    /// A button of the operators' desk.
    Desk(DeskPress),
}

/// A button of the promoter's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum AffiliateButton {
    Card,
    Days,
    /// The link as a picture.
    Picture,
    Payout,
}

impl AffiliateButton {
    const ALL: [Self; 4] = [Self::Card, Self::Days, Self::Picture, Self::Payout];

    fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Days => "days",
            Self::Picture => "picture",
            Self::Payout => "payout",
        }
    }
}

/// A button below a question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) struct FormButton {
    pub(in crate::bot) draft: String,
    /// The question, as [`super::Draft::tag`] names it.
    pub(in crate::bot) question: String,
    pub(in crate::bot) value: String,
}

/// Values of form buttons that are no answers. No answer begins with such a character.
pub(in crate::bot) const BACK: &str = "<";
pub(in crate::bot) const SKIP: &str = "-";
pub(in crate::bot) const LEAVE: &str = "!";
pub(in crate::bot) const CONFIRM: &str = "=";
pub(in crate::bot) const CONFIRM_STARS: &str = "=*";
pub(in crate::bot) const COUPON: &str = "%";
pub(in crate::bot) const NO_COUPON: &str = "%-";

/// Why a buyer gives an order up; the words stand in `orders.cancel_reason`.
pub(in crate::bot) const CANCEL_REASONS: [&str; 5] =
    ["mistake", "price", "method", "later", "other"];

/// The spans of the operators' figures.
pub(in crate::bot) const PERIODS: [&str; 4] = ["today", "week", "month", "all"];

impl Press {
    pub(in crate::bot) fn data(&self) -> String {
        match self {
            Self::Home => "home".to_owned(),
            Self::Products => "products".to_owned(),
            Self::Product(sku) => format!("p:{sku}"),
            Self::Begin(sku) => format!("new:{sku}"),
            Self::Agree => "privacy:agree".to_owned(),
            Self::PrivacyFull => "privacy:full".to_owned(),
            Self::Decline => "privacy:decline".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::Restart => "restart".to_owned(),
            Self::Forget => "forget:ask".to_owned(),
            Self::ForgetSurely => "forget:surely".to_owned(),
            Self::ForgetKeep => "forget:keep".to_owned(),
            Self::Help => "help".to_owned(),
            Self::Support => "support".to_owned(),
            Self::Affiliate(button) => format!("aff:{}", button.as_str()),
            Self::Languages => "languages".to_owned(),
            Self::Language(locale) => format!("lang:{locale}"),
            Self::Form(FormButton { draft, question, value }) => {
                format!("f:{draft}:{question}:{value}")
            }
            Self::Orders(page) => format!("orders:{page}"),
            Self::OrderOpen(no) => format!("order:open:{no}"),
            Self::OrderReceipt(no) => format!("order:receipt:{no}"),
            Self::OrderAgain(no) => format!("order:again:{no}"),
            Self::OrderResend(no) => format!("order:resend:{no}"),
            Self::OrderUnlink(no) => format!("order:unlink:{no}"),
            Self::PayShow(no) => format!("pay:show:{no}"),
            Self::PayCheck(no) => format!("pay:check:{no}"),
            Self::PayCancel(no) => format!("pay:cancel:{no}"),
            Self::PayMethods(no) => format!("pay:methods:{no}"),
            Self::PayBy(no, method) => format!("pay:by.{method}:{no}"),
            Self::CancelFor(no, reason) => format!("cancel:{reason}:{no}"),
            Self::CancelKeep(no) => format!("cancel:keep:{no}"),
            Self::FromAlert(deed, no) => deed.data(no),
            Self::OperatorOpen(no) => format!("op:open:{no}"),
            Self::OperatorRetry(no) => format!("op:retry:{no}"),
            Self::OperatorResend(no) => format!("op:resend:{no}"),
            Self::OperatorRefund(no) => format!("op:refund:{no}"),
            Self::OperatorConfirm(no) => format!("op:confirm:{no}"),
            Self::OperatorSurely(card, no) => format!("op:sure.{card}:{no}"),
            Self::OperatorKeep(card, no) => format!("op:keep.{card}:{no}"),
            Self::Stats(period) => format!("op:stats:{period}"),
            Self::News(wish) => format!("news:{}", wish.as_str()),
            Self::Profiles(press) => press.data(),
            Self::After(press, no) => press.data(no),
            Self::Desk(press) => press.data(),
        }
    }

    /// Reads what [`Press::data`] wrote; `None` for anything else.
    pub(in crate::bot) fn read(data: &str) -> Option<Self> {
        let (head, rest) = data.split_once(':').unwrap_or((data, ""));
        Some(match head {
            "home" => Self::Home,
            "products" => Self::Products,
            "p" => Self::Product(Sku::from(rest)),
            "new" => Self::Begin(Sku::from(rest)),
            "privacy" => match rest {
                "agree" => Self::Agree,
                "full" => Self::PrivacyFull,
                "decline" => Self::Decline,
                _ => return None,
            },
            "forget" => match rest {
                "ask" => Self::Forget,
                "surely" => Self::ForgetSurely,
                "keep" => Self::ForgetKeep,
                _ => return None,
            },
            "resume" => Self::Resume,
            "restart" => Self::Restart,
            "help" => Self::Help,
            "support" => Self::Support,
            "aff" => Self::Affiliate(
                AffiliateButton::ALL.into_iter().find(|button| button.as_str() == rest)?,
            ),
            "languages" => Self::Languages,
            "lang" => Self::Language(Locale::parse(rest)?),
            "f" => Self::Form(FormButton::read(rest)?),
            "orders" => Self::Orders(rest.parse().unwrap_or(0)),
            "news" => match rest {
                "on" => Self::News(Switch::On),
                "off" => Self::News(Switch::Off),
                _ => return None,
            },
            "after" => {
                let (word, no) = rest.split_once(':')?;
                Self::After(AfterPress::read(word)?, OrderNo::from(no))
            }
            "prof" => Self::Profiles(ProfilePress::read(rest)?),
            "desk" => Self::Desk(DeskPress::read(rest)?),
            "order" | "pay" | "cancel" | "op" => return Self::read_about_order(head, rest),
            _ => return None,
        })
    }

    fn read_about_order(head: &str, rest: &str) -> Option<Self> {
        let (word, number) = rest.split_once(':')?;
        let no = OrderNo::from(number);
        Some(match (head, word) {
            ("order", "open") => Self::OrderOpen(no),
            ("order", "receipt") => Self::OrderReceipt(no),
            ("order", "again") => Self::OrderAgain(no),
            ("order", "resend") => Self::OrderResend(no),
            ("order", "unlink") => Self::OrderUnlink(no),
            ("pay", "show") => Self::PayShow(no),
            ("pay", "check") => Self::PayCheck(no),
            ("pay", "cancel") => Self::PayCancel(no),
            ("pay", "methods") => Self::PayMethods(no),
            ("pay", word) => Self::PayBy(no, word.strip_prefix("by.")?.to_owned()),
            ("cancel", "keep") => Self::CancelKeep(no),
            ("cancel", reason) => {
                Self::CancelFor(no, CANCEL_REASONS.into_iter().find(|known| *known == reason)?)
            }
            ("op", "open") => Self::OperatorOpen(no),
            ("op", "retry") => Self::OperatorRetry(no),
            ("op", "resend") => Self::OperatorResend(no),
            ("op", "refund") => Self::OperatorRefund(no),
            ("op", "confirm") => Self::OperatorConfirm(no),
            ("op", "stats") => Self::Stats(PERIODS.into_iter().find(|known| *known == number)?),
            ("op", word) => match word.split_once('.')? {
                ("alert", word) => Self::FromAlert(AlertDeed::parse(word)?, no),
                ("sure", card) => Self::OperatorSurely(card.to_owned(), no),
                ("keep", card) => Self::OperatorKeep(card.to_owned(), no),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Whether only operators may press it; to others it does not exist.
    pub(in crate::bot) fn is_operators(&self) -> bool {
        let data = self.data();
        data.starts_with("op:") || data.starts_with("desk:")
    }
}

impl FormButton {
    fn read(rest: &str) -> Option<Self> {
        let mut parts = rest.splitn(3, ':').map(str::to_owned);
        Some(Self { draft: parts.next()?, question: parts.next()?, value: parts.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::ratings::Stars;

    fn all() -> Vec<Press> {
        let no = || OrderNo::from("M20261121-7F3K9QX2");
        let sku = || Sku::from("a".repeat(32));
        let form = FormButton {
            draft: "0123456789AB".to_owned(),
            question: "11d".to_owned(),
            value: "a".repeat(24),
        };
        let mut all = vec![
            Press::Home,
            Press::Products,
            Press::Product(sku()),
            Press::Begin(sku()),
            Press::Agree,
            Press::PrivacyFull,
            Press::Decline,
            Press::Resume,
            Press::Restart,
            Press::Forget,
            Press::ForgetSurely,
            Press::ForgetKeep,
            Press::Help,
            Press::Support,
            Press::Languages,
            Press::Form(form),
            Press::Orders(3),
            Press::News(Switch::On),
            Press::News(Switch::Off),
            Press::OrderOpen(no()),
            Press::OrderReceipt(no()),
            Press::OrderAgain(no()),
            Press::OrderResend(no()),
            Press::OrderUnlink(no()),
            Press::PayShow(no()),
            Press::PayCheck(no()),
            Press::PayCancel(no()),
            Press::PayMethods(no()),
            Press::PayBy(no(), "wechat".to_owned()),
            Press::CancelKeep(no()),
            Press::OperatorOpen(no()),
            Press::OperatorRetry(no()),
            Press::OperatorResend(no()),
            Press::OperatorRefund(no()),
            Press::OperatorConfirm(no()),
            Press::OperatorSurely("0123456789AB".to_owned(), no()),
            Press::OperatorKeep("0123456789AB".to_owned(), no()),
        ];
        all.extend(CANCEL_REASONS.map(|reason| Press::CancelFor(no(), reason)));
        all.extend(kept_births());
        all.extend(after_delivery());
        all.extend(AlertDeed::ALL.map(|deed| Press::FromAlert(deed, no())));
        all.extend(AffiliateButton::ALL.map(Press::Affiliate));
        all.extend(PERIODS.map(Press::Stats));
        all.extend(Locale::ALL.iter().map(|locale| Press::Language(*locale)));
        all
    }

    fn kept_births() -> impl Iterator<Item = Press> {
        let of = [
            ProfilePress::Open,
            ProfilePress::Rename,
            ProfilePress::Delete,
            ProfilePress::DeleteSurely,
        ];
        let presses = of.map(|press| Press::Profiles(press("0123456789AB".to_owned())));
        presses.into_iter().chain([Press::Profiles(ProfilePress::List)])
    }

    fn after_delivery() -> impl Iterator<Item = Press> {
        let plain = [
            AfterPress::Card,
            AfterPress::Rate,
            AfterPress::Words,
            AfterPress::Rewrite,
            AfterPress::Refund,
            AfterPress::Erase,
            AfterPress::EraseSurely,
        ];
        let stars = Stars::ALL.map(AfterPress::Stars);
        let about = |press| Press::After(press, OrderNo::from("M20261121-7F3K9QX2"));
        plain.into_iter().chain(stars).map(about)
    }

    #[test]
    fn every_button_fits_and_reads_back() {
        for press in all() {
            let data = press.data();
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Press::read(&data), Some(press), "{data}");
        }
    }

    #[test]
    fn the_words_shared_with_the_worker_stay_as_they_are() {
        let no = OrderNo::from("M1");
        assert_eq!(Press::PayCheck(no.clone()).data(), "pay:check:M1");
        assert_eq!(Press::PayCancel(no.clone()).data(), "pay:cancel:M1");
        assert_eq!(Press::OrderAgain(no.clone()).data(), "order:again:M1");
        assert_eq!(Press::OrderOpen(no.clone()).data(), "order:open:M1");
        let after = |press| Press::After(press, no.clone()).data();
        assert_eq!(after(AfterPress::Card), "after:card:M1");
        assert_eq!(after(AfterPress::Stars(Stars::ALL[3])), "after:rate.4:M1");
        assert_eq!(Press::OrderResend(no.clone()).data(), "order:resend:M1");
        assert_eq!(Press::OrderUnlink(no.clone()).data(), "order:unlink:M1");
        assert_eq!(Press::Support.data(), "support");
        assert_eq!(Press::News(Switch::Off).data(), crate::flows::broadcast::progress::NEWS_OFF);
        assert_eq!(Press::Begin(Sku::from("letter")).data(), "new:letter");
    }

    proptest::proptest! {
        #[test]
        fn foreign_data_is_read_or_refused_but_never_panics(data in "\\PC{0,64}") {
            let _ = Press::read(&data);
            for head in ["f:", "cancel:", "op:", "pay:", "order:", "lang:", "desk:"] {
                let _ = Press::read(&format!("{head}{data}"));
            }
        }
    }
}
