//! What a prompt asks for, read the way a model would: tolerant of every shape.

use serde_json::Value;

use super::chart::{Pair, Sex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Natal,
    /// Two people's charts side by side.
    Match,
    Year,
    Short,
    /// The ten years of one luck cycle.
    Decade,
    /// Work and money.
    Work,
    /// A child's chart, for the parents.
    Child,
    /// A chart in one paragraph.
    Glance,
}

/// A decade as far as the prompt tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decade {
    pub(super) pair: Pair,
    pub(super) from_age: Option<i64>,
    pub(super) from_year: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) kind: Kind,
    pub(super) english: bool,
    /// Year, month, day, hour; the hour may be missing, and all of them.
    pub(super) pillars: Vec<Pair>,
    /// The same of the second person, where there is one.
    pub(super) other: Vec<Pair>,
    pub(super) luck: Vec<Decade>,
    pub(super) year: i64,
    /// The buyer wrote a question.
    pub(super) asks: bool,
    /// What is asked about a report that was written before.
    pub(super) question: Option<String>,
    /// The numbered headings that the prompt prescribes, such as `## 一、命盘总览`.
    pub(super) headings: Vec<String>,
    /// The one chapter that is asked for, when it is not the whole report.
    pub(super) chapter: Option<Chapter>,
    /// What the prompt says of the day master's strength and of the elements that help him.
    pub(super) strong: Option<bool>,
    pub(super) favourable: Vec<String>,
    /// Ties among the pillars, such as `六合：日酉 时辰`.
    pub(super) relations: Vec<String>,
    /// The place of the decade that the prompt is about.
    pub(super) ruling: Option<usize>,
    /// The years that the prompt lists, with their ages.
    pub(super) years: Vec<(i64, Option<i64>)>,
    pub(super) sex: Sex,
    /// The language is written in traditional characters.
    pub(super) traditional: bool,
    /// Which of the short answers; the same for the same prompt.
    pub(super) lot: u64,
}

/// A chapter as a prompt asks for it: `本次只写第 3 章《事业与才能》`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chapter {
    /// From 1.
    pub(super) number: usize,
    pub(super) title: String,
}

impl Chapter {
    fn read(user: &str) -> Option<Self> {
        let (_, rest) = user.split_once("只写第 ")?;
        let number = leading_number(rest).and_then(|number| usize::try_from(number).ok())?;
        let (_, rest) = rest.split_once('《')?;
        let (title, _) = rest.split_once('》')?;
        Some(Self { number, title: title.to_owned() })
    }
}

impl Facts {
    /// Reads the system part, the user's part and the token limit of a request.
    pub(super) fn read(system: &str, user: &str, max_tokens: u64) -> Self {
        let json = fenced_json(user).or_else(|| fenced_json(system)).unwrap_or(Value::Null);
        let all = format!("{system}\n{user}");
        let other = second_person(&json).map(pillars).unwrap_or_default();
        let own = pillars(&json);
        let said = KINDS.iter().find(|(words, _)| system.contains(words));
        let kind = if max_tokens <= 1500 || system.contains("短文") {
            if own.is_empty() { Kind::Short } else { Kind::Glance }
        } else if let Some((_, kind)) = said {
            *kind
        } else if other.len() > 2 {
            Kind::Match
        } else if find(&json, &YEAR_KEYS).is_some() || user.contains(YEAR_WORDS) {
            Kind::Year
        } else {
            Kind::Natal
        };
        Self {
            kind,
            english: asks_for_english(&all),
            pillars: own,
            other,
            luck: luck(&json),
            year: year(&json, user),
            asks: user.contains("<buyer>"),
            question: question(user),
            headings: headings(system),
            chapter: Chapter::read(user),
            strong: find(&json, &["strength"]).and_then(Value::as_str).map(|word| word == "偏强"),
            favourable: favourable(&json),
            relations: relations(&json),
            ruling: ruling(&json),
            years: years(&json),
            sex: match find(&json, &["sex"]).and_then(Value::as_str) {
                Some("坤造") => Sex::Female,
                Some(_) | None => Sex::Male,
            },
            traditional: all.contains("繁體中文"),
            lot: user.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())),
        }
    }
}

