//! Whether an answer fits its question. Pure; the words for people are the bot's.

use super::answers::{Answer, BirthAnswer, BirthHour, Calendar, FormAnswers, Gender};
use super::form::{Field, FieldKind};

/// Why an answer does not fit, with what the message to the buyer needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error("the answer is empty")]
    Empty,
    #[error("the answer has {length} characters, {max} are allowed")]
    TooLong { length: usize, max: u32 },
    #[error("the answer is not a number")]
    NotANumber,
    #[error("{value} is not between {min} and {max}")]
    OutOfRange { value: i64, min: i64, max: i64 },
    #[error("the answer is none of the choices")]
    UnknownChoice,
    #[error("the question cannot be skipped")]
    Required,
    /// A stored answer of another kind than the field has by now, or one that cannot be typed.
    #[error("the answer is of the wrong kind")]
    WrongKind,
    #[error("the birth is not a date and time")]
    ImpossibleBirth,
}

/// Understands what a buyer typed. Births are typed step by step and are read elsewhere.
pub fn read_answer(field: &Field, typed: &str) -> Result<Answer, AnswerError> {
    let text = tidy(typed);
    if text.is_empty() {
        return Err(AnswerError::Empty);
    }
    let answer = match &field.kind {
        FieldKind::Text { .. } => Answer::Text(text),
        FieldKind::Choice { options } => {
            let chosen =
                options.iter().find(|option| option.value == text || option.label.says(&text));
            Answer::Choice(chosen.ok_or(AnswerError::UnknownChoice)?.value.clone())
        }
        FieldKind::Gender => Answer::Gender(read_gender(&text).ok_or(AnswerError::UnknownChoice)?),
        FieldKind::Birth { .. } => return Err(AnswerError::WrongKind),
        FieldKind::Number { .. } => {
            Answer::Number(read_number(&text).ok_or(AnswerError::NotANumber)?)
        }
    };
    check_answer(field, &answer)?;
    Ok(answer)
}

/// Whether a typed value fits its field as the product is now.
pub fn check_answer(field: &Field, answer: &Answer) -> Result<(), AnswerError> {
    match (&field.kind, answer) {
        (_, Answer::Skipped) if field.required => Err(AnswerError::Required),
        (_, Answer::Skipped) | (FieldKind::Gender, Answer::Gender(_)) => Ok(()),
        (FieldKind::Text { max_length }, Answer::Text(text)) => check_text(text, *max_length),
        (FieldKind::Choice { .. }, Answer::Choice(value)) => {
            field.option(value).map(|_option| ()).ok_or(AnswerError::UnknownChoice)
        }
        (FieldKind::Birth { .. }, Answer::Birth(birth)) => check_birth(birth),
        (FieldKind::Number { min, max }, Answer::Number(value)) => {
            let (value, min, max) = (*value, *min, *max);
            if (min..=max).contains(&value) {
                Ok(())
            } else {
                Err(AnswerError::OutOfRange { value, min, max })
            }
        }
        (
            FieldKind::Text { .. }
            | FieldKind::Choice { .. }
            | FieldKind::Gender
            | FieldKind::Birth { .. }
            | FieldKind::Number { .. },
            Answer::Text(_)
            | Answer::Choice(_)
            | Answer::Gender(_)
            | Answer::Birth(_)
            | Answer::Number(_),
        ) => Err(AnswerError::WrongKind),
    }
}

/// The first question without a fitting answer: where the form goes on, and why old answers cannot
/// be used for a new order.
pub fn next_question<'a>(form: &'a [Field], answers: &FormAnswers) -> Option<&'a Field> {
    form.iter().find(|field| {
        answers.get(&field.key).is_none_or(|answer| check_answer(field, answer).is_err())
    })
}

/// The answers in the order of their questions, and no others: so each birth stands with its gender.
pub fn in_order(form: &[Field], answers: &FormAnswers) -> FormAnswers {
    let mut ordered = FormAnswers::default();
    for field in form {
        if let Some(answer) = answers.get(&field.key) {
            ordered.set(&field.key, answer.clone());
        }
    }
    ordered
}

fn check_text(text: &str, max: u32) -> Result<(), AnswerError> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(AnswerError::Empty);
    }
    if u32::try_from(length).is_ok_and(|length| length <= max) {
        return Ok(());
    }
    Err(AnswerError::TooLong { length, max })
}

