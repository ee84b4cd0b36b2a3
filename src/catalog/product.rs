//! Something for sale (spec.md §1, §9).

use std::time::Duration;

use chrono::NaiveDate;

use super::answers::{Answer, FormAnswers, Gender};
use super::chapters::ChapterPlan;
use super::form::{Field, FieldKind};
use super::local_text::LocalText;
use super::questions::QuestionPlan;
use super::sale::{self, Cut, PriceNow, Sale};
use super::snapshot::ProductSnapshot;
use crate::kernel::ids::Sku;
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The name of its folder.
    pub sku: Sku,
    /// Changes with every change of its files; an order keeps it.
    pub version: String,
    /// Not on sale: old orders still know it, nobody can buy it.
    pub on_sale: bool,
    /// Only operators see it, and its orders are marked `test`.
    pub test: bool,
    /// Smaller numbers stand higher in the list.
    pub position: i64,
    pub name: LocalText,
    /// One line for the list.
    pub summary: LocalText,
    /// What the buyer gets, how long it takes. Plain text.
    pub description: LocalText,
    /// Zero skips payment.
    pub price: Money,
    /// What it costs in Telegram Stars, when they are taken beside `price`; never zero.
    pub stars: Option<Money>,
    /// Days on which it costs less.
    pub sales: Vec<Sale>,
    /// The report needs a chart, so the form asks for gender and birth.
    pub needs_chart: bool,
    /// The number field whose year the facts have to describe month by month.
    pub chart_year: Option<String>,
    /// The choice field of whose 大运 the facts have to describe the ten years (`DecadeChoice`).
    pub chart_decade: Option<String>,
    /// How many years after the present one the chart facts hold when no year is asked for.
    pub years_ahead: u32,
    pub form: Vec<Field>,
    pub stock: Stock,
    /// Operators are told when so few are left.
    pub low_stock: Option<u32>,
    pub delivery: Delivery,
    /// How often one buyer may have a free product per day (in the shop's zone).
    pub free_limit_per_day: Option<u32>,
    /// Overrides `orders.payment_ttl_minutes`.
    pub payment_ttl: Option<Duration>,
    /// So many days after the payment an operator may still give it back; `None`: at any time.
    pub refund_days: Option<u32>,
    pub report: ReportPlan,
    /// Written chapter by chapter in this order; empty: with one request.
    pub chapters: Vec<ChapterPlan>,
    pub prompt: PromptFile,
    /// What may be asked about the report after its delivery.
    pub questions: Option<QuestionPlan>,
    /// Not a report, but so many more questions about one that was delivered.
    pub pack: Option<u32>,
}

/// What a shop can be paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaysToPay {
    /// A provider for money alone.
    Money,
    /// Telegram Stars alone.
    Stars,
    MoneyAndStars,
}

impl WaysToPay {
    fn take(self, currency: Currency) -> bool {
        match self {
            Self::Money => currency != Currency::XTR,
            Self::Stars => currency == Currency::XTR,
            Self::MoneyAndStars => true,
        }
    }
}

/// How many can be sold (spec.md §4 rule 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    Unlimited,
    /// So many in all.
    Counted(u32),
    /// So many on each day of the shop's time zone.
    Daily(u32),
}

/// How many can be sold, and when operators hear that few are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    pub stock: Stock,
    pub low_stock: Option<u32>,
}

impl Supply {
    /// Of a product whose file is gone.
    pub const UNLIMITED: Self = Self { stock: Stock::Unlimited, low_stock: None };
}

/// The text of `prompt.md`, unread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptFile {
    /// Relative to `templates/`: what errors call it.
    pub file: String,
    pub text: String,
}

/// How the goods reach the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Numbered messages in the chat.
    Chat,
}

