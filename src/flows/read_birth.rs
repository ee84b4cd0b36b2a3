//! The birth that a buyer stated, as the almanac reads it. The one place where the words of the
//! form and the words of the chart meet.

use crate::bazi::SummerTime as Summer;
use crate::bazi::{
    BirthError, BirthInput, BirthTime, Branch, CalendarDate, Place, Sect, Sex, Zone,
};
use crate::catalog::answers::{
    BirthAnswer, BirthHour, BirthPlace, Calendar, DayStart, Gender, SummerTime,
};

/// # Errors
/// When the stored time zone is none; dates and times are checked by the almanac.
pub fn input(gender: Gender, birth: &BirthAnswer) -> Result<BirthInput, BirthError> {
    Ok(BirthInput {
        sex: match gender {
            Gender::Male => Sex::Male,
            Gender::Female => Sex::Female,
        },
        sect: match birth.day_start {
            DayStart::AtTwentyThree => Sect::LateZiNextDay,
            DayStart::AtMidnight => Sect::LateZiSameDay,
        },
        date: date(birth),
        time: time(birth.hour),
        place: birth.place.as_ref().map(place).transpose()?,
        summer_time: match birth.summer_time {
            SummerTime::ClockTime => Summer::Included,
            SummerTime::StandardTime => Summer::NotIncluded,
        },
    })
}

fn date(birth: &BirthAnswer) -> CalendarDate {
    let BirthAnswer { year, month, day, leap_month: leap, .. } = *birth;
    match birth.calendar {
        Calendar::Solar => CalendarDate::Solar { year, month, day },
        Calendar::Lunar => CalendarDate::Lunar { year, month, leap, day },
    }
}

fn time(hour: BirthHour) -> BirthTime {
    match hour {
        BirthHour::Exact { hour, minute } => BirthTime::Exact { hour, minute },
        BirthHour::Branch { index: 12 } => BirthTime::LateZi,
        BirthHour::Branch { index } => BirthTime::DoubleHour { branch: Branch::at(index.into()) },
        BirthHour::Unknown => BirthTime::Unknown,
    }
}

fn place(place: &BirthPlace) -> Result<Place, BirthError> {
    let zone = Zone::parse(&place.zone)?;
    Ok(Place { name: place.name.clone(), longitude: place.longitude, zone })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth(hour: BirthHour) -> BirthAnswer {
        BirthAnswer {
            calendar: Calendar::Solar,
            year: 1990,
            month: 5,
            day: 20,
            leap_month: false,
            hour,
            place: None,
            summer_time: SummerTime::ClockTime,
            day_start: DayStart::AtMidnight,
        }
    }

    #[test]
    fn the_two_halves_of_the_rat_hour_are_told_apart() {
        let time = |index| input(Gender::Female, &birth(BirthHour::Branch { index })).unwrap().time;
        assert_eq!(time(0), BirthTime::DoubleHour { branch: Branch::Zi });
        assert_eq!(time(12), BirthTime::LateZi);
        assert_eq!(time(11), BirthTime::DoubleHour { branch: Branch::Hai });
    }

    #[test]
    fn nothing_is_swapped() {
        let stated = birth(BirthHour::Exact { hour: 7, minute: 15 });
        let input = input(Gender::Female, &stated).unwrap();
        assert_eq!(input.sex, Sex::Female);
        assert_eq!(input.sect, Sect::LateZiSameDay);
        assert_eq!(input.summer_time, Summer::Included);
        assert_eq!(input.date, CalendarDate::Solar { year: 1990, month: 5, day: 20 });
    }
}
