//! Our charts against those of an independent almanac library, on thousands of births: random ones,
//! the minutes around the solar terms, and the hours around midnight, both sexes, both schools.
//! `fixtures/bazi/make.py` made the expectations, and `make_readings.py` those of everything that is
//! read off a pillar.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{Datelike, NaiveDateTime, Timelike};
use mingshu::bazi::facts::{Asked, ChartFacts, chart_facts};
use mingshu::bazi::{
    BirthInput, BirthTime, CalendarDate, Chart, LunarDate, Sect, Sex, StartOffset, SummerTime,
    chart, pillars_and_luck,
};

const READINGS: &str = include_str!("fixtures/bazi/readings.tsv");
const BIRTHS: &str = include_str!("fixtures/bazi/births.tsv");

#[test]
fn every_birth_has_the_chart_of_the_independent_library() {
    let mut compared = 0;
    for line in BIRTHS.lines() {
        let cells: Vec<_> = line.split('\t').collect();
        let [clock, sex, sect, expected @ ..] = cells.as_slice() else { panic!("{line}") };
        let input = input(clock, sex, sect);
        let moment = input.normalise().unwrap();
        let chart = chart(&moment, 2026).unwrap();
        assert_eq!(columns(&chart), expected, "{line}");
        assert_eq!(lunar_birth(&chart, &input), moment, "{line}");
        let (bare, luck) = pillars_and_luck(&moment).unwrap();
        assert_eq!((bare, luck), (chart.pillars.bare(), chart.luck), "{line}");
        compared += 1;
    }
    assert!(compared > 4_000, "only {compared} births");
}

#[test]
fn every_pillar_is_read_as_the_independent_library_reads_it() {
    // A summer of every year of the sixty holds every day master with every year pillar.
    let mut ours: Vec<String> = Vec::new();
    for year in 1984..2044 {
        for day in 1..=10 {
            let input = input(&format!("{year}-07-{day:02} 12:00"), "0", "1");
            let chart = chart(&input.normalise().unwrap(), 2026).unwrap();
            let facts = chart_facts(
                &chart,
                Asked { this_year: 2026, first: 2026, last: 2026, months: false },
            );
            ours.push(reading(&facts));
        }
    }
    ours.sort();
    let mut theirs: Vec<_> = READINGS.lines().collect();
    theirs.sort_unstable();
    assert_eq!(theirs.len(), 600);
    assert_eq!(ours, theirs);
}

/// The year pillar of the facts in the columns of the expectations.
fn reading(facts: &ChartFacts) -> String {
    let pillar = &facts.pillars.year;
    let hidden: String = pillar.hidden.iter().map(|hidden| hidden.stem.zh()).collect();
    let gods: Vec<_> = pillar.hidden.iter().map(|hidden| hidden.ten_god.zh()).collect();
    let void: String = pillar.void.iter().map(|branch| branch.zh()).collect();
    let columns = [
        facts.person.day_master.stem.zh().to_owned(),
        pillar.pillar.to_string(),
        pillar.ten_god.unwrap().zh().to_owned(),
        hidden,
        gods.join(" "),
        pillar.life_stage.zh().to_owned(),
        pillar.nayin.zh().to_owned(),
        void,
    ];
    columns.join("\t")
}

fn input(clock: &str, sex: &str, sect: &str) -> BirthInput {
    let clock = NaiveDateTime::parse_from_str(clock, "%Y-%m-%d %H:%M").unwrap();
    BirthInput {
        sex: if sex == "0" { Sex::Male } else { Sex::Female },
        sect: Sect::from_number(sect.parse().unwrap()).unwrap(),
        date: CalendarDate::Solar { year: clock.year(), month: clock.month(), day: clock.day() },
        time: BirthTime::Exact { hour: clock.hour(), minute: clock.minute() },
        place: None,
        summer_time: SummerTime::NotIncluded,
    }
}

/// The same birth, stated by its lunar date.
fn lunar_birth(chart: &Chart, solar: &BirthInput) -> mingshu::bazi::BirthMoment {
    let LunarDate { year, month, leap, day } = chart.lunar;
    let date = CalendarDate::Lunar { year, month, leap, day };
    // A lunar year before 1900 cannot be stated.
    let date = if year < mingshu::bazi::FIRST_YEAR { solar.date } else { date };
    BirthInput { date, ..solar.clone() }.normalise().unwrap()
}

/// The chart in the columns of the expectations.
fn columns(chart: &Chart) -> Vec<String> {
    let LunarDate { year, month, leap, day } = chart.lunar;
    let derived = &chart.derived;
    let palaces = [derived.life_palace.unwrap(), derived.body_palace.unwrap()];
    let StartOffset { years, months, days, hours } = chart.luck.starts_after;
    let decades = chart.luck.decades.iter().map(|decade| decade.pillar.to_string());
    vec![
        chart.pillars_zh(),
        format!("{year} {}{month} {day}", if leap { "-" } else { "" }),
        format!("{} {} {} {}", derived.conception, derived.womb_breath, palaces[0], palaces[1]),
        format!("{years}-{months}-{days}-{hours}"),
        chart.luck.starts_at.format("%Y-%m-%d %H:%M").to_string(),
        chart.luck.start_age().to_string(),
        decades.collect::<Vec<_>>().join(" "),
    ]
}
