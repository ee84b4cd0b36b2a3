//! Stories of the pure machine: what is tapped and typed, and where it leads.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::bot::command;
use crate::catalog::Catalog;
use crate::catalog::answers::{
    Answer as Given, BirthAnswer, BirthHour, Calendar, DayStart, Gender, SummerTime,
};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::platform::assets::Assets;

/// 2026-11-21 04:00 UTC.
const NOW: Timestamp = Timestamp(1_795_233_600_000);

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::load(&Assets::embedded()).expect("the shipped products are good"));

/// A person who agreed to the notice and talks with a pure machine.
struct Talk {
    dialogue: Dialogue,
    last: Option<Turn>,
    drafts: u32,
    operator: bool,
    consented: bool,
}

impl Talk {
    fn new() -> Self {
        let dialogue = Dialogue { anchor: Some(1), ..Dialogue::default() };
        Self { dialogue, last: None, drafts: 0, operator: false, consented: true }
    }

    fn about(sku: &str) -> Self {
        let mut talk = Self::new();
        talk.press(&Press::Begin(Sku::from(sku)));
        talk
    }

    fn take(&mut self, input: &Input) -> &Turn {
        self.drafts += 1;
        let facts = Facts {
            catalog: &CATALOG,
            now: NOW,
            consented: self.consented,
            operator: self.operator,
            fresh_id: format!("DRAFT{:07}", self.drafts),
        };
        let turn = step(&self.dialogue, input, &facts);
        self.dialogue = turn.dialogue.clone();
        self.last.insert(turn)
    }

    fn press(&mut self, press: &Press) -> &Turn {
        let press = Press::read(&press.data());
        assert!(press.is_some(), "a button of ours is not understood");
        self.take(&Input::Press { press, message: Some(1) })
    }

    /// Presses the button with this value below the question that stands there.
    fn tap(&mut self, value: &str) -> &Turn {
        let button = self.button(value);
        self.press(&Press::Form(button))
    }

    fn button(&self, value: &str) -> FormButton {
        let draft = self.draft();
        let product = CATALOG.find(&draft.sku).unwrap();
        FormButton {
            draft: draft.id.clone(),
            question: draft.tag(product),
            value: value.to_owned(),
        }
    }

    fn say(&mut self, text: &str) -> &Turn {
        match command::read(text) {
            Some(line) => self.take(&Input::Command(line)),
            None => self.take(&Input::Text(text.to_owned())),
        }
    }

    fn draft(&self) -> &Draft {
        self.dialogue.draft.as_ref().expect("a form is being filled in")
    }

    fn ask(&self) -> &Ask {
        match &self.draft().at {
            At::Birth { ask, .. } => ask,
            At::Field { key } => panic!("the field {key} is asked"),
            At::Check => panic!("the check card is shown"),
        }
    }

    fn birth(&self) -> &BirthAnswer {
        self.draft().answers.birth().expect("the birth was answered")
    }

    fn note(&self) -> Option<&'static str> {
        match &self.last.as_ref().unwrap().answer {
            Answer::Show(View::Form(note)) => note.as_ref().map(|note| note.key),
            other => panic!("no question but {other:?}"),
        }
    }

    fn view(&self) -> &View {
        match &self.last.as_ref().unwrap().answer {
            Answer::Show(view) => view,
            Answer::Do(deed) => panic!("a deed: {deed:?}"),
        }
    }
}

fn at_birth() -> Talk {
    let mut talk = Talk::about("bazi-full");
    talk.tap("f");
    assert_eq!(talk.ask(), &Ask::Calendar);
    talk
}

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
    assert_eq!(talk.ask(), &Ask::DayStart, "the schools differ before midnight");
    talk.tap("2");
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().day_start, DayStart::AtMidnight);
    let mut talk = at_birth();
    talk.say("1995-05-20");
    talk.tap("0");
    talk.tap("0");
    assert!(matches!(talk.ask(), Ask::Place { .. }), "after midnight the schools agree");
    let mut talk = at_birth();
    talk.say("1995-05-20");
    talk.say("23:30");
    assert_eq!(talk.ask(), &Ask::DayStart);
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
    let mut talk = at_birth();
    talk.say("1990-12-20");
    talk.say("07:15");
    talk.tap(button::SKIP);
    assert_eq!(talk.birth().summer_time, SummerTime::ClockTime);
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

