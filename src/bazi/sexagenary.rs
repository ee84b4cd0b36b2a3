//! Stems, branches, elements and the circle of sixty: pure arithmetic, no calendar.

use std::fmt;

use super::naming::named;

named! {
    /// 五行, in the order in which each generates the next.
    Element { Wood = "木", Fire = "火", Earth = "土", Metal = "金", Water = "水" }
}

named! {
    /// 阴阳.
    Polarity { Yang = "阳", Yin = "阴" }
}

named! {
    /// 天干.
    Stem {
        Jia = "甲", Yi = "乙", Bing = "丙", Ding = "丁", Wu = "戊",
        Ji = "己", Geng = "庚", Xin = "辛", Ren = "壬", Gui = "癸",
    }
}

named! {
    /// 地支.
    Branch {
        Zi = "子", Chou = "丑", Yin = "寅", Mao = "卯", Chen = "辰", Si = "巳",
        Wu = "午", Wei = "未", Shen = "申", You = "酉", Xu = "戌", Hai = "亥",
    }
}

named! {
    /// 生肖, in the order of the branches.
    Zodiac {
        Rat = "鼠", Ox = "牛", Tiger = "虎", Rabbit = "兔", Dragon = "龙", Snake = "蛇",
        Horse = "马", Goat = "羊", Monkey = "猴", Rooster = "鸡", Dog = "狗", Pig = "猪",
    }
}

named! {
    /// 纳音, one for two neighbours in the circle of sixty.
    Nayin {
        N0 = "海中金", N1 = "炉中火", N2 = "大林木", N3 = "路旁土", N4 = "剑锋金", N5 = "山头火",
        N6 = "涧下水", N7 = "城头土", N8 = "白蜡金", N9 = "杨柳木", N10 = "泉中水", N11 = "屋上土",
        N12 = "霹雳火", N13 = "松柏木", N14 = "长流水", N15 = "沙中金", N16 = "山下火", N17 = "平地木",
        N18 = "壁上土", N19 = "金箔金", N20 = "覆灯火", N21 = "天河水", N22 = "大驿土", N23 = "钗钏金",
        N24 = "桑柘木", N25 = "大溪水", N26 = "沙中土", N27 = "天上火", N28 = "石榴木", N29 = "大海水",
    }
}

impl Element {
    /// 生: wood feeds fire.
    #[must_use]
    pub fn generates(self) -> Self {
        self.step(1)
    }

    /// 克: wood breaks earth.
    #[must_use]
    pub fn controls(self) -> Self {
        self.step(2)
    }

    #[must_use]
    pub fn controlled_by(self) -> Self {
        self.step(3)
    }

    #[must_use]
    pub fn generated_by(self) -> Self {
        self.step(4)
    }
}

impl Stem {
    pub fn element(self) -> Element {
        Element::at(self.index() / 2)
    }

    pub fn polarity(self) -> Polarity {
        Polarity::at(self.index())
    }
}

impl Branch {
    /// The branch of a clock hour; 23 and 0 are both 子.
    pub fn of_hour(hour: u32) -> Self {
        Self::at((i64::from(hour) + 1) / 2)
    }

    /// By the order of the branches: 子 is yang, 巳 is yin (reference/yuanfenju.md §4.0).
    pub fn polarity(self) -> Polarity {
        Polarity::at(self.index())
    }

    pub fn element(self) -> Element {
        match self {
            Self::Yin | Self::Mao => Element::Wood,
            Self::Si | Self::Wu => Element::Fire,
            Self::Chou | Self::Chen | Self::Wei | Self::Xu => Element::Earth,
            Self::Shen | Self::You => Element::Metal,
            Self::Zi | Self::Hai => Element::Water,
        }
    }

    /// 藏干: the main stem first, then the middle and the residual one.
    pub fn hidden_stems(self) -> &'static [Stem] {
        use Stem::{Bing, Ding, Geng, Gui, Ji, Jia, Ren, Wu, Xin, Yi};
        match self {
            Self::Zi => &[Gui],
            Self::Chou => &[Ji, Gui, Xin],
            Self::Yin => &[Jia, Bing, Wu],
            Self::Mao => &[Yi],
            Self::Chen => &[Wu, Yi, Gui],
            Self::Si => &[Bing, Geng, Wu],
            Self::Wu => &[Ding, Ji],
            Self::Wei => &[Ji, Ding, Yi],
            Self::Shen => &[Geng, Ren, Wu],
            Self::You => &[Xin],
            Self::Xu => &[Wu, Xin, Ding],
            Self::Hai => &[Ren, Jia],
        }
    }

    pub fn zodiac(self) -> Zodiac {
        Zodiac::at(self.index())
    }
}

