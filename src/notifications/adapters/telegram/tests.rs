//! The adapter against a server that answers like Telegram.

use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::notifications::message::{Button, Cargo, Item, Source};

const TOKEN: &str = "123456:AA-secret_token";
const BUYER: UserId = UserId(42);

fn messenger(api_url: &str) -> TelegramMessenger {
    TelegramMessenger::new(Arc::new(BotApi::try_new(api_url, TOKEN.into()).unwrap()))
}

async fn answering(status: u16, answer: Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(answer);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

fn refusing(code: u16, description: &str) -> impl Future<Output = MockServer> {
    let answer = json!({ "ok": false, "error_code": code, "description": description });
    answering(code, answer)
}

#[tokio::test]
async fn a_message_goes_out_as_json_with_its_buttons_and_without_a_preview() {
    let server = MockServer::start().await;
    let expected = json!({
        "chat_id": 42,
        "text": "<b>八字详批</b>",
        "parse_mode": "HTML",
        "link_preview_options": { "is_disabled": true },
        "reply_markup": { "inline_keyboard": [
            [{ "text": "去支付", "url": "https://pay.example/p/1" }],
            [{ "text": "取消", "callback_data": "b:1" },
             { "text": "订单号", "copy_text": { "text": "M1" } }],
        ] },
    });
    Mock::given(method("POST"))
        .and(path(format!("/telegram/bot{TOKEN}/sendMessage")))
        .and(body_partial_json(expected))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(
                json!({ "ok": true, "result": { "message_id": 7, "a_new_field": [] } }),
            ),
        )
        .mount(&server)
        .await;
    let copy = Button {
        label: "订单号".to_owned(),
        action: crate::notifications::message::ButtonAction::Copy("M1".to_owned()),
    };
    let message = OutgoingMessage::html("<b>八字详批</b>").with_keyboard(vec![
        vec![Button::url("去支付", "https://pay.example/p/1")],
        vec![Button::callback("取消", "b:1"), copy],
    ]);
    let chat = messenger(&format!("{}/telegram", server.uri()));
    assert_eq!(chat.send(BUYER, &message).await.unwrap(), MessageId(7));
}

#[tokio::test]
async fn a_file_goes_out_as_a_form_with_the_file_in_its_field() {
    let server = answering(200, json!({ "ok": true, "result": { "message_id": 8 } })).await;
    let document = Document {
        bytes: b"report".to_vec(),
        file_name: "命书.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        caption: OutgoingMessage::html("<i>全文</i>")
            .with_keyboard(vec![vec![Button::callback("再看", "b:2")]]),
    };
    let id = messenger(&server.uri()).send_document(BUYER, &document).await.unwrap();
    assert_eq!(id, MessageId(8));
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.path(), format!("/bot{TOKEN}/sendDocument"));
    let body = String::from_utf8_lossy(&request.body);
    for part in [
        r#"name="chat_id""#,
        r#"name="document"; filename="命书.pdf""#,
        "Content-Type: application/pdf",
        "<i>全文</i>",
        r#"{"inline_keyboard":[[{"callback_data":"b:2","text":"再看"}]]}"#,
    ] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
    assert_eq!(body.matches(r#"name="document""#).count(), 1);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_done() {
    let text = "Bad Request: message is not modified: specified new message content …";
    let server = refusing(400, text).await;
    let message = OutgoingMessage::plain("x");
    messenger(&server.uri()).edit(BUYER, MessageId(1), &message).await.unwrap();
}

#[tokio::test]
async fn an_answer_to_an_old_button_is_done() {
    let text = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    let server = refusing(400, text).await;
    messenger(&server.uri()).answer_button("q", Some("好")).await.unwrap();
}

#[tokio::test]
async fn each_refusal_arrives_in_its_class() {
    let message = OutgoingMessage::html("x");
    let server = refusing(403, "Forbidden: bot was blocked by the user").await;
    let error = messenger(&server.uri()).send(BUYER, &message).await.unwrap_err();
    assert!(matches!(error, SendError::Unreachable(_)), "{error:?}");

    let server = refusing(400, "Bad Request: can't parse entities: …").await;
    let error = messenger(&server.uri()).send(BUYER, &message).await.unwrap_err();
    assert!(matches!(error, SendError::Markup(_)), "{error:?}");

    let server = refusing(400, "Bad Request: message to edit not found").await;
    let error = messenger(&server.uri()).edit(BUYER, MessageId(1), &message).await.unwrap_err();
    assert!(matches!(error, SendError::NotEditable(_)), "{error:?}");

    let flood = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests",
        "parameters": { "retry_after": 9 } });
    let server = answering(429, flood).await;
    let error = messenger(&server.uri()).typing(BUYER).await.unwrap_err();
    assert!(matches!(error, SendError::TooFast(wait) if wait.as_secs() == 9), "{error:?}");

    let server = refusing(502, "Bad Gateway").await;
    let error = messenger(&server.uri()).send(BUYER, &message).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_and_no_error_tells_the_token() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let chat = messenger(&format!("http://127.0.0.1:{port}"));
    let error = chat.send(BUYER, &OutgoingMessage::plain("x")).await.unwrap_err();
    let SendError::NotSent(cause) = &error else { panic!("{error:?}") };
    assert!(!format!("{cause:?} {cause:#}").contains("secret"), "{cause:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown() {
    use tokio::io::AsyncReadExt as _;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hangs_up = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    };
    let chat = messenger(&format!("http://{address}"));
    let message = OutgoingMessage::plain("x");
    let (outcome, ()) = tokio::join!(chat.send(BUYER, &message), hangs_up);
    let error = outcome.unwrap_err();
    let SendError::Unknown(cause) = &error else { panic!("{error:?}") };
    assert!(!format!("{cause:?} {cause:#}").contains("secret"), "{cause:?}");
}

