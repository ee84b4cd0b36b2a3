//! Statements that are made in set phrases: the animal of the year, melodic names, which elements
//! are many, missing or welcome, hidden stems, clashes, void branches, the direction of luck.

#![expect(clippy::wildcard_enum_match_arm, reason = "a rule looks at the few words it is about")]

use regex::{Captures, Regex};

use super::claims::Reading;
use super::cycle::{Branch, Element};
use super::finding::{Code, Finding};
use super::known::Chart;
use super::lexer::{Part, Token, Word};
use super::links::{ELSEWHERE, OWN_CHART};

/// What is read out of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Animal,
    Welcome,
    Unwelcome,
    Missing,
    Count,
    Present,
    Season,
    Strength,
    Sex,
    Void,
    Relation,
    Direction,
    Group,
}

/// Patterns over what the rules read. `E` stands for an element, `B` for a branch, `A` for an
/// animal, `%W` for an English element.
const PHRASES: [(Kind, &str); 49] = [
    (Kind::Animal, "(?:你|您)(?:的)?(?:生肖|属相)?(?:是)?属([A])"),
    (Kind::Animal, "(?:生肖|属相)(?:是|为|属|：)+([A])"),
    (Kind::Animal, "作为属([A])的|属([A])的(?:你|您)"),
    (Kind::Season, "(?:得令于|生于|生在|出生于|出生在)(?:初|仲|季|盛|隆|暮|深|早|孟)?([春夏秋冬])"),
    (
        Kind::Season,
        r"(?i)\bborn in (?:the )?(?:early |late |deep |high )?(spring|summer|autumn|fall|winter)",
    ),
    (
        Kind::Strength,
        "日主(?:因此|所以|总体|整体|略|属于|属|是|为|就|反而|便|显得|也|因而|自然)*(偏强|偏弱|身强|身弱|偏旺|强旺|衰弱|较强|较弱)",
    ),
    (Kind::Strength, "(?:属|是|为)(身强|身弱)"),
    (
        Kind::Strength,
        r"(?i)day master is (?:therefore |rather |fairly |quite |on the |so |thus )*(strong|weak)",
    ),
    (Kind::Present, "(?:五行|命里|命中|八字|命局|盘中|你)[^。，]{0,6}不缺([E])"),
    (
        Kind::Present,
        "(?:原局|命局|八字|盘中|五行)[^。，]{0,6}([E])(?:旺|盛|多|重|最旺|最多|最强|最盛)",
    ),
    (Kind::Present, r"(?i)\b(%W) is the (?:strongest|dominant|loudest|leading|most common)"),
    (Kind::Missing, "(?:反而|唯独|独独|偏偏|只|独|最)缺([E])(?:[，。；]|$)"),
    (Kind::Missing, "[E]有?[一二三四五六七八]、?[^。]{0,12}(?:没有|无|缺)([E])(?:[，。；]|$)"),
    (Kind::Missing, "(?:六个字|八个字)(?:里|中|之中)(?:没有|不见|缺)([E])(?:[，。；]|$)"),
    (
        Kind::Welcome,
        r"(?i)\b(%W(?: and %W)?) (?:is|are) (?:your |the )?(?:most )?(?:favou?rable|useful)",
    ),
    (Kind::Animal, "(?:你|您)(?:是|生于|出生于|生在|出生在)([A])年"),
    (Kind::Animal, r"(?i)born in the year of the ([a-z]+)"),
    (
        Kind::Animal,
        r"(?i)your (?:zodiac |birth )?(?:animal|sign)(?: sign)? is (?:the |a |an )?([a-z]+)",
    ),
    (Kind::Animal, r"(?i)you have the ([a-z]+) as your"),
    (Kind::Animal, r"(?i)born in an? (?:%W )?([a-z]+) year"),
    (Kind::Animal, r"(?i)(?:as|being) an? ([a-z]+), you"),
    (
        Kind::Welcome,
        "(?:喜用神|喜神|用神|喜用)(?:是|为|取|在|当|应|宜|即|：|落|主要|都|分别|五行|属)*([E](?:[、和与，及]?[E]){0,2})(?:[^命年月日时字]|$)",
    ),
    (
        Kind::Welcome,
        "([E])(?:正好|恰好|正|恰|就|也|便|都)?(?:是|为)(?:你|您|命局|日主|此盘|盘中|命主)?(?:的)?(?:喜用神|用神|喜神|喜用)",
    ),
    (
        Kind::Welcome,
        "(?:^|[，、。：； ]|日主|命局|因此|所以|行运|宜)喜([E](?:[、和与]?[E])?)(?:[，、。；）)]|$|来|为用)",
    ),
    (Kind::Welcome, "(?:^|[，、。；])用([E])(?:[，、。；）)]|$)"),
    (Kind::Welcome, r"(?i)[^n]favou?rable elements? (?:is|are|:) (%W(?:,? (?:and )?%W)?)"),
    (Kind::Welcome, r"(?i)\b(%W(?: and %W)?) (?:is|are) (?:most )?welcome\b"),
    (Kind::Welcome, r"(?i)useful (?:god|element)s? (?:is|are) (%W(?: and %W)?)"),
    (Kind::Welcome, r"(?i)\b(?:welcomes?|welcome to you are|asks for) (%W(?: and %W)?)"),
    (
        Kind::Unwelcome,
        "(?:忌神|仇神|忌讳)(?:是|为|在|即|：|主要|都)*([E](?:[、和与，及]?[E]){0,2})",
    ),
    (Kind::Unwelcome, "(?:^|[，、。：； ]|日主|命局)忌([E](?:[、和与]?[E])?)(?:[，、。；）)]|$)"),
    (Kind::Unwelcome, r"(?i)\bunfavou?rable elements? (?:is|are|:) (%W(?:,? (?:and )?%W)?)"),
    (
        Kind::Missing,
        "(?:五行|八字|命局|命里|命中|盘中|盘里|盘面)[^。，]{0,8}(?:缺少|欠缺|缺|没有|不见|全无)(?:一个)?([E])(?:[，。；、字]|$)",
    ),
    (Kind::Missing, "没有一个([E])字|一个([E])字也没有"),
    (
        Kind::Missing,
        r"\b(?:[Nn]o|[Ll]acks|without any) (%W) (?:at all|in (?:your|the) chart|among|is visible|whatsoever)",
    ),
    (Kind::Count, r"([E])(?:有)?([一二两三四五六七八]|\d)(?:个字|个|、|，|。|；|字|$)"),
    (Kind::Count, r"\b(%W) (\d)\b"),
    (Kind::Count, r"(?i)\b()(one|two|three|four|five|six) (%W) characters"),
    (Kind::Sex, "(乾造|坤造)"),
    (Kind::Sex, "作为(?:一位|一名|一个)?(男性|女性|男人|女人|男士|女士|男孩|女孩|男生|女生)"),
    (Kind::Sex, r"(?i)\bas an? (man|woman)\b"),
    (Kind::Void, "空亡(?:在|为|是|落在|落|：)*([B])[、和与]?([B])"),
    (Kind::Void, "([B])[、和与]?([B])(?:二支)?空亡"),
    (Kind::Relation, "([B])(?:[与和、]|[E])*([B])(?:相|半|六|暗)?(?:冲|合|刑|害|破)"),
    (Kind::Direction, "(?:大运|运程)[^。]{0,12}(顺行|逆行|顺排|逆排)"),
    (Kind::Direction, r"(?i)(?:cycles|pillars|decades) (?:run|move|go) (forwards?|backwards?)"),
    (Kind::Group, "()([E])(?:就)?(?:是|为|即)(?:你的|您的|日主的)?(财星|官星|官杀|印星|食伤|比劫)"),
    (Kind::Group, "(财星|官星|官杀|印星|食伤|比劫)(?:五行)?(?:是|为|属)([E])"),
    (Kind::Group, r"\b()(%W) is (?:your )?(Wealth|Resource|Output|Officer)\b"),
];

