//! The little that the sandbox's writer knows of the art: elements, relations, seasons. It is no
//! engine; the pillars come from the prompt.

/// Whose chart it is; a man's where the prompt does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sex {
    Female,
    Male,
}

/// A pair of stem and branch by their places in their cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    stem: usize,
    branch: usize,
}

const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const BRANCHES: [&str; 12] =
    ["子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥"];
pub(super) const ELEMENTS: [&str; 5] = ["木", "火", "土", "金", "水"];
const BRANCH_ELEMENTS: [usize; 12] = [4, 2, 0, 0, 2, 1, 1, 2, 3, 3, 2, 4];
/// What an element is to the day master, in the order of generation.
const GROUPS: [&str; 5] = ["比劫", "食伤", "财星", "官杀", "印星"];
const GODS: [[&str; 2]; 5] =
    [["比肩", "劫财"], ["食神", "伤官"], ["偏财", "正财"], ["七杀", "正官"], ["偏印", "正印"]];

impl Pair {
    /// Reads two characters such as `庚午`; `None` for a pair that the cycle of sixty lacks.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut characters = text.trim().chars();
        let (stem, branch) = (characters.next()?.to_string(), characters.next()?.to_string());
        if characters.next().is_some() {
            return None;
        }
        let stem = STEMS.iter().position(|name| *name == stem)?;
        let branch = BRANCHES.iter().position(|name| *name == branch)?;
        (stem % 2 == branch % 2).then_some(Self { stem, branch })
    }

    /// The pair of a year that begins in the spring of `year`.
    pub(super) fn of_year(year: i64) -> Self {
        Self::at(year.saturating_sub(4))
    }

    /// The pair of the `number`th month of this year, 0 being the month of the tiger.
    pub(super) fn month(self, number: usize) -> Self {
        let first = (self.stem % 5).saturating_mul(2).saturating_add(2);
        let stem = first.saturating_add(number) % 10;
        Self { stem, branch: number.saturating_add(2) % 12 }
    }

    fn at(number: i64) -> Self {
        let place = |cycle: i64| usize::try_from(number.rem_euclid(cycle)).unwrap_or(0);
        Self { stem: place(10), branch: place(12) }
    }

    pub(super) fn stem_name(self) -> &'static str {
        name(&STEMS, self.stem)
    }

    pub(super) fn branch_name(self) -> &'static str {
        name(&BRANCHES, self.branch)
    }

    pub(super) fn name(self) -> String {
        format!("{}{}", self.stem_name(), self.branch_name())
    }

    /// The element's place in [`ELEMENTS`].
    pub(super) fn stem_element(self) -> usize {
        self.stem / 2
    }

    pub(super) fn branch_element(self) -> usize {
        BRANCH_ELEMENTS.get(self.branch).copied().unwrap_or(0)
    }

    pub(super) fn season(self) -> &'static str {
        match self.branch {
            2..=4 => "春",
            5..=7 => "夏",
            8..=10 => "秋",
            _ => "冬",
        }
    }

    /// Whether the branches stand opposite each other (六冲).
    pub(super) fn clashes(self, other: Self) -> bool {
        self.branch.saturating_add(6) % 12 == other.branch
    }

    /// Whether the branches are one of the six harmonies (六合).
    pub(super) fn harmonises(self, other: Self) -> bool {
        self.branch.saturating_add(other.branch) % 12 == 1
    }

    /// The ten god of this stem as the day master `day` sees it.
    pub(super) fn god(self, day: Self) -> &'static str {
        let kinds = GODS.get(relation(day.stem_element(), self.stem_element()));
        kinds.and_then(|kinds| kinds.get(usize::from(self.stem % 2 != day.stem % 2))).unwrap_or(&"")
    }
}

pub(super) fn element_name(element: usize) -> &'static str {
    name(&ELEMENTS, element)
}

/// The group that `other` belongs to for a day master of element `day`.
pub(super) fn group(day: usize, other: usize) -> &'static str {
    name(&GROUPS, relation(day, other))
}

/// 0 the same, 1 what it begets, 2 what it masters, 3 what masters it, 4 what begets it.
pub(super) fn relation(day: usize, other: usize) -> usize {
    other.saturating_add(5).saturating_sub(day) % 5
}

fn name(names: &'static [&'static str], place: usize) -> &'static str {
    names.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Pair {
        Pair::parse(text).unwrap()
    }

    #[test]
    fn only_the_sixty_pairs_are_pairs() {
        let all = STEMS.iter().flat_map(|stem| BRANCHES.iter().map(move |b| format!("{stem}{b}")));
        assert_eq!(all.filter(|text| Pair::parse(text).is_some()).count(), 60);
        for wrong in ["", "甲", "甲丑", "甲子年", "子甲", "ab"] {
            assert_eq!(Pair::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn years_and_months_have_their_pairs() {
        assert_eq!(Pair::of_year(2026), pair("丙午"));
        assert_eq!(Pair::of_year(1984), pair("甲子"));
        assert_eq!(pair("丙午").month(0), pair("庚寅"));
        assert_eq!(pair("丙午").month(11), pair("辛丑"));
        assert_eq!(pair("庚午").month(3), pair("辛巳"));
    }

    #[test]
    fn branches_clash_and_harmonise() {
        let partners = |meets: fn(Pair, Pair) -> bool| -> Vec<&str> {
            let all = (0..12).map(|n| Pair::of_year(1984 + n));
            all.filter(|other| meets(pair("丙午"), *other)).map(Pair::branch_name).collect()
        };
        assert_eq!(partners(Pair::clashes), ["子"]);
        assert_eq!(partners(Pair::harmonises), ["未"]);
    }

    #[test]
    fn gods_follow_the_day_master() {
        let day = pair("乙酉");
        let gods = ["庚午", "辛巳", "乙酉", "丙子", "癸巳", "戊子"].map(|text| pair(text).god(day));
        assert_eq!(gods, ["正官", "七杀", "比肩", "伤官", "偏印", "正财"]);
    }
}