/// What kind of text is ordered from the model.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ReportPlan {
    pub kind: ReportKind,
    pub min_characters: u32,
    pub max_characters: u32,
    /// Overrides `ai.max_tokens`.
    pub max_tokens: Option<u32>,
    pub temperature: Option<f32>,
    /// Told to the buyer while the report is made.
    pub expected_minutes: u32,
    /// How often its buyer may have it written once more, at our cost.
    #[serde(default)]
    pub rewrites: u32,
    /// Overrides `ai.tokens_per_order`.
    #[serde(default)]
    pub tokens_per_order: Option<u32>,
    /// Chart, luck line and card to share as pictures. Needs the chart.
    #[serde(default)]
    pub pictures: bool,
    /// The whole report as a book. Needs the chart.
    #[serde(default)]
    pub pdf: bool,
    /// Of the pictures.
    #[serde(default)]
    pub theme: PictureTheme,
}

/// How pictures look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureTheme {
    #[default]
    Light,
    Dark,
}

impl ReportPlan {
    /// How many characters `text` has, without white space, when they are too few. Models count
    /// badly: a tenth less than was asked for is still what was sold.
    pub fn falls_short(&self, text: &str) -> Option<usize> {
        let written = text.chars().filter(|character| !character.is_whitespace()).count();
        let least = u64::from(self.min_characters).saturating_mul(9).div_ceil(10);
        u64::try_from(written).is_ok_and(|written| written < least).then_some(written)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Chapters, several messages, a title and a closing.
    Full,
    /// One message.
    Short,
}

impl Product {
    pub fn is_free(&self) -> bool {
        self.price.is_zero()
    }

    /// Whether a provider of texts has something to write for it: a report, or answers.
    pub fn needs_writer(&self) -> bool {
        self.pack.is_some() || self.report.max_characters > 0
    }

    pub fn supply(&self) -> Supply {
        Supply { stock: self.stock, low_stock: self.low_stock }
    }

    /// What it costs on `day` of the shop's time zone.
    pub fn price_on(&self, day: NaiveDate) -> PriceNow<'_> {
        sale::price_on(self.price, &self.sales, day)
    }

    /// The product as a shop that is paid in these ways sells it; `None`: nothing it can take.
    pub fn paid_by(&self, ways: WaysToPay) -> Option<Self> {
        if !self.is_free() && !ways.take(self.price.currency) {
            return self.in_stars().filter(|_offer| ways.take(Currency::XTR));
        }
        let stars = self.stars.filter(|price| ways.take(price.currency));
        Some(Self { stars, ..self.clone() })
    }

    /// The same product as whoever pays in Telegram Stars buys it; `None`: it is not sold for Stars.
    /// Sales that name a price name it in the other currency, and count for that one alone.
    pub fn in_stars(&self) -> Option<Self> {
        if self.price.currency == Currency::XTR {
            return (!self.is_free()).then(|| self.clone());
        }
        let price = self.stars?;
        let percent = |sale: &&Sale| matches!(sale.cut, Cut::Percent(_));
        let sales = self.sales.iter().filter(percent).cloned().collect();
        Some(Self { price, stars: None, sales, ..self.clone() })
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.form.iter().find(|field| field.key == key)
    }

    pub fn snapshot(&self) -> ProductSnapshot {
        ProductSnapshot::of(self)
    }

    /// The value `form` of the prompt: what the buyer typed or chose, by field key, and null for
    /// what was left open. The birth is left out, because the model gets the chart and not what it
    /// was computed from.
    pub fn form_for_prompt(&self, answers: &FormAnswers, locale: Locale) -> serde_json::Value {
        let wanted =
            self.form.iter().filter(|field| !matches!(field.kind, FieldKind::Birth { .. }));
        let value = |field: &Field| match answers.get(&field.key) {
            Some(Answer::Text(text)) => serde_json::Value::from(text.as_str()),
            Some(Answer::Number(number)) => serde_json::Value::from(*number),
            Some(Answer::Gender(Gender::Male)) => serde_json::Value::from("male"),
            Some(Answer::Gender(Gender::Female)) => serde_json::Value::from("female"),
            Some(Answer::Choice(chosen)) => {
                let option = field.option(chosen);
                option.map_or(chosen.as_str(), |option| option.label.get(locale)).into()
            }
            Some(Answer::Birth(_) | Answer::Skipped) | None => serde_json::Value::Null,
        };
        wanted.map(|field| (field.key.clone(), value(field))).collect()
    }
}
