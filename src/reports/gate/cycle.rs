//! The closed sets of the art, as a reader of texts needs them: stems, branches, pairs, ten gods,
//! animals, melodic names, in Chinese, in pinyin and in English. Capabilities do not know each
//! other, so this is not the engine's copy; a test of the flows holds the two together.

pub(super) const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
pub(super) const BRANCHES: [char; 12] =
    ['子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥'];
pub(super) const ELEMENTS: [char; 5] = ['木', '火', '土', '金', '水'];
const STEM_NAMES: [&str; 10] =
    ["jia", "yi", "bing", "ding", "wu", "ji", "geng", "xin", "ren", "gui"];
const BRANCH_NAMES: [&str; 12] =
    ["zi", "chou", "yin", "mao", "chen", "si", "wu", "wei", "shen", "you", "xu", "hai"];
const ELEMENT_NAMES: [&str; 5] = ["wood", "fire", "earth", "metal", "water"];
const ANIMALS: [char; 12] =
    ['鼠', '牛', '虎', '兔', '龙', '蛇', '马', '羊', '猴', '鸡', '狗', '猪'];
const ANIMAL_NAMES: [&str; 12] = [
    "rat", "ox", "tiger", "rabbit", "dragon", "snake", "horse", "goat", "monkey", "rooster", "dog",
    "pig",
];
const BRANCH_ELEMENTS: [usize; 12] = [4, 2, 0, 0, 2, 1, 1, 2, 3, 3, 2, 4];
/// 藏干, by the places of the stems.
const HIDDEN: [&[usize]; 12] = [
    &[9],
    &[5, 9, 7],
    &[0, 2, 4],
    &[1],
    &[4, 1, 9],
    &[2, 6, 4],
    &[3, 5],
    &[5, 3, 1],
    &[6, 8, 4],
    &[7],
    &[4, 7, 3],
    &[8, 0],
];
const NAYIN: [&str; 30] = [
    "海中金",
    "炉中火",
    "大林木",
    "路旁土",
    "剑锋金",
    "山头火",
    "涧下水",
    "城头土",
    "白蜡金",
    "杨柳木",
    "泉中水",
    "屋上土",
    "霹雳火",
    "松柏木",
    "长流水",
    "沙中金",
    "山下火",
    "平地木",
    "壁上土",
    "金箔金",
    "覆灯火",
    "天河水",
    "大驿土",
    "钗钏金",
    "桑柘木",
    "大溪水",
    "沙中土",
    "天上火",
    "石榴木",
    "大海水",
];
/// The ten gods in the order of [`God::of`], each with the words that mean it.
const GODS: [&[&str]; 10] = [
    &["比肩", "friend star", "companion star", "bi jian"],
    &["劫财", "rob wealth", "jie cai"],
    &["食神", "eating god", "shi shen"],
    &["伤官", "hurting officer", "shang guan"],
    &["偏财", "indirect wealth", "pian cai"],
    &["正财", "direct wealth", "zheng cai"],
    &["七杀", "偏官", "seven killings", "qi sha"],
    &["正官", "direct officer", "zheng guan"],
    &["偏印", "枭神", "indirect resource", "indirect seal", "pian yin"],
    &["正印", "direct resource", "direct seal", "zheng yin"],
];

/// 天干, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stem(pub(super) usize);

/// 地支, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Branch(pub(super) usize);

/// 五行, by its place in the order of generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Element(pub(super) usize);

/// 十神, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct God(pub(super) usize);

/// One of the sixty pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) stem: Stem,
    pub(super) branch: Branch,
}

impl Stem {
    pub(super) fn read(character: char) -> Option<Self> {
        STEMS.iter().position(|stem| *stem == character).map(Self)
    }

    pub(super) fn spelled(word: &str) -> Option<Self> {
        STEM_NAMES.iter().position(|name| *name == word).map(Self)
    }

    pub(super) fn element(self) -> Element {
        Element(self.0 / 2)
    }

    pub(super) fn of(element: Element, yin: bool) -> Self {
        Self(element.0 * 2 + usize::from(yin))
    }

    pub(super) fn zh(self) -> String {
        STEMS.get(self.0).map(char::to_string).unwrap_or_default()
    }
}

impl Branch {
    pub(super) fn read(character: char) -> Option<Self> {
        BRANCHES.iter().position(|branch| *branch == character).map(Self)
    }

    pub(super) fn spelled(word: &str) -> Option<Self> {
        BRANCH_NAMES.iter().position(|name| *name == word).map(Self)
    }

    pub(super) fn of_animal(character: char) -> Option<Self> {
        ANIMALS.iter().position(|animal| *animal == character).map(Self)
    }

    pub(super) fn of_animal_name(word: &str) -> Option<Self> {
        let word = match word {
            "sheep" | "ram" => "goat",
            "hare" => "rabbit",
            "boar" => "pig",
            "cock" => "rooster",
            other => other,
        };
        ANIMAL_NAMES.iter().position(|name| *name == word).map(Self)
    }

