//! 合冲刑害破会: what stems and branches do to each other. Tables and nothing else: whether a
//! combination really transforms, and whether a clash is relieved, is for the reader of the chart.
//!
//! Each kind names the book that its table is taken from ([`RelationKind::rule`]); docs/facts.md
//! lists the tables.

use serde::{Deserialize, Serialize};

use crate::bazi::naming::named;
use crate::bazi::sexagenary::{Branch, Element, Pillar, Stem};

named! {
    /// Where a stem or a branch stands.
    Position {
        Year = "年", Month = "月", Day = "日", Hour = "时", Decade = "大运", FlowYear = "流年",
        FlowMonth = "流月",
    }
}

named! {
    /// What two or three signs are to each other.
    RelationKind {
        StemCombination = "天干五合", StemClash = "天干相冲", SixCombination = "六合",
        ThreeCombination = "三合", HalfCombination = "半合", ThreeMeeting = "三会",
        SixClash = "六冲", ThreePunishment = "三刑", Punishment = "相刑",
        SelfPunishment = "自刑", SixHarm = "六害", SixBreak = "六破",
    }
}

impl RelationKind {
    /// The book and chapter of the table.
    pub fn rule(self) -> &'static str {
        match self {
            Self::StemCombination => "三命通会·论十干合",
            Self::StemClash => "五行大义·论冲破",
            Self::SixCombination => "三命通会·论支元六合",
            Self::ThreeCombination => "三命通会·论支元三合",
            Self::HalfCombination => "子平真诠评注·论刑冲会合解法",
            Self::ThreeMeeting => "滴天髓·方局",
            Self::SixClash => "三命通会·论冲击",
            Self::ThreePunishment | Self::Punishment | Self::SelfPunishment => "三命通会·论三刑",
            Self::SixHarm => "三命通会·论六害",
            Self::SixBreak => "六壬大全·冲破课",
        }
    }
}

/// A stem or a branch; one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sign {
    Stem(Stem),
    Branch(Branch),
}

/// One who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub at: Position,
    pub sign: Sign,
}

/// A combination or a clash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    pub kind: RelationKind,
    /// Two or three, in the order of their positions.
    pub members: Vec<Member>,
    /// 合化之气: the element that a combination tends to; none for a clash.
    pub element: Option<Element>,
}

impl Relation {
    /// Like `六冲：年午 时子`.
    pub fn zh(&self) -> String {
        let member = |member: &Member| match member.sign {
            Sign::Stem(stem) => format!("{}{stem}", member.at),
            Sign::Branch(branch) => format!("{}{branch}", member.at),
        };
        let members: Vec<_> = self.members.iter().map(member).collect();
        format!("{}：{}", self.kind, members.join(" "))
    }

    fn holds(&self, position: Position) -> bool {
        self.members.iter().any(|member| member.at == position)
    }
}

/// Pillars by their positions.
pub(super) type Placed = (Position, Pillar);

/// Everything that the pillars are to each other.
pub(super) fn among(pillars: &[Placed]) -> Vec<Relation> {
    let mut relations = Vec::new();
    for (index, first) in pillars.iter().enumerate() {
        for second in pillars.iter().skip(index.saturating_add(1)) {
            stems(*first, *second, &mut relations);
        }
    }
    for (index, first) in pillars.iter().enumerate() {
        for second in pillars.iter().skip(index.saturating_add(1)) {
            branches(*first, *second, &mut relations);
        }
    }
    triples(pillars, &mut relations);
    relations
}

/// What a pillar that comes later is to those that are there; only what it takes part in.
pub(super) fn with(there: &[Placed], comes: Placed) -> Vec<Relation> {
    let all: Vec<Placed> = there.iter().copied().chain([comes]).collect();
    let mut relations = among(&all);
    relations.retain(|relation| relation.holds(comes.0));
    relations
}

