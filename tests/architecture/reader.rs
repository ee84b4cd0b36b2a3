//! Reads Rust sources as tokens and says which paths each file names.
//!
//! It sees `use` with groups and renaming, paths anywhere in code, `self`, `super`, inline modules
//! and the bodies of macros. What it cannot follow, it reports as a blind spot: globs of the crate
//! or of one of its top-level modules, and other names for `crate`.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One source file.
pub(crate) struct File {
    /// Below `src/`, such as `orders/rules.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Where its items live: `["orders", "rules"]`; empty for `lib.rs` and `main.rs`.
    pub(crate) module: Vec<String>,
    pub(crate) paths: Vec<NamedPath>,
    /// Every identifier outside tests.
    pub(crate) words: BTreeSet<String>,
    pub(crate) blind_spots: Vec<String>,
    test_modules: Vec<Vec<String>>,
}

/// A path as it was written, with its beginning resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedPath {
    /// From the crate's root, or from the root of another crate.
    pub(crate) segments: Vec<String>,
    pub(crate) own_crate: bool,
    pub(crate) in_test: bool,
}

/// All files together.
pub(crate) struct Program {
    pub(crate) files: Vec<File>,
}

impl Program {
    /// `sources`: paths below `src/` and texts.
    pub(crate) fn read(sources: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<File> =
            sources.into_iter().map(|(path, text)| read_file(path, text)).collect();
        let test_modules: Vec<_> =
            files.iter().flat_map(|file| file.test_modules.clone()).collect();
        for file in &mut files {
            if test_modules.iter().any(|module| file.module.starts_with(module)) {
                file.words.clear();
                file.paths.iter_mut().for_each(|path| path.in_test = true);
            }
        }
        Self { files }
    }

    /// The file in which the item of a path of our own stands.
    pub(crate) fn file_of(&self, segments: &[String]) -> Option<&File> {
        (1..=segments.len())
            .rev()
            .find_map(|length| self.files.iter().find(|file| file.module == segments[..length]))
    }
}