/// How a prompt introduces a question about a finished report.
const QUESTION_WORDS: &str = "这一条追问：";

fn question(user: &str) -> Option<String> {
    let (_, rest) = user.rsplit_once(QUESTION_WORDS)?;
    let (_, rest) = rest.split_once("<buyer>")?;
    let (words, _) = rest.split_once("</buyer>")?;
    Some(words.trim().to_owned())
}

const PILLAR_KEYS: [&str; 6] = ["pillars", "four_pillars", "四柱", "bazi", "eight_char", "八字"];
const LUCK_KEYS: [&str; 7] =
    ["dayun", "da_yun", "luck", "decades", "luck_pillars", "大运", "steps"];
const YEAR_KEYS: [&str; 5] =
    ["target_year", "chosen_year", "flow_year", "liunian_year", "流年年份"];
const PLACES: [[&str; 4]; 4] = [
    ["year", "年", "年柱", "year_pillar"],
    ["month", "月", "月柱", "month_pillar"],
    ["day", "日", "日柱", "day_pillar"],
    ["hour", "时", "时柱", "hour_pillar"],
];

/// How a prompt names the year that the buyer chose.
const YEAR_WORDS: &str = "年份：";

/// What prompts say of themselves.
const KINDS: [(&str, Kind); 3] =
    [("只看一步大运", Kind::Decade), ("只看事业与财", Kind::Work), ("命盘是孩子的", Kind::Child)];

/// The place of the decade whose number the prompt calls ruling.
fn ruling(json: &Value) -> Option<usize> {
    let number = find(json, &["ruling"])?.as_u64()?;
    usize::try_from(number).ok()?.checked_sub(1)
}

fn years(json: &Value) -> Vec<(i64, Option<i64>)> {
    let list = json.pointer("/years/list").and_then(Value::as_array);
    let year = |it: &Value| Some((it.get("year")?.as_i64()?, it.get("age").and_then(first)));
    list.into_iter().flatten().filter_map(year).collect()
}

fn asks_for_english(text: &str) -> bool {
    let text = text.to_lowercase();
    ["in english", "in natural english"].iter().any(|words| text.contains(words))
}

fn headings(system: &str) -> Vec<String> {
    let numbered = |line: &&str| {
        let title = line.strip_prefix("## ").unwrap_or_default();
        let digits = title
            .trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
        digits.len() < title.len() && digits.starts_with(['、', '.'])
    };
    system.lines().map(str::trim).filter(numbered).map(str::to_owned).collect()
}

/// The first block of JSON in the text.
fn fenced_json(text: &str) -> Option<Value> {
    let (_, rest) = text.split_once("```json")?;
    serde_json::from_str(rest.split_once("```")?.0).ok()
}

/// The first value, however deep, under one of the names; earlier names first.
fn find<'a>(json: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| find_one(json, name))
}

