//! A birth, tapped and typed.

use super::at_birth;
use crate::bot::dialogue::{Ask, At, View, button};
use crate::catalog::answers::{BirthAnswer, BirthHour, Calendar, DayStart, SummerTime};
use crate::kernel::ids::Sku;

#[test]
fn a_birth_can_be_tapped_from_the_decade_to_the_hour() {
    let mut talk = at_birth();
    for value in ["s", "1990", "1990", "5", "20", "4"] {
        talk.tap(value);
        assert_eq!(talk.note(), None, "{value}");
    }
    assert!(matches!(talk.ask(), Ask::Place { query: None }));
    talk.tap(button::SKIP);
    let expected = BirthAnswer {
        calendar: Calendar::Solar,
        year: 1990,
        month: 5,
        day: 20,
        leap_month: false,
        hour: BirthHour::Branch { index: 4 },
        place: None,
        summer_time: SummerTime::ClockTime,
        day_start: DayStart::AtTwentyThree,
    };
    assert_eq!(talk.birth(), &expected);
}

#[test]
fn a_birth_can_be_typed() {
    let mut talk = at_birth();
    talk.say("1995年5月20日");
    assert_eq!(talk.ask(), &Ask::Hour);
    talk.say("早上7点15");
    assert!(matches!(talk.ask(), Ask::Place { .. }));
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().hour, BirthHour::Exact { hour: 7, minute: 15 });
}

#[test]
fn date_and_time_may_be_said_at_once() {
    let mut talk = at_birth();
    talk.say("1995年5月20日早上七点 女");
    assert!(matches!(talk.ask(), Ask::Place { .. }), "{:?}", talk.draft().at);
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().hour, BirthHour::Exact { hour: 7, minute: 0 });
    let mut talk = at_birth();
    talk.say("1995-05-20 07:15");
    assert!(matches!(talk.ask(), Ask::Place { .. }));
}

#[test]
fn a_single_number_answers_the_part_that_is_asked() {
    let mut talk = at_birth();
    talk.say("农历");
    talk.say("1990");
    assert_eq!(talk.ask(), &Ask::Month);
    talk.say("5月");
    talk.say("20日");
    assert_eq!(talk.ask(), &Ask::Hour);
    talk.say("不知道");
    assert_eq!(talk.ask(), &Ask::HourUnknown);
    talk.tap("y");
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().calendar, Calendar::Lunar);
    assert_eq!(talk.birth().hour, BirthHour::Unknown);
}

#[test]
fn a_leap_month_is_offered_only_where_the_year_has_it() {
    let mut talk = at_birth();
    for value in ["l", "1990", "1990"] {
        talk.tap(value);
    }
    talk.tap("L5");
    assert_eq!(talk.ask(), &Ask::Day);
    talk.tap("29");
    assert_eq!(talk.ask(), &Ask::Hour);
    let mut talk = at_birth();
    for value in ["l", "1990", "1991"] {
        talk.tap(value);
    }
    talk.tap("L5");
    assert_eq!(talk.ask(), &Ask::Month, "a forged leap month is no answer");
}

#[test]
fn errors_are_exact_and_the_nearest_valid_choices_stand_below_them() {
    for (typed, note, ask) in [
        ("生日快乐", "birth-date-unreadable", Ask::Calendar),
        ("5/6/1990", "birth-date-ambiguous", Ask::Calendar),
        ("30 Feb 1990", "birth-date-february", Ask::Day),
        ("1990-02-30", "birth-date-february", Ask::Day),
        ("1990-04-31", "birth-date-no-such-day", Ask::Day),
        ("1850-01-01", "birth-date-year-range", Ask::Calendar),
        ("农历1990年闰四月初一", "birth-lunar-other-leap-month", Ask::Month),
        ("农历1991年闰四月初一", "birth-lunar-no-leap-month", Ask::Month),
        ("农历1990年闰五月三十", "birth-lunar-no-such-day", Ask::Day),
    ] {
        let mut talk = at_birth();
        talk.say(typed);
        assert_eq!(talk.note(), Some(note), "{typed}");
        assert_eq!(talk.ask(), &ask, "{typed}");
    }
    let mut talk = at_birth();
    talk.say("2030-01-01");
    assert_eq!(talk.note(), Some("birth-date-future"));
    talk.say("1990-05-20");
    talk.say("25:00");
    assert_eq!((talk.note(), talk.ask()), (Some("birth-time-range"), &Ask::Hour));
    talk.say("上辈子");
    assert_eq!((talk.note(), talk.ask()), (Some("birth-time-unreadable"), &Ask::Hour));
}

#[test]
fn the_calendar_that_was_chosen_holds_for_what_is_typed() {
    let mut talk = at_birth();
    talk.tap("l");
    talk.say("1990-04-26");
    talk.say("辰时");
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().calendar, Calendar::Lunar);
    let mut talk = at_birth();
    talk.tap("l");
    talk.say("1990-闰5-26");
    talk.say("辰时");
    talk.tap(button::SKIP);
    assert!(talk.birth().leap_month);
}

