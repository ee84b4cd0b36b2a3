//! HTML pages from `templates/pages/`. Values are escaped; a missing one is an error.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::assets::{AssetError, Assets};

/// The pages, read once at the start.
pub struct Pages(Environment<'static>);

#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("the pages cannot be read")]
    Assets(#[from] AssetError),
    #[error("the page {name} is broken")]
    Template {
        name: String,
        #[source]
        cause: minijinja::Error,
    },
}

impl Pages {
    pub fn load(assets: &Assets) -> Result<Self, PageError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_name| AutoEscape::Html);
        for name in assets.list("pages")? {
            let Some(source) = assets.read(&format!("pages/{name}"))? else { continue };
            environment
                .add_template_owned(name.clone(), source.into_owned())
                .map_err(|cause| PageError::Template { name, cause })?;
        }
        Ok(Self(environment))
    }

    pub fn render(&self, name: &str, values: &impl Serialize) -> Result<String, PageError> {
        let broken = |cause| PageError::Template { name: name.to_owned(), cause };
        self.0
            .get_template(name)
            .and_then(|page| page.render(minijinja::value::Serde(values)))
            .map_err(broken)
    }
}
