//! The catalogue: what is sold, at what price, what the buyer is asked, what the model is told.
//!
//! A product is a folder `templates/products/<sku>/` with `product.toml` and `prompt.md`; a new
//! one needs no code. All of them are read and checked at start; a catalogue with one mistake is
//! no catalogue, and every mistake is told at once. The language of prompts is not known here:
//! reports check and render them.

pub mod answers;
mod chapters;
pub mod form;
mod local_text;
pub mod movements;
mod node;
pub mod product;
mod product_error;
mod product_file;
mod questions;
pub mod rules;
pub mod sale;
pub mod shelf;
mod snapshot;
pub mod span;
pub mod stock;
pub mod together;

use std::sync::Arc;

pub use self::chapters::ChapterPlan;
pub use self::local_text::LocalText;
pub use self::product::{Product, PromptFile, WaysToPay};
pub use self::product_error::ProductError;
pub use self::questions::QuestionPlan;
pub use self::snapshot::ProductSnapshot;

use self::node::{Node, Section};
use self::product_error::Problems;
use crate::kernel::ids::Sku;
use crate::platform::assets::{AssetError, Assets};

/// Names of folders that are passed on as sku: short, and safe in every link and button.
const LONGEST_SKU: usize = 32;

/// Every product, on sale or not.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    products: Vec<Arc<Product>>,
    /// What is added to a product's prompt when its report is written once more.
    rewrite: PromptFile,
    /// What the model is told when it answers a question about a report.
    answer: PromptFile,
}

/// Relative to `templates/`.
const REWRITE_PROMPT: &str = "prompts/rewrite.md";
const ANSWER_PROMPT: &str = "prompts/answer.md";

impl Catalog {
    /// Reads and checks all products.
    ///
    /// # Errors
    /// Every mistake in every file.
    pub fn load(assets: &Assets) -> Result<Self, Vec<ProductError>> {
        let folders = assets.list("products").map_err(|error| vec![unreadable(&error)])?;
        let mut products = Vec::new();
        let mut mistakes = Vec::new();
        // A name with a dot is a file beside the folders, such as a README.
        for sku in folders.iter().filter(|name| !name.contains('.')) {
            match load_product(assets, sku) {
                Ok(product) => products.push(Arc::new(product)),
                Err(found) => mistakes.extend(found),
            }
        }
        products.sort_by(|a, b| (a.position, &a.sku).cmp(&(b.position, &b.sku)));
        // A product with a mistake of its own is not among them.
        if mistakes.is_empty() {
            mistakes.extend(packs_that_are_none(&products));
        }
        let mut shared = |file: &str| match read_file(assets, file.to_owned()) {
            Ok(text) => PromptFile { file: file.to_owned(), text },
            Err(mistake) => {
                mistakes.push(mistake);
                PromptFile::default()
            }
        };
        let (rewrite, answer) = (shared(REWRITE_PROMPT), shared(ANSWER_PROMPT));
        if mistakes.is_empty() { Ok(Self { products, rewrite, answer }) } else { Err(mistakes) }
    }

    /// The catalogue of a shop that is paid in these ways: what none of them takes is not on sale, and
    /// where Stars are the only one, their price is the price.
    #[must_use]
    pub fn paid_by(&self, ways: WaysToPay) -> Self {
        let adapted = |product: &Arc<Product>| match product.paid_by(ways) {
            Some(adapted) => Arc::new(adapted),
            None => Arc::new(Product { on_sale: false, ..Product::clone(product) }),
        };
        Self {
            products: self.products.iter().map(adapted).collect(),
            rewrite: self.rewrite.clone(),
            answer: self.answer.clone(),
        }
    }

    /// What the model is told besides when a report is written once more.
    pub fn rewrite_prompt(&self) -> &PromptFile {
        &self.rewrite
    }

    /// What the model is told when it answers a question about a report.
    pub fn answer_prompt(&self) -> &PromptFile {
        &self.answer
    }

    /// What a buyer may choose from, in the order of the list. Test products are for operators, and
    /// more questions are offered below a report.
    pub fn on_sale(&self) -> impl Iterator<Item = &Arc<Product>> {
        let shown = |product: &&Arc<Product>| product.on_sale && !product.test;
        self.products.iter().filter(shown).filter(|product| product.pack.is_none())
    }

