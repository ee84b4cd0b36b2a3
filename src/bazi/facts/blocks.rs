//! The blocks of the facts by name, for whoever needs only some of them.

use serde_json::Value;

/// Every block of a chart's facts that a chapter can ask for by name.
pub const BLOCKS: [&str; 11] = [
    "derived",
    "elements",
    "relations",
    "luck",
    "years",
    "months",
    "terms",
    "stars",
    "pattern",
    "pillars",
    "birth_time",
];

/// What everybody gets who gets facts at all.
pub const ALWAYS: [&str; 5] = ["kind", "version", "person", "pillars", "birth_time"];

/// Stored facts of a chart with only the blocks of these names and those that everybody gets. Facts
/// of another kind, and those stored before they had a version, stay whole.
pub fn select(facts: &Value, blocks: &[String]) -> Value {
    let chart = facts.get("kind").and_then(Value::as_str) == Some("chart");
    let Some(fields) = facts.as_object().filter(|_fields| chart) else { return facts.clone() };
    let wanted = |name: &str| ALWAYS.contains(&name) || blocks.iter().any(|block| block == name);
    let kept = fields.iter().filter(|(name, value)| wanted(name) && !value.is_null());
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_asked_for_is_kept() {
        let facts = json!({"kind": "chart", "version": 1, "pillars": 1, "luck": 2, "years": 3,
            "months": null});
        let asked = ["luck".to_owned(), "months".to_owned()];
        let expected = json!({"kind": "chart", "version": 1, "pillars": 1, "luck": 2});
        assert_eq!(select(&facts, &asked), expected);
    }

    #[test]
    fn facts_of_another_shape_stay_whole() {
        for facts in [json!({"pillars": 1, "luck": 2}), json!({"kind": "day", "day": "甲子"})] {
            assert_eq!(select(&facts, &[]), facts);
        }
    }
}
