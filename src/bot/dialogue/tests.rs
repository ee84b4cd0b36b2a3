//! Stories of the pure machine: what is tapped and typed, and where it leads.

mod any_story;
mod births;
mod talk;

use self::talk::{CATALOG, Talk};
use super::*;
use crate::catalog::answers::{Answer as Given, BirthHour, Gender};
use crate::kernel::ids::{OrderNo, Sku};

fn at_birth() -> Talk {
    let mut talk = Talk::about("bazi-full");
    talk.tap("f");
    assert_eq!(talk.ask(), &Ask::Calendar);
    talk
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
    assert_eq!(talk.draft().answers.get("gender"), Some(&Given::Gender(Gender::Male)));
    talk.tap("e2");
    talk.say("别的事");
    let question = talk.draft().answers.get("question");
    assert_eq!(question, Some(&Given::Text("别的事".to_owned())));
}

fn two_at_check() -> Talk {
    let mut talk = Talk::about("match");
    for (gender, born) in [("f", "1990-05-20 07:15"), ("m", "1988-04-25 09:30")] {
        talk.tap(gender);
        talk.say(born);
        talk.tap(button::SKIP);
        if talk.draft().tag(CATALOG.find(&talk.draft().sku).unwrap()).ends_with('x') {
            talk.tap("c");
        }
    }
    talk.tap("married");
    talk.tap(button::SKIP);
    assert_eq!(talk.draft().at, At::Check);
    talk
}

#[test]
fn a_form_may_ask_about_two_people_and_each_is_changed_alone() {
    let mut talk = two_at_check();
    let years = |talk: &Talk| {
        let people = talk.draft().answers.people();
        people.iter().map(|person| (person.gender, person.birth.year)).collect::<Vec<_>>()
    };
    let (her, him) = (Some(Gender::Female), Some(Gender::Male));
    assert_eq!(years(&talk), [(her, 1990), (him, 1988)]);
    talk.tap("date.3");
    talk.say("1987-02-03");
    assert_eq!(talk.draft().at, At::Check);
    assert_eq!(years(&talk), [(her, 1990), (him, 1987)]);
    talk.tap("date.1");
    talk.say("1991-02-03");
    assert_eq!(years(&talk), [(her, 1991), (him, 1987)]);
    talk.tap("date");
    talk.say("1992-02-03");
    assert_eq!(years(&talk), [(her, 1992), (him, 1987)], "a button of an older shop");
    talk.tap("e2");
    talk.tap("f");
    assert_eq!(years(&talk), [(her, 1992), (her, 1987)]);
    for nonsense in ["date.0", "date.9", "date.x", "date."] {
        let before = talk.draft().clone();
        talk.tap(nonsense);
        if nonsense != "date." {
            assert_eq!(talk.draft(), &before, "{nonsense}");
        }
    }
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
fn the_same_mistake_again_is_answered_where_it_can_be_seen() {
    let mut talk = at_check();
    assert_eq!(talk.say("好的").place, Where::InPlace);
    assert_eq!(talk.say("好的").place, Where::Fresh, "the same edit would change nothing");
    assert_eq!(talk.say("好的").place, Where::Fresh);
    talk.tap("hour");
    assert_eq!(talk.say("上辈子").place, Where::InPlace, "another mistake");
}

#[test]
fn a_coupon_is_asked_from_the_check_card_and_leads_back_there() {
    let mut talk = at_check();
    talk.tap(button::COUPON);
    assert_eq!(talk.draft().at, At::Coupon);
    talk.tap(button::BACK);
    assert_eq!(talk.draft().at, At::Check);
    talk.tap(button::COUPON);
    let turn = talk.say("spring");
    assert_eq!(turn.answer, Answer::Do(Deed::UseCoupon("spring".to_owned())));
    talk.dialogue.draft.as_mut().unwrap().coupon = Some("SPRING".to_owned());
    talk.tap(button::BACK);
    talk.tap(button::NO_COUPON);
    assert_eq!((talk.draft().coupon.as_ref(), &talk.draft().at), (None, &At::Check));
}

#[test]
fn a_code_in_a_link_is_kept_for_the_next_purchase() {
    let mut talk = Talk::new();
    talk.say("/start cp_spring");
    talk.press(&Press::Begin(Sku::from("bazi-full")));
    assert_eq!(talk.draft().coupon.as_deref(), Some("SPRING"));
    talk.say("/start cp_");
    talk.press(&Press::Begin(Sku::from("year-luck")));
    assert_eq!(talk.draft().coupon.as_deref(), Some("SPRING"), "no code forgets no code");
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
    assert_eq!(talk.say("/cancel").leaves, Some(1), "the old card loses its buttons");
    assert_eq!(talk.view(), &View::Left { form: true });
    assert_eq!(talk.dialogue.draft, None);
    assert_eq!(talk.say("/cancel").leaves, None);
    assert_eq!(talk.view(), &View::Left { form: false });
}

#[test]
fn operators_commands_do_not_exist_for_others() {
    let mut talk = Talk::new();
    for text in ["/stats", "/order M1", "/retry M1", "/resend M1", "/refund M1", "/confirm M1"] {
        talk.say(text);
        assert_eq!(talk.view(), &View::Say("unknown-command"), "{text}");
    }
    let no = OrderNo::from("M1");
    let surely = Press::OperatorSurely("C1".to_owned(), no.clone());
    talk.press(&surely);
    assert_eq!(talk.view(), &View::Say("step-lost"));
    talk.operator = true;
    let second_tap = Answer::Do(Deed::Surely("C1".to_owned(), no.clone()));
    assert_eq!(talk.press(&surely).answer, second_tap);
    assert_eq!(talk.say("/retry m1").answer, Answer::Do(Deed::Retry(no)));
    for text in ["/refund M1", "/refund M1 5.00 too slow", "/confirm M1", "/confirm P1 B-1 seen"] {
        let answer = &talk.say(text).answer;
        assert!(matches!(answer, Answer::Do(Deed::Prepare(_))), "{text}: {answer:?}");
    }
    talk.say("/confirm M1 BANK-1");
    assert_eq!(talk.view(), &View::Operator(OperatorView::Usage("operator-usage-confirm")));
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