impl File {
    /// The module at the crate's root: `orders`; `lib` and `main` for the roots themselves.
    pub(crate) fn top(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Paths outside tests.
    pub(crate) fn code(&self) -> impl Iterator<Item = &NamedPath> {
        self.paths.iter().filter(|path| !path.in_test)
    }
}

fn module_of(path: &str) -> Vec<String> {
    let mut module: Vec<String> =
        path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let roots = ["lib", "main"];
    if module.last().is_some_and(|last| last == "mod") || roots.contains(&module.join("/").as_str())
    {
        module.pop();
    }
    module
}

fn read_file(path: String, text: String) -> File {
    let module = module_of(&path);
    let tokens: TokenStream =
        text.parse().unwrap_or_else(|fault| panic!("{path} is not Rust: {fault}"));
    let mut reading = Reading::default();
    reading.walk(tokens, &Place { module: module.clone(), in_test: false, in_use: false });
    let (paths, blind_spots) = reading.resolve();
    let Reading { words, test_modules, .. } = reading;
    File { path, text, module, paths, words, blind_spots, test_modules }
}

/// Where a token stands.
#[derive(Clone)]
struct Place {
    module: Vec<String>,
    in_test: bool,
    in_use: bool,
}

/// A path before its beginning is resolved.
struct Written {
    segments: Vec<String>,
    place: Place,
    rename: Option<String>,
}

#[derive(Default)]
struct Reading {
    written: Vec<Written>,
    words: BTreeSet<String>,
    /// `mod x;` and `mod x { … }`, by the module that they stand in.
    children: BTreeSet<(Vec<String>, String)>,
    test_modules: Vec<Vec<String>>,
    blind_spots: Vec<String>,
}

type Tokens = Peekable<proc_macro2::token_stream::IntoIter>;

impl Reading {
    fn walk(&mut self, tokens: TokenStream, place: &Place) {
        let mut tokens = tokens.into_iter().peekable();
        // What `#[cfg(test)]` and `use` say holds until the end of the item.
        let mut here = place.clone();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let attribute = attribute(tokens.peek());
                    here.in_test |= attribute == "cfg(test)";
                    if attribute.starts_with("path=") {
                        self.blind_spots.push(attribute);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => here = place.clone(),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                TokenTree::Group(group) => {
                    self.walk(group.stream(), &here);
                    if group.delimiter() == Delimiter::Brace {
                        here = place.clone();
                    }
                }
                TokenTree::Ident(word) if word == "mod" => self.module(&mut tokens, &here),
                TokenTree::Ident(word) if word == "use" => here.in_use = true,
                TokenTree::Ident(word) if word == "extern" => {
                    if matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next == "crate") {
                        self.blind_spots.push("extern crate".to_owned());
                    }
                }
                TokenTree::Ident(word) => self.path(word.to_string(), &mut tokens, &here),
            }
        }
    }

    /// Behind `mod`: notes the module, and reads its body if it has one.
    fn module(&mut self, tokens: &mut Tokens, here: &Place) {
        let Some(TokenTree::Ident(name)) = tokens.peek().cloned() else { return };
        tokens.next();
        let mut inner = here.clone();
        inner.module.push(name.to_string());
        self.children.insert((here.module.clone(), name.to_string()));
        if here.in_test {
            self.test_modules.push(inner.module.clone());
        }
        if let Some(TokenTree::Group(body)) = tokens.peek().cloned() {
            tokens.next();
            self.walk(body.stream(), &inner);
        }
    }

    /// A word, and the path that may follow from it.
    fn path(&mut self, first: String, tokens: &mut Tokens, here: &Place) {
        if !here.in_test {
            self.words.insert(first.clone());
        }
        self.continue_path(vec![first], tokens, here);
    }

    fn continue_path(&mut self, mut segments: Vec<String>, tokens: &mut Tokens, here: &Place) {
        while eat_separator(tokens) {
            match tokens.peek().cloned() {
                Some(TokenTree::Ident(word)) => {
                    tokens.next();
                    if !here.in_test {
                        self.words.insert(word.to_string());
                    }
                    segments.push(word.to_string());
                }
                Some(TokenTree::Punct(punct)) if punct.as_char() == '*' && here.in_use => {
                    tokens.next();
                    segments.push("*".to_owned());
                }
                Some(TokenTree::Group(group)) if here.in_use => {
                    tokens.next();
                    self.group(&segments, group.stream(), here);
                    return;
                }
                _ => break,
            }
        }
        let rename = renamed(tokens);
        self.written.push(Written { segments, place: here.clone(), rename });
    }

    /// `prefix::{a, b::{c}, self as d, *}`
    fn group(&mut self, prefix: &[String], members: TokenStream, here: &Place) {
        let mut tokens = members.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let mut segments = prefix.to_vec();
            match token {
                TokenTree::Ident(word) if word == "self" => {}
                TokenTree::Ident(word) => segments.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => segments.push("*".to_owned()),
                TokenTree::Punct(_) | TokenTree::Literal(_) | TokenTree::Group(_) => continue,
            }
            self.continue_path(segments, &mut tokens, here);
        }
    }

    /// Beginnings resolved; and what stays in the dark.
    fn resolve(&self) -> (Vec<NamedPath>, Vec<String>) {
        let names = self.imported();
        let mut paths = BTreeSet::new();
        let mut blind_spots = self.blind_spots.clone();
        for written in &self.written {
            let in_test = written.place.in_test;
            let Some((segments, own_crate)) = self.absolute(written, &names) else { continue };
            if own_crate && is_blind(&segments, written) {
                blind_spots.push(written.segments.join("::"));
            }
            paths.insert(NamedPath { segments, own_crate, in_test });
        }
        (paths.into_iter().collect(), blind_spots)
    }

    /// What `use` made known under one name in one module.
    fn imported(&self) -> Names<'_> {
        let uses = self.written.iter().filter(|written| written.place.in_use);
        uses.filter_map(|written| {
            let name = written.rename.as_ref().or(written.segments.last())?;
            Some(((written.place.module.as_slice(), name.as_str()), written))
        })
        .collect()
    }

    fn absolute(&self, written: &Written, names: &Names<'_>) -> Option<(Vec<String>, bool)> {
        let (first, rest) = written.segments.split_first()?;
        let place = &written.place;
        let mut base = place.module.clone();
        let mut rest = rest.to_vec();
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => rest.insert(0, first.clone()),
            child if self.children.contains(&(base.clone(), child.to_owned())) => {
                base.push(child.to_owned());
            }
            name => {
                if let Some(known) = known(name, written, names) {
                    let (found, own_crate) = self.absolute(known, names)?;
                    return Some(([found, rest].concat(), own_crate));
                }
                let outside = place.in_use || !rest.is_empty();
                return outside.then(|| (written.segments.clone(), false));
            }
        }
        while rest.first().is_some_and(|word| word == "super") {
            base.pop();
            rest.remove(0);
        }
        base.extend(rest);
        Some((base, true))
    }
}

type Names<'a> = BTreeMap<(&'a [String], &'a str), &'a Written>;

/// What `name` was imported as, in the module of `written` or in one around it.
fn known<'a>(name: &str, written: &Written, names: &Names<'a>) -> Option<&'a Written> {
    let module = &written.place.module;
    let found =
        (0..=module.len()).rev().find_map(|length| names.get(&(&module[..length], name)))?;
    // `use orders;` must not lead back to itself.
    let itself = found.segments.first().is_some_and(|first| first == name);
    (!itself).then_some(*found)
}

/// A glob, or another name for the crate, behind which paths would be lost.
fn is_blind(segments: &[String], written: &Written) -> bool {
    let own_top = written.place.module.first();
    match segments {
        [] => written.rename.is_some(),
        [glob] => glob == "*",
        [top, glob] => glob == "*" && Some(top) != own_top,
        _ => false,
    }
}

/// What stands in the brackets behind `#`.
fn attribute(group: Option<&TokenTree>) -> String {
    match group {
        Some(TokenTree::Group(group)) => group.stream().to_string().replace(' ', ""),
        _ => String::new(),
    }
}

/// Takes `::` if it comes next.
fn eat_separator(tokens: &mut Tokens) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut ahead = tokens.clone();
    let first = ahead.next();
    if colon(first.as_ref()) && colon(ahead.peek()) {
        tokens.next();
        tokens.next();
        return true;
    }
    false
}

/// Takes `as name` if it comes next.
fn renamed(tokens: &mut Tokens) -> Option<String> {
    match tokens.peek() {
        Some(TokenTree::Ident(word)) if word == "as" => {}
        _ => return None,
    }
    tokens.next();
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Some(name.to_string()),
        _ => None,
    }
}
