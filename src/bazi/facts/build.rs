//! The facts of a chart. The same for our own chart and for an outside service's: both are a
//! [`Chart`], which knows who reckoned it.

use std::ops::RangeInclusive;

use chrono::Datelike;

use super::relations::{self, Placed, Position};
use super::{
    BirthTimeFacts, CalendarMonth, ChartFacts, DecadeFacts, DerivedFacts, Doubt, ElementFacts,
    FACTS_VERSION, LuckFacts, MonthFact, MonthFacts, PatternFacts, Person, PillarFacts, Precision,
    QualityNote, RelationFacts, Season, SeasonState, Source, StarFacts, StarNames, StartAge,
    TermDistance, TermFacts, YearFact, YearFacts, stars,
};
use crate::bazi::almanac::{self, TermInstant};
use crate::bazi::chart::Extras;
use crate::bazi::pillars::first_month_onwards;
use crate::bazi::{
    BirthTime, Branch, Chart, Decade, Element, FlowYear, Note, Pillar, SolarTerm, Stem, TenGod,
};

const MONTHS: u8 = 12;
/// No report looks further.
const MOST_YEARS: i32 = 30;

const ELEMENTS: &str = "缘份居·五行分值、强弱与喜用神";
const RELATIONS: &str = "三命通会卷二、五行大义、滴天髓·干支合冲刑害破会";
const STARS: &str = "三命通会卷三·神煞";

/// What a report is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The year it is.
    pub this_year: i32,
    /// The first and the last of the years.
    pub first: i32,
    pub last: i32,
    /// The first year month by month, too.
    pub months: bool,
}

impl Asked {
    fn span(self) -> RangeInclusive<i32> {
        self.first..=self.last.min(self.first.saturating_add(MOST_YEARS - 1))
    }
}

/// Reads off a chart what may be said of it.
pub fn chart_facts(chart: &Chart, asked: Asked) -> ChartFacts {
    let source = Source::from(chart.source);
    let natal = placed(chart);
    let readings = &chart.pillars;
    ChartFacts {
        version: FACTS_VERSION,
        person: Person {
            source: source.clone(),
            sex: chart.birth.sex.zh().to_owned(),
            zodiac: chart.zodiac,
            day_master: chart.day_master,
        },
        pillars: PillarFacts {
            source: source.clone(),
            year: readings.year.clone(),
            month: readings.month.clone(),
            day: readings.day.clone(),
            hour: readings.hour.clone(),
        },
        derived: DerivedFacts { source: Source::Local, pillars: chart.derived },
        elements: elements(chart),
        relations: RelationFacts {
            source: Source::rule(RELATIONS),
            list: relations::among(&natal),
        },
        luck: luck(chart, &natal, asked),
        years: years(chart, &natal, asked),
        months: asked.months.then(|| months(chart, &natal, asked.first)),
        terms: terms(chart),
        stars: star_facts(chart),
        pattern: pattern(chart.extras.as_ref(), &source),
        birth_time: birth_time(chart),
        check: chart.check.clone(),
    }
}

fn placed(chart: &Chart) -> Vec<Placed> {
    Position::ALL.into_iter().zip(chart.pillars.bare().known()).collect()
}

fn elements(chart: &Chart) -> ElementFacts {
    let balance = chart.elements;
    let month = chart.pillars.month.pillar.branch().element();
    ElementFacts {
        source: Source::rule(ELEMENTS),
        counts: balance.counts,
        scores: balance.scores,
        season: Season::of(month),
        own_party: balance.own_party,
        other_party: balance.other_party,
        strength: balance.strength,
        preferences: balance.preferences,
        yin_yang: balance.yin_yang,
    }
}

impl Season {
    /// 当令者旺，令生者相，生令者休，克令者囚，令克者死.
    fn of(ruler: Element) -> Self {
        let state = |element: Element| match (element.index() - ruler.index()).rem_euclid(5) {
            0 => SeasonState::Prosperous,
            1 => SeasonState::Rising,
            2 => SeasonState::Dead,
            3 => SeasonState::Captive,
            _ => SeasonState::Resting,
        };
        Self {
            wood: state(Element::Wood),
            fire: state(Element::Fire),
            earth: state(Element::Earth),
            metal: state(Element::Metal),
            water: state(Element::Water),
        }
    }
}

fn luck(chart: &Chart, natal: &[Placed], asked: Asked) -> LuckFacts {
    let luck = &chart.luck;
    let day_master = chart.day_master.stem;
    let decade = |decade: &Decade| DecadeFacts {
        number: decade.number,
        pillar: decade.pillar,
        ten_god: decade.ten_god,
        branch_god: branch_god(day_master, decade.pillar),
        life_stage: decade.life_stage,
        nayin: decade.nayin,
        start_age: decade.start_age,
        end_age: decade.end_age,
        start_year: decade.start_year,
        end_year: decade.end_year,
        relations: relations::with(natal, (Position::Decade, decade.pillar)),
    };
    LuckFacts {
        source: Source::from(chart.source),
        direction: luck.direction,
        starts_at_age: StartAge {
            years: luck.starts_after.years,
            months: luck.starts_after.months,
        },
        starts_in: CalendarMonth { year: luck.starts_at.year(), month: luck.starts_at.month() },
        estimated: !chart.birth.time.is_known(),
        decades: luck.decades.iter().map(decade).collect(),
        ruling: luck.decade_in(asked.first).map(|decade| decade.number),
    }
}

