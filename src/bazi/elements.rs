//! 五行: counts, weights, strength of the day master and 喜用神, by the rules that reproduce the
//! outside service's captured charts (reference/yuanfenju.md §4.0).

use serde::{Deserialize, Serialize};

use super::naming::named;
use super::pillars::FourPillars;
use super::sexagenary::{Branch, Element, Pillar, Polarity, Stem};

named! {
    /// 八字强弱.
    Strength { Strong = "偏强", Weak = "偏弱" }
}

named! {
    /// Yin and yang among the visible characters.
    YinYang { Balanced = "阴阳平衡", MoreYang = "偏阳", MoreYin = "偏阴" }
}

/// A number for each element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerElement {
    #[serde(rename = "木")]
    pub wood: u32,
    #[serde(rename = "火")]
    pub fire: u32,
    #[serde(rename = "土")]
    pub earth: u32,
    #[serde(rename = "金")]
    pub metal: u32,
    #[serde(rename = "水")]
    pub water: u32,
}

impl PerElement {
    pub fn get(&self, element: Element) -> u32 {
        match element {
            Element::Wood => self.wood,
            Element::Fire => self.fire,
            Element::Earth => self.earth,
            Element::Metal => self.metal,
            Element::Water => self.water,
        }
    }

    fn add(&mut self, element: Element, amount: u32) {
        match element {
            Element::Wood => self.wood += amount,
            Element::Fire => self.fire += amount,
            Element::Earth => self.earth += amount,
            Element::Metal => self.metal += amount,
            Element::Water => self.water += amount,
        }
    }

    pub fn total(&self) -> u32 {
        Element::ALL.into_iter().map(|element| self.get(element)).sum()
    }
}

/// 五行喜忌: what each element is for this chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// 喜神.
    pub favourable: Element,
    /// 用神.
    pub useful: Element,
    /// 闲神.
    pub idle: Element,
    /// 仇神.
    pub hostile: Element,
    /// 忌神.
    pub harmful: Element,
}

/// 五行 of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementBalance {
    /// Of the visible characters: eight, or six without an hour.
    pub counts: PerElement,
    /// Stems 36 each, branches 30 spread over their hidden stems: 264, or 198 without an hour.
    pub scores: PerElement,
    /// 同类: characters that are or feed the day master, the month's branch counting three.
    pub own_party: u32,
    /// 异类: all others.
    pub other_party: u32,
    pub strength: Strength,
    pub preferences: Preferences,
    pub yin_yang: YinYang,
}

impl ElementBalance {
    pub(super) fn of(pillars: FourPillars) -> Self {
        let mut counts = PerElement::default();
        let mut scores = PerElement::default();
        for pillar in pillars.known() {
            counts.add(pillar.stem().element(), 1);
            counts.add(pillar.branch().element(), 1);
            scores.add(pillar.stem().element(), 36);
            for (stem, weight) in weighed_hidden_stems(pillar.branch()) {
                scores.add(stem.element(), weight);
            }
        }
        let me = pillars.day_master().element();
        let (own_party, other_party) = parties(pillars, me);
        let strength = if own_party > other_party { Strength::Strong } else { Strength::Weak };
        Self {
            counts,
            scores,
            own_party,
            other_party,
            strength,
            preferences: Preferences::of(strength, me),
            yin_yang: YinYang::of(pillars),
        }
    }
}

pub(super) fn weighed_hidden_stems(branch: Branch) -> impl Iterator<Item = (Stem, u32)> {
    let stems = branch.hidden_stems();
    let weights: &[u32] = match (stems.len(), branch) {
        (1, _) => &[30],
        (2, _) => &[20, 10],
        (_, Branch::Yin | Branch::Shen | Branch::Si) => &[16, 7, 7],
        (..) => &[18, 9, 3],
    };
    stems.iter().copied().zip(weights.iter().copied())
}

