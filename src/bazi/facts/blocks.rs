//! The blocks of the facts by name, for whoever needs only some of them.

use serde_json::{Map, Value};

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

/// Stored facts with only the blocks of these names and those that everybody gets. Of two people each
/// chart keeps those blocks, and what stands between them stays whole. Facts of another kind, and
/// those stored before they had a version, stay whole.
pub fn select(facts: &Value, blocks: &[String]) -> Value {
    let Some(fields) = facts.as_object() else { return facts.clone() };
    match facts.get("kind").and_then(Value::as_str) {
        Some("chart") => of_chart(fields, blocks),
        Some("pair") => {
            let mut pair = fields.clone();
            let people = pair.get_mut("people").and_then(Value::as_array_mut);
            for chart in people.into_iter().flatten().filter_map(|person| person.get_mut("chart")) {
                if let Some(fields) = chart.as_object() {
                    *chart = of_chart(fields, blocks);
                }
            }
            Value::Object(pair)
        }
        Some(_) | None => facts.clone(),
    }
}

fn of_chart(fields: &Map<String, Value>, blocks: &[String]) -> Value {
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
    fn of_two_people_each_chart_keeps_what_was_asked_for() {
        let chart = json!({"version": 1, "pillars": 1, "luck": 2, "years": 3});
        let facts = json!({"kind": "pair", "version": 1, "between": {"zodiacs": []},
            "people": [{"field": "birth", "chart": chart}]});
        let mut expected = facts.clone();
        expected["people"][0]["chart"] = json!({"version": 1, "pillars": 1, "luck": 2});
        assert_eq!(select(&facts, &["luck".to_owned()]), expected);
    }

    #[test]
    fn facts_of_another_shape_stay_whole() {
        for facts in [json!({"pillars": 1, "luck": 2}), json!({"kind": "day", "day": "甲子"})] {
            assert_eq!(select(&facts, &[]), facts);
        }
    }
}
