//! What buyers do in a row: fill in a form, order, pay.

use super::buyer::{Buyer, Reply};
use super::world::telegram::Shown;

/// An order that waits for its money, as the buyer knows it.
#[derive(Debug, Clone)]
pub(crate) struct Ordered {
    pub(crate) order_no: String,
    /// The payment's number, as the provider knows it.
    pub(crate) payment_no: String,
    pub(crate) card: Shown,
}

/// How a birth is told: typed at once, or tapped step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Birth {
    Typed,
    Tapped,
}

/// What is answered to the questions of 八字详批: a man, 1992-10-21 09:40, 壬申 庚戌 庚午 辛巳.
pub(crate) fn form(birth: Birth, question: &str) -> Vec<(&'static str, Reply)> {
    let mut rules = vec![
        ("privacy-notice", Reply::Tap("btn-privacy-agree")),
        ("gender-ask", Reply::Tap("btn-gender-male")),
        ("birth-calendar-ask", Reply::Tap("btn-calendar-solar")),
    ];
    match birth {
        Birth::Typed => rules.extend([
            ("birth-time-ask", Reply::Type("9:40".to_owned())),
            ("birth-hour-ask", Reply::Tap("btn-hour-exact")),
            ("birth-decade-ask", Reply::Type("1992-10-21".to_owned())),
        ]),
        Birth::Tapped => rules.extend([
            ("birth-decade-ask", Reply::TapNamed("1990".to_owned())),
            ("birth-year-ask", Reply::TapNamed("1992".to_owned())),
            ("birth-month-ask", Reply::TapNamed("10".to_owned())),
            ("birth-day-ask", Reply::TapNamed("21".to_owned())),
            ("birth-hour-ask", Reply::TapNamed("巳时".to_owned())),
        ]),
    }
    rules.extend([
        ("birth-place-ask", Reply::Tap("btn-place-skip")),
        ("form-typed-hint", Reply::Type(question.to_owned())),
    ]);
    rules
}

impl Buyer<'_> {
    /// From `/start` to the check card of 八字详批.
    pub(crate) async fn fills_in_whole_chart(&mut self, birth: Birth, question: &str) -> Shown {
        self.types("/start");
        self.sees_one_of(&["start-welcome", "start-welcome-back"]).await;
        self.taps_named("八字详批").await;
        self.sees("product-card").await;
        self.taps("btn-order").await;
        self.answers(&form(birth, question), "check-ask").await
    }

    /// From `/start` to the payment card of 八字详批.
    pub(crate) async fn orders_whole_chart(&mut self, birth: Birth, question: &str) -> Ordered {
        self.fills_in_whole_chart(birth, question).await;
        self.taps("btn-check-ok").await;
        self.reads_payment_card().await
    }

    pub(crate) async fn reads_payment_card(&mut self) -> Ordered {
        let card = self.sees("pay-card").await;
        let url = self.finds_link("btn-pay").await;
        let payment_no = url.rsplit('/').next().unwrap().to_owned();
        Ordered { order_no: order_no(&card.text), payment_no, card }
    }

    /// From `/start` to an order of the free 今日一签; its number.
    pub(crate) async fn orders_free_sign(&mut self, question: &str) -> String {
        self.types("/start");
        self.sees("start-welcome").await;
        self.taps_named("今日一签").await;
        self.sees("product-card").await;
        self.taps("btn-order-free").await;
        let rules = [
            ("privacy-notice", Reply::Tap("btn-privacy-agree")),
            ("form-typed-hint", Reply::Type(question.to_owned())),
        ];
        self.answers(&rules, "check-ask").await;
        self.taps("btn-check-ok-free").await;
        order_no(&self.sees("pay-received-free").await.text)
    }
}

/// The order number in a message: `M`, date, `-`, eight characters (spec.md §1).
pub(crate) fn order_no(text: &str) -> String {
    let is_number = |word: &&str| {
        word.len() == 18
            && word.starts_with('M')
            && word[1..9].bytes().all(|byte| byte.is_ascii_digit())
            && word.as_bytes()[9] == b'-'
            && word[10..].bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    let ascii = |character: char| !character.is_ascii_alphanumeric() && character != '-';
    let found = text.split(ascii).find(is_number);
    found.unwrap_or_else(|| panic!("no order number in: {text}")).to_owned()
}
