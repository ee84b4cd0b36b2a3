//! A product's prompt: `prompt.md`, a part that is the same for every buyer (which the model's
//! provider can cache), the line `--- user ---`, and the part with this buyer's data.
//!
//! Both parts are minijinja templates. Here they are only checked; reports render them.

use std::collections::HashSet;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};

use super::product_error::Problems;

const SEPARATOR: &str = "--- user ---";
/// What the constant part may use.
const SYSTEM_VALUES: &[&str] = &["product", "locale"];
/// What the buyer's part may use besides.
const USER_VALUES: &[&str] = &["product", "locale", "facts", "form", "today"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Where it was read, relative to `templates/`.
    pub file: String,
    /// Changes with every change of the text; kept with each report (spec.md §5).
    pub version: String,
    /// Template of the part that every buyer shares; knows `product` and `locale`.
    pub system: String,
    /// Template of this buyer's part; knows also `facts`, `form` and `today`.
    pub user: String,
}

/// What the rest of the product demands of its prompt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// The chart has to be in it: the model may not invent one.
    Facts,
    Nothing,
}

impl Prompt {
    /// Checks and splits the text; mistakes go to `problems`.
    pub(super) fn read(file: &str, source: &str, demand: Demand, problems: &Problems<'_>) -> Self {
        let lines = || source.split_inclusive('\n');
        let separator = |line: &str| line.trim() == SEPARATOR;
        let found: Vec<_> =
            lines().enumerate().filter(|(_, line)| separator(line)).map(|(at, _)| at).collect();
        let [before] = found.as_slice() else {
            let problem = format!(
                "has {} lines `{SEPARATOR}`, expected one between the constant part and the buyer's",
                found.len()
            );
            problems.at_line(1, "", problem);
            return Self::default();
        };
        let after = before.saturating_add(1);
        let system: String = lines().take(*before).collect();
        let user: String = lines().skip(after).collect();
        check(&system, 0, SYSTEM_VALUES, problems);
        let values = check(&user, after, USER_VALUES, problems);
        if demand == Demand::Facts && !values.contains("facts") {
            let problem = "does not use `facts`, but the product needs the chart";
            problems.at_line(after, "", problem);
        }
        let version = super::version_of(&[source]);
        let (system, user) = (system.trim().to_owned(), user.trim().to_owned());
        Self { file: file.to_owned(), version, system, user }
    }
}

/// Compiles one part that stands `offset` lines below the top and tells which values it uses.
fn check(part: &str, offset: usize, given: &[&str], problems: &Problems<'_>) -> HashSet<String> {
    if part.trim().is_empty() {
        problems.at_line(offset.saturating_add(1), "", "this part is empty");
        return HashSet::new();
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let complain = |error: &minijinja::Error| {
        let line = offset.saturating_add(error.line().unwrap_or(1));
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        problems.at_line(line, "", detail);
    };
    let template = match environment.template_from_str(part) {
        Ok(template) => template,
        Err(error) => {
            complain(&error);
            return HashSet::new();
        }
    };
    let used = template.undeclared_variables(false);
    for name in used.iter().filter(|name| !given.contains(&name.as_str())) {
        let line = line_of(part, name).saturating_add(offset);
        let problem = format!("`{name}` is not given here, expected one of {}", given.join(", "));
        problems.at_line(line, "", problem);
    }
    if let Err(error) = template.render(context! {})
        && unknown_word(error.kind())
    {
        complain(&error);
    }
    used
}

/// Rendering without values may fail for many reasons; these do not go away with values.
fn unknown_word(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction)
}

/// The first line that has `name` inside a tag, counted from 1.
fn line_of(part: &str, name: &str) -> usize {
    let mention = |line: &str| line.contains('{') && line.contains(name);
    part.lines().position(mention).unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<Prompt, Vec<String>> {
        let problems = Problems::new("products/x/prompt.md", source);
        let prompt = Prompt::read("products/x/prompt.md", source, Demand::Facts, &problems);
        let found = problems.into_list();
        if found.is_empty() {
            Ok(prompt)
        } else {
            Err(found.iter().map(ToString::to_string).collect())
        }
    }

    #[test]
    fn the_two_parts_are_told_apart() {
        let source = "You write.\n\n{{ locale }}\n--- user ---\n\n{{ facts | tojson }}\n";
        let prompt = read(source).unwrap();
        assert_eq!(prompt.system, "You write.\n\n{{ locale }}");
        assert_eq!(prompt.user, "{{ facts | tojson }}");
        let other = read(&source.replace("You", "They")).unwrap();
        assert_ne!(prompt.version, other.version);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let wrong = |source| read(source).unwrap_err().join("\n");
        assert_eq!(
            wrong("no separator"),
            "products/x/prompt.md:1: has 0 lines `--- user ---`, expected one between the constant \
             part and the buyer's"
        );
        assert_eq!(
            wrong("a\n--- user ---\n{{ facts }}\n{{ fact }}"),
            "products/x/prompt.md:4: `fact` is not given here, expected one of product, locale, \
             facts, form, today"
        );
        assert_eq!(
            wrong("{{ today }}\n--- user ---\n{{ facts }}"),
            "products/x/prompt.md:1: `today` is not given here, expected one of product, locale"
        );
        assert_eq!(
            wrong("a\n--- user ---\nb\n"),
            "products/x/prompt.md:2: does not use `facts`, but the product needs the chart"
        );
        let broken = wrong("a\n--- user ---\n{{ facts }}\n{% if %}\n");
        assert!(broken.starts_with("products/x/prompt.md:4: "), "{broken}");
        let filter = wrong("a\n--- user ---\n\n{{ facts | jsno }}\n");
        assert_eq!(filter, "products/x/prompt.md:4: filter jsno is unknown");
        let empty = wrong("\n--- user ---\n{{ facts }}");
        assert_eq!(empty, "products/x/prompt.md:1: this part is empty");
    }
}
