//! What a stem means to the day master: 十神, and 长生十二宫.

use super::naming::named;
use super::sexagenary::{Branch, Polarity, Stem};

named! {
    /// 十神, in pairs: same polarity as the day master first, then the other.
    TenGod {
        Friend = "比肩", Rival = "劫财", Eating = "食神", Hurting = "伤官",
        IndirectWealth = "偏财", DirectWealth = "正财", SevenKillings = "七杀",
        DirectOfficer = "正官", IndirectSeal = "偏印", DirectSeal = "正印",
    }
}

named! {
    /// 长生十二宫.
    LifeStage {
        Birth = "长生", Bath = "沐浴", Cap = "冠带", Office = "临官", Peak = "帝旺", Decline = "衰",
        Illness = "病", Death = "死", Tomb = "墓", End = "绝", Womb = "胎", Nurture = "养",
    }
}

impl TenGod {
    /// What `other` is to the day master.
    pub fn of(day_master: Stem, other: Stem) -> Self {
        let distance = (other.element().index() - day_master.element().index()).rem_euclid(5);
        let differs = i64::from(other.polarity() != day_master.polarity());
        Self::at(distance * 2 + differs)
    }
}

impl LifeStage {
    /// Where a stem stands on a branch. Yang stems run forward, yin stems backward; fire and earth
    /// are born together.
    pub fn of(stem: Stem, branch: Branch) -> Self {
        let birth = match stem {
            Stem::Jia => Branch::Hai,
            Stem::Yi => Branch::Wu,
            Stem::Bing | Stem::Wu => Branch::Yin,
            Stem::Ding | Stem::Ji => Branch::You,
            Stem::Geng => Branch::Si,
            Stem::Xin => Branch::Zi,
            Stem::Ren => Branch::Shen,
            Stem::Gui => Branch::Mao,
        };
        let forward = branch.index() - birth.index();
        match stem.polarity() {
            Polarity::Yang => Self::at(forward),
            Polarity::Yin => Self::at(-forward),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_gods_of_jia_stand_in_order() {
        let gods: Vec<_> = Stem::ALL.iter().map(|stem| TenGod::of(Stem::Jia, *stem)).collect();
        assert_eq!(gods, TenGod::ALL);
        assert_eq!(TenGod::of(Stem::Yi, Stem::Jia), TenGod::Rival);
        assert_eq!(TenGod::of(Stem::Geng, Stem::Ren), TenGod::Eating);
    }

    #[test]
    fn geng_stands_as_in_the_published_example() {
        // reference/yuanfenju.md §4.1: day_cs and zizuo of 壬申 庚戌 庚午 辛巳.
        let on = |branch| LifeStage::of(Stem::Geng, branch).zh();
        assert_eq!(
            [on(Branch::Shen), on(Branch::Xu), on(Branch::Wu), on(Branch::Si)],
            ["临官", "衰", "沐浴", "长生"]
        );
        assert_eq!(LifeStage::of(Stem::Xin, Branch::Si).zh(), "死");
    }
}