fn stems(first: Placed, second: Placed, relations: &mut Vec<Relation>) {
    let (one, other) = (first.1.stem(), second.1.stem());
    let members =
        [first, second].map(|(at, pillar)| Member { at, sign: Sign::Stem(pillar.stem()) });
    let mut add = |kind, element| {
        relations.push(Relation { kind, members: members.to_vec(), element });
    };
    if let Some(element) = stem_combination(one, other) {
        add(RelationKind::StemCombination, Some(element));
    }
    if stem_clash(one, other) {
        add(RelationKind::StemClash, None);
    }
}

fn branches(first: Placed, second: Placed, relations: &mut Vec<Relation>) {
    let (one, other) = (first.1.branch(), second.1.branch());
    let members =
        [first, second].map(|(at, pillar)| Member { at, sign: Sign::Branch(pillar.branch()) });
    let mut add = |kind, element| {
        relations.push(Relation { kind, members: members.to_vec(), element });
    };
    if let Some(element) = six_combination(one, other) {
        add(RelationKind::SixCombination, Some(element));
    }
    if let Some(element) = half_combination(one, other) {
        add(RelationKind::HalfCombination, Some(element));
    }
    if six_clash(one, other) {
        add(RelationKind::SixClash, None);
    }
    if self_punishment(one, other) {
        add(RelationKind::SelfPunishment, None);
    } else if punishment(one, other) {
        add(RelationKind::Punishment, None);
    }
    if six_harm(one, other) {
        add(RelationKind::SixHarm, None);
    }
    if six_break(one, other) {
        add(RelationKind::SixBreak, None);
    }
}

fn triples(pillars: &[Placed], relations: &mut Vec<Relation>) {
    for (a, first) in pillars.iter().enumerate() {
        for (b, second) in pillars.iter().enumerate().skip(a.saturating_add(1)) {
            for third in pillars.iter().skip(b.saturating_add(1)) {
                triple([*first, *second, *third], relations);
            }
        }
    }
}

fn triple(placed: [Placed; 3], relations: &mut Vec<Relation>) {
    let mut branches = placed.map(|(_, pillar)| pillar.branch());
    branches.sort_unstable();
    let members: Vec<_> = placed
        .iter()
        .map(|(at, pillar)| Member { at: *at, sign: Sign::Branch(pillar.branch()) })
        .collect();
    let mut add = |kind, element| {
        relations.push(Relation { kind, members: members.clone(), element });
    };
    if let Some((_, element)) = THREE_COMBINATIONS.iter().find(|(set, _)| *set == branches) {
        add(RelationKind::ThreeCombination, Some(*element));
    }
    if let Some((_, element)) = THREE_MEETINGS.iter().find(|(set, _)| *set == branches) {
        add(RelationKind::ThreeMeeting, Some(*element));
    }
    if THREE_PUNISHMENTS.contains(&branches) {
        add(RelationKind::ThreePunishment, None);
    }
}

/// 甲己土 乙庚金 丙辛水 丁壬木 戊癸火.
fn stem_combination(one: Stem, other: Stem) -> Option<Element> {
    let apart = (one.index() - other.index()).abs() == 5;
    let from_earth = one.index().min(other.index());
    apart.then(|| Element::Earth.step(from_earth))
}

/// 甲庚 乙辛 丙壬 丁癸: the four that face each other; 戊 and 己 stand in the middle.
fn stem_clash(one: Stem, other: Stem) -> bool {
    let central = |stem: Stem| stem.element() == Element::Earth;
    (one.index() - other.index()).abs() == 6 && !central(one) && !central(other)
}

/// 子丑土 寅亥木 卯戌火 辰酉金 巳申水 午未土.
fn six_combination(one: Branch, other: Branch) -> Option<Element> {
    let pair = (one.min(other), one.max(other));
    let tables = [
        ((Branch::Zi, Branch::Chou), Element::Earth),
        ((Branch::Yin, Branch::Hai), Element::Wood),
        ((Branch::Mao, Branch::Xu), Element::Fire),
        ((Branch::Chen, Branch::You), Element::Metal),
        ((Branch::Si, Branch::Shen), Element::Water),
        ((Branch::Wu, Branch::Wei), Element::Earth),
    ];
    tables.into_iter().find(|(known, _)| *known == pair).map(|(_, element)| element)
}

