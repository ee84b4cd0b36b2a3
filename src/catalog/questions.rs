//! What may be asked about a product's report after its delivery, and products that sell more of it.

use std::sync::Arc;
use std::time::Duration;

use super::node::{Section, Value};
use super::product::Product;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;

/// More questions than anybody asks about one report.
const MOST: u32 = 50;
/// The window and the length where the file says nothing.
const DAYS: u32 = 30;
const CHARACTERS: u32 = 200;

/// What comes with a report. Stored as JSON with the order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct QuestionPlan {
    /// So many questions cost nothing more.
    pub included: u32,
    /// So long after the delivery, or after more of them were bought, they can be asked.
    pub days: u32,
    /// The longest question.
    pub max_characters: u32,
    /// The product that sells more of them.
    #[serde(default)]
    pub more: Option<Sku>,
}

impl QuestionPlan {
    /// When the time for questions ends that began with the delivery, or with more of them.
    pub fn ends(&self, began: Timestamp) -> Timestamp {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        began.plus(DAY.saturating_mul(self.days))
    }
}

/// Reads `[questions]`.
pub(super) fn read_questions(value: Option<&Value<'_>>) -> Option<QuestionPlan> {
    let table = value?.table()?;
    let included = table.get("included", "a number of questions");
    let count =
        |key, range, usual| table.find(key).and_then(|value| value.count(range)).unwrap_or(usual);
    let plan = QuestionPlan {
        included: included.and_then(|value| value.count(0..=MOST)).unwrap_or_default(),
        days: count("days", 1..=3_650, DAYS),
        max_characters: count("max_characters", 20..=1_000, CHARACTERS),
        more: table.find("more").and_then(|value| Some(Sku::from(value.text()?))),
    };
    if plan.included == 0 && plan.more.is_none() {
        table.whole().wrong("has neither included questions nor a product that sells them");
    }
    table.finish();
    Some(plan)
}

/// Reads `[pack]`: how many questions the product sells.
pub(super) fn read_pack(value: Option<&Value<'_>>) -> Option<u32> {
    let table = value?.table()?;
    let questions = table.get("questions", "a number of questions");
    let questions = questions.and_then(|value| value.count(1..=MOST));
    table.finish();
    questions
}

/// A pack is bought with one tap below a report: nothing is asked, and nothing is written for it.
pub(super) fn check_pack(product: &Product, root: &Section<'_>) {
    let Some(pack) = root.find("pack") else { return };
    for key in ["report", "questions", "chapter", "form", "needs_chart"] {
        if let Some(value) = root.find(key) {
            value.wrong("is nothing for a product with [pack]");
        }
    }
    if product.is_free() {
        pack.wrong("is for products with a price");
    }
}

/// What is wrong with the products that sell more questions; each with the sku of the one that
/// names it.
pub(super) fn unknown_packs(products: &[Arc<Product>]) -> Vec<(Sku, String)> {
    let is_pack = |sku: &Sku| products.iter().any(|it| it.sku == *sku && it.pack.is_some());
    let wrong = |product: &Arc<Product>| {
        let more = product.questions.as_ref()?.more.as_ref().filter(|sku| !is_pack(sku))?;
        Some((product.sku.clone(), format!("\"{more}\" is no product with [pack]")))
    };
    products.iter().filter_map(wrong).collect()
}
