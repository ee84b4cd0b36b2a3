//! Clock times of the birth place: the zone's official time and its summer time.

use chrono::offset::LocalResult;
use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, Tz};
use serde::{Deserialize, Serialize};

use super::error::BirthError;

/// An IANA time zone, serialised by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(Tz);

impl Zone {
    pub const CHINA: Self = Self(Tz::Asia__Shanghai);

    /// Reads a name such as `Asia/Shanghai`.
    ///
    /// # Errors
    /// [`BirthError::NoSuchZone`].
    pub fn parse(name: &str) -> Result<Self, BirthError> {
        name.parse().map(Self).map_err(|_unknown| BirthError::NoSuchZone(name.to_owned()))
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl TryFrom<String> for Zone {
    type Error = BirthError;

    fn try_from(name: String) -> Result<Self, BirthError> {
        Self::parse(&name)
    }
}

/// What the official clock of a zone showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OfficialTime {
    /// Local minus universal time, summer time included.
    pub(super) offset: TimeDelta,
    /// How far the clock was put forward; zero in winter.
    pub(super) summer: TimeDelta,
}

/// The official time of a clock reading. In the hour that came twice, and in the hour that never
/// came, summer time is assumed: there the buyer has to be asked as well.
pub(super) fn official_time(zone: Zone, clock: NaiveDateTime) -> OfficialTime {
    let at = |moment: NaiveDateTime| match zone.0.offset_from_local_datetime(&moment) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => Some(offset),
        LocalResult::None => None,
    };
    // After a gap the clocks of a place agree again within a day at the latest.
    let later = [0, 1, 2, 24]
        .into_iter()
        .filter_map(|hours| clock.checked_add_signed(TimeDelta::hours(hours)).and_then(at));
    later.into_iter().next().map_or(
        OfficialTime { offset: TimeDelta::hours(8), summer: TimeDelta::zero() },
        |offset| OfficialTime {
            offset: TimeDelta::seconds(i64::from(offset.fix().local_minus_utc())),
            summer: offset.dst_offset().max(TimeDelta::zero()),
        },
    )
}

/// How far a clock of this zone was put forward at this reading, if it was: then the buyer has to
/// be asked which time he knows, because many records of 1986–1991 ignore it.
pub fn summer_time(zone: Zone, clock: NaiveDateTime) -> Option<TimeDelta> {
    let summer = official_time(zone, clock).summer;
    (summer > TimeDelta::zero()).then_some(summer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn china_had_six_summers() {
        let in_force = |text: &str| summer_time(Zone::CHINA, clock(text)).is_some();
        for (first, last) in [
            ("1986-05-04", "1986-09-13"),
            ("1987-04-12", "1987-09-12"),
            ("1988-04-17", "1988-09-10"),
            ("1989-04-16", "1989-09-16"),
            ("1990-04-15", "1990-09-15"),
            ("1991-04-14", "1991-09-14"),
        ] {
            assert!(in_force(&format!("{first} 12:00")), "{first}");
            assert!(in_force(&format!("{last} 12:00")), "{last}");
            assert!(!in_force(&format!("{first} 01:00")), "{first}");
        }
        assert!(!in_force("1985-07-01 12:00"));
        assert!(!in_force("1992-07-01 12:00"));
        assert!(!in_force("1990-12-01 12:00"));
        assert!(in_force("1941-07-01 12:00"));
    }

    #[test]
    fn the_hour_that_never_came_counts_as_summer() {
        assert!(summer_time(Zone::CHINA, clock("1986-05-04 02:30")).is_some());
        assert!(summer_time(Zone::CHINA, clock("1986-09-14 01:30")).is_some());
    }

    #[test]
    fn zones_are_known_by_their_names() {
        assert_eq!(Zone::parse("America/New_York").unwrap().name(), "America/New_York");
        assert!(Zone::parse("Asia/Peking2").is_err());
        let json = serde_json::to_string(&Zone::CHINA).unwrap();
        assert_eq!(json, "\"Asia/Shanghai\"");
        assert!(serde_json::from_str::<Zone>("\"Nowhere\"").is_err());
    }

    #[test]
    fn a_zone_without_clock_changes_keeps_its_offset() {
        let zone = Zone::parse("Asia/Kolkata").unwrap();
        let official = official_time(zone, clock("2000-01-01 12:00"));
        assert_eq!(official.offset, TimeDelta::minutes(330));
        assert_eq!(official.summer, TimeDelta::zero());
    }
}
