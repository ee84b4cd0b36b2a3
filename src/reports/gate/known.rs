//! What is true, in plain words and numbers: the flows fill it from the facts of an order.

use super::cycle::{Branch, Element, God, Pair, Stem};

/// Everything a text may state about its buyer. An empty field means "not told", and whatever
/// rests on it is not judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Nobody for products without a chart, two for a pair.
    pub persons: Vec<Person>,
    /// 流年 that were told, each with its pillar.
    pub years: Vec<(i32, String)>,
    /// Other pillars that may be named: months, 胎元, 命宫, those of today.
    pub other_pillars: Vec<String>,
    /// The year in which the text is read.
    pub this_year: Option<i32>,
    /// The first year that the report was asked to look at: "the next luck cycle" may count from it.
    pub about_year: Option<i32>,
}

/// One chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Year, month, day and hour, like `庚午`; the hour is `None` when it is not known.
    pub pillars: [Option<String>; 4],
    /// 乾 or 坤.
    pub female: bool,
    pub birth_year: Option<i32>,
    pub decades: Vec<Decade>,
    /// Whether 大运 run forward.
    pub forward: Option<bool>,
    /// 身强.
    pub strong: Option<bool>,
    /// 喜神 and 用神 as elements, like `木`.
    pub favourable: Vec<String>,
    /// 仇神 and 忌神.
    pub unfavourable: Vec<String>,
    /// How many of the visible characters belong to 木, 火, 土, 金, 水.
    pub element_counts: Option<[u32; 5]>,
    /// 生肖 as branches: of the year pillar and, where it differs, of the lunar year.
    pub animals: Vec<String>,
}

/// 大运. Ages are 虚岁.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decade {
    pub pillar: String,
    pub ages: (i32, i32),
    pub years: (i32, i32),
}

/// [`Known`] with its words read.
pub(super) struct Truth {
    pub(super) persons: Vec<Chart>,
    pub(super) this_year: Option<i32>,
    about_year: Option<i32>,
    pairs: Vec<Pair>,
}

/// [`Person`] with his words read.
pub(super) struct Chart {
    pub(super) natal: [Option<Pair>; 4],
    pub(super) female: bool,
    pub(super) birth_year: Option<i32>,
    pub(super) decades: Vec<(Pair, Decade)>,
    pub(super) forward: Option<bool>,
    pub(super) strong: Option<bool>,
    pub(super) favourable: Vec<Element>,
    pub(super) unfavourable: Vec<Element>,
    pub(super) element_counts: Option<[u32; 5]>,
    pub(super) animals: Vec<Branch>,
}

impl Truth {
    pub(super) fn of(known: &Known) -> Self {
        let persons: Vec<Chart> = known.persons.iter().map(Chart::of).collect();
        let own = persons.iter().flat_map(|chart| {
            chart.natal.iter().copied().flatten().chain(chart.decades.iter().map(|(pair, _)| *pair))
        });
        let told = known.years.iter().map(|(_, pillar)| pillar).chain(&known.other_pillars);
        let pairs = own.chain(told.filter_map(|pillar| Pair::read(pillar))).collect();
        Self { pairs, persons, this_year: known.this_year, about_year: known.about_year }
    }

    /// The years from which luck cycles are counted.
    pub(super) fn present(&self) -> impl Iterator<Item = i32> {
        self.this_year.into_iter().chain(self.about_year)
    }

    /// Whether there is anything to hold a text against.
    pub(super) fn has_charts(&self) -> bool {
        !self.persons.is_empty()
    }

    pub(super) fn knows(&self, pair: Pair) -> bool {
        self.pairs.contains(&pair)
    }

    pub(super) fn any(&self, holds: impl FnMut(&Chart) -> bool) -> bool {
        self.persons.iter().any(holds)
    }

    pub(super) fn decades(&self) -> impl Iterator<Item = &(Pair, Decade)> {
        self.persons.iter().flat_map(|chart| &chart.decades)
    }

    pub(super) fn decade(&self, pair: Pair) -> Vec<&Decade> {
        self.decades().filter(|(own, _)| *own == pair).map(|(_, decade)| decade).collect()
    }

    /// The values of a field of all charts, for the explanation of a finding.
    pub(super) fn say(&self, word: impl Fn(&Chart) -> Option<String>) -> String {
        let words: Vec<String> = self.persons.iter().filter_map(word).collect();
        words.join(" / ")
    }
}

impl Chart {
    fn of(person: &Person) -> Self {
        let elements = |words: &[String]| {
            words.iter().filter_map(|word| Element::read(word.chars().next()?)).collect()
        };
        let pair = |pillar: &Option<String>| pillar.as_deref().and_then(Pair::read);
        let branch = |word: &String| {
            let character = word.chars().next()?;
            Branch::of_animal(character).or_else(|| Branch::read(character))
        };
        let decade = |decade: &Decade| Some((Pair::read(&decade.pillar)?, decade.clone()));
        Self {
            natal: [0, 1, 2, 3].map(|place| person.pillars.get(place).and_then(pair)),
            female: person.female,
            birth_year: person.birth_year,
            decades: person.decades.iter().filter_map(decade).collect(),
            forward: person.forward,
            strong: person.strong,
            favourable: elements(&person.favourable),
            unfavourable: elements(&person.unfavourable),
            element_counts: person.element_counts,
            animals: person.animals.iter().filter_map(branch).collect(),
        }
    }

    pub(super) fn day_master(&self) -> Option<Stem> {
        self.natal.get(2).copied().flatten().map(|pair| pair.stem)
    }

    pub(super) fn god(&self, stem: Stem) -> Option<God> {
        Some(God::of(self.day_master()?, stem))
    }

    pub(super) fn pillar(&self, place: usize) -> Option<Pair> {
        self.natal.get(place).copied().flatten()
    }

    pub(super) fn branches(&self) -> Vec<Branch> {
        self.natal.iter().flatten().map(|pair| pair.branch).collect()
    }

    /// 虚岁 in a year.
    pub(super) fn age_in(&self, year: i32) -> Option<i32> {
        Some(year - self.birth_year? + 1)
    }

    /// Decades by the year they rule.
    pub(super) fn ruling(&self, year: i32) -> Option<usize> {
        self.decades
            .iter()
            .position(|(_, decade)| (decade.years.0..=decade.years.1).contains(&year))
    }
}
