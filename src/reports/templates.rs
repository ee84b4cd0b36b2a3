//! Prompts that were read, each once for all orders that are written with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::prompt::{PromptError, PromptTemplate};

/// Templates by the name of their file.
#[derive(Debug, Clone, Default)]
pub struct Templates(Arc<Mutex<BTreeMap<String, Arc<PromptTemplate>>>>);

impl Templates {
    /// The template of `file`, whose words are `text`.
    pub fn get(&self, file: &str, text: &str) -> Result<Arc<PromptTemplate>, PromptError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = known.get(file).filter(|template| template.text() == text) {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(PromptTemplate::parse(file, text)?);
        known.insert(file.to_owned(), Arc::clone(&template));
        Ok(template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_once_until_its_words_change() {
        let (templates, text) = (Templates::default(), "a\n--- user ---\nb");
        let first = templates.get("prompt.md", text).unwrap();
        assert!(Arc::ptr_eq(&first, &templates.get("prompt.md", text).unwrap()));
        let changed = templates.get("prompt.md", "c\n--- user ---\nb").unwrap();
        assert_ne!(first.version(), changed.version());
        assert!(templates.get("prompt.md", "nothing").is_err());
    }
}
