//! Step `facts`: what the prompt may state as true. The model reckons nothing itself (spec.md §5):
//! pillars, ten gods, 大运 and 流年 with ages and years are given to it. The date and place of the
//! birth are not: the chart says all that the text needs.

use chrono::Datelike;
use serde::Serialize;

use super::chart::{ChartOf, Charts};
use super::{Case, Failure, Trouble};
use crate::bazi::{
    self, Between, BirthInput, BirthTime, Branch, CalendarDate, Chart, DayMaster, Decade,
    DerivedPillars, Direction, ElementBalance, Extras, FlowYear, LunarDate, Note, Pillar,
    PillarReadings, Sect, Sex, SolarTerm, Stem, SummerTime, TenGod, Zodiac,
};
use crate::catalog::ProductSnapshot;
use crate::catalog::answers::FormAnswers;
use crate::reports::repo as reports;

/// How many years after the present one a report looks at, unless the buyer asked for one.
const YEARS_AHEAD: i32 = 3;
const MONTHS: i64 = 12;

#[derive(Serialize)]
#[serde(untagged)]
enum Facts {
    Chart(Box<ChartFacts>),
    Pair(Box<PairFacts>),
    Today(TodayFacts),
}

#[derive(Serialize)]
struct ChartFacts {
    /// 乾造 or 坤造.
    sex: &'static str,
    zodiac: Zodiac,
    day_master: DayMaster,
    pillars: PillarReadings,
    elements: ElementBalance,
    derived: DerivedPillars,
    luck: LuckFacts,
    this_year: i32,
    /// 流年: the present and the next years, or the year that was asked for.
    years: Vec<FlowYear>,
    /// The months of the year that was asked for, in their order from 立春 on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    months: Vec<MonthFacts>,
    /// What is uncertain or missing.
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extras: Option<Extras>,
}

/// Of a form that asks about two people.
#[derive(Serialize)]
struct PairFacts {
    this_year: i32,
    people: Vec<PersonFacts>,
    /// What the first chart and the second are to each other.
    between: Option<Between>,
}

#[derive(Serialize)]
struct PersonFacts {
    /// The key of the birth's field.
    person: String,
    #[serde(flatten)]
    chart: ChartFacts,
}

#[derive(Serialize)]
struct LuckFacts {
    direction: Direction,
    starts_after: String,
    decades: Vec<Decade>,
    /// The 大运 that rules the first of the years.
    ruling: Option<Decade>,
}

/// 流月.
#[derive(Serialize, Debug, PartialEq, Eq)]
struct MonthFacts {
    branch: Branch,
    pillar: Pillar,
    ten_god: TenGod,
    /// The terms that begin and end it.
    from: SolarTerm,
    to: SolarTerm,
}

/// For products without a chart: the day on which they are written.
#[derive(Serialize)]
struct TodayFacts {
    year: Pillar,
    month: Pillar,
    day: Pillar,
    lunar: Option<String>,
}

impl Case<'_> {
    pub(super) async fn facts(&mut self) -> Result<(), Trouble> {
        let product = self.tools.product(&self.order)?;
        let facts = match self.saved_charts().await? {
            Some(charts) => {
                let years = (self.asked_year(&product)?, self.this_year());
                match charts {
                    Charts::One(chart) => Facts::Chart(Box::new(chart_facts(*chart, years))),
                    Charts::Several(charts) => Facts::Pair(Box::new(pair_facts(charts, years))),
                }
            }
            None => Facts::Today(self.today()?),
        };
        let (base, now) = (&self.tools.till.base, self.tools.now());
        let tx = self.begin().await?;
        reports::save_facts(&tx, &base.keyring, &self.order.order_no, &facts, now).await?;
        self.checkpoint(tx).await
    }

    fn asked_year(&self, product: &ProductSnapshot) -> Result<Option<i32>, Trouble> {
        let Some(field) = &product.chart_year else { return Ok(None) };
        let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
        Ok(answers.number(field).and_then(|year| i32::try_from(year).ok()))
    }

    fn today(&self) -> Result<TodayFacts, Trouble> {
        let zone = self.tools.till.money.time_zone;
        let date = self.tools.now().to_utc().with_timezone(&zone).date_naive();
        let (year, month, day) = (date.year(), date.month(), date.day());
        let noon = BirthInput {
            sex: Sex::Female,
            sect: Sect::default(),
            date: CalendarDate::Solar { year, month, day },
            time: BirthTime::Exact { hour: 12, minute: 0 },
            place: None,
            summer_time: SummerTime::NotIncluded,
        };
        let pillars = noon.normalise().and_then(|noon| bazi::pillars_and_luck(&noon));
        let (pillars, _luck) =
            pillars.map_err(|error| Trouble::Lasting(Failure::Internal, error.into()))?;
        Ok(TodayFacts {
            year: pillars.year,
            month: pillars.month,
            day: pillars.day,
            lunar: LunarDate::of(date).map(LunarDate::zh),
        })
    }
}

