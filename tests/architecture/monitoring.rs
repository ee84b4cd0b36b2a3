//! What operators watch (docs/monitoring.md, the rules, the dashboard), held against what the
//! program tells: no panel that stays empty, no metric that nobody explains, no rule without advice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What the program describes; histograms with the names of their series.
fn described() -> (BTreeSet<String>, BTreeSet<String>) {
    let table = file("src/platform/telemetry/metrics.rs");
    let part = |from: &str, to: &str| -> Vec<String> {
        let part = table.split(from).nth(1).unwrap().split(to).next().unwrap();
        let names = part.split("(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        names.filter(|name| name.starts_with("mingshu_")).map(str::to_owned).collect()
    };
    let histograms = part("const HISTOGRAMS", "];");
    let mut series: BTreeSet<String> = part("const COUNTERS", "];").into_iter().collect();
    series.extend(part("const GAUGES", "];"));
    let names = series.iter().chain(&histograms).cloned().collect();
    for name in &histograms {
        series.extend(["bucket", "sum", "count"].map(|end| format!("{name}_{end}")));
    }
    assert!(series.len() > 40, "the tables were not found");
    (names, series)
}

/// Every word of a text that is the name of one of our series.
fn named(text: &str) -> BTreeSet<String> {
    let letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let words = text.split(|it: char| !letter(it));
    words.filter(|word| word.starts_with("mingshu_")).map(str::to_owned).collect()
}

/// What is added to alerts in Prometheus.
struct Rule {
    name: String,
    text: String,
}

/// The rules of alerts.yml, read line by line: the file keeps to two spaces a step.
fn rules() -> Vec<Rule> {
    let yaml = file("docs/monitoring/alerts.yml");
    let mut rules: Vec<Rule> = Vec::new();
    for line in yaml.lines().filter(|line| !line.trim_start().starts_with('#')) {
        if let Some(name) = line.strip_prefix("      - alert: ") {
            rules.push(Rule { name: name.to_owned(), text: String::new() });
        } else if line.starts_with("        ") {
            let rule = rules.last_mut().unwrap();
            rule.text.push_str(line.trim());
            rule.text.push('\n');
        } else {
            let heads = ["groups:", "  - name: ", "    rules:"];
            assert!(heads.iter().any(|head| line.starts_with(head)), "`{line}` is not understood");
        }
    }
    rules
}

fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_dashboard_shows_what_there_is_and_all_of_it() {
    let (names, series) = described();
    let dashboard: Value =
        serde_json::from_str(&file("docs/monitoring/grafana-dashboard.json")).unwrap();
    let expressions = expressions(&dashboard);
    let shown: BTreeSet<String> = expressions.iter().flat_map(|it| named(it)).collect();
    for name in &shown {
        assert!(series.contains(name), "the dashboard shows {name}, which nobody tells");
    }
    for name in &names {
        let somewhere = shown.iter().any(|it| it == name || *it == format!("{name}_bucket"));
        assert!(somewhere, "the dashboard does not show {name}");
    }
    for panel in dashboard["panels"].as_array().unwrap() {
        let row = panel["type"] == "row";
        assert!(row || panel["datasource"]["uid"] == "${datasource}", "{}", panel["title"]);
    }
    let ids: BTreeSet<_> =
        dashboard["panels"].as_array().unwrap().iter().map(|it| it["id"].to_string()).collect();
    assert_eq!(ids.len(), dashboard["panels"].as_array().unwrap().len(), "an id stands twice");
    assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource");
}

#[test]
fn every_rule_can_fire_and_says_what_to_do() {
    let (_, series) = described();
    let headings: BTreeSet<String> = file("docs/monitoring.md")
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let rules = rules();
    assert!(rules.len() > 15, "the rules were not found");
    let mut seen = BTreeSet::new();
    for Rule { name, text } in &rules {
        assert!(seen.insert(name), "{name} stands twice");
        for part in ["expr: ", "for: ", "severity: ", "summary: ", "runbook_url: "] {
            assert!(text.contains(part), "{name} has no `{part}`");
        }
        let watched = named(text);
        assert!(!watched.is_empty(), "{name} watches nothing");
        for metric in watched {
            assert!(series.contains(&metric), "{name} watches {metric}, which nobody tells");
        }
        let place = text.split("monitoring.md#").nth(1).unwrap_or_default();
        let place = place.lines().next().unwrap_or_default();
        assert!(headings.contains(place), "{name}: docs/monitoring.md has no part `{place}`");
    }
}

#[test]
fn every_metric_is_explained_to_operators_and_every_alert() {
    let (names, _) = described();
    let page = file("docs/monitoring.md");
    let explained = named(&page);
    for name in &names {
        assert!(explained.contains(name), "docs/monitoring.md does not explain {name}");
    }
    for name in &explained {
        assert!(names.contains(name), "docs/monitoring.md explains {name}, which nobody tells");
    }
    let kinds = file("src/flows/send_alert.rs");
    let kinds = kinds.split("impl AlertKind").nth(1).unwrap().split("=> \"").skip(1);
    let mut count = 0;
    for kind in kinds.map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("`{kind}`")), "docs/monitoring.md does not explain {kind}");
        count += 1;
    }
    assert!(count > 15, "the kinds were not found");
}