#[tokio::test]
async fn the_bot_reads_of_an_answer_what_it_needs() {
    #[derive(Deserialize)]
    struct Me {
        id: i64,
        username: String,
    }
    let me = json!({ "ok": true, "result": { "id": 5, "username": "mingshu_bot" } });
    let server = answering(200, me).await;
    let api = BotApi::try_new(&server.uri(), TOKEN.into()).unwrap();
    let me: Me = api.call(&teloxide::payloads::GetMe::new()).await.unwrap();
    assert_eq!((me.id, me.username.as_str()), (5, "mingshu_bot"));
    let again: Me = api.call_json("getMe", &json!({})).await.unwrap();
    assert_eq!(again.id, 5);
}

#[test]
fn an_impossible_token_or_address_is_refused_at_the_start() {
    assert!(BotApi::try_new("https://api.telegram.org", "".into()).is_err());
    assert!(BotApi::try_new("https://api.telegram.org", "12/../x".into()).is_err());
    assert!(BotApi::try_new("ftp://api.telegram.org", TOKEN.into()).is_err());
    assert!(BotApi::try_new("api.telegram.org", TOKEN.into()).is_err());
}

fn picture(name: &str, source: Source) -> Item {
    Item { source, file_name: format!("{name}.png"), content_type: "image/png" }
}

fn uploaded_picture(name: &str) -> Item {
    picture(name, Source::Bytes(bytes::Bytes::from(name.to_owned())))
}

#[tokio::test]
async fn an_album_names_its_uploads_and_tells_what_they_are_called_now() {
    let photo = |id: i64, large: &str| json!({ "message_id": id, "photo": [{ "file_id": "small" }, { "file_id": large }] });
    let answer = json!({ "ok": true, "result": [photo(8, "A"), photo(9, "B")] });
    let server = answering(200, answer).await;
    let parcel = Parcel {
        cargo: Cargo::Photos(vec![uploaded_picture("命盘"), uploaded_picture("luck")]),
        caption: OutgoingMessage::html("<i>图</i>"),
    };
    let posted = messenger(&server.uri()).send_parcel(BUYER, &parcel).await.unwrap();
    let of = |id, name: &str| Posted { message: MessageId(id), file: Some(name.to_owned()) };
    assert_eq!(posted, [of(8, "A"), of(9, "B")]);
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.path(), format!("/bot{TOKEN}/sendMediaGroup"));
    let body = String::from_utf8_lossy(&request.body);
    for part in [
        r#"{"caption":"<i>图</i>","media":"attach://file0","parse_mode":"HTML","type":"photo"}"#,
        r#"{"media":"attach://file1","type":"photo"}"#,
        r#"name="file0"; filename="命盘.png""#,
        r#"name="file1"; filename="luck.png""#,
    ] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_named_and_not_uploaded() {
    let answer = json!({ "ok": true, "result":
        { "message_id": 8, "document": { "file_id": "D" } } });
    let server = answering(200, answer).await;
    let item = Item {
        source: Source::Known("D".to_owned()),
        file_name: "x.pdf".to_owned(),
        content_type: "application/pdf",
    };
    let parcel = Parcel { cargo: Cargo::Document(item), caption: OutgoingMessage::plain("书") };
    let posted = messenger(&server.uri()).send_parcel(BUYER, &parcel).await.unwrap();
    assert_eq!(posted[0].file.as_deref(), Some("D"));
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.path(), format!("/bot{TOKEN}/sendDocument"));
    let body = String::from_utf8_lossy(&request.body);
    assert!(body.contains("name=\"document\"\r\n\r\nD\r\n"), "{body}");
    assert!(!body.contains("filename"), "{body}");

    let text = "Bad Request: wrong file identifier/HTTP URL specified";
    let server = refusing(400, text).await;
    let one = Parcel {
        cargo: Cargo::Photos(vec![picture("a", Source::Known("old".to_owned()))]),
        caption: OutgoingMessage::plain(""),
    };
    let error = messenger(&server.uri()).send_parcel(BUYER, &one).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { code: 400, .. }), "{error:?}");
    let asked = &server.received_requests().await.unwrap()[0];
    assert_eq!(asked.url.path(), format!("/bot{TOKEN}/sendPhoto"));
}

#[tokio::test]
async fn a_live_draft_goes_out_as_json_and_is_no_message() {
    let server = answering(200, json!({ "ok": true, "result": true })).await;
    let chat = messenger(&server.uri());
    chat.draft(BUYER, DraftId(7), &OutgoingMessage::html("<b>一</b>")).await.unwrap();
    chat.draft(BUYER, DraftId(7), &OutgoingMessage::html("")).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].url.path(), format!("/bot{TOKEN}/sendMessageDraft"));
    let said: Vec<Value> =
        requests.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    let words = json!({ "chat_id": 42, "draft_id": 7, "text": "<b>一</b>", "parse_mode": "HTML" });
    assert_eq!(said, [words, json!({ "chat_id": 42, "draft_id": 7, "text": "" })]);
}