fn pair_facts(charts: Vec<ChartOf>, years: (Option<i32>, i32)) -> PairFacts {
    let between = match charts.as_slice() {
        [first, second] => Some(Between::of(&first.chart, &second.chart)),
        _ => None,
    };
    let person =
        |of: ChartOf| PersonFacts { person: of.field, chart: chart_facts(of.chart, years) };
    PairFacts { this_year: years.1, people: charts.into_iter().map(person).collect(), between }
}

fn chart_facts(chart: Chart, (asked, this_year): (Option<i32>, i32)) -> ChartFacts {
    let first = asked.unwrap_or(this_year);
    let last = asked.unwrap_or(this_year.saturating_add(YEARS_AHEAD));
    let day_master = chart.day_master.stem;
    ChartFacts {
        sex: chart.birth.sex.zh(),
        zodiac: chart.zodiac,
        day_master: chart.day_master,
        years: chart.flow_years(first..=last),
        months: asked.map(|year| months(year, day_master)).unwrap_or_default(),
        luck: LuckFacts {
            direction: chart.luck.direction,
            starts_after: chart.luck.starts_after.zh(),
            ruling: chart.luck.decade_in(first).copied(),
            decades: chart.luck.decades,
        },
        notes: chart.notes.iter().filter(|note| is_about_certainty(note)).map(Note::zh).collect(),
        pillars: chart.pillars,
        elements: chart.elements,
        derived: chart.derived,
        this_year,
        extras: chart.extras,
    }
}

/// Corrections that were made name the hour of the birth, and change nothing for the reader.
fn is_about_certainty(note: &Note) -> bool {
    match note {
        Note::NearTerm { .. }
        | Note::NearHourChange { .. }
        | Note::HourUnknown
        | Note::TermOnBirthDay { .. }
        | Note::SummerTimePossible => true,
        Note::SummerTimeRemoved { .. }
        | Note::SolarTimeUsed { .. }
        | Note::SolarTimeNotUsed
        | Note::ForeignZone { .. } => false,
    }
}

/// The twelve months of a 立春 year. 五虎遁: the year's stem decides the stem of 寅.
fn months(year: i32, day_master: Stem) -> Vec<MonthFacts> {
    let tiger = Branch::Yin.index();
    let first = Pillar::at(Pillar::of_year(year).stem().index().saturating_mul(MONTHS) + tiger);
    let spring = SolarTerm::LiChun.index();
    let month = |number: i64| {
        let pillar = first.step(number);
        let begins = spring.saturating_add(number.saturating_mul(2));
        MonthFacts {
            branch: pillar.branch(),
            pillar,
            ten_god: TenGod::of(day_master, pillar.stem()),
            from: SolarTerm::at(begins),
            to: SolarTerm::at(begins.saturating_add(2)),
        }
    };
    (0..MONTHS).map(month).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_chart() -> Chart {
        let input = BirthInput {
            sex: Sex::Female,
            sect: Sect::default(),
            date: CalendarDate::Solar { year: 1990, month: 5, day: 20 },
            time: BirthTime::Exact { hour: 7, minute: 15 },
            place: None,
            summer_time: SummerTime::Included,
        };
        bazi::chart(&input.normalise().unwrap(), 2026).unwrap()
    }

    #[test]
    fn the_months_of_a_year_run_from_spring_to_spring() {
        let months = months(2026, Stem::Yi);
        let pillars: Vec<_> = months.iter().map(|month| month.pillar.to_string()).collect();
        let known = "庚寅 辛卯 壬辰 癸巳 甲午 乙未 丙申 丁酉 戊戌 己亥 庚子 辛丑";
        assert_eq!(pillars.join(" "), known);
        assert_eq!((months[0].from, months[0].to), (SolarTerm::LiChun, SolarTerm::JingZhe));
        assert_eq!((months[11].from, months[11].to), (SolarTerm::XiaoHan, SolarTerm::LiChun));
    }

    #[test]
    fn facts_hold_the_chart_and_not_the_date_or_place_of_the_birth() {
        let facts = chart_facts(a_chart(), (None, 2026));
        let json = serde_json::to_string(&facts).unwrap();
        for told in ["庚午", "辛巳", "乙酉", "乾造", "1990"] {
            let expected = told != "乾造" && told != "1990";
            assert_eq!(json.contains(told), expected, "{told}: {json}");
        }
        assert_eq!(facts.years.len(), 4);
        assert!(facts.months.is_empty());
    }

    #[test]
    fn a_year_that_was_asked_for_comes_with_its_months_and_its_decade() {
        let facts = chart_facts(a_chart(), (Some(2030), 2026));
        assert_eq!(facts.years.len(), 1);
        assert_eq!(facts.years[0].year, 2030);
        assert_eq!(facts.months.len(), 12);
        let ruling = facts.luck.ruling.unwrap();
        assert!((ruling.start_year..=ruling.end_year).contains(&2030));
    }
}
