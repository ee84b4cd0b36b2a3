//! How `product.toml` describes a product. Every reader here notes what is wrong and goes on with
//! something harmless: a file with a mistake is never used.

use std::time::Duration;

use super::chapters::read_chapters;
use super::form::{ChoiceOption, FieldKind, read_form};
use super::local_text::LocalText;
use super::node::{Section, Value};
use super::product::{
    Delivery, PictureTheme, Product, PromptFile, ReportKind, ReportPlan, Stock, Supply,
};
use super::questions::{check_pack, read_pack, read_questions};
use super::sale::read_sales;
use super::snapshot;
use super::span::DecadeChoice;
use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money, MoneyError};

/// The people whom one form may ask about.
const MOST_PEOPLE: usize = 2;
/// As many Stars as Telegram surely takes at once (reference/telegram.md §A.8).
const MOST_STARS: u32 = 10_000;
/// No report looks further ahead.
const MOST_YEARS: u32 = 20;

/// Reads everything but the prompt, whose place is filled later.
pub(super) fn read_product(sku: &str, root: Section<'_>) -> Product {
    let description = root.get("description", "a table of languages");
    let summary = root.get("summary", "a table of languages");
    let name = root.get("name", "a table of languages");
    let flag = |key, default| root.find(key).and_then(|value| value.flag()).unwrap_or(default);
    let day_minutes = 24 * 60;
    let price = read_price(&root);
    let supply = read_stock(root.find("stock").as_ref());
    let product = Product {
        sku: Sku::from(sku),
        version: String::new(),
        on_sale: flag("on_sale", true),
        test: flag("test", false),
        position: root.find("position").and_then(|value| value.integer(0..=9_999)).unwrap_or(100),
        name: LocalText::read(name.as_ref(), 40),
        summary: LocalText::read(summary.as_ref(), 120),
        description: LocalText::read(description.as_ref(), 1_500),
        price,
        stars: read_stars(&root, price),
        sales: read_sales(root.find("sale").as_ref(), price),
        needs_chart: flag("needs_chart", false),
        chart_year: root.find("chart_year").and_then(|value| value.text().map(str::to_owned)),
        chart_decade: root.find("chart_decade").and_then(|value| value.text().map(str::to_owned)),
        years_ahead: root
            .find("years_ahead")
            .and_then(|value| value.count(0..=MOST_YEARS))
            .unwrap_or(snapshot::YEARS_AHEAD),
        form: read_form(root.find("form").as_ref()),
        stock: supply.stock,
        low_stock: supply.low_stock,
        delivery: read_delivery(root.find("delivery").as_ref()),
        free_limit_per_day: root.find("free_limit_per_day").and_then(|v| v.count(1..=1_000)),
        payment_ttl: root
            .find("payment_ttl_minutes")
            .and_then(|value| value.count(5..=day_minutes))
            .map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        refund_days: root.find("refund_days").and_then(|value| value.count(0..=3_650)),
        report: read_report(&root, flag("needs_chart", false)),
        chapters: read_chapters(root.find("chapter").as_ref()),
        prompt: PromptFile { file: format!("products/{sku}/prompt.md"), text: String::new() },
        questions: read_questions(root.find("questions").as_ref()),
        pack: read_pack(root.find("pack").as_ref()),
    };
    check_pack(&product, &root);
    check_together(&product, &root);
    root.finish();
    product
}

