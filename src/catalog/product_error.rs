//! What is wrong with a product's files, said so that its author finds the place.

use std::cell::RefCell;
use std::fmt;

/// One mistake in one file of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductError {
    /// Relative to `templates/`, such as `products/bazi-full/product.toml`.
    pub file: String,
    pub line: Option<usize>,
    /// The key with its way through the file, such as `form[2].label.en`.
    pub field: Option<String>,
    pub problem: String,
}

impl fmt::Display for ProductError {
    /// `products/bazi-full/product.toml:7: price: "19.9x" is not an amount of money`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for ProductError {}

/// Gathers the mistakes of one file, so that all of them are told at once.
pub(super) struct Problems<'a> {
    file: &'a str,
    source: &'a str,
    found: RefCell<Vec<ProductError>>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(file: &'a str, source: &'a str) -> Self {
        Self { file, source, found: RefCell::new(Vec::new()) }
    }

    /// Notes a mistake at a byte of the source; an empty `field` means the file as a whole.
    pub(super) fn at(&self, offset: usize, field: &str, problem: impl Into<String>) {
        let before = self.source.get(..offset).unwrap_or_default();
        self.at_line(before.matches('\n').count().saturating_add(1), field, problem);
    }

    pub(super) fn at_line(&self, line: usize, field: &str, problem: impl Into<String>) {
        self.found.borrow_mut().push(ProductError {
            file: self.file.to_owned(),
            line: Some(line),
            field: (!field.is_empty()).then(|| field.to_owned()),
            problem: problem.into(),
        });
    }

    /// The mistakes in the order of their lines.
    pub(super) fn into_list(self) -> Vec<ProductError> {
        let mut list = self.found.into_inner();
        list.sort_by_key(|error| error.line);
        list
    }
}
