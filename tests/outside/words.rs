//! What the buyer reads, by the keys of the language files, so that rewording breaks no test. Only
//! what is fixed in a text counts; what the program fills in may be anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The texts of one language.
pub(crate) struct Words(BTreeMap<String, Vec<String>>);

impl Words {
    /// The language that buyers get unless they wish another.
    pub(crate) fn chinese() -> Self {
        Self::of("zh-Hans")
    }

    /// A language by the name of its folder, in the checkout that this package stands in.
    pub(crate) fn of(language: &str) -> Self {
        let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let mut folders = above.map(|folder| folder.join("templates/locales").join(language));
        let folder = folders.find(|folder| folder.is_dir()).unwrap();
        let mut words = BTreeMap::new();
        for file in fs::read_dir(folder).unwrap() {
            read(&fs::read_to_string(file.unwrap().path()).unwrap(), &mut words);
        }
        Self(words)
    }

    /// Whether `text` is what `key` says, somewhere in it.
    pub(crate) fn are_in(&self, key: &str, text: &str) -> bool {
        let fixed = self.0.get(key).unwrap_or_else(|| panic!("no text `{key}`"));
        let mut rest = text;
        fixed.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

/// Messages of a Fluent file, as the parts that are fixed.
fn read(file: &str, words: &mut BTreeMap<String, Vec<String>>) {
    let mut key = None;
    let mut value = String::new();
    for line in file.lines().chain(["end = "]) {
        let continued = line.is_empty() || line.starts_with([' ', '}']);
        if continued {
            value.push('\n');
            value.push_str(line);
            continue;
        }
        if let Some(key) = key.take() {
            words.insert(key, fixed(&value));
        }
        if let Some((name, first)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            key = Some(name.trim().to_owned());
            first.clone_into(&mut value);
        }
    }
}

/// The text outside braces and tags, in lines.
fn fixed(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut braces, mut tag) = (0_u32, false);
    for character in value.chars() {
        match character {
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                parts.push(String::new());
            }
            _ if braces > 0 => {}
            '<' => tag = true,
            '>' if tag => tag = false,
            '\n' => parts.push(String::new()),
            _ if !tag => parts.last_mut().unwrap().push(character),
            _ => {}
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_may_be_anything() {
        let words = Words::chinese();
        assert!(words.are_in("pay-card", &words.0["pay-card"].join(" ¥39.90 ")));
        assert!(words.are_in("btn-product", "八字详批 · ¥39.90"));
        assert!(!words.are_in("btn-pay", "🔄 我已支付"));
    }

    #[test]
    fn a_choice_inside_a_text_is_filled_in() {
        assert_eq!(
            fixed(" { $a ->\n [1] one\n *[2] two\n } of <b>{ $b }</b> left"),
            ["of", "left"]
        );
    }
}
