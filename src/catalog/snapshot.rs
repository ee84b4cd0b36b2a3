//! The product as it was when an order was made: what was promised and for how much.
//!
//! Stored as JSON with the order. Words and names must not change; new members need a serde
//! default.

use super::chapters::ChapterPlan;
use super::local_text::LocalText;
use super::product::{Delivery, Product, ReportPlan, Stock};
use super::questions::QuestionPlan;
use crate::kernel::ids::Sku;
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;

/// How many years after the present one a report looks at when its product does not say.
pub(super) const YEARS_AHEAD: u32 = 3;

fn years_ahead() -> u32 {
    YEARS_AHEAD
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ProductSnapshot {
    pub sku: Sku,
    /// Of the product's files. The prompt's own version is kept with the report.
    pub version: String,
    pub name: LocalText,
    pub price: Money,
    pub needs_chart: bool,
    pub chart_year: Option<String>,
    #[serde(default)]
    pub chart_decade: Option<String>,
    #[serde(default = "years_ahead")]
    pub years_ahead: u32,
    pub stock: Stock,
    pub delivery: Delivery,
    pub report: ReportPlan,
    /// Empty in orders from before there were chapters.
    #[serde(default)]
    pub chapters: Vec<ChapterPlan>,
    pub test: bool,
    #[serde(default)]
    pub refund_days: Option<u32>,
    #[serde(default)]
    pub questions: Option<QuestionPlan>,
    #[serde(default)]
    pub pack: Option<u32>,
}

impl ProductSnapshot {
    pub fn of(product: &Product) -> Self {
        Self {
            sku: product.sku.clone(),
            version: product.version.clone(),
            name: product.name.clone(),
            price: product.price,
            needs_chart: product.needs_chart,
            chart_year: product.chart_year.clone(),
            chart_decade: product.chart_decade.clone(),
            years_ahead: product.years_ahead,
            stock: product.stock,
            delivery: product.delivery,
            report: product.report,
            chapters: product.chapters.clone(),
            test: product.test,
            refund_days: product.refund_days,
            questions: product.questions.clone(),
            pack: product.pack,
        }
    }

    pub fn is_free(&self) -> bool {
        self.price.is_zero()
    }

    /// The value `product` of the prompt.
    pub fn for_prompt(&self, locale: Locale) -> serde_json::Value {
        serde_json::json!({
            "name": self.name.get(locale),
            "sku": self.sku,
            "min_characters": self.report.min_characters,
            "max_characters": self.report.max_characters,
        })
    }
}