    /// Every product, on sale or not, in the order of the list.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.iter()
    }

    /// A product by its sku, on sale or not.
    pub fn find(&self, sku: &Sku) -> Option<&Arc<Product>> {
        self.products.iter().find(|product| product.sku == *sku)
    }
}

fn packs_that_are_none(products: &[Arc<Product>]) -> Vec<ProductError> {
    let found = questions::unknown_packs(products);
    let mistake = |(sku, problem)| {
        let file = format!("products/{sku}/product.toml");
        whole_file(file, &format!("questions.more: {problem}"))
    };
    found.into_iter().map(mistake).collect()
}

fn load_product(assets: &Assets, sku: &str) -> Result<Product, Vec<ProductError>> {
    let settings = load_file(assets, sku, "product.toml");
    let prompt = load_file(assets, sku, "prompt.md");
    match (settings, prompt) {
        (Ok(settings), Ok(prompt)) => parse_product(sku, &settings, &prompt),
        // Nothing is written for a pack.
        (Ok(settings), Err(missing)) => {
            let product = parse_product(sku, &settings, "")?;
            if product.pack.is_some() { Ok(product) } else { Err(vec![missing]) }
        }
        (settings, prompt) => Err(settings.err().into_iter().chain(prompt.err()).collect()),
    }
}

fn load_file(assets: &Assets, sku: &str, name: &str) -> Result<String, ProductError> {
    read_file(assets, format!("products/{sku}/{name}"))
}

fn read_file(assets: &Assets, file: String) -> Result<String, ProductError> {
    match assets.read(&file) {
        Ok(Some(text)) => Ok(text.into_owned()),
        Ok(None) => Err(whole_file(file, "is missing")),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Makes a product of the text of its two files.
fn parse_product(sku: &str, settings: &str, prompt: &str) -> Result<Product, Vec<ProductError>> {
    let file = format!("products/{sku}/product.toml");
    let mut mistakes = Vec::new();
    if !is_sku(sku) {
        let problem = format!(
            "the folder's name is no sku, expected at most {LONGEST_SKU} of a-z, 0-9 and -"
        );
        mistakes.push(whole_file(file.clone(), &problem));
    }
    let problems = Problems::new(&file, settings);
    let product = parse_settings(sku, settings, &problems);
    mistakes.extend(problems.into_list());
    match product {
        Some(mut product) if mistakes.is_empty() => {
            product.prompt.text.push_str(prompt);
            product.version = version_of(&[settings, prompt]);
            Ok(product)
        }
        Some(_) | None => Err(mistakes),
    }
}

/// `None` when the file is no TOML; other mistakes leave a product that is not used.
fn parse_settings(sku: &str, settings: &str, problems: &Problems<'_>) -> Option<Product> {
    match toml::from_str::<Node>(settings) {
        Ok(node) => {
            let root = Section::root(&node, problems)?;
            Some(product_file::read_product(sku, root))
        }
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            problems.at(offset, "", not_toml(error.message()));
            None
        }
    }
}

/// The TOML reader has no place for a table that is only written as `label.en = …`, and says so in
/// words that help nobody.
fn not_toml(message: &str) -> String {
    if message.contains("borrowed string") {
        return "dotted keys are not read here, write label = { en = \"…\" }".to_owned();
    }
    message.replace('\n', ", ")
}

fn is_sku(name: &str) -> bool {
    name.len() <= LONGEST_SKU
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// A short mark of some texts that changes whenever one of them does.
fn version_of(texts: &[&str]) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for text in texts {
        digest.update(text.as_bytes());
        digest.update(&[0]);
    }
    let number =
        digest.finish().as_ref().iter().take(6).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    format!("{number:012x}")
}

fn unreadable(error: &AssetError) -> ProductError {
    let problem = format!("cannot be read: {}", crate::platform::chain(error));
    whole_file(error.path.display().to_string(), &problem)
}

fn whole_file(file: String, problem: &str) -> ProductError {
    ProductError { file, line: None, field: None, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests;
