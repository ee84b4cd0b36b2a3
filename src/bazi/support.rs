//! How well a pair suits a chart: what the luck line is drawn from.
//!
//! The rule, so that nobody takes the line for a prophecy: each element is worth what it is to the
//! chart (用神 +2, 喜神 +1, 闲神 0, 仇神 −1, 忌神 −2); a pair is worth the mean of its elements by
//! the weights of [`super::elements`] (stem 36, branch 30 spread over its hidden stems); a year is
//! worth 3/5 of its 大运 and 2/5 of its own pair, and before the first 大运 its own pair alone.
//! 喜用神 themselves follow reference/yuanfenju.md §4.0. It says which elements a time brings, not
//! what will happen in it.

use super::chart::Chart;
use super::elements::{Preferences, weighed_hidden_stems};
use super::luck::FlowYear;
use super::sexagenary::{Element, Pillar};

/// The best that a pair can be: all of it is 用神. The worst is the same below zero.
pub const FULL: i32 = 100;
const STEM_WEIGHT: i32 = 36;
const OF_DECADE: i32 = 3;
const OF_YEAR: i32 = 2;

impl Preferences {
    /// What an element is worth to the chart, from −2 to 2.
    fn worth(self, element: Element) -> i32 {
        let worths = [
            (self.useful, 2),
            (self.favourable, 1),
            (self.idle, 0),
            (self.hostile, -1),
            (self.harmful, -2),
        ];
        worths.into_iter().find(|(of, _)| *of == element).map_or(0, |(_, worth)| worth)
    }

    /// How well a pair suits the chart, from −100 to 100.
    pub fn support(self, pillar: Pillar) -> i32 {
        let branch = weighed_hidden_stems(pillar.branch());
        let branch = branch.map(|(stem, weight)| (stem, i32::try_from(weight).unwrap_or(0)));
        let stem = (pillar.stem(), STEM_WEIGHT);
        let parts = std::iter::once(stem).chain(branch);
        let (sum, weights) = parts.fold((0, 0), |(sum, weights), (stem, weight)| {
            (sum + self.worth(stem.element()) * weight, weights + weight)
        });
        sum * FULL / (2 * weights)
    }
}

impl Chart {
    /// How well a year suits the chart, from −100 to 100.
    pub fn support(&self, flow: &FlowYear) -> i32 {
        let of = |pillar| self.elements.preferences.support(pillar);
        match flow.decade {
            Some(decade) => {
                (of(decade) * OF_DECADE + of(flow.pillar) * OF_YEAR) / (OF_DECADE + OF_YEAR)
            }
            None => of(flow.pillar),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::bazi::test_births::birth;
    use crate::bazi::{Pillar, Sect, chart};

    #[test]
    fn a_pair_is_worth_what_its_elements_are_to_the_chart() {
        // 喜水 用火 闲木 仇金 忌土 (reference/yuanfenju.md §4.3).
        let chart = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        let worth = |text: &str| chart.elements.preferences.support(Pillar::from_zh(text).unwrap());
        // 丙 36 and 丁 20 fire, 己 10 earth: (56 × 2 − 10 × 2) / 132.
        assert_eq!(worth("丙午"), 69);
        // 癸 36 and 壬 20 water, 甲 10 wood: 56 / 132.
        assert_eq!(worth("癸亥"), 42);
        // 戊 36 + 18 earth, 辛 9 metal, 丁 3 fire: (−108 − 9 + 6) / 132.
        assert_eq!(worth("戊戌"), -84);
        assert_eq!(worth("乙卯"), 0);
    }

    #[test]
    fn a_year_is_its_decade_and_itself_and_a_child_has_its_years_alone() {
        let chart = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        let own = chart.elements.preferences;
        let years = chart.flow_years(1992..=2097);
        let of = |year| years.iter().find(|flow| flow.year == year).unwrap();
        assert_eq!(chart.support(of(1997)), own.support(of(1997).pillar));
        let (decade, year) = (own.support(chart.luck.decades[0].pillar), of(1998).pillar);
        assert_eq!(chart.support(of(1998)), (decade * 3 + own.support(year) * 2) / 5);
        assert!(years.iter().all(|flow| (-100..=100).contains(&chart.support(flow))));
    }
}
