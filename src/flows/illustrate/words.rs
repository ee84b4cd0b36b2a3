//! The words on pictures, in the reader's language: `picture.ftl`.

use std::collections::BTreeMap;

use crate::bazi::{Branch, Element, LifeStage, Nayin, Pillar, Stem, TenGod};
use crate::kernel::locale::Locale;
use crate::platform::texts::{Args, Texts};
use crate::reports::drawing::{Fact, Hue, Sign};

/// What templates find in `labels`.
const LABELS: &[&str] = &[
    "brand",
    "seal",
    "chart-title",
    "luck-title",
    "god",
    "stem",
    "branch",
    "hidden",
    "life",
    "void",
    "nayin",
    "stars",
    "elements",
    "elements-note",
    "decades",
    "useful-line",
    "years",
    "now",
    "peak",
    "low",
    "with",
    "even",
    "against",
    "rule",
    "disclaimer",
    "notes",
    "scan",
    "pair-title",
    "pair-between",
    "pair-elements",
    "pair-years",
    "pair-none",
    "pair-nothing",
    "pair-rule",
    "contents",
    "appendix",
    "order",
    "made",
    "colophon",
];

/// Characters of the art whose traditional form is another one.
const TRADITIONAL: &[(char, char)] = &[
    ('闰', '閏'),
    ('腊', '臘'),
    ('贵', '貴'),
    ('马', '馬'),
    ('华', '華'),
    ('盖', '蓋'),
    ('禄', '祿'),
    ('红', '紅'),
    ('鸾', '鸞'),
    ('驿', '驛'),
    ('学', '學'),
    ('词', '詞'),
    ('馆', '館'),
    ('将', '將'),
    ('阴', '陰'),
    ('阳', '陽'),
    ('错', '錯'),
    ('罗', '羅'),
    ('网', '網'),
    ('飞', '飛'),
    ('杀', '殺'),
    ('灾', '災'),
    ('丧', '喪'),
    ('门', '門'),
    ('吊', '弔'),
    ('医', '醫'),
    ('厨', '廚'),
    ('国', '國'),
    ('舆', '輿'),
    ('恶', '惡'),
    ('败', '敗'),
    ('绞', '絞'),
    ('绝', '絕'),
    ('财', '財'),
    ('伤', '傷'),
    ('长', '長'),
    ('带', '帶'),
    ('临', '臨'),
    ('养', '養'),
    ('寿', '壽'),
    ('进', '進'),
    ('压', '壓'),
    ('岁', '歲'),
    ('从', '從'),
    ('专', '專'),
    ('县', '縣'),
];

/// The words of one language.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub texts: &'a Texts,
    pub locale: Locale,
}

impl Words<'_> {
    pub(super) fn get(&self, name: &str) -> String {
        self.texts.get(self.locale, &format!("picture-{name}"))
    }

    pub(super) fn format(&self, name: &str, args: &Args) -> String {
        self.texts.format(self.locale, &format!("picture-{name}"), args)
    }

    /// The word at a place of a closed set.
    pub(super) fn nth(&self, name: &str, index: i64) -> String {
        self.format(name, &Args::new().number("n", index))
    }

    /// Several texts in one, as `picture.ftl` writes them.
    pub(super) fn several(&self, name: &str, index: i64) -> Vec<String> {
        self.nth(name, index).split('|').map(str::to_owned).collect()
    }

    /// What samples are called.
    pub fn sample_title(&self) -> String {
        self.get("sample")
    }

    /// The title of what stands before the first chapter.
    pub fn opening(&self) -> String {
        self.get("preface")
    }

    /// A date as the language writes it.
    pub fn date(&self, year: i32, month: u32, day: u32) -> String {
        match self.locale {
            Locale::ZhHans | Locale::ZhHant => format!("{year}年{month}月{day}日"),
            Locale::En => format!("{year}-{month:02}-{day:02}"),
        }
    }

    pub fn labels(&self) -> BTreeMap<&'static str, String> {
        let mut labels: BTreeMap<_, _> =
            LABELS.iter().map(|name| (*name, self.get(name))).collect();
        for (name, element) in
            ["wood", "fire", "earth", "metal", "water"].into_iter().zip(Element::ALL)
        {
            labels.insert(name, self.element(element));
        }
        // Its number is set by the template.
        labels.insert("chapter", self.format("chapter", &Args::new().text("number", "#")));
        labels
    }

    pub(super) fn fact(&self, name: &str, value: String) -> Fact {
        Fact { label: self.get(name), value }
    }

    pub(super) fn element(&self, element: Element) -> String {
        self.nth("element", element.index())
    }

    pub(super) fn stem(&self, stem: Stem) -> Sign {
        let name = self.nth("stem-name", stem.index());
        Sign { c: stem.zh().to_owned(), wx: hue(stem.element()), name }
    }

    pub(super) fn branch(&self, branch: Branch) -> Sign {
        let name = self.nth("branch-name", branch.index());
        Sign { c: branch.zh().to_owned(), wx: hue(branch.element()), name }
    }

    pub(super) fn pair(&self, pillar: Pillar) -> Vec<Sign> {
        vec![self.stem(pillar.stem()), self.branch(pillar.branch())]
    }

    pub(super) fn god(&self, god: TenGod) -> String {
        self.nth("ten-god", god.index())
    }

    pub(super) fn life(&self, stage: LifeStage) -> String {
        self.nth("life-stage", stage.index())
    }

    pub(super) fn nayin(&self, nayin: Nayin) -> String {
        self.nth("nayin-name", nayin.index())
    }

    pub(super) fn void(&self, void: [Branch; 2]) -> String {
        let names = void.map(|branch| self.branch(branch));
        match self.locale {
            Locale::ZhHans | Locale::ZhHant => names.map(|sign| sign.c).concat(),
            Locale::En => {
                let first = |sign: Sign| sign.name.split(' ').next().unwrap_or_default().to_owned();
                names.map(first).join(" ")
            }
        }
    }

    /// A Chinese word of the art in the reader's script; nothing for those who read neither.
    pub(super) fn chinese(&self, word: &str) -> Option<String> {
        let traditional = |c: char| {
            let known = TRADITIONAL.iter().find(|(simplified, _)| *simplified == c);
            known.map_or(c, |(_, traditional)| *traditional)
        };
        match self.locale {
            Locale::ZhHans => Some(word.to_owned()),
            Locale::ZhHant => Some(word.chars().map(traditional).collect()),
            Locale::En => None,
        }
    }
}

pub(super) fn hue(element: Element) -> Hue {
    match element {
        Element::Wood => Hue::Wood,
        Element::Fire => Hue::Fire,
        Element::Earth => Hue::Earth,
        Element::Metal => Hue::Metal,
        Element::Water => Hue::Water,
    }
}