fn years(chart: &Chart, natal: &[Placed], asked: Asked) -> YearFacts {
    let year = |flow: FlowYear| {
        let decade = flow.decade.map(|pillar| (Position::Decade, pillar));
        let there: Vec<Placed> = natal.iter().copied().chain(decade).collect();
        YearFact {
            year: flow.year,
            age: flow.age,
            pillar: flow.pillar,
            ten_god: flow.ten_god,
            branch_god: branch_god(chart.day_master.stem, flow.pillar),
            life_stage: flow.life_stage,
            nayin: flow.nayin,
            decade: flow.decade,
            relations: relations::with(&there, (Position::FlowYear, flow.pillar)),
        }
    };
    YearFacts {
        source: Source::Local,
        this_year: asked.this_year,
        list: chart.flow_years(asked.span()).into_iter().map(year).collect(),
    }
}

/// The twelve months of a 立春 year. 五虎遁: the year's stem decides the stem of 寅.
fn months(chart: &Chart, natal: &[Placed], year: i32) -> MonthFacts {
    let stem = Pillar::of_year(year).stem();
    let day_master = chart.day_master.stem;
    let spring = SolarTerm::LiChun.index();
    let month = |number: u8| {
        let along = i64::from(number) - 1;
        let pillar = first_month_onwards(stem, Branch::Yin.index() + along);
        let begins = spring + along * 2;
        MonthFact {
            number,
            pillar,
            ten_god: TenGod::of(day_master, pillar.stem()),
            branch_god: branch_god(day_master, pillar),
            from: SolarTerm::at(begins),
            from_day: day_of_term(year, begins),
            to: SolarTerm::at(begins + 2),
            to_day: day_of_term(year, begins + 2),
            relations: relations::with(natal, (Position::FlowMonth, pillar)),
        }
    };
    MonthFacts { source: Source::Local, year, list: (1..=MONTHS).map(month).collect() }
}

/// The day of the `index`th term from the winter solstice before `year`, in UTC+8.
fn day_of_term(year: i32, index: i64) -> Option<chrono::NaiveDate> {
    let circle = i64::try_from(SolarTerm::ALL.len()).ok()?;
    let year = year.checked_add(i32::try_from(index.div_euclid(circle)).ok()?)?;
    let wanted = SolarTerm::at(index);
    almanac::terms(year).iter().find(|found| found.term == wanted).map(|found| found.at.date())
}

/// 十神 of the main stem that is hidden in the branch.
fn branch_god(day_master: Stem, pillar: Pillar) -> TenGod {
    let main = pillar.branch().hidden_stems().first().copied();
    TenGod::of(day_master, main.unwrap_or(day_master))
}

fn terms(chart: &Chart) -> TermFacts {
    let born = chart.birth.term_time;
    let distance = |instant: TermInstant| TermDistance {
        term: instant.term,
        days: (instant.at - born).num_days().abs(),
    };
    TermFacts {
        source: Source::Local,
        month_branch: chart.pillars.month.pillar.branch(),
        month_began: distance(chart.terms.month_began),
        month_ends: distance(chart.terms.month_ended),
        current: chart.terms.current.term,
    }
}

fn star_facts(chart: &Chart) -> StarFacts {
    match chart.extras.as_ref().map(|extras| extras.stars.as_slice()) {
        Some([year, month, day, rest @ ..]) => StarFacts {
            source: Source::from(chart.source),
            names: StarNames {
                year: year.clone(),
                month: month.clone(),
                day: day.clone(),
                hour: rest.first().cloned(),
            },
        },
        Some(_) | None => {
            StarFacts { source: Source::rule(STARS), names: stars::of(chart.pillars.bare()) }
        }
    }
}

fn pattern(extras: Option<&Extras>, source: &Source) -> Option<PatternFacts> {
    let name = extras?.pattern.clone()?;
    Some(PatternFacts { source: source.clone(), name })
}

fn birth_time(chart: &Chart) -> BirthTimeFacts {
    let mut notes: Vec<QualityNote> = chart.notes.iter().filter_map(quality).collect();
    if chart.birth.is_before_midnight() {
        let text = "生于夜里 23 点至 24 点之间，日柱从 23 点还是从零点换，各派不同，\
                    此处按读者所选的一派";
        notes.push(QualityNote { kind: Doubt::BeforeMidnight, text: text.to_owned() });
    }
    BirthTimeFacts {
        source: Source::Local,
        precision: match chart.birth.time {
            BirthTime::Exact { .. } => Precision::Exact,
            BirthTime::DoubleHour { .. } | BirthTime::LateZi => Precision::DoubleHour,
            BirthTime::Unknown => Precision::Unknown,
        },
        solar_time: chart.birth.uses_solar_time(),
        near_boundary: chart.notes.iter().any(Note::is_near_boundary),
        notes,
    }
}

/// Corrections that were made name the hour of the birth, and change nothing for the reader.
fn quality(note: &Note) -> Option<QualityNote> {
    let (kind, text) = match note {
        Note::NearTerm { term, .. } => (
            Doubt::NearTerm,
            format!(
                "出生时刻离“{term}”交节不到十分钟，若时间略有出入，月柱可能不同{}",
                also_the_year(*term)
            ),
        ),
        Note::TermOnBirthDay { term, .. } => (
            Doubt::TermOnBirthDay,
            format!("出生当天交“{term}”，而出生时间不够精确，月柱可能不同{}", also_the_year(*term)),
        ),
        Note::NearHourChange { .. } => (Doubt::NearHourChange, note.zh()),
        Note::HourUnknown => (Doubt::HourUnknown, note.zh()),
        Note::SummerTimePossible => (Doubt::SummerTimePossible, note.zh()),
        Note::SummerTimeRemoved { .. }
        | Note::SolarTimeUsed { .. }
        | Note::SolarTimeNotUsed
        | Note::ForeignZone { .. } => return None,
    };
    Some(QualityNote { kind, text })
}

fn also_the_year(term: SolarTerm) -> &'static str {
    if term == SolarTerm::LiChun { "，年柱亦然" } else { "" }
}