/// Each set in the order of the branches.
const THREE_COMBINATIONS: [([Branch; 3], Element); 4] = [
    ([Branch::Zi, Branch::Chen, Branch::Shen], Element::Water),
    ([Branch::Mao, Branch::Wei, Branch::Hai], Element::Wood),
    ([Branch::Yin, Branch::Wu, Branch::Xu], Element::Fire),
    ([Branch::Chou, Branch::Si, Branch::You], Element::Metal),
];

/// Each set in the order of the branches.
const THREE_MEETINGS: [([Branch; 3], Element); 4] = [
    ([Branch::Yin, Branch::Mao, Branch::Chen], Element::Wood),
    ([Branch::Si, Branch::Wu, Branch::Wei], Element::Fire),
    ([Branch::Shen, Branch::You, Branch::Xu], Element::Metal),
    ([Branch::Zi, Branch::Chou, Branch::Hai], Element::Water),
];

const THREE_PUNISHMENTS: [[Branch; 3]; 2] =
    [[Branch::Yin, Branch::Si, Branch::Shen], [Branch::Chou, Branch::Wei, Branch::Xu]];

/// Two of a 三合, one of them its middle (子 卯 午 酉).
fn half_combination(one: Branch, other: Branch) -> Option<Element> {
    let central = |branch: Branch| branch.index() % 3 == 0;
    let together = |set: &[Branch; 3]| set.contains(&one) && set.contains(&other);
    let half = one != other && (central(one) || central(other));
    let found = THREE_COMBINATIONS.iter().find(|(set, _)| half && together(set));
    found.map(|(_, element)| *element)
}

fn six_clash(one: Branch, other: Branch) -> bool {
    (one.index() - other.index()).abs() == 6
}

/// 子卯, and any two of 寅巳申 and of 丑戌未.
fn punishment(one: Branch, other: Branch) -> bool {
    let pair = (one.min(other), one.max(other));
    let of_three = |set: &[Branch; 3]| one != other && set.contains(&one) && set.contains(&other);
    pair == (Branch::Zi, Branch::Mao) || THREE_PUNISHMENTS.iter().any(of_three)
}

/// 辰 午 酉 亥.
fn self_punishment(one: Branch, other: Branch) -> bool {
    one == other && matches!(one, Branch::Chen | Branch::Wu | Branch::You | Branch::Hai)
}

/// 子未 丑午 寅巳 卯辰 申亥 酉戌.
fn six_harm(one: Branch, other: Branch) -> bool {
    one != other && (one.index() + other.index()).rem_euclid(12) == 7
}

