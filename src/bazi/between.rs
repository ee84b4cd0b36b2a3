//! What stands between two charts (合婚): how the day masters see each other, what the branches make
//! of each other, and which element the one has that the other lacks. Reckoned here, so that a
//! reader of the facts reckons nothing.

use serde::{Deserialize, Serialize};

use super::chart::Chart;
use super::elements::PerElement;
use super::gods::TenGod;
use super::naming::named;
use super::pillars::FourPillars;
use super::sexagenary::{Branch, Element, Pillar, Stem};

named! {
    /// What two stems or two branches do with each other.
    Bond {
        StemsCombine = "天干五合", StemsClash = "天干相冲", Combine = "六合", HalfTriad = "半三合",
        Arch = "拱合", Clash = "六冲", Harm = "六害", Punish = "相刑", Same = "同气",
    }
}

/// A bond and the element that it tends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    pub bond: Bond,
    /// 合化: where the bond has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub towards: Option<Element>,
}

/// Two branches at their places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub first: String,
    pub second: String,
    pub ties: Vec<Tie>,
}

/// Two charts side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Between {
    /// 十神 of the second day master as the first sees it, and the other way round.
    pub second_is_to_first: TenGod,
    pub first_is_to_second: TenGod,
    pub day_masters: Vec<Tie>,
    /// 夫妻宫: the branches of the days.
    pub spouse_palaces: Vec<Tie>,
    /// 生肖: the branches of the years.
    pub zodiacs: Vec<Tie>,
    /// All other branches that do something with each other.
    pub elsewhere: Vec<Meeting>,
    /// Elements that no visible character of the first has, and some of the second.
    pub second_brings: Vec<Element>,
    pub first_brings: Vec<Element>,
}

impl Between {
    pub fn of(first: &Chart, second: &Chart) -> Self {
        let (one, other) = (first.pillars.bare(), second.pillars.bare());
        let (me, you) = (one.day_master(), other.day_master());
        Self {
            second_is_to_first: TenGod::of(me, you),
            first_is_to_second: TenGod::of(you, me),
            day_masters: of_stems(me, you),
            spouse_palaces: of_branches(one.day.branch(), other.day.branch()),
            zodiacs: of_branches(one.year.branch(), other.year.branch()),
            elsewhere: elsewhere(one, other),
            second_brings: brings(&second.elements.counts, &first.elements.counts),
            first_brings: brings(&first.elements.counts, &second.elements.counts),
        }
    }
}

fn elsewhere(one: FourPillars, other: FourPillars) -> Vec<Meeting> {
    let mut meetings = Vec::new();
    for (at, (place, pillar)) in placed(one).enumerate() {
        for (there, (other_place, other_pillar)) in placed(other).enumerate() {
            // Days and years have words of their own.
            if at == there && matches!(at, 0 | 2) {
                continue;
            }
            let ties = of_branches(pillar.branch(), other_pillar.branch());
            let says = |place: &str, pillar: Pillar| format!("{place}{}", pillar.branch());
            if ties.iter().any(|tie| tie.bond != Bond::Same) {
                let (first, second) = (says(place, pillar), says(other_place, other_pillar));
                meetings.push(Meeting { first, second, ties });
            }
        }
    }
    meetings
}

fn placed(pillars: FourPillars) -> impl Iterator<Item = (&'static str, Pillar)> {
    ["年支", "月支", "日支", "时支"].into_iter().zip(pillars.known())
}

fn brings(giver: &PerElement, taker: &PerElement) -> Vec<Element> {
    let brings = |element: &Element| taker.get(*element) == 0 && giver.get(*element) > 0;
    Element::ALL.into_iter().filter(brings).collect()
}

fn tie(bond: Bond) -> Tie {
    Tie { bond, towards: None }
}

fn towards(bond: Bond, element: Element) -> Tie {
    Tie { bond, towards: Some(element) }
}

/// 甲己合土, 乙庚合金, 丙辛合水, 丁壬合木, 戊癸合火; 甲庚, 乙辛, 丙壬 and 丁癸 clash.
fn of_stems(one: Stem, other: Stem) -> Vec<Tie> {
    let (low, high) = ordered(one.index(), other.index());
    match high - low {
        0 => vec![tie(Bond::Same)],
        5 => vec![towards(Bond::StemsCombine, Element::Earth.step(low))],
        6 => vec![tie(Bond::StemsClash)],
        _ => Vec::new(),
    }
}

fn of_branches(one: Branch, other: Branch) -> Vec<Tie> {
    let (low, high) = ordered(one.index(), other.index());
    let mut ties = Vec::new();
    if low == high {
        ties.push(tie(Bond::Same));
    }
    if (low + high) % 12 == 1 {
        ties.push(towards(Bond::Combine, combined(low)));
    }
    if low != high && (high - low) % 4 == 0 {
        // A triad's middle is one of 子午卯酉; without it the other two only lean together.
        let with_middle = low % 3 == 0 || high % 3 == 0;
        let bond = if with_middle { Bond::HalfTriad } else { Bond::Arch };
        ties.push(towards(bond, of_triad(low)));
    }
    if high - low == 6 {
        ties.push(tie(Bond::Clash));
    }
    if (low + high) % 12 == 7 {
        ties.push(tie(Bond::Harm));
    }
    if punish(one, other) {
        ties.push(tie(Bond::Punish));
    }
    ties
}

