//! What a reader of the chart has to know about its certainty.

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::almanac::{SolarTerm, TermInstant};
use super::birth::{BirthMoment, BirthTime, TermReckoning};
use super::sexagenary::Branch;

/// A birth this close to a 节 may belong to the other month.
const NEAR_TERM_MINUTES: i64 = 10;
/// A birth this close to the end of a 时辰 may belong to the other hour.
const NEAR_HOUR_MINUTES: i64 = 5;

/// A remark on the certainty of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Note {
    /// The month pillar, at 立春 the year pillar too, changes within ten minutes.
    NearTerm {
        term: SolarTerm,
        at: NaiveDateTime,
    },
    /// The hour pillar changes within five minutes.
    NearHourChange {
        minutes: i64,
    },
    HourUnknown,
    /// The month changed within the span that is known of the time: the 时辰, or the day.
    TermOnBirthDay {
        term: SolarTerm,
        at: NaiveDateTime,
    },
    SummerTimeRemoved {
        minutes: i64,
    },
    /// Summer time was in force and nobody asked about it.
    SummerTimePossible,
    SolarTimeUsed {
        clock: NaiveDateTime,
        solar: NaiveDateTime,
    },
    /// A place is known, but the time is not exact enough for a correction.
    SolarTimeNotUsed,
    /// Born in another zone: the terms were compared as instants.
    ForeignZone {
        beijing: NaiveDateTime,
    },
}

impl Note {
    /// Whether a small error of the stated time would change a pillar.
    pub fn is_near_boundary(&self) -> bool {
        match self {
            Self::NearTerm { .. } | Self::NearHourChange { .. } | Self::TermOnBirthDay { .. } => {
                true
            }
            Self::HourUnknown
            | Self::SummerTimeRemoved { .. }
            | Self::SummerTimePossible
            | Self::SolarTimeUsed { .. }
            | Self::SolarTimeNotUsed
            | Self::ForeignZone { .. } => false,
        }
    }

    /// One sentence in simplified Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NearTerm { term, at } => format!(
                "出生时刻距“{term}”交节（{}）不到 {NEAR_TERM_MINUTES} 分钟，\
                 若时间略有出入，月柱可能不同{}",
                at.format("%Y-%m-%d %H:%M"),
                also_the_year(*term)
            ),
            Self::NearHourChange { minutes } => {
                format!("出生时刻距时辰交界约 {minutes} 分钟，若时间略有出入，时柱可能不同")
            }
            Self::HourUnknown => {
                "出生时辰未知：只排年、月、日三柱，没有时柱、命宫与身宫，起运时间按正午估算；\
                 若生于深夜 23 点以后，日柱也可能不同"
                    .to_owned()
            }
            Self::TermOnBirthDay { term, at } => format!(
                "出生当天 {} 交“{term}”，而出生时间不够精确，月柱可能不同{}",
                at.format("%H:%M"),
                also_the_year(*term)
            ),
            Self::SummerTimeRemoved { minutes } => {
                format!("出生时实行夏令时，已减去 {minutes} 分钟")
            }
            Self::SummerTimePossible => {
                "出生时当地实行夏令时，请确认所给时间是否为夏令时".to_owned()
            }
            Self::SolarTimeUsed { clock, solar } => format!(
                "已按出生地经度换算真太阳时：{} → {}",
                clock.format("%Y-%m-%d %H:%M"),
                solar.format("%Y-%m-%d %H:%M")
            ),
            Self::SolarTimeNotUsed => "出生时间不是精确到分钟，未作真太阳时换算".to_owned(),
            Self::ForeignZone { beijing } => format!(
                "出生地不在东八区：节气按同一瞬间的北京时间 {} 比较，日柱与时柱按当地时间",
                beijing.format("%Y-%m-%d %H:%M")
            ),
        }
    }
}

pub(super) fn notes(birth: &BirthMoment, (began, ends): (TermInstant, TermInstant)) -> Vec<Note> {
    let mut notes = Vec::new();
    if birth.summer_minutes > 0 {
        notes.push(Note::SummerTimeRemoved { minutes: birth.summer_minutes });
    } else if birth.summer_time_possible {
        notes.push(Note::SummerTimePossible);
    }
    if birth.uses_solar_time() {
        notes.push(Note::SolarTimeUsed { clock: birth.clock, solar: birth.reckoned });
    } else if birth.place.is_some() && birth.time.is_known() {
        notes.push(Note::SolarTimeNotUsed);
    }
    if birth.term_reckoning == TermReckoning::Instant {
        notes.push(Note::ForeignZone { beijing: birth.term_time });
    }
    notes.extend([began, ends].into_iter().filter_map(|term| near_term(birth, term)));
    let to_hour_change = birth.minutes_to_hour_change();
    if birth.time.is_exact() && to_hour_change < NEAR_HOUR_MINUTES {
        notes.push(Note::NearHourChange { minutes: to_hour_change });
    }
    if !birth.time.is_known() {
        notes.push(Note::HourUnknown);
    }
    notes
}

/// The note on a 节 that may or may not have passed at the birth: the stated time may be wrong by
/// minutes, a 时辰 by half its length, an unknown hour by half a day.
fn near_term(birth: &BirthMoment, TermInstant { term, at }: TermInstant) -> Option<Note> {
    let doubt = match birth.time {
        BirthTime::Exact { .. } => TimeDelta::minutes(NEAR_TERM_MINUTES),
        BirthTime::DoubleHour { branch: Branch::Zi } | BirthTime::LateZi => TimeDelta::minutes(30),
        BirthTime::DoubleHour { .. } => TimeDelta::hours(1),
        BirthTime::Unknown => TimeDelta::hours(12),
    };
    let near = (at - birth.term_time).abs() < doubt;
    let exact = birth.time.is_exact();
    near.then_some(if exact {
        Note::NearTerm { term, at }
    } else {
        Note::TermOnBirthDay { term, at }
    })
}

fn also_the_year(term: SolarTerm) -> &'static str {
    if term == SolarTerm::LiChun { "，年柱亦然" } else { "" }
}
