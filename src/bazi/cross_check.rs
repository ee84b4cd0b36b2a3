//! Our chart against the outside service's: the facts on which both have to agree.

use std::fmt;

use super::chart::Chart;
use super::notes::Note;

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