/// Only what no calendar is needed for.
fn check_birth(birth: &BirthAnswer) -> Result<(), AnswerError> {
    let hour_fits = match birth.hour {
        BirthHour::Exact { hour, minute } => hour < 24 && minute < 60,
        BirthHour::Branch { index } => index <= 12,
        BirthHour::Unknown => true,
    };
    let place_fits =
        birth.place.as_ref().is_none_or(|place| (-180.0..=180.0).contains(&place.longitude));
    let leap_fits = !birth.leap_month || birth.calendar == Calendar::Lunar;
    let date_fits = (1..=12).contains(&birth.month) && (1..=31).contains(&birth.day);
    if hour_fits && place_fits && leap_fits && date_fits {
        Ok(())
    } else {
        Err(AnswerError::ImpossibleBirth)
    }
}

/// Without control characters (but line breaks) and without space around it.
fn tidy(typed: &str) -> String {
    let kept: String =
        typed.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    kept.trim().to_owned()
}

fn read_gender(text: &str) -> Option<Gender> {
    match text.to_lowercase().as_str() {
        "男" | "男性" | "男生" | "m" | "male" | "man" => Some(Gender::Male),
        "女" | "女性" | "女生" | "f" | "female" | "woman" => Some(Gender::Female),
        _ => None,
    }
}

