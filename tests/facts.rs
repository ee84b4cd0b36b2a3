//! The facts of thousands of births: they fit their published schema, they agree with themselves,
//! and they read back as they were stored.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use mingshu::bazi::facts::{
    Asked, BLOCKS, ChartFacts, Facts, PairFacts, PersonOfPair, Position, Relation, RelationKind,
    Sign, Star, chart_facts, day_facts,
};
use mingshu::bazi::{
    Between, BirthInput, BirthTime, Branch, CalendarDate, Chart, Extras, Pillar, Place, Sect, Sex,
    SummerTime, Zone, chart,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/facts").join(name);
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn faults(judge: &Validator, facts: &Value) -> Vec<String> {
    let errors = judge.iter_errors(facts);
    errors.map(|error| format!("{error} at {}", error.instance_path())).collect()
}

prop_compose! {
    fn any_birth()(
        male in any::<bool>(), late in any::<bool>(), year in 1900_i32..=2100, month in 1_u32..=12,
        day in 1_u32..=28, known in 0_u32..4, hour in 0_u32..24, minute in 0_u32..60,
        place in prop::option::of((-180.0_f64..180.0, prop::sample::select(vec![
            "Asia/Shanghai", "America/New_York", "Europe/Dublin", "Asia/Taipei",
        ]))),
    ) -> BirthInput {
        BirthInput {
            sex: if male { Sex::Male } else { Sex::Female },
            sect: if late { Sect::LateZiNextDay } else { Sect::LateZiSameDay },
            date: CalendarDate::Solar { year, month, day },
            time: match known {
                0 => BirthTime::Unknown,
                1 => BirthTime::DoubleHour { branch: Branch::at(i64::from(hour)) },
                _ => BirthTime::Exact { hour, minute },
            },
            place: place.map(|(longitude, zone)| {
                Place { name: "某地".to_owned(), longitude, zone: Zone::parse(zone).unwrap() }
            }),
            summer_time: SummerTime::NotAsked,
        }
    }
}

/// Each pillar with the position that it has among the facts of one moment.
fn placed(facts: &ChartFacts) -> Vec<(Position, Pillar)> {
    let bare = facts.pillars.bare();
    Position::ALL.into_iter().zip(bare.known()).collect()
}

/// Every sign that a relation names stands where the relation says.
fn told_rightly(relations: &[Relation], there: &[(Position, Pillar)]) -> bool {
    relations.iter().all(|relation| {
        let combines = [
            RelationKind::StemCombination,
            RelationKind::SixCombination,
            RelationKind::ThreeCombination,
            RelationKind::HalfCombination,
            RelationKind::ThreeMeeting,
        ];
        combines.contains(&relation.kind) == relation.element.is_some()
            && relation.members.iter().all(|member| {
                let pillar = there.iter().find(|(at, _)| *at == member.at).map(|(_, it)| it);
                pillar.is_some_and(|pillar| match member.sign {
                    Sign::Stem(stem) => pillar.stem() == stem,
                    Sign::Branch(branch) => pillar.branch() == branch,
                })
            })
    })
}

fn agree_with_themselves(chart: &Chart, facts: &ChartFacts, asked: Asked) {
    let natal = placed(facts);
    assert!(told_rightly(&facts.relations.list, &natal));
    let with = |at, pillar| [natal.clone(), vec![(at, pillar)]].concat();
    for decade in &facts.luck.decades {
        assert!(told_rightly(&decade.relations, &with(Position::Decade, decade.pillar)));
        assert_eq!(decade.end_year - decade.start_year, 9);
        assert_eq!(decade.start_year - decade.start_age, chart.birth.year() - 1);
    }
    assert_eq!(facts.luck.decades.first().unwrap().start_year, facts.luck.starts_in.year);
    for year in &facts.years.list {
        let mut there = with(Position::FlowYear, year.pillar);
        there.extend(year.decade.map(|pillar| (Position::Decade, pillar)));
        assert!(told_rightly(&year.relations, &there));
        assert_eq!(year.pillar, Pillar::of_year(year.year));
        assert_eq!(year.year - year.age, chart.birth.year() - 1);
        assert!((asked.first..=asked.last).contains(&year.year));
        let ruling = facts.luck.decades.iter().find(|it| Some(it.pillar) == year.decade);
        assert!(ruling.is_none_or(|it| (it.start_year..=it.end_year).contains(&year.year)));
    }
    for month in facts.months.iter().flat_map(|months| &months.list) {
        assert!(told_rightly(&month.relations, &with(Position::FlowMonth, month.pillar)));
        assert!(month.from_day < month.to_day);
    }
    let apart = facts.terms.month_began.days + facts.terms.month_ends.days;
    assert!((28..=32).contains(&apart), "{apart} days in a month");
    assert_eq!(facts.stars.names.hour.is_some(), facts.pillars.hour.is_some());
    assert_eq!(facts.luck.estimated, facts.pillars.hour.is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_facts_of_any_birth_fit_their_schema_and_agree_with_themselves(
        birth in any_birth(), this_year in 2020_i32..2060, ahead in 0_i32..40, months in any::<bool>(),
    ) {
        let judge = schema("chart.v1.json");
        let moment = birth.normalise().unwrap();
        let chart = chart(&moment, this_year).unwrap();
        let asked = Asked { this_year, first: this_year, last: this_year + ahead, months };
        let facts = chart_facts(&chart, asked);
        agree_with_themselves(&chart, &facts, asked);
        let stored = serde_json::to_value(Facts::Chart(Box::new(facts.clone()))).unwrap();
        prop_assert_eq!(faults(&judge, &stored), Vec::<String>::new());
        let read = Facts::read(&stored).unwrap();
        prop_assert_eq!(read.chart(), Some(&facts));
    }
}

fn a_chart() -> Chart {
    let input = BirthInput {
        sex: Sex::Female,
        sect: Sect::default(),
        date: CalendarDate::Solar { year: 1990, month: 5, day: 20 },
        time: BirthTime::Exact { hour: 7, minute: 15 },
        place: None,
        summer_time: SummerTime::Included,
    };
    chart(&input.normalise().unwrap(), 2026).unwrap()
}

const ASKED: Asked = Asked { this_year: 2026, first: 2027, last: 2027, months: true };

fn stored(chart: &Chart) -> Value {
    serde_json::to_value(Facts::Chart(Box::new(chart_facts(chart, ASKED)))).unwrap()
}

#[test]
fn the_facts_of_one_chart_are_these() {
    insta::assert_json_snapshot!(stored(&a_chart()));
}

#[test]
fn the_blocks_that_a_chapter_can_ask_for_are_those_that_there_are() {
    let facts = stored(&a_chart());
    let mut names: Vec<_> = facts.as_object().unwrap().keys().map(String::as_str).collect();
    names.retain(|name| !["kind", "version", "person", "check"].contains(name));
    let mut known = BLOCKS.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn facts_never_hold_date_or_time_of_the_birth() {
    let json = stored(&a_chart()).to_string();
    for secret in ["1990", "05-20", "07:15", "06:15"] {
        assert!(!json.contains(secret), "{secret}: {json}");
    }
}

#[test]
fn another_service_fills_the_same_object_and_its_words_are_marked_as_its_own() {
    let mut chart = a_chart();
    chart.source = mingshu::bazi::ChartSource::Yuanfenju;
    let names = |text: &str| text.split(' ').map(str::to_owned).collect();
    let stars = vec![names("天乙贵人 红鸾"), names("华盖"), Vec::new(), names("学堂")];
    chart.extras = Some(Extras { pattern: Some("偏印格".to_owned()), stars });
    let facts = stored(&chart);
    assert_eq!(faults(&schema("chart.v1.json"), &facts), Vec::<String>::new());
    let theirs = json!({"by": "yuanfenju"});
    for block in ["person", "pillars", "luck", "stars", "pattern"] {
        assert_eq!(facts[block]["source"], theirs, "{block}");
    }
    assert_eq!(facts["stars"]["year"], json!(["天乙贵人", "红鸾"]));
    assert_eq!(facts["elements"]["source"]["by"], "rule");
}

#[test]
fn the_facts_of_a_day_fit_their_schema() {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let facts = serde_json::to_value(Facts::Day(day_facts(date).unwrap())).unwrap();
    assert_eq!(faults(&schema("day.v1.json"), &facts), Vec::<String>::new());
    assert!(Facts::read(&facts).unwrap().chart().is_none());
}

#[test]
fn the_facts_of_two_people_fit_their_schema_and_read_back() {
    let first = a_chart();
    let input = BirthInput {
        sex: Sex::Male,
        sect: Sect::default(),
        date: CalendarDate::Solar { year: 1988, month: 3, day: 8 },
        time: BirthTime::Unknown,
        place: None,
        summer_time: SummerTime::Included,
    };
    let second = chart(&input.normalise().unwrap(), 2026).unwrap();
    let person = |field: &str, chart: &Chart| PersonOfPair {
        field: field.to_owned(),
        chart: chart_facts(chart, ASKED),
    };
    let pair = Facts::Pair(Box::new(PairFacts {
        version: 1,
        this_year: 2026,
        people: vec![person("birth", &first), person("partner", &second)],
        between: Some(Between::of(&first, &second)),
    }));
    let stored = serde_json::to_value(&pair).unwrap();
    assert_eq!(faults(&schema("pair.v1.json"), &stored), Vec::<String>::new());
    assert_eq!(Facts::read(&stored), Some(pair));
}

#[test]
fn facts_from_before_they_had_a_version_are_not_misread() {
    assert_eq!(Facts::read(&json!({"sex": "坤造", "pillars": {}})), None);
}

#[test]
fn every_rule_and_every_block_is_in_the_guide() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/facts.md");
    let guide = fs::read_to_string(path).unwrap();
    let rules = RelationKind::ALL.iter().map(|kind| (kind.zh(), kind.rule()));
    for (name, rule) in rules.chain(Star::ALL.iter().map(|star| (star.zh(), star.rule()))) {
        assert!(guide.contains(name) && guide.contains(rule), "{name}: {rule}");
    }
    for block in BLOCKS {
        assert!(guide.contains(&format!("`{block}`")), "{block}");
    }
}
