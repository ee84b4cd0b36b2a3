//! A conversation as a person reads it, kept as a file that later runs must write again, whatever was
//! killed in between.
//!
//! After each act of the buyer stand the messages that came or changed until the next one, as they looked
//! then. What no two runs have in common is left out: numbers, times of day and dates of orders, years that
//! are counted from today, what the played model wrote, and the steps of its progress. The same message
//! twice is written once: a program that dies between sending and noting it sends it again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::chat::{Kind, Moment};
use super::tongue::Tongue;

/// How a transcript has to be the kept one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    Exact,
    /// Everything that is kept was said, in its order; a program that died over an update may have shown
    /// something twice, or said that a step is over.
    InOrder,
}

pub(crate) struct Transcript {
    tongue: &'static Tongue,
    text: String,
    /// Beginning of what is not written yet.
    from: usize,
    /// How messages looked when they were written last.
    written: BTreeMap<i64, String>,
    /// Between the title of a report and its end; short ones have none and follow their receipt.
    in_report: bool,
}

impl Transcript {
    pub(crate) fn new(tongue: &'static Tongue, from: usize) -> Self {
        Self { tongue, text: String::new(), from, written: BTreeMap::new(), in_report: false }
    }

    pub(crate) fn said(&mut self, text: &str) {
        writeln!(self.text, "▶ {text}\n").unwrap();
    }

    pub(crate) fn tapped(&mut self, label: &str) {
        writeln!(self.text, "▶ [ {label} ]\n").unwrap();
    }

    /// Something that happens outside of the chat.
    pub(crate) fn meanwhile(&mut self, what: &str) {
        writeln!(self.text, "※ {what}\n").unwrap();
    }

    /// The messages that came or changed since the last turn.
    pub(crate) fn turn(&mut self, chat: &[(usize, Moment)]) {
        let mut looks: Vec<(i64, Option<&Moment>)> = Vec::new();
        let from = self.from;
        for (place, moment) in chat.iter().filter(|(place, _)| *place >= from) {
            self.from = place + 1;
            let look = match moment.kind {
                Kind::Said => continue,
                Kind::Deleted => None,
                Kind::Shown => Some(moment),
            };
            match looks.iter_mut().find(|(id, _)| *id == moment.message_id) {
                Some((_, old)) => *old = look,
                None => looks.push((moment.message_id, look)),
            }
        }
        // As they stand in the chat.
        looks.sort_by_key(|(id, _)| *id);
        let mut last = String::new();
        for (id, moment) in looks {
            let look = moment.map(|moment| self.look(moment)).unwrap_or_default();
            if look.is_empty() || look == last {
                continue;
            }
            if self.written.get(&id) != Some(&look) {
                self.text.push_str(&look);
                self.text.push('\n');
                self.written.insert(id, look.clone());
                last = look;
            }
        }
    }

    /// A message in lines; empty for what is not written down.
    fn look(&mut self, moment: &Moment) -> String {
        let (text, mut look) = (moment.text(), String::new());
        let file = moment.file().map(|kind| format!("‹{kind}› ")).unwrap_or_default();
        let said = self.without_report(moment, self.without_progress(&text));
        for line in format!("{file}{said}").lines() {
            writeln!(look, "{}", format!("    {line}").trim_end()).unwrap();
        }
        for row in moment.rows() {
            let labels: Vec<String> =
                row.iter().map(|button| format!("[ {} ]", button.label)).collect();
            writeln!(look, "    {}", labels.join(" ")).unwrap();
        }
        self.masked(&look)
    }

    /// What the model wrote stands between the title of a report, or the receipt of a short one, and the
    /// closing words, which a short one has below its last line.
    fn without_report(&mut self, moment: &Moment, text: &str) -> String {
        let is = |sign: &str| self.tongue.shows(sign, text);
        let (begins, ends) = (is("report-title") || is("pay-received-free"), is("report-closing"));
        let short_end = text.lines().find(|line| self.tongue.shows("report-closing-short", line));
        let inside = self.in_report && moment.file().is_none() && !ORDER_NO.is_match(text);
        self.in_report = begins || (self.in_report && !ends && short_end.is_none());
        if begins || ends || !inside {
            return text.to_owned();
        }
        let body = format!("‹{}›", self.tongue.of(["报告正文", "報告正文", "the report"]));
        short_end.map_or(body.clone(), |end| format!("{body}\n\n{end}"))
    }

    /// The steps of the writing come and go as they like.
    fn without_progress<'a>(&self, text: &'a str) -> &'a str {
        let steps = ["progress-begins", "progress-title", "progress-finished"];
        let is_step = |line: &str| steps.iter().any(|step| self.tongue.shows(step, line));
        let begin = text.lines().find(|line| is_step(line)).and_then(|line| text.find(line));
        text.get(..begin.unwrap_or(text.len())).unwrap_or_default().trim()
    }

    /// Without what no two runs have in common.
    fn masked(&self, look: &str) -> String {
        let shows = |sign: &str| self.tongue.shows(sign, look);
        let mut look = look.to_owned();
        if shows("check-luck") {
            look = LUCK.replace_all(&look, "‹…›").into_owned();
        }
        if shows("form-number-hint") {
            look = NEXT_YEARS.replace_all(&look, "[ ‹…› ]").into_owned();
        }
        if shows("report-closing") {
            look = PARTS.replace_all(&look, "$1‹…›").into_owned();
        }
        if ORDER_NO.is_match(&look) || shows("orders-title") {
            look = TIMES.replace_all(&look, "‹…›").into_owned();
        }
        look
    }

    /// Compares with the file of this name; with `MINGSHU_FOREIGN_WRITE` writes it.
    pub(crate) fn settle(&self, name: &str, how: Match) {
        let file = folder().join(self.tongue.code).join(format!("{name}.txt"));
        if std::env::var_os("MINGSHU_FOREIGN_WRITE").is_some() {
            assert_eq!(how, Match::Exact, "a torn conversation is none to keep");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &self.text).unwrap();
            return;
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        let (mut now, mut missing) = (self.text.lines(), kept.lines());
        let missing = match how {
            Match::Exact if kept == self.text => None,
            Match::Exact => missing.find(|line| now.next() != Some(*line)).or(Some("its end")),
            Match::InOrder => missing.find(|line| !now.any(|said| said == *line)),
        };
        let file = file.display();
        assert!(missing.is_none(), "{file}, {how:?}, up to {missing:?}; now it is:\n{}", self.text);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts")
}

static ORDER_NO: LazyLock<Regex> = LazyLock::new(|| Regex::new(ORDER_NO_PATTERN).unwrap());
/// Numbers, days and times of an order.
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"{ORDER_NO_PATTERN}|\d{{4}}-\d{{2}}-\d{{2}}( \d{{2}}:\d{{2}})?|\d{{2}}:\d{{2}}"
    ))
    .unwrap()
});
const ORDER_NO_PATTERN: &str = r"M\d{8}-[0-9A-Z]{8}";
/// How many messages a report took.
static PARTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(共 |has )\d+").unwrap());
/// Buttons with this year and the next ones.
static NEXT_YEARS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[ 20\d\d \]").unwrap());
/// Ten years of luck: which they are depends on the year of the run.
static LUCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[甲-龥]{2} ?[（(]\d{4}–\d{4}").unwrap());
