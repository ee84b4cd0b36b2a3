//! What the quality gate may hold a text against, from the chart that the text is about.

use std::ops::RangeInclusive;

use crate::bazi::facts::Asked;
use crate::bazi::{Chart, Direction, Element, Pillar, Sex, Strength};
use crate::reports::gate::{Decade, Known, Person};

/// Years after the present one that a report may look at, whatever it was asked for.
const YEARS_AHEAD: i32 = 3;

/// The truths of all `charts` for a report that was asked to look at `asked` of each.
pub fn of_people<'c>(
    charts: impl IntoIterator<Item = &'c Chart>,
    (this_year, asked): (i32, impl Fn(&Chart) -> Asked),
) -> Known {
    let mut known = Known { this_year: Some(this_year), ..Known::default() };
    for chart in charts {
        let more = of_asked(chart, asked(chart));
        known.persons.extend(more.persons);
        known.years.extend(more.years);
        known.other_pillars.extend(more.other_pillars);
        known.about_year = more.about_year;
    }
    known
}

/// The truths of one chart for a report that was asked to look at these years.
pub fn of_asked(chart: &Chart, asked: Asked) -> Known {
    let this_year = asked.this_year;
    let months = if asked.months { months_of(asked.first) } else { Vec::new() };
    let last = asked.last.max(this_year.saturating_add(YEARS_AHEAD));
    // A report that is begun on the last day of a year is read in the next one.
    let first = asked.first.min(this_year.saturating_sub(1));
    let about_year = Some(asked.first);
    Known { about_year, ..of_chart(chart, first..=last, (this_year, &months)) }
}

/// The truths of one chart: its pillars, luck and elements, the 流年 of `years`, and `others`,
/// pillars of months or of a day that the text may name as well.
pub fn of_chart(
    chart: &Chart,
    years: RangeInclusive<i32>,
    (this_year, others): (i32, &[Pillar]),
) -> Known {
    let derived = &chart.derived;
    let derived = [
        Some(derived.conception),
        Some(derived.womb_breath),
        derived.life_palace,
        derived.body_palace,
    ];
    let flow = chart.flow_years(years);
    Known {
        persons: vec![person(chart)],
        years: flow.iter().map(|flow| (flow.year, flow.pillar.to_string())).collect(),
        other_pillars: derived
            .into_iter()
            .flatten()
            .chain(others.iter().copied())
            .map(|pillar| pillar.to_string())
            .collect(),
        this_year: Some(this_year),
        about_year: None,
    }
}

fn person(chart: &Chart) -> Person {
    let pillars = chart.pillars.bare();
    let wishes = chart.elements.preferences;
    let words = |elements: [Element; 2]| elements.map(|element| element.to_string()).to_vec();
    let counts = chart.elements.counts;
    Person {
        pillars: [Some(pillars.year), Some(pillars.month), Some(pillars.day), pillars.hour]
            .map(|pillar| pillar.map(|pillar| pillar.to_string())),
        female: chart.birth.sex == Sex::Female,
        birth_year: Some(chart.birth.year()),
        decades: chart
            .luck
            .decades
            .iter()
            .map(|decade| Decade {
                pillar: decade.pillar.to_string(),
                ages: (decade.start_age, decade.end_age),
                years: (decade.start_year, decade.end_year),
            })
            .collect(),
        forward: Some(chart.luck.direction == Direction::Forward),
        strong: Some(chart.elements.strength == Strength::Strong),
        favourable: words([wishes.favourable, wishes.useful]),
        unfavourable: words([wishes.hostile, wishes.harmful]),
        element_counts: Some(Element::ALL.map(|element| counts.get(element))),
        animals: vec![chart.zodiac.to_string(), chart.zodiac_by_new_year.to_string()],
    }
}

/// The twelve months of a 立春 year. 五虎遁: the year's stem decides the stem of 寅.
pub fn months_of(year: i32) -> Vec<Pillar> {
    const MONTHS: i64 = 12;
    const TIGER: i64 = 2;
    let first = Pillar::of_year(year).stem().index().saturating_mul(MONTHS).saturating_add(TIGER);
    (0..MONTHS).map(|month| Pillar::at(first.saturating_add(month))).collect()
}
