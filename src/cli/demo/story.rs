//! The stories that `demo --auto` plays: a purchase with one misfortune in it, and how it has to
//! end (spec.md §4).

use std::fmt::Write as _;
use std::time::Duration;

use super::Demo;
use super::buyer::{BUYER, Buyer, Voice, millis};
use crate::sandbox::faults::Fault;
use crate::sandbox::telegram::NotPaid;

/// Longer than any deadline of a payment.
const PAST_THE_DEADLINE: Duration = Duration::from_secs(45 * 60);
/// What the buyer reads when the money is there.
const PAID_SIGNS: [&str; 2] = ["支付成功", "付款刚刚到账"];
const PATIENCE: Duration = Duration::from_secs(90);

/// A purchase with at most one misfortune, or one paid in Stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    AtTheCashier(Option<Fault>),
    /// Paid in Telegram Stars; the invoice is pressed once more.
    InStars,
    /// The product about two people; in the end the report is rated.
    ForTwo,
}

/// The name of [`Story::InStars`].
const STARS: &str = "stars";
/// The name of [`Story::ForTwo`].
const COUPLE: &str = "couple";

/// How a story ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// The buyer holds the report.
    Delivered,
    /// The buyer has the money back.
    Refunded,
    /// The money is kept for an operator to look at.
    Held,
}

/// What can be played: everything that a buyer can live through in one sitting.
const PLAYED: &[Fault] = &[
    Fault::LateCallback,
    Fault::DoubleCallback,
    Fault::WrongAmount,
    Fault::BadSignature,
    Fault::NoCallback,
    Fault::FailedFirst,
    Fault::CreateError,
    Fault::RefundPending,
    Fault::AiTimeout,
    Fault::AiRateLimit,
    Fault::AiServerError,
    Fault::AiTruncated,
    Fault::AiEmpty,
    Fault::AiLength,
    Fault::AiRefused,
    Fault::AiWrongPillars,
    Fault::AiWrongYears,
    Fault::AiBannedClaim,
    Fault::AiUnfinished,
    Fault::TelegramFlood,
    Fault::TelegramServerError,
];

impl Story {
    /// The stories with these names; the plain purchase when there is none.
    pub(super) fn choose(names: &[String]) -> Result<Vec<Self>, String> {
        if names.is_empty() {
            return Ok(vec![Self::AtTheCashier(None)]);
        }
        if names == ["all"] {
            let all = PLAYED.iter().map(|fault| Self::AtTheCashier(Some(*fault)));
            let plain = [Self::AtTheCashier(None), Self::InStars, Self::ForTwo];
            return Ok(plain.into_iter().chain(all).collect());
        }
        names.iter().map(|name| Self::named(name).ok_or_else(|| unknown(name))).collect()
    }