fn find_one<'a>(json: &'a Value, name: &str) -> Option<&'a Value> {
    match json {
        Value::Object(fields) => {
            let here = fields.get(name).filter(|value| !value.is_null());
            here.or_else(|| fields.values().find_map(|inner| find_one(inner, name)))
        }
        Value::Array(items) => items.iter().find_map(|inner| find_one(inner, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn second_person(json: &Value) -> Option<&Value> {
    json.get("people")?.as_array()?.get(1)
}

fn pillars(json: &Value) -> Vec<Pair> {
    let found = match find(json, &PILLAR_KEYS) {
        Some(Value::Array(items)) => items.iter().filter_map(pair).collect(),
        Some(fields @ Value::Object(_)) => PLACES
            .iter()
            .filter_map(|names| names.iter().find_map(|name| fields.get(*name)).and_then(pair))
            .collect(),
        Some(Value::String(text)) => text.split_whitespace().filter_map(Pair::parse).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) | None => Vec::new(),
    };
    if found.len() < 3 { Vec::new() } else { found.into_iter().take(4).collect() }
}

/// A pair written as one text, or as an object that holds it or its two halves.
fn pair(value: &Value) -> Option<Pair> {
    let Value::Object(fields) = value else { return Pair::parse(value.as_str()?) };
    let whole = fields.values().find_map(|field| Pair::parse(field.as_str()?));
    whole.or_else(|| {
        let half = |names: [&str; 2]| {
            let field = names.iter().find_map(|name| fields.get(*name))?;
            field.as_str().or_else(|| field.get("name")?.as_str())
        };
        let (stem, branch) = (half(["stem", "天干"])?, half(["branch", "地支"])?);
        Pair::parse(&format!("{stem}{branch}"))
    })
}

/// 喜神 and 用神, where the prompt names them.
fn favourable(json: &Value) -> Vec<String> {
    let named = find(json, &["preferences"]);
    let element = |name: &str| Some(named?.get(name)?.as_str()?.to_owned());
    ["favourable", "useful"].iter().filter_map(|name| element(name)).collect()
}

/// The ties of the natal chart, in words.
fn relations(json: &Value) -> Vec<String> {
    let list = json.pointer("/relations/list").and_then(Value::as_array);
    let words = |relation: &Value| {
        let members: Vec<String> = relation["members"]
            .as_array()?
            .iter()
            .filter_map(|it| Some(format!("{}{}", it["at"].as_str()?, it["sign"].as_str()?)))
            .collect();
        Some(format!("{}：{}", relation["kind"].as_str()?, members.join(" ")))
    };
    list.into_iter().flatten().filter_map(words).take(4).collect()
}

fn luck(json: &Value) -> Vec<Decade> {
    let list = LUCK_KEYS.iter().find_map(|name| {
        let found = find_one(json, name)?;
        found.as_array().or_else(|| find(found, &LUCK_KEYS)?.as_array())
    });
    let decade = |item: &Value| {
        let number = |part: &str| {
            let fields = item.as_object()?;
            fields.iter().find(|(name, _)| name.contains(part)).and_then(|(_, value)| first(value))
        };
        Some(Decade {
            pair: pair(item)?,
            from_age: number("start_age").or_else(|| number("age")).or_else(|| number("岁")),
            from_year: number("start_year").or_else(|| number("year")).or_else(|| number("年")),
        })
    };
    list.into_iter().flatten().filter_map(decade).take(10).collect()
}

/// A number, the first of a list of numbers, or the number that a text begins with.
fn first(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => return number.as_i64(),
        Value::Array(items) => return first(items.first()?),
        Value::Object(fields) => return first(fields.values().next()?),
        Value::String(text) => text,
        Value::Null | Value::Bool(_) => return None,
    };
    leading_number(text)
}

fn leading_number(text: &str) -> Option<i64> {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The year asked about, else the first year of today's date in the prompt.
fn year(json: &Value, user: &str) -> i64 {
    let in_words = || user.split_once(YEAR_WORDS).and_then(|(_, rest)| leading_number(rest));
    let asked = find(json, &YEAR_KEYS).and_then(first).or_else(in_words);
    let todays = || {
        user.match_indices("20").find_map(|(start, _)| {
            let digits = user.get(start..start.saturating_add(4))?;
            let after = user.get(start.saturating_add(4)..)?;
            let is_date = after.starts_with(['-', '年', '.', '/']);
            is_date.then(|| digits.parse().ok()).flatten()
        })
    };
    asked.filter(|year| (1900..=2200).contains(year)).or_else(todays).unwrap_or(2026)
}

#[cfg(test)]
mod tests;
