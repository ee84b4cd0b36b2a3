//! Two charts as one sheet: both people, and what stands between them.

use super::chart_sheet::{chart_sheet, shares};
use super::words::{Words, hue};
use crate::bazi::{Between, Bond, Branch, Chart, Element, Meeting, Stem, Tie};
use crate::platform::texts::Args;
use crate::reports::drawing::{
    BondRow, BondWord, Gift, Leaning, PairSheet, PairYear, PersonSheet, ShareSheet, Shares, Sign,
    YearCell,
};

/// Meetings of branches that find room below those of days and years.
const ELSEWHERE: usize = 5;

/// What two charts look like side by side in the year `now`.
pub fn pair_sheet(words: Words<'_>, (first, second): (&Chart, &Chart), now: i32) -> PairSheet {
    let between = Between::of(first, second);
    let person = |who: &str, chart| PersonSheet {
        who: words.get(who),
        sheet: chart_sheet(words, chart, now),
    };
    let people = vec![person("first", first), person("second", second)];
    PairSheet {
        roles: vec![
            words.fact("second-to-first", words.god(between.second_is_to_first)),
            words.fact("first-to-second", words.god(between.first_is_to_second)),
        ],
        bonds: bonds(words, (first, second), &between),
        gifts: vec![
            gift(words, "first-brings", &between.first_brings),
            gift(words, "second-brings", &between.second_brings),
        ],
        years: years(&people),
        people,
    }
}

/// Ten years of both, side by side.
fn years(people: &[PersonSheet]) -> Vec<PairYear> {
    let [first, second] = people else { return Vec::new() };
    let rows = first.sheet.luck.years.iter().zip(&second.sheet.luck.years);
    let row = |(one, other): (&YearCell, &_)| PairYear {
        year: one.year,
        gz: one.gz.clone(),
        people: vec![leaning(one), leaning(other)],
    };
    rows.map(row).collect()
}

fn leaning(year: &YearCell) -> Leaning {
    Leaning { god: year.god.clone(), support: year.support, word: year.word }
}

fn gift(words: Words<'_>, name: &str, elements: &[Element]) -> Gift {
    let element = |element: &Element| Sign {
        c: element.to_string(),
        wx: hue(*element),
        name: words.element(*element),
    };
    Gift { label: words.get(name), elements: elements.iter().map(element).collect() }
}

fn bonds(words: Words<'_>, (first, second): (&Chart, &Chart), between: &Between) -> Vec<BondRow> {
    let (one, other) = (first.pillars.bare(), second.pillars.bare());
    let row = |name: &str, signs: (Sign, Sign), ties: &[Tie]| BondRow {
        label: words.get(name),
        first_at: String::new(),
        second_at: String::new(),
        first: signs.0,
        second: signs.1,
        words: ties.iter().map(|tie| bond_word(words, *tie)).collect(),
    };
    let stem = |stem: Stem| words.stem(stem);
    let branch = |branch: Branch| words.branch(branch);
    let mut rows = vec![
        row(
            "day-masters",
            (stem(one.day_master()), stem(other.day_master())),
            &between.day_masters,
        ),
        row(
            "spouse-palaces",
            (branch(one.day.branch()), branch(other.day.branch())),
            &between.spouse_palaces,
        ),
        row("zodiacs", (branch(one.year.branch()), branch(other.year.branch())), &between.zodiacs),
    ];
    rows.extend(between.elsewhere.iter().filter_map(|it| meeting(words, it)).take(ELSEWHERE));
    rows
}

/// `年支酉` as the place and the sign in the reader's language.
fn meeting(words: Words<'_>, meeting: &Meeting) -> Option<BondRow> {
    let read = |text: &str| {
        let mut signs = text.chars();
        let name = match signs.next()? {
            '年' => "year",
            '月' => "month",
            '日' => "day",
            _ => "hour",
        };
        let branch = Branch::from_zh(&signs.next_back()?.to_string())?;
        Some((words.get(name), words.branch(branch)))
    };
    let ((first_at, first), (second_at, second)) = (read(&meeting.first)?, read(&meeting.second)?);
    let ties = meeting.ties.iter().map(|tie| bond_word(words, *tie)).collect();
    Some(BondRow { label: String::new(), first_at, second_at, first, second, words: ties })
}

fn bond_word(words: Words<'_>, tie: Tie) -> BondWord {
    let (index, kind) = match tie.bond {
        Bond::StemsCombine => (0, "draw"),
        Bond::StemsClash => (1, "rub"),
        Bond::Combine => (2, "draw"),
        Bond::HalfTriad => (3, "draw"),
        Bond::Arch => (4, "draw"),
        Bond::Clash => (5, "rub"),
        Bond::Harm => (6, "rub"),
        Bond::Punish => (7, "rub"),
        Bond::Same => (8, "same"),
    };
    let text = words.nth("bond", index);
    let text = match tie.towards {
        Some(element) => {
            let args = Args::new().text("bond", text).text("element", words.element(element));
            words.format("bond-towards", &args)
        }
        None => text,
    };
    BondWord { text, kind }
}

/// The card of two people: two day masters and what their elements are to each other.
pub(super) fn card(words: Words<'_>, (first, second): (&Chart, &Chart)) -> ShareSheet {
    let (one, other) = (first.day_master.stem, second.day_master.stem);
    let relation = (other.element().index() - one.element().index()).rem_euclid(5);
    let (sign, partner) = (words.stem(one), words.stem(other));
    let args = Args::new()
        .text("first", sign.name.clone())
        .text("first_element", words.element(one.element()))
        .text("second", partner.name.clone())
        .text("second_element", words.element(other.element()));
    ShareSheet {
        title: words.format("share-pair-title", &args),
        image: words.several("pair-image", relation).concat(),
        tags: words.several("pair-tags", relation),
        verse: words.several("pair-verse", relation),
        elements: mean(shares(first), shares(second)),
        qr: None,
        handle: None,
        sign,
        partner: Some(partner),
    }
}

fn mean(one: Shares, other: Shares) -> Shares {
    let of = |one: f64, other: f64| ((one + other) * 500.0).round() / 1_000.0;
    Shares {
        wood: of(one.wood, other.wood),
        fire: of(one.fire, other.fire),
        earth: of(one.earth, other.earth),
        metal: of(one.metal, other.metal),
        water: of(one.water, other.water),
    }
}