    fn named(name: &str) -> Option<Self> {
        if name == STARS {
            return Some(Self::InStars);
        }
        if name == COUPLE {
            return Some(Self::ForTwo);
        }
        let fault = PLAYED.iter().copied().find(|fault| fault.word() == name)?;
        Some(Self::AtTheCashier(Some(fault)))
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::AtTheCashier(fault) => fault.map_or_else(|| "purchase".to_owned(), Fault::word),
            Self::InStars => STARS.to_owned(),
            Self::ForTwo => COUPLE.to_owned(),
        }
    }

    fn fault(self) -> Option<Fault> {
        match self {
            Self::AtTheCashier(fault) => fault,
            Self::InStars | Self::ForTwo => None,
        }
    }

    /// Plays the story; an error when it ends otherwise than it must.
    pub(super) async fn play(self, demo: &Demo, voice: Voice) -> anyhow::Result<Ending> {
        let buyer = Buyer::new(&demo.world.telegram, voice);
        buyer.line("——", &format!("{} · {}", self.name(), demo.page));
        if let Some(fault) = self.fault() {
            demo.world.faults.set(fault, self.times());
        }
        if self.fault() == Some(Fault::RefundPending) {
            demo.world.faults.set(Fault::AiRefused, 1);
        }
        match self {
            Self::AtTheCashier(_) => {
                let page = buyer.order().await?;
                pay_at_the_cashier(demo, &buyer, &page).await?;
            }
            Self::InStars => pay_in_stars(demo, &buyer).await?,
            Self::ForTwo => {
                let page = buyer.order_for_two().await?;
                pay_at_the_cashier(demo, &buyer, &page).await?;
            }
        }
        self.lives_on(demo, &buyer).await?;
        let ending = self.ending();
        buyer.hears(ending.sign(), PATIENCE).await?;
        if self == Self::AtTheCashier(None) {
            asks_more(&buyer).await?;
        }
        if self == Self::ForTwo {
            buyer.taps("5 ⭐")?;
            buyer.hears("谢谢，记下了", PATIENCE).await?;
        }
        self.sums_up(&buyer, ending);
        Ok(ending)
    }

    /// How it ended, and how fast the shop was after the callback.
    fn sums_up(self, buyer: &Buyer<'_>, ending: Ending) {
        let seconds = buyer.elapsed().as_secs_f32();
        let mut told = format!("{ending:?} after {seconds:.1} s, {} messages", buyer.messages());
        let success = PAID_SIGNS.iter().find_map(|sign| buyer.since_callback(sign)).map(millis);
        let report = buyer.since_callback(Ending::Delivered.sign()).map(millis);
        if let Some(ms) = success {
            write!(told, "; callback → success message {ms} ms").ok();
        }
        if let Some(ms) = report {
            write!(told, "; callback → report {ms} ms").ok();
        }
        buyer.line("——", &told);
        buyer.closes(&serde_json::json!({
            "story": self.name(),
            "ending": ending,
            "elapsed_ms": millis(buyer.elapsed()),
            "messages": buyer.messages(),
            "callback_to_success_ms": success,
            "callback_to_report_ms": report,
        }));
    }

    /// What happens between paying and the ending.
    async fn lives_on(self, demo: &Demo, buyer: &Buyer<'_>) -> anyhow::Result<()> {
        match self.fault() {
            Some(Fault::LateCallback) => {
                buyer.line("⏳", "the deadline passes");
                demo.clock.advance(PAST_THE_DEADLINE);
                buyer.hears("到期未付款", PATIENCE).await?;
                buyer.line("💳", "the bank confirms, late");
                buyer.callback_leaves();
                demo.world.pingpong.release_held().await;
                Ok(())
            }
            Some(Fault::NoCallback) => buyer.taps("我已支付"),
            Some(_) | None => Ok(()),
        }
    }

    fn times(self) -> u32 {
        match self.fault() {
            // Every attempt is refused, so that the money goes back.
            Some(Fault::AiRefused) => 3,
            Some(_) | None => 1,
        }
    }

    fn ending(self) -> Ending {
        match self.fault() {
            Some(Fault::WrongAmount) => Ending::Held,
            Some(Fault::AiRefused | Fault::RefundPending) => Ending::Refunded,
            Some(_) | None => Ending::Delivered,
        }
    }
}

/// The report leaves something open; one of the questions that come with it is asked.
async fn asks_more(buyer: &Buyer<'_>) -> anyhow::Result<()> {
    // The closing message goes out a moment before the order is completed.
    buyer.hears("已写好，发在下面", PATIENCE).await?;
    buyer.taps("💬 追问")?;
    buyer.hears("请把问题直接发给我", PATIENCE).await?;
    buyer.says("报告说我适合稳，那今年换工作要先看什么？");
    buyer.hears("收到你的追问", PATIENCE).await?;
    buyer.hears("还剩 2 次追问", PATIENCE).await
}

async fn pay_at_the_cashier(demo: &Demo, buyer: &Buyer<'_>, page: &str) -> anyhow::Result<()> {
    let token = page.rsplit('/').next().unwrap_or_default().to_owned();
    buyer.line("💳", "pays at the cashier");
    buyer.callback_leaves();
    let paid = demo.world.pingpong.pay(&token).await;
    paid.map_err(|refused| anyhow::anyhow!("the cashier refused: {refused:?}"))?;
    Ok(())
}

/// One tap pays; the same invoice, pressed again, must be refused.
async fn pay_in_stars(demo: &Demo, buyer: &Buyer<'_>) -> anyhow::Result<()> {
    let link = buyer.order_in_stars().await?;
    buyer.line("⭐", "pays the invoice in Stars");
    buyer.callback_leaves();
    demo.world.telegram.pays(BUYER, &link).await?;
    buyer.hears("支付成功", PATIENCE).await?;
    match demo.world.telegram.pays(BUYER, &link).await {
        Err(NotPaid::Refused(words)) => buyer.line("⭐", &format!("once more: {words}")),
        other => anyhow::bail!("the old invoice was not refused: {other:?}"),
    }
    Ok(())
}

impl Ending {
    /// What the buyer reads when it has come to this.
    fn sign(self) -> &'static str {
        match self {
            Self::Delivered => "报告到此完结",
            Self::Refunded => "退款成功",
            Self::Held => "不符",
        }
    }
}

fn unknown(name: &str) -> String {
    let words: Vec<String> = PLAYED.iter().map(|fault| fault.word()).collect();
    format!("there is no story `{name}`; there are all, {STARS}, {COUPLE}, {}", words.join(", "))
}