/// Digits of either width, with or without 年 behind them.
fn read_number(text: &str) -> Option<i64> {
    let narrow = text.trim_end_matches('年').trim_end().chars().map(|letter| match letter {
        '０'..='９' => {
            let digit = u32::from(letter).saturating_sub(u32::from('０'));
            char::from_digit(digit, 10).unwrap_or(letter)
        }
        '－' => '-',
        other => other,
    });
    narrow.collect::<String>().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::answers::{BirthPlace, DayStart, SummerTime};
    use super::super::form::ChoiceOption;
    use super::super::local_text::LocalText;
    use super::*;
    use crate::kernel::locale::Locale;

    fn field(kind: FieldKind) -> Field {
        Field { key: "x".to_owned(), label: label("x"), question: None, required: true, kind }
    }

    fn label(text: &str) -> LocalText {
        LocalText::new([(Locale::ZhHans, text.to_owned())])
    }

    fn choice() -> Field {
        let option = ChoiceOption { value: "love".to_owned(), label: label("感情") };
        field(FieldKind::Choice { options: vec![option] })
    }

    fn birth() -> BirthAnswer {
        BirthAnswer {
            calendar: Calendar::Solar,
            year: 1990,
            month: 5,
            day: 20,
            leap_month: false,
            hour: BirthHour::Exact { hour: 7, minute: 15 },
            place: None,
            summer_time: SummerTime::ClockTime,
            day_start: DayStart::AtTwentyThree,
        }
    }

    #[test]
    fn text_is_tidied_and_measured_in_characters() {
        let field = field(FieldKind::Text { max_length: 3 });
        assert_eq!(read_answer(&field, " 问\u{7}前程 "), Ok(Answer::Text("问前程".to_owned())));
        assert_eq!(read_answer(&field, " \n "), Err(AnswerError::Empty));
        let too_long = Err(AnswerError::TooLong { length: 4, max: 3 });
        assert_eq!(read_answer(&field, "问前程事"), too_long);
    }

    #[test]
    fn a_choice_may_be_typed_by_its_label() {
        let love = Ok(Answer::Choice("love".to_owned()));
        assert_eq!(read_answer(&choice(), "感情"), love);
        assert_eq!(read_answer(&choice(), "love"), love);
        assert_eq!(read_answer(&choice(), "财"), Err(AnswerError::UnknownChoice));
        let gone = Answer::Choice("gone".to_owned());
        assert_eq!(check_answer(&choice(), &gone), Err(AnswerError::UnknownChoice));
    }

    #[test]
    fn numbers_are_read_in_both_widths_and_kept_in_range() {
        let field = field(FieldKind::Number { min: 1950, max: 2100 });
        assert_eq!(read_answer(&field, "２０２７年"), Ok(Answer::Number(2027)));
        assert_eq!(read_answer(&field, "2100"), Ok(Answer::Number(2100)));
        let early = AnswerError::OutOfRange { value: 1949, min: 1950, max: 2100 };
        assert_eq!(read_answer(&field, "1949"), Err(early));
        assert_eq!(read_answer(&field, "明年"), Err(AnswerError::NotANumber));
    }

    #[test]
    fn genders_are_words_and_never_codes() {
        let field = field(FieldKind::Gender);
        assert_eq!(read_answer(&field, "女"), Ok(Answer::Gender(Gender::Female)));
        assert_eq!(read_answer(&field, "Male"), Ok(Answer::Gender(Gender::Male)));
        assert_eq!(read_answer(&field, "1"), Err(AnswerError::UnknownChoice));
    }

    #[test]
    fn only_an_optional_question_may_be_skipped() {
        let mut field = field(FieldKind::Gender);
        assert_eq!(check_answer(&field, &Answer::Skipped), Err(AnswerError::Required));
        field.required = false;
        assert_eq!(check_answer(&field, &Answer::Skipped), Ok(()));
    }

    #[test]
    fn impossible_births_and_foreign_kinds_are_refused() {
        let field = field(FieldKind::Birth { ask_place: true });
        let check = |birth| check_answer(&field, &Answer::Birth(birth));
        assert_eq!(check(birth()), Ok(()));
        let wrong = Err(AnswerError::ImpossibleBirth);
        assert_eq!(check(BirthAnswer { month: 13, ..birth() }), wrong);
        assert_eq!(check(BirthAnswer { day: 0, ..birth() }), wrong);
        assert_eq!(check(BirthAnswer { leap_month: true, ..birth() }), wrong);
        assert_eq!(check(BirthAnswer { hour: BirthHour::Branch { index: 13 }, ..birth() }), wrong);
        let minute = BirthHour::Exact { hour: 7, minute: 60 };
        assert_eq!(check(BirthAnswer { hour: minute, ..birth() }), wrong);
        let nowhere = BirthPlace { name: String::new(), longitude: 181.0, zone: String::new() };
        assert_eq!(check(BirthAnswer { place: Some(nowhere), ..birth() }), wrong);
        assert_eq!(check_answer(&field, &Answer::Number(1)), Err(AnswerError::WrongKind));
        assert_eq!(read_answer(&field, "1990-05-20"), Err(AnswerError::WrongKind));
    }

    #[test]
    fn the_form_goes_on_at_the_first_question_without_a_fitting_answer() {
        let mut second = choice();
        second.key = "y".to_owned();
        let form = [field(FieldKind::Gender), second];
        let mut answers = FormAnswers::default();
        assert_eq!(next_question(&form, &answers).unwrap().key, "x");
        answers.set("x", Answer::Gender(Gender::Male));
        answers.set("y", Answer::Choice("gone".to_owned()));
        assert_eq!(next_question(&form, &answers).unwrap().key, "y");
        answers.set("y", Answer::Choice("love".to_owned()));
        assert_eq!(next_question(&form, &answers), None);
    }

    #[test]
    fn answers_are_put_in_the_order_of_the_form() {
        let mut second = field(FieldKind::Gender);
        second.key = "y".to_owned();
        let form = [field(FieldKind::Gender), second];
        let mut answers = FormAnswers::default();
        answers.set("gone", Answer::Number(1));
        answers.set("y", Answer::Gender(Gender::Male));
        answers.set("x", Answer::Gender(Gender::Female));
        let ordered = in_order(&form, &answers);
        let keys: Vec<_> = ordered.iter().map(|given| given.field.as_str()).collect();
        assert_eq!(keys, ["x", "y"]);
        assert_eq!(ordered.get("y"), Some(&Answer::Gender(Gender::Male)));
    }

    proptest! {
        #[test]
        fn whatever_is_read_also_passes_the_check(typed in "\\PC{0,40}", max in 1_u32..30) {
            let number = FieldKind::Number { min: -50, max: 3000 };
            for kind in [FieldKind::Text { max_length: max }, FieldKind::Gender, number] {
                let field = field(kind);
                if let Ok(answer) = read_answer(&field, &typed) {
                    prop_assert_eq!(check_answer(&field, &answer), Ok(()));
                }
            }
        }
    }
}
