//! Messages, edits, files, gestures, and how they are refused.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn the_bot_is_who_it_is_and_strangers_are_not_served() {
    let sandbox = Sandbox::open().await;
    let me = sandbox.done("GETME", json!({})).await;
    assert_eq!((&me["id"], &me["username"]), (&json!(123_456), &json!("mingshu_demo_bot")));
    let _: teloxide::types::Me = serde_json::from_value(me).unwrap();
    let url = format!("{}/bot123456:wrong/getMe", sandbox.address);
    let answer = sandbox.client.post(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body, json!({ "ok": false, "error_code": 401, "description": "Unauthorized" }));
    assert_eq!(sandbox.done("setMyDescription", json!({})).await, json!(true));
}

#[tokio::test]
async fn a_message_is_read_numbered_and_given_back() {
    let sandbox = Sandbox::open().await;
    let params = json!({ "chat_id": BUYER, "text": "<b>你好</b> &amp; hi", "parse_mode": "HTML",
        "reply_markup": one_button("b:1") });
    let sent = sandbox.done("sendMessage", params).await;
    assert_eq!(sent["text"], "你好 & hi");
    assert_eq!(sent["entities"], json!([{ "type": "bold", "offset": 0, "length": 2 }]));
    assert_eq!(sent["reply_markup"], one_button("b:1"));
    let _: teloxide::types::Message = serde_json::from_value(sent.clone()).unwrap();
    assert_eq!(
        (&sent["message_id"], &sandbox.says("2").await["message_id"]),
        (&json!(1), &json!(2))
    );
    let other = sandbox.done("sendMessage", json!({ "chat_id": 1002, "text": "1" })).await;
    assert_eq!(other["message_id"], 1);
    let chat = sandbox.telegram.chat(BUYER);
    assert_eq!((chat[0].html.as_str(), chat[0].from_bot), ("<b>你好</b> &amp; hi", true));
}

