//! The quality gate, measured: clean texts that must pass, and the same texts with planted errors
//! that must not (docs/quality.md).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod corpus;
mod planter;
mod sandbox;

use std::collections::BTreeMap;

use mingshu::reports::gate::{Expected, Finding, Gate};

use corpus::Unit;

fn expected(unit: &Unit) -> Expected {
    Expected { locale: unit.locale, length: unit.length(), headings: unit.headings() }
}

fn check(gate: &Gate, unit: &Unit, text: &str) -> Vec<Finding> {
    gate.check(&unit.known, &expected(unit), text)
}

/// Under two in a hundred clean texts may be held back, even for a flaw.
#[test]
fn clean_texts_pass() {
    let gate = Gate::try_new().unwrap();
    let units = corpus::clean();
    assert!(units.len() >= 150, "{} clean texts", units.len());
    let mut alarms = 0;
    for unit in &units {
        let findings = check(&gate, unit, &unit.text);
        if findings.is_empty() {
            continue;
        }
        alarms += 1;
        println!("FALSE ALARM in {}", unit.name);
        for finding in findings {
            println!("   {}", finding.for_operator());
        }
    }
    let total = units.len();
    println!("clean texts {total}, false alarms {alarms}");
    assert!(alarms * 100 < total * 2, "{alarms} false alarms in {total} clean texts");
}

/// At least ninety-five of a hundred planted errors are found, each for what it is.
#[test]
fn planted_errors_are_found() {
    let gate = Gate::try_new().unwrap();
    let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for unit in corpus::clean() {
        for planted in planter::plant(&unit) {
            let findings = check(&gate, &unit, &planted.text);
            let found = findings.iter().any(|finding| planted.codes.contains(&finding.code));
            let row = tally.entry(planted.kind).or_default();
            row.0 += 1;
            row.1 += usize::from(found);
            if !found {
                println!("MISSED {} in {}: {}", planted.kind, unit.name, planted.shown);
            }
        }
    }
    let all: usize = tally.values().map(|row| row.0).sum();
    let found: usize = tally.values().map(|row| row.1).sum();
    for (kind, (all, found)) in &tally {
        println!("{kind:24} {found:4} of {all:4}");
    }
    println!("planted {all}, found {found}, kinds {}", tally.len());
    assert!(tally.len() >= 20 && all >= 300, "{} kinds, {all} texts", tally.len());
    assert!(found * 100 >= all * 95, "{found} of {all} planted errors found");
}

/// Neighbouring chapters are no repetitions of each other, and a chapter given twice is.
#[test]
fn chapters_are_read_together() {
    let gate = Gate::try_new().unwrap();
    let units = corpus::clean();
    let of_a: Vec<&str> = units
        .iter()
        .filter(|unit| unit.name.starts_with("a.zh-Hans") && unit.is_chapter)
        .map(|unit| unit.text.as_str())
        .collect();
    assert_eq!(gate.check_together(&of_a), []);
    let twice = [of_a.clone(), of_a].concat();
    assert_eq!(gate.check_together(&twice).len(), 1);
}

/// Sentences that were written before the gate was ever run on them. One line in ten may slip
/// through or be held back: a lone sentence lacks the context that a chapter has.
#[test]
fn held_out_sentences_are_judged_as_people_would() {
    let gate = Gate::try_new().unwrap();
    let (mut missed, mut alarms) = (0, 0);
    let wrong = [corpus::held_out("wrong.txt"), corpus::held_out("wrong_2.txt")].concat();
    for unit in &wrong {
        if !check(&gate, unit, &unit.text).iter().any(Finding::is_grave) {
            missed += 1;
            println!("MISSED {} {}", unit.name, unit.text);
        }
    }
    let clean = [corpus::held_out("clean.txt"), corpus::held_out("clean_2.txt")].concat();
    for unit in &clean {
        for finding in check(&gate, unit, &unit.text) {
            alarms += 1;
            println!("FALSE ALARM {} {}: {}", unit.name, unit.text, finding.for_operator());
        }
    }
    println!(
        "held out: {missed} of {} wrong missed, {alarms} of {} clean held back",
        wrong.len(),
        clean.len()
    );
    assert!(missed * 10 <= wrong.len() && alarms * 50 <= clean.len(), "{missed} {alarms}");
}
