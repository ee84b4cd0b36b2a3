//! A birth: as the buyer states it ([`BirthInput`]) and as it is reckoned with ([`BirthMoment`]).
//!
//! Normalising happens once, here: lunar dates become Gregorian, summer time is taken off, clock
//! time becomes true solar time. The engine and the outside service both get the result, so that
//! they can be compared (reference/yuanfenju.md §7).

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::CalendarDate;
use super::error::BirthError;
use super::sexagenary::Branch;
use super::solar_time;
use super::zone::{self, OfficialTime, Zone};

/// The first year in which a birth may be stated, in either calendar.
pub const FIRST_YEAR: i32 = 1900;
/// The last such year.
pub const LAST_YEAR: i32 = 2100;

/// Decides the direction of 大运.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    Male,
    Female,
}

impl Sex {
    /// 乾造 or 坤造.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Male => "乾造",
            Self::Female => "坤造",
        }
    }
}

/// What the hour before midnight belongs to (早晚子时). The numbers are everybody's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sect {
    /// From 23:00 on the day pillar is the next day's.
    #[default]
    LateZiNextDay = 1,
    /// The day pillar stays until midnight; the hour pillar is already the next day's.
    LateZiSameDay = 2,
}

impl Sect {
    pub fn number(self) -> u8 {
        match self {
            Self::LateZiNextDay => 1,
            Self::LateZiSameDay => 2,
        }
    }

    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::LateZiNextDay),
            2 => Some(Self::LateZiSameDay),
            _ => None,
        }
    }
}

/// How well the time of day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "kebab-case")]
pub enum BirthTime {
    Exact {
        hour: u32,
        minute: u32,
    },
    /// One of the twelve 时辰; 子 is the hour after midnight with which the stated date begins.
    DoubleHour {
        branch: Branch,
    },
    /// 晚子时: the hour before midnight, still on the stated date.
    LateZi,
    Unknown,
}

impl BirthTime {
    /// The time of day that stands for what is known: the middle of a 时辰, noon for an unknown
    /// hour.
    fn time_of_day(self) -> Result<NaiveTime, BirthError> {
        let (hour, minute) = match self {
            Self::Exact { hour: 24.., minute: _ } | Self::Exact { hour: _, minute: 60.. } => {
                return Err(self.out_of_range());
            }
            Self::Exact { hour, minute } => (hour, minute),
            Self::DoubleHour { branch: Branch::Zi } => (0, 30),
            Self::DoubleHour { branch } => {
                (u32::try_from(branch.index() * 2).unwrap_or_default(), 0)
            }
            Self::LateZi => (23, 30),
            Self::Unknown => (12, 0),
        };
        NaiveTime::from_hms_opt(hour, minute, 0).ok_or_else(|| self.out_of_range())
    }

    fn out_of_range(self) -> BirthError {
        match self {
            Self::Exact { hour, minute: _ } if hour > 23 => BirthError::NoSuchHour(hour),
            Self::Exact { hour: _, minute } => BirthError::NoSuchMinute(minute),
            Self::DoubleHour { .. } | Self::LateZi | Self::Unknown => BirthError::NoSuchHour(24),
        }
    }

    pub fn is_exact(self) -> bool {
        matches!(self, Self::Exact { .. })
    }

    pub fn is_known(self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

/// Where somebody was born. Stating it means: reckon with true solar time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub name: String,
    /// Degrees, east positive.
    pub longitude: f64,
    pub zone: Zone,
}

/// What the buyer says about summer time at his birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SummerTime {
    /// Nobody asked: with a place the official time of the place is believed, without one the
    /// stated time is left as it is.
    #[default]
    NotAsked,
    /// The stated time was read off a clock on summer time.
    Included,
    /// The stated time is standard time.
    NotIncluded,
}

/// A birth as the buyer states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BirthInput {
    pub sex: Sex,
    #[serde(default)]
    pub sect: Sect,
    pub date: CalendarDate,
    pub time: BirthTime,
    #[serde(default)]
    pub place: Option<Place>,
    #[serde(default)]
    pub summer_time: SummerTime,
}

/// Which clock decides about year, month and 大运 (reference/bazi-local.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermReckoning {
    /// The reckoned time is compared with the terms as they are printed for UTC+8, as the outside
    /// service does.
    Printed,
    /// The birth was in another zone: its instant is compared with the instants of the terms.
    Instant,
}

/// A normalised birth. Made by [`BirthInput::normalise`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BirthMoment {
    pub sex: Sex,
    pub sect: Sect,
    pub time: BirthTime,
    pub place: Option<Place>,
    /// Gregorian date and time as stated; noon when the hour is unknown.
    pub clock: NaiveDateTime,
    /// What was taken off for summer time.
    pub summer_minutes: i64,
    /// Summer time may be hidden in the stated time, but nobody asked.
    pub summer_time_possible: bool,
    /// The time that day and hour pillar are reckoned from: true solar time where a place and an
    /// exact time are known, standard time otherwise.
    pub reckoned: NaiveDateTime,
    pub term_reckoning: TermReckoning,
    /// The time that is compared with the solar terms, as a clock of UTC+8 would show it.
    pub term_time: NaiveDateTime,
}

