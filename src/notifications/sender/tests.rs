//! The sender in front of a chat that notes what arrives and when. Time is tokio's paused clock,
//! which jumps from one timer to the next: nobody sleeps and every moment is exact.

mod chat;
mod drafts;

use std::time::Duration;

use super::*;
use chat::Chat;

const ANNA: UserId = UserId(1);
const BERT: UserId = UserId(2);
const BILL: MessageId = MessageId(70);

fn start(chat: &Arc<Chat>) -> Sender {
    Sender::start(Arc::clone(chat) as Arc<dyn Messenger>, Pace::default())
}

fn wait_for(seconds: u64) -> SendError {
    SendError::TooFast(Duration::from_secs(seconds))
}

fn server_fault() -> SendError {
    SendError::NotSent(anyhow::anyhow!("server fault 502"))
}

/// Sends numbered messages to Anna all at once and waits for all.
async fn crowd(sender: &Sender, priority: Priority, count: usize) {
    let one = |number: usize| async move {
        let message = OutgoingMessage::plain(number.to_string());
        sender.send(priority, ANNA, &message).await.unwrap();
    };
    futures_util::future::join_all((1..=count).map(one)).await;
}

#[tokio::test(start_paused = true)]
async fn a_conversation_may_burst_and_then_goes_once_per_second() {
    let chat = Chat::new();
    crowd(&start(&chat), Priority::Normal, 6).await;
    assert_eq!(chat.words(), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(chat.times(), [0, 0, 0, 0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn report_segments_go_once_per_second_from_the_first() {
    let chat = Chat::new();
    crowd(&start(&chat), Priority::Bulk, 4).await;
    assert_eq!(chat.times(), [0, 1000, 2000, 3000]);
}

#[tokio::test(start_paused = true)]
async fn all_chats_together_keep_the_overall_limit() {
    let chat = Chat::new();
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    let to = |user| sender.send(Priority::Normal, UserId(user), &hello);
    futures_util::future::try_join_all((1..=105).map(to)).await.unwrap();
    // Five at once, then 25 in each second.
    let first_second = chat.times().into_iter().filter(|at| *at < 1000).count();
    assert_eq!(first_second, 5 + 24);
    assert_eq!(chat.times().last(), Some(&4000));
}

#[tokio::test(start_paused = true)]
async fn whoever_taps_is_answered_while_messages_to_others_wait() {
    let chat = Chat::new();
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    let news = (1..=105).map(|user| sender.send(Priority::Bulk, UserId(user), &hello));
    let taps = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let before = Instant::now();
        for query in 0..200 {
            sender.answer_button(&query.to_string(), None).await.unwrap();
        }
        before.elapsed()
    };
    let (_told, took) = tokio::join!(futures_util::future::join_all(news), taps);
    // Fifty at once, then 500 in each second.
    assert_eq!(took, Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn a_word_about_money_overtakes_waiting_segments() {
    let chat = Chat::new();
    let sender = start(&chat);
    let paid = OutgoingMessage::plain("paid");
    let urgent = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        sender.send(Priority::Urgent, ANNA, &paid).await.unwrap();
    };
    tokio::join!(crowd(&sender, Priority::Bulk, 3), urgent);
    assert_eq!(chat.words(), ["1", "paid", "2", "3"]);
    assert_eq!(chat.times(), [0, 10, 2000, 3000]);
}

#[tokio::test(start_paused = true)]
async fn a_word_about_money_has_room_after_a_lively_conversation() {
    let chat = Chat::new();
    let sender = start(&chat);
    crowd(&sender, Priority::Normal, 4).await;
    sender.send(Priority::Urgent, ANNA, &OutgoingMessage::plain("paid")).await.unwrap();
    sender.send(Priority::Normal, ANNA, &OutgoingMessage::plain("5")).await.unwrap();
    assert_eq!(chat.words().last().map(String::as_str), Some("5"));
    assert_eq!(chat.times(), [0, 0, 0, 0, 0, 2000]);
}

#[tokio::test(start_paused = true)]
async fn the_newest_edit_of_progress_replaces_a_waiting_one() {
    let chat = Chat::new();
    let sender = start(&chat);
    let edit = |text: &'static str| {
        let sender = sender.clone();
        async move {
            let message = OutgoingMessage::plain(text);
            sender.edit(Priority::Progress, ANNA, BILL, &message).await.unwrap();
        }
    };
    tokio::join!(edit("1/9"), edit("2/9"), edit("3/9"), edit("4/9"));
    assert_eq!(chat.heard(), [(0, "70=1/9".to_owned()), (3000, "70=4/9".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn the_final_edit_takes_the_place_of_waiting_progress() {
    let chat = Chat::new();
    let sender = start(&chat);
    let edit = |priority, text: &'static str| {
        let sender = sender.clone();
        async move {
            sender.edit(priority, ANNA, BILL, &OutgoingMessage::plain(text)).await.unwrap();
        }
    };
    tokio::join!(
        edit(Priority::Progress, "1/9"),
        edit(Priority::Progress, "2/9"),
        edit(Priority::Normal, "done"),
    );
    assert_eq!(chat.words(), ["70=1/9", "70=done"]);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_was_told_to_wait_does_not_overwrite_a_newer_one() {
    let chat = Chat::slow(Duration::from_millis(50), [wait_for(2)]);
    let sender = start(&chat);
    let edit = |text: &'static str, after: u64| {
        let sender = sender.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            let message = OutgoingMessage::plain(text);
            sender.edit(Priority::Progress, ANNA, BILL, &message).await.unwrap();
        }
    };
    tokio::join!(edit("old", 0), edit("new", 10));
    assert_eq!(chat.words(), ["70=old", "70=new"]);
}

#[tokio::test(start_paused = true)]
async fn being_told_to_wait_pauses_that_chat_exactly_so_long_and_no_other() {
    let chat = Chat::answering([wait_for(7)]);
    let sender = start(&chat);
    let (first, second, other) = (
        OutgoingMessage::plain("first"),
        OutgoingMessage::plain("second"),
        OutgoingMessage::plain("other"),
    );
    let (a, b, c) = tokio::join!(
        sender.send(Priority::Normal, ANNA, &first),
        sender.send(Priority::Normal, ANNA, &second),
        sender.send(Priority::Normal, BERT, &other),
    );
    a.and(b).and(c).unwrap();
    let heard = chat.heard();
    let heard: Vec<(u64, &str)> = heard.iter().map(|(at, what)| (*at, what.as_str())).collect();
    assert_eq!(heard, [(0, "first"), (0, "other"), (7000, "first"), (7000, "second")]);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_silences_us_towards_everybody() {
    let chat = Chat::answering([wait_for(90)]);
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    let (a, b) = tokio::join!(
        sender.send(Priority::Normal, ANNA, &hello),
        sender.send(Priority::Urgent, BERT, &hello),
    );
    a.and(b).unwrap();
    // Bert's urgent message was first and was told to wait.
    assert_eq!(chat.times(), [0, 90_000, 90_000]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_patience_is_the_callers() {
    let chat = Chat::answering([wait_for(3600)]);
    let hello = OutgoingMessage::plain("x");
    let error = start(&chat).send(Priority::Normal, ANNA, &hello).await.unwrap_err();
    assert!(matches!(error, SendError::TooFast(wait) if wait.as_secs() == 3600), "{error:?}");
    assert_eq!(chat.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_service_is_tried_a_few_times() {
    let chat = Chat::answering([server_fault(), server_fault()]);
    let hello = OutgoingMessage::plain("x");
    start(&chat).send(Priority::Normal, ANNA, &hello).await.unwrap();
    assert_eq!(chat.times().len(), 3);

    let chat = Chat::answering((0..9).map(|_| server_fault()));
    let error = start(&chat).send(Priority::Normal, ANNA, &hello).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
    assert_eq!(chat.times().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_repeats_an_edit_but_never_a_message() {
    let unknown = || SendError::Unknown(anyhow::anyhow!("time-out"));
    let hello = OutgoingMessage::plain("x");

    let chat = Chat::answering([unknown()]);
    let error = start(&chat).send(Priority::Normal, ANNA, &hello).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown(_)), "{error:?}");
    assert_eq!(chat.times().len(), 1);

    let chat = Chat::answering([unknown()]);
    start(&chat).edit(Priority::Normal, ANNA, BILL, &hello).await.unwrap();
    assert_eq!(chat.times().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn refused_markup_goes_out_as_plain_text_once() {
    let refusal = || SendError::Markup("unclosed tag".to_owned());
    let chat = Chat::answering([refusal()]);
    let message = OutgoingMessage::html("<b>a &lt; b");
    start(&chat).send(Priority::Normal, ANNA, &message).await.unwrap();
    assert_eq!(chat.words(), ["<b>a &lt; b", "a < b"]);

    let chat = Chat::answering([refusal(), refusal()]);
    let photo = Photo { png: vec![], file_name: "a.png".to_owned(), caption: message };
    let error = start(&chat).send_photo(Priority::Normal, ANNA, &photo).await.unwrap_err();
    assert!(matches!(error, SendError::Markup(_)), "{error:?}");
    assert_eq!(chat.words(), ["photo <b>a &lt; b", "photo a < b"]);
}

#[tokio::test(start_paused = true)]
async fn who_blocked_us_is_not_asked_again() {
    let chat = Chat::answering([SendError::Unreachable("blocked".to_owned())]);
    let hello = OutgoingMessage::plain("x");
    let error = start(&chat).send(Priority::Normal, ANNA, &hello).await.unwrap_err();
    assert!(matches!(error, SendError::Unreachable(_)), "{error:?}");
    assert_eq!(chat.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_button_is_answered_while_its_chat_is_silent() {
    let chat = Chat::answering([wait_for(30)]);
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    let answer = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        sender.answer_button("q1", None).await.unwrap();
        sender.typing(ANNA).await.unwrap();
    };
    let (sent, ()) = tokio::join!(sender.send(Priority::Normal, ANNA, &hello), answer);
    sent.unwrap();
    let heard = chat.heard();
    assert_eq!(heard.get(1), Some(&(1000, "answer q1".to_owned())));
    assert!(!chat.words().contains(&"typing".to_owned()), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn a_full_line_refuses_newcomers_but_not_who_comes_back() {
    let chat = Chat::slow(Duration::from_millis(50), [wait_for(5)]);
    let pace = Pace { waiting_per_chat: 2, ..Pace::default() };
    let sender = Sender::start(Arc::clone(&chat) as Arc<dyn Messenger>, pace);
    let hello = OutgoingMessage::plain("x");
    let one = || sender.send(Priority::Bulk, ANNA, &hello);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    // The first was under way while the line filled up behind it.
    a.and(b).and(c).unwrap();
    assert!(matches!(d.unwrap_err(), SendError::NotSent(_)));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_leaves_the_line_and_the_chat_stays_open() {
    let chat = Chat::slow(Duration::from_secs(60), []);
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    let hurry = Duration::from_secs(1);
    let send = || tokio::time::timeout(hurry, sender.send(Priority::Normal, ANNA, &hello));
    // The first is given up under way, the second while it waits.
    let (first, second) = tokio::join!(send(), send());
    assert!(first.is_err() && second.is_err());
    sender.send(Priority::Normal, ANNA, &OutgoingMessage::plain("y")).await.unwrap();
    assert_eq!(chat.words(), ["x", "y"]);
}

#[tokio::test(start_paused = true)]
async fn chats_that_are_not_spoken_to_are_forgotten() {
    let chat = Chat::new();
    let sender = start(&chat);
    let hello = OutgoingMessage::plain("x");
    for user in 0..50 {
        sender.send(Priority::Normal, UserId(user), &hello).await.unwrap();
    }
    assert!(sender.turnstile.known_chats() > 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    sender.send(Priority::Normal, ANNA, &hello).await.unwrap();
    assert_eq!(sender.turnstile.known_chats(), 1);
}