#[test]
fn the_rat_hour_is_asked_on_which_side_of_midnight_it_lay() {
    let mut talk = at_birth();
    talk.say("1995-05-20");
    talk.tap("0");
    assert_eq!(talk.ask(), &Ask::Zi);
    talk.tap("12");
    talk.tap(button::SKIP);
    assert_eq!(talk.ask(), &Ask::DayStart, "the schools differ before midnight");
    talk.tap("2");
    assert_eq!(talk.birth().day_start, DayStart::AtMidnight);
    let mut talk = at_birth();
    talk.say("1995-05-20");
    talk.tap("0");
    talk.tap("0");
    assert!(matches!(talk.ask(), Ask::Place { .. }), "after midnight the schools agree");
    let mut talk = at_birth();
    talk.say("1995-05-20");
    talk.say("23:30");
    talk.tap(button::SKIP);
    assert_eq!(talk.ask(), &Ask::DayStart);
    talk.tap(button::BACK);
    assert_eq!(talk.ask(), &Ask::place());
}

#[test]
fn summer_time_is_taken_off_before_the_schools_are_asked() {
    let at_night = |time: &str| {
        let mut talk = at_birth();
        talk.say("1990-07-20");
        talk.say(time);
        talk.tap(button::SKIP);
        assert_eq!(talk.ask(), &Ask::SummerTime, "{time}");
        talk
    };
    let mut talk = at_night("23:30");
    talk.tap("c");
    assert_eq!(talk.birth().summer_time, SummerTime::ClockTime, "22:30: the schools agree");
    let mut talk = at_night("23:30");
    talk.tap("s");
    assert_eq!(talk.ask(), &Ask::DayStart, "23:30 without the hour of summer time");
    talk.tap(button::BACK);
    assert_eq!(talk.ask(), &Ask::SummerTime);
    let mut talk = at_night("00:20");
    talk.tap("c");
    assert_eq!(talk.ask(), &Ask::DayStart, "23:20 of the day before");
    talk.tap("2");
    assert_eq!(talk.birth().day_start, DayStart::AtMidnight);
}

#[test]
fn longitude_is_taken_off_before_the_schools_are_asked() {
    let mut talk = at_birth();
    talk.say("1995-05-20 23:30");
    talk.say("乌鲁木齐");
    talk.tap("0");
    assert!(!talk.draft().answers.people().is_empty(), "the sun stands at half past nine there");
}

#[test]
fn a_typed_date_in_the_future_forgets_the_older_answer() {
    let mut talk = at_birth();
    talk.say("1990-05-20");
    assert_eq!(talk.ask(), &Ask::Hour);
    talk.tap(button::BACK);
    assert_eq!(talk.ask(), &Ask::Day);
    talk.say("2030-01-01");
    assert_eq!((talk.note(), talk.ask()), (Some("birth-date-future"), &Ask::Decade));
    let At::Birth { birth, .. } = &talk.draft().at else { panic!("a birth is asked") };
    let (decade, year, month, day) = (birth.decade, birth.year, birth.month, birth.day);
    assert_eq!((decade, year, month, day), (None, None, None, None));
    for value in ["1980", "1986", "3", "4"] {
        talk.tap(value);
    }
    assert_eq!(talk.ask(), &Ask::Hour, "every part was asked anew");
}

#[test]
fn a_place_is_found_by_typing_and_chosen_by_tapping() {
    let mut talk = at_birth();
    talk.say("1995-05-20 07:15");
    talk.say("不存在的地方");
    assert_eq!((talk.note(), talk.ask()), (Some("birth-place-none"), &Ask::place()));
    talk.say("成都");
    assert_eq!(talk.ask(), &Ask::Place { query: Some("成都".to_owned()) });
    talk.say("chengdu");
    talk.tap("0");
    let place = talk.birth().place.clone().unwrap();
    assert_eq!((place.name.as_str(), place.zone.as_str()), ("成都市", "Asia/Shanghai"));
    assert!((103.0..105.0).contains(&place.longitude));
}

#[test]
fn all_at_once_is_understood() {
    let mut talk = at_birth();
    talk.say("1990年5月20日 早上七点 广州 女");
    assert_eq!(talk.ask(), &Ask::Place { query: Some("广州".to_owned()) });
    talk.tap("0");
    assert_eq!(talk.ask(), &Ask::SummerTime);
    talk.tap("c");
    assert_eq!(talk.birth().hour, BirthHour::Exact { hour: 7, minute: 0 });
}

#[test]
fn summer_time_is_asked_only_where_it_was() {
    let mut talk = at_birth();
    talk.say("1990-07-20");
    talk.say("07:15");
    talk.tap(button::SKIP);
    assert_eq!(talk.ask(), &Ask::SummerTime);
    talk.tap("s");
    assert_eq!(talk.birth().summer_time, SummerTime::StandardTime);
    for (date, place) in [("1990-12-20", "成都"), ("1990-07-20", "纽约")] {
        let mut talk = at_birth();
        talk.say(date);
        talk.say("07:15");
        talk.say(place);
        talk.tap("0");
        assert_eq!(talk.birth().summer_time, SummerTime::ClockTime, "{place}");
    }
}

#[test]
fn the_way_back_leads_through_every_question() {
    let mut talk = at_birth();
    for value in ["s", "1990", "1990", "5", "20", "4"] {
        talk.tap(value);
    }
    for expected in [Ask::Hour, Ask::Day, Ask::Month, Ask::Year, Ask::Decade, Ask::Calendar] {
        talk.tap(button::BACK);
        assert_eq!(talk.ask(), &expected);
    }
    talk.tap(button::BACK);
    assert!(matches!(&talk.draft().at, At::Field { key } if key == "gender"));
    talk.tap(button::BACK);
    assert_eq!(talk.view(), &View::Product(Sku::from("bazi-full")));
    assert!(talk.dialogue.draft.is_some(), "going back to the product loses nothing");
}