/// What one key alone cannot get wrong.
fn check_together(product: &Product, root: &Section<'_>) {
    let asked = |kind: fn(&FieldKind) -> bool| {
        let asked = product.form.iter().filter(|field| kind(&field.kind));
        let required = asked.clone().filter(|field| field.required).count();
        (asked.count(), required)
    };
    let births = asked(|kind| matches!(kind, FieldKind::Birth { .. }));
    let genders = asked(|kind| matches!(kind, FieldKind::Gender));
    if births.0.max(genders.0) > MOST_PEOPLE {
        complain(root, "form", "asks for more than two births or two genders");
    } else if births.0.max(genders.0) == MOST_PEOPLE && (births != genders || births.0 != births.1)
    {
        let problem = "asks about two people: two births and two genders, all of them required";
        complain(root, "form", problem);
    }
    if product.needs_chart && (births.1 == 0 || genders.1 == 0) {
        let problem = "needs a required field of kind gender and one of kind birth in [[form]]";
        complain(root, "needs_chart", problem);
    }
    if let Some(key) = &product.chart_year {
        let number = product.field(key).map(|field| &field.kind);
        if !product.needs_chart || !matches!(number, Some(FieldKind::Number { .. })) {
            let problem = "is not a number field of a product that needs the chart";
            complain(root, "chart_year", format!("\"{key}\" {problem}"));
        }
    }
    if let Some(key) = &product.chart_decade {
        check_decade(product, key, root);
    }
    let longest = product.chapters.iter().map(|chapter| chapter.max_characters);
    if !product.chapters.is_empty() {
        if product.report.kind == ReportKind::Short {
            complain(root, "chapter", "is only for reports of the kind full");
        }
        if longest.fold(0, u32::saturating_add) < product.report.min_characters {
            complain(root, "chapter", "has fewer characters in all than report.min_characters");
        }
    }
    if product.free_limit_per_day.is_some() && !product.is_free() {
        complain(root, "free_limit_per_day", "is only for free products, and this one has a price");
    }
}

/// The buyer chooses one of his own decades, and nothing else decides over the years.
fn check_decade(product: &Product, key: &str, root: &Section<'_>) {
    let births = product.form.iter().filter(|field| matches!(field.kind, FieldKind::Birth { .. }));
    let is_known = |option: &ChoiceOption| DecadeChoice::parse(&option.value).is_some();
    let is_choice = match product.field(key).map(|field| &field.kind) {
        Some(FieldKind::Choice { options }) => options.iter().all(is_known),
        Some(
            FieldKind::Text { .. }
            | FieldKind::Number { .. }
            | FieldKind::Birth { .. }
            | FieldKind::Gender,
        )
        | None => false,
    };
    if !is_choice {
        let words = DecadeChoice::ALL.map(DecadeChoice::as_str).join(", ");
        let problem = format!("\"{key}\" is not a choice among {words}");
        complain(root, "chart_decade", problem);
    } else if !product.needs_chart || product.chart_year.is_some() || births.count() != 1 {
        let problem = "is for products with the chart of one person and without chart_year";
        complain(root, "chart_decade", problem);
    }
}

fn complain(root: &Section<'_>, key: &'static str, problem: impl Into<String>) {
    match root.find(key) {
        Some(value) => value.wrong(problem),
        None => root.whole().wrong(problem),
    }
}

fn read_price(root: &Section<'_>) -> Money {
    let currency = match root.find("currency").and_then(|value| Some((value.text()?, value))) {
        None => Currency::CNY,
        Some((text, value)) => text.parse().unwrap_or_else(|error: MoneyError| {
            value.wrong(error.to_string().replace('`', "\""));
            Currency::CNY
        }),
    };
    let nothing = Money::zero(currency);
    let Some(value) = root.get("price", "an amount in quotes such as \"19.90\"") else {
        return nothing;
    };
    let Some(text) = value.text() else { return nothing };
    match Money::parse_major(text, currency) {
        Ok(price) if price.minor >= 0 => price,
        Ok(_negative) => {
            value.wrong(format!("\"{text}\" is less than nothing"));
            nothing
        }
        Err(error) => {
            value.wrong(error.to_string().replace('`', "\""));
            nothing
        }
    }
}

/// A second price, in whole Telegram Stars.
fn read_stars(root: &Section<'_>, price: Money) -> Option<Money> {
    let value = root.find("stars")?;
    let count = value.count(1..=MOST_STARS)?;
    if price.is_zero() || price.currency == Currency::XTR {
        value.wrong("is a second price, for a product whose first one is money and not nothing");
    }
    Some(Money::new(i64::from(count), Currency::XTR))
}