fn parties(pillars: FourPillars, me: Element) -> (u32, u32) {
    let stem = |pillar: Pillar| (pillar.stem().element(), 1);
    let branch = |pillar: Pillar| (pillar.branch().element(), 1);
    let voters = [
        stem(pillars.year),
        branch(pillars.year),
        stem(pillars.month),
        (pillars.month.branch().element(), 3),
        branch(pillars.day),
    ];
    let of_hour = pillars.hour.into_iter().flat_map(|hour| [stem(hour), branch(hour)]);
    voters.into_iter().chain(of_hour).fold((0, 0), |(own, other), (element, weight)| {
        if element == me || element == me.generated_by() {
            (own + weight, other)
        } else {
            (own, other + weight)
        }
    })
}

impl Preferences {
    fn of(strength: Strength, me: Element) -> Self {
        match strength {
            Strength::Weak => Self {
                favourable: me,
                useful: me.generated_by(),
                idle: me.generates(),
                hostile: me.controls(),
                harmful: me.controlled_by(),
            },
            Strength::Strong => Self {
                favourable: me.generates(),
                useful: me.controlled_by(),
                idle: me.controls(),
                hostile: me,
                harmful: me.generated_by(),
            },
        }
    }

    /// Like `喜水 用火 闲木 仇金 忌土`.
    pub fn zh(&self) -> String {
        let Self { favourable, useful, idle, hostile, harmful } = self;
        format!("喜{favourable} 用{useful} 闲{idle} 仇{hostile} 忌{harmful}")
    }
}

impl YinYang {
    fn of(pillars: FourPillars) -> Self {
        let polarities: Vec<_> = pillars
            .known()
            .flat_map(|pillar| [pillar.stem().polarity(), pillar.branch().polarity()])
            .collect();
        let yang = polarities.iter().filter(|polarity| **polarity == Polarity::Yang).count();
        match (yang * 2).cmp(&polarities.len()) {
            std::cmp::Ordering::Equal => Self::Balanced,
            std::cmp::Ordering::Greater => Self::MoreYang,
            std::cmp::Ordering::Less => Self::MoreYin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(text: &str) -> ElementBalance {
        let mut pillars = text.split(' ').map(|pillar| Pillar::from_zh(pillar).unwrap());
        let mut next = || pillars.next();
        ElementBalance::of(FourPillars {
            year: next().unwrap(),
            month: next().unwrap(),
            day: next().unwrap(),
            hour: next(),
        })
    }

    #[test]
    fn the_published_example_is_weighed_as_published() {
        // reference/yuanfenju.md §4.3.
        let balance = balance("壬申 庚戌 庚午 辛巳");
        let PerElement { wood, fire, earth, metal, water } = balance.counts;
        assert_eq!((metal, wood, water, fire, earth), (4, 0, 1, 2, 1));
        let PerElement { wood, fire, earth, metal, water } = balance.scores;
        assert_eq!((metal, wood, water, fire, earth), (140, 0, 43, 39, 42));
        assert_eq!((balance.own_party, balance.other_party), (6, 3));
        assert_eq!(balance.strength, Strength::Strong);
        assert_eq!(balance.preferences.zh(), "喜水 用火 闲木 仇金 忌土");
        assert_eq!(balance.yin_yang, YinYang::MoreYang);
    }

    #[test]
    fn a_weak_day_master_asks_for_himself_and_his_source() {
        let balance = balance("丙午 甲午 庚午 丙戌");
        assert_eq!(balance.strength, Strength::Weak);
        assert_eq!(balance.preferences.zh(), "喜金 用土 闲水 仇木 忌火");
        assert_eq!(balance.yin_yang, YinYang::MoreYang);
    }

    #[test]
    fn the_sums_are_fixed() {
        for hour in 0..60 {
            let mut pillars = FourPillars {
                year: Pillar::at(hour * 7),
                month: Pillar::at(hour * 11),
                day: Pillar::at(hour * 13),
                hour: Some(Pillar::at(hour)),
            };
            let full = ElementBalance::of(pillars);
            assert_eq!((full.counts.total(), full.scores.total()), (8, 264));
            assert_eq!(full.own_party + full.other_party, 9);
            pillars.hour = None;
            let without = ElementBalance::of(pillars);
            assert_eq!((without.counts.total(), without.scores.total()), (6, 198));
            assert_eq!(without.own_party + without.other_party, 7);
        }
    }
}