/// 干支: one of the sixty pairs, written and serialised like `甲子`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Pillar {
    stem: Stem,
    branch: Branch,
}

impl Pillar {
    /// The pair at a place of the endless circle; 0 is 甲子.
    pub fn at(index: i64) -> Self {
        Self { stem: Stem::at(index), branch: Branch::at(index) }
    }

    /// `None` for the sixty pairs that do not exist, such as 甲丑.
    pub fn of(stem: Stem, branch: Branch) -> Option<Self> {
        (stem.polarity() == branch.polarity()).then_some(Self { stem, branch })
    }

    pub fn from_zh(text: &str) -> Option<Self> {
        let (at, _) = text.char_indices().nth(1)?;
        let (stem, branch) = text.split_at_checked(at)?;
        Self::of(Stem::from_zh(stem)?, Branch::from_zh(branch)?)
    }

    /// The pillar of a year that begins at 立春.
    pub fn of_year(year: i32) -> Self {
        Self::at(i64::from(year) - 4)
    }

    pub fn stem(self) -> Stem {
        self.stem
    }

    pub fn branch(self) -> Branch {
        self.branch
    }

    /// 0 to 59.
    pub fn index(self) -> i64 {
        // The one number below 60 that leaves these remainders by 10 and by 12.
        (self.stem.index() * 6 - self.branch.index() * 5).rem_euclid(60)
    }

    #[must_use]
    pub fn step(self, steps: i64) -> Self {
        Self::at(self.index() + steps)
    }

    pub fn nayin(self) -> Nayin {
        Nayin::at(self.index() / 2)
    }

    /// 空亡: the two branches that the ten pairs of this decade leave out.
    pub fn void(self) -> [Branch; 2] {
        let first = 10 - self.index() / 10 * 2;
        [Branch::at(first), Branch::at(first + 1)]
    }
}

impl fmt::Display for Pillar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.stem, self.branch)
    }
}

impl From<Pillar> for String {
    fn from(pillar: Pillar) -> Self {
        pillar.to_string()
    }
}

/// A text that is none of the sixty pairs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of the sixty pairs")]
pub struct NotAPillar(pub String);

impl TryFrom<String> for Pillar {
    type Error = NotAPillar;

    fn try_from(text: String) -> Result<Self, NotAPillar> {
        Self::from_zh(&text).ok_or(NotAPillar(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_of_sixty_closes() {
        for index in 0..60 {
            let pillar = Pillar::at(index);
            assert_eq!(pillar.index(), index);
            assert_eq!(Pillar::from_zh(&pillar.to_string()), Some(pillar));
            assert_eq!(Pillar::at(index - 60), pillar);
        }
        assert_eq!(Pillar::at(0).to_string(), "甲子");
        assert_eq!(Pillar::at(59).to_string(), "癸亥");
    }

    #[test]
    fn pairs_of_unlike_polarity_do_not_exist() {
        assert_eq!(Pillar::from_zh("甲丑"), None);
        assert_eq!(Pillar::from_zh("甲"), None);
        assert_eq!(Pillar::from_zh("子甲"), None);
        assert_eq!(Pillar::from_zh("甲子子"), None);
    }

    #[test]
    fn void_and_nayin_follow_the_tables() {
        let pillar = |text| Pillar::from_zh(text).unwrap();
        assert_eq!(pillar("壬申").void(), [Branch::Xu, Branch::Hai]);
        assert_eq!(pillar("庚戌").void(), [Branch::Yin, Branch::Mao]);
        assert_eq!(pillar("辛巳").void(), [Branch::Shen, Branch::You]);
        assert_eq!(pillar("壬申").nayin().zh(), "剑锋金");
        assert_eq!(pillar("庚戌").nayin().zh(), "钗钏金");
        assert_eq!(pillar("癸亥").nayin().zh(), "大海水");
    }

    #[test]
    fn hours_have_their_branches() {
        assert_eq!(Branch::of_hour(23), Branch::Zi);
        assert_eq!(Branch::of_hour(0), Branch::Zi);
        assert_eq!(Branch::of_hour(1), Branch::Chou);
        assert_eq!(Branch::of_hour(8), Branch::Chen);
        assert_eq!(Branch::of_hour(22), Branch::Hai);
    }
}