fn at_check() -> Talk {
    let mut talk = at_birth();
    talk.say("1995-05-20 07:15");
    talk.tap(button::SKIP);
    talk.say("要不要换工作？");
    assert_eq!(talk.draft().at, At::Check);
    talk
}

#[test]
fn one_answer_can_be_changed_from_the_check_card() {
    let mut talk = at_check();
    talk.tap("hour");
    assert_eq!(talk.ask(), &Ask::Hour);
    talk.tap("6");
    assert_eq!(talk.draft().at, At::Check);
    assert_eq!(talk.birth().hour, BirthHour::Branch { index: 6 });
    talk.tap("date");
    talk.say("1996-06-21");
    assert_eq!(talk.draft().at, At::Check);
    assert_eq!((talk.birth().year, talk.birth().hour), (1996, BirthHour::Branch { index: 6 }));
    talk.tap("e0");
    talk.tap("m");
    assert_eq!(talk.draft().at, At::Check);
    assert_eq!(talk.draft().answers.gender(), Some(Gender::Male));
    talk.tap("e2");
    talk.say("别的事");
    let question = talk.draft().answers.get("question");
    assert_eq!(question, Some(&Given::Text("别的事".to_owned())));
}

#[test]
fn a_change_that_is_called_off_changes_nothing() {
    let mut talk = at_check();
    let before = talk.draft().answers.clone();
    for edit in ["date", "hour", "place", "e0", "e2"] {
        talk.tap(edit);
        assert_ne!(talk.draft().at, At::Check, "{edit}");
        talk.tap(button::BACK);
        assert_eq!(talk.draft().at, At::Check, "{edit}");
        assert_eq!(talk.draft().answers, before, "{edit}");
    }
}

#[test]
fn the_check_card_is_confirmed_by_its_button_only() {
    let mut talk = at_check();
    talk.say("好的");
    assert_eq!(talk.note(), Some("form-use-buttons"));
    let turn = talk.tap(button::CONFIRM);
    assert_eq!(turn.answer, Answer::Do(Deed::PlaceOrder));
}

#[test]
fn a_price_that_changed_is_shown_before_the_order() {
    let mut talk = at_check();
    let other = crate::kernel::money::Money::new(1, crate::kernel::money::Currency::CNY);
    talk.dialogue.draft.as_mut().unwrap().seen_price = Some(other);
    talk.tap(button::CONFIRM);
    assert_eq!(talk.note(), Some("product-price-changed"));
    assert_eq!(talk.tap(button::CONFIRM).answer, Answer::Do(Deed::PlaceOrder));
}

#[test]
fn nothing_is_asked_before_the_notice_was_accepted() {
    let mut talk = Talk::new();
    talk.consented = false;
    talk.press(&Press::Begin(Sku::from("bazi-full")));
    assert_eq!(talk.view(), &View::Consent);
    assert_eq!(talk.dialogue.listens, Listening::Consent);
    talk.say("1990-05-20");
    assert_eq!(talk.view(), &View::Consent, "words are no consent");
    assert_eq!(talk.press(&Press::Agree).answer, Answer::Do(Deed::Consent));
    talk.tap("m");
    assert_eq!(talk.view(), &View::Consent, "no way around the notice");
}

#[test]
fn a_double_tap_changes_nothing() {
    let mut talk = Talk::about("bazi-full");
    let first = talk.button("m");
    talk.press(&Press::Form(first.clone()));
    let once = talk.dialogue.clone();
    talk.press(&Press::Form(first));
    assert_eq!(talk.dialogue, once);
    assert_eq!(talk.note(), None);
}

#[test]
fn a_button_of_an_older_message_leads_to_a_fresh_anchor() {
    let mut talk = Talk::about("bazi-full");
    let old = talk.button("m");
    talk.tap("f");
    let press = Some(Press::Form(old));
    let turn = talk.take(&Input::Press { press, message: Some(99) });
    assert_eq!(turn.place, Where::Fresh);
    assert_eq!(turn.toast, Some("toast-old-button"));
    assert_eq!(talk.note(), Some("step-over"));
}

#[test]
fn a_button_of_a_draft_that_is_gone_may_belong_to_an_order() {
    let mut talk = at_check();
    let confirm = talk.button(button::CONFIRM);
    talk.say("/cancel");
    let turn = talk.press(&Press::Form(confirm.clone()));
    assert_eq!(turn.answer, Answer::Do(Deed::LookForOrder { draft: confirm.draft }));
}

