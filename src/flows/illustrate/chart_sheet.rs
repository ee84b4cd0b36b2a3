//! A chart as a sheet.

use chrono::{Datelike, Timelike};

use super::words::{Words, hue};
use crate::bazi::{
    BirthTime, Chart, Decade, Direction, Element, FlowYear, PillarReading, Sex, Strength,
};
use crate::platform::texts::Args;
use crate::reports::drawing::{
    ChartSheet, Column, DecadeCell, Fact, HiddenSign, LuckSheet, Point, Shares, Subject, Verdict,
    YearCell,
};

/// 大运 that fit side by side.
const DECADES: usize = 8;
/// How many of them may lie before the one it is now.
const PAST_DECADES: usize = 5;
const YEARS_AHEAD: i32 = 9;
/// A year counts as with or against the chart from here on.
const LEANING: i32 = 20;

/// What a chart looks like in the year `now`.
pub fn chart_sheet(words: Words<'_>, chart: &Chart, now: i32) -> ChartSheet {
    ChartSheet {
        subject: Subject { line: line(words, chart), facts: facts(words, chart) },
        pillars: columns(words, chart),
        elements: shares(chart),
        summary: summary(words, chart),
        notes: notes(words, chart),
        luck: luck(words, chart, now),
    }
}

fn line(words: Words<'_>, chart: &Chart) -> String {
    let sex = match chart.birth.sex {
        Sex::Male => "male",
        Sex::Female => "female",
    };
    let me = words.stem(chart.day_master.stem);
    let month = words.branch(chart.pillars.month.pillar.branch());
    let args = Args::new()
        .text("sex", words.get(sex))
        .text("stem", me.name)
        .text("element", words.element(chart.day_master.element))
        .text("branch", month.name);
    words.format("subject", &args)
}

fn facts(words: Words<'_>, chart: &Chart) -> Vec<Fact> {
    let birth = &chart.birth;
    let clock = birth.clock;
    let mut time = match birth.time {
        BirthTime::Exact { hour, minute } => format!("{hour:02}:{minute:02}"),
        BirthTime::DoubleHour { branch } => {
            let name = words.branch(branch).name;
            words.format("double-hour", &Args::new().text("branch", name))
        }
        BirthTime::LateZi => words.get("late-zi"),
        BirthTime::Unknown => words.get("time-unknown"),
    };
    if birth.summer_minutes > 0 {
        time.push_str(&words.get("summer-time"));
    }
    let args = Args::new()
        .text("year", clock.year().to_string())
        .text("month", clock.month().to_string())
        .text("day", clock.day().to_string())
        .text("time", time);
    let mut facts = vec![
        words.fact("solar", words.format("solar-date", &args)),
        words.fact("lunar", lunar(words, chart)),
    ];
    if let Some(place) = birth.place.as_ref().filter(|_| birth.uses_solar_time()) {
        let solar = birth.reckoned;
        let value = format!("{:02}:{:02} · {}", solar.hour(), solar.minute(), place.name);
        facts.push(words.fact("solar-time", value));
    }
    facts
}

fn lunar(words: Words<'_>, chart: &Chart) -> String {
    words.chinese(&chart.lunar_text).unwrap_or_else(|| {
        let lunar = chart.lunar;
        let leap = if lunar.leap { words.get("leap") } else { String::new() };
        format!("{leap}{}-{}-{}", lunar.year, lunar.month, lunar.day)
    })
}

fn columns(words: Words<'_>, chart: &Chart) -> Vec<Column> {
    let pillars = &chart.pillars;
    let known = [
        ("year", Some(&pillars.year)),
        ("month", Some(&pillars.month)),
        ("day", Some(&pillars.day)),
        ("hour", pillars.hour.as_ref()),
    ];
    let stars = chart.extras.as_ref().map(|extras| extras.stars.as_slice()).unwrap_or_default();
    let column = |(index, (name, reading)): (usize, (&str, Option<&PillarReading>))| {
        let stars = stars.get(index).map(Vec::as_slice).unwrap_or_default();
        column(words, (name, reading), stars)
    };
    known.into_iter().enumerate().map(column).collect()
}

/// As many 神煞 as a column has room for.
const STARS: usize = 4;

