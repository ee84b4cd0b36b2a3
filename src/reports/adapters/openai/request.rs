//! The request's address and body (reference/deepseek.md §1.1, §2, §7).

use serde_json::{Map, Value, json};

use super::config::{Continuation, ModelConfig};
use crate::reports::ports::ModelRequest;

const ASK: &str = "Go on exactly where the text stops. Repeat nothing and add no remark. \
                   请从中断处接着写，不要重复，也不要加说明。";

/// What one round asks for: a text, or the rest of one.
pub(super) struct Ask<'a> {
    pub(super) config: &'a ModelConfig,
    pub(super) request: &'a ModelRequest,
    /// What is already written; empty in the first round.
    pub(super) written: &'a str,
    /// 0 for the first.
    pub(super) round: u32,
}

impl Ask<'_> {
    pub(super) fn url(&self) -> String {
        let beta =
            !self.written.is_empty() && self.config.continuation == Continuation::DeepseekPrefix;
        let base = self.config.base_url.trim_end_matches('/');
        if !beta {
            return format!("{base}/chat/completions");
        }
        let root = base.strip_suffix("/v1").or_else(|| base.strip_suffix("/beta")).unwrap_or(base);
        format!("{root}/beta/chat/completions")
    }

    pub(super) fn body(&self) -> Value {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("model", json!(self.config.model));
        set("messages", self.messages());
        set("stream", json!(true));
        set("stream_options", json!({"include_usage": true}));
        set("max_tokens", json!(self.request.max_tokens.unwrap_or(self.config.max_tokens)));
        if let Some(thinking) = self.config.thinking {
            let kind = if thinking && self.round == 0 { "enabled" } else { "disabled" };
            set("thinking", json!({"type": kind}));
        }
        if let Some(temperature) = self.request.temperature.or(self.config.temperature) {
            set("temperature", decimal(temperature));
        }
        if self.config.send_user_id && is_user_id(&self.request.user_mark) {
            set("user_id", json!(self.request.user_mark));
        }
        for (name, value) in &self.config.extra_body {
            if value.is_null() {
                body.remove(name);
            } else {
                body.insert(name.clone(), value.clone());
            }
        }
        Value::Object(body)
    }

    fn messages(&self) -> Value {
        let mut messages = vec![
            json!({"role": "system", "content": self.request.system}),
            json!({"role": "user", "content": self.request.user}),
        ];
        if !self.written.is_empty() {
            let written = json!({"role": "assistant", "content": self.written});
            match self.config.continuation {
                Continuation::DeepseekPrefix => messages
                    .push(json!({"role": "assistant", "content": self.written, "prefix": true})),
                Continuation::TrailingAssistant => messages.push(written),
                Continuation::Ask => {
                    messages.push(written);
                    messages.push(json!({"role": "user", "content": ASK}));
                }
                Continuation::Off => {}
            }
        }
        Value::Array(messages)
    }
}

/// 1.3 as `1.3`, not as the double next to the float.
fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

fn is_user_id(mark: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=512).contains(&mark.len()) && mark.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ModelRequest {
        ModelRequest {
            system: "系统".to_owned(),
            user: "用户".to_owned(),
            user_mark: "u-1".to_owned(),
            max_tokens: None,
            temperature: None,
        }
    }

    fn config() -> ModelConfig {
        ModelConfig::deepseek("sk-test".into())
    }

    fn url(base: &str, written: &str) -> String {
        let config = ModelConfig { base_url: base.to_owned(), ..config() };
        Ask { config: &config, request: &request(), written, round: 0 }.url()
    }

    #[test]
    fn addresses_are_joined_as_operators_write_them() {
        for base in
            ["https://api.deepseek.com", "https://api.deepseek.com/", "https://api.deepseek.com//"]
        {
            assert_eq!(url(base, ""), "https://api.deepseek.com/chat/completions");
        }
        assert_eq!(url("http://h:11434/v1/", ""), "http://h:11434/v1/chat/completions");
        for base in ["http://h", "http://h/v1", "http://h/beta/"] {
            assert_eq!(url(base, "文"), "http://h/beta/chat/completions");
        }
    }

    #[test]
    fn a_request_says_everything_explicitly() {
        let config = config();
        let body = Ask { config: &config, request: &request(), written: "", round: 0 }.body();
        insta::assert_json_snapshot!(body);
    }

    #[test]
    fn the_operators_extra_fields_come_last() {
        let mut config = config();
        config.extra_body.insert("stream_options".to_owned(), Value::Null);
        config.extra_body.insert("max_tokens".to_owned(), json!(7));
        let body = Ask { config: &config, request: &request(), written: "", round: 0 }.body();
        assert_eq!(body.get("stream_options"), None);
        assert_eq!(body["max_tokens"], 7);
    }

    #[test]
    fn a_mark_that_the_server_would_refuse_is_not_sent() {
        for mark in ["", "a b", "张三", &"x".repeat(513)] {
            let request = ModelRequest { user_mark: mark.to_owned(), ..request() };
            let body = Ask { config: &config(), request: &request, written: "", round: 0 }.body();
            assert_eq!(body.get("user_id"), None, "{mark}");
        }
    }

    #[test]
    fn each_way_of_going_on_has_its_messages() {
        let last = |continuation| {
            let config = ModelConfig { continuation, thinking: Some(true), ..config() };
            let body =
                Ask { config: &config, request: &request(), written: "上文", round: 1 }.body();
            assert_eq!(body["thinking"]["type"], "disabled");
            body["messages"].as_array().unwrap()[2..].to_vec()
        };
        let written = json!({"role": "assistant", "content": "上文"});
        let prefix = json!({"role": "assistant", "content": "上文", "prefix": true});
        assert_eq!(last(Continuation::DeepseekPrefix), [prefix]);
        assert_eq!(last(Continuation::TrailingAssistant), std::slice::from_ref(&written));
        assert_eq!(last(Continuation::Ask), [written, json!({"role": "user", "content": ASK})]);
    }
}
