//! What the texts are filled with: the facts of a prompt, in the words that the texts use.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::chart::{ELEMENTS, Pair, element_name, group, relation};
use super::facts::{Decade, Facts};

/// Who asks for a chart without giving one is told of this one.
pub(super) const EXAMPLE: [&str; 4] = ["庚午", "辛巳", "乙酉", "庚辰"];

const PLACES: [&str; 4] = ["年", "月", "日", "时"];

#[derive(Serialize)]
struct Step {
    name: String,
    stem: &'static str,
    branch: &'static str,
    element: &'static str,
    god: &'static str,
    group: &'static str,
}

impl Step {
    fn new(pair: Pair, day: Pair) -> Self {
        Self {
            name: pair.name(),
            stem: pair.stem_name(),
            branch: pair.branch_name(),
            element: element_name(pair.stem_element()),
            god: pair.god(day),
            group: group(day.stem_element(), pair.stem_element()),
        }
    }
}

pub(super) fn values(facts: &Facts) -> Value {
    let example: Vec<Pair> = EXAMPLE.iter().filter_map(|text| Pair::parse(text)).collect();
    let pillars = if facts.pillars.is_empty() { &example } else { &facts.pillars };
    let (Some(month), Some(day)) = (pillars.get(1).copied(), pillars.get(2).copied()) else {
        return Value::UNDEFINED;
    };
    let year = Pair::of_year(facts.year);
    let counts = count(pillars);
    let strong = facts.strong.unwrap_or_else(|| is_strong(day, month, &counts));
    let helpful = match facts.favourable.as_slice() {
        [] => favourable(day, strong).iter().map(ToString::to_string).collect(),
        told => told.to_vec(),
    };
    let elements: Vec<Value> =
        ELEMENTS.into_iter().zip(counts).map(|(name, count)| context! { name, count }).collect();
    context! {
        lot => facts.lot,
        pillars => pillar_rows(pillars, day),
        question => facts.asks,
        day => day_value(day),
        month => context! { branch => month.branch_name(), season => month.season() },
        elements,
        strongest => extreme(&counts, true),
        weakest => extreme(&counts, false),
        strong,
        favourable => helpful,
        relations => facts.relations.clone(),
        lean => group(day.stem_element(), month.branch_element()),
        luck => luck(facts, day),
        year => year_value(facts.year, day),
        own => decade(facts, day, 0),
        previous => decade(facts, day, -1),
        next_one => decade(facts, day, 1),
        ten_years => ten_years(facts, day),
        number => facts.chapter.as_ref().map_or(0, |chapter| chapter.number),
        coming => [1, 2, 3].map(|ahead| year_value(facts.year.saturating_add(ahead), day)),
        months => months(year, day),
        clashes => places(pillars, |pair| pair.clashes(year)),
        harmonies => places(pillars, |pair| pair.harmonises(year)),
        you => other_person(&facts.other, pillars),
    }
}

/// The second person, and what the two are to each other; nothing where there is none.
fn other_person(theirs: &[Pair], mine: &[Pair]) -> Value {
    let three = |pillars: &[Pair]| match *pillars {
        [year, month, day, ..] => Some((year, month, day)),
        _ => None,
    };
    let (Some((year, month, day)), Some((my_year, _, my_day))) = (three(theirs), three(mine))
    else {
        return Value::UNDEFINED;
    };
    let counts = count(theirs);
    context! {
        pillars => pillar_rows(theirs, day),
        day => day_value(day),
        month => context! { branch => month.branch_name(), season => month.season() },
        strongest => extreme(&counts, true),
        weakest => extreme(&counts, false),
        lean => group(day.stem_element(), month.branch_element()),
        god => day.god(my_day),
        group => group(my_day.stem_element(), day.stem_element()),
        me_god => my_day.god(day),
        me_group => group(day.stem_element(), my_day.stem_element()),
        palaces_combine => day.harmonises(my_day),
        palaces_clash => day.clashes(my_day),
        years_clash => year.clashes(my_year),
    }
}

/// The element with the most characters, or with the fewest.
fn extreme(counts: &[usize; 5], most: bool) -> &'static str {
    let order = |place: &usize| {
        let count = counts.get(*place).copied().unwrap_or(0);
        if most { count } else { usize::MAX.saturating_sub(count) }
    };
    element_name((0..5).max_by_key(order).unwrap_or(0))
}

