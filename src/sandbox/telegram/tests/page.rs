//! The calls of the page.

use super::*;

#[tokio::test]
async fn the_page_and_its_people_are_there() {
    let sandbox = Sandbox::open().await;
    let page = sandbox.client.get(format!("{}/sandbox", sandbox.address)).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("/sandbox/api"));
    let people = sandbox.get("/sandbox/api/people").await;
    let first = json!({ "id": 1001, "name": "小满", "language": "zh-hans", "role": "buyer" });
    assert_eq!((&people[0], &people[2]["role"]), (&first, &json!("operator")));
}

#[tokio::test]
async fn the_page_shows_writes_and_taps() {
    let sandbox = Sandbox::open().await;
    let chat = "/sandbox/api/chat/1001";
    assert_eq!(sandbox.post(&format!("{chat}/say"), json!({ "text": "<b>hi" })).await, 204);
    let params = json!({ "chat_id": BUYER, "text": "<b>好</b>", "parse_mode": "HTML",
        "reply_markup": one_button("b:1") });
    sandbox.done("sendMessage", params).await;
    let tap = |data: &str| json!({ "message": 2, "data": data });
    assert_eq!(sandbox.post(&format!("{chat}/tap"), tap("b:1")).await, 204);
    assert_eq!(sandbox.post(&format!("{chat}/tap"), tap("b:2")).await, 409);
    assert_eq!(sandbox.post("/sandbox/api/chat/5/say", json!({ "text": "x" })).await, 404);

    let updates = sandbox.done("getUpdates", json!({})).await;
    let answer = json!({ "callback_query_id": updates[1]["callback_query"]["id"], "text": "收到" });
    sandbox.done("answerCallbackQuery", answer).await;
    let view = sandbox.get(chat).await;
    let (mine, bots) = (&view["messages"][0], &view["messages"][1]);
    assert_eq!((&mine["from"], &mine["html"]), (&json!("me"), &json!("&lt;b&gt;hi")));
    let button = json!({ "label": "🛒 买一份", "kind": "callback", "value": "b:1" });
    assert_eq!((&bots["html"], &bots["keyboard"]), (&json!("<b>好</b>"), &json!([[button]])));
    assert_eq!((&bots["photo"], &bots["edited"]), (&Value::Null, &json!(false)));
    assert!(bots["at"].is_i64() && view["version"].is_u64());
    assert_eq!(view["toast"], json!({ "id": 1, "text": "收到" }));
    assert_eq!((&view["typing"], &view["commands"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn the_page_waits_for_news_of_its_own_chat() {
    let sandbox = Sandbox::open().await;
    sandbox.says("一").await;
    let version = sandbox.get("/sandbox/api/chat/1001").await["version"].clone();
    let path = format!("/sandbox/api/chat/1001?after={version}");
    let news = async {
        sandbox.done("sendMessage", json!({ "chat_id": 1002, "text": "not for this page" })).await;
        sandbox.says("二").await;
    };
    let (view, ()) = tokio::join!(sandbox.get(&path), news);
    assert_eq!(view["messages"].as_array().unwrap().len(), 2);
    // A version from before a restart.
    sandbox.get("/sandbox/api/chat/1001?after=999999").await;
}

#[tokio::test]
async fn pictures_are_shown_and_other_files_are_saved() {
    let sandbox = Sandbox::open().await;
    for (field, method, bytes) in [
        ("photo", "sendPhoto", png(3)),
        ("document", "sendDocument", b"<script>alert(1)</script>".to_vec()),
    ] {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("x.html");
        let part = part.mime_str("text/html").unwrap();
        let form = reqwest::multipart::Form::new().text("chat_id", "1001").part(field, part);
        let url = format!("{}/bot{TOKEN}/{method}", sandbox.address);
        let sent = sandbox.client.post(url).multipart(form).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::OK);
    }
    let view = sandbox.get("/sandbox/api/chat/1001").await;
    let file = async |path: &Value| {
        let url = format!("{}{}", sandbox.address, path.as_str().unwrap());
        sandbox.client.get(url).send().await.unwrap()
    };
    let picture = file(&view["messages"][0]["photo"]).await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.bytes().await.unwrap(), png(3));
    let document = file(&view["messages"][1]["document"]["url"]).await;
    assert_eq!(document.headers()["content-disposition"], "attachment");
    assert_eq!(document.headers()["x-content-type-options"], "nosniff");
    assert_eq!(view["messages"][1]["document"]["name"], "x.html");
}

#[tokio::test]
async fn faults_are_listed_and_switched() {
    let sandbox = Sandbox::open().await;
    let set = |word: &str| json!({ "word": word, "times": 2 });
    assert_eq!(sandbox.post("/sandbox/api/faults", set("late-callback")).await, 204);
    assert_eq!(sandbox.post("/sandbox/api/faults", set("no-such-fault")).await, 400);
    let faults = sandbox.get("/sandbox/api/faults").await;
    assert_eq!(faults.as_array().unwrap().len(), Fault::ALL.len());
    assert_eq!(faults[0], json!({ "word": "late-callback", "times": 2 }));
    assert!(sandbox.faults.take(Fault::LateCallback));
}
