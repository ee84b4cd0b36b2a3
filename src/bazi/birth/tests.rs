//! What a buyer's words about a birth come to mean.

use super::*;

fn exact(text: &str) -> BirthInput {
    let clock = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    BirthInput {
        sex: Sex::Male,
        sect: Sect::default(),
        date: CalendarDate::Solar { year: clock.year(), month: clock.month(), day: clock.day() },
        time: BirthTime::Exact { hour: clock.hour(), minute: clock.minute() },
        place: None,
        summer_time: SummerTime::NotAsked,
    }
}

fn place(longitude: f64, zone: &str) -> Place {
    Place { name: "某地".to_owned(), longitude, zone: Zone::parse(zone).unwrap() }
}

#[test]
fn without_a_place_the_clock_is_believed() {
    let birth = exact("1990-05-20 07:15").normalise().unwrap();
    assert_eq!(birth.reckoned, birth.clock);
    assert_eq!(birth.term_time, birth.clock);
    assert!(birth.summer_time_possible);
    assert!(!birth.uses_solar_time());
}

#[test]
fn summer_time_is_taken_off_when_the_buyer_says_so() {
    let mut input = exact("1990-05-20 07:15");
    assert_eq!(input.summer_time_question().unwrap(), Some(60));
    input.summer_time = SummerTime::Included;
    let birth = input.normalise().unwrap();
    assert_eq!(birth.reckoned.to_string(), "1990-05-20 06:15:00");
    assert_eq!(birth.summer_minutes, 60);
    assert!(!birth.summer_time_possible);
    input.summer_time = SummerTime::NotIncluded;
    assert_eq!(input.normalise().unwrap().reckoned, birth.clock);
}

#[test]
fn outside_of_the_six_summers_nobody_is_asked() {
    let mut input = exact("1995-05-20 07:15");
    assert_eq!(input.summer_time_question().unwrap(), None);
    input.summer_time = SummerTime::Included;
    assert_eq!(input.normalise().unwrap().summer_minutes, 0);
}

#[test]
fn a_place_brings_true_solar_time() {
    let mut input = exact("2000-01-08 12:20");
    input.place = Some(place(116.4, "Asia/Shanghai"));
    let birth = input.normalise().unwrap();
    assert_eq!(birth.reckoned.format("%H:%M").to_string(), "11:59");
    assert_eq!(birth.term_reckoning, TermReckoning::Printed);
    assert_eq!(birth.term_time, birth.reckoned);
}

#[test]
fn a_birth_abroad_is_compared_with_the_terms_as_an_instant() {
    // New York in summer: UTC-4 on the clock, 74° west: the sun is 56 minutes and a bit behind.
    let mut input = exact("1990-07-20 07:15");
    input.place = Some(place(-74.0, "America/New_York"));
    let birth = input.normalise().unwrap();
    assert_eq!(birth.term_reckoning, TermReckoning::Instant);
    assert_eq!(birth.term_time.to_string(), "1990-07-20 19:15:00");
    assert_eq!(birth.summer_minutes, 60);
    assert_eq!(birth.reckoned.format("%H:%M").to_string(), "06:12");
    input.summer_time = SummerTime::NotIncluded;
    let birth = input.normalise().unwrap();
    assert_eq!(birth.term_time.to_string(), "1990-07-20 20:15:00");
    assert_eq!(birth.reckoned.format("%H:%M").to_string(), "07:12");
}

#[test]
fn a_double_hour_is_taken_as_it_is() {
    let mut input = exact("1990-05-20 07:15");
    input.time = BirthTime::DoubleHour { branch: Branch::Chen };
    input.place = Some(place(87.6, "Asia/Shanghai"));
    input.summer_time = SummerTime::Included;
    assert_eq!(input.summer_time_question().unwrap(), None);
    let birth = input.normalise().unwrap();
    assert_eq!(birth.reckoned.to_string(), "1990-05-20 08:00:00");
    for branch in Branch::ALL {
        input.time = BirthTime::DoubleHour { branch };
        let hour = input.normalise().unwrap().reckoned.hour();
        assert_eq!(Branch::of_hour(hour), branch);
    }
    input.time = BirthTime::LateZi;
    assert_eq!(input.normalise().unwrap().reckoned.to_string(), "1990-05-20 23:30:00");
}

#[test]
fn hours_and_minutes_that_do_not_exist_are_named() {
    let mut input = exact("1990-05-20 07:15");
    input.time = BirthTime::Exact { hour: 24, minute: 0 };
    assert_eq!(input.normalise().unwrap_err(), BirthError::NoSuchHour(24));
    input.time = BirthTime::Exact { hour: 23, minute: 60 };
    assert_eq!(input.normalise().unwrap_err(), BirthError::NoSuchMinute(60));
    input.time = BirthTime::Exact { hour: 23, minute: 59 };
    input.place = Some(place(181.0, "Asia/Shanghai"));
    assert_eq!(input.normalise().unwrap_err(), BirthError::LongitudeOutOfRange(181.0));
    input.place = Some(place(f64::NAN, "Asia/Shanghai"));
    assert!(input.normalise().is_err());
}

#[test]
fn a_birth_that_has_not_happened_is_refused() {
    let now = "2026-11-21T04:00:00Z".parse().unwrap();
    assert!(exact("2026-11-21 12:00").refuse_future(now).is_ok());
    assert_eq!(exact("2026-11-21 12:01").refuse_future(now), Err(BirthError::InFuture));
    let mut today = exact("2026-11-21 23:00");
    today.time = BirthTime::Unknown;
    assert!(today.refuse_future(now).is_ok());
}

#[test]
fn the_next_hour_change_is_told_in_minutes() {
    let minutes = |text: &str| exact(text).normalise().unwrap().minutes_to_hour_change();
    assert_eq!(minutes("2000-01-01 07:02"), 2);
    assert_eq!(minutes("2000-01-01 06:56"), 4);
    assert_eq!(minutes("2000-01-01 08:00"), 60);
    assert_eq!(minutes("2000-01-01 00:01"), 59);
    let mut midnight = exact("2000-01-01 00:01");
    midnight.sect = Sect::LateZiSameDay;
    assert_eq!(midnight.normalise().unwrap().minutes_to_hour_change(), 1);
}
