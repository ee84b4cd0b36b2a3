//! Live drafts beside everything else.

use super::*;

const SKETCH: DraftId = DraftId(9);

fn words(text: &str) -> OutgoingMessage {
    OutgoingMessage::html(text)
}

/// Shows `text` as soon as it may be.
async fn show(sender: &Sender, to: UserId, text: &str) -> Result<(), SendError> {
    assert!(sender.draft_turn(to).await, "drafts are known here");
    sender.draft(to, SKETCH, &words(text)).await
}

#[tokio::test(start_paused = true)]
async fn drafts_of_one_chat_keep_their_distance_and_messages_pass_them() {
    let chat = Chat::new();
    let sender = start(&chat);
    let all = async {
        for text in ["a", "b", "c"] {
            show(&sender, ANNA, text).await.unwrap();
        }
    };
    let beside = async {
        show(&sender, BERT, "x").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        sender.send(Priority::Bulk, ANNA, &words("a report")).await.unwrap();
        sender.typing(ANNA).await.unwrap();
    };
    tokio::join!(all, beside);
    let expected = [
        (0, "draft 9 for 1: a"),
        (0, "draft 9 for 2: x"),
        (1000, "a report"),
        (1000, "typing"),
        (3000, "draft 9 for 1: b"),
        (6000, "draft 9 for 1: c"),
    ];
    assert_eq!(chat.heard(), expected.map(|(at, what)| (at, what.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_came_too_fast_is_left_out_and_only_drafts_rest() {
    let chat = Chat::answering([wait_for(30)]);
    let sender = start(&chat);
    let error = show(&sender, ANNA, "a").await.unwrap_err();
    assert!(matches!(error, SendError::TooFast(_)), "{error:?}");
    sender.send(Priority::Normal, ANNA, &words("a word")).await.unwrap();
    show(&sender, ANNA, "b").await.unwrap();
    let expected = [(0, "draft 9 for 1: a"), (0, "a word"), (30_000, "draft 9 for 1: b")];
    assert_eq!(chat.heard(), expected.map(|(at, what)| (at, what.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_knows_no_drafts_is_asked_once() {
    for (code, description) in [(404, "Not Found"), (400, "Bad Request: Method not found")] {
        let refusal = SendError::Refused { code, description: description.to_owned() };
        let chat = Chat::answering([refusal]);
        let sender = start(&chat);
        assert!(show(&sender, ANNA, "a").await.is_err());
        assert!(!sender.draft_turn(ANNA).await && !sender.clone().draft_turn(BERT).await);
        assert_eq!(chat.words(), ["draft 9 for 1: a"]);
    }
    let refusal = SendError::Refused { code: 400, description: "Bad Request: x".to_owned() };
    let chat = Chat::answering([refusal]);
    let sender = start(&chat);
    assert!(show(&sender, ANNA, "a").await.is_err());
    assert!(sender.draft_turn(ANNA).await, "this one was refused, not the method");
}