#[tokio::test]
async fn parameters_may_come_as_a_form_or_in_the_query() {
    let sandbox = Sandbox::open().await;
    let url = format!("{}/bot{TOKEN}/sendMessage", sandbox.address);
    let markup = one_button("b:1").to_string();
    let form = [("chat_id", "1001"), ("text", "a b&c"), ("reply_markup", &markup)];
    let answer = sandbox.client.post(&url).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = sandbox.client.get(format!("{url}?chat_id=1001&text=hi")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let chat = sandbox.telegram.chat(BUYER);
    assert_eq!((chat[0].text.as_str(), chat[1].text.as_str()), ("a b&c", "hi"));
    assert_eq!(chat[0].keyboard[0][0].value, "b:1");
}

#[tokio::test]
async fn what_telegram_refuses_is_refused() {
    let sandbox = Sandbox::open().await;
    let button =
        |button: Value| json!({ "text": "x", "reply_markup": { "inline_keyboard": [[button]] } });
    let longest = format!("<b>{}</b>", "命".repeat(4096));
    sandbox
        .done("sendMessage", json!({ "chat_id": BUYER, "text": longest, "parse_mode": "HTML" }))
        .await;
    let cases = [
        (json!({ "text": "🌙".repeat(2049) }), "message is too long"),
        (json!({ "text": " \n" }), "message text is empty"),
        (json!({ "text": "<b></b>", "parse_mode": "html" }), "message text is empty"),
        (
            json!({ "text": "<b>x", "parse_mode": "HTML" }),
            "can't parse entities: Can't find end tag",
        ),
        (json!({ "text": "x", "parse_mode": "Wiki" }), "unsupported parse_mode"),
        (json!({ "text": "x", "chat_id": 77 }), "chat not found"),
        (json!({ "text": "x", "reply_markup": "{" }), "can't parse reply_markup JSON object"),
        (button(json!({ "text": "x", "callback_data": "x".repeat(65) })), "BUTTON_DATA_INVALID"),
        (button(json!({ "text": "x", "url": "nowhere" })), "BUTTON_URL_INVALID"),
        (button(json!({ "text": "x", "copy_text": { "text": "" } })), "BUTTON_COPY_TEXT_INVALID"),
        (
            button(json!({ "text": "x" })),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ];
    for (mut params, words) in cases {
        if params.get("chat_id").is_none() {
            params["chat_id"] = json!(BUYER);
        }
        let said = sandbox.refused(400, "sendMessage", params).await;
        assert!(said.starts_with(&format!("Bad Request: {words}")), "{said}");
    }
    assert_eq!(sandbox.telegram.chat(BUYER).len(), 1);
}

#[tokio::test]
async fn an_edit_changes_a_message_of_the_bot_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let sent = json!({ "chat_id": BUYER, "text": "<b>1</b>", "parse_mode": "HTML",
        "reply_markup": one_button("b:1") });
    sandbox.done("sendMessage", sent.clone()).await;
    let mut same = sent.clone();
    same["message_id"] = json!(1);
    let said = sandbox.refused(400, "editMessageText", same).await;
    assert!(said.starts_with("Bad Request: message is not modified: "), "{said}");
    let edit = json!({ "chat_id": BUYER, "message_id": 1, "text": "1" });
    let edited = sandbox.done("editMessageText", edit).await;
    assert!(edited["edit_date"].is_i64() && edited.get("reply_markup").is_none(), "{edited}");
    let markup = json!({ "chat_id": BUYER, "message_id": 1, "reply_markup": one_button("b:2") });
    sandbox.done("editMessageReplyMarkup", markup).await;
    let chat = sandbox.telegram.chat(BUYER);
    assert_eq!((chat[0].html.as_str(), chat[0].edited), ("1", 2));
    assert_eq!(chat[0].keyboard[0][0].value, "b:2");

    let missing = json!({ "chat_id": BUYER, "message_id": 9, "text": "x" });
    let said = sandbox.refused(400, "editMessageText", missing).await;
    assert_eq!(said, "Bad Request: message to edit not found");
    let theirs = sandbox.telegram.says(BUYER, "mine");
    let params = json!({ "chat_id": BUYER, "message_id": theirs, "text": "x" });
    let said = sandbox.refused(400, "editMessageText", params).await;
    assert_eq!(said, "Bad Request: message can't be edited");
}

#[tokio::test]
async fn a_deleted_message_is_gone_and_its_number_is_not_used_again() {
    let sandbox = Sandbox::open().await;
    sandbox.says("1").await;
    let which = json!({ "chat_id": BUYER, "message_id": 1 });
    sandbox.done("deleteMessage", which.clone()).await;
    assert!(sandbox.telegram.chat(BUYER).is_empty());
    let said = sandbox.refused(400, "deleteMessage", which).await;
    assert_eq!(said, "Bad Request: message to delete not found");
    assert_eq!(sandbox.says("2").await["message_id"], 2);
}

async fn upload(sandbox: &Sandbox, method: &str, field: &'static str, bytes: Vec<u8>) -> Value {
    let file = reqwest::multipart::Part::bytes(bytes).file_name("命书.pdf");
    let file = file.mime_str("application/pdf").unwrap();
    let form = reqwest::multipart::Form::new()
        .percent_encode_noop()
        .text("chat_id", "1001")
        .text("caption", "<i>全文</i>")
        .text("parse_mode", "HTML")
        .text("reply_markup", one_button("b:1").to_string())
        .part(field, file);
    let url = format!("{}/bot{TOKEN}/{method}", sandbox.address);
    sandbox.client.post(url).multipart(form).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn files_arrive_with_their_captions_and_can_be_sent_again_by_id() {
    let sandbox = Sandbox::open().await;
    let sent = upload(&sandbox, "sendDocument", "document", b"report".to_vec()).await;
    assert_eq!(sent["result"]["document"]["file_name"], "命书.pdf");
    assert_eq!(sent["result"]["caption"], "全文");
    let again = json!({ "chat_id": BUYER, "document": sent["result"]["document"]["file_id"] });
    sandbox.done("sendDocument", again).await;
    let picture = upload(&sandbox, "sendPhoto", "photo", png(300)).await;
    assert_eq!(picture["result"]["photo"][0]["width"], 300);
    let chat = sandbox.telegram.chat(BUYER);
    let document = chat[0].document.as_ref().unwrap();
    assert_eq!((document.name.as_str(), &document.bytes[..]), ("命书.pdf", &b"report"[..]));
    assert_eq!((chat[0].html.as_str(), chat[0].keyboard.len()), ("<i>全文</i>", 1));
    assert_eq!(chat[1].document.as_ref().unwrap().bytes, document.bytes);
    assert!(chat[2].photo.is_some());

    let text = json!({ "chat_id": BUYER, "message_id": chat[2].id, "text": "x" });
    let said = sandbox.refused(400, "editMessageText", text).await;
    assert_eq!(said, "Bad Request: there is no text in the message to edit");
    let no_picture = upload(&sandbox, "sendPhoto", "photo", b"report".to_vec()).await;
    assert_eq!(no_picture["description"], "Bad Request: IMAGE_PROCESS_FAILED");
    let nothing = json!({ "chat_id": BUYER });
    let said = sandbox.refused(400, "sendPhoto", nothing).await;
    assert_eq!(said, "Bad Request: there is no photo in the request");
}

#[tokio::test]
async fn typing_is_shown_until_the_next_message() {
    let sandbox = Sandbox::open().await;
    sandbox.done("sendChatAction", json!({ "chat_id": BUYER, "action": "typing" })).await;
    assert!(sandbox.telegram.typing(BUYER));
    assert!(!sandbox.telegram.typing(1002));
    sandbox.says("done").await;
    assert!(!sandbox.telegram.typing(BUYER));
}

#[tokio::test]
async fn a_live_draft_is_shown_until_the_next_message_and_never_stays() {
    let sandbox = Sandbox::open().await;
    let draft = |number: i64, text: &str| {
        json!({ "chat_id": BUYER, "draft_id": number,
        "text": text, "parse_mode": "HTML" })
    };
    let shown = || sandbox.telegram.live_draft(BUYER).map(|draft| (draft.number, draft.html));
    assert_eq!(sandbox.done("sendMessageDraft", draft(7, "")).await, json!(true));
    assert_eq!(shown(), Some((7, String::new())), "thinking");
    sandbox.done("sendMessageDraft", draft(7, "<b>一</b>")).await;
    assert_eq!(shown(), Some((7, "<b>一</b>".to_owned())));
    assert_eq!(sandbox.telegram.live_draft(1002), None);
    let view = sandbox.get("/sandbox/api/chat/1001").await;
    assert_eq!((&view["draft"], &view["messages"]), (&json!("<b>一</b>"), &json!([])));

    let said = sandbox.refused(400, "sendMessageDraft", draft(0, "x")).await;
    assert_eq!(said, "Bad Request: RANDOM_ID_INVALID");
    sandbox.refused(400, "sendMessageDraft", draft(7, "<b>open")).await;
    sandbox.refused(400, "sendMessageDraft", draft(7, &"长".repeat(4097))).await;
    sandbox.says("done").await;
    assert_eq!(shown(), None);
    assert_eq!(sandbox.get("/sandbox/api/chat/1001").await["draft"], json!(null));
}

#[tokio::test]
async fn each_misfortune_happens_once_and_only_to_what_is_sent() {
    let sandbox = Sandbox::open().await;
    sandbox.says("here").await;
    let message = json!({ "chat_id": BUYER, "text": "x", "parse_mode": "HTML" });
    for (fault, code, words) in [
        (Fault::TelegramFlood, 429, "Too Many Requests: retry after 1"),
        (Fault::TelegramBlocked, 403, "Forbidden: bot was blocked by the user"),
        (Fault::TelegramBadMarkup, 400, "Bad Request: can't parse entities: "),
    ] {
        sandbox.faults.set(fault, 1);
        sandbox.done("sendChatAction", json!({ "chat_id": BUYER, "action": "typing" })).await;
        let said = sandbox.refused(code, "sendMessage", message.clone()).await;
        assert!(said.starts_with(words), "{said}");
        sandbox.done("sendMessage", message.clone()).await;
    }
    sandbox.faults.set(Fault::TelegramFlood, 1);
    let (_, flood) = sandbox.call("sendMessage", message.clone()).await;
    assert_eq!(flood["parameters"], json!({ "retry_after": 1 }));
    sandbox.faults.set(Fault::TelegramServerError, 1);
    let url = format!("{}/bot{TOKEN}/sendMessage", sandbox.address);
    let answer = sandbox.client.post(url).json(&message).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    sandbox.faults.set(Fault::TelegramBadMarkup, 1);
    sandbox.says("without markup nothing can be misread").await;
}

#[tokio::test]
async fn a_person_sees_the_commands_of_their_language() {
    let sandbox = Sandbox::open().await;
    let menu = |word: &str| json!([{ "command": "start", "description": word }]);
    sandbox.done("setMyCommands", json!({ "commands": menu("Begin") })).await;
    sandbox.done("setMyCommands", json!({ "commands": menu("开始"), "language_code": "zh" })).await;
    let scope = json!({ "type": "chat", "chat_id": 9001 });
    sandbox.done("setMyCommands", json!({ "commands": menu("店铺"), "scope": scope })).await;
    let seen =
        [BUYER, 1002, 9001].map(|user| sandbox.telegram.commands(user)[0].description.clone());
    assert_eq!(seen, ["开始", "Begin", "店铺"]);
    let bad = json!({ "commands": [{ "command": "Start!", "description": "x" }] });
    let said = sandbox.refused(400, "setMyCommands", bad).await;
    assert_eq!(said, "Bad Request: BOT_COMMAND_INVALID");
}

#[tokio::test]
async fn an_album_is_a_message_for_each_photo_or_nothing_at_all() {
    let sandbox = Sandbox::open().await;
    let album = async |second: &[u8]| -> (u16, Value) {
        let media = json!([
            { "type": "photo", "media": "attach://one", "caption": "<b>命盘</b>", "parse_mode": "HTML" },
            { "type": "photo", "media": "attach://two" },
        ]);
        let part = |bytes: Vec<u8>| reqwest::multipart::Part::bytes(bytes).file_name("x.png");
        let form = reqwest::multipart::Form::new()
            .text("chat_id", BUYER.to_string())
            .text("media", media.to_string())
            .part("one", part(png(300)))
            .part("two", part(second.to_vec()));
        let url = format!("{}/bot{TOKEN}/sendMediaGroup", sandbox.address);
        let answer = sandbox.client.post(url).multipart(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    let (status, body) = album(b"no picture").await;
    assert_eq!((status, body["ok"].as_bool()), (400, Some(false)), "{body}");
    assert!(sandbox.telegram.chat(BUYER).is_empty());
    let (status, body) = album(&png(200)).await;
    assert_eq!(status, 200, "{body}");
    let messages = sandbox.telegram.chat(BUYER);
    assert_eq!(messages.len(), 2);
    assert_eq!((messages[0].html.as_str(), messages[1].html.as_str()), ("<b>命盘</b>", ""));
    let id = body["result"][1]["photo"][0]["file_id"].as_str().unwrap().to_owned();
    assert_eq!(messages[1].photo.as_ref().unwrap().id, id);
    // Known by its name from now on.
    let again = json!({ "chat_id": BUYER, "media": [
        { "type": "photo", "media": id }, { "type": "photo", "media": id },
    ] });
    assert_eq!(sandbox.done("sendMediaGroup", again).await.as_array().unwrap().len(), 2);
    let alone = json!({ "chat_id": BUYER, "media": [{ "type": "photo", "media": id }] });
    assert!(sandbox.refused(400, "sendMediaGroup", alone).await.contains("2-10"));
}
