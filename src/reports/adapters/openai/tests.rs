//! The client against a server that misbehaves byte by byte.

mod server;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;
use server::{Server, Step, chunk, event, finish, refusal, stream};

fn request() -> ModelRequest {
    ModelRequest {
        system: "你是一位命理师。".to_owned(),
        user: "四柱：庚午 辛巳 乙酉 庚辰".to_owned(),
        user_mark: "mark-1".to_owned(),
        max_tokens: None,
        temperature: None,
    }
}

fn config(server: &Server) -> ModelConfig {
    ModelConfig { base_url: server.url.clone(), ..ModelConfig::deepseek("sk-secret-key".into()) }
}

#[derive(Default)]
struct Seen(Mutex<Vec<(usize, String)>>, Mutex<TokenUsage>);

impl Progress for Seen {
    fn written(&self, characters: usize, text: &str) {
        self.0.lock().unwrap().push((characters, text.to_owned()));
    }

    fn paid(&self, usage: TokenUsage) {
        let mut sum = self.1.lock().unwrap();
        *sum = sum.plus(usage);
    }
}

async fn write(config: ModelConfig) -> Result<Completion, ModelError> {
    OpenAiModel::try_new(config).unwrap().write(&request(), &Seen::default()).await
}

async fn answer(script: Vec<Step>) -> Result<Completion, ModelError> {
    write(config(&Server::start(vec![script]).await)).await
}

/// The reason of a failure that may pass.
fn reason(outcome: Result<Completion, ModelError>) -> String {
    match outcome {
        Err(ModelError::Retry { reason, .. }) => reason,
        other => panic!("not a retry: {other:?}"),
    }
}

#[tokio::test]
async fn a_text_arrives_with_its_tokens_and_its_progress() {
    let usage = json!({"choices": [], "model": "deepseek-flash-1017", "usage": {
        "prompt_cache_hit_tokens": 100, "prompt_cache_miss_tokens": 20, "completion_tokens": 9}});
    let mut script = vec![Step::say(": keep-alive\n\n")];
    script.extend(stream(&[
        chunk("命"),
        chunk("书一"),
        finish("stop"),
        event(&usage),
        "data: [DONE]\n\n".into(),
    ]));
    let server = Server::start(vec![script]).await;
    let seen = Seen::default();
    let model = OpenAiModel::try_new(config(&server)).unwrap();
    let completion = model.write(&request(), &seen).await.unwrap();
    assert_eq!(completion.text, "命书一");
    assert_eq!(completion.model, "deepseek-flash-1017");
    assert_eq!(completion.continuations, 0);
    let usage =
        TokenUsage { prompt_cache_hit: 100, prompt_cache_miss: 20, completion: 9, reasoning: 0 };
    assert_eq!(completion.usage, usage);
    assert_eq!(*seen.0.lock().unwrap(), [(1, "命".to_owned()), (3, "命书一".to_owned())]);
    let asked = server.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/chat/completions");
    assert_eq!(asked[0].authorization, "Bearer sk-secret-key");
}

