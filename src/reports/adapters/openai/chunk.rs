//! Reads one event of a stream, whatever a server makes of the format
//! (reference/deepseek.md §4 and §10): any field may be absent, null or of another type.

use serde_json::Value;

use crate::reports::ports::TokenUsage;

/// What one event says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Chunk {
    pub(super) text: String,
    pub(super) finish_reason: Option<String>,
    pub(super) usage: Option<TokenUsage>,
    pub(super) model: Option<String>,
    pub(super) error: Option<Value>,
}

impl Chunk {
    /// Reads an event, or the whole body of a server that did not stream. Thoughts are left out.
    pub(super) fn read(event: &Value) -> Self {
        let choice = event.pointer("/choices/0");
        let field = |name| choice.and_then(|choice| choice.pointer(name));
        let text = field("/delta/content").or_else(|| field("/message/content"));
        let owned = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            text: text.and_then(owned).unwrap_or_default(),
            finish_reason: field("/finish_reason").and_then(owned).filter(|word| !word.is_empty()),
            usage: event.get("usage").filter(|usage| usage.is_object()).map(usage),
            model: event.get("model").and_then(owned),
            error: event.get("error").filter(|error| !error.is_null()).cloned(),
        }
    }
}

fn usage(usage: &Value) -> TokenUsage {
    let count = |pointer| usage.pointer(pointer).and_then(Value::as_u64);
    let hit = count("/prompt_cache_hit_tokens")
        .or_else(|| count("/prompt_tokens_details/cached_tokens"))
        .unwrap_or(0);
    let all = count("/prompt_tokens").unwrap_or(0);
    TokenUsage {
        prompt_cache_hit: hit,
        prompt_cache_miss: count("/prompt_cache_miss_tokens").unwrap_or(all.saturating_sub(hit)),
        completion: count("/completion_tokens").unwrap_or(0),
        reasoning: count("/completion_tokens_details/reasoning_tokens").unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn text_is_content_and_never_thought() {
        let thought = json!({"choices": [{"delta": {"reasoning_content": "hm", "content": null}}]});
        assert_eq!(Chunk::read(&thought), Chunk::default());
        let other = json!({"choices": [{"delta": {"reasoning": "hm", "content": "话"}}]});
        assert_eq!(Chunk::read(&other).text, "话");
        let whole = json!({"choices": [{"message": {"content": "全文"}, "finish_reason": "stop"}]});
        assert_eq!(Chunk::read(&whole).text, "全文");
        assert_eq!(Chunk::read(&whole).finish_reason.as_deref(), Some("stop"));
    }

    #[test]
    fn tokens_are_counted_in_every_dialect() {
        let deepseek = json!({"choices": [], "usage": {"prompt_tokens": 120,
            "prompt_cache_hit_tokens": 100, "prompt_cache_miss_tokens": 20, "completion_tokens": 9,
            "completion_tokens_details": {"reasoning_tokens": 4}}});
        let others = json!({"usage": {"prompt_tokens": 120, "completion_tokens": 9,
            "prompt_tokens_details": {"cached_tokens": 100}}});
        let expected = TokenUsage {
            prompt_cache_hit: 100,
            prompt_cache_miss: 20,
            completion: 9,
            reasoning: 4,
        };
        assert_eq!(Chunk::read(&deepseek).usage, Some(expected));
        assert_eq!(Chunk::read(&others).usage, Some(TokenUsage { reasoning: 0, ..expected }));
        assert_eq!(Chunk::read(&json!({"usage": null})).usage, None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let keys = "choices|delta|content|usage|error|finish_reason|prompt_tokens|0";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            ".{0,3}".prop_map(Value::from)
        ];
        leaf.prop_recursive(5, 40, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map(keys, inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_a_server_sends_makes_us_panic(event in any_json()) {
            Chunk::read(&event);
        }
    }
}