fn year_value(number: i64, day: Pair) -> Value {
    context! { number, ..Value::from(Serde(Step::new(Pair::of_year(number), day))) }
}

fn day_value(day: Pair) -> Value {
    context! {
        stem => day.stem_name(),
        element => element_name(day.stem_element()),
        branch => day.branch_name(),
        branch_element => element_name(day.branch_element()),
        seat => group(day.stem_element(), day.branch_element()),
    }
}

fn pillar_rows(pillars: &[Pair], day: Pair) -> Vec<Value> {
    let row = |(place, pair): (&str, &Pair)| {
        let elements =
            format!("{}{}", element_name(pair.stem_element()), element_name(pair.branch_element()));
        let god = if place == "日" { "日主" } else { pair.god(day) };
        let around = if place == "日" { pair.branch_element() } else { pair.stem_element() };
        let group = group(day.stem_element(), around);
        context! { place, name => pair.name(), elements, god, group }
    };
    PLACES.into_iter().zip(pillars).map(row).collect()
}

fn places(pillars: &[Pair], meets: impl Fn(Pair) -> bool) -> Vec<&'static str> {
    let named = PLACES.into_iter().zip(pillars);
    named.filter(|(_, pair)| meets(**pair)).map(|(place, _)| place).collect()
}

fn decade_value(decade: &Decade, day: Pair) -> Value {
    let ages = decade.from_age.map(|age| format!("{age}–{} 岁", age.saturating_add(9)));
    let years = decade.from_year.map(|year| format!("{year} 年起"));
    let span: Vec<String> = ages.into_iter().chain(years).collect();
    let step = Value::from(Serde(Step::new(decade.pair, day)));
    context! { span => span.join("，"), from_age => decade.from_age, ..step }
}

/// The decade that the prompt marks as ruling, or one beside it; nothing where there is none.
fn decade(facts: &Facts, day: Pair, beside: isize) -> Value {
    let place = facts.ruling.and_then(|ruling| ruling.checked_add_signed(beside));
    let found = place.and_then(|place| facts.luck.get(place));
    // Templates ask whether there is one, which they may not ask of a value that is undefined.
    found.map_or(Value::from(()), |decade| decade_value(decade, day))
}

/// The years that the prompt lists.
fn ten_years(facts: &Facts, day: Pair) -> Vec<Value> {
    let row = |(year, age): &(i64, Option<i64>)| context! { age, ..year_value(*year, day) };
    facts.years.iter().take(10).map(row).collect()
}

fn luck(facts: &Facts, day: Pair) -> Vec<Value> {
    let row = |decade: &Decade| decade_value(decade, day);
    // A chapter speaks of the decade that rules and of the next one.
    let ends = |it: &&Decade| it.from_year.is_none_or(|from| from.saturating_add(9) >= facts.year);
    match facts.chapter {
        Some(_) => facts.luck.iter().filter(ends).take(2).map(row).collect(),
        None => facts.luck.iter().take(8).map(row).collect(),
    }
}

fn months(year: Pair, day: Pair) -> Vec<Value> {
    let names = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"];
    let row = |(number, name): (usize, &str)| {
        let step = Value::from(Serde(Step::new(year.month(number), day)));
        context! { label => format!("{name}月"), ..step }
    };
    names.into_iter().enumerate().map(row).collect()
}

fn count(pillars: &[Pair]) -> [usize; 5] {
    let mut counts = [0; 5];
    for pair in pillars {
        for element in [pair.stem_element(), pair.branch_element()] {
            if let Some(count) = counts.get_mut(element) {
                *count = usize::saturating_add(*count, 1);
            }
        }
    }
    counts
}

/// The month counts double, as the old books have it.
fn is_strong(day: Pair, month: Pair, counts: &[usize; 5]) -> bool {
    let helps = |element: usize| matches!(relation(day.stem_element(), element), 0 | 4);
    let help: usize = counts.iter().enumerate().filter(|(e, _)| helps(*e)).map(|(_, n)| n).sum();
    let seasonal = if helps(month.branch_element()) { 2 } else { 0 };
    let all: usize = counts.iter().sum();
    help.saturating_add(seasonal).saturating_mul(2) > all
}

/// What a strong day master should give to, or what a weak one should take from.
fn favourable(day: Pair, strong: bool) -> Vec<&'static str> {
    let steps: [usize; 2] = if strong { [1, 2] } else { [4, 0] };
    steps.iter().map(|step| element_name(day.stem_element().saturating_add(*step) % 5)).collect()
}
