//! What the gate says about a text.

use crate::kernel::locale::Locale;

/// What is wrong. The words stand in the database and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Pillar,
    DayMaster,
    HourUnknown,
    UnknownPair,
    TenGod,
    HiddenStem,
    Relation,
    YearPillar,
    Year,
    Age,
    LuckCycle,
    Animal,
    Nayin,
    Element,
    Sex,
    Void,
    Death,
    Diagnosis,
    Promise,
    Lottery,
    Curse,
    Upsell,
    Verdict,
    Machine,
    Refusal,
    Prompt,
    Script,
    Language,
    Section,
    TooShort,
    TooLong,
    Unfinished,
    Repetition,
    Markup,
    Placeholder,
    Preamble,
}

/// What a finding means for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text is written again while attempts are left, and is good enough when none is.
    Flaw,
    /// No buyer may get the text.
    Grave,
}

impl Code {
    pub const ALL: [Self; 36] = [
        Self::Pillar,
        Self::DayMaster,
        Self::HourUnknown,
        Self::UnknownPair,
        Self::TenGod,
        Self::HiddenStem,
        Self::Relation,
        Self::YearPillar,
        Self::Year,
        Self::Age,
        Self::LuckCycle,
        Self::Animal,
        Self::Nayin,
        Self::Element,
        Self::Sex,
        Self::Void,
        Self::Death,
        Self::Diagnosis,
        Self::Promise,
        Self::Lottery,
        Self::Curse,
        Self::Upsell,
        Self::Verdict,
        Self::Machine,
        Self::Refusal,
        Self::Prompt,
        Self::Script,
        Self::Language,
        Self::Section,
        Self::TooShort,
        Self::TooLong,
        Self::Unfinished,
        Self::Repetition,
        Self::Markup,
        Self::Placeholder,
        Self::Preamble,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pillar => "pillar",
            Self::DayMaster => "day-master",
            Self::HourUnknown => "hour-unknown",
            Self::UnknownPair => "unknown-pair",
            Self::TenGod => "ten-god",
            Self::HiddenStem => "hidden-stem",
            Self::Relation => "relation",
            Self::YearPillar => "year-pillar",
            Self::Year => "year",
            Self::Age => "age",
            Self::LuckCycle => "luck-cycle",
            Self::Animal => "animal",
            Self::Nayin => "nayin",
            Self::Element => "element",
            Self::Sex => "sex",
            Self::Void => "void",
            Self::Death => "death",
            Self::Diagnosis => "diagnosis",
            Self::Promise => "promise",
            Self::Lottery => "lottery",
            Self::Curse => "curse",
            Self::Upsell => "upsell",
            Self::Verdict => "verdict",
            Self::Machine => "machine",
            Self::Refusal => "refusal",
            Self::Prompt => "prompt",
            Self::Script => "script",
            Self::Language => "language",
            Self::Section => "section",
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::Unfinished => "unfinished",
            Self::Repetition => "repetition",
            Self::Markup => "markup",
            Self::Placeholder => "placeholder",
            Self::Preamble => "preamble",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }

    pub fn severity(self) -> Severity {
        match self {
            Self::TooLong | Self::Repetition | Self::Preamble | Self::Markup => Severity::Flaw,
            Self::Pillar
            | Self::DayMaster
            | Self::HourUnknown
            | Self::UnknownPair
            | Self::TenGod
            | Self::HiddenStem
            | Self::Relation
            | Self::YearPillar
            | Self::Year
            | Self::Age
            | Self::LuckCycle
            | Self::Animal
            | Self::Nayin
            | Self::Element
            | Self::Sex
            | Self::Void
            | Self::Death
            | Self::Diagnosis
            | Self::Promise
            | Self::Lottery
            | Self::Curse
            | Self::Upsell
            | Self::Verdict
            | Self::Machine
            | Self::Refusal
            | Self::Prompt
            | Self::Script
            | Self::Language
            | Self::Section
            | Self::TooShort
            | Self::Unfinished
            | Self::Placeholder => Severity::Grave,
        }
    }

