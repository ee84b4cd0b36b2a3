//! A TOML file as a tree that remembers where everything stands.
//!
//! Reading straight into structs would stop at the first mistake; this tree is walked by hand and
//! every mistake is noted with its line and field.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::product_error::Problems;

/// A value of the file.
pub(super) enum Node {
    Text(String),
    Integer(i64),
    Decimal(f64),
    Flag(bool),
    List(Vec<Spanned<Node>>),
    Table(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) | Self::Decimal(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Decimal(value))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Flag(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Table(entries))
    }
}

/// A value with its way through the file and the place for complaints about it.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub path: String,
    offset: usize,
    node: &'a Node,
    problems: &'a Problems<'a>,
}

impl<'a> Value<'a> {
    pub(super) fn wrong(&self, problem: impl Into<String>) {
        self.problems.at(self.offset, &self.path, problem);
    }

    fn expected(&self, what: &str) {
        self.wrong(format!("expected {what}, found {}", self.node.kind()));
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        if let Node::Text(text) = self.node {
            return Some(text);
        }
        self.expected("text in quotes");
        None
    }

    pub(super) fn flag(&self) -> Option<bool> {
        if let Node::Flag(flag) = self.node {
            return Some(*flag);
        }
        self.expected("true or false");
        None
    }

    pub(super) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let Node::Integer(number) = self.node else {
            self.expected("a whole number");
            return None;
        };
        if range.contains(number) {
            return Some(*number);
        }
        self.wrong(format!("{number} is not between {} and {}", range.start(), range.end()));
        None
    }

    /// A whole number whose range fits `u32`.
    pub(super) fn count(&self, range: RangeInclusive<u32>) -> Option<u32> {
        let wide = i64::from(*range.start())..=i64::from(*range.end());
        self.integer(wide).and_then(|number| u32::try_from(number).ok())
    }

    pub(super) fn decimal(&self, range: RangeInclusive<f32>) -> Option<f32> {
        let written = match self.node {
            Node::Decimal(number) => number.to_string().parse::<f32>().ok(),
            Node::Integer(number) => number.to_string().parse::<f32>().ok(),
            Node::Text(_) | Node::Flag(_) | Node::List(_) | Node::Table(_) => None,
        };
        let Some(number) = written else {
            self.expected("a number");
            return None;
        };
        if range.contains(&number) {
            return Some(number);
        }
        self.wrong(format!("{number} is not between {} and {}", range.start(), range.end()));
        None
    }

    pub(super) fn list(&self) -> Option<Vec<Self>> {
        let Node::List(items) = self.node else {
            self.expected("a list");
            return None;
        };
        let numbered = items.iter().zip(1_usize..);
        Some(numbered.map(|(item, number)| self.child(&format!("[{number}]"), item)).collect())
    }

    pub(super) fn table(&self) -> Option<Section<'a>> {
        let Node::Table(entries) = self.node else {
            self.expected("a table");
            return None;
        };
        let entries = entries.iter().map(|(key, value)| {
            let dot = if self.path.is_empty() { "" } else { "." };
            let value = self.child(&format!("{dot}{}", key.get_ref()), value);
            (key.get_ref().as_str(), (key.span().start, value))
        });
        Some(Section { whole: self.clone(), entries: entries.collect(), known: RefCell::default() })
    }

    fn child(&self, step: &str, node: &'a Spanned<Node>) -> Self {
        Self {
            path: format!("{}{step}", self.path),
            offset: node.span().start,
            node: node.get_ref(),
            problems: self.problems,
        }
    }
}

/// A table that is read key by key.
pub(super) struct Section<'a> {
    whole: Value<'a>,
    entries: BTreeMap<&'a str, (usize, Value<'a>)>,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    /// The table that is the file itself.
    pub(super) fn root(node: &'a Node, problems: &'a Problems<'a>) -> Option<Self> {
        Value { path: String::new(), offset: 0, node, problems }.table()
    }

    pub(super) fn find(&self, key: &'static str) -> Option<Value<'a>> {
        self.known.borrow_mut().insert(key);
        self.entries.get(key).map(|(_, value)| value.clone())
    }

    /// A key that must be there; `expected` completes "is missing, expected …".
    pub(super) fn get(&self, key: &'static str, expected: &str) -> Option<Value<'a>> {
        let value = self.find(key);
        if value.is_none() {
            let dot = if self.whole.path.is_empty() { "" } else { "." };
            let field = format!("{}{dot}{key}", self.whole.path);
            let problem = format!("is missing, expected {expected}");
            self.whole.problems.at(self.whole.offset, &field, problem);
        }
        value
    }

    pub(super) fn whole(&self) -> &Value<'a> {
        &self.whole
    }

    /// All entries, for tables whose keys are data.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &Value<'a>)> {
        self.entries.iter().map(|(key, (_, value))| (*key, value))
    }

    /// Complains about every key that nobody asked for.
    pub(super) fn finish(self) {
        let known = self.known.into_inner();
        for (key, (offset, value)) in &self.entries {
            if !known.contains(key) {
                let names: Vec<_> = known.iter().copied().collect();
                let problem = format!("is not a known key, expected one of {}", names.join(", "));
                self.whole.problems.at(*offset, &value.path, problem);
            }
        }
    }
}