/// The patterns, ready for use.
pub(super) struct Phrases(Vec<(Kind, Regex)>);

impl Phrases {
    pub(super) fn try_new() -> Result<Self, regex::Error> {
        let patterns = PHRASES.iter().map(|(kind, pattern)| {
            let pattern = pattern
                .replace("[E]", "[木火土金水]")
                .replace("[B]", "[子丑寅卯辰巳午未申酉戌亥]")
                .replace("[A]", "[鼠牛虎兔龙蛇马羊猴鸡狗猪]")
                .replace("%W", "(?:[Ww]ood|[Ff]ire|[Ee]arth|[Mm]etal|[Ww]ater)");
            Ok((*kind, Regex::new(&pattern)?))
        });
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }
}

impl Reading<'_> {
    pub(super) fn phrases(&mut self, phrases: &Phrases) {
        if !self.truth.has_charts() {
            return;
        }
        for (kind, pattern) in &phrases.0 {
            for found in pattern.captures_iter(&self.sentence.read) {
                let expected = self.judge(*kind, &found);
                if let (Some((code, expected)), Some(whole)) = (expected, found.get(0)) {
                    let excerpt = self.sentence.excerpt(whole.range());
                    self.findings.push(Finding::new(code, excerpt, expected));
                }
            }
        }
        self.melodic_names();
        self.hidden_stems();
    }

    /// What contradicts the chart, and what it says instead.
    fn judge(&self, kind: Kind, found: &Captures<'_>) -> Option<(Code, String)> {
        match kind {
            Kind::Animal => self.animal(found),
            Kind::Welcome | Kind::Unwelcome => self.welcome(kind, found),
            Kind::Missing | Kind::Count | Kind::Present => self.count(kind, found),
            Kind::Season => self.season(found),
            Kind::Strength => self.strength(found),
            Kind::Sex => self.sex(found),
            Kind::Void => self.void(found),
            Kind::Relation => self.relation(found),
            Kind::Direction => self.direction(found),
            Kind::Group => self.group(found),
        }
    }

    fn animal(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let word = found.iter().skip(1).flatten().next()?.as_str();
        let animal = Branch::of_animal_name(&word.to_ascii_lowercase())
            .or_else(|| Branch::of_animal(word.chars().next()?))?;
        let fits = |chart: &Chart| chart.animals.is_empty() || chart.animals.contains(&animal);
        (!self.truth.any(fits)).then(|| {
            let own = self.truth.say(|chart| Some(chart.animals.first()?.zh()));
            (Code::Animal, format!("年支{own}"))
        })
    }

    fn welcome(&self, kind: Kind, found: &Captures<'_>) -> Option<(Code, String)> {
        let elements = elements(group_text(found, 1)?);
        let fits = |chart: &Chart| {
            elements.iter().all(|element| {
                let is_welcome = chart.favourable.contains(element);
                chart.favourable.is_empty() || is_welcome == (kind == Kind::Welcome)
            })
        };
        (!self.truth.any(fits)).then(|| {
            let own = self.truth.say(|chart| {
                Some(format!("喜用{}，忌{}", list(&chart.favourable), list(&chart.unfavourable)))
            });
            (Code::Element, own)
        })
    }

    fn count(&self, kind: Kind, found: &Captures<'_>) -> Option<(Code, String)> {
        let words: Vec<&str> = found.iter().skip(1).flatten().map(|word| word.as_str()).collect();
        let element = words.iter().find_map(|word| elements(word).first().copied())?;
        let number = match kind {
            Kind::Count => {
                let about = ["五行", "八字", "盘", "命局", "lements", "chart", "haracters"];
                if !self.says(&about) {
                    return None;
                }
                words.iter().find_map(|word| small_number(word))?
            }
            _ => 0,
        };
        let own =
            |chart: &Chart| chart.element_counts.and_then(|counts| counts.get(element.0).copied());
        let present = kind == Kind::Present;
        let fits = |chart: &Chart| {
            own(chart).is_none_or(|own| if present { own > 0 } else { own == number })
        };
        (!self.truth.any(fits)).then(|| {
            let own = self.truth.say(|chart| Some(format!("{}{}", element.zh(), own(chart)?)));
            (Code::Element, own)
        })
    }

    fn season(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let word = group_text(found, 1)?.to_ascii_lowercase();
        let seasons: [&[&str]; 4] =
            [&["春", "spring"], &["夏", "summer"], &["秋", "autumn", "fall"], &["冬", "winter"]];
        let told = seasons.iter().position(|names| names.contains(&word.as_str()))?;
        // 寅卯辰 are spring.
        let own = |chart: &Chart| Some((chart.pillar(1)?.branch.0 + 10) % 12 / 3);
        let fits = |chart: &Chart| own(chart).is_none_or(|own| own == told);
        (!self.truth.any(fits)).then(|| {
            let own = self.truth.say(|chart| Some(chart.pillar(1)?.branch.zh()));
            (Code::Pillar, format!("{own}月"))
        })
    }

    /// 身强 or 身弱.
    fn strength(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let word = group_text(found, 1)?.to_ascii_lowercase();
        let strong = word.contains(['强', '旺']) || word == "strong";
        let before = self.sentence.read.get(..found.get(0)?.start())?;
        if ["若", "如果", "不", "所谓"].iter().any(|word| before.ends_with(word)) {
            return None;
        }
        let fits = |chart: &Chart| chart.strong.is_none_or(|own| own == strong);
        (!self.truth.any(fits))
            .then(|| (Code::Element, if strong { "日主偏弱" } else { "日主偏强" }.to_owned()))
    }

    fn sex(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let word = group_text(found, 1)?.to_ascii_lowercase();
        if self.says(&["坤造"]) && self.says(&["乾造"]) {
            return None;
        }
        let female = word.starts_with(['坤', '女', 'w']);
        (!self.truth.any(|chart| chart.female == female)).then(|| (Code::Sex, String::new()))
    }

    fn void(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let branch = |place| Branch::read(group_text(found, place)?.chars().next()?);
        let mut told = [branch(1)?, branch(2)?];
        told.sort_unstable();
        let named: Vec<usize> = self
            .tokens
            .iter()
            .filter_map(|token| match token.word {
                Word::Position(place, Part::Pillar) => Some(place),
                _ => None,
            })
            .collect();
        let is_meant = |place: &usize| named.is_empty() || named.contains(place);
        let fits = |chart: &Chart| {
            (0..4).filter(is_meant).filter_map(|place| chart.pillar(place)).any(|pair| {
                let mut own = pair.void();
                own.sort_unstable();
                own == told
            })
        };
        (!self.truth.any(fits)).then(|| (Code::Void, String::new()))
    }

    fn relation(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let time = |token: &Token| {
            matches!(token.word, Word::Year(_) | Word::Years(..) | Word::Decade | Word::Turn(_))
        };
        let before = self.sentence.read.get(..found.get(0)?.start())?;
        let clause = before.rsplit(['，', '。', '；', ',']).next().unwrap_or(before);
        let is_own = OWN_CHART.iter().any(|word| clause.contains(word));
        if !is_own || self.says(&ELSEWHERE) || self.tokens.iter().any(time) {
            return None;
        }
        let branch = |place| Branch::read(group_text(found, place)?.chars().next()?);
        let (one, two) = (branch(1)?, branch(2)?);
        let fits = |chart: &Chart| {
            let own = chart.branches();
            own.contains(&one) && own.contains(&two)
        };
        (!self.truth.any(fits)).then(|| {
            let own = self.truth.say(|chart| {
                Some(chart.branches().into_iter().map(Branch::zh).collect::<String>())
            });
            (Code::Relation, format!("地支是{own}"))
        })
    }

    fn direction(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        let word = group_text(found, 1)?.to_ascii_lowercase();
        let forward = word.starts_with(['顺', 'f']);
        let fits = |chart: &Chart| chart.forward.is_none_or(|own| own == forward);
        (!self.truth.any(fits))
            .then(|| (Code::LuckCycle, if forward { "大运逆行" } else { "大运顺行" }.to_owned()))
    }

    /// 水是食伤: what an element is to the day master.
    fn group(&self, found: &Captures<'_>) -> Option<(Code, String)> {
        if self.says(&["来说", "而言", "的人", "日主的人", "for a ", "to a "]) {
            return None;
        }
        let words: Vec<&str> = found.iter().skip(1).flatten().map(|word| word.as_str()).collect();
        let element = words.iter().find_map(|word| elements(word).first().copied())?;
        let groups: [&[&str]; 5] = [
            &["比劫"],
            &["食伤", "Output"],
            &["财星", "Wealth"],
            &["官星", "官杀", "Officer"],
            &["印星", "Resource"],
        ];
        let place =
            groups.iter().position(|names| words.iter().any(|word| names.contains(word)))?;
        let fits = |chart: &Chart| {
            chart.day_master().is_none_or(|own| (element.0 + 5 - own.element().0) % 5 == place)
        };
        (!self.truth.any(fits)).then(|| (Code::Element, String::new()))
    }
}

fn group_text<'a>(found: &Captures<'a>, place: usize) -> Option<&'a str> {
    found.get(place).map(|group| group.as_str())
}

/// The elements in a piece of text, in Chinese or English.
fn elements(text: &str) -> Vec<Element> {
    let chinese: Vec<Element> = text.chars().filter_map(Element::read).collect();
    if !chinese.is_empty() {
        return chinese;
    }
    text.split(|letter: char| !letter.is_ascii_alphabetic())
        .filter_map(|word| Element::spelled(&word.to_ascii_lowercase()))
        .collect()
}

fn small_number(word: &str) -> Option<u32> {
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"];
    let place = names
        .iter()
        .position(|name| word.eq_ignore_ascii_case(name))
        .or_else(|| "零一二三四五六七八".chars().position(|one| word == one.to_string()))
        .or_else(|| (word == "两").then_some(2));
    place.and_then(|place| u32::try_from(place).ok()).or_else(|| word.parse().ok())
}

fn list(elements: &[Element]) -> String {
    elements.iter().map(|element| element.zh()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(Phrases::try_new().unwrap().0.len(), PHRASES.len());
    }
}