    /// What is wrong, for an operator and for an English prompt.
    fn english(self) -> &'static str {
        match self {
            Self::Pillar => "a pillar, stem or branch that the chart has not in this place",
            Self::DayMaster => "another day master than the chart's",
            Self::HourUnknown => "a statement about the hour pillar, though the hour is not known",
            Self::UnknownPair => "a pair of stem and branch that is nowhere in the facts",
            Self::TenGod => "a wrong ten god",
            Self::HiddenStem => "a stem that this branch does not hide",
            Self::Relation => "a relation between branches that are not in the chart",
            Self::YearPillar => "a year with another year's pillar",
            Self::Year => "a year that is not in the facts",
            Self::Age => "an age that does not fit the year",
            Self::LuckCycle => "a luck cycle with a wrong pillar, age or year",
            Self::Animal => "another animal than the year of birth has",
            Self::Nayin => "a wrong melodic name (nayin)",
            Self::Element => "a wrong statement about the elements",
            Self::Sex => "the other sex",
            Self::Void => "wrong void branches",
            Self::Death => "a statement about death or the length of life",
            Self::Diagnosis => "a diagnosis of a disease or advice about medicine",
            Self::Promise => "a promise of money or of a sure result",
            Self::Lottery => "lottery numbers or a tip for stocks",
            Self::Curse => "a curse or a threat",
            Self::Upsell => "an offer of rituals, charms or paid remedies",
            Self::Verdict => "a verdict about a separation, a child, a lawsuit or an examination",
            Self::Machine => "a remark about being a machine",
            Self::Refusal => "a refusal instead of a text",
            Self::Prompt => "words from the instructions or the data format",
            Self::Script => "characters of the other Chinese script",
            Self::Language => "words of another language",
            Self::Section => "a missing section",
            Self::TooShort => "too short",
            Self::TooLong => "too long",
            Self::Unfinished => "an unfinished sentence or section",
            Self::Repetition => "repeated sentences",
            Self::Markup => "left-over markup",
            Self::Placeholder => "a placeholder",
            Self::Preamble => "chat before the text",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Pillar => "这个位置的干支与命盘不符",
            Self::DayMaster => "日主与命盘不符",
            Self::HourUnknown => "时辰不详，不可写时柱",
            Self::UnknownPair => "事实里没有这个干支",
            Self::TenGod => "十神不对",
            Self::HiddenStem => "这个地支不藏此干",
            Self::Relation => "命盘里没有这些地支的关系",
            Self::YearPillar => "年份与干支不相配",
            Self::Year => "事实里没有这个年份",
            Self::Age => "年龄与年份不相配",
            Self::LuckCycle => "大运的干支、年龄或年份不对",
            Self::Animal => "生肖不对",
            Self::Nayin => "纳音不对",
            Self::Element => "五行的说法与命盘不符",
            Self::Sex => "性别不对",
            Self::Void => "空亡不对",
            Self::Death => "写到寿命或死亡，不可写",
            Self::Diagnosis => "疾病诊断或用药，不可写",
            Self::Promise => "保证收益、金额或结果，不可写",
            Self::Lottery => "号码或买卖建议，不可写",
            Self::Curse => "恐吓或诅咒，不可写",
            Self::Upsell => "法事、化解、购物的推销，不可写",
            Self::Verdict => "断言分离、胎儿、官司或考试，或劝人离婚辞职，不可写",
            Self::Machine => "提到自己是模型或人工智能",
            Self::Refusal => "拒绝作答",
            Self::Prompt => "提到要求、数据格式或 JSON",
            Self::Script => "夹杂了另一种字体（简繁）",
            Self::Language => "夹杂了别的语言",
            Self::Section => "缺少一节",
            Self::TooShort => "太短",
            Self::TooLong => "太长",
            Self::Unfinished => "没有写完",
            Self::Repetition => "重复的句子",
            Self::Markup => "残留的标记",
            Self::Placeholder => "占位的字样",
            Self::Preamble => "开场的客套",
        }
    }
}

/// One thing that is wrong, with the words in which it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    #[serde(with = "code_word")]
    pub code: Code,
    /// The place in the text; may be empty for what is missing.
    pub excerpt: String,
    /// What is true, or what was asked for; may be empty.
    pub expected: String,
}

impl Finding {
    pub(super) fn new(code: Code, excerpt: String, expected: String) -> Self {
        Self { code, excerpt, expected }
    }

    /// A text whose length was measured elsewhere.
    pub fn too_short(wanted: &str) -> Self {
        Self::new(Code::TooShort, String::new(), wanted.to_owned())
    }

    pub fn is_grave(&self) -> bool {
        self.code.severity() == Severity::Grave
    }

    /// One line for an operator.
    pub fn for_operator(&self) -> String {
        let mut line = format!("{}: {}", self.code.as_str(), self.code.english());
        if !self.excerpt.is_empty() {
            line = format!("{line} (“{}”)", self.excerpt);
        }
        if !self.expected.is_empty() {
            line = format!("{line}; expected: {}", self.expected);
        }
        line
    }

    /// One line for the model that writes the text again.
    pub fn for_prompt(&self, locale: Locale) -> String {
        let Self { code, excerpt, expected } = self;
        let english = match locale {
            Locale::En => true,
            Locale::ZhHans | Locale::ZhHant => false,
        };
        match (english, excerpt.is_empty(), expected.is_empty()) {
            (true, false, false) => format!("“{excerpt}”: {}; {expected}", code.english()),
            (true, false, true) => format!("“{excerpt}”: {}", code.english()),
            (true, true, _) => format!("{}; {expected}", code.english()),
            (false, false, false) => format!("“{excerpt}”：{}；{expected}", code.chinese()),
            (false, false, true) => format!("“{excerpt}”：{}", code.chinese()),
            (false, true, _) => format!("{}；{expected}", code.chinese()),
        }
    }
}

mod code_word {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Code;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    pub(super) fn serialize<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Code, D::Error> {
        let word = String::deserialize(from)?;
        Code::parse(&word).ok_or_else(|| D::Error::custom("an unknown kind of finding"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_speaks_twice() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(code));
            let finding = Finding::new(code, "年柱辛未".to_owned(), "年柱是庚午".to_owned());
            assert!(finding.for_operator().contains(code.as_str()));
            assert_ne!(finding.for_prompt(Locale::En), finding.for_prompt(Locale::ZhHant));
            let stored = serde_json::to_string(&finding).unwrap();
            assert_eq!(serde_json::from_str::<Finding>(&stored).unwrap(), finding);
        }
    }
}