fn ordered(one: i64, other: i64) -> (i64, i64) {
    (one.min(other), one.max(other))
}

/// 子丑土, 寅亥木, 卯戌火, 辰酉金, 巳申水, 午未土, by the lower of the two.
fn combined(low: i64) -> Element {
    match Branch::at(low) {
        Branch::Yin => Element::Wood,
        Branch::Mao => Element::Fire,
        Branch::Chen => Element::Metal,
        Branch::Si => Element::Water,
        Branch::Zi
        | Branch::Chou
        | Branch::Wu
        | Branch::Wei
        | Branch::Shen
        | Branch::You
        | Branch::Xu
        | Branch::Hai => Element::Earth,
    }
}

/// 申子辰水, 巳酉丑金, 寅午戌火, 亥卯未木.
fn of_triad(branch: i64) -> Element {
    match branch % 4 {
        0 => Element::Water,
        1 => Element::Metal,
        2 => Element::Fire,
        _ => Element::Wood,
    }
}

/// 寅巳申 and 丑戌未 in pairs, 子卯, and 辰午酉亥 each with its own like.
fn punish(one: Branch, other: Branch) -> bool {
    use Branch::{Chen, Chou, Hai, Mao, Shen, Si, Wei, Wu, Xu, Yin, You, Zi};
    let among = |group: &[Branch]| one != other && group.contains(&one) && group.contains(&other);
    let itself = one == other && [Chen, Wu, You, Hai].contains(&one);
    among(&[Yin, Si, Shen]) || among(&[Chou, Xu, Wei]) || among(&[Zi, Mao]) || itself
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::chart;
    use crate::bazi::test_births::female;

    fn stems(pair: &str) -> String {
        let mut stems = pair.chars().filter_map(|word| Stem::from_zh(&word.to_string()));
        words(&of_stems(stems.next().unwrap(), stems.next().unwrap()))
    }

    fn branches(pair: &str) -> String {
        let mut branches = pair.chars().filter_map(|word| Branch::from_zh(&word.to_string()));
        words(&of_branches(branches.next().unwrap(), branches.next().unwrap()))
    }

    fn words(ties: &[Tie]) -> String {
        let word = |tie: &Tie| {
            format!("{}{}", tie.bond, tie.towards.map_or_else(String::new, |e| e.to_string()))
        };
        ties.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn stems_combine_and_clash_as_the_books_have_it() {
        let known = [
            ("甲己", "天干五合土"),
            ("庚乙", "天干五合金"),
            ("丙辛", "天干五合水"),
            ("壬丁", "天干五合木"),
            ("戊癸", "天干五合火"),
            ("甲庚", "天干相冲"),
            ("癸丁", "天干相冲"),
            ("甲甲", "同气"),
            ("戊甲", ""),
        ];
        for (pair, told) in known {
            assert_eq!(stems(pair), told, "{pair}");
        }
    }

    #[test]
    fn branches_combine_clash_harm_and_punish_as_the_books_have_it() {
        let known = [
            ("子丑", "六合土"),
            ("亥寅", "六合木"),
            ("卯戌", "六合火"),
            ("酉辰", "六合金"),
            ("巳申", "六合水 相刑"),
            ("午未", "六合土"),
            ("申子", "半三合水"),
            ("卯未", "半三合木"),
            ("丑巳", "拱合金"),
            ("寅戌", "拱合火"),
            ("子午", "六冲"),
            ("寅申", "六冲 相刑"),
            ("丑未", "六冲 相刑"),
            ("子未", "六害"),
            ("寅巳", "六害 相刑"),
            ("酉戌", "六害"),
            ("子卯", "相刑"),
            ("辰辰", "同气 相刑"),
            ("子子", "同气"),
            ("子寅", ""),
        ];
        for (pair, told) in known {
            assert_eq!(branches(pair), told, "{pair}");
        }
    }

    #[test]
    fn each_of_twelve_branches_has_one_partner_one_opposite_and_one_that_harms_it() {
        for bond in [Bond::Combine, Bond::Clash, Bond::Harm] {
            for one in Branch::ALL {
                let has = |other: &Branch| of_branches(one, *other).iter().any(|t| t.bond == bond);
                assert_eq!(
                    Branch::ALL.iter().filter(|other| has(other)).count(),
                    1,
                    "{one} {bond}"
                );
            }
        }
    }

    #[test]
    fn two_charts_are_seen_from_both_sides() {
        let first = chart(&female("1990-05-20 07:15"), 2026).unwrap();
        let second = chart(&female("1988-04-25 07:15"), 2026).unwrap();
        let between = Between::of(&first, &second);
        assert_eq!(second.pillars.bare().day.to_string(), "庚戌");
        assert_eq!(between.second_is_to_first, TenGod::DirectOfficer);
        assert_eq!(between.first_is_to_second, TenGod::DirectWealth);
        assert_eq!(words(&between.day_masters), "天干五合金");
        assert_eq!(words(&between.spouse_palaces), "六害");
        let back = Between::of(&second, &first);
        assert_eq!(back.spouse_palaces, between.spouse_palaces);
        assert_eq!(back.first_brings, between.second_brings);
        assert_eq!(back.elsewhere.len(), between.elsewhere.len());
        insta::assert_json_snapshot!(between);
    }
}