fn read_stock(value: Option<&Value<'_>>) -> Supply {
    const EXPECTED: &str = "expected { counted = n } or { daily = n }, or no stock at all";
    let Some(value) = value else { return Supply::UNLIMITED };
    let Some(table) = value.table() else { return Supply::UNLIMITED };
    let read = |key| table.find(key).map(|value| value.count(0..=1_000_000).unwrap_or_default());
    let (stock, limit) = match (read("counted"), read("daily")) {
        (Some(count), None) => (Stock::Counted(count), count),
        (None, Some(count)) => (Stock::Daily(count), count),
        (None, None) | (Some(_), Some(_)) => {
            value.wrong(EXPECTED);
            (Stock::Unlimited, u32::MAX)
        }
    };
    let low_stock = table.find("low_stock").and_then(|low| {
        let number = low.count(0..=1_000_000)?;
        if number >= limit {
            low.wrong(format!("{number} is not less than the {limit} that there are"));
        }
        Some(number)
    });
    table.finish();
    Supply { stock, low_stock }
}

fn read_delivery(value: Option<&Value<'_>>) -> Delivery {
    if let Some(value) = value
        && let Some(word) = value.text()
        && word != "chat"
    {
        value.wrong(format!("\"{word}\" is not a kind of delivery, expected chat"));
    }
    Delivery::Chat
}

fn read_report(root: &Section<'_>, needs_chart: bool) -> ReportPlan {
    const NOTHING: ReportPlan = ReportPlan {
        kind: ReportKind::Full,
        min_characters: 0,
        max_characters: 0,
        max_tokens: None,
        temperature: None,
        expected_minutes: 1,
        rewrites: 0,
        tokens_per_order: None,
        pictures: false,
        pdf: false,
        theme: PictureTheme::Light,
    };
    if root.find("pack").is_some() {
        return ReportPlan { kind: ReportKind::Short, ..NOTHING };
    }
    let section = root.get("report", "a table with kind, min_characters and max_characters");
    let Some(table) = section.and_then(|value| value.table()) else { return NOTHING };
    let kind = table.get("kind", "full or short");
    let length = |key| {
        let value = table.get(key, "a number of characters");
        value.and_then(|value| value.count(10..=50_000)).unwrap_or_default()
    };
    let kind = kind.map_or(ReportKind::Full, |value| read_kind(&value));
    let drawn = kind == ReportKind::Full && needs_chart;
    let files = |key, (possible, needs): (bool, &str)| {
        let Some(value) = table.find(key) else { return drawn };
        let wanted = value.flag().unwrap_or(drawn);
        if wanted && !possible {
            value.wrong(format!("is for {needs} that need the chart"));
        }
        wanted
    };
    let plan = ReportPlan {
        kind,
        pictures: files("pictures", (needs_chart, "products")),
        pdf: files("pdf", (drawn, "full reports of products")),
        theme: table.find("theme").map_or(PictureTheme::Light, |value| read_theme(&value)),
        min_characters: length("min_characters"),
        max_characters: length("max_characters"),
        max_tokens: table.find("max_tokens").and_then(|value| value.count(64..=131_072)),
        temperature: table.find("temperature").and_then(|value| value.decimal(0.0..=2.0)),
        expected_minutes: table
            .find("expected_minutes")
            .and_then(|value| value.count(1..=60))
            .unwrap_or(NOTHING.expected_minutes),
        rewrites: table.find("rewrites").and_then(|value| value.count(0..=5)).unwrap_or_default(),
        tokens_per_order: table
            .find("tokens_per_order")
            .and_then(|value| value.count(1_000..=10_000_000)),
    };
    if plan.min_characters > plan.max_characters {
        table.whole().wrong("min_characters is greater than max_characters");
    }
    table.finish();
    plan
}

fn read_theme(value: &Value<'_>) -> PictureTheme {
    match value.text() {
        Some("dark") => PictureTheme::Dark,
        Some("light") | None => PictureTheme::Light,
        Some(other) => {
            value.wrong(format!("\"{other}\" is not a theme, expected light or dark"));
            PictureTheme::Light
        }
    }
}

fn read_kind(value: &Value<'_>) -> ReportKind {
    match value.text() {
        Some("short") => ReportKind::Short,
        Some("full") | None => ReportKind::Full,
        Some(other) => {
            value.wrong(format!("\"{other}\" is not a kind of report, expected full or short"));
            ReportKind::Full
        }
    }
}
