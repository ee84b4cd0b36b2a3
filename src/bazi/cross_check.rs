//! Our chart against the outside service's: the facts on which both have to agree.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::chart::{Chart, ChartSource};
use super::notes::Note;
use super::pillars::PillarReading;
use super::sexagenary::Branch;

/// What the charts disagree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// 乾造 or 坤造: a swapped sex silently reverses 大运.
    Sex,
    /// The four pillars.
    Pillars,
    /// The pillars of 大运 and their order.
    Luck,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sex => "the sex",
            Self::Pillars => "the pillars",
            Self::Luck => "the luck pillars",
        })
    }
}

/// Two charts of one birth that cannot both be right. What they say stays out of the display: it
/// ends in logs and alerts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("disagreement on {point}{}", if *.near_boundary { ", close to a boundary" } else { "" })]
pub struct Disagreement {
    pub point: Point,
    pub local: String,
    pub remote: String,
    /// The birth is so close to a 节 or to the end of a 时辰 that a difference of seconds between
    /// two almanacs explains it (reference/yuanfenju.md §6.1).
    pub near_boundary: bool,
}

/// How our chart compared with another engine's. Kept with the chart and told in its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub with: ChartSource,
    /// On everything that decides a chart: sex, pillars and 大运. Otherwise our own chart stands.
    pub agreed: bool,
    /// What was told differently; ours stands.
    pub differences: Vec<Difference>,
}

/// One field that two engines tell differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Such as `nayin.year`.
    pub field: String,
    pub ours: String,
    pub theirs: String,
}

impl Check {
    pub(super) fn agreed(with: ChartSource, differences: Vec<Difference>) -> Self {
        Self { with, agreed: true, differences }
    }

    /// The check of our own chart, which stands because the other one cannot be right as well.
    pub fn disagreed(with: ChartSource, on: &Disagreement) -> Self {
        let (ours, theirs) = (on.local.clone(), on.remote.clone());
        let field = on.point.field().to_owned();
        Self { with, agreed: false, differences: vec![Difference { field, ours, theirs }] }
    }
}

impl Point {
    fn field(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Pillars => "pillars",
            Self::Luck => "luck",
        }
    }
}

/// What an outside service reads off the pillars, year first; empty where it says nothing. All of
/// it follows from the pillars, so ours stands, and a difference tells of another school or of a
/// fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TheirReadings {
    pub(super) ten_gods: Vec<String>,
    /// Joined by `|`, the main stem first.
    pub(super) hidden: Vec<String>,
    pub(super) hidden_gods: Vec<String>,
    pub(super) life_stages: Vec<String>,
    pub(super) nayin: Vec<String>,
    /// 空亡 of the day pillar.
    pub(super) day_void: Option<String>,
}

/// A field, what they say of it, and how ours is read off a pillar.
type Row<'a> = (&'static str, &'a [String], &'a dyn Fn(&PillarReading) -> String);

const PLACES: [&str; 4] = ["year", "month", "day", "hour"];

impl TheirReadings {
    /// Where they differ from the readings of `chart`, whose pillars are the same.
    pub(super) fn differences(&self, chart: &Chart) -> Vec<Difference> {
        let joined = |words: Vec<&str>| words.join("|");
        let god = |pillar: &PillarReading| pillar.ten_god.map_or("日元", |god| god.zh()).to_owned();
        let hidden = |pillar: &PillarReading| {
            joined(pillar.hidden.iter().map(|hidden| hidden.stem.zh()).collect())
        };
        let hidden_gods = |pillar: &PillarReading| {
            joined(pillar.hidden.iter().map(|hidden| hidden.ten_god.zh()).collect())
        };
        let stage = |pillar: &PillarReading| pillar.life_stage.zh().to_owned();
        let nayin = |pillar: &PillarReading| pillar.nayin.zh().to_owned();
        let rows: [Row<'_>; 5] = [
            ("ten_god", &self.ten_gods, &god),
            ("hidden", &self.hidden, &hidden),
            ("hidden_gods", &self.hidden_gods, &hidden_gods),
            ("life_stage", &self.life_stages, &stage),
            ("nayin", &self.nayin, &nayin),
        ];
        let mut differences = Vec::new();
        for (field, theirs, ours) in rows {
            for ((place, pillar), theirs) in PLACES.iter().zip(chart.pillars.known()).zip(theirs) {
                note(&mut differences, format!("{field}.{place}"), (ours(pillar), theirs));
            }
        }
        if let Some(theirs) = &self.day_void {
            let ours = chart.pillars.day.void.map(Branch::zh).concat();
            note(&mut differences, "void.day".to_owned(), (ours, theirs));
        }
        differences
    }
}

fn note(differences: &mut Vec<Difference>, field: String, (ours, theirs): (String, &str)) {
    let theirs = theirs.trim();
    if !theirs.is_empty() && theirs != ours {
        differences.push(Difference { field, ours, theirs: theirs.to_owned() });
    }
}

/// Compares sex, pillars and 大运. When 大运 begins is not compared: the service itself reckons it
/// in two ways that differ by weeks (reference/yuanfenju.md §6.1).
///
/// # Errors
/// The first point on which the charts disagree.
pub fn cross_check(local: &Chart, remote: &Chart) -> Result<(), Disagreement> {
    let luck = |chart: &Chart| {
        let pillars = chart.luck.decades.iter().map(|decade| decade.pillar.to_string());
        pillars.collect::<Vec<_>>().join(" ")
    };
    let sex = |chart: &Chart| chart.birth.sex.zh().to_owned();
    let points = [
        (Point::Sex, sex(local), sex(remote)),
        (Point::Pillars, local.pillars_zh(), remote.pillars_zh()),
        (Point::Luck, luck(local), luck(remote)),
    ];
    let different = points.into_iter().find(|(_, local, remote)| local != remote);
    different.map_or(Ok(()), |(point, local_text, remote)| {
        let near_boundary = local.notes.iter().any(Note::is_near_boundary);
        Err(Disagreement { point, local: local_text, remote, near_boundary })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::chart;
    use crate::bazi::test_births::{birth, female};
    use crate::bazi::{Extras, Sect};

    #[test]
    fn equal_charts_agree_whatever_else_the_service_adds() {
        let local = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        let mut remote = local.clone();
        remote.extras = Some(Extras::default());
        remote.luck.starts_at = remote.birth.clock;
        assert_eq!(cross_check(&local, &remote), Ok(()));
    }

    #[test]
    fn each_point_is_named_and_no_birth_data_are_told() {
        let local = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        let other_sex = chart(&female("1992-10-21 09:40"), 2026).unwrap();
        assert_eq!(
            cross_check(&local, &other_sex).unwrap_err().to_string(),
            "disagreement on the sex"
        );
        let other_hour = chart(&birth("1992-10-21 11:40", Sect::default()), 2026).unwrap();
        assert_eq!(
            cross_check(&local, &other_hour).unwrap_err().to_string(),
            "disagreement on the pillars"
        );
        let mut other_luck = local.clone();
        other_luck.luck.decades.reverse();
        assert_eq!(cross_check(&local, &other_luck).unwrap_err().point, Point::Luck);
    }

    #[test]
    fn a_birth_at_the_end_of_an_hour_explains_the_difference() {
        let local = chart(&birth("1992-10-21 10:59", Sect::default()), 2026).unwrap();
        let remote = chart(&birth("1992-10-21 11:01", Sect::default()), 2026).unwrap();
        let found = cross_check(&local, &remote).unwrap_err();
        assert!(found.near_boundary && found.to_string().ends_with("close to a boundary"));
    }
}