#[tokio::test]
async fn what_comes_to_nothing_is_paid_all_the_same() {
    let usage = json!({"choices": [], "usage": {
        "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 20, "completion_tokens": 9}});
    let counted = |reason| stream(&[chunk("命"), finish(reason), event(&usage)]);
    let server = Server::start(vec![counted("insufficient_system_resource")]).await;
    let seen = Seen::default();
    let model = OpenAiModel::try_new(config(&server)).unwrap();
    model.write(&request(), &seen).await.unwrap_err();
    let spent = TokenUsage { prompt_cache_miss: 20, completion: 9, ..TokenUsage::default() };
    assert_eq!(*seen.1.lock().unwrap(), spent);
}

#[tokio::test]
async fn thoughts_are_no_text() {
    let thought =
        event(&json!({"choices": [{"delta": {"reasoning_content": "想", "content": null}}]}));
    let pieces =
        [thought, chunk("<think>再"), chunk("想</think>\n文"), chunk("章"), finish("stop")];
    let server = Server::start(vec![stream(&pieces)]).await;
    let (seen, model) = (Seen::default(), OpenAiModel::try_new(config(&server)).unwrap());
    assert_eq!(model.write(&request(), &seen).await.unwrap().text, "文章");
    let told: Vec<_> = seen.0.lock().unwrap().iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(told, ["", "文", "文章"], "nor told to those who watch");
}

#[tokio::test]
async fn characters_cut_by_the_network_are_whole_again() {
    let bytes = format!("{}{}", chunk("乙木参天"), finish("stop")).into_bytes();
    let script = bytes.chunks(5).map(|piece| Step::Say(piece.to_vec())).collect();
    assert_eq!(answer(script).await.unwrap().text, "乙木参天");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = json!({"choices": [{"message": {"content": "全文"}, "finish_reason": "stop"}]});
    let script = vec![Step::Raw(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\n\n{body}"
    ))];
    assert_eq!(answer(script).await.unwrap().text, "全文");
}

#[tokio::test]
async fn a_stream_without_a_finish_reason_is_no_text() {
    assert_eq!(reason(answer(stream(&[chunk("半")])).await), "the stream ended unfinished");
    let done = stream(&[chunk("半"), "data: [DONE]\n\n".into()]);
    assert_eq!(reason(answer(done).await), "the stream ended unfinished");
    let broken = vec![
        Step::Raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned()),
        Step::Raw(format!("{:x}\r\n{}\r\n", chunk("半").len(), chunk("半"))),
    ];
    let reason = reason(answer(broken).await);
    assert!(reason.starts_with("the stream broke off: "), "{reason}");
}

#[tokio::test]
async fn what_follows_the_finish_reason_cannot_take_the_text_back() {
    let error = event(&json!({"error": {"message": "late"}}));
    let script = stream(&[chunk("全"), finish("stop"), error]);
    assert_eq!(answer(script).await.unwrap().text, "全");
    let last_line_unfinished = stream(&[chunk("全"), finish("stop").trim_end().to_owned()]);
    assert_eq!(answer(last_line_unfinished).await.unwrap().text, "全");
}

#[tokio::test]
async fn a_silent_server_is_left() {
    let server = Server::start(vec![vec![Step::Hang]]).await;
    let limits = Duration::from_millis(50);
    let silent = ModelConfig { header_timeout: limits, ..config(&server) };
    assert_eq!(reason(write(silent).await), "no answer within 0.05 s");

    let mut script = stream(&[chunk("半")]);
    script.push(Step::Hang);
    let server = Server::start(vec![script]).await;
    let stalled = ModelConfig { idle_timeout: limits, ..config(&server) };
    assert_eq!(reason(write(stalled).await), "silence for 0.05 s");
}

#[tokio::test]
async fn comments_prove_that_the_server_lives() {
    let mut script = stream(&[]);
    for _ in 0..30 {
        script.extend([Step::say(": keep-alive\n\n"), Step::Wait(Duration::from_millis(40))]);
    }
    script.extend([Step::say(&chunk("文")), Step::say(&finish("stop"))]);
    let server = Server::start(vec![script]).await;
    let idle_timeout = Duration::from_millis(900);
    assert_eq!(write(ModelConfig { idle_timeout, ..config(&server) }).await.unwrap().text, "文");
}

#[tokio::test]
async fn no_text_takes_longer_than_its_deadline() {
    let mut script = stream(&[]);
    script.extend((0..9_999).map(|_| Step::say(": keep-alive\n\n")));
    script.push(Step::Hang);
    let server = Server::start(vec![script]).await;
    let endless = ModelConfig { deadline: Duration::from_millis(100), ..config(&server) };
    assert_eq!(reason(write(endless).await), "not finished within 0.1 s");
}

#[tokio::test]
async fn nothing_is_not_a_text() {
    let script = stream(&[chunk(" \n"), finish("stop")]);
    assert_eq!(reason(answer(script).await), "finished without a text");
}

#[tokio::test]
async fn finish_reasons_find_their_class() {
    let starved = answer(stream(&[chunk("半"), finish("insufficient_system_resource")])).await;
    assert_eq!(reason(starved), "finished with `insufficient_system_resource`");
    assert_eq!(reason(answer(stream(&[finish("novel")])).await), "finished with `novel`");
    let refused = answer(stream(&[chunk("半"), finish("content_filter")])).await;
    assert!(matches!(refused, Err(ModelError::Refused)), "{refused:?}");
}

#[tokio::test]
async fn errors_inside_the_stream_find_their_class() {
    let failing = |error| answer(stream(&[chunk("半"), event(&json!({"error": error}))]));
    let overloaded = failing(json!({"message": "overloaded", "code": null})).await;
    assert_eq!(reason(overloaded), "status 500: overloaded");
    let busy = failing(json!({"message": "slow down", "code": 429})).await;
    assert_eq!(reason(busy), "status 429: slow down");
    assert_eq!(reason(failing(json!("plain")).await), "status 500: plain");
    let broke = failing(json!({"message": "no credits", "code": "402"})).await;
    assert!(matches!(broke, Err(ModelError::Stop { status: 402, .. })), "{broke:?}");
    let not_json = answer(stream(&[chunk("半"), "data: {\"choices\n\n".into()])).await;
    assert_eq!(reason(not_json), "an event is not JSON");
}

#[tokio::test]
async fn statuses_find_their_class() {
    for status in [400, 401, 402, 403, 404, 422, 301] {
        let outcome = answer(refusal(status, "", r#"{"error":{"message":"no"}}"#)).await;
        let Err(ModelError::Stop { status: told, message }) = outcome else {
            panic!("{status}: {outcome:?}")
        };
        assert_eq!((told, message.as_str()), (status, "no"));
    }
    for status in [408, 429, 500, 502, 503, 520] {
        let outcome = answer(refusal(status, "retry-after: 7\r\n", "<html>busy</html>")).await;
        let Err(ModelError::Retry { reason, retry_after }) = outcome else {
            panic!("{status}: {outcome:?}")
        };
        assert_eq!(reason, format!("status {status}: <html>busy</html>"));
        assert_eq!(retry_after, Some(Duration::from_secs(7)));
    }
}

#[tokio::test]
async fn refused_content_is_told_from_a_wrong_request() {
    let body = r#"{"error":{"message":"Content Exists Risk","code":"invalid_request_error"}}"#;
    let outcome = answer(refusal(400, "", body)).await;
    assert!(matches!(outcome, Err(ModelError::Refused)), "{outcome:?}");
}

#[tokio::test]
async fn a_closed_door_may_open_again() {
    let server = Server::start(vec![]).await;
    let closed = ModelConfig { base_url: "http://127.0.0.1:1".to_owned(), ..config(&server) };
    assert!(reason(write(closed).await).starts_with("no connection: "));
}

#[tokio::test]
async fn neither_the_key_nor_the_prompt_is_repeated() {
    let body = r#"{"error":{"message":"key sk-secret-key is wrong"}}"#;
    let error = answer(refusal(401, "", body)).await.unwrap_err().to_string();
    assert!(error.contains("key [key] is wrong") && !error.contains("sk-secret"), "{error}");
    let body = r#"{"error":{"message":"bad: 四柱：庚午 辛巳 乙酉 庚辰"}}"#;
    let error = answer(refusal(400, "", body)).await.unwrap_err().to_string();
    assert!(error.contains("withheld") && !error.contains("庚午"), "{error}");
    let server = Server::start(vec![]).await;
    let shown = format!("{:?}", OpenAiModel::try_new(config(&server)).unwrap());
    assert!(!shown.contains("sk-secret"), "{shown}");
}

#[tokio::test]
async fn a_cut_text_is_carried_on_from_its_last_line() {
    let first = stream(&[chunk("第一行\n第二行写到一"), finish("length")]);
    let rest = stream(&[chunk("第二行重新写了一遍，\n这次写到了最后一个字。"), finish("stop")]);
    let server = Server::start(vec![first, rest]).await;
    let completion = write(config(&server)).await.unwrap();
    assert_eq!(completion.text, "第一行\n第二行重新写了一遍，\n这次写到了最后一个字。");
    assert_eq!(completion.continuations, 1);
    let second = server.requests().remove(1);
    assert_eq!(second.path, "/beta/chat/completions");
    let prefix = json!({"role": "assistant", "content": "第一行\n", "prefix": true});
    assert_eq!(second.body["messages"][2], prefix);
}

#[tokio::test]
async fn a_repeated_end_is_taken_out_when_we_had_to_ask() {
    let first = stream(&[chunk("总论。\n## 二、性格与天赋\n"), finish("length")]);
    let rest =
        stream(&[chunk("## 二、性格与天赋\n外柔内韧，遇事先退一步而后进两步。"), finish("stop")]);
    let server = Server::start(vec![first, rest]).await;
    let asking = ModelConfig { continuation: Continuation::Ask, ..config(&server) };
    let (seen, model) = (Seen::default(), OpenAiModel::try_new(asking).unwrap());
    let text = model.write(&request(), &seen).await.unwrap().text;
    assert_eq!(text, "总论。\n## 二、性格与天赋\n外柔内韧，遇事先退一步而后进两步。");
    assert_eq!(seen.0.lock().unwrap().last().unwrap().1, text, "those who watch see it once, too");
}

#[tokio::test]
async fn going_on_has_an_end() {
    let cut = |text: &str| stream(&[chunk(text), finish("length")]);
    let long = "这一行有足够多的字来证明文章确实在变长。\n";
    let server = Server::start(vec![cut(long)]).await;
    assert_eq!(reason(write(config(&server)).await), "cut off after 3 continuations");
    assert_eq!(server.requests().len(), 4);

    let server = Server::start(vec![cut(long), cut("短")]).await;
    let outcome = reason(write(config(&server)).await);
    assert_eq!(outcome, "cut off at the token limit, and going on adds nothing");

    let server = Server::start(vec![cut(long)]).await;
    let off = ModelConfig { continuation: Continuation::Off, ..config(&server) };
    assert_eq!(reason(write(off).await), "cut off at the token limit");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn thoughts_that_use_up_the_limit_are_switched_off() {
    let script = vec![stream(&[finish("length")]), stream(&[chunk("文"), finish("stop")])];
    let server = Server::start(script).await;
    let thinking = ModelConfig { thinking: Some(true), ..config(&server) };
    assert_eq!(write(thinking).await.unwrap().text, "文");
    let kinds: Vec<_> =
        server.requests().iter().map(|asked| asked.body["thinking"]["type"].clone()).collect();
    assert_eq!(kinds, ["enabled", "disabled"]);
}

#[tokio::test]
async fn the_account_is_known_where_the_server_tells() {
    let json = |body: &str| {
        vec![Step::Raw(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}"
        ))]
    };
    let models = r#"{"data":[{"id":"deepseek-flash"}]}"#;
    let server = Server::start(vec![json(models), json(r#"{"is_available":false}"#)]).await;
    let account = OpenAiModel::try_new(config(&server)).unwrap().account().await.unwrap();
    assert_eq!(account, Account { offers_model: Some(true), has_balance: Some(false) });
    let server = Server::start(vec![refusal(404, "", "")]).await;
    let account = OpenAiModel::try_new(config(&server)).unwrap().account().await.unwrap();
    assert_eq!(account, Account { offers_model: None, has_balance: None });
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let config = ModelConfig::deepseek("sk\n".into());
    assert!(OpenAiModel::try_new(config).is_err());
    let config = ModelConfig { base_url: "api".to_owned(), ..ModelConfig::deepseek("sk".into()) };
    assert!(OpenAiModel::try_new(config).is_err());
}