fn column(
    words: Words<'_>,
    (name, reading): (&str, Option<&PillarReading>),
    stars: &[String],
) -> Column {
    let hidden = reading.map(|reading| reading.hidden.as_slice()).unwrap_or_default();
    let unknown = words.get("hour-unknown");
    let own = words.get("self");
    Column {
        label: words.get(name),
        day: name == "day",
        god: reading.map_or(unknown, |reading| reading.ten_god.map_or(own, |god| words.god(god))),
        stem: reading.map(|reading| words.stem(reading.pillar.stem())),
        branch: reading.map(|reading| words.branch(reading.pillar.branch())),
        hidden: hidden
            .iter()
            .map(|one| HiddenSign { sign: words.stem(one.stem), god: words.god(one.ten_god) })
            .collect(),
        life: reading.map(|reading| words.life(reading.life_stage)),
        void: reading.map(|reading| words.void(reading.void)),
        nayin: reading.map(|reading| words.nayin(reading.nayin)),
        stars: stars.iter().filter_map(|star| words.chinese(star)).take(STARS).collect(),
    }
}

/// Parts of 1, rounded to thousandths so that no machine's arithmetic shows.
pub(super) fn shares(chart: &Chart) -> Shares {
    let scores = chart.elements.scores;
    let total = scores.total().max(1);
    let share = |element| {
        let part = scores.get(element).saturating_mul(1_000).saturating_add(total / 2) / total;
        f64::from(part) / 1_000.0
    };
    Shares {
        wood: share(Element::Wood),
        fire: share(Element::Fire),
        earth: share(Element::Earth),
        metal: share(Element::Metal),
        water: share(Element::Water),
    }
}

fn summary(words: Words<'_>, chart: &Chart) -> Vec<Verdict> {
    let strength = match chart.elements.strength {
        Strength::Strong => "strong",
        Strength::Weak => "weak",
    };
    let told = chart.elements.preferences;
    let of = |name: &str, element: Element| Verdict {
        label: words.get(name),
        value: words.element(element),
        wx: Some(hue(element)),
    };
    vec![
        Verdict { label: words.get("strength"), value: words.get(strength), wx: None },
        of("useful", told.useful),
        of("favourable", told.favourable),
        of("harmful", told.harmful),
    ]
}

fn notes(words: Words<'_>, chart: &Chart) -> Vec<String> {
    let mut notes = Vec::new();
    if !chart.birth.time.is_known() {
        notes.push(words.get("note-hour"));
    }
    if chart.notes.iter().any(crate::bazi::Note::is_near_boundary) {
        notes.push(words.get("note-boundary"));
    }
    notes
}

fn luck(words: Words<'_>, chart: &Chart, now: i32) -> LuckSheet {
    let all = chart.luck.decades.as_slice();
    let now_at = all.iter().position(|one| (one.start_year..=one.end_year).contains(&now));
    let surplus = all.len().saturating_sub(DECADES);
    let first = now_at.map_or(0, |at| at.saturating_sub(PAST_DECADES)).min(surplus);
    let shown: Vec<&Decade> = all.iter().skip(first).take(DECADES).collect();
    let way = match chart.luck.direction {
        Direction::Forward => "forward",
        Direction::Backward => "backward",
    };
    let after = chart.luck.starts_after;
    let args = Args::new()
        .text("years", after.years.to_string())
        .text("months", after.months.to_string())
        .text("way", words.get(way));
    let span = shown.first().zip(shown.last()).map(|(one, last)| one.start_year..=last.end_year);
    let point = |flow: &FlowYear| Point { year: flow.year, support: chart.support(flow) };
    LuckSheet {
        start: words.format("luck-start", &args),
        current: now_at.and_then(|at| at.checked_sub(first)).filter(|at| *at < DECADES),
        now,
        points: span
            .map_or_else(Vec::new, |span| chart.flow_years(span).iter().map(point).collect()),
        years: chart
            .flow_years(now..=now.saturating_add(YEARS_AHEAD))
            .iter()
            .map(|flow| year_cell(words, chart, flow))
            .collect(),
        decades: shown.into_iter().map(|one| decade_cell(words, one)).collect(),
    }
}

fn decade_cell(words: Words<'_>, decade: &Decade) -> DecadeCell {
    DecadeCell {
        gz: words.pair(decade.pillar),
        age: format!("{}–{}", decade.start_age, decade.end_age),
        year: decade.start_year,
        god: words.god(decade.ten_god),
    }
}

fn year_cell(words: Words<'_>, chart: &Chart, flow: &FlowYear) -> YearCell {
    let support = chart.support(flow);
    YearCell {
        year: flow.year,
        gz: words.pair(flow.pillar),
        god: words.god(flow.ten_god),
        support,
        word: if support >= LEANING {
            "with"
        } else if support <= -LEANING {
            "against"
        } else {
            "even"
        },
    }
}