/// 子酉 丑辰 寅亥 卯午 巳申 未戌.
fn six_break(one: Branch, other: Branch) -> bool {
    let yang = |branch: Branch| branch.index() % 2 == 0;
    let behind = |branch: Branch, of: Branch| branch == of.step(-3);
    (yang(one) && behind(other, one)) || (yang(other) && behind(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs<T: Copy + std::fmt::Display>(all: &[T], meets: impl Fn(T, T) -> bool) -> String {
        let mut found = Vec::new();
        for (index, one) in all.iter().enumerate() {
            for other in &all[index..] {
                assert_eq!(meets(*one, *other), meets(*other, *one), "{one}{other}");
                if meets(*one, *other) {
                    found.push(format!("{one}{other}"));
                }
            }
        }
        found.join(" ")
    }

    #[test]
    fn the_tables_of_pairs_are_those_of_the_books() {
        let stems = |meets: fn(Stem, Stem) -> bool| pairs(&Stem::ALL, meets);
        let branches = |meets: fn(Branch, Branch) -> bool| pairs(&Branch::ALL, meets);
        assert_eq!(stems(|a, b| stem_combination(a, b).is_some()), "甲己 乙庚 丙辛 丁壬 戊癸");
        assert_eq!(stems(stem_clash), "甲庚 乙辛 丙壬 丁癸");
        assert_eq!(
            branches(|a, b| six_combination(a, b).is_some()),
            "子丑 寅亥 卯戌 辰酉 巳申 午未"
        );
        assert_eq!(
            branches(|a, b| half_combination(a, b).is_some()),
            "子辰 子申 丑酉 寅午 卯未 卯亥 巳酉 午戌"
        );
        assert_eq!(branches(six_clash), "子午 丑未 寅申 卯酉 辰戌 巳亥");
        assert_eq!(branches(punishment), "子卯 丑未 丑戌 寅巳 寅申 巳申 未戌");
        assert_eq!(branches(self_punishment), "辰辰 午午 酉酉 亥亥");
        assert_eq!(branches(six_harm), "子未 丑午 寅巳 卯辰 申亥 酉戌");
        assert_eq!(branches(six_break), "子酉 丑辰 寅亥 卯午 巳申 未戌");
    }

    #[test]
    fn combinations_tend_to_their_elements() {
        let elements = [Stem::Jia, Stem::Yi, Stem::Bing, Stem::Ding, Stem::Wu]
            .map(|stem| stem_combination(stem.step(5), stem).unwrap().zh());
        assert_eq!(elements, ["土", "金", "水", "木", "火"]);
    }

    #[test]
    fn the_almanac_library_has_the_same_pairs() {
        use tyme4rs::tyme::Culture as _;
        use tyme4rs::tyme::sixtycycle::{EarthBranch, HeavenStem};
        for branch in Branch::ALL {
            let theirs = EarthBranch::from_index(isize::try_from(branch.index()).unwrap());
            let of = |name: String| Branch::from_zh(&name).unwrap();
            assert!(six_combination(branch, of(theirs.get_combine().get_name())).is_some());
            assert!(six_clash(branch, of(theirs.get_opposite().get_name())));
            assert!(six_harm(branch, of(theirs.get_harm().get_name())));
        }
        for stem in Stem::ALL {
            let theirs = HeavenStem::from_index(isize::try_from(stem.index()).unwrap());
            let partner = Stem::from_zh(&theirs.get_combine().get_name()).unwrap();
            assert!(stem_combination(stem, partner).is_some());
        }
    }

    fn placed(text: &str) -> Vec<Placed> {
        let pillars = text.split(' ').map(|pillar| Pillar::from_zh(pillar).unwrap());
        Position::ALL.into_iter().zip(pillars).collect()
    }

    fn words(relations: &[Relation]) -> Vec<String> {
        relations.iter().map(Relation::zh).collect()
    }

    #[test]
    fn a_chart_tells_all_its_relations_once() {
        // 庚午 辛巳 乙酉 庚辰.
        let found = words(&among(&placed("庚午 辛巳 乙酉 庚辰")));
        let expected = [
            "天干五合：年庚 日乙",
            "天干相冲：月辛 日乙",
            "天干五合：日乙 时庚",
            "半合：月巳 日酉",
            "六合：日酉 时辰",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn three_together_are_told_beside_their_pairs() {
        let found = words(&among(&placed("甲寅 己巳 壬申 辛亥")));
        assert!(found.contains(&"三刑：年寅 月巳 日申".to_owned()), "{found:?}");
        assert!(found.contains(&"相刑：年寅 月巳".to_owned()), "{found:?}");
        assert!(found.contains(&"六合：月巳 日申".to_owned()), "{found:?}");
        let found = words(&among(&placed("甲申 丙子 戊辰 丙辰")));
        assert_eq!(found.iter().filter(|words| words.starts_with("三合")).count(), 2, "{found:?}");
        assert!(found.contains(&"自刑：日辰 时辰".to_owned()), "{found:?}");
    }

    #[test]
    fn a_year_is_told_by_what_it_takes_part_in() {
        let chart = placed("庚午 辛巳 乙酉 庚辰");
        let year = (Position::FlowYear, Pillar::of_year(2026));
        let found = words(&with(&chart, year));
        assert_eq!(found, ["天干五合：月辛 流年丙", "自刑：年午 流年午"]);
    }

    #[test]
    fn every_kind_names_its_book() {
        for kind in RelationKind::ALL {
            assert!(kind.rule().contains('·'), "{kind}");
        }
    }
}
