//! Whatever is said and pressed in whatever order.

use proptest::prelude::*;

use super::talk::{CATALOG, Talk};
use crate::bot::dialogue::{Answer, At, Dialogue, Input, Listening, Press, View};
use crate::catalog::rules;
use crate::kernel::ids::Sku;

#[derive(Debug, Clone)]
enum Move {
    Tap(String),
    Say(String),
    Press(String),
    Picture,
}

/// Values of buttons below a question.
const VALUES: &[&str] = &[
    "m",
    "f",
    "s",
    "l",
    "1980",
    "1990",
    "1985",
    "2",
    "5",
    "L5",
    "30",
    "31",
    "0",
    "4",
    "12",
    "e",
    "u",
    "y",
    "1",
    "c",
    "?",
    "<",
    "-",
    "!",
    "=",
    "date",
    "hour",
    "place",
    "e0",
    "e2",
    "hour.1",
    "date.3",
    "place.3",
    "married",
    "@0123456789AB",
    "+1",
    "+0",
    "own",
    "other",
    "b",
];

/// What is typed.
const WORDS: &[&str] = &[
    "男",
    "女",
    "1990-05-20",
    "农历1990年闰五月初八",
    "2月30日",
    "23:30",
    "晚上十二点",
    "辰时",
    "不知道",
    "2027",
    "成都",
    "/cancel",
    "/help",
    "/start",
    "/products",
    "农历",
    "",
];

/// Buttons of other messages.
const DATA: &[&str] = &[
    "new:bazi-full",
    "new:year-luck",
    "new:match",
    "new:daily-sign",
    "resume",
    "restart",
    "p:bazi-full",
    "privacy:agree",
    "privacy:full",
    "home",
    "products",
    "f:DRAFT0000001:0:m",
    "prof:list",
    "prof:name:0123456789AB",
    "nonsense",
];

fn moves() -> impl Strategy<Value = Move> {
    let values = prop::sample::select(VALUES);
    let words = prop::sample::select(WORDS);
    let data = prop::sample::select(DATA);
    prop_oneof![
        6 => values.prop_map(|value| Move::Tap(value.to_owned())),
        3 => words.prop_map(|word| Move::Say(word.to_owned())),
        1 => "\\PC{0,30}".prop_map(Move::Say),
        2 => data.prop_map(|data| Move::Press(data.to_owned())),
        1 => Just(Move::Picture),
    ]
}

proptest! {
    /// Whatever is said and pressed in whatever order: no panic, what was answered always fits its
    /// question, and the same question can always be shown again.
    #[test]
    fn no_talk_gets_lost(story in prop::collection::vec(moves(), 0..60)) {
        let mut talk = Talk::about("bazi-full");
        for input in story {
            let answered = talk.dialogue.draft.as_ref().map(|draft| draft.id.clone());
            match input {
                Move::Tap(value) if answered.is_some() => { talk.tap(&value); }
                Move::Tap(_) => { talk.press(&Press::Begin(Sku::from("year-luck"))); }
                Move::Say(text) => { talk.say(&text); }
                Move::Press(data) => {
                    let press = Press::read(&data);
                    talk.take(&Input::Press { press, message: Some(1) });
                }
                Move::Picture => { talk.take(&Input::NotText); }
            }
            let stored = serde_json::to_string(&talk.dialogue).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Dialogue>(&stored).unwrap(), &talk.dialogue);
            let Some(draft) = &talk.dialogue.draft else { continue };
            let product = CATALOG.find(&draft.sku).unwrap();
            for given in draft.answers.iter() {
                let field = product.field(&given.field).unwrap();
                let fits = rules::check_answer(field, &given.answer);
                prop_assert!(fits.is_ok(), "{:?}", given);
            }
            if draft.at == At::Check {
                prop_assert!(rules::next_question(&product.form, &draft.answers).is_none());
            }
            if talk.dialogue.listens == Listening::Form {
                let shown = &talk.last.as_ref().unwrap().answer;
                prop_assert!(matches!(
                    shown,
                    Answer::Show(View::Form(_) | View::Help | View::Say("unknown-command"))
                        | Answer::Do(_)
                ), "{shown:?}");
            }
        }
    }
}
