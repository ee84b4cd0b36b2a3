//! 神煞 that our own engine knows: seven, each by the chapter of 三命通会 卷三 that is named after
//! it. Where an outside service lists its own, those stand instead.

use serde::{Deserialize, Serialize};

use crate::bazi::naming::named;
use crate::bazi::pillars::FourPillars;
use crate::bazi::sexagenary::{Branch, Polarity, Stem};

named! {
    /// 神煞 by our own rules.
    Star {
        Nobleman = "天乙贵人", Salary = "禄神", Blade = "羊刃", Horse = "驿马",
        PeachBlossom = "桃花", Canopy = "华盖", General = "将星",
    }
}

impl Star {
    /// The chapter of the rule.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Nobleman => "三命通会·论天乙贵人",
            Self::Salary => "三命通会·论十干禄",
            Self::Blade => "三命通会·论羊刃",
            Self::Horse => "三命通会·论驿马",
            Self::PeachBlossom => "三命通会·论咸池",
            Self::Canopy | Self::General => "三命通会·论将星华盖",
        }
    }

    /// Whether the star stands on `branch` of a chart: some are sought from the day's stem (天乙
    /// from the year's too), the others from the branches of year and day.
    fn is_on(self, branch: Branch, pillars: FourPillars) -> bool {
        let day = pillars.day.stem();
        let group = |star: fn(Branch) -> Branch| {
            [pillars.year, pillars.day].iter().any(|from| star(from.branch()) == branch)
        };
        match self {
            Self::Nobleman => {
                [day, pillars.year.stem()].iter().any(|stem| nobleman(*stem).contains(&branch))
            }
            Self::Salary => salary(day) == branch,
            Self::Blade => day.polarity() == Polarity::Yang && salary(day).step(1) == branch,
            Self::Horse => group(|from| birth_of_group(from).step(6)),
            Self::PeachBlossom => group(|from| birth_of_group(from).step(1)),
            Self::Canopy => group(|from| birth_of_group(from).step(8)),
            Self::General => group(|from| birth_of_group(from).step(4)),
        }
    }
}

/// The stars of each pillar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarNames {
    pub year: Vec<String>,
    pub month: Vec<String>,
    pub day: Vec<String>,
    /// `None` when the hour is unknown.
    pub hour: Option<Vec<String>>,
}

/// Reads the stars off a chart.
pub(super) fn of(pillars: FourPillars) -> StarNames {
    let on = |branch: Branch| {
        let stars = Star::ALL.into_iter().filter(|star| star.is_on(branch, pillars));
        stars.map(|star| star.zh().to_owned()).collect()
    };
    StarNames {
        year: on(pillars.year.branch()),
        month: on(pillars.month.branch()),
        day: on(pillars.day.branch()),
        hour: pillars.hour.map(|hour| on(hour.branch())),
    }
}

/// 甲戊庚牛羊，乙己鼠猴乡，丙丁猪鸡位，壬癸兔蛇藏，六辛逢马虎.
fn nobleman(stem: Stem) -> [Branch; 2] {
    match stem {
        Stem::Jia | Stem::Wu | Stem::Geng => [Branch::Chou, Branch::Wei],
        Stem::Yi | Stem::Ji => [Branch::Zi, Branch::Shen],
        Stem::Bing | Stem::Ding => [Branch::Hai, Branch::You],
        Stem::Ren | Stem::Gui => [Branch::Mao, Branch::Si],
        Stem::Xin => [Branch::Wu, Branch::Yin],
    }
}

/// 甲禄寅 乙禄卯 丙戊禄巳 丁己禄午 庚禄申 辛禄酉 壬禄亥 癸禄子.
fn salary(stem: Stem) -> Branch {
    match stem {
        Stem::Jia => Branch::Yin,
        Stem::Yi => Branch::Mao,
        Stem::Bing | Stem::Wu => Branch::Si,
        Stem::Ding | Stem::Ji => Branch::Wu,
        Stem::Geng => Branch::Shen,
        Stem::Xin => Branch::You,
        Stem::Ren => Branch::Hai,
        Stem::Gui => Branch::Zi,
    }
}

/// The first branch of the 三合 that a branch belongs to: 寅 申 巳 or 亥.
fn birth_of_group(branch: Branch) -> Branch {
    match branch.index() % 4 {
        0 => Branch::Shen,
        1 => Branch::Si,
        2 => Branch::Yin,
        _ => Branch::Hai,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::sexagenary::Pillar;

    fn stars(text: &str) -> StarNames {
        let mut pillars = text.split(' ').map(|pillar| Pillar::from_zh(pillar).unwrap());
        let mut next = || pillars.next();
        of(FourPillars {
            year: next().unwrap(),
            month: next().unwrap(),
            day: next().unwrap(),
            hour: next(),
        })
    }

    #[test]
    fn the_stars_stand_where_the_verses_put_them() {
        // 庚 of the day: 禄 on 申, 贵人 on 丑 and 未; year 申: 将星 子, 华盖 辰, 驿马 寅, 桃花 酉;
        // day 午: 将星 午, 华盖 戌, 驿马 申, 桃花 卯; 壬 of the year: 贵人 on 卯 and 巳.
        let found = stars("壬申 庚戌 庚午 辛巳");
        assert_eq!(found.year, ["禄神", "驿马"]);
        assert_eq!(found.month, ["华盖"]);
        assert_eq!(found.day, ["将星"]);
        assert_eq!(found.hour.unwrap(), ["天乙贵人"]);
    }

    #[test]
    fn the_blade_follows_the_salary_of_a_yang_stem_alone() {
        assert!(stars("甲子 丁卯 甲子 丙寅").month.contains(&"羊刃".to_owned()));
        assert!(!stars("甲子 戊辰 乙丑 丙子").month.contains(&"羊刃".to_owned()));
        assert_eq!(stars("甲子 丁卯 甲子").hour, None);
    }

    #[test]
    fn every_branch_has_one_star_of_each_group() {
        for (first, horse) in [("寅", "申"), ("巳", "亥"), ("申", "寅"), ("亥", "巳")] {
            let first = Branch::from_zh(first).unwrap();
            for step in [0, 4, 8] {
                let birth = birth_of_group(first.step(step));
                assert_eq!(birth, first);
                assert_eq!(birth.step(6).zh(), horse);
            }
        }
    }

    #[test]
    fn every_star_names_its_chapter() {
        assert!(Star::ALL.iter().all(|star| star.rule().starts_with("三命通会·")));
    }
}