impl BirthInput {
    /// Whether to ask the buyer about summer time, and how many minutes it was. Only for exact
    /// times: a 时辰 was not read off a clock.
    ///
    /// # Errors
    /// What is wrong with date or time.
    pub fn summer_time_question(&self) -> Result<Option<i64>, BirthError> {
        if !self.time.is_exact() {
            return Ok(None);
        }
        let summer = zone::summer_time(self.zone(), self.clock()?);
        Ok(summer.map(|summer| summer.num_minutes()))
    }

    /// Refuses a birth that has not happened at `now`.
    ///
    /// # Errors
    /// [`BirthError::InFuture`], or what is wrong with date or time.
    pub fn refuse_future(&self, now: DateTime<Utc>) -> Result<(), BirthError> {
        let offset = zone::official_time(self.zone(), now.naive_utc()).offset;
        let here = now.naive_utc().checked_add_signed(offset).unwrap_or(now.naive_utc());
        let clock = self.clock()?;
        let future = if self.time.is_exact() { clock > here } else { clock.date() > here.date() };
        if future { Err(BirthError::InFuture) } else { Ok(()) }
    }

    /// Checks everything and brings it to the times that a chart is reckoned from.
    ///
    /// # Errors
    /// The first part that does not exist.
    pub fn normalise(&self) -> Result<BirthMoment, BirthError> {
        let clock = self.clock()?;
        if let Some(place) = &self.place
            && !(-180.0..=180.0).contains(&place.longitude)
        {
            return Err(BirthError::LongitudeOutOfRange(place.longitude));
        }
        let official = zone::official_time(self.zone(), clock);
        let in_summer = self.time.is_exact() && official.summer > TimeDelta::zero();
        let taken_off = match (in_summer, self.summer_time, &self.place) {
            (true, SummerTime::Included, _) | (true, SummerTime::NotAsked, Some(_)) => {
                official.summer
            }
            (true, SummerTime::NotIncluded, _)
            | (true, SummerTime::NotAsked, None)
            | (false, ..) => TimeDelta::zero(),
        };
        let standard = clock - taken_off;
        let times = self.times(standard, self.standard_offset(official));
        Ok(BirthMoment {
            sex: self.sex,
            sect: self.sect,
            time: self.time,
            place: self.place.clone(),
            clock,
            summer_minutes: taken_off.num_minutes(),
            summer_time_possible: in_summer && self.summer_time == SummerTime::NotAsked,
            reckoned: times.reckoned,
            term_reckoning: times.term_reckoning,
            term_time: times.term_time,
        })
    }

    fn clock(&self) -> Result<NaiveDateTime, BirthError> {
        Ok(self.date.gregorian()?.and_time(self.time.time_of_day()?))
    }

    fn zone(&self) -> Zone {
        self.place.as_ref().map_or(Zone::CHINA, |place| place.zone)
    }

    /// Local standard time minus universal time. A 时辰 or an unknown hour keeps the stated time,
    /// and with it the official offset.
    fn standard_offset(&self, official: OfficialTime) -> TimeDelta {
        if self.time.is_exact() { official.offset - official.summer } else { official.offset }
    }

    fn times(&self, standard: NaiveDateTime, offset: TimeDelta) -> Times {
        let printed = |reckoned| Times {
            reckoned,
            term_reckoning: TermReckoning::Printed,
            term_time: reckoned,
        };
        let Some(place) = &self.place else { return printed(standard) };
        let universal = standard - offset;
        let reckoned = if self.time.is_exact() {
            solar_time::apparent(universal, place.longitude)
        } else {
            standard
        };
        // Before 1901 the zone of Shanghai kept its own mean time, 6 minutes ahead.
        if (offset - TimeDelta::hours(8)).abs() < TimeDelta::minutes(10) {
            return printed(reckoned);
        }
        let term_time = universal + TimeDelta::hours(8);
        Times { reckoned, term_reckoning: TermReckoning::Instant, term_time }
    }
}

struct Times {
    reckoned: NaiveDateTime,
    term_reckoning: TermReckoning,
    term_time: NaiveDateTime,
}

impl BirthMoment {
    /// The year from which 虚岁 is counted.
    pub fn year(&self) -> i32 {
        self.reckoned.year()
    }

    /// Whether true solar time is in use.
    pub fn uses_solar_time(&self) -> bool {
        self.place.is_some() && self.time.is_exact()
    }

    /// Whether it is the hour before midnight, about whose day pillar the schools differ.
    pub fn is_before_midnight(&self) -> bool {
        self.time.is_known() && self.reckoned.hour() == 23
    }

    /// Minutes from the reckoned time to the nearest change of the hour pillar, and at midnight of
    /// the day pillar where the school changes it there.
    pub(super) fn minutes_to_hour_change(&self) -> i64 {
        let of_day = i64::from(self.reckoned.num_seconds_from_midnight());
        let into = (of_day + 3_600).rem_euclid(7_200);
        let to_hour = into.min(7_200 - into);
        let to_midnight = of_day.min(86_400 - of_day);
        let seconds = match self.sect {
            Sect::LateZiNextDay => to_hour,
            Sect::LateZiSameDay => to_hour.min(to_midnight),
        };
        seconds / 60
    }
}

#[cfg(test)]
mod tests;