    pub(super) fn element(self) -> Element {
        Element(BRANCH_ELEMENTS.get(self.0).copied().unwrap_or_default())
    }

    pub(super) fn hidden(self) -> impl Iterator<Item = Stem> {
        HIDDEN.get(self.0).copied().unwrap_or_default().iter().copied().map(Stem)
    }

    pub(super) fn zh(self) -> String {
        BRANCHES.get(self.0).map(char::to_string).unwrap_or_default()
    }
}

impl Element {
    pub(super) fn read(character: char) -> Option<Self> {
        ELEMENTS.iter().position(|element| *element == character).map(Self)
    }

    pub(super) fn spelled(word: &str) -> Option<Self> {
        ELEMENT_NAMES.iter().position(|name| *name == word).map(Self)
    }

    pub(super) fn zh(self) -> String {
        ELEMENTS.get(self.0).map(char::to_string).unwrap_or_default()
    }
}

impl God {
    /// What `other` is to the day master.
    pub(super) fn of(day_master: Stem, other: Stem) -> Self {
        let distance = (other.element().0 + 5 - day_master.element().0) % 5;
        Self(distance * 2 + usize::from(other.0 % 2 != day_master.0 % 2))
    }

    pub(super) fn zh(self) -> &'static str {
        GODS.get(self.0).and_then(|words| words.first()).copied().unwrap_or_default()
    }

    /// Every word for a god, with the god.
    pub(super) fn words() -> impl Iterator<Item = (&'static str, Self)> {
        GODS.iter()
            .enumerate()
            .flat_map(|(place, words)| words.iter().map(move |word| (*word, Self(place))))
    }
}

impl Pair {
    /// `None` for a pair that the cycle of sixty lacks.
    pub(super) fn of(stem: Stem, branch: Branch) -> Option<Self> {
        (stem.0 % 2 == branch.0 % 2).then_some(Self { stem, branch })
    }

    /// Reads two characters such as `庚午`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut characters = text.trim().chars();
        let (stem, branch) = (characters.next()?, characters.next()?);
        if characters.next().is_some() {
            return None;
        }
        Self::of(Stem::read(stem)?, Branch::read(branch)?)
    }

    /// The pair of a year that begins in the spring of `year`.
    pub(super) fn of_year(year: i32) -> Self {
        let place = |cycle: i32| usize::try_from((year - 4).rem_euclid(cycle)).unwrap_or_default();
        Self { stem: Stem(place(10)), branch: Branch(place(12)) }
    }

    /// The pair of an element and an animal: the animal decides between yang and yin.
    pub(super) fn of_animal(element: Element, animal: Branch) -> Self {
        Self { stem: Stem::of(element, animal.0 % 2 == 1), branch: animal }
    }

    pub(super) fn zh(self) -> String {
        format!("{}{}", self.stem.zh(), self.branch.zh())
    }

    /// 0 to 59: the one number that leaves these remainders by 10 and by 12.
    fn index(self) -> usize {
        (self.stem.0 * 6 + 60 - self.branch.0 * 5) % 60
    }

    pub(super) fn nayin(self) -> &'static str {
        NAYIN.get(self.index() / 2).copied().unwrap_or_default()
    }

    /// 空亡.
    pub(super) fn void(self) -> [Branch; 2] {
        let first = (22 - self.index() / 10 * 2) % 12;
        [Branch(first), Branch((first + 1) % 12)]
    }
}

/// All melodic names.
pub(super) fn nayin_words() -> &'static [&'static str] {
    &NAYIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Pair {
        Pair::read(text).unwrap()
    }

    #[test]
    fn pairs_are_read_counted_and_named() {
        assert_eq!(Pair::read("甲丑"), None);
        assert_eq!(Pair::of_year(2027).zh(), "丁未");
        assert_eq!(Pair::of_year(1984).index(), 0);
        assert_eq!(pair("癸亥").index(), 59);
        assert_eq!(pair("庚午").nayin(), "路旁土");
        assert_eq!(pair("乙酉").nayin(), "泉中水");
        assert_eq!(pair("乙酉").void().map(Branch::zh), ["午", "未"]);
        assert_eq!(pair("庚午").void().map(Branch::zh), ["戌", "亥"]);
        let rooster = Branch::of_animal_name("rooster").unwrap();
        assert_eq!(Pair::of_animal(Element(0), rooster).zh(), "乙酉");
    }

    #[test]
    fn gods_follow_the_day_master() {
        let yi = Stem(1);
        let gods = ['庚', '辛', '乙', '丙', '癸', '戊']
            .map(|stem| God::of(yi, Stem::read(stem).unwrap()).zh());
        assert_eq!(gods, ["正官", "七杀", "比肩", "伤官", "偏印", "正财"]);
    }
}