#[test]
fn commands_interrupt_the_form_and_lose_nothing() {
    let mut talk = at_check();
    let answers = talk.draft().answers.clone();
    for text in ["/products", "/orders", "/privacy", "/terms", "/paysupport", "/language", "/start"]
    {
        assert_eq!(talk.say(text).place, Where::Fresh, "{text}");
        assert_eq!(talk.dialogue.listens, Listening::Nothing, "{text}");
    }
    assert_eq!(talk.draft().answers, answers);
    talk.say("随便说说");
    assert_eq!(talk.view(), &View::Say("unknown-text"));
    talk.press(&Press::Resume);
    assert_eq!(talk.view(), &View::Form(None));
    assert_eq!(talk.dialogue.listens, Listening::Form);
}

#[test]
fn help_does_not_interrupt_the_question() {
    let mut talk = Talk::about("bazi-full");
    talk.say("/help");
    assert_eq!(talk.view(), &View::Help);
    talk.say("女");
    assert_eq!(talk.ask(), &Ask::Calendar);
}

#[test]
fn cancel_leaves_the_form() {
    let mut talk = at_check();
    talk.say("/cancel");
    assert_eq!(talk.view(), &View::Left { form: true });
    assert_eq!(talk.dialogue.draft, None);
    talk.say("/cancel");
    assert_eq!(talk.view(), &View::Left { form: false });
}

#[test]
fn operators_commands_do_not_exist_for_others() {
    let mut talk = Talk::new();
    for text in ["/stats", "/order M1", "/retry M1", "/resend M1", "/refund M1"] {
        talk.say(text);
        assert_eq!(talk.view(), &View::Say("unknown-command"), "{text}");
    }
    let no = OrderNo::from("M1");
    talk.press(&Press::OperatorRefundSurely(no.clone()));
    assert_eq!(talk.view(), &View::Say("step-lost"));
    talk.operator = true;
    assert_eq!(
        talk.press(&Press::OperatorRefundSurely(no.clone())).answer,
        Answer::Do(Deed::Refund(no.clone()))
    );
    assert_eq!(talk.say("/retry m1").answer, Answer::Do(Deed::Retry(no.clone())));
    talk.say("/refund M1");
    assert_eq!(talk.view(), &View::Operator(OperatorView::RefundConfirm(no)));
    talk.say("/order");
    assert_eq!(talk.view(), &View::Operator(OperatorView::Usage("operator-usage-order")));
}

#[test]
fn a_picture_is_no_answer() {
    let mut talk = Talk::about("daily-sign");
    talk.take(&Input::NotText);
    assert_eq!(talk.note(), Some("form-text-not-text"));
}

#[test]
fn the_state_survives_its_storage() {
    let talk = at_check();
    let stored = serde_json::to_string(&talk.dialogue).unwrap();
    assert_eq!(serde_json::from_str::<Dialogue>(&stored).unwrap(), talk.dialogue);
    let mut talk = at_birth();
    talk.say("1990-02-30");
    let stored = serde_json::to_string(&talk.dialogue).unwrap();
    assert_eq!(serde_json::from_str::<Dialogue>(&stored).unwrap(), talk.dialogue);
}

#[derive(Debug, Clone)]
enum Move {
    Tap(String),
    Say(String),
    Press(String),
    Picture,
}

fn moves() -> impl Strategy<Value = Move> {
    let values = prop::sample::select(vec![
        "m", "f", "s", "l", "1980", "1990", "1985", "2", "5", "L5", "30", "31", "0", "4", "12",
        "e", "u", "y", "1", "c", "?", "<", "-", "!", "=", "date", "hour", "place", "e0", "e2",
    ]);
    let words = prop::sample::select(vec![
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
    ]);
    let data = prop::sample::select(vec![
        "new:bazi-full",
        "new:year-luck",
        "new:daily-sign",
        "resume",
        "restart",
        "p:bazi-full",
        "privacy:agree",
        "privacy:full",
        "home",
        "products",
        "f:DRAFT0000001:0:m",
        "nonsense",
    ]);
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
                let fits = crate::catalog::rules::check_answer(field, &given.answer);
                prop_assert!(fits.is_ok(), "{:?}", given);
            }
            if draft.at == At::Check {
                prop_assert!(crate::catalog::rules::next_question(&product.form, &draft.answers).is_none());
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
